"""Where a report goes and who is called to it: by language, programme and kind, in working hours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.scenarios.report_desk import (
    REPORT_DESK,
    WORDS,
    cards,
    drafted,
    form_from,
    lines,
    report_world,
    reported,
    steps,
    stored,
    words_on,
    work_on,
)
from tests.scenarios.world import DESK, MONDAY, World, actions, clock_at, world
from tests.stub_slack import StubMessage

HELSINKI_MORNING = 7  # UTC, in winter: nine o'clock at the desk
HOURS = """
hours: {mon: ["09:00-17:00"], tue: ["09:00-17:00"], wed: ["09:00-17:00"], thu: ["09:00-17:00"], fri: ["09:00-17:00"]}
holidays: {country: FI, region: null}
"""
OPEN_HOURS = REPORT_DESK + HOURS
BY_PROGRAMME = f"""{DESK}
translations:
  default: {{channel: CTRANS, owners: [UOWNER]}}
  de: {{channel: CTRANS, owners: [UDE]}}
  fr: {{owners: [UFR]}}
  fi: {{channel: CTRANS2}}
  source: {{channel: CTRANS2, owners: [UPO]}}
  programmes:
    miro: {{de: {{channel: CTRANS2, owners: [UMIRO]}}}}
"""
SATURDAY_NIGHT = datetime(2026, 11, 21, 23, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 11, 23, 18, tzinfo=UTC)
INDEPENDENCE_DAY = datetime(2027, 12, 6, 10, tzinfo=UTC)  # a Monday
NOON = MONDAY


def _pings(w: World, channel: str = "CTRANS") -> list[StubMessage]:
    """The messages that call somebody."""
    return [one for one in w.slack.messages(channel) if "is waiting for you" in one.text]


def _called(messages: Sequence[StubMessage]) -> list[list[str]]:
    """Whom each of them names at its beginning."""
    return [re.findall(r"<@(\w+)>", one.text.split(" TR-")[0]) for one in messages]


def _at(message: StubMessage) -> datetime:
    return datetime.fromtimestamp(float(message.ts), UTC)


# Whose it is


@pytest.mark.parametrize(
    ("said", "channel", "goes_to", "called"),
    [
        (WORDS, "CCYBER", "CTRANS", ["UDE"]),
        (WORDS, "CMIRO", "CTRANS2", ["UMIRO"]),
        (WORDS.replace("German", "French"), "CCYBER", "CTRANS", ["UFR"]),
        (WORDS.replace("German", "Finnish"), "CCYBER", "CTRANS2", ["UOWNER"]),
        (WORDS.replace("German", "English"), "CCYBER", "CTRANS", ["UOWNER"]),
        (WORDS.replace("German", "English"), "CMIRO", "CTRANS", ["UOWNER"]),
    ],
)
async def test_by_language_and_programme(
    tmp_path: Path, said: str, channel: str, goes_to: str, called: list[str]
) -> None:
    """The programme's line of the language, the line of the language, the default: channel and owners apart."""
    async with world(tmp_path, BY_PROGRAMME) as w:
        await reported(w, said, channel=channel)

        assert len(await cards(w, goes_to)) == 1
        assert _called(_pings(w, goes_to)) == [called]
        assert sum(len(w.slack.messages(one)) for one in ("CTRANS", "CTRANS2")) == 2


async def test_a_source_text_goes_to_the_product_owner(tmp_path: Path) -> None:
    """The translator can do nothing about it."""
    async with report_world(tmp_path) as w:
        form = await form_from(w, await drafted(w), "U1")
        await w.fill(form, "U1", kind="source")

        assert (len(await cards(w)), len(await cards(w, "CTRANS2"))) == (0, 1)
        assert _called(_pings(w, "CTRANS2")) == [["UPO"]]


async def test_without_translators_it_goes_to_support(tmp_path: Path) -> None:
    """Never to nobody: all staff are called."""
    async with world(tmp_path, DESK + "translations: {default: {channel: CTRANS}}\n") as w:
        await reported(w)

        assert len(await cards(w)) == 1
        assert _called(_pings(w)) == [["USTAFF"]]


async def test_a_card_is_in_the_language_of_its_channel(tmp_path: Path) -> None:
    """As the desk file has it; whoever clicks is spoken to in it, and so are their forms."""
    desk = REPORT_DESK.replace("\nchannels:\n", "\nchannels:\n  - {id: CTRANS, language: de}\n")
    async with report_world(tmp_path, desk) as w:
        await reported(w)
        (card,) = await cards(w)
        await work_on(w, card, "report.ask", "UDE", question="Wo?")
        await w.press(card, "report.more", "U9", "release")
        (refused,) = await w.whispers("U9")

        assert "Deutsch" in words_on(card)
        assert '"language":"de"' in w.slack.opened[0].view["private_metadata"]
        assert refused.text != ""
        assert "translators" not in refused.text


async def test_nobody_is_named_but_whom_it_concerns(tmp_path: Path) -> None:
    """The owners in the call; on the card its reporter and whoever works on it."""
    async with report_world(tmp_path) as w:
        await reported(w)
        (card,) = await cards(w)
        before = set(re.findall(r"<@(\w+)>", words_on(card)))
        await work_on(w, card, "report.take", "UDE2")

        assert _called(_pings(w)) == [["UDE", "UDE2"]]
        assert before == {"U1"}
        assert set(re.findall(r"<@(\w+)>", words_on(card))) == {"U1", "UDE2"}


# Handed on


async def test_to_another_language_in_the_same_channel(tmp_path: Path) -> None:
    """The same card, in place; its new owners are called, and the old ones can do no more."""
    async with report_world(tmp_path) as w:
        thread = await reported(w)
        (card,) = await cards(w)
        await work_on(w, card, "report.more", "UDE", "move", to="fr")
        await work_on(w, card, "report.take", "UDE")
        refused = await w.whispers("UDE")
        await work_on(w, card, "report.take", "UOWNER")

        assert [one.ts for one in await cards(w)] == [card.ts]
        assert _called(_pings(w)) == [["UDE", "UDE2"], ["UOWNER"]]
        assert len(refused) == 1
        assert (await lines(w, card))[-1] == "TR-1: <@UOWNER> has taken this."
        assert await steps(w, "CCYBER", thread) == ["taken"]


async def test_to_another_channel(tmp_path: Path) -> None:
    """A new card there, with its pictures; the old one says where it has gone, and shows nothing of it any more."""
    async with report_world(tmp_path) as w:
        thread = await reported(w, files=["F1"])
        (old,) = await cards(w)
        shared = len(w.slack.shared("CTRANS", old.ts))
        await work_on(w, old, "report.more", "UDE", "move", to="source")
        (new,) = await cards(w, "CTRANS2")
        told = await lines(w, new)

        assert "product" in words_on(old) or "source text" in words_on(old)
        assert "Abbruch" not in words_on(old) + old.text
        assert told[0] == "TR-1: <@UDE> has handed this on to those who answer for the source text."
        assert _called(_pings(w, "CTRANS2")) == [["UPO"]]
        assert (shared, len(w.slack.shared("CTRANS", old.ts)), len(w.slack.shared("CTRANS2", new.ts))) == (1, 0, 1)
        await work_on(w, new, "report.fix", "UPO")
        assert await steps(w, "CCYBER", thread) == ["closed", "fixed"]


async def test_what_was_asked_and_answered_comes_along(tmp_path: Path) -> None:
    """Whoever it is handed to may not see the other channel; nobody is called for it again."""
    async with report_world(tmp_path) as w:
        thread = await reported(w)
        (old,) = await cards(w)
        await work_on(w, old, "report.ask", "UDE", question="On which page?")
        await w.write("CCYBER", "U1", "On the settings page", thread=thread)
        await w.settle()
        await work_on(w, old, "report.more", "UDE", "move", to="source")
        (new,) = await cards(w, "CTRANS2")
        told = await lines(w, new)

        assert ["On which page?" in told[0], "On the settings page" in told[1]] == [True, True]
        assert _called(_pings(w, "CTRANS2")) == [["UPO"]]


async def test_there_and_back(tmp_path: Path) -> None:
    """From the product owner back to the translators of its language: a new card again; the old ones are dead."""
    async with report_world(tmp_path) as w:
        await reported(w)
        (first,) = await cards(w)
        await work_on(w, first, "report.more", "UDE", "move", to="source")
        (second,) = await cards(w, "CTRANS2")
        assert await work_on(w, second, "report.more", "UPO", "move", to="de") == {}
        old, third = await cards(w)
        await work_on(w, third, "report.take", "UDE")
        (report,) = await stored(w)

        assert old is first
        assert (report.language, report.kind, report.card_ts) == ("de", None, third.ts)
        assert "being worked on" in words_on(third)


async def test_a_card_that_was_moved_is_dead(tmp_path: Path) -> None:
    """Its buttons, as somebody still sees them, change nothing; they read that it has gone."""
    async with report_world(tmp_path) as w:
        await reported(w)
        (old,) = await cards(w)
        payload = StubMessage(old.channel, old.ts, old.user, old.text, old.blocks)
        await work_on(w, old, "report.more", "UDE", "move", to="source")
        await w.press(payload, "report.take", "UDE")

        assert len(await w.whispers("UDE")) == 1
        assert [one.assignee for one in await stored(w)] == [None]


# Working hours


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (NOON, NOON),
        (MONDAY_NIGHT, datetime(2026, 11, 24, HELSINKI_MORNING, tzinfo=UTC)),
        (SATURDAY_NIGHT, datetime(2026, 11, 23, HELSINKI_MORNING, tzinfo=UTC)),
        (INDEPENDENCE_DAY, datetime(2027, 12, 7, HELSINKI_MORNING, tzinfo=UTC)),
    ],
)
async def test_owners_are_called_when_the_desk_is_open(tmp_path: Path, now: datetime, opens: datetime) -> None:
    """At once in working hours; else the card is there at once, and its owners are called at opening time."""
    async with report_world(tmp_path, OPEN_HOURS, clock=clock_at(now)) as w:
        draft = await drafted(w)
        await w.press(draft, "report.send", "U1")
        await w.settle(ahead=timedelta())
        early = [_at(one) for one in w.slack.messages("CTRANS")]
        await w.settle()
        (ping,) = _pings(w)

        assert len(early) == (2 if opens == now else 1)
        assert early[0] - now < timedelta(minutes=5)
        assert timedelta() <= _at(ping) - opens < timedelta(minutes=5)
        assert _called([ping]) == [["UDE", "UDE2"]]


@pytest.mark.parametrize(("action", "value"), [("report.take", None), ("report.more", "reject")])
async def test_whoever_is_awake_saves_the_others_the_call(tmp_path: Path, action: str, value: str | None) -> None:
    """What is taken or closed in the night calls nobody in the morning."""
    async with report_world(tmp_path, OPEN_HOURS, clock=clock_at(MONDAY_NIGHT)) as w:
        draft = await drafted(w)
        await w.press(draft, "report.send", "U1")
        await w.settle(ahead=timedelta())
        (card,) = [one for one in w.slack.messages("CTRANS") if one.thread_ts is None]
        before = len(w.slack.opened)
        await w.press(card, action, "UDE2", value)
        for form in w.slack.opened[before:]:
            await w.fill(form, "UDE2", reason="not-found")
        await w.settle()

        assert _pings(w) == []


async def test_handed_on_in_the_night(tmp_path: Path) -> None:
    """In the morning those are called whom it waits for by then, once."""
    async with report_world(tmp_path, OPEN_HOURS, clock=clock_at(MONDAY_NIGHT)) as w:
        draft = await drafted(w)
        await w.press(draft, "report.send", "U1")
        await w.settle(ahead=timedelta())
        (card,) = [one for one in w.slack.messages("CTRANS") if one.thread_ts is None]
        await w.press(card, "report.more", "UDE", "move")
        await w.fill(w.slack.opened[-1], "UDE", to="fr")
        await w.settle()

        assert _called(_pings(w)) == [["UOWNER"]]


async def test_an_answer_in_the_night(tmp_path: Path) -> None:
    """It is there at once; whoever asked is called in the morning."""
    async with report_world(tmp_path, OPEN_HOURS, clock=clock_at(NOON)) as w:
        thread = await reported(w)
        (card,) = await cards(w)
        await work_on(w, card, "report.ask", "UDE", question="Which page?")
        w.skip(MONDAY_NIGHT - w.clock.now())
        await w.write("CCYBER", "U1", "Settings", thread=thread)
        await w.settle(ahead=timedelta())
        at_night = w.slack.messages("CTRANS")[-1]
        await w.settle()
        in_the_morning = w.slack.messages("CTRANS")[-1]

        assert at_night.text == "TR-1: <@U1> has answered:\n&gt; Settings"
        assert _called([in_the_morning]) == [["UDE"]]
        assert _at(in_the_morning) >= datetime(2026, 11, 24, HELSINKI_MORNING, tzinfo=UTC)


async def test_a_channel_of_one_programme_tells_a_report_s_programme(tmp_path: Path) -> None:
    """Also of a picture without a word, and of somebody whose organisation says nothing."""
    async with report_world(tmp_path, BY_PROGRAMME) as w:
        asked = await drafted(w, "", channel="CMIRO", files=["F0MIRO"])
        await w.press(asked, "report.picture", "U1")
        await w.settle()
        await w.press(asked, "report.send", "U1")
        (by_click,) = await stored(w)
        answer = await drafted(w, "", channel="CMIRO", user="U2", files=["F0MIRO2"])
        await w.press(answer, "report.picture", "U2")
        await w.settle()
        await w.fill(await form_from(w, answer, "U2"), "U2", wrong="Docment")
        (_, by_form) = await stored(w)

        assert [by_click.programme, by_form.programme] == ["miro", "miro"]


# Where the bot cannot speak


async def test_a_channel_without_the_bot_leaves_the_report_to_support(tmp_path: Path) -> None:
    """Nobody has invited it there; the report is worked on where it can be."""
    desk = REPORT_DESK.replace("support: {channel: CSUPPORT}", "support: {channel: CTRANS2}")
    async with report_world(tmp_path, desk) as w:
        w.slack.channels["CTRANS"].is_member = False
        await reported(w)
        (card,) = await cards(w, "CTRANS2")
        await work_on(w, card, "report.take", "UDE")
        (report,) = await stored(w)

        assert await cards(w) == []
        assert report.assignee is not None
        assert report.assignee.user == "UDE"


async def test_a_reporter_whose_channel_the_bot_has_left_is_written_to_directly(tmp_path: Path) -> None:
    """What became of the report reaches them all the same, and so does what follows."""
    async with report_world(tmp_path) as w:
        thread = await reported(w)
        (card,) = await cards(w)
        w.slack.channels["CCYBER"].is_member = False
        await work_on(w, card, "report.fix", "UDE")
        (result,) = w.slack.messages("D1")

        assert "TR-1 is fixed" in result.text
        assert len(w.slack.texts("CCYBER", thread=thread)) == 1
        assert "report.wrong" in actions(result)
