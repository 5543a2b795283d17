"""The kinds of work that requests lead to."""

from __future__ import annotations

from typing import Final

CARD_BEFORE: Final = "card"  # as versions before requests had it
CARD: Final = "request-card"  # post the card
SHOW: Final = "request-show"  # have the card say how the request stands
MOVED: Final = "request-moved"  # have an old card say where it has gone
LINE: Final = "request-line"  # put a change below the card
PING: Final = "request-ping"  # call those whom it waits for
NOTE: Final = "request-note"  # tell the next level of a target that was missed
LATE: Final = "request-late"  # tell whoever clicked too late who was first
TELL: Final = "request-tell"  # say something to the partner
STAND: Final = "request-stand"  # have the partner's message say how the request stands
TICK: Final = "request-tick"  # a clock has run out
CLOCKS: Final = "request-clocks"  # have all clocks run as the desk file has them by now
UNANSWERED: Final = "request-unanswered"  # nobody may have answered a question
DIGEST: Final = "request-digest"  # tell the desk of the week that has passed
DRAFTED: Final = "request-drafted"  # tell whoever looks after a language of an entry to be written
DIGEST_SHARE: Final = "request-digest-share"  # show the picture that goes with it
