"""An app that runs detached: the wait of the command that starts it, and its run without it."""

import os
import shlex
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from proctor.assembly.running_app import RunningApp
from proctor.cli.running import in_a_loop, let_go_of_the_terminal

if TYPE_CHECKING:
    from proctor.files.app_files import AppOptions

_OUR_FAULT = 70


def wait_for_start(heard: int, supervisor: int) -> int:
    """Print what the supervisor says of the app that it has started; gives the exit code.

    If it ends without a word there, it has said why, and its exit code is ours. ^C ends the app
    that is being started.
    """
    said = b""
    while True:
        try:
            while data := os.read(heard, 4096):
                said += data
            break
        except KeyboardInterrupt:
            os.kill(supervisor, signal.SIGINT)
    if said:
        sys.stdout.write(said.decode(errors="replace"))
        sys.stdout.flush()
        return 0
    while True:
        with suppress(KeyboardInterrupt):
            _, status = os.waitpid(supervisor, 0)
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else _OUR_FAULT


def run_detached(app: RunningApp, starter: int, options: "AppOptions") -> int:
    """Run the app on its own; tell by the pipe `starter` once it can be reached."""

    def served() -> None:
        with suppress(BrokenPipeError):  # who waited for it has gone, and it runs all the same
            os.write(starter, _words(app, options).encode(errors="replace"))
        os.close(starter)
        let_go_of_the_terminal()

    return in_a_loop(app.run(served=served))


def _words(app: RunningApp, options: "AppOptions") -> str:
    view = app.app_view()
    processes = app.supervisor.views()
    failed = [each.name for each in processes if each.state == "crashed"]
    count = "1 process" if len(processes) == 1 else f"{len(processes)} processes"
    troubled = f", of which failed: {', '.join(failed)}" if failed else ""
    named = "".join(f" {word}" for word in _which_app(options))
    return (
        f"{view.name} runs detached: supervisor {view.supervisor_pid}, {count}{troubled}\n"
        f"See it with 'proctor attach{named}' or 'proctor logs -f{named}', "
        f"end it with 'proctor quit{named}'\n"
    )


def _which_app(options: "AppOptions") -> list[str]:
    """What else one has to say in this folder, so that this app is meant."""
    # `logs -f` follows: only the long option names a Procfile for all three of these commands.
    said = (
        ("--procfile", options.procfile),
        ("-d", options.root),
        ("-a", options.flags.get("app")),
    )
    return [shlex.join([flag, str(value)]) for flag, value in said if value]
