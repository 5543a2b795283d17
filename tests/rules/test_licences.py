"""What a team with the free licences pays when it grows."""

import pytest
from hypothesis import given

from bot.understand.slots.fill import LARGEST
from tests.rules.asked import counts, modestly, ruling

LICENCES = "miro.extra-licence"


def pays(wanted, **parameters):
    """How many licences a team pays for, and what is said of that."""
    found = ruling(LICENCES, {"licences": wanted}, **parameters)
    assert found.asks_for == ()
    return found.result, found.says


@pytest.mark.parametrize("wanted", [0, 1, 4, 5])
def test_up_to_the_free_ones_nothing_is_paid(wanted):
    """Five are still free."""
    assert pays(wanted) == ({"licences_to_pay": 0}, ("licences-free",))


@pytest.mark.parametrize("wanted", [6, 7, 500, LARGEST])
def test_one_more_and_all_are_paid(wanted):
    """Not only those beyond the free ones."""
    assert pays(wanted) == ({"licences_to_pay": wanted}, ("licences-all",))


def test_without_a_number_it_is_asked_for():
    """And nothing is said until it is told."""
    found = ruling(LICENCES, {})

    assert (found.asks_for, found.result, found.says) == (("licences",), {}, ())


def test_fewer_than_none_are_refused():
    """The message names the slot."""
    with pytest.raises(ValueError, match="licences is negative: -1"):
        pays(-1)


@pytest.mark.parametrize(("free", "to_pay"), [(0, 6), (5, 6), (6, 0), (20, 0)])
def test_how_many_are_free_stands_in_the_programme(free, to_pay):
    """As many as free_licences; how large a team may be is another matter."""
    assert pays(6, free_licences=free, free_licences_team_max=1)[0] == {"licences_to_pay": to_pay}


@modestly
@given(wanted=counts, free=counts)
def test_none_or_all(wanted, free):
    """For any number wanted and any number free."""
    (to_pay,) = pays(wanted, free_licences=free)[0].values()

    assert to_pay == (0 if wanted <= free else wanted)
