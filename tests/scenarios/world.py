"""A whole desk over real HTTP: Slack's requests come in signed, its Web API is a server on loopback.

Use::

    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "How long is a trial?")
        assert await w.replies("CCYBER", ts) == ["…"]

Time: `settle` waits for all work and skips the time that work waits, so no test sleeps. Whatever a desk has sent is
looked through when its world ends: it must be valid, and nothing in it may notify or name anybody by accident.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiohttp
from sqlalchemy import Connection, Table, and_, func, not_, select

from bot import app, desk_reader, edition, paths
from bot.adapters.files import SlackFiles
from bot.app import Running, running
from bot.edition import Edition, open_edition
from bot.listeners import access
from bot.listeners.meetings.kinds import BUSY
from bot.listeners.requests.kinds import DIGEST, TICK, UNANSWERED
from bot.listeners.staff import STAFF_GROUP
from bot.model import Thread
from bot.settings import Settings
from bot.store import threads
from bot.store.privacy import RETENTION
from bot.store.tables import job, tally, thread
from tests import payloads
from tests.render.valid import block_problems, view_problems
from tests.sqlite import laid_out
from tests.stub_slack import BOT_USER, TEAM, Ephemeral, StubMessage, StubSlack, View

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"

DESK = """
version: 1
time_zone: Europe/Helsinki
support: {channel: CSUPPORT}
channels:
  - {id: CCYBER, programmes: [cyberday]}
  - {id: CMIRO, programmes: [miro]}
  - {id: COPEN, programmes: [cyberday], answer: questions}
  - {id: CANYONE, programmes: [cyberday], answer: questions}
partners:
  - {name: "Acme & <!channel> <Co>", slack_teams: [TACME], channels: [COPEN], programmes: [cyberday]}
  - {name: Borealis, slack_teams: [TBOREAL], programmes: [miro]}
staff: [{user: USTAFF, name: Aino, languages: [fi, en]}]
"""
DESK_WITHOUT_SUPPORT = DESK.replace("support: {channel: CSUPPORT}\n", "")
TRANSLATORS = ("CTRANS", "CTRANS2")
DESK_CHANNELS = ("CSUPPORT", "CEXPERTS")
OTHER_CHANNELS = (*DESK_CHANNELS, "CNEW", "D1", "D2", *TRANSLATORS)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)  # noon at the desk

NOT_WAITED_FOR = tuple(f"{kind}:" for kind in (BUSY, STAFF_GROUP, DIGEST, TICK, UNANSWERED))
"""Work that comes again and again, or when a clock of the desk runs out: a test moves there itself, by `skip`."""

_TRIED_AGAIN = timedelta(seconds=5)  # what has failed once or twice, on a busy machine
_LONGEST_TEXT = 4_000  # what chat.update takes
_TOKEN = re.compile(r"<[^<>\n]*>")
_HARMLESS_TOKEN = re.compile(r"<(?:https?://|mailto:)[^<>|\s]+\|[^<>|\n]+>")
_OF_STAFF = re.compile(r"<@[UW][A-Z0-9]+>|<!date\^[0-9]{10}\^\{ago\}\|[^<>|\n]+>")  # who, and how long ago
_PLACE = re.compile(r"<#[CG][A-Z0-9]+>")  # where what is written in a form will stand, or a card has gone
_BOOKER = re.compile(r"\A<@[UW][A-Z0-9]+>(?= · )")  # how a host reads whose meeting it is


class RunningClock:
    """The system's clock, ahead by as much as a test has skipped."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The instant it shows, in UTC."""
        return datetime.now(UTC) + self._ahead

    def skip(self, duration: timedelta) -> None:
        """Move on."""
        self._ahead += duration


def clock_at(now: datetime) -> RunningClock:
    """A clock that runs on from an instant, so that a test can name days."""
    clock = RunningClock()
    clock.skip(now - clock.now())
    return clock


@dataclass(repr=False)  # all that a desk holds fills pages
class World:
    """A running desk and the Slack it lives in."""

    slack: StubSlack
    desk: Running
    http: aiohttp.ClientSession
    clock: RunningClock
    settings: Settings
    sent: list[int] = field(default_factory=list)  # HTTP statuses of our answers to Slack
    ahead: timedelta = timedelta(days=7)  # how far `settle` skips time

    # What Slack delivers

    async def event(self, payload: dict[str, Any], *, headers: Mapping[str, str] | None = None) -> int:
        """Deliver an event as Slack does; the status that Slack reads."""
        body = payloads.event_body(payload)
        return await self._post(body, payloads.signed_headers(SECRET, body), headers)

    async def click(self, payload: dict[str, Any]) -> int:
        """Deliver a click or a form; the status that Slack reads."""
        body = payloads.form_body(payload)
        return await self._post(body, payloads.signed_headers(SECRET, body), None)

    async def _post(self, body: bytes, signed: Mapping[str, str], more: Mapping[str, str] | None) -> int:
        url = f"http://127.0.0.1:{self.desk.port}/slack/events"
        async with self.http.post(url, data=body, headers={**signed, **(more or {})}) as answer:
            self.sent.append(answer.status)
            return answer.status

    # What people do

    async def mention(
        self,
        channel: str,
        user: str,
        text: str,
        *,
        thread: str | None = None,
        team: str = TEAM,
        files: Sequence[str] = (),
    ) -> str:
        """Somebody mentions the bot; the ts of their message."""
        said = self.say(channel, user, f"<@{BOT_USER}> {text}", thread=thread, team=team, files=files)
        await self.event(
            payloads.app_mention(channel, user, said.text, ts=said.ts, thread=thread, team=team, files=files)
        )
        return said.ts

    async def write(
        self,
        channel: str,
        user: str,
        text: str,
        *,
        thread: str | None = None,
        team: str = TEAM,
        files: Sequence[str] = (),
    ) -> str:
        """Somebody writes in a channel without mentioning the bot; the ts of their message."""
        return await self._write(channel, user, text, "channel", thread, team, files)

    async def direct(
        self,
        channel: str,
        user: str,
        text: str,
        *,
        thread: str | None = None,
        team: str = TEAM,
        files: Sequence[str] = (),
    ) -> str:
        """Somebody writes the bot a direct message; the ts of their message."""
        return await self._write(channel, user, text, "im", thread, team, files)

    async def _write(
        self, channel: str, user: str, text: str, kind: str, thread: str | None, team: str, files: Sequence[str]
    ) -> str:
        said = self.say(channel, user, text, thread=thread, team=team, files=files)
        about: dict[str, Any] = {"ts": said.ts, "thread": thread, "channel_type": kind, "team": team}
        if files:
            await self.event(payloads.file_share(channel, user, text, files=files, **about))
        else:
            await self.event(payloads.message(channel, user, text, **about))
        return said.ts

    def say(
        self,
        channel: str,
        user: str,
        text: str,
        *,
        thread: str | None = None,
        team: str = TEAM,
        files: Sequence[str] = (),
    ) -> StubMessage:
        """A message that stands in Slack, and of which the bot has not been told.

        Files that Slack does not have yet are pictures.
        """
        self.meet(channel, user, team)
        self.upload(user, files)
        return self.slack.say(channel, user, text, thread=thread, files=files)

    def upload(self, user: str, files: Sequence[str]) -> None:
        """Have files exist: pictures, unless Slack has them already."""
        for file in files:
            if file not in self.slack.files:
                self.slack.add_file(file, PICTURE, user=user)

    def meet(self, channel: str, user: str, team: str = TEAM) -> None:
        """Have a person exist, and be in a channel."""
        if user not in self.slack.users:
            self.slack.add_user(user, team=team)
        members = self.slack.channels[channel].members
        if user not in members:
            members.append(user)

    async def edit(self, channel: str, user: str, ts: str, new: str, *, after: float = 20, team: str = TEAM) -> None:
        """Somebody edits their message, so many seconds after writing it."""
        said = self.slack.message(channel, ts)
        old, said.text = said.text, new
        kind = "im" if channel.startswith("D") else "channel"
        payload = payloads.message_changed(
            channel,
            user,
            new,
            ts=ts,
            previous=old,
            thread=said.thread_ts,
            channel_type=kind,
            files=said.files,
            team=team,
        )
        await self.event({**payload, "event_time": int(float(ts) + after)})

    async def delete(self, channel: str, user: str, ts: str) -> None:
        """Somebody deletes their message."""
        said = self.slack.message(channel, ts)
        self.slack.withdraw(channel, ts)
        payload = payloads.message_deleted(channel, user, said.text, ts=ts, thread=said.thread_ts, files=said.files)
        await self.event(payload)

    async def press(
        self, message: StubMessage, action: str, user: str, value: str | None = None, *, team: str = TEAM
    ) -> int:
        """Somebody uses a control that a message shows; `value` is the option of a menu. The status Slack reads."""
        self.meet(message.channel, user, team)
        shown = control(message, action)
        if value is None:
            value = str(shown.get("value") or "")
        else:
            assert value in [option["value"] for option in options(shown)]
        payload = payloads.block_actions(
            message.channel,
            user,
            action,
            value,
            message_ts=message.ts,
            thread=message.thread_ts,
            kind=shown["type"],
            team=team,
            text=message.text,
            blocks=message.blocks,
        )
        return await self.click(payload)

    async def submit(self, view: View, user: str, *, comment: str = "", person: bool = False, team: str = TEAM) -> int:
        """Somebody sends the form that 👎 opens. The status Slack reads."""
        chosen = [{"value": "yes", "text": {"type": "plain_text", "text": "…"}}] if person else []
        values = {
            "comment": {"comment": {"type": "plain_text_input", "value": comment or None}},
            "person": {"person": {"type": "checkboxes", "selected_options": chosen}},
        }
        payload = payloads.view_submission(
            user,
            view.view["callback_id"],
            values,
            private_metadata=view.view["private_metadata"],
            view_id=view.id,
            team=team,
        )
        return await self.click(payload)

    async def pick_day(self, message: StubMessage, user: str, day: str | None, *, team: str = TEAM) -> int:
        """Somebody chooses a day in the calendar that a message shows. The status Slack reads."""
        self.meet(message.channel, user, team)
        action = control(message, "values.day")["action_id"]
        payload = payloads.date_picked(
            message.channel, user, action, day, message_ts=message.ts, thread=message.thread_ts, team=team
        )
        return await self.click(payload)

    async def change_values(self, message: StubMessage, user: str, *, team: str = TEAM) -> View:
        """Somebody opens the form with the values of a computed reply."""
        before = len(self.slack.opened)
        await self.press(message, "answer.more", user, "change-values", team=team)
        (form,) = self.slack.opened[before:]
        return form

    async def submit_values(self, form: View, user: str, *, team: str = TEAM, **changes: str | None) -> dict[str, str]:
        """Somebody changes fields of that form and sends it; what is said at its fields, nothing where it closes."""
        return await self.fill(form, user, team=team, **changes)

    async def fill(
        self, form: View, user: str, *, team: str = TEAM, **values: str | Sequence[str] | None
    ) -> dict[str, str]:
        """Somebody fills in fields of any form, by their block ids, and sends it; what is said at its fields.

        What a field holds is told in payloads.form_state; files that Slack does not have yet are pictures.
        """
        for block in form.view["blocks"]:
            if block.get("element", {}).get("type") == "file_input":
                self.upload(user, values.get(block["block_id"]) or ())
        payload = payloads.view_submission(
            user,
            form.view["callback_id"],
            payloads.form_state(form.view, **values),
            private_metadata=form.view.get("private_metadata", ""),
            view_id=form.id,
            team=team,
        )
        return await self.form_errors(payload)

    async def shortcut(self, callback: str, user: str, *, team: str = TEAM) -> int:
        """Somebody uses a shortcut of the workspace. The status Slack reads."""
        return await self.click(payloads.global_shortcut(callback, user, team=team))

    async def message_shortcut(self, callback: str, user: str, message: StubMessage, *, team: str = TEAM) -> int:
        """Somebody uses a shortcut in a message's menu. The status Slack reads."""
        self.meet(message.channel, user, team)
        payload = payloads.message_shortcut(
            callback,
            user,
            message.channel,
            message.text,
            message_ts=message.ts,
            author=message.user,
            author_team=self.slack.users.get(message.user, {}).get("team_id", TEAM),
            thread=message.thread_ts,
            files=message.files,
            blocks=message.blocks,
            team=team,
        )
        return await self.click(payload)

    async def open_home(self, user: str) -> dict[str, Any]:
        """A member opens the bot's App Home; what stands there, once it is drawn."""
        if user not in self.slack.users:
            self.slack.add_user(user)
        await self.event(payloads.app_home_opened(user))
        await self.settle()
        return self.slack.homes[user]

    async def press_at_home(self, user: str, action: str, value: str | None = None) -> int:
        """A member uses a control of their App Home; `value` is the option of a menu. The status Slack reads."""
        element = _control(self.slack.homes[user]["blocks"], action)
        if value is None:
            value = str(element.get("value") or "")
        else:
            assert value in [option["value"] for option in options(element)]
        return await self.click(payloads.home_action(user, action, value, kind=element["type"]))

    async def form_errors(self, payload: dict[str, Any]) -> dict[str, str]:
        """Deliver a form, or a click; what is said at the form's fields.

        Nothing is where it closes, and where another view takes its place or lies above it: that is in `slack.views`
        then, and the last of `slack.answered`.
        """
        body = payloads.form_body(payload)
        url = f"http://127.0.0.1:{self.desk.port}/slack/events"
        async with self.http.post(url, data=body, headers=payloads.signed_headers(SECRET, body)) as answer:
            self.sent.append(answer.status)
            assert answer.status == 200
            said = await answer.text()
        read = json.loads(said) if said else {}
        match read.get("response_action"):
            case "update":
                self.slack.show_instead(payload["view"]["id"], read["view"])
            case "push":
                self.slack.show_above(payload["view"]["id"], read["view"])
            case "clear":
                self.slack.close_all(payload["view"]["id"])
            case action:
                assert action in {None, "errors"}
        return dict(read.get("errors", {}))

    # What has come of it

    async def settle(self, *, seconds: float = 10.0, with_dead: bool = False, ahead: timedelta | None = None) -> None:
        """Wait until no work is left, skipping the time that it waits. Work that was given up fails the test.

        What is due later than `ahead` from now is left. What a request left beside it is given a moment: it may hang.
        On PostgreSQL work falls due by the database's clock, which cannot be skipped: there, time passes.
        """
        ahead = self.ahead if ahead is None else ahead
        can_skip = not self.settings.database_url.startswith("postgresql")
        if not can_skip:
            ahead = min(ahead, _TRIED_AGAIN)
        deadline = time.monotonic() + seconds
        with suppress(TimeoutError):
            await asyncio.wait_for(self.desk.services.aside.end(), 0.5)
        while open_jobs := await self._open_jobs(ahead):
            if time.monotonic() > deadline:
                raise AssertionError(f"work is left: {open_jobs}")
            due = min(run_at for _, _, _, run_at in open_jobs)
            if can_skip and all(status == "waiting" for _, _, status, _ in open_jobs) and due > self.clock.now():
                self.skip(due - self.clock.now())
            await asyncio.sleep(0.002)
        dead = await self.desk.database.read(_dead_jobs)
        assert with_dead or not dead, f"work was given up: {dead}"

    async def _open_jobs(self, ahead: timedelta) -> list[tuple[str, str, str, datetime]]:
        found = await self.desk.database.read(_open_jobs)
        now = self.clock.now()  # after that: what was added meanwhile is due too
        return [
            (lane, key, status, due)
            for lane, key, status, due in found
            if status != "waiting" or due <= (now if key.startswith(NOT_WAITED_FOR) else now + ahead)
        ]

    def skip(self, duration: timedelta) -> None:
        """Let time pass, and have the desk notice."""
        before = self.clock.now()
        self.clock.skip(duration)
        self.desk.runner.wake(before)

    async def replies(self, channel: str, thread: str) -> list[str]:
        """What the bot has said in a thread, once it has nothing left to do."""
        await self.settle()
        return self.slack.texts(channel, thread=thread)

    async def last(self, channel: str, thread: str) -> StubMessage:
        """The bot's last message in a thread."""
        await self.settle()
        found = self.slack.messages(channel, thread=thread)
        assert found, "the bot has said nothing"
        return found[-1]

    async def only(self, channel: str, thread: str) -> StubMessage:
        """The one message of the bot in a thread."""
        await self.settle()
        (message,) = self.slack.messages(channel, thread=thread)
        return message

    async def whispers(self, user: str) -> list[Ephemeral]:
        """What was shown to one person alone."""
        await self.settle()
        return [shown for shown in self.slack.ephemerals if shown.user == user]

    async def rows(self, table: Table) -> list[dict[str, Any]]:
        """All that a table holds."""
        await self.settle(with_dead=True)
        return await self.desk.database.read(lambda conn: [dict(row) for row in conn.execute(select(table)).mappings()])

    async def threads(self) -> list[Thread]:
        """The state of all threads."""
        kept = [(row["workspace"], row["channel"], row["ts"]) for row in await self.rows(thread)]
        found = await self.desk.database.read(lambda conn: [threads.load(conn, *key) for key in kept])
        return [one for one in found if one is not None]

    async def counted(self, kind: str) -> int:
        """How many of a kind were counted, on all days."""
        await self.settle()
        total = select(func.sum(tally.c.n)).where(tally.c.kind == kind)
        return await self.desk.database.read(lambda conn: conn.execute(total).scalar_one()) or 0

    async def ready(self) -> tuple[int, dict[str, str]]:
        """What /readyz says: its status, and a word on each part."""
        async with self.http.get(f"http://127.0.0.1:{self.desk.port}/readyz") as answer:
            return answer.status, await answer.json()


# Reading a message


def controls(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The buttons and menus of blocks."""
    for block in blocks:
        for element in (*block.get("elements", ()), block.get("accessory"), block.get("element")):
            if isinstance(element, dict) and "action_id" in element:
                yield element


def actions(message: StubMessage | Ephemeral) -> list[str]:
    """The action ids of a message's controls."""
    return [element["action_id"] for element in controls(message.blocks)]


def control(message: StubMessage, action: str) -> dict[str, Any]:
    """The control of a message with this action id."""
    return _control(message.blocks, action)


def _control(blocks: list[dict[str, Any]], action: str) -> dict[str, Any]:
    found = {element["action_id"]: element for element in controls(blocks)}
    assert action in found, f"{action} is not shown; there are {list(found)}"
    return found[action]


def options(element: dict[str, Any]) -> list[dict[str, Any]]:
    """The options of a menu, those in groups too."""
    grouped = [option for group in element.get("option_groups", ()) for option in group["options"]]
    return [*element.get("options", ()), *grouped]


def shown(blocks: list[dict[str, Any]]) -> str:
    """All the words of blocks."""
    return "\n".join(words for _, words in _texts(blocks))


def _texts(data: Any) -> Iterator[tuple[str, str]]:
    """Every text object within data: its type and its words."""
    if isinstance(data, dict):
        if data.get("type") in {"mrkdwn", "plain_text"} and "text" in data:
            yield data["type"], data["text"]
        for inner in data.values():
            yield from _texts(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from _texts(inner)


def plainly(words: str) -> str:
    """Words without what differs between versions of CLDR: kinds of spaces, the comma after an English weekday."""
    return re.sub(r"(?<=day),(?= [0-9])", "", re.sub(r"[\u00a0\u202f]", " ", words))


def active(markup: str) -> list[str]:
    """What Slack would act upon in mrkdwn: mentions, broadcasts, bare links. Labelled links are meant."""
    return [token for token in _TOKEN.findall(markup) if not _HARMLESS_TOKEN.fullmatch(token)]


def _look_through(slack: StubSlack) -> None:
    """Whatever was sent is valid and harmless; only a card may name a person, the one who asks, books or works on it.

    Of every control it is known who may use it.
    """
    answers = [("the answer to a form", {"view": one.view}) for one in slack.answered]
    for method, arguments in [*((one.method, one.arguments) for one in slack.requests), *answers]:
        is_staffs = {arguments.get("channel"), arguments.get("channel_id")} & {*TRANSLATORS, *DESK_CHANNELS}
        blocks, view = arguments.get("blocks") or [], arguments.get("view") or {}
        assert not block_problems(blocks)
        for element in controls([*blocks, *(view.get("blocks", ()) if view.get("type") == "home" else ())]):
            access.policy_of(element["action_id"])
        if view:
            assert not view_problems(view)
        markups = [words for kind, words in (*_texts(blocks), *_texts(view)) if kind == "mrkdwn"]
        if view:
            markups = [_PLACE.sub("", _OF_STAFF.sub("", words)) for words in markups]
        if str(arguments.get("channel")).startswith("D"):
            markups = [_BOOKER.sub("", words) for words in markups]
        assert _unspoken(blocks) == _unspoken(view) == [], "Slack would link and name things of its own accord"
        assert len(str(arguments.get("text") or "")) <= _LONGEST_TEXT
        for written in (*markups, *(str(arguments.get(name) or "") for name in ("text", "initial_comment"))):
            markup = _PLACE.sub("", _OF_STAFF.sub("", written)) if is_staffs else written
            assert active(markup) == [], f"{method} holds {active(markup)}"
            assert not any("evil" in token for token in _TOKEN.findall(markup)), "somebody else's link"
        assert "link_names" not in arguments
        assert arguments.get("parse") is None
        assert len(json.dumps(arguments)) < 250_000


def _unspoken(data: Any) -> list[Any]:
    """The mrkdwn within data in which Slack may find links and mentions that nobody has written as such."""
    if isinstance(data, dict):
        own = [data] if data.get("type") == "mrkdwn" and data.get("verbatim") is not True else []
        return own + [found for inner in data.values() for found in _unspoken(inner)]
    return [found for inner in data for found in _unspoken(inner)] if isinstance(data, list) else []


def _open_jobs(conn: Connection) -> list[tuple[str, str, str, datetime]]:
    """Lane, key, status and time of what is left to do; of each lane its head, for which the others wait.

    What is done every night waits for the next one, always.
    """
    chosen = select(job.c.lane, job.c.key, job.c.status, job.c.run_at).where(
        job.c.done_at.is_(None), not_(and_(job.c.kind == RETENTION, job.c.status == "waiting"))
    )
    heads = {lane or key: (lane, key, *rest) for lane, key, *rest in conn.execute(chosen.order_by(job.c.seq.desc()))}
    return list(heads.values())


def _dead_jobs(conn: Connection) -> list[tuple[str, str]]:
    chosen = select(job.c.key, job.c.error).where(job.c.status == "dead")
    return [(key, error) for key, error in conn.execute(chosen)]


def _once(make: Callable[..., Any]) -> Callable[..., Any]:
    """What a function gives the first time, for good."""
    made: list[Any] = []

    def given(*options: Any) -> Any:
        if not made:
            made.append(make(*options))
        return made[0]

    return given


_load, _reader = _once(edition.load), _once(edition._reader)
_opened: dict[str, Edition] = {}


def _opener(desk: str) -> Callable[..., Edition]:
    """As open_edition; the shipped knowledge is read once, and made ready once a desk file: both take a while."""

    def opened(folder: Path, *folders: Path, **options: Any) -> Edition:
        if folder != paths.knowledge_dir():
            return open_edition(folder, *folders, **options)
        if desk not in _opened:
            with patch.object(edition, "load", _load), patch.object(edition, "_reader", _reader):
                _opened[desk] = open_edition(folder, *folders, **options)
        return _opened[desk]

    return opened


@asynccontextmanager
async def world(
    folder: Path,
    desk: str = DESK,
    *,
    slack: StubSlack | None = None,
    clock: RunningClock | None = None,
    **settings: Any,
) -> AsyncIterator[World]:
    """A desk with a database in `folder`; `desk` is the text of its desk file, `settings` are fields of Settings.

    `slack` and `clock` are those of an earlier world, for a desk that is started again.
    """
    file = folder / "desk.yml"
    file.write_text(desk, encoding="utf-8")
    known = desk_reader.load(file)
    clock = clock or RunningClock()
    slack = slack or StubSlack(clock=clock)
    async with slack, aiohttp.ClientSession() as http:
        for channel in (*(one.id for one in known.channels), *OTHER_CHANNELS):
            if channel not in slack.channels:
                slack.add_channel(channel, is_im=channel.startswith("D"))
        given: dict[str, Any] = {
            "slack_bot_token": slack.token,
            "slack_signing_secret": SECRET,
            "slack_api_url": slack.url,
            "port": 0,
            "database_url": settings.get("database_url") or laid_out(folder / "desk.db"),
            **settings,
        }
        chosen = Settings(**given)
        # What people share lies with the Slack that is played.
        files = patch.object(app, "SlackFiles", partial(SlackFiles, origins=(slack.files_url,)))
        with patch.object(app, "open_edition", _opener(desk)), files:
            async with running(chosen, known, clock=clock) as started:
                yield World(slack, started, http, clock, chosen)
    _look_through(slack)
