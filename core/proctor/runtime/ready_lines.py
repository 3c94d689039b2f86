r"""Waits for a line of a run's output that matches an expression: it says that the run is ready.

Chunks are looked at whole, so that a flood before that costs little. Lines are matched as they
are read by people: without colours, cursor movements and the `\r` of terminals.
"""

import re
from collections.abc import Callable

from proctor.runtime.patience import OutOfPatienceError, at_most
from proctor.runtime.timers import Handle, Timers

LONGEST_LINE_BYTES = 16 * 1024
UNFINISHED_AFTER_SECONDS = 0.2
PATIENCE_SECONDS = 0.5
"""Time of the processor that one look may take; all else of the app waits for that long."""

_ESCAPES = (
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]"
)
#: what may mean something else in a text of many lines than in each alone
_LINE_BY_LINE = r"\\A|\\Z|\(\?(?!:|i\)|P<)"


class ReadyLines:
    """Looks at the output of one run; `found` is called once.

    So is `gave_up` instead, where the expression takes so long that nobody can wait for it.
    """

    def __init__(
        self,
        pattern: str,
        timers: Timers,
        *,
        found: Callable[[], None],
        gave_up: Callable[[], None],
    ) -> None:
        self._line = re.compile(pattern)
        self._lines = re.compile(pattern, re.MULTILINE)
        self._whole = re.search(_LINE_BY_LINE, pattern) is None
        self._timers = timers
        self._found: Callable[[], None] | None = found
        self._gave_up = gave_up
        self._timer: Handle | None = None
        self._unfinished: dict[str, bytes] = {}

    def feed(self, stream: str, data: bytes) -> None:
        """Take the next bytes of a stream."""
        if self._found is None:
            return
        data = self._unfinished.pop(stream, b"") + data
        cut = data.rfind(b"\n") + 1
        if cut and self._look_at(data[:cut]):
            return
        if cut < len(data):
            # A prompt has no newline: what rests for a moment counts as a line, too.
            self._unfinished[stream] = data[cut : cut + LONGEST_LINE_BYTES]
            if self._timer is None:
                when = self._timers.now() + UNFINISHED_AFTER_SECONDS
                self._timer = self._timers.call_at(when, self._look_at_unfinished)

    def end(self) -> None:
        """Look no more."""
        self._found = None
        self._unfinished.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_at_unfinished(self) -> None:
        self._timer = None
        any(map(self._look_at, list(self._unfinished.values())))

    def _look_at(self, data: bytes) -> bool:
        """Whether no more is to be looked at."""
        try:
            with at_most(PATIENCE_SECONDS):
                matches = self._matches(data)
        except OutOfPatienceError:
            self.end()
            self._gave_up()
            return True
        found = self._found
        if not matches or found is None:
            return False
        self.end()
        found()
        return True

    def _matches(self, data: bytes) -> bool:
        text = data.decode("utf-8", "replace")
        if "\x1b" in text:
            text = re.sub(_ESCAPES, "", text)
        if "\r" in text:
            text = text.replace("\r", "\n")
        if self._whole:
            match = self._lines.search(text)
            if match is None:
                return False
            if "\n" not in match[0]:
                return True
        return any(map(self._line.search, text.split("\n")))
