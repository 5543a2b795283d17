"""What partners are told of their request: one message that is edited, and a new one for what they must know."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model import Notice
from bot.request import Act, State
from tests.scenarios.meeting_desk import said, whispered
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    PERSON,
    REQUEST_DESK,
    TRIAL,
    act,
    acts,
    asked_in_words,
    cards,
    handed_over,
    only,
    pass_to,
    reply,
    request_world,
    status,
    story,
    told,
    writes,
)
from tests.scenarios.world import World, actions, clock_at, plainly
from tests.stub_slack import TEAM, StubMessage

OWN, SHARED, DIRECT = "COPEN", "CCYBER", "D1"
PLACES = (OWN, SHARED, DIRECT)
NIGHT = datetime(2026, 11, 20, 18, tzinfo=UTC)  # Friday, eight in the evening in Helsinki
PASSED_ON = "I am passing this on to a person.\n\nYour request: REQ-1"
TAKEN, WAITING = "is looking after REQ-1.", "waits for your reply about REQ-1: write it here."
CLOSED = "REQ-1 is closed: what became of it stands in a message of its own."
DISMISSED = "The desk has closed REQ-1. If you still need a person, you can open it again."


async def _open(w: World, channel: str = OWN) -> tuple[str, StubMessage]:
    """A request that nobody has yet: the partner's thread, and the card."""
    thread = await handed_over(w, channel=channel)
    (card,) = await cards(w)
    return thread, card


async def _taken(w: World, channel: str = OWN) -> tuple[str, StubMessage]:
    thread, card = await _open(w, channel)
    await act(w, card, "request.take", AINO)
    return thread, card


async def _resolved(w: World, channel: str = OWN) -> tuple[str, StubMessage]:
    thread, card = await _taken(w, channel)
    await act(w, card, "request.resolve", AINO, reason="answered")
    return thread, card


async def _nudged(w: World, channel: str = OWN) -> tuple[str, StubMessage]:
    thread, card = await _taken(w, channel)
    await reply(w, card, AINO, "Which customer is it?")
    await pass_to(w, w.clock.now() + timedelta(days=3, hours=1))
    return thread, card


async def _with(w: World, thread: str, action: str, channel: str = OWN) -> StubMessage:
    """The last message to the partner that shows a control now."""
    await w.settle()
    return [one for one in w.slack.messages(channel, thread=thread) if action in actions(one)][-1]


# One message, edited in place


@pytest.mark.parametrize("channel", PLACES)
async def test_one_message_tells_at_every_state_how_it_stands(tmp_path: Path, channel: str) -> None:
    """It is edited, which calls nobody; whoever has it is named where no other organisation reads along."""
    name = "A person" if channel == SHARED else "Aino"
    async with request_world(tmp_path) as w:
        thread, card = await _open(w, channel)
        first = await status(w)
        ts = (await only(w)).status_ts
        seen = []
        for step in ("take", "wait", "write", "assign", "resolve", "reopen", "dismiss", "reopen"):
            if step in {"wait", "dismiss"}:
                await act(w, card, "request.more", AINO, step)
            elif step == "assign":
                await act(w, card, "request.more", AINO, "assign", assignee="UJEAN")
            elif step == "write":
                await writes(w, thread, "It is for Nordwind", channel=channel)
            else:
                await act(w, card, f"request.{step}", AINO, **({"reason": "answered"} if step == "resolve" else {}))
            seen.append(await status(w))

        added = "" if channel == SHARED else "\n\n1 more message of yours has been added to it."
        jean = name if channel == SHARED else "Jean"
        waiting = f"Aino {WAITING}" if channel != SHARED else "REQ-1 waits for your reply: write it here."
        assert first == PASSED_ON
        assert seen == [
            f"{name} {TAKEN}",
            waiting,
            f"{name} {TAKEN}{added}",
            f"{jean} {TAKEN}{added}",
            CLOSED,
            f"{name} {TAKEN}{added}",
            DISMISSED,
            f"{name} {TAKEN}{added}",
        ]
        assert (await only(w)).status_ts == ts


@pytest.mark.parametrize("channel", PLACES)
async def test_only_what_they_must_know_is_a_new_message(tmp_path: Path, channel: str) -> None:
    """Who has it, the reply, the question whether it matters, the result; all else is an edit, or the desk's own."""
    async with request_world(tmp_path) as w:
        thread, card = await _open(w, channel)
        counts = {"begin": len(await told(w, thread, channel))}
        for step in ("urgent", "normal", "take", "take-over", "level", "assign", "reply", "nudge", "resolve"):
            if step in {"urgent", "normal"}:
                await act(w, card, "request.more", AINO, step)
            elif step == "take-over":
                await act(w, card, "request.more", "UOTSO", step)
            elif step == "level":
                await act(w, card, "request.more", AINO, step)
                (card,) = await cards(w, "CEXPERTS")
            elif step == "assign":
                await act(w, card, "request.more", "UOTSO", step, assignee="UOTSO")
            elif step == "reply":
                await reply(w, card, "UOTSO", "Which customer is it?")
            elif step == "nudge":
                await pass_to(w, w.clock.now() + timedelta(days=3, hours=1))
            elif step == "resolve":
                await act(w, card, "request.resolve", "UOTSO", reason="answered")
            else:
                await act(w, card, "request.take", AINO)
            counts[step] = len(await told(w, thread, channel))

        values = list(counts.values())
        new = [
            step for step, before, after in zip(list(counts)[1:], values, values[1:], strict=False) if after > before
        ]
        assert new == ["take", "take-over", "reply", "nudge", "resolve"]
        assert values[-1] - values[0] == len(new)


async def test_who_has_it_is_told_once_a_person(tmp_path: Path) -> None:
    """Given away and back, and taken anew by the same one, it is no news."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await act(w, card, "request.more", AINO, "assign", assignee="queue")
        await act(w, card, "request.take", AINO)

        assert sum(text.startswith("Aino has taken REQ-1.") for text in await told(w, thread, OWN)) == 1


async def test_the_reply_bears_the_first_name_and_nothing_else_of_whoever_writes(tmp_path: Path) -> None:
    """As staff saw it before it went; no mention, no full name."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await reply(w, card, AINO, "Thirty days, and *sixty* if <you> ask & say so.\n- now\n- later")
        last = w.slack.messages(OWN, thread=thread)[-1]

        assert last.text.startswith("Aino · support\n")
        assert "*sixty* if &lt;you&gt; ask &amp; say so.\n" in last.text.replace("\u200b", "")
        assert "Virtanen" not in str(last.blocks) + last.text
        assert "USTAFF" not in str(last.blocks) + last.text


# What they can do


@pytest.mark.parametrize("user", ["UACME", "UACME2"])
@pytest.mark.parametrize("channel", [OWN, SHARED])
async def test_the_asker_and_colleagues_open_it_again(tmp_path: Path, user: str, channel: str) -> None:
    """By the button of the result; it goes to whoever had it, and the message says that it is open again."""
    async with request_world(tmp_path) as w:
        thread, card = await _resolved(w, channel)
        result = await _with(w, thread, "request.again", channel)
        await w.press(result, "request.again", user, team=ACME)
        request = await only(w)

        assert (request.state, acts(request)[-1]) == (State.TAKEN, Act.RETURNED)
        assert request.assignee is not None
        assert request.assignee.user == AINO
        assert "REQ-1 is open again, and the desk knows." in w.slack.message(channel, result.ts).text
        assert actions(w.slack.message(channel, result.ts)) == []
        assert f"<@{user}> has opened the request again." in "\n".join(await story(w, card))


@pytest.mark.parametrize(("user", "team"), [("UBOREAL", "TBOREAL"), ("UOTHER", "TOTHER"), ("U1", TEAM)])
@pytest.mark.parametrize("action", ["request.again", "request.settled"])
async def test_strangers_may_not(tmp_path: Path, user: str, team: str, action: str) -> None:
    """They are told so, alone, and nothing changes."""
    async with request_world(tmp_path) as w:
        thread, _ = await (_resolved(w, SHARED) if action == "request.again" else _nudged(w, SHARED))
        message = await _with(w, thread, action, SHARED)
        before = await only(w)
        await w.press(message, action, user, team=team)

        assert await only(w) == before
        assert await whispered(w, user) == [said(w, Notice.NOT_YOURS)]


async def test_what_was_closed_as_no_request_can_be_opened_from_the_status_message(tmp_path: Path) -> None:
    """There is no result to press a button of; the status message has it."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await act(w, card, "request.more", AINO, "dismiss")
        message = await _with(w, thread, "request.again")
        assert message.ts == (await only(w)).status_ts
        await w.press(message, "request.again", "UACME", team=ACME)

        assert (await only(w)).state is State.TAKEN
        assert await status(w) == f"Aino {TAKEN}"


async def test_pressed_by_several_at_once_it_is_opened_once(tmp_path: Path) -> None:
    """Whoever is second changes nothing."""
    async with request_world(tmp_path) as w:
        thread, _ = await _resolved(w)
        result = await _with(w, thread, "request.again")
        users = ("UACME", "UACME", "UACME2")
        await asyncio.gather(*(w.press(result, "request.again", user, team=ACME) for user in users))

        assert acts(await only(w)).count(Act.RETURNED) == 1


async def test_the_partner_says_that_it_is_settled(tmp_path: Path) -> None:
    """Below the question whether it matters; that closes it, and the button goes."""
    async with request_world(tmp_path) as w:
        thread, card = await _nudged(w)
        nudge = await _with(w, thread, "request.settled")
        assert nudge.text.startswith("Aino has not heard from you about REQ-1. Does it still matter?")
        await w.press(nudge, "request.settled", "UACME", team=ACME)
        request = await only(w)

        assert request.state is State.RESOLVED
        assert actions(w.slack.message(OWN, nudge.ts)) == []
        assert (await told(w, thread, OWN))[-1] == "REQ-1 is closed.\n\nYou have told us that it is settled."
        assert "<@UACME> says that it is settled." in "\n".join(await story(w, card))


@pytest.mark.parametrize("channel", PLACES)
async def test_a_reply_after_the_end_opens_it_again(tmp_path: Path, channel: str) -> None:
    """Within the time that the desk file says; in the same hands, and the bot is silent again."""
    async with request_world(tmp_path) as w:
        thread, card = await _resolved(w, channel)
        await pass_to(w, w.clock.now() + timedelta(days=13))
        before = len(await told(w, thread, channel))
        await writes(w, thread, "It fails again", channel=channel)
        request = await only(w)

        assert (request.state, acts(request)[-1]) == (State.TAKEN, Act.RETURNED)
        assert len(await told(w, thread, channel)) == before
        assert "the request is open again: <@UACME> wrote:\n&gt; It fails again" in "\n".join(await story(w, card))
        assert TAKEN in await status(w)


@pytest.mark.parametrize("channel", PLACES)
@pytest.mark.parametrize(
    "text", ["Thanks Aino!", "Kiitos paljon", "Merci, bonne journée !", "Vielen Dank", ":+1:", "ok"]
)
async def test_thanks_after_the_end_do_not(tmp_path: Path, text: str, channel: str) -> None:
    """In whatever language; the desk reads them, and the bot does not answer for it."""
    async with request_world(tmp_path) as w:
        thread, card = await _resolved(w, channel)
        before = len(await told(w, thread, channel))
        await writes(w, thread, text, channel=channel)
        request = await only(w)

        assert (request.is_closed, request.history[-1].is_aside) == (True, True)
        assert len(await told(w, thread, channel)) == before
        assert "no reply is owed" in (await story(w, card))[-1]


async def test_thanks_and_a_question_do(tmp_path: Path) -> None:
    """Who goes on after the thanks is answered."""
    async with request_world(tmp_path) as w:
        thread, _ = await _resolved(w)
        await writes(w, thread, "Thanks, but it still fails", channel=OWN)

        assert (await only(w)).state is State.TAKEN


async def test_thanks_while_the_desk_waits_start_no_clock(tmp_path: Path) -> None:
    """It still waits for the partner; who has said thanks is not asked whether it still matters when it is closed."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await reply(w, card, AINO, "Thirty days.")
        await writes(w, thread, "Merci Aino !", channel=OWN)
        waits = await only(w)
        await pass_to(w, w.clock.now() + timedelta(days=4))

        assert (waits.state, waits.owed_since) == (State.WAITING, None)
        assert (await only(w)).state is State.RESOLVED
        assert (await told(w, thread, OWN))[-1] == "REQ-1 is closed.\n\nYour question has been answered."
        assert Act.NUDGED not in acts(await only(w))


async def test_a_question_to_the_bot_meanwhile_is_no_thanks(tmp_path: Path) -> None:
    """It is beside the request as thanks are, and ends nothing: the partner is asked whether it still matters."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await reply(w, card, AINO, "Which customer is it?")
        await w.mention(OWN, "UACME", "How do I register a deal?", thread=thread, team=ACME)
        await w.settle()
        await pass_to(w, w.clock.now() + timedelta(days=4))
        request = await only(w)

        assert (request.state, acts(request)[-1]) == (State.WAITING, Act.NUDGED)


# When nobody is there


@pytest.mark.parametrize(
    ("channel", "zone", "opens"),
    [
        (DIRECT, "Europe/Paris", "Mon 23 Nov, 08:00 (Paris)"),
        (DIRECT, "America/New_York", "Mon 23 Nov, 02:00 (New York)"),
        (DIRECT, "Asia/Tokyo", "Mon 23 Nov, 16:00 (Tokyo)"),
    ],
)
async def test_after_hours_it_says_when_the_desk_opens(tmp_path: Path, channel: str, zone: str, opens: str) -> None:
    """In the partner's time zone, which is the organisation's; over the weekend, that is on Monday."""
    desk = REQUEST_DESK.replace("slack_teams: [TACME],", f"slack_teams: [TACME], time_zone: {zone},")
    async with request_world(tmp_path, desk, clock=clock_at(NIGHT)) as w:
        await handed_over(w, channel=channel)

        assert f"The desk opens on {opens}." in plainly(await status(w))


async def test_once_somebody_has_it_the_hours_are_no_matter(tmp_path: Path) -> None:
    """They are told while it waits in the queue alone."""
    async with request_world(tmp_path, clock=clock_at(NIGHT)) as w:
        _, card = await _open(w)
        assert "opens on" in await status(w)
        await act(w, card, "request.take", AINO)

        assert await status(w) == f"Aino {TAKEN}"


async def test_where_a_speaker_is_there_later_than_the_desk_it_says_so(tmp_path: Path) -> None:
    """The desk is open, and those who speak French come on Tuesday."""
    tuesdays = 'languages: [fr, en], level: first-line, hours: {tue: ["09:00-12:00"]}'
    desk = REQUEST_DESK.replace("languages: [fr, en], level: first-line", tuesdays).replace(
        "languages: [fi, en, de, fr]", "languages: [fi, en, de]"
    )
    async with request_world(tmp_path, desk) as w:
        await asked_in_words(w, "fr", channel=DIRECT)

        assert "24 nov." in plainly(await status(w))


UNSPOKEN = {
    "fr": ("languages: [fr, en]", "languages: [en]", "languages: [fi, en, de, fr]", "languages: [fi, en, de]"),
    "fi": ("languages: [fi, en]", "languages: [en]", "languages: [fi, en, de, fr]", "languages: [en, de, fr]"),
    "de": ("languages: [de]", "languages: [en]", "languages: [fi, en, de, fr]", "languages: [fi, en, fr]"),
}


@pytest.mark.parametrize(
    ("language", "words", "contact"),
    [
        ("fr", "Personne à l'assistance ne parle votre langue", ""),
        ("de", "spricht niemand Ihre Sprache", "beantwortet celine@cyberday.ai auf Englisch oder Deutsch"),
        ("fi", "Tuessa ei ole kieltäsi puhuvaa", "chat-ikkunasta"),
    ],
)
async def test_where_nobody_speaks_it_that_is_said(tmp_path: Path, language: str, words: str, contact: str) -> None:
    """Honestly, with the contact whom the programme names for that very language, if it names one."""
    desk = REQUEST_DESK
    old, new, other, without = UNSPOKEN[language]
    desk = desk.replace(old, new, 1).replace(other, without)
    async with request_world(tmp_path, desk) as w:
        await asked_in_words(w, language, channel=OWN)

        assert words in await status(w)
        assert contact in await status(w)
        assert contact or "@" not in await status(w)


async def test_where_somebody_does_nothing_is_said_of_it(tmp_path: Path) -> None:
    """Nor is a contact offered in place of the desk."""
    async with request_world(tmp_path) as w:
        for language in PERSON:
            thread = await asked_in_words(w, language, channel=OWN)
            (text,) = await told(w, thread, OWN)

            assert "REQ-" in text
            assert "@" not in text


async def test_the_question_is_told_nowhere_but_there(tmp_path: Path) -> None:
    """In no other channel of the partner's, and in no direct message of staff."""
    async with request_world(tmp_path) as w:
        thread, card = await _resolved(w, DIRECT)
        await writes(w, thread, "It fails again", channel=DIRECT)
        await reply(w, card, AINO, "Let me see.")
        places = {one.arguments["channel"] for one in w.slack.calls("chat.postMessage")}

        assert places == {DIRECT, "CSUPPORT"}
        assert (await only(w)).question == TRIAL
