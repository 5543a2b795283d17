"""`partnerdesk serve`: answer in Slack, until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys

from bot import desk as desk_file
from bot.app import running
from bot.cli.terminal import CommandError, show_progress
from bot.desk import Desk
from bot.edition import FitFailed
from bot.ports import GiveUp, StoreUnavailable
from bot.settings import Settings

_log = logging.getLogger("partnerdesk")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take none: everything is set in the environment (README, "Settings")."""
    del parser


def command(args: argparse.Namespace) -> int:
    """Serve; 0 after SIGTERM or Ctrl-C. Raises SettingsError, DocumentError, CommandError."""
    del args
    settings = Settings.from_env(os.environ, serve=True)
    logging.basicConfig(
        level=settings.log_level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    desk = desk_file.load(settings.config) if settings.config else Desk.empty()
    try:
        asyncio.run(_serve(settings, desk))
    except GiveUp as error:
        raise CommandError(f"serve: Slack refuses the token ({error}); see `partnerdesk doctor`") from error
    except StoreUnavailable as error:
        raise CommandError(f"serve: the database cannot be used ({error}); see `partnerdesk doctor`") from error
    except (FitFailed, ValueError, OSError) as error:
        raise CommandError(f"serve: {error}") from error
    return 0


async def _serve(settings: Settings, desk: Desk) -> None:
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    async with running(settings, desk, progress=show_progress) as desk_running:
        _log.info(
            "ready: workspace %s, %s, port %s",
            desk_running.services.workspace,
            "Socket Mode" if settings.socket_mode else "HTTP",
            desk_running.port,
        )
        await told.wait()
        _log.info("stopping")
