"""Who gets in: signatures, health checks, Slack's own questions; and what stands in the log of it all."""

from __future__ import annotations

import io
import logging
import time
from pathlib import Path

import pytest

from tests import payloads
from tests.scenarios.world import SECRET, world
from tests.stub_slack import Cut, Error, HttpError

SECRETS = ("How long does the extended trial last", "Zebra", "xoxb-stub-token", SECRET, "Acme", "Aino", "30 days")


def _logged(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged, tracebacks included, as one text."""
    formatter = logging.Formatter("%(name)s %(levelname)s %(message)s")
    return "\n".join(formatter.format(record) for record in caplog.records)


@pytest.mark.parametrize("what", ["wrong secret", "too old", "no signature", "changed body", "no number"])
async def test_a_request_that_slack_did_not_sign_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    """401, nothing recorded, and nothing of the body in the log."""
    caplog.set_level(logging.DEBUG)
    async with world(tmp_path) as w:
        body = payloads.event_body(payloads.app_mention("CCYBER", "U1", "<@U0BOT> Zebra"))
        headers = payloads.signed_headers("another secret" if what == "wrong secret" else SECRET, body)
        if what == "too old":
            headers = payloads.signed_headers(SECRET, body, timestamp=int(time.time()) - 301)
        if what == "no signature":
            del headers["X-Slack-Signature"]
        if what == "no number":
            headers["X-Slack-Request-Timestamp"] = "yesterday"
        url = f"http://127.0.0.1:{w.desk.port}/slack/events"
        sent = body.replace(b"Zebra", b"Zebras") if what == "changed body" else body
        async with w.http.post(url, data=sent, headers=headers) as answer:
            status, text = answer.status, await answer.text()
        await w.settle()

        assert status == 401
        assert "Traceback" not in text
        assert w.slack.messages("CCYBER") == []
        assert "Zebra" not in _logged(caplog)


async def test_slack_proves_that_the_address_is_ours(tmp_path: Path) -> None:
    """The challenge of url_verification is given back."""
    async with world(tmp_path) as w:
        body = payloads.event_body({"type": "url_verification", "token": "t", "challenge": "3eZbrw1a"})
        url = f"http://127.0.0.1:{w.desk.port}/slack/events"
        async with w.http.post(url, data=body, headers=payloads.signed_headers(SECRET, body)) as answer:
            assert (answer.status, await answer.json()) == (200, {"challenge": "3eZbrw1a"})


async def test_health(tmp_path: Path) -> None:
    """/healthz says that the process lives, /readyz that it can answer, part by part."""
    async with world(tmp_path) as w:
        async with w.http.get(f"http://127.0.0.1:{w.desk.port}/healthz") as answer:
            assert answer.status == 200
        assert await w.ready() == (200, {"database": "ok", "slack": "ok", "knowledge": "ok", "process": "ok"})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"type": "event_callback"}', b'"text"', b"\xff\xfe"])
async def test_bodies_that_are_none(tmp_path: Path, body: bytes) -> None:
    """Signed nonsense: no traceback to the outside, and the desk goes on."""
    async with world(tmp_path) as w:
        url = f"http://127.0.0.1:{w.desk.port}/slack/events"
        async with w.http.post(url, data=body, headers=payloads.signed_headers(SECRET, body)) as answer:
            text = await answer.text()
        ts = await w.mention("CCYBER", "U1", "How long does the extended trial last?")

        assert "Traceback" not in text
        assert len(await w.replies("CCYBER", ts)) == 1


async def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """Slack's own requests are far smaller than 1 MiB."""
    async with world(tmp_path) as w:
        body = b"{" + b" " * 2**20
        url = f"http://127.0.0.1:{w.desk.port}/slack/events"
        async with w.http.post(url, data=io.BytesIO(body), headers=payloads.signed_headers(SECRET, body)) as answer:
            assert answer.status in {400, 413}


async def test_no_text_token_or_name_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A whole conversation at the most talkative level, with errors of Slack's and of ours in it."""
    caplog.set_level(logging.DEBUG)
    async with world(tmp_path) as w:
        w.slack.fail("chat.postMessage", HttpError(500), Cut(stored=True))
        ts = await w.mention("COPEN", "UACME", "How long does the extended trial last? Zebra", team="TACME")
        message = await w.last("COPEN", ts)
        await w.press(message, "answer.unhelpful", "UACME", team="TACME")
        await w.submit(w.slack.opened[0], "UACME", comment="Zebra crossing", person=True, team="TACME")
        await w.press(message, "answer.more", "U2", "fi")
        await w.edit("COPEN", "UACME", ts, "<@U0BOT> How do I register a Zebra deal?")
        await w.settle()
        w.slack.fail("chat.update", Error("invalid_blocks"))
        await w.press(message, "answer.more", "UACME", "fr", team="TACME")
        await w.settle(with_dead=True)
        unknown = payloads.block_actions("COPEN", "U2", "gone.control", "Zebra", message_ts=message.ts, text="Zebra")
        await w.click(unknown)
        w.desk.services.editions._current = None  # an error of ours, in the middle of a job and of a click
        await w.press(message, "human.ask", "U2")
        await w.write("COPEN", "UACME", "Zebra", team="TACME")
        await w.settle(with_dead=True, seconds=20)
        logged = _logged(caplog)

        assert "given up" in logged
        for secret in SECRETS:
            assert secret not in logged, f"{secret!r} is logged"


async def test_an_event_for_another_installation_is_dropped(tmp_path: Path) -> None:
    """The app may be installed elsewhere too: what was said there is not answered with this workspace's token."""
    async with world(tmp_path) as w:
        mention = payloads.app_mention("CCYBER", "U1", "<@U0BOT> How long is a trial?")
        mention["authorizations"] = [{**mention["authorizations"][0], "team_id": "T0ELSEWHERE"}]
        status = await w.event(mention)
        await w.settle()

        assert status == 200
        assert w.slack.messages("CCYBER") == []
