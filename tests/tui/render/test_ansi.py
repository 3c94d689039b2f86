import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from rich.style import Style

from proctor_tui.render.ansi import parse
from support.hostile import HOSTILE, UNSAFE

junk = st.lists(
    st.one_of(
        st.binary(max_size=8),
        st.text(max_size=4).map(lambda text: text.encode("utf-8", "replace")),
        st.sampled_from(
            [b"\x1b", b"\x1b[", b"\x1b]", b"\x1bP", b"\xc2\x9b", b"\xc2\x9d", b"\x07", b"\x1b\\",
             b"\r", b"\b", b"\t", b"31", b";", b":", b"m", b"38;5;", b"38:2::", b"\x1b[K",
             b"\x1b[G", "\u202e".encode(), "漢".encode(), "e\u0301".encode(), "👩‍👧".encode()]
        ),
    ),
    max_size=40,
).map(b"".join)  # fmt: skip


def styles(data: bytes) -> list[tuple[str, Style]]:
    return [(run.text, run.style) for run in parse(data).runs]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_line_is_shown_as_harmless_text(name: str) -> None:
    text = parse(HOSTILE[name].encode()).text
    assert not UNSAFE.search(text)
    assert "MARK" in text


def test_brackets_are_text() -> None:
    assert (
        parse(b"[INFO] [/] [web] [@click=app.quit]x").text == "[INFO] [/] [web] [@click=app.quit]x"
    )


@given(junk)
def test_nothing_that_a_terminal_obeys_is_left_of_any_bytes(data: bytes) -> None:
    line = parse(data)
    assert not UNSAFE.search(line.text)
    assert line.text == "".join(run.text for run in line.runs)


@given(junk)
def test_what_was_shown_once_is_shown_the_same_again(data: bytes) -> None:
    text = parse(data).text
    assert parse(text.encode()).text == text


@pytest.mark.parametrize(
    "piece",
    [b"\x1b", b"\x1b[", b"\x1b]", b"\b", b"a\b", b"abc\b\b\b", b"\r", b"x\r", b"\t", b"a\t",
     b"\x1b[31mx", b"\x1b[31mx\x1b[32my", b"1;", b"\x1b[3", b"\xff", "漢\t".encode(), b"a\x07",
     "e\u0301".encode(), b"\xc2\x9b", b"\x1bP\x1b"],
)  # fmt: skip
def test_twenty_times_the_junk_takes_no_more_than_twenty_times_the_time(piece: bytes) -> None:
    def seconds(size: int) -> float:
        data = b"\x1b[" * (piece == b"1;") + piece * (size // len(piece))
        spent = []
        for _ in range(3):
            start = time.process_time()
            parse(data)
            spent.append(time.process_time() - start)
        return min(spent)

    assert seconds(100_000) < max(20 * 4 * seconds(5_000), 0.25)


@pytest.mark.parametrize(
    ("data", "style"),
    [
        (b"\x1b[31mx", Style(color="color(1)")),
        (b"\x1b[92mx", Style(color="color(10)")),
        (b"\x1b[43mx", Style(bgcolor="color(3)")),
        (b"\x1b[107mx", Style(bgcolor="color(15)")),
        (b"\x1b[1;3mx", Style(bold=True, italic=True)),
        (b"\x1b[4;7;9mx", Style(underline=True, reverse=True, strike=True)),
        (b"\x1b[2mx", Style(dim=True)),
        (b"\x1b[4:3mx", Style(underline=True)),
        (b"\x1b[38;5;200mx", Style(color=Color.from_ansi(200))),
        (b"\x1b[38:5:200mx", Style(color=Color.from_ansi(200))),
        (b"\x1b[48;2;1;2;3mx", Style(bgcolor=Color.from_rgb(1, 2, 3))),
        (b"\x1b[38:2:1:2:3mx", Style(color=Color.from_rgb(1, 2, 3))),
        (b"\x1b[38:2::1:2:3mx", Style(color=Color.from_rgb(1, 2, 3))),
        (b"\x1b[58;2;9;9;9;1mx", Style(bold=True)),
        (b"\x1b[58:5:9;1mx", Style(bold=True)),
        (b"\x1b[38;5;1;1mx", Style(color=Color.from_ansi(1), bold=True)),
        (b"\xc2\x9b31mx", Style(color="color(1)")),
        (b"\x1b[31m\x1b[0K\x1b[1mx", Style(color="color(1)", bold=True)),
    ],
)  # fmt: skip
def test_colours_and_attributes_are_those_that_were_asked_for(data: bytes, style: Style) -> None:
    assert styles(data) == [("x", style)]


@pytest.mark.parametrize(
    "data",
    [b"\x1b[31m\x1b[mx", b"\x1b[31m\x1b[0mx", b"\x1b[31;39mx", b"\x1b[41m\x1b[49mx",
     b"\x1b[1;2m\x1b[22mx", b"\x1b[4m\x1b[24mx", b"\x1b[4m\x1b[4:0mx", b"\x1b[7;27;9;29;3;23mx",
     b"\x1b[38;5;999mx", b"\x1b[38;2;1;2mx", b"\x1b[38mx", b"\x1b[99999999999mx", b"\x1b[?1mx",
     b"\x1b[>4mx", b"\x1b[1 mx"],
)  # fmt: skip
def test_what_is_taken_back_or_makes_no_sense_leaves_no_style(data: bytes) -> None:
    assert styles(data) == [("x", Style())]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"10%\r50%\r100%", "100%"),
        (b"10%\r100%\r", "100%"),
        (b"\x1b[2K\x1b[1Gone\x1b[2K\x1b[1Gtwo", "two"),
        (b"long text\r\x1b[Kshort", "short"),
        (b"|\b/\b-\b\\\b", "\\"),
        (b"N\bNA\bA", "NA"),
        (b"\b\b\bx", "x"),
        (b"a\tb\t\tc", "a       b               c"),
        ("漢\tb".encode(), "漢      b"),
        (b"old\ttext\rnew\tx", "new     x"),
        (b"caf\xe9 \xf0\x9f", "caf\ufffd \ufffd"),
        (b"", ""),
    ],
)
def test_a_line_looks_as_a_terminal_leaves_it(data: bytes, text: str) -> None:
    assert parse(data).text == text
