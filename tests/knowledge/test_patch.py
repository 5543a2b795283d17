"""A text put right where it stands, and nothing else touched, whatever the text and however the file is laid out."""

from __future__ import annotations

import difflib

import pytest
import yaml
from babel.messages.pofile import read_po
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import i18n, paths
from bot.knowledge.patch import NotPatchable, catalogue_with, text_in_catalogue, text_in_yaml, yaml_with
from bot.model import LANGUAGES

LAID_OUT = """\
# Of a folder that somebody else keeps.
contacts:   {desk: 'Ask the desk',  other: Anybody}
notes:
  closed: It is closed.   # aligned
entries:
  trial:
    title:     "Trial"    # a comment
    phrasings:
    - how long
    -   why
    answer: |-  # another
        First line.

          Deeper.


    # what comes next
    revision: 2
  deal:
    title: 'It''s a deal'
    answer: >
      Folded
      text.

      Second paragraph.
    revision: 1
  over:
    title: plain words
      over two lines
    answer: "quoted
      over two lines"
# the end
"""
KEYS = (
    "contacts.desk",
    "contacts.other",
    "notes.closed",
    "trial.title",
    "trial.answer",
    "deal.title",
    "deal.answer",
    "over.title",
    "over.answer",
)
CATALOGUE = """\
msgid ""
msgstr ""
"Language: fi\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

# a comment
#, python-brace-format
msgid "Hello {name}"
msgstr "Hei {name}"

msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n} päivä"
msgstr[1] "{n} päivää"

msgid "Long"
msgstr ""
"Tämä on pitkä lause, joka on "
"kahdella rivillä."

msgid "Lines"
msgstr ""
"Ensimmäinen\\n"
"toinen"

#~ msgid "Old"
#~ msgstr "Vanha"
"""
HOSTILE = (
    "",
    "one\ntwo\n\n- three\n- four",
    "key: value # no comment",
    "\"double\" and 'single' and \\back\\slash",
    "{unbalanced",
    "}{",
    "😀 👩‍👩‍👧 é",
    "trailing   ",
    "  leading",
    "\ttab\tbed\t",
    "line with trailing   \nand another\t\n",
    "\n\nempty before and after\n\n",
    "- item",
    "? key",
    "| bar",
    "&anchor *alias !tag",
    "--- \n...\n---",
    "yes",
    "12",
    "null",
    "~",
    "2026-01-01",
    "[a, b]",
    "#",
    "%TAG",
    "@at `tick`",
    "x" * 3000,
    "words " * 500,
    "\x85\u2028\u2029\ufeff\x07\x1b[31m\x00",
    "\r\nwindows\r\n",
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def changed_lines(old: str, new: str) -> list[str]:
    """The lines of the old file that are not in the new."""
    found = difflib.unified_diff(old.split("\n"), new.split("\n"), n=0, lineterm="")
    return [line[1:] for line in found if line.startswith("-") and not line.startswith("---")]


def values(source: str) -> dict[str, object]:
    """All values of a YAML file, by their path; as the bot reads them."""

    def walk(node, path):
        if isinstance(node, dict):
            for key, one in node.items():
                yield from walk(one, f"{path}/{key}")
        else:
            yield path, node

    return dict(walk(yaml.safe_load(source), ""))


def path_of(key: str) -> str:
    """Where a key of LAID_OUT stands."""
    return ("/" if key.split(".", maxsplit=1)[0] in {"contacts", "notes"} else "/entries/") + key.replace(".", "/")


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(one[:12]) for one in HOSTILE])
@pytest.mark.parametrize("key", KEYS)
def test_hostile_texts(key: str, text: str) -> None:
    """Whoever reads the file gets exactly the text, and all others as they were."""
    before = values(LAID_OUT)

    after = values(yaml_with(LAID_OUT, key, text))

    assert after.pop(path_of(key)) == text
    before.pop(path_of(key))
    assert after == before


@settings(deadline=None)
@given(key=st.sampled_from(KEYS), text=texts, line_end=st.sampled_from(["\n", "\r\n"]))
@example(key="trial.answer", text="a\r\nb", line_end="\r\n")
@example(key="deal.answer", text="0\a0", line_end="\n")
def test_any_text(key: str, text: str, line_end: str) -> None:
    """In any style and layout, with the line ends of either system; the lines of other texts are not touched."""
    source = LAID_OUT.replace("\n", line_end)
    before = values(source)

    patched = yaml_with(source, key, text)

    after = values(patched)
    assert text_in_yaml(patched, key) == after.pop(path_of(key)) == text
    before.pop(path_of(key))
    assert after == before
    begin = source.index(f"{key.split('.')[1]}:", source.index(f"{key.split('.', maxsplit=1)[0]}:"))
    assert patched[:begin] == source[:begin]
    assert patched.endswith(f"# the end{line_end}")
    assert patched.count("\n") == patched.count(line_end)
    assert patched.count("#") >= source.count("#")


@pytest.mark.parametrize(
    ("key", "new", "removed", "added"),
    [
        (
            "trial.title",
            "Trials",
            ['    title:     "Trial"    # a comment'],
            ['    title:     "Trials"    # a comment'],
        ),
        ("notes.closed", "Open.", ["  closed: It is closed.   # aligned"], ['  closed: "Open."   # aligned']),
        ("deal.title", "It's one", ["    title: 'It''s a deal'"], ["    title: 'It''s one'"]),
        ("trial.answer", "Line.", ["        First line.", "", "          Deeper."], ["        Line."]),
        ("trial.answer", "First line.\n\n  Deep.", ["          Deeper."], ["          Deep."]),
        ("contacts.other", "All: us", ["contacts:   {desk: 'Ask the desk',  other: Anybody}"], None),
    ],
)
def test_only_the_lines_of_the_text_change(key: str, new: str, removed: list[str], added: list[str] | None) -> None:
    """Comments, quotation marks, indentation and empty lines stay; a text without quotation marks gets them."""
    patched = yaml_with(LAID_OUT, key, new)

    assert changed_lines(LAID_OUT, patched) == removed
    if added is not None:
        assert changed_lines(patched, LAID_OUT) == added


def test_the_style_of_a_block_is_kept_with_its_comment() -> None:
    """A text that no block can hold goes into quotation marks."""
    assert "    answer: |-  # another\n        New.\n\n\n    # what" in yaml_with(LAID_OUT, "trial.answer", "New.")
    assert '    answer: "\\e"  # another\n\n\n    # what' in yaml_with(LAID_OUT, "trial.answer", "\x1b")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", ["actions", "cyberday", "miro"])
def test_our_files(folder: str, language: str) -> None:
    """A text replaced by itself changes nothing; another changes its lines alone."""
    source = (paths.knowledge_dir() / folder / f"{language}.yml").read_text(encoding="utf-8")
    document = yaml.load(source, yaml.CSafeLoader)
    names = [name for name, one in document.get("entries", document).items() if isinstance(one, dict)]
    for name in (names[0], names[-1]):
        answer = text_in_yaml(source, f"{name}.answer")
        assert yaml_with(source, f"{name}.answer", answer) == source
        removed = changed_lines(source, yaml_with(source, f"{name}.answer", "New: {one}"))
        assert {line.strip() for line in removed} - {""} == {line.strip() for line in answer.split("\n")} - {""}


@pytest.mark.parametrize(
    ("source", "key", "why"),
    [
        (LAID_OUT, "trial.nothing", "has no text trial.nothing any more"),
        (LAID_OUT, "gone.answer", "has no text gone.answer any more"),
        (LAID_OUT, "trial.revision", "has no text trial.revision any more"),
        ("entries: [", "trial.answer", "is no YAML"),
        ("trial:\n  answer: &a x\nother:\n  answer: *a\n", "other.answer", "cannot hold this text; change it by hand"),
        ("trial: &a {answer: x}\nother: {<<: *a}\n", "other.answer", "laid out"),
    ],
)
def test_what_cannot_be_patched(source: str, key: str, why: str) -> None:
    """It is said why."""
    with pytest.raises(NotPatchable, match=why):
        yaml_with(source, key, "new")


# Catalogues


def strings(source: str) -> dict[object, object]:
    """All translations of a catalogue; not its header, to which Babel adds the time."""
    return {one.id: one.string for one in read_po(source.encode("utf-8").splitlines(keepends=True)) if one.id}


@pytest.mark.parametrize(
    ("key", "new", "removed", "added"),
    [
        ("Hello {name}", 'Terve "{name}" \\o/', ['msgstr "Hei {name}"'], ['msgstr "Terve \\"{name}\\" \\\\o/"']),
        ("{n} day[1]", "{n} pv", ['msgstr[1] "{n} päivää"'], ['msgstr[1] "{n} pv"']),
        ("{n} day[0]", "{n} pv", ['msgstr[0] "{n} päivä"'], ['msgstr[0] "{n} pv"']),
        ("Lines", "Ensimmäinen\nkolmas", ['"toinen"'], ['"kolmas"']),
        ("Lines", "Yksi", ['msgstr ""', '"Ensimmäinen\\n"', '"toinen"'], ['msgstr "Yksi"']),
    ],
)
def test_a_translation_changes_its_lines_alone(key: str, new: str, removed: list[str], added: list[str]) -> None:
    """Comments, flags, other forms and obsolete messages stay."""
    patched = catalogue_with(CATALOGUE, key, new)

    assert changed_lines(CATALOGUE, patched) == removed
    assert changed_lines(patched, CATALOGUE) == added
    assert text_in_catalogue(patched, key) == new


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_long_translation_is_wrapped_if_the_old_one_was(line_end: str) -> None:
    """Ours are not wrapped; those of other tools are."""
    source = CATALOGUE.replace("\n", line_end)
    words = "sana " * 40

    wrapped, whole = catalogue_with(source, "Long", words), catalogue_with(source, "Hello {name}", words)

    assert max(len(line) for line in wrapped.splitlines()) < 80
    assert f'msgstr "{words}"{line_end}' in whole
    assert wrapped.count("\n") == wrapped.count(line_end)
    assert text_in_catalogue(wrapped, "Long") == words


@settings(deadline=None)
@given(
    key=st.sampled_from(["Hello {name}", "{n} day[0]", "{n} day[1]", "Long", "Lines"]),
    text=st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], include_characters="\n\t"), max_size=200),
)
def test_any_translation(key: str, text: str) -> None:
    """It is read back as it was given, and all others as before."""
    patched = catalogue_with(CATALOGUE, key, text)

    assert text_in_catalogue(patched, key) == text
    source = key.partition("[")[0]
    before, after = strings(CATALOGUE), strings(patched)
    for found in (before, after):
        for id_ in list(found):
            if id_ == source or (isinstance(id_, tuple) and id_[0] == source):
                del found[id_]
    assert after == before


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != i18n.SOURCE_LANGUAGE])
def test_our_catalogues(language: str) -> None:
    """A translation replaced by itself changes nothing."""
    source = i18n.catalogue_path(paths.locales_dir(), language).read_text(encoding="utf-8")

    for key in ("Ask a person", "{n} day is left.[0]", "{n} day is left.[1]"):
        assert catalogue_with(source, key, text_in_catalogue(source, key)) == source


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("Gone", "x", "has no translation of 'Gone' any more"),
        ("{n} day[7]", "x", "any more"),
        ("Hello {name}", "\x1b[31m", "control characters"),
        ("Hello {name}", "a\u2028b", "control characters"),
    ],
)
def test_what_cannot_be_patched_in_a_catalogue(key: str, text: str, why: str) -> None:
    """It is said why."""
    with pytest.raises(NotPatchable, match=why):
        catalogue_with(CATALOGUE, key, text)
