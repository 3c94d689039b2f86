import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from proctor.files.app_files import AppOptions, load_app
from proctor.files.exposed import exposed_warning

WARNING = "every user of this machine can read one two (chmod 600 one two ends that)"


class Exposed:
    """An app in a folder that others may enter, with two env files that they can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.marker = folder / "marker"
        (folder / "Procfile").write_text("web: serve")
        folder.chmod(0o755)
        for name in ("one", "two"):
            self.write(name)

    def write(self, name: str) -> None:
        (self.folder / name).write_text("A=b")
        (self.folder / name).chmod(0o644)

    def warning(self) -> str | None:
        """What a start warns of."""
        app = load_app(AppOptions(folder=str(self.folder), env_files=("one", "two")), {})
        assert app.warnings == ()
        return exposed_warning(app, self.marker)

    def told_long_ago(self) -> None:
        """The warning was given before all that follows, however coarse the clock of files is."""
        os.utime(self.marker, (1, 1))

    def told_later(self) -> None:
        """It was given after all that there is."""
        later = (self.folder / "two").stat().st_ctime + 60
        os.utime(self.marker, (later, later))


@pytest.fixture
def exposed() -> Iterator[Exposed]:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        yield Exposed(Path(name))


def test_env_files_that_every_user_can_read_are_warned_of_once(exposed: Exposed) -> None:
    assert exposed.warning() == WARNING
    exposed.told_later()
    assert exposed.warning() is None


def test_the_warning_comes_again_when_such_a_file_has_changed(exposed: Exposed) -> None:
    assert exposed.warning() == WARNING
    exposed.told_long_ago()
    exposed.write("two")
    assert exposed.warning() == WARNING


def test_a_file_that_was_made_private_is_warned_of_no_more(exposed: Exposed) -> None:
    (exposed.folder / "one").chmod(0o600)
    assert exposed.warning() == "every user of this machine can read two (chmod 600 two ends that)"


def test_in_a_folder_that_others_may_not_enter_nothing_is_exposed(exposed: Exposed) -> None:
    exposed.folder.chmod(0o700)
    assert exposed.warning() is None
    assert not exposed.marker.exists()


def test_where_it_cannot_be_kept_that_it_was_told_it_is_told_again(exposed: Exposed) -> None:
    exposed.marker = exposed.folder / "Procfile" / "marker"
    assert exposed.warning() == WARNING
    assert exposed.warning() == WARNING
