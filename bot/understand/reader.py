"""Reads questions: language, programme, entry, and how sure that is. The face of this package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.knowledge.schema import ACTION_PREFIX, Knowledge
from bot.model import LANGUAGES, Candidate, Language, Understanding
from bot.understand import decide, follow_up, foreign, several
from bot.understand.decide import Decision
from bot.understand.intents import IntentModel
from bot.understand.language import LanguageModel
from bot.understand.named_language import is_language_name
from bot.understand.names import Names
from bot.understand.normalise import fold, words
from bot.understand.slots.suits import suits
from bot.understand.slots.told import Told, told

_FEW: Final = 4  # words that say little of their language
_SHORT: Final = 60  # characters of a message whose language may not be sure
_LANGUAGE: Final = f"{ACTION_PREFIX}language"
_NOTHING: Final = ""
"""The candidate of a message that is nothing but a value: it asks nothing by itself."""
_STRANGE: Final = 0.5  # share of known words up to which a message may be in another language


@dataclass(frozen=True, slots=True)
class Context:
    """What is known besides the words: from the thread, the person, the channel."""

    languages: tuple[Language | None, ...] = ()  # priors, strongest first
    programmes: tuple[str, ...] = ()  # those it can be about, when something narrows them; one: it is known
    programme: str | None = None  # the thread's, or the person's choice
    entry: str | None = None  # the thread's last entry, for follow-ups
    forced_language: Language | None = None
    today: date = date(2000, 1, 1)  # the day the message was written: days without a year are counted from it


class Reader:
    """The fitted models and the decision behind one call: read a question."""

    def __init__(
        self, knowledge: Knowledge, languages: LanguageModel, intents: dict[str, IntentModel], decision: Decision
    ) -> None:
        self.knowledge = knowledge
        self.languages = languages
        self.intents = intents
        self.decision = decision
        self._names = Names(knowledge)
        self._rules = {
            id_: [entry for entry in programme.entries.values() if entry.kind == "rule"]
            for id_, programme in knowledge.programmes.items()
        }

    def read(self, text: str, context: Context = Context()) -> Understanding:
        """Read a message. `text` is Slack's or plain; an empty one gives no candidates."""
        plain = words(text)
        whole = fold(plain)
        language, sure = self._language(plain, context)
        # "120 Tsd. Euro" says little of its language, however sure that seems.
        is_certain = sure and (len(plain.split()) > _FEW or not any(map(str.isdigit, plain)))
        heard = self.hear(plain, language, context.today, is_sure=is_certain or context.forced_language is not None)
        programmes = self.programmes(whole, context)
        folded = self._names.strip(whole)
        found = {id_: self._candidates(id_, folded, heard, context) for id_ in programmes if folded}
        if context.programme in found and len(found) > 1:
            found = self._of_thread(found, context.programme)
        best = tuple(one for one in decide.rivalling(list(found.values())) if one.entry != _NOTHING)
        asked = several.entries(plain, best, self.decision, lambda part: self._part(part, programmes))
        return Understanding(
            language=language,
            language_sure=sure,
            programme=next(iter(found)) if len(found) == 1 else None if best else context.programme,
            candidates=_led_by(best, asked),
            values=heard.values,
            several=asked,
            folded=folded,
            text=plain,
        )

    def hear(self, plain: str, language: Language, today: date, *, is_sure: bool = True) -> Told:
        """What a message tells besides its intent. Where its language is not sure, the one that finds most is taken."""
        if is_sure:
            return told(plain, language, today)
        return max(self.heard_in_all(plain, language, today), key=lambda one: one.covered)

    def heard_in_all(self, plain: str, language: Language, today: date) -> list[Told]:
        """A short message as each language hears it, its own first; a long one in its own alone."""
        others = [one for one in LANGUAGES if one != language] if len(plain) <= _SHORT else []
        return [told(plain, one, today) for one in (language, *others)]

    def may_be_foreign(self, text: str) -> bool:
        """Whether a message is long enough, and strange enough, to be worth asking a detector of many languages."""
        return foreign.is_worth_asking(text) and self.languages.known(words(text)) <= _STRANGE

    def _language(self, plain: str, context: Context) -> tuple[Language, bool]:
        if context.forced_language:
            return context.forced_language, True
        return self.languages.detect(plain, context.languages)

    def folded(self, text: str) -> str:
        """A message in the form that the models compare."""
        return self._names.strip(fold(words(text)))

    def first(self, programme: str, text: str) -> Candidate | None:
        """The best candidate of one programme for a text asked on its own; None for a text without words."""
        folded = self.folded(text)
        return self._ask(programme, folded)[0] if folded else None

    def matched(self, read: Understanding) -> dict[str, str]:
        """Per candidate, the phrasing whose words are nearest: for people who ask why."""
        found: dict[str, str] = {}
        for programme in self.programmes(read.folded, Context(programmes=(read.programme,) if read.programme else ())):
            for one in self.intents[programme].read(read.folded).classes:
                found.setdefault(one.entry, one.matched)
        return found

    def programmes(self, folded: str, context: Context) -> tuple[str, ...]:
        """The programmes that the question can be about: named in it, else known from around it, else all."""
        named = self._names.mentioned(folded)
        if len(named) == 1:
            return named
        around = tuple(id_ for id_ in context.programmes if id_ in self.intents)
        return named or around or tuple(self.intents)

    def _candidates(self, programme: str, folded: str, heard: Told, context: Context) -> list[Candidate]:
        if is_language_name(heard.text):
            return [Candidate(_LANGUAGE, 1.0)]
        found = [Candidate(_NOTHING, 0.0)] if heard.is_bare else self._ask(programme, folded, heard)
        about = self.knowledge.entry(context.entry) if context.entry else None
        if about is not None and about.id in self.knowledge.programmes[programme].entries:
            found = follow_up.candidates(
                heard, about, found, self.decision, lambda text: self._ask(programme, text, heard)
            )
        return found

    def _part(self, part: str, programmes: tuple[str, ...]) -> list[Candidate]:
        folded = self.folded(part)
        return decide.rivalling([self._ask(id_, folded) for id_ in programmes]) if folded else []

    def _of_thread(self, found: dict[str, list[Candidate]], programme: str) -> dict[str, list[Candidate]]:
        """The conversation has a programme: others count only where it has nothing to offer, and not for an answer.

        People do change the subject; but "what is the commission?" means this programme's, even if it is not known.
        """
        if found[programme][0].confidence >= self.decision.offer:
            return {programme: found[programme]}
        most = self.decision.answer / 2
        return {
            id_: own if id_ == programme else [Candidate(one.entry, one.confidence * most) for one in own]
            for id_, own in found.items()
        }

    def told(self, programme: str, heard: Told) -> dict[str, float]:
        """How well the values of a question suit each rule of a programme; those that none suits are left out."""
        if not heard.values:
            return {}
        return {entry.id: share for entry in self._rules[programme] if (share := suits(entry.slots, heard.values))}

    def _ask(self, programme: str, folded: str, heard: Told | None = None) -> list[Candidate]:
        told = self.told(programme, heard) if heard else {}
        return decide.candidates(self.intents[programme].read(folded), self.decision, told)


def _led_by(candidates: tuple[Candidate, ...], first: tuple[str, ...]) -> tuple[Candidate, ...]:
    """The candidates with some entries first, in their order; those are sure each on its own, so they share evenly."""
    if not first:
        return candidates
    share = 1 / len(first)
    rest = (Candidate(one.entry, 0.0) for one in candidates if one.entry not in first)
    return (*(Candidate(entry, share) for entry in first), *rest)
