"""Greetings, thanks, help and topics: all that App Home shows is also had by saying it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.tables import person
from tests import payloads
from tests.scenarios.world import actions, control, options, shown, world
from tests.stub_slack import Hang

HELP = {
    "fr": ("aide", "Par exemple :"),
    "en": ("help", "For example:"),
    "de": ("Hilfe", "Zum Beispiel:"),
    "fi": ("mitä sinä osaat?", "Esimerkiksi:"),
}


@pytest.mark.parametrize(("word", "heading"), HELP.values(), ids=HELP)
async def test_help_is_one_sentence_and_three_examples(tmp_path: Path, word: str, heading: str) -> None:
    """Examples of the channel's programme, in the person's language; and that the bot takes reports of errors."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", word))
        sentence, before, examples, reports = message.text.split("\n\n")

        assert len(sentence.splitlines()) == len(reports.splitlines()) == 1
        assert before == heading
        assert len(examples.splitlines()) == 3
        assert actions(message) == []


@pytest.mark.parametrize("text", ["", " ", ":wave: :tada:", "👋", "<@U0BOT>"])
async def test_a_mention_without_words_gets_help(tmp_path: Path, text: str) -> None:
    """Somebody wants to know what the bot is."""
    async with world(tmp_path) as w:
        (said,) = await w.replies("CCYBER", await w.mention("CCYBER", "U1", text))

        assert "For example:" in said


async def test_a_lone_emoji_in_a_conversation_asks_for_nothing(tmp_path: Path) -> None:
    """After an answer, 👍 typed into the thread is left alone."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "How long does the extended trial last?")
        await w.settle()
        await w.write("CCYBER", "U1", ":thumbsup:", thread=ts)

        assert len(await w.replies("CCYBER", ts)) == 1


@pytest.mark.parametrize(
    ("text", "language"), [("Hello!", "en"), ("Bonjour !", "fr"), ("Guten Morgen", "de"), ("Hei, huomenta!", "fi")]
)
async def test_a_greeting_is_returned(tmp_path: Path, text: str, language: str) -> None:
    """In its language, without votes or buttons."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", text))

        assert actions(message) == []
        assert await w.counted("greeting") == 1
        assert (
            message.text == w.desk.editions.current.knowledge.actions["action.greeting"].texts[language].answer.strip()
        )


async def test_thanks_are_returned(tmp_path: Path) -> None:
    """In the thread, without a mention."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "How long does the extended trial last?")
        await w.settle()
        await w.write("CCYBER", "U1", "Thanks a lot!", thread=ts)
        await w.replies("CCYBER", ts)

        assert await w.counted("thanks") == 1


async def test_a_greeting_before_a_question_does_not_hide_it(tmp_path: Path) -> None:
    """The question is answered."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "Hello and good morning! How long does the extended trial last?")

        assert "30 days" in (await w.only("CCYBER", ts)).text


async def test_a_topic_is_chosen_from_a_menu(tmp_path: Path) -> None:
    """The list stays where it is; the answer comes below it. Another person's choice is shown to them alone."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "Which topics do you know?")
        topics = await w.only("CCYBER", ts)
        await w.press(topics, "topic.pick", "U1", "cyberday.trial-length")
        await w.press(topics, "topic.pick", "U2", "cyberday.trial-length")
        first, second = await w.replies("CCYBER", ts)
        (whisper,) = await w.whispers("U2")

        assert first == topics.text
        assert topics.edits == []
        assert "30 days" in second
        assert whisper.text == second


async def test_topics_of_a_channel_are_those_of_its_programme(tmp_path: Path) -> None:
    """Elsewhere there is a group of each programme."""
    async with world(tmp_path) as w:
        one = await w.only("CMIRO", await w.mention("CMIRO", "U1", "Which topics do you know?"))
        both = await w.only("CNEW", await w.mention("CNEW", "U1", "Which topics do you know?"))
        values = [option["value"] for option in options(control(one, "topic.pick"))]

        assert {value.split(".")[0] for value in values} == {"miro"}
        assert len(control(both, "topic.pick")["option_groups"]) == 2


async def test_whoever_invites_the_bot_is_shown_help_alone(tmp_path: Path) -> None:
    """In the channel's language if it has one; the channel itself hears nothing. Other people who join are nothing."""
    async with world(tmp_path) as w:
        w.meet("CCYBER", "U1")
        await w.event(payloads.member_joined_channel("CCYBER", inviter="U1"))
        await w.event(payloads.member_joined_channel("CCYBER", "U2", inviter="U1"))
        await w.event(payloads.member_joined_channel("CCYBER"))
        (whisper,) = await w.whispers("U1")

        assert "For example:" in whisper.text
        assert w.slack.messages("CCYBER") == []
        assert len(w.slack.ephemerals) == 1


async def test_app_home(tmp_path: Path) -> None:
    """When a member opens it: their language, and the topics; opening the Messages tab publishes nothing."""
    async with world(tmp_path) as w:
        w.slack.add_user("U1", locale="de-DE")
        await w.event(payloads.app_home_opened("U1", tab="messages"))
        await w.settle()
        before = dict(w.slack.homes)
        await w.event(payloads.app_home_opened("U1"))
        await w.settle()
        words = shown(w.slack.homes["U1"]["blocks"])

        assert before == {}
        assert "Cyberday-Partnerprogramm" in words
        assert "Was Sie fragen können" in words


async def test_the_language_is_changed_in_app_home(tmp_path: Path) -> None:
    """The tab is redrawn in it, and short messages are answered in it from then on."""
    async with world(tmp_path) as w:
        w.slack.add_user("U1")
        await w.event(payloads.app_home_opened("U1"))
        await w.settle()
        status = await w.click(payloads.home_action("U1", "home.language", "fr", kind="static_select"))
        await w.settle()
        await w.mention("CMIRO", "U1", "promo")

        assert status == 200
        assert "Ce que vous pouvez demander" in shown(w.slack.homes["U1"]["blocks"])
        assert [one.language for one in await w.threads()] == ["fr"]


async def test_a_home_tab_that_slack_does_not_take_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The click is answered and the choice kept though Slack hangs."""
    async with world(tmp_path) as w:
        w.slack.add_user("U1")
        w.desk.services.slack._call_limit = 0.3
        w.slack.fail("views.publish", Hang())
        status = await w.click(payloads.home_action("U1", "home.language", "fr", kind="static_select"))
        calls = len(w.slack.calls("views.publish"))

        assert status == 200
        assert calls <= 1
        assert [row["language"] for row in await w.rows(person)] == ["fr"]
