"""Logging as `partnerdesk serve` sets it up, for the length of a test."""

from __future__ import annotations

import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from bot import logs

_HOOKS = ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook"))


def as_served(level: str = "DEBUG", form: logs.Format = "text") -> io.StringIO:
    """Set logging up; where it is told."""
    stream = io.StringIO()
    logs.set_up(level, form, stream)
    return stream


@contextmanager
def logging_as_before() -> Iterator[None]:
    """Has every logger, and what is done with exceptions that nobody catches, afterwards as they were before."""
    root = logging.getLogger()
    known = [one for one in root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    levels = [(logger, logger.level) for logger in (root, *known)]
    handlers = list(root.handlers)
    hooks = [(module, name, getattr(module, name)) for module, name in _HOOKS]
    with warnings.catch_warnings():
        try:
            yield
        finally:
            logging.captureWarnings(capture=False)
            for module, name, hook in hooks:
                setattr(module, name, hook)
            for logger, level in levels:
                logger.setLevel(level)
            root.handlers[:] = handlers
