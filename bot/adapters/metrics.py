"""What the desk does, in figures for Prometheus; every label has few values, all known beforehand.

Counters and histograms are of this process and start anew with it. What describes the database says so in its help,
and is the same in every replica. Nothing here names a person, a channel or a text: the page may be public.
"""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import Awaitable
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Protocol, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot.adapters.slack_errors import FATAL, GONE, Failure, Fate
from bot.model import Language, Outcome
from bot.ports import Clock, EventFate, JobFate, Store, StoreUnavailable, Unit
from bot.store import backlog
from bot.store.backlog import Backlog
from bot.store.trouble import Trouble, trouble

T = TypeVar("T")
C = TypeVar("C", Counter, Histogram)

FRESH: Final = 5.0
"""Seconds for which one look at the database serves all who scrape."""

SHOWN: Final = 1.0
"""Seconds for which a page is shown again: it takes milliseconds to write, and anybody may ask for it."""

# The budgets are bounds, so that the share that kept them can be read off: 0.1 s to an acknowledgement, 0.02 and 0.15 s
# to a reply, 1 and 10 ms to compute it, and the 3 s after which Slack gives up on us.
_ACK: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
_REPLY: Final = (0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0, 3.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
_COMPUTED: Final = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1.0)
_JOB: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 10.0, 120.0)
_STORE: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_CALL: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_KNOWN_CODES: Final = (
    FATAL
    | GONE
    | {
        "expired_trigger_id",
        "exchanged_trigger_id",
        "fatal_error",
        "hash_conflict",
        "internal_error",
        "invalid_trigger_id",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "trigger_exchanged",
        "trigger_expired",
    }
)


class Metrics:
    """The counters and histograms of one process; ports.Meter, and what the adapters count beside it."""

    def __init__(self) -> None:
        # A second series for each metric, which nothing of ours reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry: Final = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._events = self._counters("events", "Events of Slack, by what became of them", "kind", "fate")
        self._requests = self._counters("requests", "Clicks and forms, by the status of our answer", "action", "status")
        self._strangers = self._counters("turned_away", "Requests unsigned or unreadable, by our answer", "status")
        self._acks = self._histograms("ack_seconds", "From arrival to acknowledgement", _ACK, "surface")
        self._answers = self._counters("answers", "Replies, by outcome and language", "outcome", "language")
        self._computed = self._histograms("answer_seconds", "Understanding a message and deciding upon it", _COMPUTED)
        self._replies = self._histograms("reply_seconds", "From the instant of a message to its posted reply", _REPLY)
        self._jobs = self._counters("job_attempts", "Attempts at jobs, by how they ended", "kind", "fate")
        self._job_seconds = self._histograms("job_seconds", "Attempts at jobs", _JOB, "kind")
        self._calls = self._counters("slack_calls", "Calls of Slack's Web API, by ok or error code", "method", "fate")
        self._call_seconds = self._histograms("slack_call_seconds", "Calls of Slack's Web API", _CALL, "method")
        self._units = self._histograms("store_seconds", "Units of the database, waiting included", _STORE, "kind")
        self._untaken = self._counters("store_failures", "Units that the database did not take", "kind")

    def event(self, kind: str, fate: EventFate, seconds: float) -> None:
        """Count an event of Slack, and how long Slack waited for its acknowledgement; `kind` is one that we know."""
        self._events[kind, fate].inc()
        self._acks[("event",)].observe(seconds)

    def request(self, action: str, status: int, seconds: float) -> None:
        """Count a click, a form or another request, by the HTTP status of our answer; `action` is one that we know."""
        self._requests[action, str(status)].inc()
        self._acks[("request",)].observe(seconds)

    def turned_away(self, status: int) -> None:
        """Count a request that was not Slack's, or that could not be read."""
        self._strangers[(str(status),)].inc()

    def computed(self, seconds: float) -> None:
        """Count a message that was understood and decided upon."""
        self._computed[()].observe(seconds)

    def said(self, outcome: Outcome, language: Language) -> None:
        """Count a reply that is about to be posted."""
        self._answers[outcome.value, language].inc()

    def replied(self, seconds: float) -> None:
        """Count a message that has its reply, by the time between the two."""
        self._replies[()].observe(seconds)

    def job(self, kind: str, fate: JobFate, seconds: float) -> None:
        """Count an attempt at a job."""
        self._jobs[kind, fate].inc()
        self._job_seconds[(kind,)].observe(seconds)

    def call(self, method: str, failed: Failure | None, seconds: float) -> None:
        """Count a call of Slack's Web API; `failed` is None for one that went well."""
        self._calls[method, "ok" if failed is None else _code(failed)].inc()
        self._call_seconds[(method,)].observe(seconds)

    def unit(self, kind: str, seconds: float | None) -> None:
        """Count a unit of the database, `run` or `read`; without seconds the database did not take it."""
        if seconds is None:
            self._untaken[(kind,)].inc()
        else:
            self._units[(kind,)].observe(seconds)

    def _counters(self, name: str, help_: str, *labels: str) -> _Children[Counter]:
        return _Children(
            Counter(f"partnerdesk_{name}_total", f"{help_}; of this process", labels, registry=self.registry)
        )

    def _histograms(self, name: str, help_: str, bounds: tuple[float, ...], *labels: str) -> _Children[Histogram]:
        full = f"{help_}; of this process"
        return _Children(Histogram(f"partnerdesk_{name}", full, labels, buckets=bounds, registry=self.registry))


REMEMBERED: Final = 30.0
"""Seconds after which a failure of the store, without another, is over."""

_PASSING: Final = frozenset({Trouble.LOCKED, Trouble.AWAY, Trouble.REFUSED})


class MeteredStore:
    """ports.Store that counts its units."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics
        self._failed_at = -REMEMBERED
        self._failure = Trouble.AWAY

    @property
    def lasting_trouble(self) -> Trouble | None:
        """What has lately kept a unit from being carried out and that a ping does not notice: it writes nothing."""
        has_failed = time.monotonic() - self._failed_at < REMEMBERED
        return self._failure if has_failed and self._failure not in _PASSING else None

    async def run(self, unit: Unit[T], *, ahead: bool = False) -> T:
        """Run a unit in a transaction that is durable when this returns. Raises StoreUnavailable."""
        return await self._counted("run", self._store.run(unit, ahead=ahead))

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads. Raises StoreUnavailable."""
        return await self._counted("read", self._store.read(unit))

    async def _counted(self, kind: str, running: Awaitable[T]) -> T:
        began = time.perf_counter()
        try:
            result: T = await running
        except StoreUnavailable as error:
            self._metrics.unit(kind, None)
            self._failed_at, self._failure = time.monotonic(), trouble(error)
            raise
        self._metrics.unit(kind, time.perf_counter() - began)
        return result


class Knowledge(Protocol):
    """What is told of the knowledge that is served."""

    @property
    def digest(self) -> str:
        """Tells its versions apart."""

    @property
    def fault(self) -> str | None:
        """What keeps the newest files from being served, if anything does."""


class Page:
    """What /metrics shows: the counters, and what the database and the knowledge are like now."""

    def __init__(self, metrics: Metrics, store: Store, clock: Clock, knowledge: Knowledge) -> None:
        self._registry = metrics.registry
        self._store = store
        self._clock = clock
        self._knowledge = knowledge
        self._writing = asyncio.Lock()
        self._looked_at = self._written_at = float("-inf")  # time.monotonic()
        self._written = b""
        one = self._registry
        self._up = _gauge(one, "database_up", "1 while the database answers, else 0; of this process")
        self._queue = _gauge(
            one, "queue_jobs", "Unfinished work, by state; of the database, the same in every replica", "status"
        )
        self._oldest = _gauge(
            one, "queue_oldest_due_seconds", "How long the first job that is due has waited; of the database"
        )
        self._dead = _gauge(
            one, "dead_letters", "Jobs that were given up, see `partnerdesk work list`; of the database"
        )
        self._edition = _gauge(one, "knowledge_info", "1, with the knowledge that is served; of this process", "digest")
        self._refused = _gauge(one, "knowledge_refused", "1 while newer files are not served, else 0; of this process")
        _gauge(one, "build_info", "1, with what runs here; of this process", "version", "python").labels(
            _version(), platform.python_version()
        ).set(1)

    async def text(self) -> bytes:
        """The page, in Prometheus' text format, version 0.0.4."""
        async with self._writing:
            if time.monotonic() - self._written_at >= SHOWN:
                if time.monotonic() - self._looked_at >= FRESH:
                    await self._look()
                    self._looked_at = time.monotonic()
                self._edition.clear()
                self._edition.labels(self._knowledge.digest[:12]).set(1)
                self._refused.set(self._knowledge.fault is not None)
                self._written = generate_latest(self._registry)
                self._written_at = time.monotonic()
        return self._written

    async def _look(self) -> None:
        now = self._clock.now()
        try:
            found = await self._store.read(lambda conn: backlog.measure(conn, now))
        except StoreUnavailable:
            self._up.set(0)
            self._show(None, 0.0)
            return
        self._up.set(1)
        self._show(found, (now - found.oldest_due).total_seconds() if found.oldest_due else 0.0)

    def _show(self, found: Backlog | None, age: float) -> None:
        """Show the work; what is not known is no number."""
        unknown = float("nan")
        for status in ("due", "scheduled", "running"):
            self._queue.labels(status).set(unknown if found is None else getattr(found, status))
        self._dead.set(unknown if found is None else found.dead)
        self._oldest.set(unknown if found is None else age)


class _Children(dict[tuple[str, ...], C]):
    """The series of a metric by their labels: to look one up in the metric costs more than to count."""

    def __init__(self, metric: C) -> None:
        super().__init__()
        self._metric: C = metric

    def __missing__(self, labels: tuple[str, ...]) -> C:
        child: C = self._metric.labels(*labels) if labels else self._metric
        self[labels] = child
        return child


def _gauge(registry: CollectorRegistry, name: str, help_: str, *labels: str) -> Gauge:
    return Gauge(f"partnerdesk_{name}", help_, labels, registry=registry)


def _code(failed: Failure) -> str:
    """The fate of a call as a label: a code of Slack that we know, or what kind of other answer came."""
    if failed.fate is Fate.PACED:
        return "ratelimited"
    if failed.code in _KNOWN_CODES:
        return failed.code
    if failed.code.startswith("status "):
        return "unreadable"  # no JSON of Slack's, but perhaps a page of a proxy's
    return "no-answer" if failed.code[:1].isupper() else "unknown"  # the kind of an exception, or a code


def _version() -> str:
    try:
        return version("partnerdesk")
    except PackageNotFoundError:  # run from a checkout
        return "0"
