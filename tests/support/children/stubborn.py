"""Ignores every signal that asks nicely, and says so: stubborn.py TAG FOLDER."""

import os
import signal
import sys

from heart import beat

if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    os.write(1, b"ready\n")
    beat(sys.argv[2], "stubborn")
