"""Gaps grouped by likeness."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.flows.gaps import Group, grouped, with_nearest
from bot.gap import Gap, GapKind
from bot.model import PersonId

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ANNA = PersonId("T2", "U1")


def gap(text, n=0, **changes):
    """A question that the bot did not know, of the n-th minute."""
    at = NOW + timedelta(minutes=n)
    return replace(Gap(GapKind.FALLBACK, "en", "miro", text, at, ANNA, "C1", f"1.{n:06}", number=n), **changes)


def texts(groups):
    """The questions of each group."""
    return [set(group.texts) for group in groups]


def test_what_is_asked_in_nearly_the_same_words_stands_together():
    """Typos, order, case and punctuation make no difference; another thing asked does."""
    asked = [
        "Is there a discount for non-profits?",
        "a discount for nonprofits, is there?",
        "is there a discoutn for non-profits",
        "Does Miro work offline?",
        "does it work offline in miro",
    ]

    assert texts(grouped(gap(text, n) for n, text in enumerate(asked))) == [set(asked[:3]), set(asked[3:])]


def test_languages_are_apart():
    """Whoever looks after one reads its own; the same letters may be a word in two."""
    groups = grouped([gap("commission"), gap("commission", 1, language="fr")])

    assert [(group.language, group.count) for group in groups] == [("en", 1), ("fr", 1)]


def test_the_biggest_group_comes_first():
    """With how often each kind was noted, and in which programmes."""
    groups = grouped(
        [
            gap("Does Miro work offline?", 1),
            gap("What about a discount?", 2),
            gap("what about a discount", 3, kind=GapKind.NONE, programme="cyberday"),
            gap("What about a discount?", 4, kind=GapKind.UNHELPFUL, programme=None),
            gap("What about a discount?", 5),
        ]
    )

    assert groups[0] == Group(
        "en",
        ("What about a discount?",),
        4,
        {GapKind.FALLBACK: 2, GapKind.NONE: 1, GapKind.UNHELPFUL: 1},
        programmes=("cyberday", "miro"),
    )
    assert [group.count for group in groups] == [4, 1]


def test_the_order_in_which_they_come_does_not_count():
    """The same gaps, shuffled, are the same groups in the same order."""
    asked = [gap(f"How do I {verb} a {noun}", n) for n, (verb, noun) in enumerate(_pairs())]
    asked += [gap(f"HOW DO I {verb} a {noun}?", 99 - n) for n, (verb, noun) in enumerate(_pairs())]
    expected = grouped(asked)

    for seed in range(5):
        shuffled = asked[:]
        random.Random(seed).shuffle(shuffled)
        assert grouped(shuffled) == expected
    assert sum(group.count for group in expected) == len(asked)
    assert 1 < len(expected) < len(asked)


def _pairs():
    nouns = ("board", "boards", "licence", "licences", "template", "colleague")
    return [(verb, noun) for verb in ("delete", "restore", "export", "share") for noun in nouns]


def test_what_is_asked_most_draws_the_others_to_it():
    """A group does not drift, from like to like, to what nobody would call the same."""
    often, between, far = (
        "Where can I delete a board",
        "Where can I restore a deleted board",
        "Where can I restore a deleted frame",
    )

    asked = [gap(between), gap(far, 1), gap(often, 2), gap(often, 3)]

    assert texts(grouped(asked)) == [{often, between}, {far}]
    assert texts(grouped(asked[:2])) == [{between, far}]


@pytest.mark.parametrize(("one", "other"), [("Привет", "Как дела"), ("??", "!!"), ("你好", "谢谢")])
def test_words_in_other_letters_are_not_all_the_same(one, other):
    """They fold to nothing, and nothing is in common but that."""
    assert len(grouped([gap(one), gap(other, 1), gap(other, 2)])) == 2


def test_the_beginning_decides_of_a_long_story():
    """What comes far behind is not compared, so that a page costs no more than a line."""
    begin = "We have a customer who would like to know whether the data of their board can be stored in Europe, please?"

    assert len(grouped([gap(f"{begin} {'a ' * 900}"), gap(f"{begin} {'b ' * 900}", 1)])) == 1


def test_the_entry_that_was_answered_is_the_nearest():
    """The one that most have found unhelpful."""
    voted = [
        gap("Why is the trial so short", n, kind=GapKind.UNHELPFUL, entry=entry)
        for n, entry in enumerate(["miro.trial-licences", "cyberday.trial-length", "cyberday.trial-length"])
    ]

    (group,) = grouped([*voted, gap("why is the trial so short?", 9)])

    assert group.nearest == "cyberday.trial-length"


def test_an_entry_that_would_be_offered_is_near(edition):
    """In the programme that was asked about; where nothing is near, nothing is named, and what is known stays."""
    near, elsewhere, far, known = with_nearest(
        [
            Group("en", ("How long does an extended trial last?",), 2, {}, programmes=("cyberday",)),
            Group("en", ("How long does an extended trial last?",), 2, {}, programmes=("miro",)),
            Group("en", ("How do I squash three commits in Git?",), 1, {}),
            Group("en", ("How long does an extended trial last?",), 1, {}, "miro.levels"),
        ],
        edition.reader,
    )

    assert elsewhere.nearest != "cyberday.trial-length"
    assert (near.nearest, far.nearest, known.nearest) == ("cyberday.trial-length", "", "miro.levels")
