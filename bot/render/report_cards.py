"""Cards of translation reports, in the translators' channels, and the lines beneath them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from enum import StrEnum
from typing import Final

from bot import i18n
from bot.i18n import Translator
from bot.model import Language, PersonId
from bot.render import blocks as kit
from bot.render import file_words, pieces
from bot.render import report_words as words
from bot.render.blocks import Block
from bot.render.escape import escape, link, one_line, shorten, shorten_markup
from bot.render.messages import Message
from bot.render.pieces import Facts, Piece, Sentence, compared, fact, quote
from bot.render.translator_forms import SOURCE
from bot.report import Act, Change, Report, State, name

TAKE: Final = "report.take"
ASK: Final = "report.ask"
FIX: Final = "report.fix"
MORE: Final = "report.more"
SAME: Final = "report.same"
REOPEN: Final = "report.reopen"

_LONGEST_TEXT: Final = 1200
_LONGEST_WORDS: Final = 800
_LONGEST_LINE: Final = kit.TYPED  # what is said below a card stands nowhere else
_OWN_TEXTS: Final = 4800  # characters of them all, before and after
_LONGEST_GIST: Final = 300
_LONGEST_NAME: Final = 100
_MOST_NEAR: Final = 3
_MOST_OWN: Final = 3
_PATCH: Final = "partnerdesk reports patch"


class Further(StrEnum):
    """What the ⋯ menu of a card offers."""

    REJECT = "reject"
    DUPLICATE = "duplicate"
    MOVE = "move"
    RELEASE = "release"
    TAKE_OVER = "take-over"


def mention(who: PersonId) -> str:
    """A person as Slack's markup names them."""
    return f"<@{who.user}>"


def report_card(
    t: Translator,
    report: Report,
    *,
    organisation: str | None,
    url: str | None,
    zone: tzinfo,
    is_direct: bool = False,
    near: Sequence[Report] = (),
) -> Message:
    """A report as it stands, with what can be done.

    Args:
        t: The words, in the translators' language.
        report: The report.
        organisation: The reporter's, as the desk file has it; not shown where other organisations read along.
        url: Where the reporter's thread is.
        zone: The desk's.
        is_direct: Whether that is a direct message, which nobody else can open.
        near: The reports that may be the same.

    """
    title = f"*{name(report.number)}* · {escape(words.language(report.language, t))}"
    kind = [words.kind(report.kind, t)] if report.kind else []
    facts = " · ".join(escape(one) for one in [*kind, words.state(report.state, t)])
    if report.assignee and not report.is_closed:
        facts += f" · {mention(report.assignee)}"
    blocks = [
        kit.section(f"{title}\n{facts}"),
        *pieces.blocks([*_content(t, report), *_outcome(t, report)], t),
        kit.context(" · ".join([*_background(t, report, organisation, zone), _where(t, url, is_direct=is_direct)])),
        *([kit.context(*pictures)] if (pictures := _pictures(t, report)) else []),
        kit.actions(_buttons(t, report)),
        *([] if report.is_closed else _near(t, near)),
    ]
    return Message(t("{name}: {value}", name=_titled(t, report), value=_gist(report)), blocks)


def report_line(t: Translator, report: Report, change: Change) -> Message:
    """One change, for the card's thread."""
    who = mention(change.who) if change.who else t("Somebody")
    said = _happened(t, change, who)
    quoted = [quote("", "" if change.act is Act.MOVED else change.words, _LONGEST_LINE)]
    titled = t("{name}: {value}", name=name(report.number), value=said)
    beside = f"{titled}\n{escape(pieces.plain(quoted, t))}".rstrip()
    return Message(shorten_markup(beside, kit.TEXT), [kit.section(said), *pieces.blocks(quoted, t)])


def report_ping(t: Translator, report: Report, called: Sequence[str]) -> Message:
    """Calls people (user ids) to a report."""
    people = " ".join(f"<@{user}>" for user in called)
    said = t(
        "{people} {number} is waiting for you ({language}).",
        people=people,
        number=name(report.number),
        language=words.language(report.language, t),
    )
    return Message(shorten_markup(said, kit.TEXT), [kit.section(said)])


def moved_card(t: Translator, report: Report, language: Language) -> Message:
    """What a card says whose report has gone to another channel: no texts. `language` is the new one, or SOURCE."""
    return _bare(t, report.number, _moved(t, language))


def withdrawn_report(t: Translator, number: int) -> Message:
    """What a card says once its reporter has had their data deleted: nothing of theirs."""
    return _bare(t, number, t("Withdrawn: whoever reported it has had their data deleted."))


def standing(t: Translator, report: Report, zone: tzinfo, name_of: Callable[[PersonId], str] = mention) -> str:
    """How a report stands, and by whom and when, for a click that came too late.

    With `mention` it is markup; for the error of a form, which shows it as it is, give what names a person in words.
    """
    number = name(report.number)
    last = next((one for one in reversed(report.history) if one.act in _ACTS[report.state]), None)
    if last is None:
        return t("{number}: {state}.", number=number, state=words.state(report.state, t))
    who = name_of(last.who) if last.who else t("somebody")
    when = i18n.moment(last.at.astimezone(zone), t.language)
    return {
        Act.TAKEN: t("{number} was taken by {who}, {when}.", number=number, who=who, when=when),
        Act.RELEASED: t("{number} was put back by {who}, {when}.", number=number, who=who, when=when),
        Act.ASKED: t(
            "The reporter of {number} was asked something by {who}, {when}.", number=number, who=who, when=when
        ),
        Act.FIXED: t("{number} was closed as fixed by {who}, {when}.", number=number, who=who, when=when),
        Act.REJECTED: t("{number} was closed as not an error by {who}, {when}.", number=number, who=who, when=when),
        Act.DUPLICATE: t("{number} was closed as a duplicate by {who}, {when}.", number=number, who=who, when=when),
        Act.REOPENED: t("{number} was reopened by {who}, {when}.", number=number, who=who, when=when),
        Act.STILL_WRONG: t("{number} was reopened by {who}, {when}.", number=number, who=who, when=when),
        Act.MOVED: t("{number} was handed on by {who}, {when}.", number=number, who=who, when=when),
    }[last.act]


_ACTS: Final = {
    State.OPEN: {Act.RELEASED, Act.REOPENED, Act.STILL_WRONG, Act.MOVED},
    State.TAKEN: {Act.TAKEN, Act.ASKED, Act.REOPENED, Act.STILL_WRONG},
    State.ASKED: {Act.ASKED},
    State.FIXED: {Act.FIXED},
    State.REJECTED: {Act.REJECTED},
    State.DUPLICATE: {Act.DUPLICATE},
}
"""What has brought a report to where it stands."""


def _titled(t: Translator, report: Report) -> str:
    return escape(t("{number} ({language})", number=name(report.number), language=words.language(report.language, t)))


def _gist(report: Report) -> str:
    """What is wrong, in a line."""
    texts = [report.wrong, report.final or report.suggestion] if report.wrong else [report.said]
    told = [shorten(one_line(one), _LONGEST_GIST) for one in texts if one]
    return escape(" → ".join(told) or report.entry or "…")


def _content(t: Translator, report: Report) -> list[Piece]:
    """What was reported: where, the text and what it should be, the reporter's words."""
    facts = [fact(t("Place"), report.place), fact(t("Entry"), report.entry)]
    told: list[Piece] = [Facts(tuple(facts)), quote(t("The reporter’s words"), report.said, _LONGEST_WORDS)]
    if report.texts:
        return [*told, *_own_texts(t, report)]
    if report.final:
        return [*told, *compared(report.wrong, report.final, (t("Old text"), t("New text")), _LONGEST_TEXT)]
    return [*told, *compared(report.wrong, report.suggestion, (t("Wrong text"), t("Should be")), _LONGEST_TEXT)]


def _own_texts(t: Translator, report: Report) -> list[Piece]:
    """Where they stand and what they say: the first few, for the last are words of buttons; then those put right."""
    mended = [one for one in report.texts if one.final]
    shown = mended or report.texts[:_MOST_OWN]
    longest = _OWN_TEXTS // (2 * len(shown))
    told: list[Piece] = []
    for one in shown:
        told += compared(one.text, one.final, (words.where(one), t("New text")), longest)
    more = len(report.texts) - len(shown)
    if mended or not more:
        return told
    in_form = t.plural(
        "{n} more text of this message stands in the form “Fixed…”.",
        "{n} more texts of this message stand in the form “Fixed…”.",
        more,
    )
    return [*told, Sentence(in_form)]


def _outcome(t: Translator, report: Report) -> list[Piece]:
    """What became of it, once it is closed."""
    told: list[Piece] = []
    if report.state is State.FIXED and report.visible:
        told.append(Sentence(words.visible(report.visible, report.visible_on, t)))
        if any(one.final for one in report.texts):
            command = f"{_PATCH} {name(report.number)}"
            told.append(Sentence(t("The change of the file: {command}", command=command)))
    if report.state is State.REJECTED and report.reason:
        told.append(Sentence(words.reason(report.reason, t)))
    if report.state is State.DUPLICATE and report.duplicate_of:
        told.append(Sentence(t("The same as {number}.", number=name(report.duplicate_of))))
    return [*told, quote(t("The translator’s words"), report.words, _LONGEST_WORDS)] if report.is_closed else told


def _background(t: Translator, report: Report, organisation: str | None, zone: tzinfo) -> list[str]:
    """Who, how many, and since when; markup."""
    told = [mention(report.reporter)]
    if organisation and not report.is_shared:
        told.append(escape(shorten(one_line(organisation), _LONGEST_NAME)))
    others = report.reporters - 1
    if others:
        told.append(escape(t.plural("+{n} has reported the same", "+{n} have reported the same", others)))
    day = i18n.day(report.opened_at.astimezone(zone).date(), t.language)
    told.append(f"<!date^{int(report.opened_at.timestamp())}^{{ago}}|{escape(day)}>")
    return told


def _where(t: Translator, url: str | None, *, is_direct: bool) -> str:
    if is_direct:
        return escape(t("in a direct message"))
    return link(url, t("Open the thread")) if url else escape(t("Slack gave no link to the thread."))


def _pictures(t: Translator, report: Report) -> list[str]:
    """How many pictures there are, and what became of those that are not in the thread; markup."""
    n = len(report.pictures)
    told = file_words.fates(report.pictures, t.plural("{n} picture", "{n} pictures", n), t)
    return [escape(told)] if told else []


def _buttons(t: Translator, report: Report) -> list[Block]:
    number = str(report.number)
    if report.is_closed:
        return [kit.button(t("Reopen"), REOPEN, number)]
    is_open = report.state is State.OPEN
    further = [
        kit.option(t("Not an error…"), Further.REJECT),
        kit.option(t("Duplicate of…"), Further.DUPLICATE),
        kit.option(t("Hand on…"), Further.MOVE),
    ]
    if not is_open:
        further += [kit.option(t("Put back"), Further.RELEASE), kit.option(t("Take over"), Further.TAKE_OVER)]
    return [
        *([kit.button(t("Take it"), TAKE, number, style="primary")] if is_open else []),
        kit.button(t("Fixed…"), FIX, number, style=None if is_open else "primary"),
        kit.button(t("Ask…"), ASK, number),
        kit.overflow(MORE, further),
    ]


def _near(t: Translator, near: Sequence[Report]) -> list[Block]:
    """Reports that may be the same, each with its text, for the translator to decide."""
    return [
        kit.section(
            f"{escape(t('Is this the same as {number}?', number=name(one.number)))}\n{_gist(one)}",
            kit.button(t("Same as {number}", number=name(one.number)), f"{SAME}.{n}", str(one.number)),
        )
        for n, one in enumerate(near[:_MOST_NEAR], start=1)
    ]


def _happened(t: Translator, change: Change, who: str) -> str:
    """A change as a sentence; markup, in which `who` is some already."""
    match change.act:
        case Act.MOVED if change.words == SOURCE:
            return t("{who} has handed this on to those who answer for the source text.", who=who)
        case Act.MOVED:
            language = words.language(change.words, t)
            return t("{who} has handed this on to the translators ({language}).", who=who, language=language)
        case Act.DUPLICATE:
            return t("{who} has closed this: it is the same as {number}.", who=who, number=name(change.number or 0))
    return {
        Act.REPORTED: t("{who} has reported this.", who=who),
        Act.JOINED: t("{who} has reported the same.", who=who),
        Act.TAKEN: t("{who} has taken this.", who=who),
        Act.RELEASED: t("{who} has put this back.", who=who),
        Act.ASKED: t("{who} has asked the reporter:", who=who),
        Act.ANSWERED: t("{who} has answered:", who=who) if change.words else t("{who} has added a picture.", who=who),
        Act.FIXED: t("{who} has fixed this.", who=who),
        Act.REJECTED: t("{who} has closed this: it is no error.", who=who),
        Act.REOPENED: t("{who} has reopened this.", who=who),
        Act.STILL_WRONG: t("{who} says that it is still wrong.", who=who),
    }[change.act]


def _moved(t: Translator, to: str) -> str:
    if to == SOURCE:
        return t("Handed on to those who answer for the source text.")
    return t("Handed on to the translators ({language}).", language=words.language(to, t))


def _bare(t: Translator, number: int, why: str) -> Message:
    return Message(
        escape(t("{name}: {value}", name=name(number), value=why)), [kit.section(f"*{name(number)}*\n{escape(why)}")]
    )
