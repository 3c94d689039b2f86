import os
from pathlib import Path

import pytest

from proctor.control.environments import Given, environment_of_app, environment_of_process
from proctor.errors import UserError
from proctor.files.app_files import AppOptions, load_app
from proctor.model.configuration import AppConfiguration


@pytest.fixture
def app(tmp_path: Path) -> AppConfiguration:
    (tmp_path / "Procfile").write_text("web: w\n")
    (tmp_path / ".env").write_text("KEY=secret\n")
    for path in tmp_path.iterdir():
        os.utime(path, (1.0, 1.0))
    return load_app(AppOptions(folder=str(tmp_path)), {"HOME": "/home/ada"})


def test_the_files_that_were_read_are_told_and_whether_they_have_changed(
    app: AppConfiguration, tmp_path: Path
) -> None:
    def changed() -> dict[str, bool]:
        found = environment_of_app(app, with_values=False)
        return {Path(each.path).name: each.changed for each in found.files}

    assert changed() == {"Procfile": False, ".env": False}
    later = app.read_at + 1
    os.utime(tmp_path / "Procfile", (later, later))
    (tmp_path / ".env").unlink()
    assert changed() == {"Procfile": True, ".env": True}


def test_a_process_is_told_what_its_run_was_given(app: AppConfiguration) -> None:
    given = Given(3, 12.5, {"KEY": "secret", "PORT": "5006"})
    found = environment_of_process(app, "web.1", given, with_values=False)
    assert (found.process, found.run, found.given_at) == ("web.1", 3, 12.5)
    assert [(each.name, each.origin) for each in found.variables] == [
        ("KEY", ".env"), ("PORT", "proctor"),
    ]  # fmt: skip
    assert "secret" not in repr((found, given))


def test_what_does_not_run_was_given_nothing(app: AppConfiguration) -> None:
    with pytest.raises(UserError, match=r"'web\.1' does not run"):
        environment_of_process(app, "web.1", None, with_values=False)
