"""Why an action cannot be done now, in words for the user; None when it can. Pure."""

from proctor.model.one_offs import ONE_OFF
from proctor_tui.situation import ALL, Situation


def not_scalable(at: Situation) -> str | None:
    """The slider of the target cannot be moved."""
    if at.view.stopping:
        return "The app is being stopped"
    if at.target == ALL:
        return "Select a process type first: each has its own slider"
    if at.type is None and at.type_name == ONE_OFF:
        return f"{at.named} was started with 'proctor run --detach', and has no quantity"
    if at.type is None:
        return f"{at.type_name} is not in the Procfile any more"
    if not at.type.in_formation:
        return f"{at.type.type} is not kept running. Run it once: proctor run {at.type.type}"
    return None


def not_scalable_down(at: Situation) -> str | None:
    """There cannot be fewer."""
    if reason := not_scalable(at):
        return reason
    return (
        None if at.type is not None and at.type.quantity > 0 else f"{at.type_name} is at 0 already"
    )


def not_settable(at: Situation) -> str | None:
    """A digit cannot set a quantity here."""
    if reason := not_scalable(at):
        return reason
    if at.is_process:
        return f"Select the type {at.type_name} to set its quantity by a digit"
    return None


def nothing_there(at: Situation) -> str | None:
    """The target means no process."""
    if at.view.stopping:
        return "The app is being stopped"
    if at.processes:
        return None
    if at.target == ALL:
        return "No process is there yet. Select a type, then → starts one"
    if at.type is not None and not at.type.in_formation:
        return f"{at.target} is not kept running. Run it once: proctor run {at.target}"
    return f"No process of {at.target} is there. → starts one"


def not_running(at: Situation) -> str | None:
    """There is nothing to stop."""
    if reason := nothing_there(at):
        return reason
    to_come = {"crashed", "waiting"}
    live = at.running or [each for each in at.processes if each.state in to_come and each.wanted]
    return None if live else f"Nothing of {at.named} is running. s starts it"


def not_startable(at: Situation) -> str | None:
    """There is nothing to start."""
    if reason := nothing_there(at):
        return reason
    idle = {"down", "crashed", "complete"}
    stopped = any(each.state in idle for each in at.processes)
    return None if stopped else f"{at.named.capitalize()} is running already"


def not_killable(at: Situation) -> str | None:
    """There is nothing to kill."""
    if reason := nothing_there(at):
        return reason
    return None if at.running else f"Nothing of {at.named} is running"


def not_attachable(at: Situation) -> str | None:
    """There is no terminal to type on."""
    if not at.is_process:
        return "Select a process first: each has its own terminal"
    return None if at.running else f"{at.named} is not running. s starts it"


def no_type(at: Situation) -> str | None:
    """The target is no type and no process."""
    return None if at.target != ALL else "Select a process or a type first"


def not_runnable_once(at: Situation) -> str | None:
    """The target has no command of its own."""
    if at.view.stopping:
        return "The app is being stopped"
    if at.target == ALL:
        return "Select a process type first: its command is run"
    return None if at.type is not None else f"{at.type_name} is no type of the Procfile"


def no_panes(at: Situation) -> str | None:
    """There is no pane."""
    return None if at.view.processes else "No process has printed anything yet"


def tiled(at: Situation) -> str | None:
    """All panes are shown."""
    return None if at.layout != "tiles" else "All panes are shown already"


def no_pages(at: Situation) -> str | None:
    """One pane is shown alone."""
    return None if at.layout == "tiles" else "One pane is shown. esc shows all"


def no_selection(at: Situation) -> str | None:
    """No text is selected."""
    return None if at.selected_text else "Nothing is selected. Drag over lines with the mouse"


def no_address(at: Situation) -> str | None:
    """The app has no address."""
    return None if at.view.app.address else "No process has an address yet"


def ends_anyway(at: Situation) -> str | None:
    """The app is being stopped."""
    return "The app is being stopped already" if at.view.stopping else None
