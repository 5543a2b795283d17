"""The Slack that tests talk to behaves like Slack where code depends on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from tests import payloads
from tests.stub_slack import TEAM, HttpError, Late, RateLimited, StubSlack


@pytest.fixture
async def slack() -> AsyncIterator[StubSlack]:
    """A Slack with one channel and one person."""
    async with StubSlack() as stub:
        stub.add_channel("C1", members=["U1"])
        stub.add_user("U1")
        yield stub


@pytest.fixture
async def client(slack: StubSlack) -> AsyncIterator[AsyncWebClient]:
    """A client of it."""
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(slack.token, base_url=slack.url, session=session, retry_handlers=[])


async def test_ts_rise_and_threads_hold_together(slack: StubSlack, client: AsyncWebClient) -> None:
    """Messages of people and of the bot stand in one order; a thread lists its parent and its replies."""
    question = slack.say("C1", "U1", "question")
    answer = await client.chat_postMessage(channel="C1", thread_ts=question.ts, text="answer")
    other = slack.say("C1", "U1", "other")
    thread = await client.conversations_replies(channel="C1", ts=question.ts)
    top = await client.conversations_history(channel="C1")

    assert float(question.ts) < float(answer["ts"]) < float(other.ts)
    assert [message["text"] for message in thread["messages"]] == ["question", "answer"]
    assert [message["text"] for message in top["messages"]] == ["other", "question"]
    assert slack.texts("C1", thread=question.ts) == ["answer"]


async def test_metadata_is_shown_when_asked_for(client: AsyncWebClient) -> None:
    """As on Slack, history leaves it out otherwise."""
    metadata = {"event_type": "e", "event_payload": {"key": "k"}}
    await client.chat_postMessage(channel="C1", text="answer", metadata=metadata)
    without = await client.conversations_history(channel="C1")
    with_it = await client.conversations_history(channel="C1", include_all_metadata=True)

    assert "metadata" not in without["messages"][0]
    assert with_it["messages"][0]["metadata"] == metadata


async def test_pages_reach_everything_once(slack: StubSlack, client: AsyncWebClient) -> None:
    """Cursors lead through all messages."""
    slack.page_size = 7
    written = [slack.say("C1", "U1", str(n)).ts for n in range(20)]
    seen = [
        message["ts"] async for page in await client.conversations_history(channel="C1") for message in page["messages"]
    ]

    assert sorted(seen) == written


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "C404", "text": "x"}, "channel_not_found"),
        ({"channel": "COUT", "text": "x"}, "not_in_channel"),
        ({"channel": "COLD", "text": "x"}, "is_archived"),
        ({"channel": "C1", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C1", "text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        (
            {
                "channel": "C1",
                "text": "x",
                "blocks": [{"type": "actions", "elements": [{"type": "button", "action_id": "a"}] * 2}],
            },
            "invalid_blocks",
        ),
    ],
)
async def test_posts_that_slack_refuses(
    slack: StubSlack, client: AsyncWebClient, arguments: dict[str, object], code: str
) -> None:
    """With Slack's own codes."""
    slack.add_channel("COUT", is_member=False)
    slack.add_channel("COLD", is_archived=True)
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.postMessage", json=dict(arguments))

    assert caught.value.response["error"] == code


async def test_a_trigger_is_used_once(slack: StubSlack, client: AsyncWebClient) -> None:
    """A form opens with a trigger, which then is worn out; an update with an old hash is refused."""
    view = {"type": "modal", "callback_id": "c", "title": {"type": "plain_text", "text": "t"}, "blocks": []}
    opened = await client.views_open(trigger_id="1.1", view=view)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id="1.1", view=view)
    await client.views_update(
        view_id=opened["view"]["id"], hash=opened["view"]["hash"], view={**view, "callback_id": "d"}
    )
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=opened["view"]["id"], hash=opened["view"]["hash"], view=view)
    await client.views_publish(user_id="U1", view={"type": "home", "blocks": []})

    assert slack.views[opened["view"]["id"]].view["callback_id"] == "d"
    assert [one.view["callback_id"] for one in slack.opened] == ["c"]
    assert slack.homes == {"U1": {"type": "home", "blocks": []}}


async def test_people_and_channels(slack: StubSlack, client: AsyncWebClient) -> None:
    """Shared channels are told apart, outsiders have no locale, a direct conversation is opened once."""
    slack.add_user("U2", team="T2", locale="de-DE")
    slack.add_channel("C2", members=["U2"], is_ext_shared=True)
    info = await client.conversations_info(channel="C2")
    members = await client.conversations_members(channel="C2")
    user = await client.users_info(user="U2", include_locale=True)
    direct = await client.conversations_open(users="U2")

    assert info["channel"]["is_ext_shared"] is True
    assert "U2" in members["members"]
    assert "locale" not in user["user"]
    assert slack.channels[direct["channel"]["id"]].is_im


async def test_faults_by_plan_and_by_turn(slack: StubSlack, client: AsyncWebClient) -> None:
    """Queued faults come first, the plan decides after them, by method and number."""
    slack.fail("chat.postMessage", RateLimited(2))
    slack.fault = lambda method, number: HttpError(503) if method == "chat.postMessage" and number == 2 else None
    statuses = []
    for _ in range(3):
        try:
            statuses.append((await client.chat_postMessage(channel="C1", text="x")).status_code)
        except SlackApiError as error:
            statuses.append(error.response.status_code)

    assert statuses == [429, 503, 200]
    assert [request.number for request in slack.calls("chat.postMessage")] == [1, 2, 3]
    assert slack.texts("C1") == ["x"]


async def test_what_is_cut_may_be_carried_out_later(slack: StubSlack, client: AsyncWebClient) -> None:
    """The client reads nothing, and the message is there a moment after that."""
    slack.fail("chat.postMessage", Late(0.02))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_postMessage(channel="C1", text="hello")
    at_first = slack.texts("C1")
    await slack.until(lambda: slack.texts("C1"))

    assert (at_first, slack.texts("C1")) == ([], ["hello"])


async def test_what_was_deleted_can_be_looked_at(slack: StubSlack, client: AsyncWebClient) -> None:
    """It is not there any more for anybody but a test that asks for it."""
    message = await client.chat_postMessage(channel="C1", text="hello")
    await client.chat_delete(channel="C1", ts=message["ts"])

    assert slack.messages("C1") == []
    assert [one.text for one in slack.messages("C1", deleted=True)] == ["hello"]


async def test_a_wrong_token_is_refused(slack: StubSlack) -> None:
    """Nothing is told to a stranger."""
    async with aiohttp.ClientSession() as session:
        stranger = AsyncWebClient("xoxb-other", base_url=slack.url, session=session, retry_handlers=[])
        with pytest.raises(SlackApiError, match="invalid_auth"):
            await stranger.auth_test()


EVENTS = [
    payloads.app_mention("C1", "U1", "<@U0BOT> hi"),
    payloads.message("C1", "U1", "hi", thread="1.000000"),
    payloads.direct_message("D1", "U1", "hi"),
    payloads.message("C1", "U9", "hi", team="T9"),
    payloads.bot_message("C1", "hello"),
    payloads.message_changed("C1", "U1", "new", ts="1.000000", previous="old"),
    payloads.message_deleted("C1", "U1", "old", ts="1.000000"),
    payloads.file_share("C1", "U1"),
    payloads.file_share("C1", "U9", team="T9"),
    payloads.member_joined_channel("C1", inviter="U1"),
    payloads.app_home_opened("U1"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["event"].get("subtype") or event["event"]["type"])
def test_events_have_what_bolt_and_the_road_read(event: dict[str, object]) -> None:
    """Bolt finds the installation in them, and each has an id of its own."""
    body = payloads.event_body(event)
    request = AsyncBoltRequest(body=body.decode(), headers=payloads.signed_headers("s", body))

    assert request.context.team_id == TEAM
    assert event["authorizations"][0]["team_id"] == TEAM  # type: ignore[index]
    assert len({one["event_id"] for one in EVENTS}) == len(EVENTS)


def test_an_outsider_is_seen_as_one() -> None:
    """In events by the actor's team, in clicks by the user's."""
    event = payloads.message("C1", "U9", "hi", team="T9")
    click = payloads.block_actions("C1", "U9", "a.b", "v", message_ts="1.0", team="T9")
    body = payloads.event_body(event)
    request = AsyncBoltRequest(body=body.decode(), headers=payloads.signed_headers("s", body))

    assert request.context.actor_team_id == "T9"
    assert click["user"]["team_id"] == "T9"
    assert click["team"]["id"] == TEAM


@pytest.mark.parametrize("kind", ["event", "form"])
def test_signatures_are_slacks(kind: str) -> None:
    """The SDK's own verifier accepts them."""
    body = payloads.event_body(EVENTS[0]) if kind == "event" else payloads.form_body({"type": "block_actions"})
    headers = payloads.signed_headers("secret", body, retry=1)

    assert SignatureVerifier("secret").is_valid_request(body, headers)
    assert not SignatureVerifier("other").is_valid_request(body, headers)
    assert headers["X-Slack-Retry-Num"] == "1"


async def test_clicks_and_forms_reach_their_handlers(slack: StubSlack) -> None:
    """Bolt routes a click, a menu, a click in the Home tab and a form by the ids that they carry."""
    client = AsyncWebClient(slack.token, base_url=slack.url)
    app = AsyncApp(client=client, token=slack.token, signing_secret="s", process_before_response=True)
    seen = []

    async def note(ack, body) -> None:
        await ack()
        action = body.get("actions", [{}])[0]
        seen.append(
            action.get("value") or action.get("selected_option", {}).get("value") or body["view"]["callback_id"]
        )

    app.action("a.b")(note)
    app.view("c.d")(note)
    for payload in (
        payloads.block_actions("C1", "U1", "a.b", "button", message_ts="1.0"),
        payloads.block_actions("C1", "U1", "a.b", "menu", message_ts="1.0", kind="overflow"),
        payloads.home_action("U1", "a.b", "home"),
        payloads.view_submission("U1", "c.d", {"b": {"a": {"type": "plain_text_input", "value": "x"}}}),
    ):
        body = payloads.form_body(payload)
        request = AsyncBoltRequest(body=body.decode(), headers=payloads.signed_headers("s", body))
        response = await app.async_dispatch(request)
        assert response.status == 200

    assert seen == ["button", "menu", "home", "c.d"]
