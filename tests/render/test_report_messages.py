"""What reporters of language errors read, step by step; their lists; and where an answer can be reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.edition import Edition
from bot.model import LANGUAGES, Language, Notice, Outcome, PersonId, Reply
from bot.ports import FileFault
from bot.render import controls, home, reports
from bot.render.blocks import Block
from bot.render.messages import MORE, Renderer
from bot.render.reports import Step
from bot.report import Reason, Report, State, Visible
from tests.render.hostile import HOSTILE, markups
from tests.render.valid import block_problems, schema_problems, view_problems

ANN = PersonId("T1", "U1")
AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
MOST = 3900
DRAFT: dict[str, Any] = {
    "step": "draft",
    "said": "On the list it says Docment",
    "wrong": "Docment list",
    "suggestion": "Document list",
    "place": "https://example.com/list",
    "language": "de",
    "kind": "typo",
    "pictures": 2,
    "about": False,
}
FIXED: dict[str, Any] = {
    "step": "fixed",
    "number": 12,
    "changes": [{"before": "Docment list", "after": "Document list"}],
    "visible": "day",
    "visible_on": "2026-11-23",
    "words": "Well seen!",
}
REJECTED: dict[str, Any] = {"step": "rejected", "number": 12, "before": "Doc", "reason": "intended", "words": "A name"}
STEPS: list[dict[str, Any]] = [
    DRAFT,
    {**DRAFT, "said": "", "wrong": "", "pictures": 0, "language": None, "kind": "", "place": "", "suggestion": ""},
    {**DRAFT, "said": "", "wrong": "", "pictures": 0, "about": True},
    {"step": "discarded"},
    {"step": "sent", "number": 12, "joined": False, "pictures": 0},
    {"step": "sent", "number": 12, "joined": True, "pictures": 25},
    {"step": "taken", "number": 12},
    {"step": "closed", "number": 12},
    {"step": "question", "number": 12, "words": "On which page?"},
    {"step": "question", "number": 12, "words": "word " * 600},
    {"step": "answered", "number": 12, "words": "On which page?"},
    *({**FIXED, "visible": visible.value, "visible_on": None} for visible in (Visible.NOW, Visible.RELEASE)),
    FIXED,
    {**FIXED, "reopened": True},
    {**FIXED, "changes": [{"before": "", "after": "Document list"}], "words": ""},
    *({**REJECTED, "reason": reason.value} for reason in Reason),
    {**REJECTED, "reopened": True},
    {"step": "pictures-failed", "number": 12, "faults": [fault.value for fault in FileFault]},
    {"step": "pictures-failed", "number": 12, "faults": []},
    {"step": "added", "number": 12, "pictures": 2, "left_out": 0},
    {"step": "added", "number": 12, "pictures": 0, "left_out": 1},
]
LISTED = [
    {"number": n, "state": state.value, "language": "fi", "own": n % 2 == 0, "words": "Docment", "at": AT.isoformat()}
    for n, state in enumerate(State, start=1)
]


@pytest.fixture(scope="module")
def renderer(edition: Edition) -> Renderer:
    """The renderer of a desk that takes reports."""
    catalogues = edition.renderer.catalogues
    return Renderer(edition.knowledge, catalogues, lambda *_: None, has_desk=True, takes_reports=True)


def _reply(result: dict[str, Any], language: Language = "en") -> Reply:
    return Reply(Outcome.REPORT, language, result=result)


def _actions(blocks: list[Block]) -> list[str]:
    return [one["action_id"] for block in blocks if block["type"] == "actions" for one in block["elements"]]


def _styled(blocks: list[Block], style: str) -> list[str]:
    """The words of rich text in a style."""
    quotes = [one for block in blocks if block["type"] == "rich_text" for one in block["elements"]]
    quotes = [one for one in quotes if one["type"] == "rich_text_quote"]
    return [one["text"] for quote in quotes for one in quote["elements"] if one.get("style", {}).get(style)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("result", STEPS, ids=lambda result: result["step"])
def test_every_step_is_a_message_that_slack_takes(
    renderer: Renderer, language: Language, result: dict[str, Any]
) -> None:
    """In every language, with controls and without, beside the blocks a text that says the same."""
    for with_controls in (True, False):
        message = renderer.message(_reply(result, language), with_controls=with_controls)

        assert block_problems(message.blocks) == []
        assert 0 < len(message.text) <= MOST
        assert bool(_actions(message.blocks)) <= with_controls
    assert renderer.plain(_reply(result, language))


@pytest.mark.parametrize("result", STEPS, ids=lambda result: result["step"])
def test_every_step_holds_to_the_schema(renderer: Renderer, result: dict[str, Any]) -> None:
    """No unknown key, no element in the wrong block."""
    assert schema_problems(renderer.message(_reply(result)).blocks, "blocks.schema.json") == []


def test_a_fault_of_a_newer_version_is_left_out(renderer: Renderer) -> None:
    """What there is to say beside it is said."""
    told = renderer.plain(_reply({"step": "pictures-failed", "number": 12, "faults": ["haunted", "gone"]}))

    assert "it was deleted" in told
    assert "haunted" not in told


def test_every_step_has_its_words(renderer: Renderer) -> None:
    """All steps that there are stand above, and no two are told alike."""
    told = [renderer.plain(_reply(result)) for result in STEPS]

    assert {result["step"] for result in STEPS} == set(Step)
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("step", ["draft", "question", "answered", "fixed", "rejected"])
def test_what_people_write_is_never_markup(renderer: Renderer, step: str, text: str) -> None:
    """It stands in rich text alone; in the text beside the blocks it is escaped."""
    result = next(one for one in STEPS if one["step"] == step)
    fields = {"said", "wrong", "suggestion", "place", "words", "before"} & set(result)
    result = {**result, **dict.fromkeys(fields, text)}
    if step == "fixed":
        result["changes"] = [{"before": text, "after": text[::-1]}] * 8
    message = renderer.message(_reply(result))

    assert block_problems(message.blocks) == []
    assert len(message.text) <= MOST
    assert "<" not in message.text
    assert not any("EVIL" in markup for markup in markups(message.blocks))


def test_a_draft_is_shown_back(renderer: Renderer) -> None:
    """All that was understood, and what can be done with it."""
    message = renderer.message(_reply(DRAFT))
    said = renderer.plain(_reply(DRAFT))

    for one in ("Docment list", "Document list", "On the list it says", "German", "typo", "https://example.com/list"):
        assert one in said
    assert "Pictures: 2" in said
    assert _actions(message.blocks) == [reports.SEND, reports.DETAILS, reports.DISCARD]
    assert _styled(message.blocks, "strike") == ["Docment"]
    assert _styled(message.blocks, "bold") == ["Document"]


@pytest.mark.parametrize(("is_about", "missing"), [(False, "a picture of it"), (True, "what is wrong with the text")])
def test_a_draft_that_is_not_enough_says_what_is_missing(renderer: Renderer, missing: str, *, is_about: bool) -> None:
    """Then it cannot be sent yet; a picture alone is enough."""
    result = {**DRAFT, "said": "", "wrong": "", "pictures": 0, "about": is_about}

    assert missing in renderer.plain(_reply(result))
    assert _actions(renderer.message(_reply(result)).blocks) == [reports.DETAILS, reports.DISCARD]
    assert reports.SEND in _actions(renderer.message(_reply({**result, "pictures": 1})).blocks)


def test_whoever_reports_what_is_known_is_told_so(renderer: Renderer) -> None:
    """Under the number that it has; how many pictures came with it is said in both cases."""
    first, second = ({"step": "sent", "number": 12, "joined": joined, "pictures": 2} for joined in (False, True))

    assert "It is with the translators as TR-12." in renderer.plain(_reply(first))
    assert "This has been reported before, as TR-12," in renderer.plain(_reply(second))
    assert all("2 pictures go with it." in renderer.plain(_reply(one)) for one in (first, second))


def test_a_correction_is_told_with_its_difference(renderer: Renderer) -> None:
    """Before and after, whole, and from when it is seen; that it is still wrong can be said until it was."""
    message = renderer.message(_reply(FIXED))

    for one in (
        "TR-12",
        "Old text:\n&gt; Docment list",
        "New text:\n&gt; Document list",
        "Monday, 23 November",
        "Well seen!",
    ):
        assert one in message.text
    assert _styled(message.blocks, "strike") == ["Docment"]
    assert _styled(message.blocks, "bold") == ["Document"]
    assert controls.offers(message.blocks, reports.WRONG, "12")
    assert _actions(renderer.message(_reply({**FIXED, "reopened": True})).blocks) == []
    assert "open again" in renderer.plain(_reply({**FIXED, "reopened": True}))


def test_a_refusal_is_told_with_its_reason(renderer: Renderer) -> None:
    """What was reported, why it stays, and the translator's words; it can be objected to once."""
    message = renderer.message(_reply(REJECTED))

    for one in ("TR-12", "&gt; Doc", "It is meant to read this way.", "&gt; A name"):
        assert one in message.text
    assert controls.offers(message.blocks, reports.WRONG, "12")
    assert _actions(renderer.message(_reply({**REJECTED, "reopened": True})).blocks) == []


def test_many_changes_share_one_message(renderer: Renderer) -> None:
    """However long they are: the difference stays to be seen in each."""
    change = {"before": "same " * 400 + "Docment", "after": "same " * 400 + "Document"}
    message = renderer.message(_reply({**FIXED, "changes": [change] * 8}))
    longest = renderer.message(_reply({**FIXED, "changes": [{"before": "a" * 3000, "after": "b" * 3000}] * 8}))

    assert _styled(message.blocks, "strike") == ["Docment"] * 8
    assert len(str(longest.blocks)) < 12_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_reports_are_listed(renderer: Renderer, language: Language) -> None:
    """A line for each, the organisation's told from one's own; without words where others read along."""
    reply = Reply(Outcome.STATUS, language, result={"reports": LISTED})
    silent = replace(reply, result={"reports": [{**one, "words": ""} for one in LISTED]})
    message = renderer.message(reply)

    assert block_problems(message.blocks) == []
    assert all(f"TR-{n} ·" in message.text for n in range(1, len(LISTED) + 1))
    assert message.text.count("Docment") == len(LISTED)
    assert "Docment" not in renderer.message(silent).text
    assert MORE in _actions(message.blocks)


def test_an_empty_list_says_so(renderer: Renderer) -> None:
    """And without a list the knowledge speaks, as ever."""
    empty = renderer.plain(Reply(Outcome.STATUS, "en", result={"reports": []}))

    assert "no report" in empty
    assert renderer.plain(Reply(Outcome.STATUS, "en")) != empty


def test_a_listed_report_is_known_by_its_words() -> None:
    """By the text that is wrong, else by what was said of it; in short, in a line."""
    report = Report(12, ANN, AT, "de", wrong="Doc\nment " * 50, said="said")
    own, other = reports.listed([(report, True), (replace(report, wrong=""), False)], with_words=True)

    assert own["words"].startswith("Doc ment Doc ment")
    assert len(own["words"]) <= 80
    assert other["words"] == "said"
    assert (own["own"], other["own"]) == (True, False)
    assert reports.listed([(report, True)], with_words=False)[0]["words"] == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_asks_how_to_report_is_invited(renderer: Renderer, language: Language) -> None:
    """By the entry and by the action alike: in words, and by the form; where nobody takes reports, as ever."""
    deaf = Renderer(renderer.knowledge, renderer.catalogues, lambda *_: None, has_desk=True)
    invitation = reports.invitation(renderer.catalogues[language])
    for reply in (
        Reply(Outcome.REPORT, language, "cyberday", "cyberday.translation-errors"),
        Reply(Outcome.REPORT, language),
    ):
        message = renderer.message(reply)

        assert invitation in renderer.plain(reply)
        assert _actions(message.blocks)[0] == reports.OPEN
        assert block_problems(message.blocks) == []
        assert invitation not in deaf.plain(reply)
        assert reports.OPEN not in _actions(deaf.message(reply).blocks)


def test_a_picture_is_asked_about_once_it_can_be_reported(renderer: Renderer) -> None:
    """With two buttons; where nobody takes reports it is words that are asked for."""
    reply = Reply(Outcome.HELP, "en", notice=Notice.PICTURE, result={"pictures": 2})
    deaf = Renderer(renderer.knowledge, renderer.catalogues, lambda *_: None, has_desk=True)

    assert renderer.plain(reply) == "What are these pictures about?"
    assert renderer.plain(replace(reply, result={"pictures": 1})) == "What is this picture about?"
    assert _actions(renderer.message(reply).blocks) == [reports.PICTURE, reports.QUESTION]
    assert deaf.plain(reply) == "I cannot read pictures. Tell me in words what it is about."
    assert _actions(deaf.message(reply).blocks) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_can_be_reported(renderer: Renderer, language: Language) -> None:
    """In the menu below it, which holds no more than Slack takes; not where nobody takes reports."""
    deaf = Renderer(renderer.knowledge, renderer.catalogues, lambda *_: None, has_desk=True)
    kinds = {"answer": Outcome.ANSWER, "rule": Outcome.RULE, "report": Outcome.REPORT, "booking": Outcome.BOOKING}
    for programme in renderer.knowledge.programmes.values():
        for entry in programme.entries.values():
            reply = Reply(kinds[entry.kind], language, programme.id, entry.id)
            blocks = renderer.message(reply).blocks

            assert block_problems(blocks) == []
            assert controls.offers(blocks, MORE, reports.REPORT_ERROR)
            assert not controls.offers(deaf.message(reply).blocks, MORE, reports.REPORT_ERROR)


@pytest.mark.parametrize("language", LANGUAGES)
def test_app_home_shows_reports(renderer: Renderer, language: Language) -> None:
    """One's own, and those that wait for a translator; twenty of each, then how many more there are."""
    report = Report(12, ANN, AT, "de", wrong="Docment")
    found = [replace(report, number=n) for n in range(1, 24)]
    view = home.home_view([home.reports_section(renderer, language, [(one, True) for one in found], found)])

    assert view_problems(view) == []
    assert schema_problems(view, "view.schema.json") == []
    assert str(view).count("Docment") == 40
    assert str(view).count(renderer.catalogues[language].plural("and {n} more", "and {n} more", 3)) == 2
    assert home.reports_section(renderer, language, [], []) == []
    assert len(home.reports_section(renderer, language, [], found[:1])) == 2
