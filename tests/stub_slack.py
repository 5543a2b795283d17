"""A Slack on loopback: a real HTTP server that plays the Web API, keeps what it is told, and fails on demand.

Use::

    async with StubSlack() as slack:
        slack.add_channel("C1", members=["U1"])
        client = AsyncWebClient(token=slack.token, base_url=slack.url, retry_handlers=[])
        question = slack.say("C1", "U1", "When does my trial end?")
        ...  # the code under test
        assert slack.texts("C1", thread=question.ts) == ["..."]

Faults: set `slack.fault` to a function of (method, number of this method's request, from 1) that returns a Fault or
None; `fail("chat.postMessage", RateLimited(3), HttpError(500, stored=True))` fails the next requests of a method in
turn. `stored=True` means that the request is carried out before the answer goes wrong: what a client must not repeat.

Files: `add_file` has a person share one; files.info tells of it, and `files_url` is where it lies. What the bot uploads
and completes stands in `shared(channel, thread)`, after as many looks at it as `sharing_delay` says. The host of files
fails like a method: `fail("download", Html(200))`, `fail("upload", Hang())`.

State is read from `messages`, `texts`, `shared`, `ephemerals`, `views`, `homes`, `requests`. Times (`ts`) rise by a
thousandth of a second a message, from now on or from `clock`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, Self

from aiohttp import web

TEAM = "T0HOME"
BOT_USER = "U0BOT"
BOT_ID = "B0BOT"
APP_ID = "A0APP"
TOKEN = "xoxb-stub-token"
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "usergroups:read",
    "users:read",
)


_MOST_VIEWS = 3  # one above the other

# What can go wrong


@dataclass(frozen=True)
class RateLimited:
    """429 with Retry-After; nothing is carried out. None: without the header."""

    seconds: int | None = 1


@dataclass(frozen=True)
class HttpError:
    """A 5xx (or any status) with Slack's plain body."""

    status: int = 500
    stored: bool = False


@dataclass(frozen=True)
class Html:
    """A web page instead of JSON."""

    status: int = 200
    stored: bool = False


@dataclass(frozen=True)
class Cut:
    """The connection is cut before an answer."""

    stored: bool = True


@dataclass(frozen=True)
class Hang:
    """No answer, until the client or the server ends."""

    stored: bool = False


@dataclass(frozen=True)
class Error:
    """`ok: false` with one of Slack's codes; nothing is carried out."""

    code: str


@dataclass(frozen=True)
class Late:
    """The connection is cut before an answer, and the request is carried out so many seconds after that."""

    seconds: float


@dataclass(frozen=True)
class TooLong:
    """A download that goes on after the file's end, for so many bytes."""

    by: int


Fault = RateLimited | HttpError | Html | Cut | Hang | Error | Late | TooLong
FaultPlan = Callable[[str, int], Fault | None]


# What it keeps


@dataclass
class StubMessage:
    """A message as Slack has it now."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    bot_id: str | None = None
    edits: list[str] = field(default_factory=list)  # the texts that it had before
    deleted: bool = False
    arguments: dict[str, Any] = field(default_factory=dict)  # as posted
    files: list[str] = field(default_factory=list)  # ids

    def payload(self, *, with_metadata: bool) -> dict[str, Any]:
        """The message as conversations.history gives it."""
        body: dict[str, Any] = {
            "type": "message",
            "ts": self.ts,
            "user": self.user,
            "text": self.text,
            "team": TEAM,
            "blocks": self.blocks,
        }
        if self.thread_ts:
            body["thread_ts"] = self.thread_ts
        if self.bot_id:
            body |= {"bot_id": self.bot_id, "app_id": APP_ID}
        if self.files:
            body["files"] = [{"id": file} for file in self.files]
        if self.edits:
            body["edited"] = {"user": self.user, "ts": self.ts}
        if self.metadata and with_metadata:
            body["metadata"] = self.metadata
        return body


@dataclass
class StubFile:
    """A file; `fields` is what files.info says of it beside the usual, or otherwise than usual."""

    id: str
    user: str
    name: str
    created: int  # seconds since 1970
    content: bytes | None = None  # None: not uploaded yet
    alt: str = ""
    title: str = ""
    is_completed: bool = True
    is_visible: bool = True  # to the bot
    is_deleted: bool = False
    looks_left: int = 0  # at it, until it is shared as it was asked for
    asked_for: tuple[str, str | None, str] | None = None  # channel, thread and comment, not shared yet
    shares: list[tuple[str, str]] = field(default_factory=list)  # channel and ts of the messages it stands in
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SharedFile:
    """A file as people see it in a channel."""

    id: str
    alt: str
    content: bytes
    comment: str
    name: str
    title: str
    message: StubMessage


@dataclass(frozen=True)
class Ephemeral:
    """A message shown to one person."""

    channel: str
    user: str
    text: str
    blocks: list[dict[str, Any]]
    thread_ts: str | None


@dataclass
class StubChannel:
    """A channel; `is_member` is whether the bot is in it."""

    id: str
    name: str
    members: list[str]
    is_ext_shared: bool = False
    is_private: bool = False
    is_im: bool = False
    is_member: bool = True
    is_archived: bool = False


@dataclass(frozen=True)
class View:
    """A view that was opened or updated."""

    id: str
    view: dict[str, Any]
    trigger_id: str | None = None
    below: str = ""  # the id of the one that is seen again when it closes


@dataclass(frozen=True)
class Request:
    """A request as it came; `number` counts those of its method from 1."""

    method: str
    arguments: dict[str, Any]
    number: int
    token: str
    headers: dict[str, str]


class _Clock(Protocol):
    def now(self) -> datetime: ...


class SlackRefusal(Exception):
    """Ends a method with `ok: false` and a code."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


class StubSlack:
    """The server and its state. `url` is the base URL of the Web API, once started."""

    def __init__(self, *, clock: _Clock | None = None, scopes: Iterable[str] = SCOPES) -> None:
        self.token = TOKEN
        self.team = TEAM
        self.bot_user = BOT_USER
        self.bot_id = BOT_ID
        self.scopes = tuple(scopes)
        self.url = ""
        self.socket_url = "wss://127.0.0.1:9/link"  # what apps.connections.open names; set it to a server of yours
        self.fault: FaultPlan | None = None
        self.page_size = 200  # most messages a page, whatever is asked for
        self.sharing_delay = 0  # looks at a completed file, by files.info, until it is shared
        self.loses_shares = False  # what is completed is never shared, as happens
        self.shows_uncompleted = False  # files.info tells of files before they are completed
        self.files: dict[str, StubFile] = {}
        self.latency = 0.0  # seconds from a request to its answer; it is carried out halfway
        self.channels: dict[str, StubChannel] = {}
        self.users: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, list[str]] = {}  # user groups, and who is in them
        self.has_groups = True  # the plan; a free one has none
        self.ephemerals: list[Ephemeral] = []
        self.views: dict[str, View] = {}  # by id, as they are now
        self.opened: list[View] = []  # in order, as they were opened
        self.answered: list[View] = []  # in order, those that took the place of one that was sent, or lie above it
        self.homes: dict[str, dict[str, Any]] = {}  # by user, as published last
        self.requests: list[Request] = []
        self.addresses: list[str] = []  # of all requests, with what stands behind the ?
        self._clock = clock
        self._messages: dict[str, dict[str, StubMessage]] = defaultdict(dict)
        self._last_ts = 0
        self._ids = 0
        self._triggers: set[str] = set()
        self._numbers: Counter[str] = Counter()
        self._queued: dict[str, list[Fault]] = defaultdict(list)
        self._runner: web.AppRunner | None = None
        self._stopped = asyncio.Event()
        self._changed = asyncio.Event()
        self.add_user(BOT_USER, is_bot=True, profile={"bot_id": BOT_ID})

    # Life

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        self._stopped.clear()
        app = web.Application(client_max_size=32 * 2**20)
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_get("/files-pri/{file}/download/{name}", self._serve_file)
        app.router.add_post("/upload/v1/{file}", self._take_file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/api/"

    async def stop(self) -> None:
        """End, and cut what hangs."""
        self._stopped.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # What a test sets up

    def add_channel(self, channel: str, *, members: Iterable[str] = (), name: str = "", **flags: bool) -> StubChannel:
        """Add a channel with the bot in it; flags as in StubChannel."""
        known = [BOT_USER, *members] if flags.get("is_member", True) else list(members)
        self.channels[channel] = StubChannel(channel, name or channel.lower(), known, **flags)
        return self.channels[channel]

    def add_user(self, user: str, *, team: str = TEAM, **fields: Any) -> dict[str, Any]:
        """Add a person; fields as users.info has them (tz, locale, is_restricted, is_stranger, …)."""
        self.users[user] = {
            "id": user,
            "team_id": team,
            "name": user.lower(),
            "deleted": False,
            "is_bot": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            **fields,
        }
        return self.users[user]

    def say(
        self, channel: str, user: str, text: str, *, thread: str | None = None, files: Iterable[str] = ()
    ) -> StubMessage:
        """Have a person write a message, so that history has it; the event is the test's to send (tests/payloads)."""
        said = self._keep(StubMessage(channel, self.next_ts(), user, text, thread_ts=thread, files=[*files]))
        for file in said.files:
            self.files[file].shares.append((channel, said.ts))
        return said

    def add_file(
        self, id_: str, content: bytes, *, user: str = "U1", name: str = "screen.png", channel: str = "", **fields: Any
    ) -> StubFile:
        """Have a person upload a file, and share it in a channel if one is named.

        `fields` change what files.info says of it: `mode="tombstone"`, `is_external=True`, `size=5`,
        `file_access="check_file_info"`. One that the bot may not see has `is_visible` set to False.
        """
        file = self.files[id_] = StubFile(id_, user, name, self._now(), content, fields=fields)
        if channel:
            self.say(channel, user, "", files=[id_])
        return file

    def withdraw(self, channel: str, ts: str) -> None:
        """Have a message deleted by hand."""
        self._messages[channel][ts].deleted = True

    def show_instead(self, id_: str, view: dict[str, Any]) -> None:
        """Have another view take the place of a form that was sent, as the answer to it (`update`) wants."""
        known = self.views.get(id_)
        checked, below = _checked_view({"view": view}), known.below if known else ""
        self.views[id_] = View(id_, checked, known.trigger_id if known else None, below)
        self.answered.append(self.views[id_])

    def show_above(self, id_: str, view: dict[str, Any]) -> None:
        """Have another view lie above a form that was sent, as the answer to it (`push`) wants; three lie at most."""
        if len(self._pile(id_)) >= _MOST_VIEWS:
            raise SlackRefusal("push_limit_reached")
        self._ids += 1
        above = View(f"V{self._ids:04d}", _checked_view({"view": view}), below=id_)
        self.views[above.id] = above
        self.answered.append(above)

    def close_all(self, id_: str) -> None:
        """Have a form that was sent close, and all that lie below it, as the answer to it (`clear`) wants."""
        for one in self._pile(id_):
            self.views.pop(one, None)

    def _pile(self, id_: str) -> list[str]:
        """The ids of a view and of those below it."""
        known = self.views.get(id_)
        return [id_, *(self._pile(known.below) if known and known.below else ())]

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next requests of a method fail, in this order; after them `fault` decides again."""
        self._queued[method].extend(faults)

    def next_ts(self) -> str:
        """A ts later than any before."""
        now = self._clock.now().timestamp() if self._clock else time.time()
        self._last_ts = max(int(now * 1_000_000), self._last_ts + 1_000)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def _now(self) -> int:
        return int(self._clock.now().timestamp() if self._clock else time.time())

    # What a test reads

    @property
    def files_url(self) -> str:
        """How the addresses of files begin."""
        return self.url.removesuffix("api/")

    def shared(self, channel: str, thread: str | None = None) -> list[SharedFile]:
        """The files of the bot that stand in a channel, in order; in one of its threads, if named."""
        return [
            SharedFile(id_, file.alt, file.content or b"", message.text, file.name, file.title, message)
            for message in self.messages(channel, thread=thread)
            for id_ in message.files
            if not (file := self.files[id_]).is_deleted
        ]

    def messages(
        self, channel: str, *, thread: str | None = None, ours: bool = True, deleted: bool = False
    ) -> list[StubMessage]:
        """The messages that are there, oldest first: the bot's alone, unless `ours` is False; of one thread, if named.

        The message that a thread hangs from is not part of it. With `deleted` those that were there before, too.
        """
        return [
            message
            for message in self._messages[channel].values()
            if (deleted or not message.deleted)
            and (not ours or message.bot_id)
            and (thread is None or (message.thread_ts == thread and message.ts != thread))
        ]

    def message(self, channel: str, ts: str) -> StubMessage:
        """One message, deleted or not."""
        return self._messages[channel][ts]

    def texts(self, channel: str, *, thread: str | None = None) -> list[str]:
        """The texts of the bot's messages that are there, oldest first."""
        return [message.text for message in self.messages(channel, thread=thread)]

    def calls(self, method: str) -> list[Request]:
        """The requests of a method, failed ones too, in order."""
        return [request for request in self.requests if request.method == method]

    async def until(self, condition: Callable[[], Any], *, seconds: float = 5.0) -> None:
        """Wait until a condition of the state holds; looked at after every request. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    # Serving

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.addresses.append(str(request.rel_url))
        arguments = await _arguments(request)
        self._numbers[method] += 1
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(arguments.pop("token", ""))
        self.requests.append(Request(method, arguments, self._numbers[method], token, dict(request.headers)))
        try:
            return await self._answer(method, arguments, token, request)
        finally:
            self._changed.set()

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        """A download: whole, or a page to log in where the token is not ours."""
        id_ = request.match_info["file"].partition("-")[2]
        fault = self._noted("download", {"file": id_}, request)
        file = self.files.get(id_)
        is_ours = request.headers.get("Authorization") == f"Bearer {self.token}"
        if file is None or file.is_deleted or file.content is None:
            return web.Response(status=404)
        if isinstance(fault, Html) or not is_ours:
            return web.Response(text=_LOGIN, content_type="text/html")
        response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        if isinstance(fault, TooLong):
            response.enable_chunked_encoding()
            await response.prepare(request)
            await response.write(file.content + b"\0" * fault.by)
            return response
        if fault is None:
            return web.Response(body=file.content, content_type="application/octet-stream")
        if isinstance(fault, Cut):
            response.content_length = len(file.content)
            await response.prepare(request)
            await response.write(file.content[: len(file.content) // 2])
        return _wrong(fault) or await self._cut(fault, request)

    async def _take_file(self, request: web.Request) -> web.StreamResponse:
        """An upload of raw bytes to the address that was given for it."""
        id_ = request.match_info["file"]
        content = await request.read()
        fault = self._noted("upload", {"file": id_, "size": len(content)}, request)
        file = self.files.get(id_)
        if file is None or file.is_completed:
            return web.Response(status=404)
        if fault is None or getattr(fault, "stored", False):
            file.content = content
        if fault is not None:
            return _wrong(fault) or await self._cut(fault, request)
        return web.Response(text=f"OK - {len(content)}")

    def _noted(self, method: str, arguments: dict[str, Any], request: web.Request) -> Fault | None:
        """Keep a request to the host of files; what goes wrong with it."""
        self._numbers[method] += 1
        self.addresses.append(str(request.rel_url))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.requests.append(Request(method, arguments, self._numbers[method], token, dict(request.headers)))
        self._changed.set()
        return self._next_fault(method)

    async def _answer(
        self, method: str, arguments: dict[str, Any], token: str, request: web.Request
    ) -> web.StreamResponse:
        fault = self._next_fault(method)
        await asyncio.sleep(self.latency / 2)
        is_carried_out = fault is None or getattr(fault, "stored", False)
        answer = self._call(method, arguments, token) if is_carried_out else None
        await asyncio.sleep(self.latency / 2)
        if fault is not None:
            answer = _wrong(fault)
        if answer is not None:
            return answer
        if isinstance(fault, Late):
            asyncio.get_running_loop().call_later(fault.seconds, self._call_late, method, arguments, token)
        return await self._cut(fault, request)

    async def _cut(self, fault: Fault | None, request: web.Request) -> web.Response:
        """Cut a connection, at once or at the end."""
        if isinstance(fault, Hang):
            self._changed.set()
            await self._stopped.wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _next_fault(self, method: str) -> Fault | None:
        if self._queued[method]:
            return self._queued[method].pop(0)
        return self.fault(method, self._numbers[method]) if self.fault else None

    def _call(self, method: str, arguments: dict[str, Any], token: str) -> web.Response:
        headers = {"x-oauth-scopes": ",".join(self.scopes)}
        try:
            self._check_token(method, token)
            body = {"ok": True, **_METHODS.get(method, _unknown_method)(self, arguments)}
        except SlackRefusal as refusal:
            body = {"ok": False, "error": refusal.code, **refusal.more}
        return web.json_response(body, headers=headers)

    def _call_late(self, method: str, arguments: dict[str, Any], token: str) -> None:
        self._call(method, arguments, token)
        self._changed.set()

    def _check_token(self, method: str, token: str) -> None:
        if token != self.token and not (method == "apps.connections.open" and token.startswith("xapp-")):
            raise SlackRefusal("invalid_auth" if token else "not_authed")

    # Methods

    def _auth_test(self, _arguments: dict[str, Any]) -> dict[str, Any]:
        return {
            "url": "https://home.slack.example/",
            "team": "Home",
            "team_id": self.team,
            "user": "partnerdesk",
            "user_id": self.bot_user,
            "bot_id": self.bot_id,
            "is_enterprise_install": False,
        }

    def _post_message(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self._postable(arguments)
        _check_content(arguments)
        message = self._keep(
            StubMessage(
                channel=channel,
                ts=self.next_ts(),
                user=self.bot_user,
                text=str(arguments.get("text") or ""),
                blocks=arguments.get("blocks") or [],
                # A thread whose parent is gone is no error for Slack: the message stands in it all the same.
                thread_ts=arguments.get("thread_ts"),
                metadata=arguments.get("metadata"),
                bot_id=self.bot_id,
                arguments=arguments,
            )
        )
        return {"channel": channel, "ts": message.ts, "message": message.payload(with_metadata=True)}

    def _update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        message = self._ours(arguments, "cant_update_message")
        _check_content(arguments, longest=4_000)
        message.edits.append(message.text)
        message.text = str(arguments.get("text") or "")
        message.blocks = arguments.get("blocks") or []
        return {"channel": message.channel, "ts": message.ts, "text": message.text}

    def _delete(self, arguments: dict[str, Any]) -> dict[str, Any]:
        message = self._ours(arguments, "cant_delete_message")
        message.deleted = True
        return {"channel": message.channel, "ts": message.ts}

    def _post_ephemeral(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self._postable(arguments)
        _check_content(arguments)
        user = str(arguments.get("user"))
        if user not in self.channels[channel].members:
            raise SlackRefusal("user_not_in_channel")
        self.ephemerals.append(
            Ephemeral(
                channel,
                user,
                str(arguments.get("text") or ""),
                arguments.get("blocks") or [],
                arguments.get("thread_ts"),
            )
        )
        return {"message_ts": self.next_ts()}

    def _permalink(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self._known(arguments).id
        ts = str(arguments.get("message_ts"))
        if ts not in self._messages[channel]:
            raise SlackRefusal("message_not_found")
        return {
            "channel": channel,
            "permalink": f"https://home.slack.example/archives/{channel}/p{ts.replace('.', '')}",
        }

    def _replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self._readable(arguments)
        parent = str(arguments.get("ts"))
        thread = [
            message
            for message in self._messages[channel].values()
            if not message.deleted and parent in {message.ts, message.thread_ts}
        ]
        if not thread:
            raise SlackRefusal("thread_not_found")
        oldest = float(arguments.get("oldest") or 0)
        # As on the real one, the parent comes first, however old it is.
        return self._paged([one for one in thread if one.ts == parent or float(one.ts) > oldest], arguments)

    def _history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self._readable(arguments)
        oldest = float(arguments.get("oldest") or 0)
        top_level = [
            message
            for message in self._messages[channel].values()
            if not message.deleted and message.thread_ts in {None, message.ts} and float(message.ts) > oldest
        ]
        return self._paged(top_level[::-1], arguments)

    def _info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self._known(arguments)
        return {
            "channel": {
                "id": channel.id,
                "name": channel.name,
                "is_channel": not channel.is_im,
                "is_im": channel.is_im,
                "is_private": channel.is_private,
                "is_archived": channel.is_archived,
                "is_member": channel.is_member,
                "is_shared": channel.is_ext_shared,
                "is_ext_shared": channel.is_ext_shared,
                "is_org_shared": False,
                "num_members": len(channel.members),
            }
        }

    def _members(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"members": list(self._known(arguments).members), "response_metadata": {"next_cursor": ""}}

    def _open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        user = str(arguments.get("users"))
        if user not in self.users:
            raise SlackRefusal("user_not_found")
        channel = f"D{user[1:]}"
        if channel not in self.channels:
            self.add_channel(channel, members=[user], is_im=True)
        return {"channel": {"id": channel}}

    def _user_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        user = self.users.get(str(arguments.get("user")))
        if user is None:
            raise SlackRefusal("user_not_found")
        with_locale = str(arguments.get("include_locale")) in {"1", "true", "True"} and user["team_id"] == self.team
        return {"user": {name: value for name, value in user.items() if name != "locale" or with_locale}}

    def _group_members(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self._needs("usergroups:read")
        if not self.has_groups:
            raise SlackRefusal("paid_teams_only")
        members = self.groups.get(str(arguments.get("usergroup")))
        if members is None:
            raise SlackRefusal("no_such_subteam")
        return {"users": [*members]}

    def _view_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        trigger = str(arguments.get("trigger_id") or "")
        if not trigger:
            raise SlackRefusal("invalid_arguments")
        if trigger in self._triggers:
            raise SlackRefusal("exchanged_trigger_id")
        view = _checked_view(arguments)
        self._triggers.add(trigger)
        self._ids += 1
        opened = View(f"V{self._ids:04d}", view, trigger)
        self.views[opened.id] = opened
        self.opened.append(opened)
        return {"view": _view_payload(opened)}

    def _view_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        known = self.views.get(str(arguments.get("view_id")))
        if known is None:
            raise SlackRefusal("not_found")
        if arguments.get("hash") not in {None, _hash(known)}:
            raise SlackRefusal("hash_conflict")
        self.views[known.id] = View(known.id, _checked_view(arguments), known.trigger_id, known.below)
        return {"view": _view_payload(self.views[known.id])}

    def _view_publish(self, arguments: dict[str, Any]) -> dict[str, Any]:
        user = str(arguments.get("user_id"))
        if user not in self.users:
            raise SlackRefusal("user_not_found")
        self.homes[user] = _checked_view(arguments)
        return {"view": {"id": f"VHOME{user}", "type": "home", **self.homes[user]}}

    def _file_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self._needs("files:read")
        file = self._file(arguments)
        if not file.is_completed and not self.shows_uncompleted:
            raise SlackRefusal("file_not_found")
        if file.asked_for is not None and not self.loses_shares:
            if file.looks_left == 0:
                self._share(file)
            file.looks_left -= 1
        return {"file": self._file_payload(file)}

    def _upload_url(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self._needs("files:write")
        name, alt = str(arguments.get("filename") or ""), str(arguments.get("alt_txt") or "")
        if not name or int(arguments.get("length") or 0) < 1:
            raise SlackRefusal("missing_argument")
        if len(alt) > 1_000:
            raise SlackRefusal("alt_txt_too_large")
        self._ids += 1
        file = StubFile(f"F0COPY{self._ids:04d}", self.bot_user, name, self._now(), alt=alt, is_completed=False)
        self.files[file.id] = file
        return {"upload_url": f"{self.files_url}upload/v1/{file.id}", "file_id": file.id}

    def _complete_upload(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Slack shares later what is completed; one upload is completed once, and then its ticket is gone."""
        self._needs("files:write")
        (named,) = json.loads(str(arguments.get("files")))
        file = self.files.get(str(named.get("id")))
        if file is None or file.is_completed or file.is_deleted or file.content is None:
            raise SlackRefusal("file_not_found")
        channel = self._postable({"channel": arguments.get("channel_id")})
        file.is_completed = True
        file.title = str(named.get("title") or file.name)
        file.asked_for = (channel, arguments.get("thread_ts"), str(arguments.get("initial_comment") or ""))
        file.looks_left = self.sharing_delay
        if self.sharing_delay == 0 and not self.loses_shares:
            self._share(file)
        return {"files": [{"id": file.id, "title": file.title, "shares": {}}]}

    def _delete_file(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self._needs("files:write")
        file = self._file(arguments)
        if file.user != self.bot_user:
            raise SlackRefusal("cant_delete_file")
        file.is_deleted = True
        return {}

    def _connections_open(self, _arguments: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.socket_url}

    # Files

    def _file(self, arguments: dict[str, Any]) -> StubFile:
        file = self.files.get(str(arguments.get("file")))
        if file is None or not file.is_visible:
            raise SlackRefusal("file_not_found")
        if file.is_deleted:
            raise SlackRefusal("file_deleted")
        return file

    def _needs(self, scope: str) -> None:
        if scope not in self.scopes:
            raise SlackRefusal("missing_scope", needed=scope, provided=",".join(self.scopes))

    def _share(self, file: StubFile) -> None:
        assert file.asked_for is not None
        channel, thread, comment = file.asked_for
        message = StubMessage(
            channel, self.next_ts(), self.bot_user, comment, thread_ts=thread, bot_id=self.bot_id, files=[file.id]
        )
        self._keep(message)
        file.shares.append((channel, message.ts))
        file.asked_for = None

    def _file_payload(self, file: StubFile) -> dict[str, Any]:
        shares: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for channel, ts in file.shares:
            kind = "private" if self.channels[channel].is_private or self.channels[channel].is_im else "public"
            thread = self._messages[channel][ts].thread_ts
            stands = {"ts": ts, **({"thread_ts": thread} if thread else {})}
            shares.setdefault(kind, {}).setdefault(channel, []).append(stands)
        where = {channel for channel, _ in file.shares}
        size = len(file.content or b"")
        path = f"files-pri/{self.team}-{file.id}"
        return {
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": "image/png",
            "filetype": "png",
            "user": file.user,
            "user_team": self.users.get(file.user, {}).get("team_id", self.team),
            "mode": "hosted",
            "is_external": False,
            "file_access": "visible",
            "size": size,
            "alt_txt": file.alt,
            "url_private": f"{self.files_url}{path}/download/{file.id.lower()}",
            "url_private_download": f"{self.files_url}{path}/download/{file.id.lower()}",
            "channels": sorted(channel for channel in where if channel.startswith("C")),
            "groups": [],
            "ims": sorted(channel for channel in where if channel.startswith("D")),
            "shares": shares,
            **file.fields,
        }

    # Looking things up

    def _keep(self, message: StubMessage) -> StubMessage:
        self._messages[message.channel][message.ts] = message
        return message

    def _known(self, arguments: dict[str, Any]) -> StubChannel:
        channel = self.channels.get(str(arguments.get("channel")))
        if channel is None:
            raise SlackRefusal("channel_not_found")
        return channel

    def _readable(self, arguments: dict[str, Any]) -> str:
        channel = self._known(arguments)
        if not channel.is_member:
            raise SlackRefusal("not_in_channel")
        return channel.id

    def _postable(self, arguments: dict[str, Any]) -> str:
        channel = self._known(arguments)
        if not channel.is_member:
            raise SlackRefusal("not_in_channel")
        if channel.is_archived:
            raise SlackRefusal("is_archived")
        return channel.id

    def _ours(self, arguments: dict[str, Any], refusal: str) -> StubMessage:
        message = self._messages[self._postable(arguments)].get(str(arguments.get("ts")))
        if message is None or message.deleted:
            raise SlackRefusal("message_not_found")
        if message.bot_id != self.bot_id:
            raise SlackRefusal(refusal)
        return message

    def _paged(self, found: list[StubMessage], arguments: dict[str, Any]) -> dict[str, Any]:
        start = int(arguments.get("cursor") or 0)
        end = start + min(int(arguments.get("limit") or 100), self.page_size)
        with_metadata = str(arguments.get("include_all_metadata")) in {"1", "true", "True"}
        return {
            "messages": [message.payload(with_metadata=with_metadata) for message in found[start:end]],
            "has_more": end < len(found),
            "response_metadata": {"next_cursor": str(end) if end < len(found) else ""},
        }


_METHODS: dict[str, Callable[[StubSlack, dict[str, Any]], dict[str, Any]]] = {
    "apps.connections.open": StubSlack._connections_open,
    "auth.test": StubSlack._auth_test,
    "chat.delete": StubSlack._delete,
    "chat.getPermalink": StubSlack._permalink,
    "chat.postEphemeral": StubSlack._post_ephemeral,
    "chat.postMessage": StubSlack._post_message,
    "chat.update": StubSlack._update,
    "conversations.history": StubSlack._history,
    "conversations.info": StubSlack._info,
    "conversations.members": StubSlack._members,
    "conversations.open": StubSlack._open,
    "conversations.replies": StubSlack._replies,
    "files.completeUploadExternal": StubSlack._complete_upload,
    "files.delete": StubSlack._delete_file,
    "files.getUploadURLExternal": StubSlack._upload_url,
    "files.info": StubSlack._file_info,
    "usergroups.users.list": StubSlack._group_members,
    "users.info": StubSlack._user_info,
    "views.open": StubSlack._view_open,
    "views.publish": StubSlack._view_publish,
    "views.update": StubSlack._view_update,
}


_LOGIN = "<!DOCTYPE html><html><head><title>Sign in to Slack</title></head><body></body></html>"


def _unknown_method(_slack: StubSlack, _arguments: dict[str, Any]) -> dict[str, Any]:
    raise SlackRefusal("unknown_method")


def _wrong(fault: Fault) -> web.Response | None:
    """What a client reads, or None where it reads nothing."""
    match fault:
        case Error(code):
            return web.json_response({"ok": False, "error": code})
        case RateLimited(seconds):
            headers = {} if seconds is None else {"Retry-After": str(seconds)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        case HttpError(status):
            return web.json_response({"ok": False, "error": "internal_error"}, status=status)
        case Html(status):
            page = "<!DOCTYPE html><title>Slack is busy</title>"
            return web.Response(text=page, content_type="text/html", status=status)
    return None


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Arguments from the query, a form or JSON; values of a form that are JSON (blocks, view) are read."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        arguments |= await request.json()
    else:
        arguments |= {name: str(value) for name, value in (await request.post()).items()}
    for name in ("blocks", "metadata", "view"):
        if isinstance(arguments.get(name), str):
            arguments[name] = json.loads(arguments[name])
    return arguments


def _check_content(arguments: dict[str, Any], *, longest: int = 40_000) -> None:
    text, blocks = str(arguments.get("text") or ""), arguments.get("blocks") or []
    if not text and not blocks:
        raise SlackRefusal("no_text")
    if len(text) > longest:
        raise SlackRefusal("msg_too_long")
    if len(blocks) > 50:
        raise SlackRefusal("invalid_blocks", errors=["no more than 50 items allowed [json-pointer:/blocks]"])
    ids = [
        element["action_id"]
        for block in blocks
        for element in [*block.get("elements", ()), block.get("accessory") or {}]
        if isinstance(element, dict) and "action_id" in element
    ]
    if len(ids) != len(set(ids)):
        raise SlackRefusal("invalid_blocks", errors=["`action_id` already exists"])


def _checked_view(arguments: dict[str, Any]) -> dict[str, Any]:
    view = arguments.get("view")
    if not isinstance(view, dict) or "type" not in view or len(view.get("blocks", ())) > 100:
        raise SlackRefusal("invalid_arguments")
    return view


def _hash(view: View) -> str:
    return str(hash(json.dumps(view.view, sort_keys=True)))


def _view_payload(view: View) -> dict[str, Any]:
    return {
        "id": view.id,
        "team_id": TEAM,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM,
        "bot_id": BOT_ID,
        "root_view_id": view.id,
        "hash": _hash(view),
        **view.view,
    }
