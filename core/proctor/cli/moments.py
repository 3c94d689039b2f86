"""Moments as people write and read them: `10m` ago, `12:01` today, `2026-11-25T10:00`."""

import re
import time as clock
from datetime import datetime, timedelta

import click

from proctor.model.quoting import quoted

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+", re.IGNORECASE)
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d)?")


class Moment(click.ParamType):  # type: ignore[type-arg]  # no generic in older ones
    """A moment, as wall time in seconds."""

    name = "moment"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the words of an option."""
        if isinstance(value, float):
            return value
        try:
            return moment(str(value), now=datetime.now().astimezone())
        except ValueError:
            self.fail(
                f"{quoted(str(value))} is no moment: write how long ago (90s, 10m, 2h, 1d), a time "
                "(12:01), or a date and time (2026-11-25T10:00)", param, ctx,
            )  # fmt: skip


def moment_words(at: float, *, now: float | None = None) -> str:
    """A moment in the time of this machine, with its day where that is not today's.

    `at` and `now` are wall times in seconds; None is the time of the call.
    """
    then = clock.localtime(at)
    today = clock.localtime(now)
    return clock.strftime("%T" if then[:3] == today[:3] else "%F %T", then)


def moment(text: str, *, now: datetime) -> float:
    """The wall time in seconds that is meant; without a zone it is that of `now`.

    Raises:
        ValueError: it is none of the forms.
    """
    text = text.strip()
    if _SPAN.fullmatch(text):
        ago = sum(float(count) * _SECONDS[unit.lower()] for count, unit in _PART.findall(text))
        return now.timestamp() - ago
    if _CLOCK.fullmatch(text):
        time = datetime.strptime(text, "%H:%M:%S" if text.count(":") == 2 else "%H:%M").time()  # noqa: DTZ007, PLR2004 - a time of day; hours, minutes and seconds
        found = datetime.combine(now.date(), time, tzinfo=now.tzinfo)
        return (found if found <= now else found - timedelta(days=1)).timestamp()
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo is not None else found.astimezone()).timestamp()
