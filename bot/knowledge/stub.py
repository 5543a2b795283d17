"""A draft of an entry, made of a question and what staff has answered: what to paste into the files of a programme.

It passes `partnerdesk check` as it stands, and `check --strict` lists it until people have finished it: the facts, the
other languages, more phrasings.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from bot.knowledge.check import letters, phrasings
from bot.knowledge.check.claims import unknown_in_facts
from bot.knowledge.schema import LONGEST_TITLE, Entry, Knowledge, Programme, Text
from bot.model import LANGUAGES, Language

_FACTS: Final = "Still to be written: what is true, all of it, in a line of English."
_FACTS_IN: Final = "en"
_KIND: Final = "answer"
_WORDS: Final = 4  # of a name
_TELLING: Final = 4  # letters of a word that says something
_LONGEST_NAME: Final = 40
_NOT_NAME: Final = re.compile(r"[^a-z0-9]+")
_WIDTH: Final = 114  # of a line of facts, which is indented by six more


@dataclass(frozen=True, slots=True)
class Stub:
    """What to put at the end of `entries` in the programme's files, indented as it stands there."""

    id: str  # PROGRAMME.NAME
    programme_yml: str
    texts: Mapping[Language, str]  # by the language of the file
    collisions: tuple[str, ...]  # sentences: where the question stands already


def stub(
    knowledge: Knowledge, *, programme: str, language: Language, question: str, answer: str, same: phrasings.Same
) -> Stub:
    """A draft entry in four languages, of which one has the question and the answer.

    A question that stands in another entry is none of its phrasings: a phrasing means one thing.

    Args:
        knowledge: What there is.
        programme: The id of the programme that it is for. Raises KeyError for an unknown one.
        language: Of question and answer.
        question: As plain text; the model question.
        answer: As plain text.
        same: The form in which two phrasings are the same phrasing; the matcher's own.

    """
    of_programme = knowledge.programmes[programme]
    question = " ".join(letters.plain(question).split())
    answer = _paragraphs(letters.plain(answer))
    title = _title(question)
    name = _name(same(question), {id_.partition(".")[2] for id_ in of_programme.entries})
    id_ = f"{programme}.{name}"
    in_entries = list(_in_entries(knowledge, of_programme, id_, language, question, same)) if question else []
    own = (question,) if question and not in_entries else ()
    return Stub(
        id=id_,
        programme_yml=_contract(name, _facts(answer, of_programme) if language == _FACTS_IN else _FACTS),
        texts={
            one: _text(name, title, own if one == language else (), answer if one == language else "")
            for one in LANGUAGES
        },
        collisions=(*in_entries, *_outside(knowledge, programme, question, same)),
    )


def _title(question: str) -> str:
    return textwrap.shorten(question, LONGEST_TITLE, placeholder="…") or question[:LONGEST_TITLE]


def _name(folded: str, taken: Collection[str]) -> str:
    """A name of the question's first telling words that no entry has.

    One word alone gets another before it: YAML would read `null` or `2026` as something else.
    """
    words = _NOT_NAME.sub(" ", folded).split()
    telling = ([word for word in words if len(word) >= _TELLING] or words)[:_WORDS]
    name = "-".join(telling if len(telling) > 1 else ["about", *(telling or ["something"])])[:_LONGEST_NAME].rstrip("-")
    return next(one for n in count(1) if (one := name if n == 1 else f"{name}-{n}") not in taken)


def _in_entries(
    knowledge: Knowledge, programme: Programme, id_: str, language: Language, question: str, same: phrasings.Same
) -> Iterator[str]:
    """Where the question stands in another entry or action, as the proof of the phrasings tells it."""
    text = Text(title="", phrasings=(question,), answer="", draft=True, phrasing_lines=(0,))
    entry = Entry(id_, _KIND, facts="", revision=1, texts={language: text})
    together = replace(programme, entries={**programme.entries, id_: entry})
    own = f"{id_.partition('.')[2]}: "
    for problem in phrasings.distinct(replace(knowledge, programmes={programme.id: together}), (), same):
        if problem.message.startswith(own):
            yield problem.message.removeprefix(own)


def _outside(knowledge: Knowledge, programme: str, question: str, same: phrasings.Same) -> Iterator[str]:
    key = same(question)
    for language, outside in knowledge.outside.items():
        if key and any(same(text) == key for text in (*outside.far, *outside.near.get(programme, ()))):
            yield f"{question!r} stands in the out-of-scope examples too (outside/{language}.yml); take it out there"


def _facts(answer: str, programme: Programme) -> str:
    """The facts, where the answer can be them as it stands: nothing in it that only a person can name."""
    facts = " ".join(answer.split())
    return _FACTS if not facts or any(unknown_in_facts(facts, programme)) else facts


def _contract(name: str, facts: str) -> str:
    lines = textwrap.fill(facts, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return f"  {name}:\n    kind: {_KIND}\n    revision: 1\n    facts: >-\n{textwrap.indent(lines, ' ' * 6)}\n"


def _text(name: str, title: str, own: Collection[str], answer: str) -> str:
    asked = "".join(f"\n      - {_quoted(one)}" for one in own) or " []"
    said = f"|-\n{textwrap.indent(answer, ' ' * 6)}" if answer else '""'
    return (
        f"  {name}:\n    title: {_quoted(title)}\n    revision: 1\n    draft: true\n"
        f"    phrasings:{asked}\n    answer: {said}\n"
    )


def _quoted(text: str) -> str:
    """A text in quotation marks: what is JSON is YAML."""
    return json.dumps(text, ensure_ascii=False)


def _paragraphs(text: str) -> str:
    """The lines of an answer, without what a block of YAML would take for its indentation."""
    lines = [line.rstrip() for line in text.expandtabs(2).splitlines()]
    return "\n".join(lines).strip("\n").lstrip(" ")
