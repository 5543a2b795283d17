"""Counts, and of what: people of a team, employees, licences, clients; more of them, those in use, the sixth."""

from __future__ import annotations

import re
from typing import Final

from bot.model import Value
from bot.understand.slots.found import Found
from bot.understand.slots.kinds import Kind
from bot.understand.slots.line import Line, Token
from bot.understand.slots.money import amount

_COUNT: Final = re.compile(
    r"(?P<range>N~N|N[xou]N(?=[xoP]{0,2}[peic]))|(?P<number>N(?![xo]?%)&?K?|[ao]?h[ao]{0,2}K|a&?K(?=[xoP]?[peicb])|K(?=[xoP]?[peicb]))|(?P<group>g)|(?P<ordinal>O)"
)
_NONE: Final = re.compile(r"0[xoaN]?s?[xoP]?c")
_ONE_MORE: Final = re.compile(
    r"\+[od]?a[xP+]{0,2}[ip]|a[P+]{0,2}[ip][xoP]{0,2}\+|a\+[xP]?[ip]|1[xP]{0,2}[ip]|1(?=$|[.,+])|a\+(?![a-zA-Z])"
)
_ONE: Final = re.compile(r"(?:a?s|sa)[xP]{0,2}[pic]")
_NOUN: Final = {Kind.EMPLOYEES: "employees", Kind.LICENCES: "licences", Kind.CLIENTS: "clients", Kind.PEOPLE: "people"}
_BETWEEN: Final = frozenset(
    {
        Kind.WORD, Kind.FILLER, Kind.PLAN, Kind.PLAN_NOUN, Kind.MORE, Kind.USED, Kind.RANGE, Kind.THIS, Kind.COMPANY,
        Kind.PLAN_CURRENT, Kind.PLAN_TARGET, Kind.NEXT, Kind.LAST, Kind.MAGNITUDE,
    }
)  # fmt: skip
_REACH: Final = 4  # tokens between a number and what it counts
_NEAR: Final = 2
_SUM: Final = 100  # from here on a number beside a word for revenue is a sum of money
_LARGE_SUM: Final = 10_000  # and from here on one that counts nothing
_FINNISH_IN: Final = "ssa"  # vuodessa, a year
_ALTERNATIVES: Final = frozenset({"a", "à", "bis", "to", "or", "ou", "oder", "tai", "–"})


def counts(line: Line, kinds: str) -> list[Found]:
    """The counts of a line, ordinals too; `kinds` with what is claimed already taken out."""
    out = []
    for match in _COUNT.finditer(kinds):
        found = _of_range(line, match) if match["range"] else None
        out += found or _single(line, kinds, match)
    for pattern, number in ((_NONE, 0), (_ONE_MORE, 1), (_ONE, 1)):
        for match in pattern.finditer(kinds):
            if not any(one.first <= match.end() - 1 and one.last >= match.start() for one in out):
                role = _role_within(line, match)
                mode = "more" if pattern is _ONE_MORE else ""
                said = line.said(match.start(), match.end() - 1)
                out.append(Found(Value("count", number, said, role, mode), match.start(), match.end() - 1))
    return sorted(out, key=lambda one: one.first)


def _of_range(line: Line, match: re.Match[str]) -> list[Found]:
    """50 to 100: which of them is not known, so both are options."""
    first, last = match.start(), match.end() - 1
    if line.tokens[first + 1].raw.lower() not in _ALTERNATIVES and line.tokens[first + 1].kind is not Kind.RANGE:
        return []
    ends = (line.tokens[first].value, line.tokens[last].value)
    if not all(isinstance(end, int) for end in ends) or ends[0] >= ends[1]:
        return []
    return [Found(Value("count", None, line.said(first, last), _role(line, first, last), options=ends), first, last)]


def _single(line: Line, kinds: str, match: re.Match[str]) -> list[Found]:
    out = []
    if Kind.MAGNITUDE in kinds[match.start() : match.end()]:
        return _magnified(line, match)
    for at in range(match.start(), match.end()):
        token = line.tokens[at]
        if token.kind in {Kind.NUMBER, Kind.ORDINAL, Kind.GROUP}:
            found = _counted(line, at)
            if found is not None:
                out.append(found)
    return out


def _magnified(line: Line, match: re.Match[str]) -> list[Found]:
    """5k licences, one and a half thousand employees."""
    first, last = match.start(), match.end() - 1
    number = amount(line.tokens[first : last + 1], line.words.language)
    if number is None or number != int(number):
        return []
    return [Found(Value("count", int(number), line.said(first, last), _role(line, first, last)), first, last)]


def _counted(line: Line, at: int) -> Found | None:
    token = line.tokens[at]
    last = at
    value = token.value
    if value != int(value) or (at and line.tokens[at - 1].kind is Kind.NAME_BEFORE_NUMBER):
        return None
    kind = "ordinal" if token.kind is Kind.ORDINAL or _is_dotted_ordinal(line, at) else "count"
    role = "people" if token.kind is Kind.GROUP else _role(line, at, last)
    if role == "people" and _is_with_asker(line, at):
        return Found(Value("count", int(value) + 1, line.said(at, last), role), at, last)
    is_sum = value >= _SUM and ((not role and (value >= _LARGE_SUM or _is_revenue(line, at))) or _is_yearly(line, last))
    if kind == "count" and is_sum:
        return Found(Value("money", {"amount": value, "currency": None}, line.said(at, last)), at, last)
    return Found(Value(kind, int(value), line.said(at, last), role, _mode(line, at, last)), at, last)


def _is_dotted_ordinal(line: Line, at: int) -> bool:
    """Die 6. Lizenz, 6. lisenssi."""
    dot, noun = line.kinds[at + 1 : at + 2], line.kinds[at + 2 : at + 3]
    if dot != Kind.STOP or not noun or line.words.language not in {"de", "fi"}:
        return False
    return line.tokens[at + 1].start == line.tokens[at].end and noun in "peic"


def _is_with_asker(line: Line, at: int) -> bool:
    """Me and three colleagues; three colleagues and me."""
    before, after = line.tokens[max(0, at - 2) : at], line.tokens[at + 1 : at + 1 + _REACH]
    return any(token.kind is Kind.ME_AND for token in before) or any(token.kind is Kind.AND_ME for token in after)


def _is_yearly(line: Line, last: int) -> bool:
    """80 000 a year."""
    after = line.tokens[last + 1 : last + 4]
    if after and after[0].kind is Kind.UNIT and not after[0].raw.lower().endswith(_FINNISH_IN):
        return False  # a 120 years old company
    unit = next((n for n, token in enumerate(after) if token.kind is Kind.UNIT), None)
    return unit is not None and after[unit].value == "year" and not any(token.kind in _NOUN for token in after[:unit])


def _is_revenue(line: Line, at: int) -> bool:
    near = line.tokens[max(0, at - 5) : at + 4]
    return any(_is_said(line, token, Kind.REVENUE) for token in near)


def _role(line: Line, first: int, last: int) -> str:
    """What is counted: by the noun that follows, else by what stands before."""
    ahead = _noun_ahead(line, last)
    if ahead is not None:
        n, kind = ahead
        if kind is Kind.PEOPLE and _is_company(line, first, n):
            return "employees"
        return _NOUN[kind]
    behind = _role_behind(line, first)
    return "licences" if behind != "people" and _is_before_plan(line, last) else behind


def _is_before_plan(line: Line, last: int) -> bool:
    """80 Enterprise: licences, though nobody says so."""
    after = line.tokens[last + 1 : last + 3]
    is_plan = bool(after) and after[0].raw[0].isupper() and Kind.PLAN in line.words.tags(after[0].raw)
    return is_plan and not any(token.kind is Kind.TEAM for token in after)


def _noun_ahead(line: Line, last: int) -> tuple[int, Kind] | None:
    for n in range(last + 1, min(last + 1 + _REACH, len(line.tokens))):
        kind = line.tokens[n].kind
        if kind in _NOUN:
            return n, kind
        if kind not in _BETWEEN and not (kind is Kind.TEAM and n == last + 1):
            return None
    return None


def _is_company(line: Line, first: int, noun: int) -> bool:
    """600 hengen yritys, une PME de 1 200 personnes: people who are a company's."""
    after = line.tokens[noun + 1 : noun + 3]
    for token in after:
        if token.kind is Kind.TEAM:
            return False
        if token.kind in {Kind.COMPANY, Kind.CLIENTS}:
            return True
    for token in reversed(line.tokens[max(0, first - 5) : first]):
        if token.kind is Kind.TEAM:
            return False
        if token.kind in {Kind.COMPANY, Kind.CLIENTS}:
            return True
    return False


def _role_behind(line: Line, first: int) -> str:
    for n in range(first - 1, max(-1, first - 1 - _REACH), -1):
        kind = line.tokens[n].kind
        if kind is Kind.TEAM:
            return "people"
        if kind in _NOUN:
            return _NOUN[kind]
        if kind in {Kind.NUMBER, Kind.STOP, Kind.COMMA} and n < first - 1:
            return ""
    return ""


def _role_within(line: Line, match: re.Match[str]) -> str:
    kinds = [token.kind for token in line.tokens[match.start() : match.end()]]
    return next((_NOUN[kind] for kind in kinds if kind in _NOUN), "")


def _mode(line: Line, first: int, last: int) -> str:
    """Whether so many more are meant, or so many that are in use."""
    before, after = line.tokens[max(0, first - _NEAR) : first], line.tokens[last + 1 : last + 2 + _REACH]
    near = _until_number(after)
    if len(near) < len(after) and after[len(near)].kind is Kind.NUMBER:
        # "more" belongs to the next number, but where it stands beside this one: "three and two more"
        near = [*near[:1], *(token for token in near[1:] if not _is_said(line, token, Kind.MORE))]
    for token in (*near, *_until_number(before[::-1])):
        for kind, mode in ((Kind.USED, "used"), (Kind.MORE, "more")):
            if _is_said(line, token, kind):
                return mode
    return ""


def _is_said(line: Line, token: Token, kind: Kind) -> bool:
    """Whether a token is of a kind, or can be."""
    return token.kind is kind or kind in line.words.tags(token.raw)


def _until_number(tokens: tuple[Token, ...] | list[Token]) -> list[Token]:
    out: list[Token] = []
    for token in tokens:
        if token.kind in {Kind.NUMBER, Kind.STOP, Kind.COMMA, Kind.ORDINAL}:
            break
        out.append(token)
    return out
