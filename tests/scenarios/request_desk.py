"""A desk whose people look after requests, and what is read of them: in Slack, and in the database.

It is Monday, ten o'clock at the desk. The clock moves on by itself only as far as work is tried again; `pass_to` moves
it to what is due later, such as a target that is missed.

Use::

    async with request_world(tmp_path) as w:
        thread = await handed_over(w, TRIAL)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        await reply(w, card, AINO, "Thirty days, and we can make it sixty.")
        assert "sixty" in (await told(w, thread))[-1]
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.request import Act, Change, Request
from bot.store import audit, requests
from bot.store.audit import Deed
from bot.store.tables import job
from tests.scenarios.meeting_desk import now_shown, opened, opened_by, pass_to
from tests.scenarios.world import DESK, RunningClock, World, clock_at, world
from tests.stub_slack import BOT_USER, StubMessage, View

__all__ = ["now_shown", "opened", "opened_by", "pass_to"]

AINO, JEAN, MIRA, OTSO = "USTAFF", "UJEAN", "UMIRA", "UOTSO"
STAFF = (AINO, JEAN, MIRA, OTSO)
ACME, BOREAL = "TACME", "TBOREAL"  # organisations outside
TEN = datetime(2026, 11, 23, 8, tzinfo=UTC)  # Monday, ten o'clock in Helsinki
HELSINKI = ZoneInfo("Europe/Helsinki")  # the desk's

REQUEST_DESK = (
    DESK.replace(
        "support: {channel: CSUPPORT}\n",
        """hours:
  mon: ["09:00-12:00", "13:00-17:00"]
  tue: ["09:00-12:00", "13:00-17:00"]
  wed: ["09:00-12:00", "13:00-17:00"]
  thu: ["09:00-12:00", "13:00-17:00"]
  fri: ["09:00-12:00", "13:00-16:00"]
holidays: {country: FI}
support:
  channel: CSUPPORT
  targets: {normal: {first: 4h, resolution: 24h}, urgent: {first: 1h, resolution: 8h}}
  digest: null
levels: [{id: first-line, channel: CSUPPORT}, {id: product-experts, channel: CEXPERTS}]
""",
    )
    .replace(
        "staff: [{user: USTAFF, name: Aino, languages: [fi, en]}]",
        f"""staff:
  - {{user: {AINO}, name: Aino Virtanen, languages: [fi, en], level: first-line}}
  - {{user: {JEAN}, name: Jean Dupont, languages: [fr, en], level: first-line}}
  - {{user: {MIRA}, name: Mira Weber, languages: [de], level: first-line}}
  - {{user: {OTSO}, name: Otso Laine, languages: [fi, en, de, fr], level: product-experts}}""",
    )
    # A channel with a partner in which questions are not left lying.
    .replace(
        "partners:\n",
        "  - {id: CWATCH, programmes: [cyberday], unanswered_after: 2h}\npartners:\n",
    )
    .replace("channels: [COPEN]", "channels: [COPEN, CWATCH]")
)

TRIAL = "How long does the extended trial last?"
UNKNOWN = "Can the auditor of our customer log in without a seat?"
PERSON = {
    "en": "I want to speak to a person",
    "fr": "Je voudrais parler à une personne",
    "de": "Ich möchte mit einem Menschen sprechen",
    "fi": "Haluan puhua ihmisen kanssa",
}

_PATIENCE = timedelta(minutes=10)  # work that fails is tried again within it


@asynccontextmanager
async def request_world(folder: Path, desk: str = REQUEST_DESK, **options: Any) -> AsyncIterator[World]:
    """A world whose desk has people, hours, levels and targets, on Monday at ten.

    On PostgreSQL it is now: there, work falls due by the database's clock.
    """
    is_skipped = not str(options.get("database_url", "")).startswith("postgresql")
    clock = clock_at(TEN) if is_skipped else RunningClock()
    async with world(folder, desk, **{"clock": clock, **options}) as w:
        w.ahead = _PATIENCE
        for user in STAFF:
            for channel in ("CSUPPORT", "CEXPERTS"):
                w.meet(channel, user)
        yield w


# What partners do


async def handed_over(
    w: World, words: str = TRIAL, *, user: str = "UACME", channel: str = "CCYBER", team: str = ACME
) -> str:
    """Somebody asks the bot, and then for a person by the button; the ts of their thread."""
    if channel.startswith("D"):
        ts = await w.direct(channel, user, words, team=team)
    else:
        ts = await w.mention(channel, user, words, team=team)
    await w.settle()
    (message, *_) = w.slack.messages(channel, thread=ts)
    assert await w.press(message, "human.ask", user, team=team) == 200
    await w.settle()
    return ts


async def asked_in_words(
    w: World, language: str = "en", *, user: str = "UACME", channel: str = "CCYBER", team: str = ACME
) -> str:
    """Somebody asks for a person in words; the ts of their thread."""
    if channel.startswith("D"):
        ts = await w.direct(channel, user, PERSON[language], team=team)
    else:
        ts = await w.mention(channel, user, PERSON[language], team=team)
    await w.settle()
    return ts


async def writes(
    w: World,
    thread: str,
    text: str,
    *,
    user: str = "UACME",
    channel: str = "CCYBER",
    team: str = ACME,
    files: Sequence[str] = (),
) -> str:
    """Somebody writes in a thread, without naming the bot; the ts of the message."""
    if channel.startswith("D"):
        ts = await w.direct(channel, user, text, thread=thread, team=team, files=files)
    else:
        ts = await w.write(channel, user, text, thread=thread, team=team, files=files)
    await w.settle()
    return ts


# What staff do


async def act(
    w: World, card: StubMessage, action: str, user: str, value: str | None = None, **fields: str | Sequence[str] | None
) -> dict[str, str]:
    """Somebody uses a control of a card, and fills in the form if one opens; what is said at its fields.

    A `value` is the option of the menu *More*.
    """
    card = w.slack.message(card.channel, card.ts)
    before = len(w.slack.opened)
    assert await w.press(card, action, user, value) == 200
    errors: dict[str, str] = {}
    for form in w.slack.opened[before:]:
        errors = await w.fill(form, user, **fields)
    await w.settle()
    return errors


async def reply(w: World, card: StubMessage, user: str, text: str, *, then: str = "wait") -> View:
    """Somebody replies to the partner and sends it; the form that showed what would be posted."""
    shown = await previewed(w, card, user, text, then=then)
    assert await w.fill(shown, user) == {}
    await w.settle()
    return shown


async def previewed(w: World, card: StubMessage, user: str, text: str, *, then: str = "wait") -> View:
    """Somebody writes a reply; the form that shows it once more before it goes."""
    card = w.slack.message(card.channel, card.ts)
    form = await opened(w, card, "request.reply", user)
    assert await w.fill(form, user, text=text, then=then) == {}
    return w.slack.answered[-1]


# Time


def wall(shown: str) -> datetime:
    """An instant by the clock on the desk's wall: "2026-11-23 10:00"."""
    return datetime.fromisoformat(shown).replace(tzinfo=HELSINKI).astimezone(UTC)


async def live_to(w: World, shown: str) -> None:
    """Let time pass up to a time on the desk's wall, and all that is due until then be done when it is due."""
    until = wall(shown)
    while (due := await _next_due(w)) is not None and due <= until:
        await pass_to(w, max(due, w.clock.now()))
    await pass_to(w, until)


async def _next_due(w: World) -> datetime | None:
    await w.settle()
    waiting = [row["run_at"] for row in await w.rows(job) if row["status"] == "waiting"]
    return min(waiting, default=None)


def by_clock(request: Request) -> list[str]:
    """What the clocks have done to a request, and when by the clock on the desk's wall.

    Down to ten minutes: on a busy machine work is tried again, and the time that it waits is skipped.
    """
    return [f"{_named(one)}, {_shown(one.at)}" for one in request.history if one.who is None and one.act in _TICKS]


_TICKS = frozenset({Act.WARNED, Act.BREACHED, Act.REMINDED, Act.NUDGED, Act.RESOLVED})


def _named(change: Change) -> str:
    return f"{change.act.value} {change.words}".strip()


def _shown(instant: datetime) -> str:
    at = instant.astimezone(HELSINKI)
    return f"{at.replace(minute=at.minute // 10 * 10):%a %d %b %H:%M}"


# What has come of it


async def cards(w: World, channel: str = "CSUPPORT") -> list[StubMessage]:
    """The cards in a channel of the desk, oldest first."""
    await w.settle()
    found = [message for message in w.slack.messages(channel) if message.thread_ts is None]
    return [message for message in found if "REQ-" in message.text]


async def story(w: World, card: StubMessage) -> list[str]:
    """What stands below a card, files aside."""
    await w.settle()
    return [message.text for message in w.slack.messages(card.channel, thread=card.ts) if not message.files]


async def told(w: World, thread: str, channel: str = "CCYBER") -> list[str]:
    """What the bot has said in a partner's thread."""
    await w.settle()
    return [message.text for message in w.slack.messages(channel, thread=thread) if message.user == BOT_USER]


async def stored(w: World) -> list[Request]:
    """All requests, by number."""
    await w.settle()
    workspace = w.desk.services.workspace
    found = await w.desk.database.read(lambda conn: requests.listed(conn, workspace))
    return sorted(found, key=lambda one: one.number)


async def only(w: World) -> Request:
    """The only request that there is."""
    (request,) = await stored(w)
    return request


def acts(request: Request) -> list[Act]:
    """What has happened to a request."""
    return [change.act for change in request.history]


async def status(w: World) -> str:
    """How the only request stands, as the message in the partner's thread says it."""
    request = await only(w)
    return w.slack.message(request.channel, request.status_ts).text


async def deeds(w: World) -> list[Deed]:
    """What people have done at the desk, or would have if they were allowed to."""
    await w.settle()
    return await w.desk.database.read(lambda conn: audit.listed(conn, w.desk.services.workspace))
