"""A report without a form: told in one message or in several, shown back, sent, completed, or not meant at all."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.listeners import answering
from bot.model import Outcome, Turn
from tests.scenarios.report_desk import (
    ACME,
    WORDS,
    cards,
    drafted,
    form_from,
    held,
    lines,
    pictures,
    reply_of,
    report_world,
    reported,
    reporters,
    steps,
    stored,
)
from tests.scenarios.world import actions
from tests.stub_slack import TEAM

ANNOUNCED = "I want to report a translation mistake"
TRIAL = "How long does the extended trial last?"


# One message, several messages


async def test_what_is_sent_is_thanked_for_in_the_same_message(tmp_path: Path) -> None:
    """The draft becomes the status message, with the number; its buttons are gone."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        await w.press(draft, "report.send", "U1")
        await w.settle()

        assert await steps(w, "CCYBER", draft.thread_ts or "") == ["sent"]
        assert "TR-1" in draft.text
        assert actions(draft) == []


async def test_several_messages_are_one_report(tmp_path: Path) -> None:
    """Each is added to what is shown back, in place; what was told first stays."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w, 'The German button says "Abbruch" on the first page of the settings')
        ts = draft.thread_ts or ""
        await w.write("CCYBER", "U1", 'It should be "Abbrechen"', thread=ts)
        await w.write("CCYBER", "U1", "", thread=ts, files=["F1"])
        await w.write("CCYBER", "U1", "See https://app.example.com/settings.", thread=ts)

        assert await steps(w, "CCYBER", ts) == ["draft"]
        told = (await reply_of(w, draft)).result
        assert (told["wrong"], told["suggestion"]) == ("Abbruch", "Abbrechen")
        assert (told["place"], told["pictures"]) == ("https://app.example.com/settings", 1)
        assert told["said"].splitlines()[1] == 'It should be "Abbrechen"'


async def test_the_announcement_and_what_follows_are_one_report(tmp_path: Path) -> None:
    """Picture first, then the sentence: both go with it."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", ANNOUNCED)
        await w.settle()
        await w.write("CCYBER", "U1", "", thread=ts, files=["F1"])
        await w.settle()
        await w.write("CCYBER", "U1", WORDS, thread=ts)
        draft = await w.last("CCYBER", ts)

        assert await steps(w, "CCYBER", ts) == ["", "draft"]
        await w.press(draft, "report.send", "U1")
        (report,) = await stored(w)
        assert report.wrong == "Abbruch"
        assert len(await pictures(w, (await cards(w))[0])) == 1


async def test_messages_in_quick_succession_are_all_in_it(tmp_path: Path) -> None:
    """People send a sentence, a picture and another sentence before the bot has said a word."""
    async with report_world(tmp_path) as w:
        ts = await w.direct("D1", "U1", WORDS)
        await w.direct("D1", "U1", "", thread=ts, files=["F1"])
        await w.direct("D1", "U1", "on the settings page", thread=ts)
        await w.settle()

        (draft,) = [one for one in w.slack.messages("D1", thread=ts) if "report.send" in actions(one)]
        told = (await reply_of(w, draft)).result
        assert told["pictures"] == 1
        assert "on the settings page" in told["said"]


async def test_in_a_direct_message_nobody_has_to_find_the_thread(tmp_path: Path) -> None:
    """What is written at the top goes on with the report; a question there is a question."""
    async with report_world(tmp_path) as w:
        ts = await w.direct("D1", "U1", ANNOUNCED)
        await w.settle()
        words = await w.direct("D1", "U1", WORDS)
        await w.settle()
        assert "draft" in await steps(w, "D1", ts)
        assert w.slack.messages("D1", thread=words) == []

        question = await w.direct("D1", "U1", TRIAL)
        assert (await reply_of(w, await w.last("D1", question))).outcome is not Outcome.REPORT


async def test_what_was_begun_an_hour_ago_is_not_gone_on_with(tmp_path: Path) -> None:
    """A new direct message is a new matter then."""
    async with report_world(tmp_path) as w:
        first = await w.direct("D1", "U1", WORDS)
        await w.settle()
        w.skip(timedelta(minutes=61))
        second = await w.direct("D1", "U1", 'The French button says "Anuler", it should be "Annuler"')
        await w.settle()

        for ts in (first, second):
            assert (await steps(w, "D1", ts)).count("draft") == 1


async def test_two_texts_are_shown_back_as_the_form_shows_them(tmp_path: Path) -> None:
    """*Add details* opens the form with all that was told, and what it holds is what is sent."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w, f"{WORDS} https://app.example.com/settings", files=["F1"])
        form = await form_from(w, draft, "U1")

        assert [held(form, name) for name in ("wrong", "suggestion", "language", "place")] == [
            "Abbruch",
            "Abbrechen",
            "de",
            "https://app.example.com/settings",
        ]
        assert await w.fill(form, "U1", suggestion="Abbrechen!", kind="mistranslated", pictures=["F2"]) == {}
        (report,) = await stored(w)
        assert (report.suggestion, report.kind) == ("Abbrechen!", "mistranslated")
        assert [picture.id for picture in report.pictures] == ["F1", "F2"]
        assert await steps(w, "CCYBER", draft.thread_ts or "") == ["sent"]


async def test_the_form_and_the_button_send_it_once(tmp_path: Path) -> None:
    """Somebody opens the form, sends what is shown back, and then sends the form too: one report."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        form = await form_from(w, draft, "U1")
        await w.press(draft, "report.send", "U1")
        await w.settle()
        await w.fill(form, "U1")
        await w.settle()

        assert len(await stored(w)) == 1
        assert len(await cards(w)) == 1


async def test_clicking_send_twice_sends_it_once(tmp_path: Path) -> None:
    """Also where both clicks come before the message has changed."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        for _ in range(2):
            assert await w.press(draft, "report.send", "U1") == 200
        await w.settle()

        assert len(await stored(w)) == 1
        assert len(await cards(w)) == 1
        assert len(await reporters(w, 1)) == 1


# Not meant


async def test_what_is_no_report_after_all_is_answered(tmp_path: Path) -> None:
    """The words were a question: it gets its answer in the same message, and nothing is stored."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", ANNOUNCED)
        await w.settle()
        await w.write("CCYBER", "U1", "tell me how long the extended trial lasts", thread=ts)
        draft = await w.last("CCYBER", ts)
        await w.press(draft, "report.discard", "U1")

        assert (await reply_of(w, draft)).entry == "cyberday.trial-length"
        assert await stored(w) == []


async def test_what_is_dropped_is_said_to_be(tmp_path: Path) -> None:
    """Nothing was sent; the next message is a question as any other."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        ts = draft.thread_ts or ""
        await w.press(draft, "report.discard", "U1")
        assert await steps(w, "CCYBER", ts) == ["discarded"]

        await w.write("CCYBER", "U1", TRIAL, thread=ts)
        assert (await reply_of(w, await w.last("CCYBER", ts))).entry == "cyberday.trial-length"
        assert await stored(w) == []
        assert await cards(w) == []


async def test_a_report_that_was_dropped_cannot_be_sent(tmp_path: Path) -> None:
    """A second hand still sees the buttons."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        shown_before = (draft.text, draft.blocks)
        await w.press(draft, "report.discard", "U1")
        await w.settle()
        draft.text, draft.blocks = shown_before
        await w.press(draft, "report.send", "U1")

        assert await stored(w) == []
        assert len(await w.whispers("U1")) == 1


# In between


@pytest.mark.parametrize(
    ("aside", "outcome"),
    [
        ("thanks", Outcome.THANKS),
        ("help", Outcome.HELP),
        ("what about my report?", Outcome.STATUS),
        ("hello", Outcome.GREETING),
        (TRIAL, Outcome.RULE),
    ],
)
async def test_what_is_said_to_the_bot_in_between_is_answered(tmp_path: Path, aside: str, outcome: Outcome) -> None:
    """It is no part of the report, which still can be sent."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        ts = draft.thread_ts or ""
        await w.write("CCYBER", "U1", aside, thread=ts)
        said = await reply_of(w, await w.last("CCYBER", ts))

        assert said.outcome in {outcome, Outcome.ANSWER} if outcome is Outcome.RULE else said.outcome is outcome
        await w.press(draft, "report.send", "U1")
        (report,) = await stored(w)
        assert report.said == WORDS


async def test_a_rule_that_is_asked_in_between_hears_its_answer(tmp_path: Path) -> None:
    """What the bot has asked last is what the next words answer, not the report that waits."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "How do I report a translation error?")
        await w.settle()
        await w.write("CCYBER", "U1", "When does my trial end?", thread=ts)
        rule = await reply_of(w, await w.last("CCYBER", ts))
        assert rule.asks_for

        await w.write("CCYBER", "U1", "it started on 3 November 2026", thread=ts)
        assert (await reply_of(w, await w.last("CCYBER", ts))).result.get("end_date") is not None
        assert "draft" not in await steps(w, "CCYBER", ts)


async def test_a_second_person_who_writes_in_between_adds_nothing(tmp_path: Path) -> None:
    """The report is its reporter's: neither words nor pictures of others come into it."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        ts = draft.thread_ts or ""
        await w.write("CCYBER", "U2", 'I would rather say "Beenden"', thread=ts)
        await w.write("CCYBER", "U2", "", thread=ts, files=["F1"])
        await w.settle()
        await w.press(draft, "report.send", "U1")
        (report,) = await stored(w)

        assert (report.said, report.pictures) == (WORDS, ())


@pytest.mark.parametrize("files", [[], ["F1"]])
async def test_two_people_in_one_thread_have_a_report_each(tmp_path: Path, files: list[str]) -> None:
    """The second mentions the bot in the first one's thread: what one has told is no part of the other's."""
    async with report_world(tmp_path) as w:
        first = await drafted(w, files=files)
        ts = first.thread_ts or ""
        await w.mention("CCYBER", "U2", 'The French button says "Anuler", it should be "Annuler"', thread=ts)
        second = await w.last("CCYBER", ts)
        assert (await reply_of(w, second)).result["said"].startswith("The French")
        assert second.ts != first.ts

        form = await form_from(w, first, "U1")
        assert held(form, "wrong") == "Abbruch"
        await w.press(first, "report.send", "U1")
        await w.press(second, "report.send", "U2")
        found = {report.reporter.user: report for report in await stored(w)}
        assert {user: report.wrong for user, report in found.items()} == {"U1": "Abbruch", "U2": "Anuler"}
        assert [picture.id for picture in found["U1"].pictures] == files
        assert found["U2"].pictures == ()


async def test_a_picture_belongs_to_who_has_sent_last_in_their_own_name(tmp_path: Path) -> None:
    """A second person's late picture does not come into the first one's report."""
    async with report_world(tmp_path) as w:
        ts = await reported(w)
        await w.mention("CCYBER", "U2", TRIAL, thread=ts)
        await w.settle()
        await w.write("CCYBER", "U2", "", thread=ts, files=["F1"])
        await w.settle()

        (report,) = await stored(w)
        assert report.pictures == ()


@pytest.mark.parametrize(("user", "team"), [("UACME2", ACME), ("UOTHER", TEAM), ("USTAFF", TEAM)])
@pytest.mark.parametrize("action", ["report.send", "report.discard", "report.details"])
async def test_nobody_else_sends_drops_or_opens_it(tmp_path: Path, user: str, team: str, action: str) -> None:
    """Neither a colleague nor a stranger nor staff: they read, alone, whose it is and how to report themselves."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w, user="UACME", channel="COPEN", team=ACME)
        before = draft.text
        assert await w.press(draft, action, user, team=team) == 200
        (whisper,) = await w.whispers(user)

        assert whisper.text == (
            "This is somebody else’s report. To report a language error yourself, just tell me about it."
        )
        assert draft.text == before
        assert w.slack.opened == []
        assert await stored(w) == []


async def test_somebody_of_another_organisation_sends_their_own(tmp_path: Path) -> None:
    """Their reply stays in the channel; the card names their organisation to the translators."""
    async with report_world(tmp_path) as w:
        ts = await reported(w, user="UACME", channel="COPEN", team=ACME)
        (report,) = await stored(w)
        (first,) = await reporters(w, 1)
        (card,) = await cards(w)

        assert (report.reporter.team, first.organisation) == (ACME, "Acme & <!channel> <Co>")
        assert (first.channel, first.thread_ts) == ("COPEN", ts)
        assert "Acme &amp; &lt;!channel&gt; &lt;Co&gt;" in str(card.blocks)


# Edits and deletions


async def test_an_edit_of_the_message_changes_what_is_shown_back(tmp_path: Path) -> None:
    """In place, without what it said before."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        ts = draft.thread_ts or ""
        await w.edit("CCYBER", "U1", ts, '<@U0BOT> The German button says "Abruch", it should be "Abbrechen"')
        await w.settle()

        assert await steps(w, "CCYBER", ts) == ["draft"]
        told = (await reply_of(w, draft)).result
        assert told["wrong"] == "Abruch"
        assert "Abbruch" not in told["said"]


async def test_an_edit_keeps_the_picture(tmp_path: Path) -> None:
    """Slack says nothing of files in an edit's text; they are still in the message."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w, files=["F1"])
        ts = draft.thread_ts or ""
        await w.edit("CCYBER", "U1", ts, '<@U0BOT> The German button says "Abruch", it should be "Abbrechen"')
        await w.settle()

        assert (await reply_of(w, draft)).result["pictures"] == 1


async def test_an_edit_of_one_of_several_messages_keeps_the_others(tmp_path: Path) -> None:
    """Each counts as it stands now; nothing that was told is lost, and nothing is there twice."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w, 'The German button says "Abbruch" on the first page of the settings')
        ts = draft.thread_ts or ""
        second = await w.write("CCYBER", "U1", 'It should be "Abrechen"', thread=ts)
        await w.settle()
        await w.edit("CCYBER", "U1", second, 'It should be "Abbrechen"')
        await w.settle()
        told = (await reply_of(w, draft)).result
        assert (told["wrong"], told["suggestion"]) == ("Abbruch", "Abbrechen")
        assert "Abrechen" not in told["said"]

        await w.edit("CCYBER", "U1", ts, '<@U0BOT> The German button says "Abruch" on the second page of the settings')
        await w.settle()
        told = (await reply_of(w, draft)).result
        assert (told["wrong"], told["suggestion"]) == ("Abruch", "Abbrechen")
        assert await steps(w, "CCYBER", ts) == ["draft"]


async def test_one_of_several_messages_that_is_deleted_leaves_the_others(tmp_path: Path) -> None:
    """With its picture; what is left can be sent."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        ts = draft.thread_ts or ""
        second = await w.write("CCYBER", "U1", "Mr Smith told me", thread=ts, files=["F1"])
        await w.settle()
        await w.delete("CCYBER", "U1", second)
        await w.settle()

        assert (await reply_of(w, draft)).result["said"] == WORDS
        await w.press(draft, "report.send", "U1")
        (report,) = await stored(w)
        assert (report.said, report.wrong, report.pictures) == (WORDS, "Abbruch", ())


@pytest.mark.parametrize("user", ["U1", "U2"])
async def test_a_message_beside_the_report_that_is_deleted_leaves_it(tmp_path: Path, user: str) -> None:
    """Thanks, or a word that stands in the report too, by whoever: what was told is still there, and can be sent."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        ts = draft.thread_ts or ""
        for words in ("thanks", "German"):
            beside = await w.mention("CCYBER", user, words, thread=ts)
            await w.settle()
            await w.delete("CCYBER", user, beside)
            await w.settle()
        await w.press(draft, "report.send", "U1")
        (report,) = await stored(w)

        assert (report.said, report.reporter.user) == (WORDS, "U1")


async def test_a_message_that_was_edited_late_and_is_deleted_takes_the_draft_along(tmp_path: Path) -> None:
    """Its words are not those that were told any more; what shows them goes, and so do they."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        ts = draft.thread_ts or ""
        await w.edit("CCYBER", "U1", ts, "<@U0BOT> Never mind", after=90)
        await w.settle()
        await w.delete("CCYBER", "U1", ts)
        await w.settle()

        assert w.slack.messages("CCYBER") == []
        assert [thread.draft for thread in await w.threads()] == [None]


async def test_at_the_top_of_a_direct_message_edits_and_deletions_count_too(tmp_path: Path) -> None:
    """There the messages of one report stand beside its thread."""
    async with report_world(tmp_path) as w:
        ts = await w.direct("D1", "U1", 'The German button says "Abbruch" on the first page of the settings')
        await w.settle()
        second = await w.direct("D1", "U1", 'It should be "Abrechen"')
        third = await w.direct("D1", "U1", "", files=["F1"])
        await w.settle()
        await w.edit("D1", "U1", second, 'It should be "Abbrechen"')
        await w.delete("D1", "U1", third)
        await w.settle()

        (draft,) = [one for one in w.slack.messages("D1") if "report.send" in actions(one)]
        told = (await reply_of(w, draft)).result
        assert (draft.thread_ts, told["suggestion"], told["pictures"]) == (ts, "Abbrechen", 0)


async def test_an_edit_after_sending_changes_no_report(tmp_path: Path) -> None:
    """The translators may have read it; the status message stays."""
    async with report_world(tmp_path) as w:
        ts = await reported(w)
        await w.edit("CCYBER", "U1", ts, '<@U0BOT> The German button says "Abruch", it should be "Abbrechen"')
        await w.settle()

        (report,) = await stored(w)
        assert report.wrong == "Abbruch"
        assert "sent" in await steps(w, "CCYBER", ts)


async def test_what_is_sent_while_an_edit_is_read_stays_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The click is quicker: the message goes on saying so, and offers nothing to send a second time."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        read = answering._turn
        clicks = [draft]

        async def click_meanwhile(*given: Any) -> Turn:
            turn = await read(*given)
            for message in clicks[:]:
                clicks.remove(message)
                await w.press(message, "report.send", "U1")
            return turn

        monkeypatch.setattr(answering, "_turn", click_meanwhile)
        await w.edit("CCYBER", "U1", draft.thread_ts or "", f"<@U0BOT> {WORDS}!")
        await w.settle()

        assert len(await stored(w)) == 1
        assert await steps(w, "CCYBER", draft.thread_ts or "") == ["sent"]


async def test_a_message_that_is_deleted_takes_the_draft_along(tmp_path: Path) -> None:
    """What was shown back goes with it, and cannot be sent any more."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        await w.delete("CCYBER", "U1", draft.thread_ts or "")
        await w.settle()

        assert w.slack.messages("CCYBER") == []
        assert [thread.draft for thread in await w.threads()] == [None]
        assert await stored(w) == []


async def test_a_message_that_is_deleted_after_sending_leaves_the_report(tmp_path: Path) -> None:
    """It is with the translators; the reporter still hears what becomes of it."""
    async with report_world(tmp_path) as w:
        ts = await reported(w)
        await w.delete("CCYBER", "U1", ts)
        await w.settle()

        assert len(await stored(w)) == 1
        assert await steps(w, "CCYBER", ts) == ["sent"]


# Afterwards


async def test_a_picture_after_sending_is_added(tmp_path: Path) -> None:
    """People remember it too late: it comes below the card, and the reporter reads that it did."""
    async with report_world(tmp_path) as w:
        ts = await reported(w)
        await w.write("CCYBER", "U1", "", thread=ts, files=["F1"])
        await w.settle()

        assert await steps(w, "CCYBER", ts) == ["sent", "added"]
        (card,) = await cards(w)
        assert len(await pictures(w, card)) == 1
        assert "TR-1" in w.slack.texts("CCYBER", thread=ts)[-1]


async def test_a_picture_at_the_top_of_a_direct_message_after_sending_is_added(tmp_path: Path) -> None:
    """Where people write, and not where the thread is."""
    async with report_world(tmp_path) as w:
        ts = await w.direct("D1", "U1", WORDS)
        await w.settle()
        (draft,) = [one for one in w.slack.messages("D1", thread=ts) if "report.send" in actions(one)]
        await w.press(draft, "report.send", "U1")
        await w.settle()
        await w.direct("D1", "U1", "", files=["F1"])
        await w.settle()

        assert "added" in await steps(w, "D1", ts)
        assert len(await pictures(w, (await cards(w))[0])) == 1


async def test_a_second_report_in_the_same_thread_is_one_of_its_own(tmp_path: Path) -> None:
    """The first keeps its number and its message."""
    async with report_world(tmp_path) as w:
        ts = await reported(w)
        await w.write("CCYBER", "U1", 'The French button says "Anuler", it should be "Annuler"', thread=ts)
        draft = await w.last("CCYBER", ts)
        await w.press(draft, "report.send", "U1")
        await w.settle()

        assert await steps(w, "CCYBER", ts) == ["sent", "sent"]
        assert [report.wrong for report in await stored(w)] == ["Abbruch", "Anuler"]


async def test_the_same_error_told_by_two_people_is_one_report(tmp_path: Path) -> None:
    """The second joins it and is told so; one card, and a line below it."""
    async with report_world(tmp_path) as w:
        await reported(w)
        ts = await reported(w, user="U2")

        assert len(await stored(w)) == 1
        assert [one.who.user for one in await reporters(w, 1)] == ["U1", "U2"]
        (message,) = w.slack.messages("CCYBER", thread=ts)
        assert (await reply_of(w, message)).result["joined"] is True
        (card,) = await cards(w)
        assert any("<@U2>" in line for line in await lines(w, card))
