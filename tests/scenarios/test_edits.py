"""Messages that people edit or delete take our answers along."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import payloads
from tests.scenarios.report_desk import words_on
from tests.scenarios.request_desk import cards, stored
from tests.scenarios.world import world
from tests.stub_slack import RateLimited

TRIAL = "How long does the extended trial last?"
REGISTER = "How do I register a deal?"


async def test_an_edit_within_a_minute_changes_the_answer_in_place(tmp_path: Path) -> None:
    """The same message of ours says the answer to the new question; nothing is posted anew."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        before = await w.only("CCYBER", ts)
        await w.edit("CCYBER", "U1", ts, f"<@U0BOT> {REGISTER}", after=59)
        after = await w.only("CCYBER", ts)

        assert after.ts == before.ts
        assert "30 days" in after.edits[0]
        assert "deal" in after.text


async def test_an_edit_after_a_minute_changes_nothing(tmp_path: Path) -> None:
    """By then somebody may have read the answer."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.only("CCYBER", ts)
        await w.edit("CCYBER", "U1", ts, f"<@U0BOT> {REGISTER}", after=61)

        assert (await w.only("CCYBER", ts)).edits == []


async def test_an_edit_that_comes_late_but_was_made_in_time_counts(tmp_path: Path) -> None:
    """The minute runs from writing to editing, not to the event's arrival."""
    async with world(tmp_path) as w:
        ts = await w.direct("D1", "U1", "How do I activate my Miro trial?")
        await w.replies("D1", ts)
        w.skip(timedelta(minutes=5))
        await w.edit("D1", "U1", ts, "How do I register a deal in Cyberday?", after=30)
        await w.settle()

        assert w.slack.messages("D1", thread=ts)[0].edits != []


async def test_a_mention_that_is_added_by_an_edit_is_answered(tmp_path: Path) -> None:
    """The edit is what makes the message a question to the bot."""
    async with world(tmp_path) as w:
        ts = await w.write("CCYBER", "U1", TRIAL)
        silent = await w.replies("CCYBER", ts)
        await w.edit("CCYBER", "U1", ts, f"<@U0BOT> {TRIAL}")

        assert silent == []
        assert len(await w.replies("CCYBER", ts)) == 1


async def test_an_edit_that_adds_a_mention_may_come_as_a_mention_too(tmp_path: Path) -> None:
    """Slack may send `app_mention` for it; one answer all the same, whichever comes first."""
    for n, first in enumerate(("mention", "edit")):
        folder = tmp_path / str(n)
        folder.mkdir()
        async with world(folder) as w:
            ts = await w.write("CCYBER", "U1", TRIAL)
            mention = payloads.app_mention("CCYBER", "U1", f"<@U0BOT> {TRIAL}", ts=ts)
            if first == "mention":
                await w.event(mention)
            await w.edit("CCYBER", "U1", ts, f"<@U0BOT> {TRIAL}")
            if first == "edit":
                await w.event(mention)

            assert len(await w.replies("CCYBER", ts)) == 1


async def test_an_edit_that_overtakes_its_message(tmp_path: Path) -> None:
    """Slack keeps no order: the message that comes after its edit is answered once, as it reads now."""
    async with world(tmp_path) as w:
        said = w.say("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
        late = payloads.app_mention("CCYBER", "U1", said.text, ts=said.ts)
        await w.edit("CCYBER", "U1", said.ts, f"<@U0BOT> {REGISTER}")
        await w.settle()
        await w.event(late)
        message = await w.only("CCYBER", said.ts)

        assert "deal" in message.text


async def test_an_edit_while_the_answer_is_under_way(tmp_path: Path) -> None:
    """Slack keeps our answer waiting; the edit comes meanwhile. One message, with the answer to the new question."""
    async with world(tmp_path) as w:
        w.slack.fail("chat.postMessage", RateLimited(1))
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.slack.until(lambda: w.slack.calls("chat.postMessage"))
        await w.edit("CCYBER", "U1", ts, f"<@U0BOT> {REGISTER}")
        message = await w.only("CCYBER", ts)

        assert "deal" in message.text


async def test_an_unfurled_link_is_no_edit(tmp_path: Path) -> None:
    """Slack changes messages too; where the words stay the same nothing happens."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        text = w.slack.message("CCYBER", ts).text
        await w.only("CCYBER", ts)
        await w.edit("CCYBER", "U1", ts, text)
        await w.settle()

        assert w.slack.calls("chat.update") == []


async def test_a_deleted_question_takes_its_answer_along(tmp_path: Path) -> None:
    """Nobody wants an answer to nothing."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.only("CCYBER", ts)
        await w.delete("CCYBER", "U1", ts)
        await w.settle()

        assert w.slack.messages("CCYBER") == []


async def test_a_question_deleted_while_its_answer_is_under_way(tmp_path: Path) -> None:
    """The answer does not come after all, or goes again."""
    async with world(tmp_path) as w:
        w.slack.fail("chat.postMessage", RateLimited(1))
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.slack.until(lambda: w.slack.calls("chat.postMessage"))
        await w.delete("CCYBER", "U1", ts)
        await w.settle()

        assert w.slack.messages("CCYBER") == []


async def test_an_answer_that_somebody_has_replied_to_stays(tmp_path: Path) -> None:
    """The conversation goes on from it, whoever wrote."""
    for n, user in enumerate(("U1", "U2", "USTAFF")):
        folder = tmp_path / str(n)
        folder.mkdir()
        async with world(folder) as w:
            ts = await w.mention("CCYBER", "U1", TRIAL)
            await w.only("CCYBER", ts)
            await w.write("CCYBER", user, "<@U2> did you see this?", thread=ts)
            await w.settle()
            await w.delete("CCYBER", "U1", ts)

            assert len(await w.replies("CCYBER", ts)) == 1


async def test_an_answer_whose_thread_is_with_a_person_stays(tmp_path: Path) -> None:
    """The card in the support channel leads there."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.press(await w.only("CCYBER", ts), "human.ask", "U1")
        await w.settle()
        await w.delete("CCYBER", "U1", ts)

        assert len(await w.replies("CCYBER", ts)) == 2


async def test_a_deleted_follow_up_takes_its_own_answer_along(tmp_path: Path) -> None:
    """The answers before it stay."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.settle()
        second = await w.write("CCYBER", "U1", REGISTER, thread=ts)
        await w.settle()
        await w.delete("CCYBER", "U1", second)
        (left,) = await w.replies("CCYBER", ts)

        assert "30 days" in left


async def test_deleting_what_was_never_answered_does_nothing(tmp_path: Path) -> None:
    """Nor does deleting our own answer by hand, or editing it through another app."""
    async with world(tmp_path) as w:
        ts = await w.write("CCYBER", "U1", TRIAL)
        await w.delete("CCYBER", "U1", ts)
        question = await w.mention("CCYBER", "U1", TRIAL)
        ours = await w.only("CCYBER", question)
        await w.event(payloads.message_deleted("CCYBER", "U0BOT", ours.text, ts=ours.ts, thread=question))
        await w.settle()

        assert w.slack.calls("chat.delete") == []
        assert w.sent == [200] * 4


async def test_an_edit_after_our_answer_was_deleted_by_hand(tmp_path: Path) -> None:
    """The message to edit is gone; that is no error."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        w.slack.withdraw("CCYBER", (await w.only("CCYBER", ts)).ts)
        await w.edit("CCYBER", "U1", ts, f"<@U0BOT> {REGISTER}")
        await w.settle()

        assert w.slack.messages("CCYBER") == []


# Out of order


async def test_a_deletion_that_overtakes_its_message(tmp_path: Path) -> None:
    """The message that comes after its deletion is not answered, by whichever event it comes, nor is a late edit."""
    async with world(tmp_path) as w:
        for channel, kind in (("CCYBER", "channel"), ("COPEN", "channel"), ("D1", "im")):
            said = w.say(channel, "U1", f"<@U0BOT> {TRIAL}")
            w.slack.withdraw(channel, said.ts)
            await w.event(payloads.message_deleted(channel, "U1", said.text, ts=said.ts, channel_type=kind))
            await w.settle()
            await w.event(payloads.message(channel, "U1", said.text, ts=said.ts, channel_type=kind))
            await w.event(payloads.app_mention(channel, "U1", said.text, ts=said.ts))
            await w.settle()
            await w.edit(channel, "U1", said.ts, f"<@U0BOT> {REGISTER}")
            await w.settle()

            assert w.slack.messages(channel) == []


async def test_a_deletion_that_overtakes_its_message_within_a_thread(tmp_path: Path) -> None:
    """The thread goes on without it."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.settle()
        said = w.say("CCYBER", "U1", REGISTER, thread=ts)
        await w.delete("CCYBER", "U1", said.ts)
        await w.event(payloads.message("CCYBER", "U1", said.text, ts=said.ts, thread=ts))
        before = await w.replies("CCYBER", ts)
        await w.write("CCYBER", "U1", REGISTER, thread=ts)

        assert len(before) == 1
        assert len(await w.replies("CCYBER", ts)) == 2


async def test_an_edit_that_comes_after_the_deletion(tmp_path: Path) -> None:
    """What is gone is not answered anew, though the edit was made in time: a question, and one that goes on from it."""
    async with world(tmp_path) as w:
        head = await w.mention("CCYBER", "U1", TRIAL)
        await w.settle()
        second = await w.write("CCYBER", "U1", REGISTER, thread=head)
        await w.settle()
        await w.delete("CCYBER", "U1", second)
        await w.settle()
        await w.edit("CCYBER", "U1", second, "<@U0BOT> Can customers pay by invoice?")
        (left,) = await w.replies("CCYBER", head)
        other = await w.mention("CMIRO", "U1", "How do I activate my Miro trial?")
        await w.settle()
        await w.delete("CMIRO", "U1", other)
        await w.settle()
        await w.edit("CMIRO", "U1", other, f"<@U0BOT> {REGISTER}")
        await w.settle()

        assert "30 days" in left
        assert w.slack.messages("CMIRO") == []


async def test_a_question_that_was_answered_is_deleted_as_a_tombstone(tmp_path: Path) -> None:
    """Our answer is a reply to it, so Slack keeps the head of its thread as a stone: it is a deletion all the same."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.only("CCYBER", ts)
        await w.event(_tombstone("CCYBER", "U1", ts, f"<@U0BOT> {TRIAL}"))
        await w.settle()

        assert w.slack.messages("CCYBER") == []


async def test_a_tombstone_over_a_thread_that_has_gone_on(tmp_path: Path) -> None:
    """What somebody has replied to stays."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.settle()
        await w.write("CCYBER", "U2", "good to know", thread=ts)
        await w.event(_tombstone("CCYBER", "U1", ts, f"<@U0BOT> {TRIAL}"))

        assert len(await w.replies("CCYBER", ts)) == 1


async def test_what_a_deleted_question_told_is_forgotten(tmp_path: Path) -> None:
    """Neither its words nor its values are used, or handed to a person, afterwards."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "My trial started on 3 November 2026, when does it end?")
        await w.settle()
        await w.event(_tombstone("CCYBER", "U1", ts, "…"))
        (kept,) = await w.threads()
        await w.mention("CCYBER", "U1", "I want to speak to a person", thread=ts)
        await w.settle()
        (card,) = await cards(w)

        assert "November" not in str(kept)
        assert "November" not in words_on(card)
        assert "November" not in str(await stored(w))


@pytest.mark.parametrize(
    "event_time", [None, "yesterday", 0, -5, 1, True, 1.5, 10**30, float("inf"), float("nan"), [], {"a": 1}]
)
async def test_an_edit_whose_time_cannot_be(tmp_path: Path, event_time: Any) -> None:
    """It counts as made when it came."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.only("CCYBER", ts)
        edited = payloads.message_changed("CCYBER", "U1", f"<@U0BOT> {REGISTER}", ts=ts, previous=f"<@U0BOT> {TRIAL}")
        await w.event({**edited, "event_time": event_time})
        await w.settle()
        in_time = (await w.only("CCYBER", ts)).text
        w.skip(timedelta(minutes=2))
        edited = payloads.message_changed("CCYBER", "U1", f"<@U0BOT> {TRIAL}", ts=ts, previous=f"<@U0BOT> {REGISTER}")
        await w.event({**edited, "event_time": event_time})
        await w.settle()

        assert "deal" in in_time
        assert "deal" in (await w.only("CCYBER", ts)).text


# Changes that no person has made


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ({"text": f"<@U0BOT> {TRIAL}", "attachments": [{"title": "a page"}]}, {}),
        ({"text": f"<@U0BOT> {TRIAL}", "edited": None}, {"previous_message": None}),
        ({"bot_id": "B0OTHER"}, {}),
        ({"bot_profile": {"name": "Workflow"}, "subtype": "bot_message"}, {}),
        ({"subtype": "huddle_thread", "room": {"id": "R1"}}, {}),
        ({"subtype": "assistant_app_thread"}, {}),
        ({"user": "USLACKBOT"}, {}),
        ({"user": "U0BOT"}, {}),
        ({"user": None}, {}),
        ({"ts": None}, {}),
        ({"ts": "soon"}, {}),
        ({"hidden": True}, {}),
        ({}, {"message": None}),
        ({}, {"message": [], "previous_message": []}),
        ({}, {"channel": None}),
        ({}, {"channel": {"id": "CCYBER"}}),
    ],
)
async def test_changes_that_are_no_edit(tmp_path: Path, inner: dict[str, Any], outer: dict[str, Any]) -> None:
    """Links are unfurled, replies counted, huddles joined: nothing is answered anew."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.only("CCYBER", ts)
        change = payloads.message_changed("CCYBER", "U1", f"<@U0BOT> {REGISTER}", ts=ts, previous=f"<@U0BOT> {TRIAL}")
        message = change["event"]["message"] | inner
        change["event"] |= {
            "message": {name: value for name, value in message.items() if value is not None},
            **outer,
        }
        status = await w.event(change)
        await w.settle()

        assert status == 200
        assert w.slack.calls("chat.update") == []
        assert len(w.slack.messages("CCYBER")) == 1


def _tombstone(channel: str, user: str, ts: str, text: str) -> dict[str, Any]:
    """The head of a thread is deleted while the thread has replies."""
    change = payloads.message_changed(channel, user, "This message was deleted.", ts=ts, previous=text)
    change["event"]["message"] = {
        "subtype": "tombstone",
        "text": "This message was deleted.",
        "user": "USLACKBOT",
        "hidden": True,
        "type": "message",
        "ts": ts,
        "thread_ts": ts,
        "reply_count": 1,
    }
    return change
