"""Plans and ways of paying, rule by rule, in four languages."""

from datetime import date

import pytest

from bot.model import LANGUAGES
from bot.understand.slots.values import values

TODAY = date(2027, 3, 17)


def plans(text, language):
    """The plans of a message, with their roles."""
    return [(value.value, value.role) for value in values(text, language, TODAY) if value.kind == "plan"]


def payments(text, language):
    """The ways of paying that a message names."""
    return [value.value for value in values(text, language, TODAY) if value.kind == "payment"]


@pytest.mark.parametrize(
    ("language", "text", "plan"),
    [
        ("fr", "le forfait gratuit", "Free"),
        ("fr", "le forfait Team", "Team"),
        ("fr", "l'abonnement business", "Business"),
        ("en", "the free plan", "Free"),
        ("en", "the team plan", "Team"),
        ("en", "the consultant plan", "Consultant"),
        ("de", "der kostenlose Plan", "Free"),
        ("de", "der Team-Plan", "Team"),
        ("de", "das Business-Paket", "Business"),
        ("fi", "ilmainen paketti", "Free"),
        ("fi", "team-paketti", "Team"),
        ("fi", "business-tilaus", "Business"),
    ],
)
def test_a_name_beside_a_word_for_a_plan_is_one(language, text, plan):
    """In capitals or not, translated or not."""
    assert plans(text, language) == [(plan, "")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("plan", ["Business", "Enterprise", "Consultant"])
def test_a_name_in_capitals_needs_no_such_word(language, plan):
    """As an answer of one word too."""
    assert plans(plan, language) == [(plan, "")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "La team est en vacances"),
        ("fr", "Le Team de Paris grandit"),
        ("en", "Our team is growing"),
        ("en", "Team of 5"),
        ("de", "Das Team wächst"),
        ("de", "Unser Team ist neu"),
        ("fi", "Meidän tiimi kasvaa"),
    ],
)
def test_team_is_an_ordinary_word(language, text):
    """It is a plan beside a word for one only; but in Finnish, where a team is "tiimi"."""
    assert plans(text, language) == []


def test_in_finnish_team_is_a_plan():
    """Nothing else is called so."""
    assert plans("Team", "fi") == [("Team", "")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "C'est gratuit ?"),
        ("en", "Is it free?"),
        ("en", "Our business is small"),
        ("en", "I work as a consultant"),
        ("de", "Ist das kostenlos?"),
        ("fi", "Onko se ilmainen?"),
    ],
)
def test_ordinary_words_are_no_plans(language, text):
    """Where nothing is said about a plan."""
    assert plans(text, language) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "cinq licences gratuites"),
        ("en", "five free licences"),
        ("de", "fünf kostenlose Lizenzen"),
        ("fi", "viisi ilmaista lisenssiä"),
    ],
)
def test_free_licences_are_of_any_plan(language, text):
    """They cost nothing; they are not of the Free plan."""
    assert plans(text, language) == []


@pytest.mark.parametrize(
    ("language", "current", "target", "licence"),
    [
        ("fr", "Nous payons le forfait Team", "Nous voulons passer à Business", "20 licences Enterprise"),
        ("en", "We are on the Team plan", "We want to move to Business", "20 Enterprise licences"),
        ("de", "Wir zahlen den Team-Plan", "Wir wechseln auf den Business-Plan", "20 Enterprise-Lizenzen"),
        ("fi", "Maksamme Team-paketista", "Haluamme siirtyä Businessiin", "20 Enterprise-lisenssiä"),
    ],
)
def test_the_role_tells_whose_the_plan_is(language, current, target, licence):
    """The one they have, the one they want, the one of some licences."""
    assert plans(current, language) == [("Team", "current")]
    assert plans(target, language) == [("Business", "target")]
    assert plans(licence, language) == [("Enterprise", "licence")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Nous sommes sur le plan Team et voulons passer à Business"),
        ("en", "We are on the Team plan and want to move to Business"),
        ("de", "Wir nutzen den Team-Plan und wechseln auf den Business-Plan"),
        ("fi", "Käytämme Team-pakettia ja haluamme siirtyä Businessiin"),
    ],
)
def test_every_plan_has_its_own_role(language, text):
    """What is said of one says nothing of the other."""
    assert plans(text, language) == [("Team", "current"), ("Business", "target")]


@pytest.mark.parametrize(
    ("language", "text", "way"),
    [
        ("fr", "payer par carte", "card"),
        ("fr", "payer sur facture", "invoice"),
        ("fr", "facturer nous-mêmes le client", "partner"),
        ("en", "pay by credit card", "card"),
        ("en", "pay by invoice", "invoice"),
        ("en", "bill the customer ourselves", "partner"),
        ("de", "mit Kreditkarte zahlen", "card"),
        ("de", "auf Rechnung zahlen", "invoice"),
        ("de", "selbst in Rechnung stellen", "partner"),
        ("fi", "maksaa luottokortilla", "card"),
        ("fi", "maksaa laskulla", "invoice"),
        ("fi", "maksu meidän kautta", "partner"),
    ],
)
def test_ways_of_paying_have_their_words(language, text, way):
    """Card, invoice, or through the partner."""
    assert set(payments(text, language)) == {way}
