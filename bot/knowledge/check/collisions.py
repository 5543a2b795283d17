"""Asked word for word, a phrasing leads to its own entry: the proof that needs the fitted model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from bot.document import Problem
from bot.knowledge.check.statements import file_of, name_of
from bot.knowledge.schema import Entry, Knowledge
from bot.model import Language

Rank: TypeAlias = Callable[[str, Language, str], str | None]
"""(programme id, language, phrasing) → the id of the entry or action that the fitted model puts first, if any."""

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many phrasings have been asked, and how many there are."""

MOST_SHOWN: Final = 20  # per entry: who has more has a theme to mend, not a line


def collisions(
    knowledge: Knowledge, rank: Rank, *, only: str | None = None, progress: Progress | None = None
) -> Iterator[Problem]:
    """Ask every phrasing of every served text; those of actions in each programme.

    Args:
        knowledge: What is asked.
        rank: The fitted model.
        only: An entry's or action's id, to ask its phrasings alone.
        progress: Told after each phrasing.

    """
    asked = [
        (entry, language, programmes)
        for entry, programmes in _entries(knowledge)
        if only in {None, entry.id}
        for language in entry.served_languages
    ]
    total = sum(len(entry.texts[language].phrasings) * len(programmes) for entry, language, programmes in asked)
    done = 0
    found: dict[str, list[Problem]] = {}
    for entry, language, programmes in asked:
        text = entry.texts[language]
        for programme in programmes:
            wanted = knowledge.programmes[programme].actions.get(entry.id, entry.id)
            for phrasing, line in zip(text.phrasings, text.phrasing_lines, strict=True):
                winner = rank(programme, language, phrasing)
                if winner != wanted:
                    where = f" in {programme}" if len(programmes) > 1 else ""
                    leads = f"{phrasing!r} leads to {winner or 'nothing'}"
                    what = f"asked word for word{where}, {leads}; reword one of the two"
                    problem = Problem(file_of(entry.id, language), line, f"{name_of(entry.id)}: {what}")
                    found.setdefault(entry.id, []).append(problem)
                done += 1
                if progress:
                    progress(done, total)
    for id_, problems in found.items():
        yield from problems[:MOST_SHOWN]
        if len(problems) > MOST_SHOWN:
            first_left_out = problems[MOST_SHOWN]
            what = f"{name_of(id_)}: … and {len(problems) - MOST_SHOWN} more phrasings that lead elsewhere"
            yield Problem(first_left_out.file, first_left_out.line, what)


def _entries(knowledge: Knowledge) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    """Each entry and action with the programmes that it is asked in."""
    for programme in knowledge.programmes.values():
        for entry in programme.entries.values():
            yield entry, (programme.id,)
    for action in knowledge.actions.values():
        yield action, tuple(knowledge.programmes)
