"""A shell that types proctor's command lines within the test's own process."""

import asyncio
from dataclasses import dataclass

import pytest

from proctor.cli.problems import run_reporting


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command line came to."""

    code: int
    out: str
    err: str


class Shell:
    """Types command lines, in a thread of its own so that a fake supervisor can answer."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured

    async def __call__(self, *words: str) -> Outcome:
        code = await asyncio.to_thread(_exit_code, list(words))
        out, err = self._captured.readouterr()
        return Outcome(code, out, err)


def _exit_code(words: list[str]) -> int:
    try:
        return run_reporting(words)
    except SystemExit as end:
        return int(end.code or 0)
