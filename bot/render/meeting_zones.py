"""The time zones that somebody who has none can choose from."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from bot import i18n
from bot.i18n import Translator
from bot.model import Language
from bot.render import blocks as kit
from bot.render.blocks import Block

ZONES: Final[Mapping[str, tuple[str, ...]]] = {
    # By CLDR's number of a part of the world; one zone at least for each offset by which people live.
    "150": (
        "Atlantic/Reykjavik",
        "Europe/Amsterdam",
        "Europe/Athens",
        "Europe/Berlin",
        "Europe/Brussels",
        "Europe/Dublin",
        "Europe/Helsinki",
        "Europe/Istanbul",
        "Europe/Kyiv",
        "Europe/Lisbon",
        "Europe/London",
        "Europe/Luxembourg",
        "Europe/Madrid",
        "Europe/Moscow",
        "Europe/Oslo",
        "Europe/Paris",
        "Europe/Prague",
        "Europe/Rome",
        "Europe/Stockholm",
        "Europe/Tallinn",
        "Europe/Vienna",
        "Europe/Warsaw",
        "Europe/Zurich",
    ),
    "019": (
        "America/Anchorage",
        "America/Argentina/Buenos_Aires",
        "America/Bogota",
        "America/Chicago",
        "America/Denver",
        "America/Halifax",
        "America/Los_Angeles",
        "America/Mexico_City",
        "America/New_York",
        "America/Noronha",
        "America/Phoenix",
        "America/Santiago",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Atlantic/Azores",
    ),
    "002": (
        "Africa/Cairo",
        "Africa/Casablanca",
        "Africa/Johannesburg",
        "Africa/Lagos",
        "Africa/Nairobi",
        "Africa/Tunis",
        "Atlantic/Cape_Verde",
    ),
    "142": (
        "Asia/Dhaka",
        "Asia/Dubai",
        "Asia/Hong_Kong",
        "Asia/Jakarta",
        "Asia/Jerusalem",
        "Asia/Kabul",
        "Asia/Karachi",
        "Asia/Kathmandu",
        "Asia/Kolkata",
        "Asia/Riyadh",
        "Asia/Shanghai",
        "Asia/Singapore",
        "Asia/Tehran",
        "Asia/Tokyo",
        "Asia/Yangon",
    ),
    "009": (
        "Australia/Adelaide",
        "Australia/Brisbane",
        "Australia/Darwin",
        "Australia/Perth",
        "Australia/Sydney",
        "Pacific/Auckland",
        "Pacific/Fiji",
        "Pacific/Honolulu",
        "Pacific/Kiritimati",
        "Pacific/Noumea",
        "Pacific/Pago_Pago",
        "Pacific/Tongatapu",
    ),
}

_LIKELY: Final[Mapping[Language, tuple[str, str, str]]] = {
    "fr": ("Europe/Paris", "Europe/Brussels", "Europe/Zurich"),
    "en": ("Europe/London", "Europe/Paris", "Europe/Helsinki"),
    "de": ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
    "fi": ("Europe/Helsinki", "Europe/Stockholm", "Europe/Paris"),
}


def zone_menu(action: str, t: Translator) -> Block:
    """A menu of zones by their cities, the likely ones first; its values are names of the IANA database.

    Offsets from UTC are left out: they change with the seasons, and a message has to stay as it is.
    """
    likely = _LIKELY[t.language]
    parts = i18n.locale(t.language).territories
    groups = [(t("Suggestions"), _options(likely, t))]
    for part, zones in ZONES.items():
        others = [zone for zone in zones if zone not in likely]
        groups.append((parts[part], sorted(_options(others, t), key=_by_name)))
    return kit.grouped_select(action, t("Choose a city"), groups)


def _options(zones: Sequence[str], t: Translator) -> list[Block]:
    return [kit.option(i18n.zone_city(zone, t.language), zone) for zone in zones]


def _by_name(option: Block) -> str:
    return unicodedata.normalize("NFD", option["text"]["text"])  # an accent follows its letter
