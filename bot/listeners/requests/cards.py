"""The jobs that speak in the desk's channels: the card, the story below it, and who is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from bot import duty
from bot.flows import clocks
from bot.listeners import speaking
from bot.listeners.requests import changing, explaining, files, kinds, storing
from bot.listeners.services import Services
from bot.meeting import Kind
from bot.model import Job
from bot.ports import GiveUp, Handler, RetryLater, Unit
from bot.render import request_cards as render
from bot.render.messages import Message
from bot.report import Line
from bot.request import Act, Change, Request, State, Target
from bot.store import privacy, requests
from bot.store.request_privacy import Trace

_PATIENCE: Final = 3  # attempts in which Slack is asked who reads a channel, before it counts as shared
_CARD_PAUSE: Final = 60.0  # seconds
_FOR_QUEUE: Final = frozenset({Act.ASKED, Act.RELEASED, Act.ESCALATED})
"""After these a request waits for anybody who takes it."""


def card_job(services: Services) -> Handler:
    """Posts a request's card, then has its files put below it."""

    async def post(job: Job) -> Unit[None] | None:
        number = job.payload["number"]
        request = await _load(services, number)
        if request is None or request.card_ts:
            return None
        try:
            channel, ts, is_shared = await _put(services, request, job)
        except GiveUp:  # the channel is archived, or else not to be written in
            channel, ts, is_shared = await _put(services, request, job, is_refused=True)
        url = await services.slack.permalink(channel=channel, ts=ts)

        def unit(conn: Connection) -> None:
            requests.lock(conn, services.workspace, number)
            now = requests.load(conn, services.workspace, number)
            if now is None:  # whoever asked has had it deleted meanwhile
                trace = Trace(number, channel, ts)
                privacy.withdraw_request(conn, services.work, services.workspace, trace, ts)
                return
            placed = replace(now, card_channel=channel, card_ts=ts, card_url=url or "", is_shared=is_shared)
            storing.stored(conn, services, placed)
            files.fetch_files(conn, services, placed)

        return unit

    return post


async def _put(services: Services, request: Request, job: Job, *, is_refused: bool = False) -> tuple[str, str, bool]:
    """Post the card of a request: in which channel it stands, its ts, and whether other organisations read along."""
    channel, is_shared = await _placed(services, request, job, is_refused=is_refused)
    message = await drawn(services, replace(request, card_channel=channel, is_shared=is_shared))
    return channel, await speaking.post(services, job, message, channel), is_shared


def card_before_job(services: Services) -> Handler:
    """Has the card posted that an earlier version was about to post when it ended."""

    async def post(job: Job) -> Unit[None] | None:
        def unit(conn: Connection) -> None:
            place = (job.payload["channel"], job.payload["thread_ts"])
            request = requests.by_thread(conn, services.workspace, *place)
            if request is not None and not request.card_ts:
                lane = requests.lane(services.workspace, request.number)
                key = f"{kinds.CARD}:{services.workspace}:{request.number}:0"
                services.work.add(conn, kinds.CARD, key, {"number": request.number}, lane=lane)

        return unit

    return post


async def _placed(services: Services, request: Request, job: Job, *, is_refused: bool) -> tuple[str, bool]:
    """Where the card of a request stands, and whether other organisations read along.

    Where the bot cannot post (never invited, or `is_refused`) the support channel has it, rather than nobody. Who reads
    a channel Slack may not say at once; in the end it counts as shared, until the card is drawn again.
    """
    channel, support = services.desk.channel_of_level(request.level), services.desk.support_channel
    if channel is None:
        raise GiveUp("the desk file names no channel for requests any more")
    told = await services.slack.conversation(channel)
    if (is_refused or (told is not None and not told.is_member)) and support not in {None, channel}:
        channel = str(support)
        told = await services.slack.conversation(channel)
    if told is None and job.attempts < _PATIENCE:
        raise RetryLater("Slack does not say who reads the channel")
    return channel, told is None or told.is_shared


def show_job(services: Services) -> Handler:
    """Has a card say how its request stands."""

    async def show(job: Job) -> Unit[None] | None:
        request = await _load(services, job.payload["number"])
        if request is None or not request.card_ts:
            return None
        told = await services.slack.conversation(request.card_channel)
        is_shared = request.is_shared if told is None else told.is_shared
        await speaking.rewrite(
            services,
            await drawn(services, replace(request, is_shared=is_shared)),
            request.card_channel,
            request.card_ts,
        )
        if is_shared is request.is_shared:
            return None
        return lambda conn: _note_readers(conn, services, request, is_shared=is_shared)

    return show


def _note_readers(conn: Connection, services: Services, request: Request, *, is_shared: bool) -> None:
    requests.lock(conn, services.workspace, request.number)
    now = requests.load(conn, services.workspace, request.number)
    if now is not None and now.card_channel == request.card_channel:
        storing.stored(conn, services, replace(now, is_shared=is_shared))


def moved_job(services: Services) -> Handler:
    """Has an old card say where its request has gone: where its new card stands."""

    async def show(job: Job) -> None:
        payload = job.payload
        request = await _load(services, payload["number"])
        if request is None:
            return
        to = request.card_channel or payload["to"]
        message = render.moved_card(speaking.words_in(services, payload["channel"]), request, to)
        await speaking.rewrite(services, message, payload["channel"], payload["ts"])

    return show


def line_job(services: Services) -> Handler:
    """Puts one change below the card."""

    async def post(job: Job) -> Unit[None] | None:
        request = await _load(services, job.payload["number"])
        if request is None or not request.card_ts:
            return None
        change = request.history[job.payload["change"]]
        ts = await speaking.post(services, job, _line(services, request, change), request.card_channel, request.card_ts)
        said = Line(request.card_channel, ts)
        return lambda conn: _keep_line(conn, services, job, change, said)

    return post


def _line(services: Services, request: Request, change: Change) -> Message:
    language = speaking.language_in(services, request.card_channel)
    renderer = services.editions.current.renderer
    title = renderer.title(change.words, language) if change.act is Act.SENT else ""
    return render.request_line(renderer.catalogues[language], request, change, title=title, level=change.level)


def _keep_line(conn: Connection, services: Services, job: Job, change: Change, said: Line) -> None:
    """Note what tells of a change; its words may have been deleted while it was being said."""
    number, n = job.payload["number"], job.payload["change"]
    requests.lock(conn, services.workspace, number)
    request = requests.load(conn, services.workspace, number)
    if request is None or (request.history[n].who, request.history[n].words) != (change.who, change.words):
        privacy.unsay(conn, services.work, services.workspace, said)
        return
    told = replace(request.history[n], lines=(*request.history[n].lines, said))
    history = (*request.history[:n], told, *request.history[n + 1 :])
    storing.stored(conn, services, replace(request, history=history))


def ping_job(services: Services) -> Handler:
    """Calls whom a request waits for, unless that is over by now.

    Where that had to wait until somebody was there, the partner need no longer be told when that is.
    """

    async def post(job: Job) -> Unit[None] | None:
        request = await _load(services, job.payload["number"])
        if request is None or request.is_closed:
            return None
        n = job.payload["change"]
        change = request.history[n]
        if _is_over(request, change, request.history[n + 1 :]):
            return None
        if job.lane is None and not request.card_ts:
            raise RetryLater("its card is not posted yet", _CARD_PAUSE)
        users = called(services, request, change)
        if request.card_ts and (users or change.act in changing.TICKING):
            t = speaking.words_in(services, request.card_channel)
            message = render.request_ping(t, request, users, change.act)
            await speaking.post(services, job, message, request.card_channel, request.card_ts)
        if job.lane is None:
            return lambda conn: storing.stand(conn, services, request, job.key)
        return None

    return post


def _is_over(request: Request, change: Change, later: Sequence[Change]) -> bool:
    """Whether what a change called for was seen to before anybody was called, or others are called for it."""
    if change.act is Act.TAKEN_OVER:  # which whoever had it is told all the same
        return False
    if any(one.act in _FOR_QUEUE for one in later):
        return True
    if change.act in _FOR_QUEUE:
        return request.state is not State.OPEN
    return change.act is not Act.ASSIGNED and request.owed_since is None


def called(services: Services, request: Request, change: Change) -> tuple[str, ...]:
    """Whom a change calls: whoever has it, or had it; else those who might take it."""
    if change.act is Act.TAKEN_OVER:
        return (change.whom.user,) if change.whom else ()
    if request.assignee is not None:
        return (request.assignee.user,)
    now = services.clock.now()
    return duty.called(services.desk, request.language, request.level, now)


def note_job(services: Services) -> Handler:
    """Tells the people of the next level, in their channel, of a target that was missed."""

    async def post(job: Job) -> None:
        payload = job.payload
        request = await _load(services, payload["number"])
        channel = services.desk.channel_of_level(payload["level"])
        if request is None or channel is None or request.owed_since is None:  # the word has come meanwhile
            return
        now = services.clock.now()
        users = duty.called(services.desk, request.language, payload["level"], now)
        thread = request.card_ts if channel == request.card_channel else None
        message = render.breach_note(speaking.words_in(services, channel), request, Target(payload["target"]), users)
        await speaking.post(services, job, message, channel, thread)

    return post


def late_job(services: Services) -> Handler:
    """Tells whoever clicked too late how the request stands, alone; tried once."""

    async def whisper(job: Job) -> None:
        payload = job.payload
        request = await _load(services, payload["number"])
        if request is None or job.attempts > 1:
            return
        t = services.editions.current.renderer.catalogues[payload["language"]]
        await speaking.aside(services, job, render.standing(t, request, speaking.desk_zone(services)))

    return whisper


async def drawn(services: Services, request: Request) -> Message:
    """A card as it is now; the link to the partner's thread is left out where Slack gives none."""
    language = speaking.language_in(services, request.card_channel)
    edition = services.editions.current
    url = None
    if not request.is_direct:
        url = await services.slack.permalink(channel=request.channel, ts=request.thread_ts)
    programme = edition.knowledge.programmes.get(request.programme or "")
    reply = edition.conversation.fitted(request.reply) if request.reply else None
    facts = render.CardFacts(
        url=url,
        programme=programme.names[language] if programme else None,
        answer=edition.renderer.plain(reply, language) if reply else None,
        why=explaining.why(services, request.question, request.language, request.programme, language),
        zone=speaking.desk_zone(services),
        due=clocks.due(services.desk, request),
        level=request.level or (services.desk.levels[0].id if services.desk.levels else ""),
        next_level=changing.next_level(services, request),
        offers_meeting=services.desk.books(Kind.SUPPORT.value, request.programme),
        languages_spoken=bool(duty.speakers(services.desk, request.language)),
    )
    return render.request_card(edition.renderer.catalogues[language], request, facts)


async def _load(services: Services, number: int) -> Request | None:
    return await services.store.read(lambda conn: requests.load(conn, services.workspace, number))
