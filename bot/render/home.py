"""App Home, for members of the workspace; nothing stands here alone: all of it is also had by saying it."""

from __future__ import annotations

from typing import Any, Final

from bot import i18n
from bot.model import LANGUAGES, Language
from bot.render import blocks as kit
from bot.render.blocks import Block
from bot.render.escape import escape
from bot.render.messages import Renderer

HOME_LANGUAGE: Final = "home.language"
_MOST: Final = 100  # blocks of a view


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


def home_view(sections: list[list[Block]]) -> dict[str, Any]:
    """The whole tab."""
    blocks = [block for section in sections for block in section]
    return {"type": "home", "blocks": blocks[:_MOST]}
