"""What a text claims and what the facts line of programme.yml wants claimed, in the same terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.knowledge.check.literals import Kind, Literals, literals
from bot.knowledge.facts import PLACEHOLDER
from bot.knowledge.schema import Parameter, Programme
from bot.model import Language

_FACTS_LANGUAGE: Final = "en"
_ID: Final = r"[a-z0-9_-]+"
_MENTIONS: Final = {  # "link deal-form", "labels professionals and experts"
    group: re.compile(rf"\b{group}s?\s+(?P<ids>{_ID}(?:(?:,\s*|,?\s+and\s+){_ID})*)") for group in ("link", "label")
}
_CERTAIN_MENTION: Final = re.compile(rf"\(link\s+(?P<id>{_ID})\)")


@dataclass(frozen=True, slots=True)
class Claims:
    """Placeholders as they are written, `[…]({link.ID})` for links, and the numbers typed beside them."""

    placeholders: frozenset[str]
    literals: Literals


def link(id_: str) -> str:
    """How a link is written, whatever its words."""
    return f"[…]({{link.{id_}}})"


def of_text(text: str, language: Language) -> Claims:
    """What a text claims."""
    placeholders = frozenset(link(match["link"]) if match["link"] else match[0] for match in PLACEHOLDER.finditer(text))
    return Claims(placeholders, literals(text, language))


def of_facts(facts: str, programme: Programme) -> Claims:
    """What a facts line wants claimed: its placeholders, the links and labels that it names, its numbers.

    An e-mail address in it stands for the contact.
    """
    found = literals(facts, _FACTS_LANGUAGE)
    placeholders = {match[0] for match in PLACEHOLDER.finditer(facts)}
    placeholders.update(link(id_) for id_ in _mentioned("link", facts, programme.links))
    placeholders.update(f"{{label.{id_}}}" for id_ in _mentioned("label", facts, programme.labels))
    addresses = {typed.text for typed in found.typed if typed.kind is Kind.EMAIL}
    placeholders.update(
        f"{{contact.{id_}}}" for id_, contact in programme.contacts.items() if contact.email in addresses
    )
    return Claims(frozenset(placeholders), found)


def of_contact(id_: str | None, programme: Programme) -> frozenset[str]:
    """How a text names a contact: by its address, by its link, or (None of them) in words."""
    contact = programme.contacts.get(id_ or "")
    if contact is None:
        return frozenset()
    if contact.email:
        return frozenset({f"{{contact.{id_}}}"})
    return frozenset({link(contact.link)}) if contact.link else frozenset()


def unknown_in_facts(facts: str, programme: Programme) -> Iterator[str]:
    """What a facts line names and programme.yml does not hold, as words for a message."""
    for match in PLACEHOLDER.finditer(facts):
        if not known(match, programme):
            yield match[0]
    for match in _CERTAIN_MENTION.finditer(facts):
        if match["id"] not in programme.links:
            yield f"link {match['id']}"
    for typed in literals(facts, _FACTS_LANGUAGE).typed:
        if typed.kind is Kind.EMAIL and typed.text not in {contact.email for contact in programme.contacts.values()}:
            yield typed.text


def known(placeholder: re.Match[str], programme: Programme | None) -> bool:
    """Whether a programme has what a placeholder stands for; actions belong to no programme and have none."""
    if programme is None:
        return False
    if placeholder["link"]:
        return placeholder["link"] in programme.links
    if placeholder["group"] == "label":
        return placeholder["name"] in programme.labels
    if placeholder["group"] == "contact":
        contact = programme.contacts.get(placeholder["name"])
        return contact is not None and contact.email is not None
    return placeholder["name"] in programme.parameters


def shown(parameter: Parameter) -> float:
    """The number that a reader sees for a parameter: 10 for a tenth."""
    # Rounded, since 0.07 * 100 is not 7.
    return round(float(parameter.value) * 100, 9) if parameter.type == "percent" else float(parameter.value)


def _mentioned(group: str, facts: str, ids: Iterable[str]) -> Iterator[str]:
    # "the link in the article" mentions none: what follows has to be an id, and further ids follow it by "and".
    known_ids = set(ids)
    for match in _MENTIONS[group].finditer(facts):
        for id_ in re.findall(_ID, match["ids"]):
            if id_ == "and" and id_ not in known_ids:
                continue
            if id_ not in known_ids:
                break
            yield id_
