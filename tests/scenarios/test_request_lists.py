"""How requests stand, for whoever asks: their own and their organisation's, never another's; for staff, the desk."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.listeners.requests import storing
from bot.model import LANGUAGES, Language, PersonId
from bot.request import Act, Change, Request, State
from bot.store import requests
from tests.scenarios.report_desk import reply_of, words_in, words_on
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    BOREAL,
    JEAN,
    MIRA,
    OTSO,
    REQUEST_DESK,
    act,
    cards,
    handed_over,
    live_to,
    reply,
    request_world,
    wall,
    writes,
)
from tests.scenarios.world import DESK as PLAIN
from tests.scenarios.world import World, controls, shown
from tests.stub_slack import TEAM, StubMessage

STATUS: dict[Language, str] = {
    "en": "What is the status of my request?",
    "fr": "Où en est ma demande ?",
    "de": "Wie ist der Stand meiner Anfrage?",
    "fi": "Mikä on pyyntöni tilanne?",
}
# Members of the workspace may belong to an organisation too; only they have an App Home.
DESK = REQUEST_DESK.replace("slack_teams: [TBOREAL],", "slack_teams: [TBOREAL], users: [UINNER, UINNER2],")
QUESTIONS = {  # who asks for a person, with a word of their own, and where
    "Can the Alpha customer pay by invoice?": ("UACME", ACME, "CCYBER"),
    "Can the Bravo customer pay by invoice?": ("UACME2", ACME, "D1"),
    "Can the Charlie customer pay by invoice?": ("UNORTH", BOREAL, "CMIRO"),
    "Can the Delta customer pay by invoice?": ("UINNER", TEAM, "CCYBER"),
    "Can the Echo customer pay by invoice?": ("U9", TEAM, "CCYBER"),
    "Can the Foxtrot customer pay by invoice?": (JEAN, TEAM, "CCYBER"),  # who is of the desk
}
SECRETS = ("Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot")
GROUPS = ("waiting", "soon", "unassigned", "mine")


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    """A desk that people of two organisations, somebody of none and one of its own have asked; REQ-1 to REQ-6."""
    async with request_world(tmp_path, DESK) as one:
        for question, (user, team, channel) in QUESTIONS.items():
            await handed_over(one, question, user=user, team=team, channel=channel)
        yield one


async def _asked(
    w: World, user: str, team: str = TEAM, channel: str = "CCYBER", words: str = STATUS["en"]
) -> StubMessage:
    """Somebody asks how things stand; what they read."""
    if channel.startswith("D"):
        ts = await w.direct(channel, user, words, team=team)
    else:
        ts = await w.mention(channel, user, words, team=team)
    await w.settle()
    return w.slack.messages(channel, thread=ts)[0]


async def _told(w: World, user: str, team: str = TEAM, channel: str = "CCYBER") -> dict[str, Any]:
    """The same, as data."""
    return (await reply_of(w, await _asked(w, user, team, channel))).result


async def _home(w: World, user: str) -> str:
    """What somebody reads in App Home."""
    w.meet("CCYBER", user)
    return words_in((await w.open_home(user))["blocks"])


def _numbers(told: str) -> set[int]:
    return {int(n) for n in re.findall(r"REQ-(\d+)", told)}


def _groups(desk: dict[str, Any]) -> dict[str, list[int]]:
    """The numbers of each group that staff see; its count says no more than there are."""
    return {one: [row["number"] for row in desk[one]["first"]] for one in GROUPS}


# Partners


@pytest.mark.parametrize(
    ("user", "team", "theirs", "organisations"),
    [
        ("UACME", ACME, [1], [2]),
        ("UACME2", ACME, [2], [1]),
        ("UACME3", ACME, [], [2, 1]),
        ("UNORTH", BOREAL, [3], [4]),
        ("UINNER2", TEAM, [], [4, 3]),
        ("U9", TEAM, [5], []),
        (JEAN, TEAM, [6], []),
        (AINO, TEAM, [], []),
        ("U8", TEAM, [], []),
        ("UFAR", "TUNKNOWN", [], []),
        ("UACME", "TUNKNOWN", [], []),  # a namesake elsewhere
    ],
)
async def test_status(w: World, user: str, team: str, theirs: list[int], organisations: list[int]) -> None:
    """Whoever asks: their own, and their organisation's; a stranger nothing."""
    told = (await _told(w, user, team, "D2"))["requests"]

    assert [one["number"] for one in told if one["own"]] == theirs
    assert [one["number"] for one in told if not one["own"]] == organisations


async def test_in_a_channel_number_and_state_alone(w: World) -> None:
    """Others read along: neither what is asked, nor by whom, nor who has it. In a direct message it is all there."""
    (card, *_) = await cards(w)
    await act(w, card, "request.take", AINO)
    in_channel, directly = await _asked(w, "UACME2", ACME), await _asked(w, "UACME2", ACME, "D1")

    assert (await reply_of(w, in_channel)).result["requests"] == [
        {"number": 2, "state": "open"},
        {"number": 1, "state": "taken"},
    ]
    assert words_on(in_channel).startswith(
        "How your requests for a person stand:\nREQ-2: waiting for a person\nREQ-1: a person has it\n"
    )
    assert words_on(directly).startswith(
        "How your requests for a person stand:\n"
        "REQ-2: waiting for a person – Can the Bravo customer pay by invoice?\n"
        "REQ-1: a person has it · Aino · from your organisation – Can the Alpha customer pay by invoice?\n"
    )


@pytest.mark.parametrize("user", [AINO, JEAN])
async def test_staff_read_nothing_of_the_desk_in_a_channel(w: World, user: str) -> None:
    """There they are one of many."""
    told = await _told(w, user)

    assert "desk" not in told
    assert [one["number"] for one in told["requests"]] == ([6] if user == JEAN else [])


async def test_how_it_stands(w: World) -> None:
    """In the queue, taken, waiting for the partner or for a colleague, resolved."""
    (card, *_) = await cards(w)
    seen = [await _line(w, "UACME"), await _line(w, "UACME2")]
    await act(w, card, "request.take", AINO)
    seen.append(await _line(w, "UACME"))
    await reply(w, card, AINO, "Which customer?")
    seen += [await _line(w, "UACME"), await _line(w, "UACME2")]
    await act(w, card, "request.resolve", AINO, reason="done")
    seen.append(await _line(w, "UACME"))

    assert seen == [
        "waiting for a person",
        "waiting for a person · from your organisation",
        "a person has it · Aino",
        "waiting for your reply · Aino",
        "waiting for the asker’s reply · Aino · from your organisation",
        "resolved",
    ]


async def _line(w: World, user: str, number: int = 1) -> str:
    """What somebody reads of a request in a direct message, before its question."""
    words = words_on(await _asked(w, user, ACME, "D2"))
    (line,) = [one for one in words.splitlines() if one.startswith(f"REQ-{number}: ")]
    return line.removeprefix(f"REQ-{number}: ").partition(" – ")[0]


async def test_closed_ones_for_two_weeks(w: World) -> None:
    """Then nobody needs to hear of them; those open stay, however old."""
    (card, *_) = await cards(w)
    await act(w, card, "request.resolve", AINO, reason="done")
    w.skip(timedelta(days=13))
    soon = (await _told(w, "UACME", ACME, "D1"))["requests"]
    w.skip(timedelta(days=2))
    later = (await _told(w, "UACME", ACME, "D1"))["requests"]

    assert [one["number"] for one in soon] == [2, 1]
    assert [one["number"] for one in later] == [2]


async def test_whoever_has_none(tmp_path: Path) -> None:
    """Is told so; at a desk without a support channel nothing is said of requests."""
    async with request_world(tmp_path) as w:
        assert "You have no request for a person that is open" in words_on(await _asked(w, "U8"))
    folder = tmp_path / "without"
    folder.mkdir()
    async with request_world(folder, PLAIN.replace("support: {channel: CSUPPORT}\n", "")) as w:
        assert "You have no request" not in words_on(await _asked(w, "U8"))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_in_the_language_of_whoever_asks(w: World, language: Language) -> None:
    """Partners and staff alike; and the state is told in it."""
    t = w.desk.services.editions.current.renderer.catalogues[language]
    partner = words_on(await _asked(w, "UACME", ACME, "D1", STATUS[language]))
    staff = words_on(await _asked(w, AINO, TEAM, "D2", STATUS[language]))

    assert t("How your requests for a person stand:") in partner
    assert t("waiting for a person") in partner
    assert t("from your organisation") in partner
    assert t.plural("{n} request is nobody’s yet:", "{n} requests are nobody’s yet:", 6) in staff
    assert _numbers(partner) == {1, 2}


async def test_of_a_long_question_the_beginning_stands(tmp_path: Path) -> None:
    """In one line, and nothing in it is markup."""
    async with request_world(tmp_path) as w:
        await handed_over(
            w, "Can they pay <https://evil.example|here> by invoice" + ", or by another invoice" * 9 + "?", channel="D1"
        )
        (line,) = [one for one in words_on(await _asked(w, "UACME", ACME, "D1")).splitlines() if "REQ-1" in one]

        assert line.endswith("…")
        assert len(line) < 130


# App Home


async def test_in_app_home(w: World) -> None:
    """The same, with words: only the person reads it."""
    told = {user: await _home(w, user) for user in ("UINNER", "UINNER2", "U9", "U8")}

    assert {user: _numbers(words) for user, words in told.items()} == {
        "UINNER": {3, 4},
        "UINNER2": {3, 4},
        "U9": {5},
        "U8": set(),
    }
    assert "Delta" in told["UINNER"]
    assert "from your organisation – Can the Delta customer" in told["UINNER2"]
    assert "Requests at the desk" not in "".join(told.values())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_app_home_in_a_person_s_language(w: World, language: Language) -> None:
    """As they have chosen there."""
    for user in (AINO, "UINNER"):
        await w.open_home(user)
        assert await w.press_at_home(user, "home.language", language) == 200
    t = w.desk.services.editions.current.renderer.catalogues[language]
    await w.settle()

    assert t("Requests at the desk") in shown(w.slack.homes[AINO]["blocks"])
    assert t("Your requests for a person") in shown(w.slack.homes["UINNER"]["blocks"])


async def test_app_home_stays_within_what_slack_takes(w: World) -> None:
    """With more of everything than is shown: the rest is a number."""
    await _many(w, 60)
    for user in (AINO, "UINNER", JEAN):
        blocks = (await w.open_home(user))["blocks"]

        assert len(blocks) <= 100
    assert "and 6" in await _home(w, AINO)


async def _many(w: World, count: int) -> None:
    """So many more requests in the queue, of one person of Borealis."""

    def unit(conn: Connection) -> None:
        now = w.clock.now()
        for n in range(count):
            one = Request(0, "CMIRO", f"17000000{n:02}.000100", PersonId(TEAM, "UINNER"), now, "en", "Q" * 300)
            one = replace(one, organisation="Borealis", owed_since=now, history=(Change(Act.ASKED, now),))
            made, _ = requests.create(conn, TEAM, one, now)
            storing.stored(conn, w.desk.services, made)

    await w.desk.database.run(unit)


# Staff


async def test_what_staff_see_of_the_desk(w: World) -> None:
    """Theirs, what waits for them, what will soon miss a target, what nobody has; each in its order, with its link."""
    found = await cards(w)
    await act(w, found[0], "request.take", AINO)
    await act(w, found[1], "request.take", AINO)
    await reply(w, found[1], AINO, "Which customer?")
    await act(w, found[2], "request.more", AINO, "urgent")
    await act(w, found[3], "request.take", MIRA)
    await act(w, found[4], "request.more", AINO, "dismiss")
    told = await _told(w, AINO, TEAM, "D1")

    assert _groups(told["desk"]) == {"mine": [2, 1], "waiting": [1], "soon": [3], "unassigned": [3, 6]}
    assert [told["desk"][one]["count"] for one in GROUPS] == [1, 1, 2, 2]
    assert _groups((await _told(w, MIRA, TEAM, "D2"))["desk"]) == {
        "mine": [4],
        "waiting": [4],
        "soon": [3],
        "unassigned": [3, 6],
    }
    links = {row["number"]: row["url"] for one in GROUPS for row in told["desk"][one]["first"]}
    assert links == {
        n: f"https://home.slack.example/archives/CSUPPORT/p{found[n - 1].ts.replace('.', '')}" for n in links
    }


async def test_what_staff_read_of_it(w: World) -> None:
    """Directly and in App Home alike: what is owed first, by whose clock they live."""
    found = await cards(w)
    await act(w, found[0], "request.take", AINO)
    await act(w, found[2], "request.more", AINO, "urgent")
    directly, at_home = words_on(await _asked(w, AINO, TEAM, "D1")), await _home(w, AINO)
    lines = (
        "REQ-1: Acme & <!channel> <Co> · English · due Mon 23 Nov, 15:00 – Can the Alpha customer pay by invoice?",
        "REQ-3: urgent · Borealis · English · due Mon 23 Nov, 11:00 – Can the Charlie customer pay by invoice?",
        "REQ-5: English · due Mon 23 Nov, 15:00 – Can the Echo customer pay by invoice?",
    )
    titles = (
        "1 request waits for you:",
        "1 request is due soon:",
        "5 requests are nobody’s yet:",
        "You look after 1 request:",
    )

    for told in (directly, at_home):
        shown_at = [told.index(title) for title in titles]
        assert shown_at == sorted(shown_at)
        assert all(re.sub(r":0\d", ":00", line) in re.sub(r":0\d", ":00", told) for line in lines)


async def test_what_is_about_to_miss_a_target(w: World) -> None:
    """Within two hours; whoever has it, and what is missed already too, the first to be missed first."""
    found = await cards(w)
    await act(w, found[0], "request.take", MIRA)
    await live_to(w, "2026-11-23 12:50")
    assert _groups((await _told(w, AINO, TEAM, "D1"))["desk"])["soon"] == []
    await live_to(w, "2026-11-23 13:10")
    assert _groups((await _told(w, AINO, TEAM, "D1"))["desk"])["soon"] == [1, 2, 3, 4, 5]
    await reply(w, found[0], MIRA, "Which customer?")
    await live_to(w, "2026-11-25 12:00")
    told = (await _told(w, AINO, TEAM, "D1"))["desk"]["soon"]

    assert [row["number"] for row in told["first"]] == [2, 3, 4, 5, 6]
    assert told["count"] == 5


async def test_what_waits_for_the_partner_waits_for_nobody_at_the_desk(w: World) -> None:
    """Until the partner has written."""
    found = await cards(w)
    (thread,) = [message.thread_ts for message in w.slack.messages("CMIRO")][:1]
    await reply(w, found[2], AINO, "Which customer?")
    assert _groups((await _told(w, AINO, TEAM, "D1"))["desk"])["waiting"] == []
    await writes(w, str(thread), "Charlie Ltd", user="UNORTH", channel="CMIRO", team=BOREAL)

    assert _groups((await _told(w, AINO, TEAM, "D1"))["desk"])["waiting"] == [3]


async def test_a_colleague_who_is_staff_and_asks(w: World) -> None:
    """Both lists are there: what they have asked, and the desk, in which their own question waits as any other."""
    told = words_on(await _asked(w, JEAN, TEAM, "D1"))
    home = await _home(w, JEAN)

    for words in (told, home):
        own, desk = words.rindex("REQ-6"), words.index("6 requests are nobody’s yet:")
        assert desk < own
    assert "How your requests for a person stand:\nREQ-6: waiting for a person – Can the Foxtrot" in told
    assert "Your requests for a person\nREQ-6" in home


async def test_a_desk_where_nothing_waits(tmp_path: Path) -> None:
    """Is told so, and App Home has no section for it."""
    async with request_world(tmp_path) as w:
        assert "No request at the desk waits for anybody." in words_on(await _asked(w, AINO, TEAM, "D1"))
        assert "Requests at the desk" not in await _home(w, AINO)


async def test_the_same_id_elsewhere_is_nobody_of_the_desk(w: World) -> None:
    """Neither in a direct message nor in a channel."""
    told = await _told(w, AINO, ACME, "D1")

    assert "desk" not in told
    assert [one["number"] for one in told["requests"]] == [2, 1], "they are Acme's"


async def test_who_has_left_the_desk_sees_it_no_more(w: World) -> None:
    """From the moment on in which the desk knows."""
    services = w.desk.services
    services.desk = replace(services.desk, staff=tuple(one for one in services.desk.staff if one.user != AINO))

    assert "desk" not in await _told(w, AINO, TEAM, "D1")
    assert "Requests at the desk" not in await _home(w, AINO)


# Nothing leaks

PEOPLE = {  # of which organisation each is, and what they may see
    ("UACME", ACME): "Acme",
    ("UACME2", ACME): "Acme",
    ("UNORTH", BOREAL): "Borealis",
    ("UINNER", TEAM): "Borealis",
    ("U9", TEAM): "U9",
    ("U8", TEAM): "U8",
    ("UFAR", "TFAR"): "UFAR",
    ("UACME", "TFAR"): "a namesake",
}
NAMES = {"Acme": "Acme & <!channel> <Co>", "Borealis": "Borealis"}
AGENTS = ("Aino", "Jean", "Mira", "Otso")


@pytest.mark.parametrize("seed", range(3))
async def test_nobody_sees_anything_of_others(tmp_path: Path, seed: int) -> None:
    """Whoever has asked whatever wherever, and however it stands: of others no number, no word, no name."""
    chance = random.Random(seed)
    async with request_world(tmp_path, DESK) as w:
        of = await _peopled(w, chance)
        for (user, team), kin in PEOPLE.items():
            allowed = {number for number, whose in of.items() if whose == kin}
            texts = {
                "channel": words_on(await _asked(w, user, team, "CMIRO")),
                "direct": words_on(await _asked(w, user, team, "D1")),
            }
            if team == TEAM:
                texts["home"] = await _home(w, user)
            for where, told in texts.items():
                assert _numbers(told) <= allowed, where
                assert set(re.findall(r"word(\d+)x", told)) <= (
                    {str(n) for n in allowed} if where != "channel" else set()
                )
                for kind, name in NAMES.items():
                    assert kin == kind or name not in told, where
                assert where != "channel" or not any(agent in told for agent in AGENTS)
            if allowed:
                assert _numbers(texts["direct"]) == set(sorted(allowed, reverse=True)[:20])
        in_channel = words_on(await _asked(w, OTSO, TEAM, "CMIRO"))
        assert _numbers(in_channel) == set()


async def _peopled(w: World, chance: random.Random) -> dict[int, str]:
    """Requests of everybody, each with a word of its own, in all states; whose each is, by number."""
    of: dict[int, str] = {}
    now = w.clock.now()

    def unit(conn: Connection) -> None:
        for n in range(1, 41):
            (user, team), kin = chance.choice(list(PEOPLE.items()))
            state = chance.choice([State.OPEN, State.TAKEN, State.WAITING, State.RESOLVED, State.DISMISSED])
            who, staff = PersonId(team, user), PersonId(TEAM, chance.choice([AINO, JEAN, MIRA, OTSO]))
            one = Request(
                number=0,
                channel=chance.choice(["CCYBER", "CMIRO", "COPEN", "D1", "D2"]),
                thread_ts=f"17000000{n:02}.000100",
                asker=who,
                opened_at=now - timedelta(days=chance.randrange(10)),
                language=chance.choice(LANGUAGES),
                question=f"What about word{n}x?",
                organisation=NAMES.get(kin),
                is_urgent=chance.random() < 0.3,
                state=state,
                assignee=staff if state in {State.TAKEN, State.WAITING} else None,
                owed_since=now if state in {State.OPEN, State.TAKEN} else None,
                waiting_since=now if state is State.WAITING else None,
                closed_at=now if state in {State.RESOLVED, State.DISMISSED} else None,
                history=(Change(Act.ASKED, now, who), Change(Act.TOLD, now, who, f"More of word{n}x")),
            )
            made, _ = requests.create(conn, TEAM, one, now)
            storing.stored(conn, w.desk.services, made)
            of[made.number] = kin

    await w.desk.database.run(unit)
    return of


async def test_numbers_lead_staff_to_the_cards(w: World) -> None:
    """And nobody else: a partner's list holds no link, and nothing to click that leads to a card."""
    blocks = (await w.open_home("UINNER"))["blocks"]

    assert "archives/CSUPPORT" in str((await w.open_home(AINO))["blocks"])
    assert "archives/" not in str(blocks)
    assert not [one["action_id"] for one in controls(blocks) if one["action_id"].startswith("request.")]


async def test_the_clock_of_whoever_reads(tmp_path: Path) -> None:
    """What is due stands by the zone that Slack tells of staff."""
    async with request_world(tmp_path) as w:
        w.slack.users[JEAN]["tz"] = "Europe/Paris"
        await handed_over(w)

        assert wall("2026-11-23 15:00").hour == 13
        assert "due Mon 23 Nov, 14:0" in words_on(await _asked(w, JEAN, TEAM, "D1"))
