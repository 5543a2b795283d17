"""The reply's language: by button, in words, by what is known of the person; a fifth language, several at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.tables import person
from tests.scenarios.world import DESK, actions, world

TRIAL = "How long does the extended trial last?"
DAYS = {"fr": "30 jours", "en": "30 days", "de": "30 Tage", "fi": "30 päivä"}
ASKED_IN_WORDS = {"en": "in English please", "fi": "suomeksi", "de": "auf Deutsch bitte", "fr": "en français"}


async def test_the_asker_switches_the_language_in_place(tmp_path: Path) -> None:
    """The same message says the same in French, and offers the three others; the thread goes on in French."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        message = await w.only("CCYBER", ts)
        await w.press(message, "answer.more", "U1", "fr")
        switched = await w.only("CCYBER", ts)
        values = [option["value"] for option in switched.blocks[-1]["elements"][-1]["options"]]
        (kept,) = await w.threads()

        assert switched.ts == message.ts
        assert DAYS["fr"] in switched.text
        assert values == ["en", "de", "fi", "change-values", "report-error"]
        assert kept.language == "fr"


async def test_looking_at_an_answer_in_another_language_is_no_choice_for_good(tmp_path: Path) -> None:
    """The next thread is in the question's language, and nothing is kept of the person."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        await w.press(message, "answer.more", "U1", "fi")
        await w.settle()
        again = await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL))

        assert DAYS["en"] in again.text
        assert [row["language"] for row in await w.rows(person)] == [None]


async def test_anothers_switch_is_shown_to_them_alone(tmp_path: Path) -> None:
    """Staff too: the message stays as the asker reads it."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        message = await w.only("CCYBER", ts)
        for user, language in (("U2", "de"), ("USTAFF", "fi")):
            await w.press(message, "answer.more", user, language)
            (whisper,) = await w.whispers(user)

            assert DAYS[language] in whisper.text
        (kept,) = await w.threads()

        assert (await w.only("CCYBER", ts)).edits == []
        assert kept.language == "en"


@pytest.mark.parametrize(("language", "words"), ASKED_IN_WORDS.items())
async def test_a_language_asked_for_in_words_says_the_last_answer_again(
    tmp_path: Path, language: str, words: str
) -> None:
    """For whoever has no menu; the choice is kept."""
    question = TRIAL if language != "en" else "Wie lange dauert die verlängerte Testphase?"
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", question)
        await w.settle()
        await w.write("CCYBER", "U1", words, thread=ts)
        _, again = await w.replies("CCYBER", ts)
        (kept,) = await w.rows(person)

        assert DAYS[language] in again
        assert kept["language"] == language


async def test_a_language_asked_for_without_an_answer_before_is_confirmed(tmp_path: Path) -> None:
    """In that language."""
    async with world(tmp_path) as w:
        (said,) = await w.replies("CCYBER", await w.mention("CCYBER", "U1", "en français"))

        assert said == "Je réponds désormais en français."


async def test_a_wish_for_some_language_is_asked_back(tmp_path: Path) -> None:
    """Four buttons; the one pressed is confirmed in its language and kept."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "Can I change the language?")
        message = await w.only("CCYBER", ts)
        offered = actions(message)
        await w.press(message, "language.pick.de", "U1")
        confirmed = await w.only("CCYBER", ts)
        (kept,) = await w.rows(person)

        assert offered == ["language.pick.fr", "language.pick.en", "language.pick.de", "language.pick.fi"]
        assert confirmed.ts == message.ts
        assert "Deutsch" in confirmed.text
        assert kept["language"] == "de"


async def test_the_chosen_language_counts_for_short_messages(tmp_path: Path) -> None:
    """A word that is the same everywhere is answered in the language that the person has chosen."""
    async with world(tmp_path) as w:
        await w.replies("CMIRO", await w.mention("CMIRO", "U1", "suomeksi"))
        await w.replies("CMIRO", await w.mention("CMIRO", "U1", "promo"))

        assert [one.language for one in await w.threads()] == ["fi", "fi"]


async def test_slacks_locale_counts_for_short_messages(tmp_path: Path) -> None:
    """But an English locale says nothing against Finnish, since Slack has no Finnish."""
    async with world(tmp_path) as w:
        w.slack.add_user("U1", locale="de-DE")
        w.slack.add_user("U2", locale="en-US")
        german = await w.mention("CMIRO", "U1", "promo")
        finnish = await w.mention("CCYBER", "U2", "Kuinka kauan pidennetty koeaika kestää?")
        languages = {one.ts: one.language for one in await w.threads()}

        assert languages == {german: "de", finnish: "fi"}


async def test_a_partners_language_counts_for_short_messages(tmp_path: Path) -> None:
    """Outsiders have no locale in Slack; the desk file knows their language, and so may the channel."""
    desk = DESK.replace("slack_teams: [TBOREAL],", "slack_teams: [TBOREAL], language: fi,").replace(
        "id: CMIRO,", "id: CMIRO, language: fr,"
    )
    async with world(tmp_path, desk) as w:
        of_partner = await w.mention("CMIRO", "UNORTH", "promo", team="TBOREAL")
        of_channel = await w.mention("CMIRO", "U1", "promo")
        languages = {one.ts: one.language for one in await w.threads()}

        assert languages == {of_partner: "fi", of_channel: "fr"}


async def test_a_fifth_language(tmp_path: Path) -> None:
    """The bot says in English which languages it speaks, and offers them."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "¿Dónde puedo encontrar el restaurante más cercano a la playa, por favor?")
        message = await w.only("CCYBER", ts)

        assert message.text == "I don’t speak your language, sorry. I answer in: Français, English, Deutsch, Suomi."
        assert actions(message) == ["language.pick.fr", "language.pick.en", "language.pick.de", "language.pick.fi"]


async def test_a_fifth_language_of_somebody_whose_slack_is_french(tmp_path: Path) -> None:
    """The same in French below."""
    async with world(tmp_path) as w:
        w.slack.add_user("U1", locale="fr-FR")
        ts = await w.mention("CCYBER", "U1", "¿Dónde puedo encontrar el restaurante más cercano a la playa, por favor?")
        english, french = (await w.only("CCYBER", ts)).text.split("\n\n")

        assert english.startswith("I don’t speak your language")
        assert french.startswith("Désolé, je ne parle pas votre langue")


async def test_the_language_chosen_after_a_fifth_one_is_confirmed_and_kept(tmp_path: Path) -> None:
    """The buttons of that message lead somewhere."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "¿Dónde puedo encontrar el restaurante más cercano a la playa, por favor?")
        await w.press(await w.only("CCYBER", ts), "language.pick.fr", "U1")
        message = await w.only("CCYBER", ts)
        (kept,) = await w.rows(person)

        assert message.text == "Je réponds désormais en français."
        assert kept["language"] == "fr"


async def test_mixed_languages(tmp_path: Path) -> None:
    """A question with a greeting and product words of other languages is answered in the language of its sentence."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "Hello! Combien de temps dure l'essai prolongé pour un customer ? Kiitos")

        assert DAYS["fr"] in (await w.only("CCYBER", ts)).text
