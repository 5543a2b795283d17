"""What is told of meetings to whoever books them: step by step, and how theirs stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import i18n
from bot.i18n import Translator
from bot.meeting import Cause, Kind, Reminder, State, name
from bot.model import Outcome, Reply
from bot.render import blocks as kit
from bot.render import meeting_words as words
from bot.render.blocks import Block
from bot.render.meeting_zones import zone_menu
from bot.render.pieces import Fact, Facts, Piece, Sentence, fact, quote

SLOT: Final = "meeting.slot"
TIMES: Final = "meeting.times"
ZONE: Final = "meeting.zone"
MORE: Final = "meeting.more"
DETAILS: Final = "meeting.details"
MOVE: Final = "meeting.move"
CANCEL: Final = "meeting.cancel"
AGAIN: Final = "meeting.again"
HELPED: Final = "meeting.helped"
UNHELPED: Final = "meeting.unhelped"
BOOK: Final = "meeting.book"
PAUSE: Final = "meeting.pause"
RESUME: Final = "meeting.resume"
OTHER_ZONE: Final = "zone"
"""The option of an offer's ⋯ menu that asks for the zone anew."""

NEW: Final = "meeting.new"
"""The callback id of the global shortcut."""

LONGEST_TOPIC: Final = 1000
_MOVED: Final = "moved"  # what a time was lost by, where the meeting has another
MOST_LISTED: Final = 20
_LONGEST_WORDS: Final = 1000


class Step(StrEnum):
    """What a reply of outcome BOOKING tells, as `result["step"]`."""

    ZONE = "zone"
    OFFER = "offer"
    FULL = "full"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    UNPLACED = "unplaced"
    REMINDER = "reminder"
    AFTER = "after"
    ELSEWHERE = "elsewhere"


def is_step(reply: Reply) -> bool:
    """Whether a reply tells a step of a booking, and not the knowledge's text."""
    return reply.outcome is Outcome.BOOKING and "step" in reply.result


def needs_person(reply: Reply) -> bool:
    """Whether a step leads no further, but for a person."""
    if not is_step(reply):
        return False
    told = reply.result
    return told["step"] == Step.FULL or bool(told.get("late")) or told.get("helped") is False


def begins(reply: Reply) -> bool:
    """Whether a reply is the first that somebody who wants to meet reads."""
    return is_step(reply) and Step(reply.result["step"]) in {Step.ZONE, Step.OFFER, Step.FULL}


def pieces(reply: Reply, t: Translator) -> list[Piece]:
    """What a reply tells of a meeting; empty for one that tells nothing of it but the knowledge's text.

    Names, addresses, links and anybody's words stand in it only where its result says that it is `direct`.
    """
    if not is_step(reply):
        return []
    if reply.result["step"] == Step.OFFER:
        return _offer(reply, t)
    say: Callable[[Mapping[str, Any], Translator], list[Piece]] = {
        Step.ZONE: _zone,
        Step.FULL: _full,
        Step.BOOKED: booked,
        Step.CANCELLED: _cancelled,
        Step.UNPLACED: _unplaced,
        Step.REMINDER: _reminder,
        Step.AFTER: _after,
        Step.ELSEWHERE: _elsewhere,
    }[Step(reply.result["step"])]
    return say(reply.result, t)


def controls(reply: Reply, t: Translator, ask: Sequence[Block]) -> list[Block]:
    """What can be clicked below a step; `ask` is the button that asks for a person, if there is anybody to ask."""
    told = reply.result
    rows: list[list[Block]] = []
    match Step(told["step"]):
        case Step.ZONE:
            rows = [[zone_menu(ZONE, t), *ask]]
        case Step.OFFER:
            times = [kit.button(shown, f"{SLOT}.{n}", value) for n, shown, value in _times(told, t)]
            others = kit.button(t("Other times"), TIMES)
            rows = [times, [others, *ask, kit.overflow(MORE, [kit.option(t("Another time zone"), OTHER_ZONE)])]]
        case Step.FULL:
            rows = [[*ask]]
        case Step.BOOKED:
            rows = [_booked_controls(told, t), [*ask] if told["late"] else []]
        case Step.CANCELLED if told["by"] in {Cause.HOST, Cause.CALENDAR}:
            rows = [[*ask]]
        case Step.UNPLACED:
            number = str(told["number"])
            times = [kit.button(shown, f"{AGAIN}.{n}", f"{number}:{value}") for n, shown, value in _times(told, t)]
            rows = [times, [kit.button(t("Other times"), MOVE, number), _cancel(number, t), *ask]]
        case Step.REMINDER:
            rows = [[_details(str(told["number"]), t)]]
        case Step.AFTER:
            rows = [[*_helped(told, t), *([] if told["helped"] else ask)]]
    return [kit.actions(row) for row in rows if row]


def booked(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    """A meeting that stands: in a line; with all of it where nobody reads along."""
    start, zone = words.start(told), told["zone"]
    if not told["direct"]:
        return [Sentence(_booked(told, words.at(start, zone, t), t))]
    until = datetime.fromisoformat(told["end"])
    when = words.beside(start, zone, told["host_zone"], t, until=until)
    late = [t("It can no longer be moved or cancelled here.")] if told["late"] else []
    return [
        Sentence(_booked(told, when, t)),
        *_card(told, t),
        *(Sentence(one) for one in [*words.shift(told, t), *late]),
    ]


def status(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    """The meetings of a person, and those that they hold, as a reply of outcome STATUS lists them."""
    said: list[Piece] = []
    if "meetings" in told and not told["meetings"]:
        said.append(Sentence(t("You have no meeting ahead.")))
    mine, held = told.get("meetings"), told.get("hosting")
    if mine:
        said += _titled_list(t("Your meetings"), mine, t)
    if held:
        said += _titled_list(held_by_whom(held, t), held, t)
    return said


def _titled_list(title: str, listed: Sequence[Mapping[str, Any]], t: Translator) -> list[Piece]:
    more = len(listed) - MOST_LISTED
    others = [Sentence(t.plural("and {n} more", "and {n} more", more))] if more > 0 else []
    return [Sentence(t("{name}:", name=title)), lines(listed[:MOST_LISTED], t), *others]


def held_by_whom(hosting: Sequence[Mapping[str, Any]], t: Translator) -> str:
    """The title of a list of meetings that are held by its reader, or by others too."""
    if any(one.get("host") for one in hosting):
        return t("The desk’s meetings in the next 7 days")
    return t("Meetings that you hold in the next 7 days")


def lines(meetings: Sequence[Mapping[str, Any]], t: Translator, *, is_day_known: bool = False) -> Facts:
    """Meetings, a line each, as replies of outcome STATUS and App Home list them: when, what, with whom, its state."""
    return Facts(tuple(Fact("", _line(one, t, is_day_known=is_day_known)) for one in meetings))


def _line(one: Mapping[str, Any], t: Translator, *, is_day_known: bool) -> str:
    at = words.start(one).astimezone(ZoneInfo(one["zone"]))
    state = State(one.get("state", State.BOOKED))
    told = [
        i18n.clock(at, t.language) if is_day_known else words.at(at, one["zone"], t),
        words.kind(Kind(one["kind"]), t),
        name(one["number"]),
        fact("", one.get("organisation") or "").value,
        t("held by {name}", name=fact("", one["host"]).value) if one.get("host") else "",
        "" if state is State.BOOKED else words.state(state, t),
        "" if one.get("own", True) else t("from your organisation"),
    ]
    return " · ".join(filter(None, told))


def _zone(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    asked = {
        Kind.SUPPORT: t("Which time zone are you in? Then I can show you times for a support meeting."),
        Kind.TRAINING: t("Which time zone are you in? Then I can show you times for a training session."),
    }
    return [Sentence(asked[Kind(told["kind"])])]


def _offer(reply: Reply, t: Translator) -> list[Piece]:
    """The times, and what to know of them before one is chosen."""
    told, kind = reply.result, Kind(reply.result["kind"])
    city = i18n.zone_city(told["zone"], t.language)
    found = {
        Kind.SUPPORT: t("Choose a time for the support meeting (time zone: {city}):", city=city),
        Kind.TRAINING: t("Choose a time for the training session (time zone: {city}):", city=city),
    }
    nearest = {
        Kind.SUPPORT: t(
            "Nothing is free then. The nearest times for a support meeting (time zone: {city}):", city=city
        ),
        Kind.TRAINING: t(
            "Nothing is free then. The nearest times for a training session (time zone: {city}):", city=city
        ),
    }
    said = []
    if told.get("for_customer"):
        said.append(t("For your customer? Give their name in the form."))
    if not told["spoken"]:
        said.append(words.other_language(told["language"], t))
    said += _shift_of_all(told, t)
    return [Sentence((found if told["met"] else nearest)[kind]), _listed(told, t), *map(Sentence, said)]


def _listed(told: Mapping[str, Any], t: Translator) -> Facts:
    """The times that buttons show; also in blocks where the host's clock shows others."""
    shown = [words.short(datetime.fromisoformat(one), told["zone"], told["host_zone"], t) for one in told["slots"]]
    return Facts(tuple(Fact("", one) for one in shown), is_shown=bool(told["host_zone"]))


def _times(told: Mapping[str, Any], t: Translator) -> list[tuple[int, str, str]]:
    """The number of each time that is offered, its words, and its value: seconds since 1970."""
    found = [datetime.fromisoformat(one) for one in told["slots"]]
    return [
        (n, words.short(one, told["zone"], "", t), str(int(one.timestamp()))) for n, one in enumerate(found, start=1)
    ]


def _shift_of_all(told: Mapping[str, Any], t: Translator) -> list[str]:
    day = words.shift_day(told, t)
    return [t("The clocks change on {day}: the times above take that into account.", day=day)] if day else []


def _full(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    away = {
        Kind.SUPPORT: t("Nobody is there at the moment to hold a support meeting."),
        Kind.TRAINING: t("Nobody is there at the moment to hold a training session."),
    }
    taken = {
        Kind.SUPPORT: t("I find no free time for a support meeting in the coming weeks."),
        Kind.TRAINING: t("I find no free time for a training session in the coming weeks."),
    }
    return [Sentence((away if told["away"] else taken)[Kind(told["kind"])])]


def _booked(told: Mapping[str, Any], when: str, t: Translator) -> str:
    return t("Moved: {time}.", time=when) if told["moved"] else t("Booked: {time}.", time=when)


def _card(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    """What whoever booked a meeting reads of it where nobody else does."""
    return [
        Facts(
            (
                Fact(t("Meeting"), f"{words.kind(Kind(told['kind']), t)} · {name(told['number'])}"),
                fact(t("Your host"), told["host_name"]),
                fact(t("Customer"), told["customer"]),
                fact(t("Customer’s e-mail"), told["customer_email"]),
                Fact(t("Video call"), told["video"] or ""),
                Fact(t("Language"), i18n.language_name(told["language"], t.language)),
                fact(t("Your e-mail"), told["email"]),
            )
        ),
        quote(t("Topic"), told["topic"], LONGEST_TOPIC),
    ]


def _booked_controls(told: Mapping[str, Any], t: Translator) -> list[Block]:
    number = str(told["number"])
    details = [] if told["direct"] else [_details(number, t)]
    return [*details, *([] if told["late"] else [kit.button(t("Move…"), MOVE, number), _cancel(number, t)])]


def _details(number: str, t: Translator) -> Block:
    return kit.button(t("Details"), DETAILS, number)


def _cancel(number: str, t: Translator) -> Block:
    return kit.button(t("Cancel…"), CANCEL, number)


def _cancelled(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    when = words.at(words.start(told), told["zone"], t)
    said = {
        Cause.HOST: t("Your host has had to give up this time: {time}.", time=when),
        Cause.CALENDAR: t("Your host has something else at this time: {time}.", time=when),
        _MOVED: t("This meeting has been moved. It was: {time}.", time=when),
    }.get(told["by"], t("Cancelled: {time}.", time=when))
    return [Sentence(said), *_hosts_words(told, t)]


def _unplaced(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    when = words.at(words.start(told), told["zone"], t)
    said = {
        Cause.HOST: t("Your host cannot hold the meeting on {time}.", time=when),
        Cause.CALENDAR: t("Your host has something else on {time}, so the meeting needs another time.", time=when),
    }.get(told["by"], t("The meeting on {time} needs another time.", time=when))
    again = t("Please choose another time. All that you have written is kept.")
    none = t("I find no other free time at the moment. All that you have written is kept.")
    return [
        Sentence(said),
        *_hosts_words(told, t),
        Sentence(again if told["slots"] else none),
        _listed(told, t),
        *map(Sentence, _shift_of_all(told, t)),
    ]


def _hosts_words(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    """What a host has written; others do not read it."""
    if not told["direct"] or told["by"] == Cause.BOOKER:
        return []
    return [quote(t("A word from your host"), told["words"], _LONGEST_WORDS)]


def _reminder(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    kind, when = Kind(told["kind"]), words.at(words.start(told), told["zone"], t)
    said = {
        (Reminder.DAY, Kind.SUPPORT): t("A reminder of your support meeting: {time}.", time=when),
        (Reminder.DAY, Kind.TRAINING): t("A reminder of your training session: {time}.", time=when),
        (Reminder.HOUR, Kind.SUPPORT): t("Your support meeting begins soon: {time}.", time=when),
        (Reminder.HOUR, Kind.TRAINING): t("Your training session begins soon: {time}.", time=when),
    }[Reminder(told["which"]), kind]
    if not told["direct"]:
        return [Sentence(said)]
    return [
        Sentence(said),
        Facts((fact(t("Your host"), told["host_name"]), Fact(t("Video call"), told["video"] or ""))),
    ]


def _elsewhere(_: Mapping[str, Any], t: Translator) -> list[Piece]:
    return [Sentence(t("Booked. You find this meeting, and all news of it, in your direct messages with me."))]


def _after(told: Mapping[str, Any], t: Translator) -> list[Piece]:
    asked = {
        Kind.SUPPORT: t("Did the support meeting help?"),
        Kind.TRAINING: t("Did the training session help?"),
    }
    thanks = {
        True: t("Thank you for telling me."),
        False: t("Thank you for telling me. I am sorry that it did not help."),
    }
    return [Sentence(asked[Kind(told["kind"])] if told["helped"] is None else thanks[told["helped"]])]


def _helped(told: Mapping[str, Any], t: Translator) -> list[Block]:
    if told["helped"] is not None:
        return []
    number = str(told["number"])
    return [kit.button(t("Yes"), HELPED, number), kit.button(t("No"), UNHELPED, number)]
