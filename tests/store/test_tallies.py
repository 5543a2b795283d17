"""Counts by day, read between two days."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, text

from bot.store import tallies

DAY = date(2026, 11, 16)


def _add(conn: Connection, day: date, kind: str = "answer", language: str | None = "fi", **more: int | str) -> None:
    tallies.add(conn, "T1", day, kind, language=language, **more)  # type: ignore[arg-type]


def test_what_lies_between_two_days(conn: Connection) -> None:
    """The first of them, and not the last; of one workspace, whatever the programme and entry."""
    for n in range(-1, 8):
        _add(conn, DAY + timedelta(days=n), n=10**n if n >= 0 else 9)
    _add(conn, DAY, programme="miro", entry="miro.x", n=5)
    tallies.add(conn, "T2", DAY, "answer", language="fi")

    found = tallies.between(conn, "T1", DAY, DAY + timedelta(days=7))

    assert found == {("answer", "fi"): 1_111_111 + 5}
    assert type(found["answer", "fi"]) is int


def test_by_kind_and_language(conn: Connection) -> None:
    """What has no language stands under none; what was taken back is gone."""
    _add(conn, DAY, "helpful")
    _add(conn, DAY, "helpful", n=-1)
    _add(conn, DAY, "fallback", "de")
    _add(conn, DAY, "fallback", None)

    assert tallies.between(conn, "T1", DAY, DAY + timedelta(days=1)) == {
        ("helpful", "fi"): 0,
        ("fallback", "de"): 1,
        ("fallback", ""): 1,
    }


def test_a_year_is_not_walked_through(conn: Connection) -> None:
    """A week is found by its days."""
    if conn.dialect.name != "sqlite":
        return
    since = "day >= '2026-11-16' AND day < '2026-11-23'"
    query = f"SELECT kind, sum(n) FROM tally WHERE workspace = 'T1' AND {since} GROUP BY 1"  # noqa: S608
    plan = " ".join(str(row[-1]) for row in conn.execute(text(f"EXPLAIN QUERY PLAN {query}")))

    assert "(workspace=? AND day>? AND day<?)" in plan
