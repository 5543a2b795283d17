"""Licences of a team that holds the free ones: what it pays when it grows."""

from __future__ import annotations

from datetime import date

from bot.rules.ruling import Parameters, Ruling, Slots, count


def extra_licence(parameters: Parameters, slots: Slots, _today: date) -> Ruling:
    """How many licences a team pays for (miro.extra-licence): none up to the free ones, else all of them.

    Args:
        parameters: `free_licences`, a count.
        slots: `licences`, the total that is wanted.

    Raises:
        ValueError: `licences` is negative.

    """
    wanted = count(slots, "licences")
    if wanted is None:
        return Ruling(asks_for=("licences",))
    if wanted <= parameters["free_licences"]:
        return Ruling({"licences_to_pay": 0}, says=("licences-free",))
    return Ruling({"licences_to_pay": wanted}, says=("licences-all",))
