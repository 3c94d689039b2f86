"""What follows when a process ends by itself: whether and when it is started again."""

from typing import Literal

from proctor.model.exits import Exit

OnExit = Literal["restart", "restart-on-failure", "stay", "stop-all"]

STABLE_SECONDS = 30.0
CEILING_SECONDS = 30.0


def after_exit(policy: OnExit, exit_: Exit | None) -> Literal["retry", "complete", "stay"]:
    """What a process does that ended without being asked; `exit_` is None if it never started.

    "restart" tries again whatever the status, as the platform does: there any exit is a crash.
    """
    succeeded = exit_ is not None and exit_.succeeded
    match policy:
        case "restart":
            return "retry"
        case "restart-on-failure":
            return "complete" if succeeded else "retry"
        case "stay" | "stop-all":
            return "complete" if succeeded else "stay"


def backoff_seconds(failures: int, *, jitter: float, ceiling: float = CEILING_SECONDS) -> float:
    """How long to wait before the next start of a process that keeps failing.

    The first failure is retried at once, later ones after 1, 2, 4 … seconds, never more than
    `ceiling`; `jitter` (0 to 1) takes up to a tenth off, so that processes that crash together
    do not start together. `failures` counts since the process was last up for 30 s.

    Raises:
        ValueError: `failures` is less than 1: nothing has failed yet.

    Source: the platform restarts once at once, then cools off for up to 320 minutes; that is
    for servers. On a laptop somebody waits: hence seconds.
    """
    if failures < 1:
        raise ValueError(f"{failures} failures: nothing has failed yet")
    if failures == 1:
        return 0.0
    exponent = min(failures - 2, 16)
    return min(2.0**exponent, ceiling) * (1 - 0.1 * jitter)
