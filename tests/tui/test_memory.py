import subprocess
import sys

GARBAGE_AFTER_A_START = """\
import gc, weakref
from proctor_tui.memory import settle_memory

class Painted:
    pass

def once():
    one = Painted()
    one.itself = one
    return weakref.ref(one)

gc.disable()  # as a program does while it starts
settle_memory()
first = once()
kept = [[] for _ in range(100_000)]
print(first() is None)
"""


def test_garbage_is_collected_although_it_was_not_while_the_program_started() -> None:
    words = [sys.executable, "-c", GARBAGE_AFTER_A_START]
    outcome = subprocess.run(words, capture_output=True, text=True, check=True, timeout=30)
    assert outcome.stdout == "True\n"
