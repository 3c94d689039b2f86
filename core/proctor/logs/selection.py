"""Which lines of a log are wanted."""

from typing import Literal

import msgspec

from proctor.logs.window import Stream

Source = Literal["app", "proctor"]


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of these processes or types (none: of all), of this source and stream, of this time.

    `since` and `until` are wall times in seconds; None leaves that side open.
    """

    targets: tuple[str, ...] = ()
    source: Source | None = None
    stream: Stream | None = None
    since: float | None = None
    until: float | None = None

    @property
    def of_all(self) -> bool:
        """Whether all lines of its processes are wanted."""
        others = (self.source, self.stream, self.since, self.until)
        return all(each is None for each in others)

    def admits(self, process: str | None, stream: Stream, at: float) -> bool:
        """Whether a line of this process and stream, printed at this time, is wanted."""
        if self.targets and not self._is_of_targets(process):
            return False
        if self.source is not None and (stream == "proctor") != (self.source == "proctor"):
            return False
        if self.stream is not None and stream != self.stream:
            return False
        early = self.since is not None and at < self.since
        late = self.until is not None and at > self.until
        return not early and not late

    def _is_of_targets(self, process: str | None) -> bool:
        if process is None:
            return False
        return process in self.targets or process.rpartition(".")[0] in self.targets
