"""From slots and process types to what everybody may see of them."""

from proctor.model.configuration import AppConfiguration
from proctor.model.events import ExitView, ProcessView, TypeView
from proctor.model.exits import Exit
from proctor.model.formation import RELEASE, Formation
from proctor.model.slots import Slot
from proctor.model.why import why


def exit_view(exit_: Exit | None) -> ExitView | None:
    """How a run ended, for the wire."""
    if exit_ is None:
        return None
    return ExitView(status=exit_.status, signal=exit_.signal_name)


def process_view(slot: Slot, *, port: int | None, now: float, at: float) -> ProcessView:
    """The slot as everybody may see it.

    `now` is the monotonic time and `at` the wall time of the same moment, in seconds.
    """

    def wall(moment: float | None) -> float | None:
        return None if moment is None else at + (moment - now)

    run = slot.run
    listens = run is not None and (run.listens or run.listens_on is not None)
    moved = run is not None and run.listens_on is not None and run.listens_on != port
    return ProcessView(
        name=str(slot.name),
        type=slot.name.type,
        state=slot.state,
        wanted=slot.wanted,
        since=at + (slot.since - now),
        run=slot.runs,
        pid=run.leader if run else None,
        port=port,
        listens_on=run.listens_on if run and moved else None,
        restarts=slot.restarts,
        exit=exit_view(slot.last_exit),
        failures=slot.failures,
        retry_at=wall(slot.retry_at),
        deadline_at=wall(run.killed_at) if run and run.phase == "stopping" else None,
        suspended=run.suspended if run else False,
        prompt=run.prompt if run else None,
        why=why(slot, port=port if listens else None, now=now),
    )


def type_views(app: AppConfiguration, formation: Formation) -> tuple[TypeView, ...]:
    """The process types in the order of the Procfile, with their desired quantities."""
    return tuple(
        TypeView(
            type=entry.type,
            command=entry.command_line,
            line=entry.line_number,
            quantity=formation[entry.type],
            in_formation=entry.type != RELEASE,
            group=app.settings_of(entry.type).group,
        )
        for entry in app.procfile.entries
    )
