"""What a file is by its content, and a name for it that misleads nobody and starts nothing."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

_LONGEST_STEM: Final = 80
_LONGEST_ENDING: Final = 20
_HARMLESS: Final = "bin"
# Programs, scripts and what leads to them; pages, which run scripts of their own.
_ENDINGS: Final = """
apk app appref-ms bat chm cmd com command cpl dll dmg exe gadget hta htm html inf ins iso jar jnlp js jse lnk mde mht
mhtml msc msi msp mst pif pkg ps1 psm1 reg scf scr sct settingcontent-ms sh shb shtml svg sys terminal url vb vbe vbs
vhd vhdx website workflow ws wsc wsf wsh xht xhtml xll
"""
_STARTED: Final = frozenset(_ENDINGS.split())
"""Endings of what a double click starts."""

_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def kind_of(content: bytes) -> str | None:
    """The type of a picture by how it begins: png, jpeg, gif, webp or heic; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return "heic" if content[4:8] == b"ftyp" and _brands(content) & _HEIC else None


def is_page(content: bytes) -> bool:
    """Whether it is a web page."""
    return _PAGE.match(content) is not None


def name_of(told: Any, file_id: str, kind: str) -> str:
    """A picture's name without what misleads: no folders, no control or direction signs, the ending that it is."""
    return f"{_parts(told)[0] or file_id}.{kind}"


def name_of_any(told: Any, file_id: str) -> str:
    """The name of a file of which only its author says what it is: as above, with the ending that it was given.

    Nothing starts by a double click on it: `bin` is put behind an ending that would.
    """
    shown = ".".join(part for part in _parts(told) if part) or file_id
    return f"{shown}.{_HARMLESS}" if shown.rpartition(".")[2].lower() in _STARTED else shown


def _parts(told: Any) -> tuple[str, str]:
    """What stands before the last dot of a name, and what behind it."""
    words = told if isinstance(told, str) else ""
    shown = "".join(sign for sign in words if not unicodedata.category(sign).startswith("C"))
    base = re.split(r"[/\\]", shown)[-1]
    stem, _, ending = base.rpartition(".")
    return (stem or base).strip(" .")[:_LONGEST_STEM], ending.strip()[:_LONGEST_ENDING] if stem else ""


def _brands(content: bytes) -> set[bytes]:
    """The major and compatible brands of an ISO media file."""
    end = min(int.from_bytes(content[:4], "big"), 256)
    return {content[8:12], *(content[n : n + 4] for n in range(16, end, 4))}
