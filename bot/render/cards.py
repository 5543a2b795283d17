"""Cards for the people behind the desk."""

from __future__ import annotations

from typing import Final

from bot import i18n
from bot.i18n import Translator
from bot.model import Language
from bot.render import blocks as kit
from bot.render.escape import escape, link, one_line, shorten, shorten_markup, user_text
from bot.render.messages import Message

OFFER_MEETING: Final = "meeting.offer"

_LONGEST_QUESTION = 1500
_LONGEST_ANSWER = 1000


def handoff_card(
    t: Translator,
    *,
    number: int,
    user: str,
    organisation: str | None,
    language: Language | None,
    question: str,
    answer: str | None,
    url: str | None,
    offers_meeting: bool = False,
) -> Message:
    """A question that needs a person: who asks, what, what the bot said, and where.

    Args:
        t: The words, in the staff's language.
        number: The request's visible number.
        user: The Slack id of whoever asked for a person.
        organisation: The partner's name, as the desk file has it.
        language: The language the partner writes.
        question: The message as Slack delivered it; "" if there was none.
        answer: What the bot answered, as plain text.
        url: Where the thread is.
        offers_meeting: Whether a meeting can be offered to whoever asked.

    """
    title = t("Request {number}", number=f"REQ-{number}")
    about = [f"<@{user}>"]
    if organisation:
        about.append(escape(one_line(organisation)))
    if language:
        about.append(escape(i18n.language_name(language, t.language)))
    asked = user_text(shorten(question, _LONGEST_QUESTION)).strip()
    blocks = [
        kit.section(f"*{escape(title)}*\n{' · '.join(about)}"),
        kit.section(f"*{escape(t('Question'))}*\n{_quoted(asked or t('(none yet)'))}"),
    ]
    if answer:
        blocks.append(
            kit.section(f"*{escape(t('The bot answered'))}*\n{_quoted(escape(shorten(answer, _LONGEST_ANSWER)))}")
        )
    blocks.append(kit.context(_where(t, url)))
    if offers_meeting:
        blocks.append(kit.actions([kit.button(t("Offer a meeting"), OFFER_MEETING, str(number))]))
    return Message(f"{title}: {shorten_markup(one_line(asked), 200)}", blocks)


def withdrawn_card(t: Translator, *, number: int) -> Message:
    """What a request's card says once whoever asked has had their data deleted: nothing of theirs."""
    title = t("Request {number}", number=f"REQ-{number}")
    why = t("Withdrawn: whoever asked has had their data deleted.")
    return Message(f"{title}: {why}", [kit.section(f"*{escape(title)}*\n{escape(why)}")])


def _where(t: Translator, url: str | None) -> str:
    return link(url, t("Open the thread")) if url else escape(t("Slack gave no link to the thread."))


def _quoted(markup: str) -> str:
    return "\n".join(f"> {line}" for line in markup.splitlines())
