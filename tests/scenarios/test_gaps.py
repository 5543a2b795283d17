"""What the knowledge lacks is noted as people talk: once for each miss, and gone with what it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.store.tables import gap, vote
from tests.scenarios.world import World, world
from tests.stub_slack import BOT_USER, StubMessage

TRIAL = "How long does the extended trial last?"
BOTH = "How do I register a deal? And can customers pay by invoice?"
UNKNOWN = "How do I squash three commits in Git?"


async def _gaps(w: World) -> list[dict[str, Any]]:
    return sorted(await w.rows(gap), key=lambda row: int(row["number"]))


async def _noted(w: World) -> list[tuple[str, str, str, str]]:
    """Kind, language, question and entry of each gap."""
    return [(row["kind"], row["language"], row["text"], row["entry"]) for row in await _gaps(w)]


async def _answer(w: World, text: str = TRIAL) -> StubMessage:
    return await w.only("CCYBER", await w.mention("CCYBER", "U1", text))


# What the bot does not know


async def test_a_question_that_is_not_known_is_noted(tmp_path: Path) -> None:
    """In its words, without the mention; with who asked, where, in which programme."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", UNKNOWN)
        await w.replies("CCYBER", ts)
        (row,) = await _gaps(w)

        assert await _noted(w) == [("fallback", "en", UNKNOWN, "")]
        assert (row["user"], row["channel"], row["ts"], row["programme"]) == ("U1", "CCYBER", ts, "cyberday")


async def test_what_is_known_is_no_gap(tmp_path: Path) -> None:
    """An answer, choices, small talk, a report: each does what it should."""
    async with world(tmp_path) as w:
        for text in (
            TRIAL,
            BOTH,
            "Hello!",
            "I want to speak to a person",
            "I would like to report a translation error",
        ):
            await w.mention("CCYBER", "U1", text)

        assert await _noted(w) == []


async def test_what_says_why_it_is_no_answer_is_no_gap(tmp_path: Path) -> None:
    """Another language, more than is read: nothing that an entry would mend."""
    async with world(tmp_path) as w:
        foreign = await w.mention("CCYBER", "U1", "¿Cuánto tiempo dura el período de prueba para nuestros clientes?")
        long = await w.mention("CCYBER", "U1", "asdf qwer " * 500)
        said = [*await w.replies("CCYBER", foreign), *await w.replies("CCYBER", long)]

        assert len(said) == 2
        assert await _noted(w) == []


async def test_what_the_bot_overhears_is_not_noted(tmp_path: Path) -> None:
    """It has said nothing, so nobody has missed an answer."""
    async with world(tmp_path) as w:
        await w.write("COPEN", "U7", UNKNOWN, team="TACME")

        assert await w.counted("unsaid:fallback") == 1
        assert await _noted(w) == []


async def test_each_miss_is_one_row(tmp_path: Path) -> None:
    """Two questions in a thread are two; a message that Slack delivers twice is one."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", UNKNOWN)
        await w.replies("CCYBER", ts)
        await w.write("CCYBER", "U1", "And where can I buy a bicycle in Helsinki?", thread=ts)

        assert [text for _, _, text, _ in await _noted(w)] == [UNKNOWN, "And where can I buy a bicycle in Helsinki?"]


async def test_an_edit_is_what_was_asked(tmp_path: Path) -> None:
    """A question put otherwise is noted otherwise; one that is answered at last is no gap any more."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", UNKNOWN)
        await w.replies("CCYBER", ts)
        await w.edit("CCYBER", "U1", ts, f"<@{BOT_USER}> How do I squash four commits in Mercurial?")
        edited = await _noted(w)
        await w.edit("CCYBER", "U1", ts, f"<@{BOT_USER}> {TRIAL}")
        (answer,) = await w.replies("CCYBER", ts)

        assert [text for _, _, text, _ in edited] == ["How do I squash four commits in Mercurial?"]
        assert "30 days" in answer
        assert await _noted(w) == []


async def test_a_deleted_question_is_forgotten(tmp_path: Path) -> None:
    """Also what was noted of the vote on its answer."""
    async with world(tmp_path) as w:
        unknown = await w.mention("CCYBER", "U1", UNKNOWN)
        await w.replies("CCYBER", unknown)
        known = await w.mention("CCYBER", "U1", TRIAL)
        await w.press(await w.only("CCYBER", known), "answer.unhelpful", "U1")
        before = await _noted(w)
        for ts in (unknown, known):
            await w.delete("CCYBER", "U1", ts)

        assert [kind for kind, *_ in before] == ["fallback", "unhelpful"]
        assert await _noted(w) == []


# None of these


async def test_none_of_the_choices_is_noted(tmp_path: Path) -> None:
    """With the question that they were offered for; by a click once, however often it is clicked."""
    async with world(tmp_path) as w:
        message = await _answer(w, BOTH)
        await w.press(message, "choice.none", "U1")
        await w.settle()

        assert await _noted(w) == [("none", "en", BOTH, "")]


async def test_zero_is_none_of_these_as_well(tmp_path: Path) -> None:
    """Typed in the thread."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", BOTH)
        await w.replies("CCYBER", ts)
        await w.write("CCYBER", "U1", "0", thread=ts)

        assert await _noted(w) == [("none", "en", BOTH, "")]


async def test_a_bystander_misses_nothing(tmp_path: Path) -> None:
    """Whoever did not ask is shown what their click leads to, alone."""
    async with world(tmp_path) as w:
        await w.press(await _answer(w, BOTH), "choice.none", "U2")

        assert await _noted(w) == []


# Votes


async def test_an_unhelpful_vote_is_noted_with_the_question(tmp_path: Path) -> None:
    """And with what was answered; the asker's, whoever votes."""
    async with world(tmp_path) as w:
        message = await _answer(w)
        await w.press(message, "answer.unhelpful", "U2")
        (row,) = await _gaps(w)

        assert await _noted(w) == [("unhelpful", "en", TRIAL, "cyberday.trial-length")]
        assert (row["user"], row["ts"]) == ("U1", message.ts)


async def test_a_vote_that_is_taken_back_is_forgotten(tmp_path: Path) -> None:
    """Once nobody finds the answer unhelpful any more; and it may be given again."""
    async with world(tmp_path) as w:
        message = await _answer(w)
        noted = []
        for user, control in (("U1", "unhelpful"), ("U2", "unhelpful"), ("U1", "helpful"), ("U2", "helpful")):
            await w.press(message, f"answer.{control}", user)
            noted.append(len(await _noted(w)))
        await w.press(message, "answer.unhelpful", "U1")

        assert noted == [1, 1, 1, 0]
        assert len(await _noted(w)) == 1
        assert len(await w.rows(vote)) == 2


async def test_a_helpful_vote_is_no_gap(tmp_path: Path) -> None:
    """It says that nothing is missing."""
    async with world(tmp_path) as w:
        await w.press(await _answer(w), "answer.helpful", "U1")

        assert await _noted(w) == []


async def test_a_vote_on_an_earlier_answer_names_its_entry(tmp_path: Path) -> None:
    """The thread holds its last question alone; what was asked before that is told by the entry's title."""
    async with world(tmp_path) as w:
        message = await _answer(w)
        await w.write("CCYBER", "U1", "How do I register a deal?", thread=message.thread_ts)
        await w.replies("CCYBER", message.thread_ts or "")
        await w.press(message, "answer.unhelpful", "U1")
        title = w.desk.services.editions.current.knowledge.entry("cyberday.trial-length").texts["en"].title

        assert await _noted(w) == [("unhelpful", "en", title, "cyberday.trial-length")]


async def test_a_vote_after_another_language_is_about_the_question_as_it_was_asked(tmp_path: Path) -> None:
    """The answer is read in Finnish by now; the words that found it are French."""
    async with world(tmp_path) as w:
        question = "Combien de temps dure l'essai prolongé ?"
        message = await _answer(w, question)
        await w.press(message, "answer.more", "U1", "fi")
        await w.press(await w.only("CCYBER", message.thread_ts or ""), "answer.unhelpful", "U1")

        assert await _noted(w) == [("unhelpful", "fr", question, "cyberday.trial-length")]
