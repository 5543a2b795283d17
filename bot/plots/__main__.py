"""The child process: a picture's figures on stdin (JSON, as `bars.draw` describes them), a PNG on stdout."""

from __future__ import annotations

import json
import sys
from typing import Final

try:
    import resource
except ImportError:  # where there are no such limits
    resource = None  # type: ignore[assignment]

MEMORY: Final = 1024**3  # bytes of address space: several times what a picture takes
SECONDS: Final = 60  # of the processor; then nobody waits for the picture any more


def bound() -> None:
    """Let this process take so much of the machine and no more."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def main() -> int:
    """Draw one picture."""
    bound()
    from bot.plots import bars  # noqa: PLC0415 - within the bounds

    sys.stdout.buffer.write(bars.draw(json.load(sys.stdin)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
