"""Whose turn it is and what is said: (question, thread, person) → Turn. Pure: no port, no clock, no Slack."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, TypeAlias

from bot import booking_talk, i18n
from bot.context import context, language_of, only_programme
from bot.flows import drafting, reporting
from bot.flows.computing import LONGEST_ASIDE, Computing, is_follow_up
from bot.knowledge.schema import ACTION_PREFIX, PROGRAMME_PREFIX, Knowledge
from bot.model import (
    CHOSEN,
    DEFAULT_LANGUAGE,
    REPLACED,
    Candidate,
    Channel,
    Count,
    Effect,
    Floor,
    HandOver,
    Language,
    Notice,
    Outcome,
    Person,
    Place,
    Post,
    Question,
    Remember,
    Reply,
    Rewrite,
    Thread,
    Turn,
    Understanding,
)
from bot.report_talk import ReportTalk
from bot.request_talk import RequestTalk
from bot.understand.closing import Closings
from bot.understand.decide import OFFERED, Decision
from bot.understand.named_language import named_language
from bot.understand.normalise import LONGEST, words
from bot.understand.reader import Context, Reader
from bot.understand.slots.told import Told

NONE: Final = "none"
"""The choice "none of these"."""

_KINDS: Final = {
    "answer": Outcome.ANSWER,
    "rule": Outcome.RULE,
    "report": Outcome.REPORT,
    "booking": Outcome.BOOKING,
}
_ACTIONS: Final = {
    "greeting": (Outcome.GREETING, None),
    "thanks": (Outcome.THANKS, None),
    "human": (Outcome.HUMAN, None),
    "status": (Outcome.STATUS, None),
    "help": (Outcome.HELP, None),
    "topics": (Outcome.TOPICS, None),
    "language": (Outcome.LANGUAGE, None),
    "report-translation": (Outcome.REPORT, None),
    "book-meeting": (Outcome.BOOKING, "support"),
    "book-training": (Outcome.BOOKING, "training"),
    "delete-data": (Outcome.PRIVACY, None),
}
_SMALL_TALK: Final = frozenset({Outcome.GREETING, Outcome.THANKS, Outcome.HELP})
_MISSES: Final = frozenset({Outcome.FALLBACK, Outcome.CHOICES})
Books: TypeAlias = Callable[[str, str | None], bool]
"""Whether somebody holds meetings of a kind for a programme."""

_ASIDES: Final = frozenset({*_SMALL_TALK, Outcome.TOPICS, Outcome.LANGUAGE, Outcome.HUMAN, Outcome.PRIVACY})
"""What is no question: a person who is asked to help is given the one before it."""

_SURELY_ELSE: Final = 0.95
"""From this confidence on, a word or two are about something else than the value that the bot has asked for."""

_WANTS_ANSWER: Final = frozenset({Outcome.ANSWER, Outcome.RULE, Outcome.CHOICES, Outcome.REPORT, Outcome.BOOKING})
"""What a message that is no question by its form may be all the same."""

_OUTRIGHT: Final = frozenset({Outcome.ANSWER, Outcome.RULE})
"""What a channel set to `answer: questions` is told without having asked."""

_RIVAL: Final = 0.7
"""Two programmes fit about as well if the second's best candidate has this share of the first's confidence."""

_BLANK: Final = Reply(Outcome.FALLBACK, DEFAULT_LANGUAGE)

PICK: Final = re.compile(r"([0-9])\s*[.)]?")


class Conversation:
    """The bot's side of every conversation; holds what it knows, and no state of its own."""

    def __init__(
        self,
        knowledge: Knowledge,
        reader: Reader,
        *,
        takes_reports: bool = False,
        books: Books = lambda _kind, _programme: False,
        agents: Collection[str] = (),
    ) -> None:
        self.knowledge = knowledge
        self.reader = reader
        self.takes_reports = takes_reports  # whether there is somebody to report language errors to
        self.books = books
        self.computing = Computing(knowledge)
        self._report_talk = ReportTalk(reader, self._outcome_of, self._begins_report)
        self._closings = Closings(knowledge, agents)
        self._request_talk = RequestTalk(self._closings)

    @property
    def _decision(self) -> Decision:
        return self.reader.decision

    def reply_to(self, question: Question, thread: Thread, person: Person) -> Turn:
        """What a message leads to. A turn without effects: the bot keeps silent."""
        turn = self._request_talk.turn(question, thread, person)
        if turn is not None:
            return turn
        return self._request_talk.with_request(self._own_turn(question, thread, person), question, thread, person)

    def beside_request(self, turn: Turn, question: Question, of_request: Thread) -> Turn:
        """The turn of a message at the top of a direct message, in which the request of another thread is open."""
        return self._request_talk.beside(turn, question, of_request)

    def edited_request(self, question: Question, of_request: Thread) -> Turn:
        """The turn of an edited message, as it reads now, that is in the hands of people."""
        return self._request_talk.retold(question, of_request)

    def ends(self, text: str) -> bool:
        """Whether a message does nothing but end a conversation."""
        return self._closings.is_one(text)

    def waits_for_somebody(self, question: Question, person: Person) -> bool:
        """Whether a message at the top of a channel, which the bot leaves to people, is one that wants an answer."""
        if not question.top_level or not person.is_partner or person.is_staff or not words(question.text):
            return False
        if "?" in question.text:
            return True
        if self.ends(question.text):
            return False
        understanding = self.reader.read(question.text, context(question, Thread("", ""), person))
        reply = self.reply(understanding, question.channel, question.today)
        is_talk = reply.choices[:1] and reply.choices[0].startswith(ACTION_PREFIX)
        return reply.outcome in _WANTS_ANSWER and not is_talk

    def _own_turn(self, question: Question, thread: Thread, person: Person) -> Turn:
        may_tell = _may_tell(question, thread, person)
        before, thread = thread, _floor_after(question, thread, person)
        asked = _is_asked(question, thread, person)
        may_speak = asked or _is_overheard(question, person)
        said = words(question.text)
        if not may_speak and not (may_tell and (said or question.files)):
            return Turn(thread)
        turn = self._report_turn(question, before, thread, person, asked=asked)
        turn = turn or (self._picked(question, thread, person, said) if asked else None)
        if turn is not None:
            return turn
        if not said:
            return self._wordless(question, thread, person, asked=asked)
        understanding = self.reader.read(question.text, context(question, thread, person))
        is_theirs = may_tell or before.asker in {None, person.id} or person.is_colleague or person.is_staff
        if is_theirs and (before.slots or before.asks_for):
            turn = self._told_more(question, before, person, understanding)
            if turn is not None:
                return turn
        if not may_speak:
            return Turn(thread)
        if is_theirs and (turn := self._another_time(question, thread, person, understanding)) is not None:
            return turn
        known = thread.slots if thread.slots and is_theirs and is_follow_up(said) else {}
        return self._answered(question, thread, person, understanding, known, asked=asked)

    def _picked(self, question: Question, thread: Thread, person: Person, said: str) -> Turn | None:
        """The turn of a message that is the number of a choice."""
        number = PICK.fullmatch(said)
        if not number or not thread.offered or int(number[1]) > len(thread.offered):
            return None
        choice = (NONE, *thread.offered)[int(number[1])]
        turn = self.pick(choice, question.channel, thread, person, question.today)
        # The choices stay as they are above the answer, but are none that nobody has chosen from.
        offered = Count(Outcome.CHOICES, thread.language or DEFAULT_LANGUAGE, REPLACED)
        return replace(turn, effects=(*turn.effects, offered))

    def _answered(
        self,
        question: Question,
        thread: Thread,
        person: Person,
        understanding: Understanding,
        known: Mapping[str, Any],
        *,
        asked: bool,
    ) -> Turn:
        """The turn of a message that is a question of its own."""
        reply = self.reply(understanding, question.channel, question.today, about=thread.entry, known=known)
        if asked and (again := self._meant_for_the_rule(reply, thread, understanding, question.today)):
            reply = again
        if reply.outcome in _MISSES:
            reply = _explained(reply, question, thread, person)
        if asked and self.takes_reports and reply.outcome in _MISSES and drafting.corrects(question.text):
            reply = Reply(Outcome.REPORT, reply.language, reply.programme)
        if asked and self.takes_reports and question.files and reply.outcome in _MISSES:
            return self._asked_of_picture(reply, question, thread, person)
        if not asked and reply.outcome not in _OUTRIGHT:
            return Turn(thread, (Count(reply.outcome, reply.language),), understanding)
        is_question = reply.outcome not in _ASIDES or not thread.question
        asked_before = question.text[: 4 * LONGEST] if is_question else thread.question
        asked_on = question.today if is_question else thread.asked_on
        thread = reporting.of_another(thread, person.id)
        if self._offers_times(reply):
            thread = booking_talk.begun(reply, thread, understanding.text, person.id)
        files = question.files if is_question else (*thread.files, *question.files)
        thread = replace(thread, asker=person.id, question=asked_before, asked_on=asked_on, files=files)
        if self._is_begun(reply):
            reply, thread = reporting.begin(reply, thread, question.text, question.files)
        elif reply.outcome in _OUTRIGHT:  # what is written next goes on from there
            thread = replace(booking_talk.over(thread), awaits_report=False)
        turn = self._take(reply, thread, person, question.channel, understanding, understanding.text)
        is_open = reply.outcome in _MISSES and question.foreign is None and not question.forced_language
        return replace(turn, may_be_foreign=is_open and self.reader.may_be_foreign(question.text))

    def goes_on(self, question: Question, thread: Thread, person: Person) -> Turn | None:
        """The turn of a message written elsewhere (at the top of a direct message) that answers a thread's question."""
        if (turn := self._report_turn(question, thread, thread, person, asked=True, elsewhere=True)) is not None:
            return turn
        if not words(question.text) or not (thread.asks_for or thread.slots or thread.booking):
            return None
        understanding = self.reader.read(question.text, context(question, thread, person))
        told_more = self._told_more(question, thread, person, understanding)
        return told_more or self._another_time(question, thread, person, understanding)

    def _offers_times(self, reply: Reply) -> bool:
        """Whether a reply leads to a meeting that somebody holds."""
        is_wanted = reply.outcome is Outcome.BOOKING and reply.notice is None
        return is_wanted and self.books(reply.slots.get("meeting_kind", ""), reply.programme)

    def _another_time(
        self, question: Question, thread: Thread, person: Person, understanding: Understanding
    ) -> Turn | None:
        """The turn of a message that asks for other times than those that were offered."""
        reply = booking_talk.another_time(understanding, thread, question.today)
        if reply is None:
            return None
        thread = replace(thread, when=reply.slots["when"])
        return self._take(reply, thread, person, question.channel, understanding, understanding.text)

    def _report_turn(
        self,
        question: Question,
        before: Thread,
        thread: Thread,
        person: Person,
        *,
        asked: bool,
        elsewhere: bool = False,
    ) -> Turn | None:
        if not self.takes_reports:
            return None
        return self._report_talk.turn(question, before, thread, person, asked=asked, elsewhere=elsewhere)

    def _outcome_of(self, entry: str) -> Outcome:
        return self._of_entry(Reply(Outcome.FALLBACK, DEFAULT_LANGUAGE), entry).outcome

    def _begins_report(self, understanding: Understanding, question: Question) -> bool:
        return self._is_begun(self.reply(understanding, question.channel, question.today))

    def _is_begun(self, reply: Reply) -> bool:
        """Whether a reply begins a report."""
        return self.takes_reports and reply.outcome is Outcome.REPORT and reply.notice is None and not reply.result

    def _asked_of_picture(self, reply: Reply, question: Question, thread: Thread, person: Person) -> Turn:
        """A picture of which nobody knows what it is about; asked once, and more pictures are counted there."""
        thread = reporting.of_another(thread, person.id)
        is_asked = thread.draft is not None
        reply, thread = reporting.picture(reply, thread, question.text, question.files)
        asked = question.text or thread.question
        files = (*thread.files, *question.files) if is_asked else question.files
        thread = replace(thread, asker=person.id, language=reply.language, question=asked, files=files)
        said = (Rewrite(reply),) if is_asked else self._said(reply, person, question.channel)
        return Turn(thread, said)

    def of_picture(self, thread: Thread, *, is_error: bool) -> Turn:
        """What a click on what a picture is about leads to; as a question it is asked in words."""
        blank = Reply(Outcome.REPORT, thread.language or DEFAULT_LANGUAGE, thread.programme)
        if is_error:
            reply, thread = reporting.tell(blank, thread, "", ())
            return Turn(thread, (Post(reply),))
        reply = Reply(Outcome.HELP, blank.language, blank.programme, notice=Notice.PICTURE)
        return Turn(reporting.dropped(thread), (Post(reply),))

    def not_a_report(self, channel: Channel, thread: Thread, person: Person, today: date) -> Turn:
        """What is said once somebody does not want to report: an answer to their last words, if they are a question."""
        said = thread.question if thread.draft and thread.draft.said else ""
        today = thread.asked_on or today
        thread = reporting.dropped(thread)
        language = thread.language or DEFAULT_LANGUAGE
        nothing = reporting.of_step(Reply(Outcome.REPORT, language, thread.programme), {reporting.STEP: "discarded"})
        if not words(said):
            return Turn(thread, (Post(nothing),))
        question = Question(said, channel, today)
        reply = self.reply(self.reader.read(said, context(question, thread, person)), channel, today)
        if reply.outcome is Outcome.REPORT or reply.outcome in _ASIDES:
            return Turn(thread, (Post(nothing),))
        return self._take(reply, thread, person, channel, None, "")

    def _told_more(
        self, question: Question, thread: Thread, person: Person, understanding: Understanding
    ) -> Turn | None:
        """The turn of a message that answers a question of ours, or puts a value right; None for any other."""
        first = understanding.candidates[0] if understanding.candidates else None
        said, today = understanding.text, question.today
        for heard in self.reader.heard_in_all(said, understanding.language, today):
            reply = self.computing.answer(thread, heard, today, first, self._decision.answer)
            if reply is not None:
                return self._take(reply, thread, person, question.channel, understanding, said)
            reply = self.computing.correction(thread, heard, today)
            if reply is not None:
                turn = self._take(reply, thread, person, question.channel, understanding, said)
                return replace(turn, effects=(Rewrite(reply), Post(replace(reply, notice=Notice.CORRECTED))))
        return None

    def _meant_for_the_rule(
        self, reply: Reply, thread: Thread, understanding: Understanding, today: date
    ) -> Reply | None:
        """What is said instead to a message that was likely about the values of the thread's rule."""
        heard = _heard(understanding)
        is_aside = len(understanding.text.split()) <= LONGEST_ASIDE and reply.confidence < _SURELY_ELSE
        if reply.outcome in _MISSES or (is_aside and reply.entry and reply.entry != thread.entry):
            return self.computing.unread(thread, heard, today) or self.computing.more(thread, heard, today)
        return None

    def reply(
        self,
        understanding: Understanding,
        asked_in: Channel,
        today: date,
        *,
        about: str | None = None,
        known: Mapping[str, Any] | None = None,
    ) -> Reply:
        """What is said to a question that was read so. Decides between answer, choices and "I don't know".

        Args:
            understanding: The question.
            asked_in: Where it was asked.
            today: The day it was written.
            about: The thread's last entry.
            known: What was told for that entry and still holds, where the question goes on from it.

        """
        decision = self._decision
        first = understanding.candidates[0] if understanding.candidates else None
        blank = Reply(
            Outcome.FALLBACK,
            understanding.language,
            understanding.programme or only_programme(asked_in.programmes),
            confidence=first.confidence if first else 0.0,
            candidates=understanding.candidates,
            values=understanding.values,
        )
        if first is None:
            return blank
        if understanding.several:
            return replace(blank, outcome=Outcome.CHOICES, choices=understanding.several)
        if first.confidence >= decision.answer or self._is_either_twin(understanding):
            known = known if first.entry == about else {}
            return self._to_entry(blank, first.entry, _heard(understanding), today, known)
        if (report := self._report_in_any_case(understanding)) is not None:
            return self._of_entry(blank, report)
        if (booking := self._booking_in_any_case(understanding)) is not None:
            return self._to_entry(blank, booking, _heard(understanding), today)
        if understanding.programme is None and (rivals := self._rival_programmes(understanding.candidates)):
            return replace(blank, outcome=Outcome.CHOICES, choices=rivals)
        total = sum(candidate.confidence for candidate in understanding.candidates[:OFFERED])
        if total >= decision.offer:
            offered = understanding.candidates[:OFFERED]
            return replace(blank, outcome=Outcome.CHOICES, choices=tuple(one.entry for one in offered))
        return blank

    def _is_either_twin(self, understanding: Understanding) -> bool:
        """Whether the two best candidates are one rule under two titles, and the question tells values for it."""
        first, second = (*understanding.candidates[:2], None)[:2]
        if first is None or second is None or first.confidence + second.confidence < self._decision.answer:
            return False
        return self.computing.are_twins(first.entry, second.entry, _heard(understanding))

    def _report_in_any_case(self, understanding: Understanding) -> str | None:
        """What the two best candidates have in common if both lead to a report; rather the one of no programme."""
        first_two = understanding.candidates[:2]
        if sum(one.confidence for one in first_two) < self._decision.answer:
            return None
        if any(self._outcome_of(one.entry) is not Outcome.REPORT for one in first_two):
            return None
        return min((one.entry for one in first_two), key=lambda entry: not entry.startswith(ACTION_PREFIX))

    def _booking_in_any_case(self, understanding: Understanding) -> str | None:
        """What the best candidates have in common if all lead to a meeting: the first one's kind.

        Where somebody holds it, rather the one of no programme: a message that could mean either says nothing of one.
        Else rather an entry, which tells what there is instead.
        """
        best = understanding.candidates[:OFFERED]
        booked = [self._of_entry(_BLANK, one.entry) for one in best]
        together = [one for one, reply in zip(best, booked, strict=True) if reply.outcome is Outcome.BOOKING]
        if sum(one.confidence for one in together) < self._decision.answer or together[0] != best[0]:
            return None
        same = [one.entry for one, reply in zip(best, booked, strict=True) if reply.slots == booked[0].slots]
        is_held = self.books(booked[0].slots["meeting_kind"], understanding.programme)
        return min(same, key=lambda entry: entry.startswith(ACTION_PREFIX) is not is_held)

    def _rival_programmes(self, candidates: Sequence[Candidate]) -> tuple[str, ...]:
        """The programmes to choose between, where the best candidates of two fit about as well."""
        best: dict[str, float] = {}
        for candidate in candidates:
            programme = candidate.entry.partition(".")[0]
            if programme in self.knowledge.programmes:
                best.setdefault(programme, candidate.confidence)
        first, *others = sorted(best.items(), key=lambda item: -item[1])[:OFFERED] or [("", 0.0)]
        rivals = [id_ for id_, confidence in others if confidence >= _RIVAL * first[1]]
        if not rivals or first[1] < self._decision.offer / 2:
            return ()
        return tuple(f"{PROGRAMME_PREFIX}{id_}" for id_ in (first[0], *rivals))

    def _to_entry(
        self, blank: Reply, id_: str, heard: Told, today: date, known: Mapping[str, Any] | None = None
    ) -> Reply:
        """The reply that an entry or action gives; of kind rule, computed from what was told."""
        reply = self._of_entry(blank, id_)
        if reply.outcome is Outcome.BOOKING:
            return booking_talk.with_wish(reply, heard.text, today)
        return self.computing.from_question(reply, heard, today, known) if reply.outcome is Outcome.RULE else reply

    def _of_entry(self, blank: Reply, id_: str) -> Reply:
        """The reply that an entry or action gives, before anything is computed."""
        entry = self.knowledge.entry(id_)
        if entry is None:
            return blank
        if id_.startswith(ACTION_PREFIX):
            outcome, meeting = _ACTIONS[id_.removeprefix(ACTION_PREFIX)]
            slots = {"meeting_kind": meeting} if meeting else {}
            return replace(blank, outcome=outcome, slots=slots)
        programme = id_.partition(".")[0]
        if not entry.served(blank.language):
            languages = entry.served_languages
            return replace(blank, programme=programme, entry=id_, notice=Notice.DRAFT, languages=languages)
        slots = {"meeting_kind": entry.meeting} if entry.meeting else {}
        return replace(blank, outcome=_KINDS[entry.kind], programme=programme, entry=id_, slots=slots)

    def pick(self, choice: str, channel: Channel, thread: Thread, person: Person, today: date) -> Turn:
        """As `choose`, of what was offered for want of a sure answer: what that has led to is counted."""
        turn = self.choose(choice, channel, thread, person, today)
        counted = (Count(turn.reply.outcome, turn.reply.language, CHOSEN),) if turn.reply else ()
        return replace(turn, effects=(*turn.effects, *counted))

    def choose(self, choice: str, channel: Channel, thread: Thread, person: Person, today: date) -> Turn:
        """What a click on a choice, or its number in words, leads to. An unknown choice is "none of these"."""
        language = thread.language or person.language or i18n.SOURCE_LANGUAGE
        blank = Reply(Outcome.FALLBACK, language, thread.programme, confidence=1.0)
        if choice.startswith(PROGRAMME_PREFIX):
            programme = choice.removeprefix(PROGRAMME_PREFIX)
            if programme in self.knowledge.programmes:
                return self._in_programme(programme, channel, thread, person, today)
        asked_on = thread.asked_on or today
        heard = self.reader.hear(words(thread.question), language, asked_on)
        reply = blank if choice == NONE else self._to_entry(blank, choice, heard, asked_on)
        if self._is_begun(reply):
            reply, thread = reporting.begin(reply, thread, thread.question, ())
        if self._offers_times(reply):
            thread = booking_talk.begun(reply, thread, thread.question, person.id)
        return self._take(reply, thread, person, channel, None, "")

    def _in_programme(self, programme: str, channel: Channel, thread: Thread, person: Person, today: date) -> Turn:
        """The thread's question asked again, now that its programme is known; remembered for direct messages."""
        today = thread.asked_on or today
        context = Context(programme=programme, programmes=(programme,), forced_language=thread.language, today=today)
        understanding = self.reader.read(thread.question, context)
        reply = self.reply(understanding, channel, today)
        turn = self._take(reply, replace(thread, programme=programme), person, channel, understanding, "")
        if channel.place is Place.DIRECT:
            turn = replace(turn, effects=(*turn.effects, Remember(programme=programme)))
        return turn

    def _take(
        self,
        reply: Reply,
        thread: Thread,
        person: Person,
        channel: Channel,
        understanding: Understanding | None,
        said: str,
    ) -> Turn:
        """Say the reply, and what follows from it for the thread and the person."""
        effects: list[Effect] = []
        if reply.outcome is Outcome.LANGUAGE:
            reply, effects = self._switch(reply, thread, said)
        missed = reply.outcome in _MISSES or reply.notice is Notice.UNREAD
        if reply.outcome is Outcome.HUMAN:
            effects.append(HandOver(thread.question, self._last_answer(reply.language, thread), files=thread.files))
            thread = replace(thread, handed_over=True)
        if reply.outcome in _MISSES and thread.misses:
            reply = replace(reply, result={**reply.result, "misses": thread.misses + 1})
        thread = replace(
            thread,
            language=reply.language,
            programme=reply.programme or thread.programme,
            entry=reply.entry or thread.entry,
            slots=reply.slots if reply.entry else thread.slots,
            asks_for=reply.asks_for if reply.outcome is not Outcome.LANGUAGE else thread.asks_for,
            offered=reply.choices,
            misses=thread.misses + 1 if missed else 0,
        )
        return Turn(thread, (*self._said(reply, person, channel), *effects), understanding)

    def _said(self, reply: Reply, person: Person, channel: Channel) -> tuple[Effect, ...]:
        """The reply; and to a first direct message also what else the bot can do, which answers a greeting too."""
        if channel.place is not Place.DIRECT or person.is_greeted:
            return (Post(reply),)
        welcome, greeted = Post(self.help(reply.language, reply.programme)), Remember(greeted=True)
        is_welcome = reply.outcome in _SMALL_TALK and reply.notice is not Notice.PICTURE
        return (welcome, greeted) if is_welcome else (Post(reply), welcome, greeted)

    def _last_answer(self, language: Language, thread: Thread) -> Reply | None:
        """What the bot answered last in a thread, if it did."""
        if thread.entry is None or thread.misses:
            return None
        return self._said_last(Reply(Outcome.FALLBACK, language, thread.programme), thread)

    def _said_last(self, blank: Reply, thread: Thread) -> Reply:
        """The thread's last answer, said again; of a rule, with what was told for it."""
        reply = self._of_entry(blank, thread.entry or "")
        if reply.outcome is not Outcome.RULE or not thread.asked_on:
            return reply
        slots = {name: value for name, value in thread.slots.items() if name != "language"}
        return self.computing.with_slots(reply, slots, thread.asked_on) if slots else reply

    def _switch(self, reply: Reply, thread: Thread, said: str) -> tuple[Reply, list[Effect]]:
        """A person asks for another language: kept, and the thread's last answer is said again in it."""
        wanted = named_language(said)
        if wanted is None:
            return reply, []
        effects: list[Effect] = [Remember(language=wanted)]
        if thread.entry:
            again = self._said_last(replace(reply, language=wanted, outcome=Outcome.FALLBACK), thread)
            return replace(again, candidates=()), effects
        return _language_chosen(wanted), effects

    def _wordless(self, question: Question, thread: Thread, person: Person, *, asked: bool) -> Turn:
        """Nothing to read: a bare mention, emoji, a picture."""
        if not asked:
            return Turn(thread)
        language = language_of(question, thread, person)
        programme = thread.programme or only_programme(question.channel.programmes)
        picture = bool(question.files)
        if picture and self.takes_reports:
            return self._asked_of_picture(Reply(Outcome.HELP, language, programme), question, thread, person)
        if picture and question.channel.place is not Place.DIRECT:
            return Turn(thread)
        if not picture and thread.asker is not None and not question.mentions_bot:
            return Turn(thread)  # a lone emoji in a conversation asks for nothing
        notice = Notice.PICTURE if picture else Notice.EMPTY
        reply = Reply(Outcome.HELP, language, programme, notice=notice)
        said = self._said(reply, person, question.channel)
        return Turn(replace(thread, asker=person.id, language=language), said)

    def with_slots(
        self, reply: Reply, told: Mapping[str, Any], channel: Channel, thread: Thread, person: Person, today: date
    ) -> Turn:
        """What a click on a likely value, or a form with all values, leads to: the rule computed with them."""
        computed = self.computing.with_slots(reply, told, today)
        return self._take(computed, thread, person, channel, None, "")

    def fitted(self, reply: Reply) -> Reply:
        """A reply of another day as the knowledge has it now: its entry may have gone, or be a draft."""
        if reply.programme not in self.knowledge.programmes:
            reply = replace(reply, programme=None)
        unknown = Reply(Outcome.FALLBACK, reply.language, reply.programme)
        if reply.entry is None:
            choices = tuple(choice for choice in reply.choices if self._is_known(choice))
            return replace(reply, choices=choices) if choices or not reply.choices else unknown
        entry = self.knowledge.entry(reply.entry)
        if reply.outcome is Outcome.HUMAN:  # a person has sent it: it stays theirs
            return reply if entry is not None and entry.served(reply.language) else replace(reply, entry=None)
        if entry is None:
            return unknown
        now = self._of_entry(replace(reply, notice=None, languages=()), reply.entry)
        is_same = now.notice is None and now.outcome is reply.outcome and reply.notice is not Notice.DRAFT
        return reply if is_same else replace(now, result={}, says=(), unsettled=(), asks_for=(), suggestions=())

    def current(self, reply: Reply, today: date) -> Reply:
        """A reply of another day as it would be given today: what was computed counts from today."""
        reply = self.fitted(reply)
        if reply.outcome is not Outcome.RULE or not reply.result or reply.asks_for or reply.notice is not None:
            return reply
        return self.computing.with_slots(reply, reply.slots, today)

    def _is_known(self, choice: str) -> bool:
        if choice.startswith(PROGRAMME_PREFIX):
            return choice.removeprefix(PROGRAMME_PREFIX) in self.knowledge.programmes
        return self.knowledge.entry(choice) is not None

    def in_language(self, reply: Reply, language: Language, today: date) -> Reply:
        """The same reply in another language; an entry that is not released in it says so."""
        if reply.outcome is Outcome.LANGUAGE or reply.notice is Notice.FOREIGN:
            return _language_chosen(language)
        if reply.outcome is Outcome.HUMAN and reply.entry is not None:  # a person has sent it: it stays theirs
            entry = self.knowledge.entry(reply.entry)
            return replace(reply, language=language) if entry is not None and entry.served(language) else reply
        if reply.entry is None:
            return replace(reply, language=language, notice=reply.notice if reply.outcome in _MISSES else None)
        notice = reply.notice if reply.notice in {Notice.UNREAD, Notice.LEFT_OPEN} else None
        again = self._of_entry(replace(reply, language=language, notice=notice, languages=()), reply.entry)
        again = replace(again, slots=reply.slots or again.slots)
        return self.computing.in_language(again, reply.language, today) if again.outcome is Outcome.RULE else again

    def help(self, language: Language, programme: str | None) -> Reply:
        """What the bot is for, with examples: at the first direct message, and for whoever invites it."""
        return Reply(Outcome.HELP, language, programme)


def _language_chosen(language: Language) -> Reply:
    return Reply(Outcome.LANGUAGE, language, result={"language": language})


def _floor_after(question: Question, thread: Thread, person: Person) -> Thread:
    """Who has the floor once this person has written here."""
    if question.channel.place is not Place.CHANNEL or question.top_level:
        return thread
    if person.is_staff and person.id != thread.asker:
        return replace(thread, floor=Floor.STAFF)
    if person.id == thread.asker or thread.floor is Floor.STAFF:
        return thread
    # Whoever mentions the bot takes over the conversation with it; else people talk among themselves.
    return replace(thread, floor=Floor.BOT if question.mentions_bot else Floor.PEOPLE)


def _is_asked(question: Question, thread: Thread, person: Person) -> bool:
    """Whether the message is for the bot."""
    if question.channel.place is not Place.CHANNEL or question.mentions_bot:
        return True
    if question.top_level or question.mentions_others:
        return False
    return thread.floor is Floor.BOT and person.id == thread.asker


def _may_tell(question: Question, thread: Thread, person: Person) -> bool:
    """Whether whoever writes may answer what the bot has asked, besides the asker: their organisation, and staff."""
    if question.top_level or question.mentions_others:
        return False
    if any(one.whom == person.id for one in thread.asked):
        return True
    if not (thread.asks_for or thread.asked) or thread.floor is Floor.STAFF:
        return False
    return question.channel.place is Place.CHANNEL and (person.is_colleague or person.is_staff)


def _is_overheard(question: Question, person: Person) -> bool:
    """Whether the bot may answer though nobody has asked it: a partner's question at the top of a channel set so."""
    return (
        question.channel.answers_questions
        and question.top_level
        and not question.mentions_others
        and person.is_partner
        and not person.is_staff
    )


def _explained(reply: Reply, question: Question, thread: Thread, person: Person) -> Reply:
    """A reply to what was not understood, with the reason where it is known."""
    if question.foreign:
        language = person.language or person.locale or DEFAULT_LANGUAGE
        return replace(reply, outcome=Outcome.FALLBACK, language=language, choices=(), notice=Notice.FOREIGN)
    if len(question.text) > 2 * LONGEST:
        return replace(reply, notice=reply.notice or Notice.TOO_LONG)
    if thread.language and len(question.text.split()) <= LONGEST_ASIDE:
        return replace(reply, language=thread.language)
    return reply


def _heard(understanding: Understanding) -> Told:
    return Told(understanding.text, understanding.language, understanding.values)
