"""Knowledge of any size, made of the shipped one; the same for the same shape.

The first entries are the shipped ones. Every further round of them is about other things: in each entry the content
words are exchanged, always the same word for the same word, half of them for content words of other entries and half
for words that no language has. So entries differ, and share words and sentences as real ones do.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from zlib import crc32

import yaml

from bot import paths
from bot.knowledge.schema import ACTIONS, LONGEST_TITLE
from bot.model import LANGUAGES, Language
from bot.understand.decide import FILE as DECISION

QUESTIONS = "questions.jsonl"
"""Labelled questions beside the knowledge: phrasings of its entries that are not in it."""

_ASKED = 4  # questions an entry and language, at most
_OUTSIDE_SHARE = 3  # questions out of scope for each phrasing of an entry: as it is in the shipped knowledge
_COMMON_WORDS = 40  # words of a language that tell nothing of a topic
_SHORTEST = 4
_WORD = re.compile(r"[^\W\d_]+")
_CONTRACT = ("parameters", "contacts", "labels")
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Tree: TypeAlias = dict[str, Any]


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes out in full what stands in several places: the knowledge has no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


@dataclass(frozen=True, slots=True)
class Shape:
    """How large knowledge is: `entries` in each programme, `phrasings` of each entry and action in each language."""

    programmes: int
    entries: int
    phrasings: int


@dataclass(frozen=True, slots=True)
class _Source:
    """A shipped entry: what the contract says of it, and its texts."""

    contract: Tree
    texts: dict[Language, Tree]


def write(shape: Shape, folder: Path) -> Path:
    """Write knowledge into a new folder, with labelled questions, and give the folder back."""
    names = [f"p{number}" for number in range(shape.programmes)]
    questions: list[Tree] = []
    for number, name in enumerate(names):
        questions += _write_programme(shape, folder / name, number)
    for part in ("actions", "outside"):
        (folder / part).mkdir()
    for language in LANGUAGES:
        _dump(folder / "actions" / f"{language}.yml", _actions(language, shape.phrasings))
        _dump(folder / "outside" / f"{language}.yml", _outside(language, names, shape.phrasings * _OUTSIDE_SHARE))
    (folder / DECISION).write_bytes((paths.knowledge_dir("") / DECISION).read_bytes())
    lines = [json.dumps(question, ensure_ascii=False) for question in questions]
    (folder / QUESTIONS).write_text("\n".join(lines), encoding="utf-8")
    return folder


def _write_programme(shape: Shape, folder: Path, number: int) -> Iterator[Tree]:
    folder.mkdir(parents=True)
    name, sources = folder.name, _sources()
    # Called as no language calls anything, so that no question names it by chance.
    called = _invented(f"programme {number}").capitalize()
    contract = _merged_contract() | {"names": dict.fromkeys(LANGUAGES, called), "aliases": [called.lower()]}
    entries: dict[str, Tree] = {}
    texts: dict[Language, Tree] = {language: {} for language in LANGUAGES}
    questions = []
    for at in range(number * shape.entries, (number + 1) * shape.entries):
        round_, source = divmod(at, len(sources))
        entry = f"e{at}"
        entries[entry] = sources[source].contract
        for language, text in sources[source].texts.items():
            said = [_exchanged(phrasing, language, at if round_ else None) for phrasing in text["phrasings"]]
            texts[language][entry] = text | {
                "title": _exchanged(text["title"], language, at if round_ else None)[:LONGEST_TITLE],
                "phrasings": list(dict.fromkeys(said[: shape.phrasings])),
            }
            questions += [
                {
                    "id": f"{entry}-{language}-{n}",
                    "lang": language,
                    "programme": name,
                    "text": asked,
                    "expect": [f"{name}.{entry}"],
                }
                for n, asked in enumerate(said[shape.phrasings :][:_ASKED])
            ]
    _dump(folder / "programme.yml", contract | {"entries": entries, "examples": list(entries)[:3]})
    for language in LANGUAGES:
        _dump(folder / f"{language}.yml", {"contacts": _contacts(language), "entries": texts[language]})
    yield from questions


def _exchanged(text: str, language: Language, topic: int | None) -> str:
    """A text about another topic; None leaves it as it is."""
    if topic is None:
        return text
    common, content = _words(language)

    def other(match: re.Match[str]) -> str:
        word = match[0]
        if len(word) < _SHORTEST or word.lower() in common:
            return word
        key = f"{topic} {language} {word.lower()}"
        chance = crc32(key.encode())
        found = content[chance // 2 % len(content)] if chance % 2 else _invented(key)
        return found.capitalize() if word[0].isupper() else found

    exchanged = _WORD.sub(other, text)
    if exchanged != text:
        return exchanged
    # Nothing but common words: the longest of them becomes the topic.
    longest = max(_WORD.findall(text), key=len)
    return text.replace(longest, _invented(f"{topic} {language} {longest.lower()}"), 1)


def _invented(key: str) -> str:
    chance = random.Random(crc32(key.encode()))
    return "".join(chance.choice("bdfghklmnprstv") + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))


@cache
def _words(language: Language) -> tuple[frozenset[str], Sequence[str]]:
    """The words of the shipped phrasings: those in most sentences, and those that tell topics."""
    counted = Counter(
        word.lower()
        for source in _sources()
        for phrasing in source.texts[language]["phrasings"]
        for word in _WORD.findall(phrasing)
        if len(word) >= _SHORTEST
    )
    ranked = [word for word, _ in counted.most_common()]
    return frozenset(ranked[:_COMMON_WORDS]), ranked[_COMMON_WORDS:]


@cache
def _shipped(part: str) -> Tree:
    found: Tree = yaml.load((paths.knowledge_dir("") / part).read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe one
    return found


@cache
def _programmes() -> Sequence[str]:
    return sorted(path.parent.name for path in paths.knowledge_dir("").glob("*/programme.yml"))


@cache
def _sources() -> Sequence[_Source]:
    return [
        _Source(contract, {language: _shipped(f"{name}/{language}.yml")["entries"][entry] for language in LANGUAGES})
        for name in _programmes()
        for entry, contract in _shipped(f"{name}/programme.yml")["entries"].items()
    ]


def _merged_contract() -> Tree:
    """What the answers of all shipped programmes refer to, in one contract."""
    contracts = [_shipped(f"{name}/programme.yml") for name in _programmes()]
    merged: Tree = {"audience": "everybody", "links": sorted({link for one in contracts for link in one["links"]})}
    for part in _CONTRACT:
        merged[part] = {key: value for one in contracts for key, value in (one.get(part) or {}).items()}
    return merged


def _contacts(language: Language) -> Tree:
    return {k: v for name in _programmes() for k, v in _shipped(f"{name}/{language}.yml").get("contacts", {}).items()}


def _actions(language: Language, phrasings: int) -> Tree:
    shipped = _shipped(f"actions/{language}.yml")
    cut = {name: shipped[name] | {"phrasings": shipped[name]["phrasings"][:phrasings]} for name in ACTIONS}
    return {**cut, "closings": shipped["closings"]}


def _outside(language: Language, names: Sequence[str], questions: int) -> Tree:
    shipped = _shipped(f"outside/{language}.yml")
    near = list(shipped["near"].values())
    return {
        "far": shipped["far"][:questions],
        "near": {name: near[n % len(near)][:questions] for n, name in enumerate(names)},
    }


def _dump(path: Path, data: Tree) -> None:
    path.write_text(yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000), encoding="utf-8")
