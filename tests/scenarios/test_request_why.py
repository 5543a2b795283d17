"""Why the bot has answered so: for staff, from a card or from its own message; and what it should have answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.gap import Regression
from bot.model import PersonId
from bot.store import regressions
from tests.payloads import Forged
from tests.scenarios.report_desk import field, held, words_in
from tests.scenarios.request_desk import (
    AINO,
    JEAN,
    TRIAL,
    UNKNOWN,
    act,
    asked_in_words,
    cards,
    deeds,
    handed_over,
    opened,
    opened_by,
    request_world,
)
from tests.scenarios.world import World, options
from tests.stub_slack import TEAM, StubMessage

STAFF_ALONE = "Only the people of the desk can do this."
GONE = "I have kept nothing of this message: it is too old, or was deleted. Please write your question again."


async def _cases(w: World) -> list[Regression]:
    await w.settle()
    return await w.desk.database.read(lambda conn: regressions.listed(conn, w.desk.services.workspace))


async def _answer(w: World, text: str = TRIAL) -> StubMessage:
    ts = await w.mention("CCYBER", "UACME", text, team="TACME")
    await w.settle()
    return w.slack.messages("CCYBER", thread=ts)[0]


async def test_from_the_card(tmp_path: Path) -> None:
    """The language that was read, what was weighed, the phrasing that was nearest; the question as it would be kept."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        form = await opened(w, card, "request.more", AINO, "why")
        words = words_in(form.view["blocks"])

        assert "Language read: English, by its words" in words
        assert "Candidates: Length of a trial (100%)" in words
        assert "Nearest phrasing: How long does a trial last?" in words
        assert held(form, "text") == TRIAL
        assert len(w.slack.opened) == 1


async def test_from_a_message_of_the_bot(tmp_path: Path) -> None:
    """By the message's menu, also where nobody has asked for a person."""
    async with request_world(tmp_path) as w:
        message = await _answer(w)
        form = await opened_by(w, w.message_shortcut("answer.why", AINO, message))

        assert "Candidates: Length of a trial (100%)" in words_in(form.view["blocks"])
        assert held(form, "text") == TRIAL
        assert len(w.slack.ephemerals) == 0


@pytest.mark.parametrize(
    ("user", "team"), [("UACME", "TACME"), ("U2", TEAM), (AINO, "TACME")], ids=["asker", "member", "namesake"]
)
async def test_nobody_else_is_told(tmp_path: Path, user: str, team: str) -> None:
    """The form says so, and nothing of the question."""
    async with request_world(tmp_path) as w:
        message = await _answer(w)
        form = await opened_by(w, w.message_shortcut("answer.why", user, message, team=team))

        assert words_in(form.view["blocks"]) == STAFF_ALONE
        assert TRIAL not in str(form.view)
        assert [(one.act, one.is_allowed) for one in await deeds(w)] == [("answer.why", False)]


async def test_a_message_that_is_none_of_ours(tmp_path: Path) -> None:
    """Of it nothing is known, and that is said."""
    async with request_world(tmp_path) as w:
        said = w.say("CCYBER", "UACME", TRIAL, team="TACME")
        form = await opened_by(w, w.message_shortcut("answer.why", AINO, said))

        assert words_in(form.view["blocks"]) == GONE


async def test_a_question_without_words(tmp_path: Path) -> None:
    """There is nothing to explain; what it should have been can be written all the same."""
    async with request_world(tmp_path) as w:
        await w.mention("CCYBER", "UACME", "", team="TACME", files=["F1"])
        await w.settle()
        message = w.slack.messages("CCYBER")[0]
        form = await opened_by(w, w.message_shortcut("answer.why", AINO, message))

        assert "What led to this answer is no longer known." in words_in(form.view["blocks"])


# Should be


async def test_what_it_should_have_been_is_a_case(tmp_path: Path) -> None:
    """In the question's language and programme, with what was answered; who says so, and whose question it was."""
    async with request_world(tmp_path) as w:
        await handed_over(w, UNKNOWN)
        (card,) = await cards(w)
        form = await opened(w, card, "request.more", JEAN, "why")
        assert await w.fill(form, JEAN, expected="cyberday.pay-invoice") == {}
        (case,) = await _cases(w)

        assert (case.text, case.expected, case.got) == (UNKNOWN, "cyberday.pay-invoice", "choices")
        assert (case.language, case.programme) == ("en", "cyberday")
        assert (case.by, case.asker) == (PersonId(TEAM, JEAN), PersonId("TACME", "UACME"))


async def test_from_the_shortcut_too(tmp_path: Path) -> None:
    """Of the bot's message it is known what it was and who had asked."""
    async with request_world(tmp_path) as w:
        message = await _answer(w, "Wie lange dauert die verlängerte Testphase?")
        form = await opened_by(w, w.message_shortcut("answer.why", AINO, message))
        assert await w.fill(form, AINO, expected="fallback", text="Wie lange dauert sie?") == {}
        (case,) = await _cases(w)

        assert (case.text, case.expected, case.got) == ("Wie lange dauert sie?", "fallback", "cyberday.trial-length")
        assert (case.language, case.asker) == ("de", PersonId("TACME", "UACME"))


async def test_every_entry_can_be_chosen(tmp_path: Path) -> None:
    """By programme, and that it should not have known."""
    async with request_world(tmp_path) as w:
        form = await opened_by(w, w.message_shortcut("answer.why", AINO, await _answer(w)))
        offered = [one["value"] for one in options(field(form, "expected")["element"])]
        entries = [entry.id for entry in w.desk.services.editions.current.knowledge.entries()]

        assert offered[0] == "fallback"
        assert set(offered[1:]) == {id_ for id_ in entries if not id_.startswith("action.")}


async def test_a_look_alone_writes_nothing(tmp_path: Path) -> None:
    """Where nothing was chosen the form only closes."""
    async with request_world(tmp_path) as w:
        form = await opened_by(w, w.message_shortcut("answer.why", AINO, await _answer(w)))
        assert await w.fill(form, AINO) == {}

        assert await _cases(w) == []


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"expected": Forged("cyberday.nothing")}, {"expected": "Please choose from the list."}),
        ({"expected": Forged("<!channel>")}, {"expected": "Please choose from the list."}),
        ({"expected": "fallback", "text": None}, {"text": "Please write the question."}),
        ({"expected": "fallback", "text": "  "}, {"text": "Please write the question."}),
    ],
)
async def test_what_is_no_case(tmp_path: Path, fields: dict[str, str], errors: dict[str, str]) -> None:
    """The form says why and stays open."""
    async with request_world(tmp_path) as w:
        form = await opened_by(w, w.message_shortcut("answer.why", AINO, await _answer(w)))

        assert await w.fill(form, AINO, **fields) == errors
        assert await _cases(w) == []


async def test_a_case_is_written_once(tmp_path: Path) -> None:
    """However often the form is delivered."""
    async with request_world(tmp_path) as w:
        form = await opened_by(w, w.message_shortcut("answer.why", AINO, await _answer(w)))
        assert [await w.fill(form, AINO, expected="fallback") for _ in range(3)] == [{}, {}, {}]

        assert len(await _cases(w)) == 1


async def test_nobody_else_writes_one(tmp_path: Path) -> None:
    """By a form that staff have opened."""
    async with request_world(tmp_path) as w:
        form = await opened_by(w, w.message_shortcut("answer.why", AINO, await _answer(w)))
        errors = await w.fill(form, AINO, team="TACME", expected="fallback")

        assert list(errors.values()) == [STAFF_ALONE]
        assert await _cases(w) == []
        assert [(one.who.team, one.act, one.is_allowed) for one in await deeds(w)] == [
            ("TACME", "request.explaining", False)
        ]


async def test_each_reads_it_in_their_own_language(tmp_path: Path) -> None:
    """Titles and words; the question stays as it was asked."""
    async with request_world(tmp_path) as w:
        await w.open_home(JEAN)
        assert await w.press_at_home(JEAN, "home.language", "fr") == 200
        form = await opened_by(w, w.message_shortcut("answer.why", JEAN, await _answer(w)))
        words = words_in(form.view["blocks"])

        assert "Durée d" in words
        assert held(form, "text") == TRIAL


async def test_of_a_request_without_an_answer(tmp_path: Path) -> None:
    """Somebody has asked for a person at once: the words are read all the same."""
    async with request_world(tmp_path) as w:
        await asked_in_words(w)
        (card,) = await cards(w)
        form = await opened(w, card, "request.more", AINO, "why")
        assert await w.fill(form, AINO, expected="fallback") == {}
        (case,) = await _cases(w)

        assert case.got == ""


async def test_of_a_request_that_is_over(tmp_path: Path) -> None:
    """A form that was open is still taken: it is about what was asked."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        form = await opened(w, card, "request.more", AINO, "why")
        await act(w, card, "request.resolve", AINO, reason="done")
        assert await w.fill(form, AINO, expected="fallback") == {}

        assert len(await _cases(w)) == 1
