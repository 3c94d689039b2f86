"""One stream of one run: cuts its bytes into blocks of whole lines."""

from typing import TYPE_CHECKING

from proctor.logs.lines import PIECE_BYTES, Block, TerminalNewlines, piece_end

if TYPE_CHECKING:
    from collections.abc import Callable

    from proctor.logs.window import Stream


class Track:
    """Where the output of one stream of one run goes in; its lines mix with no other's.

    The line that has not ended yet is `pending`: windows show it as unfinished.
    """
