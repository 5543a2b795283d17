"""Words of the model to JSON and back."""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Count, HandOver, Outcome, Post, Question, Remember, Reply, Thread, Understanding
from bot.store import codec

floats = st.floats(allow_nan=False, allow_infinity=False)
data: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | floats | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)
plain: dict[Any, st.SearchStrategy[Any]] = {
    Any: data,
    bool: st.booleans(),
    date: st.dates(),
    float: floats,
    int: st.integers(-(2**53), 2**53),
    str: st.text(max_size=20),
    types.NoneType: st.none(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type, so that a field that the model gets is tried without a word here."""
    if hint in plain:
        return plain[hint]
    if get_origin(hint) in {Union, types.UnionType}:
        return st.one_of(*map(values, get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=3).map(tuple)
    if get_origin(hint) is dict:
        return st.dictionaries(st.text(max_size=9), values(get_args(hint)[1]), max_size=3)
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: values(hints[field.name]) for field in fields(hint)})
    assert issubclass(hint, StrEnum)
    return st.sampled_from(hint)


@settings(deadline=None)
@given(st.one_of(*map(values, (Reply, Thread, Question, Understanding, Post, HandOver, Remember, Count))))
def test_what_is_dumped_is_loaded(value: Any) -> None:
    """Every word of the model comes back as it was, through real JSON."""
    assert codec.load(type(value), json.loads(json.dumps(codec.dump(value), allow_nan=False))) == value


def test_defaults_take_no_room() -> None:
    """A row holds what is said and nothing else."""
    assert codec.dump(Reply(Outcome.HELP, "fi")) == {"outcome": "help", "language": "fi"}


def test_fields_of_a_newer_version_are_dropped() -> None:
    """A replica that is not updated yet reads what an updated one wrote."""
    written = {"outcome": "answer", "language": "fr", "mood": "sunny", "notice": "rhyme", "candidates": [{"odd": 1}]}

    assert codec.load(Reply, written) == Reply(Outcome.ANSWER, "fr")


@pytest.mark.parametrize("written", [{}, {"language": "fr"}, {"outcome": "song", "language": "fr"}])
def test_what_says_nothing_is_refused(written: dict[str, Any]) -> None:
    """Without what a reply cannot do without there is no reply."""
    with pytest.raises(ValueError, match=r"Reply\.outcome"):
        codec.load(Reply, written)


@pytest.mark.parametrize("value", [{"a": 1}, Reply, None])
def test_only_words_of_the_model_are_dumped(value: Any) -> None:
    """A mistaken argument is an error at once, not an odd row."""
    with pytest.raises(TypeError):
        codec.dump(value)
