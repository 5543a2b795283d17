"""Messages that are no plain question: too long, pictures, odd characters, Slack's other subtypes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.store.tables import known
from tests import payloads
from tests.scenarios.request_desk import cards
from tests.scenarios.world import DESK_WITHOUT_SUPPORT, SECRET, world

TRIAL = "How long does the extended trial last?"


async def test_forty_thousand_characters(tmp_path: Path) -> None:
    """Only the beginning is read, and the reply says so if it could make nothing of it."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "The weather in Lisbon is nice today. " * 1_080)
        (said,) = await w.replies("CCYBER", ts)

        assert "Your message is long" in said


async def test_a_question_at_the_head_of_a_long_message(tmp_path: Path) -> None:
    """The head is cut in the middle of Slack's own markup: no harm."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", f"{TRIAL} " + "<https://example.com|link> " * 1_500)

        assert len(await w.replies("CCYBER", ts)) == 1


async def test_a_picture_in_a_channel_is_left_alone(tmp_path: Path) -> None:
    """With a mention and without: a desk that takes no reports has nothing to do with it, and nobody asks in words."""
    async with world(tmp_path, DESK_WITHOUT_SUPPORT) as w:
        w.meet("CCYBER", "U1")
        await w.event(payloads.file_share("CCYBER", "U1"))
        await w.event(payloads.file_share("CCYBER", "U1", "<@U0BOT>"))
        await w.settle()

        assert w.slack.messages("CCYBER") == []


@pytest.mark.parametrize(("user", "team"), [("U1", "T0HOME"), ("UACME", "TACME")])
async def test_a_picture_in_a_direct_message_gets_one_line(tmp_path: Path, user: str, team: str) -> None:
    """A desk that takes no reports says that it cannot read pictures."""
    async with world(tmp_path, DESK_WITHOUT_SUPPORT) as w:
        await w.replies("D1", await w.direct("D1", user, "hello", team=team))
        event = payloads.file_share("D1", user, channel_type="im", team=team)
        await w.event(event)
        (said,) = await w.replies("D1", event["event"]["ts"])

        assert said == "I cannot read pictures. Tell me in words what it is about."


async def test_a_picture_with_a_question_is_answered(tmp_path: Path) -> None:
    """By its words."""
    async with world(tmp_path) as w:
        w.meet("CCYBER", "U1")
        event = payloads.file_share("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
        await w.event(event)
        (said,) = await w.replies("CCYBER", event["event"]["ts"])

        assert "30 days" in said


@pytest.mark.parametrize(
    "text",
    [
        "\u200b\u202e\u0000",
        "<@U0BOT|partnerdesk>",
        "```print('how long does the trial last')```",
        "&amp;&lt;&gt;",
        "<>",
        "<|>",
        "<<<@@@!!!",
        "%s %d {} {0} {trial_days} \\n",
        "a" * 3_000,
        "😀" * 2_000,
        "1",
        "?",
        "👍🏽",
        "'; DROP TABLE job; --",
    ],
)
async def test_odd_characters(tmp_path: Path, text: str) -> None:
    """Whatever is in a mention, it is answered once and nothing breaks."""
    async with world(tmp_path) as w:
        (said,) = await w.replies("CCYBER", await w.mention("CCYBER", "U1", text))

        assert said


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "channel_join"},
        {"subtype": "channel_topic"},
        {"subtype": "message_replied", "hidden": True, "message": {"ts": "1793700000.000100", "reply_count": 1}},
        {"subtype": "huddle_thread", "room": {"id": "R1"}},
        {"subtype": "bot_message", "bot_id": "B0WORKFLOW", "username": "Workflow"},
        {"subtype": "reminder_add"},
        {"subtype": "ekm_access_denied"},
        {"subtype": "something_new"},
        {"subtype": ["file_share"]},
        {"subtype": ""},
        {"type": "reaction_added"},
        {"type": ["message"]},
        {"type": None},
        {"hidden": True},
        {"bot_id": "B0OTHER"},
        {"bot_profile": {"id": "B0OTHER", "name": "Workflow Builder"}},
        {"user": None},
        {"user": "USLACKBOT"},
        {"user": "U0BOT"},
        {"user": {"id": "U1"}},
        {"user": "U1; DROP TABLE job"},
        {"user": 1},
        {"channel": None},
        {"channel": ["CCYBER"]},
        {"channel": ""},
        {"channel": "CCYBER\n"},
        {"channel": "C" * 100},
        {"ts": None},
        {"ts": ""},
        {"ts": "soon"},
        {"ts": 1793700000.0001},
        {"ts": "1793700000"},
        {"ts": "1793700000.000100 "},
        {"ts": "1e9"},
        {"ts": "nan"},
        {"ts": "-1793700000.000100"},
        {"ts": "99999999999999999999.000100"},
        {"ts": "\uff11793700000.000100"},
        {"text": None, "subtype": "tombstone"},
    ],
)
async def test_other_events_are_taken_and_dropped(tmp_path: Path, more: dict[str, Any]) -> None:
    """Slack is told that they arrived; nothing comes of them, and nothing is kept."""
    async with world(tmp_path) as w:
        payload = payloads.message("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
        payload["event"] |= more
        before = await w.rows(known)
        status = await w.event(payload)

        assert status == 200
        assert await w.rows(known) == before
        assert w.slack.messages("CCYBER") == []


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"event": None},
        {"event": []},
        {"event": "message"},
        {"event": {"type": "message", "subtype": "message_changed"}},
        {"event": {"type": "message", "subtype": "message_deleted", "channel": "CCYBER"}},
        {"event": {"type": "member_joined_channel", "user": "U0BOT", "inviter": 5, "channel": "CCYBER"}},
        {"event": {"type": "member_joined_channel", "user": "U0BOT", "inviter": "U1"}},
        {"event": {"type": "app_home_opened", "tab": "home"}},
        {"event": {"type": "app_home_opened", "tab": "home", "user": ["U1"]}},
        {"event": {"type": "app_home_opened", "tab": "home", "user": "U1"}, "event_id": None},
        {"event": {"type": "app_home_opened", "tab": "home", "user": "U1"}, "event_id": 5},
        {"event": {"type": "app_home_opened", "tab": "home", "user": "U1"}, "event_id": "x" * 5000},
        {"event": {"type": "app_home_opened", "tab": {"home": "home"}, "user": "U1"}},
    ],
)
async def test_events_that_cannot_be_read_are_not_recorded(tmp_path: Path, event: dict[str, Any]) -> None:
    """A job of theirs would fail, be tried again for a quarter of an hour, and lie there dead."""
    async with world(tmp_path) as w:
        before = await w.rows(known)
        status = await w.event({"type": "event_callback", "event_id": "Ev1", **event})

        assert status == 200
        assert await w.rows(known) == before


@pytest.mark.parametrize(
    "more",
    [
        {"channel_type": None},
        {"channel_type": 5},
        {"team": None},
        {"team": 7, "user_team": ["TACME"]},
        {"blocks": None, "client_msg_id": None},
        {"blocks": "none", "files": 3},
        {"event_ts": "absurd"},
        {"thread_ts": None},
        {"thread_ts": 5},
    ],
)
@pytest.mark.parametrize("channel", ["CCYBER", "D1"])
async def test_what_is_not_needed_may_be_missing(tmp_path: Path, channel: str, more: dict[str, Any]) -> None:
    """A direct message is told by its channel's id where Slack does not say so; other fields do without."""
    async with world(tmp_path) as w:
        text = f"<@U0BOT> {TRIAL}" if channel == "CCYBER" else "How do I register a deal in Cyberday?"
        said = w.say(channel, "U1", text)
        payload = payloads.message(channel, "U1", text, ts=said.ts, channel_type="im" if channel == "D1" else "channel")
        payload["event"] |= more
        if more.get("channel_type", 0) is None:
            del payload["event"]["channel_type"]
        await w.event(payload)

        assert await w.replies(channel, said.ts) != []


@pytest.mark.parametrize("text", [None, 5, ["<@U0BOT>"], {"text": "<@U0BOT>"}, True])
async def test_a_direct_message_without_a_text(tmp_path: Path, text: Any) -> None:
    """It counts as one without words."""
    async with world(tmp_path) as w:
        said = w.say("D1", "U1", "")
        payload = payloads.direct_message("D1", "U1", "", ts=said.ts)
        payload["event"]["text"] = text
        status = await w.event(payload)
        await w.settle()

        assert status == 200


async def test_text_that_utf8_cannot_hold(tmp_path: Path) -> None:
    """Half a surrogate pair can be sent as JSON; it becomes a question mark, and the rest is read."""
    async with world(tmp_path) as w:
        said = w.say("CCYBER", "U1", "…")
        payload = payloads.app_mention("CCYBER", "U1", "", ts=said.ts)
        payload["event"]["text"] = f"<@U0BOT> {TRIAL} \ud83d\0"
        body = json.dumps(payload).encode()
        url = f"http://127.0.0.1:{w.desk.port}/slack/events"
        async with w.http.post(url, data=body, headers=payloads.signed_headers(SECRET, body)) as answer:
            assert answer.status == 200
        (reply,) = await w.replies("CCYBER", said.ts)
        await w.press(await w.last("CCYBER", said.ts), "human.ask", "U1")
        await w.settle()

        assert "30 days" in reply
        assert len(await cards(w)) == 1


async def test_a_mention_that_was_begun_before(tmp_path: Path) -> None:
    """What is no mention hides none that is."""
    async with world(tmp_path) as w:
        said = w.say("CCYBER", "U1", f"<@U1|<@U0BOT> {TRIAL}")
        await w.event(payloads.message("CCYBER", "U1", said.text, ts=said.ts))

        assert len(await w.replies("CCYBER", said.ts)) == 1


async def test_a_message_made_to_be_read_slowly(tmp_path: Path) -> None:
    """Mentions that never end are read once, not once for each that begins."""
    async with world(tmp_path) as w:
        for piece in ("<@U0BOT|", "<@", "<!", "&lt;", "```", "<https://"):
            ts = await w.mention("CCYBER", "U1", piece * (40_000 // len(piece)))
            assert len(await w.replies("CCYBER", ts)) == 1


async def test_a_message_that_is_also_sent_to_the_channel(tmp_path: Path) -> None:
    """A reply that its author broadcasts is a reply."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.settle()
        said = w.say("CCYBER", "U1", "How do I register a deal?", thread=ts)
        payload = payloads.message("CCYBER", "U1", said.text, ts=said.ts, thread=ts)
        payload["event"]["subtype"] = "thread_broadcast"
        await w.event(payload)

        assert len(await w.replies("CCYBER", ts)) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"container": None},
        {"container": [], "channel": None},
        {"container": {"channel_id": "CCYBER", "message_ts": None}},
        {"container": {"channel_id": "CCYBER", "message_ts": "soon"}},
        {"user": None},
        {"user": "U1"},
        {"user": {"id": "U1"}},
        {"actions": []},
        {"actions": None},
        {"actions": [None]},
        {"actions": [{"action_id": ["human.ask"]}]},
        {"actions": [{"action_id": "human.ask"}]},
        {"team": 5, "enterprise": 5, "channel": 5},
        {"authorizations": 5, "response_urls": {"0": "no"}},
    ],
)
async def test_clicks_that_cannot_be_read(tmp_path: Path, more: dict[str, Any]) -> None:
    """They are refused, or taken for a click on nothing: never an error of ours, and no request to a person."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        click = payloads.block_actions("CCYBER", "U1", "human.ask", message_ts="1793700000.000100")
        status = await w.click({**click, **more})
        await w.settle()

        assert status in {200, 400}
        assert w.slack.messages("CCYBER") == [message]
        assert w.slack.messages("CSUPPORT") == []


@pytest.mark.parametrize(
    "more",
    [
        {"view": None},
        {"view": {"callback_id": "values.change"}},
        {"view": {"callback_id": 5, "type": "modal"}},
        {"view": {"id": "V1", "callback_id": "values.change", "type": "modal"}},
        {"view": {"id": "V1", "callback_id": "values.change", "type": "modal", "state": {"values": [5]}}},
        {"view": {"id": "V1", "callback_id": "answer.feedback", "type": "modal", "state": {"values": {"comment": 5}}}},
        {"view": {"id": "V1", "callback_id": "answer.feedback", "type": "modal", "private_metadata": "[" * 3000}},
        {"type": "view_closed"},
        {"user": []},
    ],
)
async def test_forms_that_cannot_be_read(tmp_path: Path, more: dict[str, Any]) -> None:
    """As for clicks; what a form says at its fields is never that something of ours went wrong."""
    async with world(tmp_path) as w:
        comment = {"comment": {"comment": {"type": "plain_text_input", "value": "no"}}}
        form = payloads.view_submission("U1", "answer.feedback", comment, private_metadata="{}")
        body = payloads.form_body({**form, **more})
        url = f"http://127.0.0.1:{w.desk.port}/slack/events"
        async with w.http.post(url, data=body, headers=payloads.signed_headers(SECRET, body)) as answer:
            status, said = answer.status, await answer.text()

        assert status in {200, 400}
        assert "did not work" not in said
