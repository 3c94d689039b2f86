"""What keys and mouse ask of the main screen, and how it is passed on."""

from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual.binding import Binding
from textual.message import Message
from textual.screen import Screen

from proctor.control.session import EVERYTHING
from proctor.model.commands import Scale
from proctor_tui.actions import ACTIONS, possible
from proctor_tui.keymap import KEYS
from proctor_tui.situation import ALL, Layout, Situation
from proctor_tui.widgets.bar import ActionAsked
from proctor_tui.widgets.formation_panel import FormationPanel
from proctor_tui.widgets.log_pane import LogPane
from proctor_tui.widgets.pane import Pane
from proctor_tui.widgets.pane_grid import PaneGrid
from proctor_tui.widgets.pane_title import PaneTitle
from proctor_tui.widgets.process_tabs import ProcessTabs
from proctor_tui.widgets.scale_hand import ScaleRequested

if TYPE_CHECKING:
    from textual.binding import BindingType

    from proctor.model.commands import AnyCommand


def _bindings() -> "list[BindingType]":
    by_key: dict[str, list[str]] = {}
    for action, keys in KEYS.items():
        for key in keys:
            by_key.setdefault(key, []).append(action)
    keyed = [
        Binding(key, f"act('{','.join(actions)}')", ACTIONS[actions[0]].words, show=False)
        for key, actions in by_key.items()
    ]
    digits = [Binding(str(n), f"digit({n})", "Quantity", show=False) for n in range(10)]
    places = [
        Binding("tab", "other_place(1)", "Rail or panes", show=False),
        Binding("shift+tab", "other_place(-1)", "Rail or panes", show=False),
        Binding("ctrl+c", "interrupt", "Quit", show=False),
    ]
    return [*keyed, *digits, *places]


class SteeredScreen(Screen[None]):
    """Turns keys, clicks and the palette's choices into commands. It sends none itself."""

    BINDINGS: ClassVar[list["BindingType"]] = _bindings()

    class CommandWanted(Message):
        """A command is to be sent to the session."""

        def __init__(self, command: "AnyCommand") -> None:
            super().__init__()
            self.command = command

    class ScreenActionWanted(Message):
        """Something about the screen itself is wanted, which only the application can do."""

        def __init__(self, action: str, by: str = "key") -> None:
            super().__init__()
            self.action = action
            self.by = by

    @property
    def situation(self) -> Situation:
        """Where the user is."""
        raise NotImplementedError

    def select(self, target: str) -> None:
        """Select a process, a type, or ALL."""
        raise NotImplementedError

    def rearrange(self, layout: Layout) -> None:
        """Show the panes in another layout."""
        raise NotImplementedError

    def toggle(self, layout: Layout) -> None:
        """Show the panes in this layout, or as tiles if they are already."""
        raise NotImplementedError

    def hint(self, words: str) -> None:
        """Say something at the bottom for a while."""
        raise NotImplementedError

    def update_keys(self) -> None:
        """The keys that are valid may be others now."""
        raise NotImplementedError

    def act(self, actions: str, *, by: str, target: str | None = None) -> None:
        """Do the first of some actions that can be done now, or say why none can."""
        if target is not None and target != self.situation.target:
            self.select(target)
        action = possible(tuple(actions.split(",")), self.situation)
        if reason := action.unavailable(self.situation):
            self.hint(reason)
        elif action.id in {"scale_up", "scale_down"}:
            step = 1 if action.id == "scale_up" else -1
            hand = self.query_one(FormationPanel).hand
            hand.step(self.situation.type_name or "", step, by=by)
        elif action.builds is None or action.id in {"quit", "quit_app"}:
            self._act_here(action.id, by)
        elif command := action.builds(self.situation):
            self.want(msgspec.structs.replace(command, by=by))

    def want(self, command: "AnyCommand") -> None:
        """Ask for a command to be sent."""
        self.post_message(self.CommandWanted(command))

    def _act_here(self, action: str, by: str) -> None:
        grid = self.query_one(PaneGrid)
        match action:
            case "zoom" | "type" | "everything":
                self.toggle(action)
            case "tiles":
                self.rearrange("tiles")
            case "next_page" | "previous_page":
                grid.page(1 if action == "next_page" else -1)
                self.post_message(self.ScreenActionWanted("frame"))
            case "copy":
                for pane in self.query(LogPane):
                    if pane.selection is not None:
                        pane.action_copy()
                        break
            case _:
                self.post_message(self.ScreenActionWanted(action, by))

    def action_act(self, actions: str) -> None:
        """A key asks for an action."""
        self.act(actions, by="key")

    def action_move(self, motion: str) -> None:
        """Select another row of the rail, or another tab."""
        narrow = self.has_class("-narrow")
        rail = self.query_one(ProcessTabs) if narrow else self.query_one(FormationPanel)
        self.select(rail.reached_by(motion))

    def action_digit(self, digit: int) -> None:
        """A digit sets the quantity of the selected type."""
        if reason := ACTIONS["scale_to"].unavailable(self.situation):
            self.hint(reason)
        else:
            self.query_one(FormationPanel).hand.digit(self.situation.target, digit)

    def action_interrupt(self) -> None:
        """^C copies what is selected; else it quits, as `q` does."""
        if ACTIONS["copy"].unavailable(self.situation) is None:
            self._act_here("copy", "key")
        else:
            self.act("quit", by="key")

    def action_other_place(self, step: int) -> None:
        """Go from the rail to the panes, from pane to pane, and back."""
        del step
        if isinstance(self.focused, LogPane):
            self.query_one(ProcessTabs if self.has_class("-narrow") else FormationPanel).focus()
        else:
            self.query_one(PaneGrid).focus_selected()
        self.update_keys()

    def on_formation_panel_selected(self, message: FormationPanel.Selected) -> None:
        """Another row of the rail."""
        self.select(message.target)
        if message.zoomed:
            self.toggle("zoom")

    def on_process_tabs_selected(self, message: ProcessTabs.Selected) -> None:
        """Another tab."""
        self.select(message.target)

    def on_pane_chosen(self, message: Pane.Chosen) -> None:
        """Another pane; a merged one is no other selection."""
        if message.journal in self.situation.view.processes:
            self.select(message.journal)
        self.update_keys()

    def on_formation_panel_asked(self, message: FormationPanel.Asked) -> None:
        """A button of the rail."""
        self.act(message.action, by="button", target=message.target)

    def on_pane_title_requested(self, message: PaneTitle.Requested) -> None:
        """A button of a pane."""
        target = ALL if message.journal == EVERYTHING else message.journal
        merged = message.journal not in self.situation.view.processes
        action = "tiles" if merged and message.action_id == "zoom" else message.action_id
        self.act(action, by="button", target=target)

    def on_action_asked(self, message: ActionAsked) -> None:
        """A click on a bar: an action, perhaps for another target than the selected one."""
        action, _, target = message.action.partition(":")
        self.act(action, by="button", target=target or None)

    def on_scale_requested(self, message: ScaleRequested) -> None:
        """A slider has come to rest."""
        quantities = {message.process_type: message.quantity}
        self.want(Scale(quantities=quantities, by=message.by))
