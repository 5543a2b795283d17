"""`partnerdesk requests`: the requests that people of the desk look after, and who did what; also while it runs."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Final, TextIO
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import desk_reader
from bot.cli import export
from bot.cli.database import database_url, opened, workspace_of
from bot.cli.terminal import day, visible
from bot.desk import Desk
from bot.request import CLOSED, Request, State, name
from bot.settings import Settings
from bot.store import audit, requests
from bot.store.audit import Deed
from bot.store.tables import request

_NUMBER: Final = re.compile(r"(?:REQ-)?([1-9][0-9]{0,8})", re.IGNORECASE)
_OPEN: Final = tuple(state for state in State if state not in CLOSED)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    commands = parser.add_subparsers(dest="act", required=True, metavar="list|audit")
    listing = commands.add_parser("list", help="a line for each request, without words of people")
    listing.add_argument("--json", action="store_true", help="all that is stored of them, words too")
    listing.add_argument("--open", action="store_true", help="those that are not closed")
    listing.add_argument(
        "--state", action="append", choices=[state.value for state in State], default=[], help="may stand several times"
    )
    deeds = commands.add_parser("audit", help="who of the desk did what, and who was refused")
    deeds.add_argument("--request", type=_number, metavar="REQ-12", help="about one request")
    for one in (listing, deeds):
        one.add_argument("--since", type=day, metavar="DAY", help="YYYY-MM-DD, the desk's")
        one.add_argument("--workspace", metavar="TEAM", help="where the bot is installed (T… or E…), if in several")


def command(args: argparse.Namespace, out: TextIO | None = None) -> int:
    """List requests, or deeds; the exit code. Raises SettingsError, DocumentError, CommandError."""
    out = out or sys.stdout
    desk = _desk()
    zone = ZoneInfo(desk.time_zone or "UTC")
    since = datetime.combine(args.since, time(), zone).astimezone(UTC) if args.since else None
    with opened("requests", database_url("requests", "requests")) as engines, engines.reader.connect() as conn:
        workspace = workspace_of(conn, "requests", request, args.workspace)
        if args.act == "audit":
            deeds = audit.listed(conn, workspace, number=args.request, since=since) if workspace else []
            lines = _deeds(deeds, zone, desk)
        else:
            found = _found(conn, workspace, args, since) if workspace else []
            if args.json:
                out.write(export.as_json([{**asdict(one), "number": name(one.number)} for one in found]))
                return 0
            lines = _list(found, zone, desk)
        out.writelines(f"{visible(line)}\n" for line in lines)
    return 0


def _found(conn: Connection, workspace: str, args: argparse.Namespace, since: datetime | None) -> list[Request]:
    states = [State(state) for state in args.state] or (list(_OPEN) if args.open else [])
    return requests.listed(conn, workspace, states=states, since=since)


def _number(given: str) -> int:
    found = _NUMBER.fullmatch(given)
    if found is None:
        raise argparse.ArgumentTypeError(f"{given!r} is no number of a request; write REQ-12")
    return int(found[1])


def _desk() -> Desk:
    config = Settings.from_env(os.environ, serve=False).config
    return desk_reader.load(config) if config else Desk.empty()


def _list(found: Sequence[Request], zone: ZoneInfo, desk: Desk) -> Iterator[str]:
    for one in found:
        whose = desk.host_name(one.assignee.user) or one.assignee.user if one.assignee else "-"
        urgent = "urgent" if one.is_urgent else ""
        line = (
            f"{name(one.number):<8} {one.opened_at.astimezone(zone):%Y-%m-%d %H:%M}  {one.state:<9}  {urgent:<6}  "
            f"{one.language}  {one.way:<10}  {whose:<16}  {one.organisation or ''}"
        )
        yield line.rstrip()
    yield f"{len(found)} request{'' if len(found) == 1 else 's'}, in the time of {zone.key}."


def _deeds(deeds: Sequence[Deed], zone: ZoneInfo, desk: Desk) -> Iterator[str]:
    for deed in deeds:
        who = f"{export.person(deed.who)} {desk.host_name(deed.who.user)}".rstrip()
        about = name(deed.request) if deed.request else "-"
        fate = "" if deed.is_allowed else "  REFUSED"
        yield f"{deed.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {about:<8}  {deed.act:<22}  {who}{fate}"
    yield f"{len(deeds)} act{'' if len(deeds) == 1 else 's'}, in the time of {zone.key}."
