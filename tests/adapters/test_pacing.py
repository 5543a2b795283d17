"""Bursts of 5 a channel, then one a second."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.pacing import Pacer
from tests.clock import START, VirtualClock


def seconds(pacer: Pacer, channel: str, key: str, clock: VirtualClock) -> float:
    """How long a message has to wait."""
    return pacer.wait(channel, key, clock.now()).total_seconds()


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands."""
    return VirtualClock()


def test_a_burst_goes_at_once_and_then_one_a_second(clock: VirtualClock) -> None:
    """The sixth message of a moment waits a second, the seventh two."""
    pacer = Pacer()

    assert [seconds(pacer, "C1", f"k{n}", clock) for n in range(8)] == [0, 0, 0, 0, 0, 1, 2, 3]


def test_who_comes_back_finds_the_slot_kept(clock: VirtualClock) -> None:
    """A message that has waited its time goes, whatever came after it; one that comes early waits on."""
    pacer = Pacer()
    for n in range(7):
        seconds(pacer, "C1", f"k{n}", clock)
    early = seconds(pacer, "C1", "k5", clock)
    clock.advance(1)

    assert early == 1
    assert [seconds(pacer, "C1", key, clock) for key in ("new", "k6", "k5")] == [2, 1, 0]


def test_channels_do_not_wait_for_each_other(clock: VirtualClock) -> None:
    """A busy channel is nobody else's matter."""
    pacer = Pacer()
    for n in range(20):
        seconds(pacer, "C1", f"k{n}", clock)

    assert seconds(pacer, "C2", "k", clock) == 0


def test_a_rest_gives_the_burst_back(clock: VirtualClock) -> None:
    """One place of the burst a second of rest, five at most."""
    pacer = Pacer()
    for n in range(5):
        seconds(pacer, "C1", f"k{n}", clock)
    clock.advance(2)
    after_two = [seconds(pacer, "C1", f"l{n}", clock) for n in range(3)]
    clock.advance(60)

    assert after_two == [0, 0, 1]
    assert [seconds(pacer, "C1", f"m{n}", clock) for n in range(6)] == [0, 0, 0, 0, 0, 1]


def test_a_paused_channel_is_closed_and_opens_slowly(clock: VirtualClock) -> None:
    """After a 429 nothing goes for as long as Slack said, then one a second; other channels go on."""
    pacer = Pacer()
    pacer.pause("C1", timedelta(seconds=30), clock.now())
    during = [seconds(pacer, "C1", f"k{n}", clock) for n in range(3)]
    other = seconds(pacer, "C2", "k", clock)
    clock.advance(30)

    assert (during, other) == ([30, 31, 32], 0)
    assert [seconds(pacer, "C1", f"k{n}", clock) for n in range(3)] == [0, 1, 2]


def test_a_pause_takes_back_slots_given_before(clock: VirtualClock) -> None:
    """A message that was promised a slot inside the pause gets another."""
    pacer = Pacer()
    for n in range(6):
        seconds(pacer, "C1", f"k{n}", clock)
    pacer.pause("C1", timedelta(seconds=10), clock.now())
    clock.advance(1)

    assert seconds(pacer, "C1", "k5", clock) == 9


def test_channels_at_rest_are_forgotten(clock: VirtualClock) -> None:
    """Memory follows the channels that are busy, not those that ever were; lost messages keep nothing either."""
    pacer = Pacer()
    for n in range(5_000):
        for _ in range(6):
            seconds(pacer, f"C{n}", "never comes back", clock)
        clock.advance(1)

    assert len(pacer._channels) < 1_000


def test_the_longest_pause_is_kept(clock: VirtualClock) -> None:
    """An hour is as long as Slack is believed; the channel is closed until its end."""
    pacer = Pacer()
    pacer.pause("C1", timedelta(hours=1), clock.now())
    before = seconds(pacer, "C1", "k", clock)
    clock.advance(3_599)

    assert (before, seconds(pacer, "C1", "k", clock)) == (3_600, 1)


def test_burst_and_interval_are_their_owners_choice(clock: VirtualClock) -> None:
    """What has a pace of its own keeps to that."""
    pacer = Pacer(burst=7, interval=timedelta(seconds=3))

    assert [seconds(pacer, "C1", f"k{n}", clock) for n in range(9)] == [0, 0, 0, 0, 0, 0, 0, 3, 6]


def test_a_clock_that_was_set_back_closes_nothing(clock: VirtualClock) -> None:
    """A channel is not closed for the hours that the clock has lost."""
    pacer = Pacer()
    seconds(pacer, "C1", "k1", clock)
    clock.set(START - timedelta(hours=5))

    assert seconds(pacer, "C1", "k2", clock) == 0
