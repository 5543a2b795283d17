"""`partnerdesk meetings`: the meetings that are booked, as lists, tables and calendars; also while the desk runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final, TextIO
from zoneinfo import ZoneInfo

from bot import desk_reader
from bot.cli.database import database_url, opened, workspace_of
from bot.cli.export import write
from bot.cli.meeting_export import as_calendar, as_csv, as_json, host, zone_of
from bot.cli.terminal import USAGE, CommandError, day, visible
from bot.desk import Desk, IdForm
from bot.meeting import Meeting, State, name
from bot.settings import Settings
from bot.store import meetings as stored
from bot.store.tables import meeting

_FIRST: Final = date(1970, 1, 2)  # whose midnight is an instant in every zone, as that of the day after the last
_LAST: Final = date(9998, 12, 31)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    commands = parser.add_subparsers(dest="act", required=True, metavar="list|export")
    listing = commands.add_parser("list", help="a line for each meeting, without words of people")
    listing.add_argument("--json", action="store_true", help="all that is stored of them, topics and addresses too")
    export = commands.add_parser("export", help="all of the meetings, for a calendar or a spreadsheet")
    export.add_argument("--format", choices=("ics", "csv"), required=True)
    export.add_argument("file", nargs="?", type=Path, metavar="FILE", help="written readable by you alone")
    for one in (listing, export):
        one.add_argument(
            "--host", action="append", type=_user, default=[], metavar="USER", help="U… or W…; may stand several times"
        )
        one.add_argument(
            "--from", type=day, dest="first", metavar="DAY", help="YYYY-MM-DD, the desk's (default: today)"
        )
        one.add_argument("--to", type=day, dest="last", default=_LAST, metavar="DAY", help="the last day")
        one.add_argument(
            "--state",
            action="append",
            choices=[state.value for state in State],
            default=[],
            help="may stand several times",
        )
        one.add_argument("--workspace", metavar="TEAM", help="where the bot is installed (T… or E…), if in several")


def command(args: argparse.Namespace, out: TextIO | None = None) -> int:
    """List or export; the exit code. Raises SettingsError, DocumentError, CommandError."""
    out = out or sys.stdout
    desk = _desk()
    found = _found(args, desk)
    if args.act == "export":
        text = as_csv(found, desk) if args.format == "csv" else as_calendar(found, desk, at=datetime.now(UTC))
        write(text, args.file, out, command="meetings")
    elif args.json:
        out.write(as_json(found))
    else:
        out.writelines(f"{visible(line)}\n" for line in _list(found, desk))
    return 0


def _user(given: str) -> str:
    if not IdForm.USER.fits(given):
        raise argparse.ArgumentTypeError(f"{given!r} is no user id ({IdForm.USER.shown}); copy it from Slack")
    return given


def _desk() -> Desk:
    config = Settings.from_env(os.environ, serve=False).config
    return desk_reader.load(config) if config else Desk.empty()


def _found(args: argparse.Namespace, desk: Desk) -> list[Meeting]:
    """The meetings that are meant, by start."""
    zone = zone_of(desk)
    first = datetime.now(zone).date() if args.first is None else args.first
    if args.last < first:
        raise CommandError(f"meetings: {args.last} is before {first}; name an earlier day with --from", USAGE)
    since, until = _midnight(max(first, _FIRST), zone), _midnight(min(args.last, _LAST) + timedelta(days=1), zone)
    with opened("meetings", database_url("meetings", "meetings")) as engines, engines.reader.connect() as conn:
        workspace = workspace_of(conn, "meetings", meeting, args.workspace)
        if workspace is None:
            return []
        states = [State(state) for state in args.state]
        return stored.between(conn, workspace, since, until, hosts=args.host, states=states)


def _midnight(of: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(of, time(), zone).astimezone(UTC)


def _list(found: Sequence[Meeting], desk: Desk) -> Iterator[str]:
    zone = zone_of(desk)
    hosts = {one.host: host(one, desk) for one in found}
    widest = max(map(len, hosts.values()), default=0)
    for one in found:
        start, end = one.start.astimezone(zone), one.end.astimezone(zone)
        until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
        line = (
            f"{name(one.number):<7} {start:%Y-%m-%d %H:%M}-{until}  {one.kind:<8}  {one.state:<9}  {one.language}  "
            f"{hosts[one.host]:<{widest}}  {one.organisation or ''}"
        )
        yield line.rstrip()
    yield f"{len(found)} meeting{'' if len(found) == 1 else 's'}, in the time of {zone.key}."
