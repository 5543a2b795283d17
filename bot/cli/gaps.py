"""`partnerdesk gaps`: what the knowledge lacks, entries drafted from what staff have answered, and cases for the tests.

Also while the desk runs.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TextIO, TypeVar

from sqlalchemy import Connection, Table

from bot.cli.database import database_url, opened, workspace_of
from bot.cli.export import as_json
from bot.cli.terminal import USAGE, CommandError, add_knowledge_argument, edition, knowledge_folder, visible
from bot.evaluation.score import ACTION, NEAR
from bot.flows.gaps import Group, grouped, with_nearest
from bot.gap import Gap, GapKind, Regression
from bot.knowledge.load import CONTRACT, load
from bot.knowledge.schema import ACTION_PREFIX
from bot.knowledge.stub import Stub, stub
from bot.model import LANGUAGES, Outcome
from bot.request import name
from bot.store import gaps as stored
from bot.store import regressions
from bot.store.tables import gap, regression
from bot.understand.normalise import same, words

T = TypeVar("T")

_ACTS: Final = ("list", "drafts", "show", "cases")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_SINCE: Final = re.compile(r"([0-9]{1,5})([dw])")
_UNITS: Final = {"d": timedelta(days=1), "w": timedelta(weeks=1)}
_SHORT: Final = 100  # characters of a question in a list
_EXAMPLES: Final = 3
_PLAIN: Final = "plain"  # the style of a case that is none of the others


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "act",
        nargs="?",
        choices=_ACTS,
        default="list",
        metavar="list|drafts|show|cases",
        help="list (as without a word): what was not answered well, alike questions together; drafts: entries that "
        "staff had drafted; show N: one of them, as YAML; cases: what staff say should be answered, for eval",
    )
    parser.add_argument("number", nargs="?", type=_number, metavar="N", help="of a draft: what to paste into the files")
    parser.add_argument(
        "--since", type=_since, metavar="30d", help="days or weeks (4w) back (default: all that is kept)"
    )
    parser.add_argument("--language", action="append", choices=LANGUAGES, default=[], help="may stand several times")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--programme", metavar="ID", help="with show: for which, where the draft names none")
    parser.add_argument("--workspace", metavar="TEAM", help="where the bot is installed (T… or E…), if in several")
    add_knowledge_argument(parser)


def command(args: argparse.Namespace, out: TextIO | None = None) -> int:
    """List, show or export; the exit code. Raises SettingsError, DocumentError, CommandError."""
    out = out or sys.stdout
    if (args.act == "show") is not (args.number is not None):
        raise CommandError("gaps: write `show N`, with the number of a draft; see `partnerdesk gaps drafts`", USAGE)
    if args.act == "cases":
        out.writelines(f"{json.dumps(_as_case(one), ensure_ascii=False)}\n" for one in _cases(args))
        return 0
    found = _found(args)
    if args.act == "show":
        made = _stub(found, args)
        out.write(as_json(_stub_as_data(made)) if args.json else _pasted(made))
    elif args.act == "drafts":
        out.write(as_json([_draft_as_data(one) for one in found]) if args.json else _lines(_drafts(found)))
    else:
        groups = _groups(found, args)
        out.write(as_json([_group_as_data(one) for one in groups]) if args.json else _lines(_list(groups, found)))
    return 0


def _number(given: str) -> int:
    if not _NUMBER.fullmatch(given):
        raise argparse.ArgumentTypeError(f"{given!r} is no number of a draft")
    return int(given)


def _since(given: str) -> timedelta:
    found = _SINCE.fullmatch(given)
    if found is None:
        raise argparse.ArgumentTypeError(f"{given!r} is no stretch of time; write days or weeks, such as 30d or 4w")
    return int(found[1]) * _UNITS[found[2]]


def _begin(args: argparse.Namespace) -> datetime | None:
    return None if args.since is None else datetime.now(UTC) - args.since


def _read(args: argparse.Namespace, table: Table, unit: Callable[[Connection, str], list[T]]) -> list[T]:
    """What a unit finds in the workspace that is meant; nothing where the table holds nothing."""
    with opened("gaps", database_url("gaps", "gaps")) as engines, engines.reader.connect() as conn:
        workspace = workspace_of(conn, "gaps", table, args.workspace)
        return [] if workspace is None else unit(conn, workspace)


def _found(args: argparse.Namespace) -> list[Gap]:
    """The gaps that are meant, the newest first."""
    kinds = (GapKind.DRAFT,) if args.act == "drafts" else ()

    def unit(conn: Connection, workspace: str) -> list[Gap]:
        if args.act != "show":
            return stored.listed(conn, workspace, since=_begin(args), languages=args.language, kinds=kinds)
        one = stored.load(conn, workspace, args.number)
        return [one] if one is not None and one.kind is GapKind.DRAFT else []

    return _read(args, gap, unit)


def _cases(args: argparse.Namespace) -> list[Regression]:
    """What staff say of each question; of one that was judged twice, what was said last."""
    begin = _begin(args)
    last = {
        (one.language, one.programme, same(one.text)): one
        for one in _read(args, regression, regressions.listed)
        if (not args.language or one.language in args.language) and (begin is None or one.at >= begin)
    }
    return sorted(last.values(), key=lambda one: one.number)


def _as_case(one: Regression) -> dict[str, Any]:
    """A line as `partnerdesk eval` reads it."""
    is_outside = one.expected == Outcome.FALLBACK
    style = NEAR if is_outside else ACTION if one.expected.startswith(ACTION_PREFIX) else _PLAIN
    return {
        "id": f"case-{one.number}",
        "lang": one.language,
        "programme": one.programme,
        "text": one.text,
        "expect": [] if is_outside else [one.expected],
        "style": style,
    }


# Lists


def _groups(found: Sequence[Gap], args: argparse.Namespace) -> list[Group]:
    """By language, and then by how many there are."""
    groups = sorted(grouped(found), key=lambda group: LANGUAGES.index(group.language))
    return with_nearest(groups, edition(args.knowledge).reader) if groups else []


def _list(groups: Sequence[Group], found: Sequence[Gap]) -> Iterator[str]:
    for group in groups:
        kinds = ", ".join(f"{kind} {n}" for kind, n in group.kinds.items())
        near = f"; nearest: {group.nearest}" if group.nearest else ""
        yield f"{group.language} {group.count:>4}  {kinds}{near}"
        yield from (f"{'':<9}{_short(text)}" for text in group.texts[:_EXAMPLES])
        if len(group.texts) > _EXAMPLES:
            yield f"{'':<9}… and {len(group.texts) - _EXAMPLES} more like these"
    drafts = sum(one.kind is GapKind.DRAFT for one in found)
    end = f"; {_count(drafts, 'draft')}: see `partnerdesk gaps drafts`" if drafts else ""
    yield f"{_count(len(found), 'gap')} in {_count(len(groups), 'group')}{end}."


def _group_as_data(group: Group) -> dict[str, Any]:
    return {
        "language": group.language,
        "count": group.count,
        "kinds": {kind.value: n for kind, n in group.kinds.items()},
        "nearest": group.nearest or None,
        "programmes": group.programmes,
        "texts": group.texts,
    }


# Drafts


def _drafts(found: Sequence[Gap]) -> Iterator[str]:
    for one in found:
        about = f"{one.programme or '?':<9} {name(one.request) if one.request else '':<8}"
        yield f"{one.number:<5} {one.language}  {one.at:%Y-%m-%d}  {about} {_short(words(one.text))}"
    yield f"{_count(len(found), 'draft')}."


def _draft_as_data(one: Gap) -> dict[str, Any]:
    return {
        "number": one.number,
        "language": one.language,
        "programme": one.programme,
        "at": one.at,
        "request": name(one.request) if one.request else None,
        "question": words(one.text),
        "answer": one.answer,
    }


def _stub(found: Sequence[Gap], args: argparse.Namespace) -> Stub:
    if not found:
        raise CommandError(f"gaps: there is no draft {args.number}; see `partnerdesk gaps drafts`")
    (draft,) = found
    knowledge = load(knowledge_folder(args.knowledge))
    programme: str = args.programme or draft.programme or ""
    if programme not in knowledge.programmes:
        known = ", ".join(knowledge.programmes)
        raise CommandError(f"gaps: which programme is it for? name one of {known} with --programme", USAGE)
    return stub(
        knowledge,
        programme=programme,
        language=draft.language,
        question=words(draft.text),
        answer=draft.answer,
        same=same,
    )


def _pasted(made: Stub) -> str:
    """The parts, each below the name of its file; what is no YAML is a comment."""
    folder = made.id.partition(".")[0]
    parts = {f"{folder}/{CONTRACT}": made.programme_yml}
    parts |= {f"{folder}/{language}.yml": text for language, text in made.texts.items()}
    notes = "".join(f"# {visible(collision)}\n" for collision in made.collisions)
    return notes + "\n".join(f"# to the end of {file}\n{text}" for file, text in parts.items())


def _stub_as_data(made: Stub) -> dict[str, Any]:
    return {
        "id": made.id,
        "programme_yml": made.programme_yml,
        "texts": dict(made.texts),
        "collisions": made.collisions,
    }


# Words


def _lines(lines: Iterator[str]) -> str:
    return "".join(f"{visible(line)}\n" for line in lines)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1].rstrip()}…"


def _count(n: int, one: str) -> str:
    return f"{n} {one}{'' if n == 1 else 's'}"
