"""proctor: runs a Procfile app on your machine by the principles of a cloud runtime.

    import proctor

    async with proctor.App("Procfile") as app:
        await app.scale(web=2)
        async for event in app.events():
            ...

Nothing is imported until it is used.
"""

TYPE_CHECKING = False  # the guardian is made before even `typing` is loaded
if TYPE_CHECKING:
    from typing import Any

    from proctor.errors import ProctorError, UserError
    from proctor.library import App
    from proctor.logs.window import Row, Window
    from proctor.model import commands, events
    from proctor.model.events import ProcessView, Snapshot
    from proctor.model.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "App",
    "ProcessView",
    "ProctorError",
    "Row",
    "Settings",
    "Snapshot",
    "UserError",
    "Window",
    "commands",
    "events",
]

_PLACES = {
    "App": "proctor.library",
    "ProcessView": "proctor.model.events",
    "ProctorError": "proctor.errors",
    "Row": "proctor.logs.window",
    "Settings": "proctor.model.settings",
    "Snapshot": "proctor.model.events",
    "UserError": "proctor.errors",
    "Window": "proctor.logs.window",
}


def __getattr__(name: str) -> "Any":  # noqa: ANN401 - any of the names above
    from importlib import import_module  # noqa: PLC0415 - see the module's words

    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    if name in __all__:
        return import_module(f"proctor.model.{name}")
    raise AttributeError(f"module 'proctor' has no attribute '{name}'")
