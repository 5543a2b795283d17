"""What is left of requests when people's data goes, on both databases: nothing of theirs, and what others wait for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.adapters.work.opening import open_work
from bot.gap import Gap, GapKind, Regression
from bot.model import Floor, Handed, PersonId, Thread
from bot.report import Line, Picture, PictureState
from bot.request import Act, Change, Reason, Request, State, Unsent, Way
from bot.store import audit, gaps, members, privacy, regressions, request_privacy, requests, threads
from bot.store.database import Database
from bot.store.jobs import Status
from bot.store.privacy import REQUEST_WITHDRAWAL, UNSAY, UNSHARE, Cause, Erased, Found
from bot.store.request_privacy import Trace
from bot.store.tables import gap, job, regression, request, thread
from tests.clock import START, VirtualClock
from tests.rows import add_job

ANNE = PersonId("T2", "UANNE")
NAMESAKE = PersonId("T3", "UANNE")
BOB = PersonId("T2", "UBOB")  # her colleague
EVE = PersonId("T1", "UEVE")  # of the desk
IDA = PersonId("T1", "UIDA")
KAI, OLA, OTSO = (PersonId("T1", f"U{name}") for name in ("KAI", "OLA", "OTSO"))  # who stand in one place each
MINUTE = timedelta(minutes=1)
LATER = START + 5 * MINUTE
DAY = timedelta(days=1)
TS = "1764144000.000100"


def line(n: int) -> tuple[Line, ...]:
    """The message below the card that tells of a change."""
    return (Line("C9", f"{n}.000000"),)


TOLD = Request(
    0,
    "C1",
    TS,
    ANNE,
    START,
    "fi",
    "Anne's question",
    organisation="Acme",
    state=State.TAKEN,
    assignee=EVE,
    owed_since=START,
    files=(
        Picture("F1", PictureState.SHARED, copy="FCOPY"),
        Picture("F2", PictureState.SHARED, copy="FBOB", by=BOB),
        Picture("F3", PictureState.DELETED, copy="FGONE", by=ANNE),
        Picture("F4", by=KAI),
    ),
    card_channel="C9",
    card_ts="7.000000",
    unsent=(Unsent(EVE, "Eve's draft"), Unsent(OTSO, "Otso's draft")),
    history=(
        Change(Act.ASKED, START, ANNE, lines=line(1)),
        Change(Act.TAKEN, START, EVE, lines=line(2)),
        Change(Act.TOLD, START, BOB, "Bob's words", files=("F2",), lines=line(3)),
        Change(Act.ASSIGNED, START, IDA, whom=EVE, lines=line(4)),
        Change(Act.REPLIED, START, EVE, "Eve's answer", lines=line(5)),
        Change(Act.TOLD, START, ANNE, "Anne's words", lines=line(6)),
        Change(Act.RESOLVED, START, BOB, Reason.SETTLED.value, lines=line(7)),
        Change(Act.RETURNED, START, ANNE, "Anne's return", lines=line(8)),
        Change(Act.ASKED_AGAIN, START, BOB, "Bob's return", lines=line(9)),
        Change(Act.RELEASED, START, whom=OLA, lines=line(10)),
    ),
)


def add(conn: Connection, like: Request = TOLD, **more: Any) -> Request:
    """A request in the database, in a thread of its own."""
    count = len(conn.execute(select(request.c.number)).all())
    state = replace(like, thread_ts=f"{1764144000 + count}.000100", **more)
    made, _ = requests.create(conn, "T1", state, START, due=START + DAY)
    requests.save(conn, "T1", made, START, due=START + DAY, responded_in=60)
    return made


def erase(conn: Connection, who: PersonId) -> Erased:
    """Whatever is kept of somebody."""
    found = Found(START, {}, {})
    return privacy.erase(conn, "T1", who, found, asked_at=START, now=LATER, cause=Cause.PERSON)


def load(conn: Connection, number: int) -> Request:
    """A request that is still there."""
    state = requests.load(conn, "T1", number)
    assert state is not None
    return state


def everything(conn: Connection) -> str:
    """All that is kept of requests and of what follows from them."""
    rows = [row for table in (request, gap, regression) for row in conn.execute(select(table)).mappings()]
    return json.dumps([dict(row) for row in rows], default=str)


# The partner's side


def test_a_request_goes_with_whoever_has_asked(conn: Connection) -> None:
    """What Slack shows of it is named: card, copies, and the lines that quote the partner; others' requests stay."""
    add(conn)
    other = add(conn, asker=NAMESAKE, files=(), history=())
    erased = erase(conn, ANNE)

    assert requests.load(conn, "T1", 1) is None
    assert load(conn, other.number) == other
    assert (erased.rows, erased.named) == ({"request": 1}, {})
    quoting = tuple(one for n in (1, 3, 6, 7, 8, 9) for one in line(n))
    assert erased.requests == (Trace(1, "C9", "7.000000", ("FCOPY", "FBOB"), quoting),)
    assert "T2" not in everything(conn)


def test_whoever_has_asked_reads_nothing_that_staff_wrote_for_each_other(conn: Connection) -> None:
    """No note, and no reply that was not sent; what was said on either side, and who has done what, stands there."""
    notes = (
        Change(Act.ASKED, START, EVE, "Eve's note"),
        Change(Act.HANDED, START, OLA, "Ola's note"),
        Change(Act.ESCALATED, START, EVE, "Eve's second note"),
    )
    add(conn, history=(*notes, *TOLD.history))
    (row,) = conn.execute(select(request))
    told = privacy.own_of("request", row)
    said = json.dumps(told, default=str)

    assert [one for one in ("note", "draft", "unsent") if one in said] == []
    assert [one for one in ("question", "Anne's words", "Bob's words", "Eve's answer") if one not in said] == []
    assert len(told["state"]["history"]) == len(notes) + len(TOLD.history)
    assert set(told) == set(row._mapping)
    assert set(told["state"]) == set(row.state) - {"unsent"}


def test_what_it_showed_of_the_knowledge_goes_with_it(conn: Connection) -> None:
    """The gaps that somebody ran into, the cases made of their questions, and what was drafted from their request."""
    add(conn)
    missed = Gap(GapKind.FALLBACK, "fi", None, "Anne's question", START, ANNE, "C1", TS)
    drafted = replace(missed, kind=GapKind.DRAFT, who=None, request=1, answer="To Anne")
    others = replace(missed, who=BOB, text="Bob's question", ts="5.000000")
    for one in (missed, drafted, others, replace(others, kind=GapKind.DRAFT, request=2)):
        gaps.add(conn, "T1", one)
    case = Regression("Anne's question", "fi", None, "a.b", "fallback", START, EVE, ANNE)
    for one in (case, replace(case, text="Bob's question", asker=BOB)):
        regressions.add(conn, "T1", one)
    erased = erase(conn, ANNE)

    assert erased.rows == {"gap": 1, "regression": 1, "request": 1}
    assert [one.number for one in gaps.listed(conn, "T1")] == [4, 3]
    assert [one.number for one in regressions.listed(conn, "T1")] == [2]
    assert "Anne" not in everything(conn)


def test_a_colleague_is_taken_out(conn: Connection) -> None:
    """Their words, files and id are gone; the request is whoever's it was, and as due as it was."""
    before = add(conn)
    erased = erase(conn, BOB)
    left = load(conn, 1)
    row = conn.execute(select(request)).one()

    assert left == replace(
        before,
        files=(before.files[0], *before.files[2:]),
        history=(
            *before.history[:2],
            Change(Act.TOLD, START),
            *before.history[3:6],
            Change(Act.RESOLVED, START, words=Reason.SETTLED.value),
            before.history[7],
            Change(Act.ASKED_AGAIN, START),
            before.history[9],
        ),
    )
    assert (row.due_at, row.responded_in, row.copies) == (START + DAY, 60, 1)
    assert (erased.rows, erased.named) == ({}, {"request": 1})
    said = tuple(one for n in (3, 7, 9) for one in line(n))
    assert erased.requests == (Trace(1, "C9", "7.000000", ("FBOB",), said),)
    assert "Bob" not in everything(conn)
    assert "UBOB" not in everything(conn)


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_bot_speaks_again_in_a_thread_without_its_request(conn: Connection, *, is_kept: bool) -> None:
    """Where nobody has it any more, or it is gone: else nobody would ever answer there."""
    add(conn)
    taken = Thread("C1", TS, BOB, floor=Floor.STAFF, handed_over=True, request=Handed(1, is_taken=True))
    threads.save(conn, "T1", taken, START)
    erase(conn, EVE if is_kept else ANNE)

    handed = Handed(1, asker=ANNE) if is_kept else None
    expected = replace(taken, floor=Floor.BOT, handed_over=is_kept, request=handed)
    assert threads.load(conn, "T1", "C1", TS) == expected


def test_a_thread_forgets_whose_its_request_was(conn: Connection) -> None:
    """Also where the request itself is long gone, and the thread is somebody else's by now."""
    taken = Thread("C1", TS, BOB, question="Bob's question", request=Handed(1, is_settled=True, asker=ANNE), last_ts=TS)
    threads.save(conn, "T1", taken, START)
    (row,) = conn.execute(select(thread)).all()
    erased = erase(conn, ANNE)

    assert privacy.part_of("thread", row, ANNE) == {"workspace": "T1", "channel": "C1", "ts": TS}
    assert threads.load(conn, "T1", "C1", TS) == replace(taken, request=Handed(1, is_settled=True))
    assert (erased.rows, erased.named) == ({}, {"thread": 1})


# The desk's side


def test_what_somebody_had_taken_is_in_the_queue_again(conn: Connection) -> None:
    """Nobody stands in their place; what was said in the desk's name stays, and the history says what has happened."""
    before = add(conn)
    erased = erase(conn, EVE)
    left = load(conn, 1)
    row = conn.execute(select(request)).one()

    assert left == replace(
        before,
        state=State.OPEN,
        assignee=None,
        unsent=(Unsent(OTSO, "Otso's draft"),),
        history=(
            before.history[0],
            replace(before.history[1], who=None),
            before.history[2],
            replace(before.history[3], whom=None),
            replace(before.history[4], who=None),
            *before.history[5:],
            Change(Act.RELEASED, LATER),
        ),
    )
    assert (row.due_at, row.responded_in, row.owed) == (START + DAY, 60, True)
    assert erased.requests == (Trace(1, "C9", "7.000000", is_released=True),)
    assert "UEVE" not in everything(conn)


@pytest.mark.parametrize("who", [EVE, IDA, KAI, OLA, OTSO])
def test_wherever_somebody_stands_they_are_taken_out(conn: Connection, who: PersonId) -> None:
    """Also those who have only been given it, have typed a word, or shared a file."""
    add(conn)
    erased = erase(conn, who)

    assert who.user not in everything(conn)
    assert erased.named == {"request": 1}


@pytest.mark.parametrize("state", [State.WAITING, State.RESOLVED])
def test_what_is_not_theirs_to_do_stays_as_it_is(conn: Connection, state: State) -> None:
    """What waits for the partner goes on waiting, what is closed stays closed; without them."""
    before = add(conn, state=state, owed_since=None, closed_at=START if state is State.RESOLVED else None)
    erased = erase(conn, EVE)
    left = load(conn, 1)

    assert (left.state, left.assignee, left.closed_at) == (state, None, before.closed_at)
    assert len(left.history) == len(before.history)
    assert [trace.is_released for trace in erased.requests] == [False]


def test_what_the_desk_has_passed_on_keeps_its_note(conn: Connection) -> None:
    """It is the desk's word; whoever wrote it is gone."""
    passed = Change(Act.ASKED, START, EVE, "Please look", lines=line(1))
    add(conn, way=Way.ESCALATED, assignee=None, state=State.OPEN, unsent=(), history=(passed,))
    erased = erase(conn, EVE)

    assert load(conn, 1).history == (replace(passed, who=None),)
    assert erased.requests == (Trace(1, "C9", "7.000000"),)


def test_what_else_is_kept_of_the_desk_goes(conn: Connection) -> None:
    """Their deeds, and their place in the user group; a case that they have made lives on without them."""
    audit.add(conn, "T1", EVE, "request.take", 1, is_allowed=True, now=START)
    audit.add(conn, "T1", IDA, "request.take", 1, is_allowed=False, now=START)
    members.replace(conn, "T1", [("UEVE", "Eve"), ("UIDA", "Ida")], START)
    case = Regression("Why?", "fi", None, "a.b", "fallback", START, EVE, ANNE)
    regressions.add(conn, "T1", case)
    erased = erase(conn, EVE)

    assert (erased.rows, erased.named) == ({"audit": 1, "member": 1}, {"regression": 1})
    assert [one.who for one in audit.listed(conn, "T1")] == [IDA]
    assert members.all(conn, "T1") == [("UIDA", "Ida")]
    assert regressions.listed(conn, "T1") == [replace(case, by=None, number=1)]


def test_a_person_reads_their_part_of_others_requests(conn: Connection) -> None:
    """What they did, wrote, typed and shared, when it was given to them or taken from them; nothing of anybody else."""
    add(conn)
    row = conn.execute(select(request)).one()
    at = START.isoformat()

    assert request_privacy.named_in(row) == {ANNE, BOB, EVE, IDA, KAI, OLA, OTSO}
    assert request_privacy.part_of(row, EVE) == {
        "workspace": "T1",
        "number": 1,
        "works_on_it": True,
        "did": [
            {"act": "taken", "at": at, "words": ""},
            {"act": "replied", "at": at, "words": "Eve's answer"},
        ],
        "given_or_had": [at],
        "typed": ["Eve's draft"],
        "files": [],
    }
    bobs = request_privacy.part_of(row, BOB)
    assert ([one["words"] for one in bobs["did"]], bobs["files"]) == (
        ["Bob's words", "settled", "Bob's return"],
        ["F2"],
    )


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
        pytest.param({"state": State.OPEN}, True, id="open"),
        pytest.param({"state": State.WAITING, "owed_since": None}, True, id="waiting"),
        pytest.param({"state": State.RESOLVED, "closed_at": START, "files": ()}, False, id="long closed"),
        pytest.param({"state": State.DISMISSED, "closed_at": START}, True, id="long closed, with a copy"),
        pytest.param({"state": State.RESOLVED, "closed_at": START + 9 * DAY, "files": ()}, True, id="closed lately"),
    ],
)
async def test_a_request_grows_old_once_it_is_closed(
    database: Database, change: dict[str, Any], *, stays: bool
) -> None:
    """However old: somebody waits for one that is open. A copy in Slack keeps it, for nobody else knows of that."""
    await database.run(lambda conn: add(conn, **change))
    gone = await privacy.clear_all(database, lambda holding: holding.due(START + DAY) if holding.due else None)
    kept = await database.read(lambda conn: requests.load(conn, "T1", 1))

    assert gone == (0 if stays else 1)
    assert (kept is not None) is stays


async def test_what_follows_from_requests_grows_old(database: Database) -> None:
    """Gaps, cases and deeds after a time, and members of whom the group has not told for as long."""

    def unit(conn: Connection) -> None:
        for n, at in enumerate((START, START + 2 * DAY)):
            gaps.add(conn, "T1", Gap(GapKind.NONE, "fi", None, "Why?", at, ANNE, "C1", f"{n}.000000"))
            regressions.add(conn, "T1", Regression("Why?", "fi", None, "a.b", "fallback", at, EVE))
            audit.add(conn, "T1", EVE, "request.take", None, is_allowed=True, now=at)
            members.replace(conn, f"T{n}", [("UEVE", "Eve")], at)

    await database.run(unit)
    gone = await privacy.clear_all(database, lambda holding: holding.due(START + DAY) if holding.due else None)
    left = await database.read(
        lambda conn: [
            *(one.number for listed in (gaps.listed, regressions.listed, audit.listed) for one in listed(conn, "T1")),
            members.all(conn, "T0"),
            members.all(conn, "T1"),
        ]
    )

    assert gone == 4
    assert left == [2, 2, 2, [], [("UEVE", "Eve")]]


async def test_work_on_a_request_is_work_for_all_who_stand_in_it(database: Database) -> None:
    """A card or a line may be on its way to Slack though the work names nobody; other work has numbers too."""

    def unit(conn: Connection) -> list[bool]:
        add(conn)
        add(conn, asker=NAMESAKE, assignee=None, unsent=(), files=(), history=())
        add_job(conn, "card:T1:1", Status.RUNNING.value, START)
        seen = []
        for kind, number in (("card", 1), ("request-line", 2), ("request-line", None), ("request-line", 1)):
            conn.execute(job.update().values(kind=kind, payload={"number": number}))
            seen += [privacy.is_busy(conn, who) for who in (ANNE, BOB, EVE, IDA)]
        conn.execute(job.update().values(attempts=0))
        return [*seen, privacy.is_busy(conn, ANNE)]

    assert await database.run(unit) == [False] * 12 + [True] * 4 + [False]


async def test_slack_is_seen_to(database: Database) -> None:
    """A job for the card of each request, in its lane, one for each copy and each line; once for each erasure."""
    work = open_work("sqlite://", VirtualClock())

    def unit(conn: Connection) -> list[tuple[str, str | None, Any]]:
        add(conn, history=TOLD.history[1:3])
        for who in (EVE, BOB, ANNE):
            erased = erase(conn, who)
            for _ in range(2):
                privacy.withdraw(conn, work, "T1", erased)
        rows = conn.execute(select(job).order_by(job.c.seq)).all()
        return [(row.kind, row.lane, row.payload) for row in rows]

    card = {"channel": "C9", "ts": "7.000000", "number": 1, "is_released": False}
    lane = requests.lane("T1", 1)
    assert await database.run(unit) == [
        (REQUEST_WITHDRAWAL, lane, card | {"is_released": True}),
        (REQUEST_WITHDRAWAL, lane, card),
        (UNSHARE, None, {"copy": "FBOB"}),
        (UNSAY, None, {"channel": "C9", "ts": "3.000000"}),
        (REQUEST_WITHDRAWAL, lane, card),
        (UNSHARE, None, {"copy": "FCOPY"}),
    ]


async def test_requests_that_name_somebody_are_found(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page at a time, apart from those that are theirs; and those that name them since are not forgotten."""
    monkeypatch.setattr(privacy, "_PAGE", 2)

    def unit(conn: Connection) -> None:
        for n in range(5):
            add(
                conn,
                replace(TOLD, history=(), unsent=(), asker=EVE if n == 3 else ANNE, assignee=EVE if n == 1 else None),
            )

    await database.run(unit)
    found = await privacy.rows_of(database, lambda who: who == EVE, START)
    await database.run(add)
    erased = await database.run(
        lambda conn: privacy.erase(conn, "T1", EVE, found, asked_at=START, now=LATER, cause=Cause.PERSON)
    )

    assert [row.number for row in found.rows["request"]] == [4]
    assert [row.number for row in found.named["request"]] == [2]
    assert [trace.number for trace in erased.requests] == [2, 4, 6]


async def test_whoever_stands_in_many_is_taken_out_of_a_few_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No event waits for all of them. Each is shown anew, once; the rest, with the number, is the erasure's."""
    monkeypatch.setattr(privacy, "_FEW", 2)
    work = open_work("sqlite://", VirtualClock())
    sizes: list[int] = []
    forgotten = privacy._forgotten

    def counted(conn: Connection, rows: Sequence[Any], *more: Any) -> list[Trace]:
        sizes.append(len(rows))
        return forgotten(conn, rows, *more)

    def unit(conn: Connection) -> None:
        for n in range(5):
            add(conn, asker=EVE if n == 3 else ANNE)
        requests.create(conn, "T9", TOLD, START)

    await database.run(unit)
    found = await privacy.rows_of(database, lambda who: who == EVE, LATER)
    await database.run(lambda conn: conn.execute(request.delete().where(request.c.number == 2)))
    monkeypatch.setattr(privacy, "_forgotten", counted)
    left = await privacy.take_out(database, work, "T1", EVE, found, LATER)
    erased = await database.run(
        lambda conn: privacy.erase(conn, "T1", EVE, left, asked_at=START, now=LATER, cause=Cause.PERSON)
    )
    kept = await database.read(lambda conn: [*requests.listed(conn, "T1"), *requests.listed(conn, "T9")])
    jobs = await database.read(lambda conn: [row.payload for row in conn.execute(select(job).order_by(job.c.seq))])

    assert [row.workspace for row in left.named["request"]] == ["T9"]
    assert sizes == [2, 2, 1]
    assert (erased.rows, erased.named) == ({"request": 1}, {"request": 4})
    assert [trace.number for trace in erased.requests] == [4]
    assert [(one["number"], one["is_released"]) for one in jobs] == [(1, True), (3, True), (5, True)]
    assert [one.assignee for one in kept] == [None, None, None, EVE]


def test_taking_somebody_out_is_no_change_to_look_for(conn: Connection) -> None:
    """The erasure looks for what has come since it began, and thousands of rows would have."""
    add(conn, state=State.WAITING, owed_since=None)
    conn.execute(request.update().values(changed_at=START - DAY))
    (row,) = conn.execute(select(request)).all()
    request_privacy.forget(conn, row, EVE, LATER)

    assert conn.execute(select(request.c.changed_at)).scalar_one() == START - DAY
    assert request_privacy.forget(conn, row, EVE, LATER) is None
