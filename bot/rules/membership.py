"""Membership of Miro's network: what a team gets on which plan, how long the benefits last, what renews them."""

from __future__ import annotations

from datetime import date
from typing import Final

from bot.days import add_months
from bot.rules.ruling import Parameters, Ruling, Slots, count, ending, period

FREE: Final = "Free"
_BENEFIT_PLANS: Final = frozenset({"Consultant", "Business"})
_UPGRADE_PLAN: Final = "Team"
_MONTHS: Final = 12


def free_upgrade(parameters: Parameters, slots: Slots, _today: date) -> Ruling:
    """What a team gets for free (miro.free-upgrade).

    Teams on Free: up to `free_licences_team_max` members `free_licences` annual licences, more members a trial. A team
    on a paid plan gets neither. Where the plan is not told, what is computed holds for a team on Free, and says so.

    Args:
        parameters: `free_licences_team_max`, a count.
        slots: `team_size`, the members; `plan`, the current plan's name.

    Raises:
        ValueError: `team_size` is negative.

    """
    if slots.get("plan") is None and slots.get("team_size") is None:
        return Ruling(asks_for=("team_size", "plan"))
    return _by_plan(parameters, slots)


def paying_already(parameters: Parameters, slots: Slots, _today: date) -> Ruling:
    """How a team on a plan becomes a member, and what it gets for free (miro.paying-already).

    Payers of Consultant or Business can be members; payers of Team apply and then upgrade; other paid plans are not
    mentioned (open case `other-paid-plans`); teams on Free get the upgrade.

    Args:
        parameters: `free_licences_team_max`, a count.
        slots: `plan`, the current plan's name; `team_size`, the members.

    Raises:
        ValueError: `team_size` is negative.

    """
    return _by_plan(parameters, slots)


def _by_plan(parameters: Parameters, slots: Slots) -> Ruling:
    plan, team = slots.get("plan"), count(slots, "team_size")
    if plan is None:
        offer = _offer(parameters, team)
        says: tuple[str, ...] = () if team is None else ("if-on-free", f"offer-{offer}")
        return Ruling({"offer": offer, "plan_path": None} if offer else {}, ("plan",), says)
    if plan == FREE:
        offer = _offer(parameters, team)
        says = ("path-free-upgrade",) if team is None else (f"offer-{offer}",)
        return Ruling({"offer": offer, "plan_path": "free-upgrade"}, () if offer else ("team_size",), says)
    path = "member" if plan in _BENEFIT_PLANS else "apply-then-upgrade" if plan == _UPGRADE_PLAN else "unsettled"
    open_cases = ("other-paid-plans",) if path == "unsettled" else ()
    return Ruling({"offer": "none", "plan_path": path}, says=("offer-none", f"path-{path}"), unsettled=open_cases)


def _offer(parameters: Parameters, team: int | None) -> str | None:
    if team is None:
        return None
    return "5-licences" if team <= parameters["free_licences_team_max"] else "3-month-trial"


def benefit_end(parameters: Parameters, slots: Slots, today: date) -> Ruling:
    """The day on which the benefits end (miro.benefit-duration): `benefit_years` years after the approval, clamped.

    Args:
        parameters: `benefit_years`, in years.
        slots: `approval_date`.
        today: The day of asking.

    Raises:
        ValueError: `approval_date` is no day.

    """
    approved = period(slots, "approval_date")
    if approved is None:
        return Ruling(asks_for=("approval_date",))
    end = add_months(approved, _MONTHS * int(parameters["benefit_years"]))
    return Ruling(ending(end, today), says=("benefits-end",))


def renewal(parameters: Parameters, slots: Slots, _today: date) -> Ruling:
    """Whether a requirement for renewing the benefits is met (miro.renewal); never that the renewal is granted.

    Enough clients, or a referred client who bought enough Enterprise licences; licences of another plan do not count.

    Args:
        parameters: `renewal_clients`, `renewal_referral_licences`, counts.
        slots: `clients` with whom Miro was used in the year; `licences` that a referred client bought; `plan` of those.

    Raises:
        ValueError: A count is negative.

    """
    clients, licences = count(slots, "clients"), count(slots, "licences")
    if licences is not None and slots.get("plan", "Enterprise") != "Enterprise":
        licences = 0
    if clients is not None and clients >= parameters["renewal_clients"]:
        return Ruling({"renewable": True}, says=("renewal-by-clients",))
    if licences is not None and licences >= parameters["renewal_referral_licences"]:
        return Ruling({"renewable": True}, says=("renewal-by-licences",))
    if clients is None:
        return Ruling(asks_for=("clients",))
    if licences is None:
        return Ruling(asks_for=("licences",), says=("renewal-too-few-clients",))
    return Ruling({"renewable": False}, says=("renewal-not-met",))
