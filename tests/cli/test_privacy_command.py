"""`partnerdesk privacy`: all that is kept of a person is shown, and erased, by their id; on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.__main__ import main
from bot.meeting import State
from bot.model import Outcome, PersonId, Reply, Thread
from bot.report import Line, Picture, PictureState, Report, Reporter
from bot.request import Act, Change, Request
from bot.request import State as RequestState
from bot.store import audit, meetings, messages, people, reports, requests, threads, votes
from bot.store.engine import open_engines
from bot.store.messages import Message
from bot.store.migrations import migrate
from bot.store.privacy import POLICY
from bot.store.tables import erasure, job, metadata, person, report, request
from tests.bookings import NINE, book, wanted
from tests.clock import START

ANNE = PersonId("TACME", "UANNE")
NAMESAKE = PersonId("TOTHER", "UANNE")
BOB = PersonId("T0HOME", "UBOB")
EVE = PersonId("T0HOME", "UEVE")  # a translator, who works on all reports
IDA = PersonId("T0HOME", "UIDA")  # of the desk, who has taken all requests
TS = "1764144000.000100"
CARD = "1764144009.000100"
LINE = "1764144010.000100"


def _do(url: str, unit: Callable[[Connection], Any]) -> Any:
    engines = open_engines(url)
    try:
        migrate(engines.writer)
        with engines.writer.begin() as conn:
            return unit(conn)
    finally:
        engines.dispose()


def _met(conn: Connection, who: PersonId, channel: str, workspace: str = "T0HOME") -> None:
    """Somebody has asked, voted, asked for a person, and told of a language error."""
    said = f"What does {who.team} pay?"
    shown = Message(channel, "1764144001.000100", TS, Reply(Outcome.ANSWER, "fi"), "fi", asker=who)
    threads.save(conn, workspace, Thread(channel, TS, asker=who, question=said), START)
    messages.save(conn, workspace, shown)
    people.remember(conn, workspace, who, language="fi")
    votes.cast(conn, workspace, channel, TS, who, -1, START)
    votes.comment(conn, workspace, channel, TS, who, said)
    history = (Change(Act.TOLD, START, who, said, lines=(Line("CSUPPORT", LINE),)), Change(Act.TAKEN, START, IDA))
    asked = Request(0, channel, TS, who, START, "fi", said, state=RequestState.TAKEN, assignee=IDA, history=history)
    placed = replace(asked, card_channel="CSUPPORT", card_ts=f"1764144009.00020{channel[1:]}")
    requests.create(conn, workspace, placed, START)
    picture = Picture("F1", PictureState.SHARED, copy=f"F{channel}")
    told = Report(0, who, START, "fi", said=said, pictures=(picture,), assignee=EVE, channel="CTRANS", card_ts=CARD)
    reports.create(conn, workspace, told, None, Reporter(0, who, "fi", START), START)


@pytest.fixture
def met(url: str) -> str:
    """A database that knows Anne and Bob."""
    _do(url, lambda conn: [_met(conn, ANNE, "C1"), _met(conn, BOB, "C2")])
    return url


def _tables(url: str) -> str:
    return str(_do(url, lambda conn: [conn.execute(select(table)).all() for table in metadata.tables.values()]))


def _count(url: str, table: Any) -> int:
    return len(_do(url, lambda conn: conn.execute(select(table)).all()))


def test_all_that_is_kept_is_exported(met: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every table's rows of the person as JSON, with what the table holds and how long; nobody else's."""
    del met
    code = main(["privacy", "export", "UANNE"])
    said = capsys.readouterr().out
    told = json.loads(said)
    rows = {name: table["rows"] for name, table in told["tables"].items() if table["rows"]}

    assert code == 0
    assert (told["user"], told["team"]) == ("UANNE", "TACME")
    assert set(told["tables"]) == {name for name, holding in POLICY.items() if holding.owner}
    assert set(rows) == {"thread", "message", "vote", "report", "reporter", "request", "person"}
    assert rows["thread"][0]["state"]["question"] == "What does TACME pay?"
    assert rows["vote"][0]["at"] == START.isoformat()
    assert rows["report"][0]["state"]["said"] == "What does TACME pay?"
    assert told["tables"]["vote"]["holds"]
    assert "UBOB" not in said


def test_the_export_goes_to_a_file_for_the_operator_alone(
    met: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody else on the machine can read it; nothing of it is printed."""
    del met
    main(["privacy", "export", "UANNE", "--json", str(tmp_path / "anne.json")])

    assert json.loads((tmp_path / "anne.json").read_text(encoding="utf-8"))["user"] == "UANNE"
    assert (tmp_path / "anne.json").stat().st_mode & 0o777 == 0o600
    assert capsys.readouterr().out == ""


def test_erasing_shows_what_goes_and_does_it(met: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The rows by table, then the number; nothing of the person is left, and everything of others."""
    code = main(["privacy", "erase", "UANNE", "--yes"])
    shown, done, cards = capsys.readouterr().out.splitlines()
    left = _tables(met)

    assert code == 0
    theirs = "1 thread, 1 message, 1 vote, 1 report, 1 reporter, 1 request, 1 person"
    assert shown == f"UANNE of TACME: {theirs}."
    assert done == f"PRIV-1: erased {theirs}."
    assert "cards" in cards
    assert "ANNE" not in left
    assert "TACME" not in left
    assert "What does T0HOME pay?" in left
    assert _do(met, lambda conn: conn.execute(select(erasure.c.cause)).scalars().all()) == ["operator"]


def test_the_desk_that_runs_takes_the_words_out_of_the_cards(met: str) -> None:
    """What the command cannot do, since it does not speak to Slack, waits as work; it names nobody."""
    main(["privacy", "erase", "UANNE", "--yes"])
    rows = _do(met, lambda conn: conn.execute(select(job).order_by(job.c.seq)).all())

    assert [(row.kind, row.payload) for row in rows] == [
        ("report-withdrawal", {"channel": "CTRANS", "ts": CARD, "number": 1}),
        ("report-unshare", {"copy": "FC1"}),
        (
            "request-withdrawal",
            {"channel": "CSUPPORT", "ts": "1764144009.000201", "number": 1, "is_released": False},
        ),
        ("report-unsay", {"channel": "CSUPPORT", "ts": LINE}),
    ]


def test_who_works_on_reports_of_others_is_taken_out_of_them(met: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They read what they did there, and no word of whoever reported; erased, they are nowhere, the reports stay."""
    main(["privacy", "export", "UEVE"])
    said = capsys.readouterr().out
    told = json.loads(said)
    main(["privacy", "erase", "UEVE", "--yes"])
    shown, done, _ = capsys.readouterr().out.splitlines()

    assert (told["team"], told["tables"]["report"]["rows"]) == ("T0HOME", [])
    assert [part["works_on_it"] for part in told["tables"]["report"]["in_rows_of_others"]] == [True, True]
    assert "What does" not in said
    assert shown == "UEVE of T0HOME: name in 2 report of others."
    assert done == "PRIV-1: erased name in 2 report of others."
    assert "UEVE" not in _tables(met)
    assert _count(met, report) == 2


def test_who_looks_after_requests_of_others_is_taken_out_of_them(met: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They read what they did, and no word of whoever asked; erased, they are nowhere, and the queue has it again."""
    _do(met, lambda conn: audit.add(conn, "T0HOME", IDA, "request.take", 1, is_allowed=True, now=START))
    main(["privacy", "export", "UIDA"])
    said = capsys.readouterr().out
    tables = json.loads(said)["tables"]
    main(["privacy", "erase", "UIDA", "--yes"])
    shown, done, cards = capsys.readouterr().out.splitlines()
    left = _do(met, lambda conn: requests.listed(conn, "T0HOME"))

    assert [part["did"][0]["act"] for part in tables["request"]["in_rows_of_others"]] == ["taken", "taken"]
    assert [row["act"] for row in tables["audit"]["rows"]] == ["request.take"]
    assert "What does" not in said
    assert shown == "UIDA of T0HOME: 1 audit, name in 2 request of others."
    assert done == "PRIV-1: erased 1 audit, name in 2 request of others."
    assert "cards" in cards
    assert [(one.state, one.assignee) for one in left] == [(RequestState.OPEN, None)] * 2
    assert "UIDA" not in _tables(met)


def test_who_holds_meetings_of_others_is_taken_out_of_them(met: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They read when they hold one, and not with whom or why; erased, they are nowhere, and the meeting waits."""
    ahead = NINE.replace(year=2126)
    asked = wanted(ahead, booker=ANNE, topic="What does TACME pay?", written="UEVE")
    _do(met, lambda conn: book(conn, asked, ("UEVE",), workspace="T0HOME"))
    main(["privacy", "export", "UEVE"])
    said = capsys.readouterr().out
    tables = json.loads(said)["tables"]
    main(["privacy", "erase", "UEVE", "--yes"])
    shown, done, calendars = capsys.readouterr().out.splitlines()
    left = _do(met, lambda conn: meetings.load(conn, "T0HOME", 1))
    work = _do(met, lambda conn: conn.execute(select(job.c.kind).order_by(job.c.seq)).scalars().all())

    assert [part["number"] for part in tables["meeting"]["in_rows_of_others"]] == [1]
    assert [row["user"] for row in tables["host"]["rows"]] == ["UEVE"]
    assert "TACME" not in said
    assert shown == "UEVE of T0HOME: 8 cell, 1 host, name in 2 report of others, name in 1 meeting of others."
    assert done == "PRIV-1: erased 1 host, name in 2 report of others, name in 1 meeting of others."
    assert "calendars" in calendars
    assert (left.state, left.host, left.topic) == (State.UNPLACED, "", "What does TACME pay?")
    assert work[-2:] == ["meeting-withdrawal", "meeting-unplaced"]


@pytest.mark.parametrize(("answer", "code", "left"), [("yes\n", 0, 1), ("Y\n", 1, 2), ("\n", 1, 2), ("", 1, 2)])
def test_it_asks_first(
    met: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str, code: int, left: int
) -> None:
    """Anything but yes leaves everything as it is, and says so by the exit code."""
    (tmp_path / "typed").write_text(answer)
    with (tmp_path / "typed").open() as typed:
        monkeypatch.setattr("sys.stdin", typed)
        assert main(["privacy", "erase", "UANNE"]) == code

    assert _count(met, request) == left


def test_two_people_with_one_id_are_told_apart(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --team nothing is done and both teams are named; with it the other one is left alone."""
    _do(url, lambda conn: [_met(conn, ANNE, "C1"), _met(conn, NAMESAKE, "C2")])
    unsure = main(["privacy", "erase", "UANNE", "--yes"])
    told = capsys.readouterr().err
    code = main(["privacy", "erase", "UANNE", "--team", "TOTHER", "--yes"])

    assert (unsure, code) == (2, 0)
    assert "TACME, TOTHER" in told
    assert "--team" in told
    assert _do(url, lambda conn: conn.execute(select(person.c.team)).scalars().all()) == ["TACME"]


def test_a_person_met_in_two_workspaces_is_erased_in_both(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each has its own numbers."""
    _do(url, lambda conn: [_met(conn, ANNE, "C1"), _met(conn, ANNE, "C1", "T9HOME")])
    main(["privacy", "erase", "UANNE", "--yes"])

    assert capsys.readouterr().out.count("PRIV-1: erased 1 thread") == 2
    assert _count(url, person) == 0


@pytest.mark.parametrize("act", ["export", "erase"])
def test_of_a_stranger_nothing_is_kept(met: str, capsys: pytest.CaptureFixture[str], act: str) -> None:
    """That is said, and is no failure."""
    code = main(["privacy", act, "UNOBODY"])
    said = capsys.readouterr().out

    assert code == 0
    assert (
        "Nothing is kept" in said
        if act == "erase"
        else not any(json.loads(said)["tables"][name]["rows"] for name in ("thread", "person"))
    )
    assert _count(met, erasure) == 0


@pytest.mark.parametrize("given", [["anne"], ["UANNE", "--team", "acme"]])
def test_what_is_no_id_is_a_usage_error(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Said in one line, before anything is opened."""
    assert main(["privacy", "erase", *given]) == 2
    assert "copy it from Slack" in capsys.readouterr().err


def test_without_a_database_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped path must not look like an empty desk."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")

    assert main(["privacy", "export", "UANNE"]) == 1
    assert "there is no database yet" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
