"""How Slack delivers: an event until it reads a 200, a click once; in turn to every replica that listens."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from tests import payloads
from tests.benchmarks.wire import Connection, request
from tests.crash.kills import Moment, Trigger

SECRET = "crash-signing-secret"

_PATIENCE = 3.0  # seconds that Slack waits for a 200
_RETRIES = (0.0, 2.0, 10.0)  # seconds before each repetition, the last one from then on; Slack's are 0, 60, 300
_SPREAD = 0.5  # either way: what failed together does not come back together
_HANGS_UP = 0.03  # share of deliveries in which the answer is not waited for
_SOONEST, _LATEST = 0.001, 0.05  # seconds after which it hangs up
_UNDER_WAY = 0.01  # seconds after sending in which a desk may be killed over an event


class Delivery:
    """Slack's side of events and clicks; `counts` holds what became of the requests."""

    def __init__(self, ports: Sequence[int], rng: random.Random, trigger: Trigger) -> None:
        self._ports = list(ports)
        self._turns = itertools.count()
        self._rng = rng
        self._trigger = trigger
        self.counts: Counter[str] = Counter()

    async def event(self, payload: dict[str, Any]) -> None:
        """Deliver an event, as often as it takes."""
        body = payloads.event_body(payload)
        for number in itertools.count():
            headers = payloads.signed_headers(SECRET, body, retry=number or None, reason="http_error")
            if await self._send(body, headers):
                self.counts["acked"] += 1
                self._trigger.happens(Moment.ACKED)
                return
            self.counts["tried again"] += 1
            pause = _RETRIES[min(number, len(_RETRIES) - 1)]
            await asyncio.sleep(pause * self._rng.uniform(1 - _SPREAD, 1 + _SPREAD))

    async def again(self, payload: dict[str, Any]) -> None:
        """Deliver once more an event that was acked; Slack's retry headers do not tell the truth."""
        body = payloads.event_body(payload)
        retry = self._rng.choice((None, 0, 1, 3))
        self.counts["delivered again"] += 1
        await self._send(body, payloads.signed_headers(SECRET, body, retry=retry))

    async def click(self, payload: dict[str, Any]) -> bool:
        """Deliver a click, once; whether it was acked."""
        body = payloads.form_body(payload)
        return await self._send(body, payloads.signed_headers(SECRET, body), hangs_up=False)

    async def _send(self, body: bytes, headers: dict[str, str], *, hangs_up: bool = True) -> bool:
        """Send a request to the next replica; whether Slack has read a 200."""
        impatient = hangs_up and self._rng.random() < _HANGS_UP
        patience = self._rng.uniform(_SOONEST, _LATEST) if impatient else _PATIENCE
        connection = await self._connected()
        if connection is None:
            self.counts["refused"] += 1
            return False
        soon = self._rng.uniform(0, _UNDER_WAY)
        asyncio.get_running_loop().call_later(soon, self._trigger.happens, Moment.UNDER_WAY)
        try:
            async with asyncio.timeout(patience):
                status = await connection.send(request("POST", "/slack/events", headers, body))
        except (ConnectionError, TimeoutError) as error:
            self.counts["hung up" if impatient else type(error).__name__] += 1
            return False
        finally:
            connection.close()
        self.counts[f"status {status}"] += 1
        return status == 200

    async def _connected(self) -> Connection | None:
        """A connection to whose turn it is or, as a proxy does, to the next one that listens; None if nobody does."""
        turn = next(self._turns)
        for number in range(len(self._ports)):
            with suppress(OSError):
                return await Connection.open(self._ports[(turn + number) % len(self._ports)])
        return None
