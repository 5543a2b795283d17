"""The one place where text becomes safe to show: everything that a person or a file has written goes through here."""

from __future__ import annotations

import re
from typing import Final

_SLACK_TOKEN: Final = re.compile(r"<[@#!][^<>\n]*>")
_BREAKS_LINK: Final = re.compile(r"[<>|\s]")


def escape(text: str) -> str:
    """Text as Slack shows it literally: `<!channel>` notifies nobody, `<@U1>` names nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def user_text(text: str) -> str:
    """A message as Slack delivered it (escaped once already), safe to show again.

    Mentions and broadcasts are taken out: shown again, they would notify people anew.
    """
    text = _SLACK_TOKEN.sub("", text)
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return escape(plain)


def link(url: str, words: str) -> str:
    """A link in mrkdwn; an address that would break out of it is not linked."""
    if _BREAKS_LINK.search(url):
        return escape(words)
    return f"<{escape(url)}|{escape(words).replace('|', '/')}>"


def shorten(text: str, longest: int) -> str:
    """Text of at most `longest` characters, an ellipsis at its end where something is left out."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
