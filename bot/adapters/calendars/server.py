"""A WebDAV server: requests to it with user and password, within limits, and what its answers mean for a job."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from bot.adapters.postponed import Postponed
from bot.ports import GiveUp, RetryLater

TIME_LIMIT: Final = 30.0  # seconds for a session
SILENCE: Final = 10.0  # seconds without a sign of the server
LARGEST: Final = 10 * 1024 * 1024  # bytes

_PAUSE: Final = 30.0  # seconds, where a server that is asked too often does not say
_LONGEST_PAUSE: Final = 3600.0
_TOO_MANY: Final = 429
_FOR_NOW: Final = frozenset({408, 423, 425})  # too slow, locked, too early: it passes by itself
_REFUSALS: Final[Mapping[int, str]] = {
    401: "the calendar's server does not accept user and password",
    403: "the calendar's server refuses access",
    404: "there is no such calendar",
    405: "the address is none of a calendar",
    410: "the calendar is gone",
    501: "the address is none of a calendar",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server has answered."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def is_well(self) -> bool:
        """Whether it has done what it was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's successes

    def refusal(self) -> RetryLater | GiveUp:
        """What a job raises that cannot go on with this answer."""
        if self.status in _REFUSALS:
            return GiveUp(_REFUSALS[self.status])
        if 300 <= self.status < 400:  # noqa: PLR2004 - HTTP's redirects
            return GiveUp("the calendar's address leads to another one")
        if self.status == _TOO_MANY:
            return Postponed("the calendar's server is asked too often", self._pause() or _PAUSE)
        reason = f"the calendar's server answers with status {self.status}"
        if 400 <= self.status < 500 and self.status not in _FOR_NOW:  # noqa: PLR2004 - what it calls our fault
            return GiveUp(reason)
        return RetryLater(reason, self._pause())

    def _pause(self) -> float | None:
        """The seconds that the server asks to wait, in either of HTTP's two forms, within reason."""
        said = self.headers.get("Retry-After", "")
        try:
            if re.fullmatch("[0-9]+", said):
                seconds = float(said)
            else:
                then, now = (parsedate_to_datetime(at) for at in (said, self.headers.get("Date", "")))
                seconds = (then - now).total_seconds()
        except (ValueError, TypeError):
            return None
        return min(max(seconds, 1.0), _LONGEST_PAUSE)


class Server:
    """A server and who we are there. No redirect is followed: it could lead the password anywhere.

    Args:
        user: Its name.
        password: Sent with every request (Basic).
        time_limit: Seconds for a session.
        largest: The most bytes that an answer may have.

    """

    def __init__(self, user: str, password: str, *, time_limit: float = TIME_LIMIT, largest: int = LARGEST) -> None:
        self._auth = httpx.BasicAuth(user, password)
        self._tls = ssl.create_default_context()
        self._time_limit = time_limit
        self._largest = largest

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Requests on one connection. Whatever keeps them from an answer becomes RetryLater."""
        try:
            async with (
                asyncio.timeout(self._time_limit),
                # Proxies and passwords of the environment are for others.
                httpx.AsyncClient(auth=self._auth, verify=self._tls, timeout=SILENCE, trust_env=False) as client,
            ):
                yield Session(client, self._largest)
        except (httpx.HTTPError, TimeoutError) as error:
            is_untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
            reason = "its certificate is not trusted" if is_untrusted else type(error).__name__
            raise RetryLater(f"the calendar's server cannot be reached ({reason})") from None


class Session:
    """Requests to the server."""

    def __init__(self, client: httpx.AsyncClient, largest: int) -> None:
        self._client = client
        self._largest = largest

    async def ask(self, method: str, url: str, content: bytes | str = b"", **headers: str) -> Answer:
        """Make a request; header names are written with `_` for `-`. Raises GiveUp for an answer that is too large."""
        # What is packed may be of any size when it is unpacked.
        sent = {"Accept-Encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self._client.stream(method, url, content=content, headers=sent) as answer:
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise RetryLater("the calendar's server packs its answers")
            read = bytearray()
            async for chunk in answer.aiter_raw():
                read += chunk
                if len(read) > self._largest:
                    raise GiveUp("the calendar holds more than can be read")
            return Answer(answer.status_code, answer.headers, bytes(read))
