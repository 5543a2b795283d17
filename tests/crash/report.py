"""What a storm shows, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.benchmarks.measure import Spread
from tests.benchmarks.report import Cell, Table
from tests.crash.faults import POST
from tests.crash.run import Result


def tables(result: Result, title: str) -> Iterator[Table]:
    """What was done to the desk, and how it fared."""
    yield Table(f"Done to the desk ({title})", ("what", "times"), list(_done(result)))
    columns = ("seconds", "number", "median", "p90", "p99", "most")
    yield Table("How it fared", columns, list(_fared(result)), [_lasted(result)])


def _done(result: Result) -> Iterator[Sequence[Cell]]:
    yield "messages, edits, deletions and clicks", result.events
    yield "events acked", result.deliveries["acked"]
    yield "deliveries that were not acked, and tried again", result.deliveries["tried again"]
    yield "deliveries of what was acked already", result.deliveries["delivered again"]
    for moment, number in sorted(Counter(result.kills).items()):
        yield f"killed: {moment}", number
    for fault, number in sorted(result.faults.items()):
        yield f"Slack failed: {fault}", number
    yield f"calls of {POST}", result.calls[POST]
    yield "look-ups of a message whose fate was unknown", result.look_ups


def _fared(result: Result) -> Iterator[Sequence[Cell]]:
    for name, seconds in (
        ("from an ack to the answer", result.waits),
        ("the same, in the channel that was paused", result.paused_waits),
        ("from a kill until requests are taken", result.restarts),
    ):
        if seconds:
            spread = Spread.of(seconds)
            figures = (spread.median, spread.p90, spread.p99, spread.most)
            yield name, len(seconds), *(figure / 1_000 for figure in figures)


def _lasted(result: Result) -> str:
    return (
        f"The storm lasted {result.storm_lasted:.0f} s; everything was answered {result.answered_after:.0f} s "
        f"after its beginning, and the desk was at rest after {result.rested_after:.0f} s."
    )
