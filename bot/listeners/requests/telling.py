"""The jobs that speak to partners of their request, and those whose time has come."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from bot.flows import clocks, requesting
from bot.listeners import effects, journal, speaking
from bot.listeners.requests import changing, hearing, kinds, standing, storing
from bot.listeners.services import Services
from bot.model import Job, Reply
from bot.ports import GiveUp, Handler, Unit
from bot.render.request_cards import undelivered
from bot.request import Act, Reason, Request
from bot.store import codec, messages, requests
from bot.store.locks import exclusive
from bot.store.messages import Message


def tell_job(services: Services) -> Handler:
    """Says something to the partner, in their thread; where that cannot be, the desk reads so below the card."""

    async def post(job: Job) -> Unit[None] | None:
        number = job.payload["number"]
        request = await services.store.read(lambda conn: requests.load(conn, services.workspace, number))
        if request is None:
            return None
        reply = codec.load(Reply, job.payload["reply"])
        journal.note_reply(reply)
        message = services.editions.current.renderer.message(reply)
        try:
            ts = await speaking.post(services, job, message, request.channel, request.thread_ts)
        except GiveUp:
            if not request.card_ts:
                raise
            t = speaking.words_in(services, request.card_channel)
            await speaking.post(services, job, undelivered(t, request), request.card_channel, request.card_ts)
            return None

        def unit(conn: Connection) -> None:
            said = Message(request.channel, ts, request.thread_ts, reply, reply.language, asker=request.asker)
            messages.save(conn, services.workspace, said)

        return unit

    return post


def stand_job(services: Services) -> Handler:
    """Has the partner's message say how the request stands; an edit, which calls nobody."""

    async def show(job: Job) -> Unit[None]:
        return lambda conn: _show(conn, services, job.payload["number"], job.key)

    return show


def _show(conn: Connection, services: Services, number: int, key: str) -> None:
    known = requests.load(conn, services.workspace, number)
    if known is None or not known.status_ts:
        return
    exclusive(conn, services.workspace, known.channel, known.thread_ts)
    request = requests.load(conn, services.workspace, number)
    message = messages.by_ts(conn, services.workspace, known.channel, known.status_ts)
    if request is None or message is None:
        return
    told = requesting.status(request, standing.around(conn, services, request))
    if told != message.reply.result:
        reply = replace(message.reply, result=told)
        effects.show(conn, services, replace(message, reply=reply), key)


def _is_thanked(services: Services, request: Request) -> bool:
    """Whether the partner has ended the conversation since it waits for them; a word to the bot beside it is no end."""
    since, conversation = request.waiting_since, services.editions.current.conversation
    told = [one for one in request.history if one.act is Act.TOLD and since is not None and one.at >= since]
    return any(one.is_aside and conversation.ends(one.words) for one in told)


def tick_job(services: Services) -> Handler:
    """Does what a clock that has run out leads to; the next one is planned by that."""

    async def look(job: Job) -> Unit[None]:
        def unit(conn: Connection) -> None:
            request = changing.locked(conn, services, job.payload["number"])
            if request is None or request.clock != job.key:  # another is its clock by now
                return
            now = services.clock.now()
            tick = clocks.next_tick(services.desk, request, now)
            if tick is None:
                return
            if tick.at > now:  # the desk's hours have changed, or another replica's clock is ahead of ours
                key = f"{job.key}:at:{int(tick.at.timestamp())}"
                services.work.add(conn, kinds.TICK, key, job.payload, at=tick.at)
                storing.stored(conn, services, replace(request, clock=key))
                return
            if hearing.to_queue_if_gone(conn, services, request, now):  # and its next clock is planned
                return
            after = ticked(services, request, tick)
            if after is not None:
                changing.changed(conn, services, after)

        return unit

    return look


def plan(conn: Connection, services: Services) -> None:
    """Have all clocks looked at; for the start of a desk, whose file may promise something else than before."""
    at = int(services.clock.now().timestamp())
    services.work.add(conn, kinds.CLOCKS, f"{kinds.CLOCKS}:{services.workspace}:{at}", {})


def clocks_job(services: Services) -> Handler:
    """Has the clocks of all requests that are not closed run as the desk file has them, one request at a time."""

    async def look(job: Job) -> None:
        numbers = await services.store.read(lambda conn: requests.open_numbers(conn, services.workspace))
        for number in numbers:
            await services.store.run(partial(changing.plan_again, services=services, number=number, why=job.key))

    return look


def ticked(services: Services, request: Request, tick: clocks.Tick) -> Request | None:
    """A request after one of its clocks has run out."""
    flow, now = changing.flow(services), services.clock.now()
    if tick.act is Act.WARNED and tick.target is not None:
        return flow.warn(request, now, tick.target)
    if tick.act is Act.BREACHED and tick.target is not None:
        return flow.breach(request, now, tick.target)
    if tick.act is Act.REMINDED:
        return flow.remind(request, now)
    if tick.act is Act.NUDGED:
        # Who has said thanks since is not asked whether it still matters.
        is_over = _is_thanked(services, request)
        return flow.resolve(request, None, now, Reason.ANSWERED, "") if is_over else flow.nudge(request, now)
    return flow.resolve(request, None, now, Reason.NO_REPLY, "")
