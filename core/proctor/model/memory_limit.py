"""A process whose tree uses more memory than its type may: it is restarted, and why.

Part of the rules of `lifecycle`. One sample may be a moment's peak (a fork, for instance, before
its program runs), so two in a row are needed.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from proctor.model.facts import MemoryExceeded, Order, Say
from proctor.model.names import RunId
from proctor.model.slots import Limits, Run, Slot
from proctor.model.stopping import stop
from proctor.model.words import memory_quota

SAMPLES = 2  #: so many in a row

Decision = tuple[Slot, tuple[Order, ...]]


def memory_exceeded(
    slot: Slot, run: Run, fact: MemoryExceeded, now: float, limits: Limits
) -> Decision:
    """It is stopped, to be started again; nothing if it is on its way out anyway."""
    if run.phase == "stopping" or run.exit is not None or not slot.wanted:
        return slot, ()
    used, limit = mebibytes(fact.used_bytes), mebibytes(fact.limit_bytes)
    slot = replace(slot, cause="app", reason=f"it used {used} of memory, more than its {limit}")
    said = Say(words=memory_quota(fact.used_bytes, fact.limit_bytes))
    slot, orders = stop(slot, replace(run, over_memory=True), now, limits)
    return slot, (said, *orders)


class MemoryGuard:
    """Counts the samples in which a run was above its limit."""

    def __init__(self) -> None:
        self._over: dict[RunId, int] = {}

    def judge(
        self, used: Mapping[RunId, int], limits: Mapping[str, int]
    ) -> tuple[MemoryExceeded, ...]:
        """The runs that are above their limits for sure; `limits` are those of the types.

        `used` holds the bytes of one sample; who is told stays so until that run has gone.
        """
        over = {
            run: self._over.get(run, 0) + 1
            for run, count in used.items()
            if (limit := limits.get(run.process.type)) is not None and count > limit
        }
        self._over = over
        return tuple(
            MemoryExceeded(run=run, used_bytes=used[run], limit_bytes=limits[run.process.type])
            for run, samples in over.items()
            if samples >= SAMPLES
        )


def mebibytes(count: int) -> str:
    """Bytes for people: "512 MiB", "0.5 MiB"."""
    size = count / 2**20
    return f"{size:.0f} MiB" if size >= 10 else f"{size:.1f} MiB"  # noqa: PLR2004 - two digits
