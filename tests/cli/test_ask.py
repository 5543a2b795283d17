"""`partnerdesk ask`: the JSON contract."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.ask import as_json, language_of_system
from bot.model import LANGUAGES, Candidate, Outcome, Reply, Value

BOOKINGS = {
    "en": {"training": "I want to book a training", "support": "I want to book a support meeting"},
    "fr": {"training": "je veux réserver une formation", "support": "je veux réserver un rendez-vous d'assistance"},
    "de": {"training": "ich möchte eine Schulung buchen", "support": "ich möchte einen Support-Termin buchen"},
    "fi": {"training": "haluan varata koulutuksen", "support": "haluan varata tukipalaverin"},
}
NEXT_TUESDAY = {
    "en": "I want to book a training next Tuesday at 14:00",
    "fr": "je veux réserver une formation mardi prochain à 14 h",
    "de": "ich möchte nächsten Dienstag um 14 Uhr eine Schulung buchen",
    "fi": "haluan varata koulutuksen ensi tiistaille klo 14",
}
PLAIN_ACTIONS = ("human", "status", "greeting", "thanks", "help", "topics", "language")
ROOT = Path(__file__).parents[2]
KEYS = [
    "id",
    "language",
    "programme",
    "outcome",
    "entry",
    "confidence",
    "candidates",
    "slots",
    "values",
    "result",
    "asks_for",
    "text",
]


@pytest.fixture
def ask(capsys):
    """Runs the command: (exit code, stdout, stderr)."""

    def run(*arguments):
        try:
            code = main(["ask", *arguments])
        except SystemExit as left:
            code = left.code
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def batch(ask, tmp_path):
    """Asks lines, objects or raw bytes, as one file: (exit code, the rows that came back)."""

    def run(*lines):
        file = tmp_path / "questions.jsonl"
        raw = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
        file.write_bytes(b"\n".join(raw) + b"\n")
        code, out, err = ask("--batch", str(file))
        assert err == ""
        return code, [json.loads(line) for line in out.split("\n") if line]

    return run


@pytest.fixture(scope="module")
def question(edition):
    """A model question of an entry."""
    return lambda entry, language: edition.knowledge.entry(entry).texts[language].phrasings[0]


def test_a_question_is_answered_as_chat_would(ask, edition, question):
    """Without --json, the reply's text and nothing else."""
    code, out, err = ask(question("miro.levels", "fi"), "--programme", "miro")

    expected = edition.renderer.plain(Reply(Outcome.ANSWER, "fi", "miro", "miro.levels"))
    assert (code, out, err) == (0, expected + "\n", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_json_has_every_key(ask, question, language):
    """Absent parts are null or empty, never missing; keys keep their order."""
    text = question("cyberday.customer-overview-open", language)
    code, out, err = ask("--json", text, "--programme", "cyberday")

    row = json.loads(out)
    assert (code, err) == (0, "")
    assert list(row) == KEYS
    assert row | {"confidence": 1, "candidates": [], "text": ""} == {
        "id": None,
        "language": language,
        "programme": "cyberday",
        "outcome": "answer",
        "entry": "cyberday.customer-overview-open",
        "confidence": 1,
        "candidates": [],
        "slots": {},
        "values": [],
        "result": {},
        "asks_for": [],
        "text": "",
    }
    assert row["candidates"][0] == {"entry": row["entry"], "confidence": row["confidence"]}
    assert row["text"]


def test_the_json_of_a_reply_with_everything_in_it():
    """Values, slots, results and what is asked for stand as they are; confidences have four digits."""
    reply = Reply(
        Outcome.RULE,
        "fr",
        "cyberday",
        "cyberday.trial-length",
        confidence=0.94321,
        candidates=(Candidate("cyberday.trial-length", 0.94321), Candidate("action.human", 0.00001)),
        values=(Value("date", "2026-11-03", "3 novembre"),),
        slots={"start_date": "2026-11-03"},
        result={"end_date": "2026-12-03", "days_left": 10},
        asks_for=("arr",),
    )

    assert as_json("x", reply, "…") == {
        "id": "x",
        "language": "fr",
        "programme": "cyberday",
        "outcome": "rule",
        "entry": "cyberday.trial-length",
        "confidence": 0.9432,
        "candidates": [
            {"entry": "cyberday.trial-length", "confidence": 0.9432},
            {"entry": "action.human", "confidence": 0.0},
        ],
        "slots": {"start_date": "2026-11-03"},
        "values": [{"kind": "date", "value": "2026-11-03", "text": "3 novembre"}],
        "result": {"end_date": "2026-12-03", "days_left": 10},
        "asks_for": ["arr"],
        "text": "…",
    }


def test_the_outcome_words():
    """They are part of the contract."""
    assert " ".join(Outcome) == (
        "answer rule choices fallback report booking human status greeting thanks help topics language privacy"
    )


def test_each_kind_of_reply_has_its_outcome(batch, edition, question):
    """Answers and rules have an entry; choices, "I don't know" and plain actions have none."""
    asked = {
        "answer": question("cyberday.deal-registration", "en"),
        "rule": question("cyberday.trial-length", "en"),
        "choices": f"{question('cyberday.trial-length', 'en')} {question('cyberday.training', 'en')}",
        "fallback": edition.knowledge.outside["en"].far[0],
        "booking": question("cyberday.training", "en"),
        "report": question("cyberday.translation-errors", "en"),
        "privacy": question("action.delete-data", "en"),
        **{name: question(f"action.{name}", "en") for name in PLAIN_ACTIONS},
    }

    code, rows = batch(*({"id": outcome, "text": text, "programme": "cyberday"} for outcome, text in asked.items()))

    assert code == 0
    assert {row["id"]: row["outcome"] for row in rows} == {outcome: outcome for outcome in asked}
    assert {row["id"] for row in rows if row["entry"]} == {"answer", "rule", "booking", "report"}
    by_id = {row["id"]: row for row in rows}
    assert by_id["booking"]["slots"] == {"meeting_kind": "training"}
    offered = [one["entry"] for one in by_id["choices"]["candidates"]]
    assert offered[:2] == ["cyberday.trial-length", "cyberday.training"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["training", "support"])
def test_nothing_is_booked_in_a_terminal(batch, edition, language, kind):
    """Whoever wants a meeting reads what the knowledge says of it: no time, no number, and nothing to answer."""
    text = BOOKINGS[language][kind]

    _, (with_entry, without, nowhere) = batch(
        *({"text": text, "programme": programme} for programme in ("cyberday", "miro", None))
    )

    entry = "cyberday.training" if kind == "training" else "cyberday.support-meeting"
    assert with_entry["entry"] == entry
    assert with_entry["text"] == edition.renderer.plain(Reply(Outcome.BOOKING, language, "cyberday", entry))
    cannot = edition.renderer.catalogues[language]("Meetings of this kind cannot be booked with me.")
    assert (without["entry"], without["programme"]) == (None, "miro")
    assert without["text"].startswith(cannot)
    for row in (with_entry, without):
        assert (row["outcome"], row["slots"], row["result"], row["asks_for"]) == (
            "booking",
            {"meeting_kind": kind},
            {},
            [],
        )
        assert not any(sign.isdigit() for sign in row["text"])
    # Where the programme is not known either, two ways of saying one thing are not offered as a choice.
    assert (nowhere["outcome"], nowhere["entry"], nowhere["slots"]) == ("booking", entry, {"meeting_kind": kind})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_time_that_is_wished_for(batch, language):
    """It is a slot, as dates of a case are; on the clock of whoever asks."""
    _, (row,) = batch({"text": NEXT_TUESDAY[language], "programme": "cyberday", "today": "2026-11-20"})

    assert row["slots"] == {"meeting_kind": "training", "when": "2026-11-24T14:00"}
    assert row["result"] == {}


def test_a_language_is_forced_or_only_likely(batch, question):
    """`language` beats the message, `channel_language` counts where the message tells nothing."""
    finnish = question("miro.levels", "fi")

    _, rows = batch(
        {"id": 1, "text": finnish, "language": "de", "programme": "miro"},
        {"id": 2, "text": finnish, "channel_language": "de", "programme": "miro"},
        {"id": 3, "text": "Upgrade?", "channel_language": "de"},
        {"id": 4, "text": "Upgrade?", "channel_language": "de", "language": "fr"},
        {"id": 5, "text": "Upgrade?", "channel_language": None, "language": None, "programme": None, "today": None},
    )

    assert [row["language"] for row in rows] == ["de", "fi", "de", "fr", "en"]
    assert rows[0]["entry"] == "miro.levels"


def test_a_line_that_cannot_be_read_is_an_error_in_its_place(batch):
    """With its id where it has one; the rest goes on, in order, and the exit code is 1."""
    good = {"text": "hello"}
    lines = [
        {"id": "a", **good},
        b"{",
        b"[1]",
        b'"text"',
        b"null",
        b"[" * 100_000,
        b'{"id": ' * 50_000,
        b'{"id": NaN, "text": "hello"}',
        b'{"id": "latin", "text": "\xe9"}',
        {"id": ["x"], **good},
        {"id": {}, **good},
        {"id": 1.5, **good},
        {"id": "b"},
        {"id": "c", "text": None},
        {"id": "d", "text": 5},
        {"id": "e", "text": ["hello"]},
        *({"id": f"p{n}", **good, "programme": value} for n, value in enumerate(["", "nope", 5, ["miro"], {}, True])),
        *({"id": f"l{n}", **good, "language": value} for n, value in enumerate(["", "sv", "FR", 5, ["fr"], {}])),
        *({"id": f"c{n}", **good, "channel_language": value} for n, value in enumerate(["", "sv", 5, ["fr"], {}])),
        *(
            {"id": f"t{n}", **good, "today": value}
            for n, value in enumerate(
                ["", 0, 20261103, "20261103", "2026-W45-2", "2026-02-30", "3.11.2026", "\uff12026-11-03", False, [], {}]
            )
        ),
        {"id": "z", **good},
    ]

    code, rows = batch(*lines)

    assert code == 1
    assert len(rows) == len(lines)
    assert {row["id"] for row in rows if "error" not in row} == {"a", "z"}
    assert (rows[0]["id"], rows[-1]["id"]) == ("a", "z")
    for line, row in zip(lines[1:-1], rows[1:-1], strict=True):
        assert set(row) == {"id", "error"}
        assert row["error"]
        assert "\n" not in row["error"]
        id_ = line.get("id") if isinstance(line, dict) else "latin" if b"latin" in line else None
        assert row["id"] == (
            id_ if isinstance(id_, str) and b"latin" not in (line if isinstance(line, bytes) else b"") else None
        )


def test_odd_but_right_lines_are_answered(batch):
    """Unknown keys, blank lines, carriage returns, escapes of half a character, a whole number as id."""
    code, rows = batch(
        {"id": 5, "text": "hello", "more": [1]},
        b"",
        b'   {"id": "a\\ud800", "text": "hello \\ud83d"}\r',
        '{"id": "ä\u2028", "text": "hello"}'.encode(),
        {"text": "hello"},
    )

    assert code == 0
    assert [row["id"] for row in rows] == [5, "a\ud800", "ä\u2028", None]
    assert {row["outcome"] for row in rows} == {"greeting"}


def test_forty_lines_of_all_kinds(batch, question):
    """Each question is asked on its own: what one is about does not colour the next."""
    entries = (
        "cyberday.trial-length",
        "miro.levels",
        "cyberday.deal-registration",
        "miro.promo-codes",
        "miro.feedback",
    )
    lines = [
        {
            "id": f"{entry} {language} {n}",
            "text": question(entry, language),
            "programme": entry.partition(".")[0],
            "today": "2026-11-03",
        }
        for entry in entries
        for language in LANGUAGES
        for n in range(2)
    ]

    code, rows = batch(*lines)

    assert code == 0
    assert len(rows) == 40
    assert [f"{row['entry']} {row['language']}" for row in rows] == [line["id"][:-2] for line in lines]


@pytest.mark.parametrize("text", ["", "   ", "😀", "<@U1>", "\x00", "```x```"])
def test_a_text_without_words_is_answered_with_help(batch, text):
    """There is nothing to be sure of, and no error."""
    _, (row,) = batch({"id": 1, "text": text, "programme": "miro", "channel_language": "fi"})

    assert (row["outcome"], row["language"], row["entry"], row["candidates"]) == ("help", "fi", None, [])


def test_a_huge_text_is_answered(batch, question):
    """By its beginning."""
    _, (row, noise) = batch(
        {"id": 1, "text": question("miro.levels", "en") + "\n" * 40_000, "programme": "miro"},
        {"id": 2, "text": "lorem ipsum " * 40_000},
    )

    assert row["entry"] == "miro.levels"
    assert noise["outcome"] in ("fallback", "choices")


def test_today_is_the_day_it_is_asked(ask):
    """A day of the calendar, written one way."""
    assert ask("--today", "2026-02-28", "--json", "hello")[0] == 0
    for wrong in ("2026-02-30", "tomorrow", "20261103", "03-11-2026", ""):
        code, out, err = ask("--today", wrong, "hello")
        assert (code, out) == (2, "")
        assert "YYYY-MM-DD" in err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["hello", "--batch", "x.jsonl"],
        ["hello", "--programme", "nope"],
        ["hello", "--programme", ""],
        ["hello", "--language", "sv"],
        ["hello", "world"],
        ["--nope"],
        ["hello", "--knowledge", "/nowhere/at/all"],
    ],
)
def test_wrong_usage_is_told(ask, arguments):
    """Exit 2, nothing on stdout, and what to do on the last line of stderr."""
    code, out, err = ask(*arguments)

    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("partnerdesk")


def test_a_file_that_cannot_be_read_is_a_failure(ask, tmp_path):
    """Exit 1, one line."""
    for name in ("missing.jsonl", "."):
        code, out, err = ask("--batch", str(tmp_path / name))
        assert (code, out) == (1, "")
        assert err.startswith("partnerdesk: ask: cannot read")
        assert err.count("\n") == 1


def test_an_empty_batch_is_nothing(batch):
    """No lines in, no lines out."""
    assert batch() == (0, [])


def test_a_batch_is_read_from_stdin_whatever_the_system_speaks():
    """JSON is UTF-8 in and out; stdout holds nothing else, and a byte that is none spoils its line alone."""
    lines = [
        '{"id": "ä", "text": "Miten voin maksaa kortilla?", "programme": "cyberday"}'.encode(),
        b"\xff",
        b'{"id": 3, "text": "hei"}',
    ]

    done = subprocess.run(
        [sys.executable, "-m", "bot", "ask", "--batch", "-"],
        input=b"\n".join(lines),
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )

    rows = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert done.returncode == 1
    assert [row["id"] for row in rows] == ["ä", None, 3]
    assert (rows[0]["entry"], rows[1]["error"]) == ("cyberday.pay-card", "not UTF-8")
    assert "ä" in rows[0]["text"]


def test_progress_goes_to_stderr_and_only_if_somebody_watches(ask, tmp_path, monkeypatch):
    """Stdout is for the rows."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    file = tmp_path / "q.jsonl"
    file.write_text('{"id": 1, "text": "hello"}\n' * 51, encoding="utf-8")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    code, out, _ = ask("--batch", str(file))

    assert code == 0
    assert {json.loads(line)["id"] for line in out.splitlines()} == {1}
    assert terminal.getvalue() == "\rasked: 50 of 51\rasked: 51 of 51\n"


@pytest.mark.parametrize(
    ("name", "language"),
    [("fi_FI.UTF-8", "fi"), ("fr", "fr"), ("DE_at", "de"), ("C", None), ("sv_SE", None), ("", None), (None, None)],
)
def test_the_language_of_a_system(name, language):
    """What a locale's name says, if it is one of ours."""
    assert language_of_system(name) == language
