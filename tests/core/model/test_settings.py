from typing import Any

import pytest

from proctor.errors import UserError
from proctor.model.settings import ON_EXIT, Settings


def test_without_a_word_processes_are_restarted_and_have_30_seconds_to_stop() -> None:
    settings = Settings()

    assert (settings.on_exit, settings.grace_seconds) == ("restart", 30.0)
    assert settings.terminal
    assert settings.screen
    assert not settings.watch
    assert not settings.fixed_ports


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"grace_seconds": -1.0},
            "-1 seconds are not a grace period (--grace). Write a number from 0 to 86400.",
        ),
        (
            {"grace_seconds": float("nan")},
            "nan seconds are not a grace period (--grace). Write a number from 0 to 86400.",
        ),
        (
            {"on_exit": "explode"},
            (
                "'explode' is not possible (--on-exit). "
                "Choose restart, restart-on-failure, stay, stop-all."
            ),
        ),
        (
            {"log_format": "xml"},
            "'xml' is not possible (--log-format). Choose human, json, platform.",
        ),
        (
            {"app_name": "../up"},
            (
                "'../up' cannot be the name of an app (--app). "
                "Use up to 63 letters, digits, dots, - and _, a letter or digit first."
            ),
        ),
    ],
)
def test_settings_that_cannot_be_are_refused_with_their_flag(
    given: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError) as caught:
        Settings(**given)

    assert str(caught.value) == said


@pytest.mark.parametrize("on_exit", ON_EXIT)
def test_every_way_to_go_on_after_an_exit_can_be_set(on_exit: Any) -> None:
    assert Settings(on_exit=on_exit, grace_seconds=0).on_exit == on_exit
