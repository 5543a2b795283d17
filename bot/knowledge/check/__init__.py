"""The proofs that the knowledge is right. Each is a function that gives the problems it finds; all run, always.

form (load) · facts in four languages (parity) · nothing typed out (typed) · whole placeholders, short answers (markup)
· sentences, drafts, revisions (completeness) · languages of contacts (reach) · phrasings · letters · catalogues of the
code's sentences (catalogues) · a function for each rule (rules) · and, with a fitted model, that each phrasing leads to
its own entry (collisions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from bot.document import Problem, Problems
from bot.knowledge.check import collisions, completeness, letters, markup, parity, phrasings, reach, typed
from bot.knowledge.check.catalogues import catalogues
from bot.knowledge.check.places import Contract, contracts, examples
from bot.knowledge.load import parse
from bot.knowledge.schema import Knowledge

RulesOf: TypeAlias = Callable[[Knowledge], Iterable[Problem]]
"""Where the knowledge and the registered rules do not fit each other."""

RankOf: TypeAlias = Callable[[Knowledge], collisions.Rank]
"""Fits the model of a knowledge and gives its ranking."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read, and every problem found in it, in the order of files and lines."""

    knowledge: Knowledge
    problems: tuple[Problem, ...]
    contracts: dict[str, Contract] = field(default_factory=dict)  # by programme
    asked: bool = False  # whether collisions were looked for


def check(
    knowledge_dir: Path,
    locales_dir: Path,
    *,
    same: phrasings.Same,
    rules: RulesOf,
    rank: RankOf | None = None,
    only: str | None = None,
    progress: collisions.Progress | None = None,
) -> Checked:
    """Run every proof.

    Args:
        knowledge_dir: The knowledge.
        locales_dir: The catalogues.
        same: The form in which two phrasings are the same phrasing; the matcher's own.
        rules: Compares the entries to compute with the functions that compute them.
        rank: Fits the model for the proof of collisions, which is left out without it, and while the form of the
            knowledge has errors: there is nothing whole to fit then.
        only: The entry or action to which the proof of collisions is limited.
        progress: Told how far the proof of collisions is.

    """
    form = Problems()
    knowledge = parse(knowledge_dir, form)
    found_contracts = contracts(knowledge_dir, knowledge)
    found_examples = examples(knowledge_dir)
    problems = {
        *form.found,
        *parity.facts_parity(knowledge),
        *parity.facts_known(knowledge, found_contracts),
        *typed.nothing_typed(knowledge),
        *markup.markup(knowledge),
        *markup.length(knowledge),
        *completeness.sentences(knowledge),
        *completeness.releases(knowledge),
        *reach.languages_of_contacts(knowledge),
        *phrasings.enough(knowledge),
        *phrasings.distinct(knowledge, found_examples, same),
        *phrasings.near_known(knowledge, found_examples),
        *letters.letters(knowledge_dir, knowledge),
        *catalogues(locales_dir),
        *rules(knowledge),
    }
    ask = rank is not None and not form.errors
    if rank is not None and ask:
        problems.update(collisions.collisions(knowledge, rank(knowledge), only=only, progress=progress))
    return Checked(knowledge, tuple(sorted(problems)), found_contracts, ask)
