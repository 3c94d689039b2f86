"""The terminal of one process, while somebody is attached to it.

What the process writes is handed on as it came, beside the log; what the attached type goes in
exactly, in the order in which it came. It outlives the process's runs: who is attached stays so.
"""

import fcntl
import os
import signal
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from proctor.model.names import ProcessName, RunId
from proctor.runtime.loops import Handle, Loop
from proctor.runtime.terminals import SIZE

LONGEST_LINE = 4095 if sys.platform == "linux" else 1023
"""The kernel cuts a line of more bytes, without a word, where the terminal edits lines."""

MOST_WAITING = 1024 * 1024
"""So much of what was typed is kept for a process that does not read."""

_REDRAW_SECONDS = 0.05
_SEND_SIGNAL = 0x40045436 if sys.platform == "linux" else 0x2000745F  # TIOCSIG, not in termios
_LINE_ENDS = b"\n\r\x03\x04\x15\x1a\x1c"  # ^C, ^D, ^U, ^Z and ^\ leave an empty line as well


class Viewer(Protocol):
    """Somebody who is attached; takes everything at once and never makes the process wait."""

    columns: int
    rows: int

    def output(self, data: bytes) -> None:
        """The process has written this."""
        ...

    def say(self, words: str, *, over: bool = False) -> None:
        """We have something to say about the process or its terminal; `over`: a run is."""
        ...

    def end(self, words: str) -> None:
        """There will be no more."""
        ...


class ProcessTerminal:
    """One process's terminal with those who are attached to it.

    Args:
        process: whose terminal it is.
        loop: where what does not fit now is written later.
        set_size: gives a run's terminal so many columns and rows.
        on_left: called when the last of the attached has left.
    """

    def __init__(
        self,
        process: ProcessName,
        loop: Loop,
        *,
        set_size: Callable[[RunId, int, int], None],
        on_left: Callable[[], None],
    ) -> None:
        self.process = process
        self._loop = loop
        self._give_size = set_size
        self._on_left = on_left
        self._viewers: dict[Viewer, None] = {}
        self._run: RunId | None = None
        self._descriptor = -1
        self._size = SIZE
        self._waiting = bytearray()
        self._writing = False
        self._line = 0  # bytes of the line that is being typed, where the terminal edits lines
        self._line_told = False
        self._redrawing: Handle | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows: of who has attached, or resized, last."""
        return self._size

    @property
    def is_left(self) -> bool:
        """Whether nobody is attached, and only what was typed before is still under way."""
        return not self._viewers

    # Runs

    def begin(self, run: RunId, descriptor: int) -> None:
        """The process has a new run; `descriptor` is our end of its terminal."""
        self._forget_run()
        self._run, self._descriptor = run, descriptor

    def feed(self, run: RunId, data: bytes) -> None:
        """A run has written this."""
        if run == self._run:
            for viewer in list(self._viewers):
                viewer.output(data)

    def say_of(self, run: RunId, words: str, *, over: bool) -> None:
        """Something is to be said about a run; `over`: it, or the one before it, is."""
        if run == self._run:
            for viewer in list(self._viewers):
                viewer.say(words, over=over)

    def end_run(self, run: RunId) -> None:
        """Nothing of the run is left; its descriptor is about to be closed."""
        if run == self._run:
            self._forget_run()
            self._part_if_done()

    def end(self, words: str) -> None:
        """There will be no more runs: nobody is attached any more."""
        self._forget_run()
        viewers, self._viewers = self._viewers, {}
        for viewer in viewers:
            viewer.end(words)

    # The attached

    def join(self, viewer: Viewer) -> None:
        """Somebody attaches; the size is theirs, and what is drawn on the terminal is redrawn."""
        self._viewers[viewer] = None
        if (viewer.columns, viewer.rows) == self._size:
            self._redraw()
        else:
            self._resize(viewer.columns, viewer.rows)

    def resize(self, viewer: Viewer) -> None:
        """The window of one of them has another size now."""
        if viewer in self._viewers:
            self._resize(viewer.columns, viewer.rows)

    def leave(self, viewer: Viewer) -> None:
        """One of them leaves; after the last, the terminal is as if nobody had been there."""
        if viewer not in self._viewers:
            return
        del self._viewers[viewer]
        if self._viewers:
            last = next(reversed(self._viewers))
            self._resize(last.columns, last.rows)
            return
        self._let_output_go_on()
        self._resize(*SIZE)
        self._part_if_done()

    def write(self, viewer: Viewer, data: bytes) -> None:
        """One of them types; in a run that has ended nobody hears it."""
        if viewer not in self._viewers or self._descriptor < 0:
            return
        modes = self._modes()
        if modes is not None and self._waiting:
            data = self._interrupt(modes, data)
        if modes is not None and modes[3] & termios.ICANON:
            data = self._cut_lines(data, viewer)
        else:
            self._line = 0
        room = MOST_WAITING - len(self._waiting)
        if len(data) > room:
            viewer.say(f"{self.process} does not read: {len(data) - room} bytes were not typed")
        self._waiting += data[:room]
        self._write_some()

    # Writing

    def _write_some(self) -> None:
        while self._waiting:
            try:
                written = os.write(self._descriptor, self._waiting[:4096])
            except BlockingIOError:
                break
            except OSError:  # nobody has the other side of the terminal open
                self._waiting.clear()
                break
            del self._waiting[:written]
        wanted = bool(self._waiting)
        if wanted and not self._writing:
            self._loop.add_writer(self._descriptor, self._write_some)
        elif self._writing and not wanted:
            self._loop.remove_writer(self._descriptor)
        self._writing = wanted
        self._part_if_done()

    def _cut_lines(self, data: bytes, viewer: Viewer) -> bytes:
        """What of the bytes fits into lines, as the kernel counts them; what does not is told."""
        if self._line + len(data) <= LONGEST_LINE:  # as all that is typed by hand
            end = max(data.rfind(byte) for byte in _LINE_ENDS)
            if end >= 0:
                self._line, self._line_told = 0, False
            self._line += len(data) - 1 - end
            return data
        kept = bytearray()
        for byte in data:
            if byte in _LINE_ENDS:
                self._line, self._line_told = 0, False
            elif self._line >= LONGEST_LINE:
                if not self._line_told:
                    self._line_told = True
                    viewer.say(
                        f"a line has more than the {LONGEST_LINE} bytes that this terminal takes "
                        "at once: the rest of it was not typed"
                    )
                continue
            else:
                self._line += 1
            kept.append(byte)
        return bytes(kept)

    def _modes(self) -> "list[Any] | None":
        try:
            return termios.tcgetattr(self._descriptor)
        except termios.error:
            return None

    def _interrupt(self, modes: "list[Any]", data: bytes) -> bytes:
        """What is left of the bytes, once a ^C among them has come past what nobody reads.

        Where the process does not read, an interrupt would wait behind what was typed before it,
        for ever perhaps. A terminal forgets that, and so do we.
        """
        if not modes[3] & termios.ISIG:
            return data
        for place, number in ((termios.VINTR, signal.SIGINT), (termios.VQUIT, signal.SIGQUIT)):
            key = modes[6][place]
            if key == b"\0" or key not in data:
                continue
            try:
                fcntl.ioctl(self._descriptor, _SEND_SIGNAL, number)
            except OSError:
                continue  # not on this system: it waits like all else
            self._waiting.clear()
            self._line = 0
            with suppress(termios.error):
                termios.tcflush(self._descriptor, termios.TCOFLUSH)
            data = data.rpartition(key)[2]
        return data

    def _let_output_go_on(self) -> None:
        """Undo a ^S that nobody is left to undo: the process would wait for ever."""
        modes = self._modes() if self._descriptor >= 0 else None
        if modes is not None and modes[0] & termios.IXON:
            with suppress(OSError):
                os.write(self._descriptor, modes[6][termios.VSTART])

    # Sizes

    def _resize(self, columns: int, rows: int) -> None:
        self._size = (columns, rows)
        self._set_size(columns, rows)

    def _redraw(self) -> None:
        """Let full-screen programs draw again, also where the size is what it was."""
        if self._redrawing is not None:
            self._redrawing.cancel()
        columns, rows = self._size
        self._set_size(columns, max(1, rows - 1))
        self._redrawing = self._loop.call_later(_REDRAW_SECONDS, self._settle_size)

    def _settle_size(self) -> None:
        self._redrawing = None
        self._set_size(*self._size)

    def _set_size(self, columns: int, rows: int) -> None:
        if self._run is not None:
            self._give_size(self._run, columns, rows)

    # Details

    def _part_if_done(self) -> None:
        """Be no more, once nobody is attached and all that was typed has been passed on."""
        if not (self._viewers or self._waiting):
            self._forget_run()
            self._on_left()

    def _forget_run(self) -> None:
        if self._writing:
            self._loop.remove_writer(self._descriptor)
            self._writing = False
        if self._redrawing is not None:
            self._redrawing.cancel()
            self._redrawing = None
        self._waiting.clear()
        self._line = 0
        self._run, self._descriptor = None, -1
