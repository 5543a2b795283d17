"""App Home, for members of the workspace; nothing stands here alone: all of it is also had by saying it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from bot import i18n
from bot.i18n import Translator
from bot.meeting import Kind
from bot.model import LANGUAGES, Language
from bot.render import blocks as kit
from bot.render import meeting_words as words
from bot.render import meetings, pieces, reports, requests
from bot.render.blocks import Block
from bot.render.escape import escape
from bot.render.messages import Renderer
from bot.report import Report

HOME_LANGUAGE: Final = "home.language"
_MOST: Final = 100  # blocks of a view
_REPORTS: Final = 20  # of one list


def language_section(renderer: Renderer, language: Language) -> list[Block]:
    """The language the bot writes to this person."""
    t = renderer.catalogues[language]
    options = [kit.option(name, code) for code, name in i18n.own_names().items()]
    menu = kit.select(HOME_LANGUAGE, t("Language"), options, options[LANGUAGES.index(language)])
    return [kit.section(f"*{escape(t('Your language'))}*", menu)]


def topics_section(renderer: Renderer, language: Language, programmes: tuple[str, ...]) -> list[Block]:
    """What can be asked, per programme."""
    t = renderer.catalogues[language]
    blocks = [kit.header(t("What you can ask"))]
    for id_, programme in renderer.knowledge.programmes.items():
        if programmes and id_ not in programmes:
            continue
        titles = [entry.texts[language].title for entry in programme.entries.values() if entry.served(language)]
        name = programme.names[language]
        blocks += kit.sections(
            f"*{escape(name[:1].upper() + name[1:])}*\n" + "\n".join(f"• {escape(one)}" for one in titles)
        )
    return blocks


def reports_section(
    renderer: Renderer, language: Language, mine: Sequence[tuple[Report, bool]], waiting: Sequence[Report]
) -> list[Block]:
    """The reports of a person and of their organisation, each with whether it is their own; and those to work on."""
    t = renderer.catalogues[language]
    return [
        *_reports(t, t("Your reports of language errors"), mine),
        *_reports(t, t("Open reports in your languages"), [(one, True) for one in waiting]),
    ]


def _reports(t: Translator, title: str, found: Sequence[tuple[Report, bool]]) -> list[Block]:
    """A list of reports; nothing if there are none."""
    if not found:
        return []
    shown, others = reports.listed(found[:_REPORTS], with_words=True), len(found) - _REPORTS
    return [kit.header(title), *pieces.blocks([reports.lines(shown, t)], t), *_more(t, others)]


def requests_section(
    renderer: Renderer,
    language: Language,
    own: Sequence[Mapping[str, Any]],
    desk: Mapping[str, Any] | None,
    *,
    zone: str = "",
) -> list[Block]:
    """The requests of a person and of their organisation; for staff those of the desk, what is owed first.

    Args:
        renderer: The words.
        language: The person's.
        own: Their requests, as a reply of outcome STATUS lists them.
        desk: Those of the desk, likewise; None for whoever is not of the desk.
        zone: By whose clock it is told when they are due; "": UTC.

    """
    t = renderer.catalogues[language]
    blocks: list[Block] = []
    groups = list(requests.groups(desk or {}, zone, t))
    if groups:
        blocks.append(kit.header(t("Requests at the desk")))
    for group in groups:
        blocks.append(kit.section(f"*{escape(group.title)}*"))
        blocks += [*pieces.blocks([group.lines], t), *_more(t, group.others)]
    if own:
        listed = requests.lines(own[: requests.MOST_LISTED], t)
        blocks += [kit.header(t("Your requests for a person")), *pieces.blocks([listed], t)]
        blocks += _more(t, len(own) - requests.MOST_LISTED)
    return blocks


def meetings_section(
    renderer: Renderer,
    language: Language,
    mine: Sequence[Mapping[str, Any]],
    holds: Sequence[Mapping[str, Any]],
    *,
    kinds: Sequence[Kind],
    is_host: bool,
    back_on: date | None,
    today: date,
) -> list[Block]:
    """The meetings of a person, what they can book, and for hosts and staff those that are held, day by day.

    Args:
        renderer: The words.
        language: The person's.
        mine: Their meetings, as a reply of outcome STATUS lists them.
        holds: Those that they hold, of staff all, likewise.
        kinds: What they can book.
        is_host: Whether they hold meetings.
        back_on: The first day on which a host who is away is back; None: they are not away.
        today: The day.

    """
    t = renderer.catalogues[language]
    own = [*pieces.blocks([meetings.lines(mine[: meetings.MOST_LISTED], t)], t), *_booking(t, kinds)]
    held = _held(t, holds, today) if holds or is_host else []
    away = _away(t, back_on) if is_host else []
    return [*([kit.header(t("Your meetings")), *own] if own else []), *held, *away]


def _booking(t: Translator, kinds: Sequence[Kind]) -> list[Block]:
    said = {Kind.SUPPORT: t("Book a support meeting"), Kind.TRAINING: t("Book a training session")}
    buttons = [kit.button(said[kind], f"{meetings.BOOK}.{n}", kind.value) for n, kind in enumerate(kinds, start=1)]
    return [kit.actions(buttons)] if buttons else []


def _held(t: Translator, holds: Sequence[Mapping[str, Any]], today: date) -> list[Block]:
    blocks = [kit.header(meetings.held_by_whom(holds, t))]
    if not holds:
        blocks.append(kit.section(escape(t("Nobody has booked you in the next 7 days."))))
    for day, of_day in groupby(holds[: meetings.MOST_LISTED], words.day):
        blocks.append(kit.section(f"*{escape(_day(t, day, today))}*"))
        blocks += pieces.blocks([meetings.lines(list(of_day), t, is_day_known=True)], t)
    return [*blocks, *_more(t, len(holds) - meetings.MOST_LISTED)]


def _away(t: Translator, back_on: date | None) -> list[Block]:
    if back_on is None:
        return [kit.actions([kit.button(t("I am away…"), meetings.PAUSE)])]
    told = t("You are away, and nobody can book you. You are back on {day}.", day=i18n.on_day(back_on, t.language))
    return [kit.section(escape(told)), kit.actions([kit.button(t("I am back"), meetings.RESUME)])]


def _day(t: Translator, day: date, today: date) -> str:
    told = i18n.near_day(day, t.language)
    near = {today: t("Today, {day}", day=told), today + timedelta(days=1): t("Tomorrow, {day}", day=told)}
    return near.get(day, told)


def _more(t: Translator, others: int) -> list[Block]:
    """How many of a list are not shown."""
    return [kit.context(escape(t.plural("and {n} more", "and {n} more", others)))] if others > 0 else []


def home_view(sections: list[list[Block]]) -> dict[str, Any]:
    """The whole tab."""
    blocks = [block for section in sections for block in section]
    return {"type": "home", "blocks": blocks[:_MOST]}
