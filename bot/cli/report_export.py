"""Reports of language errors for spreadsheets and programs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from bot.model import PersonId
from bot.report import Report, Reporter, name

_BOM: Final = "\ufeff"
"""Excel takes a CSV file for UTF-8 only where this stands first. Programs that mind it have JSON."""

# A spreadsheet computes what begins so: in the whole cell, or after a sign that it may take for the end of one.
_FORMULA: Final = re.compile(r"((?:^|[,;|\t\r\n])[\s\"]*)([=+\-@＝＋－＠])")  # noqa: RUF001 - it reads these too

_COLUMNS: Final[Mapping[str, Callable[[Report], Any]]] = {
    "number": lambda one: name(one.number),
    "state": lambda one: one.state,
    "language": lambda one: one.language,
    "programme": lambda one: one.programme,
    "kind": lambda one: one.kind,
    "place": lambda one: one.place,
    "wrong": lambda one: one.wrong,
    "suggestion": lambda one: one.suggestion,
    "said": lambda one: one.said,
    "entry": lambda one: one.entry,
    "texts": lambda one: "\n".join(f"{text.file}:{text.line} {text.key}" for text in one.texts),
    "pictures": lambda one: len(one.pictures),
    "reporters": lambda one: one.reporters,
    "reporter": lambda one: person(one.reporter),
    "assignee": lambda one: person(one.assignee),
    "opened_at": lambda one: one.opened_at.isoformat(),
    "closed_at": lambda one: one.closed_at.isoformat() if one.closed_at else None,
    "final": lambda one: one.final or "\n".join(text.final for text in one.texts if text.final),
    "visible": lambda one: one.visible,
    "visible_on": lambda one: one.visible_on,
    "reason": lambda one: one.reason,
    "words": lambda one: one.words,
    "duplicate_of": lambda one: name(one.duplicate_of) if one.duplicate_of else None,
}


def person(who: PersonId | None) -> str:
    """Somebody by their Slack ids; empty for nobody, and for whoever was erased."""
    return f"{who.user} ({who.team})" if who and who.user else ""


def as_csv(reports: Iterable[Report]) -> str:
    """A table with a head; no cell of it is computed by a spreadsheet, whatever people have written."""
    stream = io.StringIO(newline="")
    table = csv.writer(stream, quoting=csv.QUOTE_ALL)
    table.writerow(_COLUMNS)
    table.writerows([_cell(read(one)) for read in _COLUMNS.values()] for one in reports)
    return _BOM + stream.getvalue()


def as_json(told: Report, reporters: Sequence[Reporter]) -> str:
    """One report, and all who have told of it, as an object."""
    return _dumped(_record(told, reporters)) + "\n"


def all_as_json(told: Iterable[tuple[Report, Sequence[Reporter]]]) -> str:
    """Reports as an array of such objects."""
    return _dumped([_record(*one) for one in told]) + "\n"


def _cell(value: Any) -> str:
    return "" if value is None else _FORMULA.sub(r"\1'\2", str(value))


def _record(told: Report, reporters: Sequence[Reporter]) -> dict[str, Any]:
    record = asdict(told)
    record["reporters"] = [
        {field: value for field, value in asdict(one).items() if field != "number"} for one in reporters
    ]
    for field in ("number", "duplicate_of"):
        record[field] = name(record[field]) if record[field] else None
    record["near"] = [name(one) for one in told.near]
    return record


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
