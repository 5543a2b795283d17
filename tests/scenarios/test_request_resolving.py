"""How a request ends, and what stays of it: a sentence for the partner, and an answer for the next who ask."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.gap import GapKind
from bot.model import LANGUAGES, PersonId
from bot.render import requests as render
from bot.request import STAFF_REASONS, Act, Reason, State
from bot.store.tables import gap
from tests.payloads import Forged
from tests.scenarios.report_desk import field, words_in, words_on
from tests.scenarios.request_desk import (
    AINO,
    JEAN,
    REQUEST_DESK,
    UNKNOWN,
    act,
    acts,
    asked_in_words,
    cards,
    handed_over,
    only,
    opened,
    reply,
    request_world,
    story,
    told,
    writes,
)
from tests.scenarios.world import World, actions, options
from tests.stub_slack import TEAM, StubMessage

TRANSLATING = f"""{REQUEST_DESK}
translations:
  default: {{channel: CTRANS, owners: [UOWNER]}}
  de: {{channel: CTRANS2, owners: [UDE]}}
"""
REFUSED = "Please choose from the list."

Said = Callable[..., tuple[int | str | None, str, str]]


async def _card(w: World, channel: str = "CCYBER") -> tuple[str, StubMessage]:
    thread = await handed_over(w, channel=channel)
    (card,) = await cards(w)
    return thread, card


def _template(w: World, reason: Reason, language: Any) -> str:
    return render.template(reason, w.desk.services.editions.current.renderer.catalogues[language])


# The reason


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_reason_is_a_sentence_in_the_partner_s_language(tmp_path: Path, language: Any) -> None:
    """The form shows it before; the partner reads it, and below it the words that were added."""
    async with request_world(tmp_path) as w:
        thread = await asked_in_words(w, language)
        (card,) = await cards(w)
        for reason in STAFF_REASONS:
            form = await opened(w, card, "request.resolve", AINO)
            sentence = _template(w, reason, language)
            assert sentence in words_in(form.view["blocks"])
            assert await w.fill(form, AINO, reason=reason.value, words="Hyvää viikonloppua!") == {}
            await w.settle()
            *_, last = await told(w, thread)

            assert sentence in last
            assert last.endswith("&gt; Hyvää viikonloppua!")
            assert (await only(w)).reason is reason
            await act(w, card, "request.reopen", AINO)
        sentences = [_template(w, reason, language) for reason in STAFF_REASONS]
        assert len(set(sentences)) == len(STAFF_REASONS)


async def test_without_a_word_of_one_s_own_the_sentence_stands_alone(tmp_path: Path) -> None:
    """There is nothing quoted below it."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await act(w, card, "request.resolve", AINO, reason="not-possible")

        assert (await told(w, thread))[-1] == "REQ-1 is closed.\n\nWhat you asked for is not possible, sorry."


async def test_what_nobody_had_is_theirs_who_resolves_it(tmp_path: Path) -> None:
    """And counts as answered; nobody is told first that it was taken."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        before = await told(w, thread)
        await act(w, card, "request.resolve", JEAN, reason="done")
        request = await only(w)

        assert request.assignee == PersonId(TEAM, JEAN)
        assert request.responded_at is not None
        assert acts(request) == [Act.ASKED, Act.RESOLVED]
        assert len(await told(w, thread)) == len(before) + 1


async def test_the_words_stand_below_the_card_too(tmp_path: Path) -> None:
    """So that a colleague reads what the partner was told."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        await act(w, card, "request.resolve", AINO, reason="done", words="Have fun.")
        (line,) = [text for text in await story(w, card) if "has resolved" in text]

        assert line.startswith("REQ-1: <@USTAFF> has resolved the request: done as asked.")
        assert line.endswith("&gt; Have fun.")


@pytest.mark.parametrize("reason", [None, Forged("settled"), Forged("no-reply"), Forged("<!channel>"), Forged("")])
async def test_a_reason_that_is_none(tmp_path: Path, reason: str | None) -> None:
    """Neither nothing, nor what the clock and the partner alone say: the form stays open."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        form = await opened(w, card, "request.resolve", AINO)

        assert await w.fill(form, AINO, reason=reason) == {"reason": REFUSED}
        assert (await only(w)).state is State.OPEN


async def test_words_that_are_too_long(tmp_path: Path) -> None:
    """Are said so at their field."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        form = await opened(w, card, "request.resolve", AINO)

        errors = await w.fill(form, AINO, reason="done", words="x" * 2501)
        assert errors == {"words": "Please write at most 2,500 characters."}
        assert (await only(w)).state is State.OPEN


async def test_two_resolve_it_at_once(tmp_path: Path) -> None:
    """The partner reads one result; whoever was second reads who was first."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        forms = [await opened(w, card, "request.resolve", user) for user in (AINO, JEAN)]
        assert await w.fill(forms[0], AINO, reason="done", words="First.") == {}
        errors = await w.fill(forms[1], JEAN, reason="answered", words="Second.")

        assert errors["reason"].startswith("REQ-1 was resolved by Aino Virtanen, 23 November, 10:0")
        assert len([text for text in await told(w, thread) if "REQ-1 is closed." in text and "&gt;" in text]) == 1


# Not a request, and reopened


async def test_no_request(tmp_path: Path) -> None:
    """The partner's message says that it is closed, and can open it again: who asked may know better."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w, "D1")
        known = await told(w, thread, "D1")
        await act(w, card, "request.more", AINO, "dismiss")
        request = await only(w)
        message = w.slack.message("D1", request.status_ts)

        assert (request.state, request.reason, request.assignee) == (State.DISMISSED, None, None)
        assert len(await told(w, thread, "D1")) == len(known)
        assert actions(message) == ["request.again"]
        assert await w.press(message, "request.again", "UACME", team="TACME") == 200
        assert (await only(w)).state is State.OPEN
        assert "request.take" in actions(w.slack.message(card.channel, card.ts))


async def test_reopened_by_a_colleague(tmp_path: Path) -> None:
    """It is theirs, and the partner reads who has it now; the desk owes a word again."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        await act(w, card, "request.take", AINO)
        await act(w, card, "request.resolve", AINO, reason="done")
        await act(w, card, "request.reopen", JEAN)
        request = await only(w)

        assert (request.state, request.assignee) == (State.TAKEN, PersonId(TEAM, JEAN))
        assert (request.reason, request.words, request.closed_at) == (None, "", None)
        assert (await told(w, thread))[-1].startswith("Jean has taken REQ-1.")
        assert "Resolution due:" in words_on(card)


async def test_two_reopen_it(tmp_path: Path) -> None:
    """It is theirs who was quicker."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        await act(w, card, "request.resolve", AINO, reason="done")
        seen = copy.deepcopy(card)
        assert [await w.press(seen, "request.reopen", user) for user in (AINO, JEAN)] == [200, 200]
        request = await only(w)

        assert acts(request).count(Act.REOPENED) == 1
        assert request.assignee == PersonId(TEAM, AINO)


# An answer for the next time


async def _drafted(w: World, **fields: Any) -> StubMessage:
    """A question that the bot did not know, answered by staff and resolved with a draft."""
    await handed_over(w, UNKNOWN)
    (card,) = await cards(w)
    await reply(w, card, AINO, "Yes: auditors are free & need no seat.")
    assert await act(w, card, "request.resolve", AINO, reason="answered", draft=["yes"], **fields) == {}
    return card


async def test_question_and_answer_are_kept_for_an_entry(tmp_path: Path) -> None:
    """In the words of both; with whose question it was, so that it goes with their data."""
    async with request_world(tmp_path) as w:
        await _drafted(w)
        (row,) = [row for row in await w.rows(gap) if row["kind"] == GapKind.DRAFT]

        assert (row["text"], row["answer"]) == (UNKNOWN, "Yes: auditors are free & need no seat.")
        assert (row["language"], row["programme"], row["request"]) == ("en", "cyberday", 1)
        assert (row["team"], row["user"]) == ("TACME", "UACME")


async def test_the_owners_of_the_languages_are_told(tmp_path: Path) -> None:
    """Each channel once, all who look after a language there by name; how to see it, and nothing of the partner's."""
    async with request_world(tmp_path, TRANSLATING) as w:
        await _drafted(w)
        ((french,), (german,)) = [w.slack.messages(channel) for channel in ("CTRANS", "CTRANS2")]
        (row,) = [row for row in await w.rows(gap) if row["kind"] == GapKind.DRAFT]
        command = f"partnerdesk gaps show {row['number']}"

        assert french.text.startswith("<@UOWNER> An answer was drafted from REQ-1, to be written in your language.")
        assert german.text.startswith("<@UDE> An answer was drafted from REQ-1")
        assert command in words_on(french)
        assert UNKNOWN not in str([french.arguments, german.arguments])


async def test_the_draft_can_be_pasted(tmp_path: Path, command: Said) -> None:
    """`partnerdesk gaps show`: YAML for the programme and for each language, a draft in all four."""
    async with request_world(tmp_path) as w:
        await _drafted(w)
        (row,) = [row for row in await w.rows(gap) if row["kind"] == GapKind.DRAFT]
        url = w.settings.database_url
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", str(url))
        code, listed, _ = command("gaps", "drafts")
        shown_code, shown, _ = command("gaps", "show", str(row["number"]))

    assert (code, shown_code) == (0, 0)
    assert "REQ-1" in listed
    assert "auditors are free & need no seat" in shown
    assert shown.count("draft: true") == 4


async def test_what_cannot_be_an_entry_is_not_offered(tmp_path: Path) -> None:
    """Before staff have answered in words there is nothing to draft; afterwards there is."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        before = await opened(w, card, "request.resolve", AINO)
        await writes(w, thread, "Thirty days.", user=AINO, team=TEAM)
        after = await opened(w, card, "request.resolve", AINO)

        assert "draft" not in [block.get("block_id") for block in before.view["blocks"]]
        assert [one["value"] for one in options(field(after, "draft")["element"])] == ["yes"]


async def test_a_draft_is_made_once(tmp_path: Path) -> None:
    """Also where a request is reopened and resolved again: the answer is the last one."""
    async with request_world(tmp_path) as w:
        card = await _drafted(w)
        await act(w, card, "request.reopen", AINO)
        await reply(w, card, AINO, "No, they need one.")
        await act(w, card, "request.resolve", AINO, reason="answered", draft=["yes"])
        rows = [row for row in await w.rows(gap) if row["kind"] == GapKind.DRAFT]

        assert [row["answer"] for row in rows] == ["No, they need one."]
