"""The kinds of work that reports lead to."""

from __future__ import annotations

from typing import Final

from bot.listeners.copying import Kinds

CARD: Final = "report-card"  # post the card
SHOW: Final = "report-show"  # have the card say how the report stands
LINE: Final = "report-line"  # one change, below the card
PING: Final = "report-ping"  # name those whom it waits for
MOVED: Final = "report-moved"  # an old card says where its report has gone
LATE: Final = "report-late"  # tell whoever clicked too late how it stands
PICTURES: Final = Kinds(fetch="report-picture", share="report-share", tidy="report-tidy")
TELL: Final = "report-tell"  # say something to a reporter
STAND: Final = "report-stand"  # have a reporter's message say how it stands
