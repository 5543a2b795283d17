"""YAML documents that people write."""

import pytest

from bot.document import DocumentError, Problems, read


@pytest.fixture
def document(tmp_path):
    """Reads a text or bytes as a file: (field, problems)."""

    def of(content):
        file = tmp_path / "desk.yml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        problems = Problems()
        return read(file, problems, name="desk.yml"), problems

    return of


def told(problems):
    """The problems as they are shown."""
    return [str(problem) for problem in problems.errors]


def test_values_have_their_kind_and_line(document):
    """Texts, numbers, flags, lists and mappings; each knows where it stands."""
    field, problems = document(
        "a: words\nb: 3\nc: 2.5\nd: true\ne: [x, 'y']\nf:\n  - one\n  - >-\n    two\n    three\ng: {h: '5'}\n"
    )

    assert field.get("a").text() == "words"
    assert (field.get("b").number(), field.get("c").number(), field.get("b").whole()) == (3, 2.5, 3)
    assert field.get("d").flag() is True
    assert field.get("e").texts() == ("x", "y")
    assert field.get("f").lines() == (("one", 7), ("two three", 8))
    assert field.get("g").get("h").text() == "5"
    assert (field.get("g").get("h").line, field.get("g").get("h").name) == (11, "g.h")
    assert problems.found == []


def test_what_is_missing_has_a_default(document):
    """Nothing is wrong with leaving out what need not be there."""
    field, problems = document("a:\n")

    for missing in (field.get("a"), field.get("b"), field.get("a").get("c")):
        assert missing.is_missing
        assert (missing.text(default="x"), missing.number(default=1), missing.flag(default=True)) == ("x", 1, True)
        assert (missing.texts(), missing.keys(), list(missing.items())) == ((), {}, [])
    assert problems.found == []


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ("3", "text", "a text is needed here; put it in quotation marks"),
        ("true", "text", "a text is needed here; put it in quotation marks"),
        ("2026-11-03", "text", "a text is needed here; put it in quotation marks"),
        ("words", "number", "a number is needed here"),
        ("'3'", "number", "a number is needed here"),
        ("true", "number", "a number is needed here"),
        (".inf", "number", "a number is needed here"),
        ("-.inf", "whole", "a number is needed here"),
        (".nan", "whole", "a number is needed here"),
        ("2.5", "whole", "a whole number from 0 on is needed here"),
        ("-1", "whole", "a whole number from 0 on is needed here"),
        ("'yes'", "flag", "true or false is needed here"),
        ("1", "flag", "true or false is needed here"),
        ("words", "texts", "a list is needed here"),
        ("{x: y}", "texts", "a list is needed here"),
        ("words", "keys", "a mapping (key: value) is needed here"),
        ("[x]", "keys", "a mapping (key: value) is needed here"),
    ],
)
def test_a_value_of_another_kind_is_an_error(document, value, kind, message):
    """It is named with its line and what is needed, a default stands in for it, and reading goes on."""
    field, problems = document(f"# a desk\na: {value}\n")

    given = getattr(field.get("a"), kind)()

    assert given in ("", 0, False, (), {})
    assert told(problems) == [f"desk.yml:2: error: a: {message}"]


def test_keys_are_known_and_required(document):
    """A missing key is told where the mapping begins, an unknown one where it stands, with those that are known."""
    field, problems = document("a: 1\nnope: 2\n")

    field.keys(required=("a", "b"), optional=("c",))

    assert told(problems) == [
        "desk.yml:1: error: the file: 'b' is missing; add it",
        "desk.yml:2: error: nope: unknown key; known here: a, b, c",
    ]


def test_texts_have_limits(document):
    """A length, or a choice of words."""
    field, problems = document("a: words\nb: [fr, sv]\n")

    assert field.get("a").text(longest=3) == "words"
    assert field.get("b").texts(one_of=("fr", "en")) == ("fr",)
    assert told(problems) == [
        "desk.yml:1: error: a: 5 characters, at most 3 fit; shorten it",
        "desk.yml:2: error: b[1]: 'sv' is not known here; one of: fr, en",
    ]


def test_a_key_that_stands_twice_is_an_error(document):
    """The first one counts, the second one is named."""
    field, problems = document("a: 1\nb:\n  c: 1\n  c: 2\na: 2\n")

    assert field.get("a").number() == 1
    assert told(problems) == [
        "desk.yml:4: error: 'c' stands twice; keep one of the two",
        "desk.yml:5: error: 'a' stands twice; keep one of the two",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a:\n\t- b\n", "desk.yml:2: error: no YAML: found character that cannot start any token"),
        ("a: [b\n", "desk.yml:2: error: no YAML: did not find expected ',' or ']'"),
        ("a: 1\n---\nb: 2\n", "desk.yml:2: error: no YAML: but found another document"),
        (b"a: \xe9t\xe9\n", "desk.yml:1: error: not UTF-8 (byte 3); save it as UTF-8"),
        (b"a: \x00\n", "desk.yml:1: error: no YAML: control characters are not allowed"),
        ("&a [*a]\n", "desk.yml:1: error: an alias (*name) cannot stand here; write the value out"),
        ("a: &x {b: *x}\n", "desk.yml:1: error: an alias (*name) cannot stand here; write the value out"),
        ("a: &x 1\nb: *x\n", "desk.yml:2: error: an alias (*name) cannot stand here; write the value out"),
        ("a: *x\n", "desk.yml:1: error: an alias (*name) cannot stand here; write the value out"),
        ("[" * 100_000, "desk.yml:1: error: nested deeper than 50 levels; write it flatter"),
        ("- " * 60, "desk.yml:1: error: nested deeper than 50 levels; write it flatter"),
    ],
)
def test_a_file_that_cannot_be_walked_is_one_error(document, content, problem):
    """With file and line, in one line; what was to be in it is missing."""
    field, problems = document(content)

    assert told(problems) == [problem]
    assert field.is_missing


@pytest.mark.parametrize(
    "value", ["!!bool maybe", "!!int", "!!int x", "!!timestamp x", "!!float x", "!!python/name:os.system", "!x y"]
)
def test_a_tag_that_does_not_fit_makes_a_text_of_its_value(document, value):
    """No tag makes anything run or fail."""
    field, problems = document(f"a: {value}\n")

    assert isinstance(field.get("a").text(), str)
    assert problems.found == []


@pytest.mark.parametrize("value", ["2026-02-30", "0001-01-01 00:00:00 +23:00", "9" * 5000, "1e400"])
def test_a_value_that_no_computer_holds_is_no_crash(document, value):
    """Whoever wants a text or a number of it is told that it is none, or gets it."""
    field, _ = document(f"a: {value}\n")

    field.get("a").number()
    field.get("a").text()
    field.get("a").whole()


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    """Called by its path unless it is told by another name."""
    problems = Problems()

    field = read(tmp_path / "nope.yml", problems)
    read(tmp_path, problems, name="folder")

    assert field.is_missing
    assert told(problems) == [
        f"{tmp_path / 'nope.yml'}:1: error: the file is missing; add it",
        "folder:1: error: cannot be read (Is a directory)",
    ]


@pytest.mark.parametrize("content", ["", "# nothing\n", "---\n", b"\xef\xbb\xbfa: 1\n"])
def test_an_empty_file_and_one_with_a_byte_order_mark_are_read(document, content):
    """An editor's mark is no part of the first key."""
    field, problems = document(content)

    assert field.get("a").number() in (0, 1)
    assert problems.found == []
    assert field.is_missing == (not isinstance(content, bytes))


def test_problems_are_told_in_order():
    """By file and line; warnings are no errors; an exception lists them all."""
    problems = Problems()
    problems.error("b.yml", 1, "third")
    problems.error("a.yml", 10, "second")
    problems.warn("a.yml", 1, "soft")
    problems.error("a.yml", 9, "first")

    assert [problem.message for problem in problems.errors] == ["first", "second", "third"]
    assert [str(problem) for problem in problems.warnings] == ["a.yml:1: warning: soft"]
    assert str(DocumentError(problems.errors)).splitlines() == told(problems)
