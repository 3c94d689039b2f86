"""The terminal UI of one app: a client of its supervisor like any other.

`run_screen` is the door; `ProctorApp` holds the session, and is the only one that sends.
"""

import asyncio
import os
import shlex
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from proctor.errors import ProctorError
from proctor.logs.safe import safe
from proctor.model.commands import AnyCommand, Quit, Refused
from proctor_tui.attaching import Attaching
from proctor_tui.follow import Follower, WindowFetcher
from proctor_tui.memory import settle_memory
from proctor_tui.palette import ActionProvider
from proctor_tui.screens.help import HelpScreen
from proctor_tui.screens.main import MainScreen
from proctor_tui.screens.quit import Answer, QuitScreen
from proctor_tui.situation import RUNNING
from proctor_tui.terminal import SignalledEarly, modes_kept, suspend, take_signals
from proctor_tui.themed_app import ThemedApp
from proctor_tui.themes import DARK, LIGHT, has_dark_ground
from proctor_tui.view import Part, View, from_snapshot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.binding import BindingType
    from textual.command import Provider
    from textual.screen import Screen

    from proctor.control.session import Session
    from proctor.model.events import Snapshot
    from proctor_tui.widgets.log_pane import LogPane

FRAME_SECONDS = 1 / 25
"""The screen shows what has changed at most so often."""

OUR_FAULT = 70
DETACHED = -1
"""What `run_screen` gives instead of an exit code when the app goes on without this screen."""


class ProctorApp(ThemedApp):
    """Follows the session, gives the main screen what has changed, sends what it asks for.

    Args:
        session: what is shown and steered.
        snapshot: how it was when the screen was opened: the first frame is a whole one.
        holds_lease: whether the app ends when this screen does.
        now: wall time in seconds.
        dark: whether to begin with the dark theme.
    """

    TITLE = "proctor"
    CSS_PATH = "screens/main.tcss"  # Textual does not read the one of a default screen
    # With priority: on a page over the main screen too, which has it as one of its actions.
    BINDINGS: ClassVar["list[BindingType]"] = [
        Binding("ctrl+z", "suspend_process", show=False, priority=True)
    ]
    COMMANDS: ClassVar[set["type[Provider] | Callable[[], type[Provider]]"]] = {ActionProvider}

    def __init__(
        self,
        session: "Session",
        snapshot: "Snapshot",
        *,
        holds_lease: bool,
        now: "Callable[[], float]" = time.time,
        dark: bool = True,
    ) -> None:
        super().__init__(dark=dark)
        self.last_words: str | None = None
        self.detached = False
        self._attaching = Attaching(self, session)
        self._left_with: tuple[int, str | None] | None = None
        self._session = session
        self._now = now
        self._holds_lease = holds_lease
        view = from_snapshot(snapshot)
        self._follower = Follower(session, view, self._wake)
        self._fetcher = WindowFetcher(session)
        self._frames_left = 0
        self._main = MainScreen(view, now=now(), holds_lease=holds_lease)

    def get_default_screen(self) -> "Screen[None]":
        """The main screen is there from the first frame on."""
        return self._main

    def on_mount(self) -> None:
        """Begin to follow, and to tick."""
        self._tick = self.set_interval(FRAME_SECONDS, self.tick, pause=True)
        self.set_interval(1.0, self._clock)
        self.run_worker(self._follow(), name="follow the session", exit_on_error=True)
        if not self.is_headless:
            take_signals(self, lambda code: self._leave(code, None))
            self.call_after_refresh(settle_memory)
        self._wake()

    @property
    def settled(self) -> bool:
        """Whether all that was told has been shown."""
        return not (self._follower.dirty or self._fetcher.busy or self._frames_left)

    @property
    def failed(self) -> bool:
        """Whether the screen ended by a fault of its own, which Textual has printed."""
        return self._exception is not None

    @property
    def view(self) -> View:
        """What is known of the app now."""
        return self._follower.view

    def tick(self) -> None:
        """One frame: show what has changed; pause when nothing has for a while."""
        view, parts = self._follower.take()
        if parts is not Part.NOTHING:
            self._main.show(view, parts)
        if view.exit_code is not None:
            self._leave(view.exit_code, self._words_at_the_end(view))
        self._frames_left -= 1
        self._main.frame()
        if self._frames_left <= 0 and not self._follower.dirty:
            self._frames_left = 0
            self._tick.pause()

    def _wake(self) -> None:
        # Panes are served two a frame: so many frames until each has shown its newest lines.
        self._frames_left = 2 + len(self._main.shown_panes)
        if self.is_running:
            self._tick.resume()

    def _clock(self) -> None:
        self._main.clock(self._now())

    # The session

    async def _follow(self) -> None:
        words = "the supervisor has gone. What it said last: proctor logs"
        try:
            await self._follower.run()
        except (ProctorError, OSError) as problem:
            words = str(problem)
        view = self._follower.view
        if view.exit_code is None:
            self._leave(OUR_FAULT, words)
        else:
            self._leave(view.exit_code, self._words_at_the_end(view))

    async def _send(self, command: AnyCommand) -> None:
        try:
            reply = await self._session.send(command)
        except (ProctorError, OSError) as problem:
            self._main.refuse(command, str(problem))
            return
        if isinstance(reply, Refused):
            hint = f". {reply.hint}" if reply.hint else ""
            self._main.refuse(command, f"{reply.what}{hint}")

    def on_steered_screen_command_wanted(self, message: MainScreen.CommandWanted) -> None:
        """The one place from which commands are sent."""
        self.run_worker(self._send(message.command), name="send a command", group="send")

    def on_log_pane_window_wanted(self, message: "LogPane.WindowWanted") -> None:
        """A pane needs lines."""
        if self._fetcher.want(message.pane, message.journal, message.first, message.count):
            self.run_worker(self._fetch(), name="fetch lines", group="lines")

    async def _fetch(self) -> None:
        with suppress(ProctorError, OSError):  # the session has ended: its follower tells
            await self._fetcher.fetch()
        self._wake()

    # The screen itself

    def on_log_pane_copied(self, message: "LogPane.Copied") -> None:
        """Text for the clipboard."""
        self.copy_to_clipboard(message.text)
        self._main.hint(message.words)

    def on_steered_screen_screen_action_wanted(
        self, message: MainScreen.ScreenActionWanted
    ) -> None:
        """What a screen cannot do by itself."""
        match message.action:
            case "frame":
                self._wake()
            case "help":
                self.push_screen(HelpScreen(self._main.situation), self._help_answered)
            case "palette":
                self.action_command_palette()
            case "themes":
                self.search_themes()
            case "theme":
                self.theme = LIGHT.name if self.current_theme.dark else DARK.name
            case "open" if self.view.app.address:
                self.open_url(self.view.app.address)
            case "suspend":
                self.action_suspend_process()
            case "attach" | "detach" as action:
                attaches = action == "attach"
                work = self._type_on_terminal() if attaches else self._let_it_go_on()
                self.run_worker(work, name=action, group="send")
            case "quit" | "quit_app":
                self._quit(message.by, always=message.action == "quit_app")
            case _:
                pass

    def action_command_palette(self) -> None:
        """The palette offers what the main screen can do: over a dialog there is none."""
        if self.screen is self._main:
            super().action_command_palette()

    def action_suspend_process(self) -> None:
        """Give the terminal back to the shell, as ^Z does; `fg` brings the screen back."""
        if not suspend(self):
            self._main.hint("There is no shell behind this screen that could bring it back")

    async def action_quit(self) -> None:
        """Textual's own key for quitting asks as ours does."""
        self._quit("key", always=False)

    def _quit(self, by: str, *, always: bool) -> None:
        """Leave, as asked `by` key or otherwise; `always` ends even an app of somebody else's."""
        if isinstance(self.screen, QuitScreen):  # asked again before the question was seen
            self.screen.answer(self.screen.quits_by)
            return
        leaves = not (self._holds_lease or always)
        if self.view.stopping and leaves:
            self._leave(0, None)
        elif self.view.stopping:
            self._main.want(Quit(by=by, at_once=True))
        elif running := sum(each.state in RUNNING for each in self.view.processes.values()):
            question = QuitScreen(running, ends_with=self.view.app.ends_with if leaves else None)
            self.push_screen(question, partial(self._quit_answered, by))
        elif leaves:
            self._leave(0, _goes_on(self.view))
        else:
            self._main.want(Quit(by=by))

    async def _quit_answered(self, by: str, answer: Answer | None) -> None:
        if answer == "stop":
            self._main.want(Quit(by=by))
        elif answer == "leave":
            await self._let_it_go_on()

    async def _let_it_go_on(self) -> None:
        """Leave, and let the app go on, whether it would have ended with this screen or not."""
        if self._holds_lease:
            try:
                await self._session.give_up_lease()
            except (ProctorError, OSError) as problem:
                self._main.hint(str(problem))
                return
            self.detached = True
            words = _let_go(self.view)
        else:
            words = _goes_on(self.view)
        self._leave(0, words)

    async def _type_on_terminal(self) -> None:
        """Let the terminal be the selected process's for a while."""
        problem = await self._attaching.attach(self._main.situation.target)
        if problem is not None:
            self._main.hint(problem)
        if self._left_with is not None:
            self._leave(*self._left_with)
        self._wake()

    def _help_answered(self, action: str | None) -> None:
        if action:
            self._main.act(action, by="button")

    def _words_at_the_end(self, view: View) -> str | None:
        words = _last_words(view)
        if words is None and not self._holds_lease:
            return f"{view.app.name} has ended"
        return words

    def _leave(self, code: int, words: str | None) -> None:
        if self._attaching.active:  # first the terminal has to be the screen's again
            self._left_with = (code, words)
            self._attaching.end()
            return
        self.last_words = self.last_words or words
        if self._exit is False:
            self.exit(code, return_code=code)


def _let_go(view: View) -> str:
    """What leads back to the app, from the folder that the user is in."""
    app, here = view.app, Path.cwd()
    there = "" if here.is_relative_to(app.root) else f" -d {_from(here, app.root)}"
    if app.name != Path(app.root).name:
        there += f" -a {shlex.quote(app.name)}"
    return safe(
        f"{app.name} goes on. See it with 'proctor attach{there}', "
        f"end it with 'proctor quit{there}'"
    )


def _from(here: Path, folder: str) -> str:
    below = Path(folder).is_relative_to(here)
    return shlex.quote(str(Path(folder).relative_to(here)) if below else folder)


def _goes_on(view: View) -> str:
    return f"{view.app.name} goes on; it ends with {view.app.ends_with}"


def _last_words(view: View) -> str | None:
    """What the user has to know of an app that did not end as it should."""
    if view.exit_code != OUR_FAULT:
        return None
    if view.done is not None and view.done.level == "error":
        return view.done.words
    return "not everything could be stopped. What was said last: proctor logs"


def run_screen(connect: "Callable[[], Awaitable[Session]]", *, holds_lease: bool) -> int:
    """Open the screen on a session, until it is left or the session ends; gives the exit code.

    Where it gave up the lease it held, and so the app goes on, that is `DETACHED`.

    The terminal is as it was before when this returns, whatever happened.

    Raises:
        ProctorError: the session could not be had; nothing was drawn.
    """
    with modes_kept():
        return asyncio.run(_run(connect, holds_lease=holds_lease))


async def _run(connect: "Callable[[], Awaitable[Session]]", *, holds_lease: bool) -> int:
    signalled = SignalledEarly()
    try:
        session = await connect()
        try:
            snapshot = await session.snapshot()
            dark = has_dark_ground(os.environ)
            app = ProctorApp(session, snapshot, holds_lease=holds_lease, dark=dark)
            await app.run_async()
        finally:
            await session.close()
    except asyncio.CancelledError:
        if signalled.code is None:
            raise
        return signalled.code
    if signalled.code is not None:
        return signalled.code
    if app.last_words:
        sys.stderr.write(f"proctor: {safe(app.last_words)}\n")
    if app.failed:
        return OUR_FAULT
    return DETACHED if app.detached else app.return_code or 0
