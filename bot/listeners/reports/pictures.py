"""The jobs that bring pictures to the translators: fetched, copied, shown below the card, deleted in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from bot.flows import reporting
from bot.listeners.copying import Copying, Held
from bot.listeners.reports import changing, kinds
from bot.listeners.services import Services
from bot.ports import Handler
from bot.render.escape import one_line
from bot.report import Picture, Report
from bot.store import reports


def handlers(services: Services) -> Mapping[str, Handler]:
    """The kinds of work, and who carries them out."""
    return Copying(services, _Reports(services)).handlers()


class _Reports:
    """copying.Cases of reports."""

    kinds = kinds.PICTURES
    any_kind = False

    def __init__(self, services: Services) -> None:
        self._services = services

    def lock(self, conn: Connection, number: int) -> None:
        reports.lock(conn, self._services.workspace, number)

    def load(self, conn: Connection, number: int) -> Report | None:
        return reports.load(conn, self._services.workspace, number)

    def save(self, conn: Connection, case: Report) -> None:
        reports.save(conn, self._services.workspace, case, self._services.clock.now())

    def held(self, case: Report) -> Held:
        return changing.held(case)

    def holding(self, case: Report, files: tuple[Picture, ...], *, is_shared: bool) -> Report:
        return replace(case, pictures=files, is_shared=is_shared)

    def alternative(self, case: Report, file: Picture) -> str:
        """Where it is, and the reporter's words; of another's picture, the text that is wrong."""
        said = case.said if file.by in {None, case.reporter} else ""
        return one_line(" – ".join(part for part in (case.place, said or case.wrong) if part))

    def comment(self, _case: Report, _file: Picture) -> str:
        return ""

    def show(self, conn: Connection, case: Report, why: str) -> None:
        changing.show(conn, self._services, case, why)

    def settled(self, conn: Connection, case: Report, faults: Sequence[str]) -> None:
        """Have the reporter read what failed."""
        first = reports.reporter(conn, self._services.workspace, case.number, case.reporter)
        if faults and first is not None and not case.is_closed:
            said = reporting.pictures_failed(case, faults, first.language)
            changing.tell(conn, self._services, first, said, f"pictures:{len(case.pictures)}")
