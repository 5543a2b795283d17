"""What the listeners work with; made once, by app.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from bot.desk import Desk
from bot.edition import Edition
from bot.listeners.aside import Aside
from bot.model import Language, Person
from bot.ports import Calendars, Clock, Files, Mail, Messenger, Meter, Store, Work
from bot.render.blocks import Block


class Profile(Protocol):
    """What Slack tells of a person; anything may be missing."""

    @property
    def language(self) -> Language | None: ...  # noqa: D102
    @property
    def team(self) -> str | None: ...  # noqa: D102
    @property
    def time_zone(self) -> str | None: ...  # noqa: D102
    @property
    def is_stranger(self) -> bool: ...  # noqa: D102
    @property
    def is_guest(self) -> bool: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102 - the first, if they have given one


class Conversation(Protocol):
    """What Slack tells of a channel."""

    @property
    def is_member(self) -> bool: ...  # noqa: D102 - whether the bot is in it
    @property
    def is_shared(self) -> bool: ...  # noqa: D102 - with other organisations


class Editions(Protocol):
    """The knowledge that is served now; a change of the files replaces it as a whole."""

    @property
    def current(self) -> Edition:
        """The edition to answer from."""


class Slack(Messenger, Protocol):
    """The messenger, and what else the listeners ask of Slack."""

    async def profile(self, user: str) -> Profile | None:
        """What Slack tells of a person, or None if it does not within a second."""

    async def conversation(self, channel: str) -> Conversation | None:
        """What Slack tells of a channel, or None if it does not within a second.

        The bot is no member of a channel that Slack does not show to it.
        """

    async def group_members(self, group: str) -> tuple[str, ...]:
        """The users in a user group; nobody is in one that is not there. Raises RetryLater or GiveUp."""

    async def direct_channel(self, user: str) -> str:
        """The direct message with somebody. Raises RetryLater or GiveUp."""

    async def open_view(self, trigger: str, view: dict[str, Any]) -> bool:
        """Open a form; tried once, since a trigger lives three seconds. False if Slack did not."""

    async def publish_home(self, user: str, view: dict[str, Any]) -> None:
        """Show a person's App Home; tried once and forgotten."""


HomeSection: TypeAlias = Callable[["Services", Person, Language], Awaitable[list[Block]]]
"""A part of App Home: blocks for a person, in a language; empty if there is nothing to show."""


DetectForeign: TypeAlias = Callable[[str], Awaitable[str | None]]
"""The ISO code of a message's language, if it is surely none of ours."""


@dataclass(slots=True)
class Services:
    """The ports and the desk, for one workspace.

    The desk changes while it runs, with the people behind it: it is asked for anew each time.
    """

    workspace: str  # team id
    bot_user: str
    store: Store
    work: Work
    clock: Clock
    slack: Slack
    files: Files
    desk: Desk
    editions: Editions
    detect_foreign: DetectForeign
    meter: Meter
    calendars: Calendars
    mail: Mail | None = None  # None: no invitations are sent
    is_removed: bool = False  # the workspace has removed the app, or taken its token away
    home_sections: list[HomeSection] = field(default_factory=list)
    aside: Aside = field(default_factory=Aside)

    @property
    def calendar_domain(self) -> str:
        """What the ids of our meetings end with in calendars, so that they are known there as ours."""
        return domain_of(self.workspace)


def domain_of(workspace: str) -> str:
    """The domain of our ids in calendars."""
    return f"{workspace.lower()}.partnerdesk"
