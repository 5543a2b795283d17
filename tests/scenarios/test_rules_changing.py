"""Values that change: the form behind ⋯, a correction in words; two people at once, two clicks, clicks of strangers."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from tests import payloads
from tests.scenarios.world import MONDAY, World, actions, clock_at, control, options, plainly, shown, world
from tests.stub_slack import StubMessage

TRIAL = "When does our customer's extended trial end?"
STARTED = "Our customer's extended trial started yesterday, when does it end?"
ENDS_TUESDAY = "The trial ends on Tuesday 22 December 2026. 29 days are left."
GONE = "I have kept nothing of this message: it is too old, or was deleted. Please write your question again."
TEAM = "Our team of 12 is on Free, what do we get for free?"
TEAM_GETS = "With 12 members, your team gets a free Consultant trial of 3 months."
REFERRAL = "The client we referred pays 123,400 dollars a year, what is our commission?"
DEAL = "We registered our deal 10 days ago and nothing has been done since, until when is it reserved?"


async def _computed(w: World, question: str, channel: str) -> tuple[str, StubMessage]:
    """A question with all values, and the bot's reply."""
    ts = await w.mention(channel, "U1", question)
    return ts, await w.only(channel, ts)


def _held(view: dict[str, Any]) -> dict[str, Any]:
    """What the fields of a form hold: a value, the value of an option, or None."""
    held = {}
    for block in view["blocks"]:
        element = block["element"]
        option = element.get("initial_option") or {}
        held[block["block_id"]] = element.get("initial_date") or element.get("initial_value") or option.get("value")
    return held


# The form


@pytest.mark.parametrize(
    ("channel", "question", "held"),
    [
        ("CCYBER", STARTED, {"start_date": "2026-11-22"}),
        ("CCYBER", DEAL, {"registration_date": "2026-11-13", "action_taken": "nothing"}),
        ("CMIRO", TEAM, {"team_size": "12", "plan": "Free"}),
        ("CMIRO", REFERRAL, {"arr": "123400", "currency": "USD"}),
        ("CMIRO", "Can we renew our benefits with 3 clients?", {"clients": "3", "licences": None, "plan": None}),
    ],
)
async def test_the_form_holds_all_values(tmp_path: Path, channel: str, question: str, held: dict[str, Any]) -> None:
    """Those that were understood are filled in, the others are empty: nothing need be typed again."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        _, message = await _computed(w, question, channel)
        form = await w.change_values(message, "U1")

        assert _held(form.view) == held
        assert message.edits == []


@pytest.mark.parametrize(
    ("question", "option", "title", "label"),
    [
        (STARTED, "Change values", "Change values", "Start of the trial"),
        (
            "L'essai prolongé de notre client a commencé hier, quand se termine-t-il ?",
            "Modifier les valeurs",
            "Modifier les valeurs",
            "Début de l'essai",
        ),
        (
            "Die verlängerte Testphase unseres Kunden hat gestern begonnen, wann endet sie?",
            "Angaben ändern",
            "Angaben ändern",
            "Beginn der Testphase",
        ),
        (
            "Asiakkaamme pidennetty koeaika alkoi eilen, milloin se päättyy?",
            "Muuta tietoja",
            "Muuta tietoja",
            "Kokeilun alkamispäivä",
        ),
    ],
)
async def test_the_form_speaks_the_language_of_the_reply(
    tmp_path: Path, question: str, option: str, title: str, label: str
) -> None:
    """As the menu that opens it."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        _, message = await _computed(w, question, "CCYBER")
        form = await w.change_values(message, "U1")

        assert options(control(message, "answer.more"))[-2]["text"]["text"] == option
        assert form.view["title"]["text"] == title
        assert [block["label"]["text"] for block in form.view["blocks"]] == [label]


async def test_an_answer_that_is_not_computed_has_no_values_to_change(tmp_path: Path) -> None:
    """Its menu holds languages alone."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        _, message = await _computed(w, "How do I register a deal?", "CCYBER")

        assert [one["value"] for one in options(control(message, "answer.more"))] == ["fr", "de", "fi", "report-error"]


@pytest.mark.parametrize(
    ("channel", "question", "changes", "found"),
    [
        ("CCYBER", STARTED, {"start_date": "2026-11-02"}, "The trial ends on Wednesday 2 December 2026."),
        ("CCYBER", DEAL, {"action_taken": "done"}, "Whether the deal is reserved is not settled"),
        ("CMIRO", TEAM, {"team_size": "4"}, "With 4 members, your team gets 5 free annual licences of Consultant."),
        ("CMIRO", TEAM, {"plan": "Business"}, "A team that pays for the Business plan does not get the free upgrade."),
        ("CMIRO", REFERRAL, {"arr": "2000.50"}, "You can get up to US$200.05."),
        ("CMIRO", REFERRAL, {"currency": "EUR"}, "10% of that is €12,340."),
    ],
)
async def test_sending_the_form_computes_in_place(
    tmp_path: Path, channel: str, question: str, changes: dict[str, str], found: str
) -> None:
    """The same message tells the new result from the values that were sent."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, question, channel)
        errors = await w.submit_values(await w.change_values(message, "U1"), "U1", **changes)
        result = await w.only(channel, ts)

        assert errors == {}
        assert result.ts == message.ts
        assert plainly(result.text).startswith(found)


async def test_the_form_again(tmp_path: Path) -> None:
    """It holds what was sent last, and counts anew."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, TEAM, "CMIRO")
        await w.submit_values(await w.change_values(message, "U1"), "U1", team_size="4")
        await w.settle()
        form = await w.change_values(message, "U1")
        await w.submit_values(form, "U1", team_size="20")

        assert _held(form.view) == {"team_size": "4", "plan": "Free"}
        assert (await w.only("CMIRO", ts)).text.startswith("With 20 members")


WHOLE = "Please write a whole number, 0 or more."
AMOUNT = "Please write an amount, 0 or more."


@pytest.mark.parametrize(
    ("channel", "question", "changes", "errors"),
    [
        ("CMIRO", TEAM, {"team_size": "-1"}, {"team_size": WHOLE}),
        ("CMIRO", TEAM, {"team_size": "1.5"}, {"team_size": WHOLE}),
        ("CMIRO", TEAM, {"team_size": "many"}, {"team_size": WHOLE}),
        ("CMIRO", TEAM, {"team_size": "9" * 400}, {"team_size": WHOLE}),
        ("CMIRO", TEAM, {"plan": payloads.Forged("<!channel>")}, {"plan": "Please choose from the list."}),
        (
            "CMIRO",
            TEAM,
            {"team_size": "x", "plan": payloads.Forged("y")},
            {"team_size": WHOLE, "plan": "Please choose from the list."},
        ),
        ("CMIRO", REFERRAL, {"arr": "-5"}, {"arr": AMOUNT}),
        ("CMIRO", REFERRAL, {"arr": "a lot"}, {"arr": AMOUNT}),
        ("CMIRO", REFERRAL, {"arr": "nan"}, {"arr": AMOUNT}),
        ("CMIRO", REFERRAL, {"arr": "1e400"}, {"arr": AMOUNT}),
        (
            "CCYBER",
            STARTED,
            {"start_date": "1066-10-14"},
            {"start_date": "Please choose a day between Monday 1 January 1990 and Friday 31 December 2100."},
        ),
    ],
)
async def test_wrong_input_is_told_at_its_field(
    tmp_path: Path, channel: str, question: str, changes: dict[str, str], errors: dict[str, str]
) -> None:
    """The form stays open, the reply as it was; put right, the same form is taken."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        _, message = await _computed(w, question, channel)
        form = await w.change_values(message, "U1")
        said = await w.submit_values(form, "U1", **changes)
        await w.settle()
        before = list(message.edits)
        again = await w.submit_values(form, "U1")
        await w.settle()

        assert {name: plainly(words) for name, words in said.items()} == errors
        assert before == []
        assert again == {}
        assert len(message.edits) == 1


@pytest.mark.parametrize(
    ("channel", "question", "changes", "asked"),
    [
        ("CCYBER", STARTED, {"start_date": None}, "When did the trial start, or when will it?"),
        ("CMIRO", TEAM, {"plan": None}, "Which plan is your team on now?"),
        ("CMIRO", TEAM, {"team_size": None}, "How many members does your team have?"),
        ("CMIRO", REFERRAL, {"currency": None}, "In which currency is that?"),
        (
            "CMIRO",
            REFERRAL,
            {"arr": None},
            "How high is the annual recurring revenue, and in which currency?",
        ),
    ],
)
async def test_an_emptied_field_is_asked_for_again(
    tmp_path: Path, channel: str, question: str, changes: dict[str, None], asked: str
) -> None:
    """An empty field is a value that is not told; an answer in words fills it again."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, question, channel)
        before = message.text.split("\n\n")[0]
        await w.submit_values(await w.change_values(message, "U1"), "U1", **changes)
        result = await w.only(channel, ts)

        assert result.text.endswith(asked)
        assert not result.text.startswith(before)

        answers = {
            "start_date": "yesterday",
            "plan": "Free",
            "team_size": "12",
            "currency": "dollars",
            "arr": "$123,400",
        }
        await w.write(channel, "U1", answers[next(iter(changes))], thread=ts)

        assert (await w.replies(channel, ts))[-1].startswith(before)


# In words

CORRECTIONS = [
    (
        "CCYBER",
        STARTED,
        "no, it was the day before yesterday",
        "Corrected above: The trial ends on Monday 21 December 2026. 28 days are left.",
        "Saturday 21 November 2026",
    ),
    (
        "CCYBER",
        "L'essai prolongé de notre client a commencé hier, quand se termine-t-il ?",
        "non, c'était avant-hier",
        "J'ai corrigé ma réponse ci-dessus. L'essai se termine le lundi 21 décembre 2026. Il reste 28 jours.",
        "samedi 21 novembre 2026",
    ),
    (
        "CCYBER",
        "Die verlängerte Testphase unseres Kunden hat gestern begonnen, wann endet sie?",
        "nein, es war vorgestern",
        "Oben korrigiert: Die Testphase endet am Montag, 21. Dezember 2026. Es bleiben noch 28 Tage.",
        "Samstag, 21. November 2026",
    ),
    (
        "CCYBER",
        "Asiakkaamme pidennetty koeaika alkoi eilen, milloin se päättyy?",
        "ei, se oli toissapäivänä",
        "Korjasin yllä olevan vastauksen: Kokeilu päättyy maanantaina 21. joulukuuta 2026. Jäljellä on 28 päivää.",
        "lauantai 21. marraskuuta 2026",
    ),
    (
        "CMIRO",
        TEAM,
        "sorry, we are 4 people",
        "Corrected above: With 4 members, your team gets 5 free annual licences of Consultant.",
        "members of the team: 4 · plan: Free",
    ),
    (
        "CMIRO",
        "Notre équipe de 12 personnes est sur le forfait Free, à quoi avons-nous droit gratuitement ?",
        "pardon, nous sommes 4",
        "J'ai corrigé ma réponse ci-dessus. Avec 4 membres, votre équipe a droit à 5 licences annuelles",
        "membres de l'équipe : 4 · forfait : Free",
    ),
    (
        "CMIRO",
        "Unser Team mit 12 Personen nutzt den Free-Plan, was bekommen wir gratis?",
        "nein, wir sind 4 Personen",
        "Oben korrigiert: Mit 4 Mitgliedern erhält Ihr Team 5 kostenlose Jahreslizenzen für Consultant.",
        "Mitglieder des Teams: 4 · Plan: Free",
    ),
    (
        "CMIRO",
        "Tiimissämme on 12 henkeä ja käytämme Free-pakettia, mitä saamme ilmaiseksi?",
        "ei, meitä on vain 4 henkeä",
        "Korjasin yllä olevan vastauksen: Kun tiimissäsi on 4 jäsentä, se saa 5 maksutonta Consultant-paketin",
        "tiimin jäsenmäärä: 4 · paketti: Free",
    ),
]


@pytest.mark.parametrize(("channel", "question", "correction", "note", "understood"), CORRECTIONS)
async def test_a_correction_in_words_puts_the_reply_right(
    tmp_path: Path, channel: str, question: str, correction: str, note: str, understood: str
) -> None:
    """In place, so that no wrong result is left standing; and one short message says so where people read on."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, question, channel)
        await w.write(channel, "U1", correction, thread=ts)
        first, said = await w.replies(channel, ts)

        assert plainly(said).startswith(note)
        assert "\n" not in said
        assert len(message.edits) == 1
        assert understood in plainly(first).split("\n\n")[1]
        assert plainly(first).split("\n\n")[0] in plainly(said)


async def test_a_second_correction(tmp_path: Path) -> None:
    """Again the reply itself is put right, not the note about it."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, STARTED, "CCYBER")
        for said in ("no, the day before yesterday", "sorry, five days ago"):
            await w.write("CCYBER", "U1", said, thread=ts)
            await w.settle()
        first, _, second_note = await w.replies("CCYBER", ts)

        assert plainly(first).startswith("The trial ends on Friday 18 December 2026. 25 days are left.")
        assert plainly(second_note).startswith("Corrected above: The trial ends on Friday 18 December 2026.")
        assert len(message.edits) == 2


async def test_a_no_that_corrects_nothing(tmp_path: Path) -> None:
    """A sentence that begins as a correction and tells no value leaves the result alone."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, STARTED, "CCYBER")
        await w.write("CCYBER", "U1", "no, thank you", thread=ts)
        await w.settle()

        assert message.edits == []


async def test_the_result_after_a_click_can_be_corrected_too(tmp_path: Path) -> None:
    """What was told by a button counts as what was told in words."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, TRIAL, "CCYBER")
        await w.press(message, "values.pick.1", "U1")
        await w.settle()
        await w.write("CCYBER", "U1", "no, yesterday", thread=ts)
        first, _ = await w.replies("CCYBER", ts)

        assert plainly(first).startswith(ENDS_TUESDAY)


# At the same time


async def test_two_people_with_open_questions(tmp_path: Path) -> None:
    """Each thread waits for its own answer and takes no other's."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        trial = await w.mention("CCYBER", "UACME", TRIAL, team="TACME")
        deal = await w.mention("CCYBER", "UNORTH", "Until when is our deal reserved?", team="TBOREAL")
        await w.settle()
        await asyncio.gather(
            w.write("CCYBER", "UNORTH", "yesterday", thread=deal, team="TBOREAL"),
            w.write("CCYBER", "UACME", "10 days ago", thread=trial, team="TACME"),
        )
        _, of_trial = await w.replies("CCYBER", trial)
        _, of_deal = await w.replies("CCYBER", deal)

        assert "Understood: start of the trial: Friday 13 November 2026\n" in plainly(of_trial)
        assert "Understood: day of registration: Sunday 22 November 2026\n" in plainly(of_deal)


async def test_one_persons_second_thread_knows_nothing_of_the_first(tmp_path: Path) -> None:
    """What was told belongs to a thread, not to a person."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        await _computed(w, TEAM, "CMIRO")
        _, message = await _computed(w, "What does our team get for free?", "CMIRO")

        assert "12" not in message.text
        assert message.text.endswith("How many members does your team have? Which plan is your team on now?")


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_click_that_comes_twice(tmp_path: Path, *, at_once: bool) -> None:
    """Changes one thing: the result stands there once, and nothing below it."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, TRIAL, "CCYBER")
        second = w.press(message, "values.pick.2", "U1")
        if at_once:
            statuses = await asyncio.gather(w.press(message, "values.pick.2", "U1"), second)
        else:
            statuses = [await w.press(message, "values.pick.2", "U1"), await second]
        result = await w.only("CCYBER", ts)

        assert list(statuses) == [200, 200]
        assert plainly(result.text).startswith(ENDS_TUESDAY)
        assert len(result.edits) <= 2


async def test_a_form_that_is_sent_twice(tmp_path: Path) -> None:
    """Is one change."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, TEAM, "CMIRO")
        form = await w.change_values(message, "U1")
        for _ in range(2):
            assert await w.submit_values(form, "U1", team_size="4") == {}
        result = await w.only("CMIRO", ts)

        assert result.text.startswith("With 4 members")
        assert len(result.edits) == 1


# What no control of ours sends


@pytest.mark.parametrize(
    "value",
    [
        'plan="<!channel>"',
        "plan=5",
        "team_size=-1",
        "team_size=1.5",
        "team_size=true",
        'team_size="12"',
        "team_size=1e12",
        'start_date="2026-02-30"',
        'start_date="1066-10-14"',
        "start_date=null",
        'arr={"amount":5}',
        'arr={"amount":NaN,"currency":"USD"}',
        'arr={"amount":5,"currency":"<!channel>"}',
        "unknown=1",
    ],
)
async def test_a_buttons_value_that_is_none_changes_nothing(
    tmp_path: Path, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack reads that the click has arrived; nothing is computed, nothing is logged as a fault."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, TRIAL, "CCYBER")
        payload = payloads.block_actions("CCYBER", "U1", "values.pick.1", value, message_ts=message.ts, thread=ts)
        status = await w.click(payload)

        assert status == 200
        assert (await w.only("CCYBER", ts)).edits == []
        assert w.slack.ephemerals == []
        assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("day", [None, "2026-02-30", "soon", "<!channel>", "0001-01-01"])
async def test_a_calendars_day_that_is_none_changes_nothing(tmp_path: Path, day: str | None) -> None:
    """Nor does one that was cleared."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, TRIAL, "CCYBER")
        status = await w.pick_day(message, "U1", day)

        assert status == 200
        assert (await w.only("CCYBER", ts)).edits == []


async def test_a_value_for_an_answer_that_is_not_computed_changes_nothing(tmp_path: Path) -> None:
    """A click that belongs to another message."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, "How do I register a deal?", "CCYBER")
        for action, value in (("values.pick.1", 'start_date="2026-11-22"'), ("values.open", ""), ("values.day", "")):
            payload = payloads.block_actions("CCYBER", "U1", action, value, message_ts=message.ts, thread=ts)

            assert await w.click(payload) == 200
        assert (await w.only("CCYBER", ts)).edits == []
        assert w.slack.opened == []


async def test_a_click_on_a_reply_that_is_gone_is_harmless(tmp_path: Path) -> None:
    """The question was deleted, and the reply with it; Slack still sends the clicks and the form.

    Whoever clicked is told so, alone, and at the form.
    """
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _computed(w, TRIAL, "CCYBER")
        await w.press(message, "values.open", "U1")
        (form,) = w.slack.opened
        await w.delete("CCYBER", "U1", ts)
        await w.settle()
        status = await w.press(message, "values.pick.1", "U1")
        errors = await w.submit_values(form, "U1", start_date="2026-11-22")
        await w.settle()

        assert (status, errors) == (200, {"start_date": GONE})
        assert [one.text for one in w.slack.ephemerals] == [GONE]
        assert w.slack.messages("CCYBER") == []


async def test_what_was_told_is_shown_as_text(tmp_path: Path) -> None:
    """A question full of markup leads to the values in it, and nothing of the rest is said."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        hostile = "<!channel> *Our* team of <https://evil.example|12> is on `Free`, <@U2> what do we get for free?"
        _, message = await _computed(w, hostile, "CMIRO")
        words = shown(message.blocks)

        assert message.text.startswith(TEAM_GETS)
        assert "evil" not in words
        assert "Understood: members of the team: 12 · plan: Free" in words
        assert actions(message)[0] == "human.ask"
