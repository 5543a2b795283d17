"""Every way in which somebody comes to report a language error, in words or with a picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.model import Notice, Outcome
from tests.scenarios.report_desk import (
    ACME,
    cards,
    drafted,
    form_from,
    held,
    offers,
    pictures,
    reply_of,
    report_world,
    steps,
    stored,
)
from tests.scenarios.world import World, actions, shown, world
from tests.stub_slack import StubMessage

ANNOUNCED = {
    "en": "I want to report a translation mistake",
    "fr": "Je voudrais signaler une faute de traduction",
    "de": "Ich möchte einen Übersetzungsfehler melden",
    "fi": "Haluan ilmoittaa käännösvirheestä",
}
TOLD = {
    # Words, the language of the text, what is wrong and what should stand there.
    "en": ('The French button for Next reads "Suivent", should be "Suivant"', "fr", "Suivent", "Suivant"),
    "fr": ("Il y a une faute sur la page Risques : « mesrue » au lieu de « mesure »", "fr", "mesrue", "mesure"),
    "de": ("Im Kalender steht „Februrar“ statt „Februar“, bitte ausbessern", "de", "Februrar", "Februar"),
    "fi": ('Aloitussivulla lukee "Tervetulua", pitäisi olla "Tervetuloa"', "fi", "Tervetulua", "Tervetuloa"),
}
ASKED = {
    "en": "How can I report a mistake in the translation?",
    "fr": "Comment signaler une erreur de traduction ?",
    "de": "Wie melde ich einen Übersetzungsfehler?",
    "fi": "Miten ilmoitan käännösvirheestä?",
}
TRIAL = "How long does the extended trial last?"


# In words


@pytest.mark.parametrize("language", ANNOUNCED)
async def test_who_says_that_there_is_an_error_is_asked_for_it(tmp_path: Path, language: str) -> None:
    """In their language, with a form; the next message in the thread is the report, and nothing was sent before."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", ANNOUNCED[language])
        invitation = await w.only("CCYBER", ts)
        reply = await reply_of(w, invitation)

        assert (reply.outcome, reply.language, reply.result) == (Outcome.REPORT, language, {})
        assert "report.open" in actions(invitation)
        words, of, wrong, right = TOLD[language]
        await w.write("CCYBER", "U1", words, thread=ts)
        draft = await reply_of(w, await w.last("CCYBER", ts))
        assert (draft.language, draft.result["step"]) == (language, "draft")
        assert (draft.result["language"], draft.result["wrong"], draft.result["suggestion"]) == (of, wrong, right)
        assert await stored(w) == []


@pytest.mark.parametrize("language", TOLD)
async def test_who_tells_it_at_once_reads_what_was_understood(tmp_path: Path, language: str) -> None:
    """What is wrong, what should stand there and of which language it is, in theirs; one click sends it."""
    async with report_world(tmp_path) as w:
        words, of, wrong, right = TOLD[language]
        message = await drafted(w, words)
        reply = await reply_of(w, message)

        assert (reply.language, reply.result["step"], reply.result["language"]) == (language, "draft", of)
        assert (reply.result["wrong"], reply.result["suggestion"]) == (wrong, right)
        assert actions(message) == ["report.send", "report.details", "report.discard"]
        await w.press(message, "report.send", "U1")
        (report,) = await stored(w)
        assert (report.language, report.wrong, report.suggestion, report.said) == (of, wrong, right, words)
        assert len(await cards(w)) == 1


@pytest.mark.parametrize("language", TOLD)
async def test_where_no_programme_is_known_nobody_is_asked_for_one(tmp_path: Path, language: str) -> None:
    """Of one who belongs to nobody, in a direct message: what says the same in all programmes is no choice."""
    async with report_world(tmp_path) as w:
        ts = await w.direct("D1", "U1", TOLD[language][0])
        await w.settle()

        assert (await steps(w, "D1", ts))[0] == "draft"


@pytest.mark.parametrize("language", ASKED)
async def test_who_asks_how_to_report_reads_how(tmp_path: Path, language: str) -> None:
    """The entry's answer, with the form; the question itself is no part of the report that follows."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", ASKED[language])
        answer = await w.only("CCYBER", ts)
        reply = await reply_of(w, answer)

        assert (reply.outcome, reply.language, reply.result) == (Outcome.REPORT, language, {})
        assert reply.entry == "cyberday.translation-errors"
        form = await form_from(w, answer, "U1", action="report.open")
        assert held(form, "wrong") == ""
        words, *_ = TOLD[language]
        await w.write("CCYBER", "U1", words, thread=ts)
        assert (await reply_of(w, await w.last("CCYBER", ts))).result["said"] == words


async def test_a_long_question_on_errors_in_general_is_no_report(tmp_path: Path) -> None:
    """However long: it ends as a question, and names neither a text nor a place."""
    async with report_world(tmp_path) as w:
        ts = await w.direct(
            "D1", "U1", "Who at your end is responsible for mistakes in the texts of the interface, and who mends them?"
        )
        await w.settle()

        assert "draft" not in await steps(w, "D1", ts)


async def test_without_anybody_to_report_to_nothing_is_begun(tmp_path: Path) -> None:
    """A desk without a channel for reports says so and names the contacts; there is no form."""
    async with world(tmp_path, "version: 1\n") as w:
        ts = await w.direct("D1", "U1", TOLD["en"][0])
        first = (await w.replies("D1", ts))[0]
        (message, *_) = w.slack.messages("D1", thread=ts)

        assert first.startswith("I cannot pass language errors on from here.")
        assert not [action for action in actions(message) if action.startswith("report.")]
        assert "report-error" not in offers(message, "answer.more")


# Under an answer

ANSWERS = {
    "an answer": "How do I register a deal?",
    "a rule": TRIAL,
    "a booking": "I would like to book a support meeting",
    "the way to report": ASKED["en"],
}


@pytest.mark.parametrize("kind", ANSWERS)
async def test_an_error_in_an_answer_is_reported_from_its_menu(tmp_path: Path, kind: str) -> None:
    """One field is asked for; the answer's entry, language and texts with their places are known."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", ANSWERS[kind])
        answer = await w.only("CCYBER", ts)
        form = await form_from(w, answer, "U1", action="answer.more")
        inputs = [block["block_id"] for block in form.view["blocks"] if block["type"] == "input"]

        assert inputs == ["said"]
        assert await w.fill(form, "U1", said="The second sentence is clumsy") == {}
        (report,) = await stored(w)
        assert (report.language, report.said) == ("en", "The second sentence is clumsy")
        assert report.entry.startswith("cyberday.")
        assert report.texts[0].file == "cyberday/en.yml"
        assert report.texts[0].line > 0
        (card,) = await cards(w)
        assert report.entry in shown(card.blocks) or report.entry in str(card.blocks)


async def test_the_status_message_of_an_error_in_an_answer_comes_into_its_thread(tmp_path: Path) -> None:
    """The answer stays; what becomes of the report is told below it, to whoever reported it."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        answer = await w.only("CCYBER", ts)
        before = answer.text
        await w.fill(await form_from(w, answer, "U1", action="answer.more"), "U1", said="clumsy")

        assert await steps(w, "CCYBER", ts) == ["", "sent"]
        assert answer.text == before


async def test_another_person_reports_an_error_in_somebody_elses_answer(tmp_path: Path) -> None:
    """Everybody reports for themselves; the answer and its thread stay the asker's."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        form = await form_from(w, await w.only("CCYBER", ts), "U2", action="answer.more")
        await w.fill(form, "U2", said="clumsy")
        (report,) = await stored(w)

        assert report.reporter.user == "U2"
        assert [thread.asker.user for thread in await w.threads() if thread.asker] == ["U1"]


# A picture


async def test_a_picture_alone_in_a_direct_message_is_asked_about_once(tmp_path: Path) -> None:
    """With two buttons; a second picture in the same thread is counted in place, and both go with the report."""
    async with report_world(tmp_path) as w:
        ts = await w.direct("D1", "U1", "", files=["F1"])
        question, *_ = [one for one in await _messages(w, "D1", ts) if "report.picture" in actions(one)]
        assert (await reply_of(w, question)).result["pictures"] == 1

        await w.direct("D1", "U1", "", files=["F2"], thread=ts)
        await w.settle()
        assert (await reply_of(w, question)).result["pictures"] == 2
        assert len([one for one in await _messages(w, "D1", ts) if "report.picture" in actions(one)]) == 1

        await w.press(question, "report.picture", "U1")
        await w.settle()
        assert "report.send" in actions(question)
        await w.press(question, "report.send", "U1")
        (card,) = await cards(w)
        assert len(await pictures(w, card)) == 2


async def test_a_second_picture_at_the_top_of_a_direct_message_is_counted_too(tmp_path: Path) -> None:
    """People seldom open the thread; the question stays the one that was asked."""
    async with report_world(tmp_path) as w:
        ts = await w.direct("D1", "U1", "", files=["F1"])
        await w.settle()
        second = await w.direct("D1", "U1", "", files=["F2"])
        await w.settle()

        assert w.slack.messages("D1", thread=second) == []
        (question,) = [one for one in await _messages(w, "D1", ts) if "report.picture" in actions(one)]
        assert (await reply_of(w, question)).result["pictures"] == 2


async def test_a_picture_with_a_mention_is_asked_about(tmp_path: Path) -> None:
    """The bot was spoken to; nothing says what it is about."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "", files=["F1"])

        assert actions(await w.only("CCYBER", ts)) == ["report.picture", "report.question"]


async def test_a_picture_in_a_thread_of_ours_is_asked_about(tmp_path: Path) -> None:
    """Whoever asked there puts it below the answer."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.settle()
        await w.write("CCYBER", "U1", "", thread=ts, files=["F1"])

        assert actions(await w.last("CCYBER", ts)) == ["report.picture", "report.question"]


async def test_a_picture_between_people_is_left_alone(tmp_path: Path) -> None:
    """In a channel without a mention, and in a thread of ours by somebody who has not asked."""
    async with report_world(tmp_path) as w:
        await w.write("CCYBER", "U1", "", files=["F1"])
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.settle()
        await w.write("CCYBER", "U2", "", thread=ts, files=["F2"])

        assert len(await w.replies("CCYBER", ts)) == 1
        assert len(w.slack.messages("CCYBER")) == 1


async def test_a_picture_whose_words_tell_of_an_error_is_a_report_at_once(tmp_path: Path) -> None:
    """Nothing is asked: it is shown back with its picture."""
    async with report_world(tmp_path) as w:
        message = await drafted(w, TOLD["de"][0], files=["F1"])
        told = (await reply_of(w, message)).result

        assert (told["step"], told["wrong"], told["pictures"]) == ("draft", "Februrar", 1)


async def test_a_picture_whose_words_are_a_question_is_answered_by_them(tmp_path: Path) -> None:
    """The picture changes nothing."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL, files=["F1"])

        assert (await reply_of(w, await w.only("CCYBER", ts))).entry == "cyberday.trial-length"


async def test_a_picture_with_unclear_words_is_asked_about(tmp_path: Path) -> None:
    """The words are kept: as a report they are in it."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "look at this", files=["F1"])
        question = await w.only("CCYBER", ts)
        assert actions(question) == ["report.picture", "report.question"]

        await w.press(question, "report.picture", "U1")
        await w.settle()
        told = (await reply_of(w, question)).result
        assert (told["step"], told["said"], told["pictures"]) == ("draft", "look at this", 1)


async def test_a_picture_with_a_question_is_asked_for_words(tmp_path: Path) -> None:
    """The bot cannot read pictures, and says so instead of asking the same again."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "", files=["F1"])
        question = await w.only("CCYBER", ts)
        await w.press(question, "report.question", "U1")
        await w.settle()

        assert (await reply_of(w, question)).notice is Notice.PICTURE
        assert question.text == "I cannot read pictures. Tell me in words what it is about."
        assert "report.picture" not in actions(question)
        await w.write("CCYBER", "U1", TRIAL, thread=ts)
        assert (await reply_of(w, await w.last("CCYBER", ts))).entry == "cyberday.trial-length"


async def test_the_words_that_came_with_a_picture_are_answered_as_a_question(tmp_path: Path) -> None:
    """They were unclear, so choices or an honest answer follow; the question what it is about is over."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "look at this", files=["F1"])
        question = await w.only("CCYBER", ts)
        await w.press(question, "report.question", "U1")
        await w.settle()

        assert (await reply_of(w, question)).outcome in {Outcome.FALLBACK, Outcome.CHOICES}
        assert await stored(w) == []


async def test_somebody_of_another_organisation_posts_a_picture_and_tells_what_is_wrong(tmp_path: Path) -> None:
    """Slack gives the ids of their files alone, and no locale; their picture comes below the card all the same."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("COPEN", "UACME", "", team=ACME, files=["F1"])
        await w.settle()
        await w.write("COPEN", "UACME", TOLD["de"][0], thread=ts, team=ACME)
        draft = await w.last("COPEN", ts)
        await w.press(draft, "report.send", "UACME", team=ACME)
        (card,) = await cards(w)
        (report,) = await stored(w)

        assert len(w.slack.messages("COPEN", thread=ts)) == 1, "the question what it is about is answered, and gone"
        assert (report.reporter.team, report.wrong) == (ACME, "Februrar")
        assert len(await pictures(w, card)) == 1


async def _messages(w: World, channel: str, thread: str) -> list[StubMessage]:
    await w.settle()
    return w.slack.messages(channel, thread=thread)
