"""How time and memory are measured. The garbage collector is left as it is in production."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Spread:
    """How durations are spread, in milliseconds."""

    median: float
    p90: float
    p99: float
    most: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """The spread of durations in seconds; there must be one at least."""
        ordered = sorted(seconds)
        median, p90, p99 = (1_000 * ordered[min(len(ordered) - 1, int(len(ordered) * at))] for at in (0.5, 0.9, 0.99))
        return cls(median, p90, p99, 1_000 * ordered[-1])


def timed(action: Callable[[T], object], items: Iterable[T]) -> list[float]:
    """How many seconds an action takes with each item."""
    durations = []
    for item in items:
        began = time.perf_counter()
        action(item)
        durations.append(time.perf_counter() - began)
    return durations


def resident(pid: int) -> float:
    """The resident memory of a process, in MiB. Raises OSError or CalledProcessError if it has ended."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1_024 / MEBIBYTE
    # Elsewhere than on Linux.
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True)  # noqa: S603, S607
    return int(told.stdout) * 1_024 / MEBIBYTE
