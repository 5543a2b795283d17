"""The port that the HTTP server listens on: opened last, closed first, and answered on until the end."""

from __future__ import annotations

from typing import Final

from aiohttp import web

REQUESTS_WITHIN: Final = 5.0
"""Seconds for the requests under way at the end; Slack waits 3."""


class Port:
    """A port, open between `open` and `close`.

    Connections that are open when the port closes are still answered, each for a last time, until `end`: a proxy reads
    there that it should turn elsewhere, and no request that was under way is cut.
    """

    def __init__(self, host: str, number: int) -> None:
        self._host = host
        self._number = number
        self._server: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self.is_closed = False

    async def prepare(self, application: web.Application) -> None:
        """Set the server up, without a port yet."""
        application.on_response_prepare.append(self._say_goodbye)
        self._server = web.AppRunner(application, access_log=None, shutdown_timeout=REQUESTS_WITHIN)
        await self._server.setup()

    async def open(self) -> int:
        """Listen; the number of the port. Raises OSError."""
        if self._server is None:
            raise RuntimeError("the server is not set up")
        self._site = web.TCPSite(self._server, self._host, self._number)
        await self._site.start()
        return int(self._server.addresses[0][1])

    async def close(self) -> None:
        """Accept no connection any more."""
        self.is_closed = True
        if self._site is not None:
            await self._site.stop()

    async def end(self) -> None:
        """Finish the requests under way and cut what is left."""
        if self._server is not None:
            await self._server.cleanup()

    async def _say_goodbye(self, _request: web.Request, answer: web.StreamResponse) -> None:
        if self.is_closed:
            answer.force_close()
