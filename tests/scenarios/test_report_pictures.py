"""Pictures of a report on their way to the translators: shared once, or noted; never where others read along."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.ports import FileFault
from bot.report import MOST_PICTURES, PictureState
from tests.scenarios.report_desk import (
    ACME,
    WORDS,
    cards,
    drafted,
    form_from,
    lines,
    pictures,
    reply_of,
    report_world,
    reported,
    steps,
    stored,
)
from tests.scenarios.world import PICTURE, World, actions, shown
from tests.stub_slack import Cut, Error, Fault, Hang, Html, HttpError, RateLimited, StubMessage, StubSlack

MANY = [f"F{n:04d}" for n in range(1, 26)]


async def test_a_picture_stands_below_the_card_in_words_too(tmp_path: Path) -> None:
    """Its alternative text is the place and the reporter's words; it is our copy, and the reporter's stays theirs."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w, f"{WORDS} https://app.example.com/tasks", files=["F1"])
        await w.press(draft, "report.send", "U1")
        (card,) = await cards(w)
        (picture,) = await pictures(w, card)

        assert picture.id != "F1"
        assert picture.content == PICTURE
        assert picture.alt.startswith("https://app.example.com/tasks – The German button says")
        assert picture.comment == ""
        assert w.slack.files["F1"].shares == [("CCYBER", draft.thread_ts)]
        assert "on its way" not in shown(card.blocks)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "jpg"),
        (b"GIF89a" + b"\0" * 100, "gif"),
        (b"RIFF\x40\0\0\0WEBPVP8 " + b"\0" * 100, "webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "heic"),
    ],
)
async def test_a_picture_is_what_its_content_says(tmp_path: Path, content: bytes, kind: str) -> None:
    """Whatever it is called: a name misleads nobody."""
    async with report_world(tmp_path) as w:
        w.slack.add_file("F1", content, name="screen.png")
        await reported(w, files=["F1"])
        (picture,) = await pictures(w, (await cards(w))[0])

        assert picture.content == content
        assert picture.name.endswith((f".{kind}", ".jpeg"))


FAULTS: dict[str, tuple[FileFault, dict[str, Any]]] = {
    "a PDF that is called a picture": (FileFault.KIND, {"content": b"%PDF-1.7\n" + b"x" * 200}),
    "a page that is called a picture": (FileFault.KIND, {"content": b"<!DOCTYPE html><script>x</script>" * 9}),
    "a drawing with scripts": (FileFault.KIND, {"content": b'<svg xmlns="http://www.w3.org/2000/svg">' * 9}),
    "too large": (FileFault.TOO_LARGE, {"size": 11 * 1024 * 1024}),
    "empty": (FileFault.EMPTY, {"content": b""}),
    "deleted": (FileFault.GONE, {"mode": "tombstone"}),
    "beyond the limit of a free plan": (FileFault.HIDDEN, {"mode": "hidden_by_limit"}),
    "with another service": (FileFault.EXTERNAL, {"is_external": True, "mode": "external"}),
    "at another address": (FileFault.ELSEWHERE, {"url_private_download": "https://evil.example/screen.png"}),
}


@pytest.mark.parametrize("what", FAULTS)
async def test_a_picture_that_cannot_be_had_is_noted(tmp_path: Path, what: str) -> None:
    """On the card and, once, to the reporter; the report stands without it, and nothing is shown below the card."""
    fault, fields = FAULTS[what]
    async with report_world(tmp_path) as w:
        w.slack.add_file("F1", **{"content": PICTURE, "name": "screen.png", **fields})
        ts = await reported(w, files=["F1"])
        (card,) = await cards(w)
        (report,) = await stored(w)

        assert [(one.state, one.fault) for one in report.pictures] == [(PictureState.REFUSED, fault)]
        assert await pictures(w, card) == []
        assert "1 could not be had" in shown(card.blocks)
        assert await steps(w, "CCYBER", ts) == ["sent", "pictures-failed"]
        assert (await reply_of(w, await w.last("CCYBER", ts))).result["faults"] == [fault]


async def test_a_picture_that_is_gone_is_noted(tmp_path: Path) -> None:
    """It was deleted between the message and the report."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w, files=["F1"])
        w.slack.files["F1"].is_deleted = True
        await w.press(draft, "report.send", "U1")
        (report,) = await stored(w)

        assert report.pictures[0].fault == FileFault.GONE


async def test_a_login_page_instead_of_a_picture_is_tried_again(tmp_path: Path) -> None:
    """So Slack answers for a while to a bot that has just been given access; the reporter is told once, if at all."""
    async with report_world(tmp_path) as w:
        w.slack.fail("download", Html(200))
        ts = await reported(w, files=["F1"])
        (card,) = await cards(w)
        (report,) = await stored(w)

        assert report.pictures[0].state is PictureState.SHARED
        assert len(await pictures(w, card)) == 1
        assert "could not be had" not in shown(card.blocks)
        assert (await steps(w, "CCYBER", ts)).count("pictures-failed") <= 1


async def test_a_picture_that_the_bot_may_not_see_is_tried_again_for_a_day(tmp_path: Path) -> None:
    """Then it is given up: the reporter was told once, and can put it there again."""
    async with report_world(tmp_path) as w:
        w.slack.add_file("F1", PICTURE, file_access="check_file_info")
        ts = await reported(w, files=["F1"])
        (report,) = await stored(w)

        assert (report.pictures[0].state, report.pictures[0].fault) == (PictureState.REFUSED, FileFault.NO_ACCESS)
        assert await steps(w, "CCYBER", ts) == ["sent", "pictures-failed"]
        assert len(w.slack.calls("files.info")) >= 4

        await w.write("CCYBER", "U1", "", thread=ts, files=["F2"])
        (card,) = await cards(w)
        assert len(await pictures(w, card)) == 1


async def test_access_that_comes_later_brings_the_picture(tmp_path: Path) -> None:
    """The card no longer says that it could not be had."""
    async with report_world(tmp_path) as w:
        asked = 0

        def given_late(method: str, _number: int) -> Fault | None:
            nonlocal asked
            if method != "files.info":
                return None
            asked += 1
            return Error("not_allowed_token_type") if asked == 1 else None

        w.slack.fault = given_late
        await reported(w, files=["F1"])
        (card,) = await cards(w)

        assert len(await pictures(w, card)) == 1
        assert "could not be had" not in shown(card.blocks)


async def test_of_several_pictures_those_that_can_be_had_are_shown(tmp_path: Path) -> None:
    """One that cannot holds nobody up."""
    async with report_world(tmp_path) as w:
        w.slack.add_file("F2", b"%PDF-1.7" + b"x" * 100)
        ts = await reported(w, files=["F1", "F2", "F3"])
        (card,) = await cards(w)

        assert len(await pictures(w, card)) == 2
        assert await steps(w, "CCYBER", ts) == ["sent", "pictures-failed"]


async def test_a_picture_of_another_organisation_is_fetched_by_its_id(tmp_path: Path) -> None:
    """Slack gives nothing but the id in a shared channel; what files.info says now counts."""
    async with report_world(tmp_path) as w:
        await reported(w, user="UACME", channel="COPEN", team=ACME, files=["F1"])
        (card,) = await cards(w)

        assert len(await pictures(w, card)) == 1


async def test_nothing_is_shown_where_other_organisations_read_along(tmp_path: Path) -> None:
    """The card says so; the picture is not even fetched."""
    async with report_world(tmp_path) as w:
        w.slack.channels["CTRANS"].is_ext_shared = True
        await reported(w, files=["F1"])
        (card,) = await cards(w)
        (report,) = await stored(w)

        assert await pictures(w, card) == []
        assert report.pictures[0].state is PictureState.KEPT_BACK
        assert w.slack.calls("download") == []
        assert "other organisations read this channel" in shown(card.blocks)


async def test_where_slack_does_not_say_who_reads_nothing_is_shown(tmp_path: Path) -> None:
    """Unknown counts as shared."""
    async with report_world(tmp_path) as w:
        w.slack.fault = lambda method, _: HttpError(500) if method == "conversations.info" else None
        await reported(w, files=["F1"])

        assert await pictures(w, (await cards(w))[0]) == []
        assert w.slack.calls("download") == []


async def test_a_channel_that_is_shared_later_shows_no_further_picture(tmp_path: Path) -> None:
    """Who reads along is asked anew; the card names no organisation there any more either."""
    async with report_world(tmp_path) as w:
        ts = await reported(w, user="UACME", channel="COPEN", team=ACME)
        (card,) = await cards(w)
        assert "Acme" in shown(card.blocks)
        w.slack.channels["CTRANS"].is_ext_shared = True
        await w.write("COPEN", "UACME", "", thread=ts, team=ACME, files=["F1"])
        (report,) = await stored(w)

        assert await pictures(w, card) == []
        assert w.slack.calls("download") == []
        assert report.pictures[0].state is PictureState.KEPT_BACK
        assert "other organisations read this channel" in shown(card.blocks)
        assert "Acme" not in shown(card.blocks)


async def test_a_channel_that_is_shared_while_the_picture_is_fetched_does_not_show_it(tmp_path: Path) -> None:
    """Our copy, which nobody has seen, is deleted."""
    async with report_world(tmp_path) as w:

        def shared_by_then(method: str, _number: int) -> Fault | None:
            w.slack.channels["CTRANS"].is_ext_shared |= method == "upload"
            return None

        w.slack.fault = shared_by_then
        await reported(w, files=["F1"])
        (card,) = await cards(w)
        (report,) = await stored(w)

        assert await pictures(w, card) == []
        assert w.slack.calls("files.completeUploadExternal") == []
        assert (report.pictures[0].state, report.pictures[0].copy) == (PictureState.KEPT_BACK, "")
        assert len(w.slack.calls("files.delete")) == 1


async def test_where_slack_says_later_who_reads_the_picture_is_shown(tmp_path: Path) -> None:
    """One answer that fails, as the card is posted, keeps nothing back for good."""
    async with report_world(tmp_path) as w:
        w.slack.fail("conversations.info", HttpError(500))
        await reported(w, files=["F1"])
        (card,) = await cards(w)

        assert len(await pictures(w, card)) == 1
        assert "other organisations" not in shown(card.blocks)


# Slack fails

STEPS = (
    "files.info",
    "download",
    "files.getUploadURLExternal",
    "upload",
    "files.completeUploadExternal",
)
FAILURES = {
    "429": RateLimited(3),
    "500": HttpError(500),
    "500, carried out": HttpError(500, stored=True),
    "a page": Html(502),
    "cut": Cut(stored=False),
    "cut, carried out": Cut(stored=True),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("step", STEPS)
async def test_whatever_fails_on_the_way_it_is_shared_once(tmp_path: Path, step: str, failure: str) -> None:
    """Each step is repeated until it is done; a step that was carried out unheard shows nothing twice."""
    async with report_world(tmp_path) as w:
        w.slack.fail(step, *[FAILURES[failure]] * 2)
        ts = await reported(w, files=["F1"])
        (card,) = await cards(w)
        (report,) = await stored(w)

        assert len(await pictures(w, card)) == 1
        assert report.pictures[0].state is PictureState.SHARED
        # A page instead of the picture is what Slack shows to whom it does not know: that is said, and tried again.
        is_said = (step, failure) == ("download", "a page")
        assert await steps(w, "CCYBER", ts) == ["sent", *["pictures-failed"] * is_said]


@pytest.mark.parametrize("step", ["files.info", "files.completeUploadExternal"])
async def test_a_slack_that_hangs_shares_it_once(tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is given up after a while and repeated."""
    monkeypatch.setattr("bot.adapters.files.CALL_LIMIT", 0.2)
    async with report_world(tmp_path) as w:
        w.slack.fail(step, Hang())
        await reported(w, files=["F1"])

        assert len(await pictures(w, (await cards(w))[0])) == 1


async def test_slack_may_take_its_time_to_share(tmp_path: Path) -> None:
    """It shares behind the scenes; the copy is looked at until people see it, and completed once."""
    async with report_world(tmp_path) as w:
        w.slack.sharing_delay = 5
        await reported(w, files=["F1"])

        assert len(await pictures(w, (await cards(w))[0])) == 1
        assert len(w.slack.calls("files.completeUploadExternal")) == 1


async def test_where_slack_stays_away_the_report_stands(tmp_path: Path) -> None:
    """The card is there, says that the picture is not, and gets it once Slack is back."""
    async with report_world(tmp_path) as w:
        w.slack.fault = lambda method, n: HttpError(503) if method == "download" and n <= 12 else None
        ts = await reported(w, files=["F1"])
        (card,) = await cards(w)

        assert len(await pictures(w, card)) == 1
        assert await steps(w, "CCYBER", ts) == ["sent"], "there is nothing that the reporter could do"
        assert "could not be had" not in shown(card.blocks)


async def test_where_slack_stays_away_for_good_the_reporter_is_told_in_the_end(tmp_path: Path) -> None:
    """Once, when it is tried no more; the report stands."""
    async with report_world(tmp_path) as w:
        w.slack.fault = lambda method, _: HttpError(503) if method == "download" else None
        ts = await reported(w, files=["F1"])
        (card,) = await cards(w)

        assert await steps(w, "CCYBER", ts) == ["sent", "pictures-failed"]
        assert "1 could not be had" in shown(card.blocks)


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("files.getUploadURLExternal", Error("file_uploads_disabled")),
        ("files.completeUploadExternal", Error("not_in_channel")),
        ("files.completeUploadExternal", HttpError(500)),
    ],
)
async def test_where_slack_takes_no_copy_the_reporter_is_told_in_the_end(
    tmp_path: Path, method: str, fault: Fault
) -> None:
    """The card does not say for good that the picture is on its way, and the others are told of too."""
    async with report_world(tmp_path) as w:
        w.slack.add_file("F2", b"%PDF-1.7" + b"x" * 100)
        w.slack.fault = lambda called, _: fault if called == method else None
        ts = await reported(w, files=["F1", "F2"])
        (card,) = await cards(w)

        assert (await steps(w, "CCYBER", ts))[:2] == ["sent", "pictures-failed"]
        assert "on its way" not in shown(card.blocks)
        assert shown(card.blocks).count("1 could not be had") == 2


async def test_a_desk_that_stops_in_between_shares_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was completed, and nobody heard; the next process looks before it shares."""
    monkeypatch.setattr("bot.adapters.files.CALL_LIMIT", 0.3)
    slack = StubSlack()
    async with report_world(tmp_path, slack=slack) as w:
        draft = await drafted(w, files=["F1"])
        slack.fail("files.completeUploadExternal", Hang(stored=True))
        await w.press(draft, "report.send", "U1")
        await slack.until(lambda: slack.calls("files.completeUploadExternal"))
        clock = w.clock
    async with report_world(tmp_path, slack=slack, clock=clock) as w:
        (card,) = await cards(w)

        assert len(await pictures(w, card)) == 1


# Many


async def test_twenty_five_pictures_in_one_message(tmp_path: Path) -> None:
    """One question, one report, and each of them once below the card."""
    async with report_world(tmp_path) as w:
        ts = await w.direct("D1", "U1", "", files=MANY)
        (question,) = await _asking(w, "D1")
        assert (await reply_of(w, question)).result["pictures"] == 25
        await _send_pictures(w, question)

        await _assert_all_shared_once(w)
        assert question.thread_ts == ts


async def test_twenty_five_pictures_as_twenty_five_messages(tmp_path: Path) -> None:
    """As phones send them, all at once: one question that counts them, one report, each once."""
    async with report_world(tmp_path) as w:
        for file in MANY:
            await w.direct("D1", "U1", "", files=[file])
        (question,) = await _asking(w, "D1")
        assert (await reply_of(w, question)).result["pictures"] == 25
        await _send_pictures(w, question)

        await _assert_all_shared_once(w)


async def test_twenty_five_pictures_in_a_channels_thread(tmp_path: Path) -> None:
    """The same below a mention."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "", files=MANY[:1])
        for file in MANY[1:]:
            await w.write("CCYBER", "U1", "", thread=ts, files=[file])
        (question,) = await _asking(w, "CCYBER")
        assert (await reply_of(w, question)).result["pictures"] == 25
        await _send_pictures(w, question)

        await _assert_all_shared_once(w)


async def test_a_flood_while_slack_is_busy(tmp_path: Path) -> None:
    """Every second call is turned away: still each once, and nothing is lost."""
    async with report_world(tmp_path) as w:
        await w.direct("D1", "U1", "", files=MANY)
        (question,) = await _asking(w, "D1")
        busy = Counter[str]()

        def every_second(method: str, _number: int) -> Fault | None:
            if not method.startswith("files.") and method not in {"download", "upload"}:
                return None
            busy[method] += 1
            return RateLimited(1) if busy[method] % 2 else None

        w.slack.fault = every_second
        await w.press(question, "report.picture", "U1")
        await w.settle()
        await w.press(question, "report.send", "U1")
        await w.settle(seconds=60)

        await _assert_all_shared_once(w)


async def test_more_pictures_than_a_report_takes(tmp_path: Path) -> None:
    """The first twenty-five go with it, and whoever sends more reads that the others do not."""
    async with report_world(tmp_path) as w:
        await w.direct("D1", "U1", "", files=[*MANY, "F0026", "F0027"])
        (question,) = await _asking(w, "D1")
        assert "25" in question.text
        await _send_pictures(w, question)

        await _assert_all_shared_once(w)


async def test_a_picture_too_many_after_sending_is_not_said_to_be_added(tmp_path: Path) -> None:
    """Nothing is promised that is not kept."""
    async with report_world(tmp_path) as w:
        ts = await reported(w, files=MANY)
        await w.write("CCYBER", "U1", "", thread=ts, files=["F0026"])
        last = await w.last("CCYBER", ts)

        assert "added" not in last.text
        assert "25" in last.text
        (report,) = await stored(w)
        assert len(report.pictures) == MOST_PICTURES


async def test_pictures_from_the_form_are_shared_too(tmp_path: Path) -> None:
    """Files that were put into a form are shared nowhere: they are fetched by their ids."""
    async with report_world(tmp_path) as w:
        form = await form_from(w, await drafted(w), "U1")
        await w.fill(form, "U1", pictures=["F1", "F2"])
        (card,) = await cards(w)

        assert len(await pictures(w, card)) == 2


async def test_a_report_of_pictures_alone_has_a_card(tmp_path: Path) -> None:
    """Without a word: the translators see the pictures below it."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "", files=["F1"])
        question = await w.only("CCYBER", ts)
        await _send_pictures(w, question)
        (card,) = await cards(w)

        assert len(await pictures(w, card)) == 1
        assert "TR-1" in card.text
        assert [line for line in await lines(w, card) if "TR-1" in line]


async def _asking(w: World, channel: str) -> list[StubMessage]:
    """The messages that ask what pictures are about."""
    await w.settle()
    return [one for one in w.slack.messages(channel) if "report.picture" in actions(one)]


async def _send_pictures(w: World, question: StubMessage) -> None:
    await w.press(question, "report.picture", "U1")
    await w.settle()
    await w.press(question, "report.send", "U1")
    await w.settle(seconds=30)


async def _assert_all_shared_once(w: World) -> None:
    (card,) = await cards(w)
    (report,) = await stored(w)

    assert len(await pictures(w, card)) == len(MANY)
    assert sorted(picture.id for picture in report.pictures) == MANY
    assert {picture.state for picture in report.pictures} == {PictureState.SHARED}
    assert len({picture.copy for picture in report.pictures}) == len(MANY)
