"""What to say where there is no Procfile, but in a folder above."""

import os
import shlex
from pathlib import Path

from proctor.cli.which_app import find_places
from proctor.control.lock import running_pid
from proctor.errors import AlreadyRunning, UserError
from proctor.files.app_files import AppOptions
from proctor.model.quoting import printable


def problem_in_subfolder(options: AppOptions) -> UserError | None:
    """The problem of who asks for a start here, in a folder of an app; None if there is none."""
    if options.root is not None or options.procfile is not None:
        return None
    places = find_places(options)
    here = Path(os.path.realpath(options.folder))
    if places.root == here:
        return None
    above = printable(str(places.root))
    pid = running_pid(places)
    if pid is not None:
        return AlreadyRunning(
            f"there is no Procfile here, and the app of {above} already runs: process {pid}",
            hint="See it with 'proctor ps', start one of its processes with 'proctor start web.1'",
        )
    way = shlex.quote(os.path.relpath(places.root, here))
    return UserError(
        f"there is no Procfile here, but in {above}", hint=f"Run it with 'proctor start -d {way}'"
    )


def problem_in_working_folder() -> UserError | None:
    """The same of the folder where one stands, without any option."""
    try:
        return problem_in_subfolder(AppOptions(folder=str(Path.cwd())))
    except FileNotFoundError:  # it has been removed: there is nothing above it
        return None
