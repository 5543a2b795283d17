"""What is measured: knowledge, labelled questions about it, and the cache of its models."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import paths
from bot.edition import Edition, open_edition
from bot.evaluation.cases import Case, read_cases
from tests.benchmarks import synthetic
from tests.benchmarks.report import progress
from tests.benchmarks.synthetic import Shape

_SETS = Path(__file__).parents[1] / "eval"


@dataclass(frozen=True, slots=True)
class Subject:
    """Knowledge and questions; `home` is the home folder of processes that serve it, None for whoever runs this."""

    knowledge: Path
    cases: tuple[Case, ...]
    home: Path | None

    @property
    def cache(self) -> Path:
        """Where its models lie."""
        return paths.cache_dir() if self.home is None else self.home / ".cache" / paths.APP_NAME

    def opened(self) -> Edition:
        """The edition; its models are fitted now if they are not in the cache."""
        return open_edition(self.knowledge, paths.locales_dir(), self.cache, progress=_fitted)


@contextmanager
def subject(shape: Shape | None) -> Iterator[Subject]:
    """The shipped knowledge with the development sets, or a synthetic one; in a copy that nobody edits meanwhile."""
    with tempfile.TemporaryDirectory(prefix="partnerdesk-benchmark-") as folder:
        knowledge = Path(folder) / "knowledge"
        if shape is None:
            shutil.copytree(paths.knowledge_dir(""), knowledge)
            yield Subject(knowledge, tuple(read_cases(sorted(_SETS.glob("dev_*.jsonl")))), None)
        else:
            synthetic.write(shape, knowledge)
            yield Subject(knowledge, tuple(read_cases([knowledge / synthetic.QUESTIONS])), Path(folder))


def _fitted(done: int, of: int, name: str) -> None:
    progress(f"fitted {name} ({done} of {of})")
