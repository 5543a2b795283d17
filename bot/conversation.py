"""Whose turn it is and what is said: (question, thread, person) → Turn. Pure: no port, no clock, no Slack."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from bot import i18n
from bot.knowledge.schema import ACTION_PREFIX, PROGRAMME_PREFIX, Knowledge
from bot.model import (
    DEFAULT_LANGUAGE,
    LANGUAGES,
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
    Thread,
    Turn,
    Understanding,
)
from bot.understand.decide import OFFERED, Decision
from bot.understand.normalise import LONGEST, fold, words
from bot.understand.reader import Context, Reader

Detect: TypeAlias = Callable[[str], str | None]
"""Tells the ISO code of a message's language, if it is surely none of ours."""

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
}
_MEETING_KINDS: Final = {
    "cyberday.training": "training",
    "cyberday.support-meeting": "support",
    "cyberday.customer-meetings": "support",
}
_SMALL_TALK: Final = frozenset({Outcome.GREETING, Outcome.THANKS, Outcome.HELP})
_MISSES: Final = frozenset({Outcome.FALLBACK, Outcome.CHOICES})
_ASIDES: Final = frozenset({*_SMALL_TALK, Outcome.TOPICS, Outcome.LANGUAGE, Outcome.HUMAN})
"""What is no question: a person who is asked to help is given the one before it."""

_OUTRIGHT: Final = frozenset({Outcome.ANSWER, Outcome.RULE})
"""What a channel set to `answer: questions` is told without having asked."""

_RIVAL: Final = 0.7
"""Two programmes fit about as well if the second's best candidate has this share of the first's confidence."""

_LONG_NAME: Final = 6  # letters of a language's name that can spare two

PICK: Final = re.compile(r"([0-9])\s*[.)]?")


class Conversation:
    """The bot's side of every conversation; holds what it knows, and no state of its own."""

    def __init__(self, knowledge: Knowledge, reader: Reader) -> None:
        self.knowledge = knowledge
        self.reader = reader

    @property
    def _decision(self) -> Decision:
        return self.reader.decision

    def reply_to(self, question: Question, thread: Thread, person: Person) -> Turn:
        """What a message leads to. A turn without effects: the bot keeps silent."""
        thread = _floor_after(question, thread, person)
        asked = _is_asked(question, thread, person)
        if not asked and not _is_overheard(question, person):
            return Turn(thread)
        said = words(question.text)
        if not said:
            return self._wordless(question, thread, person, asked=asked)
        picked = PICK.fullmatch(said)
        if asked and picked and thread.offered and int(picked[1]) <= len(thread.offered):
            choice = (NONE, *thread.offered)[int(picked[1])]
            return self.choose(choice, question.channel, thread, person)
        understanding = self.reader.read(question.text, _context(question, thread, person))
        reply = self.reply(understanding, asked_in=question.channel)
        if reply.outcome in _MISSES and question.foreign:
            language = person.language or person.locale or DEFAULT_LANGUAGE
            reply = replace(reply, outcome=Outcome.FALLBACK, language=language, choices=(), notice=Notice.FOREIGN)
        if len(question.text) > 2 * LONGEST and reply.outcome in {Outcome.CHOICES, Outcome.FALLBACK}:
            reply = replace(reply, notice=reply.notice or Notice.TOO_LONG)
        if not asked and reply.outcome not in _OUTRIGHT:
            return Turn(thread, (Count(reply.outcome, reply.language),), understanding)
        is_question = reply.outcome not in _ASIDES or not thread.question
        asked_before = question.text[: 4 * LONGEST] if is_question else thread.question
        thread = replace(thread, asker=person.id, question=asked_before)
        turn = self._take(reply, thread, person, question.channel, understanding, said)
        is_open = reply.outcome in _MISSES and question.foreign is None and not question.forced_language
        return replace(turn, may_be_foreign=is_open and self.reader.may_be_foreign(question.text))

    def reply(self, understanding: Understanding, asked_in: Channel) -> Reply:
        """What is said to a question that was read so. Decides between answer, choices and "I don't know"."""
        decision = self._decision
        first = understanding.candidates[0] if understanding.candidates else None
        blank = Reply(
            Outcome.FALLBACK,
            understanding.language,
            understanding.programme or _only(asked_in.programmes),
            confidence=first.confidence if first else 0.0,
            candidates=understanding.candidates,
            values=understanding.values,
        )
        if first is None:
            return blank
        if understanding.several:
            return replace(blank, outcome=Outcome.CHOICES, choices=understanding.several)
        if first.confidence >= decision.answer:
            return self._to_entry(blank, first.entry)
        if understanding.programme is None and (rivals := self._rival_programmes(understanding.candidates)):
            return replace(blank, outcome=Outcome.CHOICES, choices=rivals)
        total = sum(candidate.confidence for candidate in understanding.candidates[:OFFERED])
        if total >= decision.offer:
            offered = understanding.candidates[:OFFERED]
            return replace(blank, outcome=Outcome.CHOICES, choices=tuple(one.entry for one in offered))
        return blank

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

    def _to_entry(self, blank: Reply, id_: str) -> Reply:
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
        slots = {"meeting_kind": _MEETING_KINDS[id_]} if id_ in _MEETING_KINDS else {}
        return replace(blank, outcome=_KINDS[entry.kind], programme=programme, entry=id_, slots=slots)

    def choose(self, choice: str, channel: Channel, thread: Thread, person: Person) -> Turn:
        """What a click on a choice, or its number in words, leads to. An unknown choice is "none of these"."""
        language = thread.language or person.language or i18n.SOURCE_LANGUAGE
        blank = Reply(Outcome.FALLBACK, language, thread.programme, confidence=1.0)
        if choice.startswith(PROGRAMME_PREFIX):
            programme = choice.removeprefix(PROGRAMME_PREFIX)
            if programme in self.knowledge.programmes:
                return self._in_programme(programme, channel, thread, person)
        reply = blank if choice == NONE else self._to_entry(blank, choice)
        return self._take(reply, thread, person, channel, None, "")

    def _in_programme(self, programme: str, channel: Channel, thread: Thread, person: Person) -> Turn:
        """The thread's question asked again, now that its programme is known; remembered for direct messages."""
        context = Context(programme=programme, programmes=(programme,), forced_language=thread.language)
        understanding = self.reader.read(thread.question, context)
        reply = self.reply(understanding, channel)
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
        missed = reply.outcome in _MISSES
        if reply.outcome is Outcome.HUMAN:
            effects.append(HandOver(thread.question, self._last_answer(reply.language, thread)))
            thread = replace(thread, handed_over=True)
        thread = replace(
            thread,
            language=reply.language,
            programme=reply.programme or thread.programme,
            entry=reply.entry or thread.entry,
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
        return self._to_entry(Reply(Outcome.FALLBACK, language, thread.programme), thread.entry)

    def _switch(self, reply: Reply, thread: Thread, said: str) -> tuple[Reply, list[Effect]]:
        """A person asks for another language: kept, and the thread's last answer is said again in it."""
        wanted = named_language(said)
        if wanted is None:
            return reply, []
        effects: list[Effect] = [Remember(language=wanted)]
        if thread.entry:
            again = self._to_entry(replace(reply, language=wanted, outcome=Outcome.FALLBACK), thread.entry)
            return replace(again, candidates=()), effects
        return _language_chosen(wanted), effects

    def _wordless(self, question: Question, thread: Thread, person: Person, *, asked: bool) -> Turn:
        """Nothing to read: a bare mention, emoji, a picture."""
        if not asked:
            return Turn(thread)
        language = _first([question.forced_language, *_priors(question, thread, person)])
        programme = thread.programme or _only(question.channel.programmes)
        picture = question.files > 0
        if picture and question.channel.place is not Place.DIRECT:
            return Turn(thread)
        if not picture and thread.asker is not None and not question.mentions_bot:
            return Turn(thread)  # a lone emoji in a conversation asks for nothing
        notice = Notice.PICTURE if picture else Notice.EMPTY
        reply = Reply(Outcome.HELP, language, programme, notice=notice)
        said = self._said(reply, person, question.channel)
        return Turn(replace(thread, asker=person.id, language=language), said)

    def in_language(self, reply: Reply, language: Language) -> Reply:
        """The same reply in another language; an entry that is not released in it says so."""
        if reply.outcome is Outcome.LANGUAGE or reply.notice is Notice.FOREIGN:
            return _language_chosen(language)
        if reply.entry is None:
            return replace(reply, language=language, notice=reply.notice if reply.outcome in _MISSES else None)
        again = self._to_entry(replace(reply, language=language, notice=None, languages=()), reply.entry)
        return replace(again, values=reply.values, slots=reply.slots, result=reply.result, asks_for=reply.asks_for)

    def help(self, language: Language, programme: str | None) -> Reply:
        """What the bot is for, with examples: at the first direct message, and for whoever invites it."""
        return Reply(Outcome.HELP, language, programme)


def _language_chosen(language: Language) -> Reply:
    return Reply(Outcome.LANGUAGE, language, result={"language": language})


def named_language(said: str) -> Language | None:
    """The language that a person names, in any of the four; the last one named if several are."""
    folded = fold(said)
    found = []
    for wanted in LANGUAGES:
        for spoken in LANGUAGES:
            stem = _stem(fold(i18n.language_name(wanted, spoken)))
            at = folded.rfind(stem)
            if at >= 0 and (at == 0 or folded[at - 1] == " "):
                found.append((at, wanted))
    return max(found)[1] if found else None


def _stem(name: str) -> str:
    # What is left of a language's name in every form: Finnish weakens englanti to englanniksi.
    return name[:-2] if len(name) > _LONG_NAME else name[:-1]


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


def _is_overheard(question: Question, person: Person) -> bool:
    """Whether the bot may answer though nobody has asked it: a partner's question at the top of a channel set so."""
    return (
        question.channel.answers_questions
        and question.top_level
        and not question.mentions_others
        and person.is_partner
        and not person.is_staff
    )


def _priors(question: Question, thread: Thread, person: Person) -> tuple[Language | None, ...]:
    # Slack has no Finnish: an English locale says nothing against it, so it does not count as a prior.
    locale = person.locale if person.locale != i18n.SOURCE_LANGUAGE else None
    return (thread.language, person.language, locale, person.organisation_language, question.channel.language)


def _context(question: Question, thread: Thread, person: Person) -> Context:
    direct = question.channel.place is not Place.CHANNEL
    around = question.channel.programmes or person.programmes
    return Context(
        languages=_priors(question, thread, person),
        programmes=(question.forced_programme,) if question.forced_programme else around,
        programme=thread.programme or (person.programme if direct else None),
        entry=thread.entry,
        forced_language=question.forced_language,
    )


def _first(languages: Sequence[Language | None]) -> Language:
    return next((language for language in languages if language in LANGUAGES), i18n.SOURCE_LANGUAGE)


def _only(programmes: Sequence[str]) -> str | None:
    return programmes[0] if len(programmes) == 1 else None
