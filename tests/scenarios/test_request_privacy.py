"""People's data in requests: what Slack still shows, and who waits, once somebody has had theirs deleted."""

from __future__ import annotations

import asyncio
import copy
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.model import Floor, PersonId
from bot.request import Act, State
from bot.store.privacy import POLICY
from bot.store.tables import audit, erasure, gap, message, regression, request, thread
from tests import payloads
from tests.logged import as_served, logging_as_before
from tests.scenarios.report_desk import words_in
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    JEAN,
    OTSO,
    PERSON,
    REQUEST_DESK,
    act,
    acts,
    cards,
    handed_over,
    live_to,
    only,
    opened,
    previewed,
    reply,
    request_world,
    stored,
    story,
    told,
    writes,
)
from tests.scenarios.world import TRANSLATORS, World, actions
from tests.stub_slack import TEAM, Cut, HttpError, RateLimited, SharedFile, StubMessage

SECRET = "How long does the extended trial last for Zanzibar Ltd?"


async def _erase(w: World, user: str, team: str = TEAM) -> None:
    """Somebody has their data deleted."""
    asked = await w.direct("D2", user, "Please delete my data", team=team)
    await w.settle()
    (offer,) = [one for one in w.slack.messages("D2", thread=asked) if "privacy.erase" in actions(one)]
    assert await w.press(offer, "privacy.erase", user, team=team) == 200
    await w.settle()


def _shown(w: World, card: StubMessage) -> str:
    """The card and all that stands below it."""
    below = w.slack.messages(card.channel, thread=card.ts)
    return json.dumps([[one.text, one.blocks] for one in (w.slack.message(card.channel, card.ts), *below)])


async def test_nothing_of_whoever_has_asked_is_shown_any_more(tmp_path: Path) -> None:
    """Neither on the card nor below it, where what they wrote was quoted; what staff have written stays."""
    async with request_world(tmp_path) as w:
        ts = await handed_over(w, SECRET)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        await writes(w, ts, "It is about Zanzibar, says UACME")
        await reply(w, card, AINO, "Sixty days, this once.")
        assert _shown(w, card).count("Zanzibar") > 1
        await _erase(w, "UACME", ACME)

        assert await w.rows(request) == []
        assert await w.rows(gap) == []
        assert "Zanzibar" not in _shown(w, card)
        assert "UACME" not in _shown(w, card)
        assert "REQ-1" in w.slack.message(card.channel, card.ts).text
        assert "Sixty days, this once." in _shown(w, card)


async def test_what_somebody_of_the_desk_had_is_there_for_others(tmp_path: Path) -> None:
    """The queue has it again, its people are called, the story says so, and the bot speaks in the thread again."""
    async with request_world(tmp_path) as w:
        ts = await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        before = len(w.slack.messages(card.channel, thread=card.ts))
        await _erase(w, AINO)
        found = await only(w)
        (row,) = [one for one in await w.rows(thread) if one["channel"] == "CCYBER"]
        said = w.slack.messages(card.channel, thread=card.ts)[before:]
        await act(w, card, "request.take", JEAN)

        assert (found.state, found.assignee) == (State.OPEN, None)
        assert acts(found) == [Act.ASKED, Act.TAKEN, Act.RELEASED]
        assert [change.who for change in found.history[1:]] == [None, None]
        assert "queue" in json.dumps([one.blocks for one in said])
        assert any(JEAN in one.text for one in said)
        assert row["state"].get("floor") != Floor.STAFF.value
        assert not row["state"]["request"].get("is_taken")
        assert [one["user"] for one in await w.rows(audit)] == [JEAN]
        assert (await only(w)).assignee == PersonId(TEAM, JEAN)
        assert any("Jean" in one for one in await told(w, ts))


async def test_what_somebody_else_has_taken_meanwhile_is_theirs(tmp_path: Path) -> None:
    """The card shows it so; nobody is called."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        await act(w, card, "request.more", JEAN, "take-over")
        before = len(w.slack.messages(card.channel, thread=card.ts))
        await _erase(w, AINO)

        assert (await only(w)).assignee == PersonId(TEAM, JEAN)
        assert len(w.slack.messages(card.channel, thread=card.ts)) == before
        assert AINO not in json.dumps(w.slack.message(card.channel, card.ts).blocks)
        assert len(await w.rows(erasure)) == 1
        assert [change.whom for change in (await stored(w))[0].history if change.act is Act.TAKEN_OVER] == [None]


# Whoever has asked, however their request stands

WORDS = ("Zanzibar", "UACME")
NOTHING: dict[str, str] = {}
STATES: dict[str, list[tuple[str, str | None, dict[str, str]]]] = {
    "open": [],
    "taken": [("request.take", None, NOTHING)],
    "waiting": [("request.more", "wait", NOTHING)],
    "resolved": [("request.resolve", None, {"reason": "done", "words": "Have fun"})],
    "no request": [("request.more", "dismiss", NOTHING)],
    "at another level": [("request.more", "level", {"note": "For you"})],
}


async def _held(w: World) -> str:
    """All that the database holds, as text."""
    held = {name: await w.rows(holding.table) for name, holding in POLICY.items()}
    return json.dumps(held, default=lambda value: value.hex() if isinstance(value, bytes) else str(value))


def _desk_reads(w: World) -> str:
    """All that stands in the channels of the desk, and the files there."""
    channels = ("CSUPPORT", "CEXPERTS", *TRANSLATORS)
    said = [[one.text, one.blocks] for channel in channels for one in w.slack.messages(channel)]
    files = [[one.title, one.alt, one.comment] for channel in channels for one in w.slack.shared(channel)]
    return json.dumps([said, files], ensure_ascii=False)


@pytest.mark.parametrize("channel", ["D1", "CCYBER"])
@pytest.mark.parametrize("steps", STATES.values(), ids=STATES)
async def test_however_it_stands(
    tmp_path: Path, channel: str, steps: list[tuple[str, str | None, dict[str, str]]]
) -> None:
    """Database and desk know nothing of it any more; copies of files are gone, and no clock calls anybody."""
    async with request_world(tmp_path) as w:
        ts = await handed_over(w, SECRET, channel=channel)
        (card,) = await cards(w)
        await writes(w, ts, "It is for Zanzibar", channel=channel, files=["F1"])
        for action, value, fields in steps:
            assert await act(w, card, action, AINO, value, **fields) == {}
        assert len(_copies(w)) == 1
        assert "Zanzibar" in _desk_reads(w)
        await _erase(w, "UACME", ACME)
        left, said = await _held(w), _desk_reads(w)

        assert [word for word in WORDS if word in left] == []
        assert [word for word in WORDS if word in said] == []
        assert _copies(w) == []
        assert [actions(one) for one in (*await cards(w), *await cards(w, "CEXPERTS")) if actions(one)] == []
        await live_to(w, "2026-12-11 12:00")
        assert _desk_reads(w) == said


def _copies(w: World) -> list[SharedFile]:
    """Our copies of files, wherever they stand."""
    return [*w.slack.shared("CSUPPORT"), *w.slack.shared("CEXPERTS")]


async def test_where_the_card_is_just_being_posted(tmp_path: Path) -> None:
    """What may or may not stand there is found first; a card that comes after all says nothing of theirs."""
    async with request_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "UACME", SECRET, team=ACME)
        await w.settle()
        (answer, *_) = w.slack.messages("CCYBER", thread=ts)
        w.slack.fail("chat.postMessage", Cut(stored=True), Cut(stored=True))
        assert await w.press(answer, "human.ask", "UACME", team=ACME) == 200
        await _until(lambda: bool(w.slack.messages("CSUPPORT")))
        await _erase(w, "UACME", ACME)

        assert "REQ-1" in _desk_reads(w)
        assert [word for word in WORDS if word in _desk_reads(w)] == []
        assert [word for word in WORDS if word in await _held(w)] == []


async def test_where_a_line_is_just_being_said(tmp_path: Path) -> None:
    """It is deleted again."""
    async with request_world(tmp_path) as w:
        ts = await handed_over(w, SECRET)
        (card,) = await cards(w)
        before = len(await story(w, card))
        w.slack.fail("chat.postMessage", Cut(stored=True), Cut(stored=True))
        await w.write("CCYBER", "UACME", "It is for Zanzibar", thread=ts, team=ACME)
        await _until(lambda: len(w.slack.messages(card.channel, thread=card.ts)) > before)
        await _erase(w, "UACME", ACME)

        assert [word for word in WORDS if word in _desk_reads(w)] == []
        assert [word for word in WORDS if word in await _held(w)] == []


async def _until(is_so: Callable[[], bool]) -> None:
    """Wait for what the desk does of itself."""
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.002)


async def test_where_staff_have_a_reply_open(tmp_path: Path) -> None:
    """It is not sent: the form says that the request is gone, and what was typed is kept nowhere."""
    async with request_world(tmp_path) as w:
        ts = await handed_over(w, SECRET)
        (card,) = await cards(w)
        form = await previewed(w, card, AINO, "Zanzibar has thirty days")
        said = len(await told(w, ts))
        await _erase(w, "UACME", ACME)
        errors = await w.fill(form, AINO)
        await w.settle()

        assert errors or words_in(w.slack.answered[-1].view["blocks"])
        assert len(await told(w, ts)) == said
        assert "Zanzibar" not in await _held(w)


async def test_their_message_in_the_thread_does_nothing_any_more(tmp_path: Path) -> None:
    """Its button brings nothing back, and what they ask anew becomes another request."""
    async with request_world(tmp_path) as w:
        ts = await handed_over(w, SECRET)
        (card,) = await cards(w)
        await act(w, card, "request.resolve", AINO, reason="done")
        result = w.slack.messages("CCYBER", thread=ts)[-1]
        assert actions(result) == ["request.again"]
        shown = copy.deepcopy(result)
        await _erase(w, "UACME", ACME)
        assert await w.press(shown, "request.again", "UACME", team=ACME) == 200
        assert await stored(w) == []

        await w.mention("CCYBER", "UACME", PERSON["en"], thread=ts, team=ACME)
        assert [one.number for one in await stored(w)] == [2]


async def test_what_was_learned_from_it_goes_too(tmp_path: Path) -> None:
    """A drafted entry, its message to the translators, a case of what should be answered."""
    desk = f"{REQUEST_DESK}\ntranslations: {{default: {{channel: CTRANS, owners: [{JEAN}]}}}}\n"
    async with request_world(tmp_path, desk) as w:
        await handed_over(w, SECRET)
        (card,) = await cards(w)
        why = await opened(w, card, "request.more", AINO, "why")
        assert await w.fill(why, AINO, expected="cyberday.pay-invoice") == {}
        await reply(w, card, AINO, "Thirty days, and sixty for them.")
        assert await act(w, card, "request.resolve", AINO, reason="answered", draft=["yes"]) == {}
        assert {row["kind"] for row in await w.rows(gap)} == {"draft"}
        assert len(await w.rows(regression)) == 1
        assert len(w.slack.messages("CTRANS")) == 1
        await _erase(w, "UACME", ACME)

        assert await w.rows(gap) == await w.rows(regression) == []
        assert [word for word in WORDS if word in await _held(w)] == []
        assert [word for word in WORDS if word in _desk_reads(w)] == []


# A colleague of theirs


async def test_a_colleague_s_words_and_files_go(tmp_path: Path) -> None:
    """The request is as it was; what whoever asked has written stays."""
    async with request_world(tmp_path) as w:
        ts = await handed_over(w, "Can we pay by invoice?", channel="COPEN")
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        await writes(w, ts, "We are in a hurry", channel="COPEN")
        await writes(w, ts, "Zanzibar is too", user="UACME2", channel="COPEN", files=["F1"])
        assert len(_copies(w)) == 1
        await _erase(w, "UACME2", ACME)
        now = await only(w)

        assert (now.state, now.assignee) == (State.TAKEN, PersonId(TEAM, AINO))
        assert "hurry" in _desk_reads(w)
        assert [word for word in ("Zanzibar", "UACME2") if word in _desk_reads(w) + await _held(w)] == []
        assert _copies(w) == []


# Whoever works at the desk


async def test_what_waits_for_the_partner_finds_somebody_when_they_reply(tmp_path: Path) -> None:
    """Nobody has it then: it is in the queue with their first word, and those on duty are called."""
    async with request_world(tmp_path) as w:
        ts = await handed_over(w)
        (card,) = await cards(w)
        await reply(w, card, AINO, "Which customer?")
        await _erase(w, AINO)
        assert ((await only(w)).state, (await only(w)).assignee) == (State.WAITING, None)
        await writes(w, ts, "Charlie Ltd")

        assert (await only(w)).state is State.OPEN
        assert (await story(w, card))[-1].startswith(f"<@{AINO}> <@{JEAN}> REQ-1")


async def test_what_they_had_typed_is_nowhere(tmp_path: Path) -> None:
    """Nor their deeds, nor their id; what they have told the partner stays said."""
    async with request_world(tmp_path) as w:
        ts = await handed_over(w)
        (card,) = await cards(w)
        await reply(w, card, JEAN, "Thirty days.")
        await previewed(w, card, JEAN, "Between us: Zanzibar pays more")
        assert "Zanzibar" in await _held(w)
        await _erase(w, JEAN)

        assert "Zanzibar" not in await _held(w)
        assert f'"{JEAN}"' not in await _held(w)
        assert JEAN not in json.dumps(w.slack.message(card.channel, card.ts).blocks)
        assert any("Thirty days." in one for one in await told(w, ts))


# What is shown of somebody


async def test_an_export_while_the_desk_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asked reads all of their request; staff what they did; and nothing of anybody else."""
    async with request_world(tmp_path) as w:
        ts = await handed_over(w, SECRET)
        await handed_over(w, "Can Echo pay by invoice?", user="U9", team=TEAM, channel="CMIRO")
        card, other = await cards(w)
        await act(w, card, "request.take", AINO)
        await act(w, other, "request.take", JEAN)
        await writes(w, ts, "It is for Zanzibar")
        await previewed(w, card, AINO, "What about sixty?")
        await w.settle()
        monkeypatch.setenv("DATABASE_URL", w.settings.database_url)
        asker, aino = [await _exported(tmp_path, user) for user in ("UACME", AINO)]

        assert [row["number"] for row in asker["request"]["rows"]] == [1]
        assert "Zanzibar" in str(asker["request"]["rows"])
        assert "Echo" not in str(asker)
        assert (aino["request"]["rows"], len(aino["request"]["in_rows_of_others"])) == ([], 1)
        assert aino["request"]["in_rows_of_others"][0]["typed"] == ["What about sixty?"]
        assert aino["audit"]["rows"][0]["act"] == "request.take"
        assert [word for word in ("Zanzibar", "UACME", "Echo", JEAN) if word in str(aino)] == []


async def _exported(folder: Path, user: str) -> dict[str, Any]:
    """What `partnerdesk privacy export` tells of somebody, by table."""
    file = folder / f"{user}.json"
    assert await asyncio.to_thread(main, ["privacy", "export", user, "--json", str(file)]) == 0
    return dict(json.loads(file.read_text(encoding="utf-8"))["tables"])


# All that is old, and all there is


async def test_old_requests_go(tmp_path: Path) -> None:
    """After as long as everything else, from their end on, with what was learned and done; one that is open stays."""
    async with request_world(
        tmp_path, REQUEST_DESK.replace("  digest: null", "  remind: {at_most: 0}\n  digest: null")
    ) as w:
        ts = await handed_over(w, SECRET)
        await handed_over(w, "Can Echo pay by invoice?", user="U9", team=TEAM, channel="CMIRO")
        card, _ = await cards(w)
        await writes(w, ts, "It is for Zanzibar", files=["F1"])
        await reply(w, card, AINO, "Thirty days.")
        await act(w, card, "request.resolve", AINO, reason="answered", draft=["yes"])
        await live_to(w, "2027-02-19 12:00")  # the 88th day
        assert [one.number for one in await stored(w)] == [1, 2]
        assert _copies(w) == []
        await live_to(w, "2027-02-24 12:00")

        assert [(one.number, one.state) for one in await stored(w)] == [(2, State.OPEN)]
        assert await w.rows(gap) == await w.rows(audit) == []
        assert "Zanzibar" not in await _held(w)


async def test_requests_go_with_the_app(tmp_path: Path) -> None:
    """All of them, with all that was learned and done; and no clock runs any more."""
    async with request_world(tmp_path) as w:
        await handed_over(w, SECRET)
        (card,) = await cards(w)
        await previewed(w, card, AINO, "Sixty, for Zanzibar")
        removed = payloads.event_callback({"type": "app_uninstalled", "event_ts": "1764144000.000100"})
        await w.event({**removed, "team_id": TEAM})
        await w.settle()

        assert [await w.rows(table) for table in (request, audit, gap, regression, thread)] == [[]] * 5
        assert [word for word in (*WORDS, AINO) if word in await _held(w)] == []


# The log


async def test_the_log_tells_nothing_of_what_is_asked(tmp_path: Path) -> None:
    """Whatever happens: neither names nor words, of either side, at its most talkative."""
    with logging_as_before():
        stream = as_served("DEBUG")
        async with request_world(tmp_path) as w:
            ts = await handed_over(w, SECRET, channel="COPEN")
            (card,) = await cards(w)
            w.slack.fail("chat.postMessage", HttpError(500), RateLimited(1), Cut())
            await writes(w, ts, "It is for Zanzibar", channel="COPEN", files=["F1"])
            await act(w, card, "request.more", AINO, "level", note="Zanzibar is yours")
            (card,) = await cards(w, "CEXPERTS")
            await reply(w, card, OTSO, "Zanzibar has thirty days.")
            await live_to(w, "2026-11-27 12:00")
            await act(w, card, "request.resolve", OTSO, reason="done", words="Greet Zanzibar")
            await _erase(w, "UACME", ACME)
        said = stream.getvalue()

    assert len(said.splitlines()) > 50
    secret = ("Zanzibar", "Aino", "Virtanen", "Otso", "Acme &", "invoice")
    assert [line for line in said.splitlines() if any(word in line for word in secret)] == []


# Who has read of it in a list


async def test_a_list_of_how_requests_stand_keeps_nothing_of_them(tmp_path: Path) -> None:
    """It is read anew for whoever reads it, in each language; once the request is gone it says so."""
    async with request_world(tmp_path) as w:
        await handed_over(w, SECRET)
        asked = await w.direct("D1", AINO, "status")
        await w.settle()
        listed = w.slack.messages("D1", thread=asked)[0]
        assert "Zanzibar" in words_in(listed.blocks)
        assert [row for row in await w.rows(message) if "Zanzibar" in json.dumps(row["state"])] == []

        await w.press(listed, "answer.more", AINO, "fr")
        await w.settle()
        listed = w.slack.messages("D1", thread=asked)[0]
        assert "Zanzibar" in words_in(listed.blocks)
        assert "non attribuée" in words_in(listed.blocks)

        await _erase(w, "UACME", ACME)
        await w.press(listed, "answer.more", AINO, "de")
        await w.settle()
        listed = w.slack.messages("D1", thread=asked)[0]
        assert "Zanzibar" not in words_in(listed.blocks)
        assert "keine Anfrage" in words_in(listed.blocks)


async def test_another_reader_sees_how_theirs_stand(tmp_path: Path) -> None:
    """In a channel somebody else who looks at the list in another language is shown their own, alone."""
    async with request_world(tmp_path) as w:
        await handed_over(w, SECRET)
        asked = await w.mention("CCYBER", "UACME", "status", team=ACME)
        await w.settle()
        (listed,) = w.slack.messages("CCYBER", thread=asked)
        assert "REQ-1" in words_in(listed.blocks)
        await w.press(listed, "answer.more", OTSO, "fi")
        (seen,) = await w.whispers(OTSO)

        assert "REQ-1" not in words_in(seen.blocks)
        assert "pyyntö" in words_in(seen.blocks)
