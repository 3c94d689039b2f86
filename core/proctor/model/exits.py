"""How a process ended."""

import signal as signals
from typing import Self

import msgspec

#: what a shell means by them
_SHELL_HINTS = {126: " (command cannot be executed)", 127: " (command not found)"}


class Exit(msgspec.Struct, frozen=True):
    """The end of a leader: by a status of its own, or by a signal. One of the two is set."""

    status: int | None = None
    signal: int | None = None

    def __post_init__(self) -> None:
        """Refuse an end that is neither or both."""
        if (self.status is None) == (self.signal is None):
            raise ValueError(f"an exit has a status or a signal: {self.status}, {self.signal}")

    @classmethod
    def from_wait_status(cls, status: int) -> Self:
        """Read what `waitpid` gives: the low seven bits are a signal, the next byte a status."""
        ended_by = status & 0x7F
        return cls(signal=ended_by) if ended_by else cls(status=status >> 8 & 0xFF)

    @property
    def succeeded(self) -> bool:
        """It ended by itself with status 0."""
        return self.status == 0

    @property
    def shell_status(self) -> int:
        """What a shell would report: the status, or 128 and the signal."""
        return self.status if self.status is not None else 128 + (self.signal or 0)

    @property
    def signal_name(self) -> str | None:
        """The signal's name, "SIGKILL", or None."""
        if self.signal is None:
            return None
        try:
            return signals.Signals(self.signal).name
        except ValueError:
            return f"SIG{self.signal}"  # real-time signals have no name of their own

    @property
    def words(self) -> str:
        """The end in words: "exited with status 3", "was ended by SIGKILL"."""
        if self.status is not None:
            hint = _SHELL_HINTS.get(self.status, "")
            return f"exited with status {self.status}{hint}"
        return f"was ended by {self.signal_name}"
