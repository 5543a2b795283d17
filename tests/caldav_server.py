"""A real Radicale server on loopback, with users and passwords, in threads of the test's own process."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
from radicale.app import Application
from radicale.config import load

from bot.settings import Settings

USER = "desk"
PASSWORD = "pa:ss wörd"
_OWNER = "X-Owner"
_MAKE = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop><displayname>Work</displayname></prop>
</set></C:mkcalendar>"""


@dataclass
class Trouble:
    """What goes wrong when the desk asks; those to whom the calendars belong notice nothing."""

    is_away: bool = False  # 503
    hung: set[str] = field(default_factory=set)  # methods that are carried out, and of which nobody hears
    held: threading.Event = field(default_factory=threading.Event)  # set when one is
    released: threading.Event = field(default_factory=threading.Event)  # when set, those are answered


@dataclass(frozen=True)
class CalDavServer:
    """The server, and what somebody else than the desk does there."""

    url: str  # without a slash at its end
    trouble: Trouble = field(default_factory=Trouble)

    def settings(self, **changed: str) -> Settings:
        """The settings of a desk that uses it."""
        return Settings(**{"caldav_url": self.url, "caldav_user": USER, "caldav_password": PASSWORD, **changed})

    def calendar(self, name: str) -> str:
        """Make a calendar; its address as a desk file has it."""
        path = f"{USER}/{name}"
        self._ask("MKCALENDAR", f"{path}/", _MAKE)
        return path

    def write(self, calendar: str, name: str, content: str | bytes) -> None:
        """Write an iCalendar object into a calendar, as its owner does."""
        self._ask("PUT", f"{calendar}/{name}.ics", content)

    def read(self, calendar: str) -> dict[str, str]:
        """The objects in a calendar, by their names."""
        listed = self._ask("PROPFIND", f"{calendar}/", "")
        names = [part.partition(".ics<")[0] for part in listed.text.split(f"<href>/{calendar}/") if ".ics<" in part]
        return {name: self._ask("GET", f"{calendar}/{name}.ics").text for name in names}

    def delete(self, path: str) -> None:
        """Delete a calendar or an object."""
        self._ask("DELETE", path)

    def _ask(self, method: str, path: str, content: str | bytes = b"") -> httpx.Response:
        answer = httpx.request(
            method,
            f"{self.url}/{path}",
            content=content,
            auth=(USER, PASSWORD),
            headers={"Depth": "1", _OWNER: "yes"},
            trust_env=False,
        )
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer


class _Troubled:
    """The server's application, with its trouble."""

    def __init__(self, application: Application, trouble: Trouble) -> None:
        self._application = application
        self._trouble = trouble

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer a request (WSGI)."""
        is_owners = f"HTTP_{_OWNER.upper().replace('-', '_')}" in environ
        if self._trouble.is_away and not is_owners:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return []
        answer = self._application(environ, start_response)
        if environ["REQUEST_METHOD"] in self._trouble.hung and not is_owners:
            self._trouble.held.set()
            self._trouble.released.wait()
        return answer


class _Server(ThreadingMixIn, WSGIServer):
    """Answers requests at the same time, as Radicale's own server does."""


class _Handler(WSGIRequestHandler):
    """Tells nobody of requests."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def caldav_server() -> Iterator[CalDavServer]:
    """A server that runs until the context is left; each user may do everything below their own name."""
    with tempfile.TemporaryDirectory() as folder:
        users = Path(folder, "users")
        users.write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
        configuration = load()
        configuration.update(
            {
                "auth": {
                    "type": "htpasswd",
                    "htpasswd_filename": str(users),
                    "htpasswd_encryption": "plain",
                    "delay": "0",
                },
                "storage": {"filesystem_folder": str(Path(folder, "collections")), "_filesystem_fsync": "False"},
                "web": {"type": "none"},
            },
            privileged=True,
        )
        logging.getLogger("radicale").setLevel(logging.CRITICAL)
        trouble = Trouble()
        troubled = _Troubled(Application(configuration), trouble)
        with make_server("127.0.0.1", 0, troubled, _Server, _Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield CalDavServer(f"http://127.0.0.1:{server.server_port}", trouble)
            finally:
                trouble.released.set()
                server.shutdown()
                thread.join()
