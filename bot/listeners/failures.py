"""What a person reads when a click or a form went wrong, with an id under which the log holds the details."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot import logs
from bot.listeners.clicks import Click, Form, language_of
from bot.listeners.services import Services
from bot.model import Language

_JSON: Final[dict[str, str | Sequence[str]]] = {"Content-Type": ["application/json;charset=utf-8"]}


def register(app: AsyncApp, services: Services) -> None:
    """Answer what has failed.

    Slack reads a 500 and shows a click as failed; whoever clicked is told beside it, and no answer waits for that. A
    form stays open and says so itself: nothing that was typed is lost. Raised on, an error would be told twice.
    """

    async def report(error: Exception, body: dict[str, Any]) -> BoltResponse:
        id_ = uuid.uuid4().hex[:8]
        logs.note(error_id=id_)
        logs.write("request failed", logging.ERROR, error, error_id=id_)
        if body.get("type") == "view_submission":
            errors = _at_the_form(services, body, id_)
            if errors:
                answer = {"response_action": "errors", "errors": errors}
                return BoltResponse(status=200, body=json.dumps(answer), headers=_JSON)
        else:
            services.aside.begin(_tell(services, body, id_))
        return BoltResponse(status=500, body="")

    app.error(report)


def _at_the_form(services: Services, body: Mapping[str, Any], id_: str) -> dict[str, str]:
    form = Form.of(body, services)
    return {} if form is None else form.error(_words(services, form.language, id_))


async def _tell(services: Services, body: Mapping[str, Any], id_: str) -> None:
    click = Click.of(body, services)
    if click is not None and click.channel:
        await services.slack.whisper(
            channel=click.channel,
            user=click.who.user,
            thread=click.thread_ts or None,
            text=_words(services, language_of(services, click), id_),
            blocks=[],
        )


def _words(services: Services, language: Language, id_: str) -> str:
    t = services.editions.current.renderer.catalogues[language]
    return t("That did not work, and nothing was changed. Please try again in a moment. (Error {id})", id=id_)
