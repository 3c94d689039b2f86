import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor.logs.safe import safe, safe_line, safe_lines

COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        (b"\x1b]52;c;aGVsbG8=\x07after", "after"),
        (b"\x1b]0;title\x1b\\after", "after"),
        (b"\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        (b"\x1b]52;c;never ended", ""),
        (b"before\x1b[?1049lafter", "beforeafter"),
        (b"\x1b[2J\x1b[6n\x1b[Hafter", "after"),
        (b"\x1bPdcs\x1b\\\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\after", "after"),
        (b"\x1bcafter", "after"),
        (b"\x1b(0after", "after"),
        ("\u009b2Jafter\u009d0;x".encode(), "2Jafter0;x"),
        (b"a\x00b\x7fc\x0ed\x0fe\x07", "abcde"),
        ("a\u202eb\u2066c".encode(), "a\u2039202E\u203ab\u20392066\u203ac"),
        (b"\x1b", ""),
        (b"\x1b[", ""),
        (b"\x1b[1;31", ""),
        (b"\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m"),
        (b"\x1b[38:2::1:2:3mrgb", "\x1b[38:2::1:2:3mrgb"),
        (b"\x1b[" + b"1;" * 100 + b"mlong", "long"),
        (b"\x1b[>4mnot a colour", "not a colour"),
        (b"a\tb", "a\tb"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_of_a_line_only_text_tabs_and_colours_are_shown(hostile: bytes, shown: str) -> None:
    assert safe_line(hostile) == shown
    assert safe_lines(hostile).decode().removesuffix("\x1b[0m") == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"10%\r50%\r100%", "100%"),
        (b"10%\r50%\r", "50%"),
        (b"windows\r", "windows"),
        (b"|\b/\b-", "-"),
        (b"\b\bab", "ab"),
        (b"\r", ""),
    ],
)
def test_the_last_state_of_a_line_that_is_overwritten_is_shown(line: bytes, shown: str) -> None:
    assert safe_line(line) == shown


@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "replace"))))
def test_nothing_unsafe_is_left_of_any_bytes(data: bytes) -> None:
    assert not UNSAFE.search(COLOUR.sub("", safe_line(data)))
    shown = safe_lines(data)
    assert shown.count(b"\n") == data.count(b"\n")
    assert not UNSAFE.search(COLOUR.sub("", shown.decode()).replace("\n", ""))


@given(
    st.lists(st.sampled_from([b"a", b"\n", b"\t", b"\x1b[31m", b"\xc3", b"\xa9", b"\x9b", b"\r"]))
)
def test_lines_together_are_shown_as_each_alone(parts: list[bytes]) -> None:
    data = b"".join(parts)
    alone = [safe_line(line) for line in data.split(b"\n")]
    assert safe_lines(data).decode() == "\n".join(
        line + "\x1b[0m" if "\x1b" in line else line for line in alone
    )


@given(st.text(st.characters(codec=None)))
def test_nothing_unsafe_is_left_of_any_text(text: str) -> None:
    shown = safe(text)
    assert not UNSAFE.search(shown)
    assert "\n" not in shown
    shown.encode()


def test_what_a_text_hides_is_shown_by_signs() -> None:
    assert safe("web\x1b[31m\n\x7f\u202e\x9b") == "web␛[31m␊␡\u2039202E\u203a\u2039009B\u203a"
    assert safe("grün [bold] 🦊") == "grün [bold] 🦊"


def test_plain_lines_are_passed_as_they_are() -> None:
    data = b"plain\ttext\n" * 100
    assert safe_lines(data) is data


@pytest.mark.parametrize("unit", [b"\x1b[", b"\x1b]x", b"\x1b[1;", b"\b", b"a\r", b"\x1bP\x1b"])
def test_hostile_lines_take_time_in_proportion_to_their_length(unit: bytes) -> None:
    def seconds(repeats: int) -> float:
        line = unit * repeats
        began = time.perf_counter()
        safe_line(line)
        return time.perf_counter() - began

    long = min(seconds(200_000) for _ in range(3))
    assert long < 30 * max(min(seconds(20_000) for _ in range(5)), 0.001)
