"""What each table holds of people, how long, and whose a row is: retention, export and erasure follow from it.

A person's rows cannot be searched for where they are packed, so tables are walked through in portions, on a reading
connection. What is written is short: events never wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)

from bot.model import PersonId
from bot.ports import Store, Work
from bot.store.counters import next_number
from bot.store.jobs import Status
from bot.store.tables import counter, erasure, handoff, job, known, message, person, tally, thread, vote

NUMBERS: Final = "privacy"
"""The kind of an erasure's visible number: PRIV-12."""

RETENTION: Final = "retention"
ERASURE: Final = "erasure"
LIFECYCLE: Final = "lifecycle"
WITHDRAWAL: Final = "withdrawal"
_OWN_WORK: Final = (RETENTION, ERASURE, LIFECYCLE)
"""The kinds of work that erase: they are not themselves erased."""

_PAGE: Final = 200  # rows read at once: a few ms, for a local file is read on the event loop
_PORTION: Final = 100  # rows deleted at once: a few ms
_SKEW: Final = timedelta(minutes=1)  # between our clock and Slack's; from here on `doctor` warns

Key: TypeAlias = tuple[Any, ...]
"""A row's primary key."""

Clause: TypeAlias = ColumnElement[bool]


class Cause(StrEnum):
    """Who wanted an erasure."""

    PERSON = "person"  # themselves
    OPERATOR = "operator"  # a command
    WORKSPACE = "workspace"  # it has removed the app


@dataclass(frozen=True, slots=True)
class Holding:
    """What a table holds of people; the columns of texts or bytes are each named once.

    Without `owner` no row is a person's; without `due` no row grows old.
    """

    table: Table
    holds: str
    kept: str
    people: tuple[str, ...] = ()  # columns with ids of people
    texts: tuple[str, ...] = ()  # columns with what people wrote, told or were answered
    neutral: tuple[str, ...] = ()  # columns with neither
    owner: Callable[[Row[Any]], PersonId | None] | None = None
    due: Callable[[datetime], Clause] | None = None  # the rows that were last touched before an instant
    again: Callable[[PersonId, datetime], Clause] = lambda _who, _since: true()
    """The rows among which a person's may be, besides those found before an instant by walking through the table."""

    @property
    def key(self) -> tuple[Column[Any], ...]:
        """The columns of the primary key."""
        return tuple(self.table.primary_key.columns)

    def of_workspace(self, workspace: str) -> Clause:
        """The rows of a workspace; of jobs, those of other kinds than ours."""
        if self.table is job:
            return and_(job.c.key.contains(f":{workspace}:", autoescape=True), job.c.kind.not_in(_OWN_WORK))
        return self.table.c.workspace == workspace


def _named(row: Row[Any]) -> PersonId | None:
    return None if row.user is None else PersonId(row.team, row.user)


def _asker(row: Row[Any]) -> PersonId | None:
    asker = row.state.get("asker")
    return None if asker is None else PersonId(asker["team"], asker["user"])


def _of_job(row: Row[Any]) -> PersonId | None:
    payload = row.payload or {}
    if row.kind in _OWN_WORK or not payload.get("user"):
        return None
    return PersonId(payload.get("team") or "", payload["user"])


def _is_named(table: Table) -> Callable[[PersonId, datetime], Clause]:
    return lambda who, _since: and_(table.c.team == who.team, table.c.user == who.user)


def _old_job(before: datetime) -> Clause:
    # What has long been due was not done because no desk ran: nobody waits for it any more.
    return or_(job.c.done_at < before, and_(job.c.status == Status.WAITING.value, job.c.run_at < before))


def _ts(instant: datetime) -> str:
    return f"{instant.timestamp():.6f}"


_TEXTS: Final = "retention.texts after it was last touched"

POLICY: Final[Mapping[str, Holding]] = {
    holding.table.name: holding
    for holding in (
        Holding(
            thread,
            holds="who asked, their last question, and what they told for a rule",
            kept=_TEXTS,
            people=("state",),
            texts=("state",),
            neutral=("workspace", "channel"),
            owner=_asker,
            due=lambda before: thread.c.updated_at < before,
            again=lambda _who, since: thread.c.updated_at >= since,
        ),
        Holding(
            message,
            holds="what the bot answered to whom, with the words and values of theirs that it shows",
            kept=_TEXTS,
            people=("state",),
            texts=("state",),
            neutral=("workspace", "channel"),
            owner=_asker,
            due=lambda before: message.c.ts < _ts(before),
            again=lambda _who, since: message.c.ts >= _ts(since),
        ),
        Holding(
            vote,
            holds="whether an answer helped somebody, and their comment",
            kept=_TEXTS,
            people=("team", "user"),
            texts=("comment",),
            neutral=("workspace", "channel", "ts"),
            owner=_named,
            due=lambda before: vote.c.at < before,
            again=_is_named(vote),
        ),
        Holding(
            handoff,
            holds="a request for a person: who asked, and what",
            kept=_TEXTS,
            people=("team", "user"),
            texts=("question",),
            neutral=("workspace", "channel", "thread_ts", "state", "card_channel", "card_ts"),
            owner=_named,
            due=lambda before: handoff.c.at < before,
            again=_is_named(handoff),
        ),
        Holding(
            person,
            holds="the language and the programme that somebody chose, and what Slack tells of them",
            kept="retention.texts after Slack last told of them",
            people=("team", "user"),
            texts=("language", "programme", "locale", "time_zone"),
            neutral=("workspace",),
            owner=_named,
            due=lambda before: func.coalesce(person.c.seen_at, person.c.greeted_at) < before,
            again=_is_named(person),
        ),
        Holding(
            job,
            holds="work to be done or given up: the message to answer, the reply to post, and for whom",
            kept="until it is done; given up or never begun, retention.texts",
            people=("key", "lane", "payload"),
            texts=("payload",),
            neutral=("digest", "kind", "status", "owner", "error"),
            owner=_of_job,
            due=_old_job,
        ),
        Holding(
            known,
            holds="fingerprints of work, so that none is done twice; nobody's",
            kept="about a week",
            neutral=("digest",),
        ),
        Holding(
            tally,
            holds="how often what was answered on a day; nobody's",
            kept="for good",
            neutral=("workspace", "kind", "language", "programme", "entry"),
        ),
        Holding(counter, holds="the last number given out; nobody's", kept="for good", neutral=("workspace", "kind")),
        Holding(
            erasure,
            holds="that something was erased, and when; not of whom",
            kept="for good",
            neutral=("workspace", "cause"),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Card:
    """A card in the support channel that shows what a person has asked."""

    number: int
    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: its number, how many rows of each table went, and the cards that still show something."""

    number: int
    rows: Mapping[str, int]
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of people, by table, as a walk that began then has found them."""

    begun: datetime  # UTC
    rows: Mapping[str, Sequence[Row[Any]]]


def owner_of(table: str, row: Row[Any]) -> PersonId | None:
    """Whose a row of a table is; None: nobody's."""
    of = POLICY[table].owner
    return None if of is None else of(row)


# Units


def page(conn: Connection, holding: Holding, after: Key | None) -> list[Row[Any]]:
    """The next rows of a table, in the order of its key."""
    return list(conn.execute(_from(select(holding.table), holding, after)))


def old_keys(conn: Connection, holding: Holding, which: Clause, after: Key | None) -> tuple[list[Key], Key | None]:
    """Of the next rows of a table, the keys of those that fit; and the last key looked at, None at the end."""
    chosen = select(*holding.key, which.label("fits"))
    rows = conn.execute(_from(chosen, holding, after)).all()
    last = tuple(rows[-1][:-1]) if len(rows) == _PAGE else None
    return [tuple(row[:-1]) for row in rows if row.fits], last


def clear(conn: Connection, holding: Holding, which: Clause, keys: Sequence[Key]) -> int:
    """Delete those of some rows that still fit; how many."""
    statement = delete(holding.table).where(*_is_key(holding), which)
    return sum(conn.execute(statement, _values(key)).rowcount for key in keys)


def date_people(conn: Connection, now: datetime) -> int:
    """Let people of whom Slack has never told grow old from now on; how many.

    They chose something before Slack answered who they are. It is asked again a day later.
    """
    unseen = update(person).where(person.c.seen_at.is_(None), person.c.greeted_at.is_(None))
    return conn.execute(unseen.values(seen_at=now)).rowcount


def is_busy(conn: Connection, who: PersonId) -> bool:
    """Whether work for a person is being done or has been tried: something of theirs may be on its way to Slack."""
    begun = select(job).where(job.c.done_at.is_(None), job.c.attempts > 0)
    return any(_of_job(row) == who for row in conn.execute(begun))


def erase(
    conn: Connection, workspace: str, who: PersonId, found: Found, *, asked_at: datetime, now: datetime, cause: Cause
) -> Erased:
    """Delete all that is kept of a person, in one transaction, and give it a number.

    Args:
        conn: Of the transaction.
        workspace: The workspace that the bot is installed in.
        who: The person.
        found: Rows, theirs among them.
        asked_at: When it was asked for, in UTC.
        now: The instant, in UTC.
        cause: Who wanted it.

    """
    counts: dict[str, int] = {}
    cards: list[Card] = []
    for name, holding in POLICY.items():
        for row in _rows_now(conn, holding, workspace, who, found):
            if holding.table is handoff and row.card_ts is not None:
                cards.append(Card(row.number, row.card_channel, row.card_ts))
            conn.execute(delete(holding.table).where(*_is_key(holding)), _values(_key_of(holding, row)))
            counts[name] = counts.get(name, 0) + 1
    return Erased(record(conn, workspace, asked_at=asked_at, now=now, cause=cause), counts, tuple(cards))


def _rows_now(conn: Connection, holding: Holding, workspace: str, who: PersonId, found: Found) -> Iterator[Row[Any]]:
    """A person's rows as they are: of those found, those that are still theirs; and those that have come since."""
    if holding.owner is None:
        return
    late = conn.execute(select(holding.table).where(holding.again(who, found.begun - _SKEW))).all()
    rows = (*found.rows.get(holding.table.name, ()), *late)
    for key in {_key_of(holding, row) for row in rows if _is_theirs(holding, row, workspace, who)}:
        row = conn.execute(select(holding.table).where(*_is_key(holding)), _values(key)).one_or_none()
        if row is not None and _is_theirs(holding, row, workspace, who):
            yield row


def withdraw(conn: Connection, work: Work, workspace: str, cards: Sequence[Card]) -> None:
    """Have cards in the support channel show nothing of whoever asked any more."""
    for card in cards:
        payload = {"channel": card.channel, "ts": card.ts, "number": card.number}
        work.add(conn, WITHDRAWAL, f"{WITHDRAWAL}:{workspace}:{card.number}", payload, lane=f"card:{card.number}")


def record(conn: Connection, workspace: str, *, asked_at: datetime, now: datetime, cause: Cause) -> int:
    """Note that something was erased; its number."""
    number = next_number(conn, workspace, NUMBERS)
    row = {"workspace": workspace, "number": number, "cause": cause.value, "asked_at": asked_at, "done_at": now}
    conn.execute(insert(erasure).values(row))
    return number


# Walks


async def rows_of(store: Store, is_meant: Callable[[PersonId], bool], now: datetime) -> Found:
    """All rows of the people that are meant. Raises StoreUnavailable."""
    found: dict[str, list[Row[Any]]] = {}
    for name, holding in POLICY.items():
        after: Key | None = None
        while holding.owner is not None:
            rows = await store.read(partial(page, holding=holding, after=after))
            found.setdefault(name, []).extend(
                row for row in rows if (owner := holding.owner(row)) is not None and is_meant(owner)
            )
            if len(rows) < _PAGE:
                break
            after = _key_of(holding, rows[-1])
            await asyncio.sleep(0)  # events first
    return Found(now, found)


async def clear_all(store: Store, which: Callable[[Holding], Clause | None]) -> int:
    """Delete the rows of all tables that fit, a few at a time; how many. None: a table is left alone.

    Raises StoreUnavailable; what has gone by then stays gone.
    """
    count = 0
    for holding in POLICY.values():
        clause = which(holding)
        if clause is not None:
            count += await _clear_table(store, holding, clause)
    return count


async def _clear_table(store: Store, holding: Holding, which: Clause) -> int:
    count, after = 0, None
    while True:
        keys, after = await store.read(partial(old_keys, holding=holding, which=which, after=after))
        for first in range(0, len(keys), _PORTION):
            portion = keys[first : first + _PORTION]
            count += await store.run(partial(clear, holding=holding, which=which, keys=portion))
        if after is None:
            return count
        await asyncio.sleep(0)  # events first


def _from(chosen: Select[Any], holding: Holding, after: Key | None) -> Select[Any]:
    ordered = chosen.order_by(*holding.key).limit(_PAGE)
    if after is None:
        return ordered
    last = (literal(value, column.type) for value, column in zip(after, holding.key, strict=True))
    return ordered.where(tuple_(*holding.key) > tuple_(*last))


def _is_key(holding: Holding) -> list[Clause]:
    return [column == bindparam(f"of_{n}") for n, column in enumerate(holding.key)]


def _values(key: Key) -> dict[str, Any]:
    return {f"of_{n}": value for n, value in enumerate(key)}


def _key_of(holding: Holding, row: Row[Any]) -> Key:
    return tuple(getattr(row, column.key) for column in holding.key)


def _is_theirs(holding: Holding, row: Row[Any], workspace: str, who: PersonId) -> bool:
    is_ours = holding.table is job or row.workspace == workspace
    return is_ours and holding.owner is not None and holding.owner(row) == who
