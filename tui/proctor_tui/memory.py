"""How the collector of garbage is kept from making keys wait."""

import gc

_THRESHOLDS = (5_000, 10, 10)


def settle_memory() -> None:
    """What is there after the first frame stays: the collector need not walk through it again.

    Its pauses are otherwise the longest ones that a key has to wait for. But it has to run, which
    it does not while a program starts: what is painted refers to itself, so that without it a
    flood takes two megabytes a second. All three generations come often: the painted rows that
    outlive the first one or two are garbage soon after.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
