"""`check --accept`: a person's word that a stale text says what the facts say now."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from bot.document import Problems, read
from bot.knowledge.check.statements import file_of, name_of
from bot.knowledge.schema import ACTION_PREFIX, Knowledge
from bot.model import LANGUAGES, Language

_REVISION: Final = re.compile(r"^(\s*revision:\s*)\d+")


class NotAcceptable(Exception):
    """What was to be accepted does not exist, or has no revision; the message says what to do."""


class NotEditable(Exception):
    """The revision does not stand in a line of its own; the message says what to do."""


def accept(folder: Path, knowledge: Knowledge, entry_id: str, language: Language) -> str:
    """Raise (or lower) a text's revision to its entry's, by changing that one line of its file.

    Returns:
        What was done, in a sentence.

    Raises:
        NotAcceptable: There is no such entry, language or text.
        NotEditable: The file is laid out so that one line cannot be changed safely.

    """
    entry = knowledge.entry(entry_id)
    if language not in LANGUAGES:
        raise NotAcceptable(f"no language {language!r}; one of: {', '.join(LANGUAGES)}")
    if entry is None:
        raise NotAcceptable(f"no entry {entry_id!r}; an id is PROGRAMME.NAME, such as {_an_id(knowledge)}")
    if entry_id.startswith(ACTION_PREFIX):
        raise NotAcceptable(f"{entry_id} is an action: actions have no facts, so no revision to accept")
    file = file_of(entry_id, language)
    text = entry.texts.get(language)
    if text is None:
        raise NotAcceptable(f"{file} has no text of {entry_id}; write it first")
    if text.revision == entry.revision:
        return f"{file}: {entry_id} is at revision {entry.revision} already; nothing changed"
    path = folder / file
    field = read(path, Problems(), name=file).get("entries").get(name_of(entry_id)).get("revision")
    # Bytes in, bytes out: the line ends of the file stay as they are.
    lines = path.read_bytes().decode("utf-8").split("\n")
    line, changed = _REVISION.subn(rf"\g<1>{entry.revision}", lines[field.line - 1])
    if not changed:
        raise NotEditable(
            f"{file}:{field.line}: put `revision: {text.revision}` in a line of its own, then accept again"
        )
    lines[field.line - 1] = line
    path.write_bytes("\n".join(lines).encode("utf-8"))
    return f"{file}:{field.line}: {entry_id} is now at revision {entry.revision} (was {text.revision})"


def _an_id(knowledge: Knowledge) -> str:
    return next((entry.id for entry in knowledge.entries()), "PROGRAMME.NAME")
