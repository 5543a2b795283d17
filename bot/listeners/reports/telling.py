"""The jobs that speak to reporters, and the one that hears their answers."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot.flows import report as flow
from bot.flows import reporting
from bot.flows.reporting import STEP
from bot.listeners import effects, journal, speaking
from bot.listeners.reports import changing
from bot.listeners.services import Services
from bot.model import Asked, Job, Outcome, PersonId, Reply, Thread
from bot.ports import GiveUp, Handler, Unit
from bot.render.reports import Step
from bot.report import Act, Reporter
from bot.store import codec, messages, reports, threads
from bot.store.locks import exclusive
from bot.store.messages import Message

_STANDING = frozenset({Step.SENT, Step.TAKEN, Step.CLOSED})


def tell_job(services: Services) -> Handler:
    """Says something to a reporter, in their thread; who has none is written to directly, and that begins one."""

    async def post(job: Job) -> Unit[None] | None:
        to = await _reporter(services, job)
        if to is None:
            return None
        reply = codec.load(Reply, job.payload["reply"])
        journal.note_reply(reply)
        channel = to.channel or await services.slack.direct_channel(to.who.user)
        message = services.editions.current.renderer.message(reply)
        try:
            ts = await speaking.post(services, job, message, channel, to.thread_ts or None)
        except GiveUp:
            if not to.thread_ts or channel.startswith("D"):
                raise
            return lambda conn: _tell_directly(conn, services, job, to)
        thread_ts = to.thread_ts or ts

        def unit(conn: Connection) -> None:
            exclusive(conn, services.workspace, channel, thread_ts)
            said = Message(channel, ts, thread_ts, reply, reply.language, asker=to.who)
            messages.save(conn, services.workspace, said)
            _note_thread(conn, services, to, channel, thread_ts, reply)
            if not to.thread_ts:
                reports.place_reporter(
                    conn, services.workspace, to.number, to.who, channel=channel, thread_ts=thread_ts
                )

        return unit

    return post


def _tell_directly(conn: Connection, services: Services, job: Job, to: Reporter) -> None:
    """Go on with a reporter in a direct message: the bot has no place any more where it was spoken to."""
    reports.place_reporter(conn, services.workspace, to.number, to.who, channel="", thread_ts="")
    services.work.add(conn, job.kind, f"{job.key}:directly", job.payload, lane=job.lane)


def stand_job(services: Services) -> Handler:
    """Has a reporter's message say how the report stands; an edit, which calls nobody."""

    async def show(job: Job) -> Unit[None] | None:
        to = await _reporter(services, job)
        if to is None or not to.thread_ts:
            return None

        def unit(conn: Connection) -> None:
            message = _status_message(conn, services, to)
            report = reports.load(conn, services.workspace, to.number)
            if message is None or report is None:
                return
            told = reporting.standing(report, changing.root_of(conn, services, report))
            reply = replace(message.reply, result=told)
            if told[STEP] != message.reply.result[STEP]:
                effects.show(conn, services, replace(message, reply=reply), job.key)

        return unit

    return show


def heard_job(services: Services) -> Handler:
    """Brings a reporter's answer to the translators; the question says that it was passed on."""

    async def hear(job: Job) -> Unit[None]:
        payload = job.payload
        number, who = payload["number"], PersonId(payload["team"], payload["user"])

        def unit(conn: Connection) -> None:
            reports.lock(conn, services.workspace, number)
            report = reports.load(conn, services.workspace, number)
            if report is None:
                return
            now = services.clock.now()
            answered = flow.answer(report, who, now, payload["text"], payload["pictures"])
            more = len(answered.pictures) - len(report.pictures)
            if payload["text"] or more:
                changing.changed(conn, services, answered)
            asked = _of_steps(conn, services, payload["channel"], payload["thread_ts"], number, {Step.QUESTION})
            for n, one in enumerate(asked):
                reply = replace(one.reply, result={**one.reply.result, STEP: Step.ANSWERED.value})
                effects.show(conn, services, replace(one, reply=reply), f"{job.key}:{n}")
            to = reports.reporter(conn, services.workspace, number, who)
            if not asked and payload["pictures"] and to is not None:  # one that came to mind after the report was sent
                said = reporting.added(report, more, len(payload["pictures"]) - more, to.language)
                changing.tell(conn, services, to, said, job.key)

        return unit

    return hear


def answered_with(conn: Connection, services: Services, thread: Thread, who: PersonId, words: str) -> int | None:
    """The report of which somebody was asked in a thread, and answered with these words; None if there is none."""
    for one in messages.latest(conn, services.workspace, thread.channel, thread.ts):
        told = one.reply.result
        report = reports.load(conn, services.workspace, told["number"]) if told.get(STEP) == Step.ANSWERED else None
        heard = [(change.act, change.who, change.words) for change in report.history] if report else []
        if report and (Act.ANSWERED, who, words) in heard:
            return report.number
    return None


async def _reporter(services: Services, job: Job) -> Reporter | None:
    payload = job.payload
    who = PersonId(payload["team"], payload["user"])
    return await services.store.read(lambda conn: reports.reporter(conn, services.workspace, payload["number"], who))


def _note_thread(
    conn: Connection, services: Services, to: Reporter, channel: str, thread_ts: str, reply: Reply
) -> None:
    """Have what is written in the thread come to us; after a question the reporter's next words answer it."""
    known = threads.load(conn, services.workspace, channel, thread_ts)
    is_question = reply.result.get(STEP) == Step.QUESTION
    if known is not None and not is_question:
        return
    thread = known or Thread(channel, thread_ts, asker=to.who, language=to.language)
    if is_question:
        asked = Asked(to.number, to.who, services.clock.now().date())
        thread = replace(thread, asked=(asked, *(one for one in thread.asked if one.number != to.number)))
    threads.save(conn, services.workspace, thread, services.clock.now())


def _status_message(conn: Connection, services: Services, to: Reporter) -> Message | None:
    return next(iter(_of_steps(conn, services, to.channel, to.thread_ts, to.number, _STANDING)), None)


def _of_steps(
    conn: Connection, services: Services, channel: str, thread_ts: str, number: int, steps: set[Step] | frozenset[Step]
) -> list[Message]:
    """Our messages in a thread that tell of a report, at one of these steps; the newest first."""
    first = messages.by_ts(conn, services.workspace, channel, thread_ts)  # it may have begun the thread
    found = {one.ts: one for one in messages.latest(conn, services.workspace, channel, thread_ts)}
    if first is not None:
        found.setdefault(first.ts, first)
    return [one for one in found.values() if _is_of(one.reply, number, steps)]


def _is_of(reply: Reply, number: int, steps: set[Step] | frozenset[Step]) -> bool:
    told = reply.result
    return reply.outcome is Outcome.REPORT and told.get("number") == number and told.get(STEP) in steps
