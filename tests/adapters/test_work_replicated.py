"""Work of several replicas on PostgreSQL: the contract, and what is its own: takeover, a server that goes away."""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, select, text

from bot.adapters.clock import SystemClock
from bot.adapters.work.forgetting import forget_old_keys
from bot.adapters.work.replicated import ReplicatedWork
from bot.adapters.work.replicated_runner import ReplicatedRunner
from bot.model import Job
from bot.ports import Handler, RetryLater, Unit
from bot.store import dispatch, jobs
from bot.store.database import Database
from bot.store.jobs import Claimed, NewJob
from bot.store.tables import job as jobs_table
from tests.adapters.work_contract import Bench, WorkContract
from tests.clock import VirtualClock
from tests.postgres import name_of, server

_CLOCK = """
    CREATE SCHEMA clock;
    CREATE TABLE clock.instant (at timestamptz NOT NULL);
    CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM clock.instant';
    ALTER DATABASE {name} SET search_path = clock, public, pg_catalog;
"""


class DatabaseClock(VirtualClock):
    """A clock that stands still until a test moves it, and the database's with it.

    Procrastinate asks for `now()` by its bare name: ours stands before that of the system.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._conn = psycopg.connect(url, autocommit=True)
        self._conn.execute(_CLOCK.format(name=name_of(url)).encode())
        self._conn.execute("INSERT INTO clock.instant VALUES (%s)", [self.now()])

    def advance(self, duration: timedelta | float) -> datetime:
        """Move on by a timedelta, or by seconds; the new instant."""
        now = super().advance(duration)
        self._conn.execute("UPDATE clock.instant SET at = %s", [now])
        return now

    def close(self) -> None:
        """Leave the database."""
        self._conn.close()


@pytest.fixture
def clock(postgres_url: str) -> Iterator[DatabaseClock]:
    """The database's clock."""
    clock = DatabaseClock(postgres_url)
    yield clock
    clock.close()


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """A started store."""
    async with Database.open(postgres_url) as opened:
        yield opened


@pytest.fixture
def bench(clock: DatabaseClock, database: Database, postgres_url: str) -> Bench:
    """Work that is not started: tests drain it."""
    work = ReplicatedWork(clock)
    handlers: dict[str, Handler] = {}
    runner, other = (ReplicatedRunner(database, handlers, clock, postgres_url, rng=random.Random(7)) for _ in range(2))
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


class TestReplicatedWork(WorkContract):
    """The contract, on the adapter for several replicas."""


def stored(conn: Connection) -> dict[str, tuple[str, int]]:
    """Status and attempts of all jobs that are not done."""
    rows = conn.execute(select(jobs_table.c.key, jobs_table.c.status, jobs_table.c.attempts).order_by(jobs_table.c.seq))
    return {row.key: (row.status, row.attempts) for row in rows}


def dispatched(conn: Connection) -> list[tuple[Any, ...]]:
    """All that stands in Procrastinate's table of jobs."""
    return [tuple(row) for row in conn.execute(text("SELECT * FROM procrastinate_jobs ORDER BY id"))]


def workers(conn: Connection) -> int:
    """How many workers are known."""
    count: int = conn.execute(text("SELECT count(*) FROM procrastinate_workers")).scalar_one()
    return count


async def until(condition: Callable[[], Any], seconds: float = 15) -> None:
    """Wait for a state."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the state is no task of ours that could tell
            await asyncio.sleep(0.005)


async def until_stored(database: Database, unit: Unit[bool], seconds: float = 15) -> None:
    """Wait for a state of the database."""
    async with asyncio.timeout(seconds):
        while not await database.read(unit):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)


# What it leaves in Procrastinate's tables


async def test_procrastinate_knows_nothing_of_a_job_but_its_number(bench: Bench) -> None:
    """What people wrote stands in one place, and is gone with the job; nothing is left of a job that has ended."""
    await bench.add("a person's key", payload={"text": "a person's words"}, lane="C1")
    await bench.add("timer", at=bench.clock.now() + timedelta(hours=1))
    before = await bench.store.read(dispatched)
    await bench.pass_time(timedelta(hours=2), timedelta(hours=1))

    assert len(before) == 2
    assert "person" not in str(before)
    assert await bench.store.read(dispatched) == []


async def test_taking_back_and_moving_leave_nothing_behind(bench: Bench) -> None:
    """There is one job of Procrastinate for each that is open."""
    at = bench.clock.now() + timedelta(hours=1)
    await bench.add("gone", at=at)
    await bench.add("moved", at=at)
    await bench.store.run(lambda conn: bench.work.cancel(conn, "gone"))
    for hours in (3, 2):
        later = bench.clock.now() + timedelta(hours=hours)
        await bench.store.run(lambda conn, later=later: bench.work.move(conn, "moved", later))

    (left,) = await bench.store.read(dispatched)
    assert bench.clock.now() + timedelta(hours=2) in left


async def test_work_of_an_erased_row_ends(bench: Bench) -> None:
    """A row that was deleted by somebody else takes its job with it, and the lane goes on."""
    await bench.add("erased", lane="A")
    await bench.add("next", lane="A")
    await bench.store.run(lambda conn: conn.execute(jobs_table.delete().where(jobs_table.c.key == "erased")))
    await bench.drain()

    assert bench.keys() == ["next"]
    assert await bench.store.read(dispatched) == []


async def test_work_that_was_never_dispatched_is_adopted(bench: Bench) -> None:
    """Rows of a migration or of another database are begun, in their order and at their time."""
    now = bench.clock.now()

    def unit(conn: Connection) -> int:
        for n, lane in enumerate(("A", "A", None)):
            jobs.add(conn, NewJob("note", f"old:{n}", {}, lane, now, 8))
        jobs.add(conn, NewJob("note", "timer", {}, None, now + timedelta(hours=1), 8))
        return dispatch.adopt(conn)

    adopted = [await bench.store.run(unit), await bench.store.run(dispatch.adopt)]
    await bench.drain()
    soon = bench.keys()
    await bench.pass_time(timedelta(hours=1), timedelta(minutes=30))

    assert adopted == [4, 0]
    assert (soon, bench.keys()[3:]) == (["old:0", "old:1", "old:2"], ["timer"])


async def test_two_sweeps_at_once_begin_a_job_again_once(bench: Bench) -> None:
    """What a dead worker held is begun once more, with another attempt, however many look after it."""
    worker = await bench.store.run(dispatch.register)
    await bench.add("k")
    await bench.store.run(lambda conn: dispatch.fetch(conn, worker, "killed", bench.clock.now()))
    early = await bench.store.run(lambda conn: dispatch.sweep(conn, 10, bench.clock.now()))
    bench.clock.advance(timedelta(days=400))  # the worker was registered by the system's clock
    now = bench.clock.now()
    swept = await asyncio.gather(*(bench.store.run(lambda conn: dispatch.sweep(conn, 10, now)) for _ in range(6)))
    await bench.drain()

    assert (early, sorted(swept)) == (0, [0, 0, 0, 0, 0, 1])
    assert [(job.key, job.attempts) for job in bench.ran] == [("k", 2)]


@pytest.mark.parametrize("by", ["itself", "another"])
async def test_who_lost_a_job_cannot_end_it(bench: Bench, by: str) -> None:
    """A late attempt leaves nothing, neither its end nor its unit, whoever made the next one."""

    async def overtaken(_: Job) -> Unit[None]:
        await bench.store.run(lambda conn: conn.execute(text("UPDATE procrastinate_jobs SET worker_id = NULL")))
        await bench.store.run(lambda conn: dispatch.sweep(conn, 10, bench.clock.now()))
        bench.handlers["slow"] = bench.note
        await (bench.drain() if by == "itself" else bench.drain_beside())

        def unit(conn: Connection) -> None:
            bench.work.add(conn, "note", "from the late one", {})

        return unit

    bench.handlers["slow"] = overtaken
    await bench.add("k", "slow")
    await bench.drain()

    assert [(job.key, job.attempts) for job in bench.ran] == [("k", 2)]
    assert await bench.store.read(stored) == {}
    assert await bench.store.read(dispatched) == []


async def test_an_attempt_cannot_end_a_later_one_of_the_same_process(bench: Bench) -> None:
    """A process that was taken for dead may get its own job again while the first attempt still runs."""
    now = bench.clock.now()

    def fetched(conn: Connection) -> Claimed:
        found = dispatch.fetch(conn, None, "me", now)
        assert found is not None
        return found.claimed

    await bench.add("k")
    first = await bench.store.run(fetched)
    await bench.store.run(lambda conn: dispatch.sweep(conn, 10, now))
    second = await bench.store.run(fetched)
    ended = [await bench.store.run(lambda conn, it=it: jobs.finish(conn, it, "me", now)) for it in (first, second)]

    assert ended == [False, True]


async def test_what_was_taken_and_never_begun_costs_no_attempt(bench: Bench) -> None:
    """A process that ends gives it back at once, and whoever begins it makes the first attempt."""
    now = bench.clock.now()
    for key in ("a", "b", "c"):
        await bench.add(key, lane=key)

    def taken(conn: Connection) -> list[str]:
        found = dispatch.fetch_some(conn, None, "me", now, 2)
        dispatch.give_back(conn, [one.claimed for one in found], "me", now)
        return [one.claimed.job.key for one in found]

    given_back = await bench.store.run(taken)
    await bench.drain()

    assert given_back == ["a", "b"]
    assert sorted((job.key, job.attempts) for job in bench.ran) == [("a", 1), ("b", 1), ("c", 1)]


# Running, on the system's clock


class Replica:
    """A process of a desk, as far as the database can tell: a store and a runner."""

    def __init__(self, url: str, **options: Any) -> None:
        self.clock = SystemClock()
        self.store = Database.open(url)
        self.work = ReplicatedWork(self.clock)
        self.handlers: dict[str, Handler] = {"note": self.note}
        self.ran: list[Job] = []
        self.runner = ReplicatedRunner(self.store, self.handlers, self.clock, url, **options)

    async def note(self, job: Job) -> None:
        """Remember a job."""
        self.ran.append(job)

    async def add(self, key: str, kind: str = "note", **more: Any) -> bool:
        """Add a job."""
        return await self.store.run(lambda conn: self.work.add(conn, kind, key, {}, **more))

    def begun(self) -> list[str]:
        """The keys of the jobs begun, in order."""
        return [job.key for job in self.ran]


Replicas = Callable[..., Awaitable[Replica]]


@pytest.fixture
async def replicas(postgres_url: str) -> AsyncIterator[Replicas]:
    """Makes replicas of one desk, which end with the test."""
    async with AsyncExitStack() as stack:

        async def make(url: str = postgres_url, *, start: bool = True, **options: Any) -> Replica:
            replica = await asyncio.to_thread(Replica, url, **options)
            await stack.enter_async_context(replica.store)
            stack.push_async_callback(replica.runner.stop, 0)
            if start:
                await replica.runner.start()
                await until_stored(replica.store, lambda conn: workers(conn) > 0)
            return replica

        yield make


async def test_new_work_starts_without_a_poll(replicas: Replicas) -> None:
    """What is added runs once it is committed, whoever added it, and so does the next of its lane."""
    adding, working = await replicas(start=False), await replicas(poll=3600)

    async def chain(job: Job) -> Unit[None]:
        working.ran.append(job)
        n = int(job.key) + 1

        def unit(conn: Connection) -> None:
            if n < 30:
                working.work.add(conn, "chain", str(n), {}, lane="A")
                working.work.add(conn, "note", f"behind {n}", {}, lane="A")

        return unit

    working.handlers["chain"] = chain
    await adding.add("0", "chain")
    await until(lambda: len(working.ran) == 59)
    await until_stored(working.store, lambda conn: stored(conn) == {})


async def test_a_busy_replica_takes_no_more_than_it_can_begin(replicas: Replicas) -> None:
    """What would wait in its memory another replica could do."""
    busy = await replicas(concurrency=2)
    gate = asyncio.Event()

    async def slow(job: Job) -> None:
        busy.ran.append(job)
        await gate.wait()

    busy.handlers["slow"] = slow
    for n in range(6):
        await busy.add(str(n), "slow")
    await until(lambda: len(busy.ran) == 2)
    other = await replicas()
    other.handlers["slow"] = other.note
    await until(lambda: len(other.ran) == 4)
    gate.set()

    assert sorted(busy.begun() + other.begun()) == [str(n) for n in range(6)]


async def test_replicas_share_lanes_in_order(replicas: Replicas) -> None:
    """Each lane in its own order, one at a time, all of them once, and both replicas do their part."""
    both = [await replicas(poll=3600), await replicas(poll=3600)]
    inside: set[str] = set()
    order: list[str] = []

    for replica in both:

        async def careful(job: Job, replica: Replica = replica) -> None:
            assert job.lane is not None
            assert job.lane not in inside
            inside.add(job.lane)
            await asyncio.sleep(0.002)
            inside.discard(job.lane)
            replica.ran.append(job)
            order.append(job.key)

        replica.handlers["careful"] = careful

    async def fill(lane: int) -> None:
        for n in range(10):
            await both[n % 2].add(f"{lane}:{n}", "careful", lane=str(lane))

    await asyncio.gather(*(fill(lane) for lane in range(20)))
    await until(lambda: len(order) >= 200)

    assert all(replica.ran for replica in both)
    for lane in range(20):
        assert [key for key in order if key.startswith(f"{lane}:")] == [f"{lane}:{n}" for n in range(10)]


async def test_more_than_there_is_room_for(replicas: Replicas) -> None:
    """A backlog is worked off to its end without a poll, never more at once than allowed."""
    desk = await replicas(start=False, poll=3600, concurrency=3)
    inside, worst = 0, 0

    async def busy(job: Job) -> None:
        nonlocal inside, worst
        inside += 1
        worst = max(worst, inside)
        await asyncio.sleep(0.02)
        inside -= 1
        desk.ran.append(job)

    desk.handlers["busy"] = busy
    await asyncio.gather(*(desk.add(f"before {n}", "busy", lane=f"L{n % 15}") for n in range(30)))
    await desk.runner.start()
    await asyncio.gather(*(desk.add(f"after {n}", "busy") for n in range(30)))
    await until(lambda: len(desk.ran) == 60)

    assert worst == 3
    assert len(set(desk.begun())) == 60


async def test_times_and_retries_come(replicas: Replicas) -> None:
    """What waits for its time is found by looking; a failing head holds its lane until then."""
    desk = await replicas(poll=0.05)
    now = desk.clock.now()

    async def flaky(job: Job) -> None:
        desk.ran.append(job)
        if job.attempts == 1:
            raise RetryLater("busy", 0.2)

    desk.handlers["flaky"] = flaky
    await desk.add("head", "flaky", lane="A")
    await desk.add("behind", lane="A")
    await desk.add("moved", at=now + timedelta(hours=2))
    await desk.store.run(lambda conn: desk.work.move(conn, "moved", now + timedelta(seconds=0.6)))
    await until(lambda: len(desk.ran) == 4)

    assert desk.begun() == ["head", "head", "behind", "moved"]


async def test_taking_back_a_head_lets_its_lane_go_on_at_once(replicas: Replicas) -> None:
    """Without a poll, and for the replica that did not take it back."""
    desk, other = await replicas(poll=3600), await replicas(start=False)

    async def flaky(job: Job) -> None:
        desk.ran.append(job)
        raise RetryLater("busy", 600)

    desk.handlers["flaky"] = flaky
    await desk.add("head", "flaky", lane="A")
    await desk.add("behind", lane="A")
    await until_stored(desk.store, lambda conn: stored(conn).get("head") == ("waiting", 1))
    await other.store.run(lambda conn: other.work.cancel(conn, "head"))
    await until(lambda: desk.begun() == ["head", "behind"])


async def test_stopping_hands_back_what_does_not_finish(replicas: Replicas) -> None:
    """At the deadline: done what could be; another replica goes on with the rest without waiting for a sweep."""
    first = await replicas(concurrency=2)
    second = await replicas(start=False, poll=3600, heartbeat=3600)
    began: list[str] = []
    finish = asyncio.Event()

    async def endless(job: Job) -> None:
        began.append(job.key)
        await asyncio.Event().wait()

    async def quick(job: Job) -> None:
        began.append(job.key)
        await finish.wait()

    first.handlers |= {"endless": endless, "quick": quick}
    second.handlers |= {"endless": second.note, "quick": second.note}
    for key in ("endless", "quick", "queued"):
        await first.add(key, key if key != "queued" else "quick", lane="A" if key == "endless" else None)
        await first.add(f"{key} too", lane="A")
        if key != "queued":
            await until(lambda key=key: key in began)
    await second.runner.start()
    await until(lambda: second.ran)
    stopping = asyncio.create_task(first.runner.stop(0.5))
    await asyncio.sleep(0)
    finish.set()
    await until(lambda: len(second.ran) == 5)
    await stopping

    assert began == ["endless", "quick"]
    assert [(job.key, job.attempts) for job in second.ran if job.lane] == [
        ("endless", 2),
        ("endless too", 1),
        ("quick too", 1),
        ("queued too", 1),
    ]
    assert await second.store.read(stored) == {}
    assert await second.store.read(workers) == 1


async def test_a_stop_can_be_hurried(replicas: Replicas) -> None:
    """Told again to stop, at once this time, it does not wait out the first deadline."""
    desk = await replicas()

    async def endless(job: Job) -> None:
        desk.ran.append(job)
        await asyncio.Event().wait()

    desk.handlers["endless"] = endless
    await desk.add("k", "endless")
    await until(lambda: desk.ran)
    patient = asyncio.create_task(desk.runner.stop(60))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        await desk.runner.stop(0)
        await patient

    assert await desk.store.read(stored) == {"k": ("waiting", 1)}


async def test_a_handler_that_hangs_is_a_failed_attempt(replicas: Replicas) -> None:
    """It would hold its lane for ever."""
    desk = await replicas(time_limit=0.1, poll=0.1)

    async def hang(job: Job) -> None:
        desk.ran.append(job)
        if job.attempts == 1:
            await asyncio.Event().wait()

    desk.handlers["hang"] = hang
    await desk.add("k", "hang")
    await until(lambda: len(desk.ran) == 2)
    await until_stored(desk.store, lambda conn: stored(conn) == {})


@pytest.mark.parametrize("heartbeat", [0.1, 3600])
async def test_a_process_that_was_taken_for_dead_goes_on(replicas: Replicas, heartbeat: float) -> None:
    """A laptop that slept is not known any more when it wakes; it makes itself known and works.

    It finds out by its next heartbeat, or by the next job if that comes first.
    """
    desk = await replicas(poll=0.1, heartbeat=heartbeat)
    await desk.add("before")
    await until(lambda: desk.begun() == ["before"])
    await desk.store.run(lambda conn: conn.execute(text("DELETE FROM procrastinate_workers")))
    await desk.add("after")
    await until(lambda: desk.begun() == ["before", "after"])
    await until_stored(desk.store, lambda conn: workers(conn) == 1)


async def test_a_server_that_restarts_is_waited_for(replicas: Replicas, caplog: pytest.LogCaptureFixture) -> None:
    """The end of a job is written when the server is back, and new work is begun at once; two lines are logged."""
    caplog.set_level(logging.WARNING)
    with server() as own:
        desk = await replicas(own.create(), poll=3600)
        finish = asyncio.Event()

        async def long(job: Job) -> None:
            desk.ran.append(job)
            await finish.wait()

        desk.handlers["long"] = long
        await desk.add("k", "long", lane="A")
        await desk.add("behind", lane="A")
        await until(lambda: desk.ran)
        await asyncio.to_thread(own.stop)
        finish.set()
        await until(lambda: "is away" in caplog.text)
        await asyncio.to_thread(own.start)
        await until(lambda: desk.begun() == ["k", "behind"])
        await until_stored(desk.store, lambda conn: stored(conn) == {})
        await asyncio.sleep(1.5)  # until it listens again
        await desk.add("new")
        await until(lambda: desk.begun() == ["k", "behind", "new"])
        await desk.runner.stop(1)
        await desk.store.close()

    assert desk.ran[0].attempts == 1
    assert caplog.text.count("the database is away") == caplog.text.count("the database is back") == 1


async def test_a_killed_replica_is_taken_over(replicas: Replicas, postgres_url: str, tmp_path: Path) -> None:
    """SIGKILL in the middle of work: every job is done in the end, those that ran have another attempt."""
    log = tmp_path / "began.txt"
    survivor = await replicas(start=False, heartbeat=0.3, stalled=1.5)
    survivor.handlers["work"] = survivor.note
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.adapters.killed_child",
        postgres_url,
        str(log),
        stdin=asyncio.subprocess.DEVNULL,
    )
    await until(lambda: log.exists() and log.read_text().count("\n") >= 40, 30)
    child.send_signal(signal.SIGKILL)
    await child.wait()
    began = log.read_text().split()
    before = await survivor.store.read(stored)
    await survivor.runner.start()
    await until(lambda: len(survivor.ran) >= len(before), 30)
    await until_stored(survivor.store, lambda conn: stored(conn) == {})

    assert sorted(survivor.begun()) == sorted(before)
    assert {f"job:{n}" for n in range(200)} - set(before) <= set(began)
    assert {job.key for job in survivor.ran if job.key in began} <= {
        job.key for job in survivor.ran if job.attempts == 2
    }
    assert await survivor.store.read(dispatched) == []
