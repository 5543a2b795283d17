"""Files that people share in Slack, fetched by their id, and copies of them that the bot shares."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn, TypeVar

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.file_content import kind_of, name_of, name_of_any
from bot.adapters.file_host import ORIGINS, FileHost
from bot.adapters.postponed import Postponed
from bot.adapters.slack_errors import CALL_ERRORS, failure, outcome
from bot.ports import OTHER_KIND, Clock, Fetched, FileFault, FileRefused, GiveUp, RetryLater

LARGEST: Final = 10 * 1024 * 1024  # bytes
TIME_LIMIT: Final = 30.0  # seconds for a file, all in all
CALL_LIMIT: Final = 10.0  # seconds for a call of the Web API
AT_ONCE: Final = 3  # files on their way, and so in memory
SHARED_WITHIN: Final = timedelta(minutes=2)
"""Sharing is Slack's work behind the scenes, of seconds; what takes longer is lost, as happens."""

_FILE_ID: Final = re.compile(r"F[A-Z0-9]{1,63}")
_LONGEST_ALT: Final = 1_000  # characters of UTF-16
_NO_PLACE: Final = 1.0  # seconds until a place may be free
_SHARING: Final = "Slack is sharing the file"
_LOOK_AGAIN: Final = 2.0  # seconds between looks at it
_MOST_COPIES: Final = 1_000
_HOSTED: Final = ("hosted",)
_OF_ANY_KIND: Final = (*_HOSTED, "snippet")  # a text that somebody has pasted
_FAULTS: Final = {
    "external": FileFault.EXTERNAL,
    "tombstone": FileFault.GONE,
    "hidden_by_limit": FileFault.HIDDEN,
}
_REFUSALS: Final = {
    "file_not_found": FileFault.GONE,
    "file_deleted": FileFault.GONE,
    "file_type_not_allowed": FileFault.KIND,
    "file_upload_size_restricted": FileFault.TOO_LARGE,
}


T = TypeVar("T")


class SlackFiles:
    """ports.Files on the Web API and the app's one session.

    Args:
        client: It needs the scopes files:read and files:write.
        token: The bot's.
        session: What downloads and uploads.
        clock: Tells how long Slack takes to share a copy.
        origins: How an address of a file must begin.
        largest: The most bytes that are taken.
        time_limit: Seconds for a file, all in all.

    """

    def __init__(
        self,
        client: AsyncWebClient,
        token: str,
        session: aiohttp.ClientSession,
        clock: Clock,
        *,
        origins: Sequence[str] = ORIGINS,
        largest: int = LARGEST,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._client = client
        self._host = FileHost(token, session, origins=origins, largest=largest)
        self._clock = clock
        self._largest = largest
        self._time_limit = time_limit
        self._on_their_way = 0
        self._uploaded: dict[str, str] = {}  # copy → title, of those that this process has not tried to complete
        self._waits: dict[str, datetime] = {}  # copy → since when this process has seen it shared nowhere

    async def fetch(self, file_id: str, *, any_kind: bool = False) -> Fetched:
        """Fetch a picture, or a file of any kind. Raises FileRefused for good, RetryLater for now."""
        if not _FILE_ID.fullmatch(file_id):
            raise FileRefused(FileFault.GONE)
        with self._place():
            try:
                async with asyncio.timeout(self._time_limit):
                    told = await self._told(file_id)
                    content = await self._host.download(self._address(told, any_kind=any_kind), told.get("size"))
            except GiveUp:
                raise FileRefused(FileFault.NO_ACCESS) from None
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise RetryLater(type(error).__name__) from None
        kind = kind_of(content)
        if kind is not None:
            return Fetched(content, kind, name_of(told.get("name"), file_id, kind))
        if not any_kind:
            raise FileRefused(FileFault.KIND)
        return Fetched(content, OTHER_KIND, name_of_any(told.get("name"), file_id))

    async def upload(self, fetched: Fetched, *, alt: str) -> str:
        """Upload a copy that nobody sees yet. Raises FileRefused for good, RetryLater for now, GiveUp."""
        about = {"filename": fetched.name, "length": str(fetched.size), "alt_txt": _cut(alt) or None}
        with self._place():
            try:
                async with asyncio.timeout(self._time_limit):
                    # In the body: the SDK's own methods put people's words into the address.
                    place = await self._ask(lambda: self._client.api_call("files.getUploadURLExternal", data=about))
                    copy = place.get("file_id")
                    if not isinstance(copy, str) or not copy:
                        raise RetryLater("files.getUploadURLExternal names no file")
                    await self._host.upload(place.get("upload_url"), fetched.content)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise RetryLater(type(error).__name__) from None
        _remember(self._uploaded, copy, fetched.name)
        return copy

    async def share(self, copy: str, *, channel: str, thread: str | None, text: str) -> None:
        """Show a copy in a channel or thread, once. Raises RetryLater until people see it, FileRefused, GiveUp.

        Slack shares a copy some time after its upload was completed, and an upload is completed once. Whether
        files.info tells of one that is not completed Slack does not say. So a copy that it tells of counts as
        completed, unless this process knows that it has never tried.
        """
        if copy not in self._uploaded:
            told = await self._told_of(copy)
            if told is not None and _stands_in(told, channel):
                self._waits.pop(copy, None)
                return
            if told is not None:
                await self._wait_for(copy)
        await self._complete(copy, channel, thread, text)
        raise Postponed(_SHARING, _LOOK_AGAIN)

    async def delete(self, copy: str) -> None:
        """Delete a copy; one that is gone is no error. Raises RetryLater, GiveUp."""
        try:
            await self._ask(lambda: self._client.files_delete(file=copy))
        except FileRefused:
            return

    async def _wait_for(self, copy: str) -> NoReturn:
        """Give Slack time to share a copy. Raises Postponed; FileRefused when that time is over."""
        now = self._clock.now()
        if now - self._waits.get(copy, now) < SHARED_WITHIN:
            _remember(self._waits, copy, self._waits.get(copy, now))
            raise Postponed(_SHARING, _LOOK_AGAIN)
        await self.delete(copy)  # or it may still turn up, beside the one that takes its place
        self._waits.pop(copy, None)
        raise FileRefused(FileFault.GONE)

    async def _complete(self, copy: str, channel: str, thread: str | None, text: str) -> None:
        title = self._uploaded.pop(copy, None)
        named = {"id": copy, "title": title} if title else {"id": copy}
        about = {
            "files": json.dumps([named]),
            "channel_id": channel,
            "thread_ts": thread,
            "initial_comment": text or None,
        }
        try:
            await self._ask(lambda: self._client.api_call("files.completeUploadExternal", data=about))
        except (GiveUp, Postponed):
            if title:  # Slack has done nothing
                _remember(self._uploaded, copy, title)
            raise

    async def _told_of(self, copy: str) -> Mapping[str, Any] | None:
        """What Slack says of a copy; None for one that it does not know, or not yet."""
        try:
            return await self._told(copy)
        except FileRefused:
            return None

    async def _told(self, file_id: str) -> Mapping[str, Any]:
        """What Slack says of a file now; an event's own word on it may be old, or the id alone."""
        answer = await self._ask(lambda: self._client.files_info(file=file_id))
        told = answer.get("file")
        if not isinstance(told, dict):
            raise RetryLater("files.info names no file")
        return told

    async def _ask(self, call: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
        """Ask the Web API. Raises FileRefused, RetryLater, GiveUp."""
        try:
            async with asyncio.timeout(CALL_LIMIT):
                return await call()
        except CALL_ERRORS as error:
            failed = failure(error)
            fault = _REFUSALS.get(failed.code)
            raise (FileRefused(fault) if fault else outcome(failed)) from None

    def _address(self, told: Mapping[str, Any], *, any_kind: bool) -> Any:
        """Where the content is. Raises FileRefused where there is none that we may fetch."""
        mode = told.get("mode")
        if told.get("is_external"):
            raise FileRefused(FileFault.EXTERNAL)
        if told.get("file_access", "visible") != "visible":
            raise FileRefused(FileFault.NO_ACCESS)
        if mode not in (_OF_ANY_KIND if any_kind else _HOSTED):
            raise FileRefused(_FAULTS.get(str(mode), FileFault.KIND))
        size = told.get("size")
        if size == 0:
            raise FileRefused(FileFault.EMPTY)
        if isinstance(size, int) and size > self._largest:
            raise FileRefused(FileFault.TOO_LARGE)
        return told.get("url_private_download") or told.get("url_private")

    @contextmanager
    def _place(self) -> Iterator[None]:
        """A place among those on their way. Raises Postponed where there is none."""
        if self._on_their_way >= AT_ONCE:
            raise Postponed("other files are on their way", _NO_PLACE)
        self._on_their_way += 1
        try:
            yield
        finally:
            self._on_their_way -= 1


def _remember(what: dict[str, T], copy: str, value: T) -> None:
    """Keep what is known of a copy; the oldest is forgotten, which another process has shared, or nobody."""
    what[copy] = value
    if len(what) > _MOST_COPIES:
        del what[next(iter(what))]


def _cut(alt: str) -> str:
    """As much of an alternative text as Slack takes."""
    return alt.encode("utf-16-le", "replace")[: 2 * _LONGEST_ALT].decode("utf-16-le", "ignore")


def _stands_in(told: Mapping[str, Any], channel: str) -> bool:
    """Whether people see a file in a channel."""
    shares = told.get("shares")
    places = shares.values() if isinstance(shares, dict) else ()
    return any(isinstance(place, dict) and place.get(channel) for place in places)
