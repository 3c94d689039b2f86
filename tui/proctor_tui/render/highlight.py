"""A part of a painted row in another style, right beside wide characters."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


def highlight(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """The strip with the cells from `start` up to `end` in a style laid over their own.

    A wide character that the range cuts in two becomes blanks; the length stays.
    """
    start, end = max(0, start), min(end, strip.cell_length)
    if start >= end:
        return strip
    before, within, after = strip.divide([start, end, strip.cell_length])
    # Strip.apply_style lays a style *under* that of the text, whose background would win.
    over = Strip([Segment(text, own + style if own else style) for text, own, _ in within])
    return Strip.join([before, over, after])
