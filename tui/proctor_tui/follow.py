"""Follows a session: folds what it tells into a view, and fetches the lines that panes want.

Messages come as fast as they like; the screen takes what has changed at most once per frame.
"""

from typing import TYPE_CHECKING

from proctor.control.session import WindowRequest
from proctor_tui.view import Part, View, fold, from_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from proctor.control.session import Session
    from proctor_tui.widgets.pane_lines import PaneLines


class Follower:
    """Keeps the newest view, and what of it has not been shown yet.

    `woken` is called when there is something to show after there was nothing.
    """

    def __init__(self, session: "Session", view: View, woken: "Callable[[], None]") -> None:
        self.view = view
        self._session = session
        self._woken = woken
        self._parts = Part.NOTHING

    @property
    def dirty(self) -> bool:
        """Whether there is something to show."""
        return self._parts is not Part.NOTHING

    async def run(self) -> None:
        """Fold messages until the session ends."""
        async for message in self._session.messages(after=self.view.sequence):
            self.view, parts = fold(self.view, message)
            if parts is Part.RESYNC:
                fresh = await self._session.snapshot()
                self.view, parts = from_snapshot(fresh, done=self.view.done), Part.ALL
            self._changed(parts)

    def take(self) -> tuple[View, Part]:
        """The newest view, and all that has changed since it was last taken."""
        view, parts = self.view, self._parts
        self.view = view.seen()
        self._parts = Part.NOTHING
        return view, parts

    def _changed(self, parts: Part) -> None:
        if parts is Part.NOTHING:
            return
        quiet = not self.dirty
        self._parts |= parts
        if quiet:
            self._woken()


class WindowFetcher:
    """Fetches windows for panes, one request on its way at a time.

    A pane that asks again before its turn has only its newest wish fulfilled: a slow session
    makes panes jump, never lag.
    """

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._wanted: dict[PaneLines, WindowRequest] = {}
        self._fetching = False

    @property
    def busy(self) -> bool:
        """Whether a pane still waits for lines."""
        return self._fetching or bool(self._wanted)

    def want(self, pane: "PaneLines", journal: str, first: int | None, count: int) -> bool:
        """Note a wish. True when `fetch` has to be started for it."""
        self._wanted[pane] = WindowRequest(journal=journal, first=first, count=count)
        return not self._fetching

    async def fetch(self) -> None:
        """Fetch until no pane wants anything."""
        if self._fetching:
            return
        self._fetching = True
        try:
            while self._wanted:
                wanted, self._wanted = self._wanted, {}
                windows = await self._session.windows(list(wanted.values()))
                for pane, window in zip(wanted, windows, strict=True):
                    if pane.is_mounted:
                        pane.window(window)
        finally:
            self._fetching = False
