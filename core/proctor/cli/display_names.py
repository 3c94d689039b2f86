"""Names for apps of which several have one: by their git branch, their folder, or their path."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path


def display_names(apps: Sequence[tuple[str, str]]) -> list[str]:
    """A name for each (name, root) that no other has, in their order.

    Where two have the same name, their branches part them, else the folders they are in, else
    their whole paths.
    """
    by_branch = {root: branch_of(Path(root)) or "" for _, root in apps}
    by_parent = {root: Path(root).parent.name for _, root in apps}
    counts = Counter(name for name, _ in apps)
    names = [name for name, _ in apps]
    for index, (name, root) in enumerate(apps):
        if counts[name] > 1:
            same = [other for other_name, other in apps if other_name == name]
            more = next(
                (
                    words[root]
                    for words in (by_branch, by_parent)
                    if words[root] and [words[other] for other in same].count(words[root]) == 1
                ),
                root,
            )
            names[index] = f"{name} ({more})"
    return names


def branch_of(root: Path) -> str | None:
    """The git branch that a folder, or one above it, has checked out; None if there is none."""
    for folder in (root, *root.parents):
        git = folder / ".git"
        try:
            if git.is_file():  # a work tree of its own: the file says where its HEAD is
                git = folder / git.read_text().strip().removeprefix("gitdir: ")
            head = (git / "HEAD").read_text(errors="replace").strip()
        except OSError:
            continue
        except UnicodeDecodeError:
            return None
        prefix = "ref: refs/heads/"
        return head.removeprefix(prefix) if head.startswith(prefix) else None
    return None
