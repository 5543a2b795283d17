"""What is said, alone, to whoever clicked in vain."""

from __future__ import annotations

from typing import Final

from bot import i18n
from bot.i18n import Translator
from bot.model import Notice
from bot.understand.slots.valid import FIRST_DAY, LAST_DAY

IN_VAIN: Final = frozenset(
    {
        Notice.NOT_YOURS,
        Notice.NOT_YOUR_DATA,
        Notice.NOT_YOUR_REPORT,
        Notice.NOT_YOUR_MEETING,
        Notice.TOO_LATE,
        Notice.TIME_TAKEN,
        Notice.MEETING_OFFERED,
        Notice.NO_HOSTS,
        Notice.NOT_STAFF,
        Notice.NOT_OWNER,
        Notice.MOVED_ON,
        Notice.GONE,
        Notice.NOT_YET,
        Notice.NO_DIRECT,
        Notice.NO_FORM,
        Notice.NO_SUCH_DAY,
        Notice.INVITE_FIRST,
        Notice.NO_DESK,
    }
)
"""The notices that are all of a reply."""


def sentence(notice: Notice, t: Translator) -> str:
    """A notice in words. Raises KeyError for one that is part of an answer."""
    return {
        Notice.NOT_YOURS: t("Only whoever asked, their organisation and support can change these values."),
        Notice.NOT_YOUR_DATA: t(
            "Only whoever asked for it can confirm this. To have your own data deleted, ask me to delete your data."
        ),
        Notice.NOT_YOUR_REPORT: t(
            "This is somebody else’s report. To report a language error yourself, just tell me about it."
        ),
        Notice.NOT_YOUR_MEETING: t("This is somebody else’s meeting. To book one yourself, just ask me for one."),
        Notice.TOO_LATE: t("It is too late to move or cancel this meeting here. A person can help you."),
        Notice.TIME_TAKEN: t("This time has just been taken. Please choose another one."),
        Notice.MEETING_OFFERED: t("I have offered times for a meeting in the thread of this request."),
        Notice.NO_HOSTS: t("Nobody holds support meetings for this programme, so I have offered none."),
        Notice.NOT_STAFF: t("Only the people of the desk can do this."),
        Notice.NOT_OWNER: t("Only the translators of this language and support can work on this report."),
        Notice.MOVED_ON: t(
            "That button is out of date, and nothing was changed. The message now shows how things stand."
        ),
        Notice.GONE: t(
            "I have kept nothing of this message: it is too old, or was deleted. Please write your question again."
        ),
        Notice.NOT_YET: t(
            "I am not done with this message. Please try again in a moment;"
            " if that does not help, write your question again."
        ),
        Notice.NO_DIRECT: t("I cannot write to you directly in Slack. Details shows you all of it, you alone."),
        Notice.NO_FORM: t("The form did not open. Please press the button again."),
        Notice.NO_SUCH_DAY: between(t),
        Notice.INVITE_FIRST: t("I am not in this conversation. Please invite me to it, then try again."),
        Notice.NO_DESK: t("No channel is set up for requests, so I have passed nothing on."),
    }[notice]


def between(t: Translator) -> str:
    """The days that can be computed with."""
    first, last = (i18n.day(day, t.language) for day in (FIRST_DAY, LAST_DAY))
    return t("Please choose a day between {first} and {last}.", first=first, last=last)
