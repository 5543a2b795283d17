"""What is still to do for one entry, language by language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.document import Problem
from bot.knowledge.check.places import Contract
from bot.knowledge.check.statements import file_of, name_of
from bot.knowledge.schema import ACTION_PREFIX, Entry, Knowledge
from bot.model import LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class Task:
    """What is to do in one file; nothing, if no problem concerns the entry."""

    where: str  # a language, or "facts" for programme.yml
    file: str
    problems: tuple[Problem, ...]
    is_missing: bool = False  # no text at all

    def __str__(self) -> str:
        if self.is_missing:
            return f"{self.where}: the text is missing; add it to {self.file}"
        if not self.problems:
            return f"{self.where}: nothing to do"
        return "\n".join((f"{self.where}:", *(f"  {problem}" for problem in self.problems)))


def todo(
    entry: Entry, knowledge: Knowledge, contracts: Mapping[str, Contract], problems: Iterable[Problem]
) -> list[Task]:
    """The tasks of an entry or action: its facts, then its text in each language.

    A problem concerns an entry if it lies in its lines, or with a note or open case that the bot adds to its answer.
    """
    ordered = sorted(problems)
    siblings = _siblings(entry, knowledge)
    clauses = _clauses(entry, knowledge)
    tasks = []
    if not entry.id.startswith(ACTION_PREFIX):
        contract = contracts[entry.id.partition(".")[0]]
        lines = _span(contract.line(f"entries.{name_of(entry.id)}"), (other.line for other in siblings))
        tasks.append(Task("facts", contract.file, _concerning(ordered, contract.file, lines, clauses, frozenset())))
    for language in LANGUAGES:
        file = file_of(entry.id, language)
        text = entry.texts.get(language)
        if text is None:
            tasks.append(Task(language, file, (), is_missing=True))
            continue
        lines = _span(text.line, (other.texts[language].line for other in siblings if language in other.texts))
        added = _lines_of(clauses, entry, knowledge, language)
        tasks.append(Task(language, file, _concerning(ordered, file, lines, clauses, added)))
    return tasks


def _siblings(entry: Entry, knowledge: Knowledge) -> tuple[Entry, ...]:
    programme = knowledge.programme_of(entry.id)
    return tuple((programme.entries if programme else knowledge.actions).values())


def _clauses(entry: Entry, knowledge: Knowledge) -> tuple[str, ...]:
    """The notes and open cases that the bot adds to an entry's answer, as messages call them."""
    programme = knowledge.programme_of(entry.id)
    groups = {"open": programme.open, "notes": programme.notes} if programme else {}
    return tuple(
        f"{group}.{id_}"
        for group, clauses in groups.items()
        for id_, clause in clauses.items()
        if entry.id in clause.entries
    )


def _lines_of(clauses: Iterable[str], entry: Entry, knowledge: Knowledge, language: Language) -> frozenset[int]:
    programme = knowledge.programme_of(entry.id)
    lines = programme.words[language].lines if programme else {}
    return frozenset(lines[clause] for clause in clauses if clause in lines)


def _span(start: int, others: Iterable[int]) -> tuple[int, float]:
    """The lines of an entry: up to where the next one starts."""
    return start, min((line for line in others if line > start), default=math.inf)


def _concerning(
    problems: Iterable[Problem], file: str, lines: tuple[int, float], clauses: tuple[str, ...], added: frozenset[int]
) -> tuple[Problem, ...]:
    start, end = lines
    # A sentence that is missing has no line of its own, but its name comes first.
    names = tuple(f"{clause}{mark}" for clause in clauses for mark in (" ", ":"))
    return tuple(
        problem
        for problem in problems
        if problem.file == file
        and (start <= problem.line < end or problem.line in added or problem.message.startswith(names))
    )
