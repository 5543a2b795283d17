"""What an operator sees of a desk: a line for each thing that ends, figures on /metrics, and nothing private."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as read_text
from sqlalchemy import Connection, insert

from bot.adapters import detector
from bot.adapters.metrics import Metrics
from bot.listeners import answering, effects, incoming, journal
from bot.model import Job
from bot.store import database, engine
from bot.store.tables import tally
from tests import payloads
from tests.logged import as_served, logging_as_before
from tests.scenarios.world import DESK, MONDAY, SECRET, World, world
from tests.socket_server import SocketServer
from tests.stub_slack import Cut, Error, HttpError, RateLimited, StubSlack

TRIAL = "How long does the extended trial last?"
TRIAL_IN_FRENCH = "Combien de temps dure l'essai prolongé ?"
ENTRY = "cyberday.trial-length"

# Each stands for what must not come out; no two are alike, so that a failure says which road was taken.
WORDS = {
    "text": "Zweihundertelf",
    "person": "Quintessa",
    "channel name": "rumpelkammer",
    "organisation": "Borborygmus",
    "comment": "Xylophonfest",
    "edited text": "Mistelzweig",
    "value": "Krautwickel",
    "exception": "Papperlapapp",
    "unsigned text": "Firlefanz",
    "malformed text": "Kuddelmuddel",
    "bot token": "xoxb-stub-token",
    "signing secret": SECRET,
    "the bot's words": "30 days",
}
NAMED_DESK = DESK.replace('"Acme & <!channel> <Co>"', WORDS["organisation"])


@pytest.fixture(autouse=True)
def logging_restored() -> Iterator[None]:
    """A desk's logging ends with its test."""
    with logging_as_before():
        yield


class Records(logging.Handler):
    """Keeps the words of every record that any logger lets through, however they would be told."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.words.append(f"{record.name} {record.getMessage()} {getattr(record, 'fields', '')}")


async def _metrics(w: World) -> str:
    async with w.http.get(f"http://127.0.0.1:{w.desk.port}/metrics") as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
        return await answer.text()


def _figure(page: str, name: str, **labels: str) -> float:
    (found,) = [
        sample.value
        for family in read_text(page)
        for sample in family.samples
        if (sample.name, sample.labels) == (f"partnerdesk_{name}", labels)
    ]
    return found


def _lines(stream: io.StringIO, what: str, **having: Any) -> list[dict[str, Any]]:
    """The lines about something, with these fields."""
    lines = map(json.loads, stream.getvalue().splitlines())
    return [line for line in lines if line["what"] == what and having.items() <= line.items()]


async def test_a_question_is_three_lines_that_belong_together(tmp_path: Path) -> None:
    """The event, the answer and its post: what, where, who, what came of it and how long it took."""
    stream = as_served("INFO", "json")
    async with world(tmp_path) as w:
        said = w.say("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
        event = payloads.app_mention("CCYBER", "U1", said.text, ts=said.ts)
        await w.event(event)
        await w.settle()
    where = {"channel": "CCYBER", "ts": said.ts, "person": "U1"}
    (arrived,) = _lines(stream, "event")
    (answered,) = _lines(stream, "job", kind="message")
    (posted,) = _lines(stream, "job", kind="post")
    key = f"msg:T0HOME:CCYBER:{said.ts}"

    assert arrived.items() >= {**where, "event_id": event["event_id"], "kind": "app_mention", "fate": "kept"}.items()
    assert 0 < arrived["ack_ms"] < 10_000
    assert answered.items() >= {**where, "job": key, "attempts": 1, "fate": "done", "language": "en"}.items()
    assert answered.items() >= {"outcome": "rule", "entry": ENTRY, "programme": "cyberday"}.items()
    assert 0.5 < answered["confidence"] <= 1
    assert posted.items() >= {**where, "job": f"post:{key}:0", "fate": "done", "entry": ENTRY}.items()
    assert 0 < posted["reply_ms"] < 60_000


async def test_what_became_of_events(tmp_path: Path) -> None:
    """Kept, known, of our own, not for us, refused: counted, and what was not kept is not told above DEBUG."""
    stream = as_served("INFO", "json")
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.event(payloads.message("CCYBER", "U1", f"<@U0BOT> {TRIAL}", ts=ts))
        await w.write("CCYBER", "U1", "to somebody else")
        await w.event(payloads.bot_message("CCYBER", "hello"))
        await w.settle()
        await w.event({**payloads.message("CCYBER", "U1", "x"), "event": {"type": "zebra"}})
        page = await _metrics(w)

    assert [line["fate"] for line in _lines(stream, "event")] == ["kept", "known"]
    assert _figure(page, "events_total", kind="app_mention", fate="kept") == 1
    assert _figure(page, "events_total", kind="message", fate="known") == 1
    assert _figure(page, "events_total", kind="message", fate="dropped") == 1
    assert _figure(page, "events_total", kind="message", fate="own") == 1
    assert _figure(page, "events_total", kind="other", fate="dropped") == 1
    assert _figure(page, "ack_seconds_count", surface="event") == 5


async def test_figures_of_a_conversation(tmp_path: Path) -> None:
    """Answers by outcome and language, the times between, Slack's calls, and a queue that is empty in the end."""
    async with world(tmp_path) as w:
        await w.mention("CCYBER", "U1", TRIAL)
        message = await w.last("CCYBER", await w.mention("CCYBER", "U2", TRIAL_IN_FRENCH))
        await w.press(message, "human.ask", "U2")
        await w.settle()
        page = await _metrics(w)
        posts = len(w.slack.calls("chat.postMessage"))

    assert _figure(page, "answers_total", outcome="rule", language="en") == 1
    assert _figure(page, "answers_total", outcome="rule", language="fr") == 1
    assert _figure(page, "answers_total", outcome="human", language="fr") == 1
    assert _figure(page, "reply_seconds_count") == 2
    assert _figure(page, "answer_seconds_count") == 2
    assert _figure(page, "requests_total", action="human.ask", status="200") == 1
    assert _figure(page, "slack_calls_total", method="chat.postMessage", fate="ok") == posts
    assert _figure(page, "job_attempts_total", kind="message", fate="done") == 2
    assert [_figure(page, "queue_jobs", status=status) for status in ("due", "running")] == [0, 0]
    assert _figure(page, "dead_letters") == 0


async def test_slack_fails(tmp_path: Path) -> None:
    """Its errors are counted by method and code; each attempt has a line, and what was given up is a dead letter."""
    stream = as_served("INFO", "json")
    async with world(tmp_path) as w:
        w.slack.fail("chat.postMessage", HttpError(500), RateLimited(1), Error("is_archived"))
        await w.mention("CCYBER", "U1", TRIAL)
        await w.settle(with_dead=True)
        page = await _metrics(w)
    tries = _lines(stream, "job", kind="post")

    assert [(line["fate"], line["attempts"], line["error"]) for line in tries] == [
        ("later", 1, "internal_error"),
        ("given-up", 2, "is_archived"),
    ]
    assert _figure(page, "slack_calls_total", method="chat.postMessage", fate="internal_error") == 1
    assert _figure(page, "slack_calls_total", method="chat.postMessage", fate="ratelimited") == 1
    assert _figure(page, "slack_calls_total", method="chat.postMessage", fate="is_archived") == 1
    assert _figure(page, "job_attempts_total", kind="post", fate="postponed") == 1
    assert _figure(page, "dead_letters") == 1


async def test_the_error_that_a_person_reads_stands_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its id is that of the click's line, and of the line that says what broke and where."""
    stream = as_served("INFO", "json")
    async with world(tmp_path) as w:
        message = await w.last("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        monkeypatch.setattr(effects, "carry_out", _breaks)
        status = await w.press(message, "human.ask", "U1")
        monkeypatch.undo()
        await w.slack.until(lambda: w.slack.ephemerals)
        (told,) = w.slack.ephemerals
    (click,) = _lines(stream, "request")
    (broken,) = _lines(stream, "request failed")
    where = {"channel": "CCYBER", "ts": message.ts, "person": "U1"}

    assert status == 500
    assert click.items() >= {**where, "action": "human.ask", "status": 500, "level": "WARNING"}.items()
    assert f"(Error {click['error_id']})" in told.text
    assert broken["error_id"] == click["error_id"]
    assert broken["error"].startswith("ValueError at test_seeing.py:")


async def test_a_job_that_could_not_be_written_is_not_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came of a job is told and counted when its transaction is durable, not before."""
    stream = as_served("INFO", "json")
    async with world(tmp_path) as w:
        with monkeypatch.context() as broken:
            broken.setattr(effects, "posted", _breaks)  # the last thing in the transaction
            await w.mention("CCYBER", "U1", TRIAL)
            await w.settle(with_dead=True)
        page = await _metrics(w)
    tries = _lines(stream, "job", kind="message")

    assert {line["fate"] for line in tries} == {"failed"}
    assert {line["error"].partition(" ")[0] for line in tries} == {"ValueError"}
    assert _figure(page, "job_attempts_total", kind="message", fate="failed") == len(tries) == 8
    assert "partnerdesk_answers_total{" not in page


async def test_a_job_whose_transaction_is_rolled_back_is_not_done(tmp_path: Path) -> None:
    """Though all that it wrote itself was in order."""
    metrics, written = Metrics(), Job("post", "post:1", {}, None, 1, MONDAY)

    async def handler(_: Job) -> None:
        return None

    unit = await journal.watched(handler, metrics)(written)

    def rolled_back(conn: Connection) -> None:
        unit(conn)
        _breaks()

    async with database.Database.open(f"sqlite:///{tmp_path / 'desk.db'}") as store:
        for _ in range(2):
            with pytest.raises(ValueError, match=WORDS["exception"]):
                await store.run(rolled_back)
        before = metrics.registry.get_sample_value(*DONE)
        await store.run(unit)

    assert (before, metrics.registry.get_sample_value(*DONE)) == (None, 1)


async def test_a_unit_that_is_run_twice_fails_once(tmp_path: Path) -> None:
    """The store may run a unit again when others of its batch were in its way: that is no other attempt."""
    metrics = Metrics()

    async def handler(_: Job) -> Any:
        return _breaks

    unit = await journal.watched(handler, metrics)(Job("post", "post:1", {}, None, 1, MONDAY))
    async with database.Database.open(f"sqlite:///{tmp_path / 'desk.db'}") as store:
        for _ in range(2):
            with pytest.raises(ValueError, match=WORDS["exception"]):
                await store.run(unit)
    labels = {"kind": "post", "fate": "failed"}

    assert metrics.registry.get_sample_value("partnerdesk_job_attempts_total", labels) == 1


DONE = ("partnerdesk_job_attempts_total", {"kind": "post", "fate": "done"})


async def test_the_detector_dies_in_silence(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Its child process is handed messages: what it prints at its end goes nowhere."""
    monkeypatch.setattr(detector, "_MODULE", "bot.understand.zebra")
    asked = detector.ForeignDetector()
    found = await asked(WORDS["text"])
    await asked.close()

    assert found is None
    assert capfd.readouterr().err == ""


def _breaks(*_: object, **__: object) -> None:
    raise ValueError(WORDS["exception"])


async def test_a_control_that_nobody_knows_is_no_label(tmp_path: Path) -> None:
    """Whatever its id is."""
    stream = as_served("INFO", "json")
    async with world(tmp_path) as w:
        message = await w.last("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        await w.click(payloads.block_actions("CCYBER", "U1", "zebra.crossing", message_ts=message.ts))
        await w.click(payloads.view_submission("U1", "zebra.form", {}, private_metadata="", view_id="V1"))
        page = await _metrics(w)
        await w.settle()

    assert [line["action"] for line in _lines(stream, "request")] == ["other", "other"]
    assert "zebra" not in page


async def test_who_is_not_slack(tmp_path: Path) -> None:
    """They are counted by the status that they got, and told of without a word of theirs."""
    stream = as_served("INFO", "json")
    async with world(tmp_path) as w:
        body = payloads.event_body(payloads.app_mention("CCYBER", "U1", WORDS["unsigned text"]))
        for secret, sent in (("wrong", body), (SECRET, b"[]")):
            headers = payloads.signed_headers(secret, sent)
            url = f"http://127.0.0.1:{w.desk.port}/slack/events"
            async with w.http.post(url, data=sent, headers=headers) as answer:
                await answer.read()
        page = await _metrics(w)

    assert [line["status"] for line in _lines(stream, "turned away")] == [401, 400]
    assert _figure(page, "turned_away_total", status="401") == 1
    assert _figure(page, "turned_away_total", status="400") == 1


async def test_in_socket_mode_too(tmp_path: Path) -> None:
    """Events and clicks that come over the WebSocket are told and counted alike, and the port shows the figures."""
    stream = as_served("INFO", "json")
    slack = StubSlack()
    async with SocketServer() as server:
        slack.socket_url = server.url
        async with world(tmp_path, slack=slack, slack_app_token="xapp-1-stub") as w:
            said = w.say("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
            await server.deliver("events_api", payloads.app_mention("CCYBER", "U1", said.text, ts=said.ts), "E1")
            message = await w.only("CCYBER", said.ts)
            click = payloads.block_actions("CCYBER", "U1", "answer.helpful", message_ts=message.ts, thread=said.ts)
            await server.deliver("interactive", click, "E2")
            await w.settle()
            page = await _metrics(w)

    assert len(_lines(stream, "event", fate="kept", ts=said.ts)) == 1
    assert len(_lines(stream, "request", action="answer.helpful", person="U1", ts=message.ts)) == 1
    assert _figure(page, "events_total", kind="app_mention", fate="kept") == 1
    assert _figure(page, "requests_total", action="answer.helpful", status="200") == 1


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is waited for a moment rather than two seconds."""
    monkeypatch.setattr(engine.open_engines, "__kwdefaults__", {"busy_timeout": 0.2})
    monkeypatch.setattr(database.Database.open.__func__, "__kwdefaults__", {"wait": 0.4})


@pytest.mark.usefixtures("impatient")
async def test_a_database_in_trouble_is_named_in_a_word(tmp_path: Path) -> None:
    """/readyz says what is the matter, and neither path nor statement; the refused event is told and counted."""
    stream = as_served("INFO", "json")
    async with world(tmp_path) as w:
        with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = await w.event(payloads.app_mention("CCYBER", "U1", f"<@U0BOT> {TRIAL}"))
            locked = await w.ready()
            other.execute("ROLLBACK")
        w.desk.database._engines.writer.dispose()
        (tmp_path / "desk.db").rename(tmp_path / "gone.db")
        gone = await w.ready()
        (tmp_path / "gone.db").rename(tmp_path / "desk.db")
        page = await _metrics(w)

    assert refused == 500
    assert [(status, parts["database"]) for status, parts in (locked, gone)] == [(503, "locked"), (503, "gone")]
    assert len(_lines(stream, "event", fate="refused", level="WARNING")) == 1
    assert _figure(page, "events_total", kind="app_mention", fate="refused") == 1
    assert _figure(page, "store_failures_total", kind="run") >= 1
    assert _figure(page, "database_up") == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("form", ["text", "json"])
async def test_nothing_private_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Any) -> None:
    """A conversation at DEBUG in which everything fails once: no text, name or secret in any record or figure."""
    stream, records = as_served("DEBUG", form), Records()
    logging.getLogger().addHandler(records)
    async with world(tmp_path, NAMED_DESK) as w:
        w.slack.add_user("UACME", team="TACME", real_name=WORDS["person"], profile={"display_name": WORDS["person"]})
        w.slack.channels["COPEN"].name = WORDS["channel name"]
        await _talk(w)
        await _fail(w, tmp_path, monkeypatch)
        await _knock(w)
        page = await _metrics(w)
        _, ready = await w.ready()
        await w.settle(with_dead=True, seconds=20)
    told = stream.getvalue()

    for what in ("kept", "refused", "given-up", "later", "a library's word", "ValueError at", "IntegrityError at"):
        assert what in told, f"nothing is told of {what}, so nothing was tried"
    for what, word in WORDS.items():
        assert word not in told, f"the {what} is told"
        assert word not in page + json.dumps(ready), f"the {what} is shown"
        assert [one for one in records.words if word in one] == [], f"the {what} is in a record"


async def _talk(w: World) -> None:
    """A conversation as it should be, with answers of Slack as they should not."""
    w.slack.fail("chat.postMessage", HttpError(500), Cut(stored=True), RateLimited(1))
    w.slack.fail("users.info", Error(WORDS["text"]))
    ts = await w.mention("COPEN", "UACME", f"{TRIAL} {WORDS['text']}", team="TACME")
    message = await w.last("COPEN", ts)
    await w.press(message, "answer.unhelpful", "UACME", team="TACME")
    await w.submit(w.slack.opened[0], "UACME", comment=WORDS["comment"], person=True, team="TACME")
    await w.edit("COPEN", "UACME", ts, f"<@U0BOT> How do I register a {WORDS['edited text']} deal?")
    await w.settle()
    await w.click(payloads.block_actions("COPEN", "U2", "gone.control", WORDS["value"], message_ts=message.ts))
    w.slack.fail("chat.update", Error("invalid_blocks"))
    await w.edit("COPEN", "UACME", ts, f"<@U0BOT> {TRIAL} {WORDS['edited text']}")
    await w.settle(with_dead=True)


async def _fail(w: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors of ours that hold a person's words, in a job, a click and an event; and a database that is locked."""
    asked = await w.mention("CCYBER", "U3", TRIAL)
    await w.settle(with_dead=True)
    (message,) = w.slack.messages("CCYBER", thread=asked)
    with monkeypatch.context() as broken:
        broken.setattr(answering, "_question", _breaks)
        broken.setattr(effects, "carry_out", _breaks)
        await w.press(message, "human.ask", "U3")
        await w.mention("CCYBER", "U3", WORDS["text"])
        await w.settle(with_dead=True, seconds=20)
    with monkeypatch.context() as broken:
        broken.setattr(incoming, "keep", _breaks)
        assert await w.event(payloads.app_mention("CCYBER", "U3", f"<@U0BOT> {WORDS['text']}")) == 500
    with monkeypatch.context() as broken:
        broken.setattr(effects, "carry_out", _violates)
        await w.press(message, "human.ask", "U3")
        await w.mention("CCYBER", "U3", WORDS["text"])
        await w.settle(with_dead=True, seconds=20)
    with closing(sqlite3.connect(folder / "desk.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = payloads.app_mention("CCYBER", "U3", f"<@U0BOT> {WORDS['text']}")
        assert await w.event(said) == 500
        await w.press(message, "human.ask", "U3")
        other.execute("ROLLBACK")


def _violates(conn: Any, *_: object) -> None:
    """What the database refuses, with a person's words among its parameters."""
    keys = dict.fromkeys(("workspace", "kind", "language", "programme", "entry"), WORDS["text"])
    conn.execute(insert(tally).values(day=MONDAY.date(), n=None, **keys))


async def _knock(w: World) -> None:
    """Requests that Slack has not signed, and signed ones that cannot be read."""
    url = f"http://127.0.0.1:{w.desk.port}/slack/events"
    unsigned = payloads.event_body(payloads.app_mention("CCYBER", "U1", f"<@U0BOT> {WORDS['unsigned text']}"))
    word = WORDS["malformed text"]
    signed = [
        word.encode(),
        json.dumps([word]).encode(),
        json.dumps({"type": "event_callback", "event": word}).encode(),
        json.dumps({"type": "event_callback", "event": {"type": "message", "text": [word], "user": word}}).encode(),
        json.dumps({"type": word, "token": word}).encode(),
        payloads.form_body({"type": "block_actions", "actions": word, "user": word}),
        payloads.form_body({"type": "block_actions", "actions": [{"action_id": word}], "user": {"id": word}}),
        payloads.form_body(
            {"type": "view_submission", "view": {"callback_id": word}, "user": {"id": "U1", "name": word}}
        ),
        b"payload=" + word.encode(),
        b"command=%2Fhelp&text=" + word.encode(),
    ]
    for body, secret in ((unsigned, "wrong"), *((one, SECRET) for one in signed)):
        async with w.http.post(url, data=body, headers=payloads.signed_headers(secret, body)) as answer:
            await answer.read()
