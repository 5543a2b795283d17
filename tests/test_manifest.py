"""manifest.yml: valid by Slack's schema, and in step with what is listened to and called."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from slack_bolt.async_app import AsyncApp

import bot
from bot import paths
from bot.listeners.incoming import EVENTS
from tests.render.valid import schema_problems
from tests.scenarios.world import world

# Web API method → the bot scopes of which it needs one for each kind of conversation that the bot takes part in.
METHODS = {
    "api_test": set(),
    "apps_connections_open": set(),  # the app-level token's
    "auth_test": set(),
    "chat_delete": {"chat:write"},
    "chat_getPermalink": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "files_completeUploadExternal": {"files:write"},
    "files_delete": {"files:write"},
    "files_getUploadURLExternal": {"files:read", "files:write"},  # Slack wants both
    "files_info": {"files:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
}
OF_EVENTS = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "member_joined_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "tokens_revoked": set(),
}
_CLIENTS = {"client", "_client", "web_client"}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """The manifest as Slack gets it."""
    data: dict[str, Any] = yaml.safe_load(paths.manifest_file().read_text(encoding="utf-8"))
    return data


def _called() -> set[str]:
    """The Web API methods that the code calls: attributes of a client, or names given to `api_call`."""
    found = set()
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and _name(node.value) in _CLIENTS and "_" in node.attr.strip("_"):
                found.add(node.attr)
            if isinstance(node, ast.Call) and _name(node.func) == "api_call" and node.args and not _is_super(node.func):
                assert isinstance(node.args[0], ast.Constant)
                found.add(str(node.args[0].value).replace(".", "_"))
    return found - {"is_connected", "api_call", "close_async"}


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_super(called: ast.expr) -> bool:
    """Whether a call is handed on to the class above: what is called was named by whoever began."""
    return (
        isinstance(called, ast.Attribute) and isinstance(called.value, ast.Call) and _name(called.value.func) == "super"
    )


def _scopes(manifest: dict[str, Any], *parts: str) -> list[str]:
    return [scope for part in parts for scope in manifest["oauth_config"]["scopes"][part]]


def test_the_schema_holds(manifest: dict[str, Any]) -> None:
    """Slack takes the manifest."""
    assert schema_problems(manifest, "manifest.schema.2.0.0.json") == []


def test_it_subscribes_to_the_events_that_are_kept(manifest: dict[str, Any]) -> None:
    """No more, no fewer."""
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]

    assert sorted(subscribed) == sorted(name for names in EVENTS.values() for name in names)


def test_it_has_the_scopes_of_events_and_methods_and_no_others(manifest: dict[str, Any]) -> None:
    """Least privilege: each scope is needed by an event, by a method that is called, or by a shortcut."""
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]
    needed = set().union(*(OF_EVENTS[event] for event in subscribed), *(METHODS[method] for method in _called()))
    needed |= {"commands"} if manifest["features"]["shortcuts"] else set()

    assert sorted(_scopes(manifest, "bot", "bot_optional")) == sorted(needed)
    assert set(manifest["oauth_config"]["scopes"]) == {"bot", "bot_optional"}


def test_what_a_desk_can_do_without_is_optional(manifest: dict[str, Any]) -> None:
    """Whoever installs the app may leave it out: user groups, which the desk file has to name to be used at all."""
    assert _scopes(manifest, "bot_optional") == ["usergroups:read"]


def test_every_method_that_is_called_is_known_here() -> None:
    """A new method comes with its scopes."""
    called = _called()

    assert {"chat_postMessage", "views_open", "users_info"} <= called
    assert called - set(METHODS) == set()


async def test_its_shortcuts_are_those_that_are_listened_to(manifest: dict[str, Any], tmp_path: Path) -> None:
    """No more, no fewer; and each is named as Slack shows it whole."""
    shortcuts = manifest["features"]["shortcuts"]
    with patch.object(AsyncApp, "shortcut", autospec=True, side_effect=AsyncApp.shortcut) as listening:
        async with world(tmp_path):
            pass

    named = [call.args[1] for call in listening.call_args_list if isinstance(call.args[1], str)]
    assert sorted(one["callback_id"] for one in shortcuts) == sorted(named)
    assert [one["name"] for one in shortcuts if len(one["name"]) > 24] == []


def test_people_can_write_to_the_bot(manifest: dict[str, Any]) -> None:
    """Home and Messages tab are on, the latter is no read-only one, and clicks arrive."""
    home = manifest["features"]["app_home"]

    assert home["home_tab_enabled"]
    assert home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]
    assert manifest["settings"]["interactivity"]["is_enabled"]
