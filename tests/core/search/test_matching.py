import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor.search.matching import BadPattern, Matcher, cut, plain_lines, shown


def lines_found(
    data: bytes, pattern: str, *, regex: bool = False, ignore_case: bool | None = None
) -> list[tuple[int, str]]:
    return Matcher(pattern, regex=regex, ignore_case=ignore_case).find(data)


def spans_of(text: str, pattern: str, *, regex: bool = False) -> list[tuple[int, int]]:
    return Matcher(pattern, regex=regex, ignore_case=None).spans(text)


def test_lines_are_found_with_their_numbers() -> None:
    data = b"one\ntwo two\n\nthree\ntwo\n"
    assert lines_found(data, "two") == [(1, "two two"), (4, "two")]
    assert lines_found(data, "^t.*e$", regex=True) == [(3, "three")]
    assert lines_found(data, "^$", regex=True) == [(2, "")]


def test_an_expression_sees_one_line_alone() -> None:
    data = b"one\ntwo\nthree\n"
    assert lines_found(data, r"one\s+two", regex=True) == []
    assert lines_found(data, r"\Atwo\Z", regex=True) == [(1, "two")]
    assert lines_found(data, r"o(?!\s*three)$", regex=True) == [(1, "two")]
    assert lines_found(data, r"[^x]{4,}", regex=True) == [(2, "three")]


@pytest.mark.parametrize(
    ("pattern", "regex", "ignore_case", "found"),
    [
        ("error", False, None, [0, 1, 2]),
        ("Error", False, None, [1]),
        ("ERROR", False, True, [0, 1, 2]),
        ("error", False, False, [0]),
        (r"\Srror", True, None, [0, 1, 2]),  # the capital of `\S` is none that was meant
        ("E.ror", True, None, [1]),
        ("e.ror", True, False, [0]),
    ],
)
def test_case_is_ignored_unless_there_is_a_capital_or_it_was_said(
    pattern: str, regex: bool, ignore_case: bool | None, found: list[int]
) -> None:
    data = b"an error\nan Error\nan ERROR\n"
    hits = lines_found(data, pattern, regex=regex, ignore_case=ignore_case)
    assert [number for number, _ in hits] == found


def test_case_of_letters_beyond_ascii_is_ignored_as_well() -> None:
    data = "ÄRGER\närger\nÉté\n".encode()
    assert [number for number, _ in lines_found(data, "ärger")] == [0, 1]
    assert [number for number, _ in lines_found(data, "Ärger")] == []
    assert [number for number, _ in lines_found(data, "été")] == [2]


def test_a_text_is_no_expression() -> None:
    assert lines_found(b"a+b\naab\n", "a+b") == [(0, "a+b")]
    assert spans_of("GET /?q=(1)", "?q=(1)") == [(5, 11)]


def test_what_colours_split_is_found() -> None:
    data = b"an \x1b[1;31merr\x1b[0mor\n\x1b]0;title error\x07plain\n\x1b]0;open error\nnext\n"
    assert lines_found(data, "error") == [(0, "an error")]
    assert lines_found(data, "plain|next", regex=True) == [(1, "plain"), (3, "next")]


def test_a_carriage_return_before_the_newline_is_not_of_the_line() -> None:
    assert lines_found(b"done\r\n10%\r20%\n", "(done|20%)$", regex=True) == [
        (0, "done"),
        (1, "10%\r20%"),
    ]


def test_bytes_that_are_no_text_do_not_hide_what_is() -> None:
    assert lines_found(b"\xff\xfe caf\xc3\xa9 \xc3\n", "café") == [(0, "\ufffd\ufffd café \ufffd")]
    assert lines_found(b"\xff\xfe caf\xc3\xa9\n", r"caf\w$", regex=True) != []


def test_spans_are_in_characters_and_those_that_touch_are_one() -> None:
    assert spans_of("é ab ab é", "ab") == [(2, 4), (5, 7)]
    assert spans_of("xxxx y", "x") == [(0, 4)]
    assert spans_of("abc", "x*", regex=True) == []
    assert len(spans_of("x " * 1000, "x")) == 32


@pytest.mark.parametrize("pattern", ["(a+", "*", "[z-a]", "(?P<", "a{99999999999}", "(" * 5000])
def test_what_is_no_expression_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern) as caught:
        Matcher(pattern, regex=True, ignore_case=None)
    assert caught.value.words


def test_where_an_expression_is_wrong_is_told() -> None:
    with pytest.raises(BadPattern) as caught:
        Matcher("ab(c", regex=True, ignore_case=None)
    assert caught.value.position == 2


def test_what_is_shown_is_safe_and_as_long() -> None:
    text = "a\x1b\x00\tb\x9b\u202e\r\x7f é"
    safe = shown(text)
    assert len(safe) == len(text)
    assert safe == "a␛␀\tb\ufffd\ufffd␍␡ é"


def test_a_long_line_is_cut_around_its_first_match() -> None:
    text = "a" * 5000 + "needle" + "b" * 5000
    kept, spans, before, after = cut(text, [(5000, 5006), (9000, 9001)], 100)
    assert (len(kept), before + len(kept) + after) == (100, len(text))
    assert [kept[first:end] for first, end in spans] == ["needle"]
    assert cut("short", [(0, 5)], 100) == ("short", [(0, 5)], 0, 0)
    assert cut("x" * 200, [(0, 200)], 100) == ("x" * 100, [(0, 100)], 0, 100)
    assert cut("x" * 199 + "y", [(199, 200)], 100) == ("x" * 99 + "y", [(99, 100)], 100, 0)


pieces = st.sampled_from(
    ["a", "B", "b", "é", "É", " ", "\n", "\n\n", "\x1b[1m", "\x1b[", "\x1b]0;a", "\x07", "\r\n"]
)


@given(st.lists(pieces, max_size=40), st.text(alphabet="abBéÉ ", min_size=1, max_size=3))
def test_both_ways_to_look_for_a_text_find_the_same(parts: list[str], text: str) -> None:
    data = "".join(parts).encode() + b"\n"
    for ignore_case in (None, False):
        plain = lines_found(data, text, ignore_case=ignore_case)
        assert plain == lines_found(data, re.escape(text), regex=True, ignore_case=ignore_case)


@given(st.binary(max_size=60))
def test_no_newline_is_lost_with_an_escape(data: bytes) -> None:
    assert plain_lines(data).count(b"\n") == data.count(b"\n")
