"""What reporters of language errors are told: their reports step by step, and how they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from bot import i18n
from bot.i18n import Translator
from bot.model import Notice, Outcome, Reply
from bot.ports import FileFault
from bot.render import blocks as kit
from bot.render import file_words
from bot.render import report_words as words
from bot.render.blocks import Block
from bot.render.escape import one_line, shorten
from bot.render.pieces import Fact, Facts, Piece, Sentence, compared, fact, quote
from bot.report import MOST_PICTURES, Kind, Reason, Report, State, Visible, name

OPEN: Final = "report.open"
SEND: Final = "report.send"
DETAILS: Final = "report.details"
DISCARD: Final = "report.discard"
PICTURE: Final = "report.picture"
QUESTION: Final = "report.question"
WRONG: Final = "report.wrong"
REPORT_ERROR: Final = "report-error"
"""The option of an answer's ⋯ menu that reports a language error in it."""

NEW: Final = "report.new"
MESSAGE: Final = "report.message"
"""The callback ids of the global shortcut and of the message shortcut."""

_ALL_TEXTS: Final = 6000  # characters of those that were changed, before and after
_LONGEST_TEXT: Final = 1500
_LONGEST_SUMMARY: Final = 80


class Step(StrEnum):
    """What a reply of outcome REPORT tells, as `result["step"]`."""

    DRAFT = "draft"
    DISCARDED = "discarded"
    SENT = "sent"
    ADDED = "added"
    TAKEN = "taken"
    CLOSED = "closed"
    QUESTION = "question"
    ANSWERED = "answered"
    FIXED = "fixed"
    REJECTED = "rejected"
    PICTURES_FAILED = "pictures-failed"


def pieces(reply: Reply, t: Translator) -> list[Piece]:
    """What a reply tells of reports; empty for one that tells nothing of them but the knowledge's text."""
    told = reply.result
    if reply.outcome is not Outcome.REPORT or "step" not in told:
        return []
    match Step(told["step"]):
        case Step.DRAFT:
            return _draft(told, t)
        case Step.QUESTION | Step.ANSWERED:
            return _question(told, t)
        case Step.FIXED:
            return _fixed(told, t)
        case Step.REJECTED:
            return _rejected(told, t)
        case Step.PICTURES_FAILED:
            return _pictures_failed(told, t)
        case step:
            return [Sentence(one) for one in _state(step, told, t)]


def controls(reply: Reply, t: Translator) -> list[Block]:
    """What can be clicked below a step of a report, or below the question what a picture is about."""
    told = reply.result
    if reply.notice is Notice.PICTURE:
        return [kit.actions([kit.button(t("A language error"), PICTURE), kit.button(t("A question"), QUESTION)])]
    match told.get("step"):
        case Step.DRAFT:
            send = [kit.button(t("Send"), SEND, style="primary")] if _is_enough(told) else []
            details = kit.button(t("Add details"), DETAILS)
            return [kit.actions([*send, details, kit.button(t("Don’t report"), DISCARD)])]
        case Step.FIXED | Step.REJECTED if not told.get("reopened"):
            return [kit.actions([kit.button(t("Still wrong"), WRONG, str(told["number"]))])]
    return []


def invitation(t: Translator) -> str:
    """How to report something without a form, and with one."""
    return t(
        "Put the picture and a sentence here, in this thread: your next message becomes the report."
        " Or fill in the form."
    )


def open_button(t: Translator) -> Block:
    """Opens the form."""
    return kit.button(t("Open the form"), OPEN)


def listed(reports: Sequence[tuple[Report, bool]], *, with_words: bool) -> list[dict[str, Any]]:
    """Reports, each with whether it is the reader's own, as a reply of outcome STATUS holds them.

    In a channel others read along: leave out the words there.
    """
    return [
        {
            "number": report.number,
            "state": report.state.value,
            "language": report.language,
            "own": is_own,
            "words": _summary(report) if with_words else "",
            "at": (report.closed_at or report.opened_at).isoformat(),
        }
        for report, is_own in reports
    ]


def lines(reports: Sequence[Mapping[str, Any]], t: Translator) -> Facts:
    """Reports as `listed` gives them, a line each."""
    return Facts(tuple(Fact("", _line(one, t)) for one in reports))


def status(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    """How somebody's reports stand, as a reply of outcome STATUS lists them; empty where nobody takes any."""
    if "reports" not in told:
        return []
    if not told["reports"]:
        return [Sentence(t("You have no report of a language error that is open, and none was closed lately."))]
    return [Sentence(t("How the reports of language errors stand:")), lines(told["reports"], t)]


def _line(one: Mapping[str, Any], t: Translator) -> str:
    day = i18n.short_day(datetime.fromisoformat(one["at"]), t.language)
    facts = [
        name(one["number"]),
        words.language(one["language"], t),
        words.state(State(one["state"]), t),
        day,
        *([] if one["own"] else [t("from your organisation")]),
    ]
    return f"{' · '.join(facts)} – {one['words']}" if one["words"] else " · ".join(facts)


def _summary(report: Report) -> str:
    """The words by which its reporter knows a report again."""
    return shorten(one_line(report.wrong or report.said or report.place), _LONGEST_SUMMARY)


def _draft(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    """What was understood, shown back."""
    pictures = told.get("pictures", 0)
    facts = (
        Fact(t("Language"), words.language(told["language"], t) if told.get("language") else ""),
        Fact(t("Kind"), words.kind(Kind(told["kind"]), t) if told.get("kind") else ""),
        fact(t("Place"), told.get("place", "")),
        Fact(t("Pictures"), i18n.number(pictures, t.language) if pictures else ""),
    )
    wrong, right = compared(
        told.get("wrong", ""), told.get("suggestion", ""), (t("Wrong text"), t("Should be")), _LONGEST_TEXT
    )
    about = [Sentence(t("It is about a text that I wrote."))] if told.get("about") else []
    if _is_enough(told):
        first, last = t("This is what I have understood."), t("Shall I send it to the translators?")
    elif told.get("about"):
        first, last = t("This becomes a report."), t("Please write here, in this thread, what is wrong with the text.")
    else:
        first = t("This becomes a report.")
        last = t("I still need the text that is wrong, or a picture of it: put it here, in this thread.")
    said = quote(t("In your words"), told.get("said", ""), _LONGEST_TEXT)
    full = [Sentence(most_pictures(t))] if pictures >= MOST_PICTURES else []
    return [Sentence(first), *about, wrong, right, said, Facts(facts), *full, Sentence(last)]


def _is_enough(told: Mapping[str, Any]) -> bool:
    return any(told.get(one) for one in ("said", "wrong", "pictures"))


def _state(step: Step, told: Mapping[str, Any], t: Translator) -> list[str]:
    """What a status message says."""
    if step is Step.DISCARDED:
        return [t("All right, nothing has been sent.")]
    number, pictures = name(told["number"]), told.get("pictures", 0)
    if step is Step.ADDED:
        return _added(told, t)
    if step is Step.TAKEN:
        return [
            t("Thank you. A translator is working on {number}. You will hear here what becomes of it.", number=number)
        ]
    if step is Step.CLOSED:
        return [t("{number} is closed: what became of it stands in a message of its own.", number=number)]
    if told.get("joined"):
        said = t(
            "Thank you. This has been reported before, as {number}, and I have added you to it."
            " You will hear here what becomes of it.",
            number=number,
        )
    else:
        said = t(
            "Thank you. It is with the translators as {number}. You will hear here what becomes of it.", number=number
        )
    return [said, *([t.plural("{n} picture goes with it.", "{n} pictures go with it.", pictures)] if pictures else [])]


def _added(told: Mapping[str, Any], t: Translator) -> list[str]:
    """What is said of pictures that have come after their report was sent."""
    pictures, left_out, number = told["pictures"], told["left_out"], name(told["number"])
    came = t.plural("{n} picture is added to {number}.", "{n} pictures are added to {number}.", pictures, number=number)
    return [*([came] if pictures else []), *([most_pictures(t)] if left_out else [])]


def most_pictures(t: Translator) -> str:
    """That further pictures are left out."""
    return t.plural(
        "A report takes at most {n} picture.",
        "A report takes at most {n} pictures.",
        MOST_PICTURES,
    )


def _question(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    asked = quote(t("A translator asks about {number}", number=name(told["number"])), told["words"], kit.TYPED)
    if told["step"] == Step.ANSWERED:
        return [asked, Sentence(t("Thank you, I have passed your answer on."))]
    return [asked, Sentence(t("Please answer here, in this thread: I pass it on."))]


def _fixed(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    number, changes = name(told["number"]), told.get("changes", ())
    said: list[Piece] = [Sentence(t("{number} is fixed. Thank you for reporting it.", number=number))]
    longest = min(_LONGEST_TEXT, _ALL_TEXTS // (2 * len(changes) or 1))
    for one in changes:
        said += compared(one["before"], one["after"], (t("Old text"), t("New text")), longest)
    if told.get("visible"):
        on = date.fromisoformat(told["visible_on"]) if told.get("visible_on") else None
        said.append(Sentence(words.visible(Visible(told["visible"]), on, t)))
    return [*said, _translators_words(told, t), *_reopened(told, t)]


def _rejected(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    number = name(told["number"])
    first = t("The translators have looked at {number} and left the text as it is.", number=number)
    reason = [Sentence(words.reason(Reason(told["reason"]), t))] if told.get("reason") else []
    before = quote(t("The text"), told.get("before", ""), _LONGEST_TEXT)
    return [Sentence(first), before, *reason, _translators_words(told, t), *_reopened(told, t)]


def _translators_words(told: Mapping[str, Any], t: Translator) -> Piece:
    return quote(t("A word from the translator"), told.get("words", ""), kit.TYPED)


def _reopened(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    if not told.get("reopened"):
        return []
    return [Sentence(t("{number} is open again, and the translators know.", number=name(told["number"])))]


def _pictures_failed(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    number, faults = name(told["number"]), dict.fromkeys(told.get("faults", ()))
    known = [FileFault(one) for one in faults if one in set(FileFault)]  # a newer version may know others
    return [
        Sentence(t("I could not get at least one picture of {number}.", number=number)),
        Facts(tuple(Fact("", file_words.fault(one, t)) for one in known)),
        Sentence(t("The report stands all the same. If you can, put the picture here again, in this thread.")),
    ]
