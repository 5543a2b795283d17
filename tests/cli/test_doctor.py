"""`partnerdesk doctor`: what it finds on a small Slack of its own, over HTTP."""

import argparse
import asyncio
import io
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import paths
from bot.cli import doctor as command
from bot.cli.doctor import Finding, Level, add_arguments, doctor, run

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MANIFEST = "oauth_config: {scopes: {bot: [app_mentions:read, chat:write], bot_optional: [files:read]}}\n"
DESK = """\
version: 1
support: {channel: C1}
channels: [{id: C2, programmes: [cyberday], answer: questions, language: fr}]
levels: [{id: experts, channel: C3}]
translations: {default: {channel: C4, owners: [U3]}, programmes: {cyberday: {fi: {channel: C5}}}}
staff: [{user: U2, name: Ann}]
links: {cyberday: {apply: "https://example.com"}}
"""
PROGRAMMES = {"cyberday": ("apply",)}


class Clock:
    """A clock that stands still."""

    def now(self):
        """The instant at which it stands."""
        return NOW


class SmallSlack:
    """The five methods that doctor calls; a test changes what they answer."""

    def __init__(self):
        self.scopes = "app_mentions:read,chat:write,files:read"
        self.date = NOW
        self.auth = {"ok": True, "team_id": "T0", "user_id": "UB", "bot_id": "B1"}
        self.channels = {id_: {"id": id_, "is_member": True} for id_ in ("C1", "C2", "C3", "C4", "C5")}
        self.channels["C2"]["is_ext_shared"] = True
        self.users = {"U2": {"id": "U2", "locale": "fi-FI"}}
        self.errors = {}  # by method: what it answers instead

    async def answer(self, request):
        """What Slack sends back."""
        method, sent = request.match_info["method"], {**request.query, **await request.post()}
        headers = {"Date": format_datetime(self.date, usegmt=True), "x-oauth-scopes": self.scopes}
        if method in self.errors:
            error = self.errors[method]
            return error if isinstance(error, web.Response) else web.json_response(error, headers=headers)
        return web.json_response(getattr(self, "_" + method.replace(".", "_"))(sent), headers=headers)

    def _auth_test(self, sent):
        return self.auth

    def _apps_connections_open(self, sent):
        return {"ok": True, "url": "wss://example.com"}

    def _conversations_info(self, sent):
        channel = self.channels.get(sent["channel"])
        return {"ok": True, "channel": channel} if channel else {"ok": False, "error": "channel_not_found"}

    def _users_info(self, sent):
        user = self.users.get(sent["user"])
        return {"ok": True, "user": user} if user else {"ok": False, "error": "user_not_found"}


@pytest.fixture
async def slack():
    """A Slack on loopback where all is well."""
    small = SmallSlack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", small.answer)
    async with TestServer(app) as server:
        small.url = str(server.make_url("/api/"))
        yield small


@pytest.fixture
def examine(slack, tmp_path, monkeypatch):
    """Runs the command on that Slack; gives the exit code and the lines it printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desk.yml").write_text(DESK, encoding="utf-8")
    (tmp_path / "manifest.yml").write_text(MANIFEST, encoding="utf-8")

    async def examine(*checks, channel=None, as_json=False, programmes=PROGRAMMES, **environ):
        environ = {
            "SLACK_BOT_TOKEN": "xoxb-S3CRET",
            "SLACK_SIGNING_SECRET": "S3CRET",
            "SLACK_API_URL": slack.url,
            "PARTNERDESK_CONFIG": "desk.yml",
        } | environ
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        stdout = io.StringIO()
        code = await run(
            parser.parse_args([*(["--channel", channel] if channel else []), *["--json"] * as_json]),
            {name: value for name, value in environ.items() if value},
            programmes,
            checks,
            manifest=tmp_path / "manifest.yml",
            clock=Clock(),
            stdout=stdout,
        )
        assert "S3C" not in stdout.getvalue()
        return code, stdout.getvalue().splitlines()

    return examine


def trouble(lines):
    """The lines that are not ok."""
    return [line for line in lines if not line.startswith("ok ")]


async def test_all_is_well(examine):
    """Where nothing is wrong every line is ok, and the exit code is 0."""
    code, lines = await examine(SLACK_APP_TOKEN="xapp-S3CRET")

    assert (code, trouble(lines)) == (0, [])
    assert [line.removeprefix("ok    ").partition(" ")[0] for line in lines] == [
        "settings",
        "desk",
        "token",
        "clock",
        "scopes:",
        "Socket",
        "locale",
        *["channel"] * 5,
        "weekly",
    ]


async def test_every_wrong_setting_has_a_line(examine):
    """What is wrong with the settings fails, a line each, and the rest is checked all the same."""
    code, lines = await examine(PORT="x", LOG_LEVEL="loud")

    assert code == 1
    assert [line.partition(":")[0] for line in trouble(lines)] == ["FAIL  setting PORT", "FAIL  setting LOG_LEVEL"]
    assert any(line.startswith("ok    token") for line in lines)


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        ({"ok": False, "error": "invalid_auth"}, "copy it again"),
        ({"ok": False, "error": "account_inactive"}, "install it again"),
        ({"ok": False, "error": "ratelimited"}, "run it again"),
        ({"ok": False, "error": "<b>S3CRET</b>"}, "SLACK_API_URL"),
        (web.Response(text="<html>", content_type="text/html"), "SLACK_API_URL"),
        (web.Response(text="<html>", content_type="application/json"), "SLACK_API_URL"),
        (web.Response(text="gone", content_type="text/plain"), "SLACK_API_URL"),
        (web.Response(text="{}", content_type="application/json", status=500), "SLACK_API_URL"),
    ],
)
async def test_a_token_that_does_not_work(examine, slack, error, mend):
    """Whatever Slack answers, there is one line on the token that says what to do, and no traceback."""
    slack.errors["auth.test"] = error

    _, lines = await examine()

    (line,) = [line for line in lines if "token does not work" in line]
    assert mend in line
    assert sum("was not checked" in line for line in lines) >= 3


async def test_slack_out_of_reach(examine, unused_tcp_port):
    """No connection is a failure of the token's line; nothing else is blamed."""
    code, lines = await examine(SLACK_API_URL=f"http://127.0.0.1:{unused_tcp_port}")

    assert code == 1
    (line,) = [line for line in lines if line.startswith("FAIL")]
    assert line.startswith("FAIL  token does not work (unreachable): Slack cannot be reached; ")


async def test_a_token_that_is_no_bots(examine, slack):
    """Another kind of token works at Slack, but the bot cannot speak with it."""
    del slack.auth["bot_id"]

    code, lines = await examine()

    assert code == 1
    assert trouble(lines) == ["FAIL  token is not a bot's: copy the Bot User OAuth Token (xoxb-…)"]


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ("app_mentions:read", "FAIL  scopes missing: chat:write"),
        ("app_mentions:read, chat:write", None),  # optional ones need not be there
        ("app_mentions:read,chat:write,files:read,admin", "warn  scopes needless: admin"),
    ],
)
async def test_scopes_against_the_manifest(examine, slack, scopes, expected):
    """A scope that the manifest asks for and the token lacks fails; one that nobody asks for is a warning."""
    slack.scopes = scopes

    _, lines = await examine()

    assert [line.rpartition(": ")[0] for line in trouble(lines)] == ([expected] if expected else [])


async def test_scopes_of_language_errors(examine, slack, tmp_path):
    """The manifest that is shipped asks for what files, shortcuts and direct messages of ours need."""
    shipped = paths.manifest_file().read_text(encoding="utf-8")
    (tmp_path / "manifest.yml").write_text(shipped, encoding="utf-8")
    theirs = {"commands", "files:read", "files:write", "im:write"}
    slack.scopes = ",".join({*yaml.safe_load(shipped)["oauth_config"]["scopes"]["bot"]} - theirs)

    code, lines = await examine()

    assert code == 1
    assert any(line.startswith(f"FAIL  scopes missing: {', '.join(sorted(theirs))}: ") for line in lines)


async def test_no_manifest(examine, tmp_path):
    """Without a manifest to compare with, the scopes are not called right."""
    (tmp_path / "manifest.yml").unlink()

    code, lines = await examine()

    assert code == 0
    assert [line.partition(":")[0] for line in trouble(lines)] == ["warn  scopes were not compared"]


@pytest.mark.parametrize(
    ("error", "mend"),
    [("missing_scope", "connections:write"), ("invalid_auth", "app-level token"), ("internal_error", "Socket Mode on")],
)
async def test_socket_mode(examine, slack, error, mend):
    """An app token that opens no connection is a failure."""
    slack.errors["apps.connections.open"] = {"ok": False, "error": error}

    code, lines = await examine(SLACK_APP_TOKEN="xapp-S3CRET")

    assert code == 1
    assert [mend in line for line in trouble(lines)] == [True]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (60, []),
        (61, ["warn  clock is 61 s behind"]),
        (-300, ["warn  clock is 300 s ahead"]),
        (301, ["FAIL  clock is 301 s behind"]),
        (-301, ["FAIL  clock is 301 s ahead"]),
    ],
)
async def test_clock(examine, slack, seconds, expected):
    """More than a minute off Slack's own Date is a warning; past 300 s signatures are refused, which fails."""
    slack.date = NOW + timedelta(seconds=seconds)

    _, lines = await examine()

    assert [line.partition(":")[0] for line in trouble(lines)] == expected


async def test_clock_with_a_wrong_token(examine, slack):
    """Slack tells the time with a refusal too."""
    slack.date = NOW + timedelta(hours=1)
    slack.errors["auth.test"] = {"ok": False, "error": "invalid_auth"}

    _, lines = await examine()

    assert any(line.startswith("FAIL  clock is 3600 s behind") for line in lines)


@pytest.mark.parametrize(
    ("channel", "change", "expected"),
    [
        ("C2", None, "FAIL  channel C2 (channels) (channel_not_found)"),
        ("C2", {"is_member": False}, "FAIL  channel C2 (channels): the bot is not in it"),
        ("C2", {"is_archived": True}, "FAIL  channel C2 (channels) is archived"),
        ("C1", {"is_ext_shared": True}, "warn  channel C1 (support) is shared with other organisations"),
        ("C1", {"is_pending_ext_shared": True}, "warn  channel C1 (support) is shared with other organisations"),
        ("C1", {"is_shared": True}, None),  # within one Enterprise organisation
        ("C3", None, "FAIL  channel C3 (levels) (channel_not_found)"),
        ("C3", {"is_member": False}, "FAIL  channel C3 (levels): the bot is not in it"),
        ("C3", {"is_ext_shared": True}, "warn  channel C3 (levels) is shared with other organisations"),
        ("C4", {"is_member": False}, "FAIL  channel C4 (translations): the bot is not in it"),
        ("C4", {"is_ext_shared": True}, "warn  channel C4 (translations) is shared with other organisations"),
        ("C5", {"is_archived": True}, "FAIL  channel C5 (translations) is archived"),  # of one programme
    ],
)
async def test_channels_of_the_desk_file(examine, slack, channel, change, expected):
    """Each is reachable and has the bot in it; those of our own people have no outsiders."""
    if change is None:
        del slack.channels[channel]
    else:
        slack.channels[channel] |= change

    code, lines = await examine()

    assert [line.rpartition(": ")[0] for line in trouble(lines)] == ([expected] if expected else [])
    assert code == int((expected or "").startswith("FAIL"))


async def test_channels_that_may_not_be_looked_at(examine, slack):
    """Without the scope the check is impossible, which is no failure of the desk; the scope is named."""
    slack.errors["conversations.info"] = {"ok": False, "error": "missing_scope", "needed": "channels:read"}

    code, lines = await examine()

    assert code == 0
    assert all("add the scope channels:read" in line for line in trouble(lines))
    assert len(trouble(lines)) == 5


async def test_translators_among_outsiders(examine, slack):
    """Where their channel is shared, doctor says that they see no pictures; people of ours do."""
    slack.channels["C3"]["is_ext_shared"] = slack.channels["C4"]["is_ext_shared"] = True

    _, lines = await examine()

    assert ["pictures are never put there" in line for line in trouble(lines)] == [False, True]


async def test_staff_among_outsiders(examine, slack):
    """Where their channel is shared, doctor says how little a request shows there; once, whatever it is used for."""
    slack.channels["C1"]["is_ext_shared"] = slack.channels["C3"]["is_ext_shared"] = True

    _, lines = await examine()

    assert [line.count("its number and state, and no more") for line in trouble(lines)] == [1, 1]


GROUP_DESK = DESK.replace("{channel: C1}", "{channel: C1, user_group: S1}")


@pytest.mark.parametrize(
    ("answer", "code", "expected"),
    [
        (["U2", "U3"], 0, "ok    user group S1: 2 people, 1 of them not under `staff`"),
        ([], 0, "warn  user group S1 has nobody in it: put your staff into it"),
        ("missing_scope", 1, "FAIL  user group S1 cannot be read: add the scope usergroups:read"),
        ("paid_teams_only", 1, "FAIL  user group S1: the workspace's plan has no user groups: name everybody"),
        ("plan_upgrade_required", 1, "FAIL  user group S1: the workspace's plan has no user groups: name everybody"),
        ("no_such_subteam", 1, "FAIL  user group S1 (no_such_subteam): no such user group"),
        ("ratelimited", 0, "warn  user group S1 (ratelimited): Slack asks to wait"),
    ],
)
async def test_the_user_group_of_staff(examine, slack, tmp_path, answer, code, expected):
    """Whether it can be read, and what to do where not."""
    (tmp_path / "desk.yml").write_text(GROUP_DESK, encoding="utf-8")
    is_error = isinstance(answer, str)
    slack.errors["usergroups.users.list"] = {"ok": not is_error, "error" if is_error else "users": answer}

    exited, lines = await examine()

    (line,) = (line for line in lines if "user group S1" in line)
    assert line.startswith(expected)
    assert exited == code


async def test_a_user_group_behind_a_token_that_does_not_work(examine, slack, tmp_path):
    """What is wrong is the token; the group is not blamed."""
    (tmp_path / "desk.yml").write_text(GROUP_DESK, encoding="utf-8")
    slack.errors["auth.test"] = {"ok": False, "error": "invalid_auth"}

    _, lines = await examine()

    assert "warn  user group S1 was not checked: mend the token first" in lines


@pytest.mark.parametrize(
    ("translations", "staff", "expected"),
    [
        ("{default: {owners: [U3]}}", "[]", None),
        ("{fr: {owners: [U3]}, en: {owners: [U3]}, de: {owners: [U3]}, fi: {owners: [U3]}}", "[]", ("source", "U3")),
        ("{default: {channel: C4}, fr: {owners: [U3]}, source: {owners: [U5]}}", "[]", ("en, de, fi", "U3, U5")),
        ("{fi: {owners: [U3]}, source: {owners: [U5]}}", "[{user: U2, name: A}]", ("fr, en, de", "U2")),
        ("{programmes: {cyberday: {default: {owners: [U3]}}}}", "[]", ("fr, en, de, fi, source", "U3")),
    ],
)
async def test_languages_without_an_owner(examine, tmp_path, translations, staff, expected):
    """Without a default they are named, and who gets their errors instead."""
    support = "support: {channel: C1}\nlinks: {cyberday: {apply: 'https://example.com'}}"
    desk = f"version: 1\n{support}\ntranslations: {translations}\nstaff: {staff}\n"
    (tmp_path / "desk.yml").write_text(desk, encoding="utf-8")

    code, lines = await examine()

    found = [line for line in lines if line.startswith("warn  translations")]
    begin = "warn  translations: nobody answers for {}: name owners under `translations`, or under its `default`; "
    whole = begin + "until then their errors go to {}"
    assert (code, found) == (0, [whole.format(*expected)] if expected else [])


async def test_language_errors_that_reach_nobody(examine, tmp_path):
    """A channel with nobody to tell, and owners without a channel, are told from what works."""
    (tmp_path / "desk.yml").write_text("version: 1\nsupport: {channel: C1}\n", encoding="utf-8")
    _, lines = await examine()
    assert any(line.endswith("until then nobody is told of their errors") for line in trouble(lines))

    (tmp_path / "desk.yml").write_text("version: 1\ntranslations: {fi: {owners: [U3]}}\n", encoding="utf-8")
    _, lines = await examine()
    assert [line.rpartition(", ")[2] for line in trouble(lines) if "support" in line] == [
        "and nobody can report a language error"
    ]
    assert not [line for line in lines if "translations" in line]

    (tmp_path / "desk.yml").write_text("version: 1\ntranslations: {fi: {channel: C4}}\n", encoding="utf-8")
    _, lines = await examine()
    assert not [line for line in lines if line.endswith("language error")]


async def test_locale(examine, slack):
    """That Slack tells no locale is a warning at most: no reply depends on it."""
    del slack.users["U2"]["locale"]
    assert trouble((await examine())[1]) == [
        "warn  Slack tells no locale of U2: add the scope users:read and install it again"
    ]

    slack.users.clear()
    code, lines = await examine()
    assert code == 0
    assert [line.partition(":")[0] for line in trouble(lines)] == ["warn  locale of U2 cannot be read (user_not_found)"]


async def test_links_and_desk_file_against_the_knowledge(examine):
    """A link without an address is a warning by programme; a programme that is not there is a failure."""
    code, lines = await examine(programmes={"cyberday": ("apply", "calendar"), "miro": ("article",)})
    assert code == 0
    assert [line.partition(": ")[2].partition(";")[0] for line in trouble(lines)] == [
        "links.cyberday: calendar not set",
        "links.miro: article not set",
    ]

    code, lines = await examine(programmes={"miro": ()})
    assert code == 1
    assert any(line.startswith("FAIL  desk file desk.yml:3: channels[0].programmes[0]: ") for line in lines)


async def test_broken_desk_file(examine, tmp_path):
    """Every fault of the desk file is a line, and Slack is checked all the same."""
    (tmp_path / "desk.yml").write_text("version: 1\ncolour: red\nsupport: {channel: x}\n", encoding="utf-8")

    code, lines = await examine()

    assert code == 1
    assert [line.partition(": ")[0] for line in lines if line.startswith("FAIL")] == [
        "FAIL  desk file desk.yml:2",
        "FAIL  desk file desk.yml:3",
    ]
    assert any(line.startswith("ok    token") for line in lines)


async def test_no_desk_file(examine):
    """The bot works without one; doctor says so and how to write one."""
    code, lines = await examine(PARTNERDESK_CONFIG="")

    assert code == 0
    assert [line.partition(":")[0] for line in trouble(lines)] == [
        "warn  no desk file is in use",
        "warn  locale of UB cannot be read (user_not_found)",
        "warn  no support channel",
    ]


async def test_what_an_outsider_can_do(examine):
    """--channel says who is there, what works for them and what does not, and when the bot answers."""
    code, lines = await examine(channel="C2")

    assert (code, trouble(lines)) == (0, [])
    channel, shared, surfaces, mode = (line.removeprefix("ok    ") for line in lines[-4:])
    assert channel == "channel C2 (asked for)"
    assert shared == "C2 is shared with other organisations"
    assert "buttons" in surfaces
    assert "App Home and shortcuts do not exist for them" in surfaces
    assert mode == "in C2 the bot answers mentions and top-level questions, from cyberday, language if unclear: fr"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"is_ext_shared": False}, ["C2 is not shared with other organisations"]),
        ({"is_ext_shared": False, "is_pending_ext_shared": True}, ["C2 is not shared yet, an invitation is open"]),
        ({"is_member": False}, ["channel C2 (asked for)", "in C2 nobody reaches the bot"]),
    ],
)
async def test_where_an_outsider_can_do_nothing(examine, slack, change, expected):
    """A channel that is not shared, or has no bot in it, is told from one that works."""
    slack.channels["C2"] |= change

    _, lines = await examine(channel="C2")

    assert [line[6:].partition(":")[0] for line in trouble(lines) if "(channels)" not in line] == expected


async def test_a_channel_by_its_name(examine):
    """--channel wants an id, and says where to find it."""
    code, lines = await examine(channel="#general")

    assert code == 1
    assert trouble(lines) == [
        "FAIL  '#general' is no channel: give an id (C… or G…); it stands at the end of the channel's details"
    ]


async def test_json(examine, slack):
    """--json prints one object with the same findings, and the same exit code."""
    slack.channels["C2"]["is_archived"] = True

    code, lines = await examine(as_json=True)

    report = json.loads("\n".join(lines))
    assert (code, report["ok"]) == (1, False)
    assert [finding for finding in report["findings"] if finding["level"] != "ok"] == [
        {
            "level": "FAIL",
            "what": "channel C2 (channels) is archived",
            "mend": "unarchive it, or take it out of the desk file",
        }
    ]


async def test_checks_of_other_parts(examine):
    """Whatever is handed in stands in the report and decides the exit code."""

    async def database():
        return Finding(Level.FAIL, "database is not migrated", "start `partnerdesk serve` once")

    code, lines = await examine(database)

    assert code == 1
    assert lines[-1] == "FAIL  database is not migrated: start `partnerdesk serve` once"


async def test_a_broken_check_hides_no_other(monkeypatch):
    """A check that raises or hangs is a failure of its own, without what it raised, and the next one runs."""
    monkeypatch.setattr(command, "CHECK_SECONDS", 0.01)

    async def breaks():
        raise OSError("postgresql://u:S3CRET@h/d")

    async def hangs():
        await asyncio.Event().wait()

    async def works():
        return Finding(Level.OK, "fine")

    findings = await doctor([breaks, hangs, works])

    assert [finding.level for finding in findings] == [Level.FAIL, Level.FAIL, Level.OK]
    assert findings[0].what == "a check broke (OSError)"
    assert "S3CRET" not in str(findings)
