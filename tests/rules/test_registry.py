"""The registered rules: each is total and pure, and they fit the knowledge, or it is not served."""

import shutil
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import paths
from bot.edition import open_edition
from bot.knowledge.load import load
from bot.render.results import SENTENCES
from bot.rules import RULES, RulesMismatch, apply, verify
from tests.knowledge.small import edit, write_knowledge
from tests.rules.asked import any_slots, days, modestly, shipped, with_programme

EACH = pytest.mark.parametrize("id_", RULES)
ANSWERED_ANYWAY = {"cyberday.payment-options", "cyberday.contact"}  # their answers need no value


@EACH
@modestly
@given(data=st.data(), today=days)
def test_every_rule_rules_on_any_values(id_, data, today):
    """Told or not told: it gives something or asks for slots of its own, and all that it names exists."""
    rule, knowledge = RULES[id_], shipped()
    slots = data.draw(any_slots(rule.slots))
    before = deepcopy(slots)

    found = apply(knowledge.entry(id_), knowledge, slots, today)

    programme = knowledge.programme_of(id_)
    assert set(found.asks_for) <= set(rule.slots)
    assert len(set(found.asks_for)) == len(found.asks_for)
    assert set(found.says) <= set(SENTENCES)
    assert all({id_, rule.twin} & set(programme.open[case].entries) for case in found.unsettled)
    assert bool(found.unsettled) == ("unsettled" in found.result.values())
    assert found.instead is None or f"{programme.id}.{found.instead}" in programme.entries
    assert found.asks_for or found.result or id_ in ANSWERED_ANYWAY
    assert slots == before
    assert apply(knowledge.entry(id_), knowledge, slots, today) == found


@EACH
@modestly
@given(data=st.data(), today=days)
def test_a_rule_reads_no_parameters_but_those_it_names(id_, data, today):
    """So none is missing that `verify` has found there."""
    knowledge, programme = shipped(), shipped().programme_of(id_)
    slots = data.draw(any_slots(RULES[id_].slots))
    own = {name: programme.parameters[name] for name in RULES[id_].parameters}

    alone = with_programme(knowledge, programme.id, parameters=own)

    assert apply(alone.entry(id_), alone, slots, today) == apply(knowledge.entry(id_), knowledge, slots, today)


def changed_entry(id_, **changes):
    """The shipped knowledge with an entry changed."""
    knowledge = shipped()
    programme = knowledge.programme_of(id_)
    entries = {**programme.entries, id_: replace(programme.entries[id_], **changes)}
    return with_programme(knowledge, programme.id, entries=entries)


def without_entry(id_):
    """The shipped knowledge without an entry."""
    programme = shipped().programme_of(id_)
    entries = {one: entry for one, entry in programme.entries.items() if one != id_}
    return with_programme(shipped(), programme.id, entries=entries)


def without_parameter(id_, name):
    """The shipped knowledge without a parameter of a programme."""
    parameters = {one: value for one, value in shipped().programmes[id_].parameters.items() if one != name}
    return with_programme(shipped(), id_, parameters=parameters)


def fault(knowledge):
    """What `verify` says of a knowledge."""
    with pytest.raises(RulesMismatch) as error:
        verify(knowledge)
    return str(error.value)


def named(message):
    """The entries that a message names."""
    return {
        entry.id for entry in shipped().entries() if entry.id in message.replace(",", " ").replace(":", " ").split()
    }


def test_the_shipped_knowledge_fits():
    """Each entry of kind rule has its function, each function its entry."""
    verify(shipped())


@pytest.mark.parametrize("id_", ["cyberday", "miro"])
def test_a_folder_may_serve_one_programme_alone(id_):
    """Functions of a programme that is not there are nobody's fault."""
    verify(replace(shipped(), programmes={id_: shipped().programmes[id_]}))


def test_a_programme_may_have_no_rules(tmp_path):
    """One that nothing is registered for."""
    verify(load(write_knowledge(tmp_path / "knowledge")))


def test_a_rule_without_a_function_is_refused():
    """In a programme with others, and in one that nothing is registered for."""
    assert named(fault(changed_entry("cyberday.create-trial", kind="rule"))) == {"cyberday.create-trial"}

    entry = replace(shipped().entry("miro.renewal"), id="other.renewal")
    other = replace(shipped().programmes["miro"], id="other", entries={entry.id: entry})
    assert "other.renewal" in fault(replace(shipped(), programmes={"other": other}))


@EACH
def test_a_function_without_its_rule_is_refused(id_):
    """Whether the entry is gone or is no rule any more."""
    assert named(fault(without_entry(id_))) == {id_}
    assert named(fault(changed_entry(id_, kind="answer"))) == {id_}


@pytest.mark.parametrize(
    "slots", [(), ("registration_date",), ("registration_date", "action_taken", "plan"), ("start_date", "action_taken")]
)
def test_other_slots_than_the_function_reads_are_refused(slots):
    """Fewer, more, or others; the message holds those of both sides."""
    message = fault(changed_entry("cyberday.deal-lock", slots=slots))

    assert named(message) == {"cyberday.deal-lock"}
    assert all(slot in message for slot in (*slots, "registration_date", "action_taken"))


def test_the_order_of_the_slots_is_the_contracts_own():
    """It is no fault."""
    verify(changed_entry("cyberday.deal-lock", slots=("action_taken", "registration_date")))


PARAMETERS = sorted({(id_.partition(".")[0], name) for id_, rule in RULES.items() for name in rule.parameters})


@pytest.mark.parametrize(("programme", "name"), PARAMETERS)
def test_a_parameter_that_is_missing_is_refused(programme, name):
    """The message names it, and every entry whose function reads it, and no other."""
    message = fault(without_parameter(programme, name))

    assert name in message
    assert named(message) == {id_ for id_, rule in RULES.items() if name in rule.parameters}


def test_all_faults_are_told_at_once():
    """So they can be mended in one go."""
    knowledge = changed_entry("cyberday.deal-lock", slots=())
    knowledge = replace(
        knowledge, programmes={**knowledge.programmes, "miro": without_entry("miro.renewal").programmes["miro"]}
    )

    assert named(fault(knowledge)) == {"cyberday.deal-lock", "miro.renewal"}


@pytest.mark.parametrize(
    ("old", "new", "entry"),
    [
        ("create-trial:\n    kind: answer", "create-trial:\n    kind: rule", "cyberday.create-trial"),
        ("deal-lock:\n    kind: rule", "deal-lock:\n    kind: answer", "cyberday.deal-lock"),
        ("slots: [registration_date, action_taken]", "slots: [registration_date]", "cyberday.deal-lock"),
        ("  trial_days: {type: days, value: 30}\n", "", "cyberday.trial-length"),
    ],
)
def test_knowledge_that_does_not_fit_is_not_opened(tmp_path, old, new, entry):
    """It is refused at the start, before anything is fitted, and the message names the entry."""
    folder, cache = tmp_path / "knowledge", tmp_path / "cache"
    shutil.copytree(paths.knowledge_dir(""), folder)
    edit(folder / "cyberday" / "programme.yml", old, new)

    with pytest.raises(RulesMismatch, match=entry.replace(".", r"\.")):
        open_edition(folder, paths.locales_dir(), cache)

    assert not cache.exists()
