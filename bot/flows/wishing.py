"""When somebody would like to meet, and for whom, read from their words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Final

from bot.meeting import Wish
from bot.model import Language, Value
from bot.understand.normalise import fold, words
from bot.understand.slots.days_ahead import Day, days
from bot.understand.slots.pieces import Said, said
from bot.understand.slots.stretches import Stretch, stretches, week_of
from bot.understand.slots.time_words import Sign, time_words
from bot.understand.slots.times import DAY_ENDS, Clock, clocks

OPEN: Final = timedelta(days=30)
"""How far a wish reaches that has no end: from Tuesday on."""

_DAY: Final = timedelta(days=1)
_FORTNIGHT: Final = timedelta(days=14)
_SAID: Final = frozenset("YCW=fd,.0sq@A><tb-&|~UBX!l]y")
"""Signs of days and times that were read, and of what may stand between them."""
_NOT_BEFORE: Final = re.compile(r"(?P<not>[!?])(?P<between>[fd@qxl]{0,3})$")
_NOT_AFTER: Final = re.compile(r"=*[^YC=.,|W]{0,4}\?|=*!(?=[.,|&]|$)")
_WEEK_BY: Final = re.compile(r"(?<![Xs])w[fdblc]{0,2}(?P<how>[<>])?[fd]?$")
_EDGES: Final = "fdq@="
_EDGE_SIGNS: Final = frozenset({Sign.AFTER, Sign.BEFORE, Sign.UNTIL, Sign.BETWEEN})
_EDGE_BEFORE: Final = re.compile(r"[<>tb][fdq]*$")
_EDGE_AFTER: Final = re.compile(r"=*[\][]")
_OR: Final = frozenset({"|", "&", ",", ",|", ",&"})


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message says of a time; `misread` is a day in it that has several readings, or that there is not."""

    wish: Wish
    misread: Value | None = None
    is_alone: bool = False  # whether the message says nothing else


def wish(text: str, language: Language, today: date, before: Wish | None = None) -> Wish:
    """The time that a message wishes for; an empty one if it says nothing of it.

    Args:
        text: The words, as Slack's or plain.
        language: They are read in.
        today: The day it was written; days without a year lie ahead.
        before: What was wished for before: a weekday said alone lies in the stretch that was.

    """
    return heard(text, language, today, before).wish


def is_wish_alone(text: str, language: Language, today: date) -> bool:
    """Whether a message is nothing but a wish for a time."""
    return heard(text, language, today).is_alone


def merged(before: Wish, now: Wish) -> Wish:
    """What is wished for after a second word on it.

    What the second says counts. A time of day alone is one of the days before. A new day keeps the part of the day,
    or a time that was said of no day; the time at which somebody wanted to meet on another day it does not.
    """
    if now == Wish():
        return before
    if now.first is None:
        return replace(now, first=before.first, last=before.last)
    is_kept = now.earliest is None and (before.latest is not None or before.first is None)
    return replace(now, earliest=before.earliest, latest=before.latest) if is_kept else now


def is_for_customer(text: str, language: Language) -> bool:
    """Whether a meeting is wanted for a customer of whoever writes."""
    return time_words(language).customer.search(fold(words(text))) is not None


def heard(text: str, language: Language, today: date, before: Wish | None = None) -> Heard:
    """All that a message says of a time; the arguments are as for `wish`."""
    message = said(text, language)
    of_day = clocks(message)
    found, misread = days(message, today)
    spans = stretches(message, today)
    is_told = bool(of_day or found or spans or misread)
    if not is_told:
        return Heard(Wish())
    return Heard(
        _read(message, of_day, found, spans, today, before or Wish()),
        misread,
        is_alone=_is_alone(message, misread),
    )


def _read(
    message: Said, of_day: Sequence[Clock], found: Sequence[Day], spans: Sequence[Stretch], today: date, before: Wish
) -> Wish:
    possible = [day for day in found if not _is_excluded(message, day.first, day.end)]
    if len(possible) > 1 and message.known.moves.search(fold(message.read.text)):
        possible = possible[-1:]  # from Tuesday to Thursday: it is to be on Thursday
    stretch = next((one for one in spans if not _is_excluded(message, one.start, one.end)), None)
    chosen = possible[0] if possible else None
    first, last = _days(message, possible, stretch, today, before)
    earliest, latest = _time(message, of_day, found, chosen)
    return Wish(first, last if last and last != first else None, earliest, latest)


# Days


def _days(
    message: Said, possible: Sequence[Day], stretch: Stretch | None, today: date, before: Wish
) -> tuple[date | None, date | None]:
    """The first and the last day that suit; None if no day is said."""
    stretch, possible = _with_counted(stretch, possible)
    if not possible:
        if stretch is None:
            return None, None
        return _from_or_until(message, stretch.start, stretch.end, stretch.first, stretch.last, today)
    placed = [_placed(day, stretch, before, today) for day in possible]
    one = placed[0]
    if one.since:
        return max(today, one.since), one.day
    if one.is_until:
        return today, one.day
    if one.is_about or (not one.is_weekday and _week_by(message, one) is not None):
        first, last = _week_by(message, one) or week_of(one.day)
        return (max(today, first), last) if last >= today else (None, None)
    if len(placed) > 1 and (to := _to(message, one, placed[1])) is not None:
        return one.day, to
    return _from_or_until(message, one.first, one.end, one.day, one.day, today)


def _with_counted(stretch: Stretch | None, possible: Sequence[Day]) -> tuple[Stretch | None, Sequence[Day]]:
    """Tuesday in two weeks: that of the week in which the day lies that is counted."""
    about = next((day for day in possible if day.is_about), None)
    rest = [day for day in possible if not day.is_about]
    if stretch is None and about is not None and rest and rest[0].is_weekday:
        return Stretch(*week_of(about.day), about.first, about.end), rest
    return stretch, possible


def _placed(day: Day, stretch: Stretch | None, before: Wish, today: date) -> Day:
    """A weekday that is said alone lies in the stretch that is said with it, or that was said before."""
    if not day.is_weekday:
        return day
    if stretch is not None:
        return replace(day, day=_weekday_in(stretch.first, stretch.last, day.day))
    if before.first and before.last and before.last - before.first < _FORTNIGHT:
        return replace(day, day=_weekday_in(max(today, before.first), before.last, day.day))
    return day


def _weekday_in(first: date, last: date, day: date) -> date:
    """The first day of a stretch that is the same weekday as a day; the day itself if there is none."""
    found = first + (day.weekday() - first.weekday()) % 7 * _DAY
    return found if found <= last else day


def _to(message: Said, one: Day, other: Day) -> date | None:
    """The last of the days that two days say: Monday to Wednesday, Tuesday or Wednesday; None if they say but one."""
    last = other.day
    if other.is_weekday and last < one.day:
        last += 7 * _DAY
    is_next = _between(message, one, other) in _OR and last - one.day == _DAY
    return last if one.day < last and (is_next or _is_range(message, one, other)) else None


def _week_by(message: Said, day: Day) -> tuple[date, date] | None:
    """The week of 6 October, in der Woche vom 6.10.; the week before Christmas."""
    found = _WEEK_BY.search(message.signs[: day.first])
    if found is None:
        return None
    how = found["how"] or ""
    return week_of(day.day + timedelta(weeks={"<": -1, ">": 1}.get(how, 0)))


def _between(message: Said, one: Day, other: Day) -> str:
    return message.signs[one.end : other.first].strip(_EDGES)


def _is_range(message: Said, one: Day, other: Day) -> bool:
    """From one day to another: Monday to Wednesday, ma-ke, maanantaista keskiviikkoon."""
    between = _between(message, one, other)
    if between in {"-", "t", "A", "~"}:
        return True
    opened = message.signs[: one.first].rstrip(_EDGES)[-1:] == Sign.BETWEEN
    closed = message.signs[other.end :].lstrip("=")[:1] == Sign.BETWEEN_IT
    if between == Sign.AND:
        return opened or closed
    raw = message.read.tokens[message.pieces[one.first].first].raw.lower()
    return not between and message.language == "fi" and raw.endswith(("sta", "stä", "lta", "ltä"))


def _from_or_until(
    message: Said, start: int, end: int, first: date, last: date, today: date
) -> tuple[date | None, date | None]:
    """The days up to those that are said, or from them on, where a word says so: by Friday, 10. päivän jälkeen."""
    at = _edge(message, start, end)
    if at is None:
        return first, last
    is_included = bool(message.pieces[at].value)
    if message.pieces[at].sign in {Sign.AFTER, Sign.AFTER_IT, Sign.BETWEEN}:
        since = first if is_included else last + _DAY
        return since, since + OPEN
    return today, max(today, last if is_included else first - _DAY)


def _edge(message: Said, start: int, end: int) -> int | None:
    """The piece that says "by" or "from" of the pieces between; None if none does."""
    if message.pieces[start].sign in _EDGE_SIGNS:
        return start
    if (after := _EDGE_AFTER.match(message.signs, end)) is not None:
        return after.end() - 1
    before = _EDGE_BEFORE.search(message.signs[:start])
    return None if before is None else before.start()


def _is_excluded(message: Said, first: int, end: int) -> bool:
    """Whether it is said that something does not suit: not on Monday, tiistai ei käy."""
    before = _NOT_BEFORE.search(message.signs[:first])
    if before:
        between = message.pieces[before.start("between") : first]
        is_near = all(piece.sign != Sign.OTHER or piece.raw in message.known.idle for piece in between)
        is_of_another = before["not"] == Sign.NOT_IT and re.search(
            r"[YCW=][^.,|]{0,5}$", message.signs[: before.start()]
        )
        if is_near and not is_of_another:
            return True
    return _NOT_AFTER.match(message.signs, end) is not None


# Times of day


def _time(
    message: Said, of_day: Sequence[Clock], found: Sequence[Day], chosen: Day | None
) -> tuple[time | None, time | None]:
    """The time of day, or the part of it, that goes with the chosen day."""
    possible = [clock for clock in of_day if not _is_excluded(message, clock.first, clock.end)]
    if chosen is not None and len(found) > 1:
        since = max((day.end for day in found if day.end <= chosen.first), default=0)
        until = min((day.first for day in found if day.first >= chosen.end), default=len(message.signs))
        possible = [clock for clock in possible if since <= clock.first < until] or possible
    parts = [clock for clock in possible if clock.is_part]
    others = [clock for clock in possible if not clock.is_part]
    if not others:
        return (
            (min(part.earliest for part in parts), max(part.latest or DAY_ENDS for part in parts))
            if parts
            else (None, None)
        )
    first = others[0]
    if first.latest is None:
        return first.earliest, None
    narrower = [*(clock for clock in others[1:] if clock.is_open), *parts][:1]  # after 10 but before 12
    earliest = max(clock.earliest for clock in (first, *narrower))
    latest = min(clock.latest or DAY_ENDS for clock in (first, *narrower))
    return (earliest, latest) if earliest < latest else (first.earliest, first.latest)


# Nothing else


def _is_alone(message: Said, misread: Value | None) -> bool:
    """Whether what is left without times and days says nothing by itself."""
    idle, unclear = message.known.idle, misread.text if misread else ""
    left = (piece for n, piece in enumerate(message.pieces) if message.signs[n] not in _SAID)
    return all(
        idle.issuperset(piece.raw.split()) or (unclear and message.read.tokens[piece.first].raw in unclear)
        for piece in left
    )
