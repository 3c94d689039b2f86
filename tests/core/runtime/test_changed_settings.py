from typing import Any

import pytest
from msgspec.structs import replace

from proctor.model.configuration import AppConfiguration, type_settings
from proctor.model.formation import Formation
from proctor.model.settings import Settings
from proctor.model.type_settings import Dependency, ReadyWhenLogged
from proctor.runtime.changed_settings import ChangedSettings, changed_settings
from proctor.runtime.reloading import difference
from support.supervised import configuration

TYPES = ("web", "worker")


def app(**settings: Any) -> AppConfiguration:
    return configuration(**settings)


def with_type(type_: str, **own: Any) -> AppConfiguration:
    return replace(app(), types={type_: type_settings(Settings(), **own)})


def changed(after: AppConfiguration, before: AppConfiguration | None = None) -> ChangedSettings:
    return changed_settings(before or app(), after, TYPES)


def test_the_same_settings_are_no_change() -> None:
    assert changed(app()) == ChangedSettings()
    assert changed(with_type("web")) == ChangedSettings()


@pytest.mark.parametrize(
    ("own", "name"),
    [
        ({"environment": {"DEBUG": "sesame"}}, "env"),
        ({"terminal": False}, "pty"),
        ({"stdin": "open"}, "stdin"),
        ({"port": 9000}, "port"),
        ({"platform_env": True}, "platform_env"),
    ],
)
def test_what_a_process_is_started_with_restarts_its_type_alone(
    own: dict[str, Any], name: str
) -> None:
    found = changed(with_type("web", **own))

    assert found.restart == {"web"}
    assert found.words == (f"changed settings of web: {name}",)


@pytest.mark.parametrize(
    ("own", "name"),
    [
        ({"grace_seconds": 5.0}, "grace"),
        ({"stop_signal": "INT"}, "stop_signal"),
        ({"stop_scope": "all"}, "stop_scope"),
        ({"on_exit": "stay"}, "on_exit"),
        ({"watch": ("*.py",)}, "watch"),
        ({"after": (Dependency("worker"),)}, "after"),
        ({"ready": ReadyWhenLogged("up")}, "ready"),
        ({"group": "front"}, "group"),
        ({"memory_limit_bytes": 10**9}, "memory_limit"),
    ],
)
def test_all_else_holds_at_once(own: dict[str, Any], name: str) -> None:
    found = changed(with_type("web", **own))

    assert found.restart == frozenset()
    assert found.words == (f"changed settings of web: {name}",)


def test_what_the_app_says_for_all_types_is_told_once_and_reaches_those_without_their_own() -> None:
    own = {"web": type_settings(Settings(), terminal=False)}
    before = replace(app(), types=own)
    after = replace(app(terminal=False, grace_seconds=3.0), types=own)

    found = changed(after, before)

    assert found.restart == {"worker"}
    assert found.words == ("changed settings grace, pty",)


def test_what_is_decided_at_the_start_of_the_app_is_told_to_wait_for_the_next_one() -> None:
    found = changed(app(app_name="b", screen=False, log_format="json", on_exit="stay"))

    assert found.words == (
        "changed settings app, tui, log_format, on_exit",
        "app, tui, log_format: from the next start of the app on",
    )


def test_whoever_renames_an_app_that_runs_is_told_how_it_is_found_until_then() -> None:
    found = changed(app(app_name="b"), app(app_name="a"))

    assert found.words[-1] == "until then commands find it with --app a"


def test_the_watch_is_switched_only_when_its_setting_has_changed() -> None:
    assert changed(app(watch=True)).watch is True
    assert changed(app(), app(watch=True)).watch is False
    assert changed(app(grace_seconds=1), app()).watch is None


def test_another_base_port_restarts_everything() -> None:
    found = changed(replace(app(), base_port=7000))

    assert found.restart == set(TYPES)
    assert found.words == ("changed base port 7000",)


def test_a_quantity_that_the_files_change_counts_and_others_stay_as_they_are() -> None:
    before = configuration(formation={"web": 2})
    after = configuration(formation={"web": 4})
    present = Formation((("web", 1), ("worker", 7)))

    found = difference(before, after, present)

    assert str(found.formation) == "web=4 worker=7"
    assert found.words == "scaled web=4"
    assert str(difference(after, after, present).formation) == "web=1 worker=7"


def test_files_that_are_named_anew_are_watched_anew() -> None:
    before = configuration()

    def watches_anew(after: AppConfiguration) -> bool:
        return difference(before, after, before.formation).watches_anew

    assert watches_anew(replace(before, env_paths=("/home/ada/shop/dev.env",)))
    assert watches_anew(configuration(watch=True))
    assert not watches_anew(configuration(grace_seconds=3.0))
