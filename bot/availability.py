"""When meetings can begin: the free times of those who hold them, and which of these suit somebody best.

Working hours are what a clock on the wall shows. When it is put forward, what it skips is never worked; when it is put
back, what it shows twice is worked twice. All else is reckoned in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from bot import public_holidays
from bot.desk import Desk, Holidays, Host, MeetingRules, Opening
from bot.meeting import Slot, Span, Wish

CELL: Final = timedelta(minutes=5)
"""The grain of bookings: lengths, buffers and steps are multiples of it."""

A_DAY_AT_MOST: Final = 2
"""How many times of one day are offered while there are other days."""

MOST_TIMES: Final = 10_000
"""Times of one host that are looked at: a form has three seconds. At every five minutes they fill five months."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_NONE: Final = timedelta()
_LAST: Final = time(23, 59)


@dataclass(frozen=True, slots=True)
class Diary:
    """When somebody holds meetings, and what stands against it."""

    user: str
    hours: Mapping[int, tuple[Opening, ...]]  # by date.weekday(), in order; a day without is off
    zone: str  # of the hours
    holidays: Holidays | None
    busy: Sequence[Span]  # in their calendar: the buffer is kept before and after
    held: Sequence[Span]  # our meetings, with the buffer after them
    away_until: datetime | None
    load: int  # meetings ahead
    last_booked_at: datetime | None


def diary_of(
    desk: Desk,
    host: Host,
    *,
    busy: Sequence[Span],
    held: Sequence[Span],
    away_until: datetime | None,
    load: int,
    last_booked_at: datetime | None,
) -> Diary:
    """The diary of a host of a desk; the other arguments are as in a Diary."""
    return Diary(
        user=host.user,
        hours=desk.hours_of(host),
        zone=desk.zone_of(host),
        holidays=desk.holidays_of(host),
        busy=busy,
        held=held,
        away_until=away_until,
        load=load,
        last_booked_at=last_booked_at,
    )


def slots(diaries: Sequence[Diary], rules: MeetingRules, now: datetime) -> list[Slot]:
    """The times at which a meeting can begin, in order.

    A meeting keeps to one stretch of working hours; two that touch are one. The buffer after it may overrun them.

    Args:
        diaries: Of those who could hold it. Each slot names those who are free then, the least loaded first, then
            whoever was not booked for longest, then by user id.
        rules: Of its kind. It begins between the notice and the horizon, both included, and so many steps after
            midnight in the zone of whoever holds it.
        now: UTC.

    """
    free: dict[datetime, list[str]] = {}
    for diary in sorted(diaries, key=_turn):
        for start in islice(_starts(diary, rules, now), MOST_TIMES):
            free.setdefault(start, []).append(diary.user)
    return [Slot(start, tuple(free[start])) for start in sorted(free)]


def held_span(start: datetime, rules: MeetingRules) -> Span:
    """What a meeting takes of its host's time: itself and the buffer after it."""
    return Span(start, start + rules.length + rules.buffer)


def cells(span: Span) -> range:
    """The numbers of the cells since 1970 that a span touches."""
    return range((span.start - _EPOCH) // CELL, -((_EPOCH - span.end) // CELL))


def wished(slots: Sequence[Slot], wish: Wish, zone: str, n: int) -> tuple[list[Slot], bool]:
    """The slots that suit somebody best, and whether their wish is met.

    Those that are as wished, in order; if none is, the nearest, in order. Of one day only two, while there are others
    as good. A time of day (`earliest` without `latest`): those at that very time first, then the nearest to it.
    Without a wish all suit.

    Args:
        slots: What is free, in order.
        wish: By the clock of `zone`.
        zone: That of whoever wishes.
        n: How many at most.

    """
    clock = ZoneInfo(zone)
    walls = {slot.start: slot.start.astimezone(clock).replace(tzinfo=None) for slot in slots}
    distances = {start: _distance(wall, wish) for start, wall in walls.items()}
    nearest = sorted(slots, key=lambda slot: (distances[slot.start], slot.start))
    suiting = [slot for slot in slots if not distances[slot.start]]
    if suiting and wish.earliest and not wish.latest:
        return nearest[:n], True
    if suiting:
        return _in_order(_spread(suiting, walls)[:n]), True
    # Of the days beside a full one, both; of the times beside a taken one, the nearest.
    return _in_order((nearest if wish.earliest else _spread(nearest, walls))[:n]), wish == Wish()


def _turn(diary: Diary) -> tuple[int, datetime, str]:
    return diary.load, diary.last_booked_at or _EPOCH, diary.user


def _starts(diary: Diary, rules: MeetingRules, now: datetime) -> Iterator[datetime]:
    """The free times, in order."""
    since = max(now + rules.notice, diary.away_until or now)
    since += (_EPOCH - since) % _MINUTE  # nothing begins between two minutes
    until = now + rules.horizon
    taken = _taken(diary, rules)
    n, taken_until = 0, since
    for stretch in _working(diary, since, until + rules.length):
        for start in _grid(diary.zone, rules.step, Span(stretch.start, stretch.end - rules.length)):
            while n < len(taken) and taken[n].start < start:
                taken_until = max(taken_until, taken[n].end)
                n += 1
            if taken_until <= start:
                yield start


def _taken(diary: Diary, rules: MeetingRules) -> list[Span]:
    """Between which times, both excluded, none can begin; in order, they may overlap."""
    before = rules.length + rules.buffer
    busy = [Span(span.start - before, span.end + rules.buffer) for span in diary.busy]
    held = [Span(span.start - before, span.end) for span in diary.held]
    return sorted(busy + held, key=lambda span: span.start)


def _grid(zone: str, step: timedelta, within: Span) -> Iterator[datetime]:
    """The times of a span, its end included, that lie whole steps after the midnight before them."""
    clock = ZoneInfo(zone)
    day = within.start.astimezone(clock).date()
    midnight = _midnight(day, clock)
    while midnight <= within.end:
        day += _DAY
        following = _midnight(day, clock)
        start = midnight + max(0, -((midnight - within.start) // step)) * step
        while start < following and start <= within.end:
            yield start
            start += step
        midnight = following


def _midnight(day: date, clock: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), clock).astimezone(UTC)


def _working(diary: Diary, since: datetime, until: datetime) -> Iterator[Span]:
    """The stretches of work between two instants, in order; those that touch are one."""
    found: Span | None = None
    for span in _openings(diary, since, until):
        if found and found.end == span.start:
            found = Span(found.start, span.end)
        else:
            if found:
                yield found
            found = span
    if found:
        yield found


def _openings(diary: Diary, since: datetime, until: datetime) -> Iterator[Span]:
    for even, offset in _even(ZoneInfo(diary.zone), since, until):
        day = (even.start + offset).date()
        while (midnight := datetime.combine(day, time(), UTC) - offset) < even.end:
            for opening in _hours(diary, day):
                start = max(even.start, midnight + opening.start * _MINUTE)
                end = min(even.end, midnight + opening.end * _MINUTE)
                if start < end:
                    yield Span(start, end)
            day += _DAY


def _hours(diary: Diary, day: date) -> tuple[Opening, ...]:
    hours, kept = diary.hours.get(day.weekday(), ()), diary.holidays
    if hours and kept and day in public_holidays.days(kept.country, kept.region, day.year):
        return ()
    return hours


def _even(clock: ZoneInfo, since: datetime, until: datetime) -> Iterator[tuple[Span, timedelta]]:
    """The stretches between two whole minutes in which nobody moves the clock, each with what it is ahead of UTC."""
    while since < until:
        offset, end = _offset(clock, since), since
        while end < until and _offset(clock, end) == offset:
            end += _DAY
        within = _DAY
        while within > _MINUTE:  # the change, if there is one, lies within so much before `end`
            within = -(-within // (2 * _MINUTE)) * _MINUTE
            if _offset(clock, end - within) != offset:
                end -= within
        end = min(end, until)
        yield Span(since, end), offset
        since = end


def _offset(clock: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(clock).utcoffset() or _NONE


def _distance(wall: datetime, wish: Wish) -> timedelta:
    """How far a time by somebody's clock is from what they wish; nothing if it is as wished."""
    days = {wall.date() + n * _DAY for n in (-1, 0, 1)}
    if wish.first:
        last = max(wish.first, wish.last or wish.first)
        days = {min(max(day, wish.first), last) for day in days}
    return min(_distance_of_day(wall, wish, day) for day in days)


def _distance_of_day(wall: datetime, wish: Wish, day: date) -> timedelta:
    earliest = datetime.combine(day, wish.earliest or time())
    if wish.latest:
        latest = datetime.combine(day, wish.latest) - _MINUTE
    else:
        latest = earliest if wish.earliest else datetime.combine(day, _LAST)
    return max(earliest - wall, wall - latest, _NONE)


def _spread(slots: Sequence[Slot], walls: Mapping[datetime, datetime]) -> list[Slot]:
    """The slots, those first that are not one too many of their day."""
    counts: dict[date, int] = {}
    first: list[Slot] = []
    others: list[Slot] = []
    for slot in slots:
        day = walls[slot.start].date()
        counts[day] = counts.get(day, 0) + 1
        (first if counts[day] <= A_DAY_AT_MOST else others).append(slot)
    return first + others


def _in_order(slots: Sequence[Slot]) -> list[Slot]:
    return sorted(slots, key=lambda slot: slot.start)
