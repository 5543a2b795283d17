"""The command line: `partnerdesk`, or `python -m bot`."""

from __future__ import annotations

import argparse
import importlib
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
    "doctor": ("doctor", "say what is wrong with an installation, and how to mend it"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 for success, 1 for a failure, 2 for usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="partnerdesk", description="A support desk for partners, in Slack.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, purpose) in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose[:1].upper() + purpose[1:] + ".")
        if name in given[:1]:
            importlib.import_module(f"bot.cli.{module}").add_arguments(command)
    args = parser.parse_args(given)
    try:
        code: int = importlib.import_module(f"bot.cli.{COMMANDS[args.command][0]}").command(args)
    except CommandError as error:
        print(f"partnerdesk: {error}", file=sys.stderr)
        return error.code
    except (DocumentError, SettingsError) as error:
        print(error, file=sys.stderr)
        return FAILURE
    except BrokenPipeError:  # `partnerdesk … | head`
        sys.stderr.close()
        return FAILURE
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
