"""The first lines that run: `main()` is what the word `proctor` in a shell calls.

Kept free of imports: `proctor start` has to fork its guardian while almost nothing is loaded, and
`proctor --version` and `--help` answer at once.
"""

import gc
import os
import sys

_RUNS_AN_APP = ("start", "demo")
_TAKE_NO_VALUE = (
    "--pty", "--no-pty", "--fixed-ports", "--no-fixed-ports", "--watch", "--no-watch",
    "--tui", "--no-tui", "--wait", "--detach", "-D",
)  # fmt: skip
_ABOUT_ITSELF = ("--help", "-h", "--version", "-V")
#: options of `start` that other tools have, and that are rewritten: see `aliases`
_OF_OTHER_TOOLS = (
    "-l", "--processes", "-x", "--ignored-processes", "-r", "--auto-restart", "--any-can-die",
    "-T", "--show-timestamps",
)  # fmt: skip
_READER_GONE = 141  # as a shell reports a program that SIGPIPE has ended


def main() -> None:
    """Run the command line of this process, and end it with the exit code."""
    gc.disable()  # what is loaded is no garbage; who goes on for long enables it again
    try:
        _take_names_as_bytes()
        _fill_closed_descriptors()
        _ignore_the_users_python_path()
        code = _run(_in_our_spelling(_with_its_command(sys.argv[1:])))
    except BrokenPipeError:
        code = _READER_GONE
    except KeyboardInterrupt:
        code = 130
    _end(code)


def _run(words: list[str]) -> int:
    if words in (["--version"], ["-V"]):
        import proctor  # noqa: PLC0415 - see the module's words

        print(f"proctor {proctor.__version__}")  # noqa: T201 - the answer
        return 0
    if _runs_an_app(words):
        from proctor.cli import early  # noqa: PLC0415 - see the module's words

        try:
            early.prepare()
        except OSError as error:  # no more processes or descriptors may be had
            from proctor.cli.problems import fault, report  # noqa: PLC0415 - see the module's words

            return report(fault(error))
    from proctor.cli.problems import run_reporting  # noqa: PLC0415 - see the module's words

    return run_reporting(words)


def _with_its_command(words: list[str]) -> list[str]:
    """The words with the command spelled out, where one may leave it away."""
    if not words:
        return ["start"] if _names_an_app() else ["next-step"]
    if words[0] == "help":
        return ["aliases"] if words[1:] == ["aliases"] else [*words[1:], "--help"]
    if words[0].startswith("-") and words[0] not in _ABOUT_ITSELF:
        return ["start", *words]
    return words


def _in_our_spelling(words: list[str]) -> list[str]:
    """The words as we spell them, where another tool's habits have typed them."""
    if words[0] in _ABOUT_ITSELF or (words[0] in _RUNS_AN_APP and not _has_others_options(words)):
        return words
    from proctor.cli.aliases import translated  # noqa: PLC0415 - see the module's words

    sys.argv[1:] = words = translated(words)  # what runs an app looks there, too
    return words


def _has_others_options(words: list[str]) -> bool:
    return any(word.partition("=")[0] in _OF_OTHER_TOOLS for word in words)


def _runs_an_app(words: list[str]) -> bool:
    if words[0] not in _RUNS_AN_APP or any(word in _ABOUT_ITSELF for word in words):
        return False
    if words[0] == "start" and _names_processes(words[1:]):
        # `start web` runs the app, or starts processes of one that runs: only a look can tell.
        from proctor.cli.start import is_about_a_running_app  # noqa: PLC0415 - see the module's words

        return not is_about_a_running_app(words[1:])
    return True


def _names_processes(words: list[str]) -> bool:
    """Whether there is a word that is no option, no option's value, and no quantity."""
    before = ""
    for word in words:
        value = before.startswith("-") and "=" not in before and before not in _TAKE_NO_VALUE
        if not (value or word.startswith("-") or "=" in word or word.isdecimal()):
            return True
        before = word
    return False


def _names_an_app() -> bool:
    procfile = os.environ.get("PROCFILE") or "Procfile"
    return any(map(os.path.isfile, (procfile, "proctor.toml"))) or _env_file_names_one()


def _env_file_names_one() -> bool:
    try:
        with open(".env", "rb") as file:  # noqa: PTH123 - see the module's words
            return b"PROCFILE" in file.read()
    except OSError:
        return False


def _take_names_as_bytes() -> None:
    """Start anew in UTF-8 mode where the locale has another encoding.

    Names, commands and values are bytes that pass through us unchanged: an encoding that knows
    fewer characters, or writes them otherwise, would refuse or alter them.
    """
    if sys.getfilesystemencoding() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def _fill_closed_descriptors() -> None:
    """Give 0, 1 and 2 the null device where they are closed.

    Otherwise the next file that is opened, a socket perhaps, would be somebody's standard output.
    """
    for descriptor, mode in ((0, "r"), (1, "w"), (2, "w")):
        try:
            os.fstat(descriptor)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)  # the lowest free number: this one
            os.set_inheritable(null, True)
            stream = open(descriptor, mode, closefd=False)  # noqa: SIM115 - lives as long as we do
            setattr(sys, ("stdin", "stdout", "stderr")[descriptor], stream)
    for stream in (sys.stdout, sys.stderr):
        # A file name or a glyph that the locale cannot show is no reason to end.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a text file


def _ignore_the_users_python_path() -> None:
    """Take off the folders that are meant for the app's Python, not for ours.

    PYTHONPATH, or the working folder under `python -m`, may hold a `click.py` of the app's own.
    """
    own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100,PTH120 - see the module's words
    foreign = {"", ".", *os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    foreign = {os.path.abspath(folder) for folder in foreign} - {own}  # noqa: PTH100 - see the module's words
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder) not in foreign]  # noqa: PTH100 - see the module's words


def _end(code: int) -> None:
    """End with this code, whether or not anybody still reads what we print."""
    for stream, descriptor in ((sys.stdout, 1), (sys.stderr, 2)):
        try:
            stream.flush()
        except (OSError, ValueError):
            os.dup2(
                os.open(os.devnull, os.O_WRONLY), descriptor
            )  # else the interpreter tries again
    threading = sys.modules.get("threading")
    if threading is None or threading.active_count() == 1:
        os._exit(code)  # to take everything loaded apart takes a fifth of a short command's time
    sys.exit(code)
