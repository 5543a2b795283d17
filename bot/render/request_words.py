"""What is said of a request to the people of the desk, in a few words: state, reason, way, clocks, files."""

from __future__ import annotations

from datetime import datetime, tzinfo

from bot import i18n
from bot.flows.request import Then
from bot.i18n import Translator
from bot.model import Language
from bot.render import file_words
from bot.report import Picture
from bot.request import Reason, State, Target, Way


def state(of: State, t: Translator) -> str:
    """How far a request is."""
    return {
        State.OPEN: t("in the queue"),
        State.TAKEN: t("taken"),
        State.WAITING: t("waiting for the partner"),
        State.RESOLVED: t("resolved"),
        State.DISMISSED: t("not a request"),
    }[of]


def reason(of: Reason, t: Translator) -> str:
    """With what a request is resolved."""
    return {
        Reason.ANSWERED: t("answered"),
        Reason.DONE: t("done as asked"),
        Reason.PASSED_ON: t("passed on to somebody else"),
        Reason.NOT_POSSIBLE: t("not possible"),
        Reason.SETTLED: t("settled, as the partner says"),
        Reason.NO_REPLY: t("no reply from the partner"),
    }[of]


def way(of: Way, t: Translator) -> str:
    """How a question came before a person."""
    return {
        Way.ASKED: t("asked for a person"),
        Way.FEEDBACK: t("was not helped by an answer"),
        Way.ESCALATED: t("handed over by staff"),
        Way.UNANSWERED: t("nobody had answered it"),
    }[of]


def then(of: Then, t: Translator) -> str:
    """What becomes of a request once something was sent."""
    return {
        Then.WAIT: t("Wait for the partner"),
        Then.MORE: t("Keep working on it"),
        Then.RESOLVE: t("Resolve the request"),
    }[of]


def due(of: Target, at: datetime, zone: tzinfo, t: Translator) -> str:
    """By when something is promised, as a sentence."""
    when = moment(at, zone, t)
    return {
        Target.FIRST: t("First response due: {time}.", time=when),
        Target.RESOLUTION: t("Resolution due: {time}.", time=when),
    }[of]


def missed(of: Target, at: datetime | None, zone: tzinfo, t: Translator) -> str:
    """That a target is missed, as a sentence; `at` is when it was due, where its clock still runs."""
    if at is None:
        return {Target.FIRST: t("First response missed."), Target.RESOLUTION: t("Resolution missed.")}[of]
    when = moment(at, zone, t)
    return {
        Target.FIRST: t("First response missed: it was due {time}.", time=when),
        Target.RESOLUTION: t("Resolution missed: it was due {time}.", time=when),
    }[of]


def soon(of: Target, t: Translator) -> str:
    """That a target will be missed unless something happens, as a sentence."""
    return {
        Target.FIRST: t("The first response will soon be due."),
        Target.RESOLUTION: t("The resolution will soon be due."),
    }[of]


def moment(at: datetime, zone: tzinfo, t: Translator) -> str:
    """An instant on the desk's clock: Tue 24 Nov, 10:00 (Helsinki)."""
    when = i18n.appointment(at.astimezone(zone), t.language)
    return t("{time} ({city})", time=when, city=i18n.zone_city(str(zone), t.language))


def language(of: Language, t: Translator) -> str:
    """A language by its name."""
    return i18n.language_name(of, t.language)


def files(of: tuple[Picture, ...], t: Translator) -> str:
    """How many files there are, and what became of those that are not in the thread; "" for none."""
    return file_words.fates(of, t.plural("{n} file", "{n} files", len(of)), t)
