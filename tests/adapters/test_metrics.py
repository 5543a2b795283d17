"""The figures for Prometheus: what is counted, with which labels, and what the page says of the database."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families as read_text

from bot.adapters import metrics as module
from bot.adapters.metrics import FRESH, SHOWN, MeteredStore, Metrics, Page
from bot.adapters.slack import SlackMessenger, web_client
from bot.adapters.slack_errors import FATAL, GONE
from bot.model import Outcome
from bot.ports import RetryLater, StoreUnavailable, Unit
from bot.store.database import Database
from tests.clock import START, VirtualClock
from tests.rows import add_job
from tests.stub_slack import Cut, Error, Fault, Hang, Html, HttpError, RateLimited, StubSlack

P = "partnerdesk_"


@dataclass
class Knowledge:
    """The knowledge that is served."""

    digest: str = "0123456789abcdef"
    fault: str | None = None


class NoStore:
    """A database that is away."""

    async def run(self, unit: Unit[Any]) -> Any:
        """Refuse."""
        raise StoreUnavailable("connection to db.zebra.example failed")

    read = run


class Figures:
    """Every figure of a page of ours, by name and labels."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.families = [one for one in read_text(text.decode()) if one.name.startswith(P)]
        self._samples = [sample for family in self.families for sample in family.samples]

    def __call__(self, name: str, **labels: str) -> float:
        """The one figure with this name and these labels."""
        (found,) = [sample.value for sample in self._samples if (sample.name, sample.labels) == (P + name, labels)]
        return found

    def labels(self, name: str) -> list[dict[str, str]]:
        """The labels of all figures of a name."""
        return [sample.labels for sample in self._samples if sample.name == P + name]


async def _shown(page: Page) -> Figures:
    page._written_at -= SHOWN  # as if it had passed
    return Figures(await page.text())


async def _counted(metrics: Metrics) -> Figures:
    return await _shown(Page(metrics, NoStore(), VirtualClock(), Knowledge()))


async def test_what_the_listeners_count() -> None:
    """Each by its labels, and each duration in its histogram."""
    metrics = Metrics()
    for fate in ("kept", "kept", "dropped"):
        metrics.event("app_mention", fate, 0.004)
    metrics.request("answer.helpful", 200, 0.2)
    metrics.turned_away(401)
    metrics.computed(0.0008)
    metrics.said(Outcome.RULE, "fi")
    metrics.replied(0.018)
    metrics.job("post", "done", 0.03)
    metrics.unit("run", 0.003)
    metrics.unit("run", None)
    found = await _counted(metrics)

    assert found("events_total", kind="app_mention", fate="kept") == 2
    assert found("events_total", kind="app_mention", fate="dropped") == 1
    assert found("requests_total", action="answer.helpful", status="200") == 1
    assert found("turned_away_total", status="401") == 1
    assert found("answers_total", outcome="rule", language="fi") == 1
    assert found("job_attempts_total", kind="post", fate="done") == 1
    assert found("job_seconds_sum", kind="post") == pytest.approx(0.03)
    assert found("store_failures_total", kind="run") == 1
    assert found("store_seconds_count", kind="run") == 1
    assert [found("ack_seconds_bucket", surface="event", le=le) for le in ("0.0025", "0.005")] == [0, 3]
    assert [found("ack_seconds_bucket", surface="request", le=le) for le in ("0.1", "0.25")] == [0, 1]
    assert [found("answer_seconds_bucket", le=le) for le in ("0.0005", "0.001")] == [0, 1]
    assert [found("reply_seconds_bucket", le=le) for le in ("0.01", "0.02")] == [0, 1]


async def test_the_budgets_are_bounds() -> None:
    """So that the share that kept them can be read off."""
    metrics = Metrics()
    metrics.event("message", "kept", 0.0)
    metrics.replied(0.0)
    metrics.computed(0.0)
    found = await _counted(metrics)

    def bounds(name: str) -> set[str]:
        return {labels["le"] for labels in found.labels(f"{name}_bucket")}

    assert bounds("ack_seconds") >= {"0.1", "3.0"}
    assert bounds("reply_seconds") >= {"0.02", "0.15", "3.0"}
    assert bounds("answer_seconds") >= {"0.001", "0.01"}


CALLS: list[tuple[Fault, str]] = [
    (RateLimited(3), "ratelimited"),
    (Error("channel_not_found"), "channel_not_found"),
    (Error("internal_error"), "internal_error"),
    (Error("zebra_crossing"), "unknown"),
    (HttpError(500), "internal_error"),
    (Html(502), "unreadable"),
    (Cut(), "no-answer"),
    (Hang(), "no-answer"),
]


@pytest.mark.parametrize(("fault", "fate"), CALLS)
async def test_calls_of_slack(fault: Fault, fate: str) -> None:
    """By method and by what came of them; a code that we do not know is no label, for it may be anything."""
    metrics = Metrics()
    async with StubSlack() as slack, aiohttp.ClientSession() as session:
        slack.add_channel("C1", members=["U1"])
        client = web_client(slack.token, session, base_url=slack.url, meter=metrics.call)
        messenger = SlackMessenger(client, VirtualClock(), call_limit=0.2)
        slack.fail("chat.postEphemeral", fault)
        for _ in range(2):
            await messenger.whisper(channel="C1", user="U1", thread=None, text="hello", blocks=[])
    found = await _counted(metrics)

    assert len(found.labels("slack_calls_total")) == 2
    assert found("slack_calls_total", method="chat.postEphemeral", fate=fate) == 1
    assert found("slack_calls_total", method="chat.postEphemeral", fate="ok") == 1
    assert found("slack_call_seconds_count", method="chat.postEphemeral") == 2


async def test_a_call_that_fails_fails_as_before() -> None:
    """Counting hides nothing from whoever called."""
    async with StubSlack() as slack, aiohttp.ClientSession() as session:
        slack.fail("auth.test", HttpError(500))
        messenger = SlackMessenger(
            web_client(slack.token, session, base_url=slack.url, meter=Metrics().call), VirtualClock()
        )
        with pytest.raises(RetryLater):
            await messenger.identity()


def test_the_codes_are_few() -> None:
    """Each is a series for every method, for ever."""
    assert len(module._KNOWN_CODES) < 80
    assert module._KNOWN_CODES >= FATAL | GONE


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of each kind."""
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'desk.db'}" if is_sqlite else request.getfixturevalue("postgres_url")
    async with Database.open(url) as opened:
        yield opened


WORK = (("waiting", 90), ("waiting", 30), ("waiting", -60), ("running", 5), ("dead", 0))


async def test_the_queue(database: Database) -> None:
    """Its depth by state, the age of what is due, and the dead letters; looked at again only after a while."""
    page = Page(Metrics(), database, VirtualClock(), Knowledge())
    empty = await _shown(page)
    for n, (status, since) in enumerate(WORK):
        await database.run(
            partial(add_job, key=f"k:{n}", status=status, run_at=START - timedelta(seconds=since), error="Zebra")
        )
    soon = await _shown(page)
    page._looked_at -= FRESH
    later = await _shown(page)

    assert empty("database_up") == 1
    assert (empty("queue_jobs", status="due"), empty("queue_oldest_due_seconds")) == (0, 0)
    assert soon("queue_jobs", status="due") == 0
    assert [later("queue_jobs", status=status) for status in ("due", "scheduled", "running")] == [2, 1, 1]
    assert later("queue_oldest_due_seconds") == 90
    assert later("dead_letters") == 1
    assert b"Zebra" not in later.text


async def test_many_who_scrape_at_once_are_one_look(database: Database) -> None:
    """The database is asked once."""
    metrics = Metrics()
    page = Page(metrics, MeteredStore(database, metrics), VirtualClock(), Knowledge())
    await asyncio.gather(*(page.text() for _ in range(20)))

    assert (await _shown(page))("store_seconds_count", kind="read") == 1


async def test_a_page_is_shown_again_for_a_moment() -> None:
    """Anybody may ask for it, as often as they like."""
    metrics = Metrics()
    page = Page(metrics, NoStore(), VirtualClock(), Knowledge())
    first = await page.text()
    metrics.turned_away(401)
    again = await page.text()
    later = await _shown(page)

    assert first == again
    assert later("turned_away_total", status="401") == 1


async def test_a_database_that_is_away() -> None:
    """The page is given all the same; what is not known is no number, and it does not say where the database is."""
    metrics = Metrics()
    found = await _shown(Page(metrics, MeteredStore(NoStore(), metrics), VirtualClock(), Knowledge()))

    assert found("database_up") == 0
    assert math.isnan(found("dead_letters"))
    assert math.isnan(found("queue_oldest_due_seconds"))
    assert all(math.isnan(found("queue_jobs", **labels)) for labels in found.labels("queue_jobs"))
    assert found("store_failures_total", kind="read") == 1
    assert b"zebra" not in found.text


async def test_the_knowledge_that_is_served() -> None:
    """One series, of the edition that is served now; and whether a newer one was refused."""
    knowledge = Knowledge()
    page = Page(Metrics(), NoStore(), VirtualClock(), knowledge)
    before = await _shown(page)
    knowledge.digest, knowledge.fault = "fedcba9876543210", "cyberday/fr.yml:3: Zebra"
    after = await _shown(page)

    assert before.labels("knowledge_info") == [{"digest": "0123456789ab"}]
    assert after.labels("knowledge_info") == [{"digest": "fedcba987654"}]
    assert (before("knowledge_refused"), after("knowledge_refused")) == (0, 1)
    assert b"Zebra" not in after.text


WHOSE = ("of this process", "of the database", "the same in every replica")


async def test_every_figure_says_whose_it_is() -> None:
    """With several replicas those of the database are not to be added up."""
    metrics = Metrics()
    metrics.event("message", "kept", 0.0)
    found = await _counted(metrics)

    assert len(found.families) > 15
    for family in found.families:
        assert family.documentation.endswith(WHOSE), family.name
        assert not family.name.endswith("_created")
