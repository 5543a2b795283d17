"""Cards of meetings for hosts, and what they are told below them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.i18n import Catalogues, Translator
from bot.meeting import Cause, Meeting, State
from bot.model import LANGUAGES, Language
from bot.render import controls
from bot.render import meeting_cards as render
from bot.render.meetings import CANCEL, MOVE
from bot.render.messages import Message
from tests.render.hostile import HOSTILE, markups
from tests.render.test_meeting_forms import CARL, MEETING, SLOT
from tests.render.valid import block_problems, schema_problems

FULL = replace(
    MEETING,
    topic="Sign-on fails\nfor all",
    customer=CARL,
    email="ann@partner.example",
    held_in="en",
    channel="C1",
    zone="Asia/Tokyo",
)
LOST = [
    replace(FULL, state=state, cause=cause, words="Sorry")
    for state in (State.CANCELLED, State.UNPLACED)
    for cause in (*Cause, None)
]
URL = "https://example.slack.com/archives/C1/p1"
VIDEO = "https://meet.example/room"
LONGEST = 3900


def _card(t: Translator, meeting: Meeting, **changes: Any) -> Message:
    told: dict[str, Any] = {"organisation": "Partner & Co", "url": URL, "video": VIDEO, "programme": "Cyberday"}
    return render.host_card(t, meeting, zone="Europe/Helsinki", **(told | changes))


def _actions(message: Message) -> list[str]:
    return [one["action_id"] for block in message.blocks if block["type"] == "actions" for one in block["elements"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("meeting", [MEETING, FULL, *LOST])
def test_every_card_is_a_message_that_slack_takes(catalogues: Catalogues, language: Language, meeting: Meeting) -> None:
    """In every language and state, with all that may be known and with nothing."""
    for message in (_card(catalogues[language], meeting), render.host_card(catalogues[language], meeting, zone="UTC")):
        assert block_problems(message.blocks) == []
        assert schema_problems(message.blocks, "blocks.schema.json") == []
        assert 0 < len(message.text) <= LONGEST


def test_a_card_says_all_that_a_host_needs(english: Translator) -> None:
    """When first, by the host's clock, then by that of whoever booked; with whom, what about, where."""
    message = _card(english, FULL)
    shown = json.dumps(message.blocks, ensure_ascii=False)

    assert message.blocks[0]["text"]["text"].startswith("*Wed 24 Mar, 10:00–10:30 (Helsinki)*\n")
    for words in ("MT-12", "Support meeting", "Wed 24 Mar, 17:00 (Tokyo)", "English", "Carl Customer", "Sign-on fails"):
        assert words in shown
    for words in ("<@U1>", "Partner &amp; Co", URL, VIDEO, "carl@customer.example", "ann@partner.example", "Cyberday"):
        assert words in shown
    assert "Tokyo" not in str(_card(english, replace(FULL, zone="Europe/Athens")).blocks)


def test_a_card_leads_to_the_thread_if_that_can_be_opened(english: Translator) -> None:
    """A direct message cannot."""
    assert URL in str(_card(english, FULL).blocks)
    assert URL not in str(_card(english, replace(FULL, channel="D1")).blocks)
    assert "no link" in str(_card(english, FULL, url=None).blocks)


def test_a_meeting_that_stands_can_be_moved_and_cancelled(english: Translator) -> None:
    """Until it is over, or has lost its time."""
    message = _card(english, FULL)

    assert _actions(message) == [MOVE, CANCEL]
    assert controls.offers(message.blocks, CANCEL, "12")
    assert all(_actions(_card(english, one)) == [] for one in LOST)
    assert _actions(_card(english, FULL, is_over=True)) == []


def test_a_meeting_without_a_time_says_why(english: Translator) -> None:
    """Who cancelled it, or that the calendar has something else; and with which words."""
    told = {(one.state, one.cause): _card(english, one).text for one in LOST}

    assert len(set(told.values())) == len(told)
    assert all("Sorry" in one for one in told.values())
    assert told[State.CANCELLED, Cause.BOOKER].startswith("Cancelled: Wed 24 Mar")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_is_never_markup(english: Translator, text: str) -> None:
    """Names of organisations and programmes are one line, escaped; all else stands in rich text."""
    hostile = replace(
        FULL, topic=text, customer=replace(CARL, name=text, email=text), email=text, words=text, cause=Cause.BOOKER
    )
    for state in State:
        message = _card(english, replace(hostile, state=state), organisation=text)

        assert block_problems(message.blocks) == []
        assert "EVIL" in message.text
        assert len(message.text) <= LONGEST
        assert "<" not in message.text.replace("<@U1>", "")
        shown = "".join(markups(message.blocks))
        assert not any(one in shown for one in ("<!", "<#", "<https://evil", "\n*TR-1"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", render.News)
def test_news_are_messages_that_slack_takes(catalogues: Catalogues, language: Language, what: render.News) -> None:
    """Each begins with the number or says it, by the host's clock."""
    message = render.host_news(catalogues[language], FULL, what.value, zone="Europe/Paris", video=VIDEO)

    assert block_problems(message.blocks) == []
    assert schema_problems(message.blocks, "blocks.schema.json") == []
    assert "MT-12" in message.text
    assert "Paris" in message.text or language == "fi"


def test_news_bring_what_is_needed_now(english: Translator) -> None:
    """A reminder the address, a cancelling the words of whoever cancelled."""
    cancelled = replace(FULL, state=State.CANCELLED, cause=Cause.BOOKER, words="Solved <!here>")

    def told(meeting: Meeting, what: render.News) -> str:
        return render.host_news(english, meeting, what, zone="Europe/Helsinki", video=VIDEO).text

    assert VIDEO in told(FULL, render.News.HOUR)
    assert VIDEO not in told(FULL, render.News.MOVED)
    assert "Solved &lt;!here&gt;" in told(cancelled, render.News.CANCELLED)
    assert "Solved" not in told(replace(cancelled, cause=Cause.HOST), render.News.CANCELLED)
    assert len({told(FULL, what) for what in render.News}) == len(render.News)


def test_what_is_left_of_a_card_says_whose_data_went(english: Translator) -> None:
    """A host who has had their own deleted does not read that the booker has."""
    of_booker, of_host = (
        render.withdrawn_meeting(english, 12, start=SLOT, zone="Europe/Helsinki", by_booker=by_booker).text
        for by_booker in (True, False)
    )

    assert of_booker.removeprefix(of_host) == " · Whoever booked it has had their data deleted."


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_left_of_a_card_names_nobody(catalogues: Catalogues, language: Language) -> None:
    """Once its booker has had their data deleted, or somebody else holds the meeting."""
    for make in (render.withdrawn_meeting, render.given_meeting):
        message = make(catalogues[language], 12, start=SLOT, zone="Europe/Helsinki")

        assert block_problems(message.blocks) == []
        assert _actions(message) == []
        assert "MT-12" in message.text
