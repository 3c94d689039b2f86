import os
import signal

import pytest

from proctor.model.exits import Exit


@pytest.mark.parametrize("status", range(256))
def test_every_status_is_read_and_told(status: int) -> None:
    exit_ = Exit.from_wait_status(status << 8)
    assert exit_ == Exit(status=status)
    assert exit_.words.startswith(f"exited with status {status}")
    assert exit_.succeeded == (status == 0)
    assert exit_.shell_status == status
    assert exit_.signal_name is None


@pytest.mark.parametrize("number", range(1, 32))
def test_every_signal_is_read_and_told_with_or_without_a_core(number: int) -> None:
    name = signal.Signals(number).name
    for core in (0, 0x80):
        exit_ = Exit.from_wait_status(number | core)
        assert exit_ == Exit(signal=number)
        assert exit_.words == f"was ended by {name}"
        assert exit_.signal_name == name
        assert exit_.shell_status == 128 + number
        assert not exit_.succeeded


@pytest.mark.parametrize("status", [0, 1, 3, 126, 127, 255])
def test_the_reading_agrees_with_the_operating_systems(status: int) -> None:
    assert os.waitstatus_to_exitcode(status << 8) == Exit.from_wait_status(status << 8).status


@pytest.mark.parametrize(
    ("status", "hint"), [(126, "command cannot be executed"), (127, "command not found")]
)
def test_what_a_shell_means_by_a_status_is_told(status: int, hint: str) -> None:
    assert Exit(status=status).words == f"exited with status {status} ({hint})"


def test_signals_without_a_name_are_told_by_number() -> None:
    assert Exit(signal=45).signal_name == "SIG45"
    assert Exit(signal=45).words == "was ended by SIG45"


@pytest.mark.parametrize(("status", "number"), [(None, None), (0, 9), (1, 0)])
def test_an_end_is_by_status_or_by_signal_and_not_both(
    status: int | None, number: int | None
) -> None:
    with pytest.raises(ValueError, match="a status or a signal"):
        Exit(status=status, signal=number)
