"""A keeper: leads the session of one run, forks its leader, tells what becomes of its tree.

It ends when the kernel has said that its tree is empty, and not before. Once nobody gives it
orders any more it stops the tree by its own clock; meanwhile it reads what the tree writes,
so that no write fails or blocks. A bug in here ends in `Tree.end`: nobody may be left.
"""

import errno
import fcntl
import os
import select
import termios

from proctor.keeper import kernel, signals
from proctor.keeper.leader import become_leader
from proctor.keeper.protocol import Wire, close_all
from proctor.keeper.settling import settle_in
from proctor.keeper.tree import KILL, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from proctor.keeper.protocol import Start

_DRAIN = 1 << 16
_BUG = 70


def keep(start: "Start", descriptors: list[int], lock: int, boss: int) -> "NoReturn":
    """Be the keeper of one run, in a process made for it. Never returns.

    `descriptors` as `Start` says, `lock` the app's lock (or -1), which stays open so that a
    next start waits for us, `boss` is readable once the supervisor has ended (or -1).
    """
    wire = Wire(descriptors[0])
    tree = Tree(lambda pid: wire.say("denied", pid))
    status = _BUG
    try:
        keeper = _Keeper(start, wire, tree, descriptors[1:], boss)
        settled = settle_in(
            [fd for fd in (*descriptors, lock, boss) if fd >= 0],
            "proctor:" + start.run.partition("#")[0],
        )
        keeper.run(settled.fileno())
        status = 0
    except BaseException as problem:  # noqa: BLE001 - whatever it is, the tree must end
        wire.say("bug", repr(problem).replace("\n", " "))
    finally:
        if status:
            tree.end()
        os._exit(status)


class _Keeper:
    def __init__(
        self, start: "Start", wire: Wire, tree: Tree, descriptors: list[int], boss: int
    ) -> None:
        self._start = start
        self._wire = wire
        self._tree = tree
        self._boss = boss
        self._alone = False
        self._leader = -1
        self._launch = -1  # reading end of what the leader says until its program runs
        self._poll = select.poll()
        if start.terminal:
            # The slave stays open here: a reader gets no end of file before the tree is empty.
            slave, master = descriptors
            self._theirs, self._ours, self._not_ours = [slave] * 3, [master], []
        else:
            out, err, ours_out, ours_err, *stdin = descriptors
            self._theirs = [*(stdin[:1] or [0]), out, err]
            self._ours = [ours_out, ours_err]
            self._not_ours = [*stdin[:1], out, err]

    def run(self, wake: int) -> None:
        self._wire.say("kept", os.getpid())
        if not self._begin():
            self._finish()
            return
        self._poll.register(wake, select.POLLIN)
        self._poll.register(self._launch, select.POLLIN)
        if self._boss >= 0:
            self._poll.register(self._boss, select.POLLIN)
        while not self._tree.empty:
            if self._alone and self._tree.only_denied():
                return
            self._attend(wake)
        self._finish()

    def _begin(self) -> bool:
        """Fork the leader, unless it may not or cannot be."""
        if self._boss >= 0 and select.select([self._boss], [], [], 0)[0]:
            return False  # the supervisor has gone already: start nothing
        stage = "terminal"
        try:
            if self._start.terminal:
                fcntl.ioctl(self._theirs[0], termios.TIOCSCTTY, 0)
            stage = "fork"
            self._launch, told = os.pipe()
            # Blocked from here until the leader has its own handlers: a stop that comes in
            # between is kept for it, and not lost because we are deaf.
            signals.block_all()
            self._leader = os.fork()
        except OSError as problem:
            self._wire.say("failed", problem.errno or errno.EIO, stage)
            return False
        if self._leader == 0:
            become_leader(self._start, self._theirs, told)
        kernel.remember(self._leader)
        signals.unblock_all()
        close_all([told, *self._not_ours])
        return True

    def _attend(self, wake: int) -> None:
        """One round: wait for something to happen, take it in, act."""
        if not self._alone:
            unsent = select.POLLOUT if self._wire.unsent else 0
            self._poll.register(self._wire.fileno(), select.POLLIN | unsent)
        ready = dict(self._poll.poll(self._tree.pause()))
        if wake in ready:
            os.read(wake, _DRAIN)
        if self._launch in ready:
            self._tell_launch()
        if self._alone:
            self._drain(ready)
        else:
            self._wire.flush()
            self._hear(ready)
        for pid, status in self._tree.reap():
            if pid == self._leader:
                self._tell_leader(status)
        self._tree.look()

    def _hear(self, ready: dict[int, int]) -> None:
        if self._wire.fileno() in ready:
            for words in self._wire.hear():
                self._obey(words)
        if self._wire.ended or self._boss in ready:
            self._be_alone()

    def _obey(self, words: list[str]) -> None:
        match words:
            case ["order", scope, number]:
                self._tree.order(scope, int(number))
            case ["kill"]:
                self._tree.order(KILL)
            case ["signal", number]:
                self._signal_leader(int(number))
            case ["size", columns, rows] if self._start.terminal:
                termios.tcsetwinsize(self._ours[0], (int(rows), int(columns)))
            case _:
                pass  # for a run of another kind

    def _signal_leader(self, number: int) -> None:
        if self._leader <= 0:
            self._tree.signal_roots(number)
            return
        try:
            os.kill(self._leader, number)
        except PermissionError:
            self._wire.say("denied", self._leader)

    def _be_alone(self) -> None:
        """The supervisor has gone: read what the tree writes, and stop it by our own clock."""
        self._alone = True
        self._poll.unregister(self._wire.fileno())
        if self._boss >= 0:
            self._poll.unregister(self._boss)
        for fd in self._ours:
            os.set_blocking(fd, False)
            self._poll.register(fd, select.POLLIN)
        if self._tree.scope != KILL:
            start = self._start
            self._tree.emergency(start.stop_signal, start.grace_seconds, start.stop_scope)

    def _drain(self, ready: dict[int, int]) -> None:
        for fd in [fd for fd in self._ours if fd in ready]:
            try:
                ended = not os.read(fd, _DRAIN)
            except BlockingIOError:
                ended = False
            except OSError:
                ended = True
            if ended:
                self._poll.unregister(fd)
                self._ours.remove(fd)

    def _tell_launch(self) -> None:
        """The leader's program runs, or the leader has said why it cannot."""
        said = os.read(self._launch, 100).decode()
        self._poll.unregister(self._launch)
        os.close(self._launch)
        self._launch = -1
        self._wire.say(*(("failed", said) if said else ("started", self._leader)))

    def _tell_leader(self, status: int) -> None:
        if os.WIFSTOPPED(status):
            self._wire.say("stopped", os.WSTOPSIG(status))
        elif os.WIFCONTINUED(status):
            self._wire.say("continued")
        else:
            if self._launch >= 0:
                self._tell_launch()  # first things first, whichever the kernel showed us first
            self._leader = -1
            self._wire.say("left", status)

    def _finish(self) -> None:
        """Say `gone`, and wait until it is said, unless nobody listens any more."""
        self._wire.say("gone")
        poll = select.poll()
        if self._boss >= 0:
            poll.register(self._boss, select.POLLIN)
        while self._wire.unsent and not self._alone:
            poll.register(self._wire.fileno(), select.POLLOUT)
            self._alone = self._boss in dict(poll.poll())
            self._wire.flush()
