"""An entry of the knowledge drafted from what staff have answered; whoever looks after the languages is told."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.gap import Gap, GapKind
from bot.listeners import speaking
from bot.listeners.requests import kinds
from bot.listeners.services import Services
from bot.model import LANGUAGES, Job
from bot.ports import Handler
from bot.render.request_cards import draft_note
from bot.request import Act, Request
from bot.store import gaps

_ANSWERS = frozenset({Act.REPLIED, Act.WROTE})


def can_be_drafted(request: Request) -> bool:
    """Whether there is an answer in words, and a programme that it belongs to."""
    return request.programme is not None and bool(request.question and answer_of(request))


def answer_of(request: Request) -> str:
    """What staff have answered last; "" if they have not, in words."""
    said = [change.words for change in request.history if change.act in _ANSWERS and change.words]
    return said[-1] if said else ""


def draft(conn: Connection, services: Services, request: Request) -> None:
    """Keep question and answer as an entry to be written, and tell whoever looks after each language."""
    if not can_be_drafted(request):
        return
    kept = Gap(
        GapKind.DRAFT,
        request.language,
        request.programme,
        request.question,
        services.clock.now(),
        request.asker,
        request.channel,
        request.thread_ts,
        answer=answer_of(request),
        request=request.number,
    )
    number = gaps.add(conn, services.workspace, kept)
    for channel, users in _told(services, request).items():
        payload = {"draft": number, "number": request.number, "channel": channel, "users": users}
        key = f"{kinds.DRAFTED}:{services.workspace}:{number}:{channel}"
        services.work.add(conn, kinds.DRAFTED, key, payload)


def _told(services: Services, request: Request) -> dict[str, list[str]]:
    """By channel, who looks after a language there; each is told once."""
    found: dict[str, list[str]] = {}
    for language in LANGUAGES:
        team = services.desk.route(language, request.programme, is_source=False)
        if team.channel is not None:
            known = found.setdefault(team.channel, [])
            known += [user for user in team.owners if user not in known]
    return found


def drafted_job(services: Services) -> Handler:
    """Tells, in a channel of translators, that an entry is to be written."""

    async def post(job: Job) -> None:
        payload = job.payload
        number = payload["draft"]
        known = await services.store.read(lambda conn: gaps.load(conn, services.workspace, number))
        if known is None:  # whoever asked has had their data deleted
            return
        channel = payload["channel"]
        message = draft_note(speaking.words_in(services, channel), number, payload["number"], users=payload["users"])
        await speaking.post(services, job, message, channel)

    return post
