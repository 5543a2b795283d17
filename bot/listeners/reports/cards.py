"""The jobs that speak in the translators' channel: the card, what happens to it, and who is called."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from bot.flows import report as flow
from bot.listeners import speaking
from bot.listeners.privacy import withdraw_report
from bot.listeners.reports import changing
from bot.listeners.services import Services
from bot.model import Job
from bot.ports import GiveUp, Handler, RetryLater, Unit
from bot.render import report_cards as render
from bot.render.blocks import TEXT
from bot.render.escape import shorten_markup
from bot.render.messages import Message
from bot.report import Act, Change, Line, Report, State
from bot.store import reports
from bot.store.privacy import unsay

_CARD_PAUSE: Final = 60.0  # seconds
_NEW: Final = frozenset({Act.REPORTED, Act.MOVED})
"""After these a report waits for whoever looks after its language."""


def card_job(services: Services) -> Handler:
    """Posts a report's card, then has its pictures put below it."""

    async def post(job: Job) -> Unit[None] | None:
        number = job.payload["number"]
        report = await services.store.read(lambda conn: reports.load(conn, services.workspace, number))
        if report is None or report.card_ts:
            return None
        channel, is_shared = await _placed(services, report)
        others = await services.store.read(lambda conn: reports.open_in(conn, services.workspace, report.language))
        near = await asyncio.to_thread(flow.near, report, others)  # many long texts take tens of milliseconds
        message = await drawn(services, replace(report, channel=channel, is_shared=is_shared, near=near))
        ts = await speaking.post(services, job, message, channel)

        def unit(conn: Connection) -> None:
            reports.lock(conn, services.workspace, number)
            now = reports.load(conn, services.workspace, number)
            if now is None:  # its reporter has had it deleted meanwhile
                withdraw_report(conn, services, number, channel, ts)
                return
            placed = replace(now, channel=channel, card_ts=ts, is_shared=is_shared, near=near)
            reports.save(conn, services.workspace, placed, services.clock.now())
            changing.fetch_pictures(conn, services, placed)

        return unit

    return post


async def _placed(services: Services, report: Report) -> tuple[str, bool]:
    """Where the card of a report stands, and whether other organisations read along; unknown counts as that.

    Where the bot was never invited it cannot post: then support has the report, rather than nobody.
    """
    channel, support = changing.route(services, report), services.desk.support_channel
    if channel is None:
        raise GiveUp("the desk file names no channel for reports any more")
    told = await services.slack.conversation(channel)
    if told is not None and not told.is_member and support not in {None, channel}:
        channel = str(support)
        told = await services.slack.conversation(channel)
    return channel, told is None or told.is_shared


def show_job(services: Services) -> Handler:
    """Has a card say how its report stands."""

    async def show(job: Job) -> None:
        number = job.payload["number"]
        report = await services.store.read(lambda conn: reports.load(conn, services.workspace, number))
        if report is None or not report.card_ts:
            return
        message = await drawn(services, report)
        await speaking.rewrite(services, message, report.channel, report.card_ts)

    return show


def line_job(services: Services) -> Handler:
    """Puts one change below the card; in working hours it calls whom it concerns."""

    async def post(job: Job) -> Unit[None] | None:
        payload = job.payload
        report = await services.store.read(lambda conn: reports.load(conn, services.workspace, payload["number"]))
        if report is None:
            return None
        t, change = speaking.words_in(services, report.channel), report.history[payload["change"]]
        line = render.report_line(t, report, change)
        if payload["calls"]:
            ping = render.report_ping(t, report, _called(services, report))
            line = Message(shorten_markup(f"{line.text} {ping.text}", TEXT), [*line.blocks, *ping.blocks])
        ts = await _say(services, job, report, line)
        if ts is None:
            return None
        said = Line(report.channel, ts)
        return lambda conn: _keep_line(conn, services, job, change, said)

    return post


def _keep_line(conn: Connection, services: Services, job: Job, change: Change, said: Line) -> None:
    """Note what tells of a change; whoever did it may have had their data deleted while it was being said."""
    number, n = job.payload["number"], job.payload["change"]
    reports.lock(conn, services.workspace, number)
    report = reports.load(conn, services.workspace, number)
    if report is None or report.history[n].who != change.who:
        unsay(conn, services.work, services.workspace, said)
        return
    told = replace(report.history[n], lines=(*report.history[n].lines, said))
    history = (*report.history[:n], told, *report.history[n + 1 :])
    reports.save(conn, services.workspace, replace(report, history=history), services.clock.now())


def ping_job(services: Services) -> Handler:
    """Calls whom a report waits for, unless somebody has taken it up meanwhile."""

    async def post(job: Job) -> None:
        payload = job.payload
        report = await services.store.read(lambda conn: reports.load(conn, services.workspace, payload["number"]))
        if report is None or report.is_closed:
            return
        n = payload["change"]
        if report.history[n].act in _NEW:
            is_old = any(later.act in _NEW for later in report.history[n + 1 :])  # its new owners are called instead
            if is_old or report.state is not State.OPEN:
                return
        if job.lane is None and not report.card_ts:
            raise RetryLater("its card is not posted yet", _CARD_PAUSE)
        t = speaking.words_in(services, report.channel)
        await _say(services, job, report, render.report_ping(t, report, _called(services, report)))

    return post


def moved_job(services: Services) -> Handler:
    """Has an old card say where its report has gone."""

    async def show(job: Job) -> None:
        payload = job.payload
        report = await services.store.read(lambda conn: reports.load(conn, services.workspace, payload["number"]))
        if report is None:
            return
        message = render.moved_card(speaking.words_in(services, payload["channel"]), report, payload["to"])
        await speaking.rewrite(services, message, payload["channel"], payload["ts"])

    return show


def late_job(services: Services) -> Handler:
    """Tells whoever clicked too late how the report stands, alone; tried once."""

    async def whisper(job: Job) -> None:
        payload = job.payload
        report = await services.store.read(lambda conn: reports.load(conn, services.workspace, payload["number"]))
        if report is None or job.attempts > 1:
            return
        t = services.editions.current.renderer.catalogues[payload["language"]]
        await speaking.aside(services, job, render.standing(t, report, speaking.desk_zone(services)))

    return whisper


async def drawn(services: Services, report: Report) -> Message:
    """A card as it is now; the link to the reporter's thread is left out where Slack gives none."""
    workspace = services.workspace
    first, near = await services.store.read(
        lambda conn: (
            reports.reporter(conn, workspace, report.number, report.reporter),
            [one for number in report.near if (one := reports.load(conn, workspace, number))],
        )
    )
    is_direct = first is None or not first.channel or first.channel.startswith("D")
    url = None
    if first is not None and not is_direct:
        url = await services.slack.permalink(channel=first.channel, ts=first.thread_ts)
    return render.report_card(
        speaking.words_in(services, report.channel),
        report,
        organisation=first.organisation if first else None,
        url=url,
        zone=speaking.desk_zone(services),
        is_direct=is_direct,
        near=near,
    )


def _called(services: Services, report: Report) -> tuple[str, ...]:
    return (report.assignee.user,) if report.assignee else changing.owners(services, report)


async def _say(services: Services, job: Job, report: Report, message: Message) -> str | None:
    """Post once in the card's thread, and its ts; where no card could be posted there is none."""
    if not report.card_ts:
        return None
    return await speaking.post(services, job, message, report.channel, report.card_ts)
