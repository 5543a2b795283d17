"""One request from the first word to the last, in each language; staff never open the partner's direct message."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.request import Act, Reason, State
from tests.scenarios.report_desk import words_in, words_on
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    JEAN,
    MIRA,
    act,
    acts,
    asked_in_words,
    cards,
    only,
    previewed,
    reply,
    request_world,
    status,
    story,
    told,
    writes,
)
from tests.scenarios.world import actions, control

TRIALS = {
    "en": "How long does the extended trial last?",
    "fr": "Combien de temps dure l'essai prolongé ?",
    "de": "Wie lange dauert die verlängerte Testphase?",
    "fi": "Kuinka kauan pidennetty kokeilu kestää?",
}
LOOK = {
    "en": "This is what I see",
    "fr": "Voici ce que je vois",
    "de": "Das sehe ich hier",
    "fi": "Tältä se näyttää minulla",
}
REPLIES = {
    "en": "Please press *Extend* at the top.",
    "fr": "Veuillez cliquer sur *Prolonger* en haut.",
    "de": "Bitte drücken Sie oben auf *Verlängern*.",
    "fi": "Paina yläreunasta *Jatka*.",
}
THANKS = {"en": "Thanks Aino!", "fr": "Merci beaucoup Jean", "de": "Danke Mira, hat geklappt!", "fi": "Kiitos Aino!"}
AGENTS = {"en": (AINO, "Aino"), "fr": (JEAN, "Jean"), "de": (MIRA, "Mira"), "fi": (AINO, "Aino")}


@pytest.mark.parametrize("language", TRIALS)
async def test_from_the_question_to_the_result(tmp_path: Path, language: str) -> None:
    """Asked in a direct message, claimed, a picture added, replied to, thanked for, resolved."""
    agent, name = AGENTS[language]
    async with request_world(tmp_path) as w:
        thread = await w.direct("D1", "UACME", TRIALS[language], team=ACME)
        await w.settle()
        answer = w.slack.messages("D1", thread=thread)[0]
        await w.press(answer, "human.ask", "UACME", team=ACME)
        (card,) = await cards(w)
        assert TRIALS[language] in words_on(card)
        assert f"<@{agent}>" in "\n".join(await story(w, card))

        await act(w, card, "request.take", agent)
        taken = (await told(w, thread, "D1"))[-1]
        assert name in taken
        assert "REQ-1" in taken

        await writes(w, thread, LOOK[language], channel="D1", files=["F1"])
        (file,) = w.slack.shared("CSUPPORT", card.ts)
        assert LOOK[language] in "\n".join(await story(w, card))

        shown = await previewed(w, card, agent, REPLIES[language])
        assert REPLIES[language] in words_in(shown.view["blocks"])
        assert await w.fill(shown, agent) == {}
        await w.settle()
        assert name in (await told(w, thread, "D1"))[-1].splitlines()[0]
        assert REPLIES[language] in (await told(w, thread, "D1"))[-1].replace("\u200b", "")

        before = len(await told(w, thread, "D1"))
        await writes(w, thread, THANKS[language], channel="D1")
        thanked = await only(w)
        assert (thanked.state, thanked.history[-1].is_aside) == (State.WAITING, True)
        assert len(await told(w, thread, "D1")) == before

        await act(w, card, "request.resolve", agent, reason="answered")
        request = await only(w)
        result = w.slack.messages("D1", thread=thread)[-1]

        assert acts(request) == [Act.ASKED, Act.TAKEN, Act.TOLD, Act.REPLIED, Act.TOLD, Act.RESOLVED]
        assert (request.state, request.reason, request.language) == (State.RESOLVED, Reason.ANSWERED, language)
        assert "request.again" in actions(result)
        assert "REQ-1" in await status(w)
        assert file.id != "F1"
        assert w.slack.channels["D1"].members == ["U0BOT", "UACME"]


@pytest.mark.parametrize("language", TRIALS)
async def test_nothing_that_they_read_is_in_another_language(tmp_path: Path, language: str) -> None:
    """Not a word of English stands in what partners of the other languages read, at any step."""
    agent, _ = AGENTS[language]
    async with request_world(tmp_path) as w:
        thread = await asked_in_words(w, language, channel="D1")
        (card,) = await cards(w)
        read = [await status(w)]
        await act(w, card, "request.take", agent)
        await writes(w, thread, LOOK[language], channel="D1")
        read.append(await status(w))
        await reply(w, card, agent, "…")
        read.append(await status(w))
        await act(w, card, "request.resolve", agent, reason="done")
        read += [await status(w), *await told(w, thread, "D1")]
        labels = [
            control(message, action)["text"]["text"]
            for message in w.slack.messages("D1", thread=thread)
            for action in actions(message)
            if action == "request.again"
        ]

    english = ("The ", "the ", " is ", " has ", " your ", "Your ", "A person", "Reopen", " by ")
    found = [word for text in (*read, *labels) for word in english if word in text]
    assert labels
    assert bool(found) == (language == "en")
