"""A channel set to `answer: questions`: what a partner is told unasked, and what is only counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.tables import thread
from tests import payloads
from tests.scenarios.world import World, world

TRIAL = "How long does the extended trial last?"


async def _partner(w: World, text: str) -> list[str]:
    """What the bot says to a partner's top-level message."""
    return await w.replies("COPEN", await w.write("COPEN", "UACME", text, team="TACME"))


@pytest.mark.parametrize("text", [TRIAL, "How do I register a deal?"])
async def test_a_partners_question_is_answered_outright(tmp_path: Path, text: str) -> None:
    """A rule or an answer that is sure is posted in the question's thread."""
    async with world(tmp_path) as w:
        assert len(await _partner(w, text)) == 1
        assert await w.counted("unsaid:answer") == 0


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("How does the licence thing work?", None),
        ("Does anyone want to have lunch on Thursday?", None),
        ("hello everybody", "greeting"),
        ("thanks a lot!", "thanks"),
        ("Tell me a joke about penguins", None),
        ("I want to speak to a person", "human"),
        ("What can you do?", "help"),
    ],
)
async def test_everything_else_is_counted_and_not_said(tmp_path: Path, text: str, outcome: str | None) -> None:
    """Choices, "I don't know", greetings, thanks and jokes are not posted; each is counted, and no thread is kept."""
    async with world(tmp_path) as w:
        said = await _partner(w, text)
        kinds = ["choices", "fallback", "greeting", "thanks", "human", "help"]
        counts = {kind: await w.counted(f"unsaid:{kind}") for kind in kinds}

        assert said == []
        assert sum(counts.values()) == 1
        assert outcome is None or counts[outcome] == 1
        assert await w.rows(thread) == []


async def test_a_lone_picture_is_left_alone(tmp_path: Path) -> None:
    """Nobody has asked anything."""
    async with world(tmp_path) as w:
        w.meet("COPEN", "UACME", "TACME")
        await w.event(payloads.file_share("COPEN", "UACME", team="TACME"))
        await w.settle()

        assert w.slack.messages("COPEN") == []


@pytest.mark.parametrize(
    ("channel", "user", "team"),
    [("COPEN", "USTAFF", "T0HOME"), ("CANYONE", "U1", "T0HOME"), ("CANYONE", "U7", "TELSE")],
)
async def test_staff_and_people_of_no_partner_are_not_answered_unasked(
    tmp_path: Path, channel: str, user: str, team: str
) -> None:
    """Only partners are; a mention is answered to everybody."""
    async with world(tmp_path) as w:
        silent = await w.write(channel, user, TRIAL, team=team)
        asked = await w.mention(channel, user, TRIAL, team=team)

        assert await w.replies(channel, silent) == []
        assert len(await w.replies(channel, asked)) == 1


async def test_a_partner_is_known_by_its_team_in_any_such_channel(tmp_path: Path) -> None:
    """Acme's people are partners in a channel that is not Acme's too."""
    async with world(tmp_path) as w:
        ts = await w.write("CANYONE", "UACME", TRIAL, team="TACME")

        assert len(await w.replies("CANYONE", ts)) == 1


async def test_replies_in_other_threads_are_not_questions(tmp_path: Path) -> None:
    """Only what stands at the top of the channel is answered unasked."""
    async with world(tmp_path) as w:
        parent = w.say("COPEN", "UACME", "About our customer", team="TACME").ts
        await w.write("COPEN", "UACME", TRIAL, thread=parent, team="TACME")

        assert await w.replies("COPEN", parent) == []


async def test_a_question_to_somebody_else_is_not_answered(tmp_path: Path) -> None:
    """A question that mentions a colleague is the colleague's."""
    async with world(tmp_path) as w:
        assert await _partner(w, f"<@U2> {TRIAL}") == []


async def test_the_thread_goes_on_as_any_other(tmp_path: Path) -> None:
    """Once the bot has answered, the asker's follow-up in the thread is answered whatever it leads to."""
    async with world(tmp_path) as w:
        ts = await w.write("COPEN", "UACME", TRIAL, team="TACME")
        await w.replies("COPEN", ts)
        await w.write("COPEN", "UACME", "thanks a lot!", thread=ts, team="TACME")

        assert len(await w.replies("COPEN", ts)) == 2
