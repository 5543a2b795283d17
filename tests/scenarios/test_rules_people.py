"""Whose values they are: the asker's, their organisation's and staff's to tell and to change; nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.model import Floor, PersonId
from tests.scenarios.world import DESK, MONDAY, World, actions, clock_at, plainly, world
from tests.stub_slack import TEAM, StubMessage

TRIAL = "When does our customer's extended trial end?"
STARTED = "Our customer's extended trial started yesterday, when does it end?"
ENDS_TUESDAY = "The trial ends on Tuesday 22 December 2026. 29 days are left."
NOT_YOURS = "Only whoever asked, their organisation and support can change these values."
OF_A_CHANNEL = DESK.replace("channels: [COPEN], programmes: [cyberday]}", "channels: [CCYBER], programmes: [cyberday]}")

STRANGERS = [("UNORTH", "TBOREAL"), ("U2", TEAM), ("UFAR", "TUNKNOWN")]
ENTITLED = [("UACME", "TACME"), ("UACME2", "TACME"), ("USTAFF", TEAM)]


async def _asked(w: World, text: str = TRIAL) -> tuple[str, StubMessage]:
    """A question of somebody at Acme, and the bot's reply."""
    ts = await w.mention("CCYBER", "UACME", text, team="TACME")
    return ts, await w.only("CCYBER", ts)


@pytest.mark.parametrize(("user", "team"), STRANGERS)
async def test_a_strangers_clicks_change_nothing(tmp_path: Path, user: str, team: str) -> None:
    """Of another organisation, of none, of a workspace that the desk does not know: each is told so, alone."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w)
        statuses = [
            await w.press(message, "values.pick.1", user, team=team),
            await w.pick_day(message, user, "2026-11-02", team=team),
            await w.press(message, "values.open", user, team=team),
            await w.press(message, "answer.more", user, "change-values", team=team),
        ]
        whispers = await w.whispers(user)
        left = await w.only("CCYBER", ts)

        assert statuses == [200] * 4
        assert [(one.text, one.thread_ts, actions(one)) for one in whispers] == [(NOT_YOURS, ts, [])] * 4
        assert left.edits == []
        assert w.slack.opened == []


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ("en français", "Seules la personne qui a posé la question, son organisation et l'assistance"),
        ("suomeksi", "Näitä tietoja voivat muuttaa vain kysyjä, hänen organisaationsa ja tuki."),
        ("auf Deutsch bitte", "Diese Angaben können nur die Person, die gefragt hat, ihre Organisation"),
    ],
)
async def test_a_stranger_is_told_so_in_their_language(tmp_path: Path, chosen: str, words: str) -> None:
    """The one that they have chosen, not the asker's."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        await w.replies("CNEW", await w.mention("CNEW", "UNORTH", chosen, team="TBOREAL"))
        _, message = await _asked(w)
        await w.press(message, "values.pick.1", "UNORTH", team="TBOREAL")
        (whisper,) = await w.whispers("UNORTH")

        assert whisper.text.startswith(words)


async def test_a_form_in_a_strangers_hands_changes_nothing(tmp_path: Path) -> None:
    """However they came by it: it is told at its field, and the reply stays as it was."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        _, message = await _asked(w, STARTED)
        form = await w.change_values(message, "UACME", team="TACME")
        w.meet("CCYBER", "UNORTH", "TBOREAL")
        errors = await w.submit_values(form, "UNORTH", team="TBOREAL", start_date="2026-11-02")
        await w.settle()

        assert errors == {"start_date": NOT_YOURS}
        assert message.edits == []


@pytest.mark.parametrize(("user", "team"), STRANGERS)
@pytest.mark.parametrize("said", ["yesterday", "no, it was the day before yesterday"])
async def test_a_strangers_words_are_no_answer(tmp_path: Path, said: str, user: str, team: str) -> None:
    """People who write below a question of ours, or below a result, talk among themselves."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        for question in (TRIAL, STARTED):
            ts, message = await _asked(w, question)
            await w.write("CCYBER", user, said, thread=ts, team=team)
            left = await w.only("CCYBER", ts)

            assert left.ts == message.ts
            assert left.edits == []


@pytest.mark.parametrize(("user", "team"), ENTITLED)
async def test_who_may_answer_in_words(tmp_path: Path, user: str, team: str) -> None:
    """The asker, a colleague of theirs, staff; the bot goes on speaking with the asker."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, _ = await _asked(w)
        await w.write("CCYBER", user, "yesterday", thread=ts, team=team)
        _, result = await w.replies("CCYBER", ts)
        (kept,) = await w.threads()
        await w.write("CCYBER", "UACME", "no, the day before yesterday", thread=ts, team="TACME")
        corrected = (await w.replies("CCYBER", ts))[-1]

        assert plainly(result).startswith(ENDS_TUESDAY)
        assert (kept.floor, kept.asker) == (Floor.BOT, PersonId("TACME", "UACME"))
        assert plainly(corrected).startswith("Corrected above: The trial ends on Monday 21 December 2026.")


@pytest.mark.parametrize(("user", "team"), ENTITLED)
async def test_who_may_click(tmp_path: Path, user: str, team: str) -> None:
    """The same three, and in place for all of them."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w)
        await w.press(message, "values.pick.2", user, team=team)
        result = await w.only("CCYBER", ts)

        assert result.ts == message.ts
        assert plainly(result.text).startswith(ENDS_TUESDAY)
        assert await w.whispers(user) == []


@pytest.mark.parametrize(("user", "team"), ENTITLED)
async def test_who_may_change_values_in_the_form(tmp_path: Path, user: str, team: str) -> None:
    """The same three."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w, STARTED)
        form = await w.change_values(message, user, team=team)
        errors = await w.submit_values(form, user, team=team, start_date="2026-11-02")
        result = await w.only("CCYBER", ts)

        assert errors == {}
        assert result.ts == message.ts
        assert plainly(result.text).startswith("The trial ends on Wednesday 2 December 2026.")


async def test_staff_who_write_anything_else_have_the_thread(tmp_path: Path) -> None:
    """As ever: the bot keeps silent, whatever it had asked for before."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w)
        await w.write("CCYBER", "USTAFF", "I will look that up for you.", thread=ts)
        await w.settle()
        for user, team in (("UACME", "TACME"), ("UACME2", "TACME"), ("USTAFF", TEAM)):
            await w.write("CCYBER", user, "yesterday", thread=ts, team=team)
        left = await w.only("CCYBER", ts)
        (kept,) = await w.threads()

        assert left.ts == message.ts
        assert left.edits == []
        assert kept.floor is Floor.STAFF


async def test_staff_who_answer_and_then_write_have_the_thread(tmp_path: Path) -> None:
    """The answer is the bot's to hear, the next sentence is not."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, _ = await _asked(w)
        for said in ("yesterday", "Call me if anything is unclear."):
            await w.write("CCYBER", "USTAFF", said, thread=ts)
            await w.settle()
        await w.write("CCYBER", "UACME", "no, the day before yesterday", thread=ts, team="TACME")

        assert len(await w.replies("CCYBER", ts)) == 2


async def test_the_thread_of_staff_still_has_its_buttons(tmp_path: Path) -> None:
    """A click is no interruption."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w)
        await w.write("CCYBER", "USTAFF", "I will look that up for you.", thread=ts)
        await w.settle()
        await w.press(message, "values.pick.2", "UACME", team="TACME")

        assert plainly((await w.only("CCYBER", ts)).text).startswith(ENDS_TUESDAY)


async def test_a_colleague_who_writes_something_else_is_not_answered(tmp_path: Path) -> None:
    """Only what answers the bot is for the bot; then people talk among themselves."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w)
        await w.write("CCYBER", "UACME2", "I thought Anna had set that up?", thread=ts, team="TACME")
        await w.write("CCYBER", "UACME", "yes she did", thread=ts, team="TACME")
        left = await w.only("CCYBER", ts)

        assert left.ts == message.ts
        assert left.edits == []


async def test_a_colleague_who_speaks_to_somebody_else_is_not_heard(tmp_path: Path) -> None:
    """A message that mentions a person is for that person, though it holds a day."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts, message = await _asked(w)
        await w.write("CCYBER", "UACME2", "<@UACME> yesterday", thread=ts, team="TACME")

        assert (await w.only("CCYBER", ts)).ts == message.ts


async def test_the_people_of_a_partners_channel_are_colleagues(tmp_path: Path) -> None:
    """Whoever writes in it belongs to the partner, where no team says otherwise; people of another partner do not."""
    async with world(tmp_path, OF_A_CHANNEL, clock=clock_at(MONDAY)) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        message = await w.only("CCYBER", ts)
        await w.press(message, "values.pick.1", "UNORTH", team="TBOREAL")
        refused = list((await w.only("CCYBER", ts)).edits)
        await w.press(message, "values.pick.2", "U2")
        result = await w.only("CCYBER", ts)

        assert refused == []
        assert [one.text for one in await w.whispers("UNORTH")] == [NOT_YOURS]
        assert plainly(result.text).startswith(ENDS_TUESDAY)
