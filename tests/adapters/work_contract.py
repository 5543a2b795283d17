"""What every adapter of ports.Work promises (design: "Work"), as tests that an adapter's own test class inherits.

A subclass gives the fixture `bench`: a fresh, empty adapter on a virtual clock, as a Bench.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.model import Job
from bot.ports import GiveUp, Handler, RetryLater, Store, Unit, Work
from bot.store.counters import next_number
from bot.store.tables import job
from tests.clock import VirtualClock


@dataclass
class Bench:
    """An adapter with what the tests need around it.

    `drain` runs all that is due by the clock, and `drain_beside` does so as another process; `dead` and `retry` are the
    dead letters; `forget` forgets old keys.
    """

    store: Store
    work: Work
    clock: VirtualClock
    handlers: dict[str, Handler]
    drain: Callable[[], Awaitable[int]]
    drain_beside: Callable[[], Awaitable[int]]
    dead: Callable[[Connection], list[str]]
    retry: Callable[[Connection, str], bool]
    forget: Callable[[], Awaitable[None]]
    ran: list[Job] = field(default_factory=list)

    async def add(self, key: str, kind: str = "note", **more: Any) -> bool:
        """Add a job in a transaction of its own."""
        return await self.store.run(lambda conn: self.work.add(conn, kind, key, more.pop("payload", {}), **more))

    async def pending(self, prefix: str = "") -> list[str]:
        """The keys of unfinished jobs."""
        return await self.store.read(lambda conn: self.work.pending(conn, prefix))

    async def note(self, job: Job) -> None:
        """A handler that only remembers."""
        self.ran.append(job)

    def keys(self) -> list[str]:
        """The keys of the jobs that were begun, in order."""
        return [job.key for job in self.ran]

    async def pass_time(self, duration: timedelta, step: timedelta = timedelta(seconds=1)) -> None:
        """Move the clock on in steps, running what falls due."""
        end = self.clock.now() + duration
        while self.clock.now() < end:
            self.clock.advance(step)
            await self.drain()


def failing(bench: Bench, *errors: Exception | None) -> Handler:
    """A handler that fails in turn with each error (None: does not), and with the last for ever."""
    left = list(errors)

    async def handle(job: Job) -> None:
        bench.ran.append(job)
        error = left.pop(0) if len(left) > 1 else left[0]
        if error is not None:
            raise error

    return handle


class WorkContract:
    """The promises."""

    async def test_a_job_is_run_with_what_it_was_given(self, bench: Bench) -> None:
        """Kind, key, payload, lane, attempt and first try reach the handler."""
        started = bench.clock.now()
        await bench.add("k", payload={"text": "ä", "n": [1, None]}, lane="C1")
        await bench.drain()

        assert bench.ran == [Job("note", "k", {"text": "ä", "n": [1, None]}, "C1", 1, started)]
        assert await bench.pending() == []

    async def test_a_job_is_added_with_the_callers_transaction(self, bench: Bench) -> None:
        """What is rolled back leaves no job; what is committed leaves both."""

        def unit(conn: Connection) -> None:
            bench.work.add(conn, "note", f"k{next_number(conn, 'T1', 'a')}", {})

        def broken(conn: Connection) -> None:
            unit(conn)
            raise LookupError

        with pytest.raises(LookupError):
            await bench.store.run(broken)
        await bench.store.run(unit)
        await bench.drain()

        assert bench.keys() == ["k1"]

    async def test_a_key_exists_once(self, bench: Bench) -> None:
        """Adding again is harmless while the job waits and after it is done."""
        added = [await bench.add("k"), await bench.add("k")]
        await bench.drain()
        added.append(await bench.add("k"))
        await bench.drain()

        assert added == [True, False, False]
        assert bench.keys() == ["k"]

    async def test_one_of_many_who_add_at_once_is_first(self, bench: Bench) -> None:
        """Concurrent repetitions of one event are one job."""
        added = await asyncio.gather(*(bench.add("k") for _ in range(20)))
        await bench.drain()

        assert sorted(added) == [False] * 19 + [True]
        assert bench.keys() == ["k"]

    async def test_a_key_is_known_for_seven_days_after_it_was_done(self, bench: Bench) -> None:
        """And free a day later at the latest; what waits and what is dead stays known as long as it takes."""
        bench.handlers["hopeless"] = failing(bench, GiveUp("no"))
        bench.handlers["slow"] = failing(bench, RetryLater("not yet", 3 * 86400), None)
        await bench.add("k")
        await bench.add("slow", "slow")
        await bench.add("dead", "hopeless")
        await bench.add("later", at=bench.clock.now() + timedelta(days=30))
        await bench.drain()
        bench.clock.advance(timedelta(days=6, hours=23))
        await bench.forget()
        early = await bench.add("k")
        bench.clock.advance(timedelta(days=1, hours=2))
        await bench.drain()  # what is slow is done only now
        await bench.forget()
        late = [await bench.add(key, at=bench.clock.now()) for key in ("k", "slow", "dead", "later")]
        bench.clock.advance(timedelta(days=6, hours=23))
        await bench.forget()
        later = [await bench.add(key, at=bench.clock.now()) for key in ("slow", "dead", "later")]
        bench.clock.advance(timedelta(hours=2))
        await bench.forget()

        assert (early, late, later) == (False, [True, False, False, False], [False, False, False])
        assert await bench.add("slow")
        assert await bench.pending() == ["later", "k", "slow"]
        assert await bench.store.read(bench.dead) == ["dead"]

    async def test_a_lane_keeps_its_order_while_its_head_fails(self, bench: Bench) -> None:
        """A failing job holds its own lane and no other, until it is done."""
        bench.handlers["flaky"] = failing(bench, RetryLater("busy", 60), None)
        await bench.add("a1", "flaky", lane="A")
        await bench.add("a2", lane="A")
        await bench.add("b1", lane="B")
        await bench.add("free")
        await bench.drain()
        meanwhile = bench.keys()
        bench.clock.advance(timedelta(seconds=61))
        await bench.drain()

        assert meanwhile == ["a1", "b1", "free"]
        assert bench.keys()[3:] == ["a1", "a2"]

    async def test_a_dead_head_frees_its_lane(self, bench: Bench) -> None:
        """What is given up holds nobody."""
        bench.handlers["hopeless"] = failing(bench, GiveUp("channel_not_found"))
        await bench.add("a1", "hopeless", lane="A")
        await bench.add("a2", lane="A")
        await bench.drain()

        assert bench.keys() == ["a1", "a2"]
        assert await bench.store.read(bench.dead) == ["a1"]

    async def test_a_job_with_a_time_has_no_lane(self, bench: Bench) -> None:
        """A reminder must not stop a lane until it is due."""
        with pytest.raises(ValueError, match="no lane"):
            await bench.add("k", lane="A", at=bench.clock.now())

    async def test_a_job_with_a_time_waits_for_it(self, bench: Bench) -> None:
        """Not a moment before, and in the order of falling due."""
        now = bench.clock.now()
        await bench.add("late", at=now + timedelta(hours=2))
        await bench.add("early", at=now + timedelta(hours=1))
        await bench.drain()
        assert bench.keys() == []
        await bench.pass_time(timedelta(hours=3), timedelta(minutes=10))

        assert bench.keys() == ["early", "late"]

    async def test_a_time_is_moved(self, bench: Bench) -> None:
        """A job that waits gets another time, earlier or later; one that is done does not."""
        now = bench.clock.now()
        await bench.add("k", at=now + timedelta(hours=1))
        moved = [await bench.store.run(lambda conn: bench.work.move(conn, "k", now + timedelta(hours=5)))]
        await bench.pass_time(timedelta(hours=4), timedelta(hours=1))
        before = bench.keys()
        await bench.pass_time(timedelta(hours=2), timedelta(hours=1))
        moved.append(await bench.store.run(lambda conn: bench.work.move(conn, "k", now)))
        moved.append(await bench.store.run(lambda conn: bench.work.move(conn, "unknown", now)))

        assert (before, bench.keys()) == ([], ["k"])
        assert moved == [True, False, False]

    async def test_a_job_is_taken_back(self, bench: Bench) -> None:
        """A cancelled job does not run and its key is free; one that is done cannot be cancelled."""
        await bench.add("k", at=bench.clock.now() + timedelta(hours=1))
        first = await bench.store.run(lambda conn: bench.work.cancel(conn, "k"))
        second = await bench.store.run(lambda conn: bench.work.cancel(conn, "k"))
        await bench.pass_time(timedelta(hours=2), timedelta(hours=1))
        assert bench.keys() == []
        again = await bench.add("k")
        await bench.drain()
        done = await bench.store.run(lambda conn: bench.work.cancel(conn, "k"))

        assert (first, second, again, done) == (True, False, True, False)

    async def test_taking_back_a_head_frees_its_lane(self, bench: Bench) -> None:
        """A head that waits for another attempt can be cancelled; the next one moves up."""
        bench.handlers["flaky"] = failing(bench, RetryLater("busy", 600))
        await bench.add("a1", "flaky", lane="A")
        await bench.add("a2", lane="A")
        await bench.drain()
        await bench.store.run(lambda conn: bench.work.cancel(conn, "a1"))
        await bench.drain()

        assert bench.keys() == ["a1", "a2"]

    async def test_pending_lists_unfinished_jobs_of_a_prefix(self, bench: Bench) -> None:
        """Prefixes are text: their signs mean nothing else."""
        at = bench.clock.now() + timedelta(hours=1)
        for key in ("remind:1:a", "remind:1:b", "remind:10", "remind_1", "REMIND:1:c"):
            await bench.add(key, at=at)
        await bench.add("remind:1:done")
        await bench.drain()

        assert await bench.pending("remind:1:") == ["remind:1:a", "remind:1:b"]
        assert await bench.pending("remind_") == ["remind_1"]
        assert await bench.pending("%") == []

    async def test_eight_tries_in_about_fifteen_minutes(self, bench: Bench) -> None:
        """Attempts are counted and spread; then the job is a dead letter."""
        bench.handlers["broken"] = failing(bench, RetryLater("down"))
        started = bench.clock.now()
        await bench.add("k", "broken")
        times = []
        while not await bench.store.read(bench.dead):
            if await bench.drain():
                times.append((bench.clock.now() - started).total_seconds())
            bench.clock.advance(timedelta(seconds=0.5))
        gaps = [later - earlier for earlier, later in pairwise(times)]

        assert [job.attempts for job in bench.ran] == list(range(1, 9))
        assert {job.first_try for job in bench.ran} == {started}
        assert 600 <= times[-1] <= 1200
        assert gaps == sorted(gaps)

    async def test_named_seconds_are_honoured(self, bench: Bench) -> None:
        """Retry-After is neither undercut nor stretched."""
        bench.handlers["limited"] = failing(bench, RetryLater("limited", 300), None)
        await bench.add("k", "limited")
        await bench.drain()
        bench.clock.advance(timedelta(seconds=299))
        await bench.drain()
        before = len(bench.ran)
        bench.clock.advance(timedelta(seconds=1))
        await bench.drain()

        assert (before, len(bench.ran)) == (1, 2)

    async def test_any_error_of_a_handler_is_a_failed_attempt(self, bench: Bench) -> None:
        """A fault in one handler neither stops the others nor loses its job."""
        bench.handlers["buggy"] = failing(bench, ZeroDivisionError("secret words"), None)
        await bench.add("k", "buggy")
        await bench.add("other")
        await bench.drain()
        await bench.pass_time(timedelta(seconds=5))

        assert [(job.key, job.attempts) for job in bench.ran] == [("k", 1), ("other", 1), ("k", 2)]

    async def test_a_kind_that_nobody_handles_waits_for_a_version_that_does(self, bench: Bench) -> None:
        """During an update the older process must not throw away what the newer one added."""
        await bench.add("k", "novel")
        await bench.drain()
        bench.handlers["novel"] = bench.note
        await bench.pass_time(timedelta(seconds=5))

        assert bench.keys() == ["k"]

    async def test_a_dead_letter_is_tried_again(self, bench: Bench) -> None:
        """With its payload, at the end of its lane, and knowing that it was tried before."""
        bench.handlers["hopeless"] = failing(bench, GiveUp("no"), GiveUp("no"), None)
        await bench.add("k", "hopeless", payload={"x": 1}, lane="A")
        await bench.drain()
        assert not await bench.store.run(lambda conn: bench.retry(conn, "unknown"))
        assert not await bench.add("k", "hopeless"), "a dead letter's key is taken"
        revived = []
        for _ in range(3):
            revived.append(await bench.store.run(lambda conn: bench.retry(conn, "k")))
            await bench.drain()

        assert revived == [True, True, False]
        assert [(job.payload, job.lane, job.attempts) for job in bench.ran] == [({"x": 1}, "A", n) for n in (1, 2, 3)]
        assert len({job.first_try for job in bench.ran}) == 1
        assert await bench.store.read(bench.dead) == []

    async def test_a_finished_job_leaves_no_words(self, bench: Bench) -> None:
        """Texts go when the work is done; a dead letter keeps its own, to be tried again."""
        bench.handlers["hopeless"] = failing(bench, GiveUp("no"))
        await bench.add("done", payload={"text": "words"})
        await bench.add("dead", "hopeless", payload={"text": "words"})
        await bench.drain()

        rows = await bench.store.read(lambda conn: conn.execute(select(job.c.key, job.c.payload)).all())
        assert rows == [("dead", {"text": "words"})]

    async def test_a_unit_and_the_end_of_its_job_are_one(self, bench: Bench) -> None:
        """What a handler returns runs with the end of the job, and what it adds follows."""
        numbers: list[int] = []

        def unit(conn: Connection) -> None:
            numbers.append(next_number(conn, "T1", "a"))
            bench.work.add(conn, "note", "next", {}, lane="A")

        async def handle(_: Job) -> Unit[None]:
            return unit

        bench.handlers["first"] = handle
        await bench.add("k", "first", lane="A")
        await bench.drain()

        assert (numbers, bench.keys()) == ([1], ["next"])

    async def test_a_unit_that_fails_leaves_nothing_and_its_job_is_tried_again(self, bench: Bench) -> None:
        """Half of an end is no end."""
        numbers: list[int] = []

        def unit(conn: Connection) -> None:
            numbers.append(next_number(conn, "T1", "a"))
            bench.work.add(conn, "note", f"from {len(numbers)}", {})
            if len(numbers) == 1:
                raise LookupError

        async def handle(_: Job) -> Unit[None]:
            return unit

        bench.handlers["first"] = handle
        await bench.add("k", "first")
        await bench.drain()
        assert bench.keys() == []
        await bench.pass_time(timedelta(seconds=5))

        assert numbers == [1, 1]
        assert bench.keys() == ["from 2"]
        assert await bench.pending() == []

    async def test_a_month_of_timers(self, bench: Bench) -> None:
        """Recurring work adds its next occurrence as it ends; none is missed and none runs twice."""
        start = bench.clock.now()

        async def weekly(job: Job) -> Unit[None]:
            bench.ran.append(job)
            n = job.payload["n"] + 1
            at = start + timedelta(weeks=n)
            return lambda conn: _ignore(bench.work.add(conn, "weekly", f"digest:{n}", {"n": n}, at=at))

        bench.handlers["weekly"] = weekly
        await bench.add("digest:1", "weekly", payload={"n": 1}, at=start + timedelta(weeks=1))
        await bench.pass_time(timedelta(days=30), timedelta(hours=1))

        assert bench.keys() == ["digest:1", "digest:2", "digest:3", "digest:4"]
        assert await bench.pending("digest:") == ["digest:5"]

    async def test_a_weekly_job_fires_once_with_two_processes(self, bench: Bench) -> None:
        """Both look for what is due at the same moment; one of them finds it."""
        start = bench.clock.now()

        async def weekly(job: Job) -> Unit[None]:
            bench.ran.append(job)
            await asyncio.sleep(0.002)
            n = job.payload["n"] + 1
            at = start + timedelta(weeks=n)
            return lambda conn: _ignore(bench.work.add(conn, "weekly", f"digest:{n}", {"n": n}, at=at))

        bench.handlers["weekly"] = weekly
        await bench.add("digest:1", "weekly", payload={"n": 1}, at=start + timedelta(weeks=1))
        for _ in range(10):
            bench.clock.advance(timedelta(days=3, hours=12))
            await asyncio.gather(*(drain() for drain in (bench.drain, bench.drain_beside) * 3))

        assert bench.keys() == [f"digest:{n}" for n in range(1, 6)]

    async def test_a_lane_has_one_job_at_a_time_whoever_runs_it(self, bench: Bench) -> None:
        """Two processes share the lanes, and neither overtakes the other in one."""
        inside: dict[str | None, int] = {}

        async def careful(job: Job) -> None:
            inside[job.lane] = inside.get(job.lane, 0) + 1
            assert inside[job.lane] == 1
            await asyncio.sleep(0.001)
            inside[job.lane] -= 1
            bench.ran.append(job)

        bench.handlers["careful"] = careful
        for n in range(40):
            await bench.add(f"{n % 4}:{n:02}", "careful", lane=str(n % 4))
        while await bench.pending():
            await asyncio.gather(*(drain() for drain in (bench.drain, bench.drain_beside) * 2))

        assert all(job.attempts == 1 for job in bench.ran)
        for lane in "0123":
            keys = [job.key for job in bench.ran if job.lane == lane]
            assert (len(keys), keys) == (10, sorted(keys))

    async def test_a_key_that_is_added_while_its_job_ends_is_added_once(self, bench: Bench) -> None:
        """Before, during and after: every repetition of an event finds the first."""
        added: list[bool] = []

        async def hammer() -> None:
            for _ in range(5):
                for n in range(10):
                    added.append(await bench.add(f"k{n}"))  # noqa: PERF401 - one after the other

        async def work() -> None:
            for _ in range(30):
                await bench.drain()

        await asyncio.gather(*(hammer() for _ in range(8)), work())
        await bench.drain()

        assert sum(added) == 10
        assert sorted(bench.keys()) == [f"k{n}" for n in range(10)]

    async def test_units_that_run_at_once_do_not_see_each_other(self, bench: Bench) -> None:
        """Of many units that count and add, each has its own number, and its job is there if it was kept."""

        def unit(conn: Connection, n: int) -> int:
            number = next_number(conn, "T1", "a")
            bench.work.add(conn, "note", f"k{number}", {"n": n})
            if n % 3 == 0:
                raise LookupError
            return number

        results = await asyncio.gather(
            *(bench.store.run(partial(unit, n=n)) for n in range(60)), return_exceptions=True
        )
        await bench.drain()
        kept = sorted(result for result in results if isinstance(result, int))

        assert kept == list(range(1, 41))
        assert sorted(bench.keys()) == sorted(f"k{n}" for n in kept)


def _ignore(_: bool) -> None:  # noqa: FBT001
    return None
