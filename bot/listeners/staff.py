"""The people behind the desk whom a user group of Slack names: read again and again, and known to every process.

One process asks Slack and stores what it says; each looks at what is stored. So whoever leaves the group stands behind
the desk for another few minutes at most, and where Slack does not answer those stay whom it has named last.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.adapters.postponed import Postponed
from bot.desk import StaffMember
from bot.listeners.services import Services
from bot.logs import Reason
from bot.model import Job
from bot.ports import GiveUp, Handler, RetryLater, StoreUnavailable, Unit
from bot.store import members

STAFF_GROUP: Final = "staff-group"
LOOK_EVERY: Final = 60.0  # seconds between looks at what another process may have stored

_EVERY: Final = timedelta(minutes=10)
_PATIENCE: Final = 4  # attempts, half a minute in all; then it is the next reading's turn
_MOST_NAMES: Final = 20  # that Slack is asked for at a time

_log = logging.getLogger(__name__)


def handlers(services: Services) -> Mapping[str, Handler]:
    """The kind of work, and who carries it out."""
    return {STAFF_GROUP: _group_job(services)}


def plan(conn: Connection, services: Services) -> None:
    """Have those stand behind the desk who were in the group last, and it read from now on; for the start of a desk.

    Where the desk file names no group any more, nobody counts through one.
    """
    now, group = services.clock.now(), services.desk.support.user_group
    if group is None:
        members.replace(conn, services.workspace, (), now)
        return
    _know(services, members.all(conn, services.workspace))
    # At once, whatever is planned: the desk file may name another group than before.
    _plan(conn, services, now, f"start:{group}:{int(now.timestamp())}")


async def watch(services: Services, every: float = LOOK_EVERY) -> None:
    """Have those stand behind the desk who are stored as the group's, every so many seconds until cancelled."""
    while services.desk.support.user_group is not None:
        await asyncio.sleep(every)
        with suppress(StoreUnavailable):
            _know(services, await services.store.read(lambda conn: members.all(conn, services.workspace)))


def _group_job(services: Services) -> Handler:
    """Reads who is in the group, and plans to read it again."""

    async def read(job: Job) -> Unit[None] | None:
        group = services.desk.support.user_group
        if group is None:
            return None
        try:
            users = await services.slack.group_members(group)
        except Postponed:
            raise
        except (RetryLater, GiveUp) as error:
            if isinstance(error, RetryLater) and job.attempts < _PATIENCE:
                raise
            _log.warning("the user group of staff cannot be read: %s", Reason(str(error)))
            return lambda conn: _plan_next(conn, services)
        if not users:
            _log.warning("nobody is in the user group of staff")
        named = await _named(services, users)
        _know(services, named)
        return lambda conn: _read(conn, services, named)

    return read


async def _named(services: Services, users: Sequence[str]) -> list[tuple[str, str]]:
    """The users with their names; of whom Slack tells none, the one that was known before."""
    names = dict(await services.store.read(lambda conn: members.all(conn, services.workspace)))
    for user in _asked_for(users, names, services.clock.now()):
        profile = await services.slack.profile(user)
        if profile is not None and profile.name:
            names[user] = profile.name
    return [(user, names.get(user, "")) for user in users]


def _asked_for(users: Sequence[str], names: Mapping[str, str], now: datetime) -> list[str]:
    """Whose names Slack is asked for now: those without one, and of the others some after some, for names change."""
    nameless = [user for user in users if not names.get(user)]
    others = [user for user in users if names.get(user)]
    first = _turn(now) * _MOST_NAMES % max(len(others), 1)
    return [*nameless, *others[first:], *others[:first]][:_MOST_NAMES]


def _know(services: Services, named: Sequence[tuple[str, str]]) -> None:
    desk = services.desk.with_staff([StaffMember(user, name) for user, name in named])
    if desk.staff != services.desk.staff:
        services.desk = desk


def _read(conn: Connection, services: Services, named: Sequence[tuple[str, str]]) -> None:
    members.replace(conn, services.workspace, named, services.clock.now())
    _plan_next(conn, services)


def _plan_next(conn: Connection, services: Services) -> None:
    # Replicas that have begun at once would read twice, always: there is one reading in so much time.
    at = services.clock.now() + _EVERY
    _plan(conn, services, at, str(_turn(at)))


def _plan(conn: Connection, services: Services, at: datetime, which: str) -> None:
    services.work.add(conn, STAFF_GROUP, f"{STAFF_GROUP}:{services.workspace}:{which}", {}, at=at)


def _turn(at: datetime) -> int:
    return int(at.timestamp() // _EVERY.total_seconds())
