"""Which process types a changed file restarts: pure rules, given each type's globs.

Globs are lines as in a `.gitignore`, relative to the app's root, and say what *counts*; the last
one that matches decides, so `!tests/` after `*.py` leaves all tests out. A type without any is
restarted by each file of the app. What is ignored counts for those types alone one of whose globs
names it, or the folder that it lies in, letter by letter: `dist/app.js` and `dist/*.js` see the
ignored `dist`, `**/*.js` does not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from pathspec import GitIgnoreSpec

_WILD = frozenset("*?[\\")


class Concern(NamedTuple):
    """Types that restart together for these files. `who` is one type, or None for the others."""

    who: str | None
    types: frozenset[str]
    files: list[str]


class Interests:
    """What each type of an app looks at; `globs` is empty where all look at everything.

    Args:
        globs: type -> its globs; None stands for all files that are not ignored.
    """

    def __init__(self, globs: Mapping[str, Sequence[str] | None]) -> None:
        self._are_split = bool(globs)
        self._others = frozenset(type_ for type_, own in globs.items() if own is None)
        lines = {type_: [_relative(glob) for glob in own] for type_, own in globs.items() if own}
        self._specs = {type_: _Globs(own) for type_, own in lines.items()}
        every = (named_part(line) for own in lines.values() for line in own)
        self.named = frozenset(part for part in every if part)

    def concerns(self, files: Iterable[str], is_hidden: Callable[[str], bool]) -> Iterable[Concern]:
        """Who is restarted for which of these files; `is_hidden` tells what is ignored."""
        files = list(files)
        shown = [path for path in files if not is_hidden(path)] if self.named else files
        if shown and (self._others or not self._are_split):
            yield Concern(None, self._others, shown)
        for type_, spec in self._specs.items():
            if found := [path for path in files if spec.match(path)]:
                yield Concern(type_, frozenset({type_}), found)

    def are_concerned(self, concerns: Iterable[Concern]) -> frozenset[str] | None:
        """All types of these together; None where each type of the app is."""
        if not self._are_split:
            return None
        return frozenset().union(*(concern.types for concern in concerns))


class _Globs:
    """The globs of one type, in runs of those that count and those that do not."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._runs = [
            (counts, GitIgnoreSpec.from_lines(line.removeprefix("!") for line in run))
            for counts, run in groupby(lines, key=lambda line: not line.startswith("!"))
        ]
        self._runs.reverse()

    def match(self, path: str) -> bool:
        return next((counts for counts, spec in self._runs if spec.check_file(path).include), False)


def named_part(glob: str) -> str:
    """The path that a glob names before its first wildcard; "" if it names none."""
    if glob.startswith(("!", "#")):
        return ""
    parts: list[str] = []
    for part in glob.strip().strip("/").split("/"):
        if _WILD & set(part) or part == "..":
            break
        parts.append(part)
    return "/".join(parts)


def _relative(glob: str) -> str:
    """`./src` as `/src`: from the root, as it is meant."""
    sign = "!" if glob.startswith("!") else ""
    rest = glob.removeprefix(sign)
    return f"{sign}/{rest[2:]}" if rest.startswith("./") else glob
