"""What a computed reply lacks is asked for once: answered in words, by a button, by the calendar, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.scenarios.world import MONDAY, World, actions, clock_at, control, plainly, shown, world
from tests.stub_slack import StubMessage

TRIAL = "When does our customer's extended trial end?"
TEAM_OF_12 = "What does our team of 12 get for free?"
DEAL = "Until when is our deal reserved? It was registered on {}"
ENDS_TUESDAY = "The trial ends on Tuesday 22 December 2026. 29 days are left."
WITHOUT_CURRENCY = "The client we referred pays 123,400 a year, what is our commission?"


class Words(NamedTuple):
    """A conversation about a trial in one language."""

    question: str  # when does it end?
    asked: str  # when did it start?
    yesterday: str
    ends_tuesday: str
    unreadable: str
    not_read: str
    unknown: str
    left_open: str
    other: str  # a question about something else
    other_answer: str


WORDS = {
    "en": Words(
        TRIAL,
        "When did the trial start, or when will it?",
        "yesterday",
        ENDS_TUESDAY,
        "some time in summer",
        "I could not read that.",
        "I don't know",
        "All right. Without it I can tell you the rule, and not what it means for you.",
        "how do I pay by card?",
        "Paying by credit card",
    ),
    "fr": Words(
        "Quand se termine l'essai prolongé de notre client ?",
        "Quand l'essai a-t-il commencé, ou quand commencera-t-il ?",
        "hier",
        "L'essai se termine le mardi 22 décembre 2026. Il reste 29 jours.",
        "quelque part cet été",
        "Je n'ai pas compris cette réponse.",
        "je ne sais pas",
        "D'accord. Sans cette information, je peux vous donner la règle",
        "comment payer par carte ?",
        "La carte est la façon la plus simple",
    ),
    "de": Words(
        "Wann endet die verlängerte Testphase unseres Kunden?",
        "Wann hat die Testphase begonnen, oder wann beginnt sie?",
        "gestern",
        "Die Testphase endet am Dienstag, 22. Dezember 2026. Es bleiben noch 29 Tage.",
        "irgendwann im Sommer",
        "Das habe ich nicht verstanden.",
        "weiß ich nicht",
        "In Ordnung. Ohne diese Angabe kann ich Ihnen die Regel nennen",
        "wie zahle ich mit Karte?",
        "Die Karte ist der einfachste und schnellste Weg",
    ),
    "fi": Words(
        "Milloin asiakkaamme pidennetty koeaika päättyy?",
        "Milloin kokeilu alkoi tai milloin se alkaa?",
        "eilen",
        "Kokeilu päättyy tiistaina 22. joulukuuta 2026. Jäljellä on 29 päivää.",
        "vähän aikaa sitten",
        "En saanut tuosta selvää.",
        "en tiedä",
        "Selvä. Ilman tätä tietoa voin kertoa vain säännön",
        "miten maksan kortilla?",
        "Kortti on yksinkertaisin ja nopein tapa tilata",
    ),
}


async def _asked(w: World, text: str = TRIAL, channel: str = "CCYBER") -> tuple[str, StubMessage]:
    """A question that lacks something, and the bot's reply that asks for it."""
    ts = await w.mention(channel, "U1", text)
    return ts, await w.only(channel, ts)


async def _asks_for(w: World, ts: str) -> list[str]:
    """What a thread waits to hear."""
    (kept,) = [one for one in await w.threads() if one.ts == ts]
    return list(kept.asks_for)


@pytest.mark.parametrize("language", WORDS)
async def test_a_missing_day_is_asked_for_with_buttons_and_a_calendar(tmp_path: Path, language: str) -> None:
    """Below the rule, in the language of the question, once: today and yesterday, any other day, the form."""
    words = WORDS[language]
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        _, message = await _asked(w, words.question)

        assert message.text.count(words.asked) == 1
        assert message.text.endswith(words.asked)
        assert "30" in message.text
        assert actions(message)[:4] == ["values.pick.1", "values.pick.2", "values.day", "values.open"]
        assert control(message, "values.day")["type"] == "datepicker"
        assert [control(message, f"values.pick.{n}")["value"] for n in (1, 2)] == [
            'start_date="2026-11-23"',
            'start_date="2026-11-22"',
        ]


@pytest.mark.parametrize("language", WORDS)
async def test_an_answer_in_words_brings_the_result_below(tmp_path: Path, language: str) -> None:
    """A new message, for whoever reads on from there; the question above stays as it was."""
    words = WORDS[language]
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w, words.question)
        await w.write("CCYBER", "U1", words.yesterday, thread=ts)
        _, result = await w.replies("CCYBER", ts)

        assert plainly(result).startswith(words.ends_tuesday)
        assert words.asked not in result
        assert message.edits == []
        assert await _asks_for(w, ts) == []


async def test_a_number_and_a_plan_are_answers_too(tmp_path: Path) -> None:
    """One after the other: what is still missing is asked for again, what was told stays."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w, "What does our team get for free?", "CMIRO")
        await w.write("CMIRO", "U1", "twelve", thread=ts)
        _, halfway = await w.replies("CMIRO", ts)
        await w.write("CMIRO", "U1", "free", thread=ts)
        *_, result = await w.replies("CMIRO", ts)

        assert message.text.endswith("How many members does your team have? Which plan is your team on now?")
        assert halfway.startswith("If your team is on the Free plan and does not hold the free licences yet: With 12")
        assert halfway.endswith("Which plan is your team on now?")
        assert result.startswith("With 12 members, your team gets a free Consultant trial of 3 months.")
        assert "Understood: members of the team: 12 · plan: Free" in result


async def test_an_answer_at_the_top_of_a_direct_message(tmp_path: Path) -> None:
    """People do not always answer in the thread; the result stands where the question is."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        asked = await w.direct("D1", "U1", f"Cyberday: {TRIAL}")
        await w.settle()
        await w.direct("D1", "U1", "yesterday")

        assert plainly((await w.replies("D1", asked))[-1]).startswith(ENDS_TUESDAY)


async def test_a_suggestion_computes_in_place(tmp_path: Path) -> None:
    """The message that asked is the one that tells; it asks no more."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w)
        status = await w.press(message, "values.pick.2", "U1")
        result = await w.only("CCYBER", ts)

        assert status == 200
        assert result.ts == message.ts
        assert plainly(result.text).startswith(ENDS_TUESDAY)
        assert actions(result) == ["human.ask", "answer.helpful", "answer.unhelpful", "answer.more"]
        assert await _asks_for(w, ts) == []


async def test_a_day_of_the_calendar_computes_in_place(tmp_path: Path) -> None:
    """Any day, also one that no button offers."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w)
        status = await w.pick_day(message, "U1", "2026-11-02")
        result = await w.only("CCYBER", ts)

        assert status == 200
        assert result.ts == message.ts
        assert plainly(result.text).startswith("The trial ends on Wednesday 2 December 2026. 9 days are left.")


@pytest.mark.parametrize(
    ("question", "action", "found", "next_ones"),
    [
        (
            "What does our team get for free?",
            "values.pick.2",
            "If your team is on the Free plan and does not hold the free licences yet: With 5 members",
            5,
        ),
        (TEAM_OF_12, "values.pick.1", "With 12 members, your team gets a free Consultant trial of 3 months.", 0),
        (WITHOUT_CURRENCY, "values.pick.1", "You can get up to US$12,340.", 0),
        (WITHOUT_CURRENCY, "values.pick.2", "10% of that is €12,340.", 0),
        ("Can we renew our benefits?", "values.pick.1", "3 clients are fewer than the 5", 2),
        ("We want more licences, how many do we pay?", "values.pick.1", "With 6 licences in all you pay for all 6", 0),
    ],
)
async def test_suggestions_are_values_of_what_is_missing(
    tmp_path: Path, question: str, action: str, found: str, next_ones: int
) -> None:
    """Team sizes, plans, currencies, numbers of clients and licences; what is missing after that is offered next."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w, question, "CMIRO")
        await w.press(message, action, "U1")
        result = await w.only("CMIRO", ts)

        assert result.ts == message.ts
        assert result.text.startswith(found)
        assert sum(name.startswith("values.pick") for name in actions(result)) == next_ones


async def test_the_other_button_opens_the_form(tmp_path: Path) -> None:
    """Empty where nothing is told yet; what is filled in computes in place."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w)
        await w.press(message, "values.open", "U1")
        (form,) = w.slack.opened
        (field,) = form.view["blocks"]
        errors = await w.submit_values(form, "U1", start_date="2026-11-22")
        result = await w.only("CCYBER", ts)

        assert "initial_date" not in field["element"]
        assert errors == {}
        assert plainly(result.text).startswith(ENDS_TUESDAY)


@pytest.mark.parametrize("language", WORDS)
async def test_an_answer_that_cannot_be_read_is_asked_for_once_more(tmp_path: Path, language: str) -> None:
    """With a word that it was not read; the second time not, so that nobody goes round in circles."""
    words = WORDS[language]
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, _ = await _asked(w, words.question)
        await w.write("CCYBER", "U1", words.unreadable, thread=ts)
        again = await w.last("CCYBER", ts)
        await w.write("CCYBER", "U1", words.unreadable, thread=ts)
        last = await w.last("CCYBER", ts)

        assert again.text.endswith(f"{words.not_read} {words.asked}")
        assert "values.day" in actions(again)
        assert words.asked not in last.text
        assert not any(name.startswith("values.") for name in actions(last))
        assert len(await w.replies("CCYBER", ts)) == 3


async def test_an_answer_after_one_that_could_not_be_read(tmp_path: Path) -> None:
    """The second try counts."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, _ = await _asked(w)
        await w.write("CCYBER", "U1", WORDS["en"].unreadable, thread=ts)
        await w.settle()
        await w.write("CCYBER", "U1", "yesterday", thread=ts)

        assert plainly((await w.replies("CCYBER", ts))[-1]).startswith(ENDS_TUESDAY)


@pytest.mark.parametrize("language", WORDS)
async def test_whoever_does_not_know_is_not_asked_again(tmp_path: Path, language: str) -> None:
    """One short sentence; the thread waits for nothing."""
    words = WORDS[language]
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, _ = await _asked(w, words.question)
        await w.write("CCYBER", "U1", words.unknown, thread=ts)
        closed = await w.last("CCYBER", ts)

        assert closed.text.startswith(words.left_open)
        assert "\n" not in closed.text
        assert not any(name.startswith("values.") for name in actions(closed))
        assert await _asks_for(w, ts) == []


@pytest.mark.parametrize("language", WORDS)
async def test_another_subject_is_answered_and_leaves_no_trap(tmp_path: Path, language: str) -> None:
    """The bot does not insist, and takes no number for the day that it had asked for; the old buttons still work."""
    words = WORDS[language]
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w, words.question)
        await w.write("CCYBER", "U1", words.other, thread=ts)
        other = await w.last("CCYBER", ts)
        waits_for = await _asks_for(w, ts)
        await w.write("CCYBER", "U1", "12", thread=ts)
        last = await w.last("CCYBER", ts)

        assert other.text.startswith(words.other_answer)
        assert waits_for == []
        assert words.asked not in last.text
        assert "values.day" not in actions(last)
        assert message.edits == []

        await w.press(message, "values.pick.2", "U1")
        await w.settle()

        assert plainly(message.text).startswith(words.ends_tuesday)


@pytest.mark.parametrize("between", ["Who can I contact at Miro?", "How do I refer a client?"])
async def test_a_bare_number_after_another_subject_is_no_team_size(tmp_path: Path, between: str) -> None:
    """Though the bot had asked for one before."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, _ = await _asked(w, "What does our team get for free?", "CMIRO")
        for said in (between, "12"):
            await w.write("CMIRO", "U1", said, thread=ts)
            await w.settle()

        assert not any("With 12 members" in text for text in await w.replies("CMIRO", ts))


async def test_a_question_with_a_number_in_it_is_no_answer(tmp_path: Path) -> None:
    """A new question is answered on its own, whatever it counts."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, _ = await _asked(w, "What does our team get for free?", "CMIRO")
        await w.write("CMIRO", "U1", "The client we referred pays 40,000 dollars a year, what do we earn?", thread=ts)

        assert (await w.replies("CMIRO", ts))[-1].startswith("You can get up to US$4,000.")


# Days that are none, or several


async def test_a_day_that_can_be_read_in_two_ways_is_asked_back(tmp_path: Path) -> None:
    """Both readings with their weekday, the European one first; a click on either computes with it."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        for n, end in ((1, "through Monday 1 February 2027."), (2, "through Tuesday 9 June 2026; it no longer is.")):
            ts, message = await _asked(w, DEAL.format("03/11"))
            asked = plainly(message.text).split("\n\n")[-1]
            offered = [plainly(control(message, f"values.pick.{one}")["text"]["text"]) for one in (1, 2)]
            await w.press(message, f"values.pick.{n}", "U1")
            result = await w.only("CCYBER", ts)

            assert asked == (
                "“03/11” can be read in several ways: is it Tuesday 3 November 2026 or Wednesday 11 March 2026?"
            )
            assert offered == ["Tuesday 3 November 2026", "Wednesday 11 March 2026"]
            assert end in plainly(result.text)
            assert "several ways" not in result.text


@pytest.mark.parametrize(("day", "found"), [("13/11", "Friday 13 November 2026"), ("03/03", "Tuesday 3 March 2026")])
async def test_a_day_with_one_reading_is_not_asked_back(tmp_path: Path, day: str, found: str) -> None:
    """There is no thirteenth month, and some days are the same either way."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        _, message = await _asked(w, DEAL.format(day))

        assert f"Understood: day of registration: {found}" in plainly(message.text)
        assert "values.pick.1" not in actions(message)


async def test_a_day_that_was_asked_back_is_told_in_words(tmp_path: Path) -> None:
    """In full this time."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, _ = await _asked(w, DEAL.format("03/11"))
        await w.write("CCYBER", "U1", "on 11 March 2026", thread=ts)

        assert "through Tuesday 9 June 2026; it no longer is." in plainly((await w.replies("CCYBER", ts))[-1])


NO_DAYS = {
    "en": (DEAL.format("31 November"), "There is no such day as “31 November”. When was the deal registered?"),
    "fr": (
        "Jusqu'à quand notre affaire est-elle réservée ? Elle a été enregistrée le 31 novembre",
        "La date « 31 novembre » n'existe pas. Quand l'affaire a-t-elle été enregistrée ?",
    ),
    "de": (
        "Bis wann ist unser Deal reserviert? Er wurde registriert am 31. November",
        "Den Tag „31. November“ gibt es nicht. Wann wurde der Deal registriert?",
    ),
    "fi": (
        "Mihin asti kauppamme on varattu? Se rekisteröitiin 31. marraskuuta",
        "Päivää ”31. marraskuuta” ei ole olemassa. Milloin kauppa rekisteröitiin?",
    ),
}


@pytest.mark.parametrize("language", NO_DAYS)
async def test_a_day_that_does_not_exist_is_told_and_asked_back(tmp_path: Path, language: str) -> None:
    """In the person's own words; nothing is computed from a day near it."""
    question, asked = NO_DAYS[language]
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w, question)

        assert plainly(message.text).split("\n\n")[-1] == asked
        assert "2026" not in message.text
        assert "values.day" in actions(message)
        assert await _asks_for(w, ts) == ["registration_date"]


# Sums without a currency

CURRENCIES = {
    "en": (WITHOUT_CURRENCY, "In which currency is that?", "dollars", "You can get up to US$12,340."),
    "fr": (
        "Le client que nous avons recommandé paie 123 400 par an, quelle est notre commission ?",
        "Dans quelle devise est ce montant ?",
        "dollars",
        "Vous pouvez recevoir jusqu'à 12 340 $US.",
    ),
    "de": (
        "Der von uns empfohlene Kunde zahlt 123.400 im Jahr, wie hoch ist unsere Provision?",
        "In welcher Währung ist dieser Betrag?",
        "Dollar",
        "Sie können bis zu 12.340 $ erhalten.",
    ),
    "fi": (
        "Suosittelemamme asiakas maksaa 123 400 vuodessa, paljonko saamme palkkiota?",
        "Missä valuutassa summa on?",
        "dollareita",
        "Voit saada enintään 12 340 $.",
    ),
}


@pytest.mark.parametrize("language", CURRENCIES)
async def test_a_sum_without_a_currency_is_completed_by_it(tmp_path: Path, language: str) -> None:
    """No currency is guessed, the amount need not be told again; one word does not change the thread's language."""
    question, asked, currency, found = CURRENCIES[language]
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w, question, "CMIRO")
        offered = [one["text"]["text"] for one in (control(message, f"values.pick.{n}") for n in range(1, 5))]
        await w.write("CMIRO", "U1", currency, thread=ts)
        _, result = await w.replies("CMIRO", ts)

        assert message.text.endswith(asked)
        assert offered == ["USD", "EUR", "GBP", "CHF"]
        assert found not in plainly(message.text)
        assert plainly(result).startswith(found)


# What people write is quoted, and never acts


@pytest.mark.parametrize(
    "day",
    ["*03/11*", "<!channel> 03/11", "03/11<!here>", "<https://evil.example|03/11>", "`03/11` &lt;@U2&gt;", "> 03/11"],
)
async def test_words_that_are_quoted_are_harmless(tmp_path: Path, day: str) -> None:
    """Between quotation marks stands what was read of them, as text; the world looks at all that was sent."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        _, message = await _asked(w, DEAL.format(day))
        words = shown(message.blocks)

        assert "“03/11” can be read in several ways" in words
        assert "evil" not in words
        assert "*03/11*" not in words
