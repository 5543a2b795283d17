"""How reports stand, for whoever asks: their own and their organisation's, and never another's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.report import State
from tests import payloads
from tests.scenarios.report_desk import (
    ACME,
    REPORT_DESK,
    cards,
    drafted,
    form_from,
    reply_of,
    report_world,
    reported,
    work_on,
)
from tests.scenarios.world import World, shown
from tests.stub_slack import TEAM

STATUS = "What is the status of my report?"
BOREAL = "TBOREAL"
# Members of the workspace may belong to an organisation too; only they have an App Home.
DESK = REPORT_DESK.replace("slack_teams: [TBOREAL],", "slack_teams: [TBOREAL], users: [UINNER, UINNER2],")
TEXTS = ("Abbruch", "Schliessen bitte", "Weiter zur Kasse", "Ihre Daten sind weg", "Hallo Welt")
PEOPLE = {  # who reports each of the texts, and in which channel
    TEXTS[0]: ("UACME", ACME, "CCYBER"),
    TEXTS[1]: ("UACME2", ACME, "CCYBER"),
    TEXTS[2]: ("UNORTH", BOREAL, "CMIRO"),
    TEXTS[3]: ("UINNER", TEAM, "CCYBER"),
    TEXTS[4]: ("U9", TEAM, "CCYBER"),
}


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    """A desk at which two organisations and somebody of none have reported errors; TR-1 to TR-5."""
    async with report_world(tmp_path, DESK) as one:
        for text, (user, team, channel) in PEOPLE.items():
            await reported(one, f'The German text "{text}" is wrong', user=user, team=team, channel=channel)
        yield one


async def _status(w: World, user: str, team: str = TEAM, channel: str = "CCYBER") -> list[dict[str, Any]]:
    """What somebody reads who asks in a channel how things stand."""
    ts = await w.mention(channel, user, STATUS, team=team)
    return list((await reply_of(w, await w.last(channel, ts))).result["reports"])


async def _home(w: World, user: str, team: str = TEAM) -> str:
    """What somebody reads in App Home."""
    w.meet("CCYBER", user, team)
    await w.event(payloads.app_home_opened(user))
    await w.settle()
    return shown(w.slack.homes[user]["blocks"]) + str(w.slack.homes[user]["blocks"])


def _numbers(told: str) -> set[int]:
    return {n for n in range(1, 9) if f"TR-{n} " in told}


@pytest.mark.parametrize(
    ("user", "team", "theirs", "organisations"),
    [
        ("UACME", ACME, [1], [2]),
        ("UACME2", ACME, [2], [1]),
        ("UACME3", ACME, [], [2, 1]),
        ("UNORTH", BOREAL, [3], [4]),
        ("U9", TEAM, [5], []),
        ("USTAFF", TEAM, [], []),
        ("U8", TEAM, [], []),
        ("UFAR", "TUNKNOWN", [], []),
        ("UACME", "TUNKNOWN", [], []),  # a namesake elsewhere
    ],
)
async def test_status(w: World, user: str, team: str, theirs: list[int], organisations: list[int]) -> None:
    """Whoever asks: their own, told apart from their organisation's; a stranger nothing, staff have the cards."""
    told = await _status(w, user, team)

    assert [one["number"] for one in told if one["own"]] == theirs
    assert [one["number"] for one in told if not one["own"]] == organisations


async def test_in_a_channel_without_words(w: World) -> None:
    """Others read along there; in a direct message they stand in it."""
    in_channel = await _status(w, "UACME", ACME)
    ts = await w.direct("D1", "UACME", STATUS, team=ACME)
    await w.settle()
    (first, *_) = w.slack.messages("D1", thread=ts)
    directly = (await reply_of(w, first)).result["reports"]

    assert [one["words"] for one in in_channel] == ["", ""]
    assert [one["words"] for one in directly] == [TEXTS[1], TEXTS[0]]
    assert not any(text in message.text for text in TEXTS for message in w.slack.messages("CCYBER")[-1:])


async def test_in_app_home(w: World) -> None:
    """The same, with words: only the person reads it."""
    told = {user: await _home(w, user) for user in ("UINNER", "UINNER2", "U9", "U8")}

    assert {user: _numbers(words) for user, words in told.items()} == {
        "UINNER": {3, 4},
        "UINNER2": {3, 4},
        "U9": {5},
        "U8": set(),
    }
    assert TEXTS[3] in told["UINNER"]
    assert "from your organisation" in told["UINNER2"]


async def test_how_it_stands(w: World) -> None:
    """By its state today: open, worked on, closed."""
    (card, *_) = await cards(w)
    states = []
    for action in ("report.take", "report.fix"):
        states += [one["state"] for one in await _status(w, "UACME", ACME) if one["own"]]
        await work_on(w, card, action, "UDE", **({"final": "Abbrechen"} if action == "report.fix" else {}))
    states += [one["state"] for one in await _status(w, "UACME", ACME) if one["own"]]

    assert states == [State.OPEN, State.TAKEN, State.FIXED]


async def test_closed_ones_for_two_weeks(w: World) -> None:
    """Then nobody needs to hear of them; those open stay, however old."""
    (card, *_) = await cards(w)
    await work_on(w, card, "report.fix", "UDE", final="Abbrechen")
    w.skip(timedelta(days=13))
    soon = await _status(w, "UACME", ACME)
    w.skip(timedelta(days=2))
    later = await _status(w, "UACME", ACME)

    assert [one["number"] for one in soon] == [2, 1]
    assert [one["number"] for one in later] == [2]


async def test_a_joined_report_is_theirs_too(w: World) -> None:
    """Whoever has reported the same sees it; their organisation too."""
    await reported(w, f'The German text "{TEXTS[4]}" is wrong', user="UACME", team=ACME)

    assert [(one["number"], one["own"]) for one in await _status(w, "UACME", ACME)] == [
        (5, True),
        (2, False),
        (1, True),
    ]
    assert [one["number"] for one in await _status(w, "UACME2", ACME) if not one["own"]] == [5, 1]


@pytest.mark.parametrize(
    ("user", "waiting"),
    [("UDE", {1, 2, 3, 5}), ("UDE2", {1, 2, 3, 5}), ("UPO", {6}), ("UOWNER", {4}), ("USTAFF", set())],
)
async def test_what_waits_for_an_owner(w: World, user: str, waiting: set[int]) -> None:
    """In App Home: the open reports that are theirs to work on, by language and kind; nobody else's."""
    form = await form_from(w, await drafted(w, 'The text "Hello" is wrong'), "U1")
    await w.fill(form, "U1", kind="source", language="de")
    found = await cards(w)
    await work_on(w, found[3], "report.more", "UDE", "move", to="fr")

    assert _numbers(await _home(w, user)) == waiting


async def test_who_looks_after_a_language_sees_nothing_closed(w: World) -> None:
    """What is done does not wait."""
    (card, *_) = await cards(w)
    await work_on(w, card, "report.fix", "UDE", final="Abbrechen")

    assert _numbers(await _home(w, "UDE")) == {2, 3, 4, 5}
