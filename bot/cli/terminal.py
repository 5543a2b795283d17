"""What the commands that talk share: opening the knowledge with progress shown, and errors in one line."""

from __future__ import annotations

import argparse
import os
import re
import sys
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from bot import paths
from bot.edition import Edition, FitFailed, open_edition
from bot.model import Person, Question, Thread, Turn
from bot.settings import Settings
from bot.understand import foreign

FAILURE: Final = 1
USAGE: Final = 2

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROLS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


class CommandError(Exception):
    """A failure to tell the operator in one line; `code` is the exit code."""

    def __init__(self, message: str, code: int = FAILURE) -> None:
        super().__init__(message)
        self.code = code


def add_knowledge_argument(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which knowledge folder to use."""
    parser.add_argument(
        "--knowledge", type=Path, metavar="FOLDER", help="a knowledge folder other than the shipped one"
    )


def day(text: object) -> date:
    """A day of the calendar, as an argument says it. Raises ArgumentTypeError."""
    try:
        if isinstance(text, str) and _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # such as 30 February
    raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as YYYY-MM-DD")


def knowledge_folder(named: Path | None = None) -> Path:
    """The knowledge folder to use: the named one, else that of the settings. Raises CommandError, SettingsError."""
    if named is not None and not named.is_dir():
        raise CommandError(f"--knowledge: {named} is no folder", USAGE)
    return named or Settings.from_env(os.environ, serve=False).knowledge


def edition(folder: Path | None = None) -> Edition:
    """Open the knowledge, fitting it first if it is new. Raises CommandError, SettingsError, DocumentError."""
    try:
        return open_edition(knowledge_folder(folder), paths.locales_dir(), paths.cache_dir(), progress=show_progress)
    except (FitFailed, ValueError, OSError) as error:
        raise CommandError(str(error)) from error


def turn(opened: Edition, question: Question, thread: Thread, person: Person) -> Turn:
    """The turn that a question leads to; a fifth language is looked for where it is worth it."""
    first = opened.conversation.reply_to(question, thread, person)
    if not first.may_be_foreign:
        return first
    found = foreign.detect(question.text)
    return opened.conversation.reply_to(replace(question, foreign=found), thread, person) if found else first


def show_progress(done: int, of: int, name: str) -> None:
    """Progress of fitting, on stderr."""
    end = "\n" if done == of else "\r" if sys.stderr.isatty() else "\n"
    print(
        f"Learning the phrasings (only after a change): {done} of {of}, {name:<12}",
        end=end,
        file=sys.stderr,
        flush=True,
    )


def progress_bar(done: int, of: int, what: str) -> None:
    """Progress of long work, on stderr, and only where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r{what}: {done} of {of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def visible(text: str) -> str:
    """Text that does nothing to a terminal: signs that control it, or turn the order of others, as escapes."""
    return "".join(
        sign.encode("unicode_escape").decode()
        if unicodedata.category(sign) in _CONTROLS or unicodedata.bidirectional(sign) in _TURNING
        else sign
        for sign in text
    )
