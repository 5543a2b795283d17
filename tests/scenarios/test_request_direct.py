"""Requests in direct messages: the thread is people's, and what is written at the top is a question to the bot."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.request import Act, State
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    TRIAL,
    act,
    acts,
    asked_in_words,
    cards,
    handed_over,
    only,
    reply,
    request_world,
    stored,
    story,
    told,
)
from tests.scenarios.world import World
from tests.stub_slack import StubMessage

DEAL = "How do I register a deal?"
ELEPHANTS = "Purple elephants dance on the roof"
ADDED = "I have added your message to REQ-1."


async def _open(w: World) -> tuple[str, StubMessage]:
    """A request in a direct message that nobody has yet: its thread, and the card."""
    thread = await handed_over(w, channel="D1")
    (card,) = await cards(w)
    return thread, card


async def _taken(w: World) -> tuple[str, StubMessage]:
    """One that somebody looks after."""
    thread, card = await _open(w)
    await act(w, card, "request.take", AINO)
    return thread, card


async def _at_the_top(w: World, text: str, *, files: tuple[str, ...] = ()) -> str:
    """The partner writes outside of any thread; the ts of the message."""
    ts = await w.direct("D1", "UACME", text, team=ACME, files=files)
    await w.settle()
    return ts


async def test_what_the_bot_knows_is_answered(tmp_path: Path) -> None:
    """Below that message; and the desk reads it beside the request, for it may belong to it."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        before = len(await told(w, thread, "D1"))
        ts = await _at_the_top(w, DEAL)
        request = await only(w)

        assert len(await told(w, ts, "D1")) == 1
        assert len(await told(w, thread, "D1")) == before
        assert (request.history[-1].act, request.history[-1].is_aside) == (Act.TOLD, True)
        assert any("no reply is owed" in line and DEAL in line for line in await story(w, card))


@pytest.mark.parametrize("is_taken", [False, True])
@pytest.mark.parametrize("text", [ELEPHANTS, "It says error 500 when I log in as the auditor", "7"])
async def test_what_it_does_not_understand_is_added_to_the_request(
    tmp_path: Path, text: str, *, is_taken: bool
) -> None:
    """It says so in the request's thread, so that the partner knows; and nothing below the message."""
    async with request_world(tmp_path) as w:
        thread, card = await (_taken(w) if is_taken else _open(w))
        before = len(await told(w, thread, "D1"))
        ts = await _at_the_top(w, text)
        request = await only(w)

        assert (await told(w, thread, "D1"))[before:] == [ADDED]
        assert await told(w, ts, "D1") == []
        assert (request.history[-1].act, request.history[-1].is_aside) == (Act.TOLD, False)
        assert text in "\n".join(await story(w, card))


@pytest.mark.parametrize("is_taken", [False, True])
async def test_a_picture_alone_is_added_too(tmp_path: Path, *, is_taken: bool) -> None:
    """Phones send it at the top; nobody is asked what it is about."""
    async with request_world(tmp_path) as w:
        thread, card = await (_taken(w) if is_taken else _open(w))
        ts = await _at_the_top(w, "", files=("F1",))

        assert (await told(w, thread, "D1"))[-1] == ADDED
        assert await told(w, ts, "D1") == []
        assert len(w.slack.shared("CSUPPORT", card.ts)) == 1
        assert [one.id for one in (await only(w)).files] == ["F1"]


async def test_several_pictures_at_once_are_all_added(tmp_path: Path) -> None:
    """Each a message of its own, as phones send them."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        for n in range(3):
            await w.direct("D1", "UACME", "", team=ACME, files=[f"F{n}"])
        await w.settle()

        assert len(w.slack.shared("CSUPPORT", card.ts)) == 3
        assert len(await stored(w)) == 1


@pytest.mark.parametrize("text", ["Thanks!", "kiitos Aino", "Merci, bonne journée !", ":+1:"])
async def test_thanks_at_the_top_are_for_whoever_has_it(tmp_path: Path, text: str) -> None:
    """The bot does not take them for its own; they ask for nothing, so nobody is called."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await reply(w, card, AINO, "Thirty days.")
        before = len(await told(w, thread, "D1")), len(await story(w, card))
        ts = await _at_the_top(w, text)
        request = await only(w)

        assert await told(w, ts, "D1") == []
        assert (request.state, request.history[-1].is_aside) == (State.WAITING, True)
        assert (len(await told(w, thread, "D1")), len(await story(w, card))) == (before[0], before[1] + 1)


async def test_thanks_before_somebody_has_it_are_the_bots(tmp_path: Path) -> None:
    """They are for its answer."""
    async with request_world(tmp_path) as w:
        await _open(w)
        ts = await _at_the_top(w, "Thanks!")

        assert len(await told(w, ts, "D1")) == 1


@pytest.mark.parametrize("text", ["Hello", "status", "help", "auf Deutsch bitte"])
async def test_what_else_the_bot_can_do_works_as_ever(tmp_path: Path, text: str) -> None:
    """Small talk, status, help, another language."""
    async with request_world(tmp_path) as w:
        await _taken(w)
        ts = await _at_the_top(w, text)

        assert len(await told(w, ts, "D1")) == 1


async def test_asked_for_a_person_at_the_top_it_is_another_request(tmp_path: Path) -> None:
    """It is another thread; a matter of its own, which nobody loses among the words of the first."""
    async with request_world(tmp_path) as w:
        await _taken(w)
        ts = await asked_in_words(w, channel="D1")

        assert [one.thread_ts == ts for one in await stored(w)] == [False, True]


async def test_a_question_that_goes_on_there_reaches_the_desk_as_well(tmp_path: Path) -> None:
    """The bot asks back, and the partner answers it at the top: the desk reads both."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        first = await _at_the_top(w, "When does my trial end?")
        await _at_the_top(w, "It began on 16 November 2026")
        lines = "\n".join(await story(w, card))

        assert len(await told(w, first, "D1")) == 2
        assert "When does my trial end?" in lines
        assert "16 November" in lines


async def test_a_number_at_the_top_does_not_choose_in_the_silent_thread(tmp_path: Path) -> None:
    """Choices that stand in a thread which somebody has are over: the bot says nothing there."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w, "How does the licence thing work?", channel="D1")
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        before = len(await told(w, thread, "D1"))
        await _at_the_top(w, "1")

        assert (await told(w, thread, "D1"))[before:] == [ADDED]


@pytest.mark.parametrize("after", [20, 3000])
async def test_an_edit_of_what_was_added_reaches_the_desk(tmp_path: Path, after: float) -> None:
    """As it reads now; the bot does not answer it as if it were new."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        ts = await _at_the_top(w, ELEPHANTS)
        before = len(await told(w, thread, "D1"))
        await w.edit("D1", "UACME", ts, "Pink elephants dance on the roof", after=after, team=ACME)

        assert "Pink elephants" in "\n".join(await story(w, card))
        assert await told(w, ts, "D1") == []
        assert len(await told(w, thread, "D1")) == before


async def test_what_was_added_can_be_deleted(tmp_path: Path) -> None:
    """Its line below the card goes."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        ts = await _at_the_top(w, ELEPHANTS)
        await w.delete("D1", "UACME", ts)

        assert "elephants" not in "\n".join(await story(w, card))
        assert "elephants" not in repr(await only(w))


async def test_after_its_end_the_top_is_the_bots_alone(tmp_path: Path) -> None:
    """What it does not understand it says so of; nothing is added to what is closed."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        await act(w, card, "request.resolve", AINO, reason="answered")
        ts = await _at_the_top(w, ELEPHANTS)

        assert len(await told(w, ts, "D1")) == 1
        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN, Act.RESOLVED]


async def test_another_direct_message_is_another_persons(tmp_path: Path) -> None:
    """Nothing of it is added to a request in somebody else's."""
    async with request_world(tmp_path) as w:
        await _taken(w)
        await w.direct("D2", "UACME2", ELEPHANTS, team=ACME)
        await w.settle()

        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN]


async def test_of_two_requests_the_newest_is_added_to(tmp_path: Path) -> None:
    """It is what the partner is at."""
    async with request_world(tmp_path) as w:
        await _taken(w)
        await asked_in_words(w, channel="D1")
        await _at_the_top(w, ELEPHANTS)
        first, second = await stored(w)

        assert [one.words for one in second.history] == ["", ELEPHANTS]
        assert ELEPHANTS not in [one.words for one in first.history]


async def test_a_question_about_ones_data_is_nobody_elses(tmp_path: Path) -> None:
    """What somebody asks the bot of what it keeps of them is not copied."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        await _at_the_top(w, "Delete my data")

        assert "Delete my data" not in "\n".join(await story(w, card))
        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN]


async def test_the_first_question_and_the_request_are_one_thread(tmp_path: Path) -> None:
    """Also where a partner writes for the first time; what the bot is for is told once."""
    async with request_world(tmp_path) as w:
        thread, _ = await _open(w)
        said = await told(w, thread, "D1")

        assert sum("I answer questions on the partner programme" in text for text in said) == 1
        assert (await only(w)).question == TRIAL
