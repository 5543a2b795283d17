"""Labelled questions as files."""

import json

import pytest

from bot.evaluation.cases import Case, CasesError, read_cases

ROW = {"id": "a-1", "lang": "fi", "programme": None, "text": "Hei?", "expect": ["action.greeting"], "style": "terse"}


def write(path, *lines):
    """A file of these lines."""
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_cases_are_read_in_order(tmp_path):
    """Files and lines keep their order; empty lines are none; the style is plain unless told."""
    short = {key: ROW[key] for key in ("lang", "text", "expect")} | {"id": 7, "programme": "miro"}
    first = write(tmp_path / "a.jsonl", ROW, "", "  ", short)
    second = write(tmp_path / "b.jsonl", ROW | {"expect": []})

    assert read_cases([first, second]) == [
        Case("a-1", "fi", None, "Hei?", ("action.greeting",), "terse"),
        Case("7", "fi", "miro", "Hei?", ("action.greeting",), "plain"),
        Case("a-1", "fi", None, "Hei?", (), "terse"),
    ]


def test_a_text_may_hold_any_separator(tmp_path):
    """A line ends where the file says so, not at a separator within a text."""
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(ROW | {"text": "a\u2028b\x85c"}, ensure_ascii=False) + "\r\n", encoding="utf-8")

    assert read_cases([file])[0].text == "a\u2028b\x85c"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '"text"',
        "1",
        "null",
        "[" * 100_000,
        *(
            {key: value for key, value in ROW.items() if key != left_out}
            for left_out in ("id", "lang", "text", "expect")
        ),
        ROW | {"lang": "sv"},
        ROW | {"lang": ["fi"]},
        ROW | {"text": 3},
        ROW | {"text": None},
        ROW | {"expect": "miro.levels"},
        ROW | {"expect": [3]},
        ROW | {"expect": None},
        ROW | {"programme": 3},
        ROW | {"style": {}},
    ],
)
def test_a_line_that_is_no_case_is_named(tmp_path, line):
    """With its file and number; nothing is guessed."""
    file = write(tmp_path / "a.jsonl", ROW, line)

    with pytest.raises(CasesError, match=r"a\.jsonl:2: not a case"):
        read_cases([file])


def test_a_file_that_is_no_text_is_named(tmp_path):
    """Not UTF-8 is an error of the file; a missing one is the system's."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"\xff\xfe")

    with pytest.raises(CasesError, match=r"a\.jsonl: not UTF-8"):
        read_cases([file])
    with pytest.raises(OSError, match="missing"):
        read_cases([tmp_path / "missing.jsonl"])
