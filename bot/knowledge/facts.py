"""From an answer's text to what is shown: placeholders become values, links and labels, in the reader's language.

The result is a small tree (paragraphs and lists of spans) that says nothing about Slack: render/ makes mrkdwn of it,
the terminal plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from bot import i18n
from bot.knowledge.schema import Entry, Parameter, Programme
from bot.model import Language

LinkOf: TypeAlias = Callable[[str, str], str | None]
"""(programme id, link id) → the address that the administrator has set, or None."""

# [words]({link.id}), or {name}, or {group.name}
PLACEHOLDER: Final = re.compile(
    r"\[(?P<words>[^\]\n]+)\]\(\{link\.(?P<link>[a-z0-9-]+)\}\)|\{(?:(?P<group>label|contact)\.)?(?P<name>[a-z0-9_-]+)\}"
)
_ITEM: Final = re.compile(r"(?:-|(?P<n>\d+)\.)\s+")


@dataclass(frozen=True, slots=True)
class Plain:
    """Words as they stand."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an address, or None where the administrator has set none."""

    words: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Label:
    """The words on a button or menu of the product, to be quoted."""

    words: str


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address."""

    address: str


Span: TypeAlias = Plain | Link | Label | Email


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list; numbered where the order counts."""

    items: tuple[tuple[Span, ...], ...]
    numbered: bool


Part: TypeAlias = Paragraph | Items


class UnknownPlaceholder(KeyError):
    """A placeholder that the programme does not know; `partnerdesk check` finds them before they are served."""


def parts(
    entry: Entry,
    programme: Programme | None,
    language: Language,
    link_of: LinkOf,
    *,
    first: Collection[str] = (),
) -> list[Part]:
    """What an entry says in a language: its answer, then what is not settled, then the notes.

    Actions belong to no programme and have no placeholders. `first` are open cases that stand before the answer.
    """
    answer = entry.texts[language].answer
    out = list(_parse(answer, programme, language, link_of))
    if programme is not None:
        words = programme.words[language]
        for id_ in first:
            out = [*_parse(words.open[id_], programme, language, link_of), *out]
        for group, sentences in ((programme.open, words.open), (programme.notes, words.notes)):
            for id_, clause in group.items():
                if entry.id in clause.entries and id_ not in first:
                    out += _parse(sentences[id_], programme, language, link_of)
    return out


def sentence(text: str, programme: Programme | None, language: Language, link_of: LinkOf) -> list[Part]:
    """A sentence of a programme beside its entries, such as a contact's."""
    return list(_parse(text, programme, language, link_of))


def value(parameter: Parameter, language: Language) -> str:
    """A parameter as the reader's language writes it: a number, a percentage or an amount."""
    if parameter.type == "percent":
        return i18n.percent(float(parameter.value), language)
    if parameter.type == "money":
        return i18n.money(float(parameter.value), parameter.currency or "", language)
    return i18n.number(float(parameter.value), language)


def _parse(text: str, programme: Programme | None, language: Language, link_of: LinkOf) -> Iterator[Part]:
    paragraph: list[str] = []
    items: list[tuple[Span, ...]] = []
    numbered = False

    def spans(words: str) -> tuple[Span, ...]:
        return tuple(_spans(words, programme, language, link_of))

    for line in [*text.splitlines(), ""]:
        item = _ITEM.match(line)
        if paragraph and (item or not line.strip()):
            yield Paragraph(spans(" ".join(paragraph)))
            paragraph = []
        if items and not item:
            yield Items(tuple(items), numbered)
            items = []
        if item:
            numbered = item["n"] is not None
            items.append(spans(line[item.end() :].strip()))
        elif line.strip():
            paragraph.append(line.strip())


def _spans(text: str, programme: Programme | None, language: Language, link_of: LinkOf) -> Iterator[Span]:
    end = 0
    for match in PLACEHOLDER.finditer(text):
        if match.start() > end:
            yield Plain(text[end : match.start()])
        end = match.end()
        yield _span(match, programme, language, link_of)
    if end < len(text):
        yield Plain(text[end:])


def _span(match: re.Match[str], programme: Programme | None, language: Language, link_of: LinkOf) -> Span:
    if programme is None:
        raise UnknownPlaceholder(match[0])
    try:
        if match["link"]:
            if match["link"] not in programme.links:
                raise UnknownPlaceholder(match[0])
            return Link(match["words"], link_of(programme.id, match["link"]))
        if match["group"] == "label":
            label = programme.labels[match["name"]]
            return Label(label.get(language) or label["en"])
        if match["group"] == "contact":
            return Email(programme.contacts[match["name"]].email or "")
        return Plain(value(programme.parameters[match["name"]], language))
    except KeyError as error:
        raise UnknownPlaceholder(match[0]) from error
