"""A screen whose lines and names are hostile, for a test that reads what the terminal gets."""

from typing import ClassVar

from textual.binding import BindingType

from support.hostile import HOSTILE
from support.pane_host import PaneHost


class HostileHost(PaneHost):
    """Shows one pane with every hostile line, and one with a hostile name."""

    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit")]

    def on_mount(self) -> None:
        self.call_after_refresh(self.begin)
        self.set_interval(1 / 30, self.grid.frame)

    def begin(self) -> None:
        for stream in ("out", "err", "proctor"):
            self.output("web.1", *HOSTILE.values(), stream=stream)
        self.output(EVIL, "\x1b[31mMARK\x1b[0m")
        self.output("web.1", "THE LAST LINE")


EVIL = "".join(HOSTILE.values()).replace(".", "") + ".1"

if __name__ == "__main__":
    HostileHost(EVIL, "web.1").run()
