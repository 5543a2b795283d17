"""App Home: opened, and its controls."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy import Connection

from bot.listeners import people
from bot.listeners.incoming import HOME
from bot.listeners.services import Services
from bot.model import DEFAULT_LANGUAGE, LANGUAGES, Job, Language, Person, PersonId
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

    async def language(ack: AsyncAck, body: dict[str, Any]) -> None:
        user, action = body["user"], body["actions"][0]
        chosen = (action.get("selected_option") or {}).get("value")
        who = PersonId(user.get("team_id") or services.workspace, user["id"])
        if chosen in LANGUAGES:
            key = f"home:{services.workspace}:{who.user}:{action['action_ts']}"
            await services.store.run(lambda conn: _choose(conn, services, who, chosen, key))
        await ack()

    app.action(render.HOME_LANGUAGE)(language)


def _choose(conn: Connection, services: Services, who: PersonId, language: Language, key: str) -> None:
    """Keep the language, and have the tab drawn anew: the click does not wait for Slack."""
    stored.remember(conn, services.workspace, who, language=language)
    services.work.add(conn, HOME, key, {"user": who.user, "team": who.team}, lane=f"home:{who.user}")


async def publish(services: Services, person: Person) -> None:
    """Show a person their App Home; nothing depends on it."""
    language = person.language or person.locale or person.organisation_language or DEFAULT_LANGUAGE
    sections = [await section(services, person, language) for section in services.home_sections]
    await services.slack.publish_home(person.id.user, render.home_view(sections))


async def language_section(services: Services, person: Person, language: Language) -> list[Block]:
    """The person's language."""
    del person
    return render.language_section(services.editions.current.renderer, language)


async def topics_section(services: Services, person: Person, language: Language) -> list[Block]:
    """What can be asked."""
    return render.topics_section(services.editions.current.renderer, language, person.programmes)
