"""What is said to partners of their request: how it stands, who has it, the answer, the result. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bot.model import Language, Outcome, Reply
from bot.request import Act, Request

STEP: Final = "step"
"""The key, in a reply's result, of what it says of a request."""

STATUS: Final = "status"

_ADDED: Final = frozenset({Act.TOLD, Act.ASKED_AGAIN, Act.RETURNED})


@dataclass(frozen=True, slots=True)
class Around:
    """What of the desk belongs to how a request stands."""

    agent: str = ""  # the first name of whoever has it
    opens: datetime | None = None  # when somebody is there; None: now
    by_speaker: bool = False  # that is when somebody is there who speaks the language; the desk opens before
    zone: str = "UTC"  # by whose clock that is told
    is_spoken: bool = True  # somebody at the desk speaks the language
    is_shared: bool = False  # a channel that is not this partner's own: others may read along


def status(request: Request, around: Around) -> dict[str, Any]:
    """How a request stands, as the message in the partner's thread says it."""
    added = [change for change in request.history if change.act in _ADDED and (change.words or change.files)]
    n_added = len({change.ts or str(change.at) for change in added})  # what was edited since is still one message
    return {
        STEP: STATUS,
        "number": request.number,
        "state": request.state.value,
        "agent": around.agent,
        "opens": around.opens.isoformat() if around.opens else None,
        "by_speaker": around.by_speaker,
        "zone": around.zone,
        "spoken": around.is_spoken,
        "added": n_added,
        "way": request.way.value,
        "can_reopen": request.is_closed,
        "shared": around.is_shared,
    }


def taken(request: Request, agent: str) -> Reply:
    """Who has it from now on."""
    return _of_step(request, "taken", agent=agent, direct=request.is_direct)


def replied(request: Request, agent: str, text: str) -> Reply:
    """What somebody of the desk writes to the partner."""
    return _of_step(request, "reply", agent=agent, text=text)


def sent(request: Request, agent: str, entry: str) -> Reply:
    """An entry of the knowledge that somebody of the desk sends."""
    return replace(_of_step(request, "answer", agent=agent), entry=entry, programme=entry.partition(".")[0])


def nudge(request: Request, agent: str) -> Reply:
    """Whether it still matters."""
    return _of_step(request, "nudge", agent=agent)


def result(request: Request, agent: str) -> Reply:
    """What has become of it."""
    reason = request.reason.value if request.reason else ""
    told = {"agent": agent, "reason": reason, "words": request.words, "can_reopen": True, "reopened": False}
    return _of_step(request, "result", **told)


def known(number: int, language: Language, programme: str | None) -> Reply:
    """That a person has it already."""
    return Reply(Outcome.HUMAN, language, programme, result={"number": number, "known": True})


def _of_step(request: Request, step: str, **told: Any) -> Reply:
    result = {STEP: step, "number": request.number, **told}
    return Reply(Outcome.HUMAN, request.language, request.programme, result=result)
