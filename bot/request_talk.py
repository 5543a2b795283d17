"""Whose turn it is where a question stands before a person: theirs, once somebody has taken it; else the bot's too."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.flows import drafting
from bot.model import (
    DEFAULT_LANGUAGE,
    Floor,
    Forward,
    Handed,
    HandOver,
    Notice,
    Outcome,
    Person,
    Place,
    Post,
    Question,
    Reply,
    Rewrite,
    Tell,
    Thread,
    Turn,
)
from bot.understand.closing import Closings

_MISSES: Final = frozenset({Outcome.FALLBACK, Outcome.CHOICES})
_OWN_MATTER: Final = frozenset({Outcome.PRIVACY})
"""What somebody writes to the bot alone, and nobody else reads."""

ADDED: Final = "added"


class RequestTalk:
    """Recognises what is written for the people who look after a request."""

    def __init__(self, closings: Closings) -> None:
        self._closings = closings

    def turn(self, question: Question, thread: Thread, person: Person) -> Turn | None:
        """The turn of a message that is for people alone; None where it is the bot's turn too, or no request's thread.

        Args:
            question: The message, in the thread of a request.
            thread: The thread.
            person: Who writes.

        """
        handed = thread.request
        if handed is None or _is_to_bot(question):
            return None
        if _is_staff_of(person, thread, handed):
            told = self._told(question, handed.number, is_staff=True, is_aside=handed.is_settled)
            return Turn(replace(thread, floor=Floor.STAFF), (told,))
        if not _is_partner(question, thread, handed, person):
            return None
        if handed.is_taken:
            return Turn(thread, (self._told(question, handed.number),))
        if handed.is_settled and handed.until is not None and question.today <= handed.until:
            return Turn(thread, (self._told(question, handed.number),))
        return None

    def with_request(self, turn: Turn, question: Question, thread: Thread, person: Person) -> Turn:
        """The bot's turn in a request's thread: what the partner writes reaches whoever looks after it as well.

        What the bot does not understand was written for them.
        """
        handed = thread.request
        if handed is None or handed.is_settled or not _is_partner(question, thread, handed, person):
            return turn
        if any(isinstance(effect, HandOver) for effect in turn.effects) or _is_own_matter(turn):
            return turn
        if not _is_answered(turn):
            return Turn(thread, (self._told(question, handed.number),), turn.understanding)
        return replace(turn, effects=(*turn.effects, self._told(question, handed.number, is_aside=True)))

    def beside(self, turn: Turn, question: Question, of_request: Thread) -> Turn:
        """The turn of a message at the top of a direct message in which a request is open.

        What the bot can answer is a question to the bot. The rest is meant for whoever looks after the request.
        """
        handed = of_request.request
        if handed is None or handed.is_settled or _is_own_matter(turn):
            return turn
        is_closing = self._closings.is_one(question.text)
        if is_closing and handed.is_taken and not question.files:
            return Turn(of_request, (self._told(question, handed.number),))
        is_picture = is_closing and bool(question.files)  # whatever is said with it
        if not _is_answered(turn) or is_picture:
            language = of_request.language or DEFAULT_LANGUAGE
            result = {"step": ADDED, "number": handed.number}
            added = Reply(Outcome.HUMAN, language, of_request.programme, result=result)
            return Turn(of_request, (Post(added), self._told(question, handed.number)), turn.understanding)
        if not handed.is_taken:
            return turn
        return replace(turn, effects=(*turn.effects, self._told(question, handed.number, is_aside=True)))

    def retold(self, question: Question, of_request: Thread) -> Turn:
        """The turn of a message that was edited once it had led to a request, or been added to one."""
        handed = of_request.request
        if handed is None:
            return Turn(of_request)
        return Turn(of_request, (self._told(question, handed.number, is_aside=handed.is_settled),))

    def _told(self, question: Question, number: int, *, is_staff: bool = False, is_aside: bool = False) -> Tell:
        text = drafting.plain(question.text)
        is_closing = not is_staff and not question.files and self._closings.is_one(question.text)
        return Tell(number, text, question.files, is_staff=is_staff, is_aside=is_aside or is_closing)


def _is_to_bot(question: Question) -> bool:
    return question.channel.place is Place.CHANNEL and question.mentions_bot


def _is_staff_of(person: Person, thread: Thread, handed: Handed) -> bool:
    return person.is_staff and person.id != (handed.asker or thread.asker)


def _is_partner(question: Question, thread: Thread, handed: Handed, person: Person) -> bool:
    is_alone = question.channel.place is not Place.CHANNEL
    askers = {thread.asker, handed.asker}
    return is_alone or askers == {None} or person.id in askers or person.is_colleague


def _is_answered(turn: Turn) -> bool:
    """Whether the bot has something to say to it."""
    reply = turn.reply
    if reply is None:
        return any(isinstance(effect, Forward | Rewrite) for effect in turn.effects)
    return reply.outcome not in _MISSES and reply.notice not in {Notice.PICTURE, Notice.EMPTY}


def _is_own_matter(turn: Turn) -> bool:
    return turn.reply is not None and turn.reply.outcome in _OWN_MATTER
