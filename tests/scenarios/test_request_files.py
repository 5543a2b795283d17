"""Files of a request, of any kind, on their way to the desk: shown once, and never where others read along."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ports import Fetched, FileFault
from bot.report import PictureState
from bot.request import Request
from tests.scenarios.request_desk import (
    AINO,
    act,
    cards,
    handed_over,
    only,
    opened,
    pass_to,
    request_world,
    writes,
)
from tests.scenarios.world import PICTURE, World, shown
from tests.stub_slack import Cut, Error, Fault, Hang, HttpError, RateLimited, SharedFile, StubMessage, StubSlack

PDF = b"%PDF-1.7\n" + b"x" * 200
FROM_PARTNER = "From the partner"


async def _taken(w: World, channel: str = "D1") -> tuple[str, StubMessage]:
    """A request that somebody looks after: the partner's thread, and the card."""
    thread = await handed_over(w, channel=channel)
    (card,) = await cards(w)
    await act(w, card, "request.take", AINO)
    return thread, card


async def _shared(w: World, card: StubMessage) -> list[SharedFile]:
    await w.settle()
    return w.slack.shared(card.channel, card.ts)


def _states(request: Request) -> list[tuple[PictureState, str]]:
    return [(one.state, one.fault) for one in request.files]


async def test_a_file_of_the_partner_stands_below_the_card(tmp_path: Path) -> None:
    """As the partner's, with the name that they gave it; it is our copy, and theirs stays theirs."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        w.slack.add_file("F1", PDF, user="UACME", name="contract.pdf")
        ts = await writes(w, thread, "Here is the contract", channel="D1", files=["F1"])
        (file,) = await _shared(w, card)

        assert file.id != "F1"
        assert (file.content, file.name, file.title) == (PDF, "contract.pdf", "contract.pdf")
        assert (file.comment, file.alt) == (FROM_PARTNER, "")
        assert w.slack.files["F1"].shares == [("D1", ts)]
        assert _states(await only(w)) == [(PictureState.SHARED, "")]


async def test_a_picture_is_told_in_words_too(tmp_path: Path) -> None:
    """By the words with which it came."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await writes(w, thread, "This is what I see", channel="D1", files=["F1"])
        (file,) = await _shared(w, card)

        assert (file.content, file.alt) == (PICTURE, "This is what I see")


async def test_files_that_the_question_came_with(tmp_path: Path) -> None:
    """They are there as soon as the card is."""
    async with request_world(tmp_path) as w:
        w.slack.add_file("F1", PDF, user="UACME", name="contract.pdf")
        await w.mention("CCYBER", "UACME", "I want to speak to a person", team="TACME", files=["F1"])
        (card,) = await cards(w)

        assert [file.name for file in await _shared(w, card)] == ["contract.pdf"]


@pytest.mark.parametrize(
    ("name", "content", "shown_as"),
    [
        ("clients.xlsx", b"PK\x03\x04" + b"x" * 100, "clients.xlsx"),
        ("logs.zip", b"PK\x03\x04" + b"x" * 100, "logs.zip"),
        ("trace.txt", b"Traceback (most recent call last)", "trace.txt"),
        ("screen.gif", PICTURE, "screen.png"),
        ("update.exe", b"MZ" + b"x" * 100, "update.exe.bin"),
        ("page.html", b"<!DOCTYPE html><script>x</script>", "page.html.bin"),
        ("<!channel> & <@UEVIL>.pdf", PDF, "<!channel> & <@UEVIL>.pdf"),
    ],
)
async def test_files_of_any_kind(tmp_path: Path, name: str, content: bytes, shown_as: str) -> None:
    """Office files, archives, texts; a name calls nobody, and nothing starts by a double click."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        w.slack.add_file("F1", content, user="UACME", name=name)
        await writes(w, thread, "", channel="D1", files=["F1"])
        (file,) = await _shared(w, card)

        assert (file.name, file.content) == (shown_as, content)
        assert file.comment == FROM_PARTNER


FAULTS: dict[str, tuple[FileFault, dict[str, Any]]] = {
    "too large": (FileFault.TOO_LARGE, {"size": 11 * 1024 * 1024}),
    "empty": (FileFault.EMPTY, {"content": b""}),
    "deleted": (FileFault.GONE, {"mode": "tombstone"}),
    "beyond the limit of a free plan": (FileFault.HIDDEN, {"mode": "hidden_by_limit"}),
    "with another service": (FileFault.EXTERNAL, {"is_external": True, "mode": "external"}),
    "at another address": (FileFault.ELSEWHERE, {"url_private_download": "https://evil.example/a.pdf"}),
    "a canvas": (FileFault.KIND, {"mode": "quip"}),
}


@pytest.mark.parametrize("what", FAULTS)
async def test_a_file_that_cannot_be_had_is_noted_on_the_card(tmp_path: Path, what: str) -> None:
    """Those who look after it can ask for it another way; the others are shown all the same."""
    fault, fields = FAULTS[what]
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        w.slack.add_file("F1", **{"content": PDF, "name": "a.pdf", **fields})
        await writes(w, thread, "", channel="D1", files=["F1", "F2"])

        assert len(await _shared(w, card)) == 1
        assert _states(await only(w)) == [(PictureState.REFUSED, fault), (PictureState.SHARED, "")]
        assert "1 could not be had" in shown(card.blocks)


async def test_access_that_comes_later_brings_the_file(tmp_path: Path) -> None:
    """It is tried again after a while, and the card no longer says that it could not be had."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        file = w.slack.add_file("F1", PDF, name="a.pdf", file_access="check_file_info")
        await writes(w, thread, "", channel="D1", files=["F1"])
        assert "1 could not be had" in shown(card.blocks)
        del file.fields["file_access"]
        await pass_to(w, w.clock.now() + timedelta(hours=2))

        assert len(await _shared(w, card)) == 1
        assert "could not be had" not in shown(card.blocks)


# Others read along


async def test_nothing_is_shown_where_other_organisations_read_along(tmp_path: Path) -> None:
    """The file is not even fetched."""
    async with request_world(tmp_path) as w:
        w.slack.channels["CSUPPORT"].is_ext_shared = True
        thread, card = await _taken(w)
        await writes(w, thread, "", channel="D1", files=["F1"])

        assert await _shared(w, card) == []
        assert _states(await only(w)) == [(PictureState.KEPT_BACK, "")]
        assert w.slack.calls("download") == []


async def test_a_channel_that_is_shared_while_the_file_is_fetched_does_not_show_it(tmp_path: Path) -> None:
    """Our copy, which nobody has seen, is deleted; and the card, from now on, shows number and state alone."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)

        def shared_by_then(method: str, _number: int) -> Fault | None:
            w.slack.channels["CSUPPORT"].is_ext_shared |= method == "upload"
            return None

        w.slack.fault = shared_by_then
        await writes(w, thread, "", channel="D1", files=["F1"])
        request = await only(w)

        assert await _shared(w, card) == []
        assert w.slack.calls("files.completeUploadExternal") == []
        assert (request.files[0].state, request.files[0].copy) == (PictureState.KEPT_BACK, "")
        assert len(w.slack.calls("files.delete")) == 1
        assert request.is_shared
        assert "trial" not in shown(card.blocks)


# Slack fails


@pytest.mark.parametrize("failure", [RateLimited(3), HttpError(500), HttpError(500, stored=True), Cut(stored=True)])
@pytest.mark.parametrize(
    "step", ["files.info", "download", "files.getUploadURLExternal", "upload", "files.completeUploadExternal"]
)
async def test_whatever_fails_on_the_way_it_is_shared_once(tmp_path: Path, step: str, failure: Fault) -> None:
    """Each step is repeated until it is done; a step that was carried out unheard shows nothing twice."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        w.slack.fail(step, failure, failure)
        await writes(w, thread, "", channel="D1", files=["F1"])

        assert len(await _shared(w, card)) == 1
        assert _states(await only(w)) == [(PictureState.SHARED, "")]


async def test_a_desk_that_stops_in_between_shares_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was completed, and nobody heard; the next process looks before it shares."""
    monkeypatch.setattr("bot.adapters.files.CALL_LIMIT", 0.3)
    slack = StubSlack()
    async with request_world(tmp_path, slack=slack) as w:
        thread, _ = await _taken(w)
        slack.fail("files.completeUploadExternal", Hang(stored=True))
        await w.direct("D1", "UACME", "", thread=thread, team="TACME", files=["F1"])
        await slack.until(lambda: slack.calls("files.completeUploadExternal"))
        clock = w.clock
    async with request_world(tmp_path, slack=slack, clock=clock) as w:
        (card,) = await cards(w)

        assert len(await _shared(w, card)) == 1


async def test_where_slack_takes_no_copy_the_card_says_so(tmp_path: Path) -> None:
    """It does not promise for good that the file is on its way."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        w.slack.fault = lambda method, _: Error("file_uploads_disabled") if method.endswith("URLExternal") else None
        await writes(w, thread, "", channel="D1", files=["F1"])
        for _ in range(3):
            await pass_to(w, w.clock.now() + timedelta(days=1))

        assert _states(await only(w)) == [(PictureState.REFUSED, "")]
        assert "1 could not be had" in shown(card.blocks)


async def test_many_files_at_once(tmp_path: Path) -> None:
    """Each once, though few are on their way at a time."""
    many = [f"F{n:04d}" for n in range(25)]
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await writes(w, thread, "", channel="D1", files=many)
        await w.settle(seconds=30)

        assert len(await _shared(w, card)) == 25
        assert {one.state for one in (await only(w)).files} == {PictureState.SHARED}


# Cards that move, and what is deleted in the end


async def test_a_request_that_is_passed_on_takes_its_files_along(tmp_path: Path) -> None:
    """Each card has its own copies; those below the card that it leaves are deleted."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        w.slack.add_file("F1", PDF, name="a.pdf")
        await writes(w, thread, "", channel="D1", files=["F1"])
        await act(w, card, "request.more", AINO, "level")
        (new,) = await cards(w, "CEXPERTS")

        assert await _shared(w, card) == []
        assert [file.name for file in await _shared(w, new)] == ["a.pdf"]


async def test_a_card_that_moves_while_a_file_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy for the old card is deleted, and nobody has seen it."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        files = w.desk.services.files
        upload, made, may_go_on = files.upload, list[str](), asyncio.Event()

        async def slow(fetched: Fetched, *, alt: str) -> str:
            made.append(await upload(fetched, alt=alt))
            await may_go_on.wait()
            return made[-1]

        monkeypatch.setattr(files, "upload", slow)
        await w.direct("D1", "UACME", "", thread=thread, team="TACME", files=["F1"])
        await w.slack.until(lambda: w.slack.calls("upload"))
        form = await opened(w, w.slack.message(card.channel, card.ts), "request.more", AINO, "level")
        assert await w.fill(form, AINO) == {}
        await w.slack.until(lambda: w.slack.messages("CEXPERTS"))
        may_go_on.set()
        (new,) = await cards(w, "CEXPERTS")

        assert await _shared(w, card) == []
        assert len(await _shared(w, new)) == 1
        assert [w.slack.files[copy].is_deleted for copy in made] == [True, False]


async def test_copies_are_deleted_some_time_after_the_end(tmp_path: Path) -> None:
    """A month, where the desk file does not say; the card says so, and the partner's own files stay."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await writes(w, thread, "", channel="D1", files=["F1"])
        await act(w, card, "request.resolve", AINO, reason="done")
        closed_at = (await only(w)).closed_at
        assert closed_at is not None
        await pass_to(w, closed_at + timedelta(days=29))
        assert len(await _shared(w, card)) == 1
        await pass_to(w, closed_at + timedelta(days=30))

        assert await _shared(w, card) == []
        assert not w.slack.files["F1"].is_deleted
        assert _states(await only(w)) == [(PictureState.DELETED, "")]
        assert "deleted by now" in shown(card.blocks)


async def test_a_request_that_was_opened_again_keeps_its_files(tmp_path: Path) -> None:
    """A month counts from its last end, and it has none while it is open."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await writes(w, thread, "", channel="D1", files=["F1"])
        begun, left = w.clock.now(), {}
        for day, action in [
            (0, "request.resolve"),
            (10, "request.reopen"),
            (20, "request.resolve"),
            (31, ""),
            (40, "request.reopen"),
            (51, ""),
            (60, "request.resolve"),
            (89, ""),
            (91, ""),
        ]:
            await pass_to(w, begun + timedelta(days=day))
            if action:
                await act(w, card, action, AINO, **({"reason": "done"} if action == "request.resolve" else {}))
            left[day] = len(await _shared(w, card))

        assert [day for day, n in left.items() if n == 0] == [91]
