"""Reads `proctor.toml` of a folder, whole or for the name of the app alone.

The reader of TOML is loaded where there is such a file: all others do not wait for it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from proctor.files.reading import read_start
from proctor.model.settings import SETTINGS_FILE
from proctor.model.settings_table import APP_SETTINGS

if TYPE_CHECKING:
    from proctor.model.settings_file import SettingsFile


def has_settings(folder: Path) -> bool:
    """Is there a settings file in this folder?"""
    return (folder / SETTINGS_FILE).is_file()


def read_settings(root: Path) -> "SettingsFile | None":
    """What the settings file of this folder says; None where there is none.

    Raises:
        UserError: it cannot be read, or is wrong; says in which line.
    """
    if not has_settings(root):
        return None
    from proctor.model.settings_file import read_settings_file  # noqa: PLC0415 - see the module's words

    return read_settings_file(read_start(root / SETTINGS_FILE, name=SETTINGS_FILE))


def app_name_in(root: Path, inherited: Mapping[str, str]) -> str | None:
    """What the files of a folder, or the environment, say the app's name is; None: its folder's.

    Read without the rest, so that an app can be steered while its files are wrong.

    Raises:
        UserError: it is no name.
    """
    if has_settings(root):
        from proctor.model.settings_file import read_app_name  # noqa: PLC0415 - see the module's words

        written = read_app_name(read_start(root / SETTINGS_FILE, name=SETTINGS_FILE))
        if written is not None:
            return str(written.value)
    entry = APP_SETTINGS["app"]
    given = inherited.get(entry.environment_name)
    return str(entry.read_text(given, entry.environment_name)) if given else None
