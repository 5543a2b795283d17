"""`values`: finding dates, durations, counts and money in questions, with nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bot.evaluation.cases import Case, read_cases
from bot.understand.normalise import words
from bot.understand.slots.values import values
from tests.benchmarks.measure import Spread, timed
from tests.benchmarks.report import Table, progress

_SETS = Path(__file__).parent.parent / "eval"
_TODAY = date(2026, 11, 23)


def run() -> Iterator[Table]:
    """Measure on the labelled questions, which mostly hold no value, and on those that all hold one."""
    questions = read_cases(sorted(_SETS.glob("dev_*.jsonl")))
    told = [_case(json.loads(line)) for line in _lines("slots_dev.jsonl")] + read_cases([_SETS / "rules_dev.jsonl"])
    rows = []
    for name, cases in (("labelled questions", questions), ("questions and phrases with values", told)):
        progress(f"values of {len(cases)} {name}")
        timed(_find, cases)
        spread = Spread.of(timed(_find, cases))
        rows.append((f"{len(cases)} {name}", spread.median, spread.p90, spread.p99, spread.most))
    yield Table(
        "Values found in a question",
        ("ms", "median", "p90", "p99", "max"),
        rows,
        ["Budget: median 0.5 ms."],
    )


def _find(case: Case) -> object:
    return values(words(case.text), case.language, _TODAY)


def _case(row: dict[str, str]) -> Case:
    return Case(row["id"], row["lang"], None, row["text"], (), "plain")


def _lines(name: str) -> list[str]:
    return (_SETS / name).read_text(encoding="utf-8").splitlines()
