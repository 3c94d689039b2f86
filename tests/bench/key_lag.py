"""How long the screen takes from a key to what it changes, while eight processes flood it."""

import re
import time
from statistics import median, quantiles

from bench.children import entry
from bench.tools import proctor_screen
from bench.trial import Trial

_MANY = 8
_PRESSES = 60
_LINES = 100_000_000  # more than there is time for
_SETTLING_SECONDS = 4
_PAUSE_SECONDS = 0.07
_WITHIN_SECONDS = 3.0
_ESCAPES = re.compile(rb"\x1b\[[0-9;:?]*[A-Za-z]")


def key_lag() -> dict[str, object]:
    """Milliseconds, of the median key and of the slowest tenth; and without a flood."""
    return {**_lag("key_lag", flooding=True), **_lag("key_lag_quiet", flooding=False)}


def _lag(row: str, *, flooding: bool) -> dict[str, object]:
    flood = entry(f"flood $PS {_LINES} {{folder}}/gate", name="app", count=_MANY)
    with Trial(proctor_screen(), [flood]) as trial:
        time.sleep(_SETTLING_SECONDS)
        if flooding:
            (trial.folder / "gate").touch()
            time.sleep(1.5)
        trial.press(b"j")  # from the first process to the second
        if _wait_for_mark(trial, 2) is None:
            return {}
        lags = []
        for press in range(_PRESSES):
            time.sleep(_PAUSE_SECONDS + press % 7 / 300)  # no rhythm in step with the screen's
            key, number = (b"k", 1) if press % 2 == 0 else (b"j", 2)
            trial.forget()
            pressed = trial.press(key)
            seen = _wait_for_mark(trial, number)
            lags.append(((seen or pressed + _WITHIN_SECONDS) - pressed) * 1000)
    return {row: median(lags), f"{row}_p90": quantiles(lags, n=10)[-1]}


def _wait_for_mark(trial: Trial, number: int) -> float | None:
    """When the selection was seen at this process."""
    mark = re.compile("▌ *[^ ]+ +app\\.%d".encode() % number)
    return trial.wait_until(
        lambda text: mark.search(_ESCAPES.sub(b"", text)) is not None, within=_WITHIN_SECONDS
    )
