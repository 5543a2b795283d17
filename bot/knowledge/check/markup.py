"""Placeholders are whole and known, nothing is empty, and an answer with all that the bot adds to it stays short."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.document import Problem
from bot.knowledge import facts
from bot.knowledge.check.claims import known
from bot.knowledge.check.statements import Part, Statement, statements
from bot.knowledge.schema import Knowledge, Programme
from bot.model import Language

LONGEST_ANSWER_WORDS: Final = 120
LONGEST_ANSWER: Final = 2900  # characters: a section of Slack holds 3,000

# A link's address is not known here: an ordinary one, with Slack's marks around it, has room in this.
_LINK_ROOM: Final = 100
_STRAY: Final = re.compile(r"[{}\[\]]")


def markup(knowledge: Knowledge) -> Iterator[Problem]:
    """Find empty texts, unknown placeholders and stray braces or brackets."""
    for statement in statements(knowledge):
        if not statement.text.strip():
            yield statement.problem(f"the {_noun(statement.part)} is empty; write it")
        yield from _placeholders(statement)


def length(knowledge: Knowledge) -> Iterator[Problem]:
    """Find answers that are too long once the open cases and notes stand under them."""
    for answer in statements(knowledge):
        if answer.part is not Part.ANSWER:
            continue
        try:
            shown = list(_shown(answer))
        except facts.UnknownPlaceholder:
            continue  # said by `markup`
        words = sum(len(span.split()) for span, _ in shown)
        characters = sum(len(span) + room for span, room in shown)
        if words > LONGEST_ANSWER_WORDS:
            yield answer.problem(
                f"{words} words with its open cases and notes, at most {LONGEST_ANSWER_WORDS} may stand; shorten it"
            )
        if characters > LONGEST_ANSWER:
            yield answer.problem(
                f"{characters} characters with its open cases and notes, at most {LONGEST_ANSWER} fit; shorten it"
            )


def added_to(entry_id: str, programme: Programme, language: Language) -> list[str]:
    """The sentences that the bot adds to an entry's answer, as far as they are written."""
    words = programme.words[language]
    return [
        sentences[id_]
        for clauses, sentences in ((programme.open, words.open), (programme.notes, words.notes))
        for id_, clause in clauses.items()
        if entry_id in clause.entries and id_ in sentences
    ]


def _noun(part: Part) -> str:
    return part.value if part in {Part.TITLE, Part.ANSWER} else "sentence"


def _placeholders(statement: Statement) -> Iterator[Problem]:
    programme = statement.programme if statement.part is not Part.TITLE else None
    for match in facts.PLACEHOLDER.finditer(statement.text):
        if known(match, programme):
            continue
        if programme is None:
            what = "title" if statement.part is Part.TITLE else "action"
            yield statement.problem(f"{match[0]} stands here, but a {what} has no placeholders; say it in words")
        elif match["group"] == "contact" and match["name"] in programme.contacts:
            yield statement.problem(
                f"{match[0]} has no e-mail address in programme.yml; say in words where it is found"
            )
        else:
            yield statement.problem(
                f"{match[0]} is unknown; programme.yml holds no such thing: mend the name or add it"
            )
    rest = facts.PLACEHOLDER.sub(" ", statement.text)
    if stray := _STRAY.search(rest):
        around = rest[max(0, stray.start() - 12) : stray.end() + 12].strip()
        yield statement.problem(
            f"a stray {stray[0]} at {around!r}; write {{name}}, {{contact.ID}}, {{label.ID}} or [words]({{link.ID}})"
        )


def _shown(answer: Statement) -> Iterator[tuple[str, int]]:
    """Each span of an answer as it is read, and the room that it takes beyond its words."""
    programme = answer.programme
    if programme is None:
        yield answer.text, 0
        return
    entry_id = f"{programme.id}.{answer.name}"
    for text in (answer.text, *added_to(entry_id, programme, answer.language)):
        for part in facts.sentence(text, programme, answer.language, lambda _programme, _link: None):
            lines = part.items if isinstance(part, facts.Items) else (part.spans,)
            for line in lines:
                # Spans of a line stand close to one another: "[form]({link.x})." is one word.
                yield "".join(_words(span) for span in line), _LINK_ROOM * sum(isinstance(s, facts.Link) for s in line)


def _words(span: facts.Span) -> str:
    match span:
        case facts.Plain(text=text):
            return text
        case facts.Email(address=address):
            return address
        case facts.Link(words=words) | facts.Label(words=words):
            return words
