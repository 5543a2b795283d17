"""Invitations by mail, over SMTP."""

from __future__ import annotations

import asyncio
import hashlib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

from bot.adapters.clock import SystemClock
from bot.ports import Clock, GiveUp, RetryLater

TIME_LIMIT: Final = 60.0  # seconds for a message
SILENCE: Final = 15.0  # seconds without a sign of the server

_PORTS: Final = {"smtps": 465, "smtp": 587}
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_PROPERTY: Final = r"^{}(?:;[^:\r\n]*)?:(.*?)\r?$"
_OURS: Final = 500  # codes from here on are for good


class SmtpMail:
    """ports.Mail on an SMTP server.

    The connection is encrypted from its beginning (smtps) or as soon as the server offers it (smtp, STARTTLS), and the
    server's certificate is checked. The password does not travel unencrypted, but within this machine.

    Args:
        url: smtp://USER:PASSWORD@HOST:PORT or smtps://…, user and password percent-encoded, or without them.
        sender: The address that mails come from.
        clock: Dates them.
        time_limit: Seconds for a message.

    """

    def __init__(self, url: str, sender: str, clock: Clock | None = None, *, time_limit: float = TIME_LIMIT) -> None:
        parts = urlsplit(url)
        self._is_encrypted = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._clock = clock or SystemClock()
        self._time_limit = time_limit

    @property
    def sender(self) -> str:
        """The address that mails come from."""
        return self._sender

    async def send(self, *, to: str, subject: str, text: str, calendar: bytes, method: str) -> None:
        """Send a message with an iCalendar object in it. Raises RetryLater, GiveUp.

        A message that is sent again has the same Message-ID, so that mail programs show it once; those about a meeting
        stand in one thread.
        """
        try:
            receiver = _deliverable(to)
            message = self._message(receiver, subject, text, calendar.decode(), method)
        except (ValueError, IndexError, MessageError):  # no address or several, a line break in a header
            raise GiveUp("the mail's address or subject cannot be written") from None

        def post(server: smtplib.SMTP) -> None:
            server.send_message(message, self._sender, [receiver])

        await self._with_server(post)

    async def check(self) -> None:
        """See whether the server takes mails of this sender; none is sent. Raises RetryLater, GiveUp."""

        def look(server: smtplib.SMTP) -> None:
            code, _ = server.mail(self._sender)
            if code >= 400:  # noqa: PLR2004 - SMTP's refusals
                raise smtplib.SMTPSenderRefused(code, b"", self._sender)
            server.rset()

        await self._with_server(look)

    async def _with_server(self, act: Callable[[smtplib.SMTP], None]) -> None:
        try:
            async with asyncio.timeout(self._time_limit):
                await asyncio.to_thread(self._talk, act)
        except TimeoutError:
            raise RetryLater("the mail server takes too long") from None

    def _talk(self, act: Callable[[smtplib.SMTP], None]) -> None:
        with _failures():
            tls = ssl.create_default_context()
            if self._is_encrypted:
                server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=SILENCE, context=tls)
            else:
                server = smtplib.SMTP(self._host, self._port, timeout=SILENCE)
            try:
                self._introduce(server, tls)
                act(server)
            finally:
                with suppress(smtplib.SMTPException, OSError):  # what was to be done is done, or has failed
                    server.quit()

    def _introduce(self, server: smtplib.SMTP, tls: ssl.SSLContext) -> None:
        server.ehlo_or_helo_if_needed()
        is_encrypted = self._is_encrypted
        if not is_encrypted and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo()
            is_encrypted = True
        if self._user:
            if not is_encrypted and not _is_here(self._host):
                raise GiveUp("the mail server offers no encryption, so it does not get the password")
            server.login(self._user, self._password)

    def _message(self, to: str, subject: str, text: str, calendar: str, method: str) -> EmailMessage:
        """The message. Raises ValueError, IndexError or MessageError for what cannot stand in a header."""
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = Address(addr_spec=self._sender)
        message["To"] = Address(addr_spec=to)
        message["Subject"] = subject
        message["Date"] = format_datetime(self._clock.now())
        message["Auto-Submitted"] = "auto-generated"  # asks for no word that somebody is away
        sequence = _property(calendar, "SEQUENCE")
        thread = self._id(calendar, to)
        message["Message-ID"] = self._id(calendar, to, method, sequence)
        message["References"] = thread
        message.set_content(text, charset="utf-8")
        message.add_alternative(calendar, subtype="calendar", charset="utf-8", params={"method": method})
        return message

    def _id(self, calendar: str, *of: str) -> str:
        told = "\n".join((_property(calendar, "UID"), *of))
        return f"<{hashlib.sha256(told.encode()).hexdigest()[:40]}@{self._sender.rpartition('@')[2]}>"


@contextmanager
def _failures() -> Iterator[None]:
    """What goes wrong with a server, as what it means for a job. No reason holds what was sent, or an address."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _ in error.recipients.values()), default=0)
        raise _failure("the mail server refuses the recipient", code) from None
    except smtplib.SMTPSenderRefused as error:
        raise _failure("the mail server refuses the sender", error.smtp_code) from None
    except smtplib.SMTPAuthenticationError as error:
        raise _failure("the mail server does not accept user and password", error.smtp_code) from None
    except smtplib.SMTPResponseException as error:
        raise _failure("the mail server refuses the mail", error.smtp_code) from None
    except UnicodeError:
        raise GiveUp("the mail server takes no user or password of such letters") from None
    except smtplib.SMTPNotSupportedError:
        raise GiveUp("the mail server lacks what the mail needs") from None
    except (smtplib.SMTPException, OSError) as error:
        raise RetryLater(f"the mail server cannot be reached ({type(error).__name__})") from None


def _failure(reason: str, code: int) -> RetryLater | GiveUp:
    told = f"{reason} ({code})"
    return GiveUp(told) if code >= _OURS else RetryLater(told)


def _deliverable(address: str) -> str:
    """An address with its domain as servers know it, müller.example is xn--mller-kva.example. Raises ValueError."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def _property(calendar: str, name: str) -> str:
    found = re.search(_PROPERTY.format(name), _FOLD.sub("", calendar), re.MULTILINE)
    return found[1] if found else ""


def _is_here(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
