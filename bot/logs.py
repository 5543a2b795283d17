"""The log: lines of known fields, so that no text, name or token of a person can come out of it, at any level.

Three kinds of record are told, each in its own way:

- ours with fields (`write`): each field has a form that its values must have, and another value is told as `?`;
- ours with a sentence: the sentence is a constant, and what is filled in must look like an id or a number, or be a
  `Reason`;
- those of libraries, from WARNING on: where they come from and what kind of exception they carry, never their words,
  for these hold whole requests, messages and SQL parameters.

An exception is told by its kind and place. Its words are told only where the class is ours: they are our own.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import PurePath
from types import TracebackType
from typing import Any, Final, Literal, TextIO, TypeAlias

Value: TypeAlias = str | int | float | None
Format: TypeAlias = Literal["text", "json"]

FORMATS: Final[tuple[Format, ...]] = ("text", "json")
OURS: Final = ("bot", "partnerdesk")
"""The loggers whose words are our own."""

UNTOLD: Final = "?"
"""Stands for what may not be told."""

_log = logging.getLogger("partnerdesk")

_WORD: Final = re.compile(r"[a-z][a-z0-9_-]{0,40}")
_DOTTED: Final = re.compile(r"[a-z][a-z0-9_-]{0,40}(?:\.[a-z0-9_-]{1,60}){0,2}")
_SLACK_ID: Final = re.compile(r"[A-Z][A-Z0-9]{1,30}")
_ANY_ID: Final = re.compile(r"[\w.:/+-]{1,250}", re.ASCII)
_NUMBER: Final = re.compile(r"(?!)")  # no plain string at all
_FRAMES: Final = 12
_LONGEST_REASON: Final = 300  # characters

FIELDS: Final[Mapping[str, re.Pattern[str]]] = {
    # who and where
    "workspace": _SLACK_ID,
    "channel": _SLACK_ID,
    "person": _SLACK_ID,
    "ts": re.compile(r"[0-9]{1,12}\.[0-9]{1,9}"),
    # what
    "event_id": re.compile(r"Ev[A-Za-z0-9]{1,40}"),
    "job": re.compile(r"[a-z][a-z-]{0,30}(?::[\w.-]{0,80}){1,14}", re.ASCII),
    "kind": _WORD,
    "action": _DOTTED,
    "mode": _WORD,
    # what came of it
    "fate": _WORD,
    "outcome": _WORD,
    "entry": _DOTTED,
    "language": re.compile(r"[a-z]{2,3}"),
    "programme": _WORD,
    "confidence": _NUMBER,
    "attempts": _NUMBER,
    "status": _NUMBER,
    "port": _NUMBER,
    # how long it took, in milliseconds
    "ms": _NUMBER,
    "ack_ms": _NUMBER,
    "reply_ms": _NUMBER,
    # why it failed: a Reason
    "reason": _NUMBER,
    "error": _NUMBER,
    "trace": _NUMBER,
    # under which a person was told that it failed
    "error_id": re.compile(r"[0-9a-f]{8}"),
}
"""Every field, and the form of those of its values that are words; numbers are told as they are."""

_under_way: ContextVar[dict[str, Value] | None] = ContextVar("line", default=None)


def write(what: str, level: int = logging.INFO, error: BaseException | None = None, /, **fields: Value) -> None:
    """Write a line about `what`, a constant. Fields that are None, or not in FIELDS, are left out."""
    if _log.isEnabledFor(level):
        _log.log(level, what, extra={"fields": fields | _failure(error)})


@contextmanager
def line(**fields: Value) -> Iterator[dict[str, Value]]:
    """The fields of a line about what is under way; whatever it calls in the same task may `note` more."""
    begun = dict(fields)
    token = _under_way.set(begun)
    try:
        yield begun
    finally:
        _under_way.reset(token)


def note(**fields: Value) -> None:
    """Add fields to the line about what is under way, if there is one."""
    begun = _under_way.get()
    if begun is not None:
        begun.update(fields)


def place(error: BaseException) -> str:
    """The kind of an exception and where it was raised, such as `KeyError at clicks.py:42`."""
    frames = _frames(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1]}" if frames else type(error).__name__


def set_up(level: str, form: Format, stream: TextIO) -> None:
    """Have all that is logged, or raised and caught by nobody, told on `stream`, from `level` (`INFO`) on."""
    handler = _Handler(stream)
    handler.setLevel(level)
    handler.addFilter(_is_told)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(capture=True)
    # By default these print the exception's words.
    sys.excepthook = lambda _, error, __: _uncaught(error)
    sys.unraisablehook = lambda told: _uncaught(told.exc_value)
    threading.excepthook = lambda told: _uncaught(told.exc_value)


class TextFormatter(logging.Formatter):
    """One readable line a record: `2026-11-23T10:00:00.123Z INFO job kind=post channel=C1 ms=3.1`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        what, fields = told(record)
        pairs = [f" {name}={_quoted(value)}" for name, value in fields.items()]
        return f"{_instant(record)} {record.levelname} {what}{''.join(pairs)}"


class JsonFormatter(logging.Formatter):
    """One JSON object a record: `at` (ISO 8601, UTC), `level`, `what`, and its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The object."""
        what, fields = told(record)
        return json.dumps({"at": _instant(record), "level": record.levelname, "what": what, **fields})


def told(record: logging.LogRecord) -> tuple[str, dict[str, str | float]]:
    """What may be told of a record: what it is about, and fields."""
    if not _is_ours(record):
        where = {"logger": _shaped(record.name, _ANY_ID), "place": f"{record.filename}:{record.lineno}"}
        return "a library's word", {**where, **_failure(_raised(record))}
    fields: Mapping[str, Value] | None = getattr(record, "fields", None)
    if fields is None:
        return _sentence(record), _failure(_raised(record))
    known = {
        name: _shaped(value, FIELDS[name]) for name, value in fields.items() if value is not None and name in FIELDS
    }
    return str(record.msg), known


class Reason(str):
    """Words that our own code has chosen, told wherever they stand; never a person's, or another program's."""

    __slots__ = ()


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines; one that cannot be written is lost. The standard library would print its arguments instead."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        del record


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _is_told(record: logging.LogRecord) -> bool:
    """Whether a record is told at all: what a library logs below WARNING is of no use without its words."""
    return record.levelno >= logging.WARNING or _is_ours(record)


def _shaped(value: object, form: re.Pattern[str]) -> str | float:
    if isinstance(value, Reason):
        return _on_one_line(value)
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, int):
        return value
    return str(value) if isinstance(value, str) and form.fullmatch(value) else UNTOLD


def _sentence(record: logging.LogRecord) -> str:
    """A sentence of ours; its template is a constant."""
    if not isinstance(record.args, tuple) or not record.args:
        return str(record.msg)
    try:
        return str(record.msg) % tuple(_filled_in(value) for value in record.args)
    except (TypeError, ValueError):  # a number's place, and what came is none
        return str(record.msg)


def _filled_in(value: object) -> str | float:
    return _reason(value) if isinstance(value, BaseException) else _shaped(value, _ANY_ID)


def _raised(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _failure(error: BaseException | None) -> dict[str, str | float]:
    if error is None:
        return {}
    trace = {} if _is_our_word(error) else {"trace": Reason(">".join(_frames(error.__traceback__)))}
    return {"error": Reason(_reason(error)), **trace}


def _reason(error: BaseException) -> str:
    return _on_one_line(str(error)) if _is_our_word(error) else place(error)


def _on_one_line(words: str) -> str:
    return " ".join(words.split())[:_LONGEST_REASON]


def _is_our_word(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in OURS


def _frames(trace: TracebackType | None) -> list[str]:
    """The last places that an exception came through, innermost last."""
    frames: list[str] = []
    while trace is not None:
        frames.append(f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return frames[-_FRAMES:]


def _uncaught(error: BaseException | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    _log.critical("nobody caught an exception", exc_info=error)


def _instant(record: logging.LogRecord) -> str:
    return f"{datetime.fromtimestamp(record.created, UTC).isoformat(timespec='milliseconds')[:-6]}Z"


def _quoted(value: Any) -> str:
    text = str(value)
    return json.dumps(text) if " " in text or '"' in text else text
