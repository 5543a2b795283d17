"""The one place where text becomes safe to show."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.escape import escape, link, shorten, user_text

_ACTIVE = re.compile(r"<[^>]*>")


def test_what_slack_would_act_on_is_shown_literally() -> None:
    """The three characters that matter, once."""
    assert escape("a < b && <!channel>") == "a &lt; b &amp;&amp; &lt;!channel&gt;"


@pytest.mark.parametrize(
    ("delivered", "shown"),
    [
        ("a &lt; b &amp; c", "a &lt; b &amp; c"),
        ("<!channel> hello <@U1|ann> <#C1|general>", " hello  "),
        ("&lt;!channel&gt;", "&lt;!channel&gt;"),
        ("&amp;lt;!channel&amp;gt;", "&amp;lt;!channel&amp;gt;"),
        ("<https://example.com|here>", "&lt;https://example.com|here&gt;"),
        ("<!chan", "&lt;!chan"),
    ],
)
def test_a_message_is_shown_again_as_it_was_seen(delivered: str, shown: str) -> None:
    """Slack has escaped it once: it is not escaped twice; mentions and broadcasts are left out."""
    assert user_text(delivered) == shown


@given(st.text(alphabet="<>&!@#|;ltgamp U1\n"))
def test_nothing_that_a_person_writes_is_active(text: str) -> None:
    """Whatever the order of its signs."""
    assert _ACTIVE.findall(escape(text)) == []
    assert _ACTIVE.findall(user_text(text)) == []


@given(st.text(alphabet="<>|& a:/?=\n"), st.text(alphabet="<>|& ab"))
def test_a_link_holds_nothing_but_itself(url: str, words: str) -> None:
    """Neither address nor words can end it early and begin another."""
    markup = link(url, words)

    assert markup.count("<") <= 1
    assert markup.count("|") <= 1 or "<" not in markup


def test_shortening_keeps_the_limit() -> None:
    """The ellipsis counts too."""
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abcdefg", 6) == "abcde…"
    assert shorten("abcd  g", 6) == "abcd…"
