"""Whose turn it is in a request's thread: the bot's until somebody takes it, then people's until its end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.request import Act, State
from tests.scenarios.report_desk import words_on
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    TRIAL,
    UNKNOWN,
    act,
    acts,
    asked_in_words,
    cards,
    handed_over,
    only,
    pass_to,
    reply,
    request_world,
    status,
    stored,
    story,
    told,
    writes,
)
from tests.scenarios.world import World
from tests.stub_slack import TEAM, StubMessage

DEAL = "How do I register a deal?"
ELEPHANTS = "Purple elephants dance on the roof"
PLACES = ("CCYBER", "D1")


async def _taken(w: World, channel: str, words: str = TRIAL) -> tuple[str, StubMessage]:
    """A request that somebody looks after: the partner's thread, and the card."""
    thread = await handed_over(w, words, channel=channel)
    (card,) = await cards(w)
    await act(w, card, "request.take", AINO)
    return thread, card


# Before somebody takes it


@pytest.mark.parametrize("channel", PLACES)
async def test_before_that_the_bot_answers_what_it_knows(tmp_path: Path, channel: str) -> None:
    """And the desk reads that it was asked: beside the request, for it is answered."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w, channel=channel)
        (card,) = await cards(w)
        before = await told(w, thread, channel)
        await writes(w, thread, DEAL, channel=channel)
        request = await only(w)

        assert len(await told(w, thread, channel)) == len(before) + 1
        assert (acts(request), request.history[-1].is_aside) == ([Act.ASKED, Act.TOLD], True)
        assert DEAL in (await story(w, card))[-1]


@pytest.mark.parametrize("channel", ["COPEN", "D1"])
@pytest.mark.parametrize("text", [ELEPHANTS, "It is for Nordwind", "It says error 500"])
async def test_what_it_does_not_know_is_for_the_desk_alone(tmp_path: Path, channel: str, text: str) -> None:
    """No "I don't know": it was written for the people who have been asked. The status message counts it."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w, channel=channel)
        (card,) = await cards(w)
        before = len(await told(w, thread, channel))
        await writes(w, thread, text, channel=channel)
        request = await only(w)

        assert len(await told(w, thread, channel)) == before
        assert (acts(request), request.history[-1].is_aside) == ([Act.ASKED, Act.TOLD], False)
        assert text in "\n".join(await story(w, card))
        assert "1 more message of yours has been added to it." in await status(w)


@pytest.mark.parametrize("channel", PLACES)
async def test_a_picture_before_that_is_the_requests(tmp_path: Path, channel: str) -> None:
    """Nobody is asked what it is about."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w, channel=channel)
        (card,) = await cards(w)
        before = len(await told(w, thread, channel))
        await writes(w, thread, "", channel=channel, files=["F1"])

        assert len(await told(w, thread, channel)) == before
        assert len(w.slack.shared("CSUPPORT", card.ts)) == 1


# From then to its end


@pytest.mark.parametrize("channel", PLACES)
async def test_the_bot_says_once_that_it_keeps_silent(tmp_path: Path, channel: str) -> None:
    """In the message that tells who has it, which also tells how to reach the bot all the same."""
    async with request_world(tmp_path) as w:
        thread, _ = await _taken(w, channel)
        said = [text for text in await told(w, thread, channel) if "I keep silent in this thread" in text]

        assert len(said) == 1
        assert said[0].startswith("Aino has taken REQ-1.")
        assert ("mention me" in said[0]) == (channel == "CCYBER")
        assert ("outside of this thread" in said[0]) == (channel == "D1")


@pytest.mark.parametrize("channel", PLACES)
@pytest.mark.parametrize(
    "text",
    [DEAL, UNKNOWN, ELEPHANTS, "Hello", "I want to speak to a person", "status", "auf Deutsch bitte", "1", "500"],
)
async def test_from_then_on_it_says_nothing_in_the_thread(tmp_path: Path, channel: str, text: str) -> None:
    """Whatever it is; it is copied into the card's thread, as the partner's."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, channel)
        before = len(await told(w, thread, channel))
        await writes(w, thread, text, channel=channel)
        request = await only(w)

        assert len(await told(w, thread, channel)) == before
        assert (acts(request)[-1], request.history[-1].is_aside) == (Act.TOLD, False)
        assert any("From the partner" in line and text in line for line in await story(w, card))


@pytest.mark.parametrize("channel", PLACES)
@pytest.mark.parametrize("step", ["replied", "waiting", "urgent", "assigned"])
async def test_it_stays_silent_whatever_is_done_meanwhile(tmp_path: Path, channel: str, step: str) -> None:
    """Until the end."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, channel)
        if step == "replied":
            await reply(w, card, AINO, "Which customer is it?")
        elif step == "assigned":
            await act(w, card, "request.more", AINO, "assign", assignee="UJEAN")
        else:
            await act(w, card, "request.more", AINO, {"waiting": "wait", "urgent": "urgent"}[step])
        before = len(await told(w, thread, channel))
        await writes(w, thread, DEAL, channel=channel)

        assert len(await told(w, thread, channel)) == before
        assert acts(await only(w))[-1] is Act.TOLD


@pytest.mark.parametrize("channel", PLACES)
async def test_put_back_into_the_queue_it_stays_silent(tmp_path: Path, channel: str) -> None:
    """The partner was told that people have the thread: that holds up to the end, whoever has it."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, channel)
        await act(w, card, "request.more", AINO, "assign", assignee="queue")
        assert (await only(w)).state is State.OPEN
        before = len(await told(w, thread, channel))
        await writes(w, thread, DEAL, channel=channel)

        assert len(await told(w, thread, channel)) == before
        assert acts(await only(w))[-1] is Act.TOLD


async def test_a_mention_works_all_the_same(tmp_path: Path) -> None:
    """In a channel: answered there, and the desk reads it as beside the request; it stays whose it was."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, "CCYBER")
        before = len(await told(w, thread))
        await w.mention("CCYBER", "UACME", DEAL, thread=thread, team=ACME)
        await w.settle()
        await writes(w, thread, "And here I am again")
        request = await only(w)

        assert len(await told(w, thread)) == before + 1
        assert [(one.act, one.is_aside) for one in request.history[-2:]] == [(Act.TOLD, True), (Act.TOLD, False)]
        assert DEAL in "\n".join(await story(w, card))
        assert request.state is State.TAKEN


async def test_a_mention_that_the_bot_does_not_understand_is_for_the_desk(tmp_path: Path) -> None:
    """Whoever looks after it reads it, and the bot does not say "I don't know" beside them."""
    async with request_world(tmp_path) as w:
        thread, _ = await _taken(w, "CCYBER")
        before = len(await told(w, thread))
        await w.mention("CCYBER", "UACME", ELEPHANTS, thread=thread, team=ACME)
        await w.settle()

        assert len(await told(w, thread)) == before
        assert (await only(w)).history[-1].is_aside is False


async def test_elsewhere_in_the_channel_the_bot_works_as_ever(tmp_path: Path) -> None:
    """Only that thread is people's."""
    async with request_world(tmp_path) as w:
        await _taken(w, "CCYBER")
        ts = await w.mention("CCYBER", "UACME", DEAL, team=ACME)

        assert len(await w.replies("CCYBER", ts)) == 1
        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN]


async def test_strangers_who_write_in_the_thread_are_not_the_partner(tmp_path: Path) -> None:
    """Somebody of another organisation: nothing is copied, and nobody owes them a reply."""
    async with request_world(tmp_path) as w:
        thread, _ = await _taken(w, "CCYBER")
        before = len(await told(w, thread))
        await writes(w, thread, "We have that too", user="UBOREAL", team="TBOREAL")

        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN]
        assert len(await told(w, thread)) == before


async def test_a_colleague_who_writes_there_is_the_partner_as_well(tmp_path: Path) -> None:
    """Their words are the organisation's."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, "CCYBER")
        await writes(w, thread, "It is the Nordwind account", user="UACME2")
        request = await only(w)

        assert acts(request)[-1] is Act.TOLD
        assert "<@UACME2> wrote:\n&gt; It is the Nordwind account" in "\n".join(await story(w, card))


async def test_staff_who_write_in_the_partners_thread_are_heard_as_staff(tmp_path: Path) -> None:
    """That is the reply; before anybody has it, it takes it, and the bot says that it keeps silent."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w)
        await writes(w, thread, "I will look into that", user=AINO, team=TEAM)
        request = await only(w)

        assert acts(request) == [Act.ASKED, Act.TAKEN, Act.WROTE]
        assert request.state is State.WAITING
        assert sum("I keep silent in this thread" in text for text in await told(w, thread)) == 1


# After that


@pytest.mark.parametrize("end", ["resolve", "dismiss"])
async def test_after_its_end_the_bot_is_asked_by_a_mention(tmp_path: Path, end: str) -> None:
    """As ever; the request stays closed."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, "CCYBER")
        await _ended(w, card, end)
        before = len(await told(w, thread))
        await w.mention("CCYBER", "UACME", DEAL, thread=thread, team=ACME)
        await w.settle()

        assert len(await told(w, thread)) == before + 1
        assert (await only(w)).is_closed


@pytest.mark.parametrize("channel", PLACES)
async def test_after_the_time_for_a_reply_it_is_a_question_to_the_bot(tmp_path: Path, channel: str) -> None:
    """Two weeks, where the desk file does not say; until then it opens the request again."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, channel)
        await _ended(w, card, "resolve")
        closed_at = (await only(w)).closed_at
        assert closed_at is not None
        await pass_to(w, closed_at + timedelta(days=15))
        before = len(await told(w, thread, channel))
        await writes(w, thread, DEAL, channel=channel)

        assert len(await told(w, thread, channel)) == before + 1
        assert (await only(w)).is_closed


@pytest.mark.parametrize("channel", PLACES)
async def test_what_was_no_request_is_the_bots_again(tmp_path: Path, channel: str) -> None:
    """The desk has said that it is none of its business: what is written there next does not fall between chairs."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, channel)
        await _ended(w, card, "dismiss")
        before = len(await told(w, thread, channel))
        await writes(w, thread, DEAL, channel=channel)

        assert len(await told(w, thread, channel)) == before + 1
        assert (await only(w)).state is State.DISMISSED


async def _ended(w: World, card: StubMessage, end: str) -> None:
    if end == "resolve":
        await act(w, card, "request.resolve", AINO, reason="answered")
    else:
        await act(w, card, "request.more", AINO, "dismiss")


# Edits and deletions


@pytest.mark.parametrize("channel", ["COPEN", "D1"])
async def test_an_edit_in_the_thread_reaches_the_desk(tmp_path: Path, channel: str) -> None:
    """However late; as it reads now, below what it was. It counts as one message, and the bot says nothing to it."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, channel)
        ts = await writes(w, thread, "It is invoice 4711", channel=channel)
        before = await told(w, thread, channel)
        await w.edit(channel, "UACME", ts, "It is invoice 4712", after=3000, team=ACME)
        lines = "\n".join(await story(w, card))

        assert 0 < lines.find("invoice 4711") < lines.find("invoice 4712")
        assert await told(w, thread, channel) == before
        assert "1 more message of yours" in await status(w)


@pytest.mark.parametrize("channel", PLACES)
async def test_an_edit_of_the_question_itself_reaches_the_desk(tmp_path: Path, channel: str) -> None:
    """The bot, which had answered it, says nothing more in a thread that somebody has."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, channel)
        before = len(await told(w, thread, channel))
        mention = "" if channel == "D1" else "<@U0BOT> "
        await w.edit(channel, "UACME", thread, f"{mention}How long does the trial last for 30 seats?", team=ACME)

        assert "for 30 seats" in "\n".join(await story(w, card))
        assert len(await told(w, thread, channel)) == before


@pytest.mark.parametrize("channel", PLACES)
async def test_an_edit_of_the_words_that_asked_for_a_person(tmp_path: Path, channel: str) -> None:
    """It is sent, and stays; whoever looks after it reads what it says by now."""
    async with request_world(tmp_path) as w:
        thread = await asked_in_words(w, channel=channel)
        (card,) = await cards(w)
        before = await told(w, thread, channel)
        mention = "" if channel == "D1" else "<@U0BOT> "
        await w.edit(channel, "UACME", thread, f"{mention}I want to speak to a person about invoice 12", team=ACME)

        assert "invoice 12" in "\n".join(await story(w, card))
        assert len(await told(w, thread, channel)) == len(before)


@pytest.mark.parametrize("channel", PLACES)
async def test_a_deleted_message_is_taken_back(tmp_path: Path, channel: str) -> None:
    """Its line below the card goes, and its words in the database; the rest stays."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, channel)
        ts = await writes(w, thread, "My password is hunter2", channel=channel)
        await writes(w, thread, "It does not work", channel=channel)
        await w.delete(channel, "UACME", ts)
        lines = "\n".join(await story(w, card))
        request = await only(w)

        assert "hunter2" not in lines
        assert "It does not work" in lines
        assert "hunter2" not in repr(request)
        assert len(await stored(w)) == 1


async def test_a_message_deleted_after_its_edit_is_gone_in_both_forms(tmp_path: Path) -> None:
    """Both lines go."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, "CCYBER")
        ts = await writes(w, thread, "My password is hunter2")
        await w.edit("CCYBER", "UACME", ts, "My password is hunter3", team=ACME)
        await w.delete("CCYBER", "UACME", ts)

        assert "hunter" not in "\n".join(await story(w, card))
        assert "hunter" not in repr(await only(w))
        assert "hunter" not in words_on(w.slack.message(card.channel, card.ts))
