"""What is asked of a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

AROUND: Final = timedelta(days=1)
"""How far outside a stretch of UTC a whole day, or a time without a zone, may be written and yet lie within it."""


@dataclass(frozen=True, slots=True)
class Query:
    """Between when somebody's busy times are looked for, in seconds since 1970, and what is known of them.

    Whole days, and times without a zone, are those of `zone`. An invitation that was declined by the e-mail address
    `owner` does not count, nor does an event whose UID is of `own_domain`: it is ours.
    """

    since: float
    until: float
    zone: str
    owner: str
    own_domain: str
