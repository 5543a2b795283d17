"""Who may do what: every action and every form, tried by everybody there is, over Slack's own requests."""

from __future__ import annotations

import ast
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from slack_bolt.async_app import AsyncApp
from sqlalchemy import select

import bot
from bot.listeners import access, changes, registry
from bot.listeners.access import Access, Role, Target
from bot.model import LANGUAGES, Notice, Person, PersonId
from bot.render import cards, home, messages, views
from bot.store.tables import handoff, message, person, thread, vote
from tests import payloads
from tests.scenarios.world import DESK, MONDAY, World, clock_at, control, world
from tests.stub_slack import BOT_USER, TEAM, StubMessage

REFUSALS = (Notice.NOT_YOURS, Notice.NOT_YOUR_DATA)
OFFICE = DESK.replace(
    "staff: [{user: USTAFF, name: Aino, languages: [fi, en]}]",
    "staff: [{user: USTAFF, name: Aino, languages: [fi, en]}, {user: UKURT, name: Kurt, languages: [de]}]",
)


@dataclass(frozen=True)
class Somebody:
    """Who acts: `user` as Slack's payload holds it; None is nobody."""

    user: str | None
    team: str = TEAM
    flags: tuple[tuple[str, Any], ...] = ()


EVERYBODY: Final = {
    "asker": Somebody("UACME", "TACME"),
    "colleague": Somebody("UACME2", "TACME"),
    "staff": Somebody("USTAFF"),
    "staff of another language": Somebody("UKURT"),
    "other partner": Somebody("UNORTH", "TBOREAL"),
    "guest": Somebody("UGUEST"),
    "member": Somebody("U2"),
    "outsider": Somebody("UFAR", "TUNKNOWN"),
    "staff's namesake elsewhere": Somebody("USTAFF", "TUNKNOWN"),
    "asker's namesake elsewhere": Somebody("UACME", "TUNKNOWN"),
    "of no team": Somebody("USTAFF", ""),
    "bot": Somebody("UBOT", flags=(("is_bot", True),)),
    "app": Somebody("UAPP", flags=(("bot_id", "B1"),)),
    "ourselves": Somebody(BOT_USER),
    "Slackbot": Somebody("USLACKBOT"),
    "nobody": Somebody(None),
}
THEIRS: Final = {"asker", "colleague", "staff", "staff of another language"}
MACHINES: Final = {"bot", "app", "ourselves", "Slackbot", "nobody"}
PEOPLE: Final = set(EVERYBODY) - MACHINES

ALL = {"allowed": PEOPLE}
SHARED = {"allowed": {"asker"}, "alone": PEOPLE - {"asker"}}
VALUES = {"allowed": THEIRS, "refused": PEOPLE - THEIRS}
EXPECTED: Final[dict[str, dict[str, set[str]]]] = {
    "human.ask": ALL,
    "answer.helpful": ALL,
    "answer.unhelpful": ALL,
    "answer.more": SHARED,
    "choice.pick": SHARED,
    "choice.none": SHARED,
    "language.pick": SHARED,
    "topic.pick": SHARED,
    "values.pick": VALUES,
    "values.day": VALUES,
    "values.open": VALUES,
    "home.language": ALL,
    "privacy.erase": {"allowed": {"asker"}, "refused": PEOPLE - {"asker"}},
    "answer.feedback": ALL,
    "values.change": VALUES,
}

ANSWER = "How long does the extended trial last?"
BOTH = "How do I register a deal? And can customers pay by invoice?"
COMPUTED = "When does our customer's extended trial end?"
STARTED = "Our customer's extended trial started yesterday, when does it end?"

Act = Callable[[World], Awaitable[dict[str, Any]]]
"""Prepares a click or a form on something of the asker's; its payload, whoever is to send it."""


async def _asked(w: World, text: str) -> StubMessage:
    ts = await w.mention("CCYBER", "UACME", text, team="TACME")
    return await w.only("CCYBER", ts)


def _click(question: str, action: str, value: str | None = None) -> Act:
    async def act(w: World) -> dict[str, Any]:
        card = await _asked(w, question)
        shown = control(card, action)
        place = {"message_ts": card.ts, "thread": card.thread_ts}
        if shown["type"] == "datepicker":
            return payloads.date_picked("CCYBER", "U1", action, value, **place)
        given = str(shown.get("value") or "") if value is None else value
        return payloads.block_actions("CCYBER", "U1", action, given, kind=shown["type"], **place)

    return act


def _form(question: str, action: str, value: str | None, state: Callable[[dict[str, Any]], dict[str, Any]]) -> Act:
    """A form that the asker has opened."""

    async def act(w: World) -> dict[str, Any]:
        await w.press(await _asked(w, question), action, "UACME", value, team="TACME")
        form = w.slack.opened[-1]
        view, metadata = form.view, form.view["private_metadata"]
        return payloads.view_submission(
            "U1", view["callback_id"], state(view), private_metadata=metadata, view_id=form.id
        )

    return act


async def _at_home(_: World) -> dict[str, Any]:
    return payloads.home_action("U1", "home.language", "fi", kind="static_select")


def _comment(_: dict[str, Any]) -> dict[str, Any]:
    return {"comment": {"comment": {"type": "plain_text_input", "value": "Too short"}}}


def _day(view: dict[str, Any]) -> dict[str, Any]:
    return payloads.form_state(view, start_date="2026-11-02")


ACTS: Final[dict[str, Act]] = {
    "human.ask": _click(ANSWER, "human.ask"),
    "answer.helpful": _click(ANSWER, "answer.helpful"),
    "answer.unhelpful": _click(ANSWER, "answer.unhelpful"),
    "answer.more": _click(ANSWER, "answer.more", "fi"),
    "choice.pick": _click(BOTH, "choice.pick.2"),
    "choice.none": _click(BOTH, "choice.none"),
    "language.pick": _click("Can I change the language?", "language.pick.de"),
    "topic.pick": _click("Which topics do you know?", "topic.pick", "cyberday.trial-length"),
    "values.pick": _click(COMPUTED, "values.pick.1"),
    "values.day": _click(COMPUTED, "values.day", "2026-11-02"),
    "values.open": _click(COMPUTED, "values.open"),
    "home.language": _at_home,
    "privacy.erase": _click("Please delete my data", "privacy.erase"),
    "answer.feedback": _form(ANSWER, "answer.unhelpful", None, _comment),
    "values.change": _form(STARTED, "answer.more", "change-values", _day),
}


def test_every_action_is_tried() -> None:
    """An action or form without a row of what is expected fails here; so does one that is never tried."""
    assert set(access.POLICIES) == set(EXPECTED)
    assert set(ACTS) == set(EXPECTED)


@pytest.mark.parametrize("action", EXPECTED)
async def test_who_may_do_what(tmp_path: Path, action: str) -> None:
    """Exactly those who may: the others change nothing, and read the result or the reason alone; a machine nothing."""
    async with world(tmp_path, OFFICE, clock=clock_at(MONDAY)) as w:
        for name in PEOPLE:
            w.meet("CCYBER", EVERYBODY[name].user or "", EVERYBODY[name].team)
        w.slack.users["UGUEST"]["is_restricted"] = True
        found: dict[str, set[str]] = {}
        for name, who in EVERYBODY.items():
            found.setdefault(await _fate(w, ACTS[action], who), set()).add(name)

        assert found == {**EXPECTED[action], "nothing": MACHINES}


async def test_the_menu_with_other_languages_holds_the_values_too(tmp_path: Path) -> None:
    """Its entry "Change values" asks for what the values ask for, not for what a language does."""
    act = _click(STARTED, "answer.more", "change-values")
    async with world(tmp_path, OFFICE, clock=clock_at(MONDAY)) as w:
        for name, fate in (("colleague", "allowed"), ("staff", "allowed"), ("member", "refused"), ("bot", "nothing")):
            w.meet("CCYBER", EVERYBODY[name].user or "", EVERYBODY[name].team)

            assert await _fate(w, act, EVERYBODY[name]) == fate


async def test_staff_are_told_in_a_language_that_they_speak(tmp_path: Path) -> None:
    """The conversation's where they speak it, else their first; the desk file says so."""
    async with world(tmp_path, OFFICE) as w:
        card = await _asked(w, "Please delete my data")
        for user in ("USTAFF", "UKURT"):
            await w.press(card, "privacy.erase", user)
        (to_aino,), (to_kurt,) = await w.whispers("USTAFF"), await w.whispers("UKURT")

        assert to_aino.text.startswith("Only whoever asked for it")
        assert to_kurt.text.startswith("Bestätigen kann das nur")


async def _fate(w: World, act: Act, who: Somebody) -> str:
    """What comes of an act: a change, a word to whoever acts, a refusal, or nothing."""
    payload = await act(w)
    await w.settle()
    before, whispers = await _state(w), len(w.slack.ephemerals)
    if who.user is None:
        del payload["user"]
    else:
        payload["user"] |= {"id": who.user, "team_id": who.team or None, **dict(who.flags)}
    errors = await w.form_errors(payload)
    await w.settle()
    said = w.slack.ephemerals[whispers:]
    assert {one.user for one in said} <= {who.user}
    if await _state(w) != before:
        return "allowed"
    words = {*errors.values(), *(one.text for one in said)}
    if words & {changes.words(w.desk.services, notice, language) for notice in REFUSALS for language in LANGUAGES}:
        return "refused"
    return "alone" if words else "nothing"


async def _state(w: World) -> Any:
    """All that could be changed: what is stored, what everybody sees, and the forms that were opened."""
    tables = (handoff, message, person, thread, vote)
    stored = await w.desk.database.read(lambda conn: [sorted(map(repr, conn.execute(select(one)))) for one in tables])
    seen = [(one.text, *one.edits) for channel in ("CCYBER", "CSUPPORT") for one in w.slack.messages(channel)]
    return stored, seen, len(w.slack.opened), repr(w.slack.homes)


# The place that decides


def test_an_action_without_a_policy_cannot_be_listened_to() -> None:
    """Nor a form: the desk does not start."""
    app = AsyncApp(token="xoxb-0", signing_secret="0", request_verification_enabled=False)

    async def nothing(_: Any) -> Any: ...

    with pytest.raises(LookupError, match=r"report\.open has no policy"):
        registry.listen(app, None, {"report.open": nothing})  # type: ignore[arg-type]
    with pytest.raises(LookupError, match=r"report\.new has no policy"):
        registry.listen_to_forms(app, None, {"report.new": nothing})  # type: ignore[arg-type]


def test_nobody_else_gives_bolt_a_listener() -> None:
    """Only the registry, which asks for the policy, and what answers failures."""
    listening = {"action", "view", "shortcut", "command", "options", "event", "message", "function"}
    users = set()
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = node.func if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
            on = call.value.id if call and isinstance(call.value, ast.Name) else ""
            if call and call.attr in listening and on in {"app", "bolt"}:
                users.add(path.name)

    assert users == {"registry.py"}


def test_every_id_that_is_rendered_has_a_policy() -> None:
    """The constants of the modules that make controls and forms; what is sent is looked through in every scenario."""
    named = re.compile(r"[a-z-]+\.[a-z-]+")
    ids = {
        value
        for module in (cards, home, messages, views)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and named.fullmatch(value)
    }

    assert ids == set(access.POLICIES)


@pytest.mark.parametrize("action", access.POLICIES)
def test_a_machine_may_do_nothing(action: str) -> None:
    """Nor may nobody; whatever the policy."""
    assert access.decide(action, None, Target()) is Access.REFUSED


@pytest.mark.parametrize(
    ("somebody", "target", "role"),
    [
        (Person(PersonId("TACME", "U1"), organisation="Acme"), Target(PersonId("TACME", "U1"), "Acme"), Role.ASKER),
        (Person(PersonId("TACME", "U1")), Target(None), Role.ASKER),
        (Person(PersonId("TOTHER", "U1")), Target(PersonId("TACME", "U1"), "Acme"), Role.STRANGER),
        (Person(PersonId("TACME", "U2"), organisation="Acme"), Target(PersonId("TACME", "U1"), "Acme"), Role.COLLEAGUE),
        (Person(PersonId("T0", "U2"), is_staff=True), Target(PersonId("TACME", "U1"), "Acme"), Role.STAFF),
        (
            Person(PersonId("TB", "U2"), organisation="Borealis", is_partner=True),
            Target(PersonId("TACME", "U1"), "Acme"),
            Role.PARTNER,
        ),
        (Person(PersonId("T0", "U2")), Target(PersonId("T0", "U1")), Role.STRANGER),
    ],
)
def test_how_somebody_stands_to_a_message(somebody: Person, target: Target, role: Role) -> None:
    """By user and team together; two people of whom nothing is known are no colleagues."""
    assert access.role_of(somebody, target) is role
