"""Why a process is in the state that it is in: one sentence, never empty."""

from proctor.model.slots import Run, Slot


def why(slot: Slot, *, port: int | None, now: float) -> str:
    """The state of the slot in words; durations are counted from `now`, monotonic seconds.

    `port` is where it is to listen to be up.
    """
    if slot.run is not None:
        return _running(slot, slot.run, port)
    match slot.resting:
        case "crashed":
            return _crashed(slot, now)
        case "complete":
            return f"it {slot.reason}, and is not to be started again"
        case "waiting":
            return slot.waits_for or slot.reason
        case _:
            return f"not wanted: {slot.reason}"


def still_stopping(slot: Slot, now: float) -> str | None:
    """That it is still there, and when it is killed; None where nothing is being stopped."""
    if slot.run is None or slot.run.killed_at is None:
        return None
    left = slot.run.killed_at - now
    till = f"SIGKILL in {left:.0f} s" if left > 0 else "SIGKILL was sent"
    return f"{slot.name} is still stopping: {till}"


def _running(slot: Slot, run: Run, port: int | None) -> str:
    if run.phase == "stopping":
        step = {"shells": ", its shells' children too", "kill": ", now by SIGKILL"}
        return f"being stopped{step.get(run.step or '', '')}: {slot.reason}"
    if run.suspended:
        return f"stopped by ^Z or the terminal; go on with: proctor kill {slot.name} CONT"
    if run.prompt is not None:
        return f"waits at a debugger's prompt, {run.prompt}; answer it: proctor attach {slot.name}"
    if run.phase == "starting":
        if not run.leader:
            return f"starting: {slot.reason}"
        if missing := run.missing or run.ready_when:
            return f"starting: {slot.reason}; not ready yet: {missing}"
        waits = f"; waiting until it listens on port {port}" if port else ""
        return f"starting: {slot.reason}{waits}"
    if not slot.wanted:
        return f"up, and stopped when what starts after it has gone: {slot.reason}"
    if run.listens_on is not None and run.listens_on != port:
        return f"up, but it listens on port {run.listens_on} and not on PORT, which is {port}"
    return f"up: {slot.reason}"


def _crashed(slot: Slot, now: float) -> str:
    times = "" if slot.failures <= 1 else f", {slot.failures} times in a row"
    if slot.retry_at is None:
        return f"{slot.last_end}{times}; it stays so until it is started"
    return f"{slot.last_end}{times}; next try in {max(0.0, slot.retry_at - now):.0f} s"
