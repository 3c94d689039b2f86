"""Names of things: process types, processes, runs."""

import re
from typing import NamedTuple, Self

from proctor.errors import UserError

_PROCESS_NAME = re.compile(r"([A-Za-z0-9_-]+)\.([1-9][0-9]*)")
_RUN_ID = re.compile(r"([A-Za-z0-9_-]+)\.([1-9][0-9]*)#([1-9][0-9]*)")


class ProcessName(NamedTuple):
    """One process of a type: prints as `web.1`, sorts by type, then by number."""

    type: str
    number: int

    def __str__(self) -> str:
        return f"{self.type}.{self.number}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `web.1`.

        Raises:
            UserError: the text is not a process name.
        """
        match = _PROCESS_NAME.fullmatch(text)
        if match is None:
            raise UserError(f"'{text}' is not a process name", hint="Write it as in web.1")
        return cls(match[1], int(match[2]))


class RunId(NamedTuple):
    """One start of a process: `web.1#3` is the third start of web.1."""

    process: ProcessName
    number: int

    def __str__(self) -> str:
        return f"{self.process}#{self.number}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `web.1#3`.

        Raises:
            UserError: the text does not name a run.
        """
        match = _RUN_ID.fullmatch(text)
        if match is None:
            raise UserError(f"'{text}' does not name a run", hint="Write it as in web.1#3")
        return cls(ProcessName(match[1], int(match[2])), int(match[3]))
