"""From an answer's text to what is shown."""

from dataclasses import replace

import pytest

from bot import paths
from bot.i18n import Catalogues
from bot.knowledge import facts
from bot.knowledge.facts import Email, Items, Label, Link, Paragraph, Plain, UnknownPlaceholder
from bot.knowledge.load import load
from bot.model import LANGUAGES
from bot.render import rich
from tests.knowledge.small import write_knowledge

ADDRESSES = {("demo", "form"): "https://example.com/form?a=1&b=2"}


def unset(_programme, _link):
    """No address is set."""


def address(programme, link):
    """The addresses that are set."""
    return ADDRESSES.get((programme, link))


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory):
    """A small knowledge."""
    return load(write_knowledge(tmp_path_factory.mktemp("facts") / "knowledge"))


@pytest.fixture(scope="module")
def demo(knowledge):
    """Its programme."""
    return knowledge.programmes["demo"]


@pytest.fixture(scope="module")
def t():
    """The shipped sentences."""
    return Catalogues(paths.locales_dir())


def parse(text, demo, language="en", link_of=unset):
    """A text as its parts."""
    return facts.sentence(text, demo, language, link_of)


def paragraph(*spans):
    """A paragraph alone."""
    return [Paragraph(spans)]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("No more.", (Plain("No more."),)),
        ("{trial_days} days", (Plain("30"), Plain(" days"))),
        ("up to {share}", (Plain("up to "), Plain("7%"))),
        ("{cap}!", (Plain("US$50,000"), Plain("!"))),
        ("press {label.buy}.", (Plain("press "), Label("Buy now"), Plain("."))),
        ("write to {contact.desk}", (Plain("write to "), Email("desk@example.com"))),
        ("see [the form]({link.form})", (Plain("see "), Link("the form", None))),
        ("{trial_days}{trial_days}", (Plain("30"), Plain("30"))),
        ("two\nlines", (Plain("two lines"),)),
        ("{not a placeholder} [nor](this)", (Plain("{not a placeholder} [nor](this)"),)),
    ],
)
def test_placeholders_become_what_they_stand_for(demo, text, spans):
    """Parameters, links, labels and contacts; everything else stays as it is."""
    assert parse(text, demo) == paragraph(*spans)


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_written_as_the_language_writes_them(demo, language):
    """Percentages and amounts differ in each."""
    written = {
        "fr": ("7 %", "50 000 $US"),
        "en": ("7%", "US$50,000"),
        "de": ("7 %", "50.000 $"),
        "fi": ("7 %", "50 000 $"),
    }

    found = tuple(facts.value(demo.parameters[name], language) for name in ("share", "cap"))

    assert tuple(text.replace("\u00a0", " ").replace("\u202f", " ") for text in found) == written[language]


def test_a_link_leads_where_the_administrator_has_set_it(demo):
    """Or nowhere, and then the words stay."""
    text = "[the form]({link.form})"

    assert parse(text, demo, link_of=address) == paragraph(Link("the form", "https://example.com/form?a=1&b=2"))
    assert parse(text, demo, link_of=unset) == paragraph(Link("the form", None))


def test_a_label_is_that_of_the_product_in_the_language_else_in_english(demo):
    """A product that is not translated has its buttons in English."""
    both = replace(demo, labels={"buy": {"en": "Buy now", "fr": "Acheter"}})

    assert parse("{label.buy}", both, "fr") == paragraph(Label("Acheter"))
    assert parse("{label.buy}", both, "fi") == paragraph(Label("Buy now"))


@pytest.mark.parametrize(
    "text", ["{nope}", "{label.nope}", "{contact.nope}", "[x]({link.nope})", "{trial-days}", "a {trial_days} b {nope}"]
)
def test_an_unknown_placeholder_is_an_error(demo, text):
    """Nobody is shown a text with a hole in it."""
    with pytest.raises(UnknownPlaceholder, match=r"nope|trial-days"):
        parse(text, demo)


def test_an_action_has_no_placeholders(knowledge):
    """It belongs to no programme."""
    hello = knowledge.actions["action.greeting"]
    texts = {"en": replace(hello.texts["en"], answer="Hello {trial_days}")}

    assert facts.parts(hello, None, "en", unset) == paragraph(Plain("Hi."))
    with pytest.raises(UnknownPlaceholder):
        facts.parts(replace(hello, texts=texts), None, "en", unset)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One.\n\nTwo.", [Paragraph((Plain("One."),)), Paragraph((Plain("Two."),))]),
        ("- a\n- b", [Items(((Plain("a"),), (Plain("b"),)), numbered=False)]),
        ("1. a\n2. b", [Items(((Plain("a"),), (Plain("b"),)), numbered=True)]),
        (
            "Do:\n1. a\nDone.",
            [
                Paragraph((Plain("Do:"),)),
                Items(((Plain("a"),),), numbered=True),
                Paragraph((Plain("Done."),)),
            ],
        ),
        (
            "- {trial_days}\n\n- b",
            [
                Items(((Plain("30"),),), numbered=False),
                Items(((Plain("b"),),), numbered=False),
            ],
        ),
        ("30. of May\n-5 degrees", [Items(((Plain("of May"),),), numbered=True), Paragraph((Plain("-5 degrees"),))]),
        ("", []),
        ("\n\n", []),
    ],
)
def test_paragraphs_and_lists(demo, text, parts):
    """An empty line ends a paragraph; lines that begin with a dash or a number are items."""
    assert parse(text, demo) == parts


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_open_and_what_is_noted_comes_after_the_answer(knowledge, demo, language):
    """Each entry has its own sentences after its answer, and no others."""
    words = demo.words[language]

    trial = facts.parts(knowledge.entry("demo.trial"), demo, language, unset)
    payout = facts.parts(knowledge.entry("demo.payout"), demo, language, unset)

    assert trial[1:] == parse(words.open["after"], demo, language)
    assert payout[1:] == parse(words.notes["closed"], demo, language)


def test_open_cases_come_before_notes(knowledge, demo):
    """The last line is the note."""
    notes = {"closed": replace(demo.notes["closed"], entries=("demo.trial",))}

    found = facts.parts(knowledge.entry("demo.trial"), replace(demo, notes=notes), "en", unset)

    words = demo.words["en"]
    assert found[1:] == parse(words.open["after"], demo) + parse(words.notes["closed"], demo)


HOSTILE = "<!channel> & <@U1>"
SPANS = (
    Plain(f"{HOSTILE} "),
    Label(HOSTILE),
    Email("a&b@example.com"),
    Link(f"{HOSTILE}|x", "https://example.com/?a=1&b=2"),
    Link(HOSTILE, None),
    Link("x", "https://example.com/>|<!channel>"),
)


def test_every_span_is_safe_in_slack(t):
    """Nothing that stands in a file notifies anybody or breaks out of a link."""
    said = rich.mrkdwn([Paragraph(SPANS), Items((SPANS[:2],), numbered=True)], t["en"], "https://example.com/<&>")

    assert "<!" not in said
    assert "<@" not in said
    safe = "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    assert said.startswith(f"{safe} “{safe}”<mailto:a&amp;b@example.com|a&amp;b@example.com>")
    assert f"<https://example.com/?a=1&amp;b=2|{safe}/x>" in said
    assert said.endswith(f"x\n\n1. {safe} “{safe}”".replace("x\n", "x\n"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_without_an_address_points_to_the_help_article(t, language):
    """Its address is given where it is set."""
    link = paragraph(Link("the form", None))
    where = t[language]("linked in the help article")

    assert rich.mrkdwn(link, t[language], None) == f"the form ({where})"
    assert rich.mrkdwn(link, t[language], "https://example.com/a") == f"the form (<https://example.com/a|{where}>)"
    assert rich.plain(link, t[language]) == f"the form ({where})"
    assert rich.plain(link, t[language], "https://example.com/a") == f"the form ({where}: https://example.com/a)"


def test_plain_text_is_for_reading(t):
    """No escapes, addresses after the words, the quotation marks of the language, lists with dashes or numbers."""
    parts = [
        Paragraph((Plain("a & b < c: "), Label("Buy"), Plain(", "), Email("a@example.com"))),
        Items(((Link("form", "https://example.com"),), (Plain("two"),)), numbered=False),
        Items(((Plain("one"),), (Plain("two"),)), numbered=True),
    ]

    quotes = {"fr": "« Buy »", "en": "“Buy”", "de": "„Buy“", "fi": "”Buy”"}
    for language, quoted in quotes.items():
        said = rich.plain(parts, t[language]).replace("\u00a0", " ").replace("\u202f", " ")
        assert said == (f"a & b < c: {quoted}, a@example.com\n\n- form (https://example.com)\n- two\n\n1. one\n2. two")
