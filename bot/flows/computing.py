"""A rule computed over several messages: from the question, from answers to what was missing, from corrections.

The state is the thread's: its entry, the slots told so far, the slots asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from bot.knowledge.schema import Entry, Knowledge
from bot.model import Candidate, Language, Notice, Outcome, Reply, Thread
from bot.rules import RULES, apply
from bot.rules.ruling import Parameters
from bot.rules.suggestions import likely
from bot.understand.normalise import fold
from bot.understand.slots.fill import Filled, fill
from bot.understand.slots.own_case import is_own_case
from bot.understand.slots.resolve import NO_DAY
from bot.understand.slots.told import Told, told

LONGEST_ASIDE: Final = 3  # words that say little of their language
_LONGEST_ANSWER: Final = 6  # words; a longer message, or a question, may have changed the subject
_LANGUAGE: Final = "language"


class Computing:
    """Computes replies of entries of kind rule."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def from_question(self, reply: Reply, heard: Told, today: date, known: Mapping[str, Any] | None = None) -> Reply:
        """The reply to a question about a rule's entry.

        Args:
            reply: Outcome.RULE, with the entry.
            heard: The question.
            today: The day it was written.
            known: What the thread has told before, if the question goes on from there.

        """
        entry = self._entry(reply.entry)
        filled = self._fill(entry, heard, known=known)
        own = bool(known) or is_own_case(heard, filled)
        return self._computed(reply, entry, filled, today, known=known or {}, own=own)

    def are_twins(self, one: str, other: str, heard: Told) -> bool:
        """Whether two entries are the same rule, and a message tells values for it."""
        rule = RULES.get(one)
        return rule is not None and rule.twin == other and not fill(rule.slots, heard).is_empty

    def with_slots(self, reply: Reply, slots: Mapping[str, Any], today: date) -> Reply:
        """The reply with these slots, all of them: from a form, from a click, in another language."""
        entry = self._entry(reply.entry)
        return self._computed(reply, entry, Filled(dict(slots)), today, known={}, own=True)

    def in_language(self, reply: Reply, before: Language, today: date) -> Reply:
        """The reply, whose language was another before: what hangs on the reader's language is computed anew."""
        entry = self._entry(reply.entry)
        if reply.slots.get(_LANGUAGE) != before or _LANGUAGE not in entry.slots:
            return reply
        return self.with_slots(reply, {}, today)

    def answer(self, thread: Thread, heard: Told, today: date, first: Candidate | None, sure: float) -> Reply | None:
        """The reply to a message that answers what the bot has asked; None if the message does not.

        Args:
            thread: Its open question is `asks_for`.
            heard: The message.
            today: The day it was written.
            first: The best candidate for the message on its own.
            sure: The confidence from which a candidate is answered.

        """
        entry = self._knowledge.entry(thread.entry or "")
        if entry is None or not thread.asks_for or entry.kind != "rule":
            return None
        if any(name.endswith("_date") for name in thread.asks_for):
            heard = told(heard.text, heard.language, today, is_past=not heard.hints("future"))
        filled = self._fill(entry, heard, asked=thread.asks_for, known=thread.slots)
        blank = self._blank(entry, _language_of(heard, thread))
        if _changes_subject(heard, first, entry, sure):
            return None
        told_again = {*filled.slots, *filled.unclear}
        if _begins_correction(heard) and told_again and not told_again & {*thread.asks_for}:
            return None  # what was told before is put right, not what was asked
        if not filled.is_empty:
            return self._computed(blank, entry, filled, today, known=thread.slots, own=True)
        if heard.hints("dont_know"):
            return replace(blank, notice=Notice.LEFT_OPEN, slots=dict(thread.slots))
        return None

    def unread(self, thread: Thread, heard: Told, today: date) -> Reply | None:
        """The question asked once more, if a short message was likely meant to answer it and could not be read.

        The second time it is left open.
        """
        entry = self._knowledge.entry(thread.entry or "")
        is_short = len(heard.text.split()) <= _LONGEST_ANSWER and "?" not in heard.text
        if entry is None or not thread.asks_for or entry.kind != "rule" or not is_short:
            return None
        blank = self._blank(entry, _language_of(heard, thread))
        if thread.misses:
            return replace(blank, notice=Notice.LEFT_OPEN, slots=dict(thread.slots))
        again = self.with_slots(blank, thread.slots, today)
        return replace(again, notice=Notice.UNREAD) if again.asks_for else None

    def more(self, thread: Thread, heard: Told, today: date) -> Reply | None:
        """The result with what else was told ("we had a demo with them since"); None if nothing was."""
        entry = self._knowledge.entry(thread.entry or "")
        if entry is None or entry.kind != "rule" or not thread.slots or "?" in heard.text:
            return None
        filled = self._fill(entry, heard, known=thread.slots)
        if filled.is_empty:
            return None
        blank = self._blank(entry, _language_of(heard, thread))
        return self._computed(blank, entry, filled, today, known=thread.slots, own=True)

    def correction(self, thread: Thread, heard: Told, today: date) -> Reply | None:
        """The reply with a value put right ("no, on the 5th"); None if the message is no correction."""
        entry = self._knowledge.entry(thread.entry or "")
        if entry is None or entry.kind != "rule" or not thread.slots or not _begins_correction(heard):
            return None
        told_before = tuple(name for name in entry.slots if name in thread.slots)
        filled = self._fill(entry, heard, asked=told_before, known=thread.slots)
        if filled.is_empty:
            return None
        blank = self._blank(entry, _language_of(heard, thread))
        return self._computed(blank, entry, filled, today, known=thread.slots, own=True)

    def _entry(self, id_: str | None) -> Entry:
        entry = self._knowledge.entry(id_ or "")
        if entry is None:
            raise KeyError(id_)
        return entry

    def _blank(self, entry: Entry, language: Language) -> Reply:
        return Reply(Outcome.RULE, language, entry.id.partition(".")[0], entry.id, confidence=1.0)

    def _fill(
        self, entry: Entry, heard: Told, *, asked: tuple[str, ...] = (), known: Mapping[str, Any] | None = None
    ) -> Filled:
        base = RULES[entry.id].base
        return fill(
            entry.slots,
            heard,
            asked=asked,
            known=known,
            base=None if base is None else int(self._parameters(entry)[base]),
        )

    def _parameters(self, entry: Entry) -> Parameters:
        programme = self._knowledge.programme_of(entry.id)
        return {name: one.value for name, one in programme.parameters.items()} if programme else {}

    def _computed(
        self, reply: Reply, entry: Entry, filled: Filled, today: date, *, known: Mapping[str, Any], own: bool
    ) -> Reply:
        slots = {**known, **filled.slots}
        for name in filled.unclear:
            slots.pop(name, None)
        if _LANGUAGE in entry.slots:
            slots.setdefault(_LANGUAGE, reply.language)
        ruling = apply(entry, self._knowledge, slots, today)
        if ruling.instead:
            entry = self._entry(f"{entry.id.partition('.')[0]}.{ruling.instead}")
            reply = replace(reply, entry=entry.id)
        asks = ruling.asks_for if own else ()
        unclear = next((name for name in filled.unclear if name in asks), None)
        if unclear:
            asks = (unclear, *(name for name in asks if name != unclear))
        suggestions: tuple[Any, ...] = filled.unclear[unclear] if unclear else ()
        misread = filled.misread.get(unclear) if unclear else None
        if asks and not suggestions:
            suggestions = likely(asks[0], entry, self._parameters(entry), slots, today)
        return replace(
            reply,
            outcome=Outcome.RULE,
            slots=slots,
            result=dict(ruling.result),
            asks_for=asks,
            says=ruling.says,
            unsettled=ruling.unsettled,
            suggestions=suggestions,
            misread=misread.text if misread else "",
            is_no_day=misread is not None and misread.mode == NO_DAY,
            notice=None,
        )


def _changes_subject(heard: Told, first: Candidate | None, entry: Entry, sure: float) -> bool:
    """Whether a message is surely about something else, though it may hold a number."""
    if first is None or first.confidence < sure or first.entry == entry.id:
        return False
    return "?" in heard.text or len(heard.text.split()) > _LONGEST_ANSWER


def _language_of(heard: Told, thread: Thread) -> Language:
    """The language to go on in: a word or two ("dollars", "600k") do not change it."""
    is_short = len(heard.text.split()) <= LONGEST_ASIDE
    return thread.language if is_short and thread.language else heard.language


def _begins_correction(heard: Told) -> bool:
    return heard.begins_with("correction")


def is_follow_up(text: str) -> bool:
    """Whether a message is so short that what was told before still holds for it."""
    return len(fold(text).split()) <= _LONGEST_ANSWER
