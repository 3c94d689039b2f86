"""Tells which environment processes were given, and when the files were read that say it."""

import os
from collections.abc import Iterator, Mapping

import msgspec

from proctor.errors import UserError
from proctor.model.configuration import AppConfiguration
from proctor.model.given_environment import (
    EnvironmentView,
    ReadFile,
    variables_given,
    variables_of_app,
)
from proctor.model.names import ProcessName
from proctor.model.quoting import quoted


class Given(msgspec.Struct, frozen=True):
    """What a run was given at its start, at this wall time."""

    run: int
    at: float
    environment: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Given(run={self.run}, at={self.at})"


def environment_of_app(app: AppConfiguration, *, with_values: bool) -> EnvironmentView:
    """What all processes are given that are started now."""
    return EnvironmentView(
        read_at=app.read_at,
        files=tuple(_files(app)),
        variables=variables_of_app(app, with_values=with_values),
    )


def environment_of_process(
    app: AppConfiguration, process: str, given: Given | None, *, with_values: bool
) -> EnvironmentView:
    """What a process was given.

    Raises:
        UserError: it does not run.
    """
    if given is None:
        raise UserError(f"{quoted(process)} does not run", hint="'proctor ps' says what does")
    type_ = ProcessName.parse(process).type
    return EnvironmentView(
        read_at=app.read_at,
        files=tuple(_files(app)),
        variables=variables_given(given.environment, app, type_, with_values=with_values),
        process=process,
        run=given.run,
        given_at=given.at,
    )


def _files(app: AppConfiguration) -> Iterator[ReadFile]:
    for path in app.read_files:
        try:
            modified = os.stat(path).st_mtime  # noqa: PTH116 - a path as text
        except OSError:
            if path in (app.procfile_path, *app.env_paths):
                yield ReadFile(path=path, changed=True)  # it is gone
            continue
        yield ReadFile(path=path, changed=modified > app.read_at)
