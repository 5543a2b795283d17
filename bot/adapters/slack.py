"""Slack's Web API behind ports.Messenger, and the two questions that are asked of it about people and ourselves."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.pacing import Pacer
from bot.adapters.postponed import Postponed
from bot.adapters.slack_errors import CALL_ERRORS, GONE, Failure, Fate, failure
from bot.model import LANGUAGES, Language
from bot.ports import Clock, GiveUp, RetryLater

API_URL: Final = "https://slack.com/api/"
EVENT_TYPE: Final = "partnerdesk_reply"
CALL_LIMIT: Final = 10.0
"""Seconds that a call may take before its fate counts as unknown."""

PROFILE_LIMIT: Final = 1.0
TRIGGER_LIMIT: Final = 2.5

# Our clock may be ahead of Slack's; doctor warns from a minute on.
_BEFORE: Final = timedelta(seconds=60)
_PAGE: Final = 200
_MOST_PAGES: Final = 50

# Seconds after the first, second, … attempt whose fate is unknown: an hour in all (Slack may be away that long).
_UNKNOWN_PAUSES: Final = (2.0, 6.0, 20.0, 60.0, 300.0, 900.0, 2400.0)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the token belongs to."""

    team: str
    user: str
    bot: str | None
    url: str | None
    scopes: tuple[str, ...]  # granted; empty if Slack does not say


@dataclass(frozen=True, slots=True)
class Profile:
    """What Slack tells of a person; outside members have no locale, and anything may be missing."""

    team: str | None
    user: str
    language: Language | None  # the locale's, where it is one of ours
    time_zone: str | None
    is_stranger: bool
    is_guest: bool
    is_bot: bool


def web_client(
    token: str, session: aiohttp.ClientSession, *, base_url: str = API_URL, proxy: str | None = None
) -> AsyncWebClient:
    """A client of the Web API on the app's one session.

    Without the SDK's retries, which send a message again when the answer to the first was cut off; and with a logger
    of its own that stays silent at DEBUG, where the SDK writes whole messages.
    """
    logger = logging.getLogger("partnerdesk.slack_sdk")
    logger.setLevel(logging.WARNING)
    return AsyncWebClient(
        token=token, base_url=base_url, session=session, proxy=proxy, retry_handlers=[], logger=logger
    )


def token_of(key: str) -> str:
    """The opaque token that stands for a key in a message's metadata, which every app of the workspace can read."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


class SlackMessenger:
    """Posts each message once, edits and deletes; ports.Messenger on one client and so on one workspace.

    `swallowed` counts the failures of what is tried once and forgotten, by method and code.
    """

    def __init__(
        self, client: AsyncWebClient, clock: Clock, *, pacer: Pacer | None = None, call_limit: float = CALL_LIMIT
    ) -> None:
        self._client = client
        self._clock = clock
        self._pacer = pacer or Pacer()
        self._call_limit = call_limit
        self.swallowed: Counter[str] = Counter()

    async def post(
        self,
        *,
        key: str,
        attempts: int,
        first_try: datetime,
        channel: str,
        thread: str | None,
        text: str,
        blocks: Sequence[dict[str, Any]],
    ) -> str:
        """Post a message exactly once for `key` and return its ts; ports.Messenger says how.

        A message that must wait, for its channel's pace or for Slack's, raises Postponed (a RetryLater) rather than
        sleep: a worker that sleeps is one that other channels lack. GiveUp: Slack refuses it for good.
        """
        if attempts > 1:
            found = await self._find(token_of(key), attempts, first_try, channel, thread)
            if found is not None:
                return found
        now = self._clock.now()
        pause = self._pacer.wait(channel, key, now)
        if pause:
            raise Postponed("paced", pause.total_seconds())
        try:
            answer = await self._limited(
                lambda: self._client.chat_postMessage(
                    channel=channel,
                    thread_ts=thread,
                    text=text,
                    blocks=blocks,
                    metadata={"event_type": EVENT_TYPE, "event_payload": {"key": token_of(key)}},
                    unfurl_links=False,
                    unfurl_media=False,
                )
            )
        except CALL_ERRORS as error:
            raise self._post_failed(failure(error), channel, key, attempts) from None
        return str(answer["ts"])

    async def update(self, *, channel: str, ts: str, text: str, blocks: Sequence[dict[str, Any]]) -> None:
        """Edit a message of ours; one that is gone is no error. Raises RetryLater or GiveUp."""
        await self._change(lambda: self._client.chat_update(channel=channel, ts=ts, text=text, blocks=blocks))

    async def delete(self, *, channel: str, ts: str) -> None:
        """Delete a message of ours; one that is gone is no error. Raises RetryLater or GiveUp."""
        await self._change(lambda: self._client.chat_delete(channel=channel, ts=ts))

    async def whisper(
        self, *, channel: str, user: str, thread: str | None, text: str, blocks: Sequence[dict[str, Any]]
    ) -> None:
        """Show a message to one person alone, at most once: it is tried once and forgotten."""
        await self._once(
            "chat.postEphemeral",
            lambda: self._client.chat_postEphemeral(
                channel=channel, user=user, thread_ts=thread, text=text, blocks=blocks
            ),
        )

    async def permalink(self, *, channel: str, ts: str) -> str | None:
        """A link to a message, or None if Slack does not give one now."""
        answer = await self._once(
            "chat.getPermalink", lambda: self._client.chat_getPermalink(channel=channel, message_ts=ts)
        )
        return None if answer is None else answer.get("permalink")

    async def open_view(self, trigger: str, view: dict[str, Any]) -> None:
        """Open a form; tried once, since a trigger lives three seconds."""
        await self._once("views.open", lambda: self._client.views_open(trigger_id=trigger, view=view), TRIGGER_LIMIT)

    async def publish_home(self, user: str, view: dict[str, Any]) -> None:
        """Show a person's App Home; tried once and forgotten."""
        await self._once("views.publish", lambda: self._client.views_publish(user_id=user, view=view))

    async def profile(self, user: str) -> Profile | None:
        """What Slack tells of a person, or None if it does not within a second."""
        answer = await self._once(
            "users.info", lambda: self._client.users_info(user=user, include_locale=True), PROFILE_LIMIT
        )
        told = None if answer is None else answer.get("user")
        return _profile(user, told) if isinstance(told, dict) else None

    async def identity(self) -> Identity:
        """Who the token belongs to. Raises RetryLater, or GiveUp if Slack refuses the token."""
        try:
            answer = await self._limited(self._client.auth_test)
        except CALL_ERRORS as error:
            raise _later(failure(error)) from None
        granted = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
        return Identity(
            team=str(answer["team_id"]),
            user=str(answer["user_id"]),
            bot=answer.get("bot_id"),
            url=answer.get("url"),
            scopes=tuple(scope.strip() for scope in granted.split(",") if scope.strip()),
        )

    async def _find(
        self, token: str, attempts: int, first_try: datetime, channel: str, thread: str | None
    ) -> str | None:
        """The ts of the message that carries a token, or None once every page has been read without it.

        Raises RetryLater if it could not be read to its end: then nothing may be sent.
        """
        oldest = f"{(first_try - _BEFORE).timestamp():.6f}"
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            try:
                page = await self._page(channel, thread, oldest, cursor)
            except CALL_ERRORS as error:
                failed = failure(error)
                raise RetryLater(
                    f"the channel could not be searched: {failed.code}", failed.seconds or _unknown_pause(attempts)
                ) from None
            for message in page.get("messages") or ():
                metadata = message.get("metadata") or {}
                if (metadata.get("event_payload") or {}).get("key") == token:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return None
        raise RetryLater("the channel has too much to search", _unknown_pause(attempts))

    async def _page(self, channel: str, thread: str | None, oldest: str, cursor: str | None) -> AsyncSlackResponse:
        bounds: dict[str, Any] = {"oldest": oldest, "limit": _PAGE, "cursor": cursor, "include_all_metadata": True}
        if thread is None:
            return await self._limited(lambda: self._client.conversations_history(channel=channel, **bounds))
        return await self._limited(lambda: self._client.conversations_replies(channel=channel, ts=thread, **bounds))

    def _post_failed(self, failed: Failure, channel: str, key: str, attempts: int) -> RetryLater | GiveUp:
        if failed.fate is Fate.PACED and failed.seconds is not None:
            now = self._clock.now()
            self._pacer.pause(channel, timedelta(seconds=failed.seconds), now)
            # It was first in line and stays so.
            return Postponed(failed.code, self._pacer.wait(channel, key, now).total_seconds())
        if failed.fate is Fate.UNKNOWN:
            return RetryLater(failed.code, _unknown_pause(attempts))
        return _later(failed)

    async def _change(self, call: Callable[[], Awaitable[AsyncSlackResponse]]) -> None:
        try:
            await self._limited(call)
        except CALL_ERRORS as error:
            failed = failure(error)
            if failed.code not in GONE:
                raise _later(failed) from None

    async def _once(
        self, method: str, call: Callable[[], Awaitable[AsyncSlackResponse]], limit: float | None = None
    ) -> AsyncSlackResponse | None:
        try:
            return await self._limited(call, limit)
        except CALL_ERRORS as error:
            self.swallowed[f"{method}: {failure(error).code}"] += 1
            return None

    async def _limited(self, call: Callable[[], Awaitable[T]], limit: float | None = None) -> T:
        async with asyncio.timeout(limit or self._call_limit):
            return await call()


def _later(failed: Failure) -> RetryLater | GiveUp:
    match failed.fate:
        case Fate.REFUSED:
            return GiveUp(failed.code)
        case Fate.PACED:
            return Postponed(failed.code, failed.seconds)
        case Fate.UNKNOWN:
            return RetryLater(failed.code)


def _unknown_pause(attempts: int) -> float:
    return _UNKNOWN_PAUSES[min(attempts, len(_UNKNOWN_PAUSES)) - 1]


def _profile(user: str, told: dict[str, Any]) -> Profile:
    locale = str(told.get("locale") or "")[:2].lower()
    return Profile(
        team=told.get("team_id"),
        user=user,
        language=locale if locale in LANGUAGES else None,
        time_zone=told.get("tz") or None,
        is_stranger=bool(told.get("is_stranger")),
        is_guest=bool(told.get("is_restricted") or told.get("is_ultra_restricted")),
        is_bot=bool(told.get("is_bot")),
    )
