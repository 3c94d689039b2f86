"""Reads the scripts that only run others beside one another: concurrently and npm-run-all."""

import fnmatch
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

_RUNNERS = ("npm", "pnpm", "yarn", "bun", "node")
_SHORTCUT = re.compile(r"(npm|pnpm|yarn|bun|node):(\S+)(?:\s+(.*))?", re.DOTALL)
_EXCLUSION = re.compile(r"\(!([^)]*)\)$")
_OPERATORS = re.compile(r"[;&|<>]|\$\(|`")

_NAMES = ("-n", "--names")
_ENDS_TOGETHER = (
    "-k", "--kill-others", "--kill-others-on-fail", "--kill-others-on-success",
)  # fmt: skip
_LOOKS_ALONE = (
    "-c", "--prefix-colors", "-p", "--prefix", "-l", "--prefix-length", "-t", "--timestamp-format",
    "--name-separator", "-i", "--handle-input", "-r", "--raw", "-g", "--group", "--no-color",
    "--color", "--silent", "-s", "--print-label", "--print-name", "-n", "--timings", "--pad-prefix",
)  # fmt: skip
_TAKES_A_VALUE = (
    "-n", "--names", "-c", "--prefix-colors", "-p", "--prefix", "-l", "--prefix-length", "-t",
    "--timestamp-format", "--name-separator", "-s", "--success", "-m", "--max-processes",
    "--restart-tries", "--restart-after", "--default-input-target", "--kill-signal", "--cwd",
    "--hide", "-P", "--teardown", "--kill-timeout",
)  # fmt: skip
_PARTS = ("--prefix", "--workspace", "-w", "workspace", "--filter", "-F", "--cwd", "-C")
_BEFORE = ("cross-env", "npx", "env")
_NPM_RUN_ALL_TAKES_A_VALUE = ("--max-parallel", "--npm-path")


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """One of the commands that are run beside one another."""

    name: str
    command: str
    script: str | None = None  #: the script of the package that it is
    arguments: str = ""  #: for that script, as the shell reads them
    needs_path: bool = False  #: a command that may be one of the package's own


class Parallel(msgspec.Struct, frozen=True):
    """What a script runs beside one another."""

    children: tuple[Child, ...]
    ends_together: bool = False
    left: tuple[str, ...] = ()


def read_parallel(script: str, scripts: Mapping[str, str]) -> Parallel | None:
    """What a script runs beside one another; None if it is not only that."""
    try:
        words = shlex.split(script)
    except ValueError:
        return None
    if words and words[0] in ("npx", "bunx"):
        words = words[1:]
    if len(words) < 2 or _has_operators(script):  # noqa: PLR2004 - the tool and one that it runs
        return None
    tool, *arguments = words
    if tool in ("concurrently", "conc"):
        found = _read_concurrently(arguments, scripts)
    elif tool == "run-p" or (
        tool == "npm-run-all" and {"-p", "--parallel", "-lp", "-pl"} & set(arguments)
    ):
        found = _read_npm_run_all(arguments, scripts)
    else:
        return None
    return found if found.children else None


def _has_operators(script: str) -> bool:
    outside = re.sub(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"", "", script)
    return bool(_OPERATORS.search(outside))


def _read_concurrently(arguments: Sequence[str], scripts: Mapping[str, str]) -> Parallel:
    commands: list[str] = []
    options: dict[str, str] = {}
    rest = iter(arguments)
    for word in rest:
        if not word.startswith("-"):
            commands.append(word)
        elif word == "--":
            break
        else:
            name, sign, value = word.partition("=")
            taken = value if sign else next(rest, "") if name in _TAKES_A_VALUE else ""
            options[name] = taken
    names = next((options[name] for name in _NAMES if name in options), "").split(",")
    children = [child for command in commands for child in _children(command, scripts)]
    if len(names) == len(children):
        children = [
            msgspec.structs.replace(child, name=name.strip() or child.name)
            for child, name in zip(children, names, strict=True)
        ]
    left = [
        f"{name} {value}".strip()
        for name, value in options.items()
        if name not in (*_LOOKS_ALONE, *_NAMES, *_ENDS_TOGETHER)
    ]
    together = any(name in options for name in _ENDS_TOGETHER)
    return Parallel(tuple(children), together, tuple(left))


def _children(command: str, scripts: Mapping[str, str]) -> Iterator[Child]:
    shortcut = _SHORTCUT.fullmatch(command)
    if shortcut is not None:
        pattern, arguments = shortcut[2], shortcut[3] or ""
        for name in _matching(pattern, scripts):
            yield Child(name=_short(name, pattern), command="", script=name, arguments=arguments)
        return
    words = command.split()
    script = _script_of(words, scripts)
    if script is not None:
        yield Child(name=script, command="", script=script)
    else:
        yield Child(
            name=_name_of(words),
            command=command,
            needs_path=bool(words) and words[0] not in (*_RUNNERS, "npx"),
        )


def _script_of(words: Sequence[str], scripts: Mapping[str, str]) -> str | None:
    """The script that `npm run x`, `npm start` or `yarn x` means, without more words."""
    if not words or words[0] not in _RUNNERS[:4]:
        return None
    rest = [word for word in words[1:] if word not in ("-s", "--silent", "run", "run-script")]
    return rest[0] if len(rest) == 1 and rest[0] in scripts else None


def _name_of(words: Sequence[str]) -> str:
    """What to call a command: after the part of the app that it is about, else its program."""
    if words[:1] == ["cd"] and len(words) > 1:
        return _last_part(words[1])
    for option, part in pairwise(words if words and words[0] in _RUNNERS else ()):
        if option in _PARTS:
            return _last_part(part)
        name, sign, value = part.partition("=")
        if sign and name in _PARTS:
            return _last_part(value)
    program = next((word for word in words if "=" not in word and word not in _BEFORE), "process")
    return _last_part(program)


def _last_part(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def _matching(pattern: str, scripts: Mapping[str, str]) -> list[str]:
    exclusion = _EXCLUSION.search(pattern)
    pattern = _EXCLUSION.sub("", pattern)
    excluded = re.compile(exclusion[1]) if exclusion else None
    if "*" not in pattern:
        return [pattern]
    return [
        name
        for name in scripts
        if fnmatch.fnmatchcase(name, pattern) and not (excluded and excluded.search(name))
    ]


def _short(name: str, pattern: str) -> str:
    """What the star stood for, as these tools name it."""
    before, star, _ = pattern.partition("*")
    return name.removeprefix(before).strip(":-") or name if star else name


def _read_npm_run_all(arguments: Sequence[str], scripts: Mapping[str, str]) -> Parallel:
    children: list[Child] = []
    left: list[str] = []
    rest = iter(arguments)
    for word in rest:
        if word == "--":
            break
        if word in ("-s", "--sequential", "--serial"):
            left.append(f"{word}: what runs one after the other")
            break
        if word.startswith("-"):
            if word in _NPM_RUN_ALL_TAKES_A_VALUE:
                left.append(f"{word} {next(rest, '')}".strip())
            continue
        pattern, _, more = word.partition(" ")
        children += [
            Child(name=_short(name, pattern), command="", script=name, arguments=more.strip())
            for name in _of_pattern(pattern, scripts)
        ]
    together = "--race" in arguments or "-r" in arguments
    return Parallel(tuple(children), together, tuple(left))


def _of_pattern(pattern: str, scripts: Mapping[str, str]) -> list[str]:
    """As npm-run-all has it: a star stops at a colon, two of them do not."""
    if "*" not in pattern:
        return [pattern]
    parts = re.split(r"(\*\*|\*)", pattern)
    expression = "".join({"**": ".*", "*": "[^:]*"}.get(part, re.escape(part)) for part in parts)
    return [name for name in scripts if re.fullmatch(expression, name)]
