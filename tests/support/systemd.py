"""What the systemd of this machine makes of units, without starting any."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

_SYSTEMD = next(
    (path for path in ("/usr/lib/systemd/systemd", "/lib/systemd/systemd") if Path(path).exists()),
    None,
)
_TEST_AS_USER = 65_534  # systemd takes no part of a user's manager as root
_ESCAPE = re.compile(r"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
#: An older systemd does not know these, and says so; the units say that it does.
_NEWER = ("RestartSteps", "RestartMaxDelaySec", "PropagatesStopTo")

can_verify = shutil.which("systemd-analyze") is not None
can_load = _SYSTEMD is not None and os.geteuid() == 0


def complaints(*units: Path, runtime: Path) -> list[str]:
    """What `systemd-analyze verify` says against units; nothing if they are right."""
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", *units],
        env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)},
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    lines = [
        line
        for line in done.stderr.splitlines()
        if not any(f"'{name}'" in line and "nknown key" in line for name in _NEWER)
    ]
    return lines if done.returncode == 0 or lines else [f"exit {done.returncode}"]


def loaded_words(unit: str) -> list[str]:
    """The words of ExecStart=, as systemd has read them from the text of a unit."""
    assert _SYSTEMD is not None
    with tempfile.TemporaryDirectory(prefix="units", dir="/tmp") as name:
        folder = Path(name)
        (folder / "odd.service").write_text(unit)
        folder.chmod(0o777)
        done = subprocess.run(
            [_SYSTEMD, "--test", "--user", "--unit=odd.service"],
            cwd=folder,
            env={"XDG_RUNTIME_DIR": name, "HOME": name, "SYSTEMD_UNIT_PATH": f"{name}:"},
            user=_TEST_AS_USER, group=_TEST_AS_USER, extra_groups=[],
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
    (line,) = set(re.findall(r"Command Line: (/bin/bash.*)", done.stdout))
    return [_read(word) for word in re.findall(r'"(?:[^"\\]|\\.)*"|\S+', line)]


def _read(word: str) -> str:
    if not word.startswith('"'):
        return word
    return _ESCAPE.sub(_unescaped, word[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    what = match[1]
    return chr(int(what, 8)) if len(what) > 1 else _LETTERS.get(what, what)
