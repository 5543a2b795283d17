"""Bots under test, each a process of its own that listens on loopback."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml

from bot import paths
from tests.benchmarks.measure import resident
from tests.benchmarks.subject import Subject
from tests.benchmarks.wire import Connection, request

SECRET = "benchmark-signing-secret"
SERVE = ("bot", "serve")
CONSTANT = ("tests.benchmarks.constant",)
ECHO = ("tests.benchmarks.echo",)
DATABASE = "desk.db"

_LOOK_EVERY = 0.01
_READY_WITHIN = 300.0
_STOPPED_WITHIN = 30.0
_LOG = "log.txt"
_READY = request("GET", "/readyz", {})


@dataclass(frozen=True, slots=True)
class Served:
    """A bot that is ready; `ready_after` seconds from its start."""

    pid: int
    port: int
    ready_after: float

    @property
    def memory(self) -> float:
        """Its resident memory, in MiB."""
        return resident(self.pid)


@asynccontextmanager
async def serving(
    module: Sequence[str],
    slack_url: str,
    subject: Subject,
    channels: Sequence[str],
    folder: Path,
    database_url: str | None = None,
    sections: Mapping[str, Any] | None = None,
) -> AsyncIterator[Served]:
    """Run a bot with a desk file of its own, in a folder. Raises RuntimeError if it does not start.

    Args:
        module: What `python -m` runs, with its arguments.
        slack_url: The base URL of the Web API.
        subject: The knowledge that it serves.
        channels: Those that its desk file names; the programmes are spread over them.
        folder: Where its files go.
        database_url: Its database; unless given, an SQLite file of its own.
        sections: More of its desk file.

    """
    port, began = _free_port(), time.perf_counter()
    database_url = database_url or f"sqlite:///{folder / DATABASE}"
    environ = {"SLACK_API_URL": slack_url, "PORT": str(port), "DATABASE_URL": database_url}
    child = _started(module, environ, {**_desk(subject, channels), **(sections or {})}, subject, folder)
    try:
        while not await _is_ready(port):
            if child.poll() is not None or time.perf_counter() - began > _READY_WITHIN:
                raise RuntimeError(f"the bot does not start: {_log(folder)}")
            await asyncio.sleep(_LOOK_EVERY)
        yield Served(child.pid, port, time.perf_counter() - began)
    finally:
        child.terminate()
        try:
            await asyncio.to_thread(child.wait, _STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _started(
    module: Sequence[str], environ: Mapping[str, str], desk: Mapping[str, Any], subject: Subject, folder: Path
) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    file = folder / "desk.yml"
    file.write_text(yaml.safe_dump(desk), encoding="utf-8")
    whole = {
        **{name: value for name, value in os.environ.items() if name != "SLACK_APP_TOKEN"},
        "PYTHONPATH": str(paths.PROJECT),
        "SLACK_BOT_TOKEN": "xoxb-benchmark",
        "SLACK_SIGNING_SECRET": SECRET,
        "HOST": "127.0.0.1",
        "PARTNERDESK_CONFIG": str(file),
        "PARTNERDESK_KNOWLEDGE": str(subject.knowledge),
        "LOG_LEVEL": "WARNING",
        **environ,
    }
    if subject.home is not None:
        whole |= {"HOME": str(subject.home), "XDG_CACHE_HOME": str(subject.home / ".cache")}
    with (folder / _LOG).open("wb") as log:
        # Another folder than the project's: its .env must not count.
        return subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", *module], env=whole, cwd=folder, stdout=log, stderr=log
        )


async def _is_ready(port: int) -> bool:
    try:
        connection = await Connection.open(port)
    except OSError:
        return False
    try:
        return await connection.send(_READY) == HTTPStatus.OK
    except ConnectionError:
        return False
    finally:
        connection.close()


def _log(folder: Path) -> str:
    return (folder / _LOG).read_text(encoding="utf-8")[-2000:]


def _desk(subject: Subject, channels: Sequence[str]) -> dict[str, Any]:
    programmes = sorted(path.parent.name for path in subject.knowledge.glob("*/programme.yml"))
    listed = [{"id": id_, "programmes": [programmes[n % len(programmes)]]} for n, id_ in enumerate(channels)]
    return {"version": 1, "time_zone": "Europe/Helsinki", "channels": listed}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
