"""What becomes of a report, for whoever made it: results in their language, *Still wrong*, questions and answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Connection, delete

from bot.listeners.reports import kinds
from bot.report import PictureState, State
from bot.store.tables import job
from tests.scenarios.report_desk import (
    ACME,
    REPORT_DESK,
    WORDS,
    cards,
    form_from,
    lines,
    pictures,
    reply_of,
    report_world,
    reported,
    steps,
    stored,
    words_on,
    work_on,
)
from tests.scenarios.world import World, actions, world
from tests.stub_slack import TEAM, StubMessage

TRIAL = "How long does the extended trial last?"
IN_LANGUAGES: Final = {
    "fr": "Sur le bouton il est écrit « Abbruch », il faudrait « Abbrechen »",
    "en": "The German button says “Abbruch”, it should be “Abbrechen”",
    "de": "Auf dem Knopf steht „Abbruch“, richtig wäre „Abbrechen“",
    "fi": "Napissa lukee ”Abbruch”, pitäisi olla ”Abbrechen”",
}


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    """A desk that takes reports."""
    async with report_world(tmp_path) as one:
        yield one


async def _fixed(w: World, channel: str = "COPEN") -> tuple[str, StubMessage, StubMessage]:
    """A report of an organisation's, fixed: its thread, its card, and the message with its result."""
    thread = await reported(w, user="UACME", channel=channel, team=ACME)
    (card,) = await cards(w)
    await work_on(w, card, "report.fix", "UDE", final="Abbrechen!", words="Thank you")
    return thread, card, await w.last(channel, thread)


async def _complain(w: World, result: StubMessage, user: str, words: str | None, team: str = TEAM) -> None:
    await w.press(result, "report.wrong", user, team=team)
    await w.fill(w.slack.opened[-1], user, team=team, said=words)
    await w.settle()


# The result


async def test_what_a_result_holds(w: World) -> None:
    """Before and after, from when, the translator's words, and a way to say that it is still wrong."""
    thread, _, result = await _fixed(w)
    told = await reply_of(w, result)

    assert told.result["changes"] == [{"before": "Abbruch", "after": "Abbrechen!"}]
    assert (told.result["visible"], told.result["words"]) == ("now", "Thank you")
    assert actions(result) == ["report.wrong"]
    assert await steps(w, "COPEN", thread) == ["closed", "fixed"]


@pytest.mark.parametrize("language", IN_LANGUAGES)
async def test_every_message_is_in_the_reporters_language(w: World, language: str) -> None:
    """Status, question and result; the card is in the language of its channel, whatever anybody speaks."""
    thread = await w.mention("CCYBER", "U1", IN_LANGUAGES[language])
    draft = await w.last("CCYBER", thread)
    form = await form_from(w, draft, "U1")
    await w.fill(form, "U1", wrong="Abbruch", suggestion="Abbrechen", language="de")
    (card,) = await cards(w)
    await work_on(w, card, "report.ask", "UDE", question="Which page?")
    asked = [(await reply_of(w, one)).language for one in w.slack.messages("CCYBER", thread=thread)]
    await work_on(w, card, "report.fix", "UDE")
    await _complain(w, await w.last("CCYBER", thread), "U1", None)
    told = [(await reply_of(w, one)).language for one in w.slack.messages("CCYBER", thread=thread)]

    assert asked == [language] * 2
    assert told == [language] * 3
    assert "German" in words_on(card)
    assert f'"language":"{language}"' in w.slack.opened[-1].view["private_metadata"]


async def test_each_reporter_reads_it_in_their_own_language(w: World) -> None:
    """Two have reported the same, one in French and one in English."""
    threads = [
        await reported(w, "Le texte allemand « Abbruch » devrait être « Abbrechen »", user="U1"),
        await reported(w, WORDS, user="U2"),
    ]
    (card,) = await cards(w)
    await work_on(w, card, "report.fix", "UDE")
    told = [(await reply_of(w, await w.last("CCYBER", thread))).language for thread in threads]

    assert told == ["fr", "en"]


# Still wrong


@pytest.mark.parametrize(("user", "team"), [("UACME", ACME), ("UACME2", ACME), ("USTAFF", TEAM)])
async def test_still_wrong(w: World, user: str, team: str) -> None:
    """By the reporter, a colleague, or staff: it is open again, with their words, and whoever fixed it is called."""
    thread, card, result = await _fixed(w)
    await _complain(w, result, user, "Not on the phone", team)
    (report,) = await stored(w)
    last = (await lines(w, card))[-1]

    assert report.state is State.TAKEN
    assert last.startswith(f"TR-1: <@{user}> says that it is still wrong.\n&gt; Not on the phone <@UDE>")
    assert (actions(result), await steps(w, "COPEN", thread)) == ([], ["taken", "fixed"])
    assert (await reply_of(w, result)).result["reopened"] is True


@pytest.mark.parametrize(("user", "team"), [("UNORTH", "TBOREAL"), ("U9", TEAM), ("UFAR", "TUNKNOWN")])
async def test_still_wrong_by_somebody_else(w: World, user: str, team: str) -> None:
    """Another partner, a member, an outsider: no form opens, and they read why, alone."""
    _, card, result = await _fixed(w, "CCYBER")  # everybody in a partner's channel is taken for theirs
    forms = len(w.slack.opened)
    before = words_on(card)
    await w.press(result, "report.wrong", user, team=team)

    assert len(await w.whispers(user)) == 1
    assert (len(w.slack.opened), words_on(card)) == (forms, before)


async def test_still_wrong_without_words(w: World) -> None:
    """One press is enough."""
    _, card, result = await _fixed(w)
    await _complain(w, result, "UACME", None, ACME)

    assert "TR-1: <@UACME> says that it is still wrong." in (await lines(w, card))[-1]
    assert [one.state for one in await stored(w)] == [State.TAKEN]


async def test_still_wrong_when_a_translator_has_opened_it_already(w: World) -> None:
    """What they have to say is not lost: it stands below the card, and nothing else changes."""
    thread, card, result = await _fixed(w)
    await work_on(w, card, "report.reopen", "UDE2")
    await _complain(w, result, "UACME", "Not on the phone", ACME)
    (report,) = await stored(w)

    assert report.state is State.TAKEN
    assert "Not on the phone" in (await lines(w, card))[-1]
    assert await steps(w, "COPEN", thread) == ["taken", "fixed"]


async def test_two_say_so_at_once(w: World) -> None:
    """Both forms were open: the second reads that it is open again, and what they have typed stays."""
    _, card, result = await _fixed(w)
    for user in ("UACME", "UACME2"):
        await w.press(result, "report.wrong", user, team=ACME)
    first, second = w.slack.opened[-2:]
    said = [await w.fill(first, "UACME", team=ACME, said="No"), await w.fill(second, "UACME2", team=ACME, said="No")]
    told = await lines(w, card)

    assert [list(one) for one in said] == [[], ["said"]]
    assert len([line for line in told if "still wrong" in line]) == 1


async def test_it_is_closed_again(w: World) -> None:
    """The second result is a message of its own, with its own way to say so; the first says that it was opened."""
    thread, card, result = await _fixed(w)
    await _complain(w, result, "UACME", "No", ACME)
    await work_on(w, card, "report.more", "UDE", "reject", reason="intended", words="A term")
    second = await w.last("COPEN", thread)

    assert await steps(w, "COPEN", thread) == ["closed", "fixed", "rejected"]
    assert (actions(result), actions(second)) == ([], ["report.wrong"])


# Questions and answers


async def _asked(w: World, thread: str, card: StubMessage, channel: str = "CCYBER") -> StubMessage:
    await work_on(w, card, "report.ask", "UDE", question="Which page?")
    return await w.last(channel, thread)


async def _direct(w: World, user: str = "U1") -> tuple[str, StubMessage]:
    """A report by direct message: its thread, and its card."""
    ts = await w.direct("D1", user, WORDS)
    await w.settle()
    await w.press(w.slack.messages("D1", thread=ts)[0], "report.send", user)  # the last one bids them welcome
    (card,) = await cards(w)
    return ts, card


async def test_an_answer_at_the_top_of_a_direct_message(w: World) -> None:
    """People write where their cursor is: it is the answer all the same, and the question says so."""
    thread, card = await _direct(w)
    question = await _asked(w, thread, card, "D1")
    answer = await w.direct("D1", "U1", "On the settings page")

    assert "On the settings page" in (await lines(w, card))[-1]
    assert (await reply_of(w, question)).result["step"] == "answered"
    assert await w.replies("D1", answer) == []


async def test_a_new_question_of_theirs_is_not_swallowed(w: World) -> None:
    """While a translator waits, they ask something else: that is answered, and the translator's question stays."""
    thread, card = await _direct(w)
    question = await _asked(w, thread, card, "D1")
    asked = await w.direct("D1", "U1", TRIAL)
    answered = await w.replies("D1", asked)
    await w.direct("D1", "U1", "On the settings page", thread=thread)

    assert "30 days" in answered[0]
    assert "On the settings page" in (await lines(w, card))[-1]
    assert TRIAL not in "".join(await lines(w, card))
    assert (await reply_of(w, question)).result["step"] == "answered"


async def test_a_direct_message_of_another_day_is_no_answer(w: World) -> None:
    """What somebody tells the bot weeks later is not for the translators; in the thread it still is the answer."""
    thread, card = await _direct(w)
    await _asked(w, thread, card, "D1")
    w.skip(timedelta(days=20))
    await w.direct("D1", "U1", "My customer Mr Smith has cancelled for private reasons")
    before = await lines(w, card)
    await w.direct("D1", "U1", "On the settings page", thread=thread)

    assert "Smith" not in "".join(before)
    assert "On the settings page" in (await lines(w, card))[-1]


@pytest.mark.parametrize("is_direct", [False, True])
async def test_an_answer_that_is_put_right(w: World, is_direct: bool) -> None:  # noqa: FBT001 - a case
    """The translators read it as it stands now; it is no question to the bot, and nothing else is said."""
    if is_direct:
        thread, card = await _direct(w)
        await _asked(w, thread, card, "D1")
        answer, channel = await w.direct("D1", "U1", "On the setings page"), "D1"
    else:
        thread = await reported(w)
        (card,) = await cards(w)
        await _asked(w, thread, card)
        answer, channel = await w.write("CCYBER", "U1", "On the setings page", thread=thread), "CCYBER"
    await w.settle()
    said = len(w.slack.messages(channel))
    await w.edit(channel, "U1", answer, "On the settings page")

    assert "On the settings page" in (await lines(w, card))[-1]
    assert len(w.slack.messages(channel)) == said
    assert [one.state for one in await stored(w)] == [State.TAKEN]


async def test_an_answer_with_a_picture(w: World) -> None:
    """Picture and words go below the card."""
    thread = await reported(w)
    (card,) = await cards(w)
    await _asked(w, thread, card)
    await w.write("CCYBER", "U1", "This one", thread=thread, files=["F7"])

    assert "This one" in (await lines(w, card))[-1]
    assert [one.state for one in (await stored(w))[0].pictures] == [PictureState.SHARED]
    assert len(await pictures(w, card)) == 1


async def test_an_answer_that_is_a_picture_alone(w: World) -> None:
    """It ends the waiting too."""
    thread = await reported(w)
    (card,) = await cards(w)
    question = await _asked(w, thread, card)
    await w.write("CCYBER", "U1", "", thread=thread, files=["F7"])

    assert len(await pictures(w, card)) == 1
    assert (await reply_of(w, question)).result["step"] == "answered"
    assert [one.state for one in await stored(w)] == [State.TAKEN]


async def test_a_colleague_answers(w: World) -> None:
    """Whoever of the organisation knows it; the line says who it was."""
    thread = await reported(w, user="UACME", channel="COPEN", team=ACME)
    (card,) = await cards(w)
    await _asked(w, thread, card, "COPEN")
    await w.write("COPEN", "UACME2", "On the settings page", thread=thread, team=ACME)

    assert (await lines(w, card))[-1].startswith("TR-1: <@UACME2> has answered:\n&gt; On the settings page")


async def test_a_stranger_does_not_answer(w: World) -> None:
    """What somebody else writes in the thread stays there."""
    thread = await reported(w, user="UACME", channel="COPEN", team=ACME)
    (card,) = await cards(w)
    question = await _asked(w, thread, card, "COPEN")
    await w.write("COPEN", "UNORTH", "On the settings page", thread=thread, team="TBOREAL")

    assert "settings" not in "".join(await lines(w, card))
    assert (await reply_of(w, question)).result["step"] == "question"


async def test_a_colleague_of_somebody_else_in_the_thread_does_not_answer(w: World) -> None:
    """They are the colleague of who asked there, not of who has reported the answer."""
    thread = await w.mention("COPEN", "UACME", TRIAL, team=ACME)
    form = await form_from(w, await w.only("COPEN", thread), "UNORTH", action="answer.more", team="TBOREAL")
    await w.fill(form, "UNORTH", team="TBOREAL", said="It is 31 days")
    (card,) = await cards(w)
    await work_on(w, card, "report.ask", "UOWNER", question="Since when?")
    await w.write("COPEN", "UACME2", "We go for lunch now", thread=thread, team=ACME)
    before = await lines(w, card)
    await w.write("COPEN", "UNORTH", "Since May", thread=thread, team="TBOREAL")

    assert "lunch" not in "".join(before)
    assert "Since May" in (await lines(w, card))[-1]


async def test_an_answer_after_it_was_closed(w: World) -> None:
    """It is passed on, and changes nothing else."""
    thread = await reported(w)
    (card,) = await cards(w)
    await _asked(w, thread, card)
    await work_on(w, card, "report.fix", "UDE2")
    await w.write("CCYBER", "U1", "On the settings page", thread=thread)

    assert "On the settings page" in (await lines(w, card))[-1]
    assert [one.state for one in await stored(w)] == [State.FIXED]
    assert await steps(w, "CCYBER", thread) == ["closed", "answered", "fixed"]


async def test_a_reporter_who_is_not_the_threads_asker(w: World) -> None:
    """They have reported an answer that somebody else had asked for: they are asked there, and they answer."""
    thread = await w.mention("CCYBER", "U1", TRIAL)
    form = await form_from(w, await w.only("CCYBER", thread), "U2", action="answer.more")
    await w.fill(form, "U2", said="It is 31 days")
    (card,) = await cards(w)
    await work_on(w, card, "report.ask", "UOWNER", question="Since when?")
    question = await w.last("CCYBER", thread)
    await w.write("CCYBER", "U1", "And what about the short one?", thread=thread)
    await w.settle()
    by_asker = len([line for line in await lines(w, card) if "has answered" in line])
    await w.write("CCYBER", "U2", "Since May", thread=thread)

    assert by_asker == 0
    assert "<@U2> has answered:\n&gt; Since May" in (await lines(w, card))[-1]
    assert (await reply_of(w, question)).result["step"] == "answered"


async def test_two_who_are_asked_in_one_thread(w: World) -> None:
    """Both have reported what they read there; each answers for their own report."""
    thread = await w.mention("CCYBER", "U1", TRIAL)
    answer = await w.only("CCYBER", thread)
    for user, said in (("U2", "It is 31 days"), ("U3", "The button has another name by now")):
        await w.fill(await form_from(w, answer, user, action="answer.more"), user, said=said)
        await w.settle()
    first, second = await cards(w)
    await work_on(w, first, "report.ask", "UOWNER", question="Since when?")
    await work_on(w, second, "report.ask", "UOWNER", question="Which name?")
    await w.write("CCYBER", "U2", "Since May", thread=thread)
    await w.settle()
    await w.write("CCYBER", "U3", "It is called Start", thread=thread)

    assert "Since May" in (await lines(w, first))[-1]
    assert "It is called Start" in (await lines(w, second))[-1]


# Our copies of pictures


async def test_our_copies_go_some_days_after_closing(tmp_path: Path) -> None:
    """Thirty unless the desk file says otherwise, though the desk was started again in between; the original stays."""
    async with report_world(tmp_path) as first:
        thread, card = await _closed_with_picture(first)
        shared = len(await pictures(first, card))
    async with world(tmp_path, REPORT_DESK, slack=first.slack, clock=first.clock) as w:
        w.skip(timedelta(days=20))
        await w.settle()
        before = len(await pictures(w, card))
        w.skip(timedelta(days=11))
        await w.slack.until(lambda: w.slack.calls("files.delete"))
        await w.settle()

        assert (shared, before, len(await pictures(w, card))) == (1, 1, 0)
        assert [one.state for one in (await stored(w))[0].pictures] == [PictureState.DELETED]
        assert not w.slack.files["F1"].is_deleted
        assert "deleted by now" in words_on(card)
        assert await steps(w, "CCYBER", thread) == ["closed", "fixed"]


async def test_copies_of_what_was_opened_again_stay(w: World) -> None:
    """Whoever works on it needs them, however long it takes."""
    _, card = await _closed_with_picture(w)
    await work_on(w, card, "report.reopen", "UDE")
    w.skip(timedelta(days=40))

    assert len(await pictures(w, card)) == 1


async def test_the_days_count_from_the_last_closing(w: World) -> None:
    """It was opened and closed again meanwhile: what was planned at the first closing deletes nothing."""
    _, card = await _closed_with_picture(w)
    await work_on(w, card, "report.reopen", "UDE")
    w.skip(timedelta(days=20))
    await work_on(w, card, "report.fix", "UDE")
    w.skip(timedelta(days=11))
    after_the_first = len(await pictures(w, card))
    w.skip(timedelta(days=20))
    await w.slack.until(lambda: w.slack.calls("files.delete"))

    assert (after_the_first, len(await pictures(w, card))) == (1, 0)


async def test_a_clock_that_is_behind_deletes_them_a_little_later(w: World) -> None:
    """The replica that closed it was ahead: the time that it planned for is not over here, and is planned anew."""
    _, card = await _closed_with_picture(w)
    services, tidy = w.desk.services, kinds.PICTURES.tidy

    def due_too_early(conn: Connection) -> None:
        conn.execute(delete(job).where(job.c.kind == tidy))
        services.work.add(conn, tidy, f"{tidy}:{services.workspace}:early", {"number": 1})

    await w.desk.database.run(due_too_early)
    await w.settle(ahead=timedelta(hours=1))
    early = len(w.slack.shared(card.channel, card.ts))
    w.skip(timedelta(days=30))
    await w.slack.until(lambda: w.slack.calls("files.delete"))

    assert (early, len(await pictures(w, card))) == (1, 0)


async def _closed_with_picture(w: World) -> tuple[str, StubMessage]:
    thread = await reported(w, files=["F1"])
    (card,) = await cards(w)
    await work_on(w, card, "report.fix", "UDE")
    return thread, card
