"""What becomes of a request as time passes: when its words are due, and what its clocks do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot import hours
from bot.desk import Desk
from bot.request import Act, Request, Target

_LEAST_PATIENCE: Final = timedelta(days=1)
"""From when a partner was asked whether it still matters to when the request is closed, also where that came late."""


@dataclass(frozen=True, slots=True)
class Tick:
    """What a clock does to a request, from when on."""

    act: Act
    at: datetime  # UTC
    target: Target | None = None  # of WARNED and BREACHED


def due(desk: Desk, request: Request) -> dict[Target, datetime]:
    """When each word is due whose clock runs; none does while the desk owes nothing.

    What was due in an earlier turn (its target became shorter since) is due from the beginning of this one.
    """
    since = request.owed_since
    if since is None:
        return {}
    owed = timedelta(seconds=request.owed)
    return {target: hours.after(desk, since, promised - owed) for target, promised in _running(desk, request).items()}


def next_tick(desk: Desk, request: Request, now: datetime | None = None) -> Tick | None:
    """What a clock does next; None where none runs. It may lie in the past: then it is done at once.

    With `now`, nobody is warned of what is missed by then.
    """
    return min(_ticks(desk, request, now), key=lambda tick: tick.at, default=None)  # of equals the first


def _ticks(desk: Desk, request: Request, now: datetime | None) -> Iterator[Tick]:
    since, waiting = request.owed_since, request.waiting_since
    if since is not None:
        yield from _target_ticks(desk, request, since, now)
        if request.reminded < desk.support.remind_at_most:
            last = max(since, request.reminded_at or since)
            yield Tick(Act.REMINDED, hours.after(desk, last, desk.support.remind_every))
    if waiting is not None:
        yield from _waiting_ticks(desk, request, waiting)


def _target_ticks(desk: Desk, request: Request, since: datetime, now: datetime | None) -> Iterator[Tick]:
    owed = timedelta(seconds=request.owed)
    for target, promised in _running(desk, request).items():
        if target in request.breached:
            continue
        missed = hours.after(desk, since, promised - owed)
        yield Tick(Act.BREACHED, missed, target)
        # Half-way at the earliest: nobody is warned of a short target when it begins. No warning is one at the breach.
        ahead = min(desk.support.warn_before, promised / 2)
        if target not in request.warned and (now is None or now < missed):
            yield Tick(Act.WARNED, hours.after(desk, since, promised - ahead - owed), target)


def _waiting_ticks(desk: Desk, request: Request, waiting: datetime) -> Iterator[Tick]:
    nudge_after, close_after = desk.support.nudge_after, desk.support.close_after
    if request.nudged_at is None:
        if nudge_after is not None:
            yield Tick(Act.NUDGED, hours.opening(desk, waiting + nudge_after))
    elif close_after is not None:
        at = max(waiting + close_after, request.nudged_at + _LEAST_PATIENCE)
        yield Tick(Act.RESOLVED, hours.opening(desk, at))


def _running(desk: Desk, request: Request) -> dict[Target, timedelta]:
    """The targets that still have to be met, with what is promised."""
    promised = desk.targets_of(request.programme, is_urgent=request.is_urgent)
    return {
        target: within
        for target, within in promised.items()
        if target is Target.RESOLUTION or request.responded_at is None
    }
