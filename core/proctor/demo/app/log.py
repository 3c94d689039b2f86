"""The app's log: lines on standard output, warnings on standard error, nothing else.

An app writes no log files and stamps no times: what runs it collects the lines and knows when
each of them came. Each line is flushed at once, so that it is seen when it happens.
"""

from __future__ import annotations

import os
import sys

ON_A_TERMINAL = sys.stdout.isatty()
COLOURED = not os.environ.get("NO_COLOR") and (
    ON_A_TERMINAL or os.environ.get("FORCE_COLOR", "0") not in ("", "0", "false")
)
COLOURS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "purple": 35, "cyan": 36}
STYLES = {"bold": 1, "dim": 2, **COLOURS}
BAR_WIDTH = 10

for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(errors="replace")  # a terminal without ✓ shows ?, and the app goes on


def paint(text: object, style: str) -> str:
    """Return `text` in a style, or as it is where colours are not wanted."""
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if COLOURED else str(text)


def say(text: str) -> None:
    """Write one line, in one piece: threads do not mix theirs."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def warn(text: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(f"{paint('warning', 'yellow')} {text}\n")
    sys.stderr.flush()


def facts(**values: object) -> None:
    """Write one structured line, `key=value`, for programs that read logs."""
    say(" ".join(f"{paint(key, 'dim')}{paint('=', 'dim')}{value}" for key, value in values.items()))


def progress(text: str, part: float) -> None:
    """Paint a bar over the last one, as downloads do; the last (`part` = 1) ends the line.

    Only a terminal can be painted over: elsewhere nothing is written.
    """
    if ON_A_TERMINAL:
        full = round(part * BAR_WIDTH)
        bar = paint("█" * full, "blue") + paint("░" * (BAR_WIDTH - full), "dim")
        sys.stdout.write(f"\r{text} {bar} {part:4.0%}" + ("\n" if part >= 1 else ""))
        sys.stdout.flush()


def break_progress() -> None:
    """End the line of a bar that will not be completed."""
    if ON_A_TERMINAL:
        sys.stdout.write("\n")
        sys.stdout.flush()
