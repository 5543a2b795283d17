"""The desk file as it is written: what it may say, and where it is wrong."""

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
)
from bot.desk_reader import check_against, load
from bot.document import DocumentError

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
translations:
  default: {channel: C4, owners: [U3]}
  fi: {owners: [U4]}
  source: {owners: [U5]}
  programmes: {miro: {default: {channel: C5}, fr: {owners: [U6]}, source: {owners: [U7, U8]}}, cyberday: null}
hosts: [{user: U2, languages: [fi, en], kinds: [support, training], calendar: null}]
meetings: {support: {length: 30m, buffer: 0m, notice: 4h, horizon: 30d}}
links: {cyberday: {deal-form: "https://example.com/a?b=c&d", apply: null}}
retention: {texts: 90d, pictures: null}
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
        translations={
            "default": Translators("C4", ("U3",)),
            "fi": Translators(None, ("U4",)),
            "source": Translators(None, ("U5",)),
        },
        programme_translations={
            "miro": {
                "default": Translators("C5"),
                "fr": Translators(None, ("U6",)),
                "source": Translators(None, ("U7", "U8")),
            },
            "cyberday": {},
        },
        hosts=(Host("U2", ("fi", "en"), ("support", "training")),),
        meetings={"support": MeetingRules(timedelta(minutes=30), timedelta(), timedelta(hours=4), timedelta(days=30))},
        links={"cyberday": {"deal-form": "https://example.com/a?b=c&d"}},
        retention={"texts": timedelta(days=90), "pictures": None},
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
        ("holidays: {country: XX}", "holidays.country"),
        ("holidays: {country: NO}", "holidays.country"),  # which YAML reads as false
        ("holidays: {region: Uusimaa}", "holidays.country"),
        ("holidays: {country: FI, region: BY}", "holidays.region"),
        ("holidays: {country: FI, region: 18}", "holidays.region"),  # which YAML reads as a number
        ("holidays: {country: VA, region: Roma}", "holidays.region"),  # a country without regions
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
        ("translations: {fi: {owner: [U1]}}", "translations.fi.owner"),
        ("translations: {programmes: [miro]}", "translations.programmes"),
        ("translations: {programmes: {miro: {sv: {channel: C1}}}}", "translations.programmes.miro.sv"),
        ("translations: {programmes: {miro: {programmes: {}}}}", "translations.programmes.miro.programmes"),
        ("translations: {programmes: {miro: {source: {channel: U1}}}}", "translations.programmes.miro.source.channel"),
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
        ("retention: {pictures: 1h}", "retention.pictures"),
        ("retention: {picture: 7d}", "retention.picture"),
    ],
)
def test_faults(tmp_path, text, place):
    """What is out of form is refused, at its place, with what to do."""
    text = text if text.startswith("version") else f"version: 1\n{text}"

    assert {message.partition(": ")[0] for _, message in faults_of(tmp_path, text)} == {place}


@pytest.mark.parametrize("region", ["null", "BY", "Bayern", '"BY"'])
def test_regions_of_a_country(tmp_path, region):
    """A region is named by its code or its name, and may be left out."""
    desk = desk_of(tmp_path, f"version: 1\nholidays: {{country: DE, region: {region}}}\n")

    assert desk.holidays == Holidays("DE", None if region == "null" else region.strip('"'))


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
translations:
  programmes:
    miro: {fi: {owners: [U1]}}
    miri: {fi: {owners: [U1]}}
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
        (10, "translations.programmes.miri", False),
        (13, "links.cyberday.deal", False),
        (15, "links.moro", False),
        (11, "links.miro", True),
        (12, "links.cyberday", True),
    ]
