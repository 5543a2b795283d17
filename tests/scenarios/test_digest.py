"""The weekly digest in the support channel: what it says and shows, when it comes, and that there is one a week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.adapters import plots
from bot.app import running
from bot.flows import digest as flow
from bot.gap import Gap, GapKind
from bot.listeners.requests.kinds import DIGEST
from bot.model import Language, PersonId
from bot.request import Request
from bot.store import gaps, requests, tallies
from bot.store.tables import job
from tests.scenarios.test_clicks import ANSWER, BOTH
from tests.scenarios.world import DESK, World, actions, clock_at, shown, world
from tests.stub_slack import SCOPES, TEAM, Error, StubMessage, StubSlack

WEDNESDAY = datetime(2026, 11, 18, 10, tzinfo=UTC)
WEEK = timedelta(days=7)
ANN = PersonId(TEAM, "U1")
WORDS = "Do you sell umbrellas in Zanzibar?"
PNG = b"\x89PNG"
FRIDAY_DESK = DESK.replace("channel: CSUPPORT", "channel: CSUPPORT, digest: {day: fri, at: '16:00'}")
NO_DIGEST_DESK = DESK.replace("channel: CSUPPORT", "channel: CSUPPORT, digest: null")
FINNISH_DESK = DESK.replace("channels:\n", "channels:\n  - {id: CSUPPORT, language: fi}\n")


async def _count(w: World, kind: str, language: Language, n: int = 1, *, ahead: timedelta = timedelta()) -> None:
    """Have so many of a kind be counted today, or so far ahead."""
    day = (w.clock.now() + ahead).date()
    await w.desk.database.run(lambda conn: tallies.add(conn, TEAM, day, kind, language=language, n=n) and None)


async def _requested(w: World, language: Language = "fi", n: int = 1, *, responded_in: int | None = None) -> None:
    """Have somebody ask for a person, and get a first reply or not; nothing of it is shown."""
    now = w.clock.now()
    new = Request(0, "CCYBER", f"{now.timestamp():.0f}.{n:06}", ANN, now, language, WORDS, owed_since=now)

    def unit(conn: Any) -> None:
        request, _ = requests.create(conn, TEAM, new, now)
        requests.save(conn, TEAM, request, now, due=now + timedelta(hours=1), responded_in=responded_in)

    await w.desk.database.run(unit)


async def _missing(w: World, n: int = 1, text: str = WORDS) -> None:
    """Have the bot not know something."""
    gap = Gap(GapKind.FALLBACK, "en", "cyberday", text, w.clock.now(), ANN, "CCYBER", f"1.{n:06}")
    await w.desk.database.run(lambda conn: gaps.add(conn, TEAM, gap) and None)


async def _until_digest(w: World, weeks: int = 1) -> None:
    """Let time pass until the digest is there."""
    desk, now = w.desk.services.desk, w.clock.now()
    due = flow.due(desk, flow.last_week(desk, now) + weeks * WEEK)
    w.skip(due - now + timedelta(minutes=1))
    for _ in range(6):  # what is to be tried again is not waited for
        await w.settle()
        w.skip(timedelta(minutes=2))


async def _planned(w: World) -> list[datetime]:
    """When digests will come."""
    return [row["run_at"] for row in await w.rows(job) if row["kind"] == DIGEST and row["done_at"] is None]


def _said(w: World) -> list[StubMessage]:
    return w.slack.messages("CSUPPORT")


def _has_table(message: StubMessage) -> bool:
    return "table" in [block["type"] for block in message.blocks]


def _without_extra() -> Any:
    return patch.object(plots, "is_installed", return_value=False)


# What it says


async def test_one_message_with_a_picture(tmp_path: Path) -> None:
    """On Monday at nine: what became of questions and requests, the top gaps, and a picture that can be read out."""
    async with world(tmp_path, clock=clock_at(WEDNESDAY)) as w:
        await _count(w, "answer", "fi", 3)
        await _count(w, "fallback", "en", 1)
        await _requested(w, responded_in=1800)
        await _missing(w)
        await _until_digest(w)
        (message,) = _said(w)
        (picture,) = w.slack.shared("CSUPPORT")

        assert message.thread_ts is None
        assert message.text.startswith("*The desk’s week, Mon 16 Nov to Sun 22 Nov*\n4 questions to the bot;")
        assert "*Finnish* – To a person 1 (0)" in message.text
        assert f"1. “{WORDS}” · English" in message.text
        assert picture.content.startswith(PNG)
        assert picture.name == "2026-W48.png"
        assert "Finnish – Questions 3, Answered at once 3," in picture.alt
        assert [due.astimezone(UTC) for due in await _planned(w)] == [datetime(2026, 11, 30, 7, tzinfo=UTC)]


async def test_without_the_extra_there_is_a_table(tmp_path: Path) -> None:
    """One message, and nothing is uploaded."""
    with _without_extra():
        async with world(tmp_path, clock=clock_at(WEDNESDAY)) as w:
            await _count(w, "answer", "fi", 3)
            await _missing(w)
            await _until_digest(w)
            (message,) = _said(w)

            assert _has_table(message)
            assert WORDS in shown(message.blocks)
            assert w.slack.calls("files.getUploadURLExternal") == []


async def test_it_speaks_the_channels_language(tmp_path: Path) -> None:
    """In its message and in the words of its picture."""
    async with world(tmp_path, FINNISH_DESK, clock=clock_at(WEDNESDAY)) as w:
        await _count(w, "answer", "fr", 1_000)
        await _until_digest(w)
        (message,) = _said(w)
        (picture,) = w.slack.shared("CSUPPORT")

        assert "ma 16.11." in message.text
        assert "Ranska –" in picture.alt
        assert "1\u00a0000" in picture.alt


async def test_where_others_read_along_only_numbers_are_told(tmp_path: Path) -> None:
    """In a channel shared with other organisations no question is quoted; nor where Slack does not say who reads it."""
    for faults in ([], [Error("internal_error")] * 30):
        folder = tmp_path / str(len(faults))
        folder.mkdir()
        with _without_extra():
            async with world(folder, clock=clock_at(WEDNESDAY)) as w:
                w.slack.channels["CSUPPORT"].is_ext_shared = True
                w.slack.fail("conversations.info", *faults)
                await _missing(w)
                await _count(w, "fallback", "en")
                await _until_digest(w)
                (message,) = _said(w)

                assert "1 question showed that something is missing" in message.text
                assert WORDS not in f"{message.text}{shown(message.blocks)}"


async def test_each_week_beside_the_one_before(tmp_path: Path) -> None:
    """Also of what stands: how many requests were open is kept from digest to digest."""
    with _without_extra():
        async with world(tmp_path, clock=clock_at(WEDNESDAY)) as w:
            await _count(w, "answer", "fi", 3)
            await _requested(w, n=1)
            await _until_digest(w)
            await _count(w, "answer", "fi", 5)
            await _requested(w, n=2)
            await _until_digest(w)
            first, second = ({row[0]: row[4] for row in _table(message)} for message in _said(w))

            assert (first["Questions"], first["Open now"], first["Overdue now"]) == ("3 (0)", "1 (–)", "1 (–)")
            assert (second["Questions"], second["Open now"], second["Overdue now"]) == ("5 (3)", "2 (1)", "2 (1)")


def _table(message: StubMessage) -> list[list[str]]:
    (table,) = (block for block in message.blocks if block["type"] == "table")
    return [[cell["text"] for cell in row] for row in table["rows"]]


# When it comes


async def test_a_desk_without_a_past_has_no_digest(tmp_path: Path) -> None:
    """Nothing is said of weeks in which there was no desk."""
    async with world(tmp_path, clock=clock_at(WEDNESDAY)) as w:
        await _until_digest(w)

        assert _said(w) == []
        assert len(await _planned(w)) == 1


async def test_a_quiet_week_has_one_line_and_the_next_none(tmp_path: Path) -> None:
    """Silence is said once, so that nobody takes it for a fault."""
    with _without_extra():
        async with world(tmp_path, clock=clock_at(WEDNESDAY)) as w:
            await _count(w, "answer", "fi")
            for _ in range(3):
                await _until_digest(w)
            digest, line = _said(w)

            assert _has_table(digest)
            assert line.text == "Mon 23 Nov to Sun 29 Nov: nobody asked anything, and no request is open."


async def test_there_is_one_a_week_whatever_restarts(tmp_path: Path) -> None:
    """Before it comes and after: a desk that starts again neither forgets it nor repeats it."""
    clock = clock_at(WEDNESDAY)
    slack = StubSlack(clock=clock)
    with _without_extra():
        async with world(tmp_path, clock=clock, slack=slack) as w:
            await _count(w, "answer", "fi")
        for n in range(2):
            async with world(tmp_path, clock=clock, slack=slack) as w:
                await _until_digest(w) if n == 0 else await w.settle()

                assert len(_said(w)) == 1
                assert len(await _planned(w)) == 1


async def test_after_a_long_pause_the_last_week_alone_is_told(tmp_path: Path) -> None:
    """Not each of those in which nobody was there."""
    clock = clock_at(WEDNESDAY)
    slack = StubSlack(clock=clock)
    with _without_extra():
        async with world(tmp_path, clock=clock, slack=slack) as w:
            for weeks in range(4):
                await _count(w, "answer", "fi", 10 + weeks, ahead=weeks * WEEK)
        clock.skip(4 * WEEK)
        async with world(tmp_path, clock=clock, slack=slack) as w:
            await w.settle()
            (message,) = _said(w)

            assert "Mon 7 Dec to Sun 13 Dec" in message.text
            assert "13 questions to the bot; in the week before: 12." in message.text
            assert await _planned(w) == [datetime(2026, 12, 21, 7, tzinfo=UTC)]


async def test_it_follows_the_desk_file(tmp_path: Path) -> None:
    """Another day and time hold from the next start on, also for the digest that is planned; null ends it."""
    clock = clock_at(WEDNESDAY)
    slack = StubSlack(clock=clock)
    async with world(tmp_path, clock=clock, slack=slack) as w:
        assert await _planned(w) == [datetime(2026, 11, 23, 7, tzinfo=UTC)]
    async with world(tmp_path, FRIDAY_DESK, clock=clock, slack=slack) as w:
        assert await _planned(w) == [datetime(2026, 11, 27, 14, tzinfo=UTC)]
        await _count(w, "answer", "fi")
    async with world(tmp_path, NO_DIGEST_DESK, clock=clock, slack=slack) as w:
        w.skip(2 * WEEK)
        await w.settle()

        assert _said(w) == []
        assert await _planned(w) == []


async def test_a_day_that_is_changed_brings_no_second_one(tmp_path: Path) -> None:
    """Told on Monday, and Friday from then on: the Friday of the next week is the first."""
    clock = clock_at(WEDNESDAY)
    slack = StubSlack(clock=clock)
    with _without_extra():
        async with world(tmp_path, clock=clock, slack=slack) as w:
            await _count(w, "answer", "fi")
            await _until_digest(w)
        async with world(tmp_path, FRIDAY_DESK, clock=clock, slack=slack) as w:
            assert await _planned(w) == [datetime(2026, 12, 4, 14, tzinfo=UTC)]
            assert len(_said(w)) == 1


async def test_one_that_was_wanted_by_nobody_is_not_made_up_for(tmp_path: Path) -> None:
    """Switched off on its day and on again in the same week: they go on with the next week."""
    clock = clock_at(WEDNESDAY)
    slack = StubSlack(clock=clock)
    async with world(tmp_path, clock=clock, slack=slack) as w:
        await _count(w, "answer", "fi")
    async with world(tmp_path, NO_DIGEST_DESK, clock=clock, slack=slack) as w:
        w.skip(timedelta(days=6))
        await w.settle()
    async with world(tmp_path, FRIDAY_DESK, clock=clock, slack=slack) as w:
        assert _said(w) == []
        assert await _planned(w) == [datetime(2026, 12, 4, 14, tzinfo=UTC)]


async def test_one_that_fails_does_not_end_them(tmp_path: Path) -> None:
    """Slack is away for longer than work is tried: that digest is a dead letter, and the next one comes."""
    with _without_extra():
        async with world(tmp_path, clock=clock_at(WEDNESDAY)) as w:
            await _count(w, "answer", "fi")
            w.slack.fail("chat.postMessage", *[Error("channel_not_found")] * 8)
            desk, now = w.desk.services.desk, w.clock.now()
            w.skip(flow.due(desk, flow.last_week(desk, now) + WEEK) - now + timedelta(minutes=1))
            await w.settle(with_dead=True)

            assert _said(w) == []
            assert await _planned(w) == [datetime(2026, 11, 30, 7, tzinfo=UTC)]


async def test_replicas_plan_one(tmp_path: Path, postgres_url: str) -> None:
    """However many start, and whatever the day is when they do."""
    async with (
        world(tmp_path, clock=clock_at(WEDNESDAY), database_url=postgres_url) as w,
        running(w.settings, w.desk.services.desk, clock=w.clock),
    ):
        assert await _planned(w) == [datetime(2026, 11, 23, 7, tzinfo=UTC)]
    async with world(tmp_path, FRIDAY_DESK, clock=clock_at(WEDNESDAY), database_url=postgres_url) as w:
        assert await _planned(w) == [datetime(2026, 11, 27, 14, tzinfo=UTC)]


# When the picture fails


async def test_without_the_scope_for_files_there_is_a_table(tmp_path: Path) -> None:
    """Once, and the digest is no dead letter."""
    clock = clock_at(WEDNESDAY)
    slack = StubSlack(clock=clock, scopes=[scope for scope in SCOPES if scope != "files:write"])
    async with world(tmp_path, clock=clock, slack=slack) as w:
        await _count(w, "answer", "fi")
        await _until_digest(w)
        (message,) = _said(w)

        assert _has_table(message)


async def test_a_picture_that_slack_loses_becomes_a_table(tmp_path: Path) -> None:
    """Shared by Slack behind the scenes, and never seen: after some time the table is there, and the copy is gone."""
    async with world(tmp_path, clock=clock_at(WEDNESDAY)) as w:
        w.slack.loses_shares = True
        await _count(w, "answer", "fi")
        await _requested(w)
        await _until_digest(w)
        (message,) = _said(w)
        stood = [row for row in await w.rows(tallies.tally) if row["kind"] == flow.OPEN and row["language"] == "fi"]

        assert _has_table(message)
        assert w.slack.shared("CSUPPORT") == []
        assert all(file.is_deleted for file in w.slack.files.values())
        assert [row["n"] for row in stood] == [1]


async def test_a_picture_is_shared_once(tmp_path: Path) -> None:
    """Slack takes its time, and answers one call with nothing: there is one message all the same."""
    async with world(tmp_path, clock=clock_at(WEDNESDAY)) as w:
        w.slack.sharing_delay = 3
        w.slack.fail("files.getUploadURLExternal", Error("internal_error"))
        await _count(w, "answer", "fi")
        await _until_digest(w)

        assert len(_said(w)) == 1
        assert len(w.slack.shared("CSUPPORT")) == 1


# What is counted for it


async def test_a_choice_counts_as_chosen(tmp_path: Path) -> None:
    """By a click as by its number; the choices count no longer, and none of them is none."""
    async with world(tmp_path) as w:
        clicked = await w.only("CCYBER", await w.mention("CCYBER", "U1", BOTH))
        assert (await w.counted("choices"), await w.counted("chosen:answer")) == (1, 0)
        await w.press(clicked, next(one for one in actions(clicked) if one.startswith("choice.pick")), "U1")
        assert (await w.counted("replaced:choices"), await _chosen(w)) == (1, 1)

        ts = await w.mention("CCYBER", "U1", BOTH)
        await w.settle()
        await w.mention("CCYBER", "U1", "1", thread=ts)
        assert (await w.counted("replaced:choices"), await _chosen(w)) == (2, 2)

        none = await w.only("CCYBER", await w.mention("CCYBER", "U1", BOTH))
        await w.press(none, "choice.none", "U1")
        assert (await w.counted("replaced:choices"), await w.counted("chosen:fallback")) == (3, 1)
        assert await _chosen(w) == 2


async def _chosen(w: World) -> int:
    return await w.counted("chosen:answer") + await w.counted("chosen:rule")


async def test_a_topic_from_the_list_is_no_choice(tmp_path: Path) -> None:
    """It was offered to somebody who had not asked."""
    async with world(tmp_path) as w:
        listed = await w.only("CCYBER", await w.mention("CCYBER", "U1", "topics"))
        await w.press(listed, "topic.pick", "U1", "cyberday.trial-length")

        assert await w.counted("rule") + await w.counted("answer") == 1
        assert await _chosen(w) == 0


async def test_an_answer_in_another_language_counts_there(tmp_path: Path) -> None:
    """And no longer where it was first given; whoever looks on changes nothing."""
    async with world(tmp_path) as w:
        card = await w.only("CCYBER", await w.mention("CCYBER", "U1", ANSWER))
        said = card.text
        await w.press(card, "answer.more", "U2", "de")
        assert await w.counted("replaced:rule") == 0
        await w.press(card, "answer.more", "U1", "fi")
        await w.settle()
        counts = {
            (row["kind"], row["language"]): row["n"] for row in await w.rows(tallies.tally) if "rule" in row["kind"]
        }

        assert card.text != said
        assert counts == {("rule", "en"): 1, ("rule", "fi"): 1, ("replaced:rule", "en"): 1}
