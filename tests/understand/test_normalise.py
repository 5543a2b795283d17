"""From Slack's text to words, and from words to the folded form."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.understand.normalise import LONGEST, fold, same, words

ANY_TEXT = st.text(max_size=300) | st.text(alphabet="<>&;:|@#!*_~`.\n ab1é€😀\u200b-'’", max_size=300)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<@U1> hello", "hello"),
        ("<@W1|anna> hello", "hello"),
        ("<!channel> hello", "hello"),
        ("<!here|@here> hello", "hello"),
        ("<!subteam^S1|@sales> hello", "hello"),
        ("from <!date^1392734382^{date}|3 November> on", "from 3 November on"),
        ("from <!date^1392734382^{date}^https://example.com|3 November> on", "from 3 November on"),
        ("ask in <#C1|partners> please", "ask in partners please"),
        ("ask in <#C1> please", "ask in please"),
        ("see <https://example.com/a?b=1|the price list>", "see the price list"),
        ("see <https://example.com/a?b=1>", "see"),
        ("see <https://example.com|https://example.com>", "see"),
        ("see <http://example.com|www.example.com>", "see"),
        ("write to <mailto:anna@example.com|anna@example.com> now", "write to now"),
        ("write to anna.b+c@mail.example.com now", "write to now"),
        ("see https://example.com/a and www.example.com now", "see and now"),
        ("a &lt; b &amp; c &gt; d", "a < b & c > d"),
        ("thanks :+1: :smile: :wave::skin-tone-3: ok", "thanks ok"),
        ("at 10:30:15 or 12:45", "at 10:30:15 or 12:45"),
        ("great 😀👍🏽🇫🇮👩\u200d💻 work", "great work"),
        ("1️⃣", "1"),
        ("*bold* _slanted_ ~struck~ `code`", "bold slanted struck code"),
        ("snake_case stays", "snake_case stays"),
        ("before ```print('x')``` after", "before after"),
        ("before ```never closed", "before"),
        ("&gt; they wrote this\nwhat is it?", "what is it?"),
        ("> they wrote this\nwhat is it?", "what is it?"),
        ("&gt;&gt;&gt; they wrote this", "they wrote this"),
        ("&gt; one\n&gt; two", "one two"),
        ("\n\n  &gt; one", "one"),
        ("5 > 3", "5 > 3"),
        ("so\u00adft hy\u200bphen\ufeff", "soft hyphen"),
        ("a\x00b\x07c\td\r\ne", "a b c d e"),
        ("costs 5 € or $6 or £7", "costs 5 € or $6 or £7"),
        ("e\u0301te\u0301", "été"),
        ("half \ud83d pair", "half pair"),
        ("  many   \n\n spaces \u00a0 ", "many spaces"),
        ("", ""),
        ("😀 :tada: <@U1>", ""),
        ("<not a tag", "<not a tag"),
    ],
)
def test_words_are_what_a_person_typed(text, read):
    """Slack's tokens, code, emoji, addresses, markup and quoted lines are no words; a lone quotation is read."""
    assert words(text) == read


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Où est l’équipe ?", "ou est l equipe"),
        ("Où est l'équipe ?", "ou est l equipe"),
        ("Straße, STRASSE", "strasse strasse"),
        ("cœur ŒUVRE", "coeur oeuvre"),
        ("Käyttäjä Åbo", "kayttaja abo"),
        ("smørrebrød Łódź", "smorrebrod lodz"),
        ("Trial: 30 days, 1 000 users", "trial 0 days 0 0 users"),
        ("10 %", "0 %"),
        ("50€ $5 £6", "0€ $0 £0"),
        ("\ufb01nal \uff26\uff55\uff4c\uff4c", "final full"),
        ("¿?!…", ""),
    ],
)
def test_folding_leaves_letters_and_digits(text, folded):
    """Lower case, no accents, no punctuation, a run of digits is 0."""
    assert fold(text) == folded


def test_numbers_count_where_two_phrasings_are_compared():
    """For five people and for seven people are two phrasings, though the models see one."""
    assert same("For 5 people!") == "for 5 people"
    assert same("For 5 people") != same("For 7 people")
    assert fold("For 5 people") == fold("For 7 people")


@given(ANY_TEXT)
@example("a" + "_" * 90)
@example("&amp;lt;@U1&gt;")
def test_any_text_has_words(text):
    """Nothing that can be typed makes reading fail; what comes out is one line of visible characters."""
    read = words(text)

    assert len(read) <= LONGEST
    assert read == " ".join(read.split())
    assert all(char.isprintable() for char in read.replace("\u3000", " "))


@given(ANY_TEXT)
def test_folded_text_has_few_characters(text):
    """Whatever is folded, only the characters that are compared remain, and folding again changes nothing."""
    folded = fold(text)

    assert re.fullmatch(r"(?:[a-z0-9$€%£]+(?: [a-z0-9$€%£]+)*)?", folded)
    assert fold(folded) == folded
    assert same(same(text)) == same(text)


@given(st.text(alphabet="abc éß.,?!1", max_size=80))
def test_words_without_markup_are_read_as_they_stand(text):
    """What has nothing of Slack in it is only trimmed, and reading it twice is reading it once."""
    assert words(text) == " ".join(text.split())
    assert words(words(text)) == words(text)


@pytest.mark.parametrize(
    "piece",
    ["a", "a@", "@", "_", "a_b_", "*", "\n", "\n x", "<", "<a", "<a|", "&gt;", "```", ":", ":a", "😀", ".", "- "],
)
@pytest.mark.parametrize("before", ["", "a", ":", "a@"])
def test_a_huge_message_is_read_in_no_time(before, piece):
    """40,000 characters of anything take the time of some thousand, not of their square."""
    text = before + piece * (40_000 // len(piece))

    began = time.process_time()
    read = words(text)

    assert time.process_time() - began < 0.1  # 2 ms here; the square would be 300 to 2000
    assert len(read) <= LONGEST


def test_the_beginning_of_a_long_message_is_what_is_read():
    """A question stands in the first characters."""
    assert words("how long is a trial? " + "blah " * 10_000).startswith("how long is a trial? blah")
