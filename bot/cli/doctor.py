"""`partnerdesk doctor`: what keeps this desk from working, one line each, and how to mend it.

A check is an async function that gives one finding; whoever adds a part of the desk adds its checks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, TextIO

import aiohttp
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import paths
from bot.adapters import plots
from bot.adapters.clock import SystemClock
from bot.cli.doctor_data import knowledge_check, knowledge_links
from bot.cli.doctor_database import database_checks
from bot.cli.doctor_meetings import meeting_checks
from bot.cli.findings import Check, Finding, Level
from bot.desk import DEFAULT_TRANSLATIONS, SOURCE_TRANSLATIONS, Desk, IdForm
from bot.desk_reader import check_against, load
from bot.document import DocumentError
from bot.model import LANGUAGES
from bot.ports import Clock
from bot.settings import Settings, read

CHECK_SECONDS: Final = 15.0  # after which a check is given up
CALL_SECONDS: Final = 5
CLOCK_WARNING: Final = 60  # seconds off
CLOCK_LIMIT: Final = 300  # seconds off, beyond which Slack's signatures are refused

_ERROR_CODE: Final = re.compile(r"[a-z_]+")

_OWN: Final = "take a channel of your own people alone; in this one a request shows its number and state, and no more"
_WHERE_SHARED: Final = {
    "support": _OWN,
    "levels": _OWN,
    "translations": "see that everybody in it may read what partners write; pictures are never put there",
}
"""What to do about a channel of ours that other organisations read, by the section of the desk file that names it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--channel", metavar="ID", help="say what somebody of another organisation can do there")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def command(args: argparse.Namespace) -> int:
    """Check the desk of this environment."""
    settings, _ = read(os.environ, serve=True)
    programmes = knowledge_links(settings)
    checks = [knowledge_check(settings), *database_checks(settings, SystemClock())]
    return asyncio.run(
        run(
            args,
            os.environ,
            programmes,
            checks,
            manifest=paths.manifest_file(),
            clock=SystemClock(),
            stdout=sys.stdout,
        )
    )


async def run(
    args: argparse.Namespace,
    environ: Mapping[str, str],
    programmes: Mapping[str, Collection[str]],
    checks: Sequence[Check],
    *,
    manifest: Path,
    clock: Clock,
    stdout: TextIO,
) -> int:
    """Check this desk and print the findings.

    Args:
        args: What `add_arguments` reads.
        environ: The environment; `.env` in the working directory is read too.
        programmes: The link ids of each programme of the knowledge; empty where it cannot be read.
        checks: Those of the parts that this module does not know: database, knowledge.
        manifest: The Slack app's manifest.
        clock: The clock of this machine.
        stdout: Where the findings go.

    Returns:
        The exit code: 1 if anything fails, else 0.

    """
    settings, problems = read(environ, serve=True)
    desk, desk_checks = _desk(settings, programmes)
    slack = Slack(settings)
    findings = await doctor(
        [
            *settings_checks(problems),
            *desk_checks,
            *slack_checks(slack, settings, desk, manifest=manifest, clock=clock),
            *channel_checks(slack, desk),
            *staff_checks(slack, desk),
            *translation_checks(desk),
            *digest_checks(desk),
            *meeting_checks(settings, desk, clock),
            *(visitor_checks(slack, desk, args.channel) if args.channel else ()),
            *checks,
        ]
    )
    print(as_json(findings) if args.json else "\n".join(map(str, findings)), file=stdout)
    return int(has_failed(findings))


async def doctor(checks: Iterable[Check]) -> list[Finding]:
    """Run checks one after another; one that breaks or hangs is a finding, and the rest goes on."""
    return [await _finding(check) for check in checks]


async def _finding(check: Check) -> Finding:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return Finding(Level.FAIL, f"a check took longer than {CHECK_SECONDS:.0f} s", "run it again, then see the log")
    except Exception as error:  # noqa: BLE001 - a broken check must not hide the findings of the others
        # The kind alone: a message may hold an address with its password.
        return Finding(Level.FAIL, f"a check broke ({type(error).__name__})", "run it again, then see the log")


def has_failed(findings: Iterable[Finding]) -> bool:
    """Whether anything fails."""
    return any(finding.level is Level.FAIL for finding in findings)


def as_json(findings: Sequence[Finding]) -> str:
    """The findings for a machine: {"ok": bool, "findings": [{"level", "what", "mend"}]}, with `figures` if any."""
    report = {"ok": not has_failed(findings), "findings": [_as_object(finding) for finding in findings]}
    return json.dumps(report, ensure_ascii=False, indent=2)


def _as_object(finding: Finding) -> dict[str, Any]:
    whole = asdict(finding)
    return whole if finding.figures else {name: value for name, value in whole.items() if name != "figures"}


def settings_checks(problems: Sequence[str]) -> list[Check]:
    """A check for each problem of the settings, or one that says there is none."""
    if not problems:
        return [_found(Finding(Level.OK, "settings"))]
    return [_found(Finding(Level.FAIL, *_halves(problem))) for problem in problems]


def _halves(problem: str) -> tuple[str, str]:
    what, _, mend = problem.partition("; ")
    return f"setting {what}", mend


def _found(finding: Finding) -> Check:
    async def check() -> Finding:
        return finding

    return check


def _desk(settings: Settings, programmes: Mapping[str, Collection[str]]) -> tuple[Desk, list[Check]]:
    if settings.config is None:
        finding = Finding(Level.WARN, "no desk file is in use", "write one with `partnerdesk init`")
        return Desk.empty(), [_found(finding)]
    try:
        desk = load(settings.config)
    except DocumentError as error:
        return Desk.empty(), [
            _found(Finding(Level.FAIL, f"desk file {problem.file}:{problem.line}", problem.message))
            for problem in error.problems
        ]
    return desk, desk_checks(desk, programmes)


def desk_checks(desk: Desk, programmes: Mapping[str, Collection[str]]) -> list[Check]:
    """Whether the desk file agrees with the knowledge, and which links are not set."""
    problems = check_against(desk, programmes) if programmes else []
    if not problems:
        return [_found(Finding(Level.OK, f"desk file {desk.file}"))]
    return [
        _found(
            Finding(
                Level.WARN if problem.warning else Level.FAIL,
                f"desk file {problem.file}:{problem.line}",
                problem.message,
            )
        )
        for problem in problems
    ]


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack answered; `error` is its error code, `unreachable` or `unreadable`, None if all is well."""

    error: str | None
    data: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_reached(self) -> bool:
        """Whether Slack itself spoke."""
        return self.error not in {"unreachable", "unreadable"}


class Slack:
    """Slack's Web API for checks: nothing raises, and what several checks ask is asked once."""

    def __init__(self, settings: Settings) -> None:
        self._client = AsyncWebClient(
            token=settings.slack_bot_token, base_url=settings.slack_api_url, timeout=CALL_SECONDS
        )
        self._answers: dict[tuple[str, ...], Answer] = {}

    async def auth(self) -> Answer:
        """Whose the token is."""
        return await self._ask_once(("auth.test",), self._client.auth_test)

    async def channel(self, id_: str) -> Answer:
        """A channel; `data` is the channel itself."""
        return await self._ask_once(
            ("conversations.info", id_), lambda: self._client.conversations_info(channel=id_), part="channel"
        )

    async def user(self, id_: str) -> Answer:
        """A user with their locale; `data` is the user itself."""
        return await self._ask_once(
            ("users.info", id_), lambda: self._client.users_info(user=id_, include_locale=True), part="user"
        )

    async def group(self, id_: str) -> Answer:
        """A user group; `data` has its `users`."""
        return await self._ask_once(
            ("usergroups.users.list", id_), lambda: self._client.usergroups_users_list(usergroup=id_)
        )

    async def socket(self, app_token: str) -> Answer:
        """An address for Socket Mode; it is not connected to."""
        return await self._ask_once(
            ("apps.connections.open",), lambda: self._client.apps_connections_open(app_token=app_token)
        )

    async def _ask_once(
        self, key: tuple[str, ...], call: Callable[[], Awaitable[Any]], part: str | None = None
    ) -> Answer:
        if key not in self._answers:
            self._answers[key] = await _answer(call, part)
        return self._answers[key]


async def _answer(call: Callable[[], Awaitable[Any]], part: str | None) -> Answer:
    try:
        response = await call()
    except SlackApiError as error:
        # For a page that is no JSON the SDK hands on a bare HTTP response, or one with a text in place of an object.
        data = getattr(error.response, "data", None)
        data = data if isinstance(data, dict) else {}
        code = str(data.get("error"))
        return Answer(code if _ERROR_CODE.fullmatch(code) and data else "unreadable", data, error.response.headers)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return Answer("unreachable")
    except AttributeError:  # the SDK takes a plain-text answer for an object
        return Answer("unreadable")
    return Answer(None, (response.get(part) or {}) if part else response.data, response.headers)


def _trouble(what: str, answer: Answer) -> Finding:
    mends = {
        "unreachable": "Slack cannot be reached; see to the network, a proxy, and SLACK_API_URL",
        "unreadable": "what answers is not Slack's Web API; see to SLACK_API_URL and status.slack.com",
        "ratelimited": "Slack asks to wait; run it again in a minute",
        "not_authed": "set SLACK_BOT_TOKEN",
        "invalid_auth": "the token is wrong; copy it again from the app's settings at Slack",
        "token_revoked": "the token was revoked; install the app again and copy the new one",
        "token_expired": "tokens that expire are not supported; create the app again without token rotation",
        "account_inactive": "the app was removed; install it again and copy the new token",
        "channel_not_found": "no such channel, or a private one without the bot; correct the id or /invite the bot",
        "user_not_found": "no such user; correct the id",
        "missing_scope": f"add the scope {answer.data.get('needed') or 'it needs'} to the app and install it again",
    }
    # Without the scope only the check is impossible: the bot may well be fine.
    is_mild = answer.error in {"missing_scope", "ratelimited"}
    return Finding(
        Level.WARN if is_mild else Level.FAIL,
        f"{what} ({answer.error})",
        mends.get(answer.error or "", "see Slack's documentation of this error"),
    )


def slack_checks(slack: Slack, settings: Settings, desk: Desk, *, manifest: Path, clock: Clock) -> list[Check]:
    """Token, scopes, Socket Mode, clock and the locale of people."""
    return [
        lambda: _token(slack, settings),
        lambda: _clock(slack, clock),
        lambda: _scopes(slack, manifest),
        *([lambda: _socket_mode(slack, settings)] if settings.socket_mode else []),
        lambda: _locale(slack, desk),
    ]


async def _token(slack: Slack, settings: Settings) -> Finding:
    if settings.slack_bot_token is None:
        return Finding(Level.FAIL, "token is not set", "set SLACK_BOT_TOKEN; nothing about Slack was checked")
    answer = await slack.auth()
    if answer.error:
        return _trouble("token does not work", answer)
    if not answer.data.get("bot_id"):
        return Finding(Level.FAIL, "token is not a bot's", "copy the Bot User OAuth Token (xoxb-…)")
    return Finding(Level.OK, f"token of {answer.data.get('user_id')} in workspace {answer.data.get('team_id')}")


async def _scopes(slack: Slack, manifest: Path) -> Finding:
    answer = await slack.auth()
    granted = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",")} - {""}
    if answer.error or not granted:
        return Finding(Level.WARN, "scopes were not checked", "mend the token first")
    needed, optional = _manifest_scopes(manifest)
    if not needed:
        return Finding(Level.WARN, "scopes were not compared", f"{manifest} is not there; compare them by hand")
    missing, needless = sorted(needed - granted), sorted(granted - needed - optional)
    if missing:
        mend = "add them to the app as manifest.yml has them, and install it again"
        return Finding(Level.FAIL, f"scopes missing: {', '.join(missing)}", mend)
    if needless:
        mend = "take them from the app; what it may not do, nobody can misuse"
        return Finding(Level.WARN, f"scopes needless: {', '.join(needless)}", mend)
    return Finding(Level.OK, f"scopes: {', '.join(sorted(granted))}")


def _manifest_scopes(manifest: Path) -> tuple[set[str], set[str]]:
    try:
        document = yaml.safe_load(manifest.read_text(encoding="utf-8"))
        scopes = document["oauth_config"]["scopes"]
        return set(scopes["bot"]), set(scopes.get("bot_optional", ()))
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        return set(), set()


async def _socket_mode(slack: Slack, settings: Settings) -> Finding:
    answer = await slack.socket(settings.slack_app_token or "")
    if answer.error == "missing_scope":
        return Finding(Level.FAIL, "Socket Mode", "give the app-level token the scope connections:write")
    if answer.error and answer.is_reached:
        mend = "switch Socket Mode on in the app's settings, and copy the app-level token (xapp-…) again"
        return Finding(Level.FAIL, f"Socket Mode ({answer.error})", mend)
    return _trouble("Socket Mode", answer) if answer.error else Finding(Level.OK, "Socket Mode")


async def _clock(slack: Slack, clock: Clock) -> Finding:
    answer = await slack.auth()
    now = clock.now()
    try:
        there = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return Finding(Level.WARN, "clock was not checked", "Slack gave no time; mend the token or network first")
    off = (now - (there if there.tzinfo else there.replace(tzinfo=UTC))).total_seconds()
    what = f"clock is {abs(off):.0f} s {'ahead' if off > 0 else 'behind'}"
    if abs(off) > CLOCK_LIMIT:
        return Finding(Level.FAIL, what, "set it by NTP; beyond 300 s every request of Slack is refused")
    if abs(off) > CLOCK_WARNING:
        return Finding(Level.WARN, what, "set it by NTP")
    return Finding(Level.OK, "clock")


async def _locale(slack: Slack, desk: Desk) -> Finding:
    auth = await slack.auth()
    user = desk.staff[0].user if desk.staff else auth.data.get("user_id")
    if auth.error or not user:
        return Finding(Level.WARN, "locale of people was not checked", "mend the token first")
    answer = await slack.user(user)
    if answer.error:
        # No reply depends on it: whoever has no locale is answered in the language of the message.
        return Finding(Level.WARN, *_what_and_mend(_trouble(f"locale of {user} cannot be read", answer)))
    if not answer.data.get("locale"):
        return Finding(Level.WARN, f"Slack tells no locale of {user}", "add the scope users:read and install it again")
    return Finding(Level.OK, "locale of people (of this workspace; Slack tells none of outsiders)")


def _what_and_mend(finding: Finding) -> tuple[str, str]:
    return finding.what, finding.mend


def channel_checks(slack: Slack, desk: Desk) -> list[Check]:
    """Whether the bot reaches every channel of the desk file and is in it, and whether outsiders are in ours."""
    uses: dict[str, list[str]] = {}
    for channel in desk.channels:
        uses.setdefault(channel.id, []).append("channels")
    for partner in desk.partners:
        for id_ in partner.channels:
            uses.setdefault(id_, []).append("partners")
    for level in desk.levels:
        uses.setdefault(level.channel, []).append("levels")
    for teams in (desk.translations, *desk.programme_translations.values()):
        for team in teams.values():
            if team.channel:
                uses.setdefault(team.channel, []).append("translations")
    if desk.support_channel:
        uses.setdefault(desk.support_channel, []).append("support")
    checks: list[Check] = [_channel_check(slack, id_, tuple(dict.fromkeys(sections))) for id_, sections in uses.items()]
    if desk.support_channel is None:
        mend = "set support.channel in the desk file; until then questions for a person go to the programme's contact"
        lost = "" if desk.takes_reports else ", and nobody can report a language error"
        checks.append(_found(Finding(Level.WARN, "no support channel", f"{mend}{lost}")))
    return checks


def _channel_check(slack: Slack, id_: str, sections: tuple[str, ...]) -> Check:
    async def check() -> Finding:
        what = f"channel {id_} ({', '.join(sections)})"
        if (await slack.auth()).error:
            return Finding(Level.WARN, f"{what} was not checked", "mend the token first")
        answer = await slack.channel(id_)
        if answer.error:
            return _trouble(what, answer)
        if answer.data.get("is_archived"):
            return Finding(Level.FAIL, f"{what} is archived", "unarchive it, or take it out of the desk file")
        if not answer.data.get("is_member"):
            return Finding(Level.FAIL, f"{what}: the bot is not in it", "write /invite and the bot's name there")
        mends = [mend for section, mend in _WHERE_SHARED.items() if section in sections]
        if _is_shared(answer) and mends:
            return Finding(Level.WARN, f"{what} is shared with other organisations", "; ".join(dict.fromkeys(mends)))
        return Finding(Level.OK, what)

    return check


def staff_checks(slack: Slack, desk: Desk) -> list[Check]:
    """Whether the user group of staff can be read; nothing where the desk file names none."""
    group = desk.support.user_group
    return [] if group is None else [lambda: _group(slack, desk, group)]


async def _group(slack: Slack, desk: Desk, group: str) -> Finding:
    what = f"user group {group}"
    if (await slack.auth()).error:
        return Finding(Level.WARN, f"{what} was not checked", "mend the token first")
    answer = await slack.group(group)
    if answer.error == "missing_scope":
        mend = "add the scope usergroups:read (optional in manifest.yml) to the app and install it again"
        return Finding(Level.FAIL, f"{what} cannot be read", f"{mend}; until then nobody else becomes staff through it")
    if answer.error in {"plan_upgrade_required", "paid_teams_only"}:
        mend = "name everybody under `staff`, and take support.user_group out of the desk file"
        return Finding(Level.FAIL, f"{what}: the workspace's plan has no user groups", mend)
    if answer.error == "no_such_subteam":
        mend = "no such user group, or one that is switched off; correct support.user_group in the desk file"
        return Finding(Level.FAIL, f"{what} ({answer.error})", mend)
    if answer.error:
        return _trouble(what, answer)
    users = answer.data.get("users") or []
    if not users:
        mend = "put your staff into it, or name them under `staff` in the desk file"
        return Finding(Level.WARN, f"{what} has nobody in it", mend)
    named = {member.user for member in desk.staff}
    others = len({*users} - named)
    return Finding(Level.OK, f"{what}: {len(users)} people, {others} of them not under `staff`, so without languages")


def translation_checks(desk: Desk) -> list[Check]:
    """Who gets the language errors that nobody is named for; nothing where all have an owner, or none is taken."""
    owners = {key: team.owners for key, team in desk.translations.items()}
    orphans = [key for key in (*LANGUAGES, SOURCE_TRANSLATIONS) if not owners.get(key)]
    if not desk.takes_reports or owners.get(DEFAULT_TRANSLATIONS) or not orphans:
        return []
    what = f"translations: nobody answers for {', '.join(orphans)}"
    # Where nobody is named, all of them fall to the same people.
    instead = desk.route(orphans[0], None, is_source=orphans[0] == SOURCE_TRANSLATIONS)
    told = f"their errors go to {', '.join(instead.owners)}" if instead.owners else "nobody is told of their errors"
    mend = f"name owners under `translations`, or under its `default`; until then {told}"
    return [_found(Finding(Level.WARN, what, mend))]


def digest_checks(desk: Desk) -> list[Check]:
    """How the weekly digest shows its figures; nothing where there is none."""
    if desk.support_channel is None or desk.support.digest_day is None:
        return []
    shown = "a picture" if plots.is_installed() else "a table; a picture takes the extra partnerdesk[plots]"
    return [_found(Finding(Level.OK, f"weekly digest, with {shown}"))]


def _is_shared(answer: Answer) -> bool:
    # Not is_shared: that is true within one Enterprise organisation too.
    return bool(answer.data.get("is_ext_shared") or answer.data.get("is_pending_ext_shared"))


def visitor_checks(slack: Slack, desk: Desk, id_: str) -> list[Check]:
    """What somebody of another organisation can do in a channel."""
    if not IdForm.CHANNEL.fits(id_):
        mend = f"give an id ({IdForm.CHANNEL.shown}); it stands at the end of the channel's details"
        return [_found(Finding(Level.FAIL, f"{id_!r} is no channel", mend))]
    return [
        _channel_check(slack, id_, ("asked for",)),
        lambda: _visitors(slack, id_),
        lambda: _surfaces(slack, id_),
        _found(_answer_mode(desk, id_)),
    ]


async def _visitors(slack: Slack, id_: str) -> Finding:
    answer = await slack.channel(id_)
    if answer.error:
        return Finding(Level.WARN, f"who is in {id_} is not known", "mend the line above first")
    if answer.data.get("is_ext_shared"):
        return Finding(Level.OK, f"{id_} is shared with other organisations")
    if answer.data.get("is_pending_ext_shared"):
        mend = "wait for the invited organisation, or invite it again"
        return Finding(Level.WARN, f"{id_} is not shared yet, an invitation is open", mend)
    mend = "share it (channel's details, Connect); until then only members and guests of this workspace are in it"
    return Finding(Level.WARN, f"{id_} is not shared with other organisations", mend)


async def _surfaces(slack: Slack, id_: str) -> Finding:
    if not (await slack.channel(id_)).data.get("is_member"):
        return Finding(Level.WARN, f"in {id_} nobody reaches the bot", "write /invite and the bot's name there")
    return Finding(
        Level.OK,
        f"in {id_} outsiders can mention the bot, follow up in the thread, click its buttons, fill in its forms and "
        "write to it directly; App Home and shortcuts do not exist for them, so all of it is also had by saying it",
    )


def _answer_mode(desk: Desk, id_: str) -> Finding:
    channel = desk.channel(id_)
    mode = "mentions and top-level questions" if channel.answers_questions else "mentions"
    programmes = ", ".join(channel.programmes) or "every programme"
    return Finding(
        Level.OK, f"in {id_} the bot answers {mode}, from {programmes}, language if unclear: {channel.language or 'en'}"
    )
