"""A reader's place in the merged journal."""

from collections.abc import Callable, Iterable
from math import inf
from typing import TYPE_CHECKING

import msgspec

from proctor.logs.journal import Journal
from proctor.logs.lines import Block, piece_end
from proctor.logs.track import Track

if TYPE_CHECKING:
    from proctor.logs.window import Stream

    Key = tuple[str | None, int | None, Stream]

RIPE_SECONDS = 0.2
"""How long a line may stay without its newline before readers are given what there is of it."""

_MANY = 64  # entries about lines of runs that may have ended, before they are looked through


class Batch(msgspec.Struct, frozen=True):
    """What a cursor read: `skipped` rows were forgotten unread, before `blocks`.

    `more`: there are further blocks to read now. `held`: the processes are held, so there may be
    output that nobody has read from them. `ripe_in`: seconds after which to read again,
    because an unfinished line will be ready to be shown; None if there is none.
    """

    skipped: int = 0
    blocks: list[Block] = []
    more: bool = False
    held: bool = False
    ripe_in: float | None = None


class MergedCursor:
    """Reads everything that all processes print, in order, each byte once.

    With `holds`, the processes are made to wait while too much is unread, so that nothing is
    skipped; close such a cursor when its reader has gone, or they wait for ever. `taken` is
    the cost of the blocks that were read, or forgotten unread.
    """

    def __init__(
        self,
        merged: Journal,
        tracks: Iterable[Track],
        *,
        holds: bool,
        on_read: Callable[[], bool],
        on_close: Callable[["MergedCursor"], None],
    ) -> None:
        self.holds = holds
        self.taken = merged.forgotten
        self._merged = merged
        self._tracks = tracks
        self._on_read = on_read
        self._on_close = on_close
        self._position = merged.first_position
        self._next_row = merged.first
        self._given: dict[Key, tuple[int, int]] = {}

    def read(self, now: float, limit: int = 256 * 1024, *, partial: bool = True) -> Batch:
        """The next blocks, about `limit` bytes of them.

        A line that has been without its newline for `RIPE_SECONDS` before `now` (wall time) is
        handed out as far as it goes; the rest of it then comes as a `continued` block. Without
        `partial`, lines come whole (very long ones in pieces).
        """
        skipped = self._catch_up()
        blocks = self._take(limit)
        held = self._on_read()
        more = self._position < self._merged.end_position
        ripe_in = None
        if partial and not more and not held:  # when held, the end of a line may just be unread
            ripe_in = self._take_pending(blocks, now)
        return Batch(skipped, blocks, more, held, ripe_in)

    def close(self) -> None:
        """Stop reading; nobody waits for this cursor any more."""
        self._on_close(self)

    def _catch_up(self) -> int:
        """Go to the oldest block that is held; how many rows were forgotten unread."""
        first = self._merged.first_position
        if self._position >= first:
            return 0
        self._position = first
        self.taken = self._merged.forgotten
        return self._merged.first - self._next_row

    def _take(self, limit: int) -> list[Block]:
        blocks: list[Block] = []
        size = 0
        end = self._merged.end_position
        while self._position < end and size < limit:
            block = self._merged.at(self._position)
            self._position += 1
            size += len(block.data)
            self.taken += block.cost
            if self._given:
                block = self._without_given(block)
            if block.data:
                blocks.append(block)
        self._next_row = self._merged.first_row_at(self._position)
        if self._position == end and len(self._given) > _MANY:
            self._given = {t.key: self._given[t.key] for t in self._tracks if t.key in self._given}
        return blocks

    def _without_given(self, block: Block) -> Block:
        serial, size = self._given.get(block.track, (-1, 0))
        if serial != block.serial:
            return block
        del self._given[block.track]
        return msgspec.structs.replace(block, data=block.data[size:], continued=True)

    def _take_pending(self, blocks: list[Block], now: float) -> float | None:
        ripe_in = inf
        for track in self._tracks:
            if not track.pending_size:
                continue
            serial, given = self._given.get(track.key, (-1, 0))
            if serial != track.serial:
                given = 0
            if given >= track.pending_size:
                continue
            if track.ripens_from is None:
                track.ripens_from = now
            wait = RIPE_SECONDS - (now - track.ripens_from)
            if 0 < wait <= RIPE_SECONDS:  # more than that: the clock was set back
                ripe_in = min(ripe_in, wait)
                continue
            data = track.pending
            data = data[given : piece_end(data)]
            if data:
                self._given[track.key] = (track.serial, given + len(data))
                blocks.append(
                    Block(
                        track.process,
                        track.run,
                        track.stream,
                        track.pending_at,
                        data,
                        1,
                        track.continued or given > 0,
                        track.serial,
                    )
                )
        return None if ripe_in == inf else ripe_in
