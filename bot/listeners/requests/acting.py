"""Who of the desk does what to a request: judged, locked, noted, and carried out in one transaction before the ack.

What can be done follows from how the request stands in the database. So of ten who click at once one is first, and the
others read, alone, who it was; the same holds for a form that was open while somebody else was quicker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import Connection

from bot.i18n import Translator
from bot.listeners import access, changes, fields, people, speaking
from bot.listeners.access import Access, Target
from bot.listeners.clicks import Click, Form, Shortcut
from bot.listeners.registry import Again, FormAnswer
from bot.listeners.requests import changing, kinds, storing
from bot.listeners.services import Services
from bot.model import Language, Notice, Person, PersonId, Thread
from bot.render import request_cards as render
from bot.render import request_forms as forms
from bot.request import Request
from bot.store import audit, requests

_NOBODY: Final = PersonId("", "")
_LONGEST_ACT: Final = 60
_LONGEST_NUMBER: Final = 9  # digits


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click of somebody of the desk, and the request behind it as it is now."""

    click: Click
    request: Request
    person: Person
    language: Language  # in which whoever clicked is spoken to


Act: TypeAlias = Callable[[Connection, Clicked], Request | None]
"""The request after an act; None where it is no longer possible."""

FormAct: TypeAlias = Callable[[Connection, Clicked, Form, Translator], tuple[Request | None, dict[str, str]]]
"""The request after a form, or what is wrong with the form, by field; neither: it is no longer possible."""


async def carry_out(services: Services, click: Click, act: Act) -> None:
    """Carry out a click. Raises StoreUnavailable."""

    def unit(conn: Connection) -> None:
        found = judged(conn, services, click)
        if not changes.is_first(conn, services, click):
            return
        note(conn, services, click, found)
        if isinstance(found, Notice):
            refuse(conn, services, click, found)
            return
        after = act(conn, found)
        if after is None:
            too_late(conn, services, found)
        else:
            changing.changed(conn, services, after)

    await services.store.run(unit)


async def look_up(services: Services, click: Click) -> Clicked | None:
    """What was clicked, to show a form for it; None if there is none to show, and then it was said why."""
    found = await services.store.read(lambda conn: judged(conn, services, click, is_look=True))
    if isinstance(found, Clicked):
        return found

    def unit(conn: Connection) -> None:
        if changes.is_first(conn, services, click):
            note(conn, services, click, found)
            refuse(conn, services, click, found)

    await services.store.run(unit)
    return None


async def say_too_late(services: Services, clicked: Clicked) -> None:
    """Tell whoever clicked, alone, how the request stands."""
    await services.store.run(lambda conn: too_late(conn, services, clicked))


async def submit(services: Services, form: Form, act: FormAct) -> FormAnswer:
    """Carry out a form; why it cannot be, by field: then it stays open, with all that was typed."""
    t = services.editions.current.renderer.catalogues[form.language]

    def unit(conn: Connection) -> None:
        found = judged(conn, services, form.click, number=number_of(form))
        if not changes.is_first(conn, services, form.click):
            return
        if isinstance(found, Notice):
            raise Refused(said(form, t, changes.words(services, found, form.language)), found)
        after, errors = act(conn, found, form, t)
        if errors:
            raise Refused(errors)
        if after is None:
            raise Refused(said(form, t, standing(services, found.request, t)), found)
        note(conn, services, form.click, found)
        changing.changed(conn, services, after)

    try:
        await services.store.run(unit)
    except Refused as why:
        return await refused(services, form, why)
    return {}


async def refused(services: Services, form: Form, why: Refused) -> FormAnswer:
    """What a form that changes nothing is answered; who may not send it, or was too late, is noted."""
    found = why.found
    if found is not None:
        await services.store.run(lambda conn: note(conn, services, form.click, found))
    return why.answer


class Refused(Exception):
    """A form that changes nothing: it leaves no trace, so that it may be mended and sent again; what is answered."""

    def __init__(self, answer: FormAnswer, found: Clicked | Notice | None = None) -> None:
        super().__init__()
        self.answer = answer
        self.found = found


def said(form: Form, t: Translator, text: str) -> FormAnswer:
    """A text as the answer to a form: at its first field; of a form without fields another one in its place."""
    return form.error(text) or Again(forms.message_form(t, text))


def number_of(form: Form) -> int | None:
    """The request that a form was opened for."""
    number = form.opened.get("number")
    is_one = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 10**_LONGEST_NUMBER
    return number if is_one else None


def judged(
    conn: Connection, services: Services, click: Click, *, number: int | None = None, is_look: bool = False
) -> Clicked | Notice:
    """What was clicked, locked unless it is only looked at; or why whoever clicked may not.

    A form names its request by number: its card may have moved to another channel meanwhile.
    """
    known = _of_card(conn, services, click)
    if known is None and number is not None:
        known = requests.load(conn, services.workspace, number)
    person = people.load(conn, services, click.who, click.channel or None)
    if not is_allowed(click.action, person):
        return Notice.NOT_STAFF
    if known is None:
        why = changes.unknown(conn, services, click, [f"{kinds.CARD}:{services.workspace}:"])
        # A card that its request has left says so by now: whoever clicks on it has not seen that yet.
        return Notice.MOVED_ON if why is Notice.GONE and _has_moved(conn, services, click) else why
    request = known if is_look else changing.locked(conn, services, known.number)
    if request is None:
        return Notice.GONE
    language = people.spoken_to(services, person, speaking.language_in(services, request.card_channel))
    return Clicked(click, request, person, language)


def _of_card(conn: Connection, services: Services, click: Click) -> Request | None:
    """The request whose card was clicked; Slack may name no message."""
    return requests.by_card(conn, services.workspace, click.channel, click.message_ts) if click.message_ts else None


def _has_moved(conn: Connection, services: Services, click: Click) -> bool:
    """Whether the request that a button names is there, with another card."""
    is_number = click.value.isdecimal() and len(click.value) <= _LONGEST_NUMBER
    return is_number and requests.load(conn, services.workspace, int(click.value)) is not None


def is_allowed(action: str, person: Person) -> bool:
    """Whether somebody may do something to requests: of the desk alone, and by their own team."""
    owners = frozenset({person.id.user}) if person.is_staff else frozenset[str]()
    return access.decide(action, person, Target(_NOBODY, owners=owners)) is Access.ALLOWED


def note(conn: Connection, services: Services, click: Click, found: Clicked | Notice) -> None:
    """Keep who did what, or wanted to."""
    request = found.request if isinstance(found, Clicked) else _of_card(conn, services, click)
    number, allowed = request.number if request else None, isinstance(found, Clicked)
    act = f"{click.action}.{click.value}" if click.action == render.MORE else click.action
    now = services.clock.now()
    audit.add(conn, services.workspace, click.who, act[:_LONGEST_ACT], number, is_allowed=allowed, now=now)


def note_refused(conn: Connection, services: Services, shortcut: Shortcut) -> None:
    """Keep that somebody wanted to use a shortcut of the desk who may not."""
    if services.work.add(conn, changes.CLICK, shortcut.key, {}):
        now = services.clock.now()
        audit.add(conn, services.workspace, shortcut.who, shortcut.callback, None, is_allowed=False, now=now)


def refuse(conn: Connection, services: Services, click: Click, notice: Notice) -> None:
    """Tell whoever clicked, alone, why nothing has changed."""
    if not click.channel:
        return
    person = people.load(conn, services, click.who, click.channel)
    language = people.spoken_to(services, person, speaking.language_in(services, click.channel))
    thread = Thread(click.channel, click.thread_ts or click.message_ts)
    changes.whisper_at(conn, services, changes.notice(notice, language), click, thread)


def too_late(conn: Connection, services: Services, clicked: Clicked) -> None:
    """Tell whoever clicked who was first, and when, and have the card drawn anew; their own second click is silent."""
    click, request = clicked.click, clicked.request
    storing.show(conn, services, request, click.key)
    if request.history[-1].who == clicked.person.id:
        return
    changes.tell_late(conn, services, kinds.LATE, click, request.number, request.card_ts, clicked.language)


def standing(services: Services, request: Request, t: Translator) -> str:
    """How a request stands, where nobody can be mentioned."""

    def named(who: PersonId) -> str:
        member = services.desk.member(who.user)
        return member.name if member else t("somebody else")

    return render.standing(t, request, speaking.desk_zone(services), named)


def text_of(form: Form, name: str) -> str:
    """What a form was opened with, as a text."""
    return fields.text(form.opened, name)
