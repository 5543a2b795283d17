"""Empty databases of today's layout in files: laid out once a process, and copied, since that takes a while."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from bot.store.engine import open_engines
from bot.store.migrations import migrate


def laid_out(file: Path) -> str:
    """Have an empty database be in a file, where there is none yet; its URL."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(_empty())
    return f"sqlite:///{file}"


@functools.cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        engines = open_engines(f"sqlite:///{file}")
        migrate(engines.writer)
        engines.dispose()
        return file.read_bytes()
