"""Questions in a partner's channel that nobody has answered, bot or person: after a while they come into the queue.

Whether somebody has answered is seen by what people write: in the thread anybody but the asker, at the top of the
channel somebody of the desk.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection

from bot import hours
from bot.flows import requesting
from bot.listeners.incoming import POST, lane
from bot.listeners.requests import changing, kinds, opening, standing
from bot.listeners.services import Services
from bot.model import Floor, Job, Outcome, Person, Place, Post, Question, Reply, Thread, Turn
from bot.ports import Handler, Unit
from bot.request import Way
from bot.store import codec, messages, threads
from bot.store.locks import exclusive


def watched(services: Services, question: Question, turn: Turn, person: Person, ts: str) -> Unit[None] | None:
    """What has to be noted of a message for its channel's sake; None in a channel where nobody keeps watch."""
    channel = question.channel
    after = services.desk.unanswered_after(channel.id)
    if after is None or channel.place is not Place.CHANNEL or services.desk.support_channel is None:
        return None
    if not question.top_level:
        if turn.thread.request is not None or turn.thread.asker in {None, person.id}:
            return None
        return lambda conn: _answered(conn, services, _key(services, channel.id, turn.thread.ts))
    if person.is_staff:
        return lambda conn: _answered(conn, services, _key(services, channel.id, ""))
    is_open = not any(isinstance(effect, Post) for effect in turn.effects)
    if is_open and services.editions.current.conversation.waits_for_somebody(question, person):
        at = hours.after(services.desk, datetime.fromtimestamp(float(ts), UTC), after)
        return lambda conn: _watch(conn, services, question, turn, person, at)
    return None


def together(first: Unit[None], second: Unit[None]) -> Unit[None]:
    """Two units as one."""

    def both(conn: Connection) -> None:
        first(conn)
        second(conn)

    return both


def _watch(conn: Connection, services: Services, question: Question, turn: Turn, person: Person, at: datetime) -> None:
    """Keep the question, so that what is written in its thread is seen; people have the floor there."""
    thread = turn.thread
    exclusive(conn, services.workspace, thread.channel, thread.ts)
    language = services.editions.current.reader.languages.detect(question.text, (question.channel.language,))[0]
    kept = Thread(
        thread.channel,
        thread.ts,
        asker=person.id,
        language=language,
        programme=question.channel.programmes[0] if len(question.channel.programmes) == 1 else None,
        question=question.text,
        files=question.files,
        asked_on=question.today,
        floor=Floor.PEOPLE,
        last_ts=thread.ts,
    )
    threads.save(conn, services.workspace, kept, services.clock.now())
    payload = {"channel": thread.channel, "thread_ts": thread.ts}
    services.work.add(conn, kinds.UNANSWERED, _key(services, thread.channel, thread.ts), payload, at=at)


def _answered(conn: Connection, services: Services, prefix: str) -> None:
    for key in services.work.pending(conn, prefix):
        services.work.cancel(conn, key)


def forget(conn: Connection, services: Services, channel: str, ts: str) -> None:
    """No longer keep watch over a question, which was deleted."""
    _answered(conn, services, _key(services, channel, ts))


def unanswered_job(services: Services) -> Handler:
    """Opens a request for a question that nobody has answered; once."""

    async def look(job: Job) -> Unit[None]:
        channel, ts = job.payload["channel"], job.payload["thread_ts"]

        def unit(conn: Connection) -> None:
            exclusive(conn, services.workspace, channel, ts)
            thread = threads.load(conn, services.workspace, channel, ts)
            if thread is None or thread.request is not None or not thread.question:  # it was deleted meanwhile
                return
            if services.desk.unanswered_after(channel) is None:  # nobody keeps watch there any more
                return
            if messages.latest(conn, services.workspace, channel, ts):  # the bot was asked, and has answered
                return
            wanted = opening.Wanted(Way.UNANSWERED, thread.question, files=thread.files)
            request, is_new = opening.open_or_add(conn, services, wanted, thread, thread.asker, None)
            threads.save(
                conn, services.workspace, changing.with_request(services, thread, request), services.clock.now()
            )
            if is_new:
                say_status(conn, services, request.number, thread, job.key)

        return unit

    return look


def say_status(conn: Connection, services: Services, number: int, thread: Thread, key: str) -> None:
    """Tell the partner, in their thread, that a person has been asked: nobody else did."""
    request = changing.locked(conn, services, number)
    if request is None:
        return
    told = requesting.status(request, standing.around(conn, services, request))
    reply = Reply(Outcome.HUMAN, request.language, request.programme, result=told)
    asker = request.asker
    payload = {
        "channel": thread.channel,
        "thread_ts": thread.ts,
        "question_ts": None,
        "team": asker.team if asker else "",
        "user": asker.user if asker else "",
        "reply": codec.dump(reply),
    }
    services.work.add(conn, POST, f"{POST}:{key}:status", payload, lane=lane(thread.channel, thread.ts))


def _key(services: Services, channel: str, ts: str) -> str:
    return f"{kinds.UNANSWERED}:{services.workspace}:{channel}:{ts}"
