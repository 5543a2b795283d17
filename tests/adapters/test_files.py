"""Fetching files, against a real HTTP server that plays files.info and the host of the files, hostile on demand."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.adapters.clock import SystemClock
from bot.adapters.file_host import ORIGINS
from bot.adapters.files import SlackFiles
from bot.adapters.postponed import Postponed
from bot.adapters.slack import web_client
from bot.ports import OTHER_KIND, FileFault, FileRefused, RetryLater

TOKEN = "xoxb-stub-token"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100
KINDS = {
    "png": PNG,
    "jpeg": b"\xff\xd8\xff\xe0" + b"\0" * 100,
    "gif": b"GIF89a" + b"\0" * 100,
    "webp": b"RIFF\x40\0\0\0WEBPVP8 " + b"\0" * 100,
    "heic": HEIC,
}
LOGIN = b'<!DOCTYPE html><html lang="en-US" class="supports_custom_scrollbar"><head><title>Slack</title></head>'.ljust(
    500
)
LARGEST = 1000

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Host:
    """The server, and what was asked of it."""

    url: str = ""
    told: dict[str, Any] = field(default_factory=dict)  # what files.info says beside the usual
    content: bytes = PNG
    answer: Answer | None = None  # instead of the content
    info: Answer | None = None  # instead of files.info
    asked: list[str] = field(default_factory=list)  # paths, in order
    tokens: list[str] = field(default_factory=list)  # what came as Authorization, in order

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer any request."""
        self.asked.append(request.path)
        self.tokens.append(request.headers.get("Authorization", ""))
        if request.path == "/api/files.info":
            return await self.info(request) if self.info else web.json_response({"ok": True, "file": self._file()})
        if self.answer:
            return await self.answer(request)
        return web.Response(body=self.content, content_type="image/png")

    def _file(self) -> dict[str, Any]:
        return {
            "id": "F0PICTURE",
            "name": "screen.png",
            "mimetype": "image/png",
            "mode": "hosted",
            "is_external": False,
            "file_access": "visible",
            "size": len(self.content),
            "url_private": f"{self.url}files-pri/T0HOME-F0PICTURE/screen.png",
            "url_private_download": f"{self.url}files-pri/T0HOME-F0PICTURE/download/screen.png",
            **self.told,
        }


@dataclass
class Line:
    """Files with the host at their other end."""

    host: Host
    files: SlackFiles

    async def fault(self) -> FileFault:
        """Why a file is refused."""
        with pytest.raises(FileRefused) as caught:
            await self.files.fetch("F0PICTURE")
        return caught.value.fault


async def _started(host: Host) -> web.AppRunner:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", host.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    return runner


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """Files that take the host on loopback for Slack's."""
    host = Host()
    runner = await _started(host)
    async with aiohttp.ClientSession() as session:
        client = web_client(TOKEN, session, base_url=f"{host.url}api/")
        files = SlackFiles(client, TOKEN, session, SystemClock(), origins=[host.url], largest=LARGEST, time_limit=0.5)
        yield Line(host, files)
    await runner.cleanup()


# What is taken


@pytest.mark.parametrize("kind", KINDS)
async def test_a_picture_is_known_by_its_content(line: Line, kind: str) -> None:
    """Whatever its name and its declared type say."""
    line.host.content = KINDS[kind]
    line.host.told = {"name": "a.exe", "mimetype": "text/html"}
    fetched = await line.files.fetch("F0PICTURE")

    assert (fetched.kind, fetched.content, fetched.size) == (kind, KINDS[kind], len(KINDS[kind]))
    assert fetched.name == f"a.{kind}"
    assert set(line.host.tokens) == {f"Bearer {TOKEN}"}


async def test_a_file_without_a_download_address(line: Line) -> None:
    """The address to look at it does as well."""
    line.host.told = {"url_private_download": None}

    assert (await line.files.fetch("F0PICTURE")).kind == "png"


async def test_a_file_whose_size_slack_does_not_say(line: Line) -> None:
    """The cap holds while it streams; its length is then not compared."""
    line.host.told = {"size": None}
    fetched = await line.files.fetch("F0PICTURE")
    line.host.content = PNG * 20
    too_large = await line.fault()
    line.host.content = b""
    empty = await line.fault()
    line.host.content = LOGIN
    page = await line.fault()

    assert fetched.content == PNG
    assert (too_large, empty, page) == (FileFault.TOO_LARGE, FileFault.EMPTY, FileFault.NO_ACCESS)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("screen shot.PNG", "screen shot.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\temp\\bild.jpg", "bild.png"),
        ("invoice\u202egnp.exe", "invoicegnp.png"),
        ("a\nb\0c\x1b[31m.png", "abc[31m.png"),
        ("<!channel>.png", "<!channel>.png"),
        ("..", "F0PICTURE.png"),
        (".png", "png.png"),
        ("", "F0PICTURE.png"),
        (None, "F0PICTURE.png"),
        (17, "F0PICTURE.png"),
        ("x" * 300, "x" * 80 + ".png"),
    ],
)
async def test_a_name_misleads_nobody(line: Line, told: Any, shown: str) -> None:
    """No folder, no sign that cannot be seen, and the ending of what it is."""
    line.host.told = {"name": told}

    assert (await line.files.fetch("F0PICTURE")).name == shown


# Any kind

OFFICE = b"PK\x03\x04 a zip, or an office file"


@pytest.mark.parametrize(
    ("content", "told", "shown"),
    [
        (b"%PDF-1.7 ...", "contract.PDF", "contract.PDF"),
        (OFFICE, "list of clients.xlsx", "list of clients.xlsx"),
        (OFFICE, "logs.tar.gz", "logs.tar.gz"),
        (b"words", "notes.txt", "notes.txt"),
        (b"words", "README", "README"),
        (b"words", ".png", "png"),
        (b"words", "..", "F0PICTURE"),
        (b"words", None, "F0PICTURE"),
        (b"words", "../../etc/passwd", "passwd"),
        (b"words", "C:\\temp\\a.csv", "a.csv"),
        (b"words", "<!channel>.txt", "<!channel>.txt"),
        (b"words", f"{'x' * 300}.{'y' * 300}", f"{'x' * 80}.{'y' * 20}"),
        # What a double click would start does not start, and is still told.
        (b"MZ a program", "setup.exe", "setup.exe.bin"),
        (b"MZ a program", "invoice.pdf.EXE", "invoice.pdf.EXE.bin"),
        (b"MZ a program", "setup.exe.", "setup.exe.bin"),
        (b"MZ a program", "setup.exe ", "setup.exe.bin"),
        (b"MZ a program", "setup.e\u200bxe", "setup.exe.bin"),
        (b"MZ a program", "invoice\u202efdp.exe", "invoicefdp.exe.bin"),
        (b"@echo off", ".bat", "bat.bin"),
        (b"x", "a.appref-ms", "a.appref-ms.bin"),
        (LOGIN, "page.html", "page.html.bin"),
        (b"<svg onload=alert(1)>", "drawing.svg", "drawing.svg.bin"),
    ],
)
async def test_a_file_of_any_kind_keeps_its_name(line: Line, content: bytes, told: Any, shown: str) -> None:
    """As far as that misleads nobody and starts nothing; of what kind it is nobody claims to know."""
    line.host.content = content
    line.host.told = {"name": told, "mimetype": "image/png"}
    fetched = await line.files.fetch("F0PICTURE", any_kind=True)

    assert (fetched.content, fetched.kind, fetched.name) == (content, OTHER_KIND, shown)
    assert not fetched.is_picture


@pytest.mark.parametrize("kind", KINDS)
async def test_among_files_of_any_kind_a_picture_is_one(line: Line, kind: str) -> None:
    """By its content, with its own ending, as where only pictures are taken."""
    line.host.content = KINDS[kind]
    line.host.told = {"name": "a.exe"}
    fetched = await line.files.fetch("F0PICTURE", any_kind=True)

    assert (fetched.kind, fetched.name, fetched.is_picture) == (kind, f"a.{kind}", True)


async def test_a_text_that_somebody_has_pasted(line: Line) -> None:
    """Slack calls it a snippet; it has content like a file."""
    line.host.content = b"Traceback (most recent call last)"
    line.host.told = {"mode": "snippet", "name": "Untitled.txt"}
    fetched = await line.files.fetch("F0PICTURE", any_kind=True)

    assert (fetched.content, fetched.name) == (b"Traceback (most recent call last)", "Untitled.txt")


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"is_external": True, "external_type": "gdrive"}, FileFault.EXTERNAL),
        ({"mode": "external"}, FileFault.EXTERNAL),
        ({"mode": "tombstone"}, FileFault.GONE),
        ({"mode": "hidden_by_limit"}, FileFault.HIDDEN),
        ({"mode": "quip"}, FileFault.KIND),  # a canvas
        ({"mode": "space"}, FileFault.KIND),  # a post
        ({"mode": ["hosted"]}, FileFault.KIND),
        ({"file_access": "check_file_info"}, FileFault.NO_ACCESS),
        ({"size": LARGEST + 1}, FileFault.TOO_LARGE),
        ({"url_private_download": "https://evil.example/a.pdf"}, FileFault.ELSEWHERE),
    ],
)
async def test_what_is_refused_is_refused_of_any_kind(line: Line, told: Mapping[str, Any], fault: FileFault) -> None:
    """The kind alone makes no difference: host, access and size count as before, and nothing is downloaded."""
    line.host.content = b"%PDF-1.7"
    line.host.told = dict(told)
    with pytest.raises(FileRefused) as caught:
        await line.files.fetch("F0PICTURE", any_kind=True)

    assert caught.value.fault is fault
    assert line.host.asked == ["/api/files.info"]


async def test_a_file_of_any_kind_beyond_the_cap(line: Line) -> None:
    """Whatever files.info says."""
    line.host.content = b"\0" * (LARGEST + 1)
    line.host.told = {"size": 5}
    with pytest.raises(FileRefused) as caught:
        await line.files.fetch("F0PICTURE", any_kind=True)

    assert caught.value.fault is FileFault.TOO_LARGE


async def test_a_page_to_log_in_is_no_file_of_any_kind(line: Line) -> None:
    """It is what Slack sends where the token does not reach; a page that was uploaded is as long as Slack says."""
    line.host.content = LOGIN
    line.host.told = {"size": 77, "name": "page.html"}
    with pytest.raises(FileRefused) as caught:
        await line.files.fetch("F0PICTURE", any_kind=True)

    assert caught.value.fault is FileFault.NO_ACCESS


# What is refused for good


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"is_external": True, "external_type": "gdrive"}, FileFault.EXTERNAL),
        ({"mode": "external"}, FileFault.EXTERNAL),
        ({"mode": "tombstone"}, FileFault.GONE),
        ({"mode": "hidden_by_limit"}, FileFault.HIDDEN),
        ({"mode": "snippet"}, FileFault.KIND),
        ({"mode": None}, FileFault.KIND),
        ({"mode": ["hosted"]}, FileFault.KIND),
        ({"file_access": "check_file_info"}, FileFault.NO_ACCESS),
        ({"file_access": "access_denied"}, FileFault.NO_ACCESS),
        ({"size": 0}, FileFault.EMPTY),
        ({"size": LARGEST + 1}, FileFault.TOO_LARGE),
        ({"url_private_download": 5}, FileFault.ELSEWHERE),
        ({"url_private_download": None, "url_private": None}, FileFault.ELSEWHERE),
    ],
)
async def test_what_slack_says_of_a_file_may_be_enough_to_refuse_it(
    line: Line, told: Mapping[str, Any], fault: FileFault
) -> None:
    """Nothing is downloaded then."""
    line.host.told = dict(told)

    assert await line.fault() is fault
    assert line.host.asked == ["/api/files.info"]


@pytest.mark.parametrize(
    "file_id", ["", "F", "f0picture", "U0PERSON", "F1/../auth.test", "F1&token=x", "F1\n", "F" * 99]
)
async def test_an_id_that_is_none_is_not_asked_for(line: Line, file_id: str) -> None:
    """Ids come from events, and events from outside."""
    with pytest.raises(FileRefused):
        await line.files.fetch(file_id)

    assert line.host.asked == []


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
        b"<svg onload=alert(1)>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"%PDF-1.7 ...",
        b"PK\x03\x04 a zip",
        b"MZ a program",
        b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 20,
        b"RIFF\x40\0\0\0WAVEfmt ",
        b" \x89PNG\r\n\x1a\n",
        b"words",
        b"\x89",
    ],
)
async def test_other_kinds_are_refused_by_content(line: Line, content: bytes) -> None:
    """Though they are called a picture."""
    line.host.content = content

    assert await line.fault() is FileFault.KIND


@pytest.mark.parametrize("page", [LOGIN, b"\xef\xbb\xbf \n<html>", b"<HEAD><title>Sign in</title>"])
async def test_a_page_to_log_in_is_no_file(line: Line, page: bytes) -> None:
    """Slack sends one, with status 200, where the token or its scope does not reach."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=page, content_type="text/html")

    line.host.answer = answer

    assert await line.fault() is FileFault.NO_ACCESS


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (301, FileFault.ELSEWHERE),
        (302, FileFault.ELSEWHERE),
        (307, FileFault.ELSEWHERE),
        (401, FileFault.NO_ACCESS),
        (403, FileFault.NO_ACCESS),
        (404, FileFault.GONE),
        (410, FileFault.GONE),
    ],
)
async def test_answers_that_end_it(line: Line, status: int, fault: FileFault) -> None:
    """A redirect is not followed, not even on Slack's own host."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": f"{line.host.url}files-pri/other.png"})

    line.host.answer = answer

    assert await line.fault() is fault
    assert len(line.host.asked) == 2


async def test_a_redirect_does_not_carry_the_token_away(line: Line) -> None:
    """Another host hears nothing at all."""
    other = Host()
    runner = await _started(other)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": other.url})

    line.host.answer = answer
    await line.fault()
    await runner.cleanup()

    assert other.asked == []


@pytest.mark.parametrize("code", ["file_not_found", "file_deleted"])
async def test_a_file_that_slack_does_not_know(line: Line, code: str) -> None:
    """It was deleted meanwhile."""
    line.host.info = _refusing(code)

    assert await line.fault() is FileFault.GONE


@pytest.mark.parametrize("code", ["missing_scope", "access_denied", "invalid_auth"])
async def test_a_bot_that_may_not_read_files(line: Line, code: str) -> None:
    """That is the operator's to mend, and no reason to try again."""
    line.host.info = _refusing(code)

    assert await line.fault() is FileFault.NO_ACCESS


# Hosts


@pytest.mark.parametrize(
    "url",
    [
        "http://files.slack.com/files-pri/x.png",
        "HTTPS://FILES.SLACK.COM/x.png",
        "https://files.slack.com",
        "https://files.slack.com.evil.example/x.png",
        "https://files.slack.com@evil.example/x.png",
        "https://files.slack.com:secret@evil.example/x.png",
        "https://evil.example@files.slack.com/x.png",
        "https://files.slack.com\\@evil.example/x.png",
        "https://evil.example/https://files.slack.com/x.png",
        "https://evil.example#@files.slack.com/x.png",
        "https://evil.example?https://files.slack.com/",
        "https://files.slack.com:8443/x.png",
        "https://files.slack.com:443/x.png",
        "https://files.slack.com./x.png",
        "https://files.slack.com%2eevil.example/x.png",
        "https://files.slack.com%00.evil.example/x.png",
        "https://files\n.slack.com/x.png",
        " https://files.slack.com/x.png",
        "//files.slack.com/x.png",
        "https:files.slack.com/x.png",
        "https:///files.slack.com/x.png",
        "https://slack.com/x.png",
        "https://fіles.slack.com/x.png",  # noqa: RUF001 - a Cyrillic i
        "https://files。slack。com/x.png",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:169.254.169.254]/x.png",
        "https://2852039166/x.png",
        "https://localhost/x.png",
        "file:///etc/passwd",
        "ftp://files.slack.com/x.png",
        "gopher://files.slack.com/x.png",
        "javascript:alert(1)",
        "",
    ],
)
async def test_no_other_address_is_fetched(line: Line, url: str) -> None:
    """The address must begin with Slack's own, letter for letter; no request is made."""
    line.files._host._origins = ORIGINS
    line.host.told = {"url_private_download": url, "url_private": url}

    assert await line.fault() is FileFault.ELSEWHERE
    assert line.host.asked == ["/api/files.info"]


def test_slacks_host_is_the_only_one() -> None:
    """Each ends with a slash, behind which nothing can change the host."""
    assert ORIGINS == ("https://files.slack.com/",)


# The cap


async def test_a_file_that_is_larger_than_it_says(line: Line) -> None:
    """Neither files.info nor Content-Length is relied upon: the stream is cut."""
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        try:
            while sent < 100_000 * LARGEST:
                await response.write(PNG * 1000)
                sent += len(PNG) * 1000
        except ConnectionError:
            pass
        return response

    line.host.answer = endless

    assert await line.fault() is FileFault.TOO_LARGE
    assert sent < 100_000 * LARGEST


async def test_a_file_beyond_the_cap_that_calls_itself_small(line: Line) -> None:
    """Whatever files.info says."""
    line.host.content = b"\0" * (LARGEST + 1)
    line.host.told = {"size": 5}

    assert await line.fault() is FileFault.TOO_LARGE


async def test_a_file_of_just_the_cap_is_taken(line: Line) -> None:
    """The cap is the largest that is taken."""
    line.host.content = PNG.ljust(LARGEST, b"\0")

    assert (await line.files.fetch("F0PICTURE")).size == LARGEST


async def test_nothing_is_unpacked(line: Line) -> None:
    """What comes packed, though that was not asked for, is no picture, and never becomes more than what came."""
    packed = gzip.compress(PNG)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    line.host.answer = answer
    line.host.told = {"size": len(packed)}

    assert await line.fault() is FileFault.KIND


# What may go better later


@pytest.mark.parametrize("status", [500, 502, 503, 418])
async def test_a_host_that_fails(line: Line, status: int) -> None:
    """It is tried again."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, body=LOGIN, content_type="text/html")

    line.host.answer = answer
    with pytest.raises(RetryLater):
        await line.files.fetch("F0PICTURE")


@pytest.mark.parametrize("where", ["files.info", "download"])
async def test_a_rate_limit_says_how_long(line: Line, where: str) -> None:
    """The attempt does not count."""

    async def limited(_: web.Request) -> web.Response:
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "7"})

    if where == "files.info":
        line.host.info = limited
    else:
        line.host.answer = limited
    with pytest.raises(Postponed) as caught:
        await line.files.fetch("F0PICTURE")

    assert caught.value.seconds == 7


@pytest.mark.parametrize("sent", [b"", PNG[:50], PNG + b"\0"])
async def test_a_download_that_is_cut(line: Line, sent: bytes) -> None:
    """It must be as long as Slack says the file is."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(sent)
        return response

    line.host.answer = answer
    with pytest.raises(RetryLater):
        await line.files.fetch("F0PICTURE")


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_connection_that_breaks(line: Line, *, chunked: bool) -> None:
    """In the middle of the content."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if chunked:
            response.enable_chunked_encoding()
        else:
            response.content_length = len(PNG)
        await response.prepare(request)
        await response.write(PNG[:50])
        assert request.transport is not None
        request.transport.close()
        return response

    line.host.answer = answer
    with pytest.raises(RetryLater):
        await line.files.fetch("F0PICTURE")


@pytest.mark.parametrize("where", ["files.info", "head", "body"])
async def test_a_host_that_dawdles(line: Line, where: str) -> None:
    """There is one limit of time for all of it; a drop now and then does not extend it."""
    line.files._time_limit = 0.1

    async def dawdle(request: web.Request) -> web.StreamResponse:
        if where != "body":
            await asyncio.sleep(2)
        response = web.StreamResponse()
        await response.prepare(request)
        for n in range(100):
            await response.write(PNG[n : n + 1])
            await asyncio.sleep(0.02)
        return response

    if where == "files.info":
        line.host.info = dawdle
    else:
        line.host.answer = dawdle
    with pytest.raises(RetryLater):
        await asyncio.wait_for(line.files.fetch("F0PICTURE"), 1)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"ok": true}', b'{"ok": true, "file": []}', LOGIN])
async def test_an_answer_of_slack_that_is_none(line: Line, body: bytes) -> None:
    """Slack may be busy, and say so in HTML."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    line.host.info = answer
    with pytest.raises(RetryLater):
        await line.files.fetch("F0PICTURE")


async def test_nothing_answers() -> None:
    """The network is away."""
    async with aiohttp.ClientSession() as session:
        client = web_client(TOKEN, session, base_url="http://127.0.0.1:9/api/")
        with pytest.raises(RetryLater):
            await SlackFiles(client, TOKEN, session, SystemClock()).fetch("F0PICTURE")


def _refusing(code: str) -> Answer:
    async def info(_: web.Request) -> web.Response:
        return web.json_response({"ok": False, "error": code})

    return info
