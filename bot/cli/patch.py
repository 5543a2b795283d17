"""`partnerdesk reports patch`: what a fixed report changes in the bot's own texts, as a diff; nothing is written."""

from __future__ import annotations

import difflib
import io
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

from bot import rules
from bot.cli.terminal import FAILURE, CommandError
from bot.document import Problem
from bot.knowledge.check import check
from bot.knowledge.check.catalogues import sources
from bot.knowledge.patch import NotPatchable, catalogue_with, text_in_catalogue, text_in_yaml, yaml_with
from bot.report import OwnText, Report, State, name
from bot.understand.normalise import same

_CATALOGUES: Final = "locales/"
_FOLDERS: Final = ("knowledge", "locales")


@dataclass(slots=True)
class _Patch:
    """The files that change, before and after, and what has to be said of them."""

    folders: Mapping[str, Path]  # the knowledge and the catalogues
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def put(self, one: OwnText) -> None:
        """Put a text into its file, on top of what others have changed there."""
        in_catalogue = one.file.startswith(_CATALOGUES)
        file = one.file if in_catalogue else f"knowledge/{one.file}"
        read, write = (text_in_catalogue, catalogue_with) if in_catalogue else (text_in_yaml, yaml_with)
        try:
            if file not in self.before:
                self.before[file] = self.after[file] = _read(self.path(file))
            there = read(self.before[file], one.key).strip()
            if there == one.final.strip():
                self.notes.append(f"{one.file}: {one.key} says so already")
                return
            if there != one.text.strip():
                self.notes.append(f"{one.file}: {one.key} has changed since it was reported; read what would be lost")
            self.after[file] = write(self.after[file], one.key, one.final)
        except NotPatchable as error:
            self.failures.append(f"{one.file}: {error}")

    def path(self, file: str) -> Path:
        """Where a file lies."""
        folder, _, rest = file.partition("/")
        return self.folders[folder] / rest

    def diff(self) -> Iterator[str]:
        """The lines of a unified diff, as `git apply` reads it in the repository."""
        for file, old in self.before.items():
            found = difflib.unified_diff(_lines(old), _lines(self.after[file]), f"a/{file}", f"b/{file}")
            for line in found:
                yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"

    def new_errors(self) -> Iterable[Problem]:
        """What `partnerdesk check` would find after it, and does not find now."""
        with tempfile.TemporaryDirectory() as created:
            folders = {folder: Path(created) / folder for folder in _FOLDERS}
            for folder, path in folders.items():
                shutil.copytree(self.folders[folder], path)
            for file, text in self.after.items():
                (Path(created) / file).write_bytes(text.encode("utf-8"))
            known, found = _errors(self.folders), _errors(folders)
        # A changed text moves those below it: the same fault in another line is no new one.
        known_words = Counter((one.file, one.message) for one in known)
        for one in found:
            if known_words[one.file, one.message]:
                known_words[one.file, one.message] -= 1
            else:
                yield one


def patch(report: Report, *, knowledge_dir: Path, locales_dir: Path, out: TextIO) -> int:
    """Print the diff that a fixed report asks for; what is to be said of it goes to stderr.

    Returns:
        The exit code: 1 if a text has to be changed by hand, or if the changed files have errors.

    Raises:
        CommandError: The report changes no text of ours.

    """
    wanted = _wanted(report)
    found = _Patch({"knowledge": knowledge_dir, "locales": locales_dir})
    for one in wanted:
        if one.file:
            found.put(one)
        else:
            found.failures.append(_in_code(one))
    out.writelines(found.diff())
    out.flush()
    errors = [str(one) for one in found.new_errors()] if found.before != found.after else []
    for line in (*found.notes, *found.failures, *errors):
        print(line, file=sys.stderr)
    return FAILURE if found.failures or errors else 0


def _wanted(report: Report) -> list[OwnText]:
    number = name(report.number)
    if not report.texts:
        raise CommandError(f"reports: {number} is not about a text of the bot; mend it in the product")
    if report.state is not State.FIXED:
        raise CommandError(f"reports: {number} is {report.state}; a translator has to fix it on its card first")
    wanted = [one for one in report.texts if one.final and one.final != one.text]
    if not wanted:
        raise CommandError(f"reports: {number} was fixed without a new text; there is nothing to patch")
    return wanted


def _in_code(one: OwnText) -> str:
    source, _, _ = one.key.rpartition("[")
    known = sources()
    found = known.get(one.key) or known.get(source)
    if not found:
        return f"no code says {one.text!r} any more; look for what stands in its place"
    return (
        f"{found[0].place}: an English sentence stands in the code: replace {one.text!r} by {one.final!r} there, "
        f"and as the msgid in locales/*/LC_MESSAGES/bot.po"
    )


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # the line ends of the file stay as they are
    except OSError as error:
        raise NotPatchable(f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise NotPatchable("is no UTF-8; save it as UTF-8") from error


def _lines(text: str) -> list[str]:
    """Lines as a diff counts them: other signs that Python takes for the end of a line stand within one."""
    return io.StringIO(text, newline="\n").readlines()


def _errors(folders: Mapping[str, Path]) -> list[Problem]:
    checked = check(folders["knowledge"], folders["locales"], same=same, rules=rules.problems)
    return [one for one in checked.problems if not one.warning]
