"""What people and files write never becomes active: no broadcast, no mention, no hidden link.

Each world looks at all that was sent when it ends (`world._look_through`); here the inputs are hostile.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.desk import link_fault
from tests import payloads
from tests.scenarios.report_desk import words_on
from tests.scenarios.request_desk import cards
from tests.scenarios.world import DESK, actions, active, control, options, shown, world

HOSTILE = (
    "<!channel>",
    "<!here|here> *bold* _it_ ~no~ `code`",
    "<@U2> <#C1|general> <!subteam^S1>",
    "<https://evil.example|https://good.example>",
    "&lt;!channel&gt; &lt;@U2&gt;",
    "&amp;lt;!channel&amp;gt;",
    "<b>bold</b><script>alert(1)</script>",
    "<!date^1392734382^{date}|now>",
    "> quoted\n>>> all of it <!everyone>",
    "```<!channel>```",
    "```",
    "<!channel",
    "<<!channel>!channel>",
    "<!channel\n>",
    "https://evil.example mailto:a@evil.example evil.example",
    "\u202e<!channel>\u200b<\u200b!here>",
    "\uff1c!channel\uff1e",
    "*Question*\n*The bot answered*\n<https://evil.example|Open the thread>",
    "&" * 4_000,
    "<!channel>" * 400,
    "<https://evil.example|" + "x" * 4_000,
    "```" + "\n" * 4_000,
)


async def test_a_question_is_harmless_on_the_card(tmp_path: Path) -> None:
    """It is shown as it was typed, without the mentions, and nothing in it acts: the card names who asks, no more."""
    async with world(tmp_path) as w:
        for n, text in enumerate(HOSTILE, start=1):
            ts = await w.mention("CCYBER", "U1", f"How long does the extended trial last? {text}")
            await w.press(await w.last("CCYBER", ts), "human.ask", "U1")
            await w.settle()
            card = (await cards(w))[-1]

            assert card.text.startswith(f"REQ-{n} ")
            assert "How long does the extended trial last?" in words_on(card)
            assert active(shown(card.blocks)) == ["<@U1>"]
            assert active(card.text) == []


async def test_a_question_that_is_not_understood_is_harmless(tmp_path: Path) -> None:
    """Whatever the bot says to it."""
    async with world(tmp_path) as w:
        for text in HOSTILE:
            ts = await w.mention("CCYBER", "U1", text)
            for said in await w.replies("CCYBER", ts):
                assert active(said) == []
                assert "evil" not in said


async def test_very_long_hostile_questions(tmp_path: Path) -> None:
    """Cut in the middle of a token, the rest is still text."""
    async with world(tmp_path) as w:
        for n in range(6):
            ts = await w.mention("CCYBER", "U1", "I want to speak to a person " + "x" * n + "<!channel>" * 400)
            message = await w.last("CCYBER", ts)
            if "REQ" not in message.text:
                await w.press(message, "human.ask", "U1")
            await w.settle()

        assert len(await cards(w)) == 6


async def test_names_and_addresses_of_the_desk_file(tmp_path: Path) -> None:
    """A partner's name is shown as it stands; an address with & stays whole."""
    desk = DESK + 'links: {cyberday: {website: "https://example.com/?x=1&y=2"}}\n'
    async with world(tmp_path, desk) as w:
        for text in ("How do I become a partner?", "How do I apply as a partner?"):
            ts = await w.mention("COPEN", "UACME", text, team="TACME")
            await w.press(await w.last("COPEN", ts), "human.ask", "UACME", team="TACME")
            await w.settle()

        assert "Acme &amp; &lt;!channel&gt; &lt;Co&gt;" in words_on((await cards(w))[0])
        assert "<https://example.com/?x=1&amp;y=2|" in shown(w.slack.messages("COPEN")[0].blocks)


async def test_a_comment_on_an_answer_is_shown_to_the_desk_alone(tmp_path: Path) -> None:
    """Below the request that came with it, where it is text; nobody in the partner's channel reads it."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", "How long does the extended trial last?"))
        await w.press(message, "answer.unhelpful", "U1")
        await w.submit(w.slack.opened[0], "U1", comment="<!channel> Zanzibar <@U2>", person=True)
        (card,) = await cards(w)
        (told,) = [one for one in w.slack.messages("CSUPPORT", thread=card.ts) if "Zanzibar" in words_on(one)]

        assert "How long does the extended trial last?" in words_on(card)
        assert active(told.text) == active(shown(told.blocks)) == ["<@U1>"]
        assert not any("Zanzibar" in words_on(one) + one.text for one in w.slack.messages("CCYBER"))


# Every other field


async def test_an_organisations_name(tmp_path: Path) -> None:
    """On the card it is one line, and literal."""
    partners = [
        {"name": name[:200], "slack_teams": [f"TNO{n}"], "programmes": ["cyberday"]} for n, name in enumerate(HOSTILE)
    ]
    async with world(tmp_path, DESK.replace("partners:\n", f"partners:\n{_listed(partners)}")) as w:
        for n in range(len(HOSTILE)):
            ts = await w.mention("CANYONE", f"UNO{n}", "How do I register a deal?", team=f"TNO{n}")
            await w.press(await w.last("CANYONE", ts), "human.ask", f"UNO{n}", team=f"TNO{n}")
            await w.settle()
            heading, who = (await cards(w))[n].blocks[0]["text"]["text"].split("\n")

            assert heading == f"*REQ-{n + 1}* · in the queue"
            assert active(who) == [f"<@UNO{n}>"]
            assert " · " in who


def _listed(partners: list[dict[str, Any]]) -> str:
    return "".join(f"  - {json.dumps(one)}\n" for one in partners)


async def test_what_slack_tells_of_a_person(tmp_path: Path) -> None:
    """Names, zone and language are chosen by people; whatever they are, the person is answered, and shown by id."""
    async with world(tmp_path) as w:
        for n, name in enumerate(HOSTILE, start=1):
            user, profile = f"U{n}", {"display_name": name, "real_name": name, "title": name}
            w.slack.add_user(user, name=name, real_name=name, tz=name, locale=name, profile=profile)
            ts = await w.mention("CCYBER", user, "How long does the extended trial last? I started yesterday")
            await w.press(await w.last("CCYBER", ts), "human.ask", user)
            await w.event(payloads.app_home_opened(user))
            await w.settle()

            assert len(await cards(w)) == n
            assert w.slack.homes[user]["blocks"] != []


async def test_the_name_of_a_file(tmp_path: Path) -> None:
    """Files are not shown, nor are their names."""
    async with world(tmp_path) as w:
        w.meet("D1", "U1")
        for name in HOSTILE:
            event = payloads.file_share("D1", "U1", name, channel_type="im")
            event["event"]["files"][0] |= {"name": name, "title": name, "mimetype": name, "url_private": name}
            await w.event(event)
            for said in await w.replies("D1", event["event"]["ts"]):
                assert active(said) == []
                assert "evil" not in said


async def test_values_that_are_told(tmp_path: Path) -> None:
    """In words, where a value is asked for, and in every field of the form; the computed reply stays as it was."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "My trial started on 3 November 2026, when does it end?")
        reply = await w.last("CCYBER", ts)
        before = reply.text
        form = await w.change_values(reply, "U1")
        for n, value in enumerate(HOSTILE):
            state = payloads.form_state(form.view)
            for elements in state.values():
                for element in elements.values():
                    for name in set(element) - {"type"}:
                        element[name] = (
                            {"value": value, "text": {"text": value}} if name == "selected_option" else value
                        )
            await w.click(
                payloads.view_submission(
                    "U1", "values.change", state, private_metadata=form.view["private_metadata"], view_id=f"V{n}"
                )
            )
            asking = await w.mention("CCYBER", "U2", "When does my trial end?")
            await w.write("CCYBER", "U2", value, thread=asking)
            await w.settle()

        assert (await w.last("CCYBER", ts)).text == before


async def test_what_a_click_claims_to_have_chosen(tmp_path: Path) -> None:
    """Whatever stands in a control's value: it was never offered, so it is never shown."""
    async with world(tmp_path) as w:
        for question in ("How long does the extended trial last?", "When does my trial end?", "topics", "trial"):
            ts = await w.mention("CCYBER", "U1", question)
            message = await w.last("CCYBER", ts)
            for action in actions(message):
                kind = control(message, action)["type"]
                for value in HOSTILE:
                    await w.click(_forged(message.ts, ts, action, kind, value))
            await w.settle()
        said = [message.text for message in w.slack.messages("CCYBER")] + [one.text for one in w.slack.ephemerals]

        assert not any("evil" in one for one in said)


def _forged(ts: str, thread: str, action: str, kind: str, value: str) -> dict[str, Any]:
    if kind == "datepicker":
        return payloads.date_picked("CCYBER", "U1", action, value, message_ts=ts, thread=thread)
    return payloads.block_actions("CCYBER", "U1", action, value, message_ts=ts, thread=thread, kind=kind, text=value)


async def test_what_a_form_claims_to_be_about(tmp_path: Path) -> None:
    """Its notes may name no message, another one, or nothing that can be read."""
    async with world(tmp_path) as w:
        await w.only("CCYBER", await w.mention("CCYBER", "U1", "How long does the extended trial last?"))
        for value in HOSTILE:
            comment = {"comment": {"comment": {"type": "plain_text_input", "value": value}}}
            for notes in (value, json.dumps(value), json.dumps({"channel": value, "ts": value, "language": value})):
                for callback in ("answer.feedback", "values.change", value[:200]):
                    await w.click(payloads.view_submission("U1", callback, comment, private_metadata=notes[:3000]))
        await w.settle()

        assert len(w.slack.messages("CCYBER")) == 1
        assert w.slack.messages("CSUPPORT") == []


def test_the_addresses_of_the_desk_file_are_all_https() -> None:
    """Whatever else would act, or break out of its link, is an error of the file before anything is served."""
    faults = {
        address: link_fault(address) for address in (*HOSTILE, "http://a.example", "javascript:alert(1)", "!channel")
    }

    assert None not in faults.values()


async def test_the_menu_of_topics_and_the_home_tab(tmp_path: Path) -> None:
    """Their words are the knowledge's; they are within Slack's limits in every language."""
    async with world(tmp_path) as w:
        for language in ("en", "fr", "de", "fi"):
            await w.click(payloads.home_action("U1", "home.language", language, kind="static_select"))
            await w.event(payloads.app_home_opened("U1"))
            await w.settle()
            ts = await w.mention(
                "CCYBER", "U1", {"en": "topics", "fr": "thèmes", "de": "Themen", "fi": "aiheet"}[language]
            )
            message = await w.last("CCYBER", ts)

            assert all(options(control(message, action)) for action in actions(message) if action == "topic.pick")
