"""`proctor` on Linux with all that is written for macOS in place of what is written for Linux.

What macOS alone has is played: libproc by a look through /proc. Run as a program, with the words
of a command line.
"""
# ruff: noqa: E402 - it takes the place of what is inside

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from proctor.keeper import macos


def _pids(kind: int, of: int) -> list[int]:
    """What libproc lists: the members of a group, or the children of a process."""
    place = {macos._PROC_PGRP_ONLY: 2, macos._PROC_PPID_ONLY: 1}[kind]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if int(words[place]) == of:
            found.append(int(folder.name))
    return found


def _program_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/exe").readlink().name
    except OSError:
        return ""


def _as_elsewhere(module: ModuleType) -> None:
    """Let a module see another system than Linux."""
    changed: Any = module
    changed.sys = SimpleNamespace(platform="darwin", modules=sys.modules)


macos._pids = _pids  # type: ignore[assignment]  # the same
macos.program_of = _program_of
sys.modules["proctor.keeper.kernel"] = macos
importlib.import_module("proctor.keeper").kernel = macos  # type: ignore[attr-defined]

from proctor.runtime import listening, metrics, trees
from proctor.watch import lookout

for _module in (listening, metrics, trees, lookout):
    _as_elsewhere(_module)

from proctor.cli import entry

if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    entry.main()
