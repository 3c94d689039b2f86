"""Makes a draft of the scripts of a `package.json`.

Of its scripts one starts the app (`dev`, else `start`, `serve`); if it only runs others beside one
another (concurrently, npm-run-all), each of these becomes a process.
"""

from collections.abc import Iterable, Mapping

from proctor.importing.app_draft import AppDraft, Drafting, ProcessDraft
from proctor.importing.documents import Section, read_document
from proctor.importing.parallel_scripts import Parallel, read_parallel
from proctor.importing.shell_words import one_line, quoted_word

PACKAGE_JSON = "package.json"
_STARTING = ("dev", "start", "serve", "develop")
_BESIDE = ("worker", "workers", "queue", "scheduler", "watch")
_LOCK_FILES = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "package-lock.json": "npm",
}


def draft_package_json(
    text: str, *, file: str = PACKAGE_JSON, names: Iterable[str] = (), first_type: str = "web"
) -> AppDraft | None:
    """The draft of a `package.json`; None if no script in it starts anything.

    `names` are those of the files beside it, by which the package manager is known; `first_type`
    is the process type of the script that starts the app.

    Raises:
        UserError: it cannot be read; names file and line.
    """
    package = Section(read_document(text, file), file)
    scripts = package.section("scripts")
    if scripts is None:
        return None
    found = {key: str(scripts.text(key)) for key in scripts.names() if key in scripts}
    return _Package(scripts, found, _manager(package, names), file).draft(first_type)


def _manager(package: Section, names: Iterable[str]) -> str:
    said = (package.text("packageManager") or "").split("@")[0]
    if said in _LOCK_FILES.values():
        return said
    present = set(names)
    return next((tool for lock, tool in _LOCK_FILES.items() if lock in present), "npm")


class _Package:
    def __init__(
        self, section: Section, scripts: Mapping[str, str], manager: str, file: str
    ) -> None:
        self._section = section
        self._scripts = scripts
        self._manager = manager
        self._drafting = Drafting(file)
        self._used: list[str] = []
        self._added = 0

    def draft(self, first_type: str) -> AppDraft | None:
        starting = next((name for name in _STARTING if name in self._scripts), None)
        if starting is None:
            return None
        self._used.append(starting)
        parallel = read_parallel(self._scripts[starting], self._scripts)
        if parallel is None:
            self._add(first_type, self._run(starting), starting)
        else:
            self._spread(parallel, starting)
        for name in _BESIDE:
            if name in self._scripts and name not in self._used:
                self._used.append(name)
                self._add(name, self._run(name), name)
        self._say_what_is_left()
        return self._drafting.draft()

    def _spread(self, parallel: Parallel, starting: str) -> None:
        where = self._section.where(starting)
        for child in parallel.children:
            command = one_line(child.command)
            if child.script is not None:
                self._used.append(child.script)
                command = self._run(child.script, child.arguments)
            elif child.needs_path:
                command = f'export PATH="$PWD/node_modules/.bin:$PATH"; {command}'
            self._add(child.name, command, child.script or starting)
        self._drafting.settings["on_exit"] = "stop-all" if parallel.ends_together else "stay"
        for what in parallel.left:
            self._drafting.leave(what, where)
        before = f"pre{starting}"
        if before in self._scripts:  # `npm run` runs it by itself, for the script that is spread
            self._used.append(before)
            what = f"{before}: run it by hand before the start"
            self._drafting.leave(what, self._section.where(before))

    def _add(self, type_: str, command_line: str, script: str) -> None:
        self._added += 1  # two of them may have one name
        name = self._drafting.name(type_, self._section.where(script), key=str(self._added))
        self._drafting.add(ProcessDraft(type=name, command_line=command_line))

    def _run(self, script: str, arguments: str = "") -> str:
        command = f"{self._manager} run {quoted_word(script)}"
        return f"{command} {arguments}" if arguments else command

    def _say_what_is_left(self) -> None:
        drafting = self._drafting
        drafting.note("What serves HTTP must listen on $PORT; many tools do so by themselves.")
        others = [name for name in self._scripts if name not in self._used]
        if others:
            named = ", ".join(others)
            drafting.leave(f"the other scripts: {named}", self._section.where(others[0]))
