"""Which texts of ours a message of the bot shows: each can be reported, and mended where it stands."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from bot import i18n
from bot.i18n import Catalogues, Sentence, Translator
from bot.knowledge import facts
from bot.knowledge.check.statements import Part, Statement, statements
from bot.knowledge.facts import Email, Label, Link, Paragraph, Plain, Span, UnknownPlaceholder
from bot.model import Language, Reply
from bot.render.escape import escape
from bot.render.messages import Renderer
from bot.report import OwnText

MOST: Final = 8
"""Texts that a report of one message names."""

_OF_ENTRIES: Final = (Part.TITLE, Part.ANSWER)
_SEEN: Final = ("text", "accessibility_label")
_VALUE: Final = re.compile(r"\{\w*\}")
_WORD: Final = re.compile(r"[^\W\d_]")
_FIRST_MARK: Final = 0xF0000  # of the private characters of Unicode that nobody types


def own_texts(renderer: Renderer, reply: Reply, language: Language) -> tuple[OwnText, ...]:
    """The texts that a reply shows in a language, the answer first, words of buttons last; at most MOST.

    Texts of the knowledge come as they stand in its files, with their {parameters}; sentences of the code as the
    catalogue has them, a plural form under the key `msgid[form]`, English ones without a file.
    """
    heard = _Heard(renderer.catalogues)
    listening = copy.copy(renderer)
    listening.catalogues = heard
    shown = "\n".join(_strings(listening.message(reply, language).blocks))
    found = [*_written(renderer, reply, language, heard.without_marks(shown)), *heard.sentences(shown, language)]
    return tuple(found[:MOST])


class _Heard(Catalogues):
    """Translators that put a mark of its own before each sentence, so that it is found again in a message.

    What was translated says little: much is translated and not shown, such as the names of all values.
    """

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues
        self._marks: dict[tuple[Language, Sentence], str] = {}

    def __getitem__(self, language: Language) -> Translator:
        return _Marking(self._catalogues[language], self)

    def mark(self, language: Language, sentence: Sentence) -> str:
        """The mark of a sentence."""
        return self._marks.setdefault((language, sentence), chr(_FIRST_MARK + len(self._marks)))

    def without_marks(self, shown: str) -> str:
        """What people read."""
        return shown.translate({ord(mark): None for mark in self._marks.values()})

    def sentences(self, shown: str, language: Language) -> Iterator[OwnText]:
        """The sentences of a language that were shown, in their order."""
        of_mark = {mark: sentence for (said_in, sentence), mark in self._marks.items() if said_in == language}
        for mark in dict.fromkeys(sign for sign in shown if sign in of_mark):
            sentence = of_mark[mark]
            if not _WORD.search(_VALUE.sub("", sentence.text)):  # quotation marks and the like
                continue
            key = sentence.source if sentence.form is None else f"{sentence.source}[{sentence.form}]"
            file = "" if language == i18n.SOURCE_LANGUAGE else i18n.CATALOGUE.format(language=language)
            yield OwnText(file, key, sentence.text, sentence.line)


class _Marking(Translator):
    """A translator whose sentences begin with their mark."""

    def __init__(self, translator: Translator, heard: _Heard) -> None:
        super().__init__(translator.language, None)
        self._translator, self._heard = translator, heard

    def sentence(self, source: str, plural: str | None = None, n: int = 1) -> Sentence:
        """As the translator's, marked."""
        found = self._translator.sentence(source, plural, n)
        return Sentence(source, self._heard.mark(self.language, found) + found.text, found.form, found.line)


def _written(renderer: Renderer, reply: Reply, language: Language, shown: str) -> list[OwnText]:
    """The texts of the knowledge that were shown: answers, then the sentences beside them, then titles."""
    named = {reply.entry, *reply.choices}

    def may_be_shown(one: Statement) -> bool:
        if one.language != language:
            return False
        if one.part in _OF_ENTRIES:
            # A title is a few words that may stand anywhere: only those are meant that the reply itself names.
            return one.key.partition(" ")[0] in named or (one.programme is None and one.part is Part.ANSWER)
        return one.programme is None or reply.programme in {None, one.programme.id}

    found = [one for one in statements(renderer.knowledge) if may_be_shown(one) and _is_shown(one, shown)]
    found.sort(key=lambda one: (one.part is Part.TITLE, one.part is not Part.ANSWER))
    return [
        OwnText(one.file, f"{one.name}.{one.part}" if one.part in _OF_ENTRIES else one.name, one.text, one.line)
        for one in found
    ]


def _is_shown(one: Statement, shown: str) -> bool:
    try:
        parts = facts.sentence(one.text, one.programme, one.language, lambda *_: None)
    except UnknownPlaceholder:  # then nobody can have seen it
        return False
    words = [escape(_words(span)) for part in parts for span in _spans(part)]
    return bool(words) and all(one in shown for one in words)


def _spans(part: facts.Part) -> tuple[Span, ...]:
    return part.spans if isinstance(part, Paragraph) else tuple(chain.from_iterable(part.items))


def _words(span: Span) -> str:
    match span:
        case Plain(text):
            return text
        case Link(words, _) | Label(words):
            return words
        case Email(address):
            return address


def _strings(value: Any) -> Iterator[str]:
    """The texts of blocks, in the order in which they are seen."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in _SEEN and isinstance(one, str):
                yield one
            else:
                yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
