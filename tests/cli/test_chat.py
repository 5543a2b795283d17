"""`partnerdesk chat`: whole conversations."""

import argparse
import io
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli import chat as command
from bot.cli.chat import Chat
from bot.conversation import Conversation
from bot.edition import Edition
from bot.i18n import language_name
from bot.model import LANGUAGES, Channel, Outcome, Person, PersonId, Place, Reply
from bot.render.messages import Renderer

ROOT = Path(__file__).parents[2]
NEXT = dict(zip(LANGUAGES, (*LANGUAGES[1:], LANGUAGES[0]), strict=True))


@pytest.fixture(scope="module")
def opened(edition):
    """The edition as `chat` opens it: without a desk."""
    renderer = Renderer(edition.knowledge, edition.renderer.catalogues, lambda *_: None, has_desk=False)
    return Edition(edition.knowledge, edition.reader, edition.conversation, renderer)


@pytest.fixture
def chat(opened):
    """A conversation, by default about Cyberday, of somebody whose system speaks a language."""

    def begin(language=None, programmes=("cyberday",)):
        channel = Channel("terminal", Place.TERMINAL, programmes=programmes)
        return Chat(opened, channel, Person(PersonId("", "terminal"), language=language))

    return begin


@pytest.fixture(scope="module")
def question(edition):
    """A model question of an entry."""
    return lambda entry, language: edition.knowledge.entry(entry).texts[language].phrasings[0]


@pytest.fixture(scope="module")
def text(opened):
    """The text of an entry."""
    outcomes = {"rule": Outcome.RULE, "answer": Outcome.ANSWER}

    def of(entry, language):
        kind = outcomes[opened.knowledge.entry(entry).kind]
        return opened.renderer.plain(Reply(kind, language, entry.partition(".")[0], entry))

    return of


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_conversation(chat, opened, question, text, language):
    """Answer, two questions at once, a choice by number, none of them, another language, the other programme."""
    t = opened.renderer.catalogues[language]
    title = opened.renderer.title
    talk = chat()
    trial, deal = "cyberday.trial-length", "cyberday.deal-registration"

    assert talk.say(question(trial, language)) == text(trial, language)

    both = f"{question(trial, language)} {question(deal, language)}"
    offered = [
        t("Which of these do you mean?"),
        "",
        f"1. {title(trial, language)}",
        f"2. {title(deal, language)}",
        f"0. {t('None of these')}",
    ]
    assert talk.say(both).splitlines() == offered
    assert talk.say("2") == text(deal, language)
    assert talk.say(both).splitlines() == offered
    assert talk.say(" 1. ") == text(trial, language)
    talk.say(both)
    assert talk.say("0").startswith(t("I don’t know the answer to that, and I won’t guess."))

    talk.say(question(deal, language))
    other = NEXT[language]
    assert talk.say(f"/{other}") == text(deal, other)
    assert talk.say(f"/{language}") == text(deal, language)

    name = opened.knowledge.programmes["miro"].names[language]
    assert talk.say("/programme miro") == t("From now on this is about: {name}.", name=name)
    assert talk.say(question("miro.levels", language)) == text("miro.levels", language)
    assert talk.say("/programme nope") == t(
        "There is no programme “{name}”. There are: {names}.", name="nope", names="cyberday, miro"
    )

    assert talk.say("/new") == t("A new conversation begins.")
    assert talk.thread.entry is None
    assert talk.thread.language == language
    assert talk.say("/quit") is None
    assert talk.say("/q") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_in_the_persons_language(chat, opened, question, language):
    """What it says of itself, what it cannot answer, how it reads: no line of four words or more in another one."""
    talk = chat(language)
    said = [
        talk.welcome(),
        talk.say("/help"),
        talk.say("/why"),
        talk.say(f"/{language}"),
        talk.say(opened.knowledge.outside[language].far[0]),
        *(talk.say(question(f"action.{name}", language)) for name in ("greeting", "thanks", "help", "topics", "human")),
        talk.say("/programme nope"),
        talk.say("/programme miro"),
        talk.say("/new"),
        talk.say(question("miro.levels", language)),
        "\n".join(line for line in talk.say("/why").splitlines() if " ~ " not in line),
    ]

    detect = opened.reader.languages.detect
    for line in "\n".join(said).splitlines():
        plain = re.sub(r"/\S+(?: ID)?|\S+@\S+", "", line)
        if len(re.findall(r"[^\W\d]{2,}", plain)) >= 4 and "terminal" not in line:
            found, sure = detect(plain)
            assert found == language or not sure, line


def test_a_language_can_be_asked_for_in_words(chat, question, text):
    """The last answer comes again in it, and the next ones too."""
    talk = chat()
    talk.say(question("cyberday.deal-registration", "en"))

    assert talk.say("auf Deutsch bitte") == text("cyberday.deal-registration", "de")
    assert talk.person.language == "de"
    assert talk.say("ok?") == talk.say("/de")


def test_switching_before_any_answer_says_so(chat, opened):
    """There is nothing to say again yet."""
    assert chat().say("/fi") == opened.renderer.catalogues["fi"]("I answer in English from now on.")


def test_a_switch_to_a_language_without_a_released_text_says_where_it_exists(chat, opened, question):
    """A draft is not served by the back door."""
    levels = opened.knowledge.entry("miro.levels")
    texts = {**levels.texts, "de": replace(levels.texts["de"], draft=True)}
    miro = opened.knowledge.programmes["miro"]
    miro = replace(miro, entries={**miro.entries, levels.id: replace(levels, texts=texts)})
    knowledge = replace(opened.knowledge, programmes={**opened.knowledge.programmes, "miro": miro})
    renderer = Renderer(knowledge, opened.renderer.catalogues, lambda *_: None, has_desk=False)
    talk = chat(programmes=("miro",))
    talk.edition = Edition(knowledge, opened.reader, Conversation(knowledge, opened.reader), renderer)
    talk.say(question("miro.levels", "en"))

    said = talk.say("/de")

    assert levels.texts["de"].answer[:40] not in said
    assert language_name("en", "de") in said


def test_a_choice_of_programme_is_kept(chat, question, text):
    """Asked once, then known: the question is answered, and the next one is about the same programme."""
    talk = chat(programmes=())

    offered = talk.say("Who do I contact?")
    number = next(line[0] for line in offered.splitlines() if "Miro" in line)
    talk.say(number)

    assert talk.thread.programme == "miro"
    assert talk.say(question("miro.levels", "en")) == text("miro.levels", "en")


def test_why_shows_how_a_question_was_read(chat, opened, question):
    """Language and how it is known, programme, candidates with their shares and nearest words, thresholds."""
    talk = chat("fr", programmes=("miro",))
    talk.say(question("miro.levels", "fr"))

    lines = talk.say("/why").splitlines()

    assert lines[0] == "Langue : fr (d'après les mots du message)"
    assert lines[1] == "Programme : miro"
    assert re.fullmatch(r" *\d+(?:,\d)?\s% {2}miro\.levels ~ .+", lines[2])
    assert opened.reader.folded(question("miro.levels", "fr")) in lines[2]
    assert re.search(r"\d\s%", lines[-1])


def test_why_still_explains_the_question_after_a_choice(chat, question):
    """Picking a number asks nothing new."""
    talk = chat()
    talk.say(f"{question('cyberday.trial-length', 'en')} {question('cyberday.deal-registration', 'en')}")
    before = talk.say("/why")
    talk.say("1")

    assert talk.say("/why") == before
    assert "cyberday.trial-length" in before


def test_a_number_picks_only_what_is_offered(chat, question):
    """Otherwise it is a message like others."""
    talk = chat()
    both = f"{question('cyberday.trial-length', 'en')} {question('cyberday.deal-registration', 'en')}"
    talk.say(both)
    beyond = talk.say("7")
    talk.say(both)

    assert talk.say("2") != beyond
    talk.say("/new")
    assert talk.thread.offered == ()
    talk.say("1")
    assert talk.thread.entry is None


def run(opened, monkeypatch, typed, *arguments):
    """The command over a typed input: (exit code, what it printed)."""
    monkeypatch.setattr(command, "edition", lambda _folder: opened)
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    out = io.StringIO()
    code = command.command(parser.parse_args(arguments), typed, out)
    return code, out.getvalue()


def test_the_command_talks_until_the_input_ends(opened, monkeypatch, question, text):
    """It greets in the system's language, answers in the message's; blank lines say nothing."""
    code, printed = run(
        opened, monkeypatch, io.StringIO(f"\n  \n{question('miro.levels', 'fi')}\n"), "--programme", "miro"
    )

    t = opened.renderer.catalogues["de"]
    assert code == 0
    assert printed.startswith(t("Ask in French, English, German or Finnish. A number picks a choice.") + "\n")
    assert printed.endswith(f"> > > \n{text('miro.levels', 'fi')}\n\n> \n")


def test_a_language_and_a_programme_can_be_told(opened, monkeypatch):
    """The language beats that of the system; an unknown programme is wrong usage."""
    code, printed = run(opened, monkeypatch, io.StringIO("/quit\n"), "--language", "fr", "--programme", "miro")

    assert code == 0
    assert printed.startswith("Posez votre question")
    with pytest.raises(command.CommandError, match="known: cyberday, miro") as error:
        run(opened, monkeypatch, io.StringIO(""), "--programme", "nope")
    assert error.value.code == 2


def test_an_interrupt_at_the_prompt_ends_the_conversation(opened, monkeypatch):
    """Ctrl-C is a way to leave, not an error."""

    class Interrupted(io.StringIO):
        def readline(self, *_):
            raise KeyboardInterrupt

    code, printed = run(opened, monkeypatch, Interrupted())

    assert code == 0
    assert printed.endswith("> \n")


def start():
    """The command in a process of its own, its terminal replaced by pipes."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "chat", "--programme", "cyberday"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )


def test_a_conversation_through_pipes(edition, question, text):
    """All four languages in one, a byte that is no UTF-8 among them; nothing on stderr."""
    typed = b"".join(f"/new\n{question('cyberday.deal-registration', one)}\n".encode() for one in LANGUAGES)

    with start() as child:
        out, err = child.communicate(b"\xff\xfe\n" + typed + b"/quit\nnever read\n", timeout=60)

    printed = out.decode()
    assert (child.returncode, err) == (0, b"")
    at = [printed.index(text("cyberday.deal-registration", one)) for one in LANGUAGES]
    assert at == sorted(at)


def test_ctrl_c_leaves_quietly():
    """Exit 0 and no traceback."""
    with start() as child:
        printed = b""
        while not printed.endswith(b"> "):
            printed += os.read(child.stdout.fileno(), 1000)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)

    assert (child.returncode, err) == (0, b"")
