"""Two or three choices with "none of these": by number, by button, by the asker and by others."""

from __future__ import annotations

from pathlib import Path

from tests.scenarios.world import World, actions, control, shown, world
from tests.stub_slack import StubMessage

BOTH = "How do I register a deal? And can customers pay by invoice?"
OFFER = "I have not been able to help you so far. Shall I pass your question on to a person?"


async def _offered(w: World) -> tuple[str, StubMessage]:
    """A question with two answers, and the bot's choices."""
    ts = await w.mention("CCYBER", "U1", BOTH)
    return ts, await w.only("CCYBER", ts)


async def test_two_questions_in_one_message_become_choices(tmp_path: Path) -> None:
    """Numbered lines; buttons 1 and 2 that hold entry ids, then ✕ and a person."""
    async with world(tmp_path) as w:
        _, message = await _offered(w)

        assert "1. " in message.text
        assert "2. " in message.text
        assert actions(message) == ["choice.pick.1", "choice.pick.2", "choice.none", "human.ask"]
        assert control(message, "choice.pick.1")["value"] == "cyberday.deal-registration"
        assert control(message, "choice.pick.2")["value"] == "cyberday.pay-invoice"


async def test_a_typed_number_picks_a_choice(tmp_path: Path) -> None:
    """In the thread, by the asker, as "2", "2." or "2)"; the answer is a new message below."""
    for n, typed in enumerate(("2", "2.", " 2) ")):
        folder = tmp_path / str(n)
        folder.mkdir()
        async with world(folder) as w:
            ts, _ = await _offered(w)
            await w.write("CCYBER", "U1", typed, thread=ts)
            _, answer = await w.replies("CCYBER", ts)

            assert "invoice" in answer


async def test_a_number_at_the_top_of_a_direct_message_picks_from_the_last_choices(tmp_path: Path) -> None:
    """People do not always answer in the thread; the answer stands where the choices are."""
    async with world(tmp_path) as w:
        asked = await w.direct("D1", "U1", f"Cyberday: {BOTH}")
        await w.replies("D1", asked)
        await w.direct("D1", "U1", "2")

        assert any("invoice" in text for text in (await w.replies("D1", asked))[1:])


async def test_a_number_that_was_not_offered_picks_nothing(tmp_path: Path) -> None:
    """Nor does one that another person types."""
    async with world(tmp_path) as w:
        ts, _ = await _offered(w)
        await w.write("CCYBER", "U2", "1", thread=ts)
        silent = await w.replies("CCYBER", ts)
        await w.mention("CCYBER", "U1", "7", thread=ts)
        kept = (await w.threads())[0]

        assert len(silent) == 1
        assert kept.entry is None


async def test_zero_picks_none_of_these(tmp_path: Path) -> None:
    """As ✕ does: not understood for the second time, a person is offered first."""
    async with world(tmp_path) as w:
        ts, _ = await _offered(w)
        await w.write("CCYBER", "U1", "0", thread=ts)
        _, answer = await w.replies("CCYBER", ts)

        assert answer.startswith(OFFER)
        assert "\n\nI don’t know the answer" in answer


async def test_the_askers_button_puts_the_answer_in_place_of_the_choices(tmp_path: Path) -> None:
    """No second message: the same one now is the answer, with the answer's controls."""
    async with world(tmp_path) as w:
        ts, message = await _offered(w)
        status = await w.press(message, "choice.pick.2", "U1")
        answer = await w.only("CCYBER", ts)

        assert status == 200
        assert answer.ts == message.ts
        assert "invoice" in answer.text
        assert actions(answer) == ["human.ask", "answer.helpful", "answer.unhelpful", "answer.more"]


async def test_anothers_button_shows_the_answer_to_them_alone(tmp_path: Path) -> None:
    """The choices stay for the asker; what is shown alone has no controls, since nothing would come of them."""
    async with world(tmp_path) as w:
        ts, message = await _offered(w)
        for user in ("U2", "USTAFF"):
            await w.press(message, "choice.pick.2", user)
            (whisper,) = await w.whispers(user)

            assert "invoice" in whisper.text
            assert whisper.thread_ts == ts
            assert actions(whisper) == []
        left = await w.only("CCYBER", ts)

        assert actions(left) == ["choice.pick.1", "choice.pick.2", "choice.none", "human.ask"]


async def test_none_of_these(tmp_path: Path) -> None:
    """✕ by the asker: the bot offers a person, says that it does not know, and names contacts."""
    async with world(tmp_path) as w:
        ts, message = await _offered(w)
        await w.press(message, "choice.none", "U1")
        answer = await w.only("CCYBER", ts)

        assert answer.ts == message.ts
        assert answer.text.startswith(OFFER)
        assert "\n\nI don’t know the answer" in answer.text
        assert "celine@cyberday.ai" in answer.text
        assert actions(answer) == ["human.ask"]


async def test_a_click_that_comes_twice_changes_one_thing(tmp_path: Path) -> None:
    """Two quick presses: the answer stands there once."""
    async with world(tmp_path) as w:
        ts, message = await _offered(w)
        await w.press(message, "choice.pick.1", "U1")
        await w.press(message, "choice.pick.1", "U1")
        answer = await w.only("CCYBER", ts)

        assert "deal" in answer.text


async def test_a_click_on_a_message_that_is_not_kept_is_harmless(tmp_path: Path) -> None:
    """Somebody has had our message deleted; Slack still sends the click."""
    async with world(tmp_path) as w:
        ts, message = await _offered(w)
        await w.delete("CCYBER", "U1", ts)
        await w.settle()
        status = await w.press(message, "choice.pick.1", "U1")
        await w.settle()

        assert status == 200
        assert w.slack.messages("CCYBER") == []


async def test_the_thread_goes_on_from_the_choice(tmp_path: Path) -> None:
    """A follow-up is read with the entry that was chosen."""
    async with world(tmp_path) as w:
        ts, message = await _offered(w)
        await w.press(message, "choice.pick.2", "U1")
        await w.settle()
        await w.write("CCYBER", "U1", "and by card?", thread=ts)
        _, answer = await w.replies("CCYBER", ts)

        assert "card" in answer


async def test_choices_have_the_titles_of_the_readers_language(tmp_path: Path) -> None:
    """The numbered lines are in the language of the question."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "Wie registriere ich einen Deal? Und kann man auf Rechnung zahlen?")
        message = await w.only("CCYBER", ts)

        assert actions(message)[:2] == ["choice.pick.1", "choice.pick.2"]
        assert "Was davon" in shown(message.blocks) or "Welche" in shown(message.blocks)
