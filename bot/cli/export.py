"""What commands hand to spreadsheets and programs: tables, JSON, and the files that they go to."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, TextIO, TypeVar

from bot.cli.terminal import CommandError
from bot.model import PersonId

T = TypeVar("T")

_BOM: Final = "\ufeff"
"""Excel takes a CSV file for UTF-8 only where this stands first. Programs that mind it have JSON."""

# A spreadsheet computes what begins so: in the whole cell, or after a sign that it may take for the end of one.
_FORMULA: Final = re.compile(r"((?:^|[,;|\t\r\n])[\s\"]*)([=+\-@＝＋－＠])")  # noqa: RUF001 - it reads these too


def as_csv(columns: Mapping[str, Callable[[T], Any]], rows: Iterable[T]) -> str:
    """A table with a head; no cell of it is computed by a spreadsheet, whatever people have written."""
    stream = io.StringIO(newline="")
    table = csv.writer(stream, quoting=csv.QUOTE_ALL)
    table.writerow(columns)
    table.writerows([_cell(read(one)) for read in columns.values()] for one in rows)
    return _BOM + stream.getvalue()


def as_json(value: Any) -> str:
    """Data as a program reads it, dates in ISO form."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n"


def person(who: PersonId | None) -> str:
    """Somebody by their Slack ids; empty for nobody, and for whoever was erased."""
    return f"{who.user} ({who.team})" if who and who.user else ""


def write(text: str, file: Path | None, out: TextIO, *, command: str) -> None:
    """Write a text to a file that its owner alone can read, or to `out` where none is named. Raises CommandError."""
    if file is None:
        out.write(text)
        return
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as opened:
            opened.write(text)
    except OSError as error:
        raise CommandError(f"{command}: cannot write {file} ({error.strerror})") from error


def _cell(value: Any) -> str:
    return "" if value is None else _FORMULA.sub(r"\1'\2", str(value))


def _plain(value: Any) -> str:
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
