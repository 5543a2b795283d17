"""One WebSocket of Socket Mode: it is read until it ends, and what it brings is acknowledged over it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType
from slack_bolt.response import BoltResponse

from bot.ports import StoreUnavailable

_log = logging.getLogger(__name__)

Dispatch: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[BoltResponse]]
"""Carries out what an envelope holds; only a status of 200 has it acknowledged. May raise StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient the connection is, in seconds."""

    hello: float = 10.0  # for Slack to give an address, and to greet there
    ping: float = 10.0  # without a word of Slack, before it is asked for one, and again
    quiet: float = 1800.0  # without an envelope, before a fresh connection proves the way anew
    recounts: tuple[float, ...] = (10.0, 30.0, 120.0, 600.0, 1800.0)  # between counts while there are strangers
    linger: float = 15.0  # that a connection which Slack will close is still listened to
    finish: float = 3.0  # for the envelopes under way when a connection is closed; Slack waits no longer
    closing: float = 2.0  # for Slack's answer to our goodbye
    stable: float = 60.0  # that a connection lasts before its end is no sign of trouble
    pauses: tuple[float, ...] = (1.0, 2.0, 5.0, 15.0, 60.0)  # after the first, second, … attempt that failed


PINGS: Final = 2
"""Pings in a row that may stay without an answer."""

FAULTS: Final = {
    # Slack's reason for ending a connection that asking at once would not mend → what to say of it.
    "too_many_websockets": "Slack has no room for another connection of this app (10 at most)",
    "link_disabled": "Socket Mode is switched off in the app's settings",
}
BROKEN: Final = (aiohttp.ClientError, OSError, asyncio.TimeoutError)


class Unusable(Exception):
    """A connection that did not come about; its word is for the operator, `last` asks for the longest pause."""

    def __init__(self, why: str, *, seconds: float | None = None, last: bool = False) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.last = last


class Connection:
    """One WebSocket: it is read until it ends, and each envelope is acknowledged over it once it is carried out."""

    def __init__(self, socket: ClientWebSocketResponse, dispatch: Dispatch, timing: Timing) -> None:
        self._socket = socket
        self._dispatch = dispatch
        self._timing = timing
        self._loop = asyncio.get_running_loop()
        self._opened_at = self._heard_at = self._brought_at = self._loop.time()
        self._envelopes: set[asyncio.Task[None]] = set()
        self._spent = asyncio.Event()
        self.why = "closed"  # once spent: what Slack said, or what happened
        self.greeting: asyncio.Future[int] = self._loop.create_future()
        self.greeting.add_done_callback(lambda future: future.cancelled() or future.exception())  # asked for or not
        self._reading = asyncio.create_task(self._read())

    # What is known of it, in seconds

    def age(self) -> float:
        """Since it was opened."""
        return self._loop.time() - self._opened_at

    def silence(self) -> float:
        """Since Slack was heard: a ping of its own, an answer to ours, a message."""
        return self._loop.time() - self._heard_at

    def quiet(self) -> float:
        """Since it brought an envelope, or was opened."""
        return self._loop.time() - self._brought_at

    @property
    def is_spent(self) -> bool:
        """Whether it should be replaced: it has ended, or Slack will end it."""
        return self._spent.is_set()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes over it."""
        return self._reading.done()

    async def spent_within(self, seconds: float) -> None:
        """Wait until it is spent, or for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._spent.wait()

    async def ended_within(self, seconds: float) -> None:
        """Wait until nothing more comes over it, or for so long."""
        await asyncio.wait([self._reading], timeout=seconds)

    async def close(self) -> None:
        """Finish the envelopes under way and say goodbye. What comes after is not acknowledged: Slack repeats it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timing.finish):
                while self._envelopes:
                    await asyncio.wait(self._envelopes)
        await self._socket.close()
        for task in [self._reading, *self._envelopes]:
            await end(task)

    # Reading

    async def _read(self) -> None:
        try:
            self.why = await self._read_on()
        except BROKEN as error:
            self.why = f"broken, {type(error).__name__}"
        finally:
            self._spent.set()
            if not self.greeting.done():
                self.greeting.set_exception(Unusable(FAULTS.get(self.why, self.why), last=self.why in FAULTS))

    async def _read_on(self) -> str:
        """Read until the end; why it came."""
        said = ""
        asked = 0  # counted, rather than timed: a machine that slept must not take Slack for silent
        while True:
            try:
                frame = await self._socket.receive(timeout=self._timing.ping)
            except TimeoutError:
                if asked == PINGS:
                    return "Slack has fallen silent"
                asked += 1
                await self._socket.ping()
                continue
            if frame.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}:
                return said or f"closed with {self._socket.close_code}"
            self._heard_at, asked = self._loop.time(), 0
            if frame.type is WSMsgType.PING:
                await self._socket.pong(frame.data)
            elif frame.type is WSMsgType.TEXT:
                said = self._hear(frame.data) or said
                if said in FAULTS:
                    return said

    def _hear(self, text: str) -> str | None:
        """Take a message; the reason, if it is one that ends the connection."""
        try:
            message = json.loads(text)
        except ValueError:
            message = None
        match message:
            case {"type": "hello"}:
                if not self.greeting.done():
                    self.greeting.set_result(_number(message.get("num_connections")))
            case {"type": "disconnect"}:
                self.why = str(message.get("reason") or "disconnect")
                self._spent.set()
                return self.why
            case {"type": str(), "envelope_id": str(), "payload": dict()}:
                self._brought_at = self._loop.time()
                task = asyncio.create_task(self._carry_out(message))
                self._envelopes.add(task)
                task.add_done_callback(self._envelopes.discard)
            case _:
                _log.warning("Socket Mode: a message of no known form was ignored")
        return None

    async def _carry_out(self, envelope: dict[str, Any]) -> None:
        id_ = envelope["envelope_id"]
        try:
            answer = await self._dispatch(envelope["payload"])
            if answer.status == 200:  # noqa: PLR2004 - HTTP's own name for it
                async with asyncio.timeout(self._timing.finish):
                    await self._socket.send_json({"envelope_id": id_, **_payload(answer)})
            else:
                _log.info("Socket Mode: envelope %s is not acknowledged (status %s)", id_, answer.status)
        except (StoreUnavailable, *BROKEN) as error:
            _log.info("Socket Mode: envelope %s could not be acknowledged (%s)", id_, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a fault of one envelope must not stop the others
            _log.error("Socket Mode: envelope %s failed (%s)", id_, type(error).__name__)


def _number(counted: Any) -> int:
    return counted if isinstance(counted, int) else 1


def _payload(answer: BoltResponse) -> dict[str, Any]:
    """What an acknowledgement carries: the errors of a form, or nothing."""
    return {"payload": json.loads(answer.body)} if answer.body.startswith("{") else {}


async def end(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it is over."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
