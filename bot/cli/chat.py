"""`partnerdesk chat`: the conversation of Slack in a terminal, with no Slack and no token."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Final, TextIO

from bot.cli.ask import language_of_system
from bot.cli.terminal import USAGE, CommandError, add_knowledge_argument, edition, turn
from bot.edition import Edition
from bot.i18n import percent
from bot.model import (
    DEFAULT_LANGUAGE,
    LANGUAGES,
    Channel,
    Language,
    Outcome,
    Person,
    PersonId,
    Place,
    Question,
    Remember,
    Reply,
    Rewrite,
    Thread,
    Turn,
    Understanding,
)

_CHANNEL: Final = "terminal"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--programme", metavar="ID", help="talk as in a channel of this programme")
    parser.add_argument("--language", choices=LANGUAGES, help="the language to begin in")
    add_knowledge_argument(parser)


@dataclass(slots=True)
class Chat:
    """One conversation in a terminal."""

    edition: Edition
    channel: Channel
    person: Person
    thread: Thread = field(default_factory=lambda: Thread(_CHANNEL, "1"))
    last: Reply | None = None
    understanding: Understanding | None = None

    def say(self, line: str) -> str | None:
        """What the bot says to a line; None ends the conversation."""
        command, _, rest = line.strip().partition(" ")
        match command:
            case "/quit" | "/q":
                return None
            case "/why":
                return self._why()
            case "/new":
                self.thread = Thread(_CHANNEL, "1", language=self.thread.language)
                return self._t("A new conversation begins.")
            case "/programme":
                return self._programme(rest.strip())
            case "/help":
                return self._commands()
        if command.removeprefix("/") in LANGUAGES and command.startswith("/"):
            return self._switch(command.removeprefix("/"))
        question = Question(line, self.channel, _today())
        return self._take(turn(self.edition, question, self.thread, self.person))

    def _take(self, taken: Turn) -> str:
        self.thread = taken.thread
        self.understanding = taken.understanding or self.understanding  # picking a number asks nothing new
        for effect in taken.effects:
            if isinstance(effect, Remember):
                self.person = replace(
                    self.person,
                    language=effect.language or self.person.language,
                    programme=effect.programme or self.person.programme,
                )
        in_place = next((effect.reply for effect in taken.effects if isinstance(effect, Rewrite)), None)
        self.last = in_place or taken.reply or self.last
        said = in_place or taken.reply
        return self._shown(said) if said else ""

    def _shown(self, reply: Reply) -> str:
        text = self.edition.renderer.plain(reply)
        if reply.outcome is Outcome.CHOICES:
            text += "\n0. " + self._t("None of these")
        return text

    def _switch(self, language: Language) -> str:
        self.thread = replace(self.thread, language=language)
        self.person = replace(self.person, language=language)
        if self.last is None:
            return self._t("I answer in English from now on.")
        self.last = self.edition.conversation.in_language(self.last, language, _today())
        return self._shown(self.last)

    def _programme(self, id_: str) -> str:
        known = self.edition.knowledge.programmes
        if id_ not in known:
            return self._t("There is no programme “{name}”. There are: {names}.", name=id_, names=", ".join(known))
        self.channel = replace(self.channel, programmes=(id_,))
        self.thread = replace(self.thread, programme=id_)
        return self._t("From now on this is about: {name}.", name=known[id_].names[self._language])

    def _why(self) -> str:
        if self.understanding is None:
            return self._t("There is no question to explain yet.")
        read, t = self.understanding, self._t
        sure = t("by the words of the message") if read.language_sure else t("by what else is known")
        lines = [
            t("Language: {language} ({why})", language=read.language, why=sure),
            t("Programme: {programme}", programme=read.programme or t("not known")),
        ]
        matched = self.edition.reader.matched(read)
        for candidate in read.candidates:
            near = f" ~ {matched[candidate.entry]}" if matched.get(candidate.entry) else ""
            lines.append(f"{self._percent(candidate.confidence):>8}  {candidate.entry}{near}")
        decision = self.edition.reader.decision
        lines.append(
            t(
                "Answers from {answer}, offers choices from {offer}",
                answer=self._percent(decision.answer),
                offer=self._percent(decision.offer),
            )
        )
        return "\n".join(lines)

    def _commands(self) -> str:
        t = self._t
        return "\n".join(
            [
                t("Ask in French, English, German or Finnish. A number picks a choice."),
                "/fr /en /de /fi  " + t("say the last answer in another language"),
                "/why             " + t("show how the question was read"),
                "/programme ID    " + t("choose the programme"),
                "/new             " + t("begin a new conversation"),
                "/quit            " + t("leave"),
            ]
        )

    @property
    def _language(self) -> Language:
        return self.thread.language or self.person.language or DEFAULT_LANGUAGE

    def _percent(self, fraction: float) -> str:
        return percent(round(fraction, 3), self._language)

    def _t(self, source: str, /, **values: object) -> str:
        t = self.edition.renderer.catalogues[self._language]
        return t(source, **values)

    def welcome(self) -> str:
        """What stands above the first line."""
        return self._commands()


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def command(args: argparse.Namespace, stdin: TextIO | None = None, out: TextIO | None = None) -> int:
    """Talk until the person leaves or the input ends."""
    stdin, out = stdin or sys.stdin, out or sys.stdout
    opened = edition(args.knowledge)
    if args.programme and args.programme not in opened.knowledge.programmes:
        known = ", ".join(opened.knowledge.programmes)
        raise CommandError(f"chat: unknown programme {args.programme!r}; known: {known}", USAGE)
    language = args.language or language_of_system(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    chat = Chat(
        opened,
        Channel(_CHANNEL, Place.TERMINAL, programmes=(args.programme,) if args.programme else ()),
        Person(PersonId("", _CHANNEL), language=language),
    )
    print(chat.welcome(), end="\n\n", file=out)
    while True:
        try:
            print("> ", end="", flush=True, file=out)
            line = stdin.readline()
        except KeyboardInterrupt:
            line = ""
        if not line:
            print(file=out)
            return 0
        if not line.strip():
            continue
        said = chat.say(line)
        if said is None:
            return 0
        print(f"\n{said}\n", file=out)
