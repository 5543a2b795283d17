"""A process that works until it is killed: `python -m tests.adapters.killed_child DATABASE LOG`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from bot.adapters.clock import SystemClock
from bot.adapters.work import EmbeddedWork
from bot.adapters.work_runner import WorkRunner
from bot.model import Job
from bot.store.database import Database

JOBS = 200
LANES = 50


async def main(path: str, log: Path) -> None:
    """Add the jobs, then work on them slowly, noting each as it begins."""
    clock = SystemClock()
    work = EmbeddedWork(clock)

    async def slowly(job: Job) -> None:
        with log.open("a") as file:
            file.write(f"{job.key}\n")
        await asyncio.sleep(0.05)

    async with Database.open(f"sqlite:///{path}") as database:
        runner = WorkRunner(work, database, {"work": slowly}, clock, lease=timedelta(seconds=1), concurrency=8)
        await runner.start()
        await database.run(
            lambda conn: [work.add(conn, "work", f"job:{n}", {}, lane=f"L{n % LANES}") for n in range(JOBS)]
        )
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
