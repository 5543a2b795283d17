"""The forms behind the buttons of a request's card: what they show, and what is read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.desk import StaffMember
from bot.flows.request import Then
from bot.i18n import Catalogues, Translator
from bot.model import LANGUAGES, Language
from bot.render import blocks as kit
from bot.render import request_forms as forms
from bot.render.messages import Message
from bot.request import STAFF_REASONS, Act, Change, Reason, Request, Unsent
from tests.payloads import Forged, form_state
from tests.render.hostile import HOSTILE, markups, shortened
from tests.render.test_request_cards import ANN, BEN, OPEN, OPENED, TAKEN, WHY
from tests.render.valid import schema_problems, view_problems

HELSINKI = ZoneInfo("Europe/Helsinki")
SHOWN = Message("Ben: Hallo", [kit.section("*Ben · Support*"), kit.section("Hallo")])
BACK = Message("Ben: Hello", [kit.section("*Ben · support*"), kit.section("Hello")])
STAFF = (
    StaffMember("UBEN", "Ben Smith", ("en",), "first-line"),
    StaffMember("UCAT", "Cat Schmidt", ("de", "en")),
    StaffMember("UDAN", "Dan Meier"),
)
TEMPLATES = dict.fromkeys(STAFF_REASONS, "Ihre Anfrage ist erledigt.")
FOUND = [("cyberday.trial", "Trial length", "Cyberday"), ("miro.trial", "Trial of Miro", "Miro")]
CHOICES = [("Cyberday", [("cyberday.trial", "Trial length")]), ("Miro", [("miro.trial", "Trial of Miro")])]


def _replying(t: Translator, request: Request, text: str = "Moment bitte") -> dict[str, Any]:
    return forms.replying_form(
        t, request, unsent=Unsent(BEN, text, "more") if text else None, place="<#C9>", agent="Ben"
    )


def _sending(t: Translator, request: Request, agent: str = "Ben") -> dict[str, Any]:
    return forms.sending_form(t, request, shown=SHOWN, place="<#C9>", then=Then.WAIT, digest="0f" * 8, agent=agent)


def _searching(t: Translator, request: Request, query: str = "trial") -> dict[str, Any]:
    return forms.searching_form(t, request, query=query, found=FOUND)


def _presenting(t: Translator, request: Request, back: Message = BACK) -> dict[str, Any]:
    return forms.presenting_form(
        t, request, entry="cyberday.trial", shown=SHOWN, back=back, then=Then.WAIT, place="<#C9>", agent="Ben"
    )


def _assigning(t: Translator, request: Request) -> dict[str, Any]:
    return forms.assigning_form(t, request, STAFF)


def _taking(t: Translator, request: Request) -> dict[str, Any]:
    return forms.taking_form(t, request, HELSINKI)


def _raising(t: Translator, request: Request) -> dict[str, Any]:
    return forms.raising_form(t, request, "product-experts")


def _resolving(t: Translator, request: Request) -> dict[str, Any]:
    return forms.resolving_form(t, request, templates=TEMPLATES, may_draft=True)


OF_CARDS = {
    forms.REPLYING: _replying,
    forms.SENDING: _sending,
    forms.SEARCHING: _searching,
    forms.PRESENTING: _presenting,
    forms.ASSIGNING: _assigning,
    forms.TAKING: _taking,
    forms.RAISING: _raising,
    forms.RESOLVING: _resolving,
}


def _fields(form: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in form["blocks"] if block["type"] == "input"]


def _new(t: Translator, said: str = "Where is it?") -> dict[str, Any]:
    return forms.new_form(t, said=said, files=2, metadata={"channel": "C9", "ts": "1.1"})


def _explaining(t: Translator, text: str = "When?") -> dict[str, Any]:
    return forms.explaining_form(t, WHY, text=text, choices=CHOICES, metadata={"channel": "C9", "ts": "1.1"})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("callback", OF_CARDS)
@pytest.mark.parametrize("request_", [OPEN, TAKEN], ids=["open", "taken"])
def test_the_forms_are_ones_that_slack_takes(
    catalogues: Catalogues, language: Language, callback: str, request_: Request
) -> None:
    """In every language; each has its name, and knows its card, its request and its language."""
    form = OF_CARDS[callback](catalogues[language], request_)
    known = {"language": language, "channel": "CDESK", "ts": "1.2", "number": 12}

    assert form["callback_id"] == callback
    assert view_problems(form) == []
    assert schema_problems(form, "view.schema.json") == []
    assert shortened(form) == []
    assert json.loads(form["private_metadata"]).items() >= known.items()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_forms_of_messages_are_ones_that_slack_takes(catalogues: Catalogues, language: Language) -> None:
    """In every language; what they were opened with comes back."""
    for form, callback in (
        (_new(catalogues[language]), forms.NEW),
        (_explaining(catalogues[language]), forms.EXPLAINING),
    ):
        assert form["callback_id"] == callback
        assert view_problems(form) == []
        assert schema_problems(form, "view.schema.json") == []
        assert shortened(form) == []
        assert json.loads(form["private_metadata"]) == {"language": language, "channel": "C9", "ts": "1.1"}
    told = forms.message_form(catalogues[language], "Please invite me first.")
    assert view_problems(told) == []
    assert schema_problems(told, "view.schema.json") == []
    assert "submit" not in told


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("callback", OF_CARDS)
def test_any_request_fits(english: Translator, callback: str, text: str) -> None:
    """Whatever people have written, nothing in it is markup."""
    history = (*TAKEN.history, Change(Act.TOLD, OPENED, ANN, text))
    for request in (replace(OPEN, question=text), replace(TAKEN, question=text, history=history)):
        form = OF_CARDS[callback](english, request)

        assert view_problems(form) == []
        assert "EVIL" not in "".join(markups(form))


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_or_found_fits(english: Translator, text: str) -> None:
    """What was typed before, names of the desk file, titles, what was searched for, the message of a shortcut."""
    staff = [StaffMember(f"U{n}", text, ("de",)) for n in range(250)]
    found = [(f"cyberday.e{n}", text, text) for n in range(12)]
    why = replace(WHY, text=text, matched=text, candidates=(("a", text, 0.5),) * 3)
    choices = [(text, [(f"cyberday.e{n}", text) for n in range(250)])]
    made = [
        _replying(english, TAKEN, text),
        forms.replying_form(english, TAKEN, unsent=None, place="<#C9>", agent=text),
        forms.searching_form(english, TAKEN, query=text, found=found),
        forms.searching_form(english, TAKEN, query=text, found=[]),
        forms.assigning_form(english, TAKEN, staff),
        forms.raising_form(english, TAKEN, text[:60]),
        _new(english, text),
        forms.explaining_form(english, why, text=text, choices=choices, metadata={}),
    ]

    for form in made:
        assert view_problems(form) == []
        assert "<!" not in "".join(markups(form))
        assert "<@U1>" not in "".join(markups(form))


def test_a_reply_says_where_it_goes_and_as_whom(english: Translator) -> None:
    """Above one field of many lines; what the partner wrote last stands above it too."""
    history = (
        *TAKEN.history,
        Change(Act.TOLD, OPENED, ANN, "Are you there?"),
        Change(Act.TOLD, OPENED, ANN, "Thanks, bot", is_aside=True),
    )
    form = _replying(english, replace(TAKEN, history=history))

    first, *_ = markups(form)
    assert first == (
        "This goes to <#C9>. The partner reads it as Ben · support.\nThe partner writes in this language: German."
    )
    assert "Are you there?" in str(form["blocks"])
    assert "Thanks, bot" not in str(form["blocks"])
    assert [one["element"].get("multiline") for one in _fields(form)] == [True, None]
    assert _fields(form)[0]["element"]["max_length"] == 2500


def test_a_reply_begins_with_what_was_typed_before(english: Translator) -> None:
    """And with what was to come after it; else it waits for the partner."""
    form = _replying(english, TAKEN)
    assert forms.read_reply(form_state(form), english) == ("Moment bitte", Then.MORE, {})

    fresh = _replying(english, TAKEN, "")
    assert forms.read_reply(form_state(fresh, text="Hallo\n\n- eins "), english) == ("Hallo\n\n- eins", Then.WAIT, {})
    newer = forms.replying_form(english, TAKEN, unsent=Unsent(BEN, "Hallo", "haunted"), place="<#C9>", agent="Ben")
    assert forms.read_reply(form_state(newer), english) == ("Hallo", Then.WAIT, {})


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"text": "  "}, {"text": "Please write your reply."}),
        ({"text": None}, {"text": "Please write your reply."}),
        ({"text": "x" * 2501}, {"text": "Please write at most 2,500 characters."}),
        ({"then": Forged("burn")}, {"then": "Please choose from the list."}),
        ({"then": None}, {"then": "Please choose from the list."}),
        ({"text": "x" * 2500}, {}),
    ],
)
def test_a_reply_has_words_that_fit(english: Translator, changes: dict[str, Any], errors: dict[str, str]) -> None:
    """Else the error stands at its field."""
    state = form_state(_replying(english, TAKEN), **changes)

    assert forms.read_reply(state, english)[2] == errors


def test_what_will_be_posted_is_shown_as_it_is(english: Translator) -> None:
    """Between two lines, with where it goes, as whom, and what comes after; and nothing is to be typed any more."""
    form = _sending(english, TAKEN)
    kinds = [block["type"] for block in form["blocks"]]
    above, below = (n for n, kind in enumerate(kinds) if kind == "divider")

    assert form["blocks"][above + 1 : below] == SHOWN.blocks
    assert form["blocks"][0]["text"]["text"] == "This is what will be posted in <#C9> as Ben · support:"
    assert "After that the request waits for the partner." in str(form["blocks"][below + 1])
    assert form["submit"]["text"] == "Send"
    assert _fields(form) == []
    opened = json.loads(form["private_metadata"])
    assert (opened["then"], opened["digest"]) == ("wait", "0f" * 8)


@pytest.mark.parametrize("then", Then)
def test_what_comes_after_is_said(english: Translator, then: Then) -> None:
    """For each choice there is one sentence."""
    form = forms.sending_form(english, TAKEN, shown=SHOWN, place="<#C9>", then=then, digest="", agent="Ben")

    assert form["blocks"][-1]["elements"][0]["text"].startswith("After that ")


def test_a_name_cannot_be_more_than_a_name(english: Translator) -> None:
    """It stands in the desk file, or is somebody's own in Slack; it is escaped all the same."""
    assert "<!channel>" not in "".join(markups(_sending(english, TAKEN, "<!channel>")))


def test_a_search_shows_what_was_found(english: Translator) -> None:
    """Each with its programme; nothing is chosen until somebody does."""
    form = _searching(english, TAKEN)
    _, answers = _fields(form)

    assert [one["value"] for one in answers["element"]["options"]] == ["cyberday.trial", "miro.trial"]
    assert answers["element"]["options"][1]["description"]["text"] == "Miro"
    assert forms.read_search(form_state(form)) == ("trial", None)
    chosen = form_state(form, **{answers["block_id"]: "miro.trial"})
    assert forms.read_search(chosen) == ("trial", "miro.trial")
    assert json.loads(form["private_metadata"])["query"] == "trial"


def test_what_is_likely_can_be_chosen_without_a_word(english: Translator) -> None:
    """An empty field keeps nobody from what stands below it."""
    form = _searching(english, TAKEN, "")

    assert all(one["optional"] for one in _fields(form))


def test_other_answers_have_a_field_of_their_own(english: Translator) -> None:
    """Else Slack would keep what was chosen of the former ones."""
    other = forms.searching_form(english, TAKEN, query="trial", found=FOUND[:1])

    assert _fields(other)[1]["block_id"] != _fields(_searching(english, TAKEN))[1]["block_id"]


def test_a_search_in_vain_says_so(english: Translator) -> None:
    """Not before anything was searched for."""
    vain = forms.searching_form(english, TAKEN, query="xyz", found=[])
    first = forms.searching_form(english, TAKEN, query="", found=[])

    assert "Nothing was found." in str(vain["blocks"])
    assert "Nothing was found." not in str(first["blocks"])
    assert (vain["submit"]["text"], _searching(english, TAKEN)["submit"]["text"]) == ("Search", "Next")


def test_an_answer_is_shown_in_both_languages(english: Translator) -> None:
    """As the partner reads it between two lines, then in one's own language; once where both are the same."""
    blocks = _presenting(english, TAKEN)["blocks"]
    at = blocks.index(kit.divider())

    assert blocks[at + 1 : at + 3] == SHOWN.blocks
    assert blocks[at + 3] == kit.divider()
    assert [one for one in blocks[at + 4 :] if one in BACK.blocks] == BACK.blocks
    assert [one for one in _presenting(english, TAKEN, SHOWN)["blocks"] if one in SHOWN.blocks] == SHOWN.blocks


def test_what_comes_after_an_answer_is_chosen_with_it(english: Translator) -> None:
    """It waits for the partner unless told; what is not offered is an error."""
    form = _presenting(english, TAKEN)

    assert forms.read_then(form_state(form), english) == (Then.WAIT, {})
    assert forms.read_then(form_state(form, then="resolve"), english) == (Then.RESOLVE, {})
    assert forms.read_then({}, english)[1] == {"then": "Please choose from the list."}
    assert json.loads(form["private_metadata"])["entry"] == "cyberday.trial"


def test_those_who_speak_the_language_stand_first(english: Translator) -> None:
    """Then the others; the queue only where somebody has it."""
    menu = _fields(_assigning(english, TAKEN))[0]["element"]
    groups = [(one["label"]["text"], [option["value"] for option in one["options"]]) for one in menu["option_groups"]]

    assert groups == [("Speaks German", ["UCAT"]), ("Others", ["UBEN", "UDAN"]), ("Nobody", ["queue"])]
    assert "So far: <@UBEN>" in "".join(markups(_assigning(english, TAKEN)))
    assert "queue" not in str(_assigning(english, OPEN)["blocks"])


def test_a_large_desk_is_offered_in_full(english: Translator) -> None:
    """Slack takes a hundred in a group."""
    staff = [StaffMember(f"U{n}", f"Agent {n}", ("de",)) for n in range(250)]
    menu = _fields(forms.assigning_form(english, OPEN, staff))[0]["element"]

    assert sum(len(group["options"]) for group in menu["option_groups"]) == 250


def test_a_desk_without_people_says_so(english: Translator) -> None:
    """A menu without options is none that Slack takes."""
    form = forms.assigning_form(english, OPEN, [])

    assert view_problems(form) == []
    assert "The desk has no people yet." in str(form["blocks"])


@pytest.mark.parametrize(
    ("chosen", "read"),
    [
        ("UCAT", ("UCAT", {})),
        ("queue", (None, {})),
        (Forged("<!channel>"), (None, {"assignee": "Please choose from the list."})),
        (None, (None, {"assignee": "Please choose from the list."})),
    ],
)
def test_somebody_of_the_desk_is_given_it(english: Translator, chosen: str | None, read: tuple[Any, Any]) -> None:
    """Or the queue; what is no user is an error."""
    assert forms.read_assignee(form_state(_assigning(english, TAKEN), assignee=chosen), english) == read


def test_taking_over_asks_first(english: Translator) -> None:
    """It says who has it, since when, and that they are told."""
    form = _taking(english, TAKEN)

    assert "REQ-12 was taken by <@UBEN>, 21 November, 01:30." in "".join(markups(form))
    assert "whoever had it is told" in str(form["blocks"])
    assert form["submit"]["text"] == "Take over"


def test_a_level_gets_a_word(english: Translator) -> None:
    """Which may be missing; the form knows the level."""
    form = _raising(english, TAKEN)

    assert "REQ-12 goes to product-experts." in str(form["blocks"])
    assert json.loads(form["private_metadata"])["level"] == "product-experts"
    assert forms.read_note(form_state(form, note=" Look ")) == "Look"
    assert forms.read_note(form_state(form)) == ""


def test_each_result_shows_what_the_partner_reads(english: Translator) -> None:
    """In the partner's language, under the words for it in one's own."""
    templates = {reason: f"Satz {n}." for n, reason in enumerate(STAFF_REASONS)}
    form = forms.resolving_form(english, TAKEN, templates=templates, may_draft=False)
    shown = json.dumps(form["blocks"])

    assert "What the partner reads (German):" in shown
    for n, label in enumerate(("Answered", "Done as asked", "Passed on to somebody else", "Not possible")):
        assert f"Satz {n}." in shown
        assert f"{label}: " in shown
    assert "draft" not in shown


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({"reason": "done"}, (Reason.DONE, "", False, {})),
        ({"reason": "not-possible", "words": " Sorry ", "draft": ["yes"]}, (Reason.NOT_POSSIBLE, "Sorry", True, {})),
        ({"words": "Sorry"}, (Reason.ANSWERED, "Sorry", False, {"reason": "Please choose from the list."})),
        (
            {"reason": Forged("settled")},  # that is the partner's to say
            (Reason.ANSWERED, "", False, {"reason": "Please choose from the list."}),
        ),
    ],
)
def test_a_request_is_resolved_with_a_reason(
    english: Translator, changes: dict[str, Any], read: tuple[Any, ...]
) -> None:
    """One of those that staff choose between; words and a draft may be missing."""
    assert forms.read_resolution(form_state(_resolving(english, TAKEN), **changes), english) == read


def test_words_that_do_not_fit_are_an_error(english: Translator) -> None:
    """Nothing is cut off unseen."""
    state = form_state(_resolving(english, TAKEN), reason="done", words="x" * 2600)

    assert forms.read_resolution(state, english)[3] == {"words": "Please write at most 2,500 characters."}


def test_a_message_is_handed_over_with_a_word(english: Translator) -> None:
    """Which may be missing; its text and the number of its files stand above."""
    form = _new(english)

    assert "Where is it?" in str(form["blocks"])
    assert "2 files go with it." in str(form["blocks"])
    assert forms.read_new(form_state(form)) == ("", False)
    assert forms.read_new(form_state(form, note="Hurry", urgent=["yes"])) == ("Hurry", True)


def test_it_is_said_why_an_answer_was_given(english: Translator) -> None:
    """The language, what was weighed, the nearest phrasing; where that is not known any more, so."""
    shown = str(_explaining(english)["blocks"])

    for one in ("German, by its words", "Trial length (81%)", "Wie lange läuft der Test?", "'When'"):
        assert one in shown
    unsure = forms.explaining_form(english, replace(WHY, is_sure=False), text="", choices=CHOICES, metadata={})
    assert "German, by what is known of the thread and the person" in str(unsure["blocks"])
    gone = forms.explaining_form(english, None, text="", choices=CHOICES, metadata={})
    assert "no longer known" in str(gone["blocks"])
    assert view_problems(gone) == []


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({}, ("When?", "", {})),
        ({"expected": "miro.trial"}, ("When?", "miro.trial", {})),
        ({"expected": "fallback", "text": "Where?"}, ("Where?", "fallback", {})),
        ({"expected": "miro.trial", "text": " "}, ("", "miro.trial", {"text": "Please write the question."})),
    ],
)
def test_what_should_have_been_answered_is_read(
    english: Translator, changes: dict[str, Any], read: tuple[Any, ...]
) -> None:
    """With a question; where nothing is chosen nothing is asked for."""
    assert forms.read_explained(form_state(_explaining(english), **changes), english) == read


def test_all_answers_can_be_chosen(english: Translator) -> None:
    """Slack takes a hundred in a group: a large programme has several."""
    choices = [("Cyberday", [(f"cyberday.e{n}", f"Title {n}") for n in range(250)])]
    form = forms.explaining_form(english, WHY, text="", choices=choices, metadata={})
    groups = _fields(form)[0]["element"]["option_groups"]

    assert sum(len(group["options"]) for group in groups) == 251
    assert view_problems(form) == []


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["value", "selected_option", "selected_options", "text", "then", "reason", "chosen.x"]),
            inner,
        )
    ),
    max_leaves=8,
)
NAMES = [
    "text",
    "then",
    "query",
    "chosen",
    "chosen.x",
    "assignee",
    "note",
    "reason",
    "words",
    "draft",
    "urgent",
    "expected",
]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_no_form_can_break_its_reader(english: Translator, values: dict[str, Any]) -> None:
    """Whatever is sent in place of one: errors, never exceptions."""
    text, then, errors = forms.read_reply(values, english)
    assert isinstance(then, Then)
    assert bool(text) is ("text" not in errors)
    query, chosen = forms.read_search(values)
    assert isinstance(query, str)
    assert chosen is None or isinstance(chosen, str)
    user, wrong = forms.read_assignee(values, english)
    assert wrong == {} or user is None
    reason, words, wants_draft, _ = forms.read_resolution(values, english)
    assert (reason in STAFF_REASONS, isinstance(words, str), isinstance(wants_draft, bool)) == (True, True, True)
    assert isinstance(forms.read_note(values), str)
    assert isinstance(forms.read_new(values), tuple)
    _, expected, _ = forms.read_explained(values, english)
    assert isinstance(expected, str)


READERS: tuple[Callable[..., Any], ...] = (
    forms.read_reply,
    forms.read_assignee,
    forms.read_resolution,
)


@pytest.mark.parametrize("read", READERS)
def test_an_empty_form_is_an_error(english: Translator, read: Callable[..., Any]) -> None:
    """Where something is needed."""
    assert read({}, english)[-1] != {}
