"""The texts that the knowledge says, one by one, each with its place and the facts that it has to agree with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.document import Problem
from bot.knowledge.schema import ACTION_PREFIX, Entry, Knowledge, Programme
from bot.model import Language


class Part(StrEnum):
    """Which part of the knowledge a statement is."""

    TITLE = "title"
    ANSWER = "answer"
    NOTE = "notes"
    OPEN = "open"
    CONTACT = "contacts"


@dataclass(frozen=True, slots=True)
class Statement:
    """One text in one language.

    `name` is how messages call it: the entry's name, `notes.ID`, `open.ID` or `contacts.ID`. `key` is the same in all
    languages and no other statement's. `contact` is the id of the contact that it has to name.
    """

    part: Part
    key: str
    name: str
    language: Language
    text: str
    file: str
    line: int
    programme: Programme | None = None
    facts: str = ""
    contact: str | None = None
    draft: bool = False

    def problem(self, what: str) -> Problem:
        """A fault in this text; a text that is not released can wait."""
        return Problem(self.file, self.line, f"{self.name}: {what}", warning=self.draft)


def file_of(entry_id: str, language: Language) -> str:
    """The file, within the knowledge folder, with the text of an entry or action."""
    folder = "actions" if entry_id.startswith(ACTION_PREFIX) else entry_id.partition(".")[0]
    return f"{folder}/{language}.yml"


def name_of(entry_id: str) -> str:
    """An entry's name within its programme, or an action's within the actions."""
    return entry_id.partition(".")[2]


def statements(knowledge: Knowledge) -> Iterator[Statement]:
    """Every text but the phrasings, those of actions too."""
    for action in knowledge.actions.values():
        yield from _of_entry(action, None)
    for programme in knowledge.programmes.values():
        for entry in programme.entries.values():
            yield from _of_entry(entry, programme)
        yield from _of_words(programme)


def _of_entry(entry: Entry, programme: Programme | None) -> Iterator[Statement]:
    for language, text in entry.texts.items():
        for part, words, line in (
            (Part.TITLE, text.title, text.line),
            (Part.ANSWER, text.answer, text.answer_line),
        ):
            yield Statement(
                part=part,
                key=f"{entry.id} {part}",
                name=name_of(entry.id),
                language=language,
                text=words,
                file=file_of(entry.id, language),
                line=line,
                programme=programme,
                facts=entry.facts,
                draft=not entry.served(language),
            )


def _of_words(programme: Programme) -> Iterator[Statement]:
    for language, words in programme.words.items():
        groups = (
            (Part.NOTE, words.notes, {id_: (clause.facts, None) for id_, clause in programme.notes.items()}),
            (Part.OPEN, words.open, {id_: (clause.facts, clause.contact) for id_, clause in programme.open.items()}),
            (Part.CONTACT, words.contacts, {id_: (contact.facts, id_) for id_, contact in programme.contacts.items()}),
        )
        for part, texts, known in groups:
            for id_, text in texts.items():
                facts, contact = known.get(id_, ("", None))
                yield Statement(
                    part=part,
                    key=f"{programme.id} {part}.{id_}",
                    name=f"{part}.{id_}",
                    language=language,
                    text=text,
                    file=f"{programme.id}/{language}.yml",
                    line=words.lines.get(f"{part}.{id_}", 1),
                    programme=programme,
                    facts=facts,
                    contact=contact,
                )
