"""Hostile text in every message and field of a request, on both sides: it arrives as it was typed, and does nothing.

Whatever is sent is looked through when a world ends: nothing in it notifies, names or links by accident.
"""

from __future__ import annotations

import json
import unicodedata
from html import escape
from pathlib import Path
from typing import Any

import pytest

from bot.model import PersonId
from bot.request import Act, State
from bot.store import regressions
from bot.store.tables import gap
from tests import payloads
from tests.render.hostile import HOSTILE
from tests.scenarios.report_desk import held, words_in, words_on
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    REQUEST_DESK,
    act,
    acts,
    cards,
    handed_over,
    now_shown,
    only,
    opened,
    opened_by,
    previewed,
    reply,
    request_world,
    stored,
    story,
    told,
    writes,
)
from tests.scenarios.world import PICTURE, World, actions, shown
from tests.stub_slack import TEAM, StubMessage, View

LONGEST = 2_500
TEXTS = [
    *(text[:LONGEST] for text in HOSTILE),
    "<!channel> <!here|here> <!subteam^S1> <@U1> <@W1|name> <#C1>",
    "*bold* _it_ ~no~ `code` > quote\n• list\n```block```",
    "&lt;!channel&gt; &amp;lt; &#60;!channel&#62;",
    "\u202eright to left\u202c \u2066isolated\u2069 \u200f",
    "a\0b\x07c\x1b[31m",
    "👩‍👩‍👧‍👦 🇫🇮 :partyparrot: e\u0301",
    "{name} {0} %s %(x)d \\n ${x}",
    "javascript:alert(1) https://evil.example/x|y <https://evil.example|Send>",
    "<" * LONGEST,
    "\U0001f4a9" * (LONGEST // 2),
]
NAMES = ["<!channel> *Aino* <@U1>", "\u202eoniA", "A" * 300, "{name} %s &lt;b&gt;"]


def _unseen(text: str) -> list[str]:
    """The signs of a text that nobody sees, blanks and those within emoji aside."""
    return [
        sign for sign in text if unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign not in "\n\t\u200b\u200d"
    ]


def _typed(text: str) -> str:
    return "".join(sign for sign in text.strip() if not _unseen(sign)).strip()


def _beginning(text: str) -> str:
    """A line of a text by which it is found again."""
    return next((line for line in _typed(text).splitlines() if line.strip()), "")[:40].strip()


# What partners write


@pytest.mark.parametrize("text", TEXTS)
async def test_in_what_a_partner_writes(tmp_path: Path, text: str) -> None:
    """As a question, and in the thread once somebody has it; Slack escapes what people type."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w, f"{escape(text, quote=False)} How long does the trial last?")
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        await writes(w, thread, f"{escape(text, quote=False)} And 40 seats?", files=["F1"])
        request = await only(w)
        below = "\n".join(words_on(message) for message in w.slack.messages("CSUPPORT", thread=card.ts))

        assert _unseen(request.question) == _unseen(request.history[-1].words) == []
        assert _beginning(text) in words_on(card)
        assert _beginning(text) in below
        assert request.history[-1].act is Act.TOLD
        assert len(w.slack.shared("CSUPPORT", card.ts)) == 1


async def test_tokens_of_slack_in_what_a_partner_writes_name_nobody(tmp_path: Path) -> None:
    """Whom they mention is not mentioned again at the desk."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        tokens = "<!channel> <@U5> <!subteam^S1|@team> <#C1|general> <https://a.example|x>"
        await writes(w, thread, f"Look: {tokens} please?")
        request = await only(w)

        assert request.history[-1].words == "Look:    #general https://a.example please?"
        for message in w.slack.messages("CSUPPORT"):
            assert "<@U5>" not in str(message.blocks) + message.text


async def test_a_name_of_a_file_misleads_nobody(tmp_path: Path) -> None:
    """Neither by its ending nor by signs that turn it round."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        w.slack.add_file("F1", PICTURE, name="<!channel> ../../\u202egnp.exe")
        await writes(w, thread, "<!here> *look*", files=["F1"])
        (file,) = w.slack.shared("CSUPPORT", card.ts)

        assert file.name.endswith(".png")
        assert _unseen(file.name + file.alt + file.title) == []
        assert "/" not in file.name
        assert "<!" not in file.comment


# What staff write


@pytest.mark.parametrize("text", TEXTS)
async def test_in_what_staff_write(tmp_path: Path, text: str) -> None:
    """In a reply, with a result, to the next level: the partner reads it as it was typed, and as it was shown."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        form = await reply(w, card, AINO, text)
        posted = (await w.last("CCYBER", thread)).blocks
        blocks = form.view["blocks"]
        first, last = (n for n, block in enumerate(blocks) if block["type"] == "divider")

        assert blocks[first + 1 : last] == posted
        assert _beginning(text) in _read(posted)
        assert (await only(w)).history[-1].words == _typed(text)

        await act(w, card, "request.more", AINO, "level", note=text[:1000])
        (new,) = await cards(w, "CEXPERTS")
        assert await act(w, new, "request.resolve", AINO, reason="done", words=text) == {}
        request = await only(w)
        assert request.state is State.RESOLVED
        assert request.words == _typed(text)
        assert _beginning(text) in _read((await w.last("CCYBER", thread)).blocks)
        assert _beginning(text) in "\n".join(await _below(w, new))


def _read(data: Any) -> str:
    """All that is read of blocks, addresses too."""
    match data:
        case {"type": "link", "url": str(url)}:
            return url
        case {"text": str(text)}:
            return text
        case dict():
            return "".join(_read(one) for one in data.values())
        case list():
            return "".join(_read(one) for one in data)
        case _:
            return ""


async def _below(w: World, card: StubMessage) -> list[str]:
    await w.settle()
    return [words_on(message) for message in w.slack.messages(card.channel, thread=card.ts)]


async def test_in_a_search_and_in_a_case(tmp_path: Path) -> None:
    """Whatever is searched for is found, or not; a case keeps what was written."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        for text in TEXTS:
            form = await opened(w, card, "request.answer", AINO)
            assert await w.fill(form, AINO, query=text[:150]) == {}
            assert now_shown(w, form).view["callback_id"] == "request.searching"
            why = await opened(w, card, "request.more", AINO, "why")
            assert await w.fill(why, AINO, expected="fallback", text=text) == {}

        assert acts(await only(w)) == [Act.ASKED]
        cases = await w.desk.database.read(lambda conn: regressions.listed(conn, w.desk.services.workspace))
        assert [one.text for one in cases] == [_typed(text) for text in TEXTS]


async def test_in_what_is_handed_to_the_desk(tmp_path: Path) -> None:
    """A message of somebody else, and the note of whoever hands it over."""
    async with request_world(tmp_path) as w:
        for text in TEXTS:
            said = w.say("CCYBER", "UACME", f"{escape(text, quote=False)} Where is my invoice?", team=ACME)
            form = await opened_by(w, w.message_shortcut("request.escalate", AINO, said))
            assert await w.fill(form, AINO, note=text[:1000]) == {}

        for text, card, request in zip(TEXTS, await cards(w), await stored(w), strict=True):
            assert _beginning(text) in words_on(card)
            assert request.history[0].words == _typed(text[:1000])


@pytest.mark.parametrize("name", NAMES)
async def test_in_the_name_of_an_agent(tmp_path: Path, name: str) -> None:
    """A name is a text, to the partner and in forms."""
    desk = REQUEST_DESK.replace("name: Aino Virtanen,", f"name: {json.dumps(name)},")
    async with request_world(tmp_path, desk) as w:
        thread = await handed_over(w, channel="D1")
        (card,) = await cards(w)
        await reply(w, card, AINO, "Thirty days.")
        await opened(w, card, "request.more", AINO, "assign")
        said = await w.last("D1", thread)

        assert words_on(said).endswith("· support\nThirty days.")
        assert _unseen(said.text) == []


# What forms carry along


METADATA = [
    "",
    "null",
    "[]",
    "x" * 3_000,
    '{"number": 1e400}',
    '{"number": 99999999999999999999999999, "language": "en"}',
    '{"number": "1", "channel": 5, "ts": []}',
    '{"number": true, "language": "xx", "then": "sell", "digest": {}, "level": 4, "entry": ["x"]}',
    '{"number": -1, "channel": "CSUPPORT", "ts": "1.0", "level": "../x", "from": "USTAFF"}',
]


async def test_what_a_form_carries_along_is_not_trusted(tmp_path: Path) -> None:
    """Nonsense in it changes no request, and is answered."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.take", "UJEAN")
        forms = [await opened(w, card, *which) for which in FORMS]
        preview = await previewed(w, card, AINO, "Thirty days.")
        before = await only(w)
        for metadata in METADATA:
            for form, fields in [*zip(forms, FILLED, strict=True), (preview, {})]:
                await w.fill(_with(form, metadata), AINO, **fields)

            assert await only(w) == before, metadata


FORMS: list[tuple[Any, ...]] = [
    ("request.reply", AINO),
    ("request.answer", AINO),
    ("request.resolve", AINO),
    ("request.more", AINO, "assign"),
    ("request.more", AINO, "take-over"),
    ("request.more", AINO, "level"),
]
FILLED: list[dict[str, str]] = [{"text": "Hello"}, {"query": "trial"}, {"reason": "done"}, {"assignee": AINO}, {}, {}]


def _with(form: View, metadata: str) -> View:
    return View(form.id, {**form.view, "private_metadata": metadata}, form.trigger_id, form.below)


async def test_what_a_button_carries_along_is_not_trusted(tmp_path: Path) -> None:
    """The card that it stands on says which request is meant."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        await handed_over(w)
        first, second = await cards(w)
        elsewhere = w.say("CSUPPORT", "U1", "Hello")
        for value in ("", "0", "-1", "2", "9" * 40, "٣", "1; DROP TABLE request", "<!channel>", "x" * 2000):
            for message in (first, elsewhere):
                click = payloads.block_actions("CSUPPORT", AINO, "request.take", value, message_ts=message.ts)
                assert await w.click(click) == 200

        assert [one.state for one in await stored(w)] == [State.TAKEN, State.OPEN]
        assert "request.take" in actions(second)


# End to end


async def test_an_outside_partner_end_to_end(tmp_path: Path) -> None:
    """Of another organisation, in a channel shared with it: asked, taken, told more, answered, thanked, resolved."""
    async with request_world(tmp_path) as w:
        w.slack.channels["COPEN"].is_ext_shared = True
        w.slack.add_user("UACME", team=ACME, is_stranger=True)
        thread = await handed_over(w, channel="COPEN")
        (card,) = await cards(w)
        assert "<@UACME> · Acme &amp; &lt;!channel&gt; &lt;Co&gt; · " in words_on(card)
        await act(w, card, "request.take", AINO)
        w.slack.add_file("F1", PICTURE, user="UACME", name="seats.png")
        await writes(w, thread, "These are our seats.", channel="COPEN", files=["F1"])
        await reply(w, card, AINO, "Thirty days.")
        await writes(w, thread, "Thank you!", channel="COPEN")
        await act(w, card, "request.resolve", AINO, reason="answered", words="Have fun.")
        request = await only(w)
        said = await told(w, thread, "COPEN")

        assert request.asker == PersonId(ACME, "UACME")
        assert acts(request) == [Act.ASKED, Act.TAKEN, Act.TOLD, Act.REPLIED, Act.TOLD, Act.RESOLVED]
        assert [file.name for file in w.slack.shared("CSUPPORT", card.ts)] == ["seats.png"]
        assert said[-3].startswith("Aino has taken REQ-1.")
        assert said[-2] == "Aino · support\nThirty days."
        assert said[-1].startswith("REQ-1 is closed.\n\nYour question has been answered.")
        assert not any(one.user == "UACME" for one in w.slack.ephemerals)


# Others read the desk's channel


async def test_nothing_but_number_and_state_where_others_read_along(tmp_path: Path) -> None:
    """Card, story, calls, texts beside the blocks, files: of the whole of a request, from asking to its end."""
    async with request_world(tmp_path) as w:
        for channel in ("CSUPPORT", "CEXPERTS"):
            w.slack.channels[channel].is_ext_shared = True
        thread = await handed_over(w, "SECRET: how long does the extended trial last?")
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        await writes(w, thread, "SECRET seats", files=["F1"])
        await reply(w, card, AINO, "SECRET reply", then="more")
        await writes(w, thread, "SECRET of staff", user="UJEAN", team=TEAM)
        await act(w, card, "request.more", AINO, "urgent")
        await act(w, card, "request.more", AINO, "assign", assignee="UJEAN")
        await act(w, card, "request.more", AINO, "take-over")
        assert words_in(card.blocks).splitlines()[0] == "*REQ-1* · waiting for the partner"
        await act(w, card, "request.more", AINO, "level", note="SECRET note")
        (new,) = await cards(w, "CEXPERTS")
        await act(w, new, "request.resolve", AINO, reason="done", words="SECRET words", draft=["yes"])
        await act(w, new, "request.reopen", AINO)
        await w.settle()

        posted = [one for one in w.slack.requests if one.arguments.get("channel") in {"CSUPPORT", "CEXPERTS"}]
        said = json.dumps([one.arguments for one in posted if one.method in {"chat.postMessage", "chat.update"}])
        for secret in ("SECRET", "Acme", "UACME", "English", "Cyberday", "trial", "30 days", "screen.png"):
            assert secret not in said, secret
        assert w.slack.shared("CSUPPORT") == w.slack.shared("CEXPERTS") == []
        assert w.slack.calls("upload") == []
        assert {line.partition(" ")[0] for line in await story(w, new)} <= {"REQ-1:", "<@UOTSO>"}
        assert [row["text"] for row in await w.rows(gap) if row["kind"] == "draft"] != []


async def test_staff_work_on_it_all_the_same(tmp_path: Path) -> None:
    """Forms open for them alone: there they read what it is about."""
    async with request_world(tmp_path) as w:
        w.slack.channels["CSUPPORT"].is_ext_shared = True
        thread = await handed_over(w)
        (card,) = await cards(w)
        form = await opened(w, card, "request.reply", AINO)
        assert "How long does the extended trial last?" in words_in(form.view["blocks"])
        assert held(form, "text") == ""
        await reply(w, card, AINO, "Thirty days.")

        assert (await told(w, thread))[-1] == "Aino · support\nThirty days."
        assert "trial" not in shown(card.blocks)


async def test_a_channel_that_is_shared_later_shows_no_more(tmp_path: Path) -> None:
    """The card is bare from the next change on."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        w.slack.channels["CSUPPORT"].is_ext_shared = True
        await act(w, card, "request.take", AINO)
        await writes(w, thread, "SECRET seats")

        assert words_in(card.blocks).splitlines()[0] == "*REQ-1* · taken"
        assert "SECRET" not in " ".join(await story(w, card))
