"""Numbers in the few columns that they have: short units, the same everywhere."""

MINUTE, HOUR, DAY = 60, 3600, 86_400


def span(seconds: float) -> str:
    """A duration in its largest unit: `4s`, `2m`, `3h`, `9d`; never negative."""
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return f"{whole}s"
    if whole < HOUR:
        return f"{whole // MINUTE}m"
    return f"{whole // HOUR}h" if whole < DAY else f"{whole // DAY}d"


def span_in_words(seconds: float) -> str:
    """The same with a blank, as it stands in a sentence: `4 s`, `2 m`."""
    short = span(seconds)
    return f"{short[:-1]} {short[-1]}"


def percent(value: float) -> str:
    """Part of a core: `0.3%`, `12%`, `210%`."""
    return f"{value:.1f}%" if value < 10 else f"{value:.0f}%"  # noqa: PLR2004 - three digits at most


def size(count: float) -> str:
    """Bytes: `812K`, `38M`, `1.2G`."""
    for unit in "KMG":
        count /= 1024
        if count < 1000 or unit == "G":  # noqa: PLR2004 - three digits at most
            small = unit == "G" and count < 10  # noqa: PLR2004 - one more digit where it matters
            return f"{count:.1f}{unit}" if small else f"{count:.0f}{unit}"
    raise AssertionError(count)


BARS = "▁▂▃▄▅▆▇█"


def trend(samples: tuple[float, ...], width: int, *, ceiling: float = 1.0) -> str:
    """A line of bars, one a sample, the newest at its right; the ceiling grows with the samples.

    `ceiling` is the least value that fills a bar: what is nearly nothing looks like nothing.
    """
    shown = samples[-width:]
    top = max((ceiling, *shown))
    bars = "".join(BARS[min(7, round(max(0.0, each) / top * 7))] for each in shown)
    return BARS[0] * (width - len(bars)) + bars
