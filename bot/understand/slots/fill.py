"""From what a message tells to the slots of a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.model import Value
from bot.understand.named_language import named_language
from bot.understand.plans import PLANS
from bot.understand.slots.kinds import Kind
from bot.understand.slots.told import Told

DATES: Final = ("start_date", "registration_date", "approval_date")
COUNTS: Final = ("team_size", "employees", "licences", "clients")
LARGEST: Final = 10**9
"""Counts beyond this, and money beyond a thousand times this, are slips of the keyboard."""

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "team_size": ("people", "employees"),
    "employees": ("employees", "people", "clients"),
    "licences": ("licences",),
    "clients": ("clients",),
}
"""What may be counted by a count that fills a slot, the likeliest first."""
_LEAST_SUM: Final = 100  # a number from here on can be meant as a sum without a word saying so
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Filled:
    """`slots` that are told; `unclear` ones can be read in several ways, which are given; `misread` are their words."""

    slots: dict[str, Any] = field(default_factory=dict)
    unclear: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    misread: dict[str, Value] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was told."""
        return not self.slots and not self.unclear


def fill(
    names: Sequence[str],
    heard: Told,
    *,
    asked: Sequence[str] = (),
    known: Mapping[str, Any] | None = None,
    base: int | None = None,
) -> Filled:
    """The slots that a message fills.

    Args:
        names: The slots of the rule.
        heard: The message.
        asked: The slots that the bot has asked for, if the message may answer that: then a bare number, a plan's name
            in small letters or a yes will do.
        known: What was told before: a currency completes an amount.
        base: What a count of "more" is added to, for a rule of totals.

    """
    filled = Filled()
    for name in names:
        _FILL[name](name, heard, _Context(names, asked, known or {}, base, filled))
    return filled


@dataclass(frozen=True, slots=True)
class _Context:
    names: Sequence[str]
    asked: Sequence[str]
    known: Mapping[str, Any]
    base: int | None
    filled: Filled

    def put(self, name: str, value: Value) -> None:
        if value.value is None:
            self.filled.unclear[name] = value.options
            self.filled.misread[name] = value
        else:
            self.filled.slots[name] = value.value

    def may_be_bare(self, name: str) -> bool:
        """Whether a number that counts nothing is this slot's: it was asked for, or nothing else can be meant."""
        return name in self.asked[:1] or [one for one in self.names if one in COUNTS] == [name]


def _date(name: str, heard: Told, context: _Context) -> None:
    days = [value for value in heard.of("date") if value.role != "until"]
    days = [value for value in days if value.role != "today"] or days
    if days:
        context.put(name, days[0])


def _count(name: str, heard: Told, context: _Context) -> None:
    counts = [value for value in heard.of("count") if _is_count(value)]
    if context.base is not None:
        total = _total(counts, heard.of("ordinal"), context.base, is_asked=name in context.asked)
        if total is not None and _is_count(total):
            context.put(name, total)
        return
    found: list[Value] = []
    for role in ROLES[name]:
        found = found or [
            value for value in counts if value.role == role and not _is_another(role, name, context.names)
        ]
    if not found and context.may_be_bare(name):
        found = [value for value in counts if not value.role]
    if not found and name in context.asked[:1]:
        found = counts or [value for value in _as_answer(heard) if _is_count(value)]
    if not found and name == "licences" and "clients" in context.names and heard.hints("no_referral"):
        found = [Value("count", 0, "")]
    if not found:
        return
    plain = [value for value in found if value.mode != "more"]
    more = [value for value in counts if value.mode == "more"]
    if name == "team_size" and plain and more and plain[0].value is not None and more[0].value is not None:
        found = [Value("count", plain[0].value + more[0].value, plain[0].text)]
    context.put(name, found[0])


def _is_count(value: Value) -> bool:
    """Whether a value, or each of its readings, can be a count."""
    return all(0 <= one <= LARGEST for one in (value.options if value.value is None else (value.value,)))


def _as_answer(heard: Told) -> list[Value]:
    """A count as people answer it: 2k, none, just the one."""
    sums = [value.value["amount"] for value in heard.of("money") if value.value["currency"] is None]
    counts = [amount for amount in sums if amount == int(amount)] or heard.bare_count()
    return [Value("count", int(counts[0]), heard.text)] if counts else []


def _is_another(role: str, name: str, names: Sequence[str]) -> bool:
    """Whether a count of this role belongs to another slot of the rule."""
    return any(role == ROLES[one][0] for one in names if one in COUNTS and one != name)


def _total(counts: list[Value], ordinals: list[Value], base: int, *, is_asked: bool) -> Value | None:
    """How many are wanted in all: three more on five are eight, the sixth makes six."""
    if any(value.value is None for value in counts):
        return next(value for value in counts if value.value is None)
    more = [value for value in counts if value.mode == "more"]
    others = [value for value in counts if value.mode != "more"]
    plain = [value for value in counts if not value.mode]
    beyond = [value for value in ordinals if value.value > 1]
    if len(counts) == 1 and counts[0].value == base and not is_asked and not beyond:
        return None  # the licences they hold, not those they want
    if more and not (more[0].value == base and beyond):
        fewer = [value.value for value in others if value.value < base]
        is_part = bool(fewer) and any(value.value == base for value in others)  # three of the five are in use
        held = fewer[0] if is_part else others[0].value if others else base
        return Value("count", held + more[0].value, more[0].text)
    if beyond:
        return max(beyond, key=lambda value: int(value.value))
    told = [value for value in plain if value.value != base] or ([] if plain else others)
    if told:
        return told[-1]
    return plain[-1] if is_asked and plain else None


def _plan(name: str, heard: Told, context: _Context) -> None:
    found = heard.of("plan")
    if "employees" in context.names or "clients" in context.names:
        of_licences = [value for value in found if value.role == "licence"] or found
        plans = {value.value for value in of_licences}
        if "clients" in context.names:
            of_licences = [value for value in of_licences if value.role == "licence"]
        if of_licences and len(plans) == 1:
            context.put(name, of_licences[0])
        elif len(plans) > 1 and "clients" not in context.names:
            context.filled.unclear[name] = tuple(plan for plan in PLANS if plan in plans)
    else:
        current = [value for value in found if value.role == "current"]
        others = [value for value in found if value.role not in {"target", "licence"} or value.value == PLANS[0]]
        if current or others:
            context.put(name, (current or others)[0])
    if name not in context.filled.slots and name in context.asked:
        named = [plan for plan in heard.names(Kind.PLAN) if plan in PLANS]
        if len(set(named)) == 1:
            context.filled.slots[name] = named[0]


def _arr(name: str, heard: Told, context: _Context) -> None:
    sums = [value for value in heard.of("money") if 0 <= value.value["amount"] <= LARGEST * 1000]
    if not sums:
        least = 0 if name in context.asked else _LEAST_SUM
        bare = [
            value for value in heard.of("count") if value.value is not None and value.value >= least and not value.role
        ]
        if not bare and name in context.asked:
            bare = [value for value in heard.of("count") if value.value is not None and value.value >= least]
        sums = [Value("money", {"amount": value.value, "currency": None}, value.text) for value in bare[:1]]
    currencies = {value.value for value in heard.of("currency")}
    if sums:
        amount = dict(sums[0].value)
        if sums[0].role == "monthly":
            amount["amount"] *= _MONTHS
        if amount["currency"] is None and len(currencies) == 1:
            amount["currency"] = currencies.pop()
        elif amount["currency"] is None and context.known.get(name):
            amount["currency"] = context.known[name]["currency"]  # "and 300k?" goes on in the same one
        context.filled.slots[name] = amount
    elif len(currencies) == 1 and context.known.get(name):
        context.filled.slots[name] = {**context.known[name], "currency": currencies.pop()}


def _action_taken(name: str, heard: Told, context: _Context) -> None:
    if heard.hints("no_action"):
        context.filled.slots[name] = False
    elif heard.does("action"):
        context.filled.slots[name] = True
    elif name in context.asked and (heard.is_no or heard.is_yes):
        context.filled.slots[name] = heard.is_yes


def _payment(name: str, heard: Told, context: _Context) -> None:
    ways = {value.value for value in heard.of("payment")}
    if len(ways) == 1:
        context.filled.slots[name] = ways.pop()


def _language(name: str, heard: Told, context: _Context) -> None:
    """The language that is named; if none is, the reply's counts."""
    language = named_language(heard.text)
    if language is not None:
        context.filled.slots[name] = language


_FILL: Final[Mapping[str, Callable[[str, Told, _Context], None]]] = {
    **dict.fromkeys(DATES, _date),
    **dict.fromkeys(COUNTS, _count),
    "plan": _plan,
    "arr": _arr,
    "action_taken": _action_taken,
    "payment": _payment,
    "language": _language,
}

SLOTS: Final = tuple(_FILL)
"""Every slot that a rule can read."""
