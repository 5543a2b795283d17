"""What a picture is by its content, and a name for it that misleads nobody."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

_LONGEST_STEM: Final = 80
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
    """The file's name without what misleads: no folders, no control or direction signs, the ending that it is."""
    words = told if isinstance(told, str) else ""
    shown = "".join(sign for sign in words if not unicodedata.category(sign).startswith("C"))
    base = re.split(r"[/\\]", shown)[-1]
    stem = (base.rpartition(".")[0] or base).strip(" .")[:_LONGEST_STEM]
    return f"{stem or file_id}.{kind}"


def _brands(content: bytes) -> set[bytes]:
    """The major and compatible brands of an ISO media file."""
    end = min(int.from_bytes(content[:4], "big"), 256)
    return {content[8:12], *(content[n : n + 4] for n in range(16, end, 4))}
