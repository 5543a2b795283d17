"""Words that end a conversation, in any of the four languages: "merci", "kiitos, selvä". They ask for nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import Final

from bot.knowledge.schema import ACTION_PREFIX, Knowledge
from bot.understand.closing_words import ANSWERS, BESIDE, ENDING, JOINING, THANKED_FOR, UNSURE, WISHES
from bot.understand.normalise import fold, words

_THANKS: Final = f"{ACTION_PREFIX}thanks"
_LONGEST: Final = 200  # characters; who ends a conversation with more says something
_LONGEST_PART: Final = 12  # words
_OFTEN: Final = 4  # phrasings with a word, from which on it is no name that somebody has signed one with

_SENTENCES: Final = re.compile(r"[.;:!()…]+|\s[-–—]\s")
_PARTS: Final = re.compile(rf",|{_SENTENCES.pattern}")
_WORD: Final = re.compile(r"[^\W_][\w'’-]*")
_TITLE: Final = re.compile(r"\b(M|Mme|Mrs?|Ms|Dr|Hr|Fr)\.")
_TOKEN: Final = re.compile(r"<[^<>]*>")  # who is named by that is called
_SMILEY: Final = re.compile(r"(?<!\w)(?:[:;=]'?-?[)DPp]+|\^\^|(?:<|&lt;)3|[xX][dD])(?!\w)")
_SHOWN: Final = re.compile(r"`|https?://|www\.|mailto:|<#")
"""Code, links, places: who shows something says something."""

_UMLAUT: Final = re.compile(r"([aou])e")
_RUN: Final = re.compile(r"(.)\1+")


class Closings:
    """Knows what ends a conversation, and what is made of that alone.

    Its words are learned when they are first wanted: few messages may be closings, and a desk starts without them.

    Args:
        knowledge: Its phrasings of thanks and its closings; and what is asked about, which is nobody's name.
        agents: The first names of those whom partners write to.

    """

    def __init__(self, knowledge: Knowledge, agents: Collection[str] = ()) -> None:
        self._knowledge = knowledge
        self._agents = agents

    def is_one(self, text: str) -> bool:
        """Whether a message, as Slack or people write it, does nothing but end a conversation; so does a lone emoji."""
        if "?" in text or len(text) > _LONGEST or _SHOWN.search(text) or UNSURE.search(text):
            return False
        plain = _TITLE.sub(r"\1", words(_SMILEY.sub(" ", text)))
        if not plain:
            return bool(_TOKEN.sub("", text).strip())
        ends = [self._ends(said) for one in _SENTENCES.split(plain) if (said := _WORD.findall(one))]
        return None not in ends and any(ends)

    def _ends(self, sentence: list[str]) -> bool | None:
        """Whether a sentence ends a conversation, or goes with what does; None for one that says anything else."""
        heard = [(word, self._may_be_name(one)) for one in sentence for word in fold(one).split()]
        ends: list[bool | None] = [False, *([None] * len(heard))]  # of the first n words
        for start in range(len(heard)):
            if (before := ends[start]) is None:
                continue
            for end in range(start + 1, min(start + _LONGEST_PART, len(heard)) + 1):
                part = " ".join(word for word, _ in heard[start:end])
                is_name = start > 0 and end == start + 1 and heard[start][1]
                if self._is_end(part):
                    ends[end] = True
                elif is_name or self._goes_with_it(part, is_first=start == 0):
                    ends[end] = ends[end] or before
        return ends[-1]

    @cached_property
    def _ending(self) -> frozenset[str]:
        thanks = self._knowledge.actions[_THANKS].texts
        said = [phrasing for text in thanks.values() for phrasing in text.phrasings]
        said += [closing for closings in self._knowledge.closings.values() for closing in closings]
        return frozenset({*map(_even, _phrases(said)), *_listed(ENDING.values())})

    @cached_property
    def _beside(self) -> frozenset[str]:
        return frozenset({*_listed(BESIDE.values()), *map(_even, self._agents)})

    @cached_property
    def _asked_about(self) -> frozenset[str]:
        asked = (text.phrasings for entry in self._knowledge.entries() for text in entry.texts.values())
        written = Counter(word for phrasings in asked for phrasing in phrasings for word in phrasing.split())
        used: Counter[str] = Counter()
        for word, n in written.items():  # each is folded once
            for part in fold(word).split():
                used[part] += n
        return frozenset(word for word, n in used.items() if n >= _OFTEN)

    def _is_end(self, part: str) -> bool:
        return _even(part) in self._ending or WISHES.fullmatch(_plain(part)) is not None

    def _goes_with_it(self, part: str, *, is_first: bool) -> bool:
        if part in JOINING:
            return not is_first
        return _even(part) in self._beside or THANKED_FOR.fullmatch(_plain(part)) is not None

    def _may_be_name(self, word: str) -> bool:
        """Whether a word may be somebody's name, which may follow anything; what is asked about is none."""
        return word[0].isupper() and not word.isupper() and fold(word) not in self._asked_about


def _phrases(said: Iterable[str]) -> Iterator[str]:
    """The phrasings folded, and the parts of which they are made."""
    for one in said:
        folded = fold(words(one))
        parts = {fold(part) for part in _PARTS.split(words(one))} - ANSWERS
        yield from (phrase for phrase in {folded, *parts} if phrase and "0" not in phrase)


def _listed(tables: Iterable[str]) -> Iterator[str]:
    for table in tables:
        yield from (_even(phrase) for line in table.splitlines() for phrase in line.split(",") if phrase.strip())


def _even(text: str) -> str:
    """Words in the form that is compared, in which "daaanke" is "danke", and "fuer" is "für"."""
    return _RUN.sub(r"\1", _plain(fold(text)))


def _plain(folded: str) -> str:
    return _UMLAUT.sub(r"\1", folded)
