"""What travels about the terminals of processes: frames, like those of `wire`."""

import msgspec

from proctor.control.terminal import TerminalOutput, TerminalSaid


class Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="frame"):
    """One message of the wire."""


class OpenTerminal(Frame, frozen=True, kw_only=True, tag="terminal.open"):
    """Ask for a process's terminal: `TerminalOpened`, then `TerminalTold` until `TerminalEnded`."""

    id: int
    process: str
    columns: int
    rows: int


class TerminalInput(Frame, frozen=True, kw_only=True, tag="terminal.input"):
    """Type this on the terminal of this number."""

    id: int
    data: bytes


class TerminalSize(Frame, frozen=True, kw_only=True, tag="terminal.size"):
    """The window that shows the terminal has another size."""

    id: int
    columns: int
    rows: int


class TerminalMore(Frame, frozen=True, kw_only=True, tag="terminal.more"):
    """One `TerminalTold` has been taken: the server sends only so many ahead."""

    id: int


class CloseTerminal(Frame, frozen=True, kw_only=True, tag="terminal.close"):
    """Leave the terminal of this number; nothing more is told of it."""

    id: int


TerminalRequest = OpenTerminal | TerminalInput | TerminalSize | TerminalMore | CloseTerminal


class TerminalOpened(Frame, frozen=True, kw_only=True, tag="terminal.opened"):
    """The terminal that was asked for is there; it is that of this process."""

    id: int
    process: str


class TerminalTold(Frame, frozen=True, kw_only=True, tag="terminal.told"):
    """What the process has written, or what there is to say about its terminal."""

    id: int
    item: TerminalOutput | TerminalSaid


class TerminalEnded(Frame, frozen=True, kw_only=True, tag="terminal.ended"):
    """There will be no more: the app has ended."""

    id: int
