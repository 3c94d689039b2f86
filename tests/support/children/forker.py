"""Makes a second process, and stays: forker.py HOW TAG FOLDER. Both beat; neither catches TERM.

HOW: same-group; own-group; setsid (a session of its own); double-fork (a daemon, whose parent
ends at once); empty-environment (a daemon that runs another program, with no variables).
"""

import os
import sys
from pathlib import Path

from heart import beat


def second(how: str, tag: str, folder: str) -> None:
    if how == "own-group":
        os.setpgid(0, 0)
    elif how != "same-group":
        os.setsid()
    if how in ("double-fork", "empty-environment") and os.fork():
        os._exit(0)
    if how == "empty-environment":
        heart = str(Path(__file__).with_name("heart.py"))
        os.execve(sys.executable, [sys.executable, "-S", "-E", heart, tag, folder], {})
    beat(folder, how)


if __name__ == "__main__":
    _, how, tag, folder = sys.argv
    child = os.fork()
    if child == 0:
        second(how, tag, folder)
    os.write(1, b"ready\n")
    beat(folder, "leader")
