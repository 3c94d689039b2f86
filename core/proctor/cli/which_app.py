"""Which running app a command means: the one of this folder or of the nearest folder above it."""

import gc
import os
import re
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from proctor.control.lock import running_pid
from proctor.control.places import Places, places_of, socket_to_try
from proctor.errors import NotRunning, UserError
from proctor.files.app_files import AppOptions
from proctor.files.settings_files import app_name_in, has_settings
from proctor.model.quoting import printable
from proctor.model.resolution import PROCFILE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from proctor.control.brief import BriefSession
    from proctor.control.client import RemoteSession


def find_places(options: AppOptions) -> Places:
    """The places of the app that the options name, whether or not it runs.

    Of its files the name of the app alone is read: one whose Procfile was broken or removed can
    still be steered.

    Raises:
        UserError: the folder that is named does not exist; the name is not possible.
    """
    if options.root is not None:
        root = Path(options.folder, options.root)
        if not root.is_dir():
            # -d is a process on the platform.
            is_process = re.fullmatch(r"[A-Za-z0-9_-]+\.[0-9]+", options.root)
            hint = f"A process is meant by its name alone, or by '--ps {options.root}' of logs"
            raise UserError(
                f"'{printable(options.root)}' is no folder",
                where="--root",
                hint=hint if is_process else None,
            )
        return _places_of(root, options)
    if options.procfile is not None:
        return _places_of(Path(options.folder, options.procfile).parent, options)
    here = Path(options.folder)
    for folder in (here, *here.parents):
        places = _places_of(folder, options)
        if running_pid(places) is not None or _has_app(folder):
            return places
    return _places_of(here, options)


def _places_of(root: Path, options: AppOptions) -> Places:
    flag = options.flags.get("app")
    return places_of(root, str(flag) if flag is not None else app_name_in(root, os.environ))


@asynccontextmanager
async def session_of(options: AppOptions) -> "AsyncIterator[RemoteSession]":
    """A session with the supervisor of the app that the options name.

    Raises:
        NotRunning: nothing runs it.
    """
    async with await connected(options) as session:
        yield session


async def connected(options: AppOptions) -> "RemoteSession":
    """The same, to be closed by the caller.

    Raises:
        NotRunning: nothing runs it.
    """
    from proctor.control.client import connect  # noqa: PLC0415 - who starts an app is no client

    # An event loop makes garbage for as long as it runs; what is loaded so far is none.
    gc.freeze()
    gc.enable()
    places = find_places(options)
    try:
        return await connect(socket_to_try(places))
    except NotRunning as error:
        raise not_running(places) from error


@asynccontextmanager
async def brief_session_of(options: AppOptions) -> "AsyncIterator[BriefSession]":
    """The same for who asks, prints the answer and ends: `run_briefly` runs it, without asyncio.

    Raises:
        NotRunning: nothing runs it.
    """
    from proctor.control.brief import connect_briefly  # noqa: PLC0415 - as above

    places = find_places(options)
    try:
        session = connect_briefly(socket_to_try(places))
    except NotRunning as error:
        raise not_running(places) from error
    with session:
        yield session


def not_running(places: Places) -> NotRunning:
    """Nothing runs this app, as the problem to report."""
    return NotRunning(
        f"{places.app} is not running",
        where=str(places.root),
        hint="Start it with 'proctor start'",
    )


def _has_app(folder: Path) -> bool:
    procfile = folder / (os.environ.get("PROCFILE") or PROCFILE)
    return procfile.is_file() or has_settings(folder)
