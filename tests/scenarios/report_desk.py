"""A desk that takes reports of language errors, and what is read of them: in Slack, and in the database.

Use::

    async with report_world(tmp_path) as w:
        thread = await reported(w, WORDS)
        (card,) = await cards(w)
        (report,) = await stored(w)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot.listeners import filling
from bot.model import Reply
from bot.report import Report, Reporter
from bot.store import messages, reports
from bot.store.messages import Message
from tests.scenarios.world import DESK, TRANSLATORS, World, control, world
from tests.stub_slack import TEAM, SharedFile, StubMessage, View

REPORT_DESK = f"""{DESK}
translations:
  default: {{channel: CTRANS, owners: [UOWNER]}}
  de: {{channel: CTRANS, owners: [UDE, UDE2]}}
  source: {{channel: CTRANS2, owners: [UPO]}}
"""
OWNERS = ("UOWNER", "UDE", "UDE2", "UPO")

WORDS = 'The German button says "Abbruch", it should be "Abbrechen"'
ACME = "TACME"  # another organisation, which shares COPEN with us


@asynccontextmanager
async def report_world(folder: Path, desk: str = REPORT_DESK, **options: Any) -> AsyncIterator[World]:
    """A world whose desk takes reports, with its translators in their channels."""
    async with world(folder, desk, **options) as w:
        for user in OWNERS:
            for channel in TRANSLATORS:
                w.meet(channel, user)
        yield w


# What reporters do


async def drafted(
    w: World,
    words: str = WORDS,
    *,
    user: str = "U1",
    channel: str = "CCYBER",
    team: str = TEAM,
    files: Sequence[str] = (),
) -> StubMessage:
    """Somebody mentions the bot and tells of an error; the message that shows it back."""
    ts = await w.mention(channel, user, words, team=team, files=files)
    return await w.last(channel, ts)


async def reported(
    w: World,
    words: str = WORDS,
    *,
    user: str = "U1",
    channel: str = "CCYBER",
    team: str = TEAM,
    files: Sequence[str] = (),
) -> str:
    """Somebody tells of an error and sends the report; the ts of their thread."""
    draft = await drafted(w, words, user=user, channel=channel, team=team, files=files)
    assert await w.press(draft, "report.send", user, team=team) == 200
    await w.settle()
    return draft.thread_ts or ""


async def form_from(
    w: World, message: StubMessage, user: str, *, action: str = "report.details", team: str = TEAM
) -> View:
    """Somebody opens the form of a report from a message of ours; of an answer, from its menu."""
    before = len(w.slack.opened)
    value = "report-error" if action == "answer.more" else None
    assert await w.press(message, action, user, value, team=team) == 200
    (form,) = w.slack.opened[before:]
    return form


# What translators do


async def work_on(
    w: World,
    card: StubMessage,
    action: str,
    user: str,
    value: str | None = None,
    *,
    team: str = TEAM,
    **fields: str | None,
) -> dict[str, str]:
    """Somebody uses a button of a card, and fills in the form if one opens; what is said at its fields.

    A `value` is the option of the ⋯ menu.
    """
    before = len(w.slack.opened)
    assert await w.press(card, action, user, value, team=team) == 200
    errors: dict[str, str] = {}
    for form in w.slack.opened[before:]:
        errors = await w.fill(form, user, team=team, **fields)
    await w.settle()
    return errors


# What has come of it


async def cards(w: World, channel: str = "CTRANS") -> list[StubMessage]:
    """The cards in a translators' channel, oldest first."""
    await w.settle()
    return [message for message in w.slack.messages(channel) if message.thread_ts is None]


async def lines(w: World, card: StubMessage) -> list[str]:
    """What stands below a card, pictures aside."""
    await w.settle()
    return [message.text for message in w.slack.messages(card.channel, thread=card.ts) if not message.files]


def words_on(message: StubMessage) -> str:
    """All that is read on a message, quotations too; a quotation in one piece, whatever is marked in it."""
    return words_in(message.blocks)


def words_in(blocks: list[dict[str, Any]]) -> str:
    """The same of blocks, of a form or App Home."""
    return "\n".join(_words(blocks))


def _words(data: Any) -> Iterator[str]:
    if isinstance(data, list):
        for one in data:
            yield from _words(one)
    elif isinstance(data, dict):
        if str(data.get("type", "")).startswith("rich_text_") and data["type"] != "rich_text_list":
            yield "".join(str(one.get("text", "")) for one in data["elements"])
        elif isinstance(data.get("text"), str):
            yield data["text"]
        else:
            yield from _words(list(data.values()))


async def pictures(w: World, card: StubMessage) -> list[SharedFile]:
    """The pictures below a card."""
    await w.settle()
    return w.slack.shared(card.channel, card.ts)


async def stored(w: World) -> list[Report]:
    """All reports, by number."""
    await w.settle(with_dead=True)
    workspace = w.desk.services.workspace
    return await w.desk.database.read(lambda conn: reports.listed(conn, workspace))


async def reporters(w: World, number: int) -> list[Reporter]:
    """Who has reported it, in order."""
    workspace = w.desk.services.workspace
    return await w.desk.database.read(lambda conn: reports.reporters(conn, workspace, number))


async def reply_of(w: World, message: StubMessage) -> Reply:
    """What a message of ours says, as data; of how things stand, what it would say if it were shown anew."""
    await w.settle()
    services = w.desk.services

    def read(conn: Connection) -> Message | None:
        found = messages.by_ts(conn, services.workspace, message.channel, message.ts)
        assert found is not None, "the message is none of ours"
        return filling.filled_again(conn, services, found)

    shown = await w.desk.database.read(read)
    assert shown is not None, "nobody is left to read it"
    return shown.reply


async def steps(w: World, channel: str, thread: str) -> list[str]:
    """The steps of a report that our messages in a thread tell of, oldest first; "" for any other message."""
    await w.settle()
    found = [await reply_of(w, message) for message in w.slack.messages(channel, thread=thread)]
    return [str(reply.result.get("step", "")) for reply in found]


def field(form: View, name: str) -> dict[str, Any]:
    """A field of a form, by its block id."""
    (block,) = [one for one in form.view["blocks"] if one.get("block_id") == name]
    return dict(block)


def held(form: View, name: str) -> str:
    """What a field holds when the form opens: a text, or the value of an option; "" if nothing."""
    element = field(form, name)["element"]
    return str(element.get("initial_value") or element.get("initial_option", {}).get("value") or "")


def offers(message: StubMessage, action: str) -> list[str]:
    """The values of a menu's options."""
    return [option["value"] for option in control(message, action)["options"]]
