"""Who stands in the row of a report or a request beside whoever it is of, and what of it is theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.model import PersonId
from bot.report import Report
from bot.request import Request


def named(row: Any, people: Iterable[Mapping[str, str] | None]) -> frozenset[PersonId]:
    """Whose the row is, and these people of its state."""
    found = {PersonId(one["team"], one["user"]) for one in people if one}
    return frozenset(found if row.user is None else {PersonId(row.team, row.user), *found})


def of(row: Any, whole: Report | Request, who: PersonId) -> dict[str, Any]:
    """What somebody has done, as JSON data, for them to read."""
    return {
        "workspace": row.workspace,
        "number": whole.number,
        "works_on_it": whole.assignee == who,
        "did": [
            {"act": one.act.value, "at": one.at.isoformat(), "words": one.words}
            for one in whole.history
            if one.who == who
        ],
    }
