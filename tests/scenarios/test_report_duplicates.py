"""The same error reported by several: who joins whom, what a card offers, and that everybody hears of it in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.flows import report as flow
from bot.listeners.reports import changing
from bot.model import PersonId
from bot.report import State, Visible
from bot.store import reports
from bot.store.engine import open_engines
from tests.postgres import until_it_waits
from tests.scenarios.report_desk import (
    WORDS,
    cards,
    lines,
    pictures,
    reply_of,
    report_world,
    reported,
    reporters,
    steps,
    stored,
    words_on,
    work_on,
)
from tests.scenarios.world import World, actions, control
from tests.stub_slack import TEAM, StubMessage

SAME = "report.same.1"
SENTENCES = (
    'The German text "Die Einstellungen wurden gespeichert" is wrong',
    'The German text "Die Einstellung wurde gespeichert" is wrong',
    'The German text "Die Einstellungen sind gespeichert" is wrong',
)


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    """A desk that takes reports."""
    async with report_world(tmp_path) as one:
        yield one


@pytest.fixture(params=["sqlite", "postgres"])
async def both(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """The same, on each database."""
    url = {"database_url": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    async with report_world(tmp_path, **url) as one:
        yield one


async def _reports(w: World, *words: str) -> tuple[list[str], list[StubMessage]]:
    """Reports by U1, U2 and so on: their threads, and the cards."""
    threads = [await reported(w, said, user=f"U{n}") for n, said in enumerate(words, start=1)]
    return threads, await cards(w)


async def _close_as(w: World, card: StubMessage, number: int, user: str = "UDE") -> dict[str, str]:
    return await work_on(w, card, "report.more", user, "duplicate", number=f"TR-{number}")


# Identical


async def test_identical_reports_are_one(w: World) -> None:
    """The second joins the first: one card, which counts them, and both hear what becomes of it."""
    threads, found = await _reports(w, WORDS, WORDS.upper().replace("GERMAN", "German"))
    (card,) = found
    await work_on(w, card, "report.fix", "UDE")

    assert "+1 has reported the same" in words_on(card)
    assert "TR-1: <@U2> has reported the same." in await lines(w, card)
    assert [await steps(w, "CCYBER", thread) for thread in threads] == [["closed", "fixed"]] * 2


async def test_reported_twice_by_the_same_person(w: World) -> None:
    """They are told that it is there already; nothing counts twice, and the result comes once."""
    first = await reported(w)
    second = await reported(w)
    (card,) = await cards(w)
    again = await reply_of(w, await w.last("CCYBER", second))
    await work_on(w, card, "report.fix", "UDE")

    assert again.result["joined"]
    assert "has reported the same" not in words_on(card)
    assert await steps(w, "CCYBER", first) == ["closed", "fixed"]
    assert await steps(w, "CCYBER", second) == ["sent"]


async def test_reported_again_with_a_picture(w: World) -> None:
    """What the first time lacked comes below the card: the picture, and words that say more."""
    await reported(w)
    await reported(w, f"{WORDS}, on the invoice page", files=["F1"])
    (card,) = await cards(w)

    assert len(await pictures(w, card)) == 1
    assert "on the invoice page" in (await lines(w, card))[-1]
    assert "has reported the same" not in words_on(card)


async def test_whoever_joins_with_words_of_their_own(w: World) -> None:
    """They may know better what it should be: that stands below the card."""
    await reported(w)
    await reported(w, 'The German button says "Abbruch", it should be "Stornieren"', user="U2")
    (card,) = await cards(w)

    assert "+1 has reported the same" in words_on(card)
    assert "Stornieren" in (await lines(w, card))[-1]


async def test_both_send_at_once(both: World) -> None:
    """Whoever is first opens it, the other joins it: never two reports."""
    w = both
    drafts = [await w.last("CCYBER", await w.mention("CCYBER", user, WORDS)) for user in ("U1", "U2")]
    await asyncio.gather(*(w.press(draft, "report.send", f"U{n}") for n, draft in enumerate(drafts, start=1)))

    assert len(await cards(w)) == 1
    assert [one.reporters for one in await stored(w)] == [2]
    assert len(await reporters(w, 1)) == 2


@pytest.mark.parametrize(
    ("action", "fields"), [("report.fix", {}), ("report.more", {"reason": "intended", "words": "A term"})]
)
async def test_what_is_closed_is_not_joined(w: World, action: str, fields: dict[str, str]) -> None:
    """It is wrong again, or for somebody else: that is a new report, of which the card says what it resembles."""
    await reported(w)
    (card,) = await cards(w)
    await work_on(w, card, action, "UDE", "reject" if fields else None, **fields)
    await reported(w, user="U2")

    assert [one.state for one in await stored(w)][1:] == [State.OPEN]
    assert len(await cards(w)) == 2


async def test_what_was_moved_is_joined_in_its_new_language(w: World) -> None:
    """A report of the language that it has now is the same; one of the language that it had is not."""
    await reported(w, WORDS)
    (card,) = await cards(w)
    await work_on(w, card, "report.more", "UDE", "move", to="fi")
    await reported(w, WORDS.replace("German", "Finnish"), user="U2")
    await reported(w, WORDS, user="U3")

    assert [(one.language, one.reporters) for one in await stored(w)] == [("fi", 2), ("de", 1)]


# Merely near


async def test_a_card_offers_what_may_be_the_same(w: World) -> None:
    """Those open in its language; the translator decides, and that closes it as a duplicate."""
    threads, (first, second) = await _reports(w, *SENTENCES[:2])
    offered = control(second, SAME)
    await w.press(second, SAME, "UDE")

    assert (SAME in actions(first), offered["text"]["text"], offered["value"]) == (False, "Same as TR-1", "1")
    assert (await lines(w, second))[1:] == ["TR-2: <@UDE> has closed this: it is the same as TR-1."]
    assert "The same as TR-1." in words_on(second)
    assert actions(second) == ["report.reopen"]
    assert await steps(w, "CCYBER", threads[1]) == ["sent"]


async def test_two_take_an_offer_at_once(both: World) -> None:
    """It is closed once; the other reads, alone, who has closed it."""
    w = both
    _, (_, second) = await _reports(w, *SENTENCES[:2])
    await asyncio.gather(*(w.press(second, SAME, user) for user in ("UDE", "UDE2")))
    (line,) = (await lines(w, second))[1:]
    (told,) = w.slack.ephemerals
    first = "UDE" if told.user == "UDE2" else "UDE2"

    assert line == f"TR-2: <@{first}> has closed this: it is the same as TR-1."
    assert told.text.startswith(f"TR-2 was closed as a duplicate by <@{first}>")


async def test_another_language_is_not_near(w: World) -> None:
    """A German and a Finnish text that look alike are two errors."""
    _, (_, second) = await _reports(w, SENTENCES[0], SENTENCES[1].replace("German", "Finnish"))

    assert SAME not in actions(second)


async def test_an_offer_whose_report_is_withdrawn(w: World) -> None:
    """Whoever reported it has had their data deleted: nothing is closed, the offer goes, whoever clicked is told."""
    _, (_, second) = await _reports(w, *SENTENCES[:2])
    await _erase(w, "U1")
    await w.press(second, SAME, "UDE")
    (told,) = await w.whispers("UDE")

    assert told.text.startswith("That button is out of date")
    assert SAME not in actions(second)
    assert [one.state for one in await stored(w)] == [State.OPEN]


async def test_a_duplicate_of_one_that_is_withdrawn(w: World) -> None:
    """The form says that there is none."""
    _, (_, second) = await _reports(w, *SENTENCES[:2])
    await _erase(w, "U1")

    assert await _close_as(w, second, 1) == {"number": "There is no report TR-1."}


async def _erase(w: World, user: str) -> None:
    ts = await w.mention("CCYBER", user, "Please delete my data")
    await w.press(await w.last("CCYBER", ts), "privacy.erase", user)
    await w.settle()


# Chains and circles


@pytest.mark.parametrize("order", [((1, 2), (2, 3)), ((2, 3), (1, 2)), ((3, 2), (2, 1)), ((2, 1), (3, 2))])
async def test_a_chain(w: World, order: tuple[tuple[int, int], ...]) -> None:
    """However it came about, the one at its end tells all reporters what has become of it, each once."""
    threads, found = await _reports(w, *SENTENCES)
    for one, of in order:
        assert await _close_as(w, found[one - 1], of) == {}
    (root,) = [one for one in await stored(w) if one.state is State.OPEN]
    await work_on(w, found[root.number - 1], "report.take", "UDE")
    taken = [(await steps(w, "CCYBER", thread)) for thread in threads]
    await work_on(w, found[root.number - 1], "report.fix", "UDE", final="Gespeichert")
    told = [await reply_of(w, await w.last("CCYBER", thread)) for thread in threads]

    assert taken == [["taken"]] * 3
    assert [await steps(w, "CCYBER", thread) for thread in threads] == [["closed", "fixed"]] * 3
    assert [one.result["number"] for one in told] == [1, 2, 3]
    assert {one.result["changes"][0]["after"] for one in told} == {"Gespeichert"}


async def test_a_duplicate_of_what_is_closed(w: World) -> None:
    """Its reporters, and those of its own duplicates, hear at once what has become of it; nobody hears it again."""
    threads, found = await _reports(w, *SENTENCES)
    await work_on(w, found[2], "report.fix", "UDE", final="Gespeichert")
    await _close_as(w, found[0], 2)
    waiting = [await steps(w, "CCYBER", thread) for thread in threads]
    await _close_as(w, found[1], 3)

    assert waiting == [["sent"], ["sent"], ["closed", "fixed"]]
    assert [await steps(w, "CCYBER", thread) for thread in threads] == [["closed", "fixed"]] * 3


async def test_no_circle(w: World) -> None:
    """The form of the one at the end says why it is not possible."""
    _, found = await _reports(w, *SENTENCES)
    await _close_as(w, found[0], 2)
    await _close_as(w, found[1], 3)
    errors = await _close_as(w, found[2], 1)

    assert errors == {"number": "TR-1 is itself closed as the same as this one."}
    assert [one.state for one in await stored(w)] == [State.DUPLICATE, State.DUPLICATE, State.OPEN]


async def test_no_circle_at_once(both: World) -> None:
    """Three are closed as the same as the next at the same moment: one of them stays open."""
    w = both
    _, found = await _reports(w, *SENTENCES)
    for card in found:
        await w.press(card, "report.more", "UDE", "duplicate")
    await asyncio.gather(
        *(w.fill(form, "UDE", number=str(n % 3 + 1)) for n, form in enumerate(w.slack.opened, start=1))
    )

    states = [one.state for one in await stored(w)]
    assert sorted(states) == [State.DUPLICATE, State.DUPLICATE, State.OPEN]


async def test_each_the_same_as_the_other(w: World) -> None:
    """An offer that would close a circle goes, and whoever clicked is told."""
    _, (first, second) = await _reports(w, *SENTENCES[:2])
    await _close_as(w, first, 2)
    await w.press(second, SAME, "UDE")
    (told,) = await w.whispers("UDE")

    assert told.text.startswith("That button is out of date")
    assert SAME not in actions(second)
    assert [one.state for one in await stored(w)] == [State.DUPLICATE, State.OPEN]


async def test_a_fix_and_a_duplicate_at_once(both: World) -> None:
    """The root is fixed while another becomes its duplicate: whichever is first, both reporters hear of it once."""
    w = both
    threads, found = await _reports(w, *SENTENCES[:2])
    await w.press(found[0], "report.fix", "UDE")
    await w.press(found[1], "report.more", "UDE2", "duplicate")
    fix, duplicate = w.slack.opened
    await asyncio.gather(w.fill(fix, "UDE", final="Gespeichert"), w.fill(duplicate, "UDE2", number="1"))

    assert [await steps(w, "CCYBER", thread) for thread in threads] == [["closed", "fixed"]] * 2


async def test_the_root_is_being_fixed(tmp_path: Path, postgres_url: str) -> None:
    """By another replica, which has not committed yet: that is waited for, and both reporters hear it."""
    engines = open_engines(postgres_url)
    async with report_world(tmp_path, database_url=postgres_url) as w:
        threads, found = await _reports(w, *SENTENCES[:2])
        await w.press(found[1], "report.more", "UDE2", "duplicate")
        services = w.desk.services
        with engines.writer.begin() as conn:
            reports.lock(conn, services.workspace, 1)
            root = reports.load(conn, services.workspace, 1)
            assert root is not None
            sending = asyncio.create_task(w.fill(w.slack.opened[-1], "UDE2", number="1"))
            await until_it_waits(engines.reader)
            fixed = flow.fix(root, PersonId(TEAM, "UDE"), w.clock.now(), final="Gespeichert", visible=Visible.NOW)
            assert fixed is not None
            changing.changed(conn, services, fixed)
        errors = await sending

        assert errors == {}
        assert [await steps(w, "CCYBER", thread) for thread in threads] == [["closed", "fixed"]] * 2
    engines.dispose()


async def test_the_root_is_reopened_and_closed_again(w: World) -> None:
    """Those of its duplicates read that it is worked on, and then the new result."""
    threads, found = await _reports(w, *SENTENCES[:2])
    await _close_as(w, found[1], 1)
    await work_on(w, found[0], "report.fix", "UDE", final="Gespeichert")
    await work_on(w, found[0], "report.reopen", "UDE")
    open_again = [(await steps(w, "CCYBER", thread))[0] for thread in threads]
    await work_on(w, found[0], "report.more", "UDE", "reject", reason="not-found")

    assert open_again == ["taken", "taken"]
    assert [await steps(w, "CCYBER", thread) for thread in threads] == [["closed", "fixed", "rejected"]] * 2


async def test_a_duplicate_is_reopened(w: World) -> None:
    """It is a report of its own again, and hears of its own end alone."""
    threads, found = await _reports(w, *SENTENCES[:2])
    await _close_as(w, found[1], 1)
    await work_on(w, found[1], "report.reopen", "UDE")
    await work_on(w, found[0], "report.fix", "UDE", final="Gespeichert")

    assert [await steps(w, "CCYBER", thread) for thread in threads] == [["closed", "fixed"], ["taken"]]


async def test_still_wrong_by_the_reporter_of_a_duplicate(w: World) -> None:
    """It opens the one at the end; theirs stays its duplicate, and they hear what becomes of it."""
    threads, found = await _reports(w, *SENTENCES[:2])
    await _close_as(w, found[1], 1)
    await work_on(w, found[0], "report.fix", "UDE", final="Gespeichert")
    await w.press(await w.last("CCYBER", threads[1]), "report.wrong", "U2")
    await w.fill(w.slack.opened[-1], "U2", said="Not everywhere")
    await w.settle()
    states = [one.state for one in await stored(w)]
    told = (await lines(w, found[0]))[-1]
    await work_on(w, found[0], "report.fix", "UDE", final="Nun gespeichert")

    assert states == [State.TAKEN, State.DUPLICATE]
    assert told.startswith("TR-1: <@U2> says that it is still wrong.\n&gt; Not everywhere")
    assert [await steps(w, "CCYBER", thread) for thread in threads] == [["closed", "fixed", "fixed"]] * 2
