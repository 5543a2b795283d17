"""Plan names and ways of paying, as people mention them: the plan they have, the one they want, the one of licences."""

from __future__ import annotations

from typing import Final

from bot.model import Value
from bot.understand.plans import PLANS
from bot.understand.slots.found import Found
from bot.understand.slots.kinds import Kind
from bot.understand.slots.line import Line, Token

_NEAR: Final = 2
_ORDINARY: Final = frozenset({"team"})
"""Names that are ordinary words, but in Finnish: a plan only beside a word for one."""

_FROM: Final = frozenset({"from", "de", "du", "von", "vom"})
_FINNISH_INTO: Final = ("iin", "een", "hin")


def plans(line: Line) -> list[Found]:
    """The plans that a line names, with their role: current, target, licence or none."""
    out = []
    for n, token in enumerate(line.tokens):
        if token.kind not in {
            Kind.WORD,
            Kind.PLAN,
            Kind.COMPANY,
            Kind.TEAM,
            Kind.FILLER,
            Kind.PLAN_CURRENT,
            Kind.PEOPLE,
        }:
            continue
        tag = line.words.tags(token.raw).get(Kind.PLAN)
        if tag is None:
            continue
        noun = _noun_beside(line, n)
        if _is_plan(line, n, tag.value, noun):
            out.append(Found(Value("plan", tag.value, token.raw, _role(line, n, noun)), n, n))
    return out


def _is_plan(line: Line, n: int, plan: str, noun: Token | None) -> bool:
    token = line.tokens[n]
    named = token.raw.lower().startswith(plan.lower())
    if noun is not None and not named and _is(line, noun, Kind.TEAM):
        return False  # "what does our team get for free?" names no plan
    if noun is not None:
        is_licence = _is(line, noun, Kind.LICENCES)
        return not (is_licence and plan == PLANS[0]) or (
            named and token.raw[0].isupper() and line.words.language != "en"
        )
    if not named or (plan.lower() in _ORDINARY and line.words.language != "fi"):
        return False
    if line.words.language == "de" or n == 0:
        return token.raw[0].isupper() and (n > 0 or len(line.tokens) < 4)  # noqa: PLR2004 - a word or two are an answer
    return token.raw[0].isupper() or _is(line, line.tokens[n - 1], Kind.PLAN_CURRENT)


def _noun_beside(line: Line, n: int) -> Token | None:
    """A word for a plan or a licence next to a name: plan Team, Team-Plan, forfait Miro Team."""
    for near in (line.tokens[n + 1 : n + 2], line.tokens[max(0, n - 1) : n], line.tokens[n + 2 : n + 3]):
        for token in near:
            if _is(line, token, Kind.PLAN_NOUN) or _is(line, token, Kind.LICENCES):
                return token
            if token.kind in {Kind.STOP, Kind.COMMA}:
                break
    before = line.tokens[max(0, n - _NEAR) : max(0, n - 1)]
    return next((token for token in before if _is(line, token, Kind.PLAN_NOUN)), None)


def _is(line: Line, token: Token, kind: Kind) -> bool:
    return token.kind is kind or (token.raw[0].isalpha() and kind in line.words.tags(token.raw))


def _role(line: Line, n: int, noun: Token | None) -> str:
    token = line.tokens[n]
    before = line.tokens[max(0, n - 3) : n]
    if line.words.language == "fi" and token.raw.lower().endswith(_FINNISH_INTO):
        return "target"
    if noun is not None and _is(line, noun, Kind.LICENCES):
        return "licence"
    if before and before[-1].raw.lower() in _FROM:
        return "current"
    if any(_is(line, one, Kind.PLAN_TARGET) for one in before):
        return "target"
    if any(_is(line, one, Kind.PLAN_CURRENT) for one in before):
        return "current"
    return ""


def payments(line: Line) -> list[Found]:
    """The ways of paying that a line names: card, invoice, partner."""
    out = []
    for n, token in enumerate(line.tokens):
        tag = None
        if token.kind is Kind.PAYMENT:
            tag = token.value
        elif token.raw[0].isalpha() and (found := line.words.tags(token.raw).get(Kind.PAYMENT)):
            tag = found.value
        if tag is not None:
            out.append(Found(Value("payment", tag, token.raw), n, n))
    return out
