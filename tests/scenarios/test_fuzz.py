"""Signed requests that no Slack would send, by the hundred: none breaks the desk, is kept for ever, or is logged.

The desk runs once for all of them. When it ends it must still answer, and have nothing left behind: see `desk`.
"""

from __future__ import annotations

import asyncio
import copy
import gzip
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters import http
from bot.logs import TextFormatter
from bot.store.tables import job
from tests import payloads
from tests.scenarios.world import DESK, SECRET, World, actions, world
from tests.stub_slack import TOKEN

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORD = "Zebrafish"  # stands wherever a person, or Slack, writes words
TRIAL = "How long does the extended trial last?"
ERROR = 'The button says "Savee", it should be "Save"'
BOOKING = "I want to book a support meeting"
OFFICE = f"{DESK}\nhosts: [{{user: USTAFF, kinds: [support, training], languages: [en]}}]\n"
HIDDEN = (WORD, TOKEN, SECRET, "legacy-verification-token", "actions/T0HOME/1/stub", "Acme", "Aino")
"""What never stands in a log line."""

EXAMPLES = 200
fuzz = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


class _Kept(logging.Handler):
    """All that is logged at the most talkative level, tracebacks included."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(TextFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line as an operator reads it."""
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def logged() -> Iterator[_Kept]:
    """The log of the whole module."""
    root, kept = logging.getLogger(), _Kept()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(kept)
    yield kept
    root.removeHandler(kept)
    root.setLevel(level)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory, logged: _Kept) -> AsyncIterator[World]:
    """A desk with something of all that it says to click on, and a meeting; at its end it is as good as new."""
    async with world(tmp_path_factory.mktemp("desk"), OFFICE) as w:
        w.ahead = timedelta(hours=1)  # before the meeting begins
        for user in ("U1", "USTAFF"):
            w.slack.add_user(user, tz="Europe/Helsinki")
        told = (
            ("CCYBER", TRIAL),
            ("CCYBER", "When does my trial end?"),
            ("D1", "trial"),
            ("CCYBER", ERROR),
            ("CCYBER", BOOKING),
            ("CMIRO", BOOKING),
        )
        for channel, text in told:
            said = w.say(channel, "U1", f"<@U0BOT> {text}")
            await w.event(payloads.app_mention(channel, "U1", said.text, ts=said.ts))
        await w.settle()
        (offer,) = w.slack.messages("CMIRO")
        await w.press(offer, "meeting.slot.1", "U1")
        assert await w.fill(w.slack.opened[-1], "U1", topic=WORD, email="zebrafish@acme.example") == {}
        await w.settle()
        yield w
        await w.settle(seconds=30)
        ts = await w.mention("CCYBER", "U7", TRIAL)
        assert len(await w.replies("CCYBER", ts)) == 1
        found = [line[:300] for line in logged.lines for hidden in HIDDEN if hidden in line]
        assert found == [], "the log holds what it must not"
        assert [line for line in logged.lines if "request failed" in line or "Error handling request" in line] == []


# What Slack sends, as it would


def _events() -> list[dict[str, Any]]:
    ts = "1793700000.000100"
    said = f"<@U0BOT> {WORD} {TRIAL}"
    return [
        payloads.app_mention("CCYBER", "U1", said, thread=ts),
        payloads.message("COPEN", "UACME", said, team="TACME"),
        payloads.direct_message("D1", "U1", f"{WORD} 3"),
        payloads.message_changed("CCYBER", "U1", said, ts=ts, previous=f"{WORD}"),
        payloads.message_changed("D1", "U1", said, ts=ts, previous=f"{WORD}", channel_type="im"),
        payloads.message_deleted("D1", "U1", said, ts=ts, channel_type="im"),
        payloads.file_share("D1", "U1", WORD, channel_type="im"),
        payloads.file_share("COPEN", "UACME", said, team="TACME"),
        payloads.member_joined_channel("CCYBER", inviter="U1"),
        payloads.app_home_opened("U1"),
        payloads.bot_message("CCYBER", WORD),
        {"type": "event_callback", "event_id": "Ev1", "event": {"type": "function_executed", "inputs": {"a": WORD}}},
        {"type": "app_rate_limited", "token": "legacy-verification-token", "minute_rate_limited": 1793700000},
        {"type": "url_verification", "token": "legacy-verification-token", "challenge": "3eZbrw1a"},
    ]


@pytest.fixture(scope="module")
def clicks(desk: World) -> list[dict[str, Any]]:
    """A click on every control that the desk has shown, and controls that it never had."""
    found = []
    for shown in (message for channel in ("CCYBER", "CMIRO", "D1") for message in desk.slack.messages(channel)):
        for action in (*actions(shown), "gone.control", "choice.pick.9", "answer.more"):
            for kind in ("button", "overflow"):
                click = payloads.block_actions(
                    shown.channel,
                    "U1",
                    action,
                    WORD,
                    message_ts=shown.ts,
                    thread=shown.thread_ts,
                    kind=kind,
                    text=WORD,
                )
                found.append(click)
        found.append(
            payloads.date_picked(
                shown.channel, "U1", "values.day", "2026-11-03", message_ts=shown.ts, thread=shown.thread_ts
            )
        )
    found.append(payloads.home_action("U1", "home.language", "fr", kind="static_select"))
    for user, action, value in (
        ("U1", "meeting.book.1", "training"),
        ("U1", "meeting.move", "1"),
        ("USTAFF", "meeting.pause", ""),
        ("USTAFF", "meeting.resume", ""),
        ("U1", "meeting.again.1", "1:1793700000"),
    ):
        found.append(payloads.home_action(user, action, value, kind="button"))
    return found


@pytest.fixture(scope="module")
def forms(desk: World) -> list[dict[str, Any]]:
    """Forms that the desk has, about a message of its own, and others."""
    place = {"channel": "CCYBER", "ts": desk.slack.messages("CCYBER")[1].ts, "language": "en"}
    comment = {"comment": {"comment": {"type": "plain_text_input", "value": WORD}}}
    start = {"start_date": {"start_date": {"type": "datepicker", "selected_date": "2026-11-03"}}}
    error = {
        "wrong": {"wrong": {"type": "plain_text_input", "value": WORD}},
        "pictures": {"pictures": {"type": "file_input", "files": [{"id": "F0PICTURE"}]}},
    }
    team = {"team_size": {"team_size": {"type": "number_input", "value": "12"}}}
    meeting = {
        "time": {"time": {"type": "static_select", "selected_option": {"value": "1795510800"}}},
        "topic": {"topic": {"type": "plain_text_input", "value": WORD}},
        "customer_email": {"customer_email": {"type": "email_text_input", "value": f"{WORD}@acme.example"}},
        "day": {"day": {"type": "datepicker", "selected_date": "2026-12-03"}},
        "kind": {"kind": {"type": "radio_buttons", "selected_option": {"value": "training"}}},
    }
    about = {**place, "kind": "support", "programme": None, "zone": "Europe/Helsinki", "start": None, "number": 1}
    found = [
        payloads.view_submission("U1", callback, values, private_metadata=json.dumps(place))
        for callback in ("answer.feedback", "values.change", "report.form", "report.complaint", "report.fixing", WORD)
        for values in (comment, {**start, **team}, error)
    ]
    found += [
        payloads.view_submission("U1", f"meeting.{name}", meeting, private_metadata=json.dumps(about))
        for name in ("form", "choosing", "moving", "cancelling", "card", "pausing")
    ]
    return [*found, {**found[0], "type": "view_closed", "is_cleared": True}]


def _others() -> list[dict[str, Any]]:
    """Interactions that the app does not subscribe to, or that Slack may add."""
    click = payloads.block_actions("CCYBER", "U1", "human.ask", WORD, message_ts="1793700000.000100")
    about = {"message_ts": "1793700000.000100", "author": "U1", "files": ["F0PICTURE"]}
    return [
        payloads.global_shortcut("report.new", "U1"),
        payloads.global_shortcut("meeting.new", "U1"),
        payloads.message_shortcut("report.message", "U1", "CCYBER", WORD, **about),
        {**click, "type": "block_suggestion", "action_id": "human.ask", "block_id": "b1", "value": WORD},
        {**click, "type": "shortcut", "callback_id": WORD, "action_ts": "1793700000.000100"},
        {**click, "type": "message_action", "callback_id": WORD},
        {**click, "type": "interactive_message", "callback_id": WORD, "actions": [{"name": WORD, "value": WORD}]},
        {**click, "type": "dialog_submission", "callback_id": WORD, "submission": {"a": WORD}},
        {**click, "type": "workflow_step_edit", "callback_id": WORD},
        {**click, "type": WORD},
        {**click, "function_data": {"execution_id": "Fx1", "inputs": {"a": WORD}}, "bot_access_token": f"xwfp-{WORD}"},
    ]


SLASH = {
    "token": "legacy-verification-token",
    "team_id": "T0HOME",
    "channel_id": "CCYBER",
    "user_id": "U1",
    "user_name": WORD,
    "command": "/partnerdesk",
    "text": WORD,
    "response_url": "https://hooks.slack.com/actions/T0HOME/1/stub",
    "trigger_id": "1.1.stub",
}


EVENTS, OTHERS = _events(), _others()

# What becomes of it

_DEEP: Any = WORD
for _ in range(100):
    _DEEP = [_DEEP] if isinstance(_DEEP, dict) else {"type": _DEEP}

JUNK = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            0,
            -1,
            1.5,
            10**30,
            float("nan"),
            float("inf"),
            "",
            "0",
            "\0",
            "\ud83d",
            f"\u202e{WORD}\u200b",
            WORD * 1000,
            "U",
            "1793700000",
            "9999999999.999999",
            "yesterday",
            "<@U0BOT>",
            "<@U0BOT|" * 500,
            "none",
            "programme.none",
            "start_date=null",
            "start_date=[",
            "{}",
            "[]",
            '{"channel": 5, "ts": []}',
            [],
            {},
            [None],
            [[]],
            [{}],
            {"id": None},
            {"id": ["U1"]},
            {"value": {"value": WORD}},
            _DEEP,
        ]
    ),
    st.text(max_size=20),
    st.integers(),
)


def _places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to everything within JSON data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in inner:
        yield (*path, name)
        yield from _places(value, (*path, name))


@st.composite
def _spoiled(draw: st.DrawFn, whole: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """A payload of which one to three parts are missing, or something else."""
    payload: dict[str, Any] = copy.deepcopy(draw(whole))
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(list(_places(payload)) or [("type",)]))
        place: Any = payload
        for step in path:
            place = place[step]
        match draw(st.sampled_from(("missing", "junk", "junk", "listed"))):
            case "missing":
                place.pop(last, None) if isinstance(place, dict) else place.pop(last)
            case "junk":
                place[last] = copy.deepcopy(draw(JUNK))
            case "listed":
                place[last] = [place.get(last) if isinstance(place, dict) else place[last]]
    return payload


async def _sent(w: World, body: bytes, **headers: str) -> tuple[int, str]:
    """Send a body, properly signed; the status and what comes with it."""
    url = f"http://127.0.0.1:{w.desk.port}/slack/events"
    async with w.http.post(url, data=body, headers={**payloads.signed_headers(SECRET, body), **headers}) as answer:
        return answer.status, await answer.text()


def _json(payload: Any) -> bytes:
    return json.dumps(payload).encode()  # as ASCII, so that a surrogate stays one


def _form(payload: Any) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


async def _taken(w: World, body: bytes, **headers: str) -> None:
    """A signed request is taken or refused, and never an error of ours."""
    status, said = await _sent(w, body, **headers)
    assert status in {200, 400, 401, 413}, (status, body[:3000])
    assert "Traceback" not in said
    assert WORD not in said
    assert "That did not work" not in said


@fuzz
@given(payload=_spoiled(st.sampled_from(EVENTS)))
async def test_events(desk: World, payload: dict[str, Any]) -> None:
    """Anything may be missing from an event, or be of another kind."""
    await _taken(desk, _json(payload))


@fuzz
@given(data=st.data())
async def test_clicks(desk: World, clicks: list[dict[str, Any]], data: st.DataObject) -> None:
    """As for events."""
    await _taken(desk, _form(data.draw(_spoiled(st.sampled_from(clicks)))))


@fuzz
@given(data=st.data())
async def test_forms(desk: World, forms: list[dict[str, Any]], data: st.DataObject) -> None:
    """What is typed, the form's own notes and its state are no more trustworthy."""
    await _taken(desk, _form(data.draw(_spoiled(st.sampled_from(forms)))))


@fuzz
@given(payload=_spoiled(st.sampled_from(OTHERS)))
async def test_interactions_that_the_app_does_not_have(desk: World, payload: dict[str, Any]) -> None:
    """Slack adds kinds; old ones come from apps that were set up otherwise."""
    await _taken(desk, _form(payload))


@fuzz
@given(st.dictionaries(st.sampled_from([*SLASH, "ssl_check", "payload"]), st.text(max_size=30), max_size=6))
async def test_slash_commands(desk: World, changed: dict[str, str]) -> None:
    """The app has none: they are refused, and quietly."""
    body = urlencode({**SLASH, **{name: text.encode("utf-8", "replace") for name, text in changed.items()}}).encode()
    await _taken(desk, body, **{"Content-Type": "application/x-www-form-urlencoded"})


# Bodies that are none

_EVENT = _json(payloads.app_mention("CCYBER", "U1", f"<@U0BOT> {WORD}", ts="1793700000.000200"))
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "application/json"),
    "a list": (b"[]", "application/json"),
    "a list of events": (b"[" + _EVENT + b"]", "application/json"),
    "null": (b"null", "application/json"),
    "a number": (b"1e999", "application/json"),
    "words": (f'"{WORD}"'.encode(), "application/json"),
    "half": (_EVENT[:200], "application/json"),
    "two": (_EVENT + _EVENT, "application/json"),
    "not UTF-8": (b'{"type": "event_callback", "event": {"text": "\xff\xfe"}}', "application/json"),
    "a byte order mark": (b"\xef\xbb\xbf" + _EVENT, "application/json"),
    "UTF-16": (_EVENT.decode().encode("utf-16"), "application/json; charset=utf-16"),
    "an unknown charset": (_EVENT, "application/json; charset=klingon"),
    "NaN": (b'{"type": "event_callback", "event_time": NaN, "event": Infinity}', "application/json"),
    "keys twice": (
        b'{"type": "event_callback", "event": {"type": "message"}, "event": [], "type": []}',
        "application/json",
    ),
    "nested without end": (b"[" * 200_000, "application/json"),
    "nested objects": (b'{"type":' * 100_000, "application/json"),
    "a huge number": (b'{"type": "event_callback", "event_time": ' + b"9" * 100_000 + b"}", "application/json"),
    "another content type": (_EVENT, "text/plain"),
    "an event as a form": (_EVENT, "application/x-www-form-urlencoded"),
    "no content type": (_EVENT, ""),
    "XML": (f"<event>{WORD}</event>".encode(), "text/xml"),
    "a form without payload": (f"text={WORD}".encode(), "application/x-www-form-urlencoded"),
    "an empty payload": (b"payload=", "application/x-www-form-urlencoded"),
    "a payload that is a list": (b"payload=%5B%5D", "application/x-www-form-urlencoded"),
    "a payload that is words": (f"payload=%22{WORD}%22".encode(), "application/x-www-form-urlencoded"),
    "a payload that is null": (b"payload=null", "application/x-www-form-urlencoded"),
    "half a payload": (b"payload=%7B%22type%22", "application/x-www-form-urlencoded"),
    "a payload nested without end": (b"payload=" + b"%5B" * 100_000, "application/x-www-form-urlencoded"),
    "two payloads": (b"payload=%7B%7D&payload=%5B%5D", "application/x-www-form-urlencoded"),
    "a payload that is not UTF-8": (b"payload=%ff%fe", "application/x-www-form-urlencoded"),
    "a payload with a surrogate": (b"payload=%7B%22type%22%3A%22%5Cud83d%22%7D", "application/x-www-form-urlencoded"),
    "a form with a payload in a field": (b"text=payload", "application/x-www-form-urlencoded"),
    "many fields": (b"&".join(b"a%d=1" % n for n in range(50_000)), "application/x-www-form-urlencoded"),
    "parts of a form": (
        b'--x\r\nContent-Disposition: form-data; name="payload"\r\n\r\n{}\r\n--x--',
        "multipart/form-data; boundary=x",
    ),
    "a certificate check": (b"ssl_check=1&token=legacy-verification-token", "application/x-www-form-urlencoded"),
    "packed": (gzip.compress(_EVENT), "application/json"),
}


async def _parts(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize("what", BODIES)
async def test_bodies_that_are_none(desk: World, what: str) -> None:
    """Signed nonsense of every kind is refused, or taken for nothing."""
    body, content_type = BODIES[what]
    await _taken(desk, body, **{"Content-Type": content_type})


@pytest.mark.parametrize("content", [_EVENT, b"\0" * 50_000_000, b"no gzip"], ids=["an event", "a bomb", "nothing"])
async def test_a_packed_body(desk: World, content: bytes) -> None:
    """Slack packs nothing; unpacked, a small body can be a large one."""
    body = content if content == b"no gzip" else gzip.compress(content)
    status, _ = await _sent(desk, body, **{"Content-Encoding": "gzip"})

    assert status == 415


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_of_more_than_a_mebibyte(desk: World, *, chunked: bool) -> None:
    """It is refused before it is looked at, and whether or not it says how long it is."""
    body = b'{"type": "event_callback", "event": {"text": "' + b"x" * 2**20 + b'"}}'

    url = f"http://127.0.0.1:{desk.desk.port}/slack/events"
    data = _parts(body, 2**16) if chunked else io.BytesIO(body)
    async with desk.http.post(url, data=data, headers=payloads.signed_headers(SECRET, body)) as answer:
        assert answer.status == 413
        assert "Traceback" not in await answer.text()


async def test_a_body_in_chunks_is_read(desk: World) -> None:
    """A proxy may pass it on so."""
    said = desk.say("CCYBER", "U8", f"<@U0BOT> {TRIAL}")
    body = payloads.event_body(payloads.app_mention("CCYBER", "U8", said.text, ts=said.ts))
    url = f"http://127.0.0.1:{desk.desk.port}/slack/events"
    async with desk.http.post(url, data=_parts(body, 100), headers=payloads.signed_headers(SECRET, body)) as answer:
        assert answer.status == 200
    assert len(await desk.replies("CCYBER", said.ts)) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
async def test_other_methods(desk: World, method: str) -> None:
    """Slack posts."""
    url = f"http://127.0.0.1:{desk.desk.port}/slack/events"
    async with desk.http.request(method, url, data=_EVENT, headers=payloads.signed_headers(SECRET, _EVENT)) as answer:
        assert answer.status == 405


@pytest.mark.parametrize(
    "head",
    [
        b"POST /slack/events HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"POST /slack/events HTTP/9.9\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        f"{WORD} / HTTP/1.1\r\n\r\n".encode(),
        f"POST /slack/events?{WORD} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".encode(),
        f"GET /{WORD} HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
    ],
)
async def test_requests_that_are_no_http(desk: World, head: bytes) -> None:
    """The server says so and goes on; it does not say what it was sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.desk.port)
    writer.write(head)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await writer.wait_closed()

    assert answer == b"" or answer.split()[1].startswith(b"4")
    assert b"Traceback" not in answer
    assert WORD.encode() not in answer


@pytest.mark.parametrize("end", [b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", b"Content-Length: 100\r\n\r\n{"])
async def test_a_body_that_never_ends(desk: World, monkeypatch: pytest.MonkeyPatch, end: bytes) -> None:
    """Somebody opens many requests and ends none: each is given up after a while."""
    monkeypatch.setattr(http, "READ_WITHIN", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.desk.port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: a\r\n" + end)
    answer = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()

    assert answer.startswith(b"HTTP/1.1 408 ")


# What it came to


async def test_nothing_that_was_refused_is_left_as_work(desk: World) -> None:
    """What cannot be done is not recorded: no job of these is dead, or tried again and again."""
    await desk.settle(seconds=30)
    tried = [row for row in await desk.rows(job) if row["status"] == "dead" or (row["attempts"] and row["error"])]

    assert tried == []
