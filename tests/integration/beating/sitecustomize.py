"""Lets every Python process of an app beat, forked ones too, without a word of it in the app."""

import os
import threading
import time
from pathlib import Path


def _beat() -> None:
    name = f"python-{os.getpid()}"
    with (Path(os.environ["BEATS"]) / name).open("ab", buffering=0) as file:
        while True:
            file.write(b".")
            time.sleep(0.02)


def _begin() -> None:
    threading.Thread(target=_beat, daemon=True).start()


if "BEATS" in os.environ:
    os.register_at_fork(after_in_child=_begin)
    _begin()
