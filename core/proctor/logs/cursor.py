"""A reader's place in the merged journal."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from proctor.logs.lines import Block

if TYPE_CHECKING:
    from collections.abc import Callable

    from proctor.logs.journal import Journal
    from proctor.logs.track import Track

RIPE_SECONDS = 0.2
"""How long a line may stay without its newline before readers are given what there is of it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a cursor read: `skipped` rows were forgotten unread, before `blocks`.

    `more`: there are further blocks to read now. `ripe_in`: seconds after which to read again,
    because an unfinished line will be ready to be shown; None if there is none.
    """

    skipped: int
    blocks: list[Block] = field(default_factory=list)
    more: bool = False
    ripe_in: float | None = None


class MergedCursor:
    """Reads everything that all processes print, in order, each byte once.

    With `holds`, the processes are made to wait while too much is unread, so that nothing is
    skipped; close such a cursor when its reader has gone, or they wait for ever.
    """

    def __init__(
        self,
        merged: "Journal",
        tracks: "Iterable[Track]",
        *,
        holds: bool,
        on_read: "Callable[[], None]",
        on_close: "Callable[[MergedCursor], None]",
    ) -> None:
        self.holds = holds
        self.unread = 0
        self._merged = merged
        self._tracks = tracks
        self._on_read = on_read
        self._on_close = on_close
        self._position = merged.first_position
        self._next_row = merged.first
        self._given: dict[Track, tuple[int, int]] = {}  # block serial, bytes of it given early

    def read(self, now: float, limit: int = 256 * 1024) -> Batch:
        """The next blocks, about `limit` bytes of them.

        A line that has been without its newline for `RIPE_SECONDS` before `now` (wall time) is
        handed out as far as it goes; the rest of it then comes as a `continued` block.
        """
        raise NotImplementedError(now, limit)

    def close(self) -> None:
        """Stop reading; nobody waits for this cursor any more."""
        self._on_close(self)
