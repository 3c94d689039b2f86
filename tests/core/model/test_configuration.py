"""An app as it was read: what holds for each process type."""

from proctor.model.configuration import AppConfiguration
from proctor.model.procfile import read_procfile
from proctor.model.settings import Settings
from proctor.model.type_settings import TypeSettings


def app(**given: object) -> AppConfiguration:
    procfile = read_procfile("web: a\nworker: b\n")
    return AppConfiguration(
        root="/app",
        name="app",
        procfile_path="/app/Procfile",
        procfile=procfile,
        **given,  # type: ignore[arg-type]  # as each test has it
    )


def test_a_type_without_settings_of_its_own_has_those_of_the_app() -> None:
    settings = Settings(grace_seconds=5.0, on_exit="stay", terminal=False)
    found = app(settings=settings).settings_of("web")
    assert found == TypeSettings(grace_seconds=5.0, on_exit="stay", terminal=False)


def test_a_type_with_settings_of_its_own_has_these() -> None:
    own = TypeSettings(stop_signal="INT", environment={"DEBUG": "1"})
    configuration = app(types={"worker": own})
    assert configuration.settings_of("worker") is own
    assert configuration.settings_of("web") == TypeSettings()
