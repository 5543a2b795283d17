"""Whom to ask, by language."""

from __future__ import annotations

from datetime import date
from typing import Final

from bot.rules.ruling import Parameters, Ruling, Slots

_MAIL_LANGUAGES: Final = frozenset({"en", "de"})


def by_language(_parameters: Parameters, slots: Slots, _today: date) -> Ruling:
    """The contacts for a language (cyberday.contact): the chat box for any, e-mail too in English and German.

    The source names no language but Finnish for the chat box; that is open (`chat-languages`).

    Args:
        slots: `language`, an ISO 639-1 code.

    """
    language = slots.get("language")
    if language is None:
        return Ruling()
    contacts = ["chat-box", *(["programme"] if language in _MAIL_LANGUAGES else [])]
    return Ruling({"contacts": contacts}, says=("contacts",))
