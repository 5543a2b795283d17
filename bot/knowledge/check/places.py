"""Where things stand in those files of which the knowledge itself keeps no lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.document import Field, Problems, read
from bot.knowledge.load import CONTRACT
from bot.knowledge.schema import Knowledge
from bot.model import LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class Example:
    """An out-of-scope example; `programme` is None for those that are far from every programme."""

    text: str
    language: Language
    programme: str | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A programme.yml."""

    file: str
    document: Field

    def line(self, name: str) -> int:
        """The line of a dotted name, such as `entries.deal-lock`; of its nearest parent if it is not there."""
        field = self.document
        for key in name.split("."):
            field = field.get(key)
        return field.line


def contracts(folder: Path, knowledge: Knowledge) -> dict[str, Contract]:
    """The programme.yml of each programme, by its id. Faults of form are load's to tell."""
    files = {id_: f"{id_}/{CONTRACT}" for id_ in knowledge.programmes}
    return {id_: Contract(file, read(folder / file, Problems(), name=file)) for id_, file in files.items()}


def examples(folder: Path) -> list[Example]:
    """Every out-of-scope example. Faults of form are load's to tell."""
    found: list[Example] = []
    for language in LANGUAGES:
        file = f"outside/{language}.yml"
        document = read(folder / file, Problems(), name=file)
        lists: dict[str | None, Field] = {None: document.get("far")}
        lists.update(document.get("near").keys())
        for programme, field in lists.items():
            found += [Example(text, language, programme, file, line) for text, line in field.lines()]
    return found
