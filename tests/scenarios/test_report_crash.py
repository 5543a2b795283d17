"""A report on its way: Slack fails at a step between *Send* and the card, or the desk is stopped or killed there."""

from __future__ import annotations

import asyncio
import copy
import signal
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from bot.adapters import slack as adapter
from tests import payloads
from tests.scenarios.report_desk import OWNERS, REPORT_DESK, WORDS, cards, drafted, lines, report_world, steps, stored
from tests.scenarios.served import Served
from tests.scenarios.world import SECRET, TRANSLATORS, actions, control, world
from tests.stub_slack import Cut, Fault, Hang, HttpError, StubMessage, StubSlack

METHODS: Final = ("chat.update", "conversations.info", "chat.getPermalink", "chat.postMessage")
FAULTS: Final = {
    "500 before storing": HttpError(500),
    "500 after storing": HttpError(500, stored=True),
    "cut after storing": Cut(stored=True),
    "no answer after storing": Hang(stored=True),
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that hangs is given up after a moment rather than ten seconds."""
    monkeypatch.setattr(adapter.SlackMessenger.__init__, "__kwdefaults__", {"pacer": None, "call_limit": 0.3})


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("method", METHODS)
async def test_slack_fails_at_a_step(tmp_path: Path, method: str, fault: Fault) -> None:
    """One card, one call to its owners, one message to the reporter, whatever becomes of the first attempts."""
    async with report_world(tmp_path) as w:
        draft = await drafted(w)
        w.slack.fail(method, fault, fault)
        await w.press(draft, "report.send", "U1")
        (card,) = await cards(w)

        assert actions(card)[0] == "report.take"
        assert len(await lines(w, card)) == 1
        assert await steps(w, "CCYBER", draft.thread_ts or "") == ["sent"]
        assert [one.card_ts for one in await stored(w)] == [card.ts]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("method", "on"), [*((one, "sqlite") for one in METHODS), ("chat.postMessage", "postgres")])
async def test_the_desk_is_stopped_at_a_step(
    tmp_path: Path, request: pytest.FixtureRequest, method: str, on: str
) -> None:
    """Slack has carried out the step, and the desk ends before it hears so: the next one goes on from there."""
    settings = {"database_url": request.getfixturevalue("postgres_url")} if on == "postgres" else {}
    async with report_world(tmp_path, **settings) as first:
        draft = await drafted(first)
        before = len(first.slack.calls(method))
        first.slack.fail(method, Hang(stored=True))
        await first.press(draft, "report.send", "U1")
        await first.slack.until(lambda: len(first.slack.calls(method)) > before)
    async with world(tmp_path, REPORT_DESK, slack=first.slack, clock=first.clock, **settings) as w:
        (card,) = await cards(w)

        assert len(await lines(w, card)) == 1
        assert await steps(w, "CCYBER", draft.thread_ts or "") == ["sent"]
        assert [one.card_ts for one in await stored(w)] == [card.ts]


async def _slack() -> StubSlack:
    slack = StubSlack()
    for channel in ("CCYBER", *TRANSLATORS):
        slack.add_channel(channel, members=["U1", *OWNERS])
    return slack


async def _send(desk: Served, draft: StubMessage) -> int:
    """Press *Send*; the status that Slack reads."""
    value = str(control(draft, "report.send").get("value") or "")
    click = payloads.block_actions(
        "CCYBER", "U1", "report.send", value, message_ts=draft.ts, thread=draft.thread_ts, blocks=draft.blocks
    )
    body = payloads.form_body(click)
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{desk.url}/slack/events", data=body, headers=payloads.signed_headers(SECRET, body)) as answer,
    ):
        return answer.status


async def test_the_desk_is_killed_before_the_card(tmp_path: Path) -> None:
    """The click was acked, nothing else has happened: the next desk posts the card, once, and tells the reporter."""
    await _killed(tmp_path, None, "conversations.info", Hang())


async def test_the_desk_is_killed_while_the_card_is_posted(tmp_path: Path) -> None:
    """The card is there and nobody knows: it is looked for, and not posted again."""
    await _killed(tmp_path, None, "chat.postMessage", Hang(stored=True))


async def test_a_replica_is_killed_while_the_card_is_posted(tmp_path: Path, postgres_url: str) -> None:
    """The same on PostgreSQL."""
    await _killed(tmp_path, postgres_url, "chat.postMessage", Hang(stored=True))


async def _killed(folder: Path, url: str | None, method: str, fault: Fault) -> None:
    desk_file = folder / "reports.yml"
    desk_file.write_text(REPORT_DESK, encoding="utf-8")
    async with await _slack() as slack:
        said = slack.say("CCYBER", "U1", f"<@U0BOT> {WORDS}")
        async with Served(folder, slack, url, PARTNERDESK_CONFIG=str(desk_file)) as desk:
            await desk.deliver(payloads.app_mention("CCYBER", "U1", said.text, ts=said.ts))
            await slack.until(lambda: slack.messages("CCYBER", thread=said.ts), seconds=10)
            (draft,) = slack.messages("CCYBER", thread=said.ts)
            shown, before = copy.deepcopy(draft), len(slack.calls(method))
            slack.fail(method, fault)
            statuses = [await _send(desk, shown)]
            while len(slack.calls(method)) == before and len(statuses) < 100:
                # Slack shows the draft before the desk knows that it was posted: whoever clicks then clicks again.
                await asyncio.sleep(0.05)
                statuses.append(await _send(desk, shown))
            desk.tell(signal.SIGKILL)
            await desk.ended()
        async with Served(folder, slack, url, PARTNERDESK_CONFIG=str(desk_file)) as heir:
            await slack.until(lambda: len(slack.messages("CTRANS")) > 1, seconds=90)
            code = await heir.stop()
        card, *below = slack.messages("CTRANS")

    assert (set(statuses), code) == ({200}, 0)
    assert card.thread_ts is None
    assert [("is waiting for you" in one.text, one.thread_ts) for one in below] == [(True, card.ts)]
    assert draft.text.startswith("Thank you. It is with the translators as TR-1.")
