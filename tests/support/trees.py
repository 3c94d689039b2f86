"""The trees of processes that are hard to stop, by name, and the programs that make them."""

import json
import sys
from pathlib import Path

CHILDREN = Path(__file__).parent / "children"
TREES = {
    "same-group": ("forker.py", "same-group"),
    "own-group": ("forker.py", "own-group"),
    "setsid": ("forker.py", "setsid"),
    "double-fork": ("forker.py", "double-fork"),
    "empty-environment": ("forker.py", "empty-environment"),
    "stubborn": ("stubborn.py",),
    "hydra": ("hydra.py",),
    "hopper": ("hopper.py",),
}


def child(script: str, *words: object) -> tuple[str, ...]:
    """The command of one of the programs in `children`."""
    return (sys.executable, "-S", "-E", str(CHILDREN / script), *map(str, words))


def command(tree: str, tag: str, folder: str) -> tuple[str, ...]:
    """The command of one of the trees; it carries the tag, and beats in the folder.

    `tree` may be a command of its own, as a JSON list in which the word TAG stands for the tag.
    """
    if tree.startswith("["):
        return tuple(tag if word == "TAG" else word for word in json.loads(tree))
    return child(*TREES[tree], tag, folder)
