import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from proctor.errors import PlatformError
from proctor.watch import forked
from proctor.watch.changes import ChangeSet
from proctor.watch.inotify import InotifyNotifier
from proctor.watch.lookout import Subject
from proctor.watch.notifier import Notifier, NoWatchError
from proctor.watch.watcher import Watcher
from proctor.watch.whole_trees import WatchfilesNotifier

Start = Any


def by_inotify(root: Path) -> Notifier:
    return InotifyNotifier()


def by_watchfiles(root: Path) -> Notifier:
    return WatchfilesNotifier(root)


def no_watch(root: Path) -> Notifier:
    raise NoWatchError("There is no watch.")


linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
notifiers = pytest.mark.parametrize("by", [pytest.param(by_inotify, marks=linux), by_watchfiles])
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "HOME": os.fspath(folder)}
    subprocess.run(
        command, cwd=folder, check=True, timeout=50, capture_output=True, env=environment
    )


def git(folder: Path, *words: str) -> None:
    run(["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *words], folder)


def write_in_place(path: Path) -> None:
    path.write_text("print('two')\n")


def rename_over(path: Path) -> None:
    fresh = path.with_name("app.py.save.AbC123")
    fresh.write_text("print('two')\n")
    fresh.replace(path)


def save_as_vim_does(path: Path) -> None:
    (path.parent / "4913").touch()
    (path.parent / "4913").unlink()
    path.rename(path.with_name("app.py~"))
    path.write_text("print('two')\n")
    path.with_name("app.py~").unlink()


def save_with_vim(path: Path) -> None:
    run(["vim", "-es", "-u", "NONE", "-c", "%s/one/two/", "-c", "wq", path.name], path.parent)


def save_with_sed(path: Path) -> None:
    run(["sed", "-i", "s/one/two/", path.name], path.parent)


def save_as_rsync_does(path: Path) -> None:
    fresh = path.with_name(".app.py.x7Qz1B")
    fresh.touch(mode=0o600)
    for part in ("print(", "'two'", ")\n"):
        with fresh.open("a") as file:
            file.write(part)
    fresh.chmod(0o644)
    os.utime(fresh, (1_700_000_000, 1_700_000_000))
    fresh.replace(path)


@notifiers
@pytest.mark.parametrize(
    "save",
    [
        write_in_place,
        rename_over,
        save_as_vim_does,
        pytest.param(
            save_with_vim,
            marks=[
                pytest.mark.skipif(shutil.which("vim") is None, reason="needs vim"),
                pytest.mark.may_skip("vim is not everywhere; its way of saving is imitated above"),
            ],
        ),
        save_with_sed,
        save_as_rsync_does,
    ],
)
async def test_a_save_is_exactly_one_change(
    watching: Start, root: Path, save: Any, by: Any
) -> None:
    async with watching(by) as seen:
        save(root / "app.py")
        (change,) = await seen.settled()
        assert change == ChangeSet(paths=("app.py",), first="app.py")


@notifiers
async def test_a_touch_is_no_change(watching: Start, root: Path, by: Any) -> None:
    async with watching(by) as seen:
        assert await seen.settled() == []  # by then all content has been read
        (root / "app.py").touch()
        os.utime(root / "app.py", (1, 1))
        (root / "app.py").write_text((root / "app.py").read_text())
        assert await seen.settled() == []


@notifiers
async def test_a_file_that_becomes_executable_has_changed(
    watching: Start, root: Path, by: Any
) -> None:
    async with watching(by) as seen:
        (root / "app.py").chmod(0o755)
        assert (await seen.next()).paths == ("app.py",)


@notifiers
async def test_new_moved_and_deleted_files_are_told(watching: Start, root: Path, by: Any) -> None:
    async with watching(by) as seen:
        (root / "new.py").write_text("x")
        assert (await seen.next()).paths == ("new.py",)
        (root / "new.py").rename(root / "newer.py")
        assert (await seen.next()).paths == ("new.py", "newer.py")
        (root / "newer.py").unlink()
        assert (await seen.next()).paths == ("newer.py",)


@notifiers
async def test_files_in_new_nested_folders_are_seen_at_once_and_later(
    watching: Start, root: Path, by: Any
) -> None:
    async with watching(by) as seen:
        (root / "a" / "b" / "c").mkdir(parents=True)
        (root / "a" / "b" / "c" / "deep.py").write_text("1")
        assert (await seen.next()).paths == ("a/b/c/deep.py",)
        (root / "a" / "b" / "c" / "deep.py").write_text("22")
        assert (await seen.next()).paths == ("a/b/c/deep.py",)
        (root / "a").rename(root / "z")
        assert (await seen.next()).paths == ("a/b/c/deep.py", "z/b/c/deep.py")
        (root / "z" / "b" / "c" / "deep.py").write_text("333")
        assert (await seen.next()).paths == ("z/b/c/deep.py",)
        shutil.rmtree(root / "z")
        assert (await seen.next()).paths == ("z/b/c/deep.py",)


@notifiers
async def test_ignored_files_are_no_change(watching: Start, root: Path, by: Any) -> None:
    (root / ".gitignore").write_text("*.log\n/uploads/\n")
    (root / "uploads").mkdir()
    (root / "lib").mkdir()
    (root / "lib" / ".gitignore").write_text("!wanted.log\n")
    async with watching(by, own=(root / "state",)) as seen:
        (root / "dev.log").write_text("x")
        (root / "uploads" / "picture.png").write_text("x")
        (root / "jobs.db-wal").write_text("x")
        (root / "node_modules" / "x").mkdir(parents=True)
        (root / "node_modules" / "x" / "index.js").write_text("x")
        (root / "state").mkdir()
        (root / "state" / "supervisor.json").write_text("x")
        assert await seen.settled() == []
        (root / "lib" / "wanted.log").write_text("x")
        assert (await seen.next()).paths == ("lib/wanted.log",)


@notifiers
async def test_a_virtual_environment_is_ignored_whatever_its_name(
    watching: Start, root: Path, by: Any
) -> None:
    async with watching(by) as seen:
        folder = root / "my-python" / "lib"
        folder.mkdir(parents=True)
        (root / "my-python" / "pyvenv.cfg").write_text("home = /usr\n")
        (folder / "six.py").write_text("x")
        assert await seen.settled() == []
        (folder / "seven.py").write_text("x")
        assert await seen.settled() == []


@notifiers
async def test_changed_rules_hold_from_then_on(watching: Start, root: Path, by: Any) -> None:
    (root / "made").mkdir()
    (root / "made" / "out.txt").write_text("x")
    async with watching(by) as seen:
        (root / ".gitignore").write_text("made\n")
        assert (await seen.next()).paths == (".gitignore",)
        (root / "made" / "out.txt").write_text("yy")
        assert await seen.settled() == []
        (root / ".gitignore").unlink()
        assert (await seen.next()).paths == (".gitignore",)
        (root / "made" / "out.txt").write_text("zzz")
        assert (await seen.next()).paths == ("made/out.txt",)


@notifiers
async def test_the_procfile_and_the_environment_are_told_apart(
    watching: Start, root: Path, tmp_path: Path, by: Any
) -> None:
    (root / ".gitignore").write_text(".env\n")
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    async with watching(
        by, procfile=root / "Procfile", environment_files=(root / ".env", outside / "more.env")
    ) as seen:
        (root / "Procfile").write_text("web: python other.py\n")
        assert await seen.next() == ChangeSet((), "Procfile", procfile_changed=True)
        (root / ".env").write_text("A=1\n")
        assert await seen.next() == ChangeSet((), ".env", environment_changed=True)
        (outside / "more.env").write_text("A=1\n")
        told = await seen.next()
        assert told == ChangeSet((), "../elsewhere/more.env", environment_changed=True)
        (root / "Procfile").touch()
        assert await seen.settled() == []


@notifiers
async def test_without_the_tree_only_the_files_beside_it_are_watched(
    watching: Start, root: Path, by: Any
) -> None:
    async with watching(by, procfile=root / "Procfile", whole_tree=False) as seen:
        (root / "app.py").write_text("print('two')\n")
        await asyncio.sleep(0.3)  # a burst of its own, if it were one
        (root / "Procfile").write_text("web: true\n")
        assert await seen.next() == ChangeSet((), "Procfile", procfile_changed=True)
        assert seen.changes == []


async def test_a_procfile_that_is_a_link_is_watched_where_it_leads(
    watching: Start, root: Path, tmp_path: Path
) -> None:
    target = tmp_path / "shared.procfile"
    (root / "Procfile").rename(target)
    (root / "Procfile").symlink_to(target)
    async with watching(procfile=root / "Procfile") as seen:
        target.write_text("web: true\n")
        assert (await seen.next()).procfile_changed


@needs_git
@notifiers
@pytest.mark.timeout(120)
async def test_a_branch_switch_of_ten_thousand_files_is_one_change_told_soon_after(
    watching: Start, root: Path, by: Any
) -> None:
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    git(root, "checkout", "-qb", "other")
    for folder in range(100):
        (root / f"package{folder}" / "inner").mkdir(parents=True)
        for number in range(100):
            name = f"package{folder}/inner/module{number}.py"
            (root / name).write_text(f"value = {number}\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "many")
    async with watching(by) as seen:
        for branch in ("main", "other"):
            await asyncio.to_thread(git, root, "checkout", "-q", branch)
            done = time.monotonic()
            change = await seen.next()
            assert change.count == 10_000
            # A quarter of a second on a quiet machine; a busy one only shows that nothing is stuck.
            assert seen.at[-1] - done <= 3
            assert await seen.settled() == []


async def test_an_app_that_writes_into_its_own_tree_pauses_the_watch(
    watching: Start, root: Path
) -> None:
    async with watching() as seen:
        written = 0
        while not seen.problems:
            written += 1
            (root / "state.json").write_text(str(written))
            await asyncio.sleep(0.1)
        assert len(seen.changes) == 5
        (problem,) = seen.problems
        assert "5 restarts in 10 seconds, by state.json" in problem
        assert ".gitignore" in problem
        (root / "state.json").write_text("once more")
        (root / "Procfile.new").write_text("x")
        await asyncio.sleep(0.5)
        assert len(seen.changes) == 5
        seen.changes.clear()
        assert seen.recoveries == 1  # at the beginning
        (root / ".gitignore").write_text("state.json\n")  # mended
        assert (await seen.next()).paths == (".gitignore",)
        assert seen.recoveries == 2
        (root / "app.py").write_text("print('two')\n")
        assert (await seen.next()).paths == ("app.py",)


async def test_without_a_watch_the_files_are_looked_at_instead(watching: Start, root: Path) -> None:
    async with watching(no_watch, procfile=root / "Procfile") as seen:
        await seen.until(lambda: bool(seen.problems))
        words = "There is no watch. Until then all files are looked at every 2 seconds."
        assert seen.problems == [words]
        assert seen.recoveries == 0
        (root / "app.py").write_text("print('two')\n")
        assert (await seen.next()).paths == ("app.py",)
        (root / "Procfile").write_text("web: true\n")
        assert (await seen.next()).procfile_changed


async def test_a_copy_that_is_told_nothing_looks_at_files_without_a_word(
    watching: Start, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forked, "_copies", set())
    forked.note()
    async with watching(by_watchfiles, procfile=root / "Procfile") as seen:
        (root / "app.py").write_text("print('two')\n")
        assert (await seen.next()).paths == ("app.py",)
        assert seen.problems == []


@linux
@pytest.mark.may_skip("not every machine lets its users have namespaces")
@pytest.mark.parametrize("folders", [5, 40])
async def test_the_reached_limit_is_named_and_the_watch_goes_on(root: Path, folders: int) -> None:
    # In a user namespace of its own, whose limit is lowered: 5 folders fit at first, and the
    # limit is reached when more appear.
    script = Path(__file__).with_name("limited_watch.py")
    for number in range(folders):
        (root / f"folder{number}").mkdir()
    lowered = (
        f"echo 20 > /proc/sys/user/max_inotify_watches && exec {sys.executable} {script} {root}"
    )
    told = await asyncio.to_thread(
        subprocess.run,
        ["unshare", "--user", "--map-root-user", "sh", "-c", lowered],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    if told.returncode != 0 and "unshare" in told.stderr:
        pytest.skip("needs user namespaces")
    lines = told.stdout.splitlines()
    assert (
        "problem: The limit of file watches is reached: fs.inotify.max_user_watches is" in lines[0]
    )
    assert "sudo sysctl fs.inotify.max_user_watches=" in lines[0]
    assert lines[-1] == "changed: late.py"


async def test_cancelling_takes_effect_at_once(root: Path) -> None:
    watcher = Watcher(Subject(root), changed=lambda _: None, failed=lambda _: None)
    task = asyncio.create_task(watcher.run())
    await watcher.ready()
    begun = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - begun < 0.05


async def test_an_app_folder_that_has_gone_ends_the_watch(root: Path) -> None:
    watcher = Watcher(Subject(root), changed=lambda _: None, failed=lambda _: None)
    task = asyncio.create_task(watcher.run())
    await watcher.ready()
    shutil.rmtree(root)
    with pytest.raises(PlatformError, match="the app's folder has gone"):
        await asyncio.wait_for(task, 10)


@linux
async def test_news_that_was_lost_by_the_kernel_is_made_up_for(watching: Start, root: Path) -> None:
    class Forgetful(InotifyNotifier):
        """Tells only that something was lost, as the kernel does when its queue is full."""

        def wait(self, seconds: float | None) -> Any:
            news = super().wait(seconds)
            if news:
                news.files.clear()
                news.folders.clear()
                news.is_incomplete = True
            return news

    async with watching(lambda _: Forgetful()) as seen:
        (root / "package").mkdir()
        (root / "package" / "x.py").write_text("1")
        (root / "app.py").write_text("print('two')\n")
        assert (await seen.next()).paths == ("app.py", "package/x.py")


async def test_a_name_that_is_no_text_is_told_in_a_form_that_can_be_sent(
    watching: Start, root: Path
) -> None:
    async with watching() as seen:
        write_in_place(Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.py")))
        (name,) = (await seen.next()).paths
        assert name == "caf\ufffd.py"


@pytest.mark.timeout(120)
async def test_opening_a_large_tree_does_not_stall_the_loop(watching: Start, root: Path) -> None:
    for folder in range(200):
        for inner in range(50):
            (root / f"package{folder}" / f"part{inner}").mkdir(parents=True)
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        while True:
            begun = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - begun)

    pulse = asyncio.create_task(beat())
    async with watching() as seen:
        (root / "package199" / "part49" / "x.py").write_text("x")
        assert (await seen.next()).paths == ("package199/part49/x.py",)
    pulse.cancel()
    assert longest < 0.1
