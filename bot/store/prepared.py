"""Statements of SQLAlchemy Core that the driver runs itself: for what every event needs.

A statement costs SQLAlchemy several times what it costs the database, and a busy desk runs a dozen an event. So the
hot ones are written in Core like all others, compiled once for each database, and handed to the driver as text.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ColumnElement

_Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    names: tuple[str, ...]  # of the values, in the driver's order
    constants: Mapping[str, Any]  # values that are part of the statement
    converts: tuple[tuple[int, _Convert], ...]  # by place: what makes a value one of the driver's
    is_positional: bool
    row: Callable[[Sequence[Any]], Any]
    error: type[Exception]  # the driver's


class Prepared:
    """A statement with `bindparam`s for its values.

    Args:
        statement: A select, insert, update or delete; no bound lists.
        columns: Of an insert, the columns that get values.
        returns: What an insert, update or delete returns; of a select it is known.

    Rows are named tuples of the columns' names. Errors are SQLAlchemy's, without the statement's values.

    """

    def __init__(
        self, statement: Executable, *, columns: Sequence[str] = (), returns: Sequence[ColumnElement[Any]] = ()
    ) -> None:
        self._statement: Final = statement
        self._columns: Final = list(columns)
        self._returns: Final = tuple(returns or getattr(statement, "selected_columns", ()))
        self._compiled: Final[dict[str, _Compiled]] = {}

    def count(self, conn: Connection, values: Mapping[str, Any]) -> int:
        """Run it and return how many rows it changed."""
        return int(self._run(conn, values)[0].rowcount)

    def one(self, conn: Connection, values: Mapping[str, Any]) -> Any:
        """Run it and return the first row, or None."""
        cursor, compiled = self._run(conn, values)
        row = cursor.fetchone()
        return None if row is None else compiled.row(row)

    def all(self, conn: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Run it and return its rows."""
        cursor, compiled = self._run(conn, values)
        return [compiled.row(row) for row in cursor.fetchall()]

    def _run(self, conn: Connection, values: Mapping[str, Any]) -> tuple[Any, _Compiled]:
        dialect = conn.dialect
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        driver: Any = conn.connection.dbapi_connection
        try:
            return driver.execute(compiled.text, _given(compiled, values)), compiled
        except compiled.error as error:
            raise DBAPIError.instance(compiled.text, None, error, compiled.error, hide_parameters=True) from error

    def _compile(self, dialect: Dialect) -> _Compiled:
        statement: Any = self._statement
        made: Any = statement.compile(dialect=dialect, column_keys=self._columns or None)
        names = made.positiontup if made.positional else list(made.params)
        driver: Any = dialect.loaded_dbapi
        converts = ((place, _to_driver(made.binds[name].type, dialect)) for place, name in enumerate(names))
        compiled = self._compiled[dialect.name] = _Compiled(
            text=str(made),
            names=tuple(names),
            constants={name: value for name, value in made.params.items() if value is not None},
            converts=tuple((place, convert) for place, convert in converts if convert is not None),
            is_positional=made.positional,
            row=_reader(self._returns, dialect),
            error=driver.Error,
        )
        return compiled


def _given(compiled: _Compiled, values: Mapping[str, Any]) -> Any:
    """The values as the driver wants them. Raises KeyError for one that is missing."""
    all_ = {**compiled.constants, **values} if compiled.constants else values
    found = [all_[name] for name in compiled.names]
    for place, convert in compiled.converts:
        found[place] = convert(found[place])
    return found if compiled.is_positional else dict(zip(compiled.names, found, strict=True))


def _to_driver(kind: Any, dialect: Dialect) -> _Convert | None:
    convert: _Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _reader(columns: Sequence[ColumnElement[Any]], dialect: Dialect) -> Callable[[Sequence[Any]], Any]:
    """What makes a row of the driver's tuple."""
    if not columns:
        return tuple
    names = [str(column.key) for column in columns]
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 - its fields are known at run time alone
    converts = [
        (place, convert)
        for place, column in enumerate(columns)
        if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
    ]
    if not converts:
        make: Callable[[Sequence[Any]], Any] = row._make
        return make

    def read(told: Sequence[Any]) -> Any:
        values = list(told)
        for place, convert in converts:
            values[place] = convert(values[place])
        return row._make(values)

    return read
