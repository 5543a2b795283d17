"""The jobs that speak to Slack: a reply posted, rewritten or taken back, a whisper."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot.flows.reporting import is_draft
from bot.listeners import filling, journal, speaking
from bot.listeners.effects import draft_on_show, show_draft
from bot.listeners.incoming import POST, message_key
from bot.listeners.requests import standing
from bot.listeners.services import Services
from bot.model import Job, Language, PersonId, Reply, Thread
from bot.ports import Handler, Unit
from bot.store import codec, messages
from bot.store.messages import Message


def post_job(services: Services) -> Handler:
    """Posts a reply once and keeps what it shows."""

    async def post(job: Job) -> Unit[None]:
        payload = job.payload
        reply = codec.load(Reply, payload["reply"])
        journal.note_reply(reply)
        channel, thread_ts = payload["channel"], payload["thread_ts"]
        if is_draft(reply) and job.attempts == 1:
            # People send several messages in a row: what the first led to may be posted after the last was read.
            thread = Thread(channel, thread_ts, asker=PersonId(payload["team"], payload["user"]))
            known = await services.store.read(lambda conn: draft_on_show(conn, services, thread, reply))
            if known is not None:
                return lambda conn: show_draft(conn, services, known, reply, job.key)
        message = services.editions.current.renderer.message(reply)
        ts = await speaking.post(services, job, message, channel, thread_ts)
        if _is_answer(services, job):
            journal.note_wait(services, payload["question_ts"], ts)
        return lambda conn: _keep(conn, services, payload, ts, reply, reply.language)

    return post


def rewrite_job(services: Services) -> Handler:
    """Has one of our messages show what is stored of it now."""

    async def rewrite(job: Job) -> None:
        channel, ts = job.payload["channel"], job.payload["ts"]

        def read(conn: Connection) -> Message | None:
            kept = messages.by_ts(conn, services.workspace, channel, ts)
            return None if kept is None else filling.filled_again(conn, services, kept)

        kept = await services.store.read(read)
        if kept is None:
            return
        edition = services.editions.current
        reply = edition.conversation.fitted(kept.reply)
        journal.note_reply(reply)
        message = edition.renderer.message(reply, kept.language)
        await speaking.rewrite(services, message, channel, ts)

    return rewrite


def remove_job(services: Services) -> Handler:
    """Deletes one of our messages."""

    async def remove(job: Job) -> Unit[None]:
        channel, ts = job.payload["channel"], job.payload["ts"]
        await services.slack.delete(channel=channel, ts=ts)

        def unit(conn: Connection) -> None:
            messages.remove(conn, services.workspace, channel, ts)

        return unit

    return remove


def whisper_job(services: Services) -> Handler:
    """Shows a reply to one person alone; tried once."""

    async def whisper(job: Job) -> None:
        payload = job.payload
        if job.attempts > 1:
            return
        reply = codec.load(Reply, payload["reply"])
        journal.note_reply(reply)
        message = services.editions.current.renderer.message(reply, with_controls=False)
        await services.slack.whisper(
            channel=payload["channel"],
            user=payload["user"],
            thread=payload["thread_ts"] or None,
            text=message.text,
            blocks=message.blocks,
        )

    return whisper


def _is_answer(services: Services, job: Job) -> bool:
    """Whether a job posts the answer to a message; other posts follow a click."""
    channel, ts = job.payload["channel"], job.payload["question_ts"]
    return ts is not None and job.key.startswith(f"{POST}:{message_key(services, channel, ts)}:")


def _keep(
    conn: Connection, services: Services, payload: dict[str, Any], ts: str, reply: Reply, language: Language
) -> None:
    messages.save(
        conn,
        services.workspace,
        Message(
            channel=payload["channel"],
            ts=ts,
            thread_ts=payload["thread_ts"],
            reply=reply,
            language=language,
            question_ts=payload["question_ts"],
            asker=PersonId(payload["team"], payload["user"]),
        ),
    )
    standing.placed(conn, services, reply, ts)
