"""The command line: `partnerdesk`, or `python -m bot`."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Final

from bot.cli.terminal import FAILURE, CommandError
from bot.document import DocumentError
from bot.paths import SettingsError

# Name → module and what the command is for. A module is imported when its command is called: `ask` needs no Slack.
COMMANDS: Final = {
    "chat": ("chat", "talk to the bot in this terminal"),
    "ask": ("ask", "ask one question, or a file of them"),
    "eval": ("evaluate", "measure the answers on labelled questions"),
    "check": ("check", "prove that the knowledge is right"),
    "init": ("init", "write a desk file by answering questions"),
    "serve": ("serve", "answer in Slack"),
    "work": ("work", "show the work that there is, and have what was given up tried again"),
    "reports": ("reports", "list reports of language errors, and print what fixed ones change in our texts"),
    "meetings": ("meetings", "list the meetings that are booked, also for a calendar or a spreadsheet"),
    "requests": ("requests", "list the requests for a person, and who of the desk did what"),
    "gaps": ("gaps", "list what the knowledge lacks, entries drafted from answers, and cases for the tests"),
    "backup": ("backup", "copy the database to a file, while the desk runs"),
    "restore": ("restore", "put a copy of the database back, while no desk runs"),
    "doctor": ("doctor", "say what is wrong with an installation, and how to mend it"),
    "privacy": ("privacy", "show or erase what is kept of a person"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 for success, 1 for a failure, 2 for usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _speak_utf8()
    parser = argparse.ArgumentParser(prog="partnerdesk", description="A support desk for partners, in Slack.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, purpose) in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose[:1].upper() + purpose[1:] + ".")
        if name in given[:1]:
            importlib.import_module(f"bot.cli.{module}").add_arguments(command)
    args = parser.parse_args(given)
    try:
        code: int = importlib.import_module(f"bot.cli.{COMMANDS[args.command][0]}").command(args)
        sys.stdout.flush()
    except CommandError as error:
        sys.stderr.write(f"partnerdesk: {error}\n")
        return error.code
    except (DocumentError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        return FAILURE
    except BrokenPipeError:  # `partnerdesk … | head`
        # What is still unwritten goes nowhere; else Python would complain of it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE
    except KeyboardInterrupt:
        return 130
    return code


def _speak_utf8() -> None:
    """JSON is UTF-8 whatever the system says, and a byte that is none must not end a conversation.

    What cannot be written, such as half a surrogate pair, goes out as the escape that JSON has for it.
    """
    for stream, errors in (
        (sys.stdin, "surrogateescape"),
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
    ):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


if __name__ == "__main__":
    sys.exit(main())
