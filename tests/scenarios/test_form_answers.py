"""What Slack is told when a form was sent: what is wrong with it, or what is seen instead of it or above it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import registry
from bot.listeners.bolt_request import bolt_request
from bot.listeners.clicks import Form
from bot.listeners.registry import DONE, Again, FormAnswer
from bot.render.views import FEEDBACK
from tests import payloads
from tests.scenarios.world import World, world
from tests.stub_slack import View

VIEW = {
    "type": "modal",
    "callback_id": FEEDBACK,
    "title": {"type": "plain_text", "text": "t"},
    "blocks": [{"type": "divider"}],
}


async def _told(w: World, answer: FormAnswer) -> dict[str, Any]:
    """What Slack reads when a listener answers a form so."""

    async def listener(_: Form) -> FormAnswer:
        return answer

    slack = AsyncWebClient(w.slack.token, base_url=w.slack.url)
    app = AsyncApp(client=slack, token=w.slack.token, request_verification_enabled=False, signing_secret="s")
    registry.listen_to_forms(app, w.desk.services, {FEEDBACK: listener})
    request = bolt_request(payloads.view_submission("U1", FEEDBACK, {}))
    assert request is not None
    response = await app.async_dispatch(request)
    assert response.status == 200
    return dict(json.loads(response.body)) if response.body else {}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({}, {}),
        ({"field": "No."}, {"response_action": "errors", "errors": {"field": "No."}}),
        (Again(VIEW), {"response_action": "update", "view": VIEW}),
        (Again(VIEW, is_above=True), {"response_action": "push", "view": VIEW}),
        (DONE, {"response_action": "clear"}),
    ],
)
async def test_each_answer_is_told_in_slacks_words(tmp_path: Path, answer: FormAnswer, told: dict[str, Any]) -> None:
    """Nothing closes the form alone, `clear` all of them; another form takes its place, or lies above it."""
    async with world(tmp_path) as w:
        assert await _told(w, answer) == told


async def test_a_world_follows_what_slack_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form above another, and then none: so scenarios see what people see."""
    answers: list[FormAnswer] = [Again(VIEW, is_above=True), DONE]

    async def submit(*_: object) -> FormAnswer:
        return answers.pop(0)

    monkeypatch.setattr("bot.listeners.views.submit", submit)
    async with world(tmp_path) as w:
        first = View("V1", VIEW)
        w.slack.views[first.id] = first
        assert await w.fill(first, "U1") == {}
        (above,) = w.slack.answered
        assert (above.view, above.below) == (VIEW, first.id)
        assert await w.fill(above, "U1") == {}

        assert w.slack.views == {}
