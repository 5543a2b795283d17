"""A process that works until it is killed: `python -m tests.adapters.killed_child DATABASE_URL LOG`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from bot.adapters.clock import SystemClock
from bot.adapters.work.embedded import EmbeddedWork
from bot.adapters.work.embedded_runner import EmbeddedRunner
from bot.adapters.work.opening import OperatedWork, Runner, open_work
from bot.adapters.work.replicated_runner import ReplicatedRunner
from bot.model import Job
from bot.ports import Clock, Handler
from bot.store.database import Database

JOBS = 200
LANES = 50


async def main(url: str, log: Path) -> None:
    """Add the jobs, then work on them slowly, noting each as it begins."""
    clock = SystemClock()
    work = open_work(url, clock)

    async def slowly(job: Job) -> None:
        with log.open("a") as file:
            file.write(f"{job.key}\n")
        await asyncio.sleep(0.05)

    async with Database.open(url) as database:
        await runner(work, url, database, {"work": slowly}, clock).start()
        for some in range(0, JOBS, LANES):
            await database.run(
                lambda conn, some=some: [
                    work.add(conn, "work", f"job:{n}", {}, lane=f"L{n % LANES}") for n in range(some, some + LANES)
                ]
            )
        await asyncio.Event().wait()


def runner(work: OperatedWork, url: str, database: Database, handlers: dict[str, Handler], clock: Clock) -> Runner:
    """A runner that is soon thought dead."""
    if isinstance(work, EmbeddedWork):
        return EmbeddedRunner(work, database, handlers, clock, lease=timedelta(seconds=1), concurrency=8)
    return ReplicatedRunner(database, handlers, clock, url, heartbeat=0.3, stalled=1.5, concurrency=8)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
