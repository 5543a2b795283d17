"""What a WebDAV server says of its resources: an XML document with a part for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

DAV: Final = "{DAV:}"
CALDAV: Final = "{urn:ietf:params:xml:ns:caldav}"

_OK: Final = "200"


class Garbled(Exception):
    """The document cannot be read, or lacks something: where it was cut short a part without properties says so."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its address as the server writes it, and those of its properties that could be had, by tag."""

    href: str
    properties: dict[str, Element]

    def text(self, tag: str) -> str:
        """The text of a property. Raises Garbled where it is missing or empty."""
        found = self.properties.get(tag)
        if found is None or not found.text:
            raise Garbled("a property is missing")
        return found.text


class _Builder(TreeBuilder):
    """Builds no document that declares entities: a few of them make gigabytes of text."""

    def doctype(self, *_: object) -> NoReturn:
        """Refuse the declaration."""
        raise Garbled("it declares a document type")


def resources(content: bytes) -> list[Resource]:
    """The resources that a multistatus document tells of. Raises Garbled."""
    parser = XMLParser(target=_Builder())  # noqa: S314 - declares no entities, see above
    try:
        parser.feed(content)
        root = parser.close()
    except (ParseError, ValueError, LookupError) as error:
        raise Garbled("no XML") from error
    if root.tag != f"{DAV}multistatus":
        raise Garbled("no multistatus")
    return [
        Resource((one.findtext(f"{DAV}href") or "").strip(), {found.tag: found for found in _had(one)})
        for one in root.iterfind(f"{DAV}response")
    ]


def _had(response: Element) -> Iterator[Element]:
    for part in response.iterfind(f"{DAV}propstat"):
        if _OK in (part.findtext(f"{DAV}status") or "").split():
            for properties in part.iterfind(f"{DAV}prop"):
                yield from properties
