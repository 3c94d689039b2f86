"""Writes an app down as systemd units: a target, and a service for each process.

The names are those of foreman's export: `shop.target`, `shop-web.1.service`. The values of the
env files go into files of their own that only their owner may read; the units name them.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from proctor.errors import UserError
from proctor.exporting.service_unit import ServiceUnit
from proctor.exporting.unit_syntax import (
    LONGEST_UNIT_NAME,
    environment_file,
    impossible_names,
    unit_name,
    whole_line,
)
from proctor.model.configuration import AppConfiguration
from proctor.model.drafts import Draft
from proctor.model.names import ProcessName
from proctor.model.platform_variables import platform_variables
from proctor.model.ports import usual_port
from proctor.model.quoting import printable

Scope = Literal["user", "system"]

_OF_EACH_PROCESS = ("PORT", "PS", "PROCTOR_PROCESS")
_OF_OURS_ALONE = ("inherited", "default")
_NOT_CARRIED_OVER = (
    "the environment of the shell that exported, but for PATH",
    "the scale: another quantity needs another export (proctor export systemd -m web=3 --force)",
    "ports: one that is taken is not evaded",
    "restarts of a whole type one process after the other: systemctl takes all of them at once",
    "back-off: the first retry comes after a second, not at once, and the waits do not vary",
    "stops: what a process leaves behind when it ends is killed at once, or with it",
)


class SystemdWishes(msgspec.Struct, frozen=True, kw_only=True):
    """How an app is to be written down for systemd. Folders are absolute."""

    folder: str  #: where the files will lie
    scope: Scope = "user"
    user: str | None = None  #: whom system units run as
    log_folder: str | None = None  #: None: the journal
    search_path: str | None = None  #: PATH of the processes; None: systemd's own


def systemd_drafts(configuration: AppConfiguration, wishes: SystemdWishes) -> tuple[Draft, ...]:
    """The target, the services and the environment files of an app; the target comes first.

    Raises:
        UserError: no unit can say it: a path or a command has bytes or characters that systemd
            does not take, a name is too long, or nothing is to run.
    """
    return tuple(_Export(configuration, wishes).drafts())


def prefix_of(configuration: AppConfiguration) -> str:
    """What the names of all files of this app begin with."""
    return unit_name(configuration.name)


class _Export:
    def __init__(self, configuration: AppConfiguration, wishes: SystemdWishes) -> None:
        self._app = configuration
        self._wishes = wishes
        self._prefix = prefix_of(configuration)
        self._processes = [
            ProcessName(type_, number)
            for type_, quantity in configuration.formation.items()
            for number in range(1, quantity + 1)
        ]

    def drafts(self) -> Iterator[Draft]:
        if not self._processes:
            raise UserError("no process is to run", where="--formation", hint="Write one, as web=1")
        yield self._target()
        for process in self._processes:
            yield self._service(process)
        if self._variables:
            yield self._environment_file(self._environment_name(None), self._variables)
        for type_ in dict.fromkeys(process.type for process in self._processes):
            own = self._own_variables(type_)
            if own:
                yield self._environment_file(self._environment_name(type_), own)

    def _target(self) -> Draft:
        system = self._wishes.scope == "system"
        manager = "systemctl" if system else "systemctl --user"
        lines = [
            f"# {printable(self._app.name)}, all of it. A draft by `proctor export systemd`.",
            f"# Start it: {manager} daemon-reload && {manager} enable --now {self._prefix}.target",
            *([] if system else ["# To run it while nobody is logged in: loginctl enable-linger"]),
            "# Not carried over:",
            *(f"# - {words}" for words in self._not_carried_over()),
            "",
            "[Unit]",
            f"Description={self._prefix}",
            *(f"Wants={self._unit(process)}" for process in self._processes),
            "",
            "[Install]",
            f"WantedBy={'multi-user' if system else 'default'}.target",
        ]
        return Draft(f"{self._prefix}.target", "\n".join(lines) + "\n")

    def _not_carried_over(self) -> Iterator[str]:
        yield from _NOT_CARRIED_OVER
        if self._app.settings.watch:
            yield "--watch: no file save restarts anything"
        for type_, quantity in self._app.formation.items():
            if not quantity:
                yield f"{type_}: its quantity is 0"
        for name in impossible_names(self._all_variables()):
            yield f"the variable {printable(name)}: systemd takes no such name, or no such value"

    def _service(self, process: ProcessName) -> Draft:
        wishes, type_ = self._wishes, process.type
        name = self._unit(process)
        if len(name) > LONGEST_UNIT_NAME:
            raise UserError(f"the name {name} is too long for a unit", hint="Name the app with -a")
        entry = self._app.procfile.entry(type_)
        assert entry is not None  # the formation has the Procfile's types alone
        settings = self._app.settings_of(type_)
        waiting = [
            need
            for other in self._app.procfile.types
            for need in self._app.settings_of(other).after
            if need.type == type_
        ]
        unit = ServiceUnit(
            process=process,
            identifier=f"{self._prefix}-{process}",
            target=f"{self._prefix}.target",
            entry=entry,
            settings=settings,
            platform=platform_variables(
                process, app_name=self._app.name, root=self._app.root, dyno_id=""
            ),
            root=whole_line(self._app.root, where="--root"),
            port=self._port(process),
            after={
                need: tuple(self._unit(each) for each in self._processes if each.type == need.type)
                for need in settings.after
            },
            waited_for=bool(waiting),
            must_end=any(need.completed for need in waiting),
            watched=self._app.settings.watch,
            environment_files=tuple(self._environment_paths(type_)),
            search_path=wishes.search_path,
            user=wishes.user if wishes.scope == "system" else None,
            system=wishes.scope == "system",
            output=self._output(process),
        )
        return Draft(name, unit.text())

    def _unit(self, process: ProcessName) -> str:
        return f"{self._prefix}-{process}.service"

    def _port(self, process: ProcessName) -> int:
        own = self._app.settings_of(process.type).port
        if own is not None:
            return own + process.number - 1
        return usual_port(process, self._app.procfile.types, base=self._app.base_port)

    def _output(self, process: ProcessName) -> str:
        if self._wishes.log_folder is None:
            return "journal"
        path = f"{self._wishes.log_folder}/{self._prefix}-{process}.log"
        return f"append:{whole_line(path, where='--log')}"

    # The environment

    @property
    def _variables(self) -> dict[str, str]:
        """What the env files say, as systemd can take it."""
        return _possible(
            {
                name: variable.value
                for name, variable in self._app.environment.variables.items()
                if variable.origin not in _OF_OURS_ALONE
            }
        )

    def _own_variables(self, type_: str) -> dict[str, str]:
        return _possible(self._app.settings_of(type_).environment)

    def _all_variables(self) -> dict[str, str]:
        values = {
            name: variable.value
            for name, variable in self._app.environment.variables.items()
            if variable.origin not in _OF_OURS_ALONE
        }
        for process in self._processes:
            values.update(self._app.settings_of(process.type).environment)
        return values

    def _environment_name(self, type_: str | None) -> str:
        return f"{self._prefix}.env" if type_ is None else f"{self._prefix}-{type_}.env"

    def _environment_paths(self, type_: str) -> Iterator[str]:
        names = [self._environment_name(None)] if self._variables else []
        if self._own_variables(type_):
            names.append(self._environment_name(type_))
        for name in names:
            yield whole_line(f"{self._wishes.folder}/{name}", where="the folder of the units")

    def _environment_file(self, name: str, values: Mapping[str, str]) -> Draft:
        comments = (f"Variables of {printable(self._app.name)}: secrets may be among them.",)
        masked = dict.fromkeys(values, "********")
        return Draft(
            name,
            environment_file(values, comments),
            private=True,
            shown=environment_file(masked, comments),
        )


def _possible(values: Mapping[str, str]) -> dict[str, str]:
    left_out = {*_OF_EACH_PROCESS, *impossible_names(values)}
    return {name: value for name, value in values.items() if name not in left_out}
