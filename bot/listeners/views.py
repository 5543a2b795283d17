"""Forms that people send."""

from __future__ import annotations

import json
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy import Connection

from bot.listeners import actions
from bot.listeners.clicks import Click, Clicked, change
from bot.listeners.services import Services
from bot.model import PersonId
from bot.render.views import COMMENT, FEEDBACK, PERSON
from bot.store import votes


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the forms."""

    async def feedback(ack: AsyncAck, body: dict[str, Any]) -> None:
        view = body["view"]
        place = json.loads(view["private_metadata"])
        values = view["state"]["values"]
        comment = (values.get(COMMENT, {}).get(COMMENT, {}).get("value") or "").strip()
        wants_person = bool(values.get(PERSON, {}).get(PERSON, {}).get("selected_options"))
        user = body["user"]
        click = Click(
            key=f"view:{services.workspace}:{view['id']}",
            who=PersonId(user.get("team_id") or services.workspace, user["id"]),
            channel=str(place["channel"]),
            message_ts=str(place["ts"]),
            action=FEEDBACK,
            value="",
            trigger="",
        )

        def unit(conn: Connection, clicked: Clicked) -> None:
            if comment:
                votes.comment(conn, services.workspace, click.channel, click.message_ts, click.who, comment)
            if wants_person:
                actions.hand_over(services, conn, clicked, click.key)

        await change(services, click, unit)
        await ack()

    app.view(FEEDBACK)(feedback)
