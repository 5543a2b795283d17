"""The messenger against a real HTTP server that plays Slack, and fails as Slack does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.adapters.pacing import Pacer
from bot.adapters.postponed import Postponed
from bot.adapters.slack import EVENT_TYPE, Conversation, Identity, Profile, SlackMessenger, token_of, web_client
from bot.ports import GiveUp, RetryLater
from tests.clock import VirtualClock
from tests.stub_slack import SCOPES, Cut, Error, Fault, Hang, Html, HttpError, RateLimited, StubSlack

BLOCKS = [{"type": "section", "text": {"type": "plain_text", "text": "hello"}}]


@dataclass
class Line:
    """A messenger with the Slack at its other end."""

    slack: StubSlack
    clock: VirtualClock
    messenger: SlackMessenger
    session: aiohttp.ClientSession

    async def post(self, key: str = "post:1", *, attempts: int = 1, thread: str | None = None, **more: Any) -> str:
        """Post to C1."""
        arguments = {"first_try": self.clock.now(), "channel": "C1", "text": "hello", "blocks": BLOCKS, **more}
        return await self.messenger.post(key=key, attempts=attempts, thread=thread, **arguments)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """A messenger on a channel C1 with one person in it."""
    clock = VirtualClock()
    async with StubSlack(clock=clock) as slack, aiohttp.ClientSession() as session:
        slack.add_channel("C1", members=["U1"])
        slack.add_user("U1")
        client = web_client(slack.token, session, base_url=slack.url)
        yield Line(slack, clock, SlackMessenger(client, clock, call_limit=0.3), session)


# Posting once


async def test_a_post_arrives_as_it_was_written(line: Line) -> None:
    """Text, blocks, thread and key are there; nothing unfurls and no name is linked."""
    parent = line.slack.say("C1", "U1", "question")
    ts = await line.post(thread=parent.ts)
    [message] = line.slack.messages("C1")

    assert message.ts == ts
    assert (message.text, message.blocks, message.thread_ts) == ("hello", BLOCKS, parent.ts)
    assert message.metadata == {"event_type": EVENT_TYPE, "event_payload": {"key": token_of("post:1")}}
    assert message.arguments["unfurl_links"] is False
    assert message.arguments["unfurl_media"] is False
    assert not {"link_names", "parse"} & message.arguments.keys()


def test_the_key_is_not_readable() -> None:
    """Every app of the workspace can read metadata: a channel or a person is not to be seen in it."""
    token = token_of("post:msg:T1:C1:1730000000.000100:1")

    assert token == token_of("post:msg:T1:C1:1730000000.000100:1")
    assert token != token_of("post:msg:T1:C1:1730000000.000100:2")
    assert len(token) == 32
    assert int(token, 16)


UNKNOWN: list[Fault] = [
    HttpError(500, stored=True),
    HttpError(503, stored=True),
    Html(200, stored=True),
    Html(502, stored=True),
    Cut(stored=True),
    Hang(stored=True),
]


@pytest.mark.parametrize("in_thread", [True, False])
@pytest.mark.parametrize("fault", UNKNOWN, ids=repr)
async def test_a_stored_message_whose_answer_was_lost_is_found(line: Line, fault: Fault, *, in_thread: bool) -> None:
    """Whatever became of the answer, the second attempt finds the message instead of sending another."""
    thread = line.slack.say("C1", "U1", "question").ts if in_thread else None
    line.slack.fail("chat.postMessage", fault)
    with pytest.raises(RetryLater) as caught:
        await line.post(thread=thread)
    ts = await line.post(attempts=2, thread=thread)

    assert not isinstance(caught.value, Postponed), "it may have been sent: the attempt counts"
    assert [message.ts for message in line.slack.messages("C1")] == [ts]


@pytest.mark.parametrize("fault", [HttpError(500), Html(200), Cut(stored=False), Hang()], ids=repr)
async def test_a_message_that_was_not_stored_is_sent_again(line: Line, fault: Fault) -> None:
    """Once the search has come to its end without it."""
    line.slack.fail("chat.postMessage", fault)
    with pytest.raises(RetryLater):
        await line.post()
    ts = await line.post(attempts=2)

    assert [message.ts for message in line.slack.messages("C1")] == [ts]


@pytest.mark.parametrize("fault", [HttpError(500), Html(200), Cut(), Hang(), Error("missing_scope")], ids=repr)
async def test_nothing_is_sent_blind(line: Line, fault: Fault) -> None:
    """If the channel cannot be searched, the message waits, whatever the reason."""
    # A search is tried twice, and the HTTP client itself repeats it, since it is a GET, once after a cut.
    line.slack.fail("conversations.history", *[fault] * 4)
    with pytest.raises(RetryLater):
        await line.post(attempts=2)

    assert line.slack.calls("chat.postMessage") == []


async def test_the_search_honours_retry_after(line: Line) -> None:
    """A search that Slack paces waits as long as Slack says; it costs no attempt, and nothing is sent meanwhile."""
    line.slack.fail("conversations.history", RateLimited(61))
    with pytest.raises(Postponed) as caught:
        await line.post(attempts=2)

    assert caught.value.seconds == 61
    assert line.slack.calls("chat.postMessage") == []


def _once_a_minute(line: Line) -> None:
    """Have Slack allow what it allows apps outside its Marketplace: one search a minute, 15 messages each."""
    line.slack.page_size = 15
    allowed_at = line.clock.now()

    def fault(method: str, _: int) -> Fault | None:
        nonlocal allowed_at
        if method not in {"conversations.history", "conversations.replies"}:
            return None
        if line.clock.now() < allowed_at:
            return RateLimited(int((allowed_at - line.clock.now()).total_seconds()) + 1)
        allowed_at = line.clock.now() + timedelta(minutes=1)
        return None

    line.slack.fault = fault


async def _in_the_end(line: Line, waiting: dict[str, str | None]) -> dict[str, str]:
    """Try messages again, key → thread, when their time has come, until all have their ts; no attempt may count."""
    first_try = line.clock.now()
    due, done = dict.fromkeys(waiting, first_try), {}
    while due:
        key = min(due, key=due.__getitem__)
        line.clock.set(max(line.clock.now(), due[key]))
        assert line.clock.now() - first_try < timedelta(hours=1), f"{key} comes to no end"
        try:
            done[key] = await line.post(key, attempts=2, thread=waiting[key], first_try=first_try)
        except Postponed as later:
            due[key] = line.clock.now() + timedelta(seconds=later.seconds or 0)
        else:
            del due[key]
    return done


async def test_one_search_a_minute_is_enough(line: Line) -> None:
    """Ten messages whose fate is unknown are all found in the end, and Slack is not pressed meanwhile."""
    threads: dict[str, str | None] = {f"post:{n}": line.slack.say("C1", "U1", f"question {n}").ts for n in range(10)}
    for key, thread in threads.items():
        line.slack.fail("chat.postMessage", Cut(stored=True))
        with pytest.raises(RetryLater):
            await line.post(key, thread=thread)
        line.clock.advance(1)
    _once_a_minute(line)
    began = line.clock.now()
    found = await _in_the_end(line, threads)

    assert sorted(found.values()) == [message.ts for message in line.slack.messages("C1")]
    assert len(line.slack.calls("chat.postMessage")) == 10
    assert len(line.slack.calls("conversations.replies")) <= 20
    assert line.clock.now() - began < timedelta(minutes=12)


async def test_a_search_goes_on_where_slack_paced_it(line: Line) -> None:
    """Four pages at one a minute take four minutes, rather than beginning again for ever."""
    line.slack.fail("chat.postMessage", Cut(stored=True))
    with pytest.raises(RetryLater):
        await line.post()
    for n in range(50):
        line.slack.say("C1", "U1", f"after {n}")
    _once_a_minute(line)
    began = line.clock.now()
    found = await _in_the_end(line, {"post:1": None})

    assert [message.ts for message in line.slack.messages("C1")] == list(found.values())
    assert line.clock.now() - began < timedelta(minutes=5)


async def test_a_search_that_fails_is_repeated_at_once(line: Line) -> None:
    """Reading is safe to repeat, and the next attempt may be minutes away."""
    line.slack.fail("chat.postMessage", Cut(stored=True))
    with pytest.raises(RetryLater):
        await line.post()
    line.slack.fail("conversations.history", HttpError(500))
    ts = await line.post(attempts=2)

    assert [message.ts for message in line.slack.messages("C1")] == [ts]


async def test_slack_is_not_pressed_for_searches(line: Line) -> None:
    """A killed process may leave many messages to look for: once Slack has refused one search, the others wait."""
    line.slack.fail("conversations.replies", RateLimited(30))
    waits = []
    for n in range(5):
        with pytest.raises(Postponed) as caught:
            await line.post(f"post:{n}", attempts=2, thread=line.slack.say("C1", "U1", "question").ts)
        waits.append(caught.value.seconds)

    assert waits == pytest.approx([30, 30.1, 30.2, 30.3, 30.4])
    assert len(line.slack.calls("conversations.replies")) == 1


async def test_a_message_is_not_searched_for_before_its_turn(line: Line) -> None:
    """In a channel that is paused nothing could be sent anyway."""
    line.slack.fail("chat.postMessage", RateLimited(30))
    with pytest.raises(Postponed):
        await line.post("post:1")
    with pytest.raises(Postponed):
        await line.post("post:2", attempts=2)

    assert line.slack.calls("conversations.history") == []


@pytest.mark.parametrize("stored", [True, False])
async def test_a_thread_whose_question_was_deleted(line: Line, *, stored: bool) -> None:
    """A thread that Slack does not know holds nothing, so the message is sent; what stands in one is found."""
    thread = line.slack.say("C1", "U1", "question").ts
    line.slack.fail("chat.postMessage", Cut(stored=stored))
    with pytest.raises(RetryLater):
        await line.post(thread=thread)
    line.slack.withdraw("C1", thread)
    ts = await line.post(attempts=2, thread=thread)

    assert [message.ts for message in line.slack.messages("C1")] == [ts]


@pytest.mark.parametrize("in_thread", [True, False])
async def test_every_page_is_searched(line: Line, *, in_thread: bool) -> None:
    """Slack may give as few as 15 messages at a time; the one that is looked for may be on any page."""
    line.slack.page_size = 15
    thread = line.slack.say("C1", "U1", "question").ts if in_thread else None
    before = [line.slack.say("C1", "U1", f"before {n}", thread=thread) for n in range(40)]
    line.slack.fail("chat.postMessage", Cut(stored=True))
    with pytest.raises(RetryLater):
        await line.post(thread=thread)
    for n in range(40):
        line.slack.say("C1", "U1", f"after {n}", thread=thread)
    ts = await line.post(attempts=2, thread=thread)

    assert len(before) == 40
    assert [message.ts for message in line.slack.messages("C1")] == [ts]


async def test_the_search_goes_back_a_little_before_the_first_try(line: Line) -> None:
    """Far enough for two clocks that differ by what Slack's signatures allow, not through the whole history."""
    old = line.slack.say("C1", "U1", "old")
    line.clock.advance(timedelta(hours=1))
    with_clock_ahead = line.clock.now() + timedelta(minutes=5)
    line.slack.fail("chat.postMessage", Cut(stored=True))
    with pytest.raises(RetryLater):
        await line.post()
    ts = await line.messenger.post(
        key="post:1", attempts=2, first_try=with_clock_ahead, channel="C1", thread=None, text="hello", blocks=BLOCKS
    )
    [search] = line.slack.calls("conversations.history")

    assert [message.ts for message in line.slack.messages("C1")] == [ts]
    assert float(search.arguments["oldest"]) > float(old.ts)


async def test_another_message_is_not_taken_for_it(line: Line) -> None:
    """Only the key tells messages apart: texts repeat."""
    first = await line.post("post:1")
    second = await line.post("post:2", attempts=2)

    assert first != second
    assert [message.ts for message in line.slack.messages("C1")] == [first, second]


async def test_a_lookup_lasts_an_hour(line: Line) -> None:
    """Eight attempts whose fate is unknown are spread over an hour, the first repeats soon."""
    pauses = []
    for attempts in range(1, 8):
        line.slack.fail("chat.postMessage", HttpError(500))
        with pytest.raises(RetryLater) as caught:
            await line.post(attempts=attempts)
        pauses.append(caught.value.seconds or 0)
        line.clock.advance(10)

    assert pauses == sorted(pauses)
    assert pauses[0] <= 5
    assert 3_600 <= sum(pauses) <= 4_000


async def test_a_connection_that_is_cut_is_not_repeated_by_the_client(line: Line) -> None:
    """The SDK's own retries, which come a second later, would post twice."""
    line.messenger._call_limit = 5
    line.slack.fail("chat.postMessage", Cut(stored=True))
    with pytest.raises(RetryLater):
        await line.post()

    assert len(line.slack.calls("chat.postMessage")) == 1


async def test_a_slack_that_is_not_there_is_tried_again(line: Line) -> None:
    """No connection at all is an unknown fate too."""
    await line.slack.stop()
    with pytest.raises(RetryLater):
        await line.post()


# Pace


async def test_a_burst_of_five_then_one_a_second(line: Line) -> None:
    """The sixth message of a moment is not sent; it is told when to come back, and costs no attempt."""
    for n in range(5):
        await line.post(f"post:{n}")
    with pytest.raises(Postponed) as caught:
        await line.post("post:5")
    line.clock.advance(caught.value.seconds or 0)
    await line.post("post:5")

    assert caught.value.seconds == 1
    assert len(line.slack.messages("C1")) == 6


async def test_a_429_pauses_its_channel_alone(line: Line) -> None:
    """Nothing more is asked of Slack for that channel until the time has come; others go on."""
    line.slack.add_channel("C2")
    line.slack.fail("chat.postMessage", RateLimited(30))
    with pytest.raises(Postponed) as refused:
        await line.post("post:1")
    with pytest.raises(Postponed) as waiting:
        await line.post("post:2")
    await line.post("post:3", channel="C2")
    line.clock.advance(30)
    await line.post("post:1")

    assert refused.value.seconds == 30
    assert (waiting.value.seconds or 0) >= 30
    assert len(line.slack.calls("chat.postMessage")) == 3
    assert [len(line.slack.messages(channel)) for channel in ("C1", "C2")] == [1, 1]


async def test_replicas_that_pace_separately_are_regulated_by_slack(line: Line) -> None:
    """Two messengers send twice the pace to a channel; Slack's 429s bring them down to its own, and none is lost."""
    client = web_client(line.slack.token, line.session, base_url=line.slack.url)
    replicas = [SlackMessenger(client, line.clock) for _ in range(2)]
    taken: list[datetime] = []

    def fault(method: str, _: int) -> Fault | None:
        now = line.clock.now()
        if sum(1 for at in taken if now - at < timedelta(seconds=5)) >= 5:  # five in any five seconds
            return RateLimited(1)
        taken.append(now)
        return None

    line.slack.fault = fault
    due = {f"post:{n}": line.clock.now() for n in range(40)}
    began = line.clock.now()
    while due:
        key = min(due, key=due.__getitem__)
        line.clock.set(max(line.clock.now(), due[key]))
        assert line.clock.now() - began < timedelta(hours=1), f"{key} comes to no end"
        line.messenger = replicas[int(key.removeprefix("post:")) % 2]
        try:
            await line.post(key)
        except Postponed as later:
            due[key] = line.clock.now() + timedelta(seconds=later.seconds or 0)
        else:
            del due[key]

    assert len(line.slack.messages("C1")) == 40
    assert line.clock.now() - began < timedelta(seconds=60)


async def test_a_429_without_a_time_waits_all_the_same(line: Line) -> None:
    """A missing Retry-After is no invitation."""
    line.slack.fail("chat.postMessage", RateLimited(None))
    with pytest.raises(Postponed) as caught:
        await line.post()

    assert (caught.value.seconds or 0) >= 1


# Refused for good


@pytest.mark.parametrize(
    "code",
    [
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "msg_too_long",
        "invalid_blocks",
        "account_inactive",
        "restricted_action",
        "missing_scope",
    ],
)
async def test_what_slack_never_takes_is_given_up(line: Line, code: str) -> None:
    """The reason is Slack's code and nothing of the message."""
    line.slack.fail("chat.postMessage", Error(code))
    with pytest.raises(GiveUp) as caught:
        await line.post()

    assert str(caught.value) == code


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable", "a_code_of_next_year"])
async def test_what_slack_may_take_later_is_tried_again(line: Line, code: str) -> None:
    """An unknown code is not the end of a reply."""
    line.slack.fail("chat.postMessage", Error(code))
    with pytest.raises(RetryLater):
        await line.post()


async def test_limits_of_the_stub_are_slacks(line: Line) -> None:
    """A channel that does not exist and too many blocks are refused by the server itself."""
    with pytest.raises(GiveUp, match="channel_not_found"):
        await line.post(channel="C404")
    with pytest.raises(GiveUp, match="invalid_blocks"):
        await line.post(blocks=BLOCKS * 51)


# Edits, deletions, whispers


async def test_an_edit_changes_the_message(line: Line) -> None:
    """Text and blocks become the new ones."""
    ts = await line.post()
    await line.messenger.update(channel="C1", ts=ts, text="bye", blocks=[])
    [message] = line.slack.messages("C1")

    assert (message.text, message.blocks, message.edits) == ("bye", [], ["hello"])


async def test_a_deletion_removes_the_message(line: Line) -> None:
    """It is gone."""
    ts = await line.post()
    await line.messenger.delete(channel="C1", ts=ts)

    assert line.slack.messages("C1") == []


async def test_a_message_that_is_gone_is_no_error(line: Line) -> None:
    """What was to be changed is not there any more: that is as good as done."""
    ts = await line.post()
    await line.messenger.delete(channel="C1", ts=ts)
    await line.messenger.delete(channel="C1", ts=ts)
    await line.messenger.update(channel="C1", ts=ts, text="bye", blocks=[])

    assert line.slack.messages("C1") == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (RateLimited(9), Postponed),
        (HttpError(500), RetryLater),
        (Cut(), RetryLater),
        (Hang(), RetryLater),
        (Html(), RetryLater),
        (Error("edit_window_closed"), GiveUp),
        (Error("is_archived"), GiveUp),
    ],
    ids=repr,
)
async def test_changes_that_fail(line: Line, fault: Fault, expected: type[Exception]) -> None:
    """An edit or deletion is safe to repeat, so everything but a refusal is tried again."""
    ts = await line.post()
    line.slack.fail("chat.update", fault)
    line.slack.fail("chat.delete", fault)
    with pytest.raises(expected):
        await line.messenger.update(channel="C1", ts=ts, text="bye", blocks=[])
    with pytest.raises(expected):
        await line.messenger.delete(channel="C1", ts=ts)


async def test_a_whisper_reaches_one_person(line: Line) -> None:
    """Shown to that person alone."""
    await line.messenger.whisper(channel="C1", user="U1", thread=None, text="psst", blocks=[])

    assert [(one.user, one.text) for one in line.slack.ephemerals] == [("U1", "psst")]
    assert line.slack.messages("C1") == []


@pytest.mark.parametrize(
    "fault", [RateLimited(9), HttpError(500), Cut(), Hang(), Error("user_not_in_channel")], ids=repr
)
async def test_a_whisper_is_tried_once_and_forgotten(line: Line, fault: Fault) -> None:
    """No reply depends on it; that it failed is counted."""
    line.slack.fail("chat.postEphemeral", fault)
    await line.messenger.whisper(channel="C1", user="U1", thread=None, text="psst", blocks=[])

    assert len(line.slack.calls("chat.postEphemeral")) == 1
    assert line.messenger.swallowed.total() == 1


async def test_a_link_to_a_message_or_none(line: Line) -> None:
    """A link is an extra: without it the text goes on."""
    ts = await line.post()
    link = await line.messenger.permalink(channel="C1", ts=ts)
    missing = await line.messenger.permalink(channel="C1", ts="1.0")

    assert link == f"https://home.slack.example/archives/C1/p{ts.replace('.', '')}"
    assert missing is None


# Forms and Home

VIEW = {"type": "modal", "callback_id": "answer.comment", "title": {"type": "plain_text", "text": "t"}, "blocks": []}


async def test_a_form_is_opened(line: Line) -> None:
    """With the trigger of the click."""
    await line.messenger.open_view("1.1", VIEW)

    assert [(one.trigger_id, one.view) for one in line.slack.opened] == [("1.1", VIEW)]


async def test_a_home_is_published(line: Line) -> None:
    """The last one counts."""
    await line.messenger.publish_home("U1", {"type": "home", "blocks": []})
    await line.messenger.publish_home("U1", {"type": "home", "blocks": BLOCKS})

    assert line.slack.homes == {"U1": {"type": "home", "blocks": BLOCKS}}


@pytest.mark.parametrize("fault", [RateLimited(9), HttpError(500), Cut(), Error("expired_trigger_id")], ids=repr)
async def test_forms_and_homes_are_tried_once(line: Line, fault: Fault) -> None:
    """No change depends on them; that they failed is counted."""
    line.slack.fail("views.open", fault)
    line.slack.fail("views.publish", fault)
    await line.messenger.open_view("1.1", VIEW)
    await line.messenger.publish_home("U1", {"type": "home", "blocks": []})

    assert len(line.slack.calls("views.open")) == 1
    assert len(line.slack.calls("views.publish")) == 1
    assert line.messenger.swallowed.total() == 2


# People and ourselves


async def test_a_profile_of_a_member(line: Line) -> None:
    """Locale, time zone and kind of membership are read."""
    line.slack.add_user("U2", locale="fr-FR", tz="Europe/Paris", is_restricted=True)

    assert await line.messenger.profile("U2") == Profile(
        "T0HOME", "U2", "fr", "Europe/Paris", is_stranger=False, is_guest=True, is_bot=False
    )


async def test_a_profile_of_an_outsider(line: Line) -> None:
    """Outside members have no locale, and perhaps no time zone; a locale of no language of ours is none."""
    line.slack.add_user("U2", team="T2", locale="fr-FR", is_stranger=True)
    line.slack.add_user("U3", locale="pt-BR", tz=None)

    outside, other = await line.messenger.profile("U2"), await line.messenger.profile("U3")

    assert outside == Profile("T2", "U2", None, None, is_stranger=True, is_guest=False, is_bot=False)
    assert other is not None
    assert (other.language, other.time_zone) == (None, None)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"real_name": "Anna Korhonen", "profile": {"first_name": "Anna", "real_name": "Anna Korhonen"}}, "Anna"),
        ({"real_name": "Anna Korhonen", "profile": {"first_name": "", "real_name": "Anna K."}}, "Anna K."),
        ({"real_name": "Anna Korhonen", "profile": None}, "Anna Korhonen"),
        ({"profile": {"first_name": None, "real_name": " "}}, ""),
        ({}, ""),
    ],
)
async def test_the_name_in_a_profile(line: Line, told: dict[str, Any], name: str) -> None:
    """The first name that somebody has given, else their whole name; never the handle."""
    line.slack.add_user("U2", **told)
    profile = await line.messenger.profile("U2")

    assert profile is not None
    assert profile.name == name


async def test_the_members_of_a_group(line: Line) -> None:
    """Each once; nobody is in a group that Slack does not have, any more or at all."""
    line.slack.groups["S1"] = ["U2", "U1", "U2"]

    assert await line.messenger.group_members("S1") == ("U2", "U1")
    assert await line.messenger.group_members("S2") == ()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Error("missing_scope"), GiveUp),
        (Error("plan_upgrade_required"), GiveUp),
        (Error("paid_teams_only"), GiveUp),
        (RateLimited(9), Postponed),
        (HttpError(500), RetryLater),
        (Html(), RetryLater),
        (Cut(), RetryLater),
        (Hang(), RetryLater),
    ],
    ids=repr,
)
async def test_members_that_slack_does_not_tell(line: Line, fault: Fault, expected: type[Exception]) -> None:
    """That is not the same as nobody."""
    line.slack.groups["S1"] = ["U1"]
    line.slack.fail("usergroups.users.list", fault, fault)  # what only reads is repeated once after a cut
    with pytest.raises(expected):
        await line.messenger.group_members("S1")


async def test_a_plan_without_groups_and_a_missing_scope_are_told_apart(line: Line) -> None:
    """By Slack's own code: what the operator has to do differs."""
    line.slack.has_groups = False
    with pytest.raises(GiveUp, match="paid_teams_only"):
        await line.messenger.group_members("S1")
    line.slack.scopes = ("users:read",)
    with pytest.raises(GiveUp, match="missing_scope"):
        await line.messenger.group_members("S1")


@pytest.mark.parametrize("fault", [RateLimited(9), HttpError(500), Html(), Error("user_not_found")], ids=repr)
async def test_no_profile_is_no_error(line: Line, fault: Fault) -> None:
    """It is asked for once."""
    line.slack.fail("users.info", fault)

    assert await line.messenger.profile("U1") is None
    assert len(line.slack.calls("users.info")) == 1


async def test_identity_and_scopes(line: Line) -> None:
    """Who the token belongs to, and what it may do."""
    assert await line.messenger.identity() == Identity(
        "T0HOME", "U0BOT", "B0BOT", "https://home.slack.example/", tuple(SCOPES)
    )


@pytest.mark.parametrize(("fault", "expected"), [(Error("invalid_auth"), GiveUp), (Html(), RetryLater)], ids=repr)
async def test_an_identity_that_slack_does_not_tell(line: Line, fault: Fault, expected: type[Exception]) -> None:
    """A wrong token is final, a Slack that is away is not."""
    line.slack.fail("auth.test", fault)
    with pytest.raises(expected):
        await line.messenger.identity()


async def test_debug_logs_hold_no_message(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    """The SDK writes whole requests at DEBUG: not with our client."""
    caplog.set_level("DEBUG")
    await line.post(text="a person's words")

    assert "words" not in caplog.text
    assert line.slack.token not in caplog.text


async def test_a_pacer_may_be_shared(line: Line) -> None:
    """Two messengers of one token pace together."""
    pacer = Pacer()
    client = web_client(line.slack.token, line.session, base_url=line.slack.url)
    one, two = SlackMessenger(client, line.clock, pacer=pacer), SlackMessenger(client, line.clock, pacer=pacer)
    for n in range(5):
        line.messenger = one if n % 2 else two
        await line.post(f"post:{n}")
    with pytest.raises(Postponed):
        await line.post("post:5")


# Channels


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({}, Conversation(is_member=True, is_shared=False)),
        ({"is_ext_shared": True}, Conversation(is_member=True, is_shared=True)),
        ({"is_member": False}, Conversation(is_member=False, is_shared=False)),
        ({"is_im": True, "is_member": False}, Conversation(is_member=True, is_shared=False)),
    ],
)
async def test_what_slack_tells_of_a_channel(line: Line, flags: dict[str, bool], told: Conversation) -> None:
    """Whether the bot is in it, and whether other organisations are."""
    line.slack.add_channel("C2", **flags)

    assert await line.messenger.conversation("C2") == told


async def test_a_channel_that_slack_does_not_show(line: Line) -> None:
    """The bot is not in it; and who is, nobody knows."""
    assert await line.messenger.conversation("C404") == Conversation(is_member=False, is_shared=True)
    assert not line.messenger.swallowed


@pytest.mark.parametrize("fault", [HttpError(500), Html(200), Error("missing_scope"), RateLimited(3)], ids=repr)
async def test_a_channel_of_which_slack_tells_nothing(line: Line, fault: Fault) -> None:
    """That is counted, and stops nobody."""
    line.slack.fail("conversations.info", fault)

    assert await line.messenger.conversation("C1") is None
    assert sum(line.messenger.swallowed.values()) == 1


async def test_a_direct_message_is_opened_once(line: Line) -> None:
    """It stays the same."""
    first = await line.messenger.direct_channel("U1")
    second = await line.messenger.direct_channel("U1")

    assert first == second == "D1"
    assert line.slack.channels["D1"].is_im
    assert len(line.slack.calls("conversations.open")) == 1


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (HttpError(500), RetryLater),
        (Html(200), RetryLater),
        (Hang(), RetryLater),
        (RateLimited(7), Postponed),
        (Error("cannot_dm_bot"), GiveUp),
        (Error("user_disabled"), GiveUp),
        (Error("missing_scope"), GiveUp),
    ],
    ids=repr,
)
async def test_a_direct_message_that_is_not_opened(line: Line, fault: Fault, raised: type[Exception]) -> None:
    """It is tried again where that may help."""
    line.slack.fail("conversations.open", fault)
    with pytest.raises(raised) as caught:
        await line.messenger.direct_channel("U1")

    assert type(caught.value) is raised
    assert await line.messenger.direct_channel("U1") == "D1"
