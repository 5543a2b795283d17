"""Statements that the driver runs itself give what SQLAlchemy would give."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from bot.store.prepared import Prepared
from bot.store.tables import counter, person, tally

NOW = datetime(2026, 11, 23, 10, 0, 0, 123000, UTC)

_ADD = Prepared(insert(person), columns=["workspace", "team", "user", "is_guest", "seen_at"])
_OF = person.c.user == bindparam("of_user")
_LOAD = Prepared(select(person.c.user, person.c.is_guest, person.c.seen_at, person.c.language).where(_OF))
_GREET = Prepared(
    update(person).where(_OF).values(language="fi", locale=bindparam("to")).returning(person.c.locale),
    returns=[person.c.locale],
)
_FORGET = Prepared(delete(person).where(_OF))


def add(conn: Connection, user: str) -> None:
    """A person whom Slack has told of."""
    _ADD.count(conn, {"workspace": "T1", "team": "T1", "user": user, "is_guest": True, "seen_at": NOW})


def test_values_are_stored_and_read_by_the_types_of_their_columns(conn: Connection) -> None:
    """Truths, instants and days come back as what they were, and as SQLAlchemy reads them."""
    add(conn, "U1")
    Prepared(insert(tally), columns=list(tally.c.keys())).count(
        conn,
        {
            "workspace": "T1",
            "day": date(2026, 11, 23),
            "kind": "a",
            "language": "",
            "programme": "",
            "entry": "",
            "n": 2,
        },
    )
    row = _LOAD.one(conn, {"of_user": "U1"})

    assert (row.user, row.is_guest, row.seen_at, row.language) == ("U1", True, NOW, None)
    assert tuple(row) == tuple(conn.execute(select(*_LOAD._returns)).one())
    assert Prepared(select(tally.c.day, tally.c.n)).all(conn, {}) == [(date(2026, 11, 23), 2)]


def test_rows_are_counted_returned_and_missed(conn: Connection) -> None:
    """One is None where there is nothing; count is of the rows that changed."""
    add(conn, "U1")
    add(conn, "U2")

    assert _LOAD.one(conn, {"of_user": "U3"}) is None
    assert _GREET.one(conn, {"of_user": "U1", "to": "de"}).locale == "de"
    assert _LOAD.one(conn, {"of_user": "U1"}).language == "fi"
    assert [_FORGET.count(conn, {"of_user": "U2"}) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # PostgreSQL's own words name them: no log tells words
def test_errors_are_sqlalchemys_and_name_no_values(conn: Connection) -> None:
    """What the store knows of errors holds for these statements too; a person's words stay out of the message."""
    put = Prepared(insert(counter), columns=["workspace", "kind", "n"])
    put.count(conn, {"workspace": "T1", "kind": "a secret", "n": 1})
    with pytest.raises(IntegrityError) as caught:
        put.count(conn, {"workspace": "T1", "kind": "a secret", "n": 1})
    assert "secret" not in str(caught.value)


def test_what_is_done_is_part_of_the_transaction(conn: Connection) -> None:
    """A savepoint that is rolled back takes these statements along."""
    with conn.begin_nested() as inner:
        add(conn, "U1")
        inner.rollback()

    assert _LOAD.one(conn, {"of_user": "U1"}) is None


def test_a_table_that_is_missing_is_the_databases_fault(conn: Connection) -> None:
    """It is told as SQLAlchemy tells it."""
    conn.exec_driver_sql("DROP TABLE person")
    with pytest.raises((OperationalError, ProgrammingError)):
        _LOAD.one(conn, {"of_user": "U1"})
