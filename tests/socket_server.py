"""Slack's end of Socket Mode on loopback: greets, counts connections, sends and repeats envelopes, fails on demand.

Use::

    async with SocketServer() as server:
        slack.socket_url = server.url  # what the stub's apps.connections.open names
        ...  # the code under test connects
        await server.until(lambda: server.open)
        await server.send("events_api", event, "E1")
        await server.until(lambda: "E1" in server.acks)

Faults: `ghosts` are connections that Slack counts and nobody reads; `refusals` holds reasons with which the next
connections are sent away instead of greeted; `mute` greets nobody; a connection's `go_deaf` makes it half-open: it
neither reads nor answers, and Slack goes on counting it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSCloseCode, WSMsgType, web


@dataclass(eq=False)
class Connection:
    """One WebSocket as Slack sees it."""

    socket: web.WebSocketResponse
    acks: dict[str, dict[str, Any]] = field(default_factory=dict)  # by envelope
    is_open: bool = True
    is_deaf: bool = False
    goodbye: int | None = None  # the close code that the other side sent

    def go_deaf(self) -> None:
        """From now on the connection is half-open."""
        self.is_deaf = True

    async def say(self, message: Any) -> None:
        """Send a message: a `disconnect`, or whatever a test invents."""
        await self.socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def ask_to_leave(self, reason: str) -> None:
        """Say that this connection will end."""
        await self.say({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})

    async def end(self) -> None:
        """Close it from Slack's side."""
        await self.socket.close(code=WSCloseCode.GOING_AWAY)


class SocketServer:
    """The server and what it was told."""

    def __init__(self) -> None:
        self.url = ""
        self.connections: list[Connection] = []  # all that there were
        self.ghosts = 0
        self.mute = False
        self.refusals: list[str] = []
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._turn = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/link", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"ws://{host}:{port}/link"
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self.open:
            await connection.end()
        if self._runner is not None:
            await self._runner.cleanup()

    # What a test reads

    @property
    def open(self) -> list[Connection]:
        """The connections that Slack counts and that somebody reads."""
        return [one for one in self.connections if one.is_open]

    @property
    def acks(self) -> dict[str, dict[str, Any]]:
        """What was acknowledged, over whichever connection."""
        return {envelope: ack for one in self.connections for envelope, ack in one.acks.items()}

    async def until(self, condition: Callable[[], Any], *, seconds: float = 10) -> None:
        """Wait until a condition of the state holds. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    # What Slack does

    async def send(
        self, kind: str, payload: dict[str, Any], envelope: str, *, over: Connection | None = None, retry: int = 0
    ) -> Connection:
        """Send an envelope, over the connection whose turn it is unless one is named; that connection."""
        if over is None:
            self._turn += 1
            over = self.open[self._turn % len(self.open)]
        message = {"envelope_id": envelope, "type": kind, "accepts_response_payload": False, "payload": payload}
        if retry:
            message |= {"retry_attempt": retry, "retry_reason": "timeout"}
        await over.say(message)
        return over

    async def deliver(self, kind: str, payload: dict[str, Any], envelope: str, *, patience: float = 0.5) -> None:
        """Send an event until it is acknowledged, as Slack does, each time in an envelope of its own."""
        for retry in range(20):
            name = f"{envelope}.{retry}"
            try:
                over = await self.send(kind, payload, name, retry=retry)
                await self.until(lambda name=name, over=over: name in self.acks or not over.is_open, seconds=patience)
            except (TimeoutError, ConnectionError, IndexError, ZeroDivisionError):
                await asyncio.sleep(0.01)
            if name in self.acks:
                return
        raise AssertionError(f"{envelope} was never acknowledged")

    # Serving

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        connection = Connection(web.WebSocketResponse(autoping=False))
        await connection.socket.prepare(request)
        if self.refusals:
            await connection.ask_to_leave(self.refusals.pop(0))
            connection.is_open = False
        await self._note(lambda: self.connections.append(connection))
        if not self.mute and connection.is_open:
            count = len(self.open) + self.ghosts
            await connection.say({"type": "hello", "num_connections": count, "connection_info": {"app_id": "A0APP"}})
        try:
            await self._read(connection)
        finally:
            if connection.is_deaf:
                self.ghosts += 1
            await self._note(lambda: setattr(connection, "is_open", False))
        return connection.socket

    async def _read(self, connection: Connection) -> None:
        while True:
            received = await connection.socket.receive()
            if received.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}:
                connection.goodbye = connection.socket.close_code
                return
            if connection.is_deaf:
                continue
            if received.type is WSMsgType.PING:
                await connection.socket.pong(received.data)
            elif received.type is WSMsgType.TEXT:
                told = json.loads(received.data)
                await self._note(lambda told=told: connection.acks.__setitem__(told["envelope_id"], told))

    async def _note(self, change: Callable[[], Any]) -> None:
        async with self._changed:
            change()
            self._changed.notify_all()
