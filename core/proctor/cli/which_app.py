"""Which running app a command means: the one of this folder or of the nearest folder above it."""

import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from proctor.control.lock import running_pid
from proctor.control.places import Places, places_of, socket_to_try
from proctor.errors import NotRunning, UserError
from proctor.files.app_files import PROCFILE, AppOptions
from proctor.model.quoting import printable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from proctor.control.client import RemoteSession


def find_places(options: AppOptions) -> Places:
    """The places of the app that the options name, whether or not it runs.

    Its files are not read: an app whose Procfile was broken or removed can still be steered.

    Raises:
        UserError: the folder that is named does not exist.
    """
    name = options.settings.app_name
    if options.root is not None:
        root = Path(options.folder, options.root)
        if not root.is_dir():
            raise UserError(f"'{printable(options.root)}' is no folder", where="--root")
        return places_of(root, name)
    if options.procfile is not None:
        return places_of(Path(options.folder, options.procfile).parent, name)
    here = Path(options.folder)
    for folder in (here, *here.parents):
        places = places_of(folder, name)
        if running_pid(places) is not None or _has_procfile(folder):
            return places
    return places_of(here, name)


@asynccontextmanager
async def session_of(options: AppOptions) -> "AsyncIterator[RemoteSession]":
    """A session with the supervisor of the app that the options name.

    Raises:
        NotRunning: nothing runs it.
    """
    from proctor.control.client import connect  # noqa: PLC0415 - who starts an app is no client

    places = find_places(options)
    try:
        session = await connect(socket_to_try(places))
    except NotRunning as error:
        raise NotRunning(
            f"{places.app} is not running",
            where=str(places.root),
            hint="Start it with 'proctor start'",
        ) from error
    async with session:
        yield session


def _has_procfile(folder: Path) -> bool:
    return (folder / (os.environ.get("PROCFILE") or PROCFILE)).is_file()
