"""From Slack's text to the words a person typed, and to the folded form that is compared.

Slack sends `&lt;`, `<@U1>`, `<https://…|words>` and `:emoji:`; people quote, paste code and write accents or not.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import Final

LONGEST: Final = 2000  # characters that are read; what a person asks stands in the first of them

_CODE_BLOCK: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_TOKEN: Final = re.compile(r"<([@#!]?)([^<>|\n]*)(?:\|([^<>\n]*))?>")
_EMOJI_NAME: Final = re.compile(r":(?=[0-9'-]*[a-z_+])[a-z0-9_+'-]+:(?::skin-tone-\d:)?")
_QUOTED: Final = re.compile(r"^[^\S\n]*(?:&gt;|>)+ ?(?P<words>.*)$", re.MULTILINE)
_URL: Final = re.compile(r"https?://\S+|www\.\S+")
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MARKUP: Final = re.compile(r"(?<!\w)[*_~`]+|[*_~`]{1,40}(?!\w)")
_SPACE: Final = re.compile(r"\s+")
_NOT_WORD: Final = re.compile(r"[^a-z0-9$€%£]+")
_DIGITS: Final = re.compile(r"\d+")
# Letters that NFKD does not take apart, as the four languages and their neighbours use them.
_LETTERS: Final = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "’": "'"})


@lru_cache(maxsize=8)
def words(text: str) -> str:
    """The words of a message: Slack's tokens, code, emoji and quoted lines gone, at most LONGEST characters.

    A message that is nothing but a quotation is read as what it quotes.
    """
    text = text[: LONGEST * 4]
    text = _CODE_BLOCK.sub(" ", text)
    unquoted = _QUOTED.sub(" ", text)
    text = unquoted if unquoted.strip() else _QUOTED.sub(r"\g<words>", text)
    text = _TOKEN.sub(_token, text)
    text = html.unescape(text)
    text = _EMOJI_NAME.sub(" ", text)
    text = _URL.sub(" ", text)
    text = _EMAIL.sub(" ", text)
    text = unicodedata.normalize("NFC", text).translate(_VISIBLE)
    text = _MARKUP.sub("", text)
    return _SPACE.sub(" ", text).strip()[:LONGEST]


def _token(match: re.Match[str]) -> str:
    sign, target, label = match.groups()
    if sign == "@":
        return " "
    if sign == "!":  # <!channel> says nothing; <!date^…|3 November> says what stands behind the bar
        return f" {label} " if label and target.startswith("date") else " "
    if sign == "#":
        return f" {label or ''} "
    if label and not label.startswith(("http", "www.")) and "@" not in label:
        return f" {label} "
    return " "


class _Visible(dict[int, str]):
    """What each character becomes, looked up once: a table for str.translate."""

    def __missing__(self, code: int) -> str:
        self[code] = shown = _visible(chr(code))
        return shown


_VISIBLE: Final = _Visible()


def _visible(char: str) -> str:
    # Currency signs carry meaning; emoji, arrows, dingbats and control characters do not.
    if char.isascii():
        return char if char.isprintable() else " "
    category = unicodedata.category(char)
    if category == "Cf":  # soft hyphens and zero-width characters stand within words
        return ""
    return " " if category in {"So", "Sk", "Cc", "Cs", "Co", "Cn", "Me", "Mn"} else char


def fold(text: str) -> str:
    """Words in the form that is compared: lower case, no accents, no punctuation, runs of digits as one 0."""
    text = text.casefold().translate(_LETTERS)
    text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", _DIGITS.sub("0", text)).strip()


@lru_cache(maxsize=50_000)
def fold_word(word: str) -> str:
    """As `fold`, for single words: most have been seen before."""
    return fold(word)


def same(text: str) -> str:
    """The form in which two phrasings are the same phrasing; numbers still count."""
    text = text.casefold().translate(_LETTERS)
    text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", text).strip()
