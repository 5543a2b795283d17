"""Every reply in every language is a message that Slack takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import i18n
from bot.edition import Edition
from bot.knowledge.schema import ACTIONS
from bot.model import LANGUAGES, Language, Notice, Outcome, Reply
from bot.render.home import home_view, language_section, topics_section
from bot.render.messages import Renderer
from bot.render.views import feedback_form
from tests.render.valid import block_problems, schema_problems, view_problems

_OUTCOMES = {"answer": Outcome.ANSWER, "rule": Outcome.RULE, "report": Outcome.REPORT, "booking": Outcome.BOOKING}
_PLAIN = (
    Outcome.GREETING,
    Outcome.THANKS,
    Outcome.HUMAN,
    Outcome.STATUS,
    Outcome.HELP,
    Outcome.TOPICS,
    Outcome.LANGUAGE,
    Outcome.PRIVACY,
    Outcome.REPORT,
    Outcome.BOOKING,
    Outcome.FALLBACK,
)


def _replies(edition: Edition, language: Language) -> Iterator[Reply]:
    """One of every kind: each entry, each action, each notice, each set of choices."""
    entries = [entry for one in edition.knowledge.programmes.values() for entry in one.entries.values()]
    for entry in entries:
        yield Reply(_OUTCOMES[entry.kind], language, entry.id.split(".")[0], entry.id)
    for programme in (None, *edition.knowledge.programmes):
        for outcome in _PLAIN:
            yield Reply(outcome, language, programme)
        yield Reply(Outcome.FALLBACK, language, programme, notice=Notice.TOO_LONG)
        yield Reply(Outcome.FALLBACK, language, programme, notice=Notice.FOREIGN)
        yield Reply(Outcome.HELP, language, programme, notice=Notice.PICTURE)
    yield Reply(Outcome.BOOKING, language, slots={"meeting_kind": "training"})
    yield Reply(Outcome.THANKS, language, result={"vote": True})
    yield Reply(Outcome.PRIVACY, language, result={"number": 12})
    yield Reply(Outcome.PRIVACY, language, notice=Notice.ERASED)
    yield Reply(Outcome.PRIVACY, language, notice=Notice.NOT_YOUR_DATA)
    yield Reply(Outcome.HUMAN, language, result={"number": 12, "known": False})
    yield Reply(Outcome.HUMAN, language, result={"number": 12, "known": True})
    yield Reply(Outcome.LANGUAGE, language, result={"language": language})
    yield Reply(Outcome.ANSWER, language, None, entries[0].id, notice=Notice.DRAFT, languages=LANGUAGES)
    longest = sorted(entries, key=lambda entry: -len(entry.texts[language].title))[:3]
    yield Reply(Outcome.CHOICES, language, choices=tuple(entry.id for entry in longest))
    yield Reply(Outcome.CHOICES, language, choices=("action.help", "action.human", longest[0].id))
    yield Reply(Outcome.CHOICES, language, choices=tuple(f"programme.{id_}" for id_ in edition.knowledge.programmes))


@pytest.fixture(scope="module", params=[True, False], ids=["desk", "no desk"])
def renderer(edition: Edition, request: pytest.FixtureRequest) -> Renderer:
    """The renderer of a desk with and without people behind it, all links set."""

    def link_of(programme: str, link: str) -> str:
        return f"https://example.com/{programme}/{link}?a=1&b=2"

    catalogues = edition.renderer.catalogues
    return Renderer(edition.knowledge, catalogues, link_of, has_desk=request.param)


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_are_valid(edition: Edition, renderer: Renderer, language: Language) -> None:
    """Known blocks, lengths and counts within Slack's, ids that stand once; with controls and without."""
    for reply in _replies(edition, language):
        for with_controls in (True, False):
            message = renderer.message(reply, with_controls=with_controls)

            assert message.text.strip(), reply
            assert len(message.text) <= 4000
            assert block_problems(message.blocks) == [], reply


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_hold_to_the_schema(edition: Edition, language: Language) -> None:
    """No unknown key, no element in the wrong block."""
    seen = set()
    for reply in _replies(edition, language):
        blocks = edition.renderer.message(reply).blocks
        shape = repr([(block["type"], [one["type"] for one in block.get("elements", ())]) for block in blocks])
        if shape not in seen:  # a schema takes long; messages of one shape differ in words alone
            seen.add(shape)

            assert schema_problems(blocks, "blocks.schema.json") == [], reply


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_without_a_desk_promises_nobody(edition: Edition, language: Language) -> None:
    """No button for a person who is not there."""
    renderer = Renderer(edition.knowledge, edition.renderer.catalogues, lambda _programme, _link: None, has_desk=False)

    for reply in _replies(edition, language):
        assert "human.ask" not in repr(renderer.message(reply).blocks), reply


def test_a_reply_is_the_same_in_another_language(edition: Edition) -> None:
    """Rendering needs nothing but the reply: each language says the same entry."""
    reply = Reply(Outcome.RULE, "en", "cyberday", "cyberday.trial-length")
    texts = {language: edition.renderer.message(reply, language).text for language in LANGUAGES}

    assert len(set(texts.values())) == len(LANGUAGES)
    assert all("30" in text for text in texts.values())


def test_the_text_beside_the_blocks_is_escaped_too(edition: Edition, renderer: Renderer) -> None:
    """Slack reads it as markup in notifications: an address with & stays whole, nothing in it is active."""
    texts = [renderer.message(reply).text for reply in _replies(edition, "en")]

    assert any("?a=1&amp;b=2" in text for text in texts)
    assert not any("<" in text or "&b=" in text for text in texts)


def test_a_text_longer_than_a_block_becomes_several(edition: Edition) -> None:
    """Nothing is left out of the longest list, the topics."""
    for language in LANGUAGES:
        message = edition.renderer.message(Reply(Outcome.TOPICS, language))
        shown = "".join(block["text"]["text"] for block in message.blocks if block["type"] == "section")

        for one in edition.knowledge.programmes.values():
            for entry in one.entries.values():
                assert entry.texts[language].title.replace("&", "&amp;") in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nobody_takes_reports_none_is_promised(edition: Edition, language: Language) -> None:
    """No sentence says that somebody will see to it; the contacts stand there, once."""
    renderer = Renderer(edition.knowledge, edition.renderer.catalogues, lambda _programme, _link: None, has_desk=False)
    reply = Reply(Outcome.REPORT, language, "cyberday")
    promise = edition.knowledge.actions["action.report-translation"].texts[language].answer
    shown = str(renderer.message(reply).blocks)

    assert promise not in shown
    assert promise not in renderer.plain(reply)
    assert shown.count("celine@cyberday.ai") == (2 if language in {"en", "de"} else 0)  # a link and its words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("with_person", [True, False])
def test_the_form_is_valid(edition: Edition, language: Language, *, with_person: bool) -> None:
    """Its words fit in every language."""
    form = feedback_form(edition.renderer.catalogues[language], channel="C1", ts="1.2", with_person=with_person)

    assert view_problems(form) == []
    assert schema_problems(form, "view.schema.json") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_app_home_is_valid(edition: Edition, language: Language) -> None:
    """With all programmes."""
    sections = [language_section(edition.renderer, language), topics_section(edition.renderer, language, ())]
    view = home_view(sections)

    assert view_problems(view) == []
    assert schema_problems(view, "view.schema.json") == []
    assert i18n.own_names()[language] in repr(view)


def test_every_action_has_words(edition: Edition) -> None:
    """In every language, so that none is rendered as its id."""
    for name in ACTIONS:
        assert set(edition.knowledge.actions[f"action.{name}"].texts) == set(LANGUAGES)
