"""What rules have found, in sentences: every sentence in every language, for replies that rules really give."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from bot.edition import Edition
from bot.model import LANGUAGES, Language, Outcome, Reply
from bot.render.results import SENTENCES, convention, sentences
from tests.scenarios.world import plainly

TODAY = date(2026, 11, 23)  # a Monday
USD, EUR = ({"amount": 123_400, "currency": one} for one in ("USD", "EUR"))

# Sentence → the entry and the values that lead to it, and what stands in every language.
CASES: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "trial-end": ("cyberday.trial-length", {"start_date": "2026-11-14"}, ("14", "2026", "21")),
    "charge-start": ("miro.trial-licences", {"start_date": "2026-11-14"}, ("14", "2027", "83", "Miro")),
    "benefits-end": ("miro.benefit-duration", {"approval_date": "2026-11-12"}, ("12", "2027", "354")),
    "deal-reserved": ("cyberday.deal-lock", {"registration_date": "2026-11-13"}, ("11", "2027", "80")),
    "deal-free": ("cyberday.deal-lock", {"registration_date": "2026-03-11"}, ("9", "2026", "167")),
    "deal-unsettled": (
        "cyberday.deal-lock",
        {"registration_date": "2026-11-13", "action_taken": True},
        ("90", "11", "2027"),
    ),
    "if-on-free": ("miro.free-upgrade", {"team_size": 4}, ("Free",)),
    "offer-5-licences": ("miro.free-upgrade", {"team_size": 4, "plan": "Free"}, ("4", "5", "Consultant")),
    "offer-3-month-trial": ("miro.free-upgrade", {"team_size": 12, "plan": "Free"}, ("12", "3", "Consultant")),
    "offer-none": ("miro.free-upgrade", {"team_size": 12, "plan": "Business"}, ("Business",)),
    "path-free-upgrade": ("miro.paying-already", {"plan": "Free"}, ("Free", "5", "Consultant")),
    "path-member": ("miro.paying-already", {"plan": "Business"}, ("Business",)),
    "path-apply-then-upgrade": ("miro.paying-already", {"plan": "Team"}, ("Team", "Consultant", "Business")),
    "path-unsettled": ("miro.paying-already", {"plan": "Enterprise"}, ("Enterprise",)),
    "licences-all": ("miro.extra-licence", {"licences": 8}, ("8", "5")),
    "licences-free": ("miro.extra-licence", {"licences": 4}, ("4", "5")),
    "renewal-by-clients": ("miro.renewal", {"clients": 7}, ("7", "5")),
    "renewal-by-licences": ("miro.renewal", {"clients": 1, "licences": 60}, ("60", "50", "Enterprise")),
    "renewal-too-few-clients": ("miro.renewal", {"clients": 3}, ("3", "5")),
    "renewal-not-met": ("miro.renewal", {"clients": 3, "licences": 0}, ()),
    "counts": ("miro.referral-eligibility", {"employees": 800, "licences": 150, "plan": "Enterprise"}, ("150",)),
    "counts-not": ("miro.referral-eligibility", {"employees": 800, "licences": 20}, ()),
    "counts-unsettled": ("miro.referral-eligibility", {"employees": 500}, ()),
    "payout": ("miro.referral-payout", {"arr": USD}, ("12", "340")),
    "payout-capped": ("miro.referral-payout", {"arr": {**USD, "amount": 900_000}}, ("50", "10")),
    "payout-other-currency": ("miro.referral-payout", {"arr": EUR}, ("12", "340", "€", "10", "50")),
    "contacts": ("cyberday.contact", {"language": "de"}, ("celine@cyberday.ai",)),
}


def _reply(edition: Edition, entry: str, slots: dict[str, Any], language: Language = "en") -> Reply:
    """What an entry's rule replies to these values."""
    blank = Reply(Outcome.RULE, language, entry.partition(".")[0], entry)
    return edition.conversation.computing.with_slots(blank, slots, TODAY)


def _said(edition: Edition, reply: Reply, language: Language) -> list[str]:
    programme = edition.knowledge.programmes[reply.programme or ""]
    return [plainly(one) for one in sentences(reply, programme, edition.renderer.catalogues[language])]


def test_every_sentence_is_looked_at() -> None:
    """A new one needs values that lead to it, here."""
    assert set(CASES) == set(SENTENCES)


@pytest.mark.parametrize("id_", CASES)
def test_every_sentence_stands_in_every_language(edition: Edition, id_: str) -> None:
    """For values that lead there: with its numbers, as whole sentences, translated, with nothing left to fill in."""
    entry, slots, parts = CASES[id_]
    reply = _reply(edition, entry, slots)
    said = {language: " ".join(_said(edition, reply, language)) for language in LANGUAGES}

    assert id_ in reply.says
    assert len(set(said.values())) == len(LANGUAGES)
    for text in said.values():
        assert all(re.search(rf"(?<!\w){re.escape(part)}", text) for part in parts), text
        assert not re.search(r"[{}]|None|  ", text), text
        assert text[:1].isupper() or text[:1].isdigit(), text
        assert text.endswith((".", ":")), text


@pytest.mark.parametrize("id_", CASES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_computed_message_begins_with_what_was_found(edition: Edition, id_: str, language: Language) -> None:
    """Then come the values that were told, where there are any to show, then the rule."""
    entry, slots, _ = CASES[id_]
    reply = _reply(edition, entry, slots, language)
    text = plainly(edition.renderer.plain(reply))
    found = " ".join(_said(edition, reply, language))
    rule = plainly(edition.renderer.plain(Reply(Outcome.RULE, language, reply.programme, reply.entry)))

    assert text.startswith(f"{found}\n\n")
    assert rule.split("\n\n")[-1] in text


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ("2026-11-23", "The trial ends on Wednesday 23 December 2026. 30 days are left."),
        ("2026-10-25", "The trial ends on Tuesday 24 November 2026. 1 day is left."),
        ("2026-10-24", "The trial ends on Monday 23 November 2026. That is today."),
        ("2026-10-23", "The trial ended on Sunday 22 November 2026. That was 1 day ago."),
        ("2025-10-14", "The trial ended on Thursday 13 November 2025. That was 375 days ago."),
    ],
)
def test_how_far_away_an_end_is(edition: Edition, start: str, found: str) -> None:
    """Days left, today, or days ago, each in its tense and its number."""
    assert _said(edition, _reply(edition, "cyberday.trial-length", {"start_date": start}), "en") == [found]


@pytest.mark.parametrize(
    ("language", "begins"),
    [
        ("en", ("With 0 members,", "With 1 member,", "With 2 members,")),
        ("fr", ("Avec 0 membre,", "Avec 1 membre,", "Avec 2 membres,")),
        ("de", ("Mit 0 Mitgliedern ", "Mit 1 Mitglied ", "Mit 2 Mitgliedern ")),
        ("fi", ("Kun tiimissäsi on 0 jäsentä,", "Kun tiimissäsi on 1 jäsen,", "Kun tiimissäsi on 2 jäsentä,")),
    ],
)
def test_sentences_agree_with_their_number(edition: Edition, language: Language, begins: tuple[str, ...]) -> None:
    """None, one and many, as the language has it."""
    for n, begin in enumerate(begins):
        (said,) = _said(edition, _reply(edition, "miro.free-upgrade", {"team_size": n, "plan": "Free"}), language)

        assert said.startswith(begin)


@pytest.mark.parametrize(
    ("slots", "reserved"),
    [
        ({"action_taken": False}, "The deal is reserved in your name through"),
        ({}, "If nothing has been done since the registration, the deal is reserved in your name through"),
    ],
)
def test_a_reservation_that_hangs_on_what_was_done_says_so(
    edition: Edition, slots: dict[str, Any], reserved: str
) -> None:
    """Without the condition only for whoever has said that nothing was done."""
    reply = _reply(edition, "cyberday.deal-lock", {"registration_date": "2026-11-13", **slots})

    assert _said(edition, reply, "en")[0].startswith(reserved)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_convention_is_said_of_days_alone(edition: Edition, language: Language) -> None:
    """With the day of asking, in the language's form; nothing where no day was computed."""
    t = edition.renderer.catalogues[language]
    days = [_reply(edition, *CASES[id_][:2]) for id_ in ("trial-end", "charge-start", "benefits-end", "deal-free")]
    others = [_reply(edition, *CASES[id_][:2]) for id_ in ("payout", "licences-all", "counts", "contacts")]
    untold = _reply(edition, "cyberday.trial-length", {})

    assert len({convention(one, t) for one in days}) == 1
    assert re.search(r"\b23\b.*\b2026\b", convention(days[0], t))
    assert {convention(one, t) for one in (*others, untold)} == {""}


@pytest.mark.parametrize("asked_in", LANGUAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_contacts_are_those_for_the_language(edition: Edition, language: Language, asked_in: Language) -> None:
    """E-mail in English and German alone, whatever the language of the reply; the chat box in each."""
    (said,) = _said(edition, _reply(edition, "cyberday.contact", {"language": asked_in}), language)

    assert ("celine@cyberday.ai" in said) is (asked_in in {"en", "de"})
