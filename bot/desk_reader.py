"""The desk file as it is written: read with file and line, all faults at once, and judged by the knowledge."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import time, timedelta
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
    Support,
    Translators,
    is_email,
    is_zone,
    link_fault,
)
from bot.document import DocumentError, Field, Problem, Problems, read
from bot.model import LANGUAGES, Language
from bot.request import Target

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
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_MINUTES_A_DAY: Final = 24 * 60
_A_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_CELL: Final = timedelta(minutes=5)  # bookings are kept apart by cells of so many
_FARTHEST: Final = timedelta(days=366)  # free times are looked for up to there
_DURATION: Final = re.compile(r"([0-9]{1,5})([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_PROGRAMMES: Final = "programmes"
_SUPPORT_KEYS: Final = (
    "channel",
    "user_group",
    "targets",
    _PROGRAMMES,
    "warn_before",
    "remind",
    "waiting",
    "reopen",
    "digest",
)
_WEIGHTS: Final = {"normal": False, "urgent": True}
_NONE: Final = timedelta()
_SUPPORT: Final = Support()
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
        hosts who speak no language or whose hours are too short for a meeting, targets without hours, languages that
        nobody of the staff speaks, and levels where nobody stands.

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
    hosts = [(f"hosts[{n}]", fault) for n, host in enumerate(desk.hosts) for fault in _host_faults(desk, host)]
    for place, fault in (*hosts, *_support_faults(desk)):
        problems.warn(desk.file, desk.lines.get(place, 1), f"{place}: {fault}")
    return [*problems.errors, *problems.warnings]


def _host_faults(desk: Desk, host: Host) -> Iterator[str]:
    if not host.languages:
        yield "no languages, here or under `staff`; add them, so that people are led to somebody whom they understand"
    longest = _longest_stretch(desk.hours_of(host))
    for kind in host.kinds:
        length = desk.rules_of(kind).length
        if length > longest:
            yield f"the hours have no stretch of {length // _MINUTE} minutes, so that no {kind} meeting fits in"


def _support_faults(desk: Desk) -> Iterator[tuple[str, str]]:
    own = {f"support.programmes.{programme}": one for programme, one in desk.support.programmes.items()}
    promising = [place for place, one in {"support.targets": desk.support.targets, **own}.items() if one]
    if promising and not desk.hours:
        yield promising[0], "the desk has no `hours`, so that its clocks run day and night; add them"
    speaking: dict[str, tuple[DeskChannel | Partner, ...]] = {"channels": desk.channels, "partners": desk.partners}
    spoken = {language for member in desk.staff for language in member.languages}
    for section, entries in speaking.items():
        for n, entry in enumerate(entries):
            if entry.language and spoken and entry.language not in spoken:
                fault = f"nobody under `staff` speaks {entry.language}; who asks for a person in it is told so"
                yield f"{section}[{n}].language", fault
    ranks = {member.level or desk.levels[0].id for member in desk.staff} if desk.levels else set()
    for n, level in enumerate(desk.levels):
        if level.id not in ranks:
            yield f"levels[{n}]", f"nobody under `staff` is of {level.id}, so that its requests call all of them"


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
    mentions |= {f"support.programmes.{programme}": programme for programme in desk.support.programmes}
    return mentions | {f"links.{programme}": programme for programme in desk.links}


class _Reader:
    """Reads the sections, and remembers what may stand only once in the whole file."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def desk(self, root: Field) -> Desk:
        root.keys(required=("version",), optional=SECTIONS[1:])
        self._version(root.get("version"))
        levels = self._levels(root.get("levels"))
        translations = root.get("translations")
        links = root.get("links")
        self._remember(links)
        return Desk(
            time_zone=_zone(root.get("time_zone")),
            hours=_hours(root.get("hours")),
            holidays=_holidays(root.get("holidays")),
            support=self._support(root.get("support")),
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

    def _support(self, section: Field) -> Support:
        written = section.keys(optional=_SUPPORT_KEYS)
        programmes = section.get(_PROGRAMMES).keys()
        for field_ in (section.get("targets"), *programmes.values()):
            self._remember(field_)
        remind_every, remind_at_most = _reminders(written)
        nudge_after, close_after = _patience(written)
        digest_day, digest_at = _digest(written)
        support = Support(
            channel=_optional_id(section.get("channel"), IdForm.CHANNEL),
            user_group=_optional_id(section.get("user_group"), IdForm.GROUP),
            targets=_targets(section.get("targets")),
            programmes={programme: _targets(field_) for programme, field_ in programmes.items()},
            warn_before=_said(written, "warn_before", _SUPPORT.warn_before, read=_desk_time) or _NONE,
            remind_every=remind_every,
            remind_at_most=remind_at_most,
            nudge_after=nudge_after,
            close_after=close_after,
            reopen_within=_said(written, "reopen", _SUPPORT.reopen_within) or _NONE,
            digest_day=digest_day,
            digest_at=digest_at,
        )
        _check_targets(section, support)
        return support

    def _language(self, field_: Field) -> Language | None:
        self._remember(field_)
        return field_.text(one_of=LANGUAGES) or None

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
                language=self._language(entry.get("language")),
                answers_questions=entry.get("answer").text(one_of=ANSWER_MODES) == "questions",
                unanswered_after=_desk_time(entry.get("unanswered_after"), least=1),
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
                language=self._language(entry.get("language")),
                time_zone=_zone(entry.get("time_zone")),
            )
            _once(entry.get("name"), partner.name, names)
            partners.append(partner)
        return tuple(partners)

    def _levels(self, section: Field) -> tuple[Level, ...]:
        seen: dict[str, str] = {}
        levels = []
        for entry in section.items():
            self._remember(entry)
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
        entry.keys(optional=("user", "name", "languages", "level", "hours", "time_zone"))
        member = StaffMember(
            user=_id(entry.get("user"), IdForm.USER),
            name=_needed_text(entry.get("name")),
            languages=_languages(entry.get("languages")),
            level=entry.get("level").text() or None,
            hours=_hours(entry.get("hours")) or None,
            time_zone=_zone(entry.get("time_zone")),
        )
        if member.level is not None and member.level not in levels:
            entry.get("level").wrong(f"there is no level {member.level!r}; add it under `levels`, with its channel")
        _once(entry.get("user"), member.user, seen)
        staff.append(member)
    return tuple(staff)


def _targets(section: Field) -> dict[bool, dict[Target, timedelta]]:
    weights = section.keys(optional=_WEIGHTS)
    return {_WEIGHTS[weight]: _promises(field_) for weight, field_ in weights.items() if weight in _WEIGHTS}


def _promises(section: Field) -> dict[Target, timedelta]:
    section.keys(optional=[target.value for target in Target])
    promises = {target: _desk_time(section.get(target.value), least=1) for target in Target}
    return {target: within for target, within in promises.items() if within is not None}


def _check_targets(section: Field, support: Support) -> None:
    for programme in (None, *support.programmes):
        written = section.get(_PROGRAMMES).get(programme) if programme else section.get("targets")
        for weight, is_urgent in _WEIGHTS.items():
            # A programme takes over the faults of all, urgent requests those of the others: each is told once.
            told = _target_faults(support, None, is_urgent=is_urgent) if programme else []
            told += _target_faults(support, programme, is_urgent=False) if is_urgent else []
            for fault in _target_faults(support, programme, is_urgent=is_urgent):
                if fault not in told:
                    written.get(weight).wrong(fault)


def _target_faults(support: Support, programme: str | None, *, is_urgent: bool) -> list[str]:
    promised = support.targets_of(programme, is_urgent=is_urgent)
    normal = support.targets_of(programme, is_urgent=False)
    faults = [
        f"{target.value} is longer than that of requests that are not urgent; make it as short"
        for target in promised
        if promised[target] > normal.get(target, timedelta.max)
    ]
    if promised.get(Target.FIRST, _NONE) > promised.get(Target.RESOLUTION, timedelta.max):
        faults.append("the first response may take longer than the resolution; make `first` shorter")
    return faults


def _reminders(support: Mapping[str, Field]) -> tuple[timedelta, int]:
    """How often somebody is reminded, and how many times at most."""
    if "remind" not in support:
        return _SUPPORT.remind_every, _SUPPORT.remind_at_most
    written = support["remind"].keys(optional=("every", "at_most"))
    every = _said(written, "every", _SUPPORT.remind_every, read=_desk_time)
    at_most = support["remind"].get("at_most").whole(default=_SUPPORT.remind_at_most)
    if not every or support["remind"].is_missing:
        return _SUPPORT.remind_every, 0
    return every, at_most


def _patience(support: Mapping[str, Field]) -> tuple[timedelta | None, timedelta | None]:
    """After how long a partner is asked whether it still matters, and after how long the request is closed."""
    if "waiting" not in support:
        return _SUPPORT.nudge_after, _SUPPORT.close_after
    written = support["waiting"].keys(optional=("nudge", "close"))
    if support["waiting"].is_missing:
        return None, None
    nudge = _said(written, "nudge", _SUPPORT.nudge_after)
    close = _said(written, "close", _SUPPORT.close_after if nudge else None)
    if close is not None and (nudge is None or close <= nudge):
        mend = "make it longer than `nudge`, or write null"
        support["waiting"].get("close").wrong(f"closed before the partner is asked whether it still matters; {mend}")
    return nudge, close


def _digest(support: Mapping[str, Field]) -> tuple[int | None, time]:
    """On which weekday and when the digest comes."""
    if "digest" not in support:
        return _SUPPORT.digest_day, _SUPPORT.digest_at
    section = support["digest"]
    section.keys(optional=("day", "at"))
    if section.is_missing:
        return None, _SUPPORT.digest_at
    day = section.get("day").text(one_of=WEEKDAYS)
    at = section.get("at")
    match = _TIME.fullmatch(at.text(default="09:00"))
    if match is None:
        at.wrong('no time of day; write one such as "09:00", in quotation marks')
        return _SUPPORT.digest_day, _SUPPORT.digest_at
    return WEEKDAYS.index(day) if day in WEEKDAYS else _SUPPORT.digest_day, time(int(match[1]), int(match[2]))


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


def _said(
    section: Mapping[str, Field],
    key: str,
    default: timedelta | None,
    *,
    read: Callable[[Field], timedelta | None] = _duration,
) -> timedelta | None:
    """A duration for which null is none; the default where the key is not written."""
    return read(section[key]) if key in section else default


def _desk_time(field_: Field, *, least: int = 0) -> timedelta | None:
    duration = _duration(field_, least=least)
    if duration is not None and str(field_.value).endswith("d"):
        field_.wrong("counted in hours of the desk, of which a day has as many as it is open; write them, such as 16h")
    return duration


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
