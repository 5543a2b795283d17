"""Units: questions that were put before people, one a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from bot.model import PersonId
from bot.store.counters import next_number
from bot.store.tables import handoff
from bot.store.upsert import add_new

OPEN: Final = "open"
"""The state of a new handoff."""

NUMBERS: Final = "request"
"""The kind of its visible number: it is the request that people see as REQ-12."""


@dataclass(frozen=True, slots=True)
class Handoff:
    """A question before people, and the card that stands for it in the support channel, once that is posted."""

    channel: str
    thread_ts: str
    number: int
    question: str
    state: str
    at: datetime  # UTC
    asker: PersonId | None = None
    card_channel: str | None = None
    card_ts: str | None = None


_WORKSPACE: Final = handoff.c.workspace == bindparam("of_workspace")
_OF: Final = (
    _WORKSPACE,
    handoff.c.channel == bindparam("of_channel"),
    handoff.c.thread_ts == bindparam("of_thread_ts"),
)
_LOAD: Final = select(handoff).where(*_OF)
_BY_CARD: Final = select(handoff).where(
    _WORKSPACE, handoff.c.card_channel == bindparam("of_channel"), handoff.c.card_ts == bindparam("of_ts")
)
_PLACE: Final = update(handoff).where(*_OF).values(card_channel=bindparam("to_channel"), card_ts=bindparam("to_ts"))


def open_once(
    conn: Connection,
    workspace: str,
    channel: str,
    thread_ts: str,
    question: str,
    asker: PersonId | None,
    now: datetime,
) -> tuple[int, bool]:
    """Hand a thread over and return (its number, True), or (the number it has already, False)."""
    known = load(conn, workspace, channel, thread_ts)
    if known is not None:
        return known.number, False
    number = next_number(conn, workspace, NUMBERS)
    row = {
        "workspace": workspace,
        "channel": channel,
        "thread_ts": thread_ts,
        "number": number,
        "question": question,
        "state": OPEN,
        "at": now,
        "team": asker.team if asker else None,
        "user": asker.user if asker else None,
    }
    if add_new(conn, handoff, row):
        return number, True
    # Another transaction was quicker: its row, which the conflict has waited for, is the one that counts.
    winner = conn.execute(_LOAD, _of(workspace, channel, thread_ts)).one()
    return winner.number, False


def load(conn: Connection, workspace: str, channel: str, thread_ts: str) -> Handoff | None:
    """The handoff of a thread, or None."""
    row = conn.execute(_LOAD, _of(workspace, channel, thread_ts)).one_or_none()
    return None if row is None else _handoff(row)


def by_card(conn: Connection, workspace: str, card_channel: str, card_ts: str) -> Handoff | None:
    """The handoff that a card in the support channel stands for, or None."""
    key = {"of_workspace": workspace, "of_channel": card_channel, "of_ts": card_ts}
    row = conn.execute(_BY_CARD, key).one_or_none()
    return None if row is None else _handoff(row)


def place_card(
    conn: Connection, workspace: str, channel: str, thread_ts: str, *, card_channel: str, card_ts: str
) -> bool:
    """Note where the thread's card was posted; False if the thread was not handed over."""
    place = {**_of(workspace, channel, thread_ts), "to_channel": card_channel, "to_ts": card_ts}
    return conn.execute(_PLACE, place).rowcount == 1


def _of(workspace: str, channel: str, thread_ts: str) -> dict[str, str]:
    return {"of_workspace": workspace, "of_channel": channel, "of_thread_ts": thread_ts}


def _handoff(row: Row[Any]) -> Handoff:
    return Handoff(
        channel=row.channel,
        thread_ts=row.thread_ts,
        number=row.number,
        question=row.question,
        state=row.state,
        at=row.at,
        asker=None if row.user is None else PersonId(row.team, row.user),
        card_channel=row.card_channel,
        card_ts=row.card_ts,
    )
