"""Computed replies: a question that tells all values is answered by a day, a number or a sum; today is a Monday."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.scenarios.world import MONDAY, actions, clock_at, control, options, plainly, shown, world


class Case(NamedTuple):
    """A question with all values, and what is said: what was found, understood, the rule, and where it stands."""

    channel: str
    question: str
    found: str
    understood: str
    rule: str
    source: str


CASES = {
    "a trial, en": Case(
        "CCYBER",
        "Our customer's extended trial started 9 days ago, when does it end?",
        "The trial ends on Monday 14 December 2026. 21 days are left.",
        "Understood: start of the trial: Saturday 14 November 2026",
        "extended trial of 30 days",
        "Length of a trial",
    ),
    "a trial, fr": Case(
        "CCYBER",
        "L'essai prolongé de notre client a commencé il y a 9 jours, quand se termine-t-il ?",
        "L'essai se termine le lundi 14 décembre 2026. Il reste 21 jours.",
        "J'ai compris : début de l'essai : samedi 14 novembre 2026",
        "essai prolongé de 30 jours",
        "Durée de l'essai prolongé",
    ),
    "a trial, de": Case(
        "CCYBER",
        "Die verlängerte Testphase unseres Kunden hat vor 9 Tagen begonnen, wann endet sie?",
        "Die Testphase endet am Montag, 14. Dezember 2026. Es bleiben noch 21 Tage.",
        "Verstanden: Beginn der Testphase: Samstag, 14. November 2026",
        "verlängerte Testphase von 30 Tagen",
        "Dauer der Testphase",
    ),
    "a trial, fi": Case(
        "CCYBER",
        "Asiakkaamme pidennetty koeaika alkoi 9 päivää sitten, milloin se päättyy?",
        "Kokeilu päättyy maanantaina 14. joulukuuta 2026. Jäljellä on 21 päivää.",
        "Ymmärsin: kokeilun alkamispäivä: lauantai 14. marraskuuta 2026",
        "30 päivän kokeilujaksoa",
        "Kokeilun pituus",
    ),
    "a deal, en": Case(
        "CCYBER",
        "We registered our deal 10 days ago and nothing has been done since, until when is it reserved?",
        "The deal is reserved in your name through Thursday 11 February 2027. 80 days are left.",
        "Understood: day of registration: Friday 13 November 2026 · done since the registration: nothing",
        "reserved in your name for 90 days",
        "How long a registered deal is reserved",
    ),
    "a deal, fr": Case(
        "CCYBER",
        "Notre affaire a été enregistrée il y a 10 jours et rien n'a été fait depuis, "
        "jusqu'à quand est-elle réservée ?",
        "L'affaire est réservée à votre nom jusqu'au jeudi 11 février 2027 inclus. Il reste 80 jours.",
        "J'ai compris : date d'enregistrement : vendredi 13 novembre 2026 · action depuis l'enregistrement : aucune",
        "pendant 90 jours",
        "Durée de réservation d'une affaire",
    ),
    "a deal, de": Case(
        "CCYBER",
        "Unser Deal wurde vor 10 Tagen registriert und seitdem ist nichts passiert, bis wann ist er noch reserviert?",
        "Der Deal ist bis einschließlich Donnerstag, 11. Februar 2027 auf Ihren Namen reserviert. "
        "Es bleiben noch 80 Tage.",
        "Verstanden: Tag der Registrierung: Freitag, 13. November 2026 · Aktion seit der Registrierung: keine",
        "90 Tage lang auf Ihren Namen reserviert",
        "Wie lange ein Deal reserviert ist",
    ),
    "a deal, fi": Case(
        "CCYBER",
        "Kauppamme rekisteröitiin 10 päivää sitten eikä sen jälkeen ole tehty mitään, mihin asti se on varattu?",
        "Kauppa on varattuna nimissäsi, ja varauksen viimeinen päivä on torstai 11. helmikuuta 2027. "
        "Jäljellä on 80 päivää.",
        "Ymmärsin: rekisteröintipäivä: perjantai 13. marraskuuta 2026 · toimia rekisteröinnin jälkeen: ei mitään",
        "varattuna nimissäsi 90 päivää",
        "Rekisteröidyn kaupan varausaika",
    ),
    "a team, en": Case(
        "CMIRO",
        "Our team of 12 is on Free, what do we get for free?",
        "With 12 members, your team gets a free Consultant trial of 3 months.",
        "Understood: members of the team: 12 · plan: Free",
        "up to 5 members: 5 free annual licences",
        "Free upgrade for Free teams",
    ),
    "a team, fr": Case(
        "CMIRO",
        "Notre équipe de 12 personnes est sur le forfait Free, à quoi avons-nous droit gratuitement ?",
        "Avec 12 membres, votre équipe a droit à 3 mois d'essai gratuit du forfait Consultant.",
        "J'ai compris : membres de l'équipe : 12 · forfait : Free",
        "jusqu'à 5 membres : 5 licences annuelles gratuites",
        "Passage gratuit de Free à Consultant",
    ),
    "a team, de": Case(
        "CMIRO",
        "Unser Team mit 12 Personen nutzt den Free-Plan, was bekommen wir gratis?",
        "Mit 12 Mitgliedern erhält Ihr Team eine kostenlose Consultant-Testphase von 3 Monaten.",
        "Verstanden: Mitglieder des Teams: 12 · Plan: Free",
        "Bis zu 5 Mitglieder: 5 kostenlose Jahreslizenzen",
        "Kostenloses Upgrade für Free-Teams",
    ),
    "a team, fi": Case(
        "CMIRO",
        "Tiimissämme on 12 henkeä ja käytämme Free-pakettia, mitä saamme ilmaiseksi?",
        "Kun tiimissäsi on 12 jäsentä, se saa Consultant-paketista 3 kuukauden maksuttoman kokeilun.",
        "Ymmärsin: tiimin jäsenmäärä: 12 · paketti: Free",
        "enintään 5 jäsentä, se saa 5 maksutonta vuosilisenssiä",
        "Maksuton päivitys Consultant-pakettiin",
    ),
    "a referral, en": Case(
        "CMIRO",
        "The client we referred pays 123,400 dollars a year, what is our commission?",
        "You can get up to US$12,340.",
        "Understood: annual recurring revenue: US$123,400",
        "at most US$50,000",
        "What a referral pays",
    ),
    "a referral, fr": Case(
        "CMIRO",
        "Le client que nous avons recommandé paie 123 400 dollars par an, quelle est notre commission ?",
        "Vous pouvez recevoir jusqu'à 12 340 $US.",
        "J'ai compris : revenu annuel récurrent : 123 400 $US",
        "au maximum 50 000 $US",
        "Rémunération du parrainage",
    ),
    "a referral, de": Case(
        "CMIRO",
        "Der von uns empfohlene Kunde zahlt 123.400 Dollar im Jahr, wie hoch ist unsere Provision?",
        "Sie können bis zu 12.340 $ erhalten.",
        "Verstanden: jährlich wiederkehrender Umsatz: 123.400 $",
        "höchstens 50.000 $",
        "Vergütung für Empfehlungen",
    ),
    "a referral, fi": Case(
        "CMIRO",
        "Suosittelemamme asiakas maksaa 123 400 dollaria vuodessa, paljonko saamme palkkiota?",
        "Voit saada enintään 12 340 $.",
        "Ymmärsin: vuotuinen toistuva liikevaihto: 123 400 $",
        "kuitenkin enintään 50 000 $",
        "Suosittelupalkkio",
    ),
    "licences, en": Case(
        "CMIRO",
        "We hold the free licences and want 8 in all, how many do we pay for?",
        "With 8 licences in all you pay for all 8; only up to 5 are free.",
        "Understood: licences: 8",
        "pays for all of its licences",
        "More licences than the free ones",
    ),
    "licences, fr": Case(
        "CMIRO",
        "Nous avons les licences gratuites et voulons 8 licences au total, combien en payons-nous ?",
        "Avec 8 licences au total, vous payez toutes les 8 : les licences ne sont gratuites que jusqu'à 5.",
        "J'ai compris : licences : 8",
        "elle paie alors toutes ses licences",
        "Ajouter des licences au-delà des gratuites",
    ),
    "licences, de": Case(
        "CMIRO",
        "Wir haben die kostenlosen Lizenzen und wollen insgesamt 8 Lizenzen, wie viele bezahlen wir?",
        "Mit insgesamt 8 Lizenzen zahlen Sie für alle 8; kostenlos ist es nur mit bis zu 5.",
        "Verstanden: Lizenzen: 8",
        "zahlt dann aber für alle seine Lizenzen",
        "Mehr als die kostenlosen Lizenzen",
    ),
    "licences, fi": Case(
        "CMIRO",
        "Meillä on ilmaiset lisenssit ja haluamme yhteensä 8 lisenssiä, montako niistä maksamme?",
        "Kun lisenssejä on yhteensä 8, maksullisia ovat kaikki 8; maksutta niitä voi olla enintään 5.",
        "Ymmärsin: lisenssien määrä: 8",
        "se maksaa kaikista lisensseistään",
        "Enemmän kuin maksuttomat lisenssit",
    ),
}
CONVENTION = {
    "en": "as of Monday 23 November 2026. The date that the product shows is the one that counts.",
    "fr": "Calcul établi le lundi 23 novembre 2026, en comptant à partir du lendemain du début.",
    "de": "Stand: Montag, 23. November 2026. Maßgeblich ist das Datum, das im Produkt angezeigt wird.",
    "fi": "maanantaina 23. marraskuuta 2026. Ratkaiseva on se päivämäärä, jonka tuote näyttää.",
}


@pytest.mark.parametrize("name", CASES)
async def test_the_result_stands_first_then_its_values_then_the_rule(tmp_path: Path, name: str) -> None:
    """In the language's way of writing days, numbers and sums; the entry's title below; nothing is asked back."""
    case = CASES[name]
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        message = await w.only(case.channel, await w.mention(case.channel, "U1", case.question))
        found, understood, *rest = plainly(message.text).split("\n\n")
        context = [plainly(shown([block])) for block in message.blocks if block["type"] == "context"]

        assert found == case.found
        assert understood == case.understood
        assert case.rule in "\n\n".join(rest)
        assert len(context) == 1
        assert case.source in context[0]
        assert actions(message) == ["human.ask", "answer.helpful", "answer.unhelpful", "answer.more"]


@pytest.mark.parametrize("name", CASES)
async def test_where_a_day_was_computed_it_is_said_how_and_what_counts(tmp_path: Path, name: str) -> None:
    """From which day it is counted, as of which day, and that the product has the last word; for nothing but days."""
    case = CASES[name]
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        message = await w.only(case.channel, await w.mention(case.channel, "U1", case.question))
        last = plainly(message.text).split("\n\n")[-1]

        assert (CONVENTION[name[-2:]] in last) is (case.channel == "CCYBER")


@pytest.mark.parametrize(
    ("ago", "found"),
    [
        ("yesterday", "The trial ends on Tuesday 22 December 2026. 29 days are left."),
        ("29 days ago", "The trial ends on Tuesday 24 November 2026. 1 day is left."),
        ("30 days ago", "The trial ends on Monday 23 November 2026. That is today."),
        ("31 days ago", "The trial ended on Sunday 22 November 2026. That was 1 day ago."),
        ("40 days ago", "The trial ended on Friday 13 November 2026. That was 10 days ago."),
    ],
)
async def test_the_end_lies_ahead_is_today_or_lies_behind(tmp_path: Path, ago: str, found: str) -> None:
    """The sentence is in the tense of the day, and one day is no days."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts = await w.mention("CCYBER", "U1", f"Our customer's extended trial started {ago}, when does it end?")

        assert plainly((await w.only("CCYBER", ts)).text).startswith(f"{found}\n")


async def test_days_are_those_of_the_desk(tmp_path: Path) -> None:
    """Half past midnight in Helsinki it is Tuesday there already, and yesterday is Monday; also for the buttons."""
    async with world(tmp_path, clock=clock_at(MONDAY + timedelta(hours=12, minutes=30))) as w:
        told = await w.mention("CCYBER", "U1", "Our customer's extended trial started yesterday, when does it end?")
        untold = await w.mention("CCYBER", "U1", "When does our customer's extended trial end?")
        message = await w.only("CCYBER", untold)

        assert "Wednesday 23 December 2026. 29 days are left." in plainly((await w.only("CCYBER", told)).text)
        assert control(message, "values.pick.1")["value"] == 'start_date="2026-11-24"'


async def test_the_days_of_somebody_elsewhere_are_their_own(tmp_path: Path) -> None:
    """At the same instant it is still Monday in New York."""
    async with world(tmp_path, clock=clock_at(MONDAY + timedelta(hours=12, minutes=30))) as w:
        w.slack.add_user("U1", tz="America/New_York")
        ts = await w.mention("CCYBER", "U1", "Our customer's extended trial started yesterday, when does it end?")

        assert "Tuesday 22 December 2026. 29 days are left." in plainly((await w.only("CCYBER", ts)).text)


async def test_a_trial_that_starts_today_by_the_systems_own_clock(tmp_path: Path) -> None:
    """All of its days are left, whatever day it is."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "Our customer's extended trial started today, when does it end?")

        assert "30 days are left." in (await w.only("CCYBER", ts)).text


async def test_a_computed_reply_in_a_direct_message(tmp_path: Path) -> None:
    """As in a channel."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts = await w.direct("D1", "U1", f"Cyberday: {CASES['a trial, en'].question}")

        assert plainly((await w.replies("D1", ts))[0]).startswith(CASES["a trial, en"].found)


async def test_an_amount_over_the_cap_and_one_in_another_currency(tmp_path: Path) -> None:
    """The cap is said where it bites; no currency is converted into another."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ask = "The client we referred pays {} a year, what is our commission?"
        capped = await w.mention("CMIRO", "U1", ask.format("1,234,000 dollars"))
        euros = await w.mention("CMIRO", "U1", ask.format("80,000 euros"))

        assert (await w.only("CMIRO", capped)).text.startswith("You can get up to US$50,000: 10% would be more")
        assert (await w.only("CMIRO", euros)).text.startswith("10% of that is €8,000. The cap of US$50,000 is in US")


@pytest.mark.parametrize("kind", ["a trial", "a deal", "a team", "a referral", "licences"])
async def test_another_language_shows_the_same_result_in_place(tmp_path: Path, kind: str) -> None:
    """Each language of the ⋯ menu in turn: its own sentences, days and numbers, in the one message."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        asked = CASES[f"{kind}, en"]
        ts = await w.mention(asked.channel, "U1", asked.question)
        for language in ("fr", "de", "fi", "en"):
            message = await w.only(asked.channel, ts)
            await w.press(message, "answer.more", "U1", language)
            switched = await w.only(asked.channel, ts)
            case = CASES[f"{kind}, {language}"]

            assert switched.ts == message.ts
            assert plainly(switched.text).split("\n\n")[:2] == [case.found, case.understood]
            assert "change-values" in [one["value"] for one in options(control(switched, "answer.more"))]


async def test_a_question_of_ours_is_asked_in_the_other_language_too(tmp_path: Path) -> None:
    """With its buttons, whose days are the same; a click on one computes in that language."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts = await w.mention("CCYBER", "U1", "When does our customer's extended trial end?")
        english = await w.only("CCYBER", ts)
        before = [control(english, f"values.pick.{n}")["value"] for n in (1, 2)]
        await w.press(english, "answer.more", "U1", "fi")
        finnish = await w.only("CCYBER", ts)

        assert "Milloin kokeilu alkoi tai milloin se alkaa?" in finnish.text
        assert [control(finnish, f"values.pick.{n}")["value"] for n in (1, 2)] == before
        assert "maanantai 23. marraskuuta 2026" in shown(finnish.blocks)

        await w.press(finnish, "values.pick.2", "U1")

        assert "Kokeilu päättyy tiistaina 22. joulukuuta 2026." in (await w.only("CCYBER", ts)).text


async def test_anothers_language_switch_of_a_result_is_shown_to_them_alone(tmp_path: Path) -> None:
    """The result, in their language; the message stays as it is."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", CASES["a trial, en"].question))
        await w.press(message, "answer.more", "U2", "de")
        (whisper,) = await w.whispers("U2")

        assert plainly(whisper.text).startswith(CASES["a trial, de"].found)
        assert message.edits == []
