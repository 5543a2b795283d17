"""`partnerdesk init [PATH]`: asks the operator about the desk and writes a commented desk file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from errno import EISDIR, ENOENT
from pathlib import Path
from typing import Final, TextIO, TypeVar

import yaml

from bot.desk import (
    ANSWER_MODES,
    DEFAULT_TRANSLATIONS,
    MEETING_KINDS,
    MEETING_RULES,
    SOURCE_TRANSLATIONS,
    VERSION,
    Desk,
    DeskChannel,
    Host,
    IdForm,
    MeetingRules,
    Partner,
    StaffMember,
    Support,
    Translators,
    is_zone,
    link_fault,
)
from bot.knowledge.load import load
from bot.model import LANGUAGES, Language
from bot.settings import read

T = TypeVar("T")

DEFAULT_PATH: Final = Path("desk.yml")
DEFAULT_ZONE: Final = "UTC"

_SYSTEM_ZONE: Final = Path("/etc/localtime")


@dataclass(frozen=True, slots=True)
class Programme:
    """What the questions need to know of a programme of the knowledge."""

    name: str
    links: tuple[str, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "path", nargs="?", type=Path, default=DEFAULT_PATH, metavar="PATH", help=f"the file (default: {DEFAULT_PATH})"
    )
    parser.add_argument("--force", action="store_true", help="replace an existing file")
    parser.add_argument("--defaults", action="store_true", help="ask nothing, write the commented example")


def command(args: argparse.Namespace) -> int:
    """Ask about the programmes of the knowledge, in this terminal."""
    # `read` rather than `from_env`: PARTNERDESK_CONFIG may name the very file that is to be written.
    knowledge = load(read(os.environ, serve=False)[0].knowledge)
    programmes = {id_: Programme(one.names["en"], one.links) for id_, one in knowledge.programmes.items()}
    return run(args, programmes, stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stderr)


def run(
    args: argparse.Namespace,
    programmes: Mapping[str, Programme],
    *,
    stdin: TextIO,
    stdout: TextIO,
    stderr: TextIO,
) -> int:
    """Write a desk file.

    Args:
        args: What `add_arguments` reads.
        programmes: The programmes of the knowledge by id.
        stdin: Where answers are read, a line each.
        stdout: Where questions are asked.
        stderr: Where failures are told.

    Returns:
        The exit code: 0, or 1 if nothing was written.

    """
    path: Path = args.path
    try:
        _refuse_obstacle(path, force=args.force)
        desk = Desk.empty() if args.defaults else Interview(stdin, stdout, programmes).desk()
        write(path, render(desk, programmes), force=args.force)
    except (KeyboardInterrupt, EOFError):
        return _fail("stopped; nothing was written", stderr)
    except UnicodeDecodeError:
        return _fail("the answers are no UTF-8; set the terminal to UTF-8; nothing was written", stderr)
    except FileExistsError:
        return _fail(f"{path} exists; name another path, or add --force to replace it", stderr)
    except OSError as error:
        return _fail(f"{path} cannot be written ({error.strerror}); name another path", stderr)
    print(f"\n{path} is written. Set PARTNERDESK_CONFIG={path} and run `partnerdesk doctor`.", file=stdout)
    return 0


def _fail(what: str, stderr: TextIO) -> int:
    print(f"partnerdesk init: {what}", file=stderr)
    return 1


def _refuse_obstacle(path: Path, *, force: bool) -> None:
    # What would only fail at the end is told before anything is asked.
    if path.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
    if path.exists() and not force:
        raise FileExistsError
    if not path.parent.is_dir():
        raise FileNotFoundError(ENOENT, f"there is no folder {path.parent}")


def write(path: Path, text: str, *, force: bool) -> None:
    """Write a file in one step: it is there whole or not at all.

    Raises:
        FileExistsError: Without `force`, a file stands there, even if it came while we wrote.
        OSError: The file cannot be written.

    """
    path = path.resolve()
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if force:
            draft.replace(path)
        else:
            # Unlike a rename, a link never takes the place of what is there.
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)


class _Wrong(Exception):
    """An answer that cannot be taken; the message says what to type."""


@dataclass(slots=True)
class _Taken:
    """Ids and names that may stand only once, as far as they were typed."""

    channels: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    owned: set[str] = field(default_factory=set)
    staff: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)


class Interview:
    """The questions: an answer that cannot be taken is asked for again, an empty one skips the question."""

    def __init__(self, stdin: TextIO, stdout: TextIO, programmes: Mapping[str, Programme]) -> None:
        self._stdin, self._stdout, self._programmes = stdin, stdout, programmes
        self._taken = _Taken()
        self._spoken: dict[str, tuple[Language, ...]] = {}  # by staff

    def desk(self) -> Desk:
        """Ask everything. Raises EOFError when the answers end too early."""
        self._say(
            "Press Enter to skip a question or to take what stands in [brackets]; Ctrl-C stops and writes nothing.\n"
            "An id is found in Slack: of a channel at the end of its details, of a person under … in the profile."
        )
        return Desk(
            time_zone=self._ask("Time zone of your desk", _zone, default=system_zone()),
            support_channel=self._ask("Channel where questions for a person go (C…)", _id(IdForm.CHANNEL)),
            channels=tuple(self._entries("Channels that the bot looks after", self._channel)),
            partners=tuple(self._entries("Partner organisations", self._partner)),
            staff=tuple(self._entries("Staff: the people behind the desk", self._member)),
            support=Support(user_group=self._ask("User group whose members are staff too (S…)", _id(IdForm.GROUP))),
            hosts=tuple(self._entries("Hosts: who holds meetings that partners book", self._host)),
            translations=self._translations(),
            links=self._links(),
        )

    def _say(self, text: str) -> None:
        print(f"\n{text}", file=self._stdout)

    def _ask(self, question: str, read: Callable[[str], T], *, default: str | None = None) -> T | None:
        while True:
            shown = f"{question} [{default}]: " if default else f"{question}: "
            print(shown, end="", file=self._stdout, flush=True)
            line = self._stdin.readline()
            if not line:
                raise EOFError
            answer = line.strip() or default
            if not answer:
                return None
            try:
                return read(answer)
            except _Wrong as wrong:
                print(f"  {wrong}", file=self._stdout)

    def _entries(self, heading: str, entry: Callable[[], T | None]) -> Iterable[T]:
        self._say(f"{heading} (Enter when there are no more)")
        while (read := entry()) is not None:
            yield read

    def _channel(self) -> DeskChannel | None:
        id_ = self._ask("Channel (C…)", _once(_id(IdForm.CHANNEL), self._taken.channels))
        if id_ is None:
            return None
        return DeskChannel(
            id=id_,
            programmes=self._ask_programmes(),
            language=self._ask_language(),
            answers_questions=self._ask(
                "  Answer when mentioned, or every question (mentions, questions)",
                _one_of(ANSWER_MODES),
                default=ANSWER_MODES[0],
            )
            == "questions",
        )

    def _partner(self) -> Partner | None:
        name = self._ask("Partner's name", _once(_name, self._taken.names))
        if name is None:
            return None
        return Partner(
            name=name,
            slack_teams=self._ask_ids("  Its Slack workspaces (T…, separated by commas)", IdForm.TEAM),
            users=self._ask_ids("  Its people, where the workspace does not tell (U…)", IdForm.USER),
            channels=self._ask_ids("  Its channels (C…)", IdForm.CHANNEL),
            programmes=self._ask_programmes(),
            language=self._ask_language(),
            time_zone=self._ask("  Its time zone", _zone),
        )

    def _member(self) -> StaffMember | None:
        user = self._ask("Member of staff (U…)", _once(_id(IdForm.USER), self._taken.staff))
        if user is None:
            return None
        member = StaffMember(
            user=user,
            name=self._ask("  First name, as partners read it", _name, default=user) or user,
            languages=self._ask_languages(),
        )
        self._spoken[user] = member.languages
        return member

    def _host(self) -> Host | None:
        user = self._ask("Host (U…)", _once(_id(IdForm.USER), self._taken.hosts))
        if user is None:
            return None
        kinds = ", ".join(MEETING_KINDS)
        return Host(
            user=user,
            languages=self._ask_languages(default=self._spoken.get(user, ())),
            kinds=self._ask(f"  Kinds ({kinds})", _several(_one_of(MEETING_KINDS)), default=kinds) or MEETING_KINDS,
        )

    def _translations(self) -> dict[str, Translators]:
        self._say("Translators: where language errors go")
        channel = self._ask("Channel (C…)", _id(IdForm.CHANNEL))
        people = _several(_id(IdForm.USER))
        asked = {
            DEFAULT_TRANSLATIONS: self._ask("Who answers for all languages without an owner (U…)", people) or (),
            **{language: self._ask(f"Owners of {language} (U…)", people) or () for language in LANGUAGES},
            SOURCE_TRANSLATIONS: self._ask("Who puts wrong source texts right (U…)", people) or (),
        }
        return {
            key: Translators(channel if key == DEFAULT_TRANSLATIONS else None, owners)
            for key, owners in asked.items()
            if owners or (channel and key == DEFAULT_TRANSLATIONS)
        }

    def _links(self) -> dict[str, dict[str, str]]:
        links = {}
        for id_, programme in self._programmes.items():
            self._say(f"Links of {programme.name}: addresses beginning with https://")
            asked = {link: self._ask(f"  {link}", _address) for link in programme.links}
            given = {link: address for link, address in asked.items() if address is not None}
            if given:
                links[id_] = given
        return links

    def _ask_programmes(self) -> tuple[str, ...]:
        known = tuple(self._programmes)
        only = known[0] if len(known) == 1 else None
        return self._ask(f"  Programmes ({', '.join(known)})", _several(_one_of(known)), default=only) or ()

    def _ask_languages(self, *, default: tuple[Language, ...] = ()) -> tuple[Language, ...]:
        question = f"  Languages ({', '.join(LANGUAGES)})"
        return self._ask(question, _several(_one_of(LANGUAGES)), default=", ".join(default) or None) or ()

    def _ask_language(self) -> Language | None:
        return self._ask(f"  Language ({', '.join(LANGUAGES)})", _one_of(LANGUAGES))

    def _ask_ids(self, question: str, form: IdForm) -> tuple[str, ...]:
        return self._ask(question, _several(_id(form), self._taken.owned)) or ()


def _id(form: IdForm) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not form.fits(text):
            raise _Wrong(f"{text!r} is no {form.called} id: {form.shown}")
        return text

    return read


def _name(text: str) -> str:
    if not text.isprintable():
        raise _Wrong("there are signs in it that cannot be printed; type it again")
    return text


def _zone(text: str) -> str:
    if not is_zone(text):
        raise _Wrong(f"{text!r} is no time zone; type one such as Europe/Helsinki")
    return text


def _address(text: str) -> str:
    fault = link_fault(text)
    if fault:
        raise _Wrong(fault)
    return text


def _one_of(known: Collection[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.casefold() not in known:
            raise _Wrong(f"{text!r} is not known here; one of: {', '.join(known)}")
        return text.casefold()

    return read


def _once(read: Callable[[str], str], taken: set[str]) -> Callable[[str], str]:
    def read_once(text: str) -> str:
        value = read(text)
        if value in taken:
            raise _Wrong(f"{value!r} was named already; it stands only once")
        taken.add(value)
        return value

    return read_once


def _several(read: Callable[[str], str], taken: set[str] | None = None) -> Callable[[str], tuple[str, ...]]:
    def read_all(text: str) -> tuple[str, ...]:
        values = tuple(dict.fromkeys(read(part.strip()) for part in text.split(",") if part.strip()))
        if taken is not None:
            named = [value for value in values if value in taken]
            if named:
                raise _Wrong(f"{', '.join(named)} was named already; it belongs to one partner")
            taken.update(values)
        return values

    return read_all


def system_zone() -> str:
    """The time zone of this machine as far as it tells, else UTC."""
    candidates = (os.environ.get("TZ", ""), str(_SYSTEM_ZONE.resolve()).rpartition("/zoneinfo/")[2])
    return next((zone for zone in candidates if zone and is_zone(zone)), DEFAULT_ZONE)


# What stands between the sections. `{…}` is a section as it was answered, or its example behind a `#`.
_TEMPLATE: Final = """\
# The desk file of Partnerdesk. PARTNERDESK_CONFIG names it; `partnerdesk doctor` checks it.
# A line that begins with # and a key is an example: take the # away and put your own in.
# Ids are copied from Slack: C… or G… channels, T… or E… workspaces, U… or W… people.
# Languages: {languages}. Durations: 30m, 4h, 90d; null is none.

version: {version}

# The zone of the desk: what "today" is for people whose own zone is unknown.
{time_zone}

# When people sit at the desk, a list of stretches for each of mon, tue, wed, thu, fri, sat, sun; a day without is off.
# Out of hours nobody is pinged. Without any the desk is always open.
{hours}

# Whose public holidays the desk keeps, where it has hours: a country (two capital letters) and, where it matters, a
# region, by its code or name: {{country: DE, region: BY}}.
{holidays}

# Where your own people look after questions for a person. Nobody from outside should be in the channel.
# - user_group: its members are staff too; the bot needs the scope usergroups:read for it
# - targets: within how many of the desk's hours (4h, 90m) the first response and the end of a request are due
# - programmes: the targets of one programme. What is left out is as for all, and of urgent requests as of the others
# - warn_before: how many of these hours before a target is missed somebody is warned
# - remind: after how many of these hours whoever owes a word is reminded, and how many times; at_most: 0 is never
# - waiting: when a partner who does not reply is asked whether it still matters, and when the request is closed
# - reopen: how long after its end a word of the partner opens a request again
# - digest: when the digest of the week comes into the channel; null is never
{support}

# The channels that the bot looks after. Invite it to each.
# - programmes: whose answers are given there; where a channel and a partner both name some, the channel decides
# - language: what is spoken there
# - answer: mentions (only when mentioned) or questions (also unasked, if it has the answer)
# - unanswered_after: for how many of the desk's hours (4h) nobody may answer a question before it goes to your people
{channels}

# Partner organisations. People belong to one by user, else by Slack workspace, else by channel.
{partners}

# The people behind the desk: users of your own workspace. What they speak says whom a question calls.
# - level: one of the levels below; the first unless named
# - hours, time_zone: when they are at work; else the desk's
{staff}

# The levels of support, in the order in which a question is passed on, each with its channel.
{levels}

# Where language errors go, by language: a channel of your translators, and the owners who are pinged there. What a line
# leaves out is default's; else it is the support channel and all staff. source: errors of the texts to translate.
# programmes: the same keys for one programme; they go before the others, and so does its default.
{translations}

# Who holds the meetings that partners book: users of your own workspace. Without any, nothing can be booked.
# - languages: whoever books is led to somebody who speaks theirs; those under staff stand in, as does the name
# - kinds: support, training; all unless named
# - calendar: an address, or a path under CALDAV_URL: what stands there is kept clear of, and meetings are written there
# - programmes: for which they hold meetings; all unless named
# - hours: their own, else the desk's, else 09:00-17:00 from Monday to Friday
# - time_zone, holidays: their own, else the desk's; `holidays: null` keeps none
# - email: where invitations are sent; video: the https:// address of the room where they meet
{hosts}

# How meetings of each kind are laid out; what is left out is as in the example.
# - length; buffer: kept free between two; step: from one time that is offered to the next
# - notice: how short before its start one may be booked, moved or cancelled; horizon: how far ahead, 366d at most
{meetings}

# The addresses behind the words that answers link. Without one, an answer names the help article instead.
{links}

# How long things are kept, looked after once a day; null keeps them for good. Counts without names always stay.
# - texts: what people write and what the bot replies, from the last time it was touched
# - pictures: our copies of screenshots, from when their report was closed
{retention}
"""


def render(desk: Desk, programmes: Mapping[str, Programme]) -> str:
    """The text of a desk file with a comment a key.

    Args:
        desk: What was answered (time zone, support channel, channels, partners, staff, translators, hosts, links);
            every other section, and one that was not answered, stands as an example behind a `#`.
        programmes: The programmes of the knowledge by id; the links that are not set yet are listed.

    """
    some = next(iter(programmes), "programme")
    zone = f"time_zone: {desk.time_zone}" if desk.time_zone else "#time_zone: Europe/Helsinki"
    return _TEMPLATE.format(
        languages=", ".join(LANGUAGES),
        version=VERSION,
        time_zone=zone,
        hours='#hours: {mon: ["09:00-12:00", "13:00-17:00"], tue: ["09:00-17:00"]}',
        holidays="#holidays: {country: FI, region: null}",
        support=_support(desk.support, some),
        channels=_list(
            "channels",
            map(_channel_keys, desk.channels),
            f"{{id: C2, programmes: [{some}], language: fr, answer: mentions, unanswered_after: 4h}}",
        ),
        partners=_list(
            "partners",
            map(_partner_keys, desk.partners),
            f'{{name: "Example Oy", slack_teams: [T1], users: [U1], channels: [C2], programmes: [{some}], '
            "language: fi, time_zone: Europe/Helsinki}",
        ),
        staff=_list(
            "staff",
            map(_member_keys, desk.staff),
            '{user: U2, name: "Ann", languages: [fi, en], level: first-line}',
            '{user: U7, name: "Léa", languages: [fr], level: product-experts, '
            'hours: {mon: ["09:00-16:00"]}, time_zone: Europe/Paris}',
        ),
        levels="#levels:\n#  - {id: first-line, channel: C1}\n#  - {id: product-experts, channel: C3}",
        translations=_mapping(
            "translations",
            {key: _flow(_translators_keys(team)) for key, team in desk.translations.items()},
            {
                DEFAULT_TRANSLATIONS: "{channel: C4, owners: [U3]}",
                "fi": "{channel: C4, owners: [U4]}",
                SOURCE_TRANSLATIONS: "{owners: [U5]}",
                "programmes": f"{{{some}: {{fr: {{owners: [U6]}}}}}}",
            },
        ),
        hosts=_list(
            "hosts",
            map(_host_keys, desk.hosts),
            f'{{user: U2, name: "Ann", languages: [fi, en], kinds: [support, training], calendar: null, '
            f'programmes: [{some}], hours: {{mon: ["09:00-16:00"]}}, time_zone: Europe/Helsinki, '
            'holidays: {country: FI}, email: ann@example.com, video: "https://example.com/ann"}',
        ),
        meetings=_mapping("meetings", {}, {kind: _rules(MEETING_RULES[kind]) for kind in MEETING_KINDS}),
        links=_links(desk, programmes),
        retention="#retention: {texts: 90d, pictures: 30d}",
    )


def _channel_keys(channel: DeskChannel) -> dict[str, object]:
    return {
        "id": channel.id,
        "programmes": list(channel.programmes),
        "language": channel.language,
        "answer": "questions" if channel.answers_questions else "mentions",
        "unanswered_after": None,
    }


def _partner_keys(partner: Partner) -> dict[str, object]:
    return {
        "name": partner.name,
        "slack_teams": list(partner.slack_teams),
        "users": list(partner.users),
        "channels": list(partner.channels),
        "programmes": list(partner.programmes),
        "language": partner.language,
        "time_zone": partner.time_zone,
    }


def _member_keys(member: StaffMember) -> dict[str, object]:
    return {"user": member.user, "name": member.name, "languages": list(member.languages), "level": member.level}


def _host_keys(host: Host) -> dict[str, object]:
    return {"user": host.user, "languages": list(host.languages), "kinds": list(host.kinds), "calendar": host.calendar}


def _rules(rules: MeetingRules) -> str:
    return _flow({key.name: _written(getattr(rules, key.name)) for key in fields(rules)})


def _written(duration: timedelta) -> str:
    for unit, size in {"d": timedelta(days=1), "h": timedelta(hours=1)}.items():
        if duration and not duration % size:
            return f"{duration // size}{unit}"
    return f"{duration // timedelta(minutes=1)}m"


def _translators_keys(team: Translators) -> dict[str, object]:
    return {"channel": team.channel, "owners": list(team.owners)}


def _support(support: Support, programme: str) -> str:
    given = {"channel": support.channel, "user_group": support.user_group}
    examples = {
        "channel": "C1",
        "user_group": "S1",
        "targets": "{normal: {first: 4h, resolution: 24h}, urgent: {first: 1h, resolution: 8h}}",
        "programmes": f"{{{programme}: {{normal: {{first: 2h}}}}}}",
        "warn_before": "30m",
        "remind": "{every: 4h, at_most: 3}",
        "waiting": "{nudge: 3d, close: 7d}",
        "reopen": "14d",
        "digest": '{day: mon, at: "09:00"}',
    }
    lines = ["support:" if any(given.values()) else "#support:"]
    for key, example in examples.items():
        lines.append(f"  {key}: {given[key]}" if given.get(key) else f"#  {key}: {example}")
    return "\n".join(lines)


def _links(desk: Desk, programmes: Mapping[str, Programme]) -> str:
    lines = ["links:" if desk.links else "#links:"]
    for id_, programme in programmes.items():
        given = desk.links.get(id_, {})
        lines.append(f"  {id_}:" if given else f"#  {id_}:")
        lines += [
            f"    {link}: {_flow(given[link])}" if link in given else f'#    {link}: "https://example.com"'
            for link in programme.links
        ]
    return "\n".join(lines)


def _list(key: str, entries: Iterable[Mapping[str, object]], *examples: str) -> str:
    lines = [f"  - {_flow(entry)}" for entry in entries]
    return "\n".join([f"{key}:", *lines] if lines else [f"#{key}:", *(f"#  - {example}" for example in examples)])


def _mapping(key: str, entries: Mapping[str, str], example: Mapping[str, str]) -> str:
    mark, shown = ("", entries) if entries else ("#", example)
    return "\n".join([f"{mark}{key}:", *(f"{mark}  {name}: {value}" for name, value in shown.items())])


def _flow(value: object) -> str:
    # One line however long, texts quoted where YAML would read them as something else.
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")
