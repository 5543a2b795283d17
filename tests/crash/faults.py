"""How Slack fails in the storm, by a plan from a seed."""

from __future__ import annotations

import random
from collections import Counter

from tests.crash.kills import Moment, Trigger
from tests.stub_slack import Cut, Fault, HttpError, Late, RateLimited, StubSlack

POST = "chat.postMessage"
LOOK_UPS = frozenset({"conversations.history", "conversations.replies"})

_LATE = 1.0  # seconds
_SHARES: tuple[tuple[float, str, Fault], ...] = (
    (0.10, "429", RateLimited(1)),
    (0.025, "500", HttpError(500)),
    (0.025, "500, stored", HttpError(500, stored=True)),
    (0.02, "cut", Cut(stored=False)),
    (0.02, "cut, stored", Cut(stored=True)),
    (0.01, "cut, stored late", Late(_LATE)),
)


class Faults:
    """StubSlack's `fault`: one request in five goes wrong; one channel is paused for long when it is first posted to.

    At the moments that the trigger waits for it says so, and says what becomes of the request of the killed.
    """

    def __init__(self, slack: StubSlack, trigger: Trigger, rng: random.Random, *, paused: str, pause: int) -> None:
        self._slack = slack
        self._trigger = trigger
        self._rng = rng
        self._paused, self._pause = paused, pause
        self.counts: Counter[str] = Counter()

    def __call__(self, method: str, number: int) -> Fault | None:
        """What goes wrong with a request, if anything."""
        if method == "auth.test":
            return None
        if method in LOOK_UPS:
            self._trigger.happens(Moment.LOOKING_UP)
        if method == POST:
            if self._pause and self._slack.requests[-1].arguments.get("channel") == self._paused:
                seconds, self._pause = self._pause, 0
                self.counts[f"429 for {seconds} s"] += 1
                return RateLimited(seconds)
            if self._trigger.happens(Moment.POST_STORED):
                return None
            if self._trigger.happens(Moment.POST_UNSTORED):
                return Cut(stored=False)
        chance = self._rng.random()
        for share, name, fault in _SHARES:
            if chance < share:
                self.counts[name] += 1
                return fault
            chance -= share
        return None
