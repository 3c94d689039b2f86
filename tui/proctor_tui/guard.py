"""The last fence before the terminal: nothing that is drawn can carry a control character.

No widget of Textual cleans its text. Names, commands, errors and log lines are cleaned where they
enter; this filter holds for whatever was forgotten.
"""

import re
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

#: Controls (C0, C1, DEL), marks that reorder text, lone surrogates: none of them has a width.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Guard(LineFilter):
    """Takes out of every line what a terminal would obey instead of show."""

    def apply(self, segments: list[Segment], background: "Color") -> list[Segment]:
        """The same segments, without unsafe characters."""
        del background
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment
            if segment.text.isprintable()
            else Segment(UNSAFE.sub("", segment.text), segment.style)
            for segment in segments
        ]


def visible(text: str) -> str:
    """The same text with control characters shown as symbols, not silently gone.

    For names, commands and sentences, whose reader should see that something is odd.
    """
    return text if text.isprintable() else UNSAFE.sub(_symbol, text)


def _symbol(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:  # noqa: PLR2004 - the block of C0 controls
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "�"  # noqa: PLR2004 - DEL
