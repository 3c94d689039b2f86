"""A small app around the log panes, over journals in memory; run it to look at them.

    python tests/support/pane_host.py [light]

`PaneHost` is what tests of panes build on: nothing ticks by itself there, a test calls `tick`.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual.binding import BindingType

from proctor.control.session import EVERYTHING, WindowRequest
from proctor.logs.window import Stream
from proctor_tui.themed_app import ThemedApp
from proctor_tui.widgets.log_pane import LogPane
from proctor_tui.widgets.pane import Pane, PaneSpec
from proctor_tui.widgets.pane_grid import PaneGrid
from proctor_tui.widgets.pane_title import PaneTitle
from support.histories import NOON, shop
from support.journals import FakeJournal

if TYPE_CHECKING:
    from textual.app import ComposeResult


class PaneHost(ThemedApp):
    """Shows the panes of some processes, and answers them at once."""

    CSS = "PaneGrid { margin: 1; }"

    def __init__(self, *processes: str, dark: bool = True) -> None:
        super().__init__(dark=dark)
        self.grid = PaneGrid()
        self.copied: list[LogPane.Copied] = []
        self.followed: list[LogPane.Followed] = []
        self.requested: list[PaneTitle.Requested] = []
        self.chosen: list[str] = []
        self.asked: list[WindowRequest] = []
        self._processes = processes
        self._journals: defaultdict[str, FakeJournal] = defaultdict(FakeJournal)

    def compose(self) -> "ComposeResult":
        yield self.grid

    def on_mount(self) -> None:
        self.grid.clock(NOON)
        self.only(*self._processes)
        self.grid.show("tiles", self._processes[0] if self._processes else "")

    def only(self, *processes: str) -> None:
        """There are these processes now."""
        types = list(dict.fromkeys(each.rpartition(".")[0] for each in processes))
        self.grid.set_panes(
            [
                PaneSpec(each, type_ := each.rpartition(".")[0], f"type-{types.index(type_)}")
                for each in processes
            ]
        )

    def output(
        self,
        process: str,
        *lines: str | bytes,
        at: float = NOON,
        stream: Stream = "out",
    ) -> None:
        """A process prints lines."""
        encoded = [line.encode() if isinstance(line, str) else line for line in lines]
        for journal in (process, process.rpartition(".")[0], EVERYTHING):
            self._journals[journal].append(process, 1, encoded, at=at, stream=stream)
        self.told_about(process)

    def forget(self, process: str, count: int) -> None:
        """The oldest lines are dropped."""
        self._journals[process].forget(count)
        self.told_about(process)

    def replace_last(self, process: str, line: str) -> None:
        """The last line, which was unfinished, has grown."""
        rows = self._journals[process]._rows
        rows[-1] = msgspec.structs.replace(rows[-1], data=line.encode())
        self.told_about(process)

    def told_about(self, process: str) -> None:
        journal = self._journals[process]
        self.grid.notice(process, journal.first, journal.end)

    def tick(self) -> None:
        """Once round: every pane that is shown gets its frame."""
        for _ in self.grid.shown:
            self.grid.frame()

    def pane(self, process: str) -> LogPane:
        pane = self.grid.pane(process)
        assert pane is not None
        return pane.log_pane

    def text(self, process: str) -> list[str]:
        """What the rows of a pane show, without blanks at their ends."""
        pane = self.pane(process)
        return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]

    def on_log_pane_window_wanted(self, message: LogPane.WindowWanted) -> None:
        request = WindowRequest(journal=message.journal, first=message.first, count=message.count)
        self.asked.append(request)
        message.pane.window(self._journals[message.journal].window(request))

    def on_log_pane_copied(self, message: LogPane.Copied) -> None:
        self.copied.append(message)
        self.copy_to_clipboard(message.text)

    def on_log_pane_followed(self, message: LogPane.Followed) -> None:
        self.followed.append(message)

    def on_pane_title_requested(self, message: PaneTitle.Requested) -> None:
        self.requested.append(message)

    def on_pane_chosen(self, message: Pane.Chosen) -> None:
        self.chosen.append(message.journal)


class LivelyHost(PaneHost):
    """The same, with an app that does something."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("q", "quit", "Quit"),
        ("z", "show('zoom')", "Zoom"),
        ("t", "show('type')", "Type"),
        ("a", "show('everything')", "All"),
        ("escape", "show('tiles')", "Tiles"),
        ("W", "app.toggle_wraps", "Wrap"),
    ]

    def on_mount(self) -> None:
        super().on_mount()
        for view in shop().processes:
            self.grid.update_process(view)
        self._random = random.Random(7)
        self._time = NOON + 120
        for process in self._processes:
            self.output(process, *self.beginning(process), at=self._time)
        self.output("worker.2", *TRACEBACK, at=NOON, stream="err")
        self.output("worker.2", "exited with status 3 · again in 4 s", at=NOON, stream="proctor")
        self.set_interval(1 / 30, self.grid.frame)
        self.set_interval(0.3, self.live)
        self.set_interval(1, lambda: self.grid.clock(self._time))
        self.grid.focus_selected()

    def beginning(self, process: str) -> Sequence[str]:
        return [self.line(process) for _ in range(12)]

    def live(self) -> None:
        self._time += 0.3
        process = self._random.choice(self._processes)
        if process != "worker.2":
            self.output(process, self.line(process), at=self._time)

    def line(self, process: str) -> str:
        choose = self._random.choice
        if process.startswith("web"):
            path = choose(["/", "/jobs", "/jobs/84", "/app.css", "/slow?s=2"])
            code = "\x1b[2m304\x1b[0m" if path == "/app.css" else "\x1b[32m200\x1b[0m"
            return (
                f"\x1b[36mGET\x1b[0m {path:10} {code} \x1b[2m{choose([1, 4, 12, 2004]):4} ms\x1b[0m"
            )
        if process.startswith("worker"):
            done = choose(
                [
                    "\x1b[32mdone\x1b[0m \x1b[2m212 ms\x1b[0m",
                    "\x1b[34m▓▓▓▓▓▓░░ 71 %\x1b[0m",
                ]
            )
            return f"\x1b[35mjob {self._random.randrange(80, 99)}\x1b[0m resize photo {done}"
        return f"[INFO] tick {int(self._time)}"

    def action_show(self, layout: str) -> None:
        self.grid.show(layout, "worker.1" if layout == "type" else "web.1")  # type: ignore[arg-type]
        self.grid.focus_selected()

    def action_toggle_wraps(self) -> None:
        self.grid.wraps = not self.grid.wraps


TRACEBACK = (
    "Traceback (most recent call last):",
    '  File "worker.py", line 41, in run',
    "\x1b[1;31mKeyError:\x1b[0m 'photo'",
)

if __name__ == "__main__":
    shop_processes = ("web.1", "web.2", "worker.1", "worker.2")
    LivelyHost(*shop_processes, dark="light" not in sys.argv).run()
