"""`partnerdesk ask`: one question, or a file of them, and what the bot replies; the contract is in README."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from bot.cli.terminal import FAILURE, USAGE, CommandError, add_knowledge_argument, day, edition, progress_bar, turn
from bot.edition import Edition
from bot.model import LANGUAGES, Channel, Language, Person, PersonId, Place, Question, Reply, Thread

_NOBODY: Final = Person(PersonId("", ""))
_VALUE_KINDS: Final = frozenset({"date", "duration", "count", "money"})
_KEYS: Final = ("id", "text", "programme", "language", "channel_language", "today")
_PROGRESS_EVERY: Final = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("text", nargs="?", metavar="TEXT", help="the question")
    parser.add_argument("--programme", metavar="ID", help="the programme it is about, as a channel would tell")
    parser.add_argument("--language", choices=LANGUAGES, help="the language of the reply; skips detection")
    parser.add_argument("--today", type=day, metavar="YYYY-MM-DD", help="the day it is asked (default: today)")
    parser.add_argument("--json", action="store_true", help="print the reply as one JSON object")
    parser.add_argument("--batch", metavar="FILE", help="read one JSON object a line, write one a line; - is stdin")
    add_knowledge_argument(parser)


def command(args: argparse.Namespace, out: TextIO | None = None) -> int:
    """Answer; 0 for success, 1 if a line of a batch could not be read."""
    out = out or sys.stdout
    if (args.text is None) == (args.batch is None):
        raise CommandError("ask: give one question, or --batch FILE", USAGE)
    lines = None if args.batch is None else _lines(args.batch)
    opened = edition(args.knowledge)
    if lines is not None:
        return _batch(lines, opened, out)
    asked = {"id": None, "text": args.text, "programme": args.programme, "language": args.language, "today": args.today}
    try:
        reply = ask(opened, asked)
    except ValueError as error:
        raise CommandError(f"ask: {error}", USAGE) from error
    text = opened.renderer.plain(reply)
    print(json.dumps(as_json(asked["id"], reply, text), ensure_ascii=False) if args.json else text, file=out)
    return 0


def ask(opened: Edition, asked: dict[str, Any]) -> Reply:
    """The reply to one question of a batch. Raises ValueError that says what is wrong with it."""
    programme, language = asked.get("programme"), asked.get("language")
    channel_language = asked.get("channel_language")
    if not isinstance(asked.get("text"), str):
        raise ValueError('"text" is missing or no text')  # noqa: TRY004 - one kind of error for a line
    if programme is not None and programme not in tuple(opened.knowledge.programmes):  # it may be a list
        raise ValueError(f"unknown programme {programme!r}; known: {', '.join(opened.knowledge.programmes)}")
    for name, value in (("language", language), ("channel_language", channel_language)):
        if value is not None and value not in LANGUAGES:
            raise ValueError(f"unknown {name} {value!r}; known: {', '.join(LANGUAGES)}")
    today = asked.get("today")
    channel = Channel("", Place.TERMINAL, programmes=(programme,) if programme else (), language=channel_language)
    question = Question(
        asked["text"],
        channel,
        today if isinstance(today, date) else _today() if today is None else day(today),
        forced_language=language,
    )
    reply = turn(opened, question, Thread("", ""), _NOBODY).reply
    if reply is None:
        raise ValueError("nothing to reply to")
    return reply


def as_json(id_: object, reply: Reply, text: str) -> dict[str, Any]:
    """A reply in the form of the contract; its keys are never renamed."""
    return {
        "id": id_,
        "language": reply.language,
        "programme": reply.programme,
        "outcome": str(reply.outcome),
        "entry": reply.entry,
        "confidence": round(reply.confidence, 4),
        "candidates": [{"entry": one.entry, "confidence": round(one.confidence, 4)} for one in reply.candidates],
        "slots": reply.slots,
        "values": [
            {"kind": one.kind, "value": one.value, "text": one.text} for one in reply.values if one.kind in _VALUE_KINDS
        ],
        "result": reply.result,
        "asks_for": list(reply.asks_for),
        "text": text,
    }


def _batch(lines: list[str], opened: Edition, out: TextIO) -> int:
    failed = False
    for number, row in enumerate(_answers(lines, opened), start=1):
        failed = failed or "error" in row
        print(json.dumps(row, ensure_ascii=False), file=out)
        if number % _PROGRESS_EVERY == 0 or number == len(lines):
            progress_bar(number, len(lines), "asked")
    return FAILURE if failed else 0


def _answers(lines: Iterable[str], opened: Edition) -> Iterator[dict[str, Any]]:
    for line in lines:
        id_: object = None
        try:
            asked = _object(line)
            id_ = asked.get("id")
            reply = ask(opened, {key: asked.get(key) for key in _KEYS})
            yield as_json(id_, reply, opened.renderer.plain(reply))
        except (ValueError, argparse.ArgumentTypeError, RecursionError) as error:
            yield {"id": id_, "error": str(error)}


def _object(line: str) -> dict[str, Any]:
    try:
        line.encode()
    except UnicodeEncodeError:
        raise ValueError("not UTF-8") from None
    asked = json.loads(line, parse_constant=_refuse)
    if not isinstance(asked, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - as above
    id_ = asked.get("id")
    if not isinstance(id_, str | int | None):
        raise ValueError('"id" is neither a text nor a whole number')  # noqa: TRY004 - as above
    return asked


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _lines(name: str) -> list[str]:
    try:
        # A byte that is no UTF-8 makes an error of its own line, not of the file.
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise CommandError(f"ask: cannot read {name}: {error}") from error
    return [line for line in text.split("\n") if line.strip()]


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def language_of_system(name: str | None) -> Language | None:
    """The language of a locale name such as `fi_FI.UTF-8`, if it is one of ours."""
    code = (name or "")[:2].lower()
    return code if code in LANGUAGES else None
