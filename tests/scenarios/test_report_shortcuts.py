"""The two shortcuts of members and the form that they open: what it knows, asks for, and says is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.report import Kind
from tests.scenarios.report_desk import (
    WORDS,
    cards,
    drafted,
    field,
    form_from,
    held,
    pictures,
    reply_of,
    report_world,
    reported,
    reporters,
    steps,
    stored,
)
from tests.scenarios.world import World, options
from tests.stub_slack import HttpError, View

TRIAL = "How long does the extended trial last?"
LONG = "x" * 2_990 + "the end"


async def _new(w: World, user: str = "U1") -> View:
    w.meet("CCYBER", user)
    assert await w.shortcut("report.new", user) == 200
    return w.slack.opened[-1]


async def test_from_anywhere_in_one_form(tmp_path: Path) -> None:
    """No conversation has begun: the status comes as a direct message, and what is written there comes to the bot."""
    async with report_world(tmp_path) as w:
        form = await _new(w)
        assert [held(form, name) for name in ("wrong", "suggestion", "place", "kind")] == ["", "", "", ""]
        assert await w.fill(form, "U1", wrong="Abbruch", suggestion="Abbrechen", language="de", kind="typo") == {}
        (report,) = await stored(w)
        (message,) = w.slack.messages("D1")

        assert (report.wrong, report.suggestion, report.language, report.kind) == (
            "Abbruch",
            "Abbrechen",
            "de",
            Kind.TYPO,
        )
        assert (await reply_of(w, message)).result["step"] == "sent"
        (first,) = await reporters(w, 1)
        assert (first.channel, first.thread_ts) == ("D1", message.ts)
        assert len(await cards(w)) == 1


@pytest.mark.parametrize(("locale", "language"), [("fr-FR", "fr"), ("de-DE", "de"), ("en-US", "en")])
async def test_the_form_and_its_language_are_the_persons(tmp_path: Path, locale: str, language: str) -> None:
    """As the bot knows them: the text that is wrong is most likely in the language that somebody reads."""
    async with report_world(tmp_path) as w:
        w.slack.add_user("U1", locale=locale)
        await w.replies("D1", await w.direct("D1", "U1", "👋"))
        form = await _new(w)
        assert held(form, "language") == language

        await w.fill(form, "U1", wrong="Abbruch")
        await w.settle()
        assert (await reply_of(w, w.slack.messages("D1")[-1])).language == language


async def test_what_is_optional_is_optional(tmp_path: Path) -> None:
    """A text or a picture is enough; the kinds and languages are all there."""
    async with report_world(tmp_path) as w:
        form = await _new(w)
        kinds = [option["value"] for option in options(field(form, "kind")["element"])]
        assert kinds == [kind.value for kind in Kind]
        assert await w.fill(form, "U1", wrong="Abbruch") == {}
        assert await w.fill(await _new(w), "U1", pictures=["F1"]) == {}

        assert [(one.wrong, len(one.pictures)) for one in await stored(w)] == [("Abbruch", 0), ("", 1)]


async def test_an_empty_form_says_what_is_missing_at_its_field(tmp_path: Path) -> None:
    """In the person's language; the form stays open with all that was typed, and can be sent once it is mended."""
    async with report_world(tmp_path) as w:
        form = await _new(w)
        errors = await w.fill(form, "U1", suggestion="Abbrechen", place="Settings")
        assert list(errors) == ["wrong"]
        assert await stored(w) == []

        assert await w.fill(form, "U1", wrong="Abbruch", suggestion="Abbrechen", place="Settings") == {}
        (report,) = await stored(w)
        assert (report.wrong, report.suggestion, report.place) == ("Abbruch", "Abbrechen", "Settings")


async def test_blanks_are_no_text(tmp_path: Path) -> None:
    """Nor is what nobody sees."""
    async with report_world(tmp_path) as w:
        errors = await w.fill(await _new(w), "U1", wrong=" \n\t\u00a0")

        assert list(errors) == ["wrong"]
        assert await stored(w) == []


async def test_a_form_that_is_sent_twice_is_one_report(tmp_path: Path) -> None:
    """Two clicks on its button, or Slack's repetition; also of a picture alone, which nothing else tells apart."""
    async with report_world(tmp_path) as w:
        form = await _new(w)
        for _ in range(2):
            assert await w.fill(form, "U1", pictures=["F1"]) == {}

        assert len(await stored(w)) == 1
        assert len(await cards(w)) == 1


async def test_the_longest_text_comes_through_whole(tmp_path: Path) -> None:
    """As long as Slack's field takes."""
    async with report_world(tmp_path) as w:
        await w.fill(await _new(w), "U1", wrong=LONG)
        (report,) = await stored(w)

        assert report.wrong == LONG


# Of a message


async def test_a_message_is_reported_with_its_words_and_pictures(tmp_path: Path) -> None:
    """Where the bot is: the words are the wrong text, in their language; the pictures go with it."""
    async with report_world(tmp_path) as w:
        said = w.say("CCYBER", "U2", "Der Knopf heißt auf dieser Seite leider immer noch Abbruch", files=["F1"])
        await w.message_shortcut("report.message", "U1", said)
        form = w.slack.opened[-1]
        assert held(form, "wrong") == said.text
        assert held(form, "language") == "de"

        assert await w.fill(form, "U1", suggestion="Abbrechen") == {}
        (report,) = await stored(w)
        assert (report.reporter.user, report.wrong, report.language) == ("U1", said.text, "de")
        assert len(await pictures(w, (await cards(w))[0])) == 1


async def test_where_the_bot_is_not_the_picture_is_asked_for(tmp_path: Path) -> None:
    """The form has the words, and a field for what the bot cannot fetch there."""
    async with report_world(tmp_path) as w:
        w.slack.add_channel("CELSE", is_member=False)
        said = w.say("CELSE", "U2", "Der Knopf heißt auf dieser Seite leider immer noch Abbruch", files=["F1"])
        await w.message_shortcut("report.message", "U1", said)
        form = w.slack.opened[-1]
        assert held(form, "wrong") == said.text
        assert field(form, "pictures")["element"]["type"] == "file_input"

        await w.fill(form, "U1", pictures=["F2"])
        (report,) = await stored(w)
        assert [picture.id for picture in report.pictures] == ["F2"]
        assert w.slack.messages("CELSE") == []


async def test_where_slack_does_not_say_whether_the_bot_is_there_the_form_opens(tmp_path: Path) -> None:
    """Within its three seconds: without the pictures."""
    async with report_world(tmp_path) as w:
        said = w.say("CCYBER", "U2", "Abbruch", files=["F1"])
        w.slack.fail("conversations.info", *_errors())
        await w.message_shortcut("report.message", "U1", said)

        await w.fill(w.slack.opened[-1], "U1")
        (report,) = await stored(w)
        assert report.pictures == ()


async def test_a_picture_without_words_is_enough(tmp_path: Path) -> None:
    """The form opens empty, and can be sent as it is."""
    async with report_world(tmp_path) as w:
        said = w.say("CCYBER", "U2", "", files=["F1"])
        await w.message_shortcut("report.message", "U1", said)

        assert await w.fill(w.slack.opened[-1], "U1") == {}
        assert len(await pictures(w, (await cards(w))[0])) == 1


async def test_slacks_markup_is_shown_as_it_was_typed(tmp_path: Path) -> None:
    """Mentions are left out, addresses and signs are as somebody has typed them."""
    async with report_world(tmp_path) as w:
        said = w.say("CCYBER", "U2", "<@U5> &lt;b&gt; &amp;amp; see <https://app.example.com/x|this page>")
        await w.message_shortcut("report.message", "U1", said)

        assert held(w.slack.opened[-1], "wrong") == "<b> &amp; see https://app.example.com/x"


async def test_an_answer_of_ours_is_reported_with_its_texts(tmp_path: Path) -> None:
    """As from its menu: one field, and the texts with their places."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.message_shortcut("report.message", "U2", await w.only("CCYBER", ts))
        form = w.slack.opened[-1]
        assert [block["block_id"] for block in form.view["blocks"] if block["type"] == "input"] == ["said"]

        assert await w.fill(form, "U2", said="clumsy") == {}
        (report,) = await stored(w)
        assert (report.entry, report.reporter.user) == ("cyberday.trial-length", "U2")
        assert report.texts[0].file == "cyberday/en.yml"


async def test_a_message_of_ours_that_is_no_reply_is_reported_by_its_words(tmp_path: Path) -> None:
    """A card in the translators' channel is kept as none: its words are the beginning."""
    async with report_world(tmp_path) as w:
        await reported(w)
        (card,) = await cards(w)
        await w.message_shortcut("report.message", "UDE", card)

        assert "TR-1" in held(w.slack.opened[-1], "wrong")


# The form below a message


async def test_the_form_of_an_invitation_becomes_the_report_of_its_thread(tmp_path: Path) -> None:
    """The status comes into the thread; a picture that is put there afterwards is added."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "I want to report a translation mistake")
        form = await form_from(w, await w.only("CCYBER", ts), "U1", action="report.open")
        await w.fill(form, "U1", wrong="Abbruch")
        assert await steps(w, "CCYBER", ts) == ["", "sent"]

        await w.write("CCYBER", "U1", "", thread=ts, files=["F1"])
        assert await steps(w, "CCYBER", ts) == ["", "sent", "added"]


async def test_another_person_opens_the_form_of_an_invitation(tmp_path: Path) -> None:
    """For themselves: it holds nothing of what the first has told, and the first one's report goes on."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "I want to report a translation mistake")
        invitation = await w.only("CCYBER", ts)
        await w.write("CCYBER", "U1", WORDS, thread=ts)
        await w.settle()
        form = await form_from(w, invitation, "U2", action="report.open")
        assert held(form, "wrong") == ""

        await w.fill(form, "U2", wrong="Anuler", language="fr")
        await w.settle()
        await w.press(w.slack.messages("CCYBER", thread=ts)[1], "report.send", "U1")
        assert [(one.reporter.user, one.wrong) for one in await stored(w)] == [("U2", "Anuler"), ("U1", "Abbruch")]


async def test_a_form_whose_message_was_deleted_is_sent_all_the_same(tmp_path: Path) -> None:
    """What somebody has typed is not lost."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        form = await form_from(w, draft, "U1")
        await w.delete("CCYBER", "U1", draft.thread_ts or "")
        await w.settle()

        assert await w.fill(form, "U1") == {}
        (report,) = await stored(w)
        assert report.wrong == "Abbruch"
        assert len(await cards(w)) == 1


def _errors() -> list[HttpError]:
    return [HttpError(500)] * 3
