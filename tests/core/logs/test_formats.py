import json
import time

import pytest

from proctor.logs.formats import HumanFormat, JsonFormat
from proctor.logs.lines import PIECE_BYTES, Block

AT = time.mktime((2026, 3, 1, 12, 1, 7, 0, 0, -1)) + 0.25


def out(data: bytes, *, process: str = "web.1", continued: bool = False, at: float = AT) -> Block:
    rows = data.count(b"\n") + (not data.endswith(b"\n"))
    return Block(process, 1, "out", at, data, rows, continued)


def said(text: bytes, process: str | None = None) -> Block:
    return Block(process, None, "proctor", AT, text + b"\n", 1)


def printed(form: HumanFormat, *blocks: Block) -> bytes:
    return b"".join(form.feed(blocks))


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def form(clock: Clock) -> HumanFormat:
    return HumanFormat(["web.1", "worker.1"], clock=clock)


@pytest.fixture
def shown() -> HumanFormat:
    """The same, on a terminal."""
    return HumanFormat(["web.1", "worker.1"], terminal=True)


def test_each_line_has_the_time_and_a_padded_name(form: HumanFormat) -> None:
    assert printed(form, out(b"a\n\nb\n"), out(b"c\n", process="worker.1")) == (
        b"12:01:07 web.1    | a\n"
        b"12:01:07 web.1    | \n"
        b"12:01:07 web.1    | b\n"
        b"12:01:07 worker.1 | c\n"
    )


def test_standard_error_and_proctors_own_words_are_marked(form: HumanFormat) -> None:
    err = Block("web.1", 1, "err", AT, b"oops\n", 1)
    assert printed(form, err, said(b"Stopping", "web.1"), said(b"Bye")) == (
        b"12:01:07 web.1    ! oops\n12:01:07 web.1    * Stopping\n12:01:07 proctor  * Bye\n"
    )


def test_alike_blocks_of_different_seconds_have_their_own_times(form: HumanFormat) -> None:
    assert printed(form, out(b"a\n"), out(b"b\n"), out(b"c\n", at=AT + 1)) == (
        b"12:01:07 web.1    | a\n12:01:07 web.1    | b\n12:01:08 web.1    | c\n"
    )


def test_a_longer_name_widens_the_column_from_then_on(form: HumanFormat) -> None:
    assert printed(form, out(b"a\n", process="longer-name.1"), out(b"b\n")) == (
        b"12:01:07 longer-name.1 | a\n12:01:07 web.1         | b\n"
    )


def test_a_line_in_parts_is_one_line_when_nothing_comes_between(form: HumanFormat) -> None:
    assert printed(form, out(b"a\nPass")) == b"12:01:07 web.1    | a\n12:01:07 web.1    | Pass"
    assert printed(form, out(b"word: ", continued=True)) == b"word: "
    assert printed(form, out(b"x\nb\n", continued=True)) == b"x\n12:01:07 web.1    | b\n"


def test_on_a_terminal_a_line_is_ended_when_another_process_comes_between(
    shown: HumanFormat,
) -> None:
    assert printed(
        shown,
        out(b"one"),
        out(b"other\n", process="worker.1"),
        out(b" rest\n", continued=True),
    ) == (b"12:01:07 web.1    | one\n12:01:07 worker.1 | other\n12:01:07 web.1    |  rest\n")


def test_on_a_terminal_two_lines_in_parts_at_once_are_not_glued(shown: HumanFormat) -> None:
    assert printed(
        shown,
        out(b"job ", process="worker.1"),
        out(b"GET "),
        out(b"done\n", process="worker.1", continued=True),
    ) == (b"12:01:07 worker.1 | job \n12:01:07 web.1    | GET \n12:01:07 worker.1 | done\n")


def test_a_newline_that_was_printed_already_is_not_printed_again(shown: HumanFormat) -> None:
    assert printed(
        shown,
        out(b"one"),
        out(b"other\n", process="worker.1"),
        out(b"\ntwo\n", continued=True),
    ) == (b"12:01:07 web.1    | one\n12:01:07 worker.1 | other\n12:01:07 web.1    | two\n")


def test_an_open_line_is_whole_and_what_another_process_printed_meanwhile_comes_after_it(
    form: HumanFormat,
) -> None:
    assert printed(form, out(b"one"), out(b"other\n", process="worker.1"), said(b"Reloaded")) == (
        b"12:01:07 web.1    | one"
    )
    assert printed(form, out(b" two", continued=True), out(b"more\n", process="worker.1")) == (
        b" two"
    )
    assert printed(form, out(b" three\nnext\n", continued=True)) == (
        b" three\n"
        b"12:01:07 worker.1 | other\n"
        b"12:01:07 proctor  * Reloaded\n"
        b"12:01:07 worker.1 | more\n"
        b"12:01:07 web.1    | next\n"
    )
    assert form.due_in() is None


def test_an_open_line_that_does_not_go_on_is_ended_after_a_moment_and_waited_for_once(
    form: HumanFormat, clock: Clock
) -> None:
    printed(form, out(b"Password: "))
    clock.now = 60.0
    assert printed(form, out(b"other\n", process="worker.1")) == b""
    assert form.due_in() == pytest.approx(0.2)
    clock.now = 60.1
    assert printed(form, out(b"more\n", process="worker.1"), out(b"*", continued=True)) == b"*"
    assert form.due_in() == pytest.approx(0.1)
    clock.now = 60.2
    assert printed(form) == b"\n12:01:07 worker.1 | other\n12:01:07 worker.1 | more\n"
    assert printed(form, out(b"**", continued=True), out(b"now\n", process="worker.1")) == (
        b"12:01:07 web.1    | **\n12:01:07 worker.1 | now\n"
    )


def test_a_long_line_that_does_not_grow_is_given_up_a_little_later(
    form: HumanFormat, clock: Clock
) -> None:
    printed(form, out(b"x" * PIECE_BYTES), out(b"other\n", process="worker.1"))
    clock.now = 0.3
    assert printed(form, out(b"y", continued=True)) == b"y"
    assert form.due_in() == pytest.approx(0.5)
    clock.now = 0.8
    assert printed(form) == b"\n12:01:07 worker.1 | other\n"


def test_a_long_line_that_grows_is_waited_for_longer_but_not_for_ever(
    form: HumanFormat, clock: Clock
) -> None:
    piece = b"x" * PIECE_BYTES
    printed(form, out(piece), out(b"other\n", process="worker.1"))
    for clock.now in (0.45, 0.9, 1.35, 1.8, 1.95):
        assert printed(form, out(piece, continued=True)) == piece
    assert form.due_in() == pytest.approx(0.05)
    clock.now = 2.0
    assert printed(form) == b"\n12:01:07 worker.1 | other\n"


def test_a_reader_that_is_behind_gives_no_line_up(form: HumanFormat, clock: Clock) -> None:
    printed(form, out(b"one"), out(b"other\n", process="worker.1"))
    clock.now = 60.0
    assert form.feed((), behind=True) == []
    assert form.due_in() == pytest.approx(0.2)
    assert printed(form, out(b" two\n", continued=True)) == (b" two\n12:01:07 worker.1 | other\n")


def test_only_so_much_is_set_aside_for_an_open_line(form: HumanFormat) -> None:
    line = b"y" * 99_999 + b"\n"
    printed(form, out(b"one"))
    count = 0
    while not (text := printed(form, out(line, process="worker.1"))):
        count += 1
    assert 900_000 < count * len(line) < 1_200_000
    assert text.startswith(b"\n")
    assert text.count(line) == count + 1
    assert form.due_in() is None


def test_a_line_without_end_makes_nobody_wait_for_ever(form: HumanFormat) -> None:
    piece = b"x" * 1_000_000
    printed(form, out(piece), out(b"other\n", process="worker.1"))
    assert any(b"other" in printed(form, out(piece, continued=True)) for _ in range(20))


def test_a_long_line_stays_whole_beside_a_prompt(form: HumanFormat) -> None:
    piece = b"x" * PIECE_BYTES
    text = printed(form, out(b"Password: ", process="asking.1"), out(piece))
    for _ in range(100):
        text += printed(
            form, out(b"tick\n", process="clock.1"), out(piece, process="web.1", continued=True)
        )
    text += printed(form, out(b"end\n", continued=True))
    assert piece * 101 + b"end\n" in text
    assert text.count(b"tick\n") == 100


def test_what_proctor_says_about_a_process_comes_after_its_open_line(form: HumanFormat) -> None:
    assert printed(
        form, out(b"half"), said(b"is up", "web.1"), out(b" whole\nnext\n", continued=True)
    ) == (b"12:01:07 web.1    | half whole\n12:01:07 web.1    * is up\n12:01:07 web.1    | next\n")


def test_what_a_process_prints_stays_in_its_order(form: HumanFormat) -> None:
    err = Block("web.1", 1, "err", AT, b"oops\n", 1)
    assert printed(form, out(b"half"), out(b"other\n", process="worker.1"), err) == (
        b"12:01:07 web.1    | half\n12:01:07 worker.1 | other\n12:01:07 web.1    ! oops\n"
    )


def test_what_was_set_aside_is_printed_at_the_end(form: HumanFormat) -> None:
    printed(form, out(b"half"), out(b"other", process="worker.1"))
    assert form.finish() == b"\n12:01:07 worker.1 | other\n"
    assert form.finish() == b""


def test_the_open_line_is_ended_at_the_end(form: HumanFormat) -> None:
    printed(form, out(b"half"))
    assert form.finish() == b"\n"
    assert form.finish() == b""


def test_bytes_are_exact_where_no_terminal_shows_them(form: HumanFormat) -> None:
    odd = b"\xff\x00 10%\r50%\r100% \x1b[31mred \x1b]0;t\x07\n"
    assert printed(form, out(odd)) == b"12:01:07 web.1    | " + odd


def test_on_a_terminal_only_safe_text_is_printed_and_colours_end_with_their_line() -> None:
    form = HumanFormat(["web.1"], terminal=True)
    assert printed(form, out(b"\x1b]0;t\x07plain\n\x1b[31mred\n")) == (
        b"12:01:07 web.1 | plain\n12:01:07 web.1 | \x1b[31mred\x1b[0m\n"
    )


@pytest.mark.parametrize("states", [(b"10%", b"\r50%", b"\r99%"), (b"10%\r", b"50%\r", b"99%\r")])
def test_a_progress_bar_is_redrawn_in_its_line_on_a_terminal(states: tuple[bytes, ...]) -> None:
    form = HumanFormat(["web.1"], terminal=True)
    first, second, third = states
    line = b"12:01:07 web.1 | "
    assert printed(form, out(first)) == line + b"10%"
    assert printed(form, out(second, continued=True)) == b"\r\x1b[K" + line + b"50%"
    assert printed(form, out(third, continued=True)) == b"\r\x1b[K" + line + b"99%"
    assert printed(form, out(b"\nb\n", continued=True)) == b"\n" + line + b"b\n"


def test_each_process_type_has_its_colour_and_the_app_colours_nothing_of_ours() -> None:
    form = HumanFormat(["web.1", "web.2", "worker.1"], colour=True)
    web_1, web_2, worker = (
        printed(form, out(b"x\n", process=name)).partition(b"m")[0]
        for name in ("web.1", "web.2", "worker.1")
    )
    assert web_1 == web_2 == b"\x1b[0;36"
    assert worker == b"\x1b[0;33"


def test_what_was_skipped_is_said_in_a_line_of_its_own(form: HumanFormat) -> None:
    printed(form, out(b"half"))
    assert form.skipped(12345).decode() == (
        "\n… 12,345 lines skipped (kept: proctor logs --path)\n"
    )


def test_json_has_an_object_a_line() -> None:
    blocks = [
        out(b"caf\xc3\xa9 \xff\n\x1b[0m\n", at=1772366467.25),
        Block(None, None, "proctor", 1772366467.0, b"Stopping\n", 1),
    ]
    text = b"".join(JsonFormat().feed(blocks))
    app = {"source": "app", "process": "web.1", "run": 1, "stream": "out"}
    assert [json.loads(line) for line in text.splitlines()] == [
        {"at": "2026-03-01T12:01:07.250Z", **app, "message": "café \ufffd"},
        {"at": "2026-03-01T12:01:07.250Z", **app, "message": "\x1b[0m"},
        {
            "at": "2026-03-01T12:01:07.000Z",
            "source": "proctor",
            "process": None,
            "run": None,
            "stream": None,
            "message": "Stopping",
        },
    ]


def test_json_marks_the_pieces_of_a_very_long_line() -> None:
    text = b"".join(JsonFormat().feed([out(b"xx"), out(b"y\nz\n", continued=True)]))
    assert [json.loads(line).get("continued") for line in text.splitlines()] == [None, True, None]


def test_json_sends_no_control_characters_to_a_terminal() -> None:
    text = b"".join(JsonFormat().feed([out("\x7f\u009b2J\u202e\x1b\n".encode())]))
    assert json.loads(text)["message"] == "\x7f\u009b2J\u202e\x1b"
    assert text.decode().rstrip("\n").isprintable()
