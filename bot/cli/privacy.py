"""`partnerdesk privacy`: all that is kept of a person, shown or erased; also while the desk runs."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, TextIO

from sqlalchemy import Connection

from bot.adapters.clock import SystemClock
from bot.adapters.work.opening import open_work
from bot.cli.terminal import FAILURE, USAGE, CommandError
from bot.desk import IdForm
from bot.model import PersonId
from bot.ports import Clock, StoreUnavailable, Work
from bot.settings import Settings
from bot.store import privacy
from bot.store.database import Database
from bot.store.privacy import Cause, Erased, Found

_WAIT: Final = 30.0  # seconds that a busy desk is waited for
_YES: Final = "yes"


@dataclass(frozen=True, slots=True)
class _Subject:
    """A person, and what was found of theirs."""

    who: PersonId
    found: Found

    @property
    def listed(self) -> str:
        """How many rows of which table are theirs, and in how many of others they stand; "" if there are none."""
        theirs = {name: len(rows) for name, rows in self.found.rows.items()}
        return _listed(theirs, {name: len(rows) for name, rows in self.found.named.items()})

    @property
    def workspaces(self) -> list[str]:
        """Where the bot was installed when it met them."""
        tables = [*self.found.rows.items(), *self.found.named.items()]
        return sorted({row.workspace for name, found in tables if name != "job" for row in found}) or [self.who.team]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    commands = parser.add_subparsers(dest="act", required=True, metavar="export|erase")
    export = commands.add_parser("export", help="show all that is kept of a person, as JSON")
    export.add_argument("--json", type=Path, metavar="FILE", help="write it to a file, readable by you alone")
    erase = commands.add_parser("erase", help="delete all that is kept of a person")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    for command_ in (export, erase):
        command_.add_argument("user", metavar="USER", help="the person's Slack id (U… or W…)")
        command_.add_argument("--team", metavar="TEAM", help="their home workspace (T… or E…), if the id is not enough")


def command(args: argparse.Namespace, stdin: TextIO | None = None, out: TextIO | None = None) -> int:
    """Export or erase; 0 for success, 1 if it was not wanted after all. Raises SettingsError, CommandError."""
    for given, form in ((args.user, IdForm.USER), (args.team, IdForm.TEAM)):
        if given is not None and not form.fits(given):
            raise CommandError(f"privacy: {given!r} is no {form.called} id ({form.shown}); copy it from Slack", USAGE)
    url = Settings.from_env(os.environ, serve=False).database_url
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        raise CommandError("privacy: there is no database yet, and so nothing is kept of anybody")
    try:
        return asyncio.run(_command(args, url, stdin or sys.stdin, out or sys.stdout))
    except (StoreUnavailable, ValueError) as error:
        raise CommandError(f"privacy: the database cannot be used ({error}); see `partnerdesk doctor`") from error


async def _command(args: argparse.Namespace, url: str, stdin: TextIO, out: TextIO) -> int:
    clock = SystemClock()
    async with await asyncio.to_thread(Database.open, url, wait=_WAIT) as database:
        subject = await _subject(database, args.user, args.team, clock)
        if args.act == "export":
            _export(subject, clock.now(), args.json, out)
            return 0
        if not subject.listed:
            print(f"Nothing is kept of {args.user}.", file=out)
            return 0
        print(f"{subject.who.user} of {subject.who.team}: {subject.listed}.", file=out)
        if not args.yes and not _is_wanted(stdin, out):
            print("Nothing was erased.", file=out)
            return FAILURE
        for workspace in subject.workspaces:
            erased = await _erase(database, open_work(url, clock), workspace, subject, clock)
            print(f"PRIV-{erased.number}: erased {_listed(erased.rows, erased.named) or 'nothing'}.", file=out)
            if erased.reports or erased.meetings or erased.requests or erased.named.get("request"):
                print("`partnerdesk serve` takes their words out of cards, and meetings out of calendars.", file=out)
    return 0


async def _subject(database: Database, user: str, team: str | None, clock: Clock) -> _Subject:
    """Find a person's rows. Raises CommandError if the id is that of several people."""
    found = await privacy.rows_of(
        database, lambda owner: owner.user == user and team in {None, owner.team}, clock.now()
    )
    owners = {privacy.owner_of(name, row) for name, rows in found.rows.items() for row in rows}
    people = {who for name, rows in found.named.items() for row in rows for who in privacy.named_in(name, row)}
    teams = sorted({who.team for who in owners | people if who and who.user == user and team in {None, who.team}})
    if len(teams) > 1:
        raise CommandError(f"privacy: {user} is known in {', '.join(teams)}; say which with --team", USAGE)
    return _Subject(PersonId(team or next(iter(teams), ""), user), found)


async def _erase(database: Database, work: Work, workspace: str, subject: _Subject, clock: Clock) -> Erased:
    left = await privacy.take_out(database, work, workspace, subject.who, subject.found, clock.now())

    def unit(conn: Connection) -> Erased:
        erased = privacy.erase(
            conn,
            workspace,
            subject.who,
            left,
            asked_at=subject.found.begun,
            now=clock.now(),
            cause=Cause.OPERATOR,
        )
        privacy.withdraw(conn, work, workspace, erased)
        return erased

    return await database.run(unit)


def _export(subject: _Subject, now: datetime, file: Path | None, out: TextIO) -> None:
    tables = {
        name: {
            "holds": privacy.POLICY[name].holds,
            "kept": privacy.POLICY[name].kept,
            "rows": [privacy.own_of(name, row) for row in rows],
            "in_rows_of_others": [privacy.part_of(name, row, subject.who) for row in subject.found.named.get(name, ())],
        }
        for name, rows in subject.found.rows.items()
    }
    shown = {"user": subject.who.user, "team": subject.who.team, "exported_at": now, "tables": tables}
    text = json.dumps(shown, ensure_ascii=False, indent=2, default=_plain)
    if file is None:
        print(text, file=out)
        return
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
            opened.write(f"{text}\n")
    except OSError as error:
        raise CommandError(f"privacy: cannot write {file} ({error.strerror})") from error


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _listed(theirs: Mapping[str, int], of_others: Mapping[str, int]) -> str:
    counts = [f"{n} {name}" for name, n in theirs.items() if n]
    return ", ".join(counts + [f"name in {n} {name} of others" for name, n in of_others.items() if n])


def _is_wanted(stdin: TextIO, out: TextIO) -> bool:
    print(f"This cannot be undone. Type {_YES} to erase it: ", end="", flush=True, file=out)
    return stdin.readline().strip().casefold() == _YES
