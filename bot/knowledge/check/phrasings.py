"""Every phrasing means one thing, and there are enough of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeAlias

from bot.document import Problem
from bot.knowledge.check.places import Example
from bot.knowledge.check.statements import file_of, name_of
from bot.knowledge.schema import Entry, Knowledge

Same: TypeAlias = Callable[[str], str]
"""The form in which two phrasings are the same phrasing."""

FEWEST: Final = 8


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a phrasing stands: `owner` is what it means (an id, or _OUTSIDE), `name` how messages call the list."""

    owner: str
    name: str
    text: str
    file: str
    line: int
    draft: bool = False

    def problem(self, what: str) -> Problem:
        return Problem(self.file, self.line, f"{self.name}: {self.text!r} {what}", warning=self.draft)


_OUTSIDE: Final = "the out-of-scope examples"


def enough(knowledge: Knowledge) -> Iterator[Problem]:
    """Find texts with none or too few phrasings."""
    for entry in (*knowledge.entries(), *knowledge.actions.values()):
        for language, text in entry.texts.items():
            name, count = name_of(entry.id), len(text.phrasings)
            if not count:
                what = "no phrasings; add the model question first, then how people ask it"
                draft = not entry.served(language)
                yield Problem(file_of(entry.id, language), text.line, f"{name}: {what}", warning=draft)
            elif count < FEWEST:
                what = f"{count} phrasings, fewer than {FEWEST}; add some"
                yield Problem(file_of(entry.id, language), text.line, f"{name}: {what}", warning=True)


def distinct(knowledge: Knowledge, examples: Iterable[Example], same: Same) -> Iterator[Problem]:
    """Find phrasings that stand twice: in one entry, or in two places that one programme's model has to tell apart.

    A programme's model reads all languages at once, so what stands in two entries in two languages is found too.
    """
    of_actions = [place for entry in knowledge.actions.values() for place in _places(entry)]
    of_examples = [(example.programme, _of_example(example)) for example in examples]
    of_entries = {
        programme.id: [place for entry in programme.entries.values() for place in _places(entry)]
        for programme in knowledge.programmes.values()
    }
    everything = (*of_actions, *(place for _, place in of_examples), *chain.from_iterable(of_entries.values()))
    key_of = {text: same(text) for text in {place.text for place in everything}}
    yield from _repeated(everything, key_of)
    for programme, own in of_entries.items():
        outside = (place for near, place in of_examples if near in {None, programme})
        yield from _ambiguous((*own, *of_actions, *outside), key_of)


def near_known(knowledge: Knowledge, examples: Iterable[Example]) -> Iterator[Problem]:
    """Out-of-scope examples that are near to a programme name one that exists."""
    named: set[tuple[str, str]] = set()
    for example in examples:
        id_ = example.programme
        if id_ is not None and id_ not in knowledge.programmes and (example.file, id_) not in named:
            named.add((example.file, id_))
            yield Problem(
                example.file, example.line, f"near.{id_}: no such programme; one of: {', '.join(knowledge.programmes)}"
            )


def _places(entry: Entry) -> Iterator[_Place]:
    for language, text in entry.texts.items():
        file, draft = file_of(entry.id, language), not entry.served(language)
        for phrasing, line in zip(text.phrasings, text.phrasing_lines, strict=True):
            yield _Place(entry.id, name_of(entry.id), phrasing, file, line, draft)


def _of_example(example: Example) -> _Place:
    name = f"near.{example.programme}" if example.programme else "far"
    return _Place(_OUTSIDE, name, example.text, example.file, example.line)


def _repeated(places: Iterable[_Place], key_of: Mapping[str, str]) -> Iterator[Problem]:
    first: dict[tuple[str, str, str], _Place] = {}
    for place in places:
        key = key_of[place.text]
        if not key:  # an emoji alone has no words to compare
            continue
        before = first.setdefault((place.file, place.name, key), place)
        if before is not place:
            yield place.problem(f"stands here already, in line {before.line}; take one out")


def _ambiguous(places: Iterable[_Place], key_of: Mapping[str, str]) -> Iterator[Problem]:
    meanings: dict[str, list[_Place]] = defaultdict(list)
    for place in places:
        if key := key_of[place.text]:
            meanings[key].append(place)
    for alike in meanings.values():
        if len(alike) == 1:
            continue
        for place in alike:
            other = next((other for other in alike if other.owner != place.owner), None)
            if other is not None and place.owner != _OUTSIDE:
                yield place.problem(
                    f"stands in {other.owner} too ({other.file}:{other.line}); keep it in one of the two"
                )
