"""Clicks and forms of translators, on the cards of reports: judged and carried out in one transaction before the ack.

What can be done follows from how the report stands in the database. So of two who click at once one is first, and the
other reads, alone, who it was; the same holds for a form that was open while somebody else was quicker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.flows import report as flow
from bot.i18n import Translator
from bot.listeners import access, changes, people, speaking
from bot.listeners.access import Access, Target
from bot.listeners.clicks import Click, Form
from bot.listeners.registry import FormListener, Listener, listen, listen_to_forms
from bot.listeners.reports import changing, kinds
from bot.listeners.services import Services
from bot.model import Language, Notice, Person, PersonId, Thread
from bot.render import report_cards as render
from bot.render import translator_forms as forms
from bot.render.report_cards import Further
from bot.report import Kind, Report, name
from bot.store import reports

_MERGING: Final = (render.SAME, forms.DUPLICATING)
"""What makes one report a duplicate of another: one after the other, so that no circle can be closed at once."""


@dataclass(frozen=True, slots=True)
class _Clicked:
    """A click on a card, and what stands behind it now."""

    click: Click
    report: Report
    person: Person
    language: Language  # in which whoever clicked is spoken to


Act: TypeAlias = Callable[[Connection, Services, _Clicked], Report | None]
"""The report after an act; None where it is no longer possible."""

FormAct: TypeAlias = Callable[[Connection, Services, _Clicked, Form, Translator], tuple[Report | None, dict[str, str]]]
"""The report after a form, or what is wrong with the form, by field; neither: it is no longer possible."""


def register(app: AsyncApp, services: Services) -> None:
    """Listen to what cards show."""

    def at_once(act: Act) -> Listener:
        async def carry_out(click: Click) -> None:
            await _change(services, click, act)

        return carry_out

    def by_form(make: Callable[[Translator, Report], dict[str, Any]]) -> Listener:
        async def opened(click: Click) -> None:
            await _open(services, click, make)

        return opened

    def sent(act: FormAct) -> FormListener:
        async def submitted(form: Form) -> dict[str, str]:
            return await _submit(services, form, act)

        return submitted

    further = {
        Further.REJECT.value: by_form(forms.rejecting_form),
        Further.DUPLICATE.value: by_form(forms.duplicating_form),
        Further.MOVE.value: by_form(forms.moving_form),
        Further.RELEASE.value: at_once(_by(flow.release)),
        Further.TAKE_OVER.value: at_once(_by(flow.take_over)),
    }

    clicks = {
        render.TAKE: at_once(_by(flow.take)),
        render.REOPEN: at_once(_by(flow.reopen)),
        render.SAME: at_once(_same),
        render.ASK: by_form(forms.asking_form),
        render.FIX: by_form(forms.fixing_form),
        render.MORE: changes.choosing(services, further),
    }
    listen(app, services, clicks)
    submitted = {
        forms.ASKING: sent(_asked),
        forms.FIXING: sent(_fixed),
        forms.REJECTING: sent(_rejected),
        forms.DUPLICATING: sent(_duplicate),
        forms.MOVING: sent(_moved),
    }
    listen_to_forms(app, services, submitted)


def _by(act: Callable[[Report, PersonId, datetime], Report | None]) -> Act:
    return lambda _, services, clicked: act(clicked.report, clicked.person.id, services.clock.now())


def _same(conn: Connection, services: Services, clicked: _Clicked) -> Report | None:
    """The same as a report that the card has named."""
    chosen = next((number for number in clicked.report.near if str(number) == clicked.click.value), None)
    root = None if chosen is None else changing.locked_root(conn, services, chosen)
    if root is None:
        return None
    return flow.duplicate(clicked.report, clicked.person.id, services.clock.now(), root.number)


def _asked(
    _: Connection, services: Services, clicked: _Clicked, form: Form, t: Translator
) -> tuple[Report | None, dict[str, str]]:
    question, errors = forms.read_question(form.values, t)
    asked = flow.ask(clicked.report, clicked.person.id, services.clock.now(), question)
    return asked, errors


def _fixed(
    _: Connection, services: Services, clicked: _Clicked, form: Form, t: Translator
) -> tuple[Report | None, dict[str, str]]:
    now = services.clock.now()
    fix, errors = forms.read_fix(form.values, clicked.report, t, today=people.today_at(clicked.person, now))
    if errors:
        return None, errors
    fixed = flow.fix(
        clicked.report,
        clicked.person.id,
        now,
        final=fix.final,
        finals=fix.finals,
        visible=fix.visible,
        visible_on=fix.visible_on,
        words=fix.words,
    )
    return fixed, {}


def _rejected(
    _: Connection, services: Services, clicked: _Clicked, form: Form, t: Translator
) -> tuple[Report | None, dict[str, str]]:
    rejection, errors = forms.read_rejection(form.values, t)
    if errors:
        return None, errors
    by, now = clicked.person.id, services.clock.now()
    return flow.reject(clicked.report, by, now, rejection.reason, rejection.words), {}


def _duplicate(
    conn: Connection, services: Services, clicked: _Clicked, form: Form, t: Translator
) -> tuple[Report | None, dict[str, str]]:
    number, errors = forms.read_duplicate(form.values, clicked.report, t)
    if errors:
        return None, errors
    root = changing.locked_root(conn, services, number)
    if root is None:
        return None, form.error(t("There is no report {number}.", number=name(number)))
    if root.number == clicked.report.number:
        return None, form.error(t("{number} is itself closed as the same as this one.", number=name(number)))
    return flow.duplicate(clicked.report, clicked.person.id, services.clock.now(), root.number), {}


def _moved(
    _: Connection, services: Services, clicked: _Clicked, form: Form, t: Translator
) -> tuple[Report | None, dict[str, str]]:
    to, errors = forms.read_move(form.values, clicked.report, t)
    if errors:
        return None, errors
    wanted: Language | Kind = Kind.SOURCE if to == forms.SOURCE else to
    return flow.move(clicked.report, clicked.person.id, services.clock.now(), wanted), {}


async def _change(services: Services, click: Click, act: Act) -> None:
    """Carry out a click. Raises StoreUnavailable."""

    def unit(conn: Connection) -> None:
        found = _judged(conn, services, click)
        if not changes.is_first(conn, services, click):
            return
        if isinstance(found, Notice):
            _refuse(conn, services, click, found)
            return
        after = act(conn, services, found)
        if after is None:
            _too_late(conn, services, found)
        else:
            changing.changed(conn, services, after)

    await services.store.run(unit)


async def _open(services: Services, click: Click, make: Callable[[Translator, Report], dict[str, Any]]) -> None:
    """Open a form for whoever may send it, while it can be sent."""
    found = await services.store.read(lambda conn: _judged(conn, services, click))
    if isinstance(found, _Clicked) and not found.report.is_closed:
        t = services.editions.current.renderer.catalogues[found.language]
        await changes.open_at(services, click, found.report.card_ts, make(t, found.report), found.language)
        return

    def unit(conn: Connection) -> None:
        if isinstance(found, Notice):
            _refuse(conn, services, click, found)
        else:
            _too_late(conn, services, found)

    await services.store.run(unit)


async def _submit(services: Services, form: Form, act: FormAct) -> dict[str, str]:
    """Carry out a form; why it cannot be, by field: then it stays open, with all that was typed."""
    t = services.editions.current.renderer.catalogues[form.language]

    def unit(conn: Connection) -> None:
        found = _judged(conn, services, form.click)
        if not changes.is_first(conn, services, form.click):
            return
        if isinstance(found, Notice):
            raise _Refused(form.error(changes.words(services, found, form.language)))
        after, errors = act(conn, services, found, form, t)
        if errors:
            raise _Refused(errors)
        if after is None:
            zone = speaking.desk_zone(services)
            standing = render.standing(t, found.report, zone, lambda who: _named(services, who, t))
            raise _Refused(form.error(standing))
        changing.changed(conn, services, after)

    try:
        await services.store.run(unit)
    except _Refused as refused:
        return refused.errors
    return {}


class _Refused(Exception):
    """A form that changes nothing: it leaves no trace, so that it may be mended and sent again; by field, why."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__()
        self.errors = errors


def _judged(conn: Connection, services: Services, click: Click) -> _Clicked | Notice:
    """What was clicked, locked; or why whoever clicked may not."""
    known = reports.by_card(conn, services.workspace, click.channel, click.message_ts) if click.message_ts else None
    if known is None:
        return changes.unknown(conn, services, click, [f"{kinds.CARD}:{services.workspace}:"])
    if click.action.startswith(_MERGING):
        reports.lock_duplicates(conn, services.workspace)
    reports.lock(conn, services.workspace, known.number)
    report = reports.load(conn, services.workspace, known.number)
    if report is None:
        return Notice.GONE
    person = people.load(conn, services, click.who, click.channel)
    language = people.spoken_to(services, person, speaking.language_in(services, report.channel))
    owners = set(changing.owners(services, report))
    if person.is_staff:  # also where they have reported it themselves
        owners.add(person.id.user)
    target = Target(report.reporter, owners=frozenset(owners))
    if access.decide(click.action, person, target) is not Access.ALLOWED:
        return Notice.NOT_OWNER
    return _Clicked(click, report, person, language)


def _refuse(conn: Connection, services: Services, click: Click, notice: Notice) -> None:
    person = people.load(conn, services, click.who, click.channel)
    language = people.spoken_to(services, person, speaking.language_in(services, click.channel))
    thread = Thread(click.channel, click.thread_ts or click.message_ts)
    changes.whisper_at(conn, services, changes.notice(notice, language), click, thread)


def _too_late(conn: Connection, services: Services, clicked: _Clicked) -> None:
    """Tell whoever clicked who was first, and have the card drawn anew; a second click of theirs says nothing."""
    click, report = clicked.click, clicked.report
    if click.action.startswith(render.SAME) and not report.is_closed:  # the other is gone, or is the same as this one
        near = tuple(number for number in report.near if str(number) != click.value)
        reports.save(conn, services.workspace, replace(report, near=near), services.clock.now())
        changing.show(conn, services, report, click.key)
        _refuse(conn, services, click, Notice.MOVED_ON)
        return
    changing.show(conn, services, report, click.key)
    if report.history[-1].who == clicked.person.id:
        return
    changes.tell_late(conn, services, kinds.LATE, click, report.number, report.card_ts, clicked.language)


def _named(services: Services, who: PersonId, t: Translator) -> str:
    """A person where nobody can be mentioned."""
    member = next((one for one in services.desk.staff if one.user == who.user), None)
    return member.name if member else t("somebody else")
