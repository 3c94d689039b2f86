"""One process as a systemd service, with proctor's ways as far as systemd has them."""

from collections.abc import Iterator, Mapping

import msgspec

from proctor.errors import UserError
from proctor.exporting.handover import hands_over
from proctor.exporting.unit_syntax import assignment, command_word, is_text
from proctor.model.environment import child_environment
from proctor.model.names import ProcessName
from proctor.model.procfile import ProcfileEntry
from proctor.model.quoting import printable
from proctor.model.restart import CEILING_SECONDS
from proctor.model.type_settings import Dependency, TypeSettings

_SHELL = "/bin/bash"
_RESTART = {
    "restart": "always",
    "restart-on-failure": "on-failure",
    "stay": "no",
    "stop-all": "no",
}
_OF_A_RUN = "HEROKU_DYNO_ID"
# Doubling from one second, as between our own retries, reaches the ceiling in five steps.
_FIRST_WAIT_SECONDS, _STEPS = 1, 5


class ServiceUnit(msgspec.Struct, frozen=True, kw_only=True):
    """All that the unit of one process says; paths are written for a unit already."""

    process: ProcessName
    identifier: str
    target: str
    entry: ProcfileEntry
    settings: TypeSettings
    platform: Mapping[str, str]  #: what the platform would tell the process of itself
    root: str
    port: int
    after: Mapping[Dependency, tuple[str, ...]]  #: with the units of each
    waited_for: bool  #: another type starts after this one
    must_end: bool  #: and has to wait for its end
    watched: bool
    environment_files: tuple[str, ...]
    search_path: str | None
    user: str | None
    system: bool
    output: str

    def text(self) -> str:
        """The unit file.

        Raises:
            UserError: the command cannot be said in a unit.
        """
        if not is_text(self.entry.command_line):
            raise UserError(
                f"the command of '{self.entry.type}' is not UTF-8, and systemd takes nothing else",
                where=f"line {self.entry.line_number} of the Procfile",
                hint="Put it into a script, and name the script",
            )
        lines = [
            f"# {self.process}, line {self.entry.line_number} of the Procfile: a draft.",
            *self._comments(),
            "",
            "[Unit]",
            *self._unit(),
            "",
            "[Service]",
            *self._start(),
            *self._environment(),
            *self._restart(),
            *self._stop(),
            *self._limits_and_output(),
        ]
        return "\n".join(lines) + "\n"

    def _comments(self) -> Iterator[str]:
        words = [*self._ways_not_carried_over(), *self._settings_not_carried_over()]
        if words:
            yield "# Not carried over:"
        for sentence in words:
            yield f"# - {printable(sentence)}"

    def _ways_not_carried_over(self) -> Iterator[str]:
        settings = self.settings
        if settings.terminal:
            yield "its terminal (pty): it writes into a pipe, perhaps without colours"
        if settings.ready is not None or (self.waited_for and not self.must_end):
            yield "its ready rule: to systemd it is up as soon as it runs, for those after it, too"
        if settings.watch is not None and self.watched:
            yield "the files whose saving restarts it"

    def _settings_not_carried_over(self) -> Iterator[str]:
        settings = self.settings
        if settings.stdin == "open":
            yield "its standard input, which stays open"
        if settings.group is not None:
            yield f"its group '{settings.group}'"
        if settings.platform_env:
            yield f"{_OF_A_RUN}, which is another one for each run"
        for need, units in self.after.items():
            if not units:
                yield f"after '{need.type}', of which nothing is to run"
        if settings.on_exit == "stop-all":
            yield "the exit code of the first that ends"
        if settings.memory_limit_bytes is not None and _RESTART[settings.on_exit] == "no":
            yield "the restart above its memory limit: it is killed, and stays down"

    def _unit(self) -> Iterator[str]:
        yield f"Description={self.identifier}"
        yield f"PartOf={self.target}"
        if self.system:
            yield "After=network.target"
        for need, units in self.after.items():
            for unit in units:
                yield f"After={unit}"
                # With Requires= the restart of the one is a restart of the other, and the failure
                # of one that has to end keeps the other from starting.
                yield f"{'Requires' if need.restart or need.completed else 'Wants'}={unit}"
        if self.settings.on_exit == "stop-all":
            yield "# From systemd 249 on:"
            yield f"PropagatesStopTo={self.target}"
        yield "# It is never given up:"
        yield "StartLimitIntervalSec=0"

    def _start(self) -> Iterator[str]:
        if self.must_end:
            yield "# Others start after its end:"
            yield "Type=oneshot"
        else:
            yield "Type=exec"
        if self.user is not None:
            yield f"User={self.user}"
        yield f"WorkingDirectory={self.root}"
        yield f"ExecStart={_SHELL} -c {command_word(self.entry.command_line)}"

    def _environment(self) -> Iterator[str]:
        if self.search_path is not None and is_text(self.search_path):
            yield "# As it was when this was exported:"
            yield f"Environment={assignment('PATH', self.search_path)}"
        values = child_environment({}, process=self.process, port=self.port, terminal=False)
        if self.settings.platform_env:
            values |= {name: text for name, text in self.platform.items() if name != _OF_A_RUN}
        for name, value in values.items():
            yield f"Environment={assignment(name, value)}"
        for path in self.environment_files:
            yield f"EnvironmentFile={path}"

    def _restart(self) -> Iterator[str]:
        policy = self.settings.on_exit
        yield f"Restart={_RESTART[policy]}"
        if policy == "restart-on-failure":
            yield "# To systemd these are no failures, to proctor they are:"
            yield "RestartForceExitStatus=SIGHUP SIGINT SIGTERM SIGPIPE"
        if _RESTART[policy] != "no":
            yield f"RestartSec={_FIRST_WAIT_SECONDS}"
            yield "# From systemd 254 on; an older one waits a second each time, and says that"
            yield "# it does not know these:"
            yield f"RestartSteps={_STEPS}"
            yield f"RestartMaxDelaySec={CEILING_SECONDS:g}"

    def _stop(self) -> Iterator[str]:
        settings = self.settings
        if settings.stop_scope == "all":
            yield "KillMode=control-group"
        elif hands_over(self.entry.command_line):
            yield "# The signal to stop goes to the command alone; what it leaves behind is killed:"
            yield "KillMode=mixed"
        else:
            yield "# A shell stays above the command, and would keep the signal to itself:"
            yield "KillMode=control-group"
        if settings.grace_seconds > 0:
            yield f"KillSignal=SIG{settings.stop_signal}"
            yield f"TimeoutStopSec={settings.grace_seconds:g}"
        else:  # to systemd, 0 is no limit at all
            yield "KillSignal=SIGKILL"
            yield "TimeoutStopSec=1"
        yield "SendSIGKILL=yes"

    def _limits_and_output(self) -> Iterator[str]:
        if self.settings.memory_limit_bytes is not None:
            yield "# Counted by the kernel, the cache of its files included:"
            yield f"MemoryMax={self.settings.memory_limit_bytes}"
            yield "OOMPolicy=kill"
        yield "StandardInput=null"
        yield f"StandardOutput={self.output}"
        yield "StandardError=inherit"
        yield f"SyslogIdentifier={self.identifier}"
