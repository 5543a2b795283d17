"""A changed report, stored with all that follows from the change: card, lines, pings, pictures, words to reporters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from bot import hours
from bot.flows import report as flow
from bot.flows import reporting
from bot.listeners import copying
from bot.listeners.copying import Held
from bot.listeners.reports import kinds
from bot.listeners.services import Services
from bot.model import PersonId, Reply
from bot.report import Act, Change, Kind, Picture, Report, Reporter, State
from bot.store import codec, reports

_CALLING: Final = frozenset({Act.ANSWERED, Act.STILL_WRONG})
"""After these, whoever works on it is called."""

_CLOSING: Final = frozenset({Act.FIXED, Act.REJECTED, Act.DUPLICATE})
"""After these, reporters hear what has become of it, once it is known."""

_TELLING: Final = frozenset({Act.JOINED, Act.ASKED, Act.ANSWERED, Act.STILL_WRONG})
"""What was said with these stands below the card alone."""

_SEEN: Final = _CLOSING | {Act.TAKEN, Act.RELEASED, Act.ASKED, Act.REOPENED, Act.STILL_WRONG, Act.MOVED}
"""What may change how the report stands for its reporters."""


def opened(conn: Connection, services: Services, report: Report) -> None:
    """Have a new report's card posted, and its owners called."""
    _post_card(conn, services, report)
    _call(conn, services, report)


def changed(conn: Connection, services: Services, report: Report) -> None:
    """Store a report after a change, the last of its history, and add what follows."""
    now, change = services.clock.now(), report.history[-1]
    channel = route(services, report)
    has_moved = change.act is Act.MOVED and channel not in {None, report.channel}
    if has_moved:
        _leave(conn, services, report, change)
        report = replace(report, channel="", card_ts="", is_shared=True, pictures=_afresh(report.pictures))
    # What is reported in the language that it is moved to is the same from now on.
    digest = flow.fingerprint_of(report) if change.act is Act.MOVED else None
    reports.save(conn, services.workspace, report, now, digest=digest)
    if has_moved:
        _post_card(conn, services, report)
        _repeat_lines(conn, services, report)
    else:
        show(conn, services, report, str(len(report.history) - 1))
    _add_line(conn, services, report, now)
    if report.card_ts:
        fetch_pictures(conn, services, report)
    if report.is_closed:
        copying.tidy_later(conn, services, kinds.PICTURES, report.number, str(len(report.history) - 1))
    _tell_all(conn, services, report, change)


def route(services: Services, report: Report) -> str | None:
    """The channel that a report belongs to."""
    is_source = report.kind is Kind.SOURCE
    return services.desk.route(report.language, report.programme, is_source=is_source).channel


def owners(services: Services, report: Report) -> tuple[str, ...]:
    """The users who look after it."""
    is_source = report.kind is Kind.SOURCE
    return services.desk.route(report.language, report.programme, is_source=is_source).owners


def show(conn: Connection, services: Services, report: Report, why: str) -> None:
    """Have the card say how the report stands; `why` makes that happen once."""
    key = f"{kinds.SHOW}:{services.workspace}:{report.number}:{why}"
    services.work.add(
        conn, kinds.SHOW, key, {"number": report.number}, lane=reports.lane(services.workspace, report.number)
    )


def fetch_pictures(conn: Connection, services: Services, report: Report) -> None:
    """Have the pictures that are not fetched yet put below the card."""
    copying.fetch_all(conn, services, kinds.PICTURES, held(report))


def held(report: Report) -> Held:
    """The pictures of a report, and where they are shown."""
    return Held(report.number, report.pictures, report.channel, report.card_ts, report.is_shared, report.closed_at)


def tell(conn: Connection, services: Services, to: Reporter, reply: Reply, why: str) -> None:
    """Say something to a reporter, where the bot speaks to them of it."""
    payload = {"number": to.number, "team": to.who.team, "user": to.who.user, "reply": codec.dump(reply)}
    key = f"{kinds.TELL}:{services.workspace}:{to.number}:{to.who.team}:{to.who.user}:{why}"
    services.work.add(conn, kinds.TELL, key, payload, lane=_lane_to(services, to.number, to.who))


def root_of(conn: Connection, services: Services, report: Report) -> Report:
    """The report that tells what becomes of it: itself, or the one that it is a duplicate of in the end."""
    seen = {report.number}
    while report.duplicate_of is not None and report.duplicate_of not in seen:
        found = reports.load(conn, services.workspace, report.duplicate_of)
        if found is None:
            return report
        report = found
        seen.add(report.number)
    return report


def locked_root(conn: Connection, services: Services, number: int) -> Report | None:
    """The report that stands for one which may itself be a duplicate, locked; None if there is none."""
    report = reports.load(conn, services.workspace, number)
    if report is None:
        return None
    root = root_of(conn, services, report)
    reports.lock(conn, services.workspace, root.number)
    return reports.load(conn, services.workspace, root.number)


def _post_card(conn: Connection, services: Services, report: Report) -> None:
    lane, number = reports.lane(services.workspace, report.number), {"number": report.number}
    services.work.add(conn, kinds.CARD, _key(services, kinds.CARD, report), number, lane=lane)


def _add_line(conn: Connection, services: Services, report: Report, now: datetime) -> None:
    """Have the last change stand below the card, and those called whom it concerns."""
    n, act = len(report.history) - 1, report.history[-1].act
    is_open = hours.is_open(services.desk, now)
    payload = {"number": report.number, "change": n, "calls": act in _CALLING and is_open}
    lane = reports.lane(services.workspace, report.number)
    services.work.add(conn, kinds.LINE, _key(services, kinds.LINE, report), payload, lane=lane)
    if act is Act.MOVED or (act in _CALLING and not is_open):
        _call(conn, services, report)


def _repeat_lines(conn: Connection, services: Services, report: Report) -> None:
    """Have what was said below the old card stand below the new one: its readers may not see the other channel."""
    lane, last = reports.lane(services.workspace, report.number), len(report.history) - 1
    for n, change in enumerate(report.history):
        if change.act in _TELLING and change.words:
            key = f"{kinds.LINE}:{services.workspace}:{report.number}:{n}:for:{last}"
            payload = {"number": report.number, "change": n, "calls": False}
            services.work.add(conn, kinds.LINE, key, payload, lane=lane)


def _call(conn: Connection, services: Services, report: Report) -> None:
    """Name those whom the report waits for: now, or when the desk opens."""
    now = services.clock.now()
    at = hours.opening(services.desk, now)
    payload = {"number": report.number, "change": len(report.history) - 1}
    timed: dict[str, Any] = {"at": at} if at > now else {"lane": reports.lane(services.workspace, report.number)}
    services.work.add(conn, kinds.PING, _key(services, kinds.PING, report), payload, **timed)


def _leave(conn: Connection, services: Services, report: Report, change: Change) -> None:
    """Have the old card say where the report has gone, and our copies below it deleted."""
    if report.card_ts:
        place = {"channel": report.channel, "ts": report.card_ts, "number": report.number, "to": change.words}
        key = _key(services, kinds.MOVED, report)
        services.work.add(conn, kinds.MOVED, key, place, lane=reports.lane(services.workspace, report.number))
    copying.unshare(conn, services, report.pictures)


def _afresh(pictures: tuple[Picture, ...]) -> tuple[Picture, ...]:
    return tuple(Picture(picture.id, by=picture.by) for picture in pictures)


def _tell_all(conn: Connection, services: Services, report: Report, change: Change) -> None:
    n = len(report.history) - 1
    if change.act is Act.ASKED:
        first = reports.reporter(conn, services.workspace, report.number, report.reporter)
        if first is not None:
            tell(conn, services, first, reporting.question(report, change.words, first.language), str(n))
    root = root_of(conn, services, report)
    if change.act in _SEEN:
        has_result = change.act in _CLOSING and root.state in {State.FIXED, State.REJECTED}
        for concerned, to in _everybody(conn, services, report):
            if has_result:
                tell(conn, services, to, reporting.result(concerned, root, to.language), f"{n}:of:{root.number}")
            key = f"{kinds.STAND}:{services.workspace}:{to.number}:{to.who.team}:{to.who.user}:{n}:of:{report.number}"
            payload = {"number": to.number, "team": to.who.team, "user": to.who.user}
            services.work.add(conn, kinds.STAND, key, payload, lane=_lane_to(services, to.number, to.who))


def _everybody(conn: Connection, services: Services, report: Report) -> Iterator[tuple[Report, Reporter]]:
    """All who wait for what becomes of a report: its reporters, and those of its duplicates."""
    seen: set[int] = set()
    left = [report]
    while left:
        one = left.pop(0)
        if one.number in seen:
            continue
        seen.add(one.number)
        for to in reports.reporters(conn, services.workspace, one.number):
            yield one, to
        left += reports.duplicates(conn, services.workspace, one.number)


def _key(services: Services, kind: str, report: Report) -> str:
    return f"{kind}:{services.workspace}:{report.number}:{len(report.history) - 1}"


def _lane_to(services: Services, number: int, who: PersonId) -> str:
    return f"{reports.lane(services.workspace, number)}:{who.team}:{who.user}"
