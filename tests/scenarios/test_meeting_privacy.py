"""People's data in meetings: what goes when they have it deleted, when it is old, and when the app is removed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import icalendar
import pytest

from bot.meeting import Cause, Meeting, State
from bot.store.privacy import POLICY
from bot.store.tables import busy, cell, host, job, meeting
from tests import payloads
from tests.caldav_server import CalDavServer, caldav_server
from tests.logged import as_served, logging_as_before
from tests.mail_server import MailServer, serving
from tests.scenarios.meeting_desk import (
    AINO,
    WORDS,
    asked,
    booked,
    calendar_files,
    calendar_of,
    calendar_world,
    cancelled,
    event,
    host_cards,
    host_lines,
    meeting_world,
    moved,
    offered,
    pass_to,
    stored,
    told,
)
from tests.scenarios.report_desk import words_on
from tests.scenarios.world import World, actions

BOOKER, CUSTOMER, HOST = "anna@acme.example", "kunde@zanzibar.example", "aino@desk.example"
TYPED = {
    "topic": "Zanzibar wants more",
    "email": BOOKER,
    "for": "customer",
    "customer_name": "Zanzibar Ltd",
    "customer_email": CUSTOMER,
}
PRIVATE = ("Zanzibar", "zanzibar", BOOKER, CUSTOMER, "U1")
FINNISH = WORDS["fi"]  # AINO alone holds meetings in Finnish


@pytest.fixture
def server() -> Iterator[CalDavServer]:
    """A server without calendars."""
    with caldav_server() as running:
        yield running


@pytest.fixture
async def office() -> AsyncIterator[MailServer]:
    """A mail server that takes whatever comes."""
    async with serving(MailServer()) as running:
        yield running


@asynccontextmanager
async def _world(folder: Path, server: CalDavServer, office: MailServer, *hosts: str) -> AsyncIterator[World]:
    """A desk with mail; some hosts have calendars."""
    settings = {"smtp_url": office.url, "mail_from": "desk@desk.example"}
    async with calendar_world(folder, server, *hosts, **settings) as w:
        yield w


async def _met(w: World, channel: str = "CCYBER") -> Meeting:
    """A meeting of U1's for a customer, with all that follows."""
    one = await booked(w, FINNISH, channel=channel, **TYPED)
    await w.settle()
    return one


async def _forgotten(w: World, user: str = "U1") -> None:
    """Somebody has their data deleted."""
    offer = await w.only("CMIRO", await w.mention("CMIRO", user, "Please delete my data"))
    assert await w.press(offer, "privacy.erase", user) == 200
    await w.settle()


async def _dump(w: World) -> str:
    """All that the database holds, as text."""
    held = {name: await w.rows(holding.table) for name, holding in POLICY.items()}
    return json.dumps(held, default=lambda value: value.hex() if isinstance(value, bytes) else str(value))


def _sent(office: MailServer, to: str) -> list[tuple[str, int]]:
    """Method and sequence of the mails to an address."""
    found = []
    for letter in office.letters(to):
        (part,) = [one for one in letter.walk() if one.get_content_type() == "text/calendar"]
        calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
        found.append((str(calendar["METHOD"]), int(calendar.walk("VEVENT")[0]["SEQUENCE"])))
    return found


# Whoever has booked it


async def test_a_meeting_that_is_ahead_goes_with_its_booker(tmp_path, server, office):
    """Everywhere it stands; its host and the customer, who wait for it, hear of it, and its time is free again."""
    async with _world(tmp_path, server, office, AINO) as w:
        one = await _met(w)
        (card,) = await host_cards(w)
        assert len(await calendar_files(w, AINO)) == 1

        await _forgotten(w)

        left = await _dump(w)
        assert [word for word in PRIVATE if word in left] == []
        assert await w.rows(cell) == []
        assert [word for word in PRIVATE if word in str(card.blocks) + card.text] == []
        assert "meeting.move" not in actions(card)
        assert len(await host_lines(w, card)) == 1
        assert server.read(calendar_of(AINO)) == {}
        assert await calendar_files(w, AINO) == []
        assert _sent(office, CUSTOMER) == [("REQUEST", 0), ("CANCEL", 1)]
        assert _sent(office, BOOKER) == [("REQUEST", 0)]
        assert offered(await asked(w, FINNISH, user="U2"))[0] == one.start


async def test_nothing_is_said_of_it_later(tmp_path, server, office):
    """No reminder, no question afterwards, and the calendar that was away gets nothing."""
    async with _world(tmp_path, server, office, AINO) as w:
        server.trouble.is_away = True
        one = await _met(w)
        (card,) = await host_cards(w)
        await _forgotten(w)
        lines, said = await host_lines(w, card), len(w.slack.messages("CCYBER"))
        server.trouble.is_away = False

        await pass_to(w, one.end + timedelta(hours=1))

        assert await host_lines(w, card) == lines
        assert len(w.slack.messages("CCYBER")) == said
        assert server.read(calendar_of(AINO)) == {}


@pytest.mark.parametrize("hosts", [[AINO], []], ids=["calendar", "none"])
async def test_of_a_meeting_that_is_over_nobody_hears_anything(tmp_path, server, office, hosts):
    """But what is still shown of it goes."""
    async with _world(tmp_path, server, office, *hosts) as w:
        one = await _met(w)
        (card,) = await host_cards(w)
        await pass_to(w, one.end + timedelta(hours=1))
        lines = await host_lines(w, card)

        await _forgotten(w)

        assert [word for word in PRIVATE if word in str(card.blocks) + card.text] == []
        assert await host_lines(w, card) == lines
        assert _sent(office, CUSTOMER) == [("REQUEST", 0)]
        assert _sent(office, HOST) == ([] if hosts else [("REQUEST", 0)])
        assert [server.read(calendar_of(one)) for one in hosts] == [{} for _ in hosts]
        assert await w.rows(meeting) == []


async def test_what_the_booker_has_said_while_cancelling_goes(tmp_path):
    """Also the line below the host's card that quotes it; the other lines stay."""
    async with meeting_world(tmp_path) as w:
        one = await _met(w)
        (card,) = await host_cards(w)
        await moved(w, await told(w, one), "U1", nth=1)
        await cancelled(w, await told(w, one), "U1", "Zanzibar is bankrupt")
        assert "bankrupt" in "".join(await host_lines(w, card))

        await _forgotten(w)

        assert len(await host_lines(w, card)) == 1
        assert "bankrupt" not in "".join([card.text, str(card.blocks), *await host_lines(w, card), await _dump(w)])


async def test_a_mail_server_that_refuses_holds_up_nothing(tmp_path, server, office):
    """The customer cannot be told; all the rest goes."""
    async with _world(tmp_path, server, office, AINO) as w:
        await _met(w, "D1")
        (card,) = await host_cards(w)
        office.says[CUSTOMER] = "550 Nobody here"
        offer = await w.only("CMIRO", await w.mention("CMIRO", "U1", "Please delete my data"))
        await w.press(offer, "privacy.erase", "U1")
        await w.settle(with_dead=True)

        assert [word for word in PRIVATE if word in str(card.blocks)] == []
        assert server.read(calendar_of(AINO)) == {}
        assert w.slack.shared(card.channel) == w.slack.shared("D1") == []


# Whoever holds it


async def test_a_meeting_that_is_ahead_outlives_its_host(tmp_path, server, office):
    """Its booker is offered the times of others, with all that was typed; of the host nothing is left."""
    async with _world(tmp_path, server, office) as w:
        one = await booked(w, WORDS["en"], channel="D1", slot=3, **TYPED)
        await w.settle()
        (card,) = await host_cards(w, one.host)

        await _forgotten(w, one.host)

        (now,) = await stored(w)
        assert (now.state, now.cause, now.topic, now.host) == (State.UNPLACED, Cause.HOST, TYPED["topic"], "")
        assert len(offered(await told(w, now), "meeting.again")) == 3
        assert _sent(office, CUSTOMER) == [("REQUEST", 0), ("CANCEL", 1)]
        assert await calendar_files(w, "U1") == []
        assert "Zanzibar" not in words_on(card)
        assert "data deleted" not in words_on(card)
        assert f'"{one.host}"' not in await _dump(w)
        assert await w.press(await told(w, now), "meeting.again.1", "U1") == 200
        assert (await stored(w))[0].state is State.BOOKED


async def test_of_a_meeting_that_is_over_the_host_is_not_named(tmp_path):
    """Whoever has booked it reads nothing of that."""
    async with meeting_world(tmp_path) as w:
        one = await _met(w)
        await pass_to(w, one.end + timedelta(hours=1))
        said = len(w.slack.messages("CCYBER"))

        await _forgotten(w, one.host)

        assert [now.host for now in await stored(w)] == [""]
        assert len(w.slack.messages("CCYBER")) == said


# All that is old, and all there is


async def test_old_meetings_go(tmp_path, server):
    """After as long as everything else, from their end on; the time that they have taken as well."""
    async with calendar_world(tmp_path, server, AINO) as w:
        server.write(calendar_of(AINO), "own", event(w.clock.now() + timedelta(days=2)))
        one = await _met(w)
        await pass_to(w, one.end + timedelta(minutes=1))
        await pass_to(w, one.end + timedelta(days=88))
        await _night(w)
        assert len(await w.rows(meeting)) == 1

        await pass_to(w, one.end + timedelta(days=91))
        await _night(w)

        assert [await w.rows(table) for table in (meeting, cell, busy)] == [[], [], []]
        assert [word for word in PRIVATE if word in await _dump(w)] == []


async def _night(w: World) -> None:
    """Let a night pass, in which old data is looked for."""
    for _ in range(2):
        await pass_to(w, w.clock.now() + timedelta(hours=13))


async def test_meetings_go_with_the_app(tmp_path, server):
    """All of them, and whatever is known of hosts."""
    async with calendar_world(tmp_path, server, AINO) as w:
        server.write(calendar_of(AINO), "own", event(w.clock.now() + timedelta(days=2)))
        await pass_to(w, w.clock.now() + timedelta(minutes=6))
        await _met(w)

        kept = payloads.event_callback({"type": "app_uninstalled", "event_ts": "1764144000.000100"})
        await w.event({**kept, "team_id": "T0HOME"})

        assert [await w.rows(table) for table in (meeting, cell, busy, host)] == [[], [], [], []]
        assert [row for row in await w.rows(job) if row["payload"]] == []
        assert [word for word in (*PRIVATE, AINO) if word in await _dump(w)] == []


# The log


async def test_the_log_tells_nothing_of_whom_somebody_meets(tmp_path, server, office):
    """Whatever happens: neither names nor addresses nor topics, at its most talkative."""
    with logging_as_before():
        stream = as_served("DEBUG")
        async with _world(tmp_path, server, office, AINO) as w:
            one = await _met(w)
            await moved(w, await told(w, one), "U1", nth=2)
            server.trouble.is_away = True
            office.says[CUSTOMER] = "451 kunde@zanzibar.example is away"
            await moved(w, await told(w, one), "U1", nth=3)
            await pass_to(w, w.clock.now() + timedelta(minutes=40))
            server.trouble.is_away = False
            del office.says[CUSTOMER]
            await cancelled(w, await told(w, one), "U1", "Zanzibar is bankrupt")
            server.write(calendar_of(AINO), "own", event(one.start))
            await _met(w, "D1")
            office.says["MAIL"] = "421 Not now"
            await _forgotten(w)
        said = stream.getvalue()

    assert len(said.splitlines()) > 50
    secret = ("Zanzibar", "zanzibar", BOOKER, "Aino", "aino@", "meet.example", "Dentist", "bankrupt", "pa:ss", "cGE6")
    assert [line for line in said.splitlines() if any(word in line for word in secret)] == []
