"""The desk file: what it may say, and what the road asks of it."""

from datetime import timedelta

import pytest

from bot.desk import (
    Desk,
    DeskChannel,
    Holidays,
    Host,
    Level,
    MeetingRules,
    Opening,
    Partner,
    StaffMember,
    Translators,
    check_against,
    load,
)
from bot.document import DocumentError
from bot.model import Channel, PersonId, Place

HOME = "T0"

WHOLE = """\
version: 1
time_zone: Europe/Helsinki
hours: {mon: ["09:00-12:00", "13:00-24:00"], sun: []}
holidays: {country: FI, region: null}
support: {channel: C1}
channels: [{id: C2, programmes: [cyberday], language: fr, answer: questions, unanswered_after: 4h}]
partners:
  - {name: "Étoile <!channel>", slack_teams: [T1], users: [U1], channels: [C2, G9], programmes: [miro],
     language: de, time_zone: Europe/Paris}
staff: [{user: U2, name: "Ann", languages: [fi, en], level: first-line}]
levels: [{id: first-line, channel: C1}, {id: product-experts, channel: C3}]
translations: {default: {channel: C4, owners: [U3]}, fi: {owners: [U4]}}
hosts: [{user: U2, languages: [fi, en], kinds: [support, training], calendar: null}]
meetings: {support: {length: 30m, buffer: 0m, notice: 4h, horizon: 30d}}
links: {cyberday: {deal-form: "https://example.com/a?b=c&d", apply: null}}
retention: {texts: 90d, files: null}
"""


def desk_of(tmp_path, text):
    """The desk of a file with this text."""
    path = tmp_path / "desk.yml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def faults_of(tmp_path, text):
    """The (line, message) of each fault of a file with this text."""
    with pytest.raises(DocumentError) as caught:
        desk_of(tmp_path, text)
    assert all(problem.file == str(tmp_path / "desk.yml") for problem in caught.value.problems)
    return [(problem.line, problem.message) for problem in caught.value.problems]


def test_whole_file(tmp_path):
    """Every section of the contract is read; a name is kept as it was written."""
    assert desk_of(tmp_path, WHOLE) == Desk(
        time_zone="Europe/Helsinki",
        hours={0: (Opening(540, 720), Opening(780, 1440)), 6: ()},
        holidays=Holidays("FI"),
        support_channel="C1",
        channels=(DeskChannel("C2", ("cyberday",), "fr", answers_questions=True, unanswered_after=timedelta(hours=4)),),
        partners=(Partner("Étoile <!channel>", ("T1",), ("U1",), ("C2", "G9"), ("miro",), "de", "Europe/Paris"),),
        staff=(StaffMember("U2", "Ann", ("fi", "en"), "first-line"),),
        levels=(Level("first-line", "C1"), Level("product-experts", "C3")),
        translations={"default": Translators("C4", ("U3",)), "fi": Translators(None, ("U4",))},
        hosts=(Host("U2", ("fi", "en"), ("support", "training")),),
        meetings={"support": MeetingRules(timedelta(minutes=30), timedelta(), timedelta(hours=4), timedelta(days=30))},
        links={"cyberday": {"deal-form": "https://example.com/a?b=c&d"}},
        retention={"texts": timedelta(days=90), "files": None},
    )


def test_version_alone_is_a_desk(tmp_path):
    """A file with nothing but its version is the empty desk."""
    assert desk_of(tmp_path, "version: 1\n") == Desk.empty()


def test_all_faults_at_once(tmp_path):
    """One run names every fault, each with its line and its place in the file."""
    faults = faults_of(
        tmp_path,
        """\
time_zone: Europe/Turku
colour: red
channels:
  - {id: D1, answer: always, language: sv}
  - {id: C2, unanswered_after: 4 hours}
  - {id: C2}
links:
  cyberday: {deal-form: "http://example.com"}
""",
    )

    assert [(line, message.partition(":")[0]) for line, message in faults] == [
        (1, "the file"),  # the version is missing
        (1, "time_zone"),
        (2, "colour"),
        (4, "channels[0].answer"),
        (4, "channels[0].id"),
        (4, "channels[0].language"),
        (5, "channels[1].unanswered_after"),
        (6, "channels[2].id"),
        (8, "links.cyberday.deal-form"),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("version: 2", "version"),
        ("version: true", "version"),
        ('version: "1"', "version"),
        ("time_zone: ../etc/passwd", "time_zone"),
        ("time_zone: 2", "time_zone"),
        ("hours: {monday: []}", "hours.monday"),
        ('hours: {mon: ["9-12"]}', "hours.mon[0]"),
        ('hours: {mon: ["12:00-09:00"]}', "hours.mon[0]"),
        ('hours: {mon: ["12:00-24:30"]}', "hours.mon[0]"),
        ('hours: {mon: ["09:00-12:00", "11:00-13:00"]}', "hours.mon[1]"),
        ('hours: {mon: ["13:00-17:00", "09:00-12:00"]}', "hours.mon[1]"),
        ("holidays: {country: Finland}", "holidays.country"),
        ("holidays: {region: Uusimaa}", "holidays.country"),
        ("support: {channel: general}", "support.channel"),
        ("support: C1", "support"),
        ("channels: {id: C1}", "channels"),
        ("channels: [{id: null}]", "channels[0].id"),
        ("channels: [null]", "channels[0].id"),
        ('channels: [{id: C1, programmes: [""]}]', "channels[0].programmes[0]"),
        ("channels: [{id: C1, unanswered_after: 0h}]", "channels[0].unanswered_after"),
        ("channels: [{id: C1, answers: mentions}]", "channels[0].answers"),
        ("partners: [{users: [U1]}]", "partners[0].name"),
        ('partners: [{name: ""}]', "partners[0].name"),
        ("partners: [{name: A}, {name: A}]", "partners[1].name"),
        ("partners: [{name: A, slack_teams: [C1]}]", "partners[0].slack_teams[0]"),
        ("partners: [{name: A, users: [u1]}]", "partners[0].users[0]"),
        ("partners: [{name: A, users: [U1]}, {name: B, users: [U1]}]", "partners[1].users[0]"),
        ("partners: [{name: A, channels: [C1]}, {name: B, channels: [C1]}]", "partners[1].channels[0]"),
        ("partners: [{name: A, slack_teams: [T1]}, {name: B, slack_teams: [T1]}]", "partners[1].slack_teams[0]"),
        ("staff: [{user: U1, name: A, level: second}]", "staff[0].level"),
        ("staff: [{user: U1, name: A}, {user: U1, name: B}]", "staff[1].user"),
        ("staff: [{user: U1, name: A, languages: [sv]}]", "staff[0].languages[0]"),
        ("levels: [{id: a, channel: C1}, {id: a, channel: C2}]", "levels[1].id"),
        ("levels: [{id: a}]", "levels[0].channel"),
        ("translations: {sv: {channel: C1}}", "translations.sv"),
        ("translations: {fi: {owners: [Anna]}}", "translations.fi.owners[0]"),
        ("hosts: [{user: U1, kinds: [coffee]}]", "hosts[0].kinds[0]"),
        ("meetings: {lunch: {}}", "meetings.lunch"),
        ("meetings: {support: {length: 0m, buffer: 0m, notice: 0m, horizon: 1d}}", "meetings.support.length"),
        ("meetings: {support: {length: 30m, notice: 0m, horizon: 1d}}", "meetings.support.buffer"),
        ("links: {cyberday: {a: 'https://x/<b>'}}", "links.cyberday.a"),
        ("links: {cyberday: {a: 'https://x/a|b'}}", "links.cyberday.a"),
        ("links: {cyberday: {a: 'https://x/a b'}}", "links.cyberday.a"),
        ("links: {cyberday: {a: 'javascript:alert(1)'}}", "links.cyberday.a"),
        ("links: {cyberday: {a: 'https://'}}", "links.cyberday.a"),
        ("links: {cyberday: {a: 'https://[x'}}", "links.cyberday.a"),
        ("retention: {texts: forever}", "retention.texts"),
        ("retention: {texts: 90}", "retention.texts"),
        ("retention: {texts: 90m}", "retention.texts"),
    ],
)
def test_faults(tmp_path, text, place):
    """What is out of form is refused, at its place, with what to do."""
    text = text if text.startswith("version") else f"version: 1\n{text}"

    assert {message.partition(": ")[0] for _, message in faults_of(tmp_path, text)} == {place}


def test_a_key_twice_is_an_error(tmp_path):
    """YAML would silently keep the last one."""
    ((line, message),) = faults_of(tmp_path, "version: 1\nsupport: {channel: C1}\nsupport: {channel: C2}\n")

    assert line == 3
    assert "support" in message


def test_broken_yaml(tmp_path):
    """A file that is no YAML is named with the line where it breaks, and nothing else is complained of."""
    ((line, _),) = faults_of(tmp_path, "version: 1\nchannels: [\n")

    assert line == 3


def test_missing_file(tmp_path):
    """A file that is not there is an error of the same kind."""
    with pytest.raises(DocumentError, match=r"none\.yml:1: .*missing"):
        load(tmp_path / "none.yml")


def test_a_channel_beats_its_partner(tmp_path):
    """Where both name programmes or a language, the channel's hold; where it names none, the partner's."""
    desk = desk_of(tmp_path, WHOLE)

    assert desk.channel("C2") == Channel("C2", Place.CHANNEL, ("cyberday",), "fr", answers_questions=True)
    assert desk.channel("G9") == Channel("G9", Place.CHANNEL, ("miro",), "de")


def test_unknown_and_direct_channels():
    """Of a channel that the file does not name nothing is known but where it is."""
    assert Desk.empty().channel("C7") == Channel("C7")
    assert Desk.empty().channel("D7", direct=True) == Channel("D7", Place.DIRECT)


BY_USER = Partner("user", users=("U1",))
BY_TEAM = Partner("team", slack_teams=("T1", HOME))
BY_CHANNEL = Partner("channel", channels=("C1",))
ORGANISATIONS = Desk(partners=(BY_USER, BY_TEAM, BY_CHANNEL), staff=(StaffMember("U2", "Ann"),))


@pytest.mark.parametrize(
    ("team", "user", "channel", "expected"),
    [
        ("T1", "U1", "C1", BY_USER),
        (HOME, "U1", "C1", BY_USER),
        ("T1", "U9", "C1", BY_TEAM),
        ("T9", "U9", "C1", BY_CHANNEL),
        (HOME, "U9", "C1", BY_CHANNEL),  # a guest of ours
        (HOME, "U9", None, None),  # our own team is nobody's, even if the file names it
        (HOME, "U2", "C1", None),  # staff
        ("T9", "U2", "C1", BY_CHANNEL),  # a namesake of staff
        ("T9", "U9", "C9", None),
    ],
)
def test_organisation(team, user, channel, expected):
    """A person's organisation is the user's, else that of a team not ours, else the channel's; staff have none."""
    assert ORGANISATIONS.organisation_of(PersonId(team, user), HOME, channel) == expected


def test_staff_are_users_of_the_home_team():
    """The same user id in another workspace is somebody else."""
    assert ORGANISATIONS.is_staff(PersonId(HOME, "U2"), HOME)
    assert not ORGANISATIONS.is_staff(PersonId("T9", "U2"), HOME)
    assert not ORGANISATIONS.is_staff(PersonId(HOME, "U1"), HOME)


def test_person(tmp_path):
    """A person has what is stored of them and what the file says of their organisation."""
    desk = desk_of(tmp_path, WHOLE)

    person = desk.person(PersonId("T1", "U7"), home_team=HOME, language="en", locale="fr", programme="miro")

    assert person.organisation == "Étoile <!channel>"
    assert (person.organisation_language, person.programmes) == ("de", ("miro",))
    assert (person.language, person.locale, person.programme) == ("en", "fr", "miro")
    assert (person.is_partner, person.is_staff) == (True, False)


@pytest.mark.parametrize(
    ("team", "stored", "zone"),
    [("T1", "Asia/Tokyo", "Asia/Tokyo"), ("T1", None, "Europe/Paris"), ("T9", None, "Europe/Helsinki")],
)
def test_time_zone_of_a_person(tmp_path, team, stored, zone):
    """A person's own zone, else their organisation's, else the desk's."""
    desk = desk_of(tmp_path, WHOLE)

    assert desk.person(PersonId(team, "U7"), home_team=HOME, time_zone=stored).time_zone == zone


def test_a_stranger_of_no_desk():
    """Unknown stays unknown."""
    person = Desk.empty().person(PersonId("T9", "U9"), home_team=HOME, channel_id="C9")

    assert (person.organisation, person.is_partner, person.is_staff, person.time_zone) == (None, False, False, None)


def test_links(tmp_path):
    """A link has its address, or None while it is not set."""
    desk = desk_of(tmp_path, WHOLE)

    assert desk.link("cyberday", "deal-form") == "https://example.com/a?b=c&d"
    assert desk.link("cyberday", "apply") is None
    assert desk.link("miro", "apply") is None
    assert desk.unset_links("cyberday", ("apply", "deal-form")) == ("apply",)


def test_check_against_the_knowledge(tmp_path):
    """Programmes and links that the knowledge does not have are errors at their line; unset links are a warning."""
    desk = desk_of(
        tmp_path,
        """\
version: 1
channels:
  - id: C1
    programmes: [cyberday, cyberdya]
partners:
  - {name: A, programmes: [mero]}
links:
  cyberday:
    deal: "https://example.com"
    apply: "https://example.com"
  moro: {a: "https://example.com"}
""",
    )

    problems = check_against(desk, {"cyberday": ("apply", "deal-form"), "miro": ("apply",), "none": ()})

    assert [(problem.line, problem.message.partition(":")[0], problem.warning) for problem in problems] == [
        (4, "channels[0].programmes[1]", False),
        (6, "partners[0].programmes[0]", False),
        (9, "links.cyberday.deal", False),
        (11, "links.moro", False),
        (7, "links.miro", True),
        (8, "links.cyberday", True),
    ]


@pytest.mark.parametrize(
    ("retention", "kept"),
    [("", timedelta(days=90)), ("retention: {texts: 30d}", timedelta(days=30)), ("retention: {texts: null}", None)],
)
def test_texts_are_kept_for_as_long_as_the_file_says(tmp_path, retention, kept):
    """90 days where it says nothing; null is for good."""
    assert desk_of(tmp_path, f"version: 1\n{retention}\n").texts_kept == kept
