from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from proctor.logs.lines import Block, TerminalNewlines, piece_end


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    return [data[a:b] for a, b in pairwise(places)]


@given(st.lists(st.sampled_from([b"\r", b"\n", b"a"])).map(b"".join), st.lists(st.integers(0)))
def test_a_terminals_newlines_are_undone_wherever_its_chunks_are_cut(
    app: bytes, cuts: list[int]
) -> None:
    newlines = TerminalNewlines()

    chunks = [newlines.feed(chunk) for chunk in split(app.replace(b"\n", b"\r\n"), cuts)]

    assert b"".join(chunks) + newlines.finish() == app


@given(st.text(max_size=20))
def test_a_cut_of_a_long_line_splits_no_character(text: str) -> None:
    data = text.encode("utf-8", "replace")
    for size in range(len(data) + 1):
        cut = piece_end(data[:size])
        data[:cut].decode()
        assert size - cut < 4


def test_bytes_that_are_no_utf8_are_cut_anywhere() -> None:
    assert piece_end(b"\x80" * 100) == 100
    assert piece_end(b"\xff") == 1


def test_the_lines_of_a_block_have_no_newlines() -> None:
    block = Block("web.1", 1, "out", 0.0, b"a\n\nb\n", 3)
    assert block.lines() == [b"a", b"", b"b"]
    assert Block("web.1", 1, "out", 0.0, b"a\nb", 2).lines() == [b"a", b"b"]
