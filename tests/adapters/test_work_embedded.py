"""Embedded work: the contract, and what is its own: leases, claims at birth, a database that goes away, a kill."""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.adapters.clock import SystemClock
from bot.adapters.postponed import Postponed
from bot.adapters.work.embedded import EmbeddedWork
from bot.adapters.work.embedded_runner import EmbeddedRunner
from bot.adapters.work.forgetting import forget_old_keys
from bot.model import Job
from bot.ports import GiveUp, Handler, RetryLater
from bot.store import jobs
from bot.store.database import Database
from bot.store.jobs import Claim, NewJob
from bot.store.tables import job as jobs_table
from tests.adapters.work_contract import Bench, WorkContract, failing
from tests.clock import VirtualClock

LEASE = timedelta(seconds=15)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A real database in a file."""
    async with Database.open(f"sqlite:///{tmp_path / 'desk.db'}", wait=1.0) as opened:
        yield opened


@pytest.fixture
def bench(database: Database) -> Bench:
    """Embedded work that is not started: tests drain it."""
    return make_bench(database)


def make_bench(database: Database, clock: VirtualClock | None = None) -> Bench:
    """A process of its own, as far as the database can tell."""
    clock = clock or VirtualClock()
    work = EmbeddedWork(clock)
    handlers: dict[str, Handler] = {}
    runner, other = (
        EmbeddedRunner(work, database, handlers, clock, lease=LEASE, rng=random.Random(7)) for _ in range(2)
    )
    bench = Bench(
        store=database,
        work=work,
        clock=clock,
        handlers=handlers,
        drain=runner.drain,
        drain_beside=other.drain,
        dead=lambda conn: [letter.key for letter in work.dead(conn)],
        retry=work.retry,
        forget=lambda: forget_old_keys(database, clock),
    )
    handlers["note"] = bench.note
    return bench


def stored(conn: Connection) -> dict[str, tuple[str, int]]:
    """Status and attempts of all jobs that are not done."""
    rows = conn.execute(select(jobs_table.c.key, jobs_table.c.status, jobs_table.c.attempts).order_by(jobs_table.c.seq))
    return {row.key: (row.status, row.attempts) for row in rows}


class TestEmbeddedWork(WorkContract):
    """The contract, on the embedded adapter."""


# Leases


async def test_a_running_job_is_its_owners_until_the_lease_ends(database: Database) -> None:
    """Another process takes over after the lease, not before, and it sees that an attempt was made."""
    clock = VirtualClock()
    bench = make_bench(database, clock)
    await bench.add("k", lane="A")
    await bench.add("k2", lane="A")
    dead_claim = jobs.Claim("killed", clock.now() + LEASE)
    await database.run(lambda conn: jobs.claim_due(conn, dead_claim, clock.now(), 5))
    clock.advance(LEASE - timedelta(seconds=1))
    await bench.drain()
    assert bench.keys() == []
    clock.advance(2)
    await bench.drain()

    assert [(job.key, job.attempts) for job in bench.ran] == [("k", 2), ("k2", 1)]


async def test_who_lost_a_job_cannot_end_it(database: Database) -> None:
    """A process that comes back late leaves nothing of its attempt, neither its end nor its unit."""
    clock = VirtualClock()
    late, quick = make_bench(database, clock), make_bench(database, clock)

    async def overtaken(job: Job) -> Callable[[Connection], None]:
        clock.advance(LEASE + timedelta(seconds=1))
        await quick.drain()

        def unit(conn: Connection) -> None:
            late.work.add(conn, "note", "from the late one", {})

        return unit

    late.handlers["slow"] = overtaken
    quick.handlers["slow"] = quick.note
    await late.add("k", "slow")
    await late.drain()

    assert quick.keys() == ["k"]
    assert await database.read(stored) == {}


async def test_a_job_that_kills_its_process_dies_in_the_end(database: Database) -> None:
    """Attempts that nobody came back from are counted too."""
    clock = VirtualClock()
    bench = make_bench(database, clock)
    await bench.add("k")
    for n in range(8):
        await database.run(lambda conn, n=n: jobs.claim_due(conn, jobs.Claim(f"p{n}", clock.now()), clock.now(), 1))
    await bench.drain()

    assert bench.ran == []
    assert await database.read(bench.dead) == ["k"]


async def test_what_was_not_tried_is_not_counted(bench: Bench) -> None:
    """A message that is only paced keeps its eight tries, its first try, and needs no look-up."""
    paced = [Postponed("paced", 1) for _ in range(20)]
    bench.handlers["paced"] = failing(bench, *paced, RetryLater("down", 1), Postponed("paced", 1), None)
    await bench.add("k", "paced")
    await bench.drain()
    await bench.pass_time(timedelta(seconds=30))

    assert [job.attempts for job in bench.ran] == [1] * 21 + [2, 2]
    assert len({job.first_try for job in bench.ran[20:]}) == 1
    assert bench.ran[20].first_try > bench.ran[0].first_try
    assert await bench.pending() == []


async def test_errors_are_kept_without_words(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Logs and dead letters name the job and the place, never what an exception says of a text."""
    caplog.set_level(logging.DEBUG)
    bench.handlers["buggy"] = failing(bench, ValueError("a person's words"))
    await bench.add("k", "buggy")
    await bench.drain()
    await bench.pass_time(timedelta(minutes=30), timedelta(seconds=10))
    letters = await bench.store.read(bench.work.dead)

    assert [letter.key for letter in letters] == ["k"]
    assert letters[0].error.startswith("ValueError in work_contract.py, line ")
    assert "job k is given up: ValueError" in caplog.text
    assert "words" not in caplog.text


async def test_a_started_runner_cannot_be_drained(database: Database) -> None:
    """Two hands at one table would make a test's order a matter of luck."""
    runner = EmbeddedRunner(EmbeddedWork(SystemClock()), database, {}, SystemClock())
    await runner.start()
    with pytest.raises(RuntimeError):
        await runner.drain()
    await runner.stop(1)


# The running loop, on the system's clock


class Desk:
    """A started runner."""

    def __init__(self, database: Database, **options: Any) -> None:
        self.store = database
        self.clock = SystemClock()
        self.work = EmbeddedWork(self.clock)
        self.handlers: dict[str, Handler] = {"note": self.note}
        self.ran: list[Job] = []
        self.runner = EmbeddedRunner(self.work, database, self.handlers, self.clock, **options)

    async def note(self, job: Job) -> None:
        """Remember a job."""
        self.ran.append(job)

    async def add(self, key: str, kind: str = "note", **more: Any) -> bool:
        """Add a job."""
        return await self.store.run(lambda conn: self.work.add(conn, kind, key, {}, **more))

    def begun(self) -> list[str]:
        """The keys of the jobs begun, in order."""
        return [job.key for job in self.ran]


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    """Wait for a state."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the state is no task of ours that could tell
            await asyncio.sleep(0.005)


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    """A started runner that would look at the table once an hour only: what runs was not polled for."""
    desk = Desk(database, poll=timedelta(hours=1))
    await desk.runner.start()
    yield desk
    await desk.runner.stop(5)


async def test_new_work_starts_without_a_poll(desk: Desk) -> None:
    """What is added runs once it is committed, and what its end adds as well."""

    async def first(job: Job) -> Callable[[Connection], None]:
        desk.ran.append(job)

        def unit(conn: Connection) -> None:
            desk.work.add(conn, "note", "second", {}, lane="A")

        return unit

    desk.handlers["first"] = first
    await desk.add("first", "first", lane="A")
    await until(lambda: desk.begun() == ["first", "second"])


async def test_lanes_keep_their_order_while_running(desk: Desk) -> None:
    """Hundreds of jobs over many lanes, added in no order of lanes: each lane in its own, all of them once."""
    await asyncio.gather(*(desk.add(f"{n % 20}:{n}", lane=str(n % 20)) for n in range(600)))
    await until(lambda: len(desk.ran) == 600)

    for lane in range(20):
        assert [key for key in desk.begun() if key.startswith(f"{lane}:")] == [
            f"{lane}:{n}" for n in range(lane, 600, 20)
        ]


async def test_jobs_of_a_lane_never_overlap(desk: Desk) -> None:
    """The next begins when the one before has ended, also after a failure."""
    inside, worst = 0, 0
    fails = {"3", "7"}

    async def careful(job: Job) -> None:
        nonlocal inside, worst
        inside += 1
        worst = max(worst, inside)
        await asyncio.sleep(0.01)
        inside -= 1
        if job.key in fails:
            fails.discard(job.key)
            raise RetryLater("once", 0.05)
        desk.ran.append(job)

    desk.handlers["careful"] = careful
    await asyncio.gather(*(desk.add(str(n), "careful", lane="A") for n in range(10)))
    await until(lambda: len(desk.ran) == 10)

    assert worst == 1
    assert desk.begun() == [str(n) for n in range(10)]


async def test_a_time_comes_without_a_poll(desk: Desk) -> None:
    """Timers and retries are woken for, also when they are moved closer."""
    now = desk.clock.now()
    await desk.add("soon", at=now + timedelta(seconds=0.2))
    await desk.add("moved", at=now + timedelta(hours=2))
    await desk.store.run(lambda conn: desk.work.move(conn, "moved", now + timedelta(seconds=0.1)))
    await until(lambda: sorted(desk.begun()) == ["moved", "soon"])


async def test_more_than_there_is_room_for(database: Database) -> None:
    """A backlog is worked off to its end without a poll, never more at once than allowed."""
    desk = Desk(database, poll=timedelta(hours=1), concurrency=3)
    inside, worst = 0, 0

    async def busy(job: Job) -> None:
        nonlocal inside, worst
        inside += 1
        worst = max(worst, inside)
        await asyncio.sleep(0.002)
        inside -= 1
        desk.ran.append(job)

    desk.handlers["busy"] = busy
    await asyncio.gather(*(desk.add(f"before {n}", "busy", lane=f"L{n % 50}") for n in range(100)))
    await desk.runner.start()
    await asyncio.gather(*(desk.add(f"after {n}", "busy") for n in range(100)))
    await until(lambda: len(desk.ran) == 200)
    await desk.runner.stop(5)

    assert worst == 3
    assert len(set(desk.begun())) == 200


async def test_what_there_is_no_room_for_waits_in_the_table(database: Database) -> None:
    """Memory holds twice what runs at once: the rest belongs to whoever is free."""
    desk = Desk(database, concurrency=2)
    finish = asyncio.Event()

    async def busy(job: Job) -> None:
        await finish.wait()
        desk.ran.append(job)

    desk.handlers["busy"] = busy
    await desk.runner.start()
    for n in range(10):
        await desk.add(str(n), "busy")
    held = [status for status, _ in (await database.read(stored)).values()]
    finish.set()
    await until(lambda: len(desk.ran) == 10)
    await desk.runner.stop(5)

    assert (held.count("running"), held.count("waiting")) == (4, 6)


async def test_a_dead_head_lets_its_lane_go_on(desk: Desk) -> None:
    """While running too, the next of the lane follows a job that is given up."""
    desk.handlers["hopeless"] = failing_once(desk, GiveUp("no"))
    await asyncio.gather(desk.add("a1", "hopeless", lane="A"), desk.add("a2", lane="A"))
    await until(lambda: desk.begun() == ["a1", "a2"])


def failing_once(desk: Desk, error: Exception) -> Handler:
    """A handler that remembers and fails."""

    async def handle(job: Job) -> None:
        desk.ran.append(job)
        raise error

    return handle


async def test_stopping_hands_back_what_does_not_finish(database: Database) -> None:
    """At the deadline: done what could be, the rest waits, and only what was begun counts an attempt."""
    desk = Desk(database, concurrency=2)
    began: list[str] = []

    async def endless(job: Job) -> None:
        began.append(job.key)
        await asyncio.Event().wait()

    async def quick(job: Job) -> None:
        began.append(job.key)
        await asyncio.sleep(0.1)

    desk.handlers |= {"endless": endless, "quick": quick}
    await desk.runner.start()
    await desk.add("endless", "endless")
    await desk.add("quick", "quick")
    await desk.add("queued", "quick")
    await until(lambda: len(began) == 2)
    await desk.runner.stop(0.5)
    await desk.add("added after")

    assert began == ["endless", "quick"]
    assert await database.read(stored) == {
        "endless": ("waiting", 1),
        "queued": ("waiting", 0),
        "added after": ("waiting", 0),
    }


async def test_what_was_handed_back_is_taken_at_once(database: Database) -> None:
    """The next process need not wait for a lease."""
    first, second = Desk(database, concurrency=1), Desk(database)

    async def endless(_: Job) -> None:
        await asyncio.Event().wait()

    first.handlers["work"] = endless
    second.handlers["work"] = second.note
    await first.runner.start()
    await first.add("a", "work")
    await first.add("b", "work")
    await asyncio.sleep(0.05)
    await first.runner.stop(0)
    await second.runner.start()
    await until(lambda: len(second.ran) == 2)
    await second.runner.stop(5)

    assert [(job.key, job.attempts) for job in second.ran] == [("a", 2), ("b", 1)]


async def test_leases_are_renewed_while_a_job_runs(database: Database) -> None:
    """A long job is not taken over by another process that is awake."""
    lease = timedelta(seconds=0.3)
    first, second = Desk(database, lease=lease), Desk(database, lease=lease, poll=timedelta(seconds=0.05))
    finish = asyncio.Event()

    async def long(job: Job) -> None:
        first.ran.append(job)
        await finish.wait()

    first.handlers["long"] = long
    second.handlers["long"] = second.note
    await first.runner.start()
    await first.add("k", "long")
    await second.runner.start()
    await asyncio.sleep(1.2)
    finish.set()
    await first.runner.stop(5)
    await second.runner.stop(5)

    assert (first.begun(), second.begun()) == (["k"], [])
    assert await database.read(stored) == {}


async def test_a_handler_that_hangs_is_a_failed_attempt(database: Database) -> None:
    """It would hold its lane for ever."""
    desk = Desk(database, time_limit=0.1)

    async def hang(job: Job) -> None:
        desk.ran.append(job)
        if job.attempts == 1:
            await asyncio.Event().wait()

    desk.handlers["hang"] = hang
    await desk.runner.start()
    await desk.add("k", "hang")
    await until(lambda: len(desk.ran) == 2)
    await desk.runner.stop(5)

    assert [job.attempts for job in desk.ran] == [1, 2]
    assert await database.read(stored) == {}


async def test_a_database_that_goes_away_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The end of a job is written when the database is back; the outage is logged once, not once a try."""
    path = tmp_path / "desk.db"
    async with Database.open(f"sqlite:///{path}", wait=0.2) as database:
        desk = Desk(database, lease=timedelta(seconds=0.3))
        locker = sqlite3.connect(path, isolation_level=None)

        async def lock(job: Job) -> None:
            desk.ran.append(job)
            locker.execute("BEGIN IMMEDIATE")

        desk.handlers["lock"] = lock
        await desk.runner.start()
        await desk.add("k", "lock", lane="A")
        await until(lambda: desk.ran)
        await asyncio.sleep(1.5)
        locker.execute("ROLLBACK")
        locker.close()
        await asyncio.sleep(0)
        await desk.add("next", lane="A")
        await until(lambda: desk.begun() == ["k", "next"])
        await desk.runner.stop(5)
        after = await database.read(stored)

    assert after == {}
    assert caplog.text.count("the database is away") == 1
    assert caplog.text.count("the database is back") == 1


async def test_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    """SIGKILL in the middle of work: every job is done in the end, those that ran have another attempt."""
    path, log = tmp_path / "desk.db", tmp_path / "began.txt"
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.adapters.killed_child",
        f"sqlite:///{path}",
        str(log),
        stdin=asyncio.subprocess.DEVNULL,
    )
    await until(lambda: log.exists() and log.read_text().count("\n") >= 40, 30)
    child.send_signal(signal.SIGKILL)
    await child.wait()
    began = log.read_text().split()

    async with Database.open(f"sqlite:///{path}") as database:
        before = await database.read(stored)
        desk = Desk(database, poll=timedelta(seconds=0.1))
        desk.handlers["work"] = desk.note
        await desk.runner.start()
        await until(lambda: len(desk.ran) >= len(before), 30)
        await desk.runner.stop(5)
        after = await database.read(stored)

    assert after == {}
    assert sorted(desk.begun()) == sorted(before)
    assert {f"job:{n}" for n in range(200)} - set(before) <= set(began)
    assert {job.key for job in desk.ran if job.key in began} <= {job.key for job in desk.ran if job.attempts == 2}


@pytest.mark.parametrize("is_alone", [True, False])
async def test_what_a_killed_process_held_is_begun_soon_by_one_that_is_alone(tmp_path: Path, is_alone: bool) -> None:  # noqa: FBT001
    """Whoever knows that nobody else is at work need not wait for leases; anybody else must."""
    clock, ran = VirtualClock(), []

    async def note(job: Job) -> None:
        ran.append(job.key)

    async with Database.open(f"sqlite:///{tmp_path}/desk.db") as database:
        dead = Claim("killed", clock.now() + timedelta(seconds=15))
        await database.run(lambda conn: jobs.add_claimed(conn, NewJob("note", "k", {}, None, clock.now(), 8), dead))
        runner = EmbeddedRunner(EmbeddedWork(clock), database, {"note": note}, clock, is_alone=is_alone)
        await runner.start()
        await runner.stop(1)
        clock.advance(timedelta(seconds=4))
        await runner.drain()
        soon = list(ran)
        clock.advance(timedelta(seconds=12))
        await runner.drain()

    assert (soon, ran) == ((["k"] if is_alone else []), ["k"])
