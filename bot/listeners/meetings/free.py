"""Which times are free, from what the database holds: the desk's hosts, their calendars as last read, our meetings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.availability import Diary, diary_of, slots
from bot.desk import Host, MeetingRules
from bot.flows.booking import Held
from bot.listeners.services import Services
from bot.meeting import Meeting, Slot, Span
from bot.model import DEFAULT_LANGUAGE, Language
from bot.store import hosts as stored
from bot.store import meetings
from bot.store.hosts import HostState

STALE: Final = timedelta(minutes=20)
"""A host whose calendar was not read for so long is not offered."""

_LONGEST: Final = timedelta(days=2)  # of a meeting with the buffer after it


@dataclass(frozen=True, slots=True)
class Free:
    """The times at which a meeting can begin."""

    slots: Sequence[Slot]
    rules: MeetingRules
    language: Language  # in which it would be held
    is_spoken: bool  # whether that is the language that was asked for
    is_away: bool  # whether all who hold such meetings are away, or their calendars cannot be read

    def at(self, start: datetime) -> Slot | None:
        """The slot that begins at an instant, if it is free."""
        return next((slot for slot in self.slots if slot.start == start), None)


def free(
    conn: Connection, services: Services, kind: str, programme: str | None, language: Language, *, now: datetime
) -> Free:
    """The free times of a kind of meeting in a language; where nobody who speaks it has any, in another."""
    desk, rules = services.desk, services.desk.rules_of(kind)
    hosts, is_away = desk.hosts_for(kind, programme), True
    for spoken in _languages(hosts, language):
        diaries = _diaries(conn, services, _speaking(hosts, spoken), rules, now, besides=None)
        is_away = is_away and not any(_is_there(diary, now, rules) for diary in diaries)
        if found := slots(diaries, rules, now):
            return Free(found, rules, spoken, is_spoken=spoken == language, is_away=False)
    return Free((), rules, language, is_spoken=True, is_away=is_away)


def other_times(conn: Connection, services: Services, meeting: Meeting, *, now: datetime) -> Free:
    """The times to which a meeting can be moved: its host's, else, where there are none, those of others."""
    desk, kind, rules = services.desk, meeting.kind.value, services.desk.rules_of(meeting.kind.value)
    language = meeting.held_in or meeting.language
    able = _speaking(desk.hosts_for(kind, meeting.programme), language)
    for some in ([host for host in able if host.user == meeting.host], able):
        diaries = _diaries(conn, services, some, rules, now, besides=meeting.number)
        found = [slot for slot in slots(diaries, rules, now) if not _is_present(slot, meeting)]
        if found:
            return Free(found, rules, language, is_spoken=True, is_away=False)
    return Free((), rules, language, is_spoken=True, is_away=True)


def held_by(services: Services, user: str) -> Held:
    """What the desk says of whoever holds a meeting; of one who no longer does, as far as that goes."""
    host = services.desk.host(user)
    name = services.desk.host_name(user)
    if host is None:
        return Held(name, services.desk.time_zone or "UTC")
    return Held(name, services.desk.zone_of(host), host.video or "")


def zone_of_hosts(services: Services, slots: Iterable[Slot], otherwise: str) -> str:
    """The zone of those who would hold some meetings, if it is one; they are told by a clock that holds for all."""
    zones = {held_by(services, slot.hosts[0]).zone for slot in slots}
    return zones.pop() if len(zones) == 1 else otherwise


def _is_present(slot: Slot, meeting: Meeting) -> bool:
    return slot.start == meeting.start and meeting.host in slot.hosts


def _languages(hosts: Sequence[Host], language: Language) -> Iterable[Language]:
    """The languages in which a meeting can be held, in the order in which they are tried."""
    spoken = [one for host in hosts for one in host.languages]
    return dict.fromkeys([language, *(one for one in spoken if one == DEFAULT_LANGUAGE), *spoken])


def _speaking(hosts: Sequence[Host], language: Language) -> list[Host]:
    """The hosts who speak a language; of whom nothing is said, they speak any."""
    return [host for host in hosts if language in host.languages or not host.languages]


def _is_there(diary: Diary, now: datetime, rules: MeetingRules) -> bool:
    """Whether somebody is back before the horizon."""
    return diary.away_until is None or diary.away_until < now + rules.horizon


def _diaries(
    conn: Connection,
    services: Services,
    hosts: Sequence[Host],
    rules: MeetingRules,
    now: datetime,
    *,
    besides: int | None,
) -> list[Diary]:
    states = stored.all(conn, services.workspace)
    able = [host for host in hosts if _is_known(host, states, now)]
    users = [host.user for host in able]
    since, until = now - _LONGEST, now + rules.horizon + _LONGEST
    held = meetings.held(conn, services.workspace, users, since, until)
    busy = stored.busy(conn, services.workspace, [host.user for host in able if host.calendar], since, until)
    return [_diary(services, host, states.get(host.user), held, busy, now, besides) for host in able]


def _is_known(host: Host, states: Mapping[str, HostState], now: datetime) -> bool:
    """Whether it is known when a host is busy."""
    if host.calendar is None:
        return True
    state = states.get(host.user)
    return state is not None and state.read_at is not None and now - state.read_at < STALE and not state.fault


def _diary(
    services: Services,
    host: Host,
    state: HostState | None,
    held: Mapping[str, Sequence[tuple[Span, int]]],
    busy: Mapping[str, Sequence[Span]],
    now: datetime,
    besides: int | None,
) -> Diary:
    theirs = held.get(host.user, ())
    return diary_of(
        services.desk,
        host,
        busy=busy.get(host.user, ()),
        held=[span for span, number in theirs if number != besides],
        away_until=state.away_until if state else None,
        load=sum(span.start > now for span, _ in theirs),
        last_booked_at=state.last_booked_at if state else None,
    )


def hosts_with_calendars(services: Services) -> Collection[Host]:
    """The hosts whose calendars are read."""
    return [host for host in services.desk.hosts if host.calendar]
