"""A fitted model, against scikit-learn and brute force on the same phrasings."""

import copy
from zlib import crc32

import numpy as np
import pytest
from rapidfuzz import fuzz
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.understand import fit
from bot.understand.intents import OUTSIDE, IntentModel
from bot.understand.misspell import misspelt
from tests.understand.test_features import slow_grams

TAUGHT = ("miro.free-upgrade", "miro.promo-codes", "miro.levels", OUTSIDE)
QUESTIONS = (
    "how do i get a coupon for my client",
    "upgrade to consultant for free",
    "mitka ovat ohjelman tasot",
    "wie komme ich an einen gutschein",
    "what s the weather",
    "paris",
    "free free free upgrade",
    "zzzqqq xxyyzz",
)


def slow_analyser(folded):
    """The features of a text, as often as they stand in it."""
    return list(slow_grams(folded).elements())


@pytest.fixture(scope="module")
def examples(edition):
    """Phrasings of a few classes of the shipped knowledge."""
    found = fit.examples(edition.knowledge, "miro")
    outside = [one for one in found if one[1] == OUTSIDE]
    return [one for one in found if one[1] in TAUGHT and one[1] != OUTSIDE] + outside[::12]


@pytest.fixture(scope="module")
def arrays(examples):
    """The same, fitted by us."""
    return fit.fit_intents(examples)


@pytest.fixture(scope="module")
def model(arrays):
    """The model as it is served."""
    return IntentModel(arrays)


@pytest.fixture(scope="module")
def vectors(examples):
    """The same texts as vectors, by scikit-learn."""
    texts = [text for text, _ in examples]
    everything = [*texts, *(variant for text in texts for variant in misspelt(text))]
    return TfidfVectorizer(analyzer=slow_analyser, sublinear_tf=True, min_df=2).fit(everything)


@pytest.fixture(scope="module")
def theirs(examples, vectors):
    """The same, fitted by scikit-learn."""
    slips = [(variant, label) for text, label in examples for variant in misspelt(text)]
    texts, labels = zip(*examples, *slips, strict=True)
    return LinearSVC(C=fit.REGULARISATION, random_state=0).fit(vectors.transform(texts), labels)


def test_scores_equal_those_of_scikit_learn(model, arrays, examples, vectors, theirs):
    """Answering needs no scikit-learn and gives the decision values that it gives with the same weights."""
    asked = [*QUESTIONS, *(text for text, _ in examples[::40]), ""]
    column = {name: n for n, name in enumerate(arrays["names"].tolist())}
    order = [column.pop(crc32(gram.encode())) for gram in vectors.get_feature_names_out()]
    same = copy.deepcopy(theirs)
    same.coef_, same.intercept_ = arrays["weights"].T[:, order].astype(float), arrays["bias"].astype(float)

    assert column == {}, "features that a slow reading does not find"
    assert list(same.classes_) == model.classes
    ours = np.array([model.scores(text) for text in asked])
    assert np.abs(ours - same.decision_function(vectors.transform(asked))).max() < 1e-5


def test_a_fit_of_ones_own_gives_the_same_scores(model, examples, vectors, theirs):
    """Our way to the matrix is no other than scikit-learn's; what differs is where its solver stops, and rounding."""
    asked = [*QUESTIONS, *(text for text, _ in examples[::40])]

    ours = np.array([model.scores(text) for text in asked])

    assert np.abs(ours - theirs.decision_function(vectors.transform(asked))).max() < 0.02


def test_a_model_of_two_classes_scores_both_ways(examples):
    """scikit-learn keeps one row for two classes; what speaks for the one speaks against the other."""
    two = [(text, label) for text, label in examples if label in ("miro.levels", OUTSIDE)]

    model = IntentModel(fit.fit_intents(two))

    for text, label in two[::25]:
        scores = dict(zip(model.classes, model.scores(text).tolist(), strict=True))
        assert max(scores, key=scores.get) == label
        assert sum(scores.values()) == pytest.approx(0, abs=1e-5)


def rare_vectors(vectors, examples, texts):
    """Dense vectors of texts, without the features that stand in many of the phrasings."""
    phrasings = vectors.transform([text for text, _ in examples])
    rare = np.asarray((phrasings > 0).sum(axis=0)).ravel() <= fit.COMMON
    return phrasings.toarray() * rare, vectors.transform(texts).toarray()


def test_neighbours_are_those_of_brute_force(model, examples, vectors):
    """The similarity with every phrasing is the cosine of the vectors, common features left out."""
    phrasings, asked = rare_vectors(vectors, examples, QUESTIONS)

    for text, vector in zip(QUESTIONS, asked, strict=True):
        ours = model._similarities(*model.vocabulary.vector(text))
        assert np.abs(ours - phrasings @ vector).max() < 3e-4, text


def test_the_evidence_of_a_class_is_that_of_its_phrasings(model, examples, vectors):
    """`near` is the mean of the two best cosines, `wording` RapidFuzz's word with one of the nearest phrasings."""
    phrasings, (vector,) = rare_vectors(vectors, examples, QUESTIONS[:1])
    labels = np.array([label for _, label in examples])
    cosines = phrasings @ vector

    for one in model.read(QUESTIONS[0]).classes:
        own = np.sort(cosines[labels == one.entry])[-2:]
        assert one.near == pytest.approx(own.mean(), abs=3e-4)
        if one.matched:
            assert (one.matched, one.entry) in examples
            ratio = fuzz.token_set_ratio(QUESTIONS[0], one.matched) + fuzz.token_sort_ratio(QUESTIONS[0], one.matched)
            assert one.wording == pytest.approx(ratio / 200)


def test_arrays_are_rounded_but_not_much(arrays):
    """Half precision keeps three digits of a weight: what the tests above allow for."""
    assert {array.dtype.itemsize for name, array in arrays.items() if name in ("weights", "values")} == {2}
    assert np.isfinite(arrays["weights"]).all()


def test_classes_come_best_first_and_outside_stands_apart(model):
    """The outside class is evidence, never a candidate."""
    reading = model.read("how do i get a coupon for my client")

    assert [one.score for one in reading.classes] == sorted((one.score for one in reading.classes), reverse=True)
    assert reading.classes[0].entry == "miro.promo-codes"
    assert OUTSIDE not in [one.entry for one in reading.classes]
    assert reading.outside.entry == OUTSIDE


def test_a_phrasing_word_for_word_is_as_near_as_can_be(model, examples):
    """That its class has other phrasings says nothing against it."""
    for text, label in [one for one in examples if one[1] != OUTSIDE][::30]:
        first = next(one for one in model.read(text).classes if one.entry == label)
        if model._similarities(*model.vocabulary.vector(text)).max() > 0.999:
            assert first.near > 0.999, text
        assert first.wording == 1, text


@pytest.mark.parametrize("text", ["", "zzzqqq", "zzzqqq wwwvvv", "££"])
def test_unknown_words_give_a_reading_without_evidence(model, text):
    """Nothing is near, nothing is known, and nothing fails."""
    reading = model.read(text)

    assert reading.words == len(text.split())
    assert reading.known == 0
    assert all(0 <= one.near <= 1 and 0 <= one.wording <= 1 for one in reading.classes)
    assert len(reading.classes) == min(5, len(TAUGHT) - 1)


def test_known_is_the_share_of_known_words(model):
    """Half of the words known is a half."""
    assert model.read("coupon zzzqqq").known == 0.5


def test_fitting_is_deterministic(examples, arrays):
    """The same phrasings give the same arrays, to the last bit."""
    again = fit.fit_intents(examples)

    assert {name: array.tobytes() for name, array in again.items()} == {
        name: array.tobytes() for name, array in arrays.items()
    }


def test_the_cost_of_a_question_does_not_grow_with_the_phrasings(edition):
    """No feature leads to more than a bounded number of phrasings."""
    for model in edition.reader.intents.values():
        assert np.diff(model._starts).max() <= fit.COMMON
        assert len(model._starts) == len(model.vocabulary.names) + 1


def test_a_model_learns_entries_actions_and_what_is_outside(edition):
    """Each phrasing under the name it is answered by; an entry that carries an action stands for it."""
    for id_, programme in edition.knowledge.programmes.items():
        classes = set(edition.reader.intents[id_].classes)
        carried = set(programme.actions)
        assert classes == {*programme.entries, *(set(edition.knowledge.actions) - carried), OUTSIDE}


def test_what_is_learned_is_what_people_will_be_compared_by(edition):
    """Phrasings are folded exactly as questions are."""
    learned = {text for text, _ in fit.examples(edition.knowledge, "miro")}
    asked = edition.knowledge.entry("miro.levels").texts["fi"].phrasings[0]

    assert edition.reader.folded(asked) in learned
