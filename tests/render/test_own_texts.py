"""Whoever reports a message reports its texts, each at the place where it can be mended."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.catalog import Catalog

from bot import i18n, paths
from bot.edition import Edition
from bot.i18n import Catalogues
from bot.knowledge.load import load
from bot.model import LANGUAGES, Language, Notice, Outcome, Reply
from bot.render.messages import Renderer
from bot.render.own_texts import MOST, own_texts
from bot.report import OwnText
from tests.knowledge.small import WORDS, edit, line_of, write_knowledge
from tests.render.test_messages import _replies

Render = Callable[..., Renderer]


@pytest.fixture(scope="module")
def catalogues() -> Catalogues:
    """The shipped ones."""
    return Catalogues(paths.locales_dir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small knowledge."""
    return write_knowledge(tmp_path / "knowledge")


@pytest.fixture
def render(folder: Path, catalogues: Catalogues) -> Render:
    """Renders the small knowledge as it stands now, with a desk behind it unless told."""

    def renderer(*, has_desk: bool = True) -> Renderer:
        return Renderer(load(folder), catalogues, lambda *_: "https://example.com/", has_desk=has_desk)

    return renderer


@cache
def _document(file: str) -> dict[str, Any]:
    with (paths.knowledge_dir() / file).open(encoding="utf-8") as opened:
        document: dict[str, Any] = yaml.load(opened, yaml.CSafeLoader)
    return document


@cache
def _catalogue(language: Language) -> Catalog:
    return i18n.read_catalogue(paths.locales_dir(), language)


def _shipped(file: str, key: str, language: Language) -> str:
    """What stands in the shipped files under a key."""
    if file.startswith("locales/"):
        source, _, form = key.partition("[")
        message = _catalogue(language).get(source)
        assert message is not None
        return str(message.string[int(form[0])] if form else message.string)
    document = _document(file)
    name, _, field = key.partition(".")
    if name in {"contacts", "notes", "open"}:
        return str(document[name][field])
    return str(document.get("entries", document)[name][field]).strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_its_clauses_its_title_and_its_buttons(render: Render, folder: Path, language: Language) -> None:
    """In that order, as they stand in the files, parameters and all."""
    answer, clause, title, *buttons = own_texts(
        render(), Reply(Outcome.ANSWER, language, "demo", "demo.trial"), language
    )

    path, words = folder / "demo" / f"{language}.yml", WORDS[language]
    assert answer == OwnText(f"demo/{language}.yml", "trial.answer", words["trial"], line_of(path, "answer: |-"))
    assert clause == OwnText(f"demo/{language}.yml", "open.after", words["after"], line_of(path, words["after"]))
    assert title == OwnText(f"demo/{language}.yml", "trial.title", "trial", line_of(path, "  trial:"))
    assert [one.key for one in buttons][:3] == ["Ask a person", "This helped", "This did not help"]


def test_an_action_without_a_programme(edition: Edition) -> None:
    """Its answer stands with the actions."""
    first, *_ = own_texts(edition.renderer, Reply(Outcome.STATUS, "fi"), "fi")

    assert (first.file, first.key) == ("actions/fi.yml", "status.answer")
    assert first.text == edition.knowledge.actions["action.status"].texts["fi"].answer


def test_contacts_below_an_answer_of_a_bot_without_a_desk(render: Render, folder: Path) -> None:
    """They are part of the message."""
    edit(folder / "demo" / "programme.yml", "    languages: [en, de]\n", "    fallback: true\n")
    reply = Reply(Outcome.ANSWER, "de", "demo", "demo.payout")

    keys = [[one.key for one in own_texts(render(has_desk=has_desk), reply, "de")] for has_desk in (True, False)]

    assert keys[0][:2] == ["payout.answer", "notes.closed"]
    assert ["contacts.desk" in one for one in keys] == [False, True]


def test_sentences_of_the_code(render: Render) -> None:
    """By their place in the catalogue; in English the sentence itself, of which no file is named."""
    reply = Reply(Outcome.PRIVACY, "fr", result={"number": 12})

    (french,) = own_texts(render(), reply, "fr")
    (english,) = own_texts(render(), reply, "en")

    assert french.file == "locales/fr/LC_MESSAGES/bot.po"
    lines = (paths.PROJECT / french.file).read_text(encoding="utf-8").splitlines()
    assert lines[french.line - 1 : french.line + 1] == [f'msgid "{french.key}"', f'msgstr "{french.text}"']
    assert english == OwnText("", french.key, french.key)
    assert "{number}" in english.text


@pytest.mark.parametrize(
    ("days", "key", "fi"), [(1, "[0]", "Jäljellä on {n} päivä."), (2, "[1]", "Jäljellä on {n} päivää.")]
)
def test_a_plural_is_the_form_that_was_shown(edition: Edition, days: int, key: str, fi: str) -> None:
    """The other form is another text."""
    reply = Reply(
        Outcome.RULE,
        "fi",
        "miro",
        next(id_ for id_, one in edition.knowledge.programmes["miro"].entries.items() if one.kind == "rule"),
        result={"end_date": "2026-12-03", "days_left": days},
        says=("trial-end",),
    )

    texts = {one.key: one.text for one in own_texts(edition.renderer, reply, "fi")}

    assert texts["{n} day is left." + key] == fi
    assert sum(one.startswith("{n} day") for one in texts) == 1


def test_only_what_is_shown_counts(edition: Edition) -> None:
    """Rendering translates the names of all values, and shows that of one."""
    reply = Reply(Outcome.RULE, "en", "cyberday", "cyberday.trial-length", slots={"start_date": "2026-11-03"})

    keys = [one.key for one in own_texts(edition.renderer, reply, "en")]

    assert "start of the trial" in keys
    assert "day of registration" not in keys


def test_signs_alone_are_no_text(edition: Edition) -> None:
    """Nobody reports the quotation marks; they would take the place of what people do report."""
    reply = Reply(Outcome.RULE, "fr", "cyberday", "cyberday.trial-length", slots={"start_date": "2026-11-03"})

    assert "{name}: {value}" not in [one.key for one in own_texts(edition.renderer, reply, "fr")]


def test_titles_that_are_offered(render: Render) -> None:
    """Those of the choices alone, after them the sentences."""
    reply = Reply(Outcome.CHOICES, "fi", choices=("demo.payout", "action.help"))

    texts = own_texts(render(), reply, "fi")

    assert [(one.file, one.key) for one in texts[:2]] == [
        ("actions/fi.yml", "help.title"),
        ("demo/fi.yml", "payout.title"),
    ]
    assert texts[2].key == "Which of these do you mean?"


def test_a_message_in_two_languages_has_the_texts_of_the_one_that_is_reported(render: Render) -> None:
    """A report is about one language."""
    reply = Reply(Outcome.FALLBACK, "fi", notice=Notice.FOREIGN)

    (sentence,) = (one for one in own_texts(render(), reply, "fi") if "languages" in one.key)

    assert sentence.file == "locales/fi/LC_MESSAGES/bot.po"


def test_a_fault_elsewhere_in_the_knowledge_hides_nothing(render: Render, folder: Path) -> None:
    """A text with an unknown placeholder cannot have been shown."""
    edit(folder / "demo" / "de.yml", WORDS["de"]["closed"], "{nothing-known}")

    assert own_texts(render(), Reply(Outcome.ANSWER, "de", "demo", "demo.trial"), "de")[0].key == "trial.answer"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_names_its_texts(edition: Edition, language: Language) -> None:
    """At least one and no more than fit a form, each once, each as the shipped files have it."""
    for reply in _replies(edition, language):
        texts = own_texts(edition.renderer, reply, language)

        assert 1 <= len(texts) <= MOST, reply
        assert len({(one.file, one.key) for one in texts}) == len(texts), reply
        if reply.outcome is Outcome.ANSWER and reply.notice is None:
            assert f"{reply.programme}.{texts[0].key}" == f"{reply.entry}.answer"
        for one in texts:
            if one.file:
                assert one.text == _shipped(one.file, one.key, language)
                assert one.line > 0
            else:
                assert language == "en"
