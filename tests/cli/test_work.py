"""`partnerdesk work`: what was given up is shown, and tried again by a desk that runs; on both databases."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest
from sqlalchemy import Connection

from bot.__main__ import main
from bot.adapters.clock import SystemClock
from bot.adapters.work.opening import open_runner, open_work
from bot.model import Job
from bot.ports import GiveUp, Unit
from bot.store.database import Database


class Desk:
    """Work of which one kind fails until it is mended, and another waits for ever."""

    def __init__(self, url: str) -> None:
        self.clock = SystemClock()
        self.work = open_work(url, self.clock)
        self.store = Database.open(url)
        self.runner = open_runner(self.work, url, self.store, {"post": self.post, "wait": self.wait}, self.clock)
        self.is_mended = False
        self.posted: list[Job] = []

    async def __aenter__(self) -> Self:
        await self.store.start()
        await self.runner.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.runner.stop(0)
        await self.store.close()

    async def post(self, job: Job) -> None:
        """Give up, or remember."""
        if not self.is_mended:
            raise GiveUp("channel_not_found")
        self.posted.append(job)

    async def wait(self, _: Job) -> Unit[None] | None:
        """Never end."""
        await asyncio.Event().wait()
        return None

    async def given_up(self, *keys: str) -> None:
        """Have jobs that are given up."""

        def unit(conn: Connection) -> None:
            for key in keys:
                self.work.add(conn, "post", key, {}, lane="C2")

        await self.store.run(unit)
        async with asyncio.timeout(10):
            while len(await self.store.read(self.work.dead)) < len(keys):  # noqa: ASYNC110 - the state is no task of ours
                await asyncio.sleep(0.01)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """A command's exit code and what it wrote."""
    code = main(["work", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


async def test_what_was_given_up_is_shown_and_tried_again(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """While the desk runs, by key or all of them; a key of something else is said to be wrong."""
    async with Desk(url) as desk:
        await desk.given_up("post:a", "post:b", "post:c")
        listed = await asyncio.to_thread(said, capsys, "list")
        desk.is_mended = True
        one = await asyncio.to_thread(said, capsys, "retry", "post:b", "post:unknown")
        everything = await asyncio.to_thread(said, capsys, "retry", "--all")
        nothing = await asyncio.to_thread(said, capsys, "retry", "--all")
        desk.runner.wake(desk.clock.now())  # as its next poll would
        async with asyncio.timeout(20):
            while len(desk.posted) < 3:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)

    code, out, _ = listed
    assert (code, out.splitlines()[0]) == (0, "0 due, 0 running, 0 for later, 3 given up.")
    assert [line for line in out.splitlines() if line.startswith("post:")] == ["post:a", "post:b", "post:c"]
    assert "post, 1 attempts, given up 20" in out
    assert out.count(" UTC: channel_not_found") == 3
    assert one == (1, "post:b: is tried again.\n", "post:unknown: was not given up; see `partnerdesk work list`.\n")
    assert everything == (0, "post:a: is tried again.\npost:c: is tried again.\n", "")
    assert nothing == (0, "Nothing was given up.\n", "")
    assert [(job.key, job.attempts) for job in desk.posted] == [("post:b", 2), ("post:a", 2), ("post:c", 2)]


async def test_work_is_counted(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is due, since when, what runs and what waits for later; as JSON for programs."""
    async with Desk(url) as desk:

        def unit(conn: Connection) -> None:
            for n in range(3):
                desk.work.add(conn, "wait", f"wait:{n}", {}, lane="C1")
            desk.work.add(conn, "post", "later", {}, at=desk.clock.now() + timedelta(hours=1))

        await desk.store.run(unit)
        await desk.given_up("post:a")
        shown = json.loads((await asyncio.to_thread(said, capsys, "list", "--json"))[1])

    (letter,) = shown.pop("dead")
    assert 0 < shown.pop("oldest_due_seconds") < 60
    assert shown == {"due": 2, "running": 1, "scheduled": 1}
    assert (letter["key"], letter["kind"], letter["attempts"], letter["error"]) == (
        "post:a",
        "post",
        1,
        "channel_not_found",
    )


def test_there_is_no_work_without_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command makes no database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")

    assert said(capsys, "list") == (1, "", "partnerdesk: work: there is no database yet, and so no work\n")
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_another_version_is_left_alone(empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that still runs on it must find its own tables."""
    monkeypatch.setenv("DATABASE_URL", empty_postgres_url)

    assert main(["work", "list"]) == 1


@pytest.mark.parametrize("arguments", [["retry"], ["retry", "--all", "post:a"]])
def test_what_is_to_be_tried_again_is_named(arguments: list[str], url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Either keys or all."""
    code, _, err = said(capsys, *arguments)

    assert (code, err.count("\n")) == (2, 1)
