"""What is left of reports when people's data goes, on both databases: nothing of theirs, and what others wait for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.adapters.work.opening import open_work
from bot.model import PersonId
from bot.report import Act, Change, Picture, PictureState, Report, Reporter, State
from bot.store import privacy, report_privacy, reports
from bot.store.database import Database
from bot.store.jobs import Status
from bot.store.privacy import REPORT_WITHDRAWAL, UNSHARE, Cause, Erased, Found
from bot.store.report_privacy import Trace
from bot.store.tables import job, report, reporter
from tests.clock import START, VirtualClock
from tests.rows import add_job

ANNE = PersonId("T2", "UANNE")
NAMESAKE = PersonId("T3", "UANNE")
BOB = PersonId("T2", "UBOB")
EVE = PersonId("T1", "UEVE")  # a translator
LATER = START + timedelta(minutes=5)
DAY = timedelta(days=1)

OPEN = Report(
    0,
    ANNE,
    START,
    "fi",
    place="Asetukset",
    wrong="Tallena",
    suggestion="Anne's idea",
    said="Anne's words",
    pictures=(Picture("F1", PictureState.SHARED, copy="FCOPY"), Picture("F2")),
    channel="C9",
    card_ts="7.000000",
    history=(Change(Act.REPORTED, START, ANNE, "Anne's words"),),
)


def add(conn: Connection, state: Report = OPEN, *joined: PersonId) -> Report:
    """A report in the database, told of by whoever it names, then by others, each a minute later."""
    made = reports.create(conn, "T1", state, None, Reporter(0, state.reporter, "fi", START), START)
    for n, who in enumerate(joined, 1):
        at = START + timedelta(minutes=n)
        reports.join(conn, "T1", made.number, Reporter(0, who, "de", at))
        history = (*made.history, Change(Act.JOINED, at, who))
        made = replace(made, reporters=made.reporters + 1, history=history)
        reports.save(conn, "T1", made, at)
    return made


def erase(conn: Connection, who: PersonId) -> Erased:
    """Whatever is kept of somebody."""
    found = Found(START, {}, {})
    return privacy.erase(conn, "T1", who, found, asked_at=START, now=LATER, cause=Cause.PERSON)


def load(conn: Connection, number: int) -> Report:
    """A report that is still there."""
    state = reports.load(conn, "T1", number)
    assert state is not None
    return state


def everything(conn: Connection) -> str:
    """All that is kept of reports."""
    rows = [*conn.execute(select(report)).mappings(), *conn.execute(select(reporter)).mappings()]
    return json.dumps([dict(row) for row in rows], default=str)


# Whoever told of it


def test_a_report_that_nobody_else_waits_for_goes_with_its_reporter(conn: Connection) -> None:
    """Its card and our copies are named, so that Slack shows nothing of it either; others' reports stay."""
    add(conn)
    other = add(conn, replace(OPEN, reporter=NAMESAKE, said="", history=()))
    erased = erase(conn, ANNE)

    assert reports.load(conn, "T1", 1) is None
    assert load(conn, other.number) == other
    assert erased.rows == {"report": 1, "reporter": 1}
    assert erased.named == {}
    assert erased.reports == (Trace(1, "C9", "7.000000", ("FCOPY",)),)
    assert [one.who for one in reports.reporters(conn, "T1", other.number)] == [NAMESAKE]
    assert "T2" not in everything(conn)


def test_a_report_that_others_have_told_of_passes_to_the_next(conn: Connection) -> None:
    """With the text that is wrong and where it stands; the first one's words, pictures and id are gone."""
    add(conn, OPEN, BOB, NAMESAKE)
    told = replace(load(conn, 1), history=(*load(conn, 1).history, Change(Act.ANSWERED, LATER, ANNE, "Anne again")))
    reports.save(conn, "T1", told, LATER)
    erased = erase(conn, ANNE)
    left = load(conn, 1)

    assert (left.reporter, left.reporters, left.state) == (BOB, 2, State.OPEN)
    assert (left.wrong, left.place) == ("Tallena", "Asetukset")
    assert (left.said, left.suggestion, left.pictures) == ("", "", ())
    assert [(one.act, one.who, one.words) for one in left.history] == [
        (Act.REPORTED, None, ""),
        (Act.JOINED, BOB, ""),
        (Act.JOINED, NAMESAKE, ""),
        (Act.ANSWERED, None, ""),
    ]
    assert [one.who for one in reports.reporters(conn, "T1", 1)] == [BOB, NAMESAKE]
    assert erased.rows == {"report": 1, "reporter": 1}
    assert erased.reports == (Trace(1, "C9", "7.000000", ("FCOPY",)),)
    assert "Anne" not in everything(conn)


def test_words_that_others_have_used_too_stay(conn: Connection) -> None:
    """Where nothing is quoted the words are what was told, by all of them alike; else nobody could work on it."""
    add(conn, replace(OPEN, wrong=""), BOB)
    erase(conn, ANNE)

    assert load(conn, 1).said == "Anne's words"


@pytest.mark.parametrize(("assignee", "after"), [(EVE, State.TAKEN), (None, State.OPEN)])
def test_nobody_waits_for_the_answer_of_whoever_has_gone(
    conn: Connection, assignee: PersonId | None, after: State
) -> None:
    """Asked was the first one; the next can be asked again."""
    add(conn, replace(OPEN, state=State.ASKED, assignee=assignee), BOB)
    erase(conn, ANNE)

    assert load(conn, 1).state is after


def test_whoever_only_joined_is_taken_out(conn: Connection) -> None:
    """The report is the first one's as before; one fewer has told of it."""
    before = add(conn, OPEN, BOB)
    erased = erase(conn, BOB)
    left = load(conn, 1)

    assert left == replace(before, reporters=1, history=(*OPEN.history, Change(Act.JOINED, START + DAY / 1440)))
    assert [one.who for one in reports.reporters(conn, "T1", 1)] == [ANNE]
    assert (erased.rows, erased.named) == ({"reporter": 1}, {"report": 1})
    assert erased.reports == (Trace(1, "C9", "7.000000"),)


# Whoever worked on it


@pytest.mark.parametrize(("state", "after"), [(State.TAKEN, State.OPEN), (State.ASKED, State.ASKED)])
def test_of_a_translator_the_name_goes(conn: Connection, state: State, after: State) -> None:
    """What was done stays, and what was said in the desk's name; nobody works on it, so it is open to be taken."""
    asked = Change(Act.ASKED, LATER, EVE, "Where is it?")
    add(conn, replace(OPEN, state=state, assignee=EVE, history=(*OPEN.history, asked)))
    erased = erase(conn, EVE)
    left = load(conn, 1)

    assert (left.state, left.assignee) == (after, None)
    assert left.history == (*OPEN.history, replace(asked, who=None))
    assert left.said == OPEN.said
    assert (erased.rows, erased.named) == ({}, {"report": 1})
    assert erased.reports == (Trace(1, "C9", "7.000000"),)
    assert "UEVE" not in everything(conn)


def test_a_person_reads_their_part_of_others_reports(conn: Connection) -> None:
    """What they did and wrote, and nothing of anybody else."""
    did = Change(Act.ASKED, LATER, EVE, "Where is it?")
    add(conn, replace(OPEN, assignee=EVE, history=(*OPEN.history, did)))
    row = conn.execute(select(report)).one()

    assert report_privacy.named_in(row) == {ANNE, EVE}
    assert report_privacy.part_of(row, EVE) == {
        "workspace": "T1",
        "number": 1,
        "works_on_it": True,
        "did": [{"act": "asked", "at": LATER.isoformat(), "words": "Where is it?"}],
    }


# Duplicates


def duplicate(conn: Connection, of: int, who: PersonId = BOB) -> Report:
    """Somebody else's report that is closed as a duplicate."""
    state = replace(OPEN, reporter=who, pictures=(), history=(), state=State.DUPLICATE, assignee=EVE, closed_at=START)
    return add(conn, replace(state, duplicate_of=of))


def test_whoever_waits_through_a_duplicate_does_not_wait_in_vain(conn: Connection) -> None:
    """The first duplicate of a report that is gone is open again, and the others are its duplicates."""
    head = add(conn).number
    first, second = duplicate(conn, head), duplicate(conn, head, NAMESAKE)
    erased = erase(conn, ANNE)
    left = load(conn, first.number)

    assert (left.state, left.closed_at, left.duplicate_of, left.assignee) == (State.OPEN, None, None, None)
    assert left.history == (Change(Act.REOPENED, LATER),)
    assert load(conn, second.number) == replace(second, duplicate_of=first.number)
    assert [one.number for one in erased.reports] == [head, first.number, second.number]


def test_a_chain_of_duplicates_is_closed_again(conn: Connection) -> None:
    """Where the one in the middle goes, the last hangs on the first."""
    root = add(conn, replace(OPEN, reporter=EVE)).number
    middle = duplicate(conn, root, ANNE).number
    last = duplicate(conn, middle)
    erase(conn, ANNE)

    assert load(conn, last.number) == replace(last, duplicate_of=root)


def test_who_has_heard_the_end_hears_nothing_more(conn: Connection) -> None:
    """Duplicates of a report that was closed stay closed."""
    head = add(conn, replace(OPEN, state=State.FIXED, closed_at=START)).number
    one = duplicate(conn, head)
    erase(conn, ANNE)

    assert load(conn, one.number) == one


# Growing old, and what is under way


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[Database]:
    """A started database of each kind."""
    url = f"sqlite:///{path}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with Database.open(url) as opened:
        yield opened


@pytest.mark.parametrize(
    ("change", "stays"),
    [
        pytest.param({}, True, id="open"),
        pytest.param({"state": State.FIXED, "closed_at": START, "pictures": ()}, False, id="long closed"),
        pytest.param({"state": State.FIXED, "closed_at": START}, True, id="long closed, with a copy"),
        pytest.param({"state": State.FIXED, "closed_at": START + 9 * DAY, "pictures": ()}, True, id="closed lately"),
        pytest.param(
            {"state": State.FIXED, "closed_at": START, "pictures": (Picture("F1", PictureState.DELETED, copy="F"),)},
            False,
            id="long closed, its copy deleted",
        ),
    ],
)
async def test_a_report_grows_old_once_it_is_closed(database: Database, change: dict[str, Any], *, stays: bool) -> None:
    """However old: somebody waits for one that is open. Its reporters go with it; a copy in Slack keeps it."""
    await database.run(lambda conn: add(conn, replace(OPEN, **change), BOB))
    before = START + DAY
    gone = await privacy.clear_all(database, lambda holding: holding.due(before) if holding.due else None)
    left = await database.read(lambda conn: len(reports.reporters(conn, "T1", 1)))
    kept = await database.read(lambda conn: reports.load(conn, "T1", 1))

    assert gone == (0 if stays else 3)
    assert left == (2 if stays else 0)
    assert (kept is not None) is stays


async def test_work_on_a_report_is_work_for_all_who_told_of_it(database: Database) -> None:
    """A card or a picture may be on its way to Slack though the work names nobody; other work has numbers too."""

    def unit(conn: Connection) -> list[bool]:
        add(conn, OPEN, BOB)
        add(conn, replace(OPEN, reporter=EVE))
        add_job(conn, "card:T1:1", Status.RUNNING.value, START)
        seen = []
        for kind, number in (("card", 1), ("report-card", 9), ("report-card", 1)):
            conn.execute(job.update().values(kind=kind, payload={"number": number}))
            seen += [privacy.is_busy(conn, who) for who in (ANNE, BOB, EVE)]
        return seen

    assert await database.run(unit) == [False] * 6 + [True, True, False]


async def test_slack_is_seen_to(database: Database) -> None:
    """A job for the card of each report, in its lane, and one for each copy; once for each erasure."""
    work = open_work("sqlite://", VirtualClock())

    def unit(conn: Connection) -> list[tuple[str, str | None, Any]]:
        add(conn, OPEN, BOB, NAMESAKE)
        for who in (ANNE, BOB):
            erased = erase(conn, who)
            for _ in range(2):
                privacy.withdraw(conn, work, "T1", erased)
        rows = conn.execute(select(job).order_by(job.c.seq)).all()
        return [(row.kind, row.lane, row.payload) for row in rows]

    card = {"channel": "C9", "ts": "7.000000", "number": 1}
    assert await database.run(unit) == [
        (REPORT_WITHDRAWAL, reports.lane("T1", 1), card),
        (UNSHARE, None, {"copy": "FCOPY"}),
        (REPORT_WITHDRAWAL, reports.lane("T1", 1), card),
    ]


async def test_reports_that_name_somebody_are_found(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page at a time, apart from those that are theirs."""
    monkeypatch.setattr(privacy, "_PAGE", 2)

    def unit(conn: Connection) -> None:
        for n in range(5):
            add(conn, replace(OPEN, reporter=EVE if n == 3 else ANNE, assignee=EVE if n % 2 else None))

    await database.run(unit)
    found = await privacy.rows_of(database, lambda who: who == EVE, START)

    assert [row.number for row in found.rows["report"]] == [4]
    assert [row.number for row in found.named["report"]] == [2]
    assert [row.number for row in found.rows["reporter"]] == [4]
