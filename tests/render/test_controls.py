"""Which controls blocks show: what a click must find on its message to count."""

from __future__ import annotations

from typing import Any

import pytest

from bot.render import blocks as kit
from bot.render.controls import offers

OPTIONS = [kit.option("Français", "fr"), kit.option("Suomi", "fi")]
CARD = [
    kit.section("…", kit.select("home.language", "…", OPTIONS)),
    kit.actions([kit.button("1", "choice.pick.1", "cyberday.trial-length"), kit.button("✕", "choice.none")]),
    kit.actions([kit.overflow("answer.more", OPTIONS), kit.date_picker("values.day", "…")]),
    kit.actions([kit.grouped_select("topic.pick", "…", [("Cyberday", OPTIONS[:1]), ("Miro", OPTIONS[1:])])]),
]


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("choice.pick.1", "cyberday.trial-length"),
        ("choice.none", ""),
        ("answer.more", "fi"),
        ("topic.pick", "fi"),
        ("home.language", "fr"),
        ("values.day", "2026-11-23"),
    ],
)
def test_what_is_offered(action: str, value: str) -> None:
    """A button gives its value, a menu those of its options, a calendar any day; also beside a section."""
    assert offers(CARD, action, value)


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("choice.pick.1", "cyberday.pay-invoice"),
        ("choice.pick.2", "cyberday.trial-length"),
        ("choice.pick", "cyberday.trial-length"),
        ("choice.none", "cyberday.trial-length"),
        ("answer.more", "de"),
        ("topic.pick", ""),
        ("human.ask", ""),
    ],
)
def test_what_is_not(action: str, value: str) -> None:
    """The value of another control, another number, an option that is not there."""
    assert not offers(CARD, action, value)


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [None, 5, "…"],
        [{}],
        [{"elements": None, "accessory": 5}],
        [
            {
                "elements": [
                    {"action_id": "answer.more"},
                    {"action_id": "answer.more", "options": [None], "option_groups": 5},
                ]
            }
        ],
    ],
)
def test_slacks_copy_may_be_anything(blocks: list[Any]) -> None:
    """What cannot be read shows nothing."""
    assert not offers(blocks, "answer.more", "fi")
