"""Parts of an answer as Slack's mrkdwn and as plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from bot.i18n import Translator
from bot.knowledge.facts import Email, Items, Label, Link, Paragraph, Part, Plain, Span
from bot.render.escape import escape, link

_Spell: TypeAlias = Callable[[Span, Translator, str | None], str]


def mrkdwn(parts: Iterable[Part], t: Translator, article: str | None) -> str:
    """The parts in Slack's markup. `article` is the address of the help article, if the administrator has set it."""
    return "\n\n".join(_part(part, t, article, _mrkdwn_span, "•") for part in parts)


def plain(parts: Iterable[Part], t: Translator, article: str | None = None) -> str:
    """The parts as plain text, for a terminal and for notifications."""
    return "\n\n".join(_part(part, t, article, _plain_span, "-") for part in parts)


def _part(part: Part, t: Translator, article: str | None, spell: _Spell, bullet: str) -> str:
    if isinstance(part, Paragraph):
        return "".join(spell(span, t, article) for span in part.spans)
    return "\n".join(_items(part, t, article, spell, bullet))


def _items(part: Items, t: Translator, article: str | None, spell: _Spell, bullet: str) -> Iterable[str]:
    for n, item in enumerate(part.items, start=1):
        yield f"{f'{n}.' if part.numbered else bullet} " + "".join(spell(span, t, article) for span in item)


def _mrkdwn_span(span: Span, t: Translator, article: str | None) -> str:
    match span:
        case Plain(text):
            return escape(text)
        case Label(words):
            return escape(quoted(words, t))
        case Email(address):
            return link(f"mailto:{address}", address)
        case Link(words, None):
            where = t("linked in the help article")
            return f"{escape(words)} ({link(article, where) if article else escape(where)})"
        case Link(words, url):
            return link(url or "", words)


def _plain_span(span: Span, t: Translator, article: str | None) -> str:
    match span:
        case Plain(text):
            return text
        case Label(words):
            return quoted(words, t)
        case Email(address):
            return address
        case Link(words, None):
            return f"{words} ({t('linked in the help article')}{f': {article}' if article else ''})"
        case Link(words, url):
            return f"{words} ({url})"


def quoted(words: str, t: Translator) -> str:
    """Words in the quotation marks of the language."""
    return t("“{words}”", words=words)
