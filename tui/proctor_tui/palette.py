"""The command palette: every action for every target, with its key and its command line."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.command import DiscoveryHit, Hit, Provider
from textual.content import Content
from textual.markup import escape

from proctor.logs.safe import safe
from proctor_tui.actions import ACTIONS, Action
from proctor_tui.keymap import signs
from proctor_tui.screens.main import MainScreen
from proctor_tui.situation import ALL, Situation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.command import Hits

NOT_OFFERED = frozenset({"palette", "scale_to"})
"""Actions that make no sense in the palette: itself, and what needs a number typed."""


class Offer(NamedTuple):
    """One line of the palette."""

    words: str
    command: str
    help: str
    call: "Callable[[], None]"


class ActionProvider(Provider):
    """Offers what can be done now; a search finds it for every process and type."""

    async def discover(self) -> "Hits":
        """Without a search: the actions for what is selected, then those for the app."""
        for offer in self._offers([self._main.situation.target]):
            yield DiscoveryHit(Content(offer.words), offer.call, offer.words, escape(offer.help))

    async def search(self, query: str) -> "Hits":
        """All actions for all targets, by their titles or, after those, their command lines."""
        matcher = self.matcher(query)
        view = self._main.situation.view
        targets = [ALL, *(each.type for each in view.types), *view.processes]
        for offer in self._offers(targets):
            score = matcher.match(offer.words) or matcher.match(offer.command) / 2
            if score > 0:
                shown = matcher.highlight(offer.words)
                yield Hit(score, shown, offer.call, offer.words, escape(offer.help))

    @property
    def _main(self) -> MainScreen:
        assert isinstance(self.screen, MainScreen)
        return self.screen

    def _offers(self, targets: list[str]) -> "Iterator[Offer]":
        here = self._main.situation
        offered: set[str] = set()  # what is about a type is the same for each of its processes
        for action in ACTIONS.values():
            if action.id in NOT_OFFERED:
                continue
            for target in targets if action.has_target else targets[:1]:
                at = replace(here, target=target) if action.has_target else here
                title = action.title_for(at)
                if title not in offered and action.unavailable(at) is None:
                    offered.add(title)
                    yield self._offer(action, at)

    def _offer(self, action: Action, at: Situation) -> Offer:
        target = at.target if action.has_target else None
        words = safe(action.title_for(at))
        command = safe(action.command_line(at) or "")
        parts = [signs(action.id), f"$ {command}" if command else "", action.help]
        told = "  ·  ".join(part for part in parts if part)
        return Offer(
            words, command, told, partial(self._main.act, action.id, by="palette", target=target)
        )
