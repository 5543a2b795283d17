"""Slack's Web API behind ports.Messenger, and the two questions that are asked of it about people and ourselves."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.pacing import Pacer
from bot.adapters.postponed import Postponed
from bot.adapters.slack_errors import CALL_ERRORS, GONE, NO_THREAD, USED, Failure, Fate, failure, outcome
from bot.model import LANGUAGES, Language
from bot.ports import Clock, GiveUp, RetryLater

API_URL: Final = "https://slack.com/api/"
EVENT_TYPE: Final = "partnerdesk_reply"
CALL_LIMIT: Final = 10.0
"""Seconds that a call may take before its fate counts as unknown."""

ASK_LIMIT: Final = 1.0
"""Seconds for what Slack is asked while somebody waits, and can do without."""

TRIGGER_LIMIT: Final = 2.5

# Our clock may be ahead of Slack's, by five minutes at most: from there on no request of Slack's is taken for signed.
_BEFORE: Final = timedelta(minutes=6)
_PAGE: Final = 200
_MOST_PAGES: Final = 50
_SEARCH_TRIES: Final = 2
# As many searches as there are, until Slack says no: then one after the other, since it may allow one a minute.
_SEARCH_BURST: Final = 1_000
_SEARCH_INTERVAL: Final = timedelta(seconds=0.1)

# Seconds after the first, second, … attempt whose fate is unknown: an hour in all (Slack may be away that long).
_UNKNOWN_PAUSES: Final = (2.0, 6.0, 20.0, 60.0, 300.0, 900.0, 2400.0)

_NOT_SHOWN: Final = "channel_not_found"
_NO_GROUP: Final = "no_such_subteam"

T = TypeVar("T")

CallMeter: TypeAlias = Callable[[str, Failure | None, float], None]
"""Told of every call: its method, how it failed if it did, and its seconds."""


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
    name: str = ""  # the first name, where they have given one; "" if Slack tells none


@dataclass(frozen=True, slots=True)
class Conversation:
    """What Slack tells of a channel."""

    is_member: bool  # whether the bot is in it; never of one that Slack does not show to it
    is_shared: bool  # with other organisations, or about to be


class _MeteredClient(AsyncWebClient):
    """A client of the Web API that tells of its calls; every method of the SDK goes through `api_call`."""

    def __init__(self, *, meter: CallMeter, session: aiohttp.ClientSession, **options: Any) -> None:
        super().__init__(session=session, **options)
        self._session = session
        self._meter = meter

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        began = time.perf_counter()
        failed: Failure | None = _CUT_SHORT
        try:
            answer = await super().api_call(api_method, **arguments)
        except CALL_ERRORS as error:
            failed = failure(error)
            raise
        else:
            failed = None
            return answer
        finally:
            self._meter(api_method, failed, time.perf_counter() - began)

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        """The SDK's own without what it does for retries, which is half of what a call costs here.

        A body that is no JSON is as none: what the call came to is then told by its status.
        """
        async with self._session.request(http_verb, api_url, **req_args) as answer:
            content = await answer.read()
            try:
                data = json.loads(content)
            except ValueError:
                data = {}
            return {"data": data, "headers": answer.headers, "status_code": answer.status}


_CUT_SHORT: Final = Failure(Fate.UNKNOWN, "TimeoutError")  # the time that it was given is over


def web_client(
    token: str,
    session: aiohttp.ClientSession,
    *,
    base_url: str = API_URL,
    proxy: str | None = None,
    meter: CallMeter = lambda _method, _failed, _seconds: None,
) -> AsyncWebClient:
    """A client of the Web API on the app's one session.

    Without the SDK's retries, which send a message again when the answer to the first was cut off; and with a logger
    of its own that stays silent at DEBUG, where the SDK writes whole messages.
    """
    logger = logging.getLogger("partnerdesk.slack_sdk")
    logger.setLevel(logging.WARNING)
    return _MeteredClient(
        meter=meter, token=token, base_url=base_url, session=session, proxy=proxy, retry_handlers=[], logger=logger
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
        self._searches = Pacer(_SEARCH_BURST, _SEARCH_INTERVAL)
        self._direct: dict[str, str] = {}  # user → the direct message with them, which stays the same
        self._read_to: dict[str, str] = {}  # key → the cursor from which a search that Slack paced goes on
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
        self._paced(self._pacer, channel, key)
        if attempts > 1:
            found = await self._find(key, attempts, first_try, channel, thread)
            if found is not None:
                return found
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

    async def open_view(self, trigger: str, view: dict[str, Any]) -> bool:
        """Open a form; tried once, since a trigger lives three seconds. False if Slack did not.

        A trigger that was used has opened a form before.
        """
        try:
            await self._limited(lambda: self._client.views_open(trigger_id=trigger, view=view), TRIGGER_LIMIT)
        except CALL_ERRORS as error:
            code = failure(error).code
            self.swallowed[f"views.open: {code}"] += 1
            return code in USED
        return True

    async def publish_home(self, user: str, view: dict[str, Any]) -> None:
        """Show a person's App Home; tried once and forgotten."""
        await self._once("views.publish", lambda: self._client.views_publish(user_id=user, view=view))

    async def profile(self, user: str) -> Profile | None:
        """What Slack tells of a person, or None if it does not within a second."""
        answer = await self._once(
            "users.info", lambda: self._client.users_info(user=user, include_locale=True), ASK_LIMIT
        )
        told = None if answer is None else answer.get("user")
        return _profile(user, told) if isinstance(told, dict) else None

    async def conversation(self, channel: str) -> Conversation | None:
        """What Slack tells of a channel, or None if it does not within a second.

        The bot is no member of a channel that Slack does not show to it.
        """
        method = "conversations.info"
        try:
            answer = await self._limited(lambda: self._client.conversations_info(channel=channel), ASK_LIMIT)
        except CALL_ERRORS as error:
            code = failure(error).code
            if code == _NOT_SHOWN:
                return Conversation(is_member=False, is_shared=True)  # unknown counts as shared
            self.swallowed[f"{method}: {code}"] += 1
            return None
        told = answer.get("channel")
        return _conversation(told) if isinstance(told, dict) else None

    async def group_members(self, group: str) -> tuple[str, ...]:
        """The users in a user group; nobody is in one that is not there, or switched off. Raises RetryLater or GiveUp.

        GiveUp tells Slack's code: `missing_scope`, or that the workspace's plan has no user groups.
        """
        try:
            answer = await self._limited(lambda: self._client.usergroups_users_list(usergroup=group))
        except CALL_ERRORS as error:
            failed = failure(error)
            if failed.code == _NO_GROUP:
                return ()
            raise outcome(failed) from None
        users = answer.get("users")
        if not isinstance(users, list):
            raise RetryLater("usergroups.users.list names nobody")
        return tuple(dict.fromkeys(str(user) for user in users))

    async def direct_channel(self, user: str) -> str:
        """The direct message with somebody. Raises RetryLater or GiveUp."""
        known = self._direct.get(user)
        if known is not None:
            return known
        try:
            answer = await self._limited(lambda: self._client.conversations_open(users=user))
        except CALL_ERRORS as error:
            raise outcome(failure(error)) from None
        told = answer.get("channel")
        channel = told.get("id") if isinstance(told, dict) else None
        if not isinstance(channel, str) or not channel:
            raise RetryLater("conversations.open names no channel")
        self._direct[user] = channel
        return channel

    async def identity(self) -> Identity:
        """Who the token belongs to. Raises RetryLater, or GiveUp if Slack refuses the token."""
        try:
            answer = await self._limited(self._client.auth_test)
        except CALL_ERRORS as error:
            raise outcome(failure(error)) from None
        granted = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
        return Identity(
            team=str(answer["team_id"]),
            user=str(answer["user_id"]),
            bot=answer.get("bot_id"),
            url=answer.get("url"),
            scopes=tuple(scope.strip() for scope in granted.split(",") if scope.strip()),
        )

    def _paced(self, pacer: Pacer, place: str, key: str) -> None:
        """Raise Postponed unless it is the turn of a message now."""
        pause = pacer.wait(place, key, self._clock.now())
        if pause:
            raise Postponed("paced", pause.total_seconds())

    async def _find(self, key: str, attempts: int, first_try: datetime, channel: str, thread: str | None) -> str | None:
        """The ts of the message that carries a key's token, or None once every page has been read without it.

        Raises RetryLater if it could not be read to its end: then nothing may be sent. A search that Slack paces is
        Postponed, which counts as no attempt: Slack may allow one a minute, and a hundred messages may wait for theirs.
        """
        method = "conversations.history" if thread is None else "conversations.replies"
        self._paced(self._searches, method, key)
        token, oldest = token_of(key), f"{(first_try - _BEFORE).timestamp():.6f}"
        cursor = self._read_to.pop(key, None)
        for _ in range(_MOST_PAGES):
            try:
                page = await self._page(channel, thread, oldest, cursor)
            except CALL_ERRORS as error:
                failed = failure(error)
                if failed.code in NO_THREAD:
                    return None
                raise self._search_failed(failed, method, key, cursor, attempts) from None
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

        def read() -> Awaitable[AsyncSlackResponse]:
            if thread is None:
                return self._client.conversations_history(channel=channel, **bounds)
            return self._client.conversations_replies(channel=channel, ts=thread, **bounds)

        # Reading is safe to repeat, and the next attempt may be minutes away.
        for _ in range(_SEARCH_TRIES - 1):
            try:
                return await self._limited(read)
            except CALL_ERRORS as error:
                if failure(error).fate is not Fate.UNKNOWN:
                    raise
        return await self._limited(read)

    def _search_failed(self, failed: Failure, method: str, key: str, cursor: str | None, attempts: int) -> RetryLater:
        why = f"the channel could not be searched: {failed.code}"
        if failed.fate is Fate.PACED and failed.seconds is not None:
            if cursor is not None:
                self._read_to[key] = cursor
            return Postponed(why, self._paused(self._searches, method, key, failed.seconds))
        return RetryLater(why, _unknown_pause(attempts))

    def _paused(self, pacer: Pacer, place: str, key: str, seconds: float) -> float:
        """Pause a place; how long the message `key`, which was first in line and stays so, has to wait."""
        now = self._clock.now()
        pacer.pause(place, timedelta(seconds=seconds), now)
        return pacer.wait(place, key, now).total_seconds()

    def _post_failed(self, failed: Failure, channel: str, key: str, attempts: int) -> RetryLater | GiveUp:
        if failed.fate is Fate.PACED and failed.seconds is not None:
            return Postponed(failed.code, self._paused(self._pacer, channel, key, failed.seconds))
        if failed.fate is Fate.UNKNOWN:
            return RetryLater(failed.code, _unknown_pause(attempts))
        return outcome(failed)

    async def _change(self, call: Callable[[], Awaitable[AsyncSlackResponse]]) -> None:
        try:
            await self._limited(call)
        except CALL_ERRORS as error:
            failed = failure(error)
            if failed.code not in GONE:
                raise outcome(failed) from None

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


def _unknown_pause(attempts: int) -> float:
    return _UNKNOWN_PAUSES[min(attempts, len(_UNKNOWN_PAUSES)) - 1]


def _conversation(told: dict[str, Any]) -> Conversation:
    # A direct message has no members to be one of. `is_shared` is true within one Enterprise organisation too.
    return Conversation(
        is_member=bool(told.get("is_member") or told.get("is_im")),
        is_shared=bool(told.get("is_ext_shared") or told.get("is_pending_ext_shared")),
    )


def _profile(user: str, told: dict[str, Any]) -> Profile:
    locale = str(told.get("locale") or "")[:2].lower()
    profile = told.get("profile")
    shown = {**told, **profile} if isinstance(profile, dict) else told
    return Profile(
        team=told.get("team_id"),
        user=user,
        language=locale if locale in LANGUAGES else None,
        time_zone=told.get("tz") or None,
        is_stranger=bool(told.get("is_stranger")),
        is_guest=bool(told.get("is_restricted") or told.get("is_ultra_restricted")),
        is_bot=bool(told.get("is_bot")),
        name=str(shown.get("first_name") or shown.get("real_name") or "").strip(),
    )
