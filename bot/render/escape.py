"""The one place where text becomes safe to show: everything that a person or a file has written goes through here."""

from __future__ import annotations

import re
from typing import Final

_ADDRESS: Final = re.compile(r"(?:https?://|mailto:)[^<>|\s\x00-\x1f]+")


# Control signs, and those that turn what follows round; lone surrogates, which UTF-8 cannot hold.
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """A text without the signs that nobody sees and that make it end, or run backwards, for whoever reads it."""
    return _UNSEEN.sub("", text)


def escape(text: str) -> str:
    """Text as Slack shows it literally: `<!channel>` notifies nobody, `<@U1>` names nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, words: str) -> str:
    """A link in mrkdwn; what is no address, or would break out of it, is not linked: `<!channel|words>` notifies."""
    if not _ADDRESS.fullmatch(url):
        return escape(words)
    return f"<{escape(url)}|{escape(words).replace('|', '/')}>"


def one_line(text: str) -> str:
    """A name as it stands within a line: line breaks in it would begin lines of its own."""
    return " ".join(text.split())


def shorten(text: str, longest: int) -> str:
    """Text of at most `longest` characters, an ellipsis at its end where something is left out."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def shorten_markup(markup: str, longest: int) -> str:
    """Markup of at most `longest` characters, cut neither within a link nor within an escaped sign."""
    if len(markup) <= longest:
        return markup
    left = markup[: longest - 1]
    for begins, ends in ("<>", "&;"):
        if left.rfind(begins) > left.rfind(ends):
            left = left[: left.rfind(begins)]
    return left.rstrip() + "…"
