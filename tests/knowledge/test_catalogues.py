"""The catalogues against the sentences of the code."""

from pathlib import Path

import pytest

from bot.knowledge.check.catalogues import catalogues, sources

CODE = """\
def say(t, translate, many, when, catalogues):
    t("Good {day}", day=say(t("Monday")))
    translate("Left" if when else "Right")
    t.plural("One day", "{n} days", many)
    self._t(N_("Later"))
    t(when)
    self._catalogues[when]("Elsewhere")
    sources[when]("Nowhere")
    other("Nothing")
"""

ENTRIES = """\
msgid "Good {day}"
msgstr "Bon {day}"

msgid "Monday"
msgstr "Lundi"

msgid "Left"
msgstr "Gauche"

msgid "Right"
msgstr "Droite"

msgid "One day"
msgid_plural "{n} days"
msgstr[0] "Un jour"
msgstr[1] "{n} jours"

msgid "Later"
msgstr "Plus tard"

msgid "Elsewhere"
msgstr "Ailleurs"
"""

PLURALS = {"fr": "nplurals=2; plural=(n > 1);", "de": "nplurals=2; plural=n != 1;", "fi": "nplurals=2; plural=(n!=1);"}


@pytest.fixture
def code(tmp_path):
    """A package with some sentences in it."""
    folder = tmp_path / "bot"
    folder.mkdir()
    (folder / "say.py").write_text(CODE, encoding="utf-8")
    return folder


@pytest.fixture
def locales(tmp_path):
    """Catalogues that hold those sentences."""
    for language, plurals in PLURALS.items():
        path = tmp_path / "locales" / language / "LC_MESSAGES" / "bot.po"
        path.parent.mkdir(parents=True)
        header = f'"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {plurals}\\n"\n'
        path.write_text(f'msgid ""\nmsgstr ""\n{header}\n{ENTRIES}', encoding="utf-8")
    return tmp_path / "locales"


def french(locales: Path) -> Path:
    """The French catalogue's path."""
    return locales / "fr" / "LC_MESSAGES" / "bot.po"


def test_every_sentence_of_the_code_is_found(code):
    """Plain, plural, conditional, nested in another call's arguments, and marked for later."""
    found = {(source.singular, source.plural) for forms in sources(code).values() for source in forms}

    assert found == {
        ("Good {day}", None),
        ("Monday", None),
        ("Left", None),
        ("Right", None),
        ("One day", "{n} days"),
        ("Later", None),
        ("Elsewhere", None),
    }


def test_whole_catalogues_have_no_problem(code, locales):
    """The header's spacing and parentheses are free."""
    assert list(catalogues(locales, code)) == []


FAULTS = {
    "missing": (
        'msgid "Later"\nmsgstr "Plus tard"\n',
        "",
        1,
        "'Later' (bot/say.py:5) is missing; add it with its translation",
    ),
    "empty": ('msgstr "Lundi"', 'msgstr ""', 9, "'Monday' is not translated; translate it"),
    "fuzzy": ('msgid "Monday"', '#, fuzzy\nmsgid "Monday"', 10, "'Monday' is fuzzy; review it and take the mark out"),
    "obsolete": (
        'msgid "Later"',
        'msgid "Never"\nmsgstr "Jamais"\n\nmsgid "Later"',
        23,
        "'Never' is obsolete: no code says it; take it out",
    ),
    "obsolete and marked so": (
        'msgid "Later"',
        '#~ msgid "Never"\n#~ msgstr "Jamais"\n\nmsgid "Later"',
        23,
        "'Never' is obsolete: no code says it; take it out",
    ),
    "placeholder": (
        "Bon {day}",
        "Bon {jour}",
        6,
        "'Good {day}': the placeholders differ from the source's; it has {day}",
    ),
    "placeholder of a plural form": (
        "{n} jours",
        "jours",
        18,
        "'One day', form 1: the placeholders differ from the source's; it has {n}",
    ),
    "empty plural form": ('"{n} jours"', '""', 18, "'One day', form 1 is not translated; translate it"),
    "stray brace": ("Gauche", "Gauche {", 12, "'Left': a stray brace; values are written {name}"),
    "plural missing": (
        'msgid_plural "{n} days"\nmsgstr[0] "Un jour"\nmsgstr[1] "{n} jours"',
        'msgstr "Un jour"',
        18,
        "'One day' has a plural in the code (bot/say.py:4); mend the catalogue",
    ),
    "plural header": (
        "nplurals=2; plural=(n > 1);",
        "nplurals=2; plural=(n != 1);",
        4,
        "the header Plural-Forms is not that of this language; write nplurals=2; plural=(n > 1);",
    ),
    "no plural header": (
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n',
        "",
        1,
        "the header Plural-Forms is missing; write nplurals=2; plural=(n > 1);",
    ),
}


@pytest.mark.parametrize(("old", "new", "line", "message"), FAULTS.values(), ids=FAULTS)
def test_each_fault_of_a_catalogue_is_found(code, locales, old, new, line, message):
    """A fault is told once, at its line."""
    text = french(locales).read_text(encoding="utf-8")
    assert text.count(old) == 1
    french(locales).write_text(text.replace(old, new), encoding="utf-8")

    found = [(problem.file, problem.line, problem.message) for problem in catalogues(locales, code)]

    assert found == [("locales/fr/LC_MESSAGES/bot.po", line, message)]


def test_a_missing_catalogue_is_one_error(code, locales):
    """Without a file there is one thing to do, not one for each sentence."""
    french(locales).unlink()

    assert [problem.message for problem in catalogues(locales, code)] == ["the catalogue is missing; add it"]


def test_a_broken_catalogue_is_an_error_at_its_line(code, locales):
    """A file that is no catalogue is told as such, and the others are still read."""
    french(locales).write_text('msgid "x"\nmsgstr "y"\nfoo bar\n', encoding="utf-8")

    assert [str(problem) for problem in catalogues(locales, code)] == [
        "locales/fr/LC_MESSAGES/bot.po:3: error: not gettext's format; mend this line"
    ]


def test_a_sentence_cannot_stand_alone_and_with_a_plural(code, locales):
    """Gettext knows a message by its singular: two uses of one would get each other's forms."""
    (code / "more.py").write_text('def more(t):\n    t("One day")\n', encoding="utf-8")

    messages = {problem.message for problem in catalogues(locales, code)}

    assert messages == {
        "'One day' stands alone and with a plural (bot/more.py:2 and bot/say.py:4); reword one of the two"
    }
