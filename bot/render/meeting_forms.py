"""The forms of meetings, and what they hold: booked, moved, cancelled, shown; and hosts who are away."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import i18n
from bot.desk import is_email
from bot.i18n import Translator
from bot.meeting import Customer, Kind, Meeting, name
from bot.model import LANGUAGES, Language
from bot.render import blocks as kit
from bot.render import form_values, meetings, pieces
from bot.render import meeting_words as words
from bot.render.blocks import Block
from bot.render.escape import escape
from bot.render.pieces import Facts, Piece, Sentence, fact, quote

FORM: Final = "meeting.form"
CHOOSING: Final = "meeting.choosing"
MOVING: Final = "meeting.moving"
CANCELLING: Final = "meeting.cancelling"
PAUSING: Final = "meeting.pausing"
CARD: Final = "meeting.card"

# The fields.
TIME: Final = "time"
TOPIC: Final = "topic"
FOR: Final = "for"
CUSTOMER_NAME: Final = "customer_name"
CUSTOMER_EMAIL: Final = "customer_email"
EMAIL: Final = "email"
REMEMBER: Final = "remember"
LANGUAGE: Final = "language"
KIND: Final = "kind"
WORDS: Final = "words"
DAY: Final = "day"

ME: Final = "me"
CUSTOMER: Final = "customer"
_YES: Final = "yes"
_HELD_IN: Final = "held_in"  # in the metadata: the language of the meeting, where the form does not ask for it

LONGEST_NAME: Final = 100
LONGEST_WORDS: Final = 1000
_MOST_SHOWN: Final = 3  # times that are shown at once
_MOST_TIMES: Final = 1000  # of a menu: with all else they stay within the 250 kB of a view
_LONGEST_AWAY: Final = timedelta(days=366)
_SECONDS: Final = re.compile(r"[0-9]{9,10}")


@dataclass(frozen=True, slots=True)
class Booking:
    """What somebody has written into the form that books a meeting."""

    start: datetime | None  # UTC; None: no time was chosen
    topic: str
    customer: Customer | None  # None: it is for themselves
    email: str  # their own; "": not told
    remember: bool  # whether it may be kept for the next time
    language: Language  # of the meeting


def booking_form(
    t: Translator,
    *,
    kind: str,
    slot: datetime | None,
    times: Sequence[datetime],
    zone: str,
    host_zone: str,
    topic: str,
    for_customer: bool,
    customer: Customer | None,
    email: str,
    languages: Sequence[Language],
    language: Language,
    taken: bool,
    metadata: Mapping[str, Any],
    remember: bool = False,
    is_spoken: bool = True,
) -> dict[str, Any]:
    """The form that books a meeting; that it is sent is the confirmation.

    Args:
        t: The words, in the language of whoever books.
        kind: What sort of meeting; a Kind.
        slot: The time that was chosen already; None: the form asks.
        times: Those to choose from, in order; none where it is chosen.
        zone: By whose clock times are told.
        host_zone: The host's, if it is another one; else "".
        topic: What is known of it, or was typed.
        for_customer: Whether it is for somebody else.
        customer: Who that is.
        email: The address of whoever books.
        languages: Those in which it can be held; with two or more the form asks.
        language: The likely one.
        taken: Whether the time that was chosen has just gone: `times` are fresh ones.
        metadata: What comes back with the form.
        remember: Whether the address is remembered.
        is_spoken: Whether `language` is the one that was asked for.

    """
    title = {Kind.SUPPORT: t("Support meeting"), Kind.TRAINING: t("Training session")}[Kind(kind)]
    if not slot and not times:
        typed = _typed(t, customer, email) if taken else Facts(())
        return _without_times(t, FORM, title, [typed, _topic(t, topic)], metadata)
    label = {Kind.SUPPORT: t("What is it about?"), Kind.TRAINING: t("What would you like to learn?")}[Kind(kind)]
    blocks = [
        *([] if is_spoken else _said(t, words.other_language(language, t))),
        *(_chosen_time(t, slot, zone, host_zone) if slot else _times(t, times, zone, host_zone, is_taken=taken)),
        kit.field(TOPIC, label, kit.text_input(TOPIC, topic, multiline=True, longest=meetings.LONGEST_TOPIC)),
        *_customer_fields(t, customer, for_customer=for_customer),
        kit.field(EMAIL, t("Your e-mail"), _email_input(EMAIL, email), optional=True, hint=_invitation(t)),
        kit.field(REMEMBER, t("For the next time"), _remember(t, is_ticked=remember), optional=True),
        *([_language_field(t, languages, language)] if len(languages) > 1 else []),
    ]
    return _modal(t, FORM, title, blocks, submit=t("Book"), metadata={**metadata, _HELD_IN: language})


def read_booking(values: Mapping[str, Any], opened: Mapping[str, Any], t: Translator) -> tuple[Booking, dict[str, str]]:
    """What the form holds (`opened` is its metadata), and per field what is wrong with it."""
    field = _time_field(values)
    start, errors = read_time(values, t) if field else (_instant(opened.get("start")), {})
    booking = Booking(
        start=start,
        topic=form_values.text(values, TOPIC)[: meetings.LONGEST_TOPIC],
        customer=_customer(values),
        email=form_values.text(values, EMAIL),
        remember=_YES in form_values.ticked(values, REMEMBER),
        language=_language(values, opened, t),
    )
    if not booking.topic:
        errors[TOPIC] = t("Please write in a few words what it is about.")
    if booking.start is None and not field:
        errors.setdefault(TOPIC, _no_time(t))
    return booking, errors | _customer_errors(values, booking, t) | _email_errors(booking, t)


def choosing_form(t: Translator, kinds: Sequence[Kind], *, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """What sort of meeting somebody would like, of those that are held."""
    title = t("Book a meeting")
    if not kinds:
        none = _said(t, t("No meetings can be booked with me at the moment."))
        return _modal(t, CHOOSING, title, none, submit="", metadata=metadata)
    options = [kit.option(kit.capital(words.kind(one, t)), one.value) for one in kinds]
    field = kit.field(KIND, t("What would you like to book?"), kit.radio_buttons(KIND, options, options[0]))
    return _modal(t, CHOOSING, title, [field], submit=t("Next"), metadata=metadata)


def read_kind(values: Mapping[str, Any], t: Translator) -> tuple[Kind | None, dict[str, str]]:
    """What sort of meeting was chosen, and what is wrong."""
    chosen = form_values.choice(values, KIND)
    return (Kind(chosen), {}) if chosen in set(Kind) else (None, {KIND: _from_list(t)})


def moving_form(
    t: Translator,
    meeting: Meeting,
    times: Sequence[datetime],
    zone: str,
    host_zone: str,
    *,
    taken: bool,
    metadata: Mapping[str, Any],
) -> dict[str, Any]:
    """Another time for a meeting; `zone` is that of whoever moves it, `host_zone` the host's if it is another one."""
    title = t("Move {number}", number=name(meeting.number))
    if not times:
        return _without_times(t, MOVING, title, [], _about(meeting, metadata))
    now = t("So far: {time}", time=words.beside(meeting.start, zone, host_zone, t))
    blocks = [*_said(t, now), *_times(t, times, zone, host_zone, is_taken=taken)]
    return _modal(t, MOVING, title, blocks, submit=t("Move"), metadata=_about(meeting, metadata))


def read_time(values: Mapping[str, Any], t: Translator) -> tuple[datetime | None, dict[str, str]]:
    """The time (UTC) that was chosen, and what is wrong."""
    field = _time_field(values) or TIME
    start = _instant(form_values.choice(values, field))
    return start, {} if start else {field: _no_time(t)}


def cancelling_form(
    t: Translator, meeting: Meeting, zone: str, *, by_host: bool, metadata: Mapping[str, Any]
) -> dict[str, Any]:
    """Whether a meeting is to be cancelled, and a word to the other side."""
    label = t("A word to whoever booked it") if by_host else t("A word to your host")
    blocks = [
        *_said(t, words.at(meeting.start, zone, t)),
        kit.field(WORDS, label, kit.text_input(WORDS, multiline=True, longest=LONGEST_WORDS), optional=True),
    ]
    return _modal(
        t,
        CANCELLING,
        t("Cancel {number}", number=name(meeting.number)),
        blocks,
        submit=t("Cancel the meeting"),
        close=t("Keep it"),
        metadata=_about(meeting, metadata),
    )


def read_words(values: Mapping[str, Any]) -> str:
    """The word to the other side; may be empty."""
    return form_values.text(values, WORDS)[:LONGEST_WORDS]


def pausing_form(t: Translator, today: date, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Until when a host is away; `today` is theirs."""
    tomorrow = (today + timedelta(days=1)).isoformat()
    hint = t("Until then nobody can book you. What is booked already stays booked.")
    picker = kit.date_picker(DAY, t("Choose a day"), tomorrow)
    field = kit.field(DAY, t("Your first day back"), picker, hint=hint)
    return _modal(t, PAUSING, t("I am away"), [field], submit=t("Save"), metadata=metadata)


def read_day(values: Mapping[str, Any], t: Translator, today: date) -> tuple[date | None, dict[str, str]]:
    """The first day on which a host is back, and what is wrong."""
    day = form_values.day(values, DAY)
    if day is not None and today < day <= today + _LONGEST_AWAY:
        return day, {}
    return None, {DAY: t("Please choose a day after today, within a year.")}


def details_form(
    t: Translator, told: Mapping[str, Any], metadata: Mapping[str, Any], *, to_send: bool = True
) -> dict[str, Any]:
    """All of a meeting that stands, for one person alone; `told` is the result of a direct reply of step BOOKED.

    Whoever has booked it can have it sent, unless they read of it directly already (`to_send`).
    """
    return _modal(
        t,
        CARD,
        name(told["number"]),
        pieces.blocks(meetings.booked(told, t), t),
        submit=t("Send it to me directly") if to_send else "",
        close=t("Close"),
        metadata={**metadata, "number": told["number"]},
    )


def _modal(
    t: Translator,
    callback: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str,
    metadata: Mapping[str, Any],
    close: str = "",
) -> dict[str, Any]:
    """A form whose metadata say in which language it is."""
    return kit.modal(
        callback,
        title,
        blocks,
        submit=submit,
        close=close or t("Close"),
        metadata={**metadata, "language": t.language},
    )


def _without_times(
    t: Translator, callback: str, title: str, typed: Sequence[Piece], metadata: Mapping[str, Any]
) -> dict[str, Any]:
    """What stands in place of a form that has no time to choose; what was typed can be copied from it."""
    told = [Sentence(t("No time is free at the moment.")), *typed]
    return _modal(t, callback, title, pieces.blocks(told, t), submit="", metadata=metadata)


def _topic(t: Translator, topic: str) -> Piece:
    return quote(t("Topic"), topic, meetings.LONGEST_TOPIC)


def _typed(t: Translator, customer: Customer | None, email: str) -> Facts:
    known = customer or Customer("")
    return Facts(
        (
            fact(t("Customer’s name"), known.name),
            fact(t("Customer’s e-mail"), known.email),
            fact(t("Your e-mail"), email),
        )
    )


def _about(meeting: Meeting, metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {**metadata, "number": meeting.number}


def _said(t: Translator, text: str) -> list[Block]:
    return pieces.blocks([Sentence(text)], t)


def _chosen_time(t: Translator, slot: datetime, zone: str, host_zone: str) -> list[Block]:
    return [kit.section(f"*{escape(words.beside(slot, zone, host_zone, t))}*")]


def _times(t: Translator, times: Sequence[datetime], zone: str, host_zone: str, *, is_taken: bool) -> list[Block]:
    """The times to choose from, by day; a few fresh ones at once.

    A field that Slack knows already keeps what was chosen in it, so that fresh times have a field of their own.
    """
    label = t("Time ({city})", city=i18n.zone_city(zone, t.language))
    gone = _said(t, t("This time has just been taken. All that you have written is kept.")) if is_taken else []
    block = f"{TIME}.{int(times[0].timestamp())}" if is_taken else TIME
    options = [
        (i18n.near_day(one.astimezone(ZoneInfo(zone)), t.language), _time_option(one, zone, host_zone, t))
        for one in times[:_MOST_TIMES]
    ]
    if is_taken and len(times) <= _MOST_SHOWN:
        element = kit.radio_buttons(block, [option for _, option in options])
    else:
        days = [(day, [option for _, option in of_day]) for day, of_day in groupby(options, key=lambda one: one[0])]
        element = kit.grouped_select(block, t("Choose a time"), days[: kit.OPTIONS])
    return [*gone, kit.field(block, label, element)]


def _time_option(at: datetime, zone: str, host_zone: str, t: Translator) -> Block:
    return kit.option(words.short(at, zone, host_zone, t), str(int(at.timestamp())))


def _time_field(values: Mapping[str, Any]) -> str | None:
    """The block in which a time was asked for; the last, where there are several."""
    found = [one for one in values if one == TIME or one.startswith(f"{TIME}.")]
    return found[-1] if found else None


def _customer_fields(t: Translator, customer: Customer | None, *, for_customer: bool) -> list[Block]:
    me, other = kit.option(t("For me"), ME), kit.option(t("For a customer"), CUSTOMER)
    known = customer or Customer("")
    return [
        kit.field(FOR, t("For whom is it?"), kit.radio_buttons(FOR, [me, other], other if for_customer else me)),
        kit.field(
            CUSTOMER_NAME,
            t("Customer’s name"),
            kit.text_input(CUSTOMER_NAME, known.name, longest=LONGEST_NAME),
            optional=True,
        ),
        kit.field(
            CUSTOMER_EMAIL,
            t("Customer’s e-mail"),
            _email_input(CUSTOMER_EMAIL, known.email),
            optional=True,
            hint=_invitation(t),
        ),
    ]


def _email_input(action: str, initial: str) -> Block:
    return kit.email_input(action, initial if is_email(initial) else "")  # Slack opens no form with another


def _invitation(t: Translator) -> str:
    return t("Your host sees it. If the desk sends invitations by mail, one goes there.")


def _remember(t: Translator, *, is_ticked: bool) -> Block:
    option = kit.option(t("Remember my e-mail"), _YES)
    return kit.checkboxes(REMEMBER, [option], [option] if is_ticked else ())


def _language_field(t: Translator, languages: Sequence[Language], language: Language) -> Block:
    options = {one: kit.option(i18n.own_names()[one], one) for one in languages}
    menu = kit.select(LANGUAGE, t("Choose a language"), list(options.values()), options.get(language))
    return kit.field(LANGUAGE, t("Language of the meeting"), menu)


def _customer(values: Mapping[str, Any]) -> Customer | None:
    if form_values.choice(values, FOR) != CUSTOMER:
        return None
    written = form_values.text(values, CUSTOMER_NAME)[:LONGEST_NAME]
    return Customer(written, form_values.text(values, CUSTOMER_EMAIL))


def _language(values: Mapping[str, Any], opened: Mapping[str, Any], t: Translator) -> Language:
    chosen = form_values.choice(values, LANGUAGE) or opened.get(_HELD_IN)
    return chosen if chosen in LANGUAGES else t.language


def _customer_errors(values: Mapping[str, Any], booking: Booking, t: Translator) -> dict[str, str]:
    if form_values.choice(values, FOR) not in {ME, CUSTOMER}:
        return {FOR: _from_list(t)}
    errors = {}
    if booking.customer is None:
        if any(form_values.text(values, one) for one in (CUSTOMER_NAME, CUSTOMER_EMAIL)):
            errors[FOR] = t("You have named a customer: choose “For a customer”, or clear their fields.")
        return errors
    if not booking.customer.name:
        errors[CUSTOMER_NAME] = t("Please write the customer’s name.")
    if booking.customer.email and not is_email(booking.customer.email):
        errors[CUSTOMER_EMAIL] = _no_email(t)
    return errors


def _email_errors(booking: Booking, t: Translator) -> dict[str, str]:
    return {EMAIL: _no_email(t)} if booking.email and not is_email(booking.email) else {}


def _no_email(t: Translator) -> str:
    return t("Please write one e-mail address, such as name@example.com.")


def _no_time(t: Translator) -> str:
    return t("Please choose a time.")


def _from_list(t: Translator) -> str:
    return t("Please choose from the list.")


def _instant(written: Any) -> datetime | None:
    """An instant written as seconds since 1970, as text or number; None for anything else."""
    seconds = str(written) if type(written) is int else written
    is_one = isinstance(seconds, str) and _SECONDS.fullmatch(seconds)
    return datetime.fromtimestamp(int(seconds), UTC) if is_one else None
