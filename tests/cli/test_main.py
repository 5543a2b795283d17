"""The command line as a whole: help, errors, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS, main
from bot.cli import ask, terminal
from bot.document import DocumentError, Problem
from bot.edition import FitFailed
from bot.paths import SettingsError
from bot.understand import decide
from tests.knowledge.small import write_knowledge

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(capsys):
    """Runs a command line: (exit code, stdout, stderr)."""

    def command(*arguments):
        try:
            code = main(arguments)
        except SystemExit as left:
            code = left.code
        return code, *capsys.readouterr()

    return command


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run, name):
    """What it is for, and its arguments."""
    code, out, err = run(name, "--help")

    assert (code, err) == (0, "")
    assert out.startswith(f"usage: partnerdesk {name}")
    assert COMMANDS[name][1][1:] in " ".join(out.split())


def test_help_lists_the_commands(run):
    """Each with what it is for."""
    code, out, _ = run("--help")

    assert code == 0
    for name, (_, purpose) in COMMANDS.items():
        assert f"{name} " in out
        assert purpose.split(",")[0] in " ".join(out.split())


@pytest.mark.parametrize("arguments", [[], ["nope"], ["--nope"], ["ask", "--nope"], ["chat", "--language", "sv"]])
def test_wrong_usage_is_exit_2(run, arguments):
    """Nothing on stdout."""
    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("partnerdesk")


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (terminal.CommandError("it failed"), 1, "partnerdesk: it failed\n"),
        (terminal.CommandError("do it so", terminal.USAGE), 2, "partnerdesk: do it so\n"),
        (SettingsError(["PORT: no number", "HOST: missing"]), 1, "PORT: no number\nHOST: missing\n"),
        (DocumentError([Problem("a.yml", 3, "wrong")]), 1, "a.yml:3: error: wrong\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_failures_are_told_without_a_traceback(run, monkeypatch, error, code, told):
    """What to do goes to stderr, and the exit code says what kind of failure it was."""

    def fail(_args):
        raise error

    monkeypatch.setattr(ask, "command", fail)

    assert run("ask", "hello") == (code, "", told)


@pytest.mark.parametrize("error", [FitFailed("no room"), ValueError("no decision"), OSError("no folder")])
def test_knowledge_that_cannot_be_opened_is_one_line(run, monkeypatch, error):
    """Whatever keeps it from being opened."""

    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr(terminal, "open_edition", fail)

    assert run("ask", "hello") == (1, "", f"partnerdesk: {error}\n")


def test_a_broken_knowledge_names_its_faults(run, tmp_path):
    """All at once, a line each, with file and line."""
    folder = write_knowledge(tmp_path / "knowledge")
    (folder / "demo" / "fr.yml").write_text("entries: [\n", encoding="utf-8")
    (folder / "outside" / "fi.yml").unlink()

    code, out, err = run("ask", "hello", "--knowledge", str(folder))

    assert (code, out) == (1, "")
    assert any(line.startswith("demo/fr.yml:2: error: ") for line in err.splitlines())
    assert any(line.startswith("outside/fi.yml:1: error: ") for line in err.splitlines())


def test_a_knowledge_without_a_decision_is_one_line(run, tmp_path, monkeypatch):
    """The file that is missing is named, before anything is fitted."""
    folder = write_knowledge(tmp_path / "knowledge")
    monkeypatch.setattr(terminal.paths, "cache_dir", lambda: tmp_path / "cache")

    code, out, err = run("ask", "hello", "--knowledge", str(folder))

    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert decide.FILE in err
    assert not (tmp_path / "cache").exists()


def test_a_reader_that_goes_away_is_no_disaster():
    """`partnerdesk … | head`: no traceback, no complaint, exit 1."""
    lines = "".join(json.dumps({"id": n, "text": "hello"}) + "\n" for n in range(200))
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "-m", "bot", "ask", "--batch", "-"],
        input=lines.encode(),
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        cwd=ROOT,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (1, b"")


def test_asking_loads_neither_slack_nor_what_fits(tmp_path):
    """The terminal is quick to start: what a command does not need is not imported."""
    code = (
        "import sys; from bot.__main__ import main; main(['ask', 'hello']);"
        "print([name for name in ('slack_bolt', 'aiohttp', 'sklearn', 'py3langid') if name in sys.modules])"
    )

    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.splitlines()[-1] == "[]"
