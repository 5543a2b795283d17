"""The benchmarks run, at the smallest size: their figures mean nothing here, but they must not rot."""

from collections.abc import Callable, Iterator

import pytest

from bot.knowledge.load import load
from bot.model import LANGUAGES
from tests.benchmarks import answer, desk, growth, http, reports, slots, soak, start, synthetic, values
from tests.benchmarks.report import Table
from tests.benchmarks.synthetic import Shape


@pytest.mark.parametrize(
    ("run", "size", "tables"),
    [
        (answer.run, answer.SMALL, 2),
        (growth.run, growth.SMALL, 2),
        (start.run, start.SMALL, 1),
        (http.run, http.SMALL, 2),
        (reports.run, reports.SMALL, 1),
        (desk.run, desk.SMALL, 1),
        (soak.run, soak.SMALL, 1),
        (lambda _size: values.run(), None, 1),
        (lambda _size: slots.run(), None, 1),
    ],
    ids=["answer", "growth", "start", "http", "reports", "desk", "soak", "values", "slots"],
)
def test_part_runs(run: Callable[..., Iterator[Table]], size: object, tables: int) -> None:
    """Each part yields its tables, with a figure in every row, and prints them."""
    found = list(run(size))

    assert len(found) == tables
    for table in found:
        assert all(any(isinstance(cell, float) for cell in row) for row in table.rows)
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert table.title in str(table)


def test_synthetic_knowledge_is_as_large_as_asked(tmp_path) -> None:
    """Knowledge of a shape has its programmes, entries and phrasings, in every language."""
    knowledge = load(synthetic.write(Shape(programmes=3, entries=20, phrasings=5), tmp_path / "knowledge"))

    entries = list(knowledge.entries())
    assert len(knowledge.programmes) == 3
    assert len(entries) == 60
    assert {len(entry.texts[language].phrasings) for entry in entries for language in LANGUAGES} == {5}


def test_synthetic_knowledge_is_the_same_every_time(tmp_path) -> None:
    """One shape gives one knowledge, so that figures of two days can be compared."""
    shape = Shape(programmes=1, entries=50, phrasings=3)

    first, second = (load(synthetic.write(shape, tmp_path / name)) for name in ("first", "second"))

    assert first.digest == second.digest


def test_synthetic_entries_differ(tmp_path) -> None:
    """An entry of a later round asks in other words than the shipped one that it is made from."""
    knowledge = load(synthetic.write(Shape(programmes=1, entries=82, phrasings=5), tmp_path / "knowledge"))

    shipped, made = knowledge.entry("p0.e0"), knowledge.entry("p0.e41")
    for language in LANGUAGES:
        assert not set(shipped.texts[language].phrasings) & set(made.texts[language].phrasings)
