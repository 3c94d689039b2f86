"""From problems to one line on standard error and an exit code. No traceback reaches a user."""

import errno
import os
import sys
import time
from pathlib import Path

from proctor.errors import PlatformError, ProctorError
from proctor.model.quoting import printable

_NO_MORE = "no more processes may be started now (the limit is `ulimit -u`, RLIMIT_NPROC)"
_CANNOT_BE_PRINTED = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def run_reporting(words: list[str]) -> int:
    """Run a command line; what goes wrong is told in one line. Returns the exit code.

    Raises:
        BrokenPipeError: who reads what is printed has gone.
        KeyboardInterrupt: the user has had enough.
    """
    try:
        code = _run(words)
        sys.stdout.flush()
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except ProctorError as error:
        return report(error)
    except BaseExceptionGroup as group:
        return _report_group(group)
    except Exception as error:  # noqa: BLE001 - the last place where a fault of ours can be told
        return report(fault(error))
    return code


def _run(words: list[str]) -> int:
    if words[:1] == ["start"]:
        from proctor.cli.plain import read_plainly  # noqa: PLC0415 - for a start alone

        options = read_plainly(words[1:])
        if options is not None:
            from proctor.cli.launch import launch  # noqa: PLC0415 - the same

            return launch(options)
    from proctor.cli.main import run  # noqa: PLC0415 - a plain start does not wait for click

    return run(words)


def report(problem: ProctorError) -> int:
    """Tell a problem in one line; returns its exit code."""
    tell(str(problem))
    return problem.exit_code


def tell(sentence: str) -> None:
    """Say something on standard error, on one line, whatever names it holds."""
    if sys.stderr is not None:
        print(f"proctor: {printable(sentence)}", file=sys.stderr, flush=True)  # noqa: T201 - its job


def fault(error: BaseException) -> ProctorError:
    """A fault of our own as a problem to report; the details are in a file that it names."""
    if isinstance(error, OSError) and error.errno in _CANNOT_BE_PRINTED and not error.filename:
        return PlatformError(f"what was printed could not be written: {error.strerror}")
    if _is_want_of_processes(error):
        return PlatformError(_NO_MORE)
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return PlatformError(
            f"no more files may be opened: {error.strerror}",
            hint="Raise the limit of open files: `ulimit -n`",
        )
    what = f"a fault of proctor's own: {type(error).__name__}: {error}".splitlines()[0]
    path = _write_details(error)
    return PlatformError(what, hint=f"The details are in {path}" if path else None)


def _is_want_of_processes(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.EAGAIN and not error.filename
    return isinstance(error, RuntimeError) and "start new thread" in str(error)


def _report_group(group: BaseExceptionGroup[BaseException]) -> int:
    """Report the first problem that a user understands, else the whole group as our fault."""
    known, _ = group.split(ProctorError)
    while known is not None:
        first = known.exceptions[0]
        if isinstance(first, ProctorError):
            return report(first)
        known = first if isinstance(first, BaseExceptionGroup) else None
    for kind in (KeyboardInterrupt, BrokenPipeError):
        if group.split(kind)[0] is not None:
            raise kind from group
    return report(fault(group))


def _write_details(error: BaseException) -> Path | None:
    import traceback  # noqa: PLC0415 - for a fault of ours alone

    from proctor.control.places import faults_folder  # noqa: PLC0415 - the same

    try:
        path = faults_folder() / f"{time.strftime('%Y-%m-%d-%H%M%S')}-{os.getpid()}.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:  # noqa: PTH123 - a descriptor
            # No local variables: they may hold values of the app's environment.
            file.write("".join(traceback.format_exception(error)))
    except (OSError, ProctorError):
        return None
    return path
