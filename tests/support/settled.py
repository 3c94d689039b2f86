"""Waiting for the screen without waiting for a time."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from proctor_tui.app import ProctorApp

ROUNDS = 200
"""So many turns of the event loop are always enough; more mean that it never settles."""


async def settled(pilot: "Pilot[int]") -> None:
    """Until all that was told to the screen has been folded and painted."""
    app: ProctorApp = pilot.app  # type: ignore[assignment]  # the only application of these tests
    for _ in range(ROUNDS):
        await pilot.pause()
        if app.settled:
            return
        app.tick()
    raise AssertionError("the screen did not settle")


async def until(pilot: "Pilot[int]", condition: Callable[[], bool]) -> None:
    """Until a condition holds that time brings about, such as the end of a hand's rest."""
    for _ in range(ROUNDS):
        await pilot.pause()
        if condition():
            await settled(pilot)
            return
        pilot.app.tick()  # type: ignore[attr-defined]  # see above
    raise AssertionError("it did not come about")
