"""Every sentence of the code stands in every catalogue, translated, with its values; and nothing else does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, read_po

import bot
from bot import i18n
from bot.document import Problem
from bot.model import LANGUAGES, Language

SOURCES: Final = Path(bot.__file__).parent
"""The code, in the repository and in an installed package alike."""

_TRANSLATORS: Final = frozenset({"t", "translate", "N_"})  # N_ marks a string that is translated where it is shown
_CATALOGUES: Final = "catalogues"  # catalogues[language] is a translator
_PLURAL: Final = "plural"
_MAY_CALL: Final = re.compile(r"\b_*(?:t|translate|N_|plural)\(|\b_*catalogues\[")
_VALUE: Final = re.compile(r"\{(\w*)\}")
_PLURAL_HEADER: Final = "Plural-Forms:"


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of the code: where it stands first, and its plural if it has one."""

    singular: str
    plural: str | None
    place: str


def sources(code: Path = SOURCES) -> dict[str, list[Source]]:
    """The sentences that the code says, by their singular; each form (alone, with a plural) once.

    Read from the syntax tree: Babel's extractor glues the two strings of a conditional into one and misses what
    stands in a call within a named argument.
    """
    found: dict[str, list[Source]] = {}
    for path in sorted(code.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not _MAY_CALL.search(text):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                place = f"{path.relative_to(code.parent).as_posix()}:{node.lineno}"
                for singular, plural in _sentences(node):
                    known = found.setdefault(singular, [])
                    if plural not in {source.plural for source in known}:
                        known.append(Source(singular, plural, place))
    return found


def catalogues(folder: Path, code: Path = SOURCES) -> Iterator[Problem]:
    """Compare the catalogue of each language with the sentences of the code."""
    said = sources(code)
    for language in LANGUAGES:
        if language != i18n.SOURCE_LANGUAGE:
            yield from _catalogue(folder, language, said)


def _sentences(call: ast.Call) -> Iterator[tuple[str, str | None]]:
    name = _name(call.func)
    is_translator = name in _TRANSLATORS or (isinstance(call.func, ast.Subscript) and name == _CATALOGUES)
    if is_translator and call.args:
        yield from ((text, None) for text in _strings(call.args[0]))
    elif name == _PLURAL and len(call.args) > 1:
        yield from zip(_strings(call.args[0]), _strings(call.args[1]), strict=False)


def _name(called: ast.expr) -> str:
    """The last name of what is called or subscripted; an object keeps its translator as `_t`."""
    if isinstance(called, ast.Subscript):
        return _name(called.value)
    return (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")).lstrip("_")


def _strings(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_strings(node.body), *_strings(node.orelse)]
    return []


def _catalogue(folder: Path, language: Language, said: Mapping[str, list[Source]]) -> Iterator[Problem]:
    path = i18n.catalogue_path(folder, language)
    file = i18n.catalogue_path(Path("locales"), language).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
        with path.open("rb") as stream:
            catalogue = read_po(stream, locale=language, domain=i18n.DOMAIN, abort_invalid=True)
    except FileNotFoundError:
        yield Problem(file, 1, "the catalogue is missing; add it")
        return
    except PoFileError as error:
        # Babel counts from 0 here, in its message too.
        yield Problem(file, error.lineno + 1, "not gettext's format; mend this line")
        return
    except (OSError, ValueError) as error:
        yield Problem(file, 1, f"cannot be read: {error}")
        return
    yield from _plural_header(file, text, catalogue, language)
    there = {_key(message): message for message in catalogue if message.id}
    for singular, forms in said.items():
        if len(forms) > 1:
            places = " and ".join(form.place for form in forms)
            yield Problem(file, 1, f"{singular!r} stands alone and with a plural ({places}); reword one of the two")
        elif singular not in there:
            yield Problem(file, 1, f"{singular!r} ({forms[0].place}) is missing; add it with its translation")
        else:
            yield from _message(file, there[singular], forms[0])
    for message in (*there.values(), *catalogue.obsolete.values()):
        if _key(message) not in said or _key(message) not in there:
            yield Problem(file, message.lineno or 1, f"{_key(message)!r} is obsolete: no code says it; take it out")


def _key(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _plural_header(file: str, text: str, catalogue: Catalog, language: Language) -> Iterator[Problem]:
    right = get_plural(language)
    header = f"nplurals={right.num_plurals}; plural={right.plural_expr};"
    if _PLURAL_HEADER not in text:
        yield Problem(file, 1, f"the header Plural-Forms is missing; write {header}")
        return
    line = text[: text.index(_PLURAL_HEADER)].count("\n") + 1
    if (catalogue.num_plurals, _bare(catalogue.plural_expr)) != (right.num_plurals, _bare(right.plural_expr)):
        yield Problem(file, line, f"the header Plural-Forms is not that of this language; write {header}")


def _bare(expression: str) -> str:
    return re.sub(r"[\s()]", "", expression)


def _message(file: str, message: Message, source: Source) -> Iterator[Problem]:
    line = message.lineno or 1
    shown = repr(source.singular)
    if message.fuzzy:
        yield Problem(file, line, f"{shown} is fuzzy; review it and take the mark out")
    if isinstance(message.id, str) != (source.plural is None):
        wanted = "no plural" if source.plural is None else "a plural"
        yield Problem(file, line, f"{shown} has {wanted} in the code ({source.place}); mend the catalogue")
        return
    singular, plural = _values(source.singular), _values(source.plural or source.singular)
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    for n, form in enumerate(forms):
        # The first form may name its number or leave it out, as the source's singular or its plural does.
        allowed = [singular, plural] if n == 0 else [plural]
        which = f"{shown}, form {n}" if source.plural is not None else shown
        if not form.strip():
            yield Problem(file, line, f"{which} is not translated; translate it")
        elif re.search(r"[{}]", _VALUE.sub("", form)):
            yield Problem(file, line, f"{which}: a stray brace; values are written {{name}}")
        elif _values(form) not in allowed:
            wanted = ", ".join(f"{{{name}}}" for name in sorted(plural)) or "none"
            yield Problem(file, line, f"{which}: the placeholders differ from the source's; it has {wanted}")


def _values(text: str) -> frozenset[str]:
    return frozenset(_VALUE.findall(text))
