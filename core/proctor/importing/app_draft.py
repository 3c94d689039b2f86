"""An app as it was found elsewhere, on its way to a Procfile, an env file and settings."""

import re
from collections.abc import Mapping

import msgspec

from proctor.model.formation import RELEASE
from proctor.model.procfile import LONGEST_NAME

Value = str | bool | int | float | list["Value"] | dict[str, "Value"]

_NOT_FOR_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
#: What a process is given by us, or by whoever started us: an env file must not say it for all.
OF_EACH_PROCESS = frozenset(
    {"PORT", "PROCFILE", "PS", "PROCTOR_PROCESS", "PATH", "HOME", "SHELL", "USER", "TERM"}
)


class Left(msgspec.Struct, frozen=True):
    """Something that could not be carried over, and where it stands."""

    what: str
    where: str


class ProcessDraft(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the Procfile, and what only `proctor.toml` can say of it."""

    type: str
    command_line: str
    quantity: int = 1
    settings: Mapping[str, Value] = {}


class AppDraft(msgspec.Struct, frozen=True, kw_only=True):
    """An app. The values of `environment` are as an env file has them: `${NAME}` is replaced."""

    sources: tuple[str, ...]
    processes: tuple[ProcessDraft, ...]
    environment: Mapping[str, str] = {}
    settings: Mapping[str, Value] = {}
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()  #: what to know or to do, in sentences

    def __repr__(self) -> str:
        return f"AppDraft(sources={self.sources}, types={[each.type for each in self.processes]})"


class Drafting:
    """Collects what becomes a draft, and keeps its names apart."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._processes: list[ProcessDraft] = []
        self._names: dict[str, str] = {}
        self.environment: dict[str, str] = {}
        self.settings: dict[str, Value] = {}
        self._left: list[Left] = []
        self._notes: list[str] = []

    def name(self, wanted: str, where: str, *, key: str | None = None) -> str:
        """The process type that stands for this name; another one where it cannot be a type.

        `key` tells two of one name apart.
        """
        key = key or wanted
        if key in self._names:
            return self._names[key]
        stem = _NOT_FOR_NAMES.sub("-", wanted).strip("-")[: LONGEST_NAME - 3] or "process"
        if stem == RELEASE:  # which is run at a release, and never kept running
            stem = f"{RELEASE}-process"
        name, number = stem, 1
        while name in self._names.values():
            number += 1
            name = f"{stem}-{number}"
        self._names[key] = name
        if name != wanted:
            self.leave(f"the name '{wanted}': it is called {name} here", where)
        return name

    def add(self, process: ProcessDraft) -> None:
        """Add a process, with the settings that say something."""
        self._processes.append(process)

    def leave(self, what: str, where: str) -> None:
        """Say that something is not carried over."""
        self._left.append(Left(what, where))

    def note(self, sentence: str) -> None:
        """Say something that is to be known, once."""
        if sentence not in self._notes:
            self._notes.append(sentence)

    def draft(self) -> AppDraft:
        """All of it; a dependency on what was left out is left out, too, and named."""
        types = {process.type for process in self._processes}
        processes = tuple(self._with_present(process, types) for process in self._processes)
        return AppDraft(
            sources=(self._source,),
            processes=processes,
            environment=self.environment,
            settings=self.settings,
            left=tuple(self._left),
            notes=tuple(self._notes),
        )

    def _with_present(self, process: ProcessDraft, types: set[str]) -> ProcessDraft:
        after = process.settings.get("after")
        if not isinstance(after, list):
            return process
        kept = [need for need in after if _type_of(need) in types]
        for need in after:
            if need not in kept:
                self.leave(f"{process.type}: it starts after {_type_of(need)}", self._source)
        others = {key: value for key, value in process.settings.items() if key != "after"}
        settings = {**others, "after": kept} if kept else others
        return msgspec.structs.replace(process, settings=settings)


def _type_of(need: Value) -> object:
    return need.get("type") if isinstance(need, dict) else need


def merged(drafts: list[AppDraft]) -> AppDraft:
    """Several drafts as one; of equal types and variables the earlier one wins."""
    processes: dict[str, ProcessDraft] = {}
    left = [each for draft in drafts for each in draft.left]
    environment: dict[str, str] = {}
    settings: dict[str, Value] = {}
    for draft in drafts:
        for process in draft.processes:
            if process.type in processes:
                what = f"{process.type}: there is another process of this name"
                left.append(Left(what, draft.sources[0]))
            processes.setdefault(process.type, process)
        environment = {**draft.environment, **environment}
        settings = {**draft.settings, **settings}
    return AppDraft(
        sources=tuple(source for draft in drafts for source in draft.sources),
        processes=tuple(processes.values()),
        environment=environment,
        settings=settings,
        left=tuple(left),
        notes=tuple(dict.fromkeys(note for draft in drafts for note in draft.notes)),
    )
