"""The form that 👎 opens."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.listeners import actions, fields
from bot.listeners.access import Access
from bot.listeners.changes import Clicked, Step, submit
from bot.listeners.clicks import Form
from bot.listeners.registry import listen_to_forms
from bot.listeners.services import Services
from bot.render.messages import ASK_PERSON
from bot.render.views import COMMENT, FEEDBACK, PERSON
from bot.request import Way
from bot.store import votes


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the form."""

    async def feedback(form: Form) -> dict[str, str]:
        comment = fields.text(fields.part(fields.part(form.values, COMMENT), COMMENT), "value").strip()
        wants_person = fields.count(fields.part(fields.part(form.values, PERSON), PERSON), "selected_options") > 0

        def unit(conn: Connection, clicked: Clicked) -> None:
            # Where the click could not be counted, or was taken back since, the form counts as one.
            actions.vote(services, conn, clicked, -1)
            if comment:
                click = clicked.click
                votes.comment(conn, services.workspace, click.channel, click.message_ts, click.who, comment)
            if wants_person and clicked.access_to(ASK_PERSON) is Access.ALLOWED:
                actions.hand_over(services, conn, clicked, Way.FEEDBACK, comment)

        return await submit(services, form, Step(unit))

    listen_to_forms(app, services, {FEEDBACK: feedback})
