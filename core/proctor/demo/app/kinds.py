"""The kinds of jobs that this app knows: what they are about, and their steps."""

from __future__ import annotations

import random

# The steps take a moment each and do nothing: the way of a job through the app is the point.
STEPS = {
    "resize photo": ("read", "scale to 1280", "scale to 640", "sharpen", "store"),
    "send mail": ("write", "connect", "deliver"),
    "render invoice": ("collect items", "add up", "draw page", "store"),
    "encode video": tuple(f"part {number}" for number in range(1, 11)),
    "import orders": ("open", "check", "insert", "index"),
    "tidy search": ("scan", "merge", "swap"),
}
SUBJECTS = {
    "resize photo": ("harbour", "bicycles", "snow", "market", "otters"),
    "send mail": ("ada", "grace", "edsger", "barbara", "alan"),
    "render invoice": ("bakery", "library", "cinema", "boats"),
    "encode video": ("thunder", "kittens", "talk"),
    "import orders": ("monday", "tuesday", "backlog"),
    "tidy search": ("titles", "authors", "places"),
}


def any_kind() -> tuple[str, str, int]:
    """Return kind, subject and number of steps of a job, as they come."""
    kind = random.choice(tuple(STEPS))  # noqa: S311 - no secret
    subject = random.choice(SUBJECTS[kind])  # noqa: S311 - no secret
    return kind, subject, len(STEPS[kind])
