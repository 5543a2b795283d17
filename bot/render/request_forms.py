"""The forms behind the buttons of a request's card, and what they hold.

What is shown above the fields stands in rich text, so that nothing people have written is markup.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any, Final, TypeAlias

from bot.desk import IdForm, StaffMember
from bot.flows.request import Then
from bot.i18n import Translator
from bot.render import blocks as kit
from bot.render import form_values, pieces
from bot.render import request_cards as cards
from bot.render import request_words as words
from bot.render.blocks import Block
from bot.render.escape import escape, one_line, shorten
from bot.render.messages import Message
from bot.render.pieces import Fact, Facts, Piece, Sentence, quote
from bot.request import STAFF_REASONS, Act, Reason, Request, Unsent, name
from bot.understand.why import Why

ESCALATE: Final = "request.escalate"  # the shortcuts
WHY: Final = "answer.why"
REPLYING: Final = "request.replying"
SENDING: Final = "request.sending"
SEARCHING: Final = "request.searching"
PRESENTING: Final = "request.presenting"
ASSIGNING: Final = "request.assigning"
TAKING: Final = "request.taking"
RAISING: Final = "request.raising"
RESOLVING: Final = "request.resolving"
NEW: Final = "request.new"
EXPLAINING: Final = "request.explaining"
TELLING: Final = "request.telling"

FALLBACK: Final = "fallback"
"""What `read_explained` gives where the bot should have said that it does not know."""

# The fields.
TEXT: Final = "text"
THEN: Final = "then"
QUERY: Final = "query"
CHOSEN: Final = "chosen"
ASSIGNEE: Final = "assignee"
NOTE: Final = "note"
REASON: Final = "reason"
WORDS: Final = "words"
DRAFT: Final = "draft"
URGENT: Final = "urgent"
EXPECTED: Final = "expected"

LONGEST_REPLY: Final = 2500
LONGEST_NOTE: Final = 1000
_LONGEST_QUERY: Final = 150
_LONGEST_ID: Final = 150  # an option's value
_LONGEST_NAME: Final = 100
_SHOWN: Final = 1000
_MOST_FOUND: Final = 10
_YES: Final = "yes"
_QUEUE: Final = "queue"

View: TypeAlias = dict[str, Any]
Errors: TypeAlias = dict[str, str]


def replying_form(t: Translator, request: Request, *, unsent: Unsent | None, place: str, agent: str) -> View:
    """A reply to the partner.

    Args:
        t: The words, in the language of whoever replies.
        request: The request.
        unsent: What they have typed before, and not sent.
        place: Where it goes, as markup.
        agent: As whom the partner reads it.

    """
    where = t("This goes to {place}. The partner reads it as {agent}.", place=place, agent=escape(_signed(t, agent)))
    language = t("The partner writes in this language: {language}.", language=words.language(request.language, t))
    typed = kit.text_input(TEXT, unsent.text if unsent else "", multiline=True, longest=LONGEST_REPLY)
    blocks = [
        kit.section(f"{where}\n{escape(language)}"),
        *pieces.blocks([_last_said(t, request)], t),
        kit.field(TEXT, t("Your reply"), typed),
        _then_field(t, _then_of(unsent.then if unsent else "")),
    ]
    return _form(t, request, REPLYING, t("Reply"), blocks, t("Next"))


def read_reply(values: Mapping[str, Any], t: Translator) -> tuple[str, Then, Errors]:
    """The reply, what becomes of the request after it, and per field what is wrong."""
    text = form_values.text(values, TEXT)
    then, errors = read_then(values, t)
    if not text:
        errors[TEXT] = t("Please write your reply.")
    elif len(text) > LONGEST_REPLY:
        errors[TEXT] = _too_long(t, LONGEST_REPLY)
    return text, then, errors


def sending_form(
    t: Translator, request: Request, *, shown: Message, place: str, then: Then, digest: str, agent: str
) -> View:
    """A reply as the partner will read it, before it is sent.

    Args:
        t: The words, in the language of whoever replies.
        request: The request.
        shown: Exactly what will be posted.
        place: Where, as markup.
        then: What becomes of the request.
        digest: Of what is shown; comes back with the form.
        agent: As whom it is posted.

    """
    return _form(
        t,
        request,
        SENDING,
        t("Send this?"),
        [*_posted(t, shown, place, agent), kit.context(escape(_after_that(t, then)))],
        t("Send"),
        close=t("Back"),
        more={"then": then.value, "digest": digest},
    )


def searching_form(t: Translator, request: Request, *, query: str, found: Sequence[tuple[str, str, str]]) -> View:
    """A search in the knowledge.

    Args:
        t: The words, in the language of whoever searches.
        request: The request.
        query: What is searched for; "" before the first search.
        found: Entry id, title and the programme's name of each that was found, the likeliest first.

    """
    hint = t("In your own language. The partner gets the answer in theirs.")
    typed = kit.text_input(QUERY, query, longest=_LONGEST_QUERY)
    # What is likely stands there before anything is searched for, so that it can be chosen without a word.
    field = kit.field(QUERY, t("Search the answers"), typed, optional=True, hint=hint)
    blocks = [*pieces.blocks([_last_said(t, request)], t), field]
    if found:
        # A field that Slack knows already keeps what was chosen in it: other answers have a field of their own.
        ids = " ".join(id_ for id_, _, _ in found)
        block = f"{CHOSEN}.{hashlib.blake2b(ids.encode(), digest_size=8).hexdigest()}"
        options = [kit.option(one_line(title), id_, one_line(about)) for id_, title, about in found[:_MOST_FOUND]]
        blocks.append(kit.field(block, t("Answers"), kit.radio_buttons(block, options), optional=True))
    elif query:
        blocks += pieces.blocks([Sentence(t("Nothing was found. Please try other words."))], t)
    submit = t("Next") if found else t("Search")
    return _form(t, request, SEARCHING, t("Send an answer"), blocks, submit, more={"query": query[:_LONGEST_QUERY]})


def read_search(values: Mapping[str, Any]) -> tuple[str, str | None]:
    """What is searched for, and the id of the entry that was chosen."""
    blocks = [one for one in values if one == CHOSEN or one.startswith(f"{CHOSEN}.")]
    chosen = [one for block in blocks if (one := form_values.choice(values, block))]
    return form_values.text(values, QUERY)[:_LONGEST_QUERY], chosen[-1] if chosen else None


def presenting_form(
    t: Translator,
    request: Request,
    *,
    entry: str,
    shown: Message,
    back: Message,
    then: Then,
    place: str,
    agent: str,
) -> View:
    """An answer in the partner's language as it will be posted, and the same in the reader's own.

    Args:
        t: The words, in the language of whoever sends it.
        request: The request.
        entry: Its id.
        shown: Exactly what will be posted.
        back: The same in one's own language.
        then: What becomes of the request.
        place: Where it is posted, as markup.
        agent: As whom.

    """
    own = [kit.context(escape(t("The same in your language:"))), *back.blocks, kit.divider()]
    blocks = [
        *_posted(t, shown, place, agent),
        *([] if back.blocks == shown.blocks else own),
        _then_field(t, then),
    ]
    return _form(t, request, PRESENTING, t("Send this?"), blocks, t("Send"), close=t("Back"), more={"entry": entry})


def read_then(values: Mapping[str, Any], t: Translator) -> tuple[Then, Errors]:
    """What becomes of a request once something was sent, and per field what is wrong."""
    chosen = form_values.choice(values, THEN)
    return (Then(chosen), {}) if chosen in set(Then) else (Then.WAIT, {THEN: _from_list(t)})


def assigning_form(t: Translator, request: Request, staff: Sequence[StaffMember]) -> View:
    """To whom a request is given; those who speak the partner's language stand first."""
    speak = [one for one in staff if request.language in one.languages]
    others = [one for one in staff if request.language not in one.languages]
    language = words.language(request.language, t)
    groups = [
        *_members(t("Speaks {language}", language=language), speak),
        *_members(t("Others"), others),
        *([(t("Nobody"), [kit.option(t("Back into the queue"), _QUEUE)])] if request.assignee else []),
    ]
    if not groups:
        return _form(t, request, ASSIGNING, t("Assign"), _sentences(t, t("The desk has no people yet.")), "")
    field = kit.field(ASSIGNEE, t("Who looks after it"), kit.grouped_select(ASSIGNEE, t("Choose a person"), groups))
    now = [kit.section(t("So far: {who}", who=cards.mention(request.assignee)))] if request.assignee else []
    return _form(t, request, ASSIGNING, t("Assign"), [*now, field], t("Assign"))


def read_assignee(values: Mapping[str, Any], t: Translator) -> tuple[str | None, Errors]:
    """The user who is given it, None for the queue; and per field what is wrong."""
    chosen = form_values.choice(values, ASSIGNEE)
    if chosen == _QUEUE:
        return None, {}
    return (chosen, {}) if IdForm.USER.fits(chosen) else (None, {ASSIGNEE: _from_list(t)})


def taking_form(t: Translator, request: Request, zone: tzinfo) -> View:
    """Whether a request is to be taken from somebody else."""
    blocks = [
        kit.section(cards.standing(t, request, zone)),
        *_sentences(t, t("If you take it over, it is yours, and whoever had it is told.")),
    ]
    owner = request.assignee.user if request.assignee else ""
    return _form(t, request, TAKING, t("Take over"), blocks, t("Take over"), more={"from": owner})


def raising_form(t: Translator, request: Request, level: str) -> View:
    """A word for the people of the next level."""
    said = t(
        "{number} goes to {level}. Nobody has it until somebody there takes it.",
        number=name(request.number),
        level=level,
    )
    blocks = [*_sentences(t, said), _note(t("A word for the next level"))]
    return _form(t, request, RAISING, t("Hand on"), blocks, t("Hand on"), more={"level": level})


def read_note(values: Mapping[str, Any]) -> str:
    """A word for others of the desk; may be empty."""
    return form_values.text(values, NOTE)[:LONGEST_NOTE]


def resolving_form(t: Translator, request: Request, *, templates: Mapping[Reason, str], may_draft: bool) -> View:
    """With what a request is resolved.

    Args:
        t: The words, in the language of whoever resolves it.
        request: The request.
        templates: The sentence that the partner reads for each reason, in the partner's language.
        may_draft: Whether an entry of the knowledge can be made of question and answer.

    """
    named = {one: kit.capital(words.reason(one, t)) for one in STAFF_REASONS}
    options = [kit.option(said, one.value) for one, said in named.items()]
    language = words.language(request.language, t)
    read = [Fact(said, templates[one]) for one, said in named.items() if one in templates]
    hint = t("The partner reads it below that sentence, in the words that you write here.")
    blocks = [
        kit.field(REASON, t("Result"), kit.radio_buttons(REASON, options)),
        *pieces.blocks([Sentence(t("What the partner reads ({language}):", language=language)), Facts(tuple(read))], t),
        kit.field(WORDS, t("A word for the partner"), _lines(WORDS, longest=LONGEST_REPLY), optional=True, hint=hint),
    ]
    if may_draft:
        draft = kit.option(t("Draft an answer from this, for the next time"), _YES)
        blocks.append(kit.field(DRAFT, t("Knowledge"), kit.checkboxes(DRAFT, [draft]), optional=True))
    return _form(t, request, RESOLVING, t("Resolve"), blocks, t("Resolve"))


def read_resolution(values: Mapping[str, Any], t: Translator) -> tuple[Reason, str, bool, Errors]:
    """The reason (any, with an error at it), the words for the partner, whether to draft, and what is wrong."""
    chosen, said = form_values.choice(values, REASON), form_values.text(values, WORDS)
    wants_draft = _YES in form_values.ticked(values, DRAFT)
    errors = {WORDS: _too_long(t, LONGEST_REPLY)} if len(said) > LONGEST_REPLY else {}
    if chosen not in set(STAFF_REASONS):
        return Reason.ANSWERED, said, wants_draft, {REASON: _from_list(t), **errors}
    return Reason(chosen), said, wants_draft, errors


def new_form(t: Translator, *, said: str, files: int, metadata: Mapping[str, Any]) -> View:
    """A message that staff brings before the desk: its text, and how many files it has."""
    came = Sentence(t.plural("{n} file goes with it.", "{n} files go with it.", files)) if files else None
    shown: list[Piece] = [quote(t("The message"), said, _SHOWN), *([came] if came else [])]
    urgent = kit.option(t("This is urgent"), _YES)
    blocks = [
        *pieces.blocks(shown, t),
        _note(t("A word for the desk")),
        kit.field(URGENT, t("Urgency"), kit.checkboxes(URGENT, [urgent]), optional=True),
    ]
    return kit.modal(
        NEW,
        t("Hand to the desk"),
        blocks,
        submit=t("Hand over"),
        close=t("Close"),
        metadata={**metadata, "language": t.language},
    )


def read_new(values: Mapping[str, Any]) -> tuple[str, bool]:
    """The word for the desk, which may be empty, and whether it is urgent."""
    return read_note(values), _YES in form_values.ticked(values, URGENT)


def explaining_form(
    t: Translator,
    why: Why | None,
    *,
    text: str,
    choices: Sequence[tuple[str, Sequence[tuple[str, str]]]],
    metadata: Mapping[str, Any],
) -> View:
    """Why a question was answered as it was, and what it should have been.

    Args:
        t: The words, in the language of whoever asks.
        why: What led to the answer; None where that cannot be told any more.
        text: The question, as it would stand in a test.
        choices: By programme its name, and of its entries id and title.
        metadata: What comes back with the form.

    """
    groups = [(t("None of these"), [kit.option(t("“I don’t know”"), FALLBACK)])]
    for programme, entries in choices:
        options = [kit.option(one_line(title), id_) for id_, title in entries if len(id_) <= _LONGEST_ID]
        groups += [(programme, list(some)) for some in _by_hundreds(options)]
    menu = kit.grouped_select(EXPECTED, t("Choose an answer"), groups[: kit.OPTIONS])
    blocks = [
        *pieces.blocks(_explained(t, why), t),
        kit.field(EXPECTED, t("What the bot should have answered"), menu, optional=True),
        kit.field(
            TEXT,
            t("The question, as a test for the next version"),
            _lines(TEXT, text),
            optional=True,
            hint=t("Take out names and whatever else must not be kept."),
        ),
    ]
    return kit.modal(
        EXPLAINING,
        t("Why this answer?"),
        blocks,
        submit=t("Save"),
        close=t("Close"),
        metadata={**metadata, "language": t.language},
    )


def read_explained(values: Mapping[str, Any], t: Translator) -> tuple[str, str, Errors]:
    """The question, what should have been answered ("": nothing was chosen), and per field what is wrong."""
    text, expected = form_values.text(values, TEXT), form_values.choice(values, EXPECTED)
    if expected and not text:
        return "", expected, {TEXT: t("Please write the question.")}
    return text, expected, {}


def message_form(t: Translator, text: str) -> View:
    """A form that only says something."""
    title = t("This is not possible")
    return kit.modal(
        TELLING, title, _sentences(t, text), submit="", close=t("Close"), metadata={"language": t.language}
    )


def _form(
    t: Translator,
    request: Request,
    callback: str,
    title: str,
    blocks: Sequence[Block],
    submit: str,
    *,
    close: str = "",
    more: Mapping[str, Any] | None = None,
) -> View:
    metadata = {
        "language": t.language,
        "channel": request.card_channel,
        "ts": request.card_ts,
        "number": request.number,
        **(more or {}),
    }
    return kit.modal(callback, title, blocks, submit=submit, close=close or t("Close"), metadata=metadata)


def _signed(t: Translator, agent: str) -> str:
    """As whom the partner reads something."""
    return t("{agent} · support", agent=shorten(one_line(agent), _LONGEST_NAME)) if agent else t("Support")


def _last_said(t: Translator, request: Request) -> Piece:
    """What the partner has written last, to be seen while one replies."""
    told = [
        one.words for one in request.history if one.act in {Act.TOLD, Act.RETURNED} and one.words and not one.is_aside
    ]
    return quote(t("The partner wrote"), told[-1] if told else request.question, _SHOWN)


def _posted(t: Translator, shown: Message, place: str, agent: str) -> list[Block]:
    said = t("This is what will be posted in {place} as {agent}:", place=place, agent=escape(_signed(t, agent)))
    return [kit.section(said), kit.divider(), *shown.blocks, kit.divider()]


def _then_of(written: str) -> Then:
    return Then(written) if written in set(Then) else Then.WAIT


def _then_field(t: Translator, then: Then) -> Block:
    options = {one: kit.option(words.then(one, t), one.value) for one in Then}
    return kit.field(THEN, t("After that"), kit.radio_buttons(THEN, list(options.values()), options[then]))


def _after_that(t: Translator, then: Then) -> str:
    return {
        Then.WAIT: t("After that the request waits for the partner."),
        Then.MORE: t("After that you keep working on it."),
        Then.RESOLVE: t("After that the request is resolved."),
    }[then]


def _members(label: str, members: Sequence[StaffMember]) -> list[tuple[str, list[Block]]]:
    options = [kit.option(one_line(one.name) or one.user, one.user) for one in members]
    return [(label, list(some)) for some in _by_hundreds(options)]


def _by_hundreds(options: Sequence[Block]) -> list[Sequence[Block]]:
    return [options[n : n + kit.OPTIONS] for n in range(0, len(options), kit.OPTIONS)]


def _explained(t: Translator, why: Why | None) -> list[Piece]:
    if why is None:
        return [Sentence(t("What led to this answer is no longer known."))]
    return [quote(t("Question"), why.text, _SHOWN), cards.explained(t, why)]


def _note(label: str) -> Block:
    return kit.field(NOTE, label, _lines(NOTE, longest=LONGEST_NOTE), optional=True)


def _lines(action: str, initial: str = "", *, longest: int = kit.TYPED) -> Block:
    return kit.text_input(action, initial, multiline=True, longest=longest)


def _sentences(t: Translator, *said: str) -> list[Block]:
    return pieces.blocks([Sentence(one) for one in said], t)


def _too_long(t: Translator, longest: int) -> str:
    return t.plural("Please write at most {n} character.", "Please write at most {n} characters.", longest)


def _from_list(t: Translator) -> str:
    return t("Please choose from the list.")
