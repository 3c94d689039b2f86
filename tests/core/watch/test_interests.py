import time

import pytest

from proctor.watch.interests import Interests, named_part

HIDDEN = {"dist/app.js", "dist/app.css"}


def concerns(globs: dict[str, tuple[str, ...] | None], *files: str) -> dict[str | None, list[str]]:
    """The files that concern each, told apart by who they are."""
    interests = Interests(globs)
    found = list(interests.concerns(files, HIDDEN.__contains__))
    return {concern.who: concern.files for concern in found}


def types(globs: dict[str, tuple[str, ...] | None], *files: str) -> frozenset[str] | None:
    interests = Interests(globs)
    return interests.are_concerned(interests.concerns(files, HIDDEN.__contains__))


def test_without_globs_every_file_is_everybodys() -> None:
    assert concerns({}, "app.py") == {None: ["app.py"]}
    assert types({}, "app.py") is None


def test_a_type_with_globs_is_restarted_by_what_matches_and_the_others_by_everything() -> None:
    globs: dict[str, tuple[str, ...] | None] = {
        "web": None, "css": ("static/**/*.scss",), "job": ("*.py", "!tests/"), "db": (),
    }  # fmt: skip
    assert types(globs, "static/a/b.scss") == {"web", "css"}
    assert types(globs, "lib/x.py") == {"web", "job"}
    assert types(globs, "tests/test_x.py") == {"web"}
    assert types(globs, "README") == {"web"}
    assert types({**globs, "web": ()}, "README") == frozenset()


@pytest.mark.parametrize(
    ("glob", "matches", "differs"),
    [
        ("*.py", "a/b.py", "a/b.js"),
        ("/app.py", "app.py", "lib/app.py"),
        ("src", "src/a/b.c", "lib/src.c"),
        ("src/*.py", "src/a.py", "src/lib/a.py"),
        ("src/**/*.py", "src/lib/deep/a.py", "lib/a.py"),
        ("./src/", "src/a.py", "lib/src/a.py"),
        ("a[12].py", "a1.py", "a3.py"),
    ],
)
def test_globs_are_lines_as_in_a_gitignore(glob: str, matches: str, differs: str) -> None:
    assert types({"web": (glob,)}, matches) == {"web"}
    assert types({"web": (glob,)}, differs) == frozenset()


def test_what_is_ignored_counts_for_those_who_named_it_alone() -> None:
    globs: dict[str, tuple[str, ...] | None] = {"web": None, "built": ("dist/*.js",)}
    assert concerns(globs, "dist/app.js") == {"built": ["dist/app.js"]}
    assert concerns(globs, "dist/app.css") == {}
    assert concerns(globs, "dist/app.js", "app.py") == {None: ["app.py"], "built": ["dist/app.js"]}


@pytest.mark.parametrize(
    ("glob", "named"),
    [
        ("dist/app.js", "dist/app.js"),
        ("/dist/*.js", "dist"),
        ("a/b/**", "a/b"),
        ("**/*.js", ""),
        ("*.sqlite3", ""),
        ("!dist/app.js", ""),
        ("# dist", ""),
        ("a[1]/b", ""),
        ("../x", ""),
    ],
)
def test_a_glob_names_what_stands_before_its_first_wildcard(glob: str, named: str) -> None:
    assert named_part(glob) == named


def test_ten_thousand_files_are_matched_within_a_second() -> None:
    globs = {f"type{n}": (f"part{n}/**/*.py", "*.toml", "!part0/") for n in range(5)}
    files = [f"part9/folder{n % 100}/deep/file{n}.js" for n in range(10_000)]
    begun = time.process_time()
    assert types(globs, *files) == frozenset()
    assert time.process_time() - begun < 1
