"""No character that looks like another one, and none that cannot be seen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.document import Problem
from bot.knowledge.load import CONTRACT
from bot.knowledge.schema import Knowledge
from bot.model import LANGUAGES

_WORD: Final = re.compile(r"[^\W\d_]+")
_ESCAPED: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")
_SCRIPTS: Final = ("CYRILLIC", "GREEK", "ARMENIAN", "COPTIC", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL")
# Letters that pass for Latin ones even when they make up the whole word, as a Cyrillic "a" does in French.
_LATIN: Final = dict(
    zip(
        "асеорхуіјѕԁһԛԝАВЕКМНОРСТУХІЈЅαορνικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aceopxyijsdhqwABEKMHOPCTYXIJSaopvikABEZHIKMNOPTYX",
        strict=True,
    )
)
_PASS_FOR_LATIN: Final = frozenset(_LATIN)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_JOINER: Final = "\u200d"  # binds emoji together; between letters it is unseen
_LINE_ENDS: Final = "\n\r"
_BEFORE_ESCAPED: Final = re.compile(r"\\+(?=x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")


def letters(folder: Path, knowledge: Knowledge) -> Iterator[Problem]:
    """Find look-alike letters and unseen characters in the files of the knowledge, comment lines apart."""
    for file in _files(knowledge):
        try:
            text = (folder / file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # said by load
        if not any(map(_is_suspect, set(text))) and not _ESCAPED.search(text):
            continue
        for n, line in enumerate(text.split("\n"), start=1):
            if not line.lstrip().startswith("#"):
                written = _ESCAPED.sub(lambda match: chr(int(match[1] or match[2] or match[3], 16)), line)
                yield from (Problem(file, n, fault) for fault in _faults(written))


def plain(text: str) -> str:
    """A text of somebody as the files may hold it: look-alikes as Latin letters, and nothing that cannot be seen."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_BEFORE_ESCAPED.sub("", _WORD.sub(_latin, _seen(line))) for line in lines)


def _seen(line: str) -> str:
    kept = " "
    for char in line.replace("\t", " "):
        if not _is_refused(char, kept[-1]):
            kept += char
    return kept[1:]


def _latin(word: re.Match[str]) -> str:
    if not _is_disguised(word[0]):
        return word[0]
    plainer = (unicodedata.normalize("NFKC", char) for char in word[0])
    return "".join("?" if _is_foreign(char) else char for each in plainer for char in map(_latin_letter, each))


def _latin_letter(char: str) -> str:
    return _LATIN.get(char, char)


def _files(knowledge: Knowledge) -> Iterator[str]:
    for folder in (*knowledge.programmes, "actions", "outside"):
        if folder in knowledge.programmes:
            yield f"{folder}/{CONTRACT}"
        yield from (f"{folder}/{language}.yml" for language in LANGUAGES)


def _is_suspect(char: str) -> bool:
    return _is_foreign(char) or _is_unseen(char)


def _is_foreign(char: str) -> bool:
    return char.isalpha() and unicodedata.name(char, "").startswith(_SCRIPTS)


def _is_unseen(char: str) -> bool:
    return char not in _LINE_ENDS and unicodedata.category(char) in _UNSEEN


def _is_disguised(word: str) -> bool:
    """Whether letters of a word pass for Latin ones."""
    foreign = [char for char in word if _is_foreign(char)]
    return bool(foreign) and (len(foreign) < len(word) or _PASS_FOR_LATIN.issuperset(word))


def _is_refused(char: str, before: str) -> bool:
    return _is_unseen(char) and not (char == _JOINER and not before.isalnum())


def _faults(line: str) -> Iterator[str]:
    for word in filter(_is_disguised, _WORD.findall(line)):
        foreign = next(char for char in word if _is_foreign(char))
        yield f"{foreign!r} in {word!r} is {unicodedata.name(foreign)}, a look-alike; type the Latin letter"
    for before, char in zip(" " + line, line, strict=False):
        if _is_refused(char, before):
            name = unicodedata.name(char, f"U+{ord(char):04X}, a control character")
            yield f"an unseen character, {name}; take it out"
