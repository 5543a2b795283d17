"""Cards of translation reports: what they say in each state, and what can be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.i18n import Catalogues, Translator
from bot.model import LANGUAGES, Language, PersonId
from bot.ports import FileFault
from bot.render import controls
from bot.render import report_cards as cards
from bot.render.blocks import Block
from bot.render.messages import Message
from bot.render.translator_forms import SOURCE
from bot.report import Act, Change, Kind, OwnText, Picture, PictureState, Reason, Report, State, Visible
from tests.render.hostile import HOSTILE, markups
from tests.render.valid import block_problems, schema_problems

ANN, BEN = PersonId("T1", "UANN"), PersonId("T1", "UBEN")
OPENED = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
HELSINKI = ZoneInfo("Europe/Helsinki")
MOST = 3900
REPORT = Report(
    12,
    ANN,
    OPENED,
    "de",
    kind=Kind.TERM,
    place="Cyberday, Reports",
    wrong="Docment list",
    suggestion="Document list",
    said="It says so on the page",
    reporters=3,
    channel="CTRANS",
    card_ts="1.2",
    is_shared=False,
)
TEXTS = (
    OwnText("cyberday/fi.yml", "translation-errors.answer", "Kerro virhe tiimille.", 1509),
    OwnText("locales/fi/LC_MESSAGES/bot.po", "Ask a person", "Kysy ihmiseltä", 12),
    OwnText("", "Ask a person", "Ask a person"),
)
OWN = replace(REPORT, wrong="", suggestion="", entry="cyberday.translation-errors", texts=TEXTS)
FIXED = replace(
    REPORT,
    state=State.FIXED,
    assignee=BEN,
    final="Documents",
    visible=Visible.DAY,
    visible_on=date(2026, 11, 23),
    words="Well seen",
)
STATES = [
    REPORT,
    replace(REPORT, state=State.TAKEN, assignee=BEN, near=(9, 8, 7, 6)),
    replace(REPORT, state=State.ASKED, assignee=BEN),
    FIXED,
    replace(REPORT, state=State.REJECTED, reason=Reason.INTENDED, words="A name"),
    replace(REPORT, state=State.DUPLICATE, duplicate_of=9),
    OWN,
    replace(OWN, state=State.FIXED, texts=(replace(TEXTS[0], final="Kerro virheestä tiimille."), *TEXTS[1:])),
    Report(12, ANN, OPENED, "fi", pictures=(Picture("F1"),)),
]


def _card(t: Translator, report: Report, **told: Any) -> Message:
    around: dict[str, Any] = {
        "organisation": "Agendium & Co",
        "url": "https://example.com/archives/C1/p1",
        "zone": HELSINKI,
    }
    around["near"] = [replace(REPORT, number=number) for number in report.near]
    return cards.report_card(t, report, **{**around, **told})


def _buttons(blocks: list[Block]) -> list[tuple[str, str | None]]:
    """The buttons of a card with their styles; those of its menu by their values."""
    row = next(block for block in blocks if block["type"] == "actions")
    found = [(one["action_id"], one.get("style")) for one in row["elements"] if one["type"] == "button"]
    menus = [one for one in row["elements"] if one["type"] == "overflow"]
    return found + [(option["value"], None) for menu in menus for option in menu["options"]]


def _markup(message: Message) -> str:
    return "\n".join(markups(message.blocks))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("report", STATES, ids=lambda report: report.state.value)
def test_a_card_is_a_message_that_slack_takes(catalogues: Catalogues, language: Language, report: Report) -> None:
    """In every state and language."""
    message = _card(catalogues[language], report)

    assert block_problems(message.blocks) == []
    assert 0 < len(message.text) <= MOST


@pytest.mark.parametrize("report", STATES, ids=lambda report: report.state.value)
def test_a_card_holds_to_the_schema(english: Translator, report: Report) -> None:
    """No unknown key, no element in the wrong block."""
    assert schema_problems(_card(english, report).blocks, "blocks.schema.json") == []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("state", [State.OPEN, State.FIXED, State.REJECTED])
def test_what_people_write_is_never_markup(english: Translator, state: State, text: str) -> None:
    """Whatever field it stands in; and a card of nothing but the longest is one that Slack takes."""
    own = tuple(OwnText(text, text, text, 1, text[::-1]) for _ in range(8))
    for texts in ((), own):
        report = replace(
            FIXED,
            state=state,
            place=text,
            wrong=text,
            suggestion=text[::-1],
            said=text,
            entry=text,
            texts=texts,
            final=text if state is State.FIXED else "",
            words=text,
            reason=Reason.INTENDED,
        )
        message = _card(english, report)

        assert block_problems(message.blocks) == []
        assert len(message.text) <= MOST
        assert len(str(message.blocks)) < 30_000
        assert "<" not in message.text
        assert "EVIL" not in _markup(message)


def test_an_organisation_cannot_be_more_than_a_name(english: Translator) -> None:
    """It stands in the desk file, and is escaped all the same."""
    assert "<!channel" not in _markup(_card(english, REPORT, organisation="<!channel>\n> x" * 50))


def test_a_card_says_what_was_reported(english: Translator) -> None:
    """Number, language, kind, state, place, both texts with their difference, words, who, how many, since when."""
    message = _card(english, REPORT)
    shown = str(message.blocks)

    assert "*TR-12* · German\nwrong term · open" in _markup(message)
    for one in ("Cyberday, Reports", "It says so on the page", "<@UANN>", "Agendium &amp; Co", "+2 have reported"):
        assert one in shown
    assert {"type": "text", "text": "Docment", "style": {"strike": True}} in _quoted(message)
    assert {"type": "text", "text": "Document", "style": {"bold": True}} in _quoted(message)
    assert f"<!date^{int(OPENED.timestamp())}^{{ago}}|Saturday, 21 November 2026>" in _markup(message)
    assert "<https://example.com/archives/C1/p1|Open the thread>" in _markup(message)
    assert message.text == "TR-12 (German): Docment list → Document list"


def _quoted(message: Message) -> list[Block]:
    found = [one for block in message.blocks if block["type"] == "rich_text" for one in block["elements"]]
    return [word for one in found if one["type"] == "rich_text_quote" for word in one["elements"]]


def test_a_text_that_is_another_altogether_is_not_marked(english: Translator) -> None:
    """With a mark at every second word none says anything."""
    wrong, right = " ".join(f"a{n} same" for n in range(100)), " ".join(f"b{n} same" for n in range(100))
    message = _card(english, replace(REPORT, wrong=wrong, suggestion=right))

    assert not any("style" in word for word in _quoted(message))


def test_an_organisation_is_not_named_to_others(english: Translator) -> None:
    """Where the channel is shared with other organisations, or that is not known."""
    assert "Agendium" not in str(_card(english, replace(REPORT, is_shared=True)).blocks)


def test_who_works_on_it_is_named(english: Translator) -> None:
    """Until it is closed: then the thread says who has done it."""
    taken = replace(REPORT, state=State.TAKEN, assignee=BEN)

    assert "being worked on · <@UBEN>" in _markup(_card(english, taken))
    assert "<@UBEN>" not in _markup(_card(english, FIXED))


def test_a_text_of_ours_is_named_by_its_place(english: Translator) -> None:
    """File and line, and the key where that is a name; put right, both texts."""
    shown = str(_card(english, OWN).blocks)
    fixed = _card(english, replace(OWN, state=State.FIXED, texts=(replace(TEXTS[0], final="Kerro virheestä."),)))

    assert "cyberday/fi.yml:1509 · translation-errors.answer:" in shown
    assert "locales/fi/LC_MESSAGES/bot.po:12:" in shown
    assert "cyberday.translation-errors" in shown
    assert {"type": "text", "text": "virheestä", "style": {"bold": True}} in _quoted(fixed)


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (FIXED, ["Old text:", "New text:", "The new text appears on Monday, 23 November 2026.", "Well seen"]),
        (STATES[4], ["not an error", "It is meant to read this way.", "A name"]),
        (STATES[5], ["The same as TR-9."]),
    ],
    ids=["fixed", "rejected", "duplicate"],
)
def test_a_closed_card_says_what_became_of_it(english: Translator, report: Report, said: list[str]) -> None:
    """The result, and what the translator has written."""
    shown = str(_card(english, report).blocks)

    assert all(one in shown for one in said)


def test_the_pictures_are_counted(english: Translator) -> None:
    """Those that nobody can see here, each with the reason why."""
    states = [
        Picture("F1", PictureState.SHARED),
        Picture("F2", PictureState.WAITING),
        Picture("F3", PictureState.KEPT_BACK),
        Picture("F4", PictureState.REFUSED, FileFault.GONE.value),
        Picture("F5", PictureState.REFUSED, FileFault.GONE.value),
        Picture("F6", PictureState.REFUSED),
        Picture("F7", PictureState.DELETED),
    ]
    shown = _markup(_card(english, replace(REPORT, pictures=tuple(states))))

    assert "7 pictures. 1 is on its way." in shown
    assert "1 is not shown here, since other organisations read this channel." in shown
    assert "2 could not be had: it was deleted." in shown
    assert "1 could not be had: Slack does not give it out at the moment." in shown
    assert "1 has been deleted by now." in shown
    assert "picture" not in _markup(_card(english, REPORT))


@pytest.mark.parametrize("fault", FileFault)
def test_every_fault_has_its_words(english: Translator, fault: FileFault) -> None:
    """For each reason why a file is refused."""
    refused = replace(REPORT, pictures=(Picture("F1", PictureState.REFUSED, fault.value),))

    assert "could not be had: " in _markup(_card(english, refused))


def test_a_fault_of_a_newer_version_is_told_in_general(english: Translator) -> None:
    """The card can be drawn all the same."""
    refused = replace(REPORT, pictures=(Picture("F1", PictureState.REFUSED, "haunted"),))

    assert "1 could not be had: Slack does not give it out" in _markup(_card(english, refused))


ONWARD = [("reject", None), ("duplicate", None), ("move", None)]


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (State.OPEN, [(cards.TAKE, "primary"), (cards.FIX, None), (cards.ASK, None), *ONWARD]),
        *(
            (state, [(cards.FIX, "primary"), (cards.ASK, None), *ONWARD, ("release", None), ("take-over", None)])
            for state in (State.TAKEN, State.ASKED)
        ),
        *((state, [(cards.REOPEN, None)]) for state in (State.FIXED, State.REJECTED, State.DUPLICATE)),
    ],
)
def test_the_buttons_are_those_of_the_state(
    english: Translator, state: State, shown: list[tuple[str, str | None]]
) -> None:
    """What can be done next, and nothing else."""
    assert _buttons(_card(english, replace(REPORT, state=state)).blocks) == shown


def test_reports_that_may_be_the_same_are_offered(english: Translator) -> None:
    """Three at most, each with its text, while it is not closed."""
    near = [replace(REPORT, number=number, wrong=f"Docment {number}", suggestion="") for number in (9, 8, 7, 6)]
    blocks = _card(english, REPORT, near=near).blocks

    for n, number in enumerate(("9", "8", "7"), start=1):
        assert controls.offers(blocks, f"{cards.SAME}.{n}", number)
        assert f"Docment {number}" in _markup(Message("", blocks))
    assert cards.SAME + ".4" not in str(blocks)
    assert cards.SAME not in str(_card(english, replace(REPORT, state=State.FIXED), near=near).blocks)


def test_of_many_texts_of_ours_the_first_are_shown(english: Translator) -> None:
    """The last are words of buttons: they stand in the form; once some are put right, those are shown."""
    many = tuple(OwnText("cyberday/en.yml", f"trial.answer{n}", f"Text {n}.", n) for n in range(1, 7))
    shown = str(_card(english, replace(OWN, texts=many)).blocks)
    texts = (*many[:5], replace(many[5], final="Text six."))
    mended = replace(OWN, state=State.FIXED, texts=texts, visible=Visible.NOW)
    after = str(_card(english, mended).blocks)

    assert ["Text 3." in shown, "Text 4." in shown, "3 more texts" in shown] == [True, False, True]
    assert ["answer6" in after, "answer1" in after, "more text" in after] == [True, False, False]
    assert "partnerdesk reports patch TR-12" in after
    assert "patch" not in str(_card(english, FIXED).blocks)


def test_a_direct_message_is_named_as_one(english: Translator) -> None:
    """Nobody else can open it, and Slack is not to blame for that."""
    shown = _markup(_card(english, REPORT, url=None, is_direct=True))

    assert "in a direct message" in shown
    assert "no link" not in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", Act)
def test_every_change_is_a_line(catalogues: Catalogues, language: Language, act: Act) -> None:
    """With who did it and, where there are any, their words; also once nobody is named any more."""
    words = "de" if act is Act.MOVED else "a word\nmore"
    message = cards.report_line(catalogues[language], REPORT, Change(act, OPENED, BEN, words, 9))
    nameless = cards.report_line(catalogues[language], REPORT, Change(act, OPENED))

    assert block_problems(message.blocks) == []
    assert message.text.startswith("TR-12 : " if language == "fr" else "TR-12: ")
    assert "<@UBEN>" in message.text
    assert ("&gt; a word\n&gt; more" in message.text) == (act is not Act.MOVED)
    assert "TR-9" in message.text or act is not Act.DUPLICATE
    assert block_problems(nameless.blocks) == []
    assert "<@" not in nameless.text


def test_no_two_changes_are_told_alike(english: Translator) -> None:
    """Each act has its own sentence."""
    assert len({cards.report_line(english, REPORT, Change(act, OPENED, BEN)).text for act in Act}) == len(Act)


@pytest.mark.parametrize("text", HOSTILE)
def test_words_in_a_line_are_never_markup(english: Translator, text: str) -> None:
    """Whatever somebody asks or answers."""
    message = cards.report_line(english, REPORT, Change(Act.ANSWERED, OPENED, ANN, text))

    assert block_problems(message.blocks) == []
    assert len(message.text) <= MOST
    assert "EVIL" not in _markup(message)
    assert message.text.count("<") == 1


def test_the_longest_answer_is_read_whole(english: Translator) -> None:
    """It stands nowhere else."""
    message = cards.report_line(english, REPORT, Change(Act.ANSWERED, OPENED, ANN, "word " * 560 + "the end"))

    assert block_problems(message.blocks) == []
    assert "the end" in str(message.blocks)


def test_a_line_says_to_whom_it_was_handed_on(english: Translator) -> None:
    """To the translators of a language, or to those of the source text."""
    to_german = cards.report_line(english, REPORT, Change(Act.MOVED, OPENED, BEN, "de"))
    to_source = cards.report_line(english, REPORT, Change(Act.MOVED, OPENED, BEN, SOURCE))

    assert "(German)" in to_german.text
    assert "source text" in to_source.text
    assert not any("rich_text" in str(one.blocks) for one in (to_german, to_source))  # the code is nobody's words


def test_a_call_names_each_person_once(english: Translator) -> None:
    """And the report that waits for them."""
    message = cards.report_ping(english, REPORT, ["UANN", "UBEN"])

    assert message.text.count("<@UANN>") == message.text.count("<@UBEN>") == 1
    assert "TR-12" in message.text
    assert block_problems(message.blocks) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_that_is_no_more_holds_no_text(catalogues: Catalogues, language: Language) -> None:
    """Handed on, or withdrawn: the number, and why."""
    t = catalogues[language]
    for message in (
        cards.moved_card(t, REPORT, "fi"),
        cards.moved_card(t, REPORT, SOURCE),
        cards.withdrawn_report(t, 12),
    ):
        assert block_problems(message.blocks) == []
        assert "TR-12" in message.text
        assert not {"UANN", "Docment", "Cyberday", "actions"} & set(str(message).replace("'", " ").split())


@pytest.mark.parametrize(
    ("state", "acts", "said"),
    [
        (State.OPEN, [Act.REPORTED], "TR-12: open."),
        (State.OPEN, [Act.TAKEN, Act.RELEASED], "TR-12 was put back by <@UBEN>, 21 November, 00:30."),
        (State.OPEN, [Act.TAKEN, Act.MOVED], "TR-12 was handed on by <@UBEN>, 21 November, 00:30."),
        (State.TAKEN, [Act.TAKEN, Act.JOINED], "TR-12 was taken by <@UBEN>, 21 November, 00:30."),
        (State.TAKEN, [Act.TAKEN, Act.FIXED, Act.REOPENED], "TR-12 was reopened by <@UBEN>, 21 November, 00:30."),
        (
            State.ASKED,
            [Act.TAKEN, Act.ASKED],
            "The reporter of TR-12 was asked something by <@UBEN>, 21 November, 00:30.",
        ),
        (State.FIXED, [Act.TAKEN, Act.FIXED], "TR-12 was closed as fixed by <@UBEN>, 21 November, 00:30."),
        (State.REJECTED, [Act.REJECTED], "TR-12 was closed as not an error by <@UBEN>, 21 November, 00:30."),
        (State.DUPLICATE, [Act.DUPLICATE], "TR-12 was closed as a duplicate by <@UBEN>, 21 November, 00:30."),
    ],
)
def test_whoever_comes_too_late_hears_who_was_first(
    english: Translator, state: State, acts: list[Act], said: str
) -> None:
    """And when, on the desk's clock."""
    report = replace(REPORT, state=state, history=tuple(Change(act, OPENED, BEN) for act in acts))

    assert cards.standing(english, report, HELSINKI) == said
    assert cards.standing(english, report, HELSINKI, lambda _: "Ben") == said.replace("<@UBEN>", "Ben")


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_every_history_can_be_told(english: Translator, state: State, act: Act) -> None:
    """Also one from which a person was taken out, and one that does not tell how it came to its state."""
    report = replace(REPORT, state=state, history=(Change(act, OPENED),))

    assert cards.standing(english, report, HELSINKI).endswith(".")
