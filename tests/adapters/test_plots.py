"""Pictures of figures: drawn by a child process that is bounded and knows nothing of ours, or not at all."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations
from typing import Any
from unittest.mock import patch

import pytest
from PIL import Image

from bot.adapters import plots
from bot.plots.bars import BACKGROUND, COLOURS, WORDS_ON

ROW = {"name": "Finnish", "parts": [[50, "50"], [20, "20"], [10, "10"], [20, "20"]], "cells": ["100 (90)", "3 (2)"]}
TOLD: dict[str, Any] = {
    "title": "Questions by language",
    "parts": ["Answered", "Chosen", "Left", "Missed"],
    "columns": ["Questions", "To a person"],
    "note": "In brackets: the week before.",
    "empty": "no questions",
    "rows": [ROW, {**ROW, "name": "French"}, {**ROW, "name": "German"}, {**ROW, "name": "English"}],
}


async def _drawn(told: Any = TOLD) -> Image.Image:
    content = await plots.draw(told)
    assert content is not None
    return Image.open(io.BytesIO(content)).convert("RGBA")


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _amount(image: Image.Image, colour: str) -> int:
    """How many dots have exactly a colour."""
    return sum(n for n, (*rgb, _) in image.getcolors(1 << 20) or () if tuple(rgb) == _rgb(colour))


async def test_a_picture_of_shares() -> None:
    """Each part takes as much of its bar as its share is, and the picture is one that Slack shows well."""
    image = await _drawn()
    amounts = [_amount(image, colour) for colour in COLOURS]

    assert image.size == (1440, 736)
    # Words stand on them, and edges between them.
    assert [round(n / sum(amounts), 1) for n in amounts] == [0.5, 0.2, 0.1, 0.2]


async def test_it_is_legible_in_dark_mode() -> None:
    """Nothing of it is transparent: its own light background lies below the words, up to the edges."""
    image = await _drawn()

    assert image.getextrema()[3] == (255, 255)
    for corner in ((0, 0), (image.width - 1, 0), (0, image.height - 1), (image.width - 1, image.height - 1)):
        assert image.getpixel(corner) == (*_rgb(BACKGROUND), 255)


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in _rgb(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_its_colours_are_told_apart_without_seeing_colours() -> None:
    """Any two may lie side by side, and differ in lightness; words on them are legible by the usual measure of 4.5."""
    assert all(_contrast(one, other) >= 1.5 for one, other in combinations(COLOURS, 2))
    assert all(_contrast(ink, colour) >= 4.5 for ink, colour in zip(WORDS_ON, COLOURS, strict=True))


async def test_what_is_little_is_seen() -> None:
    """One question in a thousand has its part; a language without any has words instead of a bar."""
    rare = {**ROW, "parts": [[999, "999"], [0, "0"], [0, "0"], [1, "1"]]}
    none = {**ROW, "parts": [[0, "0"]] * 4}
    image = await _drawn({**TOLD, "rows": [rare, none]})

    in_legend = _amount(image, COLOURS[1])
    assert _amount(image, COLOURS[3]) > in_legend + 200


@pytest.mark.parametrize("words", ["$\\frac{$ x^2", "Äö ß œ ŝ – “”", "", "x" * 300, "\u202e<b>"])
async def test_any_words_are_drawn(words: str) -> None:
    """Nothing in them is a formula or markup, and none is too long for the picture."""
    rows = [{**ROW, "name": words, "cells": [words, words]}]
    image = await _drawn({**TOLD, "title": words, "parts": [words] * 4, "rows": rows})

    assert image.size == (1440, 736)


async def test_without_the_extra_there_is_none() -> None:
    """No process is begun."""
    begun = patch.object(asyncio, "create_subprocess_exec", side_effect=AssertionError)
    with patch.object(plots, "find_spec", return_value=None), begun:
        assert await plots.draw(TOLD) is None


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "-c", "raise SystemExit(3)"),
        (sys.executable, "-c", "print('no picture')"),
        (sys.executable, "-c", r"import sys; sys.stdout.buffer.write(b'\x89PNG\r\n\x1a\n'); sys.exit(1)"),
        ("/nowhere/python",),
    ],
)
async def test_a_child_that_fails_is_no_picture(command: Sequence[str], caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it has written; the reason is logged, the figures are not."""
    assert await plots.draw(TOLD, command=command) is None
    assert "no picture was drawn" in caplog.text
    assert "Finnish" not in caplog.text


async def test_figures_that_cannot_be_drawn_are_no_picture() -> None:
    """What is missing in them is no reason to fail here."""
    assert await plots.draw({"rows": []}) is None


async def test_a_child_that_hangs_is_ended(tmp_path: Any) -> None:
    """When its time is over; nothing of it is left running."""
    written = tmp_path / "pid"
    hang = f"import os, pathlib, time; pathlib.Path({str(written)!r}).write_text(str(os.getpid())); time.sleep(600)"

    assert await plots.draw(TOLD, command=(sys.executable, "-c", hang), time_limit=2.0) is None
    with pytest.raises(ProcessLookupError):
        os.kill(int(written.read_text()), 0)


def test_the_child_takes_so_much_memory_and_no_more() -> None:
    """Past its bound it fails, and the desk lives on."""
    greedy = "from bot.plots.__main__ import MEMORY, bound; bound(); bytearray(MEMORY)"
    ended = subprocess.run([sys.executable, "-c", greedy], capture_output=True, check=False, text=True)  # noqa: S603

    assert ended.returncode == 1
    assert "MemoryError" in ended.stderr


async def test_the_child_has_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a token nor the address of a database is in its environment."""
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL", "SMTP_URL", "CALDAV_PASSWORD"):
        monkeypatch.setenv(name, "S3CRET")
    begin, seen = asyncio.create_subprocess_exec, []

    async def watched(*command: str, **options: Any) -> Any:
        seen.append(options["env"])
        return await begin(*command, **options)

    with patch.object(asyncio, "create_subprocess_exec", watched):
        await plots.draw(TOLD, command=(sys.executable, "-c", ""))

    assert "S3CRET" not in json.dumps(seen)
    assert seen
