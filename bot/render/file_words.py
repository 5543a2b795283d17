"""What became of the files of a report or a request, of which we keep copies below its card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.i18n import Translator
from bot.ports import FileFault
from bot.report import Picture, PictureState


def fates(of: Sequence[Picture], counted: str, t: Translator) -> str:
    """How many there are, as `counted` says it, and what became of those that are not below the card; "" for none."""
    if not of:
        return ""
    states = Counter(one.state for one in of)
    told = []
    if n := states[PictureState.WAITING]:
        told.append(t.plural("{n} is on its way.", "{n} are on their way.", n))
    if n := states[PictureState.KEPT_BACK]:
        told.append(
            t.plural(
                "{n} is not shown here, since other organisations read this channel.",
                "{n} are not shown here, since other organisations read this channel.",
                n,
            )
        )
    faults = Counter(one.fault for one in of if one.state is PictureState.REFUSED)
    for which, n in sorted(faults.items()):
        is_known = which in set(FileFault)  # a newer version may know others
        why = fault(FileFault(which), t) if is_known else t("Slack does not give it out at the moment")
        told.append(t.plural("{n} could not be had: {why}.", "{n} could not be had: {why}.", n, why=why))
    if n := states[PictureState.DELETED]:
        told.append(t.plural("{n} has been deleted by now.", "{n} have been deleted by now.", n))
    return " ".join([f"{counted}.", *told]) if told else counted


def fault(of: FileFault, t: Translator) -> str:
    """Why a file cannot be had."""
    return {
        FileFault.GONE: t("it was deleted"),
        FileFault.HIDDEN: t("Slack hides it, because the workspace has reached its limit"),
        FileFault.EXTERNAL: t("it lies with another service, not in Slack"),
        FileFault.ELSEWHERE: t("it is not stored in Slack"),
        FileFault.NO_ACCESS: t("I may not open it"),
        FileFault.TOO_LARGE: t("it is too large"),
        FileFault.EMPTY: t("it is empty"),
        FileFault.KIND: t("it is no picture (PNG, JPEG, GIF, WebP or HEIC)"),
    }[of]
