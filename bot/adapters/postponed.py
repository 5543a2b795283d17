"""The word for "not now" that costs nothing."""

from __future__ import annotations

from bot.ports import RetryLater


class Postponed(RetryLater):
    """RetryLater for what has certainly not happened yet: it was paced, or Slack refused it for its rate.

    Runners do not count the attempt, so a busy channel cannot turn its own messages into dead letters, and the next
    attempt need not look for a message that was never sent.
    """
