"""What is told of meetings, step by step; lists of them, by `status` and in App Home."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.edition import Edition
from bot.meeting import Cause, Kind, Reminder, State
from bot.model import LANGUAGES, Language, Notice, Outcome, Reply
from bot.render import controls, home, meetings
from bot.render.blocks import Block
from bot.render.meeting_zones import ZONES
from bot.render.meetings import Step
from bot.render.messages import ASK_PERSON, Message, Renderer
from bot.render.own_texts import own_texts
from tests.render.hostile import HOSTILE, markups
from tests.render.valid import block_problems, schema_problems, view_problems

LONGEST = 3900
SLOTS = ["2027-03-24T08:00:00+00:00", "2027-03-24T11:30:00+00:00", "2027-03-30T07:00:00+00:00"]
PRIVATE: dict[str, Any] = {
    "host_name": "Aino Host",
    "topic": "Sign-on fails\nfor all",
    "customer": "Carl Customer",
    "customer_email": "carl@customer.example",
    "email": "ann@partner.example",
    "video": "https://meet.example/room",
    "words": "I have fallen ill",
}
"""What is not for others who read along."""

NAMED: dict[str, Any] = {"number": 12, "kind": "support", "start": SLOTS[0], "zone": "Europe/Helsinki"}
BOOKED: dict[str, Any] = {
    **NAMED,
    **PRIVATE,
    "step": "booked",
    "end": "2027-03-24T08:30:00+00:00",
    "host_zone": "Europe/Paris",
    "shift": None,
    "language": "fi",
    "direct": True,
    "late": False,
    "moved": False,
}
OFFER: dict[str, Any] = {
    "step": "offer",
    "kind": "support",
    "slots": SLOTS,
    "zone": "Europe/Helsinki",
    "host_zone": "",
    "met": True,
    "language": "en",
    "spoken": True,
    "shift": None,
}
CANCELLED: dict[str, Any] = {**NAMED, **PRIVATE, "step": "cancelled", "by": "booker", "direct": True}
UNPLACED: dict[str, Any] = {
    **NAMED,
    **PRIVATE,
    "step": "unplaced",
    "by": "host",
    "slots": SLOTS,
    "host_zone": "",
    "direct": True,
    "shift": None,
}
REMINDER: dict[str, Any] = {**NAMED, **PRIVATE, "step": "reminder", "which": "day", "direct": True}
AFTER: dict[str, Any] = {**NAMED, "step": "after", "helped": None}
FULL: dict[str, Any] = {"step": "full", "kind": "support", "away": False}
STEPS: list[dict[str, Any]] = [
    *({"step": "zone", "kind": kind.value} for kind in Kind),
    *({**OFFER, "kind": kind.value, "met": met} for kind in Kind for met in (True, False)),
    {**OFFER, "slots": SLOTS[:1], "host_zone": "Asia/Tokyo", "language": "fi", "spoken": False, "shift": "2027-03-28"},
    *({**FULL, "kind": kind.value, "away": away} for kind in Kind for away in (True, False)),
    BOOKED,
    {**BOOKED, "moved": True, "late": True, "shift": "2027-03-28", "kind": "training"},
    {**BOOKED, "direct": False},
    {**BOOKED, "direct": False, "moved": True, "late": True},
    *({**CANCELLED, "by": by} for by in ("host", "calendar", "moved")),
    {**CANCELLED, "direct": False},
    {**UNPLACED, "host_zone": "America/New_York", "shift": "2027-03-28"},
    {**UNPLACED, "by": "calendar", "slots": [], "direct": False},
    {**UNPLACED, "by": "", "words": ""},
    *({**REMINDER, "which": which.value, "kind": kind.value} for which in Reminder for kind in Kind),
    {**REMINDER, "direct": False},
    *({**AFTER, "kind": kind.value} for kind in Kind),
    *({**AFTER, "helped": helped} for helped in (True, False)),
    {"number": 12, "kind": "support", "step": "elsewhere"},
]
LISTED: list[dict[str, Any]] = [
    {"number": n, "kind": kind.value, "start": SLOTS[n], "zone": "Europe/Helsinki", "state": state.value}
    for n, (kind, state) in enumerate(zip([*Kind, Kind.SUPPORT], State, strict=True))
]
HOSTING: list[dict[str, Any]] = [{**one, "state": "booked", "organisation": "Partner & Co"} for one in LISTED]


@pytest.fixture(scope="module")
def renderer(edition: Edition) -> Renderer:
    """The renderer of a desk that questions can be handed to."""
    return Renderer(edition.knowledge, edition.renderer.catalogues, lambda *_: None, has_desk=True)


def _reply(result: dict[str, Any], language: Language = "en", **more: Any) -> Reply:
    return Reply(Outcome.BOOKING, language, result=result, **more)


def _elements(blocks: list[Block]) -> list[Block]:
    return [one for block in blocks if block["type"] == "actions" for one in block["elements"]]


def _actions(message: Message) -> list[str]:
    return [one["action_id"] for one in _elements(message.blocks)]


def _seen(message: Message) -> str:
    """All that reaches Slack."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


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
    assert renderer.plain(_reply(result, language))


@pytest.mark.parametrize("result", STEPS, ids=lambda result: result["step"])
def test_every_step_holds_to_the_schema(renderer: Renderer, result: dict[str, Any]) -> None:
    """No unknown key, no element in the wrong block."""
    assert schema_problems(renderer.message(_reply(result)).blocks, "blocks.schema.json") == []


def test_every_step_has_its_words(renderer: Renderer) -> None:
    """All steps that there are stand above, and no two are told alike."""
    told = [renderer.plain(_reply(result)) for result in STEPS]

    assert {result["step"] for result in STEPS} == set(Step)
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("result", STEPS, ids=lambda result: result["step"])
def test_nothing_personal_stands_where_others_read(
    renderer: Renderer, language: Language, result: dict[str, Any]
) -> None:
    """Whatever a result holds: names, addresses, links and words are for direct messages alone."""
    message = renderer.message(_reply({**result, **PRIVATE, "direct": False}, language))

    for words in PRIVATE.values():
        assert words.splitlines()[0] not in _seen(message)
    assert "<@" not in _seen(message)


@given(
    step=st.sampled_from(STEPS),
    language=st.sampled_from(LANGUAGES),
    words=st.dictionaries(st.sampled_from([*PRIVATE, "organisation", "host"]), st.just("Leak")),
)
def test_no_field_leaks_where_others_read(
    edition: Edition, step: dict[str, Any], language: Language, words: dict[str, str]
) -> None:
    """Not one of the fields that people fill in, alone or together."""
    message = edition.renderer.message(_reply({**step, **words, "direct": False}, language))

    assert "Leak" not in _seen(message)


def test_what_is_direct_may_be_told_with_less(renderer: Renderer) -> None:
    """Where others read along a result may lack all that is not for them."""
    for result in STEPS:
        bare = {name: value for name, value in result.items() if name not in {*PRIVATE}}

        assert renderer.message(_reply({**bare, "direct": False}))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("step", [BOOKED, CANCELLED | {"by": "host"}, UNPLACED, REMINDER], ids=lambda one: one["step"])
def test_what_people_write_is_never_markup(renderer: Renderer, step: dict[str, Any], text: str) -> None:
    """It stands in rich text alone; in the text beside the blocks it is escaped. All of it is short enough."""
    message = renderer.message(_reply({**step, **dict.fromkeys({*PRIVATE} - {"video"}, text)}))

    assert block_problems(message.blocks) == []
    assert "EVIL" in message.text
    assert len(message.text) <= LONGEST
    assert "<" not in message.text
    assert not any("EVIL" in markup for markup in markups(message.blocks))


@pytest.mark.parametrize("result", STEPS, ids=lambda result: result["step"])
def test_a_step_can_be_reported_as_a_text_of_ours(renderer: Renderer, result: dict[str, Any]) -> None:
    """Its sentences are told apart from what people have written, and from times."""
    texts = [one.text for one in own_texts(renderer, _reply(result), "en")]

    assert texts
    assert not any(words in text for words in PRIVATE.values() for text in texts)


@pytest.mark.parametrize(
    ("language", "line", "buttons"),
    [
        ("en", "Wed 24 Mar, 10:00", ["Wed 24 Mar, 10:00", "Wed 24 Mar, 13:30", "Tue 30 Mar, 10:00"]),
        ("fi", "ke 24.3. klo 10.00", ["ke 24.3. klo 10.00", "ke 24.3. klo 13.30", "ti 30.3. klo 10.00"]),
    ],
)
def test_times_are_buttons(renderer: Renderer, language: Language, line: str, buttons: list[str]) -> None:
    """By the clock of whoever asks, summer time and all; beside the blocks, where there are no buttons, as a list."""
    message = renderer.message(_reply(OFFER, language))
    shown = [one for one in _elements(message.blocks) if one["action_id"].startswith(meetings.SLOT)]

    assert [one["text"]["text"] for one in shown] == buttons
    assert [one["action_id"] for one in shown] == ["meeting.slot.1", "meeting.slot.2", "meeting.slot.3"]
    assert [one["value"] for one in shown] == [str(int(datetime.fromisoformat(one).timestamp())) for one in SLOTS]
    assert f"- {line}" in message.text
    assert "Helsinki" in message.text
    assert not any(block["type"] == "rich_text" for block in message.blocks)


def test_an_offer_leads_further(renderer: Renderer) -> None:
    """To other times, to another zone, to a person; a click counts while the message, drawn anew, shows it."""
    message = renderer.message(_reply(OFFER))
    last = str(int(datetime.fromisoformat(SLOTS[2]).timestamp()))

    assert _actions(message)[3:] == [meetings.TIMES, ASK_PERSON, meetings.MORE]
    assert controls.offers(message.blocks, "meeting.slot.3", last)
    assert not controls.offers(message.blocks, "meeting.slot.3", "1")
    assert controls.offers(message.blocks, meetings.MORE, meetings.OTHER_ZONE)


def test_the_hosts_clock_stands_beside_where_it_differs(renderer: Renderer) -> None:
    """With its day, where that is another one; a zone whose clock shows the same is not named."""
    told = {zone: renderer.plain(_reply({**OFFER, "host_zone": zone})) for zone in ("Europe/Paris", "Asia/Tokyo")}
    late = renderer.plain(_reply({**OFFER, "slots": ["2027-03-24T20:00:00+00:00"], "host_zone": "Asia/Tokyo"}))
    same = renderer.plain(_reply({**OFFER, "host_zone": "Europe/Athens"}))

    assert "Wed 24 Mar, 10:00 = 09:00 in Paris" in told["Europe/Paris"]
    assert "Wed 24 Mar, 10:00 = 17:00 in Tokyo" in told["Asia/Tokyo"]
    assert "Wed 24 Mar, 22:00 = Thu 25 Mar, 05:00 in Tokyo" in late
    assert "=" not in same
    assert "= 09:00 in Paris" in str(renderer.message(_reply({**OFFER, "host_zone": "Europe/Paris"})).blocks)


def test_what_is_worth_knowing_before_a_time_is_chosen(renderer: Renderer) -> None:
    """That nothing is free as wished, in which language it would be, for whom it is, that the clocks change."""
    plain = renderer.plain(_reply(OFFER))
    told = renderer.plain(
        _reply(
            {**OFFER, "met": False, "spoken": False, "language": "fi", "shift": "2027-03-28", "for_customer": True},
            slots={"meeting_kind": "support"},
        )
    )

    for sentence in ("Nothing is free then.", "It would be held in: Finnish.", "The clocks change on 28 March"):
        assert sentence in told
        assert sentence not in plain
    assert "For your customer?" in told


def test_a_zone_is_chosen_from_cities(renderer: Renderer) -> None:
    """The likely ones first, each once, in the words of the language; the message does not change with the seasons."""
    message = renderer.message(_reply({"step": "zone", "kind": "support"}, "fi"))
    menu, ask = _elements(message.blocks)
    groups = [[option["value"] for option in group["options"]] for group in menu["option_groups"]]
    labels = {option["value"]: option["text"]["text"] for group in menu["option_groups"] for option in group["options"]}

    assert ask["action_id"] == ASK_PERSON
    assert groups[0] == ["Europe/Helsinki", "Europe/Stockholm", "Europe/Paris"]
    assert sorted(zone for group in groups for zone in group) == sorted(
        zone for part in ZONES.values() for zone in part
    )
    assert (labels["Europe/Stockholm"], labels["Asia/Yangon"]) == ("Tukholma", "Yangon")
    assert [group["label"]["text"] for group in menu["option_groups"]][1:3] == ["Eurooppa", "Amerikka"]
    assert controls.offers(message.blocks, meetings.ZONE, "Asia/Kathmandu")


def test_in_a_channel_a_booking_is_one_line(renderer: Renderer) -> None:
    """All else opens for one person alone."""
    message = renderer.message(_reply({**BOOKED, "direct": False}))

    assert message.text == "Booked: Wed 24 Mar, 10:00 (Helsinki)."
    assert [block["type"] for block in message.blocks] == ["section", "actions"]
    assert _actions(message) == [meetings.DETAILS, meetings.MOVE, meetings.CANCEL]
    assert all(one["value"] == "12" for one in _elements(message.blocks))


def test_in_a_direct_message_all_of_it_stands(renderer: Renderer) -> None:
    """When, until when, by whose clock, with whom, for whom, what about, where; what cannot be opened is no link."""
    message = renderer.message(_reply(BOOKED))

    assert message.text.startswith("Booked: Wed 24 Mar, 10:00–10:30 (Helsinki) = 09:00 in Paris.")
    for words in ("MT-12", "support meeting", "Finnish", *(str(PRIVATE[name]).splitlines()[0] for name in PRIVATE)):
        assert (words in message.text) == (words != PRIVATE["words"])
    assert _actions(message) == [meetings.MOVE, meetings.CANCEL]
    links = [json.dumps(block) for block in message.blocks]
    assert any('{"type": "link", "url": "https://meet.example/room"}' in block for block in links)
    bare = renderer.plain(_reply({**BOOKED, "customer": "", "customer_email": "", "email": "", "video": ""}))
    assert not any(name in bare for name in ("Customer", "e-mail", "Video"))


def test_shortly_before_it_nothing_can_be_changed(renderer: Renderer) -> None:
    """A person can help; details can still be read."""
    direct = renderer.message(_reply({**BOOKED, "late": True}))
    in_channel = renderer.message(_reply({**BOOKED, "late": True, "direct": False}))

    assert _actions(direct) == [ASK_PERSON]
    assert "no longer be moved or cancelled" in direct.text
    assert _actions(in_channel) == [meetings.DETAILS, ASK_PERSON]
    assert in_channel.text == "Booked: Wed 24 Mar, 10:00 (Helsinki)."


def test_a_change_of_the_clocks_is_told(renderer: Renderer) -> None:
    """Where all of the meeting is told."""
    assert "The clocks change on 28 March" in renderer.plain(_reply({**BOOKED, "shift": "2027-03-28"}))
    assert "clocks" not in renderer.plain(_reply(BOOKED))


def test_a_host_who_cancels_says_why(renderer: Renderer) -> None:
    """To whoever booked, where nobody reads along; the words of the booker are not shown back."""
    told = {by: renderer.message(_reply({**CANCELLED, "by": by.value})) for by in Cause}

    assert PRIVATE["words"] in told[Cause.HOST].text
    assert PRIVATE["words"] not in told[Cause.BOOKER].text
    assert _actions(renderer.message(_reply({**CANCELLED, "by": "moved"}))) == []
    assert _actions(told[Cause.BOOKER]) == []
    assert _actions(told[Cause.HOST]) == [ASK_PERSON]
    assert told[Cause.BOOKER].text == "Cancelled: Wed 24 Mar, 10:00 (Helsinki)."


def test_a_meeting_without_a_time_gets_another_by_a_click(renderer: Renderer) -> None:
    """Each button names the meeting and the time; other times, cancelling and a person stand beside."""
    message = renderer.message(_reply(UNPLACED))
    shown = [one for one in _elements(message.blocks) if one["action_id"].startswith(meetings.AGAIN)]

    assert [one["value"] for one in shown] == [f"12:{int(datetime.fromisoformat(one).timestamp())}" for one in SLOTS]
    assert shown[0]["text"]["text"] == "Wed 24 Mar, 10:00"
    assert _actions(message)[3:] == [meetings.MOVE, meetings.CANCEL, ASK_PERSON]
    assert "All that you have written is kept." in message.text
    none = renderer.message(_reply({**UNPLACED, "slots": []}))
    assert _actions(none) == [meetings.MOVE, meetings.CANCEL, ASK_PERSON]


def test_a_reminder_says_who_and_where_in_a_direct_message(renderer: Renderer) -> None:
    """It leads to the details, alone: the card may stand far above, or where the bot can speak no more."""
    direct, elsewhere = (renderer.message(_reply({**REMINDER, "direct": direct})) for direct in (True, False))

    assert PRIVATE["host_name"] in direct.text
    assert PRIVATE["video"] in direct.text
    assert _actions(direct) == [meetings.DETAILS]
    assert elsewhere.text == "A reminder of your support meeting: Wed 24 Mar, 10:00 (Helsinki)."
    assert _actions(elsewhere) == [meetings.DETAILS]


def test_afterwards_one_question_is_asked(renderer: Renderer) -> None:
    """Answered once; with a person beside it."""
    asked, no = renderer.message(_reply(AFTER)), renderer.message(_reply({**AFTER, "helped": False}))

    assert _actions(asked) == [meetings.HELPED, meetings.UNHELPED, ASK_PERSON]
    assert controls.offers(asked.blocks, meetings.UNHELPED, "12")
    assert _actions(no) == [ASK_PERSON]


def test_without_a_desk_nobody_is_offered(edition: Edition) -> None:
    """Where a step leads no further, the contacts of the knowledge stand instead of the button."""
    renderer = Renderer(edition.knowledge, edition.renderer.catalogues, lambda *_: None, has_desk=False)
    for result in STEPS:
        assert ASK_PERSON not in _actions(renderer.message(_reply(result)))

    full = renderer.message(_reply(FULL, programme="cyberday"))
    assert full.blocks[-1]["type"] == "context"
    assert "@" in str(full.blocks[-1])
    assert renderer.message(_reply(OFFER, programme="cyberday")).blocks[-1]["type"] == "actions"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("has_desk", [True, False])
def test_meetings_that_nobody_holds_are_not_promised(edition: Edition, language: Language, *, has_desk: bool) -> None:
    """Asked for without an entry, that is said, and who can help; an entry's own text stands as it is."""
    renderer = Renderer(edition.knowledge, edition.renderer.catalogues, lambda *_: None, has_desk=has_desk)
    plain = Reply(Outcome.BOOKING, language, "cyberday", slots={"meeting_kind": "training"})
    of_entry = Reply(Outcome.BOOKING, language, "cyberday", "cyberday.training", slots={"meeting_kind": "training"})
    message = renderer.message(plain)
    said, *others = renderer.plain(plain).split("\n\n")
    fallback = renderer.plain(replace(plain, outcome=Outcome.FALLBACK)).split("\n\n")

    assert said == edition.renderer.catalogues[language]("Meetings of this kind cannot be booked with me.")
    assert others == (fallback[-1:] if has_desk else fallback[1:])  # a person, or the contacts
    assert (ASK_PERSON in _actions(message)) == has_desk
    assert [block["type"] for block in message.blocks] == ["section", "actions"]
    assert said not in renderer.plain(of_entry)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "result",
    [
        {"meetings": []},
        {"meetings": LISTED},
        {"reports": [], "meetings": LISTED, "hosting": HOSTING},
        {"meetings": LISTED * 30, "hosting": [{**one, "host": "Aino"} for one in HOSTING] * 30},
    ],
)
def test_lists_are_messages_that_slack_takes(renderer: Renderer, language: Language, result: dict[str, Any]) -> None:
    """In every language, with little and with much."""
    message = renderer.message(Reply(Outcome.STATUS, language, result=result))

    assert block_problems(message.blocks) == []
    assert schema_problems(message.blocks, "blocks.schema.json") == []
    assert 0 < len(message.text) <= LONGEST


def test_how_things_stand(renderer: Renderer) -> None:
    """Each list that there is; the time first, then what, its number and how it stands."""
    told = renderer.plain(Reply(Outcome.STATUS, "en", result={"reports": [], "meetings": LISTED, "hosting": HOSTING}))
    lines = told.splitlines()

    assert lines[0].startswith("You have no report")
    assert "- Wed 24 Mar, 10:00 (Helsinki) · support meeting · MT-0" in lines
    assert "- Wed 24 Mar, 13:30 (Helsinki) · training session · MT-1 · needs another time" in lines
    assert "- Wed 24 Mar, 10:00 (Helsinki) · support meeting · MT-0 · Partner & Co" in lines
    assert "Requests" not in told
    only = renderer.plain(Reply(Outcome.STATUS, "en", result={"meetings": []}))
    assert "report" not in only
    assert "You have no meeting ahead." in only


def test_staff_read_who_holds_a_meeting(renderer: Renderer) -> None:
    """A host's own stand without their name."""
    both = [HOSTING[0], {**HOSTING[1], "host": "Aino Host"}]
    told = renderer.plain(Reply(Outcome.STATUS, "en", result={"meetings": [], "hosting": both}))

    assert "The desk’s meetings" in told
    assert told.count("held by Aino Host") == 1
    own = renderer.plain(Reply(Outcome.STATUS, "en", result={"meetings": [], "hosting": HOSTING}))
    assert "Meetings that you hold" in own


def _home(renderer: Renderer, language: Language = "en", **changes: Any) -> list[Block]:
    told: dict[str, Any] = {
        "mine": LISTED,
        "holds": HOSTING,
        "kinds": list(Kind),
        "is_host": True,
        "back_on": None,
        "today": date(2027, 3, 24),
    }
    told |= changes
    return home.meetings_section(renderer, language, told.pop("mine"), told.pop("holds"), **told)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"mine": LISTED * 30, "holds": HOSTING * 30, "back_on": date(2027, 4, 1)},
        {"mine": [], "holds": [], "is_host": False},
        {"mine": [], "holds": []},
    ],
)
def test_the_home_tab_is_one_that_slack_takes(renderer: Renderer, language: Language, changes: dict[str, Any]) -> None:
    """In every language, with little and with much."""
    view = home.home_view([_home(renderer, language, **changes)])

    assert view_problems(view) == []
    assert schema_problems(view, "view.schema.json") == []


def test_meetings_that_are_held_stand_day_by_day(renderer: Renderer) -> None:
    """Today and tomorrow by their names; within a day the time alone."""
    shown = json.dumps(_home(renderer, mine=[], today=date(2027, 3, 29)), ensure_ascii=False)

    assert shown.index("*Wed 24 Mar*") < shown.index("10:00 · support meeting") < shown.index("13:30 · training")
    assert shown.index("13:30 · training") < shown.index("*Tomorrow, Tue 30 Mar*")
    assert "*Today, Wed 24 Mar*" in json.dumps(_home(renderer))


def test_what_can_be_booked_is_a_button(renderer: Renderer) -> None:
    """One for each kind, whose value it is; somebody with no meetings who can book none sees nothing."""
    shown = _elements(_home(renderer, is_host=False, holds=[]))

    assert [(one["action_id"], one["value"]) for one in shown] == [
        ("meeting.book.1", "support"),
        ("meeting.book.2", "training"),
    ]
    assert _home(renderer, mine=[], holds=[], kinds=[], is_host=False) == []


def test_hosts_say_that_they_are_away(renderer: Renderer) -> None:
    """And that they are back; staff who hold no meetings do not."""
    there, away = _home(renderer), _home(renderer, back_on=date(2027, 4, 1))

    assert [one["action_id"] for one in _elements(there)][-1:] == [meetings.PAUSE]
    assert [one["action_id"] for one in _elements(away)][-1:] == [meetings.RESUME]
    assert "Thursday" in str(away)
    assert "1 April" in str(away)
    staff = _home(renderer, is_host=False)
    assert not {meetings.PAUSE, meetings.RESUME} & {one["action_id"] for one in _elements(staff)}


@pytest.mark.parametrize("text", HOSTILE)
def test_names_in_lists_are_never_markup(renderer: Renderer, text: str) -> None:
    """Of organisations and hosts, by `status` and in App Home."""
    holds = [{**HOSTING[0], "organisation": text, "host": text}]
    message = renderer.message(Reply(Outcome.STATUS, "en", result={"meetings": [], "hosting": holds}))
    tab = home.home_view([_home(renderer, holds=holds)])

    assert block_problems(message.blocks) + view_problems(tab) == []
    assert "EVIL" in message.text
    assert "<" not in message.text
    assert not any("EVIL" in markup for markup in markups([message.blocks, tab]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "notice",
    [
        Notice.NOT_YOUR_MEETING,
        Notice.TOO_LATE,
        Notice.TIME_TAKEN,
        Notice.MEETING_OFFERED,
        Notice.NO_HOSTS,
        Notice.NOT_STAFF,
    ],
)
def test_who_clicked_in_vain_is_told(renderer: Renderer, language: Language, notice: Notice) -> None:
    """In a sentence, which is all of the reply."""
    message = renderer.message(Reply(Outcome.FALLBACK, language, notice=notice), with_controls=False)

    assert len(message.blocks) == 1
    assert message.text


def test_every_offset_by_which_people_live_is_there() -> None:
    """Zones of the IANA database; of the whole hours from Samoa to Tonga each, and the half ones that many share."""
    now = datetime(2027, 1, 15, tzinfo=UTC)
    zones = [zone for part in ZONES.values() for zone in part]
    found = {now.astimezone(ZoneInfo(zone)).utcoffset() for zone in zones}
    whole = {timedelta(hours=n) for n in range(-11, 15)}
    halves = {timedelta(hours=n) for n in (-3.5, 3.5, 4.5, 5.5, 5.75, 6.5, 9.5, 10.5)}

    assert len(set(zones)) == len(zones)
    assert whole | halves <= found
