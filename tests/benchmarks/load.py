"""Slack under load: sends signed mentions to a bot on loopback, answers its calls at once, and times its replies."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.evaluation.cases import Case
from tests import payloads
from tests.benchmarks.wire import Connection, Server, request
from tests.stub_slack import BOT_ID, BOT_USER, TEAM

_PATIENCE = 30.0  # seconds that a reply is waited for

_IDENTITY = {"ok": True, "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT_ID, "url": "https://home.slack.example/"}


@dataclass(frozen=True, slots=True)
class Event:
    """A mention, ready to be sent; `ts` is its message's."""

    ts: str
    request: bytes


@dataclass(slots=True)
class Figures:
    """What a load has shown; times in seconds."""

    acks: list[float] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)
    lasted: float = 0.0

    @property
    def rate(self) -> float:
        """Replies a second."""
        return len(self.replies) / self.lasted


class Slack:
    """The Web API that answers at once, and the sender of events."""

    def __init__(self) -> None:
        self.url = ""
        self._awaited: dict[str, asyncio.Future[float]] = {}
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen on a free port of loopback."""
        server = await asyncio.get_running_loop().create_server(lambda: Server(self._answer), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/"
        try:
            yield
        finally:
            server.close()

    def _answer(self, head: bytes, body: bytes) -> bytes:
        method = head.split(b" ", 2)[1].rpartition(b"/")[2].partition(b"?")[0]
        if method == b"chat.postmessage":
            posted = json.loads(body)
            awaited = self._awaited.pop(posted.get("thread_ts") or "", None)
            if awaited is not None:
                awaited.set_result(time.perf_counter())
            return b'{"ok": true, "channel": "C", "ts": "%d.%06d", "message": {}}' % (time.time(), next(self._numbers))
        if method == b"auth.test":
            return json.dumps(_IDENTITY).encode()
        return b'{"ok": true, "user": {"id": "U", "team_id": "%s", "is_bot": false}}' % TEAM.encode()

    def mentions(self, channels: Sequence[str], cases: Sequence[Case], number: int, secret: str) -> list[list[Event]]:
        """For each channel as many mentions: each of them asks another of the questions. Signed now."""
        questions = itertools.cycle(cases)
        return [[self._mention(channel, next(questions), secret) for _ in range(number)] for channel in channels]

    def _mention(self, channel: str, case: Case, secret: str) -> Event:
        ts = f"{int(time.time())}.{next(self._numbers):06d}"
        mention = payloads.app_mention(channel, f"U{channel}", f"<@{BOT_USER}> {case.text}", ts=ts)
        body = payloads.event_body(mention)
        return Event(ts, request("POST", "/slack/events", payloads.signed_headers(secret, body), body))

    async def closed_loop(self, port: int, events: Sequence[Sequence[Event]]) -> Figures:
        """Every channel asks, waits for the reply, and asks again."""
        figures = Figures()

        async def asks(connection: Connection, own: Sequence[Event]) -> None:
            for event in own:
                await self._ask(connection, event, figures)

        async with _connections(port, len(events)) as connections:
            began = time.perf_counter()
            async with asyncio.TaskGroup() as group:
                for connection, own in zip(connections, events, strict=True):
                    group.create_task(asks(connection, own))
            figures.lasted = time.perf_counter() - began
        return figures

    async def open_loop(self, port: int, events: Sequence[Sequence[Event]], a_second: float) -> Figures:
        """The channels ask in turn, so many questions a second whatever becomes of them."""
        figures = Figures()
        async with _connections(port, len(events)) as connections:
            began = time.perf_counter()
            async with asyncio.TaskGroup() as group:
                turns = itertools.chain.from_iterable(zip(*events, strict=True))
                for number, (event, connection) in enumerate(zip(turns, itertools.cycle(connections), strict=False)):
                    await asyncio.sleep(began + number / a_second - time.perf_counter())
                    group.create_task(self._ask(connection, event, figures))
            figures.lasted = time.perf_counter() - began
        return figures

    async def _ask(self, connection: Connection, event: Event, figures: Figures) -> None:
        """Raises RuntimeError for an answer other than 200, TimeoutError for a reply that does not come."""
        reply = self._awaited[event.ts] = asyncio.get_running_loop().create_future()
        sent = time.perf_counter()
        status = await connection.send(event.request)
        figures.acks.append(time.perf_counter() - sent)
        if status != 200:
            raise RuntimeError(f"the bot answered {status}")
        async with asyncio.timeout(_PATIENCE):
            figures.replies.append(await reply - sent)


@asynccontextmanager
async def _connections(port: int, number: int) -> AsyncIterator[list[Connection]]:
    connections = [await Connection.open(port) for _ in range(number)]
    try:
        yield connections
    finally:
        for connection in connections:
            connection.close()
