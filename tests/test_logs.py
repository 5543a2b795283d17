"""The log: known fields alone, whatever is handed to it, at every level."""

from __future__ import annotations

import ast
import asyncio
import gc
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import bot
from bot import logs
from bot.ports import GiveUp
from bot.settings import read
from tests.logged import as_served, logging_as_before

TEXT = "Zebra crossing"  # what somebody may have written
ODD = (
    TEXT,
    "Zebra",
    "zebra\nINFO forged=1",
    'Ze"bra',
    "Zebra\x1b[2J",
    "xoxb-Zebra-1",
    ["Zebra"],
    {"a": "Zebra"},
    b"Zebra",
)

ours = logging.getLogger("bot.somewhere")
library = logging.getLogger("slack_bolt.somewhere")


@pytest.fixture
def log() -> Iterator[Callable[..., io.StringIO]]:
    """Sets logging up as `serve` does, onto a stream; all is as before afterwards."""
    with logging_as_before():
        yield as_served


JOB = {
    "job": "post:msg:T0HOME:CCYBER:1732260000.123456:0",
    "kind": "post",
    "attempts": 1,
    "channel": "CCYBER",
    "ts": "1732260000.123456",
    "person": "U123",
    "outcome": "rule",
    "entry": "cyberday.trial-length",
    "language": "fr",
    "confidence": 0.94119,
    "programme": "cyberday",
    "event_id": "Ev0PV52K21",
    "error_id": "0a1b2c3d",
    "reply_ms": 17.12345,
}


def test_a_line_of_fields(log: Callable[..., io.StringIO]) -> None:
    """What it is about, and each field as `name=value`, in the order given; numbers are rounded."""
    stream = log()
    logs.write("job", **JOB, workspace=None)
    instant, level, rest = stream.getvalue().split(" ", 2)

    assert instant.endswith("Z")
    assert level == "INFO"
    assert rest == (
        "job job=post:msg:T0HOME:CCYBER:1732260000.123456:0 kind=post attempts=1 channel=CCYBER ts=1732260000.123456 "
        "person=U123 outcome=rule entry=cyberday.trial-length language=fr confidence=0.941 programme=cyberday "
        "event_id=Ev0PV52K21 error_id=0a1b2c3d reply_ms=17.123\n"
    )


def test_one_json_object_a_line(log: Callable[..., io.StringIO]) -> None:
    """LOG_FORMAT=json has the same in an object, whatever the record."""
    stream = log(form="json")
    logs.write("job", **JOB)
    ours.warning("the database is away for %d s", 3)
    library.error("%s", TEXT)
    job, sentence, foreign = map(json.loads, stream.getvalue().splitlines())

    assert job["at"].endswith("Z")
    assert {name: job[name] for name in JOB} == JOB | {"confidence": 0.941, "reply_ms": 17.123}
    assert (job["level"], job["what"]) == ("INFO", "job")
    assert (sentence["level"], sentence["what"]) == ("WARNING", "the database is away for 3 s")
    assert foreign["logger"] == library.name


@pytest.mark.parametrize("form", logs.FORMATS)
@pytest.mark.parametrize("name", [*logs.FIELDS, "text"])
def test_no_field_takes_a_text(log: Callable[..., io.StringIO], name: str, form: logs.Format) -> None:
    """What has not the form of the field is told as `?`; a field that is not known is not told at all."""
    stream = log(form=form)
    for odd in ODD:
        logs.write("job", **{name: odd})
    lines = stream.getvalue().splitlines()

    assert "zebra" not in stream.getvalue().lower()
    assert len(lines) == len(ODD)
    assert all((logs.UNTOLD in line) == (name in logs.FIELDS) for line in lines)


def test_sentences_of_ours_are_filled_with_ids_and_numbers_alone(log: Callable[..., io.StringIO]) -> None:
    """Anything that may be a text is told as `?`, and nothing that is filled in begins a line of its own."""
    stream = log()
    ours.info("job %s failed, attempt %d of %s", JOB["job"], 2, 8)
    ours.info("said %s and %r", TEXT, "a\nb")
    ours.info("no number: %d", TEXT)
    ours.info("nothing is filled in: 100 %")

    assert [line.split(" ", 2)[2] for line in stream.getvalue().splitlines()] == [
        f"job {JOB['job']} failed, attempt 2 of 8",
        "said ? and '?'",
        "no number: %d",
        "nothing is filled in: 100 %",
    ]


def test_words_that_our_code_has_chosen(log: Callable[..., io.StringIO]) -> None:
    """A Reason is told wherever it stands, on one line."""
    stream = log()
    ours.info("away: %s", logs.Reason("database is\nlocked"))
    logs.write("job", reason=logs.Reason("database is locked"))

    assert stream.getvalue().count("database is locked") == 2
    assert stream.getvalue().count("\n") == 2


def test_libraries_are_told_by_where_they_speak(log: Callable[..., io.StringIO]) -> None:
    """Their words hold requests and parameters; where they spoke, and what kind of exception they carry, does not."""
    stream = log(form="json")
    try:
        _raise(KeyError(TEXT))
    except KeyError:
        library.exception(f"{TEXT} %s", TEXT)
    told = json.loads(stream.getvalue())

    assert TEXT not in stream.getvalue()
    assert told["place"].startswith("test_logs.py:")
    assert told["error"].startswith("KeyError at test_logs.py:")


def test_debug_does_not_open_the_libraries(log: Callable[..., io.StringIO]) -> None:
    """LOG_LEVEL=DEBUG is ours alone, even where a library asks for its own."""
    stream = log("DEBUG")
    library.setLevel(logging.DEBUG)
    library.debug(TEXT)
    library.info(TEXT)
    ours.debug("ours")

    assert stream.getvalue().endswith("DEBUG ours\n")
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize(("level", "expected"), [("DEBUG", 4), ("INFO", 3), ("WARNING", 2), ("ERROR", 1)])
def test_the_level(log: Callable[..., io.StringIO], level: str, expected: int) -> None:
    """Lines below it are not written."""
    stream = log(level)
    for each in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logs.write("event", each)

    assert stream.getvalue().count("\n") == expected


def test_exceptions_of_others_are_told_by_kind_and_place(log: Callable[..., io.StringIO]) -> None:
    """Also those that caused them, and those in a field; the way they came is told without a word of theirs."""
    stream = log(form="json")

    def deeper() -> None:
        try:
            _raise(ValueError(TEXT))
        except ValueError as error:
            raise RuntimeError(TEXT) from error

    try:
        deeper()
    except RuntimeError as error:
        logs.write("job", logging.ERROR, error)
        ours.error("broken: %s", error, exc_info=error)
    field, sentence = map(json.loads, stream.getvalue().splitlines())

    assert TEXT not in stream.getvalue()
    assert field["error"] == sentence["error"]
    assert field["error"].startswith("RuntimeError at test_logs.py:")
    assert field["trace"].count("test_logs.py:") == 2


def test_exceptions_of_ours_are_told_in_their_words(log: Callable[..., io.StringIO]) -> None:
    """These are our own, and an operator needs them; on one line, and not for ever."""
    stream = log(form="json")
    logs.write("job", logging.INFO, GiveUp("nothing handles\nthis kind"))
    ours.info("the reason: %s", GiveUp("x" * 1_000))
    field, sentence = map(json.loads, stream.getvalue().splitlines())

    assert field["error"] == "nothing handles this kind"
    assert len(sentence["what"]) < 400


def test_what_nobody_catches(log: Callable[..., io.StringIO], capsys: pytest.CaptureFixture[str]) -> None:
    """In the main thread, in another, in a finaliser and in a forgotten task: a line each, and not a word on stderr."""
    stream = log()

    def breaks() -> None:
        raise ValueError(TEXT)

    class Final:
        def __del__(self) -> None:
            raise ValueError(TEXT)

    async def forgets() -> None:
        async def fails() -> None:
            raise ValueError(TEXT)

        task = asyncio.create_task(fails())
        await asyncio.wait([task])
        del task
        gc.collect()

    try:
        breaks()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    thread = threading.Thread(target=breaks)
    thread.start()
    thread.join()
    Final()
    asyncio.run(forgets())
    printed = capsys.readouterr()

    assert stream.getvalue().count('error="ValueError at test_logs.py:') == 4
    assert TEXT not in stream.getvalue() + printed.err + printed.out


def test_warnings_of_python(log: Callable[..., io.StringIO]) -> None:
    """They are told like a library's word."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        stream = log()
        warnings.warn(TEXT, stacklevel=1)

    assert "logger=py.warnings" in stream.getvalue()
    assert TEXT not in stream.getvalue()


def test_a_stream_that_is_gone(log: Callable[..., io.StringIO], capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is raised, and nothing of the record is printed elsewhere."""
    log().close()
    ours.error("said %s", TEXT)
    logs.write("job", **JOB)

    assert capsys.readouterr().err == ""


async def test_a_line_gathers_what_is_noted_on_the_way() -> None:
    """Each task has its own; where no line is under way a note is nothing."""

    async def work(person: str) -> dict[str, logs.Value]:
        with logs.line(person=person) as line:
            await asyncio.sleep(0)
            logs.note(outcome="rule")
            await asyncio.create_task(_note_fate())
        logs.note(entry="cyberday.deal")
        return line

    logs.note(outcome="rule")

    assert await asyncio.gather(work("U1"), work("U2")) == [
        {"person": person, "outcome": "rule", "fate": "done"} for person in ("U1", "U2")
    ]


def _raise(error: Exception) -> None:
    raise error


async def _note_fate() -> None:
    logs.note(fate="done")


LEVELS = ("debug", "info", "warning", "error", "critical", "exception")
WORDS_OF = {"logs.write": 0, "_log.log": 1, **{f"_log.{level}": 0 for level in LEVELS}}  # which argument is the words


def test_what_a_line_is_about_is_a_constant() -> None:
    """No call that logs is handed words that were put together at run time; `logs` itself hands on what it is given."""
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if name in WORDS_OF and path.name != "logs.py":
                assert isinstance(node.args[WORDS_OF[name]], ast.Constant), f"{path.name}:{node.lineno}"


def test_there_is_no_other_way_to_log() -> None:
    """A module's logger is `_log`, and prints go nowhere but to the terminal, so the rule above sees every call."""
    loggers = [
        (path.name, ast.unparse(node.targets[0]))
        for path in Path(bot.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign) and ast.unparse(node.value) == "logging.getLogger(__name__)"
    ]

    assert [name for name, target in loggers if target != "_log"] == []


def test_the_format_is_a_setting() -> None:
    """LOG_FORMAT is text unless it says json; another is refused."""
    assert read({}, serve=False, dotenv=Path("none"))[0].log_format == "text"
    assert read({"LOG_FORMAT": "JSON"}, serve=False, dotenv=Path("none"))[0].log_format == "json"
    assert read({"LOG_FORMAT": "xml"}, serve=False, dotenv=Path("none"))[1] == (
        "LOG_FORMAT: 'xml' is no format; one of: text, json",
    )
