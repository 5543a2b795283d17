"""`partnerdesk requests`: what the desk looks after, and who did what, for operators and programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model import PersonId
from bot.request import Act, Change, Request, State
from bot.store import audit, requests
from bot.store.engine import Engines, open_engines
from bot.store.migrations import migrate

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DESK = """
version: 1
time_zone: Europe/Helsinki
staff: [{user: UAINO, name: Aino Virtanen, languages: [fi]}]
"""
AINO, PARTNER = PersonId("T1", "UAINO"), PersonId("T2", "U9")
REQUEST = Request(
    number=0,
    channel="C1",
    thread_ts="1764000000.000100",
    asker=PARTNER,
    opened_at=NOW,
    owed_since=NOW,
    language="fi",
    question="Kuka sen sitten maksaa?",
    organisation="Acme Oy",
    history=(Change(Act.ASKED, NOW, PARTNER),),
)

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engines]:
    """A database, and a desk file, that the command reads."""
    (tmp_path / "desk.yml").write_text(DESK, encoding="utf-8")
    monkeypatch.setenv("PARTNERDESK_CONFIG", str(tmp_path / "desk.yml"))
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    found = open_engines(url)
    migrate(found.writer)
    yield found
    found.dispose()


def _add(engines: Engines, workspace: str = "T1", **changes: object) -> Request:
    with engines.writer.begin() as conn:
        made, _ = requests.create(conn, workspace, replace(REQUEST, **changes), NOW)
    return made


def test_a_line_for_each_request_without_words(engines: Engines, command: Said) -> None:
    """Number, time at the desk, state, language, who has it and the organisation; nothing that anybody wrote."""
    _add(engines)
    _add(engines, thread_ts="1764000001.000100", state=State.TAKEN, assignee=AINO, is_urgent=True)
    code, out, err = command("requests", "list")

    assert (code, err) == (0, "")
    first, second, last = out.splitlines()
    assert first.split() == ["REQ-1", "2026-11-23", "10:00", "open", "fi", "asked", "-", "Acme", "Oy"]
    assert "taken" in second
    assert "urgent" in second
    assert "Aino Virtanen" in second
    assert last == "2 requests, in the time of Europe/Helsinki."
    assert "maksaa" not in out


def test_only_what_is_open_or_in_a_state(engines: Engines, command: Said) -> None:
    """By --open, by --state, and from a day on."""
    _add(engines)
    _add(engines, thread_ts="1764000001.000100", state=State.RESOLVED, owed_since=None, closed_at=NOW)

    assert "REQ-2" not in command("requests", "list", "--open")[1]
    assert "REQ-1 " not in command("requests", "list", "--state", "resolved")[1]
    assert "0 requests" in command("requests", "list", "--since", "2026-11-24")[1]


def test_all_of_it_as_json(engines: Engines, command: Said) -> None:
    """For a program: the words too, numbers as people see them."""
    _add(engines)
    (one,) = json.loads(command("requests", "list", "--json")[1])

    assert (one["number"], one["question"], one["asker"]) == ("REQ-1", REQUEST.question, {"team": "T2", "user": "U9"})


def test_who_did_what_and_who_was_refused(engines: Engines, command: Said) -> None:
    """In order, of one request if it is named; a refusal stands out."""
    with engines.writer.begin() as conn:
        audit.add(conn, "T1", AINO, "request.take", 1, is_allowed=True, now=NOW)
        audit.add(conn, "T1", PARTNER, "request.resolve", None, is_allowed=False, now=NOW + timedelta(minutes=1))
    _add(engines)
    taken, refused, last = command("requests", "audit")[1].splitlines()

    assert taken == "2026-11-23 10:00:00  REQ-1     request.take            UAINO (T1) Aino Virtanen"
    assert refused == "2026-11-23 10:01:00  -         request.resolve         U9 (T2)  REFUSED"
    assert last == "2 acts, in the time of Europe/Helsinki."
    assert "U9" not in command("requests", "audit", "--request", "req-1")[1]


def test_what_is_no_number_is_said_so(engines: Engines, command: Said) -> None:
    """In one line, and the exit code is that of usage."""
    code, _, err = command("requests", "audit", "--request", "twelve")

    assert code == 2
    assert "'twelve' is no number of a request; write REQ-12" in err


def test_a_database_without_requests(engines: Engines, command: Said) -> None:
    """Nothing is an answer too."""
    assert command("requests", "list") == (0, "0 requests, in the time of Europe/Helsinki.\n", "")
