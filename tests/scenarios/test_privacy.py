"""People's data: deleted when they confirm it, when it is old, and when the workspace removes the app."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.flows import report as flow
from bot.listeners.reports import changing, sending
from bot.listeners.reports.sending import About, Spoken
from bot.model import Draft, PersonId
from bot.report import Report, State
from bot.store import reports
from bot.store.privacy import POLICY, RETENTION
from bot.store.tables import erasure, job, message, person, report, reporter, request, tally, thread, vote
from tests import payloads
from tests.scenarios.request_desk import cards
from tests.scenarios.world import DESK, MONDAY, World, actions, clock_at, control, shown, world
from tests.stub_slack import BOT_USER, Cut, Error, StubMessage

TRIAL = "How long does the extended trial last?"
SECRET_QUESTION = "How long does the extended trial last for Zanzibar Ltd?"
ASKED = {
    "en": "Please delete my data",
    "fr": "Supprimez mes données, s'il vous plaît",
    "de": "Bitte löschen Sie meine Daten",
    "fi": "Poista tietoni, kiitos",
}
SEEN_ALONE = {
    "en": "Your data is deleted. The deletion has the number PRIV-1.",
    "fr": "Vos données sont supprimées. La suppression porte le numéro PRIV-1.",
    "de": "Ihre Daten sind gelöscht. Die Löschung hat die Nummer PRIV-1.",
    "fi": "Tietosi on poistettu. Poiston numero on PRIV-1.",
}


SEEN_BY_ALL = {
    "en": "This was confirmed, and the data is deleted.",
    "fr": "C'est confirmé : les données sont supprimées.",
    "de": "Das wurde bestätigt: Die Daten sind gelöscht.",
    "fi": "Pyyntö on vahvistettu, ja tiedot on poistettu.",
}


async def _offer(w: World, channel: str = "CCYBER", user: str = "U1", *, team: str = "T0HOME") -> StubMessage:
    """The message with the button, after somebody has asked for it."""
    return await w.only(channel, await w.mention(channel, user, ASKED["en"], team=team))


async def _dump(w: World) -> str:
    """All that the database holds, as text; fingerprints as hex, in which no letters of a name come about by chance."""
    held = {name: await w.rows(holding.table) for name, holding in POLICY.items()}
    return json.dumps(held, default=lambda value: value.hex() if isinstance(value, bytes) else str(value))


async def _until(is_so: Callable[[], bool]) -> None:
    """Wait for what the desk does of itself."""
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.002)


async def _lived(w: World) -> str:
    """Two people who have asked, voted, commented, been handed over and chosen a language; U1's thread."""
    for user in ("U2", "U1"):
        ts = await w.mention("CCYBER", user, SECRET_QUESTION if user == "U1" else TRIAL)
        answer = await w.only("CCYBER", ts)
        await w.press(answer, "answer.unhelpful", user)
        await w.submit(w.slack.opened[-1], user, comment=f"Not what {user} needs")
        await w.press(answer, "human.ask", user)
        await w.settle()
    await w.mention("CCYBER", "U1", "in English please")
    await w.settle()
    return ts


@pytest.mark.parametrize("language", list(ASKED))
async def test_it_is_said_what_goes_and_what_stays(tmp_path: Path, language: str) -> None:
    """In the person's language, with a red button that asks once more; nothing is deleted by asking alone."""
    async with world(tmp_path) as w:
        offer = await w.only("CCYBER", await w.mention("CCYBER", "U1", ASKED[language]))
        button = control(offer, "privacy.erase")

        assert actions(offer) == ["privacy.erase"]
        assert button["style"] == "danger"
        assert button["confirm"]["style"] == "danger"
        assert "Slack" in offer.text
        assert await w.rows(thread)
        assert await w.rows(erasure) == []


@pytest.mark.parametrize("language", list(ASKED))
async def test_confirmed_it_is_deleted_and_numbered(tmp_path: Path, language: str) -> None:
    """The person alone reads the number, in their language; the button is gone, and what stays tells nothing."""
    async with world(tmp_path) as w:
        offer = await w.only("CCYBER", await w.mention("CCYBER", "U1", ASKED[language]))
        await w.press(offer, "privacy.erase", "U1")
        (alone,) = await w.whispers("U1")

        assert alone.text == SEEN_ALONE[language]
        assert actions(offer) == []
        assert offer.text == SEEN_BY_ALL[language]
        assert len(w.slack.messages("CCYBER")) == 1


async def test_nothing_of_the_person_is_left(tmp_path: Path) -> None:
    """In no table: neither their id nor their words; of others everything is as it was, and so are the counts."""
    async with world(tmp_path) as w:
        await _lived(w)
        before = await w.rows(tally)
        others = [row for row in await w.rows(vote) if row["user"] == "U2"]
        await w.press(await _offer(w), "privacy.erase", "U1")
        left = await _dump(w)

        assert "U1" not in left
        assert "Zanzibar" not in left
        assert "Not what U1 needs" not in left
        assert [row["user"] for row in await w.rows(person)] == ["U2"]
        assert await w.rows(vote) == others
        assert len(await w.rows(thread)) == 1
        assert {row["kind"]: row["n"] for row in before}.items() <= {
            row["kind"]: row["n"] for row in await w.rows(tally)
        }.items()


async def test_on_postgresql_it_is_the_same(tmp_path: Path, postgres_url: str) -> None:
    """Nothing of the person is left, the card is withdrawn, and the number is told."""
    async with world(tmp_path, database_url=postgres_url) as w:
        await _lived(w)
        await w.press(await _offer(w), "privacy.erase", "U1")
        told = await w.whispers("U1")
        left = await _dump(w)

        assert "U1" not in left
        assert "Zanzibar" not in left
        assert "Zanzibar" not in "".join(shown(card.blocks) for card in w.slack.messages("CSUPPORT"))
        assert SEEN_ALONE["en"] in [one.text for one in told]


async def test_the_erasure_is_kept_without_a_name(tmp_path: Path) -> None:
    """Its number, who wanted it and when; the next one gets the next number."""
    async with world(tmp_path) as w:
        for user in ("U1", "U2"):
            await w.press(await _offer(w, user=user), "privacy.erase", user)
        rows = await w.rows(erasure)

        assert [(row["number"], row["cause"]) for row in rows] == [(1, "person"), (2, "person")]
        assert all(row["asked_at"] <= row["done_at"] for row in rows)


async def test_open_requests_are_withdrawn(tmp_path: Path) -> None:
    """The card in the support channel names nobody and quotes nothing any more; the others' cards are untouched."""
    async with world(tmp_path) as w:
        await _lived(w)
        others, theirs = await cards(w)
        before = _read(others)
        assert "Zanzibar" in _read(theirs)
        await w.press(await _offer(w), "privacy.erase", "U1")
        await w.settle()

        assert "Zanzibar" not in _read(theirs)
        assert "U1" not in _read(theirs)
        assert "REQ-2" in _read(theirs)
        assert _read(others) == before
        assert [row["number"] for row in await w.rows(request)] == [1]


async def test_only_the_person_can_confirm(tmp_path: Path) -> None:
    """A colleague, staff, and the namesake of another workspace are told so, alone, and nothing is deleted."""
    async with world(tmp_path) as w:
        offer = await _offer(w, "COPEN", "U1", team="TACME")
        for user, team in (("U7", "TACME"), ("USTAFF", "T0HOME"), ("U1", "TBOREAL")):
            await w.press(offer, "privacy.erase", user, team=team)
        await w.settle()

        assert await w.rows(erasure) == []
        assert len(await w.rows(message)) == 1
        assert {told.user for told in w.slack.ephemerals} == {"U7", "USTAFF", "U1"}
        assert all(told.text.startswith("Only whoever asked") for told in w.slack.ephemerals)


async def test_confirmed_twice_it_is_one_erasure(tmp_path: Path) -> None:
    """Pressed twice at once, and again when all is gone."""
    async with world(tmp_path) as w:
        offer = await _offer(w)
        pressed = payloads.block_actions("CCYBER", "U1", "privacy.erase", message_ts=offer.ts, thread=offer.thread_ts)
        again = payloads.block_actions("CCYBER", "U1", "privacy.erase", message_ts=offer.ts, thread=offer.thread_ts)
        await asyncio.gather(w.click(pressed), w.click(again))
        await w.settle()
        status = await w.click(payloads.block_actions("CCYBER", "U1", "privacy.erase", message_ts=offer.ts))

        assert status == 200
        assert len(await w.rows(erasure)) == 1
        assert len([told for told in await w.whispers("U1") if "PRIV-" in told.text]) == 1


async def test_in_a_direct_message_the_number_stays_to_be_read(tmp_path: Path) -> None:
    """Nobody else reads there: it takes the place of the question, and nothing of it is kept."""
    async with world(tmp_path) as w:
        ts = await w.direct("D1", "U1", ASKED["en"])
        await w.settle()
        offer = next(one for one in w.slack.messages("D1", thread=ts) if "privacy.erase" in actions(one))
        await w.press(offer, "privacy.erase", "U1")
        await w.settle()

        assert offer.text == SEEN_ALONE["en"]
        assert await w.whispers("U1") == []
        assert '"U1"' not in await _dump(w)


async def test_the_bot_goes_on_with_whoever_was_forgotten(tmp_path: Path) -> None:
    """They are met as if for the first time."""
    async with world(tmp_path) as w:
        await w.press(await _offer(w), "privacy.erase", "U1")
        await w.settle()
        said = await w.replies("CCYBER", await w.mention("CCYBER", "U1", TRIAL))

        assert len(said) == 1
        assert [row["user"] for row in await w.rows(person)] == ["U1"]


async def test_work_of_the_person_goes_with_the_rest(tmp_path: Path) -> None:
    """A reply that Slack does not take for now is not posted later; a dead letter of theirs is gone too."""
    async with world(tmp_path) as w:
        offer = await _offer(w)
        w.slack.fail("chat.postMessage", Error("is_archived"))
        await w.mention("CMIRO", "U1", "What is the Zanzibar bonus of the referral programme?")
        await w.settle(with_dead=True)
        dead = [row for row in await w.rows(job) if row["status"] == "dead"]
        await w.press(offer, "privacy.erase", "U1")
        await w.settle()

        assert len(dead) == 1
        assert "Zanzibar" not in str([row["payload"] for row in await w.rows(job)])
        assert [row for row in await w.rows(job) if row["status"] == "dead"] == []


async def test_work_under_way_is_waited_for(tmp_path: Path) -> None:
    """A card that may or may not have been posted is found first: else nobody could take its words out again."""
    async with world(tmp_path) as w:
        answer = await w.only("CCYBER", await w.mention("CCYBER", "U1", SECRET_QUESTION))
        offer = await _offer(w)
        w.slack.fail("chat.postMessage", Cut(stored=True), Cut(stored=True))
        await w.press(answer, "human.ask", "U1")
        await _until(lambda: bool(w.slack.messages("CSUPPORT")) and len(w.slack.messages("CCYBER")) > 2)
        await w.press(offer, "privacy.erase", "U1")
        await w.settle()
        (card,) = await cards(w)

        assert "Zanzibar" not in _read(card)
        assert '"U1"' not in await _dump(w)


# Reports of language errors

TRANSLATED = DESK + "translations: {default: {channel: CTRANS, owners: [UEVE]}}\n"


async def _report(w: World, user: str = "U1", wrong: str = "Tallena") -> Report:
    """Somebody has told of an error, with a picture that the translators see."""
    w.meet("CTRANS", "UEVE")
    w.meet("CCYBER", user)
    w.upload(user, [f"F{user}"])
    draft = Draft(
        said=f"Zanzibar is what {user} calls it",
        wrong=wrong,
        suggestion=f"{user} suggests Zanzibar",
        language="fi",
        pictures=(f"F{user}",),
    )
    spoken = Spoken(PersonId("T0HOME", user), "en", "CCYBER", w.slack.say("CCYBER", user, "A typo").ts)
    send = await w.desk.database.run(lambda conn: sending.send(conn, w.desk.services, draft, spoken, About()))
    await w.settle()
    (found,) = [one for one in await _reports(w) if one.number == send[0].number]
    return found


async def _reports(w: World) -> list[Report]:
    await w.settle(with_dead=True)
    return await w.desk.database.read(lambda conn: reports.listed(conn, "T0HOME"))


def _read(card: StubMessage) -> str:
    """All that a card says, in whatever kind of block."""
    return json.dumps([card.text, card.blocks], ensure_ascii=False)


async def _change(w: World, number: int, **what: Any) -> None:
    """Have a report say something else, as if a translator had seen to it."""

    def unit(conn: Connection) -> None:
        reports.lock(conn, "T0HOME", number)
        known = reports.load(conn, "T0HOME", number)
        assert known is not None
        reports.save(conn, "T0HOME", replace(known, **what), w.clock.now())

    await w.desk.database.run(unit)


async def test_a_report_goes_with_its_reporter(tmp_path: Path) -> None:
    """Its row and its words, its card's, and our copies of the pictures; the report of somebody else stays as it is."""
    async with world(tmp_path, TRANSLATED) as w:
        theirs, other = await _report(w), await _report(w, "U2", "Lahteä")
        copies = w.slack.shared("CTRANS", theirs.card_ts)
        before = _read(w.slack.message("CTRANS", other.card_ts))
        await w.press(await _offer(w), "privacy.erase", "U1")
        await w.settle()
        card = w.slack.message("CTRANS", theirs.card_ts)

        assert len(copies) == 1
        assert w.slack.shared("CTRANS", theirs.card_ts) == []
        assert await _reports(w) == [other]
        assert not any(word in _read(card) for word in ("Zanzibar", "U1", "Tallena"))
        assert "TR-1" in _read(card)
        assert actions(card) == []
        assert _read(w.slack.message("CTRANS", other.card_ts)) == before
        assert len(w.slack.shared("CTRANS", other.card_ts)) == 1
        assert '"U1"' not in await _dump(w)


async def test_a_report_that_others_wait_for_stays_without_them(tmp_path: Path) -> None:
    """It is the next one's; the card shows the text that is wrong, and nothing that the first one said or showed."""
    async with world(tmp_path, TRANSLATED) as w:
        await _report(w)
        joined = await _report(w, "U2")
        await w.press(await _offer(w), "privacy.erase", "U1")
        (left,) = await _reports(w)
        card = w.slack.message("CTRANS", left.card_ts)

        assert (joined.number, joined.reporters) == (1, 2)
        assert (left.reporter, left.reporters) == (PersonId("T0HOME", "U2"), 1)
        assert "Tallena" in _read(card)
        assert not any(word in _read(card) for word in ("Zanzibar", "U1"))
        assert "report.take" in actions(card)
        assert [one.id for one in left.pictures] == ["FU2"]
        assert [one.alt for one in w.slack.shared("CTRANS", left.card_ts)] == ["Tallena"]
        assert '"U1"' not in await _dump(w)


@pytest.mark.parametrize("user", ["U1", "U2"])
async def test_what_one_of_several_has_said_and_shown_below_the_card_goes(tmp_path: Path, user: str) -> None:
    """Their lines and their pictures, whether they were first or have joined; those of the others stay."""
    other = "U2" if user == "U1" else "U1"
    async with world(tmp_path, TRANSLATED) as w:
        await _report(w)
        joined = await _report(w, "U2")
        for who in ("U1", "U2"):
            await _answer(w, joined.number, who)
        await w.settle()
        shared = len(w.slack.shared("CTRANS", joined.card_ts))
        await w.press(await _offer(w, user=user), "privacy.erase", user)
        (left,) = await _reports(w)
        below = " ".join(_read(one) for one in w.slack.messages("CTRANS", thread=joined.card_ts))

        assert (shared, len(w.slack.shared("CTRANS", joined.card_ts))) == (2, 1)
        assert [one.id for one in left.pictures] == [f"F{other}"]
        assert f"{other} has more to say" in below
        assert not any(word in below for word in (f"<@{user}>", f"{user} has more to say", f"what {user} calls it"))


async def _answer(w: World, number: int, user: str) -> None:
    """Somebody has answered a translator."""

    def unit(conn: Connection) -> None:
        reports.lock(conn, "T0HOME", number)
        known = reports.load(conn, "T0HOME", number)
        assert known is not None
        words = f"{user} has more to say"
        changed = flow.answer(known, PersonId("T0HOME", user), w.clock.now(), words, ())
        changing.changed(conn, w.desk.services, changed)

    await w.desk.database.run(unit)


async def test_a_card_that_is_being_posted_is_waited_for(tmp_path: Path) -> None:
    """Whether it stands in the channel is found out first, then it is withdrawn."""
    async with world(tmp_path, TRANSLATED) as w:
        offer = await _offer(w)
        w.slack.fail("chat.postMessage", Cut(stored=True), Cut(stored=True))
        told = asyncio.ensure_future(_report(w))
        await _until(lambda: bool(w.slack.messages("CTRANS")))
        await w.press(offer, "privacy.erase", "U1")
        await asyncio.wait([told])
        await w.settle()
        card = w.slack.messages("CTRANS")[0]

        assert "Zanzibar" not in _read(card)
        assert await w.rows(report) == []
        assert '"U1"' not in await _dump(w)


async def test_a_picture_that_is_just_being_shared_goes_too(tmp_path: Path) -> None:
    """Our copy is found in Slack, however late it comes."""
    async with world(tmp_path, TRANSLATED) as w:
        offer = await _offer(w)
        w.slack.sharing_delay = 3
        told = asyncio.ensure_future(_report(w))
        await _until(lambda: any(file.user == BOT_USER for file in w.slack.files.values()))
        await w.press(offer, "privacy.erase", "U1")
        await asyncio.wait([told])
        await w.settle()

        assert [file for file in w.slack.files.values() if file.user == BOT_USER and not file.is_deleted] == []
        assert await w.rows(report) == []


async def test_of_whoever_looks_after_a_language_the_name_goes(tmp_path: Path) -> None:
    """From the reports that they work on: those stay, and are open to be taken by somebody else."""
    async with world(tmp_path, TRANSLATED) as w:
        await _report(w)
        eve = PersonId("T0HOME", "UEVE")
        taken = await w.desk.database.run(lambda conn: _taken(conn, w, eve))
        await w.settle()
        card = w.slack.message("CTRANS", taken.card_ts)
        before = _read(card)
        await w.press(await _offer(w, user="UEVE"), "privacy.erase", "UEVE")
        (left,) = await _reports(w)

        assert "<@UEVE>" in before
        assert "<@UEVE>" not in _read(card)
        assert "Zanzibar" in _read(card)
        assert (left.state, left.assignee) == (State.OPEN, None)
        assert "UEVE" not in await _dump(w)


def _taken(conn: Connection, w: World, by: PersonId) -> Report:
    known = reports.load(conn, "T0HOME", 1)
    assert known is not None
    taken = flow.take(known, by, w.clock.now())
    assert taken is not None
    changing.changed(conn, w.desk.services, taken)
    return taken


async def test_reports_grow_old_once_they_are_closed(tmp_path: Path) -> None:
    """After as long as everything else; one that is open stays, and one whose pictures are still in Slack."""
    async with world(tmp_path, TRANSLATED, clock=clock_at(MONDAY)) as w:
        for user, wrong in (("U1", "Tallena"), ("U2", "Lahteä"), ("U3", "Kokous")):
            await _report(w, user, wrong)
        closed = {"state": State.FIXED, "closed_at": w.clock.now()}
        await _change(w, 1, pictures=(), **closed)
        await _change(w, 2, **closed)
        w.skip(timedelta(days=91))
        await _night(w)

        assert [one.number for one in await _reports(w)] == [2, 3]
        assert [row["number"] for row in await w.rows(reporter)] == [2, 3]


async def test_reports_go_with_the_app(tmp_path: Path) -> None:
    """All of them, whoever waits; what is still to be done about them too."""
    async with world(tmp_path, TRANSLATED) as w:
        await _report(w)
        await w.event(_event("app_uninstalled"))

        assert await w.rows(report) == []
        assert await w.rows(reporter) == []
        assert [row for row in await w.rows(job) if row["payload"]] == []


# The workspace removes the app


def _event(kind: str, *, team: str = "T0HOME", **fields: Any) -> dict[str, Any]:
    body = payloads.event_callback({"type": kind, "event_ts": "1764144000.000100", **fields})
    return {**body, "team_id": team}


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(_event("app_uninstalled"), id="app_uninstalled"),
        pytest.param(_event("tokens_revoked", tokens={"oauth": ["U9"], "bot": [BOT_USER]}), id="tokens_revoked"),
    ],
)
async def test_when_the_app_is_removed_all_peoples_data_goes(tmp_path: Path, event: dict[str, Any]) -> None:
    """At once; the counts stay, the erasure is numbered, the desk lives on and says what is wrong."""
    async with world(tmp_path) as w:
        await _lived(w)
        counts = await w.rows(tally)
        status = await w.event(event)
        left = await _dump(w)
        ready, said = await w.ready()

        assert status == 200
        assert not any(word in left for word in ("U1", "U2", "Zanzibar"))
        assert [row for row in await w.rows(job) if row["payload"]] == []
        assert await w.rows(tally) == counts
        assert [row["cause"] for row in await w.rows(erasure)] == ["workspace"]
        assert ready == 503
        assert "install it again" in said["slack"]


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(_event("app_uninstalled", team="TACME"), id="another workspace"),
        pytest.param(_event("tokens_revoked", tokens={"oauth": [BOT_USER]}), id="a person's token"),
        pytest.param(_event("tokens_revoked", tokens={"bot": ["U0OTHER"]}), id="another bot's token"),
        pytest.param(_event("tokens_revoked", tokens={"bot": BOT_USER}), id="no list"),
        pytest.param(_event("tokens_revoked"), id="no tokens"),
    ],
)
async def test_what_others_remove_is_not_our_business(tmp_path: Path, event: dict[str, Any]) -> None:
    """The event is acknowledged, and nothing is deleted."""
    async with world(tmp_path) as w:
        await _offer(w)
        status = await w.event(event)

        assert status == 200
        assert await w.rows(erasure) == []
        assert len(await w.rows(thread)) == 1
        assert (await w.ready())[0] == 200


# Old data


async def _night(w: World) -> None:
    """Let time pass until old data has been looked for once."""
    planned = await _planned(w)
    w.skip(max(planned["run_at"] - w.clock.now(), timedelta()))
    deadline = time.monotonic() + 10
    while (await _planned(w))["key"] == planned["key"]:
        assert time.monotonic() < deadline, "old data was not looked for"
        await asyncio.sleep(0.002)


async def _planned(w: World) -> dict[str, Any]:
    (row,) = [row for row in await w.rows(job) if row["kind"] == RETENTION and row["status"] in {"waiting", "running"}]
    return row


async def test_what_is_old_goes_at_night(tmp_path: Path) -> None:
    """After 90 days, where the desk file does not say; on the 86th it all is there. The counts stay.

    So does a request that is still open, with its thread: somebody waits for it, and is heard there.
    """
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        await _lived(w)
        _, theirs = await cards(w)
        await w.press(theirs, "request.more", "USTAFF", "dismiss")
        await w.settle()
        counts = await w.rows(tally)
        w.skip(timedelta(days=85))
        await _night(w)
        before = len(await w.rows(thread))
        w.skip(timedelta(days=6))
        await _night(w)

        assert before == 3
        assert "Zanzibar" not in await _dump(w)
        assert not any([await w.rows(table) for table in (message, vote, person)])
        (waiting,) = await w.rows(request)
        assert waiting["number"] == 1
        assert [row["ts"] for row in await w.rows(thread)] == [waiting["thread_ts"]]
        kept = await w.rows(tally)
        assert [count for count in counts if count not in kept] == []


async def test_the_desk_file_says_how_long(tmp_path: Path) -> None:
    """Here two days; and who has written since is kept."""
    async with world(tmp_path, DESK + "retention: {texts: 2d}\n", clock=clock_at(MONDAY)) as w:
        await w.replies("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        w.skip(timedelta(days=1, hours=12))
        await w.replies("CMIRO", await w.mention("CMIRO", "U2", "How long do the benefits last?"))
        await _night(w)
        await _night(w)

        assert [row["user"] for row in await w.rows(person)] == ["U2"]
        assert [row["channel"] for row in await w.rows(thread)] == ["CMIRO"]


async def test_for_good_is_for_good(tmp_path: Path) -> None:
    """`texts: null`: nothing goes by itself."""
    async with world(tmp_path, DESK + "retention: {texts: null}\n", clock=clock_at(MONDAY)) as w:
        await w.replies("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        w.skip(timedelta(days=4000))
        await _night(w)

        assert len(await w.rows(thread)) == 1


async def test_each_night_plans_the_next(tmp_path: Path) -> None:
    """One job at a time, named by its day: a second desk on the same database adds no second one."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        first = (await _planned(w))["key"]
        await _night(w)

        assert first == "retention:T0HOME:2026-11-24"
        assert (await _planned(w))["key"] == "retention:T0HOME:2026-11-25"


@pytest.mark.parametrize(
    ("started", "night"),
    [
        pytest.param(timedelta(hours=-10), "2026-11-24", id="two hours before"),
        pytest.param(timedelta(hours=-8, minutes=-1), "2026-11-25", id="a minute before"),
        pytest.param(timedelta(hours=-8), "2026-11-25", id="just then"),
    ],
)
async def test_no_night_is_planned_twice(tmp_path: Path, started: timedelta, night: str) -> None:
    """Where the clock that begins the work is ahead of ours, the next night is still another one."""
    async with world(tmp_path, clock=clock_at(MONDAY + timedelta(days=1) + started)) as w:
        assert (await _planned(w))["key"].endswith(night)
