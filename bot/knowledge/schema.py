"""The knowledge as data. knowledge/README.md describes the files it is read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.model import Language

KINDS: Final = ("answer", "rule", "report", "booking")
MEETINGS: Final = ("support", "training")
PARAMETER_TYPES: Final = ("days", "months", "years", "count", "percent", "money", "flag")
ACTIONS: Final = (
    "greeting",
    "thanks",
    "human",
    "status",
    "help",
    "topics",
    "language",
    "report-translation",
    "book-meeting",
    "book-training",
    "delete-data",
)
LONGEST_TITLE: Final = 60  # characters: fits a button, a menu and one line of a phone
ACTION_PREFIX: Final = "action."
PROGRAMME_PREFIX: Final = "programme."


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that programme.yml holds; money has a currency, percent is a fraction."""

    type: str
    value: float | bool
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom partners can turn to; without languages it stands for all of them."""

    facts: str
    email: str | None = None
    link: str | None = None
    languages: tuple[Language, ...] = ()
    languages_named: tuple[Language, ...] = ()  # of those that it takes, without limiting them
    fallback: bool = False  # named when the bot has no answer


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence added to the answers of `entries`: a note, or an open case with the contact that it names."""

    entries: tuple[str, ...]
    facts: str
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """What an entry or action says and is asked by, in one language."""

    title: str
    phrasings: tuple[str, ...]
    answer: str
    revision: int = 0
    draft: bool = False
    line: int = 0
    answer_line: int = 0
    phrasing_lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a programme's partners ask; `id` is PROGRAMME.NAME."""

    id: str
    kind: str
    facts: str
    revision: int
    slots: tuple[str, ...] = ()
    meeting: str = ""  # what an entry of kind booking leads to
    draft: bool = False
    texts: Mapping[Language, Text] = field(default_factory=dict)
    line: int = 0

    def served(self, language: Language) -> bool:
        """Whether the text in this language is released."""
        text = self.texts.get(language)
        return not self.draft and text is not None and not text.draft

    @property
    def served_languages(self) -> tuple[Language, ...]:
        """The languages in which the entry is released."""
        return tuple(language for language in self.texts if self.served(language))


@dataclass(frozen=True, slots=True)
class Words:
    """A programme's sentences beside its entries, in one language."""

    contacts: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    open: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)  # "notes.applications-closed" → line


@dataclass(frozen=True, slots=True)
class Programme:
    """A partner programme: one folder."""

    id: str
    names: Mapping[Language, str]
    aliases: tuple[str, ...]
    audience: str
    examples: tuple[str, ...]
    actions: Mapping[str, str]  # "action.NAME" → the entry that carries it here
    parameters: Mapping[str, Parameter]
    contacts: Mapping[str, Contact]
    links: tuple[str, ...]
    labels: Mapping[str, Mapping[Language, str]]
    notes: Mapping[str, Clause]
    open: Mapping[str, Clause]
    entries: Mapping[str, Entry]  # by full id
    words: Mapping[Language, Words]

    def fallback_contacts(self, language: Language) -> list[str]:
        """The ids of the contacts to name, to a reader of this language, when the bot has no answer."""
        return [
            id_
            for id_, contact in self.contacts.items()
            if contact.fallback and (not contact.languages or language in contact.languages)
        ]

    def contacts_naming(self, language: Language) -> list[str]:
        """The ids of those contacts of which it is said that they take this language."""
        named = {id_: {*contact.languages, *contact.languages_named} for id_, contact in self.contacts.items()}
        return [id_ for id_ in self.fallback_contacts(language) if language in named[id_]]


@dataclass(frozen=True, slots=True)
class Outside:
    """Questions that are not ours to answer, in one language."""

    far: tuple[str, ...] = ()
    near: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by programme id


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All of it. `digest` names this version: it changes with every file that an answer or a match depends on."""

    programmes: Mapping[str, Programme]
    actions: Mapping[str, Entry]  # by "action.NAME"
    closings: Mapping[Language, tuple[str, ...]]
    outside: Mapping[Language, Outside]
    digest: str

    def entry(self, id_: str) -> Entry | None:
        """An entry or action by its full id."""
        if id_.startswith(ACTION_PREFIX):
            return self.actions.get(id_)
        programme = self.programmes.get(id_.partition(".")[0])
        return programme.entries.get(id_) if programme else None

    def programme_of(self, id_: str) -> Programme | None:
        """The programme that an entry id belongs to; None for actions."""
        return self.programmes.get(id_.partition(".")[0])

    def entries(self) -> Iterator[Entry]:
        """Every entry of every programme."""
        for programme in self.programmes.values():
            yield from programme.entries.values()
