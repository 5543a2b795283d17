"""The HTTP server: Slack's requests, whether we live and are ready, and what we have counted.

A proxy before Slack's address often forwards every path, so nothing here tells a secret, a name or an address.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.listeners.bolt_request import bolt_request
from bot.ports import StoreUnavailable

EVENTS_PATH: Final = "/slack/events"
METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
LARGEST_REQUEST: Final = 1024 * 1024  # bytes; Slack's own requests stay far below
MOST_FIELDS: Final = 100  # of a form; Slack's have one, a slash command's a dozen
READ_WITHIN: Final = 5.0  # seconds for a request to arrive; Slack itself gives up after 3

Probe: TypeAlias = Callable[[], Awaitable[str | None]]
"""Looks at one thing that answering needs; what is wrong with it, or None. Anybody may read it."""

Metrics: TypeAlias = Callable[[], Awaitable[bytes]]
"""Writes the page for Prometheus, in its text format."""


@dataclass(frozen=True, slots=True)
class Door:
    """What stands behind Slack's address: who checks signatures, records events, and answers everything else."""

    verifier: SignatureVerifier
    record: Callable[[Mapping[str, Any]], Awaitable[None]]
    event: str  # the type of the requests that are recorded
    bolt: AsyncApp
    turned_away: Callable[[int], None]  # told the status of each request that is not Slack's, or cannot be read


def web_app(door: Door | None, probes: Mapping[str, Probe], metrics: Metrics) -> web.Application:
    """The routes. Without a door (Socket Mode) there are the health checks and the metrics alone."""

    async def live(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_: web.Request) -> web.Response:
        faults = {name: await probe() for name, probe in probes.items()}
        status = 503 if any(faults.values()) else 200
        return web.json_response({name: fault or "ok" for name, fault in faults.items()}, status=status)

    async def measured(_: web.Request) -> web.Response:
        return web.Response(body=await metrics(), headers={"Content-Type": METRICS_TYPE})

    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.router.add_get("/healthz", live)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", measured)
    if door is not None:
        app.router.add_post(EVENTS_PATH, _slack(door))
    return app


class _TurnedAway(Exception):
    """A request that is not Slack's, or cannot be read."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _slack(door: Door) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answers Slack. Events never reach Bolt: what it does for them costs more than recording them does."""

    async def answer(request: web.Request) -> web.Response:
        try:
            content = await _content(request)
            if content.startswith(b"ssl_check=1"):  # unsigned, and asks for nothing
                return web.Response()
            _verify(door.verifier, content, request.headers)
            return await _taken(door, _read(content))
        except _TurnedAway as refused:
            door.turned_away(refused.status)
            return web.Response(status=refused.status)

    return answer


async def _taken(door: Door, body: Mapping[str, Any]) -> web.Response:
    """Record an event; have Bolt answer what a person is waiting for."""
    if body.get("type") == door.event:
        try:
            await door.record(body)
        except StoreUnavailable:  # the recorder has told of it, and Slack repeats
            return web.Response(status=500)
        return web.Response()
    asked = bolt_request(body)
    if asked is None:
        raise _TurnedAway(400)
    return await to_aiohttp_response(await door.bolt.async_dispatch(asked))


async def _content(request: web.Request) -> bytes:
    """The body of a request. Raises _TurnedAway for one that is too large or slow, packed, or broken."""
    if "Content-Encoding" in request.headers:  # Slack packs nothing, and what is packed may be of any size
        raise _TurnedAway(415)
    try:
        async with asyncio.timeout(READ_WITHIN):
            return await request.read()
    except TimeoutError:
        raise _TurnedAway(408) from None
    except web.HTTPRequestEntityTooLarge:
        raise _TurnedAway(413) from None
    except web.RequestPayloadError:
        raise _TurnedAway(400) from None


def _read(content: bytes) -> dict[str, Any]:
    """The object that a request holds, as JSON or in a form's field `payload`. Raises _TurnedAway if it holds none."""
    try:
        written = content.decode()
        if not written.startswith("{"):
            written = dict(parse_qsl(written, max_num_fields=MOST_FIELDS))["payload"]
        body = json.loads(written)
    except (ValueError, KeyError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise _TurnedAway(400)
    return body


def _verify(verifier: SignatureVerifier, content: bytes, headers: Mapping[str, str]) -> None:
    """Raise _TurnedAway for a request that Slack has not signed just now."""
    try:
        signed = verifier.is_valid(content, headers.get("X-Slack-Request-Timestamp"), headers.get("X-Slack-Signature"))
    except (ValueError, TypeError):  # what cannot be read is not Slack's
        signed = False
    if not signed:
        raise _TurnedAway(401)
