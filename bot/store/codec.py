"""The words of bot.model to JSON and back, for columns and for payloads of jobs.

Fields that hold their default are left out, which keeps rows small. Reading is tolerant of a newer version: fields
that are unknown here are dropped, and an unknown word of an enum becomes the field's default where it has one.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_Reader = Callable[[Any], Any]


def dump(value: Any) -> dict[str, Any]:
    """A dataclass of bot.model as JSON data.

    Tuples become lists, dates and datetimes ISO strings. Fields typed Any must hold JSON data already (text keys,
    lists rather than tuples). Raises TypeError for what is no dataclass.
    """
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{type(value).__name__} is not a dataclass")
    return _dumped(value)


def load(cls: type[T], data: Mapping[str, Any]) -> T:
    """The dataclass `cls` from what `dump` made of it, by this version or another.

    Raises ValueError if a field without a default is missing or unreadable.
    """
    values: dict[str, Any] = {}
    model: Any = cls  # to the type checker, a class that hashes
    for item, read in _readers(model):
        if item.name not in data:
            if _default(item) is MISSING:
                raise ValueError(f"{cls.__name__}.{item.name} is missing")
            continue
        try:
            values[item.name] = read(data[item.name])
        except (TypeError, ValueError):
            if _default(item) is MISSING:
                raise ValueError(f"{cls.__name__}.{item.name} cannot be read") from None
    return cls(**values)


def _dumped(value: Any) -> dict[str, Any]:
    return {
        name: _plain(content)
        for name, default in _defaults(_class_of(value))
        if (content := getattr(value, name)) is not default and content != default
    }


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _SIMPLE:  # by far the most
        return value
    if kind is tuple or kind is list:
        return [_plain(item) for item in value]
    if kind is dict:
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return _dumped(value) if is_dataclass(value) else value


def _class_of(value: Any) -> Any:
    return type(value)  # Any: to the type checker, a class that hashes


@lru_cache
def _defaults(cls: type[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((item.name, _default(item)) for item in fields(cls))


def _default(item: Field[Any]) -> Any:
    if item.default_factory is not MISSING:
        return item.default_factory()
    return item.default


@lru_cache
def _readers(cls: type[Any]) -> tuple[tuple[Field[Any], _Reader], ...]:
    hints = get_type_hints(cls)
    return tuple((item, _reader(hints[item.name])) for item in fields(cls))


_SIMPLE: Final = frozenset({str, int, float, bool, type(None)})
_PLAIN: Final = (Any, str, int, float, bool, type(None), dict)


def _reader(hint: Any) -> _Reader:
    """How a value of a type is read from JSON data. Raises TypeError for a type that the model has no use for yet."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return _optional(hint, arguments)
    if origin is tuple:
        return _items(_reader(arguments[0]))
    if hint in _PLAIN or origin is dict:
        return _same
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda data: load(hint, data)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if hint in {date, datetime}:
        read: _Reader = hint.fromisoformat
        return read
    raise TypeError(f"no way to read {hint}")


def _optional(hint: Any, arguments: tuple[Any, ...]) -> _Reader:
    inner = [argument for argument in arguments if argument is not type(None)]
    if all(argument in _PLAIN for argument in inner):
        return _same
    if len(inner) != 1:
        raise TypeError(f"no way to tell which of {hint} is meant")
    read = _reader(inner[0])
    return lambda data: None if data is None else read(data)


def _items(read: _Reader) -> _Reader:
    return lambda data: tuple(read(item) for item in data)


def _same(data: Any) -> Any:
    return data
