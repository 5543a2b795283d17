"""What every click has in common: who clicked, on which message of ours, and one transaction before the ack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from bot.listeners import people
from bot.listeners.services import Services
from bot.model import Channel, Person, PersonId, Place, Thread
from bot.store import messages, threads
from bot.store.messages import Message


@dataclass(frozen=True, slots=True)
class Click:
    """A click as Slack sends it. For clicks the team is the user's own, never what Bolt takes for the actor's."""

    key: str
    who: PersonId
    channel: str
    message_ts: str
    action: str
    value: str
    trigger: str

    @classmethod
    def of(cls, body: Mapping[str, Any], services: Services) -> Click:
        """Read a block_actions payload. Raises KeyError for one that is none."""
        action = body["actions"][0]
        user = body["user"]
        container = body.get("container") or {}
        channel = container.get("channel_id") or (body.get("channel") or {}).get("id") or ""
        ts = container.get("message_ts") or ""
        chosen = action.get("selected_option") or {}
        return cls(
            key=f"click:{services.workspace}:{channel}:{ts}:{user['id']}:{action['action_id']}:{action['action_ts']}",
            who=PersonId(user.get("team_id") or services.workspace, user["id"]),
            channel=channel,
            message_ts=ts,
            action=action["action_id"],
            value=str(chosen.get("value") or action.get("value") or action.get("selected_date") or ""),
            trigger=str(body.get("trigger_id") or ""),
        )


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click and what stands behind it now."""

    click: Click
    message: Message
    thread: Thread
    person: Person
    channel: Channel

    @property
    def by_asker(self) -> bool:
        """Whether whoever asked clicked.

        Anybody else's click on a shared message changes nothing; what it asks for is shown to them alone.
        """
        return self.message.asker in {None, self.person.id}


Change = Callable[[Connection, Clicked], None]


async def change(services: Services, click: Click, unit: Change) -> Clicked | None:
    """Look up what was clicked and change it, in one transaction; None if the message is not (or no longer) ours."""

    def run(conn: Connection) -> Clicked | None:
        clicked = _clicked(conn, services, click)
        if clicked is not None:
            unit(conn, clicked)
        return clicked

    return await services.store.run(run)


async def look_up(services: Services, click: Click) -> Clicked | None:
    """What was clicked, to show a form for it; nothing is changed."""
    return await services.store.read(lambda conn: _clicked(conn, services, click))


def _clicked(conn: Connection, services: Services, click: Click) -> Clicked | None:
    message = messages.by_ts(conn, services.workspace, click.channel, click.message_ts)
    if message is None:
        return None
    thread_ts = message.thread_ts or message.ts
    thread = threads.load(conn, services.workspace, click.channel, thread_ts) or Thread(click.channel, thread_ts)
    person = people.load(conn, services, click.who, click.channel)
    return Clicked(click, message, thread, person, channel_of(services, click.channel))


def channel_of(services: Services, channel: str) -> Channel:
    """The channel of a click; direct messages are told by their id."""
    found = services.desk.channel(channel)
    return replace(found, place=Place.DIRECT) if channel.startswith("D") else found
