"""One `.gitignore` file: what it says of one path, as git itself would answer.

The grammar is `pathspec`'s. It answers for whole paths ("matched, by itself or for a folder above
it"), while git goes down folder by folder and asks of each whether a line is about *it*. The
answers differ where negated lines, here or in a deeper file, take a folder back. So what
`pathspec` finds matched, which is rare for what is not ignored already, is asked line by line.
"""

from functools import cached_property

from pathspec import GitIgnoreSpec


class RuleFile:
    """The lines of one file of rules; paths are relative to its folder, folders end with `/`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._whole = GitIgnoreSpec.from_lines(text.splitlines())

    def verdict(self, path: str) -> bool | None:
        """True: ignored; False: not ignored, by a negated line; None: no line is about it.

        Ask of the folders above first: what lies in an ignored folder is ignored.
        """
        if self._whole.check_file(path).include is None:
            return None
        return next((line.ignores for line in self._lines if line.is_about(path)), None)

    @cached_property
    def _lines(self) -> list["_Line"]:
        return [_Line(line) for line in reversed(self._text.splitlines())]


class _Line:
    def __init__(self, line: str) -> None:
        self.ignores = not line.startswith("!")
        self._spec = GitIgnoreSpec.from_lines(
            [line.removeprefix("!") if not self.ignores else line]
        )
        body = line.removeprefix("!").rstrip().rstrip("/")
        segments = body.lstrip("/").split("/")
        self._is_inside = body.endswith("/**")
        self._is_name = not body.startswith("/") and len([s for s in segments if s != "**"]) == 1
        self._is_of_any_depth = "**" in segments
        self._depth = len(segments)

    def is_about(self, path: str) -> bool:
        """Is the line about this path itself, not only about a folder above it?"""
        if self._is_inside:  # "a/**": all in a, not a
            return self._matches(path.rstrip("/"))
        folder, _, name = path.rstrip("/").rpartition("/")
        if self._is_name:
            return self._matches(name + "/" if path.endswith("/") else name)
        if self._is_of_any_depth:
            return self._matches(path) and not (folder and self._matches(folder + "/"))
        return path.rstrip("/").count("/") + 1 == self._depth and self._matches(path)

    def _matches(self, path: str) -> bool:
        return self._spec.check_file(path).include is True
