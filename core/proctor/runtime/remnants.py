"""What lost keepers leave when the guardian has gone as well: it falls to us, and we end it."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from proctor.keeper.tree import ROOTS, Tree
from proctor.model.names import RunId
from proctor.runtime.loops import Handle, Loop

_LOOK_SECONDS = 0.02


class Remnants:
    """Ends what falls to this process; for the last seconds of an app whose guardian has died.

    Args:
        loop: whose timers it uses.
        keepers: the pids of the keepers that still live: they fall to us too, and are spared.
            A lost one is not among them: its socket closes before its orphans fall to us, so
            nobody is known to be left only when it has been reaped as well.
        swept: told of each run of which nobody is left.
        is_ours: orphans do fall to us. Else nothing can be done, and `swept` is told at once.
    """

    def __init__(
        self,
        loop: Loop,
        *,
        keepers: Callable[[], AbstractSet[int]],
        swept: Callable[[RunId], None],
        is_ours: bool,
    ) -> None:
        self._loop = loop
        self._keepers = keepers
        self._told_swept = swept
        self._is_ours = is_ours
        self._tree = Tree(lambda _: None)
        self._runs: list[RunId] = []
        self._seen_empty = False
        self._timer: Handle | None = None
        if is_ours:
            self._look()

    def sweep(
        self, run: RunId, stop_signal: int, grace_seconds: float, *, scope: str = ROOTS
    ) -> None:
        """End what a lost keeper left: by this signal, and killed after the emergency grace."""
        if not self._is_ours:
            self._loop.call_soon(self._told_swept, run)
            return
        self._tree.spare = set(self._keepers())
        self._runs.append(run)
        self._seen_empty = False
        self._tree.emergency(stop_signal, grace_seconds, scope)

    def close(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = self._loop.call_later(_LOOK_SECONDS, self._look)
        self._tree.reap()  # also the keepers that have done their work
        self._tree.spare = set(self._keepers())
        self._tree.look()
        if not self._runs:
            return
        empty = not self._tree.roots() or self._tree.only_denied()
        if empty and self._seen_empty:
            runs, self._runs = self._runs, []
            self._tree.calm()
            for run in runs:
                self._told_swept(run)
        self._seen_empty = empty
