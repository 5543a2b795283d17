"""What is said of a report in a few words: its kind, its state, why it is no error, from when a correction is seen."""

from __future__ import annotations

from datetime import date
from typing import Final

from bot import i18n
from bot.i18n import Translator
from bot.render.escape import one_line, shorten
from bot.report import Kind, OwnText, Reason, State, Visible

_LONGEST_PLACE: Final = 120


def kind(of: Kind, t: Translator) -> str:
    """What sort of error it is."""
    return {
        Kind.MISTRANSLATED: t("wrong translation"),
        Kind.TYPO: t("typo"),
        Kind.UNTRANSLATED: t("not translated"),
        Kind.CUT_OFF: t("cut off"),
        Kind.TONE: t("wrong tone"),
        Kind.TERM: t("wrong term"),
        Kind.SOURCE: t("source text wrong"),
    }[of]


def state(of: State, t: Translator) -> str:
    """How far a report is."""
    return {
        State.OPEN: t("open"),
        State.TAKEN: t("being worked on"),
        State.ASKED: t("waiting for an answer"),
        State.FIXED: t("fixed"),
        State.REJECTED: t("not an error"),
        State.DUPLICATE: t("duplicate"),
    }[of]


def reason(of: Reason, t: Translator) -> str:
    """Why something is no error, as a sentence."""
    return {
        Reason.INTENDED: t("It is meant to read this way."),
        Reason.MENDED: t("It had been put right already."),
        Reason.NOT_OURS: t("This text is not ours, so we cannot change it."),
        Reason.NOT_FOUND: t("We could not find this text."),
    }[of]


def visible(of: Visible, on: date | None, t: Translator) -> str:
    """From when a correction is seen, as a sentence."""
    if of is Visible.DAY and on is not None:
        return t("The new text appears on {day}.", day=i18n.on_day(on, t.language))
    return t("The new text comes with the next release.") if of is Visible.RELEASE else t("The new text is live now.")


def language(of: str, t: Translator) -> str:
    """A language by its name."""
    return i18n.language_name(of, t.language)


def where(text: OwnText) -> str:
    """The place of a text of ours, in short: file, line and the name that it has there; else how it begins."""
    place = f"{text.file}:{text.line}" if text.line else text.file
    named = place if text.file.endswith(".po") else " · ".join(one for one in (place, text.key) if one)
    return shorten(one_line(named), _LONGEST_PLACE)
