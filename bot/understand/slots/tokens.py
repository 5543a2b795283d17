"""From a message to tokens: words with what they mean, numbers with their value, whatever way they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.model import Language
from bot.understand.normalise import fold_word
from bot.understand.slots.kinds import Kind
from bot.understand.slots.lexicon import Lexicon, Tag, lexicon, matches
from bot.understand.slots.line import Line, Token
from bot.understand.slots.number_words import with_collectives, with_numbers
from bot.understand.slots.scan import scanned

_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ", "\n": " "})
_SHORTEST_TYPO: Final = 4


def line(text: str, language: Language) -> Line:
    """Take a message apart."""
    text = text.translate(_SPACES)
    known = lexicon(language)
    tokens = scanned(text, known)
    tokens = with_numbers(tokens, known)
    tokens = [_after_number(tokens, n, known) for n in range(len(tokens))]
    tokens = [token for token in tokens if token.kind is not Kind.MINUS]
    tokens = with_collectives(_with_phrases(tokens, known), known)
    _months_as_typed(tokens, known)
    _weekdays_as_typed(tokens, known)
    return Line(text, tuple(tokens), "".join(token.kind for token in tokens), known)


def _after_number(tokens: Sequence[Token], n: int, known: Lexicon) -> Token:
    """What a token means behind a number: 30j, 600 k, 12th, 2FA."""
    token = tokens[n]
    before = tokens[n - 1] if n else None
    if before is None or before.kind is not Kind.NUMBER or not token.raw[0].isalpha():
        return token
    if token.kind in {Kind.MONTH, Kind.UNIT, Kind.CURRENCY}:
        return token
    folded = fold_word(token.raw)
    if token.glued and folded in known.ordinal_suffixes and before.value == int(before.value) and before.value < 100:  # noqa: PLR2004
        before.kind, before.end, before.raw = Kind.ORDINAL, token.end, before.raw + token.raw
        token.kind, token.value = Kind.FILLER, None
        return token
    if token.glued and folded == "er" and known.language == "de":
        token.kind, token.value = Kind.FILLER, None  # 6er-Team
        return token
    following = tokens[n + 1].kind if n + 1 < len(tokens) else None
    tag = known.after_number(token.raw, before_currency=following is Kind.CURRENCY)
    if tag is not None and (token.kind in {Kind.WORD, Kind.FILLER, Kind.THIS} or token.glued):
        token.kind, token.value = tag.kind, tag.value
    elif token.glued and token.kind is Kind.WORD and token.start == before.end:
        before.kind = Kind.WORD  # 2FA is a name
    return token


def _with_phrases(tokens: list[Token], known: Lexicon) -> list[Token]:
    """Words that mean something together become one token: il y a, the day before yesterday."""
    folded = [fold_word(token.raw) if token.raw[0].isalpha() else "" for token in tokens]
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        length, tag = _phrase(folded, at, known)
        if tag is None:
            out.append(tokens[at])
        else:
            said = tokens[at : at + length]
            raw = " ".join(one.raw for one in said)
            out.append(Token(raw, said[0].start, said[-1].end, tag.kind, tag.value))
        at += length
    return out


def _phrase(folded: list[str], at: int, known: Lexicon) -> tuple[int, Tag | None]:
    """The longest phrase that begins at a word: how many words it has, and what it means."""
    for parts, tag in known.phrases(folded[at]) if folded[at] else ():
        words = folded[at : at + len(parts)]
        if len(words) == len(parts) and all(map(matches, parts, words)):
            return len(parts), tag
    return 1, None


def _weekdays_as_typed(tokens: list[Token], known: Lexicon) -> None:
    """Wensday last week: a word beside last, next or on that is nearly a weekday."""
    for n, token in enumerate(tokens):
        if token.kind is Kind.WORD and len(token.raw) > _SHORTEST_TYPO and token.raw.isalpha():
            beside = {one.kind for one in (*tokens[max(0, n - 1) : n], *tokens[n + 1 : n + 2])}
            is_beside = beside & {Kind.LAST, Kind.NEXT, Kind.ANNOUNCES_DAY, Kind.THIS}
            if is_beside and (weekday := known.nearly_weekday(token.raw)) is not None:
                token.kind, token.value = Kind.WEEKDAY, weekday


def _months_as_typed(tokens: list[Token], known: Lexicon) -> None:
    """Octber, lokak: a word beside a number that is nearly a month's name."""
    for n, token in enumerate(tokens):
        if token.kind is not Kind.WORD or len(token.raw) < _SHORTEST_TYPO or not token.raw.isalpha():
            continue
        beside = [one.kind for one in (*tokens[max(0, n - 2) : n], *tokens[n + 1 : n + 2])]
        if (Kind.NUMBER in beside or Kind.ORDINAL in beside) and (month := known.nearly_month(token.raw)) is not None:
            token.kind, token.value = Kind.MONTH, month
