"""App Home, for members of the workspace; nothing stands here alone: all of it is also had by saying it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bot import i18n
from bot.i18n import Translator
from bot.model import LANGUAGES, Language
from bot.render import blocks as kit
from bot.render import pieces, reports
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
    blocks = [kit.header(title), *pieces.blocks([reports.lines(shown, t)], t)]
    if others > 0:
        blocks.append(kit.context(escape(t.plural("and {n} more", "and {n} more", others))))
    return blocks


def home_view(sections: list[list[Block]]) -> dict[str, Any]:
    """The whole tab."""
    blocks = [block for section in sections for block in section]
    return {"type": "home", "blocks": blocks[:_MOST]}
