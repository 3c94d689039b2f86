"""Globs of process types: which of them a change names, seen by a watcher of real files."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from proctor.watch.changes import ChangeSet
from proctor.watch.lookout import open_best_notifier
from proctor.watch.loop_guard import MOST_RESTARTS
from proctor.watch.notifier import Notifier
from proctor.watch.whole_trees import WatchfilesNotifier

Start = Any


def by_watchfiles(root: Path) -> Notifier:
    return WatchfilesNotifier(root)


notifiers = pytest.mark.parametrize("by", [open_best_notifier, by_watchfiles])


@notifiers
async def test_a_change_names_the_types_that_look_at_it(
    watching: Start, root: Path, by: Any
) -> None:
    (root / "static").mkdir()
    globs = {"web": None, "css": ("static/*.scss",), "db": ()}
    async with watching(by, globs=globs) as seen:
        (root / "static" / "a.scss").write_text("a")
        assert (await seen.next()).types == {"web", "css"}
        (root / "app.py").write_text("print('two')\n")
        assert (await seen.next()).types == {"web"}


@notifiers
async def test_an_ignored_file_counts_for_the_type_that_names_it(
    watching: Start, root: Path, by: Any
) -> None:
    (root / ".gitignore").write_text("dist/\n")
    (root / "dist").mkdir()
    (root / "dist" / "node_modules").mkdir()
    globs = {"web": None, "built": ("dist/*.js",)}
    async with watching(by, globs=globs) as seen:
        (root / "dist" / "node_modules" / "x.js").write_text("x")
        (root / "dist" / "app.css").write_text("x")
        (root / "dist" / "app.js").write_text("x")
        assert await seen.next() == ChangeSet(
            ("dist/app.js",), "dist/app.js", types=frozenset({"built"})
        )


async def test_a_file_that_concerns_nobody_is_not_told(watching: Start, root: Path) -> None:
    async with watching(globs={"web": ("*.js",), "db": ()}) as seen:
        (root / "app.py").write_text("print('two')\n")
        await asyncio.sleep(0.5)  # a burst of its own
        (root / "app.js").write_text("x")
        assert (await seen.next()).paths == ("app.js",)
        assert seen.changes == []


async def test_a_loop_of_one_type_pauses_that_type_alone(watching: Start, root: Path) -> None:
    async with watching(globs={"web": ("*.py",), "css": ("*.css",)}) as seen:
        for number in range(MOST_RESTARTS):
            (root / "own.css").write_text(f"{number}")
            assert (await seen.next()).types == {"css"}
        (root / "own.css").write_text("once more")
        await seen.until(lambda: bool(seen.problems))
        words = "The watch pauses for css: 5 restarts in 10 seconds, by own.css. If the app writes "
        words += "it, leave it out of what css watches; else 'proctor watch on' goes on."
        assert seen.problems == [words]
        (root / "own.css").write_text("and more")
        (root / "app.py").write_text("print('two')\n")
        assert await seen.next() == ChangeSet(("app.py",), "app.py", types=frozenset({"web"}))
        (root / ".gitignore").write_text("own.css\n")
        await seen.until(lambda: seen.recoveries > 1)


async def test_ten_thousand_changed_files_are_matched_off_the_loop(
    watching: Start, root: Path
) -> None:
    (root / "many").mkdir()
    globs = {f"type{number}": (f"part{number}/**", "!x", "*.toml") for number in range(20)}
    async with watching(globs={**globs, "all": None}) as seen:
        longest = 0.0

        async def feel() -> None:
            nonlocal longest
            while True:
                begun = time.monotonic()
                await asyncio.sleep(0.005)
                longest = max(longest, time.monotonic() - begun)

        for number in range(10_000):
            (root / "many" / f"file{number}").write_text("x")
        feeling = asyncio.create_task(feel())
        paths: set[str] = set()
        while len(paths) < 10_000:
            change = await seen.next()
            assert change.types == {"all"}
            paths.update(change.paths)
        feeling.cancel()
    assert longest < 0.5
