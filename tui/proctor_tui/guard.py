"""The last fence before the terminal: nothing that is drawn can carry a control character.

No widget of Textual cleans its text. Names, commands, errors and log lines are cleaned where they
enter; this filter holds for whatever was forgotten.
"""

import re
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter

from proctor.logs.safe import UNSAFE

if TYPE_CHECKING:
    from textual.color import Color

_UNSAFE = re.compile(f"[{UNSAFE}]")


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
            else Segment(_UNSAFE.sub("", segment.text), segment.style)
            for segment in segments
        ]
