"""What can be done to a request: (request, act) → the request as it then stands, or None where that is not possible.

Pure: who may do it, who is told and what Slack shows are decided elsewhere. Each change is a line of the history. The
desk owes a word in the states OPEN and TAKEN: in these, and in no other, `owed_since` is set and its clocks run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from bot.model import PersonId
from bot.report import Picture
from bot.request import MOST_FILES, Act, Change, Reason, Request, State, Target, Unsent

Worked: TypeAlias = Callable[[datetime, datetime], timedelta]
"""How much of the desk's hours lies between two instants."""


class Then(StrEnum):
    """What becomes of a request once something was sent to the partner."""

    WAIT = "wait"  # it is the partner's turn
    MORE = "more"  # the desk owes more
    RESOLVE = "resolve"


_OWED: Final = frozenset({State.OPEN, State.TAKEN})


class Desk:
    """What can happen to requests at a desk whose hours count so."""

    def __init__(self, worked: Worked) -> None:
        self._worked = worked

    def ask_again(self, request: Request, who: PersonId | None, now: datetime, words: str) -> Request:
        """The partner asks for a person once more; what is closed is open again."""
        if request.is_closed:
            return self._returned(request, Change(Act.RETURNED, now, who, words))
        again = self._in_state(request, _owing(request), now)
        return _after(again, Change(Act.ASKED_AGAIN, now, who, words))

    def hand(self, request: Request, by: PersonId, now: datetime, words: str) -> Request:
        """Somebody of the desk brings it before the desk once more; what is closed is open again."""
        change = Change(Act.HANDED, now, by, words)
        if request.is_closed:
            return self._returned(request, change)
        return _after(self._in_state(request, _owing(request), now), change)

    def tell(self, request: Request, change: Change, *, may_return: bool) -> Request:
        """The partner has written. What asks for nothing changes nothing; else it is the desk's turn."""
        told = add_files(request, change.files, change.who)
        if change.is_aside or (request.is_closed and not may_return):
            return _after(told, replace(change, is_aside=True))
        if request.is_closed:
            return self._returned(told, replace(change, act=Act.RETURNED))
        return _after(self._in_state(told, _owing(request), change.at), change)

    def give_back(self, request: Request, who: PersonId, now: datetime) -> Request | None:
        """The partner opens it again."""
        return self._returned(request, Change(Act.RETURNED, now, who)) if request.is_closed else None

    def settle(self, request: Request, who: PersonId, now: datetime) -> Request | None:
        """The partner says that it is settled."""
        if request.is_closed:
            return None
        return self._closed(request, Change(Act.RESOLVED, now, who, Reason.SETTLED.value), State.RESOLVED)

    def take(self, request: Request, by: PersonId, now: datetime) -> Request | None:
        """Somebody looks after it from now on."""
        if request.state is not State.OPEN:
            return None
        return self._given(request, by, Change(Act.TAKEN, now, by), now)

    def take_over(self, request: Request, by: PersonId, now: datetime) -> Request | None:
        """Somebody looks after it in place of another."""
        if request.is_closed or request.assignee in {None, by}:
            return None
        return self._given(request, by, Change(Act.TAKEN_OVER, now, by, whom=request.assignee), now)

    def assign(self, request: Request, by: PersonId | None, now: datetime, to: PersonId | None) -> Request | None:
        """Somebody is given it; to None: it goes back into the queue, where the desk owes a word."""
        if request.is_closed or request.assignee == to:
            return None
        if to is None:
            released = self._in_state(_handed(request, None, now), State.OPEN, now)
            return _after(released, Change(Act.RELEASED, now, by, whom=request.assignee))
        return self._given(request, to, Change(Act.ASSIGNED, now, by, whom=to), now)

    def escalate(self, request: Request, by: PersonId | None, now: datetime, level: str, words: str) -> Request | None:
        """It goes to the people of another level; the note is in the words of whoever sends it there."""
        if request.is_closed or request.level == level:
            return None
        raised = self._in_state(replace(_handed(request, None, now), level=level), State.OPEN, now)
        return _after(raised, Change(Act.ESCALATED, now, by, words, level, whom=request.assignee))

    def weigh(self, request: Request, by: PersonId, now: datetime, *, is_urgent: bool) -> Request | None:
        """It is urgent, or no longer so: other targets hold.

        Of what is missed already the shorter ones say nothing new; the longer ones can still be met.
        """
        if request.is_closed or request.is_urgent is is_urgent:
            return None
        if is_urgent:
            return _after(replace(request, is_urgent=True), Change(Act.URGENT, now, by))
        return _after(replace(request, is_urgent=False, warned=(), breached=()), Change(Act.NORMAL, now, by))

    def respond(self, request: Request, change: Change, then: Then) -> Request | None:
        """The partner was answered; whoever answers has it, if nobody had."""
        if request.is_closed or change.who is None:
            return None
        answered = _responded(request, change.at)
        answered = replace(
            answered,
            assignee=request.assignee or change.who,
            unsent=tuple(one for one in request.unsent if one.by != change.who),
        )
        if then is Then.RESOLVE:
            told = _after(answered, change)
            return self._closed(
                told, Change(Act.RESOLVED, change.at, change.who, Reason.ANSWERED.value), State.RESOLVED
            )
        state = State.WAITING if then is Then.WAIT else State.TAKEN
        return _after(self._in_state(answered, state, change.at, is_anew=True), change)

    def wait(self, request: Request, by: PersonId, now: datetime) -> Request | None:
        """It waits for the partner."""
        if request.state not in _OWED:
            return None
        waiting = replace(request, assignee=request.assignee or by)
        return _after(self._in_state(waiting, State.WAITING, now), Change(Act.WAITING, now, by))

    def resolve(
        self, request: Request, by: PersonId | None, now: datetime, reason: Reason, words: str
    ) -> Request | None:
        """It is done with."""
        if request.is_closed:
            return None
        resolved = replace(_responded(request, now) if by else request, assignee=request.assignee or by, words=words)
        return self._closed(resolved, Change(Act.RESOLVED, now, by, reason.value), State.RESOLVED)

    def dismiss(self, request: Request, by: PersonId, now: datetime) -> Request | None:
        """It was no request."""
        if request.is_closed:
            return None
        return self._closed(request, Change(Act.DISMISSED, now, by), State.DISMISSED)

    def reopen(self, request: Request, by: PersonId, now: datetime) -> Request | None:
        """Somebody of the desk takes it up again: it is theirs."""
        if not request.is_closed:
            return None
        return self._opened_again(request, by, Change(Act.REOPENED, now, by))

    def warn(self, request: Request, now: datetime, target: Target) -> Request:
        """A target will soon be missed."""
        return _after(replace(request, warned=(*request.warned, target)), Change(Act.WARNED, now, words=target.value))

    def breach(self, request: Request, now: datetime, target: Target) -> Request:
        """A target is missed."""
        marked = replace(request, breached=(*request.breached, target))
        return _after(marked, Change(Act.BREACHED, now, words=target.value))

    def remind(self, request: Request, now: datetime) -> Request:
        """Whoever owes a word is reminded."""
        marked = replace(request, reminded=request.reminded + 1, reminded_at=now)
        return _after(marked, Change(Act.REMINDED, now))

    def nudge(self, request: Request, now: datetime) -> Request:
        """The partner is asked whether it still matters."""
        return _after(replace(request, nudged_at=now), Change(Act.NUDGED, now))

    def _given(self, request: Request, to: PersonId, change: Change, now: datetime) -> Request:
        state = State.TAKEN if request.state is State.OPEN else request.state
        return _after(self._in_state(_handed(request, to, now), state, now), change)

    def _returned(self, request: Request, change: Change) -> Request:
        """Whoever had it has it again; the caller puts it into the queue if they are away."""
        return self._opened_again(request, request.assignee, change)

    def _opened_again(self, request: Request, assignee: PersonId | None, change: Change) -> Request:
        again = replace(request, assignee=assignee, reason=None, words="", closed_at=None)
        state = State.TAKEN if assignee else State.OPEN
        return _after(self._in_state(again, state, change.at), change)

    def _closed(self, request: Request, change: Change, state: State) -> Request:
        closed = self._in_state(request, state, change.at)
        reason = Reason(change.words) if state is State.RESOLVED else None
        return _after(replace(closed, reason=reason, closed_at=change.at, unsent=()), change)

    def _in_state(self, request: Request, state: State, now: datetime, *, is_anew: bool = False) -> Request:
        """The request in a state, its clocks stopped or started; `is_anew` where a word was said since they started."""
        is_owed, is_waiting = state in _OWED, state is State.WAITING
        owed, since = request.owed, request.owed_since
        if since is not None and (is_anew or not is_owed):
            owed += int(self._worked(since, now).total_seconds())
        owes_on = is_owed and since is not None and not is_anew
        waits_on = is_waiting and request.waiting_since is not None and not is_anew
        return replace(
            request,
            state=state,
            owed=owed,
            owed_since=since if owes_on else now if is_owed else None,
            waiting_since=request.waiting_since if waits_on else now if is_waiting else None,
            nudged_at=request.nudged_at if waits_on else None,
            reminded=request.reminded if owes_on else 0,
            reminded_at=request.reminded_at if owes_on else None,
        )


def keep_unsent(request: Request, unsent: Unsent) -> Request:
    """What somebody has typed, in place of what they had typed before."""
    return replace(request, unsent=(*(one for one in request.unsent if one.by != unsent.by), unsent))


def unsent_of(request: Request, who: PersonId) -> Unsent | None:
    """What somebody has typed and not sent."""
    return next((one for one in request.unsent if one.by == who), None)


def add_files(request: Request, ids: Sequence[str], by: PersonId | None) -> Request:
    """More files, as many as it takes."""
    known = {one.id for one in request.files}
    more = tuple(Picture(id_, by=by) for id_ in dict.fromkeys(ids) if id_ not in known)
    return replace(request, files=(*request.files, *more)[:MOST_FILES])


def _owing(request: Request) -> State:
    """The state in which it is the desk's turn."""
    return State.TAKEN if request.assignee else State.OPEN


def _handed(request: Request, to: PersonId | None, now: datetime) -> Request:
    """The request in other hands, which are reminded as if the desk had owed its word since then."""
    return replace(request, assignee=to, reminded=0, reminded_at=now)


def _responded(request: Request, now: datetime) -> Request:
    return request if request.responded_at else replace(request, responded_at=now)


def _after(request: Request, change: Change) -> Request:
    return replace(request, history=(*request.history, change))
