"""An application in proctor's colours, behind the guard: what the screen and its tests build on."""

from typing import TYPE_CHECKING

from textual.app import App

from proctor_tui.driver import TerminalDriver
from proctor_tui.ground import GroundTold
from proctor_tui.guard import Guard
from proctor_tui.paints import paints_of
from proctor_tui.themes import DARK, LIGHT, LOGS_DARK, LOGS_LIGHT, meanings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.style import Style
    from textual.filter import LineFilter


class ThemedApp(App[int]):
    """Registers the themes, gives every theme the same meanings, and guards every line.

    It begins `dark` or light; the terminal's own word counts as soon as it is there.
    """

    def __init__(self, *, dark: bool = True) -> None:
        super().__init__(driver_class=TerminalDriver)
        self._guard = Guard()
        self._painted_in = ""
        self._paints: Mapping[str, Style] = {}
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.ansi_theme_dark = LOGS_DARK
        self.ansi_theme_light = LOGS_LIGHT
        self.theme = self._began_in = DARK.name if dark else LIGHT.name

    @property
    def paints(self) -> "Mapping[str, Style]":
        """The paints of the chosen theme, for widgets that draw themselves."""
        if self._painted_in != self.theme:
            self._painted_in = self.theme
            self._paints = paints_of(self.get_css_variables())
        return self._paints

    def on_ground_told(self, message: GroundTold) -> None:
        """The terminal is dark or light, which counts if nobody has chosen meanwhile."""
        if self.theme == self._began_in:
            self.theme = self._began_in = DARK.name if message.dark else LIGHT.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What proctor's CSS names, for whichever theme is chosen."""
        return dict(meanings(self.current_theme))

    def get_line_filters(self) -> "Sequence[LineFilter]":
        """The guard first: what other filters make of a line, they make of a safe one."""
        return [self._guard, *super().get_line_filters()]
