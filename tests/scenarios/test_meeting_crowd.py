"""Many who want the same few times at the same moment: nobody is booked twice, and nobody types anything twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import desk_reader
from bot.app import running
from bot.listeners import registry
from bot.meeting import Meeting
from bot.store import database, meetings
from tests.scenarios.meeting_desk import (
    assert_no_overlaps,
    at,
    meeting_world,
    now_shown,
    opened,
    opened_by,
    stored,
    times,
    told,
)
from tests.scenarios.report_desk import held
from tests.scenarios.world import DESK, World
from tests.stub_slack import TEAM, View

PEOPLE, TIMES = 200, 20
EVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
CROWD_DESK = f"""{DESK}
hosts: [{{user: USTAFF, kinds: [support], languages: [en]}}]
meetings:
  support: {{length: 20m, buffer: 10m, notice: 4h, horizon: 30d}}
"""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told that it took too long: the crowd, their Slack and the desks are one process here."""
    monkeypatch.setattr(registry, "ANSWER_WITHIN", 60)
    monkeypatch.setattr(database.Database.open.__func__, "__kwdefaults__", {"wait": 60})


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the database is."""
    return f"sqlite:///{tmp_path / 'desk.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")


@asynccontextmanager
async def _desks(folder: Path, url: str) -> AsyncIterator[list[World]]:
    """One desk on SQLite, two on PostgreSQL."""
    async with meeting_world(folder, CROWD_DESK, database_url=url) as w:
        if url.startswith("sqlite"):
            yield [w]
            return
        w.ahead = timedelta()  # cards come one a second: nobody waits for twenty of them
        async with running(w.settings, desk_reader.load(folder / "desk.yml"), clock=w.clock) as second:
            yield [w, replace(w, desk=second)]


async def _forms(w: World, people: int = PEOPLE) -> dict[str, View]:
    """The form of each, by user: all open it at the same time, so they are alike."""
    users = [f"U{n + 100}" for n in range(people)]
    for user in users:
        w.slack.add_user(user, tz="Europe/Helsinki")
    form = await opened_by(w, w.shortcut("meeting.new", users[0]))
    forms = {user: replace(form, id=f"{form.id}{user}") for user in users}
    w.slack.views |= {one.id: one for one in forms.values()}
    return forms


async def _booked(w: World) -> list[Meeting]:
    """All meetings as they are, whatever is still to be said of them."""
    return await w.desk.database.read(lambda conn: meetings.between(conn, TEAM, *EVER))


async def test_a_crowd(tmp_path: Path, place: str) -> None:
    """Ten people for each of twenty times: twenty are booked, the others read of fresh times, with all they typed."""
    async with _desks(tmp_path, place) as desks:
        w = desks[0]
        forms = await _forms(w)
        wanted = times(forms["U100"])[:TIMES]

        async def send(n: int, user: str) -> dict[str, str]:
            time = at(forms[user], wanted[n % TIMES])
            typed = {"topic": f"Of {user}", "email": f"{user}@acme.example".lower()}
            return await desks[n % len(desks)].fill(forms[user], user, **typed, **time)

        said = await asyncio.gather(*(send(n, user) for n, user in enumerate(forms)))

        assert said == [{}] * PEOPLE
        found = await stored(w)
        assert sorted(one.start for one in found) == wanted
        await assert_no_overlaps(w)
        booked = {one.booker.user for one in found}
        assert {one.topic for one in found} == {f"Of {user}" for user in booked}
        for n, user in enumerate(forms):
            if user in booked:
                continue
            fresh = now_shown(w, forms[user])
            assert (held(fresh, "topic"), held(fresh, "email")) == (f"Of {user}", f"{user}@acme.example".lower())
            assert len(times(fresh)) == 3
            assert wanted[n % TIMES] not in times(fresh)


async def test_a_crowd_that_sends_twice(tmp_path: Path, place: str) -> None:
    """Slack's repeat, or a second click, while the first is on its way: each has one meeting."""
    async with _desks(tmp_path, place) as desks:
        forms = await _forms(desks[0])
        free = times(forms["U100"])[:PEOPLE]

        async def send(n: int, user: str, w: World) -> dict[str, str]:
            return await w.fill(forms[user], user, topic="…", **at(forms[user], free[n]))

        said = await asyncio.gather(
            *(send(n, user, desks[again % len(desks)]) for again in range(2) for n, user in enumerate(forms))
        )

        assert said == [{}] * 2 * PEOPLE
        assert Counter(one.booker.user for one in await _booked(desks[0])) == dict.fromkeys(forms, 1)
        assert all(now_shown(desks[0], form) == form for form in forms.values())


async def test_a_crowd_that_moves(tmp_path: Path, place: str) -> None:
    """Twenty who have a meeting each want one other time: one has it, the others keep theirs until they choose anew."""
    async with _desks(tmp_path, place) as desks:
        w = desks[0]
        forms = await _forms(w, TIMES)
        free = times(forms["U100"])
        for n, (user, form) in enumerate(forms.items()):
            assert await w.fill(form, user, topic="…", **at(form, free[n])) == {}
        before = {one.booker.user: one for one in await stored(w)}
        moving = {user: await opened(w, await told(w, one), "meeting.move", user) for user, one in before.items()}

        async def send(n: int, user: str) -> dict[str, str]:
            return await desks[n % len(desks)].fill(moving[user], user, **at(moving[user], free[TIMES]))

        said = await asyncio.gather(*(send(n, user) for n, user in enumerate(moving)))

        assert said == [{}] * TIMES
        after = {one.booker.user: one for one in await stored(w)}
        (lucky,) = [user for user, one in after.items() if one.start == free[TIMES]]
        assert {user: one.start for user, one in after.items() if user != lucky} == {
            user: one.start for user, one in before.items() if user != lucky
        }
        for user in moving.keys() - {lucky}:
            fresh = now_shown(w, moving[user])
            assert fresh != moving[user]
            assert free[TIMES] not in times(fresh)
        await assert_no_overlaps(w)
