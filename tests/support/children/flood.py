"""Prints numbered lines of 100 bytes as fast as it can: flood.py COUNT (0: without end)."""

import itertools
import sys

if __name__ == "__main__":
    count = int(sys.argv[1])
    numbers = itertools.count() if count == 0 else iter(range(count))
    write = sys.stdout.write
    for number in numbers:
        write(f"{number:>99}\n")
