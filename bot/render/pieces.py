"""What is told of reports, meetings and requests, as pieces that become blocks or plain text: sentences, quotes, lists.

What people have written stands in rich text alone, so nothing in it is markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from bot.i18n import Translator
from bot.render import blocks as kit
from bot.render.blocks import Block
from bot.render.difference import Mark, Segment, abridged, difference, side
from bot.render.escape import escape, one_line, shorten, visible

_STYLES: Final = {Mark.SAME: "", Mark.GONE: "strike", Mark.NEW: "bold"}
_ADDRESS: Final = re.compile(r"https?://[^\s<>|\x00-\x1f]+")
_ADDRESS_WITHIN: Final = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?:[:/?#][^\s<>|]*)?")
"""An address within a text: with a host that Slack takes for sure, for it refuses a message with any other."""

_AFTER_ADDRESS: Final = ".,;:!?)]}'\"»”’"
"""What ends a sentence in which an address stands last."""

_LONGEST_VALUE: Final = 300
_MOST_LINKS: Final = 40
_MOST_MARKED: Final = 60  # stretches; with more a mark shows nothing, and a block has no end


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of ours."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words or a text of a product, under a title or none; what another text lacks can be marked."""

    title: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """Words in which nothing is markup, as they stand; what somebody says, below a line in bold that tells who."""

    text: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a list; without a name the value alone, without a value nothing."""

    name: str
    value: str
    url: str = ""  # where the name leads


@dataclass(frozen=True, slots=True)
class Facts:
    """A list; one that is not shown stands in plain text alone, since controls show it."""

    items: tuple[Fact, ...]
    is_shown: bool = True


Piece: TypeAlias = Sentence | Said | Quote | Facts


def quote(title: str, text: str, longest: int) -> Quote:
    """A text, nothing in it marked."""
    return Quote(title, abridged((Segment(text),), longest))


def compared(before: str, after: str, titles: tuple[str, str], longest: int) -> tuple[Quote, Quote]:
    """Two texts, in each what the other lacks marked; nothing is marked where one is missing, or much has changed."""
    found = difference(before, after)
    if not before or not after or len(found) > _MOST_MARKED:
        return quote(titles[0], before, longest), quote(titles[1], after, longest)
    old, new = (abridged(side(found, mark), longest) for mark in (Mark.GONE, Mark.NEW))
    return Quote(titles[0], old), Quote(titles[1], new)


def fact(name: str, value: str) -> Fact:
    """A line with what somebody has written, which stays one line."""
    return Fact(name, shorten(one_line(value), _LONGEST_VALUE))


def blocks(pieces: Iterable[Piece], t: Translator) -> list[Block]:
    """The pieces as blocks, one each; empty quotations and lists as none."""
    made: list[Block] = []
    for piece in pieces:
        match piece:
            case Sentence(text):
                made.append(kit.section(escape(text)))
            case Said(text, by) if text or by:
                made.append(kit.rich_text(kit.rich_section(*_said(text, by))))
            case Quote(title, segments) if words := rich(segments):
                above = [kit.rich_section(kit.rich_words(_titled(title, t)))] if title else []
                made.append(kit.rich_text(*above, kit.rich_quote(*words)))
            case Facts(items, is_shown) if is_shown and (told := [one for one in items if one.value]):
                made.append(kit.rich_text(kit.rich_list(*(_item(one, t) for one in told))))
    return made


def plain(pieces: Iterable[Piece], t: Translator) -> str:
    """The pieces as plain text, for a terminal and for notifications."""
    return "\n\n".join(said for piece in pieces if (said := _plain(piece, t)))


def rich(segments: Sequence[Segment]) -> list[Block]:
    """A text as words of rich text: what is gone struck through, what is new in bold."""
    return [kit.rich_words(one.text, _STYLES[one.mark]) for one in segments if one.text]


def _said(text: str, by: str) -> list[Block]:
    """Somebody's words with their addresses as links, which rich text makes of nothing by itself."""
    if not by:
        return [kit.rich_words(text)]
    text = shorten(visible(text).strip(), kit.TYPED)
    made, end = [kit.rich_words(f"{by}\n" if text else by, "bold")], 0
    for found in islice(_ADDRESS_WITHIN.finditer(text), _MOST_LINKS):
        url = found[0].rstrip(_AFTER_ADDRESS)
        made += [kit.rich_words(text[end : found.start()])] if found.start() > end else []
        made.append(kit.rich_link(url))
        end = found.start() + len(url)
    return [*made, kit.rich_words(text[end:])] if text[end:] else made


def _item(one: Fact, t: Translator) -> Block:
    if one.url and _ADDRESS.fullmatch(one.url):
        named = one.name or one.value
        rest = [kit.rich_words(f" {one.value}")] if one.name else []
        return kit.rich_section(kit.rich_link(one.url, _titled(named, t) if rest else named), *rest)
    name = [kit.rich_words(f"{_titled(one.name, t)} ", "bold")] if one.name else []
    is_address = _ADDRESS.fullmatch(one.value) is not None
    return kit.rich_section(*name, kit.rich_link(one.value) if is_address else kit.rich_words(one.value))


def _plain(piece: Piece, t: Translator) -> str:
    match piece:
        case Sentence(text):
            return text
        case Said(text, by):
            return "\n".join(filter(None, (by, visible(text).strip())))
        case Quote(title, segments):
            text = "".join(one.text for one in segments)
            above = [_titled(title, t)] if title and text else []
            return "\n".join([*above, *(f"> {line}" for line in text.splitlines())])
        case Facts(items):
            told = [one for one in items if one.value]
            return "\n".join(f"- {_titled(one.name, t)} {one.value}" if one.name else f"- {one.value}" for one in told)


def _titled(name: str, t: Translator) -> str:
    return t("{name}:", name=name)
