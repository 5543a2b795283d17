"""INSERT … ON CONFLICT, the one statement that each database's dialect has to itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

_Insert: TypeAlias = sqlite.Insert | postgresql.Insert
_INSERT: Final[dict[str, Callable[[Table], _Insert]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add_new(conn: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row; False if one of its keys is taken."""
    return conn.execute(_add_new(conn.dialect.name, table), values).rowcount == 1


def put(conn: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or give the row of its primary key the other values that are named."""
    conn.execute(_put(conn.dialect.name, table, tuple(values)), values)


def raise_by(conn: Connection, table: Table, values: Mapping[str, Any], column: str) -> int:
    """Insert a row, or raise the `column` of the row of its primary key by the value that is named; the new value."""
    number: int = conn.execute(_raise_by(conn.dialect.name, table, column), values).scalar_one()
    return number


# Building a statement costs more than running it: each is built once.


@lru_cache
def _add_new(dialect: str, table: Table) -> _Insert:
    return _INSERT[dialect](table).on_conflict_do_nothing().inline()


@lru_cache
def _put(dialect: str, table: Table, columns: tuple[str, ...]) -> _Insert:
    statement = _INSERT[dialect](table)
    keys = table.primary_key.columns
    changed = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


@lru_cache
def _raise_by(dialect: str, table: Table, column: str) -> ReturningInsert[Any]:
    statement = _INSERT[dialect](table)
    return statement.on_conflict_do_update(
        index_elements=table.primary_key.columns,
        set_={column: table.c[column] + statement.excluded[column]},
    ).returning(table.c[column])
