"""Units: what is known of people, and what they chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from bot.model import Language, PersonId
from bot.store.prepared import Prepared
from bot.store.tables import person
from bot.store.upsert import add_new, put


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A person as the store knows them; None is unknown."""

    id: PersonId
    language: Language | None = None  # chosen
    programme: str | None = None  # chosen
    locale: Language | None = None  # Slack's, where it is one of ours
    time_zone: str | None = None  # Slack's
    zone: str | None = None  # chosen
    email: str = ""  # given to be remembered
    is_stranger: bool | None = None
    is_guest: bool | None = None
    seen_at: datetime | None = None  # when Slack last told of them
    greeted_at: datetime | None = None  # when help was first shown to them


_OF: Final = (
    person.c.workspace == bindparam("of_workspace"),
    person.c.team == bindparam("of_team"),
    person.c.user == bindparam("of_user"),
)
_LOAD: Final = Prepared(select(person).where(*_OF))
_GREET: Final = update(person).where(*_OF, person.c.greeted_at.is_(None)).values(greeted_at=bindparam("at"))


def load(conn: Connection, workspace: str, who: PersonId) -> StoredPerson:
    """What is known of a person; nothing but the id of one never met."""
    row = _LOAD.one(conn, _of(workspace, who))
    if row is None:
        return StoredPerson(who)
    return StoredPerson(
        id=who,
        language=row.language,
        programme=row.programme,
        locale=row.locale,
        time_zone=row.time_zone,
        zone=row.zone,
        email=row.email or "",
        is_stranger=row.is_stranger,
        is_guest=row.is_guest,
        seen_at=row.seen_at,
        greeted_at=row.greeted_at,
    )


def remember(
    conn: Connection,
    workspace: str,
    who: PersonId,
    *,
    language: Language | None = None,
    programme: str | None = None,
    zone: str | None = None,
    email: str | None = None,
) -> None:
    """Keep what a person chose; None leaves an earlier choice as it is. An e-mail of "" forgets theirs."""
    told = {"language": language, "programme": programme, "zone": zone, "email": email}
    chosen = {name: value or None for name, value in told.items() if value is not None}
    if chosen:
        put(conn, person, {**_key(workspace, who), **chosen})


def seen(
    conn: Connection,
    workspace: str,
    who: PersonId,
    now: datetime,
    *,
    locale: Language | None,
    time_zone: str | None,
    is_stranger: bool | None,
    is_guest: bool | None,
) -> None:
    """Keep what Slack told of a person at `now`."""
    told = {"locale": locale, "time_zone": time_zone, "is_stranger": is_stranger, "is_guest": is_guest, "seen_at": now}
    put(conn, person, {**_key(workspace, who), **told})


def greet_once(conn: Connection, workspace: str, who: PersonId, now: datetime) -> bool:
    """Note that help is shown to a person; False if it was before."""
    if add_new(conn, person, {**_key(workspace, who), "greeted_at": now}):
        return True
    return conn.execute(_GREET, {**_of(workspace, who), "at": now}).rowcount == 1


def _key(workspace: str, who: PersonId) -> dict[str, Any]:
    return {"workspace": workspace, "team": who.team, "user": who.user}


def _of(workspace: str, who: PersonId) -> dict[str, Any]:
    return {"of_workspace": workspace, "of_team": who.team, "of_user": who.user}
