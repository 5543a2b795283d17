"""`partnerdesk reports`: the reports of language errors, as lists, tables and patches; also while the desk runs."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

from bot import paths
from bot.cli import terminal
from bot.cli.database import database_url, opened, workspace_of
from bot.cli.export import person, write
from bot.cli.patch import patch
from bot.cli.report_export import all_as_json, as_csv, as_json
from bot.cli.terminal import CommandError, visible
from bot.model import LANGUAGES
from bot.report import CLOSED, Report, Reporter, State, name
from bot.store import reports as stored
from bot.store.tables import report

_OPEN: Final = tuple(state for state in State if state not in CLOSED)
_NUMBER: Final = re.compile(r"(?:TR-)?(\d{1,9})", re.IGNORECASE | re.ASCII)
_SHORT: Final = 60  # characters of a text in a list


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    commands = parser.add_subparsers(dest="act", required=True, metavar="list|show|export|patch")
    listing = commands.add_parser("list", help="a line for each report")
    show = commands.add_parser("show", help="all of one report")
    show.add_argument("--json", action="store_true", help="as JSON")
    export = commands.add_parser("export", help="all reports, for a spreadsheet or a program")
    export.add_argument("--format", choices=("csv", "json"), required=True)
    export.add_argument("file", nargs="?", type=Path, metavar="FILE", help="written readable by you alone")
    patching = commands.add_parser("patch", help="print what a fixed report changes in the texts of the bot")
    terminal.add_knowledge_argument(patching)
    for one in (show, patching):
        one.add_argument("number", type=_number, metavar="TR-12")
    for one in (listing, export):
        one.add_argument("--language", action="append", choices=LANGUAGES, default=[], help="may stand several times")
        states = one.add_mutually_exclusive_group()
        states.add_argument(
            "--state",
            action="append",
            choices=[state.value for state in State],
            default=[],
            help="may stand several times",
        )
        states.add_argument("--open", action="store_true", help="those that are not closed")
    for one in (listing, show, export, patching):
        one.add_argument("--workspace", metavar="TEAM", help="where the bot is installed (T… or E…), if in several")


def command(args: argparse.Namespace, out: TextIO | None = None) -> int:
    """List, show, export or patch; the exit code. Raises SettingsError, CommandError."""
    out = out or sys.stdout
    told = _told(args)
    if args.act == "export":
        text = all_as_json(told) if args.format == "json" else as_csv(one for one, _ in told)
        write(text, args.file, out, command="reports")
        return 0
    if args.act == "list":
        out.writelines(f"{line}\n" for line in _list([one for one, _ in told]))
        return 0
    if not told:
        raise CommandError(f"reports: there is no {name(args.number)}; see `partnerdesk reports list`")
    ((report, reporters),) = told
    if args.act == "patch":
        folder = terminal.knowledge_folder(args.knowledge)
        return patch(report, knowledge_dir=folder, locales_dir=paths.locales_dir(), out=out)
    out.write(as_json(report, reporters) if args.json else "".join(f"{line}\n" for line in _shown(report, reporters)))
    return 0


def _number(given: str) -> int:
    found = _NUMBER.fullmatch(given.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{given!r} is no report; write its number, such as TR-12")
    return int(found[1])


def _told(args: argparse.Namespace) -> list[tuple[Report, Sequence[Reporter]]]:
    """The reports that are meant, by number, each with those who have told of it."""
    with opened("reports", database_url("reports", "reports")) as engines, engines.reader.connect() as conn:
        workspace = workspace_of(conn, "reports", report, args.workspace)
        if workspace is None:
            return []
        if args.act in {"list", "export"}:
            states = _OPEN if args.open else [State(state) for state in args.state]
            found = stored.listed(conn, workspace, languages=args.language, states=states)
        else:
            one = stored.load(conn, workspace, args.number)
            found = [] if one is None else [one]
        if args.act == "list":
            return [(one, ()) for one in found]
        return [(one, stored.reporters(conn, workspace, one.number)) for one in found]


def _list(found: Sequence[Report]) -> Iterator[str]:
    for one in found:
        line = f"{name(one.number):<7} {one.state:<9} {one.language}  {one.opened_at:%Y-%m-%d}  {_summary(one)}"
        yield line.rstrip()
    yield f"{len(found)} report{'' if len(found) == 1 else 's'}."


def _summary(one: Report) -> str:
    words = _short(one.wrong or one.said)
    if one.suggestion:
        words += f" → {_short(one.suggestion)}"
    about = one.entry or one.place
    return f"{_short(about)}: {words}" if about and words else words or _short(about) or f"{len(one.pictures)} pictures"


def _shown(one: Report, reporters: Sequence[Reporter]) -> Iterator[str]:
    yield f"{name(one.number)}  {one.state}"
    for label, value in _facts(one):
        yield from _labelled(label, value)
    for text in one.texts:
        yield from _labelled("text", f"{text.file or 'code'}:{text.line} {text.key}\n{text.text}")
        yield from _labelled("becomes", text.final)
    for picture in one.pictures:
        yield from _labelled("picture", f"{picture.id} {picture.state} {picture.fault}".rstrip())
    for told in reporters:
        yield from _labelled("told by", f"{person(told.who)}, in {told.language}, {_minute(told.at)}")
    for change in one.history:
        number = name(change.number) if change.number else ""
        parts = [_minute(change.at), change.act, person(change.who), number, change.words]
        yield from _labelled("then", "  ".join(part for part in parts if part))


def _facts(one: Report) -> Iterator[tuple[str, str]]:
    yield "language", one.language
    yield "programme", one.programme or ""
    yield "kind", one.kind or ""
    yield "place", one.place
    yield "entry", one.entry
    yield "wrong", one.wrong
    yield "suggested", one.suggestion
    yield "said", one.said
    yield "assignee", person(one.assignee)
    yield "final", one.final
    yield "visible", str(one.visible_on or one.visible or "")
    yield "reason", one.reason or ""
    yield "words", one.words
    yield "same as", name(one.duplicate_of) if one.duplicate_of else ""
    yield "near", ", ".join(name(number) for number in one.near)


def _labelled(label: str, value: str) -> Iterator[str]:
    """A value with its label, further lines below it; nothing for an empty one."""
    for n, line in enumerate(value.split("\n") if value else []):
        yield f"{'' if n else label:<10} {visible(line)}".rstrip()


def _short(text: str) -> str:
    words = " ".join(text.split())
    return visible(words if len(words) <= _SHORT else f"{words[: _SHORT - 1].rstrip()}…")


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
