"""A rendered message said to Slack by a job: posted once, or shown in place of what one of ours says."""

from __future__ import annotations

from bot.listeners.services import Services
from bot.model import Job
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
