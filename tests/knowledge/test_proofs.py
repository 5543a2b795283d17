"""Each proof, on a small knowledge with one fault in it."""

from pathlib import Path

import pytest

from bot.knowledge.check import check
from bot.understand.normalise import same
from tests.knowledge.small import edit, line_of, write_catalogues, write_knowledge


@pytest.fixture
def knowledge(tmp_path):
    """A faultless knowledge, to be broken."""
    return write_knowledge(tmp_path / "knowledge")


@pytest.fixture
def locales(tmp_path):
    """Faultless catalogues."""
    return write_catalogues(tmp_path / "locales")


@pytest.fixture
def problems(knowledge, locales):
    """A function that gives the problems of the knowledge as it is now: (file, level, message) without the lines."""

    def found():
        return [
            (problem.file, "warning" if problem.warning else "error", problem.message)
            for problem in check(knowledge, locales, same=same, rules=lambda _knowledge: ()).problems
        ]

    return found


def test_a_faultless_knowledge_has_no_problem(problems):
    """Nothing is found where nothing is wrong; number words in four languages, inflected and compound, agree."""
    assert problems() == []


ONE_FAULT = {
    "a placeholder is missing": (
        "demo/fi.yml",
        "kestää {trial_days} päivää",
        "kestää sen verran",
        "error",
        "trial: {trial_days} is missing; the facts have it",
    ),
    "a link is missing": (
        "demo/de.yml",
        "[das Formular]({link.form})",
        "das Formular",
        "error",
        "trial: […]({link.form}) is missing; the facts have it",
    ),
    "a label is missing": (
        "demo/en.yml",
        ", {label.buy}",
        ", a button",
        "error",
        "trial: {label.buy} is missing; the facts have it",
    ),
    "an e-mail in the facts is the contact": (
        "demo/en.yml",
        "Write to {contact.desk}.",
        "Write to the desk.",
        "error",
        "payout: {contact.desk} is missing; the facts have it",
    ),
    "an open case names its contact": (
        "demo/en.yml",
        "ask {contact.desk}.",
        "ask.",
        "error",
        "open.after: {contact.desk} is missing; the facts have it",
    ),
    "a contact's sentence names it": (
        "demo/en.yml",
        "German: {contact.desk}.",
        "German.",
        "error",
        "contacts.desk: {contact.desk} is missing; the other languages have it",
    ),
    "a placeholder in a contact's sentence of one language": (
        "demo/en.yml",
        "German: {contact.desk}.",
        "German: {contact.desk}, {label.buy}.",
        "error",
        "contacts.desk: {label.buy} is too much; the other languages do not have it",
    ),
    "a placeholder that the facts do not have": (
        "demo/fr.yml",
        "candidatures sont closes.",
        "candidatures sont closes ({label.buy}).",
        "error",
        "notes.closed: {label.buy} is too much; the facts do not have it",
    ),
    "a number word that differs": (
        "demo/fr.yml",
        "Trois façons",
        "Deux façons",
        "error",
        [
            "trial: the number 2 is too much; the facts have none such",
            "trial: the number 3 is missing; the facts have it",
        ],
    ),
    "an inflected Finnish number that differs": (
        "demo/fi.yml",
        "kolmella tavalla",
        "neljällä tavalla",
        "error",
        [
            "trial: the number 3 is missing; the facts have it",
            "trial: the number 4 is too much; the facts have none such",
        ],
    ),
    "an ordinal counts": (
        "demo/fr.yml",
        "candidatures sont closes.",
        "candidatures sont closes au deuxième tour.",
        "error",
        "notes.closed: the number 2 is too much; the facts have none such",
    ),
    "a parameter typed in digits": (
        "demo/en.yml",
        "lasts {trial_days} days",
        "lasts 30 days",
        "error",
        ["trial: 30 is typed out; write {trial_days}", "trial: {trial_days} is missing; the facts have it"],
    ),
    "a parameter typed in words": (
        "demo/de.yml",
        "dauert {trial_days} Tage",
        "dauert {trial_days}, also dreißig Tage",
        "error",
        "trial: 30 is typed out; write {trial_days}",
    ),
    "a parameter typed in a title": (
        "demo/de.yml",
        "title: trial",
        "title: Der Test von dreißig Tagen",
        "error",
        "trial: the title types 30, which is {trial_days}; a title has no placeholders: say it without",
    ),
    "a percentage": (
        "demo/fr.yml",
        "Jusqu’à {share}",
        "Jusqu’à {share}, soit sept pour cent",
        "error",
        "payout: percentage '7 %' is typed out; write {share}",
    ),
    "an amount": (
        "demo/en.yml",
        "at most {cap}",
        "at most {cap}, or 50,000 US dollars",
        "error",
        "payout: amount '50000 US dollars' is typed out; write {cap}",
    ),
    "a unit after a placeholder that has it": (
        "demo/fi.yml",
        "korkeintaan {cap}",
        "korkeintaan {cap} dollaria",
        "error",
        "payout: '{cap} dollaria': {cap} brings its currency along; take yours out",
    ),
    "an e-mail address": (
        "demo/en.yml",
        "Write to {contact.desk}.",
        "Write to {contact.desk}, desk@example.com.",
        "error",
        "payout: e-mail address 'desk@example.com' is typed out; write {contact.desk}",
    ),
    "a URL": (
        "demo/en.yml",
        "Applications are closed.",
        "Applications are closed, see example.com/apply for more.",
        "error",
        (
            "notes.closed: URL 'example.com/apply' is typed out; "
            "write [words]({link.ID}) with a link of programme.yml, one of form"
        ),
    ),
    "a date in figures": (
        "demo/de.yml",
        "Bewerbungen sind geschlossen.",
        "Bewerbungen sind seit 3.11.2026 geschlossen.",
        "error",
        "notes.closed: date '3.11.2026' is typed out; take it out",
    ),
    "a date in words": (
        "demo/fi.yml",
        "Haku on suljettu.",
        "Haku on suljettu 3. marraskuuta.",
        "error",
        "notes.closed: date '3. marraskuuta' is typed out; take it out",
    ),
    "a date whose month looks like a number word": (
        "demo/fr.yml",
        "candidatures sont closes.",
        "candidatures sont closes le 3 sept. au soir.",
        "error",
        "notes.closed: date '3 sept.' is typed out; take it out",
    ),
    "an unknown placeholder": (
        "demo/en.yml",
        "Applications are closed.",
        "Applications are closed in {days}.",
        "error",
        [
            "notes.closed: {days} is too much; the facts do not have it",
            "notes.closed: {days} is unknown; programme.yml holds no such thing: mend the name or add it",
        ],
    ),
    "a stray bracket": (
        "demo/en.yml",
        "Applications are closed.",
        "Applications are [closed].",
        "error",
        (
            "notes.closed: a stray [ at 'cations are [closed].'; "
            "write {name}, {contact.ID}, {label.ID} or [words]({link.ID})"
        ),
    ),
    "a placeholder in an action": (
        "actions/en.yml",
        "title: thanks",
        'title: "thanks {share}"',
        "error",
        "thanks: {share} stands here, but a title has no placeholders; say it in words",
    ),
    "a reader who is not told the contact's languages": (
        "demo/fi.yml",
        "Kirjoita saksaksi osoitteeseen",
        "Kirjoita osoitteeseen",
        "error",
        "payout: say that {contact.desk} answers in English or German",
    ),
    "an empty sentence": (
        "demo/en.yml",
        "Applications are closed.",
        "",
        "error",
        "notes.closed: the sentence is empty; write it",
    ),
    "a missing sentence": (
        "demo/en.yml",
        '  closed: "Applications are closed."\n',
        "",
        "error",
        "notes.closed is missing; add the sentence",
    ),
    "a sentence for an open case that is never shown": (
        "demo/en.yml",
        "open:\n",
        'open:\n  unasked: "Ask {contact.desk}."\n',
        "error",
        "open.unasked names no entries in programme.yml, so that it is never shown; take the sentence out",
    ),
    "a sentence that nobody knows": (
        "demo/en.yml",
        "notes:\n",
        'notes:\n  moon: "The moon is full."\n',
        "error",
        "notes.moon: programme.yml knows no such one; take it out here or add it there",
    ),
    "a link that the facts alone know": (
        "demo/programme.yml",
        "New applications are closed.",
        "New applications are closed (link moon).",
        "error",
        "notes.closed: the facts name link moon, which this file does not hold; add it or mend the name",
    ),
    "too many words": (
        "demo/en.yml",
        "A trial lasts",
        "On and on " * 40 + "a trial lasts",
        "error",
        "trial: 145 words with its open cases and notes, at most 120 may stand; shorten it",
    ),
    "too many characters": (
        "demo/en.yml",
        "A trial lasts",
        "On" * 1500 + " a trial lasts",
        "error",
        "trial: 3232 characters with its open cases and notes, at most 2900 fit; shorten it",
    ),
    "few phrasings": (
        "demo/en.yml",
        '      - "en trial 7?"\n',
        "",
        "warning",
        "trial: 7 phrasings, fewer than 8; add some",
    ),
    "a programme that nothing can be near to": (
        "outside/en.yml",
        "  demo: [price in en]",
        "  demo: [price in en]\n  moon: [the moon]",
        "error",
        "near.moon: no such programme; one of: demo",
    ),
    "an out-of-scope example twice": (
        "outside/en.yml",
        "far: [weather in en]",
        "far: [weather in en, Weather in EN!]",
        "error",
        "far: 'Weather in EN!' stands here already, in line 1; take one out",
    ),
    "a look-alike letter": (
        "outside/en.yml",
        "weather in en",
        "we\u0430ther in en",
        "error",
        "'\u0430' in 'we\u0430ther' is CYRILLIC SMALL LETTER A, a look-alike; type the Latin letter",
    ),
    "a look-alike letter alone": (
        "demo/fr.yml",
        "candidatures sont closes.",
        "candidatures \u0430 été closes.",
        "error",
        "'\u0430' in '\u0430' is CYRILLIC SMALL LETTER A, a look-alike; type the Latin letter",
    ),
    "an unseen character": (
        "demo/de.yml",
        "Bewerbungen sind",
        "Bewer\u200bbungen sind",
        "error",
        "an unseen character, ZERO WIDTH SPACE; take it out",
    ),
    "an unseen character written as an escape": (
        "demo/de.yml",
        "Bewerbungen sind",
        "Bewer\\u00adbungen sind",
        "error",
        "an unseen character, SOFT HYPHEN; take it out",
    ),
    "an entry that is a draft": (
        "demo/programme.yml",
        "    revision: 1\n",
        "    revision: 1\n    draft: true\n",
        "warning",
        "payout: the entry is a draft in every language; take `draft` out when it is reviewed",
    ),
    "a stale text": (
        "demo/fi.yml",
        "    revision: 2\n",
        "    revision: 1\n",
        "warning",
        (
            "trial: stale: written for revision 1 of the facts, they are at 2; "
            "bring it up to date, then `partnerdesk check --accept demo.trial fi`"
        ),
    ),
    "a text of a revision to come": (
        "demo/fi.yml",
        "    revision: 2\n",
        "    revision: 3\n",
        "error",
        "trial: revision 3, but the facts are only at 2; mend one of the two",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "level", "messages"), ONE_FAULT.values(), ids=ONE_FAULT)
def test_one_fault_is_one_finding(knowledge: Path, problems, file, old, new, level, messages):
    """Each fault is found, in its file, as itself and as nothing else; a message says what to do."""
    edit(knowledge / file, old, new)

    expected = [messages] if isinstance(messages, str) else messages
    assert problems() == [(file, level, message) for message in expected]


FINE = {
    "both is no number": ("demo/en.yml", "Applications are closed.", "Applications are closed, both of them."),
    "another is not the second": ("demo/fi.yml", "Haku on suljettu.", "Haku on suljettu, toinen haku myös."),
    "a verb is not eight": ("demo/de.yml", "Bewerbungen sind", "Bewerbungen (achten Sie darauf) sind"),
    "the others are not three": ("demo/fr.yml", "candidatures sont closes.", "candidatures de tiers sont closes."),
    "a name may hold digits": ("demo/en.yml", "Applications are closed.", "NIS2 applications are closed."),
    "a list is numbered": ("demo/en.yml", "      A trial lasts", "      1. Begin\n      2. End\n\n      A trial lasts"),
    "may is a verb too": ("demo/en.yml", "Applications are closed.", "Applications may be closed."),
    "another alphabet": ("outside/en.yml", "weather in en", "Какая погода"),
    "an emoji of several": ("outside/en.yml", "weather in en", "weather \U0001f468\u200d\U0001f4bb"),
    "a comment may hold anything": ("demo/en.yml", "notes:\n", "# \u0430bc\nnotes:\n"),
}


@pytest.mark.parametrize(("file", "old", "new"), FINE.values(), ids=FINE)
def test_natural_language_is_no_fault(knowledge: Path, problems, file, old, new):
    """Words that only look like numbers, dates or look-alikes are let be."""
    edit(knowledge / file, old, new)

    assert problems() == []


def test_facts_that_take_a_number_as_known_allow_it(knowledge: Path, problems):
    """A "the two" in the facts is said or left out, as the language likes it."""
    edit(knowledge / "demo" / "programme.yml", "New applications are closed.", "The two ways in are closed.")
    edit(knowledge / "demo" / "en.yml", "Applications are closed.", "Two ways in are closed.")

    assert problems() == []


def test_actions_tell_the_same_numbers_in_every_language(knowledge: Path, problems):
    """They have no facts to agree with, so they agree with most of the languages."""
    english = knowledge / "actions" / "en.yml"
    english.write_text(english.read_text(encoding="utf-8").replace("Hi.", "Hi, both four of you.", 1), encoding="utf-8")

    assert problems() == [
        ("actions/en.yml", "error", "greeting: the number 4 is too much; the other languages have none such")
    ]


def test_the_catalogues_are_part_of_the_check(problems, locales):
    """What people read outside the knowledge is proved with it."""
    (locales / "fi" / "LC_MESSAGES" / "bot.po").unlink()

    assert problems() == [("locales/fi/LC_MESSAGES/bot.po", "error", "the catalogue is missing; add it")]


def test_a_problem_has_the_line_of_its_text(knowledge: Path, locales):
    """The line is that of the answer, the sentence or the phrasing."""
    english = knowledge / "demo" / "en.yml"
    edit(english, "ask {contact.desk}.", "ask.")
    edit(english, "A trial lasts {trial_days} days", "A trial lasts long")
    edit(english, "en payout 3", "en payout 2")

    lines = [problem.line for problem in check(knowledge, locales, same=same, rules=lambda _knowledge: ()).problems]

    places = ("after:", "answer: |-", "en payout 2?")
    assert lines == [line_of(english, places[0]), line_of(english, places[1]), line_of(english, places[2]) + 1]


def test_a_phrasing_stands_twice_in_one_text(knowledge: Path, problems):
    """Two phrasings that differ in case, accents and punctuation alone are one."""
    edit(knowledge / "demo" / "en.yml", "en trial 3?", "EN, tríal 2")

    line = line_of(knowledge / "demo" / "en.yml", "en trial 2?")
    assert problems() == [
        ("demo/en.yml", "error", f"trial: 'EN, tríal 2' stands here already, in line {line}; take one out")
    ]


def test_a_phrasing_cannot_mean_two_entries(knowledge: Path, problems):
    """The same words in two entries, even in two languages, are named at both places."""
    edit(knowledge / "demo" / "en.yml", "en trial 3?", "coupon")
    edit(knowledge / "demo" / "de.yml", "de payout 3?", "Coupon")

    english, german = (
        line_of(knowledge / "demo" / "en.yml", "coupon"),
        line_of(knowledge / "demo" / "de.yml", "Coupon"),
    )
    assert problems() == [
        (
            "demo/de.yml",
            "error",
            f"payout: 'Coupon' stands in demo.trial too (demo/en.yml:{english}); keep it in one of the two",
        ),
        (
            "demo/en.yml",
            "error",
            f"trial: 'coupon' stands in demo.payout too (demo/de.yml:{german}); keep it in one of the two",
        ),
    ]


@pytest.mark.parametrize(
    ("file", "old", "owner", "place"),
    [
        ("actions/en.yml", "en help 3?", "action.help", "actions/en.yml"),
        ("outside/en.yml", "weather in en", "the out-of-scope examples", "outside/en.yml:1"),
        ("outside/en.yml", "price in en", "the out-of-scope examples", "outside/en.yml:3"),
    ],
)
def test_a_phrasing_cannot_mean_an_entry_and_something_else(knowledge: Path, problems, file, old, owner, place):
    """An entry shares no words with an action or an out-of-scope example that its model has to tell apart."""
    edit(knowledge / file, old, "en trial 3?" if file.startswith("actions") else '"en trial 3?"')

    of_entry = [message for where, _, message in problems() if where == "demo/en.yml"]
    assert len(of_entry) == 1
    assert of_entry[0].startswith(f"trial: 'en trial 3?' stands in {owner} too ({place}")


def test_the_same_words_in_one_entry_in_two_languages_are_fine(knowledge: Path, problems):
    """A loan word may ask for the same entry in every language."""
    edit(knowledge / "demo" / "en.yml", "en trial 3?", "coupon")
    edit(knowledge / "demo" / "de.yml", "de trial 3?", "Coupon")

    assert problems() == []


def test_faults_of_a_draft_can_wait(knowledge: Path, problems):
    """A text that is not served may be unfinished: what is wrong with it is a warning."""
    edit(knowledge / "demo" / "en.yml", "    title: trial\n", "    title: trial\n    draft: true\n")
    edit(knowledge / "demo" / "en.yml", "A trial lasts {trial_days} days", "A trial lasts long")

    assert [(level, message) for _, level, message in problems()] == [
        ("warning", "trial: a draft; take `draft` out when it is reviewed"),
        ("warning", "trial: {trial_days} is missing; the facts have it"),
    ]


def test_a_text_without_phrasings_is_an_error(knowledge: Path, problems):
    """There is a model question in every served text."""
    english = knowledge / "demo" / "en.yml"
    text = english.read_text(encoding="utf-8")
    english.write_text(
        "\n".join(line for line in text.split("\n") if "en trial" not in line).replace(
            "revision: 2\n    phrasings:", "revision: 2\n    phrasings: []"
        ),
        encoding="utf-8",
    )

    assert problems() == [
        ("demo/en.yml", "error", "trial: no phrasings; add the model question first, then how people ask it")
    ]


def test_the_other_proofs_run_beside_errors_of_form(knowledge: Path, problems):
    """A wrong key in one place hides nothing in another."""
    edit(knowledge / "demo" / "en.yml", "    title: trial\n", "    titel: trial\n")
    edit(knowledge / "demo" / "fi.yml", "kestää {trial_days} päivää", "kestää sen verran")

    messages = [message for _, _, message in problems()]
    assert any("titel" in message and "unknown key" in message for message in messages)
    assert "trial: {trial_days} is missing; the facts have it" in messages


def test_a_missing_text_is_told_by_its_language(knowledge: Path, problems):
    """An entry that one language lacks is an error of that language's file."""
    english = knowledge / "demo" / "en.yml"
    text = english.read_text(encoding="utf-8")
    english.write_text(text[: text.index("  payout:")], encoding="utf-8")

    assert problems() == [("demo/en.yml", "error", "entries: entry 'payout' is missing; add it, as a draft if need be")]
