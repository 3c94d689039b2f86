"""The environment that an app's processes are given, as others may see it."""

from collections.abc import Mapping

import msgspec

from proctor.model.configuration import AppConfiguration
from proctor.model.settings import SETTINGS_FILE

OURSELVES = "proctor"
EARLIER = "an earlier reading"


class GivenVariable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable and where its value comes from; the value only for who asks for it."""

    name: str
    origin: str
    value: str | None = None

    def __repr__(self) -> str:
        return f"GivenVariable(name={self.name!r}, origin={self.origin!r})"


class ReadFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that says what the app is. `changed`: since it was read."""

    path: str
    changed: bool = False


class EnvironmentView(msgspec.Struct, frozen=True, kw_only=True):
    """What a process was given at its start; without a process, what all are given that start now.

    Times are wall times in seconds.
    """

    read_at: float  #: when the files were read
    files: tuple[ReadFile, ...]
    variables: tuple[GivenVariable, ...]
    process: str | None = None
    run: int | None = None
    given_at: float | None = None


def variables_of_app(app: AppConfiguration, *, with_values: bool) -> tuple[GivenVariable, ...]:
    """What each process of the app is given, by name."""
    found = sorted(app.environment.variables.items())
    return tuple(
        GivenVariable(name=name, origin=each.origin, value=each.value if with_values else None)
        for name, each in found
    )


def variables_given(
    given: Mapping[str, str], app: AppConfiguration, type_: str, *, with_values: bool
) -> tuple[GivenVariable, ...]:
    """What a process of this type was given, by name, with the origins as the app is now."""
    return tuple(
        GivenVariable(
            name=name,
            origin=_origin(name, value, app, app.settings_of(type_).environment),
            value=value if with_values else None,
        )
        for name, value in sorted(given.items())
    )


def _origin(name: str, value: str, app: AppConfiguration, own: Mapping[str, str]) -> str:
    if own.get(name) == value:
        return SETTINGS_FILE
    variable = app.environment.variables.get(name)
    if variable is not None and variable.value == value:
        return variable.origin
    if name in _OURS:
        return OURSELVES
    return EARLIER


_OURS = frozenset({
    "PORT", "PS", "PROCTOR_PROCESS", "TERM", "PYTHONUNBUFFERED",
    "DYNO", "HEROKU_APP_ID", "HEROKU_APP_NAME", "HEROKU_DYNO_ID",
})  # fmt: skip
