"""The units of threads, messages, people, votes and tallies."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, select

from bot.model import Asked, Candidate, Draft, Floor, Handed, Outcome, PersonId, Reply, Thread
from bot.store import codec, counters, messages, people, tallies, threads, votes
from bot.store.messages import Message
from bot.store.people import StoredPerson
from bot.store.tables import tally, vote
from tests.clock import START

ANNE = PersonId("T2", "U1")
NAMESAKE = PersonId("T3", "U1")
LATER = START + timedelta(minutes=5)
REPLY = Reply(Outcome.RULE, "fi", "cyberday", "cyberday.trial-length", 0.9, (Candidate("cyberday.trial-length", 0.9),))


FULL = Thread(
    channel="C1",
    ts="1.000000",
    asker=ANNE,
    language="fi",
    programme="miro",
    entry="miro.deal",
    question="Kysymys?",
    offered=("a.b", "c.d"),
    misses=2,
    floor=Floor.STAFF,
    handed_over=True,
    request=Handed(7, is_taken=True, is_settled=True, until=date(2026, 11, 24)),
    last_ts="3.000000",
    slots={"start_date": "2026-11-03"},
    asks_for=("plan",),
    files=("F1",),
    asked_on=date(2026, 11, 23),
    draft=Draft("x", "Docment", "Document", "https://example.com", "typo", "fi", ("F1", "F2"), "2.000000"),
    awaits_report=True,
    reported=3,
    asked=(Asked(2, ANNE, date(2026, 11, 23)),),
    booking="support",
    when="2026-11-24T14:00",
    for_customer=True,
    topic="Licences",
)


@pytest.mark.parametrize("state", [Thread("C1", "1.000000"), FULL])
def test_a_thread_is_loaded_as_it_was_saved(conn: Connection, state: Thread) -> None:
    """Every part of a thread's state comes back; the last state counts."""
    assert len(codec.dump(FULL)) == len(fields(Thread)), "FULL says something in every field"
    threads.save(conn, "T1", Thread("C1", "1.000000", question="before"), START)
    threads.save(conn, "T1", state, LATER)

    assert threads.load(conn, "T1", "C1", "1.000000") == state


def test_a_thread_that_is_not_ours_is_none(conn: Connection) -> None:
    """Threads are told apart by workspace, channel and ts."""
    threads.save(conn, "T1", Thread("C1", "1.000000"), START)

    assert threads.load(conn, "T2", "C1", "1.000000") is None
    assert threads.load(conn, "T1", "C2", "1.000000") is None
    assert threads.load(conn, "T1", "C1", "2.000000") is None


def test_messages_are_found_by_ts_and_by_question(conn: Connection) -> None:
    """An edit finds our answers by the question's ts, a click finds them by their own."""
    first = Message("C1", "2.000000", "1.000000", REPLY, "fi", question_ts="1.000000", asker=ANNE)
    second = replace(first, ts="3.000000", reply=Reply(Outcome.HELP, "fi"))
    other = replace(first, ts="5.000000", question_ts="4.000000")  # in the same thread
    for state in (second, first, other):
        messages.save(conn, "T1", state)

    assert messages.by_ts(conn, "T1", "C1", "2.000000") == first
    assert messages.by_question(conn, "T1", "C1", "1.000000") == [first, second]
    assert messages.by_ts(conn, "T2", "C1", "2.000000") is None


def test_a_message_is_edited_and_forgotten(conn: Connection) -> None:
    """The language shown is that of the last save; a deletion is done once."""
    state = Message("C1", "2.000000", "1.000000", REPLY, "fi")
    messages.save(conn, "T1", state)
    messages.save(conn, "T1", replace(state, language="de"))

    assert messages.by_ts(conn, "T1", "C1", "2.000000") == replace(state, language="de")
    assert messages.remove(conn, "T1", "C1", "2.000000")
    assert not messages.remove(conn, "T1", "C1", "2.000000")


def test_people_are_told_apart_by_team(conn: Connection) -> None:
    """Two users of one id in two teams are two people."""
    people.remember(conn, "T1", ANNE, language="fi")

    assert people.load(conn, "T1", ANNE) == StoredPerson(ANNE, language="fi")
    assert people.load(conn, "T1", NAMESAKE) == StoredPerson(NAMESAKE)


def test_choices_and_what_slack_tells_do_not_overwrite_each_other(conn: Connection) -> None:
    """Each unit changes its own columns."""
    people.remember(conn, "T1", ANNE, language="fi")
    people.seen(conn, "T1", ANNE, START, locale="de", time_zone="Europe/Berlin", is_stranger=True, is_guest=False)
    people.remember(conn, "T1", ANNE, programme="miro")
    people.remember(conn, "T1", ANNE)

    assert people.load(conn, "T1", ANNE) == StoredPerson(
        ANNE, "fi", "miro", "de", "Europe/Berlin", is_stranger=True, is_guest=False, seen_at=START
    )


def test_a_person_is_greeted_once(conn: Connection) -> None:
    """Whether or not they were known before."""
    people.remember(conn, "T1", ANNE, language="fi")

    greeted = [people.greet_once(conn, "T1", who, START) for who in (ANNE, ANNE, NAMESAKE, NAMESAKE)]

    assert greeted == [True, False, True, False]
    assert people.load(conn, "T1", ANNE) == StoredPerson(ANNE, language="fi", greeted_at=START)


def test_one_vote_a_person_and_changeable(conn: Connection) -> None:
    """A vote returns the one it replaces; a comment goes with the vote it was said of."""
    key = ("T1", "C1", "2.000000")
    assert not votes.comment(conn, *key, ANNE, "too early")
    replaced = [votes.cast(conn, *key, who, value, START) for who, value in ((ANNE, -1), (NAMESAKE, 1), (ANNE, -1))]
    assert votes.comment(conn, *key, ANNE, "price missing")
    before = conn.execute(select(vote.c.team, vote.c.value, vote.c.comment).order_by(vote.c.team)).all()
    changed = votes.cast(conn, *key, ANNE, 1, LATER)
    after = conn.execute(select(vote.c.team, vote.c.value, vote.c.comment).order_by(vote.c.team)).all()

    assert replaced == [None, None, -1]
    assert [tuple(row) for row in before] == [("T2", -1, "price missing"), ("T3", 1, None)]
    assert changed == -1
    assert [tuple(row) for row in after] == [("T2", 1, None), ("T3", 1, None)]


def test_a_rolled_back_number_is_given_again(conn: Connection) -> None:
    """Numbers that people see have no gaps."""
    with conn.begin_nested() as savepoint:
        counters.next_number(conn, "T1", "request")
        savepoint.rollback()

    assert [counters.next_number(conn, "T1", "request") for _ in range(2)] == [1, 2]


def test_tallies_count_by_day_and_kind(conn: Connection) -> None:
    """The same outcome on the same day is one row."""
    day = date(2026, 11, 3)
    tallies.add(conn, "T1", day, "answer", language="fi", programme="miro", entry="miro.deal")
    tallies.add(conn, "T1", day, "answer", language="fi", programme="miro", entry="miro.deal", n=2)
    tallies.add(conn, "T1", day, "fallback")

    rows = conn.execute(select(tally.c.day, tally.c.kind, tally.c.entry, tally.c.n).order_by(tally.c.kind)).all()

    assert [tuple(row) for row in rows] == [(day, "answer", "miro.deal", 3), (day, "fallback", "", 1)]
