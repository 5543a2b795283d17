"""`partnerdesk meetings`: what is booked, for people, spreadsheets, calendars and programs."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from icalendar import Calendar

from bot.meeting import Cause, Customer, Kind, Meeting, Span, State
from bot.model import PersonId
from bot.store import meetings
from bot.store.engine import open_engines
from bot.store.migrations import migrate

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)
DESK = """
version: 1
time_zone: Europe/Helsinki
staff: [{user: UAINO, name: Aino, languages: [fi]}]
hosts:
  - {user: UAINO, languages: [fi], kinds: [support], email: aino@desk.example}
  - {user: UJEAN, name: Jean, languages: [fr], kinds: [support, training], time_zone: Europe/Paris}
"""
MEETING = Meeting(
    number=0,
    uid="1@T1.partnerdesk",
    kind=Kind.SUPPORT,
    booker=PersonId("T2", "U1"),
    language="fi",
    start=TUESDAY,
    end=TUESDAY + timedelta(minutes=30),
    host="",
    zone="Europe/Paris",
    booked_at=NOW,
    programme="cyberday",
    organisation="Acme Oy",
    topic="Trial of a customer",
    email="anna@acme.example",
    customer=Customer("Kunde GmbH", "kunde@example.com"),
)
PERSONAL = ("Trial of a customer", "anna@acme.example", "Kunde GmbH", "kunde@example.com", "I am ill")
EVER = ("--from", "2026-01-01")

Said = Callable[..., tuple[int, str, str]]


class Desk:
    """A database with meetings."""

    def __init__(self, url: str) -> None:
        self._engines = open_engines(url)
        migrate(self._engines.writer)
        self._booked = 0

    def add(self, host: str = "UAINO", workspace: str = "T1", **changes: object) -> Meeting:
        """Store a meeting that is booked; it lasts half an hour."""
        self._booked += 1
        start = changes.get("start", TUESDAY)
        end = start + timedelta(minutes=30)
        meeting = replace(MEETING, **{"uid": f"{self._booked}@{workspace}.partnerdesk", "end": end, **changes})
        held, key = Span(meeting.start, meeting.end), f"key {self._booked}"
        with self._engines.writer.begin() as conn:
            booked = meetings.book(conn, workspace, meeting, [host], held, key, NOW)
        assert booked is not None, "the time is taken"
        return booked

    def free(self, meeting: Meeting, state: State, cause: Cause, workspace: str = "T1") -> None:
        """Have it lose its time."""
        with self._engines.writer.begin() as conn:
            meetings.free(conn, workspace, meeting, state=state, cause=cause, words="I am ill", now=NOW)

    def close(self) -> None:
        """Close its connections."""
        self._engines.dispose()


@pytest.fixture
def desk(url, desk_file):
    """A database with no meetings yet, of a desk that has it open."""
    opened = Desk(url)
    yield opened
    opened.close()


@pytest.fixture
def local_desk(local_url, desk_file):
    """The same on SQLite alone, for what does not depend on the database."""
    opened = Desk(local_url)
    yield opened
    opened.close()


@pytest.fixture
def desk_file(tmp_path, monkeypatch):
    """A desk file with hosts, and the environment that names it."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "desk.yml"
    file.write_text(DESK, encoding="utf-8")
    monkeypatch.setenv("PARTNERDESK_CONFIG", str(file))
    return file


@pytest.fixture
def said(command) -> Said:
    """Runs the command: exit code, stdout, stderr."""
    return partial(command, "meetings")


# Lists


def test_a_line_for_each_meeting(desk, said):
    """By start, on the desk's clock: number, time, kind, state, language, who holds it, whose it is."""
    desk.add(host="UJEAN", start=TUESDAY + timedelta(days=1), kind=Kind.TRAINING, language="fr", organisation=None)
    desk.add()
    desk.free(desk.add(start=TUESDAY + timedelta(days=2)), State.CANCELLED, Cause.BOOKER)

    code, out, err = said("list", *EVER)

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "MT-2    2026-11-24 10:00-10:30  support   booked     fi  UAINO Aino  Acme Oy",
        "MT-1    2026-11-25 10:00-10:30  training  booked     fr  UJEAN Jean",
        "MT-3    2026-11-26 10:00-10:30  support   cancelled  fi  UAINO Aino  Acme Oy",
        "3 meetings, in the time of Europe/Helsinki.",
    ]


def test_a_meeting_that_lasts_past_midnight(local_desk, said):
    """Its end has a day of its own."""
    local_desk.add(start=datetime(2026, 11, 24, 21, 45, tzinfo=UTC))

    assert "2026-11-24 23:45-2026-11-25 00:15" in said("list", *EVER)[1]


def test_words_and_addresses_of_people_are_shown_where_they_are_asked_for(local_desk, said):
    """A list may be read over somebody's shoulder; whoever wants all of it says so. A calendar tells no addresses."""
    local_desk.free(local_desk.add(), State.CANCELLED, Cause.HOST)

    listed, read, table, calendar = (
        said(*arguments, *EVER)[1]
        for arguments in (
            ["list"],
            ["list", "--json"],
            ["export", "--format", "csv"],
            ["export", "--format", "ics"],
        )
    )

    assert [words for words in PERSONAL if words in listed] == []
    assert [words for words in PERSONAL if words not in read] == []
    assert [words for words in PERSONAL if words not in table] == []
    assert "Trial of a customer" in calendar
    assert "@acme.example" not in calendar
    assert "@example.com" not in calendar


def test_names_do_nothing_to_a_terminal(local_desk, said):
    """Signs that control it are shown as escapes."""
    local_desk.add(organisation="é \x1b[2J\rgone\u202e")

    out = said("list", *EVER)[1]

    assert "é \\x1b[2J\\rgone\\u202e" in out
    assert not set("\x1b\r\u202e") & set(out)


def _numbers(said: Said, act: str, *arguments: str) -> list[str]:
    if act == "list":
        return [line.split()[0] for line in said("list", *arguments)[1].splitlines()[:-1]]
    if act == "json":
        return [one["number"] for one in json.loads(said("list", "--json", *arguments)[1])]
    if act == "csv":
        return [row["number"] for row in _rows(said("export", "--format", "csv", *arguments)[1].encode())]
    uids = [str(one["UID"]) for one in _events(said("export", "--format", "ics", *arguments)[1])]
    return [f"MT-{uid.partition('@')[0]}" for uid in uids]


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (EVER, [1, 2, 3, 4]),
        (("--from", "2026-11-24"), [2, 3, 4]),
        (("--from", "2026-11-24", "--to", "2026-11-24"), [2]),
        ((*EVER, "--to", "2026-11-24"), [1, 2]),
        ((*EVER, "--host", "UJEAN"), [3, 4]),
        ((*EVER, "--host", "UJEAN", "--host", "UAINO"), [1, 2, 3, 4]),
        ((*EVER, "--host", "UNOBODY"), []),
        ((*EVER, "--state", "cancelled"), [3]),
        ((*EVER, "--state", "cancelled", "--state", "unplaced"), [3, 4]),
        ((*EVER, "--state", "booked", "--host", "UJEAN"), []),
    ],
)
@pytest.mark.parametrize("act", ["list", "json", "csv", "ics"])
def test_filters(local_desk, said, act, arguments, numbers):
    """By day of its start, host and state; what is exported is what is listed."""
    local_desk.add(start=TUESDAY - timedelta(days=1))
    local_desk.add()
    later = TUESDAY + timedelta(days=1)
    local_desk.free(local_desk.add("UJEAN", start=later), State.CANCELLED, Cause.BOOKER)
    local_desk.free(local_desk.add("UJEAN", start=later + timedelta(hours=1)), State.UNPLACED, Cause.CALENDAR)

    assert _numbers(said, act, *arguments) == [f"MT-{number}" for number in numbers]


def test_from_today_on_where_no_day_is_named(local_desk, said):
    """What is over is history."""
    now = datetime.now(UTC)
    local_desk.add(start=now.replace(second=0, microsecond=0) - timedelta(days=2))
    local_desk.add(start=now.replace(second=0, microsecond=0) + timedelta(days=2))

    assert _numbers(said, "list") == ["MT-2"]


@pytest.mark.parametrize(("zone", "days"), [("Europe/Helsinki", ["25", "26"]), (None, ["24", "26"])])
def test_days_are_those_of_the_desk(local_desk, said, monkeypatch, zone, days):
    """Of its clock; where there is no desk file, of UTC."""
    if zone is None:
        monkeypatch.delenv("PARTNERDESK_CONFIG")
    local_desk.add(start=datetime(2026, 11, 24, 22, tzinfo=UTC))
    local_desk.add(start=datetime(2026, 11, 26, 21, 55, tzinfo=UTC))

    for number, day in enumerate(days, start=1):
        one_day = ("--from", f"2026-11-{day}", "--to", f"2026-11-{day}")
        code, out, _ = said("list", *one_day)
        assert code == 0
        assert out.startswith(f"MT-{number}    2026-11-{day} ")
        assert out.endswith(f"1 meeting, in the time of {zone or 'UTC'}.\n")


def test_the_first_and_the_last_day_of_all(local_desk, said):
    """No day that can be written is too far."""
    local_desk.add()

    assert _numbers(said, "list", "--from", "0001-01-01", "--to", "9999-12-31") == ["MT-1"]


def test_days_in_the_wrong_order(local_desk, said):
    """It is said how to ask for what is over."""
    code, out, err = said("list", "--to", "2026-01-01")

    assert (code, out) == (2, "")
    assert err.startswith("partnerdesk: meetings: 2026-01-01 is before ")
    assert err.endswith("; name an earlier day with --from\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["show", "1"],
        ["export"],
        ["export", "--format", "json"],
        ["list", "--host", "Aino"],
        ["list", "--from", "today"],
        ["list", "--to", "2026-02-30"],
        ["list", "--state", "nope"],
    ],
)
def test_wrong_usage(said, arguments):
    """Exit 2, before the database is looked for."""
    code, out, err = said(*arguments)

    assert (code, out) == (2, "")
    assert "usage: partnerdesk meetings" in err


# Programs


def test_meetings_as_json(desk, said):
    """All that is stored of them: the number as people see it, instants in UTC."""
    desk.add()
    desk.free(desk.add(start=TUESDAY + timedelta(days=1), customer=None), State.UNPLACED, Cause.HOST)

    first, second = json.loads(said("list", "--json", *EVER)[1])

    assert (first["number"], first["uid"], first["host"]) == ("MT-1", "1@T1.partnerdesk", "UAINO")
    assert (first["start"], first["end"]) == ("2026-11-24T08:00:00+00:00", "2026-11-24T08:30:00+00:00")
    assert first["booker"] == {"team": "T2", "user": "U1"}
    assert first["customer"] == {"name": "Kunde GmbH", "email": "kunde@example.com"}
    assert (second["state"], second["cause"], second["sequence"], second["customer"]) == ("unplaced", "host", 1, None)


# Tables


def _rows(written: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(written.decode("utf-8-sig").splitlines(keepends=True)))


def test_a_table_for_spreadsheets(desk, said, tmp_path):
    """UTF-8 that Excel knows as such, times as a spreadsheet reads them, readable by the operator alone."""
    desk.add()
    desk.free(desk.add("UJEAN", start=TUESDAY + timedelta(days=1), customer=None), State.CANCELLED, Cause.HOST)
    file = tmp_path / "meetings.csv"

    assert said("export", "--format", "csv", str(file), *EVER) == (0, "", "")

    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first, second = _rows(file.read_bytes())
    assert first == {
        "number": "MT-1",
        "state": "booked",
        "cause": "",
        "kind": "support",
        "start": "2026-11-24 10:00",
        "end": "2026-11-24 10:30",
        "time_zone": "Europe/Helsinki",
        "host": "UAINO",
        "host_name": "Aino",
        "language": "fi",
        "organisation": "Acme Oy",
        "programme": "cyberday",
        "booker": "U1 (T2)",
        "email": "anna@acme.example",
        "customer": "Kunde GmbH",
        "customer_email": "kunde@example.com",
        "topic": "Trial of a customer",
        "words": "",
        "booked_at": "2026-11-22 11:30",
        "helped": "",
    }
    assert (second["host_name"], second["customer"], second["words"]) == ("Jean", "", "I am ill")
    assert said("export", "--format", "csv", *EVER)[1].encode() == file.read_bytes()


def test_no_cell_is_a_formula(local_desk, said):
    """Whatever people have typed into the form."""
    local_desk.add(topic="=1+1\n=2", customer=Customer("@SUM(A1)"), organisation="+358", email="-1")

    (row,) = _rows(said("export", "--format", "csv", *EVER)[1].encode())

    assert (row["topic"], row["customer"], row["organisation"], row["email"]) == (
        "'=1+1\n'=2",
        "'@SUM(A1)",
        "'+358",
        "'-1",
    )


@pytest.mark.parametrize("format_", ["csv", "ics"])
def test_a_file_that_cannot_be_written(desk, said, tmp_path, format_):
    """It is said why."""
    code, _, err = said("export", "--format", format_, str(tmp_path / "nowhere" / "meetings"))

    assert code == 1
    assert err.startswith("partnerdesk: meetings: cannot write ")


# Calendars


def _events(written: str) -> list[Calendar]:
    return list(Calendar.from_ical(written).walk("VEVENT"))


def test_a_calendar(desk, said, tmp_path):
    """It can be imported: all of them in UTC under ids of their own, nobody to invite, for the operator alone."""
    desk.add()
    desk.add("UJEAN", start=TUESDAY + timedelta(days=1), kind=Kind.TRAINING)
    file = tmp_path / "meetings.ics"

    assert said("export", "--format", "ics", str(file), *EVER) == (0, "", "")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = file.read_bytes()
    lines = written.split(b"\r\n")
    assert not any(b"\n" in line or len(line) > 75 for line in lines)
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert [lines.count(line) for line in (b"BEGIN:VCALENDAR", b"METHOD:PUBLISH", b"VERSION:2.0")] == [1, 1, 1]
    first, second = _events(written.decode())
    assert [str(one["UID"]) for one in (first, second)] == ["1@T1.partnerdesk", "2@T1.partnerdesk"]
    assert (first["DTSTART"].dt, first["DTEND"].dt) == (TUESDAY, TUESDAY + timedelta(minutes=30))
    for event in (first, second):
        assert event["DTSTAMP"].dt.utcoffset() == timedelta(0)
        assert event["SUMMARY"]
        assert event["ORGANIZER"].params["CN"] in {"Aino", "Jean"}
        assert event.get("STATUS") == "CONFIRMED"
        assert "ATTENDEE" not in event


def test_meetings_without_a_time_are_cancelled_in_a_calendar(local_desk, said):
    """With a sequence that grows, so that a calendar which had them takes them out."""
    local_desk.free(local_desk.add(), State.CANCELLED, Cause.BOOKER)
    local_desk.free(local_desk.add(start=TUESDAY + timedelta(days=1)), State.UNPLACED, Cause.CALENDAR)

    events = _events(said("export", "--format", "ics", *EVER)[1])

    assert [(str(one["STATUS"]), one["SEQUENCE"]) for one in events] == [("CANCELLED", 1)] * 2


def test_words_of_people_add_nothing_to_a_calendar(local_desk, said):
    """A line feed or a semicolon in a topic is text."""
    hostile = "a\r\nEND:VEVENT\r\nBEGIN:VALARM\nATTENDEE:mailto:x@example.com; , \\n é😀" * 5
    local_desk.add(topic=hostile, customer=Customer(hostile), organisation=hostile)

    (event,) = _events(said("export", "--format", "ics", *EVER)[1])

    assert event.subcomponents == []
    assert "ATTENDEE" not in event


def test_a_host_whose_data_was_erased(local_desk, said):
    """Past meetings stay, held by nobody."""
    local_desk.add("")

    assert _numbers(said, "list", *EVER) == _numbers(said, "ics", *EVER) == ["MT-1"]


# Databases and desk files


def test_several_workspaces(desk, said):
    """Numbers count in each: which one is meant has to be said, and the error names them."""
    desk.add()
    desk.add(workspace="T9", organisation="Toinen Oy")

    code, out, err = said("list", *EVER)

    assert (code, out) == (2, "")
    assert err == "partnerdesk: meetings: there are meetings of T1, T9; say which with --workspace\n"
    assert "Toinen Oy" in said("list", *EVER, "--workspace", "T9")[1]
    assert said("list", "--workspace", "T5")[0] == 2


def test_no_meetings_yet(desk, said):
    """An empty list is no failure, a table has its head, a calendar is one without events."""
    assert said("list") == (0, "0 meetings, in the time of Europe/Helsinki.\n", "")
    assert json.loads(said("list", "--json")[1]) == []
    assert said("export", "--format", "csv")[1].startswith('\ufeff"number","state"')
    assert _events(said("export", "--format", "ics")[1]) == []


def test_there_are_no_meetings_without_a_database(tmp_path, monkeypatch, said):
    """The command makes no database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")

    assert said("list") == (1, "", "partnerdesk: meetings: there is no database yet, and so no meetings\n")
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_another_version_is_left_alone(empty_postgres_url, monkeypatch, said):
    """A desk that still runs on it must find its own tables."""
    monkeypatch.setenv("DATABASE_URL", empty_postgres_url)

    code, out, err = said("list")

    assert (code, out) == (1, "")
    assert "another version" in err


def test_a_desk_file_that_cannot_be_read(local_desk, desk_file, said):
    """Days would be those of another zone: it is said what is wrong with it, and nothing is shown."""
    desk_file.write_text("version: 1\ntime_zone: Helsinki\n", encoding="utf-8")

    code, out, err = said("list")

    assert (code, out) == (1, "")
    assert f"{desk_file.name}:2: error: time_zone: 'Helsinki' is no time zone" in err
