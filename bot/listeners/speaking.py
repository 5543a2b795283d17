"""A rendered message said to Slack by a job: posted once, or shown in place of what one of ours says."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from bot.i18n import Translator
from bot.listeners.services import Services
from bot.model import DEFAULT_LANGUAGE, Job, Language
from bot.render.messages import Message


async def post(services: Services, job: Job, message: Message, channel: str, thread: str | None = None) -> str:
    """Post a message, once however often the job is tried; its ts. Raises RetryLater, GiveUp."""
    return await services.slack.post(
        key=job.key,
        attempts=job.attempts,
        first_try=job.first_try,
        channel=channel,
        thread=thread,
        text=message.text,
        blocks=message.blocks,
    )


async def rewrite(services: Services, message: Message, channel: str, ts: str) -> None:
    """Have a message of ours say something else. Raises RetryLater, GiveUp."""
    await services.slack.update(channel=channel, ts=ts, text=message.text, blocks=message.blocks)


async def aside(services: Services, job: Job, text: str) -> None:
    """Show a text to whom the job names, alone; it is tried once."""
    payload = job.payload
    thread = payload["thread_ts"] or None
    await services.slack.whisper(channel=payload["channel"], user=payload["user"], thread=thread, text=text, blocks=[])


def language_in(services: Services, channel: str) -> Language:
    """The language of a channel, as the desk file has it."""
    return services.desk.channel(channel).language or DEFAULT_LANGUAGE


def words_in(services: Services, channel: str) -> Translator:
    """The words in a channel."""
    return services.editions.current.renderer.catalogues[language_in(services, channel)]


def desk_zone(services: Services) -> tzinfo:
    """The desk's time zone."""
    return ZoneInfo(services.desk.time_zone) if services.desk.time_zone else UTC
