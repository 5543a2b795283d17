"""What a person tells of a language error in their own words, as a draft; it is shown back before it is sent."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import Final

from bot.i18n import SOURCE_LANGUAGE
from bot.model import Draft, Language
from bot.render.escape import visible
from bot.report import MOST_PICTURES
from bot.understand.named_language import named_language

LONGEST: Final = 2900  # characters of each text: what fits a field of a form, with room for an ellipsis

_FEW: Final = 50  # characters in which somebody says that they have found an error, and not yet which

_MOST_QUOTED: Final = 20  # texts: each is read together with all that follows it

_TOKEN: Final = re.compile(r"<([@#!]?)([^<>|\n]*)(?:\|([^<>\n]*))?>")
_URL: Final = re.compile(r"https?://[^\s<>|]+")
_QUOTES: Final = ("“”", "„“", "„”", "””", '„"', "«»", "»«", "»»", "‹›", "‚‘", '""', "``")  # noqa: RUF001 - as people type them
_QUOTED: Final = re.compile(
    "|".join(rf"{opens}\s?([^{opens}{closes}\n]{{1,{LONGEST}}}?)\s?{closes}" for opens, closes in _QUOTES)
    # An apostrophe stands within words of three of the languages: as a quotation mark it stands outside of them.
    + rf"|(?<!\w)['‘]([^'‘\n]{{1,{LONGEST}}}?)['’](?!\w)"
)
_ARROW: Final = re.compile(r"\s*(?:->|=>|→|⇒|➔)\s*")

_RIGHT: Final = (
    r"\b(?:should|ought|must|instead|better|or rather|müsste|müssten|soll|sollen|sollte|sollten|muss|besser|heißen"
    r"|heissen|devrait|devraient|faudrait|faut|doit|plutôt|pitäis\w*|pitais\w*|pitää|kuuluisi|kuuluu|parempi)\b"
)
_CORRECT: Final = r"\b(?:correct|right|richtig|korrekt|correcte?|bonne|oike\w+)\b"
_MENDS: Final = re.compile(
    r"\b(?:fix|correct|chang|replac|mend|corrig|modifi|remplac|traduir|korrig|ausbesser|änder|ersetz|übersetz"
    r"|korja|muutta|vaihta)\w*",
    re.IGNORECASE,
)
_INSTEAD_OF: Final = (
    r"\b(?:instead of|in place of|rather than|statt|anstatt|anstelle|au lieu de|[àa] la place de|plutôt que)\b"
)
_NEAR: Final = r"(?:[^\w.!?\n]+\w+){0,4}[^\w.!?\n]*$"  # a few words of the same sentence, up to a quotation

_SAYS_RIGHT: Final = re.compile(f"{_RIGHT}|{_CORRECT}|{_ARROW.pattern}", re.IGNORECASE)
"""Between two texts: the second is what the first should be."""

_LEADS_TO_RIGHT: Final = re.compile(
    # "Please correct X" tells of a wrong text, "correct would be X" of a right one.
    rf"({_RIGHT}|{_CORRECT}(?=\s*(?:[:=]|(?:would|is|word|form|spelling|text|term|wäre|ist|serait|est|olisi|on)\b))"
    rf"|{_INSTEAD_OF}){_NEAR}",
    re.IGNORECASE,
)
"""Before a text: it is the right one. "It should be X", "instead of X"."""

_INSTEAD_LEADS: Final = re.compile(_INSTEAD_OF + _NEAR, re.IGNORECASE)
_INSTEAD: Final = re.compile(rf"(?:{_INSTEAD_OF}{_NEAR}|\b(?:not|nicht|pas|eikä)\W*$)", re.IGNORECASE)
"""Between two texts: the second is not what the first is. "X instead of Y", "X and not Y"."""

_STARTS_INSTEAD: Final = re.compile(r"\W*(?:\w{1,3}\s+)?(?:sijaan|sijasta|asemesta)\b", re.IGNORECASE)
"""After a text: it is the right one, in Finnish."""

_INTO: Final = re.compile(r"\s*(?:bitte\s+)?(?:to|with|by|zu|in|durch|par|en)\s*", re.IGNORECASE)
"""All between two texts, after a word that asks for a change: "change X to Y"."""

_CORRECTION: Final = re.compile(r"\b(?:korrektur|correction|korjaus)\b", re.IGNORECASE)


def plain(text: str) -> str:
    """A message as Slack delivered it, as its author typed it: links as their addresses, without mentions."""
    return _fitting(visible(html.unescape(_TOKEN.sub(_written, text[: 4 * LONGEST]))).strip())


def read(text: str, pictures: Sequence[str], language: Language) -> Draft:
    """What a message tells of an error.

    Args:
        text: The message as Slack delivered it.
        pictures: The ids of its files.
        language: Of the text that is wrong, unless the message names one.

    """
    said = plain(text)
    wrong, suggestion = _texts(said)
    place = _URL.search(said)
    return Draft(
        said=said,
        wrong=wrong,
        suggestion=suggestion,
        place=place[0].rstrip(".,;:!?)") if place else "",
        language=_language(said, language),
        pictures=tuple(pictures[:MOST_PICTURES]),
    )


def corrects(text: str) -> bool:
    """Whether a message says of a text what it should be: that is a report, whatever else it is about."""
    said = plain(text)
    return all(_texts(said)) and not said.endswith("?")


def says_what(draft: Draft) -> bool:
    """Whether it tells of an error, and not only that there is one."""
    return names_it(draft) or len(draft.said) > _FEW


def names_it(draft: Draft) -> bool:
    """Whether it tells which text or which place is meant."""
    return bool(draft.wrong or draft.suggestion or draft.pictures or draft.place or _QUOTED.search(draft.said))


def together(before: Draft, more: Draft) -> Draft:
    """What was told in two messages; what was told first stays, and what it left open is filled in."""
    said = "\n".join(part for part in (before.said, more.said) if part)
    pictures = tuple(dict.fromkeys((*before.pictures, *more.pictures)))
    return replace(
        before,
        said=_fitting(said),
        wrong=before.wrong or more.wrong,
        suggestion=before.suggestion or more.suggestion,
        place=before.place or more.place,
        language=more.language if named_language(more.said) else before.language,
        pictures=pictures[:MOST_PICTURES],
    )


def is_told_in(draft: Draft, text: str, pictures: Sequence[str]) -> bool:
    """Whether a message is one of those that told it."""
    said = plain(text)
    return bool((said and f"\n{said}\n" in f"\n{draft.said}\n") or {*pictures} & {*draft.pictures})


def without(draft: Draft, text: str, pictures: Sequence[str] = ()) -> Draft | None:
    """A draft without one of the messages that told it, and its pictures; None if nothing is left."""
    language = draft.language or SOURCE_LANGUAGE
    rest = Draft(language=language, pictures=tuple(one for one in draft.pictures if one not in pictures))
    left = f"\n{draft.said}\n".replace(f"\n{plain(text)}\n", "\n", 1)
    for line in left.strip("\n").splitlines():
        rest = together(rest, read(line, (), language))
    return rest if rest.is_enough else None


def _language(said: str, around: Language) -> Language:
    """The language of the text: the one that is named. "Das steht noch auf Englisch" is an error of the German text."""
    named = named_language(said)
    return around if named in {None, SOURCE_LANGUAGE} and around != SOURCE_LANGUAGE else named or around


def _texts(said: str) -> tuple[str, str]:
    """The wrong text and what it should be, where quotation marks or an arrow tell them; "" where nothing does."""
    quoted = list(islice(_QUOTED.finditer(said), _MOST_QUOTED))
    if len(quoted) == 1:
        before, after = said[: quoted[0].start()], said[quoted[0].end() :]
        return ("", _content(quoted[0])) if _is_right(before, after) else (_content(quoted[0]), "")
    begins = 0
    for first, second in pairwise(quoted):
        parts = said[begins : first.start()], said[first.end() : second.start()], said[second.end() :]
        order = _order(*parts)
        if order is not None:
            texts = _content(first), _content(second)
            return texts if order else texts[::-1]
        begins = first.end()
    # Two quoted texts of which nothing is said may be a word and its translation: the person's words tell it.
    return ("", "") if quoted else _around_arrow(said)


def _order(before: str, between: str, after: str) -> bool | None:
    """Whether of two quoted texts the first is the wrong one, as the words around them tell; None if they do not."""
    if _STARTS_INSTEAD.match(between):
        return False
    if _STARTS_INSTEAD.match(after):
        return True
    if instead := _INSTEAD.search(between):
        is_right_first = _SAYS_RIGHT.search(between[: instead.start()]) or _CORRECTION.search(before)
        return not (is_right_first or _is_right(before, ""))
    if _INSTEAD_LEADS.search(before):
        return False
    is_changed = _MENDS.search(f"{before} {after}") and _INTO.fullmatch(between)
    return True if is_changed or _SAYS_RIGHT.search(between) else None


def _is_right(before: str, after: str) -> bool:
    """Whether a quoted text is what should stand there, as the words around it tell."""
    leads = _LEADS_TO_RIGHT.search(before)
    return bool((leads and not _MENDS.search(before, leads.end(1))) or _STARTS_INSTEAD.match(after))


def _around_arrow(said: str) -> tuple[str, str]:
    for line in said.splitlines():
        parts = _ARROW.split(line)
        if len(parts) == 2 and all(parts):  # noqa: PLR2004 - the wrong one and the right one
            return parts[0].strip(), parts[1].strip()
    return "", ""


def _fitting(text: str) -> str:
    """As much of a text as fits; an ellipsis says that something is left out."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _content(quoted: re.Match[str]) -> str:
    return next(group for group in quoted.groups() if group is not None).strip()


def _written(token: re.Match[str]) -> str:
    sign, target, label = token.groups()
    if sign:
        return f"#{label}" if sign == "#" and label else ""
    return target.removeprefix("mailto:")
