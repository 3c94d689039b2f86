"""What is told when an app has ended: one line a process."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from proctor.model.events import ExitView, ProcessView


def summary(processes: Iterable[ProcessView], log_dir: str) -> Iterator[str]:
    """One line a process: how it ended, how often it was restarted, where its log is."""
    views = list(processes)
    width = max((len(view.name) for view in views), default=0)
    for view in views:
        restarts = {0: "", 1: ", restarted once"}.get(
            view.restarts, f", restarted {view.restarts} times"
        )
        log = f" · {Path(log_dir) / view.name}.log" if log_dir else ""
        yield f"{view.name:<{width}}  {_ended(view)}{restarts}{log}"


def _ended(view: ProcessView) -> str:
    if view.state not in {"down", "crashed", "complete"}:
        return f"was left {view.state}: {view.why}"
    if view.exit is None:
        return "never ran" if view.run == 0 else "ended"
    return _words(view.exit)


def _words(end: ExitView) -> str:
    if end.status is not None:
        return f"exited with status {end.status}"
    return f"was ended by {end.signal}"
