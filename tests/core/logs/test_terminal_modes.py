import pytest

from proctor.logs.terminal_modes import TerminalModes

DRAWN = b"\x1b[?1049h\x1b[?25l\x1b[?1h\x1b=\x1b[?2004h\x1b[?1000;1006h\x1b[>4;2mtext\x1b[31m"
UNDONE = (
    b"\x1b[0m\x1b(B\x1b[r\x1b[?25h\x1b[?1l\x1b[?2004l\x1b[?1000l\x1b[?1006l\x1b[?1049l\x1b>\x1b[>4m"
)


def test_what_a_program_switched_on_is_undone_the_other_screen_after_the_rest() -> None:
    modes = TerminalModes()
    modes.feed(DRAWN)
    assert modes.full_screen
    assert modes.undo() == UNDONE
    assert modes.undo() == b"\x1b[0m\x1b(B"  # once


@pytest.mark.parametrize("cut", range(len(DRAWN)))
def test_a_sequence_in_two_parts_is_one(cut: int) -> None:
    modes = TerminalModes()
    modes.feed(DRAWN[:cut])
    modes.feed(DRAWN[cut:])
    assert modes.undo() == UNDONE


def test_a_fresh_terminal_is_brought_into_the_same_modes() -> None:
    modes, other = TerminalModes(), TerminalModes()
    modes.feed(DRAWN)
    other.feed(modes.resume())
    assert other.undo() == UNDONE


def test_what_the_program_has_undone_itself_needs_nothing() -> None:
    modes = TerminalModes()
    modes.feed(DRAWN)
    modes.feed(UNDONE)
    assert not modes.full_screen
    assert modes.resume() == b""
    modes.feed(DRAWN + b"\x1bc")
    assert modes.resume() == b""


def test_keyboards_that_were_pushed_are_popped() -> None:
    modes = TerminalModes()
    modes.feed(b"\x1b[>1u\x1b[>5u\x1b[<u")
    assert modes.undo().endswith(b"\x1b[<1u")


def test_a_cursor_of_another_shape_gets_its_own_again() -> None:
    modes = TerminalModes()
    modes.feed(b"\x1b[5 q")
    assert modes.undo().endswith(b"\x1b[0 q")


def test_numbers_without_end_are_no_fault() -> None:
    modes = TerminalModes()
    modes.feed(b"\x1b[?" + b"9" * 5000 + b"h\x1b[<" + b"9" * 5000 + b"u\x1b[?;;h")
    modes.undo()
