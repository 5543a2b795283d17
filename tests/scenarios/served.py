"""`partnerdesk serve` as a process of its own, on a Slack that the test plays and may hold up.

Use::

    async with Served(tmp_path, slack) as desk:
        status = await desk.deliver(payloads.app_mention(…))
        assert await desk.stop() == 0
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests import payloads
from tests.scenarios.world import DESK, SECRET
from tests.stub_slack import StubSlack


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class SlowSlack(StubSlack):
    """Slack, which answers chat.postMessage only while its gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] == "chat.postMessage" and not self.gate.is_set():
            self.held.set()
            await self.gate.wait()
        return await super()._serve(request)

    def close_gate(self) -> None:
        """From now on posts are held up; `held` is set when one is."""
        self.held = asyncio.Event()
        self.gate.clear()


class Served:
    """One process. Whatever is left of it at the end is killed."""

    def __init__(
        self,
        folder: Path,
        slack: StubSlack,
        database_url: str | None = None,
        *,
        ready: bool = True,
        options: tuple[str, ...] = ("-X", "dev"),
        **environ: str,
    ) -> None:
        self.port = free_port()
        self.log = ""  # what it has said so far
        self._wants_ready = ready
        self._options = options  # of Python
        self._child: Process
        desk = folder / "desk.yml"
        desk.write_text(DESK, encoding="utf-8")
        self._environ = {
            **os.environ,
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": slack.url,
            "PORT": str(self.port),
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'desk.db'}",
            "PARTNERDESK_CONFIG": str(desk),
            **environ,
        }

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def has_ended(self) -> bool:
        """Whether the process is over."""
        return self._child.returncode is not None

    async def __aenter__(self) -> Self:
        self._child = await asyncio.create_subprocess_exec(
            sys.executable, *self._options, "-m", "bot", "serve", env=self._environ, stdout=DEVNULL, stderr=PIPE
        )
        self._session = aiohttp.ClientSession()
        self._listening = asyncio.create_task(self._listen(self._child.stderr))
        if self._wants_ready:
            await self.until_ready()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        if not self.has_ended:
            self._child.kill()
            await self.ended()

    async def until_ready(self, *, seconds: float = 30) -> None:
        """Wait until it answers on its port."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                async with self._session.get(f"{self.url}/readyz"):
                    return
            except aiohttp.ClientError:
                if self.has_ended:
                    await self.ended()
                    raise AssertionError(f"serve has ended: {self.log}") from None
                assert time.monotonic() < deadline, "serve does not listen"
                await asyncio.sleep(0.05)

    async def ready(self) -> tuple[int, dict[str, str]]:
        """What /readyz says, on a connection that is open already if there is one."""
        async with self._session.get(f"{self.url}/readyz") as answer:
            return answer.status, await answer.json()

    async def deliver(self, payload: dict[str, Any]) -> int:
        """Deliver an event; the status that Slack reads, 0 where it finds nobody."""
        body = payloads.event_body(payload)
        try:
            async with self._session.post(
                f"{self.url}/slack/events", data=body, headers=payloads.signed_headers(SECRET, body)
            ) as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    def tell(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal."""
        self._child.send_signal(number)

    async def ended(self, *, seconds: float = 30) -> int:
        """Wait for the end; the exit code."""
        async with asyncio.timeout(seconds):
            code = await self._child.wait()
            await self._listening
        return code

    async def _listen(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            self.log += line.decode()

    async def stop(self) -> int:
        """Tell it to stop, and wait until it has; the exit code."""
        self.tell()
        return await self.ended()
