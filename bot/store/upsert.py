"""INSERT … ON CONFLICT, the one statement that each database's dialect has to itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.prepared import Prepared

_Insert: TypeAlias = sqlite.Insert | postgresql.Insert
_INSERT: Final[dict[str, Callable[[Table], _Insert]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add_new(conn: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row; False if one of its keys is taken."""
    return _add_new(conn.dialect.name, table, tuple(values)).count(conn, values) == 1


def add_free(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows in their order, but for those of which a key is taken; how many."""
    first, *_ = table.primary_key.columns
    statement = _INSERT[conn.dialect.name](table).on_conflict_do_nothing().returning(first)
    return len(conn.execute(statement, rows).all())


def put(conn: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or give the row of its primary key the other values that are named."""
    _put(conn.dialect.name, table, tuple(values)).count(conn, values)


def raise_by(conn: Connection, table: Table, values: Mapping[str, Any], column: str) -> int:
    """Insert a row, or raise the `column` of the row of its primary key by the value that is named; the new value."""
    number: int = _raise_by(conn.dialect.name, table, tuple(values), column).one(conn, values)[0]
    return number


@lru_cache
def _add_new(dialect: str, table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(_INSERT[dialect](table).on_conflict_do_nothing().inline(), columns=columns)


@lru_cache
def _put(dialect: str, table: Table, columns: tuple[str, ...]) -> Prepared:
    statement = _INSERT[dialect](table)
    keys = table.primary_key.columns
    changed = {name: statement.excluded[name] for name in columns if name not in keys}
    return Prepared(statement.on_conflict_do_update(index_elements=keys, set_=changed), columns=columns)


@lru_cache
def _raise_by(dialect: str, table: Table, columns: tuple[str, ...], column: str) -> Prepared:
    statement = _INSERT[dialect](table)
    raised = statement.on_conflict_do_update(
        index_elements=table.primary_key.columns,
        set_={column: table.c[column] + statement.excluded[column]},
    )
    return Prepared(raised.returning(table.c[column]), columns=columns, returns=[table.c[column]])
