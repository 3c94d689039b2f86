"""Every action: its words, whether it can be done now, and which command it sends.

One table. Bindings, footer, help, palette, buttons and the command-line forms are made from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from proctor.model.commands import (
    AnyCommand,
    Kill,
    Quit,
    Reload,
    Restart,
    Scale,
    SetWatch,
    Start,
    Stop,
    to_cli,
)
from proctor_tui.situation import ALL, Situation

if TYPE_CHECKING:
    from collections.abc import Mapping

Group = Literal["Processes", "Panes", "App", "Screen"]


def _always(_: Situation) -> str | None:
    return None


def _no_cli(_: Situation) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that can be asked for, by key, mouse and palette alike."""

    id: str
    words: str  #: a short verb, as in the footer
    help: str  #: one sentence, as in help and palette
    group: Group
    unavailable: Callable[[Situation], str | None] = _always  #: why not now, or None
    builds: Callable[[Situation], AnyCommand | None] | None = (
        None  #: None: it is about the screen alone
    )
    shown_as: Callable[[Situation], str | None] = _no_cli  #: command line, where it sends nothing
    footer: int = 0  #: its worth in the footer, where room is short; 0 stays out of it
    has_target: bool = False  #: it is about what is selected

    def command_line(self, situation: Situation) -> str | None:
        """What one would type in a shell for the same, or None where there is no such command."""
        command = self.builds(situation) if self.builds else None
        return to_cli(command) if command else self.shown_as(situation)


# Why not now


def _not_scalable(at: Situation) -> str | None:
    if at.view.stopping:
        return "The app is being stopped"
    if at.target == ALL:
        return "Select a process type first: each has its own slider"
    if at.type is None:
        return f"{at.type_name} is not in the Procfile any more"
    if not at.type.in_formation:
        return f"{at.type.type} is not kept running. Run it once: proctor run {at.type.type}"
    return None


def _not_scalable_down(at: Situation) -> str | None:
    if reason := _not_scalable(at):
        return reason
    return None if _quantity(at) > 0 else f"{at.type_name} is at 0 already"


def _not_settable(at: Situation) -> str | None:
    if reason := _not_scalable(at):
        return reason
    if at.is_process:
        return f"Select the type {at.type_name} to set its quantity by a digit"
    return None


def _nothing_there(at: Situation) -> str | None:
    if at.view.stopping:
        return "The app is being stopped"
    if at.processes:
        return None
    if at.target == ALL:
        return "No process is there yet. Select a type, then → starts one"
    if at.type is not None and not at.type.in_formation:
        return f"{at.target} is not kept running. Run it once: proctor run {at.target}"
    return f"No process of {at.target} is there. → starts one"


def _not_running(at: Situation) -> str | None:
    if reason := _nothing_there(at):
        return reason
    live = at.running or [each for each in at.processes if each.state == "crashed" and each.wanted]
    return None if live else f"Nothing of {at.named} is running. s starts it"


def _not_startable(at: Situation) -> str | None:
    if reason := _nothing_there(at):
        return reason
    idle = {"down", "crashed", "complete"}
    stopped = any(each.state in idle for each in at.processes)
    return None if stopped else f"{at.named.capitalize()} is running already"


def _not_killable(at: Situation) -> str | None:
    if reason := _nothing_there(at):
        return reason
    return None if at.running else f"Nothing of {at.named} is running"


def _no_type(at: Situation) -> str | None:
    return None if at.target != ALL else "Select a process or a type first"


def _no_panes(at: Situation) -> str | None:
    return None if at.view.processes else "No process has printed anything yet"


def _tiled(at: Situation) -> str | None:
    return None if at.layout != "tiles" else "All panes are shown already"


def _no_pages(at: Situation) -> str | None:
    return None if at.layout == "tiles" else "One pane is shown. esc shows all"


def _no_selection(at: Situation) -> str | None:
    return None if at.selected_text else "Nothing is selected. Drag over lines with the mouse"


def _no_address(at: Situation) -> str | None:
    return None if at.view.app.address else "No process has an address yet"


def _ends_anyway(at: Situation) -> str | None:
    return "The app is being stopped already" if at.view.stopping else None


# What it sends


def _quantity(at: Situation) -> int:
    return at.type.quantity if at.type else 0


def _scale_by(step: int) -> Callable[[Situation], AnyCommand | None]:
    return lambda at: Scale(steps={at.type_name: step}) if at.type_name else None


def _scale_to(at: Situation) -> AnyCommand | None:
    return Scale(quantities={at.type_name: at.quantity or 0}) if at.type_name else None


def _journal(at: Situation) -> str:
    return "" if at.target == ALL else f" --ps {at.target}"


_TABLE = (
    Action(
        id="scale_up", words="more", help="One process more of this type", group="Processes",
        unavailable=_not_scalable, builds=_scale_by(+1), has_target=True,
    ),
    Action(
        id="scale_down", words="fewer", help="One process fewer of this type; 0 is allowed",
        group="Processes", unavailable=_not_scalable_down, builds=_scale_by(-1), has_target=True,
    ),
    Action(
        id="scale_to", words="set", help="Set the quantity of the selected type: type a number",
        group="Processes", unavailable=_not_settable, builds=_scale_to, has_target=True,
    ),
    Action(
        id="restart", words="restart", help="Stop and start again, one after the other",
        group="Processes", unavailable=_nothing_there, footer=9, has_target=True,
        builds=lambda at: Restart(target=at.target),
    ),
    Action(
        id="stop", words="stop", help="Stop gracefully and keep down until started",
        group="Processes", unavailable=_not_running, footer=8, has_target=True,
        builds=lambda at: Stop(target=at.target),
    ),
    Action(
        id="start", words="start", help="Start what is down; try again at once what has crashed",
        group="Processes", unavailable=_not_startable, footer=8, has_target=True,
        builds=lambda at: Start(target=at.target),
    ),
    Action(
        id="kill", words="kill", help="Kill at once, with all children (SIGKILL)",
        group="Processes", unavailable=_not_killable, footer=4, has_target=True,
        builds=lambda at: Kill(target=at.target),
    ),
    Action(
        id="zoom", words="zoom", help="One pane as large as the screen, and back", group="Panes",
        unavailable=_no_panes, footer=7, has_target=True,
        shown_as=lambda at: f"proctor logs -f{_journal(at)}",
    ),
    Action(
        id="type", words="type", help="The lines of all processes of a type in one pane",
        group="Panes", unavailable=_no_type, footer=3, has_target=True,
        shown_as=lambda at: f"proctor logs -f --ps {at.type_name}" if at.type_name else None,
    ),
    Action(
        id="everything", words="all lines", help="The lines of all processes in one pane",
        group="Panes", unavailable=_no_panes, footer=5, shown_as=lambda _: "proctor logs -f",
    ),
    Action(
        id="tiles", words="tiles", help="A pane for each process, side by side", group="Panes",
        unavailable=_tiled, footer=10,
    ),
    Action(
        id="next_page", words="next panes", help="The panes that did not fit", group="Panes",
        unavailable=_no_pages,
    ),
    Action(
        id="previous_page", words="previous panes", help="The panes before these", group="Panes",
        unavailable=_no_pages,
    ),
    Action(
        id="copy", words="copy", help="Send the selected lines to the terminal's clipboard",
        group="Panes", unavailable=_no_selection, footer=9,
    ),
    Action(
        id="open", words="open", help="Open the app in the browser", group="App",
        unavailable=_no_address, footer=2, shown_as=lambda _: "proctor info",
    ),
    Action(
        id="watch", words="watch", help="Restart on a file save, or stop doing so", group="App",
        unavailable=_ends_anyway, footer=3, builds=lambda at: SetWatch(on=not at.view.watch.on),
    ),
    Action(
        id="reload", words="reload", help="Read the Procfile and the env files again, and apply",
        group="App", unavailable=_ends_anyway, footer=1, builds=lambda _: Reload(),
    ),
    Action(
        id="theme", words="theme", help="Dark or light", group="Screen",
    ),
    Action(
        id="themes", words="choose theme", help="Any theme, with a look before you choose",
        group="Screen",
    ),
    Action(
        id="palette", words="palette", help="Find any action by its name", group="Screen",
    ),
    Action(
        id="help", words="help", help="All keys, and the command line for the same", group="Screen",
        footer=11,
    ),
    Action(
        id="quit", words="quit", help="Leave this screen; asks when processes are running",
        group="Screen", footer=5, builds=lambda _: Quit(),
    ),
    Action(
        id="quit_app", words="stop all and quit", help="Stop all processes, end the app, leave",
        group="App", builds=lambda _: Quit(),
    ),
)  # fmt: skip

ACTIONS: "Mapping[str, Action]" = {each.id: each for each in _TABLE}


def possible(ids: tuple[str, ...], situation: Situation) -> Action:
    """The first of some actions that can be done now; else the first, which says why not."""
    actions = [ACTIONS[each] for each in ids]
    return next((each for each in actions if each.unavailable(situation) is None), actions[0])
