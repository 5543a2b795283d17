"""Invitations by mail, sent to a real SMTP server (aiosmtpd) on loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import icalendar
import pytest
from aiosmtpd.smtp import LoginPassword

from bot.adapters.mail import SmtpMail
from bot.ports import GiveUp, RetryLater
from tests.certificates import certificate, encrypted
from tests.clock import VirtualClock
from tests.mail_server import MailServer, serving

__all__ = ["certificate"]  # a fixture

SENDER = "desk@example.org"
TO = "anna.virtanen@example.com"
USER, PASSWORD = "desk@example.org", "p:ss/w@rd %41"
ACCOUNT = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@"
FACTS = {
    "subject": "Support meeting: Tue 24 Nov, 10:00 – für Müller",
    "text": "When: Tue 24 Nov\nTopic: 5 € für alle\n",
}


def invitation(*, uid: str = "1@T0HOME.partnerdesk", sequence: int = 0) -> bytes:
    """A calendar file with letters of all sorts."""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nSEQUENCE:{sequence}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20261124T100000Z\r\n"
        "DTEND:20261124T110000Z\r\nSUMMARY:Support meeting: Müller für 5 €\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def text_of(part: Any) -> str:
    """A text as it was before it was sent: lines of mails end in two signs."""
    return str(part.get_content()).replace("\r\n", "\n")


class Office(MailServer):
    """The server, and the desk's way to it."""

    def mail(self, account: str = "", *, scheme: str = "smtp", **limits: Any) -> SmtpMail:
        """The desk's way to it."""
        clock = VirtualClock(datetime(2026, 11, 22, 9, tzinfo=UTC))
        return SmtpMail(f"{scheme}://{account}127.0.0.1:{self.port}", SENDER, clock, **limits)

    async def send(self, account: str = "", *, scheme: str = "smtp", to: str = TO, **changed: Any) -> None:
        """Send an invitation to it."""
        mail = {"calendar": invitation(), "method": "REQUEST", **FACTS, **changed}
        await self.mail(account, scheme=scheme).send(to=to, **mail)


def opened(tls: ssl.SSLContext | None = None, **how: Any) -> AbstractAsyncContextManager[Office]:
    """A server that lets one user in."""
    return serving(Office(LoginPassword(USER.encode(), PASSWORD.encode())), tls, **how)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """A server that takes whatever comes."""
    async with opened() as server:
        yield server


# What is sent


async def test_an_invitation_arrives(office: Office) -> None:
    """As a text, and beside it as what a mail program puts into the calendar; all letters are whole."""
    await office.send()

    envelope, letter = office.got[0], office.letter()
    text, calendar = letter.iter_parts()
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [TO])
    assert (letter["From"], letter["To"], letter["Subject"]) == (SENDER, TO, FACTS["subject"])
    assert letter["Date"].datetime == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "multipart/alternative"
    assert (text.get_content_type(), text_of(text)) == ("text/plain", FACTS["text"])
    assert calendar.get_content_type() == "text/calendar"
    assert dict(calendar["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST"}
    assert calendar.get_payload(decode=True) == invitation()


async def test_the_object_in_it_is_as_it_was_written(office: Office) -> None:
    """Also with lines as long as they may be: nothing is folded anew."""
    written = icalendar.Calendar.from_ical(invitation())
    written.walk("VEVENT")[0].add("DESCRIPTION", "für 5 € " * 200)

    await office.send(calendar=written.to_ical(), method="CANCEL")

    (_, calendar) = office.letter().iter_parts()
    assert calendar.get_payload(decode=True) == written.to_ical()
    assert calendar["Content-Type"].params["method"] == "CANCEL"


async def test_a_mail_that_is_sent_again_is_the_same(office: Office) -> None:
    """Mail programs show it once; a later one about the meeting is another, in the same thread."""
    for sequence, method in ((0, "REQUEST"), (0, "REQUEST"), (1, "REQUEST"), (1, "CANCEL")):
        await office.send(calendar=invitation(sequence=sequence), method=method)
    await office.send(to="ben@example.com")
    await office.send(calendar=invitation(uid="2@T0HOME.partnerdesk"))
    letters = office.letters()

    first, again, *others = [str(letter["Message-ID"]) for letter in letters]
    assert first == again
    assert first.endswith("@example.org>")
    assert len({first, *others}) == 5
    assert len({letter["References"] for letter in letters[:4]}) == 1
    assert len({letter["References"] for letter in letters[3:]}) == 3


async def test_nobody_is_read_out_of_a_message_id(office: Office) -> None:
    """It travels through many hands."""
    await office.send()

    assert "anna" not in office.letter()["Message-ID"] + office.letter()["References"]


async def test_a_domain_in_other_letters(office: Office) -> None:
    """Servers know it by another name."""
    await office.send(to="anna@müller.example")

    assert office.got[0].rcpt_tos == ["anna@xn--mller-kva.example"]


@pytest.mark.parametrize(
    "to",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "anna@example.com, ben@example.com",
        "Anna <anna@example.com>",
        "anna@example.com\r\nBcc: ben@example.com",
        "anna@example.com>\r\nRCPT TO:<ben@example.com",
        "änna@example.com",
        f"anna@{'x' * 70}.com",
    ],
)
async def test_an_address_is_one_address(office: Office, to: str) -> None:
    """Whatever else somebody has written there reaches nobody."""
    with pytest.raises(GiveUp, match="cannot be written"):
        await office.send(to=to)

    assert office.got == []


@pytest.mark.parametrize("subject", ["Hi\r\nBcc: ben@example.com", "Hi\nX: y", "Hi\rX: y"])
async def test_a_subject_is_one_line(office: Office, subject: str) -> None:
    """Another line would be another header."""
    with pytest.raises(GiveUp, match="cannot be written"):
        await office.send(subject=subject)

    assert office.got == []


async def test_a_text_ends_where_it_ends(office: Office) -> None:
    """A line with a dot alone ends a mail; in a text it does not."""
    text = "One\n.\nRCPT TO:<ben@example.com>\n..\n"

    await office.send(text=text)

    assert text_of(next(office.letter().iter_parts())) == text
    assert len(office.got) == 1


# Who may send


async def test_user_and_password() -> None:
    """They stand in the address percent-encoded."""
    async with opened(auth_require_tls=False) as office:
        await office.send(ACCOUNT)

        assert (office.logins, len(office.got)) == ([True], 1)


async def test_a_wrong_password() -> None:
    """Trying again does not make it right."""
    async with opened(auth_require_tls=False) as office:
        with pytest.raises(GiveUp, match="does not accept user and password") as caught:
            await office.send("desk:wr0ng@")

    assert "wr0ng" not in str(caught.value)


async def test_a_password_that_cannot_be_sent() -> None:
    """SMTP's usual ways to log in know no other letters."""
    async with opened(auth_require_tls=False) as office:
        with pytest.raises(GiveUp, match="letters"):
            await office.send("desk:p%C3%A4ss@")


async def test_no_password_travels_unencrypted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """But within this machine."""
    monkeypatch.setattr("bot.adapters.mail._is_here", lambda _: False)

    with pytest.raises(GiveUp, match="no encryption"):
        await office.send(ACCOUNT)

    assert (office.logins, office.got) == ([], [])


async def test_what_the_server_offers_is_used(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STARTTLS comes before the password and the mail."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with opened(tls_context=encrypted(certificate), auth_required=True) as office:
        await office.send(ACCOUNT)

        assert (office.encrypted, office.logins) == ([True], [True])


async def test_encrypted_from_the_beginning(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As smtps: says."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with opened(tls=encrypted(certificate), auth_require_tls=False) as office:
        await office.send(ACCOUNT, scheme="smtps")

        assert (len(office.got), office.logins) == (1, [True])


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_server_that_somebody_else_plays(certificate: Path, scheme: str) -> None:
    """Its certificate is not trusted: it gets neither password nor mail."""
    tls = encrypted(certificate)
    how: dict[str, Any] = {"tls": tls} if scheme == "smtps" else {"tls_context": tls}
    async with opened(**how) as office:
        with pytest.raises(RetryLater, match="SSLCertVerificationError"):
            await office.send(ACCOUNT, scheme=scheme)

        assert (office.logins, office.got) == ([], [])


# What is in the way


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("450 Mailbox of anna.virtanen is busy", RetryLater),
        ("421 Going down", RetryLater),
        ("452 Too many", RetryLater),
        ("550 No anna.virtanen here", GiveUp),
        ("552 Too large", GiveUp),
        ("554 Spam", GiveUp),
    ],
)
async def test_what_a_code_means(office: Office, command: str, said: str, kind: type) -> None:
    """From 500 on it is for good; the reason holds the code, and nothing of what the server has said."""
    office.says[command] = said

    with pytest.raises(kind) as caught:
        await office.send()

    assert type(caught.value) is kind
    assert f"({said[:3]})" in str(caught.value)
    assert "anna" not in repr(caught.value)
    assert office.got == []


async def test_no_server(unused_tcp_port: int) -> None:
    """It may come back."""
    with pytest.raises(RetryLater, match="ConnectionRefusedError"):
        await Office(port=unused_tcp_port).send()


Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


@asynccontextmanager
async def played(play: Play) -> AsyncIterator[Office]:
    """A server that is none."""
    server = await asyncio.start_server(play, "127.0.0.1", 0)
    yield Office(port=server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 hello\r\n"])
async def test_a_server_that_is_none(said: bytes) -> None:
    """It hangs up, or says something else."""

    async def play(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    async with played(play) as office:
        with pytest.raises(RetryLater):
            await office.send()


async def test_a_server_that_says_nothing() -> None:
    """Nobody waits for it for ever."""
    heard = asyncio.Event()

    async def play(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard.wait()
        writer.close()

    async with played(play) as office:
        with pytest.raises(RetryLater, match="too long"):
            await office.mail(time_limit=0.1).send(to=TO, calendar=invitation(), method="REQUEST", **FACTS)
        heard.set()


# What doctor asks


async def test_the_check_sends_nothing(office: Office) -> None:
    """It asks whether the sender is taken."""
    await office.mail().check()

    assert office.got == []


async def test_the_check_tells_of_a_sender_that_is_not_taken(office: Office) -> None:
    """Mails would not be either."""
    office.says["MAIL"] = "550 Who is that?"

    with pytest.raises(GiveUp, match="refuses the sender"):
        await office.mail().check()
