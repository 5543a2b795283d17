"""Reads the knowledge folder. Every fault of form is found here; what the texts say is proved by check.py."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Final

from bot.document import DocumentError, Field, Problems, read
from bot.knowledge.schema import (
    ACTION_PREFIX,
    ACTIONS,
    KINDS,
    LONGEST_TITLE,
    MEETINGS,
    PARAMETER_TYPES,
    Clause,
    Contact,
    Entry,
    Knowledge,
    Outside,
    Parameter,
    Programme,
    Text,
    Words,
)
from bot.model import LANGUAGES, Language

CONTRACT: Final = "programme.yml"


def load(folder: Path) -> Knowledge:
    """Read the knowledge. Raises DocumentError with every fault of form in it."""
    problems = Problems()
    knowledge = parse(folder, problems)
    if problems.errors:
        raise DocumentError(problems.errors)
    return knowledge


def parse(folder: Path, problems: Problems) -> Knowledge:
    """Read what can be read of the knowledge and note every fault of form."""
    programmes = {}
    for contract in sorted(folder.glob(f"*/{CONTRACT}")):
        programme = _programme(folder, contract.parent.name, problems)
        programmes[programme.id] = programme
    if not programmes:
        problems.error(str(folder), 1, f"no programme found; a programme is a folder with a {CONTRACT} in it")
    actions, closings = _actions(folder, problems)
    return Knowledge(programmes, actions, closings, _outside(folder, problems), digest(folder))


def digest(folder: Path) -> str:
    """A name for this version of the knowledge: a hash of its files, but for decision.yml, which is made from them."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*/*.yml")):
        whole.update(str(path.relative_to(folder)).encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _programme(folder: Path, id_: str, problems: Problems) -> Programme:
    contract = read(folder / id_ / CONTRACT, problems, name=f"{id_}/{CONTRACT}")
    contract.keys(
        required=("names", "audience", "entries"),
        optional=("aliases", "examples", "actions", "parameters", "contacts", "links", "labels", "notes", "open"),
    )
    documents = {
        language: read(folder / id_ / f"{language}.yml", problems, name=f"{id_}/{language}.yml")
        for language in LANGUAGES
    }
    contacts = {key: _contact(value) for key, value in contract.get("contacts").keys().items()}
    entries = _entries(id_, contract.get("entries"), documents)
    links = contract.get("links").texts()
    for key, value in contract.get("contacts").keys().items():
        if contacts[key].link and contacts[key].link not in links:
            value.wrong(f"link {contacts[key].link!r} is not among the links of this programme")
    names = {entry.partition(".")[2] for entry in entries}
    return Programme(
        id=id_,
        names=_languages(contract.get("names")),
        aliases=contract.get("aliases").texts() or (id_,),
        audience=contract.get("audience").text(),
        examples=tuple(f"{id_}.{name}" for name in contract.get("examples").texts(one_of=names)),
        actions={
            f"{ACTION_PREFIX}{name}": f"{id_}.{field.text(one_of=names)}"
            for name, field in contract.get("actions").keys(optional=ACTIONS).items()
        },
        parameters={key: _parameter(value) for key, value in contract.get("parameters").keys().items()},
        contacts=contacts,
        links=links,
        labels={key: _label(value) for key, value in contract.get("labels").keys().items()},
        notes={key: _clause(id_, value, names, None) for key, value in contract.get("notes").keys().items()},
        open={key: _clause(id_, value, names, contacts) for key, value in contract.get("open").keys().items()},
        entries=entries,
        words={language: _words(document) for language, document in documents.items()},
    )


def _languages(field: Field) -> dict[Language, str]:
    return {key: value.text() for key, value in field.keys(required=LANGUAGES, optional=()).items()}


def _label(field: Field) -> dict[Language, str]:
    return {key: value.text() for key, value in field.keys(required=("en",), optional=LANGUAGES).items()}


def _parameter(field: Field) -> Parameter:
    field.keys(required=("type", "value"), optional=("currency",))
    kind = field.get("type").text(one_of=PARAMETER_TYPES, default="count")
    value = field.get("value")
    currency = field.get("currency").text() or None
    if kind == "money" and not currency:
        field.wrong("money needs a currency, such as USD")
    return Parameter(kind, value.flag() if kind == "flag" else value.number(), currency)


def _contact(field: Field) -> Contact:
    field.keys(required=("facts",), optional=("email", "link", "languages", "languages_named", "fallback"))
    return Contact(
        facts=field.get("facts").text(),
        email=field.get("email").text() or None,
        link=field.get("link").text() or None,
        languages=field.get("languages").texts(one_of=LANGUAGES),
        languages_named=field.get("languages_named").texts(one_of=LANGUAGES),
        fallback=field.get("fallback").flag(),
    )


def _clause(id_: str, field: Field, names: Collection[str], contacts: Collection[str] | None) -> Clause:
    field.keys(required=("entries", "facts", *(("contact",) if contacts is not None else ())), optional=())
    return Clause(
        entries=tuple(f"{id_}.{name}" for name in field.get("entries").texts(one_of=names)),
        facts=field.get("facts").text(),
        contact=field.get("contact").text(one_of=contacts) or None if contacts is not None else None,
    )


def _words(document: Field) -> Words:
    document.keys(required=("entries",), optional=("contacts", "notes", "open"))
    parts: dict[str, dict[str, str]] = {}
    lines = {}
    for part in ("contacts", "notes", "open"):
        parts[part] = {}
        for key, value in document.get(part).keys().items():
            parts[part][key] = value.text()
            lines[f"{part}.{key}"] = value.line
    return Words(**parts, lines=lines)


def _entries(programme: str, contract: Field, documents: dict[Language, Field]) -> dict[str, Entry]:
    entries = {}
    contracts = contract.keys()
    for name, field in contracts.items():
        field.keys(required=("kind", "facts", "revision"), optional=("slots", "meeting", "draft"))
        texts = {}
        for language, document in documents.items():
            there = document.get("entries")
            text = there.get(name)
            if text.is_missing:
                there.wrong(f"entry {name!r} is missing; add it, as a draft if need be")
            else:
                texts[language] = _text(text, has_revision=True)
        id_ = f"{programme}.{name}"
        kind = field.get("kind").text(one_of=KINDS, default="answer")
        if kind != "booking" and not field.get("meeting").is_missing:
            field.get("meeting").wrong("only an entry of kind booking leads to a meeting; take it out")
        entries[id_] = Entry(
            id=id_,
            kind=kind,
            facts=field.get("facts").text(),
            revision=field.get("revision").whole(least=1, default=1),
            slots=field.get("slots").texts(),
            meeting=field.get("meeting").text(one_of=MEETINGS, default=MEETINGS[0]) if kind == "booking" else "",
            draft=field.get("draft").flag(),
            texts=texts,
            line=field.line,
        )
    for document in documents.values():
        for name, text in document.get("entries").keys().items():
            if name not in contracts:
                text.wrong(f"{CONTRACT} knows no such entry; add it there or take it out here")
    return entries


def _text(field: Field, *, has_revision: bool) -> Text:
    field.keys(required=("title", "phrasings", "answer", *(("revision",) if has_revision else ())), optional=("draft",))
    phrasings = field.get("phrasings").lines()
    return Text(
        title=field.get("title").text(longest=LONGEST_TITLE),
        phrasings=tuple(text for text, _ in phrasings),
        answer=field.get("answer").text().strip(),
        revision=field.get("revision").whole(least=1, default=1) if has_revision else 1,
        draft=field.get("draft").flag(),
        line=field.line,
        answer_line=field.get("answer").line,
        phrasing_lines=tuple(line for _, line in phrasings),
    )


def _actions(folder: Path, problems: Problems) -> tuple[dict[str, Entry], dict[Language, tuple[str, ...]]]:
    texts: dict[str, dict[Language, Text]] = {name: {} for name in ACTIONS}
    closings = {}
    for language in LANGUAGES:
        document = read(folder / "actions" / f"{language}.yml", problems, name=f"actions/{language}.yml")
        fields = document.keys(required=(*ACTIONS, "closings"), optional=())
        for name in ACTIONS:
            if name in fields:
                texts[name][language] = _text(fields[name], has_revision=False)
        closings[language] = document.get("closings").texts()
    actions = {
        f"{ACTION_PREFIX}{name}": Entry(f"{ACTION_PREFIX}{name}", "action", "", 1, texts=texts[name])
        for name in ACTIONS
    }
    return actions, closings


def _outside(folder: Path, problems: Problems) -> dict[Language, Outside]:
    outside = {}
    for language in LANGUAGES:
        document = read(folder / "outside" / f"{language}.yml", problems, name=f"outside/{language}.yml")
        document.keys(required=("far", "near"), optional=())
        near = {programme: field.texts() for programme, field in document.get("near").keys().items()}
        outside[language] = Outside(document.get("far").texts(), near)
    return outside
