"""The HTTP server: Slack's requests, and whether we live and are ready."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

EVENTS_PATH: Final = "/slack/events"
LARGEST_REQUEST: Final = 1024 * 1024  # bytes; Slack's own requests stay far below

Probe: TypeAlias = Callable[[], Awaitable[str | None]]
"""Looks at one thing that answering needs; what is wrong with it, or None."""


def web_app(bolt: AsyncApp | None, probes: Mapping[str, Probe]) -> web.Application:
    """The routes. Without Bolt (Socket Mode) there are the health checks alone."""

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))  # type: ignore[union-attr]

    async def live(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_: web.Request) -> web.Response:
        faults = {name: await probe() for name, probe in probes.items()}
        status = 503 if any(faults.values()) else 200
        return web.json_response({name: fault or "ok" for name, fault in faults.items()}, status=status)

    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.router.add_get("/healthz", live)
    app.router.add_get("/readyz", ready)
    if bolt is not None:
        app.router.add_post(EVENTS_PATH, events)
    return app
