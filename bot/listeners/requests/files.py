"""Files of a request on their way to the desk: fetched, copied, shown below the card, deleted in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from bot.listeners import copying, speaking
from bot.listeners.copying import Copying, Held, Kinds
from bot.listeners.requests.storing import show, stored
from bot.listeners.services import Services
from bot.ports import Handler
from bot.render.escape import one_line
from bot.report import Picture
from bot.request import Request
from bot.store import requests

FILES: Final = Kinds(fetch="request-file", share="request-file-share", tidy="request-tidy")


def fetch_files(conn: Connection, services: Services, request: Request) -> None:
    """Have the files that are not fetched yet put below the card."""
    copying.fetch_all(conn, services, FILES, _held(request))


def unshare(conn: Connection, services: Services, request: Request) -> None:
    """Have our copies of a request's files deleted."""
    copying.unshare(conn, services, request.files)


def plan_tidying(conn: Connection, services: Services, request: Request) -> None:
    """Have our copies deleted some time after a request was closed."""
    copying.tidy_later(conn, services, FILES, request.number, str(len(request.history) - 1))


def handlers(services: Services) -> Mapping[str, Handler]:
    """The kinds of work, and who carries them out."""
    return Copying(services, _Requests(services)).handlers()


def _held(request: Request) -> Held:
    return Held(
        request.number, request.files, request.card_channel, request.card_ts, request.is_shared, request.closed_at
    )


class _Requests:
    """copying.Cases of requests."""

    kinds = FILES
    any_kind = True

    def __init__(self, services: Services) -> None:
        self._services = services

    def lock(self, conn: Connection, number: int) -> None:
        requests.lock(conn, self._services.workspace, number)

    def load(self, conn: Connection, number: int) -> Request | None:
        return requests.load(conn, self._services.workspace, number)

    def save(self, conn: Connection, case: Request) -> None:
        stored(conn, self._services, case)

    def held(self, case: Request) -> Held:
        return _held(case)

    def holding(self, case: Request, files: tuple[Picture, ...], *, is_shared: bool) -> Request:
        return replace(case, files=files, is_shared=is_shared)

    def alternative(self, case: Request, file: Picture) -> str:
        """The words with which it came."""
        said = next((change.words for change in case.history if file.id in change.files), "")
        return one_line(said or case.question)

    def comment(self, case: Request, file: Picture) -> str:
        """Whose it is: the thread below the card is the desk's own, and the bot puts it there."""
        by = file.by or case.asker
        if by is not None and self._services.desk.is_staff(by, self._services.workspace):
            return ""
        t = speaking.words_in(self._services, case.card_channel)
        return t("From the partner")

    def show(self, conn: Connection, case: Request, why: str) -> None:
        show(conn, self._services, case, why)

    def settled(self, conn: Connection, case: Request, faults: Sequence[str]) -> None:
        """The card shows what could not be had: its readers ask for it another way."""
