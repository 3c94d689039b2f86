"""One stream of one run: cuts its bytes into blocks of whole lines."""

from typing import TYPE_CHECKING

from proctor.logs.lines import PIECE_BYTES, Block, TerminalNewlines, piece_end

if TYPE_CHECKING:
    from collections.abc import Callable

    from proctor.logs.window import Stream


class Track:
    """Where the output of one stream of one run goes in; its lines mix with no other's.

    The line that has not ended yet is `pending`, since `pending_at` (wall time of its first
    byte). It becomes part of the next block, whose `serial` the track already has.
    `on_change` is called with each block, and with None when only the pending line grew.
    """

    __slots__ = (
        "_newlines",
        "_on_change",
        "_parts",
        "continued",
        "ended",
        "pending_at",
        "pending_size",
        "process",
        "ripens_from",
        "run",
        "serial",
        "stream",
    )

    def __init__(
        self,
        process: str,
        run: int,
        stream: "Stream",
        on_change: "Callable[[Track, Block | None], None]",
        *,
        terminal: bool,
    ) -> None:
        self.process = process
        self.run = run
        self.stream = stream
        self.serial = 0
        self.continued = False  # the pending line is the rest of one whose pieces are blocks
        self.ended = False
        self.pending_at = 0.0
        self.pending_size = 0
        self.ripens_from: float | None = None
        self._parts: list[bytes] = []
        self._newlines = TerminalNewlines() if terminal else None
        self._on_change = on_change

    @property
    def key(self) -> "tuple[str, int, Stream]":
        """The same as `track` of its blocks."""
        return (self.process, self.run, self.stream)

    @property
    def pending(self) -> bytes:
        """What there is of the line that has not ended."""
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0] if self._parts else b""

    def restart_wait(self) -> None:
        """Nothing was read for a while: the age of the pending line begins when it is next seen."""
        self.ripens_from = None

    def append(self, data: bytes, at: float) -> None:
        """Take the next bytes, read at wall time `at`."""
        if self._newlines is not None:
            data = self._newlines.feed(data)
        self._take(data, at)

    def end(self, at: float) -> None:
        """No more will come: a last line without a newline is a line now."""
        if self.ended:
            return
        if self._newlines is not None:
            self._take(self._newlines.finish(), at)
        self.ended = True
        whole = self.pending
        self._parts = []
        if whole:
            self._settle(whole, 1, at)
        else:
            self._on_change(self, None)

    def _take(self, data: bytes, at: float) -> None:
        cut = data.rfind(b"\n") + 1
        if cut:
            whole = data if cut == len(data) else data[:cut]
            if self._parts:
                self._parts.append(whole)
                whole = b"".join(self._parts)
                self._parts = []
            self._settle(whole, whole.count(b"\n"), at)
            self.continued = False
            data = data[cut:]
        if data:
            self._wait(data, at)
            if not cut:
                self._on_change(self, None)

    def _wait(self, data: bytes, at: float) -> None:
        if not self._parts:
            self.pending_at = self.ripens_from = at
        self._parts.append(data)
        self.pending_size += len(data)
        if self.pending_size >= PIECE_BYTES:
            whole = self.pending
            cut = piece_end(whole)
            self._parts = []
            self._settle(whole[:cut], 1, at)
            self.continued = True
            if cut < len(whole):
                self._wait(whole[cut:], at)

    def _settle(self, data: bytes, rows: int, at: float) -> None:
        self.pending_size = 0
        block = Block(
            self.process, self.run, self.stream, at, data, rows, self.continued, self.serial
        )
        self.serial += 1
        self._on_change(self, block)
