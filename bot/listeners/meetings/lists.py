"""What people read of their meetings, and hosts of those that they hold: by `status`, and in App Home."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.context import only_programme
from bot.flows import booking
from bot.listeners import access, changes, people
from bot.listeners.access import Access, Target
from bot.listeners.clicks import Click, Form
from bot.listeners.incoming import HOME
from bot.listeners.meetings.free import held_by
from bot.listeners.registry import listen, listen_to_forms
from bot.listeners.services import Services
from bot.meeting import Kind, State
from bot.model import Channel, Language, Person, Place
from bot.render import home as render
from bot.render import meeting_forms as forms
from bot.render import meetings as controls
from bot.render.blocks import Block
from bot.store import hosts, meetings

_A_WEEK: Final = timedelta(days=7)


def told(conn: Connection, services: Services, person: Person, channel: Channel) -> dict[str, Any]:
    """What a reply on how things stand holds of meetings; whom a host meets is not for a channel."""
    if not services.desk.takes_meetings:
        return {}
    found: dict[str, Any] = {"meetings": _own(conn, services, person)}
    if channel.place is Place.DIRECT and (held := _held(conn, services, person)):
        found["hosting"] = held
    return found


def _own(conn: Connection, services: Services, person: Person) -> list[dict[str, Any]]:
    now = services.clock.now()
    mine = meetings.of_person(conn, services.workspace, person.id, now)
    return [booking.listed(one, one.zone) for one in mine]


def _held(conn: Connection, services: Services, person: Person) -> list[dict[str, Any]]:
    """What a host holds today and in the week that follows, by their own clock; staff see all hosts'."""
    if not _is_host(services, person) and not person.is_staff:
        return []
    zone = held_by(services, person.id.user).zone
    since = _midnight(services.clock.now(), zone)
    whose = () if person.is_staff else (person.id.user,)
    found = meetings.between(
        conn, services.workspace, since, since + _A_WEEK + timedelta(days=1), hosts=whose, states=(State.BOOKED,)
    )
    return [
        {
            **booking.listed(one, zone),
            "organisation": one.organisation or "",
            "host": "" if one.host == person.id.user else held_by(services, one.host).name or one.host,
        }
        for one in found
    ]


def _midnight(now: datetime, zone: str) -> datetime:
    there = ZoneInfo(zone)
    return datetime.combine(now.astimezone(there).date(), time(), there).astimezone(UTC)


async def home_section(services: Services, person: Person, language: Language) -> list[Block]:
    """A person's meetings and what they can book; and for hosts what they hold, and whether they are away."""
    if not services.desk.takes_meetings:
        return []
    programme = person.programme or only_programme(person.programmes)
    kinds = [kind for kind in Kind if services.desk.books(kind.value, programme)]

    def read(conn: Connection) -> tuple[list[dict[str, Any]], list[dict[str, Any]], datetime | None]:
        state = hosts.all(conn, services.workspace).get(person.id.user)
        return _own(conn, services, person), _held(conn, services, person), state.away_until if state else None

    mine, holds, away_until = await services.store.read(read)
    zone, now = ZoneInfo(held_by(services, person.id.user).zone), services.clock.now()
    return render.meetings_section(
        services.editions.current.renderer,
        language,
        mine,
        holds,
        kinds=kinds,
        is_host=_is_host(services, person),
        back_on=away_until.astimezone(zone).date() if away_until and away_until > now else None,
        today=now.astimezone(zone).date(),
    )


def register(app: AsyncApp, services: Services) -> None:
    """Listen to what hosts do in App Home."""

    async def pause(click: Click) -> None:
        person = await services.store.read(lambda conn: people.load(conn, services, click.who, None))
        if not _may(services, click.action, person):
            return
        language = people.at_home(person)
        t = services.editions.current.renderer.catalogues[language]
        today = _today(services, person)
        await services.slack.open_view(click.trigger, forms.pausing_form(t, today, {"language": language}))

    async def resume(click: Click) -> None:
        await services.store.run(lambda conn: _pause(conn, services, click, None))

    async def paused(form: Form) -> dict[str, str]:
        t = services.editions.current.renderer.catalogues[form.language]
        person = await services.store.read(lambda conn: people.load(conn, services, form.click.who, None))
        day, errors = forms.read_day(form.values, t, _today(services, person))
        if errors or day is None:
            return errors
        await services.store.run(lambda conn: _pause(conn, services, form.click, day))
        return {}

    listen(app, services, {controls.PAUSE: pause, controls.RESUME: resume})
    listen_to_forms(app, services, {forms.PAUSING: paused})


def _pause(conn: Connection, services: Services, click: Click, back_on: date | None) -> None:
    """Have a host offered no more until a day begins where they are, or from now on again; App Home shows it."""
    person = people.load(conn, services, click.who, None)
    if not _may(services, click.action, person) or not changes.is_first(conn, services, click):
        return
    until = None
    if back_on is not None:
        there = ZoneInfo(held_by(services, person.id.user).zone)
        until = datetime.combine(back_on, time(), there).astimezone(UTC)
    hosts.pause(conn, services.workspace, person.id.user, until)
    redraw_home(conn, services, click)


def redraw_home(conn: Connection, services: Services, click: Click) -> None:
    """Have App Home show whoever clicked there what has become of it."""
    payload = {"user": click.who.user, "team": click.who.team}
    services.work.add(conn, HOME, f"{HOME}:{click.key}", payload, lane=f"home:{click.who.user}")


def _may(services: Services, action: str, person: Person) -> bool:
    owners = frozenset({person.id.user}) if _is_host(services, person) else frozenset[str]()
    return access.decide(action, person, Target(None, owners=owners)) is Access.ALLOWED


def _is_host(services: Services, person: Person) -> bool:
    return person.id.team == services.workspace and services.desk.host(person.id.user) is not None


def _today(services: Services, person: Person) -> date:
    return services.clock.now().astimezone(ZoneInfo(held_by(services, person.id.user).zone)).date()
