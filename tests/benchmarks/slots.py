"""`slots`: the free times of those who hold meetings, and the three of them that suit somebody best."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Final

from bot.availability import Diary, slots, wished
from bot.desk import MEETING_RULES, Holidays, Opening
from bot.meeting import OFFERED, Span, Wish
from tests.benchmarks.measure import Spread, timed
from tests.benchmarks.report import Table, progress

HOSTS: Final = 10
BUSY: Final = 200  # spans each
_TRIES: Final = 150
_BUDGET: Final = 50  # ms

_RULES: Final = MEETING_RULES["support"]
_HOURS: Final = dict.fromkeys(range(5), (Opening(9 * 60, 12 * 60), Opening(13 * 60, 17 * 60)))
_PLACES: Final = (
    ("Europe/Helsinki", Holidays("FI")),
    ("Europe/Paris", Holidays("FR")),
    ("Europe/Berlin", Holidays("DE", "BE")),
)
_TODAY: Final = datetime(2026, 10, 12, tzinfo=UTC)  # the clocks change within 30 days
_WISH: Final = Wish(earliest=time(10))


def run() -> Iterator[Table]:
    """Measure with diaries that are never the same, at all hours of a fortnight."""
    progress(f"free times of {HOSTS} hosts")
    chance = random.Random(6)
    cases = [_case(chance) for _ in range(_TRIES)]
    free = {now: slots(diaries, _RULES, now) for diaries, now in cases}
    rows = []
    for name, took in {
        "free times": timed(lambda case: slots(case[0], _RULES, case[1]), cases),
        f"the {OFFERED} that suit best": timed(lambda case: wished(free[case[1]], _WISH, "Asia/Tokyo", OFFERED), cases),
    }.items():
        spread = Spread.of(took)
        rows.append((name, spread.median, spread.p90, spread.p99, spread.most))
    yield Table(
        f"Free times of {HOSTS} hosts over {_RULES.horizon.days} days, {BUSY} busy spans each",
        ("ms", "median", "p90", "p99", "max"),
        rows,
        [f"Budget: {_BUDGET} ms."],
    )


def _case(chance: random.Random) -> tuple[list[Diary], datetime]:
    now = _TODAY + timedelta(seconds=chance.randrange(14 * 24 * 3_600))
    return [_diary(chance, number, now) for number in range(HOSTS)], now


def _diary(chance: random.Random, number: int, now: datetime) -> Diary:
    zone, holidays = _PLACES[number % len(_PLACES)]
    busy, held = _spans(chance, now, BUSY), _spans(chance, now, BUSY // 10)
    return Diary(f"U{number}", _HOURS, zone, holidays, busy, held, None, chance.randrange(5), None)


def _spans(chance: random.Random, now: datetime, count: int) -> list[Span]:
    spans = []
    for _ in range(count):
        start = now + timedelta(minutes=5 * chance.randrange(_RULES.horizon // timedelta(minutes=5)))
        spans.append(Span(start, start + timedelta(minutes=chance.choice((30, 60, 90)))))
    return sorted(spans, key=lambda span: span.start)
