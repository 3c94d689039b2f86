"""How the collector of garbage is kept from making keys wait."""

import gc

_THRESHOLDS = (50_000, 20, 100)


def settle_memory() -> None:
    """What is there after the first frame stays: the collector need not walk through it again.

    Its pauses are otherwise the longest ones that a key has to wait for.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
