"""An edition: one version of the knowledge, fitted, with all that is needed to answer from it.

`serve` and the terminal open the same one. Models are fitted in a child process and kept in the cache folder under a
name that changes with the knowledge, the code that reads it and the fitting options.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from zipfile import BadZipFile

import numpy as np

from bot import rules
from bot.conversation import Books, Conversation
from bot.i18n import Catalogues
from bot.knowledge.facts import LinkOf
from bot.knowledge.load import load
from bot.knowledge.schema import MEETINGS, Knowledge
from bot.render.messages import Renderer
from bot.understand import decide
from bot.understand.decide import Decision
from bot.understand.intents import IntentModel
from bot.understand.language import LanguageModel
from bot.understand.reader import Reader

Progress: TypeAlias = Callable[[int, int, str], None]
"""Told how many of how many models are fitted, and the name of the last one."""

OnFit: TypeAlias = Callable[[subprocess.Popen[str]], None]
"""Told of the child process that fits; whoever stops waiting for it may kill it."""

_UNDERSTAND: Final = Path(__file__).parent / "understand"
_FIT_MODULE: Final = "bot.understand.fit"


class FitFailed(Exception):
    """The models could not be fitted; the message holds the child's last words."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of the knowledge, ready to answer."""

    knowledge: Knowledge
    reader: Reader
    conversation: Conversation
    renderer: Renderer


def open_edition(
    knowledge_dir: Path,
    locales_dir: Path,
    cache_dir: Path,
    *,
    link_of: LinkOf = lambda _programme, _link: None,
    has_desk: bool = False,
    takes_reports: bool = False,
    books: Books = lambda _kind, _programme: False,
    agents: Collection[str] = (),
    progress: Progress = lambda _done, _of, _name: None,
    on_fit: OnFit = lambda _child: None,
) -> Edition:
    """Load the knowledge, fit it if it is new, and make it ready.

    Raises:
        DocumentError: The knowledge has faults of form.
        RulesMismatch: It and the registered rules do not fit each other.
        FitFailed: The child process failed.
        ValueError: decision.yml is broken.
        OSError: A file cannot be read, the cache cannot be written.

    """
    knowledge = load(knowledge_dir)
    rules.verify(knowledge)
    decision = decide.load(knowledge_dir)
    models = ensure_models(knowledge, knowledge_dir, cache_dir, progress, on_fit)
    try:
        reader = _reader(knowledge, models, decision)
    except (OSError, ValueError, KeyError, BadZipFile):  # a cleaner was here, or the disk was full: made again
        shutil.rmtree(models, ignore_errors=True)
        reader = _reader(knowledge, ensure_models(knowledge, knowledge_dir, cache_dir, progress, on_fit), decision)
    renderer = Renderer(
        knowledge,
        Catalogues(locales_dir),
        link_of,
        has_desk=has_desk,
        takes_reports=takes_reports,
        takes_meetings=any(books(kind, None) for kind in MEETINGS),
    )
    conversation = Conversation(knowledge, reader, takes_reports=takes_reports, books=books, agents=agents)
    return Edition(knowledge, reader, conversation, renderer)


def _reader(knowledge: Knowledge, models: Path, decision: Decision) -> Reader:
    intents = {id_: IntentModel(_arrays(models / f"intents-{id_}.npz")) for id_ in knowledge.programmes}
    return Reader(knowledge, LanguageModel(_arrays(models / "language.npz")), intents, decision)


def ensure_models(
    knowledge: Knowledge,
    knowledge_dir: Path,
    cache_dir: Path,
    progress: Progress,
    on_fit: OnFit = lambda _child: None,
) -> Path:
    """The folder of this version's models; fitted now if need be. Raises FitFailed."""
    folder = cache_dir / "models" / _version(knowledge)
    if folder.is_dir():
        return folder
    command = [sys.executable, "-m", _FIT_MODULE, str(knowledge_dir), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:  # noqa: S603
        on_fit(child)
        for line in child.stdout or ():
            done, of, name = line.split()
            progress(int(done), int(of), name)
        errors = child.stderr.read() if child.stderr else ""
    if child.returncode or not folder.is_dir():
        raise FitFailed(f"fitting the knowledge failed (exit {child.returncode}): {errors.strip()[-500:]}")
    return folder


def _version(knowledge: Knowledge) -> str:
    whole = hashlib.sha256(knowledge.digest.encode())
    for source in sorted(_UNDERSTAND.glob("*.py")):
        whole.update(source.read_bytes())
    return whole.hexdigest()[:16]


def _arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)
