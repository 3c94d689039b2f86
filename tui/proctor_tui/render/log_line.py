"""A row of a journal -> the rows of the screen that show it.

    12:03:02 web.1    GET /jobs        a stamp, in merged journals the process, the text
    12:03:02!KeyError: 'photo'         ! marks standard error
    12:03:04 ── exited with status 3 ──    what proctor says is a ruler, in the state's colour
           ↳ and so on                 a piece of a line too long to be kept as one

Each painted row knows which characters of the line it shows, and where: that is what selection
works with.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size, split_graphemes
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from proctor.logs.safe import safe
from proctor.logs.window import Row
from proctor_tui.render.ansi import PLAIN, Run, StyledLine, parse
from proctor_tui.render.ruler import ruler_paint
from proctor_tui.render.stamps import stamp
from proctor_tui.render.wrapping import wrap

_STAMP_WIDTH = len("12:03:00")
_HANGING_FROM = 48  #: narrower panes have no room to lose at the left of continued rows


#: Gives the style of a paint ("dim", "state-up", "type-0") on the pane's background.
Paints = Callable[[str], Style]


class Shape(NamedTuple):
    """How lines are laid out. `name_width` is 0 where all lines are of one process."""

    width: int
    wraps: bool = True
    stamps: bool = True
    name_width: int = 0
    skipped_cells: int = 0  #: scrolled to the right by so much, where lines do not wrap


class Look(NamedTuple):
    """How lines are painted: the paints of the theme, and which one each process type has."""

    paints: Paints
    types: Mapping[str, str]


class PaintedRow(NamedTuple):
    """One row of the screen: it shows `text[start:end]`, whose first cell is at column `left`.

    `indent` is the first column that belongs to the text; with lines scrolled to the right,
    `left` is before it.
    """

    text: str
    start: int
    end: int
    left: int
    indent: int
    strip: Strip

    def index_at(self, column: int) -> int:
        """The character at a column of the row; at its end the one after the last."""
        cells = max(column, self.indent) - self.left
        shown = self.text[self.start : self.end]
        if shown.isascii():
            return self.start + min(cells, len(shown))
        spans, _ = split_graphemes(shown)
        for start, _, width in spans:
            if cells < width:
                return self.start + start
            cells -= width
        return self.end

    def columns(self, start: int, end: int) -> tuple[int, int]:
        """The columns in which characters `start` up to `end` are shown."""
        start, end = max(start, self.start), min(end, self.end)
        if start >= end:
            return 0, 0
        begin = self.left + cell_len(self.text[self.start : start])
        return max(begin, self.indent), begin + cell_len(self.text[start:end])


def paint(row: Row, look: Look, shape: Shape) -> tuple[PaintedRow, ...]:
    """The rows of the screen for a line, each exactly as wide as the pane."""
    prefix = _prefix(row, look, shape)
    indent = sum(cell_len(segment.text) for segment in prefix)
    if indent >= shape.width - 1:  # a sliver: no room for stamps
        prefix, indent = [], 0
    line, base = _line(row, look, shape.width - indent)
    if not shape.wraps:
        return (_unwrapped(line, base, prefix, shape),)
    hanging = indent if shape.width >= _HANGING_FROM else 0
    ranges = list(wrap(line.text, shape.width - indent, shape.width - hanging))
    margin = [Segment(" " * hanging, look.paints(""))] if hanging else []
    rows = []
    for number, ((start, end), segments) in enumerate(
        zip(ranges, _slices(line.runs, ranges, base), strict=True)
    ):
        lead, left = (prefix, indent) if number == 0 else (margin, hanging)
        strip = Strip([*lead, *segments]).adjust_cell_length(shape.width, look.paints(""))
        rows.append(PaintedRow(line.text, start, end, left, left, strip))
    return tuple(rows)


def _line(row: Row, look: Look, room: int) -> tuple[StyledLine, Style]:
    line = parse(row.data)
    if row.stream != "proctor":
        return line, look.paints("")
    words, end = f"── {line.text}", " ──"
    if cell_len(words + end) <= room:  # the end of a ruler is not worth a row of its own
        words += end
    return StyledLine(words, (Run(words, PLAIN),)), look.paints(ruler_paint(line.text))


def _unwrapped(line: StyledLine, base: Style, prefix: list[Segment], shape: Shape) -> PaintedRow:
    indent = sum(cell_len(segment.text) for segment in prefix)
    room = shape.width - indent
    whole = Strip(next(_slices(line.runs, [(0, len(line.text))], base)))
    more = whole.cell_length - shape.skipped_cells > room
    shown = whole.crop(shape.skipped_cells, shape.skipped_cells + room - more)
    mark = [Segment("→", base + Style(dim=True))] if more else []
    strip = Strip([*prefix, *shown, *mark]).adjust_cell_length(shape.width, base)
    return PaintedRow(line.text, 0, len(line.text), indent - shape.skipped_cells, indent, strip)


def _prefix(row: Row, look: Look, shape: Shape) -> list[Segment]:
    mark = "!" if row.stream == "err" else " "
    prefix = []
    if row.continued:
        words = " " * (_STAMP_WIDTH - 1) + "↳" if shape.stamps else "↳"
        prefix.append(Segment(words, look.paints("dim")))
    elif shape.stamps:
        prefix.append(Segment(stamp(row.at), look.paints("dim")))
    if shape.name_width:
        name = set_cell_size(safe(row.process or "proctor"), shape.name_width)
        gap = " " if prefix else ""
        prefix.append(Segment(gap + name, look.paints(_name_paint(row.process, look))))
    if prefix or row.stream == "err":
        prefix.append(Segment(mark, look.paints("error bold" if row.stream == "err" else "")))
    return prefix


def _name_paint(process: str | None, look: Look) -> str:
    return look.types.get((process or "").rpartition(".")[0], "dim")


def _slices(
    runs: Iterable[Run], ranges: Iterable[tuple[int, int]], base: Style
) -> Iterator[list[Segment]]:
    """The runs cut into ranges, in one pass: a line of a thousand rows has thousands of runs."""
    remaining = iter(runs)
    run, at = next(remaining, None), 0
    for start, end in ranges:
        segments = []
        while run is not None and at < end:
            text, style = run
            if at + len(text) > start:
                piece = text[max(0, start - at) : end - at]
                segments.append(Segment(piece, base + style if style is not PLAIN else base))
            if at + len(text) > end:
                break
            at += len(text)
            run = next(remaining, None)
        yield segments
