"""Ways of paying."""

import pytest

from tests.rules.asked import ruling, shipped

WAYS = ["card", "invoice", "partner"]
OPTIONS = "cyberday.payment-options"


@pytest.mark.parametrize("way", WAYS)
def test_a_way_that_is_named_is_answered_by_its_own_entry(way):
    """The comparison gives way to it, and both tell the same way."""
    found = ruling(OPTIONS, {"payment": way})

    assert found.result == {"payment": way} == ruling(f"cyberday.{found.instead}", {}).result
    assert shipped().entry(f"cyberday.{found.instead}").id == f"cyberday.pay-{way}"


def test_without_a_way_all_are_compared():
    """The entry answers by itself: nothing is asked for, nothing computed."""
    found = ruling(OPTIONS, {})

    assert (found.result, found.asks_for, found.says, found.instead) == ({}, (), (), None)


@pytest.mark.parametrize("way", WAYS)
def test_an_entry_of_one_way_needs_nothing(way):
    """Its answer says all; there is nothing to ask for and no sentence to add."""
    found = ruling(f"cyberday.pay-{way}", {})

    assert (found.result, found.asks_for, found.says, found.instead) == ({"payment": way}, (), (), None)
