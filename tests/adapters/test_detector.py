"""The detector of a fifth language, as the serving process asks it: a real child process."""

from __future__ import annotations

import subprocess
import sys

from bot.adapters.detector import detect_foreign

SPANISH = "¿Cómo puedo crear una prueba para mi cliente?"


async def test_a_child_tells_the_language() -> None:
    """Its code, or None for one of ours and for nothing at all."""
    assert await detect_foreign(SPANISH) == "es"
    assert await detect_foreign("Miten luon kokeilun uudelle asiakkaalle?") is None
    assert await detect_foreign("") is None


def test_the_serving_process_does_not_carry_the_detector() -> None:
    """It is larger than all the models together."""
    code = (
        "import asyncio, sys; from bot.adapters.detector import detect_foreign;"
        f"assert asyncio.run(detect_foreign({SPANISH!r})) == 'es';"
        "sys.exit('py3langid' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own
