"""The card of a report: every change on it, one line each below it, and what its reporter sees; who comes too late."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from bot.model import PersonId
from tests.scenarios.report_desk import (
    cards,
    drafted,
    lines,
    offers,
    report_world,
    reported,
    steps,
    stored,
    words_on,
    work_on,
)
from tests.scenarios.world import World, actions
from tests.stub_slack import Cut, StubMessage

MORE = "report.more"


@dataclass(frozen=True)
class Step:
    """Something that a translator does, and what it leads to."""

    action: str
    value: str | None = None  # of the menu
    fields: dict[str, str] = field(default_factory=dict)
    on_card: tuple[str, ...] = ()
    line: str = ""
    told: tuple[str, ...] = ()  # the steps of our messages in the reporter's thread, all of them
    before: tuple[Step, ...] = ()


TAKE = Step("report.take", on_card=("being worked on", "<@UDE>"), line="<@UDE> has taken this.", told=("taken",))
ASK = Step(
    "report.ask",
    fields={"question": "Which page?"},
    on_card=("waiting for an answer", "<@UDE>"),
    line="<@UDE> has asked the reporter:\n&gt; Which page?",
    told=("taken", "question"),
)
FIX = Step(
    "report.fix",
    fields={"final": "Abbrechen!", "words": "Well seen"},
    on_card=("fixed", "Abbrechen!", "Well seen", "live now"),
    line="<@UDE> has fixed this.\n&gt; Well seen",
    told=("closed", "fixed"),
)


def _rejected(reason: str, words: str, on_card: str) -> Step:
    return Step(
        MORE,
        "reject",
        {"reason": reason, "words": words},
        ("not an error", on_card, words),
        f"<@UDE> has closed this: it is no error.\n&gt; {words}",
        ("closed", "rejected"),
    )


STEPS: Final = {
    "take": TAKE,
    "put back": Step(
        MORE, "release", on_card=("open",), line="<@UDE> has put this back.", told=("sent",), before=(TAKE,)
    ),
    "ask": ASK,
    "fix, now": FIX,
    "fix, from a day on": Step(
        "report.fix",
        fields={"final": "Abbrechen", "visible": "day", "day": "2031-01-02"},
        on_card=("fixed", "appears on", "2 January 2031"),
        line="<@UDE> has fixed this.",
        told=("closed", "fixed"),
        before=(TAKE,),
    ),
    "fix, next release": Step(
        "report.fix",
        fields={"visible": "release"},
        on_card=("fixed", "next release"),
        line="<@UDE> has fixed this.",
        told=("closed", "question", "fixed"),
        before=(ASK,),
    ),
    "not an error: intended": _rejected("intended", "A term", "meant to read this way"),
    "not an error: mended": _rejected("mended", "Last week", "put right already"),
    "not an error: not ours": _rejected("not-ours", "Theirs", "not ours"),
    "not an error: not found": _rejected("not-found", "Nowhere", "could not find"),
    "reopen": Step(
        "report.reopen",
        on_card=("being worked on", "<@UDE>"),
        line="<@UDE> has reopened this.",
        told=("taken", "fixed"),
        before=(FIX,),
    ),
    "to another language": Step(
        MORE,
        "move",
        {"to": "fi"},
        ("Finnish", "open"),
        "<@UDE> has handed this on to the translators (Finnish).",
        ("sent",),
        (TAKE,),
    ),
}


async def _one_card(w: World) -> tuple[str, StubMessage]:
    """A report of the German text: its reporter's thread, and its card."""
    thread = await reported(w)
    (card,) = await cards(w)
    return thread, card


async def _actors(w: World) -> list[PersonId]:
    """Who has done what happened to the one report, in order."""
    (report,) = await stored(w)
    return [change.who for change in report.history if change.who is not None]


async def _do(w: World, card: StubMessage, step: Step, user: str = "UDE") -> dict[str, str]:
    for before in step.before:
        await _do(w, card, before, user)
    return await work_on(w, card, step.action, user, step.value, **step.fields)


@pytest.mark.parametrize("name", STEPS)
async def test_what_a_step_changes(tmp_path: Path, name: str) -> None:
    """The card in place, one line below it, and the reporter's message in place; new is what they must know."""
    step = STEPS[name]
    async with report_world(tmp_path) as w:
        thread, card = await _one_card(w)
        for before in step.before:
            await _do(w, card, before)
        posted = len(await lines(w, card))

        assert await work_on(w, card, step.action, "UDE", step.value, **step.fields) == {}

        (same,) = await cards(w)
        new = (await lines(w, card))[posted:]
        assert same is card
        assert [words for words in step.on_card if words not in words_on(card)] == []
        assert new[0] == f"TR-1: {step.line}"
        assert len(new) == (2 if step.value == "move" else 1)  # its new owners are called
        assert await steps(w, "CCYBER", thread) == [*step.told]


async def test_what_a_card_offers(tmp_path: Path) -> None:
    """To take it first, then to fix it; once it is closed, to reopen it."""
    async with report_world(tmp_path) as w:
        _, card = await _one_card(w)
        offered = [actions(card), offers(card, MORE)]
        await _do(w, card, TAKE)
        taken = [actions(card), offers(card, MORE)]
        await _do(w, card, FIX)

        assert offered == [["report.take", "report.fix", "report.ask", MORE], ["reject", "duplicate", "move"]]
        assert taken == [["report.fix", "report.ask", MORE], [*offered[1], "release", "take-over"]]
        assert actions(card) == ["report.reopen"]


async def test_somebody_takes_over(tmp_path: Path) -> None:
    """It is theirs; the reporter, for whom nothing has changed, reads nothing."""
    async with report_world(tmp_path) as w:
        thread, card = await _one_card(w)
        await _do(w, card, TAKE)
        await work_on(w, card, MORE, "UDE2", "take-over")
        edits = len((await w.only("CCYBER", thread)).edits)
        await work_on(w, card, MORE, "UDE2", "take-over")

        assert "<@UDE2>" in words_on(card)
        assert (await lines(w, card))[1:] == ["TR-1: <@UDE> has taken this.", "TR-1: <@UDE2> has taken this."]
        assert (edits, await steps(w, "CCYBER", thread)) == (2, ["taken"])  # draft → sent → taken
        assert w.slack.ephemerals == []


async def test_a_question_and_its_answer_and_a_second_one(tmp_path: Path) -> None:
    """Each answer goes below the card, to whoever asked; each question says that it was passed on."""
    async with report_world(tmp_path) as w:
        thread, card = await _one_card(w)
        for question, answer in (("Which page?", "Settings"), ("Which button?", "The left one")):
            await work_on(w, card, "report.ask", "UDE", question=question)
            await w.write("CCYBER", "U1", answer, thread=thread)
            await w.settle()
        told = await lines(w, card)

        assert told[1:] == [
            "TR-1: <@UDE> has asked the reporter:\n&gt; Which page?",
            "TR-1: <@U1> has answered:\n&gt; Settings <@UDE> TR-1 is waiting for you (German).",
            "TR-1: <@UDE> has asked the reporter:\n&gt; Which button?",
            "TR-1: <@U1> has answered:\n&gt; The left one <@UDE> TR-1 is waiting for you (German).",
        ]
        assert "being worked on" in words_on(card)
        assert await steps(w, "CCYBER", thread) == ["taken", "answered", "answered"]


async def test_two_questions_and_one_answer(tmp_path: Path) -> None:
    """What is written next answers both: neither waits for more."""
    async with report_world(tmp_path) as w:
        thread, card = await _one_card(w)
        for question in ("Which page?", "Which button?"):
            await work_on(w, card, "report.ask", "UDE", question=question)
        await w.write("CCYBER", "U1", "The left one on Settings", thread=thread)

        assert await steps(w, "CCYBER", thread) == ["taken", "answered", "answered"]


# Errors at their fields

FAULTS: Final = [
    ("report.ask", None, {"question": "   "}, "question"),
    ("report.fix", None, {"final": " "}, "final"),
    ("report.fix", None, {"visible": "day"}, "day"),
    ("report.fix", None, {"visible": "day", "day": "2020-01-01"}, "day"),
    (MORE, "reject", {"reason": None}, "reason"),
    (MORE, "reject", {"reason": "intended"}, "words"),
    (MORE, "duplicate", {"number": "the other"}, "number"),
    (MORE, "duplicate", {"number": "TR-1"}, "number"),
    (MORE, "duplicate", {"number": "TR-99"}, "number"),
    (MORE, "move", {"to": None}, "to"),
]


@pytest.mark.parametrize(("action", "value", "fields", "at"), FAULTS)
async def test_what_is_wrong_is_said_at_its_field(
    tmp_path: Path, action: str, value: str | None, fields: dict[str, str | None], at: str
) -> None:
    """The form stays open, and nothing has changed."""
    async with report_world(tmp_path) as w:
        thread, card = await _one_card(w)
        seen = words_on(card)
        errors = await work_on(w, card, action, "UDE", value, **fields)

        assert list(errors) == [at]
        assert (words_on(card), len(await lines(w, card))) == (seen, 1)
        assert await steps(w, "CCYBER", thread) == ["sent"]


# Too late


async def test_a_button_of_another_day(tmp_path: Path) -> None:
    """On a card as it looked before it was closed: nothing changes, no form opens, and who was first is told."""
    async with report_world(tmp_path) as w:
        thread, card = await _one_card(w)
        as_open = copy.deepcopy(card)
        await _do(w, card, TAKE)
        as_taken = copy.deepcopy(card)
        await _do(w, card, FIX)
        before = (words_on(card), await lines(w, card), await steps(w, "CCYBER", thread), len(w.slack.opened))
        for old in (as_open, as_taken):
            for action in actions(old):
                for value in offers(old, action) if action == MORE else [None]:
                    await w.press(old, action, "UDE2", value)
                    await w.settle()
        after = (words_on(card), await lines(w, card), await steps(w, "CCYBER", thread), len(w.slack.opened))
        told = [one.text for one in await w.whispers("UDE2")]

        assert after == before
        assert len(told) == 6 + 7  # what both cards have offered
        assert {one.split(",")[0] for one in told} == {"TR-1 was closed as fixed by <@UDE>"}


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of a world on each database."""
    return {"database_url": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}


@pytest.mark.parametrize("action", ["report.take", "report.reopen"])
async def test_two_click_at_once(tmp_path: Path, database: dict[str, str], action: str) -> None:
    """One is first, and is the only one of whom anybody reads; the other reads, alone, who it was."""
    async with report_world(tmp_path, **database) as w:
        _, card = await _one_card(w)
        if action == "report.reopen":
            await _do(w, card, FIX)
        posted = len(await lines(w, card))
        await asyncio.gather(*(w.press(card, action, user) for user in ("UDE", "UDE2")))
        (line,) = (await lines(w, card))[posted:]
        ((second, told),) = [(one.user, one.text) for one in w.slack.ephemerals]
        first = "UDE" if second == "UDE2" else "UDE2"

        assert f"<@{first}>" in line
        assert f"<@{first}>" in told
        assert [one.user for one in await _actors(w)][posted:] == [first]


async def test_two_send_a_form_at_once(tmp_path: Path, database: dict[str, str]) -> None:
    """One has fixed it; the other's form says so at its field, and stays with what they have typed."""
    async with report_world(tmp_path, **database) as w:
        thread, card = await _one_card(w)
        posted = len(await lines(w, card))
        for user in ("UDE", "UDE2"):
            await w.press(card, "report.fix", user)
        forms = list(zip(w.slack.opened, ("UDE", "UDE2"), strict=True))
        said = await asyncio.gather(*(w.fill(form, user, final=f"By {user}") for form, user in forms))
        await w.settle()
        (report,) = await stored(w)
        first = report.assignee.user if report.assignee else ""

        assert report.final == f"By {first}"
        assert [bool(errors) for errors in said] == [user != first for _, user in forms]
        assert [list(errors) for errors in said if errors] == [["final"]]
        assert len((await lines(w, card))[posted:]) == 1
        assert await steps(w, "CCYBER", thread) == ["closed", "fixed"]


async def test_a_form_that_was_refused_may_be_sent_again(tmp_path: Path) -> None:
    """Its report is closed meanwhile, which it says; reopened, it takes what still stands in it."""
    async with report_world(tmp_path) as w:
        _, card = await _one_card(w)
        await w.press(card, "report.fix", "UDE2")
        form = w.slack.opened[-1]
        await _do(w, card, FIX)
        refused = await w.fill(form, "UDE2", final="Abbrechen?")
        await work_on(w, card, "report.reopen", "UDE")
        taken = await w.fill(form, "UDE2", final="Abbrechen?")
        (report,) = await stored(w)

        assert list(refused) == ["final"]
        assert refused["final"].startswith("TR-1 was closed as fixed by somebody else")
        assert taken == {}
        assert report.final == "Abbrechen?"


@pytest.mark.parametrize("step", [FIX, ASK, STEPS["not an error: mended"], STEPS["to another language"]])
async def test_a_form_delivered_twice_is_one(tmp_path: Path, step: Step) -> None:
    """At once and a moment later: one change, and no error at a field for what has been done."""
    async with report_world(tmp_path) as w:
        _, card = await _one_card(w)
        await w.press(card, step.action, "UDE", step.value)
        form = w.slack.opened[-1]
        said = await asyncio.gather(*(w.fill(form, "UDE", **step.fields) for _ in range(2)))
        await w.settle()
        again = await w.fill(form, "UDE", **step.fields)
        (report,) = await stored(w)

        assert [*said, again] == [{}] * 3
        assert len(report.history) == 2


async def test_a_click_delivered_twice_says_nothing(tmp_path: Path) -> None:
    """Nor does a second click of the same person: what they wanted is so."""
    async with report_world(tmp_path) as w:
        _, card = await _one_card(w)
        as_open = copy.deepcopy(card)
        await asyncio.gather(*(w.press(as_open, "report.take", "UDE") for _ in range(3)))
        told = await lines(w, card)

        assert told[1:] == ["TR-1: <@UDE> has taken this."]
        assert w.slack.ephemerals == []


async def test_a_card_that_is_just_being_posted(tmp_path: Path) -> None:
    """Slack shows it, and we do not know yet: whoever clicks is asked to try again in a moment."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        w.slack.fail("chat.postMessage", Cut(stored=True))
        await w.press(draft, "report.send", "U1")
        await w.slack.until(lambda: w.slack.messages("CTRANS"))
        (card,) = [one for one in w.slack.messages("CTRANS") if one.thread_ts is None]
        await w.press(card, "report.take", "UDE")
        (told,) = await w.whispers("UDE")
        await work_on(w, card, "report.take", "UDE")

        assert told.text.startswith("I am not done with this message.")
        assert "being worked on" in words_on(card)
