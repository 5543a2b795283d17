"""What partners are told of their requests for a person: step by step, and how they stand; and staff of the desk's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot import i18n
from bot.i18n import Translator
from bot.model import Outcome, Reply
from bot.render import blocks as kit
from bot.render import meeting_words as times
from bot.render.blocks import Block
from bot.render.escape import one_line, shorten, visible
from bot.render.pieces import Fact, Facts, Piece, Said, Sentence, fact, quote
from bot.request import CLOSED, Reason, State, Way, name

AGAIN: Final = "request.again"
SETTLED: Final = "request.settled"

MOST_LISTED: Final = 20
_MOST_IN_GROUP: Final = 5
_LONGEST_AGENT: Final = 60
_LONGEST_QUESTION: Final = 80
_UNASKED: Final = frozenset({Way.ESCALATED, Way.UNANSWERED})
"""Ways in on which nobody has asked the bot to pass anything on."""


class Step(StrEnum):
    """What a reply of outcome HUMAN tells, as `result["step"]`."""

    STATUS = "status"
    TAKEN = "taken"
    REPLY = "reply"
    ANSWER = "answer"
    NUDGE = "nudge"
    RESULT = "result"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Group:
    """Requests at the desk that have something in common, the first of them a line each."""

    title: str
    lines: Facts
    others: int  # that have no line


def is_step(reply: Reply) -> bool:
    """Whether a reply tells a step of a request, and not that one is passed on."""
    return reply.outcome is Outcome.HUMAN and "step" in reply.result and "number" in reply.result


def begins(reply: Reply) -> bool:
    """Whether a reply tells somebody who has asked for a person that one is asked, and nobody has it yet."""
    return _is_open(reply) and reply.result.get("way") not in _UNASKED


def sends_entry(reply: Reply) -> bool:
    """Whether somebody of the desk answers with what stands in the knowledge."""
    return is_step(reply) and reply.result["step"] == Step.ANSWER


def is_unspoken(reply: Reply) -> bool:
    """Whether a reply tells that nobody at the desk speaks its language."""
    told = reply.result
    return _is_open(reply) and not told.get("spoken", True)


def _is_open(reply: Reply) -> bool:
    """Whether a reply tells that nobody has a request yet."""
    told = reply.result
    return is_step(reply) and told["step"] == Step.STATUS and told.get("state") == State.OPEN


def pieces(reply: Reply, t: Translator) -> list[Piece]:
    """What a reply tells of a request; empty for one that tells nothing of it but the knowledge's text.

    Where its result says that it is `shared`, nobody is named in it, and nothing told of what the partner has written.
    A step or state of a newer version is told by the number alone.
    """
    if not is_step(reply):
        return []
    say: Mapping[str, Callable[[Mapping[str, Any], Translator], list[Piece]]] = {
        Step.STATUS: _status,
        Step.TAKEN: _taken,
        Step.REPLY: _reply,
        Step.ANSWER: _answer,
        Step.NUDGE: _nudge,
        Step.RESULT: _result,
        Step.ADDED: _added_elsewhere,
    }
    return say.get(reply.result["step"], _number)(reply.result, t)


def controls(reply: Reply, t: Translator) -> list[Block]:
    """What can be clicked below a step of a request."""
    told = reply.result
    number = str(told["number"])
    if told["step"] == Step.NUDGE and not told.get("answered"):
        return [kit.actions([kit.button(t("It is settled"), SETTLED, number)])]
    is_closed = told["step"] == Step.STATUS and told.get("state") in CLOSED
    is_over = told["step"] == Step.RESULT and not told.get("reopened")
    if told.get("can_reopen") and (is_closed or is_over):
        return [kit.actions([kit.button(t("Reopen"), AGAIN, number)])]
    return []


def template(reason: Reason, t: Translator) -> str:
    """With what a request was resolved, as a sentence to the partner."""
    return {
        Reason.ANSWERED: t("Your question has been answered."),
        Reason.DONE: t("What you asked for has been done."),
        Reason.PASSED_ON: t("Somebody else looks after this from now on."),
        Reason.NOT_POSSIBLE: t("What you asked for is not possible, sorry."),
        Reason.SETTLED: t("You have told us that it is settled."),
        Reason.NO_REPLY: t("We have not heard from you for a while, so nobody works on it any more."),
    }[reason]


def status(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    """The requests at the desk, and those of a person, as a reply of outcome STATUS lists them; empty without a desk.

    Where others read along, nothing stands in it but numbers and states.
    """
    said: list[Piece] = []
    if "desk" in told:
        for group in groups(told["desk"], told.get("zone", ""), t):
            others = [Sentence(t.plural("and {n} more", "and {n} more", group.others))] if group.others else []
            said += [Sentence(group.title), group.lines, *others]
        said = said or [Sentence(t("No request at the desk waits for anybody."))]
    own = told.get("requests")
    if own:
        more = len(own) - MOST_LISTED
        others = [Sentence(t.plural("and {n} more", "and {n} more", more))] if more > 0 else []
        listed = lines(own[:MOST_LISTED], t)
        said += [Sentence(t("How your requests for a person stand:")), listed, *others]
    elif own is not None:
        said.append(Sentence(t("You have no request for a person that is open, and none was closed lately.")))
    return said


def lines(requests: Sequence[Mapping[str, Any]], t: Translator) -> Facts:
    """Somebody's requests, a line each, as replies of outcome STATUS and App Home list them.

    Names and words stand only in the lines of requests that come with their `question`, which they do where nobody
    reads along.
    """
    return Facts(tuple(_line(one, t) for one in requests))


def groups(desk: Mapping[str, Any], zone: str, t: Translator) -> Iterator[Group]:
    """The requests at the desk that a member of staff is to know of, what is owed first; none of a group without any.

    Args:
        desk: The groups, as a reply of outcome STATUS holds them.
        zone: By whose clock it is told when they are due; "": UTC.
        t: The words.

    """
    told = {one: (desk.get(one) or {}) for one in ("waiting", "soon", "unassigned", "mine")}
    n = {one: group.get("count", 0) for one, group in told.items()}
    titles = {
        "waiting": t.plural("{n} request waits for you:", "{n} requests wait for you:", n["waiting"]),
        "soon": t.plural("{n} request is due soon:", "{n} requests are due soon:", n["soon"]),
        "unassigned": t.plural("{n} request is nobody’s yet:", "{n} requests are nobody’s yet:", n["unassigned"]),
        "mine": t.plural("You look after {n} request:", "You look after {n} requests:", n["mine"]),
    }
    for one, title in titles.items():
        if n[one]:
            shown = told[one].get("first", ())[:_MOST_IN_GROUP]
            listed = Facts(tuple(_line_of_desk(request, zone, t) for request in shown))
            yield Group(title, listed, n[one] - len(shown))


def _status(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    """How a request stands: the message in the partner's thread that is edited whenever that changes."""
    of, number = _state(told), name(told["number"])
    if of is State.OPEN:
        return [*_way(told, t), *_number(told, t), *_added(told, t), *_hours(told, t)]
    if of is State.TAKEN:
        return [
            _with_agent(
                told,
                t("{agent} is looking after {number}.", agent=_agent(told), number=number),
                t("A person is looking after {number}.", number=number),
            ),
            *_added(told, t),
        ]
    if of is State.WAITING:
        return [
            _with_agent(
                told,
                t("{agent} waits for your reply about {number}: write it here.", agent=_agent(told), number=number),
                t("{number} waits for your reply: write it here.", number=number),
            ),
            *_added(told, t),
        ]
    if of is State.RESOLVED:
        return [Sentence(t("{number} is closed: what became of it stands in a message of its own.", number=number))]
    return _dismissed(told, t) if of is State.DISMISSED else _number(told, t)


def _dismissed(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    said = [t("The desk has closed {number}.", number=name(told["number"]))]
    said += [t("If you still need a person, you can open it again.")] if told.get("can_reopen") else []
    return [Sentence(" ".join(said))]


def _way(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    """Why there is a request, where the partner has not asked for one."""
    said = {
        Way.ESCALATED: t("This message is now a request to the people of the desk."),
        Way.UNANSWERED: t("Nobody has answered this yet, so I have passed it on to a person."),
    }.get(told.get("way", ""))
    return [Sentence(said)] if said else []


def _hours(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    """When somebody is there, and that nobody speaks the partner's language; the contacts who do are named below."""
    said = []
    if told.get("opens"):
        when = times.at(datetime.fromisoformat(told["opens"]), _zone(told.get("zone")), t)
        by_speaker = t("Somebody who speaks your language is at the desk from {time} on.", time=when)
        said.append(by_speaker if told.get("by_speaker") else t("The desk opens on {time}.", time=when))
    if not told.get("spoken", True):
        said.append(t("Nobody at the desk speaks your language, so the reply may come in another one."))
    return [Sentence(" ".join(said))] if said else []


def _added(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    n = told.get("added", 0)
    if not n or told.get("shared"):
        return []
    said = t.plural(
        "{n} more message of yours has been added to it.", "{n} more messages of yours have been added to it.", n
    )
    return [Sentence(said)]


def _added_elsewhere(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    return [Sentence(t("I have added your message to {number}.", number=name(told["number"])))]


def _reply(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    return [Said(told.get("text", ""), by=_by(told, t))]


def _answer(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    """The line above what stands in the knowledge."""
    return [Said("", by=_by(told, t))]


def _taken(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    number = name(told["number"])
    reached = (
        t("If you need me all the same, write to me outside of this thread.")
        if told.get("direct")
        else t("If you need me all the same, mention me.")
    )
    return [
        _with_agent(
            told,
            t("{agent} has taken {number}.", agent=_agent(told), number=number),
            t("A person has taken {number}.", number=number),
        ),
        Sentence(f"{t('From now on I keep silent in this thread.')} {reached}"),
    ]


def _nudge(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    number = name(told["number"])
    return [
        _with_agent(
            told,
            t(
                "{agent} has not heard from you about {number}. Does it still matter?",
                agent=_agent(told),
                number=number,
            ),
            t("We have not heard from you about {number}. Does it still matter?", number=number),
        ),
        Sentence(t("If it does, write here, in this thread.")),
    ]


def _result(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    number = name(told["number"])
    known = told.get("reason") in set(Reason)  # a newer version may know others
    reason = [Sentence(template(Reason(told["reason"]), t))] if known else []
    again = [Sentence(t("{number} is open again, and the desk knows.", number=number))] if told.get("reopened") else []
    title = t("A word from {agent}", agent=_agent(told)) if _agent(told) else t("A word from the desk")
    words = quote(title, visible(told.get("words", "")), kit.TYPED)
    return [Sentence(t("{number} is closed.", number=number)), *reason, words, *again]


def _line(one: Mapping[str, Any], t: Translator) -> Fact:
    """A request: its number, how it stands, and where nobody reads along who has it and what it is about."""
    of = _state(one)
    stands = {
        State.OPEN: t("waiting for a person"),
        State.TAKEN: t("a person has it"),
        State.WAITING: t("waiting for your reply") if one.get("own") else t("waiting for the asker’s reply"),
        State.RESOLVED: t("resolved"),
        State.DISMISSED: t("closed"),
    }
    told = [stands[of]] if of else []
    if "question" not in one:
        return _listed(one, told, "")
    agent = _agent(one)
    told += [agent] if agent and of in {State.TAKEN, State.WAITING} else []
    told += [] if one.get("own") else [t("from your organisation")]
    return _listed(one, told, one["question"])


def _line_of_desk(one: Mapping[str, Any], zone: str, t: Translator) -> Fact:
    """A request as staff read of it: whose, in which language, by when; its number leads to its card."""
    told = [t("urgent")] if one.get("urgent") else []
    told.append(fact("", visible(one.get("organisation") or "")).value)
    told += [i18n.language_name(one["language"], t.language)] if one.get("language") else []
    if one.get("due"):
        due = datetime.fromisoformat(one["due"]).astimezone(ZoneInfo(_zone(zone)))
        told.append(t("due {time}", time=i18n.appointment(due, t.language)))
    return _listed(one, told, one.get("question", ""), one.get("url", ""))


def _listed(one: Mapping[str, Any], told: Sequence[str], question: str, url: str = "") -> Fact:
    facts = " · ".join(filter(None, told))
    about = shorten(one_line(visible(question)), _LONGEST_QUESTION)
    value = " – ".join(filter(None, (facts, about)))
    return Fact(name(one["number"]), value, url) if value else Fact("", name(one["number"]), url)


def _number(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    return [Sentence(t("Your request: {number}", number=name(told["number"])))]


def _with_agent(told: Mapping[str, Any], named: str, nameless: str) -> Piece:
    """A sentence with the name of whoever has a request, in which that is no markup; without, where there is none."""
    return Said(named) if _agent(told) else Sentence(nameless)


def _by(told: Mapping[str, Any], t: Translator) -> str:
    """Under whose name something is said."""
    return t("{agent} · support", agent=_agent(told)) if _agent(told) else t("Support")


def _agent(told: Mapping[str, Any]) -> str:
    """The first name of whoever has a request; "" if nobody has, or others read along."""
    return "" if told.get("shared") else shorten(one_line(visible(told.get("agent", ""))), _LONGEST_AGENT)


def _state(told: Mapping[str, Any]) -> State | None:
    """How far a request is; None for what only a newer version knows."""
    return State(told["state"]) if told.get("state") in set(State) else None


def _zone(named: str | None) -> str:
    """A time zone; UTC for one that is not known here."""
    try:
        return ZoneInfo(named or "UTC").key
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a zone's name is a file's
        return "UTC"
