"""What the screen does to a real terminal: the bytes it gets, and how it is left behind."""

import signal
from collections.abc import Iterator

import pytest

from support.terminal import Terminal, terminal_on

LEFT = b"\x1b[?1049l"
SHOWN_CURSOR = b"\x1b[?25h"
MOUSE_OFF = b"\x1b[?1003l"

NEVER = [
    b"evil.example", b"\x1bc", b"\x1bP$q", b"\x1b_G", b"\x1b^", b"\x1bX",
    b"\x1b(0", b"\x0e", b"\x0f", b"\x00", b"\x7f", b"\x1b[6n", b"\x1b]52",
    b"\x1b]0", b"\x1b]2;", b"\x1b]8",
    *(each.encode() for each in "\u202e\u2066\u200e\u009b\u009d\u2028"),
]  # fmt: skip


@pytest.fixture(scope="module")
def drawn() -> Iterator[bytes]:
    """All that a screen draws on which every string is hostile, with all its pages opened."""
    with terminal_on("-m", "support.hostile_screen") as terminal:
        terminal.until(b"ANNOUNCED")
        before = b""
        for keys, words in (
            (b"gjr", b"MARK"),  # a refusal
            (b"?", b"PROCESSES"),
            (b"q", b"FORMATION"),
            (b"\x10", b"Search"),
        ):
            terminal.drawn, before = b"", before + terminal.drawn
            terminal.type(keys)
            terminal.until(words)
        terminal.type(b"restart")
        terminal.until(b"Restart")
        terminal.type(b"\x1b")
        terminal.running.send_signal(signal.SIGTERM)
        assert terminal.exit_code() == 143
        yield before + terminal.drawn


@pytest.mark.parametrize("never", NEVER, ids=repr)
def test_no_sequence_of_a_name_or_sentence_reaches_the_terminal(drawn: bytes, never: bytes) -> None:
    assert drawn.count(b"MARK") > 20
    assert never not in drawn


def test_brackets_in_names_and_sentences_are_text(drawn: bytes) -> None:
    assert b"[@click=app.quit]" in drawn


def assert_restored(terminal: Terminal) -> None:
    assert terminal.modes() == terminal.modes_before
    for sequence in (LEFT, SHOWN_CURSOR, MOUSE_OFF):
        assert sequence in terminal.drawn


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_leaves_the_terminal_as_it_was(number: signal.Signals, code: int) -> None:
    with terminal_on("-m", "support.screen_on_fake") as terminal:
        terminal.until(b"clock.1")
        terminal.running.send_signal(number)
        assert terminal.exit_code() == code
        assert_restored(terminal)


def test_stopping_everything_leaves_with_the_exit_code_of_the_app() -> None:
    with terminal_on("-m", "support.screen_on_fake") as terminal:
        terminal.until(b"clock.1")
        terminal.type(b"q")
        terminal.until(b"Keep looking")
        terminal.type(b"q")
        assert terminal.exit_code() == 0
        assert_restored(terminal)


def test_an_error_in_the_screen_restores_the_terminal_and_is_ours() -> None:
    with terminal_on("-m", "support.broken_screen") as terminal:
        assert terminal.exit_code() == 70
        assert_restored(terminal)
        assert b"planted in a widget" in terminal.drawn
