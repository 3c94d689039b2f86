"""Guesses how an app is started where no file says it, from what its language puts into a folder.

A guess is one line for each process, and says that it is one.
"""

import re
import tomllib
from collections.abc import Callable, Mapping

import msgspec

from proctor.importing.app_draft import AppDraft, ProcessDraft

_FLASK = re.compile(r"^\s*(?:from|import)\s+flask\b", re.MULTILINE)
_ASGI = re.compile(r"^\s*(?:from|import)\s+(?:fastapi|starlette)\b", re.MULTILINE)
_SCRIPTS = ("app.py", "main.py", "server.py", "wsgi.py")
_MODULE = re.compile(r"[A-Za-z0-9_]+")


class Guess(msgspec.Struct, frozen=True):
    """How an app of this kind is usually started: process type -> command line."""

    kind: str
    marker: str  #: the file by which it was known
    commands: Mapping[str, str]
    certain: bool = True  #: else even the name of the program is a guess


Reader = Callable[[str], str | None]  #: the text of a file of the folder; None if there is none

_FIXED: tuple[Guess, ...] = (
    Guess(
        "Django", "manage.py",
        {"web": "python manage.py runserver $PORT", "release": "python manage.py migrate"},
    ),
    Guess(
        "Rails", "bin/rails",
        {"web": "bin/rails server -p $PORT", "release": "bin/rails db:migrate"},
    ),
    Guess(
        "Laravel", "artisan",
        {"web": "php artisan serve --port=$PORT", "release": "php artisan migrate --force"},
    ),
    Guess("Phoenix or another Elixir app", "mix.exs", {"web": "mix phx.server"}, certain=False),
    Guess("Rack", "config.ru", {"web": "bundle exec rackup -p $PORT"}),
    Guess("Go", "go.mod", {"web": "go run ."}),
    Guess("Rust", "Cargo.toml", {"web": "cargo run"}),
)  # fmt: skip


def guess_app(read: Reader) -> Guess | None:
    """What kind of app lies in a folder; None if nothing tells."""
    for guess in _FIXED:
        if read(guess.marker) is not None:
            return guess
    return _guess_python(read) or _guess_node(read) or _guess_ruby(read)


def as_draft(guess: Guess) -> AppDraft:
    """The draft that a guess comes to."""
    doubt = "" if guess.certain else "; write the program that starts it in place of this one"
    return AppDraft(
        sources=(guess.marker,),
        processes=tuple(
            ProcessDraft(type=type_, command_line=command)
            for type_, command in guess.commands.items()
        ),
        notes=(f"A guess: apps of this kind ({guess.kind}) are usually started so{doubt}.",),
    )


def _guess_python(read: Reader) -> Guess | None:
    for name in _SCRIPTS:
        text = read(name)
        if text is not None:
            return Guess("Python", name, {"web": _python_command(name, text)})
    project = read("pyproject.toml")
    if project is not None:
        return _guess_project(project)
    if read("requirements.txt") is not None:
        return Guess("Python", "requirements.txt", {"web": "python app.py"}, certain=False)
    return None


def _python_command(name: str, text: str) -> str:
    module = name.removesuffix(".py")
    if _ASGI.search(text):
        return f"uvicorn {module}:app --port $PORT"
    if _FLASK.search(text):
        return f"flask --app {module} run --port $PORT"
    return f"python {name}"


def _guess_project(text: str) -> Guess:
    try:
        project = tomllib.loads(text).get("project", {})
    except tomllib.TOMLDecodeError:  # it is only looked at for a name
        project = {}
    scripts = project.get("scripts") if isinstance(project, dict) else None
    if isinstance(scripts, dict) and scripts:
        return Guess("Python", "pyproject.toml", {"web": str(next(iter(scripts)))}, certain=False)
    name = str(project.get("name", "app") if isinstance(project, dict) else "app")
    module = "_".join(_MODULE.findall(name)) or "app"
    return Guess("Python", "pyproject.toml", {"web": f"python -m {module}"}, certain=False)


def _guess_node(read: Reader) -> Guess | None:
    for name in ("server.js", "index.js", "app.js"):
        if read(name) is not None:
            return Guess("Node", name, {"web": f"node {name}"})
    return None


def _guess_ruby(read: Reader) -> Guess | None:
    if read("Gemfile") is None:
        return None
    return Guess("Ruby", "Gemfile", {"web": "bundle exec ruby app.rb -p $PORT"}, certain=False)
