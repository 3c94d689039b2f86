import random
import shutil
import subprocess
from pathlib import Path

import pytest

from proctor.watch.ignore import IgnoreRules
from proctor.watch.repository import Repository


@pytest.mark.parametrize(
    "path",
    [
        ".git/index", "a/.hg/store", "src/__pycache__/app.cpython-311.pyc", "app.pyc",
        "web/node_modules/left-pad/index.js", ".mypy_cache/3.11/x.json", ".venv/bin/python",
        "app.py~", ".app.py.swp", "src/.app.py.swx", "4913", ".#app.py", "#app.py#",
        "app.py___jb_tmp___", "app.py.tmp", ".goutputstream-ABC123", ".DS_Store",
        "jobs.db", "jobs.db-wal", "jobs.db-shm", "data/jobs.sqlite3-journal", "jobs-wal",
        "shop.egg-info/PKG-INFO", "tmp/server.pid",
    ],
)  # fmt: skip
def test_what_tools_write_is_always_ignored(path: str) -> None:
    assert IgnoreRules().ignores(path)


@pytest.mark.parametrize(
    "path",
    [
        "app.py", "Procfile", "static/app.css", ".env", ".eslintrc.js", "daily-journal",
        "config/database.yml", "app.log", "49130", "swp", "src/git/x.py", "cache/a.py", "a#b.py",
    ],
)  # fmt: skip
def test_what_people_write_is_watched(path: str) -> None:
    assert not IgnoreRules().ignores(path)


def test_a_nested_file_of_rules_overrules_the_one_above() -> None:
    rules = IgnoreRules()
    rules.set_folder("", "*.txt\n")
    rules.set_folder("docs", "!guide.txt\n")
    assert rules.ignores("notes.txt")
    assert rules.ignores("docs/notes.txt")
    assert not rules.ignores("docs/guide.txt")


def test_nothing_in_an_ignored_folder_comes_back_by_a_negated_rule() -> None:
    rules = IgnoreRules()
    rules.set_folder("", "build/\n!build/keep.py\n")
    assert rules.ignores("build/keep.py")


def test_a_rule_for_folders_leaves_a_file_of_that_name_alone() -> None:
    rules = IgnoreRules()
    rules.set_folder("", "log/\n")
    assert not rules.ignores("log")
    assert rules.ignores("log", is_folder=True)
    assert rules.ignores("log/today.txt")


def test_a_rule_with_a_slash_holds_only_beside_its_file() -> None:
    rules = IgnoreRules()
    rules.set_folder("a", "/out\n")
    assert rules.ignores("a/out")
    assert not rules.ignores("a/b/out")
    assert not rules.ignores("out")


def test_rules_that_are_taken_away_hold_no_longer() -> None:
    rules = IgnoreRules()
    rules.set_folder("", "app.py\n")
    assert rules.ignores("app.py")
    rules.set_folder("", "")
    assert not rules.ignores("app.py")


def test_the_apps_own_rules_overrule_the_general_ones() -> None:
    rules = IgnoreRules()
    rules.set_general(["*.log\n", "*.out\n"])
    rules.set_folder("", "!app.out\n")
    assert rules.ignores("app.log")
    assert rules.ignores("x.out")
    assert not rules.ignores("app.out")


def test_a_folder_that_is_excluded_by_name_is_ignored_with_all_in_it() -> None:
    rules = IgnoreRules()
    rules.exclude("env")
    assert rules.ignores("env/bin/activate")
    assert not rules.ignores("environment.py")


NAMES = ("a", "b", "build", "x.log", "x.py", "docs")
PATTERNS = (
    "*", "*/", "!*/", "!*.py", "*.log", "!x.log", "a", "a/", "/a", "!a/", "a/b", "a/*", "!a/b",
    "**/b", "b/**",
    "!b/a", "a/**/x.py", "build", "!build/", "docs/*", "!docs/x.py",
    "# note", "\\#a", "x.[lp]*",
    "/*", "!/docs", "x.py ", "?",
)  # fmt: skip


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("git") is None:
        pytest.skip("needs git to compare with")
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", folder], check=True, timeout=20)
    return folder


def files_of(chance: random.Random) -> list[str]:
    made = {"/".join(chance.choices(NAMES, k=chance.randint(1, 4))) for _ in range(25)}
    # A file cannot be a folder as well.
    return sorted(path for path in made if not any(o.startswith(path + "/") for o in made))


@pytest.mark.parametrize("seed", range(100))
def test_git_itself_ignores_the_same_files(repository: Path, seed: int) -> None:
    chance = random.Random(seed)
    work = repository / f"case{seed}"
    files = files_of(chance)
    for file in files:
        (work / file).parent.mkdir(parents=True, exist_ok=True)
        (work / file).touch()
    rules = IgnoreRules(prefix=work.name)
    folders = sorted({work, *(path for path in work.rglob("*") if path.is_dir())})
    for folder in [work, *chance.sample(folders, min(2, len(folders)))]:
        text = "\n".join(chance.choices(PATTERNS, k=chance.randint(1, 4))) + "\n"
        (folder / ".gitignore").write_text(text)
        relative = folder.relative_to(work).as_posix()
        rules.set_folder("" if relative == "." else relative, text)
    told = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=work,
        input="\n".join(files),
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert {file for file in files if rules.ignores(file)} == set(told.stdout.splitlines())


def test_the_rules_above_an_app_in_a_part_of_a_repository_count(tmp_path: Path) -> None:
    (tmp_path / ".git" / "info").mkdir(parents=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("private.py\n")
    (tmp_path / ".gitignore").write_text("*.out\n/services/shop/dump\n")
    root = tmp_path / "services" / "shop"
    root.mkdir(parents=True)
    rules = Repository(root).rules()
    assert rules.ignores("x.out")
    assert rules.ignores("dump")
    assert rules.ignores("private.py")
    assert not rules.ignores("app.py")


def test_an_app_that_its_repository_ignores_altogether_is_watched_all_the_same(
    tmp_path: Path,
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("scratch/\n")
    root = tmp_path / "scratch" / "trial"
    root.mkdir(parents=True)
    assert not Repository(root).rules().ignores("app.py")


def test_a_worktree_takes_the_exclude_file_of_its_main_repository(tmp_path: Path) -> None:
    main = tmp_path / "main" / ".git"
    (main / "info").mkdir(parents=True)
    (main / "info" / "exclude").write_text("mine.txt\n")
    (main / "worktrees" / "other").mkdir(parents=True)
    (main / "worktrees" / "other" / "commondir").write_text("../..\n")
    root = tmp_path / "other"
    root.mkdir()
    (root / ".git").write_text(f"gitdir: {main}/worktrees/other\n")
    found = Repository(root)
    assert found.rules().ignores("mine.txt")
    assert not found.is_at_work
    (main / "worktrees" / "other" / "index.lock").touch()
    assert found.is_at_work


def test_what_was_named_is_not_ignored_and_what_lies_beside_it_still_is() -> None:
    rules = IgnoreRules()
    rules.set_folder("", "dist/\n*.log\nbuild/\n")
    rules.name(["dist/app.js", "build", "logs/web.log", "var/app.sqlite3"])
    assert not rules.ignores("dist", is_folder=True)  # it must be entered
    assert not rules.ignores("dist/app.js")
    assert rules.ignores("dist/other.js")
    assert rules.ignores("dist/deep", is_folder=True)
    assert not rules.ignores("build/deep/a.css")
    assert rules.ignores("build/deep/a.log")
    assert rules.ignores("build/node_modules/x.js")
    assert not rules.ignores("logs/web.log")
    assert rules.ignores("logs/worker.log")
    assert not rules.ignores("var/app.sqlite3")
    for path in ("dist/app.js", "build/a.css", "logs/web.log", "var/app.sqlite3"):
        assert rules.hides(path)


def test_what_is_excluded_cannot_be_named() -> None:
    rules = IgnoreRules()
    rules.exclude("state")
    rules.name(["state/socket"])
    assert rules.ignores("state", is_folder=True)
    assert rules.ignores("state/socket")
