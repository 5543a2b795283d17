"""`python -m tests.crash`: a storm in full, and what came of it as tables; exit 1 if anything went wrong."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.report import progress, show
from tests.crash.report import tables
from tests.crash.run import Size, Storm
from tests.postgres import server

_SHOWN = 20


def main() -> int:
    """Run one storm."""
    given = _parser().parse_args()
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    size = Size(given.events, given.channels, given.kills, given.a_second)
    folder = Path(tempfile.mkdtemp(prefix="partnerdesk-crash-"))
    progress(f"seed {seed}: {size.events} events over {size.channels} channels, {size.kills} kills; logs in {folder}")
    with _database(given.database, folder) as (url, replicas):
        result = asyncio.run(Storm(size, url, replicas, seed, is_echo=given.knowledge == "echo", folder=folder).run())
    for table in tables(result, f"{given.database}, {given.knowledge} knowledge, seed {seed}, desks: {replicas}"):
        show(table)
    for problem in result.problems[:_SHOWN]:
        show(f"WRONG: {problem}")
    show(
        f"{len(result.problems)} things went wrong" if result.problems else "Nothing was lost, and nothing came twice."
    )
    return 1 if result.problems else 0


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, int]]:
    """A new database, and how many desks work on it."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'desk.db'}", 1
    else:
        with server(durable=True) as running:
            yield running.create(), 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="Kill the desk in a storm of events.")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite", help="postgres: two desks")
    parser.add_argument("--knowledge", choices=("echo", "shipped"), default="echo", help="what answers are made of")
    parser.add_argument("--events", type=int, default=2_000, help="messages, edits, deletions and clicks")
    parser.add_argument("--channels", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--a-second", type=float, default=50.0, help="events a second")
    parser.add_argument("--seed", type=int, help="of what is left to chance; default: another each time")
    return parser


if __name__ == "__main__":
    sys.exit(main())
