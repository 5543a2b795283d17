"""`desk`: what people read of the desk, and do there, once it has had a hundred thousand requests."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import yaml
from sqlalchemy import Connection, func, select

from bot import desk_reader
from bot.app import Running, running
from bot.desk import Desk
from bot.flows import clocks
from bot.flows.digest import last_week
from bot.gap import Gap, GapKind
from bot.i18n import Translator
from bot.listeners import filling
from bot.listeners.requests import digest, kinds, lists
from bot.model import LANGUAGES, Channel, Job, Outcome, PersonId, Place, Post, Reply, Thread, Turn
from bot.render.messages import ASK_PERSON
from bot.render.request_cards import TAKE
from bot.render.request_forms import replying_form
from bot.request import Act, Change, Reason, Request, State
from bot.settings import Settings
from bot.store import gaps, messages, requests, tallies
from bot.store.engine import open_engines
from bot.store.migrations import migrate
from bot.store.tables import job
from tests import payloads
from tests.benchmarks.load import Slack
from tests.benchmarks.measure import Spread
from tests.benchmarks.report import Cell, Table, progress
from tests.benchmarks.serving import SECRET
from tests.stub_slack import BOT_USER, TEAM

_BUDGET: Final = 1_000  # ms
_PARTNERS: Final = 200
_STAFF: Final = 12
_PEOPLE: Final = 10  # of each partner
_OPEN: Final = 0.02  # share of requests that are not closed: those of a week
_GAPS: Final = 250  # a week
_BATCH: Final = 5_000  # rows of a transaction
_YEAR: Final = timedelta(days=365)
_FRESH: Final = timedelta(minutes=10)
_SUPPORT: Final = "CSUPPORT"
_LOOK_EVERY: Final = 0.005  # seconds
_LOOKS: Final = 20_000
_BURST: Final = 4  # messages that a channel takes at once

_DESK: Final = {
    "version": 1,
    "time_zone": "Europe/Helsinki",
    "hours": {day: ["09:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": {"country": "FI"},
    "support": {
        "channel": _SUPPORT,
        "targets": {"normal": {"first": "4h", "resolution": "24h"}, "urgent": {"first": "1h", "resolution": "8h"}},
    },
    "staff": [
        {"user": f"USTAFF{n}", "name": f"Staff{n}", "languages": [LANGUAGES[n % len(LANGUAGES)], "en"]}
        for n in range(_STAFF)
    ],
    "partners": [
        {"name": f"Partner {n}", "slack_teams": [f"TP{n}"], "programmes": ["cyberday"]} for n in range(_PARTNERS)
    ],
}


@dataclass(frozen=True, slots=True)
class Size:
    """How many requests there are, and how often each thing is tried."""

    requests: int
    tries: int
    digests: int


FULL = Size(100_000, tries=200, digests=10)
SMALL = Size(500, tries=2, digests=1)


class _Slack(Slack):
    """Slack, which notes where our messages stand."""

    def __init__(self) -> None:
        super().__init__()
        self.placed: dict[str, str] = {}  # by thread, our first message
        self.posts = 0

    def _answer(self, head: bytes, body: bytes) -> bytes:
        if b"conversations." in head:
            return b'{"ok": true, "channel": {"id": "D0", "is_member": true, "is_ext_shared": false}}'
        said = super()._answer(head, body)
        if b"chat.postmessage" in head:
            self.posts += 1
            self.placed.setdefault(json.loads(body).get("thread_ts") or "", json.loads(said)["ts"])
        return said


def run(size: Size = FULL) -> Iterator[Table]:
    """Fill a database, and serve from it."""
    with tempfile.TemporaryDirectory(prefix="partnerdesk-benchmark-") as folder:
        yield asyncio.run(_measured(size, Path(folder)))


async def _measured(size: Size, folder: Path) -> Table:
    file, url = folder / "desk.yml", f"sqlite:///{folder / 'desk.db'}"
    file.write_text(yaml.safe_dump(_DESK), encoding="utf-8")
    chance = random.Random(100)
    progress(f"{size.requests:,} requests of a year")
    numbers = _fill(url, desk_reader.load(file), chance, size.requests)
    rows: list[list[Cell]] = []
    async with _served(url, file) as at:
        progress("clocks, which are all looked at when a desk starts")
        await at.settled()
        for name, times, action in (
            ("status, for a partner", size.tries, lambda n: at.status(_asker(size.requests - 1 - n))),
            ("status, for one of the staff", size.tries, lambda n: at.status(PersonId(TEAM, f"USTAFF{n % _STAFF}"))),
            ("App Home, for one of the staff", size.tries, lambda n: at.home(PersonId(TEAM, f"USTAFF{n % _STAFF}"))),
            ("the weekly digest, as a table", size.digests, at.digest),
            ("a request opened: click to acknowledgement", size.tries, at.opened),
            ("taken: click to acknowledgement", size.tries, lambda n: at.taken(numbers[n])),
            ("replied to: two forms to their answers", size.tries, lambda n: at.replied(numbers[n])),
        ):
            progress(name)
            _, *took = [await action(n) for n in range(times + 1)]  # the first warms up
            spread = Spread.of(took)
            rows.append([name, spread.median, spread.p99, spread.most])
    return Table(
        f"The desk with {size.requests:,} requests of a year, SQLite",
        ("ms", "median", "p99", "most"),
        rows,
        [f"Budget: {_BUDGET} ms. Of {_OPEN:.0%} somebody waits for a word; each has a history of six changes."],
    )


# A year of it


def _asker(n: int) -> PersonId:
    partner = n % _PARTNERS
    return PersonId(f"TP{partner}", f"UP{partner}X{n // _PARTNERS % _PEOPLE}")


def _fill(url: str, desk: Desk, chance: random.Random, count: int) -> list[int]:
    """So many requests, evenly over a year until now; the numbers of some that are in the queue.

    With them what else is counted, and missed, in that time.
    """
    engines = open_engines(url)
    now, queue = datetime.now(UTC), []
    try:
        migrate(engines.writer)
        for first in range(0, count, _BATCH):
            with engines.writer.begin() as conn:
                for n in range(first, min(first + _BATCH, count)):
                    one = _request(chance, n, now - _YEAR * (1 - n / count), now if n >= count * (1 - _OPEN) else None)
                    due = min(clocks.due(desk, one).values(), default=None) if one.owed_since else None
                    made, _ = requests.create(conn, TEAM, one, one.closed_at or now, due=due)
                    if one.responded_at is not None:
                        took = chance.randrange(60, 40_000)
                        requests.save(conn, TEAM, made, one.closed_at or now, due=due, responded_in=took)
                    if made.state is State.OPEN:
                        queue.append(made.number)
        with engines.writer.begin() as conn:
            _count(conn, chance, now, count)
    finally:
        engines.dispose()
    return queue[::-1]


def _request(chance: random.Random, n: int, opened: datetime, now: datetime | None) -> Request:
    """A request that was opened then; with `now` it is not closed, and of late, so that nothing is due."""
    touched, is_open = (now or opened) - _FRESH, now is not None
    asker, language = _asker(n), LANGUAGES[n % len(LANGUAGES)]
    staff = PersonId(TEAM, f"USTAFF{chance.randrange(_STAFF)}")
    state = State.OPEN if n % 3 else chance.choice([State.TAKEN, State.WAITING])
    if not is_open:
        state = State.DISMISSED if n % 50 == 0 else State.RESOLVED
    steps = (Act.ASKED, Act.TOLD, Act.TAKEN, Act.REPLIED, Act.TOLD, Act.RELEASED if is_open else Act.RESOLVED)
    said = {Act.TOLD: f"It is for customer {n}, as far as I know.", Act.REPLIED: "Which customer is that?"}
    history = tuple(
        Change(act, opened + timedelta(minutes=20 * step), asker if act is Act.TOLD else staff, said.get(act, ""))
        for step, act in enumerate(steps)
    )
    has_answer = state is not State.OPEN
    return Request(
        number=0,
        channel=f"D{n % (_PARTNERS * _PEOPLE)}",
        thread_ts=f"{opened.timestamp():.6f}",
        asker=asker,
        opened_at=opened,
        language=language,
        question=f"How can customer {n} have a longer trial than usual?",
        organisation=f"Partner {n % _PARTNERS}",
        programme="cyberday",
        reply=Reply(Outcome.ANSWER, language, "cyberday", "cyberday.trial-length", 0.9),
        state=state,
        is_urgent=n % 10 == 0,
        assignee=staff if has_answer else None,
        reason=Reason.ANSWERED if state is State.RESOLVED else None,
        responded_at=history[3].at if has_answer else None,
        owed_since=touched if state in {State.OPEN, State.TAKEN} else None,
        waiting_since=touched if state is State.WAITING else None,
        closed_at=None if is_open else history[-1].at,
        card_channel=_SUPPORT,
        card_ts=f"{1_600_000_000 + n}.000100",
        card_url=f"https://home.slack.example/archives/{_SUPPORT}/p{n}",
        is_shared=False,
        history=history,
    )


def _count(conn: Connection, chance: random.Random, now: datetime, count: int) -> None:
    """What was answered on each day, and what was not."""
    for day in range(_YEAR.days):
        for language in LANGUAGES:
            for kind in (Outcome.ANSWER, Outcome.CHOICES, Outcome.FALLBACK):
                tallies.add(conn, TEAM, (now - timedelta(days=day)).date(), kind, language=language, n=day + 1)
    of_weeks = 2 * min(_GAPS, count)
    for n in range(of_weeks):
        words = " ".join(
            chance.sample(("trial", "invoice", "seat", "auditor", "login", "export", "licence", "team"), 4)
        )
        at, language = now - timedelta(days=14 * n / of_weeks), LANGUAGES[n % len(LANGUAGES)]
        missed = Gap(GapKind.FALLBACK, language, "cyberday", f"What about {words}?", at, None, "C1", f"{n}.000100")
        gaps.add(conn, TEAM, missed)


# What is done with it; each gives back how many seconds it took


@dataclass(frozen=True, slots=True)
class _At:
    """A running desk, the Slack it serves, and a connection to it."""

    desk: Running
    slack: _Slack
    http: aiohttp.ClientSession

    async def settled(self) -> None:
        """Wait until what a start leads to is done."""
        left = select(func.count()).select_from(job).where(job.c.kind == kinds.CLOCKS)

        async def look() -> str | None:
            return None if await self._read(lambda conn: conn.execute(left).scalar_one()) else ""

        await self._until(look)

    async def status(self, who: PersonId) -> float:
        """Say to somebody, in a direct message, how things stand."""
        services = self.desk.services
        person = services.desk.person(who, home_team=TEAM)
        turn = Turn(Thread("D1", "1.000100"), (Post(Reply(Outcome.STATUS, "en")),))
        channel = Channel("D1", Place.DIRECT)
        began = time.perf_counter()
        told = await services.store.read(lambda conn: filling.filled(conn, services, turn, person, channel))
        assert told.reply is not None
        services.editions.current.renderer.message(told.reply)
        return time.perf_counter() - began

    async def home(self, who: PersonId) -> float:
        """Draw the part of App Home that tells of requests."""
        services = self.desk.services
        person = services.desk.person(who, home_team=TEAM)
        began = time.perf_counter()
        blocks = await lists.home_section(services, person, "en")
        took = time.perf_counter() - began
        assert blocks
        return took

    async def digest(self, n: int) -> float:
        """Tell of the last week, with its figures in a table: its picture is drawn by another process."""
        services = self.desk.services
        if n >= _BURST:  # the channel takes one a second
            await asyncio.sleep(1.1)
        now = services.clock.now()
        year, week, _ = last_week(services.desk, now).isocalendar()
        key, payload = f"{kinds.DIGEST}:{now.timestamp()}", {"week": f"{year}-W{week:02}", "is_plain": True}
        telling = Job(kinds.DIGEST, key, payload, lane=None, attempts=1, first_try=now)
        posts = self.slack.posts
        began = time.perf_counter()
        await digest.digest_job(services)(telling)
        took = time.perf_counter() - began
        assert self.slack.posts == posts + 1
        return took

    async def opened(self, n: int) -> float:
        """Ask for a person below an answer."""
        user, channel, ts = f"UNEW{n}", f"CNEW{n}", f"{time.time():.6f}"
        asked = payloads.app_mention(channel, user, f"<@{BOT_USER}> How long does the extended trial last?", ts=ts)
        await self._post(payloads.event_body(asked))
        answer = await self._until(lambda: self._answer_to(channel, ts))
        click = payloads.block_actions(channel, user, ASK_PERSON, "", message_ts=answer, thread=ts)
        took, _ = await self._timed(click)
        made = await self._read(lambda conn: requests.by_thread(conn, TEAM, channel, ts))
        assert made is not None
        return took

    async def taken(self, number: int) -> float:
        """Take a request out of the queue."""
        known = await self._load(number)
        click = payloads.block_actions(_SUPPORT, "USTAFF0", TAKE, str(number), message_ts=known.card_ts)
        took, _ = await self._timed(click)
        assert (await self._load(number)).state is State.TAKEN
        return took

    async def replied(self, number: int) -> float:
        """Write a reply, look at it once more, and send it."""
        form = replying_form(
            Translator("en", None), await self._load(number), unsent=None, place="the direct message", agent="Staff0"
        )
        values = payloads.form_state(form, text="It can be sixty days, if they ask before it ends.", then="wait")
        first, answer = await self._timed(_submitted(form, values, f"V{number}A"))
        second, _ = await self._timed(_submitted(json.loads(answer)["view"], {}, f"V{number}B"))
        assert (await self._load(number)).state is State.WAITING
        return first + second

    async def _answer_to(self, channel: str, ts: str) -> str | None:
        """Where our answer stands, once we know that ourselves."""
        placed = self.slack.placed.get(ts)
        if placed is None:
            return None
        known = await self._read(lambda conn: messages.by_ts(conn, TEAM, channel, placed))
        return placed if known else None

    async def _until(self, look: Callable[[], Awaitable[str | None]]) -> str:
        for _ in range(_LOOKS):
            if (found := await look()) is not None:
                return found
            await asyncio.sleep(_LOOK_EVERY)
        raise TimeoutError("the desk does not answer")

    async def _load(self, number: int) -> Request:
        found = await self._read(lambda conn: requests.load(conn, TEAM, number))
        assert found is not None
        return found

    async def _read(self, unit: Callable[[Connection], Any]) -> Any:
        return await self.desk.services.store.read(unit)

    async def _timed(self, payload: dict[str, Any]) -> tuple[float, str]:
        body = payloads.form_body(payload)
        began = time.perf_counter()
        said = await self._post(body)
        return time.perf_counter() - began, said

    async def _post(self, body: bytes) -> str:
        """What the desk answers. Raises aiohttp.ClientError for a status that is no success."""
        url = f"http://127.0.0.1:{self.desk.port}/slack/events"
        headers = payloads.signed_headers(SECRET, body)
        async with self.http.post(url, data=body, headers=headers, raise_for_status=True) as answer:
            return await answer.text()


def _submitted(form: dict[str, Any], values: dict[str, Any], view_id: str) -> dict[str, Any]:
    return payloads.view_submission(
        "USTAFF0", form["callback_id"], values, private_metadata=form["private_metadata"], view_id=view_id
    )


@asynccontextmanager
async def _served(url: str, file: Path) -> Any:
    slack = _Slack()
    async with slack.listening(), aiohttp.ClientSession() as http:
        settings = Settings(
            slack_bot_token="xoxb-benchmark",
            slack_signing_secret=SECRET,
            slack_api_url=slack.url,
            port=0,
            database_url=url,
        )
        async with running(settings, desk_reader.load(file)) as desk:
            yield _At(desk, slack, http)
