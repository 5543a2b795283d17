"""`partnerdesk check`: shows every problem of the knowledge and the catalogues at once."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TextIO

from bot import paths, rules
from bot.cli import terminal
from bot.document import Problem, Problems
from bot.knowledge.check import Checked, RankOf, check
from bot.knowledge.check.accept import NotAcceptable, NotEditable, accept
from bot.knowledge.check.collisions import Rank
from bot.knowledge.check.todo import todo
from bot.knowledge.load import parse
from bot.knowledge.schema import Knowledge
from bot.model import Language
from bot.understand.normalise import same

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2

_PROGRESS_STEP: Final = 50  # phrasings between two signs of life


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    parser.add_argument("--strict", action="store_true", help="drafts, stale texts and few phrasings are errors too")
    parser.add_argument("--json", action="store_true", help="print a JSON list of problems, for editors")
    parser.add_argument("--no-collisions", action="store_true", help="do not fit the model and ask it every phrasing")
    terminal.add_knowledge_argument(parser)
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--entry", metavar="ID", help="say what is still to do for one entry, such as cyberday.deal-lock")
    one.add_argument(
        "--accept",
        nargs=2,
        metavar=("ENTRY", "LANG"),
        help="say that a text is up to date: its revision becomes that of the facts",
    )


def command(args: argparse.Namespace) -> int:
    """Check the knowledge of the settings with the model fitted from it."""
    return run(args, knowledge_dir=terminal.knowledge_folder(args.knowledge), rank=_rank(args.knowledge))


def _rank(folder: Path | None) -> RankOf:
    def fitted(_: Knowledge) -> Rank:
        reader = terminal.edition(folder).reader

        def rank(programme: str, language: Language, phrasing: str) -> str | None:
            del language  # one model knows all four
            found = reader.first(programme, phrasing)
            return found.entry if found else None

        return rank

    return fitted


def run(
    args: argparse.Namespace,
    *,
    knowledge_dir: Path | None = None,
    locales_dir: Path | None = None,
    rank: RankOf | None = None,
    out: TextIO | None = None,
) -> int:
    """Run the command.

    Args:
        args: What `add_arguments` reads.
        knowledge_dir: The knowledge; that of the settings unless told.
        locales_dir: The catalogues; the shipped ones unless told.
        rank: Fits the model of a knowledge; without it the proof of collisions is left out.
        out: Where the problems go; the standard output unless told.

    Returns:
        The exit code: 1 if there are errors (with --strict, warnings too), 2 for an unknown entry or language.

    """
    out = out or sys.stdout
    knowledge_dir = knowledge_dir or paths.knowledge_dir()
    locales_dir = locales_dir or paths.locales_dir()
    if args.accept:
        return _accept(knowledge_dir, *args.accept, out=out)
    fit = None if args.no_collisions else rank
    checked = check(
        knowledge_dir,
        locales_dir,
        same=same,
        rules=rules.problems,
        rank=fit,
        only=args.entry,
        progress=_show_progress if sys.stderr.isatty() else None,
    )
    if fit and not checked.asked:
        print("collisions were not looked for: mend the errors of form first", file=sys.stderr)
    return _one_entry(args, checked, out) if args.entry else _everything(args, checked, out)


def _everything(args: argparse.Namespace, checked: Checked, out: TextIO) -> int:
    errors = _errors(checked.problems, strict=args.strict)
    if args.json:
        _print_json(checked.problems, out)
        return FAILED if errors else DONE
    for problem in checked.problems:
        print(problem, file=out)
    entries = sum(1 for _ in checked.knowledge.entries())
    wrong = sum(not problem.warning for problem in checked.problems)
    warnings = len(checked.problems) - wrong
    counts = f"{_count(wrong, 'error')}, {_count(warnings, 'warning')} in {_count(entries, 'entry', 'entries')}"
    print(counts if checked.asked else f"{counts}; collisions were not looked for", file=out)
    return FAILED if errors else DONE


def _one_entry(args: argparse.Namespace, checked: Checked, out: TextIO) -> int:
    entry = checked.knowledge.entry(args.entry)
    if entry is None:
        print(f"no entry {args.entry!r}; an id is PROGRAMME.NAME or action.NAME", file=sys.stderr)
        return USAGE
    tasks = todo(entry, checked.knowledge, checked.contracts, checked.problems)
    problems = [problem for task in tasks for problem in task.problems]
    if args.json:
        _print_json(problems, out)
    else:
        for task in tasks:
            print(task, file=out)
    is_missing = any(task.is_missing for task in tasks)
    return FAILED if is_missing or _errors(problems, strict=args.strict) else DONE


def _accept(knowledge_dir: Path, entry: str, language: str, *, out: TextIO) -> int:
    try:
        print(accept(knowledge_dir, parse(knowledge_dir, Problems()), entry, language), file=out)
    except NotAcceptable as error:
        print(error, file=sys.stderr)
        return USAGE
    except (NotEditable, OSError) as error:
        print(error, file=sys.stderr)
        return FAILED
    return DONE


def _errors(problems: Iterable[Problem], *, strict: bool) -> bool:
    return any(strict or not problem.warning for problem in problems)


def _print_json(problems: Iterable[Problem], out: TextIO) -> None:
    """A list of {"file", "line", "level": "error" or "warning", "message"}; files are named as in the text form."""
    found = [
        {
            "file": problem.file,
            "line": problem.line,
            "level": "warning" if problem.warning else "error",
            "message": problem.message,
        }
        for problem in problems
    ]
    json.dump(found, out, ensure_ascii=False, indent=2)
    print(file=out)


def _count(n: int, one: str, many: str | None = None) -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"


def _show_progress(done: int, total: int) -> None:
    if done == total:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    elif done % _PROGRESS_STEP == 0:
        print(f"\rasking the model: {done} of {total} phrasings", end="", file=sys.stderr, flush=True)
