"""Fits the models, in a child process: `python -m bot.understand.fit KNOWLEDGE OUT`.

The only module that imports scikit-learn: the serving process never pays for it. The models are written as plain
arrays (.npz, no pickle). Progress goes to stdout, a line a step: `DONE OF NAME`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.svm import LinearSVC

from bot.knowledge.load import load
from bot.knowledge.schema import Knowledge
from bot.model import LANGUAGES, Language
from bot.understand import language as languages
from bot.understand.features import Floats, Hashes, Vocabulary, counts
from bot.understand.intents import OUTSIDE
from bot.understand.misspell import MISSPELT, misspelt
from bot.understand.names import Names
from bot.understand.normalise import fold, words
from bot.understand.plans import PLANS

Arrays = dict[str, NDArray[Any]]
Example = tuple[str, str]
"""A folded phrasing and its class."""

REGULARISATION: Final = 1.0
TOLERANCE: Final = 0.1  # a finer one moves scores by 0.01 and takes longer
COMMON: Final = 100  # phrasings; a bound that does not grow, so that answering does not grow with the knowledge
LANGUAGE_MODEL: Final = "language"


def examples(knowledge: Knowledge, programme: str) -> list[Example]:
    """What the model of a programme is fitted on: its entries, the actions, and what is outside; texts folded."""
    names = Names(knowledge)
    one = knowledge.programmes[programme]
    found: list[Example] = []
    for entry in [*one.entries.values(), *knowledge.actions.values()]:
        label = one.actions.get(entry.id, entry.id)
        for text in entry.texts.values():
            found += [(phrasing, label) for phrasing in (*text.phrasings, text.title)]
    for outside in knowledge.outside.values():
        found += [(question, OUTSIDE) for question in (*outside.far, *outside.near.get(programme, ()))]
    folded = [(names.strip(fold(words(text))), label) for text, label in found]
    return [(text, label) for text, label in folded if text]


def fit_intents(found: Sequence[Example]) -> Arrays:
    """Fit one programme's model: the classifier on phrasings and misspelt ones, the neighbours on phrasings alone."""
    texts = [text for text, _ in found]
    classes = sorted({label for _, label in found})
    labels = np.array([classes.index(label) for _, label in found])
    everything = texts + [variant for text in texts for variant in misspelt(text)]
    counted = [counts(text) for text in everything]
    vocabulary = Vocabulary.learn(counted)
    model = LinearSVC(C=REGULARISATION, tol=TOLERANCE, random_state=0)
    model.fit(_matrix(vocabulary, counted), np.concatenate([labels, np.repeat(labels, MISSPELT)]))
    columns = _telling(_matrix(vocabulary, counted[: len(texts)])).tocsc()
    weights, bias = model.coef_, model.intercept_
    if len(classes) == 2:  # scikit-learn keeps one row for two classes  # noqa: PLR2004
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return {
        "names": vocabulary.names,
        "idf": vocabulary.idf,
        "classes": np.array(classes),
        # Half precision: a weight's third decimal decides nothing, and the models are half as large.
        "weights": np.ascontiguousarray(weights.T, dtype=np.float16),
        "bias": bias.astype(np.float32),
        "starts": columns.indptr.astype(np.int64),
        "rows": columns.indices.astype(np.int32),
        "values": columns.data.astype(np.float16),
        "class_of": labels.astype(np.int32),
        "phrasings": _joined(texts),
    }


def _telling(matrix: csr_matrix) -> csr_matrix:
    """The matrix without what stands in many phrasings: it tells neighbours from others least, and costs most."""
    documents = np.asarray((matrix > 0).sum(axis=0)).ravel()
    return matrix @ diags((documents <= COMMON).astype(np.float32))


def _matrix(vocabulary: Vocabulary, counted: Sequence[tuple[Hashes, Floats]]) -> csr_matrix:
    vectors = [vocabulary.weigh(names, times) for names, times in counted]
    indptr = np.cumsum([0] + [len(columns) for columns, _ in vectors])
    return csr_matrix(
        (
            np.concatenate([values for _, values in vectors]),
            np.concatenate([columns for columns, _ in vectors]),
            indptr,
        ),
        shape=(len(counted), len(vocabulary.names)),
    )


def fit_languages(knowledge: Knowledge) -> Arrays:
    """Fit the classifier of languages, on everything that people are known to type."""
    ignored = frozenset(_brand_words(knowledge))
    found = [
        (list_, language)
        for text, language in _texts(knowledge)
        for variant in {words(text), _without_accents(words(text))}
        if (list_ := languages.tokens(variant, ignored))
    ]
    grams = [sorted({crc32(gram.encode()) for gram in languages.grams(list_)}) for list_, _ in found]
    names, times = np.unique(np.concatenate([np.array(row, np.uint32) for row in grams]), return_counts=True)
    names = names[times >= 2]  # noqa: PLR2004 - what stands in one phrasing alone tells nothing of others
    rows = []
    for row in grams:
        at = np.searchsorted(names, np.array(row, np.uint32))
        at[at == len(names)] = 0
        rows.append(at[names[at] == np.array(row, np.uint32)])
    matrix = csr_matrix(
        (
            np.concatenate([np.full(len(row), 1 / np.sqrt(max(len(row), 1)), np.float32) for row in rows]),
            np.concatenate(rows),
            np.cumsum([0] + [len(row) for row in rows]),
        ),
        shape=(len(rows), len(names)),
    )
    model = LinearSVC(C=1.0, tol=TOLERANCE, random_state=0)
    model.fit(matrix, np.array([LANGUAGES.index(language) for _, language in found]))
    return {
        "names": names,
        "weights": np.ascontiguousarray(model.coef_.T, dtype=np.float32),
        "bias": model.intercept_.astype(np.float32),
        "ignored": _joined(sorted(ignored)),
    }


def _texts(knowledge: Knowledge) -> Iterator[tuple[str, Language]]:
    for entry in [*knowledge.entries(), *knowledge.actions.values()]:
        for language, text in entry.texts.items():
            for phrasing in (*text.phrasings, text.title):
                yield phrasing, language
    for language, outside in knowledge.outside.items():
        for question in (*outside.far, *(text for near in outside.near.values() for text in near)):
            yield question, language
    for language, closings in knowledge.closings.items():
        for closing in closings:
            yield closing, language


def _brand_words(knowledge: Knowledge) -> Iterator[str]:
    yield from (plan.lower() for plan in PLANS)
    for programme in knowledge.programmes.values():
        yield from (alias.lower() for alias in programme.aliases)
        for label in programme.labels.values():
            yield from languages.tokens(label["en"], frozenset())


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def _joined(texts: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def fit_all(knowledge_dir: Path, out: Path) -> Iterator[tuple[int, str]]:
    """Fit every model into a new folder, which appears under its name only when it is whole.

    A process for each core. Yields how many models there are and the name of the one just done.
    """
    names = [*load(knowledge_dir).programmes, LANGUAGE_MODEL]
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".fit-") as making:
        folder = Path(making) / "models"
        folder.mkdir()
        workers = min(len(names), os.cpu_count() or 1)
        with ProcessPoolExecutor(workers, initializer=_leave_with_parent) as pool:
            fitting = [pool.submit(_fit_one, knowledge_dir, name, folder) for name in names]
            for fitted in as_completed(fitting):
                yield len(names), fitted.result()
        try:
            folder.replace(out)
        except OSError:  # another process was as quick: its models are the same
            if not out.is_dir():
                raise


def _leave_with_parent() -> None:
    """Let a worker end when its parent is killed; else it would wait for work, with all its memory, for ever."""
    parent = multiprocessing.parent_process()

    def leave() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=leave, daemon=True).start()


def _fit_one(knowledge_dir: Path, name: str, folder: Path) -> str:
    knowledge = load(knowledge_dir)
    if name == LANGUAGE_MODEL:
        file, arrays = name, fit_languages(knowledge)
    else:
        file, arrays = f"intents-{name}", fit_intents(examples(knowledge, name))
    np.savez(folder / f"{file}.npz", **arrays)  # type: ignore[arg-type]
    return name


def main() -> int:
    """Fit the models of a knowledge folder."""
    for done, (steps, name) in enumerate(fit_all(Path(sys.argv[1]), Path(sys.argv[2])), start=1):
        print(done, steps, name, flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
