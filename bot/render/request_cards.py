"""Cards of requests, in the channels of the desk, the story beneath them, and who is called.

The texts of a request are plain, as their authors typed them; what a person wrote stands in rich text alone, so that
nothing in it is markup. A card is drawn again when something changes, so that no time on it is told from now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final

from bot import i18n
from bot.i18n import Translator
from bot.model import PersonId
from bot.render import blocks as kit
from bot.render import pieces
from bot.render import request_words as words
from bot.render.blocks import Block
from bot.render.escape import escape, link, one_line, shorten, shorten_markup
from bot.render.messages import Message
from bot.render.pieces import Fact, Facts, Piece, Quote, Sentence, fact, quote
from bot.request import Act, Change, Reason, Request, State, Target, Way, name
from bot.understand.why import Why

TAKE: Final = "request.take"
REPLY: Final = "request.reply"
ANSWER: Final = "request.answer"
RESOLVE: Final = "request.resolve"
REOPEN: Final = "request.reopen"
MORE: Final = "request.more"
OFFER_MEETING: Final = "meeting.offer"

_LONGEST_QUESTION: Final = kit.TYPED
_LONGEST_ANSWER: Final = 1000
_LONGEST_WORDS: Final = 1000
_LONGEST_LINE: Final = kit.TYPED  # what is said below a card stands nowhere else
_LONGEST_GIST: Final = 300
_LONGEST_NAME: Final = 100


class Further(StrEnum):
    """What the menu of a card offers."""

    ASSIGN = "assign"
    TAKE_OVER = "take-over"
    LEVEL = "level"
    URGENT = "urgent"
    NORMAL = "normal"
    WAIT = "wait"
    DISMISS = "dismiss"
    WHY = "why"


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card says beside the request itself."""

    url: str | None  # of the partner's thread
    programme: str | None  # its name
    answer: str | None  # of the bot, as plain text
    why: Why | None
    zone: tzinfo  # the desk's
    due: Mapping[Target, datetime]  # of the clocks that run
    level: str  # as people read it; "": there are none
    next_level: str | None  # None: there is none above
    offers_meeting: bool = False
    languages_spoken: bool = True  # somebody at the desk speaks the partner's


def mention(who: PersonId) -> str:
    """A person as Slack's markup names them."""
    return f"<@{who.user}>"


def request_card(t: Translator, request: Request, facts: CardFacts) -> Message:
    """A request as it stands, with what can be done; where other organisations read along, its state alone.

    First what is owed and asked, then who and where, then what the bot made of it.
    """
    row = kit.actions(_buttons(t, request, facts), block=f"request.{len(request.history)}")
    if request.is_shared:
        bare = _bare(t, request)
        return Message(bare.text, [*bare.blocks, row])
    said: list[Piece] = [*_content(t, request), *_outcome(t, request), *_answered(t, facts)]
    came = words.files(request.files, t)
    blocks = [
        kit.section("\n".join([_headline(t, request), *_clocks(t, request, facts), *_about(t, request, facts)])),
        *pieces.blocks(said, t),
        *([kit.context(escape(came))] if came else []),
        kit.context(" · ".join(_background(t, request, facts))),
        row,
    ]
    gist = escape(shorten(one_line(request.question), _LONGEST_GIST)) or "…"
    titled = escape(
        t("{number} ({language})", number=name(request.number), language=words.language(request.language, t))
    )
    return Message(t("{name}: {value}", name=titled, value=gist), blocks)


def moved_card(t: Translator, request: Request, to: str) -> Message:
    """What a card says whose request has gone to another channel: no texts. `to` is the channel's id."""
    return _said(t, request.number, t("Handed on to {channel}.", channel=f"<#{escape(to)}>"))


def explained(t: Translator, why: Why) -> Facts:
    """What led to an answer: the language that was read, what was weighed, the phrasing that was nearest."""
    language = words.language(why.language, t)
    by = t("{language}, by its words", language=language)
    around = t("{language}, by what is known of the thread and the person", language=language)
    weighed = [
        t("{title} ({likely})", title=shorten(one_line(title), _LONGEST_NAME), likely=_percent(likely, t))
        for _, title, likely in why.candidates
    ]
    return Facts(
        (
            Fact(t("Language read"), by if why.is_sure else around),
            Fact(t("Candidates"), " · ".join(weighed)),
            fact(t("Nearest phrasing"), why.matched),
        )
    )


def withdrawn_request(t: Translator, number: int) -> Message:
    """What a card says once whoever asked has had their data deleted: nothing of theirs."""
    return _said(t, number, escape(t("Withdrawn: whoever asked has had their data deleted.")))


def request_line(
    t: Translator, request: Request, change: Change, *, title: str = "", level: str = "", reply: str = ""
) -> Message:
    """One change, for the card's thread.

    Args:
        t: The words, in the staff's language.
        request: The request as it stands.
        change: The change.
        title: Of the entry that was sent.
        level: To which it was handed, as people read it.
        reply: What the bot said to it, or the text of the entry that was sent; plain.

    """
    if request.is_shared:
        return _bare(t, request)
    said = _happened(t, request, change, title, level)
    above = "" if change.act is Act.SENT else t("The bot answered")
    quoted = [*_quoted(t, request, change), quote(above, reply, _LONGEST_LINE)]
    came = t.plural("{n} file", "{n} files", len(change.files)) if change.files and change.words else ""
    blocks = [kit.section(said), *pieces.blocks(quoted, t), *([kit.context(escape(came))] if came else [])]
    titled = t("{name}: {value}", name=name(request.number), value=said)
    beside = "\n".join(filter(None, (titled, escape(pieces.plain(quoted, t)), escape(came))))
    return Message(shorten_markup(beside, kit.TEXT), blocks)


def request_ping(t: Translator, request: Request, users: Sequence[str], why: Act) -> Message:
    """Calls people (user ids) to a request, after something has happened to it."""
    people = " ".join(f"<@{user}>" for user in users)
    said = _bare(t, request).text if request.is_shared else _call(t, request, why)
    markup = f"{people} {said}".strip()
    return Message(shorten_markup(markup, kit.TEXT), [kit.section(markup)])


def breach_note(t: Translator, request: Request, target: Target, users: Sequence[str]) -> Message:
    """Tells the people of the next level that a target is missed; nothing of what the request is about."""
    people = [f"<@{user}>" for user in users]
    where = [link(request.card_url, t("Open the card"))] if request.card_url else []
    markup = " ".join([*people, _overdue(t, request, target), *where])
    return Message(shorten_markup(markup, kit.TEXT), [kit.section(markup)])


def undelivered(t: Translator, request: Request) -> Message:
    """Tells the desk, below the card, that something has not reached the partner."""
    why = t(
        "Slack does not let me write in the partner’s thread. What was sent last has not reached them:"
        " please reach them another way."
    )
    return _said(t, request.number, escape(why))


def standing(t: Translator, request: Request, zone: tzinfo, name_of: Callable[[PersonId], str] = mention) -> str:
    """How a request stands, and by whom and when, for a click that came too late.

    With `mention` it is markup; for the error of a form, which shows it as it is, give what names a person in words.
    """
    number = name(request.number)
    last = _decisive(request)
    if last is None:
        return t("{number}: {state}.", number=number, state=words.state(request.state, t))
    when = i18n.moment(last.at.astimezone(zone), t.language)
    if last.who is None:
        state = words.state(request.state, t)
        return t("{number}: {state} since {when}.", number=number, state=state, when=when)
    who, whom = name_of(last.who), name_of(last.whom) if last.whom else t("somebody")
    replied = t("{number} was answered by {who}, {when}.", number=number, who=who, when=when)
    reopened = t("{number} was reopened by {who}, {when}.", number=number, who=who, when=when)
    return {
        Act.ASKED: t("{number} has been in the queue since {when}.", number=number, when=when),
        Act.RELEASED: t("{number} was put back into the queue by {who}, {when}.", number=number, who=who, when=when),
        Act.ESCALATED: t("{number} was handed to another level by {who}, {when}.", number=number, who=who, when=when),
        Act.TAKEN: t("{number} was taken by {who}, {when}.", number=number, who=who, when=when),
        Act.TAKEN_OVER: t("{number} was taken over by {who}, {when}.", number=number, who=who, when=when),
        Act.ASSIGNED: t("{number} was given to {whom} by {who}, {when}.", number=number, whom=whom, who=who, when=when),
        Act.REPLIED: replied,
        Act.SENT: replied,
        Act.WROTE: replied,
        Act.WAITING: t("{number} was set to wait for the partner by {who}, {when}.", number=number, who=who, when=when),
        Act.RESOLVED: t("{number} was resolved by {who}, {when}.", number=number, who=who, when=when),
        Act.DISMISSED: t("{number} was closed as no request by {who}, {when}.", number=number, who=who, when=when),
        Act.REOPENED: reopened,
        Act.RETURNED: reopened,
    }[last.act]


_ANSWERS: Final = frozenset({Act.REPLIED, Act.SENT, Act.WROTE})
_OWNING: Final = frozenset({Act.TAKEN, Act.TAKEN_OVER, Act.ASSIGNED, Act.REOPENED})
_FREEING: Final = frozenset({Act.ASKED, Act.RELEASED, Act.ESCALATED, Act.RETURNED})
_ENDING: Final = {
    State.OPEN: _FREEING,
    State.WAITING: _ANSWERS | {Act.WAITING},
    State.RESOLVED: {Act.RESOLVED},
    State.DISMISSED: {Act.DISMISSED},
}


def _decisive(request: Request) -> Change | None:
    """The change that has brought a request to where it stands; of one that is taken, that by which it got its owner.

    Whoever answers what nobody has taken has it from then on.
    """
    if request.state is not State.TAKEN:
        ending = _ENDING[request.state]
        return next((one for one in reversed(request.history) if one.act in ending), None)
    owning: Change | None = None
    for change in request.history:
        if change.act in {Act.RELEASED, Act.ESCALATED}:
            owning = None
        elif change.act in _OWNING or (owning is None and change.act in _ANSWERS | {Act.WAITING}):
            owning = change
    return owning


def _headline(t: Translator, request: Request) -> str:
    told = [f"*{name(request.number)}*"]
    if request.is_urgent and not request.is_closed:
        told.append(f"*{escape(t('urgent'))}*")
    told.append(escape(words.state(request.state, t)))
    if request.assignee:
        told.append(mention(request.assignee))
    return " · ".join(told)


def _clocks(t: Translator, request: Request, facts: CardFacts) -> list[str]:
    """What is owed until when, and what is missed; markup."""
    if request.is_closed:
        return []
    told = []
    for target in Target:
        at = facts.due.get(target)
        if target is Target.FIRST and request.responded_at:
            told += [escape(t("The first response came late."))] if target in request.breached else []
        elif target in request.breached:
            told.append(f"*{escape(words.missed(target, at, facts.zone, t))}*")
        elif at is not None:
            told.append(f"*{escape(words.due(target, at, facts.zone, t))}*")
    if request.waiting_since:
        since = words.moment(request.waiting_since, facts.zone, t)
        told.append(escape(t("It has been waiting for the partner since {time}.", time=since)))
    return told


def _about(t: Translator, request: Request, facts: CardFacts) -> list[str]:
    """Who asks, of which organisation, in which language, about which programme; markup."""
    language = words.language(request.language, t)
    named = (request.organisation, language, facts.programme)
    told = [mention(request.asker)] if request.asker else []
    told += [escape(shorten(one_line(one), _LONGEST_NAME)) for one in named if one]
    is_known = facts.languages_spoken or request.is_closed
    unspoken = escape(t("Nobody at the desk speaks {language}.", language=language))
    return [" · ".join(told), *([] if is_known else [unspoken])]


def _content(t: Translator, request: Request) -> list[Piece]:
    return [quote(t("Question"), request.question or t("(none yet)"), _LONGEST_QUESTION)]


def _outcome(t: Translator, request: Request) -> list[Piece]:
    """What became of it, once it is resolved."""
    if not request.reason:
        return []
    said = Sentence(t("{name}: {value}", name=t("Result"), value=words.reason(request.reason, t)))
    return [said, quote(t("Sent to the partner"), request.words, _LONGEST_WORDS)]


def _answered(t: Translator, facts: CardFacts) -> list[Piece]:
    """What the bot said to it, and what led to that."""
    why = [explained(t, facts.why)] if facts.why else []
    return [quote(t("The bot answered"), facts.answer or "", _LONGEST_ANSWER), *why]


def _background(t: Translator, request: Request, facts: CardFacts) -> list[str]:
    """How and when it came, at which level it is, where it stands; markup."""
    told = [words.way(request.way, t), words.moment(request.opened_at, facts.zone, t), facts.level]
    return [*(escape(shorten(one, _LONGEST_NAME)) for one in told if one), _where(t, request, facts.url)]


def _where(t: Translator, request: Request, url: str | None) -> str:
    if request.is_direct:
        return escape(t("in a direct message"))
    return link(url, t("Open the thread")) if url else escape(t("Slack gave no link to the thread."))


def _buttons(t: Translator, request: Request, facts: CardFacts) -> list[Block]:
    number = str(request.number)
    if request.is_closed:
        return [kit.button(t("Reopen"), REOPEN, number)]
    is_open = request.state is State.OPEN
    return [
        *([kit.button(t("Take it"), TAKE, number, style="primary")] if is_open else []),
        kit.button(t("Reply…"), REPLY, number, style=None if is_open else "primary"),
        kit.button(t("Send an answer…"), ANSWER, number),
        kit.button(t("Resolve…"), RESOLVE, number),
        *([kit.button(t("Offer a meeting"), OFFER_MEETING, number)] if facts.offers_meeting else []),
        kit.select(MORE, t("More…"), _further(t, request, facts)),
    ]


def _further(t: Translator, request: Request, facts: CardFacts) -> list[Block]:
    offered = {
        Further.ASSIGN: t("Assign…"),
        Further.TAKE_OVER: t("Take over…") if request.assignee else "",
        Further.LEVEL: t("Hand to {level}…", level=facts.next_level) if facts.next_level else "",
        Further.URGENT: "" if request.is_urgent else t("Mark as urgent"),
        Further.NORMAL: t("Mark as not urgent") if request.is_urgent else "",
        Further.WAIT: "" if request.state is State.WAITING else t("Wait for the partner"),
        Further.DISMISS: t("Not a request"),
        Further.WHY: t("Why this answer?"),
    }
    return [kit.option(said, one.value) for one, said in offered.items() if said]


def _happened(t: Translator, request: Request, change: Change, title: str, level: str) -> str:
    """A change as a sentence; markup."""
    who = mention(change.who) if change.who else t("Somebody")
    whom = mention(change.whom) if change.whom else t("somebody")
    match change.act:
        case Act.ASKED:
            return _came(t, request, who)
        case Act.TOLD if change.files and not change.words:
            n = len(change.files)
            return t.plural(
                "From the partner: {who} has sent {n} file.", "From the partner: {who} has sent {n} files.", n, who=who
            )
        case Act.TOLD if change.is_aside:
            return t("From the partner, and no reply is owed: {who} wrote:", who=who)
        case Act.RETURNED if change.words:
            return t("From the partner, and the request is open again: {who} wrote:", who=who)
        case Act.RELEASED | Act.ESCALATED if change.who is None:
            return t("The request is in the queue again.")
        case Act.RESOLVED:
            return _resolved(t, change, who)
        case Act.WARNED | Act.BREACHED:
            return _clock(t, change)
    known = {
        Act.ASKED_AGAIN: t("From the partner: {who} has asked for a person again.", who=who),
        Act.HANDED: t("{who} has handed this to the desk.", who=who),
        Act.TOLD: t("From the partner: {who} wrote:", who=who),
        Act.RETURNED: t("From the partner: {who} has opened the request again.", who=who),
        Act.TAKEN: t("{who} has taken the request.", who=who),
        Act.TAKEN_OVER: t("{who} has taken the request over from {whom}.", who=who, whom=whom),
        Act.ASSIGNED: t("{who} has given the request to {whom}.", who=who, whom=whom),
        Act.RELEASED: t("{who} has put the request back into the queue.", who=who),
        Act.ESCALATED: t("{who} has handed the request to {level}.", who=who, level=escape(level)),
        Act.URGENT: t("{who} has marked the request as urgent.", who=who),
        Act.NORMAL: t("{who} has marked the request as not urgent.", who=who),
        Act.REPLIED: t("{who} has replied. Sent to the partner:", who=who),
        Act.SENT: t("{who} has sent an answer to the partner: {title}", who=who, title=escape(title)),
        Act.WROTE: t("{who} has replied in the partner’s own thread:", who=who),
        Act.OFFERED: t("{who} has offered the partner a meeting.", who=who),
        Act.WAITING: t("{who} waits for the partner.", who=who),
        Act.DISMISSED: t("{who} has closed this: it is no request.", who=who),
        Act.REOPENED: t("{who} has reopened the request.", who=who),
        Act.REMINDED: t("A reminder: the partner is waiting for the desk."),
        Act.NUDGED: t("I have asked the partner whether this still matters."),
    }
    return known.get(change.act) or t("{who} has changed the request.", who=who)  # an act of a newer version


def _came(t: Translator, request: Request, who: str) -> str:
    return {
        Way.ASKED: t("{who} has asked for a person.", who=who),
        Way.FEEDBACK: t("{who} has asked for a person, because an answer did not help.", who=who),
        Way.ESCALATED: t("{who} has handed this to the desk.", who=who),
        Way.UNANSWERED: t("Nobody had answered this question, so it has come here."),
    }[request.way]


def _resolved(t: Translator, change: Change, who: str) -> str:
    if change.words == Reason.SETTLED:
        return t("From the partner: {who} says that it is settled.", who=who)
    if change.words == Reason.NO_REPLY:
        return t("The partner has not replied for long, so the request is closed.")
    if change.words not in set(Reason):  # of a newer version
        return t("{who} has resolved the request.", who=who)
    why = escape(words.reason(Reason(change.words), t))
    return t("{who} has resolved the request: {reason}.", who=who, reason=why)


def _clock(t: Translator, change: Change) -> str:
    target = Target(change.words) if change.words in set(Target) else Target.RESOLUTION
    if change.act is Act.WARNED:
        return escape(words.soon(target, t))
    return {
        Target.FIRST: t("The first response has not come in time."),
        Target.RESOLUTION: t("The request has not been resolved in time."),
    }[target]


_WRITTEN: Final = frozenset(
    {
        Act.ASKED,
        Act.ASKED_AGAIN,
        Act.HANDED,
        Act.TOLD,
        Act.RETURNED,
        Act.ESCALATED,
        Act.REPLIED,
        Act.WROTE,
    }
)
"""Acts whose words somebody has written; of others they are ids."""


def _quoted(t: Translator, request: Request, change: Change) -> list[Quote]:
    """The words that belong to a change."""
    if change.act is Act.RESOLVED and change == _end(request):
        return [quote(t("Sent to the partner"), request.words, _LONGEST_LINE)]
    return [quote("", change.words, _LONGEST_LINE)] if change.act in _WRITTEN else []


def _end(request: Request) -> Change | None:
    """The change that has ended a request, whose words for the partner are the request's."""
    ended = [one for one in request.history if one.act is Act.RESOLVED]
    return ended[-1] if ended and request.is_closed else None


def _call(t: Translator, request: Request, why: Act) -> str:
    """For what somebody is called; markup."""
    number, language = name(request.number), words.language(request.language, t)
    now = mention(request.assignee) if request.assignee else t("somebody else")
    said = {
        Act.ASKED: t("{number} is new and waits for one of you ({language}).", number=number, language=language),
        Act.ASKED_AGAIN: t("{number}: the partner has asked for a person again.", number=number),
        Act.TOLD: t("{number}: the partner has written, and it is your turn.", number=number),
        Act.RETURNED: t("{number} is open again: the partner has come back to it.", number=number),
        Act.ASSIGNED: t("{number} is yours now.", number=number),
        Act.RELEASED: t("{number} is back in the queue and waits for one of you.", number=number),
        Act.ESCALATED: t("{number} has been handed to you and waits for one of you.", number=number),
        Act.TAKEN_OVER: t("{number} is no longer yours: {who} has taken it over.", number=number, who=now),
        Act.REMINDED: t("A reminder: {number} is waiting for you.", number=number),
    }
    if why is Act.WARNED and request.warned:
        return t("{name}: {value}", name=number, value=escape(words.soon(request.warned[-1], t)))
    if why is Act.BREACHED and request.breached:
        return _overdue(t, request, request.breached[-1])
    return said.get(why) or t("{number} is waiting for you.", number=number)


def _overdue(t: Translator, request: Request, target: Target) -> str:
    number = name(request.number)
    said = {
        Target.FIRST: t("{number} has had no first response in time.", number=number),
        Target.RESOLUTION: t("{number} has not been resolved in time.", number=number),
    }[target]
    return escape(said)


def _percent(likely: float, t: Translator) -> str:
    return i18n.percent(round(likely, 2), t.language)


def _bare(t: Translator, request: Request) -> Message:
    """Number and state: all that other organisations may read."""
    state = escape(words.state(request.state, t))
    return Message(
        t("{name}: {value}", name=name(request.number), value=state),
        [kit.section(f"*{name(request.number)}* · {state}")],
    )


def _said(t: Translator, number: int, why: str) -> Message:
    return Message(t("{name}: {value}", name=name(number), value=why), [kit.section(f"*{name(number)}*\n{why}")])


def draft_note(t: Translator, draft: int, number: int, *, users: Sequence[str]) -> Message:
    """Tells translators of an entry to be written; not of what: that is the partner's, and goes with their data."""
    people = " ".join(f"<@{user}>" for user in users)
    said = t("An answer was drafted from {number}, to be written in your language.", number=name(number))
    how = t("See the draft with: {command}", command=f"partnerdesk gaps show {draft}")
    markup = f"{people} {escape(said)} {escape(how)}".strip()
    return Message(shorten_markup(markup, kit.TEXT), [kit.section(markup)])
