"""The desk file: whom the desk serves, who stands behind it, and where. README describes the keys.

`desk_reader` reads and judges it; a `Desk` answers what the road asks of it. Names and ids are kept as they were
written: escaping is render's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from enum import Enum
from typing import Final, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.model import LANGUAGES, Channel, Language, Person, PersonId, Place
from bot.request import Target

VERSION: Final = 1
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # in the order of date.weekday()
MEETING_KINDS: Final = ("support", "training")
DEFAULT_TRANSLATIONS: Final = "default"
SOURCE_TRANSLATIONS: Final = "source"  # the texts that are translated: their errors are the product owner's
TEXTS: Final = "texts"
PICTURES: Final = "pictures"
KEPT: Final = {TEXTS: timedelta(days=90), PICTURES: timedelta(days=30)}  # where the file does not say
ANSWER_MODES: Final = ("mentions", "questions")
LONGEST_EMAIL: Final = 254  # characters; a longer one cannot be delivered

_BREAKS_MRKDWN: Final = re.compile(r"[|<>\s]")
_TITLES: Final = frozenset({"dr", "prof", "mr", "mrs", "ms", "herr", "frau", "monsieur", "madame", "mme", "mlle"})
_EMAIL: Final = re.compile(r"""[^\s@<>()\[\],;:"\\]+@[^\s@<>()\[\],;:"\\.]+(\.[^\s@<>()\[\],;:"\\.]+)+""")


class IdForm(Enum):
    """The kinds of Slack ids: what one is called, and its form."""

    CHANNEL = ("channel", r"[CG][A-Z0-9]+", "C… or G…")
    TEAM = ("workspace", r"[TE][A-Z0-9]+", "T… or E…")
    USER = ("user", r"[UW][A-Z0-9]+", "U… or W…")
    GROUP = ("user group", r"S[A-Z0-9]+", "S…")

    def __init__(self, called: str, pattern: str, shown: str) -> None:
        self.called, self.shown = called, shown
        self._pattern = re.compile(pattern)

    def fits(self, text: str) -> bool:
        """Whether a text has the form of such an id."""
        return self._pattern.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch of a day in which the desk is open: minutes after midnight, the end excluded; 24:00 is 1440."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Holidays:
    """Whose public holidays the desk keeps: an ISO 3166 country, and a region of it."""

    country: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class DeskChannel:
    """A channel that the bot looks after."""

    id: str
    programmes: tuple[str, ...] = ()
    language: Language | None = None
    answers_questions: bool = False  # `answer: questions`: also unasked
    unanswered_after: timedelta | None = None  # of the desk's hours; then a question counts as unanswered


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner organisation; its name tells it from the others."""

    name: str
    slack_teams: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    language: Language | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One of the people behind the desk: a user of the home workspace."""

    user: str
    name: str
    languages: tuple[Language, ...] = ()
    level: str | None = None  # None: the first
    hours: Mapping[int, tuple[Opening, ...]] | None = None  # None: the desk's
    time_zone: str | None = None  # None: the desk's
    is_named: bool = True  # by the file; else by the user group alone

    @property
    def first_name(self) -> str:
        """How partners read them; a name that does not begin with a first name stays whole."""
        first = self.name.split(" ", maxsplit=1)[0]
        letters = first.translate({ord(sign): None for sign in "-'’"})
        return first if letters.isalpha() and letters.casefold() not in _TITLES else self.name


@dataclass(frozen=True, slots=True)
class Level:
    """A level of support and the channel of its people; the file's order is the order of escalation."""

    id: str
    channel: str


@dataclass(frozen=True, slots=True)
class Translators:
    """Where language errors go, and who answers for them."""

    channel: str | None = None
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Host:
    """Somebody who holds meetings. A desk fills in the name and languages that stand under `staff` alone."""

    user: str
    name: str = ""
    languages: tuple[Language, ...] = ()
    kinds: tuple[str, ...] = MEETING_KINDS
    calendar: str | None = None  # a path or an address
    programmes: tuple[str, ...] = ()  # none: all
    hours: Mapping[int, tuple[Opening, ...]] | None = None  # None: the desk's
    time_zone: str | None = None  # None: the desk's
    holidays: Holidays | None = None
    has_own_holidays: bool = False  # else the desk's
    email: str = ""
    video: str | None = None  # the address of the room where they meet


@dataclass(frozen=True, slots=True)
class MeetingRules:
    """How meetings of a kind are laid out. All but notice and horizon are multiples of 5 minutes."""

    length: timedelta
    buffer: timedelta  # kept free after a meeting, and before and after what stands in a calendar
    notice: timedelta  # how short before its start one may be booked, moved or cancelled
    horizon: timedelta  # how far ahead one may be booked
    step: timedelta = timedelta(minutes=30)  # between two times at which one can begin, from midnight on


MEETING_RULES: Final[Mapping[str, MeetingRules]] = {
    "support": MeetingRules(timedelta(minutes=30), timedelta(minutes=10), timedelta(hours=4), timedelta(days=30)),
    "training": MeetingRules(timedelta(hours=1), timedelta(minutes=10), timedelta(days=1), timedelta(days=30)),
}
"""By MEETING_KINDS, where the file does not say."""

Targets: TypeAlias = Mapping[bool, Mapping[Target, timedelta]]
"""Within which of the desk's hours a word is due, of requests that are not urgent and of those that are."""


@dataclass(frozen=True, slots=True)
class Support:
    """How the desk looks after requests. What the file does not say is as here."""

    channel: str | None = None
    user_group: str | None = None  # its members are staff too
    targets: Targets = field(default_factory=dict)
    programmes: Mapping[str, Targets] = field(default_factory=dict)  # those of one
    warn_before: timedelta = timedelta(minutes=30)  # of the desk's hours; none: never
    remind_every: timedelta = timedelta(hours=4)  # of the desk's hours
    remind_at_most: int = 3
    nudge_after: timedelta | None = timedelta(days=3)  # since it waits for the partner; None: never
    close_after: timedelta | None = timedelta(days=7)
    reopen_within: timedelta = timedelta(days=14)  # of its end
    digest_day: int | None = 0  # by date.weekday(); None: never
    digest_at: time = time(9)  # in the desk's zone

    def targets_of(self, programme: str | None, *, is_urgent: bool) -> Mapping[Target, timedelta]:
        """What is promised for a programme's requests.

        The programme's own go before those of all. What is not said of urgent ones is as for the others: they never
        wait for longer.
        """
        own = self.programmes.get(programme or "", {})
        promised: dict[Target, timedelta] = {}
        for weight in (False, True) if is_urgent else (False,):
            promised |= {**self.targets.get(weight, {}), **own.get(weight, {})}
        return promised


_OFFICE_HOURS: Final = dict.fromkeys(range(5), (Opening(9 * 60, 17 * 60),))  # Monday to Friday


@dataclass(frozen=True, slots=True)
class Desk:
    """What the desk file says. Its queries are pure and cost a look-up in a dictionary."""

    time_zone: str | None = None
    hours: Mapping[int, tuple[Opening, ...]] = field(default_factory=dict)  # by date.weekday(); a day without is closed
    holidays: Holidays | None = None
    support_channel: str | None = None  # that of `support`; alone where nothing else is said there
    channels: tuple[DeskChannel, ...] = ()
    partners: tuple[Partner, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    levels: tuple[Level, ...] = ()
    translations: Mapping[str, Translators] = field(default_factory=dict)  # by language, or one of *_TRANSLATIONS
    programme_translations: Mapping[str, Mapping[str, Translators]] = field(default_factory=dict)  # the same of each
    hosts: tuple[Host, ...] = ()
    meetings: Mapping[str, MeetingRules] = field(default_factory=dict)  # by MEETING_KINDS
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by programme, then by link id
    retention: Mapping[str, timedelta | None] = field(default_factory=dict)  # by kind of data; None: kept
    support: Support = field(default_factory=Support)
    file: str = field(default="", compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)  # "links.cyberday" → line
    _channel_of: Mapping[str, DeskChannel] = field(init=False, repr=False, compare=False)
    _partner_of_user: Mapping[str, Partner] = field(init=False, repr=False, compare=False)
    _partner_of_team: Mapping[str, Partner] = field(init=False, repr=False, compare=False)
    _partner_of_channel: Mapping[str, Partner] = field(init=False, repr=False, compare=False)
    _member_of: Mapping[str, StaffMember] = field(init=False, repr=False, compare=False)
    _host_of: Mapping[str, Host] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        members = {member.user: member for member in self.staff}
        named = {user: member for user, member in members.items() if member.is_named}
        hosts = tuple(_completed(host, named.get(host.user)) for host in self.hosts)
        channel = self.support.channel or self.support_channel
        indices = {
            "hosts": hosts,
            "support_channel": channel,
            "support": replace(self.support, channel=channel),
            "_channel_of": {channel.id: channel for channel in self.channels},
            "_partner_of_user": {user: partner for partner in self.partners for user in partner.users},
            "_partner_of_team": {team: partner for partner in self.partners for team in partner.slack_teams},
            "_partner_of_channel": {channel: partner for partner in self.partners for channel in partner.channels},
            "_member_of": members,
            "_host_of": {host.user: host for host in hosts},
        }
        for name, index in indices.items():
            object.__setattr__(self, name, index)

    @classmethod
    def empty(cls) -> Desk:
        """The desk of one who has written no file: mentions and direct messages are answered from the knowledge."""
        return cls()

    def channel(self, id_: str, *, direct: bool = False) -> Channel:
        """What the file says of a channel; where it is silent, what it says of the partner whose channel it is."""
        entry = self._channel_of.get(id_, DeskChannel(id_))
        partner = self._partner_of_channel.get(id_)
        return Channel(
            id=id_,
            place=Place.DIRECT if direct else Place.CHANNEL,
            programmes=entry.programmes or (partner.programmes if partner else ()),
            language=entry.language or (partner.language if partner else None),
            answers_questions=entry.answers_questions,
        )

    def organisation_of(self, person: PersonId, home_team: str, channel_id: str | None = None) -> Partner | None:
        """The partner that a person belongs to: by user, else by a team that is not ours, else by the channel.

        Staff who answer in a partner's channel do not become its people.
        """
        if person.user in self._partner_of_user:
            return self._partner_of_user[person.user]
        if self.is_staff(person, home_team):
            return None
        if person.team != home_team and person.team in self._partner_of_team:
            return self._partner_of_team[person.team]
        return self._partner_of_channel.get(channel_id or "")

    def partner_of_channel(self, channel_id: str) -> Partner | None:
        """The partner whose own channel it is; None for a channel of nobody's, or of several."""
        return self._partner_of_channel.get(channel_id)

    def unanswered_after(self, channel_id: str) -> timedelta | None:
        """For how much of the desk's hours a question may stand in a channel; None: for good."""
        entry = self._channel_of.get(channel_id)
        return entry.unanswered_after if entry else None

    def is_staff(self, person: PersonId, home_team: str) -> bool:
        """Whether somebody stands behind the desk. The same user id in another workspace is somebody else."""
        return person.team == home_team and person.user in self._member_of

    def person(
        self,
        person: PersonId,
        *,
        home_team: str,
        channel_id: str | None = None,
        language: Language | None = None,
        locale: Language | None = None,
        programme: str | None = None,
        time_zone: str | None = None,
    ) -> Person:
        """A person as the file and what is stored of them tell.

        Args:
            person: Who it is.
            home_team: The workspace that the bot is installed in.
            channel_id: Where they write, if it is a channel.
            language: The language that they chose.
            locale: The language of their Slack.
            programme: The programme that they chose.
            time_zone: Their zone; else their organisation's stands in, else the desk's.

        """
        partner = self.organisation_of(person, home_team, channel_id)
        zone = time_zone or (partner.time_zone if partner else None)
        return Person(
            id=person,
            language=language,
            locale=locale,
            programme=programme,
            organisation=partner.name if partner else None,
            organisation_language=partner.language if partner else None,
            programmes=partner.programmes if partner else (),
            time_zone=zone or self.time_zone,
            is_zone_known=zone is not None,
            is_staff=self.is_staff(person, home_team),
            is_partner=partner is not None,
        )

    @property
    def texts_kept(self) -> timedelta | None:
        """How long what people wrote, and what the bot replied, is kept; None: for good."""
        return self.retention.get(TEXTS, KEPT[TEXTS])

    @property
    def pictures_kept(self) -> timedelta | None:
        """How long our copies of pictures are kept after their report was closed; None: for good."""
        return self.retention.get(PICTURES, KEPT[PICTURES])

    def member(self, user: str) -> StaffMember | None:
        """Who stands behind the desk under a user id of the home workspace."""
        return self._member_of.get(user)

    def with_staff(self, members: Sequence[StaffMember]) -> Desk:
        """The desk with those whom its user group has now; whom the file names is as it says."""
        named = {member.user: member for member in self.staff if member.is_named}
        joined = {member.user: replace(member, is_named=False) for member in members}
        return replace(self, staff=tuple((joined | named)[user] for user in named | joined))

    def targets_of(self, programme: str | None, *, is_urgent: bool) -> Mapping[Target, timedelta]:
        """Within how much of the desk's hours each word is due; what is not promised is not named."""
        return self.support.targets_of(programme, is_urgent=is_urgent)

    def channel_of_level(self, level: str) -> str | None:
        """Where the requests of a level stand: of the first one, and of one that is not known, in support's channel."""
        first = self.levels[0].channel if self.levels else None
        return next((one.channel for one in self.levels if one.id == level), self.support_channel or first)

    def next_level(self, level: str) -> Level | None:
        """To whom a request of a level is passed on; None after the last."""
        ids = [one.id for one in self.levels]
        return next(iter(self.levels[ids.index(level) + 1 if level in ids else 1 :]), None)

    def staff_of_level(self, level: str) -> tuple[StaffMember, ...]:
        """Those of a level, all where it is "" or has nobody; who has no level is of the first."""
        first = self.levels[0].id if self.levels else ""
        return tuple(member for member in self.staff if (member.level or first) == level) or self.staff

    @property
    def takes_reports(self) -> bool:
        """Whether there is a channel that language errors can go to."""
        return bool(self.support_channel or any(team.channel for team in self._teams()))

    def route(self, language: Language, programme: str | None, *, is_source: bool) -> Translators:
        """Where a language error goes, and who answers for it; each of the two is the first that the file names.

        Of a translation: the programme's line of the language, the programme's default, the line of the language, the
        default. The programme's default beats the line of the language, for where each language has a line nothing
        would ever reach it; one who wants another channel alone leaves the owners out of it.
        Of a source text: the programme's source, the source, then the defaults. No translator can mend it, so that a
        product owner of all programmes goes before the translators of this one.
        Then the support channel and all staff; then whatever the section names, so that nothing goes to nobody.

        Args:
            language: The language of the text.
            programme: Whose text it is; None where nobody knows.
            is_source: Whether the text that was translated is wrong itself.

        """
        own, general = self.programme_translations.get(programme or "", {}), self.translations
        default, own_default = general.get(DEFAULT_TRANSLATIONS), own.get(DEFAULT_TRANSLATIONS)
        if is_source:
            found = (own.get(SOURCE_TRANSLATIONS), general.get(SOURCE_TRANSLATIONS), own_default, default)
        else:
            found = (own.get(language), own_default, general.get(language), default)
        teams = [team for team in found if team]
        desk = Translators(self.support_channel, tuple(member.user for member in self.staff))
        everybody = tuple(dict.fromkeys(owner for team in self._teams() for owner in team.owners))
        return Translators(
            channel=next((team.channel for team in (*teams, desk, *self._teams()) if team.channel), None),
            owners=next((team.owners for team in (*teams, desk) if team.owners), everybody),
        )

    def languages_owned(self, user: str) -> tuple[Language, ...]:
        """The languages whose errors go to somebody: of translations or source texts, of all programmes or of one."""
        programmes = (None, *self.programme_translations)

        def owns(language: Language, *, is_source: bool) -> bool:
            return any(user in self.route(language, one, is_source=is_source).owners for one in programmes)

        return tuple(one for one in LANGUAGES if owns(one, is_source=False) or owns(one, is_source=True))

    def _teams(self) -> Iterator[Translators]:
        for teams in (self.translations, *self.programme_translations.values()):
            yield from teams.values()

    @property
    def takes_meetings(self) -> bool:
        """Whether anybody holds meetings."""
        return bool(self.hosts)

    def books(self, kind: str, programme: str | None) -> bool:
        """Whether anybody holds meetings of a kind for a programme."""
        return bool(self.hosts_for(kind, programme))

    def hosts_for(self, kind: str, programme: str | None) -> tuple[Host, ...]:
        """Those who hold meetings of a kind for a programme, in the order of the file.

        Where the programme is not known, those who hold them for all; if nobody does, those who do for any.
        """
        hosts = tuple(host for host in self.hosts if kind in host.kinds)
        if programme is None:
            return tuple(host for host in hosts if not host.programmes) or hosts
        return tuple(host for host in hosts if not host.programmes or programme in host.programmes)

    def host(self, user: str) -> Host | None:
        """Who holds meetings under a user id."""
        return self._host_of.get(user)

    def host_name(self, user: str) -> str:
        """How somebody who holds meetings, or did, is called; empty where the file does not say."""
        those = (self._host_of.get(user), self._member_of.get(user))
        return next((one.name for one in those if one and one.name), "")

    def rules_of(self, kind: str) -> MeetingRules:
        """How meetings of one of MEETING_KINDS are laid out. Raises KeyError for another."""
        return self.meetings.get(kind) or MEETING_RULES[kind]

    def zone_of(self, host: Host) -> str:
        """The time zone of somebody who holds meetings."""
        return host.time_zone or self.time_zone or "UTC"

    def hours_of(self, host: Host) -> Mapping[int, tuple[Opening, ...]]:
        """When somebody holds meetings, by weekday: nobody does all night, also where the desk is always open."""
        return host.hours or self.hours or _OFFICE_HOURS

    def holidays_of(self, host: Host) -> Holidays | None:
        """Whose public holidays somebody who holds meetings keeps."""
        return host.holidays if host.has_own_holidays else self.holidays

    def link(self, programme: str, id_: str) -> str | None:
        """The address that stands behind a link of a programme, or None while it is not set."""
        return self.links.get(programme, {}).get(id_)

    def unset_links(self, programme: str, link_ids: Collection[str]) -> tuple[str, ...]:
        """Those of a programme's links that have no address yet."""
        return tuple(id_ for id_ in link_ids if self.link(programme, id_) is None)


def _completed(host: Host, member: StaffMember | None) -> Host:
    if member is None:
        return host
    return replace(host, name=host.name or member.name, languages=host.languages or member.languages)


def is_email(text: str) -> bool:
    """Whether a text has the form of an e-mail address."""
    return len(text) <= LONGEST_EMAIL and text.isprintable() and _EMAIL.fullmatch(text) is not None


def is_zone(text: str) -> bool:
    """Whether a text names a time zone."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def link_fault(text: str) -> str | None:
    """What keeps a text from being an address that can stand in a message; None if nothing does."""
    if _BREAKS_MRKDWN.search(text) or not text.isprintable():
        return "holds a space or one of | < >, which break a link in Slack; write them percent-encoded"
    try:
        parts = urlsplit(text)
        is_right = parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        is_right = False
    return None if is_right else "no address that begins with https:// and a host; copy it from a browser"
