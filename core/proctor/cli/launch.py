"""Runs an app: from the options of a command line to an exit code."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from proctor.assembly.running_app import RunningApp
from proctor.assembly.surroundings import Surroundings
from proctor.cli import early
from proctor.cli.problems import tell
from proctor.control import lock, registry
from proctor.control.places import Places, places_of
from proctor.control.registry import Registration
from proctor.errors import NoProcfile
from proctor.files.app_files import AppOptions, load_app
from proctor.files.exposed import exposed_warning
from proctor.model.configuration import AppConfiguration


def launch(options: AppOptions) -> int:
    """Run the app until it ends; gives the exit code.

    Raises:
        ProctorError: it cannot be run.
    """
    inherited = dict(os.environ)
    configuration = _load_first(options, inherited)
    places = places_of(Path(configuration.root), configuration.settings.app_name)
    held = lock.take(places, say=tell)
    prepared = early.prepared()
    registration = registry.register(configuration, places, pid=os.getpid())
    around = Surroundings(
        guardian=prepared.guardian,
        guardian_pid=prepared.guardian_pid,
        read_again=lambda: registration.applied_to(load_app(options, inherited)),
        places=places,
        lock_fd=held.fd,
        lease=prepared.lease,
        ends_with=_ends_with(prepared),
    )
    try:
        return _run(_with_news(configuration, registration, places), around, prepared, options)
    finally:
        registration.close()


def _with_news(
    configuration: AppConfiguration, registration: Registration, places: Places
) -> AppConfiguration:
    """The app with the ports it got, and with what is to be told of it at the start."""
    configuration = registration.applied_to(configuration)
    news = (exposed_warning(configuration, places.exposed_marker), registration.note)
    told = (*configuration.unread, *(words for words in news if words is not None))
    return msgspec.structs.replace(configuration, warnings=(*configuration.warnings, *told))


def _run(
    configuration: AppConfiguration,
    around: Surroundings,
    prepared: early.Prepared,
    options: AppOptions,
) -> int:
    app = RunningApp(configuration, around)
    app.begin()
    app.open_socket()
    # Only now, while the first processes start.
    if prepared.starter is not None:
        from proctor.cli.detached import run_detached  # noqa: PLC0415 - see above

        return run_detached(app, prepared.starter, options)
    from proctor.cli.running import run_and_print, run_under_screen  # noqa: PLC0415 - see above

    return run_and_print(app) if prepared.lease is None else run_under_screen(app)


def _load_first(options: AppOptions, inherited: Mapping[str, str]) -> AppConfiguration:
    try:
        return load_app(options, inherited)
    except NoProcfile as problem:
        from proctor.cli.app_above import problem_in_subfolder  # noqa: PLC0415 - to say this alone

        raise problem_in_subfolder(options) or problem from None


def _ends_with(prepared: early.Prepared) -> str:
    if prepared.starter is not None:
        return "proctor quit"
    if prepared.lease is not None:
        return f"the screen of process {os.getppid()}"
    return f"process {os.getpid()}"
