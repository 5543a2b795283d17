"""`partnerdesk eval`: how well the bot answers labelled questions, per language and style; and what to mend first."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

from bot import paths
from bot.cli.ask import as_json, ask
from bot.cli.terminal import (
    FAILURE,
    USAGE,
    CommandError,
    add_knowledge_argument,
    edition,
    knowledge_folder,
    progress_bar,
)
from bot.edition import Edition
from bot.evaluation import told
from bot.evaluation.cases import Case, CasesError, read_cases
from bot.evaluation.score import ACTION, FAR, NEAR, Grade, Result, asker, grade, share
from bot.knowledge.load import digest
from bot.model import LANGUAGES
from bot.understand import decide
from bot.understand.language import SHORT

_SETS: Final = paths.PROJECT / "tests" / "eval"
_STYLES: Final = ("plain", "terse", "chatty", "typo", "noaccent", "indirect", ACTION)
_SHOWN: Final = 25
_PROGRESS_EVERY: Final = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="labelled questions (default: tests/eval/dev_*.jsonl)"
    )
    parser.add_argument("--misses", action="store_true", help="list every question that was not answered right")
    parser.add_argument(
        "--weak", action="store_true", help="list the phrasings that only they themselves hold, worst first"
    )
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="another knowledge folder: which answers change")
    parser.add_argument(
        "--calibrate", action="store_true", help="fit the confidence and thresholds; write decision.yml"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    add_knowledge_argument(parser)


def command(args: argparse.Namespace, out: TextIO | None = None) -> int:
    """Measure; 0 unless a file cannot be read."""
    out = out or sys.stdout
    folder = knowledge_folder(args.knowledge)
    if args.calibrate and not (folder / decide.FILE).exists():
        (folder / decide.FILE).write_text(decide.as_yaml(decide.neutral(digest(folder)), {}), encoding="utf-8")
    opened = edition(folder)
    if args.weak:
        return _weak(opened, out)
    cases = _cases(args.files, with_rules=args.calibrate)
    if args.calibrate:
        return _calibrate(opened, folder, cases, out)
    results = _ask(opened, cases, "asked")
    if args.against:
        return _compare(results, _ask(edition(args.against), cases, "asked again"), out)
    if args.json:
        print(json.dumps(figures(results), indent=2), file=out)
        return 0
    _print_tables(results, out)
    if args.misses:
        _print_misses(results, out)
    if not args.files:
        _told(opened, out, with_misses=args.misses)
    return 0


def _told(opened: Edition, out: TextIO, *, with_misses: bool) -> None:
    """The sets of questions to compute and of values to find, as `ask --json` answers them."""

    def answer(row: Mapping[str, Any]) -> Mapping[str, Any]:
        return as_json(None, ask(opened, dict(row)), "")

    print(file=out)
    for title, pattern in (("Computed right", "rules_*.jsonl"), ("Values found right", "slots_*.jsonl")):
        checked = [one for path in sorted(_SETS.glob(pattern)) for one in told.check(told.read_rows(path), answer)]
        right = sum(one.is_right for one in checked)
        print(f"{title}: {right} of {len(checked)}", file=out)
        for one in checked if with_misses else ():
            if not one.is_right:
                print(f"  {one.row['lang']} {one.row['text']}\n     gives {one.given}", file=out)


def _cases(files: Sequence[Path], *, with_rules: bool = False) -> list[Case]:
    found = list(files) or sorted(_SETS.glob("dev_*.jsonl"))
    if with_rules and not files:
        found += sorted(_SETS.glob("rules_dev.jsonl"))
    if not found:
        raise CommandError("eval: name a file of labelled questions", USAGE)
    try:
        return read_cases(found)
    except (CasesError, OSError) as error:
        raise CommandError(f"eval: {error}") from error


def _ask(opened: Edition, cases: Sequence[Case], what: str) -> list[Result]:
    ask = asker(opened.conversation)
    results = []
    for number, case in enumerate(cases, start=1):
        reply = ask(case)
        results.append(Result(case, reply, grade(case, reply)))
        if number % _PROGRESS_EVERY == 0 or number == len(cases):
            progress_bar(number, len(cases), what)
    return results


def figures(results: Sequence[Result]) -> dict[str, dict[str, float]]:
    """The shares that count, per language and for all: fractions of 1."""
    found = {}
    for language in (*LANGUAGES, "all"):
        own = [result for result in results if language in ("all", result.case.language)]
        if not own:
            continue
        inside = [result for result in own if result.case.expect]
        far = [result for result in own if result.case.style == FAR]
        near = [result for result in own if result.case.style == NEAR]
        actions = [result for result in own if result.case.style == ACTION]
        long = [result for result in own if len(result.case.text.split()) >= SHORT]
        found[language] = {
            "questions": len(own),
            "right": share(inside, Grade.RIGHT),
            "assisted": share(inside, Grade.ASSISTED),
            "wrong": share(inside, Grade.WRONG),
            "missed": share(inside, Grade.MISSED),
            "actions_right": share(actions, Grade.RIGHT),
            "far_answered": share(far, Grade.WRONG),
            "far_offered": share(far, Grade.ASSISTED),
            "near_answered": share(near, Grade.WRONG),
            "near_offered": share(near, Grade.ASSISTED),
            "language_right": sum(one.reply.language == one.case.language for one in long) / len(long) if long else 0.0,
        }
    return found


def _print_tables(results: Sequence[Result], out: TextIO) -> None:
    print("In percent, of the questions with an answer:", file=out)
    head = f"{'language':9}{'style':10}{'n':>5}" + "".join(f"{one:>10}" for one in Grade)
    print(head, file=out)
    for language in (*LANGUAGES, "all"):
        own = [one for one in results if language in ("all", one.case.language) and one.case.expect]
        for style in (*_STYLES, "all"):
            rows = [one for one in own if style in ("all", one.case.style)]
            if rows:
                shares = "".join(f"{100 * share(rows, one):10.1f}" for one in Grade)
                print(f"{language:9}{style:10}{len(rows):5}{shares}", file=out)
    print("\nOut of scope, and the language of the reply:", file=out)
    print(
        f"{'language':9}{'far answered':>14}{'far offered':>13}"
        f"{'near answered':>15}{'near offered':>14}{'language right':>16}",
        file=out,
    )
    for language, row in figures(results).items():
        print(
            f"{language:9}{100 * row['far_answered']:14.1f}{100 * row['far_offered']:13.1f}"
            f"{100 * row['near_answered']:15.1f}{100 * row['near_offered']:14.1f}{100 * row['language_right']:16.1f}",
            file=out,
        )
    confused = Counter(
        (one.case.expect[0], one.given) for one in results if one.grade is Grade.WRONG and one.case.expect
    )
    if confused:
        print("\nConfusions (wanted, given, times):", file=out)
        for (wanted, given), times in confused.most_common(_SHOWN):
            print(f"  {wanted:34} {given:34} {times}", file=out)


def _print_misses(results: Sequence[Result], out: TextIO) -> None:
    print("\nNot answered right:", file=out)
    for one in results:
        if one.grade is not Grade.RIGHT:
            wanted = " or ".join(one.case.expect) or "nothing"
            first = one.reply.candidates[0] if one.reply.candidates else None
            best = f"{first.entry} {first.confidence:.0%}" if first else "nothing found"
            print(f"  {one.grade:9}{one.case.id:12} {one.case.text}\n{'':22}wanted {wanted}; best {best}", file=out)


def _compare(before: Sequence[Result], after: Sequence[Result], out: TextIO) -> int:
    changed = [(one, other) for one, other in zip(before, after, strict=True) if one.given != other.given]
    for one, other in changed:
        print(
            f"{one.case.language}  {one.case.text}\n    {one.given} ({one.grade}) -> {other.given} ({other.grade})",
            file=out,
        )
    print(f"{len(changed)} of {len(before)} answers change", file=out)
    return 0


def _weak(opened: Edition, out: TextIO) -> int:
    from bot.evaluation import weak  # noqa: PLC0415 - scikit-learn is only needed here

    found = weak.phrasings(opened.knowledge, opened.reader.decision, progress_bar)
    for one in found:
        print(
            f"{one.confidence:6.1%}  {one.language}  {one.entry:34} {one.text}\n{'':11}without it: {one.instead}",
            file=out,
        )
    print(f"{len(found)} phrasings are held only by themselves", file=out)
    return 0


def _calibrate(opened: Edition, folder: Path, cases: Sequence[Case], out: TextIO) -> int:
    from bot.evaluation.calibrate import calibrate  # noqa: PLC0415 - scikit-learn is only needed here

    began = time.monotonic()
    print("Weighing the evidence and choosing thresholds …", file=sys.stderr)
    decision = calibrate(opened.knowledge, opened.reader, cases)
    file = folder / decide.FILE
    file.write_text(decide.as_yaml(decision, {}), encoding="utf-8")
    results = _ask(edition(folder), cases, "asked")
    rounded = {name: {key: round(value, 4) for key, value in row.items()} for name, row in figures(results).items()}
    file.write_text(decide.as_yaml(decision, rounded["all"]), encoding="utf-8")
    _print_tables(results, out)
    print(f"\nWritten: {file} ({time.monotonic() - began:.0f} s)", file=out)
    return 0 if results else FAILURE
