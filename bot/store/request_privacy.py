"""What of a person stands in requests, and what is left of a request without it.

A request goes with whoever has asked; it lives on without a colleague of theirs, or somebody of the desk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from bot.model import Floor, Handed, PersonId
from bot.report import Line
from bot.request import Act, Change, Reason, Request, State
from bot.store import codec, deeds, requests, threads
from bot.store.locks import exclusive
from bot.store.tables import gap, request

_OF_PARTNERS: Final = frozenset({Act.ASKED, Act.ASKED_AGAIN, Act.TOLD, Act.RETURNED})
"""What partners do. What the desk writes with its acts is its own word, and stays."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What Slack still shows of a request from which somebody was taken out."""

    number: int
    card_channel: str
    card_ts: str  # "": it has no card
    copies: tuple[str, ...] = ()  # of files, that are to go
    lines: tuple[Line, ...] = ()  # below its cards, that are to go
    is_released: bool = False  # whoever had it is gone: it is in the queue again


def named_in(row: Any) -> frozenset[PersonId]:
    """Who stands in a row of the table: who has asked, all who have done something about it, and who was to do it."""
    state = row.state
    people = [
        state.get("assignee"),
        *(one.get(part) for one in state.get("history", ()) for part in ("who", "whom")),
        *(one.get("by") for part in ("unsent", "files") for one in state.get(part, ())),
    ]
    return deeds.named(row, people)


def own_of(row: Any) -> dict[str, Any]:
    """A request for whoever has asked: without what staff have written for each other, or have not sent."""
    state = requests.from_row(row)
    history = tuple(replace(one, words="") if _is_note(state, one) else one for one in state.history)
    theirs = codec.dump(replace(state, history=history, unsent=()))
    # SQLAlchemy's public name for a row as a mapping; what stands in columns is not told twice.
    return {**row._mapping, "state": {name: theirs[name] for name in row.state if name in theirs}}  # noqa: SLF001


def part_of(row: Any, who: PersonId) -> dict[str, Any]:
    """What of somebody else's request is a person's: as JSON data, for them to read."""
    whole = requests.from_row(row)
    return deeds.of(row, whole, who) | {
        "given_or_had": [one.at.isoformat() for one in whole.history if one.whom == who],
        "typed": [one.text for one in whole.unsent if one.by == who],
        "files": [one.id for one in whole.files if one.by == who],
    }


def forget(conn: Connection, found: Any, who: PersonId, now: datetime) -> Trace | None:
    """Take a person out of the request of a row of the table; what Slack still shows of it. None: they are not in it.

    If they have asked, it is deleted, and what the knowledge lacks as it showed by it. If they had it, nobody does: one
    that was taken is in the queue again, and its history says so.
    """
    workspace, number = found.workspace, found.number
    exclusive(conn, workspace, found.channel, found.thread_ts)  # the lock of the thread
    requests.lock(conn, workspace, number)
    is_it = (request.c.workspace == workspace, request.c.number == number)
    row = conn.execute(select(request).where(*is_it)).one_or_none()
    if row is None or who not in named_in(row):
        return None
    state = requests.from_row(row)
    if state.asker == who:
        conn.execute(delete(request).where(*is_it))
        conn.execute(delete(gap).where(gap.c.workspace == workspace, gap.c.request == number))
        _note_in_thread(conn, workspace, state, now, None)
        return Trace(number, state.card_channel, state.card_ts, requests.copies(state), _lines(state))
    left = _without(state, who)
    is_released = state.assignee == who and state.state is State.TAKEN
    if is_released:
        left = replace(left, state=State.OPEN, history=(*left.history, Change(Act.RELEASED, now)))
        _note_in_thread(conn, workspace, left, now, Handed(number, asker=left.asker))
    # Who looks for what has changed since looks for people, and none has come in.
    requests.save(conn, workspace, left, now if is_released else row.changed_at, due=row.due_at)
    kept = requests.copies(left)
    copies = tuple(copy for copy in requests.copies(state) if copy not in kept)
    return Trace(number, left.card_channel, left.card_ts, copies, _lines(state, who), is_released)


def _lines(state: Request, who: PersonId | None = None) -> tuple[Line, ...]:
    """The lines with what partners have written, or one of them."""
    theirs = (one for one in state.history if _is_partners(state, one) and who in {None, one.who})
    return tuple(line for change in theirs for line in change.lines)


def _is_partners(state: Request, change: Change) -> bool:
    """Whether it was done on the partner's side."""
    if change.act is Act.ASKED:
        return change.who in {None, state.asker}  # else the desk has passed it on
    is_settled = change.act is Act.RESOLVED and change.words == Reason.SETTLED.value
    return change.act in _OF_PARTNERS or is_settled


def _is_note(state: Request, change: Change) -> bool:
    """Whether its words are the desk's own, which no partner has read."""
    is_passed_on = change.act is Act.ASKED and not _is_partners(state, change)
    return is_passed_on or change.act in {Act.HANDED, Act.ESCALATED}


def _without(state: Request, who: PersonId) -> Request:
    """A request in whose history nobody did what this person did, and on which they do not work."""
    return replace(
        state,
        assignee=None if state.assignee == who else state.assignee,
        unsent=tuple(one for one in state.unsent if one.by != who),
        files=tuple(one for one in state.files if one.by != who),
        history=tuple(_unnamed(state, change, who) for change in state.history),
    )


def _unnamed(state: Request, change: Change, who: PersonId) -> Change:
    left = replace(change, whom=None) if change.whom == who else change
    if change.who != who:
        return left
    if not _is_partners(state, change):
        return replace(left, who=None)
    words = change.words if change.act is Act.RESOLVED else ""  # a reason
    return replace(left, who=None, words=words, files=(), lines=())


def _note_in_thread(conn: Connection, workspace: str, state: Request, now: datetime, handed: Handed | None) -> None:
    """Have the bot speak again in the thread of a request that nobody has."""
    thread = threads.load(conn, workspace, state.channel, state.thread_ts)
    if thread is not None:
        floor = Floor.BOT if thread.floor is Floor.STAFF else thread.floor
        noted = replace(thread, floor=floor, request=handed, handed_over=handed is not None)
        threads.save(conn, workspace, noted, now)
