"""Every text claims what its facts claim, no less and no more; so the four languages agree with one another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from bot.document import Problem
from bot.knowledge.check.claims import Claims, of_contact, of_facts, of_text, shown, unknown_in_facts
from bot.knowledge.check.places import Contract
from bot.knowledge.check.statements import Part, Statement, statements
from bot.knowledge.schema import Knowledge, Parameter, Programme

_T = TypeVar("_T")

_UNCOUNTED: Final = 1  # one, un, ein, yksi: articles


def facts_parity(knowledge: Knowledge) -> Iterator[Problem]:
    """Compare the texts of all languages with their facts, and with one another where there are none."""
    languages: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements(knowledge):
        languages[statement.key].append(statement)
    for group in languages.values():
        claims = [of_text(statement.text, statement.language) for statement in group]
        for statement, said in zip(group, claims, strict=True):
            if statement.part is Part.TITLE:
                yield from _title(statement, said)
            elif statement.text:
                yield from _compare(statement, said, claims)


def facts_known(knowledge: Knowledge, contracts: dict[str, Contract]) -> Iterator[Problem]:
    """Everything that a facts line names stands in its programme.yml."""
    for programme in knowledge.programmes.values():
        contract = contracts[programme.id]
        lines = {f"entries.{entry.id.partition('.')[2]}": entry.facts for entry in programme.entries.values()}
        for part in ("notes", "open", "contacts"):
            lines.update({f"{part}.{id_}": what.facts for id_, what in getattr(programme, part).items()})
        for name, facts in lines.items():
            for unknown in unknown_in_facts(facts, programme):
                message = f"{name}: the facts name {unknown}, which this file does not hold; add it or mend the name"
                yield Problem(contract.file, contract.line(name), message)


def _compare(statement: Statement, said: Claims, everywhere: list[Claims]) -> Iterator[Problem]:
    programme = statement.programme
    if programme is None:
        yield from _numbers(statement, said, _usual(claims.literals.certain for claims in everywhere), set(), {})
        return
    facts = of_facts(statement.facts, programme)
    wanted = facts.placeholders | of_contact(statement.contact, programme)
    source = "the facts have it"
    if statement.part is Part.CONTACT:  # a contact's facts say what it is for; the sentence may say more, alike in all
        wanted |= _usual(claims.placeholders for claims in everywhere)
        source = "the other languages have it"
    for placeholder in sorted(wanted - said.placeholders):
        yield statement.problem(f"{placeholder} is missing; {source}")
    for placeholder in sorted(said.placeholders - wanted):
        yield statement.problem(f"{placeholder} is too much; {source.replace('have it', 'do not have it')}")
    parameters = _parameters(programme, wanted)
    yield from _numbers(statement, said, facts.literals.certain, facts.literals.doubtful, parameters)


def _numbers(
    statement: Statement,
    said: Claims,
    wanted: Iterable[float],
    allowed: Iterable[float],
    parameters: dict[str, Parameter],
) -> Iterator[Problem]:
    wanted, certain = set(wanted) - {_UNCOUNTED}, said.literals.certain - {_UNCOUNTED}
    source = "the facts have" if statement.programme else "the other languages have"
    for number in sorted(wanted - certain - said.literals.doubtful):
        yield statement.problem(f"the number {number:g} is missing; {source} it")
    for number in sorted(certain - wanted - set(allowed)):
        placeholder = _writing(number, parameters)
        if placeholder:
            yield statement.problem(f"{number:g} is typed out; write {placeholder}")
        else:
            yield statement.problem(f"the number {number:g} is too much; {source} none such")


def _title(statement: Statement, said: Claims) -> Iterator[Problem]:
    programme = statement.programme
    if programme is None:
        return
    parameters = _parameters(programme, of_facts(statement.facts, programme).placeholders)
    for number in sorted(said.literals.certain - {_UNCOUNTED}):
        placeholder = _writing(number, parameters)
        if placeholder:
            yield statement.problem(
                f"the title types {number:g}, which is {placeholder}; a title has no placeholders: say it without"
            )


def _parameters(programme: Programme, placeholders: Iterable[str]) -> dict[str, Parameter]:
    return {text: programme.parameters[text[1:-1]] for text in placeholders if text[1:-1] in programme.parameters}


def _writing(number: float, parameters: dict[str, Parameter]) -> str | None:
    return next((text for text, parameter in sorted(parameters.items()) if shown(parameter) == number), None)


def _usual(claims: Iterable[frozenset[_T]]) -> frozenset[_T]:
    """What at least half of the languages have."""
    each = list(claims)
    counts = Counter(item for items in each for item in items)
    return frozenset(item for item, count in counts.items() if 2 * count >= len(each))
