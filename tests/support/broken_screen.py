"""A screen with a fault in one of its widgets."""

import sys
from typing import NoReturn

from proctor.control.session import Session
from proctor_tui.app import run_screen
from proctor_tui.widgets.header_bar import HeaderBar
from support import histories
from support.fakes import FakeSession


def main() -> int:
    """Open the screen, which then fails."""

    async def connect() -> Session:
        return FakeSession(histories.shop())

    HeaderBar.watch_now = _fail  # type: ignore[method-assign]  # the fault
    return run_screen(connect, holds_lease=True)


def _fail(_: HeaderBar) -> NoReturn:
    raise RuntimeError("planted in a widget")


if __name__ == "__main__":
    sys.exit(main())
