"""Folded text as a sparse vector, against a slow reading of what the module says of itself."""

import math
import random
from collections import Counter
from zlib import crc32

import numpy as np
import pytest

from bot.understand.features import LONGEST, SHORTEST, Vocabulary, counts, grams


def slow_grams(folded):
    """Words, word pairs, and the short parts of every word with a blank at either end."""
    tokens = folded.split()
    found = Counter("#" + token for token in tokens)
    for n in range(1, len(tokens)):
        found["#" + tokens[n - 1] + " " + tokens[n]] += 1
    for token in tokens:
        padded = " " + token + " "
        for start in range(len(padded)):
            for end in range(start + SHORTEST, start + LONGEST + 1):
                if end <= len(padded):
                    found[padded[start:end]] += 1
    return found


def learn(*texts):
    """The vocabulary of some folded texts."""
    return Vocabulary.learn([counts(text) for text in texts])


TEXTS = (
    "how long is a trial",
    "how long does the trial last",
    "pay by card",
    "pay pay pay",
    "miten maksan kortilla",
    "a",
    "0",
    "can i pay by card or by invoice",
)


@pytest.mark.parametrize("text", TEXTS)
def test_the_features_are_words_pairs_and_parts_of_words(text):
    """Each is counted as often as it stands in the text."""
    assert Counter(grams(text)) == slow_grams(text)


@pytest.mark.parametrize("text", TEXTS)
def test_features_are_named_by_their_crc(text):
    """Names ascend, so that they can be looked up by halving; the counts go with them."""
    names, times = counts(text)

    assert dict(zip(names.tolist(), times.tolist(), strict=True)) == {
        crc32(gram.encode()): n for gram, n in slow_grams(text).items()
    }
    assert names.tolist() == sorted(names.tolist())


def test_a_vocabulary_learns_what_stands_in_two_texts():
    """A feature of one text alone tells nothing of others; what stands in fewer texts tells more."""
    vocabulary = learn(*TEXTS)

    documents = Counter(gram for text in TEXTS for gram in slow_grams(text))
    expected = {
        crc32(gram.encode()): math.log((1 + len(TEXTS)) / (1 + n)) + 1 for gram, n in documents.items() if n >= 2
    }
    learned = dict(zip(vocabulary.names.tolist(), vocabulary.idf.tolist(), strict=True))
    assert learned == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("text", TEXTS)
def test_a_vector_has_length_one(text):
    """Long questions and short ones can be compared."""
    vocabulary = learn(*TEXTS, *TEXTS)

    columns, values = vocabulary.vector(text)

    assert len(columns) == len(values) == len(slow_grams(text))
    assert np.linalg.norm(values) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("text", ["", "   ", "zzzqqq", "€"])
def test_a_text_without_known_features_has_an_empty_vector(text):
    """No feature, no length, no error."""
    columns, values = learn("pay by card", "pay by card").vector(text)

    assert (len(columns), len(values)) == (0, 0)


def test_an_empty_vocabulary_knows_nothing():
    """Nothing learned is no error."""
    columns, values = learn().vector("pay by card")

    assert (len(columns), len(values)) == (0, 0)


def test_a_feature_behind_the_last_one_known_is_unknown():
    """Looking up past the end of the names must not find the first one instead."""
    vocabulary = learn("pay by card", "pay by card")
    known = set(vocabulary.names.tolist())
    chance = random.Random(1)
    strange = next(
        word
        for word in ("".join(chance.choices("qxzvkj", k=4)) for _ in range(10_000))
        if max(counts(word)[0].tolist()) > max(known) and not known & set(counts(word)[0].tolist())
    )

    assert len(vocabulary.vector(strange)[0]) == 0
