"""Units: reports of language errors, and who has told of them.

Whoever changes a report reads it under `lock`, so that of two translators one is second. Locks are taken in the order
thread, fingerprint, report. Who locks a second report holds `lock_duplicates` before the first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from bot.model import Language, PersonId
from bot.report import PictureState, Report, Reporter, State
from bot.store import codec
from bot.store.counters import next_number
from bot.store.locks import exclusive
from bot.store.prepared import Prepared
from bot.store.tables import report
from bot.store.tables import reporter as told
from bot.store.upsert import add_new

NUMBERS: Final = "report"
"""The kind of its visible number, and of its lock."""

_FINGERPRINT: Final = "report digest"
_DUPLICATION: Final = "report duplicates"
_MOST_OPEN: Final = 500
_MOST_OF_PERSON: Final = 20
_SHOWN_CLOSED: Final = timedelta(days=14)

_WORKSPACE: Final = report.c.workspace == bindparam("of_workspace")
_IS_OPEN: Final = report.c.closed_at.is_(None)
_LOAD: Final = Prepared(select(report).where(_WORKSPACE, report.c.number == bindparam("of_number")))
_BY_CARD: Final = Prepared(
    select(report).where(
        _WORKSPACE, report.c.card_channel == bindparam("of_channel"), report.c.card_ts == bindparam("of_ts")
    )
)
# The few that are found are put in order here: asked for their order, SQLite would rather walk through all reports.
_SAME: Final = Prepared(select(report.c.number).where(_WORKSPACE, report.c.digest == bindparam("of_digest"), _IS_OPEN))
_OPEN_IN: Final = Prepared(
    select(report)
    .where(_WORKSPACE, report.c.language == bindparam("of_language"), _IS_OPEN)
    .order_by(report.c.number.desc())
    .limit(_MOST_OPEN)
)
_DUPLICATES: Final = Prepared(
    select(report).where(
        _WORKSPACE, report.c.duplicate_of == bindparam("of_number"), report.c.status == bindparam("of_status")
    )
)
_CHANGED: Final = (
    "status",
    "language",
    "team",
    "user",
    "card_channel",
    "card_ts",
    "changed_at",
    "closed_at",
    "duplicate_of",
    "copies",
    "state",
)
_SAVE: Final = Prepared(
    update(report)
    .where(_WORKSPACE, report.c.number == bindparam("of_number"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGED})
)
_SAVE_DIGEST: Final = Prepared(
    update(report).where(_WORKSPACE, report.c.number == bindparam("of_number")).values(digest=bindparam("to_digest"))
)

_REPORTERS: Final = (told.c.workspace == bindparam("of_workspace"), told.c.number == bindparam("of_number"))
_PERSON: Final = (told.c.team == bindparam("of_team"), told.c.user == bindparam("of_user"))
_ALL_REPORTERS: Final = Prepared(select(told).where(*_REPORTERS).order_by(told.c.at, told.c.team, told.c.user))
_REPORTER: Final = Prepared(select(told).where(*_REPORTERS, *_PERSON))
_PLACE: Final = Prepared(
    update(told)
    .where(*_REPORTERS, *_PERSON)
    .values(channel=bindparam("to_channel"), thread_ts=bindparam("to_thread_ts"))
)


def _shown(*which: Any) -> Prepared:
    numbers = select(told.c.number).where(told.c.workspace == bindparam("of_workspace"), *which)
    is_shown = or_(_IS_OPEN, report.c.closed_at >= bindparam("since"))
    return Prepared(
        select(report)
        .where(_WORKSPACE, report.c.number.in_(numbers), is_shown)
        .order_by(report.c.number.desc())
        .limit(_MOST_OF_PERSON)
    )


_OF_PERSON: Final = _shown(*_PERSON)
_OF_ORGANISATION: Final = _shown(told.c.organisation == bindparam("of_organisation"))


# Reports


def lock(conn: Connection, workspace: str, number: int) -> None:
    """Keep others who would change the report waiting until this transaction ends."""
    exclusive(conn, NUMBERS, workspace, str(number))


def lock_duplicates(conn: Connection, workspace: str) -> None:
    """Keep others who would make one report a duplicate of another waiting until this transaction ends."""
    exclusive(conn, _DUPLICATION, workspace)


def lane(workspace: str, number: int) -> str:
    """The lane of work about a report: what happens to it is shown in order."""
    return f"report:{workspace}:{number}"


def load(conn: Connection, workspace: str, number: int) -> Report | None:
    """The report, or None."""
    row = _LOAD.one(conn, {"of_workspace": workspace, "of_number": number})
    return None if row is None else from_row(row)


def by_card(conn: Connection, workspace: str, channel: str, ts: str) -> Report | None:
    """The report that a card in the translators' channel stands for, or None."""
    row = _BY_CARD.one(conn, {"of_workspace": workspace, "of_channel": channel, "of_ts": ts})
    return None if row is None else from_row(row)


def same(conn: Connection, workspace: str, digest: bytes) -> Report | None:
    """The report with this fingerprint that is not closed, the oldest; None if there is none.

    Others who ask for the fingerprint wait until this transaction ends: if it creates the report, they find it. One
    that is found is locked.
    """
    exclusive(conn, _FINGERPRINT, workspace, digest.hex())
    rows = _SAME.all(conn, {"of_workspace": workspace, "of_digest": digest})
    for number in sorted(row.number for row in rows):
        lock(conn, workspace, number)
        found = load(conn, workspace, number)
        if found is not None and not found.is_closed:
            return found
    return None


def create(
    conn: Connection, workspace: str, state: Report, digest: bytes | None, told_by: Reporter, now: datetime
) -> Report:
    """Store a new report, whose number is 0, and who has told of it; the report with its number.

    Whoever gives a fingerprint has asked for the `same` in this transaction. Without one no report is the same.
    """
    numbered = replace(state, number=next_number(conn, workspace, NUMBERS))
    row = {"workspace": workspace, "number": numbered.number, "digest": digest, **_columns(numbered, now)}
    conn.execute(insert(report).values(row))
    join(conn, workspace, numbered.number, told_by)
    return numbered


def save(conn: Connection, workspace: str, state: Report, now: datetime, *, digest: bytes | None = None) -> None:
    """Store what has become of a report; one that was erased stays so.

    A new fingerprint is given if what it is made of has changed.
    """
    of = {"of_workspace": workspace, "of_number": state.number}
    _SAVE.count(conn, {**of, **{f"to_{name}": value for name, value in _columns(state, now).items()}})
    if digest is not None:
        _SAVE_DIGEST.count(conn, {**of, "to_digest": digest})


def duplicates(conn: Connection, workspace: str, number: int) -> list[Report]:
    """The reports that are closed as duplicates of one, by number."""
    of = {"of_workspace": workspace, "of_number": number, "of_status": State.DUPLICATE.value}
    return sorted((from_row(row) for row in _DUPLICATES.all(conn, of)), key=lambda one: one.number)


def open_in(conn: Connection, workspace: str, language: Language) -> list[Report]:
    """The reports of a language that are not closed, newest first, at most 500."""
    return [from_row(row) for row in _OPEN_IN.all(conn, {"of_workspace": workspace, "of_language": language})]


def listed(
    conn: Connection, workspace: str, *, languages: Collection[Language] = (), states: Collection[State] = ()
) -> list[Report]:
    """All reports by number, or those of some languages, in some states."""
    chosen = select(report).where(report.c.workspace == workspace).order_by(report.c.number)
    if languages:
        chosen = chosen.where(report.c.language.in_(languages))
    if states:
        chosen = chosen.where(report.c.status.in_([state.value for state in states]))
    return [from_row(row) for row in conn.execute(chosen)]


def of_person(
    conn: Connection, workspace: str, who: PersonId, organisation: str | None, now: datetime
) -> list[tuple[Report, bool]]:
    """What a person may see: the reports that they have told of (True), and those of their organisation (False).

    Not closed, or within the last 14 days; newest first, at most 20.
    """
    of = {"of_workspace": workspace, "since": now - _SHOWN_CLOSED}
    theirs = [(row, True) for row in _OF_PERSON.all(conn, {**of, "of_team": who.team, "of_user": who.user})]
    if organisation is not None:
        numbers = {row.number for row, _ in theirs}
        colleagues = _OF_ORGANISATION.all(conn, {**of, "of_organisation": organisation})
        theirs += [(row, False) for row in colleagues if row.number not in numbers]
    newest = sorted(theirs, key=lambda one: -one[0].number)[:_MOST_OF_PERSON]
    return [(from_row(row), is_own) for row, is_own in newest]


# Reporters


def join(conn: Connection, workspace: str, number: int, told_by: Reporter) -> bool:
    """Note that somebody has told of a report; False if they had already."""
    row = {
        "workspace": workspace,
        "number": number,
        "team": told_by.who.team,
        "user": told_by.who.user,
        "language": told_by.language,
        "organisation": told_by.organisation,
        "channel": told_by.channel or None,
        "thread_ts": told_by.thread_ts or None,
        "at": told_by.at,
    }
    return add_new(conn, told, row)


def reporters(conn: Connection, workspace: str, number: int) -> list[Reporter]:
    """Who has told of a report, in the order of telling."""
    return [_reporter(row) for row in _ALL_REPORTERS.all(conn, {"of_workspace": workspace, "of_number": number})]


def reporter(conn: Connection, workspace: str, number: int, who: PersonId) -> Reporter | None:
    """A person as a reporter of it, or None."""
    row = _REPORTER.one(conn, _of_reporter(workspace, number, who))
    return None if row is None else _reporter(row)


def place_reporter(
    conn: Connection, workspace: str, number: int, who: PersonId, *, channel: str, thread_ts: str
) -> None:
    """Note where the bot speaks to a reporter."""
    place = {"to_channel": channel or None, "to_thread_ts": thread_ts or None}
    _PLACE.count(conn, {**_of_reporter(workspace, number, who), **place})


def copies(state: Report) -> tuple[str, ...]:
    """Slack's ids of our copies of a report's pictures that are still there."""
    return tuple(one.copy for one in state.pictures if one.copy and one.state is not PictureState.DELETED)


def from_row(row: Any) -> Report:
    """The report of a row of the table."""
    columns = {
        "number": row.number,
        "reporter": {"team": row.team, "user": row.user},
        "state": row.status,
        "language": row.language,
        "channel": row.card_channel or "",
        "card_ts": row.card_ts or "",
        "duplicate_of": row.duplicate_of,
    }
    return replace(codec.load(Report, {**row.state, **columns}), closed_at=row.closed_at)


def _columns(state: Report, now: datetime) -> dict[str, Any]:
    content = codec.dump(state)
    for name in ("number", "reporter", "state", "language", "channel", "card_ts", "duplicate_of", "closed_at"):
        content.pop(name, None)
    return {
        "status": state.state.value,
        "language": state.language,
        "team": state.reporter.team,
        "user": state.reporter.user,
        "card_channel": state.channel or None,
        "card_ts": state.card_ts or None,
        "changed_at": now,
        "closed_at": (state.closed_at or now) if state.is_closed else None,
        "duplicate_of": state.duplicate_of,
        "copies": len(copies(state)),
        "state": content,
    }


def _of_reporter(workspace: str, number: int, who: PersonId) -> dict[str, Any]:
    return {"of_workspace": workspace, "of_number": number, "of_team": who.team, "of_user": who.user}


def _reporter(row: Any) -> Reporter:
    return Reporter(
        number=row.number,
        who=PersonId(row.team, row.user),
        language=row.language,
        at=row.at,
        organisation=row.organisation,
        channel=row.channel or "",
        thread_ts=row.thread_ts or "",
    )
