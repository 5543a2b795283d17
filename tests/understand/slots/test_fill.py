"""From what a message tells to the slots of a rule, in four languages."""

from datetime import date

import pytest

from bot.model import LANGUAGES
from bot.understand.slots.fill import SLOTS, fill
from bot.understand.slots.own_case import is_own_case
from bot.understand.slots.told import told
from bot.understand.slots.valid import is_valid

TODAY = date(2027, 3, 17)
BASE = 5  # licences that there are already

EXTRA = ("licences",)
REFERRAL = ("clients", "licences", "plan")
DEAL = ("employees", "licences", "plan")
TEAM = ("team_size", "plan")
LOCK = ("registration_date", "action_taken")


def filled(text, language, names, **options):
    """The slots that a message fills, and those it leaves unclear."""
    found = fill(names, told(text, language, TODAY), **options)
    return found.slots, found.unclear


def slots(text, language, names, **options):
    """The slots that a message fills; nothing is unclear."""
    found, unclear = filled(text, language, names, **options)
    assert unclear == {}
    return found


# Days


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "L'essai court jusqu'au 20 mai 2027 ; il a démarré le 5 mars 2027"),
        ("en", "The trial runs until 20 May 2027; it began on 5 March 2027"),
        ("de", "Die Testphase läuft bis zum 20. Mai 2027; sie begann am 5. März 2027"),
        ("fi", "Kokeilu jatkuu 20. toukokuuta 2027 asti; se alkoi 5. maaliskuuta 2027"),
    ],
)
def test_the_day_where_something_ends_is_not_asked_for(language, text):
    """Every day that a rule reads is one where something began."""
    for name in ("start_date", "registration_date", "approval_date"):
        assert slots(text, language, (name,)) == {name: "2027-03-05"}


@pytest.mark.parametrize(
    ("language", "both", "alone"),
    [
        ("fr", "aujourd'hui ça dure, démarré le 5 mars", "démarré aujourd'hui"),
        ("en", "still running today, started on 5 March", "started today"),
        ("de", "läuft heute noch, gestartet am 5. März", "heute gestartet"),
        ("fi", "tänään vielä päällä, alkoi 5. maaliskuuta", "alkoi tänään"),
    ],
)
def test_today_counts_if_no_other_day_is_told(language, both, alone):
    """It is often said beside the day that is meant."""
    assert slots(both, language, ("start_date",)) == {"start_date": "2027-03-05"}
    assert slots(alone, language, ("start_date",)) == {"start_date": "2027-03-17"}


def test_a_doubtful_day_is_unclear():
    """Its readings are given, and the words that say it, to ask back with."""
    found = fill(("start_date",), told("Started 03/11", "en", TODAY))

    assert (found.slots, found.unclear) == ({}, {"start_date": ("2026-11-03", "2027-03-11")})
    assert found.misread["start_date"].text == "03/11"
    assert not found.is_empty


# Counts


@pytest.mark.parametrize(
    ("language", "referral", "deal", "team"),
    [
        (
            "fr",
            "4 clients avec 20 licences Enterprise",
            "une entreprise de 300 salariés et 20 licences Enterprise",
            "nous sommes 7 sur le forfait Team",
        ),
        (
            "en",
            "4 customers with 20 Enterprise licences",
            "a company of 300 people with 20 Enterprise licences",
            "there are 7 of us on the Team plan",
        ),
        (
            "de",
            "4 Kunden mit 20 Enterprise-Lizenzen",
            "eine Firma mit 300 Leuten und 20 Enterprise-Lizenzen",
            "wir sind zu siebt im Team-Plan",
        ),
        (
            "fi",
            "4 asiakasta ja 20 Enterprise-lisenssiä",
            "300 hengen yritys ja 20 Enterprise-lisenssiä",
            "meitä on 7 ja meillä on Team-paketti",
        ),
    ],
)
def test_every_count_has_its_slot(language, referral, deal, team):
    """By what is counted: none is taken for another."""
    assert slots(referral, language, REFERRAL) == {"clients": 4, "licences": 20, "plan": "Enterprise"}
    assert slots(deal, language, DEAL) == {"employees": 300, "licences": 20, "plan": "Enterprise"}
    assert slots(team, language, TEAM) == {"team_size": 7, "plan": "Team"}


def test_a_count_that_has_a_slot_fills_no_other():
    """People of a company would do for a team, but not where a rule asks for both."""
    assert slots("300 employees", "en", TEAM) == {"team_size": 300}
    assert slots("300 employees", "en", ("team_size", "employees")) == {"employees": 300}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bare_number_is_for_the_only_count_or_for_the_one_asked_for(language):
    """Where a rule has two counts and asked for neither, nobody knows which one is meant."""
    assert slots("7", language, TEAM) == {"team_size": 7}
    assert slots("7", language, DEAL) == {}
    assert slots("7", language, DEAL, asked=("employees", "licences")) == {"employees": 7}
    assert slots("7", language, DEAL, asked=("licences", "employees")) == {"licences": 7}


@pytest.mark.parametrize(
    ("language", "none", "single", "thousands"),
    [
        ("fr", "aucun", "un seul", "2k"),
        ("en", "none", "just one", "2k"),
        ("de", "keine", "nur einer", "2k"),
        ("fi", "ei yhtään", "vain yksi", "2k"),
    ],
)
def test_an_answer_may_be_a_count_in_few_words(language, none, single, thousands):
    """None, just the one, two thousand: but only if it was asked for."""
    for name in ("employees", "licences"):
        assert slots(none, language, DEAL, asked=(name,)) == {name: 0}
        assert slots(single, language, DEAL, asked=(name,)) == {name: 1}
        assert slots(thousands, language, DEAL, asked=(name,)) == {name: 2_000}
    assert slots(none, language, DEAL) == slots(thousands, language, DEAL) == {}


@pytest.mark.parametrize(
    ("language", "noun"), [("fr", "licences"), ("en", "licences"), ("de", "Lizenzen"), ("fi", "lisenssiä")]
)
def test_an_impossible_count_fills_nothing(language, noun):
    """Less than none, or more than there are people: even as an answer."""
    assert slots("-5", language, DEAL, asked=("licences",)) == {}
    assert slots(f"-5 {noun}", language, DEAL) == {}
    assert slots(f"9999999999 {noun}", language, DEAL) == {}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "nous sommes 5 et 2 nouveaux arrivent"),
        ("en", "there are 5 of us and 2 more people join"),
        ("de", "wir sind 5 Leute und 2 weitere Leute kommen dazu"),
        ("fi", "meitä on 5 henkilöä ja 2 henkilöä tulee lisää"),
    ],
)
def test_people_who_join_belong_to_the_team(language, text):
    """Five of us and two more are seven."""
    assert slots(text, language, TEAM) == {"team_size": 7}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "10 à 12 licences"),
        ("en", "10 to 12 licences"),
        ("de", "10 oder 12 Lizenzen"),
        ("fi", "10–12 lisenssiä"),
    ],
)
def test_a_range_is_unclear(language, text):
    """Both ends are given, with and without a total to count."""
    assert filled(text, language, DEAL) == ({}, {"licences": (10, 12)})
    assert filled(text, language, EXTRA, base=BASE) == ({}, {"licences": (10, 12)})


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "nous n'avons recommandé personne, pas de parrainage"),
        ("en", "we haven't referred anyone"),
        ("de", "wir haben niemanden empfohlen"),
        ("fi", "emme ole suositelleet ketään"),
    ],
)
def test_who_referred_nobody_sold_no_licence(language, text):
    """In a rule about referrals; elsewhere it says nothing."""
    assert slots(text, language, REFERRAL) == {"licences": 0}
    assert slots(text, language, DEAL) == {}


# Totals


@pytest.mark.parametrize(
    ("language", "text", "total"),
    [
        ("fr", "Il nous faut trois licences de plus", 8),
        ("en", "We need three more licences", 8),
        ("de", "Wir brauchen drei weitere Lizenzen", 8),
        ("fi", "Tarvitsemme kolme lisenssiä lisää", 8),
        ("fr", "Une licence de plus, combien ?", 6),
        ("en", "How much is another licence?", 6),
        ("de", "Was kostet noch eine Lizenz?", 6),
        ("fi", "Paljonko maksaa vielä yksi lisenssi?", 6),
        ("fr", "Combien coûte la sixième licence ?", 6),
        ("en", "How much is a sixth licence?", 6),
        ("de", "Was kostet die sechste Lizenz?", 6),
        ("fi", "Mitä kuudes lisenssi maksaa?", 6),
        ("fr", "Il nous faut 12 licences en tout", 12),
        ("en", "We need 12 licences in all", 12),
        ("de", "Wir brauchen insgesamt 12 Lizenzen", 12),
        ("fi", "Tarvitsemme yhteensä 12 lisenssiä", 12),
    ],
)
def test_a_total_is_counted(language, text, total):
    """More of them come on top of the five there are; the sixth makes six; a plain number is the total."""
    assert slots(text, language, EXTRA, base=BASE) == {"licences": total}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Trois des cinq licences sont utilisées, et il en faut deux de plus"),
        ("en", "Three of the five licences are in use, and we need two more"),
        ("de", "Drei der fünf Lizenzen sind belegt, und wir brauchen zwei weitere"),
        ("fi", "Kolme viidestä lisenssistä on käytössä, ja tarvitaan kaksi lisää"),
    ],
)
def test_more_come_on_top_of_those_in_use(language, text):
    """Where two of the five are free, two more people need no sixth."""
    assert slots(text, language, EXTRA, base=BASE) == {"licences": 5}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Nous avons cinq licences"),
        ("en", "We have five licences"),
        ("de", "Wir haben fünf Lizenzen"),
        ("fi", "Meillä on viisi lisenssiä"),
    ],
)
def test_those_there_are_anyway_are_no_total(language, text):
    """Unless it answers the question how many are wanted."""
    assert slots(text, language, EXTRA, base=BASE) == {}
    assert slots(text, language, EXTRA, base=BASE, asked=EXTRA) == {"licences": 5}


# Plans


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Nous sommes 7 sur le plan Team et voulons passer à Business"),
        ("en", "7 of us are on the Team plan and want to move to Business"),
        ("de", "Wir sind zu siebt, nutzen den Team-Plan und wechseln auf den Business-Plan"),
        ("fi", "Meitä on 7, käytämme Team-pakettia ja haluamme siirtyä Businessiin"),
    ],
)
def test_the_plan_is_the_one_they_have(language, text):
    """Not the one they want."""
    assert slots(text, language, TEAM) == {"team_size": 7, "plan": "Team"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Nous voulons passer à Business"),
        ("en", "We want to move to Business"),
        ("de", "Wir wechseln auf den Business-Plan"),
        ("fi", "Haluamme siirtyä Businessiin"),
    ],
)
def test_a_plan_that_is_wanted_is_not_had(language, text):
    """They may have any other."""
    assert slots(text, language, TEAM) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_licences_of_two_plans_are_unclear(language):
    """Which of them is meant is asked back, the smaller first."""
    assert filled("20 Enterprise, 10 Business", language, DEAL)[1] == {"plan": ("Business", "Enterprise")}


@pytest.mark.parametrize(
    ("language", "text", "plan"),
    [
        ("fr", "le gratuit", "Free"),
        ("fr", "team", "Team"),
        ("en", "the free one", "Free"),
        ("en", "team", "Team"),
        ("de", "der kostenlose", "Free"),
        ("de", "team", "Team"),
        ("fi", "ilmainen", "Free"),
        ("fi", "team", "Team"),
        ("en", "enterprise i think", "Enterprise"),
    ],
)
def test_an_answer_may_be_a_plan_in_small_letters(language, text, plan):
    """Where a plan was asked for, an ordinary word is its name."""
    assert slots(text, language, TEAM, asked=("plan",)) == {"plan": plan}


# Money


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "500 € par mois"),
        ("en", "€500 a month"),
        ("de", "500 € im Monat"),
        ("fi", "500 € kuukaudessa"),
    ],
)
def test_a_year_has_twelve_months(language, text):
    """What is paid every month makes twelve times as much a year."""
    assert slots(text, language, ("arr",)) == {"arr": {"amount": 6_000, "currency": "EUR"}}


@pytest.mark.parametrize(
    ("language", "text", "currency"),
    [
        ("fr", "en euros", "EUR"),
        ("en", "in dollars", "USD"),
        ("de", "in Franken", "CHF"),
        ("fi", "euroissa", "EUR"),
    ],
)
def test_a_currency_completes_the_amount_told_before(language, text, currency):
    """Without an amount it says nothing."""
    known = {"arr": {"amount": 90_000, "currency": None}}

    assert slots(text, language, ("arr",), known=known) == {"arr": {"amount": 90_000, "currency": currency}}
    assert slots(text, language, ("arr",)) == {}
    assert known["arr"]["currency"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_small_number_is_a_sum_only_as_an_answer(language):
    """20 may be anything; 900 is money in a rule about money."""
    assert slots("20", language, ("arr",)) == {}
    assert slots("20", language, ("arr",), asked=("arr",)) == {"arr": {"amount": 20, "currency": None}}
    assert slots("900", language, ("arr",)) == {"arr": {"amount": 900, "currency": None}}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["-500 €", "9999999999999 €"])
def test_an_impossible_sum_fills_nothing(language, text):
    """Less than nothing, or more than there is."""
    assert slots(text, language, ("arr",), asked=("arr",)) == {}


# Actions


@pytest.mark.parametrize(
    ("language", "taken", "not_taken", "denied", "thought_of"),
    [
        (
            "fr",
            "Nous leur avons fait une démo depuis",
            "Rien ne s'est passé depuis",
            "Nous n'avons pas eu d'entretien",
            "Si nous leur faisons une démo, reste-t-elle à nous ?",
        ),
        (
            "en",
            "We have shown them a demo since",
            "Nothing has happened since",
            "We did not have a meeting",
            "If we show them a demo, does it stay ours?",
        ),
        (
            "de",
            "Wir haben ihnen seither eine Demo gezeigt",
            "Seither ist nichts passiert",
            "Wir hatten kein Meeting",
            "Wenn wir ihnen eine Demo zeigen, bleibt er unser?",
        ),
        (
            "fi",
            "Pidimme heille sen jälkeen demon",
            "Sen jälkeen ei ole tapahtunut mitään",
            "Emme pitäneet palaveria",
            "Jos pidämme heille demon, pysyykö se meidän?",
        ),
    ],
)
def test_an_action_is_taken_or_not_or_left_open(language, taken, not_taken, denied, thought_of):
    """One action that was not taken leaves room for others; one only thought of is none."""
    assert slots(taken, language, LOCK) == {"action_taken": True}
    assert slots(not_taken, language, LOCK) == {"action_taken": False}
    assert slots(denied, language, LOCK) == {}
    assert slots(thought_of, language, LOCK) == {}


@pytest.mark.parametrize(
    ("language", "yes", "no"), [("fr", "oui", "non"), ("en", "yes", "no"), ("de", "ja", "nein"), ("fi", "joo", "ei")]
)
def test_a_yes_or_no_is_an_answer(language, yes, no):
    """To the question about the action, and to no other."""
    assert slots(yes, language, LOCK, asked=("action_taken",)) == {"action_taken": True}
    assert slots(no, language, LOCK, asked=("action_taken",)) == {"action_taken": False}
    assert slots(yes, language, LOCK, asked=("registration_date",)) == {}
    assert slots(no, language, LOCK) == {}


# Payment and language


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("fr", "par carte, une carte Visa", "par carte ou sur facture ?"),
        ("en", "by card, a Visa card", "by card or by invoice?"),
        ("de", "mit Karte, einer Visa", "mit Karte oder auf Rechnung?"),
        ("fi", "kortilla, Visalla", "kortilla vai laskulla?"),
    ],
)
def test_a_way_of_paying_is_told_if_it_is_the_only_one(language, one, two):
    """Said twice it is still one; of two, neither has been chosen."""
    assert slots(one, language, ("payment",)) == {"payment": "card"}
    assert slots(two, language, ("payment",)) == {}


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("fr", "quelqu'un qui parle finnois", "fi"),
        ("en", "somebody who speaks French", "fr"),
        ("de", "jemand, der Englisch spricht", "en"),
        ("fi", "joku, joka puhuu saksaa", "de"),
    ],
)
def test_a_language_is_the_one_that_is_named(language, text, wanted):
    """Not the one it is named in."""
    assert slots(text, language, ("language",)) == {"language": wanted}
    assert slots("…", language, ("language",)) == {}


# Whose case it is


@pytest.mark.parametrize(
    ("language", "value", "own", "anybody", "general"),
    [
        (
            "fr",
            "Démarré hier",
            "Quand expire mon essai ?",
            "Quand expire un essai ?",
            "En général, quand expire mon essai ?",
        ),
        (
            "en",
            "Started yesterday",
            "When does my trial expire?",
            "When does a trial expire?",
            "In general, when does my trial expire?",
        ),
        (
            "de",
            "Gestern gestartet",
            "Wann endet meine Testphase?",
            "Wann endet eine Testphase?",
            "Wann endet meine Testphase im Allgemeinen?",
        ),
        (
            "fi",
            "Alkoi eilen",
            "Milloin kokeiluni päättyy?",
            "Milloin kokeilu päättyy?",
            "Milloin kokeiluni yleensä päättyy?",
        ),
    ],
)
def test_a_case_is_ones_own_by_a_value_or_by_its_words(language, value, own, anybody, general):
    """Then what is missing can be asked for; who asks about the rule is told the rule."""

    def is_own(text):
        heard = told(text, language, TODAY)
        return is_own_case(heard, fill(("start_date",), heard))

    assert is_own(value)
    assert is_own(own)
    assert not is_own(anybody)
    assert not is_own(general)


def test_a_doubtful_value_makes_a_case_ones_own():
    """Somebody means a day."""
    heard = told("Started 03/11", "en", TODAY)

    assert is_own_case(heard, fill(("start_date",), heard))


def test_an_action_alone_makes_no_case():
    """Who asks what holds if nothing has happened asks about the rule."""
    heard = told("What if nothing has happened?", "en", TODAY)
    found = fill(LOCK, heard)

    assert found.slots == {"action_taken": False}
    assert not is_own_case(heard, found)


# Values from forms and buttons


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start_date", "2027-03-17"),
        ("registration_date", "1990-01-01"),
        ("approval_date", "2100-12-31"),
        ("team_size", 0),
        ("employees", 10**9),
        ("licences", 5),
        ("clients", 1),
        ("plan", "Free"),
        ("plan", "Enterprise"),
        ("action_taken", True),
        ("action_taken", False),
        ("arr", {"amount": 0, "currency": None}),
        ("arr", {"amount": 1_250.5, "currency": "EUR"}),
    ],
)
def test_what_can_be_computed_with_is_valid(name, value):
    """Both ends of what is possible belong to it."""
    assert is_valid(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start_date", "2027-02-29"),
        ("start_date", "1989-12-31"),
        ("start_date", "2101-01-01"),
        ("start_date", "17.3.2027"),
        ("start_date", ""),
        ("start_date", None),
        ("start_date", 20270317),
        ("start_date", date(2027, 3, 17)),
        ("team_size", True),
        ("team_size", -1),
        ("team_size", 10**9 + 1),
        ("team_size", 2.0),
        ("team_size", "5"),
        ("team_size", None),
        ("plan", "free"),
        ("plan", "Gold"),
        ("plan", None),
        ("action_taken", 1),
        ("action_taken", "yes"),
        ("action_taken", None),
        ("arr", 500),
        ("arr", {"amount": 500}),
        ("arr", {"amount": 500, "currency": "EUR", "more": 1}),
        ("arr", {"amount": True, "currency": "EUR"}),
        ("arr", {"amount": -1, "currency": "EUR"}),
        ("arr", {"amount": 10**12 + 1, "currency": "EUR"}),
        ("arr", {"amount": float("nan"), "currency": "EUR"}),
        ("arr", {"amount": float("inf"), "currency": "EUR"}),
        ("arr", {"amount": "500", "currency": "EUR"}),
        ("arr", {"amount": 500, "currency": "EURO"}),
        ("arr", {"amount": 500, "currency": "1EU"}),
        ("arr", {"amount": 500, "currency": "eur"}),
        ("arr", {"amount": 500, "currency": 1}),
        ("colour", "red"),
        ("", None),
    ],
)
def test_anything_else_is_not(name, value):
    """Whatever a form sends: nothing is computed with it, and nothing breaks."""
    assert not is_valid(name, value)


@pytest.mark.parametrize("value", [[], {}, ["Free"], {"a": 1}, float("nan"), 10**400, "\x00", "2027-03-17T00:00"])
def test_no_value_breaks_it(value):
    """For every slot there is, and for one there is not."""
    assert [name for name in (*SLOTS, "colour") if is_valid(name, value)] == []
