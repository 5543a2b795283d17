"""What a rule has found, in sentences. One function a sentence, by the ids that rules give (`Ruling.says`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final, TypeAlias

from bot import i18n
from bot.i18n import Translator
from bot.knowledge import facts
from bot.knowledge.schema import Programme
from bot.model import Reply
from bot.render.slots import either

_Sentence: TypeAlias = Callable[[Reply, Programme, Translator], str]


def sentences(reply: Reply, programme: Programme, t: Translator) -> list[str]:
    """What a computed reply has found, one sentence an element; empty where nothing was computed."""
    return [SENTENCES[id_](reply, programme, t) for id_ in reply.says]


def convention(reply: Reply, t: Translator) -> str:
    """How days are counted, where a day was computed; and from which day the days left are."""
    if "end_date" not in reply.result:
        return ""
    today = date.fromisoformat(reply.result["end_date"]) - timedelta(days=reply.result["days_left"])
    return t(
        "Counted from the day after the start, as of {today}. The date that the product shows is the one that counts.",
        today=i18n.on_day(today, t.language),
    )


def _day(reply: Reply, t: Translator) -> str:
    return i18n.on_day(date.fromisoformat(reply.result["end_date"]), t.language)


def _last_day(reply: Reply, t: Translator) -> str:
    return i18n.day(date.fromisoformat(reply.result["end_date"]), t.language)


def _left(reply: Reply, t: Translator) -> str:
    """How far away the end is: days left, today, or days ago."""
    left = int(reply.result["days_left"])
    if left == 0:
        return t("That is today.")
    if left > 0:
        return t.plural("{n} day is left.", "{n} days are left.", left)
    return t.plural("That was {n} day ago.", "That was {n} days ago.", -left)


def _parameter(name: str, programme: Programme, t: Translator) -> str:
    return facts.value(programme.parameters[name], t.language)


def _trial_end(reply: Reply, _programme: Programme, t: Translator) -> str:
    if reply.result["days_left"] < 0:
        return f"{t('The trial ended on {day}.', day=_day(reply, t))} {_left(reply, t)}"
    return f"{t('The trial ends on {day}.', day=_day(reply, t))} {_left(reply, t)}"


def _charge_start(reply: Reply, _programme: Programme, t: Translator) -> str:
    if reply.result["days_left"] < 0:
        sentence = t("The trial ended on {day}; from then on Miro charges the card.", day=_day(reply, t))
    else:
        sentence = t("The trial ends on {day}; from then on Miro charges the card.", day=_day(reply, t))
    return f"{sentence} {_left(reply, t)}"


def _benefits_end(reply: Reply, _programme: Programme, t: Translator) -> str:
    if reply.result["days_left"] < 0:
        return f"{t('Your benefits ended on {day}.', day=_day(reply, t))} {_left(reply, t)}"
    return f"{t('Your benefits end on {day}.', day=_day(reply, t))} {_left(reply, t)}"


def _deal_reserved(reply: Reply, _programme: Programme, t: Translator) -> str:
    if reply.slots.get("action_taken") is False:
        sentence = t("The deal is reserved in your name through {day}.", day=_last_day(reply, t))
    else:
        sentence = t(
            "If nothing has been done since the registration, the deal is reserved in your name through {day}.",
            day=_last_day(reply, t),
        )
    return f"{sentence} {_left(reply, t)}"


def _deal_free(reply: Reply, _programme: Programme, t: Translator) -> str:
    sentence = t("The deal was reserved in your name through {day}; it no longer is.", day=_last_day(reply, t))
    return f"{sentence} {_left(reply, t)}"


def _deal_unsettled(reply: Reply, programme: Programme, t: Translator) -> str:
    return t(
        "Whether the deal is reserved is not settled, because something has been done since the registration. "
        "The {days} days alone run through {day}.",
        days=_parameter("deal_lock_days", programme, t),
        day=_last_day(reply, t),
    )


def _if_on_free(_reply: Reply, _programme: Programme, t: Translator) -> str:
    return t("If your team is on the Free plan and does not hold the free licences yet:")


def _offer_licences(reply: Reply, programme: Programme, t: Translator) -> str:
    return t.plural(
        "With {n} member, your team gets {licences} free annual licences of Consultant.",
        "With {n} members, your team gets {licences} free annual licences of Consultant.",
        int(reply.slots["team_size"]),
        licences=_parameter("free_licences", programme, t),
    )


def _offer_trial(reply: Reply, programme: Programme, t: Translator) -> str:
    return t.plural(
        "With {n} member, your team gets a free Consultant trial of {months} months.",
        "With {n} members, your team gets a free Consultant trial of {months} months.",
        int(reply.slots["team_size"]),
        months=_parameter("trial_months", programme, t),
    )


def _offer_none(reply: Reply, _programme: Programme, t: Translator) -> str:
    return t("A team that pays for the {plan} plan does not get the free upgrade.", plan=reply.slots["plan"])


def _path_free_upgrade(_reply: Reply, programme: Programme, t: Translator) -> str:
    return t(
        "From the Free plan, your team can have the free upgrade to Consultant: {licences} licences or a trial, "
        "depending on its size.",
        licences=_parameter("free_licences", programme, t),
    )


def _path_member(reply: Reply, _programme: Programme, t: Translator) -> str:
    return t("Paying for {plan}, you can become a member.", plan=reply.slots["plan"])


def _path_apply(_reply: Reply, _programme: Programme, t: Translator) -> str:
    return t("Paying for Team, you can apply, and upgrade to Consultant or Business to get the benefits.")


def _path_unsettled(reply: Reply, _programme: Programme, t: Translator) -> str:
    return t("Whether payers of {plan} can become members is not settled.", plan=reply.slots["plan"])


def _licences_all(reply: Reply, programme: Programme, t: Translator) -> str:
    return t.plural(
        "With {n} licence in all you pay for it; only up to {free} are free.",
        "With {n} licences in all you pay for all {n}; only up to {free} are free.",
        int(reply.result["licences_to_pay"]),
        free=_parameter("free_licences", programme, t),
    )


def _licences_free(reply: Reply, programme: Programme, t: Translator) -> str:
    return t.plural(
        "You pay nothing: {n} licence in all is within the {free} free ones.",
        "You pay nothing: {n} licences in all are within the {free} free ones.",
        int(reply.slots["licences"]),
        free=_parameter("free_licences", programme, t),
    )


def _renewal_by_clients(reply: Reply, programme: Programme, t: Translator) -> str:
    return t.plural(
        "A requirement for the renewal is met: {n} client, and {least} are asked for. I cannot say that it is granted.",
        "A requirement for the renewal is met: {n} clients, and {least} are asked for. "
        "I cannot say that it is granted.",
        int(reply.slots["clients"]),
        least=_parameter("renewal_clients", programme, t),
    )


def _renewal_by_licences(reply: Reply, programme: Programme, t: Translator) -> str:
    return t.plural(
        "A requirement for the renewal is met: a client whom you referred bought {n} Enterprise licence, "
        "and {least} are asked for. I cannot say that it is granted.",
        "A requirement for the renewal is met: a client whom you referred bought {n} Enterprise licences, "
        "and {least} are asked for. I cannot say that it is granted.",
        int(reply.slots["licences"]),
        least=_parameter("renewal_referral_licences", programme, t),
    )


def _renewal_too_few(reply: Reply, programme: Programme, t: Translator) -> str:
    return t.plural(
        "{n} client is fewer than the {least} that are asked for; a referral could still meet the requirement.",
        "{n} clients are fewer than the {least} that are asked for; a referral could still meet the requirement.",
        int(reply.slots["clients"]),
        least=_parameter("renewal_clients", programme, t),
    )


def _renewal_not_met(_reply: Reply, _programme: Programme, t: Translator) -> str:
    return t("With what you told me, neither requirement for the renewal is met.")


def _counts(reply: Reply, _programme: Programme, t: Translator) -> str:
    return t.plural(
        "This client counts: {n} licence of {plan} is above the minimum for a company of this size.",
        "This client counts: {n} licences of {plan} are above the minimum for a company of this size.",
        int(reply.slots["licences"]),
        plan=reply.slots["plan"],
    )


def _counts_not(_reply: Reply, _programme: Programme, t: Translator) -> str:
    return t("This client does not count: the minimum for a company of this size is not reached.")


def _counts_unsettled(_reply: Reply, _programme: Programme, t: Translator) -> str:
    return t("Whether this client counts is not settled.")


def _payout(reply: Reply, _programme: Programme, t: Translator) -> str:
    return t("You can get up to {amount}.", amount=i18n.money(reply.result["payout_usd"], "USD", t.language))


def _payout_capped(reply: Reply, programme: Programme, t: Translator) -> str:
    return t(
        "You can get up to {amount}: {share} would be more, and that is the cap.",
        amount=i18n.money(reply.result["payout_usd"], "USD", t.language),
        share=_parameter("referral_commission", programme, t),
    )


def _payout_other(reply: Reply, programme: Programme, t: Translator) -> str:
    return t(
        "{share} of that is {amount}. The cap of {cap} is in US dollars, and I do not convert currencies.",
        share=_parameter("referral_commission", programme, t),
        amount=i18n.money(reply.result["share"], reply.slots["arr"]["currency"], t.language),
        cap=_parameter("referral_cap_usd", programme, t),
    )


def _contacts(reply: Reply, programme: Programme, t: Translator) -> str:
    names = {
        "chat-box": t("the chat box"),
        "programme": t("{address} (on the partner programme)", address=programme.contacts["programme"].email or ""),
    }
    contacts = [names[one] for one in reply.result["contacts"]]
    language = i18n.language_name(reply.slots["language"], t.language)
    return t(
        "For questions in this language ({language}): {contacts}.", language=language, contacts=either(contacts, t)
    )


SENTENCES: Final[Mapping[str, _Sentence]] = {
    "trial-end": _trial_end,
    "charge-start": _charge_start,
    "benefits-end": _benefits_end,
    "deal-reserved": _deal_reserved,
    "deal-free": _deal_free,
    "deal-unsettled": _deal_unsettled,
    "if-on-free": _if_on_free,
    "offer-5-licences": _offer_licences,
    "offer-3-month-trial": _offer_trial,
    "offer-none": _offer_none,
    "path-free-upgrade": _path_free_upgrade,
    "path-member": _path_member,
    "path-apply-then-upgrade": _path_apply,
    "path-unsettled": _path_unsettled,
    "licences-all": _licences_all,
    "licences-free": _licences_free,
    "renewal-by-clients": _renewal_by_clients,
    "renewal-by-licences": _renewal_by_licences,
    "renewal-too-few-clients": _renewal_too_few,
    "renewal-not-met": _renewal_not_met,
    "counts": _counts,
    "counts-not": _counts_not,
    "counts-unsettled": _counts_unsettled,
    "payout": _payout,
    "payout-capped": _payout_capped,
    "payout-other-currency": _payout_other,
    "contacts": _contacts,
}
