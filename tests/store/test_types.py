"""Instants and JSON in columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from bot.store.types import Instant, Json, Ts

DIALECT = sqlite.dialect()


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001 - with a zone
def test_an_instant_comes_back_to_the_millisecond(instant: datetime) -> None:
    """Nothing is lost above the millisecond, before 1970 as after."""
    kept = Instant().process_result_value(Instant().process_bind_param(instant, DIALECT), DIALECT)

    assert kept is not None
    assert timedelta() <= instant - kept < timedelta(milliseconds=1)


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    """A zone changes how an instant is written, not when it is."""
    helsinki = datetime(2026, 11, 3, 11, 0, tzinfo=timezone(timedelta(hours=2)))

    kept = Instant().process_result_value(Instant().process_bind_param(helsinki, DIALECT), DIALECT)

    assert kept == datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def test_a_datetime_without_a_zone_is_refused() -> None:
    """A guessed zone would move deadlines by hours."""
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(datetime(2026, 11, 3), DIALECT)  # noqa: DTZ001 - the mistake is the test


def test_json_without_a_meaning_elsewhere_is_refused() -> None:
    """NaN is no JSON: another database would not read the row."""
    with pytest.raises(ValueError, match="JSON compliant"):
        Json().process_bind_param({"x": float("nan")}, DIALECT)


@pytest.mark.parametrize("ts", ["1764144000.000100", "1764144000.000000", "0.000001", "999999999999.999999"])
def test_a_ts_comes_back_as_slack_wrote_it(ts: str) -> None:
    """It is an id: a digit more or less is another message."""
    number = Ts().process_bind_param(ts, DIALECT)

    assert isinstance(number, int)
    assert Ts().process_result_value(number, DIALECT) == ts


@pytest.mark.parametrize("wrong", ["", "1", "1.5", "1764144000.0001000", "-1.000000", "1e9", "\u0661.000000"])
def test_what_is_no_ts_is_refused(wrong: str) -> None:
    """What came in is read before it is stored."""
    with pytest.raises(ValueError, match="no ts"):
        Ts().process_bind_param(wrong, DIALECT)


def test_ts_keep_their_order() -> None:
    """Messages of a thread are found in the order in which they were written."""
    written = ["9.999999", "10.000000", "1764144000.000100", "1764144000.000200"]

    assert sorted(written, key=lambda ts: Ts().process_bind_param(ts, DIALECT) or 0) == written
