"""A question in a partner's channel that nobody answers: after a while it comes before the desk, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model import PersonId
from bot.request import Act, Way
from tests.scenarios.report_desk import words_on
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    REQUEST_DESK,
    act,
    acts,
    cards,
    only,
    pass_to,
    request_world,
    status,
    stored,
    story,
    told,
    writes,
)
from tests.scenarios.world import World, clock_at
from tests.stub_slack import TEAM

WATCHED = "CWATCH"
QUESTION = "Could somebody tell us when the new contract comes?"


async def _asks(
    w: World, text: str = QUESTION, *, user: str = "UACME", team: str = ACME, files: tuple[str, ...] = ()
) -> str:
    """Somebody writes at the top of a channel in which questions are not left lying."""
    ts = await w.write(WATCHED, user, text, team=team, files=files)
    await w.settle()
    return ts


async def _two_hours(w: World) -> None:
    """Two hours of the desk's, and the lunch in between."""
    await pass_to(w, w.clock.now() + timedelta(hours=3, minutes=1))


async def test_a_question_that_nobody_answers_comes_before_the_desk(tmp_path: Path) -> None:
    """With its words, files and a link; the partner is told in its thread. Once."""
    async with request_world(tmp_path) as w:
        ts = await _asks(w, files=("F1",))
        assert await stored(w) == []
        await _two_hours(w)
        request = await only(w)
        (card,) = await cards(w)
        await pass_to(w, w.clock.now() + timedelta(days=2))

        assert (request.way, request.question, request.thread_ts) == (Way.UNANSWERED, QUESTION, ts)
        assert (request.asker, request.organisation) == (PersonId(ACME, "UACME"), "Acme & <!channel> <Co>")
        assert (request.programme, request.language) == ("cyberday", "en")
        assert QUESTION in words_on(card)
        assert len(w.slack.shared("CSUPPORT", card.ts)) == 1
        assert f"p{ts.replace('.', '')}|Open the thread>" in words_on(card)
        assert await told(w, ts, WATCHED) == [
            "Nobody has answered this yet, so I have passed it on to a person.\n\nYour request: REQ-1"
        ]
        assert len(await stored(w)) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", QUESTION),
        ("fr", "Quelqu'un peut-il nous dire quand arrive le nouveau contrat ?"),
        ("de", "Kann uns jemand sagen, wann der neue Vertrag kommt?"),
        ("fi", "Osaako joku kertoa, milloin uusi sopimus tulee?"),
    ],
)
async def test_it_is_in_the_language_of_the_question(tmp_path: Path, language: str, text: str) -> None:
    """By which those are called who speak it, and in which the partner is told."""
    async with request_world(tmp_path) as w:
        await _asks(w, text)
        await _two_hours(w)

        assert (await only(w)).language == language
        assert "REQ-1" in await status(w)


@pytest.mark.parametrize(("user", "team"), [(AINO, TEAM), ("U1", TEAM), ("UACME2", ACME), ("UBOREAL", "TBOREAL")])
async def test_whoever_answers_in_its_thread_has_answered(tmp_path: Path, user: str, team: str) -> None:
    """Staff or anybody else: nothing is passed on, and the bot says nothing."""
    async with request_world(tmp_path) as w:
        ts = await _asks(w)
        await writes(w, ts, "On Friday", user=user, team=team, channel=WATCHED)
        await _two_hours(w)

        assert await stored(w) == []
        assert await told(w, ts, WATCHED) == []


async def test_staff_may_answer_at_the_top_of_the_channel(tmp_path: Path) -> None:
    """Not everybody uses threads; all that was asked before counts as answered, what is asked after does not."""
    async with request_world(tmp_path) as w:
        await _asks(w)
        await _asks(w, "And who signs it?")
        await _asks(w, "It comes on Friday, and Jean signs it", user=AINO, team=TEAM)
        later = await _asks(w, "May we have two copies?")
        await _two_hours(w)

        assert [one.thread_ts for one in await stored(w)] == [later]


async def test_others_at_the_top_have_not_answered(tmp_path: Path) -> None:
    """A colleague who talks of something else, for one."""
    async with request_world(tmp_path) as w:
        await _asks(w)
        await _asks(w, "Nice weather here", user="UACME2")
        await _two_hours(w)

        assert [one.question for one in await stored(w)] == [QUESTION]


async def test_the_asker_who_goes_on_has_not_answered(tmp_path: Path) -> None:
    """What they add in the thread waits with the question."""
    async with request_world(tmp_path) as w:
        ts = await _asks(w)
        await writes(w, ts, "It is urgent", channel=WATCHED)
        await _two_hours(w)

        assert (await only(w)).question == QUESTION


async def test_what_the_bot_answers_is_answered(tmp_path: Path) -> None:
    """Asked by a mention, at once or in the thread later."""
    async with request_world(tmp_path) as w:
        await w.mention(WATCHED, "UACME", "How long does the extended trial last?", team=ACME)
        ts = await _asks(w)
        await w.mention(WATCHED, "UACME", "How do I register a deal?", thread=ts, team=ACME)
        await w.settle()
        await _two_hours(w)

        assert await stored(w) == []


async def test_where_the_bot_answers_questions_unasked_the_others_are_watched(tmp_path: Path) -> None:
    """What it knows is answered at once; what it does not know is not left lying."""
    desk = REQUEST_DESK.replace("unanswered_after: 2h}", "unanswered_after: 2h, answer: questions}")
    async with request_world(tmp_path, desk) as w:
        known = await _asks(w, "How long does the extended trial last?")
        unknown = await _asks(w)
        await _two_hours(w)

        assert len(await told(w, known, WATCHED)) == 1
        assert [one.thread_ts for one in await stored(w)] == [unknown]


async def test_a_question_that_was_deleted_is_none(tmp_path: Path) -> None:
    """Nothing is passed on; also where its author had gone on below it."""
    async with request_world(tmp_path) as w:
        gone = await _asks(w)
        await w.delete(WATCHED, "UACME", gone)
        gone_on = await _asks(w)
        await writes(w, gone_on, "It is urgent", channel=WATCHED)
        await w.delete(WATCHED, "UACME", gone_on)
        await _two_hours(w)

        assert await stored(w) == []
        assert w.slack.messages("CSUPPORT") == []


async def test_a_question_that_was_edited_reads_as_it_does_now(tmp_path: Path) -> None:
    """Within the time in which an edit counts."""
    async with request_world(tmp_path) as w:
        ts = await _asks(w)
        await w.edit(WATCHED, "UACME", ts, "When does the new contract for Nordwind come?", team=ACME)
        await _two_hours(w)

        assert (await only(w)).question == "When does the new contract for Nordwind come?"


@pytest.mark.parametrize(
    "text",
    [
        "Good morning everybody",
        "Thanks a lot!",
        "Merci beaucoup, bonne journée",
        "ok",
        "👍",
        "Nice weather here",
        "We are on holiday next week",
    ],
)
async def test_what_is_no_question_is_left_alone(tmp_path: Path, text: str) -> None:
    """Greetings, thanks, talk."""
    async with request_world(tmp_path) as w:
        await _asks(w, text)
        await _two_hours(w)

        assert await stored(w) == []


@pytest.mark.parametrize(("user", "team"), [(AINO, TEAM), ("U1", TEAM), ("UOTHER", "TOTHER")])
async def test_only_partners_questions_are_watched(tmp_path: Path, user: str, team: str) -> None:
    """Staff ask partners, and the workspace's own people each other."""
    desk = REQUEST_DESK.replace("channels: [COPEN, CWATCH]", "channels: [COPEN]")
    async with request_world(tmp_path, desk) as w:
        await _asks(w, user=user, team=team)
        await _two_hours(w)

        assert await stored(w) == []


async def test_it_is_off_unless_the_desk_file_says_so(tmp_path: Path) -> None:
    """For each channel on its own."""
    async with request_world(tmp_path) as w:
        await w.write("COPEN", "UACME", QUESTION, team=ACME)
        await w.write("CCYBER", "UACME", QUESTION, team=ACME)
        await _two_hours(w)

        assert await stored(w) == []


@pytest.mark.parametrize(
    ("asked", "waits", "passes"),
    [
        # Helsinki is two hours ahead; the desk has lunch from twelve to one, and on Friday ends at four.
        (datetime(2026, 11, 23, 9, 30, tzinfo=UTC), timedelta(hours=2, minutes=59), timedelta(hours=3, minutes=1)),
        (datetime(2026, 11, 27, 13, 0, tzinfo=UTC), timedelta(hours=66, minutes=59), timedelta(hours=67, minutes=1)),
        (datetime(2026, 11, 28, 3, 0, tzinfo=UTC), timedelta(hours=53, minutes=59), timedelta(hours=54, minutes=1)),
        # Christmas, which is a holiday from the 24th to Saturday the 26th.
        (datetime(2026, 12, 23, 14, 0, tzinfo=UTC), timedelta(hours=113, minutes=59), timedelta(hours=114, minutes=1)),
    ],
    ids=["lunch", "weekend", "asked on Saturday", "holidays"],
)
async def test_only_the_desks_hours_count(tmp_path: Path, asked: datetime, waits: timedelta, passes: timedelta) -> None:
    """Lunch, nights, weekends and holidays do not."""
    async with request_world(tmp_path, clock=clock_at(asked)) as w:
        await _asks(w)
        await pass_to(w, asked + waits)
        assert await stored(w) == []
        await pass_to(w, asked + passes)

        assert len(await stored(w)) == 1


async def test_a_desk_that_was_down_passes_it_on_when_it_is_back(tmp_path: Path) -> None:
    """Nothing falls between chairs."""
    async with request_world(tmp_path) as w:
        ts = await _asks(w)
        slack, clock = w.slack, w.clock
    clock.skip(timedelta(days=1))
    async with request_world(tmp_path, slack=slack, clock=clock) as w:
        assert (await only(w)).thread_ts == ts


async def test_it_goes_on_as_any_other_request(tmp_path: Path) -> None:
    """The partner's further words are added without naming the bot; taken, it is silent; thanks end it."""
    async with request_world(tmp_path) as w:
        ts = await _asks(w)
        await _two_hours(w)
        await writes(w, ts, "It is for Nordwind", channel=WATCHED)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        await writes(w, ts, "On Friday, sorry for the wait", user=AINO, team=TEAM, channel=WATCHED)
        await writes(w, ts, "Thanks Aino!", channel=WATCHED)
        request = await only(w)

        assert acts(request) == [Act.ASKED, Act.TOLD, Act.TAKEN, Act.WROTE, Act.TOLD]
        assert request.history[-1].is_aside
        assert "It is for Nordwind" in "\n".join(await story(w, card))


async def test_staff_who_hand_it_to_the_desk_are_quicker(tmp_path: Path) -> None:
    """By the shortcut: it is that request, and no second one follows."""
    async with request_world(tmp_path) as w:
        ts = await _asks(w)
        message = w.slack.message(WATCHED, ts)
        await w.message_shortcut("request.escalate", AINO, message)
        assert await w.fill(w.slack.opened[-1], AINO) == {}
        await _two_hours(w)
        request = await only(w)

        assert (request.way, acts(request)) == (Way.ESCALATED, [Act.ASKED])
        assert len(await told(w, ts, WATCHED)) == 1
