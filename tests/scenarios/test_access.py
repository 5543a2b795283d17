"""Who may do what: every action and every form, tried by everybody there is, over Slack's own requests."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection, select

import bot
from bot.flows.request import Desk as Flow
from bot.listeners import access, changes, registry
from bot.listeners.access import Access, Role, Target
from bot.listeners.meetings import changing
from bot.listeners.requests import changing as requests_changing
from bot.meeting import Cause, Kind, Meeting, Span, State
from bot.model import LANGUAGES, Notice, Person, PersonId
from bot.render import (
    home,
    meeting_forms,
    meetings,
    messages,
    report_cards,
    report_forms,
    reports,
    request_cards,
    request_forms,
    requests,
    translator_forms,
    views,
)
from bot.render.request_cards import Further
from bot.request import Reason, Request
from bot.store import audit
from bot.store import meetings as stored
from bot.store import requests as stored_requests
from bot.store.audit import Deed
from bot.store.tables import (
    cell,
    gap,
    host,
    meeting,
    message,
    person,
    regression,
    report,
    reporter,
    request,
    thread,
    vote,
)
from tests import payloads
from tests.scenarios.meeting_desk import at, times
from tests.scenarios.report_desk import words_in
from tests.scenarios.request_desk import cards
from tests.scenarios.world import DESK, DESK_CHANNELS, MONDAY, TRANSLATORS, World, clock_at, control, world
from tests.stub_slack import BOT_USER, TEAM, StubMessage, View

REFUSALS = (
    Notice.NOT_YOURS,
    Notice.NOT_YOUR_DATA,
    Notice.NOT_YOUR_REPORT,
    Notice.NOT_YOUR_MEETING,
    Notice.NOT_OWNER,
    Notice.NOT_STAFF,
)
OFFICE = DESK.replace(
    "staff: [{user: USTAFF, name: Aino, languages: [fi, en]}]",
    "staff: [{user: USTAFF, name: Aino, languages: [fi, en]}, {user: UKURT, name: Kurt, languages: [de]},"
    " {user: UOTSO, name: Otso}]",
)
OFFICE = OFFICE.replace("slack_teams: [TACME],", "slack_teams: [TACME], time_zone: Europe/Helsinki,")
OFFICE += """
levels: [{id: first-line, channel: CSUPPORT}, {id: product-experts, channel: CEXPERTS}]
hosts: [{user: UHOST, name: Hanna, languages: [en, fi], kinds: [support, training]}]
translations:
  default: {channel: CTRANS, owners: [UFR]}
  de: {channel: CTRANS, owners: [UDE, UDEGUEST, UDEFAR]}
"""


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
    "host": Somebody("UHOST"),
    "owner": Somebody("UDE"),
    "guest owner": Somebody("UDEGUEST"),
    "outside owner": Somebody("UDEFAR", "TUNKNOWN"),
    "owner of another language": Somebody("UFR"),
    "guest": Somebody("UGUEST"),
    "member": Somebody("U2"),
    "outsider": Somebody("UFAR", "TUNKNOWN"),
    "staff's namesake elsewhere": Somebody("USTAFF", "TUNKNOWN"),
    "host's namesake elsewhere": Somebody("UHOST", "TUNKNOWN"),
    "asker's namesake elsewhere": Somebody("UACME", "TUNKNOWN"),
    "of no team": Somebody("USTAFF", ""),
    "bot": Somebody("UBOT", flags=(("is_bot", True),)),
    "app": Somebody("UAPP", flags=(("bot_id", "B1"),)),
    "ourselves": Somebody(BOT_USER),
    "Slackbot": Somebody("USLACKBOT"),
    "nobody": Somebody(None),
}
THEIRS: Final = {"asker", "colleague", "staff", "staff of another language"}
MEETING: Final = {"asker", "host", "staff", "staff of another language"}
TRANSLATING: Final = {"owner", "guest owner", "outside owner", "staff", "staff of another language"}
DESK_PEOPLE: Final = {"staff", "staff of another language"}
MACHINES: Final = {"bot", "app", "ourselves", "Slackbot", "nobody"}
PEOPLE: Final = set(EVERYBODY) - MACHINES

ALL = {"allowed": PEOPLE}
SHARED = {"allowed": {"asker"}, "alone": PEOPLE - {"asker"}}
VALUES = {"allowed": THEIRS, "refused": PEOPLE - THEIRS}
REPORTERS = {"allowed": {"asker"}, "refused": PEOPLE - {"asker"}}
TRANSLATORS_OWN = {"allowed": TRANSLATING, "refused": PEOPLE - TRANSLATING}
BOOKERS = {"allowed": {"asker"}, "refused": PEOPLE - {"asker"}}
IN_MEETING = {"allowed": MEETING, "refused": PEOPLE - MEETING}
DESKS_OWN = {"allowed": DESK_PEOPLE, "refused": PEOPLE - DESK_PEOPLE}
HOSTS_OWN = {"allowed": {"host"}, "nothing": set(EVERYBODY) - {"host"}}  # others see no such control in App Home
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
    "report.open": ALL,
    "report.send": REPORTERS,
    "report.details": REPORTERS,
    "report.discard": REPORTERS,
    "report.picture": REPORTERS,
    "report.question": REPORTERS,
    "report.wrong": VALUES,
    "report.take": TRANSLATORS_OWN,
    "report.ask": TRANSLATORS_OWN,
    "report.fix": TRANSLATORS_OWN,
    "report.more": TRANSLATORS_OWN,
    "report.same": TRANSLATORS_OWN,
    "report.reopen": TRANSLATORS_OWN,
    "report.new": ALL,
    "report.message": ALL,
    "report.form": ALL,
    "report.complaint": VALUES,
    "report.asking": TRANSLATORS_OWN,
    "report.fixing": TRANSLATORS_OWN,
    "report.rejecting": TRANSLATORS_OWN,
    "report.duplicating": TRANSLATORS_OWN,
    "report.moving": TRANSLATORS_OWN,
    "meeting.slot": ALL,
    "meeting.times": ALL,
    "meeting.zone": BOOKERS,
    "meeting.more": BOOKERS,
    "meeting.details": IN_MEETING,
    "meeting.move": IN_MEETING,
    "meeting.cancel": IN_MEETING,
    "meeting.again": BOOKERS,
    "meeting.helped": BOOKERS,
    "meeting.unhelped": BOOKERS,
    "meeting.book": ALL,
    "meeting.pause": HOSTS_OWN,
    "meeting.resume": HOSTS_OWN,
    "meeting.offer": DESKS_OWN,
    "meeting.new": ALL,
    "meeting.form": ALL,
    "meeting.choosing": ALL,
    "meeting.moving": IN_MEETING,
    "meeting.cancelling": IN_MEETING,
    "meeting.card": {"allowed": {"asker"}, "nothing": set(EVERYBODY) - {"asker"}},  # nobody else can send it
    "meeting.pausing": HOSTS_OWN,
    "request.again": VALUES,
    "request.settled": VALUES,
    "request.take": DESKS_OWN,
    "request.reply": DESKS_OWN,
    "request.answer": DESKS_OWN,
    "request.resolve": DESKS_OWN,
    "request.reopen": DESKS_OWN,
    "request.more": DESKS_OWN,
    "request.replying": DESKS_OWN,
    # What one has written oneself, and nobody else.
    "request.sending": {**DESKS_OWN, "allowed": {"staff"}, "alone": {"staff of another language"}},
    "request.searching": DESKS_OWN,
    "request.presenting": DESKS_OWN,
    "request.assigning": DESKS_OWN,
    "request.taking": DESKS_OWN,
    "request.raising": DESKS_OWN,
    "request.resolving": DESKS_OWN,
    "request.explaining": DESKS_OWN,
    "request.escalate": DESKS_OWN,
    "request.new": DESKS_OWN,
    "answer.why": DESKS_OWN,
}
AUDITED: Final = {action for action, fates in EXPECTED.items() if fates.get("refused") == PEOPLE - DESK_PEOPLE}
PARTNERS_OWN: Final = {"request.again", "request.settled"}
LOOKING: Final = {
    # Nothing is done yet by what only opens a form, or shows in it what would be sent.
    "request.reply",
    "request.answer",
    "request.resolve",
    "request.replying",
    "request.searching",
    "request.escalate",
    "answer.why",
}

ANSWER = "How long does the extended trial last?"
BOTH = "How do I register a deal? And can customers pay by invoice?"
COMPUTED = "When does our customer's extended trial end?"
STARTED = "Our customer's extended trial started yesterday, when does it end?"
REPORT = "I would like to report a translation error"
BOOKING = "I want to book a support meeting"

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


# Reports: each of another text, since identical ones are one

_numbers = itertools.count(1)


def _error() -> str:
    return f'The German text "{next(_numbers)} – ist falsch geschrieben" is wrong'


async def _reported(w: World) -> StubMessage:
    """The card of a report that the asker has sent."""
    await w.press(await _asked(w, _error()), "report.send", "UACME", team="TACME")
    await w.settle()
    return [one for one in w.slack.messages("CTRANS") if one.thread_ts is None][-1]


async def _result(w: World) -> StubMessage:
    """The message that tells the asker what has become of their report."""
    await _worked_on(w, await _reported(w), "report.fix", final="Gut")
    return w.slack.messages("CCYBER")[-1]


async def _worked_on(w: World, card: StubMessage, action: str, **fields: str) -> None:
    await w.press(card, action, "UDE")
    await w.fill(w.slack.opened[-1], "UDE", **fields)
    await w.settle()


def _clicked(card: StubMessage, action: str, value: str | None = None) -> dict[str, Any]:
    shown = control(card, action)
    given = str(shown.get("value") or "") if value is None else value
    place = {"message_ts": card.ts, "thread": card.thread_ts}
    return payloads.block_actions(card.channel, "U1", action, given, kind=shown["type"], **place)


def _on_draft(action: str) -> Act:
    async def act(w: World) -> dict[str, Any]:
        return _clicked(await _asked(w, _error()), action)

    return act


def _on_picture(action: str) -> Act:
    async def act(w: World) -> dict[str, Any]:
        ts = await w.mention("CCYBER", "UACME", "", team="TACME", files=[f"F{next(_numbers)}"])
        return _clicked(await w.only("CCYBER", ts), action)

    return act


def _on_card(action: str, value: str | None = None) -> Act:
    async def act(w: World) -> dict[str, Any]:
        if action.startswith("report.same"):
            await _reported(w)
        card = await _reported(w)
        if action == "report.reopen":
            await _worked_on(w, card, "report.fix", final="Gut")
        return _clicked(card, action, value)

    return act


async def _on_result(w: World) -> dict[str, Any]:
    return _clicked(await _result(w), "report.wrong")


def _sent(form: View, **fields: str) -> dict[str, Any]:
    """A form that somebody else has opened, filled in."""
    metadata, state = form.view["private_metadata"], payloads.form_state(form.view, **fields)
    return payloads.view_submission("U1", form.view["callback_id"], state, private_metadata=metadata, view_id=form.id)


def _from_card(action: str, value: str | None = None, **fields: str) -> Act:
    async def act(w: World) -> dict[str, Any]:
        await _reported(w)
        card = await _reported(w)
        await w.press(card, action, "UDE", value)
        return _sent(w.slack.opened[-1], **fields)

    return act


async def _report_form(w: World) -> dict[str, Any]:
    await w.press(await _asked(w, _error()), "report.details", "UACME", team="TACME")
    return _sent(w.slack.opened[-1])


async def _complaint(w: World) -> dict[str, Any]:
    await w.press(await _result(w), "report.wrong", "UACME", team="TACME")
    return _sent(w.slack.opened[-1], said="No")


async def _shortcut(_: World) -> dict[str, Any]:
    return payloads.global_shortcut("report.new", "U1")


async def _message_shortcut(w: World) -> dict[str, Any]:
    about = w.say("CCYBER", "UACME", "Ein Fehler", team="TACME")
    return payloads.message_shortcut("report.message", "U1", "CCYBER", about.text, message_ts=about.ts, author="UACME")


# Meetings: one at a time

_ACME = PersonId("TACME", "UACME")
_NINE = datetime(2026, 11, 24, 7, tzinfo=UTC)  # on Tuesday, at the desk
_EVER = (_NINE - timedelta(days=400), _NINE + timedelta(days=400))


async def _met(w: World, *, is_over: bool = False) -> Meeting:
    """A meeting that the asker has with the host, or had; there is no other."""
    start = _NINE - timedelta(days=28 if is_over else 0)
    said = w.say("CCYBER", "UACME", "…", team="TACME")
    told = {"channel": "CCYBER", "thread_ts": said.ts, "zone": "Europe/Helsinki", "booked_at": MONDAY}
    end = start + timedelta(minutes=30)
    met = Meeting(0, said.ts, Kind.SUPPORT, _ACME, "en", start, end, "", **told)
    span = Span(start, start + timedelta(minutes=40))
    return await w.desk.database.run(lambda conn: _book(conn, met, span))


def _book(conn: Connection, met: Meeting, span: Span) -> Meeting:
    for other in stored.between(conn, TEAM, *_EVER):
        stored.delete(conn, TEAM, other.number)
    booked = stored.book(conn, TEAM, met, ["UHOST"], span, met.uid, MONDAY)
    assert booked is not None
    return booked


def _of_meeting(met: Meeting, action: str, value: str = "") -> dict[str, Any]:
    place = {"message_ts": met.thread_ts, "thread": met.thread_ts}
    return payloads.block_actions("CCYBER", "U1", action, value or str(met.number), **place)


def _on_meeting(action: str) -> Act:
    async def act(w: World) -> dict[str, Any]:
        return _of_meeting(await _met(w), action)

    return act


def _afterwards(action: str) -> Act:
    async def act(w: World) -> dict[str, Any]:
        met = await _met(w, is_over=True)
        await w.desk.database.run(lambda conn: changing.ask_whether_it_helped(conn, w.desk.services, met))
        await w.settle()
        return _clicked(w.slack.messages("CCYBER")[-1], action)

    return act


async def _again(w: World) -> dict[str, Any]:
    met, time = await _met(w), int((_NINE + timedelta(days=1)).timestamp())
    how = {"state": State.UNPLACED, "cause": Cause.HOST, "now": MONDAY}
    await w.desk.database.run(lambda conn: stored.free(conn, TEAM, met, **how))
    return _of_meeting(met, "meeting.again.1", f"{met.number}:{time}")


def _from_meeting(action: str, **fields: str) -> Act:
    async def act(w: World) -> dict[str, Any]:
        return _sent(await _form_of(w, _of_meeting(await _met(w), action)), **fields)

    return act


async def _form_of(w: World, click: dict[str, Any], user: str = "UACME", team: str = "TACME") -> View:
    """The form that opens when somebody clicks."""
    click["user"] |= {"id": user, "team_id": team}
    before = len(w.slack.opened)
    assert await w.click(click) == 200
    (form,) = w.slack.opened[before:]
    return form


async def _moving(w: World) -> dict[str, Any]:
    form = await _form_of(w, _of_meeting(await _met(w), "meeting.move"))
    return _sent(form, **at(form, times(form)[0]))


async def _zone(w: World) -> dict[str, Any]:
    offer = await _asked(w, BOOKING)
    await w.press(offer, "meeting.more", "UACME", "zone", team="TACME")
    await w.settle()
    return _clicked(offer, "meeting.zone", "Europe/Paris")


async def _booking_form(w: World) -> dict[str, Any]:
    form = await _form_of(w, _clicked(await _asked(w, BOOKING), "meeting.times"))
    return _sent(form, topic="…", **at(form, times(form)[0]))


def _home(action: str, value: str) -> Act:
    async def act(_: World) -> dict[str, Any]:
        return payloads.home_action("U1", action, value, kind="button")

    return act


async def _pausing(w: World) -> dict[str, Any]:
    form = await _form_of(w, await _home("meeting.pause", "")(w), "UHOST", TEAM)
    return _sent(form, day="2026-11-30")


async def _meeting_shortcut(_: World) -> dict[str, Any]:
    return payloads.global_shortcut("meeting.new", "U1")


async def _choosing(w: World) -> dict[str, Any]:
    return _sent(await _form_of(w, await _meeting_shortcut(w)), kind="training")


# Requests: each of a thread of its own

_OTSO = PersonId(TEAM, "UOTSO")

Happened = Callable[[Flow, Request, datetime], Request | None]
"""What has happened to a request before somebody acts."""


def _taken_by_another(flow: Flow, asked: Request, now: datetime) -> Request | None:
    return flow.take(asked, _OTSO, now)


def _dismissed(flow: Flow, asked: Request, now: datetime) -> Request | None:
    return flow.dismiss(asked, _OTSO, now)


def _resolved(flow: Flow, asked: Request, now: datetime) -> Request | None:
    return flow.resolve(asked, _OTSO, now, Reason.DONE, "")


def _urgent(flow: Flow, asked: Request, now: datetime) -> Request | None:
    return flow.weigh(asked, _OTSO, now, is_urgent=True)


def _nudged(flow: Flow, asked: Request, now: datetime) -> Request | None:
    waiting = flow.wait(asked, _OTSO, now)
    return flow.nudge(waiting, now) if waiting else None


async def _requested(w: World, *, happened: Happened | None = None) -> StubMessage:
    """The card of a request of the asker, after something has happened to it."""
    await w.press(await _asked(w, ANSWER), "human.ask", "UACME", team="TACME")
    card = (await cards(w))[-1]
    if happened is not None:
        await w.desk.database.run(lambda conn: _happen(conn, w, card, happened))
        await w.settle()
    return card


def _happen(conn: Connection, w: World, card: StubMessage, happened: Happened) -> None:
    services = w.desk.services
    asked = stored_requests.by_card(conn, TEAM, card.channel, card.ts)
    assert asked is not None
    after = happened(requests_changing.flow(services), asked, w.clock.now())
    assert after is not None
    requests_changing.changed(conn, services, after)


def _on_request(action: str, value: str | None = None, *, happened: Happened | None = None) -> Act:
    async def act(w: World) -> dict[str, Any]:
        return _clicked(await _requested(w, happened=happened), action, value)

    return act


def _on_word(action: str, happened: Happened) -> Act:
    """A click on what the asker reads in their thread after that."""

    async def act(w: World) -> dict[str, Any]:
        await _requested(w, happened=happened)
        return _clicked(w.slack.messages("CCYBER")[-1], action)

    return act


async def _opened(w: World, action: str, value: str | None = None, *, happened: Happened | None = None) -> View:
    """The form that opens when somebody of the desk clicks."""
    return await _form_of(w, await _on_request(action, value, happened=happened)(w), "USTAFF", TEAM)


def _from_request(action: str, value: str | None = None, *, happened: Happened | None = None, **fields: str) -> Act:
    async def act(w: World) -> dict[str, Any]:
        return _sent(await _opened(w, action, value, happened=happened), **fields)

    return act


async def _sending(w: World) -> dict[str, Any]:
    assert await w.fill(await _opened(w, "request.reply"), "USTAFF", text="Sixty days.") == {}
    return _sent(w.slack.answered[-1])


async def _presenting(w: World) -> dict[str, Any]:
    form = await _opened(w, "request.answer")
    field = form.view["blocks"][-1]
    chosen = str(field["element"]["options"][0]["value"])
    assert await w.fill(form, "USTAFF", **{field["block_id"]: chosen}) == {}
    return _sent(w.slack.answered[-1])


async def _escalated(w: World) -> dict[str, Any]:
    about = w.say("CCYBER", "UACME", "Our invoice is wrong", team="TACME")
    place = {"message_ts": about.ts, "author": "UACME"}
    return payloads.message_shortcut("request.escalate", "U1", "CCYBER", about.text, **place)


async def _new_request(w: World) -> dict[str, Any]:
    return _sent(await _form_of(w, await _escalated(w), "USTAFF", TEAM), note="From the fair")


async def _why(w: World) -> dict[str, Any]:
    answer = await _asked(w, ANSWER)
    place = {"message_ts": answer.ts, "author": BOT_USER, "thread": answer.thread_ts}
    return payloads.message_shortcut("answer.why", "U1", "CCYBER", answer.text, **place)


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
    "report.open": _click(REPORT, "report.open"),
    "report.send": _on_draft("report.send"),
    "report.details": _on_draft("report.details"),
    "report.discard": _on_draft("report.discard"),
    "report.picture": _on_picture("report.picture"),
    "report.question": _on_picture("report.question"),
    "report.wrong": _on_result,
    "report.take": _on_card("report.take"),
    "report.ask": _on_card("report.ask"),
    "report.fix": _on_card("report.fix"),
    "report.more": _on_card("report.more", "move"),
    "report.same": _on_card("report.same.1"),
    "report.reopen": _on_card("report.reopen"),
    "report.new": _shortcut,
    "report.message": _message_shortcut,
    "report.form": _report_form,
    "report.complaint": _complaint,
    "report.asking": _from_card("report.ask", question="Where?"),
    "report.fixing": _from_card("report.fix", final="Gut"),
    "report.rejecting": _from_card("report.more", "reject", reason="not-found"),
    "report.duplicating": _from_card("report.more", "duplicate"),  # of what it resembles most
    "report.moving": _from_card("report.more", "move", to="fi"),
    "meeting.slot": _click(BOOKING, "meeting.slot.1"),
    "meeting.times": _click(BOOKING, "meeting.times"),
    "meeting.zone": _zone,
    "meeting.more": _click(BOOKING, "meeting.more", "zone"),
    "meeting.details": _on_meeting("meeting.details"),
    "meeting.move": _on_meeting("meeting.move"),
    "meeting.cancel": _on_meeting("meeting.cancel"),
    "meeting.again": _again,
    "meeting.helped": _afterwards("meeting.helped"),
    "meeting.unhelped": _afterwards("meeting.unhelped"),
    "meeting.book": _home("meeting.book.1", "training"),
    "meeting.pause": _home("meeting.pause", ""),
    "meeting.resume": _home("meeting.resume", ""),
    "meeting.offer": _on_request("meeting.offer"),
    "meeting.new": _meeting_shortcut,
    "meeting.form": _booking_form,
    "meeting.choosing": _choosing,
    "meeting.moving": _moving,
    "meeting.cancelling": _from_meeting("meeting.cancel", words="…"),
    "meeting.card": _from_meeting("meeting.details"),
    "meeting.pausing": _pausing,
    "request.again": _on_word("request.again", _resolved),
    "request.settled": _on_word("request.settled", _nudged),
    "request.take": _on_request("request.take"),
    "request.reply": _on_request("request.reply"),
    "request.answer": _on_request("request.answer"),
    "request.resolve": _on_request("request.resolve"),
    "request.reopen": _on_request("request.reopen", happened=_dismissed),
    "request.more": _on_request("request.more", "wait"),
    "request.replying": _from_request("request.reply", text="Sixty days."),
    "request.sending": _sending,
    "request.searching": _from_request("request.answer", query="trial"),
    "request.presenting": _presenting,
    "request.assigning": _from_request("request.more", "assign", assignee="UOTSO"),
    "request.taking": _from_request("request.more", "take-over", happened=_taken_by_another),
    "request.raising": _from_request("request.more", "level", note="Yours"),
    "request.resolving": _from_request("request.resolve", reason="done"),
    "request.explaining": _from_request("request.more", "why", expected="fallback"),
    "request.escalate": _escalated,
    "request.new": _new_request,
    "answer.why": _why,
}


def test_every_action_is_tried() -> None:
    """An action or form without a row of what is expected fails here; so does one that is never tried."""
    assert set(access.POLICIES) == set(EXPECTED)
    assert set(ACTS) == set(EXPECTED)


@pytest.mark.parametrize("action", EXPECTED)
async def test_who_may_do_what(tmp_path: Path, action: str) -> None:
    """Exactly those who may: the others change nothing, and read the result or the reason alone; a machine nothing."""
    async with world(tmp_path, OFFICE, clock=clock_at(MONDAY)) as w:
        w.ahead = timedelta(minutes=10)  # before any meeting begins
        for name in PEOPLE:
            for channel in ("CCYBER", "CTRANS", "CSUPPORT"):
                w.meet(channel, EVERYBODY[name].user or "", EVERYBODY[name].team)
        for guest in ("UGUEST", "UDEGUEST"):
            w.slack.users[guest]["is_restricted"] = True
        found: dict[str, set[str]] = {}
        for name, who in EVERYBODY.items():
            fate, deeds = await _tried(w, ACTS[action], who)
            found.setdefault(fate, set()).add(name)
            noted = [(who.team, who.user, fate == "allowed")] if _is_noted(action, fate, name) else []
            assert [(one.who.team, one.who.user, one.is_allowed) for one in deeds] == noted, name
            assert all(one.act.startswith(action) for one in deeds)

        assert found == {"nothing": MACHINES, **EXPECTED[action]}


def _is_noted(action: str, fate: str, name: str) -> bool:
    """Whether an act is kept: of those of the desk each that was done, or that somebody may not do.

    What partners are shown is clicked by the desk in its own name too.
    """
    if action in PARTNERS_OWN:
        return name in DESK_PEOPLE
    return action in AUDITED and (fate == "refused" or (fate == "allowed" and action not in LOOKING))


_OPENING: Final = {Further.ASSIGN, Further.TAKE_OVER, Further.LEVEL, Further.WHY}
"""The entries of a request's menu that open a form."""


@pytest.mark.parametrize("value", Further)
async def test_each_entry_of_a_requests_menu(tmp_path: Path, value: Further) -> None:
    """Is for the desk alone, whatever it does; what is kept of it says which it was."""
    happened = {Further.TAKE_OVER: _taken_by_another, Further.NORMAL: _urgent}.get(value)
    act = _on_request("request.more", value, happened=happened)
    async with world(tmp_path, OFFICE, clock=clock_at(MONDAY)) as w:
        w.ahead = timedelta(minutes=10)
        for name in (*DESK_PEOPLE, "asker", "colleague", "other partner", "guest", "staff's namesake elsewhere"):
            who, may = EVERYBODY[name], name in DESK_PEOPLE
            w.meet("CSUPPORT", who.user or "", who.team)
            fate, deeds = await _tried(w, act, who)

            assert fate == ("allowed" if may else "refused")
            is_noted = not may or value not in _OPENING
            assert [(one.act, one.is_allowed) for one in deeds] == [(f"request.more.{value}", may)] * is_noted


async def test_the_menu_with_other_languages_holds_the_values_too(tmp_path: Path) -> None:
    """Its entry "Change values" asks for what the values ask for, not for what a language does."""
    act = _click(STARTED, "answer.more", "change-values")
    async with world(tmp_path, OFFICE, clock=clock_at(MONDAY)) as w:
        for name, fate in (("colleague", "allowed"), ("staff", "allowed"), ("member", "refused"), ("bot", "nothing")):
            w.meet("CCYBER", EVERYBODY[name].user or "", EVERYBODY[name].team)

            assert await _fate(w, act, EVERYBODY[name]) == fate


async def test_everybody_may_report_an_error_in_an_answer(tmp_path: Path) -> None:
    """Its menu's entry opens a form for whoever wants to report, not only for whoever had asked."""
    act = _click(ANSWER, "answer.more", "report-error")
    async with world(tmp_path, OFFICE) as w:
        for name in ("asker", "colleague", "other partner", "outsider", "owner"):
            w.meet("CCYBER", EVERYBODY[name].user or "", EVERYBODY[name].team)

            assert await _fate(w, act, EVERYBODY[name]) == "allowed"


@pytest.mark.parametrize("user", ["USTAFF", "UDE"])
async def test_who_works_on_reports_works_on_their_own_too(tmp_path: Path, user: str) -> None:
    """They have seen the error themselves: that takes nothing from them."""
    async with world(tmp_path, OFFICE) as w:
        draft = await w.only("CCYBER", await w.mention("CCYBER", user, _error()))
        await w.press(draft, "report.send", user)
        await w.settle()
        (card,) = [one for one in w.slack.messages("CTRANS") if one.thread_ts is None]
        await w.press(card, "report.take", user)
        await w.settle()

        assert w.slack.ephemerals == []
        assert "has taken this" in w.slack.messages("CTRANS")[-1].text


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
    return (await _tried(w, act, who))[0]


async def _tried(w: World, act: Act, who: Somebody) -> tuple[str, list[Deed]]:
    """The same, and what is kept of it in the list of who did what at the desk."""
    payload = await act(w)
    await w.settle()
    before, whispers, forms = await _state(w), len(w.slack.ephemerals), len(_forms(w))
    deeds = len(await _deeds(w))
    if who.user is None:
        del payload["user"]
    else:
        payload["user"] |= {"id": who.user, "team_id": who.team or None, **dict(who.flags)}
    errors = await w.form_errors(payload)
    await w.settle()
    said = w.slack.ephemerals[whispers:]
    assert {one.user for one in said} <= {who.user}
    new, done = _forms(w)[forms:], (await _deeds(w))[deeds:]
    told = [one for one in new if one["callback_id"] == request_forms.TELLING]  # it says something, and no more
    if await _state(w) != before or len(told) < len(new):
        return "allowed", done
    words = {*errors.values(), *(one.text for one in said), *(words_in(one["blocks"]) for one in told)}
    if words & {changes.words(w.desk.services, notice, language) for notice in REFUSALS for language in LANGUAGES}:
        return "refused", done
    return "alone" if words else "nothing", done


def _forms(w: World) -> list[dict[str, Any]]:
    """The forms that were shown: opened, or in answer to another."""
    return [one.view for one in (*w.slack.opened, *w.slack.answered)]


async def _deeds(w: World) -> list[Deed]:
    return await w.desk.database.read(lambda conn: audit.listed(conn, TEAM))


async def _state(w: World) -> Any:
    """All that could be changed: what is stored, and what everybody sees."""
    tables = (cell, gap, host, meeting, message, person, regression, report, reporter, request, thread, vote)
    kept = await w.desk.database.read(lambda conn: [sorted(map(repr, conn.execute(select(one)))) for one in tables])
    seen = [
        (one.text, *one.edits)
        for channel in ("CCYBER", *DESK_CHANNELS, *TRANSLATORS)
        for one in w.slack.messages(channel)
    ]
    return kept, seen, repr(w.slack.homes)


# The place that decides


def test_an_action_without_a_policy_cannot_be_listened_to() -> None:
    """Nor a form: the desk does not start."""
    app = AsyncApp(token="xoxb-0", signing_secret="0", request_verification_enabled=False)

    async def nothing(_: Any) -> Any: ...

    with pytest.raises(LookupError, match=r"report\.burn has no policy"):
        registry.listen(app, None, {"report.burn": nothing})  # type: ignore[arg-type]
    with pytest.raises(LookupError, match=r"report\.burning has no policy"):
        registry.listen_to_forms(app, None, {"report.burning": nothing})  # type: ignore[arg-type]


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
    """The constants of the modules that make controls and forms; what is sent is looked through in every scenario.

    A form that only says something cannot be sent.
    """
    named = re.compile(r"[a-z-]+\.[a-z-]+")
    ids = {
        value
        for module in (
            home,
            meeting_forms,
            meetings,
            messages,
            report_cards,
            report_forms,
            reports,
            request_cards,
            request_forms,
            requests,
            translator_forms,
            views,
        )
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and named.fullmatch(value)
    }

    assert ids - {request_forms.TELLING} == set(access.POLICIES)


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
        (Person(PersonId("T9", "U2")), Target(PersonId("T0", "U1"), owners=frozenset({"U2"})), Role.OWNER),
        (Person(PersonId("T0", "U1")), Target(PersonId("T0", "U1"), owners=frozenset({"U1"})), Role.OWNER),
    ],
)
def test_how_somebody_stands_to_a_message(somebody: Person, target: Target, role: Role) -> None:
    """By user and team together; two people of whom nothing is known are no colleagues."""
    assert access.role_of(somebody, target) is role
