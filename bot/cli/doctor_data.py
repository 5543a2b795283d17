"""The doctor's look at what lies on this machine: database and knowledge."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bot import paths, rules
from bot.cli.findings import Check, Finding, Level
from bot.document import DocumentError, Problems
from bot.knowledge.check import check
from bot.knowledge.load import parse
from bot.ports import StoreUnavailable
from bot.settings import Settings
from bot.store import jobs
from bot.store.engine import open_engines
from bot.store.migrations import current, newest
from bot.understand.normalise import same

LEAST_SPACE: Final = 500 * 1024 * 1024  # bytes; below it the database may soon refuse events


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


def database_check(settings: Settings) -> Check:
    """Whether the database can be used, is up to date and has room; and what work was given up."""

    def look() -> Finding:
        place = Path(settings.database_url.removeprefix("sqlite:///"))
        if settings.database_url.startswith("sqlite") and not place.exists():
            return Finding(Level.OK, "database does not exist yet; `partnerdesk serve` makes it")
        try:
            engines = open_engines(settings.database_url)
        except (OSError, ValueError, StoreUnavailable) as error:
            return Finding(Level.FAIL, f"database cannot be opened ({type(error).__name__})", "see DATABASE_URL")
        try:
            if current(engines.reader) != newest():
                return Finding(Level.WARN, "database is of another version", "`partnerdesk serve` brings it up to date")
            with engines.reader.connect() as conn:
                dead = jobs.dead(conn)
        except (SQLAlchemyError, StoreUnavailable) as error:
            return Finding(Level.FAIL, f"database cannot be read ({type(error).__name__})", "see DATABASE_URL")
        finally:
            engines.dispose()
        if place.exists() and shutil.disk_usage(place.parent).free < LEAST_SPACE:
            return Finding(Level.FAIL, "disk is nearly full", "free space where the database lies")
        if dead:
            what = f"{len(dead)} jobs were given up, the last: {dead[-1].kind} ({dead[-1].error})"
            return Finding(Level.WARN, what, "see the log for why")
        return Finding(Level.OK, "database")

    async def checked() -> Finding:
        return await asyncio.to_thread(look)

    return checked
