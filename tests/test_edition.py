"""Editions: the knowledge fitted in a child process, once for each version."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from bot import edition as editions
from bot import paths
from bot.edition import FitFailed, ensure_models, open_edition
from bot.knowledge.load import load
from bot.understand import decide
from bot.understand.decide import EVIDENCE, Decision
from tests.knowledge.small import edit, write_knowledge

ROOT = Path(__file__).parents[1]
FILES = {"language.npz", "intents-demo.npz"}


@pytest.fixture
def folder(tmp_path):
    """A small knowledge, with a decision."""
    folder = write_knowledge(tmp_path / "knowledge")
    decision = Decision(dict.fromkeys(EVIDENCE, 1.0), 0.0, answer=0.5, offer=0.1)
    (folder / decide.FILE).write_text(decide.as_yaml(decision, {}), encoding="utf-8")
    return folder


@pytest.fixture
def cache(tmp_path):
    """An empty cache folder."""
    return tmp_path / "cache"


def quiet(*_step):
    """Progress that nobody watches."""


def models_in(cache):
    """What lies in the folder of the models, whole or not."""
    return {path.name: {one.name for one in path.iterdir()} for path in (cache / "models").iterdir()}


def test_a_new_knowledge_is_fitted_once(folder, cache):
    """With progress to the last model; what is fitted is found again, also after the decision has changed."""
    told = []

    first = open_edition(folder, paths.locales_dir(), cache, progress=lambda *step: told.append(step))
    edit(folder / decide.FILE, "answer: 0.5", "answer: 0.6")
    second = open_edition(folder, paths.locales_dir(), cache, progress=lambda *step: told.append(step))

    assert [(done, of) for done, of, _ in told] == [(1, 2), (2, 2)]
    assert {name for _, _, name in told} == {"language", "demo"}
    assert list(models_in(cache).values()) == [FILES]
    assert (first.reader.decision.answer, second.reader.decision.answer) == (0.5, 0.6)
    assert second.knowledge.digest == first.knowledge.digest
    assert second.reader.read("en trial 3?").candidates[0].entry == "demo.trial"


def test_models_are_kept_by_knowledge_and_code(folder, tmp_path, monkeypatch):
    """Any change of a text, or of a line of what reads it, is another version; nothing else is."""
    code = tmp_path / "understand"
    code.mkdir()
    for source in editions._UNDERSTAND.glob("*.py"):
        (code / source.name).write_bytes(source.read_bytes())
    before = editions._version(load(folder))

    monkeypatch.setattr(editions, "_UNDERSTAND", code)
    assert editions._version(load(folder)) == before
    (code / "features.py").write_bytes((code / "features.py").read_bytes() + b"\n")
    assert editions._version(load(folder)) != before

    monkeypatch.undo()
    assert editions._version(load(folder)) == before
    edit(folder / "outside" / "fi.yml", "weather in fi", "weather  in fi")
    assert editions._version(load(folder)) != before


def test_damaged_models_are_fitted_anew(folder, cache):
    """A file cut short, or gone, costs a fit and not the start."""
    open_edition(folder, paths.locales_dir(), cache)
    whole = models_in(cache)
    (models,) = (cache / "models").iterdir()
    (models / "language.npz").write_bytes(b"PK cut short")
    next(models.glob("intents-*.npz")).unlink()

    open_edition(folder, paths.locales_dir(), cache)

    assert models_in(cache) == whole


def test_arrays_hold_no_code(folder, cache):
    """They are read without pickle."""
    models = ensure_models(load(folder), folder, cache, quiet)

    for file in models.iterdir():
        with np.load(file, allow_pickle=False) as arrays:
            assert {arrays[name].dtype.hasobject for name in arrays.files} == {False}


def test_two_processes_may_fit_the_same_knowledge_at_once(folder, cache):
    """Both come to the same folder, and nothing is left of the one that came second."""
    barrier, found = threading.Barrier(2), []

    def fit():
        knowledge = load(folder)
        barrier.wait()
        found.append(ensure_models(knowledge, folder, cache, quiet))

    threads = [threading.Thread(target=fit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 2
    assert models_in(cache) == {found[0].name: FILES}
    assert found[0] == found[1]


BEGUN = """
import sys, time
from pathlib import Path
from bot.understand.fit import fit_all
for step in fit_all(Path(sys.argv[1]), Path(sys.argv[2])):
    print(step, flush=True)
    time.sleep(600)
"""


def workers_of(group):
    """The processes of a group that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def test_a_fit_that_is_killed_leaves_no_half_models(folder, cache):
    """The folder appears when it is whole; its processes go with it, and the next one begins anew."""
    out = cache / "models" / editions._version(load(folder))
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", BEGUN, str(folder), str(out)], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        assert child.stdout.readline()
        child.send_signal(signal.SIGKILL)

    assert not out.exists()
    deadline = time.monotonic() + 10
    while workers_of(child.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert workers_of(child.pid) == []
    assert ensure_models(load(folder), folder, cache, quiet) == out
    assert {one.name for one in out.iterdir()} == FILES


def test_a_fit_that_fails_says_why(folder, tmp_path):
    """With the child's last words; nothing is left in the cache."""
    knowledge = load(folder)
    (folder / "demo" / "programme.yml").write_text("entries: [\n", encoding="utf-8")

    with pytest.raises(FitFailed, match=r"\(exit 1\): ") as error:
        ensure_models(knowledge, folder, tmp_path / "cache", quiet)

    assert "demo/programme.yml:2: error: no YAML" in str(error.value)
    assert len(str(error.value)) < 600
    assert not (tmp_path / "cache").exists() or list((tmp_path / "cache" / "models").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_told(folder, tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "cache").write_text("", encoding="utf-8")

    with pytest.raises((FitFailed, OSError), match="cache"):
        open_edition(folder, paths.locales_dir(), tmp_path / "cache")


def imports(*modules):
    """Which of these a process has loaded that has built all it serves with."""
    code = (
        "import sys, bot.app, bot.edition\n"
        "from bot import paths\n"
        "opened = bot.edition.open_edition(paths.knowledge_dir(''), paths.locales_dir(), paths.cache_dir())\n"
        "assert opened.reader.read('how long is a trial?').candidates\n"
        f"print([name for name in {modules!r} if name in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ
    )
    return done.stdout.strip()


def test_the_serving_process_never_pays_for_fitting(edition):
    """scikit-learn, the detector of many languages and the maker of number words are loaded where they are needed."""
    assert imports("sklearn", "scipy", "py3langid", "num2words") == "[]"
