"""The terminal is asked for its ground: what it answers is never taken for keys."""

import time
from collections.abc import Iterable

import pytest
from textual import events
from textual.message import Message

from proctor_tui.ground import ASK, AnswersApart, GroundTold, is_dark, may_be_asked
from support import histories
from support.screen import screen_on
from support.terminal import terminal_on

LIGHT = "\x1b]11;rgb:fbfb/fafa/f7f7\x1b\\"
DARK = "\x1b]11;rgb:1a1a/1b1b/2626\x07"
LIGHT_PANE = b"48;2;242;241;236"
DARK_PANE = b"48;2;22;27;35"


def told(messages: Iterable[Message]) -> list[str]:
    """Keys by their names, answers as "dark" and "light"."""
    names = []
    for message in messages:
        if isinstance(message, GroundTold):
            names.append("dark" if message.dark else "light")
        elif isinstance(message, events.Key):
            names.append(message.key)
    return names


def told_in_time(parser: AnswersApart) -> list[str]:
    """What it makes of what it holds back, when nothing more comes."""
    end = time.monotonic() + 5
    while not (found := told(parser.tick())):
        assert time.monotonic() < end
    return found


@pytest.mark.parametrize(
    ("answer", "dark"),
    [
        ("rgb:0000/0000/0000", True),
        ("rgb:ffff/ffff/ffff", False),
        ("rgb:ff/ff/ff", False),
        ("rgba:1a/1b/26/ff", True),
        ("rgb:0000/0000/ffff", True),
        ("rgb:ffff/ffff/0000", False),
        ("?", None),
        ("", None),
        ("rgb:ffff", None),
    ],
)
def test_a_colour_is_dark_or_light_as_it_looks(answer: str, dark: bool | None) -> None:
    assert is_dark(answer) is dark


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "tmux-256color"}, True),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux"}, True),
        ({"TERM": "screen-256color"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm", "COLORFGBG": "0;15"}, False),
    ],
)
def test_who_would_show_the_question_or_has_told_already_is_not_asked(
    environment: dict[str, str], asked: bool
) -> None:
    assert may_be_asked(environment) is asked


@pytest.mark.parametrize(("answer", "ground"), [(LIGHT, "light"), (DARK, "dark")])
def test_an_answer_between_keys_is_none_of_them(answer: str, ground: str) -> None:
    parser = AnswersApart()
    assert told(parser.feed(f"a{answer}\x1b[Ab{answer}")) == ["a", ground, "up", "b", ground]


@pytest.mark.parametrize("answer", [LIGHT, DARK])
def test_an_answer_in_pieces_is_no_key_either(answer: str) -> None:
    for cut in range(1, len(answer)):
        parser = AnswersApart()
        pieces = [*told(parser.feed("a" + answer[:cut])), *told(parser.tick())]
        pieces += told(parser.feed(answer[cut:] + "b"))
        assert [pieces[0], pieces[-1], len(pieces)] == ["a", "b", 3], cut


def test_an_answer_that_is_no_colour_changes_nothing() -> None:
    assert told(AnswersApart().feed("\x1b]11;none\x07a")) == ["a"]


def test_what_only_looks_like_an_answer_is_keys_soon_after() -> None:
    parser = AnswersApart()
    assert told(parser.feed("\x1b]")) == []
    assert "right_square_bracket" in told_in_time(parser)[-1]
    assert told(parser.feed("\x1b")) == []
    assert told_in_time(parser) == ["escape"]


def test_a_light_terminal_gets_the_light_theme() -> None:
    with terminal_on("-m", "support.screen_on_fake") as terminal:
        terminal.until(ASK.encode())
        terminal.type(LIGHT.encode())
        terminal.until(LIGHT_PANE)


def test_a_dark_terminal_or_one_that_does_not_answer_gets_the_dark_one() -> None:
    with terminal_on("-m", "support.screen_on_fake") as terminal:
        terminal.until(b"clock.1")
        terminal.type(DARK.encode())
        terminal.type(b"?")
        terminal.until(b"PROCESSES")
        assert DARK_PANE in terminal.drawn
        assert LIGHT_PANE not in terminal.drawn


def test_a_late_answer_does_nothing_but_switch_the_theme() -> None:
    """Its letters are keys: r restarts, f searches."""
    with terminal_on("-m", "support.screen_on_fake") as terminal:
        terminal.until(b"clock.1")
        terminal.type(LIGHT.encode())
        terminal.until(LIGHT_PANE)
        terminal.type(b"q")
        terminal.until(b"Keep looking")
        assert b"proctor restart" not in terminal.drawn
        terminal.type(b"q")
        assert terminal.exit_code() == 0
        assert terminal.modes() == terminal.modes_before


async def test_a_theme_that_somebody_chose_is_kept() -> None:
    async with screen_on(histories.shop()) as screen:
        screen.app.theme = "nord"
        screen.app.post_message(GroundTold(dark=False))
        await screen.settle()
        assert screen.app.theme == "nord"
