"""What can be done to a report: every act in every state, as a table, and what each leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

import pytest

from bot.flows import report as flow
from bot.model import Draft, PersonId
from bot.report import CLOSED, MOST_PICTURES, Kind, OwnText, Reason, Report, State, Visible

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
REPORTER, DIRK, DORA = PersonId("T1", "U1"), PersonId("T1", "UDIRK"), PersonId("T2", "UDORA")
OPEN = Report(7, REPORTER, NOW, "de", programme="cyberday", wrong="Abbruch", suggestion="Abbrechen")


def _fix(report: Report, by: PersonId = DORA) -> Report | None:
    return flow.fix(
        report, by, NOW, final="Abbrechen", visible=Visible.DAY, visible_on=date(2026, 12, 1), words="Thanks"
    )


def _reject(report: Report, by: PersonId = DORA) -> Report | None:
    return flow.reject(report, by, NOW, Reason.INTENDED, "A term")


def _made(report: Report | None) -> Report:
    assert report is not None
    return report


STATES: Final[dict[State, Report]] = {
    State.OPEN: OPEN,
    State.TAKEN: _made(flow.take(OPEN, DIRK, NOW)),
    State.ASKED: _made(flow.ask(OPEN, DIRK, NOW, "Where?")),
    State.FIXED: _made(_fix(OPEN, DIRK)),
    State.REJECTED: _made(_reject(OPEN, DIRK)),
    State.DUPLICATE: _made(flow.duplicate(OPEN, DIRK, NOW, 3)),
}
ACTS: Final[dict[str, Callable[[Report], Report | None]]] = {
    "take": lambda report: flow.take(report, DORA, NOW),
    "take over": lambda report: flow.take_over(report, DORA, NOW),
    "put back": lambda report: flow.release(report, DORA, NOW),
    "ask": lambda report: flow.ask(report, DORA, NOW, "Where?"),
    "answer": lambda report: flow.answer(report, REPORTER, NOW, "There", ()),
    "join": lambda report: flow.join(report, REPORTER, NOW, "", ()),
    "fix": _fix,
    "reject": _reject,
    "duplicate": lambda report: flow.duplicate(report, DORA, NOW, 4),
    "reopen": lambda report: flow.reopen(report, DORA, NOW),
    "still wrong": lambda report: flow.complain(report, REPORTER, NOW, "No"),
    "to another language": lambda report: flow.move(report, DORA, NOW, "fi"),
    "to the product owner": lambda report: flow.move(report, DORA, NOW, Kind.SOURCE),
}
# What an act leads to, by the state before: open, taken, asked, fixed, rejected, duplicate; "" cannot be done.
TABLE: Final = {
    "take": ("taken", "", "", "", "", ""),
    "take over": ("", "taken", "asked", "", "", ""),
    "put back": ("", "open", "open", "", "", ""),
    "ask": ("asked", "asked", "asked", "", "", ""),
    "answer": ("open", "taken", "taken", "fixed", "rejected", "duplicate"),
    "join": ("open", "taken", "asked", "fixed", "rejected", "duplicate"),
    "fix": ("fixed", "fixed", "fixed", "", "", ""),
    "reject": ("rejected", "rejected", "rejected", "", "", ""),
    "duplicate": ("duplicate", "duplicate", "duplicate", "", "", ""),
    "reopen": ("", "", "", "taken", "taken", "taken"),
    "still wrong": ("open", "taken", "asked", "taken", "taken", "taken"),
    "to another language": ("open", "open", "open", "", "", ""),
    "to the product owner": ("open", "open", "open", "", "", ""),
}
ROWS = [(state, act, TABLE[act][n]) for n, state in enumerate(STATES) for act in ACTS]


def test_the_table_is_whole() -> None:
    """Every state there is, and every act that is tried."""
    assert set(STATES) == set(State)
    assert set(TABLE) == set(ACTS)


@pytest.mark.parametrize(("before", "act", "after"), ROWS)
def test_every_act_in_every_state(before: State, act: str, after: str) -> None:
    """It leads to one state, as one more line of the history, or it can no longer be done."""
    done = ACTS[act](STATES[before])

    assert (str(done.state) if done else "") == after
    if done is not None:
        assert done.history[:-1] == STATES[before].history
        assert done.is_closed == (done.state in CLOSED)
        assert (done.closed_at is not None) == (done.is_closed)


@pytest.mark.parametrize("act", ["take", "take over", "ask", "fix", "reject", "duplicate"])
def test_whoever_acts_works_on_it(act: str) -> None:
    """Also where it was somebody else's."""
    done = _made(ACTS[act](STATES[State.OPEN if act == "take" else State.TAKEN]))

    assert done.assignee == DORA
    assert done.history[-1].who == DORA


@pytest.mark.parametrize("act", ["put back", "to another language", "to the product owner"])
def test_it_is_nobodys_again(act: str) -> None:
    """What is put back or handed on waits for whoever takes it."""
    assert _made(ACTS[act](STATES[State.ASKED])).assignee is None


def test_nobody_takes_over_from_themselves() -> None:
    """They have it."""
    assert flow.take_over(STATES[State.TAKEN], DIRK, NOW) is None


@pytest.mark.parametrize("state", sorted(CLOSED))
@pytest.mark.parametrize("act", ["reopen", "still wrong"])
def test_what_it_was_closed_with_is_gone_once_it_is_open(state: State, act: str) -> None:
    """Nothing of the old result is shown as if it held; whoever closed it goes on with it."""
    again = _made(ACTS[act](STATES[state]))

    assert replace(again, history=(), state=State.OPEN, assignee=None) == OPEN
    assert again.assignee == DIRK


def test_what_was_closed_for_somebody_who_is_forgotten_is_open() -> None:
    """Nobody works on it, so it says so."""
    assert _made(flow.reopen(replace(STATES[State.FIXED], assignee=None), DORA, NOW)).state is State.OPEN


def test_our_own_texts_are_fixed_one_by_one() -> None:
    """Each of those that a message shows has its own; one that stays is none."""
    texts = (OwnText("cyberday/de.yml", "a.title", "Alt"), OwnText("cyberday/de.yml", "a.answer", "Bleibt"))
    fixed = _made(flow.fix(replace(OPEN, texts=texts), DIRK, NOW, finals=("Neu", ""), visible=Visible.RELEASE))
    again = _made(flow.reopen(fixed, DORA, NOW))

    assert [one.final for one in fixed.texts] == ["Neu", ""]
    assert [one.final for one in again.texts] == ["", ""]


# To whom it goes


@pytest.mark.parametrize(
    ("language", "kind", "to", "is_done"),
    [
        ("de", None, "de", False),
        ("de", None, "fi", True),
        ("de", Kind.TYPO, Kind.SOURCE, True),
        ("de", Kind.SOURCE, Kind.SOURCE, False),
        ("de", Kind.SOURCE, "de", True),
        ("de", Kind.SOURCE, "fi", True),
    ],
)
def test_where_it_can_be_handed_on_to(language: str, kind: Kind | None, to: str, *, is_done: bool) -> None:
    """Anywhere but where it is; from the product owner also back to the translators of its language."""
    moved = flow.move(replace(OPEN, language=language, kind=kind, near=(3,)), DIRK, NOW, to)

    assert (moved is not None) == is_done
    if moved is not None:
        is_source = to is Kind.SOURCE
        assert (moved.language, moved.kind is Kind.SOURCE) == (language if is_source else to, is_source)
        assert moved.near == ()
        assert moved.history[-1].words == to


def test_another_language_leaves_the_kind() -> None:
    """A typo is a typo for everybody."""
    assert _made(flow.move(replace(OPEN, kind=Kind.TYPO), DIRK, NOW, "fi")).kind is Kind.TYPO


def test_nothing_is_the_same_as_itself() -> None:
    """Whatever a card or a form says."""
    assert flow.duplicate(OPEN, DIRK, NOW, OPEN.number) is None


# Pictures


def test_pictures_are_added_once_and_up_to_a_limit() -> None:
    """One that is there already is no second one."""
    first = flow.add_pictures(OPEN, ["F1", "F2", "F1"], REPORTER)
    many = flow.add_pictures(first, ["F2", *(f"G{n}" for n in range(MOST_PICTURES))], DORA)

    assert [one.id for one in first.pictures] == ["F1", "F2"]
    assert len(many.pictures) == MOST_PICTURES
    assert len({one.id for one in many.pictures}) == MOST_PICTURES


# What is the same, and what may be


@pytest.mark.parametrize(
    ("wrong", "is_same"),
    [
        ("Abbruch", True),
        (" „ABBRUCH“. ", True),
        ("\uff21bbruch", True),  # full width
        ("Abbruch\n", True),
        ("Abbruch jetzt", False),
    ],
)
def test_what_counts_as_the_same_text(wrong: str, *, is_same: bool) -> None:
    """Case, spaces, marks around it and forms of letters are no difference; words are."""
    one, other = Draft(wrong="Abbruch", language="de"), Draft(wrong=wrong, language="de")

    assert (flow.fingerprint(one, "cyberday", ()) == flow.fingerprint(other, "cyberday", ())) == is_same


@pytest.mark.parametrize("change", [{"language": "fi"}, {"place": "Settings"}, {"wrong": "", "said": "Other"}])
def test_another_language_or_place_is_another_error(change: dict[str, str]) -> None:
    """The same word may be right elsewhere."""
    draft = Draft(wrong="Abbruch", language="de")

    assert flow.fingerprint(draft, "cyberday", ()) != flow.fingerprint(replace(draft, **change), "cyberday", ())
    assert flow.fingerprint(draft, "cyberday", ()) != flow.fingerprint(draft, "miro", ())


def test_pictures_alone_are_never_the_same() -> None:
    """Nobody has compared them."""
    assert flow.fingerprint(Draft(pictures=("F1",), language="de"), None, ()) is None


def test_what_may_be_the_same() -> None:
    """The likeliest first, at most three; of another programme it is not, of none it may be."""
    wrong = "Die Einstellungen wurden gespeichert"
    others = [
        replace(OPEN, number=1, wrong="Die Einstellung wurde gespeichert"),
        replace(OPEN, number=2, wrong="Die Einstellungen wurden gespeichert!"),
        replace(OPEN, number=3, wrong="Abbruch"),
        replace(OPEN, number=4, wrong=wrong, programme="miro"),
        replace(OPEN, number=5, wrong="die Einstellungen werden gespeichert", programme=None),
        replace(OPEN, number=6, wrong="Die Einstellungen sind gespeichert"),
        replace(OPEN, number=7, wrong=wrong),
    ]

    assert flow.near(replace(OPEN, wrong=wrong), others) == (2, 5, 1)
    assert flow.near(replace(OPEN, wrong="", said=""), others) == ()
