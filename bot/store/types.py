"""How instants, Slack's timestamps and JSON stand in columns, the same on every database."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from bot.store.packing import pack, unpack

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_TS: Final = re.compile(r"([0-9]{1,12})\.([0-9]{6})", re.ASCII)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC as whole milliseconds since 1970; finer parts are cut off.

    A datetime without a zone raises ValueError: guessing one would move deadlines.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Turn a datetime into milliseconds."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return (value - _EPOCH) // _MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn milliseconds into a datetime in UTC."""
        return None if value is None else _EPOCH + value * _MILLISECOND


class Json(TypeDecorator[Any]):
    """A JSON value as compact text; None is NULL. NaN and infinities raise ValueError."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Turn a value into text."""
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Turn text into a value."""
        return None if value is None else json.loads(value)


class Ts(TypeDecorator[str]):
    """A message's ts as Slack gives it (`1764144000.000100`), as whole microseconds: eight bytes, in its order.

    Anything else raises ValueError: what comes in is read before it is stored.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Turn a ts into microseconds."""
        if value is None:
            return None
        parts = _TS.fullmatch(value)
        if parts is None:
            raise ValueError("this is no ts of a message")
        return int(parts[1] + parts[2])

    def process_result_value(self, value: int | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Turn microseconds into a ts."""
        return None if value is None else f"{value // 1_000_000}.{value % 1_000_000:06d}"


class Packed(TypeDecorator[Any]):
    """A JSON value in few bytes (packing.py); None is NULL."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Pack a value."""
        return None if value is None else pack(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Unpack a value."""
        return None if value is None else unpack(value)
