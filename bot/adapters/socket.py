"""Socket Mode: Slack's events over WebSockets that we open, and a watch that they really reach us.

Slack's own client closes a connection before it opens the next, answers an envelope over whichever is the newest, reads
no `num_connections`, and takes an answered ping for health. Here the next connection greets before the old one goes, an
envelope is answered where it came, and a connection that brings nothing is proved by a fresh one.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import aiohttp
from aiohttp import ClientWSTimeout
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_errors import CALL_ERRORS, Fate, failure
from bot.adapters.socket_connection import BROKEN, FAULTS, Connection, Dispatch, Timing, Unusable, end
from bot.ports import GiveUp, StoreUnavailable

_log = logging.getLogger(__name__)

Others: TypeAlias = Callable[[], Awaitable[int]]
"""How many other processes of this desk hold a connection now."""


class SocketMode:
    """Keeps a connection to Slack, for ever, and another beside it while one is replaced.

    Slack counts connections when it greets one. Those that are neither ours nor another process's are ghosts, left
    where a goodbye never arrived, or desks that somebody else runs with our token: each takes its share of what Slack
    sends, and a click that goes there is lost. They cannot be closed from here. They are told of, and counted again.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        app_token: str,
        session: aiohttp.ClientSession,
        dispatch: Dispatch,
        *,
        others: Others | None = None,
        timing: Timing | None = None,
    ) -> None:
        self._client = client
        self._app_token = app_token
        self._session = session
        self._dispatch = dispatch
        self._others = others
        self._timing = timing or Timing()
        self._current: Connection | None = None
        self._alive: set[Connection] = set()
        self._retiring: set[asyncio.Task[None]] = set()
        self._keeping: asyncio.Task[None] | None = None
        self._trouble: str | None = None  # what keeps a connection from coming about
        self._strangers = 0  # connections that were nobody's when Slack last counted
        self._sightings = 0  # counts in a row that found any

    async def start(self) -> None:
        """Connect; returns when Slack has greeted us. Raises GiveUp if it refuses the app token."""
        greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._keeping = asyncio.create_task(self._keep(greeted))
        await greeted

    async def stop(self) -> None:
        """Receive no more, acknowledge what was recorded, and say goodbye."""
        if self._keeping is not None:
            await end(self._keeping)
        for task in list(self._retiring):
            await end(task)
        await asyncio.gather(*(self._close(connection) for connection in list(self._alive)))

    def fault(self) -> str | None:
        """What is wrong with the connection now, in a word for operators."""
        current = self._current
        if current is None or current.has_ended:
            heard = "" if current is None else f"; Slack was last heard {current.silence():.0f} s ago"
            return f"not connected: {self._trouble or 'connecting'}{heard}"
        if self._trouble is not None:
            return f"connected, but no fresh connection can be had: {self._trouble}"
        # One sighting may be a goodbye that Slack has not counted yet.
        if self._sightings > 1:
            return f"Slack holds {self._strangers} connections of this app besides ours, clicks that go there are lost"
        return None

    @property
    def silence(self) -> float | None:
        """Seconds since Slack was last heard; None while it never was."""
        return None if self._current is None else self._current.silence()

    # Keeping

    async def _keep(self, greeted: asyncio.Future[None]) -> None:
        failed = 0
        while True:
            try:
                connection = await self._open()
            except GiveUp as error:
                if not greeted.done():
                    greeted.set_exception(error)
                    return
                failed += 1
                await self._pause(Unusable(f"Slack refuses the app token ({error})", last=True), failed)
            except Unusable as error:
                failed += 1
                await self._pause(error, failed)
            except Exception as error:  # noqa: BLE001 - a watch that ends in silence would be the fault it watches for
                failed += 1
                await self._pause(Unusable(f"unforeseen, {type(error).__name__}"), failed)
            else:
                self._replace(connection)
                if not greeted.done():
                    greeted.set_result(None)
                await self._until_replaced(connection)
                # One that is soon spent may be followed at once; a row of them is trouble.
                failed = failed + 1 if connection.is_spent and connection.age() < self._timing.stable else 0
                await self._mourn(connection, failed)

    async def _open(self) -> Connection:
        """Open a connection and wait for Slack's greeting. Raises GiveUp and Unusable."""
        connection: Connection | None = None
        try:
            async with asyncio.timeout(self._timing.hello):
                connection = await self._dial(await self._address())
                counted = await connection.greeting
        except (Unusable, *BROKEN) as error:
            if connection is not None:
                self._retire(connection)
            if isinstance(error, Unusable):
                raise
            raise Unusable(f"the connection failed ({type(error).__name__})") from None
        await self._count(counted)
        return connection

    async def _address(self) -> str:
        try:
            answer = await self._client.apps_connections_open(app_token=self._app_token)
            return str(answer["url"])
        except CALL_ERRORS as error:
            failed = failure(error)
            if failed.fate is Fate.REFUSED:
                raise GiveUp(failed.code) from None
            raise Unusable(f"Slack gives no address ({failed.code})", seconds=failed.seconds) from None

    async def _dial(self, url: str) -> Connection:
        socket = await self._session.ws_connect(
            url,
            autoping=False,  # a ping of Slack's is a sign of life, which aiohttp would keep to itself
            timeout=ClientWSTimeout(ws_close=self._timing.closing),
            proxy=self._client.proxy,
            ssl=self._client.ssl or True,
        )
        connection = Connection(socket, self._dispatch, self._timing)
        self._alive.add(connection)
        return connection

    async def _count(self, counted: int) -> None:
        """Judge how many connections Slack counts, ours among them."""
        try:
            others = await self._others() if self._others is not None else 0
        except StoreUnavailable:
            return
        ours = sum(not connection.has_ended for connection in self._alive)
        self._strangers = max(counted - ours - others, 0)
        self._sightings = self._sightings + 1 if self._strangers else 0
        level = logging.WARNING if self._strangers else logging.INFO
        _log.log(
            level, "Socket Mode: connected; Slack counts %d connections, %d of them strangers", counted, self._strangers
        )

    def _replace(self, connection: Connection) -> None:
        previous, self._current, self._trouble = self._current, connection, None
        if previous is not None:
            self._retire(previous, self._timing.linger if previous.is_spent else 0.0)

    async def _until_replaced(self, connection: Connection) -> None:
        """Wait until a connection is spent, or must be proved by a fresh one."""
        if self._sightings:
            recounts = self._timing.recounts
            await connection.spent_within(recounts[min(self._sightings, len(recounts)) - 1])
            return
        while not connection.is_spent and (left := self._timing.quiet - connection.quiet()) > 0:
            await connection.spent_within(left)

    async def _mourn(self, connection: Connection, failed: int) -> None:
        """Note why a connection is spent; wait, if another would not be better at once."""
        if connection.why in FAULTS:
            self._retire(connection)
            await self._pause(Unusable(FAULTS[connection.why], last=True), failed)
        elif failed > 1:
            await self._pause(Unusable(f"it lasted for {connection.age():.0f} s ({connection.why})"), failed - 1)
        elif connection.has_ended:
            self._trouble = connection.why
            _log.warning("Socket Mode: the connection has ended (%s)", connection.why)

    async def _pause(self, error: Unusable, failed: int) -> None:
        pauses = self._timing.pauses
        usual = pauses[-1] if error.last else pauses[min(failed, len(pauses)) - 1]
        seconds = error.seconds or usual * random.uniform(0.75, 1.25)
        if self._trouble != str(error):
            _log.warning("Socket Mode: %s; trying again in %.1f s", error, seconds)
        self._trouble = str(error)
        await asyncio.sleep(seconds)

    def _retire(self, connection: Connection, linger: float = 0.0) -> None:
        async def retire() -> None:
            await connection.ended_within(linger)
            await self._close(connection)

        task = asyncio.create_task(retire())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _close(self, connection: Connection) -> None:
        await connection.close()
        self._alive.discard(connection)
