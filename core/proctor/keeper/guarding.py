"""What a guardian does, once it is one: see `guardian`."""

import os
import select

from proctor.keeper.keeper import keep
from proctor.keeper.protocol import Frames, Start, Wire, close_all
from proctor.keeper.tree import KILL, Tree


class Guardian:
    """The guardian's loop: forks keepers, and ends what lost ones leave."""

    def __init__(self, wire: Wire, tree: Tree, wake: int, boss: int) -> None:
        self._wire = wire
        self._frames = Frames(wire.socket)
        self._tree = tree
        self._wake = wake
        self._boss = boss
        self._lock = -1
        self._alone = False
        self._keepers: dict[int, Start] = {}
        self._lost: list[str] = []
        self._seen_empty = False
        self._poll = select.poll()
        self._poll.register(wake, select.POLLIN)
        if boss >= 0:
            self._poll.register(boss, select.POLLIN)

    def serve(self) -> None:
        """Serve until the supervisor has gone, and after it everything that it started."""
        while not (self._alone and self._nothing_left()):
            if not self._alone:
                unsent = select.POLLOUT if self._wire.unsent else 0
                self._poll.register(self._wire.fileno(), select.POLLIN | unsent)
            ready = dict(self._poll.poll(self._tree.pause()))
            if self._wake in ready:
                os.read(self._wake, 1 << 16)
            if not self._alone:
                self._wire.flush()
                self._hear(ready)
            self._reap()
            if self._alone and not self._keepers and not self._tree.stops:
                self._tree.order(KILL)  # left by keepers that could not end it: try once more
            self._tree.look()
            self._tell_swept()

    def _nothing_left(self) -> bool:
        return self._tree.empty or (not self._keepers and self._tree.only_denied())

    def _hear(self, ready: dict[int, int]) -> None:
        here = self._boss not in ready
        if here and self._wire.fileno() in ready:
            here = self._frames.receive()
            while frame := self._frames.take():
                self._obey(*frame)
        if not here:
            self._alone = True
            self._poll.unregister(self._wire.fileno())
            if self._boss >= 0:
                self._poll.unregister(self._boss)

    def _obey(self, fields: list[bytes], descriptors: list[int]) -> None:
        if fields[0] == b"start":
            start = Start.of(fields)
            if len(descriptors) < start.descriptors:
                self._wire.say("swept", start.run)  # no room for them here: nothing was started
            else:
                self._fork_keeper(start, descriptors)
            close_all(descriptors)
        elif fields[0] == b"lock":
            self._lock = descriptors[0]

    def _fork_keeper(self, start: Start, descriptors: list[int]) -> None:
        try:
            pid = os.fork()
        except OSError as problem:
            # By the keeper's own socket: what it would have said stands in one order there.
            os.write(descriptors[0], f"failed {problem.errno} fork\ngone\n".encode())
            return
        if pid == 0:
            keep(start, descriptors, self._lock, self._boss)
        self._keepers[pid] = start
        self._tree.spare.add(pid)

    def _reap(self) -> None:
        for pid, status in self._tree.reap():
            if pid not in self._keepers or os.WIFSTOPPED(status) or os.WIFCONTINUED(status):
                continue
            start = self._keepers.pop(pid)
            self._tree.spare.discard(pid)
            if status:
                self._lost.append(start.run)
                self._seen_empty = False
                self._tree.emergency(start.stop_signal, start.grace_seconds, start.stop_scope)

    def _tell_swept(self) -> None:
        """Say so when what lost keepers left behind has gone.

        Two looks in a row must find nobody: a list that is read while it changes may miss one.
        """
        if not self._lost:
            return
        if self._tree.roots():
            self._seen_empty = False
        elif not self._seen_empty:
            self._seen_empty = True
        else:
            for run in self._lost:
                self._wire.say("swept", run)
            self._lost.clear()
            self._tree.calm()
