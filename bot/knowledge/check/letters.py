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
_PASS_FOR_LATIN: Final = frozenset("асеорхуіјѕԁһԛԝАВЕКМНОРСТУХІЈЅαορνικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_JOINER: Final = "\u200d"  # binds emoji together; between letters it is unseen
_LINE_ENDS: Final = "\n\r"


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


def _faults(line: str) -> Iterator[str]:
    for word in _WORD.findall(line):
        foreign = [char for char in word if _is_foreign(char)]
        if foreign and (len(foreign) < len(word) or _PASS_FOR_LATIN.issuperset(word)):
            yield f"{foreign[0]!r} in {word!r} is {unicodedata.name(foreign[0])}, a look-alike; type the Latin letter"
    for before, char in zip(" " + line, line, strict=False):
        if _is_unseen(char) and not (char == _JOINER and not before.isalnum()):
            name = unicodedata.name(char, f"U+{ord(char):04X}, a control character")
            yield f"an unseen character, {name}; take it out"
