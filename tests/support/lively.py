"""A made-up app that lives: it obeys commands, prints, uses memory; one worker keeps failing."""

import asyncio
import itertools
import random
import time

import msgspec

from proctor.model.commands import (
    Accepted,
    AnyCommand,
    Kill,
    Quit,
    Reload,
    Reply,
    Restart,
    Scale,
    SetWatch,
    Start,
    Stop,
    to_cli,
)
from proctor.model.events import (
    AppStopped,
    AppStopping,
    CommandAccepted,
    ExitView,
    FormationChanged,
    ProcessRemoved,
    ProcessState,
    ProcessView,
    Snapshot,
    Usage,
    UsageSampled,
    WatchChanged,
)
from support import histories
from support.fakes import FakeSession

PATHS = ("/", "/jobs", "/jobs/84", "/app.css", "/slow?s=2", "/jobs/85", "/favicon.ico")
GREEN, DIM, CYAN, VIOLET, RED, BOLD, OFF = (f"\x1b[{n}m" for n in (32, 90, 36, 35, 31, "1;31", 0))


def request_line(chance: random.Random) -> str:
    """What a web process prints for a request."""
    path = chance.choice(PATHS)
    status = f"{DIM}304{OFF}" if path.endswith(".css") else f"{GREEN}200{OFF}"
    took = 2004 if "slow" in path else chance.randint(1, 14)
    return f"{CYAN}GET{OFF} {path:<10} {status} {DIM}{took:>4} ms{OFF}"


def job_line(chance: random.Random, number: int) -> str:
    """What a worker prints for a job."""
    what = chance.choice(("resize photo", "send mail", "index page"))
    took = f"{DIM}{chance.randint(9, 400)} ms{OFF}"
    return f"{VIOLET}job {number}{OFF} {what} {GREEN}done{OFF} {took}"


class LivelySession(FakeSession):
    """`FakeSession` with a supervisor's manners; `live()` makes it go on by itself."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        super().__init__(_moved_to_now(snapshot or histories.shop()), now=time.time)
        self.chance = random.Random(7)
        self.answer = self.obey
        self._jobs = itertools.count(84)

    async def live(self) -> None:
        """Print, measure, fail, until cancelled."""
        for beat in itertools.count():
            for view in self.now_is.processes:
                self._beat(view)
            if beat % 10 == 0:
                self.tell(UsageSampled(usage={v.name: self._use(v) for v in self._up()}))
            await asyncio.sleep(0.1)

    def obey(self, command: AnyCommand) -> Reply:
        """Do as a supervisor would."""
        words = _words(command, self.now_is)
        accepted = CommandAccepted(
            sequence=self.next_sequence,
            at=self.now(),
            cause=f"c{len(self.sent)}",
            words=words,
            cli=to_cli(command),
            by=command.by,
        )
        self.tell(accepted)
        self._do(command)
        return Accepted(cause=accepted.cause, words=words, sequence=self.next_sequence - 1)

    def _do(self, command: AnyCommand) -> None:
        match command:
            case Scale():
                self._scale(command)
            case Restart() | Start() | Stop() | Kill():
                for view in self._targets(command.target):
                    self._steer(command, view)
            case SetWatch(on=on):
                watch = msgspec.structs.replace(self.now_is.watch, on=on)
                self.tell(self._event(WatchChanged, watch=watch))
            case Quit():
                self._stop_all()
            case Reload():
                pass

    def _steer(self, command: Restart | Start | Stop | Kill, view: ProcessView) -> None:
        match command:
            case Restart() | Start():
                self._move(view.name, "starting", run=view.run + 1, wanted=True)
            case Stop():
                self._move(view.name, "stopping", wanted=False, deadline_at=self.now() + 30)
            case Kill():
                self._crash(view, ExitView(signal="SIGKILL"))

    def _beat(self, view: ProcessView) -> None:
        age = self.now() - view.since
        match view.state:
            case "starting" if age > 1.2:
                self._move(view.name, "up")
            case "stopping" if age > 1.0:
                self._gone(view)
            case "crashed" if view.retry_at is not None and view.retry_at < self.now():
                self._move(view.name, "starting", run=view.run + 1, restarts=view.restarts + 1)
            case "up":
                self._work(view, age)
            case _:
                pass

    def _work(self, view: ProcessView, age: float) -> None:
        if view.name == "worker.2" and age > 3:
            self.output(view.name, "Traceback (most recent call last):")
            self.output(view.name, '  File "worker.py", line 41, in run')
            self.output(view.name, f"{BOLD}KeyError:{OFF} 'photo'")
            self._crash(view, ExitView(status=3))
        elif view.type == "web" and self.chance.random() < 0.25:
            self.output(view.name, request_line(self.chance))
        elif view.type == "worker" and self.chance.random() < 0.1:
            self.output(view.name, job_line(self.chance, next(self._jobs)))
        elif view.type == "clock" and self.chance.random() < 0.03:
            self.output(view.name, f"tick, queued job {next(self._jobs)}")

    def _crash(self, view: ProcessView, ending: ExitView) -> None:
        failures = view.failures + 1
        said = f"exited with status {ending.status}" if ending.signal is None else "was killed"
        self.output(view.name, f"{said} · again in 5 s", stream="proctor")
        self._move(
            view.name,
            "crashed",
            exit=ending,
            failures=failures,
            retry_at=self.now() + 5,
            pid=None,
            why=f"it {said}, {failures} times in a row",
        )

    def _move(self, name: str, state: ProcessState, **changes: object) -> None:
        self.tell(self.state_changed(name, state, **changes))

    def _gone(self, view: ProcessView) -> None:
        quantity = next((t.quantity for t in self.now_is.types if t.type == view.type), 0)
        if int(view.name.rpartition(".")[2]) > quantity:
            self.tell(self._event(ProcessRemoved, process=view.name))
        else:
            self._move(view.name, "down", pid=None, exit=ExitView(status=0))
        left = [each for each in self.now_is.processes if each.state not in ("down", "crashed")]
        if self.now_is.stopping and not left:
            self.tell(self._event(AppStopped, exit_code=0))
            self.end()

    def _scale(self, command: Scale) -> None:
        wanted = {each.type: each.quantity for each in self.now_is.types}
        wanted |= command.quantities
        for type_, step in command.steps.items():
            wanted[type_] += step
        types = tuple(
            msgspec.structs.replace(each, quantity=wanted[each.type]) for each in self.now_is.types
        )
        self.tell(self._event(FormationChanged, types=types))
        for type_, quantity in wanted.items():
            have = [each for each in self.now_is.processes if each.type == type_]
            for number in range(len(have) + 1, quantity + 1):
                view = histories.process(f"{type_}.{number}", "down", port=5000 + number)
                self._snapshot = msgspec.structs.replace(
                    self._snapshot, processes=(*self._snapshot.processes, view)
                )
                self._move(view.name, "starting")
            for view in have[quantity:]:
                self._move(view.name, "stopping", wanted=False, deadline_at=self.now() + 30)

    def _stop_all(self) -> None:
        self._snapshot = msgspec.structs.replace(self._snapshot, stopping=True)
        self.tell(self._event(AppStopping, deadline_at=self.now() + 30))
        for view in self._targets("all"):
            if view.state in ("up", "starting"):
                self._move(view.name, "stopping", wanted=False, deadline_at=self.now() + 30)

    def _targets(self, target: str) -> list[ProcessView]:
        views = self.now_is.processes
        return [each for each in views if target in ("all", each.type, each.name)]

    def _up(self) -> list[ProcessView]:
        return [each for each in self.now_is.processes if each.state in ("up", "starting")]

    def _use(self, view: ProcessView) -> Usage:
        load = self.chance.random() * (4 if view.type == "web" else 1)
        memory = 30_000_000 + len(view.name) * 1_000_000 + self.chance.randint(0, 3_000_000)
        return Usage(cpu_percent=load, memory_bytes=memory, processes=1)

    def _event(self, kind: type, **fields: object) -> object:
        return kind(sequence=self.next_sequence, at=self.now(), cause="app", **fields)


def _words(command: AnyCommand, now: Snapshot) -> str:
    if isinstance(command, Scale):
        quantities = {each.type: each.quantity for each in now.types}
        steps = {name: quantities[name] + step for name, step in command.steps.items()}
        pairs = {**command.quantities, **steps}.items()
        return "scaled " + ", ".join(f"{name} {quantities[name]} → {to}" for name, to in pairs)
    return f"{command.cli_word} {getattr(command, 'target', '')}".strip()


def _moved_to_now(snapshot: Snapshot) -> Snapshot:
    shift = time.time() - histories.NOON
    moved = []
    for view in snapshot.processes:
        retry = None if view.retry_at is None else view.retry_at + shift
        moved.append(msgspec.structs.replace(view, since=view.since + shift, retry_at=retry))
    changed = snapshot.watch.last_change_at
    watch = msgspec.structs.replace(
        snapshot.watch, last_change_at=None if changed is None else changed + shift
    )
    return msgspec.structs.replace(snapshot, processes=tuple(moved), watch=watch)
