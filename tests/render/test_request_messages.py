"""What partners read of their requests, step by step; lists of them, and of the desk's, by `status` and in App Home."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.edition import Edition
from bot.knowledge.schema import Contact
from bot.model import LANGUAGES, Language, Notice, Outcome, Reply
from bot.render import controls, home, notices, requests
from bot.render.blocks import Block
from bot.render.messages import ASK_PERSON, HELPFUL, Message, Renderer
from bot.render.own_texts import own_texts
from bot.render.requests import Step
from bot.request import Reason, State, Way
from tests.render.hostile import HOSTILE, markups
from tests.render.valid import block_problems, schema_problems, view_problems

LONGEST = 3900
OPENS = "2026-11-23T07:00:00+00:00"
ENTRY = "cyberday.trial-length"
STATUS: dict[str, Any] = {
    "step": "status",
    "number": 12,
    "state": "open",
    "agent": "",
    "opens": None,
    "zone": "Europe/Helsinki",
    "spoken": True,
    "added": 0,
    "way": "asked",
    "can_reopen": False,
    "shared": False,
}
TAKEN: dict[str, Any] = {**STATUS, "state": "taken", "agent": "Anna"}
TOOK: dict[str, Any] = {"step": "taken", "number": 12, "agent": "Anna", "direct": False}
REPLY: dict[str, Any] = {"step": "reply", "number": 12, "agent": "Anna", "text": "It is in the settings."}
ANSWER: dict[str, Any] = {"step": "answer", "number": 12, "agent": "Anna"}
NUDGE: dict[str, Any] = {"step": "nudge", "number": 12, "agent": "Anna"}
RESULT: dict[str, Any] = {
    "step": "result",
    "number": 12,
    "agent": "Anna",
    "reason": "answered",
    "words": "All the best!",
    "can_reopen": True,
    "reopened": False,
}
STEPS: list[dict[str, Any]] = [
    STATUS,
    {**STATUS, "way": "escalated"},
    {**STATUS, "way": "unanswered"},
    {**STATUS, "opens": OPENS},
    {**STATUS, "opens": OPENS, "by_speaker": True},
    {**STATUS, "opens": OPENS, "spoken": False, "added": 1},
    {**STATUS, "added": 20},
    TAKEN,
    {**TAKEN, "agent": "", "added": 1},
    {**TAKEN, "state": "waiting"},
    {**TAKEN, "state": "waiting", "agent": ""},
    {**TAKEN, "state": "resolved", "can_reopen": True},
    {**TAKEN, "state": "dismissed"},
    {**TAKEN, "state": "dismissed", "can_reopen": True},
    TOOK,
    {**TOOK, "direct": True},
    {**TOOK, "agent": ""},
    REPLY,
    {**REPLY, "agent": ""},
    {**REPLY, "text": "word " * 500},
    ANSWER,
    {**ANSWER, "agent": ""},
    NUDGE,
    {**NUDGE, "agent": ""},
    *({**RESULT, "reason": reason.value} for reason in Reason),
    {**RESULT, "reason": "", "agent": ""},
    {**RESULT, "words": ""},
    {**RESULT, "reopened": True},
    {"step": "added", "number": 12},
]
LISTED: list[dict[str, Any]] = [
    {
        "number": n,
        "state": state.value,
        "own": n % 2 == 1,
        "agent": "Anna",
        "question": f"How do I pay {n}?",
        "organisation": "Partner & Co",
    }
    for n, state in enumerate(State, start=1)
]
BARE: list[dict[str, Any]] = [{"number": one["number"], "state": one["state"]} for one in LISTED]
ROW: dict[str, Any] = {
    "number": 31,
    "question": "Where is the invoice?",
    "organisation": "Partner & Co",
    "language": "fi",
    "urgent": False,
    "due": "2026-11-24T08:00:00+00:00",
    "url": "https://example.slack.com/archives/C1/p1?thread_ts=1.1&cid=C1",
}
DESK: dict[str, Any] = {
    name: {"count": count, "first": [{**ROW, "number": 10 * of + n} for n in range(min(count, 5))]}
    for of, (name, count) in enumerate({"mine": 7, "waiting": 2, "soon": 1, "unassigned": 12}.items(), start=3)
}
QUIET: dict[str, Any] = {name: {"count": 0, "first": []} for name in DESK}


@pytest.fixture(scope="module")
def renderer(edition: Edition) -> Renderer:
    """The renderer of a desk that questions can be handed to."""
    return Renderer(edition.knowledge, edition.renderer.catalogues, lambda *_: None, has_desk=True)


def _reply(result: dict[str, Any], language: Language = "en") -> Reply:
    entry = ENTRY if result.get("step") == "answer" else None
    return Reply(Outcome.HUMAN, language, "cyberday", entry, result=result)


def _of_status(result: dict[str, Any], language: Language = "en") -> Reply:
    return Reply(Outcome.STATUS, language, result=result)


def _elements(blocks: list[Block]) -> list[Block]:
    return [one for block in blocks if block["type"] == "actions" for one in block["elements"]]


def _actions(message: Message) -> list[str]:
    return [one["action_id"] for one in _elements(message.blocks)]


def _seen(message: Message) -> str:
    """All that reaches Slack."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def _rich(blocks: list[Block]) -> list[Block]:
    """The words and links of rich text, in paragraphs and in lists."""
    inner = [one for block in blocks if block["type"].startswith("rich_text") for one in block["elements"]]
    return [*(one for one in inner if one["type"] in {"text", "link"}), *(_rich(inner) if inner else [])]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("result", STEPS, ids=lambda result: result["step"])
def test_every_step_is_a_message_that_slack_takes(
    renderer: Renderer, language: Language, result: dict[str, Any]
) -> None:
    """In every language, with controls and without, beside the blocks a text that says the same."""
    for with_controls in (True, False):
        message = renderer.message(_reply(result, language), with_controls=with_controls)

        assert block_problems(message.blocks) == []
        assert 0 < len(message.text) <= LONGEST
        assert bool(_actions(message)) <= with_controls
        assert len(set(_actions(message))) == len(_actions(message))
    assert renderer.plain(_reply(result, language))


@pytest.mark.parametrize("result", STEPS, ids=lambda result: result["step"])
def test_every_step_holds_to_the_schema(renderer: Renderer, result: dict[str, Any]) -> None:
    """No unknown key, no element in the wrong block."""
    assert schema_problems(renderer.message(_reply(result)).blocks, "blocks.schema.json") == []


def test_every_step_has_its_words(renderer: Renderer) -> None:
    """All steps, states, ways and reasons that there are stand above, and no two are told alike."""
    told = [renderer.plain(_reply(result)) for result in STEPS]
    ways = [renderer.plain(_reply({**STATUS, "way": way.value})) for way in Way]

    assert {result["step"] for result in STEPS} == set(Step)
    assert {result["state"] for result in STEPS if result["step"] == "status"} == set(State)
    assert {result["reason"] for result in STEPS if result["step"] == "result"} - {""} == set(Reason)
    assert len(set(told)) == len(told)
    assert ways.count(renderer.plain(_reply(STATUS))) == 2  # asked for, in whatever way


@pytest.mark.parametrize("result", STEPS, ids=lambda result: result["step"])
def test_a_step_can_be_reported_as_a_text_of_ours(renderer: Renderer, result: dict[str, Any]) -> None:
    """Its sentences are told apart from names, and from what staff have written."""
    texts = [one.text for one in own_texts(renderer, _reply(result), "en")]

    assert texts
    assert not any(words in text for words in ("Anna", "settings", "best") for text in texts)


@given(
    result=st.sampled_from(STEPS),
    language=st.sampled_from(LANGUAGES),
    names=st.dictionaries(st.sampled_from(["agent", "question", "organisation", "user", "email"]), st.just("Leak")),
)
def test_what_others_read_along_names_nobody(
    edition: Edition, result: dict[str, Any], language: Language, names: dict[str, str]
) -> None:
    """In a shared channel nobody is named; whatever a result holds besides."""
    message = edition.renderer.message(_reply({**result, **names, "shared": True}, language))

    assert "Leak" not in _seen(message)
    assert "Anna" not in _seen(message)
    assert "<@" not in _seen(message)


@given(
    language=st.sampled_from(LANGUAGES),
    names=st.dictionaries(st.sampled_from(["agent", "organisation", "user", "email"]), st.just("Leak")),
)
def test_a_list_that_others_read_along_names_nobody(
    edition: Edition, language: Language, names: dict[str, str]
) -> None:
    """Without its question a request is a number and a state."""
    result = {"requests": [{**one, **names} for one in BARE], "desk": {}, "zone": "UTC"}
    message = edition.renderer.message(_of_status(result, language))

    assert "REQ-1" in message.text
    for words in ("Leak", "Anna", "Partner", "invoice"):
        assert words not in _seen(message)


def test_a_shared_status_holds_number_and_state_alone(renderer: Renderer) -> None:
    """Who has it, and how much was written since, is for the partner alone; the desk’s hours are no secret."""
    full = {**STATUS, "added": 3, "agent": "Anna"}
    for state in State:
        shared = renderer.plain(_reply({**full, "state": state.value, "shared": True}))

        assert shared == renderer.plain(_reply({**STATUS, "state": state.value}))
        assert "REQ-12" in shared


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "step", [TAKEN, {**TAKEN, "state": "waiting"}, TOOK, REPLY, ANSWER, NUDGE, RESULT], ids=lambda one: one["step"]
)
def test_what_people_write_is_never_markup(renderer: Renderer, step: dict[str, Any], text: str) -> None:
    """Names and words stand in rich text alone; in the text beside the blocks they are escaped. All is short enough."""
    fields = {"agent", "text", "words"} & set(step)
    message = renderer.message(_reply({**step, **dict.fromkeys(fields, text)}))

    assert block_problems(message.blocks) == []
    assert schema_problems(message.blocks, "blocks.schema.json") == []
    assert "EVIL" in message.text
    assert len(message.text) <= LONGEST
    assert "<" not in message.text
    assert not any("EVIL" in markup for markup in markups(message.blocks))
    assert not any("\u202e" in one.get("text", "") for one in _rich(message.blocks))


@pytest.mark.parametrize("text", HOSTILE)
def test_lists_of_what_people_write_are_never_markup(renderer: Renderer, text: str) -> None:
    """Each request stays one line, however its question, its organisation or its agent's name tries to be more."""
    evil = {"question": text, "organisation": text, "agent": text}
    rows = {name: {"count": 5, "first": [{**ROW, **evil, "url": text}] * 5} for name in DESK}
    result = {"requests": [{**one, **evil} for one in LISTED * 5], "desk": rows, "zone": text}
    message = renderer.message(_of_status(result))
    view = home.home_view([home.requests_section(renderer, "en", result["requests"], rows, zone=text)])

    assert block_problems(message.blocks) == []
    assert view_problems(view) == []
    assert "EVIL" in message.text
    assert "<" not in message.text
    for shown in (message.blocks, view["blocks"]):
        assert not any("EVIL" in markup for markup in markups(shown))
        assert not any("\n" in one.get("text", "") for one in _rich(shown))
        assert not any(one["type"] == "link" for one in _rich(shown))


def test_a_request_is_passed_on(renderer: Renderer) -> None:
    """That a person is asked, and under which number; a person is not offered again."""
    message = renderer.message(_reply(STATUS))

    assert message.text == "I am passing this on to a person.\n\nYour request: REQ-12"
    assert _actions(message) == []


def test_a_request_that_nobody_asked_for_says_why(renderer: Renderer) -> None:
    """What staff have taken up, and what nobody has answered; the bot says of neither that it was asked."""
    staff, nobody = (renderer.plain(_reply({**STATUS, "way": way})) for way in ("escalated", "unanswered"))

    assert staff.startswith("This message is now a request")
    assert nobody.startswith("Nobody has answered this yet")
    assert "I am passing" not in staff + nobody
    assert renderer.plain(_reply({**STATUS, "way": "by-pigeon"})) == renderer.plain(_reply(STATUS))


@pytest.mark.parametrize(
    ("language", "zone", "when"),
    [
        ("en", "Europe/Helsinki", "Mon 23 Nov, 09:00 (Helsinki)"),
        ("fr", "Europe/Paris", "lun. 23 nov., 08:00 (Paris)"),
        ("de", "America/New_York", "Mo., 23. Nov., 02:00 (New York)"),
        ("fi", "Europe/Paris", "ma 23.11. klo 8.00 (Pariisi)"),
        ("en", "Mars/Olympus", "Mon 23 Nov, 07:00 (UTC)"),
        ("en", None, "Mon 23 Nov, 07:00 (UTC)"),
    ],
)
def test_when_the_desk_opens_is_told_by_the_partners_clock(
    renderer: Renderer, language: Language, zone: str | None, when: str
) -> None:
    """With its weekday and the city of the zone; as long as nobody has the request, and the desk is closed."""
    result = {**STATUS, "opens": OPENS, "zone": zone}
    t = renderer.catalogues[language]

    assert t("The desk opens on {time}.", time=when) in renderer.plain(_reply(result, language))
    for other in ({**result, "opens": None}, {**result, "state": "taken"}, {**result, "state": "resolved"}):
        assert when not in renderer.plain(_reply(other, language))


def test_a_desk_that_is_open_without_a_speaker_is_not_called_closed(renderer: Renderer) -> None:
    """Then the time is that of whoever speaks the language."""
    told = renderer.plain(_reply({**STATUS, "opens": OPENS, "by_speaker": True}))

    assert "Somebody who speaks your language is at the desk from Mon 23 Nov, 09:00 (Helsinki) on." in told
    assert "The desk opens" not in told


_NAMED = {"en": "celine@cyberday.ai", "de": "celine@cyberday.ai", "fi": "chat-ikkunasta"}
"""Of whom the facts of a programme say that they take a language."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("programme", [None, "cyberday", "miro"])
def test_where_nobody_speaks_the_language_that_is_said(
    renderer: Renderer, language: Language, programme: str | None
) -> None:
    """With the contact whose facts name that very language; with no other, and none for an unknown programme."""
    reply = replace(_reply({**STATUS, "spoken": False}, language), programme=programme)
    message, told = renderer.message(reply), renderer.plain(reply)
    named = _NAMED.get(language) if programme == "cyberday" else None

    assert (
        renderer.catalogues[language]("Nobody at the desk speaks your language, so the reply may come in another one.")
        in told
    )
    assert {one for one in _NAMED.values() if one in told} == {one for one in _NAMED.values() if one in message.text}
    assert {one for one in _NAMED.values() if one in told} == ({named} if named else set())
    assert told.count("\n\n") == 2 + bool(named)
    assert len(message.blocks) == 3 + bool(named)
    assert "@" not in renderer.plain(replace(reply, result={**STATUS}))
    assert "@" not in renderer.plain(replace(reply, result={**STATUS, "state": "taken", "spoken": False}))


def test_a_contact_for_one_matter_is_not_named_for_all(edition: Edition) -> None:
    """Though it speaks the language: it is not one that is named when the bot has no answer."""
    cyberday = edition.knowledge.programmes["cyberday"]
    contacts = {**cyberday.contacts, "programme": Contact("deals only", "celine@cyberday.ai", languages=("en",))}
    knowledge = replace(
        edition.knowledge,
        programmes={**edition.knowledge.programmes, "cyberday": replace(cyberday, contacts=contacts)},
    )
    renderer = Renderer(knowledge, edition.renderer.catalogues, lambda *_: None, has_desk=True)

    assert "celine" not in renderer.plain(_reply({**STATUS, "spoken": False}))


def test_how_a_request_stands_is_one_message(renderer: Renderer) -> None:
    """Who has it, whose turn it is, what was added; at its end that it can be opened again."""
    told = {state.value: renderer.message(_reply({**TAKEN, "state": state.value, "added": 2})) for state in State}
    closed = renderer.message(_reply({**TAKEN, "state": "resolved", "can_reopen": True}))

    assert told["taken"].text.startswith("Anna is looking after REQ-12.")
    assert told["waiting"].text.startswith("Anna waits for your reply about REQ-12: write it here.")
    assert "message of its own" in told["resolved"].text
    assert told["dismissed"].text == "The desk has closed REQ-12."
    for state in ("open", "taken", "waiting"):
        assert "2 more messages of yours have been added to it." in told[state].text
    assert not any(_actions(message) for message in told.values())
    assert _actions(closed) == [requests.AGAIN]
    assert controls.offers(closed.blocks, requests.AGAIN, "12")
    assert _actions(renderer.message(_reply({**TAKEN, "can_reopen": True}))) == []


def test_whoever_takes_it_is_named_and_the_bot_keeps_silent(renderer: Renderer) -> None:
    """And says how it can be reached all the same, which is another way in a direct message."""
    channel, direct = (renderer.plain(_reply({**TOOK, "direct": direct})) for direct in (False, True))
    nameless = renderer.plain(_reply({**TOOK, "agent": ""}))

    assert channel.startswith("Anna has taken REQ-12.")
    assert "I keep silent in this thread. If you need me all the same, mention me." in channel
    assert "write to me outside of this thread" in direct
    assert nameless.startswith("A person has taken REQ-12.")


def test_a_reply_stands_below_its_authors_name(renderer: Renderer) -> None:
    """As it was typed, line by line; its addresses are links, a full stop behind one is none of it."""
    text = "Two things:\n- see https://example.com/a?b=1&c=2.\n- *not* <@U1> (https://example.org)\n\nBye"
    message = renderer.message(_reply({**REPLY, "text": text}))
    words = _rich(message.blocks)

    assert [block["type"] for block in message.blocks] == ["rich_text"]
    assert words[0] == {"type": "text", "text": "Anna · support\n", "style": {"bold": True}}
    assert "".join(one.get("text", one.get("url", "")) for one in words[1:]) == text
    assert [one["url"] for one in words if one["type"] == "link"] == [
        "https://example.com/a?b=1&c=2",
        "https://example.org",
    ]
    assert renderer.plain(_reply({**REPLY, "text": text})) == f"Anna · support\n{text}"
    assert renderer.plain(_reply({**REPLY, "agent": ""})).startswith("Support\n")


@pytest.mark.parametrize("address", ["https://", "https://…", "https://[::1]/", "https://ä.example", "http:///x"])
def test_what_slack_may_not_take_as_a_link_stays_text(renderer: Renderer, address: str) -> None:
    """It would refuse the message, and nobody would read the reply."""
    words = _rich(renderer.message(_reply({**REPLY, "text": f"See {address} there"})).blocks)

    assert not any(one["type"] == "link" for one in words)
    assert words[-1]["text"] == f"See {address} there"


def test_a_reply_with_many_addresses_is_still_taken(renderer: Renderer) -> None:
    """Slack counts what stands in a paragraph."""
    text = " ".join(f"https://example.com/{n}" for n in range(90))
    message = renderer.message(_reply({**REPLY, "text": text}))

    assert block_problems(message.blocks) == []
    assert "".join(one.get("text", one.get("url", "")) for one in _rich(message.blocks)[1:]) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_that_a_person_sends_is_the_knowledges(renderer: Renderer, language: Language) -> None:
    """Below the person's name, in the partner's language; without votes, menu or the bot's offers."""
    sent = renderer.message(_reply(ANSWER, language))
    own = renderer.message(Reply(Outcome.RULE, language, "cyberday", ENTRY))

    assert sent.blocks[1:] == [block for block in own.blocks if block["type"] == "section"]
    assert _rich(sent.blocks)[0]["text"].startswith("Anna · ")
    assert HELPFUL in _actions(own)
    assert _actions(sent) == []


def test_an_answer_of_which_nothing_is_left_names_its_sender(renderer: Renderer) -> None:
    """The entry may have gone from the knowledge; nothing else is said in its place."""
    for entry in (None, "cyberday.no-such-entry"):
        assert renderer.plain(replace(_reply(ANSWER), entry=entry)) == "Anna · support"


def test_a_waiting_partner_is_asked_whether_it_matters(renderer: Renderer) -> None:
    """With one button, until that was answered; a word in the thread does as well. Nothing is promised."""
    message = renderer.message(_reply(NUDGE))

    assert "Anna has not heard from you about REQ-12. Does it still matter?" in message.text
    assert "write here, in this thread" in message.text
    assert controls.offers(message.blocks, requests.SETTLED, "12")
    assert _actions(renderer.message(_reply({**NUDGE, "answered": True}))) == []


def test_the_result_is_told_with_its_reason(renderer: Renderer) -> None:
    """In the words of the reason, then the agent's own; it can be opened again until that was done, or is too late."""
    message = renderer.message(_reply(RESULT))
    again = renderer.message(_reply({**RESULT, "reopened": True}))

    assert message.text == (
        "REQ-12 is closed.\n\nYour question has been answered.\n\nA word from Anna:\n&gt; All the best!"
    )
    assert controls.offers(message.blocks, requests.AGAIN, "12")
    assert _actions(renderer.message(_reply({**RESULT, "can_reopen": False}))) == []
    assert _actions(again) == []
    assert "REQ-12 is open again" in again.text
    assert "A word from the desk:" in renderer.plain(_reply({**RESULT, "agent": ""}))
    assert "word from" not in renderer.plain(_reply({**RESULT, "words": ""}))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_the_result_says_what_staff_have_been_shown(renderer: Renderer, language: Language, reason: Reason) -> None:
    """The sentence of a reason, which needs nothing put in."""
    sentence = requests.template(reason, renderer.catalogues[language])

    assert sentence in renderer.plain(_reply({**RESULT, "reason": reason.value}, language))
    assert "{" not in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_older_version_has_stored_is_still_told(renderer: Renderer, language: Language) -> None:
    """A request without a step: passed on, or known already, under its number."""
    new, known = (_reply({"number": 12, "known": known}, language) for known in (False, True))

    assert renderer.plain(new) == renderer.plain(_reply(STATUS, language))
    assert "REQ-12" in renderer.plain(known)
    assert renderer.plain(known) != renderer.plain(new)
    assert block_problems(renderer.message(known).blocks) == []
    assert renderer.plain(_reply({}, language))


@pytest.mark.parametrize(
    "result",
    [
        {"step": "haunted", "number": 12},
        {**STATUS, "state": "haunted"},
        {**TAKEN, "state": "haunted", "can_reopen": True},
    ],
)
def test_what_a_newer_version_has_stored_is_told_by_its_number(renderer: Renderer, result: dict[str, Any]) -> None:
    """Nothing is guessed, and nothing can be clicked."""
    message = renderer.message(_reply(result))

    assert message.text == "Your request: REQ-12"
    assert _actions(message) == []


def test_a_reason_of_a_newer_version_is_left_out(renderer: Renderer) -> None:
    """That the request is closed, and the words, are told all the same."""
    told = renderer.plain(_reply({**RESULT, "reason": "haunted"}))

    assert told == "REQ-12 is closed.\n\nA word from Anna:\n> All the best!"


def test_a_step_may_be_told_with_less(renderer: Renderer) -> None:
    """Whatever else a result lacks, its number is enough."""
    for step in Step:
        assert renderer.message(_reply({"step": step.value, "number": 12})).text
    for state in State:
        assert "REQ-12" in renderer.plain(_reply({"step": "status", "number": 12, "state": state.value}))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "result",
    [
        {"requests": []},
        {"requests": LISTED, "zone": "Europe/Helsinki"},
        {"requests": BARE},
        {"requests": [], "desk": QUIET},
        {"requests": LISTED * 10, "desk": DESK, "zone": "Europe/Helsinki", "reports": [], "meetings": []},
    ],
)
def test_lists_are_messages_that_slack_takes(renderer: Renderer, language: Language, result: dict[str, Any]) -> None:
    """In every language, with little and with much."""
    message = renderer.message(_of_status(result, language))

    assert block_problems(message.blocks) == []
    assert schema_problems(message.blocks, "blocks.schema.json") == []
    assert 0 < len(message.text) <= LONGEST
    assert ASK_PERSON in _actions(message)


def test_a_long_list_ends_with_how_many_more_there_are(renderer: Renderer) -> None:
    """By `status` as in App Home."""
    told = renderer.plain(_of_status({"requests": LISTED * 10}))
    tab = _rich(home.requests_section(renderer, "en", LISTED * 10, None))

    assert told.count("REQ-") == 20
    assert told.endswith("and 30 more")
    assert sum("REQ-" in one.get("text", "") for one in tab) == 20


def test_how_requests_stand(renderer: Renderer) -> None:
    """A line each: the number, how it stands, who has it while somebody has, whose it is, what it is about."""
    lines = renderer.plain(_of_status({"requests": LISTED})).splitlines()

    assert lines[0] == "How your requests for a person stand:"
    assert lines[2:] == [
        "- REQ-1: waiting for a person – How do I pay 1?",
        "- REQ-2: a person has it · Anna · from your organisation – How do I pay 2?",
        "- REQ-3: waiting for your reply · Anna – How do I pay 3?",
        "- REQ-4: resolved · from your organisation – How do I pay 4?",
        "- REQ-5: closed – How do I pay 5?",
    ]


def test_in_a_channel_a_request_is_its_number_and_state(renderer: Renderer) -> None:
    """A colleague's is told like one's own: who waits for whom is not said. A state of a newer version is left out."""
    newer = {"number": 6, "state": "haunted"}
    lines = renderer.plain(_of_status({"requests": [*BARE, newer]})).splitlines()

    assert lines[2:] == [
        "- REQ-1: waiting for a person",
        "- REQ-2: a person has it",
        "- REQ-3: waiting for the asker’s reply",
        "- REQ-4: resolved",
        "- REQ-5: closed",
        "- REQ-6",
    ]


def test_without_a_request_that_is_said(renderer: Renderer) -> None:
    """And where no desk is, the knowledge speaks, as ever."""
    assert renderer.plain(_of_status({"requests": []})) == (
        "You have no request for a person that is open, and none was closed lately."
    )
    assert renderer.plain(_of_status({"meetings": []})) == "You have no meeting ahead."
    assert renderer.plain(_of_status({})) == renderer.plain(Reply(Outcome.STATUS, "en"))


def test_staff_read_what_is_owed_first(renderer: Renderer) -> None:
    """What waits for them, what is due soon, what is nobody's, what is theirs; the first of each, and how many more."""
    told = renderer.plain(_of_status({"requests": [], "desk": DESK, "zone": "Europe/Helsinki"}))
    titles = [line for line in told.splitlines() if line.endswith(":")]

    assert titles == [
        "2 requests wait for you:",
        "1 request is due soon:",
        "12 requests are nobody’s yet:",
        "You look after 7 requests:",
    ]
    assert "- REQ-40: Partner & Co · Finnish · due Tue 24 Nov, 10:00 – Where is the invoice?" in told
    assert (told.count("and 7 more"), told.count("and 2 more")) == (1, 1)
    assert told.count("REQ-") == 5 + 2 + 1 + 5
    assert told.index("REQ-40") < told.index("You have no request")


def test_staff_with_nothing_to_do_read_so(renderer: Renderer) -> None:
    """And partners read nothing of the desk."""
    nothing = "No request at the desk waits for anybody."

    assert renderer.plain(_of_status({"requests": [], "desk": QUIET})).startswith(nothing)
    assert renderer.plain(_of_status({"requests": [], "desk": {}})).startswith(nothing)
    assert nothing not in renderer.plain(_of_status({"requests": []}))


def test_a_row_of_the_desk_leads_to_its_card(renderer: Renderer) -> None:
    """By its number; without an address it is told all the same. An urgent one says so first."""
    row = {**ROW, "urgent": True, "due": None}
    rows = {"mine": {"count": 2, "first": [row, {**ROW, "url": "", "question": "", "organisation": ""}]}}
    message = renderer.message(_of_status({"desk": rows}))
    lists = [one for block in message.blocks if block["type"] == "rich_text" for one in block["elements"]]
    (link, words), (number, rest) = [item["elements"] for item in lists[0]["elements"]]

    assert link == {"type": "link", "url": ROW["url"], "text": "REQ-31:", "style": {"bold": True}}
    assert words["text"] == " urgent · Partner & Co · Finnish – Where is the invoice?"
    assert number == {"type": "text", "text": "REQ-31: ", "style": {"bold": True}}
    assert rest["text"] == "Finnish · due Tue 24 Nov, 08:00"


def test_all_that_status_tells_is_readable_at_once(renderer: Renderer) -> None:
    """Requests, reports and meetings with full lists: each under a title of its own, within one message."""
    report = {"number": 1, "state": "open", "language": "fi", "own": True, "words": "x" * 80, "at": OPENS}
    meeting = {"number": 1, "kind": "support", "start": OPENS, "zone": "Europe/Helsinki", "state": "booked"}
    result = {
        "requests": [{**LISTED[1], "question": "x" * 80}] * 20,
        "desk": {name: {"count": 99, "first": [{**ROW, "question": "x" * 80}] * 5} for name in DESK},
        "zone": "Europe/Helsinki",
        "reports": [report] * 20,
        "meetings": [meeting] * 20,
        "hosting": [{**meeting, "organisation": "Partner"}] * 30,
    }
    message = renderer.message(_of_status(result))
    shown = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]

    assert block_problems(message.blocks) == []
    assert len(message.blocks) < 30
    for title in ("99 requests wait for you:", "How your requests", "How the reports", "Your meetings:"):
        assert sum(words.startswith(title) for words in shown) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("own", [[], LISTED, LISTED * 10])
@pytest.mark.parametrize("desk", [None, {}, QUIET, DESK])
def test_the_home_tab_is_one_that_slack_takes(
    renderer: Renderer, language: Language, own: list[dict[str, Any]], desk: dict[str, Any] | None
) -> None:
    """In every language, with little and with much: never more than its share of the tab."""
    section = home.requests_section(renderer, language, own, desk, zone="Europe/Helsinki")
    view = home.home_view([home.language_section(renderer, language), section])

    assert len(section) <= 30
    assert view_problems(view) == []
    assert schema_problems(view, "view.schema.json") == []
    assert bool(section) == bool(own or desk is DESK)


def test_the_home_tab_shows_the_desk_to_staff_alone(renderer: Renderer) -> None:
    """One's own requests and the desk's, each under its heading; at most twenty, then how many more."""
    staff = home.requests_section(renderer, "en", LISTED * 10, DESK, zone="Europe/Helsinki")
    partner = home.requests_section(renderer, "en", LISTED, None)
    headings = [block["text"]["text"] for block in staff if block["type"] == "header"]

    assert headings == ["Requests at the desk", "Your requests for a person"]
    assert "due Tue 24 Nov, 10:00" in json.dumps(staff)
    assert staff[-1]["elements"][0]["text"] == "and 30 more"
    assert [block["type"] for block in partner] == ["header", "rich_text"]
    assert home.requests_section(renderer, "en", [], None) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", [Outcome.FALLBACK, Outcome.CHOICES])
def test_after_two_misunderstandings_a_person_is_offered_first(
    renderer: Renderer, language: Language, outcome: Outcome
) -> None:
    """The sentence comes first and the button stands out; once, that is not so. Nothing is handed over by itself."""
    once = Reply(outcome, language, "cyberday", choices=(ENTRY, "action.help"), result={"misses": 1})
    offer = renderer.catalogues[language](
        "I have not been able to help you so far. Shall I pass your question on to a person?"
    )
    for misses in (2, 3):
        twice = renderer.message(replace(once, result={"misses": misses}))
        first = _elements(twice.blocks)[0]

        assert twice.text.startswith(offer)
        assert (first["action_id"], first.get("style")) == (ASK_PERSON, "primary")
        assert _actions(twice).count(ASK_PERSON) == 1
        assert block_problems(twice.blocks) == []
    for reply in (once, replace(once, result={})):
        assert offer not in renderer.plain(reply)
        assert not any("style" in one for one in _elements(renderer.message(reply).blocks))


def test_where_nobody_can_be_asked_nobody_is_offered(renderer: Renderer) -> None:
    """Without a desk, where the question was handed over already, and for what was understood but is not released."""
    twice = Reply(Outcome.FALLBACK, "en", "cyberday", result={"misses": 2})
    alone = Renderer(renderer.knowledge, renderer.catalogues, lambda *_: None, has_desk=False)
    draft = replace(twice, entry=ENTRY, notice=Notice.DRAFT, languages=("en",))

    assert alone.plain(twice) == alone.plain(replace(twice, result={}))
    assert "Shall I" not in renderer.plain(replace(twice, offer_person=False))
    for reply in (draft, replace(twice, notice=Notice.FOREIGN)):
        assert renderer.message(reply) == renderer.message(replace(reply, result={}))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", [Notice.INVITE_FIRST, Notice.NO_DESK])
def test_staff_are_told_why_nothing_was_handed_over(renderer: Renderer, language: Language, notice: Notice) -> None:
    """It is all of the reply."""
    t = renderer.catalogues[language]
    reply = Reply(Outcome.HUMAN, language, notice=notice)

    assert renderer.plain(reply) == notices.sentence(notice, t)
    assert block_problems(renderer.message(reply).blocks) == []
