"""Beats: a living process adds a byte to its own file, every 20 ms, so that a dead one is known.

As a program: heart.py TAG FOLDER. The tag does nothing but stand in the list of processes.
"""

import sys
import time
from pathlib import Path
from typing import NoReturn

BEAT_SECONDS = 0.02


def beat(folder: str, name: str) -> NoReturn:
    """Beat until somebody ends this process. The file is FOLDER/NAME-PID."""
    import os  # noqa: PLC0415 - the pid of whoever calls this, after its forks

    with (Path(folder) / f"{name}-{os.getpid()}").open("ab", buffering=0) as file:
        while True:
            file.write(b".")
            time.sleep(BEAT_SECONDS)


if __name__ == "__main__":
    beat(sys.argv[2], "clean")
