"""Phrasings that only they themselves hold."""

from dataclasses import replace

import pytest

from bot.evaluation import weak

HELD = [f"how do i {verb} my {thing}" for verb in ("pay", "settle") for thing in ("invoice", "bill", "card", "dues")]
OTHER = [f"where is the {what} {thing}" for what in ("next", "new") for thing in ("course", "training", "class")]


@pytest.fixture(scope="module")
def knowledge(edition):
    """Two entries in English, one of which has a phrasing that only the other would be found by."""
    programme = edition.knowledge.programmes["cyberday"]

    def entry(id_, *phrasings):
        whole = programme.entries[id_]
        return replace(whole, texts={"en": replace(whole.texts["en"], title=phrasings[0], phrasings=phrasings)})

    pay = entry("cyberday.pay-card", *HELD, "where is the next training course")
    train = entry("cyberday.training", *OTHER)
    outside = replace(edition.knowledge.outside["en"], far=("what is the weather", "who won the match"), near={})
    alone = replace(programme, entries={pay.id: pay, train.id: train}, actions={})
    return replace(edition.knowledge, programmes={"cyberday": alone}, actions={}, outside={"en": outside})


def test_a_phrasing_that_leads_elsewhere_without_itself_is_weak(edition, knowledge):
    """It is named with where it would lead; those that others hold as well are not; progress comes to its end."""
    told = []

    found = weak.phrasings(knowledge, edition.reader.decision, lambda *step: told.append(step))

    (one,) = [each for each in found if each.entry == "cyberday.pay-card"]
    assert (one.language, one.text) == ("en", "where is the next training course")
    assert one.instead == "cyberday.training"
    assert 0 < one.confidence <= 1
    assert [done for done, _, _ in told] == list(range(1, told[0][1] + 1))


def test_the_worst_come_first(edition, knowledge):
    """By how sure the other answer would be."""
    found = weak.phrasings(knowledge, edition.reader.decision)

    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)
