"""The moment between fork and exec: a copy of the keeper becomes the run's own program."""

import errno
import os

from proctor.keeper import signals
from proctor.keeper.settling import close_others

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from proctor.keeper.protocol import Start

_NOT_STARTED = 127
_REPORT = 3


def become_leader(start: "Start", standard: list[int], report: int) -> "NoReturn":
    """Become the program of `start`, with these three descriptors as 0, 1 and 2.

    All signals are blocked when this is called. If the program cannot be started, "ERRNO STAGE"
    goes to `report`, where stage is `setup`, `folder` or `program`; else that just closes.
    """
    stage = "setup"
    try:
        os.setpgid(0, 0)
        if start.terminal:
            os.tcsetpgrp(standard[0], os.getpid())  # SIGTTOU is still ignored: no race, no stop
        _take_descriptors(standard, report)
        signals.restore_all()
        stage = "folder"
        os.chdir(start.folder)
        stage = "program"
        signals.unblock_all()
        _execute(start)
    except BaseException as problem:  # noqa: BLE001 - it is told, and this copy ends here
        code = getattr(problem, "errno", None) or errno.EINVAL
        os.write(_REPORT, f"{code} {stage}".encode())
    finally:
        os._exit(_NOT_STARTED)


def _take_descriptors(standard: list[int], report: int) -> None:
    # Above all that is taken first: none of these may be overwritten before it was used.
    report = os.dup(report)
    for target, fd in enumerate(standard):
        if target != fd:
            os.dup2(fd, target)
    os.dup2(report, _REPORT, inheritable=False)
    close_others([_REPORT])


def _execute(start: "Start") -> None:
    """Replace ourselves, looking along the run's own PATH as a shell would."""
    environment = dict(entry.split(b"=", 1) for entry in start.environment)
    program = start.argv[0]
    if b"/" in program:
        os.execve(program, start.argv, environment)
    refused: OSError = FileNotFoundError(errno.ENOENT, "not found")
    for folder in environment.get(b"PATH", os.defpath.encode()).split(b":"):
        try:
            os.execve(os.path.join(folder, program), start.argv, environment)  # noqa: PTH118 - bytes
        except (FileNotFoundError, NotADirectoryError):
            continue
        except PermissionError as problem:
            refused = problem
    raise refused
