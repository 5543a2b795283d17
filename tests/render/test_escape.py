"""The one place where text becomes safe to show."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.escape import escape, link, one_line, shorten, shorten_markup

_ACTIVE = re.compile(r"<[^>]*>")


def test_what_slack_would_act_on_is_shown_literally() -> None:
    """The three characters that matter, once."""
    assert escape("a < b && <!channel>") == "a &lt; b &amp;&amp; &lt;!channel&gt;"


@given(st.text(alphabet="<>&!@#|;ltgamp U1\n"))
def test_nothing_that_a_person_writes_is_active(text: str) -> None:
    """Whatever the order of its signs."""
    assert _ACTIVE.findall(escape(text)) == []


@given(st.text(alphabet="<>|& a:/?=\n\0"), st.text(alphabet="<>|& ab"))
def test_a_link_holds_nothing_but_itself(path: str, words: str) -> None:
    """Neither address nor words can end it early and begin another."""
    markup = link(f"https://{path}", words)

    assert markup.count("<") <= 1
    assert markup.count("|") <= 1 or "<" not in markup


@pytest.mark.parametrize(
    "url",
    ["!channel", "@U1", "#C1", "!subteam^S1", "javascript:alert(1)", "//a.example", "", "https://", " https://a.b"],
)
def test_what_is_no_address_is_not_linked(url: str) -> None:
    """In the place of an address Slack takes a mention as well."""
    assert link(url, "a <b>") == "a &lt;b&gt;"


@given(st.text(alphabet="<>&;|ab \n").map(escape), st.lists(st.just("<https://a.b|c>")), st.integers(2, 60))
def test_markup_is_never_cut_within_a_sign_or_link(text: str, links: list[str], longest: int) -> None:
    """What is left is whole; nothing but the end is gone."""
    short = shorten_markup(text + "".join(links), longest)
    whole = short.removesuffix("…")

    assert len(short) <= longest
    assert whole.count("<") == whole.count(">")
    assert re.sub(r"&(?:amp|lt|gt);", "", whole).count("&") == 0
    assert (text + "".join(links)).startswith(whole)


def test_a_name_is_one_line() -> None:
    """Whatever breaks a line in some program."""
    assert one_line(" Acme\n*Question*\r\n>\u2028 fake\t") == "Acme *Question* > fake"


def test_shortening_keeps_the_limit() -> None:
    """The ellipsis counts too."""
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abcdefg", 6) == "abcde…"
    assert shorten("abcd  g", 6) == "abcd…"
