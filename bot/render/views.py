"""Forms."""

from __future__ import annotations

import json
from typing import Any, Final

from bot.i18n import Translator
from bot.render import blocks as kit

FEEDBACK: Final = "answer.feedback"
COMMENT: Final = "comment"
PERSON: Final = "person"
_LONGEST_COMMENT: Final = 2000


def feedback_form(t: Translator, *, channel: str, ts: str, with_person: bool) -> dict[str, Any]:
    """What was missing in an answer; both fields may stay empty, the vote counts already.

    Args:
        t: The words, in the clicker's language.
        channel: The channel of the answer.
        ts: The ts of the answer.
        with_person: Whether a person can be asked for.

    """
    comment: dict[str, Any] = {
        "type": "input",
        "block_id": COMMENT,
        "optional": True,
        "label": kit.plain_text(t("What was missing?"), 2000),
        "element": {
            "type": "plain_text_input",
            "action_id": COMMENT,
            "multiline": True,
            "max_length": _LONGEST_COMMENT,
        },
    }
    person: dict[str, Any] = {
        "type": "input",
        "block_id": PERSON,
        "optional": True,
        "label": kit.plain_text(t("A person"), 2000),
        "element": {
            "type": "checkboxes",
            "action_id": PERSON,
            "options": [kit.option(t("I would like a person to answer"), "yes")],
        },
    }
    return {
        "type": "modal",
        "callback_id": FEEDBACK,
        "private_metadata": json.dumps({"channel": channel, "ts": ts}),
        "title": kit.plain_text(t("Not helpful"), kit.TITLE),
        "submit": kit.plain_text(t("Send"), kit.TITLE),
        "close": kit.plain_text(t("Close"), kit.TITLE),
        "blocks": [comment, person] if with_person else [comment],
    }
