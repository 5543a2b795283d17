"""`partnerdesk backup`: copy the database to a file, while the desk runs."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bot.cli.terminal import CommandError, progress_bar
from bot.ports import StoreUnavailable
from bot.settings import Settings
from bot.store.copies import CopyRefused, back_up, file_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the file."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where the copy goes; `partnerdesk restore` reads it")
    parser.add_argument("--force", action="store_true", help="replace FILE if it exists")


def command(args: argparse.Namespace) -> int:
    """Back up; 0 when the copy is proved and on the disk. Raises SettingsError, CommandError."""
    database = file_of(Settings.from_env(os.environ, serve=False).database_url)
    if database is None:
        raise CommandError(
            f'backup: PostgreSQL has its own: pg_dump --format=custom --file={args.file} "$DATABASE_URL"'
        )
    try:
        saved = back_up(database, args.file, replace=args.force, progress=_progress)
    except (CopyRefused, StoreUnavailable, OSError) as error:
        raise CommandError(f"backup: {error}") from error
    print(f"{saved.file}: {saved.size} bytes, version {saved.version} of the tables")
    return 0


def _progress(done: int, of: int) -> None:
    progress_bar(done, of, "Copying pages")
