"""The clocks of a request: when they run, when they stand, and what they do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk import Desk, Holidays, Opening, Support
from bot.flows import request as flow
from bot.flows.clocks import Tick, due, next_tick
from bot.flows.request import Then
from bot.request import Act, Change, Reason, Request, State, Target
from tests.flows.requests import ANN, ASKER, BO, DESK, HOUR, MONDAY, PROMISED, acts_at, asked, at, ticked

DAY = timedelta(days=1)
ACTS = acts_at(DESK)
FIRST, RESOLUTION = Target.FIRST, Target.RESOLUTION


def with_support(desk: Desk = DESK, **changes: object) -> Desk:
    """The desk with another way of looking after requests."""
    return replace(desk, support=replace(desk.support, **changes))


def done(request: Request | None) -> Request:
    """A change that was possible."""
    assert request is not None
    return request


def replied(request: Request, now: datetime, then: Then = Then.WAIT) -> Request:
    """The request after somebody has replied."""
    return done(ACTS.respond(request, Change(Act.REPLIED, now, ANN, "So."), then))


def told(request: Request, now: datetime, *, is_aside: bool = False) -> Request:
    """The request after the partner has written."""
    return ACTS.tell(request, Change(Act.TOLD, now, ASKER, "Hm.", is_aside=is_aside), may_return=True)


def told_of(desk: Desk, request: Request, *, most: int = 50) -> list[tuple[Act, datetime, Target | None]]:
    """All that the clocks do to a request to which nobody else does anything, each at its time."""
    ticks: list[Tick] = []
    while (tick := next_tick(desk, request)) is not None:
        assert len(ticks) < most, ticks
        ticks.append(tick)
        request = ticked(acts_at(desk), request, tick, tick.at)
    return [(tick.act, tick.at, tick.target) for tick in ticks]


@pytest.mark.parametrize(
    ("asked_at", "first", "resolution"),
    [
        ("2026-11-23 07:00", "2026-11-23 12:00", "2026-11-26 10:00"),  # over the break; three days and three hours
        ("2026-11-23 10:30", "2026-11-23 15:00", "2026-11-26 14:00"),  # in the break
        ("2026-11-20 14:00", "2026-11-23 10:00", "2026-11-26 09:00"),  # a Friday: over the weekend
        ("2026-11-21 12:00", "2026-11-23 12:00", "2026-11-26 10:00"),  # a Saturday
        ("2027-01-05 13:00", "2027-01-07 09:00", "2027-01-12 08:00"),  # Epiphany
        ("2026-12-23 13:00", "2026-12-28 09:00", "2026-12-31 08:00"),  # Christmas and a weekend
        ("2026-10-23 12:00", "2026-10-26 09:00", "2026-10-29 08:00"),  # the clock is put back
        ("2026-03-27 13:00", "2026-03-30 08:00", "2026-04-02 07:00"),  # and forward
    ],
)
def test_when_the_first_words_are_due(asked_at: str, first: str, resolution: str) -> None:
    """So many of the desk's hours after the request came: breaks, weekends and holidays do not count."""
    assert due(DESK, asked(at(asked_at))) == {FIRST: at(first), RESOLUTION: at(resolution)}


def test_a_desk_without_hours_counts_day_and_night() -> None:
    """And one that promises nothing has nothing due."""
    always = Desk(support=Support(targets=PROMISED))

    assert due(always, asked(at("2026-11-20 22:00")))[FIRST] == at("2026-11-21 02:00")
    assert due(Desk(), asked()) == {}
    assert told_of(with_support(targets={}, remind_at_most=0), asked()) == []


def test_taking_it_is_no_word() -> None:
    """Its clocks go on: the partner waits all the same."""
    taken = done(ACTS.take(asked(), ANN, MONDAY + HOUR))

    assert due(DESK, taken) == due(DESK, asked())


def test_clocks_stand_while_the_partner_owes_a_word() -> None:
    """A reply stops them, the partner's word starts them, less what the desk has used up before."""
    waiting = replied(asked(), MONDAY + 2 * HOUR)
    back = told(waiting, at("2026-11-25 07:00"))

    assert due(DESK, waiting) == {}
    assert due(DESK, back) == {RESOLUTION: at("2026-11-30 08:00")}  # 22 hours: three days, and one on the Monday


def test_a_closing_word_starts_no_clock() -> None:
    """Nobody owes anything to a "thank you"."""
    waiting = replied(asked(), MONDAY + 2 * HOUR)
    thanked = told(waiting, MONDAY + DAY, is_aside=True)

    assert due(DESK, thanked) == {}
    assert next_tick(DESK, thanked) == next_tick(DESK, waiting)


def test_more_words_of_the_partner_give_the_desk_no_more_time() -> None:
    """What is due stays due."""
    assert due(DESK, told(asked(), MONDAY + 3 * HOUR)) == due(DESK, asked())


def test_a_promise_of_more_keeps_the_clock_running() -> None:
    """The first response is given; the end is still due when it was."""
    promised = replied(asked(), MONDAY + 2 * HOUR, Then.MORE)

    assert due(DESK, promised) == {RESOLUTION: due(DESK, asked())[RESOLUTION]}


def test_waiting_without_a_word_keeps_the_first_response_due() -> None:
    """Who lets the partner wait has not responded: its clock stands, and then goes on."""
    waiting = done(ACTS.wait(asked(), ANN, MONDAY + 2 * HOUR))

    assert due(DESK, waiting) == {}
    assert due(DESK, told(waiting, at("2026-11-24 07:00")))[FIRST] == at("2026-11-24 09:00")


def test_what_is_closed_has_nothing_due() -> None:
    """Until it is opened again: then the rest of the time to its end."""
    closed = done(ACTS.resolve(asked(), ANN, MONDAY + 3 * HOUR, Reason.ANSWERED, ""))
    again = done(ACTS.give_back(closed, ASKER, at("2026-11-24 07:00")))

    assert (due(DESK, closed), next_tick(DESK, closed)) == ({}, None)
    assert due(DESK, again) == {RESOLUTION: at("2026-11-26 15:00")}  # 21 hours: three days


def test_urgent_requests_have_less_time() -> None:
    """Other targets hold at once, also backwards; what they no longer leave is due from the beginning of the turn."""
    urgent = done(ACTS.weigh(asked(), ANN, MONDAY + 2 * HOUR, is_urgent=True))
    normal = done(ACTS.weigh(urgent, ANN, MONDAY + 2 * HOUR, is_urgent=False))
    back = told(replied(asked(), MONDAY + 3 * HOUR), at("2026-11-24 07:00"))
    short = with_support(targets={True: {RESOLUTION: HOUR}})

    assert due(DESK, urgent) == {FIRST: MONDAY + HOUR, RESOLUTION: at("2026-11-24 08:00")}
    assert due(DESK, normal) == due(DESK, asked())
    assert due(short, done(ACTS.weigh(back, ANN, at("2026-11-24 09:00"), is_urgent=True))) == {
        RESOLUTION: at("2026-11-24 07:00")
    }


def test_a_programme_has_targets_of_its_own() -> None:
    """Those of its requests."""
    desk = with_support(programmes={"miro": {False: {FIRST: HOUR}}})

    assert due(desk, replace(asked(), programme="miro"))[FIRST] == MONDAY + HOUR
    assert due(desk, replace(asked(), programme="cyberday"))[FIRST] == MONDAY + 5 * HOUR


def test_what_the_clocks_do_while_nobody_looks_after_it() -> None:
    """Half an hour before a target a warning, at it a breach, once each; reminders every four hours, three at most."""
    assert told_of(DESK, asked()) == [
        (Act.WARNED, at("2026-11-23 11:30"), FIRST),
        (Act.BREACHED, at("2026-11-23 12:00"), FIRST),
        (Act.REMINDED, at("2026-11-23 12:00"), None),
        (Act.REMINDED, at("2026-11-24 08:00"), None),
        (Act.REMINDED, at("2026-11-24 13:00"), None),
        (Act.WARNED, at("2026-11-26 09:30"), RESOLUTION),
        (Act.BREACHED, at("2026-11-26 10:00"), RESOLUTION),
    ]


def test_clocks_tick_in_the_desks_hours() -> None:
    """A warning half an hour before a target that falls on a morning comes the evening before."""
    friday = asked(at("2026-11-20 11:15"))  # the first response is due on Monday at 9:15

    assert told_of(DESK, friday)[:2] == [
        (Act.WARNED, at("2026-11-20 14:45"), FIRST),
        (Act.BREACHED, at("2026-11-23 07:15"), FIRST),
    ]


def test_a_short_target_is_warned_of_half_way() -> None:
    """Not when it begins, and not at all where nobody wants to be warned."""
    desk = with_support(targets={False: {FIRST: HOUR / 2}})

    assert next_tick(desk, asked()) == Tick(Act.WARNED, MONDAY + HOUR / 4, FIRST)
    assert next_tick(with_support(desk, warn_before=timedelta()), asked()) == Tick(
        Act.BREACHED, MONDAY + HOUR / 2, FIRST
    )


def test_nobody_is_warned_of_what_is_missed() -> None:
    """Neither after its breach, nor, where the time is known, after it was due."""
    urgent = done(ACTS.weigh(asked(), ANN, MONDAY + 2 * HOUR, is_urgent=True))
    missed = Tick(Act.BREACHED, MONDAY + HOUR, FIRST)

    assert next_tick(DESK, urgent) == Tick(Act.WARNED, MONDAY + HOUR / 2, FIRST)
    assert next_tick(DESK, urgent, MONDAY + HOUR / 2) == next_tick(DESK, urgent)
    assert next_tick(DESK, urgent, MONDAY + 2 * HOUR) == missed
    assert Act.WARNED not in [
        act for act, _, target in told_of(DESK, ACTS.breach(asked(), MONDAY, FIRST)) if target is FIRST
    ]


def test_a_word_begins_the_reminders_anew() -> None:
    """Four hours after the partner wrote again; whoever takes it over has four hours too."""
    reminded = ACTS.remind(asked(), MONDAY + 5 * HOUR)
    quiet = with_support(targets={})
    taken = done(ACTS.take(reminded, ANN, at("2026-11-23 13:00")))
    given = done(ACTS.assign(taken, ANN, at("2026-11-23 14:00"), BO))
    back = told(replied(reminded, at("2026-11-23 13:00")), at("2026-11-24 07:00"))

    assert next_tick(quiet, reminded) == Tick(Act.REMINDED, at("2026-11-24 08:00"))
    assert next_tick(quiet, taken) == Tick(Act.REMINDED, at("2026-11-24 09:00"))
    assert next_tick(quiet, given) == Tick(Act.REMINDED, at("2026-11-24 10:00"))
    assert next_tick(quiet, back) == Tick(Act.REMINDED, at("2026-11-24 12:00"))
    assert [request.reminded for request in (reminded, taken, given, back)] == [1, 0, 0, 0]


def test_a_waiting_partner_is_asked_once_and_let_go() -> None:
    """Three and seven days of the calendar after the reply, moved into the desk's hours."""
    assert told_of(DESK, replied(asked(), MONDAY + 2 * HOUR)) == [
        (Act.NUDGED, at("2026-11-26 09:00"), None),
        (Act.RESOLVED, at("2026-11-30 09:00"), None),
    ]
    assert told_of(DESK, replied(asked(), at("2026-11-25 17:00"))) == [  # after hours
        (Act.NUDGED, at("2026-11-30 07:00"), None),  # it would have been a Saturday
        (Act.RESOLVED, at("2026-12-03 07:00"), None),
    ]


def test_another_reply_lets_the_partner_wait_anew() -> None:
    """Also after the partner was asked: nobody is let go hours after the last word of the desk."""
    nudged = ACTS.nudge(replied(asked(), MONDAY), at("2026-11-26 07:00"))
    again = replied(nudged, at("2026-11-30 06:00"))

    assert next_tick(DESK, nudged) == Tick(Act.RESOLVED, at("2026-11-30 07:00"))
    assert next_tick(DESK, again) == Tick(Act.NUDGED, at("2026-12-03 07:00"))


def test_who_was_asked_late_has_a_day_left() -> None:
    """As after a time in which the bot was down."""
    nudged = ACTS.nudge(replied(asked(), MONDAY), at("2026-12-01 08:00"))

    assert next_tick(DESK, nudged) == Tick(Act.RESOLVED, at("2026-12-02 08:00"))


@pytest.mark.parametrize(
    ("changes", "acts"),
    [
        ({"nudge_after": None, "close_after": None}, []),
        ({"close_after": None}, [Act.NUDGED]),
        ({"nudge_after": None}, []),  # nobody is let go unasked
    ],
)
def test_a_desk_may_have_patience(changes: dict[str, object], acts: list[Act]) -> None:
    """Without a time for it nobody is asked, or let go."""
    assert [act for act, *_ in told_of(with_support(**changes), replied(asked(), MONDAY))] == acts


@pytest.mark.parametrize(("at_most", "every"), [(0, 4 * HOUR), (1, HOUR), (7, HOUR / 2)])
def test_there_are_so_many_reminders(at_most: int, every: timedelta) -> None:
    """Each after so many of the desk's hours, so many at most."""
    desk = with_support(targets={}, remind_at_most=at_most, remind_every=every)

    acts = told_of(desk, asked())

    assert [act for act, *_ in acts] == [Act.REMINDED] * at_most
    assert [when for _, when, _ in acts][:4] == [MONDAY + (n + 1) * every for n in range(min(at_most, 4))]


def test_a_desk_that_was_away_catches_up() -> None:
    """What should have been done long ago is done one after the other, and then no more is due at once."""
    now, request, acts = MONDAY + 60 * DAY, done(ACTS.take(asked(), ANN, MONDAY)), []
    while (tick := next_tick(DESK, request, now)) and tick.at <= now:
        request = ticked(ACTS, request, tick, now)
        acts.append(tick.act)

    assert acts == [Act.BREACHED, Act.REMINDED, Act.BREACHED]
    assert tick == Tick(Act.REMINDED, at("2027-01-22 12:00"))


ZONES = st.sampled_from(["Europe/Helsinki", "Europe/Paris", "UTC"])
HOURS = st.sampled_from(
    [{}, DESK.hours, {0: ()}, {6: (Opening(0, 5),)}, {5: (Opening(120, 300),), 6: (Opening(0, 1440),)}]
)
LENGTHS = st.integers(1, 60 * 24 * 30).map(lambda minutes: timedelta(minutes=minutes))
TARGETS = st.dictionaries(st.booleans(), st.dictionaries(st.sampled_from(Target), LENGTHS))
SUPPORTS = st.builds(
    Support,
    targets=TARGETS,
    warn_before=st.just(timedelta()) | LENGTHS,
    remind_every=LENGTHS,
    remind_at_most=st.integers(0, 4),
    nudge_after=st.none() | LENGTHS,
    close_after=st.none() | LENGTHS,
)
DESKS = st.builds(
    Desk, time_zone=ZONES, hours=HOURS, holidays=st.sampled_from([None, Holidays("FI")]), support=SUPPORTS
)


def acted(does: flow.Desk, request: Request, act: str, now: datetime) -> Request:
    """The request after somebody has done something, if it was possible."""
    changed = {
        "take": lambda: does.take(request, ANN, now),
        "reply": lambda: does.respond(request, Change(Act.REPLIED, now, ANN), Then.WAIT),
        "more": lambda: does.respond(request, Change(Act.REPLIED, now, ANN), Then.MORE),
        "tell": lambda: does.tell(request, Change(Act.TOLD, now, ASKER), may_return=True),
        "weigh": lambda: does.weigh(request, ANN, now, is_urgent=not request.is_urgent),
        "close": lambda: does.dismiss(request, ANN, now),
    }[act]()
    return changed or request


@settings(deadline=None)
@given(
    desk=DESKS,
    acts=st.lists(st.sampled_from(["take", "reply", "more", "tell", "weigh", "close"]), max_size=6),
    steps=st.lists(st.integers(0, 20 * 24 * 60), min_size=6, max_size=6),
    away=st.sampled_from([timedelta(), 1000 * DAY]),
)
def test_the_clocks_of_any_request_come_to_an_end(
    desk: Desk, acts: list[str], steps: list[int], away: timedelta
) -> None:
    """Whatever was done to it, and also long afterwards: each act so many times at most, and never before the last."""
    now, request, does = MONDAY, asked(), acts_at(desk)
    for act, step in zip(acts, steps, strict=False):
        now += timedelta(minutes=step)
        request = acted(does, request, act, now)
    begun, now = len(request.history), now + away
    while tick := next_tick(desk, request, now):
        assert len(request.history) - begun < 12
        now = max(now, tick.at)
        request = ticked(does, request, tick, now)

    ticks = [change.act for change in request.history[begun:]]
    assert ticks.count(Act.REMINDED) <= desk.support.remind_at_most
    assert max(ticks.count(Act.WARNED), ticks.count(Act.BREACHED)) <= 2
    assert max(ticks.count(Act.NUDGED), ticks.count(Act.RESOLVED)) <= 1
    assert request.state is not State.WAITING or desk.support.nudge_after is None or desk.support.close_after is None


@settings(deadline=None)
@given(desk=DESKS, minutes=st.integers(0, 60 * 24 * 30))
def test_what_is_due_lies_in_the_turn(desk: Desk, minutes: int) -> None:
    """Nothing is due before the desk began to owe a word, and a warning never comes after its breach."""
    request = asked(MONDAY + timedelta(minutes=minutes))
    instants = due(desk, request)

    assert instants.keys() == desk.targets_of(None, is_urgent=False).keys()
    assert all(instant >= request.opened_at for instant in instants.values())
    for target, instant in instants.items():
        (warned,) = [one for act, one, of in told_of(desk, request) if (act, of) == (Act.WARNED, target)] or [instant]
        assert request.opened_at <= warned <= instant
