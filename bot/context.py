"""What is known around a message before it is read: languages and programmes, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence

from bot import i18n
from bot.model import LANGUAGES, Language, Person, Place, Question, Thread
from bot.understand.reader import Context


def priors(question: Question, thread: Thread, person: Person) -> tuple[Language | None, ...]:
    """The languages that speak for themselves before anything is read."""
    # Slack has no Finnish: an English locale says nothing against it, so it does not count as a prior.
    locale = person.locale if person.locale != i18n.SOURCE_LANGUAGE else None
    return (thread.language, person.language, locale, person.organisation_language, question.channel.language)


def context(question: Question, thread: Thread, person: Person) -> Context:
    """What the reader is told of a message besides its words."""
    direct = question.channel.place is not Place.CHANNEL
    around = question.channel.programmes or person.programmes
    return Context(
        languages=priors(question, thread, person),
        programmes=(question.forced_programme,) if question.forced_programme else around,
        programme=thread.programme or (person.programme if direct else None),
        entry=thread.entry,
        forced_language=question.forced_language,
        today=question.today,
    )


def only_programme(programmes: Sequence[str]) -> str | None:
    """The programme, where there is but one."""
    return programmes[0] if len(programmes) == 1 else None


def language_of(question: Question, thread: Thread, person: Person) -> Language:
    """The language to reply in where the message has no words to tell it."""
    likely = (question.forced_language, *priors(question, thread, person))
    return next((language for language in likely if language in LANGUAGES), i18n.SOURCE_LANGUAGE)
