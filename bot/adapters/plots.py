"""Pictures of figures, drawn in a child process: what draws them is large, slow to load, and an extra."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import bot
from bot import paths
from bot.logs import Reason

TIME_LIMIT: Final = 30.0  # seconds; the first picture on a machine takes some, since fonts are looked for
CHILD: Final = (sys.executable, "-m", "bot.plots")

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TMPDIR")
"""What the child's environment has of ours: no token, and no address of a database."""

_log = logging.getLogger(__name__)


def is_installed() -> bool:
    """Whether the extra `plots` is there."""
    return find_spec("matplotlib") is not None


async def draw(
    told: Mapping[str, Any], *, command: Sequence[str] = CHILD, time_limit: float = TIME_LIMIT
) -> bytes | None:
    """Draw what `bot.plots.bars` describes: a PNG, or None where nothing can draw it.

    The child is gone when this returns. It bounds its memory itself.
    """
    if not is_installed():
        return None
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
        )
    except OSError as error:
        _warn(f"no process ({type(error).__name__})")
        return None
    try:
        async with asyncio.timeout(time_limit):
            made, _ = await child.communicate(json.dumps(told).encode())
    except TimeoutError:
        _warn(f"it took longer than {time_limit:g} s")
        return None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    if child.returncode or not made.startswith(_PNG):
        _warn(f"exit {child.returncode}")
        return None
    return made


def _warn(why: str) -> None:
    _log.warning("no picture was drawn: %s", Reason(why))


def _environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("OPENBLAS_")}
    return {
        **ours,
        "MPLCONFIGDIR": str(paths.cache_dir() / "matplotlib"),  # where it keeps which fonts there are
        "OPENBLAS_NUM_THREADS": "1",  # each thread takes address space, of which there is not much
        "PYTHONPATH": str(Path(bot.__file__).parent.parent),
    }
