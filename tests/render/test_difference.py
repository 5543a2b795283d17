"""The difference of two texts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.difference import Mark, Segment, abridged, difference, side

TEXTS = st.one_of(
    st.text(max_size=60), st.lists(st.sampled_from(["tieto", "turva", " ", "\n", ".", "e\u0301", "👩‍💻"])).map("".join)
)


def _text(segments: tuple[Segment, ...]) -> str:
    return "".join(one.text for one in segments)


def _told(before: str, after: str) -> str:
    """The difference in a line: [gone] and {new}."""
    around = {Mark.SAME: "%s", Mark.GONE: "[%s]", Mark.NEW: "{%s}"}
    return "".join(around[one.mark] % one.text for one in difference(before, after))


@given(TEXTS, TEXTS)
def test_its_segments_are_the_two_texts(before: str, after: str) -> None:
    """Nothing is lost, nothing comes in, whatever the texts hold."""
    found = difference(before, after)

    assert _text(side(found, Mark.GONE)) == before
    assert _text(side(found, Mark.NEW)) == after


@given(TEXTS, TEXTS)
def test_its_segments_are_as_few_as_can_be(before: str, after: str) -> None:
    """None is empty, no two neighbours are of a kind, and what is gone stands before what is new."""
    marks = [one.mark for one in difference(before, after)]

    assert all(one.text for one in difference(before, after))
    assert all(first is not second for first, second in pairwise(marks))
    assert (Mark.NEW, Mark.GONE) not in pairwise(marks)


@given(TEXTS)
def test_a_text_differs_from_itself_in_nothing(text: str) -> None:
    """Then there is one segment, or none."""
    assert difference(text, text) == ((Segment(text),) if text else ())


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("Docment list", "Document list", "[Docment]{Document} list"),
        ("Speichern Sie das.", "Speichern Sie es.", "Speichern Sie [das]{es}."),
        ("a, b c", "d, e f", "[a, b c]{d, e f}"),  # signs that are shared by chance
        ("tietoturvasuunnitelma on", "tietoturvasuunnitelman on", "tietoturvasuunnitelma{n} on"),
        ("Datenschutzbeauftragter", "Datenschutzkoordinatorin", "Datenschutz[beauftragter]{koordinatorin}"),
        ("omaisuusluettelo", "vaatimusluettelo", "[omaisuusluettelo]{vaatimusluettelo}"),
        ("", "new", "{new}"),
        ("gone", "", "[gone]"),
        ("😀 a", "😀👍 a", "😀{👍} a"),
        ("👩 a", "👩‍💻 a", "[👩]{👩‍💻} a"),  # one sign, made of three
    ],
)
def test_words_are_compared(before: str, after: str, told: str) -> None:
    """Whole words; of a long one that begins alike only the end."""
    assert _told(before, after) == told


def test_an_accent_stays_with_its_letter() -> None:
    """Where letters are followed by accents of their own, no change begins between the two."""
    assert _told("kaksoispiste\u0301t ja", "kaksoispistet ja") == "kaksoispist[e\u0301t]{et} ja"


@pytest.mark.parametrize(
    ("before", "after", "shared"),
    [
        ("." * 3000, "." * 2999 + "!", "." * 2999),  # all is like all: where comparing is slow, this takes minutes
        ("a " * 1500, "b " * 1500, " "),
        ("a " * 5000, "a " * 5000 + "b", ""),
    ],
)
def test_texts_of_any_length_are_taken(before: str, after: str, shared: str) -> None:
    """As long as a form takes they are compared; longer ones than can be compared quickly share nothing."""
    found = difference(before, after)

    assert _text(tuple(one for one in found if one.mark is Mark.SAME)) == shared
    assert _text(side(found, Mark.GONE)) == before


@given(TEXTS, TEXTS, st.integers(10, 40))
def test_an_abridged_text_is_short_enough(before: str, after: str, longest: int) -> None:
    """And one that is short enough as it is stays whole."""
    for mark in (Mark.GONE, Mark.NEW):
        segments = side(difference(before, after), mark)
        shown = abridged(segments, longest)

        assert len(_text(shown)) <= longest
        assert shown == segments or len(_text(segments)) > longest


def test_what_has_changed_is_shown_of_a_long_text() -> None:
    """It stands far behind what there is room for; what is left out is seen."""
    before = "the same words " * 200 + "wrong" + " and more of them" * 200
    shown = abridged(side(difference(before, before.replace("wrong", "right")), Mark.GONE), 300)

    assert Segment("wrong", Mark.GONE) in shown
    assert shown[0].text.startswith("…")
    assert shown[-1].text.endswith("…")


def test_a_text_without_a_change_keeps_its_beginning() -> None:
    """An ellipsis says that there is more."""
    assert abridged((Segment("abcdefghijklmno"),), 10) == (Segment("abcdefghi…"),)
