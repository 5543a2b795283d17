"""`growth`: fit, memory and answer as a programme gets more entries, and as programmes get more."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import paths
from bot.edition import ensure_models
from bot.knowledge.load import load
from tests.benchmarks import synthetic
from tests.benchmarks.report import Cell, Table, progress
from tests.benchmarks.synthetic import Shape


@dataclass(frozen=True, slots=True)
class Size:
    """The shapes that are measured, and how many questions each is asked."""

    entries: Sequence[Shape]
    programmes: Sequence[Shape]
    questions: int


_SHIPPED_ENTRIES = 20  # in a programme
_FEW = 3  # phrasings: with 25 the largest would take a quarter of an hour to fit
_FEWEST = 2  # for a hundred programmes

FULL = Size(
    entries=[Shape(1, 41, 25), *(Shape(1, entries, _FEW) for entries in (41, 100, 250, 500))],
    programmes=[Shape(programmes, _SHIPPED_ENTRIES, _FEWEST) for programmes in (2, 10, 30, 100)],
    questions=400,
)
SMALL = Size(entries=[Shape(1, 3, 2)], programmes=[Shape(2, 3, 2)], questions=5)


def run(size: Size = FULL) -> Iterator[Table]:
    """Measure every shape, in a process of its own each."""
    notes = ["Synthetic knowledge (synthetic.py); phrasings: of each entry and action, in each language."]
    yield Table(
        "Growth within one programme",
        ("entries", "phrasings", "fit s", "models MiB", "memory MiB", "median ms", "p99 ms"),
        [_in_one(shape, size.questions) for shape in size.entries],
        [*notes, "Memory: resident, of a fresh process that has opened knowledge and models."],
    )
    yield Table(
        f"Growth of programmes, {size.programmes[0].entries} entries each",
        (
            "programmes",
            "phrasings",
            "fit s",
            "models MiB",
            "memory MiB",
            "known: median ms",
            "p99 ms",
            "unknown: median ms",
            "p99 ms",
        ),
        [_in_many(shape, size.questions) for shape in size.programmes],
        [*notes, "Known: the channel or partner tells the programme; unknown: every programme is asked."],
    )


def _in_one(shape: Shape, questions: int) -> Sequence[Cell]:
    told = _measured(shape, questions)
    answer = told["known"]
    return (shape.entries, shape.phrasings, told["fit"], told["size"], told["memory"], answer["median"], answer["p99"])


def _in_many(shape: Shape, questions: int) -> Sequence[Cell]:
    told = _measured(shape, questions)
    answers = [told[name][figure] for name in ("known", "unknown") for figure in ("median", "p99")]
    return (shape.programmes, shape.phrasings, told["fit"], told["size"], told["memory"], *answers)


def _measured(shape: Shape, questions: int) -> dict[str, Any]:
    progress(f"{shape.programmes} x {shape.entries} entries, {shape.phrasings} phrasings: fitting")
    with tempfile.TemporaryDirectory(prefix="partnerdesk-benchmark-") as folder:
        cache, knowledge = Path(folder) / "cache", synthetic.write(shape, Path(folder) / "knowledge")
        loaded = load(knowledge)
        began = time.perf_counter()
        models = ensure_models(loaded, knowledge, cache, lambda _done, _of, _name: None)
        fit = time.perf_counter() - began
        size = sum(file.stat().st_size for file in models.iterdir()) / 2**20
        child = subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, "-m", "tests.benchmarks.opened", str(knowledge), str(cache), str(questions)],
            cwd=paths.PROJECT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    return {**json.loads(child.stdout), "fit": fit, "size": size}
