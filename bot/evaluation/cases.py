"""Labelled questions: one JSON object a line, `{"id", "lang", "programme", "text", "expect", "style"}`.

`expect` lists what is acceptable: entry ids or `action.NAME`; empty means out of scope. `programme` is what the
channel tells, or null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.model import Language


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled question."""

    id: str
    language: Language
    programme: str | None
    text: str
    expect: tuple[str, ...]
    style: str


class CasesError(Exception):
    """A line that is no case; the message names file and line."""


def read_cases(paths: Iterable[Path]) -> list[Case]:
    """Read labelled questions. Raises CasesError, OSError."""
    cases = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                cases.append(
                    Case(
                        str(row["id"]),
                        row["lang"],
                        row.get("programme"),
                        row["text"],
                        tuple(row["expect"]),
                        row.get("style", "plain"),
                    )
                )
            except (ValueError, KeyError, TypeError) as error:
                raise CasesError(f"{path}:{number}: not a case ({error!r})") from error
    return cases
