"""A fifth language: told by a detector of many, which is loaded when it is first needed (0.6 s, 80 MB).

`python -m bot.understand.foreign` answers messages from stdin: a serving process asks a child, so that it does not
carry the detector for ever.
"""

from __future__ import annotations

import json
import re
import sys
from functools import lru_cache
from typing import Any, Final

from bot.model import LANGUAGES
from bot.understand.language import tokens
from bot.understand.normalise import words

FEWEST_WORDS: Final = 4
_SURE: Final = 0.5  # probability that the best of many has to have: short words are like those of some dialect
_OURS: Final = 0.05  # probability that our four languages may have together
_NO_LANGUAGE: Final = "zxx"
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of languages that put no blanks between words: Thai to Khmer, kana, Han; two of them make about a word."""


def is_worth_asking(text: str) -> bool:
    """Whether a message has enough words to tell a language by."""
    found = tokens(words(text), frozenset())
    return max(len(found), len(_UNSPACED.findall("".join(found))) // 2) >= FEWEST_WORDS


def detect(text: str) -> str | None:
    """The ISO code of the language of a message, if it is surely none of ours."""
    ranked = _detector().rank(words(text).lower())
    best, sure = str(ranked[0][0]), ranked[0][1] >= _SURE
    ours = sum(probability for language, probability in ranked if language in LANGUAGES)
    return best if sure and ours <= _OURS and best not in (*LANGUAGES, _NO_LANGUAGE) else None


@lru_cache(maxsize=1)
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - heavy, and rarely needed

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def main() -> int:
    """Answer messages until the input ends: a JSON string a line in, a code or an empty line out."""
    for line in sys.stdin:
        print(detect(json.loads(line)) or "", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
