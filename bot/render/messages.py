"""Replies as messages: what stands in the thread, on a phone first: text, one context line, one row of controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot import i18n
from bot.i18n import Catalogues, Translator
from bot.knowledge import facts
from bot.knowledge.facts import LinkOf, Paragraph, Part, Plain
from bot.knowledge.schema import ACTION_PREFIX, PROGRAMME_PREFIX, Entry, Knowledge, Programme
from bot.model import DEFAULT_LANGUAGE, LANGUAGES, Language, Notice, Outcome, Reply
from bot.render import blocks as kit
from bot.render import meetings, notices, pieces, reports, requests, results, rich, slots
from bot.render.blocks import Block
from bot.render.escape import escape, link, shorten_markup
from bot.render.pieces import Piece
from bot.report import MOST_PICTURES
from bot.understand.slots.fill import DATES

NONE: Final = "none"
ASK_PERSON: Final = "human.ask"
HELPFUL: Final = "answer.helpful"
UNHELPFUL: Final = "answer.unhelpful"
MORE: Final = "answer.more"
CHANGE: Final = "change-values"
PICK_VALUE: Final = "values.pick"
PICK_DAY: Final = "values.day"
OPEN_VALUES: Final = "values.open"
PICK: Final = "choice.pick"
PICK_NONE: Final = "choice.none"
PICK_LANGUAGE: Final = "language.pick"
PICK_TOPIC: Final = "topic.pick"
ERASE_DATA: Final = "privacy.erase"

_WITH_ENTRY: Final = frozenset({Outcome.ANSWER, Outcome.RULE, Outcome.REPORT, Outcome.BOOKING})
_ACTION_OF: Final = {
    Outcome.GREETING: "greeting",
    Outcome.THANKS: "thanks",
    Outcome.HUMAN: "human",
    Outcome.STATUS: "status",
    Outcome.HELP: "help",
    Outcome.TOPICS: "topics",
    Outcome.LANGUAGE: "language",
    Outcome.REPORT: "report-translation",
    Outcome.PRIVACY: "delete-data",
}
_EXAMPLES: Final = 3
_MISSES: Final = frozenset({Outcome.FALLBACK, Outcome.CHOICES})
_NO_MISS: Final = frozenset({Notice.DRAFT, Notice.FOREIGN})
_MANY_MISSES: Final = 2  # in a row: from then on the bot offers a person first
_WITHOUT_ROW: Final = frozenset({Outcome.GREETING, Outcome.THANKS, Outcome.HELP, Outcome.HUMAN})


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: `text`, escaped, for notifications and screen readers, `blocks` for everybody else."""

    text: str
    blocks: list[Block]


class Renderer:
    """Renders replies.

    Args:
        knowledge: Where the texts stand.
        catalogues: The sentences around them.
        link_of: The addresses that the administrator has set.
        has_desk: Whether questions can be handed to a person; if not, contacts are named instead.
        takes_reports: Whether language errors can be reported to the bot.
        takes_meetings: Whether meetings can be booked with it.

    """

    def __init__(
        self,
        knowledge: Knowledge,
        catalogues: Catalogues,
        link_of: LinkOf,
        *,
        has_desk: bool,
        takes_reports: bool = False,
        takes_meetings: bool = False,
    ) -> None:
        self.knowledge = knowledge
        self.catalogues = catalogues
        self.has_desk = has_desk
        self.takes_reports = takes_reports
        self.takes_meetings = takes_meetings
        self._link_of = link_of

    def message(self, reply: Reply, language: Language | None = None, *, with_controls: bool = True) -> Message:
        """A reply as a message; in its own language unless told.

        What is shown to one person alone is kept nowhere, so controls on it would lead to nothing: leave them out.
        """
        language = language or reply.language
        t = self.catalogues[language]
        if told := _told(reply, t):
            controls = self._controls(reply, language, t) if with_controls else []
            small = self._contacts_line(reply, language, t) if meetings.needs_person(reply) else []
            article = self._article(reply.programme)
            above, below = (
                kit.sections(rich.mrkdwn(parts, t, article))
                for parts in (self._before(reply, language), self._after(reply, language))
            )
            blocks = [*above, *pieces.blocks(told, t), *below, *small, *controls]
            return Message(_beside(self.plain(reply, language)), blocks)
        parts = self.parts(reply, language)
        article = self._article(reply.programme)
        markup = rich.mrkdwn(parts, t, article)
        blocks = kit.sections(markup)
        if line := self._context_line(reply, language):
            blocks.append(kit.context(line))
        if reply.outcome in {*_WITH_ENTRY, Outcome.STATUS} and not self._names_contacts(reply):
            blocks += self._contacts_line(reply, language, t)
        if with_controls:
            blocks += self._controls(reply, language, t)
        return Message(_beside(rich.plain(parts, t, article)), blocks)

    def plain(self, reply: Reply, language: Language | None = None) -> str:
        """A reply as plain text, as `chat` prints it."""
        language = language or reply.language
        t, article = self.catalogues[language], self._article(reply.programme)
        if told := _told(reply, t):
            above = rich.plain(self._before(reply, language), t, article)
            below = rich.plain(self._after(reply, language), t, article)
            return "\n\n".join(filter(None, (above, pieces.plain(told, t), below)))
        parts = self.parts(reply, language)
        if _is_computed(reply) and (entry := self.knowledge.entry(reply.entry or "")):
            parts.append(_paragraph(t("Source: {title}", title=f"{self.title(entry.id, language)}")))
        return rich.plain(parts, t, article)

    def _before(self, reply: Reply, language: Language) -> list[Part]:
        """What the knowledge says to somebody who has asked for a meeting or a person, before all else."""
        is_first = (meetings.begins(reply) and reply.entry) or requests.begins(reply)
        return self._written(reply, language) if is_first else []

    def _after(self, reply: Reply, language: Language) -> list[Part]:
        """What the knowledge says below a line about a request: what a person has chosen from it, whom else to ask."""
        if requests.sends_entry(reply) and self.knowledge.entry(reply.entry or "") is not None:
            return self._written(reply, language)
        return self._contacts_speaking(reply.programme, language) if requests.is_unspoken(reply) else []

    def parts(self, reply: Reply, language: Language) -> list[Part]:
        """What a reply says, before any markup."""
        t = self.catalogues[language]
        match reply.notice:
            case Notice() as notice if notice in notices.IN_VAIN:
                return [_paragraph(notices.sentence(notice, t))]
            case Notice.DRAFT:
                return self._draft(reply, language, t)
            case Notice.FOREIGN:
                return self._foreign(language)
            case Notice.PICTURE:
                return [_paragraph(self._about_picture(reply, t))]
            case Notice.LEFT_OPEN:
                return [_paragraph(t("All right. Without it I can tell you the rule, and not what it means for you."))]
            case Notice.CORRECTED:
                return [_paragraph(" ".join([t("Corrected above:"), *self._found(reply, t), *self._asked(reply, t)]))]
        if reply.outcome is Outcome.RULE:
            return self._computed(reply, language, t)
        return self._said(reply, language, t)

    def _said(self, reply: Reply, language: Language, t: Translator) -> list[Part]:
        match reply.outcome:
            case Outcome.FALLBACK:
                return self._fallback(reply, language, t)
            case Outcome.CHOICES:
                return self._choices(reply, language, t)
            case Outcome.HELP:
                return [
                    *self._written(reply, language),
                    *self._examples(reply.programme, language, t),
                    *self._beside_questions(t),
                ]
            case Outcome.TOPICS:
                return [*self._written(reply, language), *self._topics(reply.programme, language)]
            case Outcome.HUMAN:
                return self._human(reply, language, t)
            case Outcome.REPORT if self._is_unheard(reply):
                unheard = _paragraph(t("I cannot pass language errors on from here."))
                return [unheard, *self._contacts(reply.programme, language)]
            case Outcome.BOOKING if reply.entry is None:
                cannot = _paragraph(t("Meetings of this kind cannot be booked with me."))
                return [cannot, *self._to_person(reply, language, t)]
        done = _done(reply, t)
        said = [_paragraph(done)] if done else self._written(reply, language)
        return [*said, _paragraph(reports.invitation(t))] if self._invites_report(reply) else said

    def _beside_questions(self, t: Translator) -> list[Part]:
        """What else the bot is for."""
        said = [
            (self.takes_reports, t("I also take reports of language errors.")),
            (self.takes_meetings, t("You can also book a meeting with one of us through me.")),
        ]
        return [_paragraph(sentence) for is_so, sentence in said if is_so]

    def _is_unheard(self, reply: Reply) -> bool:
        """Whether an error was told of, and nobody is there to take it up: no entry says whom to tell."""
        return not self.takes_reports and reply.outcome is Outcome.REPORT and reply.entry is None

    def _names_contacts(self, reply: Reply) -> bool:
        """Whether what is said without a desk names the contacts already."""
        return self._is_unheard(reply) or (reply.outcome is Outcome.BOOKING and reply.entry is None)

    def _invites_report(self, reply: Reply) -> bool:
        return self.takes_reports and reply.outcome is Outcome.REPORT and reply.notice is None

    def _asks_about_picture(self, reply: Reply) -> bool:
        return self.takes_reports and reply.notice is Notice.PICTURE and "pictures" in reply.result

    def _about_picture(self, reply: Reply, t: Translator) -> str:
        if not self._asks_about_picture(reply):
            return t("I cannot read pictures. Tell me in words what it is about.")
        pictures = reply.result["pictures"]
        asked = t.plural("What is this picture about?", "What are these pictures about?", pictures)
        return asked if pictures < MOST_PICTURES else f"{asked} {reports.most_pictures(t)}"

    def _written(self, reply: Reply, language: Language) -> list[Part]:
        """What stands in the knowledge."""
        entry = self._entry(reply)
        return facts.parts(entry, self.knowledge.programme_of(entry.id), language, self._link_of, first=reply.unsettled)

    def _computed(self, reply: Reply, language: Language, t: Translator) -> list[Part]:
        """A rule's reply: what was found, from which values, by which rule and conditions, and what is missing."""
        asked = self._asked(reply, t)
        unread = [t("I could not read that.")] if reply.notice is Notice.UNREAD else []
        said = [_paragraph(" ".join(found))] if (found := self._found(reply, t)) else []
        if understood := slots.understood(reply.slots, t):
            said.append(_paragraph(understood))
        said += self._written(reply, language)
        if convention := results.convention(reply, t):
            said.append(_paragraph(convention))
        return [*said, _paragraph(" ".join([*unread, *asked]))] if asked else said

    def _found(self, reply: Reply, t: Translator) -> list[str]:
        programme = self.knowledge.programmes[reply.programme or ""]
        return results.sentences(reply, programme, t)

    def _asked(self, reply: Reply, t: Translator) -> list[str]:
        return [slots.question(reply, self._entry(reply), t)] if reply.asks_for else []

    def title(self, choice: str, language: Language) -> str:
        """The words of a choice: an entry's or action's title, or a programme's name."""
        if choice.startswith(PROGRAMME_PREFIX):
            return _named(self.knowledge.programmes[choice.removeprefix(PROGRAMME_PREFIX)], language)
        entry = self.knowledge.entry(choice)
        if entry is None:
            return choice
        text = entry.texts.get(language) or next(iter(entry.texts.values()))
        return text.title

    def _entry(self, reply: Reply) -> Entry:
        if reply.entry and (entry := self.knowledge.entry(reply.entry)):
            return entry
        name = _ACTION_OF.get(reply.outcome)
        if reply.outcome is Outcome.BOOKING:
            name = "book-training" if reply.slots.get("meeting_kind") == "training" else "book-meeting"
        return self.knowledge.actions[f"{ACTION_PREFIX}{name}"]

    def _fallback(self, reply: Reply, language: Language, t: Translator) -> list[Part]:
        said = [_paragraph(t("I don’t know the answer to that, and I won’t guess.")), *_too_long(reply, t)]
        said += self._contacts(reply.programme, language)
        first = self._person_first(reply, t)
        return [*first, *said, *([] if first else self._passing_on(t))]

    def _has_missed(self, reply: Reply) -> bool:
        """Whether the bot has not understood several times in a row, and somebody else might."""
        is_miss = reply.outcome in _MISSES and reply.notice not in _NO_MISS
        is_again = is_miss and reply.result.get("misses", 0) >= _MANY_MISSES
        return is_again and self.has_desk and reply.offer_person

    def _person_first(self, reply: Reply, t: Translator) -> list[Part]:
        """The offer of a person to whoever was not understood several times."""
        said = t("I have not been able to help you so far. Shall I pass your question on to a person?")
        return [_paragraph(said)] if self._has_missed(reply) else []

    def _to_person(self, reply: Reply, language: Language, t: Translator) -> list[Part]:
        """Who can help instead: the people of the desk; where there is none, those whom the knowledge names."""
        return self._passing_on(t) or self._contacts(reply.programme, language)

    def _passing_on(self, t: Translator) -> list[Part]:
        return [_paragraph(t("I can pass your question on to a person."))] if self.has_desk else []

    def _choices(self, reply: Reply, language: Language, t: Translator) -> list[Part]:
        programmes = all(choice.startswith(PROGRAMME_PREFIX) for choice in reply.choices)
        asked = t("Which programme is this about?") if programmes else t("Which of these do you mean?")
        items = tuple((Plain(self.title(choice, language)),) for choice in reply.choices)
        numbered = facts.Items(items, numbered=True)
        return [*self._person_first(reply, t), *_too_long(reply, t), _paragraph(asked), numbered]

    def _draft(self, reply: Reply, language: Language, t: Translator) -> list[Part]:
        if not reply.languages:
            return self._fallback(reply, language, t)
        names = ", ".join(i18n.language_name(one, language) for one in reply.languages)
        title = rich.quoted(self.title(reply.entry or "", language), t)
        said = [
            _paragraph(t("I know this one ({title}), but its text is not yet released in this language.", title=title)),
            _paragraph(t("I can show it in: {languages}.", languages=names)),
        ]
        return [*said, *self._contacts(reply.programme, language)]

    def _foreign(self, language: Language) -> list[Part]:
        """In English, and in the person's own language of Slack where that is one of ours."""
        names = ", ".join(i18n.own_names().values())
        return [
            _paragraph(
                self.catalogues[one]("I don’t speak your language, sorry. I answer in: {languages}.", languages=names)
            )
            for one in dict.fromkeys((DEFAULT_LANGUAGE, language))
        ]

    def _human(self, reply: Reply, language: Language, t: Translator) -> list[Part]:
        if not self.has_desk:
            return self._contacts(reply.programme, language)
        said = self._written(reply, language)
        if "number" not in reply.result:
            return said
        number = f"REQ-{reply.result['number']}"
        if reply.result.get("known"):
            return [_paragraph(t("A person has this question already: {number}.", number=number))]
        return [*said, _paragraph(t("Your request: {number}", number=number))]

    def _examples(self, programme: str | None, language: Language, t: Translator) -> list[Part]:
        of_one = self.knowledge.programmes.get(programme or "")
        ids = of_one.examples if of_one else [one.examples[0] for one in self._programmes(None) if one.examples]
        entries = [entry for id_ in ids if (entry := self.knowledge.entry(id_)) and entry.served(language)]
        items = tuple((Plain(entry.texts[language].phrasings[0]),) for entry in entries[:_EXAMPLES])
        return [_paragraph(t("For example:")), facts.Items(items, numbered=False)] if items else []

    def _topics(self, programme: str | None, language: Language) -> list[Part]:
        said: list[Part] = []
        for one in self._programmes(programme):
            said.append(self._heading(one, language))
            titles = [entry.texts[language].title for entry in one.entries.values() if entry.served(language)]
            said.append(facts.Items(tuple((Plain(title),) for title in titles), numbered=False))
        return said

    def _heading(self, one: Programme, language: Language) -> Part:
        t = self.catalogues[language]
        return _paragraph(t("{name}:", name=_named(one, language)))

    def _programmes(self, programme: str | None) -> Sequence[Programme]:
        return [self.knowledge.programmes[programme]] if programme else list(self.knowledge.programmes.values())

    def _contacts(self, programme: str | None, language: Language) -> list[Part]:
        known = self.knowledge.programmes.get(programme or "")
        if known is not None:
            return self._contacts_of(known, known.fallback_contacts(language), language)
        said: list[Part] = []
        for one in list(self.knowledge.programmes.values())[:_EXAMPLES]:
            if contacts := self._contacts_of(one, one.fallback_contacts(language), language):
                said += [self._heading(one, language), *contacts]
        return said

    def _contacts_of(self, one: Programme, ids: Sequence[str], language: Language) -> list[Part]:
        sentences = [one.words[language].contacts[id_] for id_ in ids]
        return [part for text in sentences for part in facts.sentence(text, one, language, self._link_of)]

    def _contacts_speaking(self, programme: str | None, language: Language) -> list[Part]:
        """The contacts of a programme of which its facts say that they speak a language."""
        known = self.knowledge.programmes.get(programme or "")
        return self._contacts_of(known, known.contacts_naming(language), language) if known else []

    def _contacts_line(self, reply: Reply, language: Language, t: Translator) -> list[Block]:
        """Whom to ask, in small print, where there is no desk."""
        contacts = [] if self.has_desk else self._contacts(reply.programme, language)
        return [kit.context(rich.mrkdwn(contacts, t, self._article(reply.programme)))] if contacts else []

    def _article(self, programme: str | None) -> str | None:
        return self._link_of(programme, "article") if programme else None

    def _context_line(self, reply: Reply, language: Language) -> str:
        entry = self.knowledge.entry(reply.entry) if reply.entry else None
        programme = self.knowledge.programmes.get(reply.programme or "")
        if entry is None or programme is None or reply.outcome not in _WITH_ENTRY:
            return ""
        title = self.title(entry.id, language)
        article = self._article(reply.programme) if _is_computed(reply) else None
        return f"{escape(_named(programme, language))} · {link(article, title) if article else escape(title)}"

    def _controls(self, reply: Reply, language: Language, t: Translator) -> list[Block]:
        if meetings.is_step(reply):
            return meetings.controls(reply, t, self._ask(reply, t))
        if requests.is_step(reply):
            return requests.controls(reply, t)
        is_step = reply.outcome is Outcome.REPORT and "step" in reply.result
        if is_step or self._asks_about_picture(reply):
            return reports.controls(reply, t)
        return self._usual_controls(reply, language, t)

    def _usual_controls(self, reply: Reply, language: Language, t: Translator) -> list[Block]:
        ask = self._ask(reply, t)
        if reply.outcome is Outcome.CHOICES:
            numbers = [*_numbers(reply.choices), kit.button("✕", PICK_NONE, label=t("None of these"))]
            return [kit.actions([*ask, *numbers] if self._has_missed(reply) else [*numbers, *ask])]
        if reply.notice in {Notice.DRAFT, Notice.FOREIGN} or reply.outcome is Outcome.LANGUAGE:
            return _rows([*_language_buttons(_offered_languages(reply)), *(ask if reply.languages else [])], ask)
        if reply.outcome is Outcome.TOPICS:
            return [kit.actions([self._topic_menu(reply.programme, language, t)])]
        if reply.outcome is Outcome.PRIVACY:
            return [] if reply.notice is Notice.ERASED or reply.result else [kit.actions([_erase_button(t)])]
        if reply.notice is Notice.CORRECTED:
            return self._value_controls(reply, t)
        if reply.notice is not Notice.LEFT_OPEN and reply.outcome in {*_WITH_ENTRY, Outcome.STATUS}:
            return [*self._value_controls(reply, t), self._answer_row(reply, language, t, ask)]
        return [] if reply.outcome in _WITHOUT_ROW else _rows(ask)

    def _ask(self, reply: Reply, t: Translator) -> list[Block]:
        style = "primary" if self._has_missed(reply) else None
        return [kit.button(t("Ask a person"), ASK_PERSON, style=style)] if self.has_desk and reply.offer_person else []

    def _answer_row(self, reply: Reply, language: Language, t: Translator, ask: list[Block]) -> Block:
        """What stands below every answer: a person, two votes, and the menu with the rest."""
        votes = [
            kit.button("👍", HELPFUL, label=t("This helped")),
            kit.button("👎", UNHELPFUL, label=t("This did not help")),
        ]
        others = [kit.option(i18n.own_names()[one], one) for one in LANGUAGES if one != language]
        if self.changeable(reply):
            others.append(kit.option(t("Change values"), CHANGE))
        if self.takes_reports:
            others.append(kit.option(t("Report a language error"), reports.REPORT_ERROR))
        form = [reports.open_button(t)] if self._invites_report(reply) else []
        return kit.actions([*form, *ask, *votes, kit.overflow(MORE, others)])

    def changeable(self, reply: Reply) -> tuple[str, ...]:
        """The slots of a rule's reply that a person can fill in; empty for other replies."""
        entry = self.knowledge.entry(reply.entry or "")
        if entry is None or reply.outcome is not Outcome.RULE:
            return ()
        return tuple(name for name in entry.slots if name not in slots.UNSHOWN)

    def _value_controls(self, reply: Reply, t: Translator) -> list[Block]:
        """What to click where a value is missing: likely ones, a calendar, the form."""
        if not reply.asks_for:
            return []
        name = reply.asks_for[0]
        shown = [one["currency"] if isinstance(one, dict) else slots.value(name, one, t) for one in reply.suggestions]
        buttons = [
            kit.button(words, f"{PICK_VALUE}.{n}", slots.choice(name, one))
            for n, (words, one) in enumerate(zip(shown, reply.suggestions, strict=True), start=1)
        ]
        day = [kit.date_picker(PICK_DAY, t("Choose a day"))] if name in DATES else []
        return [kit.actions([*buttons, *day, kit.button(t("Other…"), OPEN_VALUES)])]

    def _topic_menu(self, programme: str | None, language: Language, t: Translator) -> Block:
        groups = []
        for one in self._programmes(programme):
            served = [entry for entry in one.entries.values() if entry.served(language)]
            groups.append((one.names[language], [kit.option(e.texts[language].title, e.id) for e in served]))
        return kit.grouped_select(PICK_TOPIC, t("Choose a topic"), groups)


def _told(reply: Reply, t: Translator) -> list[Piece]:
    """What a reply tells of requests, reports and meetings; empty for one that says something else."""
    if reply.outcome is not Outcome.STATUS:
        return requests.pieces(reply, t) or reports.pieces(reply, t) or meetings.pieces(reply, t)
    return [one for kind in (requests, reports, meetings) for one in kind.status(reply.result, t)]


def _beside(words: str) -> str:
    """Words as the text beside the blocks."""
    return shorten_markup(escape(words), kit.TEXT)


def _is_computed(reply: Reply) -> bool:
    return reply.outcome is Outcome.RULE and bool(reply.result or reply.asks_for) and reply.notice is None


def _numbers(choices: Sequence[str]) -> list[Block]:
    return [kit.button(str(n), f"{PICK}.{n}", choice) for n, choice in enumerate(choices, start=1)]


def _done(reply: Reply, t: Translator) -> str:
    """What is said of something that was done at once; empty where nothing was."""
    match reply.outcome:
        case Outcome.LANGUAGE if reply.result.get("language"):
            return t("I answer in English from now on.")
        case Outcome.PRIVACY if reply.notice is Notice.ERASED:
            return t("This was confirmed, and the data is deleted.")
        case Outcome.PRIVACY if "number" in reply.result:
            number = f"PRIV-{reply.result['number']}"
            return t("Your data is deleted. The deletion has the number {number}.", number=number)
        case Outcome.THANKS if reply.result.get("vote"):
            return t("Thank you for telling me.")
    return ""


def _erase_button(t: Translator) -> Block:
    return kit.danger(
        t("Delete my data"),
        ERASE_DATA,
        title=t("Delete your data?"),
        text=t("This cannot be undone."),
        confirm=t("Delete"),
        deny=t("Keep"),
    )


def _rows(*rows: list[Block]) -> list[Block]:
    """The first row that holds anything."""
    return next(([kit.actions(row)] for row in rows if row), [])


def _offered_languages(reply: Reply) -> Sequence[Language]:
    """The languages to choose between: those of the entry, or all; none for a draft that exists in none."""
    return reply.languages if reply.notice is Notice.DRAFT else LANGUAGES


def _language_buttons(languages: Sequence[Language]) -> list[Block]:
    names = i18n.own_names()
    return [kit.button(names[language], f"{PICK_LANGUAGE}.{language}", language) for language in languages]


def _named(programme: Programme, language: Language) -> str:
    """A programme's name as it begins a line."""
    name = programme.names[language]
    return name[:1].upper() + name[1:]


def _too_long(reply: Reply, t: Translator) -> list[Part]:
    if reply.notice is not Notice.TOO_LONG:
        return []
    return [_paragraph(t("Your message is long: I have read its beginning. A short question works best."))]


def _paragraph(text: str) -> Part:
    return Paragraph((Plain(text),))
