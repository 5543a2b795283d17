"""Every step of a request by its button: what card, story, the partner's thread and the database say after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.request import Act, Reason, Request, State
from tests.scenarios.report_desk import offers, words_on
from tests.scenarios.request_desk import (
    AINO,
    JEAN,
    TEN,
    act,
    acts,
    asked_in_words,
    cards,
    handed_over,
    only,
    reply,
    request_world,
    status,
    story,
    told,
    writes,
)
from tests.scenarios.world import World, actions, options
from tests.stub_slack import StubMessage

OPEN = ["request.take", "request.reply", "request.answer", "request.resolve", "request.more"]
TAKEN = ["request.reply", "request.answer", "request.resolve", "request.more"]
CLOSED = ["request.reopen"]
TRIAL = "How long does the extended trial last?"


async def _stands(w: World, card: StubMessage) -> str:
    """The first line of a card."""
    await w.settle()
    return words_on(w.slack.message(card.channel, card.ts)).partition("\n")[0]


async def _further(w: World, card: StubMessage) -> list[str]:
    await w.settle()
    return offers(card, "request.more")


# The card


async def test_a_new_card_says_all_that_staff_must_know(tmp_path: Path) -> None:
    """What is owed until when, who asks, of which organisation, what, what the bot said to it and why, and where."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w, channel="COPEN")
        (card,) = await cards(w)
        words = words_on(card)

        assert words.startswith("*REQ-1* · in the queue\n*First response due: Mon 23 Nov, 15:00 (Helsinki).*\n")
        assert "*Resolution due: Thu 26 Nov, 14:00 (Helsinki).*" in words
        assert "<@UACME> · Acme &amp; &lt;!channel&gt; &lt;Co&gt; · English · Cyberday partner programme" in words
        assert TRIAL in words
        assert "30 days" in words
        assert "Language read: English, by its words" in words
        assert "Candidates: Length of a trial (" in words
        assert "Nearest phrasing: How long does a trial last?" in words
        assert "asked for a person · Mon 23 Nov, 10:00 (Helsinki) · first-line · <https://home.slack.example/" in words
        assert f"p{thread.replace('.', '')}|Open the thread>" in words
        assert card.text == f"REQ-1 (English): {TRIAL}"
        assert (await only(w)).opened_at >= TEN


async def test_a_card_of_a_direct_message_leads_nowhere(tmp_path: Path) -> None:
    """Nobody else can open it."""
    async with request_world(tmp_path) as w:
        await handed_over(w, channel="D1")
        (card,) = await cards(w)

        assert "first-line · in a direct message" in words_on(card)
        assert "https://home.slack.example" not in words_on(card)


@pytest.mark.parametrize(
    ("language", "said", "user"),
    [("en", "English", AINO), ("fr", "French", JEAN), ("de", "German", "UMIRA"), ("fi", "Finnish", AINO)],
)
async def test_the_card_is_in_the_desk_s_language(tmp_path: Path, language: str, said: str, user: str) -> None:
    """Whatever the partner's; who speaks that is called."""
    async with request_world(tmp_path) as w:
        await asked_in_words(w, language)
        (card,) = await cards(w)
        (call,) = await story(w, card)

        assert f" · {said} · " in words_on(card)
        assert f"<@{user}>" in call
        assert call.endswith(f"REQ-1 is new and waits for one of you ({said}).")


# Controls by state


async def test_what_can_be_done_in_each_state(tmp_path: Path) -> None:
    """In the queue, taken, waiting for the partner, over; what would change nothing is not offered."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        assert actions(card) == OPEN
        assert await _further(w, card) == ["assign", "level", "urgent", "wait", "dismiss", "why"]

        await act(w, card, "request.more", AINO, "urgent")
        assert await _further(w, card) == ["assign", "level", "normal", "wait", "dismiss", "why"]

        await act(w, card, "request.take", AINO)
        assert actions(card) == TAKEN
        assert await _further(w, card) == ["assign", "take-over", "level", "normal", "wait", "dismiss", "why"]

        await act(w, card, "request.more", AINO, "wait")
        assert actions(card) == TAKEN
        assert await _further(w, card) == ["assign", "take-over", "level", "normal", "dismiss", "why"]

        await act(w, card, "request.resolve", AINO, reason="done")
        assert actions(card) == CLOSED


async def test_a_menu_shows_nothing_chosen_once_the_card_is_drawn_again(tmp_path: Path) -> None:
    """Slack keeps what was chosen in a block that it knows."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        before = _row(card)
        await act(w, card, "request.more", AINO, "urgent")

        assert _row(card) != before


def _row(card: StubMessage) -> str:
    (row,) = [block for block in card.blocks if block["type"] == "actions"]
    return str(row["block_id"])


# Each step, from both sides


@dataclass(frozen=True)
class Step:
    """A step: the control that leads to it, and what is so afterwards; `before` are the steps before it."""

    action: str
    value: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    before: tuple[tuple[str, str | None, dict[str, str]], ...] = ()
    state: State = State.TAKEN
    last: tuple[Act, ...] = ()
    card: str = ""  # its first line
    line: str = ""  # of the story
    new: str = ""  # message to the partner; "": none
    status: str = ""  # of the partner's message


TAKE = ("request.take", None, {})
WAIT = ("request.more", "wait", {})
DONE = ("request.resolve", None, {"reason": "done"})
PASSING = "I am passing this on to a person.\n\nYour request: REQ-1"
SILENT = "From now on I keep silent in this thread. If you need me all the same, write to me outside of this thread."
HAS_TAKEN = f"Aino has taken REQ-1.\n\n{SILENT}"

STEPS = {
    "taken": Step(
        "request.take",
        last=(Act.TAKEN,),
        card="*REQ-1* · taken · <@USTAFF>",
        line="<@USTAFF> has taken the request.",
        new=HAS_TAKEN,
        status="Aino is looking after REQ-1.",
    ),
    "urgent": Step(
        "request.more",
        "urgent",
        state=State.OPEN,
        last=(Act.URGENT,),
        card="*REQ-1* · *urgent* · in the queue",
        line="<@USTAFF> has marked the request as urgent.",
        status=PASSING,
    ),
    "no longer urgent": Step(
        "request.more",
        "normal",
        before=(("request.more", "urgent", {}),),
        state=State.OPEN,
        last=(Act.NORMAL,),
        card="*REQ-1* · in the queue",
        line="<@USTAFF> has marked the request as not urgent.",
        status=PASSING,
    ),
    "waiting, taken": Step(
        "request.more",
        "wait",
        before=(TAKE,),
        state=State.WAITING,
        last=(Act.WAITING,),
        card="*REQ-1* · waiting for the partner · <@USTAFF>",
        line="<@USTAFF> waits for the partner.",
        status="Aino waits for your reply about REQ-1: write it here.",
    ),
    "waiting, out of the queue": Step(
        "request.more",
        "wait",
        state=State.WAITING,
        last=(Act.TAKEN, Act.WAITING),
        card="*REQ-1* · waiting for the partner · <@USTAFF>",
        line="<@USTAFF> waits for the partner.",
        new=HAS_TAKEN,
        status="Aino waits for your reply about REQ-1: write it here.",
    ),
    "given": Step(
        "request.more",
        "assign",
        {"assignee": JEAN},
        last=(Act.ASSIGNED,),
        card="*REQ-1* · taken · <@UJEAN>",
        line="<@USTAFF> has given the request to <@UJEAN>.",
        new=HAS_TAKEN.replace("Aino", "Jean"),
        status="Jean is looking after REQ-1.",
    ),
    "given, while it waits": Step(
        "request.more",
        "assign",
        {"assignee": JEAN},
        before=(TAKE, WAIT),
        state=State.WAITING,
        last=(Act.ASSIGNED,),
        card="*REQ-1* · waiting for the partner · <@UJEAN>",
        line="<@USTAFF> has given the request to <@UJEAN>.",
        new=HAS_TAKEN.replace("Aino", "Jean"),
        status="Jean waits for your reply about REQ-1: write it here.",
    ),
    "back in the queue": Step(
        "request.more",
        "assign",
        {"assignee": "queue"},
        before=(TAKE,),
        state=State.OPEN,
        last=(Act.RELEASED,),
        card="*REQ-1* · in the queue",
        line="<@USTAFF> has put the request back into the queue.",
        status=PASSING,
    ),
    "resolved": Step(
        "request.resolve",
        None,
        {"reason": "done"},
        before=(TAKE,),
        state=State.RESOLVED,
        last=(Act.RESOLVED,),
        card="*REQ-1* · resolved · <@USTAFF>",
        line="<@USTAFF> has resolved the request: done as asked.",
        new="REQ-1 is closed.\n\nWhat you asked for has been done.",
        status="REQ-1 is closed: what became of it stands in a message of its own.",
    ),
    "no request": Step(
        "request.more",
        "dismiss",
        state=State.DISMISSED,
        last=(Act.DISMISSED,),
        card="*REQ-1* · not a request",
        line="<@USTAFF> has closed this: it is no request.",
        status="The desk has closed REQ-1. If you still need a person, you can open it again.",
    ),
    "reopened by whoever had it": Step(
        "request.reopen",
        before=(TAKE, DONE),
        last=(Act.REOPENED,),
        card="*REQ-1* · taken · <@USTAFF>",
        line="<@USTAFF> has reopened the request.",
        status="Aino is looking after REQ-1.",
    ),
    "reopened, which nobody had": Step(
        "request.reopen",
        before=(("request.more", "dismiss", {}),),
        last=(Act.REOPENED,),
        card="*REQ-1* · taken · <@USTAFF>",
        line="<@USTAFF> has reopened the request.",
        new=HAS_TAKEN,
        status="Aino is looking after REQ-1.",
    ),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
async def test_a_step_from_both_sides(tmp_path: Path, step: Step) -> None:
    """Card and story tell staff, an edited message the partner; a new one only where they must know at once."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w, channel="D1")
        (card,) = await cards(w)
        for action, value, fields in step.before:
            assert await act(w, card, action, AINO, value, **fields) == {}
        known, lines, was = await told(w, thread, "D1"), await story(w, card), len(acts(await only(w)))
        assert await act(w, card, step.action, AINO, step.value, **step.fields) == {}
        request = await only(w)

        assert (request.state, tuple(acts(request)[was:])) == (step.state, step.last)
        assert await _stands(w, card) == step.card
        assert f"REQ-1: {step.line}" in (await story(w, card))[len(lines) :]
        assert (await told(w, thread, "D1"))[len(known) :] == ([step.new] if step.new else [])
        assert await status(w) == step.status
        _assert_sound(request)


def _assert_sound(request: Request) -> None:
    """What holds of each request, however it stands."""
    assert (request.owed_since is not None) is (request.state in {State.OPEN, State.TAKEN})
    assert (request.waiting_since is not None) is (request.state is State.WAITING)
    assert (request.closed_at is not None) is request.is_closed
    assert (request.reason is not None) is (request.state is State.RESOLVED)
    if request.state in {State.TAKEN, State.WAITING}:
        assert request.assignee is not None
    if request.state is State.OPEN:
        assert request.assignee is None


async def test_the_clocks_stand_on_the_card(tmp_path: Path) -> None:
    """Until when a word is owed; that none is while it waits, since when; of a request that is over nothing."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        assert "First response due: Mon 23 Nov, 15:00" in words_on(card)
        await act(w, card, "request.more", AINO, "urgent")
        assert "First response due: Mon 23 Nov, 11:00" in words_on(card)
        assert "Resolution due: Tue 24 Nov, 11:00" in words_on(card)

        await reply(w, card, AINO, "Which customer is it for?")
        assert "due:" not in words_on(card)
        assert "It has been waiting for the partner since Mon 23 Nov, 10:0" in words_on(card)

        await act(w, card, "request.resolve", AINO, reason="done")
        assert "due:" not in words_on(card)
        assert "waiting for the partner since" not in words_on(card)


async def test_the_partner_s_word_makes_it_the_desk_s_turn(tmp_path: Path) -> None:
    """It is quoted below the card, and whoever has it is called, once; "thank you" calls nobody."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        await reply(w, card, AINO, "Which customer is it for?")
        before = await story(w, card)
        await writes(w, thread, "For Contoso.")
        await writes(w, thread, "They have 40 seats.")
        await writes(w, thread, "Thanks!")
        lines = (await story(w, card))[len(before) :]

        assert (await only(w)).state is State.TAKEN
        assert lines == [
            "REQ-1: From the partner: <@UACME> wrote:\n&gt; For Contoso.",
            "<@USTAFF> REQ-1: the partner has written, and it is your turn.",
            "REQ-1: From the partner: <@UACME> wrote:\n&gt; They have 40 seats.",
            "REQ-1: From the partner, and no reply is owed: <@UACME> wrote:\n&gt; Thanks!",
        ]


async def test_the_partner_opens_it_again(tmp_path: Path) -> None:
    """By the button of the result; whoever had it has it again and is called, and the card can be worked with."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w, channel="D1", user="U1")
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        await act(w, card, "request.resolve", AINO, reason="answered")
        result = w.slack.messages("D1", thread=thread)[-1]
        assert await w.press(result, "request.again", "U1", team="TACME") == 200
        request = await only(w)
        *_, line, call = await story(w, card)

        assert (request.state, request.reason, request.words) == (State.TAKEN, None, "")
        assert line == "REQ-1: From the partner: <@U1> has opened the request again."
        assert call == "<@USTAFF> REQ-1 is open again: the partner has come back to it."
        assert actions(card) == TAKEN
        assert "REQ-1 is open again, and the desk knows." in result.text
        assert actions(result) == []


async def test_what_it_was_resolved_with_stands_on_the_card(tmp_path: Path) -> None:
    """The reason, and the words that the partner was told."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.resolve", AINO, reason="passed-on", words="Céline will call you.")

        assert "Result: passed on to somebody else" in words_on(card)
        assert "Céline will call you." in words_on(card)
        assert (await only(w)).reason is Reason.PASSED_ON


async def test_cards_of_several_requests_are_not_mixed_up(tmp_path: Path) -> None:
    """Each has its own; a click changes one."""
    async with request_world(tmp_path) as w:
        for _ in range(3):
            await handed_over(w)
        first, second, third = await cards(w)
        await act(w, second, "request.take", JEAN)

        assert [actions(card) for card in (first, second, third)] == [OPEN, TAKEN, OPEN]
        assert await story(w, third) == ["<@USTAFF> <@UJEAN> REQ-3 is new and waits for one of you (English)."]


async def test_a_step_of_which_nothing_is_known(tmp_path: Path) -> None:
    """A menu of another version offers what this one does not know: nothing happens, and it is said."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        (menu,) = [element for block in card.blocks for element in block.get("elements", ()) if "options" in element]
        options(menu)[0]["value"] = "sell"
        assert await w.press(card, "request.more", AINO, "sell") == 200

        assert acts(await only(w)) == [Act.ASKED]
        assert len(await w.whispers(AINO)) == 1
