"""Labelled questions: one JSON object a line, `{"id", "lang", "programme", "text", "expect", "style"}`.

`expect` lists what is acceptable: entry ids or `action.NAME`; empty means out of scope. `programme` is what the
channel tells, or null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.model import LANGUAGES, Language


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
        # Not splitlines(): a separator such as U+2028 may stand within a text.
        for number, line in enumerate(_text(path).split("\n"), start=1):
            if not line.strip():
                continue
            try:
                cases.append(_case(json.loads(line)))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise CasesError(f"{path}:{number}: not a case ({error!r})") from error
    return cases


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CasesError(f"{path}: not UTF-8 (byte {error.start})") from error


def _case(row: dict[str, Any]) -> Case:
    language, programme, expect = row["lang"], row.get("programme"), row["expect"]
    if language not in LANGUAGES:
        raise ValueError(f"lang: one of {', '.join(LANGUAGES)}")
    texts = (row["text"], row.get("style", "plain"), *(() if programme is None else (programme,)))
    if not isinstance(expect, list) or not all(isinstance(value, str) for value in (*texts, *expect)):
        raise TypeError("text, style and programme are texts, expect is a list of them")
    return Case(str(row["id"]), language, programme, row["text"], tuple(expect), row.get("style", "plain"))
