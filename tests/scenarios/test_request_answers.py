"""An entry of the knowledge sent by staff: looked for in their language, read by the partner in theirs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot import paths
from bot.model import PersonId
from bot.request import Act, State
from tests.knowledge.small import edit, write_knowledge
from tests.payloads import Forged
from tests.scenarios.report_desk import words_in, words_on
from tests.scenarios.request_desk import (
    AINO,
    JEAN,
    act,
    acts,
    asked_in_words,
    cards,
    handed_over,
    now_shown,
    only,
    opened,
    request_world,
    story,
    told,
)
from tests.scenarios.world import World, actions, options
from tests.stub_slack import TEAM, StubMessage, View

NOT_RELEASED = "This answer is not released in the partner’s language."
TRIAL, DEAL = "cyberday.trial-length", "cyberday.deal-registration"
INVOICE = {
    "en": "Can my customers pay by invoice?",
    "fr": "Mes clients peuvent-ils payer sur facture ?",
    "de": "Können meine Kunden auf Rechnung zahlen?",
    "fi": "Voivatko asiakkaani maksaa laskulla?",
}


async def _card(w: World, channel: str = "CCYBER") -> tuple[str, StubMessage]:
    thread = await handed_over(w, channel=channel)
    (card,) = await cards(w)
    return thread, card


def _found(form: View) -> list[str]:
    """The entries that a form lets somebody choose, in its order."""
    fields = [block for block in form.view["blocks"] if str(block.get("block_id", "")).startswith("chosen")]
    return [str(option["value"]) for field in fields for option in options(field["element"])]


def _chosen(form: View, entry: str) -> dict[str, str]:
    (field,) = [block for block in form.view["blocks"] if str(block.get("block_id", "")).startswith("chosen")]
    return {field["block_id"]: entry}


async def _searched(w: World, form: View, user: str, query: str) -> View:
    assert await w.fill(form, user, query=query) == {}
    return now_shown(w, form)


async def _presented(w: World, card: StubMessage, user: str, entry: str = TRIAL) -> View:
    """The form that shows an entry before it goes."""
    form = await opened(w, card, "request.answer", user)
    if entry not in _found(form):
        form = await _searched(w, form, user, INVOICE["en"])
    assert await w.fill(form, user, **_chosen(form, entry)) == {}
    return w.slack.answered[-1]


async def _speaks(w: World, user: str, language: str) -> None:
    """Somebody has the bot speak another language to them."""
    await w.open_home(user)
    assert await w.press_at_home(user, "home.language", language) == 200
    await w.settle()


def _shown(form: View) -> list[list[dict[str, object]]]:
    """What a form shows between its lines: what will be posted, and the same in one's own language, if it differs."""
    parts: list[list[dict[str, object]]] = [[]]
    for block in form.view["blocks"]:
        if block["type"] == "divider":
            parts.append([])
        else:
            parts[-1].append(block)
    return parts[1:-1]


async def test_the_likely_ones_stand_there_at_once(tmp_path: Path) -> None:
    """Before anything is searched for, that which the bot would answer first."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        form = await opened(w, card, "request.answer", AINO)

        assert _found(form)[0] == TRIAL
        assert "How long does the extended trial last?" in words_in(form.view["blocks"])


@pytest.mark.parametrize("language", INVOICE)
async def test_it_is_searched_for_in_one_s_own_language(tmp_path: Path, language: str) -> None:
    """Whatever the partner's; titles are told in it."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        await _speaks(w, JEAN, language)
        form = await opened(w, card, "request.answer", JEAN)
        found = await _searched(w, form, JEAN, INVOICE[language])
        knowledge = w.desk.services.editions.current.knowledge
        entry = knowledge.entry("cyberday.pay-invoice")

        assert _found(found)[0] == "cyberday.pay-invoice"
        assert entry is not None
        assert entry.texts[language].title in words_in(found.view["blocks"])  # type: ignore[index]


async def test_words_of_a_title_are_enough(tmp_path: Path) -> None:
    """Who searches does not write whole questions."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        form = await opened(w, card, "request.answer", AINO)

        assert DEAL in _found(await _searched(w, form, AINO, "deal registration"))


@pytest.mark.parametrize("query", ["qwertz zxcvb", "!!! ???", "<!channel> <@U1>", "x" * 150])
async def test_nothing_is_found(tmp_path: Path, query: str) -> None:
    """It is said, and the form can be searched with again."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        form = await _searched(w, await opened(w, card, "request.answer", AINO), AINO, query)
        assert ("Nothing was found" in words_in(form.view["blocks"])) is (_found(form) == [])
        again = await _searched(w, form, AINO, INVOICE["en"])

        assert _found(again)[0] == "cyberday.pay-invoice"


async def test_a_search_without_words_shows_the_likely_ones_again(tmp_path: Path) -> None:
    """As at first."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        first = await opened(w, card, "request.answer", AINO)
        found = await _searched(w, first, AINO, INVOICE["en"])

        assert _found(await _searched(w, found, AINO, "")) == _found(first)


async def test_what_was_chosen_before_another_search_is_not_sent(tmp_path: Path) -> None:
    """Words that were changed are searched for first."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        form = await opened(w, card, "request.answer", AINO)
        assert await w.fill(form, AINO, query=INVOICE["en"], **_chosen(form, TRIAL)) == {}

        assert w.slack.answered[-1].view["callback_id"] == "request.searching"


async def test_it_is_shown_in_both_languages_and_sent_in_the_partner_s(tmp_path: Path) -> None:
    """Block for block as it was shown, as whom the form said; without votes and menu."""
    async with request_world(tmp_path) as w:
        thread = await asked_in_words(w, "fi")
        (card,) = await cards(w)
        await _speaks(w, JEAN, "fr")
        shown = await _presented(w, card, JEAN, "cyberday.pay-invoice")
        posted, own = _shown(shown)
        said = words_in(shown.view["blocks"])
        assert "<#CCYBER>" in said
        assert "Jean · " in said
        assert await w.fill(shown, JEAN) == {}
        message = await w.last("CCYBER", thread)

        assert message.blocks == posted
        assert message.text.startswith("Jean · ")
        assert "lasku" in message.text.lower()
        assert "factur" in words_in(own).lower()
        assert actions(message) == []


async def test_in_one_s_own_language_it_is_shown_once(tmp_path: Path) -> None:
    """There is nothing to compare."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)

        assert len(_shown(await _presented(w, card, AINO))) == 1


@pytest.mark.parametrize(
    ("then", "state", "last"),
    [
        ("wait", State.WAITING, [Act.SENT]),
        ("more", State.TAKEN, [Act.SENT]),
        ("resolve", State.RESOLVED, [Act.SENT, Act.RESOLVED]),
    ],
)
async def test_what_becomes_of_the_request(tmp_path: Path, then: str, state: State, last: list[Act]) -> None:
    """As after a reply: what nobody had is theirs, and the answer's title stands below the card."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        shown = await _presented(w, card, JEAN)
        assert await w.fill(shown, JEAN, then=then) == {}
        request = await only(w)

        assert (request.state, request.assignee) == (state, PersonId(TEAM, JEAN))
        assert acts(request) == [Act.ASKED, Act.TAKEN, *last]
        assert "REQ-1: <@UJEAN> has sent an answer to the partner: Length of a trial" in await story(w, card)
        said = [text for text in await told(w, thread) if text.startswith("Jean · support\n")]
        assert len(said) == 1
        assert "30 days" in said[0]
        assert shown.id not in w.slack.views


async def test_it_is_sent_once(tmp_path: Path) -> None:
    """However often the form is delivered."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        shown = await _presented(w, card, AINO)
        assert [await w.fill(shown, AINO) for _ in range(3)] == [{}, {}, {}]

        assert len([text for text in await told(w, thread) if text.startswith("Aino · support")]) == 1


async def test_what_another_has_ended_meanwhile(tmp_path: Path) -> None:
    """Nothing is sent, at either step; whoever wanted to reads who has ended it."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        search = await opened(w, card, "request.answer", JEAN)
        shown = await _presented(w, card, JEAN)
        await act(w, card, "request.resolve", AINO, reason="done")
        before = await told(w, thread)
        errors = [await w.fill(search, JEAN, query="trial"), await w.fill(shown, JEAN)]

        assert [text.partition(", 23 ")[0] for one in errors for text in one.values()] == [
            "REQ-1 was resolved by Aino Virtanen"
        ] * 2
        assert await told(w, thread) == before


@pytest.mark.parametrize("entry", ["cyberday.nothing", "action.human", "../../etc/passwd", "miro.", "x" * 150])
async def test_an_entry_that_there_is_not(tmp_path: Path, entry: str) -> None:
    """A form that names one sends nothing."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        form = await opened(w, card, "request.answer", AINO)
        before = await told(w, thread)
        errors = await w.fill(form, AINO, **{name: Forged(entry) for name in _chosen(form, TRIAL)})

        assert list(errors.values()) == [NOT_RELEASED]
        assert await told(w, thread) == before
        assert acts(await only(w)) == [Act.ASKED]


async def test_the_bot_s_own_answer_stays_as_it_was(tmp_path: Path) -> None:
    """What staff send is a message of its own; the card still says what the bot had answered."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        first = w.slack.messages("CCYBER", thread=thread)[0].text
        shown = await _presented(w, card, AINO, "cyberday.pay-invoice")
        assert await w.fill(shown, AINO) == {}
        await w.settle()

        assert w.slack.messages("CCYBER", thread=thread)[0].text == first
        assert "The bot answered:" in words_on(card)


# Drafts

SMALL_DESK = f"""version: 1
support: {{channel: CSUPPORT}}
staff: [{{user: {AINO}, name: Aino, languages: [en]}}]
"""


@pytest.fixture
def knowledge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A knowledge of two entries, one of which is a draft in Finnish."""
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path / "cache")
    folder = write_knowledge(tmp_path / "knowledge")
    shutil.copy(paths.knowledge_dir() / "decision.yml", folder)
    edit(folder / "demo" / "fi.yml", "    title: trial\n", "    title: trial\n    draft: true\n")
    return folder


async def test_a_draft_in_the_partner_s_language_is_not_sent(tmp_path: Path, knowledge: Path) -> None:
    """The form says so and stays open; another entry can be sent."""
    async with request_world(tmp_path, SMALL_DESK, knowledge=knowledge) as w:
        thread = await handed_over(w, "fi trial 1?", channel="CNEW", user="U1", team=TEAM)
        (card,) = await cards(w)
        form = await opened(w, card, "request.answer", AINO)
        before = await told(w, thread, "CNEW")

        assert list((await w.fill(form, AINO, **_chosen(form, "demo.trial"))).values()) == [NOT_RELEASED]
        assert await told(w, thread, "CNEW") == before
