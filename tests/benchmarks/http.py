"""`http`: signed events in, replies out, over HTTP, against a bare Bolt app that echoes and records nothing."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests import postgres
from tests.benchmarks.load import Figures, Slack
from tests.benchmarks.measure import Spread
from tests.benchmarks.report import Cell, Table, progress
from tests.benchmarks.serving import CONSTANT, ECHO, SECRET, SERVE, Served, serving
from tests.benchmarks.subject import Subject, subject
from tests.benchmarks.synthetic import Shape

_ECHO = "bare Bolt echo"
_SQLITE = {"shipped knowledge, SQLite": SERVE, "constant answer, SQLite": CONSTANT}
_POSTGRES = {"shipped knowledge, PostgreSQL": SERVE, "constant answer, PostgreSQL": CONSTANT}
_BUDGETS = {SERVE: 0.25, CONSTANT: 0.4}


@dataclass(frozen=True, slots=True)
class Size:
    """How many channels ask, how much in how many rounds of the closed loop, and how the open loop goes.

    A channel gets five replies without a pause and one a second more: `a_round` and the seconds of `rest` before the
    next round of a bot keep to that, so that its pace is not what is measured.
    """

    shape: Shape | None  # None: the shipped knowledge
    channels: int
    rounds: int
    a_round: int
    rest: float
    a_second: float
    seconds: float


FULL = Size(None, channels=200, rounds=3, a_round=5, rest=6, a_second=50, seconds=20)
SMALL = Size(
    Shape(programmes=1, entries=3, phrasings=4), channels=4, rounds=1, a_round=2, rest=0, a_second=20, seconds=0.4
)


@dataclass(slots=True)
class _Bot:
    """A bot under test, and what it has shown."""

    name: str
    module: Sequence[str]
    served: Served
    rested_at: float = 0.0
    rounds: list[float] = field(default_factory=list)  # replies a second
    steady: Figures = field(default_factory=Figures)


def run(size: Size = FULL) -> Iterator[Table]:
    """Run all bots side by side: rounds of the closed loop in turn, then the open loop one after another."""
    with tempfile.TemporaryDirectory(prefix="partnerdesk-benchmark-") as folder, subject(size.shape) as given:
        given.opened()  # so that no bot has to fit
        yield from asyncio.run(_measured(given, size, Path(folder)))


async def _measured(given: Subject, size: Size, folder: Path) -> Sequence[Table]:
    slack, bots = Slack(), []
    channels = [f"C{number:03}" for number in range(size.channels)]

    async def closed(bot: _Bot, number: int) -> Figures:
        await asyncio.sleep(bot.rested_at - time.perf_counter())
        figures = await slack.closed_loop(bot.served.port, slack.mentions(channels, given.cases, number, SECRET))
        bot.rested_at = time.perf_counter() + size.rest
        return figures

    async with slack.listening(), AsyncExitStack() as stack:
        server = stack.enter_context(postgres.server(durable=True))
        for number, (name, module) in enumerate({_ECHO: ECHO, **_SQLITE, **_POSTGRES}.items()):
            url = server.create() if name in _POSTGRES else None
            started = serving(module, slack.url, given, channels, folder / str(number), url)
            bots.append(_Bot(name, module, await stack.enter_async_context(started)))
        progress("warming up")
        for bot in bots:
            await closed(bot, 1)
        for number in range(size.rounds):
            for bot in bots:
                progress(f"closed loop, round {number + 1} of {size.rounds}: {bot.name}")
                bot.rounds.append((await closed(bot, size.a_round)).rate)
        for bot in bots:
            progress(f"{size.a_second:.0f} events a second for {size.seconds:.0f} s: {bot.name}")
            events = slack.mentions(channels, given.cases, _turns(size), SECRET)
            await asyncio.sleep(bot.rested_at - time.perf_counter())
            bot.steady = await slack.open_loop(bot.served.port, events, size.a_second)
    return [_closed_table(bots, size), _open_table(bots, size)]


def _turns(size: Size) -> int:
    return max(1, round(size.a_second * size.seconds / size.channels))


def _closed_table(bots: Sequence[_Bot], size: Size) -> Table:
    echo = bots[0].rounds
    rows: list[Sequence[Cell]] = []
    for bot in bots:
        ratios = [own / theirs for own, theirs in zip(bot.rounds, echo, strict=True)]
        rounds = " ".join(f"{rate:.0f}" for rate in bot.rounds)
        rows.append((bot.name, median(bot.rounds), rounds, median(ratios), max(ratios), _BUDGETS.get(bot.module)))
    return Table(
        f"HTTP end to end, closed loop: {size.channels} channels, {size.a_round} questions each a round",
        ("replies a second", "median", "rounds", "of echo, median", "best", "budget"),
        rows,
        [
            "The bots take turns; each round's ratio is to the echo of the same round. The echo records nothing.",
            "PostgreSQL runs on the same cores as everything else here.",
        ],
    )


def _open_table(bots: Sequence[_Bot], size: Size) -> Table:
    echo = Spread.of(bots[0].steady.replies)
    rows: list[Sequence[Cell]] = []
    for bot in bots:
        acks, replies = Spread.of(bot.steady.acks), Spread.of(bot.steady.replies)
        rows.append((bot.name, acks.median, acks.p99, replies.median, replies.p99, replies.median / echo.median))
    return Table(
        f"HTTP end to end, open loop: {size.a_second:.0f} events a second over {size.channels} channels",
        ("ms", "ack p50", "ack p99", "reply p50", "reply p99", "times echo (p50)"),
        rows,
        ["Budget: ack p99 100 ms, reply p50 20 ms, reply p99 150 ms."],
    )
