r"""Bytes of a program's output -> text that is safe to show, with the colours it asked for.

Only what styles text survives: of all escape sequences none but SGR (`ESC [ … m`) is understood,
every other one is taken out whole, unfinished ones too, and so are control characters and those
that turn the writing direction. What is left can be painted without reaching the user's terminal
as anything but text.

A line is drawn as a terminal would leave it: after a carriage return the last state is shown, a
backspace steps back, tabs end at columns of eight. Each line starts without style, so that a line
looks the same wherever the window begins.

    parse(b"\x1b[32mok\x1b[0m 3 ms")  ->  StyledLine(text="ok 3 ms", runs=(("ok", green), …))
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import Color
from rich.style import Style

from proctor.logs.safe import UNSAFE

PLAIN = Style.null()

TAB_WIDTH = 8

# The classes of each alternative are disjoint, so that matching never goes back: 100 kB of
# junk take as long as 100 kB of text.
_TOKEN = re.compile(
    r"(?:\x1b\[|\x9b)(?P<parameters>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])?"
    # OSC, DCS, APC, PM, SOS and the title of screen(1): a string until BEL, ST or another escape
    r"|(?:\x1b[\]PX^_k]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\r]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
    rf"|(?P<control>[{UNSAFE}])"
)

_SGR_PARAMETERS = re.compile(r"[0-9;:]*")
_FIRST_COLUMN = frozenset({"", "0", "1"})

_BOLD, _DIM, _ITALIC, _UNDERLINE, _REVERSE, _STRIKE = 1, 2, 4, 8, 16, 32
_ON = {1: _BOLD, 2: _DIM, 3: _ITALIC, 4: _UNDERLINE, 7: _REVERSE, 9: _STRIKE, 21: _UNDERLINE}
_OFF = {22: _BOLD | _DIM, 23: _ITALIC, 24: _UNDERLINE, 27: _REVERSE, 29: _STRIKE}
_EXTENDED = {38, 48, 58}
_LAST_COLOUR_NUMBER = 255


class Run(NamedTuple):
    """A piece of a line in one style."""

    text: str
    style: Style


class StyledLine(NamedTuple):
    """A line that is safe to show: its text, and the same text in pieces of one style."""

    text: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Pen:
    """What SGR has set so far, and the style that paints it.

    Pens are compared by identity, which makes them cheap keys: a pen is looked up per colour
    change, thousands of times a second. `pen_for` gives the same one for the same values.
    """

    foreground: Color | None
    background: Color | None
    attributes: int
    style: Style


@lru_cache(maxsize=2048)
def pen_for(foreground: Color | None, background: Color | None, attributes: int) -> Pen:
    """The pen with these colours and attributes."""
    style = Style(
        color=foreground,
        bgcolor=background,
        bold=bool(attributes & _BOLD) or None,
        dim=bool(attributes & _DIM) or None,
        italic=bool(attributes & _ITALIC) or None,
        underline=bool(attributes & _UNDERLINE) or None,
        reverse=bool(attributes & _REVERSE) or None,
        strike=bool(attributes & _STRIKE) or None,
    )
    return Pen(foreground, background, attributes, style)


_NO_PEN = pen_for(None, None, 0)


def parse(data: bytes) -> StyledLine:
    """Read one line, without its newline; bytes that are no UTF-8 become replacement characters."""
    text = data.decode("utf-8", "replace")
    if text.isprintable():  # most lines: nothing to take out, no style
        return StyledLine(text, (Run(text, PLAIN),) if text else ())
    return _Canvas(measures="\t" in text).draw(text)


class _Canvas:
    """The line while it is drawn: runs so far, pen, and what the next character will do."""

    def __init__(self, *, measures: bool) -> None:
        self._measures = measures  # only tabs need to know the column
        self._runs: list[tuple[str, Pen]] = []
        self._pen = _NO_PEN
        self._column = 0
        self._starts_over = False  # after \r: the next text replaces the line
        self._steps_back = 0  # after \b: the next text overwrites so many characters

    def draw(self, text: str) -> StyledLine:
        at = 0
        for token in _TOKEN.finditer(text):
            start, end = token.span()
            if start > at:
                self._write(text[at:start])
            at = end
            if token.lastgroup == "final":
                parameters, between, final = token.group(1, 2, 3)
                self._sequence(final, parameters, between)
            elif token.lastgroup == "control":
                self._obey(token[0])
        if at < len(text):
            self._write(text[at:])
        return self._finished()

    def _finished(self) -> StyledLine:
        grouped: list[tuple[Style, list[str]]] = []
        last: Style | None = None
        for text, pen in self._runs:
            if pen.style is last:
                grouped[-1][1].append(text)
            else:
                last = pen.style
                grouped.append((last, [text]))
        runs = tuple([Run("".join(pieces), style) for style, pieces in grouped])
        return StyledLine("".join([run.text for run in runs]), runs)

    def _write(self, text: str) -> None:
        if self._starts_over:
            self._clear()
        elif self._steps_back:
            self._take_back()
        self._runs.append((text, self._pen))
        if self._measures:
            self._column += cell_len(text)

    def _obey(self, control: str) -> None:
        if control == "\r":
            self._starts_over, self._steps_back = True, 0
        elif control == "\b":
            self._steps_back += 1
        elif control == "\t":
            column = 0 if self._starts_over else self._column
            self._write(" " * (TAB_WIDTH - column % TAB_WIDTH))

    def _sequence(self, final: str, parameters: str, between: str) -> None:
        if between:
            return
        if final == "m" and _SGR_PARAMETERS.fullmatch(parameters):
            self._pen = pen_after(self._pen, parameters)
        elif final == "G" and parameters in _FIRST_COLUMN:
            self._obey("\r")
        elif final == "K" and (parameters == "2" or (self._starts_over and parameters != "1")):
            self._clear()

    def _clear(self) -> None:
        self._runs.clear()
        self._column, self._steps_back, self._starts_over = 0, 0, False

    def _take_back(self) -> None:
        """Remove what the backspaces went over: now it is overwritten."""
        count, self._steps_back = self._steps_back, 0
        while count and self._runs:
            text, pen = self._runs.pop()
            kept = text[:-count]
            if self._measures:
                self._column -= cell_len(text[len(kept) :])
            count -= len(text) - len(kept)
            if kept:
                self._runs.append((kept, pen))


@lru_cache(maxsize=2048)
def pen_after(pen: Pen, parameters: str) -> Pen:
    """What is set after `ESC [ parameters m`; unknown codes change nothing."""
    fields = parameters.split(";")
    at = 0
    while at < len(fields):
        parts = fields[at].split(":")
        code = _number(parts[0])
        if code not in _EXTENDED:
            pen = _simple(pen, code, parts)
            at += 1
            continue
        if len(parts) > 1:
            colour, used = _colour(parts[1:], by_colons=True), 0
        else:
            colour, used = _colour(fields[at + 1 :], by_colons=False), _length(fields[at + 1 :])
        if colour is not None:
            pen = _coloured(pen, code, colour)
        at += 1 + used
    return pen


def _number(field: str) -> int:
    """A parameter's value: an empty one is 0, an absurdly long one is nothing we know."""
    return int(field) if field and len(field) <= len("65535") else -1 if field else 0


def _simple(pen: Pen, code: int, parts: list[str]) -> Pen:
    if code == 0:
        return _NO_PEN
    if code in _ON:
        if code == 4 and parts[1:] == ["0"]:  # noqa: PLR2004 - 4:0 is how underline is taken back
            return _with(pen, pen.attributes & ~_UNDERLINE)
        return _with(pen, pen.attributes | _ON[code])
    if code in _OFF:
        return _with(pen, pen.attributes & ~_OFF[code])
    return _sixteen(pen, code)


def _with(pen: Pen, attributes: int) -> Pen:
    return pen_for(pen.foreground, pen.background, attributes)


def _sixteen(pen: Pen, code: int) -> Pen:
    """The sixteen named colours, and back to the default one."""
    tens, units = divmod(code, 10)
    match tens:
        case 3 | 4 if units == 9:  # noqa: PLR2004 - 39 and 49 mean the default colour
            return _coloured(pen, code - 1, None)
        case 3 | 4 if units < 8:  # noqa: PLR2004 - 38 and 48 begin an extended colour
            return _coloured(pen, tens * 10 + 8, _indexed(units))
        case 9 | 10 if units < 8:  # noqa: PLR2004 - 90 to 97, 100 to 107: the bright ones
            return _coloured(pen, (tens - 6) * 10 + 8, _indexed(units + 8))
        case _:
            return pen


def _coloured(pen: Pen, code: int, colour: Color | None) -> Pen:
    match code:
        case 38:
            return pen_for(colour, pen.background, pen.attributes)
        case 48:
            return pen_for(pen.foreground, colour, pen.attributes)
        case _:  # 58, the colour of underlines, is read and not shown
            return pen


def _length(fields: list[str]) -> int:
    """How many parameters the `;` form of an extended colour takes."""
    return {"2": 4, "5": 2}.get(fields[0], 1) if fields else 0


def _colour(fields: list[str], *, by_colons: bool) -> Color | None:
    """`2;r;g;b`, `5;n`, `2:r:g:b`, `2::r:g:b` (the empty one names a colour space), `5:n`."""
    kind, values = fields[:1], fields[1:]
    if kind == ["5"] and values:
        number = _number(values[0])
        return _indexed(number) if 0 <= number <= _LAST_COLOUR_NUMBER else None
    if kind == ["2"]:
        if by_colons and len(values) > 3:  # noqa: PLR2004 - more than r, g, b: a colour space leads
            values = values[1:]
        numbers = [_number(value) for value in values[:3]]
        if len(numbers) == 3 and all(0 <= each <= _LAST_COLOUR_NUMBER for each in numbers):  # noqa: PLR2004 - r, g, b
            return Color.from_rgb(*numbers)
    return None


@lru_cache(maxsize=256)
def _indexed(number: int) -> Color:
    return Color.from_ansi(number)
