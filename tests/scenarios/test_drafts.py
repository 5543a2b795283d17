"""Texts that are not released, and knowledge that changes while the desk runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot import paths
from tests.knowledge.small import edit, write_knowledge
from tests.scenarios.world import actions, world


@pytest.fixture
def knowledge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A knowledge of two entries, which is fitted in a second; with a cache of its own."""
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path / "cache")
    folder = write_knowledge(tmp_path / "knowledge")
    shutil.copy(paths.knowledge_dir() / "decision.yml", folder)
    return folder


def _draft(folder: Path, *languages: str) -> None:
    for language in languages:
        edit(folder / "demo" / f"{language}.yml", "    title: trial\n", "    title: trial\n    draft: true\n")


DESK = "version: 1\nsupport: {channel: CSUPPORT}\n"


async def test_a_draft_is_not_served(tmp_path: Path, knowledge: Path) -> None:
    """The reply says in which languages the answer exists, and offers those and a person."""
    _draft(knowledge, "en", "fi")
    async with world(tmp_path, DESK, knowledge=knowledge) as w:
        ts = await w.mention("CNEW", "U1", "en trial 1?")
        message = await w.only("CNEW", ts)
        offered = actions(message)
        await w.press(message, "language.pick.fr", "U1")
        answer = await w.only("CNEW", ts)

        assert "not yet released" in message.edits[0]
        assert "French, German" in message.edits[0]
        assert offered == ["language.pick.fr", "language.pick.de", "human.ask"]
        assert answer.text.startswith("L’essai dure 30 jours")


async def test_an_answer_is_not_switched_into_a_draft(tmp_path: Path, knowledge: Path) -> None:
    """The menu leads to the same word on where the answer exists."""
    _draft(knowledge, "fi")
    async with world(tmp_path, DESK, knowledge=knowledge) as w:
        message = await w.only("CNEW", await w.mention("CNEW", "U1", "en trial 1?"))
        await w.press(message, "answer.more", "U1", "fi")
        await w.settle()

        assert actions(message)[:3] == ["language.pick.fr", "language.pick.en", "language.pick.de"]


async def test_an_entry_that_is_a_draft_everywhere_is_not_known(tmp_path: Path, knowledge: Path) -> None:
    """There is nothing to offer but a person."""
    edit(
        knowledge / "demo" / "programme.yml",
        "  trial:\n    kind: answer\n",
        "  trial:\n    kind: answer\n    draft: true\n",
    )
    async with world(tmp_path, DESK, knowledge=knowledge) as w:
        message = await w.only("CNEW", await w.mention("CNEW", "U1", "en trial 1?"))

        assert message.text.startswith("I don’t know the answer")
        assert actions(message) == ["human.ask"]


async def test_files_that_break_while_running_change_nothing(
    tmp_path: Path, knowledge: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The old ones are served, the fault is logged once, /readyz says so; mended, the new ones are served."""
    file = knowledge / "demo" / "en.yml"
    right = file.read_text(encoding="utf-8")
    async with world(tmp_path, DESK, knowledge=knowledge) as w:
        file.write_text(
            right.replace("A trial lasts", "entries: [").replace("phrasings:", "phrasing:"), encoding="utf-8"
        )
        looks = [await w.desk.editions.look() for _ in range(3)]
        status, parts = await w.ready()
        old = await w.replies("CNEW", await w.mention("CNEW", "U1", "en trial 1?"))
        file.write_text(right.replace("A trial lasts", "Every trial lasts"), encoding="utf-8")
        mended = await w.desk.editions.look()
        new = await w.replies("CNEW", await w.mention("CNEW", "U1", "en trial 1?"))

        assert looks == [False] * 3
        assert [record.message for record in caplog.records].count(_first(caplog, "knowledge not renewed")) == 1
        assert status == 503
        assert parts["knowledge"] != "ok"
        assert old[0].startswith("A trial lasts 30 days")
        assert mended
        assert new[0].startswith("Every trial lasts 30 days")
        assert (await w.ready()) == (200, {"database": "ok", "slack": "ok", "knowledge": "ok", "process": "ok"})


async def test_files_that_check_refuses_are_not_served(tmp_path: Path, knowledge: Path) -> None:
    """They can be read, but say another number than the programme does."""
    file = knowledge / "demo" / "en.yml"
    async with world(tmp_path, DESK, knowledge=knowledge) as w:
        edit(file, "A trial lasts {trial_days} days.", "A trial lasts 31 days.")
        looked = await w.desk.editions.look()
        (said,) = await w.replies("CNEW", await w.mention("CNEW", "U1", "en trial 1?"))

        assert not looked
        assert "30 days" in said


async def test_an_entry_that_goes_while_its_card_stands(tmp_path: Path, knowledge: Path) -> None:
    """A click on the old answer is answered all the same."""
    async with world(tmp_path, DESK, knowledge=knowledge) as w:
        message = await w.only("CNEW", await w.mention("CNEW", "U1", "en trial 1?"))
        edit(
            knowledge / "demo" / "programme.yml",
            "  trial:\n    kind: answer\n",
            "  trial:\n    kind: answer\n    draft: true\n",
        )
        await w.desk.editions.look()
        status = await w.press(message, "answer.more", "U1", "fr")
        await w.settle()

        assert status == 200
        assert message.text.startswith("Je n'ai pas la réponse")


def _first(caplog: pytest.LogCaptureFixture, start: str) -> str:
    return next(record.message for record in caplog.records if record.message.startswith(start))
