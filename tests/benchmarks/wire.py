"""As little HTTP as a load needs: keep-alive, Content-Length, nothing else.

With a whole HTTP library on the side that measures, that side would be what is measured.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Self

_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


class Cutter:
    """Cuts a stream into messages: the head, in lower case, and the body."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The messages that are whole now."""
        self._left += data
        while (end := self._left.find(_END)) >= 0:
            head = self._left[:end].lower()
            at = head.find(_LENGTH)
            body_at = end + len(_END)
            until = body_at + (int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0)
            if len(self._left) < until:
                return
            body, self._left = self._left[body_at:until], self._left[until:]
            yield head, body


class Connection(asyncio.Protocol):
    """A client's connection, for one request at a time."""

    def __init__(self) -> None:
        self._cutter = Cutter()
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect to a server on loopback. Raises OSError."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    async def send(self, request: bytes) -> int:
        """Send a whole request; the status of the answer. Raises ConnectionError."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        for head, _ in self._cutter.feed(data):
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(int(head.split(b" ", 2)[1]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError(f"the server has hung up: {exc}"))


class Server(asyncio.Protocol):
    """A server's end of a connection: `answer` makes a JSON body of a request's head and body."""

    def __init__(self, answer: Callable[[bytes, bytes], bytes]) -> None:
        self._answer = answer
        self._cutter = Cutter()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        assert self._transport is not None
        for head, body in self._cutter.feed(data):
            said = self._answer(head, body)
            length = str(len(said)).encode()
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + length + _END + said
            )


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A whole request."""
    lines = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body
