"""What two replicas do to one message at the same moment leads to one answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot.listeners import incoming
from bot.store.engine import open_engines
from tests import payloads
from tests.postgres import until_it_waits
from tests.scenarios.world import World, world
from tests.stub_slack import BOT_USER

TRIAL = f"<@{BOT_USER}> How long does the extended trial last?"
REGISTER = f"<@{BOT_USER}> How do I register a deal?"


async def test_an_edit_while_another_replica_records_its_message(tmp_path: Path, postgres_url: str) -> None:
    """The edit has overtaken its message, which comes in meanwhile: there is one answer, to the new words."""
    engines = open_engines(postgres_url)
    async with world(tmp_path, database_url=postgres_url) as w:
        said = w.say("CCYBER", "U1", TRIAL)
        with engines.writer.begin() as conn:  # the other replica, before its commit
            _record(w, conn, payloads.app_mention("CCYBER", "U1", TRIAL, ts=said.ts))
            await w.edit("CCYBER", "U1", said.ts, REGISTER)
            await until_it_waits(engines.reader)
        (answer,) = await w.replies("CCYBER", said.ts)

    engines.dispose()
    assert "deal" in answer


def _record(w: World, conn: Connection, body: dict[str, Any]) -> None:
    """Record an event as a replica does."""
    services = w.desk.services
    kept = incoming.keep(conn, services, body)
    assert kept is not None
    services.work.add(conn, kept.kind, kept.key, kept.payload, lane=kept.lane)
