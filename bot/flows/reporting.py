"""The conversation's part of a report: begun, told in one message or several, shown back, dropped. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from bot.flows.drafting import names_it, read, says_what, together
from bot.model import Draft, Language, Notice, Outcome, PersonId, Reply, Thread
from bot.report import Report, State

STEP: Final = "step"
"""The key, in a reply's result, of what it says of a report."""


def begin(reply: Reply, thread: Thread, text: str, pictures: Sequence[str]) -> tuple[Reply, Thread]:
    """What is said to somebody who tells of an error, or asks how to: told already it is shown back, else asked for."""
    draft = _with(thread, text, pictures, reply.language)
    thread = replace(thread, awaits_report=True)
    if draft.said.endswith("?") and not names_it(draft):  # how to report: it says nothing of the error
        return reply, thread
    return shown(reply, draft) if says_what(draft) else reply, replace(thread, draft=draft)


def tell(reply: Reply, thread: Thread, text: str, pictures: Sequence[str]) -> tuple[Reply, Thread]:
    """What is said to the message that was waited for: all that was told, shown back."""
    draft = _with(thread, text, pictures, reply.language)
    return shown(reply, draft), replace(thread, draft=draft, awaits_report=True)


def picture(reply: Reply, thread: Thread, text: str, pictures: Sequence[str]) -> tuple[Reply, Thread]:
    """What is said to a picture of which nobody knows what it is about: that is asked once."""
    draft = _with(thread, text, pictures, reply.language)
    asked = replace(reply, outcome=Outcome.HELP, notice=Notice.PICTURE, result=_asked(draft))
    return replace(asked, entry=None, choices=(), slots={}), replace(thread, draft=draft)


def dropped(thread: Thread) -> Thread:
    """The thread once nothing is to be reported."""
    return replace(thread, draft=None, awaits_report=False)


def handed_in(thread: Thread, number: int) -> Thread:
    """The thread once its report is sent."""
    return replace(dropped(thread), reported=number)


def shown(reply: Reply, draft: Draft) -> Reply:
    """A draft as it is shown back."""
    result: dict[str, Any] = {
        STEP: "draft",
        "said": draft.said,
        "wrong": draft.wrong,
        "suggestion": draft.suggestion,
        "place": draft.place,
        "kind": draft.kind,
        "language": draft.language or reply.language,
        "pictures": len(draft.pictures),
        "files": list(draft.pictures),
        "about": bool(draft.about),
    }
    return of_step(reply, result)


def is_draft(reply: Reply) -> bool:
    """Whether a reply shows back what was told, or asks what a picture is about."""
    return reply.result.get(STEP) == "draft" or (reply.notice is Notice.PICTURE and "pictures" in reply.result)


def by_now(reply: Reply, draft: Draft) -> Reply:
    """A reply that shows back what was told, or asks what a picture is about, with all that has been told since."""
    return shown(reply, draft) if STEP in reply.result else replace(reply, result=_asked(draft))


def draft_of(reply: Reply) -> Draft:
    """What a reply shows back, or asks about, as it was told."""
    told = reply.result
    words = {field: str(told.get(field) or "") for field in ("said", "wrong", "suggestion", "place", "kind")}
    return Draft(**words, language=told.get("language"), pictures=tuple(told.get("files", ())))


def of_another(thread: Thread, who: PersonId) -> Thread:
    """The thread as it is for who takes it over: what another has told of a report is none of theirs."""
    if thread.asker in {None, who}:
        return thread
    return replace(dropped(thread), reported=None)


def _asked(draft: Draft) -> dict[str, Any]:
    """What a question what a picture is about holds."""
    return {
        "pictures": len(draft.pictures),
        "files": list(draft.pictures),
        "said": draft.said,
        "language": draft.language,
    }


def sent(report: Report, language: Language, *, is_joined: bool) -> Reply:
    """What somebody is told who has reported it."""
    result = {STEP: "sent", "number": report.number, "joined": is_joined, "pictures": len(report.pictures)}
    return Reply(Outcome.REPORT, language, report.programme, result=result)


def standing(report: Report, root: Report) -> dict[str, Any]:
    """How a report stands, as its reporters' message says it; `root` is what it is a duplicate of in the end."""
    if root.state is State.OPEN:
        return {STEP: "sent", "number": report.number, "joined": False, "pictures": len(report.pictures)}
    return {STEP: "closed" if root.is_closed else "taken", "number": report.number}


def question(report: Report, words: str, language: Language) -> Reply:
    """What a translator asks."""
    result = {STEP: "question", "number": report.number, "words": words}
    return Reply(Outcome.REPORT, language, report.programme, result=result)


def added(report: Report, pictures: int, left_out: int, language: Language) -> Reply:
    """That pictures have come after the report was sent; those that it takes, and those that are too many."""
    result = {STEP: "added", "number": report.number, "pictures": pictures, "left_out": left_out}
    return Reply(Outcome.REPORT, language, report.programme, result=result)


def pictures_failed(report: Report, faults: Sequence[str], language: Language) -> Reply:
    """That pictures could not be had."""
    result = {STEP: "pictures-failed", "number": report.number, "faults": [fault for fault in faults if fault]}
    return Reply(Outcome.REPORT, language, report.programme, result=result)


def result(report: Report, root: Report, language: Language) -> Reply:
    """What has become of a report: what its root was closed with."""
    told: dict[str, Any] = {"number": report.number, "words": root.words}
    if root.state is State.REJECTED:
        told |= {STEP: "rejected", "before": root.wrong or root.said, "reason": str(root.reason)}
    else:
        changes = [{"before": text.text, "after": text.final} for text in root.texts if text.final]
        told |= {
            STEP: "fixed",
            "changes": changes or [{"before": root.wrong, "after": root.final}],
            "visible": str(root.visible),
            "visible_on": root.visible_on.isoformat() if root.visible_on else None,
        }
    return Reply(Outcome.REPORT, language, report.programme, result=told)


def of_step(reply: Reply, result: dict[str, Any]) -> Reply:
    """A reply that says how a report stands: it is nobody's entry, and the same in every programme."""
    return Reply(Outcome.REPORT, reply.language, reply.programme, result=result)


def _with(thread: Thread, text: str, pictures: Sequence[str], language: Language) -> Draft:
    more = read(text, pictures, language)
    return together(thread.draft, more) if thread.draft is not None else more
