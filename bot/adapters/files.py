"""Pictures that people share in Slack, fetched by their id: from Slack's own host alone, capped, typed by content."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import aiohttp
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.postponed import Postponed
from bot.adapters.slack_errors import CALL_ERRORS, Fate, failure, pause
from bot.ports import Fetched, FileFault, FileRefused, RetryLater

ORIGINS: Final = ("https://files.slack.com/",)
"""How an address must begin, letter for letter: no user, port or look-alike host fits before the slash."""

LARGEST: Final = 10 * 1024 * 1024  # bytes
TIME_LIMIT: Final = 30.0  # seconds for files.info and the download together

_FILE_ID: Final = re.compile(r"F[A-Z0-9]{1,63}")
_CHUNK: Final = 64 * 1024
_LONGEST_STEM: Final = 80
_FAULTS: Final = {
    "external": FileFault.EXTERNAL,
    "tombstone": FileFault.GONE,
    "hidden_by_limit": FileFault.HIDDEN,
}
_GONE: Final = frozenset({"file_not_found", "file_deleted"})
_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


Info: TypeAlias = Callable[..., Awaitable[AsyncSlackResponse]]


class SlackFiles:
    """ports.Files on the Web API's `files.info` and the app's one session.

    The token goes to `origins` and nowhere else: redirects are not followed.

    Args:
        info: `files_info` of a client; it needs the scope files:read.
        token: The bot's.
        session: What downloads.
        origins: How an address must begin.
        largest: The most bytes that are taken.
        time_limit: Seconds for a file, all in all.

    """

    def __init__(
        self,
        info: Info,
        token: str,
        session: aiohttp.ClientSession,
        *,
        origins: Sequence[str] = ORIGINS,
        largest: int = LARGEST,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._info = info
        self._token = token
        self._session = session
        self._origins = tuple(origins)
        self._largest = largest
        self._time_limit = time_limit

    async def fetch(self, file_id: str) -> Fetched:
        """Fetch a picture. Raises FileRefused for good, RetryLater for now."""
        if not _FILE_ID.fullmatch(file_id):
            raise FileRefused(FileFault.GONE)
        try:
            async with asyncio.timeout(self._time_limit):
                told = await self._told(file_id)
                content = await self._download(self._address(told), told.get("size"))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise RetryLater(type(error).__name__) from None
        kind = _kind(content)
        if kind is None:
            raise FileRefused(FileFault.KIND)
        return Fetched(content, kind, _name(told.get("name"), file_id, kind))

    async def _told(self, file_id: str) -> Mapping[str, Any]:
        """What Slack says of a file now; an event's own word on it may be old, or the id alone."""
        try:
            answer = await self._info(file=file_id)
        except CALL_ERRORS as error:
            failed = failure(error)
            if failed.code in _GONE:
                raise FileRefused(FileFault.GONE) from None
            if failed.fate is Fate.REFUSED:
                raise FileRefused(FileFault.NO_ACCESS) from None
            if failed.fate is Fate.PACED:
                raise Postponed(failed.code, failed.seconds) from None
            raise RetryLater(failed.code) from None
        told = answer.get("file")
        if not isinstance(told, dict):
            raise RetryLater("files.info names no file")
        return told

    def _address(self, told: Mapping[str, Any]) -> str:
        """Where the content is. Raises FileRefused where there is none that we may fetch."""
        mode = told.get("mode")
        if told.get("is_external"):
            raise FileRefused(FileFault.EXTERNAL)
        if told.get("file_access", "visible") != "visible":
            raise FileRefused(FileFault.NO_ACCESS)
        if mode != "hosted":
            raise FileRefused(_FAULTS.get(str(mode), FileFault.KIND))
        size = told.get("size")
        if size == 0:
            raise FileRefused(FileFault.EMPTY)
        if isinstance(size, int) and size > self._largest:
            raise FileRefused(FileFault.TOO_LARGE)
        url = told.get("url_private_download") or told.get("url_private")
        if not isinstance(url, str) or not url.startswith(self._origins):
            raise FileRefused(FileFault.ELSEWHERE)
        return url

    async def _download(self, url: str, size: Any) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Encoding": "identity"}
        async with self._session.get(url, headers=headers, allow_redirects=False, auto_decompress=False) as answer:
            _raise_for(answer)
            content = await self._read(answer)
        if len(content) == size:
            return content
        # What Slack sends instead of a file is a page to log in; a page that somebody uploaded is as long as was said.
        if _PAGE.match(content):
            raise FileRefused(FileFault.NO_ACCESS)
        if isinstance(size, int):
            raise RetryLater("the download is not as long as the file")
        if not content:
            raise FileRefused(FileFault.EMPTY)
        return content

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        """The content, as far as the cap; what a server says of its length is not relied upon."""
        content = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > self._largest:
                raise FileRefused(FileFault.TOO_LARGE)
        return bytes(content)


def _raise_for(answer: aiohttp.ClientResponse) -> None:
    """Raise what an answer other than 200 means."""
    match answer.status:
        case 200:
            return
        case 401 | 403:
            raise FileRefused(FileFault.NO_ACCESS)
        case 404 | 410:
            raise FileRefused(FileFault.GONE)
        case status if 300 <= status < 400:  # noqa: PLR2004 - HTTP's redirects
            raise FileRefused(FileFault.ELSEWHERE)
        case 429:
            raise Postponed("ratelimited", pause(answer.headers))
        case status:
            raise RetryLater(f"status {status}")


def _kind(content: bytes) -> str | None:
    """The type of a picture by how it begins: png, jpeg, gif, webp or heic; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return "heic" if content[4:8] == b"ftyp" and _brands(content) & _HEIC else None


def _brands(content: bytes) -> set[bytes]:
    """The major and compatible brands of an ISO media file."""
    end = min(int.from_bytes(content[:4], "big"), 256)
    return {content[8:12], *(content[n : n + 4] for n in range(16, end, 4))}


def _name(told: Any, file_id: str, kind: str) -> str:
    """The file's name without what misleads: no folders, no control or direction signs, the ending that it is."""
    words = told if isinstance(told, str) else ""
    shown = "".join(sign for sign in words if not unicodedata.category(sign).startswith("C"))
    base = re.split(r"[/\\]", shown)[-1]
    stem = (base.rpartition(".")[0] or base).strip(" .")[:_LONGEST_STEM]
    return f"{stem or file_id}.{kind}"
