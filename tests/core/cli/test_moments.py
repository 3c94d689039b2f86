from datetime import datetime, timedelta, timezone

import pytest

from proctor.cli.moments import moment, moment_words

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        ("10m", NOW - timedelta(minutes=10)),
        ("1h30m", NOW - timedelta(minutes=90)),
        ("1.5h", NOW - timedelta(minutes=90)),
        ("2d", NOW - timedelta(days=2)),
        ("11:59", NOW - timedelta(minutes=1)),
        ("11:59:30", NOW - timedelta(seconds=30)),
        ("12:01", NOW - timedelta(days=1) + timedelta(minutes=1)),
        ("2026-11-25T10:00+01:00", NOW - timedelta(hours=2)),
        ("2026-11-25T11:00:00.500Z", NOW + timedelta(seconds=0.5)),
    ],
)
def test_a_moment_is_a_span_a_time_or_a_date(text: str, expected: datetime) -> None:
    assert moment(text, now=NOW) == expected.timestamp()


def test_a_date_without_a_zone_is_of_this_machine() -> None:
    assert moment("2026-11-25", now=NOW) == datetime(2026, 11, 25).astimezone().timestamp()


@pytest.mark.parametrize("text", ["", "soon", "10", "25:00", "12:60", "10 m", "-5m"])
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever its words
        moment(text, now=NOW)


def test_a_moment_is_told_with_its_day_where_that_is_not_today() -> None:
    at = datetime(2026, 11, 25, 10, 4, 5).timestamp()  # noqa: DTZ001 - in the time of this machine
    assert moment_words(at, now=at + 3600) == "10:04:05"
    assert moment_words(at, now=at + 86_400) == "2026-11-25 10:04:05"
