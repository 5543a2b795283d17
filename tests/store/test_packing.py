"""JSON in few bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.packing import pack, unpack

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_what_is_packed_comes_back(value: object) -> None:
    """Whatever JSON can hold, half a surrogate pair included."""
    assert unpack(pack(value)) == value


def test_a_threads_state_is_less_than_half_as_long() -> None:
    """That is what it is for."""
    state = {
        "asker": {"team": "T024BE7LD", "user": "U0AB12CD3"},
        "language": "fi",
        "programme": "cyberday",
        "entry": "cyberday.trial-length",
        "question": "Kauanko kokeilu kestää, jos se alkoi eilen?",
    }

    assert len(pack(state)) < len(json.dumps(state, ensure_ascii=False)) / 2


def test_what_was_packed_before_is_read() -> None:
    """Rows like this lie in databases: a change that cannot read them loses conversations."""
    old = "00abc6d089a104e2869cd4bcf4920ca03c52a47943cb3258d1930d9439bce4f0127ba55a00"
    state = {"language": "fi", "entry": "cyberday.trial-length", "question": "Kauanko kokeilu kestää?"}

    assert unpack(bytes.fromhex(old)) == state


@pytest.mark.parametrize("broken", [b"", b"\x00", b"\x00not deflated", b"\xff\x00"])
def test_what_was_not_packed_here_is_refused(broken: bytes) -> None:
    """A damaged row is an error, not an empty conversation."""
    with pytest.raises(ValueError, match="not packed"):
        unpack(broken)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_cannot_hold_is_refused(value: float) -> None:
    """PostgreSQL and other readers would choke on it later."""
    with pytest.raises(ValueError, match="JSON"):
        pack(value)
