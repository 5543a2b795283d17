"""`answer`: read, reply and render within the process, against RapidFuzz alone on the same phrasings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.edition import Edition
from bot.evaluation.cases import Case
from bot.evaluation.score import asker
from bot.understand.intents import OUTSIDE
from tests.benchmarks.measure import Spread, timed
from tests.benchmarks.report import Cell, Table, progress
from tests.benchmarks.subject import subject
from tests.benchmarks.synthetic import Shape

_WARM_UP = 200
_SCORERS = {"WRatio": fuzz.WRatio, "token_set_ratio": fuzz.token_set_ratio}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is asked: of every question, RapidFuzz, which is slow, is asked each `stride`-th."""

    shape: Shape | None  # None: the shipped knowledge
    stride: int


FULL = Size(None, stride=4)
SMALL = Size(Shape(programmes=2, entries=3, phrasings=4), stride=4)

First = Callable[[Case], str]
"""Finds the entry or action that a question asks for."""


def run(size: Size = FULL) -> Iterator[Table]:
    """Measure speed over all questions, then speed and quality side by side over each `stride`-th."""
    with subject(size.shape) as given:
        edition, cases = given.opened(), given.cases
        some = cases[:: size.stride]
        answer = answering(edition)
        progress(f"answering {len(cases)} questions")
        timed(answer, cases[:_WARM_UP])
        yield Table(
            f"Answer in the process: read, reply, render; {len(cases)} questions, {_phrasings(edition)} phrasings",
            ("ms", "median", "p90", "p99", "max"),
            [("read, reply, render", *_cells(Spread.of(timed(answer, cases))))],
            ["Budget: median 1 ms, p99 10 ms."],
        )
        yield _beside(edition, some, answer)


def answering(edition: Edition) -> Callable[[Case], object]:
    """The whole way from a question's text to blocks."""
    ask = asker(edition.conversation)
    return lambda case: edition.renderer.message(ask(case))


def _beside(edition: Edition, cases: Sequence[Case], answer: Callable[[Case], object]) -> Table:
    ours = Spread.of(timed(answer, cases))
    rows: list[Sequence[Cell]] = [("Partnerdesk", *_cells(ours), 1.0, _right(cases, _our_first(edition)))]
    for name, scorer in _SCORERS.items():
        progress(f"RapidFuzz {name}, {len(cases)} questions")
        first = _rapidfuzz(edition, scorer)
        timed(first, cases[:3])
        found: dict[str, str] = {}
        theirs = Spread.of(timed(lambda case, first=first, found=found: found.update({case.id: first(case)}), cases))
        right = _right(cases, lambda case, found=found: found[case.id])
        rows.append((f"extractOne, {name}", *_cells(theirs), theirs.median / ours.median, right))
    return Table(
        f"Against RapidFuzz process.extractOne on the same phrasings, {len(cases)} of the questions",
        ("ms", "median", "p90", "p99", "max", "times ours (median)", "first one right, %"),
        rows,
        [
            "Right: of the questions with an answer, those whose first candidate is meant, whatever its confidence.",
            "Folding is not counted for RapidFuzz, which gets folded text and no phrasing that is out of scope;",
            "Partnerdesk's time holds everything: language, several questions, decision, reply, blocks.",
        ],
    )


def _cells(spread: Spread) -> tuple[float, float, float, float]:
    return spread.median, spread.p90, spread.p99, spread.most


def _our_first(edition: Edition) -> First:
    ask = asker(edition.conversation)

    def first(case: Case) -> str:
        candidates = ask(case).candidates
        return candidates[0].entry if candidates else ""

    return first


def _rapidfuzz(edition: Edition, scorer: Callable[..., float]) -> First:
    """The label of the phrasing that RapidFuzz finds most similar, among those of the question's programmes."""
    per_programme: dict[str | None, tuple[list[str], list[str]]] = {}
    for programme, model in edition.reader.intents.items():
        kept = [(text, model.classes[n]) for text, n in zip(model._phrasings, model._class_of, strict=True)]
        kept = [(text, label) for text, label in kept if label != OUTSIDE]
        per_programme[programme] = [text for text, _ in kept], [label for _, label in kept]
    everything = [list(part) for part in zip(*per_programme.values(), strict=True)]
    per_programme[None] = (
        [text for texts in everything[0] for text in texts],
        [one for own in everything[1] for one in own],
    )

    def first(case: Case) -> str:
        texts, labels = per_programme[case.programme]
        found = process.extractOne(edition.reader.folded(case.text), texts, scorer=scorer)
        return labels[found[2]] if found else ""

    return first


def _right(cases: Sequence[Case], first: First) -> float:
    asked = [case for case in cases if case.expect]
    return 100 * sum(first(case) in case.expect for case in asked) / len(asked)


def _phrasings(edition: Edition) -> int:
    return sum(len(text.phrasings) for entry in edition.knowledge.entries() for text in entry.texts.values())
