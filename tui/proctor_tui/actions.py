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
    RunOneOff,
    Scale,
    SetWatch,
    Start,
    Stop,
    to_cli,
)
from proctor_tui import availability
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
    #: what it sends; None if it is about the screen alone
    builds: Callable[[Situation], AnyCommand | None] | None = None
    shown_as: Callable[[Situation], str | None] = _no_cli  #: command line, where it sends nothing
    footer: int = 0  #: its worth in the footer, where room is short; 0 stays out of it
    has_target: bool = False  #: it is about what is selected
    title: str = ""  #: as in the palette, with {target} or {type} in it; else the words

    def title_for(self, situation: Situation) -> str:
        """The words for what is selected: `Restart web.1`."""
        title = self.title or self.words.capitalize()
        return title.format(target=situation.named, type=situation.type_name or "everything")

    def command_line(self, situation: Situation) -> str | None:
        """What one would type in a shell for the same, or None where there is no such command."""
        command = self.builds(situation) if self.builds else None
        return to_cli(command) if command else self.shown_as(situation)


# What it sends


def _scale_by(step: int) -> Callable[[Situation], AnyCommand | None]:
    return lambda at: Scale(steps={at.type_name: step}) if at.type_name else None


def _scale_to(at: Situation) -> AnyCommand | None:
    return Scale(quantities={at.type_name: at.quantity or 0}) if at.type_name else None


def _once(at: Situation) -> AnyCommand | None:
    return RunOneOff(words=(at.type_name,)) if at.type_name else None


def _journal(at: Situation) -> str:
    return "" if at.target == ALL else f" --ps {at.target}"


_TABLE = (
    Action(
        id="scale_up",
        title="One more {type}",
        words="more",
        help="One process more of this type",
        group="Processes",
        unavailable=availability.not_scalable,
        builds=_scale_by(+1),
        has_target=True,
    ),
    Action(
        id="scale_down",
        title="One fewer {type}",
        words="fewer",
        help="One process fewer of this type; 0 is allowed",
        group="Processes",
        unavailable=availability.not_scalable_down,
        builds=_scale_by(-1),
        has_target=True,
    ),
    Action(
        id="scale_to",
        words="set",
        help="Set the quantity of the selected type: type a number",
        group="Processes",
        unavailable=availability.not_settable,
        builds=_scale_to,
        has_target=True,
    ),
    Action(
        id="restart",
        title="Restart {target}",
        words="restart",
        help="Stop and start again, one after the other",
        group="Processes",
        unavailable=availability.nothing_there,
        footer=9,
        has_target=True,
        builds=lambda at: Restart(target=at.target),
    ),
    Action(
        id="stop",
        title="Stop {target}",
        words="stop",
        help="Stop gracefully and keep down until started",
        group="Processes",
        unavailable=availability.not_running,
        footer=8,
        has_target=True,
        builds=lambda at: Stop(target=at.target),
    ),
    Action(
        id="start",
        title="Start {target}",
        words="start",
        help="Start what is down; try again at once what has crashed",
        group="Processes",
        unavailable=availability.not_startable,
        footer=8,
        has_target=True,
        builds=lambda at: Start(target=at.target),
    ),
    Action(
        id="kill",
        title="Kill {target}",
        words="kill",
        help="Kill at once, with all children (SIGKILL)",
        group="Processes",
        unavailable=availability.not_killable,
        footer=4,
        has_target=True,
        builds=lambda at: Kill(target=at.target),
    ),
    Action(
        id="once",
        title="Run {type} once",
        words="run once",
        help="Run this type's command once, as run.1, beside the others",
        group="Processes",
        unavailable=availability.not_runnable_once,
        has_target=True,
        builds=_once,
    ),
    Action(
        id="attach",
        title="Attach to {target}",
        words="attach",
        help="Type on its own terminal (debugger, console); ^] leaves",
        group="Processes",
        unavailable=availability.not_attachable,
        footer=10,
        has_target=True,
        shown_as=lambda at: f"proctor attach {at.target}",
    ),
    Action(
        id="zoom",
        title="Zoom {target}",
        words="zoom",
        help="One pane as large as the screen, and back",
        group="Panes",
        unavailable=availability.no_panes,
        footer=7,
        has_target=True,
        shown_as=lambda at: f"proctor logs -f{_journal(at)}",
    ),
    Action(
        id="type",
        title="All lines of {type}",
        words="type",
        help="The lines of all processes of a type in one pane",
        group="Panes",
        unavailable=availability.no_type,
        footer=3,
        has_target=True,
        shown_as=lambda at: f"proctor logs -f --ps {at.type_name}" if at.type_name else None,
    ),
    Action(
        id="everything",
        title="All lines of everything",
        words="all lines",
        help="The lines of all processes in one pane",
        group="Panes",
        unavailable=availability.no_panes,
        footer=5,
        shown_as=lambda _: "proctor logs -f",
    ),
    Action(
        id="tiles",
        title="Show all panes",
        words="tiles",
        help="A pane for each process, side by side",
        group="Panes",
        unavailable=availability.tiled,
        footer=10,
    ),
    Action(
        id="next_page",
        words="next panes",
        help="The panes that did not fit",
        group="Panes",
        unavailable=availability.no_pages,
    ),
    Action(
        id="previous_page",
        words="previous panes",
        help="The panes before these",
        group="Panes",
        unavailable=availability.no_pages,
    ),
    Action(
        id="copy",
        title="Copy the selected lines",
        words="copy",
        help="Send the selected lines to the terminal's clipboard",
        group="Panes",
        unavailable=availability.no_selection,
        footer=9,
    ),
    Action(
        id="open",
        title="Open the app in the browser",
        words="open",
        help="Open the app in the browser",
        group="App",
        unavailable=availability.no_address,
        footer=2,
        shown_as=lambda _: "proctor info",
    ),
    Action(
        id="watch",
        title="Watch files, or stop doing so",
        words="watch",
        help="Restart on a file save, or stop doing so",
        group="App",
        unavailable=availability.ends_anyway,
        footer=3,
        builds=lambda at: SetWatch(on=not at.view.watch.on),
    ),
    Action(
        id="reload",
        title="Reload the Procfile",
        words="reload",
        help="Read the Procfile and the env files again, and apply",
        group="App",
        unavailable=availability.ends_anyway,
        footer=12,
        builds=lambda _: Reload(),
    ),
    Action(
        id="theme",
        title="Switch between dark and light",
        words="theme",
        help="Dark or light",
        group="Screen",
    ),
    Action(
        id="themes",
        title="Choose a theme",
        words="choose theme",
        help="Any theme, with a look before you choose",
        group="Screen",
    ),
    Action(
        id="palette",
        words="palette",
        help="Find any action by its name",
        group="Screen",
    ),
    Action(
        id="help",
        title="Help",
        words="help",
        help="All keys, and the command line for the same",
        group="Screen",
        footer=11,
    ),
    Action(
        id="suspend",
        title="Suspend the screen",
        words="suspend",
        help="Back to the shell; fg brings the screen back",
        group="Screen",
    ),
    Action(
        id="detach",
        title="Detach",
        words="detach",
        help="Leave; the app goes on, and proctor attach comes back",
        group="Screen",
        unavailable=availability.ends_anyway,
        footer=4,
        shown_as=lambda _: "proctor start --detach",
    ),
    Action(
        id="quit",
        title="Quit",
        words="quit",
        help="Leave this screen; asks when processes are running",
        group="Screen",
        footer=5,
        builds=lambda _: Quit(),
    ),
    Action(
        id="quit_app",
        title="Stop all and quit",
        words="stop all and quit",
        help="Stop all processes, end the app, leave",
        group="App",
        builds=lambda _: Quit(),
    ),
)

ACTIONS: "Mapping[str, Action]" = {each.id: each for each in _TABLE}


def possible(ids: tuple[str, ...], situation: Situation) -> Action:
    """The first of some actions that can be done now; else the first, which says why not."""
    actions = [ACTIONS[each] for each in ids]
    return next((each for each in actions if each.unavailable(situation) is None), actions[0])
