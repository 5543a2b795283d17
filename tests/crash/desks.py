"""The desks: processes that are killed without a word and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bot import paths
from tests.benchmarks.wire import Connection

_LOOK_EVERY = 0.02
_READY_WITHIN = 120.0
_STOPPED_WITHIN = 40.0


class Desk:
    """One replica. Its port stays the same from life to life.

    Args:
        module: What `python -m` runs.
        environ: Its settings, PORT apart.
        log: Where it writes, of all its lives.

    """

    def __init__(self, module: str, environ: Mapping[str, str], log: Path) -> None:
        self.port = _free_port()
        self._command = [sys.executable, "-m", module, "serve"]
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "PARTNERDESK_"))},
            **environ,
            "PYTHONPATH": str(paths.PROJECT),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin a life."""
        with self._log.open("ab") as log:
            # Another folder than the project's: its .env must not count.
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                self._command, env=self._environ, cwd=self._log.parent, stdout=log, stderr=log
            )

    async def ready(self) -> None:
        """Wait until it takes requests. Raises RuntimeError if it ends first, TimeoutError."""
        async with asyncio.timeout(_READY_WITHIN):
            while not await self._listens():
                if not self.is_alive:
                    raise RuntimeError(f"the desk does not start: {self.last_words()}")
                await asyncio.sleep(_LOOK_EVERY)

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it as a power cut would, for the process; it is over when this returns."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def stop(self) -> int:
        """Ask it to end; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.to_thread(self._process.wait, _STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL

    def last_words(self) -> str:
        """The end of what it wrote."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-2_000:]

    async def _listens(self) -> bool:
        try:
            (await Connection.open(self.port)).close()
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
