"""Whether the settings of the app want a screen, before anything of the app is read.

The screen is forked off while this process is small, and almost nobody says in a file that it is
not wanted. So the files are only searched for the word; where it stands, a child process reads
them as a start does, and ends with the answer.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = (b"tui", b"TUI", b"env_files")  # the last names files that may say it


def screen_is_wanted(words: list[str]) -> bool:
    """Whether `proctor` with these words is to open a screen; no, where the files are wrong."""
    if words[:1] == ["demo"] or "--tui" in words:
        return True
    if not os.environ.get("PROCTOR_TUI") and not any(map(_speaks_of_it, _files(words))):
        return True
    reader = os.fork()
    if reader == 0:
        wanted = False
        try:
            wanted = _is_wanted(words[1:] if words[:1] == ["start"] else words)
        finally:
            os._exit(0 if wanted else 1)  # whatever is wrong: the start itself tells it
    _, status = os.waitpid(reader, 0)
    return status == 0


def _files(words: list[str]) -> "Iterator[str]":
    """Files that may say it: of each folder, and each file, that is or may be named."""
    named = [name for word in words for name in (word, word[2:], word.partition("=")[2]) if name]
    for name in [".", *(part for each in named for part in each.split(","))]:
        folder = name if os.path.isdir(name) else os.path.dirname(name)  # noqa: PTH112,PTH120 - pathlib is not loaded yet
        yield from (name, os.path.join(folder, "proctor.toml"), os.path.join(folder, ".env"))  # noqa: PTH118 - as above


def _speaks_of_it(path: str) -> bool:
    try:
        if not os.path.isfile(path):  # noqa: PTH113 - as above
            return False
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            text = file.read(1_000_000)
    except (OSError, ValueError):
        return False
    return any(word in text for word in _WORDS)


def _is_wanted(words: list[str]) -> bool:
    from proctor.cli.plain import read_plainly  # noqa: PLC0415 - in the child alone
    from proctor.files.app_files import find_app  # noqa: PLC0415 - as above

    options = read_plainly(words)
    if options is None:
        from proctor.cli.option_table import options_of  # noqa: PLC0415 - as above
        from proctor.cli.start import start  # noqa: PLC0415 - as above

        context = start.make_context("start", list(words))
        options = options_of(context.params, search_upward=False)
    return bool(find_app(options, os.environ).written("tui").value)
