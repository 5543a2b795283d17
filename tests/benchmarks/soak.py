"""`soak`: half an hour of steady questions. Memory, queue, waits, the database's growth, and what a purge gives back.

Every question is a mention of its own, so every one makes a thread: the most that an event can leave behind. Ids are
as long as Slack's.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.adapters.clock import SystemClock
from bot.adapters.work.forgetting import forget_old_keys
from bot.store.database import Database
from bot.store.privacy import clear_all
from tests.benchmarks.load import Figures, Slack
from tests.benchmarks.measure import MEBIBYTE, Spread
from tests.benchmarks.report import Cell, Table, progress
from tests.benchmarks.serving import DATABASE, SECRET, SERVE, Served, serving
from tests.benchmarks.subject import Subject, subject
from tests.benchmarks.synthetic import Shape
from tests.clock import VirtualClock

_QUEUE = re.compile(rb'^partnerdesk_queue_jobs\{status="(?:waiting|running)"\} ([0-9.]+)$', re.MULTILINE)
_KEPT = timedelta(days=90)  # as desk files have it unless they say otherwise
_LATER = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Size:
    """How many channels ask how much a second, how long a part lasts, and how many parts there are."""

    shape: Shape | None  # None: the shipped knowledge
    channels: int
    a_second: float
    seconds: float
    parts: int


FULL = Size(None, channels=200, a_second=50, seconds=60, parts=30)
SMALL = Size(Shape(programmes=1, entries=3, phrasings=4), channels=4, a_second=20, seconds=0.4, parts=2)


@dataclass(frozen=True, slots=True)
class _Part:
    events: int
    memory: float  # MiB
    waiting: float  # jobs
    stored: int  # bytes in use
    file: int  # bytes
    figures: Figures


def run(size: Size = FULL) -> Iterator[Table]:
    """Ask steadily, then forget everything that is older than it may be, and ask once more."""
    with tempfile.TemporaryDirectory(prefix="partnerdesk-benchmark-") as folder, subject(size.shape) as given:
        given.opened()
        yield asyncio.run(_measured(given, size, Path(folder)))


async def _measured(given: Subject, size: Size, folder: Path) -> Table:
    channels = [f"C{number:010}" for number in range(size.channels)]
    slack, parts = Slack(), []
    async with slack.listening():
        async with _served(slack, given, channels, folder) as served:
            before = await _part(slack, served, given, channels, size, folder)  # warms up, and meets everybody
            for number in range(size.parts):
                progress(f"part {number + 1} of {size.parts}")
                parts.append(await _part(slack, served, given, channels, size, folder))
        await _purge(folder)
        purged = _stored(folder)
        async with _served(slack, given, channels, folder) as served:
            again = await _part(slack, served, given, channels, size, folder)
    events = sum(part.events for part in parts)
    growth = (parts[-1].stored - before.stored) / events
    return _table(size, parts, again, growth, purged)


async def _purge(folder: Path) -> None:
    """Forget what is old, as the desk does every night, in some months from now."""
    clock = VirtualClock(SystemClock().now() + _LATER)
    async with Database.open(f"sqlite:///{folder / DATABASE}") as database:
        await clear_all(database, lambda holding: holding.due(clock.now() - _KEPT) if holding.due else None)
        await forget_old_keys(database, clock)


@asynccontextmanager
async def _served(slack: Slack, given: Subject, channels: Sequence[str], folder: Path) -> AsyncIterator[Served]:
    async with serving(SERVE, slack.url, given, channels, folder) as served:
        yield served


async def _part(
    slack: Slack, served: Served, given: Subject, channels: Sequence[str], size: Size, folder: Path
) -> _Part:
    turns = max(1, round(size.a_second * size.seconds / len(channels)))
    # Signed now: Slack's signatures are good for five minutes.
    figures = await slack.open_loop(served.port, slack.mentions(channels, given.cases, turns, SECRET), size.a_second)
    waiting = await asyncio.to_thread(_waiting, served.port)
    stored, file = _stored(folder)
    return _Part(len(figures.replies), served.memory, waiting, stored, file, figures)


def _waiting(port: int) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return sum(float(number) for number in _QUEUE.findall(answer.read()))


def _stored(folder: Path) -> tuple[int, int]:
    """The bytes that are in use, and those of the file."""
    with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as conn:
        pages, free, size = (conn.execute(f"PRAGMA {name}").fetchone()[0] for name in _PRAGMAS)
    return (pages - free) * size, pages * size


_PRAGMAS = ("page_count", "freelist_count", "page_size")


def _table(size: Size, parts: Sequence[_Part], again: _Part, growth: float, purged: tuple[int, int]) -> Table:
    step = max(1, len(parts) // 6)
    stored, file = (number / MEBIBYTE for number in purged)
    numbers = [number for number in range(1, len(parts) + 1) if number == 1 or number % step == 0]
    shown = [(f"part {number}", parts[number - 1]) for number in numbers]
    rows = [_row(name, part) for name, part in [*shown, ("one more, after the purge", again)]]
    return Table(
        f"{size.parts} times {size.seconds:.0f} s at {size.a_second:.0f} events a second over {size.channels} channels",
        (
            "",
            "events",
            "memory MiB",
            "jobs waiting",
            "stored MiB",
            "file MiB",
            "ack p99 ms",
            "reply p50 ms",
            "reply p99 ms",
        ),
        rows,
        [
            f"The database grows {growth:.0f} bytes an event (budget 300).",
            f"After a purge as of {_LATER.days} days later: {stored:.2f} MiB stored, in a file of {file:.1f} MiB.",
        ],
    )


def _row(name: str, part: _Part) -> Sequence[Cell]:
    acks, replies = Spread.of(part.figures.acks), Spread.of(part.figures.replies)
    stored, file = part.stored / MEBIBYTE, part.file / MEBIBYTE
    return (name, part.events, part.memory, part.waiting, stored, file, acks.p99, replies.median, replies.p99)
