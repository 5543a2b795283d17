"""Public holidays: what is known of countries, and that nobody pays for it who keeps none."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from bot import public_holidays


def test_regions() -> None:
    """By code and by name; a country may have none, and not every country is known."""
    bavaria = public_holidays.regions("DE")

    assert bavaria is not None
    assert {"BY", "Bayern"} <= {*bavaria}
    assert public_holidays.regions("VA") == ()
    assert public_holidays.regions("XX") is None


@pytest.mark.parametrize("region", ["BY", "Bayern"])
def test_days_of_a_region(region: str) -> None:
    """Those of the country and its own, of one year."""
    country, own = public_holidays.days("DE", None, 2026), public_holidays.days("DE", region, 2026)

    assert own - country == {date(2026, 1, 6), date(2026, 6, 4), date(2026, 11, 1)}
    assert country < own


def test_the_calendars_are_loaded_when_they_are_needed() -> None:
    """They cost a tenth of a second and 15 MB, and most desks keep no holidays."""
    code = "import bot.hours, bot.desk_reader, sys; sys.exit('holidays' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own words
