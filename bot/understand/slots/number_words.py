"""Numbers in words: written, typed without their umlauts, said as Finns say them, and hidden in compounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from text_to_num import find_numbers

from bot.knowledge.numbers import finnish_number
from bot.model import Language
from bot.understand.normalise import fold_word
from bot.understand.slots.kinds import Kind
from bot.understand.slots.lexicon import Lexicon, Tag, lexicon
from bot.understand.slots.line import Token

_PER_CENT: Final = frozenset({"cent", "prozent", "percent", "prosentti", "prosenttia", "prossa", "prosaa", "procent"})
_GLUED_CURRENCY: Final = re.compile(r"(?P<times>k|m|t|md|mio|mrd)(?P<currency>usd|eur|chf|gbp|sek|nok|dkk)")
_GERMAN_PARTS: Final = re.compile(
    r"(?P<number>\w{3,}?)(?P<unit>monat|täg|jähr|wöch|köpf|tags|monats|wochen)(?P<end>\w*)"
)
_FINNISH_PARTS: Final = re.compile(
    r"(?P<number>\w{4,}?)(?P<unit>päiväi|kuukauti|vuoti|viikkoi|henki|hengen)(?P<end>\w*)"
)
_FINNISH_UNITS: Final = {"päiväi": "päivä", "kuukauti": "kuukausi", "vuoti": "vuosi", "viikkoi": "viikko"}
_GERMAN_UNITS: Final = {
    "monat": "monat", "täg": "tag", "jähr": "jahr", "wöch": "woche", "köpf": "köpfe", "tags": "tag", "monats": "monat",
    "wochen": "woche",
}  # fmt: skip
_GERMAN_WRITTEN: Final = {
    "fuenf": "fünf",
    "funf": "fünf",
    "zwoelf": "zwölf",
    "zwolf": "zwölf",
    "fuff": "fünf",
    "dreissig": "dreißig",
}
_GERMAN_TYPED: Final = re.compile("fuenf|funf|zwoelf|zwolf|fuff|dreissig")
_FINNISH_WRITTEN: Final = {
    "viie": "viide", "kuue": "kuude", "kaheksa": "kahdeksa", "yheksä": "yhdeksä", "kahe": "kahde", "yhe": "yhde",
    "seittemä": "seitsemä", "kaheks": "kahdeks",
}  # fmt: skip
_FINNISH_TYPED: Final = re.compile("viie|kuue|kaheksa|yheksä|seittemä|kahe(?!ks)|yhe(?!ks)")
_FINNISH_SHORT: Final = {"kolmi": "kolme", "neli": "neljä", "kaksi": "kaksi", "yksi": "yksi"}
_THOUSAND: Final = frozenset({"tuhat", "tuhatta", "tuhannen"})


@lru_cache(maxsize=20_000)
def is_ordinary(raw: str, language: Language) -> bool:
    """Whether a word is just that, and taken_apart would give it back as it is; most words have been seen before."""
    token = Token(raw, 0, len(raw), Kind.WORD)
    return list(taken_apart(token, lexicon(language))) == [token] and token.value is None


def taken_apart(token: Token, known: Lexicon) -> Iterator[Token]:
    """A word, or the two words that a compound hides: dreimonatig, 7-päiväinen."""
    raw = token.raw
    if known.language == "de" and (parts := _GERMAN_PARTS.fullmatch(raw.lower())):
        yield from _compound(token, parts, _GERMAN_UNITS[parts["unit"]], known)
    elif known.language == "fi" and (parts := _FINNISH_PARTS.fullmatch(raw.lower())):
        yield from _compound(token, parts, _FINNISH_UNITS.get(parts["unit"], parts["unit"]), known)
    elif glued := _GLUED_CURRENCY.fullmatch(raw.lower()):
        middle = token.start + len(glued["times"])
        yield Token(glued["times"], token.start, middle, Kind.WORD, glued=True)
        yield Token(glued["currency"], middle, token.end, Kind.WORD, glued=True)
    else:
        token.value = _as_written(raw, known)
        yield token


def _as_written(raw: str, known: Lexicon) -> str | None:
    """A number word as it is written properly, where it may be typed or said otherwise: fuenf, viiellä."""
    folded = fold_word(raw)
    if folded in known.spelled:
        return known.spelled[folded]
    if known.language == "de" and _GERMAN_TYPED.search(folded):
        return _GERMAN_TYPED.sub(lambda match: _GERMAN_WRITTEN[match[0]], raw.lower())
    if known.language == "fi" and _FINNISH_TYPED.search(raw.lower()):
        return _FINNISH_TYPED.sub(lambda match: _FINNISH_WRITTEN[match[0]], raw.lower())
    return None


def _compound(token: Token, parts: re.Match[str], unit: str, known: Lexicon) -> Iterator[Token]:
    number = parts["number"]
    if known.language == "fi":
        number = _FINNISH_SHORT.get(number, number)
        is_number = finnish_number(number) is not None or Kind.NUMBER in known.tags(number)
    else:
        number = {"ein": "eins"}.get(number, number)
        is_number = bool(find_numbers([Token(number, 0, 1, Kind.WORD)], known.language, 0))
    if not is_number:
        yield token
        return
    middle = token.start + len(parts["number"])
    yield Token(token.raw[: len(parts["number"])], token.start, middle, Kind.WORD, value=number, glued=token.glued)
    tag = known.tag(unit)
    kind, value = (tag.kind, tag.value) if tag else (Kind.WORD, None)
    yield Token(unit, middle, token.end, kind, value=value)


def with_numbers(tokens: list[Token], known: Lexicon) -> list[Token]:
    """Numbers in words become numbers; then what a word means apart from that."""
    found = _finnish(tokens) if known.language == "fi" else _text2num(tokens, known.language)
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        end, value, is_ordinal = found.get(at, (at + 1, None, False))
        token = tokens[at]
        tag = known.tag(token.raw) if token.kind is Kind.WORD else None
        if value is not None and not _is_rather(tag, value, out, end - at):
            kind = Kind.ORDINAL if is_ordinal else Kind.NUMBER
            raw = token.raw if end == at + 1 else " ".join(one.raw for one in tokens[at:end])
            out.append(Token(raw, token.start, tokens[end - 1].end, kind, value))
        else:
            end = at + 1
            if tag is not None:
                token.kind, token.value = tag.kind, tag.value
            elif token.kind is Kind.WORD and fold_word(token.raw) in _PER_CENT:
                token.kind = Kind.PERCENT
            out.append(token)
        at = end
    return out


def _is_rather(tag: Tag | None, value: float, before: Sequence[Token], length: int) -> bool:
    """Whether a number word means something else here: the article, a million as a magnitude, "3 sept"."""
    if tag is None or length > 1:
        return False
    if tag.kind is Kind.MONTH:
        return any(token.kind in {Kind.NUMBER, Kind.ORDINAL} for token in before[-2:])  # 3 sept, 1er sept
    if tag.kind is Kind.MAGNITUDE:
        return value in {1_000, 1_000_000, 1_000_000_000}
    return tag.kind in {Kind.ARTICLE, Kind.HALF, Kind.UNIT}


def _text2num(tokens: Sequence[Token], language: Language) -> dict[int, tuple[int, float, bool]]:
    return {
        found.start: (found.end, int(found.value) if found.value == int(found.value) else found.value, found.is_ordinal)
        for found in find_numbers(tokens, language, 0)
    }


def _finnish(tokens: Sequence[Token]) -> dict[int, tuple[int, float, bool]]:
    out = {}
    n = 0
    while n < len(tokens):
        found = _finnish_run(tokens, n)
        if found is not None:
            out[n] = found
        n = found[0] if found else n + 1
    return out


def _finnish_run(tokens: Sequence[Token], n: int) -> tuple[int, float, bool] | None:
    """One number, or one said in several words: tuhat kaksisataa, sata kakskyt."""
    if tokens[n].kind is not Kind.WORD:
        return None
    first = finnish_number(tokens[n].text())
    if first is None or first[1]:
        return None if first is None else (n + 1, *first)
    total, at = first[0], n + 1
    while at < len(tokens) and tokens[at].kind is Kind.WORD:
        word = tokens[at].text()
        more = finnish_number(word)
        if word.lower() in _THOUSAND and total < 1000 and at > n:  # noqa: PLR2004
            break  # a magnitude, read with what it magnifies
        if more is None or more[1] or not _adds(total, more[0]):
            break
        total, at = total + more[0], at + 1
    return at, total, False


def _adds(total: int, more: int) -> bool:
    """Whether a number goes on from the one before it: a hundred with what is below it, a thousand likewise."""
    return any(total >= step and total % step == 0 and 0 < more < step for step in (100, 1000))


def with_collectives(tokens: list[Token], known: Lexicon) -> list[Token]:
    """Two dozen, une demi-douzaine: what stands before a dozen multiplies it."""
    out: list[Token] = []
    for token in tokens:
        times = known.collectives.get(fold_word(token.raw)) if token.raw[0].isalpha() else None
        if times is None:
            out.append(token)
            continue
        before = [one for one in out[-2:] if one.kind in {Kind.NUMBER, Kind.HALF}]
        if before and (before[-1] is out[-1] or out[-1].kind in {Kind.ARTICLE, Kind.FILLER}):
            factor = 0.5 if before[-1].kind is Kind.HALF else before[-1].value
            del out[out.index(before[-1]) :]
            out.append(Token(token.raw, before[-1].start, token.end, Kind.NUMBER, int(times * factor)))
            continue
        if not token.raw.lower().endswith("s"):  # "des centaines" are not a hundred
            token.kind, token.value = Kind.NUMBER, times
        out.append(token)
    return out
