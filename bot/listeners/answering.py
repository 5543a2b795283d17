"""The jobs that recorded events become: a message answered, an edit, a deletion, an invitation."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from bot.adapters.postponed import Postponed
from bot.conversation import PICK
from bot.flows import drafting, reporting
from bot.listeners import effects, filling, gathering, journal, people
from bot.listeners.effects import Origin
from bot.listeners.incoming import Kept, as_message, being_told, is_under_way, mentions
from bot.listeners.reports import telling
from bot.listeners.requests import hearing, unanswered
from bot.listeners.services import Services
from bot.model import (
    DEFAULT_LANGUAGE,
    Channel,
    Forward,
    Job,
    Outcome,
    Person,
    PersonId,
    Place,
    Question,
    Thread,
    Turn,
)
from bot.ports import Handler, Unit
from bot.store import messages, requests, threads
from bot.store.locks import exclusive
from bot.store.messages import Message
from bot.understand.normalise import words

EDITABLE: Final = 60.0
"""Seconds after writing in which an edited message changes its answer."""

TELLING: Final = 3600.0
"""Seconds in which a new direct message goes on with a report that somebody has begun to tell."""


def message_job(services: Services) -> Handler:
    """Answers a message, or keeps silent."""

    async def answer(job: Job) -> Unit[None] | None:
        written = job.payload
        person = await people.find(services, _author(written), written["channel"])
        stored = await services.store.read(lambda conn: _conversation(conn, services, written))
        origin, last, beside = Origin(job.key, person.id, written["ts"]), None, None
        if stored is None and written["channel_type"] == "im":
            last = await services.store.read(lambda conn: threads.latest(conn, services.workspace, written["channel"]))
            beside = await services.store.read(lambda conn: _of_request(conn, services, written["channel"]))
            gone_on = _gone_on(services, written, person, last)
            if gone_on is not None:
                direct = services.desk.channel(written["channel"], direct=True)
                gone_on = await _filled(services, gone_on, person, direct)
                if beside is not None and gone_on.effects:
                    question = _question(services, written, person)
                    gone_on = services.editions.current.conversation.beside_request(gone_on, question, beside)
                    last = beside if _is_same_place(gone_on.thread, beside) else last
                journal.note_reply(gone_on.reply)
                return _carried_out(services, gone_on, origin, last)
        thread = replace(stored or _new_thread(written), last_ts=written["ts"])
        person = _beside(services, person, thread)
        question = _question(services, written, person)
        turn = await _turn(services, question, thread, person)
        if beside is not None:
            turn = services.editions.current.conversation.beside_request(turn, question, beside)
            stored = beside if _is_same_place(turn.thread, beside) else stored
        journal.note_reply(turn.reply)
        watched = unanswered.watched(services, question, turn, person, written["ts"])
        if not turn.effects and stored is None:
            return watched
        unit = _carried_out(services, turn, origin, stored)
        if watched is not None:
            return unanswered.together(unit, watched)
        begins_report = stored is None and turn.thread.draft is not None and written["channel_type"] == "im"
        return _if_last(services, written["channel"], last, unit) if begins_report else unit

    return answer


def _beside(services: Services, person: Person, thread: Thread) -> Person:
    """A person in a thread: whether they are a colleague of whoever has begun it, or has asked for a person there."""
    askers = (thread.asker, thread.request.asker if thread.request else None)
    found = (people.beside(services, person, asker, thread.channel) for asker in askers)
    return next((one for one in found if one.is_colleague), person)


def _of_request(conn: Connection, services: Services, channel: str) -> Thread | None:
    """The thread of the request that is open in a direct message."""
    request = requests.open_in(conn, services.workspace, channel)
    return threads.load(conn, services.workspace, channel, request.thread_ts) if request else None


def _is_same_place(thread: Thread, other: Thread) -> bool:
    return (thread.channel, thread.ts) == (other.channel, other.ts)


def _carried_out(services: Services, turn: Turn, origin: Origin, before: Thread | None) -> Unit[None]:
    """Carries out a turn if its thread is still as it was read; if a click was quicker, the job is done anew."""

    def unit(conn: Connection) -> None:
        place = (services.workspace, turn.thread.channel, turn.thread.ts)
        exclusive(conn, *place)
        if threads.load(conn, *place) != before:
            raise Postponed("the thread has changed meanwhile", 0.0)
        effects.carry_out(conn, services, turn, origin)

    return unit


def _if_last(services: Services, channel: str, last: Thread | None, unit: Unit[None]) -> Unit[None]:
    """Carries out a unit that begins a report if nobody has begun one in this direct message meanwhile.

    Phones send several pictures as a message each, at once; they are one report.
    """

    def guarded(conn: Connection) -> None:
        exclusive(conn, services.workspace, channel)
        if threads.latest(conn, services.workspace, channel) != last:
            raise Postponed("another thread was begun meanwhile", 0.0)
        unit(conn)

    return guarded


async def _turn(services: Services, question: Question, thread: Thread, person: Person) -> Turn:
    """The conversation's turn; where a fifth language may be meant, with what the detector says."""
    conversation = services.editions.current.conversation
    began = time.perf_counter()
    turn = conversation.reply_to(question, thread, person)
    services.meter.computed(time.perf_counter() - began)
    if turn.may_be_foreign and (found := await services.detect_foreign(question.text)):
        return conversation.reply_to(replace(question, foreign=found), thread, person)
    return await _filled(services, turn, person, question.channel)


async def _filled(services: Services, turn: Turn, person: Person, channel: Channel) -> Turn:
    if not filling.is_needed(turn):
        return turn
    return await services.store.read(lambda conn: filling.filled(conn, services, turn, person, channel))


def _gone_on(services: Services, written: dict[str, Any], person: Person, last: Thread | None) -> Turn | None:
    """The turn of a new direct message that answers what the bot asked last: people seldom open the thread for that."""
    if last is None or not (_is_telling(last, written) or _is_open(last, written)):
        return None
    if last.request is not None and last.request.is_taken:  # the bot keeps silent there
        return None
    return services.editions.current.conversation.goes_on(_question(services, written, person), last, person)


def _is_open(last: Thread, written: dict[str, Any]) -> bool:
    """Whether a thread holds something that a new message may answer or put right."""
    is_open = bool(last.asks_for or last.slots or last.booking)
    return bool(last.asked) or (is_open and bool(words(written["text"])))


def _is_telling(last: Thread, written: dict[str, Any]) -> bool:
    """Whether a report is being told in a thread, or was sent just now; after an hour it no longer is."""
    is_recent = float(written["ts"]) - float(last.last_ts or last.ts) < TELLING
    return is_recent and (last.draft is not None or last.awaits_report or last.reported is not None)


def edit_job(services: Services) -> Handler:
    """Answers an edited message anew, in place; or at last, if the edit is what made it a question to us.

    An edit may overtake its message: then it is what is answered, and the message, when it comes, is known.
    """

    async def edit(job: Job) -> Unit[None] | None:
        written = job.payload
        if not _is_recent(services, written) and not await _is_with_people(services, written):
            return None
        person = await people.find(services, _author(written), written["channel"])
        answered, stored = await services.store.read(
            lambda conn: (
                messages.by_question(conn, services.workspace, written["channel"], written["ts"]),
                _told_before(conn, services, written) or _stored_thread(conn, services, written),
            )
        )
        if answered and "number" in answered[0].reply.result:  # it is sent, and what was sent stays
            return await _retold(services, written, person, answered[0], job)
        passed_on = None if answered else await services.store.read(lambda conn: _passed_on(conn, services, written))
        if passed_on is not None:  # to a translator: who reads it as it stands now, below what it was
            return _carried_out(services, passed_on, Origin(job.key, person.id, written["ts"]), passed_on.thread)
        thread = _without_first_form(stored or _new_thread(written), person, written)
        person = _beside(services, person, thread)
        turn = await _turn(services, _question(services, written, person), thread, person)
        journal.note_reply(turn.reply)
        if not turn.effects:
            is_left = thread.request is None  # to people, who may not have answered it yet
            question = _question(services, written, person)
            return unanswered.watched(services, question, turn, person, written["ts"]) if is_left else None
        origin = Origin(job.key, person.id, written["ts"], answered[0].ts if answered else None)

        def unit(conn: Connection) -> None:
            # Added before it is looked for: another replica may be recording the message, and adding waits for that.
            if not answered and _add(conn, services, as_message(services, written)):
                return
            if is_under_way(conn, services, written["channel"], written["ts"]):
                _after_its_answer(conn, services, job)
            elif answered or not _was_deleted(stored):
                _carried_out(services, turn, origin, stored)(conn)

        return unit

    return edit


async def _retold(
    services: Services, written: dict[str, Any], person: Person, answered: Message, job: Job
) -> Unit[None] | None:
    """Has whoever looks after a request read what a message that has led to it, or was added to it, says by now."""
    place = (services.workspace, answered.channel, answered.thread_ts)
    stored = await services.store.read(lambda conn: threads.load(conn, *place))
    if stored is None or stored.request is None or answered.reply.outcome is not Outcome.HUMAN:
        return None
    turn = services.editions.current.conversation.edited_request(_question(services, written, person), stored)
    return _carried_out(services, turn, Origin(job.key, person.id, written["ts"]), stored)


async def _is_with_people(services: Services, written: dict[str, Any]) -> bool:
    """Whether somebody of the desk reads a message: it stands in a thread that they have, or was added to a request."""

    def read(conn: Connection) -> bool:
        stored = _stored_thread(conn, services, written)
        if stored is not None and stored.request is not None:
            return stored.request.is_taken
        place = (written["channel"], written["thread_ts"] or written["ts"], written["ts"])
        beside = requests.with_message(conn, services.workspace, *place)
        return beside is not None and not beside.is_closed

    return await services.store.read(read)


def deletion_job(services: Services) -> Handler:
    """Takes our answer away with the question, unless somebody has gone on from there."""

    async def delete(job: Job) -> Unit[None]:
        gone = job.payload

        def unit(conn: Connection) -> None:
            exclusive(conn, services.workspace, gone["channel"], gone["thread_ts"])
            hearing.unheard(conn, services, gone["channel"], gone["thread_ts"], gone["ts"])
            unanswered.forget(conn, services, gone["channel"], gone["ts"])
            gathering.forget(conn, services, gone["channel"], gone["ts"])
            thread = threads.load(conn, services.workspace, gone["channel"], gone["thread_ts"])
            if gone.get("overtook"):
                if thread is None and gone["thread_ts"] == gone["ts"]:
                    threads.save(conn, services.workspace, Thread(gone["channel"], gone["ts"]), services.clock.now())
            elif is_under_way(conn, services, gone["channel"], gone["ts"]):
                _after_its_answer(conn, services, job)
            elif (told := _without_message(conn, services, gone)) is not None:
                _show_left(conn, services, told, job)
            elif thread is not None and thread.last_ts == gone["ts"] and not thread.handed_over:
                _take_back(conn, services, thread, gone)

        return unit

    return delete


def invited_job(services: Services) -> Handler:
    """Shows whoever invites the bot what it is for, to them alone."""

    async def greet(job: Job) -> Unit[None]:
        place = job.payload
        channel = services.desk.channel(place["channel"])
        who = PersonId(place["team"], place["user"])
        person = await people.find(services, who, place["channel"])
        language = person.language or channel.language or person.locale or DEFAULT_LANGUAGE
        programme = channel.programmes[0] if len(channel.programmes) == 1 else None
        reply = services.editions.current.conversation.help(language, programme)
        thread = Thread(place["channel"], "")
        return lambda conn: effects.whisper(conn, services, reply, thread, Origin(job.key, who))

    return greet


def _after_its_answer(conn: Connection, services: Services, job: Job) -> None:
    """Do a job again, behind what stands before it in the thread by now."""
    services.work.add(conn, job.kind, f"{job.key}:again", job.payload, lane=job.lane)


def _take_back(conn: Connection, services: Services, thread: Thread, gone: dict[str, Any]) -> None:
    """Remove what answers a message, and forget what the thread holds of it."""
    ts, is_told = gone["ts"], thread.draft is not None and not _tells(gone, thread)
    for ours in messages.by_question(conn, services.workspace, thread.channel, ts):
        if "number" in ours.reply.result:  # it tells of a report that was sent
            continue
        is_told = is_told and not reporting.is_draft(ours.reply)
        payload = {"channel": ours.channel, "ts": ours.ts}
        services.work.add(conn, effects.REMOVE, f"{effects.REMOVE}:{ours.channel}:{ours.ts}", payload)
    left = replace(thread, offered=(), asks_for=(), last_ts="")
    if not is_told:  # a report that other messages have told goes on
        left = reporting.dropped(left)
    if ts == thread.ts:
        left = replace(left, question="", entry=None, slots={})
    threads.save(conn, services.workspace, left, services.clock.now())


def _without_first_form(thread: Thread, person: Person, written: dict[str, Any]) -> Thread:
    """A thread before an edited message: its choices no longer count, nor what it told of a report."""
    thread = replace(thread, offered=(), asks_for=())
    if thread.draft is None or thread.asker != person.id:
        return thread
    return replace(thread, draft=drafting.without(thread.draft, written.get("before", "")))


def _passed_on(conn: Connection, services: Services, written: dict[str, Any]) -> Turn | None:
    """The turn of an edit of what was passed on as an answer; in a direct message it may stand beside the question."""
    before, after = drafting.plain(written.get("before", "")), drafting.plain(written["text"])
    found = [_stored_thread(conn, services, written)]
    if written["channel_type"] == "im":
        found.append(threads.latest(conn, services.workspace, written["channel"]))
    for thread in found if before and after else ():
        number = thread and telling.answered_with(conn, services, thread, _author(written), before)
        if thread and number:
            return Turn(thread, (Forward(number, after),))
    return None


def _told_before(conn: Connection, services: Services, written: dict[str, Any]) -> Thread | None:
    """The thread of the report that an edited message told of, if it is still being told."""
    thread_ts = written["thread_ts"] or written["ts"]
    return being_told(conn, services, written["channel"], thread_ts, written.get("before", ""), ())


def _without_message(conn: Connection, services: Services, gone: dict[str, Any]) -> Thread | None:
    """The thread of a report that is being told, without one of its messages; None if nothing of it is left."""
    said, files = gone.get("before", ""), gone.get("files", ())
    told = being_told(conn, services, gone["channel"], gone["thread_ts"], said, files)
    if told is None or told.draft is None or not _tells(gone, told):
        return None
    left = drafting.without(told.draft, said, files)
    return replace(told, draft=left) if left else None


def _tells(gone: dict[str, Any], thread: Thread) -> bool:
    """Whether a message that was deleted is one of those that told the report of a thread."""
    if thread.draft is None or thread.asker is None or thread.asker.user != gone["user"]:
        return False
    return drafting.is_told_in(thread.draft, gone.get("before", ""), gone.get("files", ()))


def _show_left(conn: Connection, services: Services, thread: Thread, job: Job) -> None:
    """Show back what is left of a report; the message that shows it answers more than the one that is gone."""
    threads.save(conn, services.workspace, thread, services.clock.now())
    message = effects.draft_on_show(conn, services, thread)
    if message is not None:
        effects.show_draft(conn, services, message, message.reply, job.key)


def _was_deleted(stored: Thread | None) -> bool:
    """Whether a thread is stored whose last message was deleted: an edit of that one may come late."""
    return stored is not None and not stored.last_ts


def _add(conn: Connection, services: Services, kept: Kept) -> bool:
    return services.work.add(conn, kept.kind, kept.key, kept.payload, lane=kept.lane)


def _author(written: dict[str, Any]) -> PersonId:
    return PersonId(written["team"], written["user"])


def _question(services: Services, written: dict[str, Any], person: Person) -> Question:
    mentioned = mentions(written["text"])
    return Question(
        text=written["text"],
        channel=_channel(services, written),
        today=people.today(person, written["ts"]),
        mentions_bot=services.bot_user in mentioned,
        mentions_others=bool(mentioned - {services.bot_user}),
        top_level=written["thread_ts"] in {None, written["ts"]},
        files=_files(written),
    )


def _files(written: dict[str, Any]) -> tuple[str, ...]:
    """The ids of a message's files; work of an earlier version knows their number alone."""
    return tuple(written["files"]) if isinstance(written["files"], list) else ()


def _channel(services: Services, written: dict[str, Any]) -> Channel:
    channel = services.desk.channel(written["channel"])
    return replace(channel, place=Place.DIRECT) if written["channel_type"] == "im" else channel


def _stored_thread(conn: Connection, services: Services, written: dict[str, Any]) -> Thread | None:
    return threads.load(conn, services.workspace, written["channel"], written["thread_ts"] or written["ts"])


def _conversation(conn: Connection, services: Services, written: dict[str, Any]) -> Thread | None:
    """The thread that a message belongs to. A bare number in a direct message answers the last choices, wherever."""
    stored = _stored_thread(conn, services, written)
    if stored is None and written["channel_type"] == "im" and PICK.fullmatch(written["text"].strip()):
        last = threads.latest(conn, services.workspace, written["channel"])
        is_open = last is not None and last.offered and not (last.request and last.request.is_taken)
        return last if is_open else None
    return stored


def _new_thread(written: dict[str, Any]) -> Thread:
    return Thread(written["channel"], written["thread_ts"] or written["ts"])


def _is_recent(services: Services, written: dict[str, Any]) -> bool:
    edited_at = float(written.get("edited_at") or services.clock.now().timestamp())
    return edited_at - float(written["ts"]) <= EDITABLE
