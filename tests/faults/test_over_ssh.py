"""The screen on another machine: over a real ssh connection, and when that one is lost."""

import os
import pwd
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.eventually import eventually_now
from support.program import PROCTOR, OnTerminal, Workplace, free_port, is_there, kill, parent_of

SERVER = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
READY = SERVER and shutil.which("ssh") and (os.geteuid() or Path("/run/sshd").is_dir())

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.may_skip("not every machine has a server for ssh"),
    pytest.mark.skipif(not READY, reason="there is no sshd that could be started"),
]

WORKS_ON_WHEN_TOLD = (
    "trap 'sleep 0.3; touch finished; exit' TERM; echo ready; while :; do sleep 0.1; done"
)
CONFIGURATION = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/key.pub
PermitRootLogin yes
StrictModes no
UsePAM no
PidFile none
SetEnv HOME={folder}
"""
"""A home of its own: what the user's shell does at its start is none of our business."""


class Host:
    """A server for ssh that lets in the user of the test; `words` are those of its client."""

    def __init__(self, folder: Path) -> None:
        assert SERVER is not None
        port = free_port()
        for name in ("host", "key"):
            made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(made, check=True, timeout=30)
        (folder / "configuration").write_text(CONFIGURATION.format(port=port, folder=folder))
        self.server = subprocess.Popen(
            [SERVER, "-D", "-e", "-f", str(folder / "configuration")],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        options = (
            "BatchMode=yes", "LogLevel=ERROR", "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes",
        )  # fmt: skip
        self.words = [
            "ssh", "-F", "/dev/null", *(f"-o{each}" for each in options), "-i", str(folder / "key"),
            "-p", str(port), f"{pwd.getpwuid(os.geteuid()).pw_name}@127.0.0.1",
        ]  # fmt: skip

    def proctor(
        self, place: Workplace, *settings: str, term: str = "xterm-256color", rows: int = 40
    ) -> OnTerminal:
        """`proctor start` over there, in a world of these settings alone."""
        kept = ("HOME", "PATH", "PROCTOR_TEST_RUN", "XDG_RUNTIME_DIR", "XDG_STATE_HOME")
        world = [f"{each}={place.environment[each]}" for each in kept]
        words = shlex.join(["env", "-i", *world, *settings])
        command = (
            f'cd {shlex.quote(str(place.folder))} && exec {words} "TERM=$TERM" {PROCTOR} start'
        )
        client = [self.words[0], "-tt", *self.words[1:], command]
        return place.on_terminal("env", f"TERM={term}", *client, columns=rows * 3, rows=rows)

    def session_of(self, process: int) -> int:
        """The server's process for the connection that this process was started over."""
        while (parent := parent_of(process)) != self.server.pid:
            process = parent
        return process

    def end(self) -> None:
        self.server.terminate()
        self.server.wait(timeout=10)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    found = Host(tmp_path_factory.mktemp("ssh"))
    try:
        trial = [*found.words, "true"]
        eventually_now(lambda: _can_connect(trial) or found.server.poll() is not None)
        let_in = subprocess.run(trial, check=False, capture_output=True, text=True, timeout=30)
        if let_in.returncode:
            pytest.skip(f"the user is not let in: {let_in.stderr}")
        yield found
    finally:
        found.end()


def _can_connect(trial: list[str]) -> bool:
    outcome = subprocess.run(trial, check=False, capture_output=True, text=True, timeout=30)
    return "refused" not in outcome.stderr


@pytest.fixture
def screen(place: Workplace, host: Host) -> OnTerminal:
    place.procfile(worker=WORKS_ON_WHEN_TOLD, tree=place.tree("forker.py", "setsid"))
    screen = host.proctor(place)
    screen.until("worker.1")
    eventually_now(lambda: set(place.states().values()) == {"up"})
    return screen


def test_keys_the_mouse_and_the_size_reach_the_screen(place: Workplace, screen: OnTerminal) -> None:
    screen.press("?")
    screen.until("PROCESSES")
    screen.press("?")
    screen.press("\x1b[<0;90;10M\x1b[<0;90;10m")  # a click into a pane
    screen.until("rail")
    screen.resize(20, 5)
    screen.until("small")
    screen.resize(200, 50)
    screen.until("FORMATION")
    screen.press("\x1a")  # no shell is over there
    screen.until("no shell behind this screen")
    screen.press("q")
    screen.until("Keep looking")
    screen.press("q")
    assert screen.wait() == 0
    screen.assert_restored()
    assert (place.folder / "finished").exists()
    place.assert_nothing_left()


def end_client(client: int, _session: int) -> None:
    os.kill(client, signal.SIGTERM)


def kill_client(client: int, _session: int) -> None:
    kill(client)


def kill_session(_client: int, session: int) -> None:
    kill(session)


@pytest.mark.parametrize("lose", [end_client, kill_client, kill_session])
def test_a_lost_connection_stops_the_app_in_order(
    place: Workplace, host: Host, screen: OnTerminal, lose: Callable[[int, int], None]
) -> None:
    supervisor = place.info()["supervisor_pid"]
    lose(screen.pid, host.session_of(supervisor))
    screen.wait()
    eventually_now(lambda: not is_there(supervisor))
    assert (place.folder / "finished").exists()
    place.assert_nothing_left()


@pytest.mark.parametrize(
    ("term", "setting"),
    [
        ("xterm", ""), ("screen", ""), ("linux", ""), ("vt100", ""),
        ("xterm", "LC_ALL=C"), ("linux", "LANG=en_US.ISO-8859-1"),
    ],
)  # fmt: skip
def test_whatever_is_known_of_terminal_and_language_the_screen_opens(
    place: Workplace, host: Host, term: str, setting: str
) -> None:
    place.procfile(worker="echo grüße ✓; exec sleep 1000")
    screen = host.proctor(place, *setting.split(), term=term, rows=24)
    screen.until("grüße ✓")
    eventually_now(lambda: place.states() == {"worker.1": "up"})
    assert "\x1b[38;2;" not in screen.output  # nobody said that it has so many colours
    screen.press("q")
    screen.until("Keep looking")
    screen.press("q")
    assert screen.wait() == 0
    screen.assert_restored()


def test_a_terminal_that_can_do_nothing_gets_the_plain_stream(place: Workplace, host: Host) -> None:
    place.procfile(worker="echo grüße ✓; exec sleep 1000")
    stream = host.proctor(place, term="dumb")
    stream.until("| grüße ✓")
    stream.until("to up")
    assert "\x1b" not in stream.output
    stream.press("\x03")
    assert stream.wait() == 130
    stream.assert_restored()
