"""`python -m tests.crash.echo serve`: `partnerdesk serve` that says everybody's words back.

All that is recorded, worked off and posted is the real thing; an answer tells which question it belongs to.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from bot import app
from bot.__main__ import main
from bot.conversation import Conversation
from bot.edition import Edition, open_edition
from bot.model import Language, Outcome, Person, Post, Question, Reply, Thread, Turn
from bot.render import blocks as kit
from bot.render.messages import Message, Renderer
from tests.crash.storm import CLICKED, MENTION

_SAID = "said"


class _Echo(Conversation):
    """Says back what it is told."""

    def reply_to(self, question: Question, thread: Thread, person: Person) -> Turn:
        said = question.text.replace(MENTION, "").strip()
        reply = Reply(Outcome.FALLBACK, "en", result={_SAID: said})
        return Turn(replace(thread, asker=person.id, question=said), (Post(reply),))


class _Renderer(Renderer):
    """Shows what was said; other replies as ever."""

    def message(self, reply: Reply, language: Language | None = None, *, with_controls: bool = True) -> Message:
        said = reply.result.get(_SAID)
        if said is None:
            return super().message(reply, language, with_controls=with_controls)
        buttons = [kit.button(action, action) for action in CLICKED]
        return Message(said, [*kit.sections(said), kit.actions(buttons)])


def _opened(*args: Any, **options: Any) -> Edition:
    edition = open_edition(*args, **options)
    renderer = _Renderer(edition.knowledge, edition.renderer.catalogues, lambda *_: None, has_desk=True)
    return replace(edition, conversation=_Echo(edition.knowledge, edition.reader), renderer=renderer)


if __name__ == "__main__":
    # Before anything is answered: what a killed desk has left is taken up at once.
    app.open_edition = _opened
    sys.exit(main())
