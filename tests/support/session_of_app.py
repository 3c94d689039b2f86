"""A session on a supervisor whose processes are played, and on a real log."""

from proctor.control.local import LocalSession
from proctor.logs.store import LogStore
from proctor.model.events import AnyMessage, OutputAppended, Usage
from support import histories
from support.supervised import SupervisedApp

USAGE = {"web.1": Usage(cpu_percent=1.5, memory_bytes=4096, processes=2)}


class SessionOfApp:
    """A session, and the app with its log that it speaks for."""

    def __init__(self, app: SupervisedApp) -> None:
        self.app = app
        self.store = LogStore(on_appended=self._appended)
        self.session = LocalSession(
            app.supervisor,
            mailbox=app.mailbox,
            bus=app.bus,
            store=self.store,
            app_view=histories.app,
            usage=lambda: USAGE,
        )

    def prints(self, process: str, *lines: str) -> None:
        track = self.store.open(self.app.runs.run_of(process), terminal=False)
        for line in lines:
            track.append(f"{line}\n".encode(), 1.0)

    async def all_messages(self, *, after: int = 0) -> list[AnyMessage]:
        return [message async for message in self.session.messages(after=after)]

    def _appended(self, process: str, first: int, end: int) -> None:
        self.app.bus.notify(OutputAppended(process=process, first=first, end=end))
