"""Staff by a user group of Slack: who is in it stands behind the desk, and who leaves it no longer does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.listeners import staff
from bot.model import PersonId
from bot.ports import StoreUnavailable
from bot.store import members
from bot.store.tables import member
from tests.scenarios.world import DESK, MONDAY, World, clock_at, world
from tests.stub_slack import TEAM, Error, Fault, Hang, HttpError, RateLimited, StubSlack

GROUP_DESK = DESK.replace("{channel: CSUPPORT}", "{channel: CSUPPORT, user_group: S1}")
OTHER_GROUP = GROUP_DESK.replace("S1", "S2")
EVERY = timedelta(minutes=10)


def _slack(*users: str) -> StubSlack:
    """A Slack with these in the group."""
    slack = StubSlack()
    for user in users:
        slack.add_user(user, profile={"first_name": f"First {user}", "real_name": f"First {user} Last"})
    slack.groups["S1"] = [*users]
    return slack


async def _next_reading(w: World) -> None:
    w.skip(EVERY)
    await w.settle()


def _staff(w: World) -> list[tuple[str, str]]:
    """Who stands behind the desk, with their names."""
    return [(one.user, one.name) for one in w.desk.services.desk.staff]


def _is_staff(w: World, user: str, team: str = TEAM) -> bool:
    return w.desk.services.desk.is_staff(PersonId(team, user), TEAM)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a world is given for its database."""
    return {} if request.param == "sqlite" else {"database_url": request.getfixturevalue("postgres_url")}


async def test_who_is_in_the_group_stands_behind_the_desk(tmp_path: Path, database: dict[str, Any]) -> None:
    """From the start on; with the first name that Slack tells, beside those whom the desk file names."""
    async with world(tmp_path, GROUP_DESK, slack=_slack("UANNA", "UBEN"), **database) as w:
        await w.settle()

        assert _staff(w) == [("USTAFF", "Aino"), ("UANNA", "First UANNA"), ("UBEN", "First UBEN")]
        assert _is_staff(w, "UANNA")
        assert not _is_staff(w, "UANNA", "TACME"), "the same id elsewhere is somebody else"
        assert len(await _planned(w)) == 1


async def _planned(w: World) -> list[str]:
    """The readings that are planned."""
    pending = w.desk.services.work.pending
    return await w.desk.database.read(lambda conn: pending(conn, f"{staff.STAFF_GROUP}:"))


async def test_who_leaves_the_group_no_longer_does(tmp_path: Path) -> None:
    """From the next reading on, and who joins it does; it is read every ten minutes."""
    async with world(tmp_path, GROUP_DESK, slack=_slack("UANNA")) as w:
        await w.settle()
        w.slack.groups["S1"] = ["UBEN"]
        w.skip(EVERY - timedelta(seconds=30))
        await w.settle()
        assert (_is_staff(w, "UANNA"), _is_staff(w, "UBEN")) == (True, False)
        w.skip(timedelta(seconds=30))
        await w.settle()

        assert (_is_staff(w, "UANNA"), _is_staff(w, "UBEN")) == (False, True)
        assert [row["user"] for row in await w.rows(member)] == ["UBEN"]


async def test_a_group_that_is_deleted_has_nobody_in_it(tmp_path: Path) -> None:
    """That Slack does not have it is an answer."""
    async with world(tmp_path, GROUP_DESK, slack=_slack("UANNA")) as w:
        await w.settle()
        del w.slack.groups["S1"]
        await _next_reading(w)

        assert not _is_staff(w, "UANNA")
        assert _is_staff(w, "USTAFF")


async def test_what_the_desk_file_says_of_somebody_beats_the_group(tmp_path: Path) -> None:
    """Their name and their languages stay, and leaving the group changes nothing for them."""
    slack = _slack("USTAFF", "UANNA")
    async with world(tmp_path, GROUP_DESK, slack=slack) as w:
        await w.settle()
        known = w.desk.services.desk.member("USTAFF")
        assert known is not None
        assert (known.name, known.languages) == ("Aino", ("fi", "en"))
        slack.groups["S1"] = ["UANNA"]
        await _next_reading(w)

        assert _is_staff(w, "USTAFF")


FAULTS = [
    HttpError(500),
    RateLimited(3),
    Hang(),
    Error("missing_scope"),
    Error("paid_teams_only"),
    Error("plan_upgrade_required"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
async def test_where_slack_does_not_answer_the_last_known_stay(tmp_path: Path, fault: Fault) -> None:
    """Also for a desk that is started again; and once Slack answers, what it says counts."""
    slack = _slack("UANNA", "UBEN")
    async with world(tmp_path, GROUP_DESK, slack=slack) as w:
        await w.settle()
        clock = w.clock
    slack.groups["S1"] = ["UBEN"]
    failing = _failing(slack, fault, most=6)
    async with world(tmp_path, GROUP_DESK, slack=slack, clock=clock) as w:
        w.desk.services.slack._call_limit = 0.05  # type: ignore[attr-defined]
        assert _is_staff(w, "UANNA"), "before anything was asked"
        await w.settle()
        for _ in range(6):
            if not failing():
                break
            assert _is_staff(w, "UANNA")
            await _next_reading(w)
        await _next_reading(w)

        assert not failing()
        assert (_is_staff(w, "UANNA"), _is_staff(w, "UBEN")) == (False, True)


def _failing(slack: StubSlack, fault: Fault, *, most: int) -> Callable[[], bool]:
    """Let the group be untold so many times; whether that goes on."""
    begun = len(slack.calls("usergroups.users.list"))

    def left() -> bool:
        return len(slack.calls("usergroups.users.list")) - begun < most

    slack.fail("usergroups.users.list", *[fault] * most)
    return left


async def test_without_a_group_slack_is_not_asked(tmp_path: Path) -> None:
    """Nobody has allowed it, perhaps."""
    async with world(tmp_path, slack=_slack("UANNA")) as w:
        await _next_reading(w)

        assert w.slack.calls("usergroups.users.list") == []
        assert _staff(w) == [("USTAFF", "Aino")]


async def test_a_group_that_the_desk_file_no_longer_names(tmp_path: Path) -> None:
    """Nobody stands behind the desk through it from the start on, and who was in it is not kept."""
    slack = _slack("UANNA")
    async with world(tmp_path, GROUP_DESK, slack=slack) as w:
        await w.settle()
        clock = w.clock
    async with world(tmp_path, slack=slack, clock=clock) as w:
        assert not _is_staff(w, "UANNA")
        await _next_reading(w)

        assert await w.rows(member) == []
        assert len(slack.calls("usergroups.users.list")) == 1


async def test_another_group_in_the_desk_file_is_read_at_once(tmp_path: Path) -> None:
    """Not when the next reading of the one before was planned."""
    slack = _slack("UANNA", "UBEN")
    slack.groups["S2"] = ["UBEN"]
    async with world(tmp_path, GROUP_DESK, slack=slack) as w:
        await w.settle()
        clock = w.clock
    async with world(tmp_path, OTHER_GROUP, slack=slack, clock=clock) as w:
        await w.settle()

        assert (_is_staff(w, "UANNA"), _is_staff(w, "UBEN")) == (False, True)


async def test_restarts_do_not_make_it_read_more_often(tmp_path: Path) -> None:
    """Each reads at once; after that there is one reading in ten minutes, not one for each."""
    slack, clock = _slack("UANNA"), None
    for _ in range(4):
        async with world(tmp_path, GROUP_DESK, slack=slack, clock=clock) as w:
            await w.settle()
            w.skip(timedelta(minutes=2))
            clock = w.clock
    async with world(tmp_path, GROUP_DESK, slack=slack, clock=clock) as w:
        await _next_reading(w)
        before = len(slack.calls("usergroups.users.list"))
        for _ in range(60):
            w.skip(timedelta(minutes=1))
            await w.settle()

        assert 6 <= len(slack.calls("usergroups.users.list")) - before <= 7


async def test_a_process_that_has_not_asked_knows_what_another_has_stored(
    tmp_path: Path, database: dict[str, Any]
) -> None:
    """Of several replicas one reads the group at a time; the others look at what is stored."""
    async with world(tmp_path, GROUP_DESK, slack=_slack("UANNA"), **database) as w:
        await w.settle()
        services = w.desk.services
        await services.store.run(lambda conn: members.replace(conn, TEAM, [("UBEN", "Ben")], services.clock.now()))
        await _watched_until(w, lambda: _is_staff(w, "UBEN"))

        assert not _is_staff(w, "UANNA")


async def test_a_database_that_is_away_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last known stay, and it is looked at again."""
    async with world(tmp_path, GROUP_DESK, slack=_slack("UANNA")) as w:
        await w.settle()
        services, away = w.desk.services, 3
        await services.store.run(lambda conn: members.replace(conn, TEAM, [("UBEN", "Ben")], services.clock.now()))
        listed = members.all

        def failing(conn: Connection, workspace: str) -> list[tuple[str, str]]:
            nonlocal away
            away -= 1
            if away >= 0:
                assert _is_staff(w, "UANNA")
                raise StoreUnavailable
            return listed(conn, workspace)

        monkeypatch.setattr(members, "all", failing)
        await _watched_until(w, lambda: _is_staff(w, "UBEN"))


async def _watched_until(w: World, condition: Callable[[], bool]) -> None:
    """Look at what is stored, far more often than a desk does, until a condition holds."""
    watching = asyncio.create_task(staff.watch(w.desk.services, 0.005))
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.005)
    watching.cancel()


async def test_a_name_is_kept_where_slack_tells_none(tmp_path: Path) -> None:
    """And a new one is known after the next reading."""
    async with world(tmp_path, GROUP_DESK, slack=_slack("UANNA", "UBEN")) as w:
        await w.settle()
        w.slack.users["UANNA"]["profile"]["first_name"] = "Anna"
        w.slack.users["UBEN"]["profile"] = {}
        await _next_reading(w)
        assert _staff(w)[1:] == [("UANNA", "Anna"), ("UBEN", "First UBEN")]
        w.slack.fault = lambda method, _: HttpError(500) if method == "users.info" else None
        await _next_reading(w)

        assert _staff(w)[1:] == [("UANNA", "Anna"), ("UBEN", "First UBEN")]


async def test_many_names_are_asked_for_bit_by_bit(tmp_path: Path) -> None:
    """Slack's rate is for others too: all stand behind the desk at once, and have their names after a while."""
    users = [f"U{n:03d}" for n in range(70)]
    async with world(tmp_path, GROUP_DESK, slack=_slack(*users), clock=clock_at(MONDAY)) as w:
        await w.settle()
        asked = [len(w.slack.calls("users.info"))]
        assert all(_is_staff(w, user) for user in users)
        for _ in range(7):
            await _next_reading(w)
            asked.append(len(w.slack.calls("users.info")))

        assert [after - before for before, after in zip([0, *asked], asked, strict=False)] == [20] * 8
        assert all(name for _, name in _staff(w))
        assert {one.arguments["user"] for one in w.slack.calls("users.info")[70:]} == {*users}
