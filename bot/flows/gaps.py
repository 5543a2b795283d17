"""Gaps in the knowledge, grouped: what many people have asked for in nearly the same words stands together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from rapidfuzz import fuzz, process

from bot.gap import Gap, GapKind
from bot.model import Language
from bot.understand.normalise import fold
from bot.understand.reader import Context, Reader

_ALIKE: Final = 75  # of 100, RapidFuzz's ratio of the words in alphabetical order: three in four pairs ask the same
_COMPARED: Final = 120  # characters of a question


@dataclass(frozen=True, slots=True)
class Group:
    """Gaps of one language that ask for nearly the same."""

    language: Language
    texts: tuple[str, ...]  # the questions, the most frequent first; what differs in nothing but form stands once
    count: int  # gaps
    kinds: Mapping[GapKind, int]  # how many of each
    nearest: str = ""  # the entry that was answered, or that is near; "": none is
    programmes: tuple[str, ...] = ()


def grouped(gaps: Iterable[Gap]) -> list[Group]:
    """The gaps by likeness within a language, the biggest group first; in what order they are given does not count."""
    ordered = sorted(gaps, key=lambda gap: (gap.language, gap.at, gap.text, gap.number))
    found = [
        group
        for language, own in groupby(ordered, key=lambda gap: gap.language)
        for group in _alike(language, list(own))
    ]
    return sorted(found, key=lambda group: (-group.count, group.language, group.texts))


def with_nearest(groups: Iterable[Group], reader: Reader) -> list[Group]:
    """The groups; one to which nobody has been answered with an entry that the bot would offer, if there is one."""
    return [group if group.nearest else replace(group, nearest=_near(group, reader)) for group in groups]


def _alike(language: Language, gaps: Sequence[Gap]) -> list[Group]:
    same: dict[str, list[Gap]] = {}
    for gap in gaps:
        same.setdefault(_compared(gap.text), []).append(gap)
    # What was asked most draws the others to it, so that a group does not drift from one thing to another.
    keys = sorted(same, key=lambda key: (-len(same[key]), key))
    found = []
    while keys:
        scores = process.cdist(keys[:1], keys, scorer=fuzz.ratio, score_cutoff=_ALIKE)[0]
        near = [key for key, score in zip(keys, scores, strict=True) if score or key == keys[0]]
        keys = [key for key, score in zip(keys, scores, strict=True) if not score and key != keys[0]]
        found.append(_group(language, [same[key] for key in near]))
    return found


def _compared(text: str) -> str:
    """The words of a question in the form and order that are compared; of letters that are not ours, as they are."""
    return " ".join(sorted((fold(text) or text.casefold())[:_COMPARED].split()))


def _group(language: Language, same: Sequence[Sequence[Gap]]) -> Group:
    gaps = [gap for some in same for gap in some]
    kinds = Counter(gap.kind for gap in gaps)
    entries = Counter(gap.entry for gap in gaps if gap.entry)
    return Group(
        language=language,
        texts=tuple(some[-1].text for some in same),  # each as it was asked last
        count=len(gaps),
        kinds={kind: kinds[kind] for kind in GapKind if kinds[kind]},
        nearest=min(entries, key=lambda entry: (-entries[entry], entry), default=""),
        programmes=tuple(sorted({gap.programme for gap in gaps if gap.programme})),
    )


def _near(group: Group, reader: Reader) -> str:
    context = Context(programmes=group.programmes, forced_language=group.language)
    candidates = reader.read(group.texts[0], context).candidates
    is_near = bool(candidates) and candidates[0].confidence >= reader.decision.offer
    return candidates[0].entry if is_near else ""
