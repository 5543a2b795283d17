"""Told to stop, the desk receives no more, finishes or hands back what runs, and ends well, whatever it was doing."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest

from tests import payloads
from tests.scenarios.served import Served, SlowSlack
from tests.scenarios.world import OTHER_CHANNELS
from tests.socket_server import SocketServer
from tests.stub_slack import Error, HttpError, StubSlack

TRIAL = "How long does the extended trial last?"
CHANNELS = tuple(f"C{n:02d}" for n in range(16))
NOISE = ("Task was destroyed", "never retrieved", "Traceback", "Unclosed", "ResourceWarning", "RuntimeWarning")


@pytest.fixture
async def slack() -> AsyncIterator[SlowSlack]:
    """Slack, with the desk's channels and some more."""
    async with SlowSlack() as one:
        for channel in ("CCYBER", "CMIRO", "COPEN", "CANYONE", *OTHER_CHANNELS, *CHANNELS):
            one.add_channel(channel, members=["U1"], is_im=channel.startswith("D"))
        yield one


def _mention(slack: StubSlack, channel: str = "CCYBER") -> tuple[str, dict[str, Any]]:
    said = slack.say(channel, "U1", f"<@U0BOT> {TRIAL}")
    return said.ts, payloads.app_mention(channel, "U1", said.text, ts=said.ts)


def _open_jobs(folder: Path) -> list[tuple[str, str | None]]:
    """Status and owner of what is not done; what is done every night or week is always waiting for the next one."""
    with sqlite3.connect(folder / "desk.db") as database:
        open_jobs = (
            "SELECT status, owner FROM job WHERE done_at IS NULL AND kind NOT IN ('retention', 'request-digest')"
        )
        return database.execute(open_jobs).fetchall()


def _noise(desk: Served) -> list[str]:
    return [line for line in desk.log.splitlines() if any(noise in line for noise in NOISE)]


# Stopping


async def test_an_idle_desk_ends_at_once(tmp_path: Path, slack: SlowSlack) -> None:
    """SIGTERM, exit code 0, and nobody listens any more."""
    async with Served(tmp_path, slack) as desk:
        code = await desk.stop()
        status = await desk.deliver(_mention(slack)[1])

    assert code == 0
    assert status == 0
    assert _noise(desk) == []


async def test_what_runs_is_finished(tmp_path: Path, slack: SlowSlack) -> None:
    """The answer is on its way when the signal comes: it is waited for and written down.

    Meanwhile nobody can connect; who is connected reads that the desk stops, and that this was the last answer.
    """
    async with Served(tmp_path, slack) as desk, aiohttp.ClientSession() as other:
        slack.close_gate()
        ts, event = _mention(slack)
        status = await desk.deliver(event)
        await slack.held.wait()
        desk.tell()
        told = await desk.ready()
        while told[0] == 200:
            told = await desk.ready()
        with pytest.raises(aiohttp.ClientConnectionError):
            await other.get(f"{desk.url}/readyz")
        with pytest.raises(aiohttp.ClientConnectionError):
            await desk.ready()
        slack.gate.set()
        code = await desk.ended()

    assert (status, code) == (200, 0)
    assert (told[0], told[1]["process"]) == (503, "stopping")
    assert len(slack.texts("CCYBER", thread=ts)) == 1
    assert _open_jobs(tmp_path) == []
    assert _noise(desk) == []


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_hurries(tmp_path: Path, slack: SlowSlack, second: signal.Signals) -> None:
    """What runs is handed back: the next desk takes it up at once, looks whether it was posted, and posts it once."""
    async with Served(tmp_path, slack) as desk:
        slack.close_gate()
        ts, event = _mention(slack)
        await desk.deliver(event)
        await slack.held.wait()
        desk.tell()
        while (await desk.ready())[0] == 200:
            pass
        desk.tell(second)
        code = await desk.ended(seconds=10)
    left = _open_jobs(tmp_path)
    slack.gate.set()
    async with Served(tmp_path, slack) as heir:
        await slack.until(lambda: slack.texts("CCYBER", thread=ts), seconds=10)
        await heir.stop()

    assert code == 0
    assert left == [("waiting", None)]
    assert len(slack.texts("CCYBER", thread=ts)) == 1
    assert len(slack.calls("conversations.replies")) == 1
    assert _open_jobs(tmp_path) == []
    assert _noise(desk) == []


async def test_over_socket_mode_the_desk_says_goodbye(tmp_path: Path, slack: SlowSlack) -> None:
    """What came before the signal is acknowledged and answered; Slack counts no connection of ours afterwards."""
    async with SocketServer() as server:
        slack.socket_url = server.url
        async with Served(tmp_path, slack, SLACK_APP_TOKEN="xapp-1-stub") as desk:
            asked = []
            for n in range(5):
                ts, event = _mention(slack, CHANNELS[n])
                asked.append((CHANNELS[n], ts))
                await server.send("events_api", event, f"E{n}")
            desk.tell()
            code = await desk.ended()
        (connection,) = server.connections

    acked = [asked[int(envelope[1:])] for envelope in connection.acks]
    assert code == 0
    assert connection.goodbye == 1000
    assert not connection.is_open
    assert _noise(desk) == []
    left = len(_open_jobs(tmp_path))
    assert sum(len(slack.texts(channel, thread=ts)) for channel, ts in acked) + left == len(acked)


# Stopping before it has begun


def _fitting(folder: Path) -> list[str]:
    """The processes that fit models into a folder."""
    return [
        process.parent.name
        for process in Path("/proc").glob("[0-9]*/cmdline")
        if b"bot.understand.fit" in (line := _read(process)) and bytes(folder) in line
    ]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it has just ended
        return b""


async def test_a_desk_that_waits_for_slack_ends_at_once(tmp_path: Path, slack: SlowSlack) -> None:
    """Slack is away at the start; SIGTERM is no failure."""
    slack.fail("auth.test", *[HttpError(503)] * 100)
    async with Served(tmp_path, slack, ready=False) as desk:
        await slack.until(lambda: slack.calls("auth.test"), seconds=30)
        code = await desk.stop()

    assert code == 0
    assert _noise(desk) == []


async def test_a_desk_that_waits_for_its_socket_ends_at_once(tmp_path: Path, slack: SlowSlack) -> None:
    """As above, in Socket Mode."""
    slack.fail("apps.connections.open", *[HttpError(503)] * 100)
    async with Served(tmp_path, slack, ready=False, SLACK_APP_TOKEN="xapp-1-stub") as desk:
        await slack.until(lambda: slack.calls("apps.connections.open"), seconds=30)
        code = await desk.stop()

    assert code == 0
    assert _noise(desk) == []


async def test_a_desk_that_learns_its_phrasings_ends_at_once(tmp_path: Path, slack: SlowSlack) -> None:
    """Fitting takes half a minute in a process of its own, which ends with the desk."""
    async with Served(tmp_path, slack, ready=False, XDG_CACHE_HOME=str(tmp_path / "cache")) as desk:
        while not _fitting(tmp_path):  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.02)
        code = await desk.stop()

    assert code == 0
    assert _fitting(tmp_path) == []
    assert _noise(desk) == []


async def test_a_refused_app_token_is_a_failure(tmp_path: Path, slack: SlowSlack) -> None:
    """One line that says what to do, exit code 1."""
    slack.fail("apps.connections.open", Error("invalid_auth"))
    async with Served(tmp_path, slack, ready=False, SLACK_APP_TOKEN="xapp-1-stub") as desk:
        code = await desk.ended()

    assert code == 1
    assert "partnerdesk: serve: Slack refuses the token (invalid_auth)" in desk.log
    assert _noise(desk) == []


# One after the other, and side by side


class _Load:
    """People who ask on, and a Slack that delivers until it reads a 200, to whichever desk is there."""

    def __init__(self, slack: StubSlack) -> None:
        self.slack = slack
        self.desks: list[Served] = []
        self.asked: list[tuple[str, str]] = []
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Ask until told to stop; then see that all was delivered."""
        deliveries = []
        while not self._over.is_set():
            channel = CHANNELS[len(self.asked) % len(CHANNELS)]
            ts, event = _mention(self.slack, channel)
            self.asked.append((channel, ts))
            deliveries.append(asyncio.create_task(self._deliver(event, len(self.asked))))
            await asyncio.sleep(0.05)
        await asyncio.gather(*deliveries)

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()

    async def _deliver(self, event: dict[str, Any], turn: int) -> None:
        while True:
            if self.desks and await self.desks[turn % len(self.desks)].deliver(event) == 200:
                return
            turn += 1
            await asyncio.sleep(0.05)

    def answers(self) -> list[int]:
        """How often each question was answered."""
        return [len(self.slack.texts(channel, thread=ts)) for channel, ts in self.asked]


async def test_restarts_under_load_lose_and_double_nothing(tmp_path: Path, slack: SlowSlack) -> None:
    """One desk after the other on one database, three times, while people ask on."""
    load = _Load(slack)
    asking = asyncio.create_task(load.run())
    codes = []
    for _ in range(3):
        async with Served(tmp_path, slack, options=()) as desk:
            load.desks = [desk]
            answered = len(slack.calls("chat.postMessage"))
            await slack.until(
                lambda answered=answered: len(slack.calls("chat.postMessage")) >= answered + 8, seconds=30
            )
            codes.append(await desk.stop())
            load.desks = []
    load.stop()
    async with Served(tmp_path, slack, options=()) as desk:
        load.desks = [desk]
        await asking
        await slack.until(lambda: len(slack.calls("chat.postMessage")) >= len(load.asked), seconds=60)
        codes.append(await desk.stop())

    assert codes == [0] * 4
    assert load.answers() == [1] * len(load.asked)
    assert _open_jobs(tmp_path) == []


async def test_a_rolling_restart_loses_and_doubles_nothing(tmp_path: Path, slack: SlowSlack, postgres_url: str) -> None:
    """Two replicas on PostgreSQL: a new one starts, the oldest is told to stop, three times, while people ask on.

    Nobody tells Slack: it comes to each of them until that refuses.
    """
    load = _Load(slack)
    codes = []
    async with AsyncExitStack() as stack:

        async def start() -> None:
            desk = Served(tmp_path, slack, postgres_url, options=())
            load.desks.append(await stack.enter_async_context(desk))

        await asyncio.gather(start(), start())
        asking = asyncio.create_task(load.run())
        for _ in range(3):
            await start()
            oldest = load.desks[0]
            codes.append(await oldest.stop())
            load.desks.remove(oldest)
        load.stop()
        await asking
        await slack.until(lambda: 0 not in load.answers(), seconds=60)
        codes += [await desk.stop() for desk in load.desks]
    with psycopg.connect(postgres_url) as database:
        left = database.execute("SELECT status, kind FROM job WHERE lane IS NOT NULL").fetchall()

    assert codes == [0] * 5
    assert load.answers() == [1] * len(load.asked)
    assert left == []
