"""Clicks and forms: one change however often they come, no silence on old cards, an answer within three seconds."""

from __future__ import annotations

import asyncio
import copy
import json
import shutil
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from bot import paths
from bot.app import running
from bot.request import Act
from bot.store import database, messages, threads
from bot.store.tables import message, request, tally, vote
from bot.store.tables import person as person_table
from tests import payloads
from tests.knowledge.small import edit, write_knowledge
from tests.scenarios.request_desk import acts, cards, only, stored
from tests.scenarios.world import MONDAY, SECRET, World, actions, clock_at, control, controls, plainly, world
from tests.stub_slack import TEAM, Error, Hang, StubMessage

ANSWER = "How long does the extended trial last?"
BOTH = "How do I register a deal? And can customers pay by invoice?"
COMPUTED = "When does our customer's extended trial end?"
STARTED = "Our customer's extended trial started yesterday, when does it end?"
TOPICS = "Which topics do you know?"
FREE = "Our team of 12 is on Free, what do we get for free?"

MOVED_ON = "That button is out of date, and nothing was changed. The message now shows how things stand."
GONE = "I have kept nothing of this message: it is too old, or was deleted. Please write your question again."
NOT_YET = (
    "I am not done with this message. Please try again in a moment; if that does not help, write your question again."
)
NO_FORM = "The form did not open. Please press the button again."
FAILED = "That did not work, and nothing was changed. Please try again in a moment."


async def _asked(w: World, text: str, channel: str = "CCYBER") -> StubMessage:
    return await w.only(channel, await w.mention(channel, "U1", text))


def _as_seen(card: StubMessage) -> StubMessage:
    """A card as it stands on a screen, where it stays when the real one changes."""
    return copy.deepcopy(card)


def _click(card: StubMessage, action: str, user: str = "U1", value: str | None = None) -> dict[str, Any]:
    """The payload of a click on a card, as it was seen; with a value that it may not have offered."""
    shown = next((one for one in controls(card.blocks) if one["action_id"] == action), {})
    return payloads.block_actions(
        card.channel,
        user,
        action,
        str(shown.get("value") or "") if value is None else value,
        message_ts=card.ts,
        thread=card.thread_ts,
        kind=str(shown.get("type", "button")),
        text=card.text,
        blocks=card.blocks,
    )


async def _everything(w: World) -> dict[str, Any]:
    """All that a click may leave behind."""
    await w.settle()
    tables = {one.name: await w.rows(one) for one in (request, message, tally, vote)}
    asked = [(one.number, one.question, one.way, acts(one)) for one in await stored(w)]
    seen = {channel: w.slack.texts(channel) for channel in ("CCYBER", "CMIRO", "CSUPPORT")}
    return {**tables, "asked": asked, "seen": seen, "told": [(one.user, one.text) for one in w.slack.ephemerals]}


# One change

ONCE = [
    (ANSWER, "human.ask", None),
    (ANSWER, "answer.helpful", None),
    (ANSWER, "answer.unhelpful", None),
    (ANSWER, "answer.more", "fi"),
    (BOTH, "choice.pick.2", None),
    (BOTH, "choice.none", None),
    ("Can I change the language?", "language.pick.de", None),
    (TOPICS, "topic.pick", "cyberday.trial-length"),
    (COMPUTED, "values.pick.1", None),
]


@pytest.mark.parametrize(("question", "action", "value"), ONCE)
async def test_two_clicks_in_flight_at_once_are_one(
    tmp_path: Path, question: str, action: str, value: str | None
) -> None:
    """Pressed twice before anything could change: the same is left behind as by one."""
    left = []
    for n, times in enumerate((1, 2)):
        folder = tmp_path / str(n)
        folder.mkdir()
        async with world(folder, clock=clock_at(MONDAY)) as w:
            card = await _asked(w, question)
            await asyncio.gather(*(w.click(_click(card, action, value=value)) for _ in range(times)))
            left.append(_without_times(await _everything(w)))

    assert left[0] == left[1]


@pytest.mark.parametrize(("question", "action", "value"), ONCE)
async def test_the_same_request_delivered_again_is_none(
    tmp_path: Path, question: str, action: str, value: str | None
) -> None:
    """Within the time that its signature is good for, at once or much later: nothing more is said or changed."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        card = await _asked(w, question)
        payload = _click(card, action, value=value)
        await w.click(payload)
        once = await _everything(w)
        edits, forms = len(card.edits), len(w.slack.opened)
        statuses = [await w.click(payload) for _ in range(2)]

        assert statuses == [200, 200]
        assert await _everything(w) == once
        assert len(card.edits) == edits
        assert len(w.slack.opened) == forms


@pytest.mark.parametrize(("question", "action", "value"), ONCE[3:])
async def test_a_second_click_a_moment_later_says_nothing_new(
    tmp_path: Path, question: str, action: str, value: str | None
) -> None:
    """The first has done what it asks for; nobody is told that their button is out of date, and nothing is counted."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        card = await _asked(w, question)
        seen = _as_seen(card)
        await w.click(_click(seen, action, value=value))
        once = await _everything(w)
        await w.click(_click(seen, action, value=value))
        twice = await _everything(w)

        assert twice["told"] == [] or action == "topic.pick"
        assert {**twice, "told": []} == {**once, "told": []}


async def test_two_replicas_are_one_desk(tmp_path: Path, postgres_url: str) -> None:
    """A double click of which each half comes to another replica leaves behind, for all to see, what one click does.

    What is said alone depends on how far the first half has come: where its word stands already, it is told again.
    """
    async with (
        world(tmp_path, database_url=postgres_url) as w,
        running(w.settings, w.desk.services.desk, clock=w.clock) as other,
    ):
        for question, action, value in ONCE:
            once = await _footprint(w, question, action, value, [w.desk.port])
            twice = await _footprint(w, question, action, value, [w.desk.port, other.port] * 2)

            assert twice == once, action


async def _footprint(w: World, question: str, action: str, value: str | None, ports: list[int]) -> dict[str, int]:
    """How much more there is of everything after clicks on a new card, sent to these ports at once."""
    card = await _asked(w, question)
    before = await _amounts(w)
    bodies = [payloads.form_body(_click(card, action, value=value)) for _ in ports]
    headers = [payloads.signed_headers(SECRET, body) for body in bodies]
    urls = [f"http://127.0.0.1:{port}/slack/events" for port in ports]
    posts = zip(urls, bodies, headers, strict=True)
    answers = await asyncio.gather(*(w.http.post(url, data=body, headers=head) for url, body, head in posts))
    after = await _amounts(w)

    assert [answer.status for answer in answers] == [200] * len(ports)
    return {name: after[name] - before[name] for name in after}


async def _amounts(w: World) -> dict[str, int]:
    await w.settle()
    counted = sum(row["n"] for row in await w.rows(tally))
    rows = {one.name: len(await w.rows(one)) for one in (request, message, vote)}
    posts = sum(len(w.slack.messages(channel)) for channel in w.slack.channels)
    return {**rows, "counted": counted, "posts": posts}


async def test_a_vote_goes_to_and_fro(tmp_path: Path) -> None:
    """👍, 👎, 👍, each pressed twice at once: one vote, counted once each way."""
    async with world(tmp_path) as w:
        card = await _asked(w, ANSWER)
        for action in ("answer.helpful", "answer.unhelpful", "answer.helpful"):
            await asyncio.gather(*(w.click(_click(card, action)) for _ in range(2)))
            await w.settle()
        (row,) = await w.rows(vote)

        assert row["value"] == 1
        assert (await w.counted("helpful"), await w.counted("unhelpful")) == (1, 0)
        assert [one.text for one in await w.whispers("U1")] == ["Thank you for telling me."] * 2


async def test_an_old_click_does_not_come_back(tmp_path: Path) -> None:
    """French, then German; the request for French is delivered once more: it stays German."""
    async with world(tmp_path) as w:
        card = await _asked(w, ANSWER)
        french = _click(card, "answer.more", value="fr")
        await w.click(french)
        await w.settle()
        await w.press(card, "answer.more", "U1", "de")
        await w.settle()
        german = card.text
        await w.click(french)
        await w.settle()

        assert card.text == german


async def test_the_home_tabs_language_does_not_come_back_either(tmp_path: Path) -> None:
    """A request that is delivered again changes nothing; a language that is none neither."""
    async with world(tmp_path) as w:
        w.meet("CCYBER", "U1")
        first = payloads.home_action("U1", "home.language", "fi", kind="static_select")
        await w.click(first)
        await w.click(payloads.home_action("U1", "home.language", "de", kind="static_select"))
        await w.click(first)
        await w.click(payloads.home_action("U1", "home.language", "xx", kind="static_select"))
        (row,) = await w.rows(person_table)

        assert row["language"] == "de"


async def test_a_form_that_is_sent_again_is_one(tmp_path: Path) -> None:
    """The same view, at once and later: one comment, one request, one word on it, and nobody told twice."""
    async with world(tmp_path) as w:
        card = await _asked(w, ANSWER)
        await w.press(card, "answer.unhelpful", "U1")
        (form,) = w.slack.opened
        await asyncio.gather(*(w.submit(form, "U1", comment="Too short", person=True) for _ in range(2)))
        once = await _everything(w)
        await w.submit(form, "U1", comment="Something else", person=True)

        assert await _everything(w) == once
        assert [row["comment"] for row in await w.rows(vote)] == ["Too short"]
        assert len(w.slack.messages("CCYBER")) == 2
        assert w.slack.ephemerals == []


async def test_a_forms_comment_is_kept_though_the_click_was_not(tmp_path: Path) -> None:
    """The form is open, the vote is not there: it counts with the form."""
    async with world(tmp_path) as w:
        card = await _asked(w, ANSWER)
        await w.press(card, "answer.unhelpful", "U1")
        await w.desk.database.run(lambda conn: conn.execute(delete(vote)) and None)
        await w.submit(w.slack.opened[0], "U1", comment="Too short")

        assert [(row["value"], row["comment"]) for row in await w.rows(vote)] == [(-1, "Too short")]


# Old cards


async def test_a_choice_that_was_made_already(tmp_path: Path) -> None:
    """Another choice on a screen that is behind: told alone, and the answer stays that of the first."""
    async with world(tmp_path) as w:
        card = await _asked(w, BOTH)
        seen = _as_seen(card)
        await w.press(card, "choice.pick.2", "U1")
        await w.settle()
        answer = card.text
        for action in ("choice.pick.1", "choice.none"):
            await w.click(_click(seen, action))
            await w.settle()

        assert card.text == answer
        assert [one.text for one in await w.whispers("U1")] == [MOVED_ON] * 2
        assert await w.counted("fallback") == 0


async def test_an_old_card_is_drawn_anew(tmp_path: Path) -> None:
    """Slack never took the edit: the choices still stand there, though one was made. A click shows the answer."""
    async with world(tmp_path) as w:
        card = await _asked(w, BOTH)
        w.slack.fail("chat.update", Error("edit_window_closed"))
        await w.press(card, "choice.pick.2", "U1")
        await w.settle(with_dead=True)
        still = actions(card)
        await w.press(card, "choice.pick.1", "U1")
        await w.settle(with_dead=True)

        assert still[0] == "choice.pick.1"
        assert "invoice" in card.text
        assert actions(card)[0] == "human.ask"
        assert [one.text for one in w.slack.ephemerals] == [MOVED_ON]


async def test_a_value_that_was_told_since(tmp_path: Path) -> None:
    """A likely value on a screen that is behind does not replace the one that somebody has told."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        card = await _asked(w, COMPUTED)
        seen = _as_seen(card)
        await w.press(card, "values.pick.1", "U1")
        await w.settle()
        result = card.text
        await w.click(_click(seen, "values.pick.2"))
        place = {"message_ts": card.ts, "thread": card.thread_ts}
        await w.click(payloads.date_picked("CCYBER", "U1", "values.day", "2026-11-02", **place))
        await w.click(_click(seen, "values.open"))
        await w.settle()

        assert card.text == result
        assert [one.text for one in await w.whispers("U1")] == [MOVED_ON] * 3
        assert w.slack.opened == []


async def test_a_form_changes_what_it_has_changed(tmp_path: Path) -> None:
    """Two forms on the same values: what one has changed stays, where the other has not touched it."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        card = await _asked(w, FREE, "CMIRO")
        first, second = await w.change_values(card, "U1"), await w.change_values(card, "U1")
        assert await w.submit_values(first, "U1", team_size="4") == {}
        assert await w.submit_values(second, "U1", plan="Team") == {}
        await w.settle()

        assert "members of the team: 4 · plan: Team" in plainly(card.text)


async def test_a_form_about_another_question(tmp_path: Path) -> None:
    """The question was edited while the form was open: it says so, and stays open."""
    async with world(tmp_path) as w:
        card = await _asked(w, STARTED)
        form = await w.change_values(card, "U1")
        await w.edit("CCYBER", "U1", card.thread_ts or "", "<@U0BOT> How do I register a deal?")
        await w.settle()
        text = card.text
        errors = await w.submit_values(form, "U1", start_date="2026-11-02")
        await w.settle()

        assert errors == {"start_date": MOVED_ON}
        assert card.text == text


async def test_a_request_that_exists_already(tmp_path: Path) -> None:
    """Whoever asks again reads its number, alone; and the desk reads that they do."""
    async with world(tmp_path) as w:
        card = await _asked(w, ANSWER)
        for user in ("U1", "U2", "U1"):
            await w.press(card, "human.ask", user)
            await w.settle()
            w.skip(timedelta(minutes=1))

        assert [(one.user, one.text) for one in w.slack.ephemerals] == [
            (user, "A person has this question already: REQ-1.") for user in ("U2", "U1")
        ]
        assert len(await cards(w)) == 1
        assert acts(await only(w)) == [Act.ASKED, Act.ASKED_AGAIN, Act.ASKED_AGAIN]


async def test_a_topic_that_is_chosen_again(tmp_path: Path) -> None:
    """It stands below already: whoever chose is shown it alone; another one is answered."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TOPICS)
        card = await w.only("CCYBER", ts)
        for entry in ("cyberday.trial-length", "cyberday.trial-length", "cyberday.deal-registration"):
            await w.press(card, "topic.pick", "U1", entry)
            await w.settle()
        said = w.slack.texts("CCYBER", thread=ts)

        assert len(said) == 3
        assert [one.text for one in await w.whispers("U1")] == [said[1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ANSWER, GONE),
        ("Combien de temps dure l'essai prolongé ?", "Je n'ai plus rien de ce message"),
        ("Kuinka kauan pidennetty kokeilu kestää?", "Tästä viestistä ei ole enää mitään tallessa"),
    ],
)
async def test_a_message_that_was_forgotten(tmp_path: Path, text: str, expected: str) -> None:
    """After the time that texts are kept: what to do is said in the card's language, whoever clicks what."""
    async with world(tmp_path) as w:
        card = await _asked(w, text)
        await w.desk.database.run(lambda conn: conn.execute(delete(message)) and None)
        clicked = ("human.ask", "answer.helpful", "answer.unhelpful", "answer.more")
        statuses = [await w.press(card, action, "U1", "de" if action == "answer.more" else None) for action in clicked]
        told = await w.whispers("U1")

        assert statuses == [200] * 4
        assert [one.text.startswith(expected) for one in told] == [True] * 4
        assert {one.thread_ts for one in told} == {card.thread_ts}
        assert w.slack.opened == []
        assert await w.rows(vote) == []


async def test_a_form_on_a_message_that_was_forgotten(tmp_path: Path) -> None:
    """It says so and stays open: what was typed can still be copied."""
    async with world(tmp_path) as w:
        await w.press(await _asked(w, ANSWER), "answer.unhelpful", "U1")
        (form,) = w.slack.opened
        await w.desk.database.run(lambda conn: conn.execute(delete(message)) and None)
        payload = payloads.view_submission(
            "U1",
            "answer.feedback",
            {"comment": {"comment": {"type": "plain_text_input", "value": "Too short"}}},
            private_metadata=form.view["private_metadata"],
        )

        assert await w.form_errors(payload) == {"comment": GONE}


async def test_a_message_that_is_just_being_posted(tmp_path: Path) -> None:
    """Slack has it, and has not said so: whoever is that quick is asked to try again."""
    async with world(tmp_path) as w:
        w.desk.services.slack._call_limit = 60
        w.slack.fail("chat.postMessage", Hang(stored=True))
        await w.mention("CCYBER", "U1", ANSWER)
        await w.slack.until(lambda: w.slack.messages("CCYBER"))
        (card,) = w.slack.messages("CCYBER")
        await w.press(card, "answer.helpful", "U1")
        await w.slack.until(lambda: w.slack.ephemerals)

        assert [one.text for one in w.slack.ephemerals] == [NOT_YET]
        w.slack._stopped.set()
        await w.settle(seconds=20)


async def test_a_control_of_another_day(tmp_path: Path) -> None:
    """Its name is known to no version any more: the card is drawn anew; a form of another day says what to do."""
    async with world(tmp_path) as w:
        card = await _asked(w, ANSWER)
        text = card.text
        status = await w.click(_click(card, "answer.stars.5"))
        form = payloads.view_submission("U1", "answer.survey", {"stars": {"stars": {"type": "x", "value": "5"}}})
        errors = await w.form_errors(form)
        (told,) = await w.whispers("U1")

        assert status == 200
        assert told.text == MOVED_ON
        assert card.text == text
        assert errors == {"stars": GONE}


# What the knowledge no longer has


@pytest.fixture
def knowledge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A knowledge of two entries, which is fitted in a second; with a cache of its own."""
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path / "cache")
    folder = write_knowledge(tmp_path / "knowledge")
    shutil.copy(paths.knowledge_dir() / "decision.yml", folder)
    return folder


SMALL = "version: 1\nsupport: {channel: CSUPPORT}\n"


async def test_an_entry_that_is_a_draft_by_now(tmp_path: Path, knowledge: Path) -> None:
    """A vote on its old answer is none; the card says in which languages it is had."""
    async with world(tmp_path, SMALL, knowledge=knowledge) as w:
        card = await _asked(w, "en trial 1?", "CNEW")
        edit(knowledge / "demo" / "en.yml", "    title: trial\n", "    title: trial\n    draft: true\n")
        assert await w.desk.editions.look()
        await w.press(card, "answer.helpful", "U1")
        (told,) = await w.whispers("U1")

        assert told.text == MOVED_ON
        assert "not yet released" in card.text
        assert await w.rows(vote) == []


@pytest.mark.parametrize("action", ["human.ask", "answer.helpful", "answer.unhelpful", "answer.more"])
async def test_an_entry_that_the_knowledge_has_no_longer(tmp_path: Path, action: str) -> None:
    """Its programme may be gone too: the card says that the bot does not know, and a person can still be asked."""
    async with world(tmp_path) as w:
        card = await _asked(w, ANSWER)
        seen = _as_seen(card)
        await _rename(w, card, "gone.trial-length", "gone")
        statuses = [await w.click(_click(seen, action, value="fr" if action == "answer.more" else None))]
        await w.settle()

        assert statuses == [200]
        if action == "human.ask":
            assert len(await cards(w)) == 1
        elif action == "answer.more":
            assert card.text.startswith("Je n'ai pas la réponse")
        else:
            assert [one.text for one in w.slack.ephemerals] == [MOVED_ON]
            assert card.text.startswith("I don’t know the answer")


async def test_a_rule_that_the_knowledge_has_no_longer(tmp_path: Path) -> None:
    """Its values can no longer be told, by button or form."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        card = await _asked(w, STARTED)
        form = await w.change_values(card, "U1")
        await _rename(w, card, "cyberday.gone", "cyberday")
        errors = await w.submit_values(form, "U1", start_date="2026-11-02")
        await w.press(card, "answer.more", "U1", "change-values")
        (told,) = await w.whispers("U1")

        assert errors == {"start_date": MOVED_ON}
        assert told.text == MOVED_ON
        assert card.text.startswith("I don’t know the answer")


async def test_choices_that_the_knowledge_has_no_longer(tmp_path: Path) -> None:
    """What is left of them is offered; the one that is gone is not chosen."""
    async with world(tmp_path) as w:
        card = await _asked(w, BOTH)
        seen = _as_seen(card)
        await _rename(w, card, "cyberday.gone", "cyberday", of_choice=0)
        await w.click(_click(seen, "choice.pick.1", value="cyberday.gone"))
        await w.settle()

        assert [one.text for one in w.slack.ephemerals] == [MOVED_ON]
        assert actions(card) == ["choice.pick.1", "choice.none", "human.ask"]
        assert control(card, "choice.pick.1")["value"] == "cyberday.pay-invoice"


async def test_what_was_computed_counts_from_today(tmp_path: Path) -> None:
    """A card that is drawn anew a week later says how many days are left now."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        card = await _asked(w, STARTED)
        before = plainly(card.text)
        w.skip(timedelta(days=7))
        await w.press(card, "answer.more", "U1", "de")
        await w.settle()

        assert "29 days are left" in before
        assert "22 Tage" in plainly(card.text)


async def _rename(w: World, card: StubMessage, entry: str, programme: str, *, of_choice: int | None = None) -> None:
    """Have what a card was made from be named as nothing of the knowledge is."""

    def unit(conn: Any) -> None:
        known = messages.by_ts(conn, TEAM, card.channel, card.ts)
        assert known is not None
        reply = replace(known.reply, entry=entry, programme=programme)
        if of_choice is not None:
            choices = list(known.reply.choices)
            choices[of_choice] = entry
            reply = replace(known.reply, choices=tuple(choices))
        messages.save(conn, TEAM, replace(known, reply=reply))

    await w.desk.database.run(unit)


# What was never offered

FORGED = [
    (BOTH, "choice.pick.1", "cyberday.trial-length"),
    (BOTH, "choice.pick.1", "action.human"),
    (BOTH, "choice.pick.1", "x" * 3000),
    (BOTH, "choice.pick.3", "cyberday.pay-invoice"),
    (ANSWER, "choice.pick.1", "action.human"),
    (ANSWER, "choice.none", ""),
    (ANSWER, "answer.more", "xx"),
    ("How do I register a deal?", "answer.more", "change-values"),
    (ANSWER, "answer.helpful", "2"),
    (ANSWER, "language.pick.xx", "xx"),
    (TOPICS, "topic.pick", "action.human"),
    (TOPICS, "topic.pick", "programme.miro"),
    (TOPICS, "topic.pick", "cyberday.none"),
    (ANSWER, "topic.pick", "cyberday.pay-invoice"),
    (COMPUTED, "values.pick.1", "team_size=5"),
    (COMPUTED, "values.pick.1", "start_date=" + "[" * 2900),
    (COMPUTED, "values.pick.1", "x" * 3000),
    (COMPUTED, "values.pick.1", 'start_date="2020-01-01"'),
    (ANSWER, "values.day", "2026-11-02"),
    (ANSWER, "values.open", ""),
    (ANSWER, "privacy.erase", ""),
]


@pytest.mark.parametrize(("question", "action", "value"), FORGED)
async def test_a_value_that_was_never_offered_does_nothing(
    tmp_path: Path, question: str, action: str, value: str
) -> None:
    """Not by whoever may do all there is to do; nothing is stored, posted, edited or opened."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        card = await _asked(w, question)
        before = await _everything(w)
        status = await w.click(_click(card, action, value=value))
        after = await _everything(w)

        assert status == 200
        assert {**after, "told": []} == before
        assert {text for _, text in after["told"]} <= {MOVED_ON}
        assert card.edits == []
        assert w.slack.opened == []


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "no JSON",
        "[" * 2000,
        "[]",
        "null",
        "7",
        '{"channel": 5, "ts": {}}',
        '{"channel": "CCYBER"}',
        '{"channel": "CCYBER", "ts": "1.2"}',
        '{"channel": "CNOWHERE", "ts": "1790000000.000100"}',
        '{"channel": "CELSE", "ts": "1790000000.000100", "language": "xx", "told": [1]}',
    ],
)
@pytest.mark.parametrize("callback", ["answer.feedback", "values.change"])
async def test_a_forms_metadata_is_not_trusted(tmp_path: Path, callback: str, metadata: str) -> None:
    """No JSON, of another shape, of a message that is not ours or another workspace's: nothing, and it is said."""
    async with world(tmp_path) as w:
        card = await _asked(w, STARTED)
        other = {"channel": "CELSE", "ts": "1790000000.000100", "workspace": "TELSE"}

        def copied(conn: Any) -> None:
            row = dict(conn.execute(select(message)).mappings().one())
            conn.execute(insert(message).values({**row, **other}))

        await w.desk.database.run(copied)
        before = await _everything(w)
        element = {"type": "plain_text_input", "value": "Too short", "selected_date": "2026-11-02"}
        field = {"answer.feedback": "comment", "values.change": "start_date"}[callback]
        payload = payloads.view_submission("U1", callback, {field: {field: element}}, private_metadata=metadata)
        errors = await w.form_errors(payload)

        assert errors == {field: GONE}
        assert await _everything(w) == before
        assert card.edits == []


# Within three seconds


async def test_no_click_waits_for_slack(tmp_path: Path) -> None:
    """Slack hangs at everything but forms: every click is answered at once all the same."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        cards = {question: await _asked(w, question) for question in {question for question, _, _ in ONCE}}
        w.slack.fault = lambda method, _: None if method == "views.open" else Hang()
        began = time.monotonic()
        for question, action, value in ONCE:
            assert await w.click(_click(cards[question], action, value=value)) == 200
        took = time.monotonic() - began
        w.slack.fault = None
        w.slack._stopped.set()

        assert took < 3


async def test_a_form_is_not_waited_for_long(tmp_path: Path) -> None:
    """Slack hangs when it is to open one: the click is answered, the vote counts, and whoever clicked is told."""
    async with world(tmp_path) as w:
        card = await _asked(w, ANSWER)
        w.slack.fail("views.open", Hang())
        began = time.monotonic()
        status = await w.press(card, "answer.unhelpful", "U1")
        took = time.monotonic() - began
        await w.slack.until(lambda: w.slack.ephemerals)

        assert status == 200
        assert took < 3
        assert [row["value"] for row in await w.rows(vote)] == [-1]
        assert [one.text for one in w.slack.ephemerals] == [NO_FORM]


@pytest.mark.parametrize("action", ["answer.unhelpful", "values.open"])
async def test_a_form_that_slack_does_not_open(tmp_path: Path, action: str) -> None:
    """The trigger has expired: whoever clicked is told, rather than left to wait."""
    async with world(tmp_path) as w:
        card = await _asked(w, COMPUTED)
        w.slack.fail("views.open", Error("expired_trigger_id"))
        status = await w.press(card, action, "U1")

        assert status == 200
        assert [one.text for one in await w.whispers("U1")] == [NO_FORM]


# When it cannot be


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is waited for a moment rather than for seconds."""
    monkeypatch.setattr(database.Database.open.__func__, "__kwdefaults__", {"wait": 0.4})


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Another process writes, and takes its time."""
    other = sqlite3.connect(folder / "desk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.mark.parametrize(
    ("channel", "text", "expected"),
    [
        ("CCYBER", ANSWER, FAILED),
        ("CCYBER", "Combien de temps dure l'essai prolongé ?", "Cela n'a pas fonctionné"),
        ("CCYBER", "Wie lange dauert die verlängerte Testphase?", "Das hat nicht geklappt"),
        ("CCYBER", "Kuinka kauan pidennetty kokeilu kestää?", "Tämä ei onnistunut"),
    ],
)
@pytest.mark.usefixtures("impatient")
async def test_a_failure_is_told_in_the_cards_language(tmp_path: Path, channel: str, text: str, expected: str) -> None:
    """The database is away, so nothing is known of the person; in the thread, with an id."""
    async with world(tmp_path) as w:
        card = await _asked(w, text, channel)
        with _locked(tmp_path):
            status = await w.press(card, "human.ask", "U1")
        (told,) = await w.whispers("U1")

        assert status == 500
        assert told.text.startswith(expected)
        assert told.thread_ts == card.thread_ts
        assert w.slack.messages("CSUPPORT") == []


@pytest.mark.usefixtures("impatient")
async def test_the_answer_does_not_wait_for_the_word_on_the_failure(tmp_path: Path) -> None:
    """The database is away and Slack hangs: the click is answered all the same."""
    async with world(tmp_path) as w:
        card = await _asked(w, ANSWER)
        w.slack.fail("chat.postEphemeral", Hang())
        with _locked(tmp_path):
            began = time.monotonic()
            status = await w.press(card, "human.ask", "U1")
            took = time.monotonic() - began
        w.slack._stopped.set()

        assert status == 500
        assert took < 3


async def test_the_time_for_an_answer_is_limited_as_a_whole(tmp_path: Path) -> None:
    """A click that reads and then writes does not wait for the database twice."""
    async with world(tmp_path) as w:
        card = await _asked(w, ANSWER)
        store = w.desk.services.store
        read = store.read

        async def slowly(unit: Any) -> Any:
            await asyncio.sleep(2)
            return await read(unit)

        w.desk.services.store = _Slow(store, slowly)  # type: ignore[assignment]
        with _locked(tmp_path):
            began = time.monotonic()
            status = await w.press(card, "answer.unhelpful", "U1")
            took = time.monotonic() - began
        w.desk.services.store = store

        assert status == 500
        assert took < 3


class _Slow:
    """A store that takes its time to read."""

    def __init__(self, store: Any, read: Callable[[Any], Awaitable[Any]]) -> None:
        self.run, self.read = store.run, read


@pytest.mark.usefixtures("impatient")
async def test_a_form_that_fails_stays_open(tmp_path: Path) -> None:
    """In the form's language, at its first field; sent again, it is taken."""
    async with world(tmp_path) as w:
        card = await _asked(w, "Combien de temps dure l'essai prolongé ?")
        await w.press(card, "answer.unhelpful", "U1")
        (form,) = w.slack.opened
        payload = payloads.view_submission(
            "U1",
            "answer.feedback",
            {
                "comment": {"comment": {"type": "plain_text_input", "value": "Trop court"}},
                "person": {"person": {"type": "checkboxes", "selected_options": []}},
            },
            private_metadata=form.view["private_metadata"],
        )
        with _locked(tmp_path):
            errors = await w.form_errors(payload)
        again = await w.form_errors(payload)

        assert list(errors) == ["comment"]
        assert errors["comment"].startswith("Cela n'a pas fonctionné")
        assert again == {}
        assert [row["comment"] for row in await w.rows(vote)] == ["Trop court"]


def _without_times(left: dict[str, Any]) -> dict[str, Any]:
    """What was left behind, without when: two worlds are not of the same second."""
    return json.loads(
        json.dumps(
            {
                **left,
                **{
                    name: [{key: value for key, value in row.items() if key in _LASTING} for row in left[name]]
                    for name in ("request", "message", "tally", "vote")
                },
            },
            default=str,
        )
    )


_LASTING = {"number", "status", "kind", "language", "programme", "entry", "n", "value", "comment"}


async def test_an_answer_does_not_undo_what_a_click_has_changed_meanwhile(tmp_path: Path) -> None:
    """A message is understood outside a transaction: if the thread has changed by its end, it is understood anew."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "How long is a trial?")
        await w.settle()
        looked = []

        async def switched_meanwhile(_: str) -> str | None:
            looked.append(1)
            if len(looked) == 1:
                before = await w.desk.database.read(lambda conn: threads.load(conn, TEAM, "CCYBER", ts))
                assert before is not None
                changed = replace(before, language="fi")
                await w.desk.database.run(lambda conn: threads.save(conn, TEAM, changed, w.clock.now()))
            return None

        w.desk.services.detect_foreign = switched_meanwhile
        await w.mention("CCYBER", "U1", "Prosím, jak dlouho trvá zkušební doba pro našeho zákazníka?", thread=ts)
        await w.settle()
        after = await w.desk.database.read(lambda conn: threads.load(conn, TEAM, "CCYBER", ts))

        assert len(looked) == 2
        assert after is not None
        assert after.language == "fi"
        assert len(await w.replies("CCYBER", ts)) == 2
