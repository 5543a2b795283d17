"""What of a person stands in reports of language errors, and what is left of a report without it.

Others may wait for a report, and translators work on it: so it is not always deleted with whoever told of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete

from bot.model import PersonId
from bot.report import Act, Change, Line, Report, State
from bot.store import deeds, reports
from bot.store.tables import report

_OF_REPORTERS: Final = frozenset({Act.REPORTED, Act.JOINED, Act.ANSWERED, Act.STILL_WRONG})
"""What reporters do. What translators write with their acts is the desk's word to somebody else, and stays."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What Slack still shows of a report from which somebody was taken out."""

    number: int
    channel: str  # of its card
    card_ts: str  # "": it has none
    copies: tuple[str, ...] = ()  # of pictures that are to go
    lines: tuple[Line, ...] = ()  # below its cards, that are to go


def named_in(row: Any) -> frozenset[PersonId]:
    """Who stands in a row of the table: its reporter, and all who have done something about it."""
    people = [row.state.get("assignee"), *(change.get("who") for change in row.state.get("history", ()))]
    return deeds.named(row, people)


def part_of(row: Any, who: PersonId) -> dict[str, Any]:
    """What of somebody else's report is a person's: as JSON data, for them to read."""
    return deeds.of(row, reports.from_row(row), who)


def forget(conn: Connection, workspace: str, number: int, who: PersonId, now: datetime) -> list[Trace]:
    """Take a person out of a report; what Slack still shows of it, and of others that follow from it.

    If they were its reporter, it passes to the next of those who have told of it, with the text that is wrong and
    where it stands; nobody else waits for it: it is deleted. Their row as a reporter is the caller's to delete.
    """
    reports.lock(conn, workspace, number)
    state = reports.load(conn, workspace, number)
    if state is None:
        return []
    told = [one.who for one in reports.reporters(conn, workspace, number)]
    others = [one for one in told if one != who]
    if state.reporter == who and not others:
        conn.execute(delete(report).where(report.c.workspace == workspace, report.c.number == number))
        return [_trace(state, reports.copies(state), _lines(state)), *_without_head(conn, workspace, state, now)]
    pictures = tuple(one for one in state.pictures if (one.by or state.reporter) != who)
    left = replace(_unnamed(state, who), reporters=state.reporters - told.count(who), pictures=pictures)
    if state.reporter == who:
        # Of a text that nobody has quoted there are the words alone; who has told the same has used the same.
        said = "" if state.wrong else state.said
        left = _not_asked(replace(left, reporter=others[0], said=said, suggestion=""))
    reports.save(conn, workspace, left, now)
    kept = reports.copies(left)
    copies = tuple(copy for copy in reports.copies(state) if copy not in kept)
    return [_trace(left, copies, _lines(state, who))]


def _lines(state: Report, who: PersonId | None = None) -> tuple[Line, ...]:
    """The lines with what reporters have done, or one of them."""
    theirs = (one for one in state.history if one.act in _OF_REPORTERS and who in {None, one.who})
    return tuple(line for change in theirs for line in change.lines)


def _unnamed(state: Report, who: PersonId) -> Report:
    """A report in whose history nobody did what this person did, and on which they do not work."""
    history = tuple(_by_nobody(change) if change.who == who else change for change in state.history)
    if state.assignee != who:
        return replace(state, history=history)
    is_free = state.state is State.TAKEN  # where a question is open, its answer is still to come
    return replace(state, history=history, assignee=None, state=State.OPEN if is_free else state.state)


def _not_asked(state: Report) -> Report:
    """A report of which nobody is asked anything: whoever was cannot answer any more."""
    if state.state is not State.ASKED:
        return state
    return replace(state, state=State.TAKEN if state.assignee else State.OPEN)


def _by_nobody(change: Change) -> Change:
    if change.act in _OF_REPORTERS:
        return replace(change, who=None, words="", lines=())
    return replace(change, who=None)


def _without_head(conn: Connection, workspace: str, gone: Report, now: datetime) -> list[Trace]:
    """See to it that whoever waits through a duplicate of a report that is gone does not wait in vain."""
    traces: list[Trace] = []
    head = gone.duplicate_of
    for number in [one.number for one in reports.duplicates(conn, workspace, gone.number)]:
        reports.lock(conn, workspace, number)
        one = reports.load(conn, workspace, number)
        if one is None or one.duplicate_of != gone.number:
            continue
        if head is not None:
            left = replace(one, duplicate_of=head)
        elif gone.is_closed:  # they have been told what became of it
            continue
        else:
            again = (*one.history, Change(Act.REOPENED, now))
            left = replace(one, state=State.OPEN, assignee=None, duplicate_of=None, closed_at=None, history=again)
            head = number
        reports.save(conn, workspace, left, now)
        traces.append(_trace(left, ()))
    return traces


def _trace(state: Report, copies: tuple[str, ...], lines: tuple[Line, ...] = ()) -> Trace:
    return Trace(state.number, state.channel, state.card_ts, copies, lines)
