"""The doctor's look at the knowledge."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from bot import paths, rules
from bot.cli.findings import Check, Finding, Level
from bot.document import DocumentError, Problems
from bot.knowledge.check import check
from bot.knowledge.load import parse
from bot.settings import Settings
from bot.understand.normalise import same


def knowledge_links(settings: Settings) -> Mapping[str, Collection[str]]:
    """The link ids of each programme; empty where the knowledge cannot be read."""
    try:
        return {id_: one.links for id_, one in parse(settings.knowledge, Problems()).programmes.items()}
    except OSError:
        return {}


def knowledge_check(settings: Settings) -> Check:
    """Whether the files could be served as they are now."""

    def look() -> Finding:
        try:
            problems = check(settings.knowledge, paths.locales_dir(), same=same, rules=rules.problems).problems
        except (OSError, DocumentError) as error:
            return Finding(Level.FAIL, f"knowledge cannot be read ({error})", "see `partnerdesk check`")
        errors = sum(not problem.warning for problem in problems)
        if errors:
            return Finding(Level.FAIL, f"knowledge has {errors} errors and is not renewed", "run `partnerdesk check`")
        warnings = len(problems)
        if warnings:
            return Finding(Level.WARN, f"knowledge has {warnings} warnings", "run `partnerdesk check`")
        return Finding(Level.OK, "knowledge")

    async def checked() -> Finding:
        return await asyncio.to_thread(look)

    return checked
