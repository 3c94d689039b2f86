"""Writes to stdout all the time, and notes what it meets: writer.py TAG FOLDER.

On TERM it writes 200 KB more, notes whether that could be done, and ends with status 7.
"""

import os
import signal
import sys
from pathlib import Path

LINE = b"x" * 99 + b"\n"


def note(word: str) -> None:
    with (Path(sys.argv[2]) / "notes").open("a") as file:
        file.write(word + "\n")


def finish(_number: int, _frame: object) -> None:
    try:
        for _ in range(2000):
            os.write(1, LINE)
    except OSError as problem:
        note(f"error {problem.errno}")
    else:
        note("wrote all")
    os._exit(7)


def hung_up(_number: int, _frame: object) -> None:
    note("hung up")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGHUP, hung_up)
    os.write(1, b"ready\n")
    try:
        while True:
            os.write(1, LINE)
    except OSError as problem:
        note(f"error {problem.errno}")
