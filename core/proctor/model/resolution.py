"""Which of the places that speak of a setting counts.

From the strongest to the weakest: a flag, the env files (the later first), `proctor.toml`, the
environment that proctor was started in, and what holds when nobody says anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from proctor.errors import UserError
from proctor.model.environment import Layer
from proctor.model.ports import DEFAULT_BASE
from proctor.model.quoting import quoted
from proctor.model.settings import SETTINGS_FILE, Settings
from proctor.model.settings_table import APP_SETTINGS, SettingEntry

DEFAULT = "default"
PROCFILE = "Procfile"
ENV_FILE = ".env"

#: which files are read, and of which app, cannot be said in an env file: it is read later
NOT_IN_ENV_FILES = ("env_files", "app")

_LONGEST_NAME = 40  # of a variable that may be misspelled
_NEAR = 0.85  # others may have variables that begin like ours

_DEFAULTS: Mapping[str, object] = {
    "procfile": PROCFILE,
    "env_files": (ENV_FILE,),
    "port": DEFAULT_BASE,
    "formation": "",
}


class Written(msgspec.Struct, frozen=True):
    """A value and where it was written: "--grace", ".env:2", "proctor.toml:3", "default".

    Its `repr` hides the value, which may be a secret.
    """

    value: object
    where: str

    def __repr__(self) -> str:
        return f"Written(where={self.where!r})"


def choose(
    names: Iterable[str],
    *,
    env_files: Sequence[Layer],
    file: Mapping[str, Written],
    inherited: Layer,
) -> dict[str, Written]:
    """What the places say of these settings of the app; flags are yet to come.

    `env_files` come with the weakest first. What is overruled is not read, so it may be wrong.

    Raises:
        UserError: the value that counts is not possible; names the variable and its place.
    """
    chosen = {}
    for name in names:
        entry = APP_SETTINGS[name]
        variable = entry.environment_name
        layers = () if name in NOT_IN_ENV_FILES else env_files
        # An empty one (`PORT=`) says nothing, as the shell's ${PORT:-…} has it.
        layer = next((each for each in reversed(layers) if each.values.get(variable)), None)
        if layer is not None:
            chosen[name] = _read(entry, layer)
        elif name in file:
            chosen[name] = file[name]
        elif inherited.values.get(variable):
            chosen[name] = _read(entry, inherited)
    return chosen


def settings_of(said: Mapping[str, Written]) -> Settings:
    """The settings of an app; what is not said is as it is by default."""
    values: dict[str, Any] = {  # as their readers give them
        entry.field: said[name].value
        for name, entry in APP_SETTINGS.items()
        if name in said and entry.field in Settings.__struct_fields__
    }
    return Settings(**values)


def variable_remark(name: str) -> str | None:
    """What is odd about a variable PROCTOR_… in an env file; None where nothing is."""
    known = {entry.environment_name: key for key, entry in APP_SETTINGS.items()}
    if name in known:
        in_file = known[name] not in NOT_IN_ENV_FILES
        return None if in_file else f"{name} is not read here; write it in {SETTINGS_FILE}"
    from difflib import get_close_matches  # noqa: PLC0415 - only who misspells pays for it

    spellings = {f"PROCTOR_{entry.name.upper()}": entry for entry in APP_SETTINGS.values()}
    for near in get_close_matches(name[:_LONGEST_NAME], spellings, n=1, cutoff=_NEAR):
        nearest = spellings[near].environment_name  # PORT, and not PROCTOR_PORT
        return f"{quoted(name)} is no setting; the nearest is {nearest}"
    return None


def default_of(entry: SettingEntry) -> Written:
    """What holds for the app when nobody says anything."""
    if entry.name in _DEFAULTS:
        return Written(_DEFAULTS[entry.name], DEFAULT)
    return Written(getattr(Settings(), entry.field), DEFAULT)


def _read(entry: SettingEntry, layer: Layer) -> Written:
    variable = entry.environment_name
    where = layer.place_of(variable)
    try:
        value = entry.read_text(layer.values[variable], where)
    except UserError as error:
        what = error.what if entry.variable else f"{variable}: {error.what}"
        raise UserError(what, where=where, hint=error.hint) from error
    return Written(value, where)
