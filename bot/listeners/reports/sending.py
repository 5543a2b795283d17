"""A report sent: a new one, or one more person who has seen the same."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from bot.flows import report as flow
from bot.flows import reporting
from bot.listeners.reports import changing
from bot.listeners.services import Services
from bot.model import DEFAULT_LANGUAGE, Draft, Language, PersonId, Reply
from bot.report import Act, Change, Kind, OwnText, Report, Reporter
from bot.store import reports


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who reports, and where and in which language the bot speaks to them."""

    who: PersonId
    language: Language
    channel: str = ""  # "": in a direct message, which is opened when there is something to say
    thread_ts: str = ""
    programme: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What of the bot's own is reported."""

    entry: str = ""
    texts: tuple[OwnText, ...] = ()


def send(conn: Connection, services: Services, draft: Draft, spoken: Spoken, about: About) -> tuple[Reporter, Reply]:
    """Store a report and have it dealt with; the reporter, and what they are told.

    Locks the report. Whoever has locked a thread may call it, never the other way round.
    """
    now, workspace = services.clock.now(), services.workspace
    partner = services.desk.organisation_of(spoken.who, workspace, spoken.channel or None)
    reporter = Reporter(
        number=0,
        who=spoken.who,
        language=spoken.language,
        at=now,
        organisation=partner.name if partner else None,
        channel=spoken.channel,
        thread_ts=spoken.thread_ts,
    )
    digest = flow.fingerprint(draft, spoken.programme, about.texts)
    known = reports.same(conn, workspace, digest) if digest else None
    if known is not None:
        return _join(conn, services, known, reporter, draft)
    report = Report(
        number=0,
        reporter=spoken.who,
        opened_at=now,
        language=draft.language or DEFAULT_LANGUAGE,
        programme=spoken.programme,
        kind=Kind(draft.kind) if draft.kind else None,
        place=draft.place,
        wrong=draft.wrong,
        suggestion=draft.suggestion,
        said=draft.said,
        entry=about.entry,
        texts=about.texts,
        history=(Change(Act.REPORTED, now, spoken.who),),
    )
    report = flow.add_pictures(report, draft.pictures, spoken.who)
    made = reports.create(conn, workspace, report, digest, reporter, now)
    changing.opened(conn, services, made)
    sent = reporting.sent(made, spoken.language, is_joined=False)
    return replace(reporter, number=made.number), sent


def _join(
    conn: Connection, services: Services, known: Report, reporter: Reporter, draft: Draft
) -> tuple[Reporter, Reply]:
    """Add somebody to a report, with the words and pictures that it lacks; also of one who is in it already."""
    reporter, now = replace(reporter, number=known.number), services.clock.now()
    words = flow.news(draft, known)
    is_new = reports.join(conn, services.workspace, known.number, reporter)
    add = flow.join if is_new else flow.answer
    joined = add(known, reporter.who, now, words, draft.pictures)
    if is_new or words or joined.pictures != known.pictures:
        changing.changed(conn, services, joined)
    return reporter, reporting.sent(joined, reporter.language, is_joined=True)
