"""A fresh process that opens a knowledge whose models are fitted: its memory, and how fast it answers then.

`python -m tests.benchmarks.opened KNOWLEDGE CACHE QUESTIONS` prints one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path

from bot import paths
from bot.edition import open_edition
from bot.evaluation.cases import read_cases
from tests.benchmarks.answer import answering
from tests.benchmarks.measure import Spread, resident, timed
from tests.benchmarks.synthetic import QUESTIONS

_WARM_UP = 20


def main() -> None:
    """Open, look at the memory, answer."""
    knowledge, cache, questions = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    edition = open_edition(knowledge, paths.locales_dir(), cache)
    memory = resident(os.getpid())
    cases = read_cases([knowledge / QUESTIONS])
    cases = cases[:: max(1, len(cases) // questions)][:questions]
    answer = answering(edition)
    told = {"memory": memory, "questions": len(cases)}
    for name, asked in (("known", cases), ("unknown", [replace(case, programme=None) for case in cases])):
        timed(answer, asked[:_WARM_UP])
        told[name] = asdict(Spread.of(timed(answer, asked)))
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
