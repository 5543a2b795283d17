"""The only wiring: settings and ports become a running desk."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bot import paths, rules
from bot.adapters.clock import SystemClock
from bot.adapters.detector import ForeignDetector
from bot.adapters.editions import KnowledgeRefused, WatchedEditions
from bot.adapters.http import web_app
from bot.adapters.slack import Identity, SlackMessenger, web_client
from bot.adapters.work import EmbeddedWork
from bot.adapters.work_runner import WorkRunner
from bot.desk import Desk
from bot.edition import Edition, Progress, open_edition
from bot.knowledge.check import check
from bot.listeners import actions, answering, effects, home, incoming, posting, receive, values, views
from bot.listeners.services import Services
from bot.model import DEFAULT_LANGUAGE
from bot.ports import Clock, Handler, RetryLater, StoreUnavailable
from bot.settings import Settings
from bot.store.database import Database
from bot.understand.normalise import same

_log = logging.getLogger(__name__)

LOOK_EVERY: Final = 5.0  # seconds between looks at the knowledge folder
STOP_WITHIN: Final = 20.0  # seconds that running work is given when the process is told to stop
SLACK_PAUSES: Final = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds between attempts to reach Slack at start


@dataclass(slots=True)
class Running:
    """A desk that runs: what tests and health checks look at."""

    services: Services
    bolt: AsyncApp
    runner: WorkRunner
    database: Database
    editions: WatchedEditions
    port: int


@asynccontextmanager
async def running(
    settings: Settings,
    desk: Desk,
    *,
    clock: Clock | None = None,
    progress: Progress = lambda _done, _of, _name: None,
) -> AsyncIterator[Running]:
    """Run a desk: when this yields, it can answer; when it is left, what runs is finished or handed back.

    Raises:
        DocumentError, FitFailed, ValueError, OSError: The knowledge cannot be served.
        StoreUnavailable: The database cannot be opened.
        GiveUp: Slack refuses the token.

    """
    clock = clock or SystemClock()

    def opened() -> Edition:
        return open_edition(
            settings.knowledge,
            paths.locales_dir(),
            paths.cache_dir(),
            link_of=desk.link,
            has_desk=desk.support_channel is not None,
            progress=progress,
        )

    def proved() -> Edition:
        found = check(settings.knowledge, paths.locales_dir(), same=same, rules=rules.problems).problems
        errors = [str(problem) for problem in found if not problem.warning]
        if errors:
            raise KnowledgeRefused(f"{len(errors)} errors, the first: {errors[0]}")
        return opened()

    async with AsyncExitStack() as stack:
        editions = WatchedEditions(await asyncio.to_thread(opened), settings.knowledge, proved)
        database = await asyncio.to_thread(Database.open, settings.database_url)
        await stack.enter_async_context(database)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = web_client(settings.slack_bot_token or "", session, base_url=settings.slack_api_url)
        slack = SlackMessenger(client, clock)
        identity = await _identity(slack)
        detector = ForeignDetector()
        stack.push_async_callback(detector.close)
        work = EmbeddedWork(clock)
        services = Services(identity.team, identity.user, database, work, clock, slack, desk, editions, detector)
        services.home_sections += [home.language_section, home.topics_section]
        runner = WorkRunner(work, database, handlers(services), clock)
        await runner.start()
        stack.push_async_callback(runner.stop, STOP_WITHIN)
        bolt = bolt_app(settings, services, identity, client)
        stack.push_async_callback(_cancel, asyncio.create_task(editions.watch(LOOK_EVERY)))
        socket = await _socket(settings, bolt, stack)
        port = await _listen(settings, bolt, _probes(database, editions, socket), stack)
        yield Running(services, bolt, runner, database, editions, port)


def handlers(services: Services) -> Mapping[str, Handler]:
    """Every kind of work and who carries it out."""
    return {
        incoming.MESSAGE: answering.message_job(services),
        incoming.EDIT: answering.edit_job(services),
        incoming.DELETION: answering.deletion_job(services),
        incoming.INVITED: answering.invited_job(services),
        incoming.HOME: home.home_job(services),
        incoming.POST: posting.post_job(services),
        effects.REWRITE: posting.rewrite_job(services),
        effects.REMOVE: posting.remove_job(services),
        effects.WHISPER: posting.whisper_job(services),
        effects.CARD: posting.card_job(services),
    }


def bolt_app(settings: Settings, services: Services, identity: Identity, client: Any) -> AsyncApp:
    """Bolt with our listeners. No request waits for Slack: who we are was asked at the start."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team,
            bot_user_id=identity.user,
            bot_id=identity.bot,
            bot_token=settings.slack_bot_token,
        )

    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)  # it warns that `authorize` comes before the client's token, as it should
    app = AsyncApp(
        client=client,
        authorize=authorize,
        signing_secret=settings.slack_signing_secret or "",
        before_authorize=receive.recorder(services),
        logger=logger,
        process_before_response=True,
        request_verification_enabled=not settings.socket_mode,
    )
    logger.setLevel(logging.WARNING)  # below it Bolt writes whole payloads, texts and tokens included
    actions.register(app, services)
    views.register(app, services)
    values.register(app, services)
    home.register(app, services)
    app.error(_reporter(services))
    return app


def _reporter(services: Services) -> Callable[..., Any]:
    """Tells whoever clicked that it went wrong, with an id under which the log holds the details.

    Slack reads a 500: it repeats an event, and shows a click as failed. Raised on, the error would be told twice.
    """

    async def report(error: Exception, body: dict[str, Any]) -> BoltResponse:
        id_ = uuid.uuid4().hex[:8]
        _log.error("request failed, id %s: %s", id_, type(error).__name__, exc_info=None if _is_away(error) else error)
        user, channel = (body.get("user") or {}).get("id"), (body.get("channel") or {}).get("id")
        if user and channel:
            t = services.editions.current.renderer.catalogues[DEFAULT_LANGUAGE]
            text = t("That did not work, and nothing was changed. Please try again in a moment. (Error {id})", id=id_)
            await services.slack.whisper(channel=channel, user=user, thread=None, text=text, blocks=[])
        return BoltResponse(status=500, body="")

    return report


def _is_away(error: Exception) -> bool:
    return isinstance(error, StoreUnavailable)


async def _identity(slack: SlackMessenger) -> Identity:
    """Who we are. Slack may be away at the start: asked again until it answers. Raises GiveUp if it refuses us."""
    for pause in (*SLACK_PAUSES, *[SLACK_PAUSES[-1]] * 1000):
        try:
            return await slack.identity()
        except RetryLater as error:
            _log.warning("Slack does not answer (%s); trying again in %s s", error, error.seconds or pause)
            await asyncio.sleep(error.seconds or pause)
    return await slack.identity()


async def _socket(settings: Settings, bolt: AsyncApp, stack: AsyncExitStack) -> AsyncSocketModeHandler | None:
    if not settings.socket_mode:
        return None
    handler = AsyncSocketModeHandler(bolt, settings.slack_app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    stack.push_async_callback(handler.close_async)
    return handler


Probe = Callable[[], Any]


def _probes(
    database: Database, editions: WatchedEditions, socket: AsyncSocketModeHandler | None
) -> Mapping[str, Probe]:
    """What /readyz asks: each raises, or gives a fault as text, or None."""

    async def of_database() -> str | None:
        try:
            await database.ping()
        except StoreUnavailable as error:
            return str(error)
        return None

    async def of_slack() -> str | None:
        if socket is not None and not await socket.client.is_connected():
            return "Socket Mode is not connected"
        return None

    async def of_knowledge() -> str | None:
        return editions.fault and "the newest files are not served: see the log, or partnerdesk check"

    return {"database": of_database, "slack": of_slack, "knowledge": of_knowledge}


async def _listen(settings: Settings, bolt: AsyncApp, probes: Mapping[str, Probe], stack: AsyncExitStack) -> int:
    """Open the port. In Socket Mode too, for the health checks."""
    server = web.AppRunner(web_app(None if settings.socket_mode else bolt, probes), access_log=None)
    await server.setup()
    stack.push_async_callback(server.cleanup)
    site = web.TCPSite(server, settings.host, settings.port)
    await site.start()
    return int(server.addresses[0][1])


async def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
