"""Ways of paying."""

from __future__ import annotations

from datetime import date

from bot.rules.ruling import Parameters, Ruling, Slots


def options(_parameters: Parameters, slots: Slots, _today: date) -> Ruling:
    """All ways of paying, compared (cyberday.payment-options).

    Args:
        slots: `payment`: "card", "invoice" or "partner" where the question names one; then its own entry answers.

    """
    payment = slots.get("payment")
    return Ruling({"payment": payment}, instead=f"pay-{payment}") if payment else Ruling()


def by_card(_parameters: Parameters, _slots: Slots, _today: date) -> Ruling:
    """Paying by card (cyberday.pay-card)."""
    return Ruling({"payment": "card"})


def by_invoice(_parameters: Parameters, _slots: Slots, _today: date) -> Ruling:
    """Paying by invoice (cyberday.pay-invoice)."""
    return Ruling({"payment": "invoice"})


def through_partner(_parameters: Parameters, _slots: Slots, _today: date) -> Ruling:
    """Paying through the partner (cyberday.pay-partner)."""
    return Ruling({"payment": "partner"})
