"""A whole desk over real HTTP: Slack's requests come in signed, its Web API is a server on loopback.

Use::

    async with world(tmp_path) as w:
        ts = await w.mention("C1", "U1", "How long is a trial?")
        assert await w.replies("C1", ts) == ["…"]
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from bot import desk as desk_file
from bot.app import Running, running
from bot.settings import Settings
from tests import payloads
from tests.stub_slack import BOT_USER, StubMessage, StubSlack

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-stub-token"

DESK = """
version: 1
time_zone: Europe/Helsinki
support: {channel: CSUPPORT}
channels:
  - {id: CCYBER, programmes: [cyberday]}
  - {id: CMIRO, programmes: [miro]}
  - {id: COPEN, programmes: [cyberday], answer: questions}
partners:
  - {name: "Acme & <Co>", slack_teams: [TACME], channels: [COPEN], programmes: [cyberday]}
staff: [{user: USTAFF, name: Aino, languages: [fi, en]}]
"""


@dataclass
class World:
    """A running desk and the Slack it lives in."""

    slack: StubSlack
    desk: Running
    http: aiohttp.ClientSession
    sent: list[int] = field(default_factory=list)  # HTTP statuses of our answers to Slack

    async def event(self, payload: dict[str, Any], *, headers: Mapping[str, str] | None = None) -> int:
        """Deliver an event as Slack does; the status that Slack reads."""
        body = payloads.event_body(payload)
        return await self._post(body, payloads.signed_headers(SECRET, body), headers)

    async def click(self, payload: dict[str, Any]) -> int:
        """Deliver a click or a form."""
        body = payloads.form_body(payload)
        return await self._post(body, payloads.signed_headers(SECRET, body, form=True), None)

    async def _post(self, body: bytes, signed: Mapping[str, str], more: Mapping[str, str] | None) -> int:
        url = f"http://127.0.0.1:{self.desk.port}/slack/events"
        async with self.http.post(url, data=body, headers={**signed, **(more or {})}) as answer:
            self.sent.append(answer.status)
            return answer.status

    async def mention(self, channel: str, user: str, text: str, *, thread: str | None = None, **fields: Any) -> str:
        """Somebody mentions the bot; the ts of their message."""
        said = self.slack.say(channel, user, f"<@{BOT_USER}> {text}", thread=thread)
        await self.event(payloads.app_mention(channel, user, said.text, ts=said.ts, thread=thread, **fields))
        return said.ts

    async def write(self, channel: str, user: str, text: str, *, thread: str | None = None, **fields: Any) -> str:
        """Somebody writes in a channel without mentioning the bot."""
        said = self.slack.say(channel, user, text, thread=thread)
        await self.event(payloads.message(channel, user, text, ts=said.ts, thread=thread, **fields))
        return said.ts

    async def direct(self, channel: str, user: str, text: str, *, thread: str | None = None, **fields: Any) -> str:
        """Somebody writes the bot a direct message."""
        said = self.slack.say(channel, user, text, thread=thread)
        await self.event(payloads.direct_message(channel, user, text, ts=said.ts, thread=thread, **fields))
        return said.ts

    async def settle(self, *, seconds: float = 5.0) -> None:
        """Wait until no work is left that is due now."""
        deadline = time.monotonic() + seconds
        while await self.desk.database.read(_unfinished):
            if time.monotonic() > deadline:
                raise AssertionError("work is left")
            await asyncio.sleep(0.005)

    async def replies(self, channel: str, thread: str) -> list[str]:
        """What the bot has said in a thread, once it has nothing left to do."""
        await self.settle()
        return self.slack.texts(channel, thread=thread)

    async def last(self, channel: str, thread: str) -> StubMessage:
        """The bot's last message in a thread."""
        await self.settle()
        return self.slack.messages(channel, thread=thread)[-1]


def _unfinished(conn: Any) -> int:
    from sqlalchemy import func, select

    from bot.store.tables import job

    return int(conn.execute(select(func.count()).where(job.c.status.in_(("waiting", "running")))).scalar_one())


@lru_cache
def _cache() -> Path:
    from bot import paths

    return paths.cache_dir()


@asynccontextmanager
async def world(
    folder: Path, desk: str = DESK, slack: StubSlack | None = None, **settings: Any
) -> AsyncIterator[World]:
    """A desk with a database in `folder`; `desk` is the text of its desk file."""
    file = folder / "desk.yml"
    file.write_text(desk, encoding="utf-8")
    slack = slack or StubSlack()
    async with slack, aiohttp.ClientSession() as http:
        for channel in yaml.safe_load(desk).get("channels", []):
            slack.add_channel(channel["id"])
        for channel in ("CSUPPORT", "CNEW", "D1", "D2"):
            slack.add_channel(channel)
        given = Settings(
            slack_bot_token=slack.token,
            slack_signing_secret=SECRET,
            slack_api_url=slack.url,
            port=0,
            database_url=f"sqlite:///{folder / 'desk.db'}",
            **settings,
        )
        async with running(given, desk_file.load(file)) as started:
            yield World(slack, started, http)
