"""The words that every layer speaks: plain, frozen data that imports nothing of ours.

One road (README, "How it works"): a `Question` with the `Thread` it stands in and the `Person` who asks becomes a
`Turn`: what to say (`Reply`), the thread's next state, and the effects to carry out. A `Reply` holds ids and values,
never prose: rendering it in another language needs nothing but the reply itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Self, TypeAlias

Language: TypeAlias = str
"""An ISO 639-1 code, one of LANGUAGES."""

LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en", "de", "fi")
DEFAULT_LANGUAGE: Final[Language] = "en"


class Historic(StrEnum):
    """Words of a history. What a newer version has written stays in it: the whole would be lost otherwise."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_, unknown._value_ = "UNKNOWN", value
        return unknown


class Outcome(StrEnum):
    """What a reply does; part of the public contract of `partnerdesk ask --json`, never renamed."""

    ANSWER = "answer"
    RULE = "rule"
    CHOICES = "choices"
    FALLBACK = "fallback"
    REPORT = "report"
    BOOKING = "booking"
    HUMAN = "human"
    STATUS = "status"
    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"
    TOPICS = "topics"
    LANGUAGE = "language"
    PRIVACY = "privacy"


class Notice(StrEnum):
    """Why a reply is not simply the answer; each has its words in render/."""

    DRAFT = "draft"  # the entry's text in this language is not released
    EMPTY = "empty"  # nothing but white space, a mention or emoji
    PICTURE = "picture"  # a picture without words
    TOO_LONG = "too-long"  # only the beginning was read
    FOREIGN = "foreign"  # a fifth language
    CORRECTED = "corrected"  # a result above was replaced; this tells what it is now
    UNREAD = "unread"  # what was answered to a question of ours could not be read
    LEFT_OPEN = "left-open"  # the person does not know what we asked
    NOT_YOURS = "not-yours"  # somebody else's values
    NOT_YOUR_DATA = "not-your-data"  # only whoever asked for it can have their data deleted
    ERASED = "erased"  # said in public, where a person has confirmed that their data be deleted
    NOT_YOUR_REPORT = "not-your-report"  # somebody else's report
    NOT_YOUR_MEETING = "not-your-meeting"  # somebody else's meeting
    TOO_LATE = "too-late"  # to move or cancel a meeting
    TIME_TAKEN = "time-taken"  # somebody else was quicker
    MEETING_OFFERED = "meeting-offered"  # times now stand where a request was made
    NO_HOSTS = "no-hosts"  # nobody holds such meetings
    NOT_STAFF = "not-staff"  # only the people of the desk may do it
    NOT_OWNER = "not-owner"  # a report on a language that somebody else looks after
    MOVED_ON = "moved-on"  # a control whose time has passed
    GONE = "gone"  # a message of which nothing is kept any more
    NOT_YET = "not-yet"  # a message that is not known to be posted yet
    NO_DIRECT = "no-direct"  # Slack does not let the bot write to somebody directly
    NO_FORM = "no-form"  # Slack has not opened the form
    NO_SUCH_DAY = "no-such-day"  # a day with which nothing can be computed
    INVITE_FIRST = "invite-first"  # the bot is not in the channel of a message
    NO_DESK = "no-desk"  # there is no channel that requests go to


class Place(StrEnum):
    """Where a message was written."""

    CHANNEL = "channel"
    DIRECT = "direct"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class PersonId:
    """A person is a user of a home team: user ids alone are not unique across Slack Connect."""

    team: str
    user: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, as far as the desk file, the store and Slack tell; unknown stays None or empty."""

    id: PersonId
    language: Language | None = None  # chosen by the person
    locale: Language | None = None  # Slack's locale; None where it names none of ours
    programme: str | None = None  # chosen by the person, for direct messages
    organisation: str | None = None
    organisation_language: Language | None = None
    programmes: tuple[str, ...] = ()  # those the organisation takes part in
    time_zone: str | None = None
    is_staff: bool = False
    is_partner: bool = False  # of an organisation that the desk file names
    is_greeted: bool = True  # has been shown what the bot is for
    is_colleague: bool = False  # of the same organisation as whoever asked in the thread
    is_zone_known: bool = False  # the zone is theirs or their organisation's, not the desk's for want of another
    email: str = ""  # given to be remembered


@dataclass(frozen=True, slots=True)
class Channel:
    """What the desk file says of the channel that a message stands in."""

    id: str
    place: Place = Place.CHANNEL
    programmes: tuple[str, ...] = ()
    language: Language | None = None
    answers_questions: bool = False  # `answer: questions`: also unasked


@dataclass(frozen=True, slots=True)
class Question:
    """One message of a person to the bot, or beside it."""

    text: str
    channel: Channel
    today: date  # the day it was written, where the person is
    mentions_bot: bool = False
    mentions_others: bool = False
    top_level: bool = True
    files: tuple[str, ...] = ()  # ids
    forced_language: Language | None = None
    forced_programme: str | None = None
    foreign: str | None = None  # the fifth language that it was found to be in; "" if it was looked for in vain


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry id (`cyberday.trial-length`) or an action (`action.human`), and how likely it is meant."""

    entry: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Value:
    """A value found in a question.

    `value` by `kind`: date: ISO string; duration: {"days": n}; count, ordinal: n; plan, payment: the canonical name;
    money: {"amount": n, "currency": code | None}. None where it has several readings, `options`, or none that exists.
    """

    kind: str
    value: Any
    text: str
    role: str = (
        ""  # what it says: of a count what is counted, of a date `until`, of a plan `current`, `target`, `licence`
    )
    mode: str = ""  # of a count: `more`, or `used`
    options: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a question was read as; `candidates` best first."""

    language: Language
    language_sure: bool
    programme: str | None
    candidates: tuple[Candidate, ...] = ()
    values: tuple[Value, ...] = ()
    several: tuple[str, ...] = ()  # the entries of a message that asks for two or three
    folded: str = ""  # what the models compared
    text: str = ""  # the words, as they were typed


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said: ids and values. Rendered by render/ in any language, as often as wanted."""

    outcome: Outcome
    language: Language
    programme: str | None = None
    entry: str | None = None
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    choices: tuple[str, ...] = ()  # entry ids, actions, or programme ids (`programme.miro`)
    notice: Notice | None = None
    languages: tuple[Language, ...] = ()  # with Notice.DRAFT: where the answer exists
    offer_person: bool = True
    values: tuple[Value, ...] = ()
    slots: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    asks_for: tuple[str, ...] = ()
    says: tuple[str, ...] = ()  # the sentences that tell the result, by id
    unsettled: tuple[str, ...] = ()  # the open cases that decide it
    suggestions: tuple[Any, ...] = ()  # likely values of the first slot asked for
    misread: str = ""  # the words that can be read in several ways, or that name a day that does not exist
    is_no_day: bool = False  # the latter


@dataclass(frozen=True, slots=True)
class Draft:
    """A language error as far as somebody has told of it, before it is sent."""

    said: str = ""  # in their words
    wrong: str = ""  # the text
    suggestion: str = ""  # what it should be
    place: str = ""  # product, page or link
    kind: str = ""  # report.Kind
    language: Language | None = None  # of the text
    pictures: tuple[str, ...] = ()  # ids of files
    about: str = ""  # ts of the message of ours that is reported

    @property
    def is_enough(self) -> bool:
        """Whether it can be sent: it holds a text or a picture."""
        return bool(self.said or self.wrong or self.pictures)


@dataclass(frozen=True, slots=True)
class Handed:
    """The request for a person that a thread has become."""

    number: int
    is_taken: bool = False  # a person has it, and the bot keeps silent
    is_settled: bool = False
    until: date | None = None  # of one that is settled: the last day on which a word of the partner opens it again
    asker: PersonId | None = None  # of the request; in a channel the thread's may be somebody else


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which report a translator has asked whom."""

    number: int
    whom: PersonId
    on: date


class Floor(StrEnum):
    """Who has the floor in a thread, and so when the bot speaks there."""

    BOT = "bot"  # the asker's messages are for the bot
    PEOPLE = "people"  # another person has written: by mention alone
    STAFF = "staff"  # staff has the thread: by mention alone


@dataclass(frozen=True, slots=True)
class Thread:
    """The state of one thread; a new question starts with an empty one."""

    channel: str
    ts: str
    asker: PersonId | None = None
    language: Language | None = None
    programme: str | None = None
    entry: str | None = None  # the last entry answered: what an elliptic follow-up leans on
    question: str = ""  # the last question, for handing over and for asking again in a chosen programme
    offered: tuple[str, ...] = ()  # choices that a typed number picks
    misses: int = 0  # misunderstandings in a row
    floor: Floor = Floor.BOT
    handed_over: bool = False
    request: Handed | None = None
    last_ts: str = ""  # of the last message that a person wrote in it
    slots: dict[str, Any] = field(default_factory=dict)  # what has been told for the rule of `entry`
    asks_for: tuple[str, ...] = ()  # the slots that the bot has asked for and is waiting to hear
    files: tuple[str, ...] = ()  # ids of those that `question` came with
    asked_on: date | None = None  # the day `question` was written: "yesterday" in it counts from there
    draft: Draft | None = None  # of a report that the asker is telling of
    awaits_report: bool = False  # the asker's next message is it
    reported: int | None = None  # the report that the asker has sent last
    asked: tuple[Asked, ...] = ()  # what translators have asked and wait to hear, the newest first
    booking: str = ""  # the kind of meeting whose times the bot has offered last
    when: str = ""  # the time wished for it: str of a meeting.Wish
    for_customer: bool = False  # whether it is for somebody else than the asker
    topic: str = ""  # what the conversation was about before


@dataclass(frozen=True, slots=True)
class Post:
    """Say the reply in the thread."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Show the reply in place of the thread's last one about the same entry; where there is none, say it."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class HandOver:
    """Put the question, with what the bot said, before the people of the support channel."""

    question: str
    reply: Reply | None
    way: str = "asked"  # request.Way
    files: tuple[str, ...] = ()  # ids of what the question came with
    note: str = ""  # what is said about it besides


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep a person's choice for later conversations."""

    language: Language | None = None
    programme: str | None = None
    greeted: bool = False  # has now been shown what the bot is for


UNSAID: Final = "unsaid"  # a kind of Count: what was understood but not said (in a channel of `answer: questions`)
CHOSEN: Final = "chosen"  # what somebody has chosen of what was offered for want of a sure answer
REPLACED: Final = "replaced"  # what was said to a message that has another reply by now


@dataclass(frozen=True, slots=True)
class Count:
    """Count what became of a message, where no reply tells; `kind` is one of the three above."""

    outcome: Outcome
    language: Language
    kind: str = UNSAID


@dataclass(frozen=True, slots=True)
class Forward:
    """Pass on to the translators what somebody answers to their question about a report."""

    number: int
    text: str
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tell:
    """Bring before the people who look after a request what was written in its thread, or beside it."""

    number: int
    text: str
    files: tuple[str, ...] = ()
    is_staff: bool = False  # written by one of them: it counts as the reply
    is_aside: bool = False  # it asks nothing of them: a word to the bot, a closing


Effect: TypeAlias = Post | Rewrite | HandOver | Remember | Count | Forward | Tell


@dataclass(frozen=True, slots=True)
class Turn:
    """What a message leads to. No effects: the bot keeps silent."""

    thread: Thread
    effects: tuple[Effect, ...] = ()
    understanding: Understanding | None = None
    may_be_foreign: bool = False  # worth asking a detector of other languages, and trying again with what it says

    @property
    def reply(self) -> Reply | None:
        """The reply that is said, if any."""
        return next((effect.reply for effect in self.effects if isinstance(effect, Post)), None)


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work that must not be lost."""

    kind: str
    key: str
    payload: dict[str, Any]
    lane: str | None
    attempts: int  # this one included
    first_try: datetime  # UTC
