"""Errors in the bot's own texts: whichever message shows them, they are found again in their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.report_desk import cards, form_from, lines, reply_of, report_world, stored
from tests.scenarios.world import actions, shown

TRIAL = {
    "en": "How long does the extended trial last?",
    "fr": "Combien de temps dure l'essai prolongé ?",
    "de": "Wie lange dauert die verlängerte Testphase?",
    "fi": "Kuinka kauan jatkettu kokeilujakso kestää?",
}
SAID = "This sounds odd"


@pytest.mark.parametrize("language", TRIAL)
async def test_the_text_is_found_in_the_file_of_its_language(tmp_path: Path, language: str) -> None:
    """The report is in the language of the message and goes to those who answer for it, whoever reports it."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL[language])
        form = await form_from(w, await w.only("CCYBER", ts), "U1", action="answer.more")
        assert await w.fill(form, "U1", said=SAID) == {}
        (report,) = await stored(w)
        first = report.texts[0]

        assert (report.language, report.entry, report.programme) == (language, "cyberday.trial-length", "cyberday")
        assert (first.file, first.key) == (f"cyberday/{language}.yml", "trial-length.answer")
        assert first.line > 0
        (card,) = await cards(w)
        called = "<@UDE> <@UDE2>" if language == "de" else "<@UOWNER>"
        assert any(line.startswith(called) for line in await lines(w, card))
        assert f"cyberday/{language}.yml" in str(card.blocks)
        assert SAID in str(card.blocks)


async def test_after_a_change_of_language_it_is_the_one_that_is_shown(tmp_path: Path) -> None:
    """Not the one that was asked in."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL["en"])
        answer = await w.only("CCYBER", ts)
        await w.press(answer, "answer.more", "U1", "fi")
        await w.settle()
        await w.fill(await form_from(w, answer, "U1", action="answer.more"), "U1", said=SAID)
        (report,) = await stored(w)

        assert report.language == "fi"
        assert {text.file.partition("/")[0] for text in report.texts} <= {"cyberday", "locales"}
        assert report.texts[0].file == "cyberday/fi.yml"


@pytest.mark.parametrize(
    "asked",
    [
        "I want to talk to a person",
        "what about my report?",
        "thanks",
        "What can you do?",
        "hello",
        "I would like to book a training",
        "Which topics do you know?",
        "How do I report a translation error?",
        "My trial started on 3 November 2026, when does it end?",
        "When does my trial end?",
    ],
)
async def test_whatever_the_bot_says_its_texts_are_found(tmp_path: Path, asked: str) -> None:
    """Under each kind of answer that has a menu: at least one text, each with its file or of the source language."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", asked)
        answer = await w.last("CCYBER", ts)
        if "answer.more" not in actions(answer):
            await w.message_shortcut("report.message", "U1", answer)
            form = w.slack.opened[-1]
        else:
            form = await form_from(w, answer, "U1", action="answer.more")
        assert await w.fill(form, "U1", said=SAID) == {}
        (report,) = await stored(w)

        assert report.texts
        assert report.said == SAID
        for text in report.texts:
            assert text.text
            assert not text.file or text.line > 0


async def test_the_form_shows_what_is_reported(tmp_path: Path) -> None:
    """The person reads the text above the one field."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL["en"])
        answer = await w.only("CCYBER", ts)
        form = await form_from(w, answer, "U1", action="answer.more")
        texts = [block for block in form.view["blocks"] if block["type"] == "rich_text"]

        assert "{trial_days}" in str(texts) or "30 days" in str(texts)
        assert SAID not in shown(form.view["blocks"])


async def test_one_field_is_required(tmp_path: Path) -> None:
    """What is wrong; the form stays open until it is told."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL["en"])
        form = await form_from(w, await w.only("CCYBER", ts), "U1", action="answer.more")

        assert list(await w.fill(form, "U1", said="  ")) == ["said"]
        assert await stored(w) == []


async def test_two_people_who_report_the_same_answer_in_other_words(tmp_path: Path) -> None:
    """Their words differ, so each is a report; the second card asks whether they are the same only if they are near."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL["en"])
        answer = await w.only("CCYBER", ts)
        for user, said in (("U1", "a comma is missing in the first line"), ("U2", "a comma misses in the first line")):
            await w.fill(await form_from(w, answer, user, action="answer.more"), user, said=said)
            await w.settle()
        second = (await cards(w))[1]

        assert len(await stored(w)) == 2
        assert "report.same.1" in actions(second)


async def test_the_answer_that_was_reported_can_be_forgotten(tmp_path: Path) -> None:
    """The form was open when the message went: the words come through as a report without its texts."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL["en"])
        answer = await w.only("CCYBER", ts)
        form = await form_from(w, answer, "U1", action="answer.more")
        await w.delete("CCYBER", "U1", ts)
        await w.settle()

        assert await w.fill(form, "U1", said=SAID) == {}
        (report,) = await stored(w)
        assert report.said == SAID
        assert (await reply_of(w, w.slack.messages("D1")[-1])).result["step"] == "sent"
