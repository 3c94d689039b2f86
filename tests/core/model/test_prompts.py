import pytest

from proctor.model.prompts import LONGEST, prompt_of


@pytest.mark.parametrize(
    ("line", "prompt"),
    [
        (b"(Pdb) ", "(Pdb)"),
        (b"(Pdb++) ", "(Pdb++)"),
        (b"((Pdb)) ", "((Pdb))"),
        (b"ipdb> ", "ipdb>"),
        (b"(byebug) ", "(byebug)"),
        (b"[1] pry(main)> ", "[1] pry(main)>"),
        (b"pry(#<Order>)> ", "pry(#<Order>)>"),
        (b"irb(main):001:0> ", "irb(main):001:0>"),
        (b"irb(main):001> ", "irb(main):001>"),
        (b"debug> ", "debug>"),
        (b"(rdbg) ", "(rdbg)"),
        (b"(rdb:1) ", "(rdb:1)"),
        (b"(gdb) ", "(gdb)"),
        (b"In [3]: ", "In [3]:"),
        (b">>> ", ">>>"),
        (b"(Pdb) next", "(Pdb)"),
        (b"\x1b[?2004h\x1b[1m(Pdb)\x1b[0m ", "(Pdb)"),
        (b"\x01\x1b[32m\x02ipdb> \x01\x1b[0m\x02", "ipdb>"),
        (b"progress 10%\r(Pdb) ", "(Pdb)"),
    ],
)
def test_a_prompt_is_known(line: bytes, prompt: str) -> None:
    assert prompt_of(line) == prompt


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"Starting ...",
        b"stopped in (Pdb) ",
        b"(Pdbx) ",
        b"(pid 4711) ",
        b">>> starting the server",
        b"> ",
        b"$ ",
        b"Password: ",
        b"irb is not installed",
        b"pry(",
        b"\xff\xfe",
        b"(Pdb) " + b"x" * LONGEST,
    ],
)
def test_what_is_no_prompt_is_none(line: bytes) -> None:
    assert prompt_of(line) is None
