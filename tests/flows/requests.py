"""Requests and a desk for tests of what becomes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from bot import hours
from bot.desk import Desk, Holidays, Opening, Support
from bot.flows import request as flow
from bot.flows.clocks import Tick
from bot.model import PersonId
from bot.request import Act, Reason, Request, Target

HOUR: Final = timedelta(hours=1)
ASKER, ANN, BO = PersonId("TACME", "UASKER"), PersonId("T1", "UANN"), PersonId("T1", "UBO")
PROMISED: Final = {
    False: {Target.FIRST: 4 * HOUR, Target.RESOLUTION: 24 * HOUR},
    True: {Target.FIRST: HOUR, Target.RESOLUTION: 8 * HOUR},
}
DESK: Final = Desk(
    time_zone="Europe/Helsinki",
    hours=dict.fromkeys(range(5), (Opening(9 * 60, 12 * 60), Opening(13 * 60, 17 * 60))),
    holidays=Holidays("FI"),
    support=Support("CSUPPORT", targets=PROMISED),
)
"""Seven hours a day from Monday to Friday, with a break at noon."""


def at(text: str) -> datetime:
    """An instant written as 2026-11-23 07:00; in winter that is nine in Helsinki."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MONDAY: Final = at("2026-11-23 07:00")


def asked(when: datetime = MONDAY) -> Request:
    """A request as it is when it comes."""
    return Request(7, "CPARTNER", "1.0", ASKER, when, "fi", "How?", owed_since=when)


def acts_at(desk: Desk) -> flow.Desk:
    """What can be done to requests by the hours of a desk."""
    return flow.Desk(partial(hours.worked, desk))


def ticked(acts: flow.Desk, request: Request, tick: Tick, now: datetime) -> Request:
    """The request after its clock has done something."""
    if tick.act is Act.WARNED and tick.target:
        return acts.warn(request, now, tick.target)
    if tick.act is Act.BREACHED and tick.target:
        return acts.breach(request, now, tick.target)
    if tick.act is Act.REMINDED:
        return acts.remind(request, now)
    if tick.act is Act.NUDGED:
        return acts.nudge(request, now)
    assert tick.act is Act.RESOLVED, tick
    resolved = acts.resolve(request, None, now, Reason.NO_REPLY, "")
    assert resolved is not None
    return resolved
