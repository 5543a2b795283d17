"""Cards of requests and the story beneath them: what they say in each state, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.flows.request import Desk, Then
from bot.i18n import Catalogues, Translator
from bot.model import LANGUAGES, Language, PersonId
from bot.ports import FileFault
from bot.render import controls
from bot.render import request_cards as cards
from bot.render.messages import Message
from bot.render.request_cards import CardFacts
from bot.report import Picture, PictureState
from bot.request import STAFF_REASONS, Act, Change, Reason, Request, State, Target, Way
from bot.understand.why import Why
from tests.render.hostile import HOSTILE, markups
from tests.render.valid import block_problems, schema_problems

ANN, BEN, CAT = PersonId("T2", "UANN"), PersonId("T1", "UBEN"), PersonId("T1", "UCAT")
OPENED = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
HELSINKI = ZoneInfo("Europe/Helsinki")
MOST = 3900
DESK = Desk(lambda since, until: until - since)
WHY = Why(
    "When",
    "de",
    is_sure=True,
    candidates=(("a", "Trial length", 0.81), ("b", "Longer trial", 0.124)),
    matched="Wie lange läuft der Test?",
)
FACTS = CardFacts(
    url="https://example.com/archives/C9/p1",
    programme="Cyberday",
    answer="The trial lasts 14 days.",
    why=WHY,
    zone=HELSINKI,
    due={Target.FIRST: OPENED + timedelta(hours=4), Target.RESOLUTION: OPENED + timedelta(days=2)},
    level="first-line",
    next_level="product-experts",
    offers_meeting=True,
)
OPEN = Request(
    12,
    "C9",
    "1.1",
    ANN,
    OPENED,
    "de",
    "Wann endet die Testphase?",
    organisation="Agendium & Co",
    programme="cyberday",
    owed_since=OPENED,
    card_channel="CDESK",
    card_ts="1.2",
    card_url="https://example.com/archives/CDESK/p2",
    is_shared=False,
    history=(Change(Act.ASKED, OPENED, ANN),),
)


def _done(after: Request | None) -> Request:
    assert after is not None
    return after


def _later(hours: int) -> datetime:
    return OPENED + timedelta(hours=hours)


def _replied(request: Request, by: PersonId, then: Then, act: Act = Act.REPLIED) -> Request:
    return _done(DESK.respond(request, Change(act, _later(2), by, "At the end of the month."), then))


TAKEN = _done(DESK.take(OPEN, BEN, _later(1)))
WAITING = _replied(TAKEN, BEN, Then.WAIT)
RESOLVED = _done(DESK.resolve(TAKEN, BEN, _later(3), Reason.DONE, "It is longer now."))
DISMISSED = _done(DESK.dismiss(TAKEN, BEN, _later(3)))
URGENT = _done(DESK.weigh(TAKEN, BEN, _later(2), is_urgent=True))
ESCALATED = _done(DESK.escalate(TAKEN, BEN, _later(2), "product-experts", "Please look"))
STATES = {
    "open": OPEN,
    "taken": TAKEN,
    "waiting": WAITING,
    "resolved": RESOLVED,
    "dismissed": DISMISSED,
    "urgent": URGENT,
    "escalated": ESCALATED,
    "bare": Request(1, "D9", "1.1", None, OPENED, "fi", ""),
}


def _markup(message: Message) -> str:
    return "\n".join(markups(message.blocks))


def _row(message: Message) -> dict[str, Any]:
    return next(block for block in message.blocks if block["type"] == "actions")


def _offered(message: Message) -> tuple[list[str], list[str]]:
    """The buttons of a card, and what its menu offers."""
    elements = _row(message)["elements"]
    buttons = [one["action_id"] for one in elements if one["type"] == "button"]
    menus = [one for one in elements if one["type"] == "static_select"]
    return buttons, [option["value"] for menu in menus for option in menu["options"]]


def _texts(data: Any) -> Iterator[str]:
    """All that somebody can read of blocks."""
    if isinstance(data, dict):
        yield from (value for key, value in data.items() if key in {"text", "url"} and isinstance(value, str))
        for inner in data.values():
            yield from _texts(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from _texts(inner)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("request_", STATES.values(), ids=STATES)
def test_a_card_is_a_message_that_slack_takes(catalogues: Catalogues, language: Language, request_: Request) -> None:
    """In every state and language; no control stands in it twice."""
    message = cards.request_card(catalogues[language], request_, FACTS)

    assert block_problems(message.blocks) == []
    assert 0 < len(message.text) <= MOST


@pytest.mark.parametrize("request_", STATES.values(), ids=STATES)
def test_a_card_holds_to_the_schema(english: Translator, request_: Request) -> None:
    """No unknown key, no element in the wrong block."""
    assert schema_problems(cards.request_card(english, request_, FACTS).blocks, "blocks.schema.json") == []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("request_", [OPEN, WAITING, RESOLVED], ids=lambda one: one.state.value)
def test_what_people_write_is_never_markup(english: Translator, request_: Request, text: str) -> None:
    """Whatever field it stands in; and a card of nothing but the longest, with many files, is one that Slack takes."""
    states = [PictureState.WAITING, PictureState.KEPT_BACK, PictureState.REFUSED, PictureState.DELETED]
    files = tuple(
        Picture(f"F{n}", states[n % 4], list(FileFault)[n // 4 % len(FileFault)].value, by=ANN) for n in range(40)
    )
    hostile = replace(request_, question=text, words=text, organisation=f"Org {text[4:]}", files=files)
    why = Why(
        text, "de", is_sure=False, candidates=(("a", text, 0.5), ("b", text, 0.3), ("c", text, 0.2)), matched=text
    )
    facts = replace(FACTS, answer=text, why=why, languages_spoken=False)
    message = cards.request_card(english, hostile, facts)

    assert block_problems(message.blocks) == []
    assert len(message.text) <= MOST
    assert len(str(message.blocks)) < 20_000
    assert "<" not in message.text
    assert "EVIL" not in _markup(message)
    assert "<!" not in _markup(message)
    assert "<@U1>" not in _markup(message)


def test_a_long_question_stands_on_its_card(english: Translator) -> None:
    """Most of it: what is left out stands in the partner's thread."""
    message = cards.request_card(english, replace(OPEN, question="word " * 800), FACTS)

    assert max(len(one) for one in _texts(message.blocks)) == 3000
    assert block_problems(message.blocks) == []


def test_a_card_names_all_there_is(english: Translator) -> None:
    """Number, state, clocks, partner, organisation, language, programme, question, answer and why, link, level."""
    message = cards.request_card(english, OPEN, FACTS)
    shown = "\n".join(_texts(message.blocks))

    first = message.blocks[0]["text"]["text"].splitlines()
    assert first == [
        "*REQ-12* · in the queue",
        "*First response due: Sat 21 Nov, 04:30 (Helsinki).*",
        "*Resolution due: Mon 23 Nov, 00:30 (Helsinki).*",
        "<@UANN> · Agendium &amp; Co · German · Cyberday",
    ]
    for one in (
        "Wann endet die Testphase?",
        "The trial lasts 14 days.",
        "German, by its words",
        "Trial length (81%) · Longer trial (12%)",
        "Wie lange läuft der Test?",
        "asked for a person · Sat 21 Nov, 00:30 (Helsinki) · first-line · <https://example.com/archives/C9/p1|Open",
    ):
        assert one in shown
    assert message.text == "REQ-12 (German): Wann endet die Testphase?"


def test_a_card_says_who_has_it(english: Translator) -> None:
    """And first of all that it is urgent, until it is closed."""
    assert "*REQ-12* · taken · <@UBEN>" in _markup(cards.request_card(english, TAKEN, FACTS))
    assert "*REQ-12* · *urgent* · taken · <@UBEN>" in _markup(cards.request_card(english, URGENT, FACTS))
    assert "urgent" not in _markup(cards.request_card(english, _done(DESK.dismiss(URGENT, BEN, _later(3))), FACTS))


def test_a_card_tells_no_time_from_now(english: Translator) -> None:
    """It is drawn again only when something changes: what counts from now would soon be wrong."""
    for request in STATES.values():
        assert "<!date" not in str(cards.request_card(english, request, FACTS).blocks)


def test_a_missed_target_says_so(english: Translator) -> None:
    """With when it was due; once the partner was answered, that it was late."""
    missed = DESK.breach(TAKEN, _later(5), Target.FIRST)

    assert "*First response missed: it was due Sat 21 Nov, 04:30 (Helsinki).*" in _markup(
        cards.request_card(english, missed, FACTS)
    )
    late = cards.request_card(english, _replied(missed, BEN, Then.WAIT), replace(FACTS, due={}))
    assert "The first response came late." in _markup(late)
    assert "missed" not in _markup(late)
    overdue = DESK.breach(WAITING, _later(60), Target.RESOLUTION)
    assert "*Resolution missed.*" in _markup(cards.request_card(english, overdue, replace(FACTS, due={})))


def test_a_card_that_waits_says_since_when(english: Translator) -> None:
    """No clock of the desk runs then."""
    shown = _markup(cards.request_card(english, WAITING, replace(FACTS, due={})))

    assert "It has been waiting for the partner since Sat 21 Nov, 02:30 (Helsinki)." in shown
    assert "due" not in shown


def test_a_closed_card_has_no_clocks(english: Translator) -> None:
    """Whatever was due."""
    assert "due" not in _markup(cards.request_card(english, RESOLVED, FACTS))


def test_a_resolved_card_says_what_became_of_it(english: Translator) -> None:
    """The result, and the words that the partner has read."""
    shown = "\n".join(_texts(cards.request_card(english, RESOLVED, FACTS).blocks))

    assert "Result: done as asked" in shown
    assert "It is longer now." in shown


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_words(english: Translator, reason: Reason) -> None:
    """On the card and below it."""
    resolved = _done(DESK.resolve(TAKEN, BEN, _later(3), reason, "My words"))

    assert "Result: " in _markup(cards.request_card(english, resolved, FACTS))
    line = cards.request_line(english, resolved, resolved.history[-1])
    assert "My words" in line.text
    assert ("<@UBEN>" in line.text) is (reason is not Reason.NO_REPLY)


def test_that_nobody_speaks_the_language_is_said(english: Translator) -> None:
    """While somebody has to answer in it."""
    facts = replace(FACTS, languages_spoken=False)

    assert "Nobody at the desk speaks German." in _markup(cards.request_card(english, OPEN, facts))
    assert "Nobody at the desk" not in _markup(cards.request_card(english, OPEN, FACTS))
    assert "Nobody at the desk" not in _markup(cards.request_card(english, RESOLVED, facts))


def test_the_files_are_counted(english: Translator) -> None:
    """Those that nobody can see here, each with the reason why."""
    states = [
        Picture("F1", PictureState.SHARED),
        Picture("F2", PictureState.WAITING),
        Picture("F3", PictureState.KEPT_BACK),
        Picture("F4", PictureState.REFUSED, FileFault.TOO_LARGE.value),
        Picture("F5", PictureState.REFUSED, "haunted"),
        Picture("F6", PictureState.DELETED),
    ]
    shown = _markup(cards.request_card(english, replace(OPEN, files=tuple(states)), FACTS))

    assert "6 files. 1 is on its way." in shown
    assert "1 is not shown here, since other organisations read this channel." in shown
    assert "1 could not be had: it is too large." in shown
    assert "1 could not be had: Slack does not give it out at the moment." in shown
    assert "1 has been deleted by now." in shown


def test_a_direct_message_is_not_linked(english: Translator) -> None:
    """Nobody else can open it; and where Slack gives no link the card says so."""
    direct = cards.request_card(english, replace(OPEN, channel="D9"), FACTS)

    assert "in a direct message" in _markup(direct)
    assert "example.com/archives/C9" not in str(direct.blocks)
    assert "Slack gave no link" in _markup(cards.request_card(english, OPEN, replace(FACTS, url=None)))


FULL = ["request.reply", "request.answer", "request.resolve", "meeting.offer"]


@pytest.mark.parametrize(
    ("request_", "buttons", "further"),
    [
        (OPEN, ["request.take", *FULL], ["assign", "level", "urgent", "wait", "dismiss", "why"]),
        (TAKEN, FULL, ["assign", "take-over", "level", "urgent", "wait", "dismiss", "why"]),
        (URGENT, FULL, ["assign", "take-over", "level", "normal", "wait", "dismiss", "why"]),
        (WAITING, FULL, ["assign", "take-over", "level", "urgent", "dismiss", "why"]),
        (RESOLVED, ["request.reopen"], []),
        (DISMISSED, ["request.reopen"], []),
    ],
    ids=["open", "taken", "urgent", "waiting", "resolved", "dismissed"],
)
def test_a_card_offers_what_can_be_done(
    english: Translator, request_: Request, buttons: list[str], further: list[str]
) -> None:
    """By its state; where other organisations read along just the same, for the forms open for staff alone."""
    for is_shared in (False, True):
        message = cards.request_card(english, replace(request_, is_shared=is_shared), FACTS)

        assert _offered(message) == (buttons, further)
        assert all(controls.offers(message.blocks, action, "12") for action in buttons)
        assert all(controls.offers(message.blocks, cards.MORE, value) for value in further)


def test_nothing_is_offered_that_is_not_there(english: Translator) -> None:
    """No meeting where nobody holds any, no level above the last."""
    buttons, further = _offered(
        cards.request_card(english, OPEN, replace(FACTS, offers_meeting=False, next_level=None))
    )

    assert "meeting.offer" not in buttons
    assert "level" not in further


def test_a_menu_shows_nothing_chosen_after_each_change(english: Translator) -> None:
    """Slack keeps what was chosen in a block that it knows."""
    rows = {_row(cards.request_card(english, one, FACTS))["block_id"] for one in (OPEN, TAKEN, URGENT)}

    assert len(rows) == 3


@pytest.mark.parametrize("state", State)
def test_others_read_number_and_state_alone(english: Translator, state: State) -> None:
    """On a card in a channel that other organisations read, on what is left of it, and in every line below it."""
    request = replace(RESOLVED, state=state, is_shared=True, reason=None if state is State.OPEN else Reason.DONE)
    urgent = replace(request, is_urgent=True, breached=(Target.FIRST,), files=(Picture("F1"),))
    change = Change(Act.TOLD, OPENED, ANN, "Secret words", whom=BEN, files=("F1",))
    said = [cards.request_card(english, urgent, FACTS), *_lines(english, urgent, change)]

    for message in said:
        told = [block for block in message.blocks if block["type"] != "actions"]
        assert [block["text"]["text"] for block in told] == [
            f"*REQ-12* · {message.text.removeprefix('REQ-12: ')}",
        ]
        for secret in ("UANN", "UBEN", "Agendium", "German", "Cyberday", "Testphase", "Secret", "trial", "Ben"):
            assert secret not in str(message)


def _lines(t: Translator, request: Request, change: Change) -> list[Message]:
    """A line of every act."""
    return [
        cards.request_line(
            t, request, replace(change, act=act), title="Agendium title", level="experts", reply="Secret reply"
        )
        for act in Act
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_has_its_line(catalogues: Catalogues, language: Language) -> None:
    """In every language, also where nobody is known to have done it; and it names the request."""
    for who, words in ((ANN, "first"), (None, ""), (BEN, Reason.DONE.value), (BEN, Target.FIRST.value)):
        change = Change(Act.ASKED, OPENED, who, words, whom=BEN, files=("F1", "F2"))
        for message in _lines(catalogues[language], RESOLVED, change):
            assert block_problems(message.blocks) == []
            assert schema_problems(message.blocks, "blocks.schema.json") == []
            assert message.text.startswith("REQ-12")
            assert len(message.text) <= MOST


@pytest.mark.parametrize("text", HOSTILE)
def test_no_line_lets_words_be_markup(english: Translator, text: str) -> None:
    """Those of the partner, of staff, of the bot, of the knowledge and of the desk file."""
    for act in Act:
        request = replace(RESOLVED, words=text, closed_at=OPENED)
        change = Change(act, OPENED, ANN, text, whom=BEN)
        message = cards.request_line(english, request, change, title="<!here>", level="<!here>", reply=text)

        assert block_problems(message.blocks) == []
        assert "EVIL" not in _markup(message)
        assert "<!" not in _markup(message) + message.text
        assert "<@U1>" not in message.text
        assert len(message.text) <= MOST


def test_an_act_of_a_newer_version_has_a_line(english: Translator) -> None:
    """It says that something has changed."""
    message = cards.request_line(english, TAKEN, Change(Act("haunted"), OPENED, BEN, "boo"))

    assert message.text == "REQ-12: <@UBEN> has changed the request."
    resolved = Change(Act.RESOLVED, OPENED, BEN, "haunted")
    assert "has resolved the request." in cards.request_line(english, TAKEN, resolved).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(Act.ASKED, OPENED, ANN, "Please hurry"), "<@UANN> has asked for a person.\n> Please hurry"),
        (Change(Act.TOLD, OPENED, ANN, "And now?"), "From the partner: <@UANN> wrote:\n> And now?"),
        (
            Change(Act.TOLD, OPENED, ANN, "Thanks!", is_aside=True),
            "From the partner, and no reply is owed: <@UANN> wrote:\n> Thanks!",
        ),
        (Change(Act.TOLD, OPENED, ANN, files=("F1",)), "From the partner: <@UANN> has sent 1 file."),
        (
            Change(Act.RETURNED, OPENED, ANN, "Still"),
            "From the partner, and the request is open again: <@UANN> wrote:\n> Still",
        ),
        (Change(Act.RETURNED, OPENED, ANN), "From the partner: <@UANN> has opened the request again."),
        (Change(Act.REPLIED, OPENED, BEN, "Soon"), "<@UBEN> has replied. Sent to the partner:\n> Soon"),
        (
            Change(Act.SENT, OPENED, BEN, "cyberday.trial"),
            "<@UBEN> has sent an answer to the partner: Trial length",
        ),
        (Change(Act.WROTE, OPENED, BEN, "Soon"), "<@UBEN> has replied in the partner’s own thread:\n> Soon"),
        (Change(Act.TAKEN_OVER, OPENED, CAT, whom=BEN), "<@UCAT> has taken the request over from <@UBEN>."),
        (Change(Act.ASSIGNED, OPENED, CAT, whom=BEN), "<@UCAT> has given the request to <@UBEN>."),
        (Change(Act.RELEASED, OPENED), "The request is in the queue again."),
        (Change(Act.ESCALATED, OPENED, BEN, "Look"), "<@UBEN> has handed the request to experts.\n> Look"),
        (
            Change(Act.RESOLVED, OPENED, ANN, Reason.SETTLED.value),
            "From the partner: <@UANN> says that it is settled.",
        ),
        (
            Change(Act.RESOLVED, OPENED, None, Reason.NO_REPLY.value),
            "The partner has not replied for long, so the request is closed.",
        ),
        (Change(Act.BREACHED, OPENED, words="first"), "The first response has not come in time."),
        (Change(Act.WARNED, OPENED, words="resolution"), "The resolution will soon be due."),
    ],
    ids=lambda one: one.act.value if isinstance(one, Change) else "",
)
def test_a_line_says_what_has_happened(english: Translator, change: Change, said: str) -> None:
    """The partner's words are marked as theirs, those that were sent as sent; ids are not quoted."""
    title = "Trial length" if change.act is Act.SENT else ""
    level = "experts" if change.act is Act.ESCALATED else ""

    assert cards.request_line(english, TAKEN, change, title=title, level=level).text == f"REQ-12: {said}".replace(
        "\n> ", "\n&gt; "
    )


def test_what_the_bot_said_to_it_stands_below(english: Translator) -> None:
    """Marked as the bot's, where the partner wrote to it beside the request."""
    aside = Change(Act.TOLD, OPENED, ANN, "And the price?", is_aside=True)
    message = cards.request_line(english, TAKEN, aside, reply="It costs 10 euros.")

    assert message.text.endswith("&gt; And the price?\n\nThe bot answered:\n&gt; It costs 10 euros.")


def test_the_words_of_an_earlier_end_are_not_those_of_the_last(english: Translator) -> None:
    """A request that was resolved twice has the words of its second end alone."""
    again = _done(DESK.resolve(_done(DESK.reopen(RESOLVED, BEN, _later(4))), BEN, _later(5), Reason.DONE, "Really"))
    ends = [cards.request_line(english, again, one) for one in again.history if one.act is Act.RESOLVED]

    assert ["Really" in one.text for one in ends] == [False, True]


@pytest.mark.parametrize("way", Way)
def test_every_way_in_is_named(english: Translator, way: Way) -> None:
    """On the card and in its first line."""
    request = replace(OPEN, way=way)
    line = cards.request_line(english, request, request.history[0])

    assert len(cards.request_card(english, request, FACTS).blocks[-2]["elements"][0]["text"]) > 0
    assert ("<@UANN>" in line.text) is (way is not Way.UNANSWERED)


PINGED = {
    Act.ASKED: "REQ-12 is new and waits for one of you (German).",
    Act.WARNED: "REQ-12: The first response will soon be due.",
    Act.BREACHED: "REQ-12 has not been resolved in time.",
    Act.REMINDED: "A reminder: REQ-12 is waiting for you.",
    Act.RETURNED: "REQ-12 is open again: the partner has come back to it.",
    Act.TOLD: "REQ-12: the partner has written, and it is your turn.",
    Act.ASSIGNED: "REQ-12 is yours now.",
    Act.ESCALATED: "REQ-12 has been handed to you and waits for one of you.",
    Act.RELEASED: "REQ-12 is back in the queue and waits for one of you.",
    Act.TAKEN_OVER: "REQ-12 is no longer yours: <@UBEN> has taken it over.",
    Act.NUDGED: "REQ-12 is waiting for you.",
}


@pytest.mark.parametrize(("why", "said"), PINGED.items(), ids=[act.value for act in PINGED])
def test_a_ping_calls_people_and_says_why(english: Translator, why: Act, said: str) -> None:
    """By their ids."""
    request = replace(TAKEN, warned=(Target.FIRST,), breached=(Target.FIRST, Target.RESOLUTION))
    message = cards.request_ping(english, request, ["UBEN", "UCAT"], why)

    assert message.text == f"<@UBEN> <@UCAT> {said}"
    assert block_problems(message.blocks) == []


@pytest.mark.parametrize("why", Act)
def test_a_ping_that_others_read_says_the_state_alone(english: Translator, why: Act) -> None:
    """Nothing but whom it calls, the number and the state; one that calls nobody is a message all the same."""
    shared = replace(TAKEN, is_shared=True, warned=(Target.FIRST,), breached=(Target.FIRST,))

    assert cards.request_ping(english, shared, ["UCAT"], why).text == "<@UCAT> REQ-12: taken"
    assert cards.request_ping(english, shared, [], why).text == "REQ-12: taken"


@pytest.mark.parametrize("target", Target)
def test_the_next_level_hears_of_a_missed_target(english: Translator, target: Target) -> None:
    """With a link to the card, and nothing of what it is about: its channel may have other readers."""
    message = cards.breach_note(english, TAKEN, target, ["UCAT"])

    assert message.text.startswith("<@UCAT> REQ-12 has ")
    assert message.text.endswith("in time. <https://example.com/archives/CDESK/p2|Open the card>")
    for secret in ("UANN", "UBEN", "Agendium", "German", "Cyberday", "Testphase"):
        assert secret not in str(message)
    assert "Open the card" not in cards.breach_note(english, replace(TAKEN, card_url=""), target, []).text


def test_what_is_left_of_a_card_names_nobody(english: Translator) -> None:
    """Once its request has gone elsewhere, or whoever asked has had their data deleted."""
    moved, withdrawn = cards.moved_card(english, TAKEN, "CNEW"), cards.withdrawn_request(english, 12)

    assert moved.text == "REQ-12: Handed on to <#CNEW>."
    assert withdrawn.text == "REQ-12: Withdrawn: whoever asked has had their data deleted."
    for message in (moved, withdrawn, cards.undelivered(english, TAKEN)):
        assert block_problems(message.blocks) == []
        assert [block["type"] for block in message.blocks] == ["section"]
        assert all(secret not in str(message) for secret in ("UANN", "UBEN", "Agendium", "German", "Testphase"))


RELEASED = _done(DESK.assign(TAKEN, BEN, _later(2), None))
GIVEN = _done(DESK.assign(OPEN, BEN, _later(1), CAT))
STANDINGS = {
    "asked": (OPEN, "REQ-12 has been in the queue since 21 November, 00:30."),
    "taken": (TAKEN, "REQ-12 was taken by <@UBEN>, 21 November, 01:30."),
    "more is owed": (_replied(TAKEN, BEN, Then.MORE), "REQ-12 was taken by <@UBEN>, 21 November, 01:30."),
    "answered untaken": (_replied(OPEN, CAT, Then.MORE), "REQ-12 was answered by <@UCAT>, 21 November, 02:30."),
    "after a release": (
        _replied(RELEASED, CAT, Then.MORE),
        "REQ-12 was answered by <@UCAT>, 21 November, 02:30.",
    ),
    "given": (GIVEN, "REQ-12 was given to <@UCAT> by <@UBEN>, 21 November, 01:30."),
    "taken over": (
        _done(DESK.take_over(TAKEN, CAT, _later(2))),
        "REQ-12 was taken over by <@UCAT>, 21 November, 02:30.",
    ),
    "released": (RELEASED, "REQ-12 was put back into the queue by <@UBEN>, 21 November, 02:30."),
    "escalated": (ESCALATED, "REQ-12 was handed to another level by <@UBEN>, 21 November, 02:30."),
    "waiting": (WAITING, "REQ-12 was answered by <@UBEN>, 21 November, 02:30."),
    "set to wait": (
        _done(DESK.wait(TAKEN, BEN, _later(2))),
        "REQ-12 was set to wait for the partner by <@UBEN>, 21 November, 02:30.",
    ),
    "resolved": (RESOLVED, "REQ-12 was resolved by <@UBEN>, 21 November, 03:30."),
    "dismissed": (DISMISSED, "REQ-12 was closed as no request by <@UBEN>, 21 November, 03:30."),
    "reopened": (_done(DESK.reopen(RESOLVED, CAT, _later(4))), "REQ-12 was reopened by <@UCAT>, 21 November, 04:30."),
    "by nobody": (
        _done(DESK.resolve(WAITING, None, _later(5), Reason.NO_REPLY, "")),
        "REQ-12: resolved since 21 November, 05:30.",
    ),
    "forgotten": (replace(TAKEN, history=()), "REQ-12: taken."),
}


@pytest.mark.parametrize(("request_", "said"), STANDINGS.values(), ids=STANDINGS)
def test_a_late_clicker_reads_who_was_first(english: Translator, request_: Request, said: str) -> None:
    """And when, by the desk's clock."""
    assert cards.standing(english, request_, HELSINKI) == said


def test_in_the_error_of_a_form_a_name_stands(english: Translator) -> None:
    """It shows text as it is: a mention would be seen as an id."""
    assert cards.standing(english, TAKEN, HELSINKI, lambda who: who.user.title()) == (
        "REQ-12 was taken by Uben, 21 November, 01:30."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", STAFF_REASONS)
def test_a_standing_has_words_in_every_language(catalogues: Catalogues, language: Language, reason: Reason) -> None:
    """Whatever has brought it there."""
    resolved = _done(DESK.resolve(TAKEN, BEN, _later(3), reason, ""))

    for request in (resolved, *(told for told, _ in STANDINGS.values())):
        assert "REQ-12" in cards.standing(catalogues[language], request, HELSINKI)
