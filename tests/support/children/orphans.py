"""Leaves short-lived orphans behind, then stays: orphans.py COUNT TAG FOLDER."""

import os
import sys

from heart import beat

if __name__ == "__main__":
    _, count, tag, folder = sys.argv
    for _ in range(int(count)):
        middle = os.fork()
        if middle == 0:
            os.fork()  # the orphan: ends as soon as its parent has, or a moment later
            os._exit(0)
        os.waitpid(middle, 0)
    os.write(1, b"ready\n")
    beat(folder, "leader")
