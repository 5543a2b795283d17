"""`partnerdesk eval`."""

import argparse
import io
import json
import shutil
import sys

import pytest

from bot import paths
from bot.cli import evaluate as command
from bot.cli.terminal import CommandError
from bot.understand import decide

KEYS = [
    "questions",
    "right",
    "assisted",
    "wrong",
    "missed",
    "actions_right",
    "far_answered",
    "far_offered",
    "near_answered",
    "near_offered",
    "language_right",
]


@pytest.fixture
def evaluate():
    """Runs the command: (exit code, what it printed)."""

    def run(*arguments):
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        out = io.StringIO()
        code = command.command(parser.parse_args([str(one) for one in arguments]), out)
        return code, out.getvalue()

    return run


@pytest.fixture
def questions(tmp_path, edition):
    """A file of labelled questions: one right, one wrong, one missed, one out of scope."""

    def row(n, text, *expect, style="plain"):
        return {"id": f"q{n}", "lang": "en", "programme": "miro", "text": text, "expect": expect, "style": style}

    def phrasing(entry):
        return edition.knowledge.entry(entry).texts["en"].phrasings[0]

    rows = [
        row(1, phrasing("miro.levels"), "miro.levels"),
        row(2, phrasing("miro.promo-codes"), "miro.feedback"),
        row(3, edition.knowledge.outside["en"].far[0], "miro.apply", style="terse"),
        row(4, edition.knowledge.outside["en"].far[1], style="oos-far"),
        row(5, phrasing("action.human"), "action.human", style="action"),
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(one) for one in rows), encoding="utf-8")
    return file


@pytest.fixture
def other(tmp_path):
    """A copy of the shipped knowledge that is never sure enough to answer."""
    folder = tmp_path / "other"
    shutil.copytree(paths.knowledge_dir(""), folder)
    decision = decide.load(folder)
    text = (folder / decide.FILE).read_text(encoding="utf-8")
    (folder / decide.FILE).write_text(text.replace(f"answer: {decision.answer}", "answer: 1.0"), encoding="utf-8")
    return folder


def test_the_figures_as_json(evaluate, questions):
    """Nothing but JSON, fractions of 1, per language that was asked and for all."""
    code, printed = evaluate(questions, "--json")

    found = json.loads(printed)
    assert code == 0
    assert list(found) == ["en", "all"]
    assert list(found["all"]) == KEYS
    assert {key: found["all"][key] for key in ("questions", "right", "wrong", "missed", "actions_right")} == {
        "questions": 5,
        "right": 0.5,
        "wrong": 0.25,
        "missed": 0.25,
        "actions_right": 1.0,
    }
    assert found["all"] == found["en"]


def test_the_tables(evaluate, questions):
    """A row per language and style that was asked, out of scope apart, and what was confused with what."""
    code, printed = evaluate(questions)

    lines = [line.split() for line in printed.splitlines()]
    assert code == 0
    assert ["en", "plain", "2", "50.0", "0.0", "50.0", "0.0"] in lines
    assert ["en", "terse", "1", "0.0", "0.0", "0.0", "100.0"] in lines
    assert ["all", "all", "4", "50.0", "0.0", "25.0", "25.0"] in lines
    assert ["all", "0.0", "0.0", "0.0", "0.0", "100.0"] in lines
    assert ["miro.feedback", "miro.promo-codes", "1"] in lines
    assert "Not answered right" not in printed


def test_misses_are_listed(evaluate, questions):
    """Each question that was not answered right, with what was wanted and what was nearest."""
    _, printed = evaluate(questions, "--misses")

    listed = printed.split("Not answered right:\n")[1]
    assert "q1" not in listed
    assert "wrong    q2" in listed
    assert "wanted miro.feedback; best miro.promo-codes" in listed
    assert "missed   q3" in listed


def test_two_versions_are_compared(evaluate, questions, other):
    """Which answers change, and what they were worth before and after."""
    code, printed = evaluate(questions, "--against", other)

    assert code == 0
    assert "miro.levels (right) -> " in printed
    changed, of = printed.splitlines()[-1].split()[0], printed.splitlines()[-1].split()[2]
    assert int(changed) >= 1
    assert of == "5"
    assert evaluate(questions, "--against", paths.knowledge_dir(""))[1] == "0 of 5 answers change\n"


def test_a_calibration_is_written_to_the_knowledge_that_was_named(evaluate, other, edition):
    """With thresholds, weights and the figures that they reach; it is used at once."""
    sets = sorted((paths.PROJECT / "tests" / "eval").glob("dev_*.jsonl"))
    few = other.parent / "few.jsonl"
    few.write_text(
        "\n".join(line for file in sets for line in file.read_text(encoding="utf-8").splitlines()[::15]),
        encoding="utf-8",
    )

    code, printed = evaluate(few, "--calibrate", "--knowledge", other)

    decision = decide.load(other)
    assert code == 0
    assert decision.answer < 1
    assert decision.digest == edition.knowledge.digest
    assert f"Written: {other / decide.FILE}" in printed
    assert f"questions: {len(few.read_text(encoding='utf-8').splitlines())}" in (other / decide.FILE).read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(("content", "told"), [(b"{}", ":1: not a case"), (b"\xff", "not UTF-8")])
def test_a_file_of_something_else_is_named(evaluate, tmp_path, content, told):
    """In one line, with the file."""
    file = tmp_path / "odd.jsonl"
    file.write_bytes(content)

    with pytest.raises(CommandError, match=told) as error:
        evaluate(file)
    assert str(error.value).startswith(f"eval: {file}")
    assert "\n" not in str(error.value)


def test_a_missing_file_and_no_file_are_told(evaluate, tmp_path, monkeypatch):
    """Where the development sets are not shipped, a file has to be named: that is usage."""
    with pytest.raises(CommandError, match=r"missing\.jsonl"):
        evaluate(tmp_path / "missing.jsonl")
    monkeypatch.setattr(command, "_SETS", tmp_path)
    with pytest.raises(CommandError, match="name a file") as error:
        evaluate()
    assert error.value.code == 2


def test_progress_goes_to_stderr_and_only_if_somebody_watches(evaluate, questions, capsys, monkeypatch):
    """What is printed can be piped."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    evaluate(questions, "--json")
    assert capsys.readouterr() == ("", "")

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    _, printed = evaluate(questions, "--json")
    assert json.loads(printed)
    assert terminal.getvalue() == "\rasked: 5 of 5\n"
