"""The supervisor's side of guardian and keepers: orders go out, reports come in, nothing blocks.

Every run has one socket to its keeper. End of file on it before `gone` means that the keeper is
lost; then the guardian ends the tree and says so. When the guardian itself is lost, what lost
keepers leave falls to this process, if it adopts orphans, and is ended from here.
"""

import _socket  # what the socket module adds costs its import before the first start
import errno
import os
import termios
from collections.abc import Callable
from contextlib import suppress

import msgspec

from proctor.errors import PlatformError
from proctor.keeper import kernel
from proctor.keeper.protocol import Wire, close_all, frame
from proctor.model.exits import Exit
from proctor.model.facts import Scope
from proctor.model.names import RunId
from proctor.runtime.frame_sender import FrameSender
from proctor.runtime.loops import Loop
from proctor.runtime.orders import (
    Channels,
    DeniedReport,
    GuardianLostReport,
    KeeperLostReport,
    LeaderContinuedReport,
    LeaderLeftReport,
    LeaderStoppedReport,
    Report,
    RunReport,
    SpawnFailedReport,
    SpawnOrder,
    StartedReport,
    SweptReport,
    TreeEmptiedReport,
)
from proctor.runtime.remnants import Remnants

__all__ = [
    "Channels",
    "DeniedReport",
    "GuardianLostReport",
    "KeeperLostReport",
    "Keepers",
    "LeaderContinuedReport",
    "LeaderLeftReport",
    "LeaderStoppedReport",
    "Report",
    "RunReport",
    "SpawnFailedReport",
    "SpawnOrder",
    "StartedReport",
    "SweptReport",
    "TreeEmptiedReport",
]


_LOOK_AGAIN_SECONDS = 0.01


class _Kept(msgspec.Struct):
    """One run whose last report has not been told yet."""

    order: SpawnOrder
    wire: Wire
    keeper_pid: int = -1
    failed: SpawnFailedReport | None = None
    bug: str | None = None
    lost: bool = False


class Keepers:
    """Starts runs through the guardian, and passes orders and reports. Callbacks of one loop.

    Args:
        guardian: our end of its socket, from `guardian.launch()` or `guardian.spawn()`; ours now.
        tell: takes each report, in the order in which things happened within a run. It may call
            back into here.
        guardian_pid: its process, our child, to be reaped when it has ended.
        adopts_orphans: when the guardian dies, take its place as the one to whom orphans fall.
            Only for a program all whose children are ours: it changes the whole process.
    """

    def __init__(
        self,
        guardian: _socket.socket,
        tell: Callable[[Report], None],
        *,
        guardian_pid: int | None = None,
        adopts_orphans: bool = False,
    ) -> None:
        self._tell = tell
        self._guardian = Wire(guardian.detach())
        self._guardian_pid = guardian_pid
        self._adopts_orphans = adopts_orphans
        self._kept: dict[RunId, _Kept] = {}
        self._channels: dict[RunId, Channels] = {}
        self._loop: Loop | None = None
        self._sender: FrameSender | None = None
        self._remnants: Remnants | None = None
        self._here = True

    @property
    def loop(self) -> Loop:
        """The loop that `attach` was given."""
        assert self._loop is not None, "attached first"
        return self._loop

    def attach(self, loop: Loop) -> None:
        """Listen to the guardian from now on; before anything else is asked."""
        self._loop = loop
        self._sender = FrameSender(loop, self._guardian.socket)
        if self._adopts_orphans:
            kernel.adopt_orphans()  # before the first start: else there is a moment without it
        loop.add_reader(self._guardian.fileno(), self._hear_guardian)

    def hold_lock(self, descriptor: int) -> None:
        """Let guardian and keepers hold this lock (`flock`) too, until the last of them ends.

        Never unlock it here, only close it: an explicit unlock would free it for all.
        """
        self._send([b"lock"], [os.dup(descriptor)])

    def spawn(self, order: SpawnOrder) -> Channels:
        """Start a run; how that goes is reported. Its output may be read from now on.

        Raises:
            UserError: its words or variables cannot be passed to a program.
            PlatformError: no terminal, pipe or socket may be had, or the guardian has gone.
        """
        fields = order.to_start().fields()
        if not self._here:
            raise PlatformError("the guardian has died, so nothing can be started any more")
        ours: list[int] = []
        theirs: list[int] = []
        try:
            channels = _open_channels(order, ours, theirs)
        except OSError as problem:
            close_all([*ours, *theirs])
            raise _no_room(problem) from problem
        wire = Wire(ours[0])
        self._kept[order.run] = _Kept(order, wire)
        self._channels[order.run] = channels
        self.loop.add_reader(wire.fileno(), self._hear_keeper, order.run)
        self._send(fields, theirs)
        return channels

    def order(self, run: RunId, scope: Scope, number: int) -> None:
        """Tell members of the run's tree by this signal; each is told once in a run's stop.

        `roots` and `shells` go on looking for new ones until the run has gone, `all` too.
        """
        self._say(run, "order", scope, int(number))

    def kill(self, run: RunId) -> None:
        """Kill until nobody is left of the run."""
        self._say(run, "kill")

    def signal(self, run: RunId, number: int) -> None:
        """Send one signal to the leader, or to the roots once it has left. No stop begins."""
        self._say(run, "signal", int(number))

    def resize(self, run: RunId, columns: int, rows: int) -> None:
        """Give the run's terminal another size; its foreground programs are told (SIGWINCH)."""
        self._say(run, "size", columns, rows)

    def forget(self, run: RunId) -> None:
        """Close our ends of a run's terminal or pipes, after its last report and last byte."""
        channels = self._channels.pop(run, None)
        if channels is not None:
            close_all(channels.descriptors())

    def close(self) -> None:
        """Kill what is left, and let go of guardian and keepers: nothing is reported any more."""
        for run in list(self._kept):
            self.kill(run)
            self._release(run)
        for run in list(self._channels):
            self.forget(run)
        self._part_from_guardian()
        if self._remnants is not None:
            self._remnants.close()

    async def wait_closed(self, *, within_seconds: float = 1.0) -> None:
        """After `close`: wait until the guardian has ended, at most so long, and reap it."""
        if self._guardian_pid is None:
            return
        import asyncio  # noqa: PLC0415 - not at the start: see `loops`

        watched = kernel.watch(self._guardian_pid)
        if watched < 0:  # this system tells no end of a process: look until it is there
            with suppress(TimeoutError):
                async with asyncio.timeout(within_seconds):
                    while not self._reap_guardian():  # noqa: ASYNC110 - nothing else tells it
                        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            return
        ended = asyncio.Event()
        self.loop.add_reader(watched, ended.set)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), within_seconds)
        finally:
            self.loop.remove_reader(watched)
            os.close(watched)
        self._reap_guardian()

    # The guardian

    def _send(self, fields: list[bytes], descriptors: list[int]) -> None:
        assert self._sender is not None, "attached first"
        self._sender.send(frame(fields, len(descriptors)), descriptors)

    def _hear_guardian(self) -> None:
        for words in self._guardian.hear():
            if words[0] == "swept":
                self._swept(RunId.parse(words[1]))
        if self._guardian.ended:
            self._lose_guardian()

    def _lose_guardian(self) -> None:
        self._part_from_guardian()
        self._reap_guardian()
        self._remnants = Remnants(
            self.loop,
            keepers=lambda: {kept.keeper_pid for kept in self._kept.values() if not kept.lost},
            swept=self._swept,
            is_ours=self._adopts_orphans,
        )
        self._tell(GuardianLostReport())
        for kept in list(self._kept.values()):
            if kept.lost:
                self._sweep(self._remnants, kept.order)

    def _part_from_guardian(self) -> None:
        if self._here:
            self._here = False
            self.loop.remove_reader(self._guardian.fileno())
            if self._sender is not None:
                self._sender.close()
            self._guardian.close()

    def _reap_guardian(self) -> bool:
        """Take what is left of the guardian, if it has ended; whether it has."""
        if self._guardian_pid is None:
            return True
        try:
            return os.waitpid(self._guardian_pid, os.WNOHANG)[0] != 0
        except ChildProcessError:
            return True

    def _swept(self, run: RunId) -> None:
        kept = self._kept.get(run)
        while kept is not None and not kept.lost and run in self._kept:
            self._hear_keeper(run)  # its last words came before; they are only not read yet
        if run in self._kept:
            self._release(run)
            self._tell(SweptReport(run=run))

    # The keepers

    def _say(self, run: RunId, *words: object) -> None:
        kept = self._kept.get(run)
        if kept is not None and not kept.lost:  # else the order is late: the run has ended
            kept.wire.say(*words)
            if kept.wire.unsent:
                self.loop.add_writer(kept.wire.fileno(), self._flush, kept.wire)

    def _flush(self, wire: Wire) -> None:
        wire.flush()
        if not wire.unsent:
            self.loop.remove_writer(wire.fileno())

    def _hear_keeper(self, run: RunId) -> None:
        kept = self._kept[run]
        for words in kept.wire.hear():
            if words == ["gone"]:
                self._release(run)
                self._tell(kept.failed or TreeEmptiedReport(run=run))
                return
            report = _report(kept, words)
            if report is not None:
                self._tell(report)
        if kept.wire.ended and self._kept.get(run) is kept:
            self._lose_keeper(run, kept)

    def _lose_keeper(self, run: RunId, kept: _Kept) -> None:
        kept.lost = True
        self._unwire(kept)
        self._tell(KeeperLostReport(run=run, bug=kept.bug))
        if self._remnants is not None:
            self._sweep(self._remnants, kept.order)

    @staticmethod
    def _sweep(remnants: Remnants, order: SpawnOrder) -> None:
        remnants.sweep(order.run, order.stop_signal, order.grace_seconds, scope=order.stop_scope)

    def _release(self, run: RunId) -> None:
        kept = self._kept.pop(run)
        if not kept.lost:
            self._unwire(kept)

    def _unwire(self, kept: _Kept) -> None:
        self.loop.remove_reader(kept.wire.fileno())
        self.loop.remove_writer(kept.wire.fileno())
        kept.wire.close()


def _report(kept: _Kept, words: list[str]) -> RunReport | None:
    run = kept.order.run
    match words:
        case ["kept", pid]:
            kept.keeper_pid = int(pid)
        case ["started", leader]:
            return StartedReport(run=run, leader_pid=int(leader), keeper_pid=kept.keeper_pid)
        case ["failed", number, stage]:
            # Told once nobody is left: the copy that failed to become the program still ends.
            subject = kept.order.folder if stage == "folder" else os.fsdecode(kept.order.argv[0])
            kept.failed = SpawnFailedReport(
                run=run, errno=int(number), stage=stage, subject=subject
            )
        case ["stopped", number]:
            return LeaderStoppedReport(run=run, signal=int(number))
        case ["continued"]:
            return LeaderContinuedReport(run=run)
        case ["left", status] if kept.failed is None:
            return LeaderLeftReport(run=run, exit=Exit.from_wait_status(int(status)))
        case ["denied", pid]:
            return DeniedReport(run=run, pid=int(pid))
        case ["bug", *said]:
            kept.bug = " ".join(said)
        case _:
            pass
    return None


def _open_channels(order: SpawnOrder, ours: list[int], theirs: list[int]) -> Channels:
    """Open socket and terminal or pipes: our ends, the socket's first, and theirs as in `Start`.

    Raises:
        OSError: one of them may not be had; what is in the lists by then is open.
    """
    for end, sock in zip((ours, theirs), _socket.socketpair(), strict=True):
        end.append(sock.detach())
    if order.terminal:
        master, slave = os.openpty()
        ours.append(master)
        theirs.append(slave)
        theirs.append(os.dup(master))
        termios.tcsetwinsize(slave, (order.rows, order.columns))
        channels = Channels(terminal=master)
    else:
        out, err = _pipe_from(ours, theirs), _pipe_from(ours, theirs)
        theirs += [os.dup(out), os.dup(err)]
        channels = Channels(out=out, err=err, stdin=_open_stdin(order, ours, theirs))
    for descriptor in channels.descriptors():
        os.set_blocking(descriptor, False)
    return channels


def _pipe_from(ours: list[int], theirs: list[int]) -> int:
    reading, writing = os.pipe()
    ours.append(reading)
    theirs.append(writing)
    return reading


def _open_stdin(order: SpawnOrder, ours: list[int], theirs: list[int]) -> int | None:
    if order.stdin == "null":
        return None
    reading, writing = os.pipe()
    ours.append(writing)
    theirs.append(reading)
    theirs.append(os.dup(writing))
    return writing


def _no_room(problem: OSError) -> PlatformError:
    limits = {
        errno.EMFILE: "Raise the limit of open files: `ulimit -n`",
        errno.ENFILE: "All of the machine's open files are in use",
    }
    number = problem.errno or errno.EIO
    # `openpty` words a want of descriptors as "out of pty devices"
    return PlatformError(
        f"no terminal or pipe may be had: {os.strerror(number)}", hint=limits.get(number)
    )
