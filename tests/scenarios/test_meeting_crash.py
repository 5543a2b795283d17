"""A booking on its way: a step fails, or the desk is stopped or killed there. It is whole afterwards, or was never."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from bot.adapters import files
from bot.adapters import slack as adapter
from bot.listeners import effects
from bot.listeners.meetings import booker, changing
from bot.meeting import State
from bot.store import meetings
from bot.store.tables import cell, host, job, meeting
from tests import payloads
from tests.caldav_server import caldav_server
from tests.scenarios.meeting_desk import (
    AINO,
    MEETING_DESK,
    WORDS,
    asked,
    assert_no_overlaps,
    booked,
    calendar_files,
    calendar_of,
    calendar_world,
    host_cards,
    host_lines,
    meeting_desk,
    meeting_world,
    moved,
    offered,
    opened,
    stored,
    told,
)
from tests.scenarios.served import Served
from tests.scenarios.world import SECRET, World, actions
from tests.stub_slack import Cut, Fault, Hang, HttpError, StubMessage, StubSlack, View

METHODS: Final = (
    "chat.update",
    "chat.getPermalink",
    "conversations.open",
    "chat.postMessage",
    "files.getUploadURLExternal",
    "upload",
    "files.completeUploadExternal",
    "files.info",
)
FAULTS: Final = {
    "500 before storing": HttpError(500),
    "500 after storing": HttpError(500, stored=True),
    "cut after storing": Cut(stored=True),
    "no answer after storing": Hang(stored=True),
}
FINNISH = WORDS["fi"]  # AINO alone holds meetings in Finnish


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that hangs is given up after a moment, and a desk that is stopped waits for nothing."""
    monkeypatch.setattr(adapter.SlackMessenger.__init__, "__kwdefaults__", {"pacer": None, "call_limit": 0.3})
    monkeypatch.setattr("bot.adapters.files.CALL_LIMIT", 0.3)
    of_files = {**files.SlackFiles.__init__.__kwdefaults__, "time_limit": 0.3}
    monkeypatch.setattr(files.SlackFiles.__init__, "__kwdefaults__", of_files)
    monkeypatch.setattr("bot.app.STOP_WITHIN", 0.1)


async def _assert_whole(w: World, *, direct: bool = False) -> None:
    """One meeting with its cells; one message, one card and one file for each who gets one."""
    (one,) = await stored(w)
    assert one.state is State.BOOKED
    await assert_no_overlaps(w)
    (card,) = await host_cards(w)
    assert "meeting.move" in actions(card)
    assert (one.host_channel, one.host_ts) == (card.channel, card.ts)
    assert len(await calendar_files(w, AINO)) == 1
    assert len(await calendar_files(w, "U1")) == (1 if direct else 0)
    telling = [message for message in w.slack.messages(one.channel) if "meeting.move" in actions(message)]
    assert telling == [await told(w, one)]


# Before it is stored


def _then_fails(do: Callable[..., Any]) -> Callable[..., Any]:
    def done(*given: Any, **named: Any) -> None:
        do(*given, **named)
        raise RuntimeError("the process dies")

    return done


@pytest.mark.parametrize(
    ("module", "step"),
    [(meetings, "book"), (effects, "show"), (booker, "_close_offer"), (changing, "card"), (changing, "booked")],
)
async def test_nothing_is_left_of_a_booking_that_was_not_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, step: str
) -> None:
    """Neither a meeting, nor time, nor work; whoever sends the form again has it all."""
    async with meeting_world(tmp_path) as w:
        form = await opened(w, await asked(w, FINNISH), "meeting.slot.1", "U1")
        await w.settle()
        before = [await w.rows(table) for table in (meeting, cell, host, job)]
        with monkeypatch.context() as patch:
            patch.setattr(module, step, _then_fails(getattr(module, step)))
            assert list(await w.form_errors(_submission(form, topic="Our trial"))) == ["topic"]
        assert [await w.rows(table) for table in (meeting, cell, host, job)] == before

        assert await w.fill(form, "U1", topic="Our trial") == {}

        await _assert_whole(w)


def _submission(form: View, **fields: str) -> dict[str, Any]:
    """A form of U1's, sent."""
    state, metadata = payloads.form_state(form.view, **fields), form.view["private_metadata"]
    return payloads.view_submission("U1", form.view["callback_id"], state, private_metadata=metadata, view_id=form.id)


# After that


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("method", METHODS)
async def test_slack_fails_at_a_step(tmp_path: Path, method: str, fault: Fault) -> None:
    """Whatever becomes of the first attempts, everybody reads of the meeting once."""
    async with meeting_world(tmp_path) as w:
        form = await opened(w, await asked(w, FINNISH, channel="D1"), "meeting.slot.1", "U1")
        w.slack.fail(method, fault, fault)

        assert await w.fill(form, "U1", topic="Our trial") == {}

        await _assert_whole(w, direct=True)


@pytest.mark.parametrize("fault", [HttpError(500, stored=True), Hang(stored=True)], ids=["500", "no answer"])
@pytest.mark.parametrize("method", ["chat.update", "chat.postMessage", "upload", "files.completeUploadExternal"])
async def test_slack_fails_at_a_step_of_moving(tmp_path: Path, method: str, fault: Fault) -> None:
    """The message and the card say the new time, the host hears of it once, and the files are those of the new time."""
    async with meeting_world(tmp_path) as w:
        first = await booked(w, FINNISH, channel="D1")
        message = await told(w, first)
        w.slack.fail(method, fault, fault)

        time = await moved(w, message, "U1", nth=1)

        await _assert_whole(w, direct=True)
        (card,) = await host_cards(w)
        assert len(await host_lines(w, card)) == 1
        for user in (AINO, "U1"):
            (file,) = await calendar_files(w, user)
            assert f"DTSTART:{time:%Y%m%dT%H%M%SZ}".encode() in file.content


@pytest.mark.parametrize("method", METHODS)
async def test_the_desk_is_stopped_at_a_step(tmp_path: Path, method: str) -> None:
    """Slack has carried out the step, and the desk ends before it hears so: the next one goes on from there."""
    channel = "CCYBER" if method == "chat.getPermalink" else "D1"  # a direct message is not linked to
    async with meeting_world(tmp_path) as first:
        form = await opened(first, await asked(first, FINNISH, channel=channel), "meeting.slot.1", "U1")
        await first.settle()
        before = len(first.slack.calls(method))
        first.slack.fail(method, Hang(stored=True))
        assert await first.fill(form, "U1", topic="Our trial") == {}
        await first.slack.until(lambda: len(first.slack.calls(method)) > before)
    async with meeting_world(tmp_path, slack=first.slack, clock=first.clock) as w:
        await _assert_whole(w, direct=channel == "D1")


@pytest.mark.parametrize("shows_uncompleted", [False, True])
async def test_the_desk_is_stopped_before_the_file_is_shown(tmp_path: Path, *, shows_uncompleted: bool) -> None:
    """Nobody knows any more whether Slack is about to show it: in the end there is one."""
    async with meeting_world(tmp_path) as first:
        first.slack.shows_uncompleted = shows_uncompleted
        form = await opened(first, await asked(first, FINNISH), "meeting.slot.1", "U1")
        first.slack.fail("files.completeUploadExternal", Hang())
        assert await first.fill(form, "U1", topic="Our trial") == {}
        await first.slack.until(lambda: first.slack.calls("files.info"))  # whether it is shown
    async with meeting_world(tmp_path, slack=first.slack, clock=first.clock) as w:
        await _assert_whole(w)


@pytest.mark.parametrize("method", ["REPORT", "PUT"])
async def test_the_desk_is_stopped_while_it_writes_the_calendar(tmp_path: Path, method: str) -> None:
    """The event may stand there already: it stands there once, and everything else is there once."""
    with caldav_server() as server:
        async with calendar_world(tmp_path, server, AINO) as first:
            form = await opened(first, await asked(first, FINNISH), "meeting.slot.1", "U1")
            await first.settle()
            server.trouble.hung.add(method)
            assert await first.fill(form, "U1", topic="Our trial") == {}
            await asyncio.to_thread(server.trouble.held.wait, 10)
        server.trouble.hung.clear()
        server.trouble.released.set()
        kept = server.settings()
        settings = {name: getattr(kept, name) for name in ("caldav_url", "caldav_user", "caldav_password")}
        desk = meeting_desk({AINO: calendar_of(AINO)})
        async with meeting_world(tmp_path, desk, slack=first.slack, clock=first.clock, **settings) as w:
            await _assert_whole(w)

            (there,) = server.read(calendar_of(AINO)).values()
            (one,) = await stored(w)
            assert f"UID:{one.uid}" in there
            assert one.written == AINO


# Killed


async def _slack() -> StubSlack:
    slack = StubSlack()
    slack.add_channel("CCYBER", members=["U1"])
    for user in ("U1", AINO):
        slack.add_user(user, tz="Europe/Helsinki")
    return slack


async def _send(desk: Served, payload: dict[str, Any]) -> tuple[int, str]:
    """Deliver a click or a form; what Slack reads, 0 where it finds nobody."""
    body = payloads.form_body(payload)
    headers = payloads.signed_headers(SECRET, body)
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{desk.url}/slack/events", data=body, headers=headers) as it,
        ):
            return it.status, await it.text()
    except aiohttp.ClientError:
        return 0, ""


async def _opened(desk: Served, slack: StubSlack) -> View:
    """The form, which somebody has opened by a mention and a click."""
    said = slack.say("CCYBER", "U1", f"<@U0BOT> {FINNISH}")
    await desk.deliver(payloads.app_mention("CCYBER", "U1", said.text, ts=said.ts))
    await slack.until(lambda: slack.messages("CCYBER", thread=said.ts), seconds=20)
    offer = slack.messages("CCYBER", thread=said.ts)[0]
    value = str(int(offered(offer)[0].timestamp()))
    place = {"message_ts": offer.ts, "thread": offer.thread_ts, "blocks": offer.blocks}
    async with asyncio.timeout(20):
        while not slack.opened:  # whoever clicks before the desk knows that the offer was posted clicks again
            await _send(desk, payloads.block_actions("CCYBER", "U1", "meeting.slot.1", value, **place))
            await asyncio.sleep(0.05)
    return slack.opened[-1]


def _cards(slack: StubSlack) -> list[StubMessage]:
    """The host's. No file comes to stand below them: processes of their own upload none to a Slack that is played."""
    channel = f"D{AINO[1:]}"
    return slack.messages(channel) if channel in slack.channels else []


@pytest.mark.parametrize(
    ("method", "fault", "on"),
    [
        ("chat.update", Hang(), "sqlite"),
        ("chat.postMessage", Hang(stored=True), "sqlite"),
        ("chat.postMessage", Hang(stored=True), "postgres"),
    ],
)
async def test_the_desk_is_killed_at_a_step(
    tmp_path: Path, request: pytest.FixtureRequest, method: str, fault: Fault, on: str
) -> None:
    """The form was taken: the next desk does all that is left to do, and nothing of it twice."""
    url = request.getfixturevalue("postgres_url") if on == "postgres" else None
    desk_file = tmp_path / "meetings.yml"
    desk_file.write_text(MEETING_DESK, encoding="utf-8")
    async with await _slack() as slack:
        async with Served(tmp_path, slack, url, PARTNERDESK_CONFIG=str(desk_file)) as desk:
            form = await _opened(desk, slack)
            before = len(slack.calls(method))
            slack.fail(method, fault)
            answer = await _send(desk, _submission(form, topic="Our trial"))
            await slack.until(lambda: len(slack.calls(method)) > before, seconds=20)
            desk.tell(signal.SIGKILL)
            await desk.ended()
        async with Served(tmp_path, slack, url, PARTNERDESK_CONFIG=str(desk_file)) as heir:
            repeated = await _send(heir, _submission(form, topic="Our trial"))
            await slack.until(lambda: _cards(slack) and _is_told(slack), seconds=60)
            code = await heir.stop()

        assert (answer, repeated, code) == ((200, ""), (200, ""), 0)
        (card,) = _cards(slack)
        assert "Our trial" in str(card.blocks)
        assert len(slack.messages("CCYBER")) == 1


def _is_told(slack: StubSlack) -> bool:
    return any("meeting.details" in actions(message) for message in slack.messages("CCYBER"))


async def test_the_desk_is_killed_before_it_has_stored_the_booking(tmp_path: Path) -> None:
    """Slack shows that it failed; nothing is left of it, and the same form can be sent again."""
    desk_file = tmp_path / "meetings.yml"
    desk_file.write_text(MEETING_DESK, encoding="utf-8")
    async with await _slack() as slack:
        async with Served(tmp_path, slack, PARTNERDESK_CONFIG=str(desk_file)) as desk:
            form = await _opened(desk, slack)
            with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")  # somebody else writes: the booking waits for its turn
                sending = asyncio.create_task(_send(desk, _submission(form, topic="Our trial")))
                await asyncio.sleep(0.2)
                desk.tell(signal.SIGKILL)
                await desk.ended()
                assert await sending == (0, "")
                other.execute("ROLLBACK")
                assert other.execute("SELECT count(*) FROM meeting").fetchone() == (0,)
                assert other.execute("SELECT count(*) FROM cell").fetchone() == (0,)
        async with Served(tmp_path, slack, PARTNERDESK_CONFIG=str(desk_file)) as heir:
            assert await _send(heir, _submission(form, topic="Our trial")) == (200, "")
            await slack.until(lambda: _cards(slack) and _is_told(slack), seconds=60)
            assert await heir.stop() == 0

        assert len(_cards(slack)) == 1
