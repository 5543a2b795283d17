"""The weekly digest as people read it: sentences, table, what goes with a picture, and the picture's own words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.flows.digest import OPEN, OVERDUE, Digest, Standing, Told, figures
from bot.i18n import Catalogues, Translator, language_name
from bot.model import LANGUAGES, Language
from bot.paths import locales_dir
from bot.render import digest as render
from bot.render.digest import MOST_GAPS, Gaps, Top
from bot.request import Way
from tests.flows.test_digest import Opened
from tests.render.hostile import HOSTILE, markups
from tests.render.valid import block_problems, schema_problems

MOST_IN_TEXT = 3_900
MOST_IN_ALTERNATIVE = 1_000
CATALOGUES = Catalogues(locales_dir())
EN = CATALOGUES["en"]

WEEK = Told(
    {
        ("answer", "en"): 1_400,
        ("chosen:answer", "en"): 150,
        ("choices", "en"): 280,
        ("replaced:choices", "en"): 130,
        ("fallback", "en"): 70,
        ("answer", "fi"): 4,
        ("fallback", "fi"): 6,
        (OPEN, "fi"): 2,
        (OVERDUE, "fi"): 2,
    },
    [Opened("fi", responded_in=5_000), Opened("fi", Way.FEEDBACK), Opened("en", responded_in=540)],
)
BEFORE = Told({("answer", "fr"): 280}, [Opened("fi", responded_in=90_000)])
DIGEST = figures(date(2026, 11, 16), WEEK, BEFORE, {"fi": Standing(3, 1)})
QUIET = figures(date(2026, 11, 16), Told({}, []), Told({}, []), {})
HUGE = figures(
    date(2026, 11, 16),
    Told({(kind, language): 10**9 for kind in ("answer", "choices", "fallback") for language in LANGUAGES}, []),
    Told({("answer", language): 10**9 for language in LANGUAGES}, []),
    {language: Standing(10**9, 10**9) for language in LANGUAGES},
)
GAPS = Gaps(12, 9, [Top("Can I pay in crowns?", "fi", 5, "Ways to pay"), Top("Où est ma facture ?", "fr", 1)])


def _rows(digest: Digest, t: Translator = EN) -> dict[str, list[str]]:
    """The table by the words that its rows begin with."""
    (table,) = (block for block in render.with_table(t, digest, GAPS).blocks if block["type"] == "table")
    cells = [[cell["text"] for cell in row] for row in table["rows"]]
    return {row[0]: row[1:] for row in cells}


def test_the_table_names_every_language_and_the_week_before() -> None:
    """A column for each and one for all; each number beside that of the week before."""
    rows = _rows(DIGEST)

    assert rows["–"] == ["French", "English", "German", "Finnish", "All"]
    assert rows["Questions"] == ["0 (280)", "1,620 (0)", "0 (0)", "10 (0)", "1,630 (280)"]
    assert rows["– Answered by a choice"] == ["0 (0)", "150 (0)", "0 (0)", "0 (0)", "150 (0)"]
    assert rows["– Missed"] == ["0 (0)", "70 (0)", "0 (0)", "6 (0)", "76 (0)"]
    assert rows["– asked for"] == ["0 (0)", "1 (0)", "0 (0)", "1 (1)", "2 (1)"]
    assert rows["– after an answer that did not help"] == ["0 (0)", "0 (0)", "0 (0)", "1 (0)", "1 (0)"]
    assert rows["First response: half within"] == ["–", "9 min (–)", "–", "1.4 h (25 h)", "46 min (25 h)"]
    assert rows["No reply yet"] == ["0 (0)", "0 (0)", "0 (0)", "1 (0)", "1 (0)"]
    assert rows["Open now"] == ["0 (0)", "0 (0)", "0 (0)", "3 (2)", "3 (2)"]
    assert rows["Overdue now"] == ["0 (0)", "0 (0)", "0 (0)", "1 (2)", "1 (2)"]


def test_ways_by_which_nobody_came_are_left_out() -> None:
    """Where they came to nothing in the week before too."""
    assert not {"– brought by staff", "– left unanswered"} & set(_rows(DIGEST))


def test_what_nobody_has_counted_is_no_number() -> None:
    """How requests stood before the first digest."""
    rows = _rows(figures(date(2026, 11, 16), Told({}, []), BEFORE, {"fi": Standing(3, 1)}))

    assert rows["Open now"] == ["0 (–)", "0 (–)", "0 (–)", "3 (–)", "3 (–)"]


def test_the_language_that_fares_worst_is_named() -> None:
    """By its share, not by its number: few questions are not outdone by many."""
    assert "this language: Finnish, 6 of 10." in render.with_table(EN, DIGEST, GAPS).text


def test_the_text_beside_a_picture_says_what_it_does_not() -> None:
    """Of each language how people have looked after its requests; where there was none, so much."""
    lines = render.beside_picture(EN, DIGEST, GAPS).split("\n")
    french, english, german, finnish = (
        next(line for line in lines if line.startswith(f"*{name}* – "))
        for name in ("French", "English", "German", "Finnish")
    )

    assert "First response: half within 9 min (–)" in english
    assert "No reply yet 1 (0) · Open now 3 (2) · Overdue now 1 (2)" in finnish
    assert french.endswith("no requests")
    assert german.endswith("no requests")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_alternative_text_says_the_figures_of_the_picture(language: Language) -> None:
    """All of them, in as many characters as Slack takes, also where the numbers are long."""
    t = CATALOGUES[language]
    told = render.alternative(t, DIGEST)

    for row in render.picture(t, DIGEST)["rows"]:
        assert row["name"] in told
        assert all(words in told for _, words in row["parts"])
    assert len(render.alternative(t, HUGE)) <= MOST_IN_ALTERNATIVE


def test_the_picture_is_told_in_words_and_numbers() -> None:
    """The rows are the languages; their parts together are their questions."""
    told = render.picture(EN, DIGEST)
    rows = {row["name"]: row for row in told["rows"]}

    assert list(rows) == [language_name(one, "en") for one in LANGUAGES]
    assert rows["English"]["parts"] == [[1_250, "1,250"], [150, "150"], [150, "150"], [70, "70"]]
    assert rows["English"]["cells"] == ["1,620 (0)", "1 (0)"]
    assert len(told["parts"]) == 4


def test_top_gaps_with_what_is_near() -> None:
    """The question in its own words, its language, how often it came, and the entry that is near."""
    lines = render.beside_picture(EN, DIGEST, GAPS).split("\n")[-3:]

    assert lines == [
        "*12 questions showed that something is missing; in the week before: 9.*",
        "1. “Can I pay in crowns?” · Finnish · 5 times · near: “Ways to pay”",
        "2. “Où est ma facture ?” · French",
    ]
    assert render.with_table(EN, DIGEST, GAPS).blocks[-1]["text"]["text"].split("\n") == lines


def test_without_texts_the_number_is_told() -> None:
    """Where others read along."""
    told = "12 questions showed that something is missing; in the week before: 9."

    assert render.beside_picture(EN, DIGEST, Gaps(12, 9)).endswith(f"*{told}*")
    assert render.with_table(EN, DIGEST, Gaps(12, 9)).blocks[-1]["text"]["text"] == f"*{told}*"


def test_where_nothing_is_missing_nothing_is_said_of_it() -> None:
    """No heading above nothing."""
    assert "missing" not in render.beside_picture(EN, DIGEST, Gaps())
    assert "missing" not in render.with_table(EN, DIGEST, Gaps()).text


def test_a_quiet_week_is_one_line() -> None:
    """With its days, and no figures."""
    message = render.quiet(EN, QUIET)

    assert message.text == "Mon 16 Nov to Sun 22 Nov: nobody asked anything, and no request is open."
    assert len(message.blocks) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("digest", [DIGEST, QUIET, HUGE], ids=["usual", "quiet", "huge"])
def test_slack_takes_it(language: Language, digest: Digest) -> None:
    """Blocks and texts are within Slack's limits, with the longest gaps."""
    t = CATALOGUES[language]
    gaps = Gaps(10**6, 0, [Top("W" * 4_000, "fi", 10**6, "M" * 1_000)] * (MOST_GAPS + 3))
    message = render.with_table(t, digest, gaps)

    assert block_problems(message.blocks) == []
    assert len(message.text) <= MOST_IN_TEXT
    assert len(render.beside_picture(t, digest, gaps)) <= MOST_IN_TEXT
    assert f"\n{MOST_GAPS}. " in render.beside_picture(t, digest, gaps)
    assert f"\n{MOST_GAPS + 1}. " not in render.beside_picture(t, digest, gaps)
    assert schema_problems(message.blocks, "blocks.schema.json") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_questions_are_no_markup(text: str) -> None:
    """They call nobody and link nothing, in blocks as beside a picture, where Slack would link an address itself."""
    gaps = Gaps(1, 0, [Top(text, "fi", 1, text)])
    message = render.with_table(EN, DIGEST, gaps)
    told: list[Any] = [render.beside_picture(EN, DIGEST, gaps), message.text, *markups(message.blocks)]

    assert not any(sign in words for words in told for sign in ("<", "://", "\u202e"))
    assert "EVIL" in told[0]
    assert block_problems(message.blocks) == []
