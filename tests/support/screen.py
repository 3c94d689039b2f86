"""The real application on a session that a test plays by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from proctor_tui.app import ProctorApp
from support.fakes import FakeSession
from support.histories import NOON
from support.settled import settled

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from proctor.model.events import Snapshot


class Screen(NamedTuple):
    """What a test of the screen holds."""

    session: FakeSession
    app: ProctorApp
    pilot: "Pilot[int]"

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until what they did is seen."""
        await self.pilot.press(*keys)
        await settled(self.pilot)

    async def click(self, selector: str, x: int, y: int = 0, *, times: int = 1) -> None:
        """Click into a widget, and wait until what that did is seen."""
        within = None if selector == "Screen" else selector
        await self.pilot.click(within, offset=(x, y), times=times)
        await settled(self.pilot)

    async def settle(self) -> None:
        """Wait until all that was told is seen."""
        await settled(self.pilot)

    def lines(self, selector: str = "Screen") -> list[str]:
        """What a widget shows, line by line, without trailing blanks."""
        widget = self.app.screen if selector == "Screen" else self.app.query_one(selector)
        region = widget.region
        strips = self.app.screen._compositor.render_strips()  # the screen as it is drawn
        shown = [strip.crop(region.x, region.right) for strip in strips[region.y : region.bottom]]
        return [strip.text.rstrip() for strip in shown]

    def text(self, selector: str = "Screen") -> str:
        """The same in one piece."""
        return "\n".join(self.lines(selector))


@asynccontextmanager
async def screen_on(
    snapshot: "Snapshot", *, size: tuple[int, int] = (120, 40), holds_lease: bool = True
) -> AsyncIterator[Screen]:
    """The screen on this app, at noon."""
    session = FakeSession(snapshot)
    app = ProctorApp(session, await session.snapshot(), holds_lease=holds_lease, now=lambda: NOON)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield Screen(session, app, pilot)
