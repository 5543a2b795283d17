"""The slots of rules in words: what they are called, what they hold, how they are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from bot.edition import Edition
from bot.knowledge.schema import Entry
from bot.model import LANGUAGES, Language, Outcome, Reply
from bot.render.slots import UNSHOWN, choice, either, label, question, read_choice, understood, value
from bot.rules import RULES
from bot.understand.slots.fill import SLOTS
from tests.scenarios.world import plainly

SHOWN = [name for name in SLOTS if name not in UNSHOWN]
HELD: dict[str, Any] = {
    "start_date": "2026-11-14",
    "registration_date": "2026-11-14",
    "approval_date": "2026-11-14",
    "action_taken": False,
    "team_size": 12_000,
    "licences": 12_000,
    "employees": 12_000,
    "clients": 12_000,
    "plan": "Free",
    "arr": {"amount": 123_400, "currency": "USD"},
}
DAYS = {
    "en": "Saturday 14 November 2026",
    "fr": "samedi 14 novembre 2026",
    "de": "Samstag, 14. November 2026",
    "fi": "lauantai 14. marraskuuta 2026",
}
NUMBERS = {"en": "12,000", "fr": "12 000", "de": "12.000", "fi": "12 000"}
SUMS = {"en": "US$123,400", "fr": "123 400 $US", "de": "123.400 $", "fi": "123 400 $"}


def _entry(edition: Edition, id_: str) -> Entry:
    entry = edition.knowledge.entry(id_)
    assert entry is not None
    return entry


@pytest.mark.parametrize("name", SHOWN)
def test_every_slot_has_a_label_in_every_language(edition: Edition, name: str) -> None:
    """Words, not the slot's id; English and French share some."""
    labels = {language: label(name, edition.renderer.catalogues[language]) for language in LANGUAGES}

    assert all(words.strip() for words in labels.values())
    assert not any("_" in words for words in labels.values())
    assert len({labels[language] for language in ("en", "de", "fi")}) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_labels_of_a_rule_differ(edition: Edition, language: Language) -> None:
    """Else nobody knew which field is which."""
    t = edition.renderer.catalogues[language]
    for rule in RULES.values():
        labels = [label(name, t) for name in rule.slots if name not in UNSHOWN]

        assert len(labels) == len(set(labels))


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_written_as_the_language_writes_them(edition: Edition, language: Language) -> None:
    """Days with their weekday, separators of thousands, the currency where it belongs; plans keep their names."""
    t = edition.renderer.catalogues[language]
    said = {name: plainly(value(name, HELD[name], t)) for name in SHOWN}
    nothing = said.pop("action_taken")

    assert said == {
        **dict.fromkeys(("start_date", "registration_date", "approval_date"), DAYS[language]),
        **dict.fromkeys(("team_size", "licences", "employees", "clients"), NUMBERS[language]),
        "plan": "Free",
        "arr": SUMS[language],
    }
    assert nothing not in {"False", value("action_taken", told=True, t=t)}
    assert plainly(value("arr", {"amount": 12_000, "currency": None}, t)) == NUMBERS[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_understood_is_one_line(edition: Edition, language: Language) -> None:
    """All values told, in the order in which they were; what an answer shows by itself is left out."""
    t = edition.renderer.catalogues[language]
    line = plainly(understood({"team_size": 12_000, "plan": "Free", "language": "fi", "payment": "card"}, t))

    assert line.index(NUMBERS[language]) < line.index("Free")
    assert "card" not in line
    assert "\n" not in line
    assert understood({"language": "fi"}, t) == ""
    assert understood({}, t) == ""


def _questions() -> list[tuple[str, str]]:
    """Each rule with each of its slots that can be asked for."""
    return [(id_, name) for id_, rule in RULES.items() for name in rule.slots if name not in UNSHOWN]


@pytest.mark.parametrize(("id_", "name"), _questions())
def test_every_slot_of_every_rule_is_asked_for_in_every_language(edition: Edition, id_: str, name: str) -> None:
    """By a question of its own, which the other slots of the rule do not share."""
    entry = _entry(edition, id_)
    others = [other for other in entry.slots if other not in {name, *UNSHOWN}]
    said = set()
    for language in LANGUAGES:
        t = edition.renderer.catalogues[language]
        asked = question(Reply(Outcome.RULE, language, entry=id_, asks_for=(name,)), entry, t)
        said.add(asked)

        assert "?" in asked
        assert "{" not in asked
        assert asked not in {
            question(Reply(Outcome.RULE, language, entry=id_, asks_for=(other,)), entry, t) for other in others
        }
    assert len(said) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_missing_is_asked_for_at_once(edition: Edition, language: Language) -> None:
    """One question after the other, in the order in which they are asked for."""
    t = edition.renderer.catalogues[language]
    entry = _entry(edition, "miro.referral-eligibility")
    names = ("employees", "licences", "plan")
    each = [question(Reply(Outcome.RULE, language, entry=entry.id, asks_for=(name,)), entry, t) for name in names]

    assert question(Reply(Outcome.RULE, language, entry=entry.id, asks_for=names), entry, t) == " ".join(each)


def test_the_same_count_is_asked_for_as_its_rule_means_it(edition: Edition) -> None:
    """Licences in all, those a company buys, those a referred client bought: three questions; plans are two."""
    t = edition.renderer.catalogues["en"]
    asked = {
        (id_, name): question(Reply(Outcome.RULE, "en", entry=id_, asks_for=(name,)), _entry(edition, id_), t)
        for id_, name in _questions()
    }

    assert len({words for (_, name), words in asked.items() if name == "licences"}) == 3
    assert asked["miro.free-upgrade", "plan"] != asked["miro.referral-eligibility", "plan"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_were_not_clear_are_quoted_in_the_question(edition: Edition, language: Language) -> None:
    """With their readings, or as a day that does not exist; a sum without a currency asks for that alone."""
    t = edition.renderer.catalogues[language]
    deal = _entry(edition, "cyberday.deal-lock")
    blank = Reply(Outcome.RULE, language, entry=deal.id, asks_for=("registration_date",), misread="03/11")
    two = Reply(**{**_fields(blank), "suggestions": ("2026-11-03", "2026-03-11")})
    none = Reply(**{**_fields(blank), "misread": "31 November", "is_no_day": True})
    plain = Reply(Outcome.RULE, language, entry=deal.id, asks_for=("registration_date",))
    payout = _entry(edition, "miro.referral-payout")
    no_sum = Reply(Outcome.RULE, language, entry=payout.id, asks_for=("arr",))
    no_currency = Reply(**{**_fields(no_sum), "slots": {"arr": {"amount": 5, "currency": None}}})

    several = question(two, deal, t)
    assert "03/11" in several
    assert all(value("registration_date", day, t) in several for day in two.suggestions)
    assert "31 November" in question(none, deal, t)
    assert question(none, deal, t).endswith(question(plain, deal, t))
    assert question(no_currency, payout, t) != question(no_sum, payout, t)


def _fields(reply: Reply) -> dict[str, Any]:
    return {name: getattr(reply, name) for name in reply.__slots__}


@pytest.mark.parametrize(
    ("language", "two", "three"),
    [
        ("en", "a or b", "a, b or c"),
        ("fr", "a ou b", "a, b ou c"),
        ("de", "a oder b", "a, b oder c"),
        ("fi", "a tai b", "a, b tai c"),
    ],
)
def test_choices_in_words(edition: Edition, language: Language, two: str, three: str) -> None:
    """Commas, and a word before the last."""
    t = edition.renderer.catalogues[language]

    assert [either(list(names), t) for names in ("a", "ab", "abc")] == ["a", two, three]


@pytest.mark.parametrize("name", SHOWN)
def test_a_buttons_value_is_read_as_it_was_written(name: str) -> None:
    """Whatever a slot holds, in no more characters than a button takes."""
    written = choice(name, HELD[name])

    assert read_choice(written) == (name, HELD[name])
    assert len(written) <= 150
