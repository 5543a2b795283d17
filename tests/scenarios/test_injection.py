"""What people and files write never becomes active: no broadcast, no mention, no hidden link.

Each world looks at all that was sent when it ends (`world._look_through`); here the inputs are hostile.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.world import DESK, active, shown, world

HOSTILE = (
    "<!channel>",
    "<!here|here> *bold* _it_ ~no~ `code`",
    "<@U2> <#C1|general> <!subteam^S1>",
    "<https://evil.example|https://good.example>",
    "&lt;!channel&gt; &lt;@U2&gt;",
    "&amp;lt;!channel&amp;gt;",
    "<b>bold</b><script>alert(1)</script>",
    "<!date^1392734382^{date}|now>",
    "> quoted\n>>> all of it <!everyone>",
    "```<!channel>```",
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_question_is_harmless_on_the_card(tmp_path: Path, text: str) -> None:
    """It is shown as it was typed, without the mentions, and nothing in it acts."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", f"How long does the extended trial last? {text}")
        await w.press(await w.last("CCYBER", ts), "human.ask", "U1")
        await w.settle()
        (card,) = w.slack.messages("CSUPPORT")
        question = card.blocks[1]["text"]["text"]

        assert "How long does the extended trial last?" in shown(card.blocks)
        assert active(question) == []
        assert active(card.text) == []


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_question_that_is_not_understood_is_harmless(tmp_path: Path, text: str) -> None:
    """Whatever the bot says to it."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", text)
        for said in await w.replies("CCYBER", ts):
            assert active(said) == []


async def test_very_long_hostile_questions(tmp_path: Path) -> None:
    """Cut in the middle of a token, the rest is still text."""
    async with world(tmp_path) as w:
        for n in range(6):
            ts = await w.mention("CCYBER", "U1", "I want to speak to a person " + "x" * n + "<!channel>" * 400)
            message = await w.last("CCYBER", ts)
            if "REQ" not in message.text:
                await w.press(message, "human.ask", "U1")
            await w.settle()

        assert len(w.slack.messages("CSUPPORT")) == 6


async def test_names_and_addresses_of_the_desk_file(tmp_path: Path) -> None:
    """A partner's name is shown as it stands; an address with & stays whole."""
    desk = DESK + 'links: {cyberday: {website: "https://example.com/?x=1&y=2"}}\n'
    async with world(tmp_path, desk) as w:
        for text in ("How do I become a partner?", "How do I apply as a partner?"):
            ts = await w.mention("COPEN", "UACME", text, team="TACME")
            await w.press(await w.last("COPEN", ts), "human.ask", "UACME", team="TACME")
            await w.settle()

        assert "Acme &amp; &lt;!channel&gt; &lt;Co&gt;" in shown(w.slack.messages("CSUPPORT")[0].blocks)
        assert "<https://example.com/?x=1&amp;y=2|" in shown(w.slack.messages("COPEN")[0].blocks)


async def test_a_comment_on_an_answer_is_shown_nowhere(tmp_path: Path) -> None:
    """It is kept with the vote; the request that comes with it shows the question."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", "How long does the extended trial last?"))
        await w.press(message, "answer.unhelpful", "U1")
        await w.submit(w.slack.opened[0], "U1", comment="<!channel> and <@U2>", person=True)
        await w.settle()

        assert "and" not in shown(w.slack.messages("CSUPPORT")[0].blocks[:2])
