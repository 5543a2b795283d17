"""What is said of a meeting in a few words: its kind, its state, when it is, and by whose clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import i18n
from bot.i18n import Translator
from bot.meeting import Kind, State
from bot.model import Language


def kind(of: Kind, t: Translator) -> str:
    """What sort of meeting it is."""
    return {Kind.SUPPORT: t("support meeting"), Kind.TRAINING: t("training session")}[of]


def state(of: State, t: Translator) -> str:
    """How a meeting stands."""
    return {
        State.BOOKED: t("booked"),
        State.UNPLACED: t("needs another time"),
        State.CANCELLED: t("cancelled"),
    }[of]


def other_language(of: Language, t: Translator) -> str:
    """That a meeting would not be in the language that was asked for."""
    told = i18n.language_name(of, t.language)
    return t("Nobody holds it in your language. It would be held in: {language}.", language=told)


def at(start: datetime, zone: str, t: Translator, *, until: datetime | None = None) -> str:
    """When a meeting begins by the clock of a zone, or from when until when it is: Tue 24 Nov, 10:00 (Helsinki)."""
    when = i18n.appointment(start.astimezone(ZoneInfo(zone)), t.language, until=until)
    return t("{time} ({city})", time=when, city=i18n.zone_city(zone, t.language))


def beside(start: datetime, zone: str, other: str, t: Translator, *, until: datetime | None = None) -> str:
    """As `at`, and what the clock of another zone shows: Tue 24 Nov, 10:00 (Helsinki) = 09:00 in Paris.

    Of the other zone nothing is said if there is none ("") or its clock shows the same; its day, if that differs.
    """
    if not is_other_clock(start, zone, other):
        return at(start, zone, t, until=until)
    return t(
        "{time} ({city}) = {there} in {other}",
        time=i18n.appointment(start.astimezone(ZoneInfo(zone)), t.language, until=until),
        city=i18n.zone_city(zone, t.language),
        there=_there(start, zone, other, t),
        other=i18n.zone_city(other, t.language),
    )


def short(start: datetime, zone: str, other: str, t: Translator) -> str:
    """As `beside`, where it is said already by whose clock: Tue 24 Nov, 10:00 = 09:00 in Paris."""
    when = i18n.appointment(start.astimezone(ZoneInfo(zone)), t.language)
    if not is_other_clock(start, zone, other):
        return when
    there, city = _there(start, zone, other, t), i18n.zone_city(other, t.language)
    return t("{time} = {there} in {other}", time=when, there=there, other=city)


def is_other_clock(start: datetime, zone: str, other: str) -> bool:
    """Whether there is another zone ("": there is none) whose clock shows another time at an instant."""
    here, there = (start.astimezone(ZoneInfo(one)) for one in (zone, other or zone))
    return here.utcoffset() != there.utcoffset()


def _there(start: datetime, zone: str, other: str, t: Translator) -> str:
    """What the clock of another zone shows; with its day, if that differs."""
    here, there = (start.astimezone(ZoneInfo(one)) for one in (zone, other))
    return i18n.clock(there, t.language) if here.date() == there.date() else i18n.appointment(there, t.language)


def shift(told: Mapping[str, Any], t: Translator) -> list[str]:
    """A warning, if the clocks change before a meeting."""
    day = shift_day(told, t)
    return [t("The clocks change on {day}: the time above takes that into account.", day=day)] if day else []


def shift_day(told: Mapping[str, Any], t: Translator) -> str:
    """The day of a result on which the clocks change; "" if there is none."""
    on = told.get("shift")
    return i18n.short_day(date.fromisoformat(on), t.language) if on else ""


def day(told: Mapping[str, Any]) -> date:
    """The day on which a meeting of a list begins, by the clock of its zone."""
    return start(told).astimezone(ZoneInfo(told["zone"])).date()


def start(told: Mapping[str, Any]) -> datetime:
    """When a meeting begins, of a result that holds it."""
    return datetime.fromisoformat(told["start"])
