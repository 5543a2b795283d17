"""From a message to tokens: words with what they mean, numbers with their value, whatever way they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from text_to_num import find_numbers

from bot.knowledge.numbers import finnish_number
from bot.model import Language
from bot.understand.normalise import fold_word
from bot.understand.slots.kinds import Kind
from bot.understand.slots.lexicon import Lexicon, Tag, lexicon, matches

_SCAN: Final = re.compile(
    r"(?P<day>\d{1,2}\.\d{1,2}\.[ ]?[-'’]\d{2}(?!\d)|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
    r"|\d{1,2}(?P<by>[./-])[ ]?\d{1,2}(?P=by)[ ]?(?:\d{4}|\d{2})(?![\d/])"
    r"|\d{1,2}\.[ ]?\d{1,2}\.(?!\d)"
    r"|\d{1,2}/\d{1,2}(?![\d/]))"
    r"|(?P<time>\d{1,2}:\d{2}(?::\d{2})?(?:[ ]?(?:uhr|[ap]m)\b)?|\d{1,2}[.:]\d{2}[ ]?uhr\b|\d{1,2}[ ]?uhr\b"
    r"|(?:[01]?\d|2[0-4])[ ]?h(?:\d{2})?\b|\d{1,2}(?:\.\d{2})?[ ]?[ap]\.?m\b\.?|(?:klo|kello)[ ]?\d{1,2}(?:[.:]\d{2})?\b)"
    r"|(?P<number>\d{1,3}(?:[ ,.'’]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?)"
    r"|(?P<half>½)"
    r"|(?P<domain>[a-z0-9-]+\.(?:com|io|ai|net|org|fi|fr|de|eu|ch|at|be|co)\b)"
    r"|(?P<word>[^\W\d_][^\W_]*)"
    r"|(?P<sign>[^\w\s])",
    re.IGNORECASE,
)
_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ", "\n": " "})
_SIGNS: Final = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_PUNCTUATION: Final = {
    ",": Kind.COMMA, ".": Kind.STOP, "!": Kind.STOP, "?": Kind.STOP, ";": Kind.STOP, ":": Kind.STOP, "…": Kind.STOP,
    "§": Kind.NAME_BEFORE_NUMBER, "#": Kind.NAME_BEFORE_NUMBER, "/": Kind.SLASH, "%": Kind.PERCENT, "–": Kind.RANGE, "—": Kind.RANGE, "-": Kind.MINUS, "−": Kind.MINUS,
}  # fmt: skip
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
_NO_DATE: Final = frozenset({"24/7", "50/50", "7/7", "9/5", "24/24", "1/2", "1/3", "1/4", "2/3", "3/4"})
_HALF: Final = "1/2"
_LARGEST: Final = 10**15


@dataclass(slots=True)
class Token:
    """A piece of a message.

    `value` by kind: a number; a month; a day's readings…; `glued`: nothing stands between it and the token before it;
    `decimal`: a number written like 3.11, which may be a day.
    """

    raw: str
    start: int
    end: int
    kind: Kind
    value: Any = None
    glued: bool = False
    decimal: str = ""

    def text(self) -> str:
        """For text2num."""
        return str(self.value) if self.kind is Kind.WORD and self.value else self.raw

    def nt_separated(self, _previous: Token) -> bool:
        """For text2num: whether a pause was heard; a text has its punctuation for that."""
        return False

    def not_a_number_part(self) -> bool:
        """For text2num."""
        return False


@dataclass(frozen=True, slots=True)
class Line:
    """The tokens of a message, and the letters of their kinds, one each, for the grammar."""

    text: str
    tokens: tuple[Token, ...]
    kinds: str
    words: Lexicon

    def said(self, first: int, last: int) -> str:
        """The words from one token to another, that included."""
        return self.text[self.tokens[first].start : self.tokens[last].end]


def line(text: str, language: Language) -> Line:
    """Take a message apart."""
    text = text.translate(_SPACES)
    known = lexicon(language)
    tokens = _scanned(text, known)
    tokens = _with_numbers(tokens, known)
    tokens = [_after_number(tokens, n, known) for n in range(len(tokens))]
    tokens = [token for token in tokens if token.kind is not Kind.MINUS]
    tokens = _with_collectives(_with_phrases(tokens, known), known)
    _months_as_typed(tokens, known)
    _weekdays_as_typed(tokens, known)
    return Line(text, tuple(tokens), "".join(token.kind for token in tokens), known)


def _scanned(text: str, known: Lexicon) -> list[Token]:
    out: list[Token] = []
    for match in _SCAN.finditer(text):
        group, raw = match.lastgroup, match[0]
        glued = bool(out) and out[-1].end == match.start()
        token = Token(raw, match.start(), match.end(), Kind.WORD, glued=glued)
        if group == "by":
            group = "day"
        if group == "word":
            out += _word(token, known)
            continue
        if group == "number":
            _number(token, known.language)
        elif group == "day":
            token.kind, token.value = (Kind.WORD, None) if raw in _NO_DATE else (Kind.DAY, raw)
            if raw == _HALF:
                is_after = bool(out) and (out[-1].kind is Kind.NUMBER or Kind.UNIT in known.tags(out[-1].raw))
                token.kind = Kind.AND_HALF if is_after else Kind.HALF
        elif group == "half":
            token.kind = Kind.AND_HALF if out and out[-1].kind is Kind.NUMBER else Kind.HALF
        elif group == "domain":
            token.kind = Kind.WORD
        elif group == "time":
            token.kind = Kind.TIME
        elif raw in _SIGNS:
            token.kind, token.value = Kind.CURRENCY, _SIGNS[raw]
        elif raw in _PUNCTUATION:
            token.kind = _PUNCTUATION[raw]
        else:
            continue
        out.append(token)
    return _signed(out)


def _word(token: Token, known: Lexicon) -> Iterator[Token]:
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


def _number(token: Token, language: Language) -> None:
    """Give a number in figures its value: 1 200, 1,200, 250.000, 3,5, 1.2."""
    raw = token.raw
    parts = re.split(r"[ ,.'’]", raw)
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]) and parts[0] != "0":  # noqa: PLR2004 - thousands
        value: float = int("".join(parts))
        # 1,250 M€ is one and a quarter: whether a fraction was meant shows in what follows.
        point = "." if language == "en" else ","
        token.decimal = raw if raw.count(point) == 1 and len(parts) == 2 else ""  # noqa: PLR2004
    elif len(parts) > 1 and len(parts[-1]) <= 2 and all(len(part) == 3 for part in parts[1:-1]):  # noqa: PLR2004
        value = float("".join(parts[:-1]) + "." + parts[-1])
        token.decimal = raw
    else:
        value = float("".join(parts[:-1]) + "." + parts[-1]) if len(parts) > 1 else int(raw)
    token.kind, token.value = Kind.NUMBER, value if abs(value) < _LARGEST else _LARGEST


def _signed(tokens: list[Token]) -> list[Token]:
    """Read `-5` as a negative number where the sign belongs to nothing before it, and `5-10` as a range."""
    for n, token in enumerate(tokens):
        if token.kind is not Kind.MINUS or n + 1 == len(tokens) or tokens[n + 1].kind is not Kind.NUMBER:
            continue
        before = tokens[n - 1] if n else None
        if before is not None and before.kind is Kind.NUMBER:
            token.kind = Kind.RANGE
        elif tokens[n + 1].glued and not token.glued:
            tokens[n + 1].value = -tokens[n + 1].value
    return tokens


def _with_numbers(tokens: list[Token], known: Lexicon) -> list[Token]:
    """Numbers in words become numbers; then what a word means apart from that."""
    found = _finnish(tokens) if known.language == "fi" else _text2num(tokens, known.language)
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        end, value, is_ordinal = found.get(at, (at + 1, None, False))
        token = tokens[at]
        tag = known.tag(token.raw) if token.kind is Kind.WORD else None
        if value is not None and not _is_rather(tag, value, token, out, end - at):
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


def _is_rather(tag: Tag | None, value: float, token: Token, before: Sequence[Token], length: int) -> bool:
    """Whether a number word means something else here: the article, a million as a magnitude, "3 sept"."""
    if tag is None or length > 1:
        return False
    if tag.kind is Kind.MONTH:
        return bool(before) and before[-1].kind in {Kind.NUMBER, Kind.ORDINAL}
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


_THOUSAND: Final = frozenset({"tuhat", "tuhatta", "tuhannen"})


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
    return (total % 100 == 0 and 0 < more < 100 and total >= 100) or (
        total % 1000 == 0 and 0 < more < 1000 and total >= 1000
    )


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
        for parts, tag in known.phrases(folded[at]) if folded[at] else ():
            end = at + len(parts)
            if end <= len(tokens) and all(
                matches(part, word) for part, word in zip(parts, folded[at:end], strict=True)
            ):
                break
        else:
            out.append(tokens[at])
            at += 1
            continue
        whole = Token(" ".join(one.raw for one in tokens[at:end]), tokens[at].start, tokens[end - 1].end, tag.kind)
        whole.value = tag.value
        out.append(whole)
        at = end
    return out


def _with_collectives(tokens: list[Token], known: Lexicon) -> list[Token]:
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
            token = Token(token.raw, before[-1].start, token.end, Kind.NUMBER, int(times * factor))
        elif not token.raw.lower().endswith("s"):  # "des centaines" are not a hundred
            token.kind, token.value = Kind.NUMBER, times
        out.append(token)
    return out


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


_SHORTEST_TYPO: Final = 4
