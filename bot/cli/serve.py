"""`partnerdesk serve`: answer in Slack, until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from typing import Any

from bot import desk_reader, logs
from bot.adapters import memory
from bot.app import running
from bot.cli.terminal import CommandError, show_progress
from bot.desk import Desk
from bot.edition import FitFailed
from bot.ports import GiveUp, StoreUnavailable
from bot.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take none: everything is set in the environment (README, "Settings")."""
    del parser


def command(args: argparse.Namespace) -> int:
    """Serve; 0 after SIGTERM or Ctrl-C. Raises SettingsError, DocumentError, CommandError."""
    del args
    settings = Settings.from_env(os.environ, serve=True)
    logs.set_up(settings.log_level, settings.log_format, sys.stderr)
    desk = desk_reader.load(settings.config) if settings.config else Desk.empty()
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
    """Serve until the first signal; a second one has the end wait no longer for running work."""
    told, hurried = asyncio.Event(), asyncio.Event()

    def tell() -> None:
        (hurried if told.is_set() else told).set()

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, tell)
    async with AsyncExitStack() as stack:
        start = asyncio.create_task(stack.enter_async_context(running(settings, desk, hurried, progress=show_progress)))
        if not await _is_first(start, told):
            logs.write("stopping")
            return
        desk_running = await start
        memory.settle()
        logs.write(
            "ready",
            workspace=desk_running.services.workspace,
            mode="socket" if settings.socket_mode else "http",
            port=desk_running.port,
        )
        await told.wait()
        logs.write("stopping")
    logs.write("stopped")


async def _is_first(start: asyncio.Task[Any], told: asyncio.Event) -> bool:
    """Whether the start comes to its end before we are told to stop; if not, it is taken back."""
    telling = asyncio.create_task(told.wait())
    await asyncio.wait([start, telling], return_when=asyncio.FIRST_COMPLETED)
    telling.cancel()
    if start.done():
        return True
    start.cancel()
    await asyncio.wait([start])
    return False
