"""A computed reply goes on: in a direct message's next line, with what is told later, and without what nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.world import MONDAY, clock_at, world

DEAL = {
    "en": ("Is our deal still reserved?", "3 September", "we had a demo with them since", "not settled"),
    "fr": ("Notre affaire est-elle encore réservée ?", "le 3 septembre", "depuis, on a fait une démo", "ne permet pas"),
    "de": ("Ist unser Deal noch reserviert?", "am 3. September", "seither hatten wir eine Demo", "nicht geklärt"),
    "fi": ("Onko kauppamme vielä varattu?", "3. syyskuuta", "sen jälkeen pidettiin demo", "epäselvää"),
}
VAGUE = {
    "en": ("When does my customer's trial end?", "last week", "early November", "All right."),
    "fr": ("Quand se termine l'essai de mon client ?", "la semaine dernière", "début novembre", "D'accord."),
    "de": ("Wann endet die Testphase meines Kunden?", "letzte Woche", "Anfang November", "In Ordnung."),
    "fi": ("Milloin asiakkaani kokeilu päättyy?", "viime viikolla", "marraskuun alussa", "Selvä."),
}


@pytest.mark.parametrize("language", DEAL)
async def test_what_is_told_later_is_computed_too(tmp_path: Path, language: str) -> None:
    """An action that is mentioned after the result leaves the reservation open."""
    question, day, action, unsettled = DEAL[language]
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts = await w.mention("CCYBER", "U1", question)
        await w.settle()
        await w.write("CCYBER", "U1", day, thread=ts)
        await w.settle()
        await w.write("CCYBER", "U1", action, thread=ts)
        said = await w.replies("CCYBER", ts)

        assert len(said) == 3
        assert unsettled not in said[1]
        assert unsettled in said[2]


@pytest.mark.parametrize("language", VAGUE)
async def test_a_vague_day_is_asked_once_more_and_then_left_open(tmp_path: Path, language: str) -> None:
    """The bot does not insist, does not guess, and does not take it for something else."""
    question, first, second, left_open = VAGUE[language]
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        ts = await w.mention("CCYBER", "U1", question)
        await w.settle()
        for vague in (first, second):
            await w.write("CCYBER", "U1", vague, thread=ts)
            await w.settle()
        said = await w.replies("CCYBER", ts)

        assert len(said) == 3
        assert said[1].startswith(said[0].split("\n")[0])
        assert said[2].startswith(left_open)


async def test_the_answer_may_stand_beside_the_thread_in_a_direct_message(tmp_path: Path) -> None:
    """People write their next line at the top: it answers the last question, in its thread."""
    async with world(tmp_path, clock=clock_at(MONDAY)) as w:
        asked = await w.direct("D1", "U1", "Cyberday: when does my customer's trial end?")
        await w.settle()
        beside = await w.direct("D1", "U1", "yesterday")
        said = await w.replies("D1", asked)

        assert "22 December 2026" in said[-1]
        assert await w.replies("D1", beside) == []
