"""Each language has the sentences that it needs, and no text is a draft or stale unnoticed."""

from __future__ import annotations

from collections.abc import Iterator

from bot.document import Problem
from bot.knowledge.check.statements import file_of, name_of
from bot.knowledge.load import CONTRACT
from bot.knowledge.schema import Entry, Knowledge, Programme


def sentences(knowledge: Knowledge) -> Iterator[Problem]:
    """Notes, open cases and contacts: present where they are needed, and nowhere else."""
    for programme in knowledge.programmes.values():
        for language, words in programme.words.items():
            groups = {
                "notes": (programme.notes.keys(), words.notes),
                "open": ({id_ for id_, clause in programme.open.items() if clause.entries}, words.open),
                "contacts": (programme.contacts.keys(), words.contacts),
            }
            file = f"{programme.id}/{language}.yml"
            for group, (needed, there) in groups.items():
                for id_ in sorted(needed - there.keys()):
                    yield Problem(file, 1, f"{group}.{id_} is missing; add the sentence")
                for id_ in sorted(there.keys() - needed):
                    yield Problem(file, words.lines.get(f"{group}.{id_}", 1), _needless(group, id_, programme))


def releases(knowledge: Knowledge) -> Iterator[Problem]:
    """Drafts, and texts that were written for another revision of the facts than the present one."""
    for programme in knowledge.programmes.values():
        for entry in programme.entries.values():
            if entry.draft:
                what = "the entry is a draft in every language; take `draft` out when it is reviewed"
                yield Problem(f"{programme.id}/{CONTRACT}", entry.line, f"{name_of(entry.id)}: {what}", warning=True)
            yield from _revisions(entry)
    for entry in (*knowledge.entries(), *knowledge.actions.values()):
        for language, text in entry.texts.items():
            if text.draft:
                what = f"{name_of(entry.id)}: a draft; take `draft` out when it is reviewed"
                yield Problem(file_of(entry.id, language), text.line, what, warning=True)


def _revisions(entry: Entry) -> Iterator[Problem]:
    name = name_of(entry.id)
    for language, text in entry.texts.items():
        if text.revision < entry.revision:
            what = (
                f"stale: written for revision {text.revision} of the facts, they are at {entry.revision}; bring it up "
                f"to date, then `partnerdesk check --accept {entry.id} {language}`"
            )
            yield Problem(file_of(entry.id, language), text.line, f"{name}: {what}", warning=True)
        elif text.revision > entry.revision:
            what = f"revision {text.revision}, but the facts are only at {entry.revision}; mend one of the two"
            yield Problem(file_of(entry.id, language), text.line, f"{name}: {what}")


def _needless(group: str, id_: str, programme: Programme) -> str:
    if group == "open" and id_ in programme.open:
        return f"open.{id_} names no entries in {CONTRACT}, so that it is never shown; take the sentence out"
    return f"{group}.{id_}: {CONTRACT} knows no such one; take it out here or add it there"
