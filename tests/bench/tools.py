"""The tools that are measured: proctor and its peers, and how each is told what to run."""

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HOME = Path(os.environ.get("PEERS_HOME") or Path(__file__).resolve().parents[2] / ".bench")
_PLACES = (HOME / "venv/bin", HOME / "npm/node_modules/.bin", HOME / "bin")
_PROCTOR = str(Path(sys.executable).with_name("proctor"))
_PYTHON_PEERS = ("honcho", "circus", "supervisor")
_NODE_PEERS = ("concurrently", "foreman", "mprocs")


@dataclass(frozen=True)
class Entry:
    """One process type: its command line, for a shell, and how many of it."""

    name: str
    command: str
    count: int = 1


@dataclass(frozen=True)
class Launch:
    """How to run a tool: what, with which variables besides the usual ones.

    `screen`: it opens one, and so needs a terminal.
    `logs`: the folder that it prints into, if not to its standard output.
    `stop`: the command that ends it, if not a signal.
    `asked`: the commands that a running one is asked and steered by, by the names of their rows.
    """

    argv: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    screen: bool = False
    logs: Path | None = None
    stop: list[str] | None = None
    asked: dict[str, list[str]] = field(default_factory=dict)


_Prepare = Callable[[str, Path, Sequence[Entry], bool], Launch]


@dataclass(frozen=True)
class Tool:
    """A tool, and what it can do.

    `terminal`: its processes run on terminals, so that a newline may come out as CR and LF.
    `slow`: relays so little that it gets a tenth of the lines.
    `plain`: prints to its standard output.
    """

    name: str
    program: str | None
    prepare: _Prepare
    terminal: bool = False
    restarts: bool = False
    slow: bool = False
    plain: bool = True

    def launch(self, folder: Path, entries: Sequence[Entry], *, restart: bool) -> Launch:
        """Write what configuration it needs into the folder; how to run it."""
        assert self.program is not None
        return self.prepare(self.program, folder, entries, restart)

    @property
    def is_proctor(self) -> bool:
        return self.name.startswith("proctor")


def install() -> None:
    """Install the peers that package registries have, once; without a network there are fewer."""
    done = HOME / "installed"
    if done.exists() or (HOME / "venv").exists():
        return
    print(f"Installing peers into {HOME} (once)", flush=True)  # noqa: T201 - its output
    pip = [HOME / "venv/bin/python", "-m", "pip", "install", "--quiet", *_PYTHON_PEERS]
    _try([sys.executable, "-m", "venv", HOME / "venv"])
    _try([*pip, "--disable-pip-version-check"])
    if shutil.which("npm"):
        (HOME / "npm").mkdir(parents=True, exist_ok=True)
        (HOME / "npm/package.json").write_text("{}")
        _try(["npm", "install", "--silent", "--no-fund", "--no-audit", *_NODE_PEERS])
    done.touch()


def installed(wanted: Sequence[str]) -> list[Tool]:
    """The tools that are here, proctor first; only those named, if any are."""
    return [
        tool
        for tool in _tools()
        if tool.program and (not wanted or tool.is_proctor or tool.name in wanted)
    ]


def proctor_screen() -> Tool:
    """proctor with its screen: not beside the others, who have none."""
    return Tool("proctor screen", _PROCTOR, _proctor_screen, plain=False)


def _try(command: Sequence[str | Path]) -> None:
    result = subprocess.run(command, cwd=HOME / "npm" if command[0] == "npm" else None, check=False)
    if result.returncode:
        print(f"not installed: {shlex.join(map(str, command))}", flush=True)  # noqa: T201 - its output


def _find(name: str) -> str | None:
    for place in _PLACES:
        if (place / name).exists():
            return str(place / name)
    return shutil.which(name)


def _find_mprocs() -> str | None:
    found = sorted((HOME / "npm/node_modules/mprocs").glob(f"*{sys.platform}*x86_64*/mprocs"))
    return str(found[0]) if found else shutil.which("mprocs")


def _tools() -> tuple[Tool, ...]:
    return (
        Tool("proctor", _PROCTOR, _proctor, terminal=True, restarts=True),
        Tool("proctor pipes", _PROCTOR, _proctor_with_pipes, restarts=True),
        Tool("honcho", _find("honcho"), _honcho, slow=True),
        Tool("foreman", shutil.which("foreman"), _foreman, slow=True),
        Tool("node-foreman", _find("nf"), _node_foreman, slow=True),
        Tool("concurrently", _find("concurrently"), _concurrently, restarts=True),
        Tool("supervisord", _find("supervisord"), _supervisord, restarts=True),
        Tool("circus", _find("circusd"), _circus, restarts=True),
        Tool("overmind", _find("overmind"), _overmind, terminal=True, restarts=True, slow=True),
        Tool("hivemind", _find("hivemind"), _hivemind, terminal=True, slow=True),
        Tool("goreman", _find("goreman"), _goreman, slow=True),
        Tool("mprocs", _find_mprocs(), _mprocs, terminal=True, restarts=True, plain=False),
    )


# How each is told what to run


def _proctor(program: str, folder: Path, entries: Sequence[Entry], restart: bool) -> Launch:
    on_exit = "restart" if restart else "stay"
    words = ["-f", _procfile(folder, entries), "-m", _formation(entries), "--on-exit", on_exit]
    asked = {
        "ps": [program, "ps"],
        "scale": [program, "scale", "web=1"],
        "logs -n 1000": [program, "logs", "-n", "1000"],
    }
    return Launch([program, "start", "--no-tui", "-d", str(folder), *words], asked=asked)


def _proctor_with_pipes(
    program: str, folder: Path, entries: Sequence[Entry], restart: bool
) -> Launch:
    return Launch([*_proctor(program, folder, entries, restart).argv, "--no-pty"])


def _proctor_screen(program: str, folder: Path, entries: Sequence[Entry], _restart: bool) -> Launch:
    words = ["-f", _procfile(folder, entries), "-m", _formation(entries), "-d", str(folder)]
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return Launch([program, "start", *words], terminal, screen=True)


def _honcho(program: str, folder: Path, entries: Sequence[Entry], _restart: bool) -> Launch:
    return Launch([program, "start", "-f", _procfile(folder, entries), "-c", _formation(entries)])


def _foreman(program: str, folder: Path, entries: Sequence[Entry], _restart: bool) -> Launch:
    return Launch([program, "start", "-f", _procfile(folder, entries), "-m", _formation(entries)])


def _node_foreman(program: str, folder: Path, entries: Sequence[Entry], _restart: bool) -> Launch:
    return Launch([program, "-j", _procfile(folder, entries), "start", _formation(entries)])


def _concurrently(program: str, _folder: Path, entries: Sequence[Entry], restart: bool) -> Launch:
    single = _single(entries)
    names = ",".join(entry.name for entry in single)
    tries = ["--restart-tries", "-1"] if restart else []
    return Launch([program, "-n", names, *tries, *(entry.command for entry in single)])


def _supervisord(program: str, folder: Path, entries: Sequence[Entry], restart: bool) -> Launch:
    sections = [
        "[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\n",
        f"pidfile={folder}/pid\nuser={os.environ.get('USER') or 'root'}\n",
        f"[unix_http_server]\nfile={folder}/socket\n[rpcinterface:supervisor]\n",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n",
        f"[supervisorctl]\nserverurl=unix://{folder}/socket\n",
    ]
    for entry in entries:
        command = shlex.join(_words(entry)).replace("%", "%%")
        sections.append(
            f"[program:{entry.name}]\ncommand={command}\nnumprocs={entry.count}\n"
            f"process_name=%(program_name)s-%(process_num)d\nautorestart={restart}\n"
            f"redirect_stderr=true\nstdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\n"
        )
    settings = _written(folder / "supervisord.conf", "".join(sections))
    client = str(Path(program).with_name("supervisorctl"))
    return Launch([program, "-c", settings], asked={"ps": [client, "-c", settings, "status"]})


def _circus(program: str, folder: Path, entries: Sequence[Entry], restart: bool) -> Launch:
    sections = [f"[circus]\nendpoint=ipc://{folder}/e\npubsub_endpoint=ipc://{folder}/p\n"]
    for entry in entries:
        program_name, *arguments = _words(entry)
        sections.append(
            f"[watcher:{entry.name}]\ncmd={program_name}\nargs={shlex.join(arguments)}\n"
            f"numprocesses={entry.count}\ncopy_env=True\nrespawn={restart}\nmax_retry=-1\n"
            "stdout_stream.class=StdoutStream\nstderr_stream.class=StdoutStream\n"
        )
    client = [str(Path(program).with_name("circusctl")), "--endpoint", f"ipc://{folder}/e"]
    return Launch(
        [program, _written(folder / "circus.ini", "".join(sections))],
        asked={"ps": [*client, "status"], "scale": [*client, "set", "web", "numprocesses", "1"]},
    )


def _overmind(program: str, folder: Path, entries: Sequence[Entry], restart: bool) -> Launch:
    words = ["-s", str(folder / "overmind.sock"), "-N", "--formation-port-step", "1"]
    words += ["-m", _formation(entries), *(["-r", "all"] if restart else [])]
    return Launch(
        [program, "start", "-f", _procfile(folder, entries), *words],
        {"TMUX_TMPDIR": str(folder), "TERM": "xterm"},
        asked={"ps": [program, "ps", "-s", str(folder / "overmind.sock")]},
    )


def _hivemind(program: str, folder: Path, entries: Sequence[Entry], _restart: bool) -> Launch:
    return Launch([program, _procfile(folder, _single(entries))])


def _goreman(program: str, folder: Path, entries: Sequence[Entry], _restart: bool) -> Launch:
    procfile = _procfile(folder, _single(entries))
    return Launch([program, "-f", procfile, "-rpc-server=false", "start"])


def _mprocs(program: str, folder: Path, entries: Sequence[Entry], restart: bool) -> Launch:
    """A screen without a plain mode: what it relays is read from its log files."""
    processes = {
        entry.name: {"shell": entry.command, "stop": "SIGTERM", "autorestart": restart}
        for entry in _single(entries)
    }
    settings = _written(folder / "mprocs.json", json.dumps({"procs": processes}))
    logs = folder / "logs"
    logs.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    return Launch(
        [program, "-c", settings, "--log-dir", str(logs), "-s", address],
        {"TERM": "xterm-256color"},
        screen=True,
        logs=logs,
        stop=[program, "-s", address, "--ctl", "{c: quit}"],
    )


def _single(entries: Sequence[Entry]) -> list[Entry]:
    """For tools that know no counts: a name for each process."""
    return [
        Entry(entry.name if entry.count == 1 else f"{entry.name}{number}", entry.command)
        for entry in entries
        for number in range(1, entry.count + 1)
    ]


def _words(entry: Entry) -> list[str]:
    """For tools that ask no shell: only what needs one gets one, as people write it for them."""
    return ["sh", "-c", entry.command] if "&" in entry.command else shlex.split(entry.command)


def _formation(entries: Sequence[Entry]) -> str:
    return ",".join(f"{entry.name}={entry.count}" for entry in entries)


def _procfile(folder: Path, entries: Sequence[Entry]) -> str:
    lines = (f"{entry.name}: {entry.command}\n" for entry in entries)
    return _written(folder / "Procfile", "".join(lines))


def _written(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)
