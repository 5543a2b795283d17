"""The bare Bolt app to compare with: an AsyncApp that echoes mentions, on the same HTTP server. It records nothing."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.adapters.slack import web_client
from tests.stub_slack import BOT_ID, BOT_USER, TEAM


async def _serve() -> None:
    token = os.environ["SLACK_BOT_TOKEN"]

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_user_id=BOT_USER, bot_id=BOT_ID, bot_token=token)

    async def echo(event: dict[str, Any]) -> None:
        await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text=event["text"])

    async with aiohttp.ClientSession() as session:
        client = web_client(token, session, base_url=os.environ["SLACK_API_URL"])
        bolt = AsyncApp(client=client, authorize=authorize, signing_secret=os.environ["SLACK_SIGNING_SECRET"])
        bolt.event("app_mention")(echo)

        async def events(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

        async def ready(_: web.Request) -> web.Response:
            return web.Response()

        served = web.Application()
        served.router.add_post("/slack/events", events)
        served.router.add_get("/readyz", ready)
        server = web.AppRunner(served, access_log=None)
        await server.setup()
        await web.TCPSite(server, "127.0.0.1", int(os.environ["PORT"])).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
