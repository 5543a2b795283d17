"""Which programme a question is about: channel, partner, text, thread, and a choice where nothing tells."""

from __future__ import annotations

from pathlib import Path

from bot.store.tables import person
from tests.scenarios.world import World, actions, control, shown, world

ABOUT_BOTH = "Kehen voin ottaa yhteyttä?"


async def _about(w: World, channel: str, ts: str) -> str:
    """The context line of the only answer."""
    return str((await w.only(channel, ts)).blocks[1]["elements"][0]["text"])


async def test_the_channel_tells(tmp_path: Path) -> None:
    """The same words are about Cyberday in Cyberday's channel and about Miro in Miro's."""
    async with world(tmp_path) as w:
        cyberday = await w.mention("CCYBER", "U1", "Who do I contact with questions?")
        miro = await w.mention("CMIRO", "U1", "Who do I contact with questions?")

        assert "Cyberday" in await _about(w, "CCYBER", cyberday)
        assert "Miro" in await _about(w, "CMIRO", miro)


async def test_the_partner_tells(tmp_path: Path) -> None:
    """Where the channel says nothing, a partner is answered from its own programmes."""
    async with world(tmp_path) as w:
        acme = await w.mention("CNEW", "UACME", "Who do I contact with questions?", team="TACME")
        borealis = await w.mention("CNEW", "UNORTH", "Who do I contact with questions?", team="TBOREAL")

        assert "Cyberday" in await _about(w, "CNEW", acme)
        assert "Miro" in await _about(w, "CNEW", borealis)


async def test_the_text_tells(tmp_path: Path) -> None:
    """A question that names a programme is about it."""
    async with world(tmp_path) as w:
        ts = await w.mention("CNEW", "U1", "How do I activate my Miro trial?")

        assert "Miro" in await _about(w, "CNEW", ts)


async def test_the_thread_tells(tmp_path: Path) -> None:
    """A follow-up is about the programme of the answer before it."""
    async with world(tmp_path) as w:
        ts = await w.mention("CNEW", "U1", "How do I register a deal in Cyberday?")
        await w.only("CNEW", ts)
        await w.write("CNEW", "U1", "Who do I contact with questions?", thread=ts)
        message = await w.last("CNEW", ts)

        assert "Cyberday" in shown(message.blocks)


async def test_two_programmes_that_fit_become_a_choice(tmp_path: Path) -> None:
    """The buttons hold programmes; the choice answers the question that was asked, in its language."""
    async with world(tmp_path) as w:
        ts = await w.mention("CNEW", "U1", ABOUT_BOTH)
        message = await w.only("CNEW", ts)
        values = {control(message, f"choice.pick.{n}")["value"] for n in (1, 2)}
        one = next(n for n in (1, 2) if control(message, f"choice.pick.{n}")["value"] == "programme.cyberday")
        await w.press(message, f"choice.pick.{one}", "U1")
        answer = await w.only("CNEW", ts)

        assert values == {"programme.cyberday", "programme.miro"}
        assert actions(message) != []
        assert "chat-ikkuna" in answer.text


async def test_the_choice_is_remembered_for_direct_messages(tmp_path: Path) -> None:
    """A person who has chosen in a direct message is not asked again; a choice in a channel is that thread's."""
    async with world(tmp_path) as w:
        first = await w.direct("D1", "U1", ABOUT_BOTH)
        await w.settle()
        message = w.slack.messages("D1", thread=first)[0]
        one = next(n for n in (1, 2) if control(message, f"choice.pick.{n}")["value"] == "programme.cyberday")
        await w.press(message, f"choice.pick.{one}", "U1")
        await w.settle()
        again = await w.direct("D1", "U1", ABOUT_BOTH)
        (answer,) = await w.replies("D1", again)
        (kept,) = await w.rows(person)

        assert kept["programme"] == "cyberday"
        assert "chat-ikkuna" in answer


async def test_a_typed_number_chooses_a_programme_too(tmp_path: Path) -> None:
    """In the thread of the direct message."""
    async with world(tmp_path) as w:
        ts = await w.direct("D1", "U1", ABOUT_BOTH)
        await w.settle()
        message = w.slack.messages("D1", thread=ts)[0]
        one = next(n for n in (1, 2) if control(message, f"choice.pick.{n}")["value"] == "programme.cyberday")
        await w.direct("D1", "U1", str(one), thread=ts)

        assert "chat-ikkuna" in (await w.replies("D1", ts))[-1]
