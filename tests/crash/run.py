"""A storm from its beginning until the desks have come to rest."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from sqlalchemy import Engine

from bot.store.engine import open_engines
from tests.crash import verdict
from tests.crash.delivery import SECRET, Delivery
from tests.crash.desks import Desk
from tests.crash.faults import LOOK_UPS, Faults
from tests.crash.kills import AWAITED, Moment, Trigger, moments
from tests.crash.people import People, introduce
from tests.crash.storm import SUPPORT, echoed, planned, shipped
from tests.crash.until import until
from tests.crash.verdict import Posted
from tests.stub_slack import TOKEN, StubSlack

_LATENCY = 0.05  # seconds, of each request to Slack
_LIFE = 1.0  # seconds that a desk has lived, at most, when it is next in line to be killed


@dataclass(frozen=True, slots=True)
class Size:
    """How much happens: events of the plan over channels, so many a second, and how often a desk is killed."""

    events: int
    channels: int
    kills: int
    a_second: float = 50.0
    pause: int = 30  # seconds for which one channel is paused
    rest_within: float = 600.0  # seconds in which an answer, and after the last event all work, must be done


@dataclass(slots=True)
class Result:
    """What came of it; seconds, unless said otherwise."""

    problems: list[str] = field(default_factory=list)
    events: int = 0
    storm_lasted: float = 0.0
    answered_after: float = 0.0  # from the beginning until everything was answered
    rested_after: float = 0.0  # … and until no work was left
    restarts: list[float] = field(default_factory=list)  # from a kill until requests are taken again
    kills: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)  # from ack to answer, the paused channel apart
    paused_waits: list[float] = field(default_factory=list)
    deliveries: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)  # of Slack's methods

    @property
    def look_ups(self) -> int:
        """How often a message was looked for."""
        return sum(self.calls[method] for method in LOOK_UPS)


class Storm:
    """One storm: the people, Slack, the desks and whoever kills them.

    Args:
        size: How much happens.
        database_url: The database of the desks.
        replicas: How many desks; of several, the one that is killed in the middle stays dead.
        seed: What everything that is left to chance is drawn from; two runs differ all the same, by the machine's pace.
        is_echo: Whether the desks say words back; else they serve the shipped knowledge.
        folder: Where files and logs go.

    """

    def __init__(self, size: Size, database_url: str, replicas: int, seed: int, *, is_echo: bool, folder: Path) -> None:
        self._size = size
        self._url = database_url
        self._is_echo = is_echo
        self._folder = folder
        self._rng = random.Random(seed)
        questions = echoed() if is_echo else shipped()
        self._said = planned(size.events, size.channels, size.a_second, questions, self._rng)
        self._trigger = Trigger()
        self._slack = StubSlack()
        self._slack.latency = _LATENCY
        self._slack.add_channel(SUPPORT)
        introduce(self._slack, self._said)
        self._paused = self._said[0].channel
        self._faults = Faults(self._slack, self._trigger, self._rng, paused=self._paused, pause=size.pause)
        self._slack.fault = self._faults
        self._replicas = replicas
        self._desks: list[Desk] = []
        self._result = Result(events=sum(said.weight for said in self._said))

    async def run(self) -> Result:
        """Run it. Raises RuntimeError if a desk does not start."""
        async with self._slack:
            self._desks = [self._desk(number) for number in range(self._replicas)]
            try:
                for desk in self._desks:
                    desk.start()
                for desk in self._desks:
                    await desk.ready()
                await self._rage()
            finally:
                for desk in self._desks:
                    desk.kill()
        return self._result

    async def _rage(self) -> None:
        result, began, began_at = self._result, time.monotonic(), time.time()
        engines = open_engines(self._url)
        delivery = Delivery([desk.port for desk in self._desks], self._rng, self._trigger)
        people = People(self._slack, delivery, engines.reader, self._size.rest_within, self._rng)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._kill(delivery))
            async with asyncio.TaskGroup() as living:
                for said in self._said:
                    living.create_task(people.live(said))
            result.storm_lasted = time.monotonic() - began
        with suppress(TimeoutError):
            async with asyncio.timeout(self._size.rest_within):
                await until(lambda: not self._is_busy(engines.reader))
        result.rested_after = time.monotonic() - began
        for desk in self._desks:
            if desk.is_alive and await desk.stop():
                result.problems.append("a desk that was told to stop did not end in good order")
        posted = Posted.on(self._slack, list(self._slack.channels))
        with engines.reader.connect() as conn:
            result.problems += verdict.problems(self._said, posted, conn, is_echo=self._is_echo)
        engines.dispose()
        result.deliveries, result.faults = delivery.counts, self._faults.counts
        result.calls = Counter(request.method for request in self._slack.requests)
        self._measure(posted, began_at)

    # Killing

    async def _kill(self, delivery: Delivery) -> None:
        """Kill at moments that are spread over the storm, and start again."""
        chosen = moments(self._size.kills, self._rng)
        expected = sum(1 + said.is_mention + bool(said.edit) + said.is_deleted for said in self._said)
        for number, moment in enumerate(chosen):
            due = expected * (number + self._rng.random()) / (len(chosen) + 1)
            await until(lambda due=due: delivery.counts["acked"] >= due)
            desk = self._rng.choice([one for one in self._desks if one.is_alive])
            if moment in AWAITED:
                await self._trigger.wait(moment, desk.kill)
            desk.kill()
            self._result.kills.append(moment)
            if self._replicas > 1 and number == len(chosen) // 2:
                continue  # for good
            died = time.monotonic()
            if moment is Moment.STARTING:
                desk.start()
                await asyncio.sleep(self._rng.uniform(0, _LIFE))
                desk.kill()
            desk.start()
            await desk.ready()
            self._result.restarts.append(time.monotonic() - died)
            await asyncio.sleep(self._rng.uniform(0, _LIFE))

    # The end

    def _is_busy(self, engine: Engine) -> bool:
        with engine.connect() as conn:
            return verdict.open_jobs(conn) > 0

    def _measure(self, posted: Posted, began_at: float) -> None:
        for said in self._said:
            answers = posted.answers(said)
            if answers:
                at = float(answers[0].ts)
                waits = self._result.paused_waits if said.channel == self._paused else self._result.waits
                waits.append(at - said.acked_at)
                self._result.answered_after = max(self._result.answered_after, at - began_at)

    # The desks

    def _desk(self, number: int) -> Desk:
        channels = [channel for channel, known in self._slack.channels.items() if not known.is_im]
        file = self._folder / "desk.yml"
        settings = {
            "version": 1,
            "time_zone": "UTC",
            "support": {"channel": SUPPORT},
            "channels": [{"id": channel, "programmes": ["cyberday"]} for channel in channels if channel != SUPPORT],
        }
        file.write_text(yaml.safe_dump(settings), encoding="utf-8")
        environ = {
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": self._slack.url,
            "DATABASE_URL": self._url,
            "PARTNERDESK_CONFIG": str(file),
        }
        return Desk("tests.crash.echo" if self._is_echo else "bot", environ, self._folder / f"desk-{number}.log")
