"""How the child of the measurements is run: compiled where there is a C compiler."""

import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from bench.tools import HOME, Entry

_HERE = Path(__file__).parent


@cache
def program() -> str:
    """The words that run the child, for a shell."""
    compiler = shutil.which("cc")
    HOME.mkdir(parents=True, exist_ok=True)
    built = HOME / "bench-child"
    source = _HERE / "child.c"
    if compiler and (not built.exists() or built.stat().st_mtime < source.stat().st_mtime):
        subprocess.run([compiler, "-O2", "-o", str(built), str(source)], check=True)
    if compiler:
        return shlex.quote(str(built))
    script = shutil.copy(_HERE / "child.py", HOME / "bench-child.py")
    return shlex.join([sys.executable, "-I", "-S", str(script)])


def entry(words: str, *, name: str = "web", count: int = 1) -> Entry:
    """A process type that runs the child with these words."""
    return Entry(name, f"{program()} {words}", count)
