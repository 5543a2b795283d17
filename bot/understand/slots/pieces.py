"""From a message to the pieces that the grammar of times and stretches reads: words, phrases, figures."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.model import Language
from bot.understand.normalise import fold_word, words
from bot.understand.slots.kinds import Kind
from bot.understand.slots.line import Line, Token
from bot.understand.slots.time_words import Mark, Sign, TimeWords, time_words
from bot.understand.slots.tokens import line

LAST_HOUR: Final = 23
LAST_MINUTE: Final = 59

_CLAIMED: Final = "="
_ONWARDS: Final = Mark(Sign.AFTER, value=True)
_BY_KIND: Final = {
    **dict.fromkeys((Kind.WEEKDAY, Kind.RELATIVE, Kind.DAY, Kind.FEAST), Sign.DAY),
    **dict.fromkeys((Kind.FILLER, Kind.ARTICLE, Kind.IN_BEFORE, Kind.MORE), Sign.FILLER),
    **dict.fromkeys(
        (
            Kind.PEOPLE, Kind.EMPLOYEES, Kind.LICENCES, Kind.CLIENTS, Kind.COMPANY, Kind.CURRENCY, Kind.MAGNITUDE,
            Kind.PERCENT, Kind.PLAN, Kind.PLAN_NOUN, Kind.HALF, Kind.AND_HALF, Kind.PER_MONTH, Kind.REVENUE,
        ),
        Sign.COUNTED,
    ),
    Kind.ANNOUNCES_DAY: Sign.DAY_MARK,
    Kind.ORDINAL: Sign.ORDINAL,
    Kind.MONTH: Sign.MONTH_NAME,
    Kind.NEXT: Sign.NEXT,
    Kind.LAST: Sign.LAST,
    Kind.THIS: Sign.THIS,
    Kind.COMMA: Sign.COMMA,
    Kind.STOP: Sign.STOP,
    Kind.RANGE: Sign.RANGE,
    Kind.SLASH: Sign.OR,
    Kind.UNTIL: Sign.UNTIL,
}  # fmt: skip
_RANGED: Final = frozenset(
    {Kind.NUMBER, Kind.TIME, Kind.DAY, Kind.ORDINAL, Kind.STOP, Kind.WEEKDAY, Kind.SHORT_WEEKDAY}
)
_BESIDE_DAY: Final = frozenset(
    {Kind.TIME, Kind.DAY, Kind.NUMBER, Kind.NEXT, Kind.THIS, Kind.ANNOUNCES_DAY, Kind.WEEKDAY, Kind.SHORT_WEEKDAY}
)
_BESIDE_SIGN: Final = frozenset({Sign.PART, Sign.PART_AFTER_DAY, Sign.AT, Sign.AT_OR_TO, Sign.NOON})
_TO_ANOTHER: Final = ([Kind.RANGE, Kind.SHORT_WEEKDAY], [Kind.RANGE, Kind.WEEKDAY])
_UNITS: Final = {"week": Sign.WEEK, "month": Sign.MONTH, "day": Sign.DAYS}
_IN_FIGURES: Final = re.compile(r"(\d{1,2})\.(\d{2})")
_PHONE: Final = re.compile(r"(?<![\d.])(?:\+\d(?:[ ()./-]{0,2}\d){5,14}|0\d(?P<by>[ .-]?)\d\d(?:(?P=by)\d\d){3})(?!\d)")
_GLUED_WEEK: Final = re.compile(r"\b(kw|vko|vk|sem)[. ]{0,2}(?=\d{1,2}\b)", re.IGNORECASE)
_DAYS_OF_MONTH: Final = re.compile(r"\b(\d{1,2})\. ?([-–]|bis|und) ?(\d{1,2})\. ?(\d{1,2})\.")
_FINNISH_AT: Final = re.compile(r"\b(?:(?:klo|kello) )?(\d{1,2}(?:[.:]\d{2})?):?lt[aä]\b", re.IGNORECASE)
_FINNISH_CASE: Final = re.compile(r"\b((?:klo|kello)\.?:? ?\d{1,2}(?:[.:]\d{2})?):(?:[a-zäö]+)", re.IGNORECASE)
_ISH: Final = re.compile(r"\b(\d{1,2})-?ish\b", re.IGNORECASE)
_CLOCK_WORD: Final = re.compile(r"\b(klo|kello)[.:]+ ?(?=\d)", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")
_HALF_OF_DAY: Final = re.compile(r"([ap])\.?m", re.IGNORECASE)
_HOURS: Final = re.compile(r"\d{1,2} ?h(?:\d{2})?", re.IGNORECASE)
_FINNISH_FROM: Final = ("lta", "ltä")
_ARTICLES: Final = frozenset({"le", "la", "the", "der", "dem", "den", "au", "du", "zum"})


@dataclass(slots=True)
class Piece:
    """A word, phrase or figure; `value` by sign. `first` and `last` are tokens."""

    sign: str
    value: Any
    raw: str
    first: int
    last: int


@dataclass(slots=True)
class Said:
    """A message in pieces. `signs` has a letter for each; what has been read is claimed in it."""

    read: Line
    pieces: list[Piece]
    signs: str
    known: TimeWords

    @property
    def language(self) -> Language:
        """The language it is read in."""
        return self.read.words.language

    def claim(self, first: int, end: int, sign: str) -> None:
        """Say what pieces are together; nothing else is read from them."""
        self.signs = self.signs[:first] + sign + _CLAIMED * (end - first - 1) + self.signs[end:]


def said(text: str, language: Language) -> Said:
    """Take a message apart."""
    known = time_words(language)
    read = line(_prepared(words(text), language, known), language)
    pieces = list(_pieces(read, known))
    return Said(read, pieces, "".join(piece.sign for piece in pieces), known)


def _prepared(text: str, language: Language, known: TimeWords) -> str:
    """The text with what stands in one word taken apart, and telephone numbers taken out."""
    text = _PHONE.sub(" ", text)
    if known.joined:
        pattern, days = known.joined
        text = pattern.sub(lambda match: days[match[1].lower()] + " ", text)
    text = _ISH.sub(r"at \1", text) if language == "en" else text
    text = _GLUED_WEEK.sub(r"\1 ", text)
    if language == "fi":
        text = _FINNISH_AT.sub(r"klo \1", text)
        text = _CLOCK_WORD.sub(r"\1 ", _FINNISH_CASE.sub(r"\1", text))
    return _DAYS_OF_MONTH.sub(r"\1.\4. \2 \3.\4.", text)


def _pieces(read: Line, known: TimeWords) -> Iterator[Piece]:
    folded, of_word = _words(read.tokens)
    at = 0
    while at < len(folded):
        n = of_word[at]
        token = read.tokens[n]
        is_first = at == 0 or of_word[at - 1] < n
        if is_first and n and _is_range(read, n):
            yield Piece(Sign.RANGE, None, "-", n, n)
        end = bisect_right(of_word, n)
        found = known.at(folded, at, len(folded)) if folded[at] else None
        if token.kind is Kind.RELATIVE and is_first and not _is_part(read.tokens, n, known) and not _is_other(found):
            yield from _relative(token, folded[at:end], n, known)
            at = end
        elif found:
            length, mark = found
            yield Piece(mark.sign, mark.value, " ".join(folded[at : at + length]), n, of_word[at + length - 1])
            at += length
        elif token.kind is Kind.SHORT_WEEKDAY:
            is_day = _is_short_day(
                read, n, known.at(folded, at + 1, len(folded)) if at + 1 < len(folded) else None, known
            )
            yield Piece(Sign.DAY if is_day else Sign.OTHER, token.value, folded[at], n, n)
            at += 1
        else:
            sign, value = _plain(token, read) if is_first else (_rest(folded[at]), None)
            yield Piece(sign, value, folded[at] or token.raw, n, n)
            at += 1


def _words(tokens: Sequence[Token]) -> tuple[list[str], list[int]]:
    """The folded words of all tokens, "" for figures and signs; and of which token each is."""
    folded: list[str] = []
    of_word: list[int] = []
    for n, token in enumerate(tokens):
        own = fold_word(token.raw).split() if token.raw[0].isalpha() and token.kind is not Kind.TIME else []
        folded += own or [""]
        of_word += [n] * (len(own) or 1)
    return folded, of_word


def _is_range(read: Line, n: int) -> bool:
    """Whether a token is joined to the one before it by a hyphen, which the grammar of values leaves out: 10-12."""
    before, token = read.tokens[n - 1], read.tokens[n]
    is_gap = read.text[before.end : token.start].strip() == "-"
    return is_gap and before.kind in _RANGED and token.kind in _RANGED


def _is_part(tokens: Sequence[Token], n: int, known: TimeWords) -> bool:
    """Whether a word that may be a day is a part of one: Dienstag Morgen."""
    is_either = fold_word(tokens[n].raw) in known.day_or_part
    return is_either and n > 0 and tokens[n - 1].kind in {Kind.WEEKDAY, Kind.SHORT_WEEKDAY}


def _is_short_day(read: Line, n: int, following: tuple[int, Mark] | None, known: TimeWords) -> bool:
    """Whether "ti" or "mon" is the weekday: nothing else is written so, or a time or another day stands beside it."""
    tokens = read.tokens
    if tokens[n].raw.lower() in known.sure_days or len(tokens) == 1:
        return True
    following_kinds = [token.kind for token in tokens[n + 1 : n + 3]]
    if following_kinds in _TO_ANOTHER:
        return True
    beside = {*following_kinds[:1], *(token.kind for token in tokens[max(0, n - 1) : n])}
    return bool(beside & _BESIDE_DAY) or (following is not None and following[1].sign in _BESIDE_SIGN)


def _is_other(found: tuple[int, Mark] | None) -> bool:
    """Whether a phrase that begins with what may be a day says nothing of one."""
    return found is not None and found[1].sign is Sign.NOTHING


def _relative(token: Token, own: list[str], n: int, known: TimeWords) -> Iterator[Piece]:
    """Today, tomorrow morning: the day, and the part of it if one is said."""
    if len(own) > 1 and (onwards := known.at(own, 0, 1)) and onwards[1] == _ONWARDS:
        yield Piece(Sign.AFTER, onwards[1].value, own[0], n, n)
    yield Piece(Sign.DAY, token.value, token.raw, n, n)
    part = None if token.raw.lower() in known.day_or_part else known.part(own)
    if part and token.value >= 0:
        yield Piece(part.sign, part.value, own[-1], n, n)


def _plain(token: Token, read: Line) -> tuple[Sign, Any]:
    """What a token is that is in none of the lists."""
    if token.kind is Kind.TIME:
        return _time(token.raw)
    if token.kind is Kind.NUMBER:
        return _number(token, read)
    if token.kind is Kind.UNIT:
        return _UNITS.get(token.value, Sign.COUNTED), token.value
    return _BY_KIND.get(token.kind, Sign.OTHER), token.value


def _time(raw: str) -> tuple[Sign, Any]:
    """A time in figures: (hour, minute, half of the day). 14h may be one, and may be how long something takes."""
    figures = [int(part) for part in _DIGITS.findall(raw)]
    hour, minute = figures[0], figures[1] if len(figures) > 1 else 0
    if hour > LAST_HOUR or minute > LAST_MINUTE:
        return Sign.LARGE, None
    half = _HALF_OF_DAY.search(raw)
    sign = Sign.HOURS_FIGURE if _HOURS.fullmatch(raw) else Sign.TIME
    return sign, (hour, minute, half[1].lower() if half else "")


def _number(token: Token, read: Line) -> tuple[Sign, Any]:
    if figures := _IN_FIGURES.fullmatch(token.raw):
        hour, minute = int(figures[1]), int(figures[2])
        return (Sign.FIGURES, (hour, minute, "")) if hour <= LAST_HOUR and minute <= LAST_MINUTE else (Sign.LARGE, None)
    value = abs(token.value)  # a hyphen before it is a range
    if value != int(value) or value > LAST_MINUTE:
        return Sign.LARGE, token.value
    is_at = read.words.language == "fi" and token.raw.lower().endswith(_FINNISH_FROM)
    return Sign.AT_NUMBER if is_at else Sign.NUMBER, int(value)


def _rest(word: str) -> Sign:
    """A word in the middle of a phrase: a la, avant le."""
    return Sign.DAY_MARK if word in _ARTICLES else Sign.FILLER
