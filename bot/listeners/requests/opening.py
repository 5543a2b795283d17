"""A request opened, or one that is there already asked again: the ways that lead to a person meet here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from bot.flows import drafting
from bot.flows.request import add_files
from bot.listeners.requests import changing, hearing
from bot.listeners.services import Services
from bot.model import DEFAULT_LANGUAGE, Language, PersonId, Reply, Thread
from bot.request import Act, Change, Request, Way
from bot.store import requests
from bot.store.locks import exclusive


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to come before a person."""

    way: Way
    question: str
    reply: Reply | None = None  # what the bot answered
    files: Sequence[str] = ()  # ids
    language: Language | None = None
    note: str = ""  # what is said about it besides, by whoever asks, or staff who pass it on
    is_urgent: bool = False


def open_or_add(
    conn: Connection, services: Services, wanted: Wanted, thread: Thread, who: PersonId | None, by: PersonId | None
) -> tuple[Request, bool]:
    """The request of a thread, and whether it is new; one that is there already is asked again.

    Args:
        conn: Of the transaction; the thread is locked.
        services: The desk.
        wanted: What is asked.
        thread: Where.
        who: Whose question it is.
        by: Who passes it on, if that is somebody else.

    """
    exclusive(conn, services.workspace, thread.channel, thread.ts)
    known = requests.by_thread(conn, services.workspace, thread.channel, thread.ts)
    if known is None:
        made, is_new = _made(conn, services, wanted, thread, who, by)
        if is_new:
            return made, True
        known = made
    return _again(conn, services, known.number, wanted, who, by) or known, False


def _made(
    conn: Connection, services: Services, wanted: Wanted, thread: Thread, who: PersonId | None, by: PersonId | None
) -> tuple[Request, bool]:
    now = services.clock.now()
    partner = services.desk.organisation_of(who, services.workspace, thread.channel) if who else None
    new = Request(
        number=0,
        channel=thread.channel,
        thread_ts=thread.ts,
        asker=who,
        opened_at=now,
        owed_since=now,
        language=wanted.language or thread.language or DEFAULT_LANGUAGE,
        question=drafting.plain(wanted.question),
        way=wanted.way,
        organisation=partner.name if partner else None,
        programme=thread.programme,
        reply=wanted.reply,
        is_urgent=wanted.is_urgent,
        history=(Change(Act.ASKED, now, by or who, wanted.note),),
    )
    new = add_files(new, wanted.files, who)
    request, is_new = requests.create(conn, services.workspace, new, now)
    if is_new:
        changing.opened(conn, services, request)
    return request, is_new


def _again(
    conn: Connection, services: Services, number: int, wanted: Wanted, who: PersonId | None, by: PersonId | None
) -> Request | None:
    request = changing.locked(conn, services, number)
    if request is None:
        return None
    flow, now, was_closed = changing.flow(services), services.clock.now(), request.is_closed
    question = drafting.plain(wanted.question)
    is_new = question not in {"", request.question, *(one.words for one in request.history)}
    request = add_files(request, wanted.files, who)
    if by is None:
        again = flow.ask_again(request, who, now, wanted.note or (question if is_new else ""))
    else:
        told = (Change(Act.TOLD, now, who, question, files=tuple(wanted.files)),) if is_new else ()
        again = flow.hand(replace(request, history=(*request.history, *told)), by, now, wanted.note)
    changing.changed(conn, services, again)
    urgent = flow.weigh(again, by, now, is_urgent=True) if by is not None and wanted.is_urgent else None
    if urgent is not None:
        changing.changed(conn, services, urgent)
    if was_closed:
        hearing.to_queue_if_away(conn, services, urgent or again, now)
    return requests.load(conn, services.workspace, number)
