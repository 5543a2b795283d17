"""When the desk is open: its hours by weekday, in its time zone, on days that are no public holiday.

Hours are what a clock on the wall shows. When it is put forward, what it skips is never open; when it is put back, what
it shows twice is open twice. A desk without hours is always open.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot import public_holidays
from bot.desk import Desk, Opening

FARTHEST: Final = timedelta(days=400)
"""How far ahead an opening is looked for."""

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_NONE: Final = timedelta()


def is_open(desk: Desk, at: datetime) -> bool:
    """Whether somebody sits at the desk at an instant (UTC)."""
    if not desk.hours:
        return True
    wall = at.astimezone(_zone(desk))
    minute = wall.hour * 60 + wall.minute
    return any(stretch.start <= minute < stretch.end for stretch in _stretches(desk, wall.date()))


def opening(desk: Desk, at: datetime) -> datetime:
    """The first instant (UTC) from `at` on at which the desk is open.

    It is `at` itself if the desk is open then, and also where it does not open within 400 days: what waits for it would
    wait for good.
    """
    if not desk.hours:
        return at
    start, _ = next(_spans(desk, at, at + FARTHEST + timedelta.resolution), (at, at))
    return start


def worked(desk: Desk, since: datetime, until: datetime) -> timedelta:
    """How much of the desk's hours lies between two instants (UTC); nothing where the second is not the later one."""
    if not desk.hours:
        return max(until - since, _NONE)
    return sum((end - start for start, end in _spans(desk, since, until)), _NONE)


def after(desk: Desk, at: datetime, worked: timedelta) -> datetime:
    """The first instant (UTC) at which so much of the desk's hours has passed since `at`.

    It is `at` where nothing has to pass. It lies at most 400 days ahead, unless the desk is always open.
    """
    if not desk.hours:
        return at + max(worked, _NONE)
    left = worked
    if left <= _NONE:
        return at
    for start, end in _spans(desk, at, at + FARTHEST):
        if left <= end - start:
            return start + left
        left -= end - start
    return at + FARTHEST


def _spans(desk: Desk, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches between two instants in which the desk is open, in order; a long one may come in parts."""
    for begins, ends, offset in _steady(_zone(desk), since, until):
        day = (begins + offset).date()
        while (midnight := datetime(day.year, day.month, day.day, tzinfo=UTC) - offset) < ends:
            for stretch in _stretches(desk, day):
                start = max(begins, midnight + stretch.start * _MINUTE)
                end = min(ends, midnight + stretch.end * _MINUTE)
                if start < end:
                    yield start, end
            day += _DAY


def _steady(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The time between two instants in parts, a day at most, in which nobody moves the clock; with its offset."""
    offset = _offset(zone, since)
    while since < until:
        ends = min(since + _DAY, until)
        changed = _offset(zone, ends)
        if changed != offset:
            ends = min(ends, _change(zone, since, ends))
        yield since, ends, offset
        since, offset = ends, changed


def _change(zone: ZoneInfo, since: datetime, until: datetime) -> datetime:
    """The whole minute at which the clock is moved, once, between two instants."""
    first = since.replace(second=0, microsecond=0)
    offset, minutes = _offset(zone, first), range(-((first - until) // _MINUTE))
    return first + _MINUTE * bisect_left(minutes, 1, key=lambda n: _offset(zone, first + n * _MINUTE) != offset)


def _stretches(desk: Desk, day: date) -> tuple[Opening, ...]:
    kept = desk.holidays
    if kept and day in public_holidays.days(kept.country, kept.region, day.year):
        return ()
    return desk.hours.get(day.weekday(), ())


def _zone(desk: Desk) -> ZoneInfo:
    return ZoneInfo(desk.time_zone or "UTC")


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or _NONE
