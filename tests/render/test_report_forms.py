"""The forms of reporters: what they show, and what is read back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.edition import Edition
from bot.i18n import Catalogues, Translator
from bot.model import LANGUAGES, Draft, Language
from bot.render import report_forms as forms
from bot.report import MOST_PICTURES, Kind
from tests.payloads import form_state
from tests.render.hostile import HOSTILE, markups, shortened
from tests.render.valid import schema_problems, view_problems

FULL = Draft(
    said="On the list it says Docment",
    wrong="Docment list",
    suggestion="Document list",
    place="Cyberday, Reports",
    kind=Kind.TYPO.value,
    language="de",
    pictures=("F1", "F2"),
)
ABOUT = Draft(said="It should be Document", language="fi", pictures=("F1",), about="1700000000.000100")
DRAFTS = [Draft(), Draft(language="de"), FULL, ABOUT, replace(ABOUT, said="")]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["wrong", "language", "kind", "said", "pictures", "files", "value", "id", "selected_option", "kept"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(["wrong", "language", "kind", "said", "pictures", "kept", "about"]), JSON)


def _form(t: Translator, draft: Draft, texts: tuple[str, ...] = ("Kerro virhe.",)) -> dict[str, Any]:
    return forms.report_form(t, draft, channel="C1", ts="1.2", thread="1.1", texts=texts if draft.about else ())


def _read(t: Translator, form: dict[str, Any], **changes: Any) -> tuple[Draft, dict[str, str]]:
    return forms.read_report(form_state(form, **changes), json.loads(form["private_metadata"]), t)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("draft", DRAFTS, ids=["empty", "language", "full", "about", "about, silent"])
def test_the_form_is_one_that_slack_takes(catalogues: Catalogues, language: Language, draft: Draft) -> None:
    """Empty and full, of a product's text and of one of ours."""
    form = _form(catalogues[language], draft)

    assert view_problems(form) == []
    assert schema_problems(form, "view.schema.json") == []
    assert shortened(form) == []


@pytest.mark.parametrize("draft", [Draft(language="de", said="x"), FULL, ABOUT], ids=["little", "full", "about"])
def test_what_is_known_comes_back_as_it_was(english: Translator, draft: Draft) -> None:
    """Sent without a change, nothing is lost, nothing is wrong."""
    assert _read(english, _form(english, draft)) == (draft, {})


def test_the_form_knows_where_it_was_opened(english: Translator) -> None:
    """The message, its thread, the language it is shown in, and the message of ours that it is about."""
    opened = json.loads(_form(english, ABOUT)["private_metadata"])

    assert (opened["channel"], opened["ts"], opened["thread"], opened["language"]) == ("C1", "1.2", "1.1", "en")
    assert opened["about"] == ABOUT.about


def test_what_is_typed_is_read(english: Translator) -> None:
    """Every field; pictures come to those that are there already."""
    form = _form(english, replace(FULL, said=""))
    told = {"wrong": " Doc ", "suggestion": "Dok", "language": "fi", "kind": "term", "place": "x", "pictures": ["F9"]}

    assert _read(english, form, **told) == (
        Draft("", "Doc", "Dok", "x", "term", "fi", ("F1", "F2", "F9")),
        {},
    )


def test_a_text_or_a_picture_is_needed(english: Translator) -> None:
    """Else the error stands at the text; one picture is enough, also one that was there before."""
    form = _form(english, Draft(language="de"))
    error = {"wrong": "Please write the text that is wrong, or add a picture of it."}

    assert _read(english, form, wrong="  \n ")[1] == error
    assert _read(english, form, suggestion="Document")[1] == error
    assert _read(english, form, pictures=["F1"])[1] == {}
    assert _read(english, _form(english, Draft(language="de", pictures=("F1",))))[1] == {}


def test_a_language_is_needed(english: Translator) -> None:
    """It decides to whom the report goes."""
    form = _form(english, Draft(wrong="Doc"))

    assert _read(english, form)[1] == {"language": "Please choose from the list."}
    assert _read(english, form, language="fi") == (Draft(wrong="Doc", language="fi"), {})


def test_a_text_of_ours_is_reported_in_one_field(english: Translator) -> None:
    """The text stands above it; the field has to be filled in, whatever pictures there are."""
    form = _form(english, replace(ABOUT, said=""))
    fields = [block["block_id"] for block in form["blocks"] if block["type"] == "input"]

    assert "Kerro virhe." in str(form["blocks"][0])
    assert fields == ["said"]
    assert _read(english, form)[1] == {"said": "Please write what is wrong."}
    assert _read(english, form, said="Kerro virheestä") == (replace(ABOUT, said="Kerro virheestä"), {})


def test_errors_are_in_the_language_of_the_form(catalogues: Catalogues) -> None:
    """Whatever language the text is in."""
    for language in LANGUAGES:
        t = catalogues[language]

        assert _read(t, _form(t, Draft(language="en")))[1] == {
            "wrong": t("Please write the text that is wrong, or add a picture of it.")
        }


def test_a_report_takes_so_many_pictures(english: Translator) -> None:
    """Ten at once, as Slack does; as many as there is room for; without room there is no field."""
    for had, most in ((0, 10), (20, 5), (MOST_PICTURES, None)):
        form = _form(english, Draft(language="de", pictures=tuple(f"F{n}" for n in range(had))))
        found = [one["element"]["max_files"] for one in form["blocks"] if one["block_id"] == "pictures"]

        assert found == ([most] if most else [])
        assert view_problems(form) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_fits(english: Translator, text: str) -> None:
    """What is longer than a field is shortened, which is seen; nothing in it is markup; all of it is short enough."""
    long = Draft(text, text, text, text, "typo", "de", tuple(f"F{'X' * 20}{n}" for n in range(25)), "1700000000.000100")
    for draft in (long, replace(long, about="")):
        form = _form(english, draft, texts=(text,) * 8)

        assert view_problems(form) == []
        assert list(markups(form)) == []
        read, errors = _read(english, form)
        assert errors == {}
        assert "EVIL" in read.said
        assert len(text) < 2000 or read.said.endswith("…")


@given(values=OBJECTS, opened=OBJECTS)
def test_whatever_comes_back_is_read(edition: Edition, values: dict[str, Any], opened: dict[str, Any]) -> None:
    """What is not as it should be is empty; nothing raises."""
    draft, errors = forms.read_report(values, opened, edition.renderer.catalogues["en"])

    assert all(isinstance(one, str) for one in (draft.said, draft.wrong, draft.kind, *draft.pictures, *errors))
    assert draft.is_enough or errors


def test_what_was_not_offered_is_not_chosen(english: Translator) -> None:
    """A language that is none of ours, a kind that there is none of."""
    state = form_state(_form(english, FULL))
    state["language"]["language"]["selected_option"] = {"value": "sv"}
    state["kind"]["kind"]["selected_option"] = {"value": "ugly"}
    draft, errors = forms.read_report(state, {}, english)

    assert (draft.language, draft.kind, list(errors)) == (None, "", ["language"])


def test_what_no_database_holds_is_taken_out(english: Translator) -> None:
    """A zero, and half of a sign."""
    form = _form(english, Draft(language="de"))

    assert _read(english, form, wrong="a\0b \ud800c")[0].wrong == "ab c"


def test_files_are_named_by_their_ids(english: Translator) -> None:
    """Once each; what is no id of a file is left out."""
    state = form_state(_form(english, Draft(language="de")))
    listed = [{"id": "F1"}, {"id": "F1"}, {"id": "U1"}, {"id": "F1 <x>"}, {"id": 3}, "F2", {}]
    state["pictures"]["pictures"]["files"] = listed

    assert forms.read_report(state, {}, english)[0].pictures == ("F1",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_complaint_may_be_wordless(catalogues: Catalogues, language: Language) -> None:
    """It counts as it is; words help."""
    form = forms.complaint_form(catalogues[language], number=12, channel="C1", ts="1.2")

    assert view_problems(form) == []
    assert schema_problems(form, "view.schema.json") == []
    assert shortened(form) == []
    assert json.loads(form["private_metadata"]) == {"language": language, "channel": "C1", "ts": "1.2", "number": 12}
    assert forms.read_complaint(form_state(form)) == ""
    assert forms.read_complaint(form_state(form, said=" no ")) == "no"
