"""The turns of messages that are part of a report: what was waited for, more pictures, an answer to a translator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot.context import context, language_of
from bot.flows import drafting, reporting
from bot.model import Asked, Forward, Outcome, Person, Question, Reply, Rewrite, Thread, Turn, Understanding
from bot.understand.normalise import LONGEST, words
from bot.understand.reader import Reader

_SURELY_ELSE: Final = 0.99
"""From this confidence on, a message is for the bot, and not part of the report."""

_FEW: Final = 3  # words
_FEW_SURELY_ELSE: Final = 0.9
"""The same for a few words."""

_FOR_THE_BOT: Final = frozenset(
    {
        Outcome.GREETING,
        Outcome.HELP,
        Outcome.HUMAN,
        Outcome.LANGUAGE,
        Outcome.PRIVACY,
        Outcome.STATUS,
        Outcome.THANKS,
        Outcome.TOPICS,
    }
)
"""What somebody may say in the middle of a report, and mean the bot."""

_ANSWERED_WITHIN: Final = 4
"""Days in which what is written outside of the thread may answer a translator's question: a weekend and more.

Later it is hardly about that, and what somebody writes to the bot alone is not for others to read."""

_QUESTIONS: Final = frozenset({Outcome.ANSWER, Outcome.RULE})


class ReportTalk:
    """Recognises what belongs to a report; anything else is a question as any other.

    Args:
        reader: Reads messages.
        outcome_of: What an entry or action leads to.
        begins_report: Whether a message, read so, tells that there is an error.

    """

    def __init__(
        self,
        reader: Reader,
        outcome_of: Callable[[str], Outcome],
        begins_report: Callable[[Understanding, Question], bool],
    ) -> None:
        self._reader = reader
        self._outcome_of = outcome_of
        self._begins_report = begins_report

    def turn(
        self, question: Question, before: Thread, thread: Thread, person: Person, *, asked: bool, elsewhere: bool
    ) -> Turn | None:
        """The turn of a message that is part of a report; None for any other.

        Args:
            question: The message.
            before: The thread as it was.
            thread: The thread with whoever has the floor now.
            person: Who writes.
            asked: Whether they write to the bot.
            elsewhere: Whether they write outside of the thread, where a question may as well be a new one.

        """
        if not question.files and not words(question.text):
            return None
        open_one = _asked_of(person, before)
        is_late = open_one is not None and elsewhere and (question.today - open_one.on).days > _ANSWERED_WITHIN
        if open_one is not None and not is_late:
            if self._is_for_the_bot(question, thread, person, elsewhere=elsewhere):
                return None
            forward = Forward(open_one.number, drafting.plain(question.text), question.files)
            return Turn(replace(thread, asked=tuple(one for one in thread.asked if one != open_one)), (forward,))
        if not asked or before.asker != person.id:
            return None
        return self._from_asker(question, before, thread, person, elsewhere=elsewhere)

    def _from_asker(
        self, question: Question, before: Thread, thread: Thread, person: Person, *, elsewhere: bool
    ) -> Turn | None:
        if before.awaits_report:
            # Whoever was asked for the error tells it; once something was told, it may as well be another matter.
            is_new_matter = elsewhere and before.draft is not None
            is_else = self._is_for_the_bot(question, thread, person, elsewhere=is_new_matter)
            return None if is_else else self._told(question, thread, person)
        has_words = bool(words(question.text))
        if before.draft is None:
            is_late = before.reported is not None and not has_words
            return Turn(thread, (Forward(before.reported or 0, "", question.files),)) if is_late else None
        if not has_words:  # one more picture of those that were asked about
            blank = Reply(Outcome.HELP, language_of(question, thread, person), thread.programme)
            reply, thread = reporting.picture(blank, thread, "", question.files)
            return Turn(thread, (Rewrite(reply),))
        # A picture is there, and its words come now.
        understanding = self._reader.read(question.text, context(question, thread, person))
        return self._told(question, thread, person) if self._begins_report(understanding, question) else None

    def _told(self, question: Question, thread: Thread, person: Person) -> Turn:
        blank = Reply(Outcome.REPORT, language_of(question, thread, person), thread.programme)
        reply, thread = reporting.tell(blank, thread, question.text, question.files)
        if words(question.text):  # what is answered if it is no report after all
            thread = replace(thread, question=question.text[: 4 * LONGEST], asked_on=question.today)
        return Turn(thread, (Rewrite(reply),))

    def _is_for_the_bot(self, question: Question, thread: Thread, person: Person, *, elsewhere: bool) -> bool:
        """Whether a message that was waited for is surely something else."""
        if question.files:
            return False
        understanding = self._reader.read(question.text, context(question, thread, person))
        first = understanding.candidates[0] if understanding.candidates else None
        if first is None or drafting.says_what(drafting.read(question.text, (), understanding.language)):
            return False
        outcome = self._outcome_of(first.entry)
        if outcome in _QUESTIONS and (elsewhere or question.text.rstrip().endswith("?")):
            return first.confidence >= self._reader.decision.answer
        enough = _FEW_SURELY_ELSE if len(understanding.text.split()) <= _FEW else _SURELY_ELSE
        return outcome in _FOR_THE_BOT and first.confidence >= enough


def _asked_of(person: Person, thread: Thread) -> Asked | None:
    """What somebody may answer in a thread: what they were asked, or the asker whose colleague they are."""
    theirs = {person.id, thread.asker} if person.is_colleague else {person.id}
    return next((one for one in thread.asked if one.whom in theirs), None)
