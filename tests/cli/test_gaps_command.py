"""`partnerdesk gaps`: what the knowledge lacks, drafts of entries, and cases for the tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import yaml

from bot.evaluation.cases import Case, read_cases
from bot.gap import Gap, GapKind, Regression
from bot.model import PersonId
from bot.store import gaps, regressions
from bot.store.engine import open_engines
from bot.store.migrations import migrate

NOW = datetime.now(UTC).replace(microsecond=0)
ANNA, PETRI = PersonId("T2", "U1"), PersonId("T1", "U4")
OFFLINE = Gap(GapKind.FALLBACK, "en", "miro", "Does Miro work offline?", NOW, ANNA, "C1", "")
DRAFT = Gap(
    GapKind.DRAFT,
    "fr",
    "cyberday",
    "<@UBOT> Combien coûte le support le week-end ?",
    NOW,
    ANNA,
    "C1",
    "",
    answer="Il est gratuit.",
    request=3,
)
JUDGED = Regression("and on a train?", "en", "miro", "miro.support-ticket", "fallback", NOW, PETRI, ANNA)

Said = Callable[..., tuple[int, str, str]]


class Desk:
    """A database with gaps and cases."""

    def __init__(self, url: str) -> None:
        self._engines = open_engines(url)
        migrate(self._engines.writer)
        self._noted = 0

    def add(self, gap: Gap, *, days: float = 0, workspace: str = "T1") -> int:
        """Note a gap that showed so many days ago, each about a message of its own."""
        self._noted += 1
        with self._engines.writer.begin() as conn:
            noted = replace(gap, at=gap.at - timedelta(days=days), ts=f"1.{self._noted:06}")
            return gaps.add(conn, workspace, noted)

    def judge(self, case: Regression, *, days: float = 0) -> int:
        """Note what staff say of a question."""
        with self._engines.writer.begin() as conn:
            return regressions.add(conn, "T1", replace(case, at=case.at - timedelta(days=days)))

    def close(self) -> None:
        """Close its connections."""
        self._engines.dispose()


@pytest.fixture
def desk(url):
    """A database with nothing noted yet, of a desk that has it open."""
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
    return partial(command, "gaps")


# The list


@pytest.mark.parametrize("arguments", [[], ["list"]])
def test_alike_questions_stand_together(desk, said, arguments):
    """By language, the biggest group first: how often each kind showed, the nearest entry, and examples."""
    for text in ("Does Miro work offline?", "does miro work off-line", "Does Miro work offline"):
        desk.add(replace(OFFLINE, text=text))
    desk.add(replace(OFFLINE, kind=GapKind.NONE, text="Can I export a board as a PDF?"))
    desk.add(replace(OFFLINE, kind=GapKind.UNHELPFUL, language="fr", text="Durée de l’essai", entry="miro.levels"))

    code, out, err = said(*arguments)

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "fr    1  unhelpful 1; nearest: miro.levels",
        "         Durée de l’essai",
        "en    3  fallback 3",
        "         Does Miro work offline?",
        "         does miro work off-line",
        "en    1  none 1",
        "         Can I export a board as a PDF?",
        "5 gaps in 3 groups.",
    ]


def test_an_entry_that_is_near_is_named(local_desk, said):
    """Of a question that the knowledge has an answer to by now."""
    local_desk.add(replace(OFFLINE, text="How long does the extended trial last?", programme="cyberday"))

    assert "en    1  fallback 1; nearest: cyberday.trial-length" in said()[1].splitlines()


def test_three_examples_are_enough(local_desk, said):
    """The rest is counted, and a long story is cut; JSON has them whole."""
    asked = [f"Does Miro work offline {word}" for word in ("at home", "at sea", "at all", "at last", "at work")]
    long = "Please " + "could you tell me whether it works offline " * 9
    for text in (*asked, long):
        local_desk.add(replace(OFFLINE, text=text))

    lines = said()[1].splitlines()
    groups = json.loads(said("--json")[1])

    assert lines[0] == "en    5  fallback 5"
    assert lines[4:6] == ["         … and 2 more like these", "en    1  fallback 1"]
    assert lines[6].endswith("…")
    assert len(lines[6]) < 120
    assert groups[0] == {
        "language": "en",
        "count": 5,
        "kinds": {"fallback": 5},
        "nearest": None,
        "programmes": ["miro"],
        "texts": sorted(asked, key=str.casefold),
    }
    assert groups[1]["texts"] == [long]


@pytest.mark.parametrize(
    ("arguments", "languages"),
    [
        ([], ["fr", "en", "fi"]),
        (["--since", "30d"], ["fr", "en"]),
        (["--since", "1w"], ["en"]),
        (["--language", "fi"], ["fi"]),
        (["list", "--language", "fi", "--language", "fr", "--since", "5w"], ["fr"]),
        (["--language", "de"], []),
    ],
)
def test_filters(desk, said, arguments, languages):
    """By language, and by how long ago."""
    desk.add(OFFLINE, days=1)
    desk.add(replace(OFFLINE, language="fr"), days=20)
    desk.add(replace(OFFLINE, language="fi"), days=60)

    assert [group["language"] for group in json.loads(said(*arguments, "--json")[1])] == languages


def test_texts_of_people_do_nothing_to_a_terminal(local_desk, said):
    """Signs that control it, or turn the order of others, are shown as escapes."""
    hostile = "é \x1b[2Jgone\x9b31m\rover\u202etxt\u2028next\tend"
    local_desk.add(replace(OFFLINE, text=hostile))
    number = local_desk.add(replace(DRAFT, text=hostile, answer=hostile))

    for arguments in ([], ["drafts"], ["show", str(number)]):
        _, out, _ = said(*arguments)

        assert "é" in out
        assert not set("\x1b\x9b\r\u202e\u2028\t") & set(out)


def test_nothing_is_missing(desk, said):
    """An empty list is a list; nothing is fitted for it."""
    assert said() == (0, "0 gaps in 0 groups.\n", "")
    assert said("drafts") == (0, "0 drafts.\n", "")
    assert said("cases") == (0, "", "")
    assert said("--json") == (0, "[]\n", "")


# Drafts


def test_a_line_for_each_draft(desk, said):
    """Its number, of which request it is, and the question; the list of gaps counts them."""
    desk.add(OFFLINE)
    number = desk.add(DRAFT)

    (code, out, err), (_, listed, _) = said("drafts"), said()

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{number:<5} fr  {NOW:%Y-%m-%d}  cyberday  REQ-3    Combien coûte le support le week-end ?",
        "1 draft.",
    ]
    assert listed.splitlines()[-1] == "2 gaps in 2 groups; 1 draft: see `partnerdesk gaps drafts`."


def test_drafts_as_json(local_desk, said):
    """With what staff have answered."""
    number = local_desk.add(DRAFT)

    assert json.loads(said("drafts", "--json")[1]) == [
        {
            "number": number,
            "language": "fr",
            "programme": "cyberday",
            "at": NOW.isoformat(),
            "request": "REQ-3",
            "question": "Combien coûte le support le week-end ?",
            "answer": "Il est gratuit.",
        }
    ]


def test_a_draft_as_it_is_pasted(desk, said):
    """YAML for five files, each below its name; the whole is YAML too, so that a comment is nothing but one."""
    number = desk.add(DRAFT)

    (code, out, err), (_, data, _) = said("show", str(number)), said("show", str(number), "--json")

    parts = out.split("# to the end of ")[1:]
    assert (code, err) == (0, "")
    assert [part.partition("\n")[0] for part in parts] == [
        "cyberday/programme.yml",
        "cyberday/fr.yml",
        "cyberday/en.yml",
        "cyberday/de.yml",
        "cyberday/fi.yml",
    ]
    french = yaml.safe_load(parts[1].partition("\n")[2])["combien-coute-support-week"]
    assert french["phrasings"] == ["Combien coûte le support le week-end ?"]
    assert french["answer"] == "Il est gratuit."
    assert json.loads(data)["id"] == "cyberday.combien-coute-support-week"
    assert json.loads(data)["texts"]["fi"] in out


def test_what_collides_stands_above(local_desk, said, edition):
    """As a comment: whoever pastes reads it first."""
    phrasing = edition.knowledge.entry("cyberday.deal-lock").texts["fr"].phrasings[0]
    number = local_desk.add(replace(DRAFT, text=phrasing))

    first, *_ = said("show", str(number))[1].splitlines()

    assert first.startswith("# ")
    assert "stands in cyberday.deal-lock too (cyberday/fr.yml:" in first


def test_a_draft_of_no_programme_is_given_one(local_desk, said):
    """The command says which there are."""
    number = str(local_desk.add(replace(DRAFT, programme=None)))

    code, out, err = said("show", number)
    given = json.loads(said("show", number, "--json", "--programme", "miro")[1])

    assert (code, out) == (2, "")
    assert err == "partnerdesk: gaps: which programme is it for? name one of cyberday, miro with --programme\n"
    assert given["id"].startswith("miro.")
    assert said("show", number, "--programme", "nope")[0] == 2


def test_a_number_that_is_no_draft(desk, said):
    """Another gap's is none, nor is that of another workspace."""
    number = desk.add(OFFLINE)
    expected = "partnerdesk: gaps: there is no draft {}; see `partnerdesk gaps drafts`\n"

    assert said("show", str(number)) == (1, "", expected.format(number))
    assert said("show", "77") == (1, "", expected.format(77))


# Cases


def test_cases_are_what_eval_reads(desk, said, tmp_path):
    """An entry, an action, or nothing where the bot should say that it does not know."""
    desk.judge(JUDGED)
    desk.judge(replace(JUDGED, text="bye\u2028bye", language="fr", programme=None, expected="action.thanks"))
    desk.judge(replace(JUDGED, text="What is the price?", expected="fallback"))

    code, out, err = said("cases")
    file = tmp_path / "cases.jsonl"
    file.write_text(out, encoding="utf-8")

    assert (code, err) == (0, "")
    assert read_cases([file]) == [
        Case("case-1", "en", "miro", "and on a train?", ("miro.support-ticket",), "plain"),
        Case("case-2", "fr", None, "bye\u2028bye", ("action.thanks",), "action"),
        Case("case-3", "en", "miro", "What is the price?", (), "oos-near"),
    ]


def test_cases_are_measured_by_eval(local_desk, said, command, tmp_path):
    """What is right by now is told apart from what is not."""
    local_desk.judge(replace(JUDGED, text="How do I print a board?"))
    local_desk.judge(replace(JUDGED, text="How do I open a support ticket?"))
    file = tmp_path / "cases.jsonl"
    file.write_text(said("cases")[1], encoding="utf-8")

    code, out, _ = command("eval", str(file), "--misses")

    assert code == 0
    assert "How do I print a board?" in out
    assert "How do I open a support ticket?" not in out


def test_the_last_word_on_a_question_counts(local_desk, said):
    """Asked again and judged otherwise; accents and case make no other question, a programme and a language do."""
    local_desk.judge(JUDGED)
    local_desk.judge(replace(JUDGED, text="And on a train", expected="fallback"))
    local_desk.judge(replace(JUDGED, language="fi"), days=40)
    local_desk.judge(replace(JUDGED, programme="cyberday"))

    cases = [json.loads(line) for line in said("cases")[1].splitlines()]
    recent = [json.loads(line) for line in said("cases", "--language", "fi", "--since", "30d")[1].splitlines()]

    assert [(one["id"], one["expect"]) for one in cases] == [
        ("case-2", []),
        ("case-3", ["miro.support-ticket"]),
        ("case-4", ["miro.support-ticket"]),
    ]
    assert recent == []


# Usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["show"],
        ["list", "3"],
        ["3"],
        ["show", "DRAFT-1"],
        ["show", "9" * 30],
        ["--since", "yesterday"],
        ["--since", "30"],
        ["--language", "xx"],
        ["patch"],
    ],
)
def test_wrong_usage(said, arguments, tmp_path, monkeypatch):
    """Exit 2, before the database is looked for."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/nothing.db")

    code, out, err = said(*arguments)

    assert (code, out) == (2, "")
    assert "partnerdesk" in err


def test_without_a_database_there_are_no_gaps(said, tmp_path, monkeypatch):
    """No file is made by looking."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/nothing.db")

    assert said() == (1, "", "partnerdesk: gaps: there is no database yet, and so no gaps\n")
    assert list(tmp_path.iterdir()) == []


def test_of_two_workspaces_one_is_named(local_desk, said):
    """What stands in one says nothing of the other."""
    local_desk.add(OFFLINE)
    local_desk.add(replace(OFFLINE, language="fr"), workspace="T9")

    code, _, err = said()

    assert (code, err) == (2, "partnerdesk: gaps: there are gaps of T1, T9; say which with --workspace\n")
    assert [one["language"] for one in json.loads(said("--workspace", "T9", "--json")[1])] == ["fr"]
