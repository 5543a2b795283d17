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
hosts:
  - {user: U2, languages: [fi], kinds: [support], calendar: null}
  - {user: U9, name: "Léa", languages: [fr, en], kinds: [training], calendar: /lea/work, programmes: [miro],
     hours: {tue: ["08:00-10:00"]}, time_zone: Europe/Paris, holidays: {country: FR}, email: lea@example.com,
     video: "https://example.com/lea"}
  - {user: U10, holidays: null}
meetings: {support: {length: 45m, buffer: 0m, notice: 90m, horizon: 14d, step: 15m}, training: {notice: 0m}}
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
        hosts=(
            Host("U2", "Ann", ("fi",), ("support",)),  # the name stands under `staff`
            Host(
                user="U9",
                name="Léa",
                languages=("fr", "en"),
                kinds=("training",),
                calendar="/lea/work",
                programmes=("miro",),
                hours={1: (Opening(480, 600),)},
                time_zone="Europe/Paris",
                holidays=Holidays("FR"),
                has_own_holidays=True,
                email="lea@example.com",
                video="https://example.com/lea",
            ),
            Host("U10", kinds=("support", "training"), has_own_holidays=True),
        ),
        meetings={
            "support": MeetingRules(
                length=timedelta(minutes=45),
                buffer=timedelta(),
                notice=timedelta(minutes=90),
                horizon=timedelta(days=14),
                step=timedelta(minutes=15),
            ),
            "training": MeetingRules(
                length=timedelta(hours=1),
                buffer=timedelta(minutes=10),
                notice=timedelta(),
                horizon=timedelta(days=30),
                step=timedelta(minutes=30),
            ),
        },
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
        ("hosts: [{kinds: [support]}]", "hosts[0].user"),
        ("hosts: [{user: U1}, {user: U1}]", "hosts[1].user"),
        ("hosts: [{user: U1, kinds: [coffee]}]", "hosts[0].kinds[0]"),
        ("hosts: [{user: U1, languages: [sv]}]", "hosts[0].languages[0]"),
        ("hosts: [{user: U1, room: A}]", "hosts[0].room"),
        ("hosts: [{user: U1, name: 7}]", "hosts[0].name"),
        ('hosts: [{user: U1, programmes: [""]}]', "hosts[0].programmes[0]"),
        ('hosts: [{user: U1, hours: {mon: ["9-12"]}}]', "hosts[0].hours.mon[0]"),
        ("hosts: [{user: U1, time_zone: Paris}]", "hosts[0].time_zone"),
        ("hosts: [{user: U1, holidays: {country: XX}}]", "hosts[0].holidays.country"),
        ("hosts: [{user: U1, holidays: {country: FI, region: BY}}]", "hosts[0].holidays.region"),
        ("hosts: [{user: U1, email: ann}]", "hosts[0].email"),
        ("hosts: [{user: U1, video: 'http://example.com'}]", "hosts[0].video"),
        ("hosts: [{user: U1, video: 'https://example.com/a|b'}]", "hosts[0].video"),
        ("meetings: {lunch: {}}", "meetings.lunch"),
        ("meetings: {support: {long: 30m}}", "meetings.support.long"),
        ("meetings: {support: {length: 0m}}", "meetings.support.length"),
        ("meetings: {support: {length: 32m}}", "meetings.support.length"),
        ("meetings: {support: {length: 2d}}", "meetings.support.length"),
        ("meetings: {support: {length: 30}}", "meetings.support.length"),
        ("meetings: {support: {buffer: 12m}}", "meetings.support.buffer"),
        ("meetings: {training: {step: 0m}}", "meetings.training.step"),
        ("meetings: {training: {step: 7m}}", "meetings.training.step"),
        ("meetings: {training: {horizon: 0d}}", "meetings.training.horizon"),
        ("meetings: {training: {horizon: 367d}}", "meetings.training.horizon"),
        ("meetings: {training: {notice: 30d}}", "meetings.training"),
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
hosts:
  - {user: U1, languages: [fi]}
  - user: U2
    languages: [fi]
    programmes:
      - miro
      - maro
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
        (11, "hosts[1].programmes[1]", False),
        (13, "partners[0].programmes[0]", False),
        (17, "translations.programmes.miri", False),
        (20, "links.cyberday.deal", False),
        (22, "links.moro", False),
        (18, "links.miro", True),
        (19, "links.cyberday", True),
    ]


def test_hosts_who_cannot_be_booked(tmp_path):
    """One without languages, and one whose hours no meeting fits into, are a warning at their line."""
    desk = desk_of(
        tmp_path,
        """\
version: 1
staff: [{user: U1, name: Ann, languages: [fi]}]
hosts:
  - {user: U1, hours: {mon: ["09:00-09:30"], tue: ["22:00-24:00"], wed: ["00:00-01:00"]}}
  - {user: U2, languages: [fi], hours: {sun: ["23:00-24:00"], mon: ["00:00-01:30"]}}
  - {user: U3}
  - {user: U4, languages: [fi], kinds: [support], hours: {mon: ["09:00-09:30", "09:40-10:10"]}}
  - {user: U5, languages: [fi], kinds: [training], hours: {mon: []}}
  - {user: U6, languages: [fi], hours: {mon: ["09:00-10:00", "10:00-11:30"], fri: ["22:00-24:00"]}}
  - {user: U7, languages: [fi], kinds: [support], hours: {mon: ["09:00-09:25", "09:30-09:55"]}}
meetings: {training: {length: 150m}}
""",
    )

    problems = check_against(desk, {})

    assert [(problem.line, problem.message.partition(":")[0], problem.warning) for problem in problems] == [
        (6, "hosts[2]", True),
        (8, "hosts[4]", True),
        (10, "hosts[6]", True),
    ]
    assert "languages" in problems[0].message
    assert "150 minutes" in problems[1].message
    assert "30 minutes" in problems[2].message
