"""Work of earlier versions that is still there when a desk is started anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from bot.model import PersonId
from bot.request import Act, Change, Request
from bot.store import requests
from tests.scenarios.request_desk import cards, request_world


async def test_a_card_that_was_about_to_be_posted(tmp_path: Path) -> None:
    """A version before requests had begun to post it: it comes, once, with the request that its row has become."""
    async with request_world(tmp_path) as w:
        services, now = w.desk.services, w.clock.now()
        asker = PersonId("TACME", "UACME")
        request = Request(0, "CCYBER", "1795424400.000100", asker, now, "en", "How long is a trial?", owed_since=now)
        request = replace(request, history=(Change(Act.ASKED, now, asker),))
        payload = {"channel": "CCYBER", "thread_ts": request.thread_ts, "team": "TACME", "user": "UACME"}

        def before(conn: Connection) -> None:
            requests.create(conn, services.workspace, request, now)
            services.work.add(conn, "card", "card:T:1", payload, lane="card:1")
            services.work.add(conn, "card", "card:T:1:again", payload, lane="card:1")

        await services.store.run(before)
        (card,) = await cards(w)

        assert "How long is a trial?" in card.text
