"""What can be done to a report: (report, act) → the report as it then stands, or None where that is no longer possible.

Pure: who may do it, who is told and what Slack shows are decided elsewhere. Each change is a line of the history.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import blake2b
from typing import Final

from rapidfuzz import fuzz

from bot.model import Draft, Language, PersonId
from bot.report import MOST_PICTURES, Act, Change, Kind, OwnText, Picture, Reason, Report, State, Visible

_ALIKE: Final = 80.0  # of 100: from here on two texts may be one; a translator decides, so a false alarm costs a glance
_MOST_NEAR: Final = 3
_MARKS: Final = "\"'`“”„«»‹›‚‘’.,;:!?…-–—()[] "  # noqa: RUF001 - as people type them


def fingerprint(draft: Draft, programme: str | None, texts: Sequence[OwnText]) -> bytes | None:
    """What identical reports have in common: the text, its language and its place; None for pictures alone."""
    text = fold(draft.wrong or draft.said)
    if not text:
        return None
    place = texts[0].key if texts else fold(draft.place)
    parts = (programme or "", draft.language or "", place, text)
    return blake2b("\0".join(parts).encode(), digest_size=16).digest()


def fingerprint_of(report: Report) -> bytes | None:
    """The fingerprint of a report as it stands."""
    draft = Draft(said=report.said, wrong=report.wrong, place=report.place, language=report.language)
    return fingerprint(draft, report.programme, report.texts)


def fold(text: str) -> str:
    """A text as it is compared: without what hands and clipboards do to it (case, spaces, marks around it)."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(_MARKS)


def near(report: Report, others: Iterable[Report]) -> tuple[int, ...]:
    """The reports that may be the same, the likeliest first. All are in its language."""
    text = fold(report.wrong or report.said)
    found = []
    for other in others:
        theirs = fold(other.wrong or other.said)
        if other.number == report.number or not text or not theirs:
            continue
        likeness = fuzz.ratio(text, theirs, score_cutoff=_ALIKE)
        if likeness and (report.programme or other.programme) == (other.programme or report.programme):
            found.append((likeness, other.number))
    return tuple(number for _, number in sorted(found, reverse=True)[:_MOST_NEAR])


def take(report: Report, by: PersonId, now: datetime) -> Report | None:
    """Somebody works on it from now on."""
    if report.state is not State.OPEN:
        return None
    return _after(replace(report, state=State.TAKEN, assignee=by), Change(Act.TAKEN, now, by))


def take_over(report: Report, by: PersonId, now: datetime) -> Report | None:
    """Somebody works on it in place of another."""
    if report.state not in {State.TAKEN, State.ASKED} or report.assignee == by:
        return None
    return _after(replace(report, assignee=by), Change(Act.TAKEN, now, by))


def release(report: Report, by: PersonId, now: datetime) -> Report | None:
    """Nobody works on it any more."""
    if report.state not in {State.TAKEN, State.ASKED}:
        return None
    return _after(replace(report, state=State.OPEN, assignee=None), Change(Act.RELEASED, now, by))


def ask(report: Report, by: PersonId, now: datetime, question: str) -> Report | None:
    """The reporter is asked something; whoever asks works on it."""
    if report.is_closed:
        return None
    return _after(replace(report, state=State.ASKED, assignee=by), Change(Act.ASKED, now, by, question))


def answer(report: Report, who: PersonId, now: datetime, words: str, pictures: Sequence[str]) -> Report:
    """The reporter has said more; that counts whatever the state, and ends waiting for it."""
    state = State.TAKEN if report.state is State.ASKED else report.state
    return _after(add_pictures(replace(report, state=state), pictures, who), Change(Act.ANSWERED, now, who, words))


def join(report: Report, who: PersonId, now: datetime, words: str, pictures: Sequence[str]) -> Report:
    """Somebody else has reported the same; `words` are what they tell besides."""
    joined = add_pictures(replace(report, reporters=report.reporters + 1), pictures, who)
    return _after(joined, Change(Act.JOINED, now, who, words))


def news(draft: Draft, report: Report) -> str:
    """What somebody who reports the same tells besides: in their words, or what it should be."""
    known = {fold(one) for one in (report.wrong, report.suggestion, report.said)}
    return next((one for one in (draft.said, draft.suggestion) if one and fold(one) not in known), "")


def add_pictures(report: Report, ids: Sequence[str], by: PersonId) -> Report:
    """More pictures, as many as it takes."""
    known = {picture.id for picture in report.pictures}
    more = tuple(Picture(id_, by=by) for id_ in dict.fromkeys(ids) if id_ not in known)
    return replace(report, pictures=(*report.pictures, *more)[:MOST_PICTURES])


def fix(
    report: Report,
    by: PersonId,
    now: datetime,
    *,
    final: str = "",
    finals: Sequence[str] = (),
    visible: Visible,
    visible_on: date | None = None,
    words: str = "",
) -> Report | None:
    """It is put right: `final` is the text of a product now; `finals` the bot's own, each "" where it stays."""
    if report.is_closed:
        return None
    texts = report.texts
    if finals:
        texts = tuple(replace(text, final=new) for text, new in zip(texts, finals, strict=True))
    fixed = replace(
        report,
        state=State.FIXED,
        assignee=by,
        final=final,
        texts=texts,
        visible=visible,
        visible_on=visible_on,
        words=words,
        closed_at=now,
    )
    return _after(fixed, Change(Act.FIXED, now, by, words))


def reject(report: Report, by: PersonId, now: datetime, reason: Reason, words: str) -> Report | None:
    """It is no error."""
    if report.is_closed:
        return None
    rejected = replace(report, state=State.REJECTED, assignee=by, reason=reason, words=words, closed_at=now)
    return _after(rejected, Change(Act.REJECTED, now, by, words))


def duplicate(report: Report, by: PersonId, now: datetime, of: int) -> Report | None:
    """It is the same as another, which is none itself."""
    if report.is_closed or of == report.number:
        return None
    same = replace(report, state=State.DUPLICATE, assignee=by, duplicate_of=of, closed_at=now)
    return _after(same, Change(Act.DUPLICATE, now, by, number=of))


def reopen(report: Report, by: PersonId, now: datetime) -> Report | None:
    """Somebody of the translators takes it up again."""
    return _open_again(report, Change(Act.REOPENED, now, by)) if report.is_closed else None


def complain(report: Report, who: PersonId, now: datetime, words: str) -> Report:
    """A reporter says that it is still wrong; of one that is open again already this is one more word."""
    change = Change(Act.STILL_WRONG, now, who, words)
    return _open_again(report, change) if report.is_closed else _after(report, change)


def move(report: Report, by: PersonId, now: datetime, to: Language | Kind) -> Report | None:
    """It is for the translators of another language; or, as Kind.SOURCE, for whoever writes the source text."""
    is_there = to == (Kind.SOURCE if report.kind is Kind.SOURCE else report.language)
    if report.is_closed or is_there:
        return None
    if to is Kind.SOURCE:
        moved = replace(report, kind=Kind.SOURCE)
    else:
        moved = replace(report, language=str(to), kind=None if report.kind is Kind.SOURCE else report.kind)
    return _after(replace(moved, state=State.OPEN, assignee=None, near=()), Change(Act.MOVED, now, by, str(to)))


def _open_again(report: Report, change: Change) -> Report:
    """Whoever closed it goes on with it; what it was closed with stays in the history alone."""
    again = replace(
        report,
        state=State.TAKEN if report.assignee else State.OPEN,
        final="",
        texts=tuple(replace(text, final="") for text in report.texts),
        visible=None,
        visible_on=None,
        reason=None,
        words="",
        duplicate_of=None,
        closed_at=None,
    )
    return _after(again, change)


def _after(report: Report, change: Change) -> Report:
    return replace(report, history=(*report.history, change))
