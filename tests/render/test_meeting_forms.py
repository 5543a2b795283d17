"""The forms of meetings: what they show, and what is read back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.edition import Edition
from bot.i18n import Catalogues, Translator
from bot.meeting import Customer, Kind, Meeting
from bot.model import LANGUAGES, Language, PersonId
from bot.render import meeting_forms as forms
from bot.render.meeting_forms import Booking
from tests.payloads import Forged, form_state
from tests.render.hostile import HOSTILE, markups, shortened
from tests.render.test_meeting_messages import BOOKED
from tests.render.valid import schema_problems, view_problems

SLOT = datetime(2027, 3, 24, 8, tzinfo=UTC)
TIMES = [SLOT, SLOT + timedelta(hours=3), SLOT + timedelta(days=6)]
MANY = [SLOT + timedelta(days=day, minutes=30 * n) for day in range(30) for n in range(16)]
CARL = Customer("Carl Customer", "carl@customer.example")
OPENED = {
    "language": "en",
    "channel": "C12345678",
    "ts": "1700000000.000100",
    "thread": "1700000000.000100",
    "kind": "support",
    "programme": "cyberday",
    "start": None,
    "zone": "Europe/Helsinki",
}
MEETING = Meeting(
    number=12,
    uid="u@example",
    kind=Kind.SUPPORT,
    booker=PersonId("T1", "U1"),
    language="fi",
    start=SLOT,
    end=SLOT + timedelta(minutes=30),
    host="UHOST",
    zone="Europe/Helsinki",
    booked_at=SLOT - timedelta(days=5),
)
MOST_BYTES = 250_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "selected_option", "selected_options", "selected_date"]), inner)
    ),
    max_leaves=8,
)
FIELDS = ["time", "time.1", "topic", "for", "customer_name", "customer_email", "email", "remember", "language", "kind"]
VALUES = st.dictionaries(
    st.sampled_from([*FIELDS, "words", "day"]), JSON | st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3)
)


def _form(t: Translator, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": Kind.SUPPORT,
        "slot": SLOT,
        "times": [],
        "zone": "Europe/Helsinki",
        "host_zone": "",
        "topic": "Sign-on fails",
        "for_customer": False,
        "customer": None,
        "email": "",
        "languages": ["fi", "en"],
        "language": "fi",
        "taken": False,
        "metadata": {**OPENED, "start": int(SLOT.timestamp())},
    }
    told |= changes
    if not told["slot"] and "metadata" not in changes:
        told["metadata"] = OPENED
    return forms.booking_form(t, **told)


FORMS: dict[str, dict[str, Any]] = {
    "a slot": {},
    "training": {"kind": Kind.TRAINING, "languages": [], "topic": ""},
    "the host elsewhere": {"host_zone": "America/St_Johns"},
    "other times": {"slot": None, "times": MANY, "host_zone": "Asia/Tokyo"},
    "all of a year": {
        "slot": None,
        "times": [SLOT + timedelta(minutes=15 * n) for n in range(96 * 366)],
        "host_zone": "America/St_Johns",
    },
    "one time": {"slot": None, "times": TIMES[:1]},
    "taken": {"slot": None, "times": TIMES, "taken": True},
    "taken, many": {"slot": None, "times": MANY, "taken": True},
    "none": {"slot": None},
    "none, taken": {"slot": None, "taken": True},
    "for a customer": {"for_customer": True, "customer": CARL, "email": "ann@partner.example", "remember": True},
}


def _read(t: Translator, form: dict[str, Any], **changes: Any) -> tuple[Booking, dict[str, str]]:
    return forms.read_booking(form_state(form, **changes), json.loads(form["private_metadata"]), t)


def _fields(form: dict[str, Any]) -> list[str]:
    return [block["block_id"] for block in form["blocks"] if block["type"] == "input"]


def _words(form: dict[str, Any]) -> str:
    return json.dumps(form["blocks"], ensure_ascii=False)


def _views(t: Translator) -> list[dict[str, Any]]:
    """All forms but that which books."""
    zones = ("Europe/Helsinki", "Asia/Tokyo")
    return [
        forms.choosing_form(t, list(Kind), metadata={}),
        forms.choosing_form(t, [], metadata={}),
        forms.moving_form(t, MEETING, MANY, *zones, taken=False, metadata=OPENED),
        forms.moving_form(t, MEETING, TIMES, *zones, taken=True, metadata=OPENED),
        forms.moving_form(t, MEETING, [], *zones, taken=True, metadata=OPENED),
        *(
            forms.cancelling_form(t, MEETING, "Europe/Helsinki", by_host=by_host, metadata=OPENED)
            for by_host in (True, False)
        ),
        forms.pausing_form(t, date(2027, 12, 31), {}),
        forms.details_form(t, BOOKED, OPENED),
        forms.details_form(t, {**BOOKED, "late": True, "shift": "2027-03-28", "moved": True}, OPENED),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("changes", FORMS.values(), ids=FORMS)
def test_the_form_is_one_that_slack_takes(catalogues: Catalogues, language: Language, changes: dict[str, Any]) -> None:
    """With a time, with all of a month, with none; no word of ours is cut off."""
    form = _form(catalogues[language], **changes)

    assert view_problems(form) == []
    assert schema_problems(form, "view.schema.json") == []
    assert len(json.dumps(form)) < MOST_BYTES
    assert len(form["private_metadata"]) < 3000
    assert "submit" not in form or shortened(form) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_other_forms_are_ones_that_slack_takes(catalogues: Catalogues, language: Language) -> None:
    """In every language; each says in which it is."""
    for form in _views(catalogues[language]):
        assert view_problems(form) == []
        assert schema_problems(form, "view.schema.json") == []
        assert json.loads(form["private_metadata"])["language"] == language
        assert "submit" not in form or shortened(form) == []


def test_forms_about_a_meeting_name_it(english: Translator) -> None:
    """By its number."""
    about = {forms.MOVING, forms.CANCELLING, forms.CARD}
    numbers = {
        json.loads(one["private_metadata"]).get("number") for one in _views(english) if one["callback_id"] in about
    }

    assert numbers == {12}


def test_what_is_known_comes_back_as_it_was(english: Translator) -> None:
    """Sent without a change, nothing is lost, nothing is wrong."""
    form = _form(english, **FORMS["for a customer"])

    assert _read(english, form) == (
        Booking(SLOT, "Sign-on fails", CARL, "ann@partner.example", remember=True, language="fi"),
        {},
    )
    opened = json.loads(form["private_metadata"])
    assert {name: opened[name] for name in OPENED} == {**OPENED, "start": int(SLOT.timestamp())}


def test_what_is_typed_is_read(english: Translator) -> None:
    """Every field."""
    form = _form(english, slot=None, times=MANY)
    chosen = str(int(MANY[77].timestamp()))
    typed = {"topic": " All of it \n", "for": "customer", "customer_name": "Carl", "customer_email": "c@x.example"}
    told = _read(english, form, time=chosen, email="a@x.example", remember=["yes"], language="en", **typed)

    customer = Customer("Carl", "c@x.example")
    assert told == (Booking(MANY[77], "All of it", customer, "a@x.example", remember=True, language="en"), {})


def test_a_chosen_time_is_shown_and_not_asked(english: Translator) -> None:
    """First of all, by both clocks where they differ."""
    form = _form(english, host_zone="Europe/Paris")

    assert form["blocks"][0]["text"]["text"] == "*Wed 24 Mar, 10:00 (Helsinki) = 09:00 in Paris*"
    assert "time" not in _fields(form)


def test_times_are_grouped_by_day(english: Translator) -> None:
    """By the clock of whoever books; an option says day and time."""
    form = _form(english, slot=None, times=[SLOT, SLOT + timedelta(hours=15)], host_zone="Europe/Paris")
    label, groups = form["blocks"][0]["label"]["text"], form["blocks"][0]["element"]["option_groups"]

    assert label == "Time (Helsinki)"
    assert [group["label"]["text"] for group in groups] == ["Wed 24 Mar", "Thu 25 Mar"]
    assert [group["options"][0]["text"]["text"] for group in groups] == [
        "Wed 24 Mar, 10:00 = 09:00 in Paris",
        "Thu 25 Mar, 01:00 = 00:00 in Paris",
    ]


def test_when_a_time_has_gone_fresh_ones_are_asked_for(english: Translator) -> None:
    """Shown at once, in a field of their own: Slack would keep in the old one what was chosen there before."""
    form = _form(english, **FORMS["taken"])
    field, later = _fields(form)[0], _form(english, slot=None, times=MANY[5:8], taken=True)

    assert "just been taken" in _words(form)
    assert form["blocks"][1]["element"]["type"] == "radio_buttons"
    assert field.startswith("time.")
    assert field != _fields(later)[0]
    booking, errors = _read(english, form, **{field: str(int(TIMES[1].timestamp()))})
    assert (booking.start, errors) == (TIMES[1], {})
    assert list(_read(english, form)[1]) == [field]


def test_without_a_free_time_nothing_can_be_sent(english: Translator) -> None:
    """What was typed can be copied from there."""
    for form in (_form(english, **FORMS["none, taken"]), _views(english)[4]):
        assert _fields(form) == []
        assert "submit" not in form
        assert "No time is free" in _words(form)
    assert "Sign-on fails" in _words(_form(english, **FORMS["none"]))
    typed = _words(_form(english, **{**FORMS["for a customer"], **FORMS["none, taken"]}))
    assert [one for one in (CARL.name, CARL.email, "ann@partner.example") if one not in typed] == []


def test_the_language_is_asked_for_only_where_there_are_several(english: Translator) -> None:
    """Else it is the one that the form was opened with."""
    form = _form(english, languages=["fi"])

    assert forms.LANGUAGE in _fields(_form(english))
    assert forms.LANGUAGE not in _fields(form)
    assert _read(english, form)[0].language == "fi"


def test_an_address_that_is_none_is_not_shown_as_one(english: Translator) -> None:
    """Slack opens no form with it."""
    assert "initial_value" not in str(_form(english, email="nobody", topic=""))


def test_what_is_missing_is_asked_for(english: Translator) -> None:
    """Each error at its own field."""
    form = _form(english, slot=None, times=TIMES, topic="", for_customer=True)
    _, errors = _read(english, form, topic=" \n", customer_email="carl", email="ann@partner")

    assert set(errors) == {"time", "topic", "customer_name", "customer_email", "email"}


def test_a_customer_is_named_by_purpose(english: Translator) -> None:
    """Somebody named while the meeting is for oneself is asked about; so is what was not chosen."""
    form = _form(english)

    assert list(_read(english, form, customer_name="Carl")[1]) == ["for"]
    assert list(_read(english, form, customer_email="c@x.example")[1]) == ["for"]
    assert list(_read(english, form, **{"for": None})[1]) == ["for"]
    assert _read(english, form)[0].customer is None


def test_errors_are_in_the_language_of_the_form(catalogues: Catalogues) -> None:
    """Each of them is a sentence of its catalogue."""
    for language in LANGUAGES:
        t = catalogues[language]

        assert _read(t, _form(t), topic="")[1] == {"topic": t("Please write in a few words what it is about.")}


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_fits(english: Translator, text: str) -> None:
    """What is longer than a field is shortened; nothing in it is markup."""
    for changes in ({}, FORMS["none"]):
        form = _form(
            english, **{"topic": text, "customer": Customer(text, text), "for_customer": True, "email": text, **changes}
        )

        assert view_problems(form) == []
        assert not any("EVIL" in markup for markup in markups(form))
        assert "EVIL" in _words(form)
    read, errors = _read(english, _form(english, topic=text, customer=Customer(text), for_customer=True))
    assert errors == {}
    assert "EVIL" in read.topic
    assert len(read.topic) <= 1000
    card = forms.details_form(english, {**BOOKED, "topic": text, "host_name": text, "customer": text}, OPENED)
    assert view_problems(card) == []
    assert not any("EVIL" in markup for markup in markups(card))


@given(values=VALUES, opened=st.dictionaries(st.sampled_from([*OPENED, "held_in"]), JSON))
def test_whatever_comes_back_is_read(edition: Edition, values: dict[str, Any], opened: dict[str, Any]) -> None:
    """What is not as it should be is missing, and that is an error; nothing raises."""
    t = edition.renderer.catalogues["en"]
    booking, errors = forms.read_booking(values, opened, t)

    assert (booking.start is not None and bool(booking.topic)) or errors
    assert booking.language in LANGUAGES
    assert all(isinstance(one, str) for one in (booking.topic, booking.email, *errors, *errors.values()))
    for read, wrong in (
        forms.read_kind(values, t),
        forms.read_time(values, t),
        forms.read_day(values, t, date(2027, 1, 1)),
    ):
        assert (read is None) == bool(wrong)
    assert isinstance(forms.read_words(values), str)


@pytest.mark.parametrize("written", ["x", "-1", "0", "٣٣٣٣٣٣٣٣٣٣", "1" * 40, "1e9", " 1800000000"])
def test_a_forged_time_is_none(english: Translator, written: str) -> None:
    """The error stands at its field."""
    form = _form(english, slot=None, times=TIMES)

    booking, errors = _read(english, form, time=Forged(written))
    assert (booking.start, list(errors)) == (None, ["time"])


def test_what_was_not_offered_is_not_chosen(english: Translator) -> None:
    """A language that is none of ours, somebody it cannot be for, a kind that there is none of."""
    form = _form(english)

    assert _read(english, form, language=Forged("sv"))[0].language == "en"
    assert list(_read(english, form, **{"for": Forged("boss")})[1]) == ["for"]
    state = form_state(forms.choosing_form(english, list(Kind), metadata={}), kind=Forged("party"))
    assert forms.read_kind(state, english) == (None, {"kind": "Please choose from the list."})


def test_a_form_that_says_no_time_is_refused(english: Translator) -> None:
    """A chosen time is in what the form was opened with; the error stands at a field that is there."""
    for opened in ({}, {"start": None}, {"start": "soon"}, {"start": True}, {"start": 10**20}):
        booking, errors = forms.read_booking(form_state(_form(english)), opened, english)

        assert (booking.start, list(errors)) == (None, ["topic"])


def test_a_kind_is_chosen(english: Translator) -> None:
    """Of those that are held."""
    form = forms.choosing_form(english, list(Kind), metadata={})

    assert forms.read_kind(form_state(form), english) == (Kind.SUPPORT, {})
    assert forms.read_kind(form_state(form, kind="training"), english) == (Kind.TRAINING, {})
    assert "submit" not in forms.choosing_form(english, [], metadata={})


def test_a_meeting_is_moved(english: Translator) -> None:
    """From the time that it has, which is shown, to one of those that are free."""
    form = forms.moving_form(english, MEETING, TIMES, "Europe/Helsinki", "", taken=False, metadata=OPENED)
    chosen = str(int(TIMES[2].timestamp()))

    assert "So far: Wed 24 Mar, 10:00 (Helsinki)" in _words(form)
    assert forms.read_time(form_state(form, time=chosen), english) == (TIMES[2], {})
    assert forms.read_time(form_state(form), english) == (None, {"time": "Please choose a time."})


@pytest.mark.parametrize("by_host", [True, False])
def test_a_meeting_is_cancelled_with_a_word(english: Translator, *, by_host: bool) -> None:
    """To the other side; it may be left out."""
    form = forms.cancelling_form(english, MEETING, "Europe/Paris", by_host=by_host, metadata=OPENED)

    assert "Wed 24 Mar, 09:00 (Paris)" in _words(form)
    assert ("whoever booked it" in _words(form)) == by_host
    assert forms.read_words(form_state(form, words=" Ill \0")) == "Ill"
    assert forms.read_words(form_state(form)) == ""
    assert len(forms.read_words(form_state(form, words="x" * 5000))) == 1000


def test_a_host_is_away_until_a_day(english: Translator) -> None:
    """After today, within a year."""
    today = date(2027, 12, 31)
    form = forms.pausing_form(english, today, {})

    assert forms.read_day(form_state(form), english, today) == (date(2028, 1, 1), {})
    for day in ("2027-12-31", "2029-01-02", "9999-12-31", None, "soon"):
        assert list(forms.read_day(form_state(form, day=day), english, today)[1]) == ["day"]


def test_the_details_are_what_a_direct_message_shows(english: Translator) -> None:
    """And whoever has booked it can have them sent there."""
    form = forms.details_form(english, BOOKED, OPENED)

    for words in ("10:00–10:30", "Aino Host", "Carl Customer", "Sign-on fails", "https://meet.example/room"):
        assert words in _words(form)
    assert form["submit"]["text"] == "Send it to me directly"
    assert "submit" not in forms.details_form(english, BOOKED, OPENED, to_send=False)
