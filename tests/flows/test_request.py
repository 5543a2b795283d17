"""What can be done to a request: every act in every state, what each leaves behind, and what holds after them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot import hours
from bot.flows.request import Then, add_files, keep_unsent, unsent_of
from bot.model import PersonId
from bot.request import CLOSED, MOST_FILES, STAFF_REASONS, Act, Change, Reason, Request, State, Target, Unsent
from tests.flows.requests import ANN, ASKER, BO, DESK, HOUR, MONDAY, acts_at, asked

ACTS_OF: Final = acts_at(DESK)
NOW: Final = MONDAY + 2 * HOUR
LATER: Final = MONDAY + 25 * HOUR  # eight of the desk's hours
OPEN: Final = asked()


def made(request: Request | None) -> Request:
    """A change that was possible."""
    assert request is not None
    return request


def respond(request: Request, then: Then, by: PersonId = BO, at: datetime = LATER) -> Request | None:
    """The request after somebody has replied."""
    return ACTS_OF.respond(request, Change(Act.REPLIED, at, by, "So."), then)


def tell(request: Request, *, is_aside: bool = False, may_return: bool = True, files: tuple[str, ...] = ()) -> Request:
    """The request after the partner has written."""
    change = Change(Act.TOLD, LATER, ASKER, "Hm.", ts="2.0", is_aside=is_aside, files=files)
    return ACTS_OF.tell(request, change, may_return=may_return)


TAKEN: Final = made(ACTS_OF.take(OPEN, ANN, NOW))
STATES: Final[dict[State, Request]] = {
    State.OPEN: OPEN,
    State.TAKEN: TAKEN,
    State.WAITING: made(respond(TAKEN, Then.WAIT, ANN, NOW)),
    State.RESOLVED: made(ACTS_OF.resolve(TAKEN, ANN, NOW, Reason.DONE, "It is done.")),
    State.DISMISSED: made(ACTS_OF.dismiss(TAKEN, ANN, NOW)),
}
ACTS: Final[dict[str, Callable[[Request], Request | None]]] = {
    "ask again": lambda request: ACTS_OF.ask_again(request, ASKER, LATER, "Please."),
    "tell": tell,
    "tell aside": lambda request: tell(request, is_aside=True),
    "tell too late": lambda request: tell(request, may_return=False),
    "give back": lambda request: ACTS_OF.give_back(request, ASKER, LATER),
    "settle": lambda request: ACTS_OF.settle(request, ASKER, LATER),
    "take": lambda request: ACTS_OF.take(request, BO, LATER),
    "take over": lambda request: ACTS_OF.take_over(request, BO, LATER),
    "assign": lambda request: ACTS_OF.assign(request, ANN, LATER, BO),
    "release": lambda request: ACTS_OF.assign(request, ANN, LATER, None),
    "escalate": lambda request: ACTS_OF.escalate(request, BO, LATER, "experts", "Hard."),
    "urgent": lambda request: ACTS_OF.weigh(request, BO, LATER, is_urgent=True),
    "normal": lambda request: ACTS_OF.weigh(request, BO, LATER, is_urgent=False),
    "reply and wait": lambda request: respond(request, Then.WAIT),
    "reply and more": lambda request: respond(request, Then.MORE),
    "reply and resolve": lambda request: respond(request, Then.RESOLVE),
    "wait": lambda request: ACTS_OF.wait(request, BO, LATER),
    "resolve": lambda request: ACTS_OF.resolve(request, BO, LATER, Reason.ANSWERED, ""),
    "let go": lambda request: ACTS_OF.resolve(request, None, LATER, Reason.NO_REPLY, ""),
    "dismiss": lambda request: ACTS_OF.dismiss(request, BO, LATER),
    "reopen": lambda request: ACTS_OF.reopen(request, BO, LATER),
}
# What an act leads to, by the state before: open, taken, waiting, resolved, dismissed; "" cannot be done.
TABLE: Final = {
    "ask again": ("open", "taken", "taken", "taken", "taken"),
    "tell": ("open", "taken", "taken", "taken", "taken"),
    "tell aside": ("open", "taken", "waiting", "resolved", "dismissed"),
    "tell too late": ("open", "taken", "taken", "resolved", "dismissed"),
    "give back": ("", "", "", "taken", "taken"),
    "settle": ("resolved", "resolved", "resolved", "", ""),
    "take": ("taken", "", "", "", ""),
    "take over": ("", "taken", "waiting", "", ""),
    "assign": ("taken", "taken", "waiting", "", ""),
    "release": ("", "open", "open", "", ""),
    "escalate": ("open", "open", "open", "", ""),
    "urgent": ("open", "taken", "waiting", "", ""),
    "normal": ("", "", "", "", ""),
    "reply and wait": ("waiting", "waiting", "waiting", "", ""),
    "reply and more": ("taken", "taken", "taken", "", ""),
    "reply and resolve": ("resolved", "resolved", "resolved", "", ""),
    "wait": ("waiting", "waiting", "", "", ""),
    "resolve": ("resolved", "resolved", "resolved", "", ""),
    "let go": ("resolved", "resolved", "resolved", "", ""),
    "dismiss": ("dismissed", "dismissed", "dismissed", "", ""),
    "reopen": ("", "", "", "taken", "taken"),
}
ROWS: Final = [(state, act, TABLE[act][n]) for n, state in enumerate(STATES) for act in ACTS]


def test_the_table_is_whole() -> None:
    """Every state there is, as it says of itself, and every act that is tried."""
    assert {state: request.state for state, request in STATES.items()} == {state: state for state in State}
    assert set(TABLE) == set(ACTS)


@pytest.mark.parametrize(("before", "act", "after"), ROWS)
def test_every_act_in_every_state(before: State, act: str, after: str) -> None:
    """It leads to one state, as one more line of the history (a reply that resolves is two), or it cannot be done."""
    done = ACTS[act](STATES[before])

    assert (str(done.state) if done else "") == after
    if done is not None:
        lines = 2 if act == "reply and resolve" else 1
        assert done.history[:-lines] == STATES[before].history
        assert all(change.at == LATER for change in done.history[-lines:])


@pytest.mark.parametrize("act", ["take", "assign", "reply and wait", "reply and more", "wait", "resolve"])
def test_whoever_does_something_with_it_has_it(act: str) -> None:
    """Where it lay in the queue; whoever it is given to has it too."""
    assert made(ACTS[act](OPEN)).assignee == BO


@pytest.mark.parametrize("act", ["reply and wait", "reply and more", "wait", "resolve", "urgent"])
def test_who_helps_does_not_take_it_away(act: str) -> None:
    """It stays with whoever had it."""
    assert made(ACTS[act](TAKEN)).assignee == ANN


@pytest.mark.parametrize(("act", "line"), [("take over", Act.TAKEN_OVER), ("release", Act.RELEASED)])
@pytest.mark.parametrize("state", [State.TAKEN, State.WAITING])
def test_the_former_owner_is_known(act: str, line: Act, state: State) -> None:
    """The line says from whom it went, so that they can be told."""
    done = made(ACTS[act](STATES[state]))

    assert (done.history[-1].act, done.history[-1].whom) == (line, ANN)
    assert done.assignee == (BO if act == "take over" else None)


def test_nobody_takes_over_from_themselves_or_is_given_what_they_have() -> None:
    """They have it, and nothing changes."""
    assert ACTS_OF.take_over(TAKEN, ANN, LATER) is None
    assert ACTS_OF.assign(TAKEN, BO, LATER, ANN) is None


def test_a_next_level_begins_with_the_queue() -> None:
    """Nobody there has it yet; the note and the former owner stand in the line. To the same level it does not go."""
    raised = made(ACTS["escalate"](TAKEN))

    assert (raised.level, raised.assignee) == ("experts", None)
    assert raised.history[-1] == Change(Act.ESCALATED, LATER, BO, "Hard.", "experts", whom=ANN)
    assert ACTS_OF.escalate(raised, BO, LATER, "experts", "") is None


@pytest.mark.parametrize("act", ["take", "take over", "assign", "release", "escalate", "urgent"])
def test_what_staff_do_among_themselves_stops_no_clock(act: str) -> None:
    """The desk owes its word since the same instant."""
    before = OPEN if act == "take" else TAKEN

    assert made(ACTS[act](before)).owed_since == before.owed_since == MONDAY


@pytest.mark.parametrize("act", ["ask again", "tell", "tell aside", "tell too late"])
def test_more_words_of_the_partner_start_no_clock_anew(act: str) -> None:
    """While the desk owes a word it owes it since the first of them."""
    assert made(ACTS[act](TAKEN)).owed_since == MONDAY


@pytest.mark.parametrize("act", ["reply and wait", "reply and resolve", "wait", "resolve", "dismiss", "settle"])
def test_what_the_desk_has_used_up_is_kept(act: str) -> None:
    """In seconds of its hours: seven of Monday and one of Tuesday, without the night and the break."""
    done = made(ACTS[act](OPEN))

    assert (done.owed_since, done.owed) == (None, 8 * 3600)


def test_a_word_that_owes_another_starts_a_turn() -> None:
    """What was used up is kept; reminders begin anew."""
    reminded = ACTS_OF.remind(TAKEN, NOW)
    more = made(ACTS["reply and more"](reminded))

    assert (more.owed_since, more.owed) == (LATER, 8 * 3600)
    assert (reminded.reminded, more.reminded, more.reminded_at) == (1, 0, None)


@pytest.mark.parametrize("act", ["reply and wait", "reply and more", "reply and resolve", "resolve"])
def test_the_first_response_is_noted_once(act: str) -> None:
    """When it was given; later ones change nothing."""
    first = made(ACTS[act](OPEN))

    assert first.responded_at == LATER
    assert made(respond(STATES[State.WAITING], Then.MORE)).responded_at == NOW


@pytest.mark.parametrize("act", ["take", "wait", "dismiss", "let go", "settle", "escalate", "tell"])
def test_what_is_no_response(act: str) -> None:
    """Nothing was said to the partner."""
    assert made(ACTS[act](OPEN)).responded_at is None


def test_a_closing_word_changes_nothing_but_the_story() -> None:
    """It neither starts a clock nor opens anything, and its line says that it stands beside the request."""
    for request in STATES.values():
        done = tell(request, is_aside=True)
        assert replace(done, history=request.history) == request
        assert done.history[-1].is_aside


def test_a_word_after_it_was_long_over_opens_nothing() -> None:
    """It is kept in the story as one beside it."""
    done = tell(STATES[State.RESOLVED], may_return=False)

    assert replace(done, history=STATES[State.RESOLVED].history) == STATES[State.RESOLVED]
    assert done.history[-1].is_aside


@pytest.mark.parametrize("state", sorted(CLOSED))
@pytest.mark.parametrize(("act", "owner"), [("tell", ANN), ("ask again", ANN), ("give back", ANN), ("reopen", BO)])
def test_what_it_was_closed_with_is_gone_once_it_is_open(state: State, act: str, owner: PersonId) -> None:
    """Nothing of the old result holds; it is whose it was, or of whoever of the desk opens it, and owed from then."""
    again = made(ACTS[act](STATES[state]))

    assert (again.reason, again.words, again.closed_at) == (None, "", None)
    assert (again.assignee, again.owed_since, again.owed) == (owner, LATER, 2 * 3600)
    assert again.history[-1].act is (Act.REOPENED if act == "reopen" else Act.RETURNED)


def test_what_nobody_had_is_in_the_queue_once_it_is_open() -> None:
    """As where the partner settled it before anybody took it."""
    settled = made(ACTS["settle"](OPEN))

    assert (settled.reason, settled.assignee) == (Reason.SETTLED, None)
    assert made(ACTS["give back"](settled)).state is State.OPEN


def test_the_desk_may_put_it_into_the_queue_by_itself() -> None:
    """As where its owner is away when the partner returns: nobody did it, and the line says who had it."""
    released = made(ACTS_OF.assign(tell(STATES[State.RESOLVED]), None, LATER, None))

    assert released.state is State.OPEN
    assert released.history[-1] == Change(Act.RELEASED, LATER, None, whom=ANN)


@pytest.mark.parametrize(
    ("act", "reason", "words"),
    [
        ("reply and resolve", Reason.ANSWERED, ""),
        ("resolve", Reason.ANSWERED, ""),
        ("let go", Reason.NO_REPLY, ""),
        ("settle", Reason.SETTLED, ""),
        ("dismiss", None, ""),
    ],
)
def test_what_it_is_closed_with(act: str, reason: Reason | None, words: str) -> None:
    """Its reason stands in it, and in its line."""
    done = made(ACTS[act](STATES[State.WAITING]))

    assert (done.reason, done.words, done.closed_at) == (reason, words, LATER)
    assert done.history[-1].words == (reason.value if reason else "")


def test_urgent_targets_hold_and_what_was_missed_is_not_told_again() -> None:
    """Those of requests that are not urgent leave more time: of them is warned anew."""
    warned = ACTS_OF.breach(ACTS_OF.warn(OPEN, NOW, Target.FIRST), NOW, Target.FIRST)
    urgent = made(ACTS["urgent"](warned))
    normal = made(ACTS["normal"](urgent))

    assert (urgent.warned, urgent.breached) == ((Target.FIRST,), (Target.FIRST,))
    assert (normal.warned, normal.breached, normal.is_urgent) == ((), (), False)
    assert [change.words for change in warned.history] == ["first", "first"]


def test_another_word_lets_the_partner_wait_anew() -> None:
    """Since then, and they may be asked once more; while nobody says anything they wait since the first."""
    nudged = ACTS_OF.nudge(STATES[State.WAITING], NOW)
    given = made(ACTS["assign"](nudged))
    again = made(ACTS["reply and wait"](nudged))

    assert (given.waiting_since, given.nudged_at) == (NOW, NOW)
    assert (again.waiting_since, again.nudged_at) == (LATER, None)


@pytest.mark.parametrize("act", ["take", "take over", "assign", "release", "escalate"])
def test_other_hands_are_reminded_anew(act: str) -> None:
    """Whoever gets it has as much time as the others had; it is not reminded of at once."""
    reminded = ACTS_OF.remind(OPEN if act == "take" else TAKEN, NOW)
    done = made(ACTS[act](reminded))

    assert (done.reminded, done.reminded_at) == (0, LATER)


def test_what_is_typed_waits_for_its_author() -> None:
    """One text each; it goes when they have sent it, and all go when the request is closed."""
    typed = keep_unsent(keep_unsent(TAKEN, Unsent(ANN, "A")), Unsent(BO, "B"))
    typed = keep_unsent(typed, Unsent(ANN, "A2", Then.MORE.value))

    assert [unsent_of(typed, who) for who in (ANN, BO, ASKER)] == [Unsent(ANN, "A2", "more"), Unsent(BO, "B"), None]
    assert made(respond(typed, Then.WAIT)).unsent == (Unsent(ANN, "A2", "more"),)
    assert made(ACTS["dismiss"](typed)).unsent == ()


def test_files_are_taken_once_and_so_many() -> None:
    """The first ones stay; whoever brought them is known, also of those that come with a closing word."""
    brought = tell(OPEN, files=("F1", "F2", "F1"))
    more = tell(brought, is_aside=True, files=("F2", "F3"))
    full = add_files(more, [f"F{n}" for n in range(200)], BO)

    assert [(file.id, file.by) for file in more.files] == [("F1", ASKER), ("F2", ASKER), ("F3", ASKER)]
    assert full.files[:3] == more.files
    assert len(full.files) == len({file.id for file in full.files}) == MOST_FILES


def test_nobody_answers_without_a_name() -> None:
    """A line of the clock's is no reply."""
    assert ACTS_OF.respond(TAKEN, Change(Act.WROTE, LATER, None, "So."), Then.WAIT) is None


PEOPLE = st.sampled_from([ANN, BO, PersonId("T1", "UCEE")])
LEVELS = st.sampled_from(["", "experts", "partners"])


def _question(request: Request) -> tuple[object, ...]:
    """What never changes."""
    return request.number, request.channel, request.thread_ts, request.asker, request.opened_at, request.question


class AnyLife(RuleBasedStateMachine):
    """All that can happen to a request, in any order, at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.request = OPEN
        self.now = MONDAY
        self.owed = timedelta()  # of the desk's hours, counted from step to step
        self.turns = 1

    def _becomes(self, after: Request | None, *, lines: int = 1) -> None:
        """What holds of every change; None changes nothing."""
        if after is None:
            return
        before, self.request = self.request, after
        assert after.history[: len(before.history)] == before.history
        assert len(after.history) == len(before.history) + lines
        assert after.owed >= before.owed
        assert before.responded_at in {None, after.responded_at}
        assert _question(after) == _question(before)
        self.turns += after.owed_since != before.owed_since

    @rule(minutes=st.integers(1, 5 * 24 * 60), seconds=st.integers(0, 59))
    def time_passes(self, minutes: int, seconds: int) -> None:
        """Nothing else does."""
        then = self.now + timedelta(minutes=minutes, seconds=seconds)
        if self.request.state in {State.OPEN, State.TAKEN}:
            self.owed += hours.worked(DESK, self.now, then)
        self.now = then

    @rule()
    def ask_again(self) -> None:
        """The partner asks for a person."""
        self._becomes(ACTS_OF.ask_again(self.request, ASKER, self.now, "Please."))

    @rule(is_aside=st.booleans(), may_return=st.booleans(), files=st.lists(st.sampled_from("ABC"), max_size=2))
    def tell(self, *, is_aside: bool, may_return: bool, files: list[str]) -> None:
        """The partner writes."""
        change = Change(Act.TOLD, self.now, ASKER, "Hm.", is_aside=is_aside, files=tuple(files))
        self._becomes(ACTS_OF.tell(self.request, change, may_return=may_return))

    @rule(does=st.sampled_from([ACTS_OF.give_back, ACTS_OF.settle]))
    def click(self, does: Callable[[Request, PersonId, datetime], Request | None]) -> None:
        """The partner clicks on one of their buttons."""
        self._becomes(does(self.request, ASKER, self.now))

    @rule(
        does=st.sampled_from([ACTS_OF.take, ACTS_OF.take_over, ACTS_OF.wait, ACTS_OF.dismiss, ACTS_OF.reopen]),
        by=PEOPLE,
    )
    def act(self, does: Callable[[Request, PersonId, datetime], Request | None], by: PersonId) -> None:
        """Somebody of the desk clicks."""
        self._becomes(does(self.request, by, self.now))

    @rule(by=PEOPLE, to=st.none() | PEOPLE)
    def assign(self, by: PersonId, to: PersonId | None) -> None:
        """Somebody gives it to somebody."""
        self._becomes(ACTS_OF.assign(self.request, by, self.now, to))

    @rule(by=PEOPLE, level=LEVELS)
    def escalate(self, by: PersonId, level: str) -> None:
        """It goes to another level."""
        self._becomes(ACTS_OF.escalate(self.request, by, self.now, level, "Hard."))

    @rule(by=PEOPLE, is_urgent=st.booleans())
    def weigh(self, by: PersonId, *, is_urgent: bool) -> None:
        """It is urgent or not."""
        self._becomes(ACTS_OF.weigh(self.request, by, self.now, is_urgent=is_urgent))

    @rule(by=st.none() | PEOPLE, then=st.sampled_from(Then))
    def respond(self, by: PersonId | None, then: Then) -> None:
        """Somebody replies."""
        change = Change(Act.REPLIED, self.now, by, "So.")
        self._becomes(ACTS_OF.respond(self.request, change, then), lines=2 if then is Then.RESOLVE else 1)
        assert unsent_of(self.request, ANN) is None or by != ANN or self.request.is_closed

    @rule(by=st.none() | PEOPLE, reason=st.sampled_from(STAFF_REASONS))
    def resolve(self, by: PersonId | None, reason: Reason) -> None:
        """Somebody, or the clock, is done with it."""
        self._becomes(ACTS_OF.resolve(self.request, by, self.now, reason, "Words."))

    @rule(by=PEOPLE)
    def type(self, by: PersonId) -> None:
        """Somebody types a reply into the form."""
        if not self.request.is_closed:
            self._becomes(keep_unsent(self.request, Unsent(by, "So")), lines=0)

    @rule(does=st.sampled_from([ACTS_OF.warn, ACTS_OF.breach]), of=st.sampled_from(Target))
    def target(self, does: Callable[[Request, datetime, Target], Request], of: Target) -> None:
        """A target comes near, or is missed."""
        if self.request.owed_since and of not in {*self.request.warned, *self.request.breached}:
            self._becomes(does(self.request, self.now, of))

    @rule()
    def clock(self) -> None:
        """Whose turn it is, is reminded."""
        if self.request.owed_since:
            self._becomes(ACTS_OF.remind(self.request, self.now))
        elif self.request.waiting_since:
            self._becomes(ACTS_OF.nudge(self.request, self.now))

    @invariant()
    def the_desk_owes_a_word_in_two_states(self) -> None:
        """In these its clocks run, and reminders count; in no other."""
        request = self.request
        assert (request.owed_since is not None) == (request.state in {State.OPEN, State.TAKEN})
        assert request.owed_since or (request.reminded, request.reminded_at) == (0, None)

    @invariant()
    def the_partner_owes_one_in_a_third(self) -> None:
        """Only then they are asked whether it still matters."""
        request = self.request
        assert (request.waiting_since is not None) == (request.state is State.WAITING)
        assert request.nudged_at is None or (request.waiting_since and request.nudged_at >= request.waiting_since)

    @invariant()
    def somebody_has_it_unless_it_is_in_the_queue(self) -> None:
        """In the queue it is nobody's."""
        if not self.request.is_closed:
            assert (self.request.assignee is None) == (self.request.state is State.OPEN)

    @invariant()
    def what_is_closed_says_when_and_why(self) -> None:
        """What is not, says nothing of it; nothing is typed for what is."""
        request = self.request
        assert (request.closed_at is not None) == request.is_closed == (request.state in CLOSED)
        assert (request.reason is not None) == (request.state is State.RESOLVED)
        assert request.is_closed or not request.words
        assert not (request.is_closed and request.unsent)

    @invariant()
    def what_the_desk_has_used_up_is_true(self) -> None:
        """All of its hours in which it owed a word, to the second of each turn."""
        since = self.request.owed_since
        used = timedelta(seconds=self.request.owed) + (hours.worked(DESK, since, self.now) if since else timedelta())
        assert timedelta() <= self.owed - used < timedelta(seconds=self.turns)


AnyLife.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
test_any_life = AnyLife.TestCase
