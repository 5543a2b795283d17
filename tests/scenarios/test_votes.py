"""👍 and 👎: one vote a person, changeable; the form that 👎 opens."""

from __future__ import annotations

from pathlib import Path

from bot.request import Act, Way
from bot.store.tables import request, vote
from tests.scenarios.report_desk import words_on
from tests.scenarios.request_desk import acts, cards, only
from tests.scenarios.world import DESK_WITHOUT_SUPPORT, World, world
from tests.stub_slack import Error, Hang, StubMessage

TRIAL = "How long does the extended trial last?"


async def _answer(w: World, text: str = TRIAL) -> StubMessage:
    return await w.only("CCYBER", await w.mention("CCYBER", "U1", text))


async def test_a_helpful_vote_is_thanked_for_alone(tmp_path: Path) -> None:
    """In the thread, to whoever voted; nobody else sees it, and the message stays as it is."""
    async with world(tmp_path) as w:
        message = await _answer(w)
        await w.press(message, "answer.helpful", "U2")
        (thanks,) = await w.whispers("U2")

        assert thanks.text == "Thank you for telling me."
        assert thanks.thread_ts == message.thread_ts
        assert len(w.slack.messages("CCYBER")) == 1
        assert message.edits == []


async def test_a_vote_counts_once(tmp_path: Path) -> None:
    """Pressed three times by one person and once by another: two votes."""
    async with world(tmp_path) as w:
        message = await _answer(w)
        for user in ("U1", "U1", "U1", "U2"):
            await w.press(message, "answer.helpful", user)

        assert [(row["user"], row["value"]) for row in await w.rows(vote)] == [("U1", 1), ("U2", 1)]
        assert await w.counted("helpful") == 2


async def test_a_vote_can_be_changed(tmp_path: Path) -> None:
    """👍, then 👎: one vote, which says 👎; the counts say so too."""
    async with world(tmp_path) as w:
        message = await _answer(w)
        await w.press(message, "answer.helpful", "U1")
        await w.press(message, "answer.unhelpful", "U1")
        (row,) = await w.rows(vote)

        assert row["value"] == -1
        assert await w.counted("unhelpful") == 1
        assert await w.counted("helpful") == 0


async def test_an_unhelpful_vote_opens_a_form(tmp_path: Path) -> None:
    """With a comment and a box for a person, which is off; the vote counts though the form is never sent."""
    async with world(tmp_path) as w:
        await w.press(await _answer(w), "answer.unhelpful", "U1")
        (form,) = w.slack.opened
        comment, person = form.view["blocks"]

        assert comment["element"]["type"] == "plain_text_input"
        assert comment["optional"]
        assert "initial_options" not in person["element"]
        assert [row["value"] for row in await w.rows(vote)] == [-1]


async def test_a_comment_is_kept_with_the_vote(tmp_path: Path) -> None:
    """And nothing is posted anywhere."""
    async with world(tmp_path) as w:
        await w.press(await _answer(w), "answer.unhelpful", "U1")
        status = await w.submit(w.slack.opened[0], "U1", comment="It does not say how to prolong it.")
        (row,) = await w.rows(vote)

        assert status == 200
        assert row["comment"] == "It does not say how to prolong it."
        assert len(w.slack.calls("chat.postMessage")) == 1


async def test_the_forms_box_asks_for_a_person(tmp_path: Path) -> None:
    """As the button does: a card in the support channel, a word in the thread; sent twice, it is one request."""
    async with world(tmp_path) as w:
        message = await _answer(w)
        await w.press(message, "answer.unhelpful", "U1")
        for _ in range(2):
            await w.submit(w.slack.opened[0], "U1", person=True)
        said = await w.replies("CCYBER", message.thread_ts or "")
        (card,) = await cards(w)
        asked = await only(w)

        assert "REQ-1" in said[-1]
        assert len(said) == 2
        assert TRIAL in words_on(card)
        assert (asked.way, acts(asked)) == (Way.FEEDBACK, [Act.ASKED])


async def test_an_empty_form_changes_nothing(tmp_path: Path) -> None:
    """The vote stands, without a comment."""
    async with world(tmp_path) as w:
        await w.press(await _answer(w), "answer.unhelpful", "U1")
        await w.submit(w.slack.opened[0], "U1")
        (row,) = await w.rows(vote)

        assert row["comment"] is None
        assert await w.rows(request) == []


async def test_without_a_support_channel_the_form_has_no_box(tmp_path: Path) -> None:
    """Nobody is promised a person who is not there."""
    async with world(tmp_path, DESK_WITHOUT_SUPPORT) as w:
        await w.press(await _answer(w), "answer.unhelpful", "U1")
        (form,) = w.slack.opened

        assert [block["block_id"] for block in form.view["blocks"]] == ["comment"]


async def test_the_form_speaks_the_voters_language(tmp_path: Path) -> None:
    """That of the answer, for the asker; for others the language they have chosen."""
    async with world(tmp_path) as w:
        await w.replies("CNEW", await w.mention("CNEW", "U2", "suomeksi"))
        message = await _answer(w, "Combien de temps dure l'essai prolongé ?")
        await w.press(message, "answer.unhelpful", "U1")
        await w.press(message, "answer.unhelpful", "U2")

        assert [form.view["submit"]["text"] for form in w.slack.opened] == ["Envoyer", "Lähetä"]


async def test_a_vote_counts_though_slack_opens_no_form(tmp_path: Path) -> None:
    """The trigger has expired, or Slack hangs: the click is answered, the vote stands."""
    async with world(tmp_path) as w:
        message = await _answer(w)
        w.slack.fail("views.open", Error("expired_trigger_id"))
        status = await w.press(message, "answer.unhelpful", "U1")
        w.desk.services.slack._call_limit = 0.2
        w.slack.fail("users.info", Hang())
        again = await w.press(message, "answer.unhelpful", "U2")

        assert (status, again) == (200, 200)
        assert [row["value"] for row in await w.rows(vote)] == [-1, -1]
