"""The forms behind a card's buttons: what they show, and what is read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.edition import Edition
from bot.i18n import Catalogues, Translator
from bot.model import LANGUAGES, Language
from bot.render import translator_forms as forms
from bot.render.translator_forms import Fix, Rejection
from bot.report import Kind, OwnText, Reason, Report, Visible
from tests.payloads import form_state
from tests.render.hostile import HOSTILE, markups, shortened
from tests.render.test_report_cards import OWN, REPORT
from tests.render.valid import schema_problems, view_problems

TODAY = date(2026, 11, 22)
FORMS = (forms.asking_form, forms.fixing_form, forms.rejecting_form, forms.duplicating_form, forms.moving_form)
CALLBACKS = (forms.ASKING, forms.FIXING, forms.REJECTING, forms.DUPLICATING, forms.MOVING)


def _fixed(t: Translator, report: Report, **changes: Any) -> tuple[Fix, dict[str, str]]:
    return forms.read_fix(form_state(forms.fixing_form(t, report), **changes), report, t, today=TODAY)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", FORMS)
@pytest.mark.parametrize(
    "report", [REPORT, OWN, replace(REPORT, kind=Kind.SOURCE, near=(9,))], ids=["", "own", "source"]
)
def test_the_forms_are_ones_that_slack_takes(
    catalogues: Catalogues, language: Language, make: Callable[..., dict[str, Any]], report: Report
) -> None:
    """In every language; each knows its card, its report and its language."""
    form = make(catalogues[language], report)

    assert view_problems(form) == []
    assert schema_problems(form, "view.schema.json") == []
    assert shortened(form) == []
    assert json.loads(form["private_metadata"]) == {
        "language": language,
        "channel": "CTRANS",
        "ts": "1.2",
        "number": 12,
    }


def test_each_form_has_its_name(english: Translator) -> None:
    """By which it is told apart when it is sent."""
    assert [make(english, REPORT)["callback_id"] for make in FORMS] == list(CALLBACKS)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("make", FORMS)
def test_any_report_fits(english: Translator, make: Callable[..., dict[str, Any]], text: str) -> None:
    """Whatever people have written, nothing in it is markup."""
    own = tuple(OwnText(text, text, text, 1) for _ in range(8))
    for texts in ((), own):
        report = replace(REPORT, place=text, wrong=text, suggestion=text, said=text, entry=text, texts=texts)
        form = make(english, report)

        assert view_problems(form) == []
        assert list(markups(form)) == []


def test_a_question_has_words(english: Translator) -> None:
    """Else the error stands at it."""
    form = forms.asking_form(english, REPORT)

    assert forms.read_question(form_state(form, question=" Where? "), english) == ("Where?", {})
    assert forms.read_question(form_state(form, question=" "), english)[1] == {
        "question": "Please write your question."
    }


def test_a_correction_begins_with_the_suggestion(english: Translator) -> None:
    """Sent as it is, it holds from now on; the text that is wrong stands above."""
    assert _fixed(english, REPORT) == (Fix("Document list", (), Visible.NOW, None, ""), {})
    assert "Docment list" in str(forms.fixing_form(english, REPORT)["blocks"])


def test_a_correction_has_a_text(english: Translator) -> None:
    """Else the error stands at it."""
    assert _fixed(english, REPORT, final="  ")[1] == {"final": "Please write the text as it is now."}


@pytest.mark.parametrize(
    ("day", "errors"),
    [
        ("2026-11-22", {}),
        ("2027-01-01", {}),
        ("2026-11-21", {"day": "That day has passed."}),
        (None, {"day": "Please choose the day."}),
    ],
)
def test_a_day_is_today_or_later(english: Translator, day: str | None, errors: dict[str, str]) -> None:
    """Where a correction is seen from a day on."""
    fix, found = _fixed(english, REPORT, visible="day", day=day, words="Well seen")

    assert found == errors
    assert fix.visible is Visible.DAY
    assert fix.visible_on == (date.fromisoformat(day) if day else None)
    assert fix.words == "Well seen"


def test_a_day_that_does_not_count_is_left_out(english: Translator) -> None:
    """A day in the past is no error where it is not the day that decides."""
    assert _fixed(english, REPORT, visible="release", day="2020-01-01") == (
        Fix("Document list", (), Visible.RELEASE, None, ""),
        {},
    )


def test_a_day_that_is_none_is_missing(english: Translator) -> None:
    """Whatever comes in place of one."""
    state = form_state(forms.fixing_form(english, REPORT), visible="day")
    state["day"]["day"]["selected_date"] = "soon"

    assert forms.read_fix(state, REPORT, english, today=TODAY)[1] == {"day": "Please choose the day."}


def test_our_own_texts_are_changed_in_place(english: Translator) -> None:
    """Each has its field with the text as it is; what nobody has changed, or has emptied, stays."""
    fix, errors = _fixed(english, OWN, **{"text.1": "Kerro virheestä.", "text.3": ""})

    assert (fix.final, fix.finals, errors) == ("", ("Kerro virheestä.", "", ""), {})
    assert _fixed(english, OWN)[1] == {"text.1": "Please change at least one of the texts."}


@pytest.mark.parametrize("text", ["  text \n", "x" * 4000])
def test_a_text_that_a_field_changes_by_itself_is_not_changed(english: Translator, text: str) -> None:
    """Blanks around it, and what is longer than a field."""
    report = replace(OWN, texts=(OwnText("cyberday/fi.yml", "a.answer", text, 1),))

    assert _fixed(english, report)[0].finals == ("",)


@pytest.mark.parametrize(
    ("reason", "words", "errors"),
    [
        ("intended", "It is a name", {}),
        ("intended", " ", {"words": "Please tell the reporter why."}),
        ("mended", "", {}),
        ("not-ours", "", {}),
        ("not-found", "", {}),
    ],
)
def test_a_reason_is_told(english: Translator, reason: str, words: str, errors: dict[str, str]) -> None:
    """That it is meant so needs a word on why; the others speak for themselves."""
    state = form_state(forms.rejecting_form(english, REPORT), reason=reason, words=words)

    assert forms.read_rejection(state, english) == (Rejection(Reason(reason), words.strip()), errors)


def test_a_reason_is_chosen(english: Translator) -> None:
    """None stands there from the beginning."""
    state = form_state(forms.rejecting_form(english, REPORT))

    assert forms.read_rejection(state, english)[1] == {"reason": "Please choose from the list."}


@pytest.mark.parametrize("written", ["9", "TR-9", "tr 9", "TR9", "#9", " tr-009. ", "TR–9"])
def test_a_number_is_read_as_people_write_it(english: Translator, written: str) -> None:
    """With its letters and without."""
    state = form_state(forms.duplicating_form(english, REPORT), number=written)

    assert forms.read_duplicate(state, REPORT, english) == (9, {})


@pytest.mark.parametrize("written", ["", "nine", "TR-", "0", "REQ-9", "9 or 10", "-", "1234567890", "٩"])
def test_what_is_no_number_is_an_error(english: Translator, written: str) -> None:
    """At its field."""
    state = form_state(forms.duplicating_form(english, REPORT), number=written)

    assert forms.read_duplicate(state, REPORT, english) == (
        0,
        {"number": "Please write the number of a report, such as TR-9."},
    )


def test_a_report_is_no_duplicate_of_itself(english: Translator) -> None:
    """Nor does it stand there from the beginning: that is the nearest other one."""
    form = forms.duplicating_form(english, replace(REPORT, near=(9, 8)))

    assert forms.read_duplicate(form_state(form), REPORT, english) == (9, {})
    assert forms.read_duplicate(form_state(form, number="TR-12"), REPORT, english) == (
        0,
        {"number": "That is this report itself."},
    )


@pytest.mark.parametrize(
    ("report", "offered"),
    [(REPORT, ["fr", "en", "fi", forms.SOURCE]), (replace(REPORT, kind=Kind.SOURCE), ["fr", "en", "de", "fi"])],
    ids=["translation", "source"],
)
def test_a_report_goes_where_it_is_not(english: Translator, report: Report, offered: list[str]) -> None:
    """To another language, or to the source text's owners; from those back to any language."""
    form = forms.moving_form(english, report)
    for one in (*LANGUAGES, forms.SOURCE):
        state = {"to": {"to": {"selected_option": {"value": one}}}}
        expected = (one, {}) if one in offered else ("", {"to": "Please choose from the list."})

        assert forms.read_move(state, report, english) == expected
    assert [one["value"] for one in form["blocks"][0]["element"]["options"]] == offered


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.sampled_from(["value", "selected_option", "selected_date", "day", "to"]), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["question", "final", "visible", "day", "reason", "number", "to", "text.1"]), JSON)
)
def test_whatever_comes_back_is_read(edition: Edition, values: dict[str, Any]) -> None:
    """What is not as it should be is missing, which is an error; nothing raises."""
    t = edition.renderer.catalogues["en"]
    for report in (REPORT, OWN):
        found = (
            forms.read_question(values, t)[1],
            forms.read_fix(values, report, t, today=TODAY)[1],
            forms.read_rejection(values, t)[1],
            forms.read_duplicate(values, report, t)[1],
            forms.read_move(values, report, t)[1],
        )

        assert all(isinstance(one, str) for errors in found for one in errors.values())
