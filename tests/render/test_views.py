"""The form with all values of a computed reply: what it shows, and what it reads back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.edition import Edition
from bot.model import LANGUAGES, Language, Notice
from bot.render.notices import sentence
from bot.render.slots import UNSHOWN
from bot.render.views import read_values, values_form
from bot.rules import RULES
from tests.payloads import Forged, form_state
from tests.render.test_slots import HELD
from tests.render.valid import schema_problems, view_problems
from tests.scenarios.world import plainly

FORMS = {id_: names for id_, rule in RULES.items() if (names := [one for one in rule.slots if one not in UNSHOWN])}
COUNTS = ("team_size", "licences", "employees", "clients")
WHOLE = "Please write a whole number, 0 or more."
AMOUNT = "Please write an amount, 0 or more."
DAY = "Please choose a day between Monday 1 January 1990 and Friday 31 December 2100."
LIST = "Please choose from the list."


def _form(edition: Edition, names: list[str], told: dict[str, Any], language: Language = "en") -> dict[str, Any]:
    return values_form(edition.renderer.catalogues[language], names=names, told=told, channel="C1", ts="1.2")


@pytest.mark.parametrize("id_", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_of_every_rule_is_valid(edition: Edition, id_: str, language: Language) -> None:
    """Empty and full, in each language; it knows the message that it belongs to, and what it was opened with."""
    for told in ({}, {name: HELD[name] for name in FORMS[id_]}):
        form = _form(edition, FORMS[id_], told, language)

        assert view_problems(form) == []
        assert json.loads(form["private_metadata"]) == {
            "channel": "C1",
            "ts": "1.2",
            "language": language,
            "told": told,
        }


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_hold_to_the_schema(edition: Edition, language: Language) -> None:
    """With one field of every kind."""
    for told in ({}, HELD):
        assert schema_problems(_form(edition, list(HELD), told, language), "view.schema.json") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_its_own_label_and_may_stay_empty(edition: Edition, language: Language) -> None:
    """Translated, begun with a capital; whoever does not know a value leaves its field empty."""
    for names in FORMS.values():
        fields = _form(edition, names, {}, language)["blocks"]
        labels = [field["label"]["text"] for field in fields]

        assert len(labels) == len(set(labels))
        assert all(words[0].isupper() for words in labels)
        assert all(field["optional"] for field in fields)
        assert [field["block_id"] for field in fields] == [*names, *(["currency"] if "arr" in names else [])]


@pytest.mark.parametrize("id_", FORMS)
def test_what_the_form_shows_is_what_it_reads(edition: Edition, id_: str) -> None:
    """Opened and sent, it changes nothing: full, empty, or with one value alone."""
    t = edition.renderer.catalogues["en"]
    full = {name: HELD[name] for name in FORMS[id_]}
    for told in ({}, full, *({name: one} for name, one in full.items())):
        form = _form(edition, FORMS[id_], told)

        assert read_values(form_state(form), t) == (told, {})


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("action_taken", True),
        ("team_size", 0),
        ("team_size", 10**9),
        ("arr", {"amount": 0, "currency": "EUR"}),
        ("arr", {"amount": 1234.5, "currency": "CHF"}),
        ("arr", {"amount": 1234.05, "currency": None}),
        ("arr", {"amount": 10**12, "currency": "GBP"}),
        ("start_date", "1990-01-01"),
        ("start_date", "2100-12-31"),
        ("plan", "Enterprise"),
    ],
)
def test_values_at_the_edges_are_kept(edition: Edition, name: str, held: object) -> None:
    """Zero is a value, so is a yes, so are cents; the largest are what their fields take."""
    form = _form(edition, [name], {name: held})
    element = form["blocks"][0]["element"]

    assert read_values(form_state(form), edition.renderer.catalogues["en"]) == ({name: held}, {})
    if "max_value" in element:
        assert float(element["min_value"]) <= float(element["initial_value"]) <= float(element["max_value"])


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("team_size", "12", 12),
        ("team_size", " 12 ", 12),
        ("team_size", "12.0", 12),
        ("arr", "80000", {"amount": 80_000, "currency": "USD"}),
        ("arr", "80000.50", {"amount": 80_000.5, "currency": "USD"}),
    ],
)
def test_numbers_are_read_as_slack_sends_them(edition: Edition, name: str, written: str, read: object) -> None:
    """As text; whole ones are whole numbers."""
    form = _form(edition, [name], {name: HELD[name]})
    told, errors = read_values(form_state(form, **{name: written}), edition.renderer.catalogues["en"])

    assert (told, errors) == ({name: read}, {})
    assert json.dumps(told) == json.dumps({name: read})


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_an_emptied_number_is_not_told(edition: Edition, empty: str | None) -> None:
    """No zero, and no fault; a currency without an amount tells nothing either."""
    t = edition.renderer.catalogues["en"]
    for name in ("team_size", "arr"):
        form = _form(edition, [name], {name: HELD[name]})

        assert read_values(form_state(form, **{name: empty}), t) == ({}, {})


BAD = [
    *((name, written, WHOLE) for name in COUNTS for written in ("-1", "1.5", "many", "nan", "inf", "1e10", "9" * 400)),
    *(("arr", written, AMOUNT) for written in ("-0.01", "a lot", "nan", "inf", "1e400", "1e13")),
    *((name, day, DAY) for name in ("start_date", "approval_date") for day in ("2026-02-30", "1989-12-31", "soon")),
    ("registration_date", "2101-01-01", DAY),
    ("plan", Forged("Gold"), LIST),
    ("plan", Forged("<!channel>"), LIST),
]


@pytest.mark.parametrize(("name", "written", "said"), BAD)
def test_bad_input_is_told_at_its_field(edition: Edition, name: str, written: str, said: str) -> None:
    """What was told in other fields is no less told; the wrong value is not."""
    form = _form(edition, [name, "action_taken"], {name: HELD[name], "action_taken": False})
    told, errors = read_values(form_state(form, **{name: written}), edition.renderer.catalogues["en"])

    assert {field: plainly(words) for field, words in errors.items()} == {name: said}
    assert told == {"action_taken": False}


@pytest.mark.parametrize("bad", [{"team_size": "-1"}, {"arr": "-1"}, {"start_date": "soon"}, {"plan": Forged("Gold")}])
def test_what_is_wrong_is_told_in_every_language(edition: Edition, bad: dict[str, str]) -> None:
    """As is that somebody may not change the values."""
    form = _form(edition, list(HELD), HELD)
    said, refused = set(), set()
    for language in LANGUAGES:
        t = edition.renderer.catalogues[language]
        _, errors = read_values(form_state(form, **bad), t)
        said.add(errors[next(iter(bad))])
        refused.add(sentence(Notice.NOT_YOURS, t))

        assert list(errors) == list(bad)
    assert len(said) == len(refused) == len(LANGUAGES)
