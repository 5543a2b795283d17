"""Entries drafted from a question and what staff has answered."""

from __future__ import annotations

import argparse
import io
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import paths, rules
from bot.cli import check as command
from bot.knowledge.check import check
from bot.knowledge.check.letters import plain
from bot.knowledge.load import CONTRACT, load
from bot.knowledge.stub import stub
from bot.model import LANGUAGES
from bot.understand.normalise import same
from tests.knowledge.small import write_catalogues, write_knowledge

QUESTION = "Combien coûte le support le week-end ?"
ANSWER = "Le support du week-end est gratuit.\n\n- Le samedi : par téléphone\n- Le dimanche : par e-mail"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A faultless knowledge; whoever pastes into it copies it."""
    return write_knowledge(tmp_path_factory.mktemp("stub") / "knowledge")


@pytest.fixture(scope="module")
def knowledge(folder):
    """What is in it."""
    return load(folder)


@pytest.fixture(scope="module")
def locales(tmp_path_factory) -> Path:
    """Catalogues without a fault."""
    return write_catalogues(tmp_path_factory.mktemp("stub") / "locales")


def made(knowledge, question=QUESTION, answer=ANSWER, language="fr", programme="demo"):
    """A stub in the knowledge."""
    return stub(knowledge, programme=programme, language=language, question=question, answer=answer, same=same)


def paste(stub, folder):
    """Put a stub where it says: at the end of the five files."""
    programme = folder / stub.id.partition(".")[0]
    for name, text in {CONTRACT: stub.programme_yml, **{f"{one}.yml": stub.texts[one] for one in LANGUAGES}}.items():
        with (programme / name).open("a", encoding="utf-8") as file:
            file.write(text)


def parsed(text):
    """The one entry of a piece of YAML."""
    ((name, entry),) = yaml.safe_load(text).items()
    return name, entry


def checked(folder, locales, *arguments):
    """What `partnerdesk check` says, its exit code first; without the fitted model."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    out = io.StringIO()
    args = parser.parse_args(["--no-collisions", *arguments])
    code = command.run(args, knowledge_dir=folder, locales_dir=locales, out=out)
    return code, out.getvalue().splitlines()


def test_a_stub_is_accepted_where_it_is_pasted(tmp_path, locales):
    """In the shipped knowledge: no error; `check --strict` lists a draft in each language, until it is finished."""
    shipped = tmp_path / "knowledge"
    shutil.copytree(paths.knowledge_dir(), shipped)
    new = made(load(shipped), programme="cyberday")
    paste(new, shipped)

    (code, _), (strict, said) = checked(shipped, locales), checked(shipped, locales, "--strict")

    drafts = [line.partition(":")[0] for line in said if "a draft; take `draft` out when it is reviewed" in line]
    assert code == 0
    assert strict == 1
    assert drafts == ["cyberday/de.yml", "cyberday/en.yml", "cyberday/fi.yml", "cyberday/fr.yml"]
    assert new.collisions == ()
    assert all(new.id.partition(".")[2] in line for line in said[:-1])


def test_question_and_answer_stand_in_their_own_language(knowledge, tmp_path, folder):
    """The question as the model question; the others hold a title, and nothing that would have to be unlearnt."""
    own = tmp_path / "knowledge"
    shutil.copytree(folder, own)
    new = made(knowledge)
    paste(new, own)

    entry = load(own).entry(new.id)

    assert new.id == "demo.combien-coute-support-week"
    assert entry.texts["fr"].phrasings == (QUESTION,)
    assert entry.texts["fr"].answer == ANSWER
    assert {language: (text.phrasings, text.answer) for language, text in entry.texts.items() if language != "fr"} == {
        "en": ((), ""),
        "de": ((), ""),
        "fi": ((), ""),
    }
    assert {text.title for text in entry.texts.values()} == {QUESTION}
    assert [text.draft for text in entry.texts.values()] == [True] * 4
    assert entry.served_languages == ()
    assert (entry.kind, entry.revision) == ("answer", 1)


def test_an_english_answer_is_the_first_version_of_the_facts(knowledge):
    """In one line; else somebody has to write them in English."""
    _, english = parsed(made(knowledge, "Is weekend support free?", "Yes.\nIt is free.", "en").programme_yml)
    _, french = parsed(made(knowledge).programme_yml)

    assert english["facts"] == "Yes. It is free."
    assert french["facts"].startswith("Still to be written")


@pytest.mark.parametrize("unknown", ["Ask {contact.nobody}.", "Write to nobody@example.com.", "It is (link nowhere)."])
def test_facts_name_nothing_that_the_programme_does_not_hold(knowledge, unknown):
    """That would be an error in programme.yml, where nothing can wait."""
    assert "Still to be written" in made(knowledge, "Whom do I ask?", unknown, "en").programme_yml


def test_a_question_that_stands_in_another_entry_is_told_and_left_out(knowledge, tmp_path, folder, locales):
    """A phrasing means one thing; pasted all the same, what was right before stays right."""
    own = tmp_path / "knowledge"
    shutil.copytree(folder, own)
    new = made(knowledge, "FR trial 3 ?")
    paste(new, own)

    line = (own / "demo" / "fr.yml").read_text(encoding="utf-8").split("fr trial 3?")[0].count("\n") + 1
    assert new.collisions == (
        f"'FR trial 3 ?' stands in demo.trial too (demo/fr.yml:{line}); keep it in one of the two",
    )
    assert parsed(new.texts["fr"])[1]["phrasings"] == []
    assert checked(own, locales)[0] == 0


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("en human 0?", "stands in action.human too (actions/en.yml:"),
        ("weather in de", "stands in the out-of-scope examples too (outside/de.yml)"),
        ("Price in en?", "stands in the out-of-scope examples too (outside/en.yml)"),
    ],
)
def test_actions_and_out_of_scope_examples_collide_as_well(knowledge, question, where):
    """Whatever the language: one model reads all four."""
    (collision,) = made(knowledge, question).collisions

    assert where in collision


def test_what_another_programme_asks_does_not_collide(folder, tmp_path):
    """Two programmes may say the same words."""
    own = tmp_path / "knowledge"
    shutil.copytree(folder, own)
    shutil.copytree(own / "demo", own / "other")

    knowledge = load(own)
    (collision,) = made(knowledge, "fr trial 3?", programme="other").collisions

    assert "other.trial" in collision


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Wie verlängere ich die Testphase für einen Kunden?", "verlangere-testphase-einen-kunden"),
        ("VAT id?", "vat-id"),
        ("Commission ?", "about-commission"),
        ("null", "about-null"),
        ("yes", "about-yes"),
        ("2026", "about-2026"),
        ("$€ ???", "about-something"),
        ("Привет", "about-something"),
        (
            "Donaudampfschifffahrtsgesellschaft Kapitänsmützenabzeichenverordnung",
            "donaudampfschifffahrtsgesellschaft-kapit",
        ),
        ("trial", "about-trial"),
    ],
)
def test_an_entry_is_named_by_its_first_telling_words(knowledge, question, name):
    """Letters, figures and hyphens; nothing that YAML would read as something else."""
    new = made(knowledge, question)

    assert new.id == f"demo.{name}"
    assert parsed(new.programme_yml)[0] == name


def test_a_name_that_is_taken_gets_a_number(folder, tmp_path):
    """So that two drafts of one question can stand in one file."""
    own = tmp_path / "knowledge"
    shutil.copytree(folder, own)
    for _ in range(3):
        paste(made(load(own)), own)

    assert [id_ for id_ in load(own).programmes["demo"].entries if "combien" in id_] == [
        "demo.combien-coute-support-week",
        "demo.combien-coute-support-week-2",
        "demo.combien-coute-support-week-3",
    ]


def test_a_long_question_has_a_short_title(knowledge):
    """It fits a button; the phrasing stays whole."""
    question = "Notre client voudrait savoir " + "très précisément " * 20 + "combien coûte le support ?"

    _, text = parsed(made(knowledge, question).texts["fr"])

    assert len(text["title"]) <= 60
    assert text["title"].startswith("Notre client voudrait savoir très précisément")
    assert text["phrasings"] == [" ".join(question.split())]


LOOK_ALIKES = "\u0430\u0435\u043e\u0456\u0410\u03bf"
LETTERS = st.text(
    st.characters(codec="utf-8")
    | st.sampled_from(LOOK_ALIKES + "ab{}[]#'\"\\:-|>&*!%@`\r\n\t\u200b\u200d\u2028\x85\x1b")
)


@settings(max_examples=300, deadline=None)
@given(question=LETTERS, answer=LETTERS)
def test_whatever_people_type_is_whole_in_the_file(knowledge, question, answer):
    """But for what the files may not hold; and it is YAML of one entry, the same in each language."""
    new = made(knowledge, question, answer)

    name, text = parsed(new.texts["fr"])
    assert {name} == {parsed(part)[0] for part in (new.programme_yml, *new.texts.values())}
    assert text["answer"].split() == plain(answer).split()
    assert text["phrasings"] == ([" ".join(plain(question).split())] if plain(question).split() else [])


HOSTILE = (
    "\u202eevil\u202c {x} [y](z) \\u0430 \\\\x41 we\u0430ther \uff41bc it\u200bem\x85\x00 # no: - yes 'a' \"b\" \ud83d"
)


def test_hostile_text_is_accepted_too(folder, tmp_path, locales):
    """Look-alikes, unseen characters, what YAML and the placeholders mean something by: warnings at most."""
    own = tmp_path / "knowledge"
    shutil.copytree(folder, own)
    for language in LANGUAGES:
        paste(
            made(load(own), f"{language} {HOSTILE}", f"\n  {HOSTILE}\r\n\tnext@example.com 50 % {HOSTILE}", language),
            own,
        )

    found = check(own, locales, same=same, rules=rules.problems).problems

    assert [str(problem) for problem in found if not problem.warning] == []
    assert len(load(own).programmes["demo"].entries) == 6


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("we\u0430ther", "weather"),
        ("\u0410\u0421\u0415", "ACE"),
        ("\uff41\uff42c", "abc"),
        ("\u03b1\u03b2 x\u03b2", "\u03b1\u03b2 x?"),
        ("Привет", "Привет"),
        ("so\u00adft", "soft"),
        ("👩\u200d💻 a\u200db", "👩\u200d💻 ab"),
        ("a\tb\r\nc\rd", "a b\nc\nd"),
        ("\\u200b and \\\\x41", "u200b and x41"),
        ("C:\\users", "C:\\users"),
    ],
)
def test_a_text_without_what_the_files_may_not_hold(typed, kept):
    """Look-alikes become the letters that they look like; what another alphabet says stays."""
    assert plain(typed) == kept


def test_an_unknown_programme_is_an_error(knowledge):
    """Whoever asks knows which there are."""
    with pytest.raises(KeyError):
        made(knowledge, programme="nope")
