"""Explains a process of this supervisor: its moves, their causes, and its last words."""

import re

from proctor.errors import UserError
from proctor.logs.safe import safe_line
from proctor.logs.store import LogStore
from proctor.model.event_words import Causes
from proctor.model.explanation import Explanation, LastWords, crashed_run, steps_of
from proctor.model.names import ProcessName
from proctor.model.quoting import quoted
from proctor.runtime.bus import EventBus
from proctor.runtime.supervisor import Supervisor

LAST_WORDS = 10
_LOOK_BACK = 1000
_LONGEST = 1000
_COLOUR = re.compile(rb"\x1b\[[0-9;:]*m")


def explain(supervisor: Supervisor, bus: EventBus, store: LogStore, process: str) -> Explanation:
    """Why this process is in its state.

    Raises:
        UserError: there is no such process.
    """
    view = next((each for each in supervisor.views() if each.name == process), None)
    if view is None:
        raise UserError(f"there is no process {quoted(process)}", hint="'proctor ps' lists them")
    slot = supervisor.slots[ProcessName.parse(process)]
    causes = Causes()
    for event in bus.recent:
        causes.learn(event)
    return Explanation(
        process=view,
        steps=steps_of(slot.history, wall=view.since - slot.since, because=causes.words),
        last_words=_last_words(store, process, crashed_run(slot.history)),
    )


def _last_words(store: LogStore, process: str, run: int | None) -> LastWords | None:
    if run is None:
        return None
    rows = store.tail(process, _LOOK_BACK).rows
    lines = [row for row in rows if row.run == run and row.stream != "proctor"][-LAST_WORDS:]
    texts = (safe_line(_COLOUR.sub(b"", row.data[-_LONGEST:])) for row in lines)
    return LastWords(run=run, lines=tuple(texts))
