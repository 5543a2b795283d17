"""Calendar days, rule by rule, in four languages. Today is Wednesday, 17 March 2027, unless a test says otherwise."""

from datetime import date, timedelta

import pytest

from bot.understand.slots.resolve import NO_DAY
from bot.understand.slots.values import values

TODAY = date(2027, 3, 17)


def days(text, language, today=TODAY, **options):
    """The days of a message."""
    return [value for value in values(text, language, today, **options) if value.kind == "date"]


def day(text, language, today=TODAY, **options):
    """The one day of a message, as an ISO string; None if it is doubtful."""
    (found,) = days(text, language, today, **options)
    return found.value


def doubtful(text, language, today=TODAY):
    """The readings of a day that is not certain, and why."""
    (found,) = days(text, language, today)
    assert found.value is None
    return found.options, found.mode


# A day without a year


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "20 mai"),
        ("fr", "Nous l'avons enregistré le 20 mai"),
        ("en", "20 May"),
        ("en", "We registered it on 20 May"),
        ("de", "20. Mai"),
        ("de", "Wir haben ihn am 20. Mai registriert"),
        ("fi", "20. toukokuuta"),
        ("fi", "Rekisteröimme sen 20. toukokuuta"),
    ],
)
def test_a_day_without_a_year_has_been(language, text):
    """The nearest one before today, in a message about the past and in one that says nothing but the day."""
    assert day(text, language) == "2026-05-20"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "L'essai sera prêt le 20 février"),
        ("en", "We will start the trial on 20 February"),
        ("de", "Wir werden die Testphase am 20. Februar beginnen"),
        ("fi", "Aloitamme kokeilun 20. helmikuuta"),
    ],
)
def test_in_a_message_about_the_future_it_is_to_come(language, text):
    """The nearest one after today, for its verb is in the future."""
    assert day(text, language) == "2028-02-20"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Si l'essai démarre le 20 février, quand finit-il ?"),
        ("en", "If the trial begins on 20 February, when does it end?"),
        ("de", "Wenn die Testphase am 20. Februar beginnt, wann endet sie?"),
        ("fi", "Jos kokeilu alkaa 20. helmikuuta, milloin se päättyy?"),
    ],
)
def test_after_an_if_it_is_to_come(language, text):
    """What somebody only thinks of has not happened yet."""
    assert day(text, language) == "2028-02-20"


def test_after_an_if_the_past_is_still_the_past():
    """The tense of what is thought of counts."""
    assert day("If the deal was registered on 20 May, is it still ours?", "en") == "2026-05-20"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Si l'essai démarre le 20 février"),
        ("en", "We will start on 20 February"),
        ("de", "Wenn die Testphase am 20. Februar beginnt"),
        ("fi", "Aloitamme 20. helmikuuta"),
    ],
)
def test_it_has_been_where_the_question_was_about_the_past(language, text):
    """The one who asked knows better than the tense."""
    assert day(text, language, is_past=True) == "2027-02-20"


@pytest.mark.parametrize(
    ("language", "text", "ahead"),
    [
        ("fr", "le 17 mars", "si nous commençons le 17 mars"),
        ("en", "on 17 March", "if we start on 17 March"),
        ("de", "am 17. März", "wenn wir am 17. März starten"),
        ("fi", "17. maaliskuuta", "jos aloitamme 17. maaliskuuta"),
    ],
)
def test_the_day_of_asking_is_today(language, text, ahead):
    """And not a year off, in the past and in the future."""
    assert day(text, language) == "2027-03-17"
    assert day(ahead, language) == "2027-03-17"


@pytest.mark.parametrize(
    ("text", "iso"), [("le 20 mai dernier", "2026-05-20"), ("le 20 février prochain", "2028-02-20")]
)
def test_in_french_a_day_can_be_the_last_or_the_next_one(text, iso):
    """Whatever the tense."""
    assert day(text, "fr") == iso
    assert day(f"si c'est {text}", "fr") == iso


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "à Noël"), ("en", "at Christmas"), ("de", "an Weihnachten"), ("fi", "joulupäivänä")],
)
def test_feasts_are_days(language, text):
    """Those that have the same day every year."""
    assert day(text, language) == "2026-12-25"


# A day's number alone


@pytest.mark.parametrize(
    ("language", "text", "ahead"),
    [
        ("fr", "le {}", "si nous commençons le {}"),
        ("en", "on the {}th", "if we start on the {}th"),
        ("de", "am {}.", "wenn wir am {}. starten"),
        ("fi", "{}. päivä", "jos aloitamme {}. päivä"),
    ],
)
def test_a_number_alone_is_the_nearest_such_day(language, text, ahead):
    """Of this month if it is not past or to come already, else of the month before or after; today is today."""
    assert day(text.format(12), language) == "2027-03-12"
    assert day(text.format(20), language) == "2027-02-20"
    assert day(text.format(17), language) == "2027-03-17"
    assert day(ahead.format(20), language) == "2027-03-20"
    assert day(ahead.format(12), language) == "2027-04-12"


@pytest.mark.parametrize(
    ("language", "text"), [("fr", "le 30"), ("en", "on the 30th"), ("de", "am 30."), ("fi", "30. päivä")]
)
def test_a_month_without_such_a_day_is_passed_over(language, text):
    """On 17 March, the last 30th was in January."""
    assert day(text, language) == "2027-01-30"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "le douze mai"),
        ("en", "the twelfth of May"),
        ("en", "May 12th"),
        ("de", "am zwölften Mai"),
        ("de", "am zwölften Fünften"),
        ("fi", "toukokuun kahdestoista"),
        ("fi", "kahdestoista viidettä"),
    ],
)
def test_the_day_may_be_a_word(language, text):
    """An ordinal, or what takes its place in French; the month may be one too."""
    assert day(text, language) == "2026-05-12"


# In figures


@pytest.mark.parametrize("text", ["03/11", "3/11", "3-11-26", "03/11/2026", "on 03/11/26"])
def test_in_english_figures_can_be_read_in_two_ways(text):
    """Neither is guessed: day first, as in Europe, is the first option."""
    options, mode = doubtful(text, "en")

    assert [one[4:] for one in options] == ["-11-03", "-03-11"]
    assert mode != NO_DAY


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("05/05", "2026-05-05"),
        ("25/12", "2026-12-25"),
        ("12/25", "2026-12-25"),
        ("12/25/2025", "2025-12-25"),
        ("03.11.2026", "2026-11-03"),
        ("2026-11-03", "2026-11-03"),
    ],
)
def test_in_english_other_figures_have_one_reading(text, iso):
    """Day and month are the same, or one of them can be no month; points and a leading year tell the order."""
    assert day(text, "en") == iso


@pytest.mark.parametrize("language", ["fr", "de", "fi"])
@pytest.mark.parametrize("text", ["03/11", "3/11/26", "03/11/2026", "03.11.2026", "3.11.26", "2026-11-03"])
def test_elsewhere_the_day_comes_first(language, text):
    """There is nothing to ask back."""
    assert day(text, language) == "2026-11-03"


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "5/5/{}"), ("fr", "5.5.{}"), ("en", "5/5/{}"), ("de", "5.5.{}"), ("fi", "5.5.{}")],
)
def test_two_figures_are_a_year_of_this_century(language, text):
    """Partners have no business in the last one."""
    assert day(text.format("26"), language) == "2026-05-05"
    assert day(text.format("05"), language) == "2005-05-05"


# Days that do not exist


@pytest.mark.parametrize(
    ("language", "text", "options"),
    [
        ("fr", "31 novembre 2026", ("2026-11-30", "2026-12-01")),
        ("en", "31 November 2026", ("2026-11-30", "2026-12-01")),
        ("de", "31. November 2026", ("2026-11-30", "2026-12-01")),
        ("fi", "31. marraskuuta 2026", ("2026-11-30", "2026-12-01")),
        ("fr", "30 février 2028", ("2028-02-29", "2028-03-01")),
        ("en", "30 February 2028", ("2028-02-29", "2028-03-01")),
        ("de", "30.2.2028", ("2028-02-29", "2028-03-01")),
        ("fi", "30.2.2028", ("2028-02-29", "2028-03-01")),
        ("fr", "29 février 2027", ("2027-02-28", "2027-03-01")),
        ("en", "29/02/2027", ("2027-02-28", "2027-03-01")),
        ("de", "29. Februar 2027", ("2027-02-28", "2027-03-01")),
        ("fi", "29. helmikuuta 2027", ("2027-02-28", "2027-03-01")),
        ("fr", "31/06/2026", ("2026-06-30", "2026-07-01")),
    ],
)
def test_a_day_that_does_not_exist_is_asked_back(language, text, options):
    """With the days around it: the last of the month and the first of the next."""
    assert doubtful(text, language) == (options, NO_DAY)


@pytest.mark.parametrize("language", ["de", "fi"])
def test_so_is_one_without_a_year(language):
    """In this year, if that is the nearest."""
    assert doubtful("31.4.", language, date(2027, 6, 10)) == (("2027-04-30", "2027-05-01"), NO_DAY)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "29 février 2028"),
        ("en", "29 February 2028"),
        ("en", "29/02/2028"),
        ("de", "29. Februar 2028"),
        ("fi", "29.2.2028"),
    ],
)
def test_the_leap_day_exists_in_leap_years(language, text):
    """And is no slip then."""
    assert day(text, language) == "2028-02-29"


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2028, 12, 31), date(2029, 1, 15)])
def test_the_leap_day_needs_no_year(today):
    """The one that has just been is meant."""
    assert day("29 February", "en", today) == "2028-02-29"


@pytest.mark.parametrize("language", ["fr", "en", "de", "fi"])
@pytest.mark.parametrize("text", ["5.11.1893", "05/11/1989", "5.11.2101", "05/11/9999"])
def test_a_year_that_nobody_means_makes_no_day(language, text):
    """Before 1990 and after 2100: it is a slip, and no other year is guessed."""
    assert doubtful(text, language) == ((), NO_DAY)


@pytest.mark.parametrize("language", ["fr", "en", "de", "fi"])
@pytest.mark.parametrize(("text", "iso"), [("13.1.1990", "1990-01-13"), ("31.12.2100", "2100-12-31")])
def test_the_first_and_the_last_year_can_be_meant(language, text, iso):
    """Both ends belong to the years that are read."""
    assert day(text, language) == iso


# Weekdays


@pytest.mark.parametrize(
    ("language", "text", "iso"),
    [
        ("fr", "lundi", "2027-03-15"),
        ("en", "on Monday", "2027-03-15"),
        ("de", "am Montag", "2027-03-15"),
        ("fi", "maanantaina", "2027-03-15"),
        ("fr", "samedi", "2027-03-13"),
        ("en", "on Saturday", "2027-03-13"),
        ("de", "am Samstag", "2027-03-13"),
        ("fi", "lauantaina", "2027-03-13"),
    ],
)
def test_a_weekday_is_the_nearest_before_today(language, text, iso):
    """Of this week or of the last one."""
    assert day(text, language) == iso


@pytest.mark.parametrize(
    ("language", "past", "future"),
    [
        ("fr", "mercredi", "Si nous testons mercredi"),
        ("en", "Wednesday", "We'll start on Wednesday"),
        ("de", "Mittwoch", "Wir starten am Mittwoch"),
        ("fi", "keskiviikkona", "Aloitamme keskiviikkona"),
    ],
)
def test_the_weekday_of_today_is_another_day(language, past, future):
    """A person who means today says so: it is a week ago, or in a week."""
    assert day(past, language) == "2027-03-10"
    assert day(future, language) == "2027-03-24"


@pytest.mark.parametrize(
    ("language", "monday", "wednesday"),
    [
        ("fr", "lundi dernier", "mercredi dernier"),
        ("en", "last Monday", "last Wednesday"),
        ("de", "letzten Montag", "letzten Mittwoch"),
        ("fi", "viime maanantaina", "viime keskiviikkona"),
    ],
)
def test_the_last_weekday_is_the_nearest_before_today(language, monday, wednesday):
    """It may be of this week, and today's weekday is a week ago."""
    assert day(monday, language) == "2027-03-15"
    assert day(wednesday, language) == "2027-03-10"


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "l'avant-dernier lundi"), ("en", "the Monday before last"), ("de", "am vorletzten Montag")],
)
def test_the_last_but_one_is_a_week_before_the_last(language, text):
    """Counted from the nearest before today."""
    assert day(text, language) == "2027-03-08"


@pytest.mark.parametrize(
    ("language", "friday", "wednesday"),
    [
        ("fr", "vendredi prochain", "mercredi prochain"),
        ("en", "next Friday", "next Wednesday"),
        ("de", "nächsten Freitag", "nächsten Mittwoch"),
        ("fi", "ensi perjantaina", "ensi keskiviikkona"),
    ],
)
def test_the_next_weekday_is_the_nearest_after_today(language, friday, wednesday):
    """It may be of this week, and today's weekday is in a week."""
    assert day(friday, language) == "2027-03-19"
    assert day(wednesday, language) == "2027-03-24"


@pytest.mark.parametrize(
    ("language", "text", "iso"),
    [
        ("fr", "mardi de la semaine dernière", "2027-03-09"),
        ("en", "Tuesday of last week", "2027-03-09"),
        ("de", "Dienstag letzter Woche", "2027-03-09"),
        ("fi", "viime viikon tiistaina", "2027-03-09"),
        ("fr", "mardi de la semaine prochaine", "2027-03-23"),
        ("en", "Tuesday next week", "2027-03-23"),
        ("de", "Dienstag nächster Woche", "2027-03-23"),
        ("fi", "ensi viikon tiistaina", "2027-03-23"),
    ],
)
def test_the_weekday_of_a_week_is_counted_from_its_monday(language, text, iso):
    """Of the week before or after this one, wherever in it today lies."""
    assert day(text, language) == iso
    assert day(text, language, date(2027, 3, 15)) == iso
    assert day(text, language, date(2027, 3, 21)) == iso


@pytest.mark.parametrize(
    ("language", "text", "iso"),
    [
        ("fr", "ce vendredi", "2027-03-19"),
        ("en", "this Friday", "2027-03-19"),
        ("de", "diesen Freitag", "2027-03-19"),
        ("fi", "tänä perjantaina", "2027-03-19"),
        ("en", "this Monday", "2027-03-15"),
    ],
)
def test_this_weekday_is_of_this_week(language, text, iso):
    """Whether it has been or is to come."""
    assert day(text, language) == iso


@pytest.mark.parametrize(
    ("language", "text", "iso"),
    [
        ("en", "Wednesday, 5 May 2027", "2027-05-05"),
        ("fr", "mercredi 5 mai 2027", "2027-05-05"),
        ("de", "Mittwoch, den 5. Mai 2027", "2027-05-05"),
        ("fi", "keskiviikko 5.5.2027", "2027-05-05"),
    ],
)
def test_a_weekday_with_its_day_is_one_day(language, text, iso):
    """The weekday says nothing beyond it."""
    assert day(text, language) == iso


# Counted from today


@pytest.mark.parametrize(
    ("language", "text", "offset"),
    [
        ("fr", "avant-hier", -2), ("fr", "hier", -1), ("fr", "demain", 1), ("fr", "après-demain", 2),
        ("en", "the day before yesterday", -2), ("en", "yesterday", -1), ("en", "tomorrow", 1),
        ("en", "the day after tomorrow", 2),
        ("de", "vorgestern", -2), ("de", "gestern", -1), ("de", "morgen", 1), ("de", "übermorgen", 2),
        ("fi", "toissapäivänä", -2), ("fi", "eilen", -1), ("fi", "huomenna", 1), ("fi", "ylihuomenna", 2),
    ],
)  # fmt: skip
def test_days_around_today_have_words(language, text, offset):
    """Over the end of a month too."""
    assert day(text, language) == f"2027-03-{17 + offset}"
    assert day(text, language, date(2028, 2, 29)) == (date(2028, 2, 29) + timedelta(days=offset)).isoformat()


@pytest.mark.parametrize(
    ("language", "text"), [("fr", "aujourd'hui"), ("en", "today"), ("de", "heute"), ("fi", "tänään")]
)
def test_today_is_marked(language, text):
    """For it is often said beside the day that is meant."""
    (found,) = days(text, language)

    assert (found.value, found.role) == ("2027-03-17", "today")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "il y a {} jours"),
        ("en", "{} days ago"),
        ("de", "vor {} Tagen"),
        ("fi", "{} päivää sitten"),
    ],
)
def test_days_ago_are_counted_back(language, text):
    """In figures; the day is read, and no duration beside it."""
    found = values(text.format(20), language, TODAY)

    assert [(value.kind, value.value) for value in found] == [("date", "2027-02-25")]


@pytest.mark.parametrize(
    ("language", "month", "half_a_year", "year"),
    [
        ("fr", "il y a un mois", "il y a six mois", "il y a un an"),
        ("en", "a month ago", "six months ago", "a year ago"),
        ("de", "vor einem Monat", "vor sechs Monaten", "vor einem Jahr"),
        ("fi", "kuukausi sitten", "kuusi kuukautta sitten", "vuosi sitten"),
    ],
)
def test_months_ago_keep_the_day_or_end_with_the_month(language, month, half_a_year, year):
    """A month before 31 March is the last of February."""
    assert day(month, language) == "2027-02-17"
    assert day(month, language, date(2027, 3, 31)) == "2027-02-28"
    assert day(half_a_year, language, date(2027, 8, 31)) == "2027-02-28"
    assert day(year, language, date(2028, 2, 29)) == "2027-02-28"


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "dans un mois"), ("en", "in a month"), ("de", "in einem Monat"), ("fi", "kuukauden kuluttua")],
)
def test_months_ahead_do_so_too(language, text):
    """A month after 31 January is the last of February, leap day or not."""
    assert day(text, language) == "2027-04-17"
    assert day(text, language, date(2027, 1, 31)) == "2027-02-28"
    assert day(text, language, date(2028, 1, 31)) == "2028-02-29"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "le 5 du mois dernier"),
        ("en", "on the 5th of last month"),
        ("de", "am 5. letzten Monats"),
        ("fi", "viime kuun 5. päivä"),
    ],
)
def test_a_day_of_last_month_needs_no_name(language, text):
    """Over the turn of the year too."""
    assert day(text, language) == "2027-02-05"
    assert day(text, language, date(2027, 1, 4)) == "2026-12-05"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "le dernier jour de février"),
        ("en", "the last day of February"),
        ("de", "am letzten Tag im Februar"),
        ("fi", "helmikuun viimeinen päivä"),
    ],
)
def test_the_last_day_of_a_month_is_known(language, text):
    """The leap day in leap years."""
    assert day(text, language) == "2027-02-28"
    assert day(text, language, date(2028, 3, 17)) == "2028-02-29"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "le 5 mars de l'année dernière"),
        ("en", "5 March last year"),
        ("de", "am 5. März letzten Jahres"),
        ("fi", "viime vuoden maaliskuun 5. päivä"),
    ],
)
def test_last_year_is_the_year(language, text):
    """Though the day of this year has been as well."""
    assert day(text, language) == "2026-03-05"


# What a day is said for


@pytest.mark.parametrize(
    ("language", "until", "since"),
    [
        ("fr", "jusqu'au 20 mai 2027", "depuis le 20 mai 2027"),
        ("en", "until 20 May 2027", "since 20 May 2027"),
        ("de", "bis zum 20. Mai 2027", "seit dem 20. Mai 2027"),
        ("fi", "20. toukokuuta 2027 asti", "20. toukokuuta 2027 alkaen"),
    ],
)
def test_a_day_where_something_ends_is_marked(language, until, since):
    """So that it is not taken for the one where something began."""
    (end,), (start,) = days(until, language), days(since, language)

    assert (end.value, end.role) == ("2027-05-20", "until")
    assert (start.value, start.role) == ("2027-05-20", "")


# Slips and lookalikes


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "5 octbre 2026"), ("en", "5 Octber 2026"), ("de", "5. Oktobre 2026"), ("fi", "5. lokkuuta 2026")],
)
def test_a_month_may_be_mistyped(language, text):
    """By a letter, beside a number."""
    assert day(text, language) == "2026-10-05"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "la version 3.11, le support 24/7, un appel à 14h30"),
        ("en", "version 3.11, support 24/7, a call at 14:30"),
        ("de", "Version 3.11, Support 24/7, ein Anruf um 14.30 Uhr"),
        ("fi", "versio 3.11, tuki 24/7, puhelu klo 14.30"),
        ("fr", "3,11 € par licence"),
        ("en", "€3.11 a seat, 5/10 licences in use"),
        ("de", "3,11 € je Lizenz"),
        ("fi", "3,11 € lisenssiltä"),
        ("de", "Ein Gespräch mit der Freitag Logistik GmbH"),
        ("en", "They used Monday.com before"),
        ("en", "In November 3 customers signed up, they may 7 times"),
        ("de", "Im November 3 neue Kunden"),
        ("fi", "Marraskuussa 3 asiakasta tilasi"),
        ("en", "May we march on?"),
        ("fr", "en mars 2027"),
        ("en", "in March 2027"),
        ("de", "im März 2027"),
        ("fi", "maaliskuussa 2027"),
    ],
)
def test_no_day_is_read_where_none_is_told(language, text):
    """Versions, times, shares, sums, companies; and a month is not a day."""
    assert days(text, language) == []
