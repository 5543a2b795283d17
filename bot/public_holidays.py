"""Public holidays of countries and their regions."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


def regions(country: str) -> tuple[str, ...] | None:
    """The regions whose holidays are known: codes of ISO 3166-2, then names.

    Args:
        country: Two capital letters of ISO 3166.

    Returns:
        An empty tuple where the whole country keeps the same days; None for a country that is not known.

    """
    # Loaded where a desk keeps holidays: 0.1 s and 15 MB, with the calendars of all religions.
    from holidays import country_holidays  # noqa: PLC0415

    try:
        known = country_holidays(country)
    except NotImplementedError:
        return None
    return (*known.subdivisions, *known.subdivisions_aliases)


@lru_cache(maxsize=16)
def days(country: str, region: str | None, year: int) -> frozenset[date]:
    """The public holidays of a year. Raises NotImplementedError for a country or region that is not known."""
    from holidays import country_holidays  # noqa: PLC0415

    return frozenset(country_holidays(country, subdiv=region, years=year))
