"""`start`: `partnerdesk serve` from its start to ready, without and with fitted models, and its memory."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.benchmarks.load import Slack
from tests.benchmarks.report import Cell, Table, progress
from tests.benchmarks.serving import SECRET, SERVE, serving
from tests.benchmarks.subject import Subject, subject
from tests.benchmarks.synthetic import Shape

_A_CHANNEL = 5  # questions: what may be posted to a channel without a pause


@dataclass(frozen=True, slots=True)
class Size:
    """How often it is started with fitted models, and how many questions are asked at the end."""

    shape: Shape | None  # None: the shipped knowledge
    warm: int
    questions: int


FULL = Size(None, warm=5, questions=500)
SMALL = Size(Shape(programmes=1, entries=3, phrasings=4), warm=1, questions=10)


def run(size: Size = FULL) -> Iterator[Table]:
    """Start it cold, then warm a few times, and ask the last one."""
    with tempfile.TemporaryDirectory(prefix="partnerdesk-benchmark-") as folder, subject(size.shape) as given:
        yield asyncio.run(_measured(replace(given, home=Path(folder) / "home"), size, Path(folder)))


async def _measured(given: Subject, size: Size, folder: Path) -> Table:
    channels = [f"C{number:03}" for number in range(size.questions // _A_CHANNEL)]
    slack = Slack()
    warm = []
    async with slack.listening():
        progress("starting with an empty cache")
        async with serving(SERVE, slack.url, given, channels, folder / "cold") as served:
            cold = served.ready_after
        for number in range(size.warm):
            progress(f"starting with models in the cache, {number + 1} of {size.warm}")
            async with serving(SERVE, slack.url, given, channels, folder / f"warm-{number}") as served:
                warm.append(served.ready_after)
                at_rest = served.memory
                if number == size.warm - 1:
                    await slack.closed_loop(
                        served.port, slack.mentions(channels, given.cases[:: _stride(given, size)], _A_CHANNEL, SECRET)
                    )
                    after = served.memory
    quickest, middle = min(warm), sorted(warm)[len(warm) // 2]
    rows: list[tuple[str, Cell, str]] = [
        ("cold start to ready, s", cold, ""),
        ("fit (cold less warm), s", cold - middle, "30"),
        ("warm start to ready, median, s", middle, "3"),
        ("warm start to ready, quickest, s", quickest, ""),
        ("memory when ready, MiB", at_rest, "200"),
        (f"memory after {size.questions} answered questions, MiB", after, "200"),
    ]
    return Table("Start of partnerdesk serve", ("", "measured", "budget"), rows)


def _stride(given: Subject, size: Size) -> int:
    """So that questions in all languages are asked."""
    return max(1, len(given.cases) // size.questions)
