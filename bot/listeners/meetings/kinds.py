"""The kinds of work that meetings lead to."""

from __future__ import annotations

from typing import Final

TELL: Final = "meeting-tell"  # say something to whoever has booked it
CARD: Final = "meeting-card"  # have the host's card say how it stands; post it if there is none
NEWS: Final = "meeting-news"  # a line to the host, below the card
WRITE: Final = "meeting-write"  # write it into the host's calendar, or find that the time is taken there
ERASE: Final = "meeting-erase"  # take it out of a calendar
MAIL: Final = "meeting-mail"  # send an invitation, or call it off
CALL_OFF: Final = "meeting-call-off"  # call off one whose receiver is no longer in the meeting
FILE: Final = "meeting-file"  # make a calendar file for somebody
SHARE: Final = "meeting-share"  # show it to them
REMIND: Final = "meeting-remind"  # it is near
AFTER: Final = "meeting-after"  # it is over
BUSY: Final = "meeting-busy"  # read when a host is busy
