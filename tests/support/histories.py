"""Apps as a supervisor would describe them: snapshots to start a fake session from."""

from collections.abc import Sequence

from proctor.model.events import (
    AppView,
    ExitView,
    ProcessState,
    ProcessView,
    Snapshot,
    TypeView,
    Usage,
    WatchView,
)

#: Wall time of all histories: pictures and expectations do not depend on today.
NOON = 1_767_268_800.0


def app(name: str = "shop", *, address: str | None = "http://localhost:5006") -> AppView:
    return AppView(
        name=name,
        root=f"/home/ada/{name}",
        procfile=f"/home/ada/{name}/Procfile",
        supervisor_pid=4711,
        guardian_pid=4712,
        socket=f"/run/user/1000/proctor/{name}.sock",
        state_dir=f"/home/ada/.local/state/proctor/{name}",
        log_dir=f"/home/ada/.local/state/proctor/{name}/logs",
        address=address,
        started_at=NOON - 150,
        ends_with="this screen",
    )


def process_type(
    name: str,
    quantity: int,
    *,
    command: str = "",
    line: int = 1,
    in_formation: bool = True,
    group: str | None = None,
) -> TypeView:
    return TypeView(
        type=name,
        command=command or f"python {name}.py",
        line=line,
        quantity=quantity,
        in_formation=in_formation,
        group=group,
    )


def process(
    name: str,
    state: ProcessState = "up",
    *,
    since: float = NOON - 120,
    **more: object,
) -> ProcessView:
    """A process that is wanted, unless `wanted=False` is said."""
    defaults: dict[str, object] = {"wanted": True, "run": 1, "pid": 5000, "why": "started with app"}
    return ProcessView(
        name=name,
        type=name.rpartition(".")[0],
        state=state,
        since=since,
        **{**defaults, **more},  # type: ignore[arg-type]  # fields are checked where they are read
    )


def snapshot(
    types: Sequence[TypeView],
    processes: Sequence[ProcessView],
    *,
    usage: dict[str, Usage] | None = None,
    watch: WatchView | None = None,
    pending: str | None = None,
) -> Snapshot:
    return Snapshot(
        sequence=100,
        app=app(),
        types=tuple(types),
        processes=tuple(processes),
        watch=watch or WatchView(),
        usage=usage or {},
        journals={},
        pending=pending,
    )


def usage(cpu_percent: float, megabytes: int) -> Usage:
    return Usage(cpu_percent=cpu_percent, memory_bytes=megabytes * 1024 * 1024, processes=1)


def shop() -> Snapshot:
    """A usual moment: three webs, a fourth on its way, a worker that keeps failing, a clock."""
    return snapshot(
        [
            process_type("web", 4, command="python app/web.py --port $PORT", line=2),
            process_type("worker", 2, command="python app/worker.py", line=3),
            process_type("clock", 1, command="python app/clock.py", line=4),
            process_type("release", 0, command="python app/release.py", line=1, in_formation=False),
        ],
        [
            process("web.1", port=5006, pid=5101),
            process("web.2", port=5007, pid=5102),
            process("web.3", port=5008, pid=5103, since=NOON - 4),
            process("web.4", "starting", port=5009, pid=5104, since=NOON - 1),
            process("worker.1", port=5106, pid=5201),
            process(
                "worker.2",
                "crashed",
                port=5107,
                pid=None,
                run=3,
                restarts=2,
                failures=3,
                exit=ExitView(status=3),
                retry_at=NOON + 4,
                since=NOON - 1,
                why="its third run ended with status 3 after 2 s; it is tried again at 12:00:04",
            ),
            process("clock.1", port=5206, pid=5301),
        ],
        usage={
            "web.1": usage(1.2, 38),
            "web.2": usage(0.8, 37),
            "web.3": usage(2.0, 36),
            "web.4": usage(0.0, 12),
            "worker.1": usage(0.3, 29),
            "clock.1": usage(0.0, 18),
        },
        watch=WatchView(on=True, last_change="web.py", last_change_at=NOON - 30),
    )


def nothing_started() -> Snapshot:
    """All quantities are 0: the app is there, and nobody has asked for a process yet."""
    return snapshot([process_type("web", 0), process_type("worker", 0)], [])


def all_crashed() -> Snapshot:
    """Everything has failed, with three different endings."""
    return snapshot(
        [process_type("web", 1), process_type("worker", 1), process_type("clock", 1)],
        [
            process(
                "web.1",
                "crashed",
                port=5006,
                pid=None,
                failures=7,
                restarts=6,
                exit=ExitView(status=1),
                retry_at=NOON + 24,
                why="it ended with status 1 after 0.1 s, seven times in a row",
            ),
            process(
                "worker.1",
                "crashed",
                pid=None,
                failures=1,
                exit=ExitView(signal="SIGKILL"),
                why="it was killed by SIGKILL, and is not started again (on_exit = stay)",
            ),
            process(
                "clock.1",
                "crashed",
                pid=None,
                failures=2,
                exit=ExitView(status=127),
                retry_at=NOON + 2,
                why="bash: clok.py: command not found",
            ),
        ],
    )


def many(count: int = 50) -> Snapshot:
    """A large formation: one type with `count` processes, beside a clock."""
    webs = [process(f"web.{n}", port=5005 + n, pid=6000 + n) for n in range(1, count)]
    return snapshot(
        [process_type("web", count - 1), process_type("clock", 1)],
        [*webs, process("clock.1")],
        usage={view.name: usage(n % 9 / 3, 20 + n) for n, view in enumerate(webs)},
    )
