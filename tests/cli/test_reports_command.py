"""`partnerdesk reports`: what there is, for people, spreadsheets and programs; and what a fixed one changes."""

from __future__ import annotations

import csv
import json
import stat
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from bot import i18n, paths
from bot.knowledge.load import load
from bot.model import PersonId
from bot.report import Act, Change, Kind, OwnText, Picture, PictureState, Reason, Report, Reporter, State, Visible
from bot.store import reports
from bot.store.engine import open_engines
from bot.store.migrations import migrate
from tests.knowledge.small import WORDS, edit, write_catalogues, write_knowledge

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
ANNA, PETRI, COLLEAGUE = PersonId("T2", "U1"), PersonId("T1", "U4"), PersonId("T3", "U2")
FIXED = Report(
    number=0,
    reporter=ANNA,
    opened_at=NOW,
    language="fi",
    state=State.FIXED,
    programme="demo",
    said="word order",
    entry="demo.trial",
    assignee=PETRI,
    visible=Visible.NOW,
    closed_at=NOW,
)
PRODUCT = Report(
    number=0,
    reporter=ANNA,
    opened_at=NOW,
    language="fi",
    programme="cyberday",
    kind=Kind.TYPO,
    place="Dashboard",
    wrong="Tehtävälsta",
    suggestion="Tehtävälista",
    said="a letter is missing",
    pictures=(Picture("F1"), Picture("F2", PictureState.REFUSED, "too-large")),
    history=(Change(Act.REPORTED, NOW, ANNA), Change(Act.ASKED, NOW, PETRI, words="Where?\nWhich page?")),
)

Said = Callable[..., tuple[int, str, str]]


class Desk:
    """A database with reports."""

    def __init__(self, url: str) -> None:
        self._engines = open_engines(url)
        migrate(self._engines.writer)

    def add(self, report: Report, *others: PersonId, workspace: str = "T1") -> Report:
        """Store a report that one person has told of, and then others."""
        with self._engines.writer.begin() as conn:
            first = Reporter(0, report.reporter, "fr", NOW, "Ada Oy", "D1", "1.000100")
            created = reports.create(conn, workspace, report, b"", first, NOW)
            for n, who in enumerate(others, start=1):
                reports.join(conn, workspace, created.number, Reporter(0, who, "de", NOW + timedelta(minutes=n)))
            self._save(conn, workspace, replace(created, reporters=1 + len(others)))
            return created

    def _save(self, conn: Connection, workspace: str, report: Report) -> None:
        reports.save(conn, workspace, report, NOW)

    def close(self) -> None:
        """Close its connections."""
        self._engines.dispose()


@pytest.fixture
def desk(url):
    """A database with no reports yet, of a desk that has it open."""
    opened = Desk(url)
    yield opened
    opened.close()


@pytest.fixture
def local_desk(local_url):
    """The same on SQLite alone, for what does not depend on the database."""
    opened = Desk(local_url)
    yield opened
    opened.close()


@pytest.fixture
def said(command) -> Said:
    """Runs the command: exit code, stdout, stderr."""
    return partial(command, "reports")


# Lists


def test_a_line_for_each_report(desk, said):
    """By number: state, language of the text, day, and what is wrong where."""
    desk.add(PRODUCT)
    desk.add(replace(FIXED, wrong="", said=" a\n long  story " * 20))
    desk.add(replace(PRODUCT, wrong="", said="", suggestion="", place="", state=State.TAKEN))

    code, out, err = said("list")

    assert (code, err) == (0, "")
    first, second, third, end = out.splitlines()
    assert first == "TR-1    open      fi  2026-11-03  Dashboard: Tehtävälsta → Tehtävälista"
    assert second.startswith("TR-2    fixed     fi  2026-11-03  demo.trial: a long story a long")
    assert second.endswith("…")
    assert len(second) < 120
    assert third == "TR-3    taken     fi  2026-11-03  2 pictures"
    assert end == "3 reports."


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        ([], [1, 2, 3, 4]),
        (["--open"], [1, 3]),
        (["--language", "fi"], [1, 2]),
        (["--language", "fi", "--language", "fr"], [1, 2, 3]),
        (["--state", "fixed", "--state", "taken"], [2, 3]),
        (["--language", "de", "--open"], []),
    ],
)
@pytest.mark.parametrize("act", ["list", "export"])
def test_filters(desk, said, act, arguments, numbers):
    """By language of the text and by state; what is exported is what is listed."""
    desk.add(PRODUCT)
    desk.add(FIXED)
    desk.add(replace(PRODUCT, language="fr", state=State.TAKEN))
    desk.add(replace(FIXED, language="de", state=State.REJECTED, reason=Reason.INTENDED))

    _, out, _ = said(act, *arguments, *(["--format", "json"] if act == "export" else []))

    shown = (
        [one["number"] for one in json.loads(out)]
        if act == "export"
        else [line.split()[0] for line in out.splitlines()[:-1]]
    )
    assert shown == [f"TR-{number}" for number in numbers]


def test_texts_of_people_do_nothing_to_a_terminal(desk, said):
    """Signs that control it, or turn the order of others, are shown as escapes; letters and emoji as they are."""
    hostile = "é😀 \x1b[2Jgone\x9b31m\rover\u202etxt\u2028next\tend"
    desk.add(replace(PRODUCT, wrong=hostile, place=hostile, said=hostile))

    for arguments in (["list"], ["show", "1"]):
        _, out, _ = said(*arguments)

        assert "é😀" in out
        assert "\\x1b[2Jgone\\x9b31m" in out
        assert "\\u202etxt" in out
        assert not set("\x1b\x9b\r\u202e\u2028\t") & set(out)


# One report


@pytest.mark.parametrize("number", ["TR-1", "tr-1", "1"])
def test_all_of_one_report(desk, said, number):
    """Also who told of it and what happened, further lines of a text below its first."""
    desk.add(PRODUCT, COLLEAGUE)

    code, out, err = said("show", number)

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "TR-1  open",
        "language   fi",
        "programme  cyberday",
        "kind       typo",
        "place      Dashboard",
        "wrong      Tehtävälsta",
        "suggested  Tehtävälista",
        "said       a letter is missing",
        "picture    F1 waiting",
        "picture    F2 refused too-large",
        "told by    U1 (T2), in fr, 2026-11-03 09:30 UTC",
        "told by    U2 (T3), in de, 2026-11-03 09:31 UTC",
        "then       2026-11-03 09:30 UTC  reported  U1 (T2)",
        "then       2026-11-03 09:30 UTC  asked  U4 (T1)  Where?",
        "           Which page?",
    ]


def test_a_report_of_our_own_texts(desk, said):
    """Where each stands, and what it becomes."""
    desk.add(replace(FIXED, texts=(OwnText("demo/fi.yml", "trial.answer", "Vanha.", 12, "Uusi."),)))

    lines = said("show", "1")[1].splitlines()

    assert "text       demo/fi.yml:12 trial.answer" in lines
    assert "           Vanha." in lines
    assert "becomes    Uusi." in lines


def test_a_report_as_json(desk, said):
    """All of it, numbers as people see them, instants in ISO form."""
    desk.add(PRODUCT)
    desk.add(replace(FIXED, state=State.DUPLICATE, duplicate_of=1, visible_on=date(2026, 12, 1)), COLLEAGUE)

    (code, one, _), (_, everything, _) = said("show", "2", "--json"), said("export", "--format", "json")

    shown = json.loads(one)
    assert code == 0
    assert json.loads(everything)[1] == shown
    assert (shown["number"], shown["duplicate_of"], shown["state"]) == ("TR-2", "TR-1", "duplicate")
    assert (shown["opened_at"], shown["visible_on"]) == ("2026-11-03T09:30:00+00:00", "2026-12-01")
    assert [one["who"] for one in shown["reporters"]] == [{"team": "T2", "user": "U1"}, {"team": "T3", "user": "U2"}]


@pytest.mark.parametrize("act", ["show", "patch"])
def test_a_number_that_nobody_has(desk, said, act):
    """The list has those that there are."""
    desk.add(PRODUCT)

    assert said(act, "TR-7") == (1, "", "partnerdesk: reports: there is no TR-7; see `partnerdesk reports list`\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "MT-1"],
        ["show", "1e3"],
        ["show", "9" * 30],
        ["show"],
        ["list", "--state", "nope"],
        ["list", "--open", "--state", "open"],
        ["export"],
        [],
    ],
)
def test_wrong_usage(said, arguments):
    """Exit 2, before the database is looked for."""
    code, out, err = said(*arguments)

    assert (code, out) == (2, "")
    assert "usage: partnerdesk reports" in err


# Tables


def _cells(written: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(written.decode("utf-8-sig").splitlines(keepends=True)))


def test_a_table_for_spreadsheets(desk, said, tmp_path):
    """UTF-8 that Excel knows as such, one line a report, readable by the operator alone."""
    desk.add(PRODUCT, COLLEAGUE)
    desk.add(replace(FIXED, texts=(OwnText("demo/fi.yml", "trial.answer", "Vanha.", 12, "Uusi."),)))
    file = tmp_path / "reports.csv"

    assert said("export", "--format", "csv", str(file)) == (0, "", "")

    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first, second = _cells(file.read_bytes())
    assert (first["number"], first["wrong"], first["suggestion"]) == ("TR-1", "Tehtävälsta", "Tehtävälista")
    assert (first["pictures"], first["reporters"], first["reporter"]) == ("2", "2", "U1 (T2)")
    assert (second["texts"], second["final"]) == ("demo/fi.yml:12 trial.answer", "Uusi.")
    assert (second["closed_at"], second["duplicate_of"]) == ("2026-11-03T09:30:00+00:00", "")
    assert said("export", "--format", "csv")[1].encode() == file.read_bytes()


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("http://example.com")', '\'=HYPERLINK("http://example.com")'),
        ("+358 40", "'+358 40"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\t'=1"),
        ("  =1", "  '=1"),
        ('"=1', "\"'=1"),
        ("＝1", "'＝1"),  # noqa: RUF001 - a spreadsheet reads it as the other
        ("a;=1", "a;'=1"),
        ("a\n=1", "a\n'=1"),
        ("a,\t=1", "a,\t'=1"),
        ("a = b, c - d", "a = b, c - d"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(local_desk, said, text, cell):
    """Neither where it begins nor where a spreadsheet of another country would cut it."""
    local_desk.add(replace(PRODUCT, wrong=text, place=text, suggestion=text, said=text))

    (row,) = _cells(said("export", "--format", "csv")[1].encode())

    assert [row[name] for name in ("wrong", "place", "suggestion", "said")] == [cell] * 4


def test_a_file_that_cannot_be_written(desk, said, tmp_path):
    """It is said why."""
    code, _, err = said("export", "--format", "csv", str(tmp_path / "nowhere" / "reports.csv"))

    assert code == 1
    assert err.startswith("partnerdesk: reports: cannot write ")


# Databases


def test_several_workspaces(desk, said):
    """Numbers count in each: which one is meant has to be said, and the error names them."""
    desk.add(PRODUCT)
    desk.add(replace(PRODUCT, wrong="toinen"), workspace="T9")

    code, out, err = said("show", "1")
    unknown = said("list", "--workspace", "T5")

    assert (code, out) == (2, "")
    assert err == "partnerdesk: reports: there are reports of T1, T9; say which with --workspace\n"
    assert unknown == (2, "", "partnerdesk: reports: there are no reports of T5; known are T1, T9\n")
    assert "toinen" in said("show", "1", "--workspace", "T9")[1]
    assert said("list", "--workspace", "T1")[1].endswith("1 report.\n")


def test_no_reports_yet(desk, said):
    """An empty list is no failure, and a table has its head."""
    assert said("list") == (0, "0 reports.\n", "")
    assert json.loads(said("export", "--format", "json")[1]) == []
    assert said("export", "--format", "csv")[1].startswith('\ufeff"number","state"')
    assert said("show", "1")[0] == 1


def test_there_are_no_reports_without_a_database(tmp_path, monkeypatch, said):
    """The command makes no database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")

    assert said("list") == (1, "", "partnerdesk: reports: there is no database yet, and so no reports\n")
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_another_version_is_left_alone(empty_postgres_url, monkeypatch, said):
    """A desk that still runs on it must find its own tables."""
    monkeypatch.setenv("DATABASE_URL", empty_postgres_url)

    code, out, err = said("list")

    assert (code, out) == (1, "")
    assert "another version" in err


# Patches


@pytest.fixture
def tree(tmp_path):
    """A small knowledge and its catalogues, as in the repository; patches are applied to them."""
    write_knowledge(tmp_path / "tree" / "knowledge")
    write_catalogues(tmp_path / "tree" / "locales")
    return tmp_path / "tree"


@pytest.fixture
def patch(tree, local_desk, said, tmp_path, monkeypatch):
    """Stores a fixed report of these texts, prints its patch and applies it: exit code, stderr, the changed files."""
    monkeypatch.setattr(paths, "locales_dir", lambda: tree / "locales")

    def files():
        return {str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*") if path.is_file()}

    def run(*texts, **changes):
        number = local_desk.add(replace(FIXED, texts=texts, **changes)).number
        before = files()
        code, diff, err = said("patch", f"TR-{number}", "--knowledge", str(tree / "knowledge"))
        assert files() == before
        if diff:
            (tmp_path / "patch.diff").write_bytes(diff.encode("utf-8"))
            subprocess.run(["git", "apply", "../patch.diff"], cwd=tree, check=True)  # noqa: S607 - whichever is there
        return code, err, sorted(name for name, content in files().items() if content != before[name])

    return run


def test_a_patch_of_the_knowledge_and_the_catalogues(patch, tree):
    """`git apply` takes it; what was not changed stays, and nothing is said of what is in order."""
    answer = OwnText("demo/fi.yml", "trial.answer", WORDS["fi"]["trial"], 1, WORDS["fi"]["trial"] + "\n\nTerve: #1")
    note = OwnText("demo/fi.yml", "notes.closed", WORDS["fi"]["closed"], 1, 'Haku on "kiinni".')
    sentence = OwnText("locales/fi/LC_MESSAGES/bot.po", "Ask a person", "Ask a person", 1, "Kysy ihmiseltä")
    plural = OwnText(
        "locales/fi/LC_MESSAGES/bot.po", "{n} day is left.[1]", "{n} days are left.", 1, "Jäljellä {n} päivää."
    )
    untouched = OwnText("demo/fi.yml", "trial.title", "trial", 1)

    code, err, changed = patch(answer, note, sentence, plural, untouched)

    assert (code, err) == (0, "")
    assert changed == ["knowledge/demo/fi.yml", "locales/fi/LC_MESSAGES/bot.po"]
    known = load(tree / "knowledge").programmes["demo"]
    assert known.entries["demo.trial"].texts["fi"].answer == answer.final
    assert known.words["fi"].notes["closed"] == note.final
    catalogue = i18n.read_catalogue(tree / "locales", "fi")
    assert catalogue["Ask a person"].string == sentence.final
    assert catalogue["{n} day is left."].string == ("{n} day is left.", plural.final)


def test_a_patch_of_our_own_files(local_desk, said):
    """Of a text as a message shows it to the last line, and of that alone."""
    text = load(paths.knowledge_dir()).entries()
    answer = next(one.texts["fr"].answer for one in text if one.id == "cyberday.deal-lock")
    final = answer.replace("Une affaire", "Toute affaire")
    local_desk.add(replace(FIXED, texts=(OwnText("cyberday/fr.yml", "deal-lock.answer", answer, 1, final),)))

    code, diff, err = said("patch", "1", "--knowledge", str(paths.knowledge_dir()))

    assert (code, err) == (0, "")
    lines = diff.splitlines()
    assert lines[:2] == ["--- a/knowledge/cyberday/fr.yml", "+++ b/knowledge/cyberday/fr.yml"]
    assert [line[:21] for line in lines[2:] if line[0] in "+-"] == [
        "-      Une affaire en",
        "+      Toute affaire ",
    ]


@pytest.mark.parametrize(
    ("final", "why"),
    [
        ("Kokeilu kestää {trial_days päivää, [lomake]({link.form}), {label.buy}.", "demo/fi.yml:"),
        ("Ei mitään.", "{trial_days} is missing; the facts have it"),
    ],
)
def test_an_error_that_the_patch_brings(patch, final, why):
    """It is told as `check` tells it; the diff is printed all the same."""
    code, err, changed = patch(OwnText("demo/fi.yml", "trial.answer", WORDS["fi"]["trial"], 1, final))

    assert (code, changed) == (1, ["knowledge/demo/fi.yml"])
    assert why in err
    assert "error" in err


def test_errors_that_were_there_before_are_not_the_patch_s(patch, tree):
    """Not even where it moves them to another line."""
    edit(tree / "knowledge" / "demo" / "fi.yml", WORDS["fi"]["payout"], "{unknown}")
    final = "Kokeilu\nkestää {trial_days} päivää. Alku\nkolmella tavalla: [lomake]({link.form}), {label.buy}."

    assert patch(OwnText("demo/fi.yml", "trial.answer", WORDS["fi"]["trial"], 1, final)) == (
        0,
        "",
        ["knowledge/demo/fi.yml"],
    )


def test_a_text_that_has_changed_since(patch, tree):
    """It is said, and the diff is from what stands there now."""
    now = WORDS["fi"]["trial"].replace("Kokeilu", "Kokeilujakso")
    edit(tree / "knowledge" / "demo" / "fi.yml", WORDS["fi"]["trial"], now)
    final = WORDS["fi"]["trial"].replace("Kokeilu", "Koejakso")

    code, err, changed = patch(OwnText("demo/fi.yml", "trial.answer", WORDS["fi"]["trial"], 1, final))

    assert (code, changed) == (0, ["knowledge/demo/fi.yml"])
    assert err == "demo/fi.yml: trial.answer has changed since it was reported; read what would be lost\n"


def test_a_text_that_is_right_already(patch):
    """Whoever mended it by hand, or applied the patch before, is told so."""
    code, err, changed = patch(OwnText("demo/fi.yml", "trial.answer", "Vanha.", 1, WORDS["fi"]["trial"]))

    assert (code, err, changed) == (0, "demo/fi.yml: trial.answer says so already\n", [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (OwnText("demo/fi.yml", "gone.answer", "x", 1, "y"), "demo/fi.yml: has no text gone.answer any more\n"),
        (OwnText("demo/sv.yml", "trial.answer", "x", 1, "y"), "demo/sv.yml: cannot be read"),
        (OwnText("locales/fi/LC_MESSAGES/bot.po", "Gone", "x", 1, "y"), "has no translation of 'Gone' any more\n"),
    ],
)
def test_one_text_that_cannot_be_patched_does_not_keep_the_others_back(patch, text, why):
    """It is named, and the rest is printed."""
    note = OwnText("demo/fi.yml", "notes.closed", WORDS["fi"]["closed"], 1, "Haku on kiinni.")

    code, err, changed = patch(text, note)

    assert (code, changed) == (1, ["knowledge/demo/fi.yml"])
    assert why in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("key", "text"),
    [("Ask a person", "Ask a person"), ("{n} day is left.[1]", "{n} days are left."), ("Gone", "Gone")],
)
def test_an_english_sentence_stands_in_the_code(patch, key, text):
    """Which is no file for a patch: it is said where."""
    code, err, changed = patch(OwnText("", key, text, 0, "Better."), language="en")

    assert (code, changed) == (1, [])
    if key == "Gone":
        assert err == "no code says 'Gone' any more; look for what stands in its place\n"
        return
    place, said_so = err.split(": ", 1)
    file, line = place.split(":")
    assert key.split("[")[0] in "".join((paths.PROJECT / file).read_text("utf-8").splitlines()[int(line) - 1 :][:3])
    assert said_so.startswith(f"an English sentence stands in the code: replace {text!r} by 'Better.' there")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"texts": ()}, "is not about a text of the bot; mend it in the product"),
        ({"state": State.TAKEN}, "is taken; a translator has to fix it on its card first"),
        (
            {"texts": (OwnText("demo/fi.yml", "trial.answer", "x"),)},
            "was fixed without a new text; there is nothing to patch",
        ),
    ],
)
def test_reports_without_a_patch(local_desk, said, changes, why):
    """It is said why there is none."""
    local_desk.add(replace(FIXED, **{"texts": (OwnText("demo/fi.yml", "trial.answer", "x", 1, "y"),), **changes}))

    assert said("patch", "TR-1") == (1, "", f"partnerdesk: reports: TR-1 {why}\n")
