"""What people do in a storm: planned from a seed, so that a run can be named by its number.

Messages that mention the bot, messages in the threads of those, direct messages; some are edited or deleted later, and
under some answers a button is pressed. Each of these is an event of the plan, however often Slack delivers it.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.render.messages import ASK_PERSON, HELPFUL
from tests.stub_slack import BOT_USER

MENTION = f"<@{BOT_USER}>"
SUPPORT = "CSUPPORT"
CLICKED = (HELPFUL, ASK_PERSON)  # the buttons that are pressed

_FOLLOWING, _DIRECT = 0.30, 0.15  # shares of messages; the others are mentions
_EDITED, _DELETED, _PRESSED = 0.06, 0.05, 0.08  # shares of mentions; nobody follows those up
_OVERTAKING = 0.3  # share of edits


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what its answer holds."""

    text: str
    answer: str


@dataclass(eq=False, slots=True)
class Said:
    """A message of a person, what they do about it later, and what Slack knows of it."""

    number: int
    channel: str
    user: str
    asked: Asked
    at: float  # seconds from the beginning
    parent: Said | None = None
    edit: Asked | None = None
    edit_overtakes: bool = False  # the edit is delivered before the message
    is_deleted: bool = False
    click: str | None = None  # the action id of the button pressed under its answer
    ts: str = ""
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    acked_at: float = 0.0  # epoch
    was_clicked: bool = False  # the click was sent
    is_click_acked: bool = False

    @property
    def is_direct(self) -> bool:
        """Whether it is a direct message."""
        return self.channel.startswith("D")

    @property
    def is_mention(self) -> bool:
        """Whether it mentions the bot, and so comes as two events."""
        return self.parent is None and not self.is_direct

    @property
    def thread(self) -> str:
        """The thread that its answer belongs to."""
        return self.parent.ts if self.parent else self.ts

    @property
    def text(self) -> str:
        """What is written."""
        return f"{MENTION} {self.asked.text}" if self.is_mention else self.asked.text

    @property
    def answer(self) -> str:
        """What its answer holds in the end."""
        return (self.edit or self.asked).answer

    @property
    def weight(self) -> int:
        """How many events of the plan it is."""
        return 1 + bool(self.edit) + self.is_deleted + bool(self.click)


def echoed() -> Iterator[Asked]:
    """Questions to the desk that says them back."""
    for number in itertools.count(1):
        yield Asked(f"Question {number}, please.", f"Question {number}, please.")


def shipped() -> Iterator[Asked]:
    """Questions that the shipped knowledge answers."""
    return itertools.cycle(
        (
            Asked("How long does the extended trial last?", "30 days"),
            Asked("How do I register a deal?", "deal"),
            Asked("Can customers pay by invoice?", "invoice"),
        )
    )


def planned(events: int, channels: int, a_second: float, questions: Iterator[Asked], rng: random.Random) -> list[Said]:
    """A storm of so many events over so many channels and as many direct conversations, in the order of their time."""
    said: list[Said] = []
    left = events
    mentions: dict[str, list[Said]] = defaultdict(list)
    while left > 0:
        number = len(said)
        place, at, kind = rng.randrange(channels), number / a_second, rng.random()
        channel, user = f"C{place:03}", f"U{place:03}"
        if kind < _DIRECT:
            one = Said(number, f"D{place:03}", user, next(questions), at)
        elif kind < _DIRECT + _FOLLOWING and mentions[channel]:
            one = Said(number, channel, user, next(questions), at, rng.choice(mentions[channel]))
        else:
            one = Said(number, channel, user, next(questions), at)
            mentions[channel].append(one)
        said.append(one)
        left -= 1
        if left and one.is_mention and _is_changed(one, questions, rng):
            mentions[channel].remove(one)  # nobody follows up: what becomes of its answer would depend on the moment
            left -= 1
    return said


def _is_changed(one: Said, questions: Iterator[Asked], rng: random.Random) -> bool:
    """Give a mention what is done about it later, if anything is."""
    chance = rng.random()
    if chance < _EDITED:
        one.edit, one.edit_overtakes = next(questions), rng.random() < _OVERTAKING
    elif chance < _EDITED + _DELETED:
        one.is_deleted = True
    elif chance < _EDITED + _DELETED + _PRESSED:
        one.click = rng.choice(CLICKED)
    return one.weight > 1
