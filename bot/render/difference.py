"""The difference of two texts, by words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import Final

from rapidfuzz.distance import LCSseq

# A letter or a sign keeps what belongs to it: accents of its own, the parts of an emoji.
_TOKEN: Final = re.compile(
    r"\s+|\w[\w\u0300-\u036f]*|[^\w\s](?:[\u0300-\u036f\ufe0f\U0001f3fb-\U0001f3ff]|\u200d.)*", re.DOTALL
)
_WORD: Final = re.compile(r"\w[\w\u0300-\u036f]*")
_MOST_PAIRS: Final = 16_000_000  # of words to compare: 40 ms and 2 MB
_LONG_BEGINNING: Final = 8  # letters that two words share: of compounds, often only the last part differs
_EDGE: Final = 60  # characters of an unchanged stretch that stay beside a change, where a text is shortened


class Mark(Enum):
    """Which of two texts a segment stands in."""

    SAME = "same"  # in both
    GONE = "gone"  # in the first
    NEW = "new"  # in the second


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text."""

    text: str
    mark: Mark = Mark.SAME


def difference(before: str, after: str) -> tuple[Segment, ...]:
    """What two texts share, and what each has alone; of a change what is gone stands before what is new.

    SAME and GONE segments together are `before`, SAME and NEW ones `after`. Texts too long to compare share nothing.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) * len(new) > _MOST_PAIRS:
        return tuple(_joined([Segment(before, Mark.GONE), Segment(after, Mark.NEW)]))
    segments = []
    for code in LCSseq.opcodes(old, new):
        gone, added = "".join(old[code.src_start : code.src_end]), "".join(new[code.dest_start : code.dest_end])
        if code.tag == "equal":
            segments.append(Segment(gone))
        else:
            segments += [Segment(gone, Mark.GONE), Segment(added, Mark.NEW)]
    return tuple(_joined(_within_words(_joined(_without_crumbs(segments)))))


def side(segments: Iterable[Segment], mark: Mark) -> tuple[Segment, ...]:
    """The segments of one of the two texts: the first for GONE, the second for NEW."""
    return tuple(one for one in segments if one.mark in {Mark.SAME, mark})


def abridged(segments: Sequence[Segment], longest: int) -> tuple[Segment, ...]:
    """A text of at most `longest` characters, with ellipses where something is left out.

    What is unchanged is left out first: the change is what is to be seen.
    """
    if sum(len(one.text) for one in segments) <= longest:
        return tuple(segments)
    last = len(segments) - 1
    kept = [_edges(one, is_first=n == 0, is_last=n == last) if last else one for n, one in enumerate(segments)]
    shown: list[Segment] = []
    room = longest - 1
    for one in kept:
        if len(one.text) > room:
            return (*shown, Segment(f"{one.text[:room]}…", one.mark))
        shown.append(one)
        room -= len(one.text)
    return tuple(shown)


def _edges(segment: Segment, *, is_first: bool, is_last: bool) -> Segment:
    """An unchanged stretch with only what stands beside a change."""
    text = segment.text
    if segment.mark is not Mark.SAME or len(text) <= 2 * _EDGE + 3:
        return segment
    head, tail = "" if is_first else text[:_EDGE], "" if is_last else text[-_EDGE:]
    return Segment(f"{head} … {tail}".strip(), segment.mark)


def _without_crumbs(segments: Sequence[Segment]) -> Iterator[Segment]:
    """The segments; a blank or a sign that two changes share by chance counts as changed with them."""
    for n, one in enumerate(segments):
        between = 0 < n < len(segments) - 1
        if one.mark is Mark.SAME and between and not any(sign.isalnum() for sign in one.text):
            yield from (Segment(one.text, Mark.GONE), Segment(one.text, Mark.NEW))
        else:
            yield one


def _within_words(segments: Iterable[Segment]) -> Iterator[Segment]:
    """The segments; of a long word that has got another end only that end counts as changed."""
    waiting: Segment | None = None
    for one in segments:
        if waiting is not None and one.mark is Mark.NEW:
            shared = _shared(waiting.text, one.text)
            yield from (
                Segment(waiting.text[:shared]),
                Segment(waiting.text[shared:], Mark.GONE),
                Segment(one.text[shared:], Mark.NEW),
            )
            waiting = None
            continue
        if waiting is not None:
            yield waiting
        waiting = one if one.mark is Mark.GONE else None
        if waiting is None:
            yield one
    if waiting is not None:
        yield waiting


def _shared(gone: str, new: str) -> int:
    """How many letters two words begin with alike; 0 where that is few."""
    if not _WORD.fullmatch(gone) or not _WORD.fullmatch(new):
        return 0
    pairs = enumerate(zip(gone, new, strict=False))
    shared = next((n for n, (one, other) in pairs if one != other), min(len(gone), len(new)))
    while shared and any("\u0300" <= word[shared : shared + 1] <= "\u036f" for word in (gone, new)):
        shared -= 1
    return shared if shared >= _LONG_BEGINNING else 0


def _joined(segments: Iterable[Segment]) -> Iterator[Segment]:
    """The segments, neighbours of a kind made one, none empty; between unchanged ones first what is gone."""
    filled = (one for one in segments if one.text)
    for is_same, stretch in groupby(filled, key=lambda one: one.mark is Mark.SAME):
        together = list(stretch)
        for mark in (Mark.SAME,) if is_same else (Mark.GONE, Mark.NEW):
            if text := "".join(one.text for one in together if one.mark is mark):
                yield Segment(text, mark)
