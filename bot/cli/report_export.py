"""Reports of language errors for spreadsheets and programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from bot.cli import export
from bot.cli.export import person
from bot.report import Report, Reporter, name

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


def as_csv(reports: Iterable[Report]) -> str:
    """A table with a head, a row for each report."""
    return export.as_csv(_COLUMNS, reports)


def as_json(told: Report, reporters: Sequence[Reporter]) -> str:
    """One report, and all who have told of it, as an object."""
    return export.as_json(_record(told, reporters))


def all_as_json(told: Iterable[tuple[Report, Sequence[Reporter]]]) -> str:
    """Reports as an array of such objects."""
    return export.as_json([_record(*one) for one in told])


def _record(told: Report, reporters: Sequence[Reporter]) -> dict[str, Any]:
    record = asdict(told)
    record["reporters"] = [
        {field: value for field, value in asdict(one).items() if field != "number"} for one in reporters
    ]
    for field in ("number", "duplicate_of"):
        record[field] = name(record[field]) if record[field] else None
    record["near"] = [name(one) for one in told.near]
    return record
