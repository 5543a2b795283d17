"""What the checks of `partnerdesk doctor` give."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; `mend` says how to mend it and is empty where nothing is to be done.

    `figures` are what it measured, for machines: `--json` shows them where there are any.
    """

    level: Level
    what: str
    mend: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        line = f"{self.level:<4}  {self.what}"
        return f"{line}: {self.mend}" if self.mend else line


Check: TypeAlias = Callable[[], Awaitable[Finding]]
"""Looks at one thing. What it raises is itself reported as a failure, by its kind alone."""
