"""The detector of a fifth language, as the serving process asks it: a real child process."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from bot.adapters.detector import ForeignDetector

SPANISH = "¿Cómo puedo crear una prueba para mi cliente?"


async def test_a_child_tells_the_language() -> None:
    """Its code, or None for one of ours and for nothing at all; however many ask at once, and whatever they ask."""
    detect = ForeignDetector()
    try:
        asked = [SPANISH, "Miten luon kokeilun uudelle asiakkaalle?", "", 'a\n"b"\u2028\ud800', SPANISH]

        assert await asyncio.gather(*map(detect, asked)) == ["es", None, None, None, "es"]
    finally:
        await detect.close()


def test_the_process_that_asks_does_not_carry_the_detector() -> None:
    """It is as large as half the desk; a process of its own shows what one that asks has loaded."""
    asking = f"""
import asyncio, sys
from bot.adapters.detector import ForeignDetector

async def ask():
    detect = ForeignDetector()
    found = await detect({SPANISH!r})
    await detect.close()
    print(found, "py3langid" in sys.modules)

asyncio.run(ask())
"""
    done = subprocess.run([sys.executable, "-c", asking], capture_output=True, text=True, check=True)  # noqa: S603

    assert done.stdout.split() == ["es", "False"]


async def test_the_child_ends_when_it_is_not_needed_and_comes_back_when_it_is() -> None:
    """Also after it was killed."""
    detect = ForeignDetector(kept=0.01)
    try:
        first = await detect(SPANISH)
        child = detect._end
        await asyncio.sleep(0.2)
        gone = detect._child
        second = await detect(SPANISH)

        assert child is not None
        assert gone is None
        assert first == second == "es"
    finally:
        await detect.close()


async def test_a_child_that_does_not_answer_is_given_up() -> None:
    """The message is then answered as if nobody had asked; the next one gets a child of its own."""
    detect = ForeignDetector(limit=0.001)
    try:
        assert await detect(SPANISH) is None
        detect._limit = 30

        assert await detect(SPANISH) == "es"
    finally:
        await detect.close()
