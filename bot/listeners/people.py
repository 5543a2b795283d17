"""Who somebody is: the desk file, what is stored, and what Slack tells once a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from bot.listeners.services import Services
from bot.model import DEFAULT_LANGUAGE, Language, Person, PersonId
from bot.store import people
from bot.store.people import StoredPerson

_FRESH: Final = timedelta(days=1)


async def find(services: Services, who: PersonId, channel: str | None) -> Person:
    """A person, as far as is known. Asks Slack when it has not for a day; an answer is not waited for long."""
    stored = await services.store.read(lambda conn: people.load(conn, services.workspace, who))
    now = services.clock.now()
    if stored.seen_at is None or now - stored.seen_at > _FRESH:
        stored = await _ask_slack(services, stored, now)
    return known(services, stored, channel)


def load(conn: Connection, services: Services, who: PersonId, channel: str | None) -> Person:
    """A person from the store alone, inside a unit."""
    return known(services, people.load(conn, services.workspace, who), channel)


def known(services: Services, stored: StoredPerson, channel: str | None) -> Person:
    """A stored person together with what the desk file says."""
    person = services.desk.person(
        stored.id,
        home_team=services.workspace,
        channel_id=channel,
        language=stored.language,
        locale=stored.locale,
        programme=stored.programme,
        time_zone=stored.zone or stored.time_zone,
    )
    return replace(person, is_greeted=stored.greeted_at is not None, email=stored.email or "")


async def _ask_slack(services: Services, stored: StoredPerson, now: datetime) -> StoredPerson:
    profile = await services.slack.profile(stored.id.user)
    if profile is None:
        return stored
    told: dict[str, Any] = {
        "locale": profile.language,
        "time_zone": profile.time_zone,
        "is_stranger": profile.is_stranger,
        "is_guest": profile.is_guest,
    }
    await services.store.run(
        lambda conn: people.seen(
            conn,
            services.workspace,
            stored.id,
            now,
            locale=profile.language,
            time_zone=profile.time_zone,
            is_stranger=profile.is_stranger,
            is_guest=profile.is_guest,
        )
    )
    return replace(stored, seen_at=now, **told)


def beside(services: Services, person: Person, asker: PersonId | None, channel: str) -> Person:
    """A person in a thread that somebody else may have begun: whether they are of the same organisation."""
    if asker is None or asker == person.id or person.organisation is None:
        return person
    partner = services.desk.organisation_of(asker, services.workspace, channel)
    return replace(person, is_colleague=partner is not None and partner.name == person.organisation)


def spoken_to(services: Services, person: Person, around: Language) -> Language:
    """The language in which a person is spoken to alone, beside a conversation in the language `around`."""
    if person.language:
        return person.language
    staff = next((one for one in services.desk.staff if person.is_staff and one.user == person.id.user), None)
    if staff is not None and staff.languages:
        return around if around in staff.languages else staff.languages[0]
    # Slack has no Finnish: an English locale says nothing.
    locale = person.locale if person.locale != DEFAULT_LANGUAGE else None
    return locale or person.organisation_language or around


def at_home(person: Person) -> Language:
    """The language in which a person is spoken to outside of any conversation."""
    return person.language or person.locale or person.organisation_language or DEFAULT_LANGUAGE


def today(person: Person, ts: str) -> date:
    """The day on which a message was written, where its author is; in UTC if their zone is not known."""
    return today_at(person, datetime.fromtimestamp(float(ts), UTC))


def today_at(person: Person, instant: datetime) -> date:
    """The day it is where a person is; in UTC if their zone is not known."""
    try:
        return instant.astimezone(ZoneInfo(person.time_zone or "UTC")).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a zone's name is a file's
        return instant.date()
