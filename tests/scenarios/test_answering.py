"""When the bot speaks in a channel, and in which language."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import payloads
from tests.scenarios.world import actions, shown, world

TRIAL = {
    "fr": "Combien de temps dure l'essai prolongé ?",
    "en": "How long does the extended trial last?",
    "de": "Wie lange dauert die verlängerte Testphase?",
    "fi": "Kuinka kauan pidennetty koeaika kestää?",
}
THIRTY_DAYS = {"fr": "30 jours", "en": "30 days", "de": "30 Tage", "fi": "30 päivä"}


@pytest.mark.parametrize("language", TRIAL)
async def test_a_mention_is_answered_in_its_thread_and_language(tmp_path: Path, language: str) -> None:
    """The answer stands in the mention's thread, in the language of the question."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL[language])
        message = await w.only("CCYBER", ts)

        assert THIRTY_DAYS[language] in message.text
        assert THIRTY_DAYS[language] in shown(message.blocks)


async def test_an_answer_on_a_phone(tmp_path: Path) -> None:
    """Text, a context line with programme and title, one row: a person, two votes, other languages and values."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL["en"]))
        overflow = message.blocks[-1]["elements"][-1]

        assert [block["type"] for block in message.blocks] == ["section", "context", "actions"]
        assert message.blocks[1]["elements"][0]["text"].startswith("Cyberday partner programme · ")
        assert actions(message) == ["human.ask", "answer.helpful", "answer.unhelpful", "answer.more"]
        assert [option["value"] for option in overflow["options"]] == [
            "fr",
            "de",
            "fi",
            "change-values",
            "report-error",
        ]


async def test_answers_bring_no_previews_and_name_nobody(tmp_path: Path) -> None:
    """Links are not unfurled."""
    async with world(tmp_path) as w:
        await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL["en"]))
        (call,) = w.slack.calls("chat.postMessage")

        assert str(call.arguments["unfurl_links"]) in {"0", "False"}
        assert str(call.arguments["unfurl_media"]) in {"0", "False"}


async def test_the_asker_goes_on_without_a_mention(tmp_path: Path) -> None:
    """In the thread, the asker's next message is answered though it mentions nobody; the thread's language counts."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "Peut-on payer l'abonnement sur facture ?")
        before = await w.replies("CCYBER", ts)
        await w.write("CCYBER", "U1", "et par carte ?", thread=ts)
        after = await w.replies("CCYBER", ts)

        assert len(before) == 1
        assert len(after) == 2
        assert "carte" in after[1]


async def test_another_person_is_not_answered_without_a_mention(tmp_path: Path) -> None:
    """Two people who talk in the bot's thread are left alone."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL["en"])
        await w.replies("CCYBER", ts)
        await w.write("CCYBER", "U2", "How do I register a deal?", thread=ts)

        assert len(await w.replies("CCYBER", ts)) == 1


async def test_once_another_person_has_written_only_mentions_are_answered(tmp_path: Path) -> None:
    """The asker too must mention the bot then."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL["en"])
        await w.replies("CCYBER", ts)
        await w.write("CCYBER", "U2", "I think it is a month", thread=ts)
        await w.settle()
        await w.write("CCYBER", "U1", "How do I register a deal?", thread=ts)
        unmentioned = await w.replies("CCYBER", ts)
        await w.mention("CCYBER", "U1", "How do I register a deal?", thread=ts)
        mentioned = await w.replies("CCYBER", ts)

        assert len(unmentioned) == 1
        assert len(mentioned) == 2


async def test_after_staff_the_bot_is_silent_except_for_mentions(tmp_path: Path) -> None:
    """From the first message of staff the thread is theirs, for good."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL["en"])
        await w.replies("CCYBER", ts)
        await w.write("CCYBER", "USTAFF", "I will look at this.", thread=ts)
        await w.settle()
        await w.write("CCYBER", "U1", "How do I register a deal?", thread=ts)
        silent = await w.replies("CCYBER", ts)
        await w.mention("CCYBER", "U1", "How do I register a deal?", thread=ts)
        asked = await w.replies("CCYBER", ts)
        await w.write("CCYBER", "U1", "And how do I pay by card?", thread=ts)
        silent_again = await w.replies("CCYBER", ts)

        assert [len(silent), len(asked), len(silent_again)] == [1, 2, 2]


async def test_the_same_user_id_of_another_workspace_is_not_staff(tmp_path: Path) -> None:
    """User ids alone are not unique across Slack Connect: the stranger is another person, not staff."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL["en"])
        await w.replies("CCYBER", ts)
        await w.mention("CCYBER", "USTAFF", "How do I register a deal?", thread=ts, team="TACME")
        await w.settle()
        await w.write("CCYBER", "USTAFF", "And how do I pay by card?", thread=ts, team="TACME")

        assert len(await w.replies("CCYBER", ts)) == 3


async def test_a_message_to_somebody_else_is_ignored(tmp_path: Path) -> None:
    """In the thread, a message that mentions another person is for that person."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL["en"])
        await w.replies("CCYBER", ts)
        await w.write("CCYBER", "U1", "<@U2> how do I register a deal?", thread=ts)

        assert len(await w.replies("CCYBER", ts)) == 1


async def test_threads_without_the_bot_are_ignored_and_not_kept(tmp_path: Path) -> None:
    """What people say among themselves is neither answered nor stored."""
    async with world(tmp_path) as w:
        parent = w.say("CCYBER", "U1", "Good morning all").ts
        await w.write("CCYBER", "U1", TRIAL["en"], thread=parent)
        await w.write("CCYBER", "U2", TRIAL["en"])
        await w.settle()

        assert w.slack.messages("CCYBER") == []
        assert w.slack.calls("users.info") == []


async def test_a_mention_in_the_middle_of_a_foreign_thread_is_answered_there(tmp_path: Path) -> None:
    """People call the bot into their conversation."""
    async with world(tmp_path) as w:
        parent = w.say("CCYBER", "U1", "A customer wants to know").ts
        await w.mention("CCYBER", "U2", TRIAL["en"], thread=parent)

        assert len(await w.replies("CCYBER", parent)) == 1


async def test_a_channel_that_the_desk_file_does_not_name(tmp_path: Path) -> None:
    """A mention is answered there, from all programmes."""
    async with world(tmp_path) as w:
        message = await w.only("CNEW", await w.mention("CNEW", "U1", "How do I activate my Miro trial?"))

        assert "Miro" in message.blocks[1]["elements"][0]["text"]


async def test_messages_of_bots_are_ignored(tmp_path: Path) -> None:
    """Its own messages and those of other apps, with or without a mention, in channels and in direct messages."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL["en"])
        ours = await w.only("CCYBER", ts)
        await w.event(payloads.bot_message("CCYBER", ours.text, ts=ours.ts, thread=ts))
        other = payloads.message("CCYBER", "U9", "<@U0BOT> How do I register a deal?", thread=ts)
        other["event"] |= {"bot_id": "BOTHER", "subtype": "bot_message"}
        await w.event(other)
        relay = payloads.app_mention("CCYBER", "U9", "<@U0BOT> How do I register a deal?")
        relay["event"] |= {"bot_id": "BOTHER"}
        await w.event(relay)
        await w.event(payloads.direct_message("D1", "USLACKBOT", TRIAL["en"]))
        await w.settle()

        assert len(w.slack.calls("chat.postMessage")) == 1


async def test_a_direct_message_is_answered(tmp_path: Path) -> None:
    """Everything written to the bot directly is answered, in the message's thread: also what it does not know."""
    async with world(tmp_path) as w:
        known = await w.direct("D1", "U1", "How do I activate my Miro trial?")
        await w.settle()
        unknown = await w.direct("D1", "U1", "What is the capital of France?")

        assert "Miro" in (await w.replies("D1", known))[0]
        assert len(await w.replies("D1", unknown)) == 1


async def test_the_first_direct_message_adds_help_once(tmp_path: Path) -> None:
    """Whoever writes to the bot for the first time is also told what it is for."""
    async with world(tmp_path) as w:
        first = await w.direct("D1", "U1", "How do I activate my Miro trial?")
        at_first = await w.replies("D1", first)
        second = await w.direct("D1", "U1", "How do I register a deal in Cyberday?")
        greeted = await w.direct("D2", "U2", "hello")

        assert len(at_first) == 2
        assert at_first[1].startswith("I answer questions on the partner programme")
        assert len(await w.replies("D1", second)) == 1
        assert [text.startswith("I answer questions") for text in await w.replies("D2", greeted)] == [True]


async def test_help_comes_once_even_if_the_first_message_has_no_words(tmp_path: Path) -> None:
    """An emoji is answered with help; the next message is no longer the first."""
    async with world(tmp_path) as w:
        first = await w.direct("D1", "U1", ":wave:")
        await w.settle()
        second = await w.direct("D1", "U1", "How do I activate my Miro trial?")

        assert len(await w.replies("D1", first)) == 1
        assert len(await w.replies("D1", second)) == 1


async def test_two_first_messages_at_once_bring_help_once(tmp_path: Path) -> None:
    """Both are answered; one of them welcomes."""
    async with world(tmp_path) as w:
        for text in ("How do I activate my Miro trial?", "How do I register a deal in Cyberday?"):
            await w.direct("D1", "U1", text)
        await w.settle()

        assert len(w.slack.messages("D1")) == 3


async def test_group_messages_are_answered_by_mention(tmp_path: Path) -> None:
    """Where several people write to each other the bot keeps out unless it is spoken to."""
    async with world(tmp_path) as w:
        for text in ("shall we ask the bot?", f"<@U0BOT> {TRIAL['en']}"):
            said = w.say("CNEW", "U1", text)
            await w.event(payloads.message("CNEW", "U1", text, ts=said.ts, channel_type="mpim"))
        await w.settle()

        assert len(w.slack.messages("CNEW")) == 1
