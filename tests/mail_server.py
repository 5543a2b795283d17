"""A real SMTP server (aiosmtpd) on loopback, and what it was given."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Office = TypeVar("Office", bound="MailServer")


@dataclass
class MailServer:
    """The server, and what it was given."""

    account: LoginPassword | None = None  # the user and the password that it lets in
    port: int = 0
    got: list[Envelope] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)  # by command, or by recipient: what it answers instead of yes
    logins: list[bool] = field(default_factory=list)  # whether somebody was let in
    encrypted: list[bool] = field(default_factory=list)  # whether the mail came so

    @property
    def url(self) -> str:
        """Its address, for a desk that needs no password."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender, or not."""
        if "MAIL" not in self.says:
            envelope.mail_from = address
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        said = self.says.get("RCPT") or self.says.get(address)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or not."""
        if "DATA" not in self.says:
            self.got.append(envelope)
            self.encrypted.append(session.ssl is not None)
        return self.says.get("DATA", "250 OK")

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        """Let somebody in, or not."""
        self.logins.append(data == self.account)
        return AuthResult(success=self.logins[-1], handled=False)

    def letters(self, to: str | None = None) -> list[EmailMessage]:
        """The mails that it got, oldest first; those to an address."""
        return [_letter(one) for one in self.got if to in {None, *one.rcpt_tos}]

    def letter(self) -> EmailMessage:
        """The last mail that it got."""
        return self.letters()[-1]


def _letter(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    letter = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


@asynccontextmanager
async def serving(office: Office, tls: ssl.SSLContext | None = None, **how: Any) -> AsyncIterator[Office]:
    """Have a server serve; `tls` is from the beginning, `tls_context` when it is asked for."""

    def protocol() -> SMTP:
        return SMTP(office, hostname="loopback", loop=asyncio.get_running_loop(), authenticator=office.login, **how)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=tls)
    office.port = server.sockets[0].getsockname()[1]
    yield office
    server.close()
    await server.wait_closed()
