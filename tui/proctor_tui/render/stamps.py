"""Times of lines, and how many there are of them, as short as they can be read."""

import time
from functools import lru_cache

_THOUSAND, _TEN_THOUSAND, _MILLION = 1000, 10_000, 1_000_000
_LEAST_SHOWN = 0.5  #: lines a second; fewer would be shown as 0


def stamp(at: float) -> str:
    """A wall time, in the time zone of this machine, as `12:03:00`."""
    return _stamp(int(at))


@lru_cache(maxsize=1024)
def _stamp(second: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(second))


def rate(lines_per_second: float) -> str:
    """`24/s`, `12k/s`, `1.2M/s`; nothing where next to nothing comes."""
    if lines_per_second < _LEAST_SHOWN:
        return ""
    if lines_per_second < _TEN_THOUSAND:
        return f"{lines_per_second:.0f}/s"
    if lines_per_second < _MILLION:
        return f"{lines_per_second / _THOUSAND:.0f}k/s"
    return f"{lines_per_second / _MILLION:.1f}M/s"


def counted(lines: int) -> str:
    """`1 line`, `12,345 lines`."""
    return "1 line" if lines == 1 else f"{lines:,} lines"
