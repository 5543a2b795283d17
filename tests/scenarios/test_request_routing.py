"""Who is called to a request, by language, hours and level; now, or once they are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.scenarios.request_desk import (
    ACME,
    AINO,
    JEAN,
    MIRA,
    OTSO,
    PERSON,
    REQUEST_DESK,
    act,
    asked_in_words,
    cards,
    handed_over,
    live_to,
    only,
    reply,
    request_world,
    status,
    story,
    wall,
    writes,
)
from tests.scenarios.world import World, clock_at
from tests.stub_slack import StubMessage

QUIET = REQUEST_DESK.replace(
    "targets: {normal: {first: 4h, resolution: 24h}, urgent: {first: 1h, resolution: 8h}}", "remind: {at_most: 0}"
)


def with_staff(user: str, more: str, desk: str = QUIET) -> str:
    """The desk, with something more of one of its people."""
    found = re.sub(rf"(user: {user}, name: [^}}]*)}}", rf"\1, {more}}}", desk)
    assert found != desk
    return found


AFTERNOON = 'hours: {mon: ["13:00-17:00"], tue: ["13:00-17:00"]}'


async def _called(w: World, card: StubMessage) -> list[list[str]]:
    """Who was called, message by message."""
    return [re.findall(r"<@(\w+)>", line) for line in await story(w, card) if line.startswith("<@")]


# Languages


@pytest.mark.parametrize(("language", "people"), [("en", [AINO, JEAN]), ("fr", [JEAN]), ("de", [MIRA]), ("fi", [AINO])])
async def test_those_are_called_who_speak_the_language(tmp_path: Path, language: str, people: list[str]) -> None:
    """Of the first level, once."""
    async with request_world(tmp_path) as w:
        await asked_in_words(w, language)
        (card,) = await cards(w)

        assert await _called(w, card) == [people]


async def test_where_nobody_of_the_first_level_speaks_it_others_do(tmp_path: Path) -> None:
    """Better somebody of another level than nobody whom the partner understands."""
    desk = QUIET.replace("languages: [fr, en]", "languages: [en]")
    async with request_world(tmp_path, desk) as w:
        await asked_in_words(w, "fr")
        (card,) = await cards(w)

        assert await _called(w, card) == [[OTSO]]
        assert "Personne" not in await status(w)


async def test_where_nobody_speaks_it_all_of_the_level_are_called(tmp_path: Path) -> None:
    """The partner reads that honestly, and the card says it to the desk."""
    desk = QUIET.replace("languages: [de]", "languages: [fi]").replace("[fi, en, de, fr]", "[fi, en, fr]")
    async with request_world(tmp_path, desk) as w:
        await asked_in_words(w, "de")
        (card,) = await cards(w)
        t = w.desk.services.editions.current.renderer.catalogues["de"]

        assert await _called(w, card) == [[AINO, JEAN, MIRA]]
        assert t("Nobody at the desk speaks your language, so the reply may come in another one.") in await status(w)
        assert "Nobody at the desk speaks German." in str(card.blocks)


async def test_a_desk_that_names_no_languages_claims_nothing(tmp_path: Path) -> None:
    """All are called; nobody says that nobody speaks it, for nobody knows."""
    desk = re.sub(r", languages: \[[a-z, ]+\], level", ", level", QUIET)
    async with request_world(tmp_path, desk) as w:
        await asked_in_words(w, "en")
        (card,) = await cards(w)

        assert await _called(w, card) == [[AINO, JEAN, MIRA]]
        assert "speaks" not in await status(w)


# Hours


@pytest.mark.parametrize(
    ("asked_at", "opens", "shown"),
    [
        ("2026-11-23 20:00", "2026-11-24 09:00", "Tue 24 Nov, 09:00"),  # a night
        ("2026-11-27 16:30", "2026-11-30 09:00", "Mon 30 Nov, 09:00"),  # a weekend
        ("2026-11-23 12:10", "2026-11-23 13:00", "Mon 23 Nov, 13:00"),  # the break
        ("2026-12-24 18:00", "2026-12-28 09:00", "Mon 28 Dec, 09:00"),  # Christmas
    ],
)
async def test_what_comes_while_nobody_is_there_is_called_out_at_opening(
    tmp_path: Path, asked_at: str, opens: str, shown: str
) -> None:
    """Once; the card stands before. The partner reads when the desk opens, and no longer so once it has."""
    async with request_world(tmp_path, QUIET, clock=clock_at(wall(asked_at))) as w:
        await handed_over(w)
        (card,) = await cards(w)
        assert await _called(w, card) == []
        assert f"The desk opens on {shown} (Helsinki)." in await status(w)
        await live_to(w, opens)

        assert await _called(w, card) == [[AINO, JEAN]]
        assert "opens" not in await status(w)


async def test_who_has_a_zone_of_their_own(tmp_path: Path) -> None:
    """Nine o'clock is nine o'clock where they are."""
    desk = with_staff(JEAN, "time_zone: Europe/Paris")
    async with request_world(tmp_path, desk, clock=clock_at(wall("2026-11-23 09:30"))) as w:
        await asked_in_words(w, "fr")
        (card,) = await cards(w)
        assert await _called(w, card) == []
        await live_to(w, "2026-11-23 10:01")

        assert await _called(w, card) == [[JEAN]]


async def test_who_has_hours_of_their_own(tmp_path: Path) -> None:
    """The desk is open, and the only one who speaks the language comes later: the partner reads when that is."""
    desk = with_staff(MIRA, AFTERNOON).replace("languages: [fi, en, de, fr]", "languages: [fi, en, fr]")
    async with request_world(tmp_path, desk) as w:
        await asked_in_words(w, "de")
        (card,) = await cards(w)
        t = w.desk.services.editions.current.renderer.catalogues["de"]
        assert await _called(w, card) == []
        later = t("Somebody who speaks your language is at the desk from {time} on.", time="\0").partition("\0")[0]
        assert later in await status(w)
        assert "13:00" in await status(w)
        await live_to(w, "2026-11-23 13:01")

        assert await _called(w, card) == [[MIRA]]
        assert later not in await status(w)


async def test_of_two_who_speak_it_the_one_who_is_there(tmp_path: Path) -> None:
    """The other is left in peace."""
    async with request_world(tmp_path, with_staff(AINO, AFTERNOON)) as w:
        await handed_over(w)
        (card,) = await cards(w)

        assert await _called(w, card) == [[JEAN]]


async def test_nobody_speaks_it_and_the_level_comes_later(tmp_path: Path) -> None:
    """Nobody is promised who speaks the language."""
    desk = QUIET.replace("languages: [de]", "languages: [fi]").replace("[fi, en, de, fr]", "[fi, en, fr]")
    for user in (AINO, JEAN, MIRA):
        desk = with_staff(user, AFTERNOON, desk)
    async with request_world(tmp_path, desk) as w:
        await asked_in_words(w, "de")
        (card,) = await cards(w)
        t = w.desk.services.editions.current.renderer.catalogues["de"]
        said = await status(w)

        assert t("Somebody who speaks your language is at the desk from {time} on.", time="\0")[:12] not in said
        assert t("Nobody at the desk speaks your language, so the reply may come in another one.") in said
        await live_to(w, "2026-11-23 13:01")
        assert await _called(w, card) == [[AINO, JEAN, MIRA]]


async def test_what_is_taken_before_anybody_comes_calls_nobody(tmp_path: Path) -> None:
    """Somebody looked in on Sunday."""
    async with request_world(tmp_path, QUIET, clock=clock_at(wall("2026-11-22 15:00"))) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.take", MIRA)
        await live_to(w, "2026-11-24 12:00")

        assert await _called(w, card) == []


async def test_what_is_asked_and_added_at_night_is_called_out_once(tmp_path: Path) -> None:
    """However much the partner writes."""
    async with request_world(tmp_path, QUIET, clock=clock_at(wall("2026-11-22 15:00"))) as w:
        thread = await handed_over(w)
        await writes(w, thread, "It is for Zanzibar Ltd")
        await writes(w, thread, "They ask on behalf of their auditor")
        await w.mention("CCYBER", "UACME", PERSON["en"], thread=thread, team=ACME)
        (card,) = await cards(w)
        await live_to(w, "2026-11-24 12:00")

        assert await _called(w, card) == [[AINO, JEAN]]


async def test_what_is_answered_at_night_is_called_out_no_more(tmp_path: Path) -> None:
    """It is the partner's turn by then."""
    async with request_world(tmp_path, QUIET, clock=clock_at(wall("2026-11-22 15:00"))) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        await act(w, card, "request.more", AINO, "assign", assignee="queue")
        await writes(w, thread, "Hello?")
        await reply(w, card, AINO, "Thirty days.")
        await live_to(w, "2026-11-24 12:00")

        assert await _called(w, card) == []


async def test_several_come_on_a_weekend(tmp_path: Path) -> None:
    """Each is called out to whom it is for."""
    async with request_world(tmp_path, QUIET, clock=clock_at(wall("2026-11-22 15:00"))) as w:
        for n, language in enumerate(("en", "fr", "de", "fi")):
            await asked_in_words(w, language, user=f"U{n}")
        await live_to(w, "2026-11-23 10:00")

        assert [await _called(w, card) for card in await cards(w)] == [[[AINO, JEAN]], [[JEAN]], [[MIRA]], [[AINO]]]


# Levels


async def test_what_is_passed_on_calls_the_level_it_goes_to(tmp_path: Path) -> None:
    """Whoever speaks the language there."""
    async with request_world(tmp_path, QUIET) as w:
        await asked_in_words(w, "de")
        (card,) = await cards(w)
        await act(w, card, "request.more", MIRA, "level")
        (new,) = await cards(w, "CEXPERTS")

        assert await _called(w, new) == [[OTSO]]


async def test_what_is_passed_on_while_nobody_of_that_level_is_there(tmp_path: Path) -> None:
    """They are called when they come, in hours of their own; not when the first level does."""
    async with request_world(tmp_path, with_staff(OTSO, AFTERNOON)) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await live_to(w, "2026-11-23 18:00")
        await act(w, card, "request.more", AINO, "level")
        (new,) = await cards(w, "CEXPERTS")
        await live_to(w, "2026-11-24 12:00")
        assert await _called(w, new) == []
        assert "from Tue 24 Nov, 13:00 (Helsinki)" in await status(w)
        await live_to(w, "2026-11-24 13:01")

        assert await _called(w, new) == [[OTSO]]


async def test_who_is_away_on_a_holiday_of_the_desk(tmp_path: Path) -> None:
    """Somebody in another zone keeps the desk's holidays too."""
    desk = with_staff(JEAN, "time_zone: Europe/Paris")
    async with request_world(tmp_path, desk, clock=clock_at(wall("2026-12-25 11:00"))) as w:
        await asked_in_words(w, "fr")
        (card,) = await cards(w)
        assert await _called(w, card) == []
        await live_to(w, "2026-12-28 11:00")

        assert await _called(w, card) == [[JEAN]]
        assert (await only(w)).assignee is None


# The partner's own clock


async def test_when_the_desk_opens_by_the_partner_s_clock(tmp_path: Path) -> None:
    """Where the desk file or Slack knows their zone."""
    desk = QUIET.replace('name: "Acme', 'time_zone: Europe/Paris, name: "Acme')
    async with request_world(tmp_path, desk, clock=clock_at(wall("2026-11-22 15:00"))) as w:
        await handed_over(w)

        assert "The desk opens on Mon 23 Nov, 08:00 (Paris)." in await status(w)
