"""Clicks, forms and shortcuts, read as what they should be; nothing in them but who acts is trusted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from bot.listeners import fields
from bot.listeners.services import Services
from bot.model import LANGUAGES, Language, PersonId
from bot.render import controls

_SLACKBOT: Final = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Click:
    """A click, or a form that was sent."""

    same: str  # alike for the clicks of a person on one control with one value
    at: str  # when, in Slack's words: tells those apart
    who: PersonId
    channel: str
    message_ts: str
    action: str  # the action id, or the form's callback id
    thread_ts: str = ""
    value: str = ""
    trigger: str = ""
    said: str = ""  # the message's text, as Slack has it
    is_shown: bool = False  # Slack's copy of the message has the control
    right: str = ""  # the action whose policy holds, where it is another one's

    @property
    def key(self) -> str:
        """The click's own: the same request, delivered again, has the same."""
        return f"{self.same}:{self.at}"

    @classmethod
    def of(cls, body: Mapping[str, Any], services: Services) -> Self | None:
        """Read a block_actions payload; None if no person clicked, or it cannot be read."""
        listed = body.get("actions")
        action = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
        who, action_id = author(body, services), fields.name(action, "action_id")
        if who is None or action_id is None:
            return None
        container, message = fields.part(body, "container"), fields.part(body, "message")
        blocks = message.get("blocks")
        channel = fields.slack_id(container, "channel_id") or fields.slack_id(fields.part(body, "channel"), "id") or ""
        ts = fields.ts(container, "message_ts") or ""
        value = (
            fields.text(fields.part(action, "selected_option"), "value")
            or fields.text(action, "value")
            or fields.text(action, "selected_date")
        )
        value_hash = hashlib.blake2b(value.encode(), digest_size=8).hexdigest()
        return cls(
            same=f"click:{services.workspace}:{channel}:{ts}:{who.team}:{who.user}:{action_id}:{value_hash}",
            at=fields.name(action, "action_ts") or "",
            who=who,
            channel=channel,
            message_ts=ts,
            action=action_id,
            thread_ts=fields.ts(container, "thread_ts") or "",
            value=value,
            trigger=fields.name(body, "trigger_id") or "",
            said=fields.text(message, "text"),
            is_shown=isinstance(blocks, list) and controls.offers(blocks, action_id, value),
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent: the click that it is, what it holds, and what it was opened with."""

    click: Click
    values: Mapping[str, Any]  # block id → action id → element
    opened: Mapping[str, Any]
    language: Language  # it is shown in

    @classmethod
    def of(cls, body: Mapping[str, Any], services: Services) -> Self | None:
        """Read a view_submission payload; None if no person sent it, or it cannot be read.

        A form whose metadata is none of ours is about no message at all.
        """
        view = fields.part(body, "view")
        who, view_id = author(body, services), fields.name(view, "id")
        callback = fields.name(view, "callback_id")
        if who is None or view_id is None or callback is None:
            return None
        opened = _metadata(view)
        click = Click(
            same=f"view:{services.workspace}:{view_id}",
            at="",
            who=who,
            channel=fields.slack_id(opened, "channel") or "",
            message_ts=fields.ts(opened, "ts") or "",
            action=callback,
        )
        language = fields.name(opened, "language")
        shown_in = language if language in LANGUAGES else language_of(services, click)
        return cls(click, fields.part(fields.part(view, "state"), "values"), opened, shown_in)

    def files(self, block: str, action: str) -> tuple[str, ...]:
        """The ids of the files that somebody has put into a field."""
        return fields.ids(fields.part(fields.part(self.values, block), action), "files")

    def error(self, text: str) -> dict[str, str]:
        """A text at the form's first field; a form without fields has no place for it."""
        return {str(field): text for field in list(self.values)[:1]}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut that somebody has used: one of the whole workspace, or one of a message."""

    key: str  # its own: the same request, delivered again, has the same
    who: PersonId
    callback: str
    trigger: str
    channel: str = ""  # of the message; "": there is none
    message_ts: str = ""
    thread_ts: str = ""  # "": the message stands in no thread
    said: str = ""  # the message's text, as Slack has it
    files: tuple[str, ...] = ()  # ids of the message's
    is_ours: bool = False  # the message is the bot's own
    author: PersonId | None = None  # of the message; None for a bot's, or an app's

    @classmethod
    def of(cls, body: Mapping[str, Any], services: Services) -> Self | None:
        """Read a shortcut or message_action payload; None if no person used it, or it cannot be read."""
        who, callback = author(body, services), fields.name(body, "callback_id")
        if who is None or callback is None:
            return None
        message = fields.part(body, "message")
        at = fields.name(body, "action_ts") or ""
        used = cls(
            key=f"shortcut:{services.workspace}:{who.team}:{who.user}:{callback}:{at}",
            who=who,
            callback=callback,
            trigger=fields.name(body, "trigger_id") or "",
        )
        channel, ts = fields.slack_id(fields.part(body, "channel"), "id"), fields.ts(body, "message_ts")
        if channel is None or ts is None:
            return used
        return replace(
            used,
            channel=channel,
            message_ts=ts,
            thread_ts=fields.ts(message, "thread_ts") or "",
            said=fields.text(message, "text"),
            files=fields.ids(message, "files"),
            is_ours=fields.slack_id(message, "user") == services.bot_user,
            author=_author_of(message, services),
        )


def author(body: Mapping[str, Any], services: Services) -> PersonId | None:
    """Who acts; None for a bot, an app, or nobody.

    The team is the user's own: Bolt takes the workspace's for the actor's, also where an outsider acts. A user of whom
    Slack names no team belongs to none that we know.
    """
    user = fields.part(body, "user")
    id_ = fields.slack_id(user, "id")
    is_machine = any(user.get(name) for name in ("is_bot", "is_app_user", "bot_id")) or bool(body.get("bot_id"))
    if id_ is None or is_machine or id_ in {services.bot_user, _SLACKBOT} or id_.startswith("B"):
        return None
    return PersonId(fields.slack_id(user, "team_id") or "", id_)


def _author_of(message: Mapping[str, Any], services: Services) -> PersonId | None:
    """Who wrote a message; of whom Slack names no team, they are of the workspace."""
    user = fields.slack_id(message, "user")
    if user is None or user in {services.bot_user, _SLACKBOT} or message.get("bot_id"):
        return None
    return PersonId(fields.slack_id(message, "user_team", "team") or services.workspace, user)


def language_of(services: Services, click: Click) -> Language:
    """The language for a person of whom the database says nothing, or cannot be asked.

    It is that of the message they clicked on, by its words; else their organisation's, or the channel's.
    """
    person = services.desk.person(click.who, home_team=services.workspace, channel_id=click.channel)
    around = (person.organisation_language, services.desk.channel(click.channel).language)
    language, _ = services.editions.current.reader.languages.detect(click.said, around)
    return language


def _metadata(view: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        read = json.loads(fields.text(view, "private_metadata") or "null")
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
