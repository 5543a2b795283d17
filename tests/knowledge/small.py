"""A small, faultless knowledge, written as files: one programme, two entries, four languages; and its catalogues."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from bot import i18n
from bot.knowledge.check.catalogues import sources
from bot.knowledge.schema import ACTIONS
from bot.model import LANGUAGES

CONTRACT = """\
names: {fr: Démo, en: Demo, de: Demo, fi: Demo}
audience: partners
examples: [trial]
parameters:
  trial_days: {type: days, value: 30}
  share: {type: percent, value: 0.07}
  cap: {type: money, currency: USD, value: 50000}
contacts:
  desk:
    email: desk@example.com
    languages: [en, de]
    facts: For every question, in English or German.
links: [form]
labels:
  buy: {en: Buy now}
notes:
  closed:
    entries: [payout]
    facts: New applications are closed.
open:
  after:
    entries: [trial]
    contact: desk
    facts: What comes after the {trial_days} days.
  unasked:
    entries: []
    contact: desk
    facts: Never shown.
entries:
  trial:
    kind: answer
    revision: 2
    facts: A trial lasts {trial_days} days. There are three ways to start it (link form), under the label buy.
  payout:
    kind: answer
    revision: 1
    facts: Up to {share}, at most {cap}. Questions go to desk@example.com.
"""

WORDS = {
    "fr": {
        "desk": "Pour toute question, en anglais ou en allemand : {contact.desk}.",
        "closed": "Les candidatures sont closes.",
        "after": "La suite des {trial_days} jours n’est pas fixée ; demandez en anglais à {contact.desk}.",
        "trial": "L’essai dure {trial_days} jours. Trois façons d’y venir : [le formulaire]({link.form}), {label.buy}.",
        "payout": "Jusqu’à {share}, au plus {cap}. Écrivez en anglais ou en allemand à {contact.desk}.",
    },
    "en": {
        "desk": "For every question, in English or German: {contact.desk}.",
        "closed": "Applications are closed.",
        "after": "What comes after the {trial_days} days is not settled; ask {contact.desk}.",
        "trial": "A trial lasts {trial_days} days. Three ways to start it: [the form]({link.form}), {label.buy}.",
        "payout": "Up to {share}, at most {cap}. Write to {contact.desk}.",
    },
    "de": {
        "desk": "Für alle Fragen, auf Englisch oder Deutsch: {contact.desk}.",
        "closed": "Bewerbungen sind geschlossen.",
        "after": "Was nach den {trial_days} Tagen gilt, ist offen; fragen Sie {contact.desk}.",
        "trial": "Ein Test dauert {trial_days} Tage. Dreierlei Wege dorthin: [das Formular]({link.form}), {label.buy}.",
        "payout": "Bis zu {share}, höchstens {cap}. Schreiben Sie an {contact.desk}.",
    },
    "fi": {
        "desk": "Kaikissa kysymyksissä, englanniksi tai saksaksi: {contact.desk}.",
        "closed": "Haku on suljettu.",
        "after": "Se, mitä {trial_days} päivän jälkeen tapahtuu, on auki; kysy englanniksi: {contact.desk}.",
        "trial": "Kokeilu kestää {trial_days} päivää. Alku kolmella tavalla: [lomake]({link.form}), {label.buy}.",
        "payout": "Enintään {share}, korkeintaan {cap}. Kirjoita saksaksi osoitteeseen {contact.desk}.",
    },
}

PER_TEXT = 8
"""Phrasings in each text: as few as may stand."""


def write_knowledge(folder: Path) -> Path:
    """Write the knowledge into a new folder and give it back."""
    for part in ("demo", "actions", "outside"):
        (folder / part).mkdir(parents=True)
    (folder / "demo" / "programme.yml").write_text(CONTRACT, encoding="utf-8")
    for language in LANGUAGES:
        words = WORDS[language]
        entries = "".join(
            f"  {name}:\n    title: {name}\n    revision: {revision}\n{_text(name, language, words[name])}"
            for name, revision in (("trial", 2), ("payout", 1))
        )
        (folder / "demo" / f"{language}.yml").write_text(
            f'contacts:\n  desk: "{words["desk"]}"\nnotes:\n  closed: "{words["closed"]}"\n'
            f'open:\n  after: "{words["after"]}"\nentries:\n{entries}',
            encoding="utf-8",
        )
        actions = "".join(f"{name}:\n  title: {name}\n{_text(name, language, 'Hi.', indent=2)}" for name in ACTIONS)
        (folder / "actions" / f"{language}.yml").write_text(f"{actions}closings: [bye {language}]\n", encoding="utf-8")
        (folder / "outside" / f"{language}.yml").write_text(
            f"far: [weather in {language}]\nnear:\n  demo: [price in {language}]\n", encoding="utf-8"
        )
    return folder


def _text(name: str, language: str, answer: str, indent: int = 4) -> str:
    space = " " * indent
    phrasings = "".join(f'{space}  - "{language} {name} {n}?"\n' for n in range(PER_TEXT))
    return f"{space}phrasings:\n{phrasings}{space}answer: |-\n{space}  {answer}\n"


def write_catalogues(folder: Path) -> Path:
    """Write catalogues that hold every sentence of the code, as its own translation."""
    for language in LANGUAGES:
        if language == i18n.SOURCE_LANGUAGE:
            continue
        catalogue = Catalog(locale=language, fuzzy=False)
        for singular, (source, *_) in sources().items():
            if source.plural is None:
                catalogue.add(singular, singular)
            else:
                catalogue.add((singular, source.plural), (singular, source.plural))
        path = i18n.catalogue_path(folder, language)
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_po(file, catalogue)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text of a file that stands there once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(path: Path, text: str) -> int:
    """The line in which a text stands first."""
    return path.read_text(encoding="utf-8").split(text)[0].count("\n") + 1
