"""A text of ours put right where it stands: a file with another text in one place, and nothing else changed.

A mere round trip through ruamel.yaml leaves our files as they are, but not those that are laid out otherwise (lists at
the indentation of their key, aligned comments, line ends of Windows). So only the text is written by ruamel; it goes
where ruamel found the old one, and what is around it is not touched. Whoever reads the result gets it from here only
if all of it reads as before, the one text apart.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, normalize, read_po
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    SingleQuotedScalarString,
)

from bot.document import LOADER

_STYLES: Final[Mapping[str, Callable[[str], str]]] = {
    "|": LiteralScalarString,
    ">": FoldedScalarString,
    "'": SingleQuotedScalarString,
}
_INDENT: Final = 2
_COMMENT: Final = re.compile(r"[ \t]+#.*")
_BLANK_LINES: Final = re.compile(r"(?:\n[ \t]*)*\Z")
_FORM: Final = re.compile(r"(?P<source>.*)\[(?P<form>\d)\]", re.DOTALL)
_PO_WIDTH: Final = 76
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class NotPatchable(Exception):
    """A text cannot be put there; the message says why, in words that go on after the name of the file."""


def text_in_yaml(source: str, key: str) -> str:
    """The text of a knowledge file under a key such as `deal-lock.answer` or `notes.closed`. Raises NotPatchable."""
    document, path = _place(source, key)
    return str(_at(document, path[:-1])[path[-1]])


def yaml_with(source: str, key: str, text: str) -> str:
    """A knowledge file with another text under a key, in the style of the old one where that can hold it.

    Raises NotPatchable.
    """
    document, path = _place(source, key)
    _at(document, path[:-1])[path[-1]] = text
    column, node = _scalar_node(source, path)
    begin, end = node.start_mark.index, node.end_mark.index
    old = source[begin:end].replace("\r\n", "\n")
    is_block = node.style in {"|", ">"}
    step = _step(old, column) if is_block else _INDENT
    # Double quotation marks hold anything; other styles only some texts, and whoever reads it knows best which.
    # With a bell ruamel marks where a folded text is broken: one that is in the text itself confuses it.
    own = None if "\a" in text else _STYLES.get(node.style)
    for style in (own, DoubleQuotedScalarString) if own else (DoubleQuotedScalarString,):
        new = _indented(_scalar(style(text), step), column)
        if is_block:
            new = _around(new, old)
        if "\r\n" in source:
            new = new.replace("\n", "\r\n")
        whole = source[:begin] + new + source[end:]
        if _reads_as(whole, document):
            return whole
    raise NotPatchable(f"{key} cannot hold this text; change it by hand")


def text_in_catalogue(source: str, key: str) -> str:
    """The translation of a catalogue under a key: the msgid, `msgid[form]` for a plural form. Raises NotPatchable."""
    catalogue = _catalogue(source)
    id_, form = _message(catalogue, key)
    return _strings(catalogue)[id_][form]


def catalogue_with(source: str, key: str, text: str) -> str:
    """A catalogue with another translation under a key, wrapped as the old one was. Raises NotPatchable."""
    if _CONTROL.search(text):
        raise NotPatchable(f"{key!r}: the new text has control characters; change it by hand")
    catalogue = _catalogue(source)
    id_, form = _message(catalogue, key)
    wanted = _strings(catalogue)
    is_plural = len(wanted[id_]) > 1
    wanted[id_] = (*wanted[id_][:form], text, *wanted[id_][form + 1 :])
    keyword = f"msgstr[{form}]" if is_plural else "msgstr"
    lines = source.split("\n")
    message = catalogue.get(id_)
    first = message.lineno - 1 if message is not None and message.lineno else 0
    begin = next((n for n in range(first, len(lines)) if lines[n].startswith(f"{keyword} ")), len(lines))
    end = next((n for n in range(begin + 1, len(lines)) if not lines[n].startswith('"')), len(lines))
    # A translation that is broken between two lines of its own, and not at one of its line ends, is wrapped.
    is_wrapped = any(not line.rstrip().endswith('\\n"') for line in lines[begin + 1 : end - 1])
    line_end = "\r" if source.count("\r\n") else ""
    new = f"{keyword} {normalize(text, width=_PO_WIDTH if is_wrapped else 0)}".split("\n")
    whole = "\n".join([*lines[:begin], *(f"{line}{line_end}" for line in new), *lines[end:]])
    if begin == len(lines) or _strings(_catalogue(whole)) != wanted:
        raise NotPatchable(f"{key!r} cannot hold this text; change it by hand")
    return whole


# YAML


def _load(source: str) -> Any:
    return yaml.load(source, LOADER)  # noqa: S506 - it is the safe one


def _reads_as(source: str, document: Any) -> bool:
    try:
        return bool(_load(source) == document)
    except (yaml.YAMLError, ValueError):
        return False


def _place(source: str, key: str) -> tuple[Any, tuple[str, ...]]:
    """The document, and where the text stands in it."""
    try:
        document = _load(source)
    except (yaml.YAMLError, ValueError) as error:
        raise NotPatchable("is no YAML; see `partnerdesk check`") from error
    name, _, field = key.partition(".")
    for path in (("entries", name, field), (name, field)):
        holder = _at(document, path[:-1])
        if isinstance(holder, dict) and isinstance(holder.get(path[-1]), str):
            return document, path
    raise NotPatchable(f"has no text {key} any more")


def _at(document: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _scalar_node(source: str, path: tuple[str, ...]) -> tuple[int, ScalarNode]:
    """The column of the key, and the value."""
    column = 0
    try:
        node = YAML().compose(source)
        for name in path:
            pairs = node.value if isinstance(node, MappingNode) else ()
            key, node = next((key, value) for key, value in pairs if key.value == name)
            column = key.start_mark.column
    except (YAMLError, StopIteration):
        node = None
    if not isinstance(node, ScalarNode):
        raise NotPatchable("is laid out so that one text cannot be changed alone; change it by hand")
    return column, node


def _scalar(text: str, step: int) -> str:
    """A text as ruamel writes it as the value of a key; its further lines are indented by `step`."""
    emitter = YAML()
    emitter.width = sys.maxsize
    emitter.indent(mapping=step)
    stream = io.StringIO()
    emitter.dump({"k": text}, stream)
    return stream.getvalue().removeprefix("k:").removesuffix("\n").lstrip(" ")


def _indented(written: str, column: int) -> str:
    first, *others = written.split("\n")
    return "\n".join([first, *(" " * column + line if line else line for line in others)])


def _step(old: str, column: int) -> int:
    """How far the lines of a block stand in from their key."""
    lines = [line for line in old.split("\n")[1:] if line.strip()]
    return max(len(lines[0]) - len(lines[0].lstrip(" ")) - column, 1) if lines else _INDENT


def _around(written: str, old: str) -> str:
    """A block with what the old one had around its words: a comment after its header, empty lines below it."""
    header, newline, lines = written.partition("\n")
    comment = _COMMENT.search(old.partition("\n")[0])
    below = _BLANK_LINES.search(old)
    return f"{header}{comment[0] if comment else ''}{newline}{lines}{below[0] if below else ''}"


# Catalogues


def _catalogue(source: str) -> Catalog:
    try:
        return read_po(io.BytesIO(source.encode("utf-8")))
    except (PoFileError, ValueError) as error:
        raise NotPatchable("is no catalogue; see `partnerdesk check`") from error


def _strings(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    """The translations of each msgid, one for each plural form; not the header, to which Babel adds the time."""
    found = {}
    for message in catalogue:
        id_ = message.id if isinstance(message.id, str) else message.id[0]
        if not id_:
            continue
        found[id_] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return found


def _message(catalogue: Catalog, key: str) -> tuple[str, int]:
    """The msgid and the plural form of a key."""
    strings = _strings(catalogue)
    if key in strings:
        return key, 0
    found = _FORM.fullmatch(key)
    if found and len(strings.get(found["source"], ())) > int(found["form"]):
        return found["source"], int(found["form"])
    raise NotPatchable(f"has no translation of {key!r} any more")
