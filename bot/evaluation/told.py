"""How well values are found and rules computed: the sets `slots_*` and `rules_*`, through `ask --json`.

A line of `rules_*` has `outcome`: names and values of the result, or `asks_for`; one of `slots_*` has `kind` and
`value`, null where no value of that kind may be found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from bot.evaluation.cases import CasesError

Answer: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""A line as `ask --batch` reads it → the object that `ask --json` prints."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One line and whether its reply is right."""

    row: Mapping[str, Any]
    given: Any
    is_right: bool


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read the lines of a set. Raises CasesError, OSError."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
                rows.append({**row, "text": row["text"], "today": row["today"], "lang": row["lang"]})
            except (ValueError, KeyError, TypeError) as error:
                raise CasesError(f"{path}:{number}: not a line of a set ({error!r})") from error
    return rows


def check(rows: Iterable[Mapping[str, Any]], answer: Answer) -> list[Checked]:
    """Ask every line, as a stranger would, and compare."""
    return [_checked(row, answer({key: row.get(key) for key in ("text", "programme", "today")})) for row in rows]


def _checked(row: Mapping[str, Any], reply: Mapping[str, Any]) -> Checked:
    if "outcome" in row:
        given = {"entry": reply["entry"], **reply["result"], "asks_for": reply["asks_for"]}
        wanted = row["outcome"].items()
        is_right = reply["entry"] in row["expect"] and all(given.get(name) == value for name, value in wanted)
        return Checked(row, given, is_right)
    found = [one["value"] for one in reply["values"] if one["kind"] == row["kind"]]
    return Checked(row, found, not found if row["value"] is None else row["value"] in found)
