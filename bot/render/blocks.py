"""Block Kit, as small functions. Slack's limits stand here and nowhere else (characters and counts)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from bot.render.escape import shorten, shorten_markup

Block: TypeAlias = dict[str, Any]

SECTION: Final = 3000
BUTTON: Final = 75
OPTION: Final = 75
OPTIONS: Final = 100
TEXT: Final = 3900  # below what chat.update accepts
TITLE: Final = 24
LABEL: Final = 2000
TYPED: Final = 3000  # in a field of a form


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


def actions(elements: Sequence[Block], *, block: str = "") -> Block:
    """A row of buttons and menus; under another block id Slack forgets what was chosen in it."""
    made: Block = {"type": "actions", "elements": list(elements)}
    return {**made, "block_id": block} if block else made


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


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


def capital(words: str) -> str:
    """Words as they begin a line."""
    return words[:1].upper() + words[1:]


def option(words: str, value: str, about: str = "") -> Block:
    """An option of a menu; small print stands below it."""
    made: Block = {"text": plain_text(words, OPTION), "value": value}
    return {**made, "description": plain_text(about, OPTION)} if about else made


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


def radio_buttons(action: str, options: Sequence[Block], initial: Block | None = None) -> Block:
    """A choice that shows all it offers; ten options at most."""
    block: Block = {"type": "radio_buttons", "action_id": action, "options": list(options)}
    return {**block, "initial_option": initial} if initial else block


def checkboxes(action: str, options: Sequence[Block], initial: Sequence[Block] = ()) -> Block:
    """What can be ticked; ten options at most."""
    block: Block = {"type": "checkboxes", "action_id": action, "options": list(options)}
    return {**block, "initial_options": list(initial)} if initial else block


def email_input(action: str, initial: str = "") -> Block:
    """A field for an e-mail address: a phone shows the keys for one."""
    block: Block = {"type": "email_text_input", "action_id": action}
    return {**block, "initial_value": initial} if initial else block


def text_input(action: str, initial: str = "", *, multiline: bool = False, longest: int = TYPED) -> Block:
    """A field to write in; Slack refuses to open a form in which more stands than fits."""
    block: Block = {
        "type": "plain_text_input",
        "action_id": action,
        "multiline": multiline,
        "max_length": longest,
    }
    return {**block, "initial_value": shorten(initial, longest)} if initial else block


def file_input(action: str, endings: Sequence[str], most: int) -> Block:
    """A field for files, ten at most. That Slack offers only those with certain endings says nothing of what comes."""
    return {"type": "file_input", "action_id": action, "filetypes": list(endings), "max_files": most}


def field(block: str, words: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    """A field of a form with its label; a small hint stands below it."""
    made: Block = {
        "type": "input",
        "block_id": block,
        "optional": optional,
        "label": plain_text(words, LABEL),
        "element": element,
    }
    return {**made, "hint": plain_text(hint, LABEL)} if hint else made


def modal(
    callback: str, title: str, blocks: Sequence[Block], *, submit: str, close: str, metadata: Mapping[str, Any]
) -> Block:
    """A form; `metadata` comes back with what it holds, 3000 characters at most as JSON.

    Without words for `submit` it can only be read.
    """
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps(metadata, ensure_ascii=False, separators=(",", ":")),
        "title": plain_text(title, TITLE),
        **({"submit": plain_text(submit, TITLE)} if submit else {}),
        "close": plain_text(close, TITLE),
        "blocks": list(blocks),
    }


def table(rows: Sequence[Sequence[str]]) -> Block:
    """A table of plain texts, the first row its heading and the first column its labels: 100 rows of 20 at most.

    Slack takes one in a message.
    """
    right = [{"align": "right"}] * (len(rows[0]) - 1)
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": True}, *right],
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows],
    }


def rich_text(*elements: Block) -> Block:
    """Text in which nothing that people have written is markup."""
    return {"type": "rich_text", "elements": list(elements)}


def rich_section(*elements: Block) -> Block:
    """A paragraph of rich text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def rich_quote(*elements: Block) -> Block:
    """A quotation in rich text."""
    return {"type": "rich_text_quote", "elements": list(elements)}


def rich_list(*items: Block) -> Block:
    """A list in rich text, of paragraphs."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(items)}


def rich_words(words: str, style: str = "") -> Block:
    """Words of rich text; `style` is bold or strike. Slack takes no empty ones."""
    block: Block = {"type": "text", "text": words}
    return {**block, "style": {style: True}} if style else block


def rich_link(url: str, words: str = "") -> Block:
    """Words that lead to an address; without any it shows itself."""
    block: Block = {"type": "link", "url": url}
    return {**block, "text": words, "style": {"bold": True}} if words else block


def _mrkdwn(markup: str) -> Block:
    """Markup in which Slack links and names nothing of its own accord."""
    return {"type": "mrkdwn", "text": shorten_markup(markup, SECTION), "verbatim": True}


def plain_text(words: str, longest: int) -> Block:
    """Text that Slack shows as it is."""
    return {"type": "plain_text", "text": shorten(words, longest), "emoji": True}
