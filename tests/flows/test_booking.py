"""What is said of times that are offered."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.flows.booking import Offer, offered
from bot.meeting import Slot
from bot.model import Outcome, Reply

BEFORE, AFTER = datetime(2027, 3, 26, 9, tzinfo=UTC), datetime(2027, 3, 29, 8, tzinfo=UTC)
"""Around 28 March, when clocks are put forward in Europe, and nowhere in Nigeria."""


def _told(*starts: datetime, zone: str, host_zone: str) -> dict[str, object]:
    slots = [Slot(start, ("U1",)) for start in starts]
    offer = Offer("support", slots, zone, host_zone, "en", is_spoken=True, is_met=True)
    return offered(Reply(Outcome.BOOKING, "en"), offer, datetime(2027, 3, 20, tzinfo=UTC)).result


def test_a_change_of_the_clocks_before_any_of_the_times_is_told():
    """They come as they suit best, which need not be their order."""
    for starts in ((AFTER, BEFORE), (BEFORE, AFTER)):
        assert _told(*starts, zone="Europe/Helsinki", host_zone="Europe/Helsinki")["shift"] == "2027-03-28"
    assert _told(BEFORE, zone="Europe/Helsinki", host_zone="Europe/Helsinki")["shift"] is None


def test_the_hosts_clock_is_told_where_it_differs_at_any_of_the_times():
    """Lagos and Paris have one time in winter, and two in summer."""
    for starts in ((BEFORE, AFTER), (AFTER, BEFORE)):
        assert _told(*starts, zone="Africa/Lagos", host_zone="Europe/Paris")["host_zone"] == "Europe/Paris"
    assert _told(BEFORE, zone="Africa/Lagos", host_zone="Europe/Paris")["host_zone"] == ""
