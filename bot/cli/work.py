"""`partnerdesk work`: what work there is, what was given up, and having that tried again; also while the desk runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TextIO

from bot.adapters.clock import SystemClock
from bot.adapters.work.opening import OperatedWork, open_work
from bot.cli.database import database_url, opened
from bot.cli.terminal import FAILURE, USAGE, CommandError
from bot.ports import Clock
from bot.store import backlog
from bot.store.backlog import Backlog
from bot.store.engine import Engines
from bot.store.jobs import DeadLetter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    commands = parser.add_subparsers(dest="act", required=True, metavar="list|retry")
    listing = commands.add_parser("list", help="show how much work there is, and what was given up")
    listing.add_argument("--json", action="store_true", help="as JSON")
    retry = commands.add_parser("retry", help="have what was given up tried again")
    retry.add_argument("keys", nargs="*", metavar="KEY", help="the key of a job, as `work list` shows it")
    retry.add_argument("--all", action="store_true", help="everything that was given up")


def command(args: argparse.Namespace, out: TextIO | None = None, clock: Clock | None = None) -> int:
    """List or retry; 0 for success, 1 if a key is not that of a dead letter. Raises SettingsError, CommandError."""
    if args.act == "retry" and bool(args.keys) == args.all:
        raise CommandError("work: name the keys that `partnerdesk work list` shows, or --all", USAGE)
    url = database_url("work", "work")
    clock, out = clock or SystemClock(), out or sys.stdout
    work = open_work(url, clock)
    with opened("work", url) as engines:
        if args.act == "list":
            _list(engines, work, clock.now(), out, as_json=args.json)
            return 0
        return _retry(engines, work, None if args.all else args.keys, out)


def _list(engines: Engines, work: OperatedWork, now: datetime, out: TextIO, *, as_json: bool) -> None:
    with engines.reader.connect() as conn:
        there_is, dead = backlog.measure(conn, now), work.dead(conn)
    print(_json(there_is, dead, now) if as_json else "\n".join(_lines(there_is, dead, now)), file=out)


def _retry(engines: Engines, work: OperatedWork, keys: Sequence[str] | None, out: TextIO) -> int:
    code = 0
    if keys is None:
        with engines.reader.connect() as conn:
            keys = [letter.key for letter in work.dead(conn)]
        if not keys:
            print("Nothing was given up.", file=out)
    for key in keys:
        with engines.writer.begin() as conn:
            is_tried = work.retry(conn, key)
        if is_tried:
            print(f"{key}: is tried again.", file=out)
        else:
            print(f"{key}: was not given up; see `partnerdesk work list`.", file=sys.stderr)
            code = FAILURE
    return code


def _lines(there_is: Backlog, dead: Sequence[DeadLetter], now: datetime) -> Iterator[str]:
    oldest = "" if there_is.oldest_due is None else f" (the oldest for {_age(there_is, now):.0f} s)"
    yield (
        f"{there_is.due} due{oldest}, {there_is.running} running, {there_is.scheduled} for later, {len(dead)} given up."
    )
    for letter in dead:
        yield f"{letter.key}"
        yield f"    {letter.kind}, {letter.attempts} attempts, given up {_minute(letter.died_at)}: {letter.error}"
    if dead:
        yield "`partnerdesk work retry KEY…` or `--all` has them tried again."


def _json(there_is: Backlog, dead: Sequence[DeadLetter], now: datetime) -> str:
    shown = {
        "due": there_is.due,
        "oldest_due_seconds": _age(there_is, now),
        "running": there_is.running,
        "scheduled": there_is.scheduled,
        "dead": [asdict(letter) for letter in dead],
    }
    return json.dumps(shown, indent=2, default=datetime.isoformat)


def _age(there_is: Backlog, now: datetime) -> float | None:
    return None if there_is.oldest_due is None else (now - there_is.oldest_due).total_seconds()


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
