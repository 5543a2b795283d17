"""The people of a storm: each message is written when its time has come, and what is planned is done about it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine

from bot.store.messages import by_ts
from tests import payloads
from tests.crash.delivery import Delivery
from tests.crash.storm import MENTION, Said
from tests.crash.until import until
from tests.scenarios.world import control
from tests.stub_slack import TEAM, StubMessage, StubSlack

_HESITATES = 3.0  # seconds that somebody takes to go on, at most
_REPEATED, _REPEATED_WITHIN = 0.10, 10.0  # share of deliveries that come again, and within how many seconds

Event = dict[str, Any]


class People:
    """Those who write to the desk.

    Args:
        slack: Where they write.
        delivery: What tells the desk of it.
        engine: Reads the desk's database, to know when a button can be pressed.
        patience: Seconds that an answer is waited for, to press a button under it.
        rng: What is left to chance.

    """

    def __init__(
        self, slack: StubSlack, delivery: Delivery, engine: Engine, patience: float, rng: random.Random
    ) -> None:
        self._slack = slack
        self._delivery = delivery
        self._engine = engine
        self._patience = patience
        self._rng = rng

    async def live(self, said: Said) -> None:
        """Write a message and do what is planned about it, until Slack has delivered all of that."""
        await asyncio.sleep(said.at)
        if said.parent:
            await said.parent.acked.wait()
            await self._hesitate()
        thread = said.parent.ts if said.parent else None
        said.ts = self._slack.say(said.channel, said.user, said.text, thread=thread).ts
        if said.edit and said.edit_overtakes:
            await self._edit(said)
        await self._write(said)
        if said.edit and not said.edit_overtakes:
            await self._hesitate()
            await self._edit(said)
        if said.is_deleted:
            await self._hesitate()
            await self._delete(said)
        if said.click:
            await self._click(said)

    async def _write(self, said: Said) -> None:
        """Have all events of a message delivered, in any order."""
        events = list(_events(said))
        self._rng.shuffle(events)
        async with asyncio.TaskGroup() as group:
            for event in events:
                group.create_task(self._deliver(said, event))

    async def _deliver(self, said: Said, event: Event) -> None:
        await self._delivery.event(event)
        if not said.acked.is_set():
            said.acked_at = time.time()
            said.acked.set()
        while self._rng.random() < _REPEATED:
            await asyncio.sleep(self._rng.uniform(0, _REPEATED_WITHIN))
            await self._delivery.again(event)

    async def _edit(self, said: Said) -> None:
        assert said.edit is not None
        new = f"{MENTION} {said.edit.text}"
        edited = payloads.message_changed(said.channel, said.user, new, ts=said.ts, previous=said.text)
        await self._deliver(said, edited)

    async def _delete(self, said: Said) -> None:
        self._slack.withdraw(said.channel, said.ts)
        await self._deliver(said, payloads.message_deleted(said.channel, said.user, said.text, ts=said.ts))

    async def _click(self, said: Said) -> None:
        """Press a button as soon as the desk knows its answer; Slack delivers that once, so it may be lost."""
        assert said.click is not None
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await until(lambda: self._known_answer(said))
        answer = self._known_answer(said)
        if answer is None:
            return
        button = control(answer, said.click)
        click = payloads.block_actions(
            said.channel,
            said.user,
            said.click,
            button.get("value", ""),
            message_ts=answer.ts,
            thread=said.ts,
            text=answer.text,
            blocks=answer.blocks,
        )
        said.was_clicked = True
        said.is_click_acked = await self._delivery.click(click)

    def _known_answer(self, said: Said) -> StubMessage | None:
        """An answer that Slack shows, and that the desk has noted."""
        shown = self._slack.messages(said.channel, thread=said.ts)
        if not shown:
            return None
        with self._engine.connect() as conn:
            return next((one for one in shown if by_ts(conn, TEAM, said.channel, one.ts)), None)

    async def _hesitate(self) -> None:
        await asyncio.sleep(self._rng.uniform(0, _HESITATES))


def introduce(slack: StubSlack, storm: Sequence[Said]) -> None:
    """Have the people and channels of a storm exist."""
    for said in storm:
        if said.channel not in slack.channels:
            slack.add_channel(said.channel, is_im=said.is_direct)
        if said.user not in slack.channels[said.channel].members:
            slack.channels[said.channel].members.append(said.user)
        slack.add_user(said.user)


def _events(said: Said) -> Iterator[Event]:
    """What Slack sends of a message: a mention comes as two."""
    kind = "im" if said.is_direct else "channel"
    thread = said.parent.ts if said.parent else None
    yield payloads.message(said.channel, said.user, said.text, ts=said.ts, thread=thread, channel_type=kind)
    if said.is_mention:
        yield payloads.app_mention(said.channel, said.user, said.text, ts=said.ts)
