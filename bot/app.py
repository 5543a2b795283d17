"""The only wiring: settings and ports become a running desk."""

from __future__ import annotations

import asyncio
import logging
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import Connection

from bot import paths, rules
from bot.adapters.calendars.opening import OpenCalendars
from bot.adapters.clock import SystemClock
from bot.adapters.detector import ForeignDetector
from bot.adapters.editions import KnowledgeRefused, WatchedEditions
from bot.adapters.files import SlackFiles
from bot.adapters.http import Door, web_app
from bot.adapters.mail import SmtpMail
from bot.adapters.metrics import MeteredStore, Metrics, Page
from bot.adapters.port import Port
from bot.adapters.slack import Identity, SlackMessenger, web_client
from bot.adapters.socket import SocketMode
from bot.adapters.socket_connection import Timing
from bot.adapters.work.opening import Runner, open_runner, open_work
from bot.desk import Desk
from bot.edition import Edition, Progress, open_edition
from bot.knowledge.check import check
from bot.listeners import (
    actions,
    answering,
    changes,
    effects,
    failures,
    home,
    incoming,
    journal,
    posting,
    privacy,
    receive,
    registry,
    staff,
    values,
    views,
)
from bot.listeners.bolt_request import bolt_request
from bot.listeners.meetings import calendars
from bot.listeners.meetings import lists as meeting_lists
from bot.listeners.meetings import wiring as meetings
from bot.listeners.reports import lists
from bot.listeners.reports import wiring as reports
from bot.listeners.requests import lists as request_lists
from bot.listeners.requests import wiring as requests
from bot.listeners.services import Services, domain_of
from bot.ports import Clock, Handler, RetryLater, StoreUnavailable
from bot.settings import Settings
from bot.store import replicas
from bot.store.copies import file_of, in_use
from bot.store.database import Database
from bot.store.trouble import trouble
from bot.understand.normalise import same

_log = logging.getLogger(__name__)

LOOK_EVERY: Final = 5.0  # seconds between looks at the knowledge folder
STOP_WITHIN: Final = 20.0  # seconds that running work is given when the process is told to stop
SLACK_PAUSES: Final = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds between attempts to reach Slack at start
SOCKET_TIMING: Final = Timing()


@dataclass(slots=True)
class Running:
    """A desk that runs: what tests and health checks look at."""

    services: Services
    bolt: AsyncApp
    runner: Runner
    database: Database
    editions: WatchedEditions
    port: int
    socket: SocketMode | None  # None: Slack comes to our port


@asynccontextmanager
async def running(
    settings: Settings,
    desk: Desk,
    hurried: asyncio.Event | None = None,
    *,
    clock: Clock | None = None,
    progress: Progress = lambda _done, _of, _name: None,
) -> AsyncIterator[Running]:
    """Run a desk: when this yields, it can answer; when it is left, what runs is finished or handed back.

    That takes up to STOP_WITHIN, or no longer than until `hurried` is set.

    Raises:
        DocumentError, FitFailed, ValueError, OSError: The knowledge cannot be served.
        StoreUnavailable: The database cannot be opened.
        GiveUp: Slack refuses a token.

    """
    clock = clock or SystemClock()
    fitting: list[subprocess.Popen[str]] = []

    def opened() -> Edition:
        return open_edition(
            settings.knowledge,
            paths.locales_dir(),
            paths.cache_dir(),
            link_of=desk.link,
            has_desk=desk.support_channel is not None,
            takes_reports=desk.takes_reports,
            books=desk.books,
            agents=[member.first_name for member in desk.staff],
            progress=progress,
            on_fit=fitting.append,
        )

    def proved() -> Edition:
        found = check(settings.knowledge, paths.locales_dir(), same=same, rules=rules.problems).problems
        errors = [str(problem) for problem in found if not problem.warning]
        if errors:
            raise KnowledgeRefused(f"{len(errors)} errors, the first: {errors[0]}")
        return opened()

    # It ends in the opposite order: the port closes and Slack's connection with it, then work is finished or handed
    # back while requests on open connections are still answered, and the database is last.
    async with AsyncExitStack() as stack:
        stack.callback(_kill, fitting)
        editions = WatchedEditions(await asyncio.to_thread(opened), settings.knowledge, proved)
        file = file_of(settings.database_url)
        is_alone = file is not None and stack.enter_context(in_use(file))
        database = await asyncio.to_thread(Database.open, settings.database_url)
        await stack.enter_async_context(database)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        metrics = Metrics()
        store = MeteredStore(database, metrics)
        page = Page(metrics, database, clock, editions)
        token = settings.slack_bot_token or ""
        client = web_client(token, session, base_url=settings.slack_api_url, meter=metrics.call)
        slack = SlackMessenger(client, clock)
        identity = await _identity(slack)
        detector = ForeignDetector()
        stack.push_async_callback(detector.close)
        work = open_work(settings.database_url, clock)
        files = SlackFiles(client, token, session, clock)
        services = Services(
            identity.team,
            identity.user,
            store,
            work,
            clock,
            slack,
            files,
            desk,
            editions,
            detector,
            metrics,
            OpenCalendars(settings, domain_of(identity.team)),
            _mail(settings, clock),
        )
        services.home_sections += [
            home.language_section,
            request_lists.home_section,
            meeting_lists.home_section,
            lists.home_section,
            home.topics_section,
        ]
        stack.push_async_callback(services.aside.end)
        record = receive.recorder(services)
        bolt = bolt_app(settings, services, identity, client)
        _alongside(stack, editions.watch(LOOK_EVERY), staff.watch(services))
        socket = _socket(settings, record, bolt, client, session, database)
        port = Port(settings.host, settings.port)
        probes = _probes(database, store, services, editions, socket, port)
        door = None if settings.socket_mode else _door(settings, services, record, bolt)
        stack.push_async_callback(port.end)
        await port.prepare(web_app(door, probes, page.text))
        runner = open_runner(work, settings.database_url, store, handlers(services), clock, is_alone=is_alone)
        await store.run(lambda conn: _plan(conn, services))
        await runner.start()
        stack.push_async_callback(_finish, runner, hurried or asyncio.Event())
        if socket is not None:
            stack.push_async_callback(socket.stop)
            await socket.start()
        stack.push_async_callback(port.close)
        number = await port.open()
        yield Running(services, bolt, runner, database, editions, number, socket)


def _alongside(stack: AsyncExitStack, *watching: Coroutine[Any, Any, None]) -> None:
    """Have what looks for changes do so until the desk ends."""
    for one in watching:
        stack.push_async_callback(_cancel, asyncio.create_task(one))


def _mail(settings: Settings, clock: Clock) -> SmtpMail | None:
    """What sends invitations; None where no server is set."""
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    return SmtpMail(settings.smtp_url, settings.mail_from, clock)


def _plan(conn: Connection, services: Services) -> None:
    """Have what is done again and again begin."""
    privacy.plan(conn, services)
    calendars.plan(conn, services)
    requests.plan(conn, services)
    staff.plan(conn, services)


def handlers(services: Services) -> Mapping[str, Handler]:
    """Every kind of work and who carries it out."""
    table = {
        incoming.MESSAGE: answering.message_job(services),
        incoming.EDIT: answering.edit_job(services),
        incoming.DELETION: answering.deletion_job(services),
        incoming.INVITED: answering.invited_job(services),
        incoming.HOME: home.home_job(services),
        incoming.POST: posting.post_job(services),
        effects.REWRITE: posting.rewrite_job(services),
        effects.REMOVE: posting.remove_job(services),
        effects.WHISPER: posting.whisper_job(services),
        **privacy.handlers(services),
        **reports.handlers(services),
        **meetings.handlers(services),
        **requests.handlers(services),
        **staff.handlers(services),
        changes.CLICK: changes.click_job(),
    }
    return {kind: journal.watched(handler, services.meter) for kind, handler in table.items()}


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
    app = journal.WatchedApp(
        meter=services.meter,
        name="partnerdesk",  # else it looks through the whole stack for one, which takes longer than all the rest
        client=client,
        authorize=authorize,
        signing_secret=settings.slack_signing_secret or "",
        logger=logger,
        process_before_response=True,
        request_verification_enabled=False,  # the door has done it; what comes over our own socket is not signed
    )
    logger.setLevel(logging.WARNING)  # below it Bolt writes whole payloads, texts and tokens included
    actions.register(app, services)
    views.register(app, services)
    values.register(app, services)
    home.register(app, services)
    privacy.register(app, services)
    reports.register(app, services)
    meetings.register(app, services)
    requests.register(app, services)
    registry.listen_to_the_rest(app, services)
    failures.register(app, services)
    return app


async def _identity(slack: SlackMessenger) -> Identity:
    """Who we are. Slack may be away at the start: asked again until it answers. Raises GiveUp if it refuses us."""
    for pause in (*SLACK_PAUSES, *[SLACK_PAUSES[-1]] * 1000):
        try:
            return await slack.identity()
        except RetryLater as error:
            _log.warning("Slack does not answer (%s); trying again in %s s", error, error.seconds or pause)
            await asyncio.sleep(error.seconds or pause)
    return await slack.identity()


def _socket(
    settings: Settings,
    record: receive.Record,
    bolt: AsyncApp,
    client: Any,
    session: aiohttp.ClientSession,
    database: Database,
) -> SocketMode | None:
    if settings.slack_app_token is None:
        return None

    async def answer(body: Mapping[str, Any]) -> BoltResponse:
        if body.get("type") == receive.EVENT:
            await record(body)
            return BoltResponse(status=200)
        asked = bolt_request(body)
        # What nobody could make sense of is acknowledged: Slack would only repeat it.
        return BoltResponse(status=200) if asked is None else await bolt.async_dispatch(asked)

    return SocketMode(
        client,
        settings.slack_app_token,
        session,
        answer,
        others=partial(database.read, replicas.others),
        timing=SOCKET_TIMING,
    )


Probe = Callable[[], Any]


def _probes(
    database: Database,
    store: MeteredStore,
    services: Services,
    editions: WatchedEditions,
    socket: SocketMode | None,
    port: Port,
) -> Mapping[str, Probe]:
    """What /readyz asks: each raises, or gives a fault as text, or None."""

    async def of_database() -> str | None:
        try:
            await database.ping()
        except StoreUnavailable as error:
            return trouble(error)
        return store.lasting_trouble

    async def of_slack() -> str | None:
        if services.is_removed:
            return "the app was removed from the workspace, or its token revoked: install it again"
        fault = socket and socket.fault()
        return f"Socket Mode: {fault}" if fault else None

    async def of_knowledge() -> str | None:
        return editions.fault and "the newest files are not served: see the log, or partnerdesk check"

    async def of_process() -> str | None:
        return "stopping" if port.is_closed else None

    # The process is last: what it says must be true when the answer goes out.
    return {"database": of_database, "slack": of_slack, "knowledge": of_knowledge, "process": of_process}


def _door(settings: Settings, services: Services, record: receive.Record, bolt: AsyncApp) -> Door:
    verifier = SignatureVerifier(settings.slack_signing_secret or "")
    return Door(verifier, record, receive.EVENT, bolt, partial(journal.turned_away, services))


async def _finish(runner: Runner, hurried: asyncio.Event) -> None:
    """Let running work finish, or hand it back: within STOP_WITHIN, at once when hurried."""
    stopping = asyncio.create_task(runner.stop(STOP_WITHIN))
    hurry = asyncio.create_task(hurried.wait())
    await asyncio.wait([stopping, hurry], return_when=asyncio.FIRST_COMPLETED)
    if not stopping.done():
        await runner.stop(0)
    await stopping
    await _cancel(hurry)


def _kill(fitting: list[subprocess.Popen[str]]) -> None:
    """End what is being fitted: the threads that wait for it would keep the process."""
    for child in fitting:
        child.kill()


async def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
