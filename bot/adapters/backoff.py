"""How long a failed job waits."""

from __future__ import annotations

import random
from typing import Final

# Seconds after the first failure, the second, …: 0.8 · 3ⁿ. Seven waits make eight tries and about 15 minutes.
_FIRST: Final = 0.8
_FACTOR: Final = 3.0
_SPREAD: Final = 0.25  # either way, so that what failed together does not come back together


def backoff(attempts: int, rng: random.Random) -> float:
    """Seconds to wait after `attempts` attempts (1 or more) have failed."""
    return _FIRST * _FACTOR ** (attempts - 1) * rng.uniform(1 - _SPREAD, 1 + _SPREAD)
