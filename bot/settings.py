"""The environment as frozen settings; everything that is missing or wrong is named at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from dotenv import dotenv_values
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.logs import FORMATS, Format
from bot.paths import SettingsError, data_dir, knowledge_dir

__all__ = ["Settings", "SettingsError", "read"]

DOTENV: Final = Path(".env")
SLACK_API: Final = "https://slack.com/api/"
DEFAULT_PORT: Final = 3000
DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_LOG_LEVEL: Final = "INFO"
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

_LAST_PORT: Final = 65535
_NO_SPACES: Final = re.compile(r"[!-~]+")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True, slots=True)
class Settings:
    """How this desk runs. What is or may hold a secret does not stand in its repr."""

    slack_bot_token: str | None = field(default=None, repr=False)
    slack_signing_secret: str | None = field(default=None, repr=False)
    slack_app_token: str | None = field(default=None, repr=False)
    slack_api_url: str = field(default=SLACK_API, repr=False)  # ends with a slash
    port: int = DEFAULT_PORT
    host: str = DEFAULT_HOST
    database_url: str = field(default="", repr=False)  # sqlite:///PATH or postgresql://…, without a driver
    config: Path | None = None  # the desk file
    knowledge: Path = field(default_factory=knowledge_dir)
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None  # the address that mails come from; set where smtp_url is
    caldav_url: str | None = field(default=None, repr=False)
    caldav_user: str | None = field(default=None, repr=False)
    caldav_password: str | None = field(default=None, repr=False)
    log_level: str = DEFAULT_LOG_LEVEL
    log_format: Format = "text"

    @property
    def socket_mode(self) -> bool:
        """Whether Slack's events come over a WebSocket that we open, rather than to our port."""
        return self.slack_app_token is not None

    @classmethod
    def from_env(cls, environ: Mapping[str, str], *, serve: bool, dotenv: Path = DOTENV) -> Settings:
        """Read the settings.

        Args:
            environ: The environment; it wins over the file.
            serve: Whether the desk is to serve Slack. If not, Slack's tokens and secret are neither wanted nor judged.
            dotenv: A file of `NAME=value` lines; it may be missing.

        Raises:
            SettingsError: Naming every setting that is missing or wrong.

        """
        settings, problems = read(environ, serve=serve, dotenv=dotenv)
        if problems:
            raise SettingsError(problems)
        return settings


def read(environ: Mapping[str, str], *, serve: bool, dotenv: Path = DOTENV) -> tuple[Settings, tuple[str, ...]]:
    """Read the settings as far as they go, and what is wrong with them, a line each.

    For `doctor`, which goes on to check the rest. The arguments are those of `Settings.from_env`; a setting that is
    missing or wrong has its default.
    """
    reader = _Reader(environ, dotenv)
    settings = Settings(
        slack_bot_token=reader.token("SLACK_BOT_TOKEN", "xoxb-", "OAuth & Permissions") if serve else None,
        slack_signing_secret=reader.secret("SLACK_SIGNING_SECRET", "Basic Information") if serve else None,
        slack_app_token=(
            reader.token("SLACK_APP_TOKEN", "xapp-", "Basic Information, App-Level Tokens") if serve else None
        ),
        slack_api_url=reader.api_url(),
        port=reader.port(),
        host=reader.host(),
        database_url=reader.database_url(),
        config=reader.config(),
        knowledge=reader.knowledge(),
        smtp_url=reader.url("SMTP_URL", ("smtp", "smtps")),
        mail_from=reader.mail_from(),
        caldav_url=reader.url("CALDAV_URL", ("https", "http")),
        caldav_user=reader.text("CALDAV_USER"),
        caldav_password=reader.text("CALDAV_PASSWORD"),
        log_level=reader.log_level(),
        log_format=reader.log_format(),
    )
    if serve:
        reader.require_slack()
    reader.require_whole_caldav()
    return settings, tuple(reader.problems)


class _Reader:
    """Reads one setting at a time and notes what is wrong."""

    def __init__(self, environ: Mapping[str, str], dotenv: Path) -> None:
        self.problems: list[str] = []
        self._values = {**self._file(dotenv), **environ}

    def _file(self, dotenv: Path) -> dict[str, str]:
        try:
            # Nothing is interpolated: a dollar sign in a password means itself.
            values = dotenv_values(dotenv, interpolate=False, encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            self._wrong(str(dotenv), "cannot be read", "make it a readable UTF-8 file of NAME=value lines")
            return {}
        return {name: value for name, value in values.items() if value is not None}

    def _wrong(self, name: str, what: str, remedy: str) -> None:
        self.problems.append(f"{name}: {what}; {remedy}")

    def text(self, name: str) -> str | None:
        """A setting as it stands; an empty one counts as not set."""
        return self._values.get(name, "").strip() or None

    def secret(self, name: str, page: str) -> str | None:
        """A secret of one line without spaces, to be found on a page of the app's settings at Slack."""
        value = self.text(name)
        if value is not None and not _NO_SPACES.fullmatch(value):
            self._wrong(name, "holds spaces or signs that no such secret has", f"copy it again from {page}")
            return None
        return value

    def token(self, name: str, prefix: str, page: str) -> str | None:
        """A token of Slack with the prefix of its kind."""
        value = self.secret(name, page)
        if value is not None and not value.startswith(prefix):
            self._wrong(name, f"does not begin with {prefix}", f"copy the right token from {page}")
            return None
        return value

    def require_slack(self) -> None:
        """Note what is missing to serve."""
        if self.text("SLACK_BOT_TOKEN") is None:
            self._wrong("SLACK_BOT_TOKEN", "is missing", "copy the Bot User OAuth Token (xoxb-…) of the installed app")
        if self.text("SLACK_SIGNING_SECRET") is None and self.text("SLACK_APP_TOKEN") is None:
            self._wrong(
                "SLACK_SIGNING_SECRET, SLACK_APP_TOKEN",
                "neither is set",
                "set the app token (xapp-…) for Socket Mode, or the signing secret for HTTP",
            )

    def require_whole_caldav(self) -> None:
        """Note a calendar that is set by halves."""
        names = ("CALDAV_URL", "CALDAV_USER", "CALDAV_PASSWORD")
        missing = [name for name in names if self.text(name) is None]
        if missing and len(missing) < len(names):
            self._wrong(", ".join(missing), "missing", f"set {', '.join(names)} together, or none of them")

    def mail_from(self) -> str | None:
        """The address that mails come from, which is needed where mails are sent."""
        value = self.text("MAIL_FROM")
        if value is None and self.text("SMTP_URL"):
            self._wrong("MAIL_FROM", "is missing", "set the address that invitations come from, beside SMTP_URL")
        if value is not None and not _ADDRESS.fullmatch(value):
            self._wrong("MAIL_FROM", "is no e-mail address", "write it as desk@example.org, without a name")
            return None
        return value

    def url(self, name: str, schemes: tuple[str, ...]) -> str | None:
        """A URL with a host."""
        value = self.text(name)
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            is_right = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_right = False
        if not is_right or not _NO_SPACES.fullmatch(value):
            self._wrong(name, "is no URL of the right form", f"write it as {schemes[0]}://HOST…")
            return None
        return value

    def api_url(self) -> str:
        value = self.url("SLACK_API_URL", ("https", "http"))
        return SLACK_API if value is None else value.rstrip("/") + "/"

    def port(self) -> int:
        value = self.text("PORT")
        if value is None:
            return DEFAULT_PORT
        if not re.fullmatch(r"[0-9]{1,5}", value) or not 1 <= int(value) <= _LAST_PORT:
            self._wrong("PORT", f"{value!r} is no port", f"give a number from 1 to {_LAST_PORT}")
            return DEFAULT_PORT
        return int(value)

    def host(self) -> str:
        value = self.text("HOST")
        if value is None:
            return DEFAULT_HOST
        if not re.fullmatch(r"[0-9A-Za-z:._%-]+", value):
            self._wrong(
                "HOST", f"{value!r} is no address", "give a name or an IP address, such as 0.0.0.0, without port"
            )
            return DEFAULT_HOST
        return value

    def database_url(self) -> str:
        value = self.text("DATABASE_URL")
        if value is None:
            return URL.create("sqlite", database=str(data_dir() / "partnerdesk.db")).render_as_string()
        remedy = "write sqlite:///PATH (four slashes for an absolute path) or postgresql://USER:PASSWORD@HOST/NAME"
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            self._wrong("DATABASE_URL", "is no database URL", remedy)
            return ""
        if url.drivername not in {"sqlite", "postgresql"}:
            self._wrong("DATABASE_URL", f"{url.drivername} is not known here", f"{remedy}, without a driver")
            return ""
        if not url.database or url.database == ":memory:" or (url.drivername == "sqlite" and url.host):
            self._wrong("DATABASE_URL", "names no database", remedy)
            return ""
        return value

    def config(self) -> Path | None:
        value = self.text("PARTNERDESK_CONFIG")
        if value is None:
            return None
        if not Path(value).is_file():
            self._wrong(
                "PARTNERDESK_CONFIG",
                f"{value} is no file",
                f"write one with `partnerdesk init {value}`, or name another",
            )
            return None
        return Path(value)

    def knowledge(self) -> Path:
        try:
            return knowledge_dir(self.text("PARTNERDESK_KNOWLEDGE") or "")
        except SettingsError as error:
            self.problems.extend(error.problems)
            return knowledge_dir("")

    def log_level(self) -> str:
        value = (self.text("LOG_LEVEL") or DEFAULT_LOG_LEVEL).upper()
        if value not in LOG_LEVELS:
            self._wrong("LOG_LEVEL", f"{value!r} is no level", f"one of: {', '.join(LOG_LEVELS)}")
            return DEFAULT_LOG_LEVEL
        return value

    def log_format(self) -> Format:
        value = (self.text("LOG_FORMAT") or FORMATS[0]).lower()
        for known in FORMATS:
            if value == known:
                return known
        self._wrong("LOG_FORMAT", f"{value!r} is no format", f"one of: {', '.join(FORMATS)}")
        return FORMATS[0]
