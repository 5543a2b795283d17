"""The forms behind the buttons of a report's card, and what they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.i18n import Translator
from bot.model import LANGUAGES
from bot.render import blocks as kit
from bot.render import form_values, pieces
from bot.render import report_words as words
from bot.render.blocks import Block
from bot.render.escape import shorten
from bot.report import Kind, OwnText, Reason, Report, Visible, name

ASKING: Final = "report.asking"
FIXING: Final = "report.fixing"
REJECTING: Final = "report.rejecting"
DUPLICATING: Final = "report.duplicating"
MOVING: Final = "report.moving"

SOURCE: Final = str(Kind.SOURCE)
"""What `read_move` gives, and a change of Act.MOVED says, for the owners of the source text."""

# The fields; our own texts have one each, text.1 and so on.
QUESTION: Final = "question"
FINAL: Final = "final"
TEXT: Final = "text"
VISIBLE: Final = "visible"
DAY: Final = "day"
WORDS: Final = "words"
REASON: Final = "reason"
NUMBER: Final = "number"
TO: Final = "to"

_NUMBER: Final = re.compile(r"(?:TR)?[\s#–-]*([0-9]{1,9})\.?", re.IGNORECASE)
_SHOWN: Final = 1500


@dataclass(frozen=True, slots=True)
class Fix:
    """How an error was put right."""

    final: str  # of a product's text
    finals: tuple[str, ...]  # of our own texts, in the order of `report.texts`; "" where one stays
    visible: Visible
    visible_on: date | None  # with Visible.DAY
    words: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why something is no error."""

    reason: Reason
    words: str


def asking_form(t: Translator, report: Report) -> dict[str, Any]:
    """A question to the reporter."""
    question = kit.field(QUESTION, t("Your question"), kit.text_input(QUESTION, multiline=True))
    return _form(t, report, ASKING, t("Ask the reporter"), [question], t("Send"))


def read_question(values: Mapping[str, Any], t: Translator) -> tuple[str, dict[str, str]]:
    """The question, and per field what is wrong with it."""
    question = form_values.text(values, QUESTION)
    return question, {} if question else {QUESTION: t("Please write your question.")}


def fixing_form(t: Translator, report: Report) -> dict[str, Any]:
    """What the text is now, and from when it is seen."""
    seen = {
        Visible.NOW: t("Live now"),
        Visible.DAY: t("From a given day"),
        Visible.RELEASE: t("With the next release"),
    }
    options = [kit.option(said, one.value) for one, said in seen.items()]
    blocks = [
        *_texts(t, report),
        kit.field(VISIBLE, t("Visible from"), kit.radio_buttons(VISIBLE, options, options[0])),
        kit.field(DAY, t("The day, if you chose one above"), kit.date_picker(DAY, t("Choose a day")), optional=True),
        _words(t),
    ]
    return _form(t, report, FIXING, t("Fixed"), blocks, t("Save"))


def read_fix(values: Mapping[str, Any], report: Report, t: Translator, *, today: date) -> tuple[Fix, dict[str, str]]:
    """The correction, and per field what is wrong with it."""
    errors = {}
    final = "" if report.texts else form_values.text(values, FINAL)
    finals = tuple(_changed(values, n, text) for n, text in enumerate(report.texts, start=1))
    if not report.texts and not final:
        errors[FINAL] = t("Please write the text as it is now.")
    if report.texts and not any(finals):
        errors[_field_of(1)] = t("Please change at least one of the texts.")
    chosen = form_values.choice(values, VISIBLE)
    visible = Visible(chosen) if chosen in set(Visible) else Visible.NOW
    day = form_values.day(values, DAY) if visible is Visible.DAY else None
    if visible is Visible.DAY and (day is None or day < today):
        errors[DAY] = t("Please choose the day.") if day is None else t("That day has passed.")
    return Fix(final, finals, visible, day, form_values.text(values, WORDS)), errors


def rejecting_form(t: Translator, report: Report) -> dict[str, Any]:
    """Why it is no error."""
    options = [kit.option(kit.capital(words.reason(one, t)), one.value) for one in Reason]
    blocks = [kit.field(REASON, t("Reason"), kit.radio_buttons(REASON, options)), _words(t)]
    return _form(t, report, REJECTING, t("Not an error"), blocks, t("Save"))


def read_rejection(values: Mapping[str, Any], t: Translator) -> tuple[Rejection, dict[str, str]]:
    """The reason (any, with an error at it), and per field what is wrong with it.

    That something is meant so convinces nobody without a word on why.
    """
    chosen, said = form_values.choice(values, REASON), form_values.text(values, WORDS)
    if chosen not in set(Reason):
        return Rejection(Reason.INTENDED, said), {REASON: t("Please choose from the list.")}
    is_bare = chosen == Reason.INTENDED and not said
    return Rejection(Reason(chosen), said), {WORDS: t("Please tell the reporter why.")} if is_bare else {}


def duplicating_form(t: Translator, report: Report) -> dict[str, Any]:
    """Of which report it is a duplicate."""
    initial = name(report.near[0]) if report.near else ""
    label = t("Number of the other report")
    field = kit.field(NUMBER, label, kit.text_input(NUMBER, initial, longest=20), hint=t("As on its card: TR-9"))
    return _form(t, report, DUPLICATING, t("Duplicate"), [field], t("Save"))


def read_duplicate(values: Mapping[str, Any], report: Report, t: Translator) -> tuple[int, dict[str, str]]:
    """The number of that report (0 with an error), and per field what is wrong with it."""
    read = _NUMBER.fullmatch(form_values.text(values, NUMBER))
    number = int(read[1]) if read else 0
    if number == 0:
        return 0, {NUMBER: t("Please write the number of a report, such as TR-9.")}
    if number == report.number:
        return 0, {NUMBER: t("That is this report itself.")}
    return number, {}


def moving_form(t: Translator, report: Report) -> dict[str, Any]:
    """To whom the report is handed on."""
    shown = {SOURCE: t("The owners of the source text"), **{one: words.language(one, t) for one in LANGUAGES}}
    options = [kit.option(kit.capital(shown[one]), one) for one in _destinations(report)]
    field = kit.field(TO, t("Who takes it on"), kit.select(TO, t("Choose a language"), options))
    return _form(t, report, MOVING, t("Hand on"), [field], t("Hand on"))


def read_move(values: Mapping[str, Any], report: Report, t: Translator) -> tuple[str, dict[str, str]]:
    """A language, or SOURCE; and per field what is wrong with it."""
    chosen = form_values.choice(values, TO)
    if chosen not in _destinations(report):
        return "", {TO: t("Please choose from the list.")}
    return chosen, {}


def _form(
    t: Translator, report: Report, callback: str, title: str, blocks: Sequence[Block], submit: str
) -> dict[str, Any]:
    metadata = {
        "language": t.language,
        "channel": report.channel,
        "ts": report.card_ts,
        "number": report.number,
    }
    return kit.modal(callback, title, blocks, submit=submit, close=t("Close"), metadata=metadata)


def _texts(t: Translator, report: Report) -> list[Block]:
    """The texts to put right, each as it is; of a product's the report, and the text as it was suggested."""
    said = pieces.quote(t("The reporter’s words"), report.said, _SHOWN)
    if report.texts:
        fields = [
            kit.field(_field_of(n), words.where(text), _lines(_field_of(n), text.text), optional=True)
            for n, text in enumerate(report.texts, start=1)
        ]
        return [*pieces.blocks([said], t), *fields]
    wrong = pieces.quote(t("Wrong text"), report.wrong, _SHOWN)
    final = kit.field(FINAL, t("The corrected text"), _lines(FINAL, report.suggestion))
    return [*pieces.blocks([wrong, said], t), final]


def _words(t: Translator) -> Block:
    label = t("A word for the reporter")
    return kit.field(WORDS, label, _lines(WORDS, ""), optional=True)


def _lines(action: str, initial: str) -> Block:
    return kit.text_input(action, initial, multiline=True)


def _field_of(n: int) -> str:
    return f"{TEXT}.{n}"


def _changed(values: Mapping[str, Any], n: int, text: OwnText) -> str:
    """A text of ours as the form has it; empty if nobody has changed it, also for an emptied field."""
    written = form_values.text(values, _field_of(n))
    return "" if written == shorten(text.text, kit.TYPED).strip() else written


def _destinations(report: Report) -> list[str]:
    """The languages that it can go to, and the owners of the source text; from those to its own language too."""
    if report.kind is Kind.SOURCE:
        return list(LANGUAGES)
    return [*(one for one in LANGUAGES if one != report.language), SOURCE]
