"""Copies of pictures, uploaded and shared, against a real HTTP server that plays Slack, and fails as Slack does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.adapters.file_host import ORIGINS
from bot.adapters.files import AT_ONCE, LARGEST, SHARED_WITHIN, SlackFiles
from bot.adapters.postponed import Postponed
from bot.adapters.slack import web_client
from bot.ports import Fetched, FileFault, FileRefused, GiveUp, RetryLater
from tests.clock import VirtualClock
from tests.stub_slack import Cut, Error, Fault, Hang, Html, HttpError, RateLimited, StubSlack

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
THREAD = "1600000000.000100"
PICTURE = Fetched(PNG, "png", "screen.png")


@dataclass
class Line:
    """Files with the Slack at their other end."""

    slack: StubSlack
    clock: VirtualClock
    session: aiohttp.ClientSession
    files: SlackFiles

    def another_process(self) -> SlackFiles:
        """Files that know nothing of what was done before."""
        client = web_client(self.slack.token, self.session, base_url=self.slack.url)
        origins = [self.slack.files_url]
        return SlackFiles(client, self.slack.token, self.session, self.clock, origins=origins, time_limit=0.5)

    async def share_once(self, copy: str, files: SlackFiles | None = None, *, channel: str = "C1") -> None:
        """Try to share a copy in the thread THREAD of a channel."""
        await (files or self.files).share(copy, channel=channel, thread=THREAD, text="TR-12")

    async def share(self, copy: str, files: SlackFiles | None = None, *, channel: str = "C1") -> None:
        """Share a copy in that thread, as often as it takes."""
        for _ in range(100):
            try:
                await self.share_once(copy, files, channel=channel)
            except Postponed as later:
                self.clock.advance(later.seconds or 0)
            else:
                return
        raise AssertionError("it is never shared")

    def shown(self) -> list[tuple[str, str, bytes, str]]:
        """The pictures that people see in that thread: id, alternative text, content and comment."""
        found = self.slack.shared("C1", THREAD)
        return [(one.id, one.alt, one.content, one.comment) for one in found]


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """A channel C1 with the bot in it."""
    clock = VirtualClock()
    async with StubSlack(clock=clock) as slack, aiohttp.ClientSession() as session:
        slack.add_channel("C1", members=["U1"])
        slack.add_user("U1")
        made = Line(slack, clock, session, None)  # type: ignore[arg-type]
        made.files = made.another_process()
        yield made


# What is shared


@pytest.mark.parametrize("delay", [0, 1, 3])
async def test_a_copy_is_shown_once_with_its_alternative_text(line: Line, delay: int) -> None:
    """However long Slack takes to share it; asked again, nothing happens."""
    line.slack.sharing_delay = delay
    copy = await line.files.upload(PICTURE, alt="Settings: <Speichern> & Schließen")
    await line.share(copy)
    await line.share(copy)

    assert line.shown() == [(copy, "Settings: <Speichern> & Schließen", PNG, "TR-12")]
    assert [one.title for one in line.slack.shared("C1")] == ["screen.png"]
    assert len(line.slack.calls("files.completeUploadExternal")) == 1


async def test_nobody_sees_a_copy_before_it_is_shared(line: Line) -> None:
    """Uploading alone posts nothing."""
    await line.files.upload(PICTURE, alt="")

    assert line.slack.messages("C1") == []


async def test_sharing_is_over_when_people_see_it(line: Line) -> None:
    """Until then it is to be asked again soon, which counts as no failure."""
    line.slack.sharing_delay = 1
    copy = await line.files.upload(PICTURE, alt="")
    pauses = []
    for _ in range(2):
        with pytest.raises(Postponed) as caught:
            await line.share_once(copy)
        pauses.append(caught.value.seconds)
    before = line.slack.shared("C1")
    await line.share_once(copy)

    assert pauses == [2.0, 2.0]
    assert before == []
    assert [one.id for one in line.slack.shared("C1")] == [copy]


async def test_words_and_tokens_stay_out_of_addresses(line: Line) -> None:
    """What people wrote travels in bodies; the address to upload to gets no token, which it does not need."""
    copy = await line.files.upload(PICTURE, alt="Zebrafish")
    await line.share(copy)
    (upload,) = line.slack.calls("upload")

    assert upload.token == ""
    assert line.slack.addresses
    assert not any("Zebrafish" in address or "TR-12" in address for address in line.slack.addresses)


@pytest.mark.parametrize("alt", ["ä" * 3_000, "🐟" * 3_000, "x" * 999 + "🐟🐟"])
async def test_a_long_alternative_text_is_cut(line: Line, alt: str) -> None:
    """Slack takes a thousand characters, and a sign of two halves stays whole."""
    copy = await line.files.upload(PICTURE, alt=alt)
    held = line.slack.files[copy].alt

    assert alt.startswith(held)
    assert 998 <= len(held.encode("utf-16-le")) // 2 <= 1_000


async def test_a_large_picture_is_uploaded(line: Line) -> None:
    """As large as one that is fetched may be."""
    line.files._time_limit = 20
    copy = await line.files.upload(Fetched(PNG.ljust(LARGEST, b"\0"), "png", "screen.png"), alt="")

    assert len(line.slack.files[copy].content or b"") == LARGEST


async def test_a_picture_in_a_direct_message(line: Line) -> None:
    """What is not public counts as seen too."""
    line.slack.add_channel("D1", members=["U1"], is_im=True)
    copy = await line.files.upload(PICTURE, alt="")
    await line.share(copy, channel="D1")

    assert [one.id for one in line.slack.shared("D1")] == [copy]


# Another process goes on


@pytest.mark.parametrize("delay", [0, 2])
@pytest.mark.parametrize("answer", [HttpError(500, stored=True), Html(200, stored=True), Cut(stored=True)], ids=repr)
async def test_what_was_completed_is_not_completed_again(line: Line, answer: Fault, delay: int) -> None:
    """The answer was lost, and another process goes on: it finds the picture where it was shared."""
    line.slack.sharing_delay = delay
    copy = await line.files.upload(PICTURE, alt="")
    line.slack.fail("files.completeUploadExternal", answer)
    with pytest.raises(RetryLater):
        await line.share_once(copy)
    await line.share(copy, line.another_process())

    assert [id_ for id_, *_ in line.shown()] == [copy]
    assert len(line.slack.calls("files.completeUploadExternal")) == 1


@pytest.mark.parametrize("answer", [HttpError(500), Html(200), Cut(stored=False), RateLimited(1)], ids=repr)
async def test_what_was_not_completed_is_completed(line: Line, answer: Fault) -> None:
    """Slack tells of no file that is not completed."""
    copy = await line.files.upload(PICTURE, alt="")
    line.slack.fail("files.completeUploadExternal", answer)
    with pytest.raises(RetryLater):
        await line.share_once(copy)
    await line.share(copy)

    assert [id_ for id_, *_ in line.shown()] == [copy]


async def test_a_copy_that_another_process_has_uploaded(line: Line) -> None:
    """It is completed by whoever shares it."""
    copy = await line.files.upload(PICTURE, alt="")
    await line.share(copy, line.another_process())

    assert [id_ for id_, *_ in line.shown()] == [copy]


@pytest.mark.parametrize("answers", [(), (RateLimited(1), Error("not_in_channel"))], ids=repr)
async def test_slack_may_tell_of_files_that_are_not_completed(line: Line, answers: tuple[Fault, ...]) -> None:
    """Which it does not say: then a process's own copies do not wait for what it knows that nobody has begun."""
    line.slack.shows_uncompleted = True
    copy = await line.files.upload(PICTURE, alt="")
    line.slack.fail("files.completeUploadExternal", *answers)
    for _ in answers:
        with pytest.raises((Postponed, GiveUp)):
            await line.share_once(copy)
    await line.share(copy)

    assert [id_ for id_, *_ in line.shown()] == [copy]


async def test_a_share_that_slack_has_lost(line: Line) -> None:
    """After its time the copy is deleted, lest it turns up beside another, and is to be uploaded again."""
    line.slack.loses_shares = True
    copy = await line.files.upload(PICTURE, alt="")
    began = line.clock.now()
    with pytest.raises(FileRefused) as caught:
        await line.share(copy)
    line.slack.loses_shares = False
    second = await line.files.upload(PICTURE, alt="")
    await line.share(second)

    assert caught.value.fault is FileFault.GONE
    assert line.clock.now() - began >= SHARED_WITHIN
    assert line.slack.files[copy].is_deleted
    assert [id_ for id_, *_ in line.shown()] == [second]


async def test_an_upload_that_slack_has_thrown_away(line: Line) -> None:
    """It waits for its completion some time only; then it is to be uploaded again."""
    copy = await line.files.upload(PICTURE, alt="")
    del line.slack.files[copy]
    with pytest.raises(FileRefused) as caught:
        await line.share_once(copy)

    assert caught.value.fault is FileFault.GONE


# Deleting


async def test_a_copy_is_deleted_once(line: Line) -> None:
    """One that is gone is no error."""
    copy = await line.files.upload(PICTURE, alt="")
    await line.share(copy)
    await line.files.delete(copy)
    await line.files.delete(copy)
    await line.files.delete("F0NEVER")

    assert line.slack.shared("C1") == []


async def test_other_peoples_files_are_not_deleted(line: Line) -> None:
    """Slack refuses; that is said, and not tried again."""
    line.slack.add_file("F1", PNG, user="U1")
    with pytest.raises(GiveUp):
        await line.files.delete("F1")

    assert not line.slack.files["F1"].is_deleted


# What goes wrong


@pytest.mark.parametrize(
    ("method", "answer", "raised"),
    [
        ("files.getUploadURLExternal", RateLimited(7), Postponed),
        ("files.getUploadURLExternal", HttpError(500), RetryLater),
        ("files.getUploadURLExternal", Html(200), RetryLater),
        ("files.getUploadURLExternal", Cut(), RetryLater),
        ("files.getUploadURLExternal", Hang(), RetryLater),
        ("files.getUploadURLExternal", Error("file_uploads_disabled"), GiveUp),
        ("files.getUploadURLExternal", Error("missing_scope"), GiveUp),
        ("files.getUploadURLExternal", Error("internal_error"), RetryLater),
        ("upload", RateLimited(7), Postponed),
        ("upload", HttpError(500), RetryLater),
        ("upload", HttpError(302), RetryLater),
        ("upload", Cut(), RetryLater),
        ("upload", Hang(), RetryLater),
    ],
    ids=repr,
)
async def test_an_upload_that_fails(line: Line, method: str, answer: Fault, raised: type[Exception]) -> None:
    """It is tried again where that may help, and its place is free again."""
    line.slack.fail(method, answer)
    with pytest.raises(raised) as caught:
        await line.files.upload(PICTURE, alt="")
    await line.files.upload(PICTURE, alt="")

    assert type(caught.value) is raised
    assert not isinstance(answer, RateLimited) or getattr(caught.value, "seconds", None) == 7
    assert line.files._on_their_way == 0


@pytest.mark.parametrize(
    ("code", "fault"),
    [("file_type_not_allowed", FileFault.KIND), ("file_upload_size_restricted", FileFault.TOO_LARGE)],
)
async def test_a_picture_that_the_workspace_does_not_take(line: Line, code: str, fault: FileFault) -> None:
    """That is the picture's fault, and said so."""
    line.slack.fail("files.getUploadURLExternal", Error(code))
    with pytest.raises(FileRefused) as caught:
        await line.files.upload(PICTURE, alt="")

    assert caught.value.fault is fault


@pytest.mark.parametrize("method", ["files.info", "files.completeUploadExternal", "files.delete"])
@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (RateLimited(7), Postponed),
        (HttpError(500), RetryLater),
        (Html(200), RetryLater),
        (Error("missing_scope"), GiveUp),
        (Error("not_in_channel"), GiveUp),
        (Error("is_archived"), GiveUp),
        (Error("internal_error"), RetryLater),
    ],
    ids=repr,
)
async def test_a_call_that_fails(line: Line, method: str, answer: Fault, raised: type[Exception]) -> None:
    """What trying again does not mend is given up; a rate limit says how long."""
    copy = await line.files.upload(PICTURE, alt="")
    line.slack.fail(method, answer)
    files = line.another_process()
    with pytest.raises(raised) as caught:
        await (files.delete(copy) if method == "files.delete" else line.share_once(copy, files))

    assert type(caught.value) is raised


@pytest.mark.parametrize("flags", [{"is_member": False}, {"is_archived": True}])
async def test_a_channel_that_is_closed_to_the_bot(line: Line, flags: dict[str, bool]) -> None:
    """The copy stays, and is shared once the bot is let in."""
    channel = line.slack.add_channel("C2", **flags)
    copy = await line.files.upload(PICTURE, alt="")
    with pytest.raises(GiveUp):
        await line.share_once(copy, channel="C2")
    channel.is_member, channel.is_archived = True, False
    await line.share(copy, channel="C2")

    assert [one.id for one in line.slack.shared("C2")] == [copy]


@pytest.mark.parametrize(
    "url",
    [
        "http://files.slack.com/upload/v1/x",
        "https://files.slack.com.evil.example/upload/v1/x",
        "https://files.slack.com@evil.example/upload/v1/x",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        None,
        5,
    ],
)
async def test_nothing_is_uploaded_to_another_address(line: Line, url: Any) -> None:
    """Whatever Slack's answer names: a person's picture goes to Slack's own host."""
    line.files._host._origins = ORIGINS
    with pytest.raises(GiveUp):
        await line.files._host.upload(url, PNG)


async def test_an_upload_is_not_led_away(line: Line) -> None:
    """The address that Slack names is another host's: it hears nothing."""
    line.files._host._origins = ORIGINS
    with pytest.raises(GiveUp):
        await line.files.upload(PICTURE, alt="")

    assert line.slack.calls("upload") == []


# How many at once


async def test_few_pictures_are_in_memory_at_once(line: Line) -> None:
    """Who finds no place does not wait for one: it is told when to come again, and that counts as no failure."""
    for n in range(25):
        line.slack.add_file(f"F{n}", PNG)
    found = await asyncio.gather(*(line.files.fetch(f"F{n}") for n in range(25)), return_exceptions=True)
    came = [one for one in found if isinstance(one, Fetched)]

    assert len(came) == AT_ONCE
    assert {type(one) for one in found if not isinstance(one, Fetched)} == {Postponed}


async def test_a_flood_of_pictures_comes_through(line: Line) -> None:
    """One that is uploaded as soon as it is fetched has kept its place: nothing is downloaded twice."""
    line.slack.latency = 0.002

    async def copied(n: int) -> None:
        while True:
            try:
                copy = await line.files.upload(await line.files.fetch(f"F{n}"), alt=f"{n}")
            except Postponed:
                await asyncio.sleep(0)
            else:
                return await line.share(copy)

    for n in range(25):
        line.slack.add_file(f"F{n}", PNG + bytes([n]))
    flood: list[Coroutine[Any, Any, None]] = [copied(n) for n in range(25)]
    await asyncio.gather(*flood)

    assert sorted((alt, content) for _, alt, content, _ in line.shown()) == sorted(
        (f"{n}", PNG + bytes([n])) for n in range(25)
    )
    assert len(line.slack.calls("download")) == len(line.slack.calls("upload")) == 25
