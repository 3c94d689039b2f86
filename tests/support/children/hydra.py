"""On TERM it makes a child in a session of its own, and ends: hydra.py TAG FOLDER. So do they."""

import os
import signal
import sys

from heart import beat


def grow(_number: int, _frame: object) -> None:
    if os.fork():
        os._exit(0)
    os.setsid()
    beat(sys.argv[2], "head")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, grow)
    os.write(1, b"ready\n")
    beat(sys.argv[2], "hydra")
