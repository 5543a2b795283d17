"""Hostile text in every field of a report: it reaches the translators as it was typed, and does nothing there.

Whatever is sent is looked through when a world ends: nothing in it notifies, names or links by accident.
"""

from __future__ import annotations

import json
import unicodedata
from html import escape
from pathlib import Path

import pytest

from bot.render.blocks import TYPED
from tests.render.hostile import HOSTILE
from tests.scenarios.report_desk import (
    ACME,
    cards,
    drafted,
    form_from,
    held,
    lines,
    pictures,
    reply_of,
    report_world,
    reported,
    stored,
)
from tests.scenarios.world import PICTURE
from tests.stub_slack import StubMessage, View

FIELDS = ("wrong", "suggestion", "place", "said")
TEXTS = [
    *(text[:TYPED] for text in HOSTILE),
    "<!channel> <!here|here> <!subteam^S1> <@U1> <@W1|name> <#C1>",
    "*bold* _it_ ~no~ `code` > quote\n• list\n```block```",
    "&lt;!channel&gt; &amp;lt; &#60;!channel&#62;",
    "\u202eright to left\u202c \u2066isolated\u2069 \u200f",
    "a\0b\x07c\x1b[31m",
    "👩‍👩‍👧‍👦 🇫🇮 :partyparrot: e\u0301",
    "{name} {0} %s %(x)d \\n ${x}",
    "javascript:alert(1) https://evil.example/x|y <https://evil.example|Send>",
    "x" * TYPED,
    "<" * TYPED,
    "\U0001f4a9" * (TYPED // 2),
]
SAFE = "Abbruch"


def _unseen(text: str) -> list[str]:
    """The signs of a text that nobody sees, blanks and those within emoji aside."""
    return [
        sign for sign in text if unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign not in "\n\t\u200b\u200d"
    ]


@pytest.mark.parametrize("text", TEXTS)
async def test_in_every_field_of_the_form(tmp_path: Path, text: str) -> None:
    """What is stored is what was typed, without the signs that nobody sees; the card has it, or says that it is cut."""
    async with report_world(tmp_path) as w:
        form = await form_from(w, await drafted(w, 'The German button says "Abbruch"'), "U1")
        assert await w.fill(form, "U1", **dict.fromkeys(FIELDS, text)) == {}
        (report,) = await stored(w)
        (card,) = await cards(w)

        for field in FIELDS:
            kept = getattr(report, field)
            assert _unseen(kept) == []
            assert kept == _typed(text)
        _assert_shown(card, report.wrong)
        _assert_shown(card, report.said)


@pytest.mark.parametrize("text", TEXTS)
async def test_in_a_message(tmp_path: Path, text: str) -> None:
    """Slack escapes what people type; it is shown back, prefilled in the form, and sent as it was typed."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "I want to report a translation mistake")
        await w.settle()
        await w.write("CCYBER", "U1", escape(text, quote=False), thread=ts, files=["F1"])
        draft = await w.last("CCYBER", ts)
        form = await form_from(w, draft, "U1")
        said = (await reply_of(w, draft)).result["said"]
        assert held(form, "said")
        await w.press(draft, "report.send", "U1")
        (report,) = await stored(w)
        (card,) = await cards(w)

        assert report.said == said
        assert _unseen(said) == []
        _assert_shown(card, said)
        assert len(await pictures(w, card)) == 1


async def test_tokens_of_slack_in_a_message_name_nobody(tmp_path: Path) -> None:
    """Whom a message mentions is not mentioned again: neither to the translators nor back to the reporter."""
    async with report_world(tmp_path) as w:
        ts = await reported(
            w,
            'The German button says "Abbruch" <!channel> <@U5> <!subteam^S1|@team> <#C1|general> <https://a.example|x>',
        )
        (report,) = await stored(w)

        assert report.said == 'The German button says "Abbruch"    #general https://a.example'
        for message in w.slack.messages("CCYBER", thread=ts):
            assert "<@U5>" not in str(message.blocks)


async def test_a_message_that_is_too_long_is_cut_with_a_sign(tmp_path: Path) -> None:
    """The reporter sees the ellipsis before sending it, and the translators see it too."""
    async with report_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "I want to report a translation mistake")
        await w.settle()
        await w.write("CCYBER", "U1", 'The German button says "Abbruch". ' + "It is long. " * 600, thread=ts)
        draft = await w.last("CCYBER", ts)
        told = (await reply_of(w, draft)).result

        assert told["said"].endswith("…")
        await w.press(draft, "report.send", "U1")
        (report,) = await stored(w)
        assert report.said == told["said"]


async def test_a_name_of_a_file_misleads_nobody(tmp_path: Path) -> None:
    """Neither by its ending nor by signs that turn it round."""
    async with report_world(tmp_path) as w:
        w.slack.add_file("F1", PICTURE, name="<!channel> ../../\u202egnp.exe")
        await reported(w, files=["F1"])
        (picture,) = await pictures(w, (await cards(w))[0])

        assert picture.name.endswith(".png")
        assert _unseen(picture.name + picture.alt + picture.title) == []
        assert "/" not in picture.name
        assert "<!channel>" not in picture.comment


@pytest.mark.parametrize("text", TEXTS)
async def test_in_a_question_its_answer_and_the_result(tmp_path: Path, text: str) -> None:
    """Between translator and reporter, both ways."""
    async with report_world(tmp_path) as w:
        ts = await reported(w, user="UACME", channel="COPEN", team=ACME)
        (card,) = await cards(w)
        await w.press(card, "report.ask", "UDE")
        await w.fill(w.slack.opened[-1], "UDE", question=text)
        await w.settle()
        await w.write("COPEN", "UACME", f"{escape(text, quote=False)} {SAFE}", thread=ts, team=ACME)
        await w.settle()
        await w.press(card, "report.fix", "UDE")
        await w.fill(w.slack.opened[-1], "UDE", final=text, words=text)
        await w.settle()
        (report,) = await stored(w)

        assert report.is_closed
        assert any("has answered" in line for line in await lines(w, card))


async def test_what_a_form_carries_along_is_not_trusted(tmp_path: Path) -> None:
    """Its metadata comes back from the person: another's draft, another's message or nonsense in it changes nothing."""
    async with report_world(tmp_path) as w:
        form = await form_from(w, await drafted(w), "U1")
        for metadata in ("", "null", "[]", '{"pictures": 5, "kept": [], "about": {}}', "x" * 3_000):
            form.view["private_metadata"] = metadata
            assert await w.fill(_again(form), "U1") == {}
            await w.settle()
        form.view["private_metadata"] = json.dumps(
            {
                "language": "xx",
                "channel": "CSUPPORT",
                "ts": "1.0",
                "pictures": ["../x", "F1' OR 1=1", 7],
                "about": "1.0",
            }
        )
        await w.fill(_again(form), "U1")
        await w.settle()

        assert {report.wrong for report in await stored(w)} == {"Abbruch"}


def _typed(text: str) -> str:
    return "".join(sign for sign in text.strip() if not _unseen(sign)).strip()


def _assert_shown(card: StubMessage, text: str) -> None:
    """The card holds a text whole, or its beginning and a sign that it goes on."""
    shown = "".join(_rich(card.blocks))
    assert text in shown or (text[:100] in shown and "…" in shown), text[:80]


def _rich(data: object) -> list[str]:
    if isinstance(data, dict):
        own = (
            [str(data["text"])]
            if data.get("type") == "text"
            else [str(data["url"])]
            if data.get("type") == "link"
            else []
        )
        return own + [found for inner in data.values() for found in _rich(inner)]
    return [found for inner in data for found in _rich(inner)] if isinstance(data, list) else []


_ids = iter(range(10_000))


def _again(form: View) -> View:
    """The same form, opened anew."""
    return View(f"VX{next(_ids)}", form.view)
