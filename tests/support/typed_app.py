"""An app that really runs, whose process types have settings of their own."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

import proctor
from proctor.model.configuration import AppConfiguration, type_settings
from proctor.model.events import ProcessView


class TypedApp(proctor.App):
    """`types` are the settings of types, by name, over those of the app.

    A Procfile of these commands is written into `folder`; `variables` are all that the processes
    inherit beside PATH and the mark of this test run.
    """

    def __init__(
        self,
        folder: Path,
        commands: Mapping[str, str],
        *,
        types: Mapping[str, Mapping[str, Any]] | None = None,
        variables: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        text = "".join(f"{name}: {command}\n" for name, command in commands.items())
        (folder / "Procfile").write_text(text)
        kept = {name: value for name, value in os.environ.items() if "PROCTOR_TEST" in name}
        super().__init__(
            folder / "Procfile",
            environment={"PATH": os.environ["PATH"], **kept, **(variables or {})},
            **more,
        )
        self.types = dict(types or {})

    def _load(self) -> AppConfiguration:
        app = super()._load()
        own = {name: type_settings(app.settings, **each) for name, each in self.types.items()}
        return msgspec.structs.replace(app, types=own)

    async def lines(self, source: str) -> list[str]:
        """What a process has printed."""
        rows = await self.logs(source, count=1000)
        return [row.data.decode().rstrip() for row in rows if row.stream != "proctor"]

    async def said(self, source: str = "all") -> list[str]:
        """What we have said of a process."""
        return [row.data.decode() for row in await self.logs(source, count=1000)]

    async def all_up(self) -> dict[str, ProcessView]:
        """Wait until all run."""
        views = await self.until(
            lambda views: bool(views) and all(each.state == "up" for each in views),
            within_seconds=20,
        )
        return {each.name: each for each in views}
