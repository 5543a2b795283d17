"""Reading the knowledge folder."""

import shutil

import pytest

from bot.document import DocumentError, Problems
from bot.knowledge.load import digest, load, parse
from bot.knowledge.schema import ACTIONS
from bot.model import LANGUAGES
from tests.knowledge.small import edit, line_of, write_knowledge


@pytest.fixture
def folder(tmp_path):
    """A faultless knowledge."""
    return write_knowledge(tmp_path / "knowledge")


def told(folder):
    """The errors of a knowledge, as they are shown."""
    with pytest.raises(DocumentError) as error:
        load(folder)
    return str(error.value).splitlines()


def test_a_knowledge_is_read_as_it_is_written(folder):
    """Programmes, entries by their full id, actions, closings, and what is outside."""
    knowledge = load(folder)

    demo = knowledge.programmes["demo"]
    trial = knowledge.entry("demo.trial")
    assert list(knowledge.programmes) == ["demo"]
    assert (demo.names["fr"], demo.aliases, demo.examples) == ("Démo", ("demo",), ("demo.trial",))
    assert (trial.kind, trial.revision, trial.draft, set(trial.texts)) == ("answer", 2, False, set(LANGUAGES))
    assert (trial.texts["fi"].phrasings[0], trial.texts["fi"].revision) == ("fi trial 0?", 2)
    assert trial.texts["fi"].line == line_of(folder / "demo" / "fi.yml", "  trial:")
    assert trial.texts["fi"].answer_line == line_of(folder / "demo" / "fi.yml", "    answer:")
    assert trial.texts["fi"].phrasing_lines[0] == line_of(folder / "demo" / "fi.yml", "fi trial 0?")
    assert {id_.partition(".")[2] for id_ in knowledge.actions} == set(ACTIONS)
    assert knowledge.closings["de"] == ("bye de",)
    assert (knowledge.outside["en"].far, knowledge.outside["en"].near["demo"]) == (("weather in en",), ("price in en",))
    assert [entry.id for entry in knowledge.entries()] == ["demo.trial", "demo.payout"]


def test_ids_lead_to_their_entry(folder):
    """Entries, actions, and the programme of an id; anything else leads nowhere."""
    knowledge = load(folder)

    assert knowledge.entry("action.greeting").id == "action.greeting"
    assert knowledge.programme_of("demo.trial").id == "demo"
    for unknown in ("demo.nope", "nope.trial", "action.nope", "trial", "", "."):
        assert knowledge.entry(unknown) is None
    assert knowledge.programme_of("action.greeting") is None


def test_a_draft_is_not_served(folder):
    """The whole entry, or one text of it."""
    edit(folder / "demo" / "programme.yml", "    revision: 1\n", "    revision: 1\n    draft: true\n")
    edit(folder / "demo" / "fi.yml", "    title: trial\n", "    title: trial\n    draft: true\n")

    knowledge = load(folder)

    assert knowledge.entry("demo.trial").served_languages == ("fr", "en", "de")
    assert knowledge.entry("demo.payout").served_languages == ()


def test_contacts_are_known_by_the_languages_that_they_name(folder):
    """A contact that takes any language may name some; one that is limited to some names those."""
    file, contact = folder / "demo" / "programme.yml", "    languages: [en, de]\n"
    edit(file, contact, f"{contact}    fallback: true\n")
    demo = load(folder).programmes["demo"]
    assert [language for language in LANGUAGES if demo.contacts_naming(language)] == ["en", "de"]

    edit(file, contact, "    languages_named: [fi]\n")
    demo = load(folder).programmes["demo"]
    assert [language for language in LANGUAGES if demo.contacts_naming(language)] == ["fi"]
    assert [language for language in LANGUAGES if demo.fallback_contacts(language)] == list(LANGUAGES)


def test_contacts_are_named_to_those_they_can_answer(folder):
    """By language; only those that are meant for what the bot cannot answer."""
    assert load(folder).programmes["demo"].fallback_contacts("en") == []
    edit(
        folder / "demo" / "programme.yml", "    languages: [en, de]\n", "    languages: [en, de]\n    fallback: true\n"
    )

    demo = load(folder).programmes["demo"]

    assert {language: demo.fallback_contacts(language) for language in LANGUAGES} == {
        "fr": [],
        "en": ["desk"],
        "de": ["desk"],
        "fi": [],
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("demo/programme.yml", "audience: partners\n", "", "'audience' is missing; add it"),
        ("demo/programme.yml", "fi: Demo}", "sv: Demo}", "'fi' is missing; add it"),
        ("demo/programme.yml", "examples: [trial]", "examples: [nope]", "'nope' is not known here"),
        ("demo/programme.yml", "type: days", "type: weeks", "'weeks' is not known here"),
        ("demo/programme.yml", "value: 30", "value: many", "a number is needed here"),
        ("demo/programme.yml", "value: 30", "value: .inf", "a number is needed here"),
        ("demo/programme.yml", "currency: USD, ", "", "money needs a currency, such as USD"),
        (
            "demo/programme.yml",
            "    email: desk@example.com\n",
            "    link: nope\n",
            "link 'nope' is not among the links",
        ),
        ("demo/programme.yml", "languages: [en, de]", "languages: [en, sv]", "'sv' is not known here"),
        ("demo/programme.yml", "{en: Buy now}", "{fr: Acheter}", "'en' is missing; add it"),
        ("demo/programme.yml", "entries: [payout]", "entries: [nope]", "'nope' is not known here"),
        (
            "demo/programme.yml",
            "    kind: answer\n    revision: 2\n",
            "    kind: riddle\n    revision: 2\n",
            "'riddle' is not",
        ),
        ("demo/programme.yml", "    revision: 2\n", "    revision: 0\n", "a whole number from 1 on is needed here"),
        ("demo/programme.yml", "links: [form]", "links: [form]\nlink: x", "unknown key; known here:"),
        ("demo/fi.yml", "  payout:\n", "  extra:\n", "programme.yml knows no such entry"),
        ("demo/fi.yml", "  payout:\n", "  extra:\n", "entry 'payout' is missing; add it"),
        ("demo/fi.yml", "    title: trial\n", f"    title: {'x' * 61}\n", "61 characters, at most 60 fit"),
        ("demo/fi.yml", "    title: trial\n", "", "'title' is missing; add it"),
        ("demo/fi.yml", "    title: trial\n", "    title: [trial]\n", "a text is needed here"),
        ("actions/de.yml", "closings: [bye de]", "nope: [x]", "'closings' is missing; add it"),
        ("actions/de.yml", "status:\n", "state:\n", "unknown key; known here:"),
        ("outside/fr.yml", "far: [weather in fr]", "far: weather", "a list is needed here"),
    ],
)
def test_a_fault_of_form_is_named(folder, file, old, new, message):
    """With file and line."""
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    found = [line for line in told(folder) if message in line]

    assert found
    assert found[0].startswith(f"{file}:")
    assert ": error: " in found[0]


def test_all_faults_are_told_at_once(folder):
    """In the order of files and lines; what can be read is read all the same."""
    edit(folder / "demo" / "fi.yml", "    title: trial\n", "")
    edit(folder / "demo" / "programme.yml", "audience: partners\n", "")
    (folder / "outside" / "de.yml").write_bytes(b"\xff")
    (folder / "actions" / "en.yml").unlink()

    found = told(folder)

    problems = Problems()
    assert parse(folder, problems).entry("demo.payout").texts["fi"].title == "payout"
    assert found == [str(problem) for problem in problems.errors]
    assert {line.partition(":")[0] for line in found} == {
        "actions/en.yml",
        "demo/fi.yml",
        "demo/programme.yml",
        "outside/de.yml",
    }


def test_a_folder_of_something_else_is_told(tmp_path):
    """There is no programme in it."""
    assert any("no programme found" in line for line in told(tmp_path))


def test_a_version_is_named_by_what_is_in_it(folder, tmp_path):
    """Every byte of every file counts, and where it stands; the decision, which is made from it, does not."""
    before = digest(folder)

    shutil.copytree(folder, tmp_path / "copy")
    (folder / "decision.yml").write_text("x: 1\n", encoding="utf-8")
    (folder / "README.md").write_text("x\n", encoding="utf-8")
    assert digest(folder) == digest(tmp_path / "copy") == before == load(folder).digest
    edit(folder / "outside" / "fr.yml", "weather", "Weather")
    assert digest(folder) != before
    edit(folder / "outside" / "fr.yml", "Weather", "weather")
    assert digest(folder) == before
    (folder / "demo" / "fr.yml").rename(folder / "demo" / "frr.yml")  # in the same order as before
    assert digest(folder) != before
