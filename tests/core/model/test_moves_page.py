"""The page on architecture tells the states and moves that the code has."""

import re
from pathlib import Path

from proctor.model.events import STATES
from proctor.model.slots import MOVES

PAGE = (Path(__file__).parents[3] / "docs" / "architecture.md").read_text()


def test_the_page_lists_the_moves_of_the_table_and_no_other() -> None:
    told = re.findall(r"^\| `(\w+)` \| `(\w+)` \| .+ \|$", PAGE, re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == {(before, after) for before, row in MOVES.items() for after in row}


def test_the_page_explains_every_state() -> None:
    explained = re.findall(r"^\| `(\w+)` \| [^`|].* \|$", PAGE, re.MULTILINE)
    assert sorted(explained) == sorted(STATES)
