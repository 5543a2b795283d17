"""Replies graded by what is acceptable."""

import pytest

from bot.cli.evaluate import figures
from bot.evaluation.cases import Case
from bot.evaluation.score import Grade, Result, asker, channel_of, given, grade, score, share
from bot.model import Candidate, Outcome, Reply

OTHERS = ("miro.levels", "miro.apply", "miro.feedback")


def case(*expect, style="plain", language="en", text="a question of five words"):
    """A labelled question."""
    return Case("1", language, None, text, expect, style)


def reply(outcome, entry=None, candidates=(), language="en", **slots):
    """A reply."""
    offered = tuple(Candidate(one, 0.2) for one in candidates)
    return Reply(outcome, language, entry=entry, candidates=offered, slots=slots)


def answer(entry, outcome=Outcome.ANSWER):
    """A direct answer."""
    return reply(outcome, entry)


@pytest.mark.parametrize(
    ("expect", "said", "expected"),
    [
        (["miro.levels"], answer("miro.levels"), Grade.RIGHT),
        (["miro.apply", "miro.levels"], answer("miro.levels", Outcome.RULE), Grade.RIGHT),
        (["miro.levels"], answer("miro.apply"), Grade.WRONG),
        (["miro.levels"], reply(Outcome.CHOICES, candidates=[*OTHERS[1:], "miro.levels"]), Grade.ASSISTED),
        (["miro.levels"], reply(Outcome.CHOICES, candidates=["a", "b", "c", "miro.levels"]), Grade.MISSED),
        (["miro.levels"], reply(Outcome.CHOICES, candidates=["a", "b"]), Grade.MISSED),
        (["miro.levels"], reply(Outcome.FALLBACK), Grade.MISSED),
        (["miro.levels"], reply(Outcome.GREETING), Grade.WRONG),
        (["action.greeting"], reply(Outcome.GREETING), Grade.RIGHT),
        (["action.thanks"], reply(Outcome.THANKS), Grade.RIGHT),
        (["action.human"], reply(Outcome.HUMAN), Grade.RIGHT),
        (["action.status"], reply(Outcome.STATUS), Grade.RIGHT),
        (["action.report-translation"], reply(Outcome.REPORT), Grade.RIGHT),
        (["cyberday.translation-errors"], answer("cyberday.translation-errors", Outcome.REPORT), Grade.RIGHT),
        (["action.book-meeting"], reply(Outcome.BOOKING, meeting_kind="support"), Grade.RIGHT),
        (["action.book-training"], reply(Outcome.BOOKING, meeting_kind="training"), Grade.RIGHT),
        (["action.book-training"], reply(Outcome.BOOKING, meeting_kind="support"), Grade.WRONG),
        (["action.human"], reply(Outcome.GREETING), Grade.WRONG),
        (["action.human"], reply(Outcome.FALLBACK), Grade.MISSED),
        ([], reply(Outcome.FALLBACK), Grade.RIGHT),
        ([], reply(Outcome.HELP), Grade.RIGHT),
        ([], reply(Outcome.HUMAN), Grade.RIGHT),
        ([], reply(Outcome.GREETING), Grade.RIGHT),
        ([], reply(Outcome.THANKS), Grade.RIGHT),
        ([], reply(Outcome.CHOICES, candidates=OTHERS), Grade.ASSISTED),
        ([], answer("miro.levels"), Grade.WRONG),
        ([], answer("cyberday.trial-length", Outcome.RULE), Grade.WRONG),
        ([], reply(Outcome.REPORT), Grade.WRONG),
        ([], reply(Outcome.BOOKING, meeting_kind="support"), Grade.WRONG),
        ([], reply(Outcome.STATUS), Grade.WRONG),
    ],
)
def test_a_reply_is_graded_by_what_is_acceptable(expect, said, expected):
    """Right, assisted by one of three choices, wrong by another answer, missed by anything else."""
    assert grade(case(*expect), said) is expected


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_can_be_graded(outcome):
    """Each reply is called something and falls into one grade; an answer always has an entry."""
    entry = "miro.levels" if outcome in (Outcome.ANSWER, Outcome.RULE) else None

    assert given(reply(outcome, entry))
    assert grade(case("miro.apply"), reply(outcome, entry)) in (Grade.WRONG, Grade.MISSED)


def test_a_reply_is_called_by_what_it_does():
    """Choices and fallbacks by their outcome, whatever entry they were near."""
    assert given(reply(Outcome.CHOICES, "miro.levels")) == "choices"
    assert given(reply(Outcome.FALLBACK, "miro.levels")) == "fallback"
    assert given(answer("miro.levels")) == "miro.levels"
    assert Result(case(), reply(Outcome.HELP), Grade.RIGHT).given == "action.help"


def test_a_share_of_nothing_is_nothing():
    """No division by zero; several grades add up."""
    results = [Result(case("x"), reply(Outcome.FALLBACK), one) for one in (Grade.RIGHT, Grade.WRONG, Grade.RIGHT)]

    assert share([], Grade.RIGHT) == 0
    assert share(results, Grade.RIGHT) == pytest.approx(2 / 3)
    assert share(results, Grade.RIGHT, Grade.WRONG) == 1


def result(grade_, *expect, style="plain", language="en", said="en", text="a question of five words"):
    """A graded reply in a language."""
    return Result(case(*expect, style=style, language=language, text=text), reply(Outcome.HELP, language=said), grade_)


def test_figures_count_each_kind_apart():
    """Questions with an answer, actions, far and near ones; per language that has any, and for all."""
    results = [
        result(Grade.RIGHT, "miro.levels"),
        result(Grade.ASSISTED, "miro.levels"),
        result(Grade.WRONG, "miro.levels", language="fi", said="fi"),
        result(Grade.MISSED, "action.human", style="action", language="fi", said="en"),
        result(Grade.WRONG, style="oos-far"),
        result(Grade.ASSISTED, style="oos-far"),
        result(Grade.RIGHT, style="oos-far"),
        result(Grade.RIGHT, style="oos-far", language="fi", said="fi"),
        result(Grade.ASSISTED, style="oos-near"),
        result(Grade.WRONG, style="oos-near"),
    ]

    found = figures(results)

    assert list(found) == ["en", "fi", "all"]
    assert found["all"] == {
        "questions": 10,
        "right": 0.25,
        "assisted": 0.25,
        "wrong": 0.25,
        "missed": 0.25,
        "actions_right": 0,
        "far_answered": 0.25,
        "far_offered": 0.25,
        "near_answered": 0.5,
        "near_offered": 0.5,
        "language_right": 0.9,
    }
    assert (found["fi"]["questions"], found["fi"]["wrong"], found["fi"]["language_right"]) == (
        3,
        0.5,
        pytest.approx(2 / 3),
    )


def test_one_and_two_words_are_not_held_against_the_language():
    """They lean on priors that an evaluation does not give."""
    results = [
        result(Grade.RIGHT, "action.human", said="fi", text="a person"),
        result(Grade.RIGHT, "action.human", text="a person please"),
    ]

    assert figures(results)["en"]["language_right"] == 1


def test_cases_are_asked_as_by_a_stranger(edition):
    """In a place that tells the case's programme and nothing else: each question begins anew."""
    ask = asker(edition.conversation)
    text = edition.knowledge.entry("miro.levels").texts["fi"].phrasings[0]
    known, unknown = Case("1", "fi", "miro", text, ("miro.levels",), "plain"), case(text="😀", style="oos-far")

    assert channel_of(known).programmes == ("miro",)
    assert channel_of(unknown).programmes == ()
    assert [one.grade for one in score([known, unknown, known], ask)] == [Grade.RIGHT] * 3
    assert ask(known).language == "fi"
