"""`partnerdesk serve` with a constant answer: everything is recorded, nothing is understood or rendered."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import Any

from bot import desk_reader
from bot.adapters import memory
from bot.app import running
from bot.desk import Desk
from bot.model import Outcome, Person, Post, Question, Reply, Thread, Turn
from bot.render import blocks as kit
from bot.render.messages import Message
from bot.settings import Settings

_REPLY = Reply(Outcome.FALLBACK, "en")
_MESSAGE = Message("An answer.", kit.sections("An answer."))


class _Conversation:
    """Says the same to everybody."""

    def reply_to(self, question: Question, thread: Thread, person: Person) -> Turn:
        del question
        return Turn(replace(thread, asker=person.id), (Post(_REPLY),))


class _Renderer:
    """Renders the same, whatever is said."""

    def message(self, reply: Reply) -> Message:
        del reply
        return _MESSAGE


async def _serve() -> None:
    settings = Settings.from_env(os.environ, serve=True)
    desk = desk_reader.load(settings.config) if settings.config else Desk.empty()
    async with running(settings, desk) as started:
        constant: dict[str, Any] = {"conversation": _Conversation(), "renderer": _Renderer()}
        started.editions._current = replace(started.editions.current, **constant)
        memory.settle()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
