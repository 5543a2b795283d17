"""`partnerdesk restore`: put a copy of the database back, while no desk runs."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.cli.terminal import CommandError, progress_bar
from bot.listeners.effects import REWRITE
from bot.listeners.incoming import EDIT, INVITED, MESSAGE
from bot.ports import StoreUnavailable
from bot.settings import Settings
from bot.store.copies import CopyRefused, file_of, put_back

UNSURE: Final = (MESSAGE, EDIT, INVITED, REWRITE)
"""Work that leads to posts which nobody would look for, or that would put an old text over a newer one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the file."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a copy that `partnerdesk backup` has made")


def command(args: argparse.Namespace) -> int:
    """Restore; 0 when the copy is in place. Raises SettingsError, CommandError."""
    database = file_of(Settings.from_env(os.environ, serve=False).database_url)
    if database is None:
        raise CommandError(
            "restore: PostgreSQL has its own; stop every desk, then: "
            f'pg_restore --clean --if-exists --single-transaction --dbname="$DATABASE_URL" {args.file}'
        )
    try:
        restored = put_back(args.file, database, now=datetime.now(UTC), unsure=UNSURE, progress=_progress)
    except (CopyRefused, StoreUnavailable, OSError) as error:
        raise CommandError(f"restore: {error}") from error
    print(f"{database} is what {args.file} was.")
    if restored.kept is not None:
        print(f"What was there is kept as {restored.kept}: delete it when it is not needed, it holds people's texts.")
    print(f"Open work: {restored.work.goes_on} jobs go on; what was already said is looked for, not said again.")
    if restored.work.given_up:
        print(f"{restored.work.given_up} may have been done since the copy was made: see `partnerdesk work list`.")
    print("Erasures of personal data since the copy was made must be repeated: `partnerdesk privacy erase`.")
    return 0


def _progress(done: int, of: int) -> None:
    progress_bar(done, of, "Copying pages")
