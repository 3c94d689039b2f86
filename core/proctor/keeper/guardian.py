"""The guardian: a small fork server between the supervisor and the keepers.

It forks a keeper for each start, and ends the tree of a keeper that was lost. It has imported
next to nothing, so that forks are cheap and its copies small, and it never blocks on either
side. When the supervisor has gone, keepers end their trees by themselves; the guardian stays
for those who lose their keeper meanwhile, and ends last.
"""

import _socket
import os

from proctor.keeper import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_BUG = 70


def launch() -> tuple[_socket.socket, int]:
    """Fork the guardian from this process, which becomes the supervisor; give its socket and pid.

    To be called before anything is imported and any thread is started: the guardian is a copy
    of what is here by then. Fills closed standard descriptors with the null device first.

    Raises:
        OSError: no more processes or descriptors may be had.
    """
    _fill_standard_descriptors()
    ours, theirs = _socket.socketpair()
    boss = kernel.watch(os.getpid())
    pid = os.fork()
    if pid == 0:
        guard(theirs.detach(), boss)
    theirs.close()
    if boss >= 0:
        os.close(boss)
    return ours, pid


def spawn() -> tuple[_socket.socket, int]:
    """Start the guardian in an interpreter of its own; give its socket and pid.

    For a program that has grown, or has threads: a copy of it would be large, and not safe.
    The interpreter is isolated: it sees neither the user's site nor the program's folder.

    Raises:
        OSError: the interpreter cannot be started.
    """
    import sys  # noqa: PLC0415 - not needed by `launch`

    ours, theirs = _socket.socketpair()
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 - pathlib costs its import
    code = (
        f"import sys; sys.path.append({here!r})\n"
        f"from proctor.keeper.guardian import main; main({os.getpid()})"
    )
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-S", "-c", code],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), 0)],
    )
    theirs.close()
    return ours, pid


def main(supervisor: int) -> "NoReturn":
    """Be the guardian in an interpreter of its own, started by process `supervisor`.

    Our end of the socket is standard input.
    """
    _fill_standard_descriptors()
    control = os.dup(0)
    boss = kernel.watch(supervisor)
    if os.getppid() != supervisor:  # it has ended already, its number may be somebody else's
        os._exit(0)
    guard(control, boss)


def guard(control: int, boss: int) -> "NoReturn":
    """Serve until the supervisor and all that it started has gone. Never returns.

    `control` is the socket to the supervisor, `boss` is readable once that has ended (or -1).
    """
    status = _BUG
    tree = None
    try:
        # Only now, in a process of its own: the supervisor does not wait for these.
        import gc  # noqa: PLC0415 - see above

        from proctor.keeper.guarding import Guardian  # noqa: PLC0415 - see above
        from proctor.keeper.protocol import Wire  # noqa: PLC0415 - see above
        from proctor.keeper.settling import settle_in  # noqa: PLC0415 - see above
        from proctor.keeper.tree import Tree  # noqa: PLC0415 - see above

        wake = settle_in([fd for fd in (control, boss) if fd >= 0], "proctor:guardian")
        gc.collect()
        gc.disable()  # a collection would touch, and so copy, every page that keepers share
        gc.freeze()
        tree = Tree(lambda _: None)
        Guardian(Wire(control), tree, wake.fileno(), boss).serve()
        status = 0
    finally:
        if status:
            os.closerange(control, control + 1)  # the supervisor stops all in order
            if tree:
                tree.end()
        os._exit(status)


def _fill_standard_descriptors() -> None:
    """Open the null device wherever stdin, stdout or stderr is closed.

    Else the next socket would become somebody's stdout.
    """
    fd = os.open(os.devnull, os.O_RDWR)
    while fd <= 2:  # noqa: PLR2004 - stderr
        os.set_inheritable(fd, True)
        fd = os.open(os.devnull, os.O_RDWR)
    os.close(fd)
