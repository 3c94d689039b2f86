"""A plain ASGI app, without a framework."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

VERSION = json.loads(Path("version.json").read_text(encoding="utf-8"))["version"]


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Say who answers, after as many seconds as the query asks for."""
    if scope["type"] != "http":
        return
    seconds = float(parse_qs(scope["query_string"].decode()).get("seconds", ["0"])[0])
    if seconds:
        print(f"begun: {scope['path']}")
        await asyncio.sleep(seconds)
    who = {
        "process": os.environ["PS"],
        "port": int(os.environ["PORT"]),
        "pid": os.getpid(),
        "version": VERSION,
    }
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(who).encode()})
