"""What happens to a request at odd moments: what is edited, deleted, handed on twice, or looked at much later."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import PersonId
from bot.request import Act, Reason, State
from bot.store import privacy
from tests.scenarios.meeting_desk import opened_by
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    BOREAL,
    JEAN,
    REQUEST_DESK,
    TRIAL,
    act,
    acts,
    cards,
    deeds,
    handed_over,
    only,
    pass_to,
    reply,
    request_world,
    status,
    story,
    told,
    writes,
)
from tests.scenarios.world import World
from tests.stub_slack import TEAM

ESCALATE = "request.escalate"


async def _taken(w: World, channel: str = "CCYBER") -> str:
    thread = await handed_over(w, channel=channel)
    (card,) = await cards(w)
    await act(w, card, "request.take", AINO)
    return thread


async def test_a_reply_that_staff_only_mend_changes_no_turn(tmp_path: Path) -> None:
    """The partner has written since: the desk owes a word, whatever becomes of an older one."""
    async with request_world(tmp_path) as w:
        thread = await _taken(w)
        ts = await w.write("CCYBER", AINO, "Thirty dyas.", thread=thread)
        await w.settle()
        await writes(w, thread, "And can we make it sixty?")
        await w.edit("CCYBER", AINO, ts, "Thirty days.", after=200)
        await w.settle()
        (card,) = await cards(w)

        assert (await only(w)).state is State.TAKEN
        assert "Thirty days." in (await story(w, card))[-1]


async def test_an_answer_that_becomes_the_status_is_edited_from_then_on(tmp_path: Path) -> None:
    """A question edited into a wish for a person: the message that answered it says how the request stands."""
    async with request_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "UACME", TRIAL, team=ACME)
        await w.settle()
        await w.edit("CCYBER", "UACME", ts, "<@U0BOT> I want to speak to a person", after=20, team=ACME)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)

        assert await status(w) == "A person is looking after REQ-1."


async def test_a_message_of_a_thread_that_is_before_the_desk_already(tmp_path: Path) -> None:
    """Its words stand below the card besides the note, which is the desk's own; and it may have become urgent."""
    async with request_world(tmp_path) as w:
        thread = await _taken(w)
        ts = await w.write("CCYBER", "UBOREAL", "We see the error 4711 too", thread=thread, team=BOREAL)
        await w.settle()
        form = await opened_by(w, w.message_shortcut(ESCALATE, JEAN, w.slack.message("CCYBER", ts)))
        assert await w.fill(form, JEAN, note="Two of them by now", urgent=["yes"]) == {}
        (card,) = await cards(w)
        below = await story(w, card)
        request = await only(w)

        assert acts(request)[-3:] == [Act.TOLD, Act.HANDED, Act.URGENT]
        assert request.is_urgent
        assert any("4711" in line for line in below)
        (note,) = [line for line in below if "Two of them" in line]
        assert "partner" not in note.casefold()


async def test_handed_to_the_desk_after_its_end_it_is_open_again(tmp_path: Path) -> None:
    """By staff: the partner has added nothing to it."""
    async with request_world(tmp_path) as w:
        thread = await _taken(w)
        (card,) = await cards(w)
        await act(w, card, "request.resolve", AINO, reason="answered")
        answer = w.slack.messages("CCYBER", thread=thread)[0]
        form = await opened_by(w, w.message_shortcut(ESCALATE, JEAN, answer))
        assert await w.fill(form, JEAN, note="Not yet") == {}

        assert (await only(w)).state is State.TAKEN
        assert "added" not in await status(w)


async def test_in_a_direct_message_between_others_the_bot_has_no_part(tmp_path: Path) -> None:
    """What they write there does not come before the desk: nobody could be answered."""
    async with request_world(tmp_path) as w:
        w.slack.add_channel("DFAR", is_im=True, is_member=False)
        message = w.say("DFAR", "UACME", "Our invoice is wrong", team=ACME)
        form = await opened_by(w, w.message_shortcut(ESCALATE, AINO, message))

        assert "submit" not in form.view


async def test_what_was_added_to_the_older_of_two_requests_can_be_deleted(tmp_path: Path) -> None:
    """In a direct message it is found, whichever request is the newest by then."""
    async with request_world(tmp_path) as w:
        await handed_over(w, channel="D1")
        (first,) = await cards(w)
        ts = await w.direct("D1", "UACME", "The zebra quux is mauve", team=ACME)
        await w.settle()
        assert "zebra" in "\n".join(await story(w, first))
        await handed_over(w, "How do I register a deal?", channel="D1")
        await w.delete("D1", "UACME", ts)

        assert "zebra" not in "\n".join(await story(w, first))


@pytest.mark.parametrize("text", ["Look at this", ""])
async def test_a_deleted_message_takes_its_files_along(tmp_path: Path, text: str) -> None:
    """Our copies below the card too: what was sent by mistake is not kept."""
    async with request_world(tmp_path) as w:
        thread = await _taken(w)
        w.slack.add_file("F1", b"%PDF-1.4 x", user="UACME", name="a.pdf")
        ts = await writes(w, thread, text, files=["F1"])
        (file,) = (await only(w)).files
        await w.delete("CCYBER", "UACME", ts)
        await w.settle()

        assert (await only(w)).files == ()
        assert w.slack.files[file.copy].is_deleted


async def test_the_thread_of_an_open_request_is_not_forgotten(tmp_path: Path) -> None:
    """However long ago something was said there: what the partner writes next is heard. After its end it is."""
    async with request_world(tmp_path) as w:

        async def forget() -> None:
            later = w.clock.now()
            await privacy.clear_all(
                w.desk.database,
                lambda holding: holding.due(later) if holding.due and holding.table.name == "thread" else None,
            )

        thread = await _taken(w)
        await forget()
        await writes(w, thread, "Any news of the zebra?")
        (card,) = await cards(w)
        assert "zebra" in "\n".join(await story(w, card))

        await act(w, card, "request.resolve", AINO, reason="answered")
        await forget()
        assert await w.threads() == []


async def test_what_is_forgotten_is_not_said_to_be_open_again(tmp_path: Path) -> None:
    """Its row has gone, as after the time for which texts are kept, and the message with *Reopen* is still there."""
    async with request_world(tmp_path) as w:
        thread = await _taken(w)
        (card,) = await cards(w)
        await act(w, card, "request.resolve", AINO, reason="answered")
        result = w.slack.messages("CCYBER", thread=thread)[-1]
        later = w.clock.now().replace(year=2030)
        await privacy.clear_all(
            w.desk.database,
            lambda holding: holding.due(later) if holding.due and holding.table.name == "request" else None,
        )
        assert await w.press(result, "request.again", "UACME", team=ACME) == 200

        assert "open again" not in "\n".join(await told(w, thread))


async def test_clocks_run_as_the_desk_file_has_them_after_a_restart(tmp_path: Path) -> None:
    """A request was opened before anything was promised: now that it does, that is missed, and said."""
    without = "\n".join(line for line in REQUEST_DESK.splitlines() if "targets:" not in line)
    async with request_world(tmp_path, without) as w:
        await handed_over(w)
        await pass_to(w, w.clock.now() + timedelta(hours=1))
        slack, clock = w.slack, w.clock
        assert acts(await only(w)) == [Act.ASKED]
    async with request_world(tmp_path, slack=slack, clock=clock) as w:
        await pass_to(w, w.clock.now() + timedelta(hours=8))

        assert Act.BREACHED in acts(await only(w))


async def test_who_has_said_thanks_is_not_asked_whether_it_still_matters(tmp_path: Path) -> None:
    """Once the partner would be nudged, the request is closed as answered instead."""
    async with request_world(tmp_path) as w:
        thread = await _taken(w)
        (card,) = await cards(w)
        await reply(w, card, AINO, "Thirty days.")
        await writes(w, thread, "Thanks a lot!")
        await pass_to(w, w.clock.now() + timedelta(days=4))
        request = await only(w)

        assert (request.state, request.reason) == (State.RESOLVED, Reason.ANSWERED)
        assert Act.NUDGED not in acts(request)
        assert "Your question has been answered." in (await told(w, thread))[-1]


async def test_staff_who_press_what_a_partner_is_shown_do_it_for_the_desk(tmp_path: Path) -> None:
    """*Reopen* makes it theirs, and what they did is noted; the partner has come back to nothing."""
    async with request_world(tmp_path) as w:
        thread = await _taken(w)
        (card,) = await cards(w)
        await act(w, card, "request.resolve", AINO, reason="answered")
        (result,) = [one for one in w.slack.messages("CCYBER", thread=thread) if "has been answered" in one.text]
        assert await w.press(result, "request.again", JEAN) == 200
        await w.settle()
        request = await only(w)

        assert acts(request)[-1] is Act.REOPENED
        assert request.assignee == PersonId(TEAM, JEAN)
        assert [(one.who.user, one.act) for one in await deeds(w)][-1] == (JEAN, "request.again")


async def test_more_files_than_a_report_takes(tmp_path: Path) -> None:
    """Whatever the partner shows reaches the desk: it is not a form, in which a few pictures are enough."""
    async with request_world(tmp_path) as w:
        thread = await _taken(w)
        for n in range(3):
            files = [f"F{n}{one}" for one in range(10)]
            w.upload("UACME", files)
            await writes(w, thread, "See", files=files)

        assert len((await only(w)).files) == 30
