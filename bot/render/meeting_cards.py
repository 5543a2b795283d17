"""Cards of meetings for those who hold them, and what they are told beneath."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from bot import i18n
from bot.i18n import Translator
from bot.meeting import Cause, Customer, Meeting, State, name
from bot.render import blocks as kit
from bot.render import meeting_words as words
from bot.render import pieces
from bot.render.blocks import Block
from bot.render.escape import escape, link, one_line, shorten, shorten_markup
from bot.render.meetings import CANCEL, LONGEST_TOPIC, MOVE
from bot.render.messages import Message
from bot.render.pieces import Fact, Facts, Piece, Sentence, fact, quote

_LONGEST_WORDS: Final = 1000
_LONGEST_NAME: Final = 100


class News(StrEnum):
    """What a host is told of a meeting."""

    MOVED = "moved"
    GIVEN = "given"  # to another host, with its new time
    CANCELLED = "cancelled"
    TAKEN = "taken"  # their calendar has something else at its time
    DAY = "reminder-day"
    HOUR = "reminder-hour"


def host_card(
    t: Translator,
    meeting: Meeting,
    *,
    zone: str,
    organisation: str | None = None,
    url: str | None = None,
    video: str | None = None,
    programme: str | None = None,
    is_over: bool = False,
) -> Message:
    """A meeting as it stands, for whoever holds it.

    Args:
        t: The words, in the host's language.
        meeting: The meeting.
        zone: The host's.
        organisation: That of whoever booked it, as the desk file has it.
        url: Where the thread is in which it was booked.
        video: The address of the host's video room.
        programme: The name of the programme that it is about.
        is_over: Whether it has begun, so that nothing can be changed any more.

    """
    title, kind = _title(t, meeting, zone), kit.capital(words.kind(meeting.kind, t))
    about = " · ".join(escape(one) for one in (kind, name(meeting.number), programme) if one)
    said = [*_why(t, meeting), *_content(t, meeting, zone, video)]
    who = [f"<@{meeting.booker.user}>", escape(shorten(one_line(organisation or ""), _LONGEST_NAME))]
    blocks = [
        kit.section(f"*{escape(title)}*\n{about}"),
        *pieces.blocks(said, t),
        kit.context(" · ".join([*filter(None, who), _where(t, url, is_direct=meeting.is_direct)])),
    ]
    if meeting.state is State.BOOKED and not is_over:
        blocks.append(kit.actions(_buttons(t, meeting)))
    beside = f"{escape(title)}\n{about}\n{escape(pieces.plain(said, t))}".rstrip()
    return Message(shorten_markup(beside, kit.TEXT), blocks)


def host_news(t: Translator, meeting: Meeting, what: str, *, zone: str, video: str | None = None) -> Message:
    """One thing that has happened, for the thread of a host's card; `what` is one of News, `zone` is the host's."""
    news = News(what)
    number, when = name(meeting.number), words.at(meeting.start, zone, t)
    said = {
        News.MOVED: t("{number} has been moved: {time}.", number=number, time=when),
        News.GIVEN: t(
            "{number} has been moved, and somebody else holds it now. New time: {time}.", number=number, time=when
        ),
        News.CANCELLED: t("{number} has been cancelled: {time}.", number=number, time=when),
        News.TAKEN: t(
            "{number} clashes with something else in your calendar: {time}. Whoever booked it chooses another time.",
            number=number,
            time=when,
        ),
        News.DAY: t("A reminder of {number}: {time}.", number=number, time=when),
        News.HOUR: t("{number} begins soon: {time}.", number=number, time=when),
    }[news]
    told: list[Piece] = [Sentence(said)]
    if news is News.CANCELLED and meeting.cause is Cause.BOOKER:
        told.append(quote(t("A word from whoever booked it"), meeting.words, _LONGEST_WORDS))
    if news in {News.DAY, News.HOUR}:
        told.append(Facts((Fact(t("Video call"), video or ""),)))
    return Message(shorten_markup(escape(pieces.plain(told, t)), kit.TEXT), pieces.blocks(told, t))


def given_meeting(t: Translator, number: int, *, start: datetime, zone: str) -> Message:
    """What a card says to somebody who holds the meeting no more: when it was, nothing else of it."""
    title = t("No longer booked: {time}", time=words.at(start, zone, t))
    return _bare(number, title, t("It has been moved, and somebody else holds it now."))


def withdrawn_meeting(t: Translator, number: int, *, start: datetime, zone: str, by_booker: bool = True) -> Message:
    """What a card says once whoever booked the meeting, or its host, has had their data deleted: when it was."""
    title = t("Withdrawn: {time}", time=words.at(start, zone, t))
    return _bare(number, title, t("Whoever booked it has had their data deleted.") if by_booker else "")


def _title(t: Translator, meeting: Meeting, zone: str) -> str:
    """When it is, first of all."""
    when = words.at(meeting.start, zone, t, until=meeting.end)
    return {
        State.BOOKED: when,
        State.UNPLACED: t("No longer booked: {time}", time=when),
        State.CANCELLED: t("Cancelled: {time}", time=when),
    }[meeting.state]


def _why(t: Translator, meeting: Meeting) -> list[Piece]:
    """Why it has lost its time."""
    if meeting.state is State.BOOKED:
        return []
    said = {
        Cause.BOOKER: t("Whoever booked it has cancelled it."),
        Cause.HOST: t("The desk has given up this time."),
        Cause.CALENDAR: t("Your calendar has something else at this time."),
    }
    told = [Sentence(said[meeting.cause])] if meeting.cause else []
    return [*told, quote(t("Message"), meeting.words, _LONGEST_WORDS)]


def _content(t: Translator, meeting: Meeting, zone: str, video: str | None) -> list[Piece]:
    """By whose clock it was booked, in which language, for whom, what about."""
    customer = meeting.customer or Customer("")
    is_elsewhere = words.is_other_clock(meeting.start, zone, meeting.zone)
    return [
        Facts(
            (
                Fact(t("Their time"), words.at(meeting.start, meeting.zone, t) if is_elsewhere else ""),
                Fact(t("Language"), i18n.language_name(meeting.held_in or meeting.language, t.language)),
                fact(t("Their e-mail"), meeting.email),
                fact(t("Their customer"), customer.name),
                fact(t("Customer’s e-mail"), customer.email),
                Fact(t("Video call"), video or ""),
            )
        ),
        quote(t("Topic"), meeting.topic, LONGEST_TOPIC),
    ]


def _buttons(t: Translator, meeting: Meeting) -> list[Block]:
    number = str(meeting.number)
    return [kit.button(t("Move…"), MOVE, number), kit.button(t("Cancel…"), CANCEL, number)]


def _where(t: Translator, url: str | None, *, is_direct: bool) -> str:
    if is_direct:
        return escape(t("in a direct message"))
    return link(url, t("Open the thread")) if url else escape(t("Slack gave no link to the thread."))


def _bare(number: int, title: str, why: str) -> Message:
    title, about = escape(title), " · ".join(filter(None, (name(number), escape(why))))
    return Message(f"{title}\n{about}", [kit.section(f"*{title}*\n{about}")])
