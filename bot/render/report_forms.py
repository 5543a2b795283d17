"""The forms of reporters of language errors, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.i18n import Translator
from bot.model import LANGUAGES, Draft
from bot.render import blocks as kit
from bot.render import form_values, pieces
from bot.render import report_words as words
from bot.render.blocks import Block
from bot.report import MOST_PICTURES, Kind, name

FORM: Final = "report.form"
COMPLAINT: Final = "report.complaint"

# The fields.
WRONG: Final = "wrong"
SUGGESTION: Final = "suggestion"
PICTURES: Final = "pictures"
LANGUAGE: Final = "language"
KIND: Final = "kind"
PLACE: Final = "place"
SAID: Final = "said"

_ENDINGS: Final = ("png", "jpg", "jpeg", "gif", "webp", "heic")
_MOST_FILES: Final = 10  # of one field
_LONGEST_PLACE: Final = 300
_SHOWN: Final = 4000  # characters of all the texts above the fields


def report_form(
    t: Translator, draft: Draft, *, channel: str, ts: str, thread: str, texts: Sequence[str] = ()
) -> dict[str, Any]:
    """The form of a report, filled with what is known of it.

    Args:
        t: The words, in the reporter's language.
        draft: What is known; with `about` the form shows `texts` and asks for one thing.
        channel: Where the bot speaks to the reporter.
        ts: The message of ours that it was opened from; "" from a shortcut.
        thread: The ts of the thread; "" from a shortcut.
        texts: The texts of ours that are reported, as the reporter sees them.

    """
    metadata = {
        "language": t.language,
        "channel": channel,
        "ts": ts,
        "thread": thread,
        "about": draft.about,
        "pictures": draft.pictures,
        "kept": _without_field(draft),
    }
    return kit.modal(
        FORM,
        t("Report an error"),
        _about_fields(t, draft, texts) if draft.about else _fields(t, draft),
        submit=t("Send"),
        close=t("Close"),
        metadata=metadata,
    )


def read_report(values: Mapping[str, Any], opened: Mapping[str, Any], t: Translator) -> tuple[Draft, dict[str, str]]:
    """What the form holds (`opened` is its metadata), and per field what is wrong with it."""
    kept = opened.get("kept")
    told = {**(kept if isinstance(kept, dict) else {}), **{field: _read(values, field) for field in values}}
    had = opened.get("pictures")
    pictures = (*(had if isinstance(had, list) else ()), *form_values.files(values, PICTURES))
    draft = Draft(
        **{field: str(told.get(field) or "") for field in (SAID, WRONG, SUGGESTION, PLACE, KIND)},
        language=told.get(LANGUAGE) or None,
        pictures=tuple(dict.fromkeys(map(str, pictures)))[:MOST_PICTURES],
        about=str(opened.get("about") or ""),
    )
    errors = {}
    if draft.about and not draft.said:
        errors[SAID] = t("Please write what is wrong.")
    elif not draft.is_enough:
        errors[WRONG] = t("Please write the text that is wrong, or add a picture of it.")
    if not draft.about and draft.language is None:
        errors[LANGUAGE] = t("Please choose from the list.")
    return draft, errors


def complaint_form(t: Translator, *, number: int, channel: str, ts: str) -> dict[str, Any]:
    """What is still wrong after a correction, or after a rejection."""
    label = t("What is still wrong with {number}?", number=name(number))
    return kit.modal(
        COMPLAINT,
        t("Still wrong"),
        [kit.field(SAID, label, kit.text_input(SAID, multiline=True), optional=True)],
        submit=t("Send"),
        close=t("Close"),
        metadata={"language": t.language, "channel": channel, "ts": ts, "number": number},
    )


def read_complaint(values: Mapping[str, Any]) -> str:
    """What is still wrong; may be empty."""
    return form_values.text(values, SAID)


def _fields(t: Translator, draft: Draft) -> list[Block]:
    """What is known of a product's text; a text or a picture has to be there, and only the reader can tell."""
    blocks = [
        kit.field(WRONG, t("The text that is wrong"), _lines(WRONG, draft.wrong), optional=True),
        kit.field(SUGGESTION, t("What it should be"), _lines(SUGGESTION, draft.suggestion), optional=True),
        *_pictures(t, len(draft.pictures)),
        kit.field(LANGUAGE, t("Language of the text"), _languages(t, draft)),
        kit.field(KIND, t("What kind of error it is"), _kinds(t, draft), optional=True),
        kit.field(
            PLACE,
            t("Where it stands"),
            kit.text_input(PLACE, draft.place, longest=_LONGEST_PLACE),
            optional=True,
            hint=t("The product and the page, or a link"),
        ),
    ]
    if draft.said:
        blocks.append(kit.field(SAID, t("In your words"), _lines(SAID, draft.said), optional=True))
    return blocks


def _about_fields(t: Translator, draft: Draft, texts: Sequence[str]) -> list[Block]:
    longest = _SHOWN // max(len(texts), 1)
    shown = pieces.blocks([pieces.quote(t("The bot’s text"), text, longest) for text in texts], t)
    label = t("What is wrong, and how should it read?")
    return [*shown, kit.field(SAID, label, _lines(SAID, draft.said or draft.wrong))]


def _without_field(draft: Draft) -> dict[str, str]:
    """What is known and stands in no field of the form about a text of ours."""
    if not draft.about:
        return {}
    known = {LANGUAGE: draft.language, KIND: draft.kind, PLACE: draft.place[:_LONGEST_PLACE]}
    return {field: value for field, value in known.items() if value}


def _lines(action: str, initial: str) -> Block:
    return kit.text_input(action, initial, multiline=True)


def _languages(t: Translator, draft: Draft) -> Block:
    options = {one: kit.option(kit.capital(words.language(one, t)), one) for one in LANGUAGES}
    initial = options.get(draft.language or "")
    return kit.select(LANGUAGE, t("Choose a language"), list(options.values()), initial)


def _kinds(t: Translator, draft: Draft) -> Block:
    options = {one.value: kit.option(kit.capital(words.kind(one, t)), one.value) for one in Kind}
    return kit.select(KIND, t("Choose a kind"), list(options.values()), options.get(draft.kind))


def _pictures(t: Translator, had: int) -> list[Block]:
    """The field for pictures; none if there are as many as a report takes."""
    most = min(_MOST_FILES, MOST_PICTURES - had)
    if most < 1:
        return []
    hint = t.plural("{n} picture is in the report already.", "{n} pictures are in the report already.", had)
    field = kit.file_input(PICTURES, _ENDINGS, most)
    return [kit.field(PICTURES, t("Pictures"), field, optional=True, hint=hint if had else "")]


def _read(values: Mapping[str, Any], field: str) -> str:
    if field == LANGUAGE:
        chosen = form_values.choice(values, field)
        return chosen if chosen in LANGUAGES else ""
    if field == KIND:
        chosen = form_values.choice(values, field)
        return chosen if chosen in set(Kind) else ""
    return form_values.text(values, field)
