"""A small shop: it takes orders over HTTP, and packs them in the background."""

import json
import os
import time
from pathlib import Path
from typing import Any

from flask import Flask, request

app = Flask(__name__)
VERSION = json.loads(Path("version.json").read_text(encoding="utf-8"))["version"]


@app.get("/")
def introduce() -> dict[str, Any]:
    """Say who answers."""
    return {
        "process": os.environ["PS"],
        "port": int(os.environ["PORT"]),
        "pid": os.getpid(),
        "version": VERSION,
    }


@app.get("/slow")
def take_time() -> dict[str, Any]:
    """Answer after so many seconds."""
    print(f"begun: {request.full_path}")
    time.sleep(float(request.args["seconds"]))
    return introduce()


@app.post("/orders/<int:number>")
def order(number: int) -> dict[str, Any]:
    """Have an order packed in the background."""
    from shop.tasks import pack  # noqa: PLC0415 - only who orders needs the queue

    seconds = float(request.args["seconds"])
    return {"queued": pack.delay(number, seconds).id}
