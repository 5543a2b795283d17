"""Block Kit, as small functions. Slack's limits stand here and nowhere else (characters and counts)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from bot.render.escape import shorten, shorten_markup

Block: TypeAlias = dict[str, Any]

SECTION: Final = 3000
BUTTON: Final = 75
OPTION: Final = 75
OPTIONS: Final = 100
TEXT: Final = 3900  # below what chat.update accepts
TITLE: Final = 24


def section(markup: str, accessory: Block | None = None) -> Block:
    """A section of mrkdwn."""
    block: Block = {"type": "section", "text": _mrkdwn(markup)}
    return {**block, "accessory": accessory} if accessory else block


def sections(markup: str) -> list[Block]:
    """As many sections as a long text needs, broken between paragraphs or lines."""
    blocks, rest = [], markup
    while len(rest) > SECTION:
        cut = max(rest.rfind("\n\n", 0, SECTION), rest.rfind("\n", SECTION // 2, SECTION))
        cut = cut if cut > 0 else SECTION
        blocks.append(section(rest[:cut]))
        rest = rest[cut:].lstrip("\n")
    return [*blocks, section(rest)] if rest else blocks


def context(*markups: str) -> Block:
    """A line of small print."""
    return {
        "type": "context",
        "elements": [_mrkdwn(markup) for markup in markups],
    }


def header(words: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain_text(words, 150)}


def actions(elements: Sequence[Block]) -> Block:
    """A row of buttons and menus."""
    return {"type": "actions", "elements": list(elements)}


def button(
    words: str, action: str, value: str | None = None, *, style: str | None = None, label: str | None = None
) -> Block:
    """A button; `label` is what a screen reader says where the words are only a sign."""
    block: Block = {"type": "button", "text": plain_text(words, BUTTON), "action_id": action}
    if value is not None:
        block["value"] = value
    if style:
        block["style"] = style
    if label:
        block["accessibility_label"] = shorten(label, BUTTON)
    return block


def danger(words: str, action: str, *, title: str, text: str, confirm: str, deny: str) -> Block:
    """A red button that asks once more."""
    dialog = {
        "title": plain_text(title, 100),
        "text": plain_text(text, 300),
        "confirm": plain_text(confirm, 30),
        "deny": plain_text(deny, 30),
        "style": "danger",
    }
    return {**button(words, action, style="danger"), "confirm": dialog}


def option(words: str, value: str) -> Block:
    """An option of a menu."""
    return {"text": plain_text(words, OPTION), "value": value}


def overflow(action: str, options: Sequence[Block]) -> Block:
    """The ⋯ menu; five options at most."""
    return {"type": "overflow", "action_id": action, "options": list(options)}


def select(action: str, placeholder: str, options: Sequence[Block], initial: Block | None = None) -> Block:
    """A menu; a hundred options at most."""
    block: Block = {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain_text(placeholder, 150),
        "options": list(options)[:OPTIONS],
    }
    return {**block, "initial_option": initial} if initial else block


def grouped_select(action: str, placeholder: str, groups: Sequence[tuple[str, Sequence[Block]]]) -> Block:
    """A menu with headings; a hundred options at most in each group."""
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain_text(placeholder, 150),
        "option_groups": [
            {"label": plain_text(words, OPTION), "options": list(options)[:OPTIONS]} for words, options in groups
        ],
    }


def date_picker(action: str, placeholder: str, initial: str | None = None) -> Block:
    """A calendar; `initial` is a day as YYYY-MM-DD."""
    block: Block = {"type": "datepicker", "action_id": action, "placeholder": plain_text(placeholder, 150)}
    return {**block, "initial_date": initial} if initial else block


def _mrkdwn(markup: str) -> Block:
    """Markup in which Slack links and names nothing of its own accord."""
    return {"type": "mrkdwn", "text": shorten_markup(markup, SECTION), "verbatim": True}


def plain_text(words: str, longest: int) -> Block:
    """Text that Slack shows as it is."""
    return {"type": "plain_text", "text": shorten(words, longest), "emoji": True}
