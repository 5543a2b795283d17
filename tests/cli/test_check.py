"""`partnerdesk check` as it is typed."""

import argparse
import io
import json

import pytest

from bot.cli import check as command
from tests.knowledge.small import edit, line_of, write_catalogues, write_knowledge


@pytest.fixture
def folder(tmp_path):
    """A faultless knowledge."""
    return write_knowledge(tmp_path / "knowledge")


@pytest.fixture
def partnerdesk_check(tmp_path, folder):
    """Runs the command: (exit code, what it printed)."""
    locales = write_catalogues(tmp_path / "locales")

    def run(*arguments, rank=None):
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        out = io.StringIO()
        code = command.run(parser.parse_args(arguments), knowledge_dir=folder, locales_dir=locales, rank=rank, out=out)
        return code, out.getvalue()

    return run


def stale(folder):
    """Make the Finnish trial a stale text."""
    edit(folder / "demo" / "fi.yml", "    revision: 2\n", "    revision: 1\n")


def test_without_problems_there_is_one_line(partnerdesk_check):
    """The summary counts errors and warnings."""
    assert partnerdesk_check() == (0, "0 errors, 0 warnings in 2 entries; collisions were not looked for\n")


def test_all_problems_are_shown_at_once(partnerdesk_check, folder):
    """Errors of several proofs stand together, by file and line, and the exit code is 1."""
    edit(folder / "demo" / "fi.yml", "kestää {trial_days} päivää", "kestää sen verran")
    edit(folder / "demo" / "en.yml", "Applications are closed.", "Applications are [closed].")

    code, printed = partnerdesk_check()

    lines = printed.splitlines()
    finnish = line_of(folder / "demo" / "fi.yml", "answer: |-")
    assert code == 1
    assert lines[0].startswith(f"demo/en.yml:{line_of(folder / 'demo' / 'en.yml', 'closed:')}: error: notes.closed: ")
    assert lines[1] == f"demo/fi.yml:{finnish}: error: trial: {{trial_days}} is missing; the facts have it"
    assert lines[2:] == ["2 errors, 0 warnings in 2 entries; collisions were not looked for"]


def test_warnings_fail_only_if_strict(partnerdesk_check, folder):
    """A stale text is served; CI does not let it pass."""
    stale(folder)

    code, printed = partnerdesk_check()
    assert (code, printed.splitlines()[-1]) == (0, "0 errors, 1 warning in 2 entries; collisions were not looked for")
    assert partnerdesk_check("--strict")[0] == 1


def test_json_is_a_list_for_editors(partnerdesk_check, folder):
    """Nothing but JSON is printed."""
    stale(folder)

    code, printed = partnerdesk_check("--json")

    (problem,) = json.loads(printed)
    assert code == 0
    assert (problem["file"], problem["line"], problem["level"]) == (
        "demo/fi.yml",
        line_of(folder / "demo" / "fi.yml", "  trial:"),
        "warning",
    )
    assert problem["message"].startswith("trial: stale")


def test_entry_says_what_is_still_to_do(partnerdesk_check, folder):
    """Per language, with the sentences that the bot adds to the answer; what concerns others is left out."""
    stale(folder)
    edit(folder / "demo" / "en.yml", "ask {contact.desk}.", "ask.")
    edit(folder / "demo" / "de.yml", "Schreiben Sie an {contact.desk}", "Schreiben Sie uns")

    code, printed = partnerdesk_check("--entry", "demo.trial")

    lines = printed.splitlines()
    assert code == 1
    assert lines[:3] == ["facts: nothing to do", "fr: nothing to do", "en:"]
    assert lines[3].strip().startswith("demo/en.yml:")
    assert "open.after: {contact.desk} is missing" in lines[3]
    assert lines[4:6] == ["de: nothing to do", "fi:"]
    assert "stale" in lines[6]
    assert len(lines) == 7


def test_entry_says_that_a_language_is_missing(partnerdesk_check, folder):
    """A text that does not exist is to be written, and the exit code says that something is to do."""
    english = folder / "demo" / "en.yml"
    text = english.read_text(encoding="utf-8")
    english.write_text(text[: text.index("  payout:")], encoding="utf-8")

    code, printed = partnerdesk_check("--entry", "demo.payout")

    assert code == 1
    assert "en: the text is missing; add it to demo/en.yml" in printed.splitlines()


def test_entry_finds_a_sentence_that_is_missing(partnerdesk_check, folder):
    """A note that does not exist has no line, but concerns the entries that it is added to."""
    edit(folder / "demo" / "en.yml", '  closed: "Applications are closed."\n', "")

    assert "notes.closed is missing" in partnerdesk_check("--entry", "demo.payout")[1]
    assert "notes.closed" not in partnerdesk_check("--entry", "demo.trial")[1]


def test_entry_finds_a_fault_in_the_line_of_a_sentence_that_is_added(partnerdesk_check, folder):
    """A letter's fault names no sentence, but lies in its line."""
    edit(folder / "demo" / "en.yml", "Applications are closed.", "Applications are clo\u200bsed.")

    assert "ZERO WIDTH SPACE" in partnerdesk_check("--entry", "demo.payout")[1]
    assert "ZERO WIDTH SPACE" not in partnerdesk_check("--entry", "demo.trial")[1]


def test_entry_knows_actions(partnerdesk_check):
    """An action has texts and no facts."""
    assert partnerdesk_check("--entry", "action.help") == (
        0,
        "fr: nothing to do\nen: nothing to do\nde: nothing to do\nfi: nothing to do\n",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--entry", "demo.moon"),
        ("--accept", "demo.moon", "fi"),
        ("--accept", "demo.trial", "sv"),
        ("--accept", "action.help", "fi"),
    ],
)
def test_unknown_ids_are_a_usage_error(partnerdesk_check, capsys, arguments):
    """Exit 2, one line on stderr, nothing on stdout."""
    assert partnerdesk_check(*arguments) == (2, "")
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_accept_changes_one_line_and_nothing_else(partnerdesk_check, folder, end):
    """Comments, layout and line ends are kept; a second time there is nothing to change."""
    stale(folder)
    path = folder / "demo" / "fi.yml"
    edit(
        path,
        '    revision: 1\n    phrasings:\n      - "fi trial 0?"',
        '    revision: 1  # as of May\n    phrasings:\n      - "fi trial 0?"',
    )
    before = path.read_bytes().replace(b"\n", end.encode())
    path.write_bytes(before)

    code, printed = partnerdesk_check("--accept", "demo.trial", "fi")

    line = line_of(path, "# as of May")
    assert (code, printed) == (0, f"demo/fi.yml:{line}: demo.trial is now at revision 2 (was 1)\n")
    assert path.read_bytes() == before.replace(b"revision: 1  #", b"revision: 2  #")
    again, printed = partnerdesk_check("--accept", "demo.trial", "fi")
    assert (again, printed) == (0, "demo/fi.yml: demo.trial is at revision 2 already; nothing changed\n")
    assert partnerdesk_check("--strict")[0] == 0


def test_accept_refuses_a_line_that_holds_more(partnerdesk_check, folder, capsys):
    """A revision within a line of other things is left as it is."""
    path = folder / "demo" / "fi.yml"
    text = path.read_text(encoding="utf-8")
    start = text.index("  trial:")
    path.write_text(
        text[:start]
        + "  trial: {title: trial, revision: 1, phrasings: [a], answer: b}\n"
        + text[text.index("  payout:") :],
        encoding="utf-8",
    )
    before = path.read_bytes()

    assert partnerdesk_check("--accept", "demo.trial", "fi") == (1, "")
    assert "in a line of its own" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_the_fitted_model_is_asked(partnerdesk_check):
    """The model is fitted on the knowledge that was read, and what it gets wrong is an error."""
    seen = []

    def fit(knowledge):
        seen.append(set(knowledge.programmes))
        return lambda programme, language, phrasing: "demo.trial"

    code, printed = partnerdesk_check(rank=fit)

    assert (code, seen) == (1, [{"demo"}])
    assert "payout: asked word for word, 'fr payout 0?' leads to demo.trial" in printed
    assert partnerdesk_check("--no-collisions", rank=fit)[0] == 0


def test_the_summary_counts_a_whole_check(partnerdesk_check):
    """With a model that is right, nothing was left out and nothing is said of it."""

    def fit(knowledge):
        entry_of = {
            phrasing: entry.id
            for entry in (*knowledge.entries(), *knowledge.actions.values())
            for text in entry.texts.values()
            for phrasing in text.phrasings
        }
        return lambda programme, language, phrasing: entry_of[phrasing]

    assert partnerdesk_check(rank=fit) == (0, "0 errors, 0 warnings in 2 entries\n")


def test_no_model_is_fitted_on_a_broken_knowledge(partnerdesk_check, folder, capsys):
    """Errors of form come first; that the model was not asked is said on stderr."""
    edit(folder / "demo" / "en.yml", "    title: trial\n", "    titel: trial\n")

    def fit(knowledge):
        raise AssertionError

    assert partnerdesk_check(rank=fit)[0] == 1
    assert "mend the errors of form first" in capsys.readouterr().err
