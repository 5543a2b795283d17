"""A request that waits for its partner: asked after once, closed politely, and opened again by whoever comes back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.model import LANGUAGES, Language, PersonId
from bot.render.requests import template
from bot.request import Act, Reason, State
from tests.scenarios.meeting_desk import paused
from tests.scenarios.report_desk import words_on
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    JEAN,
    MIRA,
    OTSO,
    PERSON,
    REQUEST_DESK,
    act,
    acts,
    asked_in_words,
    by_clock,
    cards,
    handed_over,
    live_to,
    only,
    reply,
    request_world,
    status,
    story,
    told,
    wall,
    writes,
)
from tests.scenarios.world import World, actions, clock_at
from tests.stub_slack import TEAM, StubMessage

NUDGED, CLOSED = "nudged, Thu 26 Nov 10:00", "resolved no-reply, Mon 30 Nov 10:00"
EARLY = 'hours: {mon: ["07:00-11:00"], tue: ["07:00-11:00"], wed: ["07:00-11:00"]}'
HOSTS = f"hosts: [{{user: {AINO}, kinds: [support], calendar: null}}]\n"


async def _waiting(w: World, channel: str = "CCYBER", *, by: str = AINO) -> tuple[str, StubMessage]:
    """A request that was answered on Monday at ten; its thread and its card."""
    thread = await handed_over(w, channel=channel)
    (card,) = await cards(w)
    await reply(w, card, by, "Which customer is it?")
    return thread, card


async def _last(w: World, thread: str, channel: str = "CCYBER") -> StubMessage:
    await w.settle()
    return w.slack.messages(channel, thread=thread)[-1]


def _leaves(w: World, user: str) -> None:
    """Somebody stands behind the desk no more."""
    services = w.desk.services
    services.desk = replace(services.desk, staff=tuple(one for one in services.desk.staff if one.user != user))


def _called(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("<@")]


# Nobody comes back


@pytest.mark.parametrize("channel", ["CCYBER", "D1"])
async def test_the_partner_is_asked_once_and_then_let_go(tmp_path: Path, channel: str) -> None:
    """After three days, and after seven: one message each; the desk reads both below the card, and nobody is called."""
    async with request_world(tmp_path) as w:
        thread, card = await _waiting(w, channel)
        said, lines = len(await told(w, thread, channel)), len(await story(w, card))
        await live_to(w, "2026-12-20 12:00")
        now = await only(w)

        assert by_clock(now) == [NUDGED, CLOSED]
        assert (now.state, now.reason) == (State.RESOLVED, Reason.NO_REPLY)
        assert (await told(w, thread, channel))[said:] == [
            "Aino has not heard from you about REQ-1. Does it still matter?\n\nIf it does, write here, in this thread.",
            "REQ-1 is closed.\n\nWe have not heard from you for a while, so nobody works on it any more.",
        ]
        assert (await story(w, card))[lines:] == [
            "REQ-1: I have asked the partner whether this still matters.",
            "REQ-1: The partner has not replied for long, so the request is closed.",
        ]
        assert actions(await _last(w, thread, channel)) == ["request.again"]
        assert (await status(w)).startswith("REQ-1 is closed")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_in_the_partner_s_language(tmp_path: Path, language: Language) -> None:
    """Both messages."""
    async with request_world(tmp_path) as w:
        thread = await asked_in_words(w, language)
        (card,) = await cards(w)
        await reply(w, card, OTSO, "?")
        await live_to(w, "2026-12-01 12:00")
        *_, nudge, closing = await told(w, thread)
        t = w.desk.services.editions.current.renderer.catalogues[language]
        asks = t("{agent} has not heard from you about {number}. Does it still matter?", agent="Otso", number="REQ-1")

        assert nudge.startswith(asks)
        assert closing.startswith(t("{number} is closed.", number="REQ-1"))
        assert closing.endswith(template(Reason.NO_REPLY, t))


async def test_it_is_done_in_the_desk_s_hours(tmp_path: Path) -> None:
    """Three days after a Thursday it is Sunday: the partner is asked on Monday morning."""
    async with request_world(tmp_path, clock=clock_at(wall("2026-11-26 16:30"))) as w:
        await _waiting(w)
        await live_to(w, "2026-12-20 12:00")

        assert by_clock(await only(w)) == ["nudged, Mon 30 Nov 09:00", "resolved no-reply, Thu 03 Dec 16:30"]


@pytest.mark.parametrize(
    ("waiting", "done"),
    [
        ("{nudge: 1d, close: 2d}", ["nudged, Tue 24 Nov 10:00", "resolved no-reply, Wed 25 Nov 10:00"]),
        ("{close: null}", [NUDGED]),
        ("{nudge: null, close: null}", []),
    ],
)
async def test_a_desk_may_have_more_patience(tmp_path: Path, waiting: str, done: list[str]) -> None:
    """As the desk file says."""
    desk = REQUEST_DESK.replace("  digest: null", f"  waiting: {waiting}\n  digest: null")
    async with request_world(tmp_path, desk) as w:
        await _waiting(w)
        await live_to(w, "2026-12-20 12:00")

        assert by_clock(await only(w)) == done


async def test_a_desk_that_was_down_asks_first(tmp_path: Path) -> None:
    """However late it is: whoever was asked has a day to answer."""
    async with request_world(tmp_path) as w:
        await _waiting(w)
        again = {"slack": w.slack, "clock": w.clock}
    w.clock.skip(wall("2026-12-08 14:00") - w.clock.now())
    async with request_world(tmp_path, **again) as w:
        await live_to(w, "2026-12-20 12:00")

        assert by_clock(await only(w)) == ["nudged, Tue 08 Dec 14:00", "resolved no-reply, Wed 09 Dec 14:00"]


# The partner comes back in time


async def test_a_word_goes_on_with_whoever_has_it(tmp_path: Path) -> None:
    """They are called, nobody is let go; and after the next reply the partner has as long again."""
    async with request_world(tmp_path) as w:
        thread, card = await _waiting(w)
        await live_to(w, "2026-11-26 11:00")
        await writes(w, thread, "It is Zanzibar Ltd")
        now = await only(w)
        assert (now.state, now.assignee) == (State.TAKEN, PersonId(TEAM, AINO))
        assert _called(await story(w, card))[-1] == "<@USTAFF> REQ-1: the partner has written, and it is your turn."

        await reply(w, card, AINO, "Then it is sixty days.")
        await live_to(w, "2026-12-20 12:00")
        assert by_clock(await only(w)) == [
            NUDGED,
            "nudged, Mon 30 Nov 09:00",
            "resolved no-reply, Thu 03 Dec 11:00",
        ]


async def test_who_says_thanks_is_not_asked(tmp_path: Path) -> None:
    """Thanks start no clock; when the partner would be asked whether it still matters, it is closed as answered."""
    async with request_world(tmp_path) as w:
        thread, _ = await _waiting(w)
        await writes(w, thread, "Thanks!")
        await live_to(w, "2026-12-20 12:00")

        assert by_clock(await only(w)) == ["resolved answered, Thu 26 Nov 10:00"]


async def test_thanks_end_it(tmp_path: Path) -> None:
    """Whoever has said so is not asked whether it still matters: it is closed then, as answered."""
    async with request_world(tmp_path) as w:
        thread, _ = await _waiting(w)
        await writes(w, thread, "Thanks!")
        assert (await only(w)).state is State.WAITING
        await live_to(w, "2026-12-20 12:00")

        assert by_clock(await only(w)) == ["resolved answered, Thu 26 Nov 10:00"]


async def test_thanks_for_the_question_are_no_reply(tmp_path: Path) -> None:
    """It is closed when it would have been."""
    async with request_world(tmp_path) as w:
        thread, _ = await _waiting(w)
        await live_to(w, "2026-11-26 11:00")
        await writes(w, thread, "Thank you, Aino")
        await live_to(w, "2026-12-20 12:00")
        nudged, resolved = by_clock(await only(w))

        assert nudged == NUDGED
        assert resolved.endswith("Mon 30 Nov 10:00")


async def test_the_partner_says_that_it_is_settled(tmp_path: Path) -> None:
    """By the button of the question; it is closed at once, and the question shows no button any more."""
    async with request_world(tmp_path) as w:
        thread, card = await _waiting(w)
        await live_to(w, "2026-11-26 11:00")
        question = await _last(w, thread)
        assert actions(question) == ["request.settled"]
        assert await w.press(question, "request.settled", "UACME", team=ACME) == 200
        await w.settle()
        now = await only(w)

        assert (now.state, now.reason, now.closed_at is None) == (State.RESOLVED, Reason.SETTLED, False)
        assert actions(w.slack.message("CCYBER", question.ts)) == []
        assert (await told(w, thread))[-1] == "REQ-1 is closed.\n\nYou have told us that it is settled."
        assert (await story(w, card))[-1] == "REQ-1: From the partner: <@UACME> says that it is settled."


# The partner comes back after the end


@pytest.mark.parametrize("how", ["by a word", "by the button"])
@pytest.mark.parametrize("end", ["resolved", "let go"])
async def test_whoever_had_it_has_it_again(tmp_path: Path, how: str, end: str) -> None:
    """They are called, the story says so, the clocks run again, and the partner's message says who looks after it."""
    async with request_world(tmp_path) as w:
        thread, card = await _waiting(w, "D1")
        if end == "resolved":
            await act(w, card, "request.resolve", AINO, reason="answered")
        await live_to(w, "2026-12-01 10:00")
        assert (await only(w)).is_closed
        said = len(await told(w, thread, "D1"))
        await _back(w, thread, how, "D1")
        now = await only(w)

        assert (now.state, now.assignee, now.reason) == (State.TAKEN, PersonId(TEAM, AINO), None)
        assert now.history[-1].act is Act.RETURNED
        assert now.owed_since is not None
        assert _called(await story(w, card))[-1] == "<@USTAFF> REQ-1 is open again: the partner has come back to it."
        assert (await status(w)).startswith("Aino is looking after REQ-1.")
        assert len(await told(w, thread, "D1")) == said, "who has it is known"
        assert "Resolution due" in words_on(w.slack.message(card.channel, card.ts))


async def _back(w: World, thread: str, how: str = "by a word", channel: str = "CCYBER") -> None:
    """The partner comes back to what is closed."""
    if how == "by a word":
        await writes(w, thread, "It happens again, for another customer", channel=channel)
    else:
        assert await w.press(await _last(w, thread, channel), "request.again", "UACME", team=ACME) == 200
        await w.settle()


async def _ended(w: World, *, by: str = AINO) -> tuple[str, StubMessage]:
    """A request that was resolved on Monday; its thread and its card."""
    thread, card = await _waiting(w, by=by)
    await act(w, card, "request.resolve", by, reason="answered")
    return thread, card


async def _is_the_queue_s(w: World, card: StubMessage, *colleagues: str) -> None:
    """A request that has come back is anybody's to take, and its people were called once."""
    now = await only(w)
    lines = await story(w, card)

    assert (now.state, now.assignee) == (State.OPEN, None)
    assert acts(now)[-2:] == [Act.RETURNED, Act.RELEASED]
    assert now.history[-1].who is None
    people = " ".join(f"<@{user}>" for user in colleagues)
    assert lines[-1] == f"{people} REQ-1 is back in the queue and waits for one of you."
    assert len(_called(lines)) == 2, "that it is new, and that it is back"
    assert "request.take" in actions(w.slack.message(card.channel, card.ts))


@pytest.mark.parametrize("how", ["by a word", "by the button"])
async def test_who_is_off_duty_while_a_colleague_is_there(tmp_path: Path, how: str) -> None:
    """It is in the queue again, and those are called who are there; who is off duty is not."""
    desk = REQUEST_DESK.replace("level: first-line}\n", f"level: first-line, {EARLY}}}\n", 1)
    async with request_world(tmp_path, desk, clock=clock_at(wall("2026-11-23 09:30"))) as w:
        thread, card = await _ended(w)
        await live_to(w, "2026-11-24 14:00")
        await _back(w, thread, how)

        await _is_the_queue_s(w, card, JEAN)
        assert (await status(w)).startswith("I am passing this on to a person.")


async def test_who_is_off_duty_while_nobody_else_is_there(tmp_path: Path) -> None:
    """At night it is whoever's it was, who knows it: they read it in the morning."""
    async with request_world(tmp_path) as w:
        thread, card = await _ended(w)
        await live_to(w, "2026-11-24 22:00")
        await _back(w, thread)

        assert (await only(w)).assignee == PersonId(TEAM, AINO)
        assert _called(await story(w, card))[-1].startswith("<@USTAFF> REQ-1 is open again")


async def test_who_is_off_duty_and_alone_speaks_the_language(tmp_path: Path) -> None:
    """Colleagues who do not are no help while it can wait."""
    desk = REQUEST_DESK.replace("languages: [de], level: first-line}", f"languages: [de], level: first-line, {EARLY}}}")
    desk = desk.replace("languages: [fi, en, de, fr]", "languages: [fi, en, fr]")
    async with request_world(tmp_path, desk, clock=clock_at(wall("2026-11-23 09:30"))) as w:
        thread = await asked_in_words(w, "de")
        (card,) = await cards(w)
        await reply(w, card, MIRA, "Welcher Kunde?")
        await act(w, card, "request.resolve", MIRA, reason="answered")
        await live_to(w, "2026-11-23 14:00")
        await writes(w, thread, "Es geht noch immer nicht")

        assert (await only(w)).assignee == PersonId(TEAM, MIRA)


@pytest.mark.parametrize("how", ["by a word", "by the button"])
async def test_who_has_left_the_desk(tmp_path: Path, how: str) -> None:
    """It is for those who are left; also at night, when they are called in the morning."""
    async with request_world(tmp_path) as w:
        thread, card = await _ended(w)
        _leaves(w, AINO)
        await live_to(w, "2026-11-24 22:00")
        await _back(w, thread, how)
        assert (await only(w)).state is State.OPEN
        assert len(_called(await story(w, card))) == 1
        assert "The desk opens on Wed 25 Nov, 09:00 (Helsinki)." in await status(w)
        await live_to(w, "2026-11-25 09:30")

        await _is_the_queue_s(w, card, JEAN)
        assert "opens" not in await status(w)


@pytest.mark.parametrize("how", ["by a word", "by the button"])
async def test_who_has_paused(tmp_path: Path, how: str) -> None:
    """It does not wait until they are back, though the desk file says that they work."""
    async with request_world(tmp_path, f"{REQUEST_DESK}\n{HOSTS}") as w:
        thread, card = await _ended(w)
        await paused(w, AINO, "2026-11-30")
        await live_to(w, "2026-11-24 10:00")
        await _back(w, thread, how)
        now = await only(w)

        assert (now.state, now.assignee) == (State.OPEN, None)
        assert "<@UJEAN>" in (await story(w, card))[-1]


async def test_who_is_back_has_what_comes_back(tmp_path: Path) -> None:
    """A pause that is over is none."""
    async with request_world(tmp_path, f"{REQUEST_DESK}\n{HOSTS}") as w:
        thread, _ = await _ended(w)
        await paused(w, AINO, "2026-11-25")
        await live_to(w, "2026-11-25 10:00")
        await _back(w, thread)

        assert (await only(w)).assignee == PersonId(TEAM, AINO)


async def test_asked_for_a_person_again(tmp_path: Path) -> None:
    """The same by another way in: there is one request in a thread, whose owner has it again."""
    async with request_world(tmp_path) as w:
        thread, _ = await _ended(w)
        await w.mention("CCYBER", "UACME", PERSON["en"], thread=thread, team=ACME)

        assert (await only(w)).assignee == PersonId(TEAM, AINO)
        _leaves(w, AINO)
        (card,) = await cards(w)
        await act(w, card, "request.resolve", JEAN, reason="done")
        await w.mention("CCYBER", "UACME", PERSON["en"], thread=thread, team=ACME)
        assert (await only(w)).state is State.OPEN


# Whoever has it is gone while it is open


async def test_a_reply_to_whoever_has_left_the_desk(tmp_path: Path) -> None:
    """Nobody would read it: it is in the queue again."""
    async with request_world(tmp_path) as w:
        thread, card = await _waiting(w)
        _leaves(w, AINO)
        await writes(w, thread, "It is Zanzibar Ltd")
        now = await only(w)

        assert (now.state, now.assignee) == (State.OPEN, None)
        assert acts(now)[-2:] == [Act.TOLD, Act.RELEASED]
        assert (await story(w, card))[-1] == "<@UJEAN> REQ-1 is back in the queue and waits for one of you."
        assert "<@USTAFF>" not in _called(await story(w, card))[-1]


async def test_a_clock_of_whoever_has_left_the_desk(tmp_path: Path) -> None:
    """What they had taken comes back to the queue when the first clock would have called them."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        _leaves(w, AINO)
        await live_to(w, "2026-11-23 14:50")
        now = await only(w)

        assert acts(now) == [Act.ASKED, Act.TAKEN, Act.RELEASED, Act.WARNED]
        assert _called(await story(w, card))[1:] == [
            "<@UJEAN> REQ-1 is back in the queue and waits for one of you.",
            "<@UJEAN> REQ-1: The first response will soon be due.",
        ]


async def test_thanks_to_whoever_has_left_the_desk(tmp_path: Path) -> None:
    """Ask for nothing: it goes on waiting, and nobody is called."""
    async with request_world(tmp_path) as w:
        thread, card = await _waiting(w)
        _leaves(w, AINO)
        before = len(_called(await story(w, card)))
        await writes(w, thread, "Thanks!")

        assert (await only(w)).state is State.WAITING
        assert len(_called(await story(w, card))) == before
