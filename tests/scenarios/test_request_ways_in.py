"""The ways that lead to a person: each makes a request, or adds to the one that the thread has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Notice, PersonId
from bot.request import Act, Way
from tests.scenarios.meeting_desk import opened_by, said
from tests.scenarios.report_desk import words_in, words_on
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    PERSON,
    TRIAL,
    UNKNOWN,
    act,
    acts,
    asked_in_words,
    cards,
    deeds,
    handed_over,
    only,
    request_world,
    status,
    stored,
    story,
    told,
    writes,
)
from tests.scenarios.world import DESK_WITHOUT_SUPPORT, World, actions, controls, world
from tests.stub_slack import TEAM, StubMessage

UNSURE = "How does the licence thing work?"
ESCALATE = "request.escalate"


async def _asked(w: World, words: str = TRIAL, *, user: str = "UACME", channel: str = "CCYBER") -> StubMessage:
    """What the bot says to a question."""
    ts = await w.mention(channel, user, words, team=ACME)
    await w.settle()
    return w.slack.messages(channel, thread=ts)[0]


# Each way in


@pytest.mark.parametrize(
    ("words", "control", "answer"),
    [
        (TRIAL, "answer.helpful", "30 days"),
        ("What is the capital of France?", "human.ask", "I don’t know the answer"),
        (UNSURE, "choice.none", "Which of these do you mean?"),
    ],
)
@pytest.mark.parametrize("channel", ["CCYBER", "D1"])
async def test_the_button_on_whatever_the_bot_says(
    tmp_path: Path, words: str, control: str, answer: str, channel: str
) -> None:
    """On an answer, on "I don't know", on choices: the card has the question, and what the bot said to it."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w, words, channel=channel)
        message = w.slack.messages(channel, thread=thread)[0]
        (card,) = await cards(w)
        request = await only(w)

        assert control in actions(message)
        assert request.way is Way.ASKED
        assert request.question == words
        assert words in words_on(card)
        assert answer in words_on(card)
        assert await status(w) == "I am passing this on to a person.\n\nYour request: REQ-1"


@pytest.mark.parametrize("language", PERSON)
@pytest.mark.parametrize("channel", ["CCYBER", "D1"])
async def test_in_words(tmp_path: Path, language: str, channel: str) -> None:
    """In each language; the request is in that language."""
    async with request_world(tmp_path) as w:
        await asked_in_words(w, language, channel=channel)
        request = await only(w)
        (card,) = await cards(w)

        assert (request.language, request.way, request.question) == (language, Way.ASKED, PERSON[language])
        assert "REQ-1" in await status(w)
        assert PERSON[language] in words_on(card)


@pytest.mark.parametrize("channel", ["CCYBER", "D1"])
async def test_the_box_in_the_form_about_an_answer_that_did_not_help(tmp_path: Path, channel: str) -> None:
    """The card has the question and the answer; sent twice, it is one request."""
    async with request_world(tmp_path) as w:
        if channel == "D1":
            ts = await w.direct(channel, "UACME", TRIAL, team=ACME)
            await w.settle()
            message = w.slack.messages(channel, thread=ts)[0]
        else:
            message = await _asked(w)
        form = await opened_by(w, w.press(message, "answer.unhelpful", "UACME", team=ACME))
        for _ in range(2):
            assert (
                await w.submit(form, "UACME", comment="It is about the *extended* one", person=True, team=ACME) == 200
            )
        request = await only(w)
        (card,) = await cards(w)

        assert request.way is Way.FEEDBACK
        assert TRIAL in words_on(card)
        assert "30 days" in words_on(card)
        assert "It is about the *extended* one" in words_on(card) + "\n".join(await story(w, card))
        assert "REQ-1" in await status(w)


async def test_without_a_question_before_the_words_stand_on_the_card(tmp_path: Path) -> None:
    """Somebody who asks for a person and says why is read as they said it, files and all."""
    async with request_world(tmp_path) as w:
        w.upload("UACME", ["F1"])
        await w.mention("CCYBER", "UACME", "I want to speak to a person", team=ACME, files=["F1"])
        (card,) = await cards(w)

        assert [one.id for one in (await only(w)).files] == ["F1"]
        assert len(w.slack.shared("CSUPPORT", card.ts)) == 1


# The shortcut of staff


async def _of_partner(w: World, *, files: tuple[str, ...] = (), words: str = "Our invoice is wrong") -> StubMessage:
    """A partner's message at the top of a channel, of which the bot was not told."""
    return w.say("CCYBER", "UACME", words, team=ACME, files=files)


async def _escalated(w: World, message: StubMessage, user: str = AINO, **fields: str | list[str]) -> dict[str, str]:
    form = await opened_by(w, w.message_shortcut(ESCALATE, user, message))
    errors = await w.fill(form, user, **fields)
    await w.settle()
    return errors


async def test_staff_hand_a_message_to_the_desk(tmp_path: Path) -> None:
    """The card holds that message, its files and a link; the partner is told in its thread, staff alone the number."""
    async with request_world(tmp_path) as w:
        message = await _of_partner(w, files=("F1", "F2"))
        assert await _escalated(w, message, note="Please look at this before noon") == {}
        request = await only(w)
        (card,) = await cards(w)

        assert (request.way, request.question, request.thread_ts) == (Way.ESCALATED, message.text, message.ts)
        assert (request.asker, request.organisation) == (PersonId(ACME, "UACME"), "Acme & <!channel> <Co>")
        assert message.text in words_on(card)
        assert f"p{message.ts.replace('.', '')}|Open the thread>" in words_on(card)
        assert len(w.slack.shared("CSUPPORT", card.ts)) == 2
        assert "Please look at this before noon" in words_on(card) + "\n".join(await story(w, card))
        assert await told(w, message.ts) == [
            "This message is now a request to the people of the desk.\n\nYour request: REQ-1"
        ]
        assert [one.text for one in await w.whispers(AINO)] == ["A person has this question already: REQ-1."]
        assert "before noon" not in str([one.blocks for one in w.slack.messages("CCYBER", thread=message.ts)])


async def test_it_may_be_urgent_from_the_beginning(tmp_path: Path) -> None:
    """Staff know."""
    async with request_world(tmp_path) as w:
        await _escalated(w, await _of_partner(w), urgent=["yes"])

        assert (await only(w)).is_urgent


async def test_of_the_bots_own_answer_the_question_is_what_matters(tmp_path: Path) -> None:
    """The card has the partner's question and what the bot answered."""
    async with request_world(tmp_path) as w:
        message = await _asked(w)
        await _escalated(w, message)
        request = await only(w)
        (card,) = await cards(w)

        assert (request.question, request.asker and request.asker.user) == (TRIAL, "UACME")
        assert "30 days" in words_on(card)
        assert request.thread_ts == message.thread_ts


async def test_a_message_within_a_thread(tmp_path: Path) -> None:
    """The request is the thread's: it is told there, and what is written there reaches the desk."""
    async with request_world(tmp_path) as w:
        root = await _of_partner(w, words="Good morning everybody")
        answer = w.say("CCYBER", "UACME", "Our invoice is wrong", thread=root.ts, team=ACME)
        await _escalated(w, answer)
        request = await only(w)
        await writes(w, root.ts, "It is invoice 4711")
        (card,) = await cards(w)

        assert (request.question, request.thread_ts) == ("Our invoice is wrong", root.ts)
        assert len(await told(w, root.ts)) == 1
        assert "invoice 4711" in "\n".join(await story(w, card))


async def test_in_a_thread_that_staff_have_begun_the_partner_is_heard(tmp_path: Path) -> None:
    """Whose message was passed on is the asker, though somebody of the desk had asked the bot there before."""
    async with request_world(tmp_path) as w:
        root = await w.mention("CCYBER", AINO, TRIAL)
        await w.settle()
        answer = w.say("CCYBER", "UACME", "Our invoice is wrong", thread=root, team=ACME)
        await _escalated(w, answer)
        await writes(w, root, "It is invoice 4711")
        await writes(w, root, "Let me see", user=AINO, team=TEAM)
        request = await only(w)

        assert acts(request) == [Act.ASKED, Act.TOLD, Act.TAKEN, Act.WROTE]


async def test_used_twice_it_adds_to_the_request(tmp_path: Path) -> None:
    """One request a thread; the note of the second is a line below the card."""
    async with request_world(tmp_path) as w:
        message = await _of_partner(w)
        await _escalated(w, message, note="First")
        await _escalated(w, message, "UJEAN", note="Second")
        (card,) = await cards(w)

        assert acts(await only(w)) == [Act.ASKED, Act.HANDED]
        assert "Second" in "\n".join(await story(w, card))
        assert len(await told(w, message.ts)) == 1


@pytest.mark.parametrize("place", ["elsewhere", "nobody's"])
async def test_where_the_bot_is_not_it_asks_to_be_invited(tmp_path: Path, place: str) -> None:
    """To the clicker alone, in a form; nothing is posted, and nothing asked."""
    async with request_world(tmp_path) as w:
        w.slack.add_channel("CFAR", is_member=False)
        if place == "elsewhere":
            message = w.say("CFAR", "UACME", "Our invoice is wrong", team=ACME)
        else:
            message = w.say("CCYBER", "UACME", "Our invoice is wrong", team=ACME)
            w.slack.channels["CCYBER"].is_member = False
        form = await opened_by(w, w.message_shortcut(ESCALATE, AINO, message))

        assert words_in(form.view["blocks"]) == said(w, Notice.INVITE_FIRST)
        assert "submit" not in form.view
        assert await stored(w) == []
        assert w.slack.calls("chat.postMessage") == []


async def test_without_a_desk_it_says_so(tmp_path: Path) -> None:
    """Nothing is passed on, and nobody thinks it was."""
    async with world(tmp_path, DESK_WITHOUT_SUPPORT) as w:
        message = await _of_partner(w)
        form = await opened_by(w, w.message_shortcut(ESCALATE, AINO, message))

        assert words_in(form.view["blocks"]) == said(w, Notice.NO_DESK)


@pytest.mark.parametrize(("user", "team"), [("U1", TEAM), ("UACME", ACME), (AINO, ACME)])
async def test_only_staff_hand_messages_to_the_desk(tmp_path: Path, user: str, team: str) -> None:
    """By their own team; a form that was opened by other means is refused as well, and noted."""
    async with request_world(tmp_path) as w:
        message = await _of_partner(w)
        form = await opened_by(w, w.message_shortcut(ESCALATE, AINO, message))
        refusal = await opened_by(w, w.message_shortcut(ESCALATE, user, message, team=team))
        errors = await w.fill(form, user, team=team)

        assert words_in(refusal.view["blocks"]) == said(w, Notice.NOT_STAFF)
        assert list(errors.values()) == [said(w, Notice.NOT_STAFF)]
        assert await stored(w) == []
        assert [(deed.act, deed.is_allowed) for deed in await deeds(w)] == [
            ("request.escalate", False),
            ("request.new", False),
        ]


# One request a thread

Again = Callable[[World, StubMessage], Awaitable[object]]


async def _by_button(w: World, message: StubMessage) -> None:
    await w.press(message, "human.ask", "UACME", team=ACME)


async def _by_words(w: World, message: StubMessage) -> None:
    await w.write("CCYBER", "UACME", "I want to speak to a person", thread=message.thread_ts, team=ACME)


async def _by_mention(w: World, message: StubMessage) -> None:
    await w.mention("CCYBER", "UACME", "I want to speak to a person", thread=message.thread_ts, team=ACME)


async def _by_feedback(w: World, message: StubMessage) -> None:
    form = await opened_by(w, w.press(message, "answer.unhelpful", "UACME", team=ACME))
    await w.submit(form, "UACME", comment="I need more", person=True, team=ACME)


async def _by_shortcut(w: World, message: StubMessage) -> None:
    await _escalated(w, message)


WAYS: dict[str, Again] = {
    "button": _by_button,
    "words": _by_words,
    "mention": _by_mention,
    "feedback": _by_feedback,
    "shortcut": _by_shortcut,
}


@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
async def test_every_further_way_in_adds_to_the_request(tmp_path: Path, first: str, second: str) -> None:
    """One card, one status message, one more line in the card's thread; whoever asks is told the number."""
    async with request_world(tmp_path) as w:
        message = await _asked(w)
        await WAYS[first](w, message)
        (card,) = await cards(w)
        before = await story(w, card)
        w.skip(timedelta(minutes=1))  # a double click is one
        await WAYS[second](w, message)
        after = await story(w, card)

        assert acts(await only(w)) == [Act.ASKED, Act.HANDED if second == "shortcut" else Act.ASKED_AGAIN]
        assert len(await cards(w)) == 1
        assert len([text for text in await told(w, message.thread_ts or "") if "Your request: REQ-1" in text]) == 1
        more = "has handed this to the desk" if second == "shortcut" else "again"
        assert len([line for line in after[len(before) :] if more in line]) == 1


@pytest.mark.parametrize("second", WAYS)
async def test_also_two_at_once(tmp_path: Path, second: str) -> None:
    """Whichever is quicker, there is one request, and it was asked for twice."""
    async with request_world(tmp_path) as w:
        message = await _asked(w)
        await asyncio.gather(_by_button(w, message), WAYS[second](w, message))
        request = await only(w)

        assert len(await cards(w)) == 1
        more = Act.HANDED if second == "shortcut" and request.way is Way.ASKED else Act.ASKED_AGAIN
        assert acts(request) == ([Act.ASKED] if second == "button" else [Act.ASKED, more])


async def test_a_colleague_asks_again(tmp_path: Path) -> None:
    """They add to their organisation's request."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w)
        message = w.slack.messages("CCYBER", thread=thread)[0]
        await w.press(message, "human.ask", "UACME2", team=ACME)
        request = await only(w)

        assert acts(request) == [Act.ASKED, Act.ASKED_AGAIN]
        assert request.history[-1].who is not None
        assert request.history[-1].who.user == "UACME2"


async def test_asked_again_after_its_end_it_is_open_again(tmp_path: Path) -> None:
    """By the button of an old answer, too; it goes to whoever had it."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        await act(w, card, "request.resolve", AINO, reason="answered")
        message = w.slack.messages("CCYBER", thread=thread)[0]
        await w.press(message, "human.ask", "UACME", team=ACME)
        request = await only(w)

        assert acts(request)[-1] is Act.RETURNED
        assert request.assignee is not None
        assert not request.is_closed


async def test_another_thread_is_another_request(tmp_path: Path) -> None:
    """Of the same person, in the same channel."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        await handed_over(w, UNKNOWN)

        assert [(one.number, one.question) for one in await stored(w)] == [(1, TRIAL), (2, UNKNOWN)]


async def test_whoever_asked_for_it_is_heard_in_somebody_elses_thread(tmp_path: Path) -> None:
    """They have asked for a person below an answer to somebody else: their words reach the desk, as the asker's do."""
    async with request_world(tmp_path) as w:
        message = await _asked(w)
        await w.press(message, "human.ask", "UOTHER", team="TOTHER")
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        await writes(w, message.thread_ts or "", "It is about ten seats", user="UOTHER", team="TOTHER")

        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN, Act.TOLD]


# Two misunderstandings in a row


async def _misses(w: World, *texts: str) -> list[StubMessage]:
    thread = await w.direct("D1", "UACME", texts[0], team=ACME)
    await w.settle()
    for text in texts[1:]:
        await w.direct("D1", "UACME", text, thread=thread, team=ACME)
        await w.settle()
    return [one for one in w.slack.messages("D1", thread=thread) if "human.ask" in actions(one)]


def _style(message: StubMessage) -> str | None:
    (button,) = [one for one in controls(message.blocks) if one["action_id"] == "human.ask"]
    return button.get("style")


async def test_two_misunderstandings_in_a_row_only_offer_a_person(tmp_path: Path) -> None:
    """The offer comes first, and its button is the one to press; nothing is handed over by itself."""
    async with request_world(tmp_path) as w:
        first, *_, second = await _misses(w, UNKNOWN, "Purple elephants dance on the roof")

        assert (_style(first), _style(second)) == (None, "primary")
        assert "person" in second.text.splitlines()[0]
        assert await stored(w) == []
        assert w.slack.messages("CSUPPORT") == []


async def test_an_answer_in_between_begins_anew(tmp_path: Path) -> None:
    """In a row means one after the other."""
    async with request_world(tmp_path) as w:
        messages = await _misses(w, UNKNOWN, TRIAL, "Purple elephants dance on the roof")

        assert _style(messages[-1]) is None
