"""What came of a storm: what Slack shows and what the database holds, against what was said."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, inspect, or_, select, text

from bot.adapters.slack import token_of
from bot.listeners.requests.kinds import DIGEST, TICK
from bot.model import Outcome
from bot.render.messages import ASK_PERSON, HELPFUL
from bot.store.privacy import RETENTION
from bot.store.tables import job, message, request, tally, vote
from tests.crash.storm import SUPPORT, Said
from tests.stub_slack import TEAM, StubMessage, StubSlack

_LATER = (RETENTION, DIGEST, TICK)
"""What waits for the night, for the week's end, or for a clock of the desk to run out: nobody waits for that here."""


@dataclass(frozen=True, slots=True)
class Posted:
    """All messages that Slack ever took from the desks, by the key in their metadata."""

    by_token: dict[str, list[StubMessage]]

    @classmethod
    def on(cls, slack: StubSlack, channels: Sequence[str]) -> Posted:
        """Those on some channels, deleted ones too."""
        by_token: dict[str, list[StubMessage]] = defaultdict(list)
        for channel in channels:
            for one in slack.messages(channel, deleted=True):
                by_token[str(one.metadata["event_payload"]["key"] if one.metadata else None)].append(one)
        return cls(dict(by_token))

    def answers(self, said: Said) -> list[StubMessage]:
        """The answers to a message."""
        return self.by_token.get(_answer_token(said), [])


def _answer_token(said: Said) -> str:
    return token_of(f"post:msg:{TEAM}:{said.channel}:{said.ts}:0")


def open_jobs(conn: Connection) -> int:
    """How many jobs are waiting or running."""
    return conn.execute(select(func.count()).select_from(job).where(_is_in("running"))).scalar_one()


def _is_in(*statuses: str) -> ColumnElement[bool]:
    """Whether a job has one of these statuses, or waits, be it not for later."""
    return or_(job.c.status.in_(statuses), and_(job.c.status == "waiting", job.c.kind.not_in(_LATER)))


def problems(storm: Sequence[Said], posted: Posted, conn: Connection, *, is_echo: bool) -> list[str]:
    """Every way in which the outcome is wrong; the desks must have come to rest."""
    return [
        *_of_answers(storm, posted),
        *_strays(storm, posted),
        *_of_jobs(conn),
        *_of_messages(storm, posted, conn),
        *_of_clicks(storm, posted, conn),
        *(_of_counts(storm, conn) if is_echo else ()),
    ]


def _of_answers(storm: Sequence[Said], posted: Posted) -> Iterator[str]:
    for said in storm:
        answers = posted.answers(said)
        standing = [one for one in answers if not one.deleted]
        name = f"message {said.number} ({said.channel}:{said.ts})"
        if len(answers) > 1:
            yield f"{name} was answered {len(answers)} times: {[one.ts for one in answers]}"
        elif said.is_deleted and standing:
            yield f"{name} is deleted, its answer stands"
        elif not said.is_deleted and not standing:
            yield f"{name} was not answered"
        for one in standing:
            if said.answer not in one.text:
                yield f"{name} reads {one.text!r} rather than {said.answer!r}"
            if one.thread_ts != said.thread:
                yield f"{name} was answered in thread {one.thread_ts} rather than {said.thread}"


def _strays(storm: Sequence[Said], posted: Posted) -> Iterator[str]:
    """Messages that answer nothing; cards, what clicks led to and first words in a direct message apart."""
    known = {_answer_token(said) for said in storm}
    clicked = {said.ts for said in storm if said.was_clicked}
    welcomes = {token_of(f"post:msg:{TEAM}:{said.channel}:{said.ts}:1"): said.user for said in storm if said.is_direct}
    welcomed: Counter[str] = Counter()
    for token, messages in posted.by_token.items():
        if token in welcomes:
            welcomed[welcomes[token]] += len(messages)
        elif token not in known and any(one.channel != SUPPORT and one.thread_ts not in clicked for one in messages):
            yield f"nobody asked for {[(one.channel, one.ts, one.thread_ts) for one in messages]}"
    yield from (f"{user} was welcomed {number} times" for user, number in welcomed.items() if number > 1)


def _of_jobs(conn: Connection) -> Iterator[str]:
    chosen = select(job.c.status, job.c.key, job.c.error).where(_is_in("running", "dead"))
    yield from (f"job {key} is {status}: {error}" for status, key, error in conn.execute(chosen))
    if inspect(conn).has_table("procrastinate_jobs"):
        left = text(
            "SELECT id, status FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            " AND id NOT IN (SELECT dispatched FROM job WHERE dispatched IS NOT NULL AND kind IN :later)"
        ).bindparams(bindparam("later", _LATER, expanding=True))
        yield from (f"procrastinate's job {id_} is {status}" for id_, status in conn.execute(left))


def _of_messages(storm: Sequence[Said], posted: Posted, conn: Connection) -> Iterator[str]:
    """What the desk knows of its own messages is what Slack shows."""
    stored = {(channel, ts) for channel, ts in conn.execute(select(message.c.channel, message.c.ts))}
    shown = {
        (one.channel, one.ts)
        for messages in posted.by_token.values()
        for one in messages
        if not one.deleted and one.channel != SUPPORT
    }
    yield from (f"{place} is shown and not stored" for place in sorted(shown - stored))
    yield from (f"{place} is stored and not shown" for place in sorted(stored - shown))


def _of_clicks(storm: Sequence[Said], posted: Posted, conn: Connection) -> Iterator[str]:
    """What was acked has been done, and what was not, once at most."""
    voted = Counter(row.ts for row in conn.execute(select(vote.c.ts)))
    asked = Counter(row.thread_ts for row in conn.execute(select(request.c.thread_ts)))
    cards = Counter(
        one.ts
        for messages in posted.by_token.values()
        for one in messages
        if one.channel == SUPPORT and one.thread_ts is None
    )
    placed = Counter(row.card_ts for row in conn.execute(select(request.c.card_ts)))
    in_thread = Counter(one.thread_ts for messages in posted.by_token.values() for one in messages)
    for said in storm:
        if not said.was_clicked:
            continue
        done = voted[posted.answers(said)[0].ts] if said.click == HELPFUL else asked[said.ts]
        told = in_thread[said.ts] - 1 if said.click == ASK_PERSON else done
        if done != told or not said.is_click_acked <= done <= 1:
            acked = "acked" if said.is_click_acked else "not acked"
            yield f"the click on message {said.number} was {acked}, done {done} times and told of {told} times"
    if cards != placed:
        yield f"the cards {sorted(cards)} are shown, and {sorted(map(str, placed))} are known"


def _of_counts(storm: Sequence[Said], conn: Connection) -> Iterator[str]:
    """Each answer was counted once, and once more where an edit came after it; one that overtakes may do either."""
    least = len(storm) + sum(1 for said in storm if said.edit and not said.edit_overtakes)
    most = len(storm) + sum(1 for said in storm if said.edit)
    chosen = select(func.coalesce(func.sum(tally.c.n), 0)).where(tally.c.kind == Outcome.FALLBACK)
    counted = conn.execute(chosen).scalar_one()
    if not least <= counted <= most:
        yield f"{counted} answers were counted rather than {least} to {most}"
