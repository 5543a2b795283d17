"""App Home: opened, and its controls."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.listeners import people
from bot.listeners.clicks import Click
from bot.listeners.incoming import HOME
from bot.listeners.registry import listen
from bot.listeners.services import Services
from bot.model import LANGUAGES, Job, Language, Person, PersonId
from bot.ports import Handler
from bot.render import home as render
from bot.render.blocks import Block
from bot.store import people as stored


def home_job(services: Services) -> Handler:
    """Shows the tab to whoever opened it."""

    async def show(job: Job) -> None:
        who = PersonId(job.payload["team"], job.payload["user"])
        await publish(services, await people.find(services, who, None))

    return show


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the tab's controls."""

    async def language(click: Click) -> None:
        await services.store.run(lambda conn: _choose(conn, services, click))

    listen(app, services, {render.HOME_LANGUAGE: language})


def _choose(conn: Connection, services: Services, click: Click) -> None:
    """Keep the language of whoever clicked, and have the tab drawn anew: the click does not wait for Slack.

    A click that comes again changes nothing, since its job is known. A language that is none leaves the tab as it is.
    """
    who, payload = click.who, {"user": click.who.user, "team": click.who.team}
    is_first = services.work.add(conn, HOME, click.key, payload, lane=f"home:{who.user}")
    if is_first and click.value in LANGUAGES:
        stored.remember(conn, services.workspace, who, language=click.value)


async def publish(services: Services, person: Person) -> None:
    """Show a person their App Home; nothing depends on it."""
    language = people.at_home(person)
    sections = [await section(services, person, language) for section in services.home_sections]
    await services.slack.publish_home(person.id.user, render.home_view(sections))


async def language_section(services: Services, person: Person, language: Language) -> list[Block]:
    """The person's language."""
    del person
    return render.language_section(services.editions.current.renderer, language)


async def topics_section(services: Services, person: Person, language: Language) -> list[Block]:
    """What can be asked."""
    return render.topics_section(services.editions.current.renderer, language, person.programmes)
