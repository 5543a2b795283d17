"""A desk that is killed while it works, and a Slack that fails: nothing is lost, and nothing comes twice."""

from __future__ import annotations

from pathlib import Path

from tests.crash.run import Result, Size, Storm

SMALL = Size(events=120, channels=20, kills=4, a_second=20, pause=4, rest_within=150)


def _check(result: Result) -> None:
    """Every message that was acked has one answer, its own; clicks, edits and deletions have had their effect once."""
    assert result.problems == []
    assert len(result.kills) == SMALL.kills
    assert sum(result.faults.values()) > 10
    assert result.look_ups > 0


async def test_one_desk_on_sqlite(tmp_path: Path) -> None:
    """As it is installed, with the shipped knowledge; it is killed and started again."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"

    _check(await Storm(SMALL, url, 1, seed=7, is_echo=False, folder=tmp_path).run())


async def test_two_desks_on_postgres(tmp_path: Path, postgres_url: str) -> None:
    """One is killed for good; they say back what they are told, so that each answer is known to be the right one."""
    _check(await Storm(SMALL, postgres_url, 2, seed=7, is_echo=True, folder=tmp_path).run())
