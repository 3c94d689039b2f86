"""Tables for people: aligned columns, states by glyph and word, colour where it is wanted."""

from collections.abc import Sequence

from proctor.model.events import GLYPHS, ProcessState, ProcessView
from proctor.model.quoting import printable

_COLOURS: dict[ProcessState, str] = {
    "up": "32",
    "starting": "36",
    "stopping": "33",
    "crashed": "31",
    "waiting": "33",
    "complete": "32",
    "down": "2",
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_RIGHT = ">"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, colour: bool = False) -> str:
    """The rows under their heads, each column as wide as it needs; a head with `>` aligns right.

    A cell may be coloured by `painted`; its width is that of its text.
    """
    names = [head.lstrip(_RIGHT) for head in heads]
    widths = [
        max(len(names[column]), *(_width(row[column]) for row in rows), 0)
        for column in range(len(heads))
    ]
    top = _line(heads, names, widths)
    lines = [_line(heads, row, widths) for row in rows]
    return "\n".join([f"\x1b[1m{top}\x1b[0m" if colour else top, *lines])


def state_cell(process: ProcessView, *, colour: bool) -> str:
    """A process's state as a glyph and a word."""
    word: str = "stopped by ^Z" if process.suspended else process.state
    if process.prompt is not None:
        word = f"at {printable(process.prompt)}"
    text = f"{GLYPHS[process.state]} {word}"
    return painted(text, _COLOURS[process.state]) if colour else text


def painted(text: str, colour: str) -> str:
    """The text in a colour of the terminal's."""
    return f"\x1b[{colour}m{text}\x1b[0m"


def span(seconds: float) -> str:
    """A time span in its largest unit: `42 s`, `7 min`, `3 h`, `12 d`."""
    seconds = max(0, round(seconds))
    if seconds < 2 * _MINUTE:
        return f"{seconds} s"
    if seconds < 2 * _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR} h"
    return f"{seconds // _DAY} d"


def size(count: int) -> str:
    """Bytes in the unit that people read: `812 kB`, `24 MB`, `1.3 GB`."""
    kilobyte = 1024
    if count < kilobyte**2:
        return f"{count / kilobyte:.0f} kB"
    if count < kilobyte**3:
        return f"{count / kilobyte**2:.0f} MB"
    return f"{count / kilobyte**3:.1f} GB"


def _line(heads: Sequence[str], cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        _padded(cell, width, right=head.startswith(_RIGHT))
        for head, cell, width in zip(heads, cells, widths, strict=True)
    ]
    return "  ".join(padded).rstrip()


def _padded(cell: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - _width(cell))
    return blanks + cell if right else cell + blanks


def _width(cell: str) -> int:
    return len(cell.partition("m")[2].removesuffix("\x1b[0m") if cell.startswith("\x1b") else cell)
