"""The desk file as it is written: read with file and line, all faults at once, and judged by the knowledge."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot import public_holidays
from bot.desk import (
    ANSWER_MODES,
    DEFAULT_TRANSLATIONS,
    KEPT,
    MEETING_KINDS,
    MEETING_RULES,
    SOURCE_TRANSLATIONS,
    VERSION,
    WEEKDAYS,
    Desk,
    DeskChannel,
    Holidays,
    Host,
    IdForm,
    Level,
    MeetingRules,
    Opening,
    Partner,
    StaffMember,
    Translators,
    is_email,
    is_zone,
    link_fault,
)
from bot.document import DocumentError, Field, Problem, Problems, read
from bot.model import LANGUAGES, Language

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
_MINUTE: Final = timedelta(minutes=1)
_CELL: Final = timedelta(minutes=5)  # bookings are kept apart by cells of so many
_FARTHEST: Final = timedelta(days=366)  # free times are looked for up to there
_DURATION: Final = re.compile(r"([0-9]{1,5})([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_PROGRAMMES: Final = "programmes"
_HOST_KEYS: Final = (
    "user",
    "name",
    "languages",
    "kinds",
    "calendar",
    _PROGRAMMES,
    "hours",
    "time_zone",
    "holidays",
    "email",
    "video",
)
_TEAMS: Final = (DEFAULT_TRANSLATIONS, *LANGUAGES, SOURCE_TRANSLATIONS)


def load(path: Path) -> Desk:
    """Read a desk file. Raises DocumentError naming every fault with its file and line."""
    problems = Problems()
    root = read(path, problems)
    if root.is_missing and problems.errors:
        raise DocumentError(problems.errors)
    desk = _Reader().desk(root)
    if problems.errors:
        raise DocumentError(problems.errors)
    return desk


def check_against(desk: Desk, programmes: Mapping[str, Collection[str]]) -> list[Problem]:
    """Judge a desk file by the knowledge.

    Args:
        desk: The file.
        programmes: The link ids of each programme of the knowledge.

    Returns:
        Programmes and links that the knowledge does not have, as errors; then, as warnings, links without an address,
        and hosts who speak no language or whose hours are too short for a meeting.

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
    for n, host in enumerate(desk.hosts):
        for fault in _host_faults(desk, host):
            problems.warn(desk.file, desk.lines.get(f"hosts[{n}]", 1), f"hosts[{n}]: {fault}")
    return [*problems.errors, *problems.warnings]


def _host_faults(desk: Desk, host: Host) -> Iterator[str]:
    if not host.languages:
        yield "no languages, here or under `staff`; add them, so that people are led to somebody whom they understand"
    longest = _longest_stretch(desk.hours_of(host))
    for kind in host.kinds:
        length = desk.rules_of(kind).length
        if length > longest:
            yield f"the hours have no stretch of {length // _MINUTE} minutes, so that no {kind} meeting fits in"


def _longest_stretch(hours: Mapping[int, tuple[Opening, ...]]) -> timedelta:
    longest = start = end = 0
    for n in range(2 * len(WEEKDAYS)):  # a second week: what goes on from Sunday to Monday
        for opening in hours.get(n % len(WEEKDAYS), ()):
            if n * _MINUTES_A_DAY + opening.start > end:
                start = n * _MINUTES_A_DAY + opening.start
            end = n * _MINUTES_A_DAY + opening.end
            longest = max(longest, end - start)
    return longest * _MINUTE


def _programme_mentions(desk: Desk) -> dict[str, str]:
    sections: tuple[tuple[str, tuple[DeskChannel | Partner | Host, ...]], ...] = (
        ("channels", desk.channels),
        ("partners", desk.partners),
        ("hosts", desk.hosts),
    )
    mentions = {
        f"{section}[{n}].programmes[{m}]": programme
        for section, entries in sections
        for n, entry in enumerate(entries)
        for m, programme in enumerate(entry.programmes)
    }
    mentions |= {f"translations.programmes.{programme}": programme for programme in desk.programme_translations}
    return mentions | {f"links.{programme}": programme for programme in desk.links}


class _Reader:
    """Reads the sections, and remembers what may stand only once in the whole file."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def desk(self, root: Field) -> Desk:
        root.keys(required=("version",), optional=SECTIONS[1:])
        self._version(root.get("version"))
        levels = self._levels(root.get("levels"))
        support = root.get("support")
        support.keys(optional=("channel",))
        translations = root.get("translations")
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
            translations=_teams(translations, besides=(_PROGRAMMES,)),
            programme_translations=self._programme_teams(translations.get(_PROGRAMMES)),
            hosts=self._hosts(root.get("hosts")),
            meetings=_meetings(root.get("meetings")),
            links={programme: self._links(field_) for programme, field_ in links.keys().items()},
            retention={kind: _kept(field_) for kind, field_ in root.get("retention").keys(optional=KEPT).items()},
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

    def _programme_teams(self, section: Field) -> dict[str, dict[str, Translators]]:
        for field_ in section.keys().values():
            self._remember(field_)
        return {programme: _teams(field_) for programme, field_ in section.keys().items()}

    def _hosts(self, section: Field) -> tuple[Host, ...]:
        seen: dict[str, str] = {}
        hosts = []
        for entry in section.items():
            self._remember(entry)
            written = entry.keys(optional=_HOST_KEYS)
            host = Host(
                user=_id(entry.get("user"), IdForm.USER),
                name=entry.get("name").text(),
                languages=_languages(entry.get("languages")),
                kinds=entry.get("kinds").texts(one_of=MEETING_KINDS) or MEETING_KINDS,
                calendar=entry.get("calendar").text() or None,
                programmes=self._programmes(entry.get("programmes")),
                hours=_hours(entry.get("hours")) or None,
                time_zone=_zone(entry.get("time_zone")),
                holidays=_holidays(entry.get("holidays")),
                has_own_holidays="holidays" in written,
                email=_email(entry.get("email")),
                video=_address(entry.get("video")),
            )
            _once(entry.get("user"), host.user, seen)
            hosts.append(host)
        return tuple(hosts)

    def _links(self, section: Field) -> dict[str, str]:
        self._remember(section)
        links = {}
        for id_, field_ in section.keys().items():
            address = _address(field_)
            if address:
                self._remember(field_)
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


def _teams(section: Field, *, besides: tuple[str, ...] = ()) -> dict[str, Translators]:
    entries = section.keys(optional=(*_TEAMS, *besides))
    return {key: _team(entry) for key, entry in entries.items() if key not in besides}


def _team(entry: Field) -> Translators:
    entry.keys(optional=("channel", "owners"))
    return Translators(
        channel=_optional_id(entry.get("channel"), IdForm.CHANNEL),
        owners=_ids(entry.get("owners"), IdForm.USER, {}),
    )


def _meetings(section: Field) -> dict[str, MeetingRules]:
    meetings = {}
    for kind, entry in section.keys(optional=MEETING_KINDS).items():
        if kind not in MEETING_KINDS:
            continue
        meetings[kind] = _meeting_rules(entry, MEETING_RULES[kind])
    return meetings


def _meeting_rules(entry: Field, default: MeetingRules) -> MeetingRules:
    entry.keys(optional=("length", "buffer", "notice", "horizon", "step"))
    rules = MeetingRules(
        length=_in_cells(entry.get("length"), default.length, least=1),
        buffer=_in_cells(entry.get("buffer"), default.buffer),
        notice=_or_default(entry.get("notice"), default.notice),
        horizon=_or_default(entry.get("horizon"), default.horizon, least=1),
        step=_in_cells(entry.get("step"), default.step, least=1),
    )
    if rules.horizon > _FARTHEST:
        entry.get("horizon").wrong(f"farther than {_FARTHEST.days} days; free times are not looked for there")
    elif rules.notice >= rules.horizon:
        entry.wrong("the notice is as long as the horizon, so that nothing could be booked; shorten it")
    return rules


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
    region = section.get("region").text() or None
    if country:
        _check_region(section, country, region)
    return Holidays(country, region)


def _check_region(section: Field, country: str, region: str | None) -> None:
    regions = public_holidays.regions(country) if _COUNTRY.fullmatch(country) else None
    if regions is None:
        mend = "write two capital letters of ISO 3166, such as FI"
        section.get("country").wrong(f"{country!r} is no country whose holidays are known; {mend}")
    elif region is not None and region not in regions:
        known = ", ".join(regions) or "none, write null"
        section.get("region").wrong(f"{region!r} is no region of {country}; known: {known}")


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


def _address(field_: Field) -> str | None:
    address = field_.text()
    fault = link_fault(address) if address else None
    if fault:
        field_.wrong(fault)
    return address or None


def _email(field_: Field) -> str:
    text = field_.text()
    if text and not is_email(text):
        field_.wrong(f"{text!r} is no e-mail address; write one such as ann@example.com")
    return text


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


def _or_default(field_: Field, default: timedelta, *, least: int = 0) -> timedelta:
    duration = _duration(field_, least=least)
    return default if duration is None else duration


def _in_cells(field_: Field, default: timedelta, *, least: int = 0) -> timedelta:
    duration = _or_default(field_, default, least=least)
    if duration % _CELL or duration > _A_DAY:
        field_.wrong("no multiple of 5 minutes, or longer than a day; write one such as 30m")
    return duration
