"""The desk file as it is written: what it may say, and where it is wrong."""

from datetime import time, timedelta

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
    Support,
    Translators,
)
from bot.desk_reader import check_against, load
from bot.document import DocumentError
from bot.request import Target

WHOLE = """\
version: 1
time_zone: Europe/Helsinki
hours: {mon: ["09:00-12:00", "13:00-24:00"], sun: []}
holidays: {country: FI, region: null}
support:
  channel: C1
  user_group: S0123ABC
  targets: {normal: {first: 4h, resolution: 24h}, urgent: {first: 90m}}
  programmes: {cyberday: {normal: {first: 2h}}, miro: null}
  warn_before: 15m
  remind: {every: 2h, at_most: 5}
  waiting: {nudge: 2d, close: 5d}
  reopen: 30d
  digest: {day: fri, at: "15:30"}
channels: [{id: C2, programmes: [cyberday], language: fr, answer: questions, unanswered_after: 4h}]
partners:
  - {name: "Étoile <!channel>", slack_teams: [T1], users: [U1], channels: [C2, G9], programmes: [miro],
     language: de, time_zone: Europe/Paris}
staff:
  - {user: U2, name: "Ann", languages: [fi, en], level: first-line}
  - {user: U7, name: "Bo", hours: {tue: ["08:00-10:00"]}, time_zone: Europe/Paris}
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
        support=Support(
            channel="C1",
            user_group="S0123ABC",
            targets={
                False: {Target.FIRST: timedelta(hours=4), Target.RESOLUTION: timedelta(hours=24)},
                True: {Target.FIRST: timedelta(minutes=90)},
            },
            programmes={"cyberday": {False: {Target.FIRST: timedelta(hours=2)}}, "miro": {}},
            warn_before=timedelta(minutes=15),
            remind_every=timedelta(hours=2),
            remind_at_most=5,
            nudge_after=timedelta(days=2),
            close_after=timedelta(days=5),
            reopen_within=timedelta(days=30),
            digest_day=4,
            digest_at=time(15, 30),
        ),
        channels=(DeskChannel("C2", ("cyberday",), "fr", answers_questions=True, unanswered_after=timedelta(hours=4)),),
        partners=(Partner("Étoile <!channel>", ("T1",), ("U1",), ("C2", "G9"), ("miro",), "de", "Europe/Paris"),),
        staff=(
            StaffMember("U2", "Ann", ("fi", "en"), "first-line"),
            StaffMember("U7", "Bo", hours={1: (Opening(480, 600),)}, time_zone="Europe/Paris"),
        ),
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
        ("support: {chanel: C1}", "support.chanel"),
        ("support: {user_group: staff}", "support.user_group"),
        ("support: {targets: {normal: {first: 1d}}}", "support.targets.normal.first"),
        ("support: {targets: {normal: {first: 0h}}}", "support.targets.normal.first"),
        ("support: {targets: {normal: {first: 4}}}", "support.targets.normal.first"),
        ("support: {targets: {normal: {second: 4h}}}", "support.targets.normal.second"),
        ("support: {targets: {normal: 4h}}", "support.targets.normal"),
        ("support: {targets: {high: {first: 4h}}}", "support.targets.high"),
        ("support: {targets: {normal: {first: 4h, resolution: 3h}}}", "support.targets.normal"),
        ("support: {targets: {normal: {first: 4h}, urgent: {resolution: 3h}}}", "support.targets.urgent"),
        ("support: {targets: {normal: {first: 4h}, urgent: {first: 5h}}}", "support.targets.urgent"),
        ("support: {programmes: [cyberday]}", "support.programmes"),
        ("support: {programmes: {a: {urgent: {first: 2d}}}}", "support.programmes.a.urgent.first"),
        ("support: {programmes: {a: {normal: {first: 2h, resolution: 1h}}}}", "support.programmes.a.normal"),
        (
            "support: {targets: {normal: {resolution: 2h}}, programmes: {a: {normal: {first: 3h}}, b: {}}}",
            "support.programmes.a.normal",
        ),
        (
            "support: {targets: {urgent: {first: 2h}}, programmes: {a: {normal: {first: 1h}}}}",
            "support.programmes.a.urgent",
        ),
        ("support: {warn_before: 1d}", "support.warn_before"),
        ("support: {warn_before: soon}", "support.warn_before"),
        ("support: {remind: 4h}", "support.remind"),
        ("support: {remind: {every: 1d}}", "support.remind.every"),
        ("support: {remind: {at_most: -1}}", "support.remind.at_most"),
        ("support: {remind: {at_most: 1.5}}", "support.remind.at_most"),
        ("support: {remind: {each: 4h}}", "support.remind.each"),
        ("support: {waiting: {nudge: 3d, close: 3d}}", "support.waiting.close"),
        ("support: {waiting: {close: 2d}}", "support.waiting.close"),
        ("support: {waiting: {nudge: 8d}}", "support.waiting.close"),
        ("support: {waiting: {nudge: null, close: 7d}}", "support.waiting.close"),
        ("support: {waiting: {nudge: 3}}", "support.waiting.nudge"),
        ("support: {waiting: 3d}", "support.waiting"),
        ("support: {reopen: 2w}", "support.reopen"),
        ("support: {digest: monday}", "support.digest"),
        ("support: {digest: {day: monday}}", "support.digest.day"),
        ('support: {digest: {at: "9:00"}}', "support.digest.at"),
        ('support: {digest: {at: "24:00"}}', "support.digest.at"),
        ("support: {digest: {at: 10:30}}", "support.digest.at"),  # which YAML reads as 630
        ("channels: [{id: C1, unanswered_after: 1d}]", "channels[0].unanswered_after"),
        ("staff: [{user: U1, name: A, hours: {mon: ['9-12']}}]", "staff[0].hours.mon[0]"),
        ("staff: [{user: U1, name: A, time_zone: Paris}]", "staff[0].time_zone"),
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


@pytest.mark.parametrize(
    ("written", "support"),
    [
        ("null", Support()),
        ("{channel: null}", Support()),
        ("{targets: null, programmes: null}", Support()),
        ("{targets: {normal: null, urgent: {first: null, resolution: 8h}}}", None),
        ("{warn_before: null}", Support(warn_before=timedelta())),
        ("{warn_before: 0m}", Support(warn_before=timedelta())),
        ("{remind: null}", Support(remind_at_most=0)),
        ("{remind: {every: null}}", Support(remind_at_most=0)),
        ("{remind: {every: 0h}}", Support(remind_at_most=0)),
        ("{remind: {at_most: 0}}", Support(remind_at_most=0)),
        ("{remind: {at_most: 1}}", Support(remind_at_most=1)),
        ("{waiting: null}", Support(nudge_after=None, close_after=None)),
        ("{waiting: {nudge: null}}", Support(nudge_after=None, close_after=None)),
        ("{waiting: {close: null}}", Support(close_after=None)),
        ("{waiting: {close: 73h}}", Support(close_after=timedelta(hours=73))),
        ("{reopen: null}", Support(reopen_within=timedelta())),
        ("{digest: null}", Support(digest_day=None)),
        ("{digest: {day: sun}}", Support(digest_day=6)),
        ('{digest: {at: "00:05"}}', Support(digest_at=time(0, 5))),
    ],
)
def test_what_support_leaves_to_the_default(tmp_path, written, support):
    """What is not written is as it is by default; null is none."""
    targets = {False: {}, True: {Target.RESOLUTION: timedelta(hours=8)}}

    desk = desk_of(tmp_path, f"version: 1\nsupport: {written}\n")

    assert desk.support == (support or Support(targets=targets))


def test_a_target_in_days_says_what_to_write(tmp_path):
    """A day of the desk is no day of the calendar."""
    text = "version: 1\nsupport:\n  targets:\n    normal: {resolution: 2d}\n"

    ((line, message),) = faults_of(tmp_path, text)

    assert line == 4
    assert "hours of the desk" in message
    assert "16h" in message


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


def test_programmes_of_support_that_the_knowledge_does_not_have(tmp_path):
    """They are errors at their line."""
    text = "version: 1\nsupport:\n  programmes:\n    cyberday: {}\n    cyberdya: {normal: {first: 2h}}\n"

    errors = [problem for problem in check_against(desk_of(tmp_path, text), {"cyberday": ()}) if not problem.warning]

    assert [(problem.line, problem.message.partition(":")[0]) for problem in errors] == [
        (5, "support.programmes.cyberdya")
    ]


def test_a_support_that_keeps_less_than_it_says(tmp_path):
    """Clocks that run at night, languages that nobody speaks and levels without people are warnings at their line."""
    desk = desk_of(
        tmp_path,
        """\
version: 1
support:
  channel: C1
  targets: {normal: {first: 4h}}
channels:
  - {id: C2, language: fi}
  - {id: C3, language: de}
partners:
  - {name: A, language: fr}
  - {name: B}
staff:
  - {user: U1, name: Ann, languages: [fi, en]}
  - {user: U2, name: Bo, level: partners}
levels:
  - {id: first, channel: C1}
  - {id: experts, channel: C4}
  - {id: partners, channel: C5}
""",
    )

    problems = check_against(desk, {})

    assert all(problem.warning for problem in problems)
    assert [(problem.line, problem.message.partition(":")[0]) for problem in problems] == [
        (4, "support.targets"),
        (7, "channels[1].language"),
        (9, "partners[0].language"),
        (16, "levels[1]"),
    ]
    assert "`hours`" in problems[0].message


@pytest.mark.parametrize(
    "text",
    [
        'hours: {mon: ["09:00-17:00"]}\nsupport: {targets: {normal: {first: 4h}}}\n',
        "support: {channel: C1}\n",
        "support: {targets: {}, programmes: {}}\n",
        "channels: [{id: C2, language: fr}]\nstaff: [{user: U1, name: Ann}]\n",  # nobody says what they speak
    ],
)
def test_a_support_without_a_warning(tmp_path, text):
    """Where hours are said, nothing is promised, or nothing is known of what staff speak."""
    assert check_against(desk_of(tmp_path, f"version: 1\n{text}"), {}) == []


def test_targets_of_a_programme_alone_need_hours_too(tmp_path):
    """The line is that of the first programme with targets."""
    text = "version: 1\nsupport:\n  programmes:\n    a: {}\n    b: {urgent: {first: 1h}}\n"

    (problem,) = check_against(desk_of(tmp_path, text), {"a": (), "b": ()})

    assert (problem.line, problem.message.partition(":")[0]) == (5, "support.programmes.b")
