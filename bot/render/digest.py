"""The weekly digest for the people of the desk: sentences, a table or a picture of the figures, and the top gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from bot import i18n
from bot.flows.digest import Compared, Digest, Questions, Requests, Standing
from bot.i18n import Translator
from bot.model import Language
from bot.render import blocks as kit
from bot.render.blocks import Block
from bot.render.escape import escape, one_line, shorten, shorten_markup, visible
from bot.render.messages import Message
from bot.render.rich import quoted
from bot.request import Way

MOST_GAPS: Final = 5

_LONGEST_GAP: Final = 120
_LONGEST_TITLE: Final = 80
_READ: Final = 500  # characters of a text that are looked at
_NONE: Final = "–"
_SEPARATOR: Final = " · "
_ADDRESS: Final = re.compile(r"\S*://\S*")  # Slack would link it in the text beside a picture
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Top:
    """What is missing most."""

    text: str
    language: Language
    count: int
    nearest: str = ""  # the title of the entry that is near, in the reader's language


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is missing: how often that showed, in the week before too, and the top of it.

    Without the texts where others read along.
    """

    count: int = 0
    before: int = 0
    top: Sequence[Top] = ()


def quiet(t: Translator, digest: Digest) -> Message:
    """What is said of a week in which nothing has happened."""
    sentence = t("{week}: nobody asked anything, and no request is open.", week=_span(t, digest))
    return Message(sentence, [kit.section(escape(sentence))])


def with_table(t: Translator, digest: Digest, gaps: Gaps) -> Message:
    """The digest as a message with a table."""
    title, sentences = _title(t, digest), _sentences(t, digest)
    told, listed = _missing(t, gaps)
    blocks = [
        kit.header(title),
        kit.section("\n".join(map(escape, sentences))),
        _table(t, digest),
        kit.context(escape(t("In brackets: the week before."))),
        *([kit.section("\n".join((f"*{escape(told)}*", *listed)))] if told else []),
    ]
    text = "\n".join((title, *sentences, *([told] if told else [])))
    return Message(escape(shorten(text, kit.TEXT)), blocks)


def beside_picture(t: Translator, digest: Digest, gaps: Gaps) -> str:
    """The digest as the text (mrkdwn) of the message that shows the picture: it says what the picture does not."""
    told, listed = _missing(t, gaps)
    languages = [f"*{escape(_named(t, one))}* – {escape(_service(t, of))}" for one, of in digest.languages.items()]
    parts = (
        [f"*{escape(_title(t, digest))}*", *map(escape, _sentences(t, digest))],
        [*languages, escape(t("In brackets: the week before."))],
        [f"*{escape(told)}*", *listed] if told else [],
    )
    return shorten_markup("\n\n".join("\n".join(lines) for lines in parts if lines), kit.TEXT)


def alternative(t: Translator, digest: Digest) -> str:
    """What the picture shows, for who cannot see it: plain text."""
    lines = [_title_of_picture(t, digest)]
    for language, one in digest.languages.items():
        name = _named(t, language)
        pairs = [
            (t("Questions"), one.week.questions.asked),
            *zip(_outcomes(t), _parts(one.week.questions), strict=True),
            (t("To a person"), one.week.requests.opened),
        ]
        lines.append(f"{name} – " + ", ".join(f"{label} {i18n.number(n, t.language)}" for label, n in pairs))
    return "; ".join(lines)


def picture(t: Translator, digest: Digest) -> dict[str, Any]:
    """What `bot.plots` draws."""

    def row(language: Language, one: Compared) -> dict[str, Any]:
        return {
            "name": _named(t, language),
            "parts": [[n, i18n.number(n, t.language)] for n in _parts(one.week.questions)],
            "cells": [
                _both(t, one.week.questions.asked, one.before.questions.asked),
                _both(t, one.week.requests.opened, one.before.requests.opened),
            ],
        }

    return {
        "title": _title_of_picture(t, digest),
        "parts": _outcomes(t),
        "columns": [t("Questions"), t("To a person")],
        "note": t("In brackets: the week before."),
        "empty": t("no questions"),
        "rows": [row(language, one) for language, one in digest.languages.items()],
    }


# Words


def _span(t: Translator, digest: Digest) -> str:
    first, last = (i18n.near_day(day, t.language) for day in (digest.first, digest.last))
    return t("{first} to {last}", first=first, last=last)


def _title(t: Translator, digest: Digest) -> str:
    return t("The desk’s week, {week}", week=_span(t, digest))


def _title_of_picture(t: Translator, digest: Digest) -> str:
    return t("Questions by language, {week}", week=_span(t, digest))


def _outcomes(t: Translator) -> list[str]:
    """What the parts of a bar are called."""
    return [t("Answered at once"), t("Answered by a choice"), t("Choices left"), t("Missed")]


def _parts(questions: Questions) -> list[int]:
    return [questions.answered, questions.chosen, questions.undecided, questions.missed]


def _sentences(t: Translator, digest: Digest) -> list[str]:
    week, before = digest.all.week, digest.all.before
    return [
        t.plural(
            "{n} question to the bot; in the week before: {before}.",
            "{n} questions to the bot; in the week before: {before}.",
            week.questions.asked,
            before=i18n.number(before.questions.asked, t.language),
        ),
        *_answered(t, week.questions),
        *_most_missed(t, digest),
        t.plural(
            "{n} request came before a person; in the week before: {before}.",
            "{n} requests came before a person; in the week before: {before}.",
            week.requests.opened,
            before=i18n.number(before.requests.opened, t.language),
        ),
        *_first_replies(t, week.requests),
        *_open_now(t, week.standing),
    ]


def _answered(t: Translator, questions: Questions) -> list[str]:
    if not questions.asked:
        return []
    share = (questions.answered + questions.chosen) / questions.asked
    return [t("Answered, at once or by a choice: {share}.", share=i18n.percent(round(share, 2), t.language))]


def _most_missed(t: Translator, digest: Digest) -> list[str]:
    """The language that fares worst: in the sum of all it would not show."""
    missed = {language: one.week.questions for language, one in digest.languages.items() if one.week.questions.missed}
    if not missed:
        return []
    worst = max(missed, key=lambda language: missed[language].missed / missed[language].asked)
    return [
        t(
            "The largest share was missed in this language: {language}, {missed} of {asked}.",
            language=i18n.language_name(worst, t.language),
            missed=i18n.number(missed[worst].missed, t.language),
            asked=i18n.number(missed[worst].asked, t.language),
        )
    ]


def _first_replies(t: Translator, requests: Requests) -> list[str]:
    if requests.half is None or requests.most is None:
        return []
    told = t(
        "Of the first replies, half came within {half} of the desk’s hours, and nine in ten within {most}.",
        half=_time(t, requests.half),
        most=_time(t, requests.most),
    )
    return [told]


def _open_now(t: Translator, standing: Standing | None) -> list[str]:
    if standing is None:
        return []
    overdue = i18n.number(standing.overdue, t.language)
    return [
        t.plural(
            "{n} request is open now; overdue: {overdue}.",
            "{n} requests are open now; overdue: {overdue}.",
            standing.open,
            overdue=overdue,
        )
    ]


def _service(t: Translator, one: Compared) -> str:
    """How people have looked after the requests in a language; the figures that are nothing are left out."""
    told = [f"{figure.label} {figure.value}" for figure in _of_requests(t, one) if not figure.is_nothing]
    return _SEPARATOR.join(told) or t("no requests")


def _named(t: Translator, language: Language) -> str:
    return kit.capital(i18n.language_name(language, t.language))


def _way(t: Translator, way: Way) -> str:
    return {
        Way.ASKED: t("asked for"),
        Way.FEEDBACK: t("after an answer that did not help"),
        Way.ESCALATED: t("brought by staff"),
        Way.UNANSWERED: t("left unanswered"),
    }[way]


# Figures


@dataclass(frozen=True, slots=True)
class _Figure:
    label: str
    value: str
    is_nothing: bool = False  # now as in the week before
    is_part: bool = False  # of the figure before


def _table(t: Translator, digest: Digest) -> Block:
    """A row for each figure and a column for each language: on a phone, few columns can be read side by side."""
    columns = [[*_of_questions(t, one), *_of_requests(t, one)] for one in (*digest.languages.values(), digest.all)]
    # Ways by which nobody has come say nothing; that nobody has asked in a language does.
    rows = [row for row in zip(*columns, strict=True) if not all(figure.is_nothing for figure in row)]
    return kit.table(
        [
            [_NONE, *(_named(t, language) for language in digest.languages), t("All")],
            *(
                [f"– {row[0].label}" if row[0].is_part else row[0].label, *(figure.value for figure in row)]
                for row in rows
            ),
        ]
    )


def _of_questions(t: Translator, one: Compared) -> list[_Figure]:
    week, before = one.week.questions, one.before.questions
    parts = zip(_outcomes(t), _parts(week), _parts(before), strict=True)
    return [
        _number(t, t("Questions"), week.asked, before.asked),
        *(replace(_number(t, *part), is_part=True) for part in parts),
    ]


def _of_requests(t: Translator, one: Compared) -> list[_Figure]:
    week, before = one.week.requests, one.before.requests
    now, then = one.week.standing or Standing(), one.before.standing
    ways, ways_before = dict(week.ways), dict(before.ways)
    return [
        _number(t, t("To a person"), week.opened, before.opened),
        *(replace(_number(t, _way(t, way), ways.get(way, 0), ways_before.get(way, 0)), is_part=True) for way in Way),
        _duration(t, t("First response: half within"), week.half, before.half),
        _duration(t, t("First response: 90 % within"), week.most, before.most),
        _number(t, t("No reply yet"), week.unanswered, before.unanswered),
        _number(t, t("Open now"), now.open, then.open if then else None),
        _number(t, t("Overdue now"), now.overdue, then.overdue if then else None),
    ]


def _number(t: Translator, label: str, now: int, before: int | None) -> _Figure:
    return _Figure(label, _both(t, now, before), is_nothing=not (now or before))


def _duration(t: Translator, label: str, now: timedelta | None, before: timedelta | None) -> _Figure:
    if now is None and before is None:
        return _Figure(label, _NONE, is_nothing=True)
    return _Figure(label, t("{now} ({before})", now=_time(t, now), before=_time(t, before)))


def _both(t: Translator, now: int, before: int | None) -> str:
    """A number, and that of the week before."""
    then = _NONE if before is None else i18n.number(before, t.language)
    return t("{now} ({before})", now=i18n.number(now, t.language), before=then)


def _time(t: Translator, time: timedelta | None) -> str:
    """A time of the desk's hours: in minutes below one hour."""
    if time is None:
        return _NONE
    if time < _HOUR:
        return t("{n} min", n=i18n.number(round(time / timedelta(minutes=1)), t.language))
    return t("{n} h", n=i18n.number(round(time / _HOUR, 1), t.language))


# Gaps


def _missing(t: Translator, gaps: Gaps) -> tuple[str, list[str]]:
    """A sentence on what is missing, and a line (mrkdwn) for each of the top; nothing where nothing is."""
    if not gaps.count:
        return "", []
    told = t.plural(
        "{n} question showed that something is missing; in the week before: {before}.",
        "{n} questions showed that something is missing; in the week before: {before}.",
        gaps.count,
        before=i18n.number(gaps.before, t.language),
    )
    return told, [_line(t, n, top) for n, top in enumerate(gaps.top[:MOST_GAPS], start=1)]


def _line(t: Translator, n: int, top: Top) -> str:
    parts = [
        quoted(_words(top.text, _LONGEST_GAP), t),
        i18n.language_name(top.language, t.language),
        t("{n} times", n=i18n.number(top.count, t.language)) if top.count > 1 else "",
        t("near: {title}", title=quoted(_words(top.nearest, _LONGEST_TITLE), t)) if top.nearest else "",
    ]
    return f"{n}. {escape(_SEPARATOR.join(part for part in parts if part))}"


def _words(text: str, longest: int) -> str:
    """A text within a line, without what Slack would make a link of."""
    return shorten(one_line(_ADDRESS.sub("…", visible(text[:_READ]))), longest)
