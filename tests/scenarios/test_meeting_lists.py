"""Who reads of which meetings: by asking how things stand, and in App Home; of hosts and staff those that are held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import payloads
from tests.scenarios.meeting_desk import (
    ACME,
    AINO,
    JEAN,
    MEETING_DESK,
    TRAINING,
    WORDS,
    at,
    booked,
    cancelled,
    host_cards,
    meeting_world,
    opened,
    opened_by,
    pass_to,
    stored,
    times,
    told,
)
from tests.scenarios.report_desk import reply_of, words_in, words_on
from tests.scenarios.world import World
from tests.stub_slack import TEAM, StubMessage

STATUS = {
    "en": "Is my meeting confirmed?",
    "fr": "Mon rendez-vous est-il confirmé ?",
    "de": "Ist mein Termin bestätigt?",
    "fi": "Onko tapaamiseni vahvistettu?",
}
BOSS = "UBOSS"  # staff who hold no meetings
DESK = MEETING_DESK.replace("staff: [", f"staff: [{{user: {BOSS}, name: Boss, languages: [en]}}, ")


async def _status(w: World, user: str, channel: str = "CCYBER", words: str = STATUS["en"], team: str = TEAM) -> Any:
    """What somebody reads who asks how things stand: the message, and its result."""
    if channel.startswith("D"):
        await w.direct(channel, user, words, team=team)
        await w.settle()
        message = [one for one in w.slack.messages(channel) if await _is_status(w, one)][-1]
    else:
        message = await w.last(channel, await w.mention(channel, user, words, team=team))
    return message, (await reply_of(w, message)).result


async def _is_status(w: World, message: StubMessage) -> bool:
    return not message.files and "meetings" in (await reply_of(w, message)).result


async def test_who_has_none(tmp_path):
    """Is told so; and nothing of others' meetings."""
    async with meeting_world(tmp_path) as w:
        await booked(w)

        message, result = await _status(w, "U2")

        assert result["meetings"] == []
        assert "You have no meeting ahead." in words_on(message)
        assert "MT-1" not in words_on(message)


@pytest.mark.parametrize("language", STATUS)
async def test_whoever_has_booked_some(tmp_path, language):
    """All of theirs that lie ahead, soonest first, by their clock; in a channel no names and no words of theirs."""
    async with meeting_world(tmp_path) as w:
        training = await booked(w, TRAINING[language], topic="Secret plans")
        meeting = await booked(w, WORDS[language], topic="Secret plans")
        await booked(w, user="U2")

        message, result = await _status(w, "U1", words=STATUS[language])

        assert [one["number"] for one in result["meetings"]] == [meeting.number, training.number]
        words = words_on(message)
        assert [name in words for name in ("MT-1", "MT-2", "MT-3")] == [True, True, False]
        assert "Helsinki" in words
        assert not [one for one in ("Secret", "Aino", "Jean", "meet.example") if one in words]
        assert ("Your meetings" in words) is (language == "en")


async def test_how_they_stand(tmp_path):
    """What was cancelled or is over is not there; what has lost its time says so."""
    async with meeting_world(tmp_path) as w:
        gone, lost, over = await booked(w), await booked(w, WORDS["fi"]), await booked(w)
        await cancelled(w, await told(w, gone), "U1")
        (card,) = await host_cards(w, AINO)
        await cancelled(w, card, AINO)
        await booked(w, TRAINING["en"])

        message, result = await _status(w, "U1")
        listed = [(one["number"], one["state"]) for one in result["meetings"]]
        assert listed == [(lost.number, "unplaced"), (over.number, "booked"), (4, "booked")]
        assert "MT-2 · needs another time" in words_on(message)
        await pass_to(w, over.end + timedelta(hours=4))
        _, result = await _status(w, "U1")
        assert [one["number"] for one in result["meetings"]] == [4]


async def test_a_host(tmp_path):
    """Reads in a direct message what they hold in the week ahead, with the organisation; in a channel nothing of it."""
    async with meeting_world(tmp_path) as w:
        first = await booked(w, WORDS["fr"], user="U8B", channel="CMIRO", team="TBOREAL")
        form = await opened(w, await told(w, first), "meeting.details", "U8B", team="TBOREAL")
        assert "Jean" in words_in(form.view["blocks"])
        far = await booked(w, WORDS["fr"], user="U8B", channel="CMIRO", team="TBOREAL")
        moving = await opened(w, await told(w, far), "meeting.move", "U8B", team="TBOREAL")
        assert await w.fill(moving, "U8B", team="TBOREAL", **at(moving, times(moving)[-1])) == {}

        await booked(w, WORDS["fi"])  # somebody else holds it

        message, result = await _status(w, JEAN, "D1")
        assert [(one["number"], one["organisation"], one["host"]) for one in result["hosting"]] == [(1, "Borealis", "")]
        assert result["hosting"][0]["zone"] == "Europe/Paris"
        assert "Borealis" in words_on(message)
        assert "MT-2" not in words_on(message)
        _, result = await _status(w, JEAN)
        assert result["meetings"] == []
        assert "hosting" not in result


async def test_staff(tmp_path):
    """Read in a direct message what all hosts hold, and who holds it."""
    async with meeting_world(tmp_path, DESK) as w:
        await booked(w, WORDS["fr"])
        await booked(w, WORDS["fi"])

        message, result = await _status(w, BOSS, "D1")

        assert [(one["number"], one["host"]) for one in result["hosting"]] == [(1, "Jean"), (2, "Aino")]
        words = words_on(message)
        assert "held by Jean" in words
        assert "held by Aino" in words
        _, result = await _status(w, BOSS)
        assert "hosting" not in result


async def test_a_user_elsewhere_with_the_id_of_a_host(tmp_path):
    """Is nobody here: neither host nor staff."""
    async with meeting_world(tmp_path) as w:
        await booked(w, WORDS["fi"])

        _, result = await _status(w, AINO, "D2", team=ACME)

        assert result["meetings"] == []
        assert "hosting" not in result


# App Home


async def test_home_of_whoever_books(tmp_path):
    """Their meetings, and a button for each kind; nothing for hosts."""
    async with meeting_world(tmp_path) as w:
        await booked(w, topic="Secret plans")
        await booked(w, user="U2")

        home = await w.open_home("U1")
        words = words_in(home["blocks"])

        assert "MT-1" in words
        assert "MT-2" not in words
        assert "Book a support meeting" in words
        assert "Book a training session" in words
        assert "meeting.pause" not in str(home)
        assert "in the next 7 days" not in words


async def test_home_of_a_host(tmp_path):
    """What they hold, day by day by their own clock, and that they may be away."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, WORDS["fr"])
        w.slack.users[JEAN]["locale"] = "en-GB"

        home = await w.open_home(JEAN)
        words = words_in(home["blocks"])

        assert "Today, Mon 23 Nov" in words
        assert "15:30" in words
        assert "MT-1" in words
        assert "meeting.pause" in str(home)
        await cancelled(w, await told(w, meeting), "U1")
        assert "MT-1" not in words_in((await w.open_home(JEAN))["blocks"])


async def test_home_of_staff(tmp_path):
    """What all hosts hold today and in the week ahead; they cannot be away who hold nothing."""
    async with meeting_world(tmp_path, DESK) as w:
        await booked(w, WORDS["fr"])
        await booked(w, WORDS["fi"])

        home = await w.open_home(BOSS)
        words = words_in(home["blocks"])

        assert "The desk’s meetings in the next 7 days" in words
        assert [name in words for name in ("MT-1", "MT-2", "held by Jean", "held by Aino")] == [True] * 4
        assert "meeting.pause" not in str(home)


@pytest.mark.parametrize(("language", "title"), [("fr", "rendez-vous"), ("de", "Termin"), ("fi", "Varaa")])
async def test_home_in_other_languages(tmp_path, language, title):
    """Titles, buttons and days are in the language of whoever looks."""
    async with meeting_world(tmp_path) as w:
        await booked(w, WORDS[language])
        await w.open_home("U1")
        assert await w.press_at_home("U1", "home.language", language) == 200
        await w.settle()

        words = words_in(w.slack.homes["U1"]["blocks"])

        assert title in words
        assert "MT-1" in words
        assert "Your meetings" not in words
        assert "Book a support meeting" not in words


async def test_home_of_many_meetings(tmp_path):
    """Slack takes it: the list ends, and says how many there are more."""
    async with meeting_world(tmp_path, DESK) as w:
        for _ in range(24):
            await booked(w, WORDS["en"])

        home = await w.open_home(BOSS)

        assert "and 4 more" in words_in(home["blocks"])
        assert len(await stored(w)) == 24


async def test_an_old_home_of_a_kind_that_nobody_holds_any_more(tmp_path):
    """A button of yesterday, of nothing or of a stranger opens no form that books nothing."""
    async with meeting_world(tmp_path) as w:
        for value in ("", "party", "support.1"):
            assert await w.click(payloads.home_action("U1", "meeting.book.1", value)) == 200
        assert w.slack.opened == []
        await w.open_home("U1")
        form = await opened_by(w, w.press_at_home("U1", "meeting.book.1"))
        assert form.view["callback_id"] == "meeting.form"
