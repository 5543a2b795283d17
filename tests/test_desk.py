"""The desk: what the road asks of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import (
    MEETING_KINDS,
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
    is_email,
)
from bot.model import LANGUAGES, Channel, PersonId, Place
from bot.request import Target

HOME = "T0"
DESK = Desk(
    time_zone="Europe/Helsinki",
    channels=(DeskChannel("C2", ("cyberday",), "fr", answers_questions=True),),
    partners=(Partner("Étoile <!channel>", ("T1",), ("U1",), ("C2", "G9"), ("miro",), "de", "Europe/Paris"),),
    staff=(StaffMember("U2", "Ann"),),
    links={"cyberday": {"deal-form": "https://example.com/a?b=c&d"}},
)


def test_a_channel_beats_its_partner():
    """Where both name programmes or a language, the channel's hold; where it names none, the partner's."""
    assert DESK.channel("C2") == Channel("C2", Place.CHANNEL, ("cyberday",), "fr", answers_questions=True)
    assert DESK.channel("G9") == Channel("G9", Place.CHANNEL, ("miro",), "de")


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


def test_person():
    """A person has what is stored of them and what the file says of their organisation."""
    person = DESK.person(PersonId("T1", "U7"), home_team=HOME, language="en", locale="fr", programme="miro")

    assert person.organisation == "Étoile <!channel>"
    assert (person.organisation_language, person.programmes) == ("de", ("miro",))
    assert (person.language, person.locale, person.programme) == ("en", "fr", "miro")
    assert (person.is_partner, person.is_staff) == (True, False)


@pytest.mark.parametrize(
    ("team", "stored", "zone"),
    [("T1", "Asia/Tokyo", "Asia/Tokyo"), ("T1", None, "Europe/Paris"), ("T9", None, "Europe/Helsinki")],
)
def test_time_zone_of_a_person(team, stored, zone):
    """A person's own zone, else their organisation's, else the desk's."""
    assert DESK.person(PersonId(team, "U7"), home_team=HOME, time_zone=stored).time_zone == zone


def test_a_stranger_of_no_desk():
    """Unknown stays unknown."""
    person = Desk.empty().person(PersonId("T9", "U9"), home_team=HOME, channel_id="C9")

    assert (person.organisation, person.is_partner, person.is_staff, person.time_zone) == (None, False, False, None)


def test_links():
    """A link has its address, or None while it is not set."""
    assert DESK.link("cyberday", "deal-form") == "https://example.com/a?b=c&d"
    assert DESK.link("cyberday", "apply") is None
    assert DESK.link("miro", "apply") is None
    assert DESK.unset_links("cyberday", ("apply", "deal-form")) == ("apply",)


@pytest.mark.parametrize(
    ("retention", "texts", "pictures"),
    [
        ({}, timedelta(days=90), timedelta(days=30)),
        ({"texts": timedelta(days=30), "pictures": timedelta(days=7)}, timedelta(days=30), timedelta(days=7)),
        ({"texts": None, "pictures": None}, None, None),
    ],
)
def test_things_are_kept_for_as_long_as_the_file_says(retention, texts, pictures):
    """Texts 90 days and pictures 30 where it says nothing; null is for good."""
    desk = Desk(retention=retention)

    assert (desk.texts_kept, desk.pictures_kept) == (texts, pictures)


ROUTED = Desk(
    support_channel="CS",
    staff=(StaffMember("US", "Ann"), StaffMember("UT", "Bo")),
    translations={
        "default": Translators("CD", ("UD",)),
        "fr": Translators("CF", ("UF",)),
        "de": Translators(None, ("UG",)),
        "fi": Translators("CI"),
        "source": Translators("CP", ("UP",)),
    },
    programme_translations={
        "miro": {"default": Translators("CM"), "fi": Translators(None, ("UM", "UN"))},
        "whole": {"default": Translators("CW", ("UW",)), "source": Translators(None, ("UX",))},
    },
)


@pytest.mark.parametrize(
    ("language", "programme", "channel", "owners"),
    [
        ("fr", None, "CF", ("UF",)),
        ("en", None, "CD", ("UD",)),  # no line
        ("de", None, "CD", ("UG",)),  # a line without a channel
        ("fi", None, "CI", ("UD",)),  # a line without owners
        ("fr", "other", "CF", ("UF",)),  # a programme without lines
        ("fr", "miro", "CM", ("UF",)),  # the programme's default goes before the language, the language before all
        ("fi", "miro", "CM", ("UM", "UN")),
        ("fr", "whole", "CW", ("UW",)),
    ],
)
def test_a_translation_goes_to_whom_the_file_names_most_closely(language, programme, channel, owners):
    """Programme and language, programme, language, default; channel and owners each on their own."""
    assert ROUTED.route(language, programme, is_source=False) == Translators(channel, owners)


@pytest.mark.parametrize(
    ("programme", "channel", "owners"),
    [(None, "CP", ("UP",)), ("miro", "CP", ("UP",)), ("whole", "CP", ("UX",))],
)
def test_a_source_text_goes_to_the_product_owner(programme, channel, owners):
    """Also where the programme has translators of its own: they cannot mend it."""
    assert ROUTED.route("fr", programme, is_source=True) == Translators(channel, owners)


def test_a_source_text_without_a_product_owner_falls_to_the_default():
    """The programme's before that of all."""
    desk = Desk(translations={"default": Translators("CD", ("UD",)), "fr": Translators("CF", ("UF",))})
    own = Desk(translations=desk.translations, programme_translations={"miro": {"default": Translators("CM", ("UM",))}})

    assert desk.route("fr", "miro", is_source=True) == Translators("CD", ("UD",))
    assert own.route("fr", "miro", is_source=True) == Translators("CM", ("UM",))


@pytest.mark.parametrize("is_source", [False, True])
def test_what_nobody_is_named_for_goes_to_the_staff(is_source):
    """In the support channel; translators of another language come after them."""
    desk = Desk(
        support_channel="CS",
        staff=(StaffMember("US", "Ann"), StaffMember("UT", "Bo")),
        translations={"fr": Translators("CF", ("UF",))},
    )

    assert desk.route("fi", None, is_source=is_source) == Translators("CS", ("US", "UT"))


TEAMS = st.builds(
    Translators, st.sampled_from([None, "C1", "C2"]), st.sampled_from([(), ("U1",), ("U2", "U3"), ("U1", "U4")])
)
SECTIONS = st.dictionaries(st.sampled_from([*LANGUAGES, "default", "source"]), TEAMS, max_size=3)
DESKS = st.builds(
    Desk,
    support_channel=st.sampled_from([None, "CS"]),
    staff=st.sampled_from([(), (StaffMember("US", "Ann"),)]),
    translations=SECTIONS,
    programme_translations=st.dictionaries(st.sampled_from(["cyberday", "miro"]), SECTIONS, max_size=2),
)


@given(DESKS, st.sampled_from(LANGUAGES), st.sampled_from([None, "cyberday", "miro", "other"]), st.booleans())
def test_nothing_goes_to_nobody(desk, language, programme, is_source):
    """If the file names any channel, there is one; if it names anybody, somebody answers for it, and only once."""
    sections = [desk.translations, *desk.programme_translations.values()]
    teams = [team for section in sections for team in section.values()]
    route = desk.route(language, programme, is_source=is_source)

    assert desk.takes_reports == bool(route.channel)
    assert desk.takes_reports == bool(desk.support_channel or any(team.channel for team in teams))
    assert bool(route.owners) == bool(desk.staff or any(team.owners for team in teams))
    assert len(set(route.owners)) == len(route.owners)


@pytest.mark.parametrize(
    ("user", "languages"),
    [
        ("UF", ("fr",)),
        ("UD", ("en", "fi")),
        ("UM", ("fi",)),  # of one programme
        ("UW", LANGUAGES),
        ("UP", LANGUAGES),  # a source text's error is reported in any
        ("US", ()),  # where others are named, staff have none
    ],
)
def test_languages_of_an_owner(user, languages):
    """Those whose errors go to them, of all programmes or of one."""
    assert ROUTED.languages_owned(user) == languages


def test_staff_own_what_nobody_is_named_for():
    """As they get its errors; without a product owner also those of source texts."""
    translations = {"fr": Translators("CF", ("UF",))}
    desk = Desk(staff=(StaffMember("US", "Ann"),), translations=translations)
    other = Desk(staff=desk.staff, translations={**translations, "source": Translators("CF", ("UP",))})

    assert desk.languages_owned("US") == LANGUAGES
    assert other.languages_owned("US") == ("en", "de", "fi")


HOSTING = Desk(
    time_zone="Europe/Helsinki",
    hours={0: (Opening(600, 660),)},
    holidays=Holidays("FI"),
    staff=(StaffMember("U1", "Ann", ("fi", "en")), StaffMember("U9", "Bo")),
    hosts=(
        Host("U1"),
        Host("U2", "Léa", ("fr",), ("training",), programmes=("miro",), time_zone="Europe/Paris"),
        Host("U3", "Kim", ("de",), ("training",), hours={1: ()}, holidays=Holidays("DE"), has_own_holidays=True),
        Host("U4", kinds=("support",), programmes=("other",), has_own_holidays=True),
    ),
)


@pytest.mark.parametrize(
    ("kind", "programme", "users"),
    [
        ("support", "miro", ["U1"]),
        ("support", "other", ["U1", "U4"]),
        ("support", None, ["U1"]),
        ("training", "miro", ["U1", "U2", "U3"]),
        ("training", "cyberday", ["U1", "U3"]),
        ("training", None, ["U1", "U3"]),
    ],
)
def test_who_holds_meetings(kind, programme, users):
    """Those who hold the kind for the programme; where nobody knows it, those who do for all."""
    assert [host.user for host in HOSTING.hosts_for(kind, programme)] == users
    assert HOSTING.books(kind, programme)


def test_hosts_of_single_programmes_stand_in():
    """Where nobody holds a meeting for all programmes, all who hold it do while the programme is not known."""
    desk = Desk(hosts=(Host("U1", programmes=("a",)), Host("U2", programmes=("b",)), Host("U3", kinds=("training",))))

    assert [host.user for host in desk.hosts_for("support", None)] == ["U1", "U2"]
    assert not desk.books("support", "c")
    assert desk.takes_meetings
    assert not Desk.empty().takes_meetings
    assert not any(Desk.empty().books(kind, None) for kind in MEETING_KINDS)


def test_a_host_of_the_staff_is_called_and_speaks_as_there():
    """What the host's line names goes before what stands under `staff`."""
    members = (StaffMember("U1", "Ann", ("fi", "en")), StaffMember("U9", "Bo"))
    desk = Desk(staff=members, hosts=(Host("U1", languages=("de",)),))

    assert (HOSTING.host("U1"), desk.host("U1")) == (Host("U1", "Ann", ("fi", "en")), Host("U1", "Ann", ("de",)))
    assert HOSTING.hosts_for("support", None) == (Host("U1", "Ann", ("fi", "en")),)
    assert [HOSTING.host_name(user) for user in ("U1", "U2", "U4", "U9", "U7")] == ["Ann", "Léa", "", "Bo", ""]
    assert HOSTING.host("U9") is None


def test_the_desk_stands_in_for_what_a_host_has_not():
    """Time zone, hours and holidays; one may keep none of the desk's, or work on no day."""
    ann, lea, kim, none = HOSTING.hosts

    assert [HOSTING.zone_of(host) for host in (ann, lea)] == ["Europe/Helsinki", "Europe/Paris"]
    assert [HOSTING.hours_of(host) for host in (ann, kim)] == [HOSTING.hours, {1: ()}]
    holidays = [HOSTING.holidays_of(host) for host in (ann, kim, none)]
    assert holidays == [Holidays("FI"), Holidays("DE"), None]


def test_a_desk_that_is_always_open_holds_meetings_at_office_hours():
    """Monday to Friday from nine to five, in UTC."""
    desk = Desk(hosts=(Host("U1"),))

    assert desk.hours_of(desk.hosts[0]) == dict.fromkeys(range(5), (Opening(540, 1020),))
    assert desk.zone_of(desk.hosts[0]) == "UTC"


def test_meetings_are_laid_out_as_the_file_says():
    """Of each kind on its own; else half an hour of support, an hour of training."""
    own = MeetingRules(timedelta(minutes=15), timedelta(), timedelta(), timedelta(days=2))
    desk = Desk(meetings={"support": own})

    assert desk.rules_of("support") == own
    assert desk.rules_of("training").length == timedelta(hours=1)
    assert {kind: Desk.empty().rules_of(kind).notice for kind in MEETING_KINDS} == {
        "support": timedelta(hours=4),
        "training": timedelta(days=1),
    }


FIRST, RESOLUTION = Target.FIRST, Target.RESOLUTION
HOUR = timedelta(hours=1)
PROMISING = Desk(
    support=Support(
        targets={False: {FIRST: 4 * HOUR, RESOLUTION: 24 * HOUR}, True: {FIRST: HOUR}},
        programmes={
            "cyberday": {False: {FIRST: 2 * HOUR}},
            "miro": {True: {RESOLUTION: 8 * HOUR}, False: {}},
        },
    )
)


@pytest.mark.parametrize(
    ("programme", "normal", "urgent"),
    [
        (None, (4, 24), (1, 24)),
        ("other", (4, 24), (1, 24)),
        ("cyberday", (2, 24), (1, 24)),
        ("miro", (4, 24), (1, 8)),
    ],
)
def test_targets_of_a_programme(programme, normal, urgent):
    """What a programme does not say is as for all; what is not said of urgent ones is as for the others."""
    for is_urgent, (first, resolution) in {False: normal, True: urgent}.items():
        promised = PROMISING.targets_of(programme, is_urgent=is_urgent)
        assert promised == {FIRST: first * HOUR, RESOLUTION: resolution * HOUR}


def test_what_is_not_promised_has_no_target():
    """Each may be left out, or all."""
    desk = Desk(support=Support(programmes={"miro": {True: {FIRST: HOUR}}}))

    assert desk.targets_of("miro", is_urgent=True) == {FIRST: HOUR}
    assert desk.targets_of("miro", is_urgent=False) == {}
    assert Desk.empty().targets_of(None, is_urgent=True) == {}


def test_the_channel_of_support():
    """It has one, wherever it was said; what is said of the rest stays."""
    short, long = Desk(support_channel="CS"), Desk(support=Support("CS", reopen_within=HOUR))

    assert (short.support_channel, short.support) == ("CS", Support("CS"))
    assert (long.support_channel, long.support.reopen_within) == ("CS", HOUR)
    assert replace(long, levels=(Level("a", "C1"),)).support == long.support
    assert Desk.empty().support_channel is None


def test_when_a_question_counts_as_unanswered():
    """Where its channel says so."""
    desk = Desk(channels=(DeskChannel("C1", unanswered_after=4 * HOUR), DeskChannel("C2")))

    assert [desk.unanswered_after(channel) for channel in ("C1", "C2", "C3")] == [4 * HOUR, None, None]


LEVELLED = Desk(
    support_channel="CS",
    staff=(StaffMember("U1", "Ann"), StaffMember("U2", "Bo", level="experts"), StaffMember("U3", "Kim", level="first")),
    levels=(Level("first", "C1"), Level("experts", "C2"), Level("partners", "C3")),
)


@pytest.mark.parametrize(
    ("level", "channel", "following", "users"),
    [
        ("", "CS", "experts", "U1 U2 U3"),
        ("first", "C1", "experts", "U1 U3"),
        ("experts", "C2", "partners", "U2"),
        ("partners", "C3", None, "U1 U2 U3"),
        ("gone", "CS", "experts", "U1 U2 U3"),
    ],
)
def test_levels(level, channel, following, users):
    """A request without a level, or of one that the file has no longer, is the first's; where nobody stands, all do."""
    after = LEVELLED.next_level(level)

    assert LEVELLED.channel_of_level(level) == channel
    assert (after.id if after else None) == following
    assert [member.user for member in LEVELLED.staff_of_level(level)] == users.split()


def test_a_desk_without_levels():
    """Everything stands in support's channel; without one, in the first level's."""
    desk = Desk(support_channel="CS", staff=(StaffMember("U1", "Ann", level="first"),))
    unsupported = Desk(levels=(Level("first", "C1"),))

    assert (desk.channel_of_level(""), desk.next_level(""), desk.staff_of_level("")) == ("CS", None, desk.staff)
    assert (unsupported.channel_of_level(""), unsupported.next_level("")) == ("C1", None)
    assert Desk.empty().channel_of_level("") is None


def test_members_of_the_user_group_are_staff():
    """As long as they are in it; of whom the file names, what it says holds."""
    ann = StaffMember("U1", "Ann", ("fi",), "first")
    desk = Desk(staff=(ann,), hosts=(Host("U2"),))

    joined = desk.with_staff([StaffMember("U2", "Bo Berg"), StaffMember("U1", "Anna K")])
    later = joined.with_staff([StaffMember("U3", "Kim")])

    assert joined.staff == (ann, StaffMember("U2", "Bo Berg", is_named=False))
    assert joined.is_staff(PersonId(HOME, "U2"), HOME)
    assert joined.host_name("U2") == "Bo Berg"
    assert [member.user for member in later.staff] == ["U1", "U3"]
    assert (later.member("U3"), later.member("U2")) == (StaffMember("U3", "Kim", is_named=False), None)
    assert later.with_staff([]) == desk


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Anna Korhonen", "Anna"),
        ("Anna", "Anna"),
        ("Anne-Marie Dupont", "Anne-Marie"),
        ("D’Arcy Lee", "D’Arcy"),
        ("Élise Noël", "Élise"),
        ("Dr. Anna Korhonen", "Dr. Anna Korhonen"),
        ("Dr Anna Korhonen", "Dr Anna Korhonen"),
        ("Frau Weber", "Frau Weber"),
        ("A. Korhonen", "A. Korhonen"),
        ("Korhonen, Anna", "Korhonen, Anna"),
        ("anna.korhonen@example.com", "anna.korhonen@example.com"),
        ("anna_k support", "anna_k support"),
        ("<!channel> Anna", "<!channel> Anna"),
        ("", ""),
    ],
)
def test_first_names(name, first):
    """What comes before the first space, if it is a name; a title or an address is not taken apart."""
    assert StaffMember("U1", name).first_name == first


@pytest.mark.parametrize("text", ["ann@example.com", "a.b+c_d@mail.example.co.uk", "élise@exämple.fr", "o'neil@a.b"])
def test_e_mail_addresses(text):
    """What mail can be sent to."""
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "ann@example",
        "@example.com",
        "ann@.com",
        "ann@example.",
        "ann@example..com",
        "ann@bo@example.com",
        "ann lee@example.com",
        "ann@example.com ",
        "ann@example.com\n",
        "ann@example.com\r\nBcc: bo@example.com",
        "ann@exam\u200bple.com",
        "Ann <ann@example.com>",
        "ann@example.com,bo@example.com",
        "mailto:ann@example.com",
        f"{'a' * 243}@example.com",
    ],
)
def test_what_is_no_e_mail_address(text):
    """Names, several at once, headers, and what is too long to be delivered."""
    assert not is_email(text)
