"""Slack's host of files: bytes come from it and go to it, over addresses that are its own, and from nowhere else."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import aiohttp

from bot.adapters.file_content import is_page
from bot.adapters.postponed import Postponed
from bot.adapters.slack_errors import pause
from bot.ports import FileFault, FileRefused, GiveUp, RetryLater

ORIGINS: Final = ("https://files.slack.com/",)
"""How an address must begin, letter for letter: no user, port or look-alike host fits before the slash."""

_CHUNK: Final = 64 * 1024
_OK: Final = 200
_TOO_MANY: Final = 429


class FileHost:
    """The host, as far as its addresses begin with one of `origins`; redirects are not followed.

    Args:
        token: The bot's; a download needs it, an upload's address speaks for itself.
        session: What carries the bytes. Its errors are the caller's: aiohttp.ClientError, TimeoutError, OSError.
        origins: How an address must begin.
        largest: The most bytes that are taken.

    """

    def __init__(
        self, token: str, session: aiohttp.ClientSession, *, origins: Sequence[str] = ORIGINS, largest: int
    ) -> None:
        self._token = token
        self._session = session
        self._origins = tuple(origins)
        self._largest = largest

    async def download(self, url: Any, size: Any) -> bytes:
        """The content at an address, which Slack says has this size. Raises FileRefused, RetryLater."""
        if not self._is_its_own(url):
            raise FileRefused(FileFault.ELSEWHERE)
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Encoding": "identity"}
        async with self._session.get(url, headers=headers, allow_redirects=False, auto_decompress=False) as answer:
            _raise_for(answer)
            content = await self._read(answer)
        if len(content) == size:
            return content
        # What Slack sends instead of a file is a page to log in; a page that somebody uploaded is as long as was said.
        if is_page(content):
            raise FileRefused(FileFault.NO_ACCESS)
        if isinstance(size, int):
            raise RetryLater("the download is not as long as the file")
        if not content:
            raise FileRefused(FileFault.EMPTY)
        return content

    async def upload(self, url: Any, content: bytes) -> None:
        """Send content to an address that Slack has named for it. Raises RetryLater, GiveUp."""
        if not self._is_its_own(url):
            raise GiveUp("the address to upload to is not Slack's")
        headers = {"Content-Type": "application/octet-stream"}
        async with self._session.post(url, data=io.BytesIO(content), headers=headers, allow_redirects=False) as answer:
            if answer.status == _TOO_MANY:
                raise Postponed("ratelimited", pause(answer.headers))
            if answer.status != _OK:
                raise RetryLater(f"status {answer.status}")

    def _is_its_own(self, url: Any) -> bool:
        return isinstance(url, str) and url.startswith(self._origins)

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        """The content, as far as the cap; what a server says of its length is not relied upon."""
        content = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > self._largest:
                raise FileRefused(FileFault.TOO_LARGE)
        return bytes(content)


def _raise_for(answer: aiohttp.ClientResponse) -> None:
    """Raise what an answer other than 200 means for a download."""
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
