"""A changed request, stored with all that follows from the change: card, story, calls, clocks, words to the partner.

Locks are taken in the order thread, request: whoever changes a request locks its thread first, for that changes too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection

from bot import duty, hours
from bot.flows import clocks, requesting
from bot.flows.request import Desk as Flow
from bot.listeners.requests import files, kinds
from bot.listeners.requests.storing import lane_of, lane_of_thread, show, stand, stored
from bot.listeners.services import Services
from bot.model import Floor, Handed, PersonId, Reply, Thread
from bot.report import Picture
from bot.request import Act, Change, Request, State
from bot.store import codec, requests, threads
from bot.store.locks import exclusive

_CALLING: Final = frozenset(
    {Act.ESCALATED, Act.RELEASED, Act.RETURNED, Act.TOLD, Act.ASKED_AGAIN, Act.HANDED, Act.ASSIGNED, Act.TAKEN_OVER}
)
"""After these the card calls somebody: whoever has it, or those who might take it."""

_MORE: Final = frozenset({Act.TOLD, Act.ASKED_AGAIN, Act.HANDED})
"""What is added to what waits for somebody."""

_TO_QUEUE: Final = frozenset({Act.ASKED, Act.RETURNED, Act.RELEASED, Act.ESCALATED})
"""After these those who might take it have been called."""

TICKING: Final = frozenset({Act.WARNED, Act.BREACHED, Act.REMINDED})
"""What clocks do of themselves."""

_AT_ONCE: Final = timedelta(minutes=1)

_QUOTING: Final = frozenset(
    {Act.ASKED, Act.TOLD, Act.ASKED_AGAIN, Act.HANDED, Act.RETURNED, Act.REPLIED, Act.SENT, Act.WROTE}
)
"""What was said with these stands below the card alone."""

_TAKING: Final = frozenset({Act.TAKEN, Act.TAKEN_OVER, Act.ASSIGNED, Act.REOPENED})


def flow(services: Services) -> Flow:
    """What can happen to requests at this desk."""
    return Flow(lambda since, until: hours.worked(services.desk, since, until))


def locked(conn: Connection, services: Services, number: int) -> Request | None:
    """A request as it is, with its thread locked and itself; None if there is none."""
    known = requests.load(conn, services.workspace, number)
    if known is None:
        return None
    exclusive(conn, services.workspace, known.channel, known.thread_ts)
    requests.lock(conn, services.workspace, number)
    return requests.load(conn, services.workspace, number)


def opened(conn: Connection, services: Services, request: Request) -> None:
    """Have a new request's card posted, and those called who might take it."""
    request = _planned(conn, services, request, "")
    stored(conn, services, request)
    _post_card(conn, services, request)
    if request.history[-1].words:  # what was said about it besides
        _add_lines(conn, services, request, 0, len(request.history))
    _call(conn, services, request, _calling(services, request))


def changed(conn: Connection, services: Services, request: Request) -> None:
    """Store a request after a change, or several at once, and add what follows from the last of them."""
    change = request.history[-1]
    before = requests.load(conn, services.workspace, request.number)
    told = len(before.history) if before else 0
    channel = services.desk.channel_of_level(request.level)
    has_moved = change.act is Act.ESCALATED and channel not in {None, request.card_channel}
    left = request
    if has_moved:
        request = replace(
            request,
            card_channel="",
            card_ts="",
            card_url="",
            is_shared=True,
            files=tuple(Picture(one.id, by=one.by) for one in request.files),
        )
    # Of several changes in one go each comes from what was read first: only the stored one knows the last clock.
    request = _planned(conn, services, request, before.clock if before else "")
    is_first_response = before is not None and before.responded_at is None and request.responded_at is not None
    stored(conn, services, request, responded_in=request.owed if is_first_response else None)
    if has_moved:
        _post_card(conn, services, request)
        _leave(conn, services, left, str(channel))
        _repeat_lines(conn, services, request)
        stand(conn, services, request, str(len(request.history) - 1))
    else:
        show(conn, services, request, str(len(request.history) - 1))
    calling = _calling(services, request) if change.act in _CALLING | TICKING and not _is_known(request) else None
    # What a clock has done is told by the call; where that waits until somebody is there, at once by a line too.
    is_told = change.act in TICKING and calling is not None and "lane" in calling
    _add_lines(conn, services, request, told, len(request.history) - is_told)
    if calling is not None:
        _call(conn, services, request, calling)
    if request.card_ts:
        files.fetch_files(conn, services, request)
    if request.is_closed:
        files.plan_tidying(conn, services, request)
    _note_thread(conn, services, request)
    _tell_partner(conn, services, request, change)


def handed(services: Services, request: Request) -> Handed:
    """What the partner's thread knows of its request."""
    until = None
    if request.closed_at is not None and request.state is State.RESOLVED:
        until = (request.closed_at + services.desk.support.reopen_within).date()
    is_taken = request.state in {State.TAKEN, State.WAITING}
    return Handed(request.number, is_taken=is_taken, is_settled=request.is_closed, until=until, asker=request.asker)


def tell(conn: Connection, services: Services, request: Request, reply: Reply, why: str) -> None:
    """Say something to the partner, in their thread."""
    payload = {"number": request.number, "reply": codec.dump(reply)}
    key = f"{kinds.TELL}:{services.workspace}:{request.number}:{why}"
    services.work.add(conn, kinds.TELL, key, payload, lane=lane_of_thread(request))


def agent_name(services: Services, who: PersonId | None) -> str:
    """The first name under which somebody of the desk speaks to partners; empty where nobody does."""
    member = services.desk.member(who.user) if who is not None else None
    return member.first_name if member else ""


def next_level(services: Services, request: Request) -> str | None:
    """The level that a request is passed on to; None at the last."""
    level = services.desk.next_level(request.level)
    return level.id if level else None


def _post_card(conn: Connection, services: Services, request: Request) -> None:
    key = _key(services, kinds.CARD, request)
    services.work.add(conn, kinds.CARD, key, {"number": request.number}, lane=lane_of(services, request))


def _leave(conn: Connection, services: Services, request: Request, channel: str) -> None:
    """Have the old card say where the request has gone, once its new card stands, and our copies below it deleted."""
    if request.card_ts:
        place = {"channel": request.card_channel, "ts": request.card_ts, "number": request.number, "to": channel}
        services.work.add(
            conn, kinds.MOVED, _key(services, kinds.MOVED, request), place, lane=lane_of(services, request)
        )
    files.unshare(conn, services, request)


def _repeat_lines(conn: Connection, services: Services, request: Request) -> None:
    """Have what was said below the old card stand below the new one: its readers may not see the other channel."""
    last = len(request.history) - 1
    for n, change in enumerate(request.history[:-1]):
        if change.act in _QUOTING and change.words:
            key = f"{kinds.LINE}:{services.workspace}:{request.number}:{n}:for:{last}"
            payload = {"number": request.number, "change": n}
            services.work.add(conn, kinds.LINE, key, payload, lane=lane_of(services, request))


def _add_lines(conn: Connection, services: Services, request: Request, since: int, until: int) -> None:
    """Have what has happened since stand below the card, and the next level told of what was missed."""
    for n in range(since, until):
        key = f"{kinds.LINE}:{services.workspace}:{request.number}:{n}"
        payload = {"number": request.number, "change": n}
        services.work.add(conn, kinds.LINE, key, payload, lane=lane_of(services, request))
    change = request.history[-1]
    if change.act is Act.BREACHED and (level := next_level(services, request)) is not None:
        note = {"number": request.number, "target": change.words, "level": level}
        timed = _once_there(services, request, level)
        services.work.add(conn, kinds.NOTE, _key(services, kinds.NOTE, request), note, **timed)


def _calling(services: Services, request: Request) -> dict[str, Any]:
    """When those are called whom it waits for: whoever has it at once, others when one of them is there."""
    at_once = {"lane": lane_of(services, request)}
    return at_once if request.assignee else _once_there(services, request, request.level)


def _call(conn: Connection, services: Services, request: Request, timed: dict[str, Any]) -> None:
    """Name those whom it waits for."""
    payload = {"number": request.number, "change": len(request.history) - 1}
    services.work.add(conn, kinds.PING, _key(services, kinds.PING, request), payload, **timed)


def _once_there(services: Services, request: Request, level: str) -> dict[str, Any]:
    """When those of a level are called: after all that was said before, or once somebody whom it is for is at work."""
    now, desk = services.clock.now(), services.desk
    is_there = bool(duty.called(desk, request.language, level, now))
    at = now if is_there else duty.opens_for(desk, request.language, now, level)
    return {"at": at} if at > now else {"lane": lane_of(services, request)}


def plan_again(conn: Connection, services: Services, number: int, why: str) -> None:
    """Have the clocks of a request run as the desk file has them by now; `why` makes that happen once."""
    request = locked(conn, services, number)
    if request is not None and not request.is_closed:
        stored(conn, services, _planned(conn, services, request, request.clock, f":{why}"))


def _planned(conn: Connection, services: Services, request: Request, before: str, why: str = "") -> Request:
    """The request, with the next clock that runs out looked after, and no other: `before` is the key of the last."""
    if before:
        services.work.cancel(conn, before)
    tick = clocks.next_tick(services.desk, request)
    if tick is None:
        return replace(request, clock="")
    key = f"{kinds.TICK}:{services.workspace}:{request.number}:{len(request.history)}{why}"
    services.work.add(conn, kinds.TICK, key, {"number": request.number}, at=tick.at)
    return replace(request, clock=key)


def _is_known(request: Request) -> bool:
    """Whether those whom the last change would call were called just before it.

    People write in several messages; one call is enough until somebody of the desk has acted, or a clock has. What is
    missed is not reminded of in the same minute.
    """
    *before, last = request.history
    since = next((change for change in reversed(before) if not change.is_aside), None)
    if last.act is Act.REMINDED:
        return since is not None and since.act is Act.BREACHED and last.at - since.at < _AT_ONCE
    if last.act not in _MORE:
        return False
    called = _MORE if request.assignee else _MORE | _TO_QUEUE
    return last.is_aside or (since is not None and since.act in called)


def _note_thread(conn: Connection, services: Services, request: Request) -> None:
    """Have the partner's thread know whose turn it is: from claim to end the bot keeps silent in it."""
    now = services.clock.now()
    thread = threads.load(conn, services.workspace, request.channel, request.thread_ts)
    if thread is None:
        thread = Thread(request.channel, request.thread_ts, asker=request.asker, language=request.language)
    noted = with_request(services, thread, request)
    if noted != thread:
        threads.save(conn, services.workspace, noted, now)


def with_request(services: Services, thread: Thread, request: Request) -> Thread:
    """A thread that knows how its request stands."""
    known = handed(services, request)
    # What was taken once is people's up to its end, also where it goes back into the queue: the partner was told so.
    was_taken = thread.request is not None and thread.request.is_taken
    known = replace(known, is_taken=not known.is_settled and (known.is_taken or was_taken))
    floor = thread.floor
    if known.is_taken:
        floor = Floor.STAFF
    elif known.is_settled and floor is Floor.STAFF:
        floor = Floor.BOT
    return replace(thread, request=known, floor=floor, handed_over=True)


def _tell_partner(conn: Connection, services: Services, request: Request, change: Change) -> None:
    """A new message only for what a partner must know at once; how it stands else is an edit."""
    n, agent = str(len(request.history) - 1), agent_name(services, request.assignee)
    if change.act in _TAKING and request.assignee is not None and _is_news(request):
        tell(conn, services, request, requesting.taken(request, agent), n)
    elif change.act is Act.NUDGED:
        tell(conn, services, request, requesting.nudge(request, agent), n)
    elif change.act is Act.RESOLVED and request.reason is not None:
        tell(conn, services, request, requesting.result(request, agent), n)


def _is_news(request: Request) -> bool:
    """Whether the partner does not know yet that whoever has it now has it; once they were answered they do."""
    told = [one for one in request.history[:-1] if one.act in _TAKING]
    is_same = bool(told) and _holder(told[-1]) == _holder(request.history[-1])
    return not is_same


def _holder(change: Change) -> PersonId | None:
    return change.whom if change.act is Act.ASSIGNED else change.who


def _key(services: Services, kind: str, request: Request) -> str:
    return f"{kind}:{services.workspace}:{request.number}:{len(request.history) - 1}"
