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
from tests.stub_slack import TEAM, Cut, Html, HttpError, Late, RateLimited, SlackRefusal, StubSlack, TooLong


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


MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": []}


async def test_forms_lie_above_each_other(slack: StubSlack, client: AsyncWebClient) -> None:
    """Three at most; the answer to the one on top may close them all."""
    first = (await client.views_open(trigger_id="t1", view=MODAL))["view"]["id"]
    slack.show_above(first, {**MODAL, "callback_id": "second"})
    second = slack.answered[-1]
    slack.show_above(second.id, {**MODAL, "callback_id": "third"})
    third = slack.answered[-1]
    with pytest.raises(SlackRefusal, match="push_limit_reached"):
        slack.show_above(third.id, MODAL)

    assert (third.below, second.below, slack.views[first].below) == (second.id, first, "")
    slack.close_all(third.id)
    assert slack.views == {}


async def test_user_groups(slack: StubSlack, client: AsyncWebClient) -> None:
    """Who is in one; a plan without them, and a bot without the scope, are told so."""
    slack.groups["S1"] = ["U1"]
    listed = await client.usergroups_users_list(usergroup="S1")

    assert listed["users"] == ["U1"]
    with pytest.raises(SlackApiError, match="no_such_subteam"):
        await client.usergroups_users_list(usergroup="S2")
    slack.has_groups = False
    with pytest.raises(SlackApiError, match="paid_teams_only"):
        await client.usergroups_users_list(usergroup="S1")
    slack.scopes = ()
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.usergroups_users_list(usergroup="S1")


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
    payloads.file_share("C1", "U9", team="T9", files=["F1", "F2"]),
    payloads.app_mention("C1", "U1", "<@U0BOT> look", files=["F1"]),
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
    """Bolt routes a click, a menu, a click in the Home tab, a form and shortcuts by the ids that they carry."""
    client = AsyncWebClient(slack.token, base_url=slack.url)
    app = AsyncApp(client=client, token=slack.token, signing_secret="s", process_before_response=True)
    seen = []

    async def note(ack, body) -> None:
        await ack()
        action = body.get("actions", [{}])[0]
        callback = body.get("callback_id") or body.get("view", {}).get("callback_id")
        seen.append(action.get("value") or action.get("selected_option", {}).get("value") or callback)

    app.action("a.b")(note)
    app.view("c.d")(note)
    app.global_shortcut("e.f")(note)
    app.message_shortcut("g.h")(note)
    for payload in (
        payloads.block_actions("C1", "U1", "a.b", "button", message_ts="1.0"),
        payloads.block_actions("C1", "U1", "a.b", "menu", message_ts="1.0", kind="overflow"),
        payloads.home_action("U1", "a.b", "home"),
        payloads.view_submission("U1", "c.d", {"b": {"a": {"type": "plain_text_input", "value": "x"}}}),
        payloads.global_shortcut("e.f", "U1"),
        payloads.message_shortcut("g.h", "U1", "C1", "hi", message_ts="1600000000.000100", author="U2"),
    ):
        body = payloads.form_body(payload)
        request = AsyncBoltRequest(body=body.decode(), headers=payloads.signed_headers("s", body))
        response = await app.async_dispatch(request)
        assert response.status == 200

    assert seen == ["button", "menu", "home", "c.d", "e.f", "g.h"]


def _field(name: str, kind: str, **element: object) -> dict[str, object]:
    return {"type": "input", "block_id": name, "element": {"type": kind, "action_id": f"{name}.in", **element}}


def test_a_form_holds_what_it_was_opened_with_and_what_was_changed() -> None:
    """Of each kind of field, as Slack nests it; what is no field has nothing."""
    one, two = ({"text": {"type": "plain_text", "text": value}, "value": value} for value in ("one", "two"))
    view = {
        "blocks": [
            {"type": "section", "text": {"type": "plain_text", "text": "hello"}},
            _field("words", "plain_text_input", initial_value="old"),
            _field("empty", "plain_text_input"),
            _field("day", "datepicker", initial_date="2026-11-03"),
            _field("menu", "static_select", options=[one, two], initial_option=one),
            _field("grouped", "static_select", option_groups=[{"label": {}, "options": [one, two]}]),
            _field("kind", "radio_buttons", options=[one, two]),
            _field("boxes", "checkboxes", options=[one, two], initial_options=[one, two]),
            _field("pictures", "file_input"),
        ]
    }
    at_first = payloads.form_state(view)
    changed = payloads.form_state(
        view, words="new", day=None, menu="two", grouped="one", kind="two", boxes=["two"], pictures=["F1", "F2"]
    )

    assert at_first == {
        "words": {"words.in": {"type": "plain_text_input", "value": "old"}},
        "empty": {"empty.in": {"type": "plain_text_input", "value": None}},
        "day": {"day.in": {"type": "datepicker", "selected_date": "2026-11-03"}},
        "menu": {"menu.in": {"type": "static_select", "selected_option": one}},
        "grouped": {"grouped.in": {"type": "static_select", "selected_option": None}},
        "kind": {"kind.in": {"type": "radio_buttons", "selected_option": None}},
        "boxes": {"boxes.in": {"type": "checkboxes", "selected_options": [one, two]}},
        "pictures": {"pictures.in": {"type": "file_input", "files": []}},
    }
    assert changed["words"]["words.in"]["value"] == "new"
    assert changed["day"]["day.in"]["selected_date"] is None
    assert [changed[name][f"{name}.in"]["selected_option"] for name in ("menu", "grouped", "kind")] == [two, one, two]
    assert changed["boxes"]["boxes.in"]["selected_options"] == [two]
    assert [file["id"] for file in changed["pictures"]["pictures.in"]["files"]] == ["F1", "F2"]


@pytest.mark.parametrize("change", [{"menu": "three"}, {"other": "x"}])
def test_a_form_takes_no_more_than_it_offers(change: dict[str, str]) -> None:
    """A test cannot choose what a person could not."""
    view = {"blocks": [_field("menu", "static_select", options=[{"value": "one"}])]}
    with pytest.raises(AssertionError):
        payloads.form_state(view, **change)


# Files


async def _get(slack: StubSlack, url: str, token: str | None = None) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token or slack.token}"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.read()


async def _upload(slack: StubSlack, client: AsyncWebClient, content: bytes = b"content", **more: str) -> str:
    place = await client.files_getUploadURLExternal(filename="a.png", length=len(content), **more)
    async with aiohttp.ClientSession() as session, session.post(place["upload_url"], data=content) as answer:
        assert answer.status == 200
    return str(place["file_id"])


async def test_a_file_is_told_of_and_downloaded(slack: StubSlack, client: AsyncWebClient) -> None:
    """With the bot's token; anybody else reads a page to log in, with status 200."""
    slack.add_file("F1", b"content", user="U1", channel="C1", title="Other")
    told = (await client.files_info(file="F1"))["file"]
    (message,) = slack.messages("C1", ours=False)

    assert (told["size"], told["mode"], told["user"], told["title"]) == (7, "hosted", "U1", "Other")
    assert told["shares"] == {"public": {"C1": [{"ts": message.ts}]}}
    assert told["url_private_download"].startswith(slack.files_url)
    assert await _get(slack, told["url_private_download"]) == (200, b"content")
    assert (await _get(slack, told["url_private_download"], "xoxb-other"))[1].startswith(b"<!DOCTYPE html>")


async def test_a_file_that_the_bot_may_not_see(slack: StubSlack, client: AsyncWebClient) -> None:
    """Or that is gone, or for which its scopes do not suffice."""
    slack.add_file("F1", b"content").is_visible = False
    slack.add_file("F2", b"content").is_deleted = True
    slack.add_file("F3", b"content")
    codes = []
    for file in ("F1", "F2", "F404", "F3"):
        if file == "F3":
            slack.scopes = ("chat:write",)
        with pytest.raises(SlackApiError) as caught:
            await client.files_info(file=file)
        codes.append(caught.value.response["error"])

    assert codes == ["file_not_found", "file_deleted", "file_not_found", "missing_scope"]


async def test_a_download_goes_wrong(slack: StubSlack, client: AsyncWebClient) -> None:
    """In each way that a host of files has."""
    slack.add_file("F1", b"content")
    url = (await client.files_info(file="F1"))["file"]["url_private_download"]
    slack.fail("download", Html(), TooLong(3), HttpError(500), RateLimited(2), Cut())
    page, long, broken, limited = [await _get(slack, url) for _ in range(4)]
    with pytest.raises(aiohttp.ClientError):
        await _get(slack, url)

    assert page[1].startswith(b"<!DOCTYPE html>")
    assert long == (200, b"content\0\0\0")
    assert (broken[0], limited[0]) == (500, 429)
    assert await _get(slack, url) == (200, b"content")


async def test_an_upload_is_shared_once_it_is_completed(slack: StubSlack, client: AsyncWebClient) -> None:
    """Behind the scenes: some looks later it stands in the thread, and is completed no second time."""
    slack.sharing_delay = 2
    question = slack.say("C1", "U1", "question")
    copy = await _upload(slack, client, alt_txt="words")
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_info(file=copy)
    completed = {"files": [{"id": copy, "title": "t"}], "channel_id": "C1", "thread_ts": question.ts}
    await client.files_completeUploadExternal(initial_comment="look", **completed)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(**completed)
    shares = [(await client.files_info(file=copy))["file"]["shares"] for _ in range(3)]
    (shared,) = slack.shared("C1", question.ts)

    assert shares == [{}, {}, {"public": {"C1": [{"ts": shared.message.ts, "thread_ts": question.ts}]}}]
    assert (shared.id, shared.alt, shared.content, shared.comment) == (copy, "words", b"content", "look")
    assert (shared.name, shared.title) == ("a.png", "t")


@pytest.mark.parametrize(("channel", "code"), [("C404", "channel_not_found"), ("COUT", "not_in_channel")])
async def test_an_upload_is_shared_where_the_bot_is(
    slack: StubSlack, client: AsyncWebClient, channel: str, code: str
) -> None:
    """Refused elsewhere, it can still be completed."""
    slack.add_channel("COUT", is_member=False)
    copy = await _upload(slack, client)
    with pytest.raises(SlackApiError, match=code):
        await client.files_completeUploadExternal(files=[{"id": copy}], channel_id=channel)
    await client.files_completeUploadExternal(files=[{"id": copy}], channel_id="C1")

    assert [one.id for one in slack.shared("C1")] == [copy]


async def test_an_upload_of_too_many_words(client: AsyncWebClient) -> None:
    """An alternative text has a limit."""
    with pytest.raises(SlackApiError, match="alt_txt_too_large"):
        await client.files_getUploadURLExternal(filename="a.png", length=1, alt_txt="x" * 1_001)


async def test_the_bots_files_are_deleted(slack: StubSlack, client: AsyncWebClient) -> None:
    """Once, and nobody else's."""
    slack.add_file("F1", b"content", user="U1")
    copy = await _upload(slack, client)
    await client.files_completeUploadExternal(files=[{"id": copy}], channel_id="C1")
    await client.files_delete(file=copy)
    for file, code in ((copy, "file_deleted"), ("F1", "cant_delete_file"), ("F404", "file_not_found")):
        with pytest.raises(SlackApiError, match=code):
            await client.files_delete(file=file)

    assert slack.shared("C1") == []
