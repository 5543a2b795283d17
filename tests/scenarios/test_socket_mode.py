"""Socket Mode: the same desk, with Slack's events over WebSockets that we open, whatever becomes of those."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.response import BoltResponse

from bot.adapters.slack import web_client
from bot.adapters.socket import SocketMode
from bot.adapters.socket_connection import Timing
from bot.ports import GiveUp, StoreUnavailable
from tests import payloads
from tests.scenarios.request_desk import cards
from tests.scenarios.world import World, world
from tests.socket_server import SocketServer
from tests.stub_slack import Error, Hang, Html, HttpError, RateLimited, StubSlack

TRIAL = "How long does the extended trial last?"
QUICK = Timing(
    hello=10,
    ping=0.05,
    quiet=30,
    recounts=(0.02, 0.02, 0.02),
    linger=5,
    finish=1,
    closing=0.1,
    stable=0,
    pauses=(0.01, 0.02),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk whose socket is impatient."""
    monkeypatch.setattr("bot.app.SOCKET_TIMING", QUICK)


@pytest.fixture
async def server() -> AsyncIterator[SocketServer]:
    """Slack's end."""
    async with SocketServer() as one:
        yield one


async def _until(condition: Callable[[], Any], *, seconds: float = 10) -> None:
    """Wait for a condition that nobody announces."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.005)


# With a desk behind


@asynccontextmanager
async def _desk(folder: Path, server: SocketServer, **more: Any) -> AsyncIterator[World]:
    """A desk that is connected."""
    slack = StubSlack()
    slack.socket_url = server.url
    async with world(folder, slack=slack, slack_app_token="xapp-1-stub", **more) as w:
        yield w


def _mention(w: World, user: str = "U1", channel: str = "CCYBER") -> tuple[str, dict[str, Any]]:
    """Somebody mentions the bot: the ts of their message, and the event."""
    said = w.say(channel, user, f"<@U0BOT> {TRIAL}")
    return said.ts, payloads.app_mention(channel, user, said.text, ts=said.ts)


async def test_events_and_clicks_come_over_the_socket(tmp_path: Path, server: SocketServer) -> None:
    """An envelope is acknowledged once it is recorded, and what it holds is answered once however often it comes."""
    async with _desk(tmp_path, server) as w:
        ts, event = _mention(w)
        await server.deliver("events_api", event, "E1")
        message = await w.only("CCYBER", ts)
        again = payloads.message("CCYBER", "U1", f"<@U0BOT> {TRIAL}", ts=ts)
        click = payloads.block_actions("CCYBER", "U1", "human.ask", message_ts=message.ts, thread=ts)
        await server.send("events_api", event, "E2")
        await server.send("events_api", again, "E3")
        await server.send("interactive", click, "E4")
        await server.send("interactive", click, "E5")
        await server.until(lambda: {"E2", "E3", "E4", "E5"} <= set(server.acks))
        said = await w.replies("CCYBER", ts)

        assert len(said) == 2
        assert "REQ-1" in said[1]
        assert len(await cards(w)) == 1
        assert (await w.ready())[1]["slack"] == "ok"


@pytest.mark.parametrize("payload", [{}, {"type": "block_actions"}, {"type": "news"}, {"type": "view_submission"}])
async def test_what_nobody_can_make_sense_of_is_acknowledged(
    tmp_path: Path, server: SocketServer, payload: dict[str, Any]
) -> None:
    """Slack would only repeat it."""
    async with _desk(tmp_path, server) as w:
        await server.send("interactive", payload, "E1")
        await server.until(lambda: "E1" in server.acks)

        assert (await w.ready())[0] == 200


async def test_no_events_come_by_http_meanwhile(tmp_path: Path, server: SocketServer) -> None:
    """The port answers health checks alone: there is no secret that would tell Slack's requests from others'."""
    async with _desk(tmp_path, server) as w:
        assert await w.event(payloads.app_mention("CCYBER", "U1", f"<@U0BOT> {TRIAL}")) in {404, 405}


async def test_an_envelope_that_cannot_be_recorded_is_not_acknowledged(tmp_path: Path, server: SocketServer) -> None:
    """Slack sends it again, and then it is answered, once."""
    async with _desk(tmp_path, server) as w:
        ts, event = _mention(w)
        store, w.desk.services.store = w.desk.services.store, _Away()
        await server.send("events_api", event, "E1")
        await w.desk.services.store.asked.wait()
        w.desk.services.store = store
        await server.send("events_api", event, "E2", retry=1)
        await server.until(lambda: "E2" in server.acks)

        assert "E1" not in server.acks
        assert len(await w.replies("CCYBER", ts)) == 1


class _Away:
    """A store that is away."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def read(self, unit: Any) -> Any:
        """Refuse."""
        self.asked.set()
        raise StoreUnavailable("away")

    run = read


async def test_nothing_is_lost_or_doubled_while_connections_come_and_go(tmp_path: Path, server: SocketServer) -> None:
    """Slack asks for new connections, cuts some and lets one die in silence, while people ask on."""
    async with _desk(tmp_path, server) as w:
        asked = []
        for n in range(40):
            ts, event = _mention(w, f"U{n}")
            asked.append(ts)
            delivery = asyncio.create_task(server.deliver("events_api", event, f"E{n}"))
            if n % 8 == 3:
                await server.open[-1].ask_to_leave("refresh_requested")
            if n % 8 == 6:
                await server.open[-1].end()
            if n == 20:
                server.open[-1].go_deaf()
            await delivery
        answers = [len(await w.replies("CCYBER", ts)) for ts in asked]

        assert answers == [1] * 40
        assert len(server.connections) > 8


async def test_two_desks_share_what_slack_sends(
    tmp_path: Path, server: SocketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An envelope and its repeat reach either; each question is answered once."""
    monkeypatch.setattr("bot.app.SOCKET_TIMING", replace(QUICK, recounts=(30,)))
    async with _desk(tmp_path, server) as first:
        slack = first.slack
        async with world(tmp_path, slack=_Borrowed(slack), slack_app_token="xapp-1-stub") as second:
            await server.until(lambda: len(server.open) == 2)
            asked = []
            for n in range(12):
                ts, event = _mention(first, f"U{n}")
                asked.append(ts)
                await asyncio.gather(*(server.send("events_api", event, f"E{n}.{again}") for again in range(2)))
            await server.until(lambda: len(server.acks) == 24)
            await second.settle()
            answers = [len(await first.replies("CCYBER", ts)) for ts in asked]

        assert [len(one.acks) for one in server.connections] == [12, 12]
        assert answers == [1] * 12


class _Borrowed:
    """A Slack that somebody else starts and stops."""

    def __init__(self, slack: StubSlack) -> None:
        self._slack = slack

    def __getattr__(self, name: str) -> Any:
        return getattr(self._slack, name)

    async def __aenter__(self) -> StubSlack:
        return self._slack

    async def __aexit__(self, *_: object) -> None:
        pass


async def test_a_fault_of_the_connection_is_told(tmp_path: Path, server: SocketServer) -> None:
    """/readyz names Slack while no connection can be had, and is well again afterwards."""
    async with _desk(tmp_path, server) as w:
        server.refusals = ["link_disabled"] * 1000
        await server.open[0].ask_to_leave("link_disabled")
        await server.until(lambda: not server.open)
        status, parts = await w.ready()
        server.refusals = []
        await server.until(lambda: server.open)
        await _until(lambda: w.desk.socket.fault() is None)

        assert status == 503
        assert parts["slack"].startswith(
            "Socket Mode: not connected: Socket Mode is switched off in the app's settings"
        )
        assert (await w.ready())[0] == 200


# The connection alone


@dataclass
class Bench:
    """Connections without a desk: what they bring is kept, and answered as a test wishes."""

    server: SocketServer
    slack: StubSlack
    session: aiohttp.ClientSession
    status: int = 200
    body: Any = ""
    brought: list[Mapping[str, Any]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)  # closed, it holds the answers up
    started: list[SocketMode] = field(default_factory=list)

    async def _dispatch(self, body: Mapping[str, Any]) -> BoltResponse:
        self.brought.append(body)
        await self.gate.wait()
        return BoltResponse(status=self.status, body=self.body)

    def make(self, **more: Any) -> SocketMode:
        """A connection that is not started."""
        client = web_client("", self.session, base_url=self.slack.url)
        one = SocketMode(client, "xapp-1-stub", self.session, self._dispatch, **{"timing": QUICK, **more})
        self.started.append(one)
        return one

    async def connect(self, **more: Any) -> SocketMode:
        """A connection that Slack has greeted."""
        one = self.make(**more)
        await one.start()
        return one


@pytest.fixture
async def bench(server: SocketServer) -> AsyncIterator[Bench]:
    """A bench on the server."""
    async with StubSlack() as slack, aiohttp.ClientSession() as session:
        slack.socket_url = server.url
        one = Bench(server, slack, session)
        one.gate.set()
        yield one
        for started in one.started:
            await started.stop()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_next_connection_is_there_before_the_old_one_goes(bench: Bench, reason: str) -> None:
    """Slack asks for another: what still comes over the old one is acknowledged there, until Slack closes it."""
    socket = await bench.connect()
    (old,) = bench.server.open
    await old.ask_to_leave(reason)
    await bench.server.until(lambda: len(bench.server.open) == 2)
    await bench.server.send("events_api", {}, "E0", over=bench.server.connections[1])
    await bench.server.until(lambda: "E0" in bench.server.acks)
    await asyncio.sleep(0.05)
    await bench.server.send("events_api", {}, "E1", over=old)
    await bench.server.until(lambda: "E1" in old.acks)
    await old.end()
    await bench.server.until(lambda: len(bench.server.open) == 1)

    assert old not in bench.server.open
    assert socket.fault() is None


async def test_a_connection_that_slack_leaves_open_is_closed_at_last(bench: Bench) -> None:
    """Slack said that it would close it and does not: it is not kept for ever."""
    await bench.connect(timing=replace(QUICK, linger=0.05))
    (old,) = bench.server.open
    await old.ask_to_leave("warning")
    await bench.server.until(lambda: len(bench.server.connections) == 2 and not old.is_open)

    assert old.goodbye == 1000


async def test_an_envelope_is_acknowledged_where_it_came(bench: Bench) -> None:
    """Even if another connection is the newest by then."""
    await bench.connect()
    bench.gate.clear()
    old = await bench.server.send("events_api", {}, "E1")
    await _until(lambda: bench.brought)
    await old.ask_to_leave("refresh_requested")
    await bench.server.until(lambda: len(bench.server.open) == 2)
    bench.gate.set()
    await bench.server.until(lambda: bench.server.acks)

    assert set(old.acks) == {"E1"}


async def test_only_a_success_is_acknowledged(bench: Bench) -> None:
    """Slack repeats the rest."""
    bench.status = 500
    await bench.connect()
    await bench.server.send("events_api", {"n": 1}, "E1")
    await _until(lambda: bench.brought)
    bench.status = 200
    await bench.server.send("events_api", {"n": 1}, "E2", retry=1)
    await bench.server.until(lambda: bench.server.acks)

    assert set(bench.server.acks) == {"E2"}
    assert bench.brought == [{"n": 1}] * 2


async def test_what_a_form_is_told_travels_in_its_acknowledgement(bench: Bench) -> None:
    """Errors at fields are an answer that Slack shows in the form."""
    bench.body = {"response_action": "errors", "errors": {"day": "…"}}
    await bench.connect()
    await bench.server.send("interactive", {}, "E1")
    await bench.server.until(lambda: bench.server.acks)

    assert bench.server.acks["E1"] == {"envelope_id": "E1", "payload": bench.body}


@pytest.mark.parametrize(
    "message", ["no JSON", "[]", {"type": "news"}, {"type": "hello"}, {"envelope_id": "E", "type": 1}]
)
async def test_a_message_of_no_known_form_changes_nothing(bench: Bench, message: Any) -> None:
    """Slack may invent some."""
    await bench.connect()
    await bench.server.open[0].say(message)
    await bench.server.send("events_api", {}, "E1")
    await bench.server.until(lambda: "E1" in bench.server.acks)

    assert len(bench.server.connections) == 1


async def test_a_half_open_connection_is_replaced(bench: Bench) -> None:
    """Slack neither speaks nor answers: within seconds there is another connection."""
    await bench.connect()
    (dead,) = bench.server.open
    dead.go_deaf()
    await bench.server.until(lambda: len(bench.server.connections) == 2)
    await bench.server.send("events_api", {}, "E1", over=bench.server.connections[1])
    await bench.server.until(lambda: "E1" in bench.server.acks)


async def test_a_quiet_connection_that_answers_is_kept(bench: Bench) -> None:
    """Pongs are signs of life: a workspace may be silent for hours."""
    socket = await bench.connect()
    await asyncio.sleep(10 * QUICK.ping)

    assert len(bench.server.connections) == 1
    assert socket.fault() is None
    assert socket.silence < 10 * QUICK.ping


async def test_a_connection_that_brings_nothing_is_proved_by_a_fresh_one(bench: Bench) -> None:
    """Pongs prove no delivery. The fresh one is greeted before the quiet one is closed."""
    socket = await bench.connect(timing=replace(QUICK, quiet=0.1))
    (quiet,) = bench.server.open
    await bench.server.until(lambda: not quiet.is_open)

    assert quiet.goodbye == 1000
    assert bench.server.open
    assert socket.fault() is None


async def test_ghosts_are_told_of_and_counted_until_they_are_gone(bench: Bench) -> None:
    """Connections that are nobody's take their share of the clicks; one sighting may be a goodbye not yet counted."""
    bench.server.ghosts = 2
    socket = await bench.connect(timing=replace(QUICK, recounts=(0.02, 30)))
    at_first = socket.fault()
    await _until(socket.fault)
    told = socket.fault()
    bench.server.ghosts = 0
    await bench.server.open[-1].ask_to_leave("refresh_requested")
    await _until(lambda: socket.fault() is None)

    assert at_first is None
    assert told == "Slack holds 2 connections of this app besides ours, clicks that go there are lost"
    assert all(one.goodbye in {None, 1000} for one in bench.server.connections)


async def test_a_connection_that_dies_in_silence_leaves_a_ghost(bench: Bench) -> None:
    """Our goodbye never arrives, Slack goes on counting: the next connections tell."""
    socket = await bench.connect()
    bench.server.open[0].go_deaf()
    await _until(lambda: "besides ours" in (socket.fault() or ""))

    assert "Slack holds 1 connections" in socket.fault()


async def test_connections_of_other_replicas_are_no_strangers(bench: Bench) -> None:
    """Slack counts them all; ours know of each other."""

    async def one() -> int:
        return 1

    bench.server.ghosts = 1
    socket = await bench.connect(others=one, timing=replace(QUICK, quiet=0.02))
    await bench.server.until(lambda: len(bench.server.connections) > 3)

    assert socket.fault() is None


async def test_a_connection_that_is_not_greeted_is_given_up(bench: Bench) -> None:
    """It is open, yet Slack sends nothing there: another is tried."""
    bench.server.mute = True
    socket = bench.make(timing=replace(QUICK, hello=0.1))
    start = asyncio.create_task(socket.start())
    await bench.server.until(lambda: len(bench.server.connections) == 2)
    told = socket.fault()
    bench.server.mute = False
    await start

    assert told == "not connected: the connection failed (TimeoutError)"
    await bench.server.until(lambda: len(bench.server.open) == 1)


@pytest.mark.parametrize("reason", ["too_many_websockets", "link_disabled"])
async def test_slack_turns_a_connection_away(bench: Bench, reason: str) -> None:
    """It is told what is the matter, and asked again until it relents."""
    bench.server.refusals = [reason] * 1000
    socket = bench.make()
    start = asyncio.create_task(socket.start())
    await bench.server.until(lambda: len(bench.server.connections) > 2)
    told = socket.fault()
    bench.server.refusals = []
    await start

    assert ("no room" if reason == "too_many_websockets" else "switched off") in told
    assert socket.fault() is None


@pytest.mark.parametrize("fault", [HttpError(500), RateLimited(None), Html(), Hang(), Error("internal_error")])
async def test_slack_gives_no_address_for_a_while(bench: Bench, fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again; a rate limit is kept to."""
    monkeypatch.setattr("bot.adapters.slack_errors._DEFAULT_PAUSE", 0.01)
    bench.slack.fail("apps.connections.open", fault, fault)
    socket = await bench.connect(timing=replace(QUICK, hello=0.3))

    assert len(bench.slack.calls("apps.connections.open")) == 3
    assert socket.fault() is None


async def test_a_refused_app_token_ends_the_start(bench: Bench) -> None:
    """Asking again would not change it."""
    bench.slack.fail("apps.connections.open", Error("invalid_auth"))

    with pytest.raises(GiveUp, match="invalid_auth"):
        await bench.connect()


async def test_an_app_token_that_is_refused_later_is_told(bench: Bench) -> None:
    """What runs goes on, posts are made: the desk stays, says so, and asks again."""
    socket = await bench.connect()
    bench.slack.fail("apps.connections.open", *[Error("invalid_auth")] * 3)
    await bench.server.open[0].end()
    await bench.slack.until(lambda: len(bench.slack.calls("apps.connections.open")) == 3)
    told = socket.fault()
    await bench.server.until(lambda: bench.server.open)
    await _until(lambda: socket.fault() is None)

    assert told.startswith("not connected: Slack refuses the app token (invalid_auth); Slack was last heard")


async def test_a_row_of_short_connections_is_slowed_down(bench: Bench) -> None:
    """Slack greets and closes again and again: the second may follow at once, the next ones wait."""
    socket = await bench.connect(timing=replace(QUICK, stable=60, pauses=(30.0,)))
    await bench.server.open[0].end()
    await bench.server.until(lambda: len(bench.server.connections) == 2 and bench.server.open)
    await bench.server.open[0].end()
    await _until(lambda: "it lasted for" in (socket.fault() or ""))

    assert len(bench.server.connections) == 2


async def test_stopping_acknowledges_what_is_under_way_and_says_goodbye(bench: Bench) -> None:
    """Slack is left with nothing that it would have to repeat, and counts us no longer."""
    socket = await bench.connect()
    (connection,) = bench.server.open
    bench.gate.clear()
    await bench.server.send("events_api", {}, "E1")
    await _until(lambda: bench.brought)
    stop = asyncio.create_task(socket.stop())
    await asyncio.sleep(0.02)
    is_open_meanwhile = connection.is_open
    bench.gate.set()
    await stop
    await bench.server.until(lambda: not bench.server.open)

    assert is_open_meanwhile
    assert set(connection.acks) == {"E1"}
    assert connection.goodbye == 1000


async def test_stopping_while_slack_is_away_is_prompt(bench: Bench) -> None:
    """Whatever the connection waits for."""
    bench.slack.fail("apps.connections.open", *[Hang()] * 10)
    socket = bench.make(timing=replace(QUICK, hello=60, pauses=(60.0,)))
    start = asyncio.create_task(socket.start())
    await bench.slack.until(lambda: bench.slack.calls("apps.connections.open"))
    start.cancel()
    async with asyncio.timeout(2):
        await socket.stop()

    assert bench.server.connections == []


async def test_no_token_or_address_reaches_the_log(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """The address holds a ticket that opens a connection in our name."""
    caplog.set_level("DEBUG")
    bench.slack.socket_url = "ws://127.0.0.1:9/link?ticket=SECRET-TICKET"
    bench.slack.fail("apps.connections.open", Error("internal_error"))
    socket = bench.make()
    start = asyncio.create_task(socket.start())
    await _until(lambda: "the connection failed" in (socket.fault() or ""))
    bench.slack.socket_url = bench.server.url
    await start

    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    assert "Socket Mode" in said
    assert "SECRET-TICKET" not in caplog.text
    assert "xapp-" not in caplog.text
