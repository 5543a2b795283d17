"""Meetings for spreadsheets, calendars and programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.cli import export
from bot.cli.export import person
from bot.desk import Desk
from bot.i18n import SOURCE_LANGUAGE, Translator
from bot.meeting import Meeting, name
from bot.render.invitation import calendar_export


def zone_of(desk: Desk) -> ZoneInfo:
    """The zone in which operators read times."""
    return ZoneInfo(desk.time_zone or "UTC")


def host(of: Meeting, desk: Desk) -> str:
    """Who holds a meeting: the user, and the name if the desk file has it; empty for whoever was erased."""
    return f"{of.host} {desk.host_name(of.host)}".strip()


def as_csv(meetings: Iterable[Meeting], desk: Desk) -> str:
    """A table with a head, a row for each meeting; times are on the desk's clock."""
    return export.as_csv(_columns(desk), meetings)


def as_json(meetings: Iterable[Meeting]) -> str:
    """Meetings as an array of objects; instants are UTC."""
    return export.as_json([{**asdict(one), "number": name(one.number)} for one in meetings])


def as_calendar(meetings: Iterable[Meeting], desk: Desk, *, at: datetime) -> str:
    """Meetings as one iCalendar file, made at an instant; those that have lost their time stand there as cancelled."""
    english = Translator(SOURCE_LANGUAGE, None)
    return calendar_export(english, meetings, at=at, host_name=desk.host_name).decode()


def _columns(desk: Desk) -> Mapping[str, Callable[[Meeting], Any]]:
    zone = zone_of(desk)

    def clock(at: datetime) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"  # a spreadsheet takes it for a date

    return {
        "number": lambda one: name(one.number),
        "state": lambda one: one.state,
        "cause": lambda one: one.cause,
        "kind": lambda one: one.kind,
        "start": lambda one: clock(one.start),
        "end": lambda one: clock(one.end),
        "time_zone": lambda _: zone.key,
        "host": lambda one: one.host,
        "host_name": lambda one: desk.host_name(one.host),
        "language": lambda one: one.language,
        "organisation": lambda one: one.organisation,
        "programme": lambda one: one.programme,
        "booker": lambda one: person(one.booker),
        "email": lambda one: one.email,
        "customer": lambda one: one.customer and one.customer.name,
        "customer_email": lambda one: one.customer and one.customer.email,
        "topic": lambda one: one.topic,
        "words": lambda one: one.words,
        "booked_at": lambda one: clock(one.booked_at),
        "helped": lambda one: {True: "yes", False: "no", None: None}[one.helped],
    }
