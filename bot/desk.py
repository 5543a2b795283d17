"""The desk file: whom the desk serves, who stands behind it, and where. README describes the keys.

`load` reads and judges it, all faults at once; a `Desk` answers what the road asks of it. Names and ids are kept as
they were written: escaping is render's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.document import DocumentError, Field, Problem, Problems, read
from bot.model import LANGUAGES, Channel, Language, Person, PersonId, Place

VERSION: Final = 1
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # in the order of date.weekday()
MEETING_KINDS: Final = ("support", "training")
DEFAULT_TRANSLATIONS: Final = "default"
TEXTS: Final = "texts"
TEXTS_KEPT: Final = timedelta(days=90)  # where the file does not say
ANSWER_MODES: Final = ("mentions", "questions")
SECTIONS: Final = (
    "version",
    "time_zone",
    "hours",
    "holidays",
    "support",
    "channels",
    "partners",
    "staff",
    "levels",
    "translations",
    "hosts",
    "meetings",
    "links",
    "retention",
)

_SPAN: Final = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_MINUTES_A_DAY: Final = 24 * 60
_A_DAY: Final = timedelta(days=1)
_DURATION: Final = re.compile(r"([0-9]{1,5})([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_BREAKS_MRKDWN: Final = re.compile(r"[|<>\s]")


class IdForm(Enum):
    """The kinds of Slack ids: what one is called, and its form."""

    CHANNEL = ("channel", r"[CG][A-Z0-9]+", "C… or G…")
    TEAM = ("workspace", r"[TE][A-Z0-9]+", "T… or E…")
    USER = ("user", r"[UW][A-Z0-9]+", "U… or W…")

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
    unanswered_after: timedelta | None = None  # business time after which a question counts as unanswered


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
    level: str | None = None


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
    """Somebody who holds meetings."""

    user: str
    languages: tuple[Language, ...] = ()
    kinds: tuple[str, ...] = ()
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class MeetingRules:
    """How meetings of a kind are laid out."""

    length: timedelta
    buffer: timedelta
    notice: timedelta
    horizon: timedelta


@dataclass(frozen=True, slots=True)
class Desk:
    """What the desk file says. Its queries are pure and cost a look-up in a dictionary."""

    time_zone: str | None = None
    hours: Mapping[int, tuple[Opening, ...]] = field(default_factory=dict)  # by date.weekday(); a day without is closed
    holidays: Holidays | None = None
    support_channel: str | None = None
    channels: tuple[DeskChannel, ...] = ()
    partners: tuple[Partner, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    levels: tuple[Level, ...] = ()
    translations: Mapping[str, Translators] = field(default_factory=dict)  # by language, or DEFAULT_TRANSLATIONS
    hosts: tuple[Host, ...] = ()
    meetings: Mapping[str, MeetingRules] = field(default_factory=dict)  # by MEETING_KINDS
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by programme, then by link id
    retention: Mapping[str, timedelta | None] = field(default_factory=dict)  # by kind of data; None: kept
    file: str = field(default="", compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)  # "links.cyberday" → line
    _channel_of: Mapping[str, DeskChannel] = field(init=False, repr=False, compare=False)
    _partner_of_user: Mapping[str, Partner] = field(init=False, repr=False, compare=False)
    _partner_of_team: Mapping[str, Partner] = field(init=False, repr=False, compare=False)
    _partner_of_channel: Mapping[str, Partner] = field(init=False, repr=False, compare=False)
    _staff_users: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        indices = {
            "_channel_of": {channel.id: channel for channel in self.channels},
            "_partner_of_user": {user: partner for partner in self.partners for user in partner.users},
            "_partner_of_team": {team: partner for partner in self.partners for team in partner.slack_teams},
            "_partner_of_channel": {channel: partner for partner in self.partners for channel in partner.channels},
            "_staff_users": frozenset(member.user for member in self.staff),
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

    def is_staff(self, person: PersonId, home_team: str) -> bool:
        """Whether somebody stands behind the desk. The same user id in another workspace is somebody else."""
        return person.team == home_team and person.user in self._staff_users

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
        return Person(
            id=person,
            language=language,
            locale=locale,
            programme=programme,
            organisation=partner.name if partner else None,
            organisation_language=partner.language if partner else None,
            programmes=partner.programmes if partner else (),
            time_zone=time_zone or (partner.time_zone if partner else None) or self.time_zone,
            is_staff=self.is_staff(person, home_team),
            is_partner=partner is not None,
        )

    @property
    def texts_kept(self) -> timedelta | None:
        """How long what people wrote, and what the bot replied, is kept; None: for good."""
        return self.retention.get(TEXTS, TEXTS_KEPT)

    def link(self, programme: str, id_: str) -> str | None:
        """The address that stands behind a link of a programme, or None while it is not set."""
        return self.links.get(programme, {}).get(id_)

    def unset_links(self, programme: str, link_ids: Collection[str]) -> tuple[str, ...]:
        """Those of a programme's links that have no address yet."""
        return tuple(id_ for id_ in link_ids if self.link(programme, id_) is None)


def load(path: Path) -> Desk:
    """Read a desk file. Raises DocumentError naming every fault with its file and line."""
    problems = Problems()
    root = read(path, problems)
    if root.is_missing and problems.errors:
        raise DocumentError(problems.errors)
    desk = _Reader(problems).desk(root)
    if problems.errors:
        raise DocumentError(problems.errors)
    return desk


def check_against(desk: Desk, programmes: Mapping[str, Collection[str]]) -> list[Problem]:
    """Judge a desk file by the knowledge.

    Args:
        desk: The file.
        programmes: The link ids of each programme of the knowledge.

    Returns:
        Programmes and links that the knowledge does not have, as errors; then links without an address, as warnings.

    """
    problems = Problems()
    for place, mentioned in _programme_mentions(desk).items():
        if mentioned not in programmes:
            known = ", ".join(programmes) or "none"
            message = f"{place}: the knowledge has no programme {mentioned!r}; known: {known}"
            problems.error(desk.file, desk.lines.get(place, 1), message)
    for programme, links in desk.links.items():
        for id_ in links if programme in programmes else ():
            if id_ not in programmes[programme]:
                place = f"links.{programme}.{id_}"
                known = ", ".join(programmes[programme]) or "none"
                message = f"{place}: the knowledge has no such link; known: {known}"
                problems.error(desk.file, desk.lines.get(place, 1), message)
    for programme, link_ids in programmes.items():
        unset = desk.unset_links(programme, link_ids)
        if unset:
            line = desk.lines.get(f"links.{programme}", desk.lines.get("links", 1))
            message = f"links.{programme}: {', '.join(unset)} not set; answers name the help article instead"
            problems.warn(desk.file, line, message)
    return [*problems.errors, *problems.warnings]


def _programme_mentions(desk: Desk) -> dict[str, str]:
    sections: tuple[tuple[str, tuple[DeskChannel | Partner, ...]], ...] = (
        ("channels", desk.channels),
        ("partners", desk.partners),
    )
    mentions = {
        f"{section}[{n}].programmes[{m}]": programme
        for section, entries in sections
        for n, entry in enumerate(entries)
        for m, programme in enumerate(entry.programmes)
    }
    return mentions | {f"links.{programme}": programme for programme in desk.links}


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


class _Reader:
    """Reads the sections, and remembers what may stand only once in the whole file."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._lines: dict[str, int] = {}

    def desk(self, root: Field) -> Desk:
        root.keys(required=("version",), optional=SECTIONS[1:])
        self._version(root.get("version"))
        levels = self._levels(root.get("levels"))
        support = root.get("support")
        support.keys(optional=("channel",))
        links = root.get("links")
        self._remember(links)
        return Desk(
            time_zone=_zone(root.get("time_zone")),
            hours=_hours(root.get("hours")),
            holidays=_holidays(root.get("holidays")),
            support_channel=_optional_id(support.get("channel"), IdForm.CHANNEL),
            channels=self._channels(root.get("channels")),
            partners=self._partners(root.get("partners")),
            staff=_staff(root.get("staff"), [level.id for level in levels]),
            levels=levels,
            translations=_translations(root.get("translations")),
            hosts=_hosts(root.get("hosts")),
            meetings=_meetings(root.get("meetings")),
            links={programme: self._links(field_) for programme, field_ in links.keys().items()},
            retention={kind: _kept(field_) for kind, field_ in root.get("retention").keys().items()},
            file=root.file,
            lines=self._lines,
        )

    def _remember(self, field_: Field) -> None:
        self._lines[field_.name] = field_.line

    def _version(self, version: Field) -> None:
        if not version.is_missing and (version.value != VERSION or isinstance(version.value, bool)):
            version.wrong(f"this program reads version {VERSION}; write `version: {VERSION}`")

    def _programmes(self, field_: Field) -> tuple[str, ...]:
        # No empty name is skipped, so that the n-th programme is the n-th line remembered.
        programmes = []
        for item in field_.items():
            self._remember(item)
            programmes.append(_needed_text(item))
        return tuple(programmes)

    def _channels(self, section: Field) -> tuple[DeskChannel, ...]:
        seen: dict[str, str] = {}
        channels = []
        for entry in section.items():
            entry.keys(optional=("id", "programmes", "language", "answer", "unanswered_after"))
            channel = DeskChannel(
                id=_id(entry.get("id"), IdForm.CHANNEL),
                programmes=self._programmes(entry.get("programmes")),
                language=_language(entry.get("language")),
                answers_questions=entry.get("answer").text(one_of=ANSWER_MODES) == "questions",
                unanswered_after=_duration(entry.get("unanswered_after"), least=1),
            )
            _once(entry.get("id"), channel.id, seen)
            channels.append(channel)
        return tuple(channels)

    def _partners(self, section: Field) -> tuple[Partner, ...]:
        names: dict[str, str] = {}
        owned: dict[str, str] = {}
        partners = []
        for entry in section.items():
            entry.keys(
                optional=("name", "slack_teams", "users", "channels", "programmes", "language", "time_zone"),
            )
            partner = Partner(
                name=_needed_text(entry.get("name")),
                slack_teams=_ids(entry.get("slack_teams"), IdForm.TEAM, owned),
                users=_ids(entry.get("users"), IdForm.USER, owned),
                channels=_ids(entry.get("channels"), IdForm.CHANNEL, owned),
                programmes=self._programmes(entry.get("programmes")),
                language=_language(entry.get("language")),
                time_zone=_zone(entry.get("time_zone")),
            )
            _once(entry.get("name"), partner.name, names)
            partners.append(partner)
        return tuple(partners)

    def _levels(self, section: Field) -> tuple[Level, ...]:
        seen: dict[str, str] = {}
        levels = []
        for entry in section.items():
            entry.keys(optional=("id", "channel"))
            level = Level(_needed_text(entry.get("id")), _id(entry.get("channel"), IdForm.CHANNEL))
            _once(entry.get("id"), level.id, seen)
            levels.append(level)
        return tuple(levels)

    def _links(self, section: Field) -> dict[str, str]:
        self._remember(section)
        links = {}
        for id_, field_ in section.keys().items():
            address = field_.text()
            if address:
                self._remember(field_)
                fault = link_fault(address)
                if fault:
                    field_.wrong(fault)
                links[id_] = address
        return links


def _staff(section: Field, levels: Collection[str]) -> tuple[StaffMember, ...]:
    seen: dict[str, str] = {}
    staff = []
    for entry in section.items():
        entry.keys(optional=("user", "name", "languages", "level"))
        member = StaffMember(
            user=_id(entry.get("user"), IdForm.USER),
            name=_needed_text(entry.get("name")),
            languages=_languages(entry.get("languages")),
            level=entry.get("level").text() or None,
        )
        if member.level is not None and member.level not in levels:
            entry.get("level").wrong(f"there is no level {member.level!r}; add it under `levels`, with its channel")
        _once(entry.get("user"), member.user, seen)
        staff.append(member)
    return tuple(staff)


def _translations(section: Field) -> dict[str, Translators]:
    translations = {}
    for language, entry in section.keys(optional=(DEFAULT_TRANSLATIONS, *LANGUAGES)).items():
        entry.keys(optional=("channel", "owners"))
        translations[language] = Translators(
            channel=_optional_id(entry.get("channel"), IdForm.CHANNEL),
            owners=_ids(entry.get("owners"), IdForm.USER, {}),
        )
    return translations


def _hosts(section: Field) -> tuple[Host, ...]:
    seen: dict[str, str] = {}
    hosts = []
    for entry in section.items():
        entry.keys(optional=("user", "languages", "kinds", "calendar"))
        host = Host(
            user=_id(entry.get("user"), IdForm.USER),
            languages=_languages(entry.get("languages")),
            kinds=entry.get("kinds").texts(one_of=MEETING_KINDS),
            calendar=entry.get("calendar").text() or None,
        )
        _once(entry.get("user"), host.user, seen)
        hosts.append(host)
    return tuple(hosts)


def _meetings(section: Field) -> dict[str, MeetingRules]:
    meetings = {}
    for kind, entry in section.keys(optional=MEETING_KINDS).items():
        if kind not in MEETING_KINDS:
            continue
        entry.keys(optional=("length", "buffer", "notice", "horizon"))
        meetings[kind] = MeetingRules(
            length=_needed_duration(entry.get("length"), least=1),
            buffer=_needed_duration(entry.get("buffer")),
            notice=_needed_duration(entry.get("notice")),
            horizon=_needed_duration(entry.get("horizon"), least=1),
        )
    return meetings


def _hours(section: Field) -> dict[int, tuple[Opening, ...]]:
    return {
        WEEKDAYS.index(day): _openings(field_)
        for day, field_ in section.keys(optional=WEEKDAYS).items()
        if day in WEEKDAYS
    }


def _openings(day: Field) -> tuple[Opening, ...]:
    openings: list[Opening] = []
    for item in day.items():
        opening = _opening(item)
        if opening is None:
            continue
        if openings and opening.start < openings[-1].end:
            item.wrong("begins before the one above has ended; put them in order, without overlap")
        openings.append(opening)
    return tuple(openings)


def _opening(item: Field) -> Opening | None:
    match = _SPAN.fullmatch(_needed_text(item))
    if match is None:
        item.wrong('no stretch of a day; write it as "09:00-12:00"')
        return None
    hours, minutes, end_hours, end_minutes = map(int, match.groups())
    opening = Opening(hours * 60 + minutes, end_hours * 60 + end_minutes)
    if not opening.start < opening.end <= _MINUTES_A_DAY:
        item.wrong("ends before it begins, or after 24:00; split what goes past midnight over two days")
        return None
    return opening


def _holidays(section: Field) -> Holidays | None:
    section.keys(optional=("country", "region"))
    if section.is_missing:
        return None
    country = _needed_text(section.get("country"))
    if country and not _COUNTRY.fullmatch(country):
        section.get("country").wrong(f"{country!r} is no country; write its two capital letters, such as FI")
    return Holidays(country, section.get("region").text() or None)


def _needed_text(field_: Field) -> str:
    if field_.is_missing or field_.value == "":
        field_.wrong("missing; add it")
        return ""
    return field_.text()


def _id(field_: Field, form: IdForm) -> str:
    text = _needed_text(field_)
    if text and not form.fits(text):
        field_.wrong(f"{text!r} is no {form.called} id ({form.shown}); copy it from Slack")
    return text


def _optional_id(field_: Field, form: IdForm) -> str | None:
    return None if field_.is_missing else _id(field_, form)


def _ids(field_: Field, form: IdForm, seen: dict[str, str]) -> tuple[str, ...]:
    ids = []
    for item in field_.items():
        id_ = _id(item, form)
        _once(item, id_, seen)
        ids.append(id_)
    return tuple(ids)


def _once(field_: Field, value: str, seen: dict[str, str]) -> None:
    if value and value in seen:
        field_.wrong(f"{value!r} stands already at {seen[value]}; keep it in one place")
    seen.setdefault(value, field_.name)


def _language(field_: Field) -> Language | None:
    return field_.text(one_of=LANGUAGES) or None


def _languages(field_: Field) -> tuple[Language, ...]:
    return field_.texts(one_of=LANGUAGES)


def _zone(field_: Field) -> str | None:
    text = field_.text()
    if text and not is_zone(text):
        field_.wrong(f"{text!r} is no time zone; write one such as Europe/Helsinki")
    return text or None


def _duration(field_: Field, *, least: int = 0) -> timedelta | None:
    if field_.is_missing:
        return None
    match = _DURATION.fullmatch(str(field_.value))
    if match is None or int(match[1]) < least:
        field_.wrong("no duration; write a number of minutes, hours or days, such as 30m, 4h or 90d")
        return None
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _kept(field_: Field) -> timedelta | None:
    kept = _duration(field_, least=1)
    if kept is not None and kept < _A_DAY:
        field_.wrong("shorter than a day, for m is minutes; write a number of days, such as 90d")
    return kept


def _needed_duration(field_: Field, *, least: int = 0) -> timedelta:
    if field_.is_missing:
        field_.wrong("missing; add it, such as 30m, 4h or 90d")
    return _duration(field_, least=least) or timedelta()
