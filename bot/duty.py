"""Who of the desk is there, who speaks what, and whom a request calls."""

from __future__ import annotations

from datetime import datetime

from bot import hours
from bot.desk import Desk, StaffMember
from bot.model import Language


def on_duty(desk: Desk, member: StaffMember, at: datetime) -> bool:
    """Whether somebody is at work at an instant (UTC): in their own hours, else in the desk's, on their own clock."""
    return hours.is_open(_rota(desk, member), at)


def speakers(desk: Desk, language: Language, level: str = "") -> tuple[StaffMember, ...]:
    """Those of a level who speak a language for sure; of all levels where it is "" or has nobody."""
    return tuple(member for member in desk.staff_of_level(level) if language in member.languages)


def called(desk: Desk, language: Language, level: str, at: datetime) -> tuple[str, ...]:
    """The users whom a request calls at an instant (UTC): those whom it is for, as far as they are at work.

    It is for those of its level who speak its language, or for all of them where nobody does. Without a level it is for
    the first; if nobody there speaks its language, but others do, it is for these. What was passed on does not go back.
    """
    return tuple(member.user for member in _meant(desk, language, level) if on_duty(desk, member, at))


def opens_for(desk: Desk, language: Language, at: datetime, level: str = "") -> datetime:
    """The first instant (UTC) from `at` on at which a request calls somebody; if it never does, the desk's opening."""
    rotas = [_rota(desk, member) for member in _meant(desk, language, level)]
    openings = [opens for rota in rotas if hours.is_open(rota, opens := hours.opening(rota, at))]
    return min(openings, default=hours.opening(desk, at))


def _meant(desk: Desk, language: Language, level: str) -> tuple[StaffMember, ...]:
    own = level or (desk.levels[0].id if desk.levels else "")
    others = () if level else speakers(desk, language)
    return speakers(desk, language, own) or others or desk.staff_of_level(own)


def _rota(desk: Desk, member: StaffMember) -> Desk:
    """A desk that is open when somebody is at work."""
    if member.hours is None and member.time_zone is None:
        return desk
    own = desk.hours if member.hours is None else member.hours
    return Desk(time_zone=member.time_zone or desk.time_zone, hours=own, holidays=desk.holidays)
