"""From evidence to confidence, and decision.yml."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Candidate
from bot.understand import decide
from bot.understand.decide import EVIDENCE, Decision

DECISION = Decision(
    weights={name: weight for weight, name in enumerate(EVIDENCE, start=-3)},
    bias=-1.5,
    answer=0.7,
    offer=0.1,
    digest="abc",
)
NUMBERS = st.floats(-50, 50)


def written(folder, decision=DECISION):
    """A folder with this decision in it."""
    (folder / decide.FILE).write_text(decide.as_yaml(decision, {"right": 0.9}), encoding="utf-8")
    return folder


@given(st.lists(NUMBERS, min_size=len(EVIDENCE), max_size=len(EVIDENCE)), st.floats(0, 20))
def test_confidence_follows_each_witness(evidence, more):
    """More of what speaks for a candidate never lowers its confidence, more of what speaks against never raises it."""
    confidence = DECISION.confidence(evidence)

    assert 0 < confidence < 1
    for n, name in enumerate(EVIDENCE):
        stronger = DECISION.confidence([x + more * (m == n) for m, x in enumerate(evidence)])
        weight = DECISION.weights[name]
        assert (stronger >= confidence) if weight >= 0 else (stronger <= confidence)


def test_confidence_bears_any_number():
    """Evidence that nobody has seen gives certainty, not an overflow."""
    assert DECISION.confidence([1e9] * len(EVIDENCE)) == pytest.approx(1)
    assert DECISION.confidence([-1e9] * len(EVIDENCE)) == pytest.approx(0)


CANDIDATES = st.lists(st.builds(Candidate, st.sampled_from("abcdef"), st.floats(0, 1)), max_size=8)


@given(st.lists(CANDIDATES, max_size=4))
def test_merged_candidates_are_shares_of_one(found):
    """Each entry once, best first, together never above 1, and never more than its best witness said."""
    merged = decide.merged(found)

    best = {}
    for one in (one for some in found for one in some):
        best[one.entry] = max(best.get(one.entry, 0), one.confidence)
    assert {one.entry for one in merged} == set(best)
    assert sum(one.confidence for one in merged) <= 1 + 1e-9
    assert [one.confidence for one in merged] == sorted((one.confidence for one in merged), reverse=True)
    assert all(one.confidence <= best[one.entry] + 1e-9 for one in merged)


def test_merging_little_changes_nothing():
    """Confidences that do not exceed 1 together stay what they are."""
    assert decide.merged([[Candidate("a", 0.2)], [Candidate("b", 0.5), Candidate("a", 0.1)]]) == [
        Candidate("b", 0.5),
        Candidate("a", 0.2),
    ]


def test_a_decision_is_written_and_read(tmp_path):
    """What `eval --calibrate` writes is what answers are decided by."""
    assert decide.load(written(tmp_path)) == DECISION


def test_a_missing_decision_is_named(tmp_path):
    """The error names the file."""
    with pytest.raises(OSError, match=r"decision\.yml"):
        decide.load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("thresholds", "limits"),
        ("  margin: ", "  edge: "),
        ("answer: 0.7", "answer: often"),
        ("answer: 0.7", "answer: 1.7"),
        ("answer: 0.7", "answer: 0.05"),
        ("bias: -1.5", "bias: .nan"),
        ("  near: ", "  near: .inf #"),
        ("knowledge: abc", "knowledge: [abc"),
        ("knowledge: abc", "- abc"),
    ],
)
def test_a_broken_decision_is_one_clear_error(tmp_path, old, new):
    """One line that names the file and says what makes it anew."""
    file = written(tmp_path) / decide.FILE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ValueError, match=r"decision\.yml: .*partnerdesk eval --calibrate") as error:
        decide.load(tmp_path)

    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b"42", b"&a [*a]"])
def test_a_file_that_is_no_decision_is_the_same_error(tmp_path, content):
    """Empty, a list, not UTF-8."""
    (tmp_path / decide.FILE).write_bytes(content)

    with pytest.raises(ValueError, match=r"decision\.yml: .*partnerdesk eval --calibrate"):
        decide.load(tmp_path)


def test_evidence_has_a_number_for_every_name(edition):
    """Candidates come with as many witnesses as the decision weighs."""
    reading = edition.reader.intents["miro"].read("how do i get a coupon")

    found = decide.evidence(reading)

    assert [entry for entry, _ in found] == [one.entry for one in reading.classes]
    for (_, values), one in zip(found, reading.classes, strict=True):
        named = dict(zip(EVIDENCE, values, strict=True))
        rivals = [other for other in reading.classes if other is not one]
        assert named["score"] == one.score
        assert named["margin"] == pytest.approx(one.score - max(rival.score for rival in rivals))
        assert named["near_margin"] == pytest.approx(one.near - max(rival.near for rival in rivals))
        assert named["outside_margin"] == pytest.approx(one.score - reading.outside.score)
        assert named["brevity"] == pytest.approx(1 / 7)
