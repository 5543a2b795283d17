"""Asking for a person: the card in the support channel, and what the partner is told."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.request import Act
from bot.store.tables import request
from tests.scenarios.report_desk import words_on
from tests.scenarios.request_desk import acts, cards, only, story
from tests.scenarios.world import DESK_WITHOUT_SUPPORT, World, actions, shown, world
from tests.stub_slack import StubMessage

TRIAL = "How long does the extended trial last?"


async def _answer(w: World, text: str = TRIAL) -> tuple[str, StubMessage]:
    ts = await w.mention("CCYBER", "UACME", text, team="TACME")
    return ts, await w.only("CCYBER", ts)


async def test_the_question_goes_to_the_support_channel(tmp_path: Path) -> None:
    """The card names who asks, their organisation and language, the question, what the bot said, and where."""
    async with world(tmp_path) as w:
        ts, message = await _answer(w)
        await w.press(message, "human.ask", "UACME", team="TACME")
        said = await w.replies("CCYBER", ts)
        (card,) = await cards(w)
        words = words_on(card)

        assert "REQ-1" in said[1]
        assert "*REQ-1* · in the queue" in words
        assert "<@UACME> · Acme &amp; &lt;!channel&gt; &lt;Co&gt; · English · Cyberday partner programme" in words
        assert TRIAL in words
        assert "30 days" in words
        assert f"p{ts.replace('.', '')}|Open the thread>" in words


async def test_pressed_again_the_number_is_told_alone(tmp_path: Path) -> None:
    """By the same person and by others; there stays one card, and one word in the thread. The desk reads who asks."""
    async with world(tmp_path) as w:
        ts, message = await _answer(w)
        for user in ("UACME", "UACME", "U2"):
            await w.press(message, "human.ask", user)
            await w.settle()
            w.skip(timedelta(minutes=1))

        assert len(await w.replies("CCYBER", ts)) == 2
        assert [shown.text for shown in await w.whispers("UACME")] == ["A person has this question already: REQ-1."]
        assert [shown.text for shown in await w.whispers("U2")] == ["A person has this question already: REQ-1."]
        (card,) = await cards(w)
        assert [line for line in await story(w, card) if "asked for a person again" in line] == [
            f"REQ-1: From the partner: <@{user}> has asked for a person again." for user in ("UACME", "U2")
        ]
        assert acts(await only(w)) == [Act.ASKED, Act.ASKED_AGAIN, Act.ASKED_AGAIN]


async def test_a_double_click_is_one(tmp_path: Path) -> None:
    """However far the first half of it has come: the desk reads nothing of the second."""
    async with world(tmp_path) as w:
        _, message = await _answer(w)
        for _ in range(2):
            await w.press(message, "human.ask", "UACME", team="TACME")
            await w.settle()

        assert acts(await only(w)) == [Act.ASKED]
        assert len(await w.whispers("UACME")) == 1


async def test_two_people_at_once_make_one_request(tmp_path: Path) -> None:
    """One is told in the thread, the other alone."""
    async with world(tmp_path) as w:
        ts, message = await _answer(w)
        w.meet("CCYBER", "U2")
        await asyncio.gather(w.press(message, "human.ask", "UACME", team="TACME"), w.press(message, "human.ask", "U2"))

        assert len(await w.replies("CCYBER", ts)) == 2
        assert len(await cards(w)) == 1
        assert len(w.slack.ephemerals) == 1
        assert len(await w.rows(request)) == 1


async def test_requests_are_numbered(tmp_path: Path) -> None:
    """Each thread has its own number."""
    async with world(tmp_path) as w:
        for n in (1, 2):
            ts, message = await _answer(w)
            await w.press(message, "human.ask", "UACME", team="TACME")

            assert f"REQ-{n}" in (await w.replies("CCYBER", ts))[1]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("I want to speak to a person", "Your request: REQ-1"),
        ("Je voudrais parler à une personne", "Votre demande : REQ-1"),
        ("Ich möchte mit einem Menschen sprechen", "REQ-1"),
        ("Haluan puhua ihmisen kanssa", "REQ-1"),
    ],
)
async def test_a_person_is_asked_for_in_words(tmp_path: Path, text: str, number: str) -> None:
    """As by the button; for whoever has no buttons, and in each language."""
    async with world(tmp_path) as w:
        (said,) = await w.replies("CCYBER", await w.mention("CCYBER", "U1", text))
        (card,) = await cards(w)

        assert number in said
        assert text in words_on(card)
        assert "The bot answered" not in words_on(card)


async def test_asking_in_words_hands_over_the_question_before(tmp_path: Path) -> None:
    """Staff read what the person wanted to know and what the bot said to it, not "I want a person"."""
    async with world(tmp_path) as w:
        ts, _ = await _answer(w)
        await w.write("CCYBER", "UACME", "I want to speak to a person", thread=ts, team="TACME")
        await w.settle()
        (card,) = await cards(w)

        assert TRIAL in words_on(card)
        assert "30 days" in words_on(card)


async def test_thanks_and_language_do_not_replace_the_question(tmp_path: Path) -> None:
    """The card has the question though the person has said other things since."""
    async with world(tmp_path) as w:
        ts, message = await _answer(w)
        for text in ("thanks!", "auf Deutsch bitte"):
            await w.write("CCYBER", "UACME", text, thread=ts, team="TACME")
        await w.settle()
        await w.press(message, "human.ask", "UACME", team="TACME")
        await w.settle()
        (card,) = await cards(w)

        assert TRIAL in words_on(card)
        assert "auf Deutsch bitte" not in words_on(card)


async def test_what_the_bot_does_not_know_can_be_handed_over(tmp_path: Path) -> None:
    """An honest "I don't know" names the contact and offers a person."""
    async with world(tmp_path) as w:
        ts, message = await _answer(w, "What is the capital of France?")
        await w.press(message, "human.ask", "UACME", team="TACME")
        said = await w.replies("CCYBER", ts)

        assert said[0].startswith("I don’t know the answer")
        assert "celine@cyberday.ai" in said[0]
        assert "REQ-1" in said[1]


@pytest.mark.parametrize("text", [TRIAL, "I found a translation error", "What is the capital of France?"])
async def test_without_a_support_channel_there_is_no_button(tmp_path: Path, text: str) -> None:
    """The programme's contact stands in its place."""
    async with world(tmp_path, DESK_WITHOUT_SUPPORT) as w:
        _, message = await _answer(w, text)

        assert "human.ask" not in actions(message)
        assert "celine@cyberday.ai" in shown(message.blocks)


async def test_without_a_support_channel_asking_in_words_names_contacts(tmp_path: Path) -> None:
    """No number is promised."""
    async with world(tmp_path, DESK_WITHOUT_SUPPORT) as w:
        (said,) = await w.replies("CCYBER", await w.mention("CCYBER", "U1", "I want to speak to a person"))

        assert "celine@cyberday.ai" in said
        assert "REQ" not in said
        assert await w.rows(request) == []


@pytest.mark.parametrize(
    ("text", "expected", "more"),
    [
        ("I found a translation error", "translation", ["report.open"]),
        ("How do I book a support meeting?", "meeting", []),
        ("What is the status of my request?", "You have no request for a person that is open", []),
    ],
)
async def test_report_booking_and_status_share_one_road(
    tmp_path: Path, text: str, expected: str, more: list[str]
) -> None:
    """What is known of it, and a person; no control of a flow that is not there yet."""
    async with world(tmp_path) as w:
        ts, message = await _answer(w, text)
        shown_actions = actions(message)
        await w.press(message, "human.ask", "UACME", team="TACME")

        assert expected in message.text
        assert shown_actions == [*more, "human.ask", "answer.helpful", "answer.unhelpful", "answer.more"]
        assert "REQ-1" in (await w.replies("CCYBER", ts))[1]


async def test_a_thread_with_staff_can_still_be_handed_over(tmp_path: Path) -> None:
    """A click is no message: it is answered whoever has the floor."""
    async with world(tmp_path) as w:
        ts, message = await _answer(w)
        await w.write("CCYBER", "USTAFF", "Let me see", thread=ts)
        await w.settle()
        await w.press(message, "human.ask", "UACME", team="TACME")

        assert "REQ-1" in (await w.replies("CCYBER", ts))[1]
