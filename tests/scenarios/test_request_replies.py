"""What staff write to a partner: read once more before it goes, sent as it was shown, and nothing else of theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.model import PersonId
from bot.request import Act, State
from tests.scenarios.report_desk import held, reply_of, words_in, words_on
from tests.scenarios.request_desk import (
    AINO,
    JEAN,
    OTSO,
    act,
    acts,
    cards,
    handed_over,
    now_shown,
    only,
    opened,
    previewed,
    reply,
    request_world,
    status,
    story,
    told,
    writes,
)
from tests.scenarios.world import World, actions
from tests.stub_slack import BOT_USER, TEAM, Error, StubMessage, View

CHANGED = "This is no longer what you have typed. Please go back and look again."
TEXT = "Thirty days, and we can make it sixty.\n\n1. Write to Céline\n2. See https://cyberday.ai/trial."


async def _card(w: World, channel: str = "CCYBER") -> tuple[str, StubMessage]:
    thread = await handed_over(w, channel=channel)
    (card,) = await cards(w)
    return thread, card


def _posted(form: View) -> list[object]:
    """The blocks that a form shows between two lines, as they will be posted."""
    blocks = form.view["blocks"]
    first, last = (n for n, block in enumerate(blocks) if block["type"] == "divider")
    return list(blocks[first + 1 : last])


# Shown first


@pytest.mark.parametrize("channel", ["CCYBER", "D1", "COPEN"])
async def test_what_is_shown_is_what_is_posted(tmp_path: Path, channel: str) -> None:
    """Block for block, where and as whom the form has said; before it is sent nothing is said to anybody."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w, channel)
        before = await told(w, thread, channel)
        form = await previewed(w, card, AINO, TEXT)
        place = "the direct message" if channel == "D1" else f"<#{channel}>"

        assert f"This is what will be posted in {place} as Aino · support:" in words_in(form.view["blocks"])
        assert await told(w, thread, channel) == before
        assert (await only(w)).state is State.OPEN

        assert await w.fill(form, AINO) == {}
        posted = (await w.last(channel, thread)).blocks
        assert posted == _posted(form)
        assert words_in(posted).startswith("Aino · support\nThirty days, and we can make it sixty.\n\n1. Write")


async def test_the_form_says_where_it_goes_and_what_the_partner_has_said(tmp_path: Path) -> None:
    """As whom they read it, in which language they write, and their last words."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        first = await opened(w, card, "request.reply", AINO)
        await act(w, card, "request.take", AINO)
        await writes(w, thread, "It is for Contoso.")
        later = await opened(w, card, "request.reply", AINO)

        said = words_in(first.view["blocks"])
        assert "This goes to <#CCYBER>. The partner reads it as Aino · support." in said
        assert "The partner writes in this language: English." in said
        assert "How long does the extended trial last?" in said
        assert "It is for Contoso." in words_in(later.view["blocks"])


async def test_back_keeps_the_text(tmp_path: Path) -> None:
    """Below the preview lies the form as it was typed; mended, the new text is shown and sent."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        form = await opened(w, card, "request.reply", AINO)
        assert await w.fill(form, AINO, text="Thirty dais.") == {}
        shown = w.slack.answered[-1]

        assert shown.below == form.id
        assert now_shown(w, form) == form
        assert await w.fill(form, AINO, text="Thirty days.") == {}
        assert await w.fill(w.slack.answered[-1], AINO) == {}
        assert (await told(w, thread))[-1] == "Aino · support\nThirty days."


async def test_all_forms_close_once_it_is_sent(tmp_path: Path) -> None:
    """Nobody is shown the form again in which they have just written what was sent."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        shown = await previewed(w, card, AINO, "Thirty days.")
        assert await w.fill(shown, AINO) == {}

        assert shown.id not in w.slack.views
        assert shown.below not in w.slack.views


async def test_what_was_typed_is_there_again(tmp_path: Path) -> None:
    """After the forms were closed; for whoever typed it alone, and no more once it was sent."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        await previewed(w, card, AINO, "Thirty days.", then="more")
        again = await opened(w, card, "request.reply", AINO)

        assert (held(again, "text"), held(again, "then")) == ("Thirty days.", "more")
        assert held(await opened(w, card, "request.reply", JEAN), "text") == ""
        await reply(w, card, AINO, "Sixty days.")
        assert held(await opened(w, card, "request.reply", AINO), "text") == ""


async def test_a_text_that_was_changed_in_another_window_is_not_sent(tmp_path: Path) -> None:
    """What one has looked at last is sent, or nothing."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        old = await previewed(w, card, AINO, "Thirty days.")
        new = await previewed(w, card, AINO, "Sixty days.")
        before = await told(w, thread)
        assert await w.fill(old, AINO) == {}

        assert CHANGED in words_in(now_shown(w, old).view["blocks"])
        assert await told(w, thread) == before
        assert acts(await only(w)) == [Act.ASKED]
        assert await w.fill(new, AINO) == {}
        assert (await told(w, thread))[-1] == "Aino · support\nSixty days."


async def test_a_reply_is_sent_once(tmp_path: Path) -> None:
    """Also where the same form is sent from a second window, or delivered again."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        first = await previewed(w, card, AINO, "Thirty days.")
        second = await previewed(w, card, AINO, "Thirty days.")
        assert [await w.fill(one, AINO) for one in (first, first, second)] == [{}, {}, {}]

        assert len([text for text in await told(w, thread) if "Thirty days." in text and "Aino" in text]) == 1
        assert acts(await only(w)).count(Act.REPLIED) == 1
        assert CHANGED in words_in(now_shown(w, second).view["blocks"])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Please write your reply."),
        (" \n\t ", "Please write your reply."),
        ("x" * 2501, "Please write at most 2,500 characters."),
    ],
)
async def test_what_cannot_be_sent(tmp_path: Path, text: str, error: str) -> None:
    """The form stays open with all that was typed, and says why."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        form = await opened(w, card, "request.reply", AINO)
        before = await told(w, thread)

        assert await w.fill(form, AINO, text=text) == {"text": error}
        assert await told(w, thread) == before
        assert (await only(w)).unsent == ()


async def test_the_longest_text_is_sent_whole(tmp_path: Path) -> None:
    """2,500 signs, each of which Slack writes in five."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        form = await reply(w, card, AINO, "&" * 2500)

        posted = (await w.last("CCYBER", thread)).blocks
        assert posted == _posted(form)
        assert "&" * 2500 in words_in(posted)


# What becomes of the request


@pytest.mark.parametrize(
    ("then", "state", "reason", "last"),
    [
        ("wait", State.WAITING, None, [Act.REPLIED]),
        ("more", State.TAKEN, None, [Act.REPLIED]),
        ("resolve", State.RESOLVED, "answered", [Act.REPLIED, Act.RESOLVED]),
    ],
)
async def test_what_becomes_of_it(tmp_path: Path, then: str, state: State, reason: str | None, last: list[Act]) -> None:
    """It waits for the partner, the desk owes more, or it is over: then the partner reads that too."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await act(w, card, "request.take", AINO)
        before = await told(w, thread)
        await reply(w, card, AINO, "Thirty days.", then=then)
        request = await only(w)
        result = ["REQ-1 is closed.\n\nYour question has been answered."] if then == "resolve" else []

        assert (request.state, request.reason) == (state, reason)
        assert acts(request) == [Act.ASKED, Act.TAKEN, *last]
        assert (await told(w, thread))[len(before) :] == ["Aino · support\nThirty days.", *result]
        assert request.responded_at is not None
        assert "REQ-1: <@USTAFF> has replied. Sent to the partner:\n&gt; Thirty days." in await story(w, card)


async def test_whoever_replies_to_what_nobody_has_taken_has_it(tmp_path: Path) -> None:
    """The partner reads who it is before the reply."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await reply(w, card, JEAN, "Thirty days.")
        *_, taken, said = await told(w, thread)

        assert taken.startswith("Jean has taken REQ-1.")
        assert said == "Jean · support\nThirty days."
        assert (await only(w)).assignee == PersonId(TEAM, JEAN)
        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN, Act.REPLIED]


async def test_somebody_else_replies(tmp_path: Path) -> None:
    """Under their own name; whoever has it has it still."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await act(w, card, "request.take", AINO)
        await reply(w, card, OTSO, "Thirty days.")

        assert (await told(w, thread))[-1] == "Otso · support\nThirty days."
        assert (await only(w)).assignee == PersonId(TEAM, AINO)


async def test_a_reply_that_was_open_while_another_replied(tmp_path: Path) -> None:
    """Both are sent, each as it was shown: the second has seen nothing of the first, but it is not lost."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await act(w, card, "request.take", AINO)
        hers, his = [await previewed(w, card, user, f"By {user}.") for user in (AINO, JEAN)]
        assert [await w.fill(hers, AINO), await w.fill(his, JEAN)] == [{}, {}]

        assert (await told(w, thread))[-2:] == ["Aino · support\nBy USTAFF.", "Jean · support\nBy UJEAN."]


@pytest.mark.parametrize("step", ["form", "preview"])
async def test_a_reply_to_what_another_has_ended(tmp_path: Path, step: str) -> None:
    """It is not sent; whoever wrote it reads who has ended it, and their text still lies in the form."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await act(w, card, "request.take", AINO)
        form = await opened(w, card, "request.reply", JEAN)
        shown = await previewed(w, card, JEAN, "Thirty days.") if step == "preview" else None
        await act(w, card, "request.resolve", AINO, reason="done")
        before = await told(w, thread)
        said = await _refused(w, form, shown)

        assert "REQ-1 was resolved by Aino Virtanen, 23 November, 10:0" in said
        assert await told(w, thread) == before
        assert now_shown(w, form) == form


async def _refused(w: World, form: View, shown: View | None) -> str:
    if shown is None:
        return " ".join((await w.fill(form, JEAN, text="Thirty days.")).values())
    assert await w.fill(shown, JEAN) == {}
    return words_in(now_shown(w, shown).view["blocks"])


# Nothing else of theirs


async def test_what_is_written_below_the_card_stays_there(tmp_path: Path) -> None:
    """By staff, whether they name the bot or not: the partner's thread gets nothing of it."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await act(w, card, "request.take", AINO)
        before = [message.text for message in w.slack.messages("CCYBER", ours=False)]
        await w.write("CSUPPORT", AINO, "SECRET: they have not paid for months", thread=card.ts)
        await w.write("CSUPPORT", JEAN, "SECRET picture", thread=card.ts, files=["F1"])
        await w.mention("CSUPPORT", JEAN, "SECRET How long does the extended trial last?", thread=card.ts)
        await w.mention("CSUPPORT", AINO, "SECRET", thread=card.ts)
        await w.settle()

        assert [message.text for message in w.slack.messages("CCYBER", ours=False)] == before
        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN]
        said = [one.arguments for one in w.slack.requests if one.arguments.get("channel") == "CCYBER"]
        assert "SECRET" not in str(said)
        assert len(await told(w, thread)) == len(w.slack.messages("CCYBER", thread=thread))


# Slack takes it not


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "channel_not_found", "restricted_action"])
async def test_a_reply_that_slack_does_not_take(tmp_path: Path, code: str) -> None:
    """It is told below the card, once: whoever wrote it reaches the partner another way."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await act(w, card, "request.take", AINO)
        shown = await previewed(w, card, AINO, "Thirty days.")
        before = await told(w, thread)
        w.slack.fault = lambda method, _: Error(code) if _is_to_partner(w, method) else None
        assert await w.fill(shown, AINO) == {}
        await w.settle(with_dead=True)

        assert w.slack.texts("CCYBER", thread=thread) == before
        assert _undelivered(w, card) == 1
        assert "Thirty days." in " ".join(w.slack.texts("CSUPPORT", thread=card.ts))


def _undelivered(w: World, card: StubMessage) -> int:
    """How often it stands below a card that the partner was not reached."""
    told = "Slack does not let me write in the partner’s thread. What was sent last has not reached them:"
    return len([text for text in w.slack.texts("CSUPPORT", thread=card.ts) if told in text])


def _is_to_partner(w: World, method: str) -> bool:
    is_said = method in {"chat.postMessage", "chat.update"}
    return is_said and w.slack.requests[-1].arguments.get("channel") == "CCYBER"


async def test_the_partner_s_channel_is_archived(tmp_path: Path) -> None:
    """The desk reads that; the request stays what it is, and can be ended."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        await act(w, card, "request.take", AINO)
        shown = await previewed(w, card, AINO, "Thirty days.")
        w.slack.channels["CCYBER"].is_archived = True
        assert await w.fill(shown, AINO) == {}
        await w.settle(with_dead=True)
        assert _undelivered(w, card) == 1
        form = await opened(w, card, "request.resolve", AINO)
        assert await w.fill(form, AINO, reason="answered") == {}
        await w.settle(with_dead=True)

        assert _undelivered(w, card) == 2
        assert actions(card) == ["request.reopen"]


# In the partner's channel


async def test_a_word_of_staff_in_the_partner_s_thread_is_the_reply(tmp_path: Path) -> None:
    """It takes what nobody had, stands below the card, and stops the clock; the bot says who has it."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await writes(w, thread, "Thirty days.", user=JEAN, team=TEAM)
        request = await only(w)

        assert (request.state, request.assignee) == (State.WAITING, PersonId(TEAM, JEAN))
        assert acts(request) == [Act.ASKED, Act.TAKEN, Act.WROTE]
        assert "REQ-1: <@UJEAN> has replied in the partner’s own thread:\n&gt; Thirty days." in await story(w, card)
        assert "waiting for the partner · <@UJEAN>" in words_on(card)
        assert (await told(w, thread))[-1].startswith("Jean has taken REQ-1.")
        assert request.responded_at is not None


async def test_a_word_of_staff_to_what_a_colleague_has(tmp_path: Path) -> None:
    """It counts as the reply, and the colleague has it still."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await act(w, card, "request.take", AINO)
        await writes(w, thread, "Thirty days.", user=JEAN, team=TEAM)
        await writes(w, thread, "And for Contoso?")

        assert (await only(w)).assignee == PersonId(TEAM, AINO)
        assert (await story(w, card))[-1] == "<@USTAFF> REQ-1: the partner has written, and it is your turn."


async def test_a_word_of_staff_after_the_end_opens_nothing(tmp_path: Path) -> None:
    """It stands below the card all the same."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await act(w, card, "request.resolve", AINO, reason="answered")
        await writes(w, thread, "And have a nice weekend.", user=AINO, team=TEAM)

        assert (await only(w)).state is State.RESOLVED
        assert "have a nice weekend" in (await story(w, card))[-1]


async def test_a_namesake_of_staff_elsewhere_does_not_reply(tmp_path: Path) -> None:
    """The same user id in a partner's workspace is a partner."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await act(w, card, "request.take", JEAN)
        await reply(w, card, JEAN, "Which customer?")
        await writes(w, thread, "Contoso.", user=AINO, team="TACME", channel="CCYBER")

        assert (await only(w)).history[-1].act in {Act.REPLIED, Act.TOLD}
        assert Act.WROTE not in acts(await only(w))


# What the partner's message is


async def test_a_reply_is_no_answer_of_the_bot(tmp_path: Path) -> None:
    """It has no votes and no menu, and is known as what it is."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await reply(w, card, AINO, "Thirty days.")
        said = await w.last("CCYBER", thread)

        assert actions(said) == []
        assert (await reply_of(w, said)).result == {
            "step": "reply",
            "number": 1,
            "agent": "Aino",
            "text": "Thirty days.",
        }
        assert said.user == BOT_USER
        assert await status(w) != ""
