"""Socket Mode: the same desk, with Slack's events over a WebSocket that we open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from bot.ports import StoreUnavailable
from tests import payloads
from tests.scenarios.world import RunningClock, World, world
from tests.stub_slack import StubSlack

TRIAL = "How long does the extended trial last?"


class Socket:
    """Slack's end of the WebSocket: says hello, sends envelopes, keeps what is acknowledged."""

    def __init__(self) -> None:
        self.url = ""
        self.connections: list[web.WebSocketResponse] = []
        self.acks: dict[str, dict[str, Any]] = {}
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on loopback."""
        app = web.Application()
        app.router.add_get("/link", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"ws://{host}:{port}/link"

    async def stop(self) -> None:
        """End."""
        if self._runner:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0APP"}})
        await self._note(lambda: self.connections.append(connection))
        async for received in connection:
            if received.type is WSMsgType.TEXT:
                told = json.loads(received.data)
                await self._note(lambda told=told: self.acks.__setitem__(told["envelope_id"], told))
        return connection

    async def _note(self, change: Any) -> None:
        async with self._changed:
            change()
            self._changed.notify_all()

    async def until(self, condition: Any, *, seconds: float = 10) -> None:
        """Wait for a condition of what was told."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    async def send(self, kind: str, payload: dict[str, Any], envelope: str) -> None:
        """Send an envelope on the newest connection."""
        await self.connections[-1].send_json(
            {"envelope_id": envelope, "type": kind, "accepts_response_payload": False, "payload": payload}
        )


@pytest.fixture
async def socket() -> AsyncIterator[Socket]:
    """A WebSocket server of Slack's."""
    one = Socket()
    await one.start()
    yield one
    await one.stop()


def _slack(socket: Socket, clock: RunningClock) -> StubSlack:
    slack = StubSlack(clock=clock)
    slack.socket_url = socket.url
    return slack


async def _ask(w: World, socket: Socket, envelope: str) -> str:
    """Somebody mentions the bot; the ts of their message, once it is acknowledged."""
    said = w.say("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
    event = payloads.app_mention("CCYBER", "U1", said.text, ts=said.ts)
    await socket.send("events_api", event, envelope)
    await socket.until(lambda: envelope in socket.acks)
    return said.ts


async def test_events_and_clicks_come_over_the_socket(tmp_path: Path, socket: Socket) -> None:
    """An envelope is acknowledged once it is recorded, answered once however often it comes, and clicks work."""
    clock = RunningClock()
    async with world(tmp_path, slack=_slack(socket, clock), clock=clock, slack_app_token="xapp-1-stub") as w:
        await socket.until(lambda: socket.connections)
        ts = await _ask(w, socket, "E1")
        message = await w.only("CCYBER", ts)
        again = payloads.message("CCYBER", "U1", f"<@U0BOT> {TRIAL}", ts=ts)
        await socket.send("events_api", again, "E2")
        click = payloads.block_actions("CCYBER", "U1", "human.ask", message_ts=message.ts, thread=ts)
        await socket.send("interactive", click, "E3")
        await socket.until(lambda: {"E2", "E3"} <= set(socket.acks))
        said = await w.replies("CCYBER", ts)

        assert len(said) == 2
        assert "REQ-1" in said[1]
        assert await w.ready() == (200, {"database": "ok", "slack": "ok", "knowledge": "ok"})


async def test_no_events_come_by_http_meanwhile(tmp_path: Path, socket: Socket) -> None:
    """The port answers health checks alone: there is no secret that would tell Slack's requests from others'."""
    clock = RunningClock()
    async with world(tmp_path, slack=_slack(socket, clock), clock=clock, slack_app_token="xapp-1-stub") as w:
        assert await w.event(payloads.app_mention("CCYBER", "U1", f"<@U0BOT> {TRIAL}")) in {404, 405}


async def test_slack_asks_for_another_connection(tmp_path: Path, socket: Socket) -> None:
    """After `disconnect` the desk connects anew and goes on."""
    clock = RunningClock()
    async with world(tmp_path, slack=_slack(socket, clock), clock=clock, slack_app_token="xapp-1-stub") as w:
        await socket.until(lambda: socket.connections)
        await socket.connections[0].send_json({"type": "disconnect", "reason": "refresh_requested"})
        await socket.until(lambda: len(socket.connections) > 1)
        ts = await _ask(w, socket, "E1")

        assert len(await w.replies("CCYBER", ts)) == 1


async def test_an_envelope_that_cannot_be_recorded_is_not_acknowledged(tmp_path: Path, socket: Socket) -> None:
    """Slack sends it again, and then it is answered."""
    clock = RunningClock()
    async with world(tmp_path, slack=_slack(socket, clock), clock=clock, slack_app_token="xapp-1-stub") as w:
        await socket.until(lambda: socket.connections)
        store, broken = w.desk.services.store, w.desk.services
        broken.store = _Away()
        said = w.say("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
        event = payloads.app_mention("CCYBER", "U1", said.text, ts=said.ts)
        await socket.send("events_api", event, "E1")
        await broken.store.asked.wait()
        broken.store = store
        await socket.send("events_api", event, "E2")
        await socket.until(lambda: "E2" in socket.acks)

        assert "E1" not in socket.acks
        assert len(await w.replies("CCYBER", said.ts)) == 1


class _Away:
    """A store that is away."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def read(self, unit: Any) -> Any:
        """Refuse."""
        self.asked.set()
        raise StoreUnavailable("away")

    run = read
