"""Nothing is typed out that has a placeholder: dates, amounts, percentages, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.document import Problem
from bot.knowledge.check.claims import shown
from bot.knowledge.check.literals import CURRENCY, PERCENT, Kind, Typed, literals
from bot.knowledge.check.statements import Statement, statements
from bot.knowledge.schema import Knowledge, Parameter, Programme

_PARAMETER_TYPES: Final = {Kind.PERCENT: "percent", Kind.AMOUNT: "money"}
_UNIT_AFTER: Final = {
    "percent": re.compile(rf"\{{([a-z0-9_-]+)\}}\s*{PERCENT}", re.IGNORECASE),
    "money": re.compile(rf"\{{([a-z0-9_-]+)\}}\s*{CURRENCY}|{CURRENCY}\s*\{{([a-z0-9_-]+)\}}", re.IGNORECASE),
}


def nothing_typed(knowledge: Knowledge) -> Iterator[Problem]:
    """Find what stands in a text, title or sentence in place of a placeholder."""
    for statement in statements(knowledge):
        for typed in literals(statement.text, statement.language).typed:
            yield statement.problem(f"{typed.kind} {typed.text!r} is typed out; {_instead(typed, statement.programme)}")
        yield from _units(statement)


def _instead(typed: Typed, programme: Programme | None) -> str:
    if programme is None or typed.kind is Kind.DATE:
        return "take it out"
    if typed.kind is Kind.EMAIL:
        ids = [id_ for id_, contact in programme.contacts.items() if contact.email == typed.text]
        return f"write {{contact.{ids[0]}}}" if ids else "add the contact to programme.yml and write {contact.ID}"
    if typed.kind is Kind.URL:
        known = f", one of {', '.join(programme.links)}" if programme.links else ""
        return f"write [words]({{link.ID}}) with a link of programme.yml{known}"
    type_ = _PARAMETER_TYPES[typed.kind]
    for id_, parameter in programme.parameters.items():
        if parameter.type == type_ and shown(parameter) == typed.value:
            return f"write {{{id_}}}"
    return f"add a parameter of type {type_} to programme.yml and write that"


def _units(statement: Statement) -> Iterator[Problem]:
    parameters: dict[str, Parameter] = dict(statement.programme.parameters) if statement.programme else {}
    for type_, pattern in _UNIT_AFTER.items():
        for match in pattern.finditer(statement.text):
            id_ = next(group for group in match.groups() if group)
            if id_ in parameters and parameters[id_].type == type_:
                unit = "percent sign" if type_ == "percent" else "currency"
                yield statement.problem(f"{match[0]!r}: {{{id_}}} brings its {unit} along; take yours out")
