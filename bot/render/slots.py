"""The slots of rules in words: their names, their values, and how the bot asks for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from bot import i18n
from bot.i18n import Translator
from bot.knowledge.schema import Entry
from bot.model import Reply
from bot.understand.slots.fill import COUNTS, DATES

UNSHOWN: Final = frozenset({"language", "payment"})
"""Slots that an answer shows by itself."""


def label(name: str, t: Translator) -> str:
    """What a slot is called, in a list of values and above a field."""
    return {
        "start_date": t("start of the trial"),
        "registration_date": t("day of registration"),
        "approval_date": t("day of approval"),
        "action_taken": t("done since the registration"),
        "team_size": t("members of the team"),
        "licences": t("licences"),
        "employees": t("employees of the company"),
        "clients": t("clients"),
        "plan": t("plan"),
        "arr": t("annual recurring revenue"),
    }[name]


def value(name: str, told: Any, t: Translator) -> str:
    """A slot's value as the reader's language writes it."""
    if name in DATES:
        return i18n.day(date.fromisoformat(told), t.language)
    if name == "action_taken":
        return t("yes") if told else t("nothing")
    if name in COUNTS:
        return i18n.number(told, t.language)
    if name == "arr":
        if told["currency"] is None:
            return i18n.number(told["amount"], t.language)
        return i18n.money(told["amount"], told["currency"], t.language)
    return str(told)


def understood(slots: Mapping[str, Any], t: Translator) -> str:
    """One line with the values that were understood; empty where there is nothing to show."""
    shown = [
        t("{name}: {value}", name=label(name, t), value=value(name, told, t))
        for name, told in slots.items()
        if name not in UNSHOWN
    ]
    return t("Understood: {values}", values=" · ".join(shown)) if shown else ""


def question(reply: Reply, entry: Entry, t: Translator) -> str:
    """How the bot asks for what a reply lacks: all of it, at once."""
    name, *others = reply.asks_for
    readings = [value(name, one, t) for one in reply.suggestions]
    if reply.is_no_day:
        asked = t("There is no such day as “{text}”.", text=reply.misread) + " " + _asked(name, entry, t)
    elif reply.misread and readings:
        asked = t(
            "“{text}” can be read in several ways: is it {readings}?", text=reply.misread, readings=either(readings, t)
        )
    elif name == "arr" and name in reply.slots:
        asked = t("In which currency is that?")
    else:
        asked = _asked(name, entry, t)
    return " ".join([asked, *(_asked(other, entry, t) for other in others)])


def either(choices: list[str], t: Translator) -> str:
    """A choice in words: a, b or c."""
    if len(choices) == 1:
        return choices[0]
    return t("{some} or {last}", some=", ".join(choices[:-1]), last=choices[-1])


def _asked(name: str, entry: Entry, t: Translator) -> str:
    if name == "plan":
        if "employees" in entry.slots:
            return t("Of which plan are the licences?")
        return t("Which plan is your team on now?")
    if name == "licences":
        if "clients" in entry.slots:
            return t("How many Enterprise licences has a client bought whom you referred? (0 if none has)")
        if "employees" in entry.slots:
            return t("How many licences does the company buy?")
        return t("How many licences do you want in all?")
    return {
        "start_date": t("When did the trial start, or when will it?"),
        "registration_date": t("When was the deal registered?"),
        "approval_date": t("When was your application approved?"),
        "action_taken": t("Has anything been done since the registration?"),
        "team_size": t("How many members does your team have?"),
        "employees": t("How many employees does the company have?"),
        "clients": t("With how many clients have you used Miro in the year after the approval?"),
        "arr": t("How high is the annual recurring revenue, and in which currency?"),
    }[name]


def choice(name: str, one: Any) -> str:
    """A slot's value as the value of a button; `read_choice` reads it."""
    return f"{name}={json.dumps(one, separators=(',', ':'))}"


def read_choice(written: str) -> tuple[str, Any]:
    """The slot and its value from a button. Raises ValueError for what is none."""
    name, _, one = written.partition("=")
    try:
        return name, json.loads(one)
    except RecursionError:
        raise ValueError("no value of a slot") from None
