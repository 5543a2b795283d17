"""Who may do what with the bot's messages: the one place that decides, asked anew by every click and every form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from bot.desk import Desk
from bot.model import Notice, Person, PersonId
from bot.render import (
    home,
    meeting_forms,
    meetings,
    messages,
    report_cards,
    report_forms,
    reports,
    request_cards,
    request_forms,
    requests,
    translator_forms,
    views,
)


class Role(StrEnum):
    """How a person stands to what they act on."""

    OWNER = "owner"  # of the language that a report is about; of a meeting its host, and staff; of a request staff
    ASKER = "asker"
    COLLEAGUE = "colleague"  # of the asker's organisation
    STAFF = "staff"
    PARTNER = "partner"  # of another organisation
    STRANGER = "stranger"  # whom the desk file does not place: a guest, a member, an outsider


class Access(Enum):
    """What becomes of an act."""

    ALLOWED = "allowed"
    ALONE = "alone"  # nothing is changed; what it leads to is shown to the person alone
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on: a message of the bot, or the thread that it stands in."""

    asker: PersonId | None = None  # None: nobody's, so everybody's
    organisation: str | None = None  # the asker's
    owners: frozenset[str] = frozenset()  # users who look after it, as the desk file names them


@dataclass(frozen=True, slots=True)
class Policy:
    """The roles that may act, those to whom it is shown alone, and what everybody else is told."""

    allowed: frozenset[Role]
    alone: frozenset[Role] = frozenset()
    refusal: Notice = Notice.NOT_YOURS


_ALL: Final = frozenset(Role)
_ASKER: Final = frozenset({Role.ASKER})
_THEIRS: Final = frozenset({Role.ASKER, Role.COLLEAGUE, Role.STAFF})
_TRANSLATORS: Final = Policy(frozenset({Role.OWNER, Role.STAFF}), refusal=Notice.NOT_OWNER)
_HOST: Final = Policy(frozenset({Role.OWNER}), refusal=Notice.NOT_YOUR_MEETING)
_IN_MEETING: Final = Policy(frozenset({Role.ASKER, Role.OWNER}), refusal=Notice.NOT_YOUR_MEETING)
_STAFF: Final = Policy(frozenset({Role.OWNER}), refusal=Notice.NOT_STAFF)
_BOOKER: Final = Policy(_ASKER, refusal=Notice.NOT_YOUR_MEETING)
_REPORTER: Final = Policy(_ASKER, refusal=Notice.NOT_YOUR_REPORT)

_EVERYBODY: Final = Policy(_ALL)
_SHARED: Final = Policy(_ASKER, alone=_ALL - _ASKER)

POLICIES: Final[Mapping[str, Policy]] = {
    # Action ids, the callback ids of shortcuts and forms. What is not here cannot be listened to.
    messages.ASK_PERSON: _EVERYBODY,  # as by a mention, in words
    messages.HELPFUL: _EVERYBODY,
    messages.UNHELPFUL: _EVERYBODY,
    messages.MORE: _SHARED,
    messages.PICK: _SHARED,
    messages.PICK_NONE: _SHARED,
    messages.PICK_LANGUAGE: _SHARED,
    messages.PICK_TOPIC: _SHARED,
    messages.PICK_VALUE: Policy(_THEIRS),
    messages.PICK_DAY: Policy(_THEIRS),
    messages.OPEN_VALUES: Policy(_THEIRS),
    messages.ERASE_DATA: Policy(_ASKER, refusal=Notice.NOT_YOUR_DATA),
    home.HOME_LANGUAGE: _EVERYBODY,  # their own
    reports.OPEN: _EVERYBODY,  # everybody reports for themselves
    reports.SEND: _REPORTER,
    reports.DETAILS: _REPORTER,
    reports.DISCARD: _REPORTER,
    reports.PICTURE: _REPORTER,
    reports.QUESTION: _REPORTER,
    reports.WRONG: Policy(_THEIRS, refusal=Notice.NOT_YOUR_REPORT),
    report_cards.TAKE: _TRANSLATORS,
    report_cards.ASK: _TRANSLATORS,
    report_cards.FIX: _TRANSLATORS,
    report_cards.MORE: _TRANSLATORS,
    report_cards.SAME: _TRANSLATORS,
    report_cards.REOPEN: _TRANSLATORS,
    reports.NEW: _EVERYBODY,
    reports.MESSAGE: _EVERYBODY,
    report_forms.FORM: _EVERYBODY,
    report_forms.COMPLAINT: Policy(_THEIRS, refusal=Notice.NOT_YOUR_REPORT),
    translator_forms.ASKING: _TRANSLATORS,
    translator_forms.FIXING: _TRANSLATORS,
    translator_forms.REJECTING: _TRANSLATORS,
    translator_forms.DUPLICATING: _TRANSLATORS,
    translator_forms.MOVING: _TRANSLATORS,
    meetings.SLOT: _EVERYBODY,  # everybody books for themselves
    meetings.TIMES: _EVERYBODY,
    meetings.ZONE: _BOOKER,
    meetings.MORE: _BOOKER,
    meetings.DETAILS: _IN_MEETING,
    meetings.MOVE: _IN_MEETING,
    meetings.CANCEL: _IN_MEETING,
    meetings.AGAIN: _BOOKER,
    meetings.HELPED: _BOOKER,
    meetings.UNHELPED: _BOOKER,
    meetings.BOOK: _EVERYBODY,
    meetings.PAUSE: _HOST,
    meetings.RESUME: _HOST,
    meetings.NEW: _EVERYBODY,
    request_cards.OFFER_MEETING: _STAFF,
    request_cards.TAKE: _STAFF,
    request_cards.REPLY: _STAFF,
    request_cards.ANSWER: _STAFF,
    request_cards.RESOLVE: _STAFF,
    request_cards.REOPEN: _STAFF,
    request_cards.MORE: _STAFF,
    request_forms.REPLYING: _STAFF,
    request_forms.SENDING: _STAFF,
    request_forms.SEARCHING: _STAFF,
    request_forms.PRESENTING: _STAFF,
    request_forms.ASSIGNING: _STAFF,
    request_forms.TAKING: _STAFF,
    request_forms.RAISING: _STAFF,
    request_forms.RESOLVING: _STAFF,
    request_forms.EXPLAINING: _STAFF,
    request_forms.ESCALATE: _STAFF,
    request_forms.NEW: _STAFF,
    request_forms.WHY: _STAFF,
    requests.AGAIN: Policy(_THEIRS, refusal=Notice.NOT_YOURS),
    requests.SETTLED: Policy(_THEIRS, refusal=Notice.NOT_YOURS),
    meeting_forms.FORM: _EVERYBODY,
    meeting_forms.CHOOSING: _EVERYBODY,
    meeting_forms.MOVING: _IN_MEETING,
    meeting_forms.CANCELLING: _IN_MEETING,
    meeting_forms.CARD: _BOOKER,
    meeting_forms.PAUSING: _HOST,
    views.FEEDBACK: _EVERYBODY,
    views.CHANGE_VALUES: Policy(_THEIRS),
}


def policy_of(action: str) -> Policy:
    """The policy of an action or callback id, whose third part is a number of its own. Raises LookupError."""
    name = ".".join(action.split(".")[:2])
    if name not in POLICIES:
        raise LookupError(f"{name} has no policy: say in bot/listeners/access.py who may do it")
    return POLICIES[name]


def target_of(desk: Desk, home_team: str, asker: PersonId | None, channel: str) -> Target:
    """What somebody has asked in a channel, as something to act on."""
    partner = desk.organisation_of(asker, home_team, channel) if asker else None
    return Target(asker, partner.name if partner else None)


def role_of(person: Person, target: Target) -> Role:
    """How a person stands to a target. The desk file alone makes staff and organisations, never what Slack sends."""
    if person.id.user in target.owners:  # a translator may be a guest, or of another workspace
        return Role.OWNER
    if target.asker in {None, person.id}:
        return Role.ASKER
    if person.is_staff:
        return Role.STAFF
    if person.organisation is not None and person.organisation == target.organisation:
        return Role.COLLEAGUE
    return Role.PARTNER if person.is_partner else Role.STRANGER


def decide(action: str, person: Person | None, target: Target) -> Access:
    """Whether somebody may do something; None is a bot, an app or nobody. Raises LookupError for an unknown action."""
    policy = policy_of(action)
    if person is None:
        return Access.REFUSED
    role = role_of(person, target)
    if role in policy.allowed:
        return Access.ALLOWED
    return Access.ALONE if role in policy.alone else Access.REFUSED
