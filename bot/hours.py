"""When the desk is open: its hours by weekday, in its time zone, on days that are no public holiday.

Hours are what a clock on the wall shows. When it is put forward, what it skips is never open; when it is put back, what
it shows twice is open twice. A desk without hours is always open.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot import public_holidays
from bot.desk import Desk, Opening

FARTHEST: Final = timedelta(days=400)
"""How far ahead an opening is looked for."""

_MINUTE: Final = timedelta(minutes=1)
_MINUTES_A_DAY: Final = 24 * 60


def is_open(desk: Desk, at: datetime) -> bool:
    """Whether somebody sits at the desk at an instant (UTC)."""
    if not desk.hours:
        return True
    wall = _wall(desk, at)
    return any(stretch.start <= _minute(wall) < stretch.end for stretch in _stretches(desk, wall.date()))


def opening(desk: Desk, at: datetime) -> datetime:
    """The first instant (UTC) from `at` on at which the desk is open.

    It is `at` itself if the desk is open then, and also where it does not open within 400 days: what waits for it would
    wait for good.
    """
    moment = at.replace(second=0, microsecond=0)
    while not is_open(desk, moment):
        moment += _closed_for(desk, moment)
        if moment > at + FARTHEST:
            return at
    return max(at, moment)


def _closed_for(desk: Desk, moment: datetime) -> timedelta:
    """How long the desk, closed at a moment, is still closed at least."""
    wall = _wall(desk, moment)
    starts = [stretch.start for stretch in _stretches(desk, wall.date()) if stretch.start > _minute(wall)]
    step = _MINUTE * (min(starts, default=_MINUTES_A_DAY) - _minute(wall))
    # The wall's minutes are those that pass as long as nobody moves the clock: up to that point in halves.
    while step > _MINUTE and _wall(desk, moment + step).utcoffset() != wall.utcoffset():
        step = step // _MINUTE // 2 * _MINUTE
    return step


def _stretches(desk: Desk, day: date) -> tuple[Opening, ...]:
    kept = desk.holidays
    if kept and day in public_holidays.days(kept.country, kept.region, day.year):
        return ()
    return desk.hours.get(day.weekday(), ())


def _wall(desk: Desk, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(desk.time_zone) if desk.time_zone else UTC)


def _minute(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute
