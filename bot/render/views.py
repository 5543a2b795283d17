"""Forms."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot import i18n
from bot.i18n import Translator
from bot.render import blocks as kit
from bot.render.blocks import Block
from bot.render.notices import between
from bot.render.slots import label
from bot.understand.plans import PLANS
from bot.understand.slots.fill import COUNTS, DATES, LARGEST
from bot.understand.slots.lexicon import CURRENCIES
from bot.understand.slots.valid import is_valid

FEEDBACK: Final = "answer.feedback"
COMMENT: Final = "comment"
PERSON: Final = "person"
_LONGEST_COMMENT: Final = 2000
CHANGE_VALUES: Final = "values.change"
CURRENCY: Final = "currency"
_NOTHING: Final = "nothing"
_DONE: Final = "done"


def feedback_form(t: Translator, *, channel: str, ts: str, with_person: bool) -> dict[str, Any]:
    """What was missing in an answer; both fields may stay empty, the vote counts already.

    Args:
        t: The words, in the clicker's language.
        channel: The channel of the answer.
        ts: The ts of the answer.
        with_person: Whether a person can be asked for.

    """
    comment: dict[str, Any] = {
        "type": "input",
        "block_id": COMMENT,
        "optional": True,
        "label": kit.plain_text(t("What was missing?"), 2000),
        "element": {
            "type": "plain_text_input",
            "action_id": COMMENT,
            "multiline": True,
            "max_length": _LONGEST_COMMENT,
        },
    }
    person: dict[str, Any] = {
        "type": "input",
        "block_id": PERSON,
        "optional": True,
        "label": kit.plain_text(t("A person"), 2000),
        "element": {
            "type": "checkboxes",
            "action_id": PERSON,
            "options": [kit.option(t("I would like a person to answer"), "yes")],
        },
    }
    return {
        "type": "modal",
        "callback_id": FEEDBACK,
        "private_metadata": json.dumps({"channel": channel, "ts": ts, "language": t.language}),
        "title": kit.plain_text(t("Not helpful"), kit.TITLE),
        "submit": kit.plain_text(t("Send"), kit.TITLE),
        "close": kit.plain_text(t("Close"), kit.TITLE),
        "blocks": [comment, person] if with_person else [comment],
    }


def values_form(
    t: Translator, *, names: Sequence[str], told: Mapping[str, Any], channel: str, ts: str
) -> dict[str, Any]:
    """All values of a computed reply, to be changed at once. An empty field is a value that is not told.

    It carries what it was opened with, so that sending it changes what the person has changed and nothing else.

    Args:
        t: The words, in the clicker's language.
        names: The slots.
        told: Their values so far.
        channel: The channel of the reply.
        ts: The ts of the reply.

    """
    fields = [_field(name, label(name, t), _element(name, told.get(name), t)) for name in names]
    if "arr" in names:
        fields.append(_field(CURRENCY, t("currency"), _currency(told.get("arr"), t)))
    return {
        "type": "modal",
        "callback_id": CHANGE_VALUES,
        "private_metadata": json.dumps(
            {
                "channel": channel,
                "ts": ts,
                "language": t.language,
                "told": {name: told[name] for name in names if name in told},
            }
        ),
        "title": kit.plain_text(t("Change values"), kit.TITLE),
        "submit": kit.plain_text(t("Compute"), kit.TITLE),
        "close": kit.plain_text(t("Close"), kit.TITLE),
        "blocks": fields,
    }


def read_values(state: Mapping[str, Any], t: Translator) -> tuple[dict[str, Any], dict[str, str]]:
    """What the form holds: the slots told, and per field what is wrong with it."""
    told: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, elements in state.items():
        if name == CURRENCY:
            continue
        value = _read(name, _part(elements, name))
        if name == "arr" and value is not None:
            value = {"amount": value, "currency": _chosen(_part(_part(state, CURRENCY), CURRENCY))}
        if value is None:
            continue
        if is_valid(name, value):
            told[name] = value
        else:
            errors[name] = _wrong(name, t)
    return told, errors


def _field(block: str, words: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": block,
        "optional": True,
        "label": kit.plain_text(words[:1].upper() + words[1:], 2000),
        "element": {**element, "action_id": block},
    }


def _element(name: str, told: Any, t: Translator) -> Block:
    if name in DATES:
        return kit.date_picker(name, t("Choose a day"), told)
    if name == "plan":
        return _menu(name, t("Choose a plan"), [(plan, plan) for plan in PLANS], told)
    if name == "action_taken":
        done = None if told is None else _DONE if told else _NOTHING
        return _menu(name, t("not known"), [(t("nothing"), _NOTHING), (t("yes"), _DONE)], done)
    amount = told["amount"] if isinstance(told, dict) else told
    element: Block = {
        "type": "number_input",
        "is_decimal_allowed": name == "arr",
        "min_value": "0",
        "max_value": str(LARGEST if name in COUNTS else LARGEST * 1000),
    }
    return element if amount is None else {**element, "initial_value": f"{amount:.2f}".removesuffix(".00")}


def _currency(told: Any, t: Translator) -> Block:
    names = i18n.locale(t.language).currencies
    options = [(f"{code} – {names[code]}", code) for code in CURRENCIES]
    known = told["currency"] if told and told["currency"] in CURRENCIES else None
    return _menu(CURRENCY, t("Choose a currency"), options, known)


def _menu(action: str, placeholder: str, options: Sequence[tuple[str, str]], chosen: str | None) -> Block:
    made = {value: kit.option(words, value) for words, value in options}
    return kit.select(action, placeholder, list(made.values()), made.get(chosen or ""))


def _read(name: str, element: Mapping[str, Any]) -> Any:
    """The value that an element holds; None for an empty one, and as it is for one that is none."""
    if name in DATES:
        return element.get("selected_date")
    if name in COUNTS or name == "arr":
        return _number(element.get("value"))
    chosen = _chosen(element)
    return chosen == _DONE if name == "action_taken" and chosen is not None else chosen


def _number(written: Any) -> Any:
    if not isinstance(written, str) or not written.strip():
        return None
    try:
        number = float(written)
    except ValueError:
        return written
    return int(number) if number == number // 1 else number


def _chosen(element: Mapping[str, Any]) -> str | None:
    value = _part(element, "selected_option").get("value")
    return value if isinstance(value, str) else None


def _part(data: Any, name: str) -> Mapping[str, Any]:
    part = data.get(name) if isinstance(data, dict) else None
    return part if isinstance(part, dict) else {}


def _wrong(name: str, t: Translator) -> str:
    if name in DATES:
        return between(t)
    if name in COUNTS:
        return t("Please write a whole number, 0 or more.")
    if name == "arr":
        return t("Please write an amount, 0 or more.")
    return t("Please choose from the list.")
