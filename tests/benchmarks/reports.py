"""`reports`: from a sent report to its card in the translators' channel, alone and beside people who ask.

A card and the call below it are two posts in one channel, which takes one a second: so many reports a second as there
are channels for them, and half of that, lest the pace be what is measured.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.i18n import Translator
from bot.model import LANGUAGES, Draft
from bot.render.report_forms import report_form
from tests import payloads
from tests.benchmarks.load import Slack
from tests.benchmarks.measure import Spread
from tests.benchmarks.report import Cell, Table, progress
from tests.benchmarks.serving import SECRET, SERVE, Served, serving
from tests.benchmarks.subject import Subject, subject
from tests.benchmarks.synthetic import Shape
from tests.benchmarks.wire import Connection, request

_BUDGET: Final = 2.0  # seconds
_PATIENCE: Final = 30.0
_ARRIVED: Final = re.compile(rb"wrong text (\d+)!")
_DESK: Final = {"translations": {one: {"channel": f"CTRANS{one.upper()}", "owners": ["UOWNER"]} for one in LANGUAGES}}


@dataclass(frozen=True, slots=True)
class Size:
    """How many reports, how many of them a second, and how much is asked beside them in how many channels."""

    shape: Shape | None  # None: the shipped knowledge
    reports: int
    a_second: float
    channels: int
    events_a_second: float


FULL = Size(None, reports=200, a_second=1.0, channels=200, events_a_second=50)
SMALL = Size(Shape(programmes=1, entries=3, phrasings=4), reports=2, a_second=10, channels=4, events_a_second=20)


class _Translators(Slack):
    """Slack, which also notes when a report's card is posted."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: dict[bytes, asyncio.Future[float]] = {}

    def _answer(self, head: bytes, body: bytes) -> bytes:
        if b"chat.postmessage" in head and (found := _ARRIVED.search(body)) and found[1] in self.cards:
            self.cards.pop(found[1]).set_result(time.perf_counter())
        if b"conversations." in head:
            return b'{"ok": true, "channel": {"id": "D0", "is_member": true, "is_ext_shared": false}}'
        return super()._answer(head, body)


def run(size: Size = FULL) -> Iterator[Table]:
    """Send reports at a steady rate, first alone, then beside people who ask."""
    with tempfile.TemporaryDirectory(prefix="partnerdesk-benchmark-") as folder, subject(size.shape) as given:
        given.opened()
        yield asyncio.run(_measured(given, size, Path(folder)))


async def _measured(given: Subject, size: Size, folder: Path) -> Table:
    slack, channels = _Translators(), [f"C{number:03}" for number in range(size.channels)]
    seconds = size.reports / size.a_second
    turns = max(1, round(size.events_a_second * seconds / size.channels))
    rows: list[list[Cell]] = []
    async with slack.listening(), serving(SERVE, slack.url, given, channels, folder / "desk", sections=_DESK) as served:
        await _sent(slack, served, range(4), size.a_second)  # warms up
        progress(f"{size.reports} reports, {size.a_second:g} a second, alone")
        alone = await _sent(slack, served, range(1_000, 1_000 + size.reports), size.a_second)
        progress(f"the same beside {size.events_a_second:g} events a second")
        events = slack.mentions(channels, given.cases, turns, SECRET)
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(slack.open_loop(served.port, events, size.events_a_second))
            beside = await _sent(slack, served, range(5_000, 5_000 + size.reports), size.a_second)
        replies = Spread.of(asking.result().replies)
    for name, took in {"alone": alone, f"beside {size.events_a_second:g} events a second": beside}.items():
        spread = Spread.of(took)
        rows.append([name, spread.median, spread.p90, spread.p99, spread.most])
    rows.append(["(replies to those events)", replies.median, replies.p90, replies.p99, replies.most])
    return Table(
        f"Report sent to card posted: {size.reports} reports, {size.a_second:g} a second, SQLite",
        ("ms", "median", "p90", "p99", "most"),
        rows,
        [f"Budget: {1_000 * _BUDGET:.0f} ms. All reports before are open, and each new one is compared with them."],
    )


async def _sent(slack: _Translators, served: Served, numbers: range, a_second: float) -> list[float]:
    """Send a report for each number; after how many seconds each of them had its card.

    Raises RuntimeError for an answer other than 200, TimeoutError for a card that does not come.
    """
    took: list[float] = []

    async def send(number: int) -> None:
        posted = slack.cards[b"%d" % number] = asyncio.get_running_loop().create_future()
        connection = await Connection.open(served.port)
        try:
            began = time.perf_counter()
            if (status := await connection.send(_form(number))) != 200:
                raise RuntimeError(f"the bot answered {status}")
        finally:
            connection.close()
        async with asyncio.timeout(_PATIENCE):
            took.append(await posted - began)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for n, number in enumerate(numbers):
            await asyncio.sleep(began + n / a_second - time.perf_counter())
            group.create_task(send(number))
    return took


def _form(number: int) -> bytes:
    """A report's form as Slack delivers it, as from the shortcut; each by somebody else."""
    language = LANGUAGES[number % len(LANGUAGES)]
    view = report_form(Translator("en", None), Draft(language=language), channel="", ts="", thread="")
    told = {"wrong": f"This is the wrong text {number}!", "suggestion": f"This is the right text {number}"}
    submission = payloads.view_submission(
        f"U{number:05}",
        view["callback_id"],
        payloads.form_state(view, **told),
        private_metadata=view["private_metadata"],
        view_id=f"V{number:05}",
    )
    body = payloads.form_body(submission)
    return request("POST", "/slack/events", payloads.signed_headers(SECRET, body), body)
