"""Shortcuts: read strictly, answered once there is a listener, refused where there is none."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from slack_bolt.async_app import AsyncApp

from bot.listeners import access, fields, registry
from bot.listeners.clicks import Form, Shortcut
from bot.listeners.registry import listen_to_shortcuts
from bot.listeners.services import Services
from bot.model import PersonId
from tests import payloads
from tests.scenarios.world import World, world
from tests.stub_slack import BOT_USER, TEAM

GLOBAL, OF_MESSAGE, FAILING = "test.new", "test.message", "test.failing"


@pytest.fixture
def used() -> list[Shortcut]:
    """The shortcuts that a listener was given."""
    return []


@pytest.fixture
async def w(tmp_path: Path, used: list[Shortcut]) -> AsyncIterator[World]:
    """A desk that listens to three shortcuts."""
    rest = registry.listen_to_the_rest

    async def note(shortcut: Shortcut) -> None:
        used.append(shortcut)

    async def fail(_: Shortcut) -> None:
        raise RuntimeError

    def listen(app: AsyncApp, services: Services) -> None:
        listen_to_shortcuts(app, services, {GLOBAL: note, OF_MESSAGE: note, FAILING: fail})
        rest(app, services)

    anybody = access.Policy(frozenset(access.Role))
    policies = patch.dict(access.POLICIES, dict.fromkeys((GLOBAL, OF_MESSAGE, FAILING), anybody))  # type: ignore[arg-type]
    with policies, patch.object(registry, "listen_to_the_rest", listen):
        async with world(tmp_path) as made:
            yield made


async def test_a_global_shortcut_tells_who_and_when(w: World, used: list[Shortcut]) -> None:
    """It has a trigger, and nothing else: no channel, no message."""
    assert await w.shortcut(GLOBAL, "U1") == 200
    (one,) = used

    assert (one.who, one.callback) == (PersonId(TEAM, "U1"), GLOBAL)
    assert one.trigger
    assert (one.channel, one.message_ts, one.thread_ts, one.said, one.files) == ("", "", "", "", ())
    assert not one.is_ours


async def test_a_message_shortcut_tells_of_the_message(w: World, used: list[Shortcut]) -> None:
    """Its place, its words, the ids of its pictures, and whether the bot has written it."""
    w.upload("U2", ["F1", "F2"])
    w.meet("CCYBER", "U2")
    theirs = w.slack.say("CCYBER", "U2", "look & see", thread="1600000000.000100", files=["F1", "F2"])
    ours = await w.only("CCYBER", await w.mention("CCYBER", "U1", "hello"))
    assert [await w.message_shortcut(OF_MESSAGE, "U1", one) for one in (theirs, ours)] == [200, 200]
    of_theirs, of_ours = used

    assert (of_theirs.channel, of_theirs.message_ts) == ("CCYBER", theirs.ts)
    assert (of_theirs.thread_ts, of_theirs.said) == ("1600000000.000100", "look & see")
    assert (of_theirs.files, of_theirs.is_ours) == (("F1", "F2"), False)
    assert (of_ours.message_ts, of_ours.files, of_ours.is_ours) == (ours.ts, (), True)


async def test_the_same_request_has_the_same_key(w: World, used: list[Shortcut]) -> None:
    """Delivered again it is known; used again it is another."""
    again = payloads.global_shortcut(GLOBAL, "U1", action_ts="1600000000.000100")
    for payload in (again, again, payloads.global_shortcut(GLOBAL, "U1", action_ts="1600000001.000100")):
        assert await w.click(payload) == 200
    keys = [one.key for one in used]

    assert keys[0] == keys[1]
    assert len(set(keys)) == 2


async def test_an_outsider_is_of_their_own_team(w: World, used: list[Shortcut]) -> None:
    """The team is the user's, not the workspace's."""
    await w.shortcut(GLOBAL, "U9", team="TACME")

    assert used[0].who == PersonId("TACME", "U9")


@pytest.mark.parametrize("user", [{"id": "USLACKBOT"}, {"id": "U1", "is_bot": True}, {"id": BOT_USER}, {}, "U1", None])
async def test_nobody_else_uses_one(w: World, used: list[Shortcut], user: Any) -> None:
    """Bots and apps are no people."""
    assert await w.click(payloads.global_shortcut(GLOBAL, "U1") | {"user": user}) == 200
    assert used == []


async def test_a_shortcut_that_is_gone_fails_in_slack(w: World) -> None:
    """Nothing can be shown for it, so it must not look as if it had worked."""
    assert await w.shortcut("test.gone", "U1") == 400


async def test_one_that_fails_is_shown_as_failed(w: World) -> None:
    """By Slack: there may be no channel in which the bot could say so."""
    assert await w.shortcut(FAILING, "U1") == 500


async def test_it_is_counted_by_its_name(w: World) -> None:
    """As clicks and forms are; a name that nobody has given is another's."""
    await w.shortcut(GLOBAL, "U1")
    await w.shortcut("test.gone", "U1")
    async with w.http.get(f"http://127.0.0.1:{w.desk.port}/metrics") as answer:
        page = await answer.text()

    assert f'action="{GLOBAL}"' in page
    assert "test.gone" not in page


async def test_nobody_listens_without_a_policy(w: World) -> None:
    """As for clicks and forms."""
    with pytest.raises(LookupError):
        listen_to_shortcuts(w.desk.bolt, w.desk.services, {"test.open": None})  # type: ignore[dict-item]


_MESSAGE = payloads.message_shortcut(
    OF_MESSAGE, "U1", "CCYBER", "words", message_ts="1600000000.000100", author="U2", files=["F1"]
)


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ({"message": None}, {"said": "", "files": (), "is_ours": False}),
        ({"message": ["x"]}, {"said": "", "files": (), "is_ours": False}),
        ({"message": {"text": 5, "files": "F1", "user": BOT_USER}}, {"said": "", "files": (), "is_ours": True}),
        ({"message": {"files": [None, 5, {}, {"id": 5}, {"id": "f"}, {"id": "F2"}]}}, {"files": ("F2",)}),
        ({"message": {"text": "a\0b\ud800", "thread_ts": "soon"}}, {"said": "ab?", "thread_ts": ""}),
        ({"channel": None}, {"channel": "", "message_ts": "", "said": "", "files": ()}),
        ({"channel": {"id": "C 1"}}, {"channel": "", "message_ts": ""}),
        ({"message_ts": "1.5"}, {"channel": "", "message_ts": "", "said": ""}),
        ({"trigger_id": {"a": 1}, "action_ts": None}, {"trigger": ""}),
    ],
    ids=lambda one: next(iter(one)),
)
async def test_what_is_odd_is_nothing(w: World, change: dict[str, Any], read: dict[str, Any]) -> None:
    """A field of another kind than it should be is none; a message without a place is none."""
    shortcut = Shortcut.of({**_MESSAGE, **change}, w.desk.services)

    assert {name: getattr(shortcut, name) for name in read} == read


@pytest.mark.parametrize("callback", [None, 5, "", "two words", "x" * 300])
async def test_one_without_a_name_reaches_nobody(w: World, used: list[Shortcut], callback: Any) -> None:
    """It is no request of ours."""
    assert await w.click({**_MESSAGE, "callback_id": callback}) == 400
    assert used == []


def test_ids_are_each_read_once_and_not_without_end() -> None:
    """What a list holds beyond fifty is left out."""
    many = {"files": [{"id": f"F{n // 2}"} for n in range(200)]}

    assert fields.ids(many, "files") == tuple(f"F{n}" for n in range(25))
    assert fields.ids({"files": {"id": "F1"}}, "files") == ()
    assert fields.ids({}, "files") == ()


async def test_the_files_of_a_field(w: World) -> None:
    """Their ids alone: what Slack says beside them is asked for anew."""
    view = {"blocks": [{"type": "input", "block_id": "p", "element": {"type": "file_input", "action_id": "p.in"}}]}
    metadata = json.dumps({"language": "fi"})
    state = payloads.form_state(view, p=["F1", "F2"])
    form = Form.of(payloads.view_submission("U1", "c.d", state, private_metadata=metadata), w.desk.services)
    empty = Form.of(payloads.view_submission("U1", "c.d", payloads.form_state(view)), w.desk.services)
    assert form is not None
    assert empty is not None

    assert form.files("p", "p.in") == ("F1", "F2")
    assert form.files("p", "other") == form.files("other", "p.in") == empty.files("p", "p.in") == ()
